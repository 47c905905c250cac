/*
 * gather.h - the half of a barrier that is between hosts: each tells pid 1 when all of it have arrived, and pid 1 tells
 * all when the last one has. barrier.c calls it, and is told what came of it.
 */
#ifndef FJ_GATHER_H
#define FJ_GATHER_H

#include "job/parts.h"

typedef enum fj_word {
    FJ_ARRIVED = 0,
    FJ_WITHDRAWN = 1,
    FJ_ASKING = 2, /* who has not come? */
    FJ_PASSED = 3,
    FJ_BROKEN = 4,
    FJ_MISSING = 5,
    FJ_WHO = 6 /* from pid 1, to a host that has not come: who of you? */
} fj_word;

FURROW_MUST_CHECK furrow_err fj_gather_open(furrow_job *job);
void fj_gather_close(furrow_job *job);
/* To pid 1: the nlocal pids of the host known as speaker have arrived in that round, or do so no longer, or ask. */
void fj_gather_say(furrow_job *job, fj_word word, uint32_t round, int speaker, uint32_t nlocal);

/* barrier.c: the round is over on all hosts. / It cannot be completed: a pid is gone. */
void fj_barrier_passed(furrow_job *job, uint32_t round);
void fj_barrier_broken(furrow_job *job, uint32_t round);
/* Pid 1 says who has not come: that pid, or (not exact) somebody of its host. */
void fj_barrier_missing(furrow_job *job, uint32_t round, int pid, bool exact);
/* The lowest pid of this host that has not come in that round, or has come and withdrawn; 0: none. */
int fj_barrier_absent(furrow_job *job, uint32_t round);

#endif
