noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = src/base/buffer.h src/base/clock.h src/base/config.h src/base/error.h src/base/hash.h \
	src/base/utf8.h src/base/buffer.c src/base/clock.c src/base/config.c src/base/error.c src/base/fail.c \
	src/base/hash.c src/base/memory.h src/base/memory.c src/base/module.c src/base/module.h src/base/utf8.c src/base/version.c
