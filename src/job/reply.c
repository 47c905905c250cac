/*
 * reply.c - answers to requests of other pids. A double goes in a few bytes without allocating; anything else is
 * encoded into one buffer that is reused. An answer that finds the way full becomes a short refusal, kept until there
 * is room: the asker is never left waiting without a word.
 */
#include "job/eval.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_NBYTES (1u << 20) /* of the buffer, between replies */

/* What could not be sent: only who asked and for what. */
struct fj_unsent {
    struct fj_unsent *next;
    uint64_t id;
    int pid;
    bool unknown;
};

static void start(fb_buffer *b)
{
    if (b->capacity > KEPT_NBYTES) fb_buffer_free(b);
    b->nbytes = 0;
}

static furrow_err put_status(fb_buffer *b, fj_status status, uint64_t id)
{
    furrow_err err = fb_buffer_put_u8(b, (uint8_t)status);
    return err ? err : fb_buffer_put_u64(b, id);
}

/* A short message on the stack: status, id and up to eight bytes. */
static furrow_err send_short(furrow_job *job, int pid, fj_status status, uint64_t id, const void *payload,
                             size_t nbytes)
{
    unsigned char packet[FJ_PACKED];
    packet[0] = FJ_RESULT;
    packet[1] = (unsigned char)status;
    memcpy(packet + 2, &id, 8);
    if (nbytes) memcpy(packet + 10, payload, nbytes);
    return fj_send_packed(job, pid, packet, 10 + nbytes);
}

static void keep_unsent(furrow_job *job, int pid, uint64_t id, bool unknown)
{
    struct fj_unsent *u = malloc(sizeof *u);
    if (!u) return; /* the asker's deadline is all that is left */
    *u = (struct fj_unsent){job->service->unsent, id, pid, unknown};
    job->service->unsent = u;
}

static bool is_full(furrow_err err)
{
    return err == FURROW_ERR_LIMIT || err == FURROW_ERR_AGAIN || err == FURROW_ERR_NOMEM;
}

void fj_reply_error(furrow_job *job, int pid, uint64_t id)
{
    furrow_error_info info;
    fb_buffer *b = &job->service->reply;
    fb_fail_save(&info);
    if (info.pid == 0) info.pid = job->pid;
    start(b);
    furrow_err err = put_status(b, FJ_ERROR, id);
    if (!err) err = fj_record_put(b, &info);
    if (!err) err = fj_send(job, pid, FJ_RESULT, b->bytes, b->nbytes);
    if (is_full(err)) keep_unsent(job, pid, id, false);
}

void fj_reply_unknown(furrow_job *job, int pid, uint64_t id)
{
    if (is_full(send_short(job, pid, FJ_UNKNOWN, id, NULL, 0))) keep_unsent(job, pid, id, true);
}

void fj_reply_done(furrow_job *job, int pid, uint64_t id)
{
    if (is_full(send_short(job, pid, FJ_DONE, id, NULL, 0))) keep_unsent(job, pid, id, false);
}

/* A large value stays in this pid's memory, to be read there. */
static furrow_err encode_value(furrow_job *job, int pid, uint64_t id, const fv_cell *value)
{
    fb_buffer *b = &job->service->reply;
    size_t nbytes;
    furrow_err err = fv_wire_nbytes(value, &nbytes);
    start(b);
    if (!err && nbytes >= FJ_FAR_LEAST) {
        err = put_status(b, FJ_FAR, id);
        if (!err) err = fj_far_answer(job, pid, value, nbytes, b);
        if (err != FURROW_ERR_AGAIN) return err;
        err = FURROW_OK;
        start(b);
    }
    if (!err) err = put_status(b, FJ_VALUE, id);
    return err ? err : fv_wire_put(b, value);
}

void fj_reply_value(furrow_job *job, int pid, uint64_t id, const fv_cell *value)
{
    furrow_err err;
    if (value->tag == FURROW_FLOAT64) {
        err = send_short(job, pid, FJ_FLOAT64, id, &value->d, sizeof value->d);
    } else {
        err = encode_value(job, pid, id, value);
        if (!err) err = fj_send(job, pid, FJ_RESULT, job->service->reply.bytes, job->service->reply.nbytes);
    }
    if (err) fj_reply_error(job, pid, id);
}

/* The refusal in place of an answer that found no room. */
static furrow_err send_refusal(furrow_job *job, const struct fj_unsent *u)
{
    if (u->unknown) return send_short(job, u->pid, FJ_UNKNOWN, u->id, NULL, 0);
    furrow_error_info info = {.code = FURROW_ERR_LIMIT, .pid = job->pid};
    snprintf(info.message, sizeof info.message, "it ran, but its answer was dropped: too many were waiting for pid %d",
             u->pid);
    fb_buffer *b = &job->service->reply;
    start(b);
    furrow_err err = put_status(b, FJ_ERROR, u->id);
    if (!err) err = fj_record_put(b, &info);
    return err ? err : fj_send(job, u->pid, FJ_RESULT, b->bytes, b->nbytes);
}

int fj_replies_poll(furrow_job *job)
{
    int sent = 0;
    for (struct fj_unsent **at = &job->service->unsent; *at;) {
        struct fj_unsent *u = *at;
        if (is_full(send_refusal(job, u))) {
            at = &u->next;
            continue;
        }
        *at = u->next;
        free(u);
        sent++;
    }
    return sent;
}

void fj_replies_gone(furrow_job *job, int pid)
{
    for (struct fj_unsent **at = &job->service->unsent; *at;) {
        struct fj_unsent *u = *at;
        if (u->pid == pid) {
            *at = u->next;
            free(u);
        } else {
            at = &u->next;
        }
    }
}

void fj_replies_close(furrow_job *job)
{
    while (job->service->unsent) {
        struct fj_unsent *u = job->service->unsent;
        job->service->unsent = u->next;
        free(u);
    }
    fb_buffer_free(&job->service->reply);
}
