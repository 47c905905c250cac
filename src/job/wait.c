/*
 * wait.c - the one loop in which this process waits for others: it makes progress, spins while cores are free, yields,
 * and sleeps. Also deadlines, the check of a peer, and lists of pids. Called by everything in this room that waits.
 */
#include "job/parts.h"
#include "net/route.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define FAR_SPIN_ROUNDS 64  /* a look at a fabric costs as much as thirty at memory */
#define FAR_GLANCES     4   /* what comes over a fabric is seen there before a condition that costs more */
#define SPIN_ROUNDS     200 /* where every pid can have a core */
#define YIELD_ROUNDS    24  /* at least, then until YIELD_NS have passed */
#define YIELD_NS        100000
#define CLOCK_ROUNDS    8      /* spins between looks at the clock */
#define TIGHT_TURNS     32     /* looks between rounds, where the core is ours */
#define FOUND_CALLS     256    /* calls that found what they would have waited for, between rounds */
#define TIGHT_WAITS     16     /* waits that may end without a whole round */
#define BRIEF_SPINS     4      /* of TIGHT_TURNS looks, before the clock is read */
#define IDLE_CALLS      16     /* of furrow_progress that find nothing, where spinning does not pay */
#define LOOK_MS         100    /* asleep between looks for an interrupt */
#define TURN_NS         2000   /* a yield that takes less has found nobody else on this core */
#define SLICE_NS        300000 /* one that takes more has given it to somebody who computes */
#define CROWDED_WAITS   64     /* that do not spin, once a pid was met on this core */

struct fj_waiting {
    uint32_t spin;       /* rounds before the core is yielded */
    int glances;         /* at what has come, for each at the condition; divides TIGHT_TURNS */
    uint32_t epoch;      /* of the states for which spin was worked out */
    uint32_t tight;      /* waits that ended without a whole round since the last one */
    uint32_t idle_calls; /* of furrow_progress, in a row */
    int64_t quickest_ns; /* a yield, so far: on an emulated processor the call alone takes long */
    uint32_t crowded;    /* waits that are not to spin, whatever spin says */
};

static unsigned popcount(uint64_t word)
{
    return (unsigned)__builtin_popcountll(word);
}

static bool all_near(furrow_job *job)
{
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (!job->net_ops->near(job->net, pid)) return false;
    return true;
}

/* Spinning only pays while nobody who is waited for needs this core: when the processors that the pids may run on,
 * taken together (each may be bound to one), are as many as the pids. */
static uint32_t spin_rounds(furrow_job *job)
{
    if (job->config.spin != FB_COUNT_AUTO) {
        uint64_t rounds = job->config.spin / TIGHT_TURNS + (job->config.spin % TIGHT_TURNS != 0);
        return rounds > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)rounds;
    }
    fj_common *common = fj_common_of(job);
    unsigned ncores = 0;
    for (int i = 0; common && i < 16; i++)
        ncores += popcount(atomic_load_explicit(&common->cores[i], memory_order_relaxed));
    if (ncores < (unsigned)job->nprocs || job->nprocs == 1) return 0;
    return all_near(job) ? SPIN_ROUNDS : FAR_SPIN_ROUNDS;
}

static void announce_cores(furrow_job *job)
{
    fj_common *common = fj_common_of(job);
    cpu_set_t set;
    if (!common || sched_getaffinity(0, sizeof set, &set) != 0) return;
    for (int cpu = 0; cpu < 1024 && cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            atomic_fetch_or_explicit(&common->cores[cpu / 64], (uint64_t)1 << (cpu % 64), memory_order_relaxed);
}

static int64_t quickest_yield(void)
{
    int64_t quickest = SLICE_NS / 4;
    for (int i = 0; i < 4 && quickest >= TURN_NS; i++) {
        int64_t before = fb_now_ns();
        sched_yield();
        int64_t took = fb_now_ns() - before;
        if (took < quickest) quickest = took;
    }
    return quickest;
}

furrow_err fj_waiting_open(furrow_job *job)
{
    job->waiting = calloc(1, sizeof *job->waiting);
    if (!job->waiting) return fb_fail(FURROW_ERR_NOMEM, "no memory for waiting");
    announce_cores(job);
    job->waiting->quickest_ns = quickest_yield();
    job->waiting->glances = all_near(job) ? 1 : FAR_GLANCES;
    job->waiting->epoch = job->seen_epoch;
    job->waiting->spin = spin_rounds(job);
    return FURROW_OK;
}

void fj_waiting_close(furrow_job *job)
{
    free(job->waiting);
    job->waiting = NULL;
}

fj_common *fj_common_of(furrow_job *job)
{
    size_t nbytes;
    void *at = job->net_ops->common(job->net, &nbytes);
    return at && nbytes >= sizeof(fj_common) ? at : NULL;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Lets other threads of this process have the job between two rounds. */
static void step_back(furrow_job *job, bool yield)
{
    fj_exit(job);
    if (yield)
        sched_yield();
    else
        relax();
    fj_enter(job);
}

static uint32_t spin_now(const struct fj_waiting *waiting)
{
    return waiting->crowded ? 0 : waiting->spin;
}

/* Pids that are not bound may be on one core though there are as many cores as pids: then who spins keeps the other from
 * answering. A yield tells, for it lasts as long as the other's turn. */
static void yield(furrow_job *job, int64_t now)
{
    struct fj_waiting *waiting = job->waiting;
    step_back(job, true);
    int64_t took = fb_now_ns() - now;
    if (took < waiting->quickest_ns) waiting->quickest_ns = took;
    if (took < TURN_NS || took < 4 * waiting->quickest_ns)
        waiting->crowded = 0;
    else if (took < SLICE_NS && job->config.spin == FB_COUNT_AUTO)
        waiting->crowded = CROWDED_WAITS;
}

typedef struct wait_state {
    fj_condition done;
    void *arg;
    int pid;
    int64_t deadline_ns;
    uint32_t idle;       /* rounds without anything to do */
    int64_t yielding_ns; /* since when; 0: not yet */
} wait_state;

static bool ended(furrow_job *job, const wait_state *w, furrow_err *e)
{
    *e = FURROW_OK;
    if (w->done(w->arg)) return true;
    if (!w->pid || job->boot.head->lines[w->pid - 1].state < FBOOT_LEFT) return false;
    if (fj_progress(job) > 0 && w->done(w->arg)) return true; /* what it sent before it went */
    *e = fj_peer_check(job, w->pid);
    return *e != FURROW_OK;
}

const char *fj_doubt(furrow_job *job, int pid, char text[FJ_DOUBT_NBYTES])
{
    text[0] = '\0';
    if (!pid || job->net_ops != &fnet_route) return text;
    memcpy(text, ": ", 3);
    if (!fnet_route_why(job->net, pid, text + 2, FJ_DOUBT_NBYTES - 2)) text[0] = '\0';
    return text;
}

furrow_err fj_late(furrow_job *job, int pid)
{
    char doubt[FJ_DOUBT_NBYTES];
    if (!pid) return fb_fail(FURROW_ERR_TIMEOUT, "the deadline passed while waiting for other pids");
    furrow_err e =
        fb_fail(FURROW_ERR_TIMEOUT, "the deadline passed while waiting for pid %d%s", pid, fj_doubt(job, pid, doubt));
    fb_fail_pid(pid);
    return e;
}

/* One round without success: spin, yield or sleep. True when it ended while getting ready to sleep. */
static bool rest(furrow_job *job, wait_state *w, furrow_err *e)
{
    struct fj_waiting *waiting = job->waiting;
    uint32_t round = w->idle++;
    /* A pid announces its cores after it has joined: who looked before looks again when spinning is over. */
    if (waiting->epoch != job->seen_epoch || round == waiting->spin) {
        waiting->epoch = job->seen_epoch;
        waiting->spin = spin_rounds(job);
    }
    if (round < spin_now(waiting)) {
        step_back(job, false);
        return false;
    }
    int64_t now = fb_now_ns();
    if (!w->yielding_ns) w->yielding_ns = now;
    if (round < spin_now(waiting) + YIELD_ROUNDS || now - w->yielding_ns < YIELD_NS) {
        yield(job, now);
        return false;
    }
    uint32_t ticket = job->net_ops->arm(job->net);
    int n = fj_progress(job);
    bool over = ended(job, w, e);
    if (over || n > 0) {
        job->net_ops->disarm(job->net);
    } else {
        int64_t until_ns = fj_heap_tidy(job), look_ns = fb_deadline_in(LOOK_MS);
        if (job->interruptible && look_ns < until_ns) until_ns = look_ns;
        fj_exit(job);
        job->net_ops->sleep(job->net, ticket, until_ns < w->deadline_ns ? until_ns : w->deadline_ns);
        fj_enter(job);
    }
    w->idle = 0;
    w->yielding_ns = 0;
    return over;
}

void fj_owe(furrow_job *job)
{
    if (__builtin_expect(job->owed++ % FOUND_CALLS != FOUND_CALLS - 1, 1)) return;
    if (!fj_inside(job)) fj_progress(job);
}

/* Looks at nothing but the condition and what arrives, for the shortest way from a message to who waits for it. True
 * when the condition holds. A condition that looks at notifications itself needs no step for them. */
static bool spin_tightly(furrow_job *job, fj_condition done, void *arg)
{
    for (int turn = 1; turn <= TIGHT_TURNS; turn++) {
        if (job->net_ops->pending(job->net)) {
            if (done(arg)) return true;
            fj_step(job);
        } else if (turn % job->waiting->glances) {
            continue;
        }
        if (done(arg)) return true;
    }
    return false;
}

furrow_err fj_wait(furrow_job *job, fj_condition done, void *arg, int pid, int64_t deadline_ns)
{
    if (done(arg)) return FURROW_OK;
    if (fj_inside(job)) return fb_fail(FURROW_ERR_BUSY, "a call that waits, inside an evaluation");
    wait_state w = {.done = done, .arg = arg, .pid = pid, .deadline_ns = deadline_ns};
    furrow_err e;
    job->waiting->crowded -= job->waiting->crowded > 0;
    for (uint32_t round = 1;; round++) {
        bool tight = w.idle < spin_now(job->waiting) && (round > 1 || ++job->waiting->tight < TIGHT_WAITS);
        if (tight && spin_tightly(job, done, arg)) return FURROW_OK;
        job->waiting->tight = 0;
        int n = fj_progress(job);
        if (ended(job, &w, &e)) return e;
        bool look = deadline_ns <= 0 || round == 2 || round % CLOCK_ROUNDS == 0 || w.yielding_ns;
        if (look && fb_deadline_passed(deadline_ns)) return fj_late(job, pid);
        if (job->interruptible && (e = fj_interrupt_check(job))) return e;
        if (n > 0)
            w.idle = 0, w.yielding_ns = 0;
        else if (rest(job, &w, &e))
            return e;
    }
}

bool fj_waiting_idle(furrow_job *job, int n)
{
    struct fj_waiting *waiting = job->waiting;
    waiting->idle_calls = n ? 0 : waiting->idle_calls + 1;
    return waiting->idle_calls % IDLE_CALLS == IDLE_CALLS - 1 && !spin_now(waiting);
}

furrow_err fj_wait_briefly(furrow_job *job, fj_condition done, void *arg, int pid, int64_t timeout_ms)
{
    struct fj_waiting *waiting = job->waiting;
    if (spin_now(waiting) && !fj_inside(job) && ++waiting->tight < TIGHT_WAITS)
        for (int k = 0; k < BRIEF_SPINS; k++)
            if (spin_tightly(job, done, arg)) return FURROW_OK;
    return fj_wait(job, done, arg, pid, fj_deadline(job, timeout_ms));
}

/* --- peers and lists of pids ---------------------------------------------------------------------------------------*/

int64_t fj_deadline(const furrow_job *job, int64_t timeout_ms)
{
    if (timeout_ms < 0) return 0; /* a moment in the past: look once */
    return fb_deadline_in(timeout_ms ? timeout_ms : job->config.timeout_ms);
}

static furrow_err fail_dead(furrow_job *job, int pid)
{
    int status = atomic_load_explicit(&job->boot.head->lines[pid - 1].status, memory_order_relaxed);
    furrow_err e;
    char why[128];
    if (status == FBOOT_STATUS_UNREACHABLE && job->net_ops == &fnet_route &&
        fnet_route_why(job->net, pid, why, sizeof why))
        e = fb_fail(FURROW_ERR_PEER_DEAD, "pid %d cannot be reached any more: %s", pid, why);
    else if (status == FBOOT_STATUS_UNREACHABLE)
        e = fb_fail(
            FURROW_ERR_PEER_DEAD,
            "pid %d cannot be reached any more: it has died, the network to it is cut, or its FURROW_NET is another",
            pid);
    else if (status == FBOOT_STATUS_LOST)
        e = fb_fail(FURROW_ERR_PEER_DEAD, "pid %d ended without leaving the job", pid);
    else if (WIFSIGNALED(status))
        e = fb_fail(FURROW_ERR_PEER_DEAD, "pid %d was killed by signal %d (%s)", pid, WTERMSIG(status),
                    strsignal(WTERMSIG(status)));
    else
        e = fb_fail(FURROW_ERR_PEER_DEAD, "pid %d ended with status %d without leaving the job", pid,
                    WEXITSTATUS(status));
    fb_fail_pid(pid);
    return e;
}

furrow_err fj_peer_check(furrow_job *job, int pid)
{
    furrow_err e;
    if (pid < 1 || pid > job->nprocs) {
        e = fb_fail(FURROW_ERR_NO_PID, "there is no pid %d, the job has 1 to %d", pid, job->nprocs);
        fb_fail_pid(pid);
        return e;
    }
    fboot_state state = fboot_peer(&job->boot, pid);
    if (__builtin_expect(state < FBOOT_LEFT, 1)) return FURROW_OK;
    if (state == FBOOT_DEAD) return fail_dead(job, pid);
    e = fb_fail(FURROW_ERR_PEER_LEFT, "pid %d has left the job", pid);
    fb_fail_pid(pid);
    return e;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static furrow_err check_list(furrow_job *job, const int *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] < 1 || list[i] > job->nprocs) {
            furrow_err e = fb_fail(FURROW_ERR_NO_PID, "there is no pid %d, the job has 1 to %d", list[i], job->nprocs);
            fb_fail_pid(list[i]);
            return e;
        }
        if (i && list[i] == list[i - 1]) return fb_fail(FURROW_ERR_ARG, "pid %d is named twice", list[i]);
    }
    return FURROW_OK;
}

furrow_err fj_pids(furrow_job *job, const int *pids, size_t npids, int **list, size_t *n)
{
    if (!pids != !npids) return fb_fail(FURROW_ERR_ARG, "a list of pids is NULL with 0, or has at least one");
    if (npids > (size_t)job->nprocs) return fb_fail(FURROW_ERR_ARG, "%zu pids, the job has %d", npids, job->nprocs);
    size_t count = pids ? npids : furrow_workers(job, NULL, 0);
    int *copy = malloc(count * sizeof *copy);
    if (!copy) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", count);
    furrow_err e = FURROW_OK;
    if (pids) {
        memcpy(copy, pids, count * sizeof *copy);
        qsort(copy, count, sizeof *copy, by_number);
        e = check_list(job, copy, count);
    } else {
        furrow_workers(job, copy, count);
    }
    if (e) {
        free(copy);
        return e;
    }
    *list = copy;
    *n = count;
    return FURROW_OK;
}
