/*
 * draft.c - nameless files (O_TMPFILE) that are put in place by link and rename. Knows nothing of what is in them.
 */
#include "file/draft.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static furrow_err refused(const char *path, int native)
{
    return furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be written: %s", path, strerror(native));
}

/* "." for a bare name. From malloc. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* The one name a draft may have beside its place: what a killed process left there goes with the next save. From
 * malloc. */
static char *name_beside(const char *path)
{
    size_t nbytes = strlen(path) + sizeof ".furrow-new";
    char *name = malloc(nbytes);
    if (name) snprintf(name, nbytes, "%s.furrow-new", path);
    return name;
}

/* Permissions as open(2) would give a new file: those of the file it replaces, else 0666 less the umask. */
static void give_mode(int fd, const char *path)
{
    struct stat st;
    mode_t mode;
    if (stat(path, &st) == 0) {
        mode = st.st_mode & 07777;
    } else {
        /* The umask can only be read by setting it, which other threads would notice; the kernel also tells. */
        unsigned mask = 022;
        char line[128];
        FILE *status = fopen("/proc/self/status", "re");
        while (status && fgets(line, sizeof line, status) && sscanf(line, "Umask: %o", &mask) != 1) continue;
        if (status) fclose(status);
        mode = 0666 & ~(mode_t)mask;
    }
    if (fchmod(fd, mode) != 0) return; /* stays private to its owner: no reason to refuse the data */
}

/* Where links lead, so that they stay links. From malloc. */
static char *real_place(const char *path)
{
    char *real = realpath(path, NULL);
    return real ? real : strdup(path);
}

static int open_nameless(const char *path)
{
    char *folder = folder_of(path);
    int fd = folder && access("/proc/self/fd", X_OK) == 0 ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    free(folder);
    return fd;
}

furrow_err ffile_draft_open(const char *path, ffile_draft *draft)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode)
                   ? refused(path, EISDIR)
                   : furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be written: it is not a regular file", path);
    *draft = (ffile_draft){.path = path, .fd = -1, .place = real_place(path)};
    if (!draft->place) return refused(path, ENOMEM);
    draft->name = name_beside(draft->place);
    if (!draft->name) goto out_of_memory;
    draft->fd = open_nameless(draft->place);
    draft->named = draft->fd < 0;
    if (draft->named) draft->fd = open(draft->name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (draft->fd < 0) {
        int native = errno;
        draft->named = false;
        ffile_draft_drop(draft);
        return refused(path, native);
    }
    give_mode(draft->fd, draft->place);
    return FURROW_OK;
out_of_memory:
    ffile_draft_drop(draft);
    return refused(path, ENOMEM);
}

/*
 * Gives a nameless draft its place: at once where nothing stands, else by way of its name, since link cannot replace
 * and rename can. Another process that saves to the same place may take the name away between the two: then once more.
 */
static int put_in_place(ffile_draft *draft)
{
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", draft->fd);
    for (int tries = 0; tries < 1000; tries++) {
        if (linkat(AT_FDCWD, proc, AT_FDCWD, draft->place, AT_SYMLINK_FOLLOW) == 0) return 0;
        if (errno != EEXIST) return errno;
        unlink(draft->name);
        if (linkat(AT_FDCWD, proc, AT_FDCWD, draft->name, AT_SYMLINK_FOLLOW) != 0) {
            if (errno == EEXIST) continue;
            return errno;
        }
        if (rename(draft->name, draft->place) == 0) return 0;
        if (errno != ENOENT) return errno;
    }
    return EAGAIN;
}

static int sync_folder(const char *path)
{
    char *folder = folder_of(path);
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (fd < 0) return errno;
    int native = fsync(fd) == 0 || errno == EINVAL ? 0 : errno; /* some file systems have nothing to sync there */
    close(fd);
    return native;
}

furrow_err ffile_draft_commit(ffile_draft *draft)
{
    if (fsync(draft->fd) != 0) return refused(draft->path, errno);
    int native = draft->named ? (rename(draft->name, draft->place) ? errno : 0) : put_in_place(draft);
    if (native) return refused(draft->path, native);
    draft->named = false;
    native = sync_folder(draft->place);
    return native ? refused(draft->path, native) : FURROW_OK;
}

void ffile_draft_drop(ffile_draft *draft)
{
    if (draft->named) unlink(draft->name);
    if (draft->fd >= 0) close(draft->fd);
    free(draft->name);
    free(draft->place);
    *draft = (ffile_draft){.fd = -1};
}
