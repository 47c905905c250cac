/*
 * service.c - evaluation at the target: takes requests of other pids, runs their programs under limits, answers each
 * once. Called from message.c's dispatch and, for what a pid asks of itself, from request.c. Never waits.
 */
#include "job/eval.h"
#include <stdlib.h>
#include <string.h>

static furrow_limits default_limits(const fb_config *c)
{
    return (furrow_limits){
        .steps = c->max_steps,
        .nbytes = c->max_nbytes,
        .depth = c->max_depth > UINT32_MAX ? UINT32_MAX : (uint32_t)c->max_depth,
        .time_ms = c->max_time_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)c->max_time_ms,
    };
}

furrow_err fj_service_open(furrow_job *job)
{
    job->service = calloc(1, sizeof *job->service);
    if (!job->service) return fb_fail(FURROW_ERR_NOMEM, "no memory for the evaluation service");
    fb_buffer_init(&job->service->reply, 0);
    furrow_err err = fx_vm_open(fj_host(job), &job->service->vm);
    if (!err) err = fj_programs_open(job);
    if (!err) err = fj_known_open(job);
    if (!err) err = fj_requests_open(job);
    if (!err) err = fj_texts_open(job);
    if (!err) err = fj_exports_open(job);
    if (!err) err = fj_references_open(job);
    if (!err) err = fj_loans_open(job);
    if (err) {
        fj_service_close(job);
        return err;
    }
    job->service->limits = default_limits(&job->config);
    fx_vm_limits(job->service->vm, &job->service->limits);
    return FURROW_OK;
}

void fj_service_close(furrow_job *job)
{
    if (!job->service) return;
    fj_requests_close(job);
    fj_futures_close(job);
    fj_references_close(job);
    fj_loans_close(job);
    fj_texts_close(job);
    fj_known_close(job);
    fj_programs_close(job);
    fj_exports_close(job);
    fj_replies_close(job);
    if (job->service->vm) fx_vm_close(job->service->vm);
    free(job->service);
    job->service = NULL;
}

int fj_service_poll(furrow_job *job)
{
    if (__builtin_expect(!job->service, 0)) return 0; /* on the way in or out */
    int done = fj_references_poll(job);
    if (__builtin_expect(job->service->unsent != NULL, 0)) done += fj_replies_poll(job);
    return done;
}

/* --- running */

furrow_err fj_evaluate(furrow_job *job, fx_bound *bound, const fv_cell *args, size_t nargs, const furrow_limits *limits,
                       fv_cell *out)
{
    job->evaluating++;
    furrow_err err = fx_run(job->service->vm, bound, args, nargs, limits, out);
    job->evaluating--;
    return err;
}

furrow_err fj_detach(const fv_cell *cell, fv_cell *out)
{
    bool mutable = cell->tag == FURROW_ARRAY || cell->tag == FURROW_DICT || cell->tag == FURROW_TUPLE;
    if (!mutable) {
        fv_cell_hold(cell);
        *out = *cell;
        return FURROW_OK;
    }
    const fv_array *array = cell->tag == FURROW_ARRAY ? (const fv_array *)cell->p : NULL;
    if (array && fv_tag_flat(array->head.eltype)) {
        furrow_value *copy;
        furrow_err err =
            furrow_value_array((furrow_type)array->head.eltype, array->head.ndims, array->dims, array->data, &copy);
        if (!err) *out = (fv_cell){.tag = FURROW_ARRAY, .p = copy};
        return err;
    }
    fb_buffer bytes;
    fb_buffer_init(&bytes, 0);
    furrow_err err = fv_wire_put(&bytes, cell);
    fb_cursor cursor = {bytes.bytes, bytes.bytes + bytes.nbytes};
    if (!err) err = fv_wire_get(&cursor, out);
    fb_buffer_free(&bytes);
    return err;
}

/* --- requests of other pids */

typedef struct fj_arrival {
    int from;
    fj_head head;
    furrow_limits limits;
    uint64_t kept;
    fv_cell args[FJ_MAX_ARGS];
    size_t nargs;
} fj_arrival;

static furrow_err take_head(fb_cursor *body, fj_head *head)
{
    const void *at;
    furrow_err err = fb_cursor_take(body, FJ_HEAD_NBYTES, &at);
    if (err) return err;
    const unsigned char *b = at;
    head->flags = b[0];
    memcpy(&head->index, b + 1, sizeof head->index);
    memcpy(&head->time_ms, b + 3, sizeof head->time_ms);
    memcpy(&head->id, b + 7, sizeof head->id);
    return FURROW_OK;
}

static furrow_err take_rest_of_head(fb_cursor *body, fj_arrival *a)
{
    furrow_err err = FURROW_OK;
    a->kept = 0;
    a->limits = (furrow_limits){.time_ms = a->head.time_ms};
    if (a->head.index >= FJ_KNOWN_MAX) return fb_fail(FURROW_ERR_FORMAT, "a request has the number %u", a->head.index);
    if (a->head.flags & FJ_EVAL_LIMITS) {
        err = fb_cursor_u64(body, &a->limits.steps);
        if (!err) err = fb_cursor_u64(body, &a->limits.nbytes);
        if (!err) err = fb_cursor_u32(body, &a->limits.depth);
    }
    if (!err && (a->head.flags & FJ_EVAL_KEEP)) err = fb_cursor_u64(body, &a->kept);
    return err;
}

static furrow_err take_raw_args(fb_cursor *body, fj_arrival *a)
{
    size_t n = fb_cursor_left(body) / sizeof(double);
    const void *at;
    if (n > FJ_RAW_ARGS) return fb_fail(FURROW_ERR_FORMAT, "a request has %zu plain arguments", n);
    furrow_err err = fb_cursor_take(body, n * sizeof(double), &at);
    if (err) return err;
    for (size_t i = 0; i < n; i++) {
        a->args[i] = (fv_cell){.tag = FURROW_FLOAT64};
        memcpy(&a->args[i].d, (const char *)at + i * sizeof(double), sizeof(double));
    }
    a->nargs = n;
    return FURROW_OK;
}

/* a->nargs counts what has to be dropped, also after an error. */
static furrow_err take_args(furrow_job *job, fb_cursor *body, fj_arrival *a)
{
    uint8_t n;
    fb_cursor far;
    a->nargs = 0;
    if (a->head.flags & FJ_EVAL_FAR) {
        furrow_err unreachable = fj_far_take(job, a->from, body, &far);
        if (unreachable) return unreachable;
        body = &far;
    }
    if (a->head.flags & FJ_EVAL_RAW) return take_raw_args(body, a);
    furrow_err err = fb_cursor_u8(body, &n);
    for (size_t i = 0; !err && i < n; i++) {
        err = fv_wire_get(body, &a->args[i]);
        if (!err) a->nargs++;
    }
    return err;
}

uint64_t fj_service_refused(const furrow_job *job)
{
    return job->service->nrefused;
}

static furrow_err may_evaluate(furrow_job *job)
{
    if (job->config.eval) return FURROW_OK;
    job->service->nrefused++;
    return fb_fail(FURROW_ERR_REFUSED, "pid %d does not evaluate what others send (FURROW_EVAL=off); nothing was run",
                   job->pid);
}

static void answer(furrow_job *job, const fj_arrival *a, furrow_err err, const fv_cell *value)
{
    if ((a->head.flags & FJ_EVAL_KEEP) && fj_reference_keep(job, a->from, a->kept, err, value)) err = FURROW_ERR_NOMEM;
    if (err == FURROW_ERR_READONLY) job->nread_only++;
    if (err)
        fj_reply_error(job, a->from, a->head.id);
    else if (a->head.flags & (FJ_EVAL_DISCARD | FJ_EVAL_KEEP))
        fj_reply_done(job, a->from, a->head.id);
    else
        fj_reply_value(job, a->from, a->head.id, value);
}

static void run(furrow_job *job, fj_arrival *a, fx_bound *bound, fb_cursor *body)
{
    fv_cell value = {.tag = FURROW_NOTHING};
    furrow_err err = take_args(job, body, a);
    if (err == FURROW_ERR_AGAIN) { /* not to be reached by memory: the message must carry it */
        fj_reply_unknown(job, a->from, a->head.id);
        return;
    }
    furrow_err late = fj_interrupt_serve(job, a->from);
    if (!err) err = late;
    if (!err) err = fj_evaluate(job, bound, a->args, a->nargs, &a->limits, &value);
    job->service->asker = 0;
    answer(job, a, err, &value);
    if (!err) fv_cell_drop(&value);
    for (size_t i = 0; i < a->nargs; i++) fv_cell_drop(&a->args[i]);
}

furrow_err fj_on_eval(furrow_job *job, int from, fb_cursor *body)
{
    fj_arrival a;
    a.from = from;
    furrow_err err = take_head(body, &a.head);
    if (err) return err;
    fx_bound *bound = NULL;
    err = take_rest_of_head(body, &a);
    if (!err) err = may_evaluate(job);
    if (!err) bound = fj_programs_find(job, from, a.head.index);
    if (err)
        fj_reply_error(job, from, a.head.id);
    else if (!bound)
        fj_reply_unknown(job, from, a.head.id);
    else
        run(job, &a, bound, body);
    return FURROW_OK;
}

static furrow_err take_bytes(fb_cursor *body, size_t most, const void **at, size_t *nbytes)
{
    uint64_t n;
    furrow_err err = fb_cursor_varint(body, &n);
    if (err) return err;
    if (n > most) return fb_fail(FURROW_ERR_FORMAT, "a part of a request is longer than it may be");
    *nbytes = (size_t)n;
    return fb_cursor_take(body, (size_t)n, at);
}

#define MODULE_NBYTES 256

static furrow_err take_program(furrow_job *job, int from, unsigned index, fb_cursor *body, fx_bound **bound)
{
    const void *module, *bytes;
    size_t module_nbytes = 0, nbytes = 0;
    char name[MODULE_NBYTES];
    furrow_program *program;
    furrow_err err = take_bytes(body, sizeof name - 1, &module, &module_nbytes);
    if (!err) err = take_bytes(body, fb_cursor_left(body), &bytes, &nbytes);
    if (err) return err;
    memcpy(name, module, module_nbytes);
    name[module_nbytes] = 0;
    err = furrow_program_load(bytes, nbytes, &program);
    if (err) return err;
    err = fj_programs_add(job, program, name, from, index, bound);
    furrow_program_drop(program);
    return err;
}

furrow_err fj_on_program(furrow_job *job, int from, fb_cursor *body)
{
    fj_arrival a;
    a.from = from;
    furrow_err err = take_head(body, &a.head);
    if (err) return err;
    fx_bound *bound;
    err = take_rest_of_head(body, &a);
    /* The number means this program from now on, or none: never again what it meant before. */
    if (!err) fj_programs_forget(job, from, a.head.index);
    if (!err) err = may_evaluate(job);
    if (!err) err = take_program(job, from, a.head.index, body, &bound);
    if (err)
        fj_reply_error(job, from, a.head.id);
    else
        run(job, &a, bound, body);
    return FURROW_OK;
}

/* --- what this pid asks of itself */

furrow_err fj_evaluate_ask(furrow_job *job, const fj_ask *ask, uint64_t kept, fv_cell *out)
{
    fj_arrival a = {.nargs = 0};
    fx_bound *bound;
    fv_cell value = {.tag = FURROW_NOTHING};
    fb_cursor body = {ask->args.bytes, ask->args.bytes + ask->args.nbytes};
    furrow_err err = fj_programs_add(job, ask->program, ask->module, 0, 0, &bound);
    if (!err) err = take_args(job, &body, &a);
    if (!err) err = fj_evaluate(job, bound, a.args, a.nargs, &ask->limits, &value);
    if (ask->flags & FJ_EVAL_KEEP) {
        furrow_err keeping = fj_reference_keep(job, job->pid, kept, err, &value);
        if (!err && keeping) {
            fv_cell_drop(&value);
            err = keeping;
        }
    }
    if (!err && (ask->flags & (FJ_EVAL_KEEP | FJ_EVAL_DISCARD))) {
        fv_cell_drop(&value);
        *out = (fv_cell){.tag = FURROW_NOTHING};
    } else if (!err) {
        err = fj_detach(&value, out);
        fv_cell_drop(&value);
    }
    for (size_t i = 0; i < a.nargs; i++) fv_cell_drop(&a.args[i]);
    return err;
}
