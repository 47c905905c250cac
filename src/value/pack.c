/*
 * pack.c - the public calls that turn values into bytes and back, and make tuples and arrays of boxed elements.
 * Thin layers over wire.h and the constructors of value.h; they know nothing of messages or files.
 */
#include "base/error.h"
#include "value/wire.h"
#include <stdlib.h>

FURROW_API furrow_err furrow_value_pack(const furrow_value *value, void **bytes, size_t *nbytes)
{
    if (!value || !bytes || !nbytes) return fb_fail(FURROW_ERR_ARG, "value, bytes and nbytes must not be NULL");
    fv_cell cell;
    fv_cell_from_value(value, &cell);
    fb_buffer buffer;
    fb_buffer_init(&buffer, 0);
    furrow_err err = fv_wire_put(&buffer, &cell);
    fv_cell_drop(&cell);
    if (err) {
        fb_buffer_free(&buffer);
        return err;
    }
    *bytes = buffer.bytes;
    *nbytes = buffer.nbytes;
    return FURROW_OK;
}

FURROW_API furrow_err furrow_value_unpack(const void *bytes, size_t nbytes, furrow_value **out)
{
    if ((!bytes && nbytes) || !out) return fb_fail(FURROW_ERR_ARG, "bytes and out must not be NULL");
    fb_cursor cursor = {bytes, (const unsigned char *)bytes + nbytes};
    fv_cell cell;
    furrow_err err = fv_wire_get(&cursor, &cell);
    if (err) return err;
    if (fb_cursor_left(&cursor) != 0)
        err = fb_fail(FURROW_ERR_FORMAT, "%zu bytes follow the value", fb_cursor_left(&cursor));
    else
        err = fv_cell_to_value(&cell, out);
    fv_cell_drop(&cell);
    return err;
}

FURROW_API furrow_err furrow_value_tuple(size_t count, furrow_value *const *items, furrow_value **out)
{
    if ((!items && count) || !out) return fb_fail(FURROW_ERR_ARG, "items and out must not be NULL");
    fv_cell *cells = calloc(count ? count : 1, sizeof *cells);
    if (!cells) return fb_fail(FURROW_ERR_NOMEM, "no memory for a tuple of %zu items", count);
    for (size_t i = 0; i < count; i++) fv_cell_from_value(items[i], &cells[i]);
    furrow_err err = fv_tuple_new(count, cells, out);
    for (size_t i = 0; i < count; i++) fv_cell_drop(&cells[i]);
    free(cells);
    return err;
}

FURROW_API furrow_err furrow_value_boxes(furrow_type type, int ndims, const size_t *dims, furrow_value *const *items,
                                         furrow_value **out)
{
    if (!dims || !out) return fb_fail(FURROW_ERR_ARG, "dims and out must not be NULL");
    if (!fv_tag_element((uint32_t)type) || fv_tag_flat((uint32_t)type))
        return fb_fail(FURROW_ERR_TYPE, "elements of type %s are not boxed", furrow_type_name(type));
    fv_array *array;
    furrow_err err = fv_array_new(type, ndims, dims, &array);
    if (err) return err;
    if (!items && array->count > 0) err = fb_fail(FURROW_ERR_ARG, "items must not be NULL");
    for (size_t i = 0; i < array->count && !err; i++) {
        fv_cell cell;
        fv_cell_from_value(items[i], &cell);
        err = fv_element_set(array, i, &cell);
        fv_cell_drop(&cell);
    }
    if (err)
        fv_drop(&array->head);
    else
        *out = &array->head;
    return err;
}
