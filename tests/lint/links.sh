#!/bin/bash
# The language links without pids and network: libexpr + libvalue + libbase alone. And the library has nothing undefined.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
cd "$top_builddir" || exit 1
libs=$(sed -n 's/^\(XXHASH_LIBS\|PCRE2_LIBS\|HWLOC_LIBS\|LIBS\) = //p' Makefile | tr '\n' ' ')
echo 'int main(void) { return 0; }' >"$tap_work/main.c"
whole() { eval "$CC $SAN_FLAGS" '"$tap_work/main.c"' -o '"$tap_work/main"' -Wl,--whole-archive "$1" -Wl,--no-whole-archive "$libs"; }
tap_ok "libbase alone" whole .libs/libbase.a
tap_ok "libvalue + libbase" whole ".libs/libvalue.a .libs/libbase.a"
tap_ok "libexpr + libvalue + libbase" whole ".libs/libexpr.a .libs/libvalue.a .libs/libbase.a"
tap_ok "libboot + libbase" whole ".libs/libboot.a .libs/libbase.a"
tap_ok "libnet + libboot + libbase" whole ".libs/libnet.a .libs/libboot.a .libs/libbase.a"
tap_ok "all rooms" whole ".libs/libjob.a .libs/libfile.a .libs/libnet.a .libs/libtopo.a .libs/libboot.a .libs/libexpr.a .libs/libvalue.a .libs/libbase.a"
tap_end
