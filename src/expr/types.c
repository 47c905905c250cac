/*
 * types.c - which type comes of which: promotion, sets of types, names for error messages, and the errors that name
 * types and shapes.
 */
#include "expr/support.h"

#include <stdio.h>

static size_t width(furrow_type t)
{
    return furrow_type_nbytes(t);
}

static furrow_type promote_integers(furrow_type a, furrow_type b)
{
    if (a == FURROW_BOOL) return b;
    if (b == FURROW_BOOL) return a;
    if (width(a) != width(b)) return width(a) > width(b) ? a : b;
    return fx_type_unsigned(a) ? a : b;
}

furrow_type fx_real_of(furrow_type t)
{
    if (t == FURROW_COMPLEX_INT64) return FURROW_INT64;
    return t == FURROW_COMPLEX64 ? FURROW_FLOAT32 : t == FURROW_COMPLEX128 ? FURROW_FLOAT64 : t;
}

static furrow_type promote_reals(furrow_type a, furrow_type b)
{
    if (fx_type_float(a) || fx_type_float(b)) {
        return a == FURROW_FLOAT64 || b == FURROW_FLOAT64 ? FURROW_FLOAT64 : FURROW_FLOAT32;
    }
    return promote_integers(a, b);
}

furrow_type fx_promote(furrow_type a, furrow_type b)
{
    if (a == b) return a;
    if (!fx_type_complex(a) && !fx_type_complex(b)) return promote_reals(a, b);
    furrow_type real = promote_reals(fx_real_of(a), fx_real_of(b));
    return real == FURROW_FLOAT64   ? FURROW_COMPLEX128
           : real == FURROW_FLOAT32 ? FURROW_COMPLEX64
                                    : FURROW_COMPLEX_INT64;
}

furrow_type fx_join(furrow_type a, furrow_type b)
{
    if (a == b) return a;
    return fv_tag_flat((uint32_t)a) && fv_tag_flat((uint32_t)b) ? fx_promote(a, b) : FURROW_ANY;
}

furrow_type fx_eltype_of(const fv_cell *c)
{
    return fx_is_number(c) || fx_is_text(c) || c->tag == FURROW_CHAR ? (furrow_type)c->tag : FURROW_ANY;
}

/* --- sets of types --- */

static bool in_set(uint32_t tag, unsigned set)
{
    switch (set) {
    case FV_SET_NUMBER:
        return fv_tag_flat(tag);
    case FV_SET_REAL:
        return tag >= FURROW_BOOL && tag <= FURROW_FLOAT64;
    case FV_SET_INTEGER:
        return fx_type_integer(tag);
    case FV_SET_SIGNED:
        return tag >= FURROW_INT8 && tag <= FURROW_INT64;
    case FV_SET_UNSIGNED:
        return fx_type_unsigned(tag);
    case FV_SET_FLOAT:
        return fx_type_float(tag);
    case FV_SET_COMPLEX:
        return fx_type_complex(tag);
    case FV_SET_STRING:
        return tag == FURROW_STRING;
    default:
        return false;
    }
}

bool fx_isa(const fv_cell *c, fv_type type)
{
    unsigned base = (unsigned)(type & 0xFF), first = (unsigned)(type >> 8) & 0xFF,
             second = (unsigned)(type >> 16) & 0xFF;
    if (base == FURROW_ANY) return true;
    if (base == FV_SET_ARRAY) return c->tag == FURROW_ARRAY || c->tag == FURROW_RANGE;
    if (base == FV_SET_VECTOR || base == FV_SET_MATRIX) {
        int ndims = base == FV_SET_VECTOR ? 1 : 2;
        return c->tag == FURROW_ARRAY && fx_array(c)->head.ndims == ndims &&
               (!first || fx_array(c)->head.eltype == first);
    }
    if (base >= FV_SET_NUMBER) return in_set(c->tag, base);
    if (base == FURROW_FUNCTION) return c->tag == FURROW_FUNCTION || c->tag == FURROW_DATATYPE;
    if (c->tag != base) return false;
    if (base == FURROW_TUPLE && (first == (FV_ANY_PAIR >> 8)) != fv_is_pair(c->p)) return false;
    if (type == FV_ANY_PAIR) return true;
    if (fv_is_set(c) != (type == FV_ANY_SET)) return false;
    if (type == base || type == FV_ANY_SET) return true;
    if (base == FURROW_ARRAY) {
        return fx_array(c)->head.eltype == first && (!second || fx_array(c)->head.ndims == second);
    }
    return fv_type_of(c) == type;
}

/* Which sets stand in which: Signed in Integer in Real in Number. */
static bool set_in_set(unsigned a, unsigned b)
{
    bool real = a >= FV_SET_REAL && a <= FV_SET_FLOAT;
    if (b == FV_SET_NUMBER) return real || a == FV_SET_COMPLEX;
    if (b == FV_SET_REAL) return real;
    return b == FV_SET_INTEGER && (a == FV_SET_SIGNED || a == FV_SET_UNSIGNED);
}

bool fx_subtype(fv_type a, fv_type b)
{
    unsigned base = (unsigned)(b & 0xFF), of = (unsigned)(a & 0xFF), first = (unsigned)(a >> 8) & 0xFF,
             wanted = (unsigned)(b >> 8) & 0xFF, ndims = (unsigned)(a >> 16) & 0xFF;
    if (a == b || base == FURROW_ANY) return true;
    if (of >= FV_SET_NUMBER && of < FV_SET_VECTOR) return set_in_set(of, base);
    if (base == FV_SET_ARRAY)
        return of == FURROW_ARRAY || of == FURROW_RANGE || of == FV_SET_VECTOR || of == FV_SET_MATRIX;
    if (base == FV_SET_VECTOR || base == FV_SET_MATRIX)
        return of == FURROW_ARRAY && ndims == (base == FV_SET_VECTOR ? 1 : 2) && (!wanted || wanted == first);
    if (base >= FV_SET_NUMBER) return in_set(of, base);
    if (of != base) return b == FURROW_ARRAY && (of == FV_SET_VECTOR || of == FV_SET_MATRIX);
    return b == base || (base == FURROW_ARRAY && first == wanted && !(b >> 16 & 0xFF));
}

/* --- types with parameters --- */

static furrow_err no_parameters(fv_type base)
{
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_TYPE, "%s does not take these parameters", fv_type_text(base, text, sizeof text));
}

static unsigned parameter_type(const fv_cell *c)
{
    unsigned base = (unsigned)(c->i & 0xFF);
    return base >= FV_SET_NUMBER ? FURROW_ANY : base;
}

furrow_err fx_type_with(fv_type base, const fv_cell *params, size_t n, fv_type *type)
{
    unsigned first = n && params[0].tag == FURROW_DATATYPE ? parameter_type(&params[0]) : 0;
    bool second_type = n > 1 && params[1].tag == FURROW_DATATYPE;
    if (base == FV_SET_COMPLEX && n == 1 && first) {
        *type = first == FURROW_FLOAT32  ? FURROW_COMPLEX64
                : fx_type_integer(first) ? FURROW_COMPLEX_INT64
                                         : FURROW_COMPLEX128;
    } else if ((base == FV_SET_VECTOR || base == FV_SET_MATRIX) && n == 1 && first) {
        *type = fv_type_make(FURROW_ARRAY, first, base == FV_SET_VECTOR ? 1 : 2);
    } else if (base == FURROW_ARRAY && first && (n == 1 || (n == 2 && params[1].tag == FURROW_INT64))) {
        if (n == 2 && (params[1].i < 1 || params[1].i > FURROW_MAX_NDIMS)) return no_parameters(base);
        *type = fv_type_make(FURROW_ARRAY, first, n == 2 ? (unsigned)params[1].i : 0);
    } else if (base == FURROW_DICT && n == 2 && first && second_type) {
        *type = fv_type_make(FURROW_DICT, first, parameter_type(&params[1]));
    } else if (base == FURROW_RANGE && first) {
        *type = fv_type_make(FURROW_RANGE, first, 0);
    } else if (base == FURROW_TUPLE && n <= 6) {
        *type = fv_type_make(FURROW_TUPLE, (unsigned)n, 0);
        for (size_t i = 0; i < n; i++) *type |= (fv_type)parameter_type(&params[i]) << (8 * (i + 2));
    } else if (base == FV_SET_ARRAY || base == FURROW_DATATYPE) {
        *type = base;
    } else {
        return no_parameters(base);
    }
    return FURROW_OK;
}

/* --- names --- */

const char *fx_type_text(const fv_cell *c, char text[FX_TYPE_TEXT])
{
    return fv_type_text(fv_type_of(c), text, FX_TYPE_TEXT);
}

const char *fx_dims_text(int ndims, const size_t *dims, char text[FX_TYPE_TEXT])
{
    size_t at = 0;
    if (ndims == 1) {
        snprintf(text, FX_TYPE_TEXT, "%zu-element", dims[0]);
        return text;
    }
    text[0] = '\0';
    for (int i = 0; i < ndims && at < FX_TYPE_TEXT; i++) {
        at += (size_t)snprintf(text + at, FX_TYPE_TEXT - at, i ? "x%zu" : "%zu", dims[i]);
    }
    return text;
}

const char *fx_shape_text(const fv_cell *c, char text[FX_TYPE_TEXT])
{
    size_t count;
    if (c->tag == FURROW_ARRAY) return fx_dims_text(fx_array(c)->head.ndims, fx_array(c)->dims, text);
    if (!fx_item_count(c, &count)) count = 0;
    return fx_dims_text(1, &count, text);
}

/* --- errors --- */

furrow_err(fx_no_method)(const char *function, const fv_cell *args, size_t n)
{
    char list[256] = "", one[FX_TYPE_TEXT];
    size_t at = 0;
    for (size_t i = 0; i < n && at < sizeof list - 1; i++) {
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", fx_type_text(&args[i], one));
    }
    return fb_fail(FURROW_ERR_TYPE, "no method %s(%s)", function, list);
}

furrow_err(fx_mismatch)(const char *function, const fv_cell *a, const fv_cell *b)
{
    char one[FX_TYPE_TEXT], two[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_SHAPE, "DimensionMismatch: %s of a %s array and a %s array", function,
                   fx_shape_text(a, one), fx_shape_text(b, two));
}

furrow_err fx_domain(const char *function, double x, const char *wanted)
{
    furrow_err err = fb_fail(FURROW_ERR_ARG, "DomainError: %s of %g, expected %s", function, x, wanted);
    fb_fail_advice("complex(x) makes a complex number, for which more functions are defined.");
    return err;
}

furrow_err fx_divide(void)
{
    furrow_err err = fb_fail(FURROW_ERR_ARG, "DivideError: integer division by zero (or of the smallest number by -1)");
    fb_fail_advice("x / y divides as floating point and gives Inf or NaN instead.");
    return err;
}
