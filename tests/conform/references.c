/*
 * references.c - a million references on values of other pids, dropped where it is hardest: in a signal handler that
 * comes at any moment, in threads, during evaluations, after their pid's death, after leave, in a destructor. Started
 * on 4 pids by references.sh with one argument, how many; pid 1 tests, the others serve. Prints "all right" at the end.
 */
#include <furrow/furrow.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define PIDS 3 /* that keep values: 2, 3, 4 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MALLOC_TELLS 0
#else
#define MALLOC_TELLS 1
#endif

static furrow_job *job;
static furrow_value **refs; /* what is still to be dropped, from 0 */
static atomic_size_t next_ref, nrefs;
static atomic_uint ticks;

#define CHECK(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static void fail(const char *condition, int line)
{
    furrow_error_info info;
    furrow_last_error(&info);
    fprintf(stderr, "references.c:%d: %s does not hold; last error: %s\n", line, condition, info.message);
    _exit(1);
}

/* --- the pids that keep values */

static furrow_err in_use(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    (void)user, (void)args, (void)nargs;
    struct mallinfo2 info = mallinfo2();
    return furrow_value_int64((int64_t)(info.uordblks + info.hblkhd), result);
}

static furrow_err die(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    (void)user, (void)args, (void)nargs, (void)result;
    kill(getpid(), SIGKILL);
    return FURROW_OK;
}

/* --- dropping */

/* Drops up to n of them; safe in a signal handler: an index is taken by one thread or handler only. */
static size_t drop_some(size_t n)
{
    size_t first = atomic_fetch_add(&next_ref, n), end = first + n, all = atomic_load(&nrefs);
    for (size_t i = first; i < end && i < all; i++) furrow_value_drop(refs[i]);
    return first < all ? (end < all ? n : all - first) : 0;
}

static void on_tick(int sig)
{
    (void)sig;
    drop_some(200);
    atomic_fetch_add(&ticks, 1);
}

static furrow_err drop_inside(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result)
{
    (void)user, (void)args, (void)nargs;
    return furrow_value_int64((int64_t)drop_some(1000), result);
}

static void *drop_rest(void *arg)
{
    (void)arg;
    while (drop_some(100)) continue;
    return NULL;
}

static void make(size_t n, const int *pids, size_t npids)
{
    atomic_store(&nrefs, 0);
    for (size_t made = 0; made < n;) {
        furrow_results *results;
        CHECK(furrow_reaprefs(job, pids, npids, "ones(2) * myid()", NULL, &results) == FURROW_OK);
        for (int pid = 0; (pid = furrow_results_next(results, pid)) && made < n;)
            refs[made++] = furrow_value_hold((furrow_value *)(uintptr_t)furrow_results_get(results, pid));
        furrow_results_free(results);
    }
    atomic_store(&next_ref, 0);
    atomic_store(&nrefs, n);
}

static void read_one(size_t index)
{
    furrow_value *value;
    CHECK(furrow_fetch(job, refs[index], 0, &value) == FURROW_OK);
    CHECK(furrow_value_count(value) == 2);
    furrow_value_drop(value);
}

static double used_at(int pid)
{
    furrow_results *results;
    double bytes;
    CHECK(furrow_reap(job, &pid, 1, "inuse()", NULL, &results) == FURROW_OK);
    CHECK(furrow_value_as_float64(furrow_results_get(results, pid), &bytes) == FURROW_OK);
    furrow_results_free(results);
    return bytes;
}

/* Every value is released: memory at the pids is what it was, but for a twentieth of what it rose by. */
static void comes_down(const double *before, const double *full, int npids)
{
    for (int pid = 2; pid < 2 + npids && MALLOC_TELLS; pid++) {
        double now = 0;
        for (int tries = 0; tries < 600; tries++) {
            now = used_at(pid);
            if (now < before[pid] + (full[pid] - before[pid]) / 20) break;
            usleep(50000);
        }
        CHECK(full[pid] > before[pid]);
        CHECK(now < before[pid] + (full[pid] - before[pid]) / 20);
    }
}

static const int keepers[PIDS] = {2, 3, 4};
static double before[PIDS + 2], full[PIDS + 2];

static void measure(double *where)
{
    for (int i = 0; i < PIDS; i++) where[keepers[i]] = used_at(keepers[i]);
}

/* The handler comes between and inside allocations, evaluations, sends and releases. */
static void in_signals(size_t n)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    measure(before);
    make(n, keepers, PIDS);
    read_one(n / 2);
    measure(full);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (size_t i = 0; atomic_load(&next_ref) < n; i++) {
        furrow_results *results;
        free(malloc(100 + i % 5000));
        CHECK(furrow_reaprefs(job, keepers, PIDS, "1", NULL, &results) == FURROW_OK);
        furrow_results_free(results);
        if (i % 4 == 0) furrow_progress(job);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_DFL);
    comes_down(before, full, PIDS);
    printf("%zu references in %u signals\n", n, atomic_load(&ticks));
}

static void in_threads(size_t n)
{
    pthread_t threads[4];
    make(n, keepers, PIDS);
    measure(full);
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, drop_rest, NULL) == 0);
    while (atomic_load(&next_ref) < n) furrow_progress(job);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    comes_down(before, full, PIDS);
}

static void in_evaluations(size_t n)
{
    furrow_results *results;
    make(n, keepers, PIDS);
    measure(full);
    CHECK(furrow_export(job, "dropsome", drop_inside, NULL) == FURROW_OK);
    while (atomic_load(&next_ref) < n) {
        CHECK(furrow_reap(job, (const int[]){1}, 1, "dropsome()", NULL, &results) == FURROW_OK);
        furrow_results_free(results);
    }
    comes_down(before, full, PIDS);
}

/* Their pid is gone; the others' values still are released. */
static void after_death(size_t n)
{
    furrow_results *results = NULL;
    furrow_value *value;
    make(n, keepers, PIDS);
    CHECK(furrow_reap(job, (const int[]){4}, 1, "die()", NULL, &results) == FURROW_ERR_PARTIAL);
    furrow_results_free(results);
    CHECK(furrow_fetch(job, refs[2], 0, &value) == FURROW_ERR_PEER_DEAD);
    drop_rest(NULL);
    comes_down(before, full, PIDS - 1);
}

static __attribute__((destructor)) void at_the_very_end(void)
{
    if (refs) drop_rest(NULL);
}

static int control(size_t n)
{
    refs = calloc(n, sizeof(furrow_value *));
    CHECK(refs != NULL);
    in_signals(n);
    in_threads(n / 10);
    in_evaluations(n / 10);
    after_death(n / 10);
    make(n / 10, keepers, PIDS - 1);
    drop_some(n / 20);
    CHECK(furrow_leave(job) == FURROW_OK);
    drop_some(n / 40); /* the rest in the destructor */
    puts("all right");
    return 0;
}

int main(int argc, char **argv)
{
    if (furrow_join(NULL, &job)) return 1;
    if (furrow_myid(job) == 1) return control(argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000);
    if (furrow_export(job, "inuse", in_use, NULL) || furrow_export(job, "die", die, NULL)) return 1;
    return furrow_serve(job, 0) || furrow_leave(job);
}
