/*
 * test_wire.c - values as bytes and back: every type, alignment of large arrays, damaged and hostile bytes.
 */
#include "value/dict.h"
#include "value/wire.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), FURROW_OK)

/* Writes and reads cell, checks the size that was foretold, and every shorter piece of the bytes. */
static fv_cell round_trip(const fv_cell *cell)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    OK(fv_wire_put(&b, cell));
    size_t nbytes;
    OK(fv_wire_nbytes(cell, &nbytes));
    assert_int_equal(nbytes, b.nbytes);
    fv_cell back = {.tag = FURROW_MODULE};
    for (size_t n = 0; n < nbytes && n < 2000; n++) {
        unsigned char *exact = malloc(n ? n : 1);
        memcpy(exact, b.bytes, n);
        fb_cursor cut = {exact, exact + n};
        assert_int_equal(fv_wire_get(&cut, &back), FURROW_ERR_FORMAT);
        assert_ptr_equal(cut.at, exact);
        free(exact);
    }
    fb_cursor c = {b.bytes, b.bytes + b.nbytes};
    OK(fv_wire_get(&c, &back));
    assert_int_equal(fb_cursor_left(&c), 0);
    fb_buffer_free(&b);
    return back;
}

static void same_after_trip(fv_cell cell)
{
    fv_cell back = round_trip(&cell);
    assert_int_equal(back.tag, cell.tag);
    assert_true(fv_type_of(&back) == fv_type_of(&cell));
    assert_true(fv_cell_equal(&cell, &back));
    fv_cell_drop(&back);
    fv_cell_drop(&cell);
}

static fv_cell boxed(furrow_value *value)
{
    return (fv_cell){.tag = value->type, .p = value};
}
static fv_cell text(furrow_type type, const char *bytes)
{
    furrow_value *value;
    OK(fv_text_new(type, bytes, strlen(bytes), &value));
    return boxed(value);
}

static void scalars_travel(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, 1, -1, 127, -128};
    for (uint32_t tag = FURROW_INT8; tag <= FURROW_INT64; tag++) {
        for (size_t i = 0; i < 5; i++) same_after_trip((fv_cell){.tag = tag, .i = numbers[i]});
    }
    same_after_trip((fv_cell){.tag = FURROW_INT64, .i = INT64_MIN});
    same_after_trip((fv_cell){.tag = FURROW_UINT64, .u = UINT64_MAX});
    same_after_trip((fv_cell){.tag = FURROW_NOTHING});
    same_after_trip((fv_cell){.tag = FURROW_BOOL, .i = 1});
    same_after_trip((fv_cell){.tag = FURROW_FLOAT64, .d = -0.0});
    same_after_trip((fv_cell){.tag = FURROW_FLOAT64, .d = NAN});
    same_after_trip((fv_cell){.tag = FURROW_FLOAT32, .f = 0.1f});
    same_after_trip((fv_cell){.tag = FURROW_COMPLEX64, .c = {1, -2}});
    same_after_trip((fv_cell){.tag = FURROW_CHAR, .i = 0x20AC});
    same_after_trip((fv_cell){.tag = FURROW_DATATYPE, .i = FURROW_FLOAT32});
    same_after_trip((fv_cell){.tag = FURROW_DATATYPE, .u = fv_type_make(FURROW_ARRAY, FURROW_INT8, 3)});
    furrow_value *z;
    OK(furrow_value_scalar(FURROW_COMPLEX128, (double[]){1.5, -2.5}, &z));
    same_after_trip(boxed(z));
    OK(furrow_value_scalar(FURROW_COMPLEX_INT64, (int64_t[]){INT64_MIN, -2}, &z));
    same_after_trip(boxed(z));
}

static void boxes_travel(void **state)
{
    (void)state;
    furrow_value *value, *captured;
    same_after_trip(text(FURROW_STRING, ""));
    same_after_trip(text(FURROW_STRING, "gr\u00fc\u00df dich"));
    same_after_trip(text(FURROW_SYMBOL, "x"));
    same_after_trip(text(FURROW_REGEX, "tes(la)"));
    same_after_trip(text(FURROW_MODULE, "Main"));
    same_after_trip(text(FURROW_EXCEPTION, "KeyError: no key 1"));
    furrow_value *pair;
    OK(fv_pair_new((fv_cell[]){{.tag = FURROW_INT64, .i = 1}, {.tag = FURROW_CHAR, .u = 'x'}}, &pair));
    same_after_trip(boxed(pair));
    fv_array *characters;
    OK(fv_array_new(FURROW_CHAR, 1, (size_t[]){2}, &characters));
    for (size_t i = 0; i < 2; i++) OK(fv_element_set(characters, i, &(fv_cell){.tag = FURROW_CHAR, .u = 0x3b1 + i}));
    same_after_trip(boxed(&characters->head));
    OK(fv_range_int(INT64_MIN, INT64_MAX, INT64_MAX, true, &value));
    same_after_trip(boxed(value));
    OK(fv_range_int(1, 1, 0, false, &value));
    same_after_trip(boxed(value));
    OK(fv_range_float(0.1, 0.1, 0.5, &value));
    same_after_trip(boxed(value));
    fv_cell items[] = {{.tag = FURROW_INT64, .i = 7}, text(FURROW_STRING, "x")};
    OK(fv_tuple_new(2, items, &captured));
    OK(fv_code_new(FURROW_FUNCTION, "x -> x + $1", 11, captured, &value));
    same_after_trip(boxed(value));
    OK(fv_code_new(FURROW_EXPR, "a + b", 5, NULL, &value));
    same_after_trip(boxed(value));
    same_after_trip(boxed(captured));
    OK(fv_ref_new(3, 1, 877, &value));
    same_after_trip(boxed(value));
    fv_dict *dict;
    OK(fv_dict_of(items, 1, &dict));
    same_after_trip(boxed(fv_dict_value(dict)));
    OK(fv_dict_new(FURROW_INT64, FV_MEMBER, &dict)); /* a Set */
    OK(fv_dict_set(dict, &items[0], &(fv_cell){.tag = FURROW_NOTHING}));
    same_after_trip(boxed(fv_dict_value(dict)));
    OK(fv_tuple_new(0, NULL, &value));
    same_after_trip(boxed(value));
    fv_cell_drop(&items[1]);
}

static void arrays_travel(void **state)
{
    (void)state;
    for (int type = FURROW_INT8; type <= FURROW_COMPLEX_INT64; type++) {
        if (type > FURROW_COMPLEX128) type = FURROW_COMPLEX_INT64;
        for (size_t n = 0; n < 50; n += 7) {
            furrow_value *value;
            OK(furrow_value_array((furrow_type)type, 2, (size_t[]){n, 3}, NULL, &value));
            same_after_trip(boxed(value));
        }
    }
    fv_array *array;
    OK(fv_array_new(FURROW_STRING, 1, (size_t[]){3}, &array));
    fv_cell word = text(FURROW_STRING, "word");
    OK(fv_element_set(array, 1, &word));
    fv_cell_drop(&word);
    same_after_trip(boxed(&array->head));
    OK(fv_array_new(FURROW_ANY, 3, (size_t[]){2, 1, 2}, &array));
    same_after_trip(boxed(&array->head));
}

static void large_arrays_are_aligned(void **state)
{
    (void)state;
    furrow_value *value;
    double *data = calloc(1000, sizeof *data);
    for (int i = 0; i < 1000; i++) data[i] = i + 0.125;
    OK(furrow_value_array(FURROW_FLOAT64, 1, (size_t[]){1000}, data, &value));
    fv_cell cell = boxed(value);
    size_t nbytes;
    OK(fv_wire_nbytes(&cell, &nbytes));
    for (size_t before = 0; before < 16; before++) {
        fb_buffer b;
        fb_buffer_init(&b, 0);
        for (size_t i = 0; i < before; i++) OK(fb_buffer_put_u8(&b, 9));
        OK(fv_wire_put(&b, &cell));
        assert_int_equal(b.nbytes, before + nbytes);
        bool found = false;
        for (size_t at = 0; at + 8000 <= b.nbytes; at += 8) found |= memcmp(b.bytes + at, data, 8000) == 0;
        assert_true(found);
        fb_cursor c = {b.bytes + before, b.bytes + b.nbytes};
        fv_cell back;
        OK(fv_wire_get(&c, &back));
        assert_true(fv_cell_equal(&cell, &back));
        fv_cell_drop(&back);
        fb_buffer_free(&b);
    }
    free(data);
    fv_cell_drop(&cell);
}

static void what_contains_itself_is_refused(void **state)
{
    (void)state;
    fv_dict *dict;
    OK(fv_dict_new(FURROW_ANY, FURROW_ANY, &dict));
    fv_cell key = {.tag = FURROW_INT64, .i = 1}, self = boxed(fv_dict_value(dict)), item;
    OK(fv_dict_set(dict, &key, &self));
    fb_buffer b;
    fb_buffer_init(&b, 0);
    OK(fb_buffer_put_u8(&b, 5));
    assert_int_equal(fv_wire_put(&b, &self), FURROW_ERR_LIMIT);
    assert_int_equal(b.nbytes, 1);
    fb_buffer_free(&b);
    assert_true(fv_dict_delete(dict, &key, &item));
    fv_cell_drop(&item);
    fv_drop(fv_dict_value(dict));
}

static furrow_err get(const unsigned char *bytes, size_t nbytes)
{
    fb_cursor c = {bytes, bytes + nbytes};
    fv_cell cell;
    furrow_err err = fv_wire_get(&c, &cell);
    if (!err) fv_cell_drop(&cell);
    return err;
}
#define GET(...) get((const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}))

static void hostile_bytes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(GET(99), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ANY), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_BOOL, 2), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_INT8, 0xff, 0x7f), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_UINT8, 0x80, 0x02), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_CHAR, 0x80, 0xb0, 0x03), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_STRING, 1, 0xff), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_STRING, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_DATATYPE, 77), FURROW_ERR_FORMAT);
    /* A tuple that claims 2^40 items, and an array of as many. */
    assert_int_equal(GET(FURROW_TUPLE, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_ANY, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_FLOAT64, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_FLOAT64, 0), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_FLOAT64, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_DICT, 1, 0), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_BOOL, 1, 1, 2), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_ARRAY, FURROW_STRING, 1, 1, FURROW_INT64, 2), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_DICT, FURROW_INT64, FURROW_ANY, 1, FURROW_BOOL, 1, FURROW_NOTHING), FURROW_OK);
    assert_int_equal(GET(FURROW_DICT, FURROW_INT64, FURROW_ANY, 1, FURROW_STRING, 0, FURROW_NOTHING),
                     FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_DICT, FURROW_ANY, FURROW_ANY, 2, FURROW_INT64, 2, 0, FURROW_INT64, 2, 0),
                     FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_RANGE, FURROW_INT64, 1, 3, 0, 0), FURROW_ERR_FORMAT);
    assert_int_equal(GET(FURROW_REF, 1, 2, 3), FURROW_ERR_FORMAT);
}

static void deep_bytes_are_refused(void **state)
{
    (void)state;
    unsigned char bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i += 2) {
        bytes[i] = FURROW_TUPLE;
        bytes[i + 1] = 1;
    }
    assert_int_equal(get(bytes, sizeof bytes), FURROW_ERR_FORMAT);
    bytes[2 * (FV_WIRE_MAX_DEPTH - 1) + 1] = 0;
    OK(get(bytes, sizeof bytes));
}

static void nested_promises_take_no_memory(void **state)
{
    (void)state;
    /* Each tuple claims as many items as bytes follow: together they would ask for depth times that. */
    size_t nbytes = 1 << 20;
    unsigned char *bytes = calloc(nbytes, 1);
    for (size_t i = 0; i + 4 < 4 * 60; i += 4) {
        bytes[i] = FURROW_TUPLE;
        bytes[i + 1] = 0x80;
        bytes[i + 2] = 0x80;
        bytes[i + 3] = 0x38;
    }
    fv_meter meter = {.limit = 20 * nbytes}, *before = fv_meter_swap(&meter);
    assert_int_equal(get(bytes, nbytes), FURROW_ERR_FORMAT);
    fv_meter_swap(before);
    assert_int_equal(meter.held, 0);
    free(bytes);
}

static void packed_values_come_back(void **state)
{
    (void)state;
    furrow_value *value, *back = NULL;
    void *bytes;
    size_t nbytes;
    OK(furrow_value_string("pack", SIZE_MAX, &value));
    OK(furrow_value_pack(value, &bytes, &nbytes));
    OK(furrow_value_unpack(bytes, nbytes, &back));
    assert_true(furrow_value_equal(value, back));
    furrow_value_drop(back);
    back = NULL;
    unsigned char *longer = calloc(nbytes + 1, 1);
    memcpy(longer, bytes, nbytes);
    assert_int_equal(furrow_value_unpack(longer, nbytes + 1, &back), FURROW_ERR_FORMAT);
    assert_int_equal(furrow_value_unpack(bytes, nbytes - 1, &back), FURROW_ERR_FORMAT);
    assert_null(back);
    OK(furrow_value_tuple(1, &value, &back));
    furrow_value_drop(back);
    OK(furrow_value_boxes(FURROW_STRING, 1, (size_t[]){1}, &value, &back));
    furrow_value_drop(back);
    assert_int_equal(furrow_value_boxes(FURROW_SYMBOL, 1, (size_t[]){1}, &value, &back), FURROW_ERR_TYPE);
    assert_int_equal(furrow_value_boxes(FURROW_INT8, 1, (size_t[]){1}, &value, &back), FURROW_ERR_TYPE);
    free(longer);
    free(bytes);
    furrow_value_drop(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_travel),
        cmocka_unit_test(boxes_travel),
        cmocka_unit_test(arrays_travel),
        cmocka_unit_test(large_arrays_are_aligned),
        cmocka_unit_test(what_contains_itself_is_refused),
        cmocka_unit_test(hostile_bytes_are_refused),
        cmocka_unit_test(deep_bytes_are_refused),
        cmocka_unit_test(nested_promises_take_no_memory),
        cmocka_unit_test(packed_values_come_back),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
