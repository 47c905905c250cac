/*
 * output.h - the job's output: what the pids write, forwarded line by line to this process's stdout and stderr. Bounded
 * memory; never blocks. The keeper polls and calls; who reads slowly slows the pids down.
 */
#ifndef FBOOT_OUTPUT_H
#define FBOOT_OUTPUT_H

#include <furrow/err.h>
#include <poll.h>
#include <stdbool.h>

typedef struct fboot_output fboot_output;

FURROW_MUST_CHECK furrow_err fboot_output_open(int nprocs, bool tag, fboot_output **out);
void fboot_output_close(fboot_output *out);

/* Two pipes for pid: the ends to be given to it (close-on-exec). The caller closes them when it has started. */
FURROW_MUST_CHECK furrow_err fboot_output_add(fboot_output *out, int pid, int *out_fd, int *err_fd);

/* Entries that the poll set needs at most; fills in those wanted now and returns how many. */
size_t fboot_output_max_polls(const fboot_output *out);
size_t fboot_output_polls(fboot_output *out, struct pollfd *polls);
/* Reads and writes whatever can be without waiting. */
void fboot_output_progress(fboot_output *out);
/* No pid can write any more: takes what is left in the pipes as all there is. */
void fboot_output_finish(fboot_output *out);
/* Nothing is left to be written. */
bool fboot_output_drained(const fboot_output *out);
/* Something could not be written (a closed stdout, a full disk). */
bool fboot_output_lost(const fboot_output *out);

/* One line of the launcher's own on stderr, after "furrow: ". */
void fboot_output_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
