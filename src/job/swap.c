/*
 * swap.c - one swap at one pid: its own entry is published, the pid arrives, and when all have it enters what the others
 * published. Nothing here waits: it is moved on by progress, and by who waits for it. On one host a round is over when all
 * have arrived (swap_round.c); between hosts when the representative says so in the line, having what other hosts sent.
 */
#include "job/swap.h"
#include "value/dict.h"
#include <stdlib.h>
#include <string.h>

#define POLLS 32 /* looks between looks at the clock */

/* --- entries -------------------------------------------------------------------------------------------------------*/

static furrow_err dict_of(furrow_job *job, fj_swap_group *g, fv_dict **dict)
{
    const char *module = g->module, *name = g->name;
    furrow_err e = g->entry ? FURROW_OK : fj_symbol_find(job, module, name, false, &g->entry);
    if (e) return e;
    const fj_entry *entry = g->entry;
    if (!entry || entry->slot.tag == FX_UNBOUND)
        e = fb_fail(FURROW_ERR_NO_SYMBOL, "%s is not defined in %s at pid %d", name, module, job->pid);
    else if (entry->slot.tag != FURROW_DICT)
        e = fb_fail(FURROW_ERR_TYPE, "%s at pid %d is no dictionary, but a %s", name, job->pid,
                    furrow_type_name((furrow_type)entry->slot.tag));
    if (e) {
        fb_fail_symbol(name);
        fb_fail_pid(job->pid);
        return e;
    }
    *dict = fv_dict_of_value(entry->slot.value);
    return FURROW_OK;
}

static furrow_err fail_absent(furrow_job *job, const fj_swap_group *g)
{
    furrow_err e =
        fb_fail(FURROW_ERR_NAME, "%s at pid %d has no entry of its own: key %d not found", g->name, job->pid, job->pid);
    fb_fail_symbol(g->name);
    fb_fail_pid(job->pid);
    return e;
}

furrow_err fj_swap_own(furrow_job *job, fj_swap_group *g, fb_buffer *bytes)
{
    fv_dict *dict;
    const fv_cell *item;
    uint32_t hint = 0;
    furrow_err e = dict_of(job, g, &dict);
    if (e) return e;
    item = fv_dict_peek(dict, job->pid, &hint);
    return item ? fv_wire_put(bytes, item) : fail_absent(job, g);
}

static furrow_err enter(fv_dict *dict, int pid, fj_swap_item *item, uint32_t *hint, furrow_error_info *info)
{
    fv_cell key = {.tag = FURROW_INT64, .i = pid};
    furrow_error_info theirs;
    if (item->kind == FJ_BOX_CELL)
        return fv_dict_put(dict, pid, &item->cell, hint) ? FURROW_OK : fv_dict_set(dict, &key, &item->cell);
    if (item->kind == FJ_BOX_FAILED) {
        furrow_err e = fj_record_get(&item->bytes, &theirs);
        if (e) return e;
        theirs.pid = pid;
        if (!info->code || pid < info->pid) *info = theirs;
        return FURROW_OK;
    }
    furrow_err e = fv_wire_get(&item->bytes, &item->cell);
    if (e) return e;
    e = fv_dict_set(dict, &key, &item->cell);
    fv_cell_drop(&item->cell);
    return e;
}

static furrow_err enter_far(furrow_job *job, fj_swap_group *g, fv_dict *dict, furrow_error_info *info)
{
    fb_cursor all;
    int pid;
    bool failed;
    uint32_t hint = 0;
    fj_swap_item item;
    furrow_err e = fj_swap_read_far(job, g, &all);
    while (!e && fb_cursor_left(&all)) {
        e = fj_bundle_next(job, &all, &pid, &failed, &item.bytes);
        item.kind = failed ? FJ_BOX_FAILED : FJ_BOX_WIRE;
        if (!e) e = enter(dict, pid, &item, &hint, info);
    }
    return e;
}

/* What all published goes into the dictionary; the error of the lowest pid that had nothing to publish. */
static furrow_err enter_all(furrow_job *job, fj_swap_group *g)
{
    fv_dict *dict = NULL;
    furrow_error_info info; /* large: only its code is set */
    fj_swap_item item;
    furrow_err e = dict_of(job, g, &dict);
    info.code = FURROW_OK;
    for (size_t i = 0; !e && i < g->nlocals; i++) {
        e = fj_swap_read(job, g, i, &item);
        if (!e && g->locals[i] == job->pid && item.kind != FJ_BOX_FAILED) continue; /* it is there */
        if (!e) e = enter(dict, g->locals[i], &item, &g->hints[i], &info);
    }
    if (!e && g->nreps) e = enter_far(job, g, dict, &info);
    return e || !info.code ? e : fb_fail_restore(&info);
}

/* --- arriving ------------------------------------------------------------------------------------------------------*/

static void rouse_one(furrow_job *job, int pid)
{
    fboot_head *head = job->boot.head;
    if (pid != job->pid && atomic_load(&head->lines[pid - 1].sleeping)) fboot_rouse(head, pid);
}

static void rouse(furrow_job *job, const fj_swap_group *g)
{
    for (size_t i = 0; i < g->nlocals; i++) rouse_one(job, g->locals[i]);
}

/* Its own entry, or why there is none, goes into this pid's box. */
static furrow_err publish(furrow_job *job, fj_swap_group *g)
{
    fv_dict *dict;
    furrow_error_info info;
    furrow_err own = dict_of(job, g, &dict);
    const fv_cell *item = own ? NULL : fv_dict_peek(dict, job->pid, &g->own_hint);
    if (item && fj_box_takes(item)) {
        fj_swap_publish_cell(job, g, item);
        return FURROW_OK;
    }
    fb_buffer *bytes = fj_swap_scratch(job);
    if (!own) own = item ? fv_wire_put(bytes, item) : fail_absent(job, g);
    if (!own) return fj_swap_publish(job, g, FJ_BOX_WIRE, bytes);
    fb_fail_save(&info);
    bytes->nbytes = 0;
    furrow_err e = fj_record_put(bytes, &info);
    return e ? e : fj_swap_publish(job, g, FJ_BOX_FAILED, bytes);
}

/* False: not yet. An arrival that stands is this one's: whoever repeats a call that was late takes part once. */
static bool arrive(furrow_job *job, fj_swap_group *g, furrow_err *err)
{
    *err = fj_swap_attach(job, g);
    if (*err == FURROW_ERR_AGAIN) return false;
    if (*err) return true;
    g->first->arrived = true;
    if (g->standing) { /* its round may be over by now: nobody can have gone past the next one without this pid */
        g->standing = false;
        return true;
    }
    g->sent = false;
    *err = publish(job, g);
    if (*err) {
        g->first->arrived = false;
        return true;
    }
    fj_round_arrive(job, g);
    if (!fj_round_full(g)) return true;
    if (g->nreps == 0)
        rouse(job, g);
    else
        rouse_one(job, g->locals[0]);
    return true;
}

/* The arrival of an operation that is given up. False: it may be over after all, look again. Between hosts it stands, for
 * the others may go on with it. */
static bool withdraw(furrow_job *job, fj_swap_group *g)
{
    if (fj_round_withdraw(job, g)) return true;
    rouse(job, g); /* who looked in between slept on */
    g->standing = g->nreps > 0;
    return g->standing;
}

/* --- waiting -------------------------------------------------------------------------------------------------------*/

static furrow_err fail_gone(furrow_job *job, int pid)
{
    furrow_err e = fj_peer_check(job, pid);
    if (!e) e = fb_fail(FURROW_ERR_PEER_DEAD, "pid %d cannot be waited for any more", pid);
    fb_fail_pid(pid);
    fb_fail_advice("The others can go on without it: swap among the pids that are left.");
    return e;
}

/* A pid of this host without which the round cannot be completed; 0: none. */
static int missing_local(furrow_job *job, const fj_swap_group *g)
{
    for (size_t i = 0; i < g->nlocals; i++) {
        if (fboot_peer(&job->boot, g->locals[i]) < FBOOT_LEFT) continue;
        if (!fj_round_has(g, i) || (i == 0 && g->nreps)) return g->locals[i];
    }
    return 0;
}

static int missing(furrow_job *job, fj_swap_group *g)
{
    if (atomic_load(&g->line->broken) == g->round + 1) return atomic_load(&g->line->culprit);
    if (__builtin_expect(fj_nlost(job) == 0, 1)) return 0;
    return missing_local(job, g);
}

static void break_round(furrow_job *job, fj_swap_group *g, int culprit)
{
    atomic_store(&g->line->culprit, culprit);
    atomic_store(&g->line->broken, g->round + 1);
    rouse(job, g);
}

static furrow_err late(fj_swap_group *g, const fj_swap_op *op)
{
    int absent = 0, awaited = fj_round_full(g) ? atomic_load_explicit(&g->line->awaited, memory_order_relaxed) : 0;
    furrow_err e;
    for (size_t i = 0; op->arrived && !absent && i < g->nlocals; i++)
        if (!fj_round_has(g, i)) absent = g->locals[i];
    if (!op->arrived)
        e = fb_fail(FURROW_ERR_TIMEOUT, "the table of the host is being made by another pid");
    else if (awaited)
        e = fb_fail(FURROW_ERR_TIMEOUT, "of the host of pid %d not all came to swap %s before the deadline", awaited,
                    g->name);
    else if (absent)
        e = fb_fail(FURROW_ERR_TIMEOUT,
                    "pid %d was not there to swap %s at the deadline, %u of the %zu pids of this host were", absent,
                    g->name, fj_round_count(g), g->nlocals);
    else
        e = fb_fail(FURROW_ERR_TIMEOUT, "not all pids of other hosts came to swap %s before the deadline", g->name);
    fb_fail_symbol(g->name);
    if (awaited || absent) fb_fail_pid(awaited ? awaited : absent);
    return e;
}

/* Whether all entries can be read. *lost: a pid without which that will not be, else 0. */
static bool complete(furrow_job *job, fj_swap_group *g, int *lost)
{
    if (!g->nreps) return fj_round_full(g);
    if (g->locals[0] == job->pid && fj_round_full(g)) {
        if (fj_bundles_exchange(job, g, lost)) {
            atomic_store(&g->line->passed, g->round + 1); /* behind what it published; then it looks who sleeps */
            rouse(job, g);
        } else {
            atomic_store_explicit(&g->line->awaited, fj_bundles_awaited(job, g), memory_order_relaxed);
        }
    }
    if (*lost) break_round(job, g, *lost);
    return atomic_load(&g->line->passed) == g->round + 1;
}

/* Whether the first operation of the group is over, and how. */
static bool over(furrow_job *job, fj_swap_group *g, furrow_err *err)
{
    fj_swap_op *op = g->first;
    int lost = 0;
    *err = FURROW_OK;
    if (!op->arrived && !arrive(job, g, err)) *err = FURROW_OK; /* not yet */
    if (op->arrived && !*err) {
        if (complete(job, g, &lost)) {
            *err = enter_all(job, g);
            g->round++;
            __builtin_prefetch(&g->boxes[g->round & 1][job->pid - 1], 1);
            return true;
        }
        lost = missing(job, g);
        if (lost) *err = fail_gone(job, lost);
    }
    if (!*err && op->polls++ % POLLS == 0 && fb_deadline_passed(op->deadline_ns)) *err = late(g, op);
    if (!*err) return false;
    return !op->arrived || withdraw(job, g);
}

bool fj_swap_move(furrow_job *job, fj_swap_group *g)
{
    furrow_err err;
    if (!g->first || !over(job, g, &err)) return false;
    fj_swap_op *op = g->first;
    g->first = op->next;
    if (!g->first) g->last = NULL;
    op->done(job, op->arg, err);
    return true;
}

void fj_swap_begin(furrow_job *job, fj_swap_group *g, fj_swap_op *op)
{
    op->next = NULL;
    op->arrived = false;
    op->polls = 1;
    if (g->last)
        g->last->next = op;
    else
        g->first = op;
    g->last = op;
    while (g->first && fj_swap_move(job, g)) continue;
}

void fj_swap_cancel(furrow_job *job, fj_swap_group *g, fj_swap_op *op)
{
    op->deadline_ns = 0;
    op->polls = 0;
    if (g->first == op) {
        fj_swap_move(job, g);
        return;
    }
    fj_swap_op *before = g->first;
    while (before->next != op) before = before->next;
    before->next = op->next;
    if (g->last == op) g->last = before;
    furrow_err e =
        fb_fail(FURROW_ERR_TIMEOUT, "a swap of %s that was begun before has not ended by the deadline", g->name);
    fb_fail_symbol(g->name);
    op->done(job, op->arg, e);
}

int fj_swaps_poll(furrow_job *job)
{
    int n = 0;
    for (fj_swap_group *g = fj_swap_groups(job), *next; g; g = next) {
        next = g->next;
        if (__builtin_expect(g->first != NULL, 0)) n += fj_swap_move(job, g);
    }
    return n;
}
