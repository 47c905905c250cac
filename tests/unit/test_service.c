/*
 * test_service.c - sow, reap, futures, references and exported functions in a job of one, where a pid asks itself; and
 * what the handlers make of bytes that nobody vouches for. tests/conform asks other pids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "job/eval.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static furrow_job *job;

static int join(void **state)
{
    (void)state;
    setenv("FURROW_TIMEOUT", "5s", 1);
    setenv("FURROW_PROGRAMS", "4", 1);
    return furrow_join(NULL, &job) ? -1 : 0;
}

static int leave(void **state)
{
    (void)state;
    return furrow_leave(job) ? -1 : 0;
}

static double reap_double(const char *text)
{
    furrow_results *results;
    double number = NAN;
    furrow_err err = furrow_reap(job, NULL, 0, text, NULL, &results);
    if (err && err != FURROW_ERR_PARTIAL) return NAN;
    const furrow_value *value = furrow_results_get(results, 1);
    if (value && furrow_value_as_float64(value, &number)) number = NAN;
    furrow_results_free(results);
    return number;
}

static furrow_err sow_double(const char *target, double number)
{
    furrow_value *value;
    assert_int_equal(furrow_value_float64(number, &value), FURROW_OK);
    furrow_err err = furrow_sow(job, NULL, 0, target, value, NULL);
    furrow_value_drop(value);
    return err;
}

/* The error of a reap that must fail. */
static furrow_err reap_error(const char *text, furrow_error_info *info)
{
    furrow_results *results;
    furrow_err err = furrow_reap(job, NULL, 0, text, NULL, &results);
    if (err != FURROW_ERR_PARTIAL) return err;
    err = furrow_results_error(results, 1, info);
    furrow_results_free(results);
    return err;
}

static void sow_then_reap(void **state)
{
    (void)state;
    assert_int_equal(sow_double("a", 2.5), FURROW_OK);
    assert_true(reap_double("a") == 2.5);
    assert_true(reap_double("a * 2 + 1") == 6.0);
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "v", "[1.0, 2.0, 3.0]", NULL), FURROW_OK);
    assert_int_equal(sow_double("v[2]", 20), FURROW_OK);
    assert_true(reap_double("sum(v)") == 24.0);
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "v[:]", "v .* 2", NULL), FURROW_OK);
    assert_true(reap_double("v[2]") == 40.0);
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    opts.module = "Other";
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "a", "7", &opts), FURROW_OK);
    assert_true(reap_double("Other.a") == 7.0);
    assert_true(reap_double("a") == 2.5);
}

/* What reap gave does not change when the symbol does. */
static void results_are_copies(void **state)
{
    (void)state;
    furrow_results *results;
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "w", "[1.0, 2.0]", NULL), FURROW_OK);
    assert_int_equal(furrow_reap(job, NULL, 0, "w", NULL, &results), FURROW_OK);
    assert_int_equal(sow_double("w[1]", 9), FURROW_OK);
    assert_true(((const double *)furrow_value_data(furrow_results_get(results, 1)))[0] == 1.0);
    assert_int_equal(furrow_results_count(results), 1);
    assert_int_equal(furrow_results_next(results, 0), 1);
    assert_int_equal(furrow_results_next(results, 1), 0);
    assert_null(furrow_results_get(results, 2));
    assert_int_equal(furrow_results_error(results, 2, NULL), FURROW_ERR_NO_PID);
    furrow_value *dict, *key, *item;
    assert_int_equal(furrow_results_dict(results, &dict), FURROW_OK);
    assert_int_equal(furrow_value_count(dict), 1);
    assert_int_equal(furrow_dict_pair(dict, 0, &key, &item), FURROW_OK);
    int64_t pid;
    assert_int_equal(furrow_value_as_int64(key, &pid), FURROW_OK);
    assert_int_equal(pid, 1);
    furrow_value_drop(key);
    furrow_value_drop(item);
    furrow_value_drop(dict);
    furrow_results_free(results);
}

static void errors(void **state)
{
    (void)state;
    furrow_error_info info;
    furrow_results *results = NULL;
    furrow_value *value = NULL;
    assert_int_equal(reap_error("nosuch + 1", &info), FURROW_ERR_NAME);
    assert_int_equal(info.pid, 1);
    assert_int_equal(info.line, 1);
    assert_non_null(strstr(info.message, "nosuch"));
    assert_int_equal(reap_error("[1,2,3][4]", &info), FURROW_ERR_BOUNDS);
    assert_int_equal(reap_error("1 +", &info), FURROW_ERR_INCOMPLETE);
    assert_int_equal(reap_error("1 + )", &info), FURROW_ERR_SYNTAX);
    assert_int_equal(reap_error("$x", &info), FURROW_ERR_ARG);
    const int none[] = {0}, twice[] = {1, 1}, far[] = {2};
    assert_int_equal(furrow_reap(job, none, 1, "1", NULL, &results), FURROW_ERR_NO_PID);
    assert_int_equal(furrow_reap(job, far, 1, "1", NULL, &results), FURROW_ERR_NO_PID);
    assert_int_equal(furrow_reap(job, twice, 2, "1", NULL, &results), FURROW_ERR_ARG);
    assert_int_equal(furrow_reap(NULL, NULL, 0, "1", NULL, &results), FURROW_ERR_ARG);
    assert_int_equal(furrow_reap(job, NULL, 0, NULL, NULL, &results), FURROW_ERR_ARG);
    assert_int_equal(furrow_reap(job, NULL, 0, "1", NULL, NULL), FURROW_ERR_ARG);
    furrow_eval_opts opts = {.size = 1000};
    assert_int_equal(furrow_reap(job, NULL, 0, "1", &opts, &results), FURROW_ERR_ARG);
    assert_null(results);
    assert_int_equal(sow_double("1 + 1", 2), FURROW_ERR_ARG);
    assert_int_equal(furrow_lookup(job, "nosuch", &value), FURROW_ERR_NO_SYMBOL);
    assert_null(value);
}

static void limits(void **state)
{
    (void)state;
    furrow_results *results;
    furrow_error_info info;
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    opts.limits.steps = 10000;
    assert_int_equal(furrow_reap(job, NULL, 0, "begin; i = 0; while true; i += 1; end; end", &opts, &results),
                     FURROW_ERR_PARTIAL);
    assert_int_equal(furrow_results_error(results, 1, &info), FURROW_ERR_LIMIT);
    furrow_results_free(results);
    opts = (furrow_eval_opts)FURROW_OPTS_INIT(furrow_eval_opts);
    opts.timeout_ms = 50;
    assert_int_equal(furrow_reap(job, NULL, 0, "begin; i = 0; while true; i += 1; end; end", &opts, &results),
                     FURROW_ERR_PARTIAL);
    assert_int_equal(furrow_results_error(results, 1, &info), FURROW_ERR_LIMIT);
    furrow_results_free(results);
}

static void programs(void **state)
{
    (void)state;
    furrow_program *program;
    double args[8] = {1, 2, 3, 4, 5, 6, 7, 8}, result = 0;
    assert_int_equal(furrow_compile("$1 + 2*$2", SIZE_MAX, &program), FURROW_OK);
    for (int i = 0; i < 100; i++) {
        args[0] = i;
        assert_int_equal(furrow_reap_float64(job, 1, program, args, 2, 0, &result), FURROW_OK);
        assert_true(result == i + 4.0);
    }
    assert_int_equal(furrow_reap_float64(job, 1, program, args, 1, 0, &result), FURROW_ERR_ARG);
    assert_int_equal(furrow_reap_float64(job, 3, program, args, 2, 0, &result), FURROW_ERR_NO_PID);
    furrow_results *results;
    furrow_value *values[2];
    assert_int_equal(furrow_value_float64(1, &values[0]), FURROW_OK);
    assert_int_equal(furrow_value_string("x", SIZE_MAX, &values[1]), FURROW_OK);
    const furrow_value *const given[] = {values[0], values[0], values[1]};
    assert_int_equal(furrow_reap_program(job, NULL, 0, program, given, 2, NULL, &results), FURROW_OK);
    furrow_results_free(results);
    assert_int_equal(furrow_reap_program(job, NULL, 0, program, given, 3, NULL, &results), FURROW_ERR_ARG);
    assert_int_equal(furrow_reap_program(job, NULL, 0, program, &given[1], 2, NULL, &results), FURROW_ERR_PARTIAL);
    furrow_results_free(results);
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("string($1)", SIZE_MAX, &program), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, 1, program, args, 1, 0, &result), FURROW_ERR_TYPE);
    furrow_program_drop(program);
    furrow_value_drop(values[0]);
    furrow_value_drop(values[1]);
}

/* Many more programs than the cache of four, and than there are numbers for them. */
static void eviction(void **state)
{
    (void)state;
    char text[64];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1500; i++) {
            snprintf(text, sizeof text, "%d + a * 0", i);
            assert_true(reap_double(text) == i);
        }
    }
}

static void futures(void **state)
{
    (void)state;
    enum { N = 1000 };
    static furrow_future *all[N];
    furrow_results *results, *again;
    for (int i = 0; i < N; i++)
        assert_int_equal(furrow_reap_begin(job, NULL, 0, i % 2 ? "a" : "nosuch", NULL, &all[i]), FURROW_OK);
    for (int i = 0; i < N; i++) {
        assert_true(furrow_future_test(all[i]));
        assert_int_equal(furrow_future_wait(all[i], 0, &results), i % 2 ? FURROW_OK : FURROW_ERR_PARTIAL);
        assert_int_equal(furrow_future_wait(all[i], 0, &again), i % 2 ? FURROW_OK : FURROW_ERR_PARTIAL);
        furrow_future_free(all[i]);
        furrow_results_free(again);
        furrow_results_free(results);
    }
    furrow_value *value;
    assert_int_equal(furrow_value_int64(3, &value), FURROW_OK);
    assert_int_equal(furrow_sow_begin(job, NULL, 0, "late", value, NULL, &all[0]), FURROW_OK);
    assert_int_equal(furrow_sow_expr_begin(job, NULL, 0, "later", "late + 1", NULL, &all[1]), FURROW_OK);
    assert_int_equal(furrow_future_wait(all[1], 0, &results), FURROW_OK);
    furrow_results_free(results);
    furrow_future_free(all[0]);
    furrow_future_free(all[1]);
    furrow_future_free(NULL);
    furrow_value_drop(value);
    assert_true(reap_double("later") == 4);
}

/* --- exported functions */

static furrow_err add_all(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    double sum = *(double *)user, number;
    for (size_t i = 0; i < nargs; i++) {
        furrow_err err = furrow_value_as_float64(args[i], &number);
        if (err) return err;
        sum += number;
    }
    return furrow_value_float64(sum, result);
}

static furrow_err wait_inside(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    (void)args, (void)nargs;
    furrow_results *results;
    *(furrow_err *)user = furrow_reap(job, NULL, 0, "1", NULL, &results);
    return furrow_value_nothing(result);
}

static furrow_err complain(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    (void)user, (void)args, (void)result;
    return nargs ? furrow_fail(FURROW_ERR_SHAPE, "this is all wrong") : FURROW_ERR_SHAPE;
}

static void exports(void **state)
{
    (void)state;
    double base = 100;
    furrow_err inside = FURROW_OK;
    furrow_error_info info;
    assert_int_equal(reap_error("addall(1, 2)", &info), FURROW_ERR_NAME);
    assert_int_equal(furrow_export(job, "addall", add_all, &base), FURROW_OK);
    assert_true(reap_double("addall(1, 2)") == 103);
    assert_true(reap_double("addall()") == 100);
    assert_true(reap_double("addall(1,2,3,4,5,6,7,8,9,10)") == 155);
    assert_int_equal(reap_error("addall(\"x\")", &info), FURROW_ERR_TYPE);
    base = 0;
    assert_int_equal(furrow_export(job, "addall", add_all, &base), FURROW_OK);
    assert_true(reap_double("addall(1, 2)") == 3);
    assert_int_equal(furrow_export(job, "waits", wait_inside, &inside), FURROW_OK);
    reap_double("waits()");
    assert_int_equal(inside, FURROW_ERR_BUSY);
    assert_int_equal(furrow_export(job, "complain", complain, NULL), FURROW_OK);
    assert_int_equal(reap_error("complain(1)", &info), FURROW_ERR_SHAPE);
    assert_non_null(strstr(info.message, "all wrong"));
    assert_int_equal(reap_error("complain()", &info), FURROW_ERR_SHAPE);
    assert_non_null(strstr(info.message, "complain"));
    assert_int_equal(furrow_export(job, "not a name", complain, NULL), FURROW_ERR_ARG);
    assert_int_equal(furrow_export(job, "x", NULL, NULL), FURROW_ERR_ARG);
}

static void lookups(void **state)
{
    (void)state;
    furrow_value *value;
    double number;
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "table", "Dict(:k => [1.0, 2.0], :z => \"z\")", NULL), FURROW_OK);
    assert_int_equal(furrow_lookup(job, "table", &value), FURROW_OK);
    assert_int_equal(furrow_value_type(value), FURROW_DICT);
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "table[:k]", "5", NULL), FURROW_OK);
    assert_int_equal(furrow_value_count(value), 2);
    furrow_value_drop(value);
    assert_int_equal(furrow_lookup(job, "Other.a", &value), FURROW_OK);
    assert_int_equal(furrow_value_as_float64(value, &number), FURROW_OK);
    assert_true(number == 7);
    furrow_value_drop(value);
}

/* --- references */

static void references(void **state)
{
    (void)state;
    enum { N = 1000 };
    static furrow_value *refs[N];
    fv_cell seven = {.tag = FURROW_INT64, .i = 7}, out;
    size_t before = fj_references_kept(job);
    uint64_t id;
    for (int i = 0; i < N; i++) {
        assert_int_equal(fj_reference_new(job, 1, &refs[i], &id), FURROW_OK);
        seven.i = i;
        assert_int_equal(fj_reference_keep(job, 1, id, FURROW_OK, &seven), FURROW_OK);
    }
    assert_int_equal(fj_references_kept(job), before + N);
    for (int i = 0; i < N; i++) {
        assert_int_equal(fj_reference_fetch(job, refs[i], &(fj_wanted){.what = FJ_WANT_VALUE}, FB_NEVER, &out),
                         FURROW_OK);
        assert_int_equal(out.i, i);
    }
    for (int i = 0; i < N; i++) furrow_value_drop(refs[i]);
    furrow_progress(job);
    assert_int_equal(fj_references_kept(job), before);
    assert_int_equal(fj_reference_new(job, 1, &refs[0], &id), FURROW_OK);
    assert_int_equal(fj_reference_fetch(job, refs[0], &(fj_wanted){.what = FJ_WANT_VALUE}, FB_NEVER, &out),
                     FURROW_ERR_NAME);
    furrow_value_drop(refs[0]);
}

static furrow_value *_Atomic doomed;

static void drop_doomed(int sig)
{
    (void)sig;
    furrow_value_drop(atomic_exchange(&doomed, NULL));
}

/* Dropped in a signal handler that comes at any moment, while memory is allocated and releases are sent. */
static void references_in_signals(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = drop_doomed}, before;
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    size_t kept = fj_references_kept(job);
    fv_cell seven = {.tag = FURROW_INT64, .i = 7};
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < 20000; i++) {
        furrow_value *ref;
        uint64_t id;
        assert_int_equal(fj_reference_new(job, 1, &ref, &id), FURROW_OK);
        assert_int_equal(fj_reference_keep(job, 1, id, FURROW_OK, &seven), FURROW_OK);
        furrow_value_drop(atomic_exchange(&doomed, ref));
        free(malloc(100 + (size_t)i % 1000));
        if (i % 16 == 0) furrow_progress(job);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    furrow_value_drop(atomic_exchange(&doomed, NULL));
    furrow_progress(job);
    assert_int_equal(fj_references_kept(job), kept);
}

static void *drop_half(void *arg)
{
    furrow_value **refs = arg;
    for (int i = 0; i < 500; i++) furrow_value_drop(refs[i]);
    return NULL;
}

static void references_in_threads(void **state)
{
    (void)state;
    static furrow_value *refs[2000];
    size_t kept = fj_references_kept(job);
    fv_cell seven = {.tag = FURROW_INT64, .i = 7};
    pthread_t threads[4];
    for (int i = 0; i < 2000; i++) {
        uint64_t id;
        assert_int_equal(fj_reference_new(job, 1, &refs[i], &id), FURROW_OK);
        assert_int_equal(fj_reference_keep(job, 1, id, FURROW_OK, &seven), FURROW_OK);
    }
    for (int t = 0; t < 4; t++) assert_int_equal(pthread_create(&threads[t], NULL, drop_half, &refs[500 * t]), 0);
    while (fj_references_kept(job) > kept) furrow_progress(job);
    for (int t = 0; t < 4; t++) pthread_join(threads[t], NULL);
}

/* A reference may be dropped after its job was left. */
static void reference_after_leave(void **state)
{
    furrow_value *ref;
    uint64_t id;
    assert_int_equal(fj_reference_new(job, 1, &ref, &id), FURROW_OK);
    assert_int_equal(leave(state), 0);
    furrow_value_drop(ref);
    assert_int_equal(join(state), 0);
    furrow_progress(job);
}

/* --- bytes from nobody */

static void handlers_on_noise(void **state)
{
    (void)state;
    furrow_err (*const handlers[])(furrow_job *, int, fb_cursor *) = {fj_on_eval, fj_on_program, fj_on_result,
                                                                      fj_on_fetch, fj_on_release};
    unsigned seed = 12345;
    for (int round = 0; round < 20000; round++) {
        unsigned char bytes[80];
        size_t n = (size_t)(rand_r(&seed) % (int)sizeof bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)(rand_r(&seed) % 4 ? rand_r(&seed) % 6 : rand_r(&seed));
        fb_cursor body = {bytes, bytes + n};
        furrow_err err = handlers[round % 5](job, 1, &body);
        (void)err;
        if (round % 64 == 0) furrow_progress(job);
    }
    assert_true(reap_double("1 + 1") == 2);
}

static void bad_bytecode(void **state)
{
    (void)state;
    furrow_program *program;
    size_t nbytes;
    assert_int_equal(furrow_compile("1 + $1", SIZE_MAX, &program), FURROW_OK);
    const void *bytes = furrow_program_bytes(program, &nbytes);
    fb_buffer body;
    fb_buffer_init(&body, 0);
    unsigned char head[FJ_HEAD_NBYTES] = {0};
    assert_int_equal(fb_buffer_put(&body, head, sizeof head), FURROW_OK);
    assert_int_equal(fb_buffer_put_varint(&body, 4), FURROW_OK);
    assert_int_equal(fb_buffer_put(&body, "Main", 4), FURROW_OK);
    assert_int_equal(fb_buffer_put_varint(&body, nbytes), FURROW_OK);
    size_t at = body.nbytes;
    assert_int_equal(fb_buffer_put(&body, bytes, nbytes), FURROW_OK);
    for (size_t i = 0; i < nbytes; i++) {
        body.bytes[at + i] ^= 0x41;
        fb_cursor cursor = {body.bytes, body.bytes + body.nbytes};
        assert_int_equal(fj_on_program(job, 1, &cursor), FURROW_OK);
        body.bytes[at + i] ^= 0x41;
        furrow_progress(job);
    }
    fb_buffer_free(&body);
    furrow_program_drop(program);
}

static void records(void **state)
{
    (void)state;
    furrow_error_info in, out;
    fb_fail(FURROW_ERR_BOUNDS, "index %d", 7);
    fb_fail_pid(3);
    fb_fail_place(2, 5, "a\nb[7]  \n", 8);
    fb_fail_save(&in);
    fb_buffer b;
    fb_buffer_init(&b, 0);
    assert_int_equal(fj_record_put(&b, &in), FURROW_OK);
    fb_cursor c = {b.bytes, b.bytes + b.nbytes};
    assert_int_equal(fj_record_get(&c, &out), FURROW_OK);
    assert_int_equal(out.code, in.code);
    assert_int_equal(out.pid, 3);
    assert_string_equal(out.message, in.message);
    assert_string_equal(out.place, in.place);
    for (size_t n = 0; n < b.nbytes; n++) {
        c = (fb_cursor){b.bytes, b.bytes + n};
        assert_int_equal(fj_record_get(&c, &out), FURROW_ERR_FORMAT);
    }
    fb_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sow_then_reap),
        cmocka_unit_test(results_are_copies),
        cmocka_unit_test(errors),
        cmocka_unit_test(limits),
        cmocka_unit_test(programs),
        cmocka_unit_test(eviction),
        cmocka_unit_test(futures),
        cmocka_unit_test(exports),
        cmocka_unit_test(lookups),
        cmocka_unit_test(references),
        cmocka_unit_test(references_in_signals),
        cmocka_unit_test(references_in_threads),
        cmocka_unit_test(records),
        cmocka_unit_test(bad_bytecode),
        cmocka_unit_test(handlers_on_noise),
        cmocka_unit_test(reference_after_leave),
    };
    return cmocka_run_group_tests(tests, join, leave);
}
