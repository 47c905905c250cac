/*
 * support.h - small things that the operator and builtin files share: cells made and read, type promotion, errors with
 * the names of types in them. Not for compiler or machine, which use builtin.h.
 */
#ifndef FX_SUPPORT_H
#define FX_SUPPORT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"
#include "expr/builtin.h"
#include "value/dict.h"

#define FX_TRY(call)                   \
    do {                               \
        furrow_err try_err_ = (call);  \
        if (try_err_) return try_err_; \
    } while (0)

/* The value made until now goes when the run is to end. */
#define FX_TRY_KEEP(call, made)              \
    do {                                     \
        furrow_err try_err_ = (call);        \
        if (try_err_) {                      \
            fv_drop((furrow_value *)(made)); \
            return try_err_;                 \
        }                                    \
    } while (0)

/* An error code is never 0, which the compiler cannot see through a call. */
static inline furrow_err fx_failed(furrow_err code)
{
    if (code == FURROW_OK) __builtin_unreachable();
    return code;
}
#define fb_fail(...) fx_failed(fb_fail(__VA_ARGS__))

/* --- making cells --- */
static inline fv_cell fx_int(int64_t i)
{
    return (fv_cell){.tag = FURROW_INT64, .i = i};
}
static inline fv_cell fx_float(double d)
{
    return (fv_cell){.tag = FURROW_FLOAT64, .d = d};
}
static inline fv_cell fx_bool(bool b)
{
    return (fv_cell){.tag = FURROW_BOOL, .i = b};
}
static inline fv_cell fx_char(uint32_t c)
{
    return (fv_cell){.tag = FURROW_CHAR, .i = c};
}
static inline fv_cell fx_type(int64_t type)
{
    return (fv_cell){.tag = FURROW_DATATYPE, .i = type};
}
static inline fv_cell fx_nothing(void)
{
    return (fv_cell){.tag = FURROW_NOTHING};
}
/* Takes over the reference. */
static inline fv_cell fx_box(void *value)
{
    return (fv_cell){.tag = ((furrow_value *)value)->type, .p = value};
}
/* A flat scalar from memory; NOMEM is possible for those of 16 bytes alone. */
FURROW_MUST_CHECK furrow_err fx_flat(furrow_type type, const void *at, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_complex(double re, double im, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_complex_int(int64_t re, int64_t im, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_string(const char *bytes, size_t nbytes, fv_cell *out);

/* --- reading cells --- */
static inline bool fx_is_number(const fv_cell *c)
{
    return fv_tag_flat(c->tag);
}
static inline bool fx_type_integer(uint32_t t) /* Bool included */
{
    return t >= FURROW_BOOL && t <= FURROW_UINT64;
}
static inline bool fx_type_unsigned(uint32_t t)
{
    return t >= FURROW_UINT8 && t <= FURROW_UINT64;
}
static inline bool fx_type_float(uint32_t t)
{
    return t == FURROW_FLOAT32 || t == FURROW_FLOAT64;
}
static inline bool fx_type_complex(uint32_t t)
{
    return t == FURROW_COMPLEX64 || t == FURROW_COMPLEX128 || t == FURROW_COMPLEX_INT64;
}
static inline bool fx_is_real(const fv_cell *c)
{
    return c->tag >= FURROW_BOOL && c->tag <= FURROW_FLOAT64;
}
static inline bool fx_is_text(const fv_cell *c)
{
    return c->tag == FURROW_STRING || c->tag == FURROW_SYMBOL;
}
static inline fv_array *fx_array(const fv_cell *c)
{
    return (fv_array *)c->p;
}
static inline fv_range *fx_range(const fv_cell *c)
{
    return (fv_range *)c->p;
}
static inline fv_text *fx_text(const fv_cell *c)
{
    return (fv_text *)c->p;
}
static inline fv_tuple *fx_tuple(const fv_cell *c)
{
    return (fv_tuple *)c->p;
}
static inline bool fx_is_flat_array(const fv_cell *c)
{
    return c->tag == FURROW_ARRAY && fv_tag_flat(fx_array(c)->head.eltype);
}
/* A real number as double (Int64 may round). */
double fx_real(const fv_cell *c);
void fx_complex_parts(const fv_cell *c, double z[2]);
/* An integer argument: Bool and integers, floats that are whole. TYPE naming the function and what was given. */
FURROW_MUST_CHECK furrow_err fx_arg_int(const char *function, const fv_cell *c, int64_t *out);
/* One >= 0 (a dimension, a count). */
FURROW_MUST_CHECK furrow_err fx_arg_count(const char *function, const fv_cell *c, size_t *out);

/* An array with the elements of an array, range, tuple (or anything that can be iterated): a new reference. */
FURROW_MUST_CHECK furrow_err fx_to_array(fx_vm *vm, const fv_cell *c, fv_array **out);
/* The number of items that iteration gives; false when c cannot be iterated. */
bool fx_item_count(const fv_cell *c, size_t *count);
static inline bool fx_is_list(const fv_cell *c) /* what broadcasting goes through */
{
    return c->tag == FURROW_ARRAY || c->tag == FURROW_RANGE;
}
static inline int fx_ndims(const fv_cell *c)
{
    return c->tag == FURROW_ARRAY ? fx_array(c)->head.ndims : c->tag == FURROW_RANGE ? 1 : 0;
}
static inline size_t fx_dim(const fv_cell *c, int k)
{
    if (c->tag == FURROW_RANGE) return k == 0 ? fx_range(c)->count : 1;
    return c->tag == FURROW_ARRAY && k < FURROW_MAX_NDIMS ? fx_array(c)->dims[k] : 1;
}

/* An array of the same shape; a vector of n. */
FURROW_MUST_CHECK furrow_err fx_array_like(const fv_array *a, furrow_type eltype, fv_array **out);
FURROW_MUST_CHECK furrow_err fx_vector_new(furrow_type eltype, size_t n, fv_array **out);
size_t fx_element_nbytes(const fv_array *a); /* cells count sizeof(fv_cell) */
/* Copies element k of from to element i of to: the same element type. */
void fx_element_copy(fv_array *to, size_t i, const fv_array *from, size_t k);

/* --- types --- */
furrow_type fx_promote(furrow_type a, furrow_type b); /* of two flat types */
/* The element type that holds both: flat types promote, equal types stay, else ANY. */
furrow_type fx_join(furrow_type a, furrow_type b);
/* The array element type for a cell: its flat type, STRING, SYMBOL or ANY. */
furrow_type fx_eltype_of(const fv_cell *c);
furrow_type fx_real_of(furrow_type t); /* COMPLEX128 -> FLOAT64, else itself */
/* The complex floating-point type that calculates with complex integers; any other type itself. */
static inline furrow_type fx_inexact(furrow_type t)
{
    return t == FURROW_COMPLEX_INT64 ? FURROW_COMPLEX128 : t;
}
bool fx_isa(const fv_cell *c, fv_type type);
bool fx_subtype(fv_type a, fv_type b); /* a <: b */

/* Julia's name of a cell's type ("Array{Float64,2}") in text, which is returned. */
#define FX_TYPE_TEXT 96
const char *fx_type_text(const fv_cell *c, char text[FX_TYPE_TEXT]);
const char *fx_shape_text(const fv_cell *c, char text[FX_TYPE_TEXT]); /* "2x3", "5-element" ... */
const char *fx_dims_text(int ndims, const size_t *dims, char text[FX_TYPE_TEXT]);

/* --- errors --- */
/* READONLY when the elements of this container are not for programs to change. */
FURROW_MUST_CHECK furrow_err fx_writable(const fv_cell *container);
furrow_err fx_no_method(const char *function, const fv_cell *args, size_t n) __attribute__((cold));
furrow_err fx_mismatch(const char *function, const fv_cell *a, const fv_cell *b) __attribute__((cold));
furrow_err fx_domain(const char *function, double x, const char *wanted) __attribute__((cold));
furrow_err fx_divide(void) __attribute__((cold));
#define fx_no_method(...) fx_failed(fx_no_method(__VA_ARGS__))
#define fx_mismatch(...)  fx_failed(fx_mismatch(__VA_ARGS__))

/* --- generic comparison --- */
FURROW_MUST_CHECK furrow_err fx_equal(fx_vm *vm, const fv_cell *a, const fv_cell *b, bool *equal); /* == */
/* isless order: *order < 0, 0, > 0. NaN after every number, -0.0 before 0.0. TYPE when there is no order. */
FURROW_MUST_CHECK furrow_err fx_order(const fv_cell *a, const fv_cell *b, int *order);

/* --- calling --- */
/* f(args...): types convert, everything else goes to fx_apply. */
FURROW_MUST_CHECK furrow_err fx_invoke(fx_vm *vm, const fv_cell *f, const fv_cell *args, size_t n, fv_cell *out);
/* f(x), which must be a Bool. */
FURROW_MUST_CHECK furrow_err fx_test(fx_vm *vm, const fv_cell *f, const fv_cell *x, bool *truth);
/* The same elements as another type, each converted as convert does: a reference of its own, the array itself when it
 * has the type already. */
FURROW_MUST_CHECK furrow_err fx_array_convert(fx_vm *vm, fv_array *a, furrow_type type, fv_array **out);
/* The builtin that a function cell names, or NULL. */
const fx_builtin *fx_builtin_of(const fv_cell *f);
bool fx_is_callable(const fv_cell *c);
/* Conversion named by a type: Float64(x), convert(T, x), String... */
FURROW_MUST_CHECK furrow_err fx_convert_to(fx_vm *vm, fv_type type, const fv_cell *x, fv_cell *out);
/* The keyword argument of that name, or NULL. */
const fv_cell *fx_keyword(const fx_call *call, const char *name);

/* --- UTF-8 --- */
size_t fx_utf8_count(const char *s, size_t nbytes);

#endif
