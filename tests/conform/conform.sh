#!/bin/bash
# The suite of promises, case by case, for several numbers of pids. CONFORM_PIDS and CONFORM_ONLY (a pattern) narrow it.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
suite=${top_builddir:?}/tests/conform/conform
without=$top_builddir/tests/conform/without
through=()
export FURROW_TIMEOUT FURROW_PROGRESS CONFORM_THREADS

# Cases in which pids are killed end with the status of that, and say nothing.
run() {
  local name=$1 pids=$2 want=0
  [ "$name" != shared_given_back ] || local -x FURROW_HEAP=8M
  FURROW_TIMEOUT=30s FURROW_PROGRESS=${3:-caller} CONFORM_THREADS=${4:-}
  case $name in
    silent_holder | stuck_owner | stuck_spares_others) FURROW_TIMEOUT=300ms ;;
    death_* | random_deaths) want=137 ;;
    holder_dies) want=3 ;;
  esac
  "$furrow" run -n "$pids" "${through[@]}" "$suite" "$name" >"$tap_work/said" 2>&1
  local status=$?
  cat "$tap_work/said"
  [ "$status" -eq "$want" ] && [ ! -s "$tap_work/said" ]
}

"$suite" >"$tap_work/cases"
for pids in ${CONFORM_PIDS:-1 2 3 8}; do
  while read -r name least; do
    # shellcheck disable=SC2053
    [[ $name == ${CONFORM_ONLY:-*} && $pids -ge $least ]] || continue
    case $name in
      many_threads)
        tap_ok "$name, $pids pids, lock" run $name "$pids" caller 1
        tap_ok "$name, $pids pids, progress thread" run $name "$pids" thread ;;
      progress_thread) tap_ok "$name, $pids pids" run $name "$pids" thread ;;
      wait_descriptor | no_stray_write | bound_memory_goes | there_and_back)
        tap_ok "$name, $pids pids" run "$name" "$pids"
        [ "$pids" -gt 3 ] || tap_ok "$name, $pids pids, progress thread" run "$name" "$pids" thread ;;
      *) tap_ok "$name, $pids pids" run "$name" "$pids" ;;
    esac
  done <"$tap_work/cases"
done
if [ -z "${CONFORM_PIDS:-}${CONFORM_ONLY:-}" ]; then
  for name in put_then_barrier notifications_all nobody_oversleeps nobody_overhears; do
    # The thread sanitizer leaves little address space: small heaps reserve little.
    FURROW_HEAP=64M tap_ok "$name, 64 pids" run $name 64
  done
  suite=$top_builddir/tests/conform/faults
  while read -r name least; do
    case $name in
      progress_thread) tap_ok "$name, 3 pids, faults" run $name 3 thread ;;
      many_threads) tap_ok "$name, 3 pids, faults" run $name 3 caller 1 ;;
      shared_* | swap_* | death_in_swap* | death_of_rep* | death_in_broadcasts | leaving_rep* | collect_and_stitch | hosts_and_places) ;; # the faulty transport hides the memory they are about
      *) [ "$least" -gt 3 ] || tap_ok "$name, 3 pids, faults" run "$name" 3 ;;
    esac
  done <"$tap_work/cases"
  suite=$top_builddir/tests/conform/conform
  "$without" "$(command -v true)" 2>/dev/null
  if [ $? -eq 77 ]; then
    tap_skip "without membarrier" "seccomp is not to be had here"
  else
    through=("$without")
    for name in put_then_notify nobody_oversleeps nobody_overhears no_stray_write; do
      tap_ok "$name, 8 pids, without membarrier" run $name 8
    done
  fi
fi
tap_end
