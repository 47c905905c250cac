/*
 * direct.c - sow and reap of flat symbols by their memory: a one-sided write when type and shape match, a one-sided
 * read of a bare name. Called by fj_begin before it sends anything; false means: ask with a message.
 */
#include "job/eval.h"

#define TRIES           3 /* a symbol that is redefined that often while we look is asked for by message */
#define WORTH_RESOLVING 2 /* times a text was asked for of several pids */
#define SOON_NS         1000000

static const char *module_of(const fj_operation *op)
{
    return *op->text->module ? op->text->module : op->module;
}

/* Of several pids only those whose symbol is known already are served directly at first: resolving them one after the
 * other would let one that is stuck keep the others waiting. A text that comes again is worth a short wait. */
static bool may_go_direct(furrow_job *job, int pid, const fj_operation *op)
{
    if (!op->text || !op->text->name || pid == job->pid || fj_request_under_way(job, pid)) return false;
    if (op->npids == 1 || op->text->met > WORTH_RESOLVING) return true;
    return fj_remote_known(job, pid, module_of(op), op->text->name) != NULL;
}

static furrow_err remote_of(furrow_job *job, int pid, const fj_operation *op, furrow_remote **remote,
                            furrow_remote_info *info)
{
    int64_t deadline_ns = op->deadline_ns;
    if (op->npids != 1 && fb_now_ns() + SOON_NS < deadline_ns) deadline_ns = fb_now_ns() + SOON_NS;
    furrow_err err = fj_remote_cached(job, pid, module_of(op), op->text->name, deadline_ns, remote);
    return err ? err : furrow_remote_describe(*remote, info);
}

static furrow_err read_remote(furrow_remote *remote, const furrow_remote_info *info, fv_cell *value)
{
    if (info->ndims == 0) {
        _Alignas(16) unsigned char bytes[16];
        furrow_err err = furrow_get(remote, 0, bytes, 1);
        if (!err) fv_flat_load(info->type, bytes, value);
        return err;
    }
    fv_array *array;
    furrow_err err = fv_array_new(info->type, info->ndims, info->dims, &array);
    if (err) return err;
    err = info->count ? furrow_get(remote, 0, array->data, info->count) : FURROW_OK;
    if (err)
        fv_drop(&array->head);
    else
        *value = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return err;
}

bool fj_direct_reap(furrow_job *job, int pid, const fj_operation *op, fv_cell *value)
{
    furrow_remote *remote;
    furrow_remote_info info;
    if (!may_go_direct(job, pid, op)) return false;
    for (int i = 0; i < TRIES; i++) {
        if (remote_of(job, pid, op, &remote, &info)) return false;
        furrow_err err = read_remote(remote, &info, value);
        if (!err) return true;
        if (err != FURROW_ERR_STALE) return false;
    }
    return false;
}

static bool matches(const furrow_remote_info *info, const fv_cell *value)
{
    if (value->tag != FURROW_ARRAY) return info->ndims == 0 && (uint32_t)info->type == value->tag;
    const fv_array *array = (const fv_array *)value->p;
    if (array->head.eltype != info->type || array->head.ndims != info->ndims) return false;
    for (int d = 0; d < info->ndims; d++)
        if (array->dims[d] != info->dims[d]) return false;
    return true;
}

static furrow_err write_remote(furrow_remote *remote, const furrow_remote_info *info, const fv_cell *value)
{
    if (value->tag == FURROW_ARRAY)
        return info->count ? furrow_put(remote, 0, ((const fv_array *)value->p)->data, info->count) : FURROW_OK;
    _Alignas(16) unsigned char bytes[16];
    fv_flat_store(info->type, bytes, value);
    return furrow_put(remote, 0, bytes, 1);
}

static bool is_flat(const fv_cell *value)
{
    return fv_tag_flat(value->tag) || (value->tag == FURROW_ARRAY && fv_tag_flat(value->p->eltype));
}

bool fj_direct_sow(furrow_job *job, int pid, const fj_operation *op, fv_cell *value)
{
    furrow_remote *remote;
    furrow_remote_info info;
    if (!may_go_direct(job, pid, op) || !is_flat(&op->args[0])) return false;
    for (int i = 0; i < TRIES; i++) {
        if (remote_of(job, pid, op, &remote, &info) || !matches(&info, &op->args[0])) return false;
        furrow_err err = write_remote(remote, &info, &op->args[0]);
        *value = (fv_cell){.tag = FURROW_NOTHING};
        if (!err) return true;
        if (err != FURROW_ERR_STALE) return false;
    }
    return false;
}
