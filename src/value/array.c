/*
 * array.c - dense column-major arrays: making, growing, moving, and their elements as cells.
 */
#include "value/alloc.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

static size_t element_nbytes(furrow_type eltype)
{
    return fv_tag_flat((uint32_t)eltype) ? furrow_type_nbytes(eltype) : sizeof(fv_cell);
}

furrow_err fv_count(furrow_type eltype, int ndims, const size_t *dims, size_t *count)
{
    if (ndims < 1 || ndims > FURROW_MAX_NDIMS) {
        return fb_fail(FURROW_ERR_ARG, "an array has 1 to %d dimensions, not %d", FURROW_MAX_NDIMS, ndims);
    }
    /* A zero extent makes the product zero, but only when the others would not have overflowed before it came. */
    size_t product = 1, nbytes;
    bool empty = false;
    for (int i = 0; i < ndims; i++) {
        if (dims[i] > PTRDIFF_MAX) return fb_fail(FURROW_ERR_OVERFLOW, "extent %zu of an array is too large", dims[i]);
        if (dims[i] == 0) {
            empty = true;
        } else if (__builtin_mul_overflow(product, dims[i], &product)) {
            return fb_fail(FURROW_ERR_OVERFLOW, "the product of an array's dimensions does not fit in 64 bits");
        }
    }
    if (__builtin_mul_overflow(product, element_nbytes(eltype), &nbytes) || nbytes > PTRDIFF_MAX) {
        return fb_fail(FURROW_ERR_OVERFLOW, "an array of %zu elements of %s is too large", product,
                       furrow_type_name(eltype));
    }
    *count = empty ? 0 : product;
    return FURROW_OK;
}

/* Few elements are allocated together with their array: behind it, from the next multiple of 64 on. */
#define ROOM_UNIT        64
#define ROOM_UNITS_MOST  8
#define ROOM_ALIGN_SLACK (ROOM_UNIT - _Alignof(max_align_t))

static size_t room_units(const fv_array *array)
{
    return (size_t)array->head.flags >> FV_FLAG_ROOM_SHIFT;
}

static size_t nbytes_with_room(size_t units)
{
    return sizeof(fv_array) + (units > 0 ? ROOM_ALIGN_SLACK + units * ROOM_UNIT : 0);
}

size_t fv_array_nbytes(const fv_array *array)
{
    return nbytes_with_room(room_units(array));
}

static void *room_of(const fv_array *array)
{
    uintptr_t end = (uintptr_t)(array + 1);
    return (char *)(array + 1) + (ROOM_UNIT - end % ROOM_UNIT) % ROOM_UNIT;
}

/* Whether the elements are where they were allocated together with the array. */
static bool in_room(const fv_array *array)
{
    return room_units(array) > 0 && array->data == room_of(array);
}

/* An array without memory for its elements, but for room behind it when it is wanted and they are few. */
static furrow_err new_head(furrow_type eltype, int ndims, const size_t *dims, bool with_room, fv_array **out)
{
    if (!fv_tag_element((uint32_t)eltype)) {
        return fb_fail(FURROW_ERR_TYPE, "%s cannot be the element type of an array", furrow_type_name(eltype));
    }
    size_t count;
    furrow_err err = fv_count(eltype, ndims, dims, &count);
    if (err) return err;
    size_t units = count * element_nbytes(eltype) / ROOM_UNIT + 1;
    if (!with_room || units > ROOM_UNITS_MOST) units = 0;
    fv_array *array;
    err = fv_alloc(FURROW_ARRAY, nbytes_with_room(units), &array);
    if (err) return err;
    array->head.flags |= (uint8_t)(units << FV_FLAG_ROOM_SHIFT);
    array->head.eltype = (uint8_t)eltype;
    array->head.ndims = (uint8_t)ndims;
    array->count = count;
    for (int i = 0; i < FURROW_MAX_NDIMS; i++) array->dims[i] = i < ndims ? dims[i] : 1;
    array->data = NULL;
    array->capacity = 0;
    array->store = NULL;
    *out = array;
    return FURROW_OK;
}

furrow_err fv_array_new(furrow_type eltype, int ndims, const size_t *dims, fv_array **out)
{
    fv_array *array;
    furrow_err err = new_head(eltype, ndims, dims, true, &array);
    if (err) return err;
    size_t nbytes = array->count * element_nbytes(eltype);
    if (room_units(array) > 0) {
        array->data = room_of(array);
        array->capacity = room_units(array) * ROOM_UNIT / element_nbytes(eltype);
    } else {
        err = fv_alloc_part(&array->head, nbytes, &array->data);
    }
    if (!err && room_units(array) == 0) array->capacity = array->count;
    if (!err && !fv_tag_flat((uint32_t)eltype)) err = fv_bytes_clear(array->data, nbytes);
    if (err) {
        array->count = 0;
        fv_drop(&array->head);
        return err;
    }
    *out = array;
    return FURROW_OK;
}

furrow_err fv_array_over(furrow_type eltype, int ndims, const size_t *dims, void *data, fv_store *store, fv_array **out)
{
    if (!store || !fv_tag_flat((uint32_t)eltype)) {
        return fb_fail(FURROW_ERR_ARG, "memory of others holds flat elements and has a store");
    }
    fv_array *array;
    furrow_err err = new_head(eltype, ndims, dims, false, &array);
    if (err) return err;
    array->data = data;
    array->store = store;
    *out = array;
    return FURROW_OK;
}

/* Gives the elements' memory back; the elements themselves have been taken care of. */
static void drop_memory(fv_array *array)
{
    if (array->store) {
        array->store->drop(array->store, array->data);
    } else if (!in_room(array)) {
        fv_dealloc_part(&array->head, array->data, array->capacity * element_nbytes((furrow_type)array->head.eltype));
    }
    array->data = NULL;
    array->capacity = 0;
    array->store = NULL;
}

void fv_array_clear(fv_array *array)
{
    if (!fv_tag_flat(array->head.eltype)) {
        fv_cell *cells = array->data;
        for (size_t i = 0; i < array->count; i++) fv_cell_drop(&cells[i]);
    }
    drop_memory(array);
}

void fv_array_rehome(fv_array *array, void *data, fv_store *store)
{
    drop_memory(array);
    array->data = data;
    array->store = store;
}

static furrow_err grow(fv_array *array, size_t count)
{
    size_t capacity = array->capacity + array->capacity / 2;
    if (capacity < count) capacity = count;
    if (capacity < 8) capacity = 8;
    size_t nbytes;
    furrow_type eltype = (furrow_type)array->head.eltype;
    if (__builtin_mul_overflow(capacity, element_nbytes(eltype), &nbytes) || nbytes > PTRDIFF_MAX) {
        return fb_fail(FURROW_ERR_OVERFLOW, "an array of %zu elements of %s is too large", count,
                       furrow_type_name(eltype));
    }
    void *data;
    furrow_err err = fv_alloc_part(&array->head, nbytes, &data);
    if (err) return err;
    err = fv_bytes_copy(data, array->data, array->count * element_nbytes(eltype));
    if (err) {
        fv_dealloc_part(&array->head, data, nbytes);
        return err;
    }
    drop_memory(array);
    array->data = data;
    array->capacity = capacity;
    return FURROW_OK;
}

furrow_err fv_array_resizable(const fv_array *array)
{
    if (!array->store || !array->store->fixed) return FURROW_OK;
    return fb_fail(FURROW_ERR_PINNED, "a vector of %zu elements was made by C code: its length is fixed", array->count);
}

furrow_err fv_array_resize(fv_array *array, size_t count)
{
    furrow_err fixed = fv_array_resizable(array);
    if (fixed) return fixed;
    if (array->head.ndims != 1) {
        return fb_fail(FURROW_ERR_SHAPE, "only a vector can change its length, this array has %d dimensions",
                       array->head.ndims);
    }
    size_t width = element_nbytes((furrow_type)array->head.eltype);
    if (count > array->count) {
        furrow_err err = count > array->capacity || array->store ? grow(array, count) : FURROW_OK;
        if (!err) err = fv_bytes_clear((char *)array->data + array->count * width, (count - array->count) * width);
        if (err) return err;
    } else if (!fv_tag_flat(array->head.eltype)) {
        fv_cell *cells = array->data;
        for (size_t i = count; i < array->count; i++) fv_cell_drop(&cells[i]);
    }
    array->count = count;
    array->dims[0] = count;
    return FURROW_OK;
}

furrow_err fv_array_copy(const fv_array *array, fv_array **out)
{
    fv_array *copy;
    furrow_type eltype = (furrow_type)array->head.eltype;
    furrow_err err = fv_array_new(eltype, array->head.ndims, array->dims, &copy);
    if (err) return err;
    if (fv_tag_flat((uint32_t)eltype)) {
        err = fv_bytes_copy(copy->data, array->data, array->count * element_nbytes(eltype));
    } else {
        fv_pieces p = {.count = copy->count};
        FV_EACH (i, &p) {
            ((fv_cell *)copy->data)[i] = ((const fv_cell *)array->data)[i];
            fv_cell_hold((const fv_cell *)array->data + i);
        }
        err = p.err;
    }
    if (err) {
        fv_drop(&copy->head);
        return err;
    }
    *out = copy;
    return FURROW_OK;
}

furrow_err furrow_value_array(furrow_type type, int ndims, const size_t *dims, const void *data, furrow_value **out)
{
    if (!dims || !out) return fb_fail(FURROW_ERR_ARG, "an array needs dimensions and a place for the value, got NULL");
    if (!fv_tag_flat((uint32_t)type)) {
        return fb_fail(FURROW_ERR_TYPE, "%s is not a flat type", furrow_type_name(type));
    }
    fv_array *array;
    furrow_err err = fv_array_new(type, ndims, dims, &array);
    if (err) return err;
    size_t nbytes = array->count * element_nbytes(type);
    if (!data) {
        memset(array->data, 0, nbytes);
    } else if (type == FURROW_BOOL) {
        for (size_t i = 0; i < nbytes; i++) ((unsigned char *)array->data)[i] = ((const unsigned char *)data)[i] != 0;
    } else if (nbytes > 0) {
        memcpy(array->data, data, nbytes);
    }
    *out = &array->head;
    return FURROW_OK;
}

/* --- elements --- */

static furrow_err check_index(const fv_array *array, size_t index)
{
    if (index < array->count) return FURROW_OK;
    return fb_fail(FURROW_ERR_BOUNDS, "element %zu is wanted of an array of %zu", index + 1, array->count);
}

furrow_err fv_element(const fv_array *array, size_t index, fv_cell *out)
{
    furrow_err err = check_index(array, index);
    if (!err) err = fv_worked(1);
    if (err) return err;
    furrow_type eltype = (furrow_type)array->head.eltype;
    if (!fv_tag_flat((uint32_t)eltype)) {
        const fv_cell *cells = array->data;
        *out = cells[index];
        fv_cell_hold(out);
        return FURROW_OK;
    }
    fv_cell cell;
    fv_flat_load(eltype, (const char *)array->data + index * element_nbytes(eltype), &cell);
    if (cell.tag == FURROW_NOTHING) return FURROW_ERR_NOMEM;
    *out = cell;
    return FURROW_OK;
}

furrow_err fv_element_set(fv_array *array, size_t index, const fv_cell *cell)
{
    furrow_err err = check_index(array, index);
    if (!err) err = fv_worked(1);
    if (err) return err;
    furrow_type eltype = (furrow_type)array->head.eltype;
    if (fv_tag_flat((uint32_t)eltype) && cell->tag == (uint32_t)eltype) {
        fv_flat_store(eltype, (char *)array->data + index * element_nbytes(eltype), cell);
        return FURROW_OK;
    }
    fv_cell converted;
    err = fv_convert(cell, eltype, &converted);
    if (err) return err;
    if (fv_tag_flat((uint32_t)eltype)) {
        fv_flat_store(eltype, (char *)array->data + index * element_nbytes(eltype), &converted);
        fv_cell_drop(&converted);
    } else {
        /* The old element goes last: dropping it may run code that looks at the array. */
        fv_cell *cells = array->data, old = cells[index];
        cells[index] = converted;
        fv_cell_drop(&old);
    }
    return FURROW_OK;
}
