#!/bin/bash
# What `make install` puts somewhere is enough to compile and run a program with pkg-config.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
root=$tap_work/root
plain_make() { env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$top_builddir" "$@"; }

tap_ok "make install" plain_make install DESTDIR="$root"
pc=$(find "$root" -name furrow.pc)
libdir=$(dirname "$(dirname "$pc")") prefix=$(sed -n 's/^prefix=//p' "$pc")
export PKG_CONFIG_PATH=${pc%/*} LD_LIBRARY_PATH=$libdir
bindir=$(dirname "$(find "$root" -name furrow -type f -perm -1)")

# shellcheck disable=SC2046,SC2086
compile() { $CC $SAN_FLAGS -Wall -Wextra -Werror -o "$tap_work/${1%.c}" "$top_srcdir/examples/$1" $(pkg-config --define-variable=prefix="$root$prefix" --cflags --libs furrow) -lm; }
if command -v pkg-config >/dev/null; then
  for e in hello heat kmeans; do tap_ok "$e.c compiles against furrow.pc" compile $e.c; done
  tap_ok "hello runs with what is installed" sh -c '"$1/furrow" run -n 3 "$2/hello" | grep "pid 3"' sh "$bindir" "$tap_work"
  # What a library knows by itself when it is shared, but not as an archive.
  static() { local libs; libs=$(pkg-config --static --libs furrow); echo "$libs"; for l in xxhash hwloc pcre2-8 m; do [[ " $libs " == *" -l$l "* ]] || return 1; done; }
  tap_ok "furrow.pc names what an archive needs" static
else
  tap_skip "compiling against furrow.pc" "pkg-config is not installed"
fi
tap_ok "a manual page a call" sh -c 'test "$(find "$1" -name "furrow_*.3" | wc -l)" -eq "$(cat "$2"/include/furrow/*.h | grep -c ^FURROW_API)"' sh "$root" "$top_srcdir"
tap_ok "a manual page of the command" sh -c 'grep -q "furrow run" "$(find "$1" -name furrow.1)"' sh "$root"
man3=$(dirname "$(find "$root" -name furrow_join.3)")
pages() { ! grep -hoE 'furrow_[a-z0-9_]+\(3\)' "$man3"/*.3 "$man3/../man1/furrow.1" | tr -d '()' | sed 's/3$/.3/' | sort -u | while read -r page; do [ -e "$man3/$page" ] || echo "$page"; done | grep .; }
tap_ok "pages that a page names are there" pages
if command -v lexgrog >/dev/null && command -v man >/dev/null; then
  known() { cd "$man3/.." && lexgrog man3/*.3 man1/*.1 >"$tap_work/known" 2>&1 || { grep -v ': "' "$tap_work/known"; return 1; }; }
  balanced() { cd "$man3/.." && ! lexgrog man3/*.3 | awk '{ line = $0; if (gsub(/\(/, "") != gsub(/\)/, "")) print line }' | grep .; }
  tap_ok "whatis can read every page" known
  tap_ok "what whatis says is whole" balanced
  formatted() { cd "$man3/.." && ! for page in man1/*.1 man3/*.3; do man --warnings -l "$page" 2>&1 >/dev/null; done | grep .; }
  tap_ok "every page is formatted without a warning" formatted
else tap_skip "whatis and man of every page" "man-db is not installed"; fi
if [ -n "${CXX:-}" ] && command -v "${CXX%% *}" >/dev/null; then
  # shellcheck disable=SC2046,SC2086
  cxx() { sed 's/^#include <stdio.h>/#include <cstdio>/' "$top_srcdir/examples/hello.c" >"$tap_work/hello.cc"; $CXX $SAN_FLAGS -std=c++11 -Wall -Wextra -Werror -o "$tap_work/hello-cc" "$tap_work/hello.cc" $(pkg-config --define-variable=prefix="$root$prefix" --cflags --libs furrow) && "$bindir/furrow" run -n 3 "$tap_work/hello-cc" | grep "pid 3"; }
  tap_ok "hello as C++" cxx
fi
tap_ok "make uninstall leaves no file" sh -c '"$@" && ! find "$0" -type f -o -type l | grep .' "$root" env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top_builddir" uninstall DESTDIR="$root"
tap_end
