/*
 * gather.c - an array that finds its element type while it is filled: comprehensions, map, collect, [a, b, c].
 */
#include "expr/support.h"

void fx_gather_open(fx_gather *gather, size_t hint)
{
    *gather = (fx_gather){.hint = hint, .promote = true};
}

void fx_gather_drop(fx_gather *gather)
{
    if (gather->array) fv_drop(&gather->array->head);
    *gather = (fx_gather){.promote = true};
}

/* Vectors while they grow; count elements are valid, the array's own count is what it has room for. */
static furrow_err start(fx_gather *gather, furrow_type type)
{
    size_t room = gather->hint ? gather->hint : 8;
    return fx_vector_new(type, room, &gather->array);
}

static furrow_err widen(fx_gather *gather, furrow_type type)
{
    fv_array *wide;
    FX_TRY(fx_vector_new(type, gather->array->count, &wide));
    for (size_t i = 0; i < gather->count; i++) {
        fv_cell item;
        furrow_err err = fv_element(gather->array, i, &item);
        if (!err) {
            err = fv_element_set(wide, i, &item);
            fv_cell_drop(&item);
        }
        if (err) {
            fv_drop(&wide->head);
            return err;
        }
    }
    fv_drop(&gather->array->head);
    gather->array = wide;
    return FURROW_OK;
}

static furrow_err make_room(fx_gather *gather)
{
    size_t count = gather->array->count;
    return fv_array_resize(gather->array, count < 8 ? 8 : count + count / 2);
}

furrow_err fx_gather_add(fx_gather *gather, const fv_cell *cell)
{
    furrow_type type = fx_eltype_of(cell);
    if (!gather->array) FX_TRY(start(gather, type));
    furrow_type now = (furrow_type)gather->array->head.eltype;
    if (now != type && now != FURROW_ANY) {
        furrow_type joined = gather->promote ? fx_join(now, type) : FURROW_ANY;
        if (joined != now) FX_TRY(widen(gather, joined));
    }
    if (gather->count == gather->array->count) FX_TRY(make_room(gather));
    furrow_err err = fv_element_set(gather->array, gather->count, cell);
    /* A number that the common type cannot hold exactly (a negative one among unsigned ones). */
    if (err == FURROW_ERR_OVERFLOW) {
        FX_TRY(widen(gather, FURROW_ANY));
        err = fv_element_set(gather->array, gather->count, cell);
    }
    if (!err) gather->count++;
    return err;
}

furrow_err fx_gather_close(fx_gather *gather, int ndims, const size_t *dims, fv_cell *out)
{
    furrow_err err = FURROW_OK;
    if (!gather->array) err = start(gather, FURROW_ANY);
    if (!err && gather->array->count != gather->count) err = fv_array_resize(gather->array, gather->count);
    if (err) {
        fx_gather_drop(gather);
        return err;
    }
    fv_array *array = gather->array;
    size_t wanted = ndims > 0 ? 1 : 0;
    for (int k = 0; k < ndims; k++) wanted *= dims[k];
    if (wanted == array->count && ndims > 0) { /* a function called meanwhile may have changed what the shape is of */
        array->head.ndims = (uint8_t)ndims;
        for (int k = 0; k < FURROW_MAX_NDIMS; k++) array->dims[k] = k < ndims ? dims[k] : 1;
    }
    *gather = (fx_gather){.promote = true};
    *out = fx_box(array);
    return FURROW_OK;
}
