/*
 * module.c - finds and loads a module of Furrow beside libfurrow. Called by the rooms that have one; never unloads.
 */
#include "base/module.h"
#include "base/error.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder libfurrow was loaded from (or the program, when linked into it), without a slash at its end. */
static void library_folder(char *folder, size_t nbytes)
{
    Dl_info info;
    folder[0] = '\0';
    if (!dladdr((void *)&library_folder, &info) || !info.dli_fname) return;
    char *real = realpath(info.dli_fname, NULL);
    if (!real) return;
    char *slash = strrchr(real, '/');
    if (slash) {
        *slash = '\0';
        snprintf(folder, nbytes, "%s", real);
    }
    free(real);
}

/* In a build tree the module lies in .libs at the build's top, the library there too and programs further down. */
static bool module_path(const char *name, char *path, size_t nbytes)
{
    static const char *const places[] = {"furrow", ".", ".libs", "..", "../.libs", "../../.libs", "../../../.libs"};
    char folder[PATH_MAX];
    library_folder(folder, sizeof folder);
    if (!folder[0]) return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(path, nbytes, "%s/%s/%s.so", folder, places[i], name);
        if (n > 0 && (size_t)n < nbytes && access(path, R_OK) == 0) return true;
    }
    return false;
}

furrow_err fb_module_table(const char *name, const char *symbol, uint32_t abi, const void **table)
{
    char path[PATH_MAX];
    if (!module_path(name, path, sizeof path)) {
        (void)fb_fail(FURROW_ERR_NOT_BUILT, "the module %s.so is not installed beside libfurrow", name);
        fb_fail_symbol(name);
        return FURROW_ERR_NOT_BUILT;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) return fb_fail(FURROW_ERR_SYSTEM, "the module %s.so cannot be loaded: %s", name, dlerror());
    const uint32_t *found = dlsym(handle, symbol);
    if (!found) return fb_fail(FURROW_ERR_SYSTEM, "the module %s.so is not one of Furrow's", name);
    if (*found != abi)
        return fb_fail(FURROW_ERR_SYSTEM, "%s.so comes from another version of Furrow (%u, wanted %u)", name, *found,
                       abi);
    *table = found;
    return FURROW_OK;
}
