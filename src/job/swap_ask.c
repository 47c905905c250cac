/*
 * swap_ask.c - has other pids swap a dictionary, or hand their entries over: each pid of this host is asked itself, of each
 * other host one pid, which asks those beside it and sends one answer. Also the answering side.
 */
#include "job/swap.h"
#include <stdlib.h>
#include <string.h>

enum { RELAY = 1, COLLECT = 2, FULL = 4 };

/* What was asked of targets, here or for another pid. */
typedef struct drive {
    struct drive *next;
    furrow_job *job;
    uint64_t id;
    int64_t deadline_ns;
    fj_swap_group *group; /* held */
    bool collect;
    int *targets; /* 0: has answered */
    size_t ntargets, nleft;
    int parent; /* for whom; 0: this pid itself, which waits */
    uint64_t parent_id;
    fb_buffer answer;        /* entries for the parent */
    furrow_results *results; /* for this pid */
} drive;

/* A swap that another pid asked for. */
typedef struct service {
    fj_swap_op op;
    int from;
    uint64_t id;
} service;

struct fj_drives {
    drive *first;
    uint64_t last_id;
};

furrow_err fj_drives_open(furrow_job *job)
{
    job->drives = calloc(1, sizeof *job->drives);
    return job->drives ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for message dictionaries");
}

static void drive_free(furrow_job *job, drive *d)
{
    drive **link = &job->drives->first;
    while (*link && *link != d) link = &(*link)->next;
    if (*link) *link = d->next;
    d->group->held--;
    furrow_results_free(d->results);
    fb_buffer_free(&d->answer);
    free(d->targets);
    free(d);
}

void fj_drives_close(furrow_job *job)
{
    while (job->drives && job->drives->first) drive_free(job, job->drives->first);
    free(job->drives);
    job->drives = NULL;
}

static drive *find(furrow_job *job, uint64_t id)
{
    drive *d = job->drives->first;
    while (d && d->id != id) d = d->next;
    return d;
}

/* --- answers -------------------------------------------------------------------------------------------------------*/

static void finish(furrow_job *job, drive *d)
{
    fb_buffer b;
    if (d->nleft || !d->parent) return; /* this pid sees it where it waits */
    fb_buffer_init(&b, 0);
    furrow_err e = fb_buffer_put_u8(&b, FJ_SWAP_DONE);
    if (!e) e = fb_buffer_put_u64(&b, d->parent_id);
    if (!e && d->answer.nbytes) e = fb_buffer_put(&b, d->answer.bytes, d->answer.nbytes);
    if (!e) e = fj_send(job, d->parent, FJ_SWAP, b.bytes, b.nbytes);
    fb_buffer_free(&b);
    if (e) fb_fail(e, "pid %d cannot be told what came of its swap", d->parent);
    drive_free(job, d);
}

static size_t entry_of(const furrow_results *results, int pid)
{
    size_t n = furrow_results_count(results), i = 0;
    while (i < n && fj_results_pid(results, i) != pid) i++;
    return i;
}

/* One pid's outcome: bytes are its entry, or nothing, or the record of its error. */
static furrow_err note(drive *d, int pid, bool failed, fb_cursor bytes)
{
    furrow_error_info info;
    fv_cell value = {.tag = FURROW_NOTHING};
    if (d->parent) return fj_bundle_put(&d->answer, pid, failed, bytes.at, fb_cursor_left(&bytes));
    size_t i = entry_of(d->results, pid);
    if (i == furrow_results_count(d->results)) return FURROW_OK;
    if (failed) {
        furrow_err e = fj_record_get(&bytes, &info);
        if (!e) fj_results_fail(d->results, i, &info);
        return e;
    }
    furrow_err e = fb_cursor_left(&bytes) ? fv_wire_get(&bytes, &value) : FURROW_OK;
    if (!e) fj_results_put(d->results, i, &value);
    return e;
}

static furrow_err note_error(drive *d, int pid)
{
    fb_buffer b;
    furrow_error_info info;
    fb_fail_save(&info);
    fb_buffer_init(&b, 0);
    furrow_err e = fj_record_put(&b, &info);
    if (!e) e = note(d, pid, true, (fb_cursor){b.bytes, b.bytes + b.nbytes});
    fb_buffer_free(&b);
    return e;
}

static bool answered(drive *d, int target)
{
    for (size_t i = 0; i < d->ntargets; i++) {
        if (d->targets[i] != target) continue;
        d->targets[i] = 0;
        d->nleft--;
        return true;
    }
    return false;
}

/* The pids that target was to answer for, and that have no outcome, get the error that was just reported. */
static void fail_target(furrow_job *job, drive *d, int target)
{
    furrow_error_info info;
    fb_fail_save(&info);
    for (size_t i = 0; i < d->group->npids; i++) {
        int pid = d->group->pids[i];
        bool theirs = pid == target || (!fj_near(job, target) && fj_lead(job, pid) == fj_lead(job, target));
        if (!theirs || (d->results && fj_results_has(d->results, entry_of(d->results, pid)))) continue;
        if (fj_peer_check(job, pid) == FURROW_OK) fb_fail_restore(&info);
        if (note_error(d, pid)) break;
    }
}

/* --- asking --------------------------------------------------------------------------------------------------------*/

static furrow_err put_group(fb_buffer *b, const fj_swap_group *g)
{
    size_t nmodule = strlen(g->module), nname = strlen(g->name);
    furrow_err e = fb_buffer_put_u8(b, (uint8_t)nmodule);
    if (!e) e = fb_buffer_put(b, g->module, nmodule);
    if (!e) e = fb_buffer_put_u8(b, (uint8_t)nname);
    if (!e) e = fb_buffer_put(b, g->name, nname);
    if (!e) e = fb_buffer_put_u32(b, (uint32_t)g->npids);
    for (size_t i = 0; !e && i < g->npids; i++) e = fb_buffer_put_u32(b, (uint32_t)g->pids[i]);
    return e;
}

/* The group itself travels once to each pid; one that has forgotten it says so. */
static furrow_err ask(furrow_job *job, const drive *d, int target, bool full)
{
    fb_buffer b;
    int64_t left_ns = d->deadline_ns - fb_now_ns();
    bool relay = !fj_near(job, target);
    fb_buffer_init(&b, 0);
    furrow_err e = fb_buffer_put_u8(&b, FJ_SWAP_ASK);
    if (!e) e = fb_buffer_put_u64(&b, d->id);
    if (!e) e = fb_buffer_put_u64(&b, left_ns > 0 ? (uint64_t)left_ns : 0);
    if (!e) e = fb_buffer_put_u8(&b, (uint8_t)((relay ? RELAY : 0) | (d->collect ? COLLECT : 0) | (full ? FULL : 0)));
    if (!e) e = fb_buffer_put_u64(&b, d->group->key);
    if (!e && full) e = put_group(&b, d->group);
    if (!e) e = fj_send(job, target, FJ_SWAP, b.bytes, b.nbytes);
    fb_buffer_free(&b);
    return e;
}

static void own_done(furrow_job *job, void *arg, furrow_err err);

/* This pid is one of its own targets. */
static furrow_err ask_self(furrow_job *job, drive *d)
{
    fb_buffer b;
    if (d->collect) {
        fb_buffer_init(&b, 0);
        furrow_err e = fj_swap_own(job, d->group, &b);
        e = e ? note_error(d, job->pid) : note(d, job->pid, false, (fb_cursor){b.bytes, b.bytes + b.nbytes});
        answered(d, job->pid);
        fb_buffer_free(&b);
        return e;
    }
    service *s = calloc(1, sizeof *s);
    if (!s) return fb_fail(FURROW_ERR_NOMEM, "no memory for a swap");
    *s = (service){.op = {.deadline_ns = d->deadline_ns, .done = own_done}, .id = d->id};
    s->op.arg = s;
    fj_swap_begin(job, d->group, &s->op);
    return FURROW_OK;
}

static void own_done(furrow_job *job, void *arg, furrow_err err)
{
    service *s = arg;
    drive *d = find(job, s->id);
    free(s);
    if (!d) return;
    furrow_err e = err ? note_error(d, job->pid) : note(d, job->pid, false, (fb_cursor){NULL, NULL});
    if (e) fb_fail(e, "the outcome of a swap is lost");
    answered(d, job->pid);
    finish(job, d);
}

static furrow_err drive_new(furrow_job *job, fj_swap_group *g, bool relayed, drive **out)
{
    drive *d = calloc(1, sizeof *d);
    int *targets = calloc(g->npids, sizeof *targets);
    if (!d || !targets) {
        free(d);
        free(targets);
        return fb_fail(FURROW_ERR_NOMEM, "no memory to ask %zu pids", g->npids);
    }
    *d = (drive){.job = job, .id = ++job->drives->last_id, .group = g, .targets = targets, .next = job->drives->first};
    fb_buffer_init(&d->answer, 0);
    memcpy(targets, g->locals, g->nlocals * sizeof *targets);
    if (!relayed) memcpy(targets + g->nlocals, g->reps, g->nreps * sizeof *targets);
    d->ntargets = d->nleft = g->nlocals + (relayed ? 0 : g->nreps);
    g->held++;
    job->drives->first = d;
    *out = d;
    return FURROW_OK;
}

/* This pid comes last: what it does itself may end the drive. */
static void ask_all(furrow_job *job, drive *d, bool full)
{
    bool self = false;
    for (size_t i = 0; i < d->ntargets; i++) {
        int target = d->targets[i];
        self = self || target == job->pid;
        if (target == job->pid || ask(job, d, target, full) == FURROW_OK) continue;
        fail_target(job, d, target);
        answered(d, target);
    }
    if (self && ask_self(job, d)) {
        fail_target(job, d, job->pid);
        answered(d, job->pid);
    }
}

static bool all_answered(void *arg)
{
    return ((const drive *)arg)->nleft == 0;
}

static void give_up(drive *d)
{
    furrow_error_info info;
    fb_fail_save(&info);
    for (size_t i = 0; i < furrow_results_count(d->results); i++) {
        int pid = fj_results_pid(d->results, i);
        if (fj_results_has(d->results, i)) continue;
        fb_fail(info.code, "pid %d has not answered before the deadline", pid);
        fb_fail_pid(pid);
        if (note_error(d, pid)) return;
    }
}

/* What was asked of pids of other hosts before is done: a swap reaches them by way of another pid, and would overtake it. */
static bool far_idle(void *arg)
{
    const drive *d = arg;
    furrow_job *job = d->job;
    for (size_t i = 0; i < d->group->npids; i++)
        if (!fj_near(job, d->group->pids[i]) && fj_request_under_way(job, d->group->pids[i])) return false;
    return true;
}

furrow_err fj_swap_ask(furrow_job *job, const fj_swap_call *call, furrow_results **results)
{
    fj_swap_group *g;
    drive *d;
    *results = NULL;
    furrow_err e = fj_swap_group_of(job, call->module, call->name, call->pids, call->npids, &g);
    bool full = !e && !g->told;
    if (!e) e = drive_new(job, g, false, &d);
    if (e) return e;
    d->collect = call->collect;
    d->deadline_ns = call->deadline_ns;
    e = fj_results_new(call->pids, call->npids, &d->results);
    if (!e) {
        g->told = true;
        bool idle = !g->nreps || fj_wait(job, far_idle, d, 0, call->deadline_ns) == FURROW_OK;
        if (idle) ask_all(job, d, full);
        if (!idle || fj_wait(job, all_answered, d, 0, call->deadline_ns)) give_up(d);
        *results = fj_results_hold(d->results);
        e = fj_results_verdict(*results);
    }
    drive_free(job, d);
    return e;
}

/* --- being asked ---------------------------------------------------------------------------------------------------*/

static furrow_err reply(furrow_job *job, int to, uint64_t id, furrow_err err, const fb_buffer *entry)
{
    fb_buffer b, record;
    furrow_error_info info;
    fb_buffer_init(&b, 0);
    fb_buffer_init(&record, 0);
    fb_fail_save(&info);
    furrow_err e = err ? fj_record_put(&record, &info) : FURROW_OK;
    const fb_buffer *bytes = err ? &record : entry;
    if (!e) e = fb_buffer_put_u8(&b, FJ_SWAP_DONE);
    if (!e) e = fb_buffer_put_u64(&b, id);
    if (!e) e = fj_bundle_put(&b, job->pid, err != FURROW_OK, bytes->bytes, bytes->nbytes);
    if (!e) e = fj_send(job, to, FJ_SWAP, b.bytes, b.nbytes);
    fb_buffer_free(&record);
    fb_buffer_free(&b);
    return e;
}

static void service_done(furrow_job *job, void *arg, furrow_err err)
{
    service *s = arg;
    static const fb_buffer none;
    if (reply(job, s->from, s->id, err, &none)) fb_fail(FURROW_ERR_PEER_DEAD, "pid %d cannot be answered", s->from);
    free(s);
}

static furrow_err get_group(furrow_job *job, fb_cursor *c, fj_swap_group **g)
{
    char module[FJ_NAME_NBYTES], name[FJ_NAME_NBYTES];
    uint32_t n = 0, pid = 0, last = 0;
    furrow_err e = fj_name_take(c, module);
    if (!e) e = fj_name_take(c, name);
    if (!e) e = fb_cursor_u32(c, &n);
    if (e) return e;
    if (n == 0 || n > (uint32_t)job->nprocs) return fb_fail(FURROW_ERR_FORMAT, "a swap among %u pids", n);
    int *pids = calloc(n, sizeof *pids);
    if (!pids) return fb_fail(FURROW_ERR_NOMEM, "no memory for a swap among %u pids", n);
    for (uint32_t i = 0; !e && i < n; i++) {
        e = fb_cursor_u32(c, &pid);
        if (!e && (pid <= last || pid > (uint32_t)job->nprocs))
            e = fb_fail(FURROW_ERR_FORMAT, "a swap with pid %u", pid);
        last = pid;
        pids[i] = (int)pid;
    }
    if (!e) e = fj_swap_group_of(job, module, name, pids, n, g);
    free(pids);
    return e;
}

typedef struct question {
    uint64_t id, left_ns, key;
    uint8_t flags;
} question;

static furrow_err serve(furrow_job *job, int from, const question *q, fj_swap_group *g)
{
    fb_buffer b;
    if (q->flags & COLLECT) {
        fb_buffer_init(&b, 0);
        furrow_err own = fj_swap_own(job, g, &b), e = reply(job, from, q->id, own, &b);
        fb_buffer_free(&b);
        return e;
    }
    service *s = calloc(1, sizeof *s);
    if (!s) return fb_fail(FURROW_ERR_NOMEM, "no memory for a swap");
    *s = (service){
        .op = {.deadline_ns = fb_now_ns() + (int64_t)q->left_ns, .done = service_done}, .from = from, .id = q->id};
    s->op.arg = s;
    fj_swap_begin(job, g, &s->op);
    return FURROW_OK;
}

static furrow_err relay(furrow_job *job, int from, const question *q, fj_swap_group *g)
{
    drive *d;
    bool full = !g->told;
    furrow_err e = drive_new(job, g, true, &d);
    if (e) return e;
    d->collect = q->flags & COLLECT;
    d->deadline_ns = fb_now_ns() + (int64_t)q->left_ns;
    d->parent = from;
    d->parent_id = q->id;
    g->told = true;
    uint64_t id = d->id;
    ask_all(job, d, full);
    d = find(job, id);
    if (d) finish(job, d);
    return FURROW_OK;
}

static furrow_err on_ask(furrow_job *job, int from, fb_cursor *body)
{
    question q = {.id = 0};
    furrow_err e = fb_cursor_u64(body, &q.id);
    if (!e) e = fb_cursor_u64(body, &q.left_ns);
    if (!e) e = fb_cursor_u8(body, &q.flags);
    if (!e) e = fb_cursor_u64(body, &q.key);
    if (e) return e;
    if (q.left_ns > INT64_MAX / 2) q.left_ns = INT64_MAX / 2;
    fj_swap_group *g = fj_swap_group_find(job, q.key);
    if (!g && q.flags & FULL) e = get_group(job, body, &g);
    if (e) return e;
    if (!g) {
        fb_buffer b;
        fb_buffer_init(&b, 0);
        e = fb_buffer_put_u8(&b, FJ_SWAP_UNKNOWN);
        if (!e) e = fb_buffer_put_u64(&b, q.id);
        if (!e) e = fj_send(job, from, FJ_SWAP, b.bytes, b.nbytes);
        fb_buffer_free(&b);
        return e;
    }
    bool mine = false;
    for (size_t i = 0; i < g->nlocals; i++) mine = mine || g->locals[i] == job->pid;
    if (!mine) return fb_fail(FURROW_ERR_FORMAT, "pid %d asks for a swap that this pid has no part in", from);
    return q.flags & RELAY ? relay(job, from, &q, g) : serve(job, from, &q, g);
}

static furrow_err on_answer(furrow_job *job, int from, fb_cursor *body, bool unknown)
{
    uint64_t id;
    int pid = 0;
    bool failed = false;
    fb_cursor entry;
    furrow_err e = fb_cursor_u64(body, &id);
    drive *d = e ? NULL : find(job, id);
    if (!d) return e;
    bool due = false;
    for (size_t i = 0; i < d->ntargets; i++) due = due || d->targets[i] == from;
    if (!due) return FURROW_OK;
    if (unknown) return ask(job, d, from, true);
    while (!e && fb_cursor_left(body)) {
        e = fj_bundle_next(job, body, &pid, &failed, &entry);
        if (!e) e = note(d, pid, failed, entry);
    }
    if (e) fail_target(job, d, from);
    answered(d, from);
    finish(job, d);
    return e;
}

furrow_err fj_on_swap(furrow_job *job, int from, fb_cursor *body)
{
    uint8_t word;
    furrow_err e = fb_cursor_u8(body, &word);
    if (e) return e;
    switch (word) {
    case FJ_SWAP_BUNDLE:
        return fj_on_bundle(job, from, body);
    case FJ_SWAP_ASK:
        return on_ask(job, from, body);
    case FJ_SWAP_UNKNOWN:
    case FJ_SWAP_DONE:
        return on_answer(job, from, body, word == FJ_SWAP_UNKNOWN);
    default:
        return fb_fail(FURROW_ERR_FORMAT, "word %u about a swap, from pid %d", word, from);
    }
}

void fj_drives_gone(furrow_job *job, int pid)
{
    for (drive *d = job->drives ? job->drives->first : NULL, *next; d; d = next) {
        next = d->next;
        for (size_t i = 0; i < d->ntargets; i++) {
            if (d->targets[i] != pid) continue;
            if (fj_peer_check(job, pid)) fail_target(job, d, pid);
            answered(d, pid);
            finish(job, d);
            break;
        }
    }
}
