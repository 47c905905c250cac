/*
 * guarded.c - a program whose pids offer symbols for reading alone, and try all there is to change each other's: everything
 * is refused and counted, reading works (P9, P8: on any transport). `guarded off`: under FURROW_EVAL=off, nothing that is
 * shipped runs. Prints one line at pid 1.
 */
#include <furrow/info.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 1000

#define OK(call)          expect((call), FURROW_OK, #call, __LINE__)
#define FAILS(code, call) expect((call), FURROW_ERR_##code, #call, __LINE__)
#define CHECK(truth)      check((truth), #truth, __LINE__)
static void expect(furrow_err err, furrow_err wanted, const char *what, int line)
{
    furrow_error_info info = {.message = ""};
    if (err == wanted) return;
    furrow_last_error(&info);
    fprintf(stderr, "line %d: %s: %s, not %s: %s\n", line, what, furrow_err_name(err), furrow_err_name(wanted),
            info.message);
    exit(1);
}

static void check(int truth, const char *what, int line)
{
    if (truth) return;
    fprintf(stderr, "line %d: not so: %s\n", line, what);
    exit(1);
}

static furrow_symbol *shown, *one, *lent;
static double memory[COUNT];

static void offer(furrow_job *job)
{
    furrow_symbol_opts opts = FURROW_OPTS_INIT(furrow_symbol_opts);
    size_t count = COUNT;
    opts.read_only = true;
    OK(furrow_symbol_make(job, "shown", FURROW_FLOAT64, 1, &count, &opts, &shown));
    OK(furrow_symbol_make(job, "one", FURROW_INT64, 0, NULL, &opts, &one));
    opts.memory = memory;
    OK(furrow_symbol_make(job, "lent", FURROW_FLOAT64, 1, &count, &opts, &lent));
    for (size_t i = 0; i < COUNT; i++) ((double *)furrow_data(shown))[i] = memory[i] = (double)(COUNT - i);
    *(int64_t *)furrow_data(one) = 41;
    OK(furrow_barrier(job, 0));
}

/* What calls refuse here, before anything is sent: how many they were. */
static uint64_t refuse_calls(furrow_job *job, int pid, const char *name)
{
    furrow_remote *r;
    furrow_remote_info info;
    double values[COUNT] = {0};
    const furrow_stride odd = {.first = 1, .block = 1, .stride = 2, .nblocks = COUNT / 2};
    OK(furrow_resolve(job, pid, name, 0, &r));
    OK(furrow_remote_describe(r, &info));
    CHECK(info.read_only);
    FAILS(READONLY, furrow_put(r, 0, values, COUNT));
    FAILS(READONLY, furrow_put(r, 3, values, 1));
    FAILS(READONLY, furrow_put_nb(r, 0, values, COUNT));
    FAILS(READONLY, furrow_put_strided(r, &odd, values, 1));
    FAILS(READONLY, furrow_put_notify(r, 0, values, 1, 7));
    FAILS(READONLY, furrow_put_notify(r, 0, values, COUNT, 7));
    OK(furrow_put_notify(r, 0, NULL, 0, 7)); /* a notification changes nothing */
    OK(furrow_get(r, 0, values, COUNT));
    for (size_t i = 0; i < COUNT; i++) CHECK((size_t)values[i] == COUNT - i);
    memset(values, 0, sizeof values);
    OK(furrow_get_strided(r, &odd, values, 1));
    CHECK((size_t)values[1] == COUNT - 3);
    furrow_remote_drop(r);
    return 6;
}

static uint64_t refuse_atomics(furrow_job *job, int pid)
{
    furrow_remote *r;
    int64_t old = 0;
    OK(furrow_resolve(job, pid, "one", 0, &r));
    FAILS(READONLY, furrow_fetch_add(r, 0, 1, &old));
    FAILS(READONLY, furrow_swap(r, 0, 1, &old));
    FAILS(READONLY, furrow_compare_swap(r, 0, 41, 1, &old));
    OK(furrow_get(r, 0, &old, 1));
    CHECK(old == 41);
    furrow_remote_drop(r);
    return 3;
}

/* What its owner refuses: shipped code. */
static uint64_t refuse_shipped(furrow_job *job, int pid)
{
    static const char *const texts[] = {"shown[1] = 5",
                                        "shown[1:3] = 0.0",
                                        "shown .= 0",
                                        "shown .+= shown",
                                        "fill!(shown, 0)",
                                        "sort!(shown)",
                                        "reverse!(shown)",
                                        "push!(shown, 1.0)",
                                        "pop!(shown)",
                                        "map!(sqrt, shown, shown)",
                                        "setindex!(shown, 1.0, 2)",
                                        "one = 3",
                                        "one += 1",
                                        "shown = zeros(3)",
                                        "begin y = shown; y[2] = 7 end",
                                        "lent[1] = 5",
                                        "for i = 1:3; shown[i] = 1.0 end"};
    furrow_results *results;
    furrow_error_info why;
    uint64_t n = 0;
    for (; n < sizeof texts / sizeof *texts; n++) {
        expect(furrow_reap(job, &pid, 1, texts[n], NULL, &results), FURROW_ERR_PARTIAL, texts[n], __LINE__);
        expect(furrow_results_error(results, pid, &why), FURROW_ERR_READONLY, texts[n], __LINE__);
        furrow_results_free(results);
    }
    return n;
}

static uint64_t refuse_sown(furrow_job *job, int pid)
{
    furrow_value *value, *array;
    size_t count = COUNT;
    OK(furrow_value_float64(5, &value));
    OK(furrow_value_array(FURROW_FLOAT64, 1, &count, NULL, &array));
    for (int round = 0; round < 4; round++) { /* the first time by message, later straight into memory, if it could */
        FAILS(READONLY, furrow_sow(job, &pid, 1, "shown", array, NULL));
        FAILS(READONLY, furrow_sow(job, &pid, 1, "shown[3]", value, NULL));
    }
    FAILS(READONLY, furrow_sow_expr(job, &pid, 1, "one", "2", NULL));
    furrow_value_drop(array);
    furrow_value_drop(value);
    return 9;
}

static double reap_number(furrow_job *job, int pid, const char *text)
{
    furrow_results *results;
    double number = 0;
    OK(furrow_reap(job, &pid, 1, text, NULL, &results));
    OK(furrow_value_as_float64(furrow_results_get(results, pid), &number));
    furrow_results_free(results);
    return number;
}

/* Another name for the same memory is no way in. */
static uint64_t refuse_alias(furrow_job *job, int pid)
{
    furrow_results *results;
    furrow_remote *r;
    double value = 0;
    OK(furrow_reap(job, &pid, 1, "begin other = shown; 1 end", NULL, &results));
    furrow_results_free(results);
    OK(furrow_resolve(job, pid, "other", 0, &r));
    FAILS(READONLY, furrow_put(r, 0, &value, 1));
    furrow_remote_drop(r);
    return 1;
}

static void try_all(furrow_job *job, int pid)
{
    furrow_refusals mine, again;
    furrow_remote *seen;
    int64_t theirs = 0;
    OK(furrow_info_refusals(job, &mine));
    uint64_t here = refuse_calls(job, pid, "shown") + refuse_calls(job, pid, "lent") + refuse_atomics(job, pid);
    uint64_t there = refuse_shipped(job, pid) + refuse_sown(job, pid);
    here += refuse_alias(job, pid);
    CHECK((long)reap_number(job, pid, "sum(shown)") == COUNT * (COUNT + 1) / 2);
    CHECK((long)reap_number(job, pid, "shown[2] + one + lent[1]") == COUNT - 1 + 41 + COUNT);
    OK(furrow_info_refusals(job, &again));
    CHECK(again.read_only >= mine.read_only + here);
    OK(furrow_resolve(job, pid, "told", 0, &seen));
    OK(furrow_put_notify(seen, 0, NULL, 0, 8)); /* it counts now */
    OK(furrow_notify_wait(job, 9, 1, FURROW_WAIT_ANY, 0, NULL));
    OK(furrow_get(seen, 0, &theirs, 1));
    CHECK((uint64_t)theirs >= there);
    furrow_remote_drop(seen);
}

static void be_tried(furrow_job *job, furrow_symbol *told)
{
    furrow_refusals refusals;
    furrow_remote *back;
    OK(furrow_resolve(job, 1, "told", 0, &back));
    for (int i = 0; i < 2; i++) OK(furrow_notify_wait(job, 7, 1, FURROW_WAIT_ANY, 0, NULL)); /* of shown and lent */
    OK(furrow_notify_wait(job, 8, 1, FURROW_WAIT_ANY, 0, NULL));
    OK(furrow_info_refusals(job, &refusals));
    *(int64_t *)furrow_data(told) = (int64_t)refusals.read_only;
    OK(furrow_put_notify(back, 0, NULL, 0, 9));
    for (size_t i = 0; i < COUNT; i++) CHECK((size_t)((double *)furrow_data(shown))[i] == COUNT - i);
    for (size_t i = 0; i < COUNT; i++) CHECK((size_t)memory[i] == COUNT - i);
    CHECK(*(int64_t *)furrow_data(one) == 41);
    furrow_remote_drop(back);
}

/* FURROW_EVAL=off: expressions are refused and counted, values that fit a symbol still get there. */
static void without_evaluation(furrow_job *job)
{
    furrow_results *results;
    furrow_error_info why;
    furrow_refusals refusals;
    furrow_symbol *open;
    int64_t *at, pid = furrow_myid(job) % furrow_nprocs(job) + 1;
    int to = (int)pid;
    OK(furrow_alloc(job, "open", FURROW_INT64, 0, NULL, &open));
    at = furrow_data(open);
    OK(furrow_barrier(job, 0));
    for (int i = 0; i < 5; i++) {
        FAILS(PARTIAL, furrow_reap(job, &to, 1, "1 + 1", NULL, &results));
        FAILS(REFUSED, furrow_results_error(results, to, &why));
        CHECK(strstr(why.message, "FURROW_EVAL") && why.pid == to);
        furrow_results_free(results);
    }
    furrow_value *value;
    OK(furrow_value_int64(furrow_myid(job), &value));
    OK(furrow_sow(job, &to, 1, "open", value, NULL));
    furrow_value_drop(value);
    OK(furrow_barrier(job, 0));
    CHECK(*at == (furrow_myid(job) + furrow_nprocs(job) - 2) % furrow_nprocs(job) + 1);
    OK(furrow_info_refusals(job, &refusals));
    CHECK(refusals.evaluations == 5 && refusals.malformed == 0 && refusals.strangers == 0);
}

int main(int argc, char **argv)
{
    furrow_job *job;
    furrow_symbol *told;
    OK(furrow_join(NULL, &job));
    OK(furrow_alloc(job, "told", FURROW_INT64, 0, NULL, &told));
    if (argc > 1 && strcmp(argv[1], "off") == 0) {
        without_evaluation(job);
    } else {
        offer(job);
        if (furrow_myid(job) == 1)
            for (int pid = 2; pid <= furrow_nprocs(job); pid++) try_all(job, pid);
        else
            be_tried(job, told);
        *(double *)furrow_data(shown) = 7; /* its owner may */
    }
    OK(furrow_barrier(job, 0));
    if (furrow_myid(job) == 1) printf("%d pids: all refused\n", furrow_nprocs(job));
    OK(furrow_leave(job));
    return 0;
}
