/*
 * furrow/value.h - typed values: what symbols hold, what programs take and give.
 *
 * A value is reference counted. A call that hands one out gives the caller one reference, to be given back with
 * furrow_value_drop; a call that takes a `const furrow_value *` borrows it for the call. Counts are atomic, so
 * references may be dropped in any thread; the contents of arrays and dictionaries are for one thread at a time.
 * Arrays are column-major. None of these calls blocks.
 */
#ifndef FURROW_VALUE_H
#define FURROW_VALUE_H

#include <furrow/err.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Part of the wire form and of the ABI: never renumbered. Flat types are those up to FURROW_COMPLEX128, and
 * FURROW_COMPLEX_INT64. */
typedef enum furrow_type {
    FURROW_NOTHING = 0,
    FURROW_BOOL = 1,
    FURROW_INT8 = 2,
    FURROW_INT16 = 3,
    FURROW_INT32 = 4,
    FURROW_INT64 = 5,
    FURROW_UINT8 = 6,
    FURROW_UINT16 = 7,
    FURROW_UINT32 = 8,
    FURROW_UINT64 = 9,
    FURROW_FLOAT32 = 10,
    FURROW_FLOAT64 = 11,
    FURROW_COMPLEX64 = 12,  /* two float */
    FURROW_COMPLEX128 = 13, /* two double */
    FURROW_CHAR = 14,       /* a Unicode code point */
    FURROW_STRING = 15,
    FURROW_SYMBOL = 16,
    FURROW_RANGE = 17,
    FURROW_TUPLE = 18,
    FURROW_DICT = 19,
    FURROW_EXPR = 20, /* a quoted expression */
    FURROW_FUNCTION = 21,
    FURROW_REGEX = 22,
    FURROW_DATATYPE = 23, /* a type as a value: Float32 */
    FURROW_REF = 24,      /* a handle on a value at another pid */
    FURROW_ANY = 25,      /* only as the element type of an array or dictionary */
    FURROW_ARRAY = 26,
    FURROW_MODULE = 27,
    FURROW_COMPLEX_INT64 = 28, /* two int64_t */
    FURROW_EXCEPTION = 29      /* what catch gives: a text, "BoundsError: index 4 ..." */
} furrow_type;

#define FURROW_MAX_NDIMS 8

typedef struct furrow_value furrow_value;

/* Bytes of one element of a flat type (Bool 1, Complex128 16); 0 for the types that are not flat. */
FURROW_API size_t furrow_type_nbytes(furrow_type type);

/* Julia's name of a type ("Float64", "Complex{Float64}", "Dict"); "?" for a number that is none. */
FURROW_API const char *furrow_type_name(furrow_type type);

/*
 * --- making values --------------------------------------------------------------------------------------------------
 * All return FURROW_OK and write *out, or return ARG, NOMEM, OVERFLOW or TYPE and leave it alone.
 */

/* A flat scalar copied from *data, which has furrow_type_nbytes(type) bytes. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_scalar(furrow_type type, const void *data, furrow_value **out);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_int64(int64_t number, furrow_value **out);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_float64(double number, furrow_value **out);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_bool(bool truth, furrow_value **out);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_nothing(furrow_value **out);

/* A dense array of 1..FURROW_MAX_NDIMS dimensions (extents may be 0), copied from data; zeros when data is NULL. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_array(furrow_type type, int ndims, const size_t *dims,
                                                           const void *data, furrow_value **out);

/* UTF-8 text of nbytes bytes (SIZE_MAX: up to its NUL). It is copied. FORMAT when it is not UTF-8. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_string(const char *text, size_t nbytes, furrow_value **out);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_symbol(const char *name, furrow_value **out);

/* An empty dictionary, Dict{Any,Any}; it keeps the order in which keys were added. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_dict(furrow_value **out);
/* An empty Dict{key,item} of two types without parameters: it converts or refuses what it is given (TYPE). */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_dict_of(furrow_type key, furrow_type item, furrow_value **out);
/* The types it was made with; FURROW_ANY also for a type with parameters, and for what is no dictionary. */
FURROW_API furrow_type furrow_dict_key_type(const furrow_value *dict);
FURROW_API furrow_type furrow_dict_item_type(const furrow_value *dict);
/* An empty dictionary that takes the same types, those with parameters too. TYPE when dict is none. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_dict_like(const furrow_value *dict, furrow_value **out);
/* Adds or replaces; the dictionary takes references of its own on key and item. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_dict_set(furrow_value *dict, const furrow_value *key,
                                                        const furrow_value *item);
/* *out is a new reference on the item under key; NAME when there is none. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_dict_get(const furrow_value *dict, const furrow_value *key,
                                                        furrow_value **out);
/* The index-th pair in order, from 0, as new references; BOUNDS past the end. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_dict_pair(const furrow_value *dict, size_t index, furrow_value **key,
                                                         furrow_value **item);

/* A tuple of count items; it takes references of its own. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_tuple(size_t count, furrow_value *const *items,
                                                           furrow_value **out);
/* An array of boxed elements: type is FURROW_ANY, FURROW_STRING, FURROW_SYMBOL or FURROW_CHAR. References as for tuples. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_boxes(furrow_type type, int ndims, const size_t *dims,
                                                           furrow_value *const *items, furrow_value **out);

/*
 * Any value as bytes, and back. The bytes mean the same on every machine and are checked when unpacked: FORMAT for what
 * is not a packed value. *bytes is from malloc, the caller frees it.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_pack(const furrow_value *value, void **bytes, size_t *nbytes);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_unpack(const void *bytes, size_t nbytes, furrow_value **out);

/* --- looking at values -------------------------------------------------------------------------------------------- */

FURROW_API furrow_type furrow_value_type(const furrow_value *value);    /* FURROW_ARRAY for arrays */
FURROW_API furrow_type furrow_value_eltype(const furrow_value *value);  /* of an array; else the type itself */
FURROW_API int furrow_value_ndims(const furrow_value *value);           /* 0 for what is no array */
FURROW_API size_t furrow_value_dim(const furrow_value *value, int dim); /* extent along dim, from 0; 1 past ndims */
FURROW_API size_t furrow_value_count(const furrow_value *value);        /* elements, pairs, bytes of a string; else 1 */

/* The elements of a flat scalar or array, or the bytes of a string, symbol or exception (NUL follows); else NULL.
 * Borrowed: valid while the caller holds the value. */
FURROW_API const void *furrow_value_data(const furrow_value *value);

/* A number as double or int64: TYPE for what is no real number, OVERFLOW when int64 cannot hold it exactly. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_as_float64(const furrow_value *value, double *out);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_as_int64(const furrow_value *value, int64_t *out);

/* Element index (from 0, column-major) of an array, tuple or range as a value of its own: a new reference. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_element(const furrow_value *value, size_t index,
                                                             furrow_value **out);

/* Same type, shape and contents (isequal in Julia: NaN equals NaN). */
FURROW_API bool furrow_value_equal(const furrow_value *a, const furrow_value *b);

/* One more reference on value, which is returned. / One reference less; NULL is accepted. */
FURROW_API furrow_value *furrow_value_hold(furrow_value *value);
FURROW_API void furrow_value_drop(furrow_value *value);

/*
 * The text a prompt shows for a value, as Julia 0.5 writes it: header line, aligned columns, elision to the given
 * width and height in characters (0: no elision). *text is NUL-terminated, from malloc, the caller frees it.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_display(const furrow_value *value, int width, int height,
                                                             char **text);
/* The short form that print and string() use, without header and elision. Same ownership. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_value_print(const furrow_value *value, char **text);

#ifdef __cplusplus
}
#endif
#endif
