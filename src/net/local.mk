noinst_LTLIBRARIES += libnet.la
libnet_la_SOURCES = src/net/net.h src/net/net.c src/net/copy.h src/net/copy.c src/net/atomic.c \
	src/net/shm/arena.h src/net/shm/arena.c src/net/shm/ring.h src/net/shm/ring.c \
	src/net/shm/lane.h src/net/shm/lane.c src/net/shm/doze.h src/net/shm/doze.c src/net/shm/shm.c \
	src/net/fabric.h src/net/route.h src/net/route.c src/net/watch.h src/net/watch.c src/net/offer.h src/net/offer.c

# libfabric is the module's alone; libfurrow fetches it when a job needs a fabric.
if HAVE_OFI
pkglib_LTLIBRARIES += furrow-ofi.la
furrow_ofi_la_SOURCES = src/net/ofi/ofi.h src/net/ofi/choose.c src/net/ofi/offer.c src/net/ofi/endpoint.c src/net/ofi/memory.c \
	src/net/ofi/message.c src/net/ofi/ring.c src/net/ofi/rma.c src/net/ofi/peer.c src/net/ofi/progress.c src/net/ofi/knock.c \
	src/net/ofi/fence.c src/net/ofi/pool.c \
	src/net/copy.c src/net/copy.h
# copy.c once more: the module uses what is public of libfurrow, and no more.
furrow_ofi_la_CPPFLAGS = $(AM_CPPFLAGS) $(OFI_CFLAGS)
# Not libfurrow.la: see src/file/local.mk.
furrow_ofi_la_LDFLAGS = $(AM_LDFLAGS) -Wl,.libs/libfurrow.so -module -avoid-version -shared
furrow_ofi_la_DEPENDENCIES = libfurrow.la
furrow_ofi_la_LIBADD = $(OFI_LIBS) $(XXHASH_LIBS)
endif
EXTRA_DIST += src/net/ofi/ofi.h
