/*
 * report.cc - runs the registered benchmarks, interleaved, and turns each pair NAME/furrow, NAME/limit into a row: the
 * medians, and the median of the ratios of runs with the same number.
 */
#include "bench.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <unistd.h>

namespace
{
struct target {
    std::string limit;
    double aim;
};
std::map<std::string, target> targets;
std::vector<std::string> order;

double median(std::vector<double> v)
{
    if (v.empty()) return 0;
    std::sort(v.begin(), v.end());
    return v.size() % 2 ? v[v.size() / 2] : (v[v.size() / 2 - 1] + v[v.size() / 2]) / 2;
}

struct collector : benchmark::BenchmarkReporter {
    std::map<std::string, std::vector<double>> ns; /* by name, in the order of the repetitions */
    bool ReportContext(const Context &) override { return true; }
    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            if (run.error_occurred)
                fprintf(stderr, "furrow-bench: %s\n", run.error_message.c_str());
            else
                ns[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
        }
    }
};

void text(char (&to)[48], const std::string &from)
{
    snprintf(to, sizeof to, "%s", from.c_str());
}

std::string machine()
{
    std::ifstream info("/proc/cpuinfo");
    std::string line, model = "unknown processor";
    while (std::getline(info, line))
        if (line.compare(0, 10, "model name") == 0) {
            model = line.substr(line.find(':') + 2);
            break;
        }
    return model + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " cores";
}
} // namespace

void set_aim(const std::string &name, const std::string &limit, double aim)
{
    if (targets.emplace(name, target{limit, aim}).second) order.push_back(name);
}

void run_and_collect(area &shared, const std::string &, int argc, char **argv)
{
    std::vector<char *> args(argv, argv + argc);
    std::string interleave = "--benchmark_enable_random_interleaving=true", repeat = "--benchmark_repetitions=11";
    args.insert(args.begin() + 1, {interleave.data(), repeat.data()});
    int n = static_cast<int>(args.size());
    args.push_back(nullptr);
    benchmark::Initialize(&n, args.data());
    collector reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    for (const std::string &name : order) {
        const std::vector<double> &furrow = reporter.ns[name + "/furrow"], &limit = reporter.ns[name + "/limit"];
        if (furrow.empty() || limit.empty() || shared.nrows == 64) continue;
        std::vector<double> ratios;
        for (size_t i = 0; i < std::min(furrow.size(), limit.size()); i++) ratios.push_back(furrow[i] / limit[i]);
        row &r = shared.rows[shared.nrows++];
        text(r.name, name);
        text(r.limit, targets[name].limit);
        r.furrow_ns = median(furrow);
        r.limit_ns = median(limit);
        r.ratio = median(ratios);
        r.aim = targets[name].aim;
    }
}

void print_table(const area &shared)
{
    printf("%s, libfurrow %s. Medians of interleaved runs.\n\n", machine().c_str(), furrow_version());
    printf("| %-34s | %10s | %-26s | %10s | %6s | %4s |\n", "Furrow", "ns", "limit", "ns", "ratio", "aim");
    printf("|%.36s|%.11s:|%.28s|%.11s:|%.7s:|%.5s:|\n", "--------------------------------------",
           "-----------------------", "------------------------------", "--------------------", "---------", "-------");
    for (uint32_t i = 0; i < shared.nrows; i++) {
        const row &r = shared.rows[i];
        char aim[16] = "";
        if (r.aim > 0) snprintf(aim, sizeof aim, "%.1f", r.aim);
        printf("| %-34s | %10.1f | %-26s | %10.1f | %6.2f | %4s |\n", r.name, r.furrow_ns, r.limit, r.limit_ns, r.ratio,
               aim);
    }
}

void print_json(const area &shared)
{
    printf("{\"machine\": \"%s\", \"version\": \"%s\", \"rows\": [", machine().c_str(), furrow_version());
    for (uint32_t i = 0; i < shared.nrows; i++) {
        const row &r = shared.rows[i];
        printf("%s\n  {\"name\": \"%s\", \"furrow_ns\": %.2f, \"limit\": \"%s\", \"limit_ns\": %.2f, \"ratio\": %.3f}",
               i ? "," : "", r.name, r.furrow_ns, r.limit, r.limit_ns, r.ratio);
    }
    printf("\n]}\n");
}
