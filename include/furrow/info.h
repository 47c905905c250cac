/*
 * furrow/info.h - what this build has, what this machine offers, and how a job's pids reach one another: what
 * `furrow info` is made of.
 *
 * Calls return furrow_err as those of furrow.h do and write their output on success alone. Calls with an index count
 * from 0 and return NO_SYMBOL past the end. Texts in the structs are theirs. Any thread, unless a job is involved: then
 * furrow.h's rule about threads holds.
 */
#ifndef FURROW_INFO_H
#define FURROW_INFO_H

#include <furrow/furrow.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- the build ---------------------------------------------------------------------------------------------------- */

typedef enum furrow_part_state {
    FURROW_PART_WORKS = 0,
    FURROW_PART_BROKEN = 1,    /* built, but cannot be loaded: why says what is missing */
    FURROW_PART_NOT_FOUND = 2, /* configure did not find what it needs */
    FURROW_PART_LEFT_OUT = 3   /* configure was told to leave it out */
} furrow_part_state;

/* A library that Furrow stands on. */
typedef struct furrow_part_info {
    char name[16];    /* "libfabric" */
    char version[64]; /* of what is loaded now; "" unless it works */
    char purpose[64]; /* what Furrow uses it for */
    char option[32];  /* configure's option that leaves it out; "" when it must be there */
    furrow_part_state state;
    char why[256];  /* why it does not work; else "" */
    char mend[160]; /* a command that mends that on Debian; else "" */
} furrow_part_info;
/* Loads the part's module to ask it: milliseconds, the first time. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_info_part(size_t index, furrow_part_info *info);

/* Whether a setting (furrow_settings) would accept text: ARG, with the reason in furrow_last_error, when not; NAME when
 * there is no such setting. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_setting_check(const char *name, const char *text);

/* --- the machine -------------------------------------------------------------------------------------------------- */

typedef struct furrow_topology_info {
    int packages;
    int numa_nodes;
    int cores;
    int processors;                           /* hardware threads */
    int usable_cores;                         /* by this process: its binding and its container */
    int usable_processors;                    /* likewise */
    uint64_t l1_nbytes, l2_nbytes, l3_nbytes; /* of one cache; 0: not known */
    char processor[96];                       /* "AMD EPYC 9B14"; "" when it is not known */
} furrow_topology_info;
/* Asks hwloc: milliseconds. SYSTEM when the machine cannot be looked at. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_info_topology(furrow_topology_info *info);

/* What libfabric offers on this machine, named as fi_info names it; in order of preference are those that are usable. */
typedef struct furrow_net_info {
    char provider[64];    /* "tcp;ofi_rxm" */
    char domain[64];      /* "eth0" */
    char network[64];     /* "10.0.0.0/24" */
    int usable;           /* can carry Furrow between hosts: FURROW_NET=tcp:eth0 chooses it */
    char missing[128];    /* what it lacks when it is not usable; else "" */
    int one_sided;        /* its writes need no CPU at the target; otherwise the target must make progress */
    int atomics;          /* done by the fabric; otherwise by the symbol's owner, in its progress */
    int ordered;          /* a notification stands behind its data in the wire; otherwise it waits for the data's end */
    int pins;             /* memory that others reach is locked: `ulimit -l` bounds it */
    uint64_t most_nbytes; /* of one transfer (Furrow cuts what is larger); 2^63 and more: any */
    uint64_t bits_per_second; /* of the device's link; 0: not known */
    int numa_node;            /* nearest to the device; -1: not known */
} furrow_net_info;
/* NOT_BUILT without libfabric. Asks devices, when index is 0: tens of milliseconds. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_net_offer(size_t index, furrow_net_info *info);
/*
 * Chooses and opens a fabric as furrow_join does with FURROW_NET=wanted ("" or "ofi": the best there is), closes it again,
 * and writes which it was. ARG with the choices when there is none of that name; SYSTEM with the fabric's words
 * when it cannot be opened; NOT_BUILT.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_net_try(const char *wanted, furrow_net_info *info);

/* --- a job -------------------------------------------------------------------------------------------------------- */

typedef struct furrow_peer_info {
    int pid;
    int near;           /* reached through shared memory: on the same host, and no fabric was forced */
    int native;         /* the system's number of its process, when it is near and has joined; else 0 */
    furrow_path path;   /* how this pid reaches its symbols */
    char transport[64]; /* "shm", or the fabric's name: "tcp;ofi_rxm" */
    furrow_err state;   /* FURROW_OK, PEER_DEAD or PEER_LEFT, as far as is known here */
    uint64_t messages;  /* that this pid has sent to it */
} furrow_peer_info;
/* Where a pid of this host may run: numbers are hwloc's, from 0, and -1 where it may run in several. */
typedef struct furrow_place_info {
    int pid;
    int processors; /* hardware threads it may run on */
    int package, numa_node, l3, core;
} furrow_place_info;
/*
 * NO_PID; PEER_DEAD, PEER_LEFT; ARG for a pid of another host, or one that has not joined. The first pid of a host that
 * asks looks at the machine (milliseconds, seconds on large ones) and shares what it has seen with the others.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_info_place(furrow_job *job, int pid, furrow_place_info *info);
/* How far apart two pids are: the smallest thing they share for certain. Errors as furrow_info_place. */
typedef enum furrow_distance {
    FURROW_SAME_CORE = 0,
    FURROW_SAME_CACHE = 1, /* the largest */
    FURROW_SAME_NODE = 2,  /* of NUMA */
    FURROW_SAME_PACKAGE = 3,
    FURROW_SAME_HOST = 4,
    FURROW_OTHER_HOST = 5
} furrow_distance;
FURROW_API FURROW_MUST_CHECK furrow_err furrow_info_distance(furrow_job *job, int pid, int other,
                                                             furrow_distance *distance);

/* NO_PID. Never blocks. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_info_peer(furrow_job *job, int pid, furrow_peer_info *info);

/* What this pid has refused since it joined. */
typedef struct furrow_refusals {
    uint64_t strangers;   /* messages over a fabric without the right tag: from outside, damaged, or sent again */
    uint64_t malformed;   /* messages of members that were not in the expected form */
    uint64_t evaluations; /* expressions refused by FURROW_EVAL=off */
    uint64_t read_only;   /* attempts to change read-only symbols: others' on its own, its own on others' */
} furrow_refusals;
FURROW_API FURROW_MUST_CHECK furrow_err furrow_info_refusals(furrow_job *job, furrow_refusals *refusals);

#ifdef __cplusplus
}
#endif
#endif
