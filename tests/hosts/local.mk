# Between hosts: fabrics on this one, Open MPI's mpirun, emulated hosts, a real Slurm. What cannot run here is skipped by name.
hosts_scripts = tests/hosts/fabrics.sh tests/hosts/mpirun.sh tests/hosts/slurm.sh tests/hosts/collect.sh tests/hosts/noise.sh \
	tests/hosts/guarded.sh tests/hosts/tools.sh tests/hosts/between.sh tests/hosts/verbs.sh tests/hosts/faults.sh
TESTS += $(hosts_scripts)
EXTRA_DIST += $(hosts_scripts) tests/hosts/common.sh tests/hosts/stranger.py tests/rigs/slurm tests/rigs/rdma-guest
check_PROGRAMS += tests/hosts/crossing
check_PROGRAMS += tests/hosts/guarded
tests_hosts_guarded_SOURCES = tests/hosts/guarded.c
tests_hosts_guarded_LDADD = libfurrow.la
tests_hosts_crossing_SOURCES = tests/hosts/crossing.c
tests_hosts_crossing_LDADD = libfurrow.la
# A launcher made of libpmix's interface for servers, where its header is.
TESTS += tests/hosts/starter.sh
EXTRA_DIST += tests/hosts/starter.sh
if HAVE_PMIX_SERVER
check_PROGRAMS += tests/hosts/starter
tests_hosts_starter_SOURCES = tests/hosts/starter.c
tests_hosts_starter_CPPFLAGS = $(AM_CPPFLAGS) $(PMIX_CFLAGS)
tests_hosts_starter_LDADD = $(PMIX_LIBS)
endif
# The model's whole session over three hosts.
TESTS += tests/hosts/session.sh
EXTRA_DIST += tests/hosts/session.sh
