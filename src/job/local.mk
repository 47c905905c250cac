noinst_LTLIBRARIES += libjob.la
libjob_la_SOURCES = src/job/job.h src/job/service.h
libjob_la_SOURCES += src/job/launch.c
