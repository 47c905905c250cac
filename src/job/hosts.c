/*
 * hosts.c - which pids share memory, as a topology: hosts with their pids, the lowest pid of each stands for it. Also the
 * dealing out of work. Answered from what join learned (near.c): nobody is asked.
 */
#include "job/eval.h"
#include "job/parts.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOST_NAME_NBYTES 256

typedef struct host {
    char name[HOST_NAME_NBYTES];
    int lead;
    size_t first, n; /* in pids */
} host;

struct furrow_topology {
    size_t nhosts, npids;
    int *pids; /* host after host, ascending in each */
    host *hosts;
};

/* --- making one ----------------------------------------------------------------------------------------------------*/

static void name_host(furrow_job *job, host *h)
{
    const char *name = fj_near(job, h->lead) ? NULL : job->boot.ops->host(&job->boot, h->lead);
    if (name)
        strncpy(h->name, name, sizeof h->name - 1);
    else if (gethostname(h->name, sizeof h->name - 1)) /* ours, or one that FURROW_NET alone parted from us */
        h->name[0] = '\0';
    h->name[sizeof h->name - 1] = '\0';
}

static bool wanted(furrow_job *job, const host *h, const furrow_describe_opts *o)
{
    bool here = fj_near(job, h->lead);
    if (o->which == FURROW_HOSTS_REMOTE && here) return false;
    if (o->which == FURROW_HOSTS_LOCAL && !here) return false;
    return !o->filter || o->filter(o->user, h->name);
}

static void add_host(furrow_job *job, const int *list, size_t n, int lead, furrow_topology *t)
{
    host *h = &t->hosts[t->nhosts++];
    h->first = t->npids;
    for (size_t i = 0; i < n; i++)
        if (fj_lead(job, list[i]) == lead) t->pids[t->npids++] = list[i];
    h->n = t->npids - h->first;
}

/* list is ascending, so hosts come in the order of their lowest pids. */
static void describe(furrow_job *job, const int *list, size_t n, const furrow_describe_opts *o, furrow_topology *t)
{
    for (size_t i = 0; i < n; i++) {
        host *h = &t->hosts[t->nhosts];
        *h = (host){.lead = fj_lead(job, list[i])};
        bool seen = false;
        for (size_t k = 0; k < i; k++) seen = seen || fj_lead(job, list[k]) == h->lead;
        if (seen) continue;
        name_host(job, h);
        if (wanted(job, h, o)) add_host(job, list, n, h->lead, t);
    }
}

static furrow_err read_options(const furrow_describe_opts *given, bool all, furrow_describe_opts *o)
{
    *o = (furrow_describe_opts){.size = sizeof *o};
    if (given && (given->size == 0 || given->size > sizeof *o))
        return fb_fail(FURROW_ERR_ARG, "furrow_describe_opts.size is %zu; set it with FURROW_OPTS_INIT", given->size);
    if (given) memcpy(o, given, given->size);
    if ((unsigned)o->which > FURROW_HOSTS_ALL)
        return fb_fail(FURROW_ERR_ARG, "%d is not a choice of hosts", (int)o->which);
    if (o->which == FURROW_HOSTS_DEFAULT) o->which = all ? FURROW_HOSTS_REMOTE : FURROW_HOSTS_ALL;
    return FURROW_OK;
}

furrow_err furrow_describepids(furrow_job *job, const int *pids, size_t npids, const furrow_describe_opts *opts,
                               furrow_topology **topology)
{
    furrow_describe_opts o;
    if (!job || !topology)
        return fb_fail(FURROW_ERR_ARG, "furrow_describepids needs a job and a place for the topology");
    size_t n = pids ? npids : (size_t)job->nprocs;
    int *list = NULL, *every = calloc((size_t)job->nprocs, sizeof *every);
    furrow_topology *t = calloc(1, sizeof *t);
    furrow_err e = read_options(opts, !pids, &o);
    if (!e && (!every || !t)) e = fb_fail(FURROW_ERR_NOMEM, "no memory for a topology of %zu pids", n);
    if (!e && !pids) furrow_procs(job, every, n);
    if (!e) e = fj_pids(job, pids ? pids : every, n, &list, &n);
    if (!e) {
        t->pids = calloc(n, sizeof *t->pids);
        t->hosts = calloc(n + 1, sizeof *t->hosts);
        if (!t->pids || !t->hosts) e = fb_fail(FURROW_ERR_NOMEM, "no memory for a topology of %zu pids", n);
    }
    if (!e) describe(job, list, n, &o, t);
    free(list);
    free(every);
    if (e)
        furrow_topology_free(t);
    else
        *topology = t;
    return e;
}

void furrow_topology_free(furrow_topology *t)
{
    if (!t) return;
    free(t->pids);
    free(t->hosts);
    free(t);
}

/* --- looking at one ------------------------------------------------------------------------------------------------*/

size_t furrow_topology_hosts(const furrow_topology *t)
{
    return t ? t->nhosts : 0;
}

const char *furrow_topology_name(const furrow_topology *t, size_t index)
{
    return t && index < t->nhosts ? t->hosts[index].name : NULL;
}

const int *furrow_topology_pids(const furrow_topology *t, size_t index, size_t *n)
{
    *n = t && index < t->nhosts ? t->hosts[index].n : 0;
    return *n ? t->pids + t->hosts[index].first : NULL;
}

int furrow_topology_representative(const furrow_topology *t, int pid)
{
    for (size_t h = 0; t && h < t->nhosts; h++)
        for (size_t i = 0; i < t->hosts[h].n; i++)
            if (t->pids[t->hosts[h].first + i] == pid) return t->pids[t->hosts[h].first];
    return 0;
}

size_t furrow_preferredorder(const furrow_topology *t, int *pids, size_t max)
{
    size_t n = 0;
    for (size_t round = 0; t && n < t->npids; round++) {
        for (size_t h = 0; h < t->nhosts; h++) {
            if (round >= t->hosts[h].n) continue;
            if (pids && n < max) pids[n] = t->pids[t->hosts[h].first + round];
            n++;
        }
    }
    return n;
}

size_t furrow_localpids(furrow_job *job, int *pids, size_t max)
{
    size_t n = 0;
    for (int pid = 1; job && pid <= job->nprocs; pid++) {
        if (!fj_near(job, pid)) continue;
        if (pids && n < max) pids[n] = pid;
        n++;
    }
    return n;
}

void furrow_chunk(size_t length, size_t nchunks, size_t index, size_t *first, size_t *count)
{
    size_t each = nchunks ? length / nchunks : 0, more = nchunks ? length % nchunks : 0;
    *first = each * index + (index < more ? index : more);
    *count = index < nchunks ? each + (index < more) : 0;
}
