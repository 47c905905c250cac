/*
 * self.c - boot of a process that nobody started as part of a job: it is a job of one, pid 1, in its own arena.
 */
#include "boot/arena.h"
#include "base/error.h"
#include <unistd.h>

static bool self_probe(void)
{
    return true;
}

static furrow_err self_join(fboot *boot)
{
    int fd;
    fboot_head *head;
    furrow_err err = fboot_arena_make(1, &fd, &head);
    if (err) return err;
    atomic_store_explicit(&head->lines[0].native, (int32_t)getpid(), memory_order_relaxed);
    fboot_state_set(head, 1, FBOOT_JOINED, 0);
    *boot = (fboot){.ops = &fboot_self, .pid = 1, .nprocs = 1, .arena_fd = fd, .head = head};
    return FURROW_OK;
}

static void self_leave(fboot *boot)
{
    fboot_state_set(boot->head, boot->pid, FBOOT_LEFT, 0);
    fboot_arena_unmap(boot->head);
    close(boot->arena_fd);
    *boot = (fboot){.arena_fd = -1};
}

const fboot_ops fboot_self = {.name = "self",
                              .probe = self_probe,
                              .join = self_join,
                              .leave = self_leave,
                              .near = fboot_all_near,
                              .alone = fboot_all_alone,
                              .lead = fboot_all_lead,
                              .host = fboot_own_host,
                              .card_set = fboot_card_set,
                              .card = fboot_card,
                              .departed = fboot_departed_known};
