# A fuzz target X: tests/fuzz/fuzz_X.c with LLVMFuzzerTestOneInput, and seeds in tests/fuzz/corpus/X/.
#   fuzz_targets += tests/fuzz/fuzz_X
#   fuzz_replays += tests/fuzz/replay_X
#   tests_fuzz_replay_X_SOURCES = tests/fuzz/fuzz_X.c tests/fuzz/replay.c
# `make check` replays the corpora with any compiler. `make fuzz` needs
#   configure CC=clang --enable-sanitizer=address,undefined,fuzzer-no-link
fuzz_targets =
fuzz_replays =

check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus
FUZZ_SECONDS = 20
FUZZ_FLAGS = -fsanitize=fuzzer $(AM_LDFLAGS)

fuzz: $(fuzz_targets)
	@set -e; for t in $(fuzz_targets); do \
	  n=$${t##*/fuzz_}; mkdir -p fuzz-found/$$n; \
	  $$t -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
	    -artifact_prefix=fuzz-found/ fuzz-found/$$n $(top_srcdir)/tests/fuzz/corpus/$$n; \
	done
.PHONY: fuzz
