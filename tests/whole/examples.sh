#!/bin/bash
# The examples do what they say, for any number of pids and any size.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
examples=$top_builddir/examples

says() { local want=$1; shift; "$@" >"$tap_work/says" 2>&1 || { cat "$tap_work/says"; return 1; }; grep -E "$want" "$tap_work/says" || { cat "$tap_work/says"; return 1; }; }
fails() { ! "$@"; }
tap_ok "hello alone" says '^pid 1 says 10$' "$examples/hello"
tap_ok "hello on 2 pids" says '^pid 2 says 14.1421$' "$furrow" run -n 2 "$examples/hello"
tap_ok "hello on 5 pids" says '^pid 5 says 22.3607$' "$furrow" run -n 5 "$examples/hello"
exact='largest difference from the serial answer 0$'
tap_ok "heat alone" says "$exact" "$examples/heat" 60 50 40
tap_ok "heat on 2 pids" says "$exact" "$furrow" run -n 2 "$examples/heat" 64 64 101
tap_ok "heat on 3 pids, uneven strips" says "$exact" "$furrow" run -n 3 "$examples/heat" 7 100 50
tap_ok "heat on 5 pids, a column each" says "$exact" "$furrow" run -n 5 "$examples/heat" 33 5 20
tap_ok "heat on 6 pids, fewer columns than pids" says "$exact" "$furrow" run -n 6 "$examples/heat" 33 3 20
tap_ok "heat on one cell" says "$exact" "$furrow" run -n 2 "$examples/heat" 1 1 1
tap_ok "heat refuses nonsense" fails "$examples/heat" 10 0
tap_ok "heat refuses sizes that do not fit" fails "$examples/heat" 16000000 16000000
agree=': 0 labels differ from the serial answer$'
tap_ok "kmeans alone" says "$agree" "$examples/kmeans" 500 5 10
tap_ok "kmeans on 2 pids" says "20000 points.*$agree" "$furrow" run -n 2 "$examples/kmeans"
tap_ok "kmeans on 5 pids" says "$agree" "$furrow" run -n 5 "$examples/kmeans" 3001 7 30
tap_ok "kmeans on 6 pids, fewer points than pids" says "$agree" "$furrow" run -n 6 "$examples/kmeans" 4 2 3
tap_ok "kmeans refuses nonsense" fails "$examples/kmeans" 3 4
cd "$tap_work" || exit 1 # the session saves a file
tap_ok "the session" says '9\.869604401089358' "$furrow" shell -n 5 --show "$top_srcdir/examples/session.fur"
tap_end
