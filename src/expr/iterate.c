/*
 * iterate.c - the items of a value, one after the other. state is a position; for strings a byte offset.
 */
#include "expr/support.h"

static furrow_err next_pair(const fv_cell *dict, uint64_t *state, fv_cell *item, bool *done)
{
    fv_cell pair[2];
    furrow_value *tuple;
    *done = !fv_dict_next(fv_dict_of_value(dict->p), state, &pair[0], &pair[1]);
    if (*done) return FURROW_OK;
    if (fv_is_set(dict)) {
        *item = pair[0];
        fv_cell_hold(item);
        return FURROW_OK;
    }
    FX_TRY(fv_pair_new(pair, &tuple));
    *item = fx_box(tuple);
    return FURROW_OK;
}

static furrow_err next_char(const fv_text *text, uint64_t *state, fv_cell *item, bool *done)
{
    *done = *state >= text->nbytes;
    if (*done) return FURROW_OK;
    uint32_t code;
    *state += fb_utf8_decode(text->bytes + *state, text->nbytes - *state, &code);
    *item = fx_char(code == FB_UTF8_INVALID ? 0xFFFD : code);
    return FURROW_OK;
}

furrow_err fx_iterate(const fv_cell *iterable, uint64_t *state, fv_cell *item, bool *done)
{
    FX_TRY(fv_worked(1));
    if (iterable->tag == FURROW_STRING) return next_char(fx_text(iterable), state, item, done);
    if (iterable->tag == FURROW_DICT) return next_pair(iterable, state, item, done);
    size_t count, at = *state;
    if (!fx_item_count(iterable, &count)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_TYPE, "a %s cannot be iterated over", fx_type_text(iterable, text));
    }
    *done = at >= count;
    if (*done) return FURROW_OK;
    if (iterable->tag == FURROW_ARRAY) {
        FX_TRY(fv_element(fx_array(iterable), at, item));
    } else if (iterable->tag == FURROW_RANGE) {
        fv_range_at(fx_range(iterable), at, item);
    } else {
        *item = iterable->tag == FURROW_TUPLE ? fx_tuple(iterable)->items[at] : *iterable;
        fv_cell_hold(item);
    }
    *state = at + 1;
    return FURROW_OK;
}
