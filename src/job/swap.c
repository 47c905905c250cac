/*
 * swap.c - one swap at one pid: its own entry is published, the pid arrives, and when all have it enters what the others
 * published. Nothing here waits: it is moved on by progress, and by who waits for it.
 *
 * The line's word is round << 32 | arrived, as a barrier's. Arriving is acquire and release: what each pid published
 * before is seen by whoever sees the next round, since each addition continues the release sequence. On one host the last
 * to arrive begins the next round; between hosts the representative does, when it has what the other hosts sent.
 */
#include "job/swap.h"
#include "value/dict.h"
#include <stdlib.h>
#include <string.h>

#define ARRIVED(word) ((uint32_t)(word))
#define ROUND(word)   ((uint32_t)((word) >> 32))
#define POLLS         32 /* looks between looks at the clock */

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

furrow_err fj_swap_own(furrow_job *job, fj_swap_group *g, fb_buffer *bytes)
{
    const char *name = g->name;
    fv_dict *dict;
    fv_cell key = {.tag = FURROW_INT64, .i = job->pid}, item;
    furrow_err e = dict_of(job, g, &dict);
    if (e) return e;
    if (!fv_dict_get(dict, &key, &item)) {
        e = fb_fail(FURROW_ERR_NAME, "%s at pid %d has no entry of its own: key %d not found", name, job->pid,
                    job->pid);
        fb_fail_symbol(name);
        fb_fail_pid(job->pid);
        return e;
    }
    e = fv_wire_put(bytes, &item);
    fv_cell_drop(&item);
    return e;
}

furrow_err fj_swap_enter(fv_dict *dict, int pid, fb_cursor *bytes, bool failed, furrow_error_info *info)
{
    fv_cell key = {.tag = FURROW_INT64, .i = pid}, item;
    furrow_error_info theirs;
    if (failed) {
        furrow_err e = fj_record_get(bytes, &theirs);
        if (e) return e;
        theirs.pid = pid;
        if (!info->code || pid < info->pid) *info = theirs;
        return FURROW_OK;
    }
    furrow_err e = fv_wire_get(bytes, &item);
    if (e) return e;
    e = fv_dict_set(dict, &key, &item);
    fv_cell_drop(&item);
    return e;
}

static furrow_err enter_far(furrow_job *job, fj_swap_group *g, uint32_t round, fv_dict *dict, furrow_error_info *info)
{
    fb_cursor all, entry;
    int pid;
    bool failed;
    furrow_err e = fj_swap_read_far(job, g, round, &all);
    while (!e && fb_cursor_left(&all)) {
        e = fj_bundle_next(job, &all, &pid, &failed, &entry);
        if (!e) e = fj_swap_enter(dict, pid, &entry, failed, info);
    }
    return e;
}

/* What all published goes into the dictionary; the error of the lowest pid that had nothing to publish. */
static furrow_err enter_all(furrow_job *job, fj_swap_group *g, uint32_t round)
{
    fv_dict *dict = NULL;
    furrow_error_info info = {.code = FURROW_OK};
    fb_cursor bytes;
    bool failed;
    furrow_err e = dict_of(job, g, &dict);
    for (size_t i = 0; !e && i < g->nlocals; i++) {
        e = fj_swap_read(job, g, i, round, &bytes, &failed);
        if (!e && g->locals[i] == job->pid && !failed) continue; /* it is there */
        if (!e) e = fj_swap_enter(dict, g->locals[i], &bytes, failed, &info);
    }
    if (!e && g->nreps) e = enter_far(job, g, round, dict, &info);
    return e || !info.code ? e : fb_fail_restore(&info);
}

/* --- arriving ------------------------------------------------------------------------------------------------------*/

static void rouse(furrow_job *job, const fj_swap_group *g)
{
    fboot_head *head = job->boot.head;
    for (size_t i = 0; i < g->nlocals; i++)
        if (g->locals[i] != job->pid && atomic_load(&head->lines[g->locals[i] - 1].sleeping))
            fboot_rouse(head, g->locals[i]);
}

static void next_round(furrow_job *job, fj_swap_group *g, uint32_t round)
{
    uint64_t full = (uint64_t)round << 32 | g->nlocals;
    g->sent = false;
    if (atomic_compare_exchange_strong(&g->line->word, &full, (uint64_t)(round + 1) << 32)) rouse(job, g);
}

/* Its own entry, or why there is none, goes into this pid's box. */
static furrow_err publish(furrow_job *job, fj_swap_group *g, uint32_t round)
{
    fb_buffer *bytes = fj_swap_scratch(job);
    furrow_error_info info;
    furrow_err own = fj_swap_own(job, g, bytes), e = FURROW_OK;
    if (own) {
        fb_fail_save(&info);
        bytes->nbytes = 0;
        e = fj_record_put(bytes, &info);
    }
    return e ? e : fj_swap_publish(job, g, round, bytes, own != FURROW_OK);
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
    uint32_t round = ROUND(atomic_load(&g->line->word));
    g->round = round;
    g->sent = false;
    *err = publish(job, g, round);
    if (*err) {
        g->first->arrived = false;
        return true;
    }
    uint64_t word = atomic_fetch_add(&g->line->word, 1) + 1;
    if (ARRIVED(word) != g->nlocals) return true;
    if (g->nreps == 0)
        next_round(job, g, round);
    else if (g->locals[0] != job->pid && atomic_load(&job->boot.head->lines[g->locals[0] - 1].sleeping))
        fboot_rouse(job->boot.head, g->locals[0]);
    return true;
}

/* Takes this pid's arrival back, unless all of its host have arrived: then it stands, for the others may go on with it. */
static void withdraw(fj_swap_group *g)
{
    uint64_t word = atomic_load(&g->line->word);
    while (ROUND(word) == g->round) {
        if (ARRIVED(word) == g->nlocals) {
            g->standing = true;
            return;
        }
        if (atomic_compare_exchange_weak(&g->line->word, &word, word - 1)) return;
    }
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
    bool full = ARRIVED(atomic_load(&g->line->word)) == g->nlocals;
    for (size_t i = 0; i < g->nlocals; i++) {
        if (fboot_peer(&job->boot, g->locals[i]) < FBOOT_LEFT) continue;
        if (!full || (i == 0 && g->nreps)) return g->locals[i];
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

static furrow_err late(const fj_swap_group *g)
{
    furrow_err e = fb_fail(FURROW_ERR_TIMEOUT, "%u of the %zu pids of this host came to swap %s before the deadline",
                           ARRIVED(atomic_load(&g->line->word)), g->nlocals, g->name);
    fb_fail_symbol(g->name);
    return e;
}

/* Whether the first operation of the group is over, and how. */
static bool over(furrow_job *job, fj_swap_group *g, furrow_err *err)
{
    fj_swap_op *op = g->first;
    *err = FURROW_OK;
    if (!op->arrived && !arrive(job, g, err)) *err = FURROW_OK; /* not yet */
    if (op->arrived && !*err) {
        int lost = 0;
        uint64_t word = atomic_load(&g->line->word);
        bool full = g->nreps && ROUND(word) == g->round && ARRIVED(word) == g->nlocals && g->locals[0] == job->pid;
        if (full && fj_bundles_exchange(job, g, g->round, &lost)) next_round(job, g, g->round);
        if (lost) break_round(job, g, lost);
        if (!g->nreps && ROUND(word) == g->round && ARRIVED(word) == g->nlocals)
            next_round(job, g, g->round); /* who arrived last was interrupted before it could */
        if (ROUND(atomic_load(&g->line->word)) != g->round) {
            *err = enter_all(job, g, g->round);
            return true;
        }
        lost = missing(job, g);
        if (lost) *err = fail_gone(job, lost);
    }
    if (!*err && op->polls++ % POLLS == 0 && fb_deadline_passed(op->deadline_ns))
        *err =
            op->arrived ? late(g) : fb_fail(FURROW_ERR_TIMEOUT, "the table of the host is being made by another pid");
    if (!*err) return false;
    if (op->arrived) withdraw(g);
    return true;
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

int fj_swaps_poll(furrow_job *job)
{
    int n = 0;
    for (fj_swap_group *g = fj_swap_groups(job), *next; g; g = next) {
        next = g->next;
        if (__builtin_expect(g->first != NULL, 0)) n += fj_swap_move(job, g);
    }
    return n;
}
