/*
 * notify.c - waiting for notifications. Counters at this pid are only ever added to, by whoever notifies; what came the
 * transport's other way, and what has been taken, is counted here, privately, so taking costs no atomic operation.
 */
#include "job/parts.h"
#include <stdlib.h>

struct fj_notify {
    const _Atomic uint64_t *counters;
    uint32_t turn;                    /* ANY looks at this id first */
    int nuntold;                      /* pids that died and were not named by a wait yet */
    bool *untold;                     /* [pid - 1] */
    uint64_t came[FURROW_NOTIFY_IDS]; /* by fnet_ops.notified */
    uint64_t taken[FURROW_NOTIFY_IDS];
};

furrow_err fj_notify_open(furrow_job *job)
{
    job->notify = calloc(1, sizeof *job->notify);
    if (!job->notify) return fb_fail(FURROW_ERR_NOMEM, "no memory for notifications");
    job->notify->counters = job->net_ops->notifications(job->net);
    job->notify->untold = calloc((size_t)job->nprocs, sizeof *job->notify->untold);
    return job->notify->untold ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for notifications");
}

void fj_notify_close(furrow_job *job)
{
    if (job->notify) free(job->notify->untold);
    free(job->notify);
    job->notify = NULL;
}

/* Whoever waits cannot say who shall notify: each death ends one wait, so that nobody waits for the dead in vain, and the next
 * wait goes on without them. A pid that left has notified first. */
void fj_notify_gone(furrow_job *job, int pid)
{
    if (fboot_peer(&job->boot, pid) != FBOOT_DEAD) return;
    job->notify->untold[pid - 1] = true;
    job->notify->nuntold++;
}

static int tell_death(furrow_job *job)
{
    struct fj_notify *s = job->notify;
    int pid = 1;
    while (!s->untold[pid - 1]) pid++;
    s->untold[pid - 1] = false;
    s->nuntold--;
    return pid;
}

void fj_notify_self(furrow_job *job, uint32_t id)
{
    job->notify->taken[id % FURROW_NOTIFY_IDS]--;
}

/* Acquire: pairs with the addition, which releases what was put before it; the transport does the same for its way. */
static inline bool there(const struct fj_notify *s, uint32_t id)
{
    return s->came[id] + atomic_load_explicit(&s->counters[id], memory_order_acquire) != s->taken[id];
}

static inline void look(furrow_job *job)
{
    job->net_ops->notified(job->net, job->notify->came);
}

typedef struct wanted {
    furrow_job *job;
    uint32_t first, n;
    furrow_wait_mode mode;
    uint32_t id;
    int dead;   /* a pid whose death ends the wait */
    bool alone; /* nobody is left who could notify */
} wanted;

static bool take_one(wanted *w)
{
    struct fj_notify *s = w->job->notify;
    if (!there(s, w->first)) {
        look(w->job);
        if (!there(s, w->first)) return false;
    }
    s->taken[w->first]++;
    s->turn = w->first + 1;
    w->id = w->first;
    return true;
}

/* Of several ids one that is known to be there must not keep us from hearing of the others. */
static bool take_any(wanted *w)
{
    struct fj_notify *s = w->job->notify;
    if (w->n == 1) return take_one(w);
    look(w->job);
    uint32_t turn = s->turn - w->first < w->n ? s->turn - w->first : 0;
    for (uint32_t k = 0; k < w->n; k++) {
        uint32_t id = w->first + turn;
        if (there(s, id)) {
            s->taken[id]++;
            s->turn = id + 1;
            w->id = id;
            return true;
        }
        if (++turn == w->n) turn = 0;
    }
    return false;
}

static bool take_all(wanted *w)
{
    struct fj_notify *s = w->job->notify;
    look(w->job);
    for (uint32_t k = 0; k < w->n; k++)
        if (!there(s, w->first + k)) return false;
    for (uint32_t k = 0; k < w->n; k++) s->taken[w->first + k]++;
    w->id = w->first;
    return true;
}

static bool take(void *arg)
{
    wanted *w = arg;
    if (w->mode == FURROW_WAIT_ALL ? take_all(w) : take_any(w)) return true;
    if (w->job->notify->nuntold > 0) w->dead = tell_death(w->job);
    w->alone = w->job->nprocs > 1 && fj_nlost(w->job) == w->job->nprocs - 1;
    return w->dead || w->alone;
}

static furrow_err wait_long(furrow_job *job, wanted *w, int64_t timeout_ms)
{
    furrow_err e = fj_wait(job, take, w, 0, fj_deadline(job, timeout_ms));
    if (!e && w->dead) return fj_peer_check(job, w->dead);
    if (!e && w->alone) return fj_peer_check(job, fj_lost_pid(job));
    if (e == FURROW_ERR_TIMEOUT)
        e = fb_fail(e, "no notification among ids %u to %u came before the deadline", w->first, w->first + w->n - 1);
    return e;
}

furrow_err furrow_notify_wait(furrow_job *job, uint32_t first, uint32_t n, furrow_wait_mode mode, int64_t timeout_ms,
                              uint32_t *id)
{
    if (!job || !n || first >= FURROW_NOTIFY_IDS || n > FURROW_NOTIFY_IDS - first || (unsigned)mode > FURROW_WAIT_ALL)
        return fb_fail(FURROW_ERR_ARG, "notification ids %u and %u more: there are 0 to %d", first, n,
                       FURROW_NOTIFY_IDS - 1);
    fj_enter(job);
    wanted w = {.job = job, .first = first, .n = n, .mode = mode};
    furrow_err e = FURROW_OK;
    if (__builtin_expect(!(mode == FURROW_WAIT_ALL ? take_all(&w) : take_any(&w)), 0))
        e = wait_long(job, &w, timeout_ms);
    else
        fj_owe(job);
    fj_exit(job);
    if (!e && id) *id = w.id;
    return e;
}
