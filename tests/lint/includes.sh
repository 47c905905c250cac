#!/bin/bash
# Who may include what: docs/architecture.md, "The house".
. "${top_srcdir:?}/tests/tap.sh" || exit 1
cd "$top_srcdir" || exit 1

# room_may ROOM RE: quoted includes of src/ROOM name a room that RE matches.
room_may() {
  [ -d "src/$1" ] || return 0
  ! grep -rnE '^ *# *include "[a-z]+/' "src/$1" --include='*.[ch]' | grep -vE "include \"($2)/"
}
# only_in RE HEADER: a system header is included only by files whose path matches RE.
only_in() { ! grep -rnE "^ *# *include <$2" src tools examples bench include --include='*.[ch]' --include='*.cc' | grep -vE "^($1)"; }
public_only() { ! grep -rnE '^ *# *include "' "$@" --include='*.[ch]' --include='*.cc' | grep -E 'include "([a-z.]+/|config\.h)'; }

tap_ok "base includes base" room_may base base
tap_ok "value includes base" room_may value "base|value"
tap_ok "expr includes base, value" room_may expr "base|value|expr"
tap_ok "boot includes base" room_may boot "base|boot"
tap_ok "topo includes base" room_may topo "base|topo"
tap_ok "net includes base, boot" room_may net "base|boot|net"
tap_ok "file includes base, value" room_may file "base|value|file"
tap_ok "job includes the rooms below it" room_may job "base|value|expr|boot|topo|net|file|job"
tap_ok "public headers include only public headers" bash -c '! grep -nE "^ *# *include \"" include/furrow/*.h'
# The language by itself (bench/expr) has no public way in without a job: it may use what its own tests use.
tap_ok "tools, examples and bench use public headers" public_only tools examples $(find bench -maxdepth 1 -name '*.[ch]*')
tap_ok "bench/expr uses base, value, expr" bash -c '! grep -rnE "^ *# *include \"[a-z]+/" bench/expr | grep -vE "include \"(base|value|expr|bench)/"'
tap_ok "<rdma/...> only in net/ofi and net/verbs" only_in "src/net/(ofi|verbs)/" rdma/
tap_ok "<infiniband/...> only in net/verbs" only_in src/net/verbs/ infiniband/
tap_ok "<hwloc.h> only in topo" only_in src/topo/ hwloc
tap_ok "<pmix.h> only in boot/pmix.c" only_in src/boot/pmix.c: pmix
tap_ok "<hdf5.h> only in file" only_in src/file/ hdf5
tap_end
