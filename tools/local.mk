# The furrow command: public headers only.
bin_PROGRAMS += furrow
furrow_SOURCES = tools/furrow/command.h tools/furrow/line.h tools/furrow/main.c tools/furrow/run.c \
	tools/furrow/worker.c tools/furrow/info.h tools/furrow/info.c tools/furrow/machine.c tools/furrow/settings.c tools/furrow/doctor.c tools/furrow/hear.c \
	tools/furrow/members.c tools/furrow/report.h tools/furrow/report.c tools/furrow/perf.h tools/furrow/perf.c tools/furrow/measure.c tools/furrow/shell.c tools/furrow/line.c
furrow_LDADD = libfurrow.la
furrow_LDFLAGS = $(AM_LDFLAGS) -Wl,-rpath,'$$ORIGIN/../lib'
furrow_CPPFLAGS = $(AM_CPPFLAGS)
if HAVE_EDIT
furrow_SOURCES += tools/furrow/edit.c
furrow_CPPFLAGS += -DWITH_EDIT $(EDIT_CFLAGS)
furrow_LDADD += $(EDIT_LIBS)
endif
if HAVE_PMIX
furrow_CPPFLAGS += -DWITH_PMIX
endif
