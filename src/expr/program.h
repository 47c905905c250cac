/*
 * program.h - a program as compiler, verifier, machine and disassembler see it: functions, constants, names, blocks,
 * read from its bytes. program.c makes it from bytes and writes those bytes; nothing here runs anything.
 */
#ifndef FX_PROGRAM_H
#define FX_PROGRAM_H

#include "base/buffer.h"
#include "expr/expr.h"
#include "expr/opcode.h"

#define FX_PROGRAM_MAGIC   0x57525546u /* "FURW" */
#define FX_PROGRAM_VERSION 1
#define FX_NONE            0xffffu /* no constant */

/* The most of each, so that every index fits its operand. */
#define FX_MAX_REGISTERS 4096
#define FX_MAX_CONSTANTS 65000
#define FX_MAX_NAMES     65000
#define FX_MAX_FUNCTIONS 65000
#define FX_MAX_BLOCKS    65000
#define FX_MAX_CODE      (1u << 24)
#define FX_MAX_UPVALUES  1024
#define FX_MAX_NODES     64
#define FX_MAX_PROGRAM   (64u << 20)

typedef struct fx_spot {
    uint32_t pc;
    uint32_t line;
    uint32_t column;
} fx_spot;

#define FX_NOT_PLAIN 0xffffu
#define FX_UP_BOXED  1 /* the captured value is a box */

/* Registers at entry: positional parameters, the tuple of further ones (vararg), keyword parameters; absent ones are
 * marked as without value. Everything above holds nothing. */
typedef struct fx_code {
    uint16_t nregs;
    uint16_t nrequired;
    uint16_t npositional;
    uint16_t vararg; /* 0 or 1 */
    uint16_t nkw;
    uint16_t nup;   /* captured values */
    uint16_t nshot; /* values of $1, $2, ... in text */
    uint16_t name;  /* constant, SYMBOL; FX_NONE */
    uint16_t text;  /* constant, STRING: the source that can be compiled again elsewhere; FX_NONE */
    uint32_t ncode;
    uint32_t nplaces;
    uint16_t plain;           /* npositional when nothing else is taken, else FX_NOT_PLAIN */
    const fv_cell *constants; /* the image's */
    uint16_t *kw;             /* constants, SYMBOL */
    uint8_t *up;
    uint16_t *shot; /* which captured value each of them is */
    fx_ins *code;
    fx_spot *places; /* ascending pc */
} fx_code;

typedef struct fx_name {
    const char *module; /* "": the one the program is bound in */
    const char *name;
} fx_name;

/* A fused elementwise expression: leaves (registers, constants, slices) in front, then operations on earlier nodes; the
 * last is the result. */
typedef enum fx_node_kind {
    FX_NODE_REG,      /* a: register */
    FX_NODE_CONSTANT, /* a: constant */
    FX_NODE_SLICE,    /* a: register; b: first of c registers with its indices */
    FX_NODE_BINARY,   /* op: fx_op; nodes a, b; c: 1 when dotted */
    FX_NODE_UNARY,    /* op: fx_unary_op; node a; c: 1 when dotted */
    FX_NODE_CALL1,    /* op: fx_kernel1; node a; c: name that must mean the builtin */
    FX_NODE_CALL2,    /* op: fx_kernel2; nodes a, b; c: name */
    FX_NODE_NKINDS
} fx_node_kind;

typedef struct fx_node {
    uint8_t kind;
    uint8_t op;
    uint16_t a;
    uint16_t b;
    uint16_t c;
} fx_node;

typedef enum fx_reduction {
    FX_REDUCE_NONE,
    FX_REDUCE_SUM,
    FX_REDUCE_PROD,
    FX_REDUCE_MAXIMUM,
    FX_REDUCE_MINIMUM,
    FX_REDUCE_MEAN,
    FX_REDUCE_COUNT,
    FX_REDUCE_ANY,
    FX_REDUCE_ALL,
    FX_REDUCE_NKINDS
} fx_reduction;

/* Into target[indices...]; what the FUSE instruction then gives. */
typedef enum fx_store { FX_STORE_NOT, FX_STORE_NOTHING, FX_STORE_COPY, FX_STORE_TARGET, FX_STORE_NKINDS } fx_store;

typedef struct fx_block {
    uint16_t nnodes;
    uint8_t reduction;
    uint8_t store;        /* fx_store */
    uint16_t reduce_name; /* name that must mean the builtin */
    uint16_t target;      /* register */
    uint16_t index;       /* first register of indices */
    uint16_t nindices;
    fx_node *nodes;
} fx_block;

typedef struct fx_image {
    uint32_t nnames, nconstants, nfunctions, nblocks, nparams, ntext;
    fx_name *names;
    char **params;
    fv_cell *constants;
    fx_code *functions; /* [0]: the program itself, its registers 0..nparams-1 the parameters */
    fx_block *blocks;
    char *text;    /* source, for carets; may be empty */
    char *strings; /* what names and params point into */
} fx_image;

struct furrow_program {
    _Atomic uint32_t refs;
    uint8_t hash[16];
    size_t nbytes;
    unsigned char *bytes;
    fx_image image;
};

/* Structure only: lengths, counts, kinds of constants. BYTECODE. fx_image_check then looks at every instruction. */
FURROW_MUST_CHECK furrow_err fx_image_read(const void *bytes, size_t nbytes, fx_image *image);
void fx_image_free(fx_image *image);
FURROW_MUST_CHECK furrow_err fx_image_check(const fx_image *image);
/* The bytes of an image. */
FURROW_MUST_CHECK furrow_err fx_image_write(const fx_image *image, fb_buffer *out);

/* A program that gives the function of which tree is the text; its parameters are what the function captures. */
FURROW_MUST_CHECK furrow_err fx_compile_function(const fx_tree *tree, furrow_program **program);

/* Line and column of an instruction; zeros when unknown. */
void fx_code_place(const fx_code *code, uint32_t pc, int *line, int *column);
const char *fx_image_symbol(const fx_image *image, uint16_t constant); /* "" for FX_NONE */

#endif
