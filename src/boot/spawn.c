/*
 * spawn.c - starts one process of the job: fork, then everything a pid is given, then its program. Called by the keeper
 * alone, which has one thread.
 */
#include "boot/arena.h"
#include "boot/launch.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* pid 1 reads the caller's input, and to read a terminal it must be in the terminal's foreground group, ours. */
static bool in_our_group(const fboot_plan *plan, int pid)
{
    return pid == 1 && (plan->opts->controller_terminal || isatty(STDIN_FILENO));
}

static int give_descriptors(const fboot_spawn *what)
{
    if (what->pid != 1) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0) return -1;
    }
    if (what->out_fd >= 0 && dup2(what->out_fd, STDOUT_FILENO) < 0) return -1;
    if (what->err_fd >= 0 && dup2(what->err_fd, STDERR_FILENO) < 0) return -1;
    return fcntl(what->arena_fd, F_SETFD, 0) || fcntl(what->notice_fd, F_SETFD, 0) ? -1 : 0;
}

/* Ways of ending are the program's own again, even where a script's & had made us ignore them. */
static void give_signals(const fboot_plan *plan)
{
    sigset_t ending;
    fboot_ending_signals(&ending);
    for (int sig = 1; sig < NSIG; sig++)
        if (sigismember(&ending, sig) == 1) signal(sig, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &plan->mask, NULL);
}

/* The new process. It dies with the keeper; should that be gone before the request for it is made, it ends here. */
static _Noreturn void become_program(const fboot_spawn *what)
{
    const fboot_plan *plan = what->plan;
    fboot_failure failure = {.pid = what->pid};
    char *const *argv = (char *const *)(uintptr_t)fboot_plan_argv(plan, what->pid);
    const char *path = what->pid == 1 && plan->controller_path ? plan->controller_path : plan->path;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != what->keeper) _exit(128 + SIGKILL);
    if (!in_our_group(plan, what->pid)) setpgid(0, 0);
    if (give_descriptors(what) || setenv(FBOOT_VARIABLE, what->ticket, 1)) goto failed;
    if (plan->places && sched_setaffinity(0, sizeof *plan->places, &plan->places[what->pid - 1])) goto failed;
    setrlimit(RLIMIT_NOFILE, &plan->files);
    give_signals(plan);
    execvp(path, argv);
failed:
    failure.native = errno;
    if (write(what->failure_fd, &failure, sizeof failure) < 0) _exit(126); /* the status says it too */
    _exit(failure.native == ENOENT ? 127 : 126);
}

furrow_err fboot_spawn_one(const fboot_spawn *what, fboot_child *child)
{
    pid_t native = fork();
    if (native < 0) return fb_fail_errno(errno, "process %d of the job cannot be started", what->pid);
    if (native == 0) become_program(what);
    bool group = !in_our_group(what->plan, what->pid);
    if (group) setpgid(native, native); /* both sides do it: whoever is first */
    *child = (fboot_child){.native = native, .group = group, .watch_fd = -1};
    return FURROW_OK;
}
