/*
 * rma.c - furrow_put, furrow_get and their kin, fence and flush. Where the target is mapped they are a check of bounds
 * and a copy; everything else is the slow path below. A handle that cannot be used has base NULL, so that one check
 * covers STALE, gone pids and other paths (promise P3 without a check of its own: see recall.c).
 */
#include "job/parts.h"
#include "net/copy.h"

#define SCATTERED_NBYTES 4096
#define GLANCE_PUTS      64 /* puts and gets between looks at what other pids want back */

/* A loop of nothing but puts must let recalled handles become STALE, or its owner could never use that memory again. */
static inline void count_put(furrow_job *job)
{
    if (__builtin_expect(job->puts_left-- == 0, 0)) {
        job->puts_left = GLANCE_PUTS;
        fj_glance(job);
    }
}

static inline bool fits(const furrow_remote *r, size_t first, size_t count)
{
    return __builtin_expect(first <= r->count && count <= r->count - first, 1);
}

static furrow_err fail_bounds(const furrow_remote *r, size_t first, size_t count)
{
    furrow_err e = fb_fail(FURROW_ERR_BOUNDS, "elements %zu and %zu more of %s at pid %d, which has %zu", first, count,
                           r->name, r->pid, r->nelements);
    fb_fail_symbol(r->name);
    fb_fail_pid(r->pid);
    return e;
}

/* --- the slow path -------------------------------------------------------------------------------------------------*/

static furrow_err check_access(const fj_access *a, const void *local)
{
    const furrow_remote *r = a->remote;
    furrow_err e = fj_remote_check(r);
    if (!e) e = fj_peer_check(r->job, r->pid);
    if (!e && a->write && a->block_nbytes && a->nblocks) e = fj_remote_writable(r);
    if (!e && a->block_nbytes && a->nblocks && !local) e = fb_fail(FURROW_ERR_ARG, "memory to copy is NULL");
    return e;
}

typedef struct posting {
    furrow_job *job;
    const furrow_remote *remote;
    fnet_rma rma;
    bool write;
    furrow_err err;
} posting;

/* The handle may have been recalled while there was no room: then its answer has been sent, and nothing may follow. */
static bool is_posted(void *arg)
{
    posting *p = arg;
    const fnet_ops *ops = p->job->net_ops;
    p->err = fj_remote_check(p->remote);
    if (p->err) return true;
    p->err = (p->write ? ops->put : ops->get)(p->job->net, &p->rma);
    return p->err != FURROW_ERR_AGAIN;
}

static bool is_done(void *arg)
{
    posting *p = arg;
    p->err = p->job->net_ops->done(p->job->net, p->rma.ticket);
    return p->err != FURROW_ERR_AGAIN;
}

static furrow_err finish(posting *p, int64_t deadline_ns)
{
    furrow_err e = fj_wait(p->job, is_done, p, p->remote->pid, deadline_ns);
    if (e) p->job->net_ops->forget(p->job->net, p->rma.ticket);
    return e ? e : p->err;
}

/* A notified put lets go of what it was given: small ones are copied when they are posted, for large ones it waits. */
static furrow_err post_net(furrow_job *job, const fj_access *a, bool wait)
{
    posting p = {.job = job,
                 .remote = a->remote,
                 .write = a->write,
                 .rma = {.target = &a->remote->target,
                         .offset = a->offset,
                         .stride_nbytes = a->stride_nbytes,
                         .local = a->local,
                         .local_stride_nbytes = a->local_stride_nbytes,
                         .block_nbytes = a->block_nbytes,
                         .nblocks = a->nblocks,
                         .notify = a->notify}};
    wait = wait || a->notify;
    int64_t deadline_ns = 0; /* the clock is only looked at where there is something to wait for */
    if (!is_posted(&p)) {
        if (!wait) return FURROW_ERR_AGAIN;
        deadline_ns = fj_deadline(job, 0);
        furrow_err e = fj_wait(job, is_posted, &p, a->remote->pid, deadline_ns);
        if (e) return e;
    }
    if (p.err || !wait || !p.rma.ticket) return p.err;
    return finish(&p, deadline_ns ? deadline_ns : fj_deadline(job, 0));
}

static bool has_room(void *arg)
{
    const furrow_remote *r = arg;
    return fj_assist_flying(r->job, r->pid) == 0;
}

static furrow_err post_assist(furrow_job *job, const fj_access *a, bool wait, int64_t deadline_ns)
{
    if (wait && fj_inside(job))
        return fb_fail(FURROW_ERR_BUSY, "access through another pid waits, and this is inside an evaluation");
    furrow_err e = fj_assist(job, a);
    if (e == FURROW_ERR_AGAIN && wait) {
        e = fj_wait(job, has_room, a->remote, a->remote->pid, deadline_ns);
        if (!e) e = fj_assist(job, a);
    }
    return e || !wait ? e : fj_assist_wait(job, a->remote, deadline_ns);
}

/* Many small blocks are faster in one message that the owner takes apart than one by one. */
static bool is_scattered(const fj_access *a)
{
    return a->nblocks > 2 && a->block_nbytes < SCATTERED_NBYTES;
}

static furrow_err access_slowly(const fj_access *a, bool wait)
{
    furrow_job *job = a->remote->job;
    furrow_err e = check_access(a, a->local);
    if (e) return e;
    bool misled = a->notify && a->remote->target.pid != a->remote->pid; /* the network would notify the lender */
    if (a->remote->base || (a->remote->by_net && !is_scattered(a) && !misled)) return post_net(job, a, wait);
    return post_assist(job, a, wait, fj_deadline(job, 0));
}

static furrow_err move_slowly(furrow_remote *r, size_t first, void *local, size_t count, bool write, bool wait)
{
    if (r->state == FJ_VALID && (first > r->nelements || count > r->nelements - first))
        return fail_bounds(r, first, count);
    if (count && !local) return fb_fail(FURROW_ERR_ARG, "memory to copy is NULL");
    fj_access a = {.remote = r,
                   .offset = (uint64_t)first * r->width,
                   .block_nbytes = (uint64_t)count * r->width,
                   .nblocks = 1,
                   .local = local,
                   .write = write};
    return access_slowly(&a, wait);
}

/* --- put and get ---------------------------------------------------------------------------------------------------*/

static inline furrow_err put(furrow_remote *r, size_t first, const void *src, size_t count, bool wait)
{
    if (__builtin_expect(!r, 0)) return fb_fail(FURROW_ERR_ARG, "a handle is NULL");
    furrow_job *job = r->job;
    furrow_err e = FURROW_OK;
    fj_enter(job);
    count_put(job);
    if (__builtin_expect(r->into && (src || !count), 1) && fits(r, first, count))
        fnet_store(r->into + first * r->width, src, count * r->width);
    else
        e = move_slowly(r, first, (void *)(uintptr_t)src, count, true, wait);
    fj_exit(job);
    return e;
}

static inline furrow_err get(furrow_remote *r, size_t first, void *dst, size_t count, bool wait)
{
    if (__builtin_expect(!r, 0)) return fb_fail(FURROW_ERR_ARG, "a handle is NULL");
    furrow_job *job = r->job;
    furrow_err e = FURROW_OK;
    fj_enter(job);
    count_put(job);
    if (__builtin_expect(r->base && (dst || !count), 1) && fits(r, first, count))
        fnet_load(dst, r->base + first * r->width, count * r->width);
    else
        e = move_slowly(r, first, dst, count, false, wait);
    fj_exit(job);
    return e;
}

furrow_err furrow_put(furrow_remote *remote, size_t first, const void *src, size_t count)
{
    return put(remote, first, src, count, true);
}

furrow_err furrow_get(furrow_remote *remote, size_t first, void *dst, size_t count)
{
    return get(remote, first, dst, count, true);
}

furrow_err furrow_put_nb(furrow_remote *remote, size_t first, const void *src, size_t count)
{
    return put(remote, first, src, count, false);
}

furrow_err furrow_get_nb(furrow_remote *remote, size_t first, void *dst, size_t count)
{
    return get(remote, first, dst, count, false);
}

/* The short way over a fabric, for elements that are there, without what is needed for waiting only. AGAIN: it must be the
 * long one. */
static furrow_err notify_far(furrow_remote *r, size_t first, const void *src, size_t count, uint32_t id)
{
    bool short_way = r->state == FJ_VALID && r->by_net && !r->read_only && r->target.pid == r->pid;
    if (!short_way) return FURROW_ERR_AGAIN;
    fnet_rma rma = {.target = &r->target,
                    .offset = (uint64_t)first * r->width,
                    .local = (void *)(uintptr_t)src,
                    .block_nbytes = (uint64_t)count * r->width,
                    .nblocks = 1,
                    .notify = id + 1};
    furrow_err e = r->job->net_ops->put(r->job->net, &rma);
    if (e || !rma.ticket) return e;
    posting p = {.job = r->job, .remote = r, .rma = rma, .write = true};
    return finish(&p, fj_deadline(r->job, 0));
}

furrow_err furrow_put_notify(furrow_remote *r, size_t first, const void *src, size_t count, uint32_t id)
{
    if (!r || id >= FURROW_NOTIFY_IDS || (count && !src))
        return fb_fail(FURROW_ERR_ARG, "a handle or memory is NULL, or notification id %u is not below %d", id,
                       FURROW_NOTIFY_IDS);
    furrow_job *job = r->job;
    furrow_err e = FURROW_OK;
    fj_enter(job);
    count_put(job);
    if (__builtin_expect(r->into != NULL, 1) && fits(r, first, count)) {
        fnet_store(r->into + first * r->width, src, count * r->width);
        job->net_ops->notify(job->net, r->pid, id);
    } else if (r->state == FJ_VALID && (first > r->nelements || count > r->nelements - first)) {
        e = fail_bounds(r, first, count);
    } else if ((e = notify_far(r, first, src, count, id)) == FURROW_ERR_AGAIN) {
        fj_access a = {.remote = r,
                       .offset = (uint64_t)first * r->width,
                       .block_nbytes = (uint64_t)count * r->width,
                       .nblocks = 1,
                       .local = (void *)(uintptr_t)src,
                       .notify = id + 1,
                       .write = true};
        e = access_slowly(&a, false);
    }
    fj_exit(job);
    return e;
}

/* --- strided -------------------------------------------------------------------------------------------------------*/

static furrow_err check_stride(const furrow_remote *r, const furrow_stride *w, size_t local_stride)
{
    size_t span, end;
    if (w->nblocks && (local_stride < w->block || (w->nblocks > 1 && w->stride < w->block)))
        return fb_fail(FURROW_ERR_ARG, "blocks of %zu elements that overlap: strides %zu there, %zu here", w->block,
                       w->stride, local_stride);
    if (r->state != FJ_VALID || !w->nblocks) return FURROW_OK;
    if (__builtin_mul_overflow(w->nblocks - 1, w->stride, &span) || __builtin_add_overflow(span, w->first, &end) ||
        __builtin_add_overflow(end, w->block, &end) || end > r->nelements) {
        furrow_err e = fb_fail(FURROW_ERR_BOUNDS,
                               "%zu blocks of %zu elements, %zu apart, from %zu on, of %s at pid %d, which has %zu",
                               w->nblocks, w->block, w->stride, w->first, r->name, r->pid, r->nelements);
        fb_fail_symbol(r->name);
        fb_fail_pid(r->pid);
        return e;
    }
    return FURROW_OK;
}

static furrow_err move_strided(furrow_remote *r, const furrow_stride *w, void *local, size_t local_stride, bool write)
{
    if (!r || !w) return fb_fail(FURROW_ERR_ARG, "a handle or a stride is NULL");
    furrow_job *job = r->job;
    fj_enter(job);
    count_put(job);
    furrow_err e = check_stride(r, w, local_stride);
    size_t span;
    if (!e && __builtin_mul_overflow(local_stride, (size_t)r->width * w->nblocks, &span))
        e = fb_fail(FURROW_ERR_OVERFLOW, "blocks that are %zu elements apart here do not fit in memory", local_stride);
    if (!e) {
        fj_access a = {.remote = r,
                       .offset = (uint64_t)w->first * r->width,
                       .stride_nbytes = (uint64_t)w->stride * r->width,
                       .block_nbytes = (uint64_t)w->block * r->width,
                       .nblocks = w->block ? w->nblocks : 0,
                       .local_stride_nbytes = (uint64_t)local_stride * r->width,
                       .local = local,
                       .write = write};
        e = access_slowly(&a, true);
    }
    fj_exit(job);
    return e;
}

furrow_err furrow_put_strided(furrow_remote *remote, const furrow_stride *where, const void *src, size_t local_stride)
{
    return move_strided(remote, where, (void *)(uintptr_t)src, local_stride, true);
}

furrow_err furrow_get_strided(furrow_remote *remote, const furrow_stride *where, void *dst, size_t local_stride)
{
    return move_strided(remote, where, dst, local_stride, false);
}

/* --- fence and flush -----------------------------------------------------------------------------------------------*/

typedef struct flushing {
    furrow_job *job;
    int pid;
    furrow_err err;
} flushing;

static bool is_flushed(void *arg)
{
    flushing *f = arg;
    if (fj_assist_flying(f->job, f->pid) > 0) return false;
    f->err = f->job->net_ops->flushed(f->job->net, f->pid);
    return f->err != FURROW_ERR_AGAIN;
}

/* The lowest pid that keeps a flush of all waiting. */
static int first_unflushed(furrow_job *job)
{
    for (int pid = 1; pid <= job->nprocs; pid++) {
        flushing f = {.job = job, .pid = pid};
        if (!is_flushed(&f)) return pid;
    }
    return 0;
}

static furrow_err flush(furrow_job *job, int pid, int64_t timeout_ms)
{
    flushing f = {.job = job, .pid = pid};
    if (pid < 0 || pid > job->nprocs) return fj_peer_check(job, pid);
    furrow_err e = fj_wait(job, is_flushed, &f, pid, fj_deadline(job, timeout_ms));
    if (!e) e = f.err;
    if (e == FURROW_ERR_TIMEOUT && !pid) e = fj_late(job, first_unflushed(job));
    return e ? e : fj_assist_failed(job, pid);
}

furrow_err furrow_flush(furrow_job *job, int pid, int64_t timeout_ms)
{
    if (!job) return fb_fail(FURROW_ERR_ARG, "furrow_flush needs a job");
    fj_enter(job);
    furrow_err e = flush(job, pid, timeout_ms);
    fj_exit(job);
    return e;
}

/* Assisted operations to one pid keep their order among themselves, but nothing orders them before direct ones: those
 * are waited for. */
furrow_err furrow_fence(furrow_job *job, int pid)
{
    if (!job) return fb_fail(FURROW_ERR_ARG, "furrow_fence needs a job");
    if (pid < 0 || pid > job->nprocs) return fj_peer_check(job, pid);
    fj_enter(job);
    furrow_err e = job->net_ops->fence(job->net, pid);
    if (e == FURROW_ERR_AGAIN || (!e && __builtin_expect(fj_assist_flying(job, pid) > 0, 0))) e = flush(job, pid, 0);
    fj_exit(job);
    return e;
}
