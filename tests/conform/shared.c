/*
 * shared.c - shared arrays: one memory a host, whatever is written by one pid is seen by the others (P1); a late write
 * through an old handle never lands in what the memory has become (P3); pids that die keep nothing and nobody (P4, P5).
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

static size_t everybody(furrow_job *job, int *pids)
{
    return furrow_procs(job, pids, 64);
}

static furrow_value *numbers(furrow_job *job, size_t count, double first)
{
    furrow_value *value = NULL;
    double *data = malloc((count + 1) * sizeof *data);
    for (size_t i = 0; i < count; i++) data[i] = first + (double)i;
    OK(furrow_value_array(FURROW_FLOAT64, 1, &count, data, &value));
    free(data);
    return value;
}

/* What this pid sees under name: its first element and its sum. */
static double sees(furrow_job *job, const char *name, double *sum)
{
    furrow_value *value = NULL;
    OK(furrow_lookup(job, name, &value));
    TRUE(furrow_value_eltype(value) == FURROW_FLOAT64);
    const double *data = furrow_value_data(value);
    double first = furrow_value_count(value) ? data[0] : 0;
    *sum = 0;
    for (size_t i = 0; i < furrow_value_count(value); i++) *sum += data[i];
    furrow_value_drop(value);
    return first;
}

/* Sizes on both sides of what goes along with the offer, of a page and of a huge page. */
static void shared_by_all(furrow_job *job)
{
    static const size_t counts[] = {0, 1, 5, 511, 512, 513, 4096, 5000, 300000};
    int me = furrow_myid(job), n = furrow_nprocs(job), pids[64];
    furrow_topology *hosts;
    OK(furrow_describepids(job, pids, everybody(job, pids), NULL, &hosts));
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        size_t count = counts[k];
        if (me == 1) {
            furrow_value *value = numbers(job, count, 100.0 * (double)k);
            OK(furrow_broadcast_shared(job, pids, everybody(job, pids), "s", value, NULL));
            furrow_value_drop(value);
        }
        OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
        double sum, wanted = 100.0 * (double)k * (double)count + (double)count * ((double)count - 1) / 2;
        double first = sees(job, "s", &sum);
        TRUE(sum == wanted && (count == 0 || first == 100.0 * (double)k));
        OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
        if (count == 0) continue;
        /* One writes through its own handle, the others see it in their own symbol and in everybody's. */
        double mark = -7.5 - (double)k, got = 0;
        int writer = (int)(k % (size_t)n) + 1;
        if (me == writer) {
            furrow_remote *own = conform_resolve(job, me, "s");
            OK(furrow_put(own, count - 1, &mark, 1));
            furrow_remote_drop(own);
        }
        OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
        furrow_remote *next = conform_resolve(job, me % n + 1, "s");
        OK(furrow_get(next, count - 1, &got, 1));
        if (furrow_topology_representative(hosts, me % n + 1) == furrow_topology_representative(hosts, writer))
            TRUE(got == mark);
        furrow_remote_drop(next);
        OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    }
    furrow_topology_free(hosts);
    conform_end(job);
}

/* Every type, up to three dimensions, scalars, zeros, placements; and what is refused. */
static void shared_kinds(furrow_job *job)
{
    int me = furrow_myid(job), pids[64];
    size_t n = everybody(job, pids);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == 1) {
        const size_t dims[3] = {3, 4, 5};
        for (int type = FURROW_BOOL; type <= FURROW_COMPLEX128; type++) {
            for (int ndims = 0; ndims <= 3; ndims++) {
                furrow_shared_opts opts = FURROW_OPTS_INIT(furrow_shared_opts);
                opts.type = (furrow_type)type;
                opts.ndims = ndims;
                opts.dims = dims;
                opts.placement = (furrow_placement)(type % 3);
                opts.module = "Other";
                OK(furrow_broadcast_shared(job, pids, n, "k", NULL, &opts));
                furrow_remote_info info;
                furrow_remote *r = conform_resolve(job, (int)n, "Other.k");
                OK(furrow_remote_describe(r, &info));
                TRUE(info.type == opts.type && info.ndims == ndims);
                furrow_remote_drop(r);
            }
        }
        furrow_value *text, *number;
        furrow_symbol *fixed;
        size_t one = 1;
        furrow_shared_opts opts = FURROW_OPTS_INIT(furrow_shared_opts);
        OK(furrow_value_string("x", 1, &text));
        OK(furrow_value_float64(2.5, &number));
        FAILS(furrow_broadcast_shared(job, pids, n, "k", text, NULL), TYPE);
        FAILS(furrow_broadcast_shared(job, pids, n, "k", NULL, NULL), TYPE);
        FAILS(furrow_broadcast_shared(job, pids, n, "1k", number, NULL), ARG);
        FAILS(furrow_broadcast_shared(job, (const int[]){1, 1}, 2, "k", number, NULL), ARG);
        FAILS(furrow_broadcast_shared(job, (const int[]){99}, 1, "k", number, NULL), NO_PID);
        FAILS(furrow_broadcast_shared(job, pids, 0, "k", number, NULL), ARG);
        opts.placement = FURROW_PLACE_BIND;
        opts.node = 1 << 20;
        FAILS(furrow_broadcast_shared(job, pids, n, "k", number, &opts), ARG);
        OK(furrow_alloc(job, "fixed", FURROW_INT8, 1, &one, &fixed));
        FAILS(furrow_broadcast_shared(job, pids, n, "fixed", number, NULL), PINNED);
        OK(furrow_drop(fixed));
        OK(furrow_broadcast_shared(job, pids, n, "fixed", number, NULL));
        furrow_value_drop(text);
        furrow_value_drop(number);
    }
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    furrow_value *value;
    double number = 0;
    OK(furrow_lookup(job, "fixed", &value));
    OK(furrow_value_as_float64(value, &number));
    TRUE(number == 2.5);
    furrow_value_drop(value);
    conform_end(job);
}

/* Ranges of the job's memory for which this process has asked for certain NUMA nodes, as the kernel tells them; -1 where
 * it does not. (It says "prefer" of nodes that may give way to others rather than fail.) */
static int placed_ranges(void)
{
    char line[4096];
    FILE *f = fopen("/proc/self/numa_maps", "r");
    if (!f) return -1;
    int n = 0;
    while (fgets(line, sizeof line, f))
        n += strstr(line, "memfd:furrow") && (strstr(line, " bind") || strstr(line, " prefer"));
    fclose(f);
    return n;
}

/* A place that was asked for holds for the array's pages, and for nothing that comes after it in the same memory. */
static void shared_policy_goes(furrow_job *job)
{
    int me = furrow_myid(job), pids[64];
    size_t n = everybody(job, pids), count = 200000;
    furrow_shared_opts opts = FURROW_OPTS_INIT(furrow_shared_opts);
    opts.type = FURROW_FLOAT64;
    opts.ndims = 1;
    opts.dims = &count;
    opts.placement = FURROW_PLACE_BIND;
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == 1 && placed_ranges() == 0) { /* it is the lowest pid's memory */
        OK(furrow_broadcast_shared(job, pids, n, "placed", NULL, &opts));
        TRUE(placed_ranges() > 0);
        OK(furrow_sow_expr(job, pids, n, "placed", "nothing", NULL));
        /* Free when the last of the others has given it back. */
        for (double end = now() + 20; placed_ranges() && now() < end; usleep(1000)) furrow_progress(job);
        TRUE(placed_ranges() == 0);
    }
    conform_end(job);
}

/* The heap holds a fifth of what is broadcast in all (FURROW_HEAP is set for this case): old arrays are given back. */
static void shared_given_back(furrow_job *job)
{
    int me = furrow_myid(job), pids[64];
    size_t n = everybody(job, pids);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    for (int k = 0; me == 1 && k < 60; k++) {
        furrow_value *value = numbers(job, 100000 + (size_t)k, k);
        OK(furrow_broadcast_shared(job, pids, n, k % 2 ? "a" : "b", value, NULL));
        furrow_value_drop(value);
    }
    for (long k = 0; me == 1 && k < conform_effort(2000); k++) {
        furrow_value *value = numbers(job, (size_t)(k % 40), (double)k);
        OK(furrow_broadcast_shared(job, pids, n, "small", value, NULL));
        furrow_value_drop(value);
    }
    conform_end(job);
}

/* Pid 1 broadcasts x in ever other sizes and puts guards where it was; all write through old handles on anybody's x. */
static void write_on(furrow_job *job, uint64_t *seed)
{
    int n = furrow_nprocs(job);
    double src[64];
    for (int i = 0; i < 64; i++) src[i] = 1e6 + furrow_myid(job);
    for (;;) {
        furrow_remote *r, *over;
        furrow_err e = furrow_resolve(job, (int)(conform_random(seed) % (uint64_t)n) + 1, "x", 0, &r);
        if (furrow_resolve(job, 1, "over", 0, &over) == FURROW_OK) {
            furrow_remote_drop(over);
            if (!e) furrow_remote_drop(r);
            return;
        }
        if (e == FURROW_ERR_NO_SYMBOL) continue;
        OK(e);
        furrow_remote_info info;
        OK(furrow_remote_describe(r, &info));
        for (int k = 0; !e && k < 2000; k++) {
            size_t first = conform_random(seed) % info.count;
            e = furrow_put(r, first, src, info.count - first);
        }
        TRUE(!e || e == FURROW_ERR_STALE);
        furrow_remote_drop(r);
    }
}

static void shared_no_stray_write(furrow_job *job)
{
    enum { NGUARDS = 6 };
    int me = furrow_myid(job), pids[64];
    size_t n = everybody(job, pids);
    uint64_t seed = (uint64_t)me * 77;
    furrow_symbol *guards[NGUARDS] = {NULL};
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me > 1) write_on(job, &seed);
    for (long round = 0; me == 1 && round < conform_effort(1500); round++) {
        size_t count = conform_random(&seed) % 60 + 1;
        furrow_value *value = numbers(job, count, 0);
        OK(furrow_broadcast_shared(job, pids, n, "x", value, NULL));
        furrow_value_drop(value);
        int k = (int)(conform_random(&seed) % NGUARDS);
        if (guards[k]) {
            const double *at = furrow_data(guards[k]);
            for (size_t i = 0; i < furrow_count(guards[k]); i++) TRUE(at[i] == 0.5);
            conform_drop(job, guards[k]);
        }
        char name[16];
        snprintf(name, sizeof name, "guard%d", k);
        guards[k] = conform_vector(job, name, FURROW_FLOAT64, conform_random(&seed) % 60 + 1);
        double *at = furrow_data(guards[k]);
        for (size_t i = 0; i < furrow_count(guards[k]); i++) at[i] = 0.5;
    }
    if (me == 1) conform_vector(job, "over", FURROW_BOOL, 1);
    conform_end(job);
}

/* The pid that holds the memory dies, or leaves, between two calls: the others keep what they have, and go on. */
static void lose_representative(furrow_job *job, bool leave)
{
    int me = furrow_myid(job), pids[64];
    size_t n = everybody(job, pids);
    double sum;
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == 1) { /* of this host pid 2 is the lowest pid given */
        furrow_value *value = numbers(job, 3000, 1);
        OK(furrow_broadcast_shared(job, pids + 1, n - 1, "s", value, NULL));
        furrow_value_drop(value);
    }
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == 2 && leave) {
        OK(furrow_leave(job));
        return;
    }
    if (me == 2) raise(SIGKILL);
    double end = now() + 20;
    while (furrow_peer_state(job, 2) == FURROW_OK && now() < end) furrow_progress(job);
    TRUE(furrow_peer_state(job, 2) != FURROW_OK);
    if (me == 1) {
        furrow_results *results = NULL;
        for (int pid = 3; pid <= (int)n; pid++) {
            OK(furrow_reap(job, &pid, 1, "sum(s)", NULL, &results));
            OK(furrow_value_as_float64(furrow_results_get(results, pid), &sum));
            TRUE(sum == 3000.0 * 3001 / 2);
            furrow_results_free(results);
        }
        furrow_value *value = numbers(job, 4, 9);
        furrow_err gone = furrow_broadcast_shared(job, pids + 1, n - 1, "s", value, NULL);
        furrow_error_info info;
        furrow_last_error(&info);
        TRUE(gone == (leave ? FURROW_ERR_PEER_LEFT : FURROW_ERR_PEER_DEAD) && info.pid == 2);
        for (int pid = 3; pid <= (int)n; pid++) { /* what they have is reached through any of them */
            OK(furrow_reap(job, &pid, 1, "s[1] = 2", NULL, &results));
            furrow_results_free(results);
            furrow_remote *r = conform_resolve(job, 7 - pid > 2 && 7 - pid <= (int)n ? 7 - pid : pid, "s");
            double two = 0;
            OK(furrow_get(r, 0, &two, 1));
            TRUE(two == 2 || conform_fabric());
            furrow_remote_drop(r);
        }
        OK(furrow_broadcast_shared(job, pids + 2, n - 2, "s", value, NULL));
        furrow_value_drop(value);
        conform_vector(job, "over", FURROW_BOOL, 1);
    }
    furrow_remote *over = NULL;
    while (me > 1 && furrow_resolve(job, 1, "over", 0, &over) == FURROW_ERR_NO_SYMBOL) continue;
    if (over) furrow_remote_drop(over);
    if (me > 2) TRUE(sees(job, "s", &sum) == 9);
    if (me > 1) OK(furrow_serve(job, 0));
    OK(furrow_leave(job));
}

static void death_of_representative(furrow_job *job)
{
    lose_representative(job, false);
}

static void leaving_representative(furrow_job *job)
{
    lose_representative(job, true);
}

/* Two pids broadcast without pause, to all; others are killed at random moments. Whoever lives has whole arrays. */
static void death_in_broadcasts(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), pids[64];
    uint64_t seed = (uint64_t)me * 31 + (uint64_t)getpid();
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    double end = now() + 0.8,
           death = me > n - (n + 1) / 3 && me > 1 ? now() + (double)(conform_random(&seed) % 700) / 1000 : 1e18;
    while (now() < end) {
        if (now() > death) raise(SIGKILL);
        if (me > 2 || n < 3) furrow_progress(job);
        if (me > 2) continue;
        size_t count = 0, size = conform_random(&seed) % 3000 + 1;
        for (int pid = 1; pid <= n; pid++)
            if (furrow_peer_state(job, pid) == FURROW_OK) pids[count++] = pid;
        furrow_value *value = numbers(job, size, (double)size);
        furrow_err e = furrow_broadcast_shared(job, pids, count, me == 1 ? "one" : "two", value, NULL);
        furrow_error_info info;
        furrow_last_error(&info);
        furrow_value_drop(value);
        /* pid 1's time was over a little earlier, and then the others leave, too */
        if (e == FURROW_ERR_PEER_LEFT && (info.pid < 3 || furrow_peer_state(job, 1) == FURROW_ERR_PEER_LEFT)) break;
        if (e == FURROW_ERR_PEER_DEAD)
            TRUE(info.pid > n - (n + 1) / 3);
        else
            OK(e);
    }
    for (int k = 0; k < 2; k++) {
        furrow_value *value;
        if (furrow_lookup(job, k ? "one" : "two", &value)) continue;
        TRUE(((const double *)furrow_value_data(value))[0] == (double)furrow_value_count(value));
        furrow_value_drop(value);
    }
    furrow_err e = me > 2 ? furrow_serve(job, 0) : FURROW_OK; /* they stay while the two broadcast */
    OK(e);
    e = furrow_leave(job);
    TRUE(!e || e == FURROW_ERR_PEER_DEAD || e == FURROW_ERR_PEER_LEFT);
}

static bool starts_with(void *user, const char *hostname)
{
    return strncmp(hostname, user, strlen(user)) == 0;
}

/* Hosts and what is dealt out over them; where pids may run, and how far apart they are. */
static void hosts_and_places(furrow_job *job)
{
    int n = furrow_nprocs(job), me = furrow_myid(job), order[64], local[64];
    furrow_topology *all, *some;
    furrow_describe_opts opts = FURROW_OPTS_INIT(furrow_describe_opts);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    opts.which = FURROW_HOSTS_ALL;
    OK(furrow_describepids(job, NULL, 0, &opts, &all));
    size_t nhosts = furrow_topology_hosts(all), nlocal = furrow_localpids(job, local, 64), seen = 0, count;
    for (size_t h = 0; h < nhosts; h++) {
        const int *pids = furrow_topology_pids(all, h, &count);
        for (size_t i = 0; i < count; i++) TRUE(furrow_topology_representative(all, pids[i]) == pids[0]);
        seen += count;
    }
    TRUE(seen == (size_t)n && furrow_preferredorder(all, order, 64) == seen && order[0] == 1);
    TRUE(furrow_topology_pids(all, nhosts, &count) == NULL && count == 0);
    TRUE(furrow_topology_representative(all, me) == local[0] && furrow_topology_representative(all, n + 1) == 0);
    opts.filter = starts_with;
    opts.user = (char *)"no host has this name";
    OK(furrow_describepids(job, NULL, 0, &opts, &some));
    TRUE(furrow_topology_hosts(some) == 0);
    furrow_topology_free(some);
    opts.which = FURROW_HOSTS_LOCAL;
    opts.user = (char *)"";
    OK(furrow_describepids(job, NULL, 0, &opts, &some));
    furrow_topology_pids(some, 0, &count);
    TRUE(furrow_topology_hosts(some) == 1 && count == nlocal);
    furrow_topology_free(some);
    furrow_topology_free(all);
    FAILS(furrow_describepids(job, (const int[]){1, 1}, 2, NULL, &some), ARG);
    FAILS(furrow_describepids(job, (const int[]){n + 1}, 1, NULL, &some), NO_PID);
    size_t first = 9, next = 0;
    for (size_t k = 0; k < 4; k++, next = first + count) {
        furrow_chunk(10, 4, k, &first, &count);
        TRUE(first == next && count == (k < 2 ? 3 : 2));
    }
    for (size_t i = 0; i < nlocal; i++) {
        furrow_place_info place;
        furrow_distance there, back;
        OK(furrow_info_place(job, local[i], &place));
        TRUE(place.pid == local[i] && place.processors > 0);
        OK(furrow_info_distance(job, me, local[i], &there));
        OK(furrow_info_distance(job, local[i], me, &back));
        TRUE(there == back && there <= FURROW_SAME_HOST);
    }
    conform_end(job);
}

const conform_case shared_cases[] = {
    {"hosts_and_places", 1, hosts_and_places},
    {"shared_by_all", 1, shared_by_all},
    {"shared_policy_goes", 1, shared_policy_goes},
    {"shared_kinds", 1, shared_kinds},
    {"shared_given_back", 2, shared_given_back},
    {"shared_no_stray_write", 2, shared_no_stray_write},
    {"leaving_representative", 3, leaving_representative},
    {"death_of_representative", 3, death_of_representative},
    {"death_in_broadcasts", 3, death_in_broadcasts},
    {0},
};
