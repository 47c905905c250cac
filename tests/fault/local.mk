# Deaths: of pids, of the launcher, of readers, and what must not be left of a job.
fault_tests = tests/fault/run.sh tests/fault/output.sh tests/fault/ending.sh tests/fault/terminal.sh \
	tests/fault/death.sh tests/fault/notify.sh tests/fault/collectives.sh
TESTS += $(fault_tests)
EXTRA_DIST += $(fault_tests) tests/fault/common.sh

check_PROGRAMS += tests/fault/member tests/fault/notify_death
tests_fault_member_LDADD = libfurrow.la
tests_fault_notify_death_LDADD = libfurrow.la
