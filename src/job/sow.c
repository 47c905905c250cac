/*
 * sow.c - the public calls that put values, and values of expressions, into symbols of other pids. A sow is the program
 * `target = $1` or `target = expression`, run there; a flat value that fits is written straight into memory instead.
 */
#include "job/eval.h"

/* What both forms have in common: value NULL means that text is evaluated there. */
static furrow_err prepare(furrow_job *job, const char *target, const char *text, const fv_cell *value,
                          const furrow_eval_opts *opts, fj_text *made, fj_operation *op)
{
    furrow_err err = fj_eval_options(job, opts, op);
    if (!err) err = fj_may_wait(job, "sow");
    if (!err) err = fj_text_compile(job, target, text, made);
    if (err) return err;
    op->program = made->program;
    op->text = made;
    op->flags = FJ_EVAL_DISCARD;
    op->args = value;
    op->nargs = value ? 1 : 0;
    op->direct = value && made->name ? fj_direct_sow : NULL;
    if (furrow_program_nparams(made->program) != op->nargs)
        return fb_fail(FURROW_ERR_ARG, "target and expression of a sow must not have parameters ($name)");
    return FURROW_OK;
}

static furrow_err sow(furrow_job *job, const fj_operation *op, furrow_future **future)
{
    if (future) return fj_begin(job, op, future);
    furrow_results *results;
    furrow_err err = fj_run_operation(job, op, &results);
    furrow_results_free(results);
    return err;
}

static furrow_err sow_value(furrow_job *job, fj_operation *op, const char *target, const furrow_value *value,
                            const furrow_eval_opts *opts, furrow_future **future)
{
    if (!job || !target || !value) return fb_fail(FURROW_ERR_ARG, "job, target and value must not be NULL");
    fj_text made;
    fv_cell cell;
    fv_cell_from_value(value, &cell);
    fj_enter(job);
    furrow_err err = prepare(job, target, NULL, &cell, opts, &made, op);
    if (!err) err = sow(job, op, future);
    fj_exit(job);
    fv_cell_drop(&cell);
    return err;
}

static furrow_err sow_text(furrow_job *job, fj_operation *op, const char *target, const char *text,
                           const furrow_eval_opts *opts, furrow_future **future)
{
    if (!job || !target || !text) return fb_fail(FURROW_ERR_ARG, "job, target and text must not be NULL");
    fj_text made;
    fj_enter(job);
    furrow_err err = prepare(job, target, text, NULL, opts, &made, op);
    if (!err) err = sow(job, op, future);
    fj_exit(job);
    return err;
}

FURROW_API furrow_err furrow_sow(furrow_job *job, const int *pids, size_t npids, const char *target,
                                 const furrow_value *value, const furrow_eval_opts *opts)
{
    fj_operation op = {.pids = pids, .npids = npids, .bounded = true};
    return sow_value(job, &op, target, value, opts, NULL);
}

FURROW_API furrow_err furrow_sow_expr(furrow_job *job, const int *pids, size_t npids, const char *target,
                                      const char *text, const furrow_eval_opts *opts)
{
    fj_operation op = {.pids = pids, .npids = npids, .bounded = true};
    return sow_text(job, &op, target, text, opts, NULL);
}

FURROW_API furrow_err furrow_sow_begin(furrow_job *job, const int *pids, size_t npids, const char *target,
                                       const furrow_value *value, const furrow_eval_opts *opts, furrow_future **future)
{
    if (!future) return fb_fail(FURROW_ERR_ARG, "future must not be NULL");
    fj_operation op = {.pids = pids, .npids = npids};
    return sow_value(job, &op, target, value, opts, future);
}

FURROW_API furrow_err furrow_sow_expr_begin(furrow_job *job, const int *pids, size_t npids, const char *target,
                                            const char *text, const furrow_eval_opts *opts, furrow_future **future)
{
    if (!future) return fb_fail(FURROW_ERR_ARG, "future must not be NULL");
    fj_operation op = {.pids = pids, .npids = npids};
    return sow_text(job, &op, target, text, opts, future);
}
