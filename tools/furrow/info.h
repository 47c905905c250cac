/*
 * info.h - the parts of furrow info: the machine, the settings, the doctor, a job's members. info.c puts them together.
 */
#ifndef INFO_H
#define INFO_H

#include "command.h"
#include "report.h"
#include <furrow/info.h>
#include <stdint.h>

#define UNLIMITED_NBYTES UINT64_MAX

/* machine.c: what the system says; 0, "" or -1 where it says nothing. */
typedef struct machine {
    char host[65], kernel[66];
    bool looked; /* topology is known */
    furrow_topology_info topology;
    double load;  /* processes that want a core, over the last minute */
    double quota; /* cores' worth of time that the control group allows; 0: no limit */
    uint64_t memory_nbytes, memory_free, memory_limit;
    uint64_t memlock_soft, memlock_hard;
    uint64_t files_soft, files_hard;
    uint64_t shm_nbytes, shm_free;
    char huge_mode[16], huge_shared[16]; /* always, madvise, never ... */
    uint64_t huge_pages, huge_page_nbytes;
    int ptrace_scope;
    int port_first, port_last;
    bool memfd; /* anonymous shared memory can be had: what jobs are made of */
} machine;
void machine_look(machine *m);
void machine_report(const machine *m, report *r);
/* How many pids can run at once without sharing a core. */
double machine_cores(const machine *m);

/* settings.c: names of the environment that begin with FURROW_: the index-th that is no setting, "" past the end. */
#define SETTING_NBYTES 64
void settings_unknown(size_t index, char name[SETTING_NBYTES]);
const char *settings_nearest(const char *name);
/* Those that are unknown, as lines; the table of all. */
void settings_report_unknown(report *r);
void settings_report(report *r);

/* hear.c: what a program found in PATH says on both outputs, at most nbytes - 1 of it. False when it is not there, or does
 * not end in time: then it is killed. */
bool command_hear(const char *const argv[], char *text, size_t nbytes, int timeout_ms);

/* doctor.c: what is wrong, and the command that mends it. The exit status. */
int doctor_run(bool json);

/* members.c: this process as a pid of its job: who is where and how they reach one another. */
int members_run(bool json);

#endif
