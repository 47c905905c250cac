/*
 * news.c - between hosts, who died or left is told to those who would not hear of it: a pid knows its own host from the
 * system, and other hosts from connections it has. message.c says who is gone, and sends on. It never waits, and decides
 * nothing about a pid of its own host.
 */
#include "job/parts.h"
#include "net/route.h"
#include <stdlib.h>
#include <string.h>

/* As a line's `told`: another host has told this one, so that nobody here needs to pass it on. */
#define TOLD_BY_OTHERS UINT32_MAX
#define TRY_NS         5000000000 /* for reaching whom another host cannot reach */
#define WATCH_NS       1000000000 /* after joining */

/* Body of FJ_NEWS. JOINED is no news: it finds out whether the receiver can be reached. */
typedef struct notice {
    int32_t pid, state, status;
} notice;

struct fj_news {
    notice *log; /* what this pid tells, in the order in which it learned it */
    size_t n;
    size_t *told;   /* [pid - 1]: of the log */
    int64_t *tries; /* [pid - 1]: until when it is tried whether it can be reached; 0: it is not */
    bool due;       /* something is to be told / tried */
    bool trying;
    int64_t watch_ns; /* when to choose whom to watch; FB_NEVER: chosen, or others of this host do */
    int watched;
};

furrow_err fj_news_open(furrow_job *job)
{
    size_t n = (size_t)job->nprocs;
    if (job->net_ops != &fnet_route || job->boot.ops->alone(&job->boot)) return FURROW_OK;
    struct fj_news *news = calloc(1, sizeof *news);
    if (!news) return fb_fail(FURROW_ERR_NOMEM, "no memory for news of other pids");
    job->news = news;
    news->watch_ns = fb_now_ns() + WATCH_NS;
    news->log = calloc(n, sizeof *news->log);
    news->told = calloc(n, sizeof *news->told);
    news->tries = calloc(n, sizeof *news->tries);
    return news->log && news->told && news->tries
               ? FURROW_OK
               : fb_fail(FURROW_ERR_NOMEM, "no memory for news of %d pids", job->nprocs);
}

void fj_news_close(furrow_job *job)
{
    if (!job->news) return;
    free(job->news->log);
    free(job->news->told);
    free(job->news->tries);
    free(job->news);
    job->news = NULL;
}

static bool is_near(const furrow_job *job, int pid)
{
    return job->boot.ops->near(&job->boot, pid);
}

/*
 * Of a host's pids one tells: who moves `told` from what it was to itself. Nothing is published by it, so any order will
 * do. Who tells may die before it has: then its own end makes another claim what it had.
 */
static void claim(furrow_job *job, int pid, uint32_t from)
{
    struct fj_news *news = job->news;
    fboot_line *line = &job->boot.head->lines[pid - 1];
    if (!atomic_compare_exchange_strong(&line->told, &from, (uint32_t)job->pid)) return;
    news->log[news->n++] = (notice){.pid = pid,
                                    .state = (int32_t)fboot_peer(&job->boot, pid),
                                    .status = atomic_load_explicit(&line->status, memory_order_relaxed)};
    news->due = true;
}

/* Who leaves tells pid 1 and whom it has met, so only pid 1 has something to add. */
void fj_news_gone(furrow_job *job, int pid)
{
    if (!job->news) return;
    if (pid == job->news->watched || (!job->news->watched && is_near(job, pid))) job->news->watch_ns = fb_now_ns();
    if (job->pid == 1 || fboot_peer(&job->boot, pid) == FBOOT_DEAD) claim(job, pid, 0);
    for (int p = 1; is_near(job, pid) && p <= job->nprocs; p++)
        if (fboot_peer(&job->boot, p) == FBOOT_DEAD) claim(job, p, (uint32_t)pid);
}

/*
 * Hosts watch one another in a ring: the lowest pid of each keeps a connection to the lowest of the next, so that of a
 * host that nobody else has had to do with it is known when it vanishes. Not at once: short jobs end without it.
 */
static bool is_lowest(furrow_job *job, int pid)
{
    for (int p = 1; p < pid; p++)
        if (fboot_peer(&job->boot, p) < FBOOT_LEFT && fj_lead(job, p) == fj_lead(job, pid)) return false;
    return true;
}

static int next_host(furrow_job *job)
{
    for (int k = 1; k < job->nprocs; k++) {
        int pid = (job->pid - 1 + k) % job->nprocs + 1;
        if (!is_near(job, pid) && fboot_peer(&job->boot, pid) < FBOOT_LEFT && is_lowest(job, pid)) return pid;
    }
    return 0;
}

static void watch(furrow_job *job)
{
    struct fj_news *news = job->news;
    news->watch_ns = FB_NEVER;
    news->watched = is_lowest(job, job->pid) ? next_host(job) : 0;
    if (!news->watched || fnet_route_met(job->net, news->watched)) return;
    if (!news->tries[news->watched - 1]) news->tries[news->watched - 1] = FB_NEVER; /* it may join late */
    news->trying = true;
}

/* Not through the queues: what waits there delays leaving, and news must not. */
static furrow_err say(furrow_job *job, int to, const notice *what)
{
    unsigned char packet[1 + sizeof *what] = {FJ_NEWS};
    memcpy(packet + 1, what, sizeof *what);
    return job->net_ops->send(job->net, to, packet, sizeof packet);
}

/* False while it is not known. What could be sent the fabric has to deliver, or to say that it cannot. */
static bool try(furrow_job *job, int pid)
{
    int64_t *until = &job->news->tries[pid - 1];
    const notice ask = {.pid = job->pid, .state = FBOOT_JOINED};
    if (!*until || fboot_peer(&job->boot, pid) >= FBOOT_LEFT) return true;
    if (say(job, pid, &ask) == FURROW_ERR_AGAIN) {
        if (!fb_deadline_passed(*until)) return false;
        job->boot.ops->departed(&job->boot, pid, FBOOT_DEAD, FBOOT_STATUS_UNREACHABLE);
    }
    *until = 0;
    return true;
}

/* False while something is left to be told to pid. What cannot be told to it any more is not. */
static bool tell(furrow_job *job, int pid)
{
    struct fj_news *news = job->news;
    if (is_near(job, pid) || fboot_peer(&job->boot, pid) >= FBOOT_LEFT) return true;
    for (size_t *k = &news->told[pid - 1]; *k < news->n; ++*k)
        if (say(job, pid, &news->log[*k]) == FURROW_ERR_AGAIN) return false;
    return true;
}

int fj_news_poll(furrow_job *job)
{
    struct fj_news *news = job->news;
    if (__builtin_expect(!news, 1)) return 0;
    if (news->watch_ns != FB_NEVER && fb_deadline_passed(news->watch_ns)) watch(job);
    if (!news->due && !news->trying) return 0;
    news->due = news->trying = false;
    for (int pid = 1; pid <= job->nprocs; pid++) {
        if (!try(job, pid)) news->trying = true;
        if (!tell(job, pid)) news->due = true;
    }
    return 0; /* nobody waits for it */
}

bool fj_news_told(void *arg)
{
    const furrow_job *job = arg;
    return !job->news || !job->news->due;
}

/*
 * Who died is believed. Whom another host cannot reach is tried first: what keeps the two apart may be the other's
 * trouble. Of one that left and has had to do with this pid, its own farewell comes, behind all that it sent here.
 */
static void learn(furrow_job *job, const notice *what)
{
    fboot_line *line = &job->boot.head->lines[what->pid - 1];
    bool left = what->state == FBOOT_LEFT;
    uint32_t nobody = 0;
    if (left && fnet_route_met(job->net, what->pid)) return;
    atomic_compare_exchange_strong(&line->told, &nobody, TOLD_BY_OTHERS);
    if (left || what->status != FBOOT_STATUS_UNREACHABLE) {
        job->boot.ops->departed(&job->boot, what->pid, (fboot_state)what->state, what->status);
    } else {
        int64_t *until = &job->news->tries[what->pid - 1], soon = fb_now_ns() + TRY_NS;
        if (!*until || *until > soon) *until = soon;
        job->news->trying = true;
    }
}

furrow_err fj_on_news(furrow_job *job, int from, fb_cursor *body)
{
    const void *bytes;
    notice what;
    furrow_err e = fb_cursor_take(body, sizeof what, &bytes);
    if (e) return e;
    memcpy(&what, bytes, sizeof what);
    if (!job->news || what.pid < 1 || what.pid > job->nprocs || what.state < FBOOT_JOINED || what.state > FBOOT_DEAD)
        return fb_fail(FURROW_ERR_FORMAT, "news of pid %d, state %d, from pid %d", what.pid, what.state, from);
    if (what.state == FBOOT_JOINED || is_near(job, what.pid) || fboot_peer(&job->boot, what.pid) >= FBOOT_LEFT)
        return FURROW_OK;
    learn(job, &what);
    return FURROW_OK;
}
