/*
 * watch.c - the thread sleeps on an eventfd until it is told to watch, then on the descriptor and the eventfd together.
 * It takes no lock of the library and touches nothing of the transport's.
 */
#include "net/watch.h"
#include "base/error.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fnet_watch {
    int fd;
    int bell; /* eventfd: begin and close ring it */
    _Atomic bool ending;
    _Atomic bool watching;
    void (*rouse)(void *arg);
    void *arg;
    pthread_t thread;
};

static void ring(fnet_watch *w)
{
    uint64_t one = 1;
    while (write(w->bell, &one, sizeof one) < 0 && errno == EINTR) continue;
}

static void *run(void *arg)
{
    fnet_watch *w = arg;
    while (!atomic_load(&w->ending)) {
        bool watching = atomic_load(&w->watching);
        struct pollfd fds[2] = {{.fd = w->bell, .events = POLLIN}, {.fd = w->fd, .events = POLLIN}};
        if (poll(fds, watching ? 2 : 1, -1) < 0) continue;
        uint64_t rung;
        if ((fds[0].revents & POLLIN) && read(w->bell, &rung, sizeof rung) < 0) continue;
        if (watching && fds[1].revents && atomic_exchange(&w->watching, false)) w->rouse(w->arg);
    }
    return NULL;
}

furrow_err fnet_watch_open(int fd, void (*rouse)(void *arg), void *arg, fnet_watch **watch)
{
    fnet_watch *w = calloc(1, sizeof *w);
    if (!w) return fb_fail(FURROW_ERR_NOMEM, "no memory for a watching thread");
    *w = (fnet_watch){.fd = fd, .rouse = rouse, .arg = arg, .bell = eventfd(0, EFD_CLOEXEC)};
    if (w->bell < 0) {
        free(w);
        return fb_fail_errno(errno, "no descriptor for a watching thread");
    }
    /* The thread takes no signals: they are the program's. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        close(w->bell);
        free(w);
        return fb_fail_errno(failed, "no thread to watch the fabric");
    }
    *watch = w;
    return FURROW_OK;
}

void fnet_watch_close(fnet_watch *w)
{
    if (!w) return;
    atomic_store(&w->ending, true);
    ring(w);
    pthread_join(w->thread, NULL);
    close(w->bell);
    free(w);
}

void fnet_watch_begin(fnet_watch *w)
{
    if (!atomic_exchange(&w->watching, true)) ring(w);
}
