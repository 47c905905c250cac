# shellcheck shell=bash
# common.sh - sourced by the session's tests: says NAME TEXT PATTERN checks what a shell of five pids shows.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
nprocs=${nprocs:-5}

# The output of the statements in $1, errors included; never more than a minute.
shell() { timeout 60 "$furrow" shell -n "$nprocs" --show /dev/stdin <<<"$1" 2>&1; }

# says NAME TEXT PATTERN: the output, lines joined by |, matches the whole extended regular expression.
says() {
  local got
  tap_count=$((tap_count + 1))
  got=$(shell "$2" | sed 's/[ \t]*$//' | paste -sd '|')
  if [[ $got =~ ^($3)$ ]]; then echo "ok $tap_count - $1"
  else printf 'not ok %d - %s\n# got:    %s\n# wanted: %s\n' "$tap_count" "$1" "$got" "$3"; fi
}
