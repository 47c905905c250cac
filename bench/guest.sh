#!/bin/bash
# guest.sh [ROUNDS]: Furrow over real verbs in the RDMA guest (tests/rigs/rdma-guest), beside perftest's tools on the same device; one after
# another in each round, medians of the rounds and of their ratios. Needs what the guest needs, and perftest.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
rounds=${1:-5}
build=${BUILD:-$top/build}
if [ -z "${INSIDE_GUEST:-}" ]; then
  command -v ib_write_lat >/dev/null || { echo "ib_write_lat is not installed (perftest)" >&2; exit 77; }
  [ -x "$top/tests/rigs/rdma-guest" ] || { echo "tests/rigs/rdma-guest is not there" >&2; exit 77; }
  exec "$top/tests/rigs/rdma-guest" env INSIDE_GUEST=1 BUILD="$build" "$0" "$rounds"
fi
. "$top/bench/rows.sh"
export FURROW_TIMEOUT=20s
small=64 large=65536

# tool NAME BYTES ROUNDS COLUMN: a figure of one of perftest's tools.
tool() {
  timeout 20 "$1" -d rxe0 -x 1 -F -s "$2" -n "$3" >/dev/null 2>&1 & local server=$!
  sleep 0.5
  timeout 20 "$1" -d rxe0 -x 1 -F -s "$2" -n "$3" 127.0.0.1 2>/dev/null | awk -v c="$4" -v b="$2" '$1 == b { print $c }'
  wait $server
}
furrow_perf() { timeout 30 "$build/furrow" perf --net verbs -t 0.3 "$@" 2>&1; }
for ((r = 0; r < rounds; r++)); do
  write=$(tool ib_write_lat $small 2000 5)
  read=$(tool ib_read_lat $small 2000 5)
  bw=$(tool ib_write_bw $large 1000 4 | awk '{ print $1 * 1.048576 }') # its MB have 2^20 bytes
  furrow_perf --op notify,reap -s $small >"$work/furrow" && furrow_perf --op put,get -s $small,$large >>"$work/furrow" || { cat "$work/furrow"; exit 1; }
  keep notify "$(latency notify $small)" "$write"
  keep put "$(latency put $small)" "$write"
  keep get "$(latency get $small)" "$read"
  keep reap "$(latency reap -)" "$write"
  keep stream "$(stream put $large)" "$bw"
  keep get_stream "$(stream get $large)" "$bw"
done
head_of_table
row notify "notified put 64 B, one way; ib_write_lat" us "1.3 at most"
row put "put 64 B, there and back; ib_write_lat one way" us ""
row get "get 64 B, there and back; ib_read_lat" us ""
row reap "reap_float64, there and back; ib_write_lat one way" us ""
row stream "put 64 KiB, one after another; ib_write_bw" MB/s "0.9 at least"
row get_stream "get 64 KiB, one after another; ib_write_bw" MB/s ""
