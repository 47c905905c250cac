#!/bin/bash
# Stands in for the unit tests when cmocka was not found.
. "${top_srcdir:?}/tests/tap.sh" || exit 1
tap_skip "unit tests" "cmocka is not installed"
tap_end
