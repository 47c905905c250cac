# shellcheck shell=bash disable=SC2034,SC2154
# common.sh - sourced by the tests of deaths, after tap.sh: jobs that can be found again, and what must not be left of them.
# Everything below a job carries FAULT_MARK in its environment, whoever its parent is by then.
fault_mark=fault-$$-$RANDOM
# Folders of other tests, which may run at the same time, are theirs.
fault_files() {
  find /tmp /dev/shm -maxdepth 1 -user "$(id -u)" -iname '*furrow*' ! -name 'furrow file *' ! -name 'furrow-hosts.*' ! -name 'furrow-slurm.*' 2>/dev/null | sort
}
fault_before=$(fault_files)

# fault_run ARGUMENT...: furrow in the foreground. fault_start: in the background, its process is $job.
fault_run() { env FAULT_MARK="$fault_mark" "$furrow" "$@"; }
fault_start() { env FAULT_MARK="$fault_mark" "$furrow" "$@" <&0 & job=$!; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

# The processes of this test's jobs, one line each.
fault_processes() {
  local at
  for at in $(grep -lsza "^FAULT_MARK=$fault_mark\$" /proc/[0-9]*/environ 2>/dev/null); do
    at=${at%/environ}
    [ "$(sed -n 's/^State:\t\(.\).*/\1/p' "$at/status" 2>/dev/null)" = Z ] || echo "${at#/proc/}"
  done
}
fault_wait_for() { # fault_wait_for N: until N processes are there
  local deadline=$(($(now_ms) + 10000))
  while [ "$(fault_processes | wc -l)" -lt "$1" ]; do
    [ "$(now_ms)" -lt "$deadline" ] || { echo "no $1 processes, only:"; fault_show; return 1; }
    sleep 0.02
  done
}
fault_show() { local p; for p in $(fault_processes); do echo "$p $(tr '\0' ' ' <"/proc/$p/cmdline")"; done; }

# Waits for $job: its status in $status, and how long that took in $took_ms.
fault_wait() {
  local start
  start=$(now_ms)
  wait "$job" 2>/dev/null
  status=$?
  took_ms=$(($(now_ms) - start))
}
fault_nothing_left() {
  local deadline=$(($(now_ms) + 1000)) bad=0
  while [ -n "$(fault_processes)" ] && [ "$(now_ms)" -lt "$deadline" ]; do sleep 0.02; done
  if [ -n "$(fault_processes)" ]; then echo "left running:"; fault_show; fault_processes | xargs -r kill -KILL; bad=1; fi
  if comm -13 <(echo "$fault_before") <(fault_files) | grep .; then echo "left lying"; bad=1; fi
  return $bad
}
is() { [ "$2" = "$3" ] || { echo "$1 is \"$2\", not \"$3\""; return 1; }; }
