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
 * A machine as hwloc knows it: looked at (slow on large ones), or taken from what another process of this host has seen.
 * xml is what ftopo_machine_xml gave, nbytes with its NUL; NULL: look. SYSTEM, FORMAT.
 */
typedef struct ftopo_machine ftopo_machine;
FURROW_MUST_CHECK furrow_err ftopo_machine_open(const void *xml, size_t nbytes, ftopo_machine **machine);
void ftopo_machine_close(ftopo_machine *machine); /* NULL is accepted */
/* As text; *xml from malloc, *nbytes with its NUL. */
FURROW_MUST_CHECK furrow_err ftopo_machine_xml(const ftopo_machine *machine, char **xml, size_t *nbytes);
/* Where a process is that may run on these processors: each number is -1 where they lie in several, or in none. */
typedef struct ftopo_spot {
    int package, numa_node, l3, core; /* as hwloc numbers them, from 0 */
} ftopo_spot;
void ftopo_machine_spot(const ftopo_machine *machine, const cpu_set_t *processors, ftopo_spot *spot);

/*
 * Deals the cores (or NUMA nodes) that this process may use out to nplaces processes, in turn; more processes than there
 * are share. places[i] is set to the hardware threads of process i. SYSTEM when the machine cannot be looked at.
 */
FURROW_MUST_CHECK furrow_err ftopo_bind(int nplaces, bool by_node, cpu_set_t *places);
FURROW_MUST_CHECK furrow_err ftopo_machine_deal(const ftopo_machine *machine, int nplaces, bool by_node,
                                                cpu_set_t *places);

/* Counts what hwloc sees, for furrow_info_topology. SYSTEM likewise. */
FURROW_MUST_CHECK furrow_err ftopo_look(furrow_topology_info *info);
/* hwloc's version: "2.9.0". */
void ftopo_version(char *text, size_t nbytes);

/*
 * Takes the pages of fresh shared memory from all NUMA nodes in turn, or (bind) from one. Nothing happens where pages are
 * shared with other memory, nor for interleaving on a machine with one node. ARG for a node that is none, SYSTEM.
 */
FURROW_MUST_CHECK furrow_err ftopo_place_memory(void *at, size_t nbytes, bool bind, int node);

/* Undoes that, before the memory is used for anything else: nothing can fail but the wish. */
void ftopo_unplace_memory(void *at, size_t nbytes);

/* Asks for huge pages where wanted and worth it, and for small ones otherwise: a wish, so nothing can fail. */
void ftopo_huge_pages(void *at, size_t nbytes, bool wanted);

#endif
