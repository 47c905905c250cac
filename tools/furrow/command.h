/*
 * command.h - what the subcommands of furrow share: their table, usage, and how errors are told. Everything else they
 * do through the public headers, as any program would.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <furrow/furrow.h>
#include <furrow/launch.h>

typedef struct command {
    const char *name;
    const char *usage;                 /* after "furrow " */
    const char *about;                 /* one line */
    const char *help;                  /* the rest of --help */
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand's name; returns the exit status */
} command;

extern const command command_run, command_shell, command_worker, command_info, command_perf;

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* Says what is wrong with the arguments and how they should be: STATUS_USAGE. */
int command_misused(const command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The help of a command on stdout: 0. */
int command_help(const command *c);
/* The end of what is said on stdout: 0, or STATUS_FAILED when it did not arrive, which is then told. */
int command_said(void);
/* Tells the last error of the library on stderr: where (may be NULL), what, place, advice. STATUS_FAILED. */
int command_failed(const char *where);

/* Reads the number of pids. False when it is none. */
bool command_nprocs(const char *text, int *nprocs);
/* How many cores this process may use. */
int command_ncores(void);
/* Where this program is, for starting it again: static. / Was this process started as one of a job? */
const char *command_own_path(void);
bool command_inside(void);
/* Writes everything in as few writes as the system allows, usually one. False when it cannot. */
bool command_write(int fd, const char *text, size_t nbytes);

#endif
