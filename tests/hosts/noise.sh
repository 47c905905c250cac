#!/bin/bash
# A job over tcp, and a stranger at its ports: connections that say nothing, noise, half sentences, and what the job's own pids
# have said, again. The job must not care (P9).
. "${top_srcdir:?}/tests/tap.sh" || exit 1
tap_not_under_tsan noise
crossing=${top_builddir:?}/tests/hosts/crossing
export FURROW_TIMEOUT=60s
"$furrow" info --net 2>/dev/null | grep -q '^tcp;ofi_rxm *lo ' || { tap_skip "noise" "no tcp fabric on the loopback device"; tap_end; exit; }

# The ports on which process $1 listens, from /proc alone.
ports() {
  { ls -l "/proc/$1/fd"; cat "/proc/$1/net/tcp"; } 2>/dev/null | awk '
    match($0, /socket:\[[0-9]+\]/) { mine[substr($0, RSTART + 8, RLENGTH - 9)]; next }
    $4 == "0A" && $10 in mine { sub(/.*:/, "", $2); print $2 }' | while read -r port; do echo $((16#$port)); done
}
# The job's pids, from /proc too: a small system has no pgrep.
crossings() {
  local at
  for at in $(grep -lzs '/crossing$' /proc/[0-9]*/cmdline); do
    at=${at%/cmdline}
    tr '\0' ' ' <"$at/cmdline" 2>/dev/null | grep -q '^[^ ].*/crossing 3 8 $' && echo "${at#/proc/}"
  done
}
noisy() {
  FURROW_NET=tcp:lo timeout 100 "$furrow" run -n 3 "$crossing" 3 8 >"$tap_work/said" 2>&1 &
  local run=$! p port seen=0
  for p in $(seq 1 200); do # until they listen
    [ -z "$(for p in $(crossings); do ports "$p"; done)" ] || break
    sleep 0.1
  done
  for round in 1 2 3; do
    for p in $(crossings); do
      for port in $(ports "$p"); do
        seen=$((seen + 1))
        exec 7<>"/dev/tcp/127.0.0.1/$port" && head -c 3000 /dev/urandom >&7
        exec 8<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.0\r\n\r\n' >&8
        exec 7>&- 8>&-
      done
    done 2>/dev/null
    sleep 0.3
  done
  wait $run
  local status=$?
  cat "$tap_work/said"
  echo "$seen connections to ports, status $status"
  [ $seen -gt 0 ] && [ $status -eq 0 ] && grep -q 'all right$' "$tap_work/said"
}
tap_ok "noise at the ports of a job: it goes on" noisy
# In a network namespace of its own a stranger hears the job, and repeats it: as it was, with tags of another key, with none.
repeated() {
  # shellcheck disable=SC2016
  FURROW_NET=tcp:lo unshare -n sh -c 'ip link set lo up && exec "$@"' sh timeout 100 python3 "$top_srcdir/tests/hosts/stranger.py" \
    "$furrow" run -n 3 "$crossing" 3 10 >"$tap_work/said" 2>&1
  local status=$?
  cat "$tap_work/said"
  [ $status -eq 0 ] && grep -q '^3 pids, .*all right$' "$tap_work/said" && grep -Eq '^pid [123] refused [1-9][0-9]* messages$' "$tap_work/said" &&
    [ "$(grep -Ec '^stranger: .*(as it was, too|another key|no key)$' "$tap_work/said")" -ge 3 ]
}
if [ -n "${SAN_FLAGS:-}" ] || ! command -v python3 ip >/dev/null || ! unshare -n true 2>/dev/null; then
  tap_skip "a stranger repeats what it heard" "needs root, iproute2 and python3, and the job's ordinary pace"
else tap_ok "a stranger repeats what it heard: refused, counted, and the job goes on" repeated; fi
tap_end
