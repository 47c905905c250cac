/*
 * lane.c - puts ids into lanes and takes them out. Called by shm.c, one thread a side.
 *
 * Order: the sender stores the data, then the slot (release); the receiver sees the slot (acquire), then the data. It
 * publishes `taken` (release) when a quarter of the lane has been read; the sender sees it (acquire) before it writes
 * those slots again. A lane is claimed by a full fence before its first slot is written: the receiver, which looks at
 * `nlanes` first, may miss both for a moment, but not on its last look before it sleeps (doze.c).
 * Why not only counters: their line goes back and forth with every addition, and the sender waits for it. A slot is a
 * plain store, which leaves the processor whenever the line comes.
 */
#include "net/shm/lane.h"

#define CLAIM_AFTER 16 /* notifications: lanes are for those who notify often */
#define LANELESS    UINT32_MAX

_Static_assert((FSHM_LANE_SLOTS & (FSHM_LANE_SLOTS - 1)) == 0, "positions wrap at a multiple of the slots");

static bool claim(fshm_lane_out *o, fshm_block *block)
{
    if (o->tries == LANELESS) return false;
    if (o->tries < CLAIM_AFTER) {
        o->tries++;
        return false;
    }
    o->tries = LANELESS;
    if (atomic_load_explicit(&block->nlanes, memory_order_relaxed) >= FSHM_NLANES) return false;
    uint32_t k = atomic_fetch_add(&block->nlanes, 1);
    if (k >= FSHM_NLANES) return false;
    o->lane = &block->lanes[k];
    return true;
}

static bool has_room(fshm_lane_out *o)
{
    if (__builtin_expect(o->position - o->taken < FSHM_LANE_SLOTS, 1)) return true;
    uint32_t taken = atomic_load_explicit(&o->lane->taken, memory_order_acquire);
    if (o->position - taken > FSHM_LANE_SLOTS) return false; /* not a position this receiver can have reached */
    o->taken = taken;
    return o->position - taken < FSHM_LANE_SLOTS;
}

bool fshm_lane_put(fshm_lane_out *o, fshm_block *block, uint32_t id)
{
    if (__builtin_expect(!o->lane, 0) && !claim(o, block)) return false;
    if (!has_room(o)) return false;
    atomic_store_explicit(&o->lane->slots[o->position % FSHM_LANE_SLOTS], (uint64_t)(o->position + 1) << 32 | id,
                          memory_order_release);
    o->position++;
    return true;
}

/* At most a lane's length at once: who takes wants to come back. Ids come from outside. */
static bool take(fshm_lane_in *in, fshm_lane *lane, uint64_t *counts)
{
    uint32_t first = in->position;
    while (in->position - first < FSHM_LANE_SLOTS) {
        uint64_t word = atomic_load_explicit(&lane->slots[in->position % FSHM_LANE_SLOTS], memory_order_acquire);
        if ((uint32_t)(word >> 32) != in->position + 1) break;
        counts[(uint32_t)word % FURROW_NOTIFY_IDS]++;
        in->position++;
        if (in->position % (FSHM_LANE_SLOTS / 4) == 0)
            atomic_store_explicit(&lane->taken, in->position, memory_order_release);
    }
    return in->position != first;
}

bool fshm_lanes_take(fshm_lane_in *in, fshm_block *block, uint64_t *counts)
{
    uint32_t n = atomic_load_explicit(&block->nlanes, memory_order_acquire);
    bool any = false;
    for (uint32_t k = 0; k < n && k < FSHM_NLANES; k++) any |= take(&in[k], &block->lanes[k], counts);
    return any;
}
