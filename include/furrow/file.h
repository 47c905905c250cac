/*
 * furrow/file.h - saving values to files and loading them back.
 *
 * Files are HDF5, so that h5py, HDF5.jl and MATLAB open them: arrays are datasets (dimensions in reverse, as those
 * programs expect of column-major data), dictionaries with text keys are groups, complex numbers compounds (r,i), Bools
 * the enumeration FALSE/TRUE, strings UTF-8. What HDF5 has no form for (ranges, quoted expressions, functions) is kept
 * as packed bytes. The first 512 bytes carry checksums of the rest: a file that was torn or changed is refused before
 * HDF5 sees it. Files without them, written elsewhere, load too, after a trial in a forked process: HDF5 may crash on
 * damaged bytes. Paths are those of the process that calls. None of these calls needs a job.
 */
#ifndef FURROW_FILE_H
#define FURROW_FILE_H

#include <furrow/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called now and then while bytes move; done and total are in bytes, those of a file of ours twice: checksums are a pass of
 * their own. done only grows, and is never more than total. Must not call furrow_save or furrow_load. */
typedef void (*furrow_file_progress)(void *user, uint64_t done, uint64_t total);

typedef struct furrow_file_opts {
    size_t size;
    furrow_file_progress progress; /* NULL: none */
    void *user;
} furrow_file_opts;

/*
 * Writes value to path, whole or not at all: into a nameless file beside it, synced, then put in its place, so that a
 * reader sees the old contents or the new. Blocks while the disk works. One save or load at a time a process; others
 * wait. SYSTEM names the path and the cause; TYPE for a value that cannot be kept (a reference); NOT_BUILT.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_save(const char *path, const furrow_value *value,
                                                    const furrow_file_opts *opts);

/*
 * Reads the value in path: what furrow_save was given, or, from an HDF5 file written elsewhere, a dictionary with a
 * string key for each member of its root. *value is a new reference. FORMAT says which bytes are damaged, or what is
 * not understood.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_load(const char *path, const furrow_file_opts *opts,
                                                    furrow_value **value);

#ifdef __cplusplus
}
#endif
#endif
