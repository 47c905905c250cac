/*
 * measure.c - what furrow perf measures between two pids: latency of single operations, and streams of them. Pid 1 decides
 * and keeps the time; its partner answers, told by notifications what to do. Called by perf.c.
 */
#include "perf.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Notification ids. */
enum { ECHO = 0, TAKE = 1, SYNC = 2, STREAM = 3, STOP = 4, NIDS = 5 };

/* What one side tells the other before it notifies it: elements of perf_word. */
enum { WORD_NBYTES = 0, WORD_OP = 1, WORD_NS = 2, WORD_MESSAGES = 3, NWORDS = 4 };

#define CLOCK_ROUNDS 16
#define SERVE_MS     3600000

const char *const perf_names[PERF_NOPS] = {"put", "get", "notify", "reap"};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

furrow_err perf_open(perf *p)
{
    p->bytes = calloc(1, p->most_nbytes);
    p->times = calloc((size_t)p->rounds, sizeof *p->times);
    if (!p->bytes || !p->times) return furrow_fail(FURROW_ERR_NOMEM, "no memory to measure with");
    furrow_err err = furrow_alloc(p->job, "perf_box", FURROW_UINT8, 1, &p->most_nbytes, &p->box);
    if (!err) err = furrow_alloc(p->job, "perf_word", FURROW_INT64, 1, &(size_t){NWORDS}, &p->word);
    if (!err) err = furrow_compile("$1 + 1.0", strlen("$1 + 1.0"), &p->program);
    if (!err) err = furrow_barrier(p->job, 0);
    if (!err && p->partner) err = furrow_resolve(p->job, p->partner, "perf_box", 0, &p->far);
    if (!err && p->partner) err = furrow_resolve(p->job, p->partner, "perf_word", 0, &p->far_word);
    return err;
}

void perf_close(perf *p)
{
    furrow_remote_drop(p->far);
    furrow_remote_drop(p->far_word);
    furrow_program_drop(p->program);
    free(p->bytes);
    free(p->times);
}

static furrow_err notify(perf *p, size_t nbytes, uint32_t id)
{
    return furrow_put_notify(p->far, 0, p->bytes, nbytes, id);
}

static furrow_err await(perf *p, uint32_t id)
{
    return furrow_notify_wait(p->job, id, 1, FURROW_WAIT_ANY, 0, NULL);
}

static int64_t told(const perf *p, int word)
{
    return ((const int64_t *)furrow_data(p->word))[word];
}

static furrow_err tell(perf *p, int word, int64_t value)
{
    return furrow_put(p->far_word, (size_t)word, &value, 1);
}

/* --- latency -------------------------------------------------------------------------------------------------------*/

static furrow_err once(perf *p, perf_op op, size_t nbytes)
{
    double argument = 41, result;
    furrow_err err;
    switch (op) {
    case PERF_PUT:
        return furrow_put(p->far, 0, p->bytes, nbytes);
    case PERF_GET:
        return furrow_get(p->far, 0, p->bytes, nbytes);
    case PERF_NOTIFY:
        err = notify(p, nbytes, ECHO);
        return err ? err : await(p, ECHO);
    default:
        err = furrow_reap_float64(p->job, p->partner, p->program, &argument, 1, 0, &result);
        if (!err && result < 41.5) err = furrow_fail(FURROW_ERR_INTERNAL, "%g + 1 is not %g", argument, result);
        return err;
    }
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

furrow_err perf_measure_latency(perf *p, perf_op op, size_t nbytes, perf_latency *out)
{
    int n = 0;
    double sum = 0;
    furrow_err err = tell(p, WORD_NBYTES, (int64_t)nbytes);
    const int64_t ns = (int64_t)(p->seconds * 1e9);
    int64_t until = now_ns() + ns;
    for (int i = 0; i < p->warmup && !err && now_ns() < until; i++) err = once(p, op, nbytes);
    /* The clock is read once a round: where one ends the next begins. */
    int64_t begin = now_ns();
    until = begin + ns;
    for (; n < p->rounds && !err && begin < until; n++) {
        err = once(p, op, nbytes);
        int64_t end = now_ns();
        p->times[n] = end - begin;
        begin = end;
    }
    if (err) return err;
    qsort(p->times, (size_t)n, sizeof *p->times, by_time);
    double scale = op == PERF_NOTIFY ? 2000 : 1000; /* one way, as ping-pongs are told */
    for (int i = 0; i < n; i++) sum += (double)p->times[i];
    *out = (perf_latency){.rounds = n,
                          .least = (double)p->times[0] / scale,
                          .median = (double)p->times[n / 2] / scale,
                          .mean = sum / n / scale,
                          .p99 = (double)p->times[(size_t)n * 99 / 100] / scale,
                          .p999 = (double)p->times[(size_t)n * 999 / 1000] / scale,
                          .most = (double)p->times[n - 1] / scale};
    return FURROW_OK;
}

/* --- streams -------------------------------------------------------------------------------------------------------*/

static furrow_err begin_one(perf *p, perf_op op, size_t nbytes)
{
    if (op == PERF_PUT) return furrow_put_nb(p->far, 0, p->bytes, nbytes);
    if (op == PERF_GET) return furrow_get_nb(p->far, 0, p->bytes, nbytes);
    return notify(p, nbytes, TAKE);
}

/* Everything begun has arrived: puts and gets are flushed, and the partner has seen what was sent before. */
static furrow_err settle(perf *p)
{
    furrow_err err = furrow_flush(p->job, p->partner, 0);
    if (!err) err = notify(p, 0, SYNC);
    return err ? err : await(p, SYNC);
}

/* For so long, without waiting for one before the next is begun. */
static furrow_err stream(perf *p, perf_op op, size_t nbytes, int64_t ns, int64_t *n)
{
    int64_t now = now_ns(), until = now + ns;
    furrow_err err = FURROW_OK;
    for (*n = 0; !err && now < until; ++*n) {
        err = begin_one(p, op, nbytes);
        while (err == FURROW_ERR_AGAIN) {
            furrow_progress(p->job);
            err = begin_one(p, op, nbytes);
        }
        if (*n % CLOCK_ROUNDS == 0 || nbytes > 65536) now = now_ns();
    }
    return err;
}

/* The partner, too, streams for so long. It answers what is settled when it has done so. */
static furrow_err stream_there(perf *p, perf_op op, size_t nbytes, int64_t ns)
{
    furrow_err err = tell(p, WORD_NBYTES, (int64_t)nbytes);
    if (!err) err = tell(p, WORD_OP, op);
    if (!err) err = tell(p, WORD_NS, ns);
    return err ? err : notify(p, 0, STREAM);
}

furrow_err perf_measure_stream(perf *p, perf_op op, size_t nbytes, perf_stream *out)
{
    int64_t n = 0, ns = (int64_t)(p->seconds * 1e9);
    furrow_err err = settle(p);
    int64_t begin = now_ns();
    if (!err && p->both) err = stream_there(p, op, nbytes, ns);
    if (!err) err = stream(p, op, nbytes, ns, &n);
    if (!err) err = settle(p);
    double seconds = (double)(now_ns() - begin) / 1e9;
    if (err) return err;
    if (p->both) n += told(p, WORD_MESSAGES);
    *out = (perf_stream){.messages = (double)n / seconds, .nbytes = (double)n * (double)nbytes / seconds};
    return FURROW_OK;
}

/* --- the partner ---------------------------------------------------------------------------------------------------*/

static furrow_err stream_back(perf *p)
{
    int64_t n;
    furrow_err err = stream(p, (perf_op)told(p, WORD_OP), (size_t)told(p, WORD_NBYTES), told(p, WORD_NS), &n);
    if (!err) err = furrow_flush(p->job, p->partner, 0);
    return err ? err : tell(p, WORD_MESSAGES, n);
}

furrow_err perf_serve(perf *p)
{
    for (;;) {
        uint32_t id;
        furrow_err err = furrow_notify_wait(p->job, ECHO, NIDS, FURROW_WAIT_ANY, SERVE_MS, &id);
        if (err || id == STOP) return err;
        if (id == ECHO) err = notify(p, (size_t)told(p, WORD_NBYTES), ECHO);
        if (id == SYNC) err = notify(p, 0, SYNC);
        if (id == STREAM) err = stream_back(p);
        if (err) return err;
    }
}

furrow_err perf_stop(perf *p)
{
    return notify(p, 0, STOP);
}
