noinst_LTLIBRARIES += libboot.la
libboot_la_SOURCES = src/boot/boot.h 
