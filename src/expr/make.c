/*
 * make.c - the bracket literals [a, b, c] and [a b; c d]. Ranges are in range.c.
 */
#include "expr/cat.h"

furrow_err fx_make_vector(fx_vm *vm, const fv_cell *items, size_t n, fv_cell *out)
{
    fx_gather gather;
    FX_TRY(fx_spend(vm, n));
    fx_gather_open(&gather, n);
    for (size_t i = 0; i < n; i++) {
        furrow_err err = fx_gather_add(&gather, &items[i]);
        if (err) {
            fx_gather_drop(&gather);
            return err;
        }
    }
    return fx_gather_close(&gather, 0, NULL, out);
}

/* Each row put together, as items of an Array{Any}. */
static furrow_err make_rows(fx_vm *vm, const fv_cell *items, const uint32_t *row_lengths, size_t nrows, fv_cell *rows)
{
    for (size_t i = 0; i < nrows; i++) {
        if (row_lengths[i] == 1) {
            rows[i] = *items;
            fv_cell_hold(items);
        } else {
            FX_TRY(fx_cat(vm, 1, items, row_lengths[i], &rows[i]));
        }
        items += row_lengths[i];
    }
    return FURROW_OK;
}

furrow_err fx_make_matrix(fx_vm *vm, const fv_cell *items, const uint32_t *row_lengths, size_t nrows, fv_cell *out)
{
    fv_array *rows;
    if (nrows == 1 && row_lengths[0] > 1) return fx_cat(vm, 1, items, row_lengths[0], out);
    FX_TRY(fx_vector_new(FURROW_ANY, nrows, &rows));
    furrow_err err = make_rows(vm, items, row_lengths, nrows, rows->data);
    if (!err) err = fx_cat(vm, 0, rows->data, nrows, out);
    fv_drop(&rows->head);
    return err;
}
