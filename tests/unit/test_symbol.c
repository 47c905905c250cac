/*
 * test_symbol.c - binding values to names in a job of one: places, aliases, in-place changes, fixed symbols, handles
 * that become stale.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "job/parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static furrow_job *job;

static int start(void **state)
{
    (void)state;
    return furrow_join(NULL, &job) != FURROW_OK;
}

static int end(void **state)
{
    (void)state;
    return furrow_leave(job) != FURROW_OK;
}

static fj_entry *entry_of(const char *name)
{
    fj_entry *entry = NULL;
    assert_int_equal(fj_symbol_find(job, NULL, name, true, &entry), FURROW_OK);
    return entry;
}

static fv_cell vector(size_t n, double first)
{
    fv_array *array;
    assert_int_equal(fv_array_new(FURROW_FLOAT64, 1, &n, &array), FURROW_OK);
    for (size_t i = 0; i < n; i++) ((double *)array->data)[i] = first + (double)i;
    return (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
}

static double *elements(const fv_cell *cell)
{
    return ((const fv_array *)(const void *)cell->p)->data;
}

static fv_cell value_of(const char *name)
{
    fv_cell cell;
    assert_int_equal(fj_symbol_value(job, entry_of(name), &cell), FURROW_OK);
    return cell;
}

static void bind(const char *name, const fv_cell *cell)
{
    assert_int_equal(fj_symbol_bind(job, entry_of(name), cell), FURROW_OK);
}

static furrow_remote *resolve(const char *name)
{
    furrow_remote *r;
    assert_int_equal(furrow_resolve(job, 1, name, 0, &r), FURROW_OK);
    return r;
}

static void scalars(void **state)
{
    (void)state;
    fv_cell one = {.tag = FURROW_INT64, .i = 1}, half = {.tag = FURROW_FLOAT64, .d = 0.5};
    bind("x", &one);
    furrow_remote *r = resolve("x");
    int64_t v = 7, w;
    assert_int_equal(furrow_put(r, 0, &v, 1), FURROW_OK);
    fv_cell now = value_of("x");
    assert_true(now.tag == FURROW_INT64 && now.i == 7);
    bind("x", &one); /* the same type: in place */
    assert_int_equal(furrow_get(r, 0, &w, 1), FURROW_OK);
    assert_int_equal(w, 1);
    bind("x", &half); /* another type */
    assert_int_equal(furrow_get(r, 0, &w, 1), FURROW_ERR_STALE);
    now = value_of("x");
    assert_true(now.tag == FURROW_FLOAT64 && now.d == 0.5);
    furrow_remote_drop(r);
    r = resolve("x");
    furrow_value *text;
    assert_int_equal(furrow_value_string("boxed", SIZE_MAX, &text), FURROW_OK);
    bind("x", &(fv_cell){.tag = FURROW_STRING, .p = text});
    furrow_value_drop(text);
    assert_int_equal(furrow_put(r, 0, &v, 1), FURROW_ERR_STALE);
    furrow_remote *none;
    assert_int_equal(furrow_resolve(job, 1, "x", 0, &none), FURROW_ERR_TYPE);
    furrow_remote_drop(r);
    now = value_of("x");
    assert_int_equal(now.tag, FURROW_STRING);
    fv_cell_drop(&now);
}

static void arrays_in_place(void **state)
{
    (void)state;
    fv_cell a = vector(10, 0), b = vector(10, 100), c = vector(11, 200);
    bind("a", &a);
    fv_cell_drop(&a);
    double *home = entry_of("a")->slot.value ? elements(&(fv_cell){.p = entry_of("a")->slot.value}) : NULL;
    assert_true(fj_heap_owns(job, home));
    furrow_remote *r = resolve("a");
    bind("a", &b); /* same type and shape */
    assert_ptr_equal(elements(&b), home);
    double v = -5;
    assert_int_equal(furrow_put(r, 3, &v, 1), FURROW_OK);
    assert_true(elements(&b)[3] == -5 && elements(&b)[4] == 104); /* who holds the new value sees it too */
    bind("a", &c);                                                /* another shape */
    assert_int_equal(furrow_put(r, 3, &v, 1), FURROW_ERR_STALE);
    assert_true(elements(&b)[4] == 104 && elements(&c)[0] == 200);
    furrow_remote_drop(r);
    fv_cell_drop(&b);
    fv_cell_drop(&c);
}

static void aliases_follow(void **state)
{
    (void)state;
    fv_cell a = vector(4, 0), b = vector(4, 50);
    bind("p", &a);
    bind("q", &a);
    furrow_remote *p = resolve("p"), *q = resolve("q");
    double v = 9, w = 0;
    assert_int_equal(furrow_put(p, 1, &v, 1), FURROW_OK);
    assert_int_equal(furrow_get(q, 1, &w, 1), FURROW_OK);
    assert_true(w == 9 && elements(&a)[1] == 9);
    bind("p", &b); /* p goes elsewhere, q stays */
    assert_int_equal(furrow_put(p, 1, &v, 1), FURROW_ERR_STALE);
    assert_int_equal(furrow_get(q, 1, &w, 1), FURROW_OK);
    assert_true(elements(&a)[1] == 9 && elements(&b)[1] == 51);
    furrow_remote_drop(p);
    furrow_remote_drop(q);
    fv_cell_drop(&a);
    fv_cell_drop(&b);
}

/* push! moves an array out of its place: what was handed out of the old one dies. */
static void growing(void **state)
{
    (void)state;
    fv_cell a = vector(4, 0);
    bind("g", &a);
    furrow_remote *r = resolve("g");
    assert_int_equal(fv_array_resize((fv_array *)(void *)a.p, 5), FURROW_OK);
    fj_progress(job);
    double v = 1;
    assert_int_equal(furrow_put(r, 0, &v, 1), FURROW_ERR_STALE);
    furrow_remote_drop(r);
    r = resolve("g");
    furrow_remote_info info;
    assert_int_equal(furrow_remote_describe(r, &info), FURROW_OK);
    assert_int_equal(info.count, 5);
    v = 77;
    assert_int_equal(furrow_put(r, 4, &v, 1), FURROW_OK);
    assert_true(elements(&a)[4] == 77 && elements(&a)[3] == 3);
    assert_int_equal(fv_array_resize((fv_array *)(void *)a.p, 2), FURROW_OK); /* in its place, but another shape */
    furrow_remote *again = resolve("g");
    assert_int_equal(furrow_put(r, 0, &v, 1), FURROW_ERR_STALE);
    assert_int_equal(furrow_put(again, 2, &v, 1), FURROW_ERR_BOUNDS);
    furrow_remote_drop(r);
    furrow_remote_drop(again);
    fv_cell_drop(&a);
}

static void fixed(void **state)
{
    (void)state;
    size_t n = 4;
    furrow_symbol *s, *t;
    assert_int_equal(furrow_alloc(job, "f", FURROW_FLOAT64, 1, &n, &s), FURROW_OK);
    double *mine = furrow_data(s);
    fv_cell a = vector(4, 1), b = vector(5, 1), one = {.tag = FURROW_FLOAT64, .d = 1};
    bind("f", &a);
    assert_true(mine[0] == 1 && mine[3] == 4 && elements(&a) != mine);
    assert_int_equal(fj_symbol_bind(job, entry_of("f"), &b), FURROW_ERR_PINNED);
    assert_int_equal(fj_symbol_bind(job, entry_of("f"), &one), FURROW_ERR_PINNED);
    fv_cell held = value_of("f"); /* an alias outlives the symbol */
    assert_ptr_equal(elements(&held), mine);
    assert_int_equal(furrow_drop(s), FURROW_OK);
    assert_true(elements(&held)[3] == 4);
    fv_cell_drop(&held);
    double user[4] = {0};
    assert_int_equal(furrow_bind(job, "f", user, FURROW_FLOAT64, 1, &n, &s), FURROW_OK);
    bind("f", &a);
    assert_true(user[3] == 4);
    held = value_of("f");
    assert_int_equal(furrow_drop(s), FURROW_OK);
    assert_ptr_not_equal(elements(&held), user); /* the user's memory is the user's again */
    assert_true(elements(&held)[3] == 4);
    fv_cell_drop(&held);
    assert_int_equal(furrow_alloc(job, "h", FURROW_INT32, 0, NULL, &s), FURROW_OK);
    assert_int_equal(furrow_alloc(job, "h", FURROW_INT32, 0, NULL, &t), FURROW_ERR_BUSY);
    assert_int_equal(fj_symbol_bind(job, entry_of("h"), &one), FURROW_ERR_PINNED);
    bind("h", &(fv_cell){.tag = FURROW_INT32, .i = -3});
    assert_int_equal(*(int32_t *)furrow_data(s), -3);
    assert_int_equal(furrow_drop(s), FURROW_OK);
    fv_cell_drop(&a);
    fv_cell_drop(&b);
}

/* A value that outlives its job takes its elements along. */
static void values_outlive_the_job(void **state)
{
    fv_cell a = vector(1000, 3);
    bind("v", &a);
    assert_true(fj_heap_owns(job, elements(&a)));
    assert_int_equal(end(state), 0);
    assert_true(elements(&a)[999] == 1002);
    fv_cell_drop(&a);
    assert_int_equal(start(state), 0);
}

/* Nothing is lost when symbols are made again and again. */
static void memory_comes_back(void **state)
{
    (void)state;
    for (int round = 0; round < 3000; round++) {
        fv_cell a = vector(20000 + (size_t)(round % 3), round);
        bind("again", &a);
        furrow_remote *r = resolve("again");
        fv_cell_drop(&a);
        fv_cell s = {.tag = FURROW_INT8, .i = round % 100};
        if (round % 5 == 0) bind("again", &s);
        furrow_remote_drop(r);
    }
    void *at;
    assert_int_equal(fj_heap_alloc(job, 1 << 20, &at), FURROW_OK);
    assert_true((size_t)((char *)at - (char *)job->net_ops->heap(job->net, &(size_t){0})) < (size_t)4 << 20);
    fj_heap_free(job, at);
}

static void names(void **state)
{
    (void)state;
    fj_entry *x = entry_of("x"), *m = entry_of("M.x"), *found;
    assert_ptr_not_equal(x, m);
    assert_ptr_equal(entry_of("Main.x"), x);
    assert_int_equal(fj_symbol_find(job, "M", "x", false, &found), FURROW_OK);
    assert_ptr_equal(found, m);
    const char *bad[] = {"", ".", "a.", ".a", "a..b", "1a", "a b", "a-b", "M.1", "a\n", "+"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fj_symbol_find(job, NULL, bad[i], true, &found), FURROW_ERR_ARG);
    char name[40];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "many.n%d!", i);
        fj_entry *entry = entry_of(name);
        assert_int_equal(entry->index, fj_symbol_count(job) - 1);
    }
    for (int i = 0; i < 5000; i += 7) {
        snprintf(name, sizeof name, "n%d!", i);
        assert_int_equal(fj_symbol_find(job, "many", name, false, &found), FURROW_OK);
        assert_string_equal(found->name, name);
    }
    assert_int_equal(fj_symbol_find(job, NULL, "missing", false, &found), FURROW_OK);
    assert_null(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),
        cmocka_unit_test(arrays_in_place),
        cmocka_unit_test(aliases_follow),
        cmocka_unit_test(growing),
        cmocka_unit_test(fixed),
        cmocka_unit_test(values_outlive_the_job),
        cmocka_unit_test(memory_comes_back),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, start, end);
}
