/*
 * test_eval.c - sow, reap, futures and errors between pids, through the public calls alone. Started on several pids by
 * eval.sh: pid 1 tests, the others serve. With an argument only one thing is tried: kill, around, threads, refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <furrow/furrow.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static furrow_job *job;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- functions the workers offer */

static furrow_err die(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    (void)user, (void)args, (void)nargs, (void)result;
    kill(getpid(), SIGKILL);
    return FURROW_OK;
}

static furrow_err doze(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    double length = 1;
    (void)user;
    if (nargs && furrow_value_as_float64(args[0], &length)) return FURROW_ERR_TYPE;
    struct timespec t = {(time_t)length, (long)((length - floor(length)) * 1e9)};
    nanosleep(&t, NULL);
    return furrow_value_float64(length, result);
}

static furrow_err ask_back(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    furrow_results *results;
    (void)user, (void)args, (void)nargs;
    return furrow_value_int64(furrow_reap(job, (const int[]){1}, 1, "1", NULL, &results), result);
}

static int serve(void)
{
    if (furrow_export(job, "die", die, NULL) || furrow_export(job, "doze", doze, NULL) ||
        furrow_export(job, "askback", ask_back, NULL))
        return 1;
    furrow_err err = furrow_serve(job, 0);
    return furrow_leave(job) || err;
}

/* --- shorthands */

static furrow_value *vector(size_t n, double first)
{
    furrow_value *value;
    double *data = malloc(n * sizeof *data);
    assert_non_null(data);
    for (size_t i = 0; i < n; i++) data[i] = first + (double)i;
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &n, data, &value), FURROW_OK);
    free(data);
    return value;
}

static double reap_one(int pid, const char *text)
{
    furrow_results *results;
    double number = NAN;
    furrow_err err = furrow_reap(job, &pid, 1, text, NULL, &results);
    if (err) {
        furrow_error_info info;
        furrow_last_error(&info);
        print_message("# pid %d, %s: %s\n", pid, text, info.message);
    }
    if (err && err != FURROW_ERR_PARTIAL) return NAN;
    const furrow_value *value = furrow_results_get(results, pid);
    if (value && furrow_value_as_float64(value, &number)) number = NAN;
    furrow_results_free(results);
    return number;
}

/* --- tests */

static void everybody_computes(void **state)
{
    (void)state;
    furrow_results *results;
    double number;
    assert_int_equal(furrow_reap(job, NULL, 0, "x = 10 * myid()", NULL, &results), FURROW_OK);
    assert_int_equal(furrow_results_count(results), (size_t)furrow_nprocs(job) - 1);
    for (int pid = furrow_results_next(results, 0); pid; pid = furrow_results_next(results, pid)) {
        assert_int_equal(furrow_value_as_float64(furrow_results_get(results, pid), &number), FURROW_OK);
        assert_true(number == 10.0 * pid);
        assert_true(reap_one(pid, "x") == 10.0 * pid);
        assert_true(reap_one(pid, "x / 10") == pid);
    }
    furrow_results_free(results);
}

static void order_of_pids(void **state)
{
    (void)state;
    furrow_results *results;
    const int pids[] = {3, 1, 2};
    assert_int_equal(furrow_reap(job, pids, 3, "myid()", NULL, &results), FURROW_OK);
    int seen = 0;
    for (int pid = furrow_results_next(results, 0); pid; pid = furrow_results_next(results, pid)) {
        assert_int_equal(pid, ++seen);
        double number;
        assert_int_equal(furrow_value_as_float64(furrow_results_get(results, pid), &number), FURROW_OK);
        assert_true(number == pid);
    }
    assert_int_equal(seen, 3);
    furrow_results_free(results);
}

/* Flat values: new, in place by memory, of another shape, scalar and array in turn; always the value last sown. */
static void flat_values(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 5, 5, 5, 1000, 1000, 7, 0, 3, 3};
    const int pid = 2;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        furrow_value *value = vector(lengths[i], (double)i);
        assert_int_equal(furrow_sow(job, &pid, 1, "flat", value, NULL), FURROW_OK);
        for (int again = 0; again < 3; again++) {
            furrow_results *results;
            assert_int_equal(furrow_reap(job, &pid, 1, "flat", NULL, &results), FURROW_OK);
            assert_true(furrow_value_equal(furrow_results_get(results, pid), value));
            furrow_results_free(results);
        }
        assert_true(reap_one(pid, "length(flat)") == (double)lengths[i]);
        furrow_value_drop(value);
        if (i % 3 == 2) {
            assert_int_equal(furrow_value_float64((double)i, &value), FURROW_OK);
            assert_int_equal(furrow_sow(job, &pid, 1, "flat", value, NULL), FURROW_OK);
            assert_int_equal(furrow_sow(job, &pid, 1, "flat", value, NULL), FURROW_OK);
            assert_true(reap_one(pid, "flat") == (double)i);
            assert_true(reap_one(pid, "flat + 1") == (double)i + 1);
            furrow_value_drop(value);
        }
    }
}

/* What is begun first happens first, whether by message or by memory. */
static void program_order(void **state)
{
    (void)state;
    const int pid = 2;
    furrow_value *value = vector(4, 0);
    assert_int_equal(furrow_sow(job, &pid, 1, "ordered", value, NULL), FURROW_OK);
    assert_int_equal(furrow_sow(job, &pid, 1, "ordered", value, NULL), FURROW_OK);
    for (int i = 0; i < 200; i++) {
        furrow_future *future;
        char text[64];
        snprintf(text, sizeof text, "%d", i);
        assert_int_equal(furrow_sow_expr_begin(job, &pid, 1, "ordered[1]", text, NULL, &future), FURROW_OK);
        furrow_results *results;
        assert_int_equal(furrow_reap(job, &pid, 1, "ordered", NULL, &results), FURROW_OK);
        assert_true(((const double *)furrow_value_data(furrow_results_get(results, pid)))[0] == i);
        furrow_results_free(results);
        furrow_future_free(future);
    }
    furrow_value_drop(value);
}

static void other_values(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"text\"",        ":symbol",     "1:10",       "Dict(:a => [1,2], :b => \"x\")",
        "[1 2; 3 4]",      "nothing",     "true",       "1//1 == 1",
        "(1, 2.5, \"c\")", "[\"a\"]",     "x -> x + 1", "2.0f0",
        "3 + 4im",         "'c'",         "Float64[]",  "zeros(2,0)",
        "Any[1, \"b\"]",   "Float32",     "r\"^a\"",    "[true, false]",
        "Set([1, 2])",     "Set(\"ab\")", "sin ∘ cos",  "Set()"};
    const int pid = 2;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        furrow_results *results;
        if (furrow_sow_expr(job, &pid, 1, "other", texts[i], NULL)) {
            print_message("# %s cannot be evaluated yet\n", texts[i]);
            continue;
        }
        assert_int_equal(furrow_reap(job, &pid, 1, "other", NULL, &results), FURROW_OK);
        const furrow_value *value = furrow_results_get(results, pid);
        assert_int_equal(furrow_sow(job, &pid, 1, "again", value, NULL), FURROW_OK);
        furrow_results *back;
        assert_int_equal(furrow_reap(job, &pid, 1, "again", NULL, &back), FURROW_OK);
        char *one, *two;
        assert_int_equal(furrow_value_display(value, 0, 0, &one), FURROW_OK);
        assert_int_equal(furrow_value_display(furrow_results_get(back, pid), 0, 0, &two), FURROW_OK);
        assert_string_equal(one, two);
        free(one);
        free(two);
        furrow_results_free(back);
        furrow_results_free(results);
    }
}

static void what_is_no_place(void **state)
{
    (void)state;
    static const char *const targets[] = {"", "  ", "1+1", "f(x)", "\"x\"", "for", ";"};
    const int pid = 2;
    furrow_value *value = vector(2, 1);
    furrow_error_info info;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        furrow_err err = furrow_sow(job, &pid, 1, targets[i], value, NULL);
        furrow_last_error(&info);
        if (err != FURROW_ERR_ARG && err != FURROW_ERR_SYNTAX && err != FURROW_ERR_INCOMPLETE)
            fail_msg("\"%s\": %d %s", targets[i], err, info.message);
        if (err == FURROW_ERR_ARG) assert_non_null(strstr(info.message, "expected a name"));
    }
    furrow_value_drop(value);
}

static void partial_failure(void **state)
{
    (void)state;
    furrow_results *results;
    furrow_error_info info;
    assert_int_equal(furrow_reap(job, NULL, 0, "myid() == 3 ? error(\"not me\") : myid()", NULL, &results),
                     FURROW_ERR_PARTIAL);
    furrow_last_error(&info);
    assert_int_equal(info.pid, 3);
    assert_non_null(strstr(info.message, "not me"));
    assert_null(furrow_results_get(results, 3));
    assert_int_equal(furrow_results_error(results, 3, &info), FURROW_ERR_EVAL);
    assert_int_equal(info.pid, 3);
    assert_non_null(furrow_results_get(results, 2));
    assert_int_equal(furrow_results_error(results, 2, NULL), FURROW_OK);
    furrow_results_free(results);
    assert_int_equal(furrow_sow_expr(job, NULL, 0, "z", "[1,2][myid()]", NULL), FURROW_ERR_BOUNDS);
    furrow_last_error(&info);
    assert_int_equal(info.pid, 3);
    assert_true(reap_one(2, "z") == 2);
}

static void deadlines(void **state)
{
    (void)state;
    furrow_results *results;
    furrow_error_info info;
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    opts.timeout_ms = 100;
    double start = seconds();
    assert_int_equal(furrow_reap(job, NULL, 0, "myid() == 3 ? doze(0.6) : 5", &opts, &results), FURROW_ERR_PARTIAL);
    assert_true(seconds() - start < 0.5);
    assert_int_equal(furrow_results_error(results, 3, &info), FURROW_ERR_TIMEOUT);
    assert_int_equal(info.pid, 3);
    assert_non_null(furrow_results_get(results, 2));
    furrow_results_free(results);
    furrow_future *future;
    assert_int_equal(furrow_reap_begin(job, NULL, 0, "myid()", NULL, &future), FURROW_OK);
    assert_int_equal(furrow_future_wait(future, 50, &results), FURROW_ERR_TIMEOUT);
    furrow_last_error(&info);
    assert_int_equal(info.pid, 3);
    assert_int_equal(furrow_future_wait(future, 0, &results), FURROW_OK);
    furrow_results_free(results);
    furrow_future_free(future);
    assert_true(reap_one(3, "1 + 1") == 2);
}

static void calls_inside(void **state)
{
    (void)state;
    assert_true(reap_one(2, "askback()") == FURROW_ERR_BUSY);
}

static void scalars(void **state)
{
    (void)state;
    furrow_program *program;
    double result, args[6] = {1, 2, 3, 4, 5, 6};
    assert_int_equal(furrow_compile("$1 * x + $2", SIZE_MAX, &program), FURROW_OK);
    for (int i = 0; i < 1000; i++) {
        args[0] = i;
        assert_int_equal(furrow_reap_float64(job, 2 + i % 2, program, args, 2, 0, &result), FURROW_OK);
        assert_true(result == i * 10.0 * (2 + i % 2) + 2);
    }
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("$1+$2+$3+$4+$5+$6", SIZE_MAX, &program), FURROW_OK);
    args[0] = 1;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(furrow_reap_float64(job, 2, program, args, 6, 0, &result), FURROW_OK);
        assert_true(result == 21);
    }
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("doze(0.3 + 0*$1)", SIZE_MAX, &program), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, 2, program, args, 1, 0, &result), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, 2, program, args, 1, 50, &result), FURROW_ERR_TIMEOUT);
    assert_int_equal(furrow_reap_float64(job, 2, program, args, 1, 0, &result), FURROW_OK);
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("[1,2][$1 > 0 ? 3 : 1]", SIZE_MAX, &program), FURROW_OK);
    for (int i = 0; i < 3; i++) {
        furrow_error_info info;
        assert_int_equal(furrow_reap_float64(job, 2, program, args, 1, 0, &result), FURROW_ERR_BOUNDS);
        furrow_last_error(&info);
        assert_int_equal(info.pid, 2);
    }
    furrow_program_drop(program);
}

/* At oneself, too: results, errors and the deadline are those of the long way. */
static void scalars_here(void **state)
{
    (void)state;
    furrow_program *program;
    furrow_results *results;
    furrow_error_info near, far;
    int me = furrow_myid(job);
    double result, args[1] = {3};
    assert_int_equal(furrow_compile("div(7, 2) * $1", SIZE_MAX, &program), FURROW_OK);
    for (int i = 0; i < 600; i++) {
        args[0] = i;
        assert_int_equal(furrow_reap_float64(job, me, program, args, 1, 0, &result), FURROW_OK);
        assert_true(result == 3 * i);
    }
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("[1,2][$1 > 0 ? 3 : 1]", SIZE_MAX, &program), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, me, program, args, 1, 0, &result), FURROW_ERR_BOUNDS);
    furrow_last_error(&near);
    furrow_value *three;
    assert_int_equal(furrow_value_float64(3, &three), FURROW_OK);
    assert_int_equal(furrow_reap_program(job, &me, 1, program, (const furrow_value *const *)&three, 1, NULL, &results),
                     FURROW_ERR_PARTIAL);
    furrow_last_error(&far);
    furrow_results_free(results);
    furrow_value_drop(three);
    assert_string_equal(near.message, far.message);
    assert_string_equal(near.advice, far.advice);
    assert_int_equal(near.pid, far.pid);
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("string($1)", SIZE_MAX, &program), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, me, program, args, 1, 0, &result), FURROW_ERR_TYPE);
    furrow_program_drop(program);
    assert_int_equal(furrow_compile("while true $1 end", SIZE_MAX, &program), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, me, program, args, 1, 50, &result), FURROW_ERR_LIMIT);
    furrow_program_drop(program);
}

/* The workers keep few programs (eval.sh sets FURROW_PROGRAMS): all of these are forgotten and sent again. */
static void eviction(void **state)
{
    (void)state;
    enum { N = 40 };
    furrow_program *programs[N];
    char text[32];
    double result;
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "$1 + %d", i);
        assert_int_equal(furrow_compile(text, SIZE_MAX, &programs[i]), FURROW_OK);
    }
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < N; i++) {
            double arg = round;
            int p = (i * 7 + round) % N;
            assert_int_equal(furrow_reap_float64(job, 2, programs[p], &arg, 1, 0, &result), FURROW_OK);
            assert_true(result == round + p);
        }
    }
    furrow_future *futures[N];
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "%d * myid()", i);
        assert_int_equal(furrow_reap_begin(job, NULL, 0, text, NULL, &futures[i]), FURROW_OK);
    }
    for (int i = 0; i < N; i++) {
        furrow_results *results;
        assert_int_equal(furrow_future_wait(futures[i], 0, &results), FURROW_OK);
        for (int pid = 2; pid <= furrow_nprocs(job); pid++) {
            assert_int_equal(furrow_value_as_float64(furrow_results_get(results, pid), &result), FURROW_OK);
            assert_true(result == i * pid);
        }
        furrow_results_free(results);
        furrow_future_free(futures[i]);
    }
    for (int i = 0; i < N; i++) furrow_program_drop(programs[i]);
}

static void many_futures(void **state)
{
    (void)state;
    enum { N = 100000 };
    furrow_future **futures = malloc(N * sizeof *futures);
    const int pid = 2;
    assert_non_null(futures);
    assert_int_equal(furrow_sow_expr(job, &pid, 1, "counter", "0", NULL), FURROW_OK);
    for (int i = 0; i < N; i++)
        assert_int_equal(furrow_reap_begin(job, &pid, 1, "counter += 1", NULL, &futures[i]), FURROW_OK);
    for (int i = 0; i < N; i++) {
        furrow_results *results;
        double number;
        assert_int_equal(furrow_future_wait(futures[i], 0, &results), FURROW_OK);
        assert_int_equal(furrow_value_as_float64(furrow_results_get(results, pid), &number), FURROW_OK);
        assert_true(number == i + 1);
        furrow_results_free(results);
        furrow_future_free(futures[i]);
    }
    assert_true(reap_one(pid, "counter") == N);
    free(futures);
}

static void large_values(void **state)
{
    (void)state;
    const int pid = 2;
    static const size_t sizes[] = {100000, 3000000, 12500000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        furrow_results *results;
        furrow_value *value = vector(sizes[i], 1);
        assert_int_equal(furrow_sow(job, &pid, 1, "large", value, NULL), FURROW_OK);
        assert_true(reap_one(pid, "large[end]") == (double)sizes[i]);
        assert_int_equal(furrow_reap(job, &pid, 1, "large[:]", NULL, &results), FURROW_OK);
        assert_true(furrow_value_equal(furrow_results_get(results, pid), value));
        furrow_results_free(results);
        assert_int_equal(furrow_reap(job, &pid, 1, "large", NULL, &results), FURROW_OK);
        assert_true(furrow_value_equal(furrow_results_get(results, pid), value));
        furrow_results_free(results);
        furrow_value_drop(value);
    }
    assert_int_equal(furrow_sow_expr(job, &pid, 1, "large", "0", NULL), FURROW_OK);
}

static void freed_futures(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        furrow_future *future;
        assert_int_equal(furrow_reap_begin(job, NULL, 0, "zeros(100)", NULL, &future), FURROW_OK);
        furrow_future_free(future);
    }
    assert_true(reap_one(2, "5") == 5);
}

/* --- a pid that dies in the middle */

static void death(void **state)
{
    (void)state;
    furrow_results *results;
    furrow_error_info info;
    int last = furrow_nprocs(job);
    double start = seconds(), number;
    char text[64];
    snprintf(text, sizeof text, "myid() == %d ? die() : myid()", last);
    assert_int_equal(furrow_reap(job, NULL, 0, text, NULL, &results), FURROW_ERR_PARTIAL);
    assert_true(seconds() - start < 0.25);
    furrow_last_error(&info);
    assert_int_equal(info.pid, last);
    assert_int_equal(furrow_results_error(results, last, &info), FURROW_ERR_PEER_DEAD);
    assert_non_null(strstr(info.message, "may have run"));
    for (int pid = 2; pid < last; pid++) {
        assert_int_equal(furrow_value_as_float64(furrow_results_get(results, pid), &number), FURROW_OK);
        assert_true(number == pid);
    }
    furrow_results_free(results);
    assert_int_equal(furrow_reap(job, NULL, 0, "myid()", NULL, &results), FURROW_ERR_PARTIAL);
    assert_int_equal(furrow_results_error(results, last, &info), FURROW_ERR_PEER_DEAD);
    assert_non_null(furrow_results_get(results, 2));
    furrow_results_free(results);
    double arg = 1;
    furrow_program *program;
    assert_int_equal(furrow_compile("$1", SIZE_MAX, &program), FURROW_OK);
    assert_int_equal(furrow_reap_float64(job, last, program, &arg, 1, 0, &number), FURROW_ERR_PEER_DEAD);
    furrow_program_drop(program);
}

/* --- every pid asks every pid, all at once */

static int ask_around(void)
{
    size_t n = (size_t)furrow_nprocs(job);
    int *pids = malloc(n * sizeof *pids);
    if (!pids) return 1;
    furrow_procs(job, pids, n);
    for (int round = 0; round < 300; round++) {
        furrow_results *results;
        double number;
        if (furrow_reap(job, pids, n, "myid() * 2", NULL, &results)) return 2;
        for (size_t i = 0; i < n; i++)
            if (furrow_value_as_float64(furrow_results_get(results, pids[i]), &number) || number != 2.0 * pids[i])
                return 3;
        furrow_results_free(results);
        if (furrow_sow_expr(job, pids, n, "shared", "zeros(1 + myid() % 3)", NULL)) return 4;
        if (furrow_reap(job, pids, n, "shared", NULL, &results)) return 5;
        furrow_results_free(results);
    }
    free(pids);
    furrow_err err = furrow_barrier(job, 0);
    return furrow_leave(job) || err;
}

/* --- several threads of one pid */

static void *ask_in_thread(void *arg)
{
    int pid = 2 + (int)(intptr_t)arg % (furrow_nprocs(job) - 1);
    furrow_program *program;
    double result;
    if (furrow_compile("$1 * 2.0 + myid()", SIZE_MAX, &program)) return "compile";
    for (int i = 0; i < 500; i++) {
        double given = i;
        furrow_future *future;
        furrow_results *results;
        if (furrow_reap_float64(job, pid, program, &given, 1, 0, &result)) return "reap_float64";
        if (result != given * 2 + pid) return "a wrong number";
        if (furrow_reap_begin(job, NULL, 0, "ones(3)", NULL, &future)) return "reap_begin";
        if (furrow_future_wait(future, 0, &results)) return "future_wait";
        furrow_results_free(results);
        furrow_future_free(future);
    }
    furrow_program_drop(program);
    return NULL;
}

static int ask_in_threads(void)
{
    enum { N = 4 };
    pthread_t threads[N];
    int failed = 0;
    for (intptr_t i = 0; i < N; i++)
        if (pthread_create(&threads[i], NULL, ask_in_thread, (void *)i)) return 1;
    for (int i = 0; i < N; i++) {
        void *what;
        pthread_join(threads[i], &what);
        if (what) fprintf(stderr, "# thread %d: %s failed\n", i, (const char *)what);
        failed |= what != NULL;
    }
    return furrow_leave(job) || failed;
}

/* --- targets that evaluate nothing (FURROW_EVAL=off in eval.sh): memory can still be read and written */

static int serve_memory(void)
{
    furrow_symbol *symbol;
    size_t dims[1] = {10};
    if (furrow_alloc(job, "field", FURROW_FLOAT64, 1, dims, &symbol) || furrow_barrier(job, 0)) return 1;
    furrow_err err = furrow_serve(job, 0);
    bool written = ((const double *)furrow_data(symbol))[9] == 10;
    return furrow_leave(job) || err || !written;
}

static void refused(void **state)
{
    (void)state;
    furrow_results *results;
    for (int pid = 2; pid <= furrow_nprocs(job); pid++) {
        furrow_value *value = vector(10, 1);
        assert_int_equal(furrow_reap(job, &pid, 1, "1 + 1", NULL, &results), FURROW_ERR_PARTIAL);
        assert_int_equal(furrow_results_error(results, pid, NULL), FURROW_ERR_REFUSED);
        furrow_results_free(results);
        assert_int_equal(furrow_sow_expr(job, &pid, 1, "field", "1", NULL), FURROW_ERR_REFUSED);
        assert_int_equal(furrow_sow(job, &pid, 1, "field", value, NULL), FURROW_OK);
        assert_int_equal(furrow_reap(job, &pid, 1, "field", NULL, &results), FURROW_OK);
        assert_true(furrow_value_equal(furrow_results_get(results, pid), value));
        furrow_results_free(results);
        furrow_value_drop(value);
        value = vector(11, 1);
        assert_int_equal(furrow_sow(job, &pid, 1, "field", value, NULL), FURROW_ERR_REFUSED);
        furrow_value_drop(value);
    }
}

static int refusals(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refused)};
    if (furrow_myid(job) != 1) return serve_memory();
    if (furrow_barrier(job, 0)) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return furrow_leave(job) || failed;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    furrow_join_opts opts = FURROW_OPTS_INIT(furrow_join_opts);
    if (strcmp(mode, "threads") == 0) opts.threads = FURROW_THREADS_MULTIPLE;
    if (furrow_join(&opts, &job)) return 1;
    if (strcmp(mode, "around") == 0) return ask_around();
    if (strcmp(mode, "refuse") == 0) return refusals();
    if (furrow_myid(job) != 1) return serve();
    if (strcmp(mode, "threads") == 0) return ask_in_threads();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_computes), cmocka_unit_test(order_of_pids), cmocka_unit_test(flat_values),
        cmocka_unit_test(program_order),      cmocka_unit_test(other_values),  cmocka_unit_test(partial_failure),
        cmocka_unit_test(deadlines),          cmocka_unit_test(calls_inside),  cmocka_unit_test(scalars),
        cmocka_unit_test(scalars_here),       cmocka_unit_test(eviction),      cmocka_unit_test(many_futures),
        cmocka_unit_test(large_values),       cmocka_unit_test(freed_futures), cmocka_unit_test(what_is_no_place),
    };
    const struct CMUnitTest deaths[] = {cmocka_unit_test(death)};
    bool kills = strcmp(mode, "kill") == 0;
    int failed = kills ? cmocka_run_group_tests(deaths, NULL, NULL) : cmocka_run_group_tests(tests, NULL, NULL);
    return furrow_leave(job) || failed;
}
