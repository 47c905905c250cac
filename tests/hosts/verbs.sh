#!/bin/bash
# In a guest whose kernel makes RDMA devices (tests/rigs/rdma-guest): the suite of promises over libfabric's verbs provider, the
# session and the heat solver with the answers that shared memory gives, a lossy wire, and too little memory to lock.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
tap_not_under_tsan verbs
if [ -n "${SAN_FLAGS:-}" ]; then tap_skip "verbs" "an emulated machine is too slow for a sanitizer"; tap_end; exit; fi
"$furrow" info | grep -q '^fabrics: *libfabric' || { tap_skip "verbs" "built without libfabric"; tap_end; exit; }

# The part that runs in the guest.
inside() {
  . "$top_srcdir/tests/tap.sh"
  . "$top_srcdir/tests/conform/suite.sh"
  crossing=$top_builddir/tests/hosts/crossing heat=$top_builddir/examples/heat session=$top_srcdir/examples/session.fur
  export CONFORM_EFFORT=0.002 CONFORM_PACE=4 SUITE_TIMEOUT=60s FURROW_NET FI_PROVIDER=verbs,ofi_rxm
  over() { FURROW_NET=$1; shift; timeout 150 "$@" </dev/null; }
  suite_over "verbs, 3 pids" 3 over verbs:rxe0 "$furrow" run -n 3
  suite_settings -
  alike() { sed -E 's/-?[0-9]+\.[0-9]+(e-?[0-9]+)?/N/g; s/ +/ /g' "$1"; }
  # same COMMAND...: over verbs it says what it says in shared memory, but for random numbers and times.
  same() {
    over auto "$@" >"$tap_work/one" 2>&1 || { cat "$tap_work/one"; return 1; }
    over verbs:rxe0 "$@" >"$tap_work/said" 2>&1 || { cat "$tap_work/said"; return 1; }
    diff <(alike "$tap_work/one") <(alike "$tap_work/said")
  }
  sed '/^# --- which pids are on which hosts/,$d' "$session" >"$tap_work/session.fur" # what follows tells of hosts
  tap_ok "the session over verbs says what it says in shared memory" same "$furrow" shell -n 4 --show "$tap_work/session.fur"
  tap_ok "the heat solver too" same "$furrow" run -n 2 "$heat" 20 24 30
  # Each of two pids takes a device of its own; the wire between them loses packets.
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nif mkdir "%s/first" 2>/dev/null; then d=rxeA; else d=rxeB; fi\nFURROW_NET=verbs:$d exec "$@"\n' "$tap_work" >"$tap_work/apart"
  chmod +x "$tap_work/apart"
  lossy() {
    local end lost=0
    for end in va vb; do tc qdisc add dev $end root netem loss 2% delay 200us || return 1; done
    over verbs "$furrow" run -n 2 "$tap_work/apart" "$crossing" 1 >"$tap_work/said" 2>&1
    local status=$?
    cat "$tap_work/said"
    for end in va vb; do
      lost=$((lost + $(tc -s qdisc show dev $end | sed -n 's/.*dropped \([0-9]*\).*/\1/p')))
      tc qdisc del dev $end root
    done
    echo "$lost packets lost"
    [ $status -eq 0 ] && [ "$lost" -gt 0 ] && grep -q '^2 pids, .*all right$' "$tap_work/said"
  }
  tap_ok "all kinds of traffic over a wire that loses packets" lossy
  locked() {
    # shellcheck disable=SC2016
    over verbs:rxe0 setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock sh -c 'ulimit -l 64; exec "$@"' sh "$furrow" run -n 2 "$crossing" >"$tap_work/said" 2>&1 && return 1
    cat "$tap_work/said"; grep -q 'ulimit -l' "$tap_work/said"
  }
  tap_ok "too little memory to lock: the limit is named" locked
  doctor() {
    # shellcheck disable=SC2016
    over "$1" setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock sh -c 'ulimit -l 64; exec "$@"' sh "$furrow" info --check >"$tap_work/said" 2>&1 && [ "$1" != auto ] && return 1
    cat "$tap_work/said"; grep -A 1 -E '^(wrong|note) .*only 64 KiB may be locked' "$tap_work/said" | grep -q 'mend: .*memlock=unlimited\|mend: ulimit -l'
  }
  tap_ok "the doctor says so, and how to raise it" doctor verbs:rxe0
  tap_ok "also where the choice is Furrow's" doctor auto
  tap_end
}
export -f inside
export top_srcdir top_builddir FURROW_COMMAND
GUEST_SECONDS=${GUEST_SECONDS:-500} "$top_srcdir/tests/rigs/rdma-guest" bash -c inside
status=$?
[ $status -ne 77 ] || { tap_skip "verbs" "the guest cannot be had: qemu-system-x86, busybox-static, cpio and the kernel's package are needed"; tap_end; }
exit 0
