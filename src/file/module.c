/*
 * module.c - the module's two calls: everything around the HDF5 file itself. Loaded by file.c; public calls of
 * libfurrow only. HDF5 is entered by one thread at a time, with its own error printing held back meanwhile.
 */
#include "file/module.h"
#include "file/descriptor.h"
#include "file/draft.h"
#include "file/guard.h"
#include "file/trial.h"
#include "file/walk.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

typedef struct hush {
    H5E_auto2_t print;
    void *arg;
} hush;

static void hdf5_enter(hush *before)
{
    pthread_mutex_lock(&one_at_a_time);
    H5Eget_auto2(H5E_DEFAULT, &before->print, &before->arg);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void hdf5_exit(const hush *before)
{
    H5Eset_auto2(H5E_DEFAULT, before->print, before->arg);
    pthread_mutex_unlock(&one_at_a_time);
}

/* Bytes of the flat arrays in a value: what progress counts, and what the disk must have room for. */
static uint64_t weight(const furrow_value *value, int depth)
{
    size_t count = furrow_value_count(value), element = furrow_type_nbytes(furrow_value_eltype(value));
    uint64_t sum = element ? (uint64_t)count * element : 0;
    furrow_type type = furrow_value_type(value);
    bool boxes = type == FURROW_ARRAY || type == FURROW_TUPLE;
    if (element || depth >= FFILE_MAX_DEPTH || (!boxes && type != FURROW_DICT)) return sum;
    for (size_t i = 0; i < count; i++) {
        furrow_value *key = NULL, *item = NULL;
        furrow_err err = boxes ? furrow_value_element(value, i, &item) : furrow_dict_pair(value, i, &key, &item);
        if (!err) sum += weight(item, depth + 1);
        furrow_value_drop(key);
        furrow_value_drop(item);
    }
    return sum;
}

/* Said before the first byte rather than after the last one; the disk may still fill up meanwhile. */
static furrow_err check_room(const ffile_draft *draft, uint64_t nbytes)
{
    struct statvfs fs;
    if (fstatvfs(draft->fd, &fs) != 0 || fs.f_blocks == 0) return FURROW_OK;
    uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (room >= nbytes) return FURROW_OK;
    return furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be written: it needs %llu bytes and the disk has %llu",
                       draft->path, (unsigned long long)nbytes, (unsigned long long)room);
}

/* fcpl < 0: opens what is there, for reading. */
static hid_t open_on(ffile_descriptor *descriptor, hid_t fcpl)
{
    hid_t fapl = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    if (fapl >= 0 && H5Pset_fclose_degree(fapl, H5F_CLOSE_STRONG) >= 0 && ffile_descriptor_use(fapl, descriptor) >= 0)
        file = fcpl < 0 ? H5Fopen("furrow", H5F_ACC_RDONLY, fapl) : H5Fcreate("furrow", H5F_ACC_TRUNC, fcpl, fapl);
    if (fapl >= 0) H5Pclose(fapl);
    return file;
}

static hid_t create_file(ffile_descriptor *descriptor)
{
    hid_t fcpl = H5Pcreate(H5P_FILE_CREATE), file = -1;
    if (fcpl >= 0 && H5Pset_userblock(fcpl, FFILE_GUARD_NBYTES) >= 0 &&
        H5Pset_link_creation_order(fcpl, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0)
        file = open_on(descriptor, fcpl);
    if (fcpl >= 0) H5Pclose(fcpl);
    return file;
}

static ffile_walk walk_of(const char *path, const furrow_file_opts *opts, uint64_t total)
{
    return (ffile_walk){.path = path,
                        .total = total,
                        .most = total,
                        .alive = -1,
                        .progress = opts ? opts->progress : NULL,
                        .user = opts ? opts->user : NULL};
}

static furrow_err write_draft(const ffile_draft *draft, const furrow_value *value, ffile_walk *walk)
{
    ffile_descriptor descriptor = {.fd = draft->fd};
    hid_t file = create_file(&descriptor);
    furrow_err err =
        file < 0 ? ffile_refused(FURROW_ERR_SYSTEM, draft->path, "starting the file") : ffile_store(walk, file, value);
    if (file >= 0 && H5Fclose(file) < 0 && !err)
        err = ffile_refused(FURROW_ERR_SYSTEM, draft->path, "finishing the file");
    if (err && descriptor.native)
        err = furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be written: %s", draft->path, strerror(descriptor.native));
    return err;
}

static furrow_err save(const char *path, const furrow_value *value, const furrow_file_opts *opts)
{
    ffile_draft draft = {.fd = -1};
    furrow_err err = ffile_draft_open(path, &draft);
    if (err) return err;
    uint64_t nbytes = weight(value, 0);
    ffile_walk walk = walk_of(path, opts, 2 * nbytes); /* they are written, then read for the checksums */
    err = check_room(&draft, nbytes);
    if (!err) {
        hush before;
        hdf5_enter(&before);
        err = write_draft(&draft, value, &walk);
        hdf5_exit(&before);
    }
    if (!err) err = ffile_guard_seal(&walk, draft.fd);
    if (!err) err = ffile_draft_commit(&draft);
    ffile_draft_drop(&draft);
    return err;
}

/* Something HDF5 may be asked to read: a regular file that is not empty. */
static furrow_err open_regular(const char *path, int *fd, uint64_t *nbytes)
{
    struct stat st;
    int found = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (found < 0 || fstat(found, &st) != 0) {
        int native = errno;
        if (found >= 0) close(found);
        return furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be read: %s", path, strerror(native));
    }
    const char *why = S_ISDIR(st.st_mode)    ? "is a directory"
                      : !S_ISREG(st.st_mode) ? "is not a regular file"
                      : st.st_size == 0      ? "is empty"
                                             : NULL;
    if (why) {
        close(found);
        return furrow_fail(FURROW_ERR_FORMAT, "%s %s", path, why);
    }
    *fd = found;
    *nbytes = (uint64_t)st.st_size;
    return FURROW_OK;
}

static furrow_err read_file(int fd, bool guarded, ffile_walk *walk, furrow_value **value)
{
    static const char magic[8] = "\x89HDF\r\n\x1a\n";
    ffile_descriptor descriptor = {.fd = fd};
    hid_t file = open_on(&descriptor, -1);
    if (file < 0) {
        char begin[sizeof magic];
        bool hdf5 = pread(fd, begin, sizeof begin, 0) == (ssize_t)sizeof begin && !memcmp(begin, magic, sizeof magic);
        if (hdf5) return ffile_refused(FURROW_ERR_FORMAT, walk->path, "this HDF5 file cannot be opened");
        return furrow_fail(FURROW_ERR_FORMAT, "%s is not an HDF5 file", walk->path);
    }
    furrow_err err = ffile_fetch(walk, file, guarded, value);
    H5Fclose(file);
    if (err && descriptor.native)
        err = furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be read: %s", walk->path, strerror(descriptor.native));
    return err;
}

typedef struct reading {
    int fd;
    const char *path;
    uint64_t nbytes;
} reading;

static furrow_err try_reading(void *arg, int alive)
{
    const reading *r = arg;
    ffile_walk walk = {.path = r->path, .most = r->nbytes, .alive = alive};
    furrow_value *value; /* goes with the process */
    return read_file(r->fd, false, &walk, &value);
}

static furrow_err load(const char *path, const furrow_file_opts *opts, furrow_value **value)
{
    int fd = -1;
    uint64_t nbytes = 0;
    furrow_err err = open_regular(path, &fd, &nbytes);
    if (err) return err;
    bool guarded;
    ffile_walk walk = walk_of(path, opts, nbytes);
    walk.total = 2 * nbytes; /* checksums first */
    err = ffile_guard_check(&walk, fd, &guarded);
    if (!guarded) walk.total = nbytes;
    if (!err) {
        hush before;
        hdf5_enter(&before);
        if (!guarded) err = ffile_trial(path, try_reading, &(reading){fd, path, nbytes});
        if (!err) err = read_file(fd, guarded, &walk, value);
        hdf5_exit(&before);
    }
    close(fd);
    return err;
}

static void version(char *text, size_t nbytes)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, nbytes, "%u.%u.%u", major, minor, release);
}

FURROW_API extern const ffile_module furrow_file_module;
const ffile_module furrow_file_module = {.abi = FFILE_MODULE_ABI, .version = version, .save = save, .load = load};
