#!/bin/bash
# The end of a job by signals, of the launcher, its keeper or a pid, at any moment: quick, clean, with the right status.
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
cd "$tap_work" || exit 1
waiting=(sh -c 'sleep 1000; exit 1')
stubborn=(sh -c 'trap "" INT TERM HUP QUIT; while :; do sleep 1000; done')

# The guard and the keeper, once they are there.
children() { cat "/proc/$1/task/$1/children"; }
named() { local c; for c in $(children "$2"); do [ "$(cat "/proc/$c/comm")" != "furrow-$1" ] || echo "$c"; done; }
guard() { named guard "$job"; }
keeper() { local g; for g in $(guard) "$job"; do named keeper "$g"; done; } # once the guard is gone, the launcher's own
by_signal() { # by_signal SIGNAL STATUS LIMIT_MS PROGRAM...
  local sig=$1 want=$2 limit=$3; shift 3
  fault_start run -n 4 "$@"
  fault_wait_for 11 || return 1
  kill "-$sig" "$job"
  fault_wait
  is status "$status" "$want" && fault_nothing_left && { [ "$took_ms" -lt "$limit" ] || { echo "$took_ms ms"; return 1; }; }
}
tap_ok "SIGINT" by_signal INT 130 500 "${waiting[@]}"
tap_ok "SIGTERM" by_signal TERM 143 500 "${waiting[@]}"
tap_ok "SIGHUP" by_signal HUP 129 500 "${waiting[@]}"
tap_ok "SIGQUIT" by_signal QUIT 131 500 "${waiting[@]}"
tap_ok "SIGINT to programs that ignore it" by_signal INT 130 1000 "${stubborn[@]}"
tap_ok "SIGTERM to programs that ignore it" by_signal TERM 143 1000 "${stubborn[@]}"
tap_ok "SIGKILL to the launcher" by_signal KILL 137 500 "${waiting[@]}"
tap_ok "SIGKILL to the launcher of stubborn programs" by_signal KILL 137 500 "${stubborn[@]}"
stopped() {
  fault_start run -n 4 "${waiting[@]}"
  fault_wait_for 11 || return 1
  local p
  for p in $(fault_processes); do [ "$(tr '\0' ' ' <"/proc/$p/cmdline")" != "sleep 1000 " ] || kill -STOP "$p"; done
  kill -INT "$job"
  fault_wait
  is status "$status" 130 && fault_nothing_left && [ "$took_ms" -lt 1000 ]
}
tap_ok "SIGINT while pids are stopped" stopped
graceful() { # a program may use its time
  fault_start run -n 2 sh -c 'trap "sleep 0.2; echo saved; exit 0" INT; echo ready; while :; do sleep 0.05; done' >out
  while [ "$(grep -c ready out)" -lt 2 ]; do sleep 0.02; done
  kill -INT "$job"
  fault_wait
  is saved "$(grep -c saved out)" 2 && is status "$status" 130
}
tap_ok "output written after SIGINT arrives" graceful
keeper_killed() {
  fault_start run -n 4 sh -c 'sleep 1000 & sleep 1000; exit 1' 2>err
  fault_wait_for 15 || return 1
  kill -KILL "$(keeper)"
  fault_wait
  is status "$status" 137 && fault_nothing_left && grep -q 'was killed' err
}
tap_ok "SIGKILL to the keeper" keeper_killed
these_killed() { # these_killed WHO...: of launcher, guard, keeper; the pids' children never join, and do not die with them
  local who natives=
  fault_start run -n 4 sh -c 'sleep 1000 & sleep 1000; exit 1' 2>/dev/null
  fault_wait_for 15 || return 1
  for who; do [ "$who" = launcher ] && natives+=" $job" || natives+=" $("$who")"; done
  kill -KILL $natives
  [ "$*" != guard ] || { sleep 0.1; kill -TERM "$job"; }
  fault_wait
  fault_nothing_left
}
tap_ok "SIGKILL to launcher and keeper at once" these_killed launcher keeper
tap_ok "SIGKILL to keeper and launcher at once" these_killed keeper launcher
tap_ok "SIGKILL to launcher and guard at once" these_killed launcher guard
tap_ok "SIGKILL to guard and keeper at once" these_killed guard keeper
tap_ok "SIGKILL to the guard, then SIGTERM" these_killed guard
every_pid_killed() {
  fault_start run -n 8 sleep 1000
  fault_wait_for 11 || return 1
  kill -KILL $(children "$(keeper)")
  fault_wait
  is status "$status" 137 && fault_nothing_left && [ "$took_ms" -lt 500 ]
}
tap_ok "SIGKILL to every pid" every_pid_killed
others_go_on() { # a pid that fails takes nobody with it
  fault_run run -n 3 sh -c 'case $FURROW_BOOT in *:*:*:2:*) kill -KILL $$;; esac; sleep 0.3; echo done' >out
  is status $? 137 && is done "$(grep -c done out)" 2
}
tap_ok "a pid that dies takes nobody with it" others_go_on
background() { fault_run run -n 3 sh -c 'setsid sleep 1000 & (sleep 1000 &) ; echo x' >out; is status $? 0 && is lines "$(wc -l <out)" 3 && fault_nothing_left; }
tap_ok "what pids leave in the background ends with the job" background
random_moments() {
  local i
  for i in $(seq 1 "$1"); do
    fault_start run -n 6 sh -c 'sleep 1000 & sleep 1000' 2>/dev/null
    sleep "0.0$((RANDOM % 6))$((RANDOM % 10))"
    case $((i % 4)) in
    0) kill -KILL "$job" ;;
    1) kill -KILL $(keeper) 2>/dev/null || kill -KILL "$job" ;;
    2) kill -TERM "$job" ;;
    3) kill -KILL "$job" $(keeper) 2>/dev/null ;;
    esac
    fault_wait
    [ "$took_ms" -lt 1500 ] && fault_nothing_left || { echo "round $i: $took_ms ms"; return 1; }
  done
}
tap_ok "random moments, 30 times" random_moments 30
tap_end
