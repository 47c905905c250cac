/*
 * test_display.c - the text of values, as Julia 0.5 writes it: at the prompt, inside containers, by print.
 */
#include "value/dict.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), FURROW_OK)

/* Each of these takes the reference on value. */
static void shown_in(furrow_value *value, int width, int height, const char *expected)
{
    char *text;
    OK(furrow_value_display(value, width, height, &text));
    assert_string_equal(text, expected);
    free(text);
    furrow_value_drop(value);
}
static void shown(furrow_value *value, const char *expected)
{
    shown_in(value, 80, 24, expected);
}
static void printed(furrow_value *value, const char *expected)
{
    char *text;
    OK(furrow_value_print(value, &text));
    assert_string_equal(text, expected);
    free(text);
    furrow_value_drop(value);
}

static furrow_value *real(double d)
{
    furrow_value *value;
    OK(furrow_value_float64(d, &value));
    return value;
}
static furrow_value *single(float f)
{
    furrow_value *value;
    OK(furrow_value_scalar(FURROW_FLOAT32, &f, &value));
    return value;
}
static furrow_value *complex_number(double re, double im)
{
    furrow_value *value;
    OK(furrow_value_scalar(FURROW_COMPLEX128, (double[]){re, im}, &value));
    return value;
}
static furrow_value *string(const char *text)
{
    furrow_value *value;
    OK(furrow_value_string(text, SIZE_MAX, &value));
    return value;
}
static furrow_value *symbol(const char *text)
{
    furrow_value *value;
    OK(furrow_value_symbol(text, &value));
    return value;
}
static furrow_value *integer(int64_t i)
{
    furrow_value *value;
    OK(furrow_value_int64(i, &value));
    return value;
}
static furrow_value *of_cell(fv_cell cell)
{
    furrow_value *value;
    OK(fv_cell_to_value(&cell, &value));
    return value;
}
static furrow_value *vector(furrow_type type, size_t n, const void *data)
{
    furrow_value *value;
    OK(furrow_value_array(type, 1, &n, data, &value));
    return value;
}
static furrow_value *matrix(furrow_type type, size_t rows, size_t cols, const void *data)
{
    furrow_value *value;
    OK(furrow_value_array(type, 2, (size_t[]){rows, cols}, data, &value));
    return value;
}
/* n pairs of values; takes their references. */
static furrow_value *dict_of(size_t n, furrow_value **pairs)
{
    fv_cell cells[16] = {{0}};
    assert_in_range(n, 0, 8);
    fv_dict *dict;
    for (size_t i = 0; i < 2 * n; i++) fv_cell_from_value(pairs[i], &cells[i]);
    OK(fv_dict_of(cells, n, &dict));
    for (size_t i = 0; i < 2 * n; i++) {
        fv_cell_drop(&cells[i]);
        furrow_value_drop(pairs[i]);
    }
    return fv_dict_value(dict);
}
static furrow_value *boxes(furrow_type type, size_t n, furrow_value **items)
{
    furrow_value *value;
    OK(furrow_value_boxes(type, 1, &n, items, &value));
    for (size_t i = 0; i < n; i++) furrow_value_drop(items[i]);
    return value;
}
static furrow_value *tuple(size_t n, furrow_value **items)
{
    furrow_value *value;
    OK(furrow_value_tuple(n, items, &value));
    for (size_t i = 0; i < n; i++) furrow_value_drop(items[i]);
    return value;
}
#define LIST(...)                                                                          \
    (sizeof((furrow_value *[]){__VA_ARGS__}) / sizeof(furrow_value *)), (furrow_value *[]) \
    {                                                                                      \
        __VA_ARGS__                                                                        \
    }

/* --- numbers --- */

static void floats(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {1, "1.0"},
        {0.1, "0.1"},
        {-0.0, "-0.0"},
        {1e5, "100000.0"},
        {999999, "999999.0"},
        {1e6, "1.0e6"},
        {1234567, "1.234567e6"},
        {1e-4, "0.0001"},
        {1.5e-5, "1.5e-5"},
        {9.869604401089358, "9.869604401089358"},
        {2.0 / 3, "0.6666666666666666"},
        {1e22, "1.0e22"},
        {5e-324, "5.0e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {INFINITY, "Inf"},
        {-INFINITY, "-Inf"},
        {NAN, "NaN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) shown(real(rows[i].number), rows[i].text);
}

static void any_float_comes_back(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        double d;
        float f;
        char *text;
        memcpy(&d, &seed, sizeof d);
        memcpy(&f, &seed, sizeof f);
        if (!isfinite(d) || !isfinite(f)) continue;
        furrow_value *value = real(d);
        OK(furrow_value_print(value, &text));
        assert_true(strtod(text, NULL) == d);
        free(text);
        furrow_value_drop(value);
        value = single(f);
        OK(furrow_value_print(value, &text));
        assert_true(strtof(text, NULL) == f);
        free(text);
        furrow_value_drop(value);
    }
}

static void single_floats(void **state)
{
    (void)state;
    shown(single(1), "1.0f0");
    shown(single(0.1f), "0.1f0");
    shown(single(1e10f), "1.0f10");
    shown(single(NAN), "NaN32");
    shown(single(-INFINITY), "-Inf32");
    printed(single(1), "1.0");
    printed(single(1e10f), "1.0e10");
    shown(single(1e-45f), "1.0f-45");
}

static void integers_and_bools(void **state)
{
    (void)state;
    shown(integer(INT64_MIN), "-9223372036854775808");
    shown(of_cell((fv_cell){.tag = FURROW_BOOL, .i = 1}), "true");
    shown(of_cell((fv_cell){.tag = FURROW_UINT8, .u = 7}), "0x07");
    shown(of_cell((fv_cell){.tag = FURROW_UINT64, .u = 255}), "0x00000000000000ff");
    printed(of_cell((fv_cell){.tag = FURROW_UINT8, .u = 7}), "7");
}

static void complex_numbers(void **state)
{
    (void)state;
    shown(complex_number(1, 2), "1.0 + 2.0im");
    shown(complex_number(1, -2.5), "1.0 - 2.5im");
    shown(complex_number(0, NAN), "0.0 + NaN*im");
    shown(complex_number(0, -INFINITY), "0.0 - Inf*im");
    shown(of_cell((fv_cell){.tag = FURROW_COMPLEX64, .c = {1, 2}}), "1.0f0 + 2.0f0im");
}

/* --- texts and other single values --- */

static void texts(void **state)
{
    (void)state;
    shown(string("hello"), "\"hello\"");
    shown(string("a\"b\\c$d\n\t\x1b\x01"), "\"a\\\"b\\\\c\\$d\\n\\t\\e\\x01\"");
    shown(string("gr\u00fc\u00df"), "\"gr\u00fc\u00df\"");
    printed(string("a\"b"), "a\"b");
    shown(symbol("x"), ":x");
    shown(symbol("+"), ":+");
    shown(symbol("two words"), "Symbol(\"two words\")");
    printed(symbol("x"), "x");
    shown(of_cell((fv_cell){.tag = FURROW_CHAR, .i = 'x'}), "'x'");
    shown(of_cell((fv_cell){.tag = FURROW_CHAR, .i = '\''}), "'\\''");
    printed(of_cell((fv_cell){.tag = FURROW_CHAR, .i = 0x20AC}), "\u20ac");
}

static void other_values(void **state)
{
    (void)state;
    furrow_value *value, *captured, *three = integer(3);
    OK(furrow_value_nothing(&value));
    shown(value, "");
    OK(furrow_value_nothing(&value));
    printed(value, "nothing");
    OK(furrow_value_tuple(1, &three, &captured));
    OK(fv_code_new(FURROW_EXPR, "x + $1 * $2", 11, captured, &value));
    furrow_value_hold(value);
    shown(value, ":(x + 3 * $2)");
    printed(value, "x + 3 * $2");
    OK(fv_code_new(FURROW_FUNCTION, "x -> x", 6, NULL, &value));
    shown(value, "x -> x");
    furrow_value_drop(captured);
    furrow_value_drop(three);
    OK(fv_ref_new(2, 1, 16, &value));
    shown(value, "Future(2,1,16,Nullable{Any}())");
    OK(fv_text_new(FURROW_REGEX, "tes\"la", 6, &value));
    shown(value, "r\"tes\\\"la\"");
    OK(fv_text_new(FURROW_MODULE, "Main", 4, &value));
    shown(value, "Main");
    OK(fv_text_new(FURROW_EXCEPTION, "KeyError: no \"k\"", 16, &value));
    shown(value, "KeyError(\"no \\\"k\\\"\")");
    OK(fv_text_new(FURROW_EXCEPTION, "DivideError", 11, &value));
    shown(value, "DivideError()");
    shown(of_cell((fv_cell){.tag = FURROW_DATATYPE, .u = fv_type_make(FURROW_ARRAY, FURROW_FLOAT64, 2)}),
          "Array{Float64,2}");
    OK(fv_range_int(1, 1, 5, false, &value));
    shown(value, "1:5");
    OK(fv_range_int(1, 2, 10, true, &value));
    shown(value, "1:2:9");
    OK(fv_range_float(0.1, 0.1, 0.5, &value));
    shown(value, "0.1:0.1:0.5");
}

static void tuples(void **state)
{
    (void)state;
    shown(tuple(LIST(integer(1), real(1.0 / 3), string("a"))), "(1,0.3333333333333333,\"a\")");
    shown(tuple(LIST(integer(1))), "(1,)");
    shown(tuple(0, NULL), "()");
}

/* --- arrays --- */

static void columns_meet_at_the_point(void **state)
{
    (void)state;
    static const double seed[16] = {0, 0, -1.159921, 0.652393, 0, 0, -1.451883,  -1.147581,
                                    0, 0, 0.2820031, 0.648452, 0, 0, -0.1351262, 1.17555};
    shown(matrix(FURROW_FLOAT64, 4, 4, seed), "4x4 Array{Float64,2}:\n"
                                              "  0.0        0.0      0.0        0.0\n"
                                              "  0.0        0.0      0.0        0.0\n"
                                              " -1.15992   -1.45188  0.282003  -0.135126\n"
                                              "  0.652393  -1.14758  0.648452   1.17555");
    shown(vector(FURROW_FLOAT64, 5, (double[]){-724.409, 1234567.5, 1e-10, -8417, 0.696425}),
          "5-element Array{Float64,1}:\n"
          "  -724.409\n"
          "     1.23457e6\n"
          "     1.0e-10\n"
          " -8417.0\n"
          "     0.696425");
    shown(vector(FURROW_INT64, 3, (int64_t[]){1, -20, 300}), "3-element Array{Int64,1}:\n   1\n -20\n 300");
    shown(matrix(FURROW_FLOAT32, 2, 2, (float[]){3.14159265f, 0.317024f, 1, 2}),
          "2x2 Array{Float32,2}:\n 3.14159   1.0\n 0.317024  2.0");
    shown(vector(FURROW_COMPLEX128, 2, (double[]){1, 2, -10.5, -0.25}),
          "2-element Array{Complex{Float64},1}:\n   1.0+2.0im\n -10.5-0.25im");
    shown(vector(FURROW_BOOL, 2, "\1\0"), "2-element Array{Bool,1}:\n  true\n false");
}

static void elements_of_all_kinds(void **state)
{
    (void)state;
    shown(boxes(FURROW_ANY, LIST(integer(1), real(2.5), string("\u6f22"), symbol("x"), vector(FURROW_INT64, 2, NULL))),
          "5-element Array{Any,1}:\n 1\n 2.5\n  \"\u6f22\"\n  :x\n  [0,0]");
    shown(boxes(FURROW_STRING, LIST(string("a"), string("bc"))), "2-element Array{String,1}:\n \"a\"\n \"bc\"");
}

static void empty_arrays(void **state)
{
    (void)state;
    shown(vector(FURROW_FLOAT64, 0, NULL), "0-element Array{Float64,1}");
    shown(matrix(FURROW_FLOAT64, 0, 3, NULL), "0x3 Array{Float64,2}");
    printed(vector(FURROW_FLOAT64, 0, NULL), "Float64[]");
    printed(matrix(FURROW_FLOAT64, 0, 3, NULL), "Array{Float64}(0,3)");
    shown(dict_of(0, NULL), "Dict{Any,Any} with 0 entries");
    printed(dict_of(0, NULL), "Dict{Any,Any}()");
}

static void arrays_in_one_line(void **state)
{
    (void)state;
    printed(vector(FURROW_INT64, 3, (int64_t[]){1, 2, 3}), "[1,2,3]");
    printed(vector(FURROW_FLOAT64, 2, (double[]){1, M_PI}), "[1.0,3.14159]");
    printed(matrix(FURROW_INT64, 2, 2, (int64_t[]){1, 3, 2, 4}), "[1 2; 3 4]");
    printed(vector(FURROW_FLOAT32, 1, (float[]){1}), "Float32[1.0]");
    printed(boxes(FURROW_ANY, LIST(real(M_PI), string("a"))), "Any[3.141592653589793,\"a\"]");
    printed(boxes(FURROW_STRING, LIST(string("a"))), "String[\"a\"]");
}

static void slices_have_labels(void **state)
{
    (void)state;
    furrow_value *value;
    OK(furrow_value_array(FURROW_INT64, 3, (size_t[]){1, 2, 2}, (int64_t[]){1, 2, 3, 4}, &value));
    shown(value, "1x2x2 Array{Int64,3}:\n[:, :, 1] =\n 1  2\n\n[:, :, 2] =\n 3  4");
    OK(furrow_value_array(FURROW_INT8, 3, (size_t[]){1, 1, 20}, NULL, &value));
    shown(value, "1x1x20 Array{Int8,3}:\n[:, :, 1] =\n 0\n\n[:, :, 2] =\n 0\n\n[:, :, 3] =\n 0\n\n...\n\n"
                 "[:, :, 18] =\n 0\n\n[:, :, 19] =\n 0\n\n[:, :, 20] =\n 0");
}

static void long_arrays_are_shortened(void **state)
{
    (void)state;
    int64_t numbers[100];
    for (int i = 0; i < 100; i++) numbers[i] = i;
    shown_in(vector(FURROW_INT64, 100, numbers), 80, 12,
             "100-element Array{Int64,1}:\n  0\n  1\n  2\n  3\n  \u22ee\n 97\n 98\n 99");
    shown_in(matrix(FURROW_INT64, 10, 10, numbers), 25, 10,
             "10x10 Array{Int64,2}:\n"
             " 0  10  20  \u2026  80  90\n"
             " 1  11  21     81  91\n"
             " 2  12  22     82  92\n"
             " \u22ee          \u22f1\n"
             " 8  18  28     88  98\n"
             " 9  19  29     89  99");
    char *text;
    furrow_value *value = vector(FURROW_INT64, 100, numbers);
    OK(furrow_value_display(value, 0, 0, &text));
    assert_null(strstr(text, "\u22ee"));
    free(text);
    shown(tuple(LIST(value)), "([0,1,2,3,4,5,6,7,8,9  \u2026  90,91,92,93,94,95,96,97,98,99],)");
}

/* --- dictionaries --- */

static void dictionaries(void **state)
{
    (void)state;
    shown(dict_of(2, (furrow_value *[]){integer(2), real(M_SQRT2), integer(13), string("x")}),
          "Dict{Int64,Any} with 2 entries:\n  2  => 1.41421\n  13 => \"x\"");
    shown(dict_of(1, (furrow_value *[]){integer(2), integer(2)}), "Dict{Int64,Int64} with 1 entry:\n  2 => 2");
    shown(dict_of(2, (furrow_value *[]){symbol("R"), vector(FURROW_INT64, 3, (int64_t[]){1, 2, 3}), symbol("X"),
                                        string("Fnordic")}),
          "Dict{Symbol,Any} with 2 entries:\n  :R => [1,2,3]\n  :X => \"Fnordic\"");
    printed(dict_of(1, (furrow_value *[]){integer(1), real(0.5)}), "Dict(1=>0.5)");
    shown(dict_of(1, (furrow_value *[]){tuple(LIST(integer(1))), matrix(FURROW_INT64, 1, 2, (int64_t[]){5, 6})}),
          "Dict{Tuple{Int64},Array{Int64,2}} with 1 entry:\n  (1,) => [5 6]");
    shown(dict_of(1, (furrow_value *[]){symbol("d"), dict_of(1, (furrow_value *[]){symbol("x"), integer(1)})}),
          "Dict{Symbol,Dict{Symbol,Int64}} with 1 entry:\n  :d => Dict(:x=>1)");
}

static void dictionaries_are_shortened(void **state)
{
    (void)state;
    furrow_value *dict;
    OK(furrow_value_dict(&dict));
    for (int64_t i = 0; i < 30; i++) {
        furrow_value *key = integer(i), *item = string("a rather long text");
        OK(furrow_dict_set(dict, key, item));
        furrow_value_drop(key);
        furrow_value_drop(item);
    }
    shown_in(dict, 20, 8,
             "Dict{Any,Any} with 30 entries:\n"
             "  0 => \"a rather lo\u2026\n"
             "  1 => \"a rather lo\u2026\n"
             "  2 => \"a rather lo\u2026\n"
             "  \u22ee => \u22ee");
    furrow_value *slices;
    OK(furrow_value_array(FURROW_INT8, 3, (size_t[]){1, 1, 2}, NULL, &slices));
    furrow_value_hold(slices);
    shown_in(dict_of(1, (furrow_value *[]){integer(1), slices}), 80, 24,
             "Dict{Int64,Array{Int8,3}} with 1 entry:\n  1 => [:, :, 1] =\u2026");
    shown_in(dict_of(1, (furrow_value *[]){integer(1), slices}), 0, 0,
             "Dict{Int64,Array{Int8,3}} with 1 entry:\n"
             "  1 => [:, :, 1] =\nInt8[0]\n\n[:, :, 2] =\nInt8[0]");
}

static void cycles_are_named(void **state)
{
    (void)state;
    furrow_value *dict, *key = integer(1);
    char *text;
    OK(furrow_value_dict(&dict));
    OK(furrow_dict_set(dict, key, dict));
    OK(furrow_value_display(dict, 80, 24, &text));
    assert_string_equal(text, "Dict{Any,Any} with 1 entry:\n  1 => Dict{Any,Any}(#= circular reference @-1 =#)");
    free(text);
    OK(furrow_value_print(dict, &text));
    assert_string_equal(text, "Dict{Any,Any}(1=>Dict{Any,Any}(#= circular reference @-1 =#))");
    free(text);
    fv_dict_clear(fv_dict_of_value(dict));
    furrow_value_drop(dict);
    furrow_value_drop(key);
}

static void depth_ends(void **state)
{
    (void)state;
    char *text;
    furrow_value *value = integer(1);
    for (int i = 0; i < 1000; i++) value = tuple(LIST(value));
    OK(furrow_value_print(value, &text));
    assert_non_null(strstr(text, "\u2026"));
    assert_true(strlen(text) < 300);
    free(text);
    furrow_value_drop(value);
}

static void locales_do_not_matter(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        print_message("# skipped: the locale de_DE.UTF-8 is not installed\n");
        skip();
    }
    shown(real(1.5), "1.5");
    setlocale(LC_ALL, "C");
}

static void bad_arguments(void **state)
{
    (void)state;
    char *text = NULL;
    furrow_value *value = integer(1);
    assert_int_equal(furrow_value_display(NULL, 80, 24, &text), FURROW_ERR_ARG);
    assert_int_equal(furrow_value_display(value, -1, 24, &text), FURROW_ERR_ARG);
    assert_int_equal(furrow_value_print(value, NULL), FURROW_ERR_ARG);
    assert_null(text);
    furrow_value_drop(value);
    for (int width = 1; width < 12; width++) {
        for (int height = 1; height < 12; height++) {
            value = matrix(FURROW_FLOAT64, 20, 20, NULL);
            OK(furrow_value_display(value, width, height, &text));
            free(text);
            furrow_value_drop(value);
            value = dict_of(1, (furrow_value *[]){symbol("a_long_key"), matrix(FURROW_FLOAT64, 20, 20, NULL)});
            OK(furrow_value_display(value, width, height, &text));
            free(text);
            furrow_value_drop(value);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats),
        cmocka_unit_test(any_float_comes_back),
        cmocka_unit_test(single_floats),
        cmocka_unit_test(integers_and_bools),
        cmocka_unit_test(complex_numbers),
        cmocka_unit_test(texts),
        cmocka_unit_test(other_values),
        cmocka_unit_test(tuples),
        cmocka_unit_test(columns_meet_at_the_point),
        cmocka_unit_test(elements_of_all_kinds),
        cmocka_unit_test(empty_arrays),
        cmocka_unit_test(arrays_in_one_line),
        cmocka_unit_test(slices_have_labels),
        cmocka_unit_test(long_arrays_are_shortened),
        cmocka_unit_test(dictionaries),
        cmocka_unit_test(dictionaries_are_shortened),
        cmocka_unit_test(cycles_are_named),
        cmocka_unit_test(depth_ends),
        cmocka_unit_test(locales_do_not_matter),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests_name("display", tests, NULL, NULL);
}
