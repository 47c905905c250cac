noinst_LTLIBRARIES += libtopo.la
libtopo_la_SOURCES = src/topo/bind.h src/topo/bind.c
