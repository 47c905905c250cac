/*
 * collectives.c - furrow-bench-collectives [--json]: launches itself as jobs of 2, 8 and 24 pids, measures what many pids do
 * together beside the physical limit, in turns, and prints medians of times and of ratios. Pid 1 times; all take part.
 */
#include <fcntl.h>
#include <furrow/furrow.h>
#include <furrow/launch.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 15, ROWS_MOST = 64 };

typedef struct row {
    char name[48], limit[48];
    int nprocs;
    double ns, limit_ns, ratio;
} row;

/* Memory that all processes of all jobs map. */
typedef struct area {
    _Alignas(64) _Atomic unsigned arrived;
    _Alignas(64) _Atomic unsigned sense;
    _Alignas(64) unsigned nrows;
    row rows[ROWS_MOST];
} area;

typedef struct bench {
    furrow_job *job;
    area *shared;
    int pid, nprocs;
    int pids[64];
    furrow_msgdict *dict;
    size_t nbytes; /* of what is broadcast or stitched */
    double *from, *to;
    furrow_value *value;
} bench;

static void must(furrow_err err)
{
    furrow_error_info info;
    if (!err) return;
    furrow_last_error(&info);
    fprintf(stderr, "furrow-bench-collectives: %s\n", info.message);
    exit(1);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* --- what is measured: all pids call it -----------------------------------------------------------------------------*/

/* A counter and a flag; the core is given away where there are more pids than cores. */
static void raw_barrier(bench *b)
{
    area *a = b->shared;
    unsigned sense = atomic_load_explicit(&a->sense, memory_order_relaxed);
    if (atomic_fetch_add(&a->arrived, 1) + 1 == (unsigned)b->nprocs) {
        atomic_store_explicit(&a->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&a->sense, sense + 1, memory_order_release);
        return;
    }
    for (unsigned spins = 0; atomic_load_explicit(&a->sense, memory_order_acquire) == sense; spins++)
        if (b->nprocs > 2 || spins > 10000) sched_yield();
}

static void barrier(bench *b)
{
    must(furrow_barrier(b->job, 0));
}

static void swap(bench *b)
{
    must(furrow_swapmsgs(b->dict, 0));
}

/* --- what pid 1 does while the others serve -------------------------------------------------------------------------*/

static void collect(bench *b)
{
    furrow_results *results;
    must(furrow_collectmsgs(b->job, b->pids, (size_t)b->nprocs, "d", NULL, &results));
    furrow_results_free(results);
}

static void broadcast(bench *b)
{
    must(furrow_broadcast_shared(b->job, b->pids, (size_t)b->nprocs, "shared", b->value, NULL));
}

static void stitch(bench *b)
{
    furrow_value *value;
    must(furrow_stitch(b->job, b->pids, (size_t)b->nprocs, "part", NULL, &value));
    furrow_value_drop(value);
}

/* A copy into memory that is fresh each time, as a result is. */
static void copy_fresh(bench *b)
{
    void *to = malloc(b->nbytes);
    if (!to) exit(1);
    memcpy(to, b->from, b->nbytes);
    __asm__ volatile("" : : "r"(to) : "memory");
    free(to);
}

/* The same into fresh memory that processes share, which costs more to get. */
static void copy_shared(bench *b)
{
    int fd = memfd_create("furrow-bench", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)b->nbytes)) exit(1);
    void *to = mmap(NULL, b->nbytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (to == MAP_FAILED) exit(1);
    memcpy(to, b->from, b->nbytes);
    munmap(to, b->nbytes);
    close(fd);
}

/* --- measuring ------------------------------------------------------------------------------------------------------*/

typedef void (*action)(bench *b);

static double timed(bench *b, action act, long count)
{
    double start = now_ns();
    for (long i = 0; i < count; i++) act(b);
    return (now_ns() - start) / (double)count;
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, c = *(const double *)y;
    return (a > c) - (a < c);
}

static double median(double *v)
{
    qsort(v, ROUNDS, sizeof *v, by_size);
    return v[ROUNDS / 2];
}

/* together: both are called by all pids. Otherwise pid 1 alone measures. */
static void measure(bench *b, const char *name, action act, const char *limit, action raw, long count)
{
    double ours[ROUNDS], theirs[ROUNDS], ratios[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = timed(b, act, count);
        theirs[i] = timed(b, raw, count);
        ratios[i] = ours[i] / theirs[i];
    }
    if (b->pid != 1 || b->shared->nrows == ROWS_MOST) return;
    row *r = &b->shared->rows[b->shared->nrows++];
    r->nprocs = b->nprocs;
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->limit, sizeof r->limit, "%s", limit);
    r->ns = median(ours);
    r->limit_ns = median(theirs);
    r->ratio = median(ratios);
}

static void size_text(size_t nbytes, char *text, size_t size)
{
    if (nbytes >= (size_t)1 << 20)
        snprintf(text, size, "%zu MiB", nbytes >> 20);
    else
        snprintf(text, size, "%zu KiB", nbytes >> 10);
}

static long count_for(size_t nbytes)
{
    return nbytes < (size_t)1 << 20 ? 50 : 3;
}

static void broadcasts(bench *b)
{
    for (size_t nbytes = 4096; nbytes <= (size_t)16 << 20; nbytes *= 16) {
        char text[32], name[64];
        size_t n = nbytes / sizeof(double);
        size_text(nbytes, text, sizeof text);
        snprintf(name, sizeof name, "broadcast_shared %s", text);
        b->nbytes = nbytes;
        must(furrow_value_array(FURROW_FLOAT64, 1, &n, b->from, &b->value));
        measure(b, name, broadcast, "memcpy into a fresh memfd", copy_shared, count_for(nbytes));
        furrow_value_drop(b->value);
    }
}

/* The whole has nbytes: each pid holds its share. */
static void stitches(bench *b)
{
    static const size_t sizes[] = {4096, 65536, 1 << 20, 16 << 20, 64 << 20};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        char text[32], name[64], part[64];
        size_t nbytes = sizes[k];
        size_t each = nbytes / sizeof(double) / (size_t)b->nprocs;
        size_text(nbytes, text, sizeof text);
        snprintf(name, sizeof name, "stitch %s", text);
        snprintf(part, sizeof part, "ones(%zu)", each);
        must(furrow_sow_expr(b->job, b->pids, (size_t)b->nprocs, "part", part, NULL));
        b->nbytes = each * (size_t)b->nprocs * sizeof(double);
        measure(b, name, stitch, "memcpy into fresh memory", copy_fresh, count_for(nbytes));
    }
}

static int member(const char *path)
{
    bench b = {.pid = 0};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    b.shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(area), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (b.shared == MAP_FAILED) return 1;
    must(furrow_join(NULL, &b.job));
    b.pid = furrow_myid(b.job);
    b.nprocs = furrow_nprocs(b.job);
    size_t n = furrow_procs(b.job, b.pids, 64);
    furrow_value *mine;
    must(furrow_value_float64(b.pid, &mine));
    must(furrow_msgdict_open(b.job, "d", b.pids, n, &b.dict));
    must(furrow_msgdict_set(b.dict, mine));
    furrow_value_drop(mine);
    long count = b.nprocs > 8 ? 200 : 1000;
    must(furrow_barrier(b.job, 0));
    measure(&b, "barrier", barrier, "a counter and a flag", raw_barrier, count);
    measure(&b, "swapmsgs", swap, "a counter and a flag", raw_barrier, count);
    must(furrow_barrier(b.job, 0));
    if (b.pid == 1) {
        b.from = calloc(1, (size_t)64 << 20);
        if (!b.from) return 1;
        memset(b.from, 1, (size_t)64 << 20);
        b.nbytes = 4096;
        measure(&b, "collectmsgs", collect, "memcpy 4 KiB", copy_fresh, 100);
        if (b.nprocs <= 8) broadcasts(&b);
        if (b.nprocs <= 8) stitches(&b);
        free(b.from);
    }
    furrow_msgdict_close(b.dict);
    if (b.pid > 1) must(furrow_serve(b.job, 0));
    must(furrow_leave(b.job));
    return 0;
}

/* --- the job's launcher ---------------------------------------------------------------------------------------------*/

static void print_rows(const area *a, bool json)
{
    if (!json) printf("%-28s %5s %12s   %-26s %12s %8s\n", "Furrow", "pids", "time", "limit", "time", "ratio");
    for (unsigned i = 0; i < a->nrows; i++) {
        const row *r = &a->rows[i];
        if (json)
            printf("{\"name\":\"%s\",\"pids\":%d,\"us\":%.3f,\"limit\":\"%s\",\"limit_us\":%.3f,\"ratio\":%.3f}\n",
                   r->name, r->nprocs, r->ns / 1e3, r->limit, r->limit_ns / 1e3, r->ratio);
        else
            printf("%-28s %5d %9.2f us   %-26s %9.2f us %8.2f\n", r->name, r->nprocs, r->ns / 1e3, r->limit,
                   r->limit_ns / 1e3, r->ratio);
    }
}

int main(int argc, char **argv)
{
    static const int sizes[] = {2, 8, 24};
    if (argc > 2 && strcmp(argv[1], "--member") == 0) return member(argv[2]);
    int fd = memfd_create("furrow-bench", MFD_CLOEXEC);
    char path[64], self[4096] = "";
    if (fd < 0 || ftruncate(fd, sizeof(area)) || readlink("/proc/self/exe", self, sizeof self - 1) <= 0) {
        perror("furrow-bench-collectives");
        return 1;
    }
    area *shared = mmap(NULL, sizeof(area), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED) return 1;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *args[] = {self, "--member", path, NULL};
        furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
        int status = 0;
        opts.nprocs = sizes[i];
        opts.bind = sizes[i] == 2 ? FURROW_BIND_CORE : FURROW_BIND_NONE;
        opts.argv = args;
        must(furrow_launch(&opts, &status));
        if (status) return status;
    }
    print_rows(shared, argc > 1 && strcmp(argv[1], "--json") == 0);
    return 0;
}
