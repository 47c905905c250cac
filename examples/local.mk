noinst_PROGRAMS += examples/hello examples/heat
examples_hello_SOURCES = examples/hello.c
examples_hello_LDADD = libfurrow.la
examples_heat_SOURCES = examples/heat.c
examples_heat_LDADD = libfurrow.la -lm
EXTRA_DIST += examples/session.fur
