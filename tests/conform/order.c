/*
 * order.c - P1: what a call that has returned did is there for everything that happens after; P2: elements are whole.
 */
#include "conform.h"

static void finish(furrow_job *job)
{
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

/* Data put before a notification is seen by who took it, whatever its size. */
static void put_then_notify(furrow_job *job)
{
    enum { MOST = 20000 };
    int me = furrow_myid(job), n = furrow_nprocs(job), to = me % n + 1;
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT64, MOST);
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, to, "x");
    int64_t *src = malloc(MOST * sizeof *src);
    const int64_t *mine = furrow_data(x);
    uint64_t seed = 7; /* the same at all pids */
    for (long round = 1; round <= conform_effort(2000); round++) {
        size_t count = conform_random(&seed) % (round % 50 == 0 ? MOST : 40) + 1;
        for (size_t i = 0; i < count; i++) src[i] = round * 100000 + (int64_t)i;
        OK(furrow_put_notify(r, 0, src, count, 3));
        OK(furrow_notify_wait(job, 3, 1, FURROW_WAIT_ANY, 0, NULL));
        for (size_t i = 0; i < count; i++) TRUE(mine[i] == round * 100000 + (int64_t)i);
        OK(furrow_put_notify(r, 0, NULL, 0, 4)); /* its writer may write again */
        OK(furrow_notify_wait(job, 4, 1, FURROW_WAIT_ANY, 0, NULL));
        if (n > 2) OK(furrow_barrier(job, 0));
    }
    free(src);
    furrow_remote_drop(r);
    finish(job);
}

/* What was put before a barrier is seen after it. */
static void put_then_barrier(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT32, (size_t)n);
    OK(furrow_barrier(job, 0));
    furrow_remote **r = malloc((size_t)n * sizeof(furrow_remote *));
    for (int p = 1; p <= n; p++) r[p - 1] = conform_resolve(job, p, "x");
    const int32_t *mine = furrow_data(x);
    long rounds = conform_effort(n > 8 ? 40 : 500);
    for (int32_t round = 1; round <= rounds; round++) {
        int32_t v = round * 1000 + me;
        for (int p = 1; p <= n; p++) OK(furrow_put(r[p - 1], (size_t)me - 1, &v, 1));
        OK(furrow_barrier(job, 0));
        for (int p = 1; p <= n; p++) TRUE(mine[p - 1] == round * 1000 + p);
        OK(furrow_barrier(job, 0));
    }
    for (int p = 1; p <= n; p++) furrow_remote_drop(r[p - 1]);
    free(r);
    finish(job);
}

enum { FENCED_MOST = 64 };

/* The data of a round: puts, or a few notified puts of the same; and what must not be overtaken. */
static void put_fenced(furrow_job *job, furrow_remote *d, size_t n, int64_t round, bool notified)
{
    int64_t src[FENCED_MOST];
    for (size_t i = 0; i < n; i++) src[i] = round + (int64_t)i;
    if (!notified) POST(furrow_put_nb(d, 0, src, n));
    for (int i = 0; notified && i <= round % 5; i++) OK(furrow_put_notify(d, 0, src, n, 3));
    OK(notified && round % 2 == 0 ? furrow_flush(job, 2, 0) : furrow_fence(job, 2));
}

static void in_fence_order(furrow_job *job, size_t n, bool notified)
{
    int me = furrow_myid(job);
    furrow_symbol *data = conform_vector(job, "data", FURROW_INT64, n);
    furrow_symbol *flag = conform_vector(job, "flag", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    long rounds = conform_effort(3000);
    furrow_remote *d = me == 1 ? conform_resolve(job, 2, "data") : NULL;
    furrow_remote *f = me <= 2 ? conform_resolve(job, 3 - me, "flag") : NULL;
    const int64_t *mine = furrow_data(data), *seen = furrow_data(flag);
    for (int64_t round = 1; round <= rounds && me == 1; round++) {
        put_fenced(job, d, n, round, notified);
        POST(furrow_put_nb(f, 0, &round, 1));
        while (__atomic_load_n(seen, __ATOMIC_ACQUIRE) != round) furrow_progress(job);
    }
    if (me == 1) OK(furrow_flush(job, 0, 0));
    for (int64_t round = 1; round <= rounds && me == 2; round++) {
        while (__atomic_load_n(seen, __ATOMIC_ACQUIRE) != round) furrow_progress(job);
        for (size_t i = 0; i < n; i++) TRUE(mine[i] == round + (int64_t)i);
        for (int i = 0; notified && i <= round % 5; i++) OK(furrow_notify_wait(job, 3, 1, FURROW_WAIT_ANY, 0, NULL));
        OK(furrow_put(f, 0, &round, 1));
    }
    furrow_remote_drop(d);
    furrow_remote_drop(f);
    finish(job);
}

/* Non-blocking puts in the order fence says: a flag is never seen before the data. */
static void fence_orders(furrow_job *job)
{
    in_fence_order(job, FENCED_MOST, false);
}

/* A notified put that travels with its data is no exception: neither a flag behind a fence is seen before it, nor one that
 * is set when it was flushed. The target looks at memory, and takes no notification before. */
static void fence_orders_notified(furrow_job *job)
{
    in_fence_order(job, 8, true);
}

/* Elements of every size are whole while several pids write arrays over one another at all alignments. */
#define WHOLE(type, ftype, pattern)                                                                    \
    static void whole_##ftype(furrow_job *job)                                                         \
    {                                                                                                  \
        enum { N = 300 };                                                                              \
        int me = furrow_myid(job);                                                                     \
        furrow_symbol *x = conform_vector(job, "x", FURROW_##ftype, N);                                \
        (void)x;                                                                                       \
        OK(furrow_barrier(job, 0));                                                                    \
        furrow_remote *r = conform_resolve(job, 1, "x");                                               \
        uint64_t seed = (uint64_t)me * 77;                                                             \
        type src[N], dst[N];                                                                           \
        for (long round = 0; round < conform_effort(20000); round++) {                                 \
            size_t first = conform_random(&seed) % N, count = conform_random(&seed) % (N - first) + 1; \
            if (me % 2) {                                                                              \
                type v = (type)((type)(conform_random(&seed) % 255 + 1) * (type)(pattern));            \
                for (size_t i = 0; i < count; i++) src[i] = v;                                         \
                OK(furrow_put(r, first, src, count));                                                  \
            } else {                                                                                   \
                OK(furrow_get(r, first, dst, count));                                                  \
                for (size_t i = 0; i < count; i++) TRUE(dst[i] % (type)(pattern) == 0);                \
            }                                                                                          \
        }                                                                                              \
        furrow_remote_drop(r);                                                                         \
        finish(job);                                                                                   \
    }
WHOLE(uint64_t, UINT64, 0x0101010101010101u)
WHOLE(uint32_t, UINT32, 0x01010101u)
WHOLE(uint16_t, UINT16, 0x0101u)

/* fetch_add adds up, compare_swap lets one win, whoever issues them. */
static void atomics_add_up(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    furrow_symbol *a = conform_vector(job, "a", FURROW_INT64, 4);
    furrow_symbol *b = conform_vector(job, "b", FURROW_INT32, 4);
    OK(furrow_barrier(job, 0));
    furrow_remote *ra = conform_resolve(job, 1, "a"), *rb = conform_resolve(job, 1, "b");
    long rounds = conform_effort(5000);
    int64_t last = -1;
    for (long round = 0; round < rounds; round++) {
        int64_t old;
        OK(furrow_fetch_add(ra, 1, 3, &old));
        TRUE(old > last && old % 3 == 0);
        last = old;
        OK(furrow_fetch_add(rb, 2, -1, &old));
        TRUE(old <= 0);            /* sign-extended */
        for (int64_t seen = 0;;) { /* a counter by compare and swap */
            OK(furrow_compare_swap(ra, 2, seen, seen + 1, &old));
            if (old == seen) break;
            seen = old;
        }
        OK(furrow_swap(ra, 3, me, &old));
        TRUE(old >= 0 && old <= n);
    }
    OK(furrow_barrier(job, 0));
    if (me == 1) {
        const int64_t *x = furrow_data(a);
        const int32_t *y = furrow_data(b);
        TRUE(x[1] == 3 * rounds * n && x[2] == rounds * n && x[0] == 0 && x[3] >= 1);
        TRUE(y[2] == (int32_t)(-rounds * n) && y[1] == 0 && y[3] == 0);
    }
    furrow_remote_drop(ra);
    furrow_remote_drop(rb);
    finish(job);
}

/* Each notification is taken exactly once; ANY starves no id. */
static void notifications_count(furrow_job *job)
{
    enum { IDS = 5 };
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    long rounds = conform_effort(2000);
    if (me == 1) {
        long taken[IDS] = {0};
        for (long k = 0; k < rounds * (n - 1); k++) {
            uint32_t id;
            OK(furrow_notify_wait(job, 100, IDS, FURROW_WAIT_ANY, 0, &id));
            TRUE(id >= 100 && id < 100 + IDS);
            taken[id - 100]++;
        }
        FAILS(furrow_notify_wait(job, 100, IDS, FURROW_WAIT_ANY, FURROW_NOWAIT, NULL), TIMEOUT);
        long sum = 0;
        for (int i = 0; i < IDS; i++) sum += taken[i];
        TRUE(sum == rounds * (n - 1));
    } else {
        furrow_remote *r = conform_resolve(job, 1, "x");
        for (long k = 0; k < rounds; k++)
            OK(furrow_put_notify(r, 0, &(int64_t){k}, k % 2, 100 + (uint32_t)((k + me) % IDS)));
        furrow_remote_drop(r);
    }
    finish(job);
}

/* ALL takes one of each, and nothing before each has one. */
static void notifications_all(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    conform_vector(job, "x", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    furrow_remote *r = conform_resolve(job, 1, "x");
    long rounds = conform_effort(500);
    for (long k = 0; k < rounds; k++) {
        if (me != 1)
            OK(furrow_put_notify(r, 0, NULL, 0, (uint32_t)me));
        else {
            uint32_t id;
            OK(furrow_notify_wait(job, 2, (uint32_t)n - 1, FURROW_WAIT_ALL, 0, &id));
            TRUE(id == 2);
        }
    }
    if (me == 1) FAILS(furrow_notify_wait(job, 2, (uint32_t)n - 1, FURROW_WAIT_ALL, 1, NULL), TIMEOUT);
    OK(furrow_barrier(job, 0));
    if (me == 2) OK(furrow_put_notify(r, 0, NULL, 0, 2));
    OK(furrow_barrier(job, 0));
    if (me == 1 && n > 2) { /* a part is not taken */
        FAILS(furrow_notify_wait(job, 2, (uint32_t)n - 1, FURROW_WAIT_ALL, 1, NULL), TIMEOUT);
        OK(furrow_notify_wait(job, 2, 1, FURROW_WAIT_ANY, 0, NULL));
    }
    furrow_remote_drop(r);
    finish(job);
}

/* Who runs far ahead of its reader loses nothing: the k-th notification taken shows the data of the first k. */
static void notifications_ahead(furrow_job *job)
{
    enum { AHEAD = 1000 };
    int me = furrow_myid(job), n = furrow_nprocs(job);
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT64, (size_t)n * AHEAD);
    furrow_remote **r = malloc((size_t)n * sizeof(furrow_remote *));
    long *taken = malloc((size_t)n * sizeof *taken);
    OK(furrow_barrier(job, 0));
    for (int p = 1; p <= n; p++) r[p - 1] = conform_resolve(job, p, "x");
    const int64_t *mine = furrow_data(x);
    long ahead = conform_effort(n > 8 ? 100 : AHEAD);
    if (ahead > AHEAD) ahead = AHEAD;
    for (int64_t round = 1; round <= 3; round++) {
        for (int p = 1; p <= n; p++) taken[p - 1] = 0;
        for (long k = 0; k < ahead; k++)
            for (int p = 1; p <= n; p++)
                OK(furrow_put_notify(r[p - 1], (size_t)(me - 1) * AHEAD + (size_t)k, &(int64_t){round * AHEAD + k}, 1,
                                     (uint32_t)me));
        for (long k = 0; k < ahead * n; k++) {
            uint32_t from;
            OK(furrow_notify_wait(job, 1, (uint32_t)n, FURROW_WAIT_ANY, 0, &from));
            const int64_t *of = mine + (size_t)(from - 1) * AHEAD;
            for (long i = taken[from - 1]++; i >= 0 && i > taken[from - 1] - 5; i--) TRUE(of[i] == round * AHEAD + i);
        }
        FAILS(furrow_notify_wait(job, 1, (uint32_t)n, FURROW_WAIT_ANY, FURROW_NOWAIT, NULL), TIMEOUT);
        OK(furrow_barrier(job, 0));
    }
    for (int p = 1; p <= n; p++) furrow_remote_drop(r[p - 1]);
    free(r);
    free(taken);
    finish(job);
}

/* The sum of what was sown last, in every shape, at pid. */
static int64_t answer_of(furrow_job *job, furrow_future *future, int pid)
{
    furrow_results *results = NULL;
    int64_t number = -1;
    OK(furrow_future_wait(future, CONFORM_PATIENCE_MS, &results));
    OK(furrow_value_as_int64(furrow_results_get(results, pid), &number));
    furrow_results_free(results);
    furrow_future_free(future);
    return number;
}

/* What is begun is done in its order, however large: everybody sows large vectors, each of another length, and asks for
 * what it has sown without waiting in between, all towards one another; the answers are large or small in turn. */
static void large_then_small(furrow_job *job)
{
    enum { DEPTH = 4, LEAST = 10000 };
    int me = furrow_myid(job), n = furrow_nprocs(job), to = me % n + 1;
    long rounds = conform_effort(40);
    int64_t *data = malloc((LEAST + (size_t)rounds * DEPTH + DEPTH) * sizeof *data);
    char name[32], text[160];
    snprintf(name, sizeof name, "large_%d", me);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    for (long round = 0; round <= rounds; round++) {
        furrow_future *sown[DEPTH], *asked[DEPTH];
        for (long k = 0; k < DEPTH; k++) {
            size_t count = LEAST + (size_t)(round * DEPTH + k);
            furrow_value *value;
            for (size_t i = 0; i < count; i++) data[i] = round + (long)i;
            OK(furrow_value_array(FURROW_INT64, 1, &count, data, &value));
            OK(furrow_sow_begin(job, &to, 1, name, value, NULL, &sown[k]));
            furrow_value_drop(value);
            snprintf(text, sizeof text, "length(%s) + %s[end] + sum(map(x -> x - x, %s))", name, name, name);
            OK(furrow_reap_begin(job, &to, 1, k % 2 ? text : name, NULL, &asked[k]));
        }
        for (long k = 0; k < DEPTH; k++) {
            int64_t count = LEAST + round * DEPTH + k;
            furrow_results *results = NULL;
            OK(furrow_future_wait(sown[k], CONFORM_PATIENCE_MS, &results));
            furrow_results_free(results);
            furrow_future_free(sown[k]);
            if (k % 2) {
                TRUE(answer_of(job, asked[k], to) == count + round + count - 1);
                continue;
            }
            OK(furrow_future_wait(asked[k], CONFORM_PATIENCE_MS, &results));
            const furrow_value *value = furrow_results_get(results, to);
            TRUE(value && furrow_value_count(value) == (size_t)count);
            const int64_t *got = furrow_value_data(value);
            for (int64_t i = 0; i < count; i += 97) TRUE(got[i] == round + i);
            furrow_results_free(results);
            furrow_future_free(asked[k]);
        }
    }
    free(data);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    conform_end(job);
}

const conform_case order_cases[] = {
    {"put_then_notify", 1, put_then_notify},
    {"put_then_barrier", 1, put_then_barrier},
    {"fence_orders", 2, fence_orders},
    {"fence_orders_notified", 2, fence_orders_notified},
    {"large_then_small", 2, large_then_small},
    {"whole_UINT64", 2, whole_UINT64},
    {"whole_UINT32", 2, whole_UINT32},
    {"whole_UINT16", 2, whole_UINT16},
    {"atomics_add_up", 1, atomics_add_up},
    {"notifications_count", 2, notifications_count},
    {"notifications_all", 2, notifications_all},
    {"notifications_ahead", 1, notifications_ahead},
    {0},
};
