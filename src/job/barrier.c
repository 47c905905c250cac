/*
 * barrier.c - furrow_barrier over the host's common memory: one word, round << 32 | arrived. Who arrives last begins the
 * next round; who gives up (deadline, a pid that will not come) withdraws, so that a later barrier counts right. Between
 * hosts, who arrives last tells pid 1 (gather.c), whose answer begins the next round on every host.
 */
#include "job/gather.h"
#include <stdlib.h>

#define ARRIVED(word) ((uint32_t)(word))
#define ROUND(word)   ((uint32_t)((word) >> 32))
#define SETTLE_NS     5000000   /* for an answer that crosses our withdrawal */
#define ASK_NS        200000000 /* before the deadline, at most: who has not come? */

#define WITHDRAWN ((uint32_t)1 << 31) /* in `came`: no longer there */
#define SOMEBODY  ((uint32_t)1 << 31) /* in `missing`: of that pid's host */

struct fj_barrier {
    fj_common *common; /* of the pids near this one */
    fj_common own;     /* where that is this pid alone */
    uint32_t nlocal;
    int speaker; /* lowest pid near this one: what pid 1 knows this host by */
    uint32_t round;
    bool speaking; /* this pid has told pid 1 that all of this host have arrived */
    bool asked;    /* it has asked pid 1 who has not */
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

void fj_barrier_missing(furrow_job *job, uint32_t round, int pid, bool exact)
{
    _Atomic uint64_t *missing = &job->barrier->common->missing;
    uint64_t was = atomic_load(missing), now = (uint64_t)(round + 1) << 32 | (uint32_t)pid | (exact ? 0 : SOMEBODY);
    /* That pid 1 knows only the host may arrive behind what somebody there says. */
    while (exact || was >> 32 != now >> 32 || (uint32_t)was & SOMEBODY)
        if (atomic_compare_exchange_weak(missing, &was, now)) break;
}

/* Each pid writes its own `came`, read by who gives up: a late answer says less, and nothing else depends on it. */
static void note_came(furrow_job *job, uint32_t came)
{
    atomic_store_explicit(&job->boot.head->lines[job->pid - 1].came, came, memory_order_relaxed);
}

static int absent_here(furrow_job *job, uint32_t round, int *withdrawn)
{
    *withdrawn = 0;
    for (int pid = 1; pid <= job->nprocs; pid++) {
        if (!fj_near(job, pid)) continue;
        uint32_t came = atomic_load_explicit(&job->boot.head->lines[pid - 1].came, memory_order_relaxed);
        if ((came & ~WITHDRAWN) != ((round + 1) & ~WITHDRAWN)) return pid;
        if (came & WITHDRAWN && !*withdrawn && pid != job->pid) *withdrawn = pid;
    }
    return 0;
}

int fj_barrier_absent(furrow_job *job, uint32_t round)
{
    int withdrawn, absent = absent_here(job, round, &withdrawn);
    return absent ? absent : withdrawn;
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

/* Shortly before the deadline pid 1 is asked who has not come, so that the error can say it. */
static furrow_err wait_for_all(furrow_job *job, int64_t deadline_ns)
{
    struct fj_barrier *b = job->barrier;
    int64_t margin = one_host(job) ? 0 : (deadline_ns - fb_now_ns()) / 4;
    if (margin > ASK_NS) margin = ASK_NS;
    b->asked = false;
    if (margin > 0) {
        furrow_err e = fj_wait(job, over, job, 0, deadline_ns - margin);
        if (e != FURROW_ERR_TIMEOUT) return e;
        b->asked = ARRIVED(word_of(job)) == b->nlocal;
        if (b->asked) fj_gather_say(job, FJ_ASKING, b->round, b->speaker, b->nlocal);
    }
    return fj_wait(job, over, job, 0, deadline_ns);
}

/* All of this host have come, so somebody of another has not. */
static furrow_err fail_far(furrow_job *job)
{
    const struct fj_barrier *b = job->barrier;
    uint64_t said = atomic_load(&b->common->missing);
    int pid = (int)((uint32_t)said & ~SOMEBODY), others = -1;
    char doubt[FJ_DOUBT_NBYTES];
    furrow_err e;
    if (said >> 32 != b->round + 1) {
        e = fb_fail(
            FURROW_ERR_TIMEOUT,
            "a pid of another host did not come to the barrier before the deadline, and pid 1 did not say which%s",
            fj_doubt(job, 1, doubt));
        fb_fail_pid(1);
        return e;
    }
    for (int p = 1; p <= job->nprocs; p++) others += fj_lead(job, p) == fj_lead(job, pid);
    const char *host = fj_near(job, pid) ? NULL : job->boot.ops->host(&job->boot, pid);
    if (!((uint32_t)said & SOMEBODY) || others == 0)
        e = fb_fail(FURROW_ERR_TIMEOUT, "pid %d%s%s did not come to the barrier before the deadline%s", pid,
                    host ? " of host " : "", host ? host : "", fj_doubt(job, pid, doubt));
    else
        e = fb_fail(
            FURROW_ERR_TIMEOUT,
            "pid %d of host %s, or one of the %d others there, did not come to the barrier before the deadline%s", pid,
            host ? host : "?", others, fj_doubt(job, pid, doubt));
    fb_fail_pid(pid);
    return e;
}

/* came: pids of this host that had, this one among them. */
static furrow_err fail_late(furrow_job *job, uint32_t came)
{
    const struct fj_barrier *b = job->barrier;
    int withdrawn, absent = absent_here(job, b->round, &withdrawn);
    /* Who has withdrawn since we asked has waited for another host as we have. */
    if (!one_host(job) && (came >= b->nlocal || (b->asked && !absent))) return fail_far(job);
    if (!absent) absent = withdrawn;
    if (!absent) /* the last one came just now */
        return fb_fail(FURROW_ERR_TIMEOUT, "%u of %u pids%s came to the barrier before the deadline", came, b->nlocal,
                       one_host(job) ? "" : " of this host");
    furrow_err e =
        fb_fail(FURROW_ERR_TIMEOUT, "%u of %u pids%s came to the barrier before the deadline, pid %d did not", came,
                b->nlocal, one_host(job) ? "" : " of this host", absent);
    fb_fail_pid(absent);
    return e;
}

static furrow_err meet(furrow_job *job, int64_t deadline_ns)
{
    struct fj_barrier *b = job->barrier;
    uint64_t word = atomic_fetch_add(&b->common->barrier, 1);
    b->round = ROUND(word);
    note_came(job, (b->round + 1) & ~WITHDRAWN);
    b->speaking = ARRIVED(word) + 1 == b->nlocal;
    if (b->speaking && one_host(job)) {
        complete(job, b->round);
        fj_owe(job);
        return FURROW_OK;
    }
    if (b->speaking) fj_gather_say(job, FJ_ARRIVED, b->round, b->speaker, b->nlocal);
    furrow_err e = wait_for_all(job, deadline_ns);
    uint32_t came = ARRIVED(word_of(job));
    if (moved_on(job) || !withdraw(job)) return FURROW_OK;
    note_came(job, (b->round + 1) | WITHDRAWN);
    if (!e) return fail_lost(job);
    if (e == FURROW_ERR_TIMEOUT) {
        e = fail_late(job, came);
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
