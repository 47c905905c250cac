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
# Within a group all values begin in one column.
columns() { "$furrow" "$@" >out 2>err && ! awk '/^$/ { at = 0 } match($0, /^[A-Za-z][^:.,(]*: +/) { if (at && at != RLENGTH) print; at = RLENGTH }' out | grep .; }
tap_ok "info: columns" columns info
tap_ok "info --job: columns" columns info --job -n 2
wide() { for c in run shell worker info perf; do "$furrow" $c --help; done | awk 'length > 120' | grep . && return 1; return 0; }
tap_ok "help fits a terminal" wide
tap_ok "the load has two decimals at most" prints '^load: +([0-9]+(\.[0-9][0-9]?)?|-)$' info
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
  other() {
    for m in ofi:furrow_fabric pmix:furrow_boot_client file:furrow_file_module; do
      echo "const unsigned ${m#*:}[64] = {99};" >other.c && ${CC:-cc} -shared -fPIC -o "bare/furrow-${m%:*}.so" other.c || return 1
    done
    LD_LIBRARY_PATH=$PWD/bare bare/furrow info --check >out 2>err && return 1
    cat out err
    for m in ofi pmix file; do grep -q "^wrong .*furrow-$m.so comes from another version of Furrow (99, wanted " out || return 1; done
  }
  tap_ok "--check: modules of another version" other
  # What is not a library's fault is not mended by installing one.
  damaged() {
    for m in ofi pmix file; do echo junk >"bare/furrow-$m.so"; done
    LD_LIBRARY_PATH=$PWD/bare bare/furrow info --check >out 2>err && return 1
    cat out err
    [ "$(grep -A 1 '^wrong .*does not load' out | grep -c 'mend: make install')" -eq 3 ]
  }
  tap_ok "--check: modules that are damaged" damaged
else
  tap_skip "--check: modules that are missing" "this build has not all of them, or no libtool folder"
fi
# Launchers, as they are found in PATH; the words are those that Slurm 22.05 and MPICH 4.0 use.
mkdir slurm hydra stuck
printf '#!/bin/sh\n[ "$*" = --mpi=list ] && printf "MPI plugin types are...\\n\\tnone\\n\\tpmi2\\n\\tcray_shasta\\n"\n' >slurm/srun
printf '#!/bin/sh\nprintf "HYDRA build details:\\n    Version: 4.0.2\\n"\n' >hydra/mpirun
printf '#!/bin/sh\nexec sleep 60\n' >stuck/srun
chmod +x */srun */mpirun
tap_ok "--check: Slurm without pmix" env PATH="$PWD/slurm:$PATH" bash -c "finds 'srun --mpi=list does not name pmix' 'slurm-wlm-basic-plugins'"
with_pmix() { sed 's/cray_shasta/pmix/' slurm/srun >hydra/srun && chmod +x hydra/srun && PATH="$PWD/hydra:$PATH" "$furrow" info --check >out 2>err; cat out err; ! grep -q srun out; }
tap_ok "--check: Slurm with it" with_pmix
notes() { "$furrow" info --check >out 2>err; cat out err; grep -A 1 -E "^note +.*$1" out | grep -qE "mend: .*$2"; }
export -f notes
tap_ok "--check: an mpirun that offers no PMIx" env PATH="$PWD/hydra:$PATH" bash -c "notes 'hydra, which offers no PMIx' 'mpirun.openmpi'"
tap_ok "--check: a launcher that does not answer" env PATH="$PWD/stuck:$PATH" timeout 50 bash -c "notes 'srun is here, but .* does not end' 'scontrol'"

# A machine with things missing: each is taken away in a mount namespace of its own.
without() { # without TAKEN WRONG-OR-NOTE WHAT MEND: no tools in PATH either
  unshare -m sh -c "$1"' && exec env -i LD_LIBRARY_PATH="$0/.libs" PATH=/nowhere "$0/.libs/furrow" info --check' "$top_builddir" >out 2>err
  local status=$?
  cat out err
  grep -A 1 -E "^$2 +.*$3" out | grep -qE "mend: $4" && [ "$status" -eq "$([ "$2" = wrong ] && echo 1 || grep -c '^[1-9].* wrong,' out)" ]
}
if [ -n "${SAN_FLAGS:-}" ]; then tap_skip "--check: things missing" "a sanitizer needs them itself"
elif [ ! -x "$top_builddir/.libs/furrow" ] || ! unshare -m mount -t tmpfs tmpfs /mnt 2>/dev/null; then tap_skip "--check: things missing" "needs root, unshare and a libtool folder"
else
  tap_ok "--check: no /proc" without 'mount -t tmpfs none /proc' wrong '/proc is missing' 'mount -t proc proc /proc'
  tap_ok "--check: no /sys" without 'mount -t tmpfs none /sys' wrong '/sys is missing' 'mount -t sysfs sysfs /sys'
  tap_ok "--check: a tiny /dev/shm" without 'mount -t tmpfs -o size=64k tmpfs /dev/shm' note 'only 64 KiB are free in /dev/shm' 'mount -o remount,size=50% /dev/shm'
  for part in libfabric:libfabric1 libpmix:libpmix2; do
    so=$(ldconfig -p | sed -n "s/.*${part%:*}\\.so\\.[0-9]* .*=> //p" | head -n 1)
    [ -n "$so" ] && "$furrow" info | grep -q '^boot:.*pmix' && "$furrow" info | grep -q '^fabrics: *libfabric' || continue
    tap_ok "--check: ${part%:*} is damaged" without "mount --bind /dev/null $so" wrong 'was built in, but does not load' "apt-get install ${part#*:}"
    tap_ok "and that is said once" [ "$(grep -c 'file too short' out)" -eq 1 ]
  done
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
closed() { ! "$furrow" "$@" >/dev/full 2>err && cat err && grep -Eq '^furrow: (nothing can be written to|output is lost from here on:) stdout: No space' err; }
for a in info "info --json" "info --env" "info --net" "info --check" "info --job -n 2" --help --version "run --help"; do tap_ok "a full disk is an error that is told: $a" closed $a; done
tap_end
