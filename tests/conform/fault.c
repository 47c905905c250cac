/*
 * fault.c - a transport around shared memory that behaves as badly as the contract allows: it hides mappings, completes
 * puts and gets late, refuses with AGAIN, delays messages, and wakes sleepers for nothing. Stands in for fnet_shm in the
 * program conform_faults. Messages stay behind earlier puts to the same pid, and completions in order, as net.h promises.
 */
#undef fnet_shm
#include "net/net.h"
#include "base/clock.h"
#include "base/error.h"
#include <stdatomic.h>
#include <stdlib.h>

extern const fnet_ops fnet_fault;

enum { MOST = 32 };

typedef struct posted {
    fnet_rma rma;
    fnet_target target;
    bool put, forgotten;
    furrow_err err;
} posted;

struct fnet {
    fnet *inner;
    posted queue[MOST]; /* tickets done + 1 .. last */
    _Atomic uint64_t done, last;
    furrow_err failed[MOST]; /* of finished ones */
    _Atomic uint64_t dice;   /* sleeping threads throw it, too */
    _Atomic int armed;       /* threads that are about to sleep */
    _Atomic bool refused;
    int pid;
};

static bool one_in(fnet *net, unsigned n)
{
    uint64_t x = atomic_fetch_add_explicit(&net->dice, 0x9E3779B97F4A7C15u, memory_order_relaxed);
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return (x ^ x >> 31) % n == 0;
}

/* Does the oldest operation, at last. */
static void finish_one(fnet *net)
{
    if (net->done == net->last) return;
    posted *p = &net->queue[++net->done % MOST];
    p->rma.target = &p->target;
    furrow_err e = FURROW_OK;
    if (!p->forgotten) e = (p->put ? fnet_shm.put : fnet_shm.get)(net->inner, &p->rma);
    net->failed[net->done % MOST] = e;
}

static void finish_all(fnet *net)
{
    while (net->done != net->last) finish_one(net);
}

static furrow_err post(fnet *net, fnet_rma *rma, bool put)
{
    if (rma->target->direct) return (put ? fnet_shm.put : fnet_shm.get)(net->inner, rma);
    if (net->last - net->done == MOST || one_in(net, 5)) {
        net->refused = true;
        return FURROW_ERR_AGAIN;
    }
    rma->ticket = ++net->last;
    posted *p = &net->queue[net->last % MOST];
    *p = (posted){.rma = *rma, .target = *rma->target, .put = put};
    p->target.direct = (void *)(uintptr_t)rma->target->rkey;
    return FURROW_OK;
}

static furrow_err fault_put(fnet *net, fnet_rma *rma)
{
    return post(net, rma, true);
}

static furrow_err fault_get(fnet *net, fnet_rma *rma)
{
    return post(net, rma, false);
}

static furrow_err fault_done(fnet *net, uint64_t ticket)
{
    if (one_in(net, 3)) finish_one(net);
    if (ticket > net->done) return FURROW_ERR_AGAIN;
    return net->done - ticket < MOST ? net->failed[ticket % MOST] : FURROW_OK;
}

static void fault_forget(fnet *net, uint64_t ticket)
{
    if (ticket > net->done) net->queue[ticket % MOST].forgotten = true;
}

static furrow_err fault_fence(fnet *net, int pid)
{
    (void)pid;
    if (one_in(net, 4)) finish_one(net);
    return FURROW_OK; /* completions are in order */
}

static furrow_err fault_flushed(fnet *net, int pid)
{
    if (one_in(net, 2)) finish_one(net);
    return net->done == net->last ? fnet_shm.flushed(net->inner, pid) : FURROW_ERR_AGAIN;
}

static furrow_err fault_atomic(fnet *net, fnet_atomic *atomic)
{
    finish_all(net);
    fnet_target target = *atomic->target;
    if (!target.direct) target.direct = (void *)(uintptr_t)target.rkey;
    fnet_atomic inner = *atomic;
    inner.target = &target;
    return fnet_shm.atomic(net->inner, &inner);
}

static furrow_err fault_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target)
{
    furrow_err e = fnet_shm.key_open(net->inner, pid, key, target);
    if (e) return e;
    target->rkey = (uint64_t)(uintptr_t)target->direct;
    /* Always the same for a pair; what is large is left, since large messages count on the mapping. */
    if (pid != net->pid && (pid + net->pid) % 3 && target->nbytes < 60000) target->direct = NULL;
    return FURROW_OK;
}

static furrow_err fault_send(fnet *net, int pid, const void *bytes, size_t nbytes)
{
    if (one_in(net, 7)) {
        net->refused = true;
        return FURROW_ERR_AGAIN;
    }
    finish_all(net);
    return fnet_shm.send(net->inner, pid, bytes, nbytes);
}

/* Says that there is nothing, unless somebody is about to sleep on that. */
static bool fault_poll(fnet *net, fnet_message *message)
{
    if (!net->armed && one_in(net, 4)) return false;
    if (one_in(net, 2)) finish_one(net);
    return fnet_shm.poll(net->inner, message);
}

static bool fault_pending(fnet *net)
{
    return one_in(net, 2) ? fnet_shm.pending(net->inner) : one_in(net, 2);
}

static uint32_t fault_arm(fnet *net)
{
    net->armed++;
    return fnet_shm.arm(net->inner);
}

static void fault_disarm(fnet *net)
{
    net->armed--;
    fnet_shm.disarm(net->inner);
}

/* What was refused here nobody else knows of, and what is queued here nobody else finishes: sleeps are short then. */
static void fault_sleep(fnet *net, uint32_t ticket, int64_t deadline_ns)
{
    bool brief = net->refused || net->done != net->last || one_in(net, 3);
    int64_t soon = fb_now_ns() + 200000;
    net->refused = false;
    net->armed--;
    fnet_shm.sleep(net->inner, ticket, brief && soon < deadline_ns ? soon : deadline_ns);
}

static furrow_err fault_grow(fnet *net, size_t nbytes)
{
    return fnet_shm.grow(net->inner, nbytes);
}

static bool fault_probe(const char **why)
{
    return fnet_shm.probe(why);
}

static furrow_err fault_open(const fboot *boot, uint64_t heap_nbytes, const char *wanted, fnet **out)
{
    fnet *net = calloc(1, sizeof *net);
    if (!net) return fb_fail(FURROW_ERR_NOMEM, "no memory for faults");
    net->pid = boot->pid;
    const char *seed = getenv("CONFORM_SEED");
    net->dice = (seed ? strtoull(seed, NULL, 10) : 1) * 2654435761u + (uint64_t)boot->pid * 40503u + 1;
    furrow_err e = fnet_shm.open(boot, heap_nbytes, wanted, &net->inner);
    if (e)
        free(net);
    else
        *out = net;
    return e;
}

static void fault_close(fnet *net)
{
    if (!net) return;
    fnet_shm.close(net->inner);
    free(net);
}

static const fnet_traits *fault_traits(const fnet *net)
{
    return fnet_shm.traits(net->inner);
}
static void *fault_heap(fnet *net, size_t *reserved)
{
    return fnet_shm.heap(net->inner, reserved);
}
static void fault_trim(fnet *net, void *at, size_t nbytes)
{
    fnet_shm.trim(net->inner, at, nbytes);
}

static void fault_keep(fnet *net, void *at, size_t nbytes)
{
    fnet_shm.keep(net->inner, at, nbytes);
}
static furrow_err fault_address(fnet *net, void *bytes, size_t *nbytes)
{
    return fnet_shm.address(net->inner, bytes, nbytes);
}
static furrow_err fault_peer_add(fnet *net, int pid, const void *address, size_t nbytes)
{
    return fnet_shm.peer_add(net->inner, pid, address, nbytes);
}
static void fault_peer_remove(fnet *net, int pid)
{
    fnet_shm.peer_remove(net->inner, pid);
}
static furrow_err fault_region_add(fnet *net, void *at, size_t nbytes, fnet_region **region)
{
    return fnet_shm.region_add(net->inner, at, nbytes, region);
}
static void fault_region_remove(fnet *net, fnet_region *region)
{
    fnet_shm.region_remove(net->inner, region);
}
static furrow_err fault_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    return fnet_shm.key_pack(net->inner, region, at, nbytes, key);
}
static bool fault_near(fnet *net, int pid)
{
    return fnet_shm.near(net->inner, pid);
}
static void fault_part(fnet *net, int64_t deadline_ns)
{
    finish_all(net);
    fnet_shm.part(net->inner, deadline_ns);
}
static void *fault_common(fnet *net, size_t *nbytes)
{
    return fnet_shm.common(net->inner, nbytes);
}
static const _Atomic uint64_t *fault_notifications(fnet *net)
{
    return fnet_shm.notifications(net->inner);
}
static void fault_notify(fnet *net, int pid, uint32_t id)
{
    fnet_shm.notify(net->inner, pid, id);
}
static bool fault_notified(fnet *net, uint64_t *counts)
{
    return fnet_shm.notified(net->inner, counts);
}
static void fault_wake(fnet *net)
{
    fnet_shm.wake(net->inner);
}

const fnet_ops fnet_fault = {
    .name = "fault",
    .probe = fault_probe,
    .open = fault_open,
    .close = fault_close,
    .traits = fault_traits,
    .heap = fault_heap,
    .grow = fault_grow,
    .trim = fault_trim,
    .keep = fault_keep,
    .address = fault_address,
    .peer_add = fault_peer_add,
    .peer_remove = fault_peer_remove,
    .region_add = fault_region_add,
    .region_remove = fault_region_remove,
    .key_pack = fault_key_pack,
    .key_open = fault_key_open,
    .put = fault_put,
    .get = fault_get,
    .atomic = fault_atomic,
    .done = fault_done,
    .forget = fault_forget,
    .fence = fault_fence,
    .flushed = fault_flushed,
    .send = fault_send,
    .poll = fault_poll,
    .pending = fault_pending,
    .near = fault_near,
    .part = fault_part,
    .common = fault_common,
    .notifications = fault_notifications,
    .notify = fault_notify,
    .notified = fault_notified,
    .arm = fault_arm,
    .disarm = fault_disarm,
    .sleep = fault_sleep,
    .wake = fault_wake,
};
