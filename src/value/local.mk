noinst_LTLIBRARIES += libvalue.la
libvalue_la_SOURCES = src/value/value.h src/value/wire.h  src/value/pack.c
