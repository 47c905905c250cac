/*
 * furrow.cc - the operations of Furrow's that are measured, and the table that sets each beside its limit.
 */
#include "bench.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

void must(furrow_err err)
{
    if (err == FURROW_OK) return;
    furrow_error_info info;
    furrow_last_error(&info);
    fprintf(stderr, "furrow-bench: %s. %s\n", info.message, info.advice);
    exit(1);
}

namespace
{
std::atomic<uint64_t> &word(const furrow_symbol *symbol)
{
    return *static_cast<std::atomic<uint64_t> *>(furrow_data(symbol));
}

void await(const furrow_symbol *symbol, uint64_t value)
{
    const std::atomic<uint64_t> &w = word(symbol);
    while (w.load(std::memory_order_acquire) != value) {
    }
}

void put_initiate(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t v = ++c.balls;
        must(furrow_put(c.to_ball, 0, &v, 1));
        await(c.ball, v);
    }
}

void put_respond(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t v = ++c.balls;
        await(c.ball, v);
        must(furrow_put(c.to_ball, 0, &v, 1));
    }
}

/* One word at pid 2, which pid 1 writes with put and reads with get: the same single line as the raw one. */
void word_initiate(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t v = c.balls + 1, seen;
        must(furrow_put(c.to_ball, 0, &v, 1));
        do must(furrow_get(c.to_ball, 0, &seen, 1));
        while (seen != v + 1);
        c.balls += 2;
    }
}

void word_respond(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        await(c.ball, c.balls + 1);
        word(c.ball).store(c.balls + 2, std::memory_order_release);
        c.balls += 2;
    }
}

void stream_initiate(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) must(furrow_put(c.to_large, i & 511, &i, 1));
}

/* The raw ring's protocol with put_notify for the slots, and a put for the slots given back. */
void message_initiate(context &c, uint64_t count)
{
    unsigned char payload[48] = {1};
    std::atomic<uint64_t> &credit = word(c.credit);
    credit.store(0);
    for (uint64_t i = 0; i < count; i++) {
        while (i - credit.load(std::memory_order_acquire) >= ring_slots) {
        }
        must(furrow_put_notify(c.to_box, i % ring_slots * 64, payload, sizeof payload, 7));
    }
    await(c.credit, count);
}

void message_respond(context &c, uint64_t count)
{
    const unsigned char *box = static_cast<const unsigned char *>(furrow_data(c.box));
    for (uint64_t i = 0; i < count; i++) {
        unsigned char payload[48];
        must(furrow_notify_wait(c.job, 7, 1, FURROW_WAIT_ANY, 0, nullptr));
        memcpy(payload, box + i % ring_slots * 64, sizeof payload);
        asm volatile("" : : "r"(payload) : "memory");
        uint64_t taken = i + 1;
        if (taken % (ring_slots / 4) == 0 || taken == count) must(furrow_put(c.to_credit, 0, &taken, 1));
    }
}

void reap_initiate(context &c, uint64_t count)
{
    double result;
    for (uint64_t i = 0; i < count; i++) {
        double argument = static_cast<double>(i);
        must(furrow_reap_float64(c.job, 2, c.program, &argument, 1, 0, &result));
    }
    c.shared->stop.word.store(1, std::memory_order_release);
}

void reap_program_initiate(context &c, uint64_t count)
{
    furrow_value *argument;
    const int pid = 2;
    must(furrow_value_float64(1.5, &argument));
    const furrow_value *const args[] = {argument};
    for (uint64_t i = 0; i < count; i++) {
        furrow_results *results;
        must(furrow_reap_program(c.job, &pid, 1, c.program, args, 1, nullptr, &results));
        furrow_results_free(results);
    }
    furrow_value_drop(argument);
    c.shared->stop.word.store(1, std::memory_order_release);
}

void reap_respond(context &c, uint64_t)
{
    while (!c.shared->stop.word.load(std::memory_order_acquire)) furrow_progress(c.job);
}

void copy_initiate(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) must(furrow_put(c.to_large, 0, c.source.data(), large_nbytes / 8));
}

void barrier(context &c, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) must(furrow_barrier(c.job, 0));
}

const operation line_limit = {"a line, back and forth", raw_line_initiate, raw_line_respond};
const operation lines_limit = {"two lines, there and back", raw_lines_initiate, raw_lines_respond};
const operation barrier_limit = {"a counter and a flag", raw_barrier, raw_barrier};
} // namespace

const std::vector<measurement> &pair_measurements()
{
    static const std::vector<measurement> table = {
        {{"put 8 B, there and back", put_initiate, put_respond}, lines_limit, 20000, 1.2},
        {{"put and get 8 B, one word", word_initiate, word_respond}, line_limit, 20000, 1.2},
        {{"put 8 B, one after another", stream_initiate, nullptr},
         {"plain stores", raw_store_initiate, nullptr},
         100000,
         0},
        {{"put_notify 48 B, one after another", message_initiate, message_respond},
         {"raw ring", raw_ring_initiate, raw_ring_respond},
         50000,
         0},
        {{"reap_float64, cached program", reap_initiate, reap_respond}, lines_limit, 20000, 2.5},
        {{"reap_program, cached program", reap_program_initiate, reap_respond}, lines_limit, 10000, 0},
        {{"put 1 MiB", copy_initiate, nullptr}, {"memcpy", raw_copy_initiate, nullptr}, 50, 0},
        {{"barrier, 2 pids", barrier, barrier}, barrier_limit, 10000, 0},
    };
    return table;
}

const std::vector<measurement> &crowd_measurements()
{
    static const std::vector<measurement> table = {
        {{"barrier, 8 pids", barrier, barrier}, barrier_limit, 500, 0},
    };
    return table;
}

/* Everybody's symbols, and handles on the right-hand neighbour's: with two pids, on the other's. */
void furrow_side_open(context &c)
{
    const size_t one = 8, box = ring_slots * 64, large = large_nbytes / 8;
    int peer = c.pid % c.nprocs + 1;
    must(furrow_alloc(c.job, "ball", FURROW_UINT64, 1, &one, &c.ball));
    must(furrow_alloc(c.job, "credit", FURROW_UINT64, 1, &one, &c.credit));
    must(furrow_alloc(c.job, "box", FURROW_UINT8, 1, &box, &c.box));
    must(furrow_alloc(c.job, "large", FURROW_UINT64, 1, &large, &c.large));
    must(furrow_barrier(c.job, 0));
    must(furrow_resolve(c.job, peer, "ball", 0, &c.to_ball));
    must(furrow_resolve(c.job, peer, "credit", 0, &c.to_credit));
    must(furrow_resolve(c.job, peer, "box", 0, &c.to_box));
    must(furrow_resolve(c.job, peer, "large", 0, &c.to_large));
    must(furrow_compile("$1 + 1.0", SIZE_MAX, &c.program));
    c.source.assign(large_nbytes, 1);
    must(furrow_barrier(c.job, 0));
}

void furrow_side_close(context &c)
{
    furrow_program_drop(c.program);
    for (furrow_remote *remote : {c.to_ball, c.to_credit, c.to_box, c.to_large}) furrow_remote_drop(remote);
    must(furrow_barrier(c.job, 0));
    must(furrow_leave(c.job));
}
