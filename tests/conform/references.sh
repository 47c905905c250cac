#!/bin/bash
# references.sh - references.c on four pids: a million under the plain build, fewer under sanitizers, whose memory is dear.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
n=1000000
[ -z "${SAN_FLAGS:-}" ] || n=50000
# One pid is killed on the way, so that the status is its, and the report counts.
drops() { timeout 500 "$furrow" run -n 4 "$top_builddir/tests/conform/references" $n 2>&1 | tee "$tap_work/said"; grep -q '^all right$' "$tap_work/said"; }
tap_ok "references dropped anywhere release what they refer to" drops
tap_end
