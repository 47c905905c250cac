/*
 * future.c - operations under way: one request a pid, and the results as they come. Blocking calls are a begin and a
 * wait. Counted: by the handle, and by each request that will still answer into it.
 */
#include "job/eval.h"
#include "job/parts.h"
#include <stdlib.h>

struct furrow_future {
    furrow_job *job;
    size_t users;
    furrow_results *results;
    furrow_value **refs;            /* FJ_EVAL_KEEP: by entry, the reference on what is kept there; else NULL */
    furrow_future *next, *previous; /* all futures of the job: leave frees them */
};

furrow_err fj_may_wait(furrow_job *job, const char *call)
{
    if (!job->evaluating) return FURROW_OK;
    return fb_fail(FURROW_ERR_BUSY, "%s would wait for other pids, and it was called inside an evaluation", call);
}

static void future_free(furrow_future *f)
{
    *(f->previous ? &f->previous->next : &f->job->service->futures) = f->next;
    if (f->next) f->next->previous = f->previous;
    for (size_t i = 0; f->refs && i < furrow_results_count(f->results); i++) furrow_value_drop(f->refs[i]);
    free(f->refs);
    furrow_results_free(f->results);
    free(f);
}

void fj_future_drop(furrow_future *f)
{
    if (f && --f->users == 0) future_free(f);
}

void fj_futures_close(furrow_job *job)
{
    while (job->service->futures) future_free(job->service->futures);
}

furrow_value *fj_future_reference(const furrow_future *f, int pid)
{
    for (size_t i = 0; f->refs && i < furrow_results_count(f->results); i++)
        if (fj_results_pid(f->results, i) == pid) return f->refs[i];
    return NULL;
}

static void answered(furrow_job *job, void *arg, size_t entry, fj_outcome *outcome)
{
    (void)job;
    furrow_future *f = arg;
    if (!outcome->code && f->refs) fv_cell_from_value(f->refs[entry], &outcome->value);
    if (outcome->code)
        fj_results_fail(f->results, entry, outcome->info);
    else
        fj_results_put(f->results, entry, &outcome->value);
    fj_future_drop(f);
}

/* Makes the reference on what entry's pid will keep. */
static furrow_err add_reference(furrow_job *job, furrow_future *f, size_t entry, uint64_t *id)
{
    size_t n = furrow_results_count(f->results);
    if (!f->refs) f->refs = calloc(n, sizeof *f->refs);
    if (!f->refs) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu references", n);
    return fj_reference_new(job, fj_results_pid(f->results, entry), &f->refs[entry], id);
}

static furrow_err future_new(furrow_job *job, const int *pids, size_t npids, furrow_future **out)
{
    furrow_future *f = calloc(1, sizeof *f);
    if (!f) return fb_fail(FURROW_ERR_NOMEM, "no memory for a future");
    f->job = job;
    f->users = 1;
    furrow_err err = fj_results_new(pids, npids, &f->results);
    if (err) {
        free(f);
        return err;
    }
    f->next = job->service->futures;
    if (f->next) f->next->previous = f;
    job->service->futures = f;
    *out = f;
    return FURROW_OK;
}

/* The run at the target need not outlive the caller's patience. */
static void bound_time(const fj_operation *op, furrow_limits *limits)
{
    if (!op->bounded || op->deadline_ns == FB_NEVER) return;
    int64_t left_ms = (op->deadline_ns - fb_now_ns()) / 1000000 + 1;
    uint32_t most = left_ms < 1 ? 1 : left_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)left_ms;
    if (limits->time_ms == 0 || limits->time_ms > most) limits->time_ms = most;
}

static void ask_one(furrow_job *job, const fj_operation *op, fj_ask *ask, furrow_future *f, size_t entry)
{
    int pid = fj_results_pid(f->results, entry);
    uint64_t kept = 0;
    furrow_err err = (op->flags & FJ_EVAL_KEEP) ? add_reference(job, f, entry, &kept) : FURROW_OK;
    f->users++;
    if (!err) err = fj_request_send(job, pid, ask, kept, op->deadline_ns, (fj_answer){answered, f, entry});
    if (!err) return;
    furrow_error_info info;
    fb_fail_pid(pid);
    fb_fail_save(&info);
    fj_results_fail(f->results, entry, &info);
    fj_future_drop(f);
}

/* The others first: what this pid asks of itself runs at once, and they work meanwhile. */
static void ask_all(furrow_job *job, const fj_operation *op, fj_ask *ask, furrow_future *f)
{
    size_t n = furrow_results_count(f->results), own = n;
    for (size_t i = 0; i < n; i++) {
        if (fj_results_has(f->results, i)) continue;
        if (fj_results_pid(f->results, i) == job->pid)
            own = i;
        else
            ask_one(job, op, ask, f, i);
    }
    if (own < n) ask_one(job, op, ask, f, own);
}

static void try_direct(furrow_job *job, const fj_operation *op, furrow_future *f, size_t n)
{
    for (size_t i = 0; op->direct && i < n; i++) {
        fv_cell value;
        if (op->direct(job, fj_results_pid(f->results, i), op, &value)) fj_results_put(f->results, i, &value);
    }
}

furrow_err fj_begin(furrow_job *job, const fj_operation *op, furrow_future **future)
{
    int *pids;
    size_t n;
    furrow_future *f = NULL;
    fj_ask *ask = NULL;
    furrow_err err = fj_pids(job, op->pids, op->npids, &pids, &n);
    if (err) return err;
    err = future_new(job, pids, n, &f);
    if (err) goto pids;
    try_direct(job, op, f, n);
    if (fj_results_missing(f->results) > 0) {
        err = fj_ask_new(job, op, &ask);
        if (err) goto future;
        bound_time(op, &ask->limits);
        ask_all(job, op, ask, f);
        fj_ask_drop(ask);
    }
    *future = f;
    f = NULL;
future:
    fj_future_drop(f);
pids:
    free(pids);
    return err;
}

static bool complete(void *arg)
{
    const furrow_future *f = arg;
    return fj_results_missing(f->results) == 0;
}

/* Promise P10: it is not known whether the pid has begun. */
static furrow_err fail_late(furrow_job *job, int pid)
{
    char doubt[FJ_DOUBT_NBYTES];
    furrow_err err = fb_fail(FURROW_ERR_TIMEOUT,
                             "pid %d has not answered before the deadline; what was asked may have run, or may yet%s",
                             pid, fj_doubt(job, pid, doubt));
    fb_fail_pid(pid);
    return err;
}

furrow_err fj_future_wait(furrow_future *f, int64_t deadline_ns)
{
    if (complete(f)) return FURROW_OK;
    furrow_err err = fj_wait(f->job, complete, f, 0, deadline_ns);
    return err == FURROW_ERR_TIMEOUT ? fail_late(f->job, fj_results_first_missing(f->results)) : err;
}

/* Gives those that have not answered the error that was just reported, each with its own pid. */
static void give_up(furrow_job *job, furrow_results *results)
{
    furrow_error_info info;
    fb_fail_save(&info);
    for (int pid = fj_results_first_missing(results); pid; pid = fj_results_first_missing(results)) {
        size_t entry = 0;
        while (fj_results_pid(results, entry) != pid) entry++;
        if (info.code == FURROW_ERR_TIMEOUT) {
            fail_late(job, pid);
            fb_fail_save(&info);
        }
        info.pid = pid;
        fj_results_fail(results, entry, &info);
    }
}

furrow_err fj_run_operation(furrow_job *job, const fj_operation *op, furrow_results **results)
{
    furrow_future *f;
    *results = NULL;
    furrow_err err = fj_begin(job, op, &f);
    if (err) return err;
    if (fj_future_wait(f, op->deadline_ns)) {
        give_up(job, f->results);
        fj_requests_abandon(job, f);
    }
    *results = fj_results_hold(f->results);
    fj_future_drop(f);
    return fj_results_verdict(*results);
}

furrow_err fj_eval_options(furrow_job *job, const furrow_eval_opts *opts, fj_operation *op)
{
    furrow_eval_opts o = FURROW_OPTS_INIT(furrow_eval_opts);
    if (opts && (opts->size == 0 || opts->size > sizeof o))
        return fb_fail(FURROW_ERR_ARG, "furrow_eval_opts.size is %zu; set it with FURROW_OPTS_INIT", opts->size);
    if (opts) __builtin_memcpy(&o, opts, opts->size);
    if (o.module) {
        char before[FJ_NAME_NBYTES];
        const char *name;
        furrow_err err = fj_name_split(o.module, before, &name);
        if (err) return fb_fail(err, "\"%.60s\" is not the name of a module", o.module);
    }
    op->module = o.module ? o.module : FJ_MAIN;
    op->limits = o.limits;
    op->deadline_ns = fj_deadline(job, o.timeout_ms);
    return FURROW_OK;
}

FURROW_API furrow_err furrow_future_wait(furrow_future *future, int64_t timeout_ms, furrow_results **results)
{
    if (!future || !results) return fb_fail(FURROW_ERR_ARG, "future and results must not be NULL");
    furrow_job *job = future->job;
    fj_enter(job);
    furrow_err err = fj_may_wait(job, "furrow_future_wait");
    if (!err) err = fj_future_wait(future, fj_deadline(job, timeout_ms));
    if (!err) {
        *results = fj_results_hold(future->results);
        if (fj_results_verdict(*results)) err = FURROW_ERR_PARTIAL;
    }
    fj_exit(job);
    return err;
}

FURROW_API bool furrow_future_test(furrow_future *future)
{
    if (!future) return false;
    furrow_job *job = future->job;
    fj_enter(job);
    bool done = complete(future);
    if (!done && !job->evaluating) {
        fj_progress(job);
        done = complete(future);
    }
    fj_exit(job);
    return done;
}

FURROW_API void furrow_future_free(furrow_future *future)
{
    if (!future) return;
    furrow_job *job = future->job;
    fj_enter(job);
    fj_future_drop(future);
    fj_exit(job);
}
