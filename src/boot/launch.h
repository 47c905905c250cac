/*
 * launch.h - starting a job on this host. The caller's process forks a guard, the guard a keeper, and the keeper starts
 * the pids: whichever two of the three are killed, one is left to end every process of the job. keeper.c says more.
 */
#ifndef FBOOT_LAUNCH_H
#define FBOOT_LAUNCH_H

#include <furrow/launch.h>
#include "boot/boot.h"
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

/* furrow_launch, with the cores of each pid already chosen: places[pid - 1], or NULL to leave them where they are. */
FURROW_MUST_CHECK furrow_err fboot_launch(const furrow_launch_opts *opts, const cpu_set_t *places, int *status);

/* --- within this room --------------------------------------------------------------------------------------------- */

/* What to start, settled before anything is. */
typedef struct fboot_plan {
    const furrow_launch_opts *opts;
    const cpu_set_t *places;
    char *path;            /* of argv[0] */
    char *controller_path; /* of controller_argv[0], or NULL */
    sigset_t mask;         /* the caller's, for the started programs */
    struct rlimit files;   /* likewise */
} fboot_plan;

static inline const char *const *fboot_plan_argv(const fboot_plan *plan, int pid)
{
    return pid == 1 && plan->controller_path ? plan->opts->controller_argv : plan->opts->argv;
}

/* program.c: where the program is: a new string. On failure *status is what a shell would exit with (127, 126), and the
 * code is ARG. */
FURROW_MUST_CHECK furrow_err fboot_program_find(const char *name, char **path, int *status);

/* spawn.c: one process of the job. */
typedef struct fboot_child {
    pid_t native;
    bool ended;
    bool group;   /* leads a process group of its own */
    int watch_fd; /* pidfd of a process that joined as this pid and is no child of ours; -1 */
} fboot_child;
typedef struct fboot_spawn {
    const fboot_plan *plan;
    pid_t keeper;
    const char *ticket; /* FURROW_BOOT */
    int arena_fd;
    int notice_fd;
    int failure_fd; /* close-on-exec; a started process that cannot become its program writes an fboot_failure */
    int pid;
    int out_fd, err_fd; /* -1: the caller's own */
} fboot_spawn;
typedef struct fboot_failure {
    int pid;
    int native; /* errno */
} fboot_failure;
FURROW_MUST_CHECK furrow_err fboot_spawn_one(const fboot_spawn *what, fboot_child *child);

/* orphans.c: processes that hang on this one. list: their ids, *n of them, from malloc (NULL when it cannot be had). */
pid_t *fboot_orphans_list(size_t *n);
/* Kills and collects every child of this process but the spared ones. Gives up after two seconds. */
void fboot_orphans_end(const pid_t *spared, size_t nspared);

/* keeper.c: the keeper's whole life. control is its end of the socket to the caller's process: it sends its process
 * number first (pid_t), and its verdict when all is over. */
typedef struct fboot_verdict {
    furrow_err err;
    int status;
    furrow_error_info info;
} fboot_verdict;
_Noreturn void fboot_keeper_run(const fboot_plan *plan, int control);

/* guard.c: the guard's whole life, which begins with the keeper. */
_Noreturn void fboot_guard_run(const fboot_plan *plan, int control);

/* launch.c: the signals that end a job; SIGHUP is none when the caller was told to outlive its terminal (nohup). */
void fboot_ending_signals(sigset_t *set);

#endif
