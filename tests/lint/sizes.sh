#!/bin/bash
# Files up to 800 lines, functions up to 60 lines and six parameters; public calls (furrow_*) have those of their header. Exempt: tests/lint/exempt.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
cd "$top_srcdir" || exit 1
files=$(find src tools examples bench include -name '*.[ch]' -o -name '*.cc' | sort)
exempt() { grep -qxF "$1" tests/lint/exempt; }

file_lengths() {
  local f n bad=0
  for f in $files; do
    n=$(wc -l <"$f")
    [ "$n" -le 800 ] || exempt "$f" || { echo "$f has $n lines"; bad=1; }
  done
  return $bad
}
# A function's brace stands alone in the first column (clang-format sees to it); its head is what stands before.
functions() {
  awk '
    FNR == 1 { head = ""; open = 0 }
    /^\{/ { if (head ~ /\)[^)]*$/ && head !~ /=/) { open = FNR; name = head; sub(/ *\(.*/, "", name); sub(/.*[ *]/, "", name)
            args = head; sub(/^[^(]*\(/, "", args); gsub(/\([^()]*\)/, "", args); params = gsub(/,/, "", args) + 1 } next }
    /^\}/ { if (open) print FILENAME, name, FNR - open - 1, params; open = 0; head = ""; next }
    !open { if ($0 ~ /^[ \t]*$|^#|;[ \t]*$|^ ?\*|\/\*|\*\//) head = ""; else head = head " " $0 }' $files
}
function_lengths() { ! functions | while read -r f n l p; do [ "$l" -le 60 ] || exempt "$f $n" || echo "$f: $n has $l lines"; done | grep .; }
function_params() { ! functions | while read -r f n l p; do [ "$p" -le 6 ] || [[ $n == furrow_* ]] || exempt "$f $n" || echo "$f: $n has $p parameters"; done | grep .; }
tap_ok "files have up to 800 lines" file_lengths
tap_ok "functions have up to 60 lines" function_lengths
tap_ok "functions have up to six parameters" function_params
tap_end
