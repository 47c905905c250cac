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
    if (!m->looked) find(d, WRONG, "mount -t sysfs sysfs /sys", "the processors cannot be looked at: /sys is missing");
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
    if (m->load > 1.5 * command_ncores())
        find(d, NOTE, "", "%.1f processes want %d cores: times measured now say little", m->load, command_ncores());
}

/* --- fabrics -------------------------------------------------------------------------------------------------------*/

static bool is_loopback(const furrow_net_info *net)
{
    return !strcmp(net->domain, "lo");
}

static void check_locked(doctor *d, const machine *m, const furrow_net_info *net)
{
    bool allowed = m->memlock_hard >= LEAST_LOCKED;
    if (!net->pins || m->memlock_soft >= LEAST_LOCKED) return;
    find(d, WRONG, allowed ? "ulimit -l unlimited" : "prlimit --pid $$ --memlock=unlimited (as root)",
         "%s locks the memory that others reach, but only %llu KiB may be locked", net->provider,
         (unsigned long long)(m->memlock_soft >> 10));
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
    if (err == FURROW_ERR_NOT_BUILT && !chosen) return; /* check_parts has said so */
    if (!err) {
        check_locked(d, m, &net);
        if (is_loopback(&net) && !chosen)
            find(d, NOTE, "ip link", "the only fabric is on the loopback device: no other host can be reached");
        return;
    }
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

static void check_launchers(doctor *d)
{
    furrow_part_info pmix;
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
