# shellcheck shell=bash disable=SC2034
# tap.sh - sourced by script tests: tap_ok NAME COMMAND..., tap_skip NAME REASON, tap_end at the end.
# A command that fails has its output shown as comments, one that takes 3 s or more how long. $furrow is the command under test.
set -u
furrow=$FURROW_COMMAND
tap_count=0
# What runs beside emulated hosts sources this anew, and has the folder of who started it.
tap_work=${TAP_WITHIN-}
[ -n "$tap_work" ] || { tap_work=$(mktemp -d); trap 'rm -rf "$tap_work"' EXIT; }

tap_ok() {
  tap_count=$((tap_count + 1))
  local name=$1 start=$SECONDS; shift
  if "$@" >"$tap_work/.out" 2>&1; then echo "ok $tap_count - $name"
  else echo "not ok $tap_count - $name (status $?)"; sed 's/^/# /' "$tap_work/.out"; fi
  [ $((SECONDS - start)) -lt 3 ] || echo "# $((SECONDS - start)) s"
}
tap_skip() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $1 # SKIP $2"; }
# tap_not_under_tsan NAME: ends the script there. What libpmix and libfabric do with threads it cannot see through.
tap_not_under_tsan() {
  [[ ${SAN_FLAGS:-} == *thread* ]] || return 0
  tap_skip "$1" "libpmix and libfabric are not built for the thread sanitizer"
  tap_end
  exit
}
tap_end() { echo "1..$tap_count"; }
