/*
 * kmeans.c - k-means clustering on any number of pids. The points are one shared array a host (furrow_broadcast_shared);
 * each pid labels its chunk of them and swaps the sums of its clusters with all others (furrow_swapmsgs), so that all
 * move the centres alike; at the end pid 1 stitches the labels (furrow_stitch) and compares them with a serial answer.
 *
 *     furrow run -n 4 ./kmeans [points [clusters [steps]]]
 *
 * The serial answer adds up chunk by chunk, as the pids do: sums of doubles depend on their order, and then not one bit
 * differs.
 */
#include <furrow/furrow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMS 3 /* of a cluster: how many points, their x, their y */

typedef struct problem {
    size_t points, clusters, steps;
    int nprocs;
} problem;

static int fail(const furrow_job *job)
{
    furrow_error_info info;
    furrow_last_error(&info);
    fprintf(stderr, "kmeans: pid %d: %s. %s\n", job ? furrow_myid(job) : 0, info.message, info.advice);
    return 1;
}

/* Points about as many middles as there are clusters: x, y, x, y, ... */
static void scatter(const problem *p, double *xy)
{
    uint64_t state = 1;
    for (size_t i = 0; i < 2 * p->points; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double noise = (double)(state >> 11) * 0x1p-53;
        size_t middle = i / 2 % p->clusters;
        xy[i] = (double)(i % 2 ? middle / 4 : middle % 4) + noise;
    }
}

/* --- one step of a chunk */

static int64_t nearest(const problem *p, const double *centres, const double *point)
{
    int64_t best = 0;
    double least = 0;
    for (size_t c = 0; c < p->clusters; c++) {
        double dx = point[0] - centres[2 * c], dy = point[1] - centres[2 * c + 1], far = dx * dx + dy * dy;
        if (c == 0 || far < least) best = (int64_t)c, least = far;
    }
    return best;
}

static void label_chunk(const problem *p, const double *centres, const double *xy, size_t count, int64_t *labels,
                        double *sums)
{
    memset(sums, 0, SUMS * p->clusters * sizeof *sums);
    for (size_t i = 0; i < count; i++) {
        double *sum = sums + SUMS * (labels[i] = nearest(p, centres, xy + 2 * i));
        sum[0] += 1;
        sum[1] += xy[2 * i];
        sum[2] += xy[2 * i + 1];
    }
}

static void add(double *total, const double *sums, size_t n)
{
    for (size_t i = 0; i < n; i++) total[i] += sums[i];
}

/* Each centre goes to the mean of its points, or stays when it has none. */
static void move_centres(const problem *p, const double *total, double *centres)
{
    for (size_t c = 0; c < p->clusters; c++) {
        const double *sum = total + SUMS * c;
        if (sum[0] > 0) centres[2 * c] = sum[1] / sum[0], centres[2 * c + 1] = sum[2] / sum[0];
    }
}

/* --- together */

typedef struct share {
    size_t first, count; /* of the points, from 0 */
    double *xy, *centres, *sums, *total;
    int64_t *labels; /* the symbol "labels" */
    furrow_symbol *symbol;
    furrow_msgdict *swaps;
} share;

/* Pid 1 hands the points out; all wait until they are there. */
static furrow_err hand_out(furrow_job *job, const problem *p, const double *xy, const int *pids)
{
    furrow_value *value;
    size_t dims[2] = {2, p->points};
    if (!xy) return furrow_barrier(job, 0);
    furrow_err err = furrow_value_array(FURROW_FLOAT64, 2, dims, xy, &value);
    if (err) return err;
    err = furrow_broadcast_shared(job, pids, (size_t)p->nprocs, "points", value, NULL);
    furrow_value_drop(value);
    return err ? err : furrow_barrier(job, 0);
}

/* This pid's chunk of the host's shared array, and the first points as the first centres. */
static furrow_err take(furrow_job *job, const problem *p, share *s)
{
    furrow_remote *points;
    furrow_err err = furrow_resolve(job, furrow_myid(job), "points", 0, &points);
    if (err) return err;
    err = furrow_get(points, 2 * s->first, s->xy, 2 * s->count);
    if (!err) err = furrow_get(points, 0, s->centres, 2 * p->clusters);
    furrow_remote_drop(points);
    return err;
}

/* Own sums into the dictionary, everybody's out of it, in the order of pids. */
static furrow_err swap_sums(const problem *p, share *s)
{
    furrow_value *value;
    size_t n = SUMS * p->clusters;
    furrow_err err = furrow_value_array(FURROW_FLOAT64, 1, &n, s->sums, &value);
    if (err) return err;
    err = furrow_msgdict_set(s->swaps, value);
    furrow_value_drop(value);
    if (!err) err = furrow_swapmsgs(s->swaps, 0);
    memset(s->total, 0, n * sizeof *s->total);
    for (int pid = 1; !err && pid <= p->nprocs; pid++) {
        err = furrow_msgdict_get(s->swaps, pid, &value);
        if (err) break;
        add(s->total, furrow_value_data(value), n);
        furrow_value_drop(value);
    }
    return err;
}

static furrow_err cluster(furrow_job *job, const problem *p, share *s)
{
    furrow_err err = take(job, p, s);
    for (size_t step = 0; !err && step < p->steps; step++) {
        label_chunk(p, s->centres, s->xy, s->count, s->labels, s->sums);
        err = swap_sums(p, s);
        if (!err) move_centres(p, s->total, s->centres);
    }
    return err ? err : furrow_barrier(job, 0); /* all labels are there */
}

/* --- alone */

/* The labels one process finds, chunk by chunk. From malloc. */
static int64_t *serial(const problem *p, const double *xy)
{
    int64_t *labels = calloc(p->points, sizeof *labels);
    double *centres = malloc(2 * p->clusters * sizeof *centres), *sums = malloc(SUMS * p->clusters * sizeof *sums),
           *total = malloc(SUMS * p->clusters * sizeof *total);
    if (labels && centres && sums && total) memcpy(centres, xy, 2 * p->clusters * sizeof *centres);
    for (size_t step = 0; labels && centres && sums && total && step < p->steps; step++) {
        memset(total, 0, SUMS * p->clusters * sizeof *total);
        for (int k = 0; k < p->nprocs; k++) {
            size_t first, count;
            furrow_chunk(p->points, (size_t)p->nprocs, (size_t)k, &first, &count);
            label_chunk(p, centres, xy + 2 * first, count, labels + first, sums);
            add(total, sums, SUMS * p->clusters);
        }
        move_centres(p, total, centres);
    }
    free(total);
    free(sums);
    free(centres);
    return labels;
}

static int compare(furrow_job *job, const problem *p, const double *xy, const int *pids)
{
    furrow_value *stitched;
    if (furrow_stitch(job, pids, (size_t)p->nprocs, "labels", NULL, &stitched)) return fail(job);
    int64_t *expected = serial(p, xy);
    const int64_t *labels = furrow_value_data(stitched);
    size_t differ = furrow_value_count(stitched) == p->points ? 0 : p->points;
    for (size_t i = 0; expected && !differ && i < p->points; i++) differ += labels[i] != expected[i];
    printf("%zu points, %zu clusters, %zu steps, %d pids: %zu labels differ from the serial answer\n", p->points,
           p->clusters, p->steps, p->nprocs, differ);
    int status = !expected || differ;
    free(expected);
    furrow_value_drop(stitched);
    return status;
}

/* --- */

static int run(furrow_job *job, const problem *p, share *s, double *xy, int *pids)
{
    int status = 0;
    furrow_procs(job, pids, (size_t)p->nprocs);
    if (xy) scatter(p, xy);
    if (furrow_alloc(job, "labels", FURROW_INT64, 1, &s->count, &s->symbol)) return fail(job);
    s->labels = furrow_data(s->symbol);
    if (furrow_msgdict_open(job, "sums", pids, (size_t)p->nprocs, &s->swaps) || hand_out(job, p, xy, pids) ||
        cluster(job, p, s))
        status = fail(job);
    else if (xy)
        status = compare(job, p, xy, pids);
    if (!status && furrow_barrier(job, 0)) status = fail(job); /* nobody goes while labels are read */
    furrow_msgdict_close(s->swaps);
    return furrow_drop(s->symbol) ? fail(job) : status;
}

static int start(furrow_job *job, const problem *p)
{
    share s = {0};
    furrow_chunk(p->points, (size_t)p->nprocs, (size_t)furrow_myid(job) - 1, &s.first, &s.count);
    double *xy = furrow_myid(job) == 1 ? malloc(2 * p->points * sizeof *xy) : NULL;
    int *pids = malloc((size_t)p->nprocs * sizeof *pids), status = 1;
    s.xy = malloc((2 * s.count + 1) * sizeof *s.xy);
    s.centres = malloc(2 * p->clusters * sizeof *s.centres);
    s.sums = malloc(SUMS * p->clusters * sizeof *s.sums);
    s.total = malloc(SUMS * p->clusters * sizeof *s.total);
    if (pids && s.xy && s.centres && s.sums && s.total && (xy || furrow_myid(job) > 1))
        status = run(job, p, &s, xy, pids);
    else
        fputs("kmeans: not enough memory\n", stderr);
    free(s.total);
    free(s.sums);
    free(s.centres);
    free(s.xy);
    free(pids);
    free(xy);
    return status;
}

static int number(const char *text, size_t most, size_t *out)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n < 1 || n > most) return 0;
    *out = (size_t)n;
    return 1;
}

int main(int argc, char **argv)
{
    problem p = {.points = 20000, .clusters = 12, .steps = 20};
    furrow_job *job;
    if (argc > 4 || (argc > 1 && !number(argv[1], (size_t)1 << 28, &p.points)) ||
        (argc > 2 && !number(argv[2], 4096, &p.clusters)) || (argc > 3 && !number(argv[3], 1000000, &p.steps)) ||
        p.clusters > p.points) {
        fputs("usage: kmeans [points [clusters [steps]]], no more clusters than points\n", stderr);
        return 2;
    }
    if (furrow_join(NULL, &job)) return fail(NULL);
    p.nprocs = furrow_nprocs(job);
    int status = start(job, &p);
    return furrow_leave(job) ? fail(NULL) : status;
}
