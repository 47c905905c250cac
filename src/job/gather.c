/*
 * gather.c - barriers between hosts, see gather.h. Arrivals and withdrawals of one host come from different pids and in
 * any order: pid 1 counts them up and down, and a host has arrived while its count is one.
 */
#include "job/gather.h"
#include <stdlib.h>
#include <string.h>

typedef struct said { /* body of FJ_BARRIER */
    uint32_t word, round;
    int32_t speaker; /* FJ_BROKEN: the pid that is gone; FJ_MISSING: the pid that has not come; FJ_WHO: who asks */
    uint32_t nlocal; /* FJ_BROKEN: its fboot_state; FJ_MISSING: whether it is that pid, not just one of its host */
    int32_t status;  /* FJ_BROKEN: its status */
} said;

typedef struct host {
    int32_t balance;
    uint32_t nlocal;
    int messenger; /* who said so last: is told the outcome */
    uint32_t came; /* round + 1 in which it arrived last */
} host;

struct fj_gather { /* at pid 1 */
    host *hosts;   /* [speaker - 1] */
    uint32_t round;
};

furrow_err fj_gather_open(furrow_job *job)
{
    if (job->pid != 1) return FURROW_OK;
    job->gather = calloc(1, sizeof *job->gather);
    if (job->gather) job->gather->hosts = calloc((size_t)job->nprocs, sizeof(host));
    return job->gather && job->gather->hosts
               ? FURROW_OK
               : fb_fail(FURROW_ERR_NOMEM, "no memory for barriers of %d pids", job->nprocs);
}

void fj_gather_close(furrow_job *job)
{
    if (job->gather) free(job->gather->hosts);
    free(job->gather);
    job->gather = NULL;
}

/* Answers to who asks: pid 1 does not know. Whoever of this host makes progress does, the late one itself too. */
static void tell_who(furrow_job *job, const said *s)
{
    int absent = fj_barrier_absent(job, s->round);
    said missing = {.word = FJ_MISSING, .round = s->round, .speaker = absent, .nlocal = true};
    if (absent && fj_send(job, s->speaker, FJ_BARRIER, &missing, sizeof missing)) return; /* who asked is gone */
}

static void outcome(furrow_job *job, const said *s)
{
    if (s->word == FJ_PASSED) {
        fj_barrier_passed(job, s->round);
        return;
    }
    if (s->word == FJ_WHO) {
        tell_who(job, s);
        return;
    }
    bool known = s->speaker >= 1 && s->speaker <= job->nprocs && s->speaker != job->pid;
    if (s->word == FJ_MISSING) {
        if (known) fj_barrier_missing(job, s->round, s->speaker, s->nlocal);
        return;
    }
    if (known)
        job->boot.ops->departed(&job->boot, s->speaker, s->nlocal == FBOOT_LEFT ? FBOOT_LEFT : FBOOT_DEAD, s->status);
    fj_barrier_broken(job, s->round);
}

/* A messenger that cannot be told is gone itself. */
static void answer(furrow_job *job, int messenger, const said *s)
{
    if (messenger == job->pid)
        outcome(job, s);
    else if (fj_send(job, messenger, FJ_BARRIER, s, sizeof *s))
        return;
}

static void answer_all(furrow_job *job, const said *s)
{
    struct fj_gather *g = job->gather;
    for (int k = 0; k < job->nprocs; k++) {
        if (g->hosts[k].balance != 1) continue;
        if (s->word == FJ_PASSED) g->hosts[k].balance = 0;
        answer(job, g->hosts[k].messenger, s);
    }
}

static void answer_broken(furrow_job *job)
{
    int pid = fj_lost_pid(job);
    said s = {.word = FJ_BROKEN,
              .round = job->gather->round,
              .speaker = pid,
              .nlocal = (uint32_t)fboot_peer(&job->boot, pid),
              .status = atomic_load_explicit(&job->boot.head->lines[pid - 1].status, memory_order_relaxed)};
    answer_all(job, &s);
}

void fj_barrier_gone(furrow_job *job, int pid)
{
    (void)pid;
    if (job->gather) answer_broken(job);
}

static bool arrived(const struct fj_gather *g, int speaker, bool once)
{
    const host *h = &g->hosts[speaker - 1];
    return once ? h->came == g->round + 1 : h->balance == 1;
}

/* The lowest pid whose host has not arrived; once: a host that has withdrawn counts as one that has. */
static int first_missing(furrow_job *job, bool once)
{
    const struct fj_gather *g = job->gather;
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (!arrived(g, fj_lead(job, pid), once) && !arrived(g, pid, once)) return pid;
    return 0;
}

static void tell_missing(furrow_job *job, int asker)
{
    int pid = first_missing(job, true);
    if (!pid) pid = first_missing(job, false);
    if (!pid) return; /* they have all come meanwhile */
    int absent = fj_near(job, pid) ? fj_barrier_absent(job, job->gather->round) : 0;
    said s = {.word = FJ_MISSING, .round = job->gather->round, .speaker = absent ? absent : pid, .nlocal = absent > 0};
    answer(job, asker, &s);
    if (absent) return;
    s = (said){.word = FJ_WHO, .round = job->gather->round, .speaker = asker};
    for (int p = 1; p <= job->nprocs; p++)
        if (fj_lead(job, p) == fj_lead(job, pid)) answer(job, p, &s);
}

static void count(furrow_job *job, int from, const said *s)
{
    struct fj_gather *g = job->gather;
    host *h = &g->hosts[s->speaker - 1];
    if (s->round != g->round) return; /* withdrawn from a round that was over */
    if (s->word == FJ_ASKING) {
        tell_missing(job, from);
        return;
    }
    h->balance += s->word == FJ_ARRIVED ? 1 : -1;
    h->nlocal = s->nlocal;
    if (s->word == FJ_ARRIVED) h->messenger = from, h->came = s->round + 1;
    if (fj_nlost(job)) {
        answer_broken(job);
        return;
    }
    uint64_t arrived = 0;
    for (int k = 0; k < job->nprocs; k++) arrived += g->hosts[k].balance == 1 ? g->hosts[k].nlocal : 0;
    if (arrived != (uint64_t)job->nprocs) return;
    said passed = {.word = FJ_PASSED, .round = g->round++};
    answer_all(job, &passed);
}

void fj_gather_say(furrow_job *job, fj_word word, uint32_t round, int speaker, uint32_t nlocal)
{
    said s = {.word = word, .round = round, .speaker = speaker, .nlocal = nlocal};
    if (job->pid == 1)
        count(job, 1, &s);
    else if (fj_send(job, 1, FJ_BARRIER, &s, sizeof s))
        return; /* pid 1 is gone: progress finds out */
}

static bool acceptable(furrow_job *job, int from, const said *s)
{
    bool named = s->speaker >= 1 && s->speaker <= job->nprocs;
    switch (s->word) {
    case FJ_ARRIVED:
    case FJ_WITHDRAWN:
    case FJ_ASKING:
        return job->pid == 1 && named;
    case FJ_PASSED:
    case FJ_BROKEN:
        return job->pid != 1 && from == 1;
    case FJ_MISSING:
        return named && (from == 1 || fj_lead(job, from) == fj_lead(job, s->speaker));
    case FJ_WHO:
        return from == 1 && named && s->speaker != job->pid;
    default:
        return false;
    }
}

furrow_err fj_on_barrier(furrow_job *job, int from, fb_cursor *body)
{
    const void *bytes;
    said s;
    furrow_err e = fb_cursor_take(body, sizeof s, &bytes);
    if (e) return e;
    memcpy(&s, bytes, sizeof s);
    if (!acceptable(job, from, &s))
        return fb_fail(FURROW_ERR_FORMAT, "word %u about a barrier, from pid %d", s.word, from);
    if (s.word <= FJ_ASKING)
        count(job, from, &s);
    else
        outcome(job, &s);
    return FURROW_OK;
}
