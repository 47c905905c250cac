# The suite of promises: one program, run by conform.sh in jobs of several sizes.
check_PROGRAMS += tests/conform/conform
tests_conform_conform_SOURCES = tests/conform/conform.h tests/conform/conform.c tests/conform/order.c \
	tests/conform/stray.c tests/conform/bounded.c tests/conform/access.c tests/conform/once.c tests/conform/threads.c \
	tests/conform/shared.c tests/conform/swaps.c
tests_conform_conform_LDADD = libfurrow.la
# The same over a transport that misbehaves: job.c is compiled again, so that it takes that one for fnet_shm.
check_PROGRAMS += tests/conform/faults
tests_conform_faults_SOURCES = $(tests_conform_conform_SOURCES) tests/conform/fault.c src/job/job.c
tests_conform_faults_CPPFLAGS = $(AM_CPPFLAGS) -Dfnet_shm=fnet_fault
check_PROGRAMS += tests/conform/without
tests_conform_without_LDADD =
TESTS += tests/conform/conform.sh
EXTRA_DIST += tests/conform/conform.sh tests/conform/suite.sh
check_PROGRAMS += tests/conform/references
tests_conform_references_LDADD = libfurrow.la
TESTS += tests/conform/references.sh
EXTRA_DIST += tests/conform/references.sh
# What the suite is run over a fabric with, for libfabric to misbehave.
if HAVE_OFI
check_LTLIBRARIES = tests/conform/unkind.la
tests_conform_unkind_la_SOURCES = tests/conform/unkind.c
tests_conform_unkind_la_CPPFLAGS = $(AM_CPPFLAGS) $(OFI_CFLAGS)
tests_conform_unkind_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
endif
