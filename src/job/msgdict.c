/*
 * msgdict.c - the public calls about message dictionaries: a handle on a dictionary of this pid that is swapped with the
 * same one at other pids, each pid calling furrow_swapmsgs; and furrow_collectmsgs, by which one pid asks the others.
 */
#include "job/swap.h"
#include "value/dict.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct furrow_msgdict {
    furrow_job *job;
    fj_swap_group *group; /* held */
    fj_entry *entry;
};

static furrow_err split(const char *given, const char *module, char where[FJ_NAME_NBYTES], const char **name)
{
    furrow_err e = fj_name_split(given, where, name);
    if (e || where[0]) return e;
    if (!module || !*module) module = FJ_MAIN;
    if (strlen(module) >= FJ_NAME_NBYTES)
        return fb_fail(FURROW_ERR_ARG, "\"%.60s...\" is not the name of a module", module);
    memcpy(where, module, strlen(module) + 1);
    return FURROW_OK;
}

/* Makes an empty Dict{Int64,Any} of that name when there is nothing yet. */
static furrow_err dictionary(furrow_job *job, const char *module, const char *name, fj_entry **entry)
{
    fv_dict *dict = NULL;
    furrow_err e = fj_symbol_find(job, module, name, true, entry);
    if (e || (*entry)->slot.tag == FURROW_DICT) return e;
    if ((*entry)->slot.tag != FX_UNBOUND) {
        e = fb_fail(FURROW_ERR_TYPE, "%s is no dictionary, but a %s", name,
                    furrow_type_name((furrow_type)(*entry)->slot.tag));
        fb_fail_symbol(name);
        return e;
    }
    e = fv_dict_new(FURROW_INT64, FURROW_ANY, &dict);
    if (e) return e;
    fv_cell cell = {.tag = FURROW_DICT, .p = fv_dict_value(dict)};
    e = fj_symbol_bind(job, *entry, &cell);
    fv_cell_drop(&cell);
    return e;
}

static furrow_err open_dict(furrow_job *job, const char *given, const int *list, size_t n, furrow_msgdict *d)
{
    char module[FJ_NAME_NBYTES];
    const char *name;
    bool mine = false;
    for (size_t i = 0; i < n; i++) mine = mine || list[i] == job->pid;
    if (!mine)
        return fb_fail(FURROW_ERR_ARG, "pid %d is none of the pids of the message dictionary %s", job->pid, given);
    furrow_err e = split(given, NULL, module, &name);
    if (!e) e = dictionary(job, module, name, &d->entry);
    if (!e) e = fj_swap_group_of(job, module, name, list, n, &d->group);
    if (!e) d->group->held++;
    return e;
}

furrow_err furrow_msgdict_open(furrow_job *job, const char *name, const int *pids, size_t npids, furrow_msgdict **dict)
{
    int *list = NULL;
    size_t n = 0;
    if (!job || !name || !dict) return fb_fail(FURROW_ERR_ARG, "furrow_msgdict_open needs a job, a name and a place");
    furrow_msgdict *d = calloc(1, sizeof *d);
    if (!d) return fb_fail(FURROW_ERR_NOMEM, "no memory for a message dictionary");
    d->job = job;
    fj_enter(job);
    furrow_err e = fj_pids(job, pids, npids, &list, &n);
    if (!e) e = open_dict(job, name, list, n, d);
    fj_exit(job);
    free(list);
    if (e)
        free(d);
    else
        *dict = d;
    return e;
}

void furrow_msgdict_close(furrow_msgdict *dict)
{
    if (!dict) return;
    fj_enter(dict->job);
    dict->group->held--;
    fj_exit(dict->job);
    free(dict);
}

static furrow_err find(const furrow_msgdict *d, fv_dict **dict)
{
    if (d->entry->slot.tag != FURROW_DICT)
        return fb_fail(FURROW_ERR_TYPE, "%s is no dictionary any more", d->entry->name);
    *dict = fv_dict_of_value(d->entry->slot.value);
    return FURROW_OK;
}

furrow_err furrow_msgdict_set(furrow_msgdict *d, const furrow_value *value)
{
    fv_dict *dict = NULL;
    if (!d || !value) return fb_fail(FURROW_ERR_ARG, "furrow_msgdict_set needs a dictionary and a value");
    fj_enter(d->job);
    furrow_err e = find(d, &dict);
    if (!e) {
        fv_cell key = {.tag = FURROW_INT64, .i = d->job->pid}, item;
        fv_cell_from_value(value, &item);
        e = fv_dict_set(dict, &key, &item);
        fv_cell_drop(&item);
    }
    fj_exit(d->job);
    return e;
}

furrow_err furrow_msgdict_get(const furrow_msgdict *d, int pid, furrow_value **value)
{
    fv_dict *dict = NULL;
    if (!d || !value) return fb_fail(FURROW_ERR_ARG, "furrow_msgdict_get needs a dictionary and a place for the value");
    fj_enter(d->job);
    furrow_err e = find(d, &dict);
    fv_cell key = {.tag = FURROW_INT64, .i = pid}, item;
    if (!e && !fv_dict_get(dict, &key, &item)) {
        e = fb_fail(FURROW_ERR_NAME, "%s has no entry of pid %d", d->entry->name, pid);
        fb_fail_pid(pid);
    } else if (!e) {
        e = fv_cell_to_value(&item, value);
        fv_cell_drop(&item);
    }
    fj_exit(d->job);
    return e;
}

/* --- swapping ------------------------------------------------------------------------------------------------------*/

typedef struct waiting {
    furrow_job *job;
    fj_swap_group *group;
    fj_swap_op op;
    bool over;
    furrow_err err;
    furrow_error_info info;
} waiting;

static void swapped(furrow_job *job, void *arg, furrow_err err)
{
    (void)job;
    waiting *w = arg;
    w->over = true;
    w->err = err;
    if (err) fb_fail_save(&w->info);
}

static bool is_over(void *arg)
{
    waiting *w = arg;
    if (!w->over) fj_swap_move(w->job, w->group);
    return w->over;
}

/* The operation stands in this call: what ends the wait ends it. */
static furrow_err swap(furrow_msgdict *d, int64_t timeout_ms)
{
    furrow_job *job = d->job;
    waiting w;
    w.job = job;
    w.group = d->group;
    w.op = (fj_swap_op){.deadline_ns = FB_NEVER, .done = swapped, .arg = &w};
    w.over = false; /* what came of it is set then */
    furrow_err e = fj_may_wait(job, "furrow_swapmsgs");
    if (e) return e;
    fj_swap_begin(job, d->group, &w.op);
    if (w.over)
        fj_owe(job);
    else
        e = fj_wait_briefly(job, is_over, &w, 0, timeout_ms);
    furrow_error_info why;
    if (e) fb_fail_save(&why);
    while (!w.over) { /* the next look ends it, unless the others have gone on with it */
        fj_swap_cancel(job, d->group, &w.op);
        if (!w.over) sched_yield();
    }
    if (e && e != FURROW_ERR_TIMEOUT && w.err == FURROW_ERR_TIMEOUT) return fb_fail_restore(&why);
    return w.err ? fb_fail_restore(&w.info) : FURROW_OK;
}

furrow_err furrow_swapmsgs(furrow_msgdict *dict, int64_t timeout_ms)
{
    if (!dict) return fb_fail(FURROW_ERR_ARG, "furrow_swapmsgs needs a message dictionary");
    fj_enter(dict->job);
    furrow_err e = swap(dict, timeout_ms);
    fj_exit(dict->job);
    return e;
}

static furrow_err collect(furrow_job *job, fj_swap_call *call, const char *given, const char *in,
                          furrow_results **results)
{
    char module[FJ_NAME_NBYTES];
    int *list = NULL;
    furrow_results *r;
    furrow_err e = fj_may_wait(job, "furrow_collectmsgs");
    if (!e) e = split(given, in, module, &call->name);
    if (!e) e = fj_pids(job, call->pids, call->npids, &list, &call->npids);
    if (e) return e;
    call->module = module;
    call->pids = list;
    e = fj_swap_ask(job, call, &r);
    free(list);
    if (!r) return e;
    *results = r;
    return e ? FURROW_ERR_PARTIAL : FURROW_OK;
}

furrow_err furrow_collectmsgs(furrow_job *job, const int *pids, size_t npids, const char *name,
                              const furrow_eval_opts *opts, furrow_results **results)
{
    fj_operation op = {.flags = 0};
    if (!job || !name || !results)
        return fb_fail(FURROW_ERR_ARG, "furrow_collectmsgs needs a job, a name and a place for the results");
    fj_enter(job);
    furrow_err e = fj_eval_options(job, opts, &op);
    fj_swap_call call = {.pids = pids, .npids = npids, .deadline_ns = op.deadline_ns, .collect = true};
    if (!e) e = collect(job, &call, name, op.module, results);
    fj_exit(job);
    return e;
}
