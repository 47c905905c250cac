/*
 * launch.cc - from launch to exit of a job of two pids that only joins and leaves, against two processes of /bin/true.
 */
#include "bench.h"
#include <benchmark/benchmark.h>
#include <furrow/launch.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{
void launch_job(benchmark::State &state, const std::string &empty)
{
    const char *const argv[] = {empty.c_str(), nullptr};
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    opts.nprocs = 2;
    opts.argv = argv;
    for (auto _ : state) {
        int status = 0;
        must(furrow_launch(&opts, &status));
        if (status != 0) state.SkipWithError("the empty job failed");
    }
}

void launch_true(benchmark::State &state)
{
    char program[] = "/bin/true";
    char *const argv[] = {program, nullptr};
    for (auto _ : state) {
        pid_t child[2];
        for (pid_t &pid : child)
            if (posix_spawn(&pid, program, nullptr, nullptr, argv, environ)) state.SkipWithError("no /bin/true");
        for (pid_t pid : child) waitpid(pid, nullptr, 0);
    }
}
} // namespace

void measure_launch(area &shared, const std::string &empty, int argc, char **argv)
{
    const char *name = "launch to exit, 2 pids";
    auto job = [&empty](benchmark::State &state) { launch_job(state, empty); };
    benchmark::RegisterBenchmark((std::string(name) + "/furrow").c_str(), job)->UseRealTime()->MinTime(0.1);
    benchmark::RegisterBenchmark((std::string(name) + "/limit").c_str(), launch_true)->UseRealTime()->MinTime(0.1);
    set_aim(name, "/bin/true, twice", 0);
    run_and_collect(shared, "", argc, argv);
}
