/*
 * heat.c - the heat equation on a plate, on any number of pids: each owns a strip of columns, and after every step puts
 * its outermost columns into its neighbours' halos (furrow_put_notify). Pid 1 compares the result with the serial
 * answer.
 *
 *     furrow run -n 4 ./heat [rows [columns [steps]]]
 *
 * Why two buffers are enough. Call the plate after t steps P(t); it stands in buffer t % 2. A pid sends its border of
 * P(t) only when it has computed P(t), which was its last reading of the halo of P(t-1). A pid that has received that
 * border may therefore overwrite the halo of P(t-1) there: it is the halo of buffer (t+1) % 2, into which it puts its
 * P(t+1). A neighbour can be one step ahead, never two, and each notification is counted, so none is lost.
 */
#include <furrow/furrow.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FROM_LEFT = 0, FROM_RIGHT = 1 }; /* notification ids */

typedef struct plate {
    size_t rows, columns, steps; /* of the whole plate, edges not counted: these stay as they are */
} plate;

/* A strip of columns with a halo column on each side and an edge row at top and bottom; column-major. */
typedef struct strip {
    size_t first, width;               /* its columns in the plate, from 0 */
    double *now[2];                    /* buffer t % 2 */
    furrow_symbol *symbol[2];          /* they are the symbols u0 and u1 */
    furrow_remote *left[2], *right[2]; /* the neighbours' buffers; NULL at the plate's edge */
    size_t left_width;                 /* where the left neighbour's right halo is */
    uint32_t first_id, nids;           /* the notifications that each step waits for */
} strip;

static const char *const buffer_name[2] = {"u0", "u1"};

static int fail(const furrow_job *job)
{
    furrow_error_info info;
    furrow_last_error(&info);
    fprintf(stderr, "heat: pid %d: %s. %s\n", job ? furrow_myid(job) : 0, info.message, info.advice);
    return 1;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Columns first.. of pid's strip: as even as can be, the first pids have one more; more pids than columns leave some
 * none. */
static void share(const plate *p, int nprocs, int pid, size_t *first, size_t *width)
{
    size_t n = (size_t)nprocs, k = (size_t)pid - 1, each = p->columns / n, more = p->columns % n;
    *first = k * each + (k < more ? k : more);
    *width = each + (k < more ? 1 : 0);
}

/* The plate at the start: cold, the left edge hot, a wave of warmth along the top. Row and column count from the edge.
 */
static double initial(const plate *p, size_t row, size_t column)
{
    if (column == 0) return 1.0;
    if (row == 0) return sin(3.0 * (double)column / (double)(p->columns + 1));
    return 0.0;
}

static void fill(const plate *p, double *u, size_t first, size_t width)
{
    for (size_t c = 0; c < width + 2; c++)
        for (size_t r = 0; r < p->rows + 2; r++) u[c * (p->rows + 2) + r] = initial(p, r, first + c);
}

/* One step of width columns; from and to stand at the left halo. */
static void step(const plate *p, const double *restrict from, double *restrict to, size_t width)
{
    size_t height = p->rows + 2;
    for (size_t c = 1; c <= width; c++) {
        const double *u = from + c * height;
        double *v = to + c * height;
        for (size_t r = 1; r <= p->rows; r++)
            v[r] = u[r] + 0.2 * ((u[r - 1] + u[r + 1]) + (u[r - height] + u[r + height]) - 4.0 * u[r]);
    }
}

static furrow_err strip_open(furrow_job *job, const plate *p, strip *s)
{
    furrow_err err;
    share(p, furrow_nprocs(job), furrow_myid(job), &s->first, &s->width);
    for (int b = 0; b < 2; b++) {
        size_t dims[2] = {p->rows + 2, s->width + 2};
        if ((err = furrow_alloc(job, buffer_name[b], FURROW_FLOAT64, 2, dims, &s->symbol[b]))) return err;
        s->now[b] = furrow_data(s->symbol[b]);
        fill(p, s->now[b], s->first, s->width);
    }
    return furrow_barrier(job, 0); /* everybody's buffers are there */
}

static furrow_err strip_connect(furrow_job *job, const plate *p, strip *s)
{
    furrow_err err;
    int pid = furrow_myid(job), nprocs = furrow_nprocs(job);
    size_t first, width = 0;
    if (s->width == 0) return FURROW_OK;
    if (pid > 1) share(p, nprocs, pid - 1, &first, &s->left_width);
    if (pid < nprocs) share(p, nprocs, pid + 1, &first, &width);
    for (int b = 0; b < 2; b++) {
        if (pid > 1 && (err = furrow_resolve(job, pid - 1, buffer_name[b], 0, &s->left[b]))) return err;
        if (width > 0 && (err = furrow_resolve(job, pid + 1, buffer_name[b], 0, &s->right[b]))) return err;
    }
    s->first_id = s->left[0] ? FROM_LEFT : FROM_RIGHT;
    s->nids = (s->left[0] ? 1 : 0) + (s->right[0] ? 1 : 0);
    return FURROW_OK;
}

static furrow_err exchange(furrow_job *job, const plate *p, strip *s, int b)
{
    furrow_err err;
    size_t height = p->rows + 2;
    if (s->left[b]) {
        size_t halo = (s->left_width + 1) * height;
        if ((err = furrow_put_notify(s->left[b], halo, s->now[b] + height, height, FROM_RIGHT))) return err;
    }
    if (s->right[b]) {
        const double *border = s->now[b] + s->width * height;
        if ((err = furrow_put_notify(s->right[b], 0, border, height, FROM_LEFT))) return err;
    }
    return s->nids ? furrow_notify_wait(job, s->first_id, s->nids, FURROW_WAIT_ALL, 0, NULL) : FURROW_OK;
}

static furrow_err solve(furrow_job *job, const plate *p, strip *s)
{
    furrow_err err = FURROW_OK;
    for (size_t t = 0; t < p->steps && !err; t++) {
        int to = (int)((t + 1) % 2);
        step(p, s->now[t % 2], s->now[to], s->width);
        err = exchange(job, p, s, to);
    }
    return err;
}

/* The result of all pids, in one plate. */
static furrow_err gather(furrow_job *job, const plate *p, double *whole)
{
    furrow_err err = FURROW_OK;
    size_t height = p->rows + 2;
    for (int pid = 1; pid <= furrow_nprocs(job) && !err; pid++) {
        furrow_remote *remote;
        size_t first, width;
        share(p, furrow_nprocs(job), pid, &first, &width);
        if ((err = furrow_resolve(job, pid, buffer_name[p->steps % 2], 0, &remote))) return err;
        err = furrow_get(remote, height, whole + (first + 1) * height, width * height);
        furrow_remote_drop(remote);
    }
    return err;
}

/* Pid 1 alone: the largest difference between what all pids and what one pid computes. */
static int compare(furrow_job *job, const plate *p, double *difference)
{
    size_t height = p->rows + 2, count = height * (p->columns + 2);
    double *whole = calloc(count, sizeof *whole), *from = calloc(count, sizeof *from), *to = calloc(count, sizeof *to);
    int status = 1;
    if (!whole || !from || !to) {
        fprintf(stderr, "heat: no memory for the serial answer\n");
        goto end;
    }
    fill(p, from, 0, p->columns);
    fill(p, to, 0, p->columns);
    for (size_t t = 0; t < p->steps; t++) {
        double *next = to;
        step(p, from, to, p->columns);
        to = from;
        from = next;
    }
    if (gather(job, p, whole)) {
        fail(job);
        goto end;
    }
    *difference = 0;
    for (size_t i = height; i < count - height; i++) *difference = fmax(*difference, fabs(whole[i] - from[i]));
    status = 0;
end:
    free(whole);
    free(from);
    free(to);
    return status;
}

static int number(const char *text, size_t *out)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    if (*end || end == text || *text == '-' || n < 1 || n > 1 << 24) return 1;
    *out = (size_t)n;
    return 0;
}

static int run(furrow_job *job, const plate *p)
{
    strip s = {0};
    double difference = 0, start, end;
    if (strip_open(job, p, &s) || strip_connect(job, p, &s) || furrow_barrier(job, 0)) return fail(job);
    start = seconds();
    if (solve(job, p, &s) || furrow_barrier(job, 0)) return fail(job);
    end = seconds();
    for (int b = 0; b < 2; b++) {
        furrow_remote_drop(s.left[b]);
        furrow_remote_drop(s.right[b]);
    }
    if (furrow_myid(job) > 1) return furrow_serve(job, 0) ? fail(job) : 0; /* pid 1 reads this pid's strip */
    if (compare(job, p, &difference)) return 1;
    printf("heat: %d pids, %zu x %zu, %zu steps: %.1f us an iteration; largest difference from the serial answer %g\n",
           furrow_nprocs(job), p->rows, p->columns, p->steps, 1e6 * (end - start) / (double)p->steps, difference);
    return difference <= 1e-12 ? 0 : 1;
}

int main(int argc, char **argv)
{
    plate p = {.rows = 512, .columns = 512, .steps = 500};
    size_t *const arguments[] = {&p.rows, &p.columns, &p.steps};
    furrow_job *job;
    int status = argc > 4;
    for (int i = 1; i < argc && !status; i++) status = number(argv[i], arguments[i - 1]);
    if (status) {
        fprintf(stderr, "usage: furrow run -n N heat [rows [columns [steps]]]\n");
        return 2;
    }
    if (furrow_join(NULL, &job)) return fail(NULL);
    status = run(job, &p);
    if (furrow_leave(job) && !status) status = fail(NULL);
    return status;
}
