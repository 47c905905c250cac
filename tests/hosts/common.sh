# shellcheck shell=bash disable=SC2154 # furrow, tap_work
# common.sh - sourced after tap.sh by tests that run beside emulated hosts under a real Slurm: what they need, how they begin,
# and that they leave nothing there.

# hosts_need NAME: ends the test here, skipped, when this build cannot go beyond its host.
hosts_need() {
  local part
  for part in '^boot:.*pmix' '^fabrics: *libfabric'; do
    "$furrow" info | grep -q "$part" || { tap_skip "$1" "built without ${part##*[ *]}"; tap_end; exit; }
  done
}
# hosts_not_sanitized NAME: likewise where a sanitizer has nothing new to see: its builds run the suite of promises over the loopback
# device, where every pid is a host of its own and all code for several hosts runs.
hosts_not_sanitized() {
  [ -n "${SAN_FLAGS:-}" ] || return 0
  tap_skip "$1" "the same code runs under this sanitizer over the loopback device"
  tap_end
  exit
}
# hosts_slurm NAME N: runs the function `inside` beside N hosts, or skips; what it needs is exported before. It counts and ends
# its own tests.
hosts_slurm() {
  local status=0
  export -f inside hosts_left
  export top_srcdir top_builddir FURROW_COMMAND
  TAP_WITHIN=$tap_work "$top_srcdir/tests/rigs/slurm" "$2" bash -c inside || status=$?
  [ $status -ne 77 ] || { tap_skip "$1" "the rig cannot be had: root, network namespaces, slurm-wlm and munge are needed"; tap_end; }
  return "$status"
}
# hosts_left: on no host is there a process of Furrow's or of the tests' programs.
hosts_left() {
  local h p
  sleep 1
  for h in $HOSTS; do for p in $(ip netns pids "furrow-$h"); do cat "/proc/$p/comm"; done; done | grep -E 'furrow|crossing|conform|heat|kmeans' && return 1
  return 0
}
