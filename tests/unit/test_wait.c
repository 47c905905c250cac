/*
 * test_wait.c - two pids that happen to be on one core, though there is a core for each: they learn not to spin while the
 * other needs it. Asked of the time that the processor spends, not of the clock, beside the same with FURROW_SPIN. Starts
 * itself as the two pids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <furrow/furrow.h>
#include <furrow/launch.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BARRIERS    500
#define PATIENCE_MS 60000
#define TRIES       5
#define AS_MANY     "6400" /* looks: what is spun where every pid can have a core */

static int64_t spent_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Joins with all cores allowed, and then goes to the first of them. */
static furrow_err meet(furrow_job *job, int64_t *spent)
{
    cpu_set_t set;
    int first = 0;
    furrow_err err = furrow_barrier(job, PATIENCE_MS);
    if (err || sched_getaffinity(0, sizeof set, &set)) return err ? err : FURROW_ERR_SYSTEM;
    while (!CPU_ISSET(first, &set)) first++;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    if (sched_setaffinity(0, sizeof set, &set)) return FURROW_ERR_SYSTEM;
    for (int i = 0; i < 2 * BARRIERS && !err; i++) {
        if (i == BARRIERS) *spent = spent_ns();
        err = furrow_barrier(job, PATIENCE_MS);
    }
    *spent = spent_ns() - *spent;
    return err;
}

static int be_pid(const char *path)
{
    furrow_job *job;
    int64_t spent = 0;
    if (furrow_join(NULL, &job)) return 1;
    int failed = meet(job, &spent) != FURROW_OK;
    FILE *f = furrow_myid(job) == 1 && !failed ? fopen(path, "we") : NULL;
    if (f) failed = fprintf(f, "%lld\n", (long long)spent) < 0 || fclose(f);
    return furrow_leave(job) || failed;
}

static long long measure(const char *spin)
{
    char path[] = "/tmp/furrow-wait.XXXXXX", self[4096] = "";
    int fd = mkstemp(path), status = -1;
    long long spent = 0;
    assert_true(fd >= 0 && readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    const char *argv[] = {self, path, NULL};
    furrow_launch_opts opts = {.size = sizeof opts, .nprocs = 2, .bind = FURROW_BIND_NONE, .argv = argv};
    assert_int_equal(setenv("FURROW_SPIN", spin, 1), 0);
    assert_int_equal(furrow_launch(&opts, &status), FURROW_OK);
    FILE *f = fopen(path, "re");
    bool read_it = f && fscanf(f, "%lld", &spent) == 1;
    if (f) fclose(f);
    close(fd);
    unlink(path);
    assert_int_equal(status, 0);
    assert_true(read_it);
    return spent;
}

/* P4's other side: who waits does not keep the core from who is waited for. */
static void on_one_core(void **state)
{
    (void)state;
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    if (CPU_COUNT(&set) < 2) {
        print_message("# skipped: one core: pids yield at once there\n");
        skip();
    }
    bool less = false;
    for (int i = 0; i < TRIES && !less; i++) {
        long long learns = measure("auto"), spins = measure(AS_MANY);
        less = 2 * learns < spins;
        if (!less) print_message("%lld ns, %lld ns with as many looks as FURROW_SPIN says\n", learns, spins);
    }
    assert_true(less);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(on_one_core)};
    return argc == 2 ? be_pid(argv[1]) : cmocka_run_group_tests(tests, NULL, NULL);
}
