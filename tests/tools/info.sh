#!/bin/bash
# furrow itself, and furrow info: versions, help, settings, and names that are none.
. "$top_srcdir/tests/tap.sh"
cd "$tap_work" || exit 1

prints() { local want=$1; shift; "$furrow" "$@" >out 2>err && grep -qE -- "$want" out || { cat out err; return 1; }; }
tap_ok "--version" prints '^furrow [0-9]+\.[0-9]+\.[0-9]+$' --version
tap_ok "--help names the commands" prints '^  run ' --help
for c in run shell worker info; do tap_ok "$c --help" prints "^usage: furrow $c" "$c" --help; done
tap_ok "info names the transports" prints '^transports: +shm' info
tap_ok "info names what was left out" prints '^left out: ' info
settings() {
  local name
  for name in $(sed -n 's/.*"\(FURROW_[A-Z_]*\)".*/\1/p' "$top_srcdir/src/base/config.h"); do prints "^$name " info --env || return 1; done
}
tap_ok "info --env lists every setting" settings
values() { FURROW_TIMEOUT=77s prints '^FURROW_TIMEOUT +77s +30s ' info --env; }
tap_ok "with its value" values
nearest() { FURROW_TIMOUT=1 prints 'FURROW_TIMOUT .*FURROW_TIMEOUT' info; }
tap_ok "a misspelt setting is named" nearest
quiet_otherwise() { FURROW_TIMEOUT=1s FURROW_BOOT='' "$furrow" info >out; ! grep 'not a setting: FURROW_[TB]' out; }
tap_ok "a setting is not" quiet_otherwise
misuse() { "$furrow" "$@" >out 2>err; [ $? -eq 2 ] && grep -q '^usage: furrow info' err; }
tap_ok "unknown argument" misuse info --all
closed() { ! "$furrow" info >/dev/full; }
tap_ok "a full disk is an error" closed
tap_end
