#!/bin/bash
# furrow info --job and furrow perf under a real Slurm over two emulated hosts: who is where, and figures
# between the hosts.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
. "$top_srcdir/tests/hosts/common.sh" || exit 1
hosts_not_sanitized "furrow info and perf under launchers"
export furrow tap_work FURROW_TIMEOUT=60s
"$furrow" info | grep -q '^boot:.*pmix' || { tap_skip "under launchers" "built without PMIx"; tap_end; exit; }
command -v jq >/dev/null || { tap_skip "under launchers" "jq is not installed"; tap_end; exit; }
judge() { jq -e "$1" "$tap_work/said" >/dev/null || { cat "$tap_work/said" "$tap_work/err"; return 1; }; }

# The part that runs beside the hosts.
inside() {
  . "$top_srcdir/tests/tap.sh"
  srun() { timeout -k 5 120 srun --mpi=pmix "$@" >"$tap_work/said" 2>"$tap_work/err" </dev/null || { cat "$tap_work/said" "$tap_work/err"; return 1; }; }
  members() {
    srun -N2 -n4 --ntasks-per-node=2 "$furrow" info --job --json &&
      judge '.job.started_by == "PMIx" and [.members[].host] == ["h1", "h1", "h2", "h2"] and .members[0].direct == "2" and .members[3].direct == "3"
        and ([.members[] | (.one_sided // .assisted)] == ["3-4", "3-4", "1-2", "1-2"]) and ([.members[].state] | unique == ["joined"])'
  }
  tap_ok "info --job: 4 pids on 2 hosts" members
  figures() { srun -N2 -n4 --ntasks-per-node=2 "$furrow" perf -t 0.02 -s 8,64k --json && judge '.perf.partner == 3 and (.perf.shared_memory | not) and (.latency | length) == 7 and (.stream | length) == 6'; }
  tap_ok "perf: pid 1 and the first pid of the other host" figures
  tap_end
}
if "$furrow" info | grep -q '^fabrics: *libfabric$'; then
  export -f inside judge
  export top_srcdir top_builddir FURROW_COMMAND
  TAP_WITHIN=$tap_work "$top_srcdir/tests/rigs/slurm" 2 bash -c inside
  status=$?
  [ $status -eq 77 ] || exit $status
  tap_skip "under Slurm" "the rig cannot be had: root, network namespaces, slurm-wlm and munge are needed"
else
  tap_skip "under Slurm" "built without libfabric, or it finds no fabric here"
fi
tap_end
