# Every test prints TAP: programs made with cmocka do it by themselves, scripts through tests/tap.sh.
# `make check` leaves one .trs a test; tools/quickstart counts them.
TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	FURROW_COMMAND='$(abs_top_builddir)/tests/bin/furrow'; export FURROW_COMMAND; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; top_builddir='$(abs_top_builddir)'; export top_builddir; \
	DEPENDENCY_CFLAGS='$(XXHASH_CFLAGS) $(HWLOC_CFLAGS) $(PCRE2_CFLAGS) $(HDF5_CFLAGS)'; export DEPENDENCY_CFLAGS; \
	CC='$(CC)'; export CC; CXX='$(CXX)'; export CXX; SAN_FLAGS='$(SAN_FLAGS)'; export SAN_FLAGS; BUILD_CFLAGS='$(CFLAGS)'; export BUILD_CFLAGS; \
	LSAN_OPTIONS="suppressions='$(abs_top_srcdir)/tests/lsan.supp':print_suppressions=0"; export LSAN_OPTIONS;
LOG_DRIVER = $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(top_srcdir)/tests/run-unit $(TEST_SECONDS)
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(top_srcdir)/tests/run-script $(TEST_SECONDS)
TEST_SECONDS = 600

EXTRA_DIST += tests/lsan.supp tests/tap.sh tests/run-unit tests/run-script

include tests/unit/local.mk
include tests/expr/local.mk
include tests/fuzz/local.mk
include tests/lint/local.mk
include tests/conform/local.mk
include tests/fault/local.mk
include tests/tools/local.mk
include tests/whole/local.mk
include tests/session/local.mk
include tests/hosts/local.mk
include tests/counts/local.mk
