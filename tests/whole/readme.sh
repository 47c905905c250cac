#!/bin/bash
# What README.md shows is true: its session runs, statement by statement.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
sed -n 's/^ *furrow> //p' "$top_srcdir/README.md" >"$tap_work/session"
tap_ok "README.md has a session" test -s "$tap_work/session"
tap_ok "it runs as a script" "$furrow" shell -n 5 "$tap_work/session"
piped() { "$furrow" shell -n 5 <"$tap_work/session" | grep -qx '  2 => 2'; }
tap_ok "it runs through a pipe and shows values" piped
tap_end
