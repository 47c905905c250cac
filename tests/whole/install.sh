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
else
  tap_skip "compiling against furrow.pc" "pkg-config is not installed"
fi
tap_ok "a manual page a call" sh -c 'test "$(find "$1" -name "furrow_*.3" | wc -l)" -eq "$(cat "$2"/include/furrow/*.h | grep -c ^FURROW_API)"' sh "$root" "$top_srcdir"
tap_ok "a manual page of the command" sh -c 'grep -q "furrow run" "$(find "$1" -name furrow.1)"' sh "$root"
tap_ok "make uninstall leaves no file" sh -c '"$@" && ! find "$0" -type f -o -type l | grep .' "$root" env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top_builddir" uninstall DESTDIR="$root"
tap_end
