/*
 * barrier.c - furrow_barrier over the host's common memory: one word, round << 32 | arrived. Who arrives last begins the
 * next round; who gives up (deadline, a pid that will not come) withdraws, so that a later barrier counts right. Between
 * hosts, who arrives last tells pid 1 (gather.c), whose answer begins the next round on every host.
 */
#include "job/gather.h"
#include <stdlib.h>

#define ARRIVED(word) ((uint32_t)(word))
#define ROUND(word)   ((uint32_t)((word) >> 32))
#define SETTLE_NS     5000000 /* for an answer that crosses our withdrawal */

struct fj_barrier {
    fj_common *common; /* of the pids near this one */
    fj_common own;     /* where that is this pid alone */
    uint32_t nlocal;
    int speaker; /* lowest pid near this one: what pid 1 knows this host by */
    uint32_t round;
    bool speaking; /* this pid has told pid 1 that all of this host have arrived */
};

furrow_err fj_barrier_open(furrow_job *job)
{
    struct fj_barrier *b = aligned_alloc(_Alignof(struct fj_barrier), sizeof *b);
    if (!b) return fb_fail(FURROW_ERR_NOMEM, "no memory for barriers");
    *b = (struct fj_barrier){.common = fj_common_of(job)};
    for (int pid = job->nprocs; pid > 0; pid--) {
        if (!job->net_ops->near(job->net, pid)) continue;
        b->nlocal++;
        b->speaker = pid;
    }
    if (b->nlocal == 1 && job->nprocs > 1) b->common = &b->own;
    job->barrier = b;
    return fj_gather_open(job);
}

void fj_barrier_close(furrow_job *job)
{
    fj_gather_close(job);
    free(job->barrier);
    job->barrier = NULL;
}

static bool one_host(const furrow_job *job)
{
    return job->barrier->nlocal == (uint32_t)job->nprocs;
}

static uint64_t word_of(const furrow_job *job)
{
    return atomic_load(&job->barrier->common->barrier);
}

/*
 * Arriving is acquire and release: what each pid wrote before is seen by the last one, and by everybody who then sees
 * the new round, since each addition continues the release sequence. Sleepers are roused after the round has moved: the
 * store and the look at `sleeping` are sequentially consistent, and so are the sleeper's announcement and its last look.
 */
static void rouse_all(furrow_job *job)
{
    fboot_head *head = job->boot.head;
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (pid != job->pid && atomic_load(&head->lines[pid - 1].sleeping)) fboot_rouse(head, pid);
}

static void complete(furrow_job *job, uint32_t round)
{
    uint64_t full = (uint64_t)round << 32 | job->barrier->nlocal;
    if (atomic_compare_exchange_strong(&job->barrier->common->barrier, &full, (uint64_t)(round + 1) << 32))
        rouse_all(job);
}

/* Pid 1's word holds even when somebody here has withdrawn meanwhile: the others have gone on. */
void fj_barrier_passed(furrow_job *job, uint32_t round)
{
    _Atomic uint64_t *word = &job->barrier->common->barrier;
    uint64_t was = atomic_load(word);
    while (ROUND(was) == round)
        if (atomic_compare_exchange_weak(word, &was, (uint64_t)(round + 1) << 32)) break;
    rouse_all(job);
}

void fj_barrier_broken(furrow_job *job, uint32_t round)
{
    atomic_store(&job->barrier->common->broken, round + 1);
    rouse_all(job);
}

static bool moved_on(void *arg)
{
    furrow_job *job = arg;
    return ROUND(word_of(job)) != job->barrier->round;
}

static bool near_lost(furrow_job *job)
{
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (job->net_ops->near(job->net, pid) && fboot_peer(&job->boot, pid) >= FBOOT_LEFT) return true;
    return false;
}

/*
 * A pid leaves after it has passed a round, never within: so a pid that is seen to be gone while the round still stands
 * will not come. Between hosts it may have passed a round that we have not heard of yet: pid 1 tells which it was, once
 * all of this host have come.
 */
static bool hopeless(furrow_job *job)
{
    const struct fj_barrier *b = job->barrier;
    if (fj_nlost(job) == 0) return false;
    if (one_host(job) || ARRIVED(word_of(job)) < b->nlocal || near_lost(job)) return true;
    if (b->speaking && fboot_peer(&job->boot, 1) >= FBOOT_LEFT) fj_barrier_broken(job, b->round);
    return atomic_load(&b->common->broken) == b->round + 1;
}

static bool over(void *arg)
{
    return moved_on(arg) || hopeless(arg);
}

/* Takes back this pid's arrival. False when the round was completed meanwhile. */
static bool withdraw(furrow_job *job)
{
    struct fj_barrier *b = job->barrier;
    uint64_t word = word_of(job);
    for (;;) {
        if (ROUND(word) != b->round) return false;
        if (ARRIVED(word) == b->nlocal && one_host(job)) {
            complete(job, b->round); /* who arrived last was interrupted before it could */
            return false;
        }
        if (atomic_compare_exchange_weak(&b->common->barrier, &word, word - 1)) break;
    }
    if (ARRIVED(word) < b->nlocal) return true;
    fj_gather_say(job, FJ_WITHDRAWN, b->round, b->speaker, b->nlocal);
    return fj_wait(job, moved_on, job, 0, fb_now_ns() + SETTLE_NS) != FURROW_OK;
}

/* Whoever is gone; between hosts boot may still owe us who it was. */
static furrow_err fail_lost(furrow_job *job)
{
    furrow_err e = fj_lost_pid(job) ? fj_peer_check(job, fj_lost_pid(job)) : FURROW_OK;
    return e ? e : fb_fail(FURROW_ERR_PEER_LEFT, "a pid has left the job before it came to the barrier");
}

static furrow_err meet(furrow_job *job, int64_t deadline_ns)
{
    struct fj_barrier *b = job->barrier;
    uint64_t word = atomic_fetch_add(&b->common->barrier, 1);
    b->round = ROUND(word);
    b->speaking = ARRIVED(word) + 1 == b->nlocal;
    if (b->speaking && one_host(job)) {
        complete(job, b->round);
        fj_owe(job);
        return FURROW_OK;
    }
    if (b->speaking) fj_gather_say(job, FJ_ARRIVED, b->round, b->speaker, b->nlocal);
    furrow_err e = fj_wait(job, over, job, 0, deadline_ns);
    if (moved_on(job) || !withdraw(job)) return FURROW_OK;
    if (!e) return fail_lost(job);
    if (e == FURROW_ERR_TIMEOUT) {
        e = fb_fail(e, "%u of %u pids%s came to the barrier before the deadline", ARRIVED(word_of(job)) + 1, b->nlocal,
                    one_host(job) ? "" : " of this host");
        fb_fail_advice("This pid has withdrawn: when all come, a later furrow_barrier works.");
    }
    return e;
}

static furrow_err barrier(furrow_job *job, int64_t timeout_ms)
{
    if (fj_inside(job)) return fb_fail(FURROW_ERR_BUSY, "a barrier inside an evaluation");
    int64_t deadline_ns = fj_deadline(job, timeout_ms);
    if (!job->barrier->common) return fb_fail(FURROW_ERR_NOT_BUILT, "transport %s has no barrier", job->net_ops->name);
    furrow_err e = job->net_ops->flushed(job->net, 0);
    if (e == FURROW_ERR_AGAIN || fj_assist_flying(job, 0)) e = furrow_flush(job, 0, timeout_ms);
    if (e) return e;
    if (fj_nlost(job) > 0) return fail_lost(job);
    return meet(job, deadline_ns);
}

furrow_err furrow_barrier(furrow_job *job, int64_t timeout_ms)
{
    if (!job) return fb_fail(FURROW_ERR_ARG, "furrow_barrier needs a job");
    fj_enter(job);
    furrow_err e = barrier(job, timeout_ms);
    fj_exit(job);
    return e;
}
