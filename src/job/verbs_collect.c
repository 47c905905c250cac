/*
 * verbs_collect.c - what brings parts of many pids together: stitch, collectmsgs, swapmsgs, checksame. Simple
 * and correct forms over sow and reap: parts travel as values.
 */
#include "job/session.h"
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

/* f(f(part, part), part)... in ascending order of pids. */
static furrow_err fold(const fx_call *call, const fv_cell *function, const furrow_results *results, fv_cell *out)
{
    int pid = furrow_results_next(results, 0);
    fv_cell all, part, joined;
    fv_cell_from_value(furrow_results_get(results, pid), &all);
    while ((pid = furrow_results_next(results, pid))) {
        fv_cell_from_value(furrow_results_get(results, pid), &part);
        const fv_cell both[2] = {all, part};
        furrow_err err =
            function ? fx_apply(call->vm, function, both, 2, &joined) : apply_name(call, "vcat", both, 2, &joined);
        if (err) err = fail_part(pid, &all, &part);
        fv_cell_drop(&all);
        fv_cell_drop(&part);
        if (err) return err;
        all = joined;
    }
    *out = all;
    return FURROW_OK;
}

/* All parts at once, so that each is copied once. */
static furrow_err concatenate(const fx_call *call, const char *name, const furrow_results *results, fv_cell *out)
{
    size_t n = furrow_results_count(results), i = 0;
    fv_cell *parts = calloc(n, sizeof *parts);
    if (!parts) return fb_fail(FURROW_ERR_NOMEM, "no memory for the parts of %zu pids", n);
    for (int pid = furrow_results_next(results, 0); pid; pid = furrow_results_next(results, pid))
        fv_cell_from_value(furrow_results_get(results, pid), &parts[i++]);
    furrow_err err = apply_name(call, name, parts, n, out);
    while (i > 0) fv_cell_drop(&parts[--i]);
    free(parts);
    return err;
}

/* The name when function is one of those that take all parts at once. */
static const char *concatenation(const fv_cell *function)
{
    if (!function) return "vcat";
    if (function->tag != FURROW_FUNCTION) return NULL;
    const furrow_value *text = ((const fv_code *)function->p)->text;
    const char *name = text ? ((const fv_text *)text)->bytes : "";
    return strcmp(name, "vcat") == 0 ? "vcat" : strcmp(name, "hcat") == 0 ? "hcat" : NULL;
}

/* stitch(ex), stitch(pids, ex), stitch(pids, ex, f) */
furrow_err fj_verb_do_stitch(const fx_call *call, fv_cell *out)
{
    const fv_cell *at = call->nargs > 1 ? &call->args[0] : NULL, *function = call->nargs > 2 ? &call->args[2] : NULL;
    const char *name = concatenation(function);
    furrow_results *results;
    furrow_err err = fj_verb_reap_code(call, at, &call->args[call->nargs > 1], &results);
    if (err) return err;
    /* When the whole fails, joining one by one finds whose part does not fit. */
    if (!name || concatenate(call, name, results, out)) err = fold(call, function, results, out);
    furrow_results_free(results);
    return err;
}

/* --- message dictionaries: each pid's own entry */

/* d[myid()] */
static furrow_err own_entry(const fv_cell *dict, fx_tree **tree)
{
    fb_buffer text;
    fx_tree *name;
    char *name_text;
    furrow_err err = fj_verb_tree(dict, &name);
    if (err) return err;
    err = fx_tree_text(name, &name_text);
    fx_tree_drop(name);
    if (err) return err;
    fb_buffer_init(&text, 0);
    err = fb_buffer_printf(&text, "%s[myid()]", name_text);
    if (!err) err = fx_parse((const char *)text.bytes, text.nbytes, tree);
    fb_buffer_free(&text);
    free(name_text);
    return err;
}

/* The own entries of the pids, as Dict{Int64,Any}. */
static furrow_err collect(const fx_call *call, const int *pids, size_t n, const fv_cell *dict, fv_cell *out)
{
    fx_tree *tree;
    furrow_results *results;
    furrow_err err = own_entry(dict, &tree);
    if (err) return err;
    err = fj_verb_reap(call, pids, n, tree, &results);
    fx_tree_drop(tree);
    if (err) return err;
    err = fj_results_cell(results, out);
    furrow_results_free(results);
    return err;
}

/* The dictionary of that name here, when there is one, takes the entries too and is the result. */
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
    while (!err && fv_dict_next(fv_dict_of_value(entries->p), &state, &key, &item))
        err = fv_dict_set(fv_dict_of_value(local.p), &key, &item);
    if (err) return err;
    fv_cell_drop(entries);
    *entries = local;
    return FURROW_OK;
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

/* for each key of $1: d[key] = $1[key], returning nothing */
static furrow_err merge_program(const fv_cell *dict, furrow_program **program)
{
    fb_buffer text;
    fx_tree *name;
    char *name_text;
    furrow_err err = fj_verb_tree(dict, &name);
    if (err) return err;
    err = fx_tree_text(name, &name_text);
    fx_tree_drop(name);
    if (err) return err;
    fb_buffer_init(&text, 0);
    err = fb_buffer_printf(&text, "begin\nfor k in keys($1)\n%s[k] = ($1)[k]\nend\nnothing\nend", name_text);
    if (!err) err = furrow_compile((const char *)text.bytes, text.nbytes, program);
    fb_buffer_free(&text);
    free(name_text);
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
    fv_cell entries;
    furrow_err err = fj_verb_pids(call, call->nargs > 1 ? &call->args[0] : NULL, &pids, &n);
    if (err) return err;
    err = collect(call, pids, n, dict, &entries);
    if (!err) {
        err = spread(call, pids, n, dict, &entries);
        fv_cell_drop(&entries);
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
