noinst_LTLIBRARIES += libnet.la
libnet_la_SOURCES = src/net/net.h src/net/net.c src/net/copy.h src/net/copy.c src/net/atomic.c \
	src/net/shm/arena.h src/net/shm/arena.c src/net/shm/ring.h src/net/shm/ring.c \
	src/net/shm/doze.h src/net/shm/doze.c src/net/shm/shm.c
