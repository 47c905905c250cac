/*
 * test_parse.c - the parser: trees of many texts, their canonical text, statements one by one, errors with their
 * places, and limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tree_dump.h"

typedef struct row {
    const char *text;
    const char *tree;
} row;
static const row rows[] = {
#include "parse_rows.h"
};

static void trees(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fx_tree *tree;
        if (fx_parse(rows[i].text, strlen(rows[i].text), &tree)) fail_msg("%s is refused", rows[i].text);
        char *dump = tree_dump(tree);
        if (strcmp(dump, rows[i].tree) != 0) fail_msg("%s\n  is   %s\n  want %s", rows[i].text, dump, rows[i].tree);
        free(dump);
        fx_tree_drop(tree);
    }
}

static void canonical_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fx_tree *tree, *again;
        char *text;
        assert_int_equal(fx_parse(rows[i].text, strlen(rows[i].text), &tree), FURROW_OK);
        assert_int_equal(fx_tree_text(tree, &text), FURROW_OK);
        if (fx_parse(text, strlen(text), &again)) fail_msg("%s is refused, canonical for %s", text, rows[i].text);
        if (!fx_tree_equal(tree, again)) fail_msg("%s is not canonical for %s", text, rows[i].text);
        free(text);
        fx_tree_drop(again);
        fx_tree_drop(tree);
    }
}

static void shown(const char *text, const char *want)
{
    fx_tree *tree;
    char *is;
    assert_int_equal(fx_parse(text, strlen(text), &tree), FURROW_OK);
    assert_int_equal(fx_tree_text(tree, &is), FURROW_OK);
    assert_string_equal(is, want);
    free(is);
    fx_tree_drop(tree);
}

static void shown_as_julia_does(void **state)
{
    (void)state;
    shown("x=myid()", "x = myid()");
    shown("bar[1:2,:]", "bar[1:2,:]");
    shown("rand(5).^2", "rand(5) .^ 2");
    shown("2*k", "2k");
    shown("a+b*c", "a + b * c");
    shown("(a+b)*c", "(a + b) * c");
    shown("Dict(:buzz=>randn(2,2),:badger=>\"hello\")", "Dict(:buzz => randn(2,2),:badger => \"hello\")");
    shown("x->x+1", "x->x + 1");
    shown("[1 2;3 4]'", "[1 2; 3 4]'");
    shown("f(a,k=1;j=2)", "f(a,k=1; j=2)");
    shown("if a\nb\nend", "if a\n    b\nend");
}

typedef struct bad {
    const char *text;
    furrow_err code;
    int line;
    int column;
    const char *message; /* part of it */
} bad;
static const bad errors[] = {
    {"2 k", FURROW_ERR_SYNTAX, 1, 3, "write 2k or 2 * k"},
    {"1 + ", FURROW_ERR_INCOMPLETE, 1, 5, "a value is expected"},
    {"f(1,", FURROW_ERR_INCOMPLETE, 1, 5, ""},
    {"f(1", FURROW_ERR_INCOMPLETE, 1, 4, ", or )"},
    {"[1, 2", FURROW_ERR_INCOMPLETE, 1, 6, ""},
    {"[1 2\n", FURROW_ERR_INCOMPLETE, 2, 1, ""},
    {"x[", FURROW_ERR_INCOMPLETE, 1, 3, ""},
    {"\"abc", FURROW_ERR_INCOMPLETE, 1, 1, "string that begins here"},
    {"\"abc$(1 + ", FURROW_ERR_INCOMPLETE, 1, 11, ""},
    {"\"\"\"abc\"\"", FURROW_ERR_INCOMPLETE, 1, 1, "string"},
    {"'a", FURROW_ERR_INCOMPLETE, 1, 1, "character"},
    {"#= abc", FURROW_ERR_INCOMPLETE, 1, 1, "comment"},
    {"if x\n 1", FURROW_ERR_INCOMPLETE, 2, 3, "end"},
    {"begin", FURROW_ERR_INCOMPLETE, 1, 6, "end"},
    {"function f(x)\n x", FURROW_ERR_INCOMPLETE, 2, 3, "end"},
    {"a ? b", FURROW_ERR_INCOMPLETE, 1, 6, ":"},
    {"x =", FURROW_ERR_INCOMPLETE, 1, 4, ""},
    {"a,", FURROW_ERR_INCOMPLETE, 1, 3, ""},
    {":", FURROW_ERR_INCOMPLETE, 1, 2, ""},
    {"quote", FURROW_ERR_INCOMPLETE, 1, 6, ""},
    {")", FURROW_ERR_SYNTAX, 1, 1, "found )"},
    {"f(1))", FURROW_ERR_SYNTAX, 1, 5, "found )"},
    {"1 + * 2", FURROW_ERR_SYNTAX, 1, 5, "found *"},
    {"a b", FURROW_ERR_SYNTAX, 1, 3, "found b"},
    {"x = 1 y = 2", FURROW_ERR_SYNTAX, 1, 7, "found y"},
    {"end", FURROW_ERR_SYNTAX, 1, 1, "end"},
    {"else", FURROW_ERR_SYNTAX, 1, 1, "else"},
    {"f(1 2)", FURROW_ERR_SYNTAX, 1, 5, ", or )"},
    {"[1, 2 3]", FURROW_ERR_SYNTAX, 1, 7, ", or ]"},
    {"[1 2, 3]", FURROW_ERR_SYNTAX, 1, 5, "commas"},
    {"1 = 2", FURROW_ERR_SYNTAX, 1, 3, "literal"},
    {"a + b = 2", FURROW_ERR_SYNTAX, 1, 7, "cannot be assigned"},
    {"\n\n  a b", FURROW_ERR_SYNTAX, 3, 5, "found b"},
    {"é b", FURROW_ERR_SYNTAX, 1, 3, "found b"},
    {"a // b", FURROW_ERR_SYNTAX, 1, 3, "rational"},
    {"a \\ b", FURROW_ERR_SYNTAX, 1, 3, "left division"},
    {"a ** b", FURROW_ERR_SYNTAX, 1, 3, "write ^"},
    {"A >: B", FURROW_ERR_SYNTAX, 1, 3, "<:"},
    {"a .. b", FURROW_ERR_SYNTAX, 1, 3, ".."},
    {"macro\nend", FURROW_ERR_SYNTAX, 1, 1, "macro is not part"},
    {"{1,2}", FURROW_ERR_SYNTAX, 1, 1, "Dict( )"},
    {"`ls`", FURROW_ERR_SYNTAX, 1, 1, "commands"},
    {"“a”", FURROW_ERR_SYNTAX, 1, 1, "typographic"},
    {"99999999999999999999", FURROW_ERR_SYNTAX, 1, 1, "Int64"},
    {"9223372036854775808", FURROW_ERR_SYNTAX, 1, 1, "Int64"},
    {"0x11111111111111111", FURROW_ERR_SYNTAX, 1, 1, "UInt64"},
    {"1e999", FURROW_ERR_SYNTAX, 1, 1, "too large"},
    {"''", FURROW_ERR_SYNTAX, 1, 2, "empty"},
    {"'ab'", FURROW_ERR_SYNTAX, 1, 1, "one character"},
    {"\"\\q\"", FURROW_ERR_SYNTAX, 1, 2, "escape"},
    {"\"\\xff\"", FURROW_ERR_SYNTAX, 1, 2, "\\u"},
    {"\"a$\"", FURROW_ERR_SYNTAX, 1, 3, "dollar"},
    {"\"\\ud800\"", FURROW_ERR_SYNTAX, 1, 2, "Unicode"},
    {"\xff", FURROW_ERR_SYNTAX, 1, 1, "UTF-8"},
    {"x = \"\xc3\x28\"", FURROW_ERR_SYNTAX, 1, 6, "UTF-8"},
    {"# \xff", FURROW_ERR_SYNTAX, 1, 3, "UTF-8"},
    {"$(x)", FURROW_ERR_SYNTAX, 1, 2, "$1 or $name"},
    {"$0", FURROW_ERR_SYNTAX, 1, 2, "from $1"},
    {"$256", FURROW_ERR_SYNTAX, 1, 2, "to $255"},
    {"$1 + $a", FURROW_ERR_SYNTAX, 1, 7, "not both"},
    {"r\"a\"q", FURROW_ERR_SYNTAX, 1, 5, "flags"},
    {"b\"a\"", FURROW_ERR_SYNTAX, 1, 2, "right before a string"},
    {"f(; 1)", FURROW_ERR_SYNTAX, 1, 6, "keyword"},
    {"f(1 + x) = 2", FURROW_ERR_SYNTAX, 1, 13, "parameter"},
    {"for 1 in x end", FURROW_ERR_SYNTAX, 1, 5, "name"},
    {"for i x end", FURROW_ERR_SYNTAX, 1, 7, "in"},
    {"1:2:3:4", FURROW_ERR_SYNTAX, 1, 6, "a:s:b"},
    {"x[1", FURROW_ERR_INCOMPLETE, 1, 4, "]"},
    {"@", FURROW_ERR_INCOMPLETE, 1, 2, "macro"},
    {"@ x", FURROW_ERR_SYNTAX, 1, 3, "macro"},
    {"a.1", FURROW_ERR_SYNTAX, 1, 2, ""},
    {"1..2", FURROW_ERR_SYNTAX, 1, 2, ""},
};

static void errors_have_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        const bad *b = &errors[i];
        fx_tree *tree = (fx_tree *)b;
        furrow_error_info info;
        furrow_err err = fx_parse(b->text, strlen(b->text), &tree);
        furrow_last_error(&info);
        if (err != b->code)
            fail_msg("%s: %s (%s), want %s", b->text, furrow_err_name(err), info.message, furrow_err_name(b->code));
        assert_ptr_equal(tree, b);
        if (info.line != b->line || info.column != b->column)
            fail_msg("%s: %d:%d (%s), want %d:%d", b->text, info.line, info.column, info.message, b->line, b->column);
        if (!strstr(info.message, b->message)) fail_msg("%s: %s, want %s", b->text, info.message, b->message);
        if (!strchr(info.place, '^')) fail_msg("%s: no caret in %s", b->text, info.place);
    }
}

/* --- statements one by one ---------------------------------------------------------------------------------------- */

static void one(const char **at, const char *dump, bool quiet)
{
    fx_tree *tree;
    size_t used;
    bool is_quiet;
    assert_int_equal(fx_parse_statement(*at, strlen(*at), 1, &tree, &used, &is_quiet), FURROW_OK);
    *at += used;
    if (!dump) {
        assert_null(tree);
        assert_int_equal(used, 0);
        return;
    }
    char *is = tree_dump(tree);
    assert_string_equal(is, dump);
    assert_int_equal(is_quiet, quiet);
    assert_int_equal(!!(tree->flags & FX_FLAG_QUIET), quiet);
    free(is);
    fx_tree_drop(tree);
}

static void statements(void **state)
{
    (void)state;
    const char *at = "R = [1,2,3]; X = \"F\"; save(:X) # done\n\n# a comment\n1 +\n2;\n#= no\nmore =#\n ";
    one(&at, "(assign R (vector 1 2 3))", true);
    one(&at, "(assign X \"F\")", true);
    one(&at, "(call save :X)", false);
    one(&at, "(call + 1 2)", true);
    one(&at, NULL, false);
}

static void line_numbers_go_on(void **state)
{
    (void)state;
    fx_tree *tree;
    size_t used;
    bool quiet;
    furrow_error_info info;
    assert_int_equal(fx_parse_statement("\nx = 1\n", 7, 41, &tree, &used, &quiet), FURROW_OK);
    assert_int_equal(tree->line, 42);
    fx_tree_drop(tree);
    assert_int_equal(fx_parse_statement("\na b\n", 5, 41, &tree, &used, &quiet), FURROW_ERR_SYNTAX);
    furrow_last_error(&info);
    assert_int_equal(info.line, 42);
    assert_non_null(strstr(info.place, "a b"));
}

static void several_statements_are_a_block(void **state)
{
    (void)state;
    fx_tree *tree;
    assert_int_equal(fx_parse("a = 1\nb = 2; c", 14, &tree), FURROW_OK);
    char *dump = tree_dump(tree);
    assert_string_equal(dump, "(block (assign a 1) (assign b 2) c)");
    free(dump);
    fx_tree_drop(tree);
    assert_int_equal(fx_parse(" # nothing", 10, &tree), FURROW_OK);
    assert_int_equal(tree->kind, FX_BLOCK);
    assert_int_equal(tree->nkids, 0);
    fx_tree_drop(tree);
}

static void names_and_targets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool named;
        bool assignable;
    } cases[] = {{"x", true, true},           {"Main.x", true, true}, {"x[1]", false, true}, {"f(x)", false, false},
                 {"d[:a][:,1]", false, true}, {"(a,b)", false, true}, {"1", false, false},   {"a + b", false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fx_tree *tree, *assign;
        const char *module, *name;
        assert_int_equal(fx_parse(cases[i].text, strlen(cases[i].text), &tree), FURROW_OK);
        assert_int_equal(fx_tree_name(tree, &module, &name), cases[i].named);
        furrow_err err = fx_tree_assign(tree, NULL, &assign);
        assert_int_equal(err, cases[i].assignable ? FURROW_OK : FURROW_ERR_TYPE);
        if (!err) {
            assert_int_equal(assign->kids[1]->kind, FX_PARAM);
            fx_tree_drop(assign);
        }
        fx_tree_drop(tree);
    }
}

/* --- limits ---------------------------------------------------------------------------------------------------------*/

static char *repeated(const char *part, size_t times, const char *after)
{
    size_t n = strlen(part);
    char *text = malloc(n * times + strlen(after) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++) memcpy(text + i * n, part, n);
    strcpy(text + n * times, after);
    return text;
}

static void refused_by_limit(const char *part, size_t times, const char *after)
{
    char *text = repeated(part, times, after);
    if (strncmp(text, "elseif", 6) == 0) memcpy(text, "if a;    ", 9);
    fx_tree *tree;
    furrow_err err = fx_parse(text, strlen(text), &tree);
    if (err != FURROW_ERR_LIMIT) fail_msg("%s... is not refused by limit: %s", part, furrow_err_name(err));
    free(text);
}

static void depth_is_limited(void **state)
{
    (void)state;
    static const char *const openings[] = {"(",    "[",      "-",      "!",    "f(",          "x[",
                                           "a=",   "a?b:",   "a^",     "a=>",  "a&&",         "x->",
                                           ":(",   "if a;",  "begin;", "\"$(", "@a ",         "[x for x in ",
                                           "a ? ", "quote;", "a||",    "- ",   "for i in x;", "function f();",
                                           "x.a[", ":($(",   "1:(",    "a'(",  "return "};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) refused_by_limit(openings[i], 100000, "1");
    refused_by_limit("(", 1000000, "");
}

static void chains_are_limited(void **state)
{
    (void)state;
    refused_by_limit("a+", 100000, "a");
    refused_by_limit("a*", 100000, "a");
    refused_by_limit("a.", 100000, "a");
    refused_by_limit("a|>", 100000, "a");
    refused_by_limit("(x)[1]+", 100000, "1");
    refused_by_limit("elseif a;", 100000, "end");
}

static void wide_is_fine(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        const char *after;
    } cases[] = {{"a;", "a"}, {"a<", "a"}, {"a,", "a"}, {"a\n", "a"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = repeated(cases[i].part, 100000, cases[i].after);
        fx_tree *tree;
        assert_int_equal(fx_parse(text, strlen(text), &tree), FURROW_OK);
        assert_true(tree->nkids > 100000);
        fx_tree_drop(tree);
        free(text);
    }
}

static void long_texts(void **state)
{
    (void)state;
    fx_tree *tree;
    size_t n = (size_t)FX_MAX_TEXT + 1;
    char *text = malloc(n);
    assert_non_null(text);
    memset(text, ' ', n);
    assert_int_equal(fx_parse(text, n, &tree), FURROW_ERR_LIMIT);
    text[0] = '"';
    memset(text + 1, 'x', n - 3);
    text[n - 2] = '"';
    assert_int_equal(fx_parse(text, n - 1, &tree), FURROW_OK);
    fx_tree_drop(tree);
    free(text);
    assert_int_equal(fx_parse("a\0b", 3, &tree), FURROW_ERR_SYNTAX);
    assert_int_equal(fx_parse("\"a\0b\"", 5, &tree), FURROW_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees),
        cmocka_unit_test(canonical_text),
        cmocka_unit_test(shown_as_julia_does),
        cmocka_unit_test(errors_have_places),
        cmocka_unit_test(statements),
        cmocka_unit_test(line_numbers_go_on),
        cmocka_unit_test(several_statements_are_a_block),
        cmocka_unit_test(names_and_targets),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(chains_are_limited),
        cmocka_unit_test(wide_is_fine),
        cmocka_unit_test(long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
