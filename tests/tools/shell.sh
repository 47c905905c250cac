#!/bin/bash
# furrow shell: what is shown and what is not, from -e, a file, a pipe and a terminal; errors; how it ends.
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
cd "$tap_work" || exit 1
HOME=$tap_work
export HOME

# shows STATUS OUTPUT ARGUMENT...: furrow shell with the arguments, its input from ./input when that is there.
shows() {
  local want=$1 text=$2; shift 2
  if [ -e input ]; then fault_run shell "$@" <input >out 2>err; else fault_run shell "$@" </dev/null >out 2>err; fi
  is status $? "$want" && is output "$(cat out)" "$text" && fault_nothing_left || { cat err; return 1; }
}
piped() { printf '%s' "$1" >input; shift; shows "$@"; local s=$?; rm -f input; return $s; }
complains() { grep -qE -- "$1" err || { echo "not said: $1"; cat err; return 1; }; }

tap_ok "-e shows the value" shows 0 3 -n 1 -e '1 + 2'
tap_ok "-e with ; does not" shows 0 "" -n 1 -e '1 + 2;'
tap_ok "several -e are one session" shows 0 $'5\n6' -n 2 -e 'x = 5' -e 'x + 1'
tap_ok "several statements in one -e" shows 0 $'1\n3' -n 1 -e $'1\n2;\n3'
tap_ok "a statement over several lines" shows 0 '6' -n 1 -e $'sum([1,\n 2,\n 3])'
tap_ok "nothing is not shown" shows 0 "" -n 1 -e 'nothing'
tap_ok "an empty -e" shows 0 "" -n 1 -e ''
tap_ok "a comment" shows 0 "" -n 1 -e '# nothing here'
tap_ok "print goes to stdout" shows 0 $'ab\n1' -n 1 -e 'println("a", "b")' -e '1'
tap_ok "a dictionary of results" shows 0 $'Dict{Int64,Any} with 2 entries:\n  2 => 2\n  3 => 3' -n 3 -e 'reap([2,3], :(myid()))'
tap_ok "an error stops -e" shows 1 1 -n 1 -e '1' -e 'nosuchname' -e '2'
tap_ok "the error is named" complains 'error: -e: line 1: .*nosuchname.* \[NAME\]'
caret() { shows 1 "" -n 1 -e 'x = 1 +* 2' && complains '^ +\^' ; }
tap_ok "a syntax error shows the place" caret
remote_error() { shows 1 "" -n 3 -e 'reap([2,3], :(nosuchname))'; complains 'pid 2'; }
tap_ok "an error elsewhere names the pid" remote_error
tap_ok "text that ends too early" shows 1 "" -n 1 -e '[1, 2'

printf 'x = 1\nx + 1\nx + 2;\nprintln("said")\n' >script.fur
printf 'x = 1\n\n# more\nx = [1,\n  2\n]\nnosuchname\nprintln("no")\n' >bad.fur
mkdir "a b"
cp script.fur "a b/the script.fur"
tap_ok "a script shows nothing by itself" shows 0 said -n 2 script.fur
tap_ok "--show shows its values" shows 0 $'1\n2\nsaid' -n 2 --show script.fur
tap_ok "a path with spaces" shows 0 said -n 2 "a b/the script.fur"
tap_ok "a script stops at its first error" shows 1 "" -n 1 bad.fur
tap_ok "which is named by file and line" complains 'bad.fur: line 7: '
tap_ok "no such script" shows 1 "" -n 1 none.fur
tap_ok "a folder is no script" shows 1 "" -n 1 "a b"
tap_ok "a script that ends without a newline" eval "printf '7' >s.fur; shows 0 7 -n 1 --show s.fur"
tap_ok "an empty script" eval ": >s.fur; shows 0 '' -n 1 --show s.fur"

tap_ok "a pipe shows values" piped $'x = 2\nx^2;\nx + 1\n' 0 $'2\n3' -n 2
tap_ok "- is the pipe" piped $'4\n' 0 4 -n 1 -
tap_ok "a statement over lines of the pipe" piped $'sum([1,\n2])\n5\n' 0 $'3\n5' -n 1
tap_ok "a last line without its end" piped $'1\n2' 0 $'1\n2' -n 1
tap_ok "the pipe stops at the first error" piped $'1\n\nnosuchname\n2\n' 1 1 -n 1
tap_ok "which is named by line" complains 'stdin: line 3: '
tap_ok "a pipe that ends too early" piped $'1\n[1,\n' 1 1 -n 1
answers() { # a pipe that stays open gets each answer at once
  mkfifo in
  exec 5<>in # so that neither side waits for the other to open it
  fault_start shell -n 2 <in >out 5>&-
  exec 4>in 5>&-
  echo '20 + 2' >&4
  local i
  for i in $(seq 100); do grep -q 22 out && break; sleep 0.02; done
  is answer "$(cat out)" 22
  local s=$?
  exec 4>&-
  fault_wait
  return $((s + status))
}
tap_ok "a pipe is answered line by line" answers
leaves() { printf '%s\n' 1+1 "$1" 'error("unread")' | fault_run shell -n 2 >out 2>err; is status $? 0 && is answer "$(cat out)" 2 && is err "$(cat err)" ''; }
for word in exit 'quit()'; do tap_ok "a pipe: $word ends the job" leaves "$word"; done

misuse() { fault_run shell "$@" >out 2>err </dev/null; is status $? 2 && grep -q '^usage: furrow shell' err; }
tap_ok "unknown option" misuse --loud
tap_ok "-n without a number" misuse -n
tap_ok "-n with nonsense" misuse -n two
tap_ok "two scripts" misuse a b
tap_ok "a script and -e" misuse -e 1 script.fur
closed() { fault_run shell -n 2 -e 1 >&- 2>err; is status $? 1 && complains 'nothing can be written to stdout' && fault_nothing_left; }
tap_ok "closed stdout" closed
member() { fault_run run -n 3 "$furrow" shell -e 'workers()[2]' >out; is status $? 0 && is output "$(cat out)" 3; }
tap_ok "inside a job it is one of its pids" member
worker_dies() {
  fault_start shell -n 3 -e 'reap(2, :(while true; end))' >out 2>err
  fault_wait_for 5
  sleep 0.5
  local victim
  victim=$(for p in $(fault_processes); do grep -qsz '^FURROW_BOOT=1:[0-9]*:[0-9]*:2:' "/proc/$p/environ" && echo "$p"; done)
  kill -KILL "$victim"
  fault_wait
  [ "$status" -ne 0 ] && complains 'pid 2.*PEER_DEAD' && [ "$took_ms" -lt 2500 ] && fault_nothing_left || { echo "$status after $took_ms"; cat err; return 1; }
}
tap_ok "a worker that dies in the middle" worker_dies

# Small heaps reserve little address space, of which the thread sanitizer leaves little.
many() { FURROW_HEAP=64M shows 0 63 -n 64 -e 'length(reap(workers(), :(myid())))' </dev/null; }
tap_ok "64 pids" many
two_jobs() { # that use the same names
  local first
  fault_run shell -n 4 -e 'for i in 1:200; sow(workers(), :x, 1); end; sum(values(reap(workers(), :x)))' >out1 & first=$!
  fault_run shell -n 4 -e 'for i in 1:200; sow(workers(), :x, 7); end; sum(values(reap(workers(), :x)))' >out2
  wait $first
  is first "$(cat out1)" 3 && is second "$(cat out2)" 21
}
tap_ok "two jobs at once" two_jobs
full_shm='mount -t tmpfs -o size=4k none /dev/shm && head -c 4096 /dev/zero >/dev/shm/full && ! head -c 4096 /dev/zero >/dev/shm/more 2>/dev/null'
if unshare -m sh -c "$full_shm" 2>/dev/null; then
  no_space() {
    env FAULT_MARK="$fault_mark" unshare -m sh -c "$full_shm; exec \"\$0\" \"\$@\"" "$furrow" shell -n 3 -e 'sow(workers(), :x, rand(100000))' -e 'length(reap(2, :x)[2])' >out 2>err
    is status $? 0 && is length "$(tail -n 1 out)" 100000 && fault_nothing_left || { cat err; return 1; }
  }
  tap_ok "no space in /dev/shm" no_space
else tap_skip "no space in /dev/shm" "mounting is not allowed here"; fi

# libedit never gives the names of added functions back.
if [ -n "$SAN_FLAGS" ]; then
  echo leak:wcsdup >"$tap_work/known-leaks"
  export LSAN_OPTIONS=suppressions=$tap_work/known-leaks:print_suppressions=0
fi
if command -v script >/dev/null; then
  mkfifo keys
  at_prompt() {
    env FAULT_MARK="$fault_mark" TERM=xterm script -qefc "stty cols 100 rows 30; $(printf %q "$furrow") shell -n 3" /dev/null <keys >screen 2>&1 & job=$!
    exec 3>keys
    await 'furrow> '
  }
  await() { local i; for i in $(seq 250); do tr -d '\r' <screen | grep -qE -- "$1" && return 0; sleep 0.02; done; echo "not seen: $1"; return 1; }
  leave_prompt() { printf '\004' >&3; exec 3>&-; fault_wait; is status "$status" 0 && fault_nothing_left; }
  evaluates() { at_prompt && printf '6*7\n' >&3 && await '^42$' && leave_prompt || { cat screen; return 1; }; }
  tap_ok "prompt: a value" evaluates
  answers() { at_prompt && printf '6*7;\nans + 1\n[1,2] .* ans;\n"got $(ans[2])"\n' >&3 && await '^43$' && await '^"got 86"' && leave_prompt || { cat screen; return 1; }; }
  tap_ok "prompt: ans is the last value" answers
  goes_on() { at_prompt && printf 'nosuchname\n' >&3 && await 'error: .*NAME' && printf '6*7\n' >&3 && await '^42$' && leave_prompt || { cat screen; return 1; }; }
  tap_ok "prompt: an error does not end it" goes_on
  abandons() { at_prompt && printf '[1, \n' >&3 && sleep 0.2 && printf '\003' >&3 && await '\^C' && printf '6*7\n' >&3 && await '^42$' && leave_prompt || { cat screen; return 1; }; }
  tap_ok "prompt: Ctrl-C abandons a statement" abandons
  completes() { at_prompt && printf 'myi\t()+41\n' >&3 && await '^42$' && leave_prompt || { cat screen; return 1; }; }
  if "$furrow" info | grep -q libedit; then
    tap_ok "prompt: Tab completes" completes
    tap_ok "prompt: the history is kept" grep -q 'myid()+41' .furrow_history
  else tap_skip "prompt: Tab and history" "built without libedit"; fi
  exits() { at_prompt && printf 'exit\n' >&3 && fault_wait && is status "$status" 0 && fault_nothing_left; local s=$?; exec 3>&-; return $s; }
  tap_ok "prompt: exit" exits
  hangup() { at_prompt && kill -HUP $(cut -d" " -f1 "/proc/$job/task/$job/children"); exec 3>&-; fault_wait; fault_nothing_left; }
  tap_ok "prompt: the terminal goes away" hangup
else
  tap_skip "at a prompt" "script(1) is not installed"
fi
tap_end
