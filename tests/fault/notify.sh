# shellcheck shell=bash disable=SC2154
# notify.sh - P4: who waits for a notification hears of a death, whoever was to notify, and can go on.
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/tests/fault/common.sh"
death() { # death N: status 137 is pid 2's own
  fault_run run -n "$1" "$top_builddir/tests/fault/notify_death"
  [ $? -eq 137 ]
}
tap_ok "P4: 2 of 3 pids hear of a death while they wait for notifications" death 3
tap_ok "P4: 7 of 8 pids do" death 8
tap_ok "P5: nothing is left" fault_nothing_left
tap_end
