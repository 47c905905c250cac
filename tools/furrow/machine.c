/*
 * machine.c - what furrow info says about this machine: processors, memory, limits of the process and of its control group.
 * Reads /proc, /sys and limits; changes nothing.
 */
#include "info.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#define GROUPS "/sys/fs/cgroup"

/* The first line of a file, without its newline. */
static bool read_line(const char *path, char *line, size_t nbytes)
{
    FILE *f = fopen(path, "re");
    bool got = f && fgets(line, (int)nbytes, f);
    if (f) fclose(f);
    if (got) line[strcspn(line, "\n")] = '\0';
    return got;
}

static void look_limits(machine *m)
{
    struct rlimit limit;
    if (!getrlimit(RLIMIT_MEMLOCK, &limit)) {
        m->memlock_soft = limit.rlim_cur == RLIM_INFINITY ? UNLIMITED_NBYTES : limit.rlim_cur;
        m->memlock_hard = limit.rlim_max == RLIM_INFINITY ? UNLIMITED_NBYTES : limit.rlim_max;
    }
    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        m->files_soft = limit.rlim_cur;
        m->files_hard = limit.rlim_max;
    }
}

static void look_memory(machine *m)
{
    char line[128];
    unsigned long long n;
    struct statvfs shm;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "MemTotal: %llu kB", &n) == 1) m->memory_nbytes = n << 10;
        if (sscanf(line, "MemAvailable: %llu kB", &n) == 1) m->memory_free = n << 10;
        if (sscanf(line, "HugePages_Total: %llu", &n) == 1) m->huge_pages = n;
        if (sscanf(line, "Hugepagesize: %llu kB", &n) == 1) m->huge_page_nbytes = n << 10;
    }
    if (f) fclose(f);
    if (statvfs("/dev/shm", &shm)) return;
    m->shm_nbytes = (uint64_t)shm.f_blocks * shm.f_frsize;
    m->shm_free = (uint64_t)shm.f_bavail * shm.f_frsize;
}

/* "always [madvise] never": the word in brackets. */
static void look_huge(const char *file, char *mode, size_t nbytes)
{
    char line[128];
    const char *at = read_line(file, line, sizeof line) ? strchr(line, '[') : NULL;
    if (at) snprintf(mode, nbytes, "%.*s", (int)strcspn(at + 1, "]"), at + 1);
}

/* --- the control group: its own limit or that of a group above it, whichever is least ---*/

static void least(uint64_t *limit, uint64_t n)
{
    if (n && (!*limit || n < *limit)) *limit = n;
}

static void look_group(machine *m, const char *folder)
{
    char path[1200], line[128];
    unsigned long long quota, period = 0, nbytes;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (read_line(path, line, sizeof line) && sscanf(line, "%llu %llu", &quota, &period) == 2 && period) {
        double cores = (double)quota / (double)period;
        if (m->quota <= 0 || cores < m->quota) m->quota = cores;
    }
    snprintf(path, sizeof path, "%s/memory.max", folder);
    if (read_line(path, line, sizeof line) && sscanf(line, "%llu", &nbytes) == 1) least(&m->memory_limit, nbytes);
}

/* The older kind of groups: a tree for each controller. */
static void look_old_group(machine *m, const char *controllers, const char *group)
{
    char path[1200], line[128];
    long long quota = 0, period = 0;
    unsigned long long nbytes;
    if (strstr(controllers, "cpu,") || strcmp(controllers, "cpu") == 0) {
        snprintf(path, sizeof path, GROUPS "/cpu%.900s/cpu.cfs_quota_us", group);
        if (read_line(path, line, sizeof line)) quota = atoll(line);
        snprintf(path, sizeof path, GROUPS "/cpu%.900s/cpu.cfs_period_us", group);
        if (read_line(path, line, sizeof line)) period = atoll(line);
        if (quota > 0 && period > 0) m->quota = (double)quota / (double)period;
    }
    snprintf(path, sizeof path, GROUPS "/memory%.900s/memory.limit_in_bytes", group);
    bool limited = strcmp(controllers, "memory") == 0 && read_line(path, line, sizeof line) &&
                   sscanf(line, "%llu", &nbytes) == 1 && nbytes < (1ull << 60);
    if (limited) least(&m->memory_limit, nbytes);
}

static void look_groups(machine *m)
{
    char line[1100], folder[1100];
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(++controllers, ':') : NULL;
        if (!group) continue;
        *group++ = '\0';
        if (*controllers) {
            look_old_group(m, controllers, group);
            continue;
        }
        snprintf(folder, sizeof folder, GROUPS "%.1000s", strcmp(group, "/") ? group : "");
        for (size_t root = strlen(GROUPS);;) {
            look_group(m, folder);
            char *slash = strrchr(folder, '/');
            if (!slash || (size_t)(slash - folder) < root) break;
            *slash = '\0';
        }
    }
    if (f) fclose(f);
}

void machine_look(machine *m)
{
    struct utsname name;
    char line[128];
    int fd = memfd_create("furrow-info", MFD_CLOEXEC);
    *m = (machine){.ptrace_scope = -1, .memfd = fd >= 0};
    if (fd >= 0) close(fd);
    if (!uname(&name)) {
        snprintf(m->host, sizeof m->host, "%.64s", name.nodename);
        snprintf(m->kernel, sizeof m->kernel, "%.65s", name.release);
    }
    m->looked = !furrow_info_topology(&m->topology);
    if (getloadavg(&m->load, 1) != 1) m->load = 0;
    look_limits(m);
    look_memory(m);
    look_huge("/sys/kernel/mm/transparent_hugepage/enabled", m->huge_mode, sizeof m->huge_mode);
    look_huge("/sys/kernel/mm/transparent_hugepage/shmem_enabled", m->huge_shared, sizeof m->huge_shared);
    look_groups(m);
    if (read_line("/proc/sys/kernel/yama/ptrace_scope", line, sizeof line)) m->ptrace_scope = atoi(line);
    if (read_line("/proc/sys/net/ipv4/ip_local_port_range", line, sizeof line) &&
        sscanf(line, "%d %d", &m->port_first, &m->port_last) != 2)
        m->port_first = m->port_last = 0;
}

double machine_cores(const machine *m)
{
    double cores = command_ncores();
    return m->quota > 0 && m->quota < cores ? m->quota : cores;
}

/* --- telling -------------------------------------------------------------------------------------------------------*/

static void report_limit(report *r, const char *key, uint64_t nbytes)
{
    if (nbytes == UNLIMITED_NBYTES)
        report_text(r, key, "unlimited");
    else
        report_bytes(r, key, nbytes);
}

static void report_processors(const machine *m, report *r)
{
    const furrow_topology_info *t = &m->topology;
    report_group(r, "processors", "processors");
    report_text(r, "processor", "%s", t->processor);
    report_number(r, "packages", t->packages);
    report_number(r, "numa_nodes", t->numa_nodes);
    report_number(r, "cores", t->cores);
    report_number(r, "usable_cores", t->usable_cores);
    report_number(r, "threads", t->processors);
    report_number(r, "usable_threads", t->usable_processors);
    report_bytes(r, "L1_data", t->l1_nbytes);
    report_bytes(r, "L2", t->l2_nbytes);
    report_bytes(r, "L3", t->l3_nbytes);
}

void machine_report(const machine *m, report *r)
{
    static const char *const scopes[] = {"0 (any process of the user's)", "1 (parents only)", "2 (root only)",
                                         "3 (nobody)"};
    if (m->looked) report_processors(m, r);
    report_group(r, "machine", "machine");
    report_text(r, "host", "%s", m->host);
    report_text(r, "kernel", "%s", m->kernel);
    report_bytes(r, "memory", m->memory_nbytes);
    report_bytes(r, "free_memory", m->memory_free);
    report_limit(r, "memory_limit", m->memory_limit ? m->memory_limit : UNLIMITED_NBYTES);
    report_limit(r, "locked_memory", m->memlock_soft);
    report_number(r, "open_files", (double)m->files_soft);
    if (m->quota > 0)
        report_number(r, "cpu_quota", m->quota);
    else
        report_text(r, "cpu_quota", "unlimited");
    report_number(r, "load", round(m->load * 100) / 100);
    report_bytes(r, "dev_shm", m->shm_nbytes);
    report_bytes(r, "dev_shm_free", m->shm_free);
    report_text(r, "huge_pages", "%s, of shared memory: %s", *m->huge_mode ? m->huge_mode : "none",
                *m->huge_shared ? m->huge_shared : "none");
    report_number(r, "huge_reserved", (double)m->huge_pages);
    report_bytes(r, "huge_page", m->huge_page_nbytes);
    report_text(r, "ptrace_scope", "%s", m->ptrace_scope >= 0 && m->ptrace_scope < 4 ? scopes[m->ptrace_scope] : "");
    report_text(r, "port_range", "%d-%d", m->port_first, m->port_last);
}
