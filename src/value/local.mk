noinst_LTLIBRARIES += libvalue.la
libvalue_la_SOURCES = src/value/value.h src/value/wire.h src/value/dict.h src/value/alloc.h src/value/digits.h \
	src/value/show.h src/value/alloc.c src/value/array.c src/value/code.c src/value/convert.c src/value/dict.c \
	src/value/digits.c src/value/display.c src/value/equal.c src/value/exception.c src/value/exception.h \
	src/value/matrix.c src/value/number.c src/value/pack.c src/value/print.c src/value/public.c src/value/range.c src/value/scalar.c src/value/text.c \
	src/value/tuple.c src/value/type.c src/value/unwire.c src/value/wire.c
