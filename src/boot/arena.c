/*
 * arena.c - the job's memory before the transport takes it over: a memfd (no name, no space in /dev/shm), and the
 * ticket by which a started process finds it. Nothing that a ticket or an arena says is believed unchecked.
 */
#include "boot/arena.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A head can be mapped safely only if nobody can cut the file short under the mapping. */
#define ARENA_SEALS F_SEAL_SHRINK

static furrow_err map_head(int fd, size_t nbytes, fboot_head **head)
{
    void *at = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) return fb_fail_errno(errno, "the job's memory cannot be mapped (%zu bytes)", nbytes);
    *head = at;
    return FURROW_OK;
}

furrow_err fboot_arena_make(int nprocs, int *fd, fboot_head **head)
{
    size_t nbytes = FBOOT_HEAD_NBYTES(nprocs);
    fboot_head *mapped = NULL;
    furrow_err err;
    int made = memfd_create("furrow", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made < 0) return fb_fail_errno(errno, "no memory file for the job");
    if (ftruncate(made, (off_t)nbytes) || fcntl(made, F_ADD_SEALS, ARENA_SEALS)) {
        err = fb_fail_errno(errno, "the job's memory cannot be made %zu bytes long", nbytes);
        goto close_fd;
    }
    err = map_head(made, nbytes, &mapped);
    if (err) goto close_fd;
    err = fboot_head_init(mapped, nprocs);
    if (err) goto unmap;
    *fd = made;
    *head = mapped;
    return FURROW_OK;
unmap:
    munmap(mapped, nbytes);
close_fd:
    close(made);
    return err;
}

static bool head_sound(const fboot_head *head, off_t file_nbytes)
{
    return !memcmp(head->magic, "furrow1", sizeof head->magic) && head->nprocs >= 1 &&
           head->nprocs <= FBOOT_MAX_NPROCS && head->head_nbytes == FBOOT_HEAD_NBYTES(head->nprocs) &&
           file_nbytes >= (off_t)head->head_nbytes;
}

furrow_err fboot_arena_map(int fd, fboot_head **head)
{
    _Alignas(fboot_head) unsigned char copy[sizeof(fboot_head)];
    struct stat st;
    if (fstat(fd, &st)) return fb_fail_errno(errno, "the job's memory cannot be looked at");
    int seals = fcntl(fd, F_GET_SEALS);
    if (!S_ISREG(st.st_mode) || seals < 0 || (seals & ARENA_SEALS) != ARENA_SEALS)
        return fb_fail(FURROW_ERR_FORMAT, "descriptor %d is not a job's memory: it could be cut short", fd);
    if (pread(fd, copy, sizeof copy, 0) != (ssize_t)sizeof copy || !head_sound((const fboot_head *)copy, st.st_size))
        return fb_fail(FURROW_ERR_FORMAT, "descriptor %d does not begin with the head of a job of this version", fd);
    return map_head(fd, ((const fboot_head *)copy)->head_nbytes, head);
}

void fboot_arena_unmap(fboot_head *head)
{
    if (head) munmap(head, head->head_nbytes);
}

void fboot_ticket_print(const fboot_ticket *ticket, char text[FBOOT_VARIABLE_CHARS])
{
    snprintf(text, FBOOT_VARIABLE_CHARS, "1:%d:%d:%d:%" PRIx64 ":%" PRIx64, ticket->arena_fd, ticket->notice_fd,
             ticket->pid, (uint64_t)ticket->device, (uint64_t)ticket->inode);
}

/* Takes a number from *at, up to the next colon (or the end, for the last). False when there is none within range. */
static bool take_number(const char **at, int base, uint64_t max, bool last, uint64_t *number)
{
    char *end;
    unsigned char first = (unsigned char)**at;
    bool digit = (first >= '0' && first <= '9') || (base == 16 && first >= 'a' && first <= 'f');
    if (!digit) return false;
    errno = 0;
    unsigned long long v = strtoull(*at, &end, base);
    if (errno || v > max || *end != (last ? '\0' : ':')) return false;
    *at = last ? end : end + 1;
    *number = v;
    return true;
}

furrow_err fboot_ticket_parse(const char *text, fboot_ticket *ticket)
{
    uint64_t version, arena, notice, pid, device, inode;
    const char *at = text;
    if (!take_number(&at, 10, 1, false, &version) || version != 1 || !take_number(&at, 10, INT_MAX, false, &arena) ||
        !take_number(&at, 10, INT_MAX, false, &notice) || !take_number(&at, 10, FBOOT_MAX_NPROCS, false, &pid) ||
        pid < 1 || !take_number(&at, 16, UINT64_MAX, false, &device) ||
        !take_number(&at, 16, UINT64_MAX, true, &inode)) {
        furrow_err err = fb_fail(FURROW_ERR_FORMAT, FBOOT_VARIABLE " is damaged: \"%.60s\"", text);
        fb_fail_symbol(FBOOT_VARIABLE);
        fb_fail_advice("Unset " FBOOT_VARIABLE "; furrow run sets it for the processes it starts.");
        return err;
    }
    *ticket = (fboot_ticket){.arena_fd = (int)arena,
                             .notice_fd = (int)notice,
                             .pid = (int)pid,
                             .device = (dev_t)device,
                             .inode = (ino_t)inode};
    return FURROW_OK;
}

furrow_err fboot_ticket_check(const fboot_ticket *ticket)
{
    struct stat st, notice;
    if (!fstat(ticket->arena_fd, &st) && st.st_dev == ticket->device && st.st_ino == ticket->inode &&
        !fstat(ticket->notice_fd, &notice) && S_ISSOCK(notice.st_mode))
        return FURROW_OK;
    furrow_err err = fb_fail(
        FURROW_ERR_FORMAT, FBOOT_VARIABLE " says this is pid %d of a job, but the job's descriptors are not open here",
        ticket->pid);
    fb_fail_symbol(FBOOT_VARIABLE);
    fb_fail_advice("A process of the job that had joined, or a wrapper that closes descriptors, started this one. "
                   "Unset " FBOOT_VARIABLE " to run alone.");
    return err;
}
