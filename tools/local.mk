# The furrow command: public headers only.
bin_PROGRAMS += furrow
furrow_SOURCES = tools/furrow/command.h tools/furrow/main.c tools/furrow/run.c \
	tools/furrow/info.c
furrow_LDADD = libfurrow.la
furrow_LDFLAGS = $(AM_LDFLAGS) -Wl,-rpath,'$$ORIGIN/../lib' -Wl,--unresolved-symbols=ignore-in-shared-libs
