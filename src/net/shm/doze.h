/*
 * doze.h - how a pid goes to sleep and is roused, without a fence on the sender's path. Only src/net/shm.
 */
#ifndef FSHM_DOZE_H
#define FSHM_DOZE_H

#include "net/shm/arena.h"

typedef struct fshm_doze {
    fboot_head *head;
    fboot_line *line; /* this pid's */
    fshm_head *arena;
    bool membarrier;        /* this process may use it */
    int64_t short_until_ns; /* without it, sleeps are kept short until then (see doze.c) */
} fshm_doze;

void fshm_doze_open(fshm_doze *doze, fboot_head *head, fshm_head *arena, int pid);
uint32_t fshm_doze_arm(fshm_doze *doze);
void fshm_doze_disarm(fshm_doze *doze);
void fshm_doze_sleep(fshm_doze *doze, uint32_t ticket, int64_t deadline_ns);
/* The heavy side of the pair: between what this pid has just stored and what it is about to load. */
void fshm_doze_heavy(const fshm_doze *doze);
/* The light side: between what a sender has just published and its look at this pid's flags. */
static inline void fshm_doze_light(const fshm_doze *doze)
{
    atomic_signal_fence(memory_order_seq_cst);
    if (__builtin_expect(atomic_load_explicit(&doze->arena->fences, memory_order_relaxed), 0))
        atomic_thread_fence(memory_order_seq_cst);
}
/* After the light side: rouses the pid when it sleeps. */
static inline void fshm_doze_rouse(const fshm_doze *doze, int pid)
{
    if (__builtin_expect(atomic_load_explicit(&doze->head->lines[pid - 1].sleeping, memory_order_relaxed), 0))
        fboot_rouse(doze->head, pid);
}

#endif
