/*
 * test_value.c - cells, arrays, texts, dictionaries, ranges: making, converting, comparing, limits, and freeing.
 */
#include "base/error.h"
#include "value/dict.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), FURROW_OK)

static fv_cell int_cell(int64_t i)
{
    return (fv_cell){.tag = FURROW_INT64, .i = i};
}
static fv_cell float_cell(double d)
{
    return (fv_cell){.tag = FURROW_FLOAT64, .d = d};
}
static fv_cell text_cell(const char *text)
{
    furrow_value *value;
    OK(furrow_value_string(text, SIZE_MAX, &value));
    return (fv_cell){.tag = FURROW_STRING, .p = value};
}

/* --- scalars and arrays --- */

static void scalars_keep_their_bits(void **state)
{
    (void)state;
    static const unsigned char bytes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    for (int type = FURROW_INT8; type <= FURROW_COMPLEX_INT64; type++) {
        if (type > FURROW_COMPLEX128) type = FURROW_COMPLEX_INT64;
        furrow_value *value, *again;
        OK(furrow_value_scalar((furrow_type)type, bytes, &value));
        assert_int_equal(furrow_value_type(value), type);
        assert_int_equal(furrow_value_ndims(value), 0);
        assert_memory_equal(furrow_value_data(value), bytes, furrow_type_nbytes((furrow_type)type));
        fv_cell cell;
        fv_cell_from_value(value, &cell);
        OK(fv_cell_to_value(&cell, &again));
        assert_memory_equal(furrow_value_data(again), bytes, furrow_type_nbytes((furrow_type)type));
        assert_true(furrow_value_equal(value, again));
        fv_cell_drop(&cell);
        furrow_value_drop(value);
        furrow_value_drop(again);
    }
    furrow_value *untouched = NULL;
    assert_int_equal(furrow_value_scalar(FURROW_STRING, bytes, &untouched), FURROW_ERR_TYPE);
    assert_int_equal(furrow_value_scalar(FURROW_INT8, NULL, &untouched), FURROW_ERR_ARG);
    assert_null(untouched);
}

static void bools_are_zero_or_one(void **state)
{
    (void)state;
    unsigned char seven[3] = {7, 0, 255};
    furrow_value *value;
    OK(furrow_value_scalar(FURROW_BOOL, seven, &value));
    assert_int_equal(*(const unsigned char *)furrow_value_data(value), 1);
    furrow_value_drop(value);
    size_t dim = 3;
    OK(furrow_value_array(FURROW_BOOL, 1, &dim, seven, &value));
    assert_memory_equal(furrow_value_data(value), "\1\0\1", 3);
    furrow_value_drop(value);
}

static void arrays_know_their_shape(void **state)
{
    (void)state;
    furrow_value *value;
    double data[6] = {1, 2, 3, 4, 5, 6};
    OK(furrow_value_array(FURROW_FLOAT64, 2, (size_t[]){2, 3}, data, &value));
    assert_int_equal(furrow_value_type(value), FURROW_ARRAY);
    assert_int_equal(furrow_value_eltype(value), FURROW_FLOAT64);
    assert_int_equal(furrow_value_count(value), 6);
    assert_int_equal(furrow_value_dim(value, 1), 3);
    assert_int_equal(furrow_value_dim(value, 5), 1);
    assert_int_equal(furrow_value_dim(value, -1), 1);
    assert_int_equal((uintptr_t)furrow_value_data(value) % 64, 0);
    furrow_value *element;
    OK(furrow_value_element(value, 4, &element));
    double number;
    OK(furrow_value_as_float64(element, &number));
    assert_true(number == 5);
    assert_int_equal(furrow_value_element(value, 6, &element), FURROW_ERR_BOUNDS);
    furrow_value_drop(element);
    furrow_value_drop(value);
}

static void sizes_are_checked(void **state)
{
    (void)state;
    furrow_value *v = NULL;
    size_t huge = SIZE_MAX, half = (size_t)1 << 33;
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &huge, NULL, &v), FURROW_ERR_OVERFLOW);
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 2, (size_t[]){half, half}, NULL, &v), FURROW_ERR_OVERFLOW);
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 3, (size_t[]){half, half, 0}, NULL, &v), FURROW_ERR_OVERFLOW);
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, (size_t[]){(size_t)1 << 59}, NULL, &v), FURROW_ERR_NOMEM);
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 0, (size_t[]){1}, NULL, &v), FURROW_ERR_ARG);
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 9, (size_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, NULL, &v),
                     FURROW_ERR_ARG);
    assert_int_equal(furrow_value_array(FURROW_STRING, 1, (size_t[]){1}, NULL, &v), FURROW_ERR_TYPE);
    assert_null(v);
    OK(furrow_value_array(FURROW_FLOAT64, 2, (size_t[]){0, 3}, NULL, &v));
    assert_int_equal(furrow_value_count(v), 0);
    assert_non_null(furrow_value_data(v));
    furrow_value_drop(v);
}

static void vectors_grow(void **state)
{
    (void)state;
    fv_array *array;
    size_t zero = 0;
    OK(fv_array_new(FURROW_ANY, 1, &zero, &array));
    for (int i = 0; i < 1000; i++) {
        fv_cell text = text_cell("x");
        OK(fv_array_resize(array, (size_t)i + 1));
        OK(fv_element_set(array, (size_t)i, &text));
        fv_cell_drop(&text);
    }
    assert_int_equal(array->dims[0], 1000);
    OK(fv_array_resize(array, 10));
    OK(fv_array_resize(array, 20));
    fv_cell cell;
    OK(fv_element(array, 15, &cell));
    assert_int_equal(cell.tag, FURROW_NOTHING);
    fv_array *copy;
    OK(fv_array_copy(array, &copy));
    assert_true(furrow_value_equal(&array->head, &copy->head));
    fv_drop(&array->head);
    fv_drop(&copy->head);
    OK(fv_array_new(FURROW_INT8, 2, (size_t[]){2, 2}, &array));
    assert_int_equal(fv_array_resize(array, 3), FURROW_ERR_SHAPE);
    fv_drop(&array->head);
}

static int dropped;
static void count_drop(fv_store *store, void *data)
{
    (void)store;
    (void)data;
    dropped++;
}

static void arrays_move_house(void **state)
{
    (void)state;
    fv_store store = {count_drop};
    double there[4] = {1, 2, 3, 4};
    size_t dim = 4;
    fv_array *array, *over;
    dropped = 0;
    OK(fv_array_new(FURROW_FLOAT64, 1, &dim, &array));
    fv_array_rehome(array, there, &store);
    fv_cell cell;
    OK(fv_element(array, 2, &cell));
    assert_true(cell.d == 3);
    OK(fv_array_resize(array, 5));
    assert_int_equal(dropped, 1);
    assert_null(array->store);
    fv_drop(&array->head);
    OK(fv_array_over(FURROW_FLOAT64, 1, &dim, there, &store, &over));
    fv_drop(&over->head);
    assert_int_equal(dropped, 2);
}

/* --- conversion --- */

static furrow_err converted(fv_cell from, furrow_type type, fv_cell *to)
{
    return fv_convert(&from, type, to);
}

static void conversions_lose_nothing(void **state)
{
    (void)state;
    fv_cell c;
    OK(converted(float_cell(3), FURROW_INT64, &c));
    assert_int_equal(c.i, 3);
    assert_int_equal(converted(float_cell(3.5), FURROW_INT64, &c), FURROW_ERR_OVERFLOW);
    assert_int_equal(converted(float_cell(9223372036854775808.0), FURROW_INT64, &c), FURROW_ERR_OVERFLOW);
    OK(converted(float_cell(-9223372036854775808.0), FURROW_INT64, &c));
    assert_true(c.i == INT64_MIN);
    OK(converted(float_cell(9223372036854775808.0), FURROW_UINT64, &c));
    assert_true(c.u == (uint64_t)1 << 63);
    assert_int_equal(converted(float_cell(NAN), FURROW_INT64, &c), FURROW_ERR_OVERFLOW);
    assert_int_equal(converted(float_cell(INFINITY), FURROW_INT8, &c), FURROW_ERR_OVERFLOW);
    assert_int_equal(converted(int_cell(128), FURROW_INT8, &c), FURROW_ERR_OVERFLOW);
    OK(converted(int_cell(-128), FURROW_INT8, &c));
    assert_int_equal(converted(int_cell(-1), FURROW_UINT64, &c), FURROW_ERR_OVERFLOW);
    assert_int_equal(converted(int_cell(2), FURROW_BOOL, &c), FURROW_ERR_OVERFLOW);
    OK(converted(int_cell(1), FURROW_BOOL, &c));
    OK(converted(int_cell(16777217), FURROW_FLOAT32, &c));
    assert_true(c.f == 16777216.0f);
    OK(converted(int_cell(97), FURROW_CHAR, &c));
    assert_int_equal(converted(int_cell(0xD800), FURROW_CHAR, &c), FURROW_ERR_OVERFLOW);
    furrow_error_info info;
    assert_int_equal(converted(float_cell(0.5), FURROW_INT32, &c), FURROW_ERR_OVERFLOW);
    furrow_last_error(&info);
    assert_string_equal(info.message, "InexactError: 0.5 does not fit in Int32 exactly");
}

static void complex_numbers_convert(void **state)
{
    (void)state;
    fv_cell c, back;
    OK(converted(float_cell(2.5), FURROW_COMPLEX128, &c));
    OK(fv_convert(&c, FURROW_FLOAT64, &back));
    assert_true(back.d == 2.5);
    fv_cell_drop(&c);
    double z[2] = {1, 2};
    furrow_value *value;
    OK(furrow_value_scalar(FURROW_COMPLEX128, z, &value));
    fv_cell_from_value(value, &c);
    assert_int_equal(fv_convert(&c, FURROW_FLOAT64, &back), FURROW_ERR_OVERFLOW);
    OK(fv_convert(&c, FURROW_COMPLEX64, &back));
    assert_true(back.c[1] == 2.0f);
    fv_cell_drop(&c);
    double number;
    assert_int_equal(furrow_value_as_float64(value, &number), FURROW_ERR_TYPE);
    furrow_value_drop(value);
    fv_cell text = text_cell("7");
    assert_int_equal(fv_convert(&text, FURROW_INT64, &back), FURROW_ERR_TYPE);
    fv_cell_drop(&text);
}

/* --- equality and hash --- */

static void numbers_are_equal_across_types(void **state)
{
    (void)state;
    fv_cell same[] = {int_cell(1),
                      float_cell(1),
                      {.tag = FURROW_BOOL, .i = 1},
                      {.tag = FURROW_UINT8, .u = 1},
                      {.tag = FURROW_FLOAT32, .f = 1},
                      {.tag = FURROW_COMPLEX64, .c = {1, 0}}};
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 6; k++) {
            assert_true(fv_cell_equal(&same[i], &same[k]));
            assert_true(fv_cell_hash(&same[i]) == fv_cell_hash(&same[k]));
        }
    }
    fv_cell nan = float_cell(NAN), other_nan = float_cell(-NAN), zero = float_cell(0), minus = float_cell(-0.0);
    fv_cell none = int_cell(0), big = {.tag = FURROW_UINT64, .u = UINT64_MAX}, minus_one = int_cell(-1);
    assert_true(fv_cell_equal(&nan, &other_nan));
    assert_true(fv_cell_hash(&nan) == fv_cell_hash(&other_nan));
    assert_false(fv_cell_equal(&zero, &minus));
    assert_true(fv_cell_equal(&zero, &none));
    assert_false(fv_cell_equal(&minus, &none));
    assert_false(fv_cell_equal(&big, &minus_one));
    fv_cell odd = int_cell(9007199254740993), even = float_cell(9007199254740992.0);
    assert_false(fv_cell_equal(&odd, &even));
    fv_cell letter = {.tag = FURROW_CHAR, .i = 1};
    assert_false(fv_cell_equal(&letter, &same[0]));
}

static void random_numbers_agree_with_their_hash(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        fv_cell whole = int_cell((int64_t)seed >> (seed % 64)), real;
        OK(fv_convert(&whole, FURROW_FLOAT64, &real));
        if (fv_cell_equal(&whole, &real)) assert_true(fv_cell_hash(&whole) == fv_cell_hash(&real));
        assert_int_equal(fv_cell_equal(&whole, &real), (__int128)real.d == (__int128)whole.i);
    }
}

static void ranges_equal_arrays(void **state)
{
    (void)state;
    furrow_value *range, *array;
    OK(fv_range_int(1, 1, 3, false, &range));
    OK(furrow_value_array(FURROW_INT64, 1, (size_t[]){3}, (int64_t[]){1, 2, 3}, &array));
    fv_cell a, b;
    fv_cell_from_value(range, &a);
    fv_cell_from_value(array, &b);
    assert_true(fv_cell_equal(&a, &b));
    assert_true(fv_cell_hash(&a) == fv_cell_hash(&b));
    assert_false(furrow_value_equal(range, array));
    fv_cell_drop(&a);
    fv_cell_drop(&b);
    furrow_value_drop(range);
    furrow_value_drop(array);
}

/* --- dictionaries --- */

static void dictionaries_keep_order(void **state)
{
    (void)state;
    fv_dict *dict;
    OK(fv_dict_new(FURROW_ANY, FURROW_ANY, &dict));
    for (int64_t i = 0; i < 1000; i++) {
        fv_cell key = int_cell(i * 7919 % 1000), item = int_cell(i);
        OK(fv_dict_set(dict, &key, &item));
    }
    for (int64_t i = 0; i < 1000; i += 3) {
        fv_cell key = int_cell(i * 7919 % 1000);
        assert_true(fv_dict_delete(dict, &key, NULL));
        assert_false(fv_dict_delete(dict, &key, NULL));
    }
    assert_int_equal(fv_dict_count(dict), 666);
    uint64_t at = 0;
    int64_t before = -1;
    fv_cell key, item;
    size_t seen = 0;
    while (fv_dict_next(dict, &at, &key, &item)) {
        assert_true(item.i > before && item.i % 3 != 0);
        before = item.i;
        seen++;
    }
    assert_int_equal(seen, 666);
    fv_cell one = float_cell(7919 % 1000), found;
    assert_true(fv_dict_get(dict, &one, &found));
    assert_int_equal(found.i, 1);
    fv_dict_clear(dict);
    assert_int_equal(fv_dict_count(dict), 0);
    assert_false(fv_dict_get(dict, &one, &found));
    fv_drop(fv_dict_value(dict));
}

static void dictionaries_take_types_from_their_pairs(void **state)
{
    (void)state;
    char text[64];
    fv_dict *dict;
    fv_cell word = text_cell("w");
    fv_cell same[] = {int_cell(1), int_cell(2), int_cell(3), int_cell(4)};
    fv_cell mixed[] = {int_cell(1), word, int_cell(3), int_cell(4)};
    OK(fv_dict_of(same, 2, &dict));
    fv_cell self = {.tag = FURROW_DICT, .p = fv_dict_value(dict)};
    assert_string_equal(fv_type_text(fv_type_of(&self), text, sizeof text), "Dict{Int64,Int64}");
    fv_cell half = float_cell(0.5), whole = float_cell(8);
    assert_int_equal(fv_dict_set(dict, &whole, &half), FURROW_ERR_OVERFLOW);
    assert_int_equal(fv_dict_set(dict, &word, &whole), FURROW_ERR_TYPE);
    OK(fv_dict_set(dict, &whole, &whole));
    assert_int_equal(fv_dict_count(dict), 3);
    fv_drop(fv_dict_value(dict));
    OK(fv_dict_of(mixed, 2, &dict));
    self.p = fv_dict_value(dict);
    assert_string_equal(fv_type_text(fv_type_of(&self), text, sizeof text), "Dict{Int64,Any}");
    fv_drop(fv_dict_value(dict));
    OK(fv_dict_of(NULL, 0, &dict));
    fv_drop(fv_dict_value(dict));
    fv_cell_drop(&word);
}

static void dictionaries_survive_changes_while_walked(void **state)
{
    (void)state;
    fv_dict *dict;
    OK(fv_dict_new(FURROW_ANY, FURROW_ANY, &dict));
    for (int64_t i = 0; i < 50; i++) {
        fv_cell cell = int_cell(i);
        OK(fv_dict_set(dict, &cell, &cell));
    }
    uint64_t at = 0;
    fv_cell key, item;
    for (int64_t n = 0; n < 500 && fv_dict_next(dict, &at, &key, &item); n++) {
        fv_cell fresh = int_cell(1000 + n), old = key;
        fv_dict_delete(dict, &old, NULL);
        OK(fv_dict_set(dict, &fresh, &fresh));
    }
    assert_int_equal(fv_dict_count(dict), 50);
    fv_drop(fv_dict_value(dict));
}

static void public_dictionary_calls(void **state)
{
    (void)state;
    furrow_value *dict, *key, *item, *out = NULL, *other;
    OK(furrow_value_dict(&dict));
    OK(furrow_value_symbol("buzz", &key));
    OK(furrow_value_int64(5, &item));
    OK(furrow_dict_set(dict, key, item));
    OK(furrow_dict_get(dict, key, &out));
    assert_true(furrow_value_equal(out, item));
    furrow_value_drop(out);
    assert_int_equal(furrow_dict_get(dict, item, &out), FURROW_ERR_NAME);
    assert_int_equal(furrow_dict_get(item, key, &out), FURROW_ERR_TYPE);
    assert_int_equal(furrow_dict_pair(dict, 1, &out, &other), FURROW_ERR_BOUNDS);
    OK(furrow_dict_pair(dict, 0, &out, &other));
    assert_true(furrow_value_equal(out, key));
    furrow_value_drop(out);
    furrow_value_drop(other);
    furrow_value_drop(key);
    furrow_value_drop(item);
    furrow_value_drop(dict);
}

static void texts_are_checked(void **state)
{
    (void)state;
    furrow_value *value = NULL;
    assert_int_equal(furrow_value_string("\xff", 1, &value), FURROW_ERR_FORMAT);
    assert_int_equal(furrow_value_symbol("a\xc0\x80", &value), FURROW_ERR_FORMAT);
    assert_null(value);
    OK(furrow_value_string("a\0b", 3, &value));
    assert_int_equal(furrow_value_count(value), 3);
    assert_memory_equal(furrow_value_data(value), "a\0b", 4);
    furrow_value_drop(value);
}

/* --- ranges --- */

static size_t range_count(double first, double step, double last)
{
    furrow_value *range;
    OK(fv_range_float(first, step, last, &range));
    size_t count = furrow_value_count(range);
    furrow_value_drop(range);
    return count;
}

static void ranges_count_as_julia(void **state)
{
    (void)state;
    furrow_value *r;
    assert_int_equal(range_count(0.1, 0.1, 0.3), 3);
    assert_int_equal(range_count(0, 0.1, 1), 11);
    assert_int_equal(range_count(1, -0.25, 0), 5);
    assert_int_equal(range_count(0, 0.3, 1), 4);
    assert_int_equal(range_count(1, 1, 0), 0);
    assert_int_equal(range_count(2, 5, 2), 1);
    OK(fv_range_float(0.1, 0.1, 0.5, &r));
    fv_cell third;
    fv_range_at((fv_range *)r, 2, &third);
    assert_true(third.d == 0.3);
    furrow_value_drop(r);
    OK(fv_range_int(1, 3, 9, true, &r));
    assert_int_equal(furrow_value_count(r), 3);
    assert_int_equal(((fv_range *)r)->last.i, 7);
    furrow_value_drop(r);
    OK(fv_range_int(5, -2, 0, true, &r));
    assert_int_equal(furrow_value_count(r), 3);
    furrow_value_drop(r);
    OK(fv_range_int(1, 1, 0, false, &r));
    assert_int_equal(((fv_range *)r)->last.i, 0);
    furrow_value_drop(r);
    assert_int_equal(fv_range_int(1, 0, 5, true, &r), FURROW_ERR_ARG);
    assert_int_equal(fv_range_int(INT64_MIN, 1, INT64_MAX, false, &r), FURROW_ERR_OVERFLOW);
    assert_int_equal(fv_range_float(0, NAN, 5, &r), FURROW_ERR_ARG);
    assert_int_equal(fv_range_float(0, 1e-300, 5, &r), FURROW_ERR_OVERFLOW);
}

/* --- memory --- */

static void deep_values_are_freed(void **state)
{
    (void)state;
    furrow_value *value;
    OK(furrow_value_nothing(&value));
    for (int i = 0; i < 300000; i++) {
        fv_cell cell;
        furrow_value *outer;
        fv_cell_from_value(value, &cell);
        OK(fv_tuple_new(1, &cell, &outer));
        fv_cell_drop(&cell);
        furrow_value_drop(value);
        value = outer;
    }
    furrow_value_drop(value);
}

static void cycles_end(void **state)
{
    (void)state;
    fv_dict *d[2];
    fv_cell self[2], item;
    for (int64_t i = 0; i < 2; i++) {
        OK(fv_dict_new(FURROW_ANY, FURROW_ANY, &d[i]));
        self[i] = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(d[i])};
        fv_cell key = int_cell(1);
        OK(fv_dict_set(d[i], &key, &self[i]));
        furrow_value *tuple;
        OK(fv_tuple_new(1, &self[i], &tuple));
        fv_cell hold = {.tag = FURROW_TUPLE, .p = tuple};
        OK(fv_dict_set(d[i], &hold, &key));
        fv_cell_drop(&hold);
    }
    assert_false(fv_cell_equal(&self[0], &self[1]));
    assert_true(fv_cell_equal(&self[0], &self[0]));
    assert_true(fv_cell_hash(&self[0]) == fv_cell_hash(&self[1]));
    for (int i = 0; i < 2; i++) {
        fv_cell key = int_cell(1);
        assert_true(fv_dict_get(d[i], &key, &item));
        fv_dict_clear(d[i]);
        fv_cell_drop(&item);
        fv_drop(fv_dict_value(d[i]));
    }
}

static void meters_hold_the_limit(void **state)
{
    (void)state;
    fv_meter meter = {.limit = 100000};
    fv_meter *before = fv_meter_swap(&meter);
    furrow_value *small, *large = NULL;
    size_t dim = 1000, many = 20000;
    OK(furrow_value_array(FURROW_FLOAT64, 1, &dim, NULL, &small));
    assert_true(meter.held >= 8000);
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &many, NULL, &large), FURROW_ERR_LIMIT);
    furrow_error_info info;
    furrow_last_error(&info);
    assert_string_equal(info.symbol, "FURROW_MAX_MEMORY");
    fv_dict *dict;
    OK(fv_dict_new(FURROW_ANY, FURROW_ANY, &dict));
    furrow_err err = FURROW_OK;
    for (int64_t i = 0; i < 100000 && !err; i++) {
        fv_cell cell = int_cell(i);
        err = fv_dict_set(dict, &cell, &cell);
    }
    assert_int_equal(err, FURROW_ERR_LIMIT);
    fv_drop(fv_dict_value(dict));
    furrow_value_drop(small);
    assert_int_equal(meter.held, 0);
    assert_int_equal(fv_meter_charge(100001), FURROW_ERR_LIMIT);
    OK(fv_meter_charge(5));
    fv_meter_refund(50);
    assert_int_equal(meter.held, 0);
    assert_ptr_equal(fv_meter_swap(before), &meter);
}

static void *hold_and_drop(void *shared)
{
    for (int i = 0; i < 20000; i++) {
        furrow_value *value = furrow_value_hold(shared);
        if (furrow_value_count(value) != 2) abort();
        furrow_value_drop(value);
    }
    furrow_value_drop(shared);
    return NULL;
}

static void references_cross_threads(void **state)
{
    (void)state;
    furrow_value *value;
    fv_cell items[2] = {text_cell("a"), text_cell("b")};
    OK(fv_tuple_new(2, items, &value));
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        furrow_value_hold(value);
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_drop, value), 0);
    }
    furrow_value_drop(value);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    fv_cell_drop(&items[0]);
    fv_cell_drop(&items[1]);
}

static _Atomic int released;
static void count_release(void *owner, int where, uint64_t id)
{
    (void)owner;
    (void)where;
    (void)id;
    atomic_fetch_add(&released, 1);
}

static furrow_value *volatile in_handler;
static void drop_in_handler(int number)
{
    (void)number;
    furrow_value_drop(in_handler);
}

static void references_drop_in_signal_handlers(void **state)
{
    (void)state;
    void (*before)(int) = signal(SIGUSR1, drop_in_handler);
    for (int i = 0; i < 100; i++) {
        furrow_value *ref;
        OK(fv_ref_new(2, 1, (uint64_t)i, &ref));
        ((fv_ref *)ref)->release = count_release;
        in_handler = ref;
        raise(SIGUSR1);
    }
    signal(SIGUSR1, before);
    assert_int_equal(released, 100);
}

static void types_have_texts(void **state)
{
    (void)state;
    char text[64];
    fv_cell items[2] = {int_cell(1), float_cell(2)};
    furrow_value *tuple;
    OK(fv_tuple_new(2, items, &tuple));
    fv_cell cell = {.tag = FURROW_TUPLE, .p = tuple};
    assert_string_equal(fv_type_text(fv_type_of(&cell), text, sizeof text), "Tuple{Int64,Float64}");
    furrow_value_drop(tuple);
    assert_string_equal(fv_type_text(fv_type_make(FURROW_ARRAY, FURROW_FLOAT64, 2), text, sizeof text),
                        "Array{Float64,2}");
    assert_string_equal(fv_type_text(FURROW_COMPLEX128, text, sizeof text), "Complex{Float64}");
    assert_string_equal(fv_type_text(fv_type_make(FURROW_ARRAY, FURROW_FLOAT64, 2), text, 6), "Array");
    assert_string_equal(furrow_type_name((furrow_type)99), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_keep_their_bits),
        cmocka_unit_test(bools_are_zero_or_one),
        cmocka_unit_test(arrays_know_their_shape),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(vectors_grow),
        cmocka_unit_test(arrays_move_house),
        cmocka_unit_test(conversions_lose_nothing),
        cmocka_unit_test(complex_numbers_convert),
        cmocka_unit_test(numbers_are_equal_across_types),
        cmocka_unit_test(random_numbers_agree_with_their_hash),
        cmocka_unit_test(ranges_equal_arrays),
        cmocka_unit_test(dictionaries_keep_order),
        cmocka_unit_test(dictionaries_take_types_from_their_pairs),
        cmocka_unit_test(dictionaries_survive_changes_while_walked),
        cmocka_unit_test(public_dictionary_calls),
        cmocka_unit_test(texts_are_checked),
        cmocka_unit_test(ranges_count_as_julia),
        cmocka_unit_test(deep_values_are_freed),
        cmocka_unit_test(cycles_end),
        cmocka_unit_test(meters_hold_the_limit),
        cmocka_unit_test(references_cross_threads),
        cmocka_unit_test(references_drop_in_signal_handlers),
        cmocka_unit_test(types_have_texts),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
