#!/bin/bash
# Instructions of Furrow's own on the way of single operations, counted by callgrind: they are the same on every machine, busy or
# not, so that what makes an operation longer is seen at once. What libfabric and libc do in between is not counted.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
program=${top_builddir:?}/tests/counts/counts
times=2000
export FURROW_NET FURROW_TIMEOUT=60s

# count OPERATION FUNCTION: instructions of one call.
count() {
  rm -f "$tap_work"/out.*
  timeout 120 "$furrow" run -n 2 valgrind -q --tool=callgrind --callgrind-out-file="$tap_work/out.%p" --toggle-collect="$2" "$program" "$1" $times || return 1
  # The pid that called: the other one's file has counted nothing, or as much.
  local file most=0 n
  for file in "$tap_work"/out.*; do
    n=$(callgrind_annotate --threshold=100 --auto=no "$file" | awk '/\[.*\/(libfurrow|furrow-ofi|libxxhash)[^\/]*\]$/ { gsub(",", "", $1); n += $1 } END { print n + 0 }')
    [ "$n" -le $most ] || most=$n
  done
  echo $((most / times))
}
# no_more OPERATION FUNCTION MOST: at most so many; fewer than a third of it is a limit to be lowered.
no_more() {
  local n
  n=$(count "$1" "$2") || { echo "$n"; return 1; }
  echo "$n instructions, at most $3"
  [ "$n" -le "$3" ] && [ $((n * 3)) -ge "$3" ]
}

if [ -n "${SAN_FLAGS:-}" ] || [[ "$($CC --version)" != *Debian\ 12.* ]] || [[ ${BUILD_CFLAGS:-} != *-O2* ]]; then
  tap_skip "instruction counts" "the limits are those of Debian 12's gcc with -O2"
elif ! command -v callgrind_annotate >/dev/null; then
  tap_skip "instruction counts" "valgrind is not installed"
else
  FURROW_NET=shm
  tap_ok "put of a number" no_more put furrow_put 50
  tap_ok "get of a number" no_more get furrow_get 50
  tap_ok "notified put of 64 bytes" no_more notify furrow_put_notify 180
  tap_ok "atomic addition" no_more add furrow_fetch_add 150
  tap_ok "reap of a cached program at oneself" no_more reap furrow_reap_float64 800
  FURROW_NET=tcp:lo
  if "$furrow" info --net 2>/dev/null | grep -q '^tcp.* lo '; then tap_ok "notified put of 64 bytes over a fabric" no_more notify furrow_put_notify 700
  else tap_skip "notified put over a fabric" "libfabric offers no tcp on the loopback device"; fi
fi
tap_end
