#!/bin/bash
# furrow itself, and furrow info: versions, help, settings, and names that are none.
. "$top_srcdir/tests/tap.sh"
cd "$tap_work" || exit 1
export -n FURROW_COMMAND # is no setting

prints() { local want=$1; shift; "$furrow" "$@" >out 2>err && grep -qE -- "$want" out || { cat out err; return 1; }; }
tap_ok "--version" prints '^furrow [0-9]+\.[0-9]+\.[0-9]+$' --version
tap_ok "--help names the commands" prints '^  run ' --help
for c in run shell worker info perf; do tap_ok "$c --help" prints "^usage: furrow $c" "$c" --help; done
tap_ok "info names the transports" prints '^transports: +shm' info
tap_ok "info names what was left out" prints '^left out: ' info
# Everything that can be said is JSON too, and nothing of it is missing.
json() { "$furrow" info "$@" --json >out 2>err && jq -e . out >/dev/null; }
value() { jq -e "$1" out >/dev/null || { cat out; return 1; }; }
if command -v jq >/dev/null; then
  for a in "" --env --net --check "--job -n 3"; do tap_ok "info $a --json is JSON" json $a; done
  job_of_three() { json --job -n 3 && value '(.members | length) == 3 and .members[1].direct == "1,3" and .members[2].state == "joined" and .job.pids == 3'; }
  tap_ok "--job: who reaches whom" job_of_three
  no_evaluation() { FURROW_EVAL=off json --job -n 2 && value '[.members[].state] == ["joined", "joined"]'; }
  tap_ok "--job needs no evaluation" no_evaluation
  odd_names() { FURROW_NET=$'tcp "\x01\xff\\:é' json --env && value '.settings[] | select(.name == "FURROW_NET").value == "tcp \"\u0001?\\:é"'; }
  tap_ok "JSON of odd bytes" odd_names
else
  tap_skip "info --json" "jq is not installed"
fi

# The doctor. What this machine itself lacks is left out of what is compared.
check() { "$furrow" info --check >out 2>err; }
finds() { ! check && grep -A 1 -E "^wrong +.*$1" out | grep -qE "mend: .*$2" || { cat out err; return 1; }; }
export -f check finds; export furrow
tap_ok "--check: a misspelt setting" env FURROW_TIMOUT=1 bash -c "finds 'FURROW_TIMOUT .*FURROW_TIMEOUT' 'unset FURROW_TIMOUT'"
tap_ok "--check: an unusable value" env FURROW_HEAP=12x bash -c "finds 'FURROW_HEAP .*12x' 'unset FURROW_HEAP'"
tap_ok "--check: a launcher without PMIx" env -u PMIX_RANK PMI_SIZE=3 bash -c "finds 'PMI-1' 'srun --mpi=pmix'"
tap_ok "--check: too few files" bash -c "ulimit -n 200 && finds 'only 200 files' 'nofile=1024|ulimit -n 1024'"
if "$furrow" info | grep -q '^fabrics: *libfabric$'; then
  tap_ok "--check: a fabric that is none" env FURROW_NET=carrier-pigeon bash -c "finds 'carrier-pigeon; the choices are' 'unset FURROW_NET'"
fi
# Another folder with the library and without its modules.
mkdir bare && cp -P "$top_builddir"/.libs/libfurrow.so* bare/ && cp "$top_builddir/.libs/furrow" bare/ 2>/dev/null
missing() {
  LD_LIBRARY_PATH=$PWD/bare bare/furrow info --check >out 2>err && return 1
  cat out err
  grep -q '^wrong .*libfabric .*does not load' out && grep -q '^wrong .*PMIx' out && grep -q '^wrong .*HDF5' out && grep -q 'mend: make install' out
}
if [ -x bare/furrow ] && "$furrow" info --json | grep -q '"library": "HDF5", "version": "[0-9]' && "$furrow" info | grep -q '^boot:.*pmix' && "$furrow" info | grep -q '^fabrics: *libfabric'; then
  tap_ok "--check: modules that are missing" missing
else
  tap_skip "--check: modules that are missing" "this build has not all of them, or no libtool folder"
fi
well() { check; cat out err; [ "$(grep -c '^wrong' out)" -eq "$(sed -nE 's/^([0-9]+) wrong,.*/\1/p;s/^nothing is wrong.*/0/p' out)" ]; }
tap_ok "--check counts what it finds" well
origin() { FURROW_TIMEOUT=77s bash -c '"$furrow" info --env; true' >out && grep -qE '^FURROW_TIMEOUT +77s +30s +[^ ]+ \(process [0-9]+\)' out || { cat out; return 1; }; }
tap_ok "--env says who set it" origin
settings() {
  local name
  for name in $(sed -n 's/.*"\(FURROW_[A-Z_]*\)".*/\1/p' "$top_srcdir/src/base/config.h"); do prints "^$name " info --env || return 1; done
}
tap_ok "info --env lists every setting" settings
values() { FURROW_TIMEOUT=77s prints '^FURROW_TIMEOUT +77s +30s ' info --env; }
tap_ok "with its value" values
nearest() { FURROW_TIMOUT=1 prints '^FURROW_TIMOUT +FURROW_TIMEOUT' info; }
tap_ok "a misspelt setting is named" nearest
quiet_otherwise() { FURROW_TIMEOUT=1s FURROW_BOOT='' "$furrow" info >out; ! grep -A 5 'not a setting' out; }
tap_ok "a setting is not" quiet_otherwise
misuse() { "$furrow" "$@" >out 2>err; [ $? -eq 2 ] && grep -q '^usage: furrow info' err; }
tap_ok "unknown argument" misuse info --all
tap_ok "--job and --check do not go together" misuse info --job --check
closed() { ! "$furrow" info >/dev/full; }
tap_ok "a full disk is an error" closed
tap_end
