/*
 * watcher.c - the thread waits on an epoll of pidfds. It calls back and touches nothing else; signals are the program's.
 */
#include "boot/watcher.h"
#include "base/error.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fboot_watcher {
    int epoll, bell;
    void (*ended)(void *arg, int pid);
    void *arg;
    pthread_t thread;
    int *fds; /* pidfds */
    size_t nfds;
};

/* Events carry pid << 32 | descriptor; the bell's pid is 0. */
static void *run(void *arg)
{
    fboot_watcher *w = arg;
    struct epoll_event event;
    for (;;) {
        int n = epoll_wait(w->epoll, &event, 1, -1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 || event.data.u64 == 0) return NULL;
        epoll_ctl(w->epoll, EPOLL_CTL_DEL, (int)(uint32_t)event.data.u64, NULL);
        w->ended(w->arg, (int)(event.data.u64 >> 32));
    }
}

static furrow_err start(fboot_watcher *w)
{
    struct epoll_event event = {.events = EPOLLIN};
    if (w->epoll < 0 || w->bell < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->bell, &event))
        return fb_fail_errno(errno, "no descriptors to watch processes by");
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? fb_fail_errno(failed, "no thread to watch processes") : FURROW_OK;
}

static void drop(fboot_watcher *w)
{
    for (size_t i = 0; i < w->nfds; i++) close(w->fds[i]);
    if (w->epoll >= 0) close(w->epoll);
    if (w->bell >= 0) close(w->bell);
    free(w->fds);
    free(w);
}

furrow_err fboot_watcher_open(void (*ended)(void *arg, int pid), void *arg, fboot_watcher **watcher)
{
    fboot_watcher *w = calloc(1, sizeof *w);
    if (!w) return fb_fail(FURROW_ERR_NOMEM, "no memory to watch processes");
    *w = (fboot_watcher){
        .ended = ended, .arg = arg, .epoll = epoll_create1(EPOLL_CLOEXEC), .bell = eventfd(0, EFD_CLOEXEC)};
    furrow_err e = start(w);
    if (e)
        drop(w);
    else
        *watcher = w;
    return e;
}

furrow_err fboot_watcher_add(fboot_watcher *w, int pid, int native)
{
    int *fds = realloc(w->fds, (w->nfds + 1) * sizeof *fds);
    if (!fds) return fb_fail(FURROW_ERR_NOMEM, "no memory to watch processes");
    w->fds = fds;
    int fd = (int)syscall(SYS_pidfd_open, native, 0);
    if (fd < 0 && errno == ESRCH) {
        w->ended(w->arg, pid);
        return FURROW_OK;
    }
    if (fd < 0) return fb_fail_errno(errno, "process %d cannot be watched", native);
    fds[w->nfds++] = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)pid << 32 | (uint32_t)fd};
    return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) ? fb_fail_errno(errno, "process %d cannot be watched", native)
                                                          : FURROW_OK;
}

void fboot_watcher_close(fboot_watcher *w)
{
    uint64_t one = 1;
    if (!w) return;
    while (write(w->bell, &one, sizeof one) < 0 && errno == EINTR) continue;
    pthread_join(w->thread, NULL);
    drop(w);
}
