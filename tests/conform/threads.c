/*
 * threads.c - many threads in one pid, the progress thread, and the descriptor for event loops.
 */
#include "conform.h"
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

enum { NTHREADS = 4 };

typedef struct worker {
    furrow_job *job;
    int index;
    long rounds;
} worker;

static void *hammer(void *arg)
{
    const worker *w = arg;
    furrow_job *job = w->job;
    int n = furrow_nprocs(job), me = furrow_myid(job);
    for (long k = 0; k < w->rounds; k++) {
        furrow_remote *r = conform_resolve(job, (int)((me + w->index + k) % n) + 1, "sums");
        OK(furrow_fetch_add(r, (size_t)w->index, 1, NULL));
        int64_t v;
        OK(furrow_get(r, (size_t)w->index, &v, 1));
        TRUE(v > 0);
        OK(furrow_put_notify(r, NTHREADS, &v, 1, 50 + (uint32_t)w->index));
        furrow_remote_drop(r);
        OK(furrow_notify_wait(job, 50, NTHREADS, FURROW_WAIT_ANY, 0, NULL));
    }
    return NULL;
}

/* Several threads of each pid at once; joined with CONFORM_THREADS or FURROW_PROGRESS=thread. */
static void many_threads(furrow_job *job)
{
    furrow_symbol *sums = conform_vector(job, "sums", FURROW_INT64, NTHREADS + 1);
    OK(furrow_barrier(job, 0));
    pthread_t threads[NTHREADS];
    worker workers[NTHREADS];
    long rounds = conform_effort(300);
    for (int i = 0; i < NTHREADS; i++) {
        workers[i] = (worker){job, i, rounds};
        TRUE(pthread_create(&threads[i], NULL, hammer, &workers[i]) == 0);
    }
    for (int i = 0; i < NTHREADS; i++) pthread_join(threads[i], NULL);
    OK(furrow_barrier(job, 0));
    int64_t total = 0;
    for (int p = 1; p <= furrow_nprocs(job); p++) {
        int64_t v[NTHREADS];
        furrow_remote *r = conform_resolve(job, p, "sums");
        OK(furrow_get(r, 0, v, NTHREADS));
        for (int i = 0; i < NTHREADS; i++) total += v[i];
        furrow_remote_drop(r);
    }
    TRUE(total == rounds * NTHREADS * furrow_nprocs(job));
    OK(furrow_barrier(job, 0));
    conform_drop(job, sums);
    conform_end(job);
}

/* With the progress thread, a pid whose own thread never calls the library answers (FURROW_PROGRESS=thread). */
static void progress_thread(furrow_job *job)
{
    int me = furrow_myid(job);
    conform_vector(job, "x", FURROW_INT64, 8);
    int64_t bound[4] = {0};
    size_t n = 4;
    furrow_symbol *b;
    OK(furrow_bind(job, "b", bound, FURROW_INT64, 1, &n, &b));
    OK(furrow_barrier(job, 0));
    if (me == 2) conform_nap(800);
    if (me == 1) {
        for (int k = 0; k < 50; k++) {
            furrow_remote *r = NULL;
            OK(furrow_resolve(job, 2, k % 2 ? "x" : "b", 400, &r));
            int64_t v = k, w = -1;
            OK(furrow_put(r, 1, &v, 1));
            OK(furrow_get(r, 1, &w, 1));
            TRUE(w == k);
            furrow_remote_drop(r);
            if (k % 10 == 9) usleep(2000);
        }
    }
    OK(furrow_barrier(job, 0));
    OK(furrow_drop(b));
    conform_end(job);
}

/* An event loop: everything that arrives makes the descriptor readable, and nothing else keeps it so. */
static void wait_descriptor(furrow_job *job)
{
    int me = furrow_myid(job), n = furrow_nprocs(job), fd = -1;
    furrow_symbol *x = conform_vector(job, "x", FURROW_INT64, 1);
    OK(furrow_barrier(job, 0));
    if (me == 1) {
        OK(furrow_wait_fd(job, &fd));
        const int64_t *done = furrow_data(x);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        long woken = 0;
        while (__atomic_load_n(done, __ATOMIC_ACQUIRE) < n - 1) {
            TRUE(poll(&p, 1, 20000) == 1);
            furrow_progress(job);
            woken++;
        }
        while (furrow_progress(job)) {
        }
        TRUE(woken > 0);
    } else {
        for (int k = 0; k < 50; k++) {
            furrow_remote *r = conform_resolve(job, 1, "x");
            if (k == 49) OK(furrow_fetch_add(r, 0, 1, NULL));
            OK(furrow_put_notify(r, 0, NULL, 0, 1)); /* so that the last addition is noticed too */
            furrow_remote_drop(r);
            if (k % 7 == 0) usleep(1000);
        }
    }
    OK(furrow_barrier(job, 0));
    conform_end(job);
}

const conform_case thread_cases[] = {
    {"many_threads", 1, many_threads},
    {"progress_thread", 2, progress_thread},
    {"wait_descriptor", 2, wait_descriptor},
    {0},
};
