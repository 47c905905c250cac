/*
 * route.c - decides once per pid which of two transports carries what goes to it, and hands each call on. Symbols live
 * in the host's memory whatever the way; the fabric registers parts of it. Knows nothing of what either transport does
 * inside. Where several threads may come the fabric is only touched under the lock: sleepers look while others progress.
 */
#include "net/route.h"
#include "net/fabric.h"
#include "net/offer.h"
#include "net/watch.h"
#include "base/clock.h"
#include "base/error.h"
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_NS 2000000000 /* between a failing connection and the word that its pid has died or left */
#define PART_NS  1000000000 /* for farewells */
#define SLEEP_NS 250000000  /* at most: then silent peers are looked after */
#define BLIND_NS 1000000    /* of a sleep without a descriptor to watch */

typedef struct way {
    bool far;
    int64_t suspect_ns; /* since when the fabric cannot reach it; 0: it can */
} way;

struct fnet {
    const fboot *boot;
    fnet_traits traits;
    fnet *near;
    const fnet_fabric *fabric;
    fnet *far;
    pthread_mutex_t lock;
    bool shared; /* more than one thread may come */
    fnet_watch *watch;
    bool far_first; /* whose turn it is to be polled */
    int nsuspects;
    way *ways; /* [pid - 1] */
};

/* Tickets of the fabric are marked, so that done knows whom to ask. */
#define FAR_TICKET ((uint64_t)1 << 63)

/* A key is the host's 16 bytes, then the fabric's. */
typedef struct route_key {
    uint64_t near[2];
    uint64_t far[2];
} route_key;
_Static_assert(sizeof(route_key) == FNET_KEY_NBYTES, "both halves fit into a key");

static const fnet_ops *near_ops(void)
{
    return &fnet_shm;
}

static const fnet_ops *far_ops(const fnet *net)
{
    return net->fabric->ops;
}

/* The lock costs a sixth of the instructions of a small put: it is left alone where there is one thread. */
static inline void enter(fnet *net)
{
    if (__builtin_expect(net->shared, 0)) pthread_mutex_lock(&net->lock);
}

static inline void leave(fnet *net)
{
    if (__builtin_expect(net->shared, 0)) pthread_mutex_unlock(&net->lock);
}

void fnet_route_share(fnet *net)
{
    net->shared = true;
}

static bool is_far(const fnet *net, int pid)
{
    return net->ways[pid - 1].far;
}

/* --- pids that the fabric cannot reach any more --------------------------------------------------------------------*/

/* A pid that dies or leaves closes its connections a moment before boot says which it was: until then nothing is said,
 * and after a while the fabric's word must do. */
static void take_departures(fnet *net)
{
    int pid;
    bool left;
    while (net->fabric->departed(net->far, &pid, &left)) {
        way *w = &net->ways[pid - 1];
        if (left) {
            net->boot->ops->departed(net->boot, pid, FBOOT_LEFT, 0);
        } else if (!w->suspect_ns) {
            w->suspect_ns = fb_now_ns();
            net->nsuspects++;
        }
    }
    if (__builtin_expect(!net->nsuspects, 1)) return;
    int64_t now = fb_now_ns();
    for (pid = 1; pid <= net->boot->nprocs; pid++) {
        way *w = &net->ways[pid - 1];
        if (!w->suspect_ns || now - w->suspect_ns < GRACE_NS) continue;
        net->boot->ops->departed(net->boot, pid, FBOOT_DEAD, FBOOT_STATUS_UNREACHABLE);
        w->suspect_ns = 1; /* for good */
    }
}

/* The fabric's error about a pid, unless boot may still have better words for it. */
static furrow_err judge(const fnet *net, int pid, furrow_err e)
{
    if (e != FURROW_ERR_PEER_DEAD || !pid) return e;
    if (fboot_peer(net->boot, pid) >= FBOOT_LEFT) return FURROW_ERR_AGAIN; /* progress tells everybody in a moment */
    int64_t since = net->ways[pid - 1].suspect_ns;
    bool fresh = !since || fb_now_ns() - since < GRACE_NS;
    if (!fresh) fb_fail_pid(pid);
    return fresh ? FURROW_ERR_AGAIN : e;
}

/* --- opening -------------------------------------------------------------------------------------------------------*/

static bool route_probe(const char **why)
{
    return near_ops()->probe(why);
}

static void rouse_self(void *arg)
{
    const fboot *boot = arg;
    fboot_rouse(boot->head, boot->pid);
}

static const void *card_of(void *self, int pid, size_t *nbytes)
{
    const fboot *boot = self;
    return boot->ops->card(boot, pid, nbytes);
}

static void route_close(fnet *net)
{
    if (!net) return;
    fnet_watch_close(net->watch);
    if (net->far) far_ops(net)->close(net->far);
    if (net->near) near_ops()->close(net->near);
    pthread_mutex_destroy(&net->lock);
    free(net->ways);
    free(net);
}

static furrow_err open_fabric(fnet *net, const char *wanted)
{
    void *self = (void *)(uintptr_t)net->boot;
    furrow_err e = fnet_fabric_module(&net->fabric);
    if (e) return e;
    fnet_fabric_opts opts = {.pid = net->boot->pid,
                             .nprocs = net->boot->nprocs,
                             .key = net->boot->head->key,
                             .wanted = wanted,
                             .notifications = (_Atomic uint64_t *)(uintptr_t)near_ops()->notifications(net->near),
                             .card = card_of,
                             .self = self};
    opts.heap = near_ops()->heap(net->near, &opts.reserved);
    e = net->fabric->open(&opts, &net->far);
    if (e == FURROW_ERR_ARG) fb_fail_symbol("FURROW_NET");
    return e;
}

static furrow_err open_far(fnet *net, const char *wanted)
{
    furrow_err e = open_fabric(net, wanted);
    if (e) return e;
    unsigned char card[FBOOT_CARD_NBYTES];
    size_t nbytes = sizeof card;
    e = far_ops(net)->address(net->far, card, &nbytes);
    if (!e) e = net->boot->ops->card_set(net->boot, card, nbytes);
    int fd = net->fabric->wait_fd(net->far);
    if (!e && fd >= 0) e = fnet_watch_open(fd, rouse_self, (void *)(uintptr_t)net->boot, &net->watch);
    return e;
}

/* wanted: "auto" and "shm" leave pids of this host to shared memory; a fabric's name takes it for all other pids. */
static furrow_err route_open(const fboot *boot, uint64_t heap_nbytes, const char *wanted, fnet **out)
{
    bool forced = strcmp(wanted, "auto") != 0;
    fnet *net = calloc(1, sizeof *net);
    if (!net) return fb_fail(FURROW_ERR_NOMEM, "no memory for the transport");
    pthread_mutex_init(&net->lock, NULL);
    net->boot = boot;
    net->ways = calloc((size_t)boot->nprocs, sizeof *net->ways);
    furrow_err e = net->ways ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for %d peers", boot->nprocs);
    if (!e) e = near_ops()->open(boot, heap_nbytes, wanted, &net->near);
    if (!e) e = open_far(net, forced ? wanted : "");
    if (e) {
        route_close(net);
        return e;
    }
    for (int pid = 1; pid <= boot->nprocs; pid++)
        net->ways[pid - 1].far =
            pid != boot->pid && (!boot->ops->near(boot, pid) || (forced && boot->ops->alone(boot)));
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
    if (e) return e;
    enter(net);
    e = far_ops(net)->grow(net->far, nbytes);
    leave(net);
    return e;
}

/* Pages that a device has pinned must stay: they are zeroed instead of given back. */
static void route_trim(fnet *net, void *at, size_t nbytes)
{
    if (net->fabric->pins(net->far))
        memset(at, 0, nbytes);
    else
        near_ops()->trim(net->near, at, nbytes);
}

static void route_keep(fnet *net, void *at, size_t nbytes)
{
    near_ops()->keep(net->near, at, nbytes);
}

static furrow_err route_region_add(fnet *net, void *at, size_t nbytes, fnet_region **region)
{
    return near_ops()->region_add(net->near, at, nbytes, region);
}

static void route_region_remove(fnet *net, fnet_region *region)
{
    near_ops()->region_remove(net->near, region);
}

typedef struct fnet_source {
    fnet_region *region;
    const void *at;
    size_t nbytes;
} fnet_source;
typedef furrow_err (*packer)(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key);

static furrow_err pack_both(fnet *net, packer pack_far, const fnet_source *from, fnet_key *key)
{
    fnet_key near, far;
    furrow_err e = near_ops()->key_pack(net->near, from->region, from->at, from->nbytes, &near);
    if (e) return e;
    enter(net);
    e = pack_far(net->far, NULL, from->at, from->nbytes, &far);
    leave(net);
    if (e) return e;
    memcpy(key->bytes, near.bytes, sizeof((route_key *)0)->near);
    memcpy(key->bytes + offsetof(route_key, far), far.bytes, sizeof((route_key *)0)->far);
    return FURROW_OK;
}

static furrow_err route_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    return pack_both(net, far_ops(net)->key_pack, &(fnet_source){region, at, nbytes}, key);
}

static furrow_err route_key_pack_read(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    const fnet_ops *far = far_ops(net);
    packer pack_far = far->key_pack_read ? far->key_pack_read : far->key_pack;
    return pack_both(net, pack_far, &(fnet_source){region, at, nbytes}, key);
}

/* The fabric's half says where, the host's half how much. */
static furrow_err route_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target)
{
    route_key k;
    fnet_key half = {{0}};
    memcpy(&k, key->bytes, sizeof k);
    if (!is_far(net, pid)) {
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
    if (!is_far(net, pid)) return (write ? near_ops()->put : near_ops()->get)(net->near, rma);
    enter(net);
    furrow_err e = (write ? far_ops(net)->put : far_ops(net)->get)(net->far, rma);
    e = judge(net, pid, e);
    leave(net);
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

/* Of far memory, atomics are the owner's business: only its processors are atomic with those who map it. */
static furrow_err route_atomic(fnet *net, fnet_atomic *atomic)
{
    if (!is_far(net, atomic->target->pid)) return near_ops()->atomic(net->near, atomic);
    return fb_fail(FURROW_ERR_INTERNAL, "an atomic operation by the fabric");
}

static furrow_err route_done(fnet *net, uint64_t ticket)
{
    if (!(ticket & FAR_TICKET)) return near_ops()->done(net->near, ticket);
    enter(net);
    furrow_err e = judge(net, FNET_TICKET_PID(ticket), far_ops(net)->done(net->far, ticket & ~FAR_TICKET));
    leave(net);
    return e;
}

static void route_forget(fnet *net, uint64_t ticket)
{
    if (!(ticket & FAR_TICKET)) return;
    enter(net);
    far_ops(net)->forget(net->far, ticket & ~FAR_TICKET);
    leave(net);
}

static furrow_err route_fence(fnet *net, int pid)
{
    furrow_err e = near_ops()->fence(net->near, pid);
    if (e || (pid && !is_far(net, pid))) return e;
    enter(net);
    e = far_ops(net)->fence(net->far, pid);
    leave(net);
    return e;
}

static furrow_err route_flushed(fnet *net, int pid)
{
    furrow_err e = near_ops()->flushed(net->near, pid);
    if (e || (pid && !is_far(net, pid))) return e;
    enter(net);
    e = judge(net, pid, far_ops(net)->flushed(net->far, pid));
    leave(net);
    return e;
}

/* --- messages ----------------------------------------------------------------------------------------------------*/

static furrow_err route_send(fnet *net, int pid, const void *bytes, size_t nbytes)
{
    if (!is_far(net, pid)) return near_ops()->send(net->near, pid, bytes, nbytes);
    enter(net);
    furrow_err e = judge(net, pid, far_ops(net)->send(net->far, pid, bytes, nbytes));
    leave(net);
    return e;
}

/* Departures come after the last message: what a pid sent before it went is handed out first. */
static bool poll_far(fnet *net, fnet_message *message)
{
    enter(net);
    bool any = far_ops(net)->poll(net->far, message);
    if (!any) take_departures(net);
    leave(net);
    return any;
}

/* In turn, so that neither keeps the other waiting. */
static bool route_poll(fnet *net, fnet_message *message)
{
    net->far_first = !net->far_first;
    if (net->far_first) return poll_far(net, message) || near_ops()->poll(net->near, message);
    return near_ops()->poll(net->near, message) || poll_far(net, message);
}

/* The fabric changes nothing but a count here, and only poll does so, too: no lock. */
static bool route_pending(fnet *net)
{
    return near_ops()->pending(net->near) || far_ops(net)->pending(net->far);
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
    near_ops()->peer_remove(net->near, pid);
    if (!is_far(net, pid)) return;
    enter(net);
    far_ops(net)->peer_remove(net->far, pid);
    leave(net);
}

static bool route_near(fnet *net, int pid)
{
    return !is_far(net, pid);
}

/* Who must learn that this pid leaves: whom it has had to do with, the controller, and of the controller everybody. */
static bool concerned(fnet *net, int pid)
{
    if (!is_far(net, pid) || fboot_peer(net->boot, pid) >= FBOOT_LEFT) return false;
    return net->fabric->met(net->far, pid) || pid == 1 || net->boot->pid == 1;
}

/* Connections that are cut can take with them what is still on the way: so everybody says that it has heard. */
static void route_part(fnet *net, int64_t deadline_ns)
{
    int64_t soon = fb_now_ns() + PART_NS;
    bool *told = calloc((size_t)net->boot->nprocs, sizeof *told), waiting = told != NULL;
    if (soon > deadline_ns) soon = deadline_ns;
    while (waiting && !fb_deadline_passed(soon)) {
        fnet_message unheard;
        waiting = false;
        enter(net);
        for (int pid = 1; pid <= net->boot->nprocs; pid++) {
            if (!concerned(net, pid)) continue;
            if (!told[pid - 1]) told[pid - 1] = net->fabric->farewell(net->far, pid) != FURROW_ERR_AGAIN;
            waiting = waiting || !told[pid - 1] || !net->fabric->parted(net->far, pid);
        }
        for (int i = 0; i < 64 && far_ops(net)->poll(net->far, &unheard); i++) continue;
        leave(net);
        if (waiting) sched_yield();
    }
    free(told);
}

static void *route_common(fnet *net, size_t *nbytes)
{
    return near_ops()->common(net->near, nbytes);
}

static const _Atomic uint64_t *route_notifications(fnet *net)
{
    return near_ops()->notifications(net->near);
}

static void route_notify(fnet *net, int pid, uint32_t id)
{
    near_ops()->notify(net->near, pid, id);
}

/* What a fabric has brought is counted where this host's pids count, too. */
static bool route_notified(fnet *net, uint64_t *counts)
{
    bool any = near_ops()->notified(net->near, counts);
    if (__builtin_expect(!net->fabric->mail(net->far), 1)) return any;
    enter(net);
    net->fabric->take(net->far);
    leave(net);
    return true;
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

static bool quiet(fnet *net)
{
    enter(net);
    bool is = net->fabric->quiet(net->far);
    leave(net);
    return is;
}

/* The watching thread rouses this pid as a sender on this host would: after arm, so that the ticket is outdated by it.
 * Without a descriptor to watch, sleeps are short. */
static void route_sleep(fnet *net, uint32_t ticket, int64_t deadline_ns)
{
    int64_t soon = fb_now_ns() + (net->watch ? SLEEP_NS : BLIND_NS);
    if (soon < deadline_ns) deadline_ns = soon;
    if (!quiet(net)) {
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

bool fnet_route_why(fnet *net, int pid, char *text, size_t nbytes)
{
    if (!is_far(net, pid)) return false;
    enter(net);
    const char *why = net->fabric->why(net->far, pid);
    snprintf(text, nbytes, "%s", why);
    leave(net);
    return text[0] != '\0';
}

void fnet_route_patience(fnet *net, int64_t lost_ms)
{
    enter(net);
    net->fabric->patience(net->far, lost_ms);
    leave(net);
}

bool fnet_route_met(fnet *net, int pid)
{
    if (!is_far(net, pid)) return false;
    enter(net);
    bool met = net->fabric->met(net->far, pid);
    leave(net);
    return met;
}

uint64_t fnet_route_refused(fnet *net)
{
    enter(net);
    uint64_t n = net->fabric->refused(net->far);
    leave(net);
    return n;
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
    .keep = route_keep,
    .address = route_address,
    .peer_add = route_peer_add,
    .peer_remove = route_peer_remove,
    .region_add = route_region_add,
    .region_remove = route_region_remove,
    .key_pack = route_key_pack,
    .key_pack_read = route_key_pack_read,
    .key_open = route_key_open,
    .put = route_put,
    .get = route_get,
    .atomic = route_atomic,
    .done = route_done,
    .forget = route_forget,
    .fence = route_fence,
    .flushed = route_flushed,
    .send = route_send,
    .poll = route_poll,
    .pending = route_pending,
    .near = route_near,
    .part = route_part,
    .common = route_common,
    .notifications = route_notifications,
    .notify = route_notify,
    .notified = route_notified,
    .arm = route_arm,
    .disarm = route_disarm,
    .sleep = route_sleep,
    .wake = route_wake,
};
