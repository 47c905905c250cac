/*
 * keeper.c - the process that starts the pids of a job and lives as long as they do: forwards their output, records
 * their deaths, ends them. It is the parent of all of them and a subreaper, so none escapes it; they die with it; when
 * its caller dies it ends them. It waits in one poll and holds no more than the job's pipes.
 *
 * Should its caller be killed in the same moment as itself, the guard, its parent, ends them (guard.c).
 *
 * When a pid fails the others go on: what they wait for from it fails within milliseconds, and what they do without it
 * still counts (P4). Processes that a pid left behind in the background are killed when all pids have ended.
 */
#include "boot/arena.h"
#include "boot/launch.h"
#include "boot/output.h"
#include "base/clock.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNAL_GRACE_MS     700  /* between a forwarded signal and SIGKILL */
#define CONTROLLER_GRACE_MS 1000 /* between the controller's end and SIGKILL, where the job is its terminal session */

enum { POLL_CONTROL, POLL_SIGNALS, POLL_NOTICE, POLL_FAILURE, POLL_FIXED };

typedef struct keeper {
    const fboot_plan *plan;
    int nprocs;
    int control;
    int signals;
    int notice[2];  /* ours, the pids' */
    int failure[2]; /* read, written by processes that could not become their program */
    int arena_fd;
    fboot_head *head;
    fboot_child *children; /* by pid - 1 */
    fboot_output *output;
    struct pollfd *polls;
    int running;        /* children that have not ended */
    int status;         /* the first failure's */
    int signal;         /* the one that ends the job, or 0 */
    bool explained;     /* why a program could not be started was said */
    bool killed;        /* SIGKILL was sent to all; how they end is no failure of theirs any more */
    int64_t kill_at_ns; /* FB_NEVER while nothing has begun to end the job */
} keeper;

/* --- states ------------------------------------------------------------------------------------------------------- */

static bool is_joined(const keeper *k, int pid)
{
    return atomic_load_explicit(&k->head->lines[pid - 1].state, memory_order_acquire) == FBOOT_JOINED;
}

static void watch_end(keeper *k, int pid)
{
    fboot_child *child = &k->children[pid - 1];
    if (child->watch_fd >= 0) close(child->watch_fd);
    child->watch_fd = -1;
    if (is_joined(k, pid)) fboot_state_set(k->head, pid, FBOOT_DEAD, FBOOT_STATUS_LOST);
}

/*
 * A pid may be a process below the one we started (sh -c); such a one is watched through a descriptor. Its native
 * number was stored (release) before it wrote to the notice socket, so the acquire load sees it.
 */
static void watch_joined(keeper *k)
{
    int32_t ignored[64];
    while (recv(k->notice[0], ignored, sizeof ignored, MSG_DONTWAIT) > 0) continue;
    for (int pid = 1; pid <= k->nprocs; pid++) {
        fboot_child *child = &k->children[pid - 1];
        pid_t native = atomic_load_explicit(&k->head->lines[pid - 1].native, memory_order_acquire);
        if (!native || native == child->native || child->watch_fd >= 0 || !is_joined(k, pid)) continue;
        child->watch_fd = (int)syscall(SYS_pidfd_open, native, 0);
        if (child->watch_fd < 0 && errno == ESRCH) watch_end(k, pid);
    }
}

static void child_ended(keeper *k, int pid, const siginfo_t *how)
{
    fboot_child *child = &k->children[pid - 1];
    bool by_signal = how->si_code != CLD_EXITED;
    int code = by_signal ? 128 + how->si_status : how->si_status;
    int wait_status = by_signal ? how->si_status : W_EXITCODE(how->si_status, 0);
    uint32_t state = atomic_load_explicit(&k->head->lines[pid - 1].state, memory_order_acquire);
    child->ended = true;
    k->running--;
    if (child->watch_fd < 0 && (state == FBOOT_EXPECTED || state == FBOOT_JOINED))
        fboot_state_set(k->head, pid, code ? FBOOT_DEAD : FBOOT_LEFT, wait_status);
    if (code && !k->status && !k->signal && !k->killed) k->status = code;
    if (pid == 1 && k->plan->opts->controller_terminal && k->kill_at_ns == FB_NEVER)
        k->kill_at_ns = fb_deadline_in(by_signal ? SIGNAL_GRACE_MS : CONTROLLER_GRACE_MS);
}

/* Collects who has ended, orphans of pids included. */
static void reap(keeper *k)
{
    for (;;) {
        siginfo_t how = {0};
        if (waitid(P_ALL, 0, &how, WEXITED | WNOHANG) || !how.si_pid) return;
        for (int pid = 1; pid <= k->nprocs; pid++)
            if (!k->children[pid - 1].ended && k->children[pid - 1].native == how.si_pid) child_ended(k, pid, &how);
    }
}

/* --- ending ------------------------------------------------------------------------------------------------------- */

static void signal_all(keeper *k, int sig, bool from_terminal)
{
    for (int i = 0; i < k->nprocs; i++) {
        const fboot_child *child = &k->children[i];
        if (!child->native || child->ended) continue;
        if (child->group)
            kill(-child->native, sig);
        else if (!from_terminal) /* who is in the terminal's foreground group has had it from there */
            kill(child->native, sig);
    }
}

static void begin_end(keeper *k, int sig, bool from_terminal)
{
    bool for_prompt = from_terminal && k->plan->opts->controller_terminal && (sig == SIGINT || sig == SIGQUIT);
    if (for_prompt || k->signal) return;
    k->signal = sig;
    k->kill_at_ns = fb_deadline_in(SIGNAL_GRACE_MS);
    signal_all(k, sig, from_terminal);
}

static void read_signals(keeper *k)
{
    struct signalfd_siginfo info;
    while (read(k->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            reap(k);
        else
            begin_end(k, (int)info.ssi_signo, info.ssi_code == SI_KERNEL);
    }
}

static void kill_all(keeper *k)
{
    k->killed = true;
    k->kill_at_ns = FB_NEVER;
    signal_all(k, SIGKILL, false);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static void read_failures(keeper *k)
{
    fboot_failure failure;
    while (read(k->failure[0], &failure, sizeof failure) == (ssize_t)sizeof failure) {
        if (k->explained || failure.pid < 1 || failure.pid > k->nprocs) continue;
        k->explained = true;
        fboot_output_note("pid %d: \"%s\" cannot be started: %s", failure.pid, fboot_plan_argv(k->plan, failure.pid)[0],
                          strerrordesc_np(failure.native));
    }
}

static int poll_timeout_ms(const keeper *k)
{
    if (k->kill_at_ns == FB_NEVER) return -1;
    int64_t left_ns = k->kill_at_ns - fb_now_ns();
    return left_ns <= 0 ? 0 : (int)(left_ns / 1000000) + 1;
}

/* One round: waits until something happens, and deals with it. */
static void keeper_round(keeper *k)
{
    size_t n = POLL_FIXED;
    k->polls[POLL_CONTROL] = (struct pollfd){.fd = k->control, .events = POLLIN};
    k->polls[POLL_SIGNALS] = (struct pollfd){.fd = k->signals, .events = POLLIN};
    k->polls[POLL_NOTICE] = (struct pollfd){.fd = k->notice[0], .events = POLLIN};
    k->polls[POLL_FAILURE] = (struct pollfd){.fd = k->failure[0], .events = POLLIN};
    for (int i = 0; i < k->nprocs; i++)
        if (k->children[i].watch_fd >= 0)
            k->polls[n++] = (struct pollfd){.fd = k->children[i].watch_fd, .events = POLLIN};
    size_t nwatched = n;
    n += fboot_output_polls(k->output, k->polls + n);
    if (poll(k->polls, n, poll_timeout_ms(k)) < 0) return;
    if (k->polls[POLL_CONTROL].revents) { /* the caller's process has been killed: nobody wants the job any more */
        signal_all(k, SIGKILL, false);
        fboot_orphans_end(NULL, 0);
        _exit(128 + SIGKILL);
    }
    if (k->polls[POLL_NOTICE].revents) watch_joined(k);
    for (int i = 0; i < k->nprocs; i++)
        for (size_t p = POLL_FIXED; p < nwatched; p++)
            if (k->polls[p].revents && k->polls[p].fd == k->children[i].watch_fd) watch_end(k, i + 1);
    if (k->polls[POLL_SIGNALS].revents) read_signals(k);
    if (k->polls[POLL_FAILURE].revents) read_failures(k);
    fboot_output_progress(k->output);
}

/* All pids have ended: what they left running ends, and what they wrote is written. */
static void finish(keeper *k)
{
    fboot_orphans_end(NULL, 0);
    read_failures(k);
    if (!k->signal) k->kill_at_ns = FB_NEVER;
    for (;;) {
        fboot_output_finish(k->output);
        fboot_output_progress(k->output);
        if (fboot_output_drained(k->output)) return;
        if (k->kill_at_ns != FB_NEVER && fb_deadline_passed(k->kill_at_ns)) return; /* a reader that never reads */
        keeper_round(k);
    }
}

/* --- beginning ---------------------------------------------------------------------------------------------------- */

/* The descriptors of a job that this launcher itself was started in are not for the new job's pids. */
static void forget_outer_job(void)
{
    fboot_ticket outer;
    const char *text = getenv(FBOOT_VARIABLE);
    if (!text || fboot_ticket_parse(text, &outer) || fboot_ticket_check(&outer)) return;
    fcntl(outer.arena_fd, F_SETFD, FD_CLOEXEC);
    fcntl(outer.notice_fd, F_SETFD, FD_CLOEXEC);
}

static furrow_err keeper_open(keeper *k)
{
    sigset_t set;
    size_t nprocs = (size_t)k->nprocs;
    fboot_ending_signals(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "furrow-keeper"); /* to ps; its command line is the caller's */
    forget_outer_job();
    k->children = calloc(nprocs, sizeof *k->children);
    k->polls = calloc(POLL_FIXED + 3 * nprocs + 2, sizeof *k->polls);
    if (!k->children || !k->polls) return fb_fail(FURROW_ERR_NOMEM, "no memory to start %d pids", k->nprocs);
    for (size_t i = 0; i < nprocs; i++) k->children[i].watch_fd = -1;
    k->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (k->signals < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, k->notice) ||
        pipe2(k->failure, O_CLOEXEC | O_NONBLOCK))
        return fb_fail_errno(errno, "the launcher has no descriptors");
    furrow_err err = fboot_arena_make(k->nprocs, &k->arena_fd, &k->head);
    return err ? err : fboot_output_open(k->nprocs, k->plan->opts->tag, &k->output);
}

static furrow_err start_one(keeper *k, const struct stat *arena, int pid)
{
    char text[FBOOT_VARIABLE_CHARS];
    fboot_ticket ticket = {.arena_fd = k->arena_fd,
                           .notice_fd = k->notice[1],
                           .pid = pid,
                           .device = arena->st_dev,
                           .inode = arena->st_ino};
    fboot_spawn what = {.plan = k->plan,
                        .keeper = getpid(),
                        .ticket = text,
                        .arena_fd = k->arena_fd,
                        .notice_fd = k->notice[1],
                        .failure_fd = k->failure[1],
                        .pid = pid,
                        .out_fd = -1,
                        .err_fd = -1};
    furrow_err err = FURROW_OK;
    fboot_ticket_print(&ticket, text);
    if (pid != 1 || !k->plan->opts->controller_terminal)
        err = fboot_output_add(k->output, pid, &what.out_fd, &what.err_fd);
    if (err) return err;
    err = fboot_spawn_one(&what, &k->children[pid - 1]);
    if (!err) k->running++;
    if (what.out_fd >= 0) close(what.out_fd);
    if (what.err_fd >= 0) close(what.err_fd);
    return err;
}

static furrow_err start_all(keeper *k)
{
    struct stat arena;
    if (fstat(k->arena_fd, &arena)) return fb_fail_errno(errno, "the job's memory cannot be looked at");
    for (int pid = 1; pid <= k->nprocs; pid++) {
        furrow_err err = start_one(k, &arena, pid);
        if (err) return err;
    }
    return FURROW_OK;
}

static int verdict_status(const keeper *k)
{
    if (k->signal) return 128 + k->signal;
    if (k->status) return k->status;
    return fboot_output_lost(k->output) ? 1 : 0;
}

_Noreturn void fboot_keeper_run(const fboot_plan *plan, int control)
{
    keeper k = {.plan = plan, .nprocs = plan->opts->nprocs, .control = control, .kill_at_ns = FB_NEVER};
    fboot_verdict verdict = {0};
    pid_t self = getpid();
    if (send(control, &self, sizeof self, MSG_NOSIGNAL) < 0) _exit(1); /* nobody wants the job any more */
    verdict.err = keeper_open(&k);
    if (!verdict.err) verdict.err = start_all(&k);
    if (verdict.err) {
        fb_fail_save(&verdict.info);
        fboot_orphans_end(NULL, 0);
    } else {
        while (k.running) {
            keeper_round(&k);
            if (k.kill_at_ns != FB_NEVER && fb_deadline_passed(k.kill_at_ns)) kill_all(&k);
        }
        finish(&k);
        verdict.status = verdict_status(&k);
    }
    if (send(control, &verdict, sizeof verdict, MSG_NOSIGNAL) < 0) _exit(1);
    _exit(0);
}
