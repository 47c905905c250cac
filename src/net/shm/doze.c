/*
 * doze.c - sleeping on boot's wake word. Called by shm.c.
 *
 * The sleeper stores `sleeping` (or clears `polled`), then looks at the data; a sender stores the data, then looks at
 * `sleeping` (`polled`). One of them must see the other, which plain stores and loads do not give. The sleeper runs
 * membarrier, which makes every processor that runs a registered process execute a full fence between the sender's store
 * and load, wherever it stands; so the sender needs none. Where membarrier is refused, `fences` is set for good and both
 * sides fence. A sender may have read `fences` just before: so the pid that sets it keeps its sleeps short for a while.
 * Once the sender has seen `sleeping`, it moves the wake word; the sleeper read that word before it looked at the data
 * for the last time, so the futex either refuses to sleep or is woken.
 */
#include "net/shm/doze.h"
#include "base/clock.h"
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SHORT_NS      1000000
#define SHORT_SPAN_NS 100000000

void fshm_doze_open(fshm_doze *d, fboot_head *head, fshm_head *arena, int pid)
{
    *d = (fshm_doze){.head = head, .line = &head->lines[pid - 1], .arena = arena};
    long can = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    d->membarrier = can > 0 && (can & MEMBARRIER_CMD_GLOBAL_EXPEDITED) &&
                    syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0) == 0;
    if (d->membarrier) return;
    atomic_store(&arena->fences, 1);
    d->short_until_ns = fb_now_ns() + SHORT_SPAN_NS;
}

void fshm_doze_heavy(const fshm_doze *d)
{
    atomic_thread_fence(memory_order_seq_cst);
    if (d->membarrier) syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0);
}

uint32_t fshm_doze_arm(fshm_doze *d)
{
    atomic_fetch_add(&d->line->sleeping, 1);
    fshm_doze_heavy(d);
    return atomic_load_explicit(&d->line->wake, memory_order_acquire);
}

void fshm_doze_disarm(fshm_doze *d)
{
    atomic_fetch_sub(&d->line->sleeping, 1);
}

void fshm_doze_sleep(fshm_doze *d, uint32_t ticket, int64_t deadline_ns)
{
    if (d->short_until_ns) {
        int64_t now = fb_now_ns();
        if (now >= d->short_until_ns)
            d->short_until_ns = 0;
        else if (deadline_ns > now + SHORT_NS)
            deadline_ns = now + SHORT_NS;
    }
    struct timespec at = {.tv_sec = deadline_ns / 1000000000, .tv_nsec = deadline_ns % 1000000000};
    if (deadline_ns > 0)
        syscall(SYS_futex, &d->line->wake, FUTEX_WAIT_BITSET, ticket, deadline_ns == FB_NEVER ? NULL : &at, NULL,
                FUTEX_BITSET_MATCH_ANY);
    fshm_doze_disarm(d);
}
