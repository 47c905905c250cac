/*
 * builtin.h - the table of builtin functions, and the generic operations on cells that compiler, machine and builtins
 * share. One row of fx_builtins adds a builtin: its name, its function, how many arguments it takes.
 */
#ifndef FX_BUILTIN_H
#define FX_BUILTIN_H

#include "expr/expr.h"

typedef struct fx_builtin {
    const char *name;
    fx_function function;
    int8_t min_args;
    int8_t max_args;  /* -1: any number */
    bool elementwise; /* given flat arrays it goes through them by itself, broadcasting two */
} fx_builtin;

/* The builtin of that name, or NULL. Names include the operators ("+", ".*", "=="). */
const fx_builtin *fx_builtin_find(const char *name, size_t nbytes);

/* T(args...): conversion, or a new value of that type (Array{Float64}(2, 3), Dict{Symbol,Any}()). */
FURROW_MUST_CHECK furrow_err fx_call_type(fv_type type, const fx_call *call, fv_cell *out);

/* base{params...}: Array{Float64,2}, Dict{Symbol,Any}, Complex{Float32}; each param a DATATYPE or an integer. TYPE when it
 * is none. */
FURROW_MUST_CHECK furrow_err fx_type_with(fv_type base, const fv_cell *params, size_t n, fv_type *type);

/* Operators on any two values, with Julia's promotion, element types and errors. Elementwise forms broadcast. */
typedef enum fx_op {
    FX_OP_ADD,
    FX_OP_SUB,
    FX_OP_MUL,
    FX_OP_DIV,
    FX_OP_IDIV,
    FX_OP_MOD,
    FX_OP_REM,
    FX_OP_POW,
    FX_OP_EQ,
    FX_OP_NE,
    FX_OP_LT,
    FX_OP_LE,
    FX_OP_GT,
    FX_OP_GE,
    FX_OP_AND,
    FX_OP_OR,
    FX_OP_XOR,
    FX_OP_SHL,
    FX_OP_SHR,
    FX_OP_RSHR,
    FX_OP_NBINARY
} fx_op;
FURROW_MUST_CHECK furrow_err fx_binary(fx_vm *vm, fx_op op, bool dotted, const fv_cell *a, const fv_cell *b,
                                       fv_cell *out);
typedef enum fx_unary_op {
    FX_UN_NEG,
    FX_UN_PLUS,
    FX_UN_NOT,
    FX_UN_BITNOT,
    FX_UN_CTRANSPOSE,
    FX_UN_TRANSPOSE
} fx_unary_op;
FURROW_MUST_CHECK furrow_err fx_unary(fx_vm *vm, fx_unary_op op, bool dotted, const fv_cell *a, fv_cell *out);

/* f.(args...) for any function known to the machine: broadcasts. */
FURROW_MUST_CHECK furrow_err fx_broadcast(fx_vm *vm, const fv_cell *function, const fv_cell *args, size_t nargs,
                                          fv_cell *out);

/* container[indices...] and container[indices...] = value for arrays, strings, dicts, tuples, ranges. A colon is the
 * SYMBOL ":". `end` has been replaced by fx_index_end. */
FURROW_MUST_CHECK furrow_err fx_index(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n,
                                      fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_index_set(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n,
                                          const fv_cell *value);
FURROW_MUST_CHECK furrow_err fx_index_end(const fv_cell *container, size_t position, size_t n, int64_t *end);

/* Iteration, for `for`, comprehensions, splats and collect: *state starts at 0; *done when there is no item. */
FURROW_MUST_CHECK furrow_err fx_iterate(const fv_cell *iterable, uint64_t *state, fv_cell *item, bool *done);

/* Literals with brackets: [a,b,c] (n cells), [a b; c d] (rows of the given lengths), ranges a:s:b (step NULL: none). */
FURROW_MUST_CHECK furrow_err fx_make_vector(fx_vm *vm, const fv_cell *items, size_t n, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_make_matrix(fx_vm *vm, const fv_cell *items, const uint32_t *row_lengths, size_t nrows,
                                            fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_make_range(fx_vm *vm, const fv_cell *first, const fv_cell *step, const fv_cell *last,
                                           fv_cell *out);
/* The value of an EXPR or SYMBOL as a statement of the module that runs; of any other value itself. */
FURROW_MUST_CHECK furrow_err fx_eval(fx_vm *vm, const fv_cell *what, fv_cell *out);
/* A truth value for if, while, &&, ||: TYPE for anything but Bool. */
FURROW_MUST_CHECK furrow_err fx_truth(const fv_cell *cell, bool *truth);

/* Accounting: a builtin that does work proportional to n calls this first; LIMIT when steps or time have run out. */
FURROW_MUST_CHECK furrow_err fx_spend(fx_vm *vm, uint64_t elements);

/* The machine's random numbers (xoshiro256++, seeded per vm from the OS, or by srand): random.c, over the state that
 * each machine carries (all zero until first use). */
typedef struct fx_rng {
    uint64_t state[4];
} fx_rng;
uint64_t fx_random(fx_vm *vm);

/* Names that stand for values: pi, im, Inf, Int, Float64, ... (after locals, symbols and host). *out needs no drop. */
bool fx_constant_find(const char *name, size_t nbytes, fv_cell *out);
const char *fx_constant_name(size_t index); /* NULL past the end */

/* Collects cells into an array whose element type narrows as Julia's collect does: numbers promote, mixtures become
 * Any. map, comprehensions, vector literals. open may hint the count (0: unknown); add takes a reference of its own. */
typedef struct fx_gather {
    fv_array *array; /* NULL until the first item */
    size_t count;
    size_t hint;
    bool promote; /* numbers of different types become the common one */
} fx_gather;
void fx_gather_open(fx_gather *gather, size_t hint);
FURROW_MUST_CHECK furrow_err fx_gather_add(fx_gather *gather, const fv_cell *cell);
/* The array of the given shape (ndims 0: a vector of what was added); the gather is empty again, also on failure. */
FURROW_MUST_CHECK furrow_err fx_gather_close(fx_gather *gather, int ndims, const size_t *dims, fv_cell *out);
void fx_gather_drop(fx_gather *gather);

/* What throw was given and what catch got (exception.c): kept with each machine, all zero between runs. */
typedef struct fx_exceptions {
    bool thrown, caught;
    fv_cell value_thrown; /* belongs to the error whose text has this hash, and to no other */
    uint64_t text_thrown;
    fv_cell value_caught;
    furrow_err code_caught; /* what rethrow fails with */
} fx_exceptions;
/* The error of this thread, as catch sees it: what was thrown, else an exception. */
FURROW_MUST_CHECK furrow_err fx_exception_catch(fx_vm *vm, furrow_err code, fv_cell *out);
void fx_exceptions_clear(fx_exceptions *exceptions);
/* e.msg, e.var */
FURROW_MUST_CHECK furrow_err fx_exception_field(const fv_cell *exception, const char *name, fv_cell *out);
/* ArgumentError("text", ...) */
FURROW_MUST_CHECK furrow_err fx_exception_call(unsigned kind, const fx_call *call, fv_cell *out);

/* --- what builtins ask of the machine (vm.c) --- */
fx_exceptions *fx_vm_exceptions(fx_vm *vm);
furrow_value ***fx_vm_prelude(fx_vm *vm); /* prelude.c's functions, once they have been made */
void fx_prelude_free(furrow_value **functions);
fx_rng *fx_vm_rng(fx_vm *vm);
const fx_host *fx_vm_host(fx_vm *vm); /* for isdefined */
/* Work on elements of elements of ... stands between these: LIMIT when that goes too deep for the C stack. */
FURROW_MUST_CHECK furrow_err fx_nest(fx_vm *vm);
void fx_unnest(fx_vm *vm);
const char *fx_vm_module(fx_vm *vm); /* the running program's module */

#endif
