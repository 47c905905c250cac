/*
 * verbs_collect.c - what brings parts of many pids together at the prompt: stitch, collectmsgs, swapmsgs, checksame.
 * Symbols are read and swapped in memory (stitch.c, swap_ask.c); what has no name of its own travels as values.
 */
#include "job/session.h"
#include "job/stitch.h"
#include "job/swap.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- stitch */

static furrow_err apply_name(const fx_call *call, const char *name, const fv_cell *args, size_t nargs, fv_cell *out)
{
    furrow_value *symbol;
    furrow_err err = furrow_value_symbol(name, &symbol);
    if (err) return err;
    fv_cell function = {.tag = FURROW_SYMBOL, .p = symbol};
    err = fx_apply(call->vm, &function, args, nargs, out);
    furrow_value_drop(symbol);
    return err;
}

static void shape_text(const fv_cell *cell, char *text, size_t size)
{
    if (cell->tag != FURROW_ARRAY) {
        snprintf(text, size, "a %s", furrow_type_name((furrow_type)cell->tag));
        return;
    }
    size_t at = 0;
    for (int d = 0; d < cell->p->ndims && at < size; d++)
        at += (size_t)snprintf(text + at, size - at, "%s%zu", d ? "x" : "", furrow_value_dim(cell->p, d));
}

/* The failure of joining the parts up to the one of pid, with both shapes. */
static furrow_err fail_part(int pid, const fv_cell *so_far, const fv_cell *part)
{
    furrow_error_info info;
    char left[128], right[128];
    furrow_last_error(&info);
    shape_text(so_far, left, sizeof left);
    shape_text(part, right, sizeof right);
    fb_fail(info.code, "the part of pid %d (%s) does not fit what comes before it (%s): %.200s", pid, right, left,
            info.message);
    fb_fail_pid(pid);
    return info.code;
}

/* One of the language's own: vcat, hcat, or cat along a dimension. */
static furrow_err join_two(const fx_call *call, int dim, const fv_cell both[2], fv_cell *out)
{
    const fv_cell three[3] = {{.tag = FURROW_INT64, .i = dim}, both[0], both[1]};
    if (dim > 2) return apply_name(call, "cat", three, 3, out);
    return apply_name(call, dim == 1 ? "vcat" : "hcat", both, 2, out);
}

/* f(f(part, part), part)... in ascending order of pids; with dim the language's own function for it. */
static furrow_err fold(const fx_call *call, int dim, const fv_cell *function, const furrow_results *results,
                       fv_cell *out)
{
    int pid = furrow_results_next(results, 0);
    fv_cell all, part, joined;
    fv_cell_from_value(furrow_results_get(results, pid), &all);
    while ((pid = furrow_results_next(results, pid))) {
        fv_cell_from_value(furrow_results_get(results, pid), &part);
        const fv_cell both[2] = {all, part};
        furrow_err err = dim ? join_two(call, dim, both, &joined) : fx_apply(call->vm, function, both, 2, &joined);
        if (err) err = fail_part(pid, &all, &part);
        fv_cell_drop(&all);
        fv_cell_drop(&part);
        if (err) return err;
        all = joined;
    }
    *out = all;
    return FURROW_OK;
}

/* The dimension along which function joins two parts: 1 for vcat (and none given), 2 for hcat, a number for itself; 0: it
 * has to be called. */
static furrow_err dimension(const fv_cell *function, int *dim)
{
    *dim = function ? 0 : 1;
    if (!function) return FURROW_OK;
    if (function->tag == FURROW_INT64) {
        if (function->i < 1 || function->i > FURROW_MAX_NDIMS)
            return fb_fail(FURROW_ERR_ARG, "along dimension %lld: arrays have 1 to %d", (long long)function->i,
                           FURROW_MAX_NDIMS);
        *dim = (int)function->i;
        return FURROW_OK;
    }
    if (function->tag != FURROW_FUNCTION)
        return fb_fail(FURROW_ERR_TYPE, "a function of two parts (hcat) or a dimension was expected, not a %s",
                       furrow_type_name((furrow_type)function->tag));
    const furrow_value *text = ((const fv_code *)function->p)->text;
    const char *name = text ? ((const fv_text *)text)->bytes : "";
    *dim = strcmp(name, "vcat") == 0 ? 1 : strcmp(name, "hcat") == 0 ? 2 : 0;
    return FURROW_OK;
}

/* A symbol whose parts are flat is read straight into the result. AGAIN: not that way. */
static furrow_err stitch_memory(const fx_call *call, const fv_cell *at, const fv_cell *code, int dim, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    fj_operation op = {.flags = 0};
    const char *module = "", *name = NULL;
    fx_tree *tree;
    int *pids = NULL, *list = NULL;
    size_t n = 0;
    if (!dim || !fj_verb_is_code(code)) return FURROW_ERR_AGAIN;
    furrow_err err = fj_verb_tree(code, &tree);
    if (err) return err;
    if (!fx_tree_name(tree, &module, &name)) err = FURROW_ERR_AGAIN;
    if (!err) err = fj_verb_options(call, &op);
    if (!err) err = fj_verb_pids(call, at, &pids, &n);
    if (!err) err = fj_pids(job, pids, n, &list, &n);
    if (!err) {
        fj_stitching s = {.pids = list,
                          .npids = n,
                          .module = *module ? module : op.module,
                          .name = name,
                          .dim = dim,
                          .deadline_ns = op.deadline_ns};
        err = fj_stitch_symbol(job, &s, out);
    }
    free(list);
    free(pids);
    fx_tree_drop(tree);
    return err;
}

/* stitch(ex), stitch(pids, ex), stitch(pids, ex, f): f a function of two parts, or a dimension */
furrow_err fj_verb_do_stitch(const fx_call *call, fv_cell *out)
{
    const fv_cell *at = call->nargs > 1 ? &call->args[0] : NULL, *function = call->nargs > 2 ? &call->args[2] : NULL;
    const fv_cell *code = &call->args[call->nargs > 1];
    furrow_results *results;
    int dim;
    furrow_err err = dimension(function, &dim);
    if (!err) err = stitch_memory(call, at, code, dim, out);
    if (err != FURROW_ERR_AGAIN) return err;
    err = fj_verb_reap_code(call, at, code, &results);
    if (err) return err;
    err = dim ? fj_stitch_results(results, dim, out) : FURROW_ERR_AGAIN;
    if (err == FURROW_ERR_AGAIN) err = fold(call, dim, function, results, out);
    furrow_results_free(results);
    return err;
}

/* --- message dictionaries: each pid's own entry */

/* A program's text about a dictionary that is given as code: before, the code's own text, after. The caller frees it. */
static furrow_err text_about(const fv_cell *dict, const char *before, const char *after, fb_buffer *text)
{
    fx_tree *name;
    char *name_text;
    furrow_err err = fj_verb_tree(dict, &name);
    if (err) return err;
    err = fx_tree_text(name, &name_text);
    fx_tree_drop(name);
    if (err) return err;
    fb_buffer_init(text, 0);
    err = fb_buffer_printf(text, "%s%s%s", before, name_text, after);
    free(name_text);
    if (err) fb_buffer_free(text);
    return err;
}

static furrow_err own_entry(const fv_cell *dict, fx_tree **tree)
{
    fb_buffer text;
    furrow_err err = text_about(dict, "", "[myid()]", &text);
    if (err) return err;
    err = fx_parse((const char *)text.bytes, text.nbytes, tree);
    fb_buffer_free(&text);
    return err;
}

/* Has pids swap a dictionary that has a name, or collects it. *named is false for d inside other values: nothing has
 * happened then. */
static furrow_err ask_named(const fx_call *call, const int *pids, size_t n, const fv_cell *dict, fv_cell *entries,
                            bool *named)
{
    furrow_job *job = fj_session_of(call)->job;
    const char *module = "", *name = NULL;
    fj_operation op = {.flags = 0};
    fx_tree *tree;
    int *list = NULL;
    furrow_results *results = NULL;
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = fj_verb_tree(dict, &tree);
    if (err) return err;
    *named = fx_tree_name(tree, &module, &name);
    if (*named) err = fj_pids(job, pids, n, &list, &n);
    if (*named && !err) {
        fj_swap_call swap = {.module = *module ? module : op.module,
                             .name = name,
                             .pids = list,
                             .npids = n,
                             .deadline_ns = op.deadline_ns,
                             .collect = entries != NULL};
        err = fj_swap_ask(job, &swap, &results);
        if (!err && entries) err = fj_results_cell(results, entries);
    }
    furrow_results_free(results);
    free(list);
    fx_tree_drop(tree);
    return err;
}

/* The own entries of the pids, as Dict{Int64,Any}. */
static furrow_err collect(const fx_call *call, const int *pids, size_t n, const fv_cell *dict, fv_cell *out)
{
    fx_tree *tree;
    furrow_results *results;
    bool named = false;
    furrow_err err = ask_named(call, pids, n, dict, out, &named);
    if (err || named) return err;
    err = own_entry(dict, &tree);
    if (err) return err;
    err = fj_verb_reap(call, pids, n, tree, &results);
    fx_tree_drop(tree);
    if (err) return err;
    err = fj_results_cell(results, out);
    furrow_results_free(results);
    return err;
}

/* The dictionary of that name here, when there is one, takes the entries too and is the result. On failure there is none. */
static furrow_err into_local(const fx_call *call, const fv_cell *name, fv_cell *entries)
{
    furrow_job *job = fj_session_of(call)->job;
    fj_entry *entry = NULL;
    const char *text;
    fv_cell local, key, item;
    uint64_t state = 0;
    if (name->tag != FURROW_SYMBOL || fj_verb_text(name, "a name", &text)) return FURROW_OK;
    if (fj_symbol_find(job, FJ_MAIN, text, false, &entry) || !entry || entry->slot.tag != FURROW_DICT) return FURROW_OK;
    furrow_err err = fj_symbol_value(job, entry, &local);
    if (err) local = (fv_cell){.tag = FURROW_NOTHING};
    while (!err && fv_dict_next(fv_dict_of_value(entries->p), &state, &key, &item))
        err = fv_dict_set(fv_dict_of_value(local.p), &key, &item);
    fv_cell_drop(entries);
    if (err)
        fv_cell_drop(&local);
    else
        *entries = local;
    return err;
}

/* collectmsgs(:d), collectmsgs(:d, pids) */
furrow_err fj_verb_do_collectmsgs(const fx_call *call, fv_cell *out)
{
    int *pids;
    size_t n;
    furrow_err err = fj_verb_pids(call, call->nargs > 1 ? &call->args[1] : NULL, &pids, &n);
    if (err) return err;
    err = collect(call, pids, n, &call->args[0], out);
    if (!err && call->nargs == 1) err = into_local(call, &call->args[0], out);
    free(pids);
    return err;
}

/* Each key's item in $1 goes into the dictionary; nothing is returned. */
static furrow_err merge_program(const fv_cell *dict, furrow_program **program)
{
    fb_buffer text;
    furrow_err err = text_about(dict, "begin\nfor k in keys($1)\n", "[k] = ($1)[k]\nend\nnothing\nend", &text);
    if (err) return err;
    err = furrow_compile((const char *)text.bytes, text.nbytes, program);
    fb_buffer_free(&text);
    return err;
}

static furrow_err spread(const fx_call *call, const int *pids, size_t n, const fv_cell *dict, const fv_cell *entries)
{
    fj_operation op = {.pids = pids, .npids = n, .args = entries, .nargs = 1, .flags = FJ_EVAL_DISCARD};
    furrow_results *results;
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = merge_program(dict, &op.program);
    if (err) return err;
    err = fj_run_operation(fj_session_of(call)->job, &op, &results);
    furrow_results_free(results);
    furrow_program_drop(op.program);
    return err;
}

/* swapmsgs(:d), swapmsgs(pids, :d) */
furrow_err fj_verb_do_swapmsgs(const fx_call *call, fv_cell *out)
{
    const fv_cell *dict = &call->args[call->nargs - 1];
    int *pids;
    size_t n;
    bool named = false;
    fv_cell entries;
    furrow_err err = fj_verb_pids(call, call->nargs > 1 ? &call->args[0] : NULL, &pids, &n);
    if (err) return err;
    err = ask_named(call, pids, n, dict, NULL, &named);
    if (!err && !named) {
        err = collect(call, pids, n, dict, &entries);
        if (!err) {
            err = spread(call, pids, n, dict, &entries);
            fv_cell_drop(&entries);
        }
    }
    free(pids);
    *out = (fv_cell){.tag = FURROW_NOTHING};
    return err;
}

/* --- others */

/* checksame(ex), checksame(pids, ex): whether all pids have the same value. */
furrow_err fj_verb_do_checksame(const fx_call *call, fv_cell *out)
{
    furrow_results *results;
    furrow_err err =
        fj_verb_reap_code(call, call->nargs > 1 ? &call->args[0] : NULL, &call->args[call->nargs - 1], &results);
    if (err) return err;
    int pid = furrow_results_next(results, 0);
    const furrow_value *first = furrow_results_get(results, pid);
    bool same = true;
    while (same && (pid = furrow_results_next(results, pid)))
        same = furrow_value_equal(first, furrow_results_get(results, pid));
    furrow_results_free(results);
    *out = (fv_cell){.tag = FURROW_BOOL, .i = same};
    return FURROW_OK;
}
