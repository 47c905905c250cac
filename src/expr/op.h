/*
 * op.h - the parts of the operators, each in its file, as op.c puts them together.
 */
#ifndef FX_OP_H
#define FX_OP_H

#include "expr/calc.h"

const char *fx_op_name(fx_op op); /* "+" */

/* Ranges that stay ranges: r + 1, 2r, -r. false: calculate with its elements instead. range.c */
bool fx_range_binary(fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out);
bool fx_range_negate(const fv_cell *a, fv_cell *out);

/* * of matrices and vectors, ^ of a square matrix, transposes: matrix.c */
FURROW_MUST_CHECK furrow_err fx_matrix_multiply(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_matrix_power(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_matrix_transpose(fx_vm *vm, bool conjugate, const fv_cell *a, fv_cell *out);

/* Operators on strings and characters: text_op.c */
FURROW_MUST_CHECK furrow_err fx_text_binary(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out);

/* function(vm, context, items, out) for each place of the broadcast arguments; an array of what it gives, or, when all
 * arguments are scalars, that alone. name is for errors. broadcast.c */
typedef struct fx_each {
    const char *name;
    furrow_err (*function)(fx_vm *vm, const void *context, const fv_cell *items, fv_cell *out);
    const void *context;
} fx_each;
FURROW_MUST_CHECK furrow_err fx_broadcast_each(fx_vm *vm, const fx_each *each, const fv_cell *args, size_t nargs,
                                               fv_cell *out);

/* fx_broadcast_each where tuples among the arguments go element by element too. */
FURROW_MUST_CHECK furrow_err fx_broadcast_tuples(fx_vm *vm, const fx_each *each, const fv_cell *args, size_t nargs,
                                                 fv_cell *out);
bool fx_has_tuple(const fv_cell *args, size_t nargs);

#endif
