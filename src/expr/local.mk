noinst_LTLIBRARIES += libexpr.la
libexpr_la_SOURCES = src/expr/expr.h src/expr/tree.h src/expr/builtin.h
libexpr_la_SOURCES += src/expr/pairwise.h
libexpr_la_SOURCES += src/expr/pairwise.c
