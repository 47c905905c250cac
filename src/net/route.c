/*
 * route.c - decides once per pid which of two transports carries what goes to it, and hands each call on. Symbols live in the host's
 * memory whatever the way; the fabric registers parts of it. Knows nothing of what either transport does inside.
 */
#include "net/route.h"
#include "net/fabric.h"
#include "net/watch.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/module.h"
#include <stdlib.h>
#include <string.h>

struct fnet {
    const fboot *boot;
    fnet_traits traits;
    fnet *near;
    const fnet_fabric *fabric;
    fnet *far;
    fnet_watch *watch;
    bool far_first; /* whose turn it is to be polled */
    bool *is_far;   /* [pid - 1] */
    bool *met;      /* its address is known to the fabric */
};

/* Tickets of the fabric are marked, so that done knows whom to ask. */
#define FAR_TICKET ((uint64_t)1 << 63)

/* A key is the host's 16 bytes, then the fabric's. */
typedef struct route_key {
    uint64_t near[2];
    uint64_t far[2];
} route_key;
_Static_assert(sizeof(route_key) == FNET_KEY_NBYTES, "both halves fit into a key");

bool fnet_route_far(const fnet *net, int pid)
{
    return net->is_far[pid - 1];
}

static const fnet_ops *near_ops(void)
{
    return &fnet_shm;
}

static const fnet_ops *far_ops(const fnet *net)
{
    return net->fabric->ops;
}

/* Gives the fabric the pid's address. AGAIN while the pid has not left its card. */
static furrow_err meet(fnet *net, int pid)
{
    if (__builtin_expect(net->met[pid - 1], 1)) return FURROW_OK;
    size_t nbytes;
    const void *card = fboot_card(net->boot, pid, &nbytes);
    if (!card) return FURROW_ERR_AGAIN;
    furrow_err e = far_ops(net)->peer_add(net->far, pid, card, nbytes);
    if (!e) net->met[pid - 1] = true;
    return e;
}

static bool route_probe(const char **why)
{
    return near_ops()->probe(why);
}

static void rouse_self(void *arg)
{
    const fboot *boot = arg;
    fboot_rouse(boot->head, boot->pid);
}

static void route_close(fnet *net)
{
    if (!net) return;
    fnet_watch_close(net->watch);
    if (net->far) far_ops(net)->close(net->far);
    if (net->near) near_ops()->close(net->near);
    free(net->is_far);
    free(net->met);
    free(net);
}

static furrow_err open_far(fnet *net, const char *wanted)
{
    void *table;
    furrow_err e = fb_module_symbol("furrow-ofi", FNET_FABRIC_SYMBOL, &table);
    if (e) return e;
    net->fabric = table;
    if (net->fabric->abi != FNET_FABRIC_ABI)
        return fb_fail(FURROW_ERR_SYSTEM, "furrow-ofi.so comes from another version of Furrow");
    size_t reserved;
    void *heap = near_ops()->heap(net->near, &reserved);
    _Atomic uint64_t *counters = (_Atomic uint64_t *)(uintptr_t)near_ops()->notifications(net->near);
    e = net->fabric->open(net->boot, wanted, heap, reserved, counters, &net->far);
    if (e) return e;
    unsigned char card[FBOOT_CARD_NBYTES];
    size_t nbytes = sizeof card;
    e = far_ops(net)->address(net->far, card, &nbytes);
    if (!e) e = fboot_card_set(net->boot, card, nbytes);
    int fd = net->fabric->wait_fd(net->far);
    if (!e && fd >= 0) e = fnet_watch_open(fd, rouse_self, (void *)(uintptr_t)net->boot, &net->watch);
    return e;
}

static furrow_err route_open(const fboot *boot, uint64_t heap_nbytes, fnet **out)
{
    fnet *net = calloc(1, sizeof *net);
    if (!net) return fb_fail(FURROW_ERR_NOMEM, "no memory for the transport");
    net->boot = boot;
    net->is_far = calloc((size_t)boot->nprocs, sizeof *net->is_far);
    net->met = calloc((size_t)boot->nprocs, sizeof *net->met);
    furrow_err e = net->is_far && net->met ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for %d peers", boot->nprocs);
    if (!e) e = near_ops()->open(boot, heap_nbytes, &net->near);
    if (!e) e = open_far(net, boot->fabric);
    if (e) {
        route_close(net);
        return e;
    }
    for (int pid = 1; pid <= boot->nprocs; pid++) net->is_far[pid - 1] = pid != boot->pid;
    const fnet_traits *near = near_ops()->traits(net->near), *far = far_ops(net)->traits(net->far);
    net->traits = *far;
    if (near->message_nbytes < far->message_nbytes) net->traits.message_nbytes = near->message_nbytes;
    if (near->inline_nbytes < far->inline_nbytes) net->traits.inline_nbytes = near->inline_nbytes;
    *out = net;
    return FURROW_OK;
}

static const fnet_traits *route_traits(const fnet *net)
{
    return &net->traits;
}

/* --- memory ------------------------------------------------------------------------------------------------------*/

static void *route_heap(fnet *net, size_t *reserved)
{
    return near_ops()->heap(net->near, reserved);
}

static furrow_err route_grow(fnet *net, size_t nbytes)
{
    furrow_err e = near_ops()->grow(net->near, nbytes);
    return e ? e : far_ops(net)->grow(net->far, nbytes);
}

/* Pages that a fabric has registered must stay: they are zeroed instead of given back. */
static void route_trim(fnet *net, void *at, size_t nbytes)
{
    (void)net;
    memset(at, 0, nbytes);
}

static furrow_err route_region_add(fnet *net, void *at, size_t nbytes, fnet_region **region)
{
    return near_ops()->region_add(net->near, at, nbytes, region);
}

static void route_region_remove(fnet *net, fnet_region *region)
{
    near_ops()->region_remove(net->near, region);
}

static furrow_err route_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    fnet_key near, far;
    furrow_err e = near_ops()->key_pack(net->near, region, at, nbytes, &near);
    if (!e) e = far_ops(net)->key_pack(net->far, NULL, at, nbytes, &far);
    if (e) return e;
    memcpy(key->bytes, near.bytes, sizeof((route_key *)0)->near);
    memcpy(key->bytes + offsetof(route_key, far), far.bytes, sizeof((route_key *)0)->far);
    return FURROW_OK;
}

/* The fabric's half says where, the host's half how much. */
static furrow_err route_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target)
{
    route_key k;
    fnet_key half = {{0}};
    memcpy(&k, key->bytes, sizeof k);
    if (!net->is_far[pid - 1]) {
        memcpy(half.bytes, k.near, sizeof k.near);
        return near_ops()->key_open(net->near, pid, &half, target);
    }
    uint64_t words[3] = {k.far[0], k.far[1], k.near[1]};
    memcpy(half.bytes, words, sizeof words);
    return far_ops(net)->key_open(net->far, pid, &half, target);
}

/* --- put, get, atomics -------------------------------------------------------------------------------------------*/

static furrow_err route_rma(fnet *net, fnet_rma *rma, bool write)
{
    int pid = rma->target->pid;
    if (!net->is_far[pid - 1]) return (write ? near_ops()->put : near_ops()->get)(net->near, rma);
    furrow_err e = meet(net, pid);
    if (!e) e = (write ? far_ops(net)->put : far_ops(net)->get)(net->far, rma);
    if (!e && rma->ticket) rma->ticket |= FAR_TICKET;
    return e;
}

static furrow_err route_put(fnet *net, fnet_rma *rma)
{
    return route_rma(net, rma, true);
}

static furrow_err route_get(fnet *net, fnet_rma *rma)
{
    return route_rma(net, rma, false);
}

static furrow_err route_atomic(fnet *net, fnet_atomic *atomic)
{
    int pid = atomic->target->pid;
    if (!net->is_far[pid - 1]) return near_ops()->atomic(net->near, atomic);
    furrow_err e = meet(net, pid);
    if (!e) e = far_ops(net)->atomic(net->far, atomic);
    if (!e && atomic->ticket) atomic->ticket |= FAR_TICKET;
    return e;
}

static furrow_err route_done(fnet *net, uint64_t ticket)
{
    return ticket & FAR_TICKET ? far_ops(net)->done(net->far, ticket & ~FAR_TICKET) : near_ops()->done(net->near, ticket);
}

static furrow_err route_fence(fnet *net, int pid)
{
    furrow_err e = near_ops()->fence(net->near, pid);
    return e || (pid && !net->is_far[pid - 1]) ? e : far_ops(net)->fence(net->far, pid);
}

static furrow_err route_flushed(fnet *net, int pid)
{
    furrow_err e = near_ops()->flushed(net->near, pid);
    return e || (pid && !net->is_far[pid - 1]) ? e : far_ops(net)->flushed(net->far, pid);
}

/* --- messages ----------------------------------------------------------------------------------------------------*/

static furrow_err route_send(fnet *net, int pid, const void *bytes, size_t nbytes)
{
    if (!net->is_far[pid - 1]) return near_ops()->send(net->near, pid, bytes, nbytes);
    furrow_err e = meet(net, pid);
    return e ? e : far_ops(net)->send(net->far, pid, bytes, nbytes);
}

/* In turn, so that neither keeps the other waiting. */
static bool route_poll(fnet *net, fnet_message *message)
{
    net->far_first = !net->far_first;
    if (net->far_first) return far_ops(net)->poll(net->far, message) || near_ops()->poll(net->near, message);
    return near_ops()->poll(net->near, message) || far_ops(net)->poll(net->far, message);
}

static furrow_err route_address(fnet *net, void *bytes, size_t *nbytes)
{
    return far_ops(net)->address(net->far, bytes, nbytes);
}

static furrow_err route_peer_add(fnet *net, int pid, const void *address, size_t nbytes)
{
    return far_ops(net)->peer_add(net->far, pid, address, nbytes);
}

static void route_peer_remove(fnet *net, int pid)
{
    if (net->is_far[pid - 1])
        far_ops(net)->peer_remove(net->far, pid);
    else
        near_ops()->peer_remove(net->near, pid);
    net->met[pid - 1] = false;
}

static void *route_common(fnet *net, size_t *nbytes)
{
    return near_ops()->common(net->near, nbytes);
}

static const _Atomic uint64_t *route_notifications(fnet *net)
{
    return near_ops()->notifications(net->near);
}

/* --- sleeping ----------------------------------------------------------------------------------------------------*/

static uint32_t route_arm(fnet *net)
{
    return near_ops()->arm(net->near);
}

static void route_disarm(fnet *net)
{
    near_ops()->disarm(net->near);
}

/* The watching thread rouses this pid as a sender on this host would: after arm, so that the ticket is outdated by it. Without a
 * descriptor to watch, sleeps are short. */
static void route_sleep(fnet *net, uint32_t ticket, int64_t deadline_ns)
{
    int64_t soon = fb_now_ns() + 1000000;
    if (!net->watch && soon < deadline_ns) deadline_ns = soon;
    if (net->watch && !net->fabric->quiet(net->far)) {
        near_ops()->disarm(net->near);
        return;
    }
    if (net->watch) fnet_watch_begin(net->watch);
    near_ops()->sleep(net->near, ticket, deadline_ns);
}

static void route_wake(fnet *net)
{
    near_ops()->wake(net->near);
}

const fnet_ops fnet_route = {
    .name = "route",
    .probe = route_probe,
    .open = route_open,
    .close = route_close,
    .traits = route_traits,
    .heap = route_heap,
    .grow = route_grow,
    .trim = route_trim,
    .address = route_address,
    .peer_add = route_peer_add,
    .peer_remove = route_peer_remove,
    .region_add = route_region_add,
    .region_remove = route_region_remove,
    .key_pack = route_key_pack,
    .key_open = route_key_open,
    .put = route_put,
    .get = route_get,
    .atomic = route_atomic,
    .done = route_done,
    .fence = route_fence,
    .flushed = route_flushed,
    .send = route_send,
    .poll = route_poll,
    .common = route_common,
    .notifications = route_notifications,
    .arm = route_arm,
    .disarm = route_disarm,
    .sleep = route_sleep,
    .wake = route_wake,
};
