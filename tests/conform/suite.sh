# shellcheck shell=bash
# suite.sh - sourced after tap.sh: the suite of promises over any way of starting a job. `suite_over LABEL PIDS START...` runs
# START with program and arguments behind it, and says of each case whether it was kept. Cases that leave the job as it was
# share one, one after another; the others have a job each. SUITE_ONLY (a pattern) narrows it.
# shellcheck disable=SC2154 # tap_work
suite=${top_builddir:?}/tests/conform/conform
export FURROW_TIMEOUT FURROW_PROGRESS CONFORM_THREADS

# How a case is run: sets suite_want (status), and what is exported.
suite_settings() {
  suite_want=0 FURROW_TIMEOUT=${SUITE_TIMEOUT:-60s} FURROW_PROGRESS=caller CONFORM_THREADS=
  case $1 in
    silent_holder | stuck_owner | stuck_spares_others) FURROW_TIMEOUT=300ms ;;
    death_* | random_deaths) suite_want=137 ;;
    holder_dies) suite_want=3 ;;
    progress_thread) FURROW_PROGRESS=thread ;;
    many_threads) CONFORM_THREADS=1 ;;
  esac
}
suite_alone() {
  case $1 in death_* | random_deaths | holder_dies | leaving_is_seen | leaving_representative | joining | serving) return 0 ;; esac
  return 1
}
# The status of a job in which somebody is killed is the launcher's to choose: 0 is the only one that cannot be right.
suite_case() {
  local name=$1 status=0; shift
  suite_settings "$name"
  "$@" "$suite" "$name" >"$tap_work/said" 2>&1 || status=$?
  cat "$tap_work/said"
  if [ -n "${SUITE_LAUNCHER:-}" ]; then
    [ $((status != 0)) -eq $((suite_want != 0)) ] && ! grep -E 'pid [0-9]+, line [0-9]+: |Sanitizer: ' "$tap_work/said"
  else [ "$status" -eq $suite_want ] && [ ! -s "$tap_work/said" ]; fi
}
suite_kept() { grep -v '^kept: ' "$tap_work/said"; grep -aqx "kept: $1" "$tap_work/kept"; }
suite_shared() {
  local label=$1 names=$2 name status=0; shift 2
  [ -n "$names" ] || return 0
  # shellcheck disable=SC2086 # several names
  CONFORM_SPEAKS=1 "$@" "$suite" $names >"$tap_work/said" 2>&1 || status=$?
  sed 's/.*\(kept: \)/\1/; s/\r$//' "$tap_work/said" >"$tap_work/kept"
  for name in $names; do tap_ok "$name, $label" suite_kept "$name"; done
  tap_ok "the job of these ends well, $label" [ $status -eq 0 ]
}
suite_over() {
  local label=$1 pids=$2 name least shared= quick= threads= locked=; shift 2
  "$suite" >"$tap_work/cases"
  while read -r name least; do
    # shellcheck disable=SC2053
    [[ $name == ${SUITE_ONLY:-*} && $pids -ge $least ]] || continue
    suite_alone "$name" && continue
    case $name in
      silent_holder | stuck_owner | stuck_spares_others) quick+=" $name" ;;
      progress_thread) threads+=" $name" ;;
      many_threads) locked+=" $name" threads+=" $name" ;;
      wait_descriptor | no_stray_write | there_and_back) shared+=" $name" threads+=" $name" ;;
      *) shared+=" $name" ;;
    esac
  done <"$tap_work/cases"
  suite_settings put_then_notify; suite_shared "$label" "$shared" "$@"
  suite_settings stuck_owner; suite_shared "$label" "$quick" "$@"
  suite_settings progress_thread; suite_shared "$label, progress thread" "$threads" "$@"
  suite_settings many_threads; suite_shared "$label, lock" "$locked" "$@"
  while read -r name least; do
    # shellcheck disable=SC2053
    [[ $name == ${SUITE_ONLY:-*} && $pids -ge $least ]] && suite_alone "$name" || continue
    tap_ok "$name, $label" suite_case "$name" "$@"
  done <"$tap_work/cases"
  return 0
}
