/*
 * shm.c - the transport between pids of one host: plain loads and stores through the arena, messages through rings.
 * It fills in fnet_ops; the job calls nothing else here. Heaps, rings and notifications of all pids are mapped, so an
 * operation is complete when it returns.
 */
#include "net/shm/arena.h"
#include "net/shm/doze.h"
#include "net/shm/lane.h"
#include "net/shm/ring.h"
#include "net/copy.h"
#include "base/error.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Rings a receiver looks at on its own; others announce themselves by a hint. A handful of lines a poll, whatever N.
 * When all places are taken, a ring gets one after that many hints: changing places costs a heavy fence. */
#define NPOLLED       8
#define PROMOTE_AFTER 32

typedef struct kept {
    size_t first, past; /* bytes from the heap's beginning */
} kept;

struct fnet {
    const fboot *boot;
    fshm_arena arena;
    fshm_doze doze;
    int pid, nprocs;
    fshm_block *block; /* this pid's */
    size_t heap_ready; /* bytes of the heap that grow has made usable */
    kept *kept;        /* ranges of it that others go on using after close */
    size_t nkept;
    fshm_outlet *outlets; /* [pid - 1]: from this pid */
    fshm_inlet *inlets;   /* [pid - 1]: to this pid */
    fshm_lane_out *lanes; /* [pid - 1]: notifications from this pid */
    fshm_lane_in taken[FSHM_NLANES];
    int polled[NPOLLED]; /* senders, in the order in which they got their place */
    int npolled;
    int next; /* which place is looked at first */
    unsigned npolls;
    int visited; /* a sender that hinted and has no place: its ring is emptied, then left; 0: none */
    unsigned char arrived[FSHM_MESSAGE];
};

static const fnet_traits traits = {.name = "shm",
                                   .one_sided = true,
                                   .native_atomics = true,
                                   .message_nbytes = FSHM_MESSAGE,
                                   .inline_nbytes = FSHM_INLINE};

static bool shm_probe(const char **why)
{
    (void)why;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const kept *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* The heap's pages go back, but for what others use. */
static void give_heap_back(fnet *net)
{
    char *heap = fshm_arena_heap(&net->arena, net->pid);
    size_t at = 0;
    if (net->nkept) qsort(net->kept, net->nkept, sizeof *net->kept, by_place);
    for (size_t i = 0; i < net->nkept; i++) {
        if (net->kept[i].first > at) fshm_arena_punch(&net->arena, heap + at, net->kept[i].first - at);
        at = net->kept[i].past;
    }
    if (net->heap_ready > at) fshm_arena_punch(&net->arena, heap + at, net->heap_ready - at);
}

static void shm_close(fnet *net)
{
    if (!net) return;
    if (net->heap_ready) give_heap_back(net);
    free(net->kept);
    fshm_arena_close(&net->arena);
    free(net->outlets);
    free(net->inlets);
    free(net->lanes);
    free(net);
}

static furrow_err shm_attach(const fboot *boot, uint64_t heap_nbytes, const char *wanted, fnet **out)
{
    (void)wanted;
    fnet *net = calloc(1, sizeof *net);
    if (!net) return fb_fail(FURROW_ERR_NOMEM, "no memory for the transport");
    net->boot = boot;
    net->pid = boot->pid;
    net->nprocs = boot->nprocs;
    net->outlets = calloc((size_t)boot->nprocs, sizeof *net->outlets);
    net->inlets = calloc((size_t)boot->nprocs, sizeof *net->inlets);
    net->lanes = calloc((size_t)boot->nprocs, sizeof *net->lanes);
    furrow_err e = FURROW_OK;
    if (!net->outlets || !net->inlets || !net->lanes)
        e = fb_fail(FURROW_ERR_NOMEM, "no memory for %d peers", boot->nprocs);
    if (!e) e = fshm_arena_open(&net->arena, boot->arena_fd, boot->nprocs, heap_nbytes);
    if (e) {
        shm_close(net);
        return e;
    }
    net->block = fshm_arena_block(&net->arena, net->pid);
    fshm_doze_open(&net->doze, boot->head, fshm_arena_head(&net->arena), net->pid);
    *out = net;
    return FURROW_OK;
}

static const fnet_traits *shm_traits(const fnet *net)
{
    (void)net;
    return &traits;
}

/* --- memory ------------------------------------------------------------------------------------------------------*/

static void *shm_heap(fnet *net, size_t *reserved)
{
    *reserved = net->arena.heap_stride;
    return fshm_arena_heap(&net->arena, net->pid);
}

static furrow_err shm_grow(fnet *net, size_t nbytes)
{
    if (nbytes > net->arena.heap_stride)
        return fb_fail(FURROW_ERR_NOMEM, "symbols of %zu bytes: the job reserved %zu bytes a pid when it began", nbytes,
                       net->arena.heap_stride);
    if (nbytes > net->heap_ready) {
        char *heap = fshm_arena_heap(&net->arena, net->pid);
        madvise(heap + net->heap_ready, nbytes - net->heap_ready, MADV_DODUMP); /* own symbols belong in a core file */
        net->heap_ready = nbytes;
    }
    return FURROW_OK;
}

static void shm_trim(fnet *net, void *at, size_t nbytes)
{
    fshm_arena_punch(&net->arena, at, nbytes);
}

/* Without memory to note it the whole heap stays until the job ends: that is what heap_ready 0 means to close. */
static void shm_keep(fnet *net, void *at, size_t nbytes)
{
    kept *more = realloc(net->kept, (net->nkept + 1) * sizeof *more);
    if (!more) {
        net->heap_ready = 0;
        return;
    }
    size_t first = (size_t)((char *)at - fshm_arena_heap(&net->arena, net->pid));
    net->kept = more;
    net->kept[net->nkept++] = (kept){.first = first, .past = first + nbytes};
}

static furrow_err shm_region_add(fnet *net, void *at, size_t nbytes, fnet_region **region)
{
    (void)net, (void)at, (void)nbytes, (void)region;
    return FURROW_ERR_NOT_BUILT; /* no details: the job assists, and says so */
}

static void shm_region_remove(fnet *net, fnet_region *region)
{
    (void)net, (void)region;
}

typedef struct shm_key {
    uint64_t offset;
    uint64_t nbytes;
    uint64_t unused[2];
} shm_key;
_Static_assert(sizeof(shm_key) == FNET_KEY_NBYTES, "a key is what the wire carries");

static furrow_err shm_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    const char *heap = fshm_arena_heap(&net->arena, net->pid);
    uint64_t offset = (uint64_t)((const char *)at - heap);
    if (region || (const char *)at < heap || offset > net->heap_ready || nbytes > net->heap_ready - offset)
        return fb_fail(FURROW_ERR_INTERNAL, "a key for memory outside the heap");
    shm_key k = {.offset = offset, .nbytes = nbytes};
    memcpy(key->bytes, &k, sizeof k);
    return FURROW_OK;
}

static furrow_err shm_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target)
{
    shm_key k;
    memcpy(&k, key->bytes, sizeof k);
    size_t stride = net->arena.heap_stride;
    if (pid < 1 || pid > net->nprocs || k.offset > stride || k.nbytes > stride - k.offset || k.unused[0] || k.unused[1])
        return fb_fail(FURROW_ERR_FORMAT, "a memory key of pid %d that is none: offset %" PRIu64 ", %" PRIu64 " bytes",
                       pid, k.offset, k.nbytes);
    *target = (fnet_target){.pid = pid,
                            .direct = fshm_arena_heap(&net->arena, pid) + k.offset,
                            .address = k.offset,
                            .nbytes = (size_t)k.nbytes};
    return FURROW_OK;
}

/* --- put, get, atomics -------------------------------------------------------------------------------------------*/

static furrow_err rma_check(const fnet_rma *r)
{
    uint64_t end;
    uint64_t last = r->nblocks ? r->nblocks - 1 : 0;
    if (__builtin_mul_overflow(last, r->stride_nbytes, &end) || __builtin_add_overflow(end, r->offset, &end) ||
        __builtin_add_overflow(end, r->block_nbytes, &end) || end > r->target->nbytes)
        return fb_fail(FURROW_ERR_BOUNDS, "bytes past the end of a target of %zu bytes", r->target->nbytes);
    return FURROW_OK;
}

/* Either way the data is released. After a lane's slot the look at `sleeping` is the light side of the sleeper's heavy
 * fence; after the addition both are sequentially consistent, as are the sleeper's announcement and its last look. */
static void shm_notify(fnet *net, int pid, uint32_t id)
{
    fshm_block *block = fshm_arena_block(&net->arena, pid);
    if (__builtin_expect(fshm_lane_put(&net->lanes[pid - 1], block, id), 1)) {
        fshm_doze_light(&net->doze);
        fshm_doze_rouse(&net->doze, pid);
        return;
    }
    atomic_fetch_add(&block->notifications[id], 1);
    if (atomic_load(&net->boot->head->lines[pid - 1].sleeping)) fboot_rouse(net->boot->head, pid);
}

static bool shm_notified(fnet *net, uint64_t *counts)
{
    return fshm_lanes_take(net->taken, net->block, counts);
}

static furrow_err shm_put(fnet *net, fnet_rma *r)
{
    furrow_err e = rma_check(r);
    if (e) return e;
    char *to = (char *)r->target->direct + r->offset;
    const char *from = r->local;
    for (uint64_t k = 0; k < r->nblocks; k++)
        fnet_store(to + k * r->stride_nbytes, from + k * r->local_stride_nbytes, r->block_nbytes);
    if (r->notify) shm_notify(net, r->target->pid, (r->notify - 1) % FURROW_NOTIFY_IDS);
    r->ticket = 0;
    return FURROW_OK;
}

static furrow_err shm_get(fnet *net, fnet_rma *r)
{
    (void)net;
    furrow_err e = rma_check(r);
    if (e) return e;
    const char *from = (const char *)r->target->direct + r->offset;
    char *to = r->local;
    for (uint64_t k = 0; k < r->nblocks; k++)
        fnet_load(to + k * r->local_stride_nbytes, from + k * r->stride_nbytes, r->block_nbytes);
    r->ticket = 0;
    return FURROW_OK;
}

static furrow_err shm_atomic(fnet *net, fnet_atomic *a)
{
    (void)net;
    if (a->nbytes > a->target->nbytes || a->offset > a->target->nbytes - a->nbytes)
        return fb_fail(FURROW_ERR_BOUNDS, "an atomic past the end of a target of %zu bytes", a->target->nbytes);
    uint64_t old = 0;
    furrow_err e =
        fnet_atomic_apply((char *)a->target->direct + a->offset, a->nbytes, a->op, a->operand, a->compare, &old);
    if (e) return e;
    if (a->old) *a->old = old;
    a->ticket = 0;
    return FURROW_OK;
}

static furrow_err shm_done(fnet *net, uint64_t ticket)
{
    (void)net, (void)ticket;
    return FURROW_OK;
}

static void shm_forget(fnet *net, uint64_t ticket)
{
    (void)net, (void)ticket;
}

static furrow_err shm_fence(fnet *net, int pid)
{
    (void)net, (void)pid;
    atomic_thread_fence(memory_order_release); /* copies end with the store fence that streamed stores need */
    return FURROW_OK;
}

static furrow_err shm_flushed(fnet *net, int pid)
{
    (void)net, (void)pid;
    atomic_thread_fence(memory_order_seq_cst);
    return FURROW_OK;
}

/* --- messages ----------------------------------------------------------------------------------------------------*/

static void hint(fnet *net, int to)
{
    fshm_block *b = fshm_arena_block(&net->arena, to);
    int word = (net->pid - 1) / 64;
    /* The word first: whoever takes the bit of `hinted` (acquire) then finds the hint. Both are full fences here. */
    atomic_fetch_or(&b->hints[word], (uint64_t)1 << ((net->pid - 1) % 64));
    atomic_fetch_or(&b->hinted, (uint64_t)1 << word);
}

static furrow_err shm_send(fnet *net, int pid, const void *bytes, size_t nbytes)
{
    if (nbytes == 0 || nbytes > FSHM_MESSAGE)
        return fb_fail(FURROW_ERR_INTERNAL, "a message of %zu bytes, 1 to %zu are possible", nbytes, FSHM_MESSAGE);
    fshm_outlet *o = &net->outlets[pid - 1];
    if (__builtin_expect(!o->ring, 0)) o->ring = fshm_arena_ring(&net->arena, pid, net->pid);
    if (!fshm_ring_send(o, bytes, nbytes)) return FURROW_ERR_AGAIN;
    fshm_doze_light(&net->doze);
    if (!atomic_load_explicit(&o->ring->polled, memory_order_relaxed)) hint(net, pid);
    fshm_doze_rouse(&net->doze, pid);
    return FURROW_OK;
}

/* Takes the ring that got its place longest ago out of the polled ones. Its sender may have stored a message just now
 * and seen that it is polled: after the heavy fence either it sees that it is not, or we see the message and hint to
 * ourselves. */
static void unpoll_oldest(fnet *net)
{
    int from = net->polled[0];
    fshm_inlet *in = &net->inlets[from - 1];
    memmove(&net->polled[0], &net->polled[1], (size_t)--net->npolled * sizeof net->polled[0]);
    in->polled = false;
    in->hints = 0;
    atomic_store_explicit(&in->ring->polled, 0, memory_order_relaxed);
    fshm_doze_heavy(&net->doze);
    if (!fshm_ring_ready(in)) return;
    atomic_fetch_or(&net->block->hints[(from - 1) / 64], (uint64_t)1 << ((from - 1) % 64));
    atomic_fetch_or(&net->block->hinted, (uint64_t)1 << ((from - 1) / 64));
}

static void poll_also(fnet *net, int from)
{
    if (net->npolled == NPOLLED) unpoll_oldest(net);
    fshm_inlet *in = &net->inlets[from - 1];
    in->polled = true;
    atomic_store_explicit(&in->ring->polled, 1, memory_order_relaxed);
    net->polled[net->npolled++] = from;
}

/* A sender has hinted: it gets a place, or a visit. */
static void attend(fnet *net, int from)
{
    fshm_inlet *in = &net->inlets[from - 1];
    if (in->polled || in->broken) return;
    if (!in->ring) in->ring = fshm_arena_ring(&net->arena, net->pid, from);
    if (net->npolled < NPOLLED || ++in->hints >= PROMOTE_AFTER) poll_also(net, from);
    /* Either way this very poll empties the ring: who looks for the last time before sleeping must find the message. */
    net->visited = from;
}

/* Takes one hint, if there is any. The hint is cleared by a full fence before its ring is looked at: a message that we
 * then do not see is followed by another hint. */
static bool follow_hint(fnet *net)
{
    uint64_t hinted = atomic_load_explicit(&net->block->hinted, memory_order_acquire);
    if (__builtin_expect(!hinted, 1)) return false;
    int word = __builtin_ctzll(hinted);
    if (word >= (int)(sizeof net->block->hints / sizeof net->block->hints[0])) word = 0;
    uint64_t bits = atomic_load(&net->block->hints[word]);
    if (!bits) {
        /* Clear, then look again: a hint set in between is either seen here or sets `hinted` after us. */
        atomic_fetch_and(&net->block->hinted, ~((uint64_t)1 << word));
        bits = atomic_load(&net->block->hints[word]);
        if (!bits) return false;
        atomic_fetch_or(&net->block->hinted, (uint64_t)1 << word);
    }
    int bit = __builtin_ctzll(bits);
    atomic_fetch_and(&net->block->hints[word], ~((uint64_t)1 << bit));
    int from = word * 64 + bit + 1;
    if (from <= net->nprocs) attend(net, from);
    return true;
}

/* Room was published: a sender that waits for it may be asleep. */
static void offer_room(fnet *net, int from)
{
    _Atomic uint32_t *full = &net->inlets[from - 1].ring->full;
    fshm_doze_light(&net->doze);
    if (!atomic_load_explicit(full, memory_order_relaxed)) return;
    atomic_store_explicit(full, 0, memory_order_relaxed);
    fshm_doze_rouse(&net->doze, from);
}

static bool take_from(fnet *net, int from, fnet_message *message)
{
    bool told = false;
    size_t nbytes = fshm_ring_take(&net->inlets[from - 1], net->arrived, &told);
    if (__builtin_expect(nbytes == 0 || nbytes == SIZE_MAX, 1)) return false;
    if (__builtin_expect(told, 0)) offer_room(net, from);
    *message = (fnet_message){.pid = from, .bytes = net->arrived, .nbytes = nbytes};
    return true;
}

static bool take_visited(fnet *net, fnet_message *message)
{
    while (net->visited || follow_hint(net)) {
        if (net->visited && take_from(net, net->visited, message)) return true;
        net->visited = 0;
    }
    return false;
}

/* The places in turn, beginning behind the one that gave last, and now and then a look at the hints first: a busy ring
 * does not keep the others waiting. */
static bool shm_poll(fnet *net, fnet_message *message)
{
    if (__builtin_expect((++net->npolls & 15) == 0 && take_visited(net, message), 0)) return true;
    for (int n = net->npolled, k = net->next; n > 0; n--) {
        if (k >= net->npolled) k = 0;
        if (take_from(net, net->polled[k], message)) {
            net->next = k + 1;
            return true;
        }
        k++;
    }
    return take_visited(net, message);
}

static bool shm_pending(fnet *net)
{
    for (int k = 0; k < net->npolled; k++)
        if (fshm_ring_ready(&net->inlets[net->polled[k] - 1])) return true;
    return net->visited || atomic_load_explicit(&net->block->hinted, memory_order_relaxed);
}

static void shm_peer_remove(fnet *net, int pid)
{
    fshm_inlet *in = &net->inlets[pid - 1];
    in->broken = true; /* nothing more is taken */
    if (net->visited == pid) net->visited = 0;
    for (int k = 0; k < net->npolled; k++) {
        if (net->polled[k] != pid) continue;
        memmove(&net->polled[k], &net->polled[k + 1], (size_t)(net->npolled - k - 1) * sizeof net->polled[0]);
        net->npolled--;
        in->polled = false;
        return;
    }
}

static furrow_err shm_address(fnet *net, void *bytes, size_t *nbytes)
{
    (void)net, (void)bytes;
    *nbytes = 0;
    return FURROW_OK;
}

static furrow_err shm_peer_add(fnet *net, int pid, const void *address, size_t nbytes)
{
    (void)net, (void)pid, (void)address, (void)nbytes;
    return FURROW_OK;
}

static bool shm_near(fnet *net, int pid)
{
    (void)net, (void)pid;
    return true;
}

static void shm_part(fnet *net, int64_t deadline_ns)
{
    (void)net, (void)deadline_ns; /* what was stored is there, and boot tells who left */
}

static void *shm_common(fnet *net, size_t *nbytes)
{
    *nbytes = net->arena.common_nbytes;
    return net->arena.base + net->arena.at_common;
}

static const _Atomic uint64_t *shm_notifications(fnet *net)
{
    return net->block->notifications;
}

static uint32_t shm_arm(fnet *net)
{
    return fshm_doze_arm(&net->doze);
}

static void shm_disarm(fnet *net)
{
    fshm_doze_disarm(&net->doze);
}

static void shm_sleep(fnet *net, uint32_t ticket, int64_t deadline_ns)
{
    fshm_doze_sleep(&net->doze, ticket, deadline_ns);
}

static void shm_wake(fnet *net)
{
    fboot_rouse(net->boot->head, net->pid);
}

const fnet_ops fnet_shm = {
    .name = "shm",
    .probe = shm_probe,
    .open = shm_attach,
    .close = shm_close,
    .traits = shm_traits,
    .heap = shm_heap,
    .grow = shm_grow,
    .trim = shm_trim,
    .keep = shm_keep,
    .address = shm_address,
    .peer_add = shm_peer_add,
    .peer_remove = shm_peer_remove,
    .region_add = shm_region_add,
    .region_remove = shm_region_remove,
    .key_pack = shm_key_pack,
    .key_open = shm_key_open,
    .put = shm_put,
    .get = shm_get,
    .atomic = shm_atomic,
    .done = shm_done,
    .forget = shm_forget,
    .fence = shm_fence,
    .flushed = shm_flushed,
    .send = shm_send,
    .poll = shm_poll,
    .pending = shm_pending,
    .near = shm_near,
    .part = shm_part,
    .common = shm_common,
    .notifications = shm_notifications,
    .notify = shm_notify,
    .notified = shm_notified,
    .arm = shm_arm,
    .disarm = shm_disarm,
    .sleep = shm_sleep,
    .wake = shm_wake,
};
