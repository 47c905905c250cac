#!/bin/bash
# Forwarding: whole lines, every line, bounded memory, and readers that are slow or gone.
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
cd "$tap_work" || exit 1

# Each writer's lines carry who wrote them at both ends and their own length.
cat >writer <<'END'
#!/bin/sh
awk -v who="$$" -v n="$1" 'BEGIN { srand(who); for (i = 1; i <= n; i++) { len = int(rand() * 300); s = sprintf("%*s", len, ""); gsub(/ /, "x", s)
  print who ":" i ":" len ":" s ":" who; if (i % 50 == 0) fflush() } }'
END
chmod +x writer
whole_lines() {
  fault_run run -n 8 ./writer 3000 >out || return 1
  awk -F: '$1 != $5 || length($4) != $3 || $2 != ++next_of[$1] { print "torn or out of order: " $0; bad = 1 }
           END { if (NR != 24000) { print NR " lines"; bad = 1 } exit bad }' out
}
tap_ok "8 writers, every line whole and in order" whole_lines
both_ways() {
  fault_run run -n 4 sh -c './writer 500; ./writer 500 >&2' >out 2>err || return 1
  is stdout "$(wc -l <out)" 2000 && is stderr "$(wc -l <err)" 2000
}
tap_ok "stderr goes to stderr" both_ways
merged() { fault_run run -n 4 sh -c './writer 500 >&2 & ./writer 500; wait' 2>&1 | awk -F: '$1 != $5 { bad = 1 } END { exit bad || NR != 4000 }'; }
tap_ok "stdout and stderr into one pipe" merged
long_line() { head -c 3000000 /dev/urandom | base64 -w 0 >long; fault_run run -n 1 cat long >out; echo >>long; cmp long out; }
tap_ok "a line of 4 MB" long_line
pieces() { # exactly one piece, one byte less, one more
  local n
  for n in 65535 65536 65537 131072; do
    head -c $n /dev/zero | tr '\0' a >long
    fault_run run -n 1 cat long >out
    is "bytes of $n" "$(wc -c <out)" $((n + 1)) && is "lines of $n" "$(wc -l <out)" 1 || return 1
  done
}
tap_ok "lines about as long as a piece" pieces
unfinished() { fault_run run -n 3 printf abc >out; is output "$(cat out)" $'abc\nabc\nabc'; }
tap_ok "a last line without its end" unfinished
binary() { head -c 300000 /dev/urandom >bytes; fault_run run -n 1 cat bytes >out; cmp -n 300000 bytes out; }
tap_ok "any bytes" binary
slow() { fault_run run -n 2 seq 1 100000 | (sleep 0.5; sort -n | uniq -c | awk '$1 != 2 { bad = 1 } END { exit bad || NR != 100000 }'); }
tap_ok "a slow reader gets everything" slow
bounded() { # writers that nobody reads fill pipes and buffers, not memory
  mkfifo pipe
  sleep 60 <pipe & local reader=$!
  fault_start run -n 4 yes >pipe
  fault_wait_for 6 || return 1
  sleep 0.7
  local kb
  kb=$(for c in $(cat "/proc/$job/task/$job/children"); do sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$c/status"; done | sort -n | tail -n 1)
  kill -INT "$job"
  fault_wait
  kill $reader
  [ "$kb" -lt 60000 ] || { echo "$kb kB"; return 1; }
  is status "$status" 130 && [ "$took_ms" -lt 1200 ] && fault_nothing_left
}
tap_ok "a reader that never reads: bounded, and it can be interrupted" bounded
closed() { fault_run run -n 2 echo hi 2>err >&-; is status $? 1 && is reports "$(grep -c 'output is lost' err)" 1; }
tap_ok "closed stdout" closed
full() { fault_run run -n 2 seq 1 50000 2>err >/dev/full; is status $? 1 && is reports "$(grep -c 'No space left' err)" 1; }
tap_ok "full disk" full
gone() {
  fault_run run -n 3 yes 2>err | head -n 1 >out
  local status=${PIPESTATUS[0]}
  [ "$status" -ne 0 ] && is reports "$(grep -c 'output is lost.*Broken pipe' err)" 1 && fault_nothing_left
}
tap_ok "a reader that is gone ends endless writers" gone
gone_quiet() { # who writes nothing more goes on to its end
  rm -f ended
  fault_run run -n 1 sh -c 'trap "" PIPE; sleep 0.2; echo x; sleep 0.2; touch ended' 2>err | true
  local status=${PIPESTATUS[0]}
  is status "$status" 1 && [ -e ended ]
}
tap_ok "a reader that is gone ends nobody who copes" gone_quiet
tap_ok "nothing is left" fault_nothing_left
tap_end
