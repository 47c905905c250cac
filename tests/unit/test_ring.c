/*
 * test_ring.c - the shared-memory transport below the job: rings of one producer and one consumer, damaged rings, the
 * arena's size, keys nobody made, copies that do not tear.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "boot/arena.h"
#include "net/copy.h"
#include "net/shm/lane.h"
#include "net/shm/ring.h"
#include "base/clock.h"
#include "base/error.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static fshm_ring *ring_new(void)
{
    fshm_ring *ring = mmap(NULL, FSHM_RING_STRIDE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(ring, MAP_FAILED);
    return ring;
}

static void fill(unsigned char *bytes, size_t nbytes, unsigned seed)
{
    for (size_t i = 0; i < nbytes; i++) bytes[i] = (unsigned char)(seed * 31 + i * 7);
}

/* Every size, in order, through many turns of the ring, up to its being full. */
static void sizes_and_turns(void **state)
{
    (void)state;
    fshm_ring *ring = ring_new();
    fshm_outlet out = {.ring = ring};
    fshm_inlet in = {.ring = ring};
    unsigned char sent[FSHM_MESSAGE], got[FSHM_MESSAGE];
    bool told;
    unsigned next_sent = 0, next_got = 0;
    assert_int_equal(fshm_ring_take(&in, got, &told), 0);
    while (next_got < 20000) {
        size_t burst = next_sent % 7 + 1;
        for (size_t k = 0; k < burst; k++) {
            size_t nbytes = next_sent * 13 % FSHM_MESSAGE + 1;
            fill(sent, nbytes, next_sent);
            if (!fshm_ring_send(&out, sent, nbytes)) break;
            next_sent++;
        }
        for (size_t k = 0; k < burst && next_got < next_sent; k++) {
            size_t want = next_got * 13 % FSHM_MESSAGE + 1;
            assert_true(fshm_ring_ready(&in));
            assert_int_equal(fshm_ring_take(&in, got, &told), want);
            fill(sent, want, next_got++);
            assert_memory_equal(sent, got, want);
        }
    }
    while (fshm_ring_send(&out, sent, 8)) next_sent++;
    assert_true(atomic_load(&ring->full));
    while (next_got++ < next_sent) assert_true(fshm_ring_take(&in, got, &told) > 0);
    assert_int_equal(fshm_ring_take(&in, got, &told), 0);
    assert_true(fshm_ring_send(&out, sent, FSHM_MESSAGE));
    munmap(ring, FSHM_RING_STRIDE);
}

/* Positions wrap around at 2^32. */
static void positions_wrap(void **state)
{
    (void)state;
    fshm_ring *ring = ring_new();
    uint32_t start = UINT32_MAX - 300;
    atomic_store(&ring->taken, start);
    fshm_outlet out = {.ring = ring, .position = start, .taken = start};
    fshm_inlet in = {.ring = ring, .position = start, .told = start};
    unsigned char sent[200], got[FSHM_MESSAGE];
    bool told;
    for (unsigned k = 0; k < 1000; k++) {
        fill(sent, sizeof sent, k);
        assert_true(fshm_ring_send(&out, sent, k % sizeof sent + 1));
        assert_int_equal(fshm_ring_take(&in, got, &told), k % sizeof sent + 1);
        assert_memory_equal(sent, got, k % sizeof sent + 1);
    }
    munmap(ring, FSHM_RING_STRIDE);
}

/* Two processes at full speed. */
static void two_processes(void **state)
{
    (void)state;
    enum { N = 200000 };
    fshm_ring *ring = ring_new();
    pid_t child = fork();
    if (child == 0) {
        fshm_outlet out = {.ring = ring};
        for (uint64_t k = 0; k < N; k++) {
            uint64_t message[16] = {k, k * 3};
            message[k % 14 + 1] = k * 3;
            while (!fshm_ring_send(&out, message, (k % 14 + 2) * 8)) sched_yield();
        }
        _exit(0);
    }
    fshm_inlet in = {.ring = ring};
    unsigned char got[FSHM_MESSAGE];
    bool told;
    for (uint64_t k = 0; k < N; k++) {
        size_t nbytes;
        while ((nbytes = fshm_ring_take(&in, got, &told)) == 0) sched_yield();
        assert_int_equal(nbytes, (k % 14 + 2) * 8);
        assert_int_equal(((const uint64_t *)(const void *)got)[0], k);
        assert_int_equal(((const uint64_t *)(const void *)got)[k % 14 + 1], k * 3);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    munmap(ring, FSHM_RING_STRIDE);
}

/* Whatever a sender writes into its ring, the receiver reads inside it, and stops when it is nonsense. */
static void damaged_rings(void **state)
{
    (void)state;
    unsigned char got[FSHM_MESSAGE];
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        static fshm_ring ring;
        fshm_inlet in = {.ring = &ring, .position = (uint32_t)round % 500, .told = (uint32_t)round % 500};
        bool told;
        for (int k = 0; k < 80; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t position = (in.position + (uint32_t)k + 1 + (seed >> 60 == 0));
            uint64_t size = seed >> 61 == 0 ? seed >> 8 : (seed >> 20) % 5000 * (k % 3 == 0);
            atomic_store(&ring.slots[(in.position + (uint32_t)k) % FSHM_NSLOTS].flag, position << 32 | (uint32_t)size);
        }
        for (int k = 0; k < 100; k++) {
            size_t nbytes = fshm_ring_take(&in, got, &told);
            assert_true(nbytes <= FSHM_MESSAGE || nbytes == SIZE_MAX);
            if (nbytes == SIZE_MAX) assert_true(in.broken && fshm_ring_take(&in, got, &told) == 0);
        }
    }
}

/* --- the whole transport, with boots made by hand ------------------------------------------------------------------*/

static void boots(int nprocs, fboot *boot)
{
    fboot_head *head;
    int fd;
    assert_int_equal(fboot_arena_make(nprocs, &fd, &head), FURROW_OK);
    for (int p = 1; p <= nprocs; p++) boot[p - 1] = (fboot){.pid = p, .nprocs = nprocs, .arena_fd = fd, .head = head};
}

static void boots_end(fboot *boot)
{
    fboot_arena_unmap(boot[0].head);
    close(boot[0].arena_fd);
}

/* More senders than places: everybody is heard, in order a pair, and asleep nobody is forgotten. */
static void many_senders(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    print_message(
        "# skipped: the thread sanitizer leaves too little address space for forty mappings in one process\n");
    skip();
#endif
    enum { N = 40, ROUNDS = 300 };
    static fboot boot[N];
    static fnet *net[N];
    boots(N, boot);
    for (int p = 0; p < N; p++) assert_int_equal(fnet_shm.open(&boot[p], 1 << 20, "", &net[p]), FURROW_OK);
    uint32_t next[N] = {0};
    long total = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (int p = 1; p < N; p++) {
            if ((round * 7 + (uint32_t)p) % 3 == 0) continue;
            uint32_t message[2] = {(uint32_t)p + 1, round};
            assert_int_equal(fnet_shm.send(net[p], 1, message, sizeof message), FURROW_OK);
            total++;
        }
        fnet_message m;
        for (int k = 0; k < 26 && fnet_shm.poll(net[0], &m); k++, total--) {
            const uint32_t *got = m.bytes;
            assert_int_equal(m.nbytes, 8);
            assert_int_equal(got[0], m.pid);
            assert_true(got[1] >= next[m.pid - 1]);
            next[m.pid - 1] = got[1] + 1;
        }
    }
    fnet_message m;
    while (fnet_shm.poll(net[0], &m)) total--;
    assert_int_equal(total, 0);
    uint32_t ticket = fnet_shm.arm(net[0]);
    assert_int_equal(fnet_shm.send(net[N - 1], 1, "x", 1), FURROW_OK);
    int64_t before = fb_now_ns();
    fnet_shm.sleep(net[0], ticket, before + 5000000000);
    assert_true(fb_now_ns() - before < 1000000000);
    assert_true(fnet_shm.poll(net[0], &m) && m.pid == N);
    fnet_shm.peer_remove(net[0], N);
    assert_int_equal(fnet_shm.send(net[N - 1], 1, "x", 1), FURROW_OK);
    assert_false(fnet_shm.poll(net[0], &m));
    for (int p = 0; p < N; p++) fnet_shm.close(net[p]);
    boots_end(boot);
}

static void keys_are_checked(void **state)
{
    (void)state;
    fboot boot[2];
    fnet *net[2];
    boots(2, boot);
    for (int p = 0; p < 2; p++) assert_int_equal(fnet_shm.open(&boot[p], 1 << 20, "", &net[p]), FURROW_OK);
    size_t reserved;
    char *heap = fnet_shm.heap(net[0], &reserved);
    fnet_key key;
    fnet_target target;
    assert_int_equal(fnet_shm.key_pack(net[0], NULL, heap, 64, &key), FURROW_ERR_INTERNAL);
    assert_int_equal(fnet_shm.grow(net[0], 8192), FURROW_OK);
    assert_int_equal(fnet_shm.grow(net[0], reserved + 1), FURROW_ERR_NOMEM);
    assert_int_equal(fnet_shm.key_pack(net[0], NULL, heap + 4096, 64, &key), FURROW_OK);
    assert_int_equal(fnet_shm.key_open(net[1], 1, &key, &target), FURROW_OK);
    assert_int_equal(target.nbytes, 64);
    strcpy(heap + 4096, "seen through the other mapping");
    assert_string_equal(target.direct, heap + 4096);
    uint64_t word = 0;
    fnet_rma beyond = {.target = &target, .offset = 60, .local = &word, .block_nbytes = 8, .nblocks = 1};
    assert_int_equal(fnet_shm.put(net[1], &beyond), FURROW_ERR_BOUNDS);
    beyond.offset = UINT64_MAX - 3;
    assert_int_equal(fnet_shm.get(net[1], &beyond), FURROW_ERR_BOUNDS);
    assert_int_equal(fnet_shm.key_open(net[1], 3, &key, &target), FURROW_ERR_FORMAT);
    for (size_t i = 0; i < sizeof key.bytes; i++) {
        fnet_key bad = key;
        bad.bytes[i] ^= 0x80;
        if (fnet_shm.key_open(net[1], 1, &bad, &target) == FURROW_OK)
            assert_true((char *)target.direct + target.nbytes - (char *)target.direct <= (ptrdiff_t)reserved);
    }
    fnet_shm.trim(net[0], heap, 8192);
    assert_int_equal(heap[4096], 0);
    for (int p = 0; p < 2; p++) fnet_shm.close(net[p]);
    boots_end(boot);
}

/* A limit on address space or on file sizes is a clear error, and kills nobody. */
static void limits_of_the_system(void **state)
{
    (void)state;
    fflush(NULL);
    for (int which = 0; which < 2; which++) {
        fboot boot[2];
        boots(2, boot);
        pid_t child = fork();
        if (child == 0) {
            struct rlimit limit = {1 << 24, 1 << 24};
            setrlimit(which ? RLIMIT_FSIZE : RLIMIT_AS, &limit);
            fnet *net;
            furrow_err e = fnet_shm.open(&boot[0], 1 << 20, "", &net);
            furrow_error_info info;
            furrow_last_error(&info);
            _exit(e == FURROW_ERR_NOMEM && strstr(info.message, "ulimit") ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
        boots_end(boot);
    }
}

/* Copies agree with memcpy at every alignment and size, and touch nothing beside. */
static void copies(void **state)
{
    (void)state;
    enum { N = 700 };
    static _Alignas(64) unsigned char shared[N + 128], plain[N + 128], model[N + 128];
    for (size_t i = 0; i < sizeof plain; i++) plain[i] = (unsigned char)(i * 11 + 1);
    for (size_t at = 0; at < 64; at++) {
        for (size_t nbytes = 0; nbytes < N - 64; nbytes += nbytes < 150 ? 1 : 13) {
            size_t from = (at * 5 + nbytes) % 32;
            memset(shared, 0xEE, sizeof shared);
            memset(model, 0xEE, sizeof model);
            fnet_copy_in(shared + at, plain + from, nbytes);
            memcpy(model + at, plain + from, nbytes);
            assert_memory_equal(shared, model, sizeof shared);
            memset(shared, 0xEE, sizeof shared);
            memset(model, 0xEE, sizeof model);
            fnet_copy_out(shared + from, plain + at, nbytes);
            memcpy(model + from, plain + at, nbytes);
            assert_memory_equal(shared, model, sizeof shared);
        }
    }
    size_t large = (size_t)20 << 20;
    unsigned char *a = malloc(large), *b = malloc(large);
    fill(a, large, 3);
    fnet_copy_in(b + 5, a + 3, large - 9);
    assert_memory_equal(b + 5, a + 3, large - 9);
    free(a);
    free(b);
}

/* Lanes: for those who notify often, while there are any; full when their reader is behind; no id reaches past the end. */
static void lanes(void **state)
{
    (void)state;
    enum { SENDERS = FSHM_NLANES + 2 };
    fshm_block *block = aligned_alloc(64, sizeof *block);
    uint64_t *counts = calloc(FURROW_NOTIFY_IDS, sizeof *counts), sum = 0;
    fshm_lane_in in[FSHM_NLANES] = {{0}};
    fshm_lane_out out[SENDERS] = {{0}};
    unsigned put[SENDERS] = {0};
    memset(block, 0, sizeof *block);
    assert_false(fshm_lanes_take(in, block, counts));
    for (int k = 0; k < SENDERS; k++)
        for (int i = 0; i < 1000; i++) put[k] += fshm_lane_put(&out[k], block, (uint32_t)k);
    for (int k = 0; k < SENDERS; k++) assert_int_equal(put[k], k < FSHM_NLANES ? FSHM_LANE_SLOTS : 0);
    assert_true(fshm_lanes_take(in, block, counts));
    assert_false(fshm_lanes_take(in, block, counts));
    for (int k = 0; k < SENDERS; k++) assert_int_equal(counts[k], put[k]);
    for (int i = 0; i < 100000; i++) { /* through many turns */
        sum += fshm_lane_put(&out[3], block, 7) + fshm_lane_put(&out[3], block, 8);
        if (i % 50 == 0) fshm_lanes_take(in, block, counts);
    }
    fshm_lanes_take(in, block, counts);
    assert_int_equal(counts[7] + counts[8], sum + put[7]);
    atomic_store(&block->lanes[0].slots[0], (uint64_t)(FSHM_LANE_SLOTS + 1) << 32 | UINT32_MAX); /* nobody's id */
    assert_true(fshm_lanes_take(in, block, counts));
    assert_int_equal(counts[FURROW_NOTIFY_IDS - 1], 1);
    free(counts);
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_turns),      cmocka_unit_test(positions_wrap), cmocka_unit_test(two_processes),
        cmocka_unit_test(damaged_rings),        cmocka_unit_test(many_senders),   cmocka_unit_test(keys_are_checked),
        cmocka_unit_test(limits_of_the_system), cmocka_unit_test(copies),         cmocka_unit_test(lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
