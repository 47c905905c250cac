/*
 * memory.c - the machine's memory and the limits of control groups. Settings in percent and the size of the reserved
 * heaps rest on it.
 */
#include "base/memory.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_NBYTES 4096

/* "max" is no limit, and version 1 writes a number that no machine has. */
static uint64_t read_limit(const char *path)
{
    uint64_t limit;
    FILE *f = fopen(path, "re");
    if (!f) return UINT64_MAX;
    if (fscanf(f, "%" SCNu64, &limit) != 1) limit = UINT64_MAX;
    fclose(f);
    return limit;
}

/* Of the group and all above it. Inside a container the path may be the host's, which is not there: what is mounted at
 * the top then is the container's own group. */
static uint64_t least_upwards(const char *top, const char *group, const char *file)
{
    char path[PATH_NBYTES];
    uint64_t least = UINT64_MAX;
    size_t ntop = strlen(top), n = ntop + strlen(group);
    if (n + strlen(file) + 2 > sizeof path) return least;
    memcpy(path, top, ntop);
    memcpy(path + ntop, group, n - ntop);
    for (;;) {
        while (n > ntop && path[n - 1] == '/') n--;
        snprintf(path + n, sizeof path - n, "/%s", file);
        uint64_t limit = read_limit(path);
        if (limit < least) least = limit;
        if (n == ntop) return least;
        while (n > ntop && path[n - 1] != '/') n--;
    }
}

static int names_memory(const char *controllers)
{
    size_t n;
    for (; *controllers; controllers += n + (controllers[n] == ',')) {
        n = strcspn(controllers, ",");
        if (n == 6 && memcmp(controllers, "memory", 6) == 0) return 1;
    }
    return 0;
}

/* Lines are number:controllers:group; version 2 has no controllers. */
static uint64_t limit_of_line(char *line, const char *root)
{
    char top[PATH_NBYTES];
    char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) return UINT64_MAX;
    *group++ = 0;
    controllers++;
    group[strcspn(group, "\n")] = 0;
    if (*controllers && !names_memory(controllers)) return UINT64_MAX;
    if ((size_t)snprintf(top, sizeof top, "%s%s", root, *controllers ? "/memory" : "") >= sizeof top) return UINT64_MAX;
    return least_upwards(top, group, *controllers ? "memory.limit_in_bytes" : "memory.max");
}

uint64_t fb_memory_of_groups(const char *groups, const char *root)
{
    char line[PATH_NBYTES];
    uint64_t least = UINT64_MAX;
    FILE *f = fopen(groups, "re");
    if (!f) return least;
    while (fgets(line, sizeof line, f)) {
        uint64_t limit = limit_of_line(line, root);
        if (limit < least) least = limit;
    }
    fclose(f);
    return least;
}

uint64_t fb_memory_nbytes(void)
{
    static _Atomic uint64_t known;
    uint64_t n = atomic_load_explicit(&known, memory_order_relaxed);
    if (n) return n;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page <= 0) return 0;
    n = (uint64_t)pages * (uint64_t)page;
    uint64_t limit = fb_memory_of_groups("/proc/self/cgroup", "/sys/fs/cgroup");
    if (limit && limit < n) n = limit;
    atomic_store_explicit(&known, n, memory_order_relaxed);
    return n;
}
