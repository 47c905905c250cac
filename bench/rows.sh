# shellcheck shell=bash
# rows.sh - sourced by the benchmarks beside other tools: figures out of `furrow perf`, rows of rounds, and the table of their
# medians. $work is a folder that goes at the end; `furrow perf` has written $work/furrow.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# latency OP BYTES: the median, us. / stream OP BYTES: MB/s.
latency() { awk -v op="$1" -v bytes="$2" '$1 == op && NF > 7 && $(NF - 7) == bytes { print $(NF - 4) }' "$work/furrow"; }
stream() { awk -v op="$1" -v bytes="$2" '$1 == op && NF == 4 && $2 == bytes { print $3 }' "$work/furrow"; }
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# keep ROW OURS THEIRS: one round of a row.
keep() { echo "$2 $3" >>"$work/row.$1"; }
head_of_table() { printf '| Furrow | | beside | ratio | aim |\n|---|---:|---:|---:|---:|\n'; }
# row ROW NAME UNIT AIM
row() {
  printf '| %s | %.1f %s | %.1f %s | %.2f | %s |\n' "$2" "$(awk '{ print $1 }' "$work/row.$1" | median)" "$3" \
    "$(awk '{ print $2 }' "$work/row.$1" | median)" "$3" "$(awk '{ print $1 / $2 }' "$work/row.$1" | median)" "$4"
}
