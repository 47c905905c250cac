/*
 * raw.cc - the physical limits: what two processes can do with nothing but loads and stores in common memory.
 */
#include "bench.h"
#include <cstring>
#include <sched.h>

namespace
{
void await(const std::atomic<uint64_t> &word, uint64_t value)
{
    while (word.load(std::memory_order_acquire) != value) {
    }
}

/* One word, written in turn: the line goes back and forth. */
void play(std::atomic<uint64_t> &mine, std::atomic<uint64_t> &theirs, uint64_t from, uint64_t count, bool first)
{
    for (uint64_t i = from + 1; i <= from + count; i++) {
        if (!first) await(theirs, 2 * i - 1);
        mine.store(first ? 2 * i - 1 : 2 * i, std::memory_order_release);
        if (first) await(theirs, 2 * i);
    }
}
} // namespace

void raw_line_initiate(context &c, uint64_t count)
{
    c.shared->ball[0].word.store(0);
    play(c.shared->ball[0].word, c.shared->ball[0].word, 0, count, true);
}

void raw_line_respond(context &c, uint64_t count)
{
    play(c.shared->ball[0].word, c.shared->ball[0].word, 0, count, false);
}

/* A line each: who writes it is not who reads it. */
void raw_lines_initiate(context &c, uint64_t count)
{
    c.shared->ball[1].word.store(0);
    play(c.shared->ball[0].word, c.shared->ball[1].word, 0, count, true);
}

void raw_lines_respond(context &c, uint64_t count)
{
    play(c.shared->ball[1].word, c.shared->ball[0].word, 0, count, false);
}

void raw_store_initiate(context &c, uint64_t count)
{
    volatile uint64_t *words = reinterpret_cast<volatile uint64_t *>(c.shared->large);
    for (uint64_t i = 0; i < count; i++) words[i & 511] = i;
}

/* A ring with the flag in the slot, and a line for the slots given back, written once a quarter of the ring. */
void raw_ring_initiate(context &c, uint64_t count)
{
    unsigned char payload[48] = {1};
    c.shared->credit.word.store(0);
    for (uint64_t i = 0; i < count; i++) {
        while (i - c.shared->credit.word.load(std::memory_order_acquire) >= ring_slots) {
        }
        slot &s = c.shared->ring[i % ring_slots];
        memcpy(s.payload, payload, sizeof payload);
        s.turn.store(c.slots + i + 1, std::memory_order_release);
    }
    c.slots += count;
    await(c.shared->credit.word, count);
}

void raw_ring_respond(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        slot &s = c.shared->ring[i % ring_slots];
        await(s.turn, c.slots + i + 1);
        unsigned char payload[48];
        memcpy(payload, s.payload, sizeof payload);
        asm volatile("" : : "r"(payload) : "memory");
        if ((i + 1) % (ring_slots / 4) == 0) c.shared->credit.word.store(i + 1, std::memory_order_release);
    }
    c.slots += count;
    c.shared->credit.word.store(count, std::memory_order_release);
}

void raw_copy_initiate(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        memcpy(c.shared->large, c.source.data(), large_nbytes);
        asm volatile("" : : : "memory");
    }
}

/* A counter and a flag; who waits gives the core away when there are more pids than cores. */
void raw_barrier(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t sense = c.shared->sense.word.load(std::memory_order_acquire);
        if (c.shared->arrived.word.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint64_t>(c.nprocs)) {
            c.shared->arrived.word.store(0, std::memory_order_relaxed);
            c.shared->sense.word.store(sense + 1, std::memory_order_release);
            continue;
        }
        while (c.shared->sense.word.load(std::memory_order_acquire) == sense)
            if (c.nprocs > 2) sched_yield();
    }
}
