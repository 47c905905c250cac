/*
 * descriptor.h - lets HDF5 work on an open descriptor instead of a path, so that the file being written needs no name,
 * and what is read is what was checked. Keeps the first errno, which HDF5's own words do not tell. Used by module.c.
 */
#ifndef FFILE_DESCRIPTOR_H
#define FFILE_DESCRIPTOR_H

#include <hdf5.h>

typedef struct ffile_descriptor {
    int fd;
    int native; /* errno of the first operation that failed */
} ffile_descriptor;

/* Makes files opened with fapl use the descriptor, which the caller owns and keeps open longer. Negative on failure. */
herr_t ffile_descriptor_use(hid_t fapl, ffile_descriptor *descriptor);

#endif
