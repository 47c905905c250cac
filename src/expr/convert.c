/*
 * convert.c - values to other types: functions named by types, convert, float, parse, typemax and their kin.
 */
#include "expr/builtins.h"
#include "expr/calc.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* --- arrays --- */

/* Conversions that lose nothing but digits, and never fail: a block at a time. */
static bool always_converts(furrow_type from, furrow_type to)
{
    if (!fv_tag_flat((uint32_t)from) || to < FURROW_FLOAT32 || !fv_tag_flat((uint32_t)to)) return false;
    if (to == FURROW_COMPLEX_INT64) return fx_type_integer(from) && from != FURROW_UINT64;
    return fx_type_complex(to) || (!fx_type_complex(from) && (from != FURROW_UINT64));
}

static furrow_err convert_each(const fv_array *from, fv_array *to)
{
    for (size_t i = 0; i < from->count; i++) {
        fv_cell item;
        FX_TRY(fv_element(from, i, &item));
        furrow_err err = fv_element_set(to, i, &item);
        fv_cell_drop(&item);
        if (err) return err;
    }
    return FURROW_OK;
}

furrow_err fx_array_convert(fx_vm *vm, fv_array *a, furrow_type type, fv_array **out)
{
    fv_array *made;
    if (a->head.eltype == type) {
        fv_hold(&a->head);
        *out = a;
        return FURROW_OK;
    }
    FX_TRY(fx_spend(vm, a->count));
    FX_TRY(fx_array_like(a, type, &made));
    furrow_err err = FURROW_OK;
    if (always_converts((furrow_type)a->head.eltype, type)) {
        err = fx_calc_load_all(fx_calc_of(type), (furrow_type)a->head.eltype, a->data, made->data, a->count);
    } else {
        err = convert_each(a, made);
    }
    if (err) {
        fv_drop(&made->head);
        return err;
    }
    *out = made;
    return FURROW_OK;
}

static furrow_err to_array_type(fx_vm *vm, fv_type type, const fv_cell *x, fv_cell *out)
{
    unsigned eltype = (unsigned)(type >> 8) & 0xFF, ndims = (unsigned)(type >> 16) & 0xFF;
    fv_array *from, *made;
    if (!fx_is_list(x) || (ndims && (unsigned)fx_ndims(x) != ndims)) return fx_no_method("convert", x, 1);
    FX_TRY(fx_to_array(vm, x, &from));
    furrow_err err = fx_array_convert(vm, from, eltype ? (furrow_type)eltype : (furrow_type)from->head.eltype, &made);
    if (!err) *out = fx_box(made);
    fv_drop(&from->head);
    return err;
}

/* --- one value to a type --- */

static furrow_err cannot(fv_type type, const fv_cell *x)
{
    char from[FX_TYPE_TEXT], to[FX_TYPE_TEXT];
    fb_fail(FURROW_ERR_TYPE, "cannot convert a value of type %s to %s", fx_type_text(x, from),
            fv_type_text(type, to, sizeof to));
    if (x->tag == FURROW_STRING) fb_fail_advice("parse(%s, text) reads a number from text.", to);
    if (fx_is_list(x)) fb_fail_advice("%s.(x) or map(%s, x) converts each element.", to, to);
    return FURROW_ERR_TYPE;
}

static furrow_err to_text(furrow_type type, const fv_cell *x, fv_cell *out)
{
    furrow_value *value;
    if (x->tag == FURROW_CHAR) {
        char bytes[4];
        FX_TRY(fv_text_new(type, bytes, fb_utf8_encode((uint32_t)x->i, bytes), &value));
    } else if (fx_is_text(x)) {
        FX_TRY(fv_text_new(type, fx_text(x)->bytes, fx_text(x)->nbytes, &value));
    } else {
        return cannot((fv_type)type, x);
    }
    *out = fx_box(value);
    return FURROW_OK;
}

/* Complex(x) of a real number: the complex type of its kind. */
static furrow_err to_complex(const fv_cell *x, fv_cell *out)
{
    return fv_convert(x, fx_promote((furrow_type)x->tag, FURROW_COMPLEX_INT64), out);
}

furrow_err fx_convert_to(fx_vm *vm, fv_type type, const fv_cell *x, fv_cell *out)
{
    unsigned base = (unsigned)(type & 0xFF);
    if (base == FURROW_ARRAY || base == FV_SET_VECTOR || base == FV_SET_MATRIX) {
        fv_type plain = base == FURROW_ARRAY
                            ? type
                            : fv_type_make(FURROW_ARRAY, (unsigned)(type >> 8) & 0xFF, base == FV_SET_VECTOR ? 1 : 2);
        return to_array_type(vm, plain, x, out);
    }
    bool characters = x->tag == FURROW_ARRAY && x->p->eltype == FURROW_CHAR;
    if (base == FURROW_STRING && characters)
        return fx_builtin_find("join", 4)->function(&(fx_call){.vm = vm, .args = x, .nargs = 1}, out);
    if (base == FURROW_STRING || base == FURROW_SYMBOL) return to_text((furrow_type)base, x, out);
    if (base == FV_SET_COMPLEX && fx_is_number(x)) return to_complex(x, out);
    if (base == FV_SET_FLOAT && fx_type_integer(x->tag)) return fv_convert(x, FURROW_FLOAT64, out);
    if (fx_isa(x, type)) {
        *out = *x;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    bool flat = fv_tag_flat(base) || base == FURROW_CHAR;
    if (!flat || !(fx_is_number(x) || x->tag == FURROW_CHAR)) return cannot(type, x);
    return fv_convert(x, (furrow_type)base, out);
}

/* --- text to numbers --- */

static furrow_err not_a_number(const fv_text *text, furrow_type type)
{
    return fb_fail(FURROW_ERR_ARG, "ArgumentError: \"%.60s\" is not the text of a number of type %s", text->bytes,
                   furrow_type_name(type));
}

static int digit_of(int c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

/* Sign, prefix (0x, 0b, 0o when no base is given) and digits between blanks. */
static bool read_integer(const char *s, const char *end, int base, bool *negative, uint64_t *magnitude)
{
    *negative = *s == '-';
    if (*s == '-' || *s == '+') s++;
    if (base == 0) {
        base = 10;
        if (end - s > 2 && s[0] == '0' && strchr("xbo", s[1])) {
            base = s[1] == 'x' ? 16 : s[1] == 'b' ? 2 : 8;
            s += 2;
        }
    }
    *magnitude = 0;
    for (const char *p = s; p < end; p++) {
        int digit = digit_of((unsigned char)*p);
        if (digit >= base || __builtin_mul_overflow(*magnitude, (uint64_t)base, magnitude) ||
            __builtin_add_overflow(*magnitude, (uint64_t)digit, magnitude)) {
            return false;
        }
    }
    return s < end;
}

static void trim(const fv_text *text, const char **from, const char **to)
{
    *from = text->bytes;
    *to = text->bytes + text->nbytes;
    while (*from < *to && isspace((unsigned char)**from)) (*from)++;
    while (*to > *from && isspace((unsigned char)(*to)[-1])) (*to)--;
}

static furrow_err parse_integer(const fv_text *text, furrow_type type, int base, fv_cell *out)
{
    const char *from, *to;
    bool negative;
    uint64_t magnitude;
    trim(text, &from, &to);
    if (!read_integer(from, to, base, &negative, &magnitude)) return not_a_number(text, type);
    fv_cell made = {.tag = FURROW_UINT64, .u = magnitude};
    if (negative) {
        if (magnitude > (uint64_t)1 << 63) return not_a_number(text, type);
        made = fx_int((int64_t)(0 - magnitude));
    }
    return fv_convert(&made, type, out);
}

static furrow_err parse_float(const fv_text *text, furrow_type type, fv_cell *out)
{
    const char *from, *to;
    char *end;
    trim(text, &from, &to);
    double x = strtod(from, &end); /* the library's callers keep LC_NUMERIC at "C" or get its decimal point */
    if (from == to || end != to || memchr(from, 'x', (size_t)(to - from))) return not_a_number(text, type);
    *out = type == FURROW_FLOAT32 ? (fv_cell){.tag = FURROW_FLOAT32, .f = strtof(from, NULL)} : fx_float(x);
    return FURROW_OK;
}

static furrow_err parse_bool(const fv_text *text, fv_cell *out)
{
    const char *from, *to;
    trim(text, &from, &to);
    bool yes = to - from == 4 && memcmp(from, "true", 4) == 0;
    if (!yes && !(to - from == 5 && memcmp(from, "false", 5) == 0)) return not_a_number(text, FURROW_BOOL);
    *out = fx_bool(yes);
    return FURROW_OK;
}

static furrow_err parse_as(const fv_text *text, fv_type type, int base, fv_cell *out)
{
    furrow_type to = fv_type_base(type);
    if (to == FURROW_BOOL) return parse_bool(text, out);
    if (fx_type_integer(to)) return parse_integer(text, to, base, out);
    if (fx_type_float(to)) return parse_float(text, to, out);
    const fv_cell cell = {.tag = FURROW_STRING, .p = (furrow_value *)&text->head};
    return cannot(type, &cell);
}

/* parse("a + 1"): the expression; a literal or a name is itself. */
static furrow_err parse_expression(const fv_text *text, fv_cell *out)
{
    fx_tree *tree;
    furrow_value *value;
    FX_TRY(fx_parse(text->bytes, text->nbytes, &tree));
    furrow_err err = fx_tree_value(tree, &value);
    fx_tree_drop(tree);
    if (err) return err;
    fv_cell_from_value(value, out);
    fv_drop(value);
    return FURROW_OK;
}

static furrow_err do_parse(const fx_call *call, fv_cell *out)
{
    int64_t base = 0;
    const fv_cell *text = &call->args[call->nargs > 1];
    if (text->tag != FURROW_STRING || (call->nargs > 1 && call->args[0].tag != FURROW_DATATYPE)) {
        return fx_no_method("parse", call->args, call->nargs);
    }
    const fv_cell *named = fx_keyword(call, "base");
    if (call->nargs > 2) named = &call->args[2];
    if (named) FX_TRY(fx_arg_int("parse", named, &base));
    if (named && (base < 2 || base > 36)) return fb_fail(FURROW_ERR_ARG, "parse wants a base from 2 to 36");
    if (call->nargs > 1) return parse_as(fx_text(text), (fv_type)call->args[0].i, (int)base, out);
    return parse_expression(fx_text(text), out);
}

/* --- builtins named by types --- */

static furrow_err no_constructor(const char *name, const fx_call *call)
{
    return fx_no_method(name, call->args, call->nargs);
}

#define CONSTRUCTOR(name, type)                                           \
    static furrow_err do_##name(const fx_call *call, fv_cell *out)        \
    {                                                                     \
        if (call->nargs != 1) return no_constructor(#name, call);         \
        return fx_convert_to(call->vm, (fv_type)(type), call->args, out); \
    }
CONSTRUCTOR(Bool, FURROW_BOOL)
CONSTRUCTOR(Int8, FURROW_INT8)
CONSTRUCTOR(Int16, FURROW_INT16)
CONSTRUCTOR(Int32, FURROW_INT32)
CONSTRUCTOR(Int64, FURROW_INT64)
CONSTRUCTOR(UInt8, FURROW_UINT8)
CONSTRUCTOR(UInt16, FURROW_UINT16)
CONSTRUCTOR(UInt32, FURROW_UINT32)
CONSTRUCTOR(UInt64, FURROW_UINT64)
CONSTRUCTOR(Float32, FURROW_FLOAT32)
CONSTRUCTOR(Float64, FURROW_FLOAT64)
CONSTRUCTOR(Char, FURROW_CHAR)
CONSTRUCTOR(String, FURROW_STRING)

static furrow_err complex_of(const fx_call *call, furrow_type type, fv_cell *out)
{
    if (type == FURROW_COMPLEX_INT64) {
        int64_t parts[2];
        for (int k = 0; k < 2; k++) FX_TRY(fx_arg_int("complex", &call->args[k], &parts[k]));
        return fx_complex_int(parts[0], parts[1], out);
    }
    if (call->nargs == 1) return fx_convert_to(call->vm, (fv_type)type, call->args, out);
    if (!fx_is_real(&call->args[0]) || !fx_is_real(&call->args[1])) return no_constructor("Complex", call);
    fv_cell wide;
    FX_TRY(fx_complex(fx_real(&call->args[0]), fx_real(&call->args[1]), &wide));
    furrow_err err = fv_convert(&wide, type, out);
    fv_cell_drop(&wide);
    return err;
}
static furrow_err do_Complex128(const fx_call *call, fv_cell *out)
{
    return complex_of(call, FURROW_COMPLEX128, out);
}
static furrow_err do_Complex64(const fx_call *call, fv_cell *out)
{
    return complex_of(call, FURROW_COMPLEX64, out);
}
static furrow_err do_complex(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (call->nargs == 1) {
        if (!fx_is_list(x)) return fx_convert_to(call->vm, FV_SET_COMPLEX, x, out);
        furrow_type type = fv_tag_flat(x->p->eltype) ? (furrow_type)x->p->eltype : FURROW_FLOAT64;
        return to_array_type(call->vm, fv_type_make(FURROW_ARRAY, fx_promote(type, FURROW_COMPLEX_INT64), 0), x, out);
    }
    if (fx_is_list(&x[0]) || fx_is_list(&x[1])) {
        furrow_value *symbol;
        FX_TRY(fv_text_new(FURROW_SYMBOL, "complex", 7, &symbol));
        const fv_cell name = fx_box(symbol);
        furrow_err err = fx_broadcast(call->vm, &name, x, 2, out);
        fv_drop(symbol);
        return err;
    }
    if (!fx_is_real(&x[0]) || !fx_is_real(&x[1])) return no_constructor("complex", call);
    furrow_type type = fx_promote((furrow_type)x[0].tag, (furrow_type)x[1].tag);
    return complex_of(call, fx_promote(type, FURROW_COMPLEX_INT64), out);
}

static furrow_err do_convert(const fx_call *call, fv_cell *out)
{
    if (call->args[0].tag != FURROW_DATATYPE) return fx_no_method("convert", call->args, call->nargs);
    return fx_convert_to(call->vm, (fv_type)call->args[0].i, &call->args[1], out);
}

static furrow_err do_float(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (fx_is_list(x)) {
        furrow_type type = fx_inexact((furrow_type)x->p->eltype);
        bool kept = type >= FURROW_FLOAT32 && type <= FURROW_COMPLEX128;
        return to_array_type(call->vm, fv_type_make(FURROW_ARRAY, kept ? (unsigned)type : FURROW_FLOAT64, 0), x, out);
    }
    if (x->tag == FURROW_STRING) return parse_float(fx_text(x), FURROW_FLOAT64, out);
    if (!fx_is_number(x)) return fx_no_method("float", x, 1);
    return fv_convert(x, x->tag >= FURROW_FLOAT32 ? fx_inexact((furrow_type)x->tag) : FURROW_FLOAT64, out);
}

/* reinterpretation of integers: signed(x), unsigned(x) */
static furrow_err do_signed(const fx_call *call, fv_cell *out)
{
    uint32_t t = call->args[0].tag;
    if (!fx_type_unsigned(t)) return fx_convert_to(call->vm, FURROW_INT64, call->args, out);
    *out = (fv_cell){.tag = t - FURROW_UINT8 + FURROW_INT8};
    unsigned shift = (unsigned)(64 - 8 * furrow_type_nbytes((furrow_type)t));
    out->i = (int64_t)(call->args[0].u << shift) >> shift;
    return FURROW_OK;
}
static furrow_err do_unsigned(const fx_call *call, fv_cell *out)
{
    uint32_t t = call->args[0].tag;
    if (t < FURROW_INT8 || t > FURROW_INT64) return fx_convert_to(call->vm, FURROW_UINT64, call->args, out);
    *out = (fv_cell){.tag = t - FURROW_INT8 + FURROW_UINT8};
    unsigned shift = (unsigned)(64 - 8 * furrow_type_nbytes((furrow_type)t));
    out->u = call->args[0].u << shift >> shift;
    return FURROW_OK;
}

/* --- what a type can hold --- */

static furrow_err type_argument(const char *function, const fv_cell *c, furrow_type *type)
{
    *type = c->tag == FURROW_DATATYPE ? fv_type_base((fv_type)c->i) : (furrow_type)c->tag;
    if (*type >= FURROW_BOOL && *type <= FURROW_FLOAT64) return FURROW_OK;
    return fx_no_method(function, c, 1);
}

static furrow_err do_typemax(const fx_call *call, fv_cell *out)
{
    furrow_type t;
    FX_TRY(type_argument("typemax", call->args, &t));
    unsigned bits = 8 * (unsigned)furrow_type_nbytes(t);
    *out = (fv_cell){.tag = (uint32_t)t};
    if (t == FURROW_FLOAT64) {
        out->d = INFINITY;
    } else if (t == FURROW_FLOAT32) {
        out->f = INFINITY;
    } else {
        out->u = t == FURROW_BOOL ? 1 : UINT64_MAX >> (64 - bits + !fx_type_unsigned(t));
    }
    return FURROW_OK;
}

static furrow_err do_typemin(const fx_call *call, fv_cell *out)
{
    furrow_type t;
    FX_TRY(type_argument("typemin", call->args, &t));
    *out = (fv_cell){.tag = (uint32_t)t};
    if (t == FURROW_FLOAT64) {
        out->d = -INFINITY;
    } else if (t == FURROW_FLOAT32) {
        out->f = -INFINITY;
    } else if (t != FURROW_BOOL && !fx_type_unsigned(t)) {
        out->i = INT64_MIN >> (64 - 8 * furrow_type_nbytes(t));
    }
    return FURROW_OK;
}

static furrow_err do_eps(const fx_call *call, fv_cell *out)
{
    *out = fx_float(DBL_EPSILON);
    if (call->nargs == 0) return FURROW_OK;
    const fv_cell *x = call->args;
    if (x->tag == FURROW_DATATYPE && x->i == FURROW_FLOAT64) return FURROW_OK;
    if (x->tag == FURROW_DATATYPE && x->i == FURROW_FLOAT32) {
        *out = (fv_cell){.tag = FURROW_FLOAT32, .f = FLT_EPSILON};
    } else if (x->tag == FURROW_FLOAT64) {
        *out = fx_float(isfinite(x->d) ? nextafter(fabs(x->d), INFINITY) - fabs(x->d) : NAN);
    } else if (x->tag == FURROW_FLOAT32) {
        *out = (fv_cell){.tag = FURROW_FLOAT32,
                         .f = isfinite(x->f) ? nextafterf(fabsf(x->f), INFINITY) - fabsf(x->f) : NAN};
    } else {
        return fx_no_method("eps", x, 1);
    }
    return FURROW_OK;
}

static furrow_err do_realmax(const fx_call *call, fv_cell *out)
{
    bool single = call->nargs && call->args[0].tag == FURROW_DATATYPE && call->args[0].i == FURROW_FLOAT32;
    *out = single ? (fv_cell){.tag = FURROW_FLOAT32, .f = FLT_MAX} : fx_float(DBL_MAX);
    return FURROW_OK;
}
static furrow_err do_realmin(const fx_call *call, fv_cell *out)
{
    bool single = call->nargs && call->args[0].tag == FURROW_DATATYPE && call->args[0].i == FURROW_FLOAT32;
    *out = single ? (fv_cell){.tag = FURROW_FLOAT32, .f = FLT_MIN} : fx_float(DBL_MIN);
    return FURROW_OK;
}

/* one(x), zero(x): of the argument's type, or of the type given. */
static furrow_err unit(const fx_call *call, const char *name, int64_t which, fv_cell *out)
{
    const fv_cell *x = call->args, number = fx_int(which);
    uint32_t t = x->tag == FURROW_DATATYPE ? (uint32_t)(x->i & 0xFF) : x->tag;
    if (t == FV_SET_NUMBER || t == FV_SET_REAL || t == FV_SET_INTEGER) t = FURROW_INT64;
    if (!fv_tag_flat(t)) return fx_no_method(name, x, 1);
    return fv_convert(&number, (furrow_type)t, out);
}
static furrow_err do_zero(const fx_call *call, fv_cell *out)
{
    if (fx_is_flat_array(call->args)) return fx_binary(call->vm, FX_OP_SUB, true, call->args, call->args, out);
    return unit(call, "zero", 0, out);
}
static furrow_err do_one(const fx_call *call, fv_cell *out)
{
    return unit(call, "one", 1, out);
}

const fx_builtin fx_builtins_convert[] = {{"Bool", do_Bool, 1, 1, false},
                                          {"Int8", do_Int8, 1, 1, false},
                                          {"Int16", do_Int16, 1, 1, false},
                                          {"Int32", do_Int32, 1, 1, false},
                                          {"Int64", do_Int64, 1, 1, false},
                                          {"Int", do_Int64, 1, 1, false},
                                          {"UInt8", do_UInt8, 1, 1, false},
                                          {"UInt16", do_UInt16, 1, 1, false},
                                          {"UInt32", do_UInt32, 1, 1, false},
                                          {"UInt64", do_UInt64, 1, 1, false},
                                          {"UInt", do_UInt64, 1, 1, false},
                                          {"Float32", do_Float32, 1, 1, false},
                                          {"Float64", do_Float64, 1, 1, false},
                                          {"Char", do_Char, 1, 1, false},
                                          {"String", do_String, 1, 1, false},
                                          {"Complex128", do_Complex128, 1, 2, false},
                                          {"Complex64", do_Complex64, 1, 2, false},
                                          {"Complex", do_complex, 1, 2, false},
                                          {"complex", do_complex, 1, 2, false},
                                          {"convert", do_convert, 2, 2, false},
                                          {"float", do_float, 1, 1, false},
                                          {"signed", do_signed, 1, 1, false},
                                          {"unsigned", do_unsigned, 1, 1, false},
                                          {"parse", do_parse, 1, 3, false},
                                          {"typemax", do_typemax, 1, 1, false},
                                          {"typemin", do_typemin, 1, 1, false},
                                          {"eps", do_eps, 0, 1, false},
                                          {"realmax", do_realmax, 0, 1, false},
                                          {"realmin", do_realmin, 0, 1, false},
                                          {"zero", do_zero, 1, 1, false},
                                          {"one", do_one, 1, 1, false},
                                          {NULL}};
