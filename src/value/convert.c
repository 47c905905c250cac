/*
 * convert.c - numbers to other types as Julia's convert does it: nothing is lost silently but the rounding of
 * floating-point numbers.
 */
#include "value/value.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>

/* What a number is before it becomes another: exactly one of the three forms, with an imaginary part beside it. */
typedef struct number {
    enum { SIGNED, UNSIGNED, REAL } form;
    union {
        int64_t i;
        uint64_t u;
        double d;
    };
    double imaginary;
} number;

static bool read_number(const fv_cell *cell, number *n)
{
    n->imaginary = 0;
    switch (cell->tag) {
    case FURROW_BOOL:
    case FURROW_INT8:
    case FURROW_INT16:
    case FURROW_INT32:
    case FURROW_INT64:
    case FURROW_CHAR:
        n->form = SIGNED;
        n->i = cell->i;
        return true;
    case FURROW_UINT8:
    case FURROW_UINT16:
    case FURROW_UINT32:
    case FURROW_UINT64:
        n->form = UNSIGNED;
        n->u = cell->u;
        return true;
    default:
        break;
    }
    n->form = REAL;
    if (cell->tag == FURROW_FLOAT32) {
        n->d = (double)cell->f;
    } else if (cell->tag == FURROW_FLOAT64) {
        n->d = cell->d;
    } else if (cell->tag == FURROW_COMPLEX64) {
        n->d = (double)cell->c[0];
        n->imaginary = (double)cell->c[1];
    } else if (cell->tag == FURROW_COMPLEX128) {
        double parts[2];
        memcpy(parts, ((const fv_scalar *)cell->p)->bytes, sizeof parts);
        n->d = parts[0];
        n->imaginary = parts[1];
    } else if (cell->tag == FURROW_COMPLEX_INT64) {
        int64_t parts[2];
        memcpy(parts, ((const fv_scalar *)cell->p)->bytes, sizeof parts);
        n->form = SIGNED;
        n->i = parts[0];
        n->imaginary = (double)parts[1];
    } else {
        return false;
    }
    return true;
}

static double as_double(const number *n)
{
    return n->form == SIGNED ? (double)n->i : n->form == UNSIGNED ? (double)n->u : n->d;
}

/* The number as an integer between low and high (high of UInt64 included), false when it is none. */
static bool as_integer(const number *n, int64_t low, uint64_t high, int64_t *out)
{
    uint64_t magnitude;
    bool negative;
    if (n->imaginary != 0) return false;
    if (n->form == UNSIGNED) {
        negative = false;
        magnitude = n->u;
    } else if (n->form == SIGNED) {
        negative = n->i < 0;
        magnitude = negative ? 0 - (uint64_t)n->i : (uint64_t)n->i;
    } else {
        if (!(fabs(n->d) < 18446744073709551616.0) || n->d != trunc(n->d)) return false;
        negative = n->d < 0;
        magnitude = (uint64_t)fabs(n->d);
    }
    if (negative ? magnitude > 0 - (uint64_t)low : magnitude > high) return false;
    *out = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

static bool to_integer(const number *n, furrow_type type, int64_t *out)
{
    switch (type) {
    case FURROW_BOOL:
        return as_integer(n, 0, 1, out);
    case FURROW_INT8:
        return as_integer(n, INT8_MIN, INT8_MAX, out);
    case FURROW_INT16:
        return as_integer(n, INT16_MIN, INT16_MAX, out);
    case FURROW_INT32:
        return as_integer(n, INT32_MIN, INT32_MAX, out);
    case FURROW_INT64:
        return as_integer(n, INT64_MIN, INT64_MAX, out);
    case FURROW_UINT8:
        return as_integer(n, 0, UINT8_MAX, out);
    case FURROW_UINT16:
        return as_integer(n, 0, UINT16_MAX, out);
    case FURROW_UINT32:
        return as_integer(n, 0, UINT32_MAX, out);
    case FURROW_UINT64:
        return as_integer(n, 0, UINT64_MAX, out);
    default:
        return as_integer(n, 0, 0x10FFFF, out) && (*out < 0xD800 || *out > 0xDFFF);
    }
}

static furrow_err to_complex128(const number *n, fv_cell *out)
{
    double parts[2] = {as_double(n), n->imaginary};
    furrow_value *value;
    furrow_err err = furrow_value_scalar(FURROW_COMPLEX128, parts, &value);
    if (!err) *out = (fv_cell){.tag = FURROW_COMPLEX128, .p = value};
    return err;
}

static bool to_complex_int64(const number *n, furrow_err *err, fv_cell *out)
{
    const number imaginary = {.form = REAL, .d = n->imaginary};
    number real = *n;
    int64_t parts[2];
    real.imaginary = 0;
    if (!to_integer(&real, FURROW_INT64, &parts[0]) || !to_integer(&imaginary, FURROW_INT64, &parts[1])) return false;
    furrow_value *value;
    *err = furrow_value_scalar(FURROW_COMPLEX_INT64, parts, &value);
    if (!*err) *out = (fv_cell){.tag = FURROW_COMPLEX_INT64, .p = value};
    return true;
}

static furrow_err inexact(const fv_cell *cell, furrow_type type)
{
    char *text;
    furrow_value *value;
    if (fv_cell_to_value(cell, &value) == FURROW_OK) {
        furrow_err err = furrow_value_print(value, &text);
        fv_drop(value);
        if (err == FURROW_OK) {
            fb_fail(FURROW_ERR_OVERFLOW, "InexactError: %.80s does not fit in %s exactly", text,
                    furrow_type_name(type));
            free(text);
            fb_fail_advice("round(T, x), floor, ceil and trunc give whole numbers; a wider type holds larger ones.");
            return FURROW_ERR_OVERFLOW;
        }
    }
    return fb_fail(FURROW_ERR_OVERFLOW, "InexactError: the number does not fit in %s exactly", furrow_type_name(type));
}

static furrow_err no_conversion(const fv_cell *cell, furrow_type type)
{
    char from[96];
    return fb_fail(FURROW_ERR_TYPE, "cannot convert a value of type %s to %s",
                   fv_type_text(fv_type_of(cell), from, sizeof from), furrow_type_name(type));
}

furrow_err fv_convert(const fv_cell *cell, furrow_type type, fv_cell *out)
{
    if (cell->tag == (uint32_t)type || type == FURROW_ANY) {
        fv_cell_hold(cell);
        *out = *cell;
        return FURROW_OK;
    }
    number n;
    if (!(fv_tag_flat((uint32_t)type) || type == FURROW_CHAR) || !read_number(cell, &n)) {
        return no_conversion(cell, type);
    }
    if (cell->tag == FURROW_CHAR && (type == FURROW_BOOL || type >= FURROW_FLOAT32)) return no_conversion(cell, type);
    fv_cell made = {.tag = (uint32_t)type};
    switch (type) {
    case FURROW_FLOAT32:
        if (n.imaginary != 0) return inexact(cell, type);
        /* From an integer straight to float: going over double would round twice. */
        made.f = n.form == SIGNED ? (float)n.i : n.form == UNSIGNED ? (float)n.u : (float)n.d;
        break;
    case FURROW_FLOAT64:
        if (n.imaginary != 0) return inexact(cell, type);
        made.d = as_double(&n);
        break;
    case FURROW_COMPLEX64:
        made.c[0] = n.form == SIGNED ? (float)n.i : n.form == UNSIGNED ? (float)n.u : (float)n.d;
        made.c[1] = (float)n.imaginary;
        break;
    case FURROW_COMPLEX128:
        return to_complex128(&n, out);
    case FURROW_COMPLEX_INT64: {
        furrow_err err = FURROW_OK;
        return to_complex_int64(&n, &err, out) ? err : inexact(cell, type);
    }
    default:
        if (!to_integer(&n, type, &made.i)) return inexact(cell, type);
    }
    *out = made;
    return FURROW_OK;
}
