# The furrow command: public headers only.
noinst_LTLIBRARIES += libcommand.la
libcommand_la_SOURCES = tools/furrow/command.h tools/furrow/line.h tools/furrow/run.c \
	tools/furrow/worker.c tools/furrow/info.h tools/furrow/info.c tools/furrow/machine.c tools/furrow/settings.c tools/furrow/doctor.c tools/furrow/hear.c \
	tools/furrow/members.c tools/furrow/report.h tools/furrow/report.c tools/furrow/perf.h tools/furrow/perf.c tools/furrow/measure.c tools/furrow/shell.c tools/furrow/line.c
libcommand_la_CPPFLAGS = $(AM_CPPFLAGS)
# Not libfurrow.la: libtool would keep its path here, and splits it at spaces.
libcommand_la_LIBADD =
if HAVE_EDIT
libcommand_la_SOURCES += tools/furrow/edit.c
libcommand_la_CPPFLAGS += -DWITH_EDIT $(EDIT_CFLAGS)
libcommand_la_LIBADD += $(EDIT_LIBS)
endif
if HAVE_PMIX
libcommand_la_CPPFLAGS += -DWITH_PMIX
endif
bin_PROGRAMS += furrow
furrow_SOURCES = tools/furrow/main.c
furrow_LDADD = libcommand.la libfurrow.la
furrow_LDFLAGS = $(SAN_FLAGS) -Wl,-rpath,'$$ORIGIN/../lib'
# The one that tests start, often: libtool's script around the other takes more time than most of what it does.
check_PROGRAMS += tests/bin/furrow
tests_bin_furrow_SOURCES = tools/furrow/main.c
tests_bin_furrow_LDADD = libcommand.la libfurrow.la
