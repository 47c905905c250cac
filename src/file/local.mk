# The room in libfurrow only fetches the module; HDF5 is the module's alone.
noinst_LTLIBRARIES += libfile.la
libfile_la_SOURCES = src/file/file.c src/file/module.h

if HAVE_HDF5
pkglib_LTLIBRARIES += furrow-file.la
furrow_file_la_SOURCES = src/file/module.c src/file/module.h src/file/save.c src/file/load.c src/file/walk.h src/file/form.c \
	src/file/form.h src/file/guard.c src/file/guard.h src/file/draft.c src/file/draft.h \
	src/file/descriptor.c src/file/descriptor.h src/file/trial.c src/file/trial.h
furrow_file_la_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS)
# Not libfurrow.la: libtool cannot link a library to another in a folder whose name has a space.
furrow_file_la_LDFLAGS = $(AM_LDFLAGS) -Wl,.libs/libfurrow.so -module -avoid-version -shared
furrow_file_la_DEPENDENCIES = libfurrow.la
furrow_file_la_LIBADD = $(HDF5_LIBS) $(XXHASH_LIBS)
endif
EXTRA_DIST += src/file/form.h src/file/guard.h src/file/draft.h src/file/walk.h src/file/descriptor.h src/file/trial.h
