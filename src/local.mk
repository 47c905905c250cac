include src/base/local.mk
include src/value/local.mk
include src/expr/local.mk
include src/boot/local.mk
include src/topo/local.mk
include src/net/local.mk
include src/job/local.mk
include src/file/local.mk

libfurrow_la_SOURCES =
libfurrow_la_LIBADD = libfile.la libjob.la libnet.la libtopo.la libboot.la libexpr.la libvalue.la libbase.la $(HWLOC_LIBS) $(XXHASH_LIBS) \
	$(PCRE2_LIBS)
# Calls of public functions inside the library need no table to go through.
libfurrow_la_LDFLAGS = $(AM_LDFLAGS) -Wl,-Bsymbolic-functions -version-info $(FURROW_SOVERSION) -no-undefined
if !SANITIZE
libfurrow_la_LDFLAGS += -Wl,-z,defs -Wl,--version-script=$(top_srcdir)/src/furrow.map
endif
libfurrow_la_DEPENDENCIES = libfile.la libjob.la libnet.la libtopo.la libboot.la libexpr.la libvalue.la libbase.la src/furrow.map
EXTRA_DIST += src/furrow.map
