#!/bin/bash
# What goes wrong between hosts: a host that vanishes, processes killed there, addresses that lead nowhere, ports that are taken,
# no fabric at all, more pids than cores. Each gives a clear error in time, and what it does not concern goes on.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
. "$top_srcdir/tests/hosts/common.sh" || exit 1
tap_not_under_tsan faults
export crossing=${top_builddir:?}/tests/hosts/crossing suite=$top_builddir/tests/conform/conform
export furrow tap_work
"$furrow" info | grep -q '^fabrics: *libfabric' || { tap_skip "faults between hosts" "built without libfabric"; tap_end; exit; }
fails() { timeout 60 "$@" >"$tap_work/said" 2>&1 </dev/null && return 1; cat "$tap_work/said"; }

nothing() { FI_PROVIDER=nothing FURROW_NET=ofi fails "$furrow" run -n 2 "$crossing" && grep -q 'libfabric offers nothing here' "$tap_work/said"; }
tap_ok "no fabric at all is said so" nothing
taken() {
  FI_TCP_PORT_LOW_RANGE=47811 FI_TCP_PORT_HIGH_RANGE=47812 FURROW_NET=tcp:lo fails "$furrow" run -n 3 "$crossing" &&
    grep -q 'tcp;ofi_rxm on lo is offered, but does not open' "$tap_work/said"
}
tap_ok "ports that others have: the fabric that does not open is named" taken
apart() {
  local i ok=0
  for i in 1 2; do FURROW_TIMEOUT=60s FURROW_NET=tcp:lo timeout 90 "$furrow" run -n 2 "$crossing" 3 >"$tap_work/said$i" 2>&1 </dev/null & done
  wait
  cat "$tap_work"/said[12]
  for i in 1 2; do grep -q '^2 pids, .*all right$' "$tap_work/said$i" && ok=$((ok + 1)); done
  [ $ok -eq 2 ]
}
tap_ok "two jobs side by side leave each other alone" apart

# The part that runs beside the hosts.
inside() {
  local count=$tap_count kept=$tap_work
  . "$top_srcdir/tests/tap.sh"
  tap_count=$count
  srun() { timeout -k 5 120 srun --mpi=pmix "$@" >"$tap_work/said" 2>&1 </dev/null; }
  # Rank 0 is a shell, which asks the others before and after something has happened to host h2.
  cat >"$tap_work/asks" <<'SH'
#!/bin/bash
cd "$tap_work" || exit
export FURROW_TIMEOUT=15s
[ "$PMIX_RANK" = 0 ] || exec "$furrow" worker
{
  echo '@everywhere x = 5'; echo 'reap(procs(), :x)'
  timeout 60 sh -c 'until grep -qs "4 => 5" answers; do sleep 0.1; done' && : >begun
  timeout 60 sh -c 'until [ -e happened ]; do sleep 0.1; done'
  echo 'reap(2, :(x + 2))'; echo 'reap(procs(), :(x + 1))'
} | timeout 60 "$furrow" shell >answers 2>&1
: >asked
exit 0
SH
  chmod +x "$tap_work/asks"
  # happens COMMAND...: done to h2 when the job has begun; the answers are in the file of that name.
  happens() {
    rm -f "$tap_work"/{begun,happened,asked,answers}
    srun -N2 -n4 "$tap_work/asks" &
    local job=$!
    timeout 60 sh -c "until [ -e '$tap_work/begun' ]; do sleep 0.1; done"
    "$@"
    : >"$tap_work/happened"
    timeout 90 sh -c "until [ -e '$tap_work/asked' ]; do sleep 0.1; done"
    ip -n furrow-h2 link set eth0 up
    ip link set furrow0.2 master furrow0
    wait $job
    cat "$tap_work/answers" "$tap_work/said"
  }
  named() { grep -Eq 'pid [34].*(PEER_DEAD|TIMEOUT|cannot be reached)' "$tap_work/answers" && grep -q '2 => 7' "$tap_work/answers"; }
  vanishes() { happens ip -n furrow-h2 link set eth0 down; named; }
  tap_ok "a host whose link is cut: its pids are named, the others go on" vanishes
  # The cable is cut far from both: nobody is told, and nothing comes back.
  silent() {
    FURROW_LOST=3s happens ip link set furrow0.2 nomaster
    grep -Eq 'pid [34].*its host .*has not answered for [34] s.*PEER_DEAD' "$tap_work/answers" && grep -q '2 => 7' "$tap_work/answers"
  }
  tap_ok "a host that answers nothing for FURROW_LOST: its pids are dead, the others go on" silent
  blinks() { ip -n furrow-h2 link set eth0 down; sleep 2; ip -n furrow-h2 link set eth0 up; }
  mended() { happens blinks; ! grep -q 'pid [0-9]' "$tap_work/answers" && grep -q '3 => 6' "$tap_work/answers" && grep -q '4 => 6' "$tap_work/answers"; }
  tap_ok "a link that is cut for 2 s: the job goes on" mended
  killed() {
    local p
    for p in $(ip netns pids furrow-h2); do grep -qs '^furrow' "/proc/$p/comm" && kill -9 "$p"; done
  }
  dies() { happens killed; named; }
  tap_ok "all processes of a host are killed: likewise" dies
  nowhere() { FURROW_TIMEOUT=8s FURROW_NET=tcp:lo srun -N2 -n2 "$crossing"; cat "$tap_work/said"; grep -Eq 'pid [12]' "$tap_work/said" && grep -Eq '127\.0\.0\.1|TIMEOUT' "$tap_work/said"; }
  tap_ok "addresses that lead nowhere: an error in time, which names the pid" nowhere
  # shellcheck disable=SC2016
  mixed() {
    srun -N2 -n2 sh -c 'n=tcp; [ "$PMIX_RANK" = 0 ] || n=net; FURROW_TIMEOUT=10s FURROW_NET=$n exec "$crossing"'
    cat "$tap_work/said"; grep -Eq 'pid [12] cannot be reached.*FURROW_NET' "$tap_work/said"
  }
  tap_ok "pids that chose different fabrics are told so" mixed
  many() { FURROW_TIMEOUT=100s CONFORM_EFFORT=0.02 CONFORM_SPEAKS=1 srun -N2 -n64 "$suite" put_then_barrier; cat "$tap_work/said"; grep -q '^kept: put_then_barrier' "$tap_work/said"; }
  tap_ok "64 pids on 2 hosts" many
  tap_ok "nothing is left on any host" hosts_left
  echo "$tap_count" >"$kept/count"
}
if ! "$furrow" info | grep -q '^boot:.*pmix'; then tap_skip "faults of hosts" "built without PMIx"; tap_end; exit; fi
if [ -n "${SAN_FLAGS:-}" ]; then tap_skip "faults of hosts" "once without a sanitizer is enough"; tap_end; exit; fi
export -f inside hosts_left
export top_srcdir top_builddir FURROW_COMMAND tap_count
"$top_srcdir/tests/rigs/slurm" 2 bash -c inside
status=$?
[ ! -s "$tap_work/count" ] || tap_count=$(cat "$tap_work/count")
[ $status -ne 77 ] || tap_skip "faults of hosts" "the rig cannot be had: root, network namespaces, slurm-wlm and munge are needed"
tap_end
