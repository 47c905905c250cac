/*
 * test_fabric.c - the fabric's module by itself: endpoints of several pids in this one process. Messages, puts, gets and
 * notifications pass; what a stranger or a repeater sends does not (P9).
 */
#include "net/ofi/ofi.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const fnet_fabric furrow_fabric;

#define NPIDS      2
#define HEAP_BYTES ((size_t)4 << 20)

typedef struct member {
    fnet *net;
    unsigned char card[FBOOT_CARD_NBYTES];
    size_t card_nbytes;
    void *heap;
    _Atomic uint64_t *notifications;
} member;

static member members[NPIDS + 1]; /* the last one is a stranger that says it is pid 2 */
static const unsigned char key[16] = "the job's key 1", other_key[16] = "another key 123";

static const void *card_of(void *self, int pid, size_t *nbytes)
{
    (void)self;
    *nbytes = members[pid - 1].card_nbytes;
    return members[pid - 1].card;
}

static int open_member(int index, int pid, const unsigned char *with)
{
    member *m = &members[index];
    m->heap = aligned_alloc(4096, HEAP_BYTES);
    m->notifications = calloc(FURROW_NOTIFY_IDS, sizeof *m->notifications);
    fnet_fabric_opts opts = {.pid = pid,
                             .nprocs = NPIDS,
                             .key = with,
                             .wanted = "tcp:lo",
                             .heap = m->heap,
                             .reserved = HEAP_BYTES,
                             .notifications = m->notifications,
                             .card = card_of};
    if (furrow_fabric.open(&opts, &m->net)) return -1;
    m->card_nbytes = sizeof m->card;
    assert_int_equal(furrow_fabric.ops->address(m->net, m->card, &m->card_nbytes), 0);
    return furrow_fabric.ops->grow(m->net, HEAP_BYTES);
}

static int set_up(void **state)
{
    (void)state;
    if (open_member(0, 1, key) || open_member(1, 2, key) || open_member(2, 2, other_key)) {
        furrow_error_info info;
        furrow_last_error(&info);
        print_message("no fabric over tcp:lo here: %s\n", info.message);
        return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i <= NPIDS; i++) {
        furrow_fabric.ops->close(members[i].net);
        free(members[i].heap);
        free((void *)(uintptr_t)members[i].notifications);
    }
    return 0;
}

/* Progress everywhere until pid 1 has a message; false when none comes for a while. */
static bool hear(fnet_message *message)
{
    for (int round = 0; round < 2000; round++) {
        fnet_message unheard;
        for (int i = 1; i <= NPIDS; i++) (void)furrow_fabric.ops->poll(members[i].net, &unheard);
        if (furrow_fabric.ops->poll(members[0].net, message)) return true;
        usleep(100);
    }
    return false;
}

static void say(int index, const char *text)
{
    furrow_err err;
    fnet_message unheard;
    int tries = 0;
    while ((err = furrow_fabric.ops->send(members[index].net, 1, text, strlen(text))) == FURROW_ERR_AGAIN &&
           tries++ < 20000) {
        for (int i = 0; i <= NPIDS; i++)
            if (i != index) (void)furrow_fabric.ops->poll(members[i].net, &unheard);
        (void)furrow_fabric.ops->poll(members[index].net, &unheard);
        usleep(50);
    }
    assert_int_equal(err, 0);
}

static void messages_pass(void **state)
{
    (void)state;
    fnet_message message;
    say(1, "one");
    assert_true(hear(&message));
    assert_int_equal(message.pid, 2);
    assert_int_equal(message.nbytes, 3);
    assert_memory_equal(message.bytes, "one", 3);
}

static void a_stranger_is_dropped_and_counted(void **state)
{
    (void)state;
    fnet_message message;
    uint64_t before = furrow_fabric.refused(members[0].net);
    members[2].net->peers[0].sent = members[0].net->peers[1].received; /* it has counted along */
    say(2, "let me in");
    assert_false(hear(&message));
    assert_true(furrow_fabric.refused(members[0].net) > before);
}

/* The very bytes that were good once: the sender's place in the sequence is put back. */
static void a_repeated_message_is_dropped(void **state)
{
    (void)state;
    fnet_message message;
    say(1, "twice");
    assert_true(hear(&message));
    uint64_t before = furrow_fabric.refused(members[0].net);
    members[1].net->peers[0].sent--;
    say(1, "twice");
    assert_false(hear(&message));
    assert_true(furrow_fabric.refused(members[0].net) > before);
}

static void wait_done(fnet *net, uint64_t ticket)
{
    furrow_err err = FURROW_ERR_AGAIN;
    fnet_message unheard;
    for (int round = 0; round < 20000 && err == FURROW_ERR_AGAIN; round++) {
        for (int i = 0; i <= NPIDS; i++) (void)furrow_fabric.ops->poll(members[i].net, &unheard);
        err = furrow_fabric.ops->done(net, ticket);
        if (err) usleep(50);
    }
    assert_int_equal(err, 0);
}

static void there_and_back(void **state)
{
    (void)state;
    const size_t n = 300001;
    unsigned char *src = malloc(n), *dst = calloc(1, n);
    for (size_t i = 0; i < n; i++) src[i] = (unsigned char)(i * 7 + i / 251);
    fnet_key k;
    fnet_target target;
    char *at = (char *)members[0].heap + 4096;
    assert_int_equal(furrow_fabric.ops->key_pack(members[0].net, NULL, at, n, &k), 0);
    assert_int_equal(furrow_fabric.ops->key_open(members[1].net, 1, &k, &target), 0);
    fnet_rma put = {.target = &target, .local = src, .block_nbytes = n, .nblocks = 1, .notify = 8};
    assert_int_equal(furrow_fabric.ops->put(members[1].net, &put), 0);
    wait_done(members[1].net, put.ticket);
    fnet_message unheard;
    for (int i = 0; i < 20000 && !members[0].notifications[7]; i++) {
        for (int m = 0; m < NPIDS; m++) (void)furrow_fabric.ops->poll(members[m].net, &unheard);
        usleep(50);
    }
    assert_int_equal(members[0].notifications[7], 1);
    assert_memory_equal(at, src, n);
    fnet_rma get = {.target = &target, .local = dst, .block_nbytes = n, .nblocks = 1};
    assert_int_equal(furrow_fabric.ops->get(members[1].net, &get), 0);
    wait_done(members[1].net, get.ticket);
    assert_memory_equal(dst, src, n);
    free(src);
    free(dst);
}

/* A get that nobody waits for any more leaves the caller's memory alone. */
static void forgotten(void **state)
{
    (void)state;
    unsigned char dst[64] = {0};
    fnet_key k;
    fnet_target target;
    char *at = (char *)members[0].heap;
    memset(at, 9, sizeof dst);
    assert_int_equal(furrow_fabric.ops->key_pack(members[0].net, NULL, at, sizeof dst, &k), 0);
    assert_int_equal(furrow_fabric.ops->key_open(members[1].net, 1, &k, &target), 0);
    fnet_rma get = {.target = &target, .local = dst, .block_nbytes = sizeof dst, .nblocks = 1};
    assert_int_equal(furrow_fabric.ops->get(members[1].net, &get), 0);
    furrow_fabric.ops->forget(members[1].net, get.ticket);
    wait_done(members[1].net, get.ticket);
    for (size_t i = 0; i < sizeof dst; i++) assert_int_equal(dst[i], 0);
}

static void past_the_end(void **state)
{
    (void)state;
    fnet_key k;
    fnet_target target;
    unsigned char src[64];
    assert_int_equal(furrow_fabric.ops->key_pack(members[0].net, NULL, members[0].heap, 32, &k), 0);
    assert_int_equal(furrow_fabric.ops->key_open(members[1].net, 1, &k, &target), 0);
    fnet_rma put = {.target = &target, .local = src, .block_nbytes = 64, .nblocks = 1};
    assert_int_equal(furrow_fabric.ops->put(members[1].net, &put), FURROW_ERR_BOUNDS);
}

/* Bytes of any kind to pid 1 from the stranger, past everything that would make them messages. */
static bool send_raw(const void *bytes, size_t nbytes)
{
    fnet *net = members[2].net;
    fofi_buffer *b = net->free_send;
    if (!b) return false;
    memcpy(b->bytes, bytes, nbytes);
    if (fi_send(net->ep, b->bytes, nbytes, b->desc, net->peers[0].addr, &b->context)) return false;
    net->free_send = b->next;
    b->pid = 1;
    net->nsends--;
    net->peers[0].nsends++;
    net->peers[0].under_way++;
    net->under_way++;
    return true;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Noise, and noise behind a head that names a member, a kind and the right place in the sequence: all but the tag may be
 * right. It is dropped and counted, and members hear one another as before. */
static void noise_is_dropped_and_counted(void **state)
{
    enum { NOISE = 600 };
    static unsigned char bytes[sizeof(fofi_head) + FOFI_MESSAGE_NBYTES];
    uint64_t seed = 20260101;
    fnet_message message;
    (void)state;
    assert_true(members[2].net->peers[0].known);
    for (int i = 0; i < 500; i++) { /* what the tests before have sent is counted first */
        for (int m = 0; m <= NPIDS; m++) assert_false(furrow_fabric.ops->poll(members[m].net, &message));
        usleep(100);
    }
    uint64_t before = furrow_fabric.refused(members[0].net);
    for (int i = 0; i < NOISE;) {
        size_t nbytes = next_random(&seed) % (i % 3 ? 64 : sizeof bytes);
        for (size_t k = 0; k < nbytes; k++) bytes[k] = (unsigned char)next_random(&seed);
        if (i % 2) {
            fofi_head head = {.tag = next_random(&seed) << 31 ^ next_random(&seed),
                              .from = 1 + (uint32_t)next_random(&seed) % 3,
                              .kind = (uint16_t)(next_random(&seed) % 8),
                              .credits = (uint16_t)next_random(&seed),
                              .sequence = members[0].net->peers[1].received};
            memcpy(bytes, &head, sizeof head);
            if (nbytes < sizeof head) nbytes = sizeof head;
        }
        i += send_raw(bytes, nbytes);
        for (int m = 0; m <= NPIDS; m++) assert_false(furrow_fabric.ops->poll(members[m].net, &message));
    }
    for (int i = 0; i < 20000 && furrow_fabric.refused(members[0].net) < before + NOISE; i++) {
        for (int m = 0; m <= NPIDS; m++) assert_false(furrow_fabric.ops->poll(members[m].net, &message));
        usleep(50);
    }
    /* and the stranger's own pulses, of which there are two a second */
    assert_in_range(furrow_fabric.refused(members[0].net), before + NOISE, before + NOISE + NOISE / 10);
    say(1, "as before");
    assert_true(hear(&message));
    assert_memory_equal(message.bytes, "as before", 9);
}

static uint32_t take_all(fnet *net, int pid, fofi_piece **held)
{
    uint32_t n = 0;
    for (; (held[n] = fofi_piece_for(net, pid)); n++) fofi_piece_taken(net, pid);
    return n;
}

/* A peer that takes nothing leaves something for others, and what it keeps when it is gone is replaced. */
static void a_peer_cannot_have_all(void **state)
{
    fnet *net = members[0].net;
    fofi_piece *held[2][8 * FOFI_NPIECES];
    (void)state;
    uint32_t n = take_all(net, 2, held[0]);
    assert_in_range(n, FOFI_NPIECES / 2, FOFI_NPIECES - 1);
    assert_non_null(fofi_piece_for(net, 1));
    assert_null(fofi_piece_for(net, 2));
    net->peers[1].gone = true;
    fofi_pool_lost(net, 2);
    uint32_t others = take_all(net, 1, held[1]);
    assert_int_equal(others, n);
    for (uint32_t i = 0; i < n; i++) fofi_piece_back(net, 2, held[0][i]);
    for (uint32_t i = 0; i < others; i++) fofi_piece_back(net, 1, held[1][i]);
    net->peers[1].gone = false;
    assert_int_equal(net->nlost_pieces, 0);
    assert_int_equal(net->npieces, FOFI_NPIECES + n);
}

/* A key for reading opens nothing for writing: neither to a message that carries data, nor to the fabric's own writes. The
 * last test: the fabric may cut the connection of who tries. */
static void a_key_for_reading(void **state)
{
    unsigned char src[64], dst[64] = {0}, *at = (unsigned char *)members[0].heap + 8192;
    fnet_key k;
    fnet_target target;
    fnet_message unheard;
    (void)state;
    memset(src, 3, sizeof src);
    memset(at, 9, sizeof src);
    assert_int_equal(furrow_fabric.ops->key_pack_read(members[0].net, NULL, at, sizeof src, &k), 0);
    assert_int_equal(furrow_fabric.ops->key_open(members[1].net, 1, &k, &target), 0);
    fnet_rma get = {.target = &target, .local = dst, .block_nbytes = sizeof dst, .nblocks = 1};
    assert_int_equal(furrow_fabric.ops->get(members[1].net, &get), 0);
    wait_done(members[1].net, get.ticket);
    assert_memory_equal(dst, at, sizeof dst);
    uint64_t before = furrow_fabric.refused(members[0].net);
    fnet_rma put = {.target = &target, .local = src, .block_nbytes = sizeof src, .nblocks = 1, .notify = 12};
    assert_int_equal(furrow_fabric.ops->put(members[1].net, &put), 0);
    for (int i = 0; i < 20000 && furrow_fabric.refused(members[0].net) == before; i++) {
        for (int m = 0; m < NPIDS; m++) (void)furrow_fabric.ops->poll(members[m].net, &unheard);
        usleep(50);
    }
    assert_int_equal(furrow_fabric.refused(members[0].net), before + 1);
    assert_int_equal(members[0].notifications[11], 0);
    put.notify = 0;
    if (!furrow_fabric.ops->put(members[1].net, &put)) {
        for (int i = 0; i < 2000 && furrow_fabric.ops->done(members[1].net, put.ticket) == FURROW_ERR_AGAIN; i++) {
            for (int m = 0; m < NPIDS; m++) (void)furrow_fabric.ops->poll(members[m].net, &unheard);
            usleep(100);
        }
    }
    for (size_t i = 0; i < sizeof src; i++) assert_int_equal(at[i], 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_pass),
        cmocka_unit_test(a_stranger_is_dropped_and_counted),
        cmocka_unit_test(a_repeated_message_is_dropped),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(forgotten),
        cmocka_unit_test(past_the_end),
        cmocka_unit_test(noise_is_dropped_and_counted),
        cmocka_unit_test(a_peer_cannot_have_all),
        cmocka_unit_test(a_key_for_reading),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
