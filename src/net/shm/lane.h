/*
 * lane.h - notifications from one pid to another without an atomic addition: a queue of ids with one writer and one
 * reader. A pid has a few lanes, taken by those who notify it often; everybody else, and who finds its lane full, adds
 * to the counters. Only src/net/shm.
 */
#ifndef FSHM_LANE_H
#define FSHM_LANE_H

#include "net/shm/arena.h"

typedef struct fshm_lane_out { /* a sender's, per target */
    fshm_lane *lane;           /* NULL while it has none */
    uint32_t position;         /* of the next slot */
    uint32_t taken;            /* as last seen */
    uint32_t tries;            /* notifications before a lane was asked for; LANELESS: all were taken */
} fshm_lane_out;

typedef struct fshm_lane_in { /* the receiver's, per lane */
    uint32_t position;
} fshm_lane_in;

/* Adds one to id at the pid whose block this is; what the caller stored before is seen by whoever takes it. False when
 * it has to be added to the counters instead. */
bool fshm_lane_put(fshm_lane_out *out, fshm_block *block, uint32_t id);
/* Adds what has come to counts; whether anything has. */
bool fshm_lanes_take(fshm_lane_in *in, fshm_block *block, uint64_t *counts);

#endif
