/*
 * public.c - looking at values from outside: the calls of furrow/value.h that belong to no single kind of value.
 */
#include "value/dict.h"
#include "base/error.h"

furrow_type furrow_value_type(const furrow_value *value)
{
    return value ? (furrow_type)value->type : FURROW_NOTHING;
}

furrow_type furrow_value_eltype(const furrow_value *value)
{
    return value ? (furrow_type)value->eltype : FURROW_NOTHING;
}

int furrow_value_ndims(const furrow_value *value)
{
    return value ? value->ndims : 0;
}

size_t furrow_value_dim(const furrow_value *value, int dim)
{
    if (!value || value->type != FURROW_ARRAY || dim < 0 || dim >= value->ndims) return 1;
    return ((const fv_array *)value)->dims[dim];
}

size_t furrow_value_count(const furrow_value *value)
{
    if (!value) return 0;
    switch (value->type) {
    case FURROW_ARRAY:
        return ((const fv_array *)value)->count;
    case FURROW_RANGE:
        return ((const fv_range *)value)->count;
    case FURROW_TUPLE:
        return ((const fv_tuple *)value)->count;
    case FURROW_DICT:
        return fv_dict_count(fv_dict_of_value(value));
    case FURROW_STRING:
    case FURROW_SYMBOL:
    case FURROW_REGEX:
    case FURROW_MODULE:
    case FURROW_EXCEPTION:
        return ((const fv_text *)value)->nbytes;
    default:
        return 1;
    }
}

const void *furrow_value_data(const furrow_value *value)
{
    if (!value) return NULL;
    if (fv_tag_flat(value->type)) return ((const fv_scalar *)value)->bytes;
    if (value->type == FURROW_ARRAY && fv_tag_flat(value->eltype)) return ((const fv_array *)value)->data;
    if (value->type == FURROW_STRING || value->type == FURROW_SYMBOL || value->type == FURROW_EXCEPTION)
        return ((const fv_text *)value)->bytes;
    return NULL;
}

static furrow_err real_number(const furrow_value *value, const void *out, fv_cell *cell)
{
    if (!value || !out) return fb_fail(FURROW_ERR_ARG, "a value and a place for the number are wanted, got NULL");
    if (value->type < FURROW_BOOL || value->type > FURROW_FLOAT64) {
        return fb_fail(FURROW_ERR_TYPE, "a real number is wanted, got %s", furrow_type_name((furrow_type)value->type));
    }
    fv_cell_from_value(value, cell);
    return FURROW_OK;
}

furrow_err furrow_value_as_float64(const furrow_value *value, double *out)
{
    fv_cell cell, real;
    furrow_err err = real_number(value, out, &cell);
    if (!err) err = fv_convert(&cell, FURROW_FLOAT64, &real);
    if (!err) *out = real.d;
    return err;
}

furrow_err furrow_value_as_int64(const furrow_value *value, int64_t *out)
{
    fv_cell cell, integer;
    furrow_err err = real_number(value, out, &cell);
    if (!err) err = fv_convert(&cell, FURROW_INT64, &integer);
    if (!err) *out = integer.i;
    return err;
}

furrow_err furrow_value_element(const furrow_value *value, size_t index, furrow_value **out)
{
    if (!value || !out) return fb_fail(FURROW_ERR_ARG, "a value and a place for the element are wanted, got NULL");
    if (value->type != FURROW_ARRAY && value->type != FURROW_TUPLE && value->type != FURROW_RANGE) {
        return fb_fail(FURROW_ERR_TYPE, "%s has no elements", furrow_type_name((furrow_type)value->type));
    }
    if (index >= furrow_value_count(value)) {
        return fb_fail(FURROW_ERR_BOUNDS, "element %zu (from 0) is wanted of %zu", index, furrow_value_count(value));
    }
    fv_cell cell;
    furrow_err err = FURROW_OK;
    if (value->type == FURROW_ARRAY) {
        err = fv_element((const fv_array *)value, index, &cell);
    } else if (value->type == FURROW_TUPLE) {
        cell = ((const fv_tuple *)value)->items[index];
        fv_cell_hold(&cell);
    } else {
        fv_range_at((const fv_range *)value, index, &cell);
    }
    if (err) return err;
    err = fv_cell_to_value(&cell, out);
    fv_cell_drop(&cell);
    return err;
}

bool furrow_value_equal(const furrow_value *a, const furrow_value *b)
{
    if (a == b) return true;
    if (!a || !b || a->type != b->type || a->eltype != b->eltype) return false;
    fv_cell x, y;
    fv_cell_from_value(a, &x);
    fv_cell_from_value(b, &y);
    bool equal = fv_cell_equal(&x, &y);
    fv_cell_drop(&x);
    fv_cell_drop(&y);
    return equal;
}

furrow_value *furrow_value_hold(furrow_value *value)
{
    if (value) fv_hold(value);
    return value;
}

void furrow_value_drop(furrow_value *value)
{
    fv_drop(value);
}
