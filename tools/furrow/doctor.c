/*
 * doctor.c - furrow info --check: looks for what would make Furrow fail here or run badly, and says which command mends it.
 * Changes nothing; opens the fabric that jobs would use, once, to see that it opens.
 */
#include "info.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_FILES  1024
#define LEAST_LOCKED ((uint64_t)64 << 20)
#define LEAST_SHM    ((uint64_t)16 << 20)
#define HEAR_MS      5000

static const column columns[] = {{"finding"}, {"what"}, {"mend"}};

typedef struct doctor {
    report *report;
    bool json;
    int nwrong, nnotes;
} doctor;

/* Wrong: something does not work. A note: something will be missed, or slow. */
typedef enum severity { NOTE, WRONG } severity;

static void find(doctor *d, severity how, const char *mend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void find(doctor *d, severity how, const char *mend, const char *format, ...)
{
    char what[768];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    const char *cells[] = {how == WRONG ? "wrong" : "note", what, mend};
    if (how == WRONG)
        d->nwrong++;
    else
        d->nnotes++;
    if (d->json) {
        report_row(d->report, cells);
        return;
    }
    report_remark(d->report, "%-6s %s", cells[0], what);
    if (*mend) report_remark(d->report, "       mend: %s", mend);
}

static void check_parts(doctor *d)
{
    furrow_part_info part;
    for (size_t i = 0; !furrow_info_part(i, &part); i++) {
        if (part.state == FURROW_PART_BROKEN)
            find(d, WRONG, part.mend, "%s (%s) was built in, but does not load: %s", part.name, part.purpose, part.why);
        if (part.state == FURROW_PART_NOT_FOUND)
            find(d, WRONG, part.mend, "without %s there is no %s: %s", part.name, part.purpose, part.why);
        if (part.state == FURROW_PART_LEFT_OUT)
            find(d, NOTE, part.mend, "without %s there is no %s: %s", part.name, part.purpose, part.why);
    }
}

static void check_settings(doctor *d)
{
    const furrow_setting *setting;
    furrow_error_info why;
    char name[SETTING_NBYTES], mend[2 * SETTING_NBYTES];
    for (size_t i = 0; (setting = furrow_settings(i)); i++) {
        const char *value = getenv(setting->name);
        if (!value || !*value || !furrow_setting_check(setting->name, value)) continue;
        furrow_last_error(&why);
        snprintf(mend, sizeof mend, "unset %s", setting->name);
        find(d, WRONG, mend, "%s", why.message);
    }
    settings_unknown(0, name);
    for (size_t i = 1; *name; i++) {
        snprintf(mend, sizeof mend, "unset %s", name);
        find(d, WRONG, mend, "%s is no setting, and nobody reads it; the nearest is %s", name, settings_nearest(name));
        settings_unknown(i, name);
    }
}

static void check_machine(doctor *d, const machine *m)
{
    char mend[128];
    if (!m->memfd)
        find(d, WRONG, "mount -t proc proc /proc; sysctl vm.memfd_noexec=0",
             "anonymous shared memory (memfd_create) cannot be had: no job can be started");
    if (!m->looked || access("/sys/devices/system/cpu", X_OK))
        find(d, WRONG, "mount -t sysfs sysfs /sys", "the processors cannot be looked at: /sys is missing");
    if (access("/proc/self/fd", X_OK))
        find(d, WRONG, "mount -t proc proc /proc", "/proc is missing: pids of one host cannot find one another");
    if (m->files_soft < LEAST_FILES) {
        bool allowed = m->files_hard >= LEAST_FILES;
        snprintf(mend, sizeof mend, allowed ? "ulimit -n %d" : "prlimit --pid $$ --nofile=%d (as root)", LEAST_FILES);
        find(d, WRONG, mend, "only %llu files may be open: a job over a fabric takes one for each pid it talks to",
             (unsigned long long)m->files_soft);
    }
    if (m->quota > 0 && m->quota < command_ncores())
        find(d, NOTE, "systemctl set-property UNIT CPUQuota= (or docker run --cpus)",
             "the control group allows %.2g cores' time, but %d may be used: waiting pids should not spin", m->quota,
             command_ncores());
    if (m->memory_limit && m->memory_limit < m->memory_nbytes / 2) {
        snprintf(mend, sizeof mend, "export FURROW_HEAP=%lluM", (unsigned long long)(m->memory_limit >> 21));
        find(d, getenv("FURROW_HEAP") ? NOTE : WRONG, getenv("FURROW_HEAP") ? "" : mend,
             "the control group allows %llu MiB of memory, less than the half of the machine's that FURROW_HEAP is by "
             "default",
             (unsigned long long)(m->memory_limit >> 20));
    }
    if (m->shm_free < LEAST_SHM)
        find(d, NOTE, "mount -o remount,size=50% /dev/shm",
             "only %llu KiB are free in /dev/shm: Furrow does not use it, MPI libraries do",
             (unsigned long long)(m->shm_free >> 10));
    if (m->load > 1.5 * command_ncores())
        find(d, NOTE, "", "%.1f processes want %d cores: times measured now say little", m->load, command_ncores());
}

static bool is_broken(const char *name)
{
    furrow_part_info part;
    for (size_t i = 0; !furrow_info_part(i, &part); i++)
        if (!strcmp(part.name, name)) return part.state != FURROW_PART_WORKS;
    return false;
}

/* --- fabrics -------------------------------------------------------------------------------------------------------*/

static bool is_loopback(const furrow_net_info *net)
{
    return !strcmp(net->domain, "lo");
}

static bool check_locked(doctor *d, severity how, const machine *m, const furrow_net_info *net)
{
    bool allowed = m->memlock_hard >= LEAST_LOCKED;
    if (!net->pins || m->memlock_soft >= LEAST_LOCKED) return false;
    find(d, how, allowed ? "ulimit -l unlimited" : "prlimit --pid $$ --memlock=unlimited (as root)",
         "%s locks the memory that others reach, but only %llu KiB may be locked", net->provider,
         (unsigned long long)(m->memlock_soft >> 10));
    return true;
}

/* Whether FURROW_NET may mean this offer: its provider, and its domain if it says one. */
static bool is_meant(const furrow_net_info *net, const char *wanted)
{
    size_t n = strcspn(wanted, ":");
    if (!wanted[0]) return true;
    if (strncmp(net->provider, wanted, n) != 0 || (net->provider[n] && net->provider[n] != ';')) return false;
    return !wanted[n] || !strcmp(net->domain, wanted + n + 1);
}

/* What does not open may lack memory to lock: then the limit is what is wrong; or what is worth a note, when another opens. */
static bool check_unopened(doctor *d, severity how, const machine *m, const char *wanted)
{
    furrow_net_info net;
    bool found = false;
    for (size_t i = 0; !furrow_net_offer(i, &net); i++)
        found = found || (net.usable && is_meant(&net, wanted) && check_locked(d, how, m, &net));
    return found;
}

/* The fabric that a job would use: does it open? */
static void check_chosen(doctor *d, const machine *m, const char *wanted)
{
    furrow_net_info net;
    furrow_error_info why;
    bool chosen = strcmp(wanted, "auto") && strcmp(wanted, "ofi");
    if (!strcmp(wanted, "shm")) return;
    furrow_err err = furrow_net_try(chosen ? wanted : "", &net);
    furrow_last_error(&why);
    if (!chosen && is_broken("libfabric")) return; /* check_parts has said so */
    if (!err) {
        if (!check_locked(d, WRONG, m, &net) && !chosen) check_unopened(d, NOTE, m, "");
        if (is_loopback(&net) && !chosen)
            find(d, NOTE, "ip link", "the only fabric is on the loopback device: no other host can be reached");
        return;
    }
    if (err == FURROW_ERR_SYSTEM && check_unopened(d, WRONG, m, chosen ? wanted : "")) return;
    find(d, chosen ? WRONG : NOTE, chosen ? "unset FURROW_NET" : "fi_info -t FI_EP_RDM", "%s", why.message);
}

/* Devices that would do better than what is chosen, but cannot be used. */
static void check_fabrics(doctor *d, const machine *m)
{
    const char *wanted = getenv("FURROW_NET"), *filter = getenv("FI_PROVIDER");
    check_chosen(d, m, wanted && *wanted ? wanted : "auto");
    if (filter && *filter) find(d, NOTE, "unset FI_PROVIDER", "FI_PROVIDER=%s narrows what libfabric offers", filter);
}

/* --- launchers -----------------------------------------------------------------------------------------------------*/

static bool in_path(const char *program)
{
    char file[1024];
    const char *path = getenv("PATH");
    for (size_t n; path && *path; path += n + (path[n] == ':')) {
        n = strcspn(path, ":");
        int printed = snprintf(file, sizeof file, "%.*s/%s", (int)n, path, program);
        if (n && printed > 0 && (size_t)printed < sizeof file && !access(file, X_OK)) return true;
    }
    return false;
}

/* Whether a word stands in the text by itself: "pmix" is not in "pmix_v4" here, but Slurm lists it, too. */
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += n)
        if ((at == text || strchr(" \t\n:,", at[-1])) && (!at[n] || strchr(" \t\r\n,", at[n]))) return true;
    return false;
}

/* Slurm tells which ways of joining it offers, once it is set up. */
static void check_srun(doctor *d)
{
    static const char *const list[] = {"srun", "--mpi=list", NULL};
    char said[2048];
    if (!in_path("srun")) return;
    bool heard = command_hear(list, said, sizeof said, HEAR_MS);
    if (heard && has_word(said, "pmix")) return;
    if (heard && strstr(said, "MPI plugin types"))
        find(d, WRONG, "apt-get install slurm-wlm-basic-plugins",
             "srun --mpi=list does not name pmix: programs that srun starts cannot join a job");
    else
        find(d, NOTE, "scontrol ping", "srun is here, but does not say which ways of joining it offers: %.*s",
             (int)strcspn(heard ? said : "it does not end", "\n"), heard ? said : "it does not end");
}

static void check_mpirun(doctor *d)
{
    static const char *const version[] = {"mpirun", "--version", NULL};
    char said[1024];
    if (in_path("mpirun") && command_hear(version, said, sizeof said, HEAR_MS) && strstr(said, "HYDRA"))
        find(d, NOTE, "mpirun.openmpi PROGRAM (apt-get install openmpi-bin)",
             "mpirun is MPICH's hydra, which offers no PMIx: programs that it starts cannot join a job");
}

static void check_launchers(doctor *d)
{
    furrow_part_info pmix;
    check_srun(d);
    check_mpirun(d);
    const char *size = getenv("PMI_SIZE"), *rank = getenv("PMIX_RANK"), *boot = getenv("FURROW_BOOT");
    bool started = rank && *rank;
    if (size && atoi(size) > 1 && !started)
        find(d, WRONG, "srun --mpi=pmix PROGRAM, or Open MPI's mpirun",
             "this is one of %s processes whose launcher offers PMI-1 (MPICH's hydra does), but Furrow joins through "
             "PMIx",
             size);
    for (size_t i = 0; started && !(boot && *boot) && !furrow_info_part(i, &pmix); i++)
        if (!strcmp(pmix.name, "PMIx") && pmix.state != FURROW_PART_WORKS)
            find(d, WRONG, pmix.mend, "PMIx started this process, and Furrow cannot join: %s", pmix.why);
}

int doctor_run(bool json)
{
    doctor d = {.report = report_begin(json), .json = json};
    machine m;
    machine_look(&m);
    if (json) report_table(d.report, "findings", NULL, columns, sizeof columns / sizeof columns[0]);
    check_parts(&d);
    check_settings(&d);
    check_machine(&d, &m);
    check_fabrics(&d, &m);
    check_launchers(&d);
    if (json) {
        report_group(d.report, "check", NULL);
        report_flag(d.report, "well", !d.nwrong);
        report_number(d.report, "wrong", d.nwrong);
        report_number(d.report, "notes", d.nnotes);
    }
    report_remark(d.report, d.nwrong ? "%d wrong, %d to note" : "nothing is wrong%.0d, %d to note", d.nwrong, d.nnotes);
    int status = report_end(d.report);
    return d.nwrong ? STATUS_FAILED : status;
}
