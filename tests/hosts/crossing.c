/*
 * crossing.c - a program for jobs over hosts: every pid writes to every other in all ways there are, and each checks what
 * it got. `crossing ROUNDS [SECONDS]` goes on for at least that long. Prints one line at pid 1.
 */
#include <furrow/furrow.h>
#include <furrow/info.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BIG 40000

#define OK(call) expect((call), #call, __LINE__)
static void expect(furrow_err err, const char *what, int line)
{
    furrow_error_info info;
    if (!err) return;
    furrow_last_error(&info);
    fprintf(stderr, "line %d: %s: %s: %s\n", line, what, furrow_err_name(err), info.message);
    exit(1);
}

static void check(int truth, const char *what)
{
    if (truth) return;
    fprintf(stderr, "%s\n", what);
    exit(1);
}

typedef struct cast {
    furrow_job *job;
    int me, n;
    furrow_symbol *box, *count;
    furrow_remote **boxes, **counts; /* [pid] */
} cast;

static void open_cast(cast *c)
{
    size_t big = (size_t)BIG * (size_t)c->n, one = 1;
    OK(furrow_alloc(c->job, "box", FURROW_INT64, 1, &big, &c->box));
    OK(furrow_alloc(c->job, "count", FURROW_INT64, 1, &one, &c->count));
    OK(furrow_barrier(c->job, 0));
    c->boxes = calloc((size_t)c->n + 1, sizeof(furrow_remote *));
    c->counts = calloc((size_t)c->n + 1, sizeof(furrow_remote *));
    for (int p = 1; p <= c->n; p++) {
        OK(furrow_resolve(c->job, p, "box", 0, &c->boxes[p]));
        OK(furrow_resolve(c->job, p, "count", 0, &c->counts[p]));
    }
}

/* Small, then large, both notified; then strided and plain, read back. */
static void write_to(cast *c, int p, int64_t *src, int64_t *dst, int64_t mark)
{
    size_t mine = (size_t)BIG * (size_t)(c->me - 1);
    for (size_t i = 0; i < BIG; i++) src[i] = mark + (int64_t)i;
    OK(furrow_put_notify(c->boxes[p], mine, src, 10, 0));
    OK(furrow_put_notify(c->boxes[p], mine, src, BIG, 1));
    furrow_stride odd = {.first = mine + 1, .block = 1, .stride = 2, .nblocks = BIG / 2};
    memset(dst, 0, BIG * sizeof *dst);
    OK(furrow_get_strided(c->boxes[p], &odd, dst, 1));
    for (size_t i = 0; i < BIG / 2; i++) check(dst[i] == src[2 * i + 1], "strided get: not what was put");
    OK(furrow_put_strided(c->boxes[p], &odd, dst, 1));
    OK(furrow_get(c->boxes[p], mine, dst, BIG));
    check(memcmp(src, dst, BIG * sizeof *dst) == 0, "get: not what was put");
    OK(furrow_fetch_add(c->counts[p], 0, 1, NULL));
}

static void round_of(cast *c, int64_t round, int64_t *src, int64_t *dst)
{
    for (int k = 1; k < c->n; k++)
        write_to(c, (c->me - 1 + k) % c->n + 1, src, dst, round * 1000003 + c->me * 100000000000);
    for (int k = 1; k < c->n; k++)
        for (uint32_t id = 0; id < 2; id++) OK(furrow_notify_wait(c->job, id, 1, FURROW_WAIT_ANY, 0, NULL));
    OK(furrow_barrier(c->job, 0));
    const int64_t *box = furrow_data(c->box);
    for (int p = 1; p <= c->n; p++)
        for (size_t i = 0; p != c->me && i < BIG; i += 997)
            check(box[(size_t)BIG * (size_t)(p - 1) + i] == round * 1000003 + p * 100000000000 + (int64_t)i,
                  "box: wrong");
    check(*(int64_t *)furrow_data(c->count) == (round + 1) * (c->n - 1), "count: wrong");
    OK(furrow_barrier(c->job, 0));
}

int main(int argc, char **argv)
{
    cast c = {0};
    int64_t rounds = argc > 1 ? atol(argv[1]) : 1, *src = malloc(BIG * 8), *dst = malloc(BIG * 8), round = 0;
    time_t until = time(NULL) + (argc > 2 ? atol(argv[2]) : 0);
    OK(furrow_join(NULL, &c.job));
    c.me = furrow_myid(c.job);
    c.n = furrow_nprocs(c.job);
    open_cast(&c);
    for (int64_t more = 1; more; round++) {
        furrow_value *value;
        round_of(&c, round, src, dst);
        /* Pid 1's clock decides for all. */
        more = round + 1 < rounds || time(NULL) < until;
        OK(furrow_value_int64(more, &value));
        if (c.me == 1) OK(furrow_sow(c.job, NULL, 0, "more", value, NULL));
        OK(furrow_barrier(c.job, 0));
        furrow_value_drop(value);
        if (c.me == 1) continue;
        OK(furrow_lookup(c.job, "more", &value));
        OK(furrow_value_as_int64(value, &more));
        furrow_value_drop(value);
    }
    furrow_refusals refusals;
    OK(furrow_info_refusals(c.job, &refusals));
    if (refusals.strangers) printf("pid %d refused %lld messages\n", c.me, (long long)refusals.strangers);
    if (c.me == 1) printf("%d pids, %ld rounds or more: all right\n", c.n, (long)rounds);
    OK(furrow_leave(c.job));
    free(src);
    free(dst);
    return 0;
}
