#!/bin/bash
# Open MPI's mpirun starts Furrow's programs, through PMIx.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
tap_not_under_tsan mpirun
crossing=${top_builddir:?}/tests/hosts/crossing
mpi() { timeout 100 mpirun --allow-run-as-root --oversubscribe "$@" >"$tap_work/said" 2>&1 </dev/null; local s=$?; cat "$tap_work/said"; return $s; }

if ! command -v mpirun >/dev/null || ! mpirun --version 2>/dev/null | grep -q 'Open MPI'; then
  tap_skip "mpirun" "there is no Open MPI here"
elif ! mpirun --allow-run-as-root -n 1 sh -c '[ -n "$PMIX_RANK" ]' >/dev/null 2>&1; then
  tap_skip "mpirun" "this Open MPI starts programs without PMIx"
elif ! "$furrow" info | grep -q '^boot:.*pmix'; then
  tap_skip "mpirun" "built without PMIx"
else
  crosses() { mpi "$@" && grep -q '^3 pids, .*all right$' "$tap_work/said"; }
  tap_ok "a program, in shared memory" crosses -n 3 "$crossing" 2
  tap_ok "a program, over tcp" crosses -x FURROW_NET=tcp:lo -n 3 "$crossing" 2
  shell() { mpi -n 3 "$furrow" shell -e 'reap(workers(), :(myid()^2))' && grep -q '3 => 9' "$tap_work/said"; }
  tap_ok "the shell at rank 0, the others serve" shell
fi
stray() { PMI_RANK=0 PMI_SIZE=4 timeout 20 "$furrow" worker >"$tap_work/said" 2>&1 && return 1; cat "$tap_work/said"; grep -q 'PMI-1' "$tap_work/said" && grep -q 'srun --mpi=pmix' "$tap_work/said"; }
tap_ok "a launcher without PMIx is named" stray
if command -v mpiexec.hydra >/dev/null; then
  hydra() { timeout 60 mpiexec.hydra -n 3 "$furrow" worker >"$tap_work/said" 2>&1 </dev/null && return 1; cat "$tap_work/said"; [ "$(grep -c 'one of 3 processes' "$tap_work/said")" -eq 3 ]; }
  tap_ok "MPICH's hydra: no three jobs of one" hydra
else
  tap_skip "MPICH's hydra" "there is no mpiexec.hydra here (Debian's mpich)"
fi
tap_end
