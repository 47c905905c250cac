/*
 * barrier.c - furrow_barrier over the host's common memory: one word, round << 32 | arrived. Who arrives last begins the
 * next round; who gives up (deadline, a pid that will not come) withdraws, so that a later barrier counts right.
 */
#include "job/parts.h"

#define ARRIVED(word) ((uint32_t)(word))
#define ROUND(word)   ((uint32_t)((word) >> 32))

typedef struct meeting {
    furrow_job *job;
    fj_common *common;
    uint32_t round;
} meeting;

/*
 * Arriving is acquire and release: what each pid wrote before is seen by the last one, and by everybody who then sees
 * the new round, since each addition continues the release sequence. Sleepers are roused after the round has moved: the
 * store and the look at `sleeping` are sequentially consistent, and so are the sleeper's announcement and its last look.
 */
static void rouse_all(const meeting *m)
{
    fboot_head *head = m->job->boot.head;
    for (int pid = 1; pid <= m->job->nprocs; pid++)
        if (pid != m->job->pid && atomic_load(&head->lines[pid - 1].sleeping)) fboot_rouse(head, pid);
}

static void complete(const meeting *m)
{
    uint64_t full = (uint64_t)m->round << 32 | (uint32_t)m->job->nprocs;
    if (atomic_compare_exchange_strong(&m->common->barrier, &full, (uint64_t)(m->round + 1) << 32)) rouse_all(m);
}

static bool moved_on(const meeting *m)
{
    return ROUND(atomic_load(&m->common->barrier)) != m->round;
}

/* A pid leaves after it has passed a round, never within: so a pid that is seen to be gone while the round still stands
 * will not come. */
static bool over(void *arg)
{
    const meeting *m = arg;
    return moved_on(m) || fj_nlost(m->job) > 0;
}

/* Takes back this pid's arrival. False when the round was completed meanwhile. */
static bool withdraw(const meeting *m)
{
    uint64_t word = atomic_load(&m->common->barrier);
    for (;;) {
        if (ROUND(word) != m->round) return false;
        if (ARRIVED(word) == (uint32_t)m->job->nprocs) {
            complete(m); /* who arrived last was interrupted before it could */
            return false;
        }
        if (atomic_compare_exchange_weak(&m->common->barrier, &word, word - 1)) return true;
    }
}

static furrow_err meet(furrow_job *job, fj_common *common, int64_t deadline_ns)
{
    uint64_t word = atomic_fetch_add(&common->barrier, 1);
    meeting m = {.job = job, .common = common, .round = ROUND(word)};
    if (ARRIVED(word) + 1 == (uint32_t)job->nprocs) {
        complete(&m);
        return FURROW_OK;
    }
    furrow_err e = fj_wait(job, over, &m, 0, deadline_ns);
    if (moved_on(&m)) return FURROW_OK;
    if (!withdraw(&m)) return FURROW_OK;
    if (!e) return fj_peer_check(job, fj_lost_pid(job));
    if (e == FURROW_ERR_TIMEOUT) {
        e = fb_fail(e, "%u of %d pids came to the barrier before the deadline",
                    ARRIVED(atomic_load(&common->barrier)) + 1, job->nprocs);
        fb_fail_advice("This pid has withdrawn: when all come, a later furrow_barrier works.");
    }
    return e;
}

static furrow_err barrier(furrow_job *job, int64_t timeout_ms)
{
    if (fj_inside(job)) return fb_fail(FURROW_ERR_BUSY, "a barrier inside an evaluation");
    int64_t deadline_ns = fj_deadline(job, timeout_ms);
    fj_common *common = fj_common_of(job);
    if (!common) return fb_fail(FURROW_ERR_NOT_BUILT, "transport %s has no barrier", job->net_ops->name);
    if (fj_assist_flying(job, 0)) {
        furrow_err e = furrow_flush(job, 0, timeout_ms);
        if (e) return e;
    }
    job->net_ops->fence(job->net, 0);
    if (fj_nlost(job) > 0) return fj_peer_check(job, fj_lost_pid(job));
    return meet(job, common, deadline_ns);
}

furrow_err furrow_barrier(furrow_job *job, int64_t timeout_ms)
{
    if (!job) return fb_fail(FURROW_ERR_ARG, "furrow_barrier needs a job");
    fj_enter(job);
    furrow_err e = barrier(job, timeout_ms);
    fj_exit(job);
    return e;
}
