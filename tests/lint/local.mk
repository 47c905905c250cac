# What the house rules say and a script can see.
lint_tests = tests/lint/includes.sh tests/lint/headers.sh tests/lint/exports.sh tests/lint/links.sh tests/lint/sizes.sh \
	tests/lint/words.sh tests/lint/format.sh
TESTS += $(lint_tests)
EXTRA_DIST += $(lint_tests) tests/lint/exempt .clang-format
