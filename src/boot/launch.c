/*
 * launch.c - the caller's side of a launch: checks what is asked, starts the guard and with it the keeper, passes signals
 * on to that, waits for its verdict, and ends what is left should it have been killed. Puts all it changed back.
 */
#include "boot/launch.h"
#include "boot/arena.h"
#include "boot/output.h"
#include "base/clock.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Static_assert(FURROW_MAX_PROCS == FBOOT_MAX_NPROCS, "the launcher and the arena agree on the largest job");

#define KEEPER_GRACE_MS 3000 /* a keeper that was told to end and has not is stuck */

void fboot_ending_signals(sigset_t *set)
{
    struct sigaction act;
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGQUIT);
    if (sigaction(SIGHUP, NULL, &act) || act.sa_handler != SIG_IGN) sigaddset(set, SIGHUP);
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

/* Two pipes a pid, perhaps one to watch it by, and some for the launcher. */
static furrow_err make_room_for_descriptors(int nprocs)
{
    struct rlimit files;
    rlim_t need = 3 * (rlim_t)nprocs + 64;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= need) return FURROW_OK;
    if (files.rlim_max < need) {
        furrow_err err = fb_fail(FURROW_ERR_LIMIT, "a job of %d pids needs %llu descriptors, %llu are allowed", nprocs,
                                 (unsigned long long)need, (unsigned long long)files.rlim_max);
        fb_fail_advice("Raise the limit with ulimit -n, or start fewer pids.");
        return err;
    }
    files.rlim_cur = need;
    if (setrlimit(RLIMIT_NOFILE, &files)) return fb_fail_errno(errno, "the limit on descriptors cannot be raised");
    return FURROW_OK;
}

static furrow_err check_opts(const furrow_launch_opts *opts)
{
    if (opts->nprocs < 1 || opts->nprocs > FURROW_MAX_PROCS)
        return fb_fail(FURROW_ERR_ARG, "a job has 1 to %d pids, not %d", FURROW_MAX_PROCS, opts->nprocs);
    if (!opts->argv || !opts->argv[0]) return fb_fail(FURROW_ERR_ARG, "no program to run");
    if (opts->controller_argv && !opts->controller_argv[0])
        return fb_fail(FURROW_ERR_ARG, "no program for pid 1 to run");
    return FURROW_OK;
}

static furrow_err find_programs(const furrow_launch_opts *opts, fboot_plan *plan, int *status)
{
    furrow_err err = fboot_program_find(opts->argv[0], &plan->path, status);
    if (!err && opts->controller_argv)
        err = fboot_program_find(opts->controller_argv[0], &plan->controller_path, status);
    return err;
}

/* --- what is changed here and put back ---------------------------------------------------------------------------- */

typedef struct surroundings {
    sigset_t mask;
    struct sigaction child;
    struct rlimit files;
    int subreaper;
    bool reserved[3]; /* standard descriptors that were closed: nothing else may become them */
} surroundings;

static void enter(surroundings *was)
{
    sigset_t ending;
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    memset(was, 0, sizeof *was);
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0) was->reserved[fd] = open("/dev/null", O_RDONLY) == fd;
    fboot_ending_signals(&ending);
    sigprocmask(SIG_BLOCK, &ending, &was->mask);
    sigaction(SIGCHLD, &by_default, &was->child);
    getrlimit(RLIMIT_NOFILE, &was->files);
    prctl(PR_GET_CHILD_SUBREAPER, &was->subreaper);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void leave(const surroundings *was)
{
    prctl(PR_SET_CHILD_SUBREAPER, was->subreaper);
    setrlimit(RLIMIT_NOFILE, &was->files);
    sigaction(SIGCHLD, &was->child, NULL);
    sigprocmask(SIG_SETMASK, &was->mask, NULL);
    for (int fd = 0; fd < 3; fd++)
        if (was->reserved[fd]) close(fd);
}

/* --- waiting for the verdict -------------------------------------------------------------------------------------- */

typedef struct wait {
    pid_t guard;
    pid_t keeper;
    int keeper_fd; /* pidfd: its number may be another's once the guard has collected it */
    int control;
    int signals;
    bool prompt; /* pid 1 deals with the terminal's Ctrl-C itself */
    int signal;  /* passed on */
} wait_state;

static void pass_signals_on(wait_state *w)
{
    struct signalfd_siginfo info;
    while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        int sig = (int)info.ssi_signo;
        if (w->prompt && info.ssi_code == SI_KERNEL && (sig == SIGINT || sig == SIGQUIT)) continue;
        w->signal = sig;
        syscall(SYS_pidfd_send_signal, w->keeper_fd, sig, NULL, 0);
    }
}

/* False when the keeper ended without one. */
static bool await_verdict(wait_state *w, fboot_verdict *verdict)
{
    for (;;) {
        struct pollfd polls[2] = {{.fd = w->control, .events = POLLIN}, {.fd = w->signals, .events = POLLIN}};
        int n = poll(polls, 2, w->signal ? KEEPER_GRACE_MS : -1);
        if (n == 0) return false;
        if (n < 0) continue;
        if (polls[1].revents) pass_signals_on(w);
        if (polls[0].revents) return recv(w->control, verdict, sizeof *verdict, 0) == (ssize_t)sizeof *verdict;
    }
}

/* False when guard or keeper ended before the keeper had begun. A job may be over, and its keeper collected by the guard,
 * before we are here: then the verdict waits in the socket. */
static bool meet_keeper(wait_state *w)
{
    if (recv(w->control, &w->keeper, sizeof w->keeper, 0) != (ssize_t)sizeof w->keeper) return false;
    w->keeper_fd = (int)syscall(SYS_pidfd_open, w->keeper, 0);
    return w->keeper_fd >= 0 || errno == ESRCH;
}

static void await_end(int pidfd)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    if (pidfd < 0) return;
    while (poll(&ended, 1, KEEPER_GRACE_MS) < 0 && errno == EINTR) continue;
    close(pidfd);
}

/* The keeper has ended, or ends by force. Then the guard ends what hung on it, and is left to it: should we be killed before
 * we have looked for ourselves, nobody else would. After a verdict it has nothing to do. */
static void part_from_keeper(wait_state *w, bool by_force)
{
    if (by_force && w->keeper_fd >= 0) syscall(SYS_pidfd_send_signal, w->keeper_fd, SIGKILL, NULL, 0);
    await_end(w->keeper_fd);
    if (by_force) await_end((int)syscall(SYS_pidfd_open, w->guard, 0));
    kill(w->guard, SIGKILL);
    while (waitpid(w->guard, NULL, 0) < 0 && errno == EINTR) continue;
    if (w->keeper > 0) waitpid(w->keeper, NULL, WNOHANG); /* ours now, unless the guard had collected it */
}

static furrow_err start_guard(const fboot_plan *plan, wait_state *w)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return fb_fail_errno(errno, "no socket for the launcher");
    w->guard = fork();
    if (w->guard == 0) {
        close(pair[0]);
        close(w->signals);
        fboot_guard_run(plan, pair[1]);
    }
    int native = errno;
    close(pair[1]);
    w->control = pair[0];
    if (w->guard > 0) return FURROW_OK;
    close(pair[0]);
    return fb_fail_errno(native, "the launcher cannot start a process");
}

/* Starts the job and sees it through. */
static furrow_err keep_job(const fboot_plan *plan, wait_state *w, fboot_verdict *verdict)
{
    size_t nspared = 0;
    pid_t *spared = NULL;
    siginfo_t any;
    if (!waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT)) spared = fboot_orphans_list(&nspared);
    furrow_err err = start_guard(plan, w);
    if (!err) {
        bool told = meet_keeper(w) && await_verdict(w, verdict);
        part_from_keeper(w, !told);
        close(w->control);
        if (!told) {
            fboot_orphans_end(spared, nspared);
            fboot_output_note("the process that kept the job was killed; the job has been ended");
            *verdict = (fboot_verdict){.status = 128 + (w->signal ? w->signal : SIGKILL)};
        }
    }
    free(spared);
    return err;
}

static furrow_err run_job(fboot_plan *plan, int *status)
{
    sigset_t ending;
    fboot_verdict verdict;
    wait_state w = {.keeper_fd = -1, .prompt = plan->opts->controller_terminal};
    fboot_ending_signals(&ending);
    w.signals = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w.signals < 0) return fb_fail_errno(errno, "no descriptor for signals");
    furrow_err err = keep_job(plan, &w, &verdict);
    close(w.signals);
    if (err) return err;
    if (verdict.err) return fb_fail_restore(&verdict.info);
    *status = verdict.status;
    return FURROW_OK;
}

furrow_err fboot_launch(const furrow_launch_opts *opts, const cpu_set_t *places, int *status)
{
    fboot_plan plan = {.opts = opts, .places = places};
    surroundings was;
    int missing = 0;
    furrow_err err = check_opts(opts);
    if (err) return err;
    enter(&was);
    plan.mask = was.mask;
    plan.files = was.files;
    err = make_room_for_descriptors(opts->nprocs);
    if (err) goto back;
    err = find_programs(opts, &plan, &missing);
    if (err) {
        furrow_error_info info;
        furrow_last_error(&info);
        if (!missing) goto back;
        fboot_output_note("%s", info.message);
        *status = missing;
        err = FURROW_OK;
        goto back;
    }
    err = run_job(&plan, status);
back:
    free(plan.path);
    free(plan.controller_path);
    leave(&was);
    return err;
}
