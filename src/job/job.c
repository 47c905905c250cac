/*
 * job.c - joining and leaving: puts the parts of a job together and takes them apart; who is in it; progress on demand.
 */
#include "job/parts.h"
#include "job/service.h"
#include "net/route.h"
#include "topo/bind.h"
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_HEAP ((uint64_t)64 << 10)

static _Atomic(furrow_job *) joined; /* a process is one pid of one job */

static furrow_err read_options(const furrow_join_opts *opts, furrow_join_opts *out)
{
    *out = (furrow_join_opts){.size = sizeof *out};
    if (!opts) return FURROW_OK;
    if (opts->size < sizeof opts->size || opts->size > 4096)
        return fb_fail(FURROW_ERR_ARG, "options that do not begin with their size: use FURROW_OPTS_INIT");
    memcpy(out, opts, opts->size < sizeof *out ? opts->size : sizeof *out);
    if ((unsigned)out->threads > FURROW_THREADS_MULTIPLE || (unsigned)out->progress > FURROW_PROGRESS_THREAD ||
        out->timeout_ms < 0)
        return fb_fail(FURROW_ERR_ARG, "options out of range: threads %d, progress %d, timeout %lld ms",
                       (int)out->threads, (int)out->progress, (long long)out->timeout_ms);
    return FURROW_OK;
}

static furrow_err configure(furrow_job *job, const furrow_join_opts *given)
{
    furrow_join_opts opts;
    furrow_err e = read_options(given, &opts);
    if (!e) e = fb_config_read(&job->config);
    if (e) return e;
    if (opts.timeout_ms) job->config.timeout_ms = opts.timeout_ms;
    if (opts.heap_nbytes) job->config.heap_nbytes = opts.heap_nbytes;
    if (opts.progress) job->config.progress = opts.progress == FURROW_PROGRESS_THREAD;
    if (job->config.heap_nbytes < LEAST_HEAP) job->config.heap_nbytes = LEAST_HEAP;
    job->locked = opts.threads == FURROW_THREADS_MULTIPLE || job->config.progress;
    return FURROW_OK;
}

/* Recursive: C functions that expressions call may call the library while the thread that evaluates has the lock. */
static furrow_err make_lock(furrow_job *job)
{
    pthread_mutexattr_t attributes;
    if (pthread_mutexattr_init(&attributes)) return fb_fail(FURROW_ERR_NOMEM, "no memory for a lock");
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    int failed = pthread_mutex_init(&job->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return failed ? fb_fail_errno(failed, "cannot make a lock") : FURROW_OK;
}

static bool all_near(const fboot *boot)
{
    for (int pid = 1; pid <= boot->nprocs; pid++)
        if (!boot->ops->near(boot, pid)) return false;
    return true;
}

/* Shared memory alone where it reaches everybody, unless another way was asked for. */
static furrow_err choose_net(furrow_job *job)
{
    const char *wanted = job->config.net;
    bool near = all_near(&job->boot), host_only = strcmp(wanted, "shm") == 0;
    if (!near && host_only) {
        furrow_err e = fb_fail(FURROW_ERR_ARG, "FURROW_NET=shm, but there are pids on other hosts");
        fb_fail_symbol("FURROW_NET");
        fb_fail_advice("Unset FURROW_NET, or give it ofi or the name of a fabric: furrow info lists them.");
        return e;
    }
    job->net_ops = near && (host_only || strcmp(wanted, "auto") == 0) ? &fnet_shm : &fnet_route;
    return FURROW_OK;
}

static furrow_err open_net(furrow_job *job)
{
    const char *why = "";
    furrow_err e = choose_net(job);
    if (!e) e = fnet_check(job->net_ops);
    if (e) return e;
    if (!job->net_ops->probe(&why))
        return fb_fail(FURROW_ERR_SYSTEM, "transport %s cannot work here: %s", job->net_ops->name, why);
    e = job->net_ops->open(&job->boot, job->config.heap_nbytes, job->config.net, &job->net);
    if (e || job->net_ops != &fnet_route) return e;
    fnet_route_patience(job->net, job->config.lost_ms);
    if (job->locked) fnet_route_share(job->net);
    return FURROW_OK;
}

static const struct part {
    furrow_err (*open)(furrow_job *job);
    void (*close)(furrow_job *job);
} parts[] = {
    {fj_messages_open, fj_messages_close},   {fj_news_open, fj_news_close},     {fj_waiting_open, fj_waiting_close},
    {fj_heap_open, fj_heap_close},           {fj_bulks_open, fj_bulks_close},   {fj_places_open, fj_places_close},
    {fj_symbols_open, fj_symbols_close},     {fj_host_open, fj_host_close},     {fj_recalls_open, fj_recalls_close},
    {fj_directory_open, fj_directory_close}, {fj_assist_open, fj_assist_close}, {fj_notify_open, fj_notify_close},
    {fj_barrier_open, fj_barrier_close},     {fj_leases_open, fj_leases_close}, {fj_shares_open, fj_shares_close},
    {fj_swaps_open, fj_swaps_close},         {fj_drives_open, fj_drives_close}, {fj_service_open, fj_service_close},
    {fj_helper_open, fj_helper_close},
};
#define NPARTS (sizeof parts / sizeof parts[0])

static void close_parts(furrow_job *job, size_t n)
{
    while (n > 0) parts[--n].close(job);
}

static furrow_err open_parts(furrow_job *job)
{
    for (size_t i = 0; i < NPARTS; i++) {
        furrow_err e = parts[i].open(job);
        if (!e) continue;
        close_parts(job, i + 1);
        return e;
    }
    return FURROW_OK;
}

static furrow_err join(furrow_job *job, const furrow_join_opts *opts)
{
    furrow_err e = configure(job, opts);
    if (!e) e = make_lock(job);
    if (e) return e;
    e = fboot_join(&job->boot);
    if (e) goto drop_lock;
    job->pid = job->boot.pid;
    job->nprocs = job->boot.nprocs;
    e = open_net(job);
    if (e) goto leave;
    e = open_parts(job);
    if (e) goto close_net;
    return FURROW_OK;
close_net:
    job->net_ops->close(job->net);
leave:
    job->boot.ops->leave(&job->boot);
drop_lock:
    pthread_mutex_destroy(&job->lock);
    return e;
}

furrow_err furrow_join(const furrow_join_opts *opts, furrow_job **out)
{
    if (!out) return fb_fail(FURROW_ERR_ARG, "furrow_join needs a place for the job");
    furrow_job *job = calloc(1, sizeof *job), *none = NULL;
    if (!job) return fb_fail(FURROW_ERR_NOMEM, "no memory for a job");
    if (!atomic_compare_exchange_strong(&joined, &none, job)) {
        free(job);
        return fb_fail(FURROW_ERR_BUSY, "this process has joined a job already");
    }
    furrow_err e = join(job, opts);
    if (e) {
        atomic_store(&joined, NULL);
        free(job);
        return e;
    }
    *out = job;
    return FURROW_OK;
}

#define TELL_NS 1000000000 /* for news of who is gone */

/* What this pid began is completed; what it asked of pids that are gone is not waited for. */
static furrow_err finish(furrow_job *job)
{
    int64_t deadline_ns = fj_deadline(job, 0);
    furrow_err untold = fj_wait(job, fj_news_told, job, 0, fb_now_ns() + TELL_NS), f;
    (void)untold; /* others of this host tell it then */
    furrow_err e = furrow_flush(job, 0, job->config.timeout_ms);
    f = fj_wait(job, fj_service_idle, job, 0, deadline_ns);
    if (!f) f = fj_wait(job, fj_messages_sent, job, 0, deadline_ns);
    if (f == FURROW_ERR_TIMEOUT && !e) f = fj_late(job, fj_messages_waiting(job));
    return e ? e : f;
}

furrow_err furrow_leave(furrow_job *job)
{
    if (!job) return FURROW_OK;
    fj_enter(job);
    furrow_err e = fj_inside(job) ? fb_fail(FURROW_ERR_BUSY, "furrow_leave inside an evaluation") : FURROW_OK;
    if (!e) e = finish(job);
    bool inside = fj_inside(job);
    fj_exit(job);
    if (inside) return e;
    int64_t deadline_ns = fj_deadline(job, 0);
    ftopo_machine_close(job->machine);
    close_parts(job, NPARTS);
    job->net_ops->part(job->net, deadline_ns);
    job->net_ops->close(job->net);
    job->boot.ops->leave(&job->boot);
    pthread_mutex_destroy(&job->lock);
    atomic_store(&joined, NULL);
    free(job);
    return e;
}

/* --- who is in it --------------------------------------------------------------------------------------------------*/

int furrow_myid(const furrow_job *job)
{
    return job ? job->pid : 0;
}

int furrow_nprocs(const furrow_job *job)
{
    return job ? job->nprocs : 0;
}

static size_t list(int first, int last, int *pids, size_t max)
{
    size_t n = (size_t)(last - first + 1);
    for (size_t i = 0; pids && i < n && i < max; i++) pids[i] = first + (int)i;
    return n;
}

size_t furrow_procs(const furrow_job *job, int *pids, size_t max)
{
    return job ? list(1, job->nprocs, pids, max) : 0;
}

size_t furrow_workers(const furrow_job *job, int *pids, size_t max)
{
    return job ? list(job->nprocs > 1 ? 2 : 1, job->nprocs, pids, max) : 0;
}

furrow_err furrow_peer_state(furrow_job *job, int pid)
{
    if (!job) return fb_fail(FURROW_ERR_ARG, "furrow_peer_state needs a job");
    return fj_peer_check(job, pid);
}

/* --- progress ------------------------------------------------------------------------------------------------------*/

int furrow_progress(furrow_job *job)
{
    if (!job) return 0;
    fj_enter(job);
    int n = fj_progress(job) + fj_helper_rearm(job);
    bool yield = job->nprocs > 1 && fj_waiting_idle(job, n);
    fj_exit(job);
    if (yield) sched_yield();
    return n;
}

static bool controller_gone(void *arg)
{
    const furrow_job *job = arg;
    return job->pid != 1 && fboot_peer(&job->boot, 1) >= FBOOT_LEFT;
}

furrow_err furrow_serve(furrow_job *job, int64_t timeout_ms)
{
    if (!job) return fb_fail(FURROW_ERR_ARG, "furrow_serve needs a job");
    fj_enter(job);
    furrow_err e = fj_wait(job, controller_gone, job, 0, timeout_ms ? fj_deadline(job, timeout_ms) : FB_NEVER);
    if (!e) fj_progress(job); /* what pid 1 sent last */
    fj_exit(job);
    return e;
}
