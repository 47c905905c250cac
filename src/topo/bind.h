/*
 * bind.h - where the processes of a job on this host may run, and what the machine is made of.
 */
#ifndef FTOPO_BIND_H
#define FTOPO_BIND_H

#include <furrow/info.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Deals the cores that this process may use out to nplaces processes, in turn; more processes than cores share.
 * places[i] is set to the hardware threads of the core of process i. SYSTEM when the machine cannot be looked at.
 */
FURROW_MUST_CHECK furrow_err ftopo_bind_cores(int nplaces, cpu_set_t *places);

/* Counts what hwloc sees, for furrow_info_topology. SYSTEM likewise. */
FURROW_MUST_CHECK furrow_err ftopo_look(furrow_topology_info *info);
/* hwloc's version: "2.9.0". */
void ftopo_version(char *text, size_t nbytes);

/*
 * Takes the pages of fresh shared memory from all NUMA nodes in turn, or (bind) from one. Nothing happens where pages are
 * shared with other memory, nor for interleaving on a machine with one node. ARG for a node that is none, SYSTEM.
 */
FURROW_MUST_CHECK furrow_err ftopo_place_memory(void *at, size_t nbytes, bool bind, int node);

/* Asks for huge pages where wanted and worth it, and for small ones otherwise: a wish, so nothing can fail. */
void ftopo_huge_pages(void *at, size_t nbytes, bool wanted);

#endif
