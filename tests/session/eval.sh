#!/bin/bash
# eval.sh - test_eval on several pids: as it is, with targets that keep few programs or refuse, with pids that die, and
# with everybody asking at once.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
program=$top_builddir/tests/conform/test_eval
run() { CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 200 "$furrow" run -n "$1" "$program" "${@:2}"; }
few_programs() { FURROW_PROGRAMS=3 run 3; }
one_program() { FURROW_PROGRAMS=1 run 3; }
# The run's status is that of the pid that was killed; the report counts.
death() { run "$1" kill 2>&1 | grep -q 'PASSED  \] 1 test'; }

tap_ok "three pids" run 3
tap_ok "few programs at the targets" few_programs
tap_ok "one program at the targets" one_program
tap_ok "six pids" run 6
for n in 3 4 8; do tap_ok "a pid of $n dies in the middle of a reap" death $n; done
for n in 2 5; do tap_ok "every one of $n pids asks every pid" run $n around; done
tap_ok "several threads of one pid" run 3 threads
helped() { FURROW_PROGRESS=thread run 3 threads; }
tap_ok "several threads, and progress threads" helped
refuse() { FURROW_EVAL=off run 3 refuse; }
tap_ok "pids that evaluate nothing" refuse
tap_end
