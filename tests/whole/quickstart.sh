#!/bin/bash
# tools/quickstart's manners when a machine has not what it needs: apt-get and dpkg-query are stood in for.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
mkdir -p "${tap_work:?}/a tree/tools" "$tap_work/bin"
cp "$top_srcdir/tools/quickstart" "$tap_work/a tree/tools/"
quickstart() { PATH=$tap_work/bin:$PATH "$tap_work/a tree/tools/quickstart" "$@"; }
stand_in() { printf '#!/bin/sh\n%s\n' "$2" >"$tap_work/bin/$1"; chmod +x "$tap_work/bin/$1"; }
says() { local want=$1; shift; ! "$@" >"$tap_work/says" 2>&1 || return 1; cat "$tap_work/says"; grep -q "$want" "$tap_work/says"; }

tap_ok "usage" says 'installs the Debian packages' quickstart
tap_ok "an unknown verb" says 'installs the Debian packages' quickstart fly
stand_in dpkg-query 'case "$4" in libhwloc-dev) echo not-installed ;; *) echo installed ;; esac'
stand_in id 'echo 0'
stand_in apt-get 'echo "E: Unable to locate package"; exit 100'
tap_ok "a package that cannot be had is named" says 'cannot be had: package libhwloc-dev' quickstart build
tap_ok "check ends with a count even then" says '^0 passed, 1 failed$' quickstart check
stand_in id 'echo 1000'
if command -v sudo >/dev/null; then tap_skip "neither root nor sudo" "this machine has sudo"
else tap_ok "neither root nor sudo" says 'neither root nor sudo is at hand: libhwloc-dev' quickstart build; fi

# A tree whose configure notes that it ran, and whose packages are those of $tap_work/packages.
stand_in dpkg-query 'cat "$(dirname "$0")/../packages"'
stand_in autoreconf 'cat >configure <<"EOF"
echo configured >>../log
touch config.status
printf "all clean check:\ninstall:\n\tmkdir -p dist/lib/pkgconfig && touch dist/lib/pkgconfig/furrow.pc\n" >Makefile
EOF
chmod +x configure'
configured() { # configured TIMES: quickstart build has run configure so often
  quickstart build && [ "$(wc -l <"$tap_work/a tree/log")" -eq "$1" ]
}
echo installed >"$tap_work/packages"
tap_ok "the first build configures" configured 1
tap_ok "the second has nothing to configure" configured 1
echo "installed, another version" >"$tap_work/packages"
stand_in id 'echo 0'
stand_in apt-get 'exit 0'
tap_ok "packages that came after the last build are found" configured 2
tap_ok "and then there is nothing to configure" configured 2
tap_end
