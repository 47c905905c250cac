/*
 * bind.c - deals out cores, as hwloc knows them. The one file that includes hwloc's header. Called by the launcher, and
 * only when binding was asked for: looking at the machine takes milliseconds.
 */
#include "topo/bind.h"
#include "base/error.h"
#include <errno.h>
#include <hwloc.h>

static furrow_err load(hwloc_topology_t *topology)
{
    hwloc_topology_t t;
    if (hwloc_topology_init(&t)) return fb_fail(FURROW_ERR_NOMEM, "no memory to look at the machine's cores");
    hwloc_topology_set_all_types_filter(t, HWLOC_TYPE_FILTER_KEEP_NONE);
    hwloc_topology_set_type_filter(t, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL);
    if (hwloc_topology_load(t)) {
        furrow_err err = fb_fail_errno(errno, "the machine's cores cannot be looked at");
        hwloc_topology_destroy(t);
        return err;
    }
    *topology = t;
    return FURROW_OK;
}

/* Leaves only what this process may use itself (taskset, a container's share). */
static void restrict_to_ours(hwloc_topology_t topology)
{
    hwloc_bitmap_t ours = hwloc_bitmap_alloc();
    if (ours && !hwloc_get_cpubind(topology, ours, HWLOC_CPUBIND_PROCESS)) hwloc_topology_restrict(topology, ours, 0);
    hwloc_bitmap_free(ours);
}

furrow_err ftopo_bind_cores(int nplaces, cpu_set_t *places)
{
    hwloc_topology_t topology = NULL;
    furrow_err err = load(&topology);
    if (err) return err;
    restrict_to_ours(topology);
    hwloc_obj_type_t type = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
    int ncores = hwloc_get_nbobjs_by_type(topology, type);
    for (int i = 0; i < nplaces && ncores > 0; i++) {
        hwloc_obj_t core = hwloc_get_obj_by_type(topology, type, (unsigned)(i % ncores));
        unsigned cpu;
        CPU_ZERO(&places[i]);
        hwloc_bitmap_foreach_begin(cpu, core->cpuset) CPU_SET(cpu, &places[i]);
        hwloc_bitmap_foreach_end();
    }
    if (ncores <= 0) err = fb_fail(FURROW_ERR_SYSTEM, "no core is known on this machine");
    hwloc_topology_destroy(topology);
    return err;
}
