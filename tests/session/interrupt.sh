#!/bin/bash
# interrupt.sh - Ctrl-C at the prompt stops what is evaluated, here, at other pids, or waited for; the prompt goes on.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
command -v script >/dev/null || { tap_skip "at a terminal" "script(1) is not installed"; tap_end; exit 0; }
work=$tap_work

# until PATTERN: what the terminal showed holds it, within a minute.
until_shown() {
  for _ in $(seq 600); do
    grep -q "$1" "$work/shown" 2>/dev/null && return 0
    sleep 0.1
  done
  return 1
}

# stopped STATEMENT: it says that it has begun; then Ctrl-C; then the prompt still calculates, and so do all pids.
stopped() {
  rm -f "$work/keys" "$work/shown"
  mkfifo "$work/keys"
  TERM=dumb timeout 100 script -qec "exec $(printf %q "$furrow") shell -n 3" /dev/null <"$work/keys" >"$work/shown" 2>&1 &
  local shell=$! ok=1
  exec 3>"$work/keys"
  printf '%s\n' '@everywhere hold() = while true; end' "$1" >&3
  until_shown begun || ok=0
  printf '\003' >&3
  until_shown 'interrupted by pid 1' || ok=0
  printf '%s\n' 'println("su" * "m ", sum(values(reap([2,3], :(myid())))) + 1)' >&3
  until_shown 'sum 6' || ok=0
  printf '%s\n' exit >&3
  exec 3>&-
  wait "$shell" || { echo "the shell ended with status $?"; ok=0; }
  [ "$ok" = 1 ] || sed 's/^/# /' "$work/shown"
  [ "$ok" = 1 ]
}

tap_ok "a loop here" stopped 'println("be" * "gun"); hold()'
tap_ok "a loop at another pid" stopped 'println("be" * "gun"); @fetchfrom 2 hold()'
tap_ok "loops at several" stopped 'println("be" * "gun"); reap([2,3], :(hold()))'
tap_ok "an endless comprehension of kernels" stopped 'println("be" * "gun"); [sum(rand(10^6)) for i = 1:10^9]'
tap_end
