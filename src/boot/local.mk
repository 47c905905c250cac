noinst_LTLIBRARIES += libboot.la
libboot_la_SOURCES = src/boot/boot.h src/boot/arena.h src/boot/arena.c src/boot/boot.c src/boot/head.c \
	src/boot/local.c src/boot/self.c src/boot/launch.h src/boot/launch.c src/boot/keeper.c src/boot/spawn.c \
	src/boot/orphans.c src/boot/output.h src/boot/output.c src/boot/program.c
