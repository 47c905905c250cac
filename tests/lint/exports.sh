#!/bin/bash
# The library exports what the public headers declare, nothing else, and calls nothing a guest must not call (promise P7).
. "${top_srcdir:?}/tests/tap.sh" || exit 1
lib=$top_builddir/.libs/libfurrow.so
if [ -n "$SAN_FLAGS" ]; then
  tap_skip "exported symbols" "a sanitized library is built without its version map"
  tap_end; exit 0
fi
nm -D --defined-only "$lib" | awk '{sub(/@.*/, "", $NF); if ($2 != "A") print $NF}' | sort -u >"$tap_work/exported"
tr '\n' ' ' <<<"$(cat "$top_srcdir"/include/furrow/*.h)" | grep -oE 'FURROW_API[^;{]*' |
  sed -E 's/FURROW_(API|MUST_CHECK)//g' | grep -oE 'furrow_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u >"$tap_work/declared"
nm -D --undefined-only "$lib" | awk '{sub(/@.*/, "", $NF); print $NF}' | sort -u >"$tap_work/imported"

only_furrow() { ! grep -v '^furrow_' "$tap_work/exported"; }
none_missing() { ! comm -13 "$tap_work/exported" "$tap_work/declared" | grep .; }
none_hidden() { ! comm -23 "$tap_work/exported" "$tap_work/declared" | grep .; }
polite() { ! grep -xE 'exit|abort|quick_exit|puts|printf|putchar|vprintf|stdout|atexit|on_exit' "$tap_work/imported"; }
tap_ok "exported symbols begin with furrow_" only_furrow
tap_ok "every declared function is exported" none_missing
tap_ok "every exported function is declared" none_hidden
tap_ok "no exit, no abort, no stdout" polite
tap_end
