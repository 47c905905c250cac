/*
 * arena.h - the one shared memory of a host's job, as the shared-memory transport lays it out behind boot's head:
 * [boot's head][fshm_head][process blocks][rings, receiver-major][common memory][heaps of one stride]. Everything is
 * at offsets that all pids compute alike; nothing takes memory before it is touched. Only src/net/shm includes it.
 */
#ifndef FSHM_ARENA_H
#define FSHM_ARENA_H

#include "net/net.h"

#define FSHM_PAGE       ((size_t)4096)
#define FSHM_HUGE       ((size_t)2 << 20)
#define FSHM_MAX_NPROCS 1024

/* What all pids must agree on; the first comer decides. */
typedef struct fshm_head {
    _Alignas(64) _Atomic uint64_t heap_stride; /* 0 until decided */
    _Atomic uint32_t fences; /* 1: a pid cannot use membarrier, so senders fence before they look at flags */
} fshm_head;

/* Notifications of the one sender that claimed it: a slot is position + 1 in the upper half, the id in the lower. */
#define FSHM_NLANES     8
#define FSHM_LANE_SLOTS 128
typedef struct fshm_lane {
    _Alignas(64) _Atomic uint32_t taken; /* receiver: slots before this position may be written again */
    _Alignas(64) _Atomic uint64_t slots[FSHM_LANE_SLOTS];
} fshm_lane;

/* What others touch at a pid. hinted has bit w set when hints[w] may have any; hints name the senders whose rings the
 * pid does not poll on its own. */
typedef struct fshm_block {
    _Alignas(64) _Atomic uint64_t hinted;
    _Atomic uint64_t hints[FSHM_MAX_NPROCS / 64];
    _Alignas(64) _Atomic uint32_t nlanes; /* claimed; more than there are when many asked at once */
    _Alignas(64) _Atomic uint64_t notifications[FURROW_NOTIFY_IDS];
    fshm_lane lanes[FSHM_NLANES];
} fshm_block;

/* A slot is a cache line whose first word is its flag: position + 1 in the upper half, bytes of the message that
 * begins here in the lower half (0: it goes on). */
#define FSHM_SLOT_DATA 56
typedef struct fshm_slot {
    _Alignas(64) _Atomic uint64_t flag;
    unsigned char data[FSHM_SLOT_DATA];
} fshm_slot;

#define FSHM_NSLOTS 256
typedef struct fshm_ring {
    _Alignas(64) _Atomic uint32_t taken;  /* receiver: slots before this position may be written again */
    _Alignas(64) _Atomic uint32_t polled; /* receiver: 1 while it looks at this ring on its own */
    _Alignas(64) _Atomic uint32_t full;   /* sender: 1 while it waits for room; the receiver clears it and rouses */
    _Alignas(64) fshm_slot slots[FSHM_NSLOTS];
} fshm_ring;
#define FSHM_RING_STRIDE ((sizeof(fshm_ring) + FSHM_PAGE - 1) & ~(FSHM_PAGE - 1))

typedef struct fshm_arena {
    char *base;
    size_t nbytes;
    int fd;
    int nprocs;
    size_t at_head, at_blocks, at_rings, at_common, at_heaps;
    size_t block_stride, common_nbytes, heap_stride;
} fshm_arena;

/* Lengthens the arena behind fd when nobody has yet, and maps all of it. heap_nbytes is the heap this pid would like;
 * the stride in force is arena->heap_stride. NOMEM or SYSTEM with what stands in the way. */
FURROW_MUST_CHECK furrow_err fshm_arena_open(fshm_arena *arena, int fd, int nprocs, uint64_t heap_nbytes);
void fshm_arena_close(fshm_arena *arena);
/* Gives the pages of a range back, as far as the system takes them; all of it is zero afterwards. */
void fshm_arena_punch(const fshm_arena *arena, void *at, size_t nbytes);

static inline fshm_head *fshm_arena_head(const fshm_arena *a)
{
    return (fshm_head *)(void *)(a->base + a->at_head);
}
static inline fshm_block *fshm_arena_block(const fshm_arena *a, int pid)
{
    return (fshm_block *)(void *)(a->base + a->at_blocks + (size_t)(pid - 1) * a->block_stride);
}
/* The ring by which from sends to to. */
static inline fshm_ring *fshm_arena_ring(const fshm_arena *a, int to, int from)
{
    size_t index = (size_t)(to - 1) * (size_t)a->nprocs + (size_t)(from - 1);
    return (fshm_ring *)(void *)(a->base + a->at_rings + index * FSHM_RING_STRIDE);
}
static inline char *fshm_arena_heap(const fshm_arena *a, int pid)
{
    return a->base + a->at_heaps + (size_t)(pid - 1) * a->heap_stride;
}

#endif
