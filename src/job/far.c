/*
 * far.c - large arguments and answers: encoded into a block of this pid's shared heap, read there by the pid they are
 * for, and only announced by message. The lender frees a block of arguments when the answer is there, and a block of an
 * answer when the reader says so. Used by ask.c, reply.c and request.c.
 */
#include "job/eval.h"
#include <stdlib.h>
#include <string.h>

typedef struct fj_loan {
    struct fj_loan *next;
    uint64_t id;
    int pid;
    void *block;
} fj_loan;

struct fj_loans {
    fj_loan *first;
    uint64_t last_id;
};

furrow_err fj_loans_open(furrow_job *job)
{
    job->service->loans = calloc(1, sizeof(struct fj_loans));
    return job->service->loans ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for large answers");
}

static void end_loan(furrow_job *job, fj_loan **at)
{
    fj_loan *loan = *at;
    *at = loan->next;
    fj_heap_free(job, loan->block);
    free(loan);
}

void fj_loans_close(furrow_job *job)
{
    struct fj_loans *l = job->service->loans;
    while (l && l->first) end_loan(job, &l->first);
    free(l);
    job->service->loans = NULL;
}

void fj_loans_gone(furrow_job *job, int pid)
{
    for (fj_loan **at = &job->service->loans->first; *at;) {
        if ((*at)->pid == pid)
            end_loan(job, at);
        else
            at = &(*at)->next;
    }
}

void fj_loan_end(furrow_job *job, int pid, uint64_t id)
{
    for (fj_loan **at = &job->service->loans->first; *at; at = &(*at)->next) {
        if ((*at)->pid != pid || (*at)->id != id) continue;
        end_loan(job, at);
        return;
    }
}

bool fj_far_block(furrow_job *job, size_t nbytes, fb_buffer *over)
{
    void *block;
    if (nbytes < FJ_FAR_LEAST || job->nprocs == 1) return false;
    if (fj_heap_alloc_raw(job, nbytes, &block)) return false;
    *over = (fb_buffer){.bytes = block, .capacity = nbytes, .limit = nbytes};
    return true;
}

/* The announcement: key and size. */
furrow_err fj_far_put(furrow_job *job, const void *block, size_t nbytes, fb_buffer *body)
{
    fnet_key key;
    furrow_err err = job->net_ops->key_pack(job->net, NULL, block, nbytes, &key);
    if (!err) err = fb_buffer_put(body, key.bytes, sizeof key.bytes);
    if (!err) err = fb_buffer_put_u64(body, nbytes);
    return err;
}

furrow_err fj_far_take(furrow_job *job, int from, fb_cursor *body, fb_cursor *far)
{
    fnet_key key;
    fnet_target target;
    const void *bytes;
    uint64_t nbytes;
    furrow_err err = fb_cursor_take(body, sizeof key.bytes, &bytes);
    if (!err) err = fb_cursor_u64(body, &nbytes);
    if (err) return err;
    memcpy(key.bytes, bytes, sizeof key.bytes);
    err = job->net_ops->key_open(job->net, from, &key, &target);
    if (err) return err;
    if (nbytes > target.nbytes || (job->config.max_nbytes && nbytes > job->config.max_nbytes))
        return fb_fail(FURROW_ERR_LIMIT,
                       "a value of %llu bytes is larger than its memory, or than FURROW_MAX_MEMORY allows",
                       (unsigned long long)nbytes);
    if (!target.direct) return fb_fail(FURROW_ERR_AGAIN, "the memory of pid %d cannot be reached from here", from);
    *far = (fb_cursor){target.direct, (const unsigned char *)target.direct + nbytes};
    return FURROW_OK;
}

furrow_err fj_far_answer(furrow_job *job, int pid, const fv_cell *value, size_t nbytes, fb_buffer *body)
{
    struct fj_loans *l = job->service->loans;
    fb_buffer over;
    if (!job->net_ops->near(job->net, pid)) return FURROW_ERR_AGAIN; /* other hosts get it in fragments */
    fj_loan *loan = malloc(sizeof *loan);
    if (!loan) return fb_fail(FURROW_ERR_NOMEM, "no memory for a large answer");
    if (!fj_far_block(job, nbytes, &over)) {
        free(loan);
        return FURROW_ERR_AGAIN;
    }
    furrow_err err = fv_wire_put(&over, value);
    if (!err) err = fj_far_put(job, over.bytes, over.nbytes, body);
    if (!err) err = fb_buffer_put_u64(body, l->last_id + 1);
    if (err) {
        fj_heap_free(job, over.bytes);
        free(loan);
        return err;
    }
    *loan = (fj_loan){l->first, ++l->last_id, pid, over.bytes};
    l->first = loan;
    return FURROW_OK;
}

furrow_err fj_far_read(furrow_job *job, int from, fb_cursor *body, fv_cell *value)
{
    fb_cursor far;
    uint64_t loan;
    furrow_err err = fj_far_take(job, from, body, &far);
    furrow_err unknown = fb_cursor_u64(body, &loan);
    if (!err) err = unknown;
    if (!err && value) err = fv_wire_get(&far, value);
    if (!unknown) fj_reference_give_back(job, from, loan | FJ_LOAN);
    return err;
}
