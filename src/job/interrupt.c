/*
 * interrupt.c - furrow_interrupt: one word in the memory that all pids of a host share says who wants what it waits for
 * to stop. Evaluations look at it between slices of steps (host.c), waits between rounds (wait.c). Sets no handler.
 */
#include "job/eval.h"
#include "job/parts.h"
#include <stdlib.h>

/* The word: count << 32 | pid. An odd count: that pid's evaluations are to stop, here and at the others; it becomes even
 * again when the pid begins its next statement. Relaxed, all of it: no other memory is read because of what it says. */
static _Atomic uint64_t *word_of(furrow_job *job)
{
    fj_common *common = fj_common_of(job);
    return common ? &common->interrupt : NULL;
}

static bool wants(uint64_t word, int pid)
{
    return (word >> 32 & 1) && (uint32_t)word == (uint32_t)pid;
}

FURROW_API void furrow_interrupt(furrow_job *job)
{
    _Atomic uint64_t *word = job ? word_of(job) : NULL;
    if (!word) return;
    uint64_t was = atomic_load_explicit(word, memory_order_relaxed), now;
    do {
        uint64_t count = (was >> 32) + (was >> 32 & 1 ? 2 : 1);
        now = count << 32 | (uint32_t)job->pid;
    } while (!atomic_compare_exchange_weak_explicit(word, &was, now, memory_order_relaxed, memory_order_relaxed));
}

void fj_interrupt_end(furrow_job *job)
{
    _Atomic uint64_t *word = word_of(job);
    uint64_t was = word ? atomic_load_explicit(word, memory_order_relaxed) : 0;
    while (wants(was, job->pid) &&
           !atomic_compare_exchange_weak_explicit(word, &was, ((was >> 32) + 1) << 32 | (uint32_t)was,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

static furrow_err interrupted(int pid)
{
    furrow_err err = fb_fail(FURROW_ERR_INTERRUPTED, "interrupted by pid %d", pid);
    return err;
}

furrow_err fj_interrupt_check(furrow_job *job)
{
    _Atomic uint64_t *word = word_of(job);
    if (!word || !wants(atomic_load_explicit(word, memory_order_relaxed), job->pid)) return FURROW_OK;
    return interrupted(job->pid);
}

/* A request of asker may have been on its way when asker was interrupted. */
furrow_err fj_interrupt_serve(furrow_job *job, int asker)
{
    _Atomic uint64_t *word = word_of(job);
    job->service->asker = asker;
    job->service->interrupt = word ? atomic_load_explicit(word, memory_order_relaxed) : 0;
    return wants(job->service->interrupt, asker) ? interrupted(asker) : FURROW_OK;
}

furrow_err fj_interrupt_tick(furrow_job *job)
{
    int asker = job->service ? job->service->asker : 0;
    if (!asker) return fj_interrupt_check(job);
    _Atomic uint64_t *word = word_of(job);
    uint64_t now = word ? atomic_load_explicit(word, memory_order_relaxed) : 0;
    /* even by now: the asker has gone on to its next statement */
    return word && now != job->service->interrupt && (uint32_t)now == (uint32_t)asker ? interrupted(asker) : FURROW_OK;
}
