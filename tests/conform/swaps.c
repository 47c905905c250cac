/*
 * swaps.c - message dictionaries and stitch: after a swap every pid has every pid's own entry (P1), whatever its type and
 * size, whichever pids swap; a pid that is late, has no entry, or dies is named, and the others go on (P4).
 */
#include "conform.h"
#include <furrow/info.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The entry of a pid in a round: numbers, texts, arrays below and above what a mailbox holds. */
static furrow_value *entry(furrow_job *job, int pid, long round)
{
    furrow_value *value = NULL;
    size_t count = (size_t)((round * 37 + pid * 11) % 3 ? (round * 7 + pid) % 50 : 2000 + pid);
    char text[1000];
    double *data;
    switch ((round + pid) % 4) {
    case 0:
        OK(furrow_value_int64(1000 * round + pid, &value));
        break;
    case 1:
        memset(text, 'a' + pid % 26, sizeof text);
        OK(furrow_value_string(text, count % sizeof text, &value));
        break;
    case 2:
        OK(furrow_value_float64((double)round + pid / 64.0, &value));
        break;
    default:
        data = malloc((count + 1) * sizeof *data);
        for (size_t i = 0; i < count; i++) data[i] = (double)round * pid + (double)i;
        OK(furrow_value_array(FURROW_FLOAT64, 1, &count, data, &value));
        free(data);
    }
    return value;
}

static void set(furrow_job *job, furrow_msgdict *d, long round)
{
    furrow_value *mine = entry(job, furrow_myid(job), round);
    OK(furrow_msgdict_set(d, mine));
    furrow_value_drop(mine);
}

static void check(furrow_job *job, const furrow_msgdict *d, const int *pids, size_t n, long round)
{
    for (size_t i = 0; i < n; i++) {
        furrow_value *got = NULL, *wanted = entry(job, pids[i], round);
        OK(furrow_msgdict_get(d, pids[i], &got));
        TRUE(furrow_value_equal(got, wanted));
        furrow_value_drop(got);
        furrow_value_drop(wanted);
    }
}

static void swap_all(furrow_job *job)
{
    int pids[64];
    size_t n = furrow_procs(job, pids, 64);
    furrow_msgdict *d;
    OK(furrow_msgdict_open(job, "d", pids, n, &d));
    for (long round = 0; round < conform_effort(conform_fabric() ? 50 : 400); round++) {
        set(job, d, round);
        OK(furrow_swapmsgs(d, 0));
        check(job, d, pids, n, round);
    }
    furrow_msgdict_close(d);
    conform_end(job);
}

/* What this pid has sent to pids of other hosts; *nhosts: how many there are; *rep: whether this pid is its host's lowest. */
static uint64_t sent_far(furrow_job *job, uint64_t *nhosts, bool *rep)
{
    uint64_t sum = 0;
    int lowest = 0;
    for (int pid = 1; pid <= furrow_nprocs(job); pid++) {
        furrow_peer_info info;
        OK(furrow_info_peer(job, pid, &info));
        if (info.near && !lowest) lowest = pid;
        if (!info.near) sum += info.messages;
    }
    *rep = lowest == furrow_myid(job);
    const char *hosts = getenv("CONFORM_HOSTS");
    *nhosts = hosts ? strtoull(hosts, NULL, 10) : conform_fabric() ? (uint64_t)furrow_nprocs(job) : 1;
    return sum;
}

/* Between hosts a swap is one message from each representative to each other: counted, over many swaps. */
static void swap_crossings(furrow_job *job)
{
    enum { ROUNDS = 25 };
    int pids[64];
    size_t n = furrow_procs(job, pids, 64);
    uint64_t nhosts;
    bool rep;
    furrow_msgdict *d;
    OK(furrow_msgdict_open(job, "d", pids, n, &d));
    set(job, d, 1);
    OK(furrow_swapmsgs(d, 0));
    uint64_t before = sent_far(job, &nhosts, &rep);
    for (long round = 0; round < ROUNDS; round++) {
        set(job, d, round);
        OK(furrow_swapmsgs(d, 0));
        check(job, d, pids, n, round);
    }
    uint64_t sent = sent_far(job, &nhosts, &rep) - before;
    TRUE(sent == (rep ? ROUNDS * (nhosts - 1) : 0));
    furrow_msgdict_close(d);
    conform_end(job);
}

/* Groups that overlap, each with its own dictionary, in an order that every pid keeps; more of them than a pid stays
 * attached to. */
static void swap_groups(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), pids[64];
    uint64_t seed = 1;
    for (long round = 0; round < conform_effort(conform_fabric() ? 20 : 150); round++) {
        size_t count = 0;
        bool mine = false;
        char name[16];
        for (int pid = 1; pid <= n; pid++)
            if (conform_random(&seed) % 2) pids[count++] = pid;
        if (count == 0) pids[count++] = n;
        for (size_t i = 0; i < count; i++) mine = mine || pids[i] == me;
        snprintf(name, sizeof name, "g%ld", round % 40);
        if (!mine) continue;
        furrow_msgdict *d;
        OK(furrow_msgdict_open(job, name, pids, count, &d));
        set(job, d, round);
        OK(furrow_swapmsgs(d, 0));
        check(job, d, pids, count, round);
        furrow_msgdict_close(d);
    }
    conform_end(job);
}

/* Pids that give up again and again: a swap is over for all or for none. Each one's entry is the number of swaps it has
 * seen to their end, so entries differ as soon as one pid is a swap ahead of another. */
static void swap_impatient(furrow_job *job)
{
    int me = furrow_myid(job), pids[64];
    size_t n = furrow_procs(job, pids, 64);
    long done = 0, last = conform_effort(conform_fabric() ? 30 : 600);
    uint64_t seed = (uint64_t)me * 7919;
    furrow_msgdict *d;
    OK(furrow_msgdict_open(job, "d", pids, n, &d));
    while (done < last) {
        furrow_value *count, *got;
        OK(furrow_value_int64(done, &count));
        OK(furrow_msgdict_set(d, count));
        if (conform_random(&seed) % 4 == 0) usleep((useconds_t)(conform_random(&seed) % 300));
        furrow_err e = furrow_swapmsgs(d, conform_random(&seed) % 3 ? -1 : 1);
        TRUE(!e || e == FURROW_ERR_TIMEOUT);
        for (size_t i = 0; !e && i < n; i++) {
            OK(furrow_msgdict_get(d, pids[i], &got));
            TRUE(furrow_value_equal(got, count));
            furrow_value_drop(got);
        }
        done += !e;
        furrow_value_drop(count);
    }
    furrow_msgdict_close(d);
    conform_end(job);
}

/* Time alone fails nothing: it is tried again until the one that is late is all that is missing. */
static void give_up(furrow_job *job, furrow_msgdict *d, int late)
{
    furrow_peer_info peer;
    furrow_error_info info;
    furrow_topology *hosts;
    bool named = false;
    furrow_describe_opts all = FURROW_OPTS_INIT(furrow_describe_opts);
    all.which = FURROW_HOSTS_ALL;
    OK(furrow_info_peer(job, late, &peer));
    OK(furrow_describepids(job, NULL, 0, &all, &hosts));
    for (int k = 0; k < 21 && !named; k++) {
        FAILS(furrow_swapmsgs(d, 30 << (k / 3)), TIMEOUT);
        furrow_last_error(&info);
        named =
            peer.near || furrow_topology_representative(hosts, info.pid) == furrow_topology_representative(hosts, late);
    }
    TRUE(named);
    furrow_topology_free(hosts);
}

static void swap_misuse(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), pids[64], other = me % n + 1;
    size_t count = furrow_procs(job, pids, 64);
    furrow_msgdict *d = NULL;
    furrow_value *value = NULL;
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT64, 3);
    (void)x;
    FAILS(furrow_msgdict_open(job, "x", pids, count, &d), TYPE);
    FAILS(furrow_msgdict_open(job, "3", pids, count, &d), ARG);
    FAILS(furrow_msgdict_open(job, "d", (const int[]){1, 1}, 2, &d), ARG);
    FAILS(furrow_msgdict_open(job, "d", (const int[]){99}, 1, &d), NO_PID);
    if (n > 1) FAILS(furrow_msgdict_open(job, "d", &other, 1, &d), ARG);
    OK(furrow_msgdict_open(job, "misused", pids, count, &d));
    FAILS(furrow_msgdict_get(d, 1, &value), NAME);
    /* Pid 1 has no entry: the others' arrive all the same, and everybody hears of it. */
    if (me > 1) set(job, d, 7);
    FAILS(furrow_swapmsgs(d, 0), NAME);
    furrow_error_info info;
    furrow_last_error(&info);
    TRUE(info.pid == 1);
    check(job, d, pids + 1, count - 1, 7);
    set(job, d, 8);
    OK(furrow_swapmsgs(d, 0));
    check(job, d, pids, count, 8);
    /* Whoever comes late finds that the others gave up, and on other hosts know whose host it was; then all come. */
    if (me != n) give_up(job, d, n);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    set(job, d, 9);
    OK(furrow_swapmsgs(d, 0));
    OK(furrow_swapmsgs(d, 0));
    check(job, d, pids, count, 9);
    furrow_msgdict_close(d);
    conform_end(job);
}

/* One pid collects, the others only make progress. */
static void collect_and_stitch(furrow_job *job)
{
    int me = furrow_myid(job), pids[64];
    size_t n = furrow_procs(job, pids, 64);
    furrow_msgdict *d;
    OK(furrow_msgdict_open(job, "d", pids, n, &d));
    set(job, d, me);
    const size_t dims[2] = {3, (size_t)me};
    furrow_symbol *m;
    OK(furrow_alloc(job, "m", FURROW_FLOAT64, 2, dims, &m));
    for (size_t i = 0; i < furrow_count(m); i++) ((double *)furrow_data(m))[i] = 100.0 * me + (double)i;
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == 1) {
        furrow_results *results;
        OK(furrow_collectmsgs(job, pids, n, "d", NULL, &results));
        for (size_t i = 0; i < n; i++) {
            furrow_value *wanted = entry(job, pids[i], pids[i]);
            TRUE(furrow_value_equal(furrow_results_get(results, pids[i]), wanted));
            furrow_value_drop(wanted);
        }
        furrow_results_free(results);
        FAILS(furrow_collectmsgs(job, pids, n, "nothing", NULL, &results), PARTIAL);
        TRUE(furrow_results_error(results, (int)n, NULL) == FURROW_ERR_NO_SYMBOL);
        furrow_results_free(results);
        furrow_value *whole;
        furrow_stitch_opts opts = FURROW_OPTS_INIT(furrow_stitch_opts);
        opts.dim = 2;
        OK(furrow_stitch(job, pids, n, "m", &opts, &whole));
        TRUE(furrow_value_dim(whole, 0) == 3 && furrow_value_dim(whole, 1) == n * (n + 1) / 2);
        const double *at = furrow_value_data(whole);
        for (size_t k = 1; k <= n; k++)
            for (size_t i = 0; i < 3 * k; i++) TRUE(*at++ == 100.0 * (double)k + (double)i);
        furrow_value_drop(whole);
        OK(furrow_stitch(job, pids, n, "m'", NULL, &whole)); /* no name: evaluated there */
        TRUE(furrow_value_dim(whole, 0) == n * (n + 1) / 2 && furrow_value_dim(whole, 1) == 3);
        furrow_value_drop(whole);
        furrow_err e = furrow_stitch(job, pids, n, "m", NULL, &whole);
        furrow_error_info info;
        furrow_last_error(&info);
        if (n > 1)
            TRUE(e == FURROW_ERR_SHAPE && info.pid == 2 && strstr(info.message, "3x2") && strstr(info.message, "3x1"));
        else
            furrow_value_drop(whole);
        OK(furrow_stitch(job, pids, n, "m[1:2,1:1]", NULL, &whole));
        TRUE(furrow_value_dim(whole, 0) == 2 * n && ((const double *)furrow_value_data(whole))[1] == 101);
        furrow_value_drop(whole);
        FAILS(furrow_stitch(job, pids, n, "\"text\"", NULL, &whole), TYPE);
        FAILS(furrow_stitch(job, pids, n, "nothing_here", NULL, &whole), NAME);
    }
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_msgdict_close(d);
    OK(furrow_drop(m));
    conform_end(job);
}

/* Swaps without pause while pids are killed: whoever waits for one learns its name, and the rest go on among themselves,
 * with as many pids as they know to be alive. */
static void death_in_swaps(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), pids[64], victims = (n + 1) / 3;
    uint64_t seed = (uint64_t)me * 13 + (uint64_t)getpid();
    furrow_msgdict *all;
    OK(furrow_msgdict_open(job, "d", pids, furrow_procs(job, pids, 64), &all));
    set(job, all, 5);
    OK(furrow_swapmsgs(all, CONFORM_PATIENCE_MS)); /* afterwards there may be no time for one */
    furrow_msgdict_close(all);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    double end = now() + 0.5,
           death = me > n - victims && me > 1 ? now() + (double)(conform_random(&seed) % 400) / 1000 : 1e18;
    while (now() < end) {
        if (now() > death) raise(SIGKILL);
        size_t count = 0;
        for (int pid = 1; pid <= n; pid++)
            if (furrow_peer_state(job, pid) == FURROW_OK) pids[count++] = pid;
        furrow_msgdict *d;
        OK(furrow_msgdict_open(job, "d", pids, count, &d));
        set(job, d, 5);
        furrow_err e = furrow_swapmsgs(d, 40);
        furrow_error_info info;
        furrow_last_error(&info);
        if (!e) check(job, d, pids, count, 5);
        if (e == FURROW_ERR_PEER_DEAD)
            TRUE(info.pid > n - victims);
        else
            TRUE(!e || e == FURROW_ERR_TIMEOUT || e == FURROW_ERR_PEER_LEFT);
        furrow_msgdict_close(d);
        if (e == FURROW_ERR_PEER_LEFT) break;
    }
    furrow_err e = furrow_leave(job);
    TRUE(!e || e == FURROW_ERR_PEER_DEAD || e == FURROW_ERR_PEER_LEFT);
}

/* All that are left swap, after a pid died in the middle of one. */
static void death_in_swap(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), pids[64];
    size_t count = furrow_procs(job, pids, 64);
    furrow_msgdict *d;
    OK(furrow_msgdict_open(job, "d", pids, count, &d));
    set(job, d, 1);
    OK(furrow_swapmsgs(d, 0));
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == n) raise(SIGKILL);
    set(job, d, 2);
    FAILS(furrow_swapmsgs(d, 0), PEER_DEAD);
    furrow_error_info info;
    furrow_last_error(&info);
    TRUE(info.pid == n);
    furrow_msgdict_close(d);
    OK(furrow_msgdict_open(job, "d", pids, count - 1, &d));
    for (long round = 3; round < 20; round++) {
        set(job, d, round);
        OK(furrow_swapmsgs(d, 0));
        check(job, d, pids, count - 1, round);
    }
    furrow_msgdict_close(d);
    OK(furrow_leave(job));
}

const conform_case swap_cases[] = {
    {"swap_all", 1, swap_all},
    {"swap_crossings", 1, swap_crossings},
    {"swap_groups", 1, swap_groups},
    {"swap_impatient", 1, swap_impatient},
    {"swap_misuse", 2, swap_misuse},
    {"collect_and_stitch", 1, collect_and_stitch},
    {"death_in_swap", 2, death_in_swap},
    {"death_in_swaps", 3, death_in_swaps},
    {0},
};
