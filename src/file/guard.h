/*
 * guard.h - the 512 bytes in front of a saved file: how long the rest is, and checksums (XXH3) of it in up to 56
 * pieces, so that damage is found, and placed, before HDF5 reads a byte. Used by save.c and load.c.
 */
#ifndef FFILE_GUARD_H
#define FFILE_GUARD_H

#include "file/walk.h"
#include <stdbool.h>

#define FFILE_GUARD_NBYTES 512

/* Reads everything behind the block in fd and writes the block. SYSTEM naming the path. */
FURROW_MUST_CHECK furrow_err ffile_guard_seal(ffile_walk *walk, int fd);
/* Checks fd against its block. *guarded is false for a file without one. FORMAT names the damaged range. */
FURROW_MUST_CHECK furrow_err ffile_guard_check(ffile_walk *walk, int fd, bool *guarded);

#endif
