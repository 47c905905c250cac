#!/bin/bash
# hosts.sh [ROUNDS]: Furrow over tcp between two emulated hosts (tests/rigs/slurm), beside fi_pingpong over the same provider and a plain
# socket; one after another in each round, medians of the rounds and of their ratios. Needs root, slurm-wlm, munge, libfabric-bin.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
rounds=${1:-5}
build=${BUILD:-$top/build}
small=64 large=1048576
export FURROW_TIMEOUT=60s

raw() { # raw BYTES ROUNDS: "us MB/s"
  "$ON" h1 "$build/bench/socket" 7471 & local server=$!
  "$ON" h2 "$build/bench/socket" 10.78.0.1 7471 "$1" "$2"
  wait $server
}
pingpong() { # pingpong BYTES ROUNDS: "us MB/s"
  "$ON" h1 timeout 60 fi_pingpong -p "tcp;ofi_rxm" -e rdm -d eth0 -I "$2" -S "$1" >/dev/null & local server=$!
  sleep 0.3
  "$ON" h2 timeout 60 fi_pingpong -p "tcp;ofi_rxm" -e rdm -d eth0 -I "$2" -S "$1" 10.78.0.1 | awk 'NR > 1 { print $7, $6 }'
  wait $server
}
furrow_perf() { srun --mpi=pmix -N2 -n2 "$build/furrow" perf --net tcp:eth0 --op notify,put,get,reap -s $small,$large -t 0.5; }
measure() {
  local r us mb raw_us raw_mb pp_us pp_mb
  for ((r = 0; r < rounds; r++)); do
    read -r raw_us _ < <(raw $small 5000)
    read -r _ raw_mb < <(raw $large 200)
    read -r pp_us _ < <(pingpong $small 5000)
    read -r _ pp_mb < <(pingpong $large 200)
    furrow_perf >"$work/furrow" 2>"$work/err" || { cat "$work/furrow" "$work/err"; return 1; }
    us=$(latency notify $small) mb=$(stream put $large)
    keep latency "$us" "$pp_us"
    keep socket "$us" "$raw_us"
    keep stream "$mb" "$pp_mb"
    keep raw_stream "$mb" "$raw_mb"
    keep pp_pingpong "$(awk -v us="$(latency notify $large)" -v n=$large 'BEGIN { print n / us }')" "$pp_mb"
    keep fi_socket "$pp_us" "$raw_us"
    keep put "$(latency put $small)" "$pp_us"
    keep get "$(latency get $small)" "$pp_us"
    keep reap "$(latency reap -)" "$pp_us"
  done
  head_of_table
  row latency "notified put 64 B, one way; fi_pingpong" us "1.15 at most"
  row socket "the same; a plain socket" us ""
  row fi_socket "(fi_pingpong; a plain socket)" us ""
  row put "put 64 B, there and back; fi_pingpong one way" us ""
  row get "get 64 B, there and back; fi_pingpong one way" us ""
  row reap "reap_float64, there and back; fi_pingpong one way" us ""
  row stream "put 1 MiB, one after another; fi_pingpong" MB/s "0.9 at least"
  row pp_pingpong "notified put 1 MiB, ping-pong; fi_pingpong" MB/s "0.9 at least"
  row raw_stream "put 1 MiB, one after another; a plain socket" MB/s ""
}

if [ -z "${ON:-}" ]; then
  command -v fi_pingpong >/dev/null || { echo "fi_pingpong is not installed (libfabric-bin)" >&2; exit 77; }
  exec "$top/tests/rigs/slurm" 2 "$0" "$@"
fi
. "$top/bench/rows.sh"
measure
