/*
 * large.c - furrow-bench-large: what large values cost beside the machine's own limits, interleaved, as ratios: sow and
 * reap of 64 MiB beside memcpy of the same bytes, save and load beside write with fsync, and read. Starts itself as a
 * job of two pids; files are made in the folder it runs in, and removed. Medians of all rounds.
 */
#include <fcntl.h>
#include <furrow/file.h>
#include <furrow/furrow.h>
#include <furrow/launch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NBYTES ((size_t)64 << 20)
#define COUNT  (NBYTES / sizeof(double))
#define PIECE  ((size_t)16 << 20)
#define ROUNDS 9

static const char raw_path[] = "furrow-bench-raw.tmp", saved_path[] = "furrow-bench-saved.tmp";

static furrow_job *job;
static furrow_value *array;
static double *from, *to;

static void must(int failed, const char *what)
{
    furrow_error_info info;
    if (!failed) return;
    furrow_last_error(&info);
    fprintf(stderr, "furrow-bench-large: %s: %s\n", what, info.message);
    unlink(raw_path);
    unlink(saved_path);
    exit(1);
}

/* --- the limits */

static void copy(void)
{
    memcpy(to, from, NBYTES);
    __asm__ volatile("" : : "r"(to) : "memory");
}

static void write_raw(void)
{
    int fd = open(raw_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd < 0, raw_path);
    for (size_t done = 0; done < NBYTES;) {
        ssize_t n = write(fd, (char *)from + done, NBYTES - done < PIECE ? NBYTES - done : PIECE);
        must(n <= 0, raw_path);
        done += (size_t)n;
    }
    must(fsync(fd) != 0, raw_path);
    close(fd);
}

static void read_raw(void)
{
    int fd = open(raw_path, O_RDONLY | O_CLOEXEC);
    must(fd < 0, raw_path);
    for (size_t done = 0; done < NBYTES;) {
        ssize_t n = read(fd, (char *)to + done, PIECE);
        must(n <= 0, raw_path);
        done += (size_t)n;
    }
    close(fd);
}

/* --- Furrow */

static const int other = 2;

static void reap(const char *text)
{
    furrow_results *results;
    must(furrow_reap(job, &other, 1, text, NULL, &results) != FURROW_OK, "reap");
    furrow_results_free(results);
}

static void sow_same(void)
{
    must(furrow_sow(job, &other, 1, "x", array, NULL) != FURROW_OK, "sow");
}

/* What the symbol was before has another type, so that the value goes in a message. */
static void sow_new(void)
{
    must(furrow_sow(job, &other, 1, "y", array, NULL) != FURROW_OK, "sow");
}

static void reap_name(void)
{
    reap("x");
}

static void reap_expression(void)
{
    reap("copy(x)");
}

static void save(void)
{
    must(furrow_save(saved_path, array, NULL) != FURROW_OK, "save");
}

static void load(void)
{
    furrow_value *value;
    must(furrow_load(saved_path, NULL, &value) != FURROW_OK, "load");
    furrow_value_drop(value);
}

/* --- measuring */

static void before_sow_new(void)
{
    reap("y = nothing");
}

static void before_write(void)
{
    unlink(raw_path);
    unlink(saved_path);
}

static const struct row {
    const char *name, *limit_name;
    void (*furrow)(void), (*limit)(void), (*before)(void);
    const char *aim;
} rows[] = {
    {"sow, symbol of that shape", "memcpy", sow_same, copy, NULL, ""},
    {"sow, new symbol", "memcpy", sow_new, copy, before_sow_new, ""},
    {"reap of a symbol", "memcpy", reap_name, copy, NULL, ""},
    {"reap of an expression", "memcpy", reap_expression, copy, NULL, ""},
    {"save", "write, fsync", save, write_raw, before_write, "aim <= 1.11"},
    {"load", "read", load, read_raw, NULL, ""},
};

static double seconds(void (*what)(void))
{
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    what();
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct row *row)
{
    double ratios[ROUNDS];
    for (int i = -1; i < ROUNDS; i++) { /* the first is not counted */
        if (row->before) row->before();
        double limit = seconds(row->limit), furrow = seconds(row->furrow);
        if (i >= 0) ratios[i] = furrow / limit;
    }
    qsort(ratios, ROUNDS, sizeof *ratios, by_size);
    printf("%-28s %6.2f x %-14s (%.2f to %.2f)  %s\n", row->name, ratios[ROUNDS / 2], row->limit_name, ratios[0],
           ratios[ROUNDS - 1], row->aim);
    fflush(stdout);
}

static int member(void)
{
    const size_t dims[1] = {COUNT};
    must(furrow_join(NULL, &job) != FURROW_OK, "join");
    if (furrow_myid(job) != 1) return furrow_serve(job, 0) || furrow_leave(job);
    from = malloc(NBYTES);
    to = malloc(NBYTES);
    must(!from || !to, "memory");
    for (size_t i = 0; i < COUNT; i++) from[i] = (double)i;
    must(furrow_value_array(FURROW_FLOAT64, 1, dims, from, &array) != FURROW_OK, "array");
    sow_same();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) measure(&rows[i]);
    unlink(raw_path);
    unlink(saved_path);
    furrow_value_drop(array);
    free(to);
    free(from);
    return furrow_leave(job);
}

int main(int argc, char **argv)
{
    char self[4096];
    const char *args[] = {self, "--member", NULL};
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    int status = 1;
    if (argc > 1 && !strcmp(argv[1], "--member")) return member();
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    must(n <= 0, "own path");
    self[n] = 0;
    opts.nprocs = 2;
    opts.argv = args;
    printf("%zu MiB, time in multiples of the limit's, median of %d rounds\n", NBYTES >> 20, ROUNDS);
    fflush(stdout);
    must(furrow_launch(&opts, &status) != FURROW_OK, "launch");
    return status;
}
