/*
 * bench.h - what the files of the benchmark share: the memory that all its processes map, and the table of operations.
 * Every operation has two sides: pid 1 initiates and is timed, the other pids respond.
 */
#ifndef BENCH_H
#define BENCH_H

#include <furrow/furrow.h>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

constexpr uint64_t ring_slots = 1024, large_nbytes = 1 << 20;

/* One cache line with one word. */
struct alignas(64) line {
    std::atomic<uint64_t> word;
};

/* A slot of the raw ring: the flag is in the line of the data. */
struct alignas(64) slot {
    unsigned char payload[48];
    std::atomic<uint64_t> turn;
};

struct row {
    char name[48], limit[48];
    double furrow_ns, limit_ns, ratio, aim; /* aim is 0 where there is none */
};

/* The processes' common memory, made by the process that launches them. All zero at the start. */
struct area {
    line command, ready, done; /* command: 2 * number of the command; see pair.cc */
    uint32_t op;
    uint64_t count;
    line ball[2];
    line arrived, sense;
    line credit;
    line stop;
    slot ring[ring_slots];
    unsigned char large[large_nbytes];
    uint32_t nrows;
    row rows[64];
};

struct context {
    area *shared;
    furrow_job *job;
    int pid, nprocs;
    uint64_t balls, slots; /* played so far: counters go on from one batch to the next */
    furrow_symbol *ball, *box, *credit, *large;
    furrow_remote *to_ball, *to_box, *to_credit, *to_large;
    furrow_program *program;
    std::vector<unsigned char> source;
};

struct operation {
    const char *name;
    void (*initiate)(context &, uint64_t count);
    void (*respond)(context &, uint64_t count); /* nullptr: the others do nothing */
};

/* A measurement: an operation of Furrow's, and the physical limit beside it. */
struct measurement {
    operation furrow, limit;
    uint64_t batch; /* operations timed together */
    double aim;     /* largest ratio that is good enough; 0: none is set */
};

/* Ends the program with furrow_last_error's sentence when err is not 0. */
void must(furrow_err err);

void raw_line_initiate(context &, uint64_t), raw_line_respond(context &, uint64_t);
void raw_lines_initiate(context &, uint64_t), raw_lines_respond(context &, uint64_t);
void raw_store_initiate(context &, uint64_t);
void raw_ring_initiate(context &, uint64_t), raw_ring_respond(context &, uint64_t);
void raw_copy_initiate(context &, uint64_t);
void raw_barrier(context &, uint64_t);

const std::vector<measurement> &pair_measurements();
const std::vector<measurement> &crowd_measurements();
void furrow_side_open(context &);
void furrow_side_close(context &);

/* pair.cc: this pid's part in measuring; pid 1's returns when all is measured, the others' when pid 1 says so. */
void measure(context &, const std::vector<measurement> &, int argc, char **argv);
/* launch.cc: starting and ending a job, against starting and ending two processes. */
void measure_launch(area &, const std::string &empty, int argc, char **argv);
/* report.cc: runs what is registered as NAME/furrow and NAME/limit and adds a row for each NAME. */
void run_and_collect(area &, const std::string &suffix, int argc, char **argv);
void set_aim(const std::string &name, const std::string &limit, double aim);
void print_table(const area &), print_json(const area &);

#endif
