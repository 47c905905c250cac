/*
 * block_plan.h - what one run of a fused block needs to know, shared by block.c, which runs it, and block_plan.c, which
 * finds out whether types and shapes fit.
 */
#ifndef FX_BLOCK_PLAN_H
#define FX_BLOCK_PLAN_H

#include "expr/block.h"
#include "expr/block_kernel.h"
#include "expr/calc.h"
#include "expr/vm.h"

#define FX_BLOCK_NBYTES (FX_BLOCK * 16)

/* Elements in memory, stride bytes apart. */
typedef struct fx_view {
    unsigned char *base;
    ptrdiff_t stride;
    size_t count;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
} fx_view;

typedef struct fx_operand {
    const void *now;          /* this block's elements as the kernel wants them, or the number that stands for all */
    unsigned char *converted; /* buffer to convert into; NULL: as they are */
    fx_calc load;
    uint16_t node;
} fx_operand;

typedef struct fx_cell_node { /* a node of the block while it runs */
    furrow_type type;         /* of its elements, or of the number */
    bool array;
    bool stays_range; /* the builtins would give a range */
    bool sequence;    /* an Int64 range: first + k*step */
    int64_t first, step;
    fx_view view;             /* leaves that are arrays */
    fv_cell cell;             /* numbers; owned */
    unsigned char *buffer;    /* of this node's elements; NULL: read where they are */
    const unsigned char *now; /* this block's elements */
    uint16_t last_use;
    /* operations */
    fx_operand a, b;
    fx_vector vector; /* a fast kernel, or */
    fx_kernel kernel; /* the builtins' */
    fx_rule rule;
    unsigned char *made; /* what kernel writes when that is not yet of type */
    bool (*bad_f64)(const double *x, size_t n);
    bool (*bad_f32)(const float *x, size_t n);
} fx_cell_node;

typedef struct fx_plan {
    fx_vm *vm;
    fx_bound *bound;
    const fx_block *block;
    const fx_vectors *vectors;
    fv_cell *regs;
    size_t count; /* elements; 0: no array seen yet */
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    bool large; /* more bytes than the last cache holds */
    uint16_t nodes;
    fx_cell_node node[FX_MAX_NODES];
} fx_plan;

/* Fills in everything. false: the block does not fit; an error is only kept in *err when it must end the run. */
bool fx_plan_make(fx_plan *plan, furrow_err *err);
void fx_plan_drop(fx_plan *plan);
/* Indices that select elements an equal distance apart, without leaving the array. */
bool fx_view_select(const fv_array *array, const fv_cell *indices, size_t n, fx_view *view);
unsigned char *fx_scratch_take(fx_vm *vm); /* FX_BLOCK_NBYTES; NULL: out of memory */
void fx_scratch_give(fx_vm *vm, unsigned char *buffer);

#endif
