/*
 * call.c - furrow_reap_float64: a program of doubles at one pid, there and back in one slot each way, allocating
 * nothing once the program is known there. Falls back to an ordinary reap for everything else.
 */
#include "job/eval.h"
#include "job/parts.h"
#include <string.h>

struct call {
    bool done;
    furrow_err code;
    double result;
    furrow_error_info info;
};

static furrow_err real_of(const fv_cell *cell, double *out)
{
    fv_cell real;
    if (cell->tag == FURROW_FLOAT64) {
        *out = cell->d;
        return FURROW_OK;
    }
    if (cell->tag == FURROW_CHAR || fv_convert(cell, FURROW_FLOAT64, &real))
        return fb_fail(FURROW_ERR_TYPE, "a real number was expected, and the program gave a %s",
                       furrow_type_name((furrow_type)cell->tag));
    *out = real.d;
    return FURROW_OK;
}

static void answered(furrow_job *job, void *arg, size_t entry, fj_outcome *outcome)
{
    (void)job, (void)entry;
    struct call *call = arg;
    call->done = true;
    call->code = outcome->code;
    if (outcome->code) {
        call->info = *outcome->info;
        return;
    }
    call->code = real_of(&outcome->value, &call->result);
    if (call->code) fb_fail_save(&call->info);
    fv_cell_drop(&outcome->value);
}

static bool is_answered(void *arg)
{
    return ((const struct call *)arg)->done;
}

typedef struct fj_scalar_call {
    int pid;
    furrow_program *program;
    const double *args;
    size_t nargs;
    int64_t timeout_ms;
} fj_scalar_call;

static uint32_t time_ms_of(int64_t most)
{
    return most <= 0 ? 0 : most > UINT32_MAX ? UINT32_MAX : (uint32_t)most;
}

/* kind, head and doubles. */
static size_t encode(unsigned char *packet, unsigned index, uint64_t id, const fj_scalar_call *c)
{
    unsigned char *bytes = packet + 1;
    uint16_t number = (uint16_t)index;
    uint32_t time_ms = time_ms_of(c->timeout_ms);
    packet[0] = FJ_EVAL;
    bytes[0] = FJ_EVAL_RAW;
    memcpy(bytes + 1, &number, sizeof number);
    memcpy(bytes + 3, &time_ms, sizeof time_ms);
    memcpy(bytes + 7, &id, sizeof id);
    for (size_t i = 0; i < c->nargs; i++)
        memcpy(bytes + FJ_HEAD_NBYTES + i * sizeof(double), c->args + i, sizeof(double));
    return 1 + FJ_HEAD_NBYTES + c->nargs * sizeof(double);
}

_Static_assert(1 + FJ_HEAD_NBYTES + FJ_RAW_ARGS * sizeof(double) <= FJ_PACKED, "a call is a short message");

static furrow_err call_known(furrow_job *job, const fj_scalar_call *c, unsigned index, double *result)
{
    struct call call;
    unsigned char packet[FJ_PACKED];
    uint64_t id;
    call.done = false;
    furrow_err err = fj_request_open(job, c->pid, NULL, (fj_answer){answered, &call, 0}, &id);
    if (err) return err;
    err = fj_send_packed(job, c->pid, packet, encode(packet, index, id, c));
    if (err == FURROW_ERR_LIMIT) err = FURROW_ERR_AGAIN; /* the way is full: the slow path waits for room */
    if (!err) err = fj_wait_briefly(job, is_answered, &call, c->pid, c->timeout_ms);
    if (!call.done) {
        fj_request_cancel(job, id);
        return err ? err : fb_fail(FURROW_ERR_INTERNAL, "a wait ended without its cause");
    }
    if (call.code) return fb_fail_restore(&call.info);
    *result = call.result;
    return FURROW_OK;
}

static void to_cells(const fj_scalar_call *c, fv_cell *cells)
{
    for (size_t i = 0; i < c->nargs; i++) cells[i] = (fv_cell){.tag = FURROW_FLOAT64, .d = c->args[i]};
}

/* Of oneself there is nothing to be sent or waited for. */
static furrow_err call_self(furrow_job *job, const fj_scalar_call *c, double *result)
{
    fv_cell args[FJ_RAW_ARGS], value;
    fx_bound *bound;
    furrow_limits limits = {.time_ms = time_ms_of(c->timeout_ms ? c->timeout_ms : job->config.timeout_ms)};
    if (c->timeout_ms < 0) limits.time_ms = 1;
    to_cells(c, args);
    furrow_err err = fj_programs_add(job, c->program, FJ_MAIN, 0, 0, &bound);
    if (!err) err = fj_evaluate(job, bound, args, c->nargs, &limits, &value);
    if (err) {
        fb_fail_pid(job->pid);
        return err;
    }
    err = real_of(&value, result);
    fv_cell_drop(&value);
    fj_owe(job);
    return err;
}

static furrow_err call_slowly(furrow_job *job, const fj_scalar_call *c, double *result)
{
    fv_cell cells[FJ_MAX_ARGS];
    furrow_results *results;
    to_cells(c, cells);
    fj_operation op = {.pids = &c->pid, .npids = 1, .program = c->program, .module = FJ_MAIN, .bounded = true};
    op.args = cells;
    op.nargs = c->nargs;
    op.deadline_ns = fj_deadline(job, c->timeout_ms);
    furrow_err err = fj_run_operation(job, &op, &results);
    if (!err) {
        fv_cell cell;
        fv_cell_from_value(furrow_results_get(results, c->pid), &cell);
        err = real_of(&cell, result);
        fv_cell_drop(&cell);
    }
    furrow_results_free(results);
    return err;
}

static furrow_err call(furrow_job *job, const fj_scalar_call *c, double *result)
{
    unsigned index;
    furrow_err err = fj_may_wait(job, "furrow_reap_float64");
    if (!err) err = fj_peer_check(job, c->pid);
    if (!err && c->pid == job->pid && c->nargs <= FJ_RAW_ARGS) return call_self(job, c, result);
    if (!err) err = fj_known_index(job, c->program, FJ_MAIN, &index);
    if (err) return err;
    if (c->nargs <= FJ_RAW_ARGS && fj_known_sent(job, index, c->pid)) {
        err = call_known(job, c, index, result);
        if (err != FURROW_ERR_UNKNOWN_PROGRAM && err != FURROW_ERR_AGAIN) return err;
        bool unknown = err == FURROW_ERR_UNKNOWN_PROGRAM;
        err = fj_known_index(job, c->program, FJ_MAIN, &index); /* others may have been numbered meanwhile */
        if (err) return err;
        if (unknown) fj_known_mark(job, index, c->pid, false);
    }
    return call_slowly(job, c, result);
}

FURROW_API furrow_err furrow_reap_float64(furrow_job *job, int pid, const furrow_program *program, const double *args,
                                          size_t nargs, int64_t timeout_ms, double *result)
{
    if (!job || !program || (nargs && !args) || !result)
        return fb_fail(FURROW_ERR_ARG, "job, program, args and result must not be NULL");
    if (nargs != furrow_program_nparams(program) || nargs > FJ_MAX_ARGS)
        return fb_fail(FURROW_ERR_ARG, "the program has %zu parameters, and %zu arguments were given",
                       furrow_program_nparams(program), nargs);
    /* Of the program only its count is touched. */
    const fj_scalar_call c = {pid, (furrow_program *)(uintptr_t)program, args, nargs, timeout_ms};
    fj_enter(job);
    furrow_err err = call(job, &c, result);
    fj_exit(job);
    return err;
}
