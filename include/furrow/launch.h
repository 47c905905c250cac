/*
 * furrow/launch.h - starting a job on this host; what `furrow run` and `furrow shell` are made of.
 */
#ifndef FURROW_LAUNCH_H
#define FURROW_LAUNCH_H

#include <furrow/err.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum furrow_bind_policy {
    FURROW_BIND_DEFAULT = 0,
    FURROW_BIND_NONE = 1,
    FURROW_BIND_CORE = 2, /* a core each, in turn */
    FURROW_BIND_NUMA = 3  /* a NUMA node each, in turn */
} furrow_bind_policy;

typedef struct furrow_launch_opts {
    size_t size;
    int nprocs; /* 1..FURROW_MAX_PROCS */
    furrow_bind_policy bind;
    bool tag;                 /* put "[pid] " before each line of output */
    bool controller_terminal; /* pid 1 keeps this process's stdin, stdout and stderr; the others' output is forwarded */
    const char *const *argv;  /* program and arguments, NULL at the end; found through PATH */
    const char *const *controller_argv; /* what pid 1 runs instead; NULL: the same */
} furrow_launch_opts;

#define FURROW_MAX_PROCS 1024

/*
 * Starts nprocs processes on this host as one job, forwards their output line by line, and returns when all have
 * ended. *status is 0, or the exit status of the first that failed (128 + signal number for a signal, 127 when the
 * program was not found). They die with this process. SIGINT, SIGTERM and SIGHUP are forwarded, and end the job within
 * a second; the handlers are put back before it returns. For single-threaded programs that do nothing else meanwhile:
 * it changes signal handlers and child reaping, which the rest of the library never does. Blocks.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_launch(const furrow_launch_opts *opts, int *status);

#ifdef __cplusplus
}
#endif
#endif
