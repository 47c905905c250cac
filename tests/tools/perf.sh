#!/bin/bash
# furrow perf: figures for each operation, over shared memory and over a fabric on this host, as tables and as JSON; misuse.
# What the figures are is not tested: they are times.
. "$top_srcdir/tests/tap.sh"
cd "$tap_work" || exit 1
export FURROW_TIMEOUT=120s

perf() { timeout 300 "$furrow" perf -t 0.01 "$@" >out 2>err || { cat out err; return 1; }; }
tables() { perf -s 8,4k && for op in put get notify; do grep -qE "^$op +(there and back|one way) +4096 +[0-9]+( +[0-9.]+){6}$" out || { cat out; return 1; }; done && grep -qE '^reap ' out && grep -qE '^notify +8 +[0-9.]+ +[0-9]+$' out; }
tap_ok "tables, in shared memory" tables
chosen() { perf --op put,reap -s 64 && ! grep -qE '^(get|notify) ' out && [ "$(grep -c '^put ' out)" -eq 2 ]; }
tap_ok "--op and -s choose" chosen
every() { perf -a --op put -i 3 --warmup 0 --json && sizes=$(tr -d ' \n' <out | grep -oE '"latency":.*"stream"' | grep -oE '"bytes":[0-9]+' | tr -dc '0-9\n') && [ "$(wc -l <<<"$sizes")" -eq 23 ] && grep -qx 1 <<<"$sizes" && grep -qx 4194304 <<<"$sizes"; }
tap_ok "-a: sizes from 1 byte to 4 MiB" every
both() { perf -b --op put,get,notify -s 8,64k && grep -qE '^both ways: +yes$' out && grep -qE '^one after another, both ways' out && [ "$(grep -cE '^(put|get|notify) +(8|65536) +[0-9.]+ +[1-9][0-9]*$' out)" -eq 6 ]; }
tap_ok "-b: both ways at once" both
misuse() { "$furrow" perf "$@" >out 2>err; [ $? -eq 2 ] && grep -q '^usage: furrow perf' err; }
for a in "--op fly" "-s 0" "-s 1,,2" "-s 65M" "-i 0" "-t x" "--with 0" "--warmup -1" "-a=1" "more"; do tap_ok "misuse: $a" misuse $a; done
alone() { ! timeout 60 "$furrow" run -n 1 "$furrow" perf >out 2>err && grep -q 'at least two pids' err; }
tap_ok "a job of one is told so" alone
nobody() { ! timeout 60 "$furrow" perf --with 3 >out 2>err && grep -q '2 to 2, not 3' err; }
tap_ok "a partner that is none is told so" nobody
wrong() { ! timeout 60 "$furrow" perf --net carrier-pigeon >out 2>err && grep -q 'the choices are: auto, shm' err; }
killed() { # either side in the middle: the other says which pid it was
  timeout 300 "$furrow" run -n 2 sh -c 'echo $$ >>sides; exec "$0" perf -t 60 -i 1e7 --op notify -s 8' "$furrow" >out 2>err & local job=$!
  timeout 60 sh -c 'until [ "$(wc -l <sides)" = 2 ]; do sleep 0.1; done' 2>/dev/null
  sleep 1
  kill -9 "$(head -1 sides)"
  ! wait $job && grep -q 'pid [12] was killed by signal 9' err || { cat out err; return 1; }
}
tap_ok "a side that is killed is named" killed
if "$furrow" info --net 2>/dev/null | grep -q '^tcp;ofi_rxm *lo '; then
  tap_ok "a transport that is none: the choices are listed" wrong
  if [[ ${SAN_FLAGS:-} != *thread* ]]; then
    json() {
      perf --net tcp:lo --json -s 8,64k && jq -e '.perf.transport == "tcp;ofi_rxm" and (.perf.shared_memory | not) and (.latency | length) == 7
        and (.stream | length) == 6 and ([.latency[] | .min_us <= .median_us and .median_us <= .p99_us and .p99_us <= .p999_us and .p999_us <= .max_us and .min_us <= .mean_us and .mean_us <= .max_us and .min_us > 0 and .rounds > 0] | all)
        and ([.stream[].messages_per_second > 0] | all)' out >/dev/null || { cat out; return 1; }
    }
    if command -v jq >/dev/null; then tap_ok "JSON, over tcp" json; else tap_skip "JSON, over tcp" "jq is not installed"; fi
  else
    tap_skip "JSON, over tcp" "libfabric is not built for the thread sanitizer"
  fi
else
  tap_skip "over tcp" "no tcp fabric on the loopback device"
fi
inside() { timeout 300 "$furrow" run -n 4 "$furrow" perf -t 0.01 --with 3 --op notify -s 8 >out 2>err && grep -qE '^partner: +3$' out && [ "$(grep -c '^notify ' out)" -eq 2 ] || { cat out err; return 1; }; }
tap_ok "between two pids of a job, the others serve" inside
tap_end
