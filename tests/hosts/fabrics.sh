#!/bin/bash
# The suite of promises over every fabric that can carry Furrow here, between pids of this one host that are made to use it;
# and what is said where none can. FABRICS narrows the fabrics.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
. "$top_srcdir/tests/conform/suite.sh" || exit 1
tap_not_under_tsan fabrics
crossing=${top_builddir:?}/tests/hosts/crossing
export FURROW_NET CONFORM_EFFORT

over() { FURROW_NET=$1; shift; timeout 150 "$furrow" run "$@"; }
crosses() { SUITE_TIMEOUT=60s; suite_settings -; over "$1" -n "$2" "$crossing" 2 >"$tap_work/said" 2>&1; cat "$tap_work/said"; grep -q "^$2 pids, .*all right$" "$tap_work/said"; }

# Loopback devices: nothing leaves this machine.
fabrics=$("$furrow" info --net 2>/dev/null | awk '$2 == "lo" && $4 != "no," { sub(/;ofi_rx.*/, "", $1); print $1 }' | sort -u)
[ -n "$fabrics" ] || tap_skip "fabrics" "libfabric offers none on the loopback device"
for f in ${FABRICS:-$fabrics}; do
  # Under sanitizers one fabric says enough.
  CONFORM_EFFORT=0.1
  case $f in
    udp) tap_ok "all kinds of traffic, $f, 2 pids" crosses "$f:lo" 2 ;;
    tcp) suite_over "$f, 3 pids" 3 over "$f:lo" -n 3; tap_ok "all kinds of traffic, $f, 5 pids" crosses "$f:lo" 5 ;;
    sockets) # takes 7 ms for what others do in 10 us
      [ -n "${SAN_FLAGS:-}" ] || CONFORM_EFFORT=0.002 SUITE_ONLY=${SUITE_ONLY:-@(death_in_barrier|death_says*|joining|leaving_is_seen|many_*|misuse_*|no_stray_write|once_*|p*|s*)} suite_over "$f, 3 pids" 3 over "$f:lo" -n 3 ;;
    *) if [ -n "${SAN_FLAGS:-}" ]; then tap_ok "all kinds of traffic, $f, 2 pids" crosses "$f:lo" 2
       else suite_over "$f, 3 pids" 3 over "$f:lo" -n 3; fi ;;
  esac
done
# libfabric misbehaves, as it may: refuses, is late, changes the order of completions; fails and kills in the end.
unkind=$top_builddir/tests/conform/.libs/unkind.so
if [ -n "${SAN_FLAGS:-}" ]; then tap_skip "an unkind fabric" "a sanitizer wants to be the first library"
elif [ -n "$fabrics" ]; then
  f=$(echo "$fabrics" | grep -x tcp) || f=$(echo "$fabrics" | head -n 1)
  CONFORM_EFFORT=0.03
  export CONFORM_PACE=3
  unkindly() { UNKIND=$1; export UNKIND; shift; over "$f:lo" -n 3 env LD_PRELOAD="$unkind" "$@"; }
  suite_over "unkind $f, 3 pids" 3 unkindly "again=3 late=4 swap=1"
  SUITE_TIMEOUT=5s
  # To one of the pids alone: all at once, nobody would be left to say it.
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nmkdir "%s/chosen" 2>/dev/null || unset UNKIND\nexec "$@"\n' "$tap_work" >"$tap_work/one"
  chmod +x "$tap_work/one"
  for n in 40 400; do
    broken() { suite_settings -; rm -rf "$tap_work/chosen"; unkindly "$1=$n" "$tap_work/one" "$crossing" 12 >"$tap_work/said" 2>&1; local s=$?; cat "$tap_work/said"; [ $s -eq "$2" ] && ! grep -q 'all right$' "$tap_work/said" && grep -Eq 'PEER_DEAD: .*pid [123]|TIMEOUT' "$tap_work/said"; }
    tap_ok "operation $n fails: an error in time" broken fail 1
    tap_ok "a pid is killed at operation $n: the others hear of it" broken kill 137
  done
fi
wrong() { FURROW_NET=carrier-pigeon "$furrow" run -n 2 "$crossing" >"$tap_work/said" 2>&1 && return 1; cat "$tap_work/said"; grep -q 'choices are: auto, shm, ofi' "$tap_work/said"; }
[ -z "$fabrics" ] || tap_ok "a fabric that is none: the choices are listed" wrong
# lacks WANTED WORDS: libfabric has that provider, which cannot be used; why, and what could be, is said.
lacks() { FURROW_NET=$1 "$furrow" run -n 2 "$crossing" >"$tap_work/said" 2>&1 && return 1; cat "$tap_work/said"; grep -q "FURROW_NET=$1: $2; the choices are: auto, shm, ofi, " "$tap_work/said"; }
if [ -n "$fabrics" ]; then
  tap_ok "a fabric that stays on its host: what it lacks is said" lacks shm:shm "shm on shm lacks a way to other hosts.*"
  tap_ok "a device that is none" lacks tcp:nowhere7 "tcp is not on nowhere7"
  idle=$(fi_info -l 2>/dev/null | sed -n 's/^\(psm2\|psm\|opx\|usnic\|verbs\|efa\):$/\1/p' | head -n 1)
  if [ -z "$idle" ] || fi_info -p "$idle" >/dev/null 2>&1; then tap_skip "a provider without a device" "libfabric has none here, or fi_info is not installed"
  else tap_ok "a provider without a device" lacks "$idle" "libfabric has $idle, but finds no device for it"; fi
fi
tap_end
