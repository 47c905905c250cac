/*
 * program.c - finds the program a job runs, once for all pids and before anything is started, the way a shell would.
 */
#include "boot/launch.h"
#include "base/error.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_FOUND      127
#define NOT_EXECUTABLE 126

/* 0, or errno. */
static int try_path(const char *path)
{
    struct stat st;
    if (stat(path, &st)) return errno;
    if (!S_ISREG(st.st_mode) || access(path, X_OK)) return EACCES;
    return 0;
}

/* Looks through PATH: a new string, or NULL and *native. */
static char *search_path(const char *name, int *native)
{
    const char *dirs = getenv("PATH");
    if (!dirs) dirs = "/usr/local/bin:/usr/bin:/bin";
    *native = ENOENT;
    for (const char *end; dirs; dirs = *end ? end + 1 : NULL) {
        char *path;
        end = strchrnul(dirs, ':');
        int width = (int)(end - dirs);
        if (asprintf(&path, "%.*s/%s", width ? width : 1, width ? dirs : ".", name) < 0) {
            *native = ENOMEM;
            return NULL;
        }
        int tried = try_path(path);
        if (!tried) return path;
        if (tried == EACCES) *native = EACCES;
        free(path);
    }
    return NULL;
}

furrow_err fboot_program_find(const char *name, char **path, int *status)
{
    int native = ENOENT;
    char *found = NULL;
    if (strchr(name, '/')) {
        native = try_path(name);
        if (!native && !(found = strdup(name))) native = ENOMEM;
    } else if (*name) {
        found = search_path(name, &native);
    }
    if (found) {
        *path = found;
        return FURROW_OK;
    }
    *status = native == EACCES ? NOT_EXECUTABLE : NOT_FOUND;
    if (native == EACCES) return fb_fail(FURROW_ERR_ARG, "\"%s\" is not a program that may be run", name);
    if (native == ENOENT || native == ENOTDIR)
        return fb_fail(FURROW_ERR_ARG, "no program \"%s\"%s", name, strchr(name, '/') ? "" : " in PATH");
    return fb_fail_errno(native, "program \"%s\" cannot be looked at", name);
}
