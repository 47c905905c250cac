/*
 * head.c - the head of the arena: filled in once, states and wake-ups afterwards. Called by whoever starts a job, by
 * boot's joins and leaves, by the launcher and by the transport. Must not know how the job was started.
 */
#include "boot/arena.h"
#include "base/error.h"
#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char head_magic[8] = "furrow1";

furrow_err fboot_head_init(fboot_head *head, int nprocs)
{
    size_t done = 0;
    while (done < sizeof head->key) {
        ssize_t n = getrandom(head->key + done, sizeof head->key - done, 0);
        if (n < 0 && errno != EINTR) return fb_fail_errno(errno, "no random bytes for the job's key");
        if (n > 0) done += (size_t)n;
    }
    head->nprocs = (uint32_t)nprocs;
    head->head_nbytes = (uint32_t)FBOOT_HEAD_NBYTES(nprocs);
    memcpy(head->magic, head_magic, sizeof head_magic);
    return FURROW_OK;
}

/*
 * Rouser: publishes its news, adds to wake, reads sleeping. Sleeper: stores sleeping, reads wake, looks for news, waits
 * on the value of wake it read. The addition and the load here, the store and the load there are sequentially
 * consistent, so one of the two sees the other: either sleeping reads not 0 and the futex is woken, or the addition
 * came before the sleeper's store of sleeping. Then the sleeper's read of wake either sees the addition, and with it
 * (release to acquire) the news, or is older than it, and the futex refuses to wait on an outdated value.
 */
void fboot_rouse(fboot_head *head, int pid)
{
    fboot_line *line = &head->lines[pid - 1];
    atomic_fetch_add_explicit(&line->wake, 1, memory_order_seq_cst);
    if (!atomic_load_explicit(&line->sleeping, memory_order_seq_cst)) return;
    int saved = errno;
    syscall(SYS_futex, &line->wake, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    errno = saved;
}

/*
 * Order: status, then state (release: who reads the state with acquire sees the status), then epoch (release: who sees
 * it moved sees the state), then the wake-ups, each of which carries all of it to a sleeper. Only the pid itself and,
 * when that process has ended, the launcher call this for a pid; so no two calls for one pid meet.
 */
void fboot_state_set(fboot_head *head, int pid, fboot_state state, int status)
{
    fboot_line *line = &head->lines[pid - 1];
    atomic_store_explicit(&line->status, status, memory_order_relaxed);
    atomic_store_explicit(&line->state, (uint32_t)state, memory_order_release);
    atomic_fetch_add_explicit(&head->epoch, 1, memory_order_release);
    for (uint32_t p = 1; p <= head->nprocs; p++) fboot_rouse(head, (int)p);
}

/* The card is written before its length (release), and read after it (acquire). */
furrow_err fboot_card_set(const fboot *boot, const void *card, size_t nbytes)
{
    fboot_line *line = &boot->head->lines[boot->pid - 1];
    if (nbytes == 0 || nbytes > sizeof line->card)
        return fb_fail(FURROW_ERR_INTERNAL, "an address of %zu bytes, at most %zu are possible", nbytes,
                       sizeof line->card);
    memcpy(line->card, card, nbytes);
    atomic_store_explicit(&line->card_nbytes, (uint32_t)nbytes, memory_order_release);
    return FURROW_OK;
}

const void *fboot_card(const fboot *boot, int pid, size_t *nbytes)
{
    fboot_line *line = &boot->head->lines[pid - 1];
    uint32_t n = atomic_load_explicit(&line->card_nbytes, memory_order_acquire);
    if (n == 0 || n > sizeof line->card) return NULL;
    *nbytes = n;
    return line->card;
}

bool fboot_all_near(const fboot *boot, int pid)
{
    (void)boot, (void)pid;
    return true;
}

bool fboot_all_alone(const fboot *boot)
{
    (void)boot;
    return true;
}

int fboot_all_lead(const fboot *boot, int pid)
{
    (void)boot, (void)pid;
    return 1;
}

const char *fboot_own_host(const fboot *boot, int pid)
{
    (void)boot, (void)pid;
    return NULL;
}

void fboot_departed_known(const fboot *boot, int pid, fboot_state state, int status)
{
    (void)boot, (void)pid, (void)state, (void)status;
}
