/*
 * request.c - the caller's side of the service: requests under way, their answers, and what becomes of them when a
 * target does not know a program, dies or leaves. An answer is handed over once; a request that failed says whether it
 * may have run (promise P10).
 */
#include "job/eval.h"
#include <stdlib.h>
#include <string.h>

#define CHUNK        256
#define MAX_REQUESTS (1u << 24)

typedef struct fj_request {
    int pid;             /* 0: free */
    uint32_t generation; /* moves when the place is given to another request */
    uint32_t next_free;
    bool resent;
    bool abandoned; /* nobody waits for it any more, not even leave */
    fj_ask *ask;
    uint64_t kept;
    fj_answer answer;
} fj_request;

struct fj_requests {
    fj_request **chunks;
    uint32_t n; /* places made */
    uint32_t free;
    uint32_t open, abandoned;
    uint32_t *open_to; /* by pid */
};
#define NO_PLACE UINT32_MAX

furrow_err fj_requests_open(furrow_job *job)
{
    struct fj_requests *r = calloc(1, sizeof *r);
    if (r) r->open_to = calloc((size_t)job->nprocs + 1, sizeof *r->open_to);
    if (!r || !r->open_to) {
        free(r);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for requests");
    }
    r->free = NO_PLACE;
    job->service->requests = r;
    return FURROW_OK;
}

static fj_request *place(const struct fj_requests *r, uint32_t i)
{
    return &r->chunks[i / CHUNK][i % CHUNK];
}

static furrow_err add_chunk(struct fj_requests *r)
{
    if (r->n >= MAX_REQUESTS)
        return fb_fail(FURROW_ERR_LIMIT, "%u requests are under way, the most there may be", r->n);
    fj_request **chunks = realloc(r->chunks, (r->n / CHUNK + 1) * sizeof *chunks);
    if (chunks) r->chunks = chunks;
    fj_request *chunk = chunks ? calloc(CHUNK, sizeof *chunk) : NULL;
    if (!chunk) return fb_fail(FURROW_ERR_NOMEM, "no memory for another request");
    r->chunks[r->n / CHUNK] = chunk;
    for (uint32_t i = 0; i < CHUNK; i++) chunk[i].next_free = i + 1 < CHUNK ? r->n + i + 1 : r->free;
    r->free = r->n;
    r->n += CHUNK;
    return FURROW_OK;
}

/* The open request with this id, or NULL: ids come from outside. */
static fj_request *find(const struct fj_requests *r, uint64_t id)
{
    uint32_t i = (uint32_t)id;
    if (i >= r->n) return NULL;
    fj_request *q = place(r, i);
    return q->pid && q->generation == (uint32_t)(id >> 32) ? q : NULL;
}

furrow_err fj_request_open(furrow_job *job, int pid, fj_ask *ask, fj_answer answer, uint64_t *id)
{
    struct fj_requests *r = job->service->requests;
    furrow_err err = r->free == NO_PLACE ? add_chunk(r) : FURROW_OK;
    if (err) return err;
    uint32_t i = r->free;
    fj_request *q = place(r, i);
    r->free = q->next_free;
    r->open++;
    r->open_to[pid]++;
    q->pid = pid;
    q->resent = q->abandoned = false;
    q->ask = ask ? fj_ask_hold(ask) : NULL;
    q->kept = 0;
    q->answer = answer;
    *id = (uint64_t)q->generation << 32 | i;
    return FURROW_OK;
}

static void close_request(struct fj_requests *r, fj_request *q, uint32_t i)
{
    fj_ask_drop(q->ask);
    q->ask = NULL;
    r->open_to[q->pid]--;
    r->abandoned -= q->abandoned;
    q->pid = 0;
    q->generation++;
    q->next_free = r->free;
    r->free = i;
    r->open--;
}

void fj_request_cancel(furrow_job *job, uint64_t id)
{
    fj_request *q = find(job->service->requests, id);
    if (q) close_request(job->service->requests, q, (uint32_t)id);
}

bool fj_request_under_way(const furrow_job *job, int pid)
{
    return job->service->requests->open_to[pid] > 0;
}

void fj_requests_abandon(furrow_job *job, const void *arg)
{
    struct fj_requests *r = job->service->requests;
    for (uint32_t i = 0; i < r->n; i++) {
        fj_request *q = place(r, i);
        if (!q->pid || q->answer.arg != arg || q->abandoned) continue;
        q->abandoned = true;
        r->abandoned++;
    }
}

bool fj_service_idle(void *arg)
{
    const struct fj_requests *r = ((const furrow_job *)arg)->service->requests;
    return r->open == r->abandoned;
}

/* Closes the request first: answered may begin others. */
static void finish(furrow_job *job, uint64_t id, fj_outcome *outcome)
{
    fj_request *q = find(job->service->requests, id);
    fj_answer answer = q->answer;
    close_request(job->service->requests, q, (uint32_t)id);
    if (answer.call)
        answer.call(job, answer.arg, answer.entry, outcome);
    else
        fv_cell_drop(&outcome->value);
}

/* Ends a request with the error that was just reported. */
static void finish_failed(furrow_job *job, uint64_t id)
{
    furrow_error_info info;
    fb_fail_save(&info);
    fj_outcome outcome = {.code = info.code, .info = &info};
    finish(job, id, &outcome);
}

/* --- sending */

struct room {
    furrow_job *job;
    int pid;
    fj_kind kind;
    const fb_buffer *body;
    furrow_err err;
};

static bool try_send(void *arg)
{
    struct room *room = arg;
    room->err = fj_send(room->job, room->pid, room->kind, room->body->bytes, room->body->nbytes);
    return room->err != FURROW_ERR_LIMIT && room->err != FURROW_ERR_AGAIN;
}

furrow_err fj_send_waiting(furrow_job *job, int pid, fj_kind kind, const fb_buffer *body, int64_t deadline_ns)
{
    struct room room = {job, pid, kind, body, FURROW_OK};
    if (try_send(&room)) return room.err;
    furrow_err err = fj_wait(job, try_send, &room, pid, deadline_ns);
    return err ? err : room.err;
}

static furrow_err send_ask(furrow_job *job, fj_request *q, uint64_t id, bool may_wait, int64_t deadline_ns)
{
    fb_buffer body;
    fj_kind kind;
    int pid = q->pid;
    fj_ask *ask = fj_ask_hold(q->ask); /* the request may be gone after waiting */
    fb_buffer_init(&body, 0);
    furrow_err err = fj_ask_encode(job, ask, &(fj_address){pid, q->resent, id, q->kept}, &body, &kind);
    if (!err && may_wait)
        err = fj_send_waiting(job, pid, kind, &body, deadline_ns);
    else if (!err)
        err = fj_send(job, pid, kind, body.bytes, body.nbytes);
    if (err && kind == FJ_PROGRAM) {
        unsigned index;
        if (fj_known_index(job, ask->program, ask->module, &index) == FURROW_OK) fj_known_mark(job, index, pid, false);
    }
    fb_buffer_free(&body);
    fj_ask_drop(ask);
    return err;
}

/* What a pid asks of itself runs at once, without messages. */
static void run_here(furrow_job *job, uint64_t id, const fj_ask *ask, uint64_t kept)
{
    fj_outcome outcome = {.code = FURROW_OK};
    if (fj_evaluate_ask(job, ask, kept, &outcome.value))
        finish_failed(job, id);
    else
        finish(job, id, &outcome);
}

furrow_err fj_request_send(furrow_job *job, int pid, fj_ask *ask, uint64_t kept, int64_t deadline_ns, fj_answer answer)
{
    uint64_t id;
    furrow_err err = fj_peer_check(job, pid);
    if (!err) err = fj_request_open(job, pid, ask, answer, &id);
    if (err) {
        fb_fail_advice("It was not sent: nothing was run at pid %d.", pid);
        return err;
    }
    fj_request *q = find(job->service->requests, id);
    q->kept = kept;
    if (pid == job->pid) {
        run_here(job, id, ask, kept);
        return FURROW_OK;
    }
    err = send_ask(job, q, id, true, deadline_ns);
    if (err && find(job->service->requests, id)) {
        fj_request_cancel(job, id);
        fb_fail_advice("It was not sent: nothing was run at pid %d.", pid);
        return err;
    }
    return FURROW_OK; /* or it was ended, and handed over, while this waited for room */
}

/* --- answers */

static void resend(furrow_job *job, fj_request *q, uint64_t id)
{
    unsigned index;
    furrow_err err = FURROW_OK;
    if (!q->ask || q->resent)
        err = fb_fail(FURROW_ERR_UNKNOWN_PROGRAM, "pid %d does not know the program; it was not run", q->pid);
    if (!err) err = fj_known_index(job, q->ask->program, q->ask->module, &index);
    if (!err) {
        fj_known_mark(job, index, q->pid, false);
        q->resent = true;
        err = send_ask(job, q, id, false, 0);
    }
    if (!err) return;
    fb_fail_pid(q->pid);
    finish_failed(job, id);
}

static void finish_error(furrow_job *job, int from, uint64_t id, fb_cursor *body)
{
    furrow_error_info info;
    if (fj_record_get(body, &info)) fb_fail_save(&info);
    if (info.pid == 0) info.pid = from;
    fj_outcome outcome = {.code = info.code, .info = &info};
    finish(job, id, &outcome);
}

static void finish_value(furrow_job *job, int from, uint64_t id, fj_status status, fb_cursor *body)
{
    fj_outcome outcome = {.code = FURROW_OK};
    furrow_err err = FURROW_OK;
    if (status == FJ_VALUE) {
        err = fv_wire_get(body, &outcome.value);
    } else if (status == FJ_FAR) {
        err = fj_far_read(job, from, body, &outcome.value);
    } else if (status == FJ_FLOAT64) {
        uint64_t bits = 0;
        err = fb_cursor_u64(body, &bits);
        outcome.value = (fv_cell){.tag = FURROW_FLOAT64, .u = bits};
    }
    if (err) {
        fb_fail_pid(from);
        finish_failed(job, id);
    } else {
        finish(job, id, &outcome);
    }
}

furrow_err fj_on_result(furrow_job *job, int from, fb_cursor *body)
{
    uint8_t status;
    uint64_t id;
    furrow_err err = fb_cursor_u8(body, &status);
    if (!err) err = fb_cursor_u64(body, &id);
    if (err) return err;
    if (status > FJ_UNKNOWN) return fb_fail(FURROW_ERR_FORMAT, "an answer has the unknown status %u", status);
    fj_request *q = find(job->service->requests, id);
    if (!q || q->pid != from) /* nobody waits for it any more */
        return status == FJ_FAR ? fj_far_read(job, from, body, NULL) : FURROW_OK;
    if (status == FJ_UNKNOWN)
        resend(job, q, id);
    else if (status == FJ_ERROR)
        finish_error(job, from, id, body);
    else
        finish_value(job, from, id, (fj_status)status, body);
    return FURROW_OK;
}

/* --- the end of a pid, and of the job */

static void report_gone(furrow_job *job, int pid)
{
    bool left = fj_peer_check(job, pid) == FURROW_ERR_PEER_LEFT;
    furrow_error_info how; /* "pid 3 was killed by signal 9 (Killed)" */
    fb_fail_save(&how);
    if (left)
        fb_fail(FURROW_ERR_PEER_LEFT, "pid %d left the job before it answered; what was asked may have run", pid);
    else
        fb_fail(FURROW_ERR_PEER_DEAD, "pid %d died before it answered; what was asked may have run (%s)", pid,
                how.message);
    fb_fail_pid(pid);
}

void fj_service_gone(furrow_job *job, int pid)
{
    struct fj_requests *r = job->service ? job->service->requests : NULL;
    if (!r) return;
    for (uint32_t i = 0; i < r->n && r->open > 0; i++) {
        const fj_request *q = place(r, i);
        if (q->pid != pid) continue;
        uint64_t id = (uint64_t)q->generation << 32 | i;
        report_gone(job, pid);
        finish_failed(job, id);
    }
    fj_references_gone(job, pid);
    fj_loans_gone(job, pid);
    fj_replies_gone(job, pid);
}

void fj_requests_close(furrow_job *job)
{
    struct fj_requests *r = job->service->requests;
    if (!r) return;
    for (uint32_t i = 0; i < r->n; i++) {
        const fj_request *q = place(r, i);
        if (!q->pid) continue;
        uint64_t id = (uint64_t)q->generation << 32 | i;
        fb_fail(FURROW_ERR_CLOSED, "this pid left the job before pid %d answered; what was asked may have run", q->pid);
        fb_fail_pid(q->pid);
        finish_failed(job, id);
    }
    for (uint32_t i = 0; i < r->n / CHUNK; i++) free(r->chunks[i]);
    free(r->chunks);
    free(r->open_to);
    free(r);
    job->service->requests = NULL;
}
