#!/bin/bash
# errors.sh - what the session says when a statement cannot be done: which pid, what happened, and nothing hangs.
# shellcheck source=tests/session/common.sh
. "$top_srcdir/tests/session/common.sh"

says "no such pid" 'reap(9, :x)' 'error: .*pid 9.*\[NO_PID\].*'
says "pid zero" 'reap(0, :x)' 'error: .*\[NO_PID\].*'
says "a pid named twice" 'reap([2,2], :x)' 'error: .*pid 2 .*twice.*\[ARG\].*'
says "no pids" 'reap(Int64[], :x)' 'error: .*empty.*\[ARG\].*'
says "pids that are none" 'reap("two", :x)' 'error: .*pid.*\[TYPE\].*'
says "a text is no expression" 'reap(2, "x")' 'error: .*\[TYPE\].*'
says "an undefined name names the pid" 'reap([2,3], :nosuch)' 'error: .*pid 2: .*nosuch.*\[N[A-Z_]+\].*'
says "one pid fails" 'reap(:(myid() == 4 ? error("not here") : 1))' 'error: .*pid 4: not here.*'
says "out of range there" 'sow(2, :v, [1,2,3]);
reap(2, :(v[4]))' 'error: .*pid 2: .*\[BOUNDS\].*'
says "cannot be assigned to" 'sow(2, :(f(x)[1] + 2), 1)' 'error: .*\[(TYPE|SYNTAX)\].*'
says "a word of the language is no name" 'sow(2, Symbol("for"), 1)' 'error: .*"for" is not the name.*\[ARG\].*'
says "unknown keyword" 'reap(2, :x; color=1)' 'error: .*color.*\[ARG\].*'
says "too few arguments" 'reap()' 'error: .*reap.*\[ARG\].*'
says "a verb inside an evaluation elsewhere" 'reap(2, :(reap(3, :x)))' 'error: .*pid 2: .*reap.*\[NAME\].*'
says "limits of time" 'reap(2, :(begin; i = 0; while true; i += 1; end; end); timeout=0.2)' 'error: .*pid 2.*\[(TIMEOUT|LIMIT)\].*'
says "the shell goes on after errors are caught by the next run" 'reap(2, :(1 + 1))' 'Dict\{Int64,Any\} with 1 entry:\|  2 => 2'
says "macros with too little" '@fetchfrom 2' 'error: .*fetchfrom.*\[SYNTAX\].*'
says "large requests" 'x = reap(2, :(ones(1000,1000)))[2];
sum(x)
sow(3, :big, x);
reap(3, :(sum(big)))' '1.0e6\|Dict\{Int64,Any\} with 1 entry:\|  3 => 1.0e6'
tap_end
