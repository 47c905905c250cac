/*
 * ask.c - what is asked of the pids of one operation: a program, its module, limits and arguments in wire form, and the
 * message they make. Counted, since each request may have to send it again.
 */
#include "job/eval.h"
#include <stdlib.h>
#include <string.h>

static furrow_err count_bytes(const fv_cell *args, size_t nargs, size_t *nbytes)
{
    *nbytes = 1;
    for (size_t i = 0; i < nargs; i++) {
        size_t one;
        furrow_err err = fv_wire_nbytes(&args[i], &one);
        if (err) return err;
        if (__builtin_add_overflow(*nbytes, one, nbytes))
            return fb_fail(FURROW_ERR_OVERFLOW, "arguments are too large");
    }
    return FURROW_OK;
}

static furrow_err encode_args(fb_buffer *b, const fv_cell *args, size_t nargs)
{
    if (nargs > FJ_MAX_ARGS)
        return fb_fail(FURROW_ERR_ARG, "a program takes at most %d arguments, not %zu", FJ_MAX_ARGS, nargs);
    furrow_err err = fb_buffer_put_u8(b, (uint8_t)nargs);
    for (size_t i = 0; !err && i < nargs; i++) err = fv_wire_put(b, &args[i]);
    return err;
}

furrow_err fj_ask_new(furrow_job *job, const fj_operation *op, fj_ask **out)
{
    size_t nbytes;
    furrow_err err = count_bytes(op->args, op->nargs, &nbytes);
    if (err) return err;
    fj_ask *ask = calloc(1, sizeof *ask);
    if (!ask) return fb_fail(FURROW_ERR_NOMEM, "no memory for a request");
    ask->refs = 1;
    ask->job = job;
    ask->flags = op->flags;
    ask->limits = op->limits;
    ask->program = furrow_program_hold(op->program);
    ask->far = fj_far_block(job, nbytes, &ask->args);
    ask->module = strdup(op->module);
    err = ask->module ? encode_args(&ask->args, op->args, op->nargs)
                      : fb_fail(FURROW_ERR_NOMEM, "no memory for a request");
    if (err)
        fj_ask_drop(ask);
    else
        *out = ask;
    return err;
}

fj_ask *fj_ask_hold(fj_ask *ask)
{
    ask->refs++;
    return ask;
}

void fj_ask_drop(fj_ask *ask)
{
    if (!ask || --ask->refs > 0) return;
    furrow_program_drop(ask->program);
    free(ask->module);
    if (ask->far)
        fj_heap_free(ask->job, ask->args.bytes);
    else
        fb_buffer_free(&ask->args);
    free(ask);
}

/* Are the arguments read where they stand? Pids of other hosts get them in the message. */
static bool goes_far(const fj_ask *ask, const fj_address *to)
{
    return ask->far && !to->inlined && ask->job->net_ops->near(ask->job->net, to->pid);
}

static furrow_err put_head(fb_buffer *b, const fj_ask *ask, unsigned index, const fj_address *to)
{
    bool limited = ask->limits.steps || ask->limits.nbytes || ask->limits.depth;
    bool far = goes_far(ask, to);
    uint8_t flags = (uint8_t)(ask->flags | (limited ? FJ_EVAL_LIMITS : 0) | (far ? FJ_EVAL_FAR : 0));
    furrow_err err = fb_buffer_put_u8(b, flags);
    if (!err) err = fb_buffer_put_u8(b, (uint8_t)(index & 0xff));
    if (!err) err = fb_buffer_put_u8(b, (uint8_t)(index >> 8));
    if (!err) err = fb_buffer_put_u32(b, ask->limits.time_ms);
    if (!err) err = fb_buffer_put_u64(b, to->id);
    if (!err && limited) err = fb_buffer_put_u64(b, ask->limits.steps);
    if (!err && limited) err = fb_buffer_put_u64(b, ask->limits.nbytes);
    if (!err && limited) err = fb_buffer_put_u32(b, ask->limits.depth);
    if (!err && (flags & FJ_EVAL_KEEP)) err = fb_buffer_put_u64(b, to->kept);
    return err;
}

static furrow_err put_program(fb_buffer *b, const fj_ask *ask)
{
    size_t nbytes, module_nbytes = strlen(ask->module);
    const void *bytes = furrow_program_bytes(ask->program, &nbytes);
    furrow_err err = fb_buffer_put_varint(b, module_nbytes);
    if (!err) err = fb_buffer_put(b, ask->module, module_nbytes);
    if (!err) err = fb_buffer_put_varint(b, nbytes);
    if (!err) err = fb_buffer_put(b, bytes, nbytes);
    return err;
}

furrow_err fj_ask_encode(furrow_job *job, const fj_ask *ask, const fj_address *to, fb_buffer *body, fj_kind *kind)
{
    unsigned index;
    furrow_err err = fj_known_index(job, ask->program, ask->module, &index);
    if (err) return err;
    bool sent = fj_known_sent(job, index, to->pid);
    err = put_head(body, ask, index, to);
    if (!err && !sent) err = put_program(body, ask);
    if (!err && goes_far(ask, to))
        err = fj_far_put(job, ask->args.bytes, ask->args.nbytes, body);
    else if (!err)
        err = fb_buffer_put(body, ask->args.bytes, ask->args.nbytes);
    if (err) return err;
    /* Ways keep the order of a pair, so from here on the number stands for this program there. */
    fj_known_mark(job, index, to->pid, true);
    *kind = sent ? FJ_EVAL : FJ_PROGRAM;
    return FURROW_OK;
}
