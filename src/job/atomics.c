/*
 * atomics.c - fetch-add, swap and compare-and-swap on elements of remote symbols. Where the target is mapped they are
 * the processor's own; otherwise its owner does them, so that all are atomic with one another.
 */
#include "job/parts.h"

static bool is_word(furrow_type type)
{
    return type == FURROW_INT32 || type == FURROW_UINT32 || type == FURROW_INT64 || type == FURROW_UINT64;
}

static furrow_err check(const furrow_remote *r, size_t index)
{
    furrow_err e = fj_remote_check(r);
    if (e) return e;
    if (!is_word(r->type))
        e = fb_fail(FURROW_ERR_TYPE, "%s holds %s: atomic operations are on Int32, UInt32, Int64 and UInt64", r->name,
                    furrow_type_name(r->type));
    else if (index >= r->nelements)
        e = fb_fail(FURROW_ERR_BOUNDS, "element %zu of %s at pid %d, which has %zu", index, r->name, r->pid,
                    r->nelements);
    if (e) {
        fb_fail_symbol(r->name);
        fb_fail_pid(r->pid);
    }
    return e;
}

static furrow_err apply(furrow_remote *r, size_t index, fnet_atomic *a)
{
    furrow_job *job = r->job;
    furrow_err e = check(r, index);
    if (e) return e;
    a->nbytes = r->width;
    a->target = &r->target;
    a->offset = (uint64_t)index * r->width;
    e = fj_remote_writable(r);
    if (e) return e;
    if (r->base) return fnet_atomic_apply(r->base + a->offset, a->nbytes, a->op, a->operand, a->compare, a->old);
    e = fj_peer_check(job, r->pid);
    if (e) return e;
    return fj_assist_atomic(job, r, a, fj_deadline(job, 0));
}

static furrow_err operate(furrow_remote *r, size_t index, fnet_atomic a, int64_t *old)
{
    if (!r) return fb_fail(FURROW_ERR_ARG, "a handle is NULL");
    uint64_t before = 0;
    a.old = &before;
    fj_enter(r->job);
    furrow_err e = apply(r, index, &a);
    if (!e && old) *old = r->type == FURROW_INT32 ? (int32_t)(uint32_t)before : (int64_t)before;
    fj_exit(r->job);
    return e;
}

furrow_err furrow_fetch_add(furrow_remote *remote, size_t index, int64_t operand, int64_t *old)
{
    return operate(remote, index, (fnet_atomic){.op = FNET_ADD, .operand = (uint64_t)operand}, old);
}

furrow_err furrow_swap(furrow_remote *remote, size_t index, int64_t operand, int64_t *old)
{
    return operate(remote, index, (fnet_atomic){.op = FNET_SWAP, .operand = (uint64_t)operand}, old);
}

furrow_err furrow_compare_swap(furrow_remote *remote, size_t index, int64_t expected, int64_t desired, int64_t *old)
{
    return operate(remote, index,
                   (fnet_atomic){.op = FNET_CAS, .operand = (uint64_t)desired, .compare = (uint64_t)expected}, old);
}
