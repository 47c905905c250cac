/*
 * descriptor.c - a driver of HDF5's (see its "Virtual File Layer") over pread and pwrite on a descriptor that is open
 * already. Must be called under the module's lock, like all of HDF5.
 */
#include "file/descriptor.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct driven {
    H5FD_t pub; /* first: HDF5 hands it back */
    ffile_descriptor *descriptor;
    haddr_t eoa;   /* what HDF5 has allocated */
    haddr_t eof;   /* how long the file is */
    haddr_t begun; /* up to where the disk was told to begin */
} driven;

/* The disk begins with what is written while more is written: of a large file little is left for the sync at the end. */
#define BEGIN_NBYTES ((haddr_t)8 << 20)

static void begin_writing(driven *file, haddr_t end)
{
    if (end < file->begun + BEGIN_NBYTES) return;
    haddr_t from = file->begun;
    file->begun = end;
    if (sync_file_range(file->descriptor->fd, (off_t)from, (off_t)(end - from), SYNC_FILE_RANGE_WRITE) != 0)
        return; /* only a hint: the sync at the end tells what is wrong */
}

#define MAX_ADDRESS ((haddr_t)INT64_MAX)

static herr_t failed(driven *file)
{
    if (!file->descriptor->native) file->descriptor->native = errno ? errno : EIO;
    return -1;
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t fapl, haddr_t maxaddr)
{
    (void)name, (void)maxaddr;
    struct stat st;
    ffile_descriptor *const *info = H5Pget_driver_info(fapl);
    if (!info || fstat((*info)->fd, &st) != 0) return NULL;
    driven *file = calloc(1, sizeof *file);
    if (!file) return NULL;
    file->descriptor = *info;
    if ((flags & H5F_ACC_TRUNC) && ftruncate((*info)->fd, 0) != 0) {
        failed(file);
        free(file);
        return NULL;
    }
    file->eof = flags & H5F_ACC_TRUNC ? 0 : (haddr_t)st.st_size;
    return &file->pub;
}

static herr_t driver_close(H5FD_t *pub)
{
    free(pub);
    return 0;
}

static int driver_cmp(const H5FD_t *a, const H5FD_t *b)
{
    int x = ((const driven *)a)->descriptor->fd, y = ((const driven *)b)->descriptor->fd;
    return (x > y) - (x < y);
}

static herr_t driver_query(const H5FD_t *pub, unsigned long *flags)
{
    (void)pub;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *pub, H5FD_mem_t type)
{
    (void)type;
    return ((const driven *)pub)->eoa;
}

static herr_t driver_set_eoa(H5FD_t *pub, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((driven *)pub)->eoa = address;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *pub, H5FD_mem_t type)
{
    (void)type;
    return ((const driven *)pub)->eof;
}

/* What lies behind the end reads as zeros, as HDF5 expects. */
static herr_t driver_read(H5FD_t *pub, H5FD_mem_t type, hid_t dxpl, haddr_t at, size_t nbytes, void *to)
{
    (void)type, (void)dxpl;
    driven *file = (driven *)pub;
    for (char *next = to; nbytes > 0;) {
        ssize_t n = pread(file->descriptor->fd, next, nbytes, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(file);
        if (n == 0) {
            for (size_t i = 0; i < nbytes; i++) next[i] = 0;
            return 0;
        }
        next += n, at += (haddr_t)n, nbytes -= (size_t)n;
    }
    return 0;
}

static herr_t driver_write(H5FD_t *pub, H5FD_mem_t type, hid_t dxpl, haddr_t at, size_t nbytes, const void *from)
{
    (void)type, (void)dxpl;
    driven *file = (driven *)pub;
    for (const char *next = from; nbytes > 0;) {
        ssize_t n = pwrite(file->descriptor->fd, next, nbytes, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed(file);
        next += n, at += (haddr_t)n, nbytes -= (size_t)n;
    }
    if (at > file->eof) file->eof = at;
    begin_writing(file, at);
    return 0;
}

static herr_t driver_truncate(H5FD_t *pub, hid_t dxpl, hbool_t closing)
{
    (void)dxpl, (void)closing;
    driven *file = (driven *)pub;
    if (file->eoa == file->eof) return 0;
    if (ftruncate(file->descriptor->fd, (off_t)file->eoa) != 0) return failed(file);
    file->eof = file->eoa;
    return 0;
}

static const H5FD_class_t driver_class = {
    .name = "furrow",
    .maxaddr = MAX_ADDRESS,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(ffile_descriptor *),
    .open = driver_open,
    .close = driver_close,
    .cmp = driver_cmp,
    .query = driver_query,
    .get_eoa = driver_get_eoa,
    .set_eoa = driver_set_eoa,
    .get_eof = driver_get_eof,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

herr_t ffile_descriptor_use(hid_t fapl, ffile_descriptor *descriptor)
{
    static hid_t driver = -1; /* registered once, under the module's lock */
    if (driver < 0) driver = H5FDregister(&driver_class);
    return driver < 0 ? -1 : H5Pset_driver(fapl, driver, &descriptor);
}
