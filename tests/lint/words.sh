#!/bin/bash
# Words that must not stand in the sources, settings that must stand in the table, and a comment at the head of each file.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
cd "$top_srcdir" || exit 1
code="src tools examples bench include"
table=src/base/config.h

unfinished() { ! grep -rnwE 'TODO|FIXME|XXX|HACK' $code tests/unit tests/conform --include='*.[ch]' --include='*.cc' 2>/dev/null; }
headed() {
  local bad
  bad=$(find $code tests -name '*.[ch]' -o -name '*.cc' | while read -r f; do head -n 1 "$f" | grep -q '^/[*/]' || echo "$f"; done)
  [ -z "$bad" ] || { echo "no head comment: $bad"; return 1; }
}
# Names given to processes by the launcher are no settings: FURROW_BOOT*.
settings() {
  local bad=0 v
  for v in $(grep -rhoE '(getenv|setenv)\("FURROW_[A-Z_]+"' src tools --include='*.[ch]' | grep -oE 'FURROW_[A-Z_]+' | sort -u); do
    case $v in FURROW_BOOT*) continue ;; esac
    grep -q "\"$v\"" $table || { echo "$v is not in $table"; bad=1; }
  done
  return $bad
}
documented() {
  local bad=0 row
  while read -r row; do
    grep -qF "$row" docs/running.md || { echo "docs/running.md has no line: $row"; bad=1; }
  done < <(sed -nE 's/^ *X\([^"]*"(FURROW_[A-Z_]+)", [a-z]+, "([^"]*)".*/| `\1` | \2 |/p' $table)
  return $bad
}
tap_ok "nothing is marked unfinished" unfinished
tap_ok "every file says at its head what it is" headed
tap_ok "every setting read is in the table" settings
tap_ok "every setting is in docs/running.md" documented
tap_end
