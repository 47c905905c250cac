#!/bin/bash
# Another launcher than Slurm's and Open MPI's: starter, which knows PMIx's interface for servers and nothing else. Two or three of
# its servers are as many hosts here. What it leaves unsaid, deaths, an end that is asked for, and a server that is killed.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
tap_not_under_tsan starter
starter=${top_builddir:?}/tests/hosts/starter crossing=$top_builddir/tests/hosts/crossing
export starter furrow FURROW_NET=tcp:lo FURROW_TIMEOUT=60s
[ -x "$starter" ] || { tap_skip "a launcher of our own" "built without PMIx, or without its header for servers"; tap_end; exit; }
"$furrow" info --net 2>/dev/null | grep -q '^tcp;ofi_rxm *lo ' || { tap_skip "a launcher of our own" "no tcp fabric on the loopback device"; tap_end; exit; }

# start ARGUMENT...: a job; what it says is in `said`.
start() {
  rm -rf "$tap_work/servers" && mkdir "$tap_work/servers"
  TMPDIR=$tap_work/servers timeout -k 5 100 "$starter" "$@" >"$tap_work/said" 2>&1 </dev/null
  local s=$?
  cat "$tap_work/said"
  return $s
}
said() { grep -q "$1" "$tap_work/said"; }
crosses() { start "$@" "$crossing" 2 && said '^[46] pids, .*all right$'; }
tap_ok "all kinds of traffic, 4 pids under one server" crosses -n 4
tap_ok "all kinds of traffic, 6 pids under three servers" crosses -H 3 -n 6
places() { start -H 2 -n 5 "$furrow" shell -e 'describepids(remote=2)' && said '1 => \[1,2,3\]' && said '4 => \[4,5\]'; }
tap_ok "who is where" places
for odd in nameless noise liar; do
  tap_ok "keys that are missing or wrong ($odd): the job runs" crosses -H 2 -n 4 -o "$odd"
done
sizeless() { start -H 2 -n 2 -o sizeless "$furrow" worker; [ $? -eq 1 ] && said "PMIx: asking for the job's size: NOT-FOUND"; }
tap_ok "a job of no known size does not begin" sizeless

# role RANK COMMAND: what that rank does instead of its part; rank 0 is the shell, which does $asks, the others serve.
role() {
  cat >"$tap_work/role" <<SH
#!/bin/bash
[ "\$PMIX_RANK" != $1 ] || { $2; }
[ "\$PMIX_RANK" = 0 ] || exec "$furrow" worker
exec "$furrow" shell -e '$asks'
SH
  chmod +x "$tap_work/role"
}
# Nobody but the launcher can know of it: there never was a connection.
for when in 0 2; do
  for odd in "" source; do
    unborn() {
      asks="reap(2, :(1)); sleep($when); reap(3, :(1))" role 2 "sleep $when; exit 7"
      start -H 3 -n 3 -o "$odd" "$tap_work/role"
      said 'pid 3 ended without leaving the job \[PEER_DEAD\]'
    }
    tap_ok "a pid that ends before it joins, after $when s${odd:+, told by the pid itself}: the others are told" unborn
  done
done
aborted() {
  asks='reap(2, :(1)); reap(3, :(1))' role 2 'sleep 1; exec "$starter" abort'
  start -H 3 -n 3 "$tap_work/role"
  [ $? -eq 9 ] && said 'rank 2 ends the job'
}
tap_ok "a pid asks the launcher to end the job: it ends" aborted
lost='p=$PPID; { sleep 2; kill -9 $p; } & :'
goes_on() {
  asks='reap(procs(), :(x = 1)); sleep(4); reap(procs(), :(x + 1))' role 2 "$lost"
  start -H 2 -n 4 "$tap_work/role" && said '4 => 2'
}
tap_ok "a server is killed: pids that know each other go on" goes_on
# And all of them end: starter waits for orphans.
cut_off() {
  asks='sleep(4); reap(2, :(7)); reap(3, :(1))' role 2 "$lost"
  FURROW_TIMEOUT=10s start -H 2 -n 4 "$tap_work/role"
  [ $? -eq 1 ] && said 'pid 3.*\(TIMEOUT\|PEER_DEAD\)'
}
tap_ok "a server is killed: who cannot be found is named, and no pid is left" cut_off
if [ -n "${SAN_FLAGS:-}" ]; then tap_skip "deaths and farewells" "fabrics.sh runs these cases under this sanitizer"; tap_end; exit; fi
. "$top_srcdir/tests/conform/suite.sh"
export SUITE_LAUNCHER=starter CONFORM_EFFORT=0.05
over() { rm -rf "$tap_work/servers"; mkdir "$tap_work/servers"; TMPDIR=$tap_work/servers timeout -k 5 100 "$starter" "$@" </dev/null; }
SUITE_ONLY='@(death_in_barrier|death_of_a_stranger|death_says_whether*|joining|leaving_is_seen)' suite_over "three servers" 3 over -H 3 -n 3
tap_end
