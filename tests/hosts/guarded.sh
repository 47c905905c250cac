#!/bin/bash
# Read-only symbols and FURROW_EVAL=off: what others try is refused and counted, in shared memory and over every fabric here
# (promises P8, P9).
. "${top_srcdir:?}/tests/tap.sh" || exit 1
guarded=${top_builddir:?}/tests/hosts/guarded
export furrow guarded tap_work FURROW_TIMEOUT=60s FURROW_PROGRESS=caller
refuses() { timeout 120 "$furrow" run -n 3 "$guarded" "$@" >"$tap_work/said" 2>&1; local s=$?; cat "$tap_work/said"; [ $s -eq 0 ] && grep -q '^3 pids: all refused$' "$tap_work/said"; }
tap_ok "read-only symbols, shm" env FURROW_NET=shm bash -c "$(declare -f refuses); refuses"
tap_ok "FURROW_EVAL=off, shm" env FURROW_EVAL=off bash -c "$(declare -f refuses); refuses off"
tap_not_under_tsan "over a fabric"
fabrics=$("$furrow" info --net 2>/dev/null | awk '$2 == "lo" && $4 != "no," { sub(/;.*/, "", $1); print $1 }' | grep -v '^udp$' | sort -u)
[ -n "$fabrics" ] || tap_skip "over a fabric" "libfabric offers none on the loopback device"
for f in $fabrics; do
  tap_ok "read-only symbols, $f" env "FURROW_NET=$f:lo" bash -c "$(declare -f refuses); refuses"
  tap_ok "FURROW_EVAL=off, $f" env "FURROW_NET=$f:lo" FURROW_EVAL=off bash -c "$(declare -f refuses); refuses off"
done
tap_end
