/*
 * cat.h - concatenation, for bracket literals and for vcat, hcat, cat.
 */
#ifndef FX_CAT_H
#define FX_CAT_H

#include "expr/support.h"

/* Along dimension dim, from 0. Scalars count as arrays of one element. SHAPE when the other extents differ. */
FURROW_MUST_CHECK furrow_err fx_cat(fx_vm *vm, int dim, const fv_cell *items, size_t n, fv_cell *out);

#endif
