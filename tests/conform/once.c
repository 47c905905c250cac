/*
 * once.c - P10: an evaluation that is reported done ran once; one that is reported failed says whether it may have run.
 */
#include "conform.h"
#include <signal.h>
#include <unistd.h>

typedef struct tally {
    int64_t done, maybe, not ;
} tally;

static bool may_have_run(const furrow_error_info *info)
{
    return strstr(info->message, "may have run") != NULL;
}

#define OVER 1 /* pid 1 notifies it when it has asked everything */

/* All pids but the first, with a counter each: often late, asleep when asked, so that short deadlines pass before, while and
 * after they answer. False at pid 1, which asks. */
static bool serves_late(furrow_job *job, uint64_t *dice)
{
    conform_vector(job, "ran", FURROW_INT64, 1);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (furrow_myid(job) == 1) return false;
    while (furrow_notify_wait(job, OVER, 1, FURROW_WAIT_ANY, FURROW_NOWAIT, NULL)) {
        if (conform_random(dice) % 4 == 0) usleep((useconds_t)(conform_random(dice) % 3000));
        if (!furrow_progress(job)) usleep(50);
    }
    conform_end(job);
    return true;
}

static void ask(furrow_job *job, int pid, int64_t timeout_ms, tally *t)
{
    furrow_results *results = NULL;
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    opts.timeout_ms = timeout_ms;
    furrow_err err = furrow_reap(job, &pid, 1, "ran[1] += 1", &opts, &results);
    if (err == FURROW_OK) {
        t->done++;
    } else {
        furrow_error_info info;
        TRUE(err == FURROW_ERR_PARTIAL && furrow_results_error(results, pid, &info) == FURROW_ERR_TIMEOUT);
        if (strstr(info.message, "may have run") || strstr(info.advice, "may have run"))
            t->maybe++;
        else
            t->not ++;
    }
    furrow_results_free(results);
}

static void ran_within(furrow_job *job, int pid, const tally *t)
{
    int64_t ran = 0;
    furrow_remote *r = conform_resolve(job, pid, "ran");
    /* An answer to what is asked last comes after all that was asked before. */
    furrow_results *results = NULL;
    OK(furrow_reap(job, &pid, 1, "ran[1]", NULL, &results));
    furrow_results_free(results);
    OK(furrow_get(r, 0, &ran, 1));
    TRUE(t->done <= ran);
    TRUE(ran <= t->done + t->maybe);
    TRUE(t->done > 0);
    POST(furrow_put_notify(r, 0, NULL, 0, OVER));
    furrow_remote_drop(r);
}

/* Deadlines from none to some, at pids that are late: what ran is at least what is reported done, and at most what is
 * reported done or possible. */
static void once_counted(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    uint64_t dice = (uint64_t)me * 7919;
    if (serves_late(job, &dice)) return;
    tally t[64] = {{0}};
    TRUE(n <= 64);
    for (long round = 0; round < conform_effort(300); round++)
        for (int pid = 2; pid <= n; pid++) ask(job, pid, (int64_t)(conform_random(&dice) % 4 + 1), &t[pid - 1]);
    for (int pid = 2; pid <= n; pid++) {
        ask(job, pid, 0, &t[pid - 1]);
        ran_within(job, pid, &t[pid - 1]);
    }
    conform_end(job);
}

/* Several are asked at once, and again by futures that are given up: each ran once all the same. */
static void once_for_futures(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    enum { ROUNDS = 100 };
    uint64_t dice = (uint64_t)me * 104729;
    if (serves_late(job, &dice)) return;
    for (int round = 0; round < ROUNDS; round++) {
        furrow_future *future = NULL;
        POST(furrow_reap_begin(job, NULL, 0, "ran[1] += 1", NULL, &future));
        if (conform_random(&dice) % 2) {
            furrow_results *results = NULL;
            OK(furrow_future_wait(future, 0, &results));
            furrow_results_free(results);
        }
        furrow_future_free(future);
    }
    for (int pid = 2; pid <= n; pid++) ran_within(job, pid, &(tally){.done = ROUNDS});
    conform_end(job);
}

/* What was asked of a pid that then died may have run, and is said to; what is asked of a dead pid was not. */
static void death_says_what_ran(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job);
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (me == n) {
        usleep(100000); /* asked by then */
        raise(SIGKILL);
    }
    furrow_results *results = NULL;
    furrow_err err;
    while ((err = furrow_reap(job, &n, 1, "myid()", NULL, &results)) == FURROW_OK) furrow_results_free(results);
    furrow_error_info info;
    TRUE(err == FURROW_ERR_PARTIAL && furrow_results_error(results, n, &info) == FURROW_ERR_PEER_DEAD);
    TRUE(may_have_run(&info));
    furrow_results_free(results);
    FAILS(furrow_peer_state(job, n), PEER_DEAD);
    TRUE(furrow_reap(job, &n, 1, "myid()", NULL, &results) == FURROW_ERR_PARTIAL);
    TRUE(furrow_results_error(results, n, &info) == FURROW_ERR_PEER_DEAD && !may_have_run(&info));
    furrow_results_free(results);
    furrow_leave(job);
}

const conform_case once_cases[] = {{"once_counted", 2, once_counted},
                                   {"once_for_futures", 2, once_for_futures},
                                   {"death_says_what_ran", 2, death_says_what_ran},
                                   {0}};
