# `make bench` builds and runs the benchmark; it is no part of `make`. Linked to run where it was built, without libtool's
# wrapper, whose shell would be timed too.
EXTRA_PROGRAMS += bench/furrow-bench bench/empty
CLEANFILES += bench/furrow-bench bench/empty
bench_furrow_bench_SOURCES = bench/main.cc bench/pair.cc bench/launch.cc bench/furrow.cc bench/raw.cc bench/report.cc \
	bench/bench.h
bench_furrow_bench_CXXFLAGS = $(AM_CXXFLAGS) -Wno-missing-field-initializers $(BENCHMARK_CFLAGS)
bench_furrow_bench_LDADD = libfurrow.la $(BENCHMARK_LIBS)
bench_furrow_bench_LDFLAGS = -no-install $(AM_LDFLAGS)
bench_empty_SOURCES = bench/empty.c
bench_empty_LDADD = libfurrow.la
bench_empty_LDFLAGS = -no-install $(AM_LDFLAGS)

if HAVE_BENCHMARK
bench: bench/furrow-bench bench/empty
	bench/furrow-bench
else
bench:
	@echo "Google Benchmark was not found when this was configured: install libbenchmark-dev" >&2; exit 1
endif
.PHONY: bench
