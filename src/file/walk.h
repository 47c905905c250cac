/*
 * walk.h - puts one value into an open HDF5 file, or takes it out (save.c, load.c). Called by module.c, which knows the
 * way to the disk.
 */
#ifndef FFILE_WALK_H
#define FFILE_WALK_H

#include "file/form.h"
#include <furrow/file.h>

/* What one save or load carries along: where it is, how far, whom to tell. */
typedef struct ffile_walk {
    const char *path;
    int depth;
    uint64_t done;
    uint64_t total;
    uint64_t members, most; /* met while loading, and how many there can be: links may lead round and round */
    int alive;              /* of a trial (trial.h); -1: none */
    furrow_file_progress progress;
    void *user;
} ffile_walk;

/* Writes value as the root of file. */
FURROW_MUST_CHECK furrow_err ffile_store(ffile_walk *walk, hid_t file, const furrow_value *value);
/* Reads what the root of file holds. guarded: its checksums were there, and right. */
FURROW_MUST_CHECK furrow_err ffile_fetch(ffile_walk *walk, hid_t file, bool guarded, furrow_value **value);
/* nbytes more are done: tells whoever wants to know. */
void ffile_moved(ffile_walk *walk, uint64_t nbytes);

/* Bytes are moved in pieces of this size, so that progress shows and HDF5 never copies a whole array. */
#define FFILE_PIECE_NBYTES ((size_t)16 << 20)

#endif
