/*
 * trial.c - see trial.h. The child inherits everything by fork, does nothing but read, and says so through a socket: its
 * exit status belongs to whoever waits for children in this process, who may not be us.
 */
#include "file/trial.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 30000 /* without a sign of life */

/* What the child says, a packet each time. */
typedef struct word {
    bool over;
    furrow_err err; /* of the reading, once it is over */
    char message[sizeof((furrow_error_info *)0)->message];
} word;

void ffile_trial_alive(int alive)
{
    static const word on = {.over = false};
    ssize_t n = alive >= 0 ? send(alive, &on, sizeof on, MSG_NOSIGNAL) : 0;
    (void)n; /* nobody listens any more, or it is heard */
}

/* Dies with the thread that forked it, leaves no core, and never comes back. */
static void child(pid_t parent, int fd, furrow_err (*read)(void *arg, int alive), void *arg)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct rlimit none = {0, 0};
    furrow_error_info info = {.code = FURROW_OK};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    setrlimit(RLIMIT_CORE, &none);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], SIG_DFL); /* not the caller's handlers */
    word last = {.over = true, .err = read(arg, fd)};
    if (last.err && furrow_last_error(&info)) memcpy(last.message, info.message, sizeof last.message);
    _exit(send(fd, &last, sizeof last, MSG_NOSIGNAL) != sizeof last);
}

/* The child's last word; false when it never came to it. */
static bool listen_to(int fd, word *last)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    for (last->over = false; !last->over;) {
        int ready = poll(&wait, 1, PATIENCE_MS);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        ssize_t n = recv(fd, last, sizeof *last, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n != sizeof *last) return false;
    }
    last->message[sizeof last->message - 1] = 0;
    return true;
}

furrow_err ffile_trial(const char *path, furrow_err (*read)(void *arg, int alive), void *arg)
{
    int ends[2];
    word last;
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be tried: %s", path, strerror(errno));
    pid_t pid = fork();
    if (pid == 0) child(parent, ends[1], read, arg);
    int native = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be tried: %s", path, strerror(native));
    }
    bool finished = listen_to(ends[0], &last);
    close(ends[0]);
    if (!finished) kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    if (!finished) return furrow_fail(FURROW_ERR_FORMAT, "%s is damaged: HDF5 cannot be trusted with it", path);
    return last.err ? furrow_fail(last.err, "%s", last.message) : FURROW_OK;
}
