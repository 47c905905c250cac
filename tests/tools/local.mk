# The furrow command as a user meets it; furrow run is tried in tests/fault.
tools_tests = tests/tools/shell.sh tests/tools/info.sh tests/tools/perf.sh
TESTS += $(tools_tests)
EXTRA_DIST += $(tools_tests)
