#!/bin/bash
# Every header compiles alone: all in C, the public ones in C++ too.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
cd "$top_srcdir" || exit 1
flags="-fsyntax-only -Wall -Wextra -Werror -Iinclude -Isrc ${DEPENDENCY_CFLAGS-}"

alone() { echo "#include \"$2\"" | eval "$1 $flags" -; }
for h in include/furrow/*.h $(cd src && find . -name '*.h' | sed 's,^\./,,' | sort); do
  if grep -q '<hdf5.h>' "src/$h" 2>/dev/null && ! echo '#include <hdf5.h>' | eval "$CC $flags -x c -" 2>/dev/null; then
    tap_skip "$h in C" "HDF5 is not installed"; continue
  fi
  tap_ok "$h in C" alone "$CC -std=gnu17 -x c -Wno-unused-function" "${h#include/}"
done
for h in include/furrow/*.h; do
  if command -v "${CXX%% *}" >/dev/null; then tap_ok "$h in C++" alone "$CXX -std=c++17 -x c++" "${h#include/}"
  else tap_skip "$h in C++" "no C++ compiler"; fi
done
# What users write, in the oldest C++ that has lambdas, as strictly as a compiler can be.
used() {
  for h in include/furrow/*.h; do echo "#include \"${h#include/}\""; done
  echo 'size_t size() { furrow_join_opts a = FURROW_OPTS_INIT(furrow_join_opts); furrow_launch_opts b = FURROW_OPTS_INIT(furrow_launch_opts);'
  echo 'furrow_eval_opts c = FURROW_OPTS_INIT(furrow_eval_opts); return a.size + b.size + c.size; }'
}
strictly() { used | eval "$CXX $flags -Wpedantic -Wshadow -Wold-style-cast -Wmissing-declarations -Wno-error=missing-declarations -std=c++11 -x c++" -; }
if command -v "${CXX%% *}" >/dev/null; then tap_ok "all of them, used from C++11" strictly
else tap_skip "all of them, used from C++11" "no C++ compiler"; fi
tap_end
