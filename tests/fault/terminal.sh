#!/bin/bash
# Ctrl-C typed at a terminal: script(1) makes one, and hands it what is written to its input.
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
cd "$tap_work" || exit 1
command -v script >/dev/null || { tap_skip "at a terminal" "script(1) is not installed"; tap_end; exit 0; }
mkfifo keys
quoted=$(printf %q "$furrow") # for a shell that reads it again

# at_terminal COMMAND...: starts it; type with: printf ... >&3
at_terminal() {
  env FAULT_MARK="$fault_mark" HOME="$tap_work" TERM=xterm script -qefc "$*" /dev/null <keys >screen 2>&1 & job=$!
  exec 3>keys
}
end_terminal() { exec 3>&-; fault_wait; }
interrupted() { # interrupted SCRIPT STATUS
  at_terminal "$quoted run -n 3 sh -c '$1'"
  fault_wait_for 8 || return 1
  sleep 0.1
  printf '\003' >&3
  end_terminal
  is status "$status" 130 && [ "$took_ms" -lt 1100 ] && fault_nothing_left || { echo "$took_ms ms"; cat screen; return 1; }
}
tap_ok "Ctrl-C" interrupted 'sleep 1000; exit 1'
tap_ok "Ctrl-C that programs ignore" interrupted 'trap "" INT; while :; do sleep 1000; done'
once() { # one Ctrl-C is one SIGINT for every pid, pid 1 included, which has the terminal
  at_terminal "$quoted run -n 2 sh -c 'trap \"n=1\\\$n\" INT; while [ \${#n} -lt 1 ]; do sleep 0.05; done; sleep 0.3; echo got=\$n'"
  fault_wait_for 6 || return 1
  sleep 0.2
  printf '\003' >&3
  end_terminal
  is "signals" "$(tr -d '\r' <screen | grep -c 'got=1$')" 2 || { cat screen; return 1; }
}
tap_ok "one Ctrl-C is one SIGINT" once
typed() {
  at_terminal "$quoted run -n 2 --tag cat"
  printf 'hello\n\004' >&3
  end_terminal
  is status "$status" 0 && tr -d '\r' <screen | grep -qxF '[1] hello' || { cat screen; return 1; }
}
tap_ok "pid 1 reads the terminal" typed
tap_ok "nothing is left" fault_nothing_left
tap_end
