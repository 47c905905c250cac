/*
 * sow.c - the public calls that put values, and values of expressions, into symbols of other pids. A sow is the program
 * `target = $1` or `target = expression`, run there; a flat value that fits is written straight into memory instead.
 */
#include "job/eval.h"

/* What is sown: a value, or (value NULL) the expression text, evaluated there. */
typedef struct fj_seed {
    const char *target;
    const char *text;
    const furrow_value *value;
} fj_seed;

static furrow_err sow(furrow_job *job, const fj_operation *op, furrow_future **future)
{
    if (future) return fj_begin(job, op, future);
    furrow_results *results;
    furrow_err err = fj_run_operation(job, op, &results);
    furrow_results_free(results);
    return err;
}

static furrow_err sow_locked(furrow_job *job, fj_operation *op, const fj_seed *seed, const furrow_eval_opts *opts,
                             furrow_future **future)
{
    fj_text made;
    furrow_err err = fj_eval_options(job, opts, op);
    if (!err) err = fj_may_wait(job, "sow");
    if (!err) err = fj_text_compile(job, seed->target, seed->text, &made);
    if (err) return err;
    op->program = made.program;
    op->text = &made;
    op->flags = FJ_EVAL_DISCARD;
    op->nargs = seed->value ? 1 : 0;
    op->direct = seed->value && made.name ? fj_direct_sow : NULL;
    if (furrow_program_nparams(made.program) != op->nargs)
        return fb_fail(FURROW_ERR_ARG, "target and expression of a sow must not have parameters ($name)");
    return sow(job, op, future);
}

static furrow_err sow_seed(furrow_job *job, fj_operation *op, const fj_seed *seed, const furrow_eval_opts *opts,
                           furrow_future **future)
{
    if (!job || !seed->target || (!seed->text && !seed->value))
        return fb_fail(FURROW_ERR_ARG, "job, target and what is sown must not be NULL");
    fv_cell cell = {.tag = FURROW_NOTHING};
    if (seed->value) fv_cell_from_value(seed->value, &cell);
    op->args = &cell;
    fj_enter(job);
    furrow_err err = sow_locked(job, op, seed, opts, future);
    fj_exit(job);
    fv_cell_drop(&cell);
    return err;
}

FURROW_API furrow_err furrow_sow(furrow_job *job, const int *pids, size_t npids, const char *target,
                                 const furrow_value *value, const furrow_eval_opts *opts)
{
    fj_operation op = {.pids = pids, .npids = npids, .bounded = true};
    return sow_seed(job, &op, &(fj_seed){target, NULL, value}, opts, NULL);
}

FURROW_API furrow_err furrow_sow_expr(furrow_job *job, const int *pids, size_t npids, const char *target,
                                      const char *text, const furrow_eval_opts *opts)
{
    fj_operation op = {.pids = pids, .npids = npids, .bounded = true};
    return sow_seed(job, &op, &(fj_seed){target, text, NULL}, opts, NULL);
}

FURROW_API furrow_err furrow_sow_begin(furrow_job *job, const int *pids, size_t npids, const char *target,
                                       const furrow_value *value, const furrow_eval_opts *opts, furrow_future **future)
{
    if (!future) return fb_fail(FURROW_ERR_ARG, "future must not be NULL");
    fj_operation op = {.pids = pids, .npids = npids};
    return sow_seed(job, &op, &(fj_seed){target, NULL, value}, opts, future);
}

FURROW_API furrow_err furrow_sow_expr_begin(furrow_job *job, const int *pids, size_t npids, const char *target,
                                            const char *text, const furrow_eval_opts *opts, furrow_future **future)
{
    if (!future) return fb_fail(FURROW_ERR_ARG, "future must not be NULL");
    fj_operation op = {.pids = pids, .npids = npids};
    return sow_seed(job, &op, &(fj_seed){target, text, NULL}, opts, future);
}
