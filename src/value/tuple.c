/*
 * tuple.c - tuples: a fixed number of cells; pairs are tuples of two that say so.
 */
#include "value/alloc.h"
#include "base/error.h"

furrow_err fv_tuple_new(size_t count, const fv_cell *items, furrow_value **out)
{
    size_t nbytes;
    if (__builtin_mul_overflow(count, sizeof(fv_cell), &nbytes) ||
        __builtin_add_overflow(nbytes, sizeof(fv_tuple), &nbytes)) {
        return fb_fail(FURROW_ERR_OVERFLOW, "a tuple of %zu items is too large", count);
    }
    fv_tuple *tuple;
    furrow_err err = fv_alloc(FURROW_TUPLE, nbytes, &tuple);
    if (err) return err;
    tuple->count = count;
    fv_pieces p = {.count = count};
    FV_EACH (i, &p) {
        tuple->items[i] = items[i];
        fv_cell_hold(&items[i]);
    }
    if (p.err) {
        for (size_t i = 0; i < p.from; i++) fv_cell_drop(&tuple->items[i]);
        tuple->count = 0;
        fv_dealloc(&tuple->head, nbytes);
        return p.err;
    }
    *out = &tuple->head;
    return FURROW_OK;
}

furrow_err fv_pair_new(const fv_cell pair[2], furrow_value **out)
{
    furrow_err err = fv_tuple_new(2, pair, out);
    if (!err) (*out)->flags |= FV_FLAG_PAIR;
    return err;
}
