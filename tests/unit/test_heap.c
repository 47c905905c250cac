/*
 * test_heap.c - the symbol heap: blocks are disjoint, aligned, zero, within the limit, and come together again when
 * freed. Over a transport that is one array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "job/parts.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RESERVED ((size_t)64 << 20)

static char *memory;
static size_t grown;
static bool refuse;

static void *stand_in_heap(fnet *net, size_t *reserved)
{
    (void)net;
    *reserved = RESERVED;
    return memory;
}
static furrow_err stand_in_grow(fnet *net, size_t nbytes)
{
    (void)net;
    if (refuse) return fb_fail(FURROW_ERR_NOMEM, "refused");
    grown = nbytes;
    return FURROW_OK;
}
static size_t trimmed;
static void stand_in_trim(fnet *net, void *at, size_t nbytes)
{
    (void)net;
    trimmed += nbytes;
    memset(at, 0, nbytes);
}
static const fnet_ops stand_in = {.heap = stand_in_heap, .grow = stand_in_grow, .trim = stand_in_trim};

static furrow_job *start(uint64_t limit)
{
    furrow_job *job = calloc(1, sizeof *job);
    job->net_ops = &stand_in;
    job->config.heap_nbytes = limit;
    memory = mmap(NULL, RESERVED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    grown = 0;
    refuse = false;
    assert_int_equal(fj_heap_open(job), FURROW_OK);
    return job;
}

static void end(furrow_job *job)
{
    fj_heap_close(job);
    munmap(memory, RESERVED);
    free(job);
}

typedef struct piece {
    unsigned char *at;
    size_t nbytes;
    unsigned char mark;
} piece;

static void take(furrow_job *job, piece *p, size_t nbytes, unsigned char mark)
{
    void *at;
    assert_int_equal(fj_heap_alloc(job, nbytes, &at), FURROW_OK);
    *p = (piece){at, nbytes, mark};
    assert_int_equal((uintptr_t)at % 64, 0);
    assert_true(fj_heap_owns(job, at));
    for (size_t i = 0; i < nbytes; i++) assert_int_equal(p->at[i], 0);
    memset(at, mark, nbytes);
}

static void give(furrow_job *job, piece *p)
{
    for (size_t i = 0; i < p->nbytes; i++) assert_int_equal(p->at[i], p->mark);
    fj_heap_free(job, p->at);
    p->at = NULL;
}

static void random_life(void **state)
{
    (void)state;
    enum { N = 400 };
    furrow_job *job = start(RESERVED);
    static piece pieces[N];
    memset(pieces, 0, sizeof pieces);
    uint64_t seed = 42;
    for (int round = 0; round < 60000; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        piece *p = &pieces[(seed >> 33) % N];
        size_t nbytes =
            (seed >> 20) % (seed >> 62 ? 200 : 30000) + (round % 1000 == 0) * 300000 + (round % 3000 == 1) * 5000000;
        if (p->at)
            give(job, p);
        else
            take(job, p, nbytes, (unsigned char)(seed >> 50 | 1));
    }
    for (int i = 0; i < N; i++)
        if (pieces[i].at) give(job, &pieces[i]);
    /* All came together: one block takes everything that was grown. */
    piece all;
    size_t before = grown;
    take(job, &all, grown, 1);
    assert_int_equal(grown, before);
    give(job, &all);
    end(job);
}

static void limit_is_named(void **state)
{
    (void)state;
    furrow_job *job = start(100000);
    void *at, *more;
    furrow_error_info info;
    assert_int_equal(fj_heap_alloc(job, 100001, &at), FURROW_ERR_NOMEM);
    furrow_last_error(&info);
    assert_string_equal(info.symbol, "FURROW_HEAP");
    assert_non_null(strstr(info.message, "100000"));
    assert_int_equal(fj_heap_alloc(job, SIZE_MAX, &at), FURROW_ERR_NOMEM);
    assert_int_equal(fj_heap_alloc(job, SIZE_MAX - 63, &at), FURROW_ERR_NOMEM);
    assert_int_equal(fj_heap_alloc(job, 90000, &at), FURROW_OK);
    assert_int_equal(fj_heap_alloc(job, 20000, &more), FURROW_ERR_NOMEM);
    fj_heap_free(job, at);
    assert_int_equal(fj_heap_alloc(job, 20000, &more), FURROW_OK);
    assert_int_equal(fj_heap_alloc(job, 0, &at), FURROW_OK);
    assert_ptr_not_equal(at, more);
    end(job);
}

static void room_ends(void **state)
{
    (void)state;
    furrow_job *job = start(UINT64_MAX);
    void *at[10];
    int n = 0;
    while (n < 10 && fj_heap_alloc(job, RESERVED / 4, &at[n]) == FURROW_OK) n++;
    assert_int_equal(n, 4);
    assert_int_equal(fj_heap_alloc(job, 1, &at[9]), FURROW_ERR_NOMEM);
    fj_heap_free(job, at[1]);
    fj_heap_free(job, at[2]);
    assert_int_equal(fj_heap_alloc(job, RESERVED / 2, &at[1]), FURROW_OK);
    end(job);
    job = start(UINT64_MAX);
    refuse = true;
    assert_int_equal(fj_heap_alloc(job, 1, at), FURROW_ERR_NOMEM);
    refuse = false;
    assert_int_equal(fj_heap_alloc(job, 1, at), FURROW_OK);
    end(job);
}

/* Somebody else's stray write into free memory or beside a block does not lead the allocator astray. */
static void strays_do_not_matter(void **state)
{
    (void)state;
    furrow_job *job = start(RESERVED);
    void *at[50];
    for (int i = 0; i < 50; i++) assert_int_equal(fj_heap_alloc(job, 100 + (size_t)i, &at[i]), FURROW_OK);
    for (int i = 0; i < 50; i += 2) fj_heap_free(job, at[i]);
    memset(memory, 0xFF, 20000);
    for (int i = 1; i < 50; i += 2) fj_heap_free(job, at[i]);
    void *all;
    assert_int_equal(fj_heap_alloc(job, grown, &all), FURROW_OK);
    assert_ptr_equal(all, memory);
    end(job);
}

/* The large block that was freed last keeps its pages for the next one, a second at most; who asks for zeros gets zeros. */
static void the_last_large_block(void **state)
{
    (void)state;
    furrow_job *job = start(RESERVED);
    const size_t large = (size_t)8 << 20;
    void *first, *second, *raw;
    piece p;
    assert_int_equal(fj_heap_alloc(job, large, &first), FURROW_OK);
    assert_int_equal(fj_heap_alloc(job, large, &second), FURROW_OK);
    memset(first, 7, large);
    trimmed = 0;
    fj_heap_free(job, first);
    assert_int_equal(trimmed, 0);
    assert_int_equal(fj_heap_alloc_raw(job, large - 64, &raw), FURROW_OK);
    assert_ptr_equal(raw, first);
    assert_int_equal(((unsigned char *)raw)[large / 2], 7);
    assert_int_equal(trimmed, 64);
    fj_heap_free(job, raw);
    take(job, &p, large / 2, 9); /* all zero */
    assert_ptr_equal(p.at, first);
    give(job, &p);
    /* Another one takes its place; what stands in the way of others goes at once. */
    trimmed = 0;
    fj_heap_free(job, second);
    assert_int_equal(trimmed, large / 2);
    take(job, &p, RESERVED, 3);
    give(job, &p);
    /* One that may have been placed is never kept. */
    assert_int_equal(fj_heap_alloc_aligned(job, large, 4096, &first), FURROW_OK);
    trimmed = 0;
    fj_heap_free(job, first);
    assert_int_equal(trimmed, large);
    /* After a while it is given back. */
    assert_int_equal(fj_heap_alloc(job, large, &first), FURROW_OK);
    fj_heap_free(job, first);
    int64_t next = fj_heap_tidy(job);
    assert_true(next != FB_NEVER);
    trimmed = 0;
    while (fb_now_ns() < next) usleep(10000);
    assert_true(fj_heap_tidy(job) == FB_NEVER);
    assert_int_equal(trimmed, large);
    end(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_life),          cmocka_unit_test(limit_is_named),       cmocka_unit_test(room_ends),
        cmocka_unit_test(strays_do_not_matter), cmocka_unit_test(the_last_large_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
