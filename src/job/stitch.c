/*
 * stitch.c - joins parts of several pids along one dimension: each flat part is copied once, from where it lives to its
 * place in the result. Also furrow_stitch. What is not flat goes through the language's own vcat, see verbs_collect.c.
 */
#include "job/stitch.h"
#include "net/copy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 3 /* a symbol that is redefined that often while we read is asked for by message */

void fj_shape_text(int ndims, const size_t *dims, char *text, size_t size)
{
    size_t at = 0;
    if (ndims == 0) snprintf(text, size, "a number");
    for (int d = 0; d < ndims && at < size; d++)
        at += (size_t)snprintf(text + at, size - at, "%s%zu", d ? "x" : "", dims[d]);
}

/* --- the shape of the whole ----------------------------------------------------------------------------------------*/

static size_t extent(const fj_part *p, int d)
{
    return d < p->ndims ? p->dims[d] : 1;
}

static furrow_err fail_shape(const fj_part *so_far, const fj_part *part)
{
    char left[128], right[128];
    fj_shape_text(so_far->ndims, so_far->dims, left, sizeof left);
    fj_shape_text(part->ndims, part->dims, right, sizeof right);
    furrow_err e = fb_fail(FURROW_ERR_SHAPE, "the part of pid %d (%s) does not fit what comes before it (%s)",
                           part->pid, right, left);
    fb_fail_pid(part->pid);
    return e;
}

/* Adds the parts up along dim into *whole. AGAIN for element types that differ. */
static furrow_err add_up(const fj_part *parts, size_t n, int dim, fj_part *whole)
{
    *whole = parts[0];
    if (dim > FURROW_MAX_NDIMS)
        return fb_fail(FURROW_ERR_ARG, "along dimension %d: arrays have up to %d", dim, FURROW_MAX_NDIMS);
    for (int d = 0; d < FURROW_MAX_NDIMS; d++) whole->dims[d] = extent(&parts[0], d);
    if (whole->ndims < dim) whole->ndims = dim;
    for (size_t i = 1; i < n; i++) {
        if (parts[i].type != whole->type) return FURROW_ERR_AGAIN;
        for (int d = 0; d < FURROW_MAX_NDIMS; d++)
            if (d != dim - 1 && extent(&parts[i], d) != whole->dims[d]) return fail_shape(whole, &parts[i]);
        if (parts[i].ndims > whole->ndims) whole->ndims = parts[i].ndims;
        if (__builtin_add_overflow(whole->dims[dim - 1], extent(&parts[i], dim - 1), &whole->dims[dim - 1]))
            return fb_fail(FURROW_ERR_OVERFLOW, "the parts of %zu pids do not fit in memory", n);
    }
    return FURROW_OK;
}

/* --- copying -------------------------------------------------------------------------------------------------------*/

/* Puts a part where it belongs: blocks of `block` elements, `stride` apart in the result. */
static furrow_err place(const fj_part *p, char *to, size_t block, size_t nblocks, size_t stride)
{
    size_t width = furrow_type_nbytes(p->type);
    if (block == 0 || nblocks == 0) return FURROW_OK;
    if (p->remote && p->remote->base && (nblocks == 1 || stride == block)) { /* here nothing else happens meanwhile */
        fnet_load(to, p->remote->base, block * nblocks * width);
        return FURROW_OK;
    }
    if (p->remote && (nblocks == 1 || stride == block)) return furrow_get(p->remote, 0, to, block * nblocks);
    if (p->remote) {
        furrow_stride where = {.block = block, .stride = block, .nblocks = nblocks};
        return furrow_get_strided(p->remote, &where, to, stride);
    }
    const char *from = p->data ? p->data : p->scalar;
    for (size_t k = 0; k < nblocks; k++) memcpy(to + k * stride * width, from + k * block * width, block * width);
    return FURROW_OK;
}

static furrow_err join(const fj_part *parts, size_t n, int dim, fv_cell *out)
{
    fj_part whole;
    fv_array *array;
    size_t inner = 1, outer = 1, at = 0;
    furrow_err e = add_up(parts, n, dim, &whole);
    if (e) return e;
    e = fv_array_new(whole.type, whole.ndims, whole.dims, &array);
    if (e) return e;
    for (int d = 0; d < dim - 1; d++) inner *= whole.dims[d];
    for (int d = dim; d < whole.ndims; d++) outer *= whole.dims[d];
    size_t stride = inner * whole.dims[dim - 1], width = furrow_type_nbytes(whole.type);
    for (size_t i = 0; !e && i < n; i++) {
        size_t block = inner * extent(&parts[i], dim - 1);
        e = place(&parts[i], (char *)array->data + at * width, block, outer, stride);
        at += block;
    }
    if (e) {
        fv_drop(&array->head);
        return e;
    }
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return FURROW_OK;
}

/* --- parts ---------------------------------------------------------------------------------------------------------*/

static void describe(furrow_remote *remote, fj_part *p)
{
    p->pid = remote->pid;
    p->type = remote->type;
    p->ndims = remote->ndims;
    p->remote = remote;
    p->data = NULL;
    memcpy(p->dims, remote->dims, sizeof p->dims);
}

static furrow_err resolve(furrow_job *job, const fj_stitching *s, size_t i, fj_part *p)
{
    furrow_remote *remote;
    furrow_err e = fj_remote_cached(job, s->pids[i], s->module, s->name, s->deadline_ns, &remote);
    if (e == FURROW_ERR_TYPE || e == FURROW_ERR_NO_SYMBOL) return FURROW_ERR_AGAIN;
    if (!e) describe(remote, p);
    return e;
}

/* Handles that are all there, and hold together. */
static bool known(furrow_job *job, const fj_stitching *s, fj_part *parts)
{
    fj_glance(job);
    for (size_t i = 0; i < s->npids; i++) {
        furrow_remote *remote = fj_remote_known(job, s->pids[i], s->module, s->name);
        if (!remote) return false;
        describe(remote, &parts[i]);
    }
    return true;
}

/* Handles may go while others are resolved: all are looked up again until a round finds each of them valid. */
static furrow_err try_symbol(furrow_job *job, const fj_stitching *s, fj_part *parts, fv_cell *out)
{
    furrow_err e = FURROW_OK;
    bool all = known(job, s, parts);
    for (int round = 0; !all && round < 2; round++)
        for (size_t i = 0; !e && i < s->npids; i++) e = resolve(job, s, i, &parts[i]);
    return e ? e : join(parts, s->npids, s->dim, out);
}

furrow_err fj_stitch_symbol(furrow_job *job, const fj_stitching *s, fv_cell *out)
{
    fj_part few[8], *many = s->npids > 8 ? calloc(s->npids, sizeof *many) : NULL;
    if (s->npids > 8 && !many) return fb_fail(FURROW_ERR_NOMEM, "no memory for the parts of %zu pids", s->npids);
    furrow_err e = FURROW_ERR_STALE;
    for (int i = 0; e == FURROW_ERR_STALE && i < TRIES; i++) e = try_symbol(job, s, many ? many : few, out);
    free(many);
    fj_owe(job);
    return e == FURROW_ERR_STALE ? FURROW_ERR_AGAIN : e;
}

static bool part_of(const furrow_value *value, int pid, fj_part *p)
{
    *p = (fj_part){.pid = pid, .type = furrow_value_eltype(value), .ndims = furrow_value_ndims(value)};
    if (furrow_value_type(value) != FURROW_ARRAY) p->ndims = 0;
    if (!fv_tag_flat((uint32_t)p->type)) return false;
    for (int d = 0; d < FURROW_MAX_NDIMS; d++) p->dims[d] = furrow_value_dim(value, d);
    p->data = furrow_value_data(value);
    return p->data || furrow_value_count(value) == 0;
}

furrow_err fj_stitch_results(const furrow_results *results, int dim, fv_cell *out)
{
    size_t n = furrow_results_count(results), i = 0;
    fj_part *parts = calloc(n, sizeof *parts);
    if (!parts) return fb_fail(FURROW_ERR_NOMEM, "no memory for the parts of %zu pids", n);
    furrow_err e = FURROW_OK;
    for (int pid = furrow_results_next(results, 0); !e && pid; pid = furrow_results_next(results, pid))
        if (!part_of(furrow_results_get(results, pid), pid, &parts[i++])) e = FURROW_ERR_AGAIN;
    if (!e) e = join(parts, n, dim, out);
    free(parts);
    return e;
}

/* --- the public call -----------------------------------------------------------------------------------------------*/

static furrow_err stitch_text(furrow_job *job, fj_operation *op, fj_text *text, int dim, fv_cell *out)
{
    furrow_results *results;
    if (text->name) {
        fj_stitching s = {.pids = op->pids,
                          .npids = op->npids,
                          .module = *text->module ? text->module : op->module,
                          .name = text->name,
                          .dim = dim,
                          .deadline_ns = op->deadline_ns};
        furrow_err e = fj_stitch_symbol(job, &s, out);
        if (e != FURROW_ERR_AGAIN) return e;
    }
    op->program = text->program;
    furrow_err e = fj_run_operation(job, op, &results);
    if (!e) e = fj_stitch_results(results, dim, out);
    furrow_results_free(results);
    if (e == FURROW_ERR_AGAIN)
        e = fb_fail(FURROW_ERR_TYPE, "the parts are not all numbers, or arrays of them, of one element type");
    return e;
}

static furrow_err stitch(furrow_job *job, fj_operation *op, const char *text, int dim, fv_cell *out)
{
    fj_text made;
    int *list;
    furrow_err e = fj_may_wait(job, "furrow_stitch");
    if (!e) e = fj_text_compile(job, NULL, text, &made);
    if (!e && furrow_program_nparams(made.program) > 0)
        e = fb_fail(FURROW_ERR_ARG, "the text has the parameter $%s", furrow_program_param(made.program, 0));
    if (!e) e = fj_pids(job, op->pids, op->npids, &list, &op->npids);
    if (e) return e;
    op->pids = list;
    e = stitch_text(job, op, &made, dim, out);
    free(list);
    return e;
}

furrow_err furrow_stitch(furrow_job *job, const int *pids, size_t npids, const char *text,
                         const furrow_stitch_opts *opts, furrow_value **value)
{
    furrow_stitch_opts o = FURROW_OPTS_INIT(furrow_stitch_opts);
    fv_cell cell;
    if (!job || !text || !value)
        return fb_fail(FURROW_ERR_ARG, "job, text and the place for the value must not be NULL");
    if (opts && (opts->size == 0 || opts->size > sizeof o))
        return fb_fail(FURROW_ERR_ARG, "furrow_stitch_opts.size is %zu; set it with FURROW_OPTS_INIT", opts->size);
    if (opts) memcpy(&o, opts, opts->size);
    if (o.dim < 0) return fb_fail(FURROW_ERR_ARG, "along dimension %d", o.dim);
    fj_enter(job);
    fj_operation op = {.pids = pids,
                       .npids = npids,
                       .module = o.module ? o.module : FJ_MAIN,
                       .bounded = true,
                       .deadline_ns = fj_deadline(job, o.timeout_ms)};
    furrow_err e = stitch(job, &op, text, o.dim ? o.dim : 1, &cell);
    fj_exit(job);
    if (!e) *value = cell.p;
    return e;
}
