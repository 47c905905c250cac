#!/bin/bash
# Replays every case of tests/expr/*.t.
exec "$top_builddir/tests/expr/run" "$top_srcdir"/tests/expr/*.t
