#!/bin/bash
# A pid dies, or stops, while the others put, reap, wait or meet: who waits for it learns its name within 100 ms, the
# others' answers arrive, and what is left of the job works (promise P4).
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
member=$top_builddir/tests/fault/member
cd "$tap_work" || exit 1

start_members() { # start_members N WORK VICTIM [WRAPPER...]
  local n=$1 work=$2 victim=$3; shift 3
  fault_start run -n "$n" "$@" "$member" "$work" "$victim" >out 2>err
  local deadline=$(($(now_ms) + 20000))
  while [ "$(grep -c ' ready ' out)" -lt "$n" ]; do
    [ "$(now_ms)" -lt "$deadline" ] && kill -0 "$job" || { cat out err; return 1; }
    sleep 0.02
  done
  native=$(awk -v v="$victim" '$1 == v && $2 == "native" { print $3 }' out)
}
# Each pid but the victim says CODE of the victim, after TIME and within LIMIT ms.
all_name() { # all_name N VICTIM CODE TIME LIMIT
  awk -v n="$1" -v v="$2" -v code="$3" -v t="$4" -v limit="$5" '
    $2 == "failed" && $3 == code && $4 == v && $5 - t <= limit { named++ }
    END { if (named != n - 1) { print named + 0 " of " n - 1 " named it in time"; exit 1 } }' out || { echo "killed at $4"; cat out err; return 1; }
}
all_say() { # all_say N WHAT [REST]
  is "those who say $2" "$(grep -cE "^[0-9]+ $2 ${3-}" out)" "$1" || { cat out err; return 1; }
}

death() { # death N WORK VICTIM [WRAPPER...]
  local n=$1 victim=$3 t
  start_members "$@" || return 1
  sleep "0.0$((RANDOM % 10))"
  t=$(now_ms)
  kill -KILL "$native"
  fault_wait
  all_name "$n" "$victim" PEER_DEAD "$t" "$limit_ms" && all_say $((n - 1)) rest-works && fault_nothing_left
}
# The limit counts on a machine that has time: the second attempt is for one that had none.
tries() { local i; for i in 1 2 3; do limit_ms=100; "$@" >log && return 0; done; cat log; return 1; }

status_of_death() { is status "$status" 137; }
tap_ok "killed while all reap from all" tries death 5 reap 3
tap_ok "the status says so" status_of_death
tap_ok "killed while 12 pids reap" tries death 12 reap 7
tap_ok "pid 1 killed while all reap" tries death 4 reap 1
tap_ok "killed while all meet at a barrier" tries death 5 barrier 2
tap_ok "killed while all put and add" tries death 4 put 4
tap_ok "killed while all wait for it" tries death 6 wait 2
tap_ok "killed below a shell" tries death 4 reap 2 sh -c '"$@"; exit $?' sh

all_but_one() {
  start_members 5 reap 1 || return 1
  kill -KILL $(awk '$2 == "native" && $1 != 3 { print $3 }' out)
  fault_wait
  is status "$status" 137 && grep -q '^3 failed PEER_DEAD' out && fault_nothing_left
}
tap_ok "all pids but one killed" all_but_one
everybody() {
  start_members "$1" "$2" 1 || return 1
  kill -KILL $(awk '$2 == "native" { print $3 }' out)
  fault_wait
  is status "$status" 137 && fault_nothing_left && [ "$took_ms" -lt 1000 ]
}
tap_ok "all pids killed while they reap" everybody 6 reap
tap_ok "all pids killed while they put" everybody 6 put
launcher() {
  start_members 6 "$1" 1 || return 1
  sleep "0.0$((RANDOM % 10))"
  kill -KILL "$job"
  fault_wait
  fault_nothing_left
}
tap_ok "furrow run killed while they reap" launcher reap
tap_ok "furrow run killed while they put" launcher put

stopped() {
  local n=4
  start_members $n stopped 2 || return 1
  kill -STOP "$native"
  sleep 2.5
  kill -CONT "$native"
  fault_wait
  all_name $n 2 TIMEOUT 0 99999999999999 && all_say $((n - 1)) answers "PARTIAL $((n - 2)) " && all_say $((n - 1)) again "OK $((n - 1)) " &&
    fault_nothing_left
}
tap_ok "a stopped pid is named by the deadline, the others answer, and it comes back" stopped
exits() { # exits WORK CODE STATUS
  start_members 3 "$1" 2 || return 1
  fault_wait
  is status "$status" "$3" && all_name 3 2 "$2" 0 99999999999999 && all_say 2 rest-works && fault_nothing_left
}
tap_ok "a pid that ends well without leaving has left" exits exit-well PEER_LEFT 0
tap_ok "a pid that ends badly is dead" exits exit-badly PEER_DEAD 5
child() {
  fault_run run -n 3 "$member" child 2 >out 2>err
  is status $? 0 && grep -q '^0 refused FORMAT' out && all_say 3 still "OK 2 " && fault_nothing_left
}
tap_ok "what a pid starts is no pid" child
early() { # pids that die before they join, while they join, just after
  local i p
  for i in $(seq 1 12); do
    fault_start run -n 4 "$member" reap 1 >out 2>err
    sleep "0.0$((RANDOM % 9))"
    p=$(fault_processes | tail -n 1)
    [ -z "$p" ] || kill -KILL "$p"
    sleep 0.3
    kill -INT "$job" 2>/dev/null
    fault_wait
    [ "$took_ms" -lt 5000 ] && fault_nothing_left || { echo "round $i, $took_ms ms"; cat out err; return 1; }
  done
}
tap_ok "killed at the beginning" early
tap_end
