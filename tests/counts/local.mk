check_PROGRAMS += tests/counts/counts
tests_counts_counts_LDADD = libfurrow.la
TESTS += tests/counts/counts.sh
EXTRA_DIST += tests/counts/counts.sh
