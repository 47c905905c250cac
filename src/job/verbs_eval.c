/*
 * verbs_eval.c - sow, reap and their kin at the prompt: @fetchfrom, @spawnat, @everywhere, fetch, wait, reaprefs, remotecall.
 * Values that are Symbols or quoted expressions are evaluated at the pids; everything else is computed here.
 */
#include "job/session.h"
#include <stdlib.h>

/* --- sow */

/* target = value, value's expression, or $1. */
static furrow_err sow_program(const fv_cell *target, const fv_cell *value, furrow_program **program)
{
    fx_tree *left = NULL, *right = NULL, *assign = NULL;
    furrow_err err = fj_verb_tree(target, &left);
    if (!err && fj_verb_is_code(value)) err = fj_verb_tree(value, &right);
    if (!err) err = fx_tree_assign(left, right, &assign);
    if (!err) err = fx_compile_tree(assign, program);
    fx_tree_drop(assign);
    fx_tree_drop(left);
    fx_tree_drop(right);
    return err;
}

static furrow_err references(const furrow_results *results, const int *pids, size_t npids, fv_cell *out)
{
    fv_array *array;
    furrow_err err = fv_array_new(FURROW_ANY, 1, &npids, &array);
    for (size_t i = 0; !err && i < npids; i++)
        fv_cell_from_value(furrow_results_get(results, pids[i]), &((fv_cell *)array->data)[i]);
    if (!err) *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return err;
}

furrow_err fj_verb_do_sow(const fx_call *call, fv_cell *out)
{
    const fv_cell *at = call->nargs == 3 ? &call->args[0] : NULL;
    const fv_cell *target = &call->args[call->nargs - 2], *value = &call->args[call->nargs - 1];
    fj_operation op = {.flags = FJ_EVAL_KEEP};
    int *pids = NULL;
    furrow_results *results = NULL;
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = fj_verb_pids(call, at, &pids, &op.npids);
    if (!err) err = sow_program(target, value, &op.program);
    if (err) goto pids;
    op.pids = pids;
    op.args = value;
    op.nargs = fj_verb_is_code(value) ? 0 : 1;
    err = fj_run_operation(fj_session_of(call)->job, &op, &results);
    bool one = at && at->tag <= FURROW_FLOAT64;
    if (!err && one) fv_cell_from_value(furrow_results_get(results, pids[0]), out);
    if (!err && !one) err = references(results, pids, op.npids, out);
    furrow_results_free(results);
    furrow_program_drop(op.program);
pids:
    free(pids);
    return err;
}

/* --- reap */

furrow_err fj_verb_do_reap(const fx_call *call, fv_cell *out)
{
    furrow_results *results;
    const fv_cell *at = call->nargs == 2 ? &call->args[0] : NULL;
    furrow_err err = fj_verb_reap_code(call, at, &call->args[call->nargs - 1], &results);
    if (err) return err;
    err = fj_results_cell(results, out);
    furrow_results_free(results);
    return err;
}

/* A quoted literal is the literal itself. */
static furrow_err literal_or_reap(const fx_call *call, const fv_cell *code, fv_cell *out)
{
    furrow_results *results;
    int pid;
    furrow_err err = fj_verb_pid(&call->args[0], &pid);
    if (!err && !fj_verb_is_code(code)) {
        err = fj_peer_check(fj_session_of(call)->job, pid);
        if (err) return err;
        fv_cell_hold(code);
        *out = *code;
        return FURROW_OK;
    }
    if (!err) err = fj_verb_reap_code(call, &call->args[0], code, &results);
    if (err) return err;
    fv_cell_from_value(furrow_results_get(results, pid), out);
    furrow_results_free(results);
    return FURROW_OK;
}

furrow_err fj_verb_do_fetchfrom(const fx_call *call, fv_cell *out)
{
    return literal_or_reap(call, &call->args[1], out);
}

/* --- begun here, finished there */

/* The program of code: its expression, or $1 with the value as its argument. */
static furrow_err code_program(const fv_cell *code, furrow_program **program)
{
    fx_tree *tree;
    if (!fj_verb_is_code(code)) return furrow_compile("$1", SIZE_MAX, program);
    furrow_err err = fj_verb_tree(code, &tree);
    if (err) return err;
    err = fx_compile_tree(tree, program);
    fx_tree_drop(tree);
    return err;
}

static furrow_err spawn(const fx_call *call, int pid, fj_operation *op, fv_cell *out)
{
    furrow_future *future;
    op->pids = &pid;
    op->npids = 1;
    op->flags = FJ_EVAL_KEEP;
    op->bounded = false;
    furrow_err err = fj_peer_check(fj_session_of(call)->job, pid);
    if (!err) err = fj_begin(fj_session_of(call)->job, op, &future);
    if (err) return err;
    furrow_value *ref = fj_future_reference(future, pid);
    if (ref)
        fv_cell_from_value(ref, out);
    else
        err = fb_fail(FURROW_ERR_NOMEM, "no memory for a reference");
    fj_future_drop(future);
    return err;
}

static furrow_err spawn_code(const fx_call *call, int pid, const fv_cell *code, fv_cell *out)
{
    fj_operation op = {.args = code, .nargs = fj_verb_is_code(code) ? 0 : 1};
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = code_program(code, &op.program);
    if (err) return err;
    err = spawn(call, pid, &op, out);
    furrow_program_drop(op.program);
    return err;
}

furrow_err fj_verb_do_spawnat(const fx_call *call, fv_cell *out)
{
    int pid;
    furrow_err err = fj_verb_pid(&call->args[0], &pid);
    return err ? err : spawn_code(call, pid, &call->args[1], out);
}

/* Workers in turn. */
furrow_err fj_verb_do_spawn(const fx_call *call, fv_cell *out)
{
    furrow_session *session = fj_session_of(call);
    int *pids;
    size_t n;
    furrow_err err = fj_verb_pids(call, NULL, &pids, &n);
    if (err) return err;
    int pid = pids[session->last_spawned++ % n];
    free(pids);
    return spawn_code(call, pid, &call->args[0], out);
}

furrow_err fj_verb_do_everywhere(const fx_call *call, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    const fv_cell *code = &call->args[0];
    fj_operation op = {.flags = FJ_EVAL_DISCARD, .args = code, .nargs = fj_verb_is_code(code) ? 0 : 1};
    furrow_results *results = NULL;
    size_t n = furrow_procs(job, NULL, 0);
    int *pids = malloc(n * sizeof *pids);
    if (!pids) return fb_fail(FURROW_ERR_NOMEM, "no memory for a list of pids");
    op.pids = pids;
    op.npids = furrow_procs(job, pids, n);
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = code_program(code, &op.program);
    if (!err) {
        err = fj_run_operation(job, &op, &results);
        furrow_results_free(results);
        furrow_program_drop(op.program);
    }
    free(pids);
    *out = (fv_cell){.tag = FURROW_NOTHING};
    return err;
}

/* --- references */

static furrow_err fetch(const fx_call *call, bool want_value, fv_cell *out)
{
    const fv_cell *what = &call->args[0];
    fj_operation op = {.npids = 0};
    furrow_err err = fj_verb_options(call, &op);
    if (err) return err;
    if (what->tag != FURROW_REF) {
        fv_cell_hold(what);
        *out = *what;
        return FURROW_OK;
    }
    fv_cell value;
    err = fj_reference_fetch(fj_session_of(call)->job, what->p,
                             &(fj_wanted){.what = want_value ? FJ_WANT_VALUE : FJ_WANT_DONE}, op.deadline_ns, &value);
    if (err) return err;
    if (want_value) {
        *out = value;
        return FURROW_OK;
    }
    fv_cell_drop(&value);
    fv_cell_hold(what);
    *out = *what;
    return FURROW_OK;
}

furrow_err fj_verb_do_fetch(const fx_call *call, fv_cell *out)
{
    return fetch(call, true, out);
}

furrow_err fj_verb_do_wait(const fx_call *call, fv_cell *out)
{
    return fetch(call, false, out);
}

furrow_err fj_verb_refs(const fx_call *call, const fv_cell *at, const fv_cell *code, furrow_results **results)
{
    fj_operation op = {.flags = FJ_EVAL_KEEP};
    fx_tree *tree;
    int *pids = NULL;
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = fj_verb_code(code, &tree);
    if (err) return err;
    err = fx_compile_tree(tree, &op.program);
    fx_tree_drop(tree);
    if (err) return err;
    err = fj_verb_pids(call, at, &pids, &op.npids);
    if (!err) {
        op.pids = pids;
        err = fj_verb_complete(fj_session_of(call)->job, &op, results);
    }
    furrow_program_drop(op.program);
    free(pids);
    return err;
}

/* reaprefs(ex), reaprefs(pids, ex): pid => reference on the value, which stays there. */
furrow_err fj_verb_do_reaprefs(const fx_call *call, fv_cell *out)
{
    furrow_results *results;
    furrow_err err =
        fj_verb_refs(call, call->nargs > 1 ? &call->args[0] : NULL, &call->args[call->nargs - 1], &results);
    if (err) return err;
    err = fj_results_cell(results, out);
    furrow_results_free(results);
    return err;
}

/* --- remotecall(f, pid, args...): f by name, or a function, called there */

static furrow_err call_program(size_t nargs, furrow_program **program)
{
    fb_buffer text;
    fb_buffer_init(&text, 0);
    furrow_err err = fb_buffer_printf(&text, "($1)(");
    for (size_t i = 0; !err && i < nargs; i++) err = fb_buffer_printf(&text, "%s$%zu", i ? "," : "", i + 2);
    if (!err) err = fb_buffer_printf(&text, ")");
    if (!err) err = furrow_compile((const char *)text.bytes, text.nbytes, program);
    fb_buffer_free(&text);
    return err;
}

/* f and its arguments, without the pid between them. */
static furrow_err remote_operation(const fx_call *call, fj_operation *op, fv_cell *args, int *pid)
{
    if (call->nargs - 1 > FJ_MAX_ARGS) return fb_fail(FURROW_ERR_ARG, "too many arguments");
    args[0] = call->args[0];
    for (size_t i = 2; i < call->nargs; i++) args[i - 1] = call->args[i];
    op->args = args;
    op->nargs = call->nargs - 1;
    furrow_err err = fj_verb_pid(&call->args[1], pid);
    if (!err) err = fj_verb_options(call, op);
    return err ? err : call_program(call->nargs - 2, &op->program);
}

furrow_err fj_verb_do_remotecall(const fx_call *call, fv_cell *out)
{
    fv_cell args[FJ_MAX_ARGS];
    fj_operation op = {.npids = 1};
    int pid;
    furrow_err err = remote_operation(call, &op, args, &pid);
    if (err) return err;
    err = spawn(call, pid, &op, out);
    furrow_program_drop(op.program);
    return err;
}

furrow_err fj_verb_do_remotecall_fetch(const fx_call *call, fv_cell *out)
{
    fv_cell args[FJ_MAX_ARGS];
    fj_operation op = {.npids = 1};
    int pid;
    furrow_results *results;
    furrow_err err = remote_operation(call, &op, args, &pid);
    if (err) return err;
    op.pids = &pid;
    err = fj_run_operation(fj_session_of(call)->job, &op, &results);
    if (!err) fv_cell_from_value(furrow_results_get(results, pid), out);
    furrow_results_free(results);
    furrow_program_drop(op.program);
    return err;
}
