# A fuzz target X: tests/fuzz/fuzz_X.c with LLVMFuzzerTestOneInput, and seeds in tests/fuzz/corpus/X/,
# named below as a target (libFuzzer's main) and as a replay (replay.c's main).
# `make check` replays the corpora with any compiler. `make fuzz` needs
#   configure CC=clang --enable-sanitizer=address,undefined,fuzzer-no-link
fuzz_targets = tests/fuzz/fuzz_parse tests/fuzz/fuzz_diff tests/fuzz/fuzz_text tests/fuzz/fuzz_bytecode tests/fuzz/fuzz_value
fuzz_replays = tests/fuzz/replay_parse tests/fuzz/replay_diff tests/fuzz/replay_text tests/fuzz/replay_bytecode tests/fuzz/replay_value
fuzz_host = tests/fuzz/fuzz_host.c tests/fuzz/fuzz_host.h

tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz_parse.c
tests_fuzz_fuzz_parse_LDFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_parse_SOURCES = $(tests_fuzz_fuzz_parse_SOURCES) tests/fuzz/replay.c
# The machine against the evaluator that walks trees.
fuzz_walk = tests/expr/host.c tests/expr/host.h tests/expr/walk.c tests/expr/walk.h
tests_fuzz_fuzz_diff_SOURCES = tests/fuzz/fuzz_diff.c $(fuzz_walk)
tests_fuzz_fuzz_diff_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/expr
tests_fuzz_fuzz_diff_LDFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_diff_SOURCES = $(tests_fuzz_fuzz_diff_SOURCES) tests/fuzz/replay.c
tests_fuzz_replay_diff_CPPFLAGS = $(tests_fuzz_fuzz_diff_CPPFLAGS)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(fuzz_host)
tests_fuzz_fuzz_text_LDFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_text_SOURCES = $(tests_fuzz_fuzz_text_SOURCES) tests/fuzz/replay.c
tests_fuzz_fuzz_bytecode_SOURCES = tests/fuzz/fuzz_bytecode.c $(fuzz_host)
tests_fuzz_fuzz_bytecode_LDFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_bytecode_SOURCES = $(tests_fuzz_fuzz_bytecode_SOURCES) tests/fuzz/replay.c
tests_fuzz_fuzz_value_SOURCES = tests/fuzz/fuzz_value.c
tests_fuzz_fuzz_value_LDFLAGS = $(FUZZ_FLAGS)
tests_fuzz_replay_value_SOURCES = $(tests_fuzz_fuzz_value_SOURCES) tests/fuzz/replay.c

check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus
FUZZ_SECONDS = 20
FUZZ_FLAGS = -fsanitize=fuzzer $(AM_LDFLAGS)

FUZZ_JOBS = 2
fuzz: $(fuzz_targets)
	@printf '%s\n' $(fuzz_targets) | xargs -P $(FUZZ_JOBS) -I TARGET sh -c ' \
	  t=TARGET; n=$${t##*/fuzz_}; mkdir -p fuzz-found/$$n; \
	  $$t -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
	    -artifact_prefix=fuzz-found/ fuzz-found/$$n $(top_srcdir)/tests/fuzz/corpus/$$n >fuzz-found/$$n.log 2>&1; \
	  s=$$?; cat fuzz-found/$$n.log; exit $$s'
.PHONY: fuzz
