/*
 * reduce.h - reductions of numbers, over everything, along a dimension, or after a function: shared by reduce.c (what
 * the reductions are) and along.c (how they go through arrays).
 */
#ifndef FX_REDUCE_H
#define FX_REDUCE_H

#include "expr/calc.h"

/* One reduction. all: a flat array's n > 0 elements (contiguous) to a cell. None or boxed items: fold does it, starting
 * from empty's answer. */
typedef struct fx_reduction_kind {
    const char *name;
    fx_op op;                                                                           /* for boxed items */
    furrow_err (*all)(furrow_type type, const void *data, size_t n, fv_cell *out);      /* flat elements */
    furrow_err (*empty)(furrow_type type, fv_cell *out);                                /* of no elements */
    furrow_err (*combine)(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out); /* boxed items */
} fx_reduction_kind;

/* name(x), name(f, x), name(x, dims) */
FURROW_MUST_CHECK furrow_err fx_reduce_call(const fx_call *call, const fx_reduction_kind *kind, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_reduce_items(fx_vm *vm, const fx_reduction_kind *kind, const fv_cell *items,
                                             fv_cell *out);
/* Along the dimensions in dims (an integer, tuple or vector): each line gathered, reduced, and put in place. */
FURROW_MUST_CHECK furrow_err fx_reduce_along(fx_vm *vm, const fx_reduction_kind *kind, const fv_cell *x,
                                             const fv_cell *dims, fv_cell *out);
/* The items of x after f (NULL: as they are), as an array: a reference of its own. */
FURROW_MUST_CHECK furrow_err fx_mapped(fx_vm *vm, const fv_cell *f, const fv_cell *x, fv_array **out);

#endif
