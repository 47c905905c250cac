/*
 * helper.c - the one thread a job may have: it makes progress (FURROW_PROGRESS=thread), or watches for something to do
 * and makes a descriptor readable (furrow_wait_fd). It sleeps while there is nothing.
 */
#include "job/parts.h"
#include "net/route.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define IDLE_ROUNDS 50 /* yields after the last work before it sleeps */

struct fj_helper {
    pthread_t thread;
    bool running;
    _Atomic bool stop;
    int fd; /* -1: none */
    /* The watch: armed by furrow_progress when nothing is left, ended by the thread when something has come. */
    pthread_mutex_t lock;
    pthread_cond_t rearmed;
    bool armed;
    uint32_t ticket;
};

static void signal_fd(const struct fj_helper *h)
{
    eventfd_t one = 1;
    if (h->fd >= 0) (void)!write(h->fd, &one, sizeof one);
}

/* With a wait descriptor too, it is made readable before each sleep and after: what came in between was dealt with
 * here, but notifications are for the user's own threads. */
static void make_progress(furrow_job *job)
{
    struct fj_helper *h = job->helper;
    int idle = 0;
    while (!atomic_load_explicit(&h->stop, memory_order_acquire)) {
        uint32_t ticket = 0;
        bool sleepy = idle >= IDLE_ROUNDS;
        if (sleepy) ticket = job->net_ops->arm(job->net);
        fj_enter(job);
        int n = fj_progress(job);
        int64_t until_ns = fj_heap_tidy(job);
        if (sleepy) signal_fd(h);
        fj_exit(job);
        idle = n > 0 ? 0 : idle + 1;
        if (sleepy && n == 0 && !atomic_load_explicit(&h->stop, memory_order_acquire)) {
            job->net_ops->sleep(job->net, ticket, until_ns);
            fj_enter(job);
            signal_fd(h);
            fj_exit(job);
            idle = 0;
        } else if (sleepy) {
            job->net_ops->disarm(job->net);
        } else if (n == 0) {
            sched_yield();
        }
    }
}

static void watch(furrow_job *job)
{
    struct fj_helper *h = job->helper;
    pthread_mutex_lock(&h->lock);
    while (!atomic_load(&h->stop)) {
        if (!h->armed) {
            pthread_cond_wait(&h->rearmed, &h->lock);
            continue;
        }
        uint32_t ticket = h->ticket;
        pthread_mutex_unlock(&h->lock);
        job->net_ops->sleep(job->net, ticket, FB_NEVER);
        pthread_mutex_lock(&h->lock);
        h->armed = false;
        if (!atomic_load(&h->stop)) signal_fd(h);
    }
    if (h->armed) job->net_ops->disarm(job->net);
    pthread_mutex_unlock(&h->lock);
}

static void *run(void *arg)
{
    furrow_job *job = arg;
    if (job->config.progress)
        make_progress(job);
    else
        watch(job);
    return NULL;
}

/* The user's signals are for the user's threads. */
static furrow_err start(furrow_job *job)
{
    struct fj_helper *h = job->helper;
    sigset_t all, before;
    if (job->net_ops == &fnet_route) fnet_route_share(job->net); /* before the thread is there */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&h->thread, NULL, run, job);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) return fb_fail_errno(failed, "cannot start the progress thread");
    h->running = true;
    return FURROW_OK;
}

furrow_err fj_helper_open(furrow_job *job)
{
    struct fj_helper *h = calloc(1, sizeof *h);
    if (!h) return fb_fail(FURROW_ERR_NOMEM, "no memory for the job");
    h->fd = -1;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->rearmed, NULL);
    job->helper = h;
    return job->config.progress ? start(job) : FURROW_OK;
}

void fj_helper_close(furrow_job *job)
{
    struct fj_helper *h = job->helper;
    if (!h) return;
    if (h->running) {
        pthread_mutex_lock(&h->lock);
        atomic_store(&h->stop, true);
        pthread_cond_signal(&h->rearmed);
        pthread_mutex_unlock(&h->lock);
        job->net_ops->wake(job->net);
        pthread_join(h->thread, NULL);
    }
    if (h->fd >= 0) close(h->fd);
    pthread_cond_destroy(&h->rearmed);
    pthread_mutex_destroy(&h->lock);
    free(h);
    job->helper = NULL;
}

/* Arms first, then looks once more: what comes after that look ends the watch. */
int fj_helper_rearm(furrow_job *job)
{
    struct fj_helper *h = job->helper;
    if (h->fd < 0) return 0;
    if (job->config.progress) {
        eventfd_t count;
        (void)!read(h->fd, &count, sizeof count);
        return 0;
    }
    int n = 0;
    pthread_mutex_lock(&h->lock);
    eventfd_t count;
    bool armed = h->armed;
    if (!armed) (void)!read(h->fd, &count, sizeof count);
    pthread_mutex_unlock(&h->lock);
    if (armed) return 0; /* nothing has come since */
    uint32_t ticket = job->net_ops->arm(job->net);
    for (int more = fj_progress(job); more > 0; more = fj_progress(job)) n += more;
    pthread_mutex_lock(&h->lock);
    h->ticket = ticket;
    h->armed = true;
    pthread_cond_signal(&h->rearmed);
    pthread_mutex_unlock(&h->lock);
    return n;
}

furrow_err furrow_wait_fd(furrow_job *job, int *fd)
{
    if (!job || !fd) return fb_fail(FURROW_ERR_ARG, "furrow_wait_fd needs a job and a place for the descriptor");
    fj_enter(job);
    struct fj_helper *h = job->helper;
    furrow_err e = FURROW_OK;
    if (h->fd < 0) {
        h->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (h->fd < 0) e = fb_fail_errno(errno, "no descriptor to wait on");
        if (!e && !h->running) e = start(job);
        if (e && h->fd >= 0) {
            close(h->fd);
            h->fd = -1;
        }
        if (!e) fj_helper_rearm(job);
    }
    if (!e) *fd = h->fd;
    fj_exit(job);
    return e;
}
