# `make bench` builds and runs the benchmark; it is no part of `make`. Linked to run where it was built, without libtool's
# wrapper, whose shell would be timed too.
EXTRA_PROGRAMS += bench/furrow-bench bench/empty
CLEANFILES += bench/furrow-bench bench/empty
bench_furrow_bench_SOURCES = bench/main.cc bench/pair.cc bench/launch.cc bench/furrow.cc bench/raw.cc bench/report.cc \
	bench/bench.h
bench_furrow_bench_CXXFLAGS = $(AM_CXXFLAGS) -Wno-missing-field-initializers $(BENCHMARK_CFLAGS)
bench_furrow_bench_LDADD = libfurrow.la $(BENCHMARK_LIBS)
bench_empty_SOURCES = bench/empty.c
bench_empty_LDADD = libfurrow.la

if HAVE_BENCHMARK
bench: bench/furrow-bench bench/empty
	bench/furrow-bench
else
bench:
	@echo "Google Benchmark was not found when this was configured: install libbenchmark-dev" >&2; exit 1
endif
.PHONY: bench

# `make bench-large`: large values and files beside memcpy, write with fsync, and read.
EXTRA_PROGRAMS += bench/furrow-bench-large
CLEANFILES += bench/furrow-bench-large
bench_furrow_bench_large_SOURCES = bench/large.c
bench_furrow_bench_large_LDADD = libfurrow.la
bench-large: bench/furrow-bench-large
	bench/furrow-bench-large
.PHONY: bench-large

# `make bench-expr`: the language alone, against loops in C and against Lua.
expr_bench_libs = libexpr.la libvalue.la libbase.la $(XXHASH_LIBS) $(PCRE2_LIBS) $(BENCHMARK_LIBS)
expr_bench_flags = $(AM_CXXFLAGS) -Wno-missing-field-initializers $(BENCHMARK_CFLAGS)
EXTRA_LTLIBRARIES = libbenchloops.la libbenchloopsfast.la
libbenchloops_la_SOURCES = bench/expr/loops.c
libbenchloops_la_CFLAGS = $(AM_CFLAGS) -DBX_CASES=bx_cases -march=native
libbenchloopsfast_la_SOURCES = bench/expr/loops.c
libbenchloopsfast_la_CFLAGS = $(AM_CFLAGS) -DBX_CASES=bx_cases_fast -march=native -ffast-math
expr_benches = bench/furrow-bench-expr
bench_furrow_bench_expr_SOURCES = bench/expr/vector.cc bench/expr/language.c bench/expr/expr.h
bench_furrow_bench_expr_CXXFLAGS = $(expr_bench_flags)
bench_furrow_bench_expr_LDADD = libbenchloops.la libbenchloopsfast.la $(expr_bench_libs)
if HAVE_LUA
expr_benches += bench/furrow-bench-lua
endif
bench_furrow_bench_lua_SOURCES = bench/expr/scalar.cc bench/expr/language.c bench/expr/lua.c bench/expr/expr.h
bench_furrow_bench_lua_CFLAGS = $(AM_CFLAGS) $(LUA_CFLAGS)
bench_furrow_bench_lua_CXXFLAGS = $(expr_bench_flags)
bench_furrow_bench_lua_LDADD = $(expr_bench_libs) $(LUA_LIBS)
if HAVE_LUAJIT
expr_benches += bench/furrow-bench-luajit
endif
bench_furrow_bench_luajit_SOURCES = bench/expr/scalar.cc bench/expr/language.c bench/expr/lua.c bench/expr/expr.h
bench_furrow_bench_luajit_CFLAGS = $(AM_CFLAGS) $(LUAJIT_CFLAGS)
bench_furrow_bench_luajit_CXXFLAGS = $(expr_bench_flags)
bench_furrow_bench_luajit_LDADD = $(expr_bench_libs) $(LUAJIT_LIBS)
EXTRA_PROGRAMS += bench/furrow-bench-expr bench/furrow-bench-lua bench/furrow-bench-luajit
CLEANFILES += bench/expr-times bench/furrow-bench-expr bench/furrow-bench-lua bench/furrow-bench-luajit
EXTRA_DIST += bench/expr/numexpr_times.py

if HAVE_BENCHMARK
bench-expr: $(expr_benches)
	bench/furrow-bench-expr >bench/expr-times; cat bench/expr-times
	@/usr/bin/python3 -c 'import numexpr' 2>/dev/null && /usr/bin/python3 $(top_srcdir)/bench/expr/numexpr_times.py bench/expr-times \
	  || echo "numexpr: skipped, python3-numexpr was not found"
if HAVE_LUA
	bench/furrow-bench-lua
else
	@echo "Lua 5.4: skipped, liblua5.4-dev was not found when this was configured"
endif
if HAVE_LUAJIT
	bench/furrow-bench-luajit
else
	@echo "LuaJIT: skipped, libluajit-5.1-dev was not found when this was configured"
endif
else
bench-expr:
	@echo "Google Benchmark was not found when this was configured: install libbenchmark-dev" >&2; exit 1
endif
.PHONY: bench-expr

# `make bench-hosts`: over tcp between two emulated hosts, beside fi_pingpong and a plain socket. As root.
EXTRA_PROGRAMS += bench/socket
CLEANFILES += bench/socket
bench_socket_SOURCES = bench/peers/socket.c
EXTRA_DIST += bench/hosts.sh bench/guest.sh bench/rows.sh
bench-hosts: bench/socket furrow$(EXEEXT)
	BUILD="$(abs_top_builddir)" $(top_srcdir)/bench/hosts.sh $(ROUNDS)
# `make bench-guest`: over verbs in the RDMA guest, beside perftest. ROUNDS=1 takes half a minute.
bench-guest: furrow$(EXEEXT)
	BUILD="$(abs_top_builddir)" $(top_srcdir)/bench/guest.sh $(ROUNDS)
.PHONY: bench-hosts bench-guest
.PHONY: bench-hosts
# `make bench-collectives`: what many pids do together, beside a flag barrier and memcpy.
EXTRA_PROGRAMS += bench/furrow-bench-collectives
CLEANFILES += bench/furrow-bench-collectives
bench_furrow_bench_collectives_SOURCES = bench/collectives.c
bench_furrow_bench_collectives_LDADD = libfurrow.la
bench-collectives: bench/furrow-bench-collectives
	bench/furrow-bench-collectives
.PHONY: bench-collectives
