/*
 * bind.h - where the processes of a job on this host may run, and what the machine is made of.
 */
#ifndef FTOPO_BIND_H
#define FTOPO_BIND_H

#include <furrow/info.h>
#include <sched.h>

/*
 * Deals the cores that this process may use out to nplaces processes, in turn; more processes than cores share.
 * places[i] is set to the hardware threads of the core of process i. SYSTEM when the machine cannot be looked at.
 */
FURROW_MUST_CHECK furrow_err ftopo_bind_cores(int nplaces, cpu_set_t *places);

/* Counts what hwloc sees, for furrow_info_topology. SYSTEM likewise. */
FURROW_MUST_CHECK furrow_err ftopo_look(furrow_topology_info *info);
/* hwloc's version: "2.9.0". */
void ftopo_version(char *text, size_t nbytes);

#endif
