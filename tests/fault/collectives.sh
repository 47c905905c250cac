#!/bin/bash
# A pid is killed at some moment while a session swaps, collects, stitches or broadcasts without pause: the error names it,
# and the job ends with nothing left (promises P4 and P5).
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
cd "$tap_work" || exit 1

# The process that is pid $1 of this test's job, by the ticket it was started with.
native_of() {
  local at
  for at in $(fault_processes); do
    [ "$(tr '\0' '\n' <"/proc/$at/environ" 2>/dev/null | sed -n 's/^FURROW_BOOT=//p' | cut -d: -f4)" != "$1" ] || echo "$at"
  done | tail -1
}
killed() { # killed VICTIM STATEMENT: it is repeated until it fails
  local victim=$1 shell_job
  cat >session.fur <<FUR
sow(workers(), :m, Dict(k=>k for k in workers()));
sow(workers(), :x, :(ones(300)));
println("ready")
for i in 1:100000000 $2 end
FUR
  env FAULT_MARK="$fault_mark" timeout 100 "$furrow" shell -n 6 session.fur >out 2>&1 & shell_job=$!
  timeout 60 sh -c 'until grep -q ready out; do sleep 0.02; done' || { cat out; return 1; }
  sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
  kill -KILL "$(native_of "$victim")"
  wait "$shell_job"
  grep -Eq "pid $victim (was killed by signal 9|died before it answered)" out && grep -q PEER_DEAD out && fault_nothing_left || { cat out; return 1; }
}
for victim in 2 4 6; do
  tap_ok "pid $victim dies in swaps" killed $victim 'swapmsgs(workers(), :m)'
  tap_ok "pid $victim dies in collections" killed $victim 'collectmsgs(:m, workers())'
  tap_ok "pid $victim dies in stitches" killed $victim 'stitch(workers(), :x)'
  tap_ok "pid $victim dies in stitches of expressions" killed $victim 'stitch(workers(), :(x + 1))'
  tap_ok "pid $victim dies in broadcasts" killed $victim 'broadcast_shared(Dict(2=>workers()), Float64, rand(300), :s)'
  tap_ok "pid $victim dies in large broadcasts" killed $victim 'broadcast_shared(Dict(2=>workers()), Float64, (200000,), :s)'
done
tap_end
