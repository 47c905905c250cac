/*
 * local.c - boot of a process that furrow run started: arena and pid come from the ticket in the environment. The
 * descriptors stay inheritable up to here, so that wrappers (sh -c, libtool, gdb) may stand in between; from here on
 * they are not, so that programs this process starts are strangers to the job.
 */
#include "boot/arena.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool local_probe(void)
{
    const char *text = getenv(FBOOT_VARIABLE);
    return text && *text;
}

/*
 * Compare-and-swap makes one process the pid, whoever else holds the ticket. It is the only transition out of EXPECTED
 * that two living processes can attempt at once.
 */
static furrow_err claim_pid(fboot_head *head, int pid)
{
    static const char *const why[] = {"is being started", "was taken by another process", "has left the job",
                                      "has died"};
    fboot_line *line = &head->lines[pid - 1];
    uint32_t was = FBOOT_EXPECTED;
    if (atomic_compare_exchange_strong_explicit(&line->state, &was, FBOOT_JOINED, memory_order_acq_rel,
                                                memory_order_acquire)) {
        atomic_store_explicit(&line->native, (int32_t)getpid(), memory_order_release);
        fboot_state_set(head, pid, FBOOT_JOINED, 0);
        return FURROW_OK;
    }
    furrow_err err = fb_fail(FURROW_ERR_BUSY, "pid %d %s; only one process can be it, once", pid,
                             was <= FBOOT_DEAD ? why[was] : "is in no known state");
    fb_fail_pid(pid);
    fb_fail_advice("Unset " FBOOT_VARIABLE " for programs that are not to be this pid.");
    return err;
}

/*
 * Says to the launcher who joined, so that it can watch a process that is not its own child. A launcher that has gone
 * has closed its end. What does not fit in the queue need not: the launcher looks at all pids whenever it reads it, and
 * native was stored before.
 */
static furrow_err tell_launcher(const fboot_ticket *ticket)
{
    int32_t pid = ticket->pid;
    ssize_t n;
    do n = send(ticket->notice_fd, &pid, sizeof pid, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0 || errno == EAGAIN || errno == ENOBUFS) return FURROW_OK;
    return fb_fail(FURROW_ERR_CLOSED, "the launcher of this job has ended");
}

static furrow_err local_join(fboot *boot)
{
    fboot_ticket ticket;
    fboot_head *head = NULL;
    furrow_err err = fboot_ticket_parse(getenv(FBOOT_VARIABLE), &ticket);
    if (!err) err = fboot_ticket_check(&ticket);
    if (!err) err = fboot_arena_map(ticket.arena_fd, &head);
    if (err) return err;
    if (ticket.pid > (int)head->nprocs) {
        err = fb_fail(FURROW_ERR_FORMAT, FBOOT_VARIABLE " says pid %d, the job has %u", ticket.pid, head->nprocs);
        goto unmap;
    }
    err = claim_pid(head, ticket.pid);
    if (err) goto unmap;
    /*
     * Dies with whoever started it, so that a chain run -> sh -> program falls together. If the parent is gone already
     * this process hangs on the launcher, which collects such orphans; if that is gone too, the next call says so.
     */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    err = tell_launcher(&ticket);
    if (err) goto unmap;
    fcntl(ticket.arena_fd, F_SETFD, FD_CLOEXEC);
    fcntl(ticket.notice_fd, F_SETFD, FD_CLOEXEC);
    *boot = (fboot){.ops = &fboot_local,
                    .pid = ticket.pid,
                    .nprocs = (int)head->nprocs,
                    .arena_fd = ticket.arena_fd,
                    .head = head,
                    .priv = (void *)(intptr_t)ticket.notice_fd};
    return FURROW_OK;
unmap:
    fboot_arena_unmap(head);
    return err;
}

static void local_leave(fboot *boot)
{
    fboot_state_set(boot->head, boot->pid, FBOOT_LEFT, 0);
    fboot_arena_unmap(boot->head);
    close(boot->arena_fd);
    close((int)(intptr_t)boot->priv);
    *boot = (fboot){.arena_fd = -1};
}

const fboot_ops fboot_local = {.name = "local",
                               .probe = local_probe,
                               .join = local_join,
                               .leave = local_leave,
                               .near = fboot_all_near,
                               .alone = fboot_all_alone,
                               .lead = fboot_all_lead,
                               .host = fboot_own_host,
                               .card_set = fboot_card_set,
                               .card = fboot_card,
                               .departed = fboot_departed_known};
