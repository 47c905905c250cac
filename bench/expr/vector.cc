/*
 * vector.cc - furrow-bench-expr: elementwise expressions against the same loops in C, without and with -ffast-math, at
 * sizes from the first cache to main memory, interleaved; prints the ratios and their geometric means for each size.
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
struct size_aim {
    size_t n;
    double aim;
};
const size_aim sizes[] = {{1 << 10, 3}, {32 << 10, 1.6}, {256 << 10, 1.6}, {32 << 20, 1.15}};
const std::map<std::string, std::vector<std::string>> setups = {
    {"f64", {"x = 4 .* rand(n) .- 1", "y = rand(n)", "z = zeros(n)"}},
    {"f32", {"u = map(Float32, rand(n))", "v = u .* 2", "w = u .+ 1"}},
    {"i64", {"i = collect(1:n)", "j = i .* 7", "k = i .+ 1"}},
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

bx_arrays arrays(size_t n)
{
    auto d = [](const char *s) { return static_cast<double *>(bx_elements(s)); };
    auto f = [](const char *s) { return static_cast<float *>(bx_elements(s)); };
    auto i = [](const char *s) { return static_cast<int64_t *>(bx_elements(s)); };
    return {n, d("x"), d("y"), d("z"), f("u"), f("v"), f("w"), i("i"), i("j"), i("k")};
}

void check(const bx_case &c, bx_program *program, const bx_arrays &a)
{
    double furrow = bx_run(program), plain = c.loop(&a);
    if (c.text[1] == '[' || c.text[1] == 'x') return; /* arrays: what the loop returns is one element */
    if (std::fabs(furrow - plain) > 1e-9 * std::fabs(plain))
        fprintf(stderr, "%s: %g, in C %g\n", c.text, furrow, plain);
}

void measure_group(const std::string &group, size_t n, collector &results)
{
    bx_do(("n = " + std::to_string(n)).c_str());
    for (const std::string &s : setups.at(group)) bx_do(s.c_str());
    const bx_arrays a = arrays(n);
    std::vector<bx_program *> programs;
    for (const bx_case *c = bx_cases; c->text; c++) {
        if (c->group != group) continue;
        bx_program *p = bx_prepare(c->text);
        programs.push_back(p);
        check(*c, p, a);
        benchmark::RegisterBenchmark((std::string(c->text) + "/furrow").c_str(), [p](benchmark::State &state) {
            for (auto _ : state) benchmark::DoNotOptimize(bx_run(p));
        });
        const bx_case *fast = bx_cases_fast + (c - bx_cases);
        benchmark::RegisterBenchmark((std::string(c->text) + "/c").c_str(), [c, &a](benchmark::State &state) {
            for (auto _ : state) benchmark::DoNotOptimize(c->loop(&a));
        });
        benchmark::RegisterBenchmark((std::string(c->text) + "/fast").c_str(), [fast, &a](benchmark::State &state) {
            for (auto _ : state) benchmark::DoNotOptimize(fast->loop(&a));
        });
    }
    benchmark::RunSpecifiedBenchmarks(&results);
    benchmark::ClearRegisteredBenchmarks();
    for (bx_program *p : programs) bx_forget(p);
    for (const std::string &s : setups.at(group)) bx_do((s.substr(0, 1) + " = 0").c_str());
}

void report(const size_aim &size, const collector &results)
{
    double logs = 0, logs_fast = 0;
    int count = 0;
    auto of = [&](const bx_case *c, const char *who) {
        auto found = results.ns.find(std::string(c->text) + who);
        return found == results.ns.end() ? 0 : median(found->second);
    };
    printf("\n%zu elements\n| %-52s | %12s | %6s | %10s |\n", size.n, "expression", "Furrow ns", "to C", "-ffast-math");
    for (const bx_case *c = bx_cases; c->text; c++) {
        double furrow = of(c, "/furrow"), plain = of(c, "/c"), fast = of(c, "/fast");
        if (furrow * plain * fast == 0) continue;
        printf("| %-52s | %12.0f | %6.2f | %10.2f |\n", c->text, furrow, furrow / plain, furrow / fast);
        logs += std::log(furrow / plain);
        logs_fast += std::log(furrow / fast);
        count++;
    }
    if (count)
        printf("geometric mean %.2f, aim %.2f; to -ffast-math %.2f\n", std::exp(logs / count), size.aim,
               std::exp(logs_fast / count));
    fflush(stdout);
}
} // namespace

int main(int argc, char **argv)
{
    std::vector<char *> args(argv, argv + argc);
    std::string interleave = "--benchmark_enable_random_interleaving=true", repeat = "--benchmark_repetitions=5",
                seconds = "--benchmark_min_time=0.02";
    args.insert(args.begin() + 1, {interleave.data(), repeat.data(), seconds.data()});
    int n = static_cast<int>(args.size());
    args.push_back(nullptr);
    benchmark::Initialize(&n, args.data());
    for (const size_aim &size : sizes) {
        collector results;
        for (const auto &group : setups) measure_group(group.first, size.n, results);
        report(size, results);
    }
    return 0;
}
