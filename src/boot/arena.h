/*
 * arena.h - making and checking the memory of a job: shared by self.c, local.c and the launcher. Nobody outside this
 * room includes it.
 */
#ifndef FBOOT_ARENA_H
#define FBOOT_ARENA_H

#include "boot/boot.h"
#include <sys/types.h>

#define FBOOT_MAX_NPROCS 1024

/* A nameless arena for nprocs pids (close-on-exec, can never shrink), its head filled in and mapped. SYSTEM. */
FURROW_MUST_CHECK furrow_err fboot_arena_make(int nprocs, int *fd, fboot_head **head);
/* Maps the head of an arena somebody else made, after checking everything about it. FORMAT, SYSTEM. */
FURROW_MUST_CHECK furrow_err fboot_arena_map(int fd, fboot_head **head);
void fboot_arena_unmap(fboot_head *head);

/*
 * What a process started by the launcher inherits, as told by the environment variable FURROW_BOOT: the arena, a
 * socket on which it says that it has joined, its pid, and the arena's identity, by which a descriptor that was closed
 * and used again for something else is recognised.
 */
#define FBOOT_VARIABLE       "FURROW_BOOT"
#define FBOOT_VARIABLE_CHARS 96
typedef struct fboot_ticket {
    int arena_fd;
    int notice_fd;
    int pid;
    dev_t device;
    ino_t inode;
} fboot_ticket;
void fboot_ticket_print(const fboot_ticket *ticket, char text[FBOOT_VARIABLE_CHARS]);
/* FORMAT when text is not what print writes. */
FURROW_MUST_CHECK furrow_err fboot_ticket_parse(const char *text, fboot_ticket *ticket);
/* FORMAT when the descriptor is not the ticket's arena (closed, or used again for something else). */
FURROW_MUST_CHECK furrow_err fboot_ticket_check(const fboot_ticket *ticket);

#endif
