/*
 * reap.c - the public calls that bring back symbols and values of expressions, or references on them, given as text or
 * as a program with arguments. The double-to-double form that allocates nothing is in call.c.
 */
#include "job/eval.h"
#include <stdlib.h>

/* Blocking: the results, and PARTIAL when a pid failed. */
static furrow_err reap(furrow_job *job, const fj_operation *op, furrow_results **results)
{
    furrow_results *r;
    furrow_err err = fj_run_operation(job, op, &r);
    if (!r) return err;
    *results = r;
    return err ? FURROW_ERR_PARTIAL : FURROW_OK;
}

static furrow_err finish(furrow_job *job, const fj_operation *op, furrow_results **results, furrow_future **future)
{
    return future ? fj_begin(job, op, future) : reap(job, op, results);
}

static furrow_err reap_text(furrow_job *job, fj_operation *op, const char *text, const furrow_eval_opts *opts,
                            furrow_results **results, furrow_future **future)
{
    if (!job || !text || (!results && !future))
        return fb_fail(FURROW_ERR_ARG, "job, text and the place for the answer must not be NULL");
    fj_text made;
    fj_enter(job);
    furrow_err err = fj_eval_options(job, opts, op);
    if (!err) err = fj_may_wait(job, "reap");
    if (!err) err = fj_text_compile(job, NULL, text, &made);
    if (!err && furrow_program_nparams(made.program) > 0)
        err = fb_fail(FURROW_ERR_ARG,
                      "the text has the parameter $%s; compile it, and give its value to "
                      "furrow_reap_program",
                      furrow_program_param(made.program, 0));
    if (!err) {
        op->program = made.program;
        op->text = &made;
        op->direct = made.name && !(op->flags & FJ_EVAL_KEEP) ? fj_direct_reap : NULL;
        err = finish(job, op, results, future);
    }
    fj_exit(job);
    return err;
}

static furrow_err check_args(const furrow_program *program, const furrow_value *const *args, size_t nargs)
{
    size_t nparams = furrow_program_nparams(program);
    if (nargs != nparams)
        return fb_fail(FURROW_ERR_ARG, "the program has %zu parameters, and %zu arguments were given", nparams, nargs);
    if (nargs > FJ_MAX_ARGS) return fb_fail(FURROW_ERR_ARG, "at most %d arguments can be given", FJ_MAX_ARGS);
    for (size_t i = 0; i < nargs; i++)
        if (!args || !args[i]) return fb_fail(FURROW_ERR_ARG, "argument %zu is NULL", i);
    return FURROW_OK;
}

static furrow_err reap_program(furrow_job *job, fj_operation *op, const furrow_value *const *args,
                               const furrow_eval_opts *opts, furrow_results **results, furrow_future **future)
{
    if (!job || !op->program || (!results && !future))
        return fb_fail(FURROW_ERR_ARG, "job, program and the place for the answer must not be NULL");
    furrow_err err = check_args(op->program, args, op->nargs);
    if (err) return err;
    fv_cell cells[FJ_MAX_ARGS];
    for (size_t i = 0; i < op->nargs; i++) fv_cell_from_value(args[i], &cells[i]);
    op->args = cells;
    fj_enter(job);
    err = fj_eval_options(job, opts, op);
    if (!err) err = fj_may_wait(job, "reap");
    if (!err) err = finish(job, op, results, future);
    fj_exit(job);
    for (size_t i = 0; i < op->nargs; i++) fv_cell_drop(&cells[i]);
    return err;
}

FURROW_API furrow_err furrow_reap(furrow_job *job, const int *pids, size_t npids, const char *text,
                                  const furrow_eval_opts *opts, furrow_results **results)
{
    fj_operation op = {.pids = pids, .npids = npids, .bounded = true};
    return reap_text(job, &op, text, opts, results, NULL);
}

FURROW_API furrow_err furrow_reaprefs(furrow_job *job, const int *pids, size_t npids, const char *text,
                                      const furrow_eval_opts *opts, furrow_results **results)
{
    fj_operation op = {.pids = pids, .npids = npids, .flags = FJ_EVAL_KEEP, .bounded = true};
    return reap_text(job, &op, text, opts, results, NULL);
}

FURROW_API furrow_err furrow_reap_begin(furrow_job *job, const int *pids, size_t npids, const char *text,
                                        const furrow_eval_opts *opts, furrow_future **future)
{
    fj_operation op = {.pids = pids, .npids = npids};
    return reap_text(job, &op, text, opts, NULL, future);
}

FURROW_API furrow_err furrow_reap_program(furrow_job *job, const int *pids, size_t npids, const furrow_program *program,
                                          const furrow_value *const *args, size_t nargs, const furrow_eval_opts *opts,
                                          furrow_results **results)
{
    fj_operation op = {.pids = pids, .npids = npids, .nargs = nargs, .bounded = true};
    op.program = (furrow_program *)(uintptr_t)program; /* only its count is touched */
    return reap_program(job, &op, args, opts, results, NULL);
}

FURROW_API furrow_err furrow_reap_program_begin(furrow_job *job, const int *pids, size_t npids,
                                                const furrow_program *program, const furrow_value *const *args,
                                                size_t nargs, const furrow_eval_opts *opts, furrow_future **future)
{
    fj_operation op = {.pids = pids, .npids = npids, .nargs = nargs};
    op.program = (furrow_program *)(uintptr_t)program;
    return reap_program(job, &op, args, opts, NULL, future);
}
