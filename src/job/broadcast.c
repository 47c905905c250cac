/*
 * broadcast.c - furrow_broadcast_shared, and the waiting part of every broadcast: deals the pids out to their hosts, begins
 * the share, and collects what the representatives report. The session's verb comes here too.
 */
#include "job/share.h"
#include <stdlib.h>
#include <string.h>

typedef struct outcome {
    furrow_job *job;
    size_t left;
    furrow_err err; /* of the lowest pid that failed */
    furrow_error_info info;
} outcome;

static void reported(void *arg, int representative, furrow_err err)
{
    outcome *o = arg;
    furrow_error_info info;
    o->left--;
    if (!err) return;
    fb_fail_save(&info);
    if (!info.pid) info.pid = representative;
    if (o->err && o->info.pid <= info.pid) return;
    o->err = err;
    o->info = info;
}

static bool all_reported(void *arg)
{
    return ((const outcome *)arg)->left == 0;
}

static furrow_err late(int pid)
{
    furrow_err e = fb_fail(FURROW_ERR_TIMEOUT,
                           "the shared array has not arrived everywhere before the deadline: pid %d, for "
                           "its host, has not reported",
                           pid);
    fb_fail_pid(pid);
    return e;
}

furrow_err fj_broadcast(furrow_job *job, const fj_plan *plan)
{
    outcome o = {.job = job, .left = plan->nhosts};
    fj_share *share;
    furrow_err e = fj_share_begin(job, plan, reported, &o, &share);
    if (e) return e;
    e = fj_wait(job, all_reported, &o, 0, plan->deadline_ns);
    if (e == FURROW_ERR_TIMEOUT) e = late(fj_share_awaited(share));
    fj_share_close(job, share);
    if (o.err) return fb_fail_restore(&o.info);
    return e;
}

/* --- dealing pids out ----------------------------------------------------------------------------------------------*/

/* The pids (ascending) of one host, named by its lead, behind those taken before. */
static size_t take_host(furrow_job *job, int lead, const int *pids, size_t n, int *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (fj_lead(job, pids[i]) == lead) out[count++] = pids[i];
    return count;
}

/* Near hosts first. *hosts and *room from malloc, both the caller's. */
static furrow_err hosts_of(furrow_job *job, const int *pids, size_t n, fj_host_part **hosts, int **room, size_t *nhosts)
{
    fj_host_part *list = calloc(n, sizeof *list);
    int *sorted = calloc(n, sizeof *sorted);
    size_t count = 0, used = 0;
    if (!list || !sorted) {
        free(list);
        free(sorted);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", n);
    }
    for (int far = 0; far < 2; far++) {
        for (size_t i = 0; i < n; i++) {
            int lead = fj_lead(job, pids[i]);
            bool seen = false;
            for (size_t k = 0; k < count; k++) seen = seen || fj_lead(job, list[k].pids[0]) == lead;
            if (seen || fj_near(job, pids[i]) == far) continue;
            list[count] = (fj_host_part){.pids = sorted + used, .npids = take_host(job, lead, pids, n, sorted + used)};
            used += list[count++].npids;
        }
    }
    *hosts = list;
    *room = sorted;
    *nhosts = count;
    return FURROW_OK;
}

/* --- the public call -----------------------------------------------------------------------------------------------*/

static furrow_err read_options(const furrow_shared_opts *given, furrow_shared_opts *o)
{
    *o = (furrow_shared_opts)FURROW_OPTS_INIT(furrow_shared_opts);
    if (given && (given->size == 0 || given->size > sizeof *o))
        return fb_fail(FURROW_ERR_ARG, "furrow_shared_opts.size is %zu; set it with FURROW_OPTS_INIT", given->size);
    if (given) memcpy(o, given, given->size);
    if ((unsigned)o->placement > FURROW_PLACE_OWNER || o->node < 0)
        return fb_fail(FURROW_ERR_ARG, "placement %d on node %d", (int)o->placement, o->node);
    return FURROW_OK;
}

static furrow_err shape_of_value(const furrow_value *value, fj_shape *shape)
{
    shape->type = furrow_value_eltype(value);
    shape->ndims = furrow_value_ndims(value);
    bool boxed =
        furrow_value_type(value) != FURROW_ARRAY && shape->ndims == 0 && !fv_tag_flat(furrow_value_type(value));
    if (boxed || !fv_tag_flat(shape->type))
        return fb_fail(FURROW_ERR_TYPE, "a number or a dense array of numbers can be shared, not a %s of %s",
                       furrow_type_name(furrow_value_type(value)), furrow_type_name(shape->type));
    for (int i = 0; i < FURROW_MAX_NDIMS; i++) shape->dims[i] = furrow_value_dim(value, i);
    return FURROW_OK;
}

static furrow_err shape_of_options(const furrow_shared_opts *o, fj_shape *shape)
{
    if (!fv_tag_flat((uint32_t)o->type))
        return fb_fail(FURROW_ERR_TYPE, "without a value the options must give a flat type, not %s",
                       furrow_type_name(o->type));
    if (o->ndims < 0 || o->ndims > FURROW_MAX_NDIMS || (o->ndims && !o->dims))
        return fb_fail(FURROW_ERR_ARG, "%d dimensions, 0 to %d are possible, with their extents", o->ndims,
                       FURROW_MAX_NDIMS);
    shape->type = o->type;
    shape->ndims = o->ndims;
    for (int i = 0; i < FURROW_MAX_NDIMS; i++) shape->dims[i] = i < o->ndims ? o->dims[i] : 1;
    return FURROW_OK;
}

furrow_err fj_shape_name(const char *module, const char *name, fj_shape *shape)
{
    const char *rest;
    furrow_err e = fj_name_split(name, shape->module, &rest);
    if (e) return e;
    memcpy(shape->name, rest, strlen(rest) + 1);
    if (shape->module[0]) return FURROW_OK;
    if (!module || !*module) module = FJ_MAIN;
    if (strlen(module) >= sizeof shape->module)
        return fb_fail(FURROW_ERR_ARG, "\"%.60s...\" is not the name of a module", module);
    memcpy(shape->module, module, strlen(module) + 1);
    return FURROW_OK;
}

furrow_err fj_shape_size(fj_shape *shape)
{
    size_t count = 1;
    furrow_err e = shape->ndims ? fv_count(shape->type, shape->ndims, shape->dims, &count) : FURROW_OK;
    shape->nbytes = count * furrow_type_nbytes(shape->type);
    return e;
}

static furrow_err broadcast(furrow_job *job, const int *pids, size_t npids, fj_plan *plan)
{
    int *list = NULL, *room = NULL;
    size_t n = 0;
    fj_host_part *hosts = NULL;
    furrow_err e = fj_may_wait(job, "furrow_broadcast_shared");
    if (!e) e = fj_pids(job, pids, npids, &list, &n);
    if (e) return e;
    e = hosts_of(job, list, n, &hosts, &room, &plan->nhosts);
    if (!e) {
        plan->hosts = hosts;
        e = fj_broadcast(job, plan);
        free(hosts);
        free(room);
    }
    free(list);
    return e;
}

furrow_err furrow_broadcast_shared(furrow_job *job, const int *pids, size_t npids, const char *name,
                                   const furrow_value *value, const furrow_shared_opts *opts)
{
    furrow_shared_opts o;
    if (!job || !name) return fb_fail(FURROW_ERR_ARG, "furrow_broadcast_shared needs a job and a name");
    furrow_err e = read_options(opts, &o);
    if (e) return e;
    fj_shape shape = {.placement = o.placement, .node = o.node, .small_pages = o.small_pages};
    e = value ? shape_of_value(value, &shape) : shape_of_options(&o, &shape);
    if (!e) e = fj_shape_name(o.module, name, &shape);
    if (!e) e = fj_shape_size(&shape);
    if (e) return e;
    fj_enter(job);
    fj_plan plan = {.shape = &shape,
                    .data = value ? furrow_value_data(value) : NULL,
                    .deadline_ns = fj_deadline(job, o.timeout_ms)};
    e = broadcast(job, pids, npids, &plan);
    fj_exit(job);
    return e;
}
