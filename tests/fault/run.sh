#!/bin/bash
# furrow run: arguments, statuses, input, many pids, jobs beside and inside one another.
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
cd "$tap_work" || exit 1
mkdir "a b"
printf '#!/bin/sh\nfor a; do echo "<$a>"; done\n' >"a b/show args"
printf '#!/no/such/interpreter\n' >orphaned
printf 'echo plain\n' >plain
chmod +x "a b/show args" orphaned plain

status_is() { local want=$1; shift; fault_run run "$@" 2>err >out; is status $? "$want" && fault_nothing_left; }
says() { local want=$1 text=$2; shift 2; status_is "$want" "$@" && grep -F -- "$text" err || { cat err; return 1; }; }
misuse() { fault_run "$@" >out 2>err; is status $? 2 && grep -q '^usage: furrow' err && is output "$(cat out)" ""; }

tap_ok "all well: 0" status_is 0 -n 3 true
tap_ok "a status is passed on" status_is 3 -n 3 sh -c 'exit 3'
tap_ok "a signal is 128 + n" status_is 139 -n 2 sh -c 'kill -SEGV $$'
tap_ok "no program: 127" says 127 'no program "no-such-program" in PATH' -n 2 no-such-program
tap_ok "no such file: 127" says 127 'no program "./none"' -n 2 ./none
tap_ok "not executable: 126" says 126 'is not a program' -n 2 ./
tap_ok "no interpreter: 127" says 127 'pid 1: "./orphaned" cannot be started' -n 1 ./orphaned
tap_ok "a script without #!" status_is 0 -n 2 ./plain
tap_ok "0 pids" misuse run -n 0 true
tap_ok "1025 pids" misuse run -n 1025 true
tap_ok "half a pid" misuse run -n 1.5 true
tap_ok "unknown option" misuse run --bond core true
tap_ok "unknown binding" misuse run --bind socket true
tap_ok "nothing to run" misuse run -n 2
tap_ok "unknown command" misuse walk
tap_ok "no command" misuse

spaces() { fault_run run -n 1 "a b/show args" "x y" "" '$HOME "q"' $'two\nlines' >out && is output "$(cat out)" $'<x y>\n<>\n<$HOME "q">\n<two\nlines>'; }
tap_ok "spaces in the path and the arguments" spaces
input() { echo data | fault_run run -n 3 --tag cat >out && is output "$(cat out)" "[1] data"; }
tap_ok "pid 1 reads the input" input
pids() { fault_run run -n "$1" --tag sh -c 'echo "${FURROW_BOOT:+in}"' | sort -V >out; is lines "$(sort -u out | wc -l)" "$1" && is last "$(tail -n 1 out)" "[$1] in"; }
tap_ok "2 pids" pids 2
tap_ok "64 pids" pids 64
tap_ok "300 pids" pids 300
one_core() {
  fault_run run -n 4 --bind core grep Cpus_allowed_list /proc/self/status | grep -cE ':.[0-9]+([,-][0-9]+)?$' >out
  is "pids with one core" "$(cat out)" 4
}
tap_ok "--bind core" one_core
few_descriptors() { (ulimit -n 100; fault_run run -n 64 true 2>err; is status $? 1) && grep -q 'ulimit -n' err; }
tap_ok "too few descriptors" few_descriptors
two_jobs() {
  local first
  fault_run run -n 8 sh -c 'sleep 0.2; echo a' >out1 & first=$!
  fault_run run -n 8 sh -c 'sleep 0.2; echo b' >out2
  wait $first
  is first "$(sort out1 | uniq -c | tr -d ' ')" 8a && is second "$(sort out2 | uniq -c | tr -d ' ')" 8b
}
tap_ok "two jobs at once" two_jobs
nested() {
  fault_run run -n 2 --tag "$furrow" run -n 3 --tag sh -c 'echo x' | sort >out
  is output "$(tr '\n' ' ' <out)" "[1] [1] x [1] [2] x [1] [3] x [2] [1] x [2] [2] x [2] [3] x "
}
tap_ok "a job inside a job" nested
no_descriptors_leak() { # besides its own two the inner pid has those of no other job
  fault_run run -n 1 "$furrow" run -n 1 sh -c 'ls -l /proc/$$/fd' >out
  is "memory files" "$(grep -c memfd:furrow out)" 1
}
tap_ok "the inner job inherits nothing of the outer" no_descriptors_leak
tap_ok "nothing is left" fault_nothing_left
tap_end
