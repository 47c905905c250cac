#!/bin/bash
# clang-format agrees. Its versions differ from one another, so that only Debian 12's counts.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
cd "$top_srcdir" || exit 1
formatted() { find src tools examples bench include tests -name '*.[ch]' -o -name '*.cc' | sort | xargs clang-format-14 --dry-run -Werror; }
if command -v clang-format-14 >/dev/null; then tap_ok "clang-format" formatted
else tap_skip "clang-format" "clang-format-14 is not installed"; fi
tap_end
