/*
 * verbs_share.c - broadcast_shared at the prompt: a topology (what describepids gives) and an array become one shared array
 * a host. The topology's keys are the pids that hold the memory.
 */
#include "job/session.h"
#include "job/share.h"
#include <stdlib.h>

/* The hosts of a topology; near ones come first. *list from malloc, each with pids from malloc. */
typedef struct topology {
    fj_host_part *hosts;
    size_t n;
} topology;

static void topology_free(topology *t)
{
    for (size_t i = 0; i < t->n; i++) free(t->hosts[i].pids);
    free(t->hosts);
}

static furrow_err fail_pid(int pid, const char *text)
{
    furrow_err e = fb_fail(FURROW_ERR_ARG, "pid %d %s", pid, text);
    fb_fail_pid(pid);
    return e;
}

/* Puts the representative in front; it must be one of them, and they on its host. */
static furrow_err order(furrow_job *job, fj_host_part *host, int representative)
{
    size_t at = host->npids;
    for (size_t i = 0; i < host->npids; i++) {
        furrow_err e = fj_peer_check(job, host->pids[i]);
        if (e) return e;
        if (host->pids[i] == representative) at = i;
        for (size_t k = 0; k < i; k++)
            if (host->pids[k] == host->pids[i]) return fail_pid(host->pids[i], "is named twice in the topology");
    }
    if (at == host->npids) return fail_pid(representative, "stands for a host in the topology that it is no pid of");
    for (size_t i = 0; i < host->npids; i++)
        if (fj_lead(job, host->pids[i]) != fj_lead(job, representative))
            return fail_pid(host->pids[i], "is on another host than the topology says: only one memory can be shared");
    host->pids[at] = host->pids[0];
    host->pids[0] = representative;
    return FURROW_OK;
}

static furrow_err add_host(const fx_call *call, topology *t, const fv_cell *key, const fv_cell *members)
{
    furrow_job *job = fj_session_of(call)->job;
    int representative;
    fj_host_part *host = &t->hosts[t->n];
    furrow_err e = fj_verb_pid(key, &representative);
    if (!e) e = fj_verb_pids(call, members, &host->pids, &host->npids);
    if (e) return e;
    t->n++;
    return order(job, host, representative);
}

static void near_first(furrow_job *job, topology *t)
{
    size_t next = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (!fj_near(job, t->hosts[i].pids[0])) continue;
        fj_host_part host = t->hosts[i];
        t->hosts[i] = t->hosts[next];
        t->hosts[next++] = host;
    }
}

static furrow_err check_hosts(furrow_job *job, const topology *t)
{
    bool *seen = calloc((size_t)job->nprocs, sizeof *seen);
    if (!seen) return fb_fail(FURROW_ERR_NOMEM, "no memory for %d pids", job->nprocs);
    furrow_err e = FURROW_OK;
    for (size_t i = 0; !e && i < t->n; i++) {
        for (size_t k = 0; !e && k < t->hosts[i].npids; k++) {
            bool *mine = &seen[t->hosts[i].pids[k] - 1];
            if (*mine) e = fail_pid(t->hosts[i].pids[k], "is named twice in the topology");
            *mine = true;
        }
    }
    free(seen);
    return e;
}

static furrow_err read_topology(const fx_call *call, const fv_cell *cell, topology *t)
{
    fv_cell key, members;
    uint64_t state = 0;
    *t = (topology){.n = 0};
    if (cell->tag != FURROW_DICT)
        return fb_fail(FURROW_ERR_TYPE, "a topology (what describepids gives) was expected, not a %s",
                       furrow_type_name((furrow_type)cell->tag));
    const fv_dict *dict = fv_dict_of_value(cell->p);
    if (fv_dict_count(dict) == 0) {
        furrow_err e = fb_fail(FURROW_ERR_ARG, "the topology has no host, so nobody would get the array");
        fb_fail_advice(
            "describepids() is about other hosts; describepids(remote=1) about this one, (remote=2) about all.");
        return e;
    }
    t->hosts = calloc(fv_dict_count(dict), sizeof *t->hosts);
    if (!t->hosts) return fb_fail(FURROW_ERR_NOMEM, "no memory for a topology");
    furrow_err e = FURROW_OK;
    while (!e && fv_dict_next(dict, &state, &key, &members)) e = add_host(call, t, &key, &members);
    if (!e) e = check_hosts(fj_session_of(call)->job, t);
    if (!e) near_first(fj_session_of(call)->job, t);
    return e;
}

/* --- what is shared ------------------------------------------------------------------------------------------------*/

static furrow_err read_type(const fv_cell *cell, furrow_type *type)
{
    if (cell->tag == FURROW_DATATYPE && fv_tag_flat(fv_type_base((fv_type)cell->u))) {
        *type = fv_type_base((fv_type)cell->u);
        return FURROW_OK;
    }
    if (cell->tag == FURROW_DATATYPE)
        return fb_fail(FURROW_ERR_TYPE, "%s is not a flat type: numbers and Bool can be shared",
                       furrow_type_name(fv_type_base((fv_type)cell->u)));
    return fb_fail(FURROW_ERR_TYPE, "an element type (Float32) was expected, not a %s",
                   furrow_type_name((furrow_type)cell->tag));
}

/* dims as a tuple of integers: an array of zeros. */
static furrow_err read_dims(const fv_tuple *tuple, fj_shape *shape)
{
    if (tuple->count > FURROW_MAX_NDIMS)
        return fb_fail(FURROW_ERR_ARG, "%zu dimensions, at most %d are possible", tuple->count, FURROW_MAX_NDIMS);
    shape->ndims = (int)tuple->count;
    for (int i = 0; i < FURROW_MAX_NDIMS; i++) {
        fv_cell extent = {.i = 1};
        furrow_err e = i < shape->ndims ? fv_convert(&tuple->items[i], FURROW_INT64, &extent) : FURROW_OK;
        if (!e && extent.i < 0) e = fb_fail(FURROW_ERR_ARG, "an extent of %lld", (long long)extent.i);
        if (e) return e;
        shape->dims[i] = (size_t)extent.i;
    }
    return FURROW_OK;
}

/* The array (any element type that converts) as one of type. A new reference. */
static furrow_err convert_array(const fv_array *from, furrow_type type, fv_array **out)
{
    fv_array *array;
    furrow_err e = fv_array_new(type, from->head.ndims, from->dims, &array);
    for (size_t i = 0; !e && i < from->count; i++) {
        fv_cell cell;
        e = fv_element(from, i, &cell);
        if (e) break;
        e = fv_element_set(array, i, &cell);
        fv_cell_drop(&cell);
    }
    if (!e)
        *out = array;
    else if (array)
        fv_drop(&array->head);
    return e;
}

/* Type and shape of what cell gives, and its elements as *value (a new reference), NULL for zeros. */
static furrow_err read_array(const fv_cell *cell, fj_shape *shape, furrow_value **value)
{
    fv_array *array = NULL;
    *value = NULL;
    if (cell->tag == FURROW_TUPLE) return read_dims((const fv_tuple *)cell->p, shape);
    if (cell->tag != FURROW_ARRAY) {
        fv_cell number;
        furrow_err e = fv_convert(cell, shape->type, &number);
        if (!e) e = fv_cell_to_value(&number, value);
        for (int i = 0; i < FURROW_MAX_NDIMS; i++) shape->dims[i] = 1;
        return e;
    }
    const fv_array *from = (const fv_array *)cell->p;
    shape->ndims = from->head.ndims;
    memcpy(shape->dims, from->dims, sizeof shape->dims);
    if (from->head.eltype == shape->type) {
        *value = furrow_value_hold(cell->p);
        return FURROW_OK;
    }
    furrow_err e = convert_array(from, shape->type, &array);
    if (!e) *value = &array->head;
    return e;
}

static furrow_err read_placement(const fx_call *call, fj_shape *shape)
{
    static const char *const names[] = {"interleave", "bind", "owner"};
    const fv_cell *placement = fj_verb_keyword(call, "placement"), *node = fj_verb_keyword(call, "node");
    const char *text = node ? "bind" : "interleave";
    fv_cell number = {.i = 0};
    furrow_err e = placement ? fj_verb_text(placement, "a placement", &text) : FURROW_OK;
    if (!e && node) e = fv_convert(node, FURROW_INT64, &number);
    if (e) return e;
    if (number.i < 0 || number.i > INT32_MAX)
        return fb_fail(FURROW_ERR_ARG, "there is no NUMA node %lld", (long long)number.i);
    shape->node = (int)number.i;
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        shape->placement = (furrow_placement)i;
        return FURROW_OK;
    }
    return fb_fail(FURROW_ERR_ARG, "placement is :interleave, :bind or :owner, not :%.40s", text);
}

/* broadcast_shared(topology, Type, array or dims, :name; placement=:interleave, node=0) */
furrow_err fj_verb_do_broadcast_shared(const fx_call *call, fv_cell *out)
{
    fj_operation op = {.flags = 0};
    fj_shape shape = {.placement = FURROW_PLACE_INTERLEAVE};
    topology topo = {.n = 0};
    furrow_value *value = NULL;
    const char *name;
    furrow_err e = fj_verb_options(call, &op);
    if (!e) e = fj_verb_text(&call->args[3], "a name (:foo)", &name);
    if (!e) e = fj_shape_name(op.module, name, &shape);
    if (!e) e = read_type(&call->args[1], &shape.type);
    if (!e) e = read_placement(call, &shape);
    if (!e) e = read_topology(call, &call->args[0], &topo);
    if (!e) e = read_array(&call->args[2], &shape, &value);
    if (!e) e = fj_shape_size(&shape);
    fj_plan plan = {.shape = &shape,
                    .data = value ? furrow_value_data(value) : NULL,
                    .hosts = topo.hosts,
                    .nhosts = topo.n,
                    .deadline_ns = op.deadline_ns};
    if (!e) e = fj_broadcast(fj_session_of(call)->job, &plan);
    furrow_value_drop(value);
    topology_free(&topo);
    if (!e) *out = (fv_cell){.tag = FURROW_NOTHING};
    return e;
}
