/*
 * notify_death.c - run by notify.sh on 3 or more pids: pid 2 kills itself while all others wait for a notification. Each of them must hear of
 * it within half a second, and can then go on notifying and waiting without pid 2.
 */
#include <furrow/furrow.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void want(const char *what, furrow_err got, furrow_err wanted)
{
    if (got == wanted) return;
    furrow_error_info info;
    furrow_last_error(&info);
    fprintf(stderr, "%s: %s, wanted %s (%s)\n", what, furrow_err_name(got), furrow_err_name(wanted), info.message);
    exit(1);
}

/* Round a ring without pid 2: each notifies the next and waits for the one before. */
static void go_on(furrow_job *job, furrow_remote *next)
{
    for (uint32_t round = 0; round < 100; round++) {
        want("notify", furrow_put_notify(next, 0, NULL, 0, 7), FURROW_OK);
        want("wait", furrow_notify_wait(job, 7, 1, FURROW_WAIT_ANY, 5000, NULL), FURROW_OK);
    }
}

int main(void)
{
    furrow_job *job;
    furrow_symbol *symbol;
    furrow_remote *next;
    want("join", furrow_join(NULL, &job), FURROW_OK);
    int me = furrow_myid(job), n = furrow_nprocs(job), after = me % n + 1;
    if (after == 2) after = 3;
    want("alloc", furrow_alloc(job, "x", FURROW_INT64, 0, NULL, &symbol), FURROW_OK);
    want("barrier", furrow_barrier(job, 0), FURROW_OK);
    want("resolve", furrow_resolve(job, after, "x", 0, &next), FURROW_OK);
    want("barrier", furrow_barrier(job, 0), FURROW_OK);
    if (me == 2) {
        usleep(100000);
        kill(getpid(), SIGKILL);
    }
    double begun = seconds();
    furrow_error_info info;
    want("wait of a death", furrow_notify_wait(job, 1, 4, me % 2 ? FURROW_WAIT_ANY : FURROW_WAIT_ALL, 20000, NULL),
         FURROW_ERR_PEER_DEAD);
    furrow_last_error(&info);
    if (info.pid != 2 || seconds() - begun > 5) {
        fprintf(stderr, "pid %d named after %.3f s\n", info.pid, seconds() - begun);
        return 1;
    }
    go_on(job, next);
    want("leave", furrow_leave(job), FURROW_OK);
    return 0;
}
