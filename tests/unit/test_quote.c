/*
 * test_quote.c - quoted expressions: $ filled in, values of trees, trees of values, what is captured.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tree_dump.h"

static fx_tree *parse(const char *text)
{
    fx_tree *tree;
    if (fx_parse(text, strlen(text), &tree)) fail_msg("%s is refused", text);
    return tree;
}

/* What stands inside the quote that text is. */
static fx_tree *quoted(const char *text)
{
    fx_tree *quote = parse(text);
    assert_int_equal(quote->kind, FX_QUOTE);
    fx_tree *inside = fx_tree_hold(quote->kids[0]);
    fx_tree_drop(quote);
    return inside;
}

static void assert_text(const fx_tree *tree, const char *want)
{
    char *text;
    assert_int_equal(fx_tree_text(tree, &text), FURROW_OK);
    assert_string_equal(text, want);
    free(text);
}

static void interpolate(const char *text, const fv_cell *cells, size_t n, const char *want)
{
    fx_tree *tree = quoted(text);
    fx_tree *out;
    const fx_tree *holes[8];
    assert_int_equal(fx_tree_holes(tree, holes, 8), n);
    assert_int_equal(fx_tree_interpolate(tree, cells, n, &out), FURROW_OK);
    assert_text(out, want);
    fx_tree_drop(out);
    fx_tree_drop(tree);
}

static void fills_in(void **state)
{
    (void)state;
    furrow_value *symbol, *expr, *string;
    fx_tree *sum = parse("a + b");
    assert_int_equal(furrow_value_symbol("name", &symbol), FURROW_OK);
    assert_int_equal(furrow_value_string("te\"xt", SIZE_MAX, &string), FURROW_OK);
    assert_int_equal(fx_tree_value(sum, &expr), FURROW_OK);
    fv_cell cells[] = {{.tag = FURROW_INT64, .i = -7},
                       {.tag = FURROW_SYMBOL, .p = symbol},
                       {.tag = FURROW_EXPR, .p = expr},
                       {.tag = FURROW_STRING, .p = string}};
    interpolate(":(x + $y)", cells, 1, "x + -7");
    interpolate(":($y^2 + $z)", cells, 2, "(-7) ^ 2 + name");
    interpolate(":(f($(u), $v, $w * 2, $t))", cells, 4, "f(-7,name,(a + b) * 2,\"te\\\"xt\")");
    interpolate(":($a; $b = $c)", cells, 3, "begin\n    -7\n    name = a + b\nend");
    interpolate(":(x + 1)", NULL, 0, "x + 1");
    interpolate(":(:(x + $y) + $z)", cells, 1, ":(x + $y) + -7");
    interpolate(":(:(x + $($y)))", cells, 1, ":(x + $(-7))");
    furrow_value_drop(symbol);
    furrow_value_drop(string);
    furrow_value_drop(expr);
    fx_tree_drop(sum);
}

static void too_few_values(void **state)
{
    (void)state;
    fx_tree *tree = quoted(":($x + $y)");
    fx_tree *out;
    fv_cell one = {.tag = FURROW_INT64, .i = 1};
    assert_int_equal(fx_tree_interpolate(tree, &one, 1, &out), FURROW_ERR_ARG);
    fx_tree_drop(tree);
}

static void bare_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        furrow_type type;
    } cases[] = {{"x", FURROW_SYMBOL}, {"1", FURROW_INT64},   {"\"a\"", FURROW_STRING}, {"nothing", FURROW_NOTHING},
                 {":x", FURROW_EXPR},  {"x[1]", FURROW_EXPR}, {"a = 1", FURROW_EXPR},   {"begin end", FURROW_EXPR}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fx_tree *tree = parse(cases[i].text);
        furrow_value *value;
        assert_int_equal(fx_tree_value(tree, &value), FURROW_OK);
        assert_int_equal(furrow_value_type(value), cases[i].type);
        furrow_value_drop(value);
        fx_tree_drop(tree);
    }
}

/* An array inside an expression has no literal: it is captured, and comes back. */
static void captured_values_come_back(void **state)
{
    (void)state;
    furrow_value *array, *value, *arrived;
    double numbers[3] = {1, 2, 3};
    size_t three = 3;
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &three, numbers, &array), FURROW_OK);
    fv_cell cells[] = {{.tag = FURROW_ARRAY, .p = array}, {.tag = FURROW_FLOAT64, .d = 1.0 / 0.0}};
    fx_tree *tree = quoted(":(x .* $a .+ $b)");
    fx_tree *filled, *again;
    assert_int_equal(fx_tree_interpolate(tree, cells, 2, &filled), FURROW_OK);
    assert_int_equal(fx_tree_value(filled, &value), FURROW_OK);
    const fv_code *code = (const fv_code *)value;
    assert_string_equal(((const fv_text *)code->text)->bytes, "x .* $1 .+ $2");
    /* as it is at another pid: text and captured values alone */
    const fv_text *text = (const fv_text *)code->text;
    assert_int_equal(fv_code_new(FURROW_EXPR, text->bytes, text->nbytes, code->captured, &arrived), FURROW_OK);
    assert_int_equal(fx_tree_of(arrived, &again), FURROW_OK);
    assert_true(fx_tree_equal(filled, again));
    fx_tree_drop(again);
    furrow_value_drop(arrived);
    furrow_value_drop(value);
    fx_tree_drop(filled);
    fx_tree_drop(tree);
    furrow_value_drop(array);
}

static void trees_of_values(void **state)
{
    (void)state;
    furrow_value *symbol, *number, *missing, *bad;
    fx_tree *tree;
    assert_int_equal(furrow_value_symbol("x", &symbol), FURROW_OK);
    assert_int_equal(furrow_value_int64(1, &number), FURROW_OK);
    assert_int_equal(fx_tree_of(symbol, &tree), FURROW_OK);
    assert_text(tree, "x");
    fx_tree_drop(tree);
    assert_int_equal(fx_tree_of(number, &tree), FURROW_ERR_TYPE);
    assert_int_equal(fv_code_new(FURROW_EXPR, "a + $3", 6, NULL, &missing), FURROW_OK);
    assert_int_equal(fx_tree_of(missing, &tree), FURROW_ERR_ARG);
    assert_int_equal(fv_code_new(FURROW_EXPR, "a + ) b", 7, NULL, &bad), FURROW_OK);
    assert_int_equal(fx_tree_of(bad, &tree), FURROW_ERR_SYNTAX);
    furrow_value_drop(symbol);
    furrow_value_drop(number);
    furrow_value_drop(missing);
    furrow_value_drop(bad);
}

static void names_that_cannot_be_written(void **state)
{
    (void)state;
    furrow_value *symbol, *value;
    fx_tree *tree = quoted(":($x + 1)");
    fx_tree *filled;
    assert_int_equal(furrow_value_symbol("a b", &symbol), FURROW_OK);
    fv_cell cell = {.tag = FURROW_SYMBOL, .p = symbol};
    assert_int_equal(fx_tree_interpolate(tree, &cell, 1, &filled), FURROW_OK);
    assert_int_equal(fx_tree_value(filled, &value), FURROW_ERR_TYPE);
    fx_tree_drop(filled);
    fx_tree_drop(tree);
    furrow_value_drop(symbol);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in),        cmocka_unit_test(too_few_values),
        cmocka_unit_test(bare_values),     cmocka_unit_test(captured_values_come_back),
        cmocka_unit_test(trees_of_values), cmocka_unit_test(names_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
