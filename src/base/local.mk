noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = src/base/buffer.h src/base/clock.h src/base/config.h src/base/error.h src/base/hash.h  src/base/fail.c
