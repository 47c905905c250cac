/*
 * access.c - P8: put, get, their strided forms and atomics mean the same whatever path is taken; P6: every misuse is an
 * error, and touches nothing.
 */
#include "conform.h"

enum { ROWS = 40, COLS = 30 };

/* Strided blocks against a plain loop, in memory of the heap and in memory the user bound. */
static void strided(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), to = me % n + 1;
    size_t dims[2] = {ROWS, COLS};
    static double bound[ROWS * COLS];
    furrow_symbol *a = NULL, *b = NULL;
    OK(furrow_alloc(job, "a", FURROW_FLOAT64, 2, dims, &a));
    OK(furrow_bind(job, "b", bound, FURROW_FLOAT64, 2, dims, &b));
    OK(furrow_barrier(job, 0));
    for (int which = 0; which < 2; which++) {
        furrow_remote *r = conform_resolve(job, to, which ? "b" : "a");
        const double *mine = furrow_data(which ? b : a);
        double model[ROWS * COLS] = {0};
        uint64_t seed = 3; /* all pids do the same, each to its neighbour: the model of what is written here too */
        for (long round = 0; round < conform_effort(200); round++) {
            furrow_stride w = {.block = conform_random(&seed) % 5, .nblocks = conform_random(&seed) % 12};
            w.stride = w.block + conform_random(&seed) % 40;
            w.first = conform_random(&seed) % 200;
            size_t local = w.block + conform_random(&seed) % 3;
            double src[12 * 8], dst[12 * 8];
            for (int i = 0; i < 96; i++) src[i] = (double)round + i / 1000.0, dst[i] = -1;
            OK(furrow_put_strided(r, &w, src, local));
            for (size_t k = 0; k < w.nblocks; k++)
                memcpy(&model[w.first + k * w.stride], &src[k * local], w.block * sizeof(double));
            OK(furrow_get_strided(r, &w, dst, local));
            for (size_t k = 0; k < w.nblocks; k++)
                TRUE(memcmp(&dst[k * local], &src[k * local], w.block * sizeof(double)) == 0);
        }
        OK(furrow_barrier(job, 0));
        TRUE(memcmp(mine, model, sizeof model) == 0);
        OK(furrow_barrier(job, 0));
        furrow_remote_drop(r);
    }
    OK(furrow_drop(a));
    OK(furrow_drop(b));
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

/* Whole arrays of all sizes, there and back, both kinds of memory. */
static void there_and_back(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), to = me % n + 1;
    size_t count = 3000000;
    unsigned char *bound = malloc(count), *src = malloc(count), *dst = malloc(count);
    furrow_symbol *a, *b;
    OK(furrow_alloc(job, "a", FURROW_UINT8, 1, &count, &a));
    OK(furrow_bind(job, "b", bound, FURROW_UINT8, 1, &count, &b));
    OK(furrow_barrier(job, 0));
    uint64_t seed = (uint64_t)me + 9;
    for (size_t i = 0; i < count; i++) src[i] = (unsigned char)conform_random(&seed);
    for (int which = 0; which < 2; which++) {
        furrow_remote *r = conform_resolve(job, to, which ? "b" : "a");
        bool direct = furrow_remote_path(r) == FURROW_PATH_DIRECT;
        TRUE(direct == (to == me || (!which && !conform_fabric())));
        for (size_t size = 1; size <= count; size = size * 3 + conform_random(&seed) % 3) {
            size_t first = conform_random(&seed) % (count - size + 1);
            OK(furrow_put(r, first, src + 1, size - (size == count)));
            memset(dst, 0, size);
            OK(furrow_get(r, first, dst, size - (size == count)));
            TRUE(memcmp(src + 1, dst, size - (size == count)) == 0);
            POST(furrow_put_nb(r, first, src, size));
            OK(furrow_flush(job, to, 0));
            POST(furrow_get_nb(r, first, dst, size));
            OK(furrow_flush(job, 0, 0));
            TRUE(memcmp(src, dst, size) == 0);
        }
        furrow_remote_drop(r);
    }
    OK(furrow_barrier(job, 0));
    OK(furrow_drop(a));
    OK(furrow_drop(b));
    free(bound);
    free(src);
    free(dst);
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

/* P8: where puts and gets are said to be one-sided they end while their target does nothing for us: it says itself when
 * it goes on. On a machine that halts one round may miss that. */
static void one_sided_is_true(furrow_job *job)
{
    int me = furrow_myid(job), ntrue = 0;
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT64, 2);
    int64_t *mine = furrow_data(x), v[2];
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote *r = me <= 2 ? conform_resolve(job, 3 - me, "x") : NULL;
    for (int64_t round = 1; round <= 3; round++) {
        mine[1] = 0;
        OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
        if (me == 1) OK(furrow_put(r, 0, &round, 1)); /* they are connected */
        conform_stand_still(job, r, 1000);
        __atomic_store_n(&mine[1], 1, __ATOMIC_RELEASE);
        if (me == 1) {
            OK(furrow_put(r, 0, &(int64_t){round + 100}, 1));
            OK(furrow_get(r, 0, v, 2));
            TRUE(v[0] == round + 100);
            ntrue += v[1] == 0;
        }
        OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    }
    TRUE(me != 1 || furrow_remote_path(r) == FURROW_PATH_ASSISTED || ntrue > 0);
    furrow_remote_drop(r);
    conform_drop(job, x);
    conform_end(job);
}

/* Atomics on memory its owner must reach for us. */
static void assisted_atomics(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    size_t count = 2;
    int32_t bound[2] = {0, 0};
    furrow_symbol *x = NULL;
    if (me == 1) OK(furrow_bind(job, "x", bound, FURROW_INT32, 1, &count, &x));
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, 1, "x");
    long rounds = conform_effort(300);
    for (long k = 0; k < rounds; k++) {
        int64_t old;
        OK(furrow_fetch_add(r, 0, -2, &old));
        TRUE(old <= 0 && old % 2 == 0);
        OK(furrow_compare_swap(r, 1, 7777, 1, &old));
        TRUE(old == 0);
    }
    OK(furrow_barrier(job, 0));
    if (me == 1) TRUE(bound[0] == -2 * rounds * n && bound[1] == 0);
    furrow_remote_drop(r);
    OK(furrow_barrier(job, 0));
    OK(furrow_drop(x));
    conform_end(job);
}

static void misuse_of_handles(furrow_job *job)
{
    int n = furrow_nprocs(job);
    size_t dims[2] = {3, 4};
    furrow_symbol *x;
    OK(furrow_alloc(job, "x", FURROW_FLOAT32, 2, dims, &x));
    OK(furrow_barrier(job, 0));
    furrow_remote *r, *none = NULL;
    float v[20] = {0};
    FAILS(furrow_resolve(job, 0, "x", 0, &none), NO_PID);
    FAILS(furrow_resolve(job, n + 1, "x", 0, &none), NO_PID);
    FAILS(furrow_resolve(job, -1, "x", 0, &none), NO_PID);
    FAILS(furrow_resolve(job, n, "nothing", 0, &none), NO_SYMBOL);
    FAILS(furrow_resolve(job, n, "Other.x", 0, &none), NO_SYMBOL);
    FAILS(furrow_resolve(job, n, "a b", 0, &none), ARG);
    FAILS(furrow_resolve(job, n, "", 0, &none), ARG);
    FAILS(furrow_resolve(job, n, ".x", 0, &none), ARG);
    FAILS(furrow_resolve(job, n, "x.", 0, &none), ARG);
    FAILS(furrow_resolve(job, n, NULL, 0, &none), ARG);
    TRUE(none == NULL);
    OK(furrow_resolve(job, n, "Main.x", 0, &r));
    furrow_remote_info info;
    OK(furrow_remote_describe(r, &info));
    TRUE(info.pid == n && info.type == FURROW_FLOAT32 && info.ndims == 2 && info.dims[0] == 3 && info.dims[1] == 4 &&
         info.count == 12 && info.why);
    FAILS(furrow_put(r, 12, v, 1), BOUNDS);
    FAILS(furrow_put(r, 0, v, 13), BOUNDS);
    FAILS(furrow_put(r, SIZE_MAX, v, 2), BOUNDS);
    FAILS(furrow_put(r, 2, v, SIZE_MAX), BOUNDS);
    FAILS(furrow_get(r, SIZE_MAX / 4 + 1, v, 1), BOUNDS);
    FAILS(furrow_put_nb(r, 13, v, 0), BOUNDS);
    OK(furrow_put(r, 12, v, 0));
    FAILS(furrow_put(r, 0, NULL, 1), ARG);
    FAILS(furrow_get(r, 0, NULL, 1), ARG);
    FAILS(furrow_put(NULL, 0, v, 1), ARG);
    FAILS(furrow_put_notify(r, 0, v, 1, FURROW_NOTIFY_IDS), ARG);
    FAILS(furrow_put_notify(r, 0, v, 13, 0), BOUNDS);
    furrow_stride w = {.first = 0, .block = 2, .stride = 5, .nblocks = 3};
    FAILS(furrow_put_strided(r, &w, v, 1), ARG);
    OK(furrow_put_strided(r, &w, v, 2));
    w.nblocks = 4;
    FAILS(furrow_put_strided(r, &w, v, 2), BOUNDS);
    w = (furrow_stride){.first = 1, .block = 2, .stride = SIZE_MAX / 2, .nblocks = 3};
    FAILS(furrow_get_strided(r, &w, v, 2), BOUNDS);
    w = (furrow_stride){.first = 1, .block = 2, .stride = 1, .nblocks = 2};
    FAILS(furrow_get_strided(r, &w, v, 2), ARG);
    FAILS(furrow_fetch_add(r, 0, 1, NULL), TYPE);
    FAILS(furrow_notify_wait(job, FURROW_NOTIFY_IDS, 1, FURROW_WAIT_ANY, 1, NULL), ARG);
    FAILS(furrow_notify_wait(job, 1, FURROW_NOTIFY_IDS, FURROW_WAIT_ANY, 1, NULL), ARG);
    FAILS(furrow_notify_wait(job, 0, 0, FURROW_WAIT_ANY, 1, NULL), ARG);
    FAILS(furrow_flush(job, n + 1, 0), NO_PID);
    FAILS(furrow_fence(job, -1), NO_PID);
    furrow_remote_drop(r);
    furrow_remote_drop(NULL);
    OK(furrow_barrier(job, 0));
    OK(furrow_drop(x));
    conform_end(job);
}

/* Code shipped to the owner of a symbol that C made changes its elements, never its length. */
static void fixed_length(furrow_job *job)
{
    static const char *const texts[] = {"push!(x, 1)",    "pop!(x)",         "append!(x, [1,2])", "resize!(x, 2)",
                                        "insert!(x,1,1)", "deleteat!(x, 1)", "unshift!(x, 1)",    "empty!(x)"};
    int me = furrow_myid(job), n = furrow_nprocs(job);
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT64, 3);
    int64_t *mine = furrow_data(x);
    for (int i = 0; i < 3; i++) mine[i] = me * 10 + i;
    OK(furrow_barrier(job, 0));
    for (size_t i = 0; me == 1 && i < sizeof texts / sizeof *texts; i++) {
        furrow_results *results;
        FAILS(furrow_reap(job, &n, 1, texts[i], NULL, &results), PARTIAL);
        TRUE(furrow_results_error(results, n, NULL) == FURROW_ERR_PINNED);
        furrow_results_free(results);
    }
    OK(furrow_barrier(job, 0));
    for (int i = 0; i < 3; i++) TRUE(mine[i] == me * 10 + i);
    TRUE(furrow_data(x) == mine && furrow_count(x) == 3);
    conform_end(job);
}

static void misuse_of_symbols(furrow_job *job)
{
    size_t two[2] = {2, 3}, huge[3] = {SIZE_MAX / 2, 3, 1}, large = (size_t)1 << 50, none[2] = {0, 5};
    furrow_symbol *x, *y;
    double memory[4];
    furrow_results *none_yet = NULL;
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    opts.module = "9bad";
    FAILS(furrow_reap(job, NULL, 0, "1", &opts, &none_yet), ARG);
    TRUE(!none_yet);
    FAILS(furrow_bind(job, "x", (void *)(UINTPTR_MAX - 7), FURROW_FLOAT64, 1, two, &x), OVERFLOW);
    FAILS(furrow_alloc(job, "x", FURROW_FLOAT64, 2, huge, &x), OVERFLOW);
    FAILS(furrow_alloc(job, "x", FURROW_FLOAT64, 1, &large, &x), NOMEM);
    FAILS(furrow_alloc(job, "x", FURROW_STRING, 1, two, &x), TYPE);
    FAILS(furrow_alloc(job, "x", (furrow_type)99, 1, two, &x), TYPE);
    FAILS(furrow_alloc(job, "x", FURROW_FLOAT64, -1, two, &x), ARG);
    FAILS(furrow_alloc(job, "x", FURROW_FLOAT64, 9, two, &x), ARG);
    FAILS(furrow_alloc(job, "x", FURROW_FLOAT64, 2, NULL, &x), ARG);
    FAILS(furrow_alloc(job, "1x", FURROW_FLOAT64, 2, two, &x), ARG);
    FAILS(furrow_alloc(NULL, "x", FURROW_FLOAT64, 2, two, &x), ARG);
    FAILS(furrow_bind(job, "x", NULL, FURROW_FLOAT64, 2, two, &x), ARG);
    FAILS(furrow_bind(job, "x", (char *)memory + 1, FURROW_FLOAT64, 0, NULL, &x), ARG);
    OK(furrow_alloc(job, "x", FURROW_COMPLEX128, 0, NULL, &x));
    TRUE(furrow_count(x) == 1 && furrow_data(x));
    FAILS(furrow_alloc(job, "x", FURROW_FLOAT64, 0, NULL, &y), BUSY);
    OK(furrow_drop(x));
    OK(furrow_alloc(job, "x", FURROW_FLOAT64, 2, none, &x));
    TRUE(furrow_count(x) == 0);
    OK(furrow_drop(x));
    OK(furrow_drop(NULL));
    OK(furrow_alloc(job, "Mod.Sub.x", FURROW_BOOL, 2, two, &x));
    furrow_remote *r = conform_resolve(job, furrow_myid(job), "Mod.Sub.x");
    OK(furrow_drop(x));
    bool b = true;
    FAILS(furrow_put(r, 0, &b, 1), STALE);
    FAILS(furrow_put(r, 0, &b, 0), STALE);
    FAILS(furrow_get(r, 100, &b, 1), STALE);
    furrow_remote_drop(r);
    furrow_value *value;
    FAILS(furrow_lookup(job, "Mod.Sub.x", &value), NO_SYMBOL);
    /* The limit is the limit, and what is dropped can be had again. */
    for (int k = 0; k < 1000; k++) {
        size_t third = 40000;
        OK(furrow_alloc(job, "p", FURROW_FLOAT64, 1, &third, &x));
        const double *at = furrow_data(x);
        for (size_t i = 0; i < third; i += 100) TRUE(at[i] == 0);
        memset(furrow_data(x), 1, third * 8);
        OK(furrow_drop(x));
    }
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

static void joining(furrow_job *job)
{
    furrow_job *second = NULL;
    FAILS(furrow_join(NULL, &second), BUSY);
    TRUE(second == NULL);
    int n = furrow_nprocs(job), pids[3];
    TRUE(furrow_procs(job, NULL, 0) == (size_t)n);
    TRUE(furrow_workers(job, pids, 3) == (size_t)(n > 1 ? n - 1 : 1));
    TRUE(pids[0] == (n > 1 ? 2 : 1));
    for (int p = 1; p <= n; p++) OK(furrow_peer_state(job, p));
    FAILS(furrow_peer_state(job, 0), NO_PID);
    FAILS(furrow_peer_state(job, n + 1), NO_PID);
    FAILS(furrow_serve(job, 20), TIMEOUT);
    OK(furrow_barrier(job, 0));
    OK(furrow_leave(job));
    OK(furrow_leave(NULL));
}

/* A worker serves until pid 1 leaves. */
static void serving(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, (size_t)me);
    OK(furrow_barrier(job, 0));
    if (me > 1) {
        OK(furrow_serve(job, 0));
        FAILS(furrow_peer_state(job, 1), PEER_LEFT);
    }
    for (int p = 2; me == 1 && p <= n; p++) {
        furrow_remote *r = conform_resolve(job, p, "x");
        int64_t v = 17;
        OK(furrow_put(r, (size_t)p - 1, &v, 1));
        furrow_remote_drop(r);
    }
    furrow_leave(job);
}

const conform_case access_cases[] = {
    {"strided", 1, strided},
    {"there_and_back", 1, there_and_back},
    {"assisted_atomics", 2, assisted_atomics},
    {"one_sided_is_true", 2, one_sided_is_true},
    {"misuse_of_handles", 1, misuse_of_handles},
    {"fixed_length", 1, fixed_length},
    {"misuse_of_symbols", 1, misuse_of_symbols},
    {"joining", 1, joining},
    {"serving", 2, serving},
    {0},
};
