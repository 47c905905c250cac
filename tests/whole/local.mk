# Tests of the whole: what a user types.
whole_tests = tests/whole/examples.sh tests/whole/install.sh tests/whole/quickstart.sh tests/whole/readme.sh
EXTRA_DIST += $(whole_tests) tools/quickstart tools/tour tests/tally tests/all tests/rigs/fresh tests/rigs/hosts
TESTS += $(whole_tests)
