noinst_PROGRAMS += examples/hello examples/heat examples/kmeans
examples_hello_SOURCES = examples/hello.c
examples_hello_LDADD = libfurrow.la
examples_heat_SOURCES = examples/heat.c
examples_heat_LDADD = libfurrow.la -lm
examples_kmeans_SOURCES = examples/kmeans.c
examples_kmeans_LDADD = libfurrow.la
EXTRA_DIST += examples/session.fur
