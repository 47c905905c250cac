/*
 * scalar.cc - cached scalar programs against the same chunk of Lua, interleaved; prints times and ratios.
 */
#include "expr.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace
{
struct scalar_case {
    const char *text, *lua;
};
const char *const before[] = {
    "a = 1.5",
    "b = 2.5",
    "f(x) = x * x + 1",
    "fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)",
    "function total(n)\n s = 0\n for i = 1:n\n s += i * i\n end\n s\n end",
    "function halves(n)\n s = 0.0\n i = 0\n while i < n\n s = s + i * 0.5\n i += 1\n end\n s\n end",
};
const char *const before_lua =
    "a = 1.5 b = 2.5 function f(x) return x * x + 1 end "
    "function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end "
    "function total(n) local s = 0 for i = 1, n do s = s + i * i end return s end "
    "function halves(n) local s, i = 0.0, 0 while i < n do s = s + i * 0.5 i = i + 1 end return s end";
const scalar_case cases[] = {
    {"2a + 3b", "return 2 * a + 3 * b"},
    {"a * b + a / b - a ^ 2 + b * 3 - a + 1", "return a * b + a / b - a ^ 2 + b * 3 - a + 1"},
    {"a < b ? a : b", "if a < b then return a else return b end"},
    {"c = a + b", "c = a + b return c"},
    {"f(a)", "return f(a)"},
    {"sqrt(a) + abs(b)", "return math.sqrt(a) + math.abs(b)"},
    {"fib(12)", "return fib(12)"},
    {"total(1000)", "return total(1000)"},
    {"halves(1000)", "return halves(1000)"},
};

struct collector : benchmark::BenchmarkReporter {
    std::map<std::string, std::vector<double>> ns;
    bool ReportContext(const Context &) override { return true; }
    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs)
            if (run.run_type == Run::RT_Iteration) ns[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
    }
};

double median(std::vector<double> v)
{
    std::sort(v.begin(), v.end());
    return v.empty() ? 0 : v[v.size() / 2];
}
} // namespace

int main(int argc, char **argv)
{
    std::vector<char *> args(argv, argv + argc);
    std::string interleave = "--benchmark_enable_random_interleaving=true", repeat = "--benchmark_repetitions=7",
                seconds = "--benchmark_min_time=0.02";
    args.insert(args.begin() + 1, {interleave.data(), repeat.data(), seconds.data()});
    int n = static_cast<int>(args.size());
    args.push_back(nullptr);
    benchmark::Initialize(&n, args.data());
    for (const char *text : before) bx_do(text);
    for (const scalar_case &c : cases) {
        bx_program *p = bx_prepare(c.text);
        bx_lua *l = bx_lua_open(before_lua, c.lua);
        if (std::fabs(bx_run(p) - bx_lua_run(l)) > 1e-9) fprintf(stderr, "%s: the values differ\n", c.text);
        benchmark::RegisterBenchmark((std::string(c.text) + "/furrow").c_str(), [p](benchmark::State &state) {
            for (auto _ : state) benchmark::DoNotOptimize(bx_run(p));
        });
        benchmark::RegisterBenchmark((std::string(c.text) + "/lua").c_str(), [l](benchmark::State &state) {
            for (auto _ : state) benchmark::DoNotOptimize(bx_lua_run(l));
        });
    }
    collector results;
    benchmark::RunSpecifiedBenchmarks(&results);
    printf("| %-40s | %10s | %10s | %6s |   (%s)\n", "program", "Furrow ns", "Lua ns", "ratio", bx_lua_name());
    double logs = 0;
    for (const scalar_case &c : cases) {
        double furrow = median(results.ns[std::string(c.text) + "/furrow"]);
        double lua = median(results.ns[std::string(c.text) + "/lua"]);
        printf("| %-40s | %10.1f | %10.1f | %6.2f |\n", c.text, furrow, lua, furrow / lua);
        logs += std::log(furrow / lua);
    }
    printf("geometric mean %.2f\n", std::exp(logs / (sizeof cases / sizeof *cases)));
    return 0;
}
