#!/bin/bash
# Three emulated hosts under a real Slurm: programs, the session and the heat solver give on two and on three of them what they
# give on one; what dies over there is seen here.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
. "$top_srcdir/tests/hosts/common.sh" || exit 1
hosts_not_sanitized slurm
export crossing=${top_builddir:?}/tests/hosts/crossing examples=$top_srcdir/examples heat=$top_builddir/examples/heat kmeans=$top_builddir/examples/kmeans
export furrow tap_work FURROW_TIMEOUT=30s
hosts_need slurm

# The part that runs beside the hosts.
inside() {
  . "$top_srcdir/tests/tap.sh"
  cd "$tap_work" || exit 1
  srun() { timeout -k 5 90 srun --mpi=pmix "$@" >"$tap_work/said" 2>&1 </dev/null; local s=$?; cat "$tap_work/said"; return $s; }
  crosses() { srun -N2 -n"$1" "$crossing" 2 && grep -q "^$1 pids, .*all right$" "$tap_work/said"; }
  tap_ok "all kinds of traffic, 2 pids on 2 hosts" crosses 2
  places() { srun -N2 -n4 "$furrow" shell -e 'reap(procs(), :(hostname()))' && grep -q '"h1"' "$tap_work/said" && grep -q '"h2"' "$tap_work/said"; }
  tap_ok "pids are on both hosts" places
  # Random numbers and times are theirs: every number with a fraction counts as one.
  # What tells the hosts apart is left out.
  alike() { sed -E '/^Dict\{Any,Any\} with/d; /^  [0-9]+ *=> \[/d; s/-?[0-9]+\.[0-9]+(e-?[0-9]+)?/N/g; s/ +/ /g' "$1"; }
  same() { diff <(alike "$tap_work/one") <(alike "$tap_work/said"); }
  session() {
    timeout 90 "$furrow" shell -n 6 --show "$examples/session.fur" >"$tap_work/one" 2>&1 </dev/null || { cat "$tap_work/one"; return 1; }
    srun -N"$1" -n6 "$furrow" shell --show "$examples/session.fur" && same
  }
  solver() {
    timeout 90 "$furrow" run -n 6 "$heat" >"$tap_work/one" 2>&1 </dev/null || { cat "$tap_work/one"; return 1; }
    srun -N"$1" -n6 "$heat" && same && grep -q 'serial answer 0$' "$tap_work/said"
  }
  clusters() { srun -N"$1" -n6 "$kmeans" 5000 9 10 && grep -q '6 pids: 0 labels differ from the serial answer$' "$tap_work/said"; }
  for hosts in 2 3; do
    tap_ok "the session, 6 pids on $hosts hosts, says what it says on one" session $hosts
    tap_ok "the heat solver, 6 pids on $hosts hosts, too" solver $hosts
    tap_ok "kmeans, 6 pids on $hosts hosts, agrees with its serial answer" clusters $hosts
  done
  cat >"$tap_work/killed" <<'SH'
#!/bin/bash
# The last rank's worker is killed once the job has begun; rank 0 asks for it when it is gone.
if [ "$PMIX_RANK" = 3 ]; then
  "$furrow" worker & p=$!
  timeout 60 sh -c "until [ -e '$tap_work/begun' ]; do sleep 0.1; done"
  kill -9 $p; wait $p 2>/dev/null; exit 0
fi
[ "$PMIX_RANK" = 0 ] || exec "$furrow" worker
{ echo '@everywhere x = 5'; echo 'reap(procs(), :x)'; sleep 4; : >"$tap_work/begun"; sleep 1; echo 'reap(procs(), :x)'; } | "$furrow" shell
exit 0
SH
  chmod +x "$tap_work/killed"
  death() { srun -N2 -n4 "$tap_work/killed"; grep -q 'pid 4.*PEER_DEAD' "$tap_work/said"; }
  tap_ok "a pid of another host dies: its name, not silence" death
  tap_ok "nothing is left on any host" hosts_left
  tap_end
}
hosts_slurm slurm 3
