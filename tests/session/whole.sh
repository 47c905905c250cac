#!/bin/bash
# whole.sh - the model's whole session (seed.fur), as written, with 25 pids on one host. The host is called tesla-1 where a
# name of its own can be given to it; elsewhere the filter looks for the host's own name.
. "${top_srcdir:?}/tests/session/seed.sh" || exit 1
"$furrow" info | grep -q '^files: *HDF5' || { tap_skip "the whole session" "built without HDF5"; tap_end; exit; }
seed=$top_srcdir/tests/session/seed.fur
cd "$tap_work" || exit 1
name=$(unshare --uts sh -c 'hostname tesla-1 && hostname' 2>/dev/null)
if [ "$name" = tesla-1 ]; then set -- unshare --uts sh -c 'hostname tesla-1 && exec "$@"' sh
else name=$(hostname) && sed "s/tesla/$name/" "$seed" >seed.fur && seed=$tap_work/seed.fur && set --
fi
tap_ok "the whole session with 25 pids" seed_run "$@" timeout 120 "$furrow" shell -n 25 --show "$seed"
seed_checks 25 1
tap_end
