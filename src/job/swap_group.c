/*
 * swap_group.c - which pids swap which dictionary with one another, as this pid knows it: groups are made when they are
 * first used, and those that nobody uses go when there are many. Called by the public calls and by messages about swaps.
 */
#include "job/swap.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define GROUPS_KEPT 24 /* idle ones a pid stays attached to */

struct fj_groups {
    fj_swap_group *first;
    uint64_t clock;
};

furrow_err fj_groups_open(furrow_job *job)
{
    job->groups = calloc(1, sizeof *job->groups);
    return job->groups ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for message dictionaries");
}

static void group_free(furrow_job *job, fj_swap_group *g)
{
    fj_swap_detach(job, g);
    free(g->hints);
    free(g->pids);
    free(g);
}

void fj_groups_close(furrow_job *job)
{
    while (job->groups && job->groups->first) {
        fj_swap_group *g = job->groups->first;
        job->groups->first = g->next;
        group_free(job, g);
    }
    free(job->groups);
    job->groups = NULL;
}

fj_swap_group *fj_swap_groups(furrow_job *job)
{
    return job->groups ? job->groups->first : NULL;
}

fj_swap_group *fj_swap_group_find(furrow_job *job, uint64_t key)
{
    fj_swap_group *g = job->groups->first;
    while (g && g->key != key) g = g->next;
    if (g) g->used = ++job->groups->clock;
    return g;
}

static bool idle(const fj_swap_group *g)
{
    return !g->held && !g->first && !g->standing;
}

/* Lets the group go that was used longest ago, when there are too many. */
static void make_room(furrow_job *job)
{
    fj_swap_group **oldest = NULL;
    size_t n = 0;
    for (fj_swap_group **link = &job->groups->first; *link; link = &(*link)->next) {
        if (!idle(*link)) continue;
        n++;
        if (!oldest || (*link)->used < (*oldest)->used) oldest = link;
    }
    if (n < GROUPS_KEPT) return;
    fj_swap_group *g = *oldest;
    *oldest = g->next;
    group_free(job, g);
}

static uint64_t key_of(const char *module, const char *name, const int *pids, size_t n)
{
    uint64_t words[3] = {fb_hash64(module, strlen(module)), fb_hash64(name, strlen(name)),
                         fb_hash64(pids, n * sizeof *pids)};
    return fb_hash64(words, sizeof words);
}

/* Who is on this host, and who stands for each other host. */
static void sort_hosts(furrow_job *job, fj_swap_group *g)
{
    for (size_t i = 0; i < g->npids; i++) {
        int lead = fj_near(job, g->pids[i]) ? 0 : fj_lead(job, g->pids[i]);
        bool seen = false;
        if (!lead) g->locals[g->nlocals++] = g->pids[i];
        for (size_t k = 0; lead && k < g->nreps; k++) seen = seen || fj_lead(job, g->reps[k]) == lead;
        if (lead && !seen) g->reps[g->nreps++] = g->pids[i];
    }
}

static furrow_err group_new(furrow_job *job, const int *pids, size_t n, fj_swap_group **out)
{
    fj_swap_group *g = calloc(1, sizeof *g);
    int *lists = calloc(3 * n, sizeof *lists);
    uint32_t *hints = calloc(n, sizeof *hints);
    if (!g || !lists || !hints) {
        free(g);
        free(lists);
        free(hints);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for a message dictionary of %zu pids", n);
    }
    *g = (fj_swap_group){.pids = lists, .locals = lists + n, .reps = lists + 2 * n, .npids = n, .hints = hints};
    g->index = -1;
    memcpy(g->pids, pids, n * sizeof *pids);
    sort_hosts(job, g);
    *out = g;
    return FURROW_OK;
}

furrow_err fj_swap_group_of(furrow_job *job, const char *module, const char *name, const int *pids, size_t n,
                            fj_swap_group **out)
{
    uint64_t key = key_of(module, name, pids, n);
    fj_swap_group *g = fj_swap_group_find(job, key);
    if (!g) {
        make_room(job);
        furrow_err e = group_new(job, pids, n, &g);
        if (e) return e;
        g->key = key;
        g->used = ++job->groups->clock;
        memcpy(g->module, module, strlen(module) + 1);
        memcpy(g->name, name, strlen(name) + 1);
        g->next = job->groups->first;
        job->groups->first = g;
    }
    *out = g;
    return FURROW_OK;
}
