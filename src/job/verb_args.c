/*
 * verb_args.c - what the session's verbs are written with: pids, modules, targets and options from the arguments of a
 * call, and the operations every verb is made of.
 */
#include "expr/tree.h"
#include "job/session.h"
#include <stdlib.h>
#include <string.h>

#define FJ_MAX_PIDS (1u << 20)

furrow_err fj_verb_pid(const fv_cell *cell, int *pid)
{
    fv_cell number;
    if (cell->tag < FURROW_INT8 || cell->tag > FURROW_FLOAT64 || fv_convert(cell, FURROW_INT64, &number))
        return fb_fail(FURROW_ERR_TYPE, "a pid was expected, not a %s", furrow_type_name((furrow_type)cell->tag));
    if (number.i < 1 || number.i > INT32_MAX)
        return fb_fail(FURROW_ERR_NO_PID, "there is no pid %lld", (long long)number.i);
    *pid = (int)number.i;
    return FURROW_OK;
}

static furrow_err add_pid(int **pids, size_t *n, size_t *room, const fv_cell *item)
{
    if (*n == *room) {
        size_t wanted = *room ? *room * 2 : 16;
        int *more = realloc(*pids, wanted * sizeof *more);
        if (!more) return fb_fail(FURROW_ERR_NOMEM, "no memory for a list of pids");
        *pids = more;
        *room = wanted;
    }
    furrow_err err = fj_verb_pid(item, &(*pids)[*n]);
    if (!err) ++*n;
    return err;
}

static furrow_err iterate_pids(const fv_cell *cell, int **pids, size_t *n)
{
    size_t room = 0;
    uint64_t state = 0;
    for (;;) {
        fv_cell item;
        bool done = false;
        furrow_err err = fx_iterate(cell, &state, &item, &done);
        if (err || done) return err;
        err = add_pid(pids, n, &room, &item);
        fv_cell_drop(&item);
        if (err) return err;
        if (*n > FJ_MAX_PIDS) return fb_fail(FURROW_ERR_ARG, "the list of pids is longer than any job");
    }
}

static furrow_err worker_pids(furrow_job *job, int **pids, size_t *n)
{
    size_t count = furrow_workers(job, NULL, 0);
    int *list = malloc(count * sizeof *list);
    if (!list) return fb_fail(FURROW_ERR_NOMEM, "no memory for a list of pids");
    *n = furrow_workers(job, list, count);
    *pids = list;
    return FURROW_OK;
}

furrow_err fj_verb_pids(const fx_call *call, const fv_cell *cell, int **pids, size_t *n)
{
    if (!cell) return worker_pids(fj_session_of(call)->job, pids, n);
    int *list = NULL;
    size_t count = 0, room = 0;
    bool one = cell->tag >= FURROW_INT8 && cell->tag <= FURROW_FLOAT64;
    furrow_err err = one ? add_pid(&list, &count, &room, cell) : iterate_pids(cell, &list, &count);
    if (!err && count == 0) err = fb_fail(FURROW_ERR_ARG, "the list of pids is empty");
    if (err) {
        free(list);
        return err;
    }
    *pids = list;
    *n = count;
    return FURROW_OK;
}

const fv_cell *fj_verb_keyword(const fx_call *call, const char *name)
{
    for (size_t i = 0; i < call->nkw; i++)
        if (strcmp(((const fv_text *)call->kwargs[2 * i].p)->bytes, name) == 0) return &call->kwargs[2 * i + 1];
    return NULL;
}

furrow_err fj_verb_text(const fv_cell *cell, const char *what, const char **text)
{
    if (cell->tag != FURROW_STRING && cell->tag != FURROW_SYMBOL && cell->tag != FURROW_MODULE)
        return fb_fail(FURROW_ERR_TYPE, "%s was expected, not a %s", what, furrow_type_name((furrow_type)cell->tag));
    *text = ((const fv_text *)cell->p)->bytes;
    return FURROW_OK;
}

bool fj_verb_is_code(const fv_cell *cell)
{
    return cell->tag == FURROW_SYMBOL || cell->tag == FURROW_EXPR;
}

furrow_err fj_verb_tree(const fv_cell *cell, fx_tree **tree)
{
    if (!fj_verb_is_code(cell))
        return fb_fail(FURROW_ERR_TYPE, "a name (:x) or a quoted expression (:(...)) was expected, not a %s",
                       furrow_type_name((furrow_type)cell->tag));
    return fx_tree_of(cell->p, tree);
}

furrow_err fj_verb_options(const fx_call *call, fj_operation *op)
{
    furrow_job *job = fj_session_of(call)->job;
    const fv_cell *module = fj_verb_keyword(call, "mod"), *timeout = fj_verb_keyword(call, "timeout");
    fv_cell seconds = {.tag = FURROW_FLOAT64};
    op->module = FJ_MAIN;
    op->bounded = true;
    furrow_err err = module ? fj_verb_text(module, "a module", &op->module) : FURROW_OK;
    if (!err && timeout) err = fv_convert(timeout, FURROW_FLOAT64, &seconds);
    if (err) return err;
    if (timeout && !(seconds.d > 0 && seconds.d < 1e9))
        return fb_fail(FURROW_ERR_ARG, "timeout must be a positive number of seconds");
    op->deadline_ns = fj_deadline(job, timeout ? (int64_t)(seconds.d * 1e3) + 1 : 0);
    return FURROW_OK;
}

furrow_err fj_verb_complete(furrow_job *job, const fj_operation *op, furrow_results **results)
{
    furrow_results *r;
    furrow_err err = fj_run_operation(job, op, &r);
    if (err)
        furrow_results_free(r);
    else
        *results = r;
    return err;
}

static void name_of(const fx_tree *tree, fj_text *text)
{
    if (!fx_tree_name(tree, &text->module, &text->name)) text->name = NULL;
}

furrow_err fj_verb_reap(const fx_call *call, const int *pids, size_t npids, fx_tree *tree, furrow_results **results)
{
    fj_text text = {0};
    fj_operation op = {.pids = pids, .npids = npids};
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = fx_compile_tree(tree, &text.program);
    if (err) return err;
    name_of(tree, &text);
    op.program = text.program;
    op.text = &text;
    op.direct = text.name ? fj_direct_reap : NULL;
    err = fj_verb_complete(fj_session_of(call)->job, &op, results);
    furrow_program_drop(text.program);
    return err;
}

/* A string is more likely a mistake than a literal. */
furrow_err fj_verb_code(const fv_cell *code, fx_tree **tree)
{
    if (fj_verb_is_code(code) || code->tag == FURROW_STRING) return fj_verb_tree(code, tree);
    furrow_err err = fx_tree_new(FX_LITERAL, 1, 1, NULL, 0, tree);
    if (err) return err;
    fv_cell_hold(code);
    (*tree)->value = *code;
    return FURROW_OK;
}

furrow_err fj_verb_reap_code(const fx_call *call, const fv_cell *at, const fv_cell *code, furrow_results **results)
{
    int *pids;
    size_t n;
    fx_tree *tree;
    furrow_err err = fj_verb_code(code, &tree);
    if (err) return err;
    err = fj_verb_pids(call, at, &pids, &n);
    if (!err) {
        err = fj_verb_reap(call, pids, n, tree, results);
        free(pids);
    }
    fx_tree_drop(tree);
    return err;
}
