#!/bin/bash
# The suite of promises between emulated hosts, one pid on each, over every fabric that can carry Furrow there.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
. "$top_srcdir/tests/hosts/common.sh" || exit 1
tap_not_under_tsan "between hosts"
hosts_need "between hosts"
# The address sanitizer sees most of this over the loopback device; here, how the news of who is gone goes from host to host.
if [ -n "${SAN_FLAGS:-}" ]; then export FABRICS=tcp SUITE_ONLY='@(death_of_a_stranger|leaving_is_seen|barrier_names_who_is_late)'; fi

# The part that runs beside the hosts.
inside() {
  . "$top_srcdir/tests/tap.sh"
  . "$top_srcdir/tests/conform/suite.sh"
  export SUITE_LAUNCHER=srun CONFORM_EFFORT=0.05 FURROW_NET
  over() { FURROW_NET=$1; shift; timeout -k 5 150 srun --mpi=pmix --kill-on-bad-exit=0 --wait=20 -N3 -n3 "$@" </dev/null; }
  fabrics=$("$ON" h1 "$furrow" info --net 2>/dev/null | awk '$2 == "eth0" && $4 != "no," { sub(/;ofi_rx.*/, "", $1); print $1 }' | sort -u)
  for f in ${FABRICS:-$fabrics}; do
    case $f in
      tcp) suite_over "$f, 3 hosts" 3 over "$f:eth0" ;;
      net) SUITE_ONLY=${SUITE_ONLY:-[dln]*} suite_over "$f, 3 hosts" 3 over "$f:eth0" ;;
      *) SUITE_ONLY=${SUITE_ONLY:-misuse_of_*} suite_over "$f, 3 hosts" 3 over "$f:eth0" ;;
    esac
  done
  tap_end
}
hosts_slurm "between hosts" 3
