# The language by itself: tests/expr/*.t replayed by run.c, on the libraries of language, values and base alone.
check_PROGRAMS += tests/expr/run
tests_expr_run_SOURCES = tests/expr/run.c tests/expr/host.c tests/expr/host.h
tests_expr_run_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/expr
tests_expr_run_LDADD = libexpr.la libvalue.la libbase.la $(XXHASH_LIBS) $(PCRE2_LIBS)
dist_check_SCRIPTS += tests/expr/replay.sh
TESTS += tests/expr/replay.sh
EXTRA_DIST += tests/expr/regen tests/expr/random tests/expr/arith.t tests/expr/array.t tests/expr/complex.t tests/expr/complexint.t tests/expr/comprehension.t tests/expr/control.t tests/expr/dict.t tests/expr/error.t tests/expr/index.t tests/expr/matrix.t tests/expr/prelude.t tests/expr/quote.t tests/expr/range.t tests/expr/reduce.t tests/expr/string.t tests/expr/try.t tests/expr/type.t tests/expr/set.t tests/expr/whole.t
