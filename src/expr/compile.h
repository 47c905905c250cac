/*
 * compile.h - the inside of the compiler, shared by compile*.c alone. One pass over a tree emits instructions; variables
 * are resolved against scopes whose names were collected on entry. The first error sticks, and everything after it
 * does nothing.
 */
#ifndef FX_COMPILE_H
#define FX_COMPILE_H

#include "base/error.h"
#include "expr/block.h"
#include "expr/program.h"
#include "expr/tree.h"

#define FXC_NO_REG 0xffffu

typedef enum fxc_kind {
    FXC_LOCAL,  /* reg holds it, or its box */
    FXC_SOFT,   /* of a loop at the top: reg holds it, or a mark that says the symbol is meant */
    FXC_GLOBAL, /* declared so */
    FXC_SELF    /* the function's own name */
} fxc_kind;

typedef struct fxc_var {
    const fv_text *name;
    fxc_kind kind;
    uint16_t reg;
    bool boxed;
    bool assigned;  /* certainly, where the compiler stands */
    uint32_t unset; /* instruction that clears it on entry to its scope; UINT32_MAX: none */
    bool needs_unset;
} fxc_var;

typedef struct fxc_up {
    const fv_text *name;
    bool boxed, soft, assigned;
    bool from_up; /* index is one of the enclosing function's captured values, else a variable of it */
    uint32_t index;
} fxc_up;

typedef struct fxc_patches {
    uint32_t *at;
    uint32_t n, capacity;
} fxc_patches;

typedef struct fxc_loop {
    struct fxc_loop *prev;
    fxc_patches breaks, continues;
} fxc_loop;

typedef struct fxc_end { /* what `end` means inside an index */
    struct fxc_end *prev;
    uint16_t container;
    uint32_t position, count;
} fxc_end;

typedef struct fxc_function {
    struct fxc_function *prev;
    uint32_t index; /* in the image */
    uint32_t depth;
    const fx_tree *tree;
    bool has_inner; /* functions inside: variables may need boxes */
    fxc_var *vars;
    uint32_t nvars, vars_capacity;
    fxc_up *ups;
    uint32_t nups, ups_capacity;
    fx_ins *code;
    uint32_t ncode, code_capacity;
    fx_spot *spots;
    uint32_t nspots, spots_capacity;
    uint32_t nfree, nregs;
    uint8_t is_var[FX_MAX_REGISTERS];
    fxc_loop *loop;
    fxc_end *end;
    uint32_t first_use; /* of compiler.uses */
} fxc_function;

/* A place where a function reads a variable of one around it: becomes $name in the inner one's text. */
typedef struct fxc_use {
    const fx_tree *node;
    uint32_t owner; /* depth of the function that has the variable */
} fxc_use;

typedef struct fxc_table { /* hash of what -> index + 1 */
    uint32_t *slots;
    uint32_t nslots, used;
} fxc_table;

typedef struct fxc {
    furrow_err err;
    fx_image image;
    uint32_t constants_capacity, names_capacity, functions_capacity, blocks_capacity;
    fxc_table constant_table, name_table;
    fxc_function *fn;
    const fx_tree *place;      /* of the node that is being compiled */
    const fv_text **top_names; /* assigned at the top so far */
    uint32_t ntop, top_capacity;
    fxc_use *uses;
    uint32_t nuses, uses_capacity;
    furrow_value **texts; /* names made here, dropped at the end */
    uint32_t ntexts, texts_capacity;
    bool function_text; /* the tree is the text of a function value: its name means itself */
} fxc;

/* --- compile.c: state, constants, names, instructions --- */
void fxc_fail(fxc *c, const fx_tree *at, furrow_err code, const char *format, ...)
    __attribute__((format(printf, 4, 5), cold));
bool fxc_grow(fxc *c, void *array, uint32_t n, uint32_t *capacity, size_t size); /* array: address of the pointer */
uint16_t fxc_constant(fxc *c, const fv_cell *cell);
uint16_t fxc_symbol(fxc *c, const char *name);
uint16_t fxc_name(fxc *c, const char *module, const char *name);
const fv_text *fxc_text(fxc *c, const char *prefix, const fv_text *name); /* prefix + name, kept until the end */
uint32_t fxc_emit(fxc *c, fx_opcode op, uint32_t n, uint32_t a, uint32_t b, uint32_t cc);
uint32_t fxc_emit_j(fxc *c, fx_opcode op, uint32_t a, uint32_t j);
void fxc_land(fxc *c, uint32_t jump); /* the jump comes here */
void fxc_patch(fxc *c, fxc_patches *p, uint32_t jump);
void fxc_land_all(fxc *c, fxc_patches *p);
uint16_t fxc_temps(fxc *c, uint32_t n); /* n consecutive registers above all in use */
static inline uint16_t fxc_temp(fxc *c)
{
    return fxc_temps(c, 1);
}
static inline uint32_t fxc_save(const fxc *c)
{
    return c->fn->nfree;
}
void fxc_restore(fxc *c, uint32_t nfree);
static inline bool fxc_is_temp(const fxc *c, uint16_t reg)
{
    return !c->fn->is_var[reg];
}
static inline bool fxc_same(const fv_text *a, const fv_text *b)
{
    return a == b || (a->hash == b->hash && a->nbytes == b->nbytes && !memcmp(a->bytes, b->bytes, a->nbytes));
}
static inline const fv_text *fxc_text_of(const fx_tree *t)
{
    return (const fv_text *)t->text;
}

/* --- compile_scope.c: variables --- */
typedef struct fxc_ref {
    enum { FXC_REF_GLOBAL, FXC_REF_VAR, FXC_REF_UP } kind;
    uint32_t index;
} fxc_ref;
fxc_ref fxc_resolve(fxc *c, const fv_text *name);
bool fxc_is_local(fxc *c, const fx_tree *name_node);
uint32_t fxc_declare(fxc *c, const fv_text *name, fxc_kind kind, uint16_t reg, bool boxed); /* index in vars */
/* Declares what a body assigns and the scope owns; returns nvars to leave with. */
typedef enum fxc_scope { FXC_SCOPE_TOP, FXC_SCOPE_FUNCTION, FXC_SCOPE_LOOP } fxc_scope;
void fxc_enter(fxc *c, fxc_scope scope, const fx_tree *const *bodies, size_t n);
void fxc_leave(fxc *c, uint32_t nvars);
/* Whether a variable that has its value from the start of these bodies must live in a box. */
bool fxc_needs_box(fxc *c, const fv_text *name, const fx_tree *const *bodies, size_t n, bool given);
void fxc_read(fxc *c, const fx_tree *node, const fv_text *name, uint16_t dst);
/* The register of a plain local that certainly has a value; FXC_NO_REG otherwise. */
uint16_t fxc_direct(fxc *c, const fx_tree *node, const fv_text *name);
void fxc_write(fxc *c, const fv_text *name, uint16_t src);
/* The register to compute a new value of the variable in: its own when that is plain, else FXC_NO_REG. */
uint16_t fxc_target(fxc *c, const fv_text *name);
void fxc_set_assigned(fxc *c, const fv_text *name);
/* The function's own name, behind its parameters: one of them by that name wins. */
void fxc_set_self(fxc *c, const fv_text *name, uint32_t nparams);
/* What is certainly assigned before a branch, to go back to after it. */
typedef struct fxc_known {
    uint8_t *bits;
    uint32_t n;
} fxc_known;
void fxc_branch(fxc *c, fxc_known *known);
void fxc_join(fxc *c, fxc_known *known);
bool fxc_assigns(const fx_tree *t); /* somewhere inside */
bool fxc_has_functions(const fx_tree *t);

/* --- compile_expr.c --- */
void fxc_into(fxc *c, const fx_tree *t, uint16_t dst);
uint16_t fxc_any(fxc *c, const fx_tree *t); /* a register that holds it; a temporary or a local's own */
void fxc_effect(fxc *c, const fx_tree *t);
/* Jumps, collected in p, when t is as wanted; goes on otherwise. */
void fxc_jump_when(fxc *c, const fx_tree *t, bool wanted, fxc_patches *p);
/* Items into consecutive registers: their first. */
uint16_t fxc_items(fxc *c, fx_tree *const *items, size_t n, uint16_t dst);
bool fxc_type_name(fxc *c, const fx_tree *t, furrow_type *type); /* t names a type of elements, for T[...] */

/* --- compile_call.c --- */
void fxc_call(fxc *c, const fx_tree *t, uint16_t dst);
void fxc_dotcall(fxc *c, const fx_tree *t, uint16_t dst);
void fxc_compare(fxc *c, const fx_tree *t, uint16_t dst);
typedef struct fxc_operand {
    bool constant;
    uint16_t index; /* of a register or constant */
} fxc_operand;
static inline fxc_operand fxc_in(uint16_t reg)
{
    return (fxc_operand){false, reg};
}
void fxc_binary(fxc *c, const fx_tree *op, bool dotted, uint16_t dst, fxc_operand a, fxc_operand b);
void fxc_unary(fxc *c, fx_unary_op op, bool dotted, uint16_t dst, fxc_operand a);
bool fxc_binary_operator(const char *name, fx_op *op);
bool fxc_unary_operator(const char *name, fx_unary_op *op);
void fxc_call_name(fxc *c, const char *name, uint16_t base, uint32_t nargs); /* result in base */
void fxc_tuple(fxc *c, fx_tree *const *items, size_t n, uint16_t dst);       /* with splats */
bool fxc_any_splat(fx_tree *const *items, size_t n);
const char *fxc_module_of(fxc *c, const fx_tree *t); /* a.b of a.b.c when that names a module; NULL otherwise */

/* --- compile_fuse.c --- */
/* Tries t as one fused block: true when it has been compiled, the other way behind it. */
bool fxc_fuse(fxc *c, const fx_tree *t, uint16_t dst);
/* The same for an assignment to target[indices...], or to all of target (.=). */
bool fxc_fuse_store(fxc *c, const fx_tree *t, uint16_t dst);

/* --- compile_assign.c --- */
void fxc_assign(fxc *c, const fx_tree *t, uint16_t dst); /* dst FXC_NO_REG: the value is not wanted */
void fxc_store(fxc *c, const fx_tree *target, uint16_t value);
void fxc_indices(fxc *c, const fx_tree *t, uint16_t container, uint16_t *first, uint32_t *count);

/* --- compile_loop.c --- */
void fxc_for(fxc *c, const fx_tree *t);
void fxc_while(fxc *c, const fx_tree *t);
void fxc_let(fxc *c, const fx_tree *t, uint16_t dst); /* compile_try.c */
void fxc_try(fxc *c, const fx_tree *t, uint16_t dst);
void fxc_comprehension(fxc *c, const fx_tree *generator, bool typed, furrow_type type, uint16_t dst);

/* --- compile_function.c --- */
void fxc_lambda(fxc *c, const fx_tree *t, uint16_t dst);
void fxc_begin(fxc *c, fxc_function *f, const fx_tree *tree);
void fxc_finish(fxc *c, fx_code *out);

/* --- compile_macro.c --- */
void fxc_quote(fxc *c, const fx_tree *t, uint16_t dst);
void fxc_macro(fxc *c, const fx_tree *t, uint16_t dst);

#endif
