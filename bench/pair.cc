/*
 * pair.cc - measuring between the pids of a job: pid 1 announces an operation and a count, waits until the others stand
 * ready, and times its own part. Announcements travel in the common memory, not through what is measured.
 */
#include "bench.h"
#include <benchmark/benchmark.h>
#include <chrono>
#include <sched.h>

namespace
{
void await(const std::atomic<uint64_t> &word, uint64_t value)
{
    for (int polls = 0; word.load(std::memory_order_acquire) != value; polls++)
        if (polls > 1000) sched_yield();
}

const operation &choose(const std::vector<measurement> &table, uint32_t op)
{
    return op % 2 ? table[op / 2].limit : table[op / 2].furrow;
}

/* Seconds that count operations took. The others wait for the command's number, so that none is taken for another. */
double run_batch(context &c, const std::vector<measurement> &table, uint32_t op, uint64_t count)
{
    area &a = *c.shared;
    uint64_t others = static_cast<uint64_t>(c.nprocs) - 1;
    a.op = op;
    a.count = count;
    a.ready.word.store(0);
    a.done.word.store(0);
    a.stop.word.store(0);
    a.ball[0].word.store(0);
    a.command.word.fetch_add(1, std::memory_order_release);
    await(a.ready.word, others);
    auto start = std::chrono::steady_clock::now();
    choose(table, op).initiate(c, count);
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    await(a.done.word, others);
    return took.count();
}

constexpr uint32_t op_quit = UINT32_MAX;

void respond(context &c, const std::vector<measurement> &table)
{
    area &a = *c.shared;
    for (uint64_t number = 1;; number++) {
        await(a.command.word, number);
        uint32_t op = a.op;
        uint64_t count = a.count;
        if (op == op_quit) return;
        a.ready.word.fetch_add(1);
        if (choose(table, op).respond) choose(table, op).respond(c, count);
        a.done.word.fetch_add(1);
    }
}

void enrol(context &c, const std::vector<measurement> &table, uint32_t op)
{
    const measurement &m = table[op / 2];
    std::string name = std::string(m.furrow.name) + (op % 2 ? "/limit" : "/furrow");
    auto body = [&c, &table, op, &m](benchmark::State &state) {
        while (state.KeepRunningBatch(static_cast<int64_t>(m.batch)))
            state.SetIterationTime(run_batch(c, table, op, m.batch));
    };
    benchmark::RegisterBenchmark(name.c_str(), body)->UseManualTime()->MinTime(0.02);
    set_aim(m.furrow.name, m.limit.name, m.aim);
}
} // namespace

void measure(context &c, const std::vector<measurement> &table, int argc, char **argv)
{
    if (c.pid > 1) return respond(c, table);
    for (uint32_t op = 0; op < 2 * table.size(); op++) enrol(c, table, op);
    for (uint32_t op = 0; op < 2 * table.size(); op++) run_batch(c, table, op, table[op / 2].batch); /* warm up */
    run_and_collect(*c.shared, "", argc, argv);
    c.shared->op = op_quit;
    c.shared->command.word.fetch_add(1, std::memory_order_release);
}
