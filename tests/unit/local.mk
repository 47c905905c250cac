# One line a program (unit_tests += tests/unit/test_x), under its room: tests/unit/test_x.c with cmocka, linked with the rooms themselves, so that
# it may call what the library hides.
unit_tests =

# base
unit_tests += tests/unit/test_base

# topo
unit_tests += tests/unit/test_topo
EXTRA_DIST += tests/unit/machines/regen
EXTRA_DIST += tests/unit/machines/two-sockets.xml tests/unit/machines/two-sockets.cores tests/unit/machines/chiplets.xml \
	tests/unit/machines/chiplets.cores tests/unit/machines/one-node.xml tests/unit/machines/one-node.cores \
	tests/unit/machines/share.xml tests/unit/machines/share.cores

# value
unit_tests += tests/unit/test_value
unit_tests += tests/unit/test_wire
unit_tests += tests/unit/test_display

# expr

# front
unit_tests += tests/unit/test_parse
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c tests/unit/parse_rows.h tests/unit/tree_dump.h
unit_tests += tests/unit/test_quote
tests_unit_test_quote_SOURCES = tests/unit/test_quote.c tests/unit/tree_dump.h

# machine
unit_tests += tests/unit/test_compile
unit_tests += tests/unit/test_verify
unit_tests += tests/unit/test_vm
unit_tests += tests/unit/test_limits
EXTRA_DIST += tests/unit/machine_host.h

# builtins
unit_tests += tests/unit/test_op
tests_unit_test_op_SOURCES = tests/unit/test_op.c tests/unit/expr_rows.h tests/expr/host.c
unit_tests += tests/unit/test_index
tests_unit_test_index_SOURCES = tests/unit/test_index.c tests/unit/expr_rows.h tests/expr/host.c
unit_tests += tests/unit/test_builtin
tests_unit_test_builtin_SOURCES = tests/unit/test_builtin.c tests/unit/expr_rows.h tests/expr/host.c

# boot
unit_tests += tests/unit/test_boot

# launch
unit_tests += tests/unit/test_launch tests/unit/test_wait

# info: through the installed interface, which can load modules
unit_tests += tests/unit/test_info
tests_unit_test_info_LDADD = libfurrow.la $(CMOCKA_LIBS)

# net
unit_tests += tests/unit/test_arena
unit_tests += tests/unit/test_ring

# heap
unit_tests += tests/unit/test_heap
unit_tests += tests/unit/test_symbol

# rma

# service
unit_tests += tests/unit/test_service

# session

# command

LDADD = libjob.la libfile.la libnet.la libtopo.la libboot.la libexpr.la libvalue.la libbase.la $(HWLOC_LIBS) $(XXHASH_LIBS) $(PCRE2_LIBS) \
	$(CMOCKA_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
TESTS += tests/unit/absent.sh
endif
EXTRA_DIST += tests/unit/absent.sh

# net/ofi: the module's own files
if HAVE_OFI
unit_tests += tests/unit/test_fabric
tests_unit_test_fabric_SOURCES = tests/unit/test_fabric.c $(furrow_ofi_la_SOURCES)
tests_unit_test_fabric_CPPFLAGS = $(AM_CPPFLAGS) $(OFI_CFLAGS)
tests_unit_test_fabric_LDADD = libfurrow.la $(OFI_LIBS) $(XXHASH_LIBS) $(CMOCKA_LIBS)
endif

# file: through the installed interface, as the module itself
if HAVE_HDF5
unit_tests += tests/unit/test_file
tests_unit_test_file_LDADD = libfurrow.la $(CMOCKA_LIBS)
tests_unit_test_file_DEPENDENCIES = libfurrow.la furrow-file.la
endif
