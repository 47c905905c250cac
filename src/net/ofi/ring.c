/*
 * ring.c - small messages by one write into memory of the receiver, who sees them there before its provider would hand them
 * over: half the time over verbs. A pid has rings for the first few that send to it. Called by message.c, progress.c and
 * endpoint.c. A write wakes nobody: before it sleeps a pid shuts its door in its senders' memory, and they send then.
 */
#include "net/ofi/ofi.h"
#include "net/copy.h"
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL /* messages are short: the way into the library is a part of the cost */
#include <xxhash.h>

#define PATIENCE    64u /* looks at doors that do not get shut, before this pid sleeps all the same */
#define COPY_NBYTES (FOFI_SLOT_NBYTES + 64) /* whole lines of a slot, behind the first half of a head */
_Static_assert(FOFI_SLOT_HEAD + FOFI_SLOT_BODY <= FOFI_SLOT_NBYTES && FOFI_SLOT_BODY <= UINT8_MAX &&
                   FOFI_SLOT_NBYTES % 64 == 0,
               "a slot's size");

static inline unsigned char *slot_of(const fofi_ring *ring)
{
    return ring->slots + ring->next * FOFI_SLOT_NBYTES;
}

static uint64_t *door_of(const fnet *net, int pid)
{
    return (uint64_t *)(void *)(net->mail + (size_t)FOFI_RINGS * FOFI_WINDOW * FOFI_SLOT_NBYTES) + (pid - 1);
}

/* The tag covers all else that is in a slot: bytes that are still on their way, in whatever order, are no message. */
static uint64_t tag_of(const fofi_buffer *b, size_t nbytes, uint64_t seal)
{
    const size_t at = offsetof(fofi_head, turn);
    return XXH3_64bits_withSeed(b->bytes + at, sizeof(fofi_head) - at + nbytes, seal);
}

/* Writes keep their order only where the provider says so, and a message must not overtake what was put before it. */
furrow_err fofi_rings_open(fnet *net)
{
    size_t doors = ((size_t)net->nprocs * sizeof(uint64_t) + 4095) & ~(size_t)4095;
    size_t rings = (size_t)FOFI_RINGS * FOFI_WINDOW * FOFI_SLOT_NBYTES, copies = FOFI_COPIES * COPY_NBYTES;
    if (!net->ordered || net->nprocs == 1) return FURROW_OK;
    net->mail = aligned_alloc(4096, rings + doors + copies);
    if (!net->mail) return furrow_fail(FURROW_ERR_NOMEM, "no memory for small messages");
    memset(net->mail, 0, rings + doors);
    for (size_t i = 0; i < FOFI_COPIES; i++) {
        unsigned char *at = net->mail + rings + doors + i * COPY_NBYTES;
        net->slots[i] = (fofi_buffer){.context = {.is = FOFI_IS_SLOT}, .bytes = at, .next = net->free_slot};
        net->free_slot = &net->slots[i];
    }
    return fofi_register(net, net->mail, rings + doors, &net->mail_region);
}

/* --- agreeing ------------------------------------------------------------------------------------------------------*/

static fofi_place place_of(const fnet *net, const void *at)
{
    bool virt = net->info->domain_attr->mr_mode & FI_MR_VIRT_ADDR;
    uint64_t address = virt ? (uint64_t)(uintptr_t)at : (uint64_t)((const unsigned char *)at - net->mail);
    return (fofi_place){.rkey = net->mail_region->rkey, .address = address};
}

void fofi_ring_offer(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (!net->mail || net->nrings == FOFI_RINGS) return;
    unsigned char *slots = net->mail + (size_t)net->nrings * FOFI_WINDOW * FOFI_SLOT_NBYTES;
    net->rings[net->nrings++] = (fofi_ring){.pid = pid, .slots = slots, .peer = peer};
    peer->ring_due = net->credits_due = true;
}

bool fofi_ring_settle(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    fofi_place place;
    for (uint32_t i = 0; peer->ring_due && i < net->nrings; i++) {
        if (net->rings[i].pid != pid) continue;
        place = place_of(net, net->rings[i].slots);
        peer->ring_due = fofi_send(net, pid, FOFI_RING, FOFI_BYTES(&place, sizeof place)) != FURROW_OK;
    }
    if (peer->door_due) {
        place = place_of(net, door_of(net, pid));
        peer->door_due = fofi_send(net, pid, FOFI_DOOR, FOFI_BYTES(&place, sizeof place)) != FURROW_OK;
    }
    return !peer->ring_due && !peer->door_due;
}

/* The answer stands before all that we write into the ring: its owner cannot sleep without knowing our door. */
bool fofi_ring_serve(fnet *net, const fofi_head *head, const unsigned char *body, size_t nbytes)
{
    fofi_peer *peer = &net->peers[head->from - 1];
    fofi_place place;
    if (!net->mail || nbytes != sizeof place) return false;
    memcpy(&place, body, sizeof place);
    if (head->kind == FOFI_RING) {
        if (peer->ringed) return false;
        peer->ring = place;
        peer->ringed = peer->door_due = net->credits_due = true;
        return true;
    }
    for (uint32_t i = 0; i < net->nrings; i++) {
        fofi_ring *ring = &net->rings[i];
        if (ring->pid != (int)head->from || ring->told) continue;
        ring->door = place;
        return ring->told = true;
    }
    return false;
}

/* --- sending -------------------------------------------------------------------------------------------------------*/

static ssize_t write_to(fnet *net, int pid, fofi_buffer *b, struct iovec what, fofi_place to)
{
    struct fi_rma_iov where = {.addr = to.address, .len = what.iov_len, .key = to.rkey};
    struct fi_msg_rma msg = {.msg_iov = &what,
                             .desc = &b->desc,
                             .iov_count = 1,
                             .addr = net->peers[pid - 1].addr,
                             .rma_iov = &where,
                             .rma_iov_count = 1,
                             .context = &b->context};
    bool door = b->context.is == FOFI_IS_DOOR;
    return fi_writemsg(net->ep, &msg, door ? FI_COMPLETION | FI_DELIVERY_COMPLETE : FI_COMPLETION);
}

/* Acquire: who sees its door shut sends, and that message stands behind what it wrote into the ring before. */
bool fofi_ring_takes(const fnet *net, int pid, size_t nbytes)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    return peer->ringed && !peer->door_due && nbytes <= FOFI_SLOT_BODY &&
           !__atomic_load_n(door_of(net, pid), __ATOMIC_ACQUIRE);
}

/* A slot is free when its turn comes: only messages that take a credit go through rings, FOFI_WINDOW of them at most are
 * not taken yet, rings are emptied in order, and a ring has as many slots. */
ssize_t fofi_ring_post(fnet *net, int pid, fofi_buffer *b, size_t nbytes)
{
    fofi_peer *peer = &net->peers[pid - 1];
    fofi_place to = peer->ring;
    fofi_head *head = fofi_head_of(b);
    head->nbytes = (uint8_t)nbytes;
    head->tag = tag_of(b, nbytes, peer->seal_out);
    to.address += (uint64_t)peer->ring_next * FOFI_SLOT_NBYTES;
    struct iovec slot = {b->bytes + offsetof(fofi_head, tag), FOFI_SLOT_HEAD + nbytes};
    b->injected = slot.iov_len <= net->inject_nbytes;
    ssize_t ret = b->injected ? fi_inject_write(net->ep, slot.iov_base, slot.iov_len, peer->addr, to.address, to.rkey)
                              : write_to(net, pid, b, slot, to);
    if (!ret) peer->ring_next = (peer->ring_next + 1) % FOFI_WINDOW;
    return ret;
}

/* --- receiving -----------------------------------------------------------------------------------------------------*/

/* Acquire pairs with the device's write; that all of the slot has come the tag shows. */
static inline bool is_next(const fofi_ring *ring)
{
    const size_t at = offsetof(fofi_head, turn) - offsetof(fofi_head, tag);
    const uint32_t *turn = (const uint32_t *)(void *)(slot_of(ring) + at);
    return __atomic_load_n(turn, __ATOMIC_ACQUIRE) == (uint32_t)ring->peer->received;
}

bool fofi_rings_pending(const fnet *net)
{
    for (uint32_t i = 0; i < net->nrings; i++)
        if (is_next(&net->rings[i])) return true;
    return false;
}

/* Copied before it is looked at: its sender could change it (P6). */
static bool take(fnet *net, fofi_ring *ring)
{
    const fofi_peer *peer = ring->peer;
    fofi_buffer *b = net->free_slot;
    fofi_head head = {.sequence = peer->received, .from = (uint32_t)ring->pid};
    if (!b || peer->removed) return false;
    const unsigned char *slot = slot_of(ring);
    memcpy(&head.tag, slot, FOFI_SLOT_HEAD);
    if (head.turn != (uint32_t)peer->received || head.nbytes > FOFI_SLOT_BODY) return false;
    const size_t lines = (FOFI_SLOT_HEAD + head.nbytes + 63) & ~(size_t)63; /* whole lines are the shortest way */
    fnet_copy_out(b->bytes + offsetof(fofi_head, tag), slot, lines);
    *fofi_head_of(b) = head;
    if (head.tag != tag_of(b, head.nbytes, peer->seal_in)) return false;
    ring->next = (ring->next + 1) % FOFI_WINDOW;
    net->free_slot = b->next;
    b->nbytes = head.nbytes;
    fofi_admitted(net, b, &head);
    return true;
}

bool fofi_rings_look(fnet *net)
{
    bool any = false;
    for (uint32_t i = 0; i < net->nrings; i++)
        while (is_next(&net->rings[i]) && take(net, &net->rings[i])) any = true;
    return any;
}

/* --- sleeping ------------------------------------------------------------------------------------------------------*/

static bool tell_door(fnet *net, fofi_ring *ring, uint64_t word)
{
    fofi_peer *peer = &net->peers[ring->pid - 1];
    fofi_buffer *b = fofi_send_for(net, ring->pid);
    if (peer->gone) return true;
    if (!b) return false;
    memcpy(b->bytes, &word, sizeof word);
    b->context.is = FOFI_IS_DOOR;
    ssize_t ret = write_to(net, ring->pid, b, FOFI_BYTES(b->bytes, sizeof word), ring->door);
    if (ret) b->context.is = FOFI_IS_SEND;
    if (ret == -FI_EAGAIN) return false;
    if (ret) {
        fofi_peer_fail(net, ring->pid, fi_strerror((int)-ret));
        return true;
    }
    fofi_send_taken(net, ring->pid);
    peer->under_way++;
    net->under_way++;
    net->doors_flying++;
    return true;
}

/*
 * Shut: the word is in the sender's memory (delivery complete), and then the caller looks at the rings once more before it
 * sleeps. A message that was posted before the word came there has been seen then, unless the network held it back longer
 * than the word's way there and back: it is seen when the sleep ends by itself (route.c's SLEEP_NS). The same holds for a door
 * that cannot be shut in time.
 */
bool fofi_doors_shut(fnet *net)
{
    bool all = true;
    for (uint32_t i = 0; i < net->nrings; i++) {
        fofi_ring *ring = &net->rings[i];
        if (!ring->told || ring->shut) continue;
        ring->shut = tell_door(net, ring, 1);
        net->nshut += ring->shut;
        all = all && ring->shut;
    }
    all = all && !net->doors_flying;
    net->patience = all ? 0 : net->patience + 1;
    if (!all && net->patience <= PATIENCE) return false;
    net->lively = 0;
    return true;
}

void fofi_doors_open(fnet *net)
{
    if (net->lively < FOFI_LIVELY) return;
    for (uint32_t i = 0; i < net->nrings; i++) {
        fofi_ring *ring = &net->rings[i];
        if (!ring->shut || !tell_door(net, ring, 0)) continue;
        ring->shut = false;
        net->nshut--;
    }
}
