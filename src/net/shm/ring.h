/*
 * ring.h - messages between two pids: one producer, one consumer, slots of a cache line with the flag in the data.
 * The sender's and the receiver's private positions are here; what they share is fshm_ring. Only src/net/shm.
 */
#ifndef FSHM_RING_H
#define FSHM_RING_H

#include "net/shm/arena.h"

#define FSHM_INLINE  ((size_t)FSHM_SLOT_DATA)
#define FSHM_MESSAGE ((size_t)FSHM_SLOT_DATA * 73) /* 4088: two of them and more fit in a ring */

typedef struct fshm_outlet { /* a sender's */
    fshm_ring *ring;         /* NULL until first use */
    uint32_t position;       /* of the next slot */
    uint32_t taken;          /* as last seen */
} fshm_outlet;

typedef struct fshm_inlet { /* a receiver's */
    fshm_ring *ring;
    uint32_t position;
    uint32_t told;  /* the taken that was last published */
    uint32_t hints; /* since it last lost its place */
    bool polled;
    bool broken; /* what stands there was not written by this code: nothing more is taken from it */
} fshm_inlet;

/* False when there is no room; then the ring is marked full. nbytes is at most FSHM_MESSAGE. */
bool fshm_ring_send(fshm_outlet *outlet, const void *bytes, size_t nbytes);
/* Copies the next message into bytes (FSHM_MESSAGE bytes): its size, 0 when there is none, or SIZE_MAX when the ring is
 * found damaged. *told: room was published just now, so a sender may have to be roused. */
size_t fshm_ring_take(fshm_inlet *inlet, unsigned char *bytes, bool *told);
/* Is there a message (or damage) at the receiver's position? */
static inline bool fshm_ring_ready(const fshm_inlet *inlet)
{
    uint64_t flag = atomic_load_explicit(&inlet->ring->slots[inlet->position % FSHM_NSLOTS].flag, memory_order_acquire);
    return (uint32_t)(flag >> 32) == inlet->position + 1;
}

#endif
