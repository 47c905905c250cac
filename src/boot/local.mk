noinst_LTLIBRARIES += libboot.la
libboot_la_SOURCES = src/boot/boot.h src/boot/arena.h src/boot/arena.c src/boot/boot.c src/boot/head.c \
	src/boot/local.c src/boot/self.c src/boot/launch.h src/boot/launch.c src/boot/guard.c src/boot/keeper.c src/boot/spawn.c \
	src/boot/orphans.c src/boot/output.h src/boot/output.c src/boot/program.c src/boot/cluster.c src/boot/client.h \
	src/boot/watcher.h src/boot/watcher.c

if HAVE_PMIX
pkglib_LTLIBRARIES += furrow-pmix.la
furrow_pmix_la_SOURCES = src/boot/pmix.c src/boot/client.h
furrow_pmix_la_CPPFLAGS = $(AM_CPPFLAGS) $(PMIX_CFLAGS)
# Not libfurrow.la: see src/file/local.mk.
furrow_pmix_la_LDFLAGS = $(AM_LDFLAGS) -Wl,.libs/libfurrow.so -module -avoid-version -shared
furrow_pmix_la_DEPENDENCIES = libfurrow.la
furrow_pmix_la_LIBADD = $(PMIX_LIBS)
endif
