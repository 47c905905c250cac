#!/bin/bash
# session.sh - the model's whole session with 25 pids over three emulated hosts under a real Slurm, as tests/session/whole.sh
# runs it on one.
. "${top_srcdir:?}/tests/session/seed.sh" || exit 1
. "$top_srcdir/tests/hosts/common.sh" || exit 1
hosts_not_sanitized "the whole session over hosts"
for part in '^boot:.*pmix' '^fabrics: *libfabric' '^files:.*HDF5'; do
  "$furrow" info | grep -q "$part" || { tap_skip "the whole session over hosts" "built without ${part##*[ *]}"; tap_end; exit; }
done
export furrow tap_work FURROW_TIMEOUT=60s

# The part that runs beside the hosts, which are called h1, h2, h3.
inside() {
  . "$top_srcdir/tests/session/seed.sh"
  cd "$tap_work" || exit 1
  sed 's/r"tesla"/r"^h[1-3]$"/' "$top_srcdir/tests/session/seed.fur" >seed.fur
  tap_ok "the whole session with 25 pids over 3 hosts" seed_run timeout -k 5 300 srun --mpi=pmix -N3 -n25 -m plane=9 "$furrow" shell --show seed.fur
  seed_checks 25 3
  tap_end
}
export -f inside
export top_srcdir FURROW_COMMAND
TAP_WITHIN=$tap_work "$top_srcdir/tests/rigs/slurm" 3 bash -c inside
status=$?
[ $status -ne 77 ] || { tap_skip "the whole session over hosts" "the rig cannot be had: root, network namespaces, slurm-wlm and munge are needed"; tap_end; }
