/*
 * bounded.c - P4: every wait ends at its deadline, and a pid that died or left is named to who waits for it.
 */
#include "conform.h"
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The others wait in a barrier for a pid that dies there. */
static void death_in_barrier(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    OK(furrow_barrier(job, 0));
    if (me == n) {
        conform_nap(20);
        raise(SIGKILL);
    }
    double before = seconds();
    furrow_error_info info;
    FAILS(furrow_barrier(job, 0), PEER_DEAD);
    furrow_last_error(&info);
    TRUE(info.pid == n && seconds() - before < conform_soon());
    FAILS(furrow_barrier(job, 0), PEER_DEAD);
    FAILS(furrow_peer_state(job, n), PEER_DEAD);
    furrow_leave(job);
}

/* A pid dies that nobody has had to do with: all others hear of it, between hosts too (when hosts have begun to watch one
 * another; on one host the launcher says it). */
static void death_of_a_stranger(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), local[64];
    double begin = seconds(), pause = furrow_localpids(job, local, 64) < (size_t)n && !getenv("FURROW_BOOT") ? 3 : 0.05;
    if (me == n) {
        while (seconds() - begin < pause) furrow_progress(job);
        raise(SIGKILL);
    }
    while (furrow_peer_state(job, n) == FURROW_OK && seconds() - begin < 40) furrow_progress(job);
    FAILS(furrow_peer_state(job, n), PEER_DEAD);
    furrow_leave(job);
}

/* A pid leaves; handles on its symbols say so, and so does the barrier. */
static void leaving_is_seen(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_FLOAT64, 10);
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, n, "x");
    OK(furrow_barrier(job, 0));
    if (me == n) {
        furrow_remote_drop(r);
        OK(furrow_leave(job));
        return;
    }
    furrow_error_info info;
    FAILS(furrow_barrier(job, 0), PEER_LEFT);
    furrow_last_error(&info);
    TRUE(info.pid == n);
    double v = 1;
    FAILS(furrow_put(r, 0, &v, 1), PEER_LEFT);
    FAILS(furrow_get(r, 0, &v, 1), PEER_LEFT);
    FAILS(furrow_put_notify(r, 0, &v, 1, 1), PEER_LEFT);
    furrow_remote *again;
    FAILS(furrow_resolve(job, n, "x", 0, &again), PEER_LEFT);
    conform_nap(300); /* so that the others hear of pid n first */
    furrow_remote_drop(r);
    furrow_leave(job);
}

/* A loop of nothing but puts hears of its target's death. */
static void death_ends_puts(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, 10);
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, n, "x");
    OK(furrow_barrier(job, 0));
    if (me == n) raise(SIGKILL);
    double before = seconds();
    int64_t v = 0;
    furrow_err e;
    while ((e = furrow_put(r, 0, &v, 1)) == FURROW_OK && seconds() - before < 3 + conform_soon()) v++;
    TRUE(e == FURROW_ERR_PEER_DEAD);
    FAILS(furrow_fetch_add(r, 0, 1, NULL), PEER_DEAD);
    furrow_remote_drop(r);
    furrow_leave(job);
}

/* Who gives up at a barrier withdraws: a later one works. Each pid in turn comes only when the others have given up. */
static void barrier_after_timeout(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    for (int round = 0; round < 10; round++) {
        int late = 1 + round % n;
        furrow_remote *r = conform_resolve(job, late, "x");
        if (me != late) {
            double before = seconds();
            FAILS(furrow_barrier(job, 10), TIMEOUT);
            TRUE(seconds() - before < 1 + conform_soon());
            OK(furrow_put_notify(r, 0, NULL, 0, 60));
        }
        for (int k = 1; me == late && k < n; k++) OK(furrow_notify_wait(job, 60, 1, FURROW_WAIT_ANY, 0, NULL));
        furrow_remote_drop(r);
        OK(furrow_barrier(job, 0));
    }
    conform_end(job);
}

/* Who gives up at a barrier learns who did not come, on whatever host. Time alone fails nothing: it is tried again. */
static void barrier_names_who_is_late(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    for (int late = 1; late <= n; late++) {
        furrow_remote *r = conform_resolve(job, late, "x");
        furrow_error_info info = {.pid = 0};
        for (int k = 0; me != late && info.pid != late && k < 30; k++) {
            FAILS(furrow_barrier(job, 400), TIMEOUT);
            furrow_last_error(&info);
        }
        TRUE(me == late || info.pid == late);
        if (me != late) OK(furrow_put_notify(r, 0, NULL, 0, 60));
        for (int k = 1; me == late && k < n; k++) OK(furrow_notify_wait(job, 60, 1, FURROW_WAIT_ANY, 0, NULL));
        furrow_remote_drop(r);
        OK(furrow_barrier(job, 0));
    }
    conform_end(job);
}

/* A target that makes no progress: resolving it ends at the deadline, and the late answer does no harm. */
static void stuck_target(furrow_job *job)
{
    int me = furrow_myid(job);
    conform_vector(job, "x", FURROW_INT64, 3);
    OK(furrow_barrier(job, 0));
    furrow_remote *first = conform_resolve(job, 1, "x");
    conform_stand_still(job, first, 800);
    furrow_remote_drop(first);
    if (me == 1) {
        furrow_remote *r;
        double before = seconds();
        furrow_error_info info;
        FAILS(furrow_resolve(job, 2, "x", 50, &r), TIMEOUT);
        furrow_last_error(&info);
        TRUE(info.pid == 2 && seconds() - before < 0.3 * conform_soon());
        FAILS(furrow_resolve(job, 2, "x", FURROW_NOWAIT, &r), TIMEOUT);
        OK(furrow_resolve(job, 2, "x", CONFORM_PATIENCE_MS, &r));
        int64_t v = 5;
        OK(furrow_put(r, 2, &v, 1));
        furrow_remote_drop(r);
    }
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

/* The same for memory that needs its owner. */
/* Pid 2 takes nothing of what pid 1 puts; pid 3 is none the worse. */
static void stuck_spares_others(furrow_job *job)
{
    enum { MANY = 1 << 20, TRIES = 6 };
    int me = furrow_myid(job);
    conform_vector(job, "sink", FURROW_FLOAT64, MANY);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote *r = conform_resolve(job, me == 1 ? 2 : 1, "sink");
    furrow_remote *other = conform_resolve(job, 3, "sink");
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    conform_stand_still(job, r, 2500);
    if (me == 1) {
        double *src = calloc(MANY, sizeof *src);
        furrow_err e = FURROW_ERR_TIMEOUT;
        TRUE(src != NULL);
        POST(furrow_put_nb(r, 0, src, MANY));
        for (int k = 0; e == FURROW_ERR_TIMEOUT && k < TRIES; k++) e = furrow_put(other, 0, src, MANY / 16);
        OK(e);
        OK(furrow_flush(job, 0, CONFORM_PATIENCE_MS));
        free(src);
    }
    furrow_remote_drop(r);
    furrow_remote_drop(other);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    conform_end(job);
}

static void stuck_owner(furrow_job *job)
{
    int me = furrow_myid(job);
    int64_t mine[4] = {0};
    size_t n = 4;
    furrow_symbol *x;
    OK(furrow_bind(job, "x", mine, FURROW_INT64, 1, &n, &x));
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote *r = conform_resolve(job, me == 1 ? 2 : 1, "x");
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    conform_stand_still(job, r, 2000);
    if (me == 1) {
        int64_t v[4] = {1, 2, 3, 4};
        FAILS(furrow_get(r, 0, v, 4), TIMEOUT);
        TRUE(v[0] == 1 && v[3] == 4);
        POST(furrow_put_nb(r, 0, v, 4));
        FAILS(furrow_flush(job, 2, 20), TIMEOUT);
        OK(furrow_flush(job, 2, CONFORM_PATIENCE_MS));
        int64_t w[4] = {0};
        OK(furrow_get(r, 0, w, 4));
        TRUE(memcmp(v, w, sizeof v) == 0);
    }
    furrow_remote_drop(r);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    OK(furrow_drop(x));
    conform_end(job);
}

/* Processes that sleep at random moments, more of them than cores: no wake-up is lost. A ring of notifications. */
static void nobody_oversleeps(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, me % n + 1, "x");
    uint64_t seed = (uint64_t)me * 31;
    long rounds = conform_effort(300);
    for (long k = 0; k < rounds; k++) {
        if (me == 1) OK(furrow_put_notify(r, 0, NULL, 0, 1));
        OK(furrow_notify_wait(job, 1, 1, FURROW_WAIT_ANY, 0, NULL));
        uint64_t dice = conform_random(&seed) % 64;
        if (dice < 8) usleep((useconds_t)(conform_random(&seed) % 400));
        if (me != 1) OK(furrow_put_notify(r, 0, NULL, 0, 1));
    }
    OK(furrow_barrier(job, 0));
    furrow_remote_drop(r);
    conform_end(job);
}

/* The same for messages: everybody resolves at everybody, with sleeps in between. */
static void nobody_overhears(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT32, (size_t)me);
    OK(furrow_barrier(job, 0));
    uint64_t seed = (uint64_t)me * 131;
    for (long k = 0; k < conform_effort(200); k++) {
        int p = (int)(conform_random(&seed) % (uint64_t)n) + 1;
        furrow_remote *r = conform_resolve(job, p, "x");
        furrow_remote_info info;
        OK(furrow_remote_describe(r, &info));
        TRUE(info.pid == p && info.count == (size_t)p && info.type == FURROW_INT32);
        furrow_remote_drop(r);
        if (conform_random(&seed) % 16 == 0) usleep((useconds_t)(conform_random(&seed) % 1000));
    }
    OK(furrow_barrier(job, 0));
    conform_drop(job, x);
    conform_end(job);
}

/* Everybody does everything, and some are killed at random moments: the others see errors that say so, and go on. */
static void accept(furrow_job *job, furrow_err e, int line)
{
    static const furrow_err expected[] = {FURROW_OK,         FURROW_ERR_PEER_DEAD, FURROW_ERR_PEER_LEFT,
                                          FURROW_ERR_STALE,  FURROW_ERR_NO_SYMBOL, FURROW_ERR_TIMEOUT,
                                          FURROW_ERR_BOUNDS, FURROW_ERR_AGAIN};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (e == expected[i]) return;
    conform_expect(job, e, FURROW_OK, "a call while others die", line);
}
#define ACCEPT(call) accept(job, (call), __LINE__)

static void use(furrow_job *job, int pid, const char *name, uint64_t dice)
{
    static int64_t v[8]; /* belongs to put_nb until it is flushed, wherever that is */
    furrow_remote *r = NULL;
    furrow_err e = furrow_resolve(job, pid, name, 100, &r);
    ACCEPT(e);
    if (e) return;
    for (int k = 0; k < 20; k++) {
        switch ((dice + (uint64_t)k) % 6) {
        case 0:
            e = furrow_put(r, dice % 8, v, dice % 3);
            break;
        case 1:
            e = furrow_get(r, dice % 8, v, dice % 3);
            break;
        case 2:
            e = furrow_fetch_add(r, dice % 8, 1, NULL);
            break;
        case 3:
            e = furrow_put_notify(r, 0, v, 1, (uint32_t)(dice % 4));
            break;
        case 4:
            e = furrow_put_nb(r, 0, v, 4);
            break;
        default:
            e = furrow_flush(job, pid, 100);
            break;
        }
        ACCEPT(e);
    }
    furrow_remote_drop(r);
}

static void random_deaths(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    int64_t bound[8] = {0};
    size_t count = 8;
    furrow_symbol *b, *x = NULL;
    OK(furrow_bind(job, "b", bound, FURROW_INT64, 1, &count, &b));
    OK(furrow_barrier(job, 0));
    uint64_t seed = (uint64_t)me * 977 + (uint64_t)getpid();
    double end = seconds() + 0.7,
           death = me > 1 && me > n - n / 3 - 1 ? seconds() + (double)(conform_random(&seed) % 600) / 1000 : 1e18;
    while (seconds() < end) {
        uint64_t dice = conform_random(&seed);
        if (seconds() > death) raise(SIGKILL);
        size_t size = dice % 9 + 8;
        if (!x)
            OK(furrow_alloc(job, "x", FURROW_INT64, 1, &size, &x));
        else if (dice % 7 == 0) {
            OK(furrow_drop(x));
            x = NULL;
        }
        use(job, (int)((dice >> 32) % (uint64_t)n) + 1, dice % 5 ? "x" : "b", dice >> 8);
        ACCEPT(furrow_notify_wait(job, 0, 4, FURROW_WAIT_ANY, dice % 3 ? FURROW_NOWAIT : 1, NULL));
        if (dice % 11 == 0) ACCEPT(furrow_barrier(job, 1));
    }
    if (death < 1e17) raise(SIGKILL);
    ACCEPT(furrow_drop(b));
    ACCEPT(furrow_leave(job));
}

/* A pid that does nothing but put still tells where its symbols are. */
static void busy_putting(furrow_job *job)
{
    int me = furrow_myid(job);
    furrow_symbol *flag = conform_vector(job, "flag", FURROW_INT64, 1);
    const int64_t *seen = furrow_data(flag);
    OK(furrow_barrier(job, 0));
    if (me == 2) {
        furrow_remote *r = conform_resolve(job, 1, "flag");
        int64_t v = 0;
        while (!__atomic_load_n(seen, __ATOMIC_ACQUIRE)) OK(furrow_put(r, 0, &v, 1));
        furrow_remote_drop(r);
    } else if (me == 1) {
        usleep(20000);
        furrow_remote *r = conform_resolve(job, 2, "flag");
        int64_t v = 1;
        OK(furrow_put(r, 0, &v, 1));
        furrow_remote_drop(r);
    }
    conform_end(job);
}

/* Bytes of this process in memory. */
static size_t resident(furrow_job *job)
{
    unsigned long all = 0, here = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    TRUE(f && fscanf(f, "%lu %lu", &all, &here) == 2);
    fclose(f);
    return here * (size_t)sysconf(_SC_PAGESIZE);
}

/* Everybody sends to a pid that does not look: nobody's memory grows with what is sent, and all of it arrives in the end,
 * what a pid sent last on top. */
static void flood(furrow_job *job)
{
    enum { BLOCK = 512, MOST_NBYTES = 48 << 20 };
    int me = furrow_myid(job), n = furrow_nprocs(job);
    long rounds = conform_effort(60000 / n); /* 120 MB of all */
    furrow_symbol *box = conform_vector(job, "box", FURROW_INT64, (size_t)n * BLOCK);
    int64_t *data = furrow_data(box), block[BLOCK];
    memset(data, 0, (size_t)n * BLOCK * sizeof *data);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote *r = me > 1 ? conform_resolve(job, 1, "box") : NULL;
    size_t before = resident(job);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == 1) conform_nap(400);
    for (long k = 1; me > 1 && k <= rounds; k++) {
        for (int i = 0; i < BLOCK; i++) block[i] = k * i;
        OK(furrow_put_notify(r, (size_t)(me - 1) * BLOCK, block, BLOCK - (size_t)(k % 2) * (BLOCK - 8), (uint32_t)me));
    }
    for (int p = 2; me == 1 && p <= n; p++) {
        for (long k = 1; k <= rounds; k++)
            OK(furrow_notify_wait(job, (uint32_t)p, 1, FURROW_WAIT_ANY, CONFORM_PATIENCE_MS, NULL));
        for (int i = 0; i < 8; i++) TRUE(data[(p - 1) * BLOCK + i] == rounds * i);
    }
    TRUE(resident(job) < before + MOST_NBYTES);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_remote_drop(r);
    conform_drop(job, box);
    conform_end(job);
}

const conform_case bounded_cases[] = {
    {"busy_putting", 2, busy_putting},
    {"flood", 2, flood},
    {"death_in_barrier", 2, death_in_barrier},
    {"death_of_a_stranger", 2, death_of_a_stranger},
    {"leaving_is_seen", 2, leaving_is_seen},
    {"death_ends_puts", 2, death_ends_puts},
    {"barrier_names_who_is_late", 2, barrier_names_who_is_late},
    {"barrier_after_timeout", 2, barrier_after_timeout},
    {"stuck_target", 2, stuck_target},
    {"stuck_owner", 2, stuck_owner},
    {"stuck_spares_others", 3, stuck_spares_others},
    {"random_deaths", 2, random_deaths},
    {"nobody_oversleeps", 2, nobody_oversleeps},
    {"nobody_overhears", 1, nobody_overhears},
    {0},
};
