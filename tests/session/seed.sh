# shellcheck shell=bash
# seed.sh - sourced by what runs the model's whole session: seed_run COMMAND..., then seed_checks NPROCS NHOSTS for what
# each statement must have shown. The session must run in $tap_work.
. "$top_srcdir/tests/tap.sh"
num='-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?'
seed_future='Future\([0-9]+,1,[0-9]+,Nullable\{Any\}\(\)\)'

# All of it without an error, to its end.
seed_run() {
  "$@" >"$tap_work/seed.out" 2>&1 </dev/null || { cat "$tap_work/seed.out"; return 1; }
  tail -n 1 "$tap_work/seed.out" | grep -q '^## end'
}

# What statement $1 showed, lines joined by |.
seed_shown() { sed -n "/^## $1\$/,/^## /p" "$tap_work/seed.out" | sed '1d;$d;s/[ \t]*$//' | paste -sd '|'; }
seed_shows() {
  local got; got=$(seed_shown "$1")
  [[ $got =~ ^($2)$ ]] || { printf 'got:    %s\nwanted: %s\n' "$got" "$2"; return 1; }
}
seed_ok() { tap_ok "statement $1: $3" seed_shows "$1" "$2"; }

# entries VALUE: lines pid => value of pids 2.., VALUE evaluated with k.
seed_entries() { local k; for ((k = 2; k <= nprocs; k++)); do printf '\\|  %d *=> %d' "$k" $(($1)); done; }

seed_checks() {
  local nprocs=$1 nhosts=$2 n=$(($1 - 1)) one='Dict\{Int64,Any\} with 1 entry:\|' mat='Array\{Float64,2\}'
  local entry=entries; [ "$nhosts" -ne 1 ] || entry=entry
  local remote=$((nhosts - 1)) list='\[[0-9,… ]+\]' vector='3-element Array\{Any,1\}:'"(\| $seed_future){3}"
  seed_ok 1 "$one  2 => 2" "an assignment there"
  seed_ok 2 "$one  2 => 1.41421" "an expression there"
  seed_ok 3 "$seed_future" "a value computed here"
  seed_ok 4 "$one  2 => 1" "its value there"
  seed_ok 5 '' "using"
  seed_ok 6 '3-element Array\{Int64,1\}:\| 2\| 3\| 4' "an array"
  seed_ok 7 "5-element Array\{Float64,1\}:(\| +$num){5}" "map and reduce"
  seed_ok 8 "$seed_future\|9.869604401089358" "fetchfrom"
  seed_ok 9 "$vector" "one reference a pid"
  seed_ok 10 'Dict\{Int64,Any\} with 3 entries:\|  2 => 102\|  3 => 103\|  4 => 104' "reap of several"
  seed_ok 11 "$seed_future\|2.0\|false" "another module"
  seed_ok 12 "$vector\|$vector\|4x4 $mat:(\| +0.0 +0.0 +0.0 +0.0){2}(\|( +$num){4}){2}" "slices"
  seed_ok 13 '' "nothing shown"
  seed_ok 14 "2x2 $mat:\| 3.14159  3.14159\| 3.14159  3.14159" "keys and slices"
  seed_ok 15 "Dict\{Any,Any\} with $remote entr(y|ies)(:(\|  [0-9]+ +=> $list){$remote})?" "the remote hosts"
  seed_ok 16 "Dict\{Any,Any\} with 1 entry:\|  1 => $list\|Dict\{Any,Any\} with $nhosts $entry:(\|  [0-9]+ +=> $list){$nhosts}" "this host, all hosts"
  seed_ok 17 "Dict\{Any,Any\} with $nhosts $entry:(\|  [0-9]+ +=> $list){$nhosts}" "hosts by name"
  seed_ok 18 "$nhosts-element Array\{Int64,1\}:(\| +[0-9]+){$nhosts}\|$nhosts-element Array\{Int64,1\}:(\| +[0-9]+){$nhosts}" "representatives"
  seed_ok 19 '' "an array a host"
  seed_ok 20 "$nhosts-element Array\{Any,1\}:(\| $seed_future){$nhosts}" "written once a host"
  seed_ok 21 "2x4 Array\{Float32,2\}:\|( 3.14159 *){4}\|( +$num){4}" "seen by the others of the host"
  seed_ok 22 "$vector\|9-element Array\{Float64,1\}:(\| +$num){9}" "stitch"
  seed_ok 23 "$n-element Array\{Int64,1\}:(\| +[0-9]+){$n}" "a dictionary sown"
  seed_ok 24 'false' "not here"
  seed_ok 25 "(ClusterUtils.MessageDict\|)?Dict\{Int64,[A-Za-z0-9]+\} with $n entries:$(seed_entries 0)" "all zeros there"
  seed_ok 26 '' "own entries"
  seed_ok 27 "(ClusterUtils.MessageDict\|)?Dict\{Int64,[A-Za-z0-9]+\} with $n entries:$(seed_entries '2 * k')" "swapped"
  seed_ok 28 "$num" "its mean time"
  seed_ok 29 "Dict\{Int64,Any\} with $n entries:$(seed_entries '2 * k')" "collected"
  seed_ok 30 "5-element Array\{Float64,1\}:(\| +$num){5}" "a file"
  seed_ok 31 'Dict\{Symbol,Any\} with 2 entries:\|  :R => \[1,2,3\]\|  :X => "Fnordic"' "symbols in a file"
  seed_ok 32 "[0-9]+\|4x4 Array\{Float32,2\}:\|( 3.14159 *){4}(\|( +$num){4}){3}" "an array of another host"
  seed_ok 33 "Dict\{Int64,Any\} with $n entries:$(seed_entries 2)" "references dropped"
}
