# Sow, reap and the session between pids: a program of the public calls, and scripts through furrow shell.
if HAVE_CMOCKA
check_PROGRAMS += tests/conform/test_eval
tests_conform_test_eval_SOURCES = tests/conform/test_eval.c
tests_conform_test_eval_LDADD = libfurrow.la $(CMOCKA_LIBS) -lm
TESTS += tests/session/eval.sh
endif
session_scripts = tests/session/statements.sh tests/session/errors.sh tests/session/cluster.sh tests/session/interrupt.sh tests/session/shared.sh
TESTS += $(session_scripts)
EXTRA_DIST += $(session_scripts) tests/session/eval.sh tests/session/common.sh
# files, and the model's whole session
TESTS += tests/session/files.sh tests/session/whole.sh
EXTRA_DIST += tests/session/files.sh tests/session/whole.sh tests/session/seed.sh tests/session/seed.fur
