/*
 * ring.c - sends to and takes from one ring. Called by shm.c, one thread a side.
 *
 * Order: the sender writes a slot's data, then its flag (release); the receiver sees the flag (acquire), then the data.
 * The first slot of a message is flagged last, so a message is there whole or not at all. The receiver copies the data,
 * then publishes `taken` (release); the sender sees it (acquire) before it writes those slots again.
 * A sender that finds no room marks the ring full; before it sleeps it passes a heavy fence and tries again (doze.c). The
 * receiver looks at the mark after the light side, whenever it has published room: one of them sees the other. At least
 * one such publication is still to come then, since what the sender believes unread is more than a quarter of the ring.
 * Positions count on and wrap at 2^32, a multiple of FSHM_NSLOTS, so a flag of an earlier round never equals the one expected.
 */
#include "net/shm/ring.h"
#include <string.h>

_Static_assert((FSHM_NSLOTS & (FSHM_NSLOTS - 1)) == 0, "positions wrap at a multiple of the slots");
_Static_assert(FSHM_MESSAGE / FSHM_SLOT_DATA * 2 < FSHM_NSLOTS, "two of the largest messages fit");

static uint32_t slots_of(size_t nbytes)
{
    return nbytes <= FSHM_SLOT_DATA ? 1 : (uint32_t)((nbytes + FSHM_SLOT_DATA - 1) / FSHM_SLOT_DATA);
}

static bool has_room(fshm_outlet *o, uint32_t need)
{
    if (__builtin_expect(o->position - o->taken + need <= FSHM_NSLOTS, 1)) return true;
    uint32_t taken = atomic_load_explicit(&o->ring->taken, memory_order_acquire);
    if (o->position - taken > FSHM_NSLOTS) return false; /* not a position this receiver can have reached */
    o->taken = taken;
    return o->position - taken + need <= FSHM_NSLOTS;
}

/* What fits one slot, without a call where it is more than a few bytes: whole pieces, the last one over the one before. */
static inline void fill(unsigned char *to, const char *from, size_t nbytes)
{
    if (nbytes < 16) {
        memcpy(to, from, nbytes);
        return;
    }
    for (size_t at = 0; at < nbytes - 16; at += 16) memcpy(to + at, from + at, 16);
    memcpy(to + nbytes - 16, from + nbytes - 16, 16);
}

static void flag(fshm_slot *slot, uint32_t position, size_t nbytes)
{
    atomic_store_explicit(&slot->flag, (uint64_t)(position + 1) << 32 | nbytes, memory_order_release);
}

bool fshm_ring_send(fshm_outlet *o, const void *bytes, size_t nbytes)
{
    uint32_t need = slots_of(nbytes), first = o->position;
    if (!has_room(o, need)) {
        atomic_store_explicit(&o->ring->full, 1, memory_order_relaxed);
        return false;
    }
    const char *from = bytes;
    for (uint32_t k = 1; k < need; k++) {
        fshm_slot *slot = &o->ring->slots[(first + k) % FSHM_NSLOTS];
        size_t at = (size_t)k * FSHM_SLOT_DATA, left = nbytes - at;
        memcpy(slot->data, from + at, left < FSHM_SLOT_DATA ? left : FSHM_SLOT_DATA);
        flag(slot, first + k, 0);
    }
    fshm_slot *slot = &o->ring->slots[first % FSHM_NSLOTS];
    fill(slot->data, from, nbytes < FSHM_SLOT_DATA ? nbytes : FSHM_SLOT_DATA);
    flag(slot, first, nbytes);
    o->position = first + need;
    return true;
}

/* The sender looks at `taken` only when it believes the ring full: telling it now and then is enough. */
static bool tell(fshm_inlet *in)
{
    if (in->position - in->told < FSHM_NSLOTS / 4) return false;
    in->told = in->position;
    atomic_store_explicit(&in->ring->taken, in->position, memory_order_release);
    return true;
}

size_t fshm_ring_take(fshm_inlet *in, unsigned char *bytes, bool *told)
{
    fshm_slot *slot = &in->ring->slots[in->position % FSHM_NSLOTS];
    uint64_t word = atomic_load_explicit(&slot->flag, memory_order_acquire);
    if ((uint32_t)(word >> 32) != in->position + 1 || in->broken) return 0;
    size_t nbytes = (uint32_t)word; /* read once: the sender's memory may change under us */
    if (nbytes == 0 || nbytes > FSHM_MESSAGE) goto damaged;
    uint32_t need = slots_of(nbytes);
    memcpy(bytes, slot->data, FSHM_SLOT_DATA); /* all of it: a copy of known size is a few moves */
    for (uint32_t k = 1; k < need; k++) {
        slot = &in->ring->slots[(in->position + k) % FSHM_NSLOTS];
        if (atomic_load_explicit(&slot->flag, memory_order_acquire) >> 32 != in->position + k + 1) goto damaged;
        size_t at = (size_t)k * FSHM_SLOT_DATA, left = nbytes - at;
        memcpy(bytes + at, slot->data, left < FSHM_SLOT_DATA ? left : FSHM_SLOT_DATA);
    }
    in->position += need;
    *told = tell(in);
    return nbytes;
damaged:
    in->broken = true;
    return SIZE_MAX;
}
