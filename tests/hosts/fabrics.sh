#!/bin/bash
# Every fabric that can carry Furrow here, between pids of this one host: traffic of all kinds, and cases of the suite of
# promises. FABRICS narrows the fabrics.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
tap_not_under_tsan fabrics
crossing=${top_builddir:?}/tests/hosts/crossing suite=$top_builddir/tests/conform/conform
export FURROW_NET FURROW_TIMEOUT=60s FURROW_PROGRESS=caller CONFORM_THREADS=

with() { FURROW_NET=$1; shift; timeout 120 "$furrow" run "$@" >"$tap_work/said" 2>&1; local s=$?; cat "$tap_work/said"; return $s; }
crosses() { with "$1" -n "$2" "$crossing" 2 && grep -q "^$2 pids, .*all right$" "$tap_work/said"; }
keeps() { with "$1" -n 3 "$suite" "$2" && [ ! -s "$tap_work/said" ]; }
dies() { with "$1" -n 3 "$suite" "$2"; [ $? -eq 137 ]; }

# Loopback devices: nothing leaves this machine. udp is left out: it loses what one host sends itself too fast.
fabrics=$("$furrow" info --net 2>/dev/null | awk '$2 == "lo" && $4 != "no," { sub(/;.*/, "", $1); print $1 }' | grep -v '^udp$' | sort -u)
[ -n "$fabrics" ] || tap_skip "fabrics" "libfabric offers none on the loopback device"
for f in ${FABRICS:-$fabrics}; do
  for n in 2 5; do tap_ok "all kinds of traffic, $f, $n pids" crosses "$f:lo" "$n"; done
done
for f in $(echo "${FABRICS:-$fabrics}" | grep -x tcp); do
  while read -r name least; do
    case $name in
      put_then_* | barrier_after_* | leaving_is_seen | recall_* | misuse* | bad_* | notifications_all)
        [ "$least" -gt 3 ] || tap_ok "$name, $f, 3 pids" keeps "$f:lo" "$name" ;;
      death_in_barrier) tap_ok "$name, $f, 3 pids" dies "$f:lo" "$name" ;;
    esac
  done < <("$suite")
done
wrong() { FURROW_NET=carrier-pigeon "$furrow" run -n 2 "$crossing" >"$tap_work/said" 2>&1 && return 1; cat "$tap_work/said"; grep -q 'choices are: auto, shm, ofi' "$tap_work/said"; }
[ -z "$fabrics" ] || tap_ok "a fabric that is none: the choices are listed" wrong
tap_end
