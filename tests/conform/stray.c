/*
 * stray.c - P3: while an owner makes, drops and replaces symbols of changing type and shape, nothing that others write
 * through old handles lands in memory that belongs to another value.
 */
#include "conform.h"
#include <unistd.h>

#define GUARD 0x5A5A5A5A5A5A5A5Au

static furrow_symbol *make_guard(furrow_job *job, int k, size_t count)
{
    char name[32];
    snprintf(name, sizeof name, "guard%d", k);
    furrow_symbol *g = conform_vector(job, name, FURROW_UINT64, count);
    uint64_t *at = furrow_data(g);
    for (size_t i = 0; i < count; i++) at[i] = GUARD;
    return g;
}

static void check_guard(furrow_job *job, const furrow_symbol *g)
{
    const uint64_t *at = furrow_data(g);
    for (size_t i = 0; i < furrow_count(g); i++) TRUE(at[i] == GUARD);
}

/* The owner: x changes its size each round; where it was, guards come to stand, which nobody may write to. */
static void redefine(furrow_job *job, long rounds)
{
    enum { NGUARDS = 4 };
    furrow_symbol *guards[NGUARDS] = {NULL};
    uint64_t seed = 5;
    for (long round = 0; round < rounds; round++) {
        size_t count = conform_random(&seed) % 60 + 1;
        while (!furrow_notify_wait(job, 9, 1, FURROW_WAIT_ANY, FURROW_NOWAIT, NULL)) {
        }
        furrow_symbol *x = conform_vector(job, "x", FURROW_UINT64, count);
        const uint64_t *at = furrow_data(x);
        if (round % 3 == 0) furrow_progress(job);
        if (round % 10 == 0)
            OK(furrow_notify_wait(job, 9, 1, FURROW_WAIT_ANY, 0, NULL)); /* somebody writes to this x */
        for (size_t i = 0; i < count; i++) TRUE(at[i] == 0 || at[i] >> 32 == 0xABCD);
        conform_drop(job, x);
        int k = (int)(conform_random(&seed) % NGUARDS);
        if (guards[k]) {
            check_guard(job, guards[k]);
            conform_drop(job, guards[k]);
        }
        guards[k] = make_guard(job, k, conform_random(&seed) % 60 + 1);
        if (round % 1000 == 0) furrow_progress(job);
    }
    for (int k = 0; k < NGUARDS; k++)
        if (guards[k]) check_guard(job, guards[k]);
    furrow_symbol *end = conform_vector(job, "over", FURROW_BOOL, 1);
    (void)end;
}

/* The others: write through whatever handle they have until it says STALE, then resolve again. */
static void write_on(furrow_job *job, int me)
{
    uint64_t src[64], seed = (uint64_t)me;
    for (int i = 0; i < 64; i++) src[i] = 0xABCD00000000u + (uint64_t)me;
    long nstale = 0;
    for (;;) {
        furrow_remote *r, *over;
        furrow_err e = furrow_resolve(job, 1, "x", 0, &r);
        if (e == FURROW_ERR_NO_SYMBOL) {
            if (furrow_resolve(job, 1, "over", 0, &over) == FURROW_OK) {
                furrow_remote_drop(over);
                return;
            }
            continue;
        }
        OK(e);
        furrow_remote_info info;
        OK(furrow_remote_describe(r, &info));
        e = furrow_put_notify(r, 0, src, 1, 9);
        while (!e) {
            size_t first = conform_random(&seed) % info.count;
            e = furrow_put(r, first, src, info.count - first);
        }
        TRUE(e == FURROW_ERR_STALE);
        nstale++;
        FAILS(furrow_get(r, 0, src, 0), STALE);
        furrow_remote_drop(r);
    }
}

static void no_stray_write(furrow_job *job)
{
    int me = furrow_myid(job);
    OK(furrow_barrier(job, 0));
    if (me == 1)
        redefine(job, conform_effort(furrow_nprocs(job) > 3 ? 4000 : 20000));
    else
        write_on(job, me);
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

/* A holder that is killed in the middle of its writes does not keep the memory from being used again for ever. */
static void holder_dies(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    size_t count = 1000;
    furrow_symbol *x = conform_vector(job, "x", FURROW_UINT64, count);
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, 1, "x");
    OK(furrow_barrier(job, 0));
    if (me == n) _exit(3);
    if (me == 1) {
        conform_drop(job, x);
        uint64_t *mine = malloc(count * sizeof *mine);
        OK(furrow_bind(job, "y", mine, FURROW_UINT64, 1, &count, &x));
        OK(furrow_drop(x)); /* nobody holds it */
        free(mine);
    }
    furrow_remote_drop(r);
    OK(furrow_leave(job));
}

/* furrow_drop of bound memory returns only when nobody can touch it: it is unmapped at once. */
static void bound_memory_goes(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    size_t count = 512;
    for (long round = 0; round < conform_effort(50); round++) {
        furrow_symbol *x = NULL;
        int64_t *mine = NULL;
        if (me == 1) {
            mine = calloc(count, sizeof *mine);
            OK(furrow_bind(job, "x", mine, FURROW_INT64, 1, &count, &x));
        }
        OK(furrow_barrier(job, 0));
        if (me == 1) {
            for (int k = 0; k < 3 * (n - 1); k++) OK(furrow_notify_wait(job, 1, 1, FURROW_WAIT_ANY, 0, NULL));
            OK(furrow_drop(x)); /* until then the others go on writing */
            TRUE(mine[0] > 1 && mine[511] > 1);
            memset(mine, 0xFF, count * sizeof *mine);
            for (int k = 0; k < 100; k++) furrow_progress(job);
            for (size_t i = 0; i < count; i++) TRUE(mine[i] == -1);
            free(mine);
        } else {
            furrow_remote *r = conform_resolve(job, 1, "x");
            TRUE(furrow_remote_path(r) == FURROW_PATH_ASSISTED);
            int64_t src[512];
            for (size_t i = 0; i < count; i++) src[i] = me;
            for (int k = 0; k < 3; k++) OK(furrow_put_notify(r, 0, src, count, 1));
            furrow_err e;
            while ((e = furrow_put(r, 0, src, count)) == FURROW_OK) {
            }
            TRUE(e == FURROW_ERR_STALE);
            furrow_remote_drop(r);
        }
        OK(furrow_barrier(job, 0));
    }
    conform_end(job);
}

/* Memory whose holders never look at their handles again is not used, and the owner hears of it. */
static void silent_holder(furrow_job *job)
{
    int me = furrow_myid(job);
    size_t count = 1;
    furrow_symbol *x = NULL;
    int64_t mine = 0;
    if (me == 1) OK(furrow_bind(job, "x", &mine, FURROW_INT64, 0, &count, &x));
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote *r = me == 2 ? conform_resolve(job, 1, "x") : NULL;
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    conform_stand_still(job, r, 2500);
    if (me == 1) {
        furrow_error_info info;
        FAILS(furrow_drop(x), TIMEOUT);
        furrow_last_error(&info);
        TRUE(info.pid == 2);
        while (furrow_drop(x)) {
        } /* again until pid 2 is back */
    }
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote_drop(r);
    conform_end(job);
}

const conform_case stray_cases[] = {
    {"no_stray_write", 2, no_stray_write},
    {"holder_dies", 3, holder_dies},
    {"bound_memory_goes", 2, bound_memory_goes},
    {"silent_holder", 2, silent_holder},
    {0},
};
