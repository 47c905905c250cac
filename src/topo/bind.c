/*
 * bind.c - deals out cores and memory, as hwloc knows them, and counts them. The one file that includes hwloc's header.
 * Called by the launcher when binding was asked for, for furrow info and for shared arrays: looking at the machine takes
 * milliseconds.
 */
#include "topo/bind.h"
#include "base/error.h"
#include <errno.h>
#include <hwloc.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct ftopo_machine {
    hwloc_topology_t topology;
};

/* Leaves only what this process may use itself (taskset, a container's share). */
static void restrict_to_ours(hwloc_topology_t topology)
{
    hwloc_bitmap_t ours = hwloc_bitmap_alloc();
    if (ours && !hwloc_get_cpubind(topology, ours, HWLOC_CPUBIND_PROCESS)) hwloc_topology_restrict(topology, ours, 0);
    hwloc_bitmap_free(ours);
}

/* --- a machine -----------------------------------------------------------------------------------------------------*/

furrow_err ftopo_machine_open(const void *xml, size_t nbytes, ftopo_machine **machine)
{
    hwloc_topology_t t;
    ftopo_machine *m = malloc(sizeof *m);
    if (!m || hwloc_topology_init(&t)) {
        free(m);
        return fb_fail(FURROW_ERR_NOMEM, "no memory to look at the machine");
    }
    hwloc_topology_set_io_types_filter(t, HWLOC_TYPE_FILTER_KEEP_NONE);
    bool taken = !xml || (nbytes <= INT_MAX && !hwloc_topology_set_xmlbuffer(t, xml, (int)nbytes));
    if (!taken || hwloc_topology_load(t)) {
        furrow_err err =
            fb_fail(xml ? FURROW_ERR_FORMAT : FURROW_ERR_SYSTEM,
                    xml ? "what was said about the machine is damaged" : "the machine cannot be looked at");
        hwloc_topology_destroy(t);
        free(m);
        return err;
    }
    m->topology = t;
    *machine = m;
    return FURROW_OK;
}

void ftopo_machine_close(ftopo_machine *machine)
{
    if (!machine) return;
    hwloc_topology_destroy(machine->topology);
    free(machine);
}

furrow_err ftopo_machine_xml(const ftopo_machine *machine, char **xml, size_t *nbytes)
{
    char *made;
    int n;
    if (hwloc_topology_export_xmlbuffer(machine->topology, &made, &n, 0) || n <= 0)
        return fb_fail(FURROW_ERR_SYSTEM, "the machine cannot be described");
    char *copy = malloc((size_t)n);
    if (copy) memcpy(copy, made, (size_t)n);
    hwloc_free_xmlbuffer(machine->topology, made);
    if (!copy) return fb_fail(FURROW_ERR_NOMEM, "no memory to describe the machine");
    *xml = copy;
    *nbytes = (size_t)n;
    return FURROW_OK;
}

/* The one object of a type that holds all of the set. */
static int holder(hwloc_topology_t t, hwloc_obj_type_t type, hwloc_const_bitmap_t set)
{
    int n = hwloc_get_nbobjs_by_type(t, type);
    for (int i = 0; i < n; i++) {
        hwloc_obj_t obj = hwloc_get_obj_by_type(t, type, (unsigned)i);
        if (obj->cpuset && hwloc_bitmap_isincluded(set, obj->cpuset)) return i;
    }
    return -1;
}

void ftopo_machine_spot(const ftopo_machine *machine, const cpu_set_t *processors, ftopo_spot *spot)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    *spot = (ftopo_spot){-1, -1, -1, -1};
    if (!set) return;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, processors)) hwloc_bitmap_set(set, cpu);
    if (!hwloc_bitmap_iszero(set)) {
        spot->package = holder(machine->topology, HWLOC_OBJ_PACKAGE, set);
        spot->numa_node = holder(machine->topology, HWLOC_OBJ_NUMANODE, set);
        spot->l3 = holder(machine->topology, HWLOC_OBJ_L3CACHE, set);
        spot->core = holder(machine->topology, HWLOC_OBJ_CORE, set);
    }
    hwloc_bitmap_free(set);
}

static void set_places(hwloc_const_bitmap_t from, cpu_set_t *to)
{
    unsigned cpu;
    CPU_ZERO(to);
    hwloc_bitmap_foreach_begin(cpu, from) CPU_SET(cpu, to);
    hwloc_bitmap_foreach_end();
}

/* Nodes without processors of their own (memory alone) are passed over. */
static int nodes_with_processors(hwloc_topology_t t, hwloc_obj_t *list, int most)
{
    int n = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE), kept = 0;
    for (int i = 0; i < n && kept < most; i++) {
        hwloc_obj_t node = hwloc_get_obj_by_type(t, HWLOC_OBJ_NUMANODE, (unsigned)i);
        if (node->cpuset && !hwloc_bitmap_iszero(node->cpuset)) list[kept++] = node;
    }
    return kept;
}

#define NODES_MOST 1024

furrow_err ftopo_machine_deal(const ftopo_machine *machine, int nplaces, bool by_node, cpu_set_t *places)
{
    hwloc_topology_t t = machine->topology;
    hwloc_obj_t *list = calloc(NODES_MOST, sizeof *list);
    if (!list) return fb_fail(FURROW_ERR_NOMEM, "no memory to deal cores out");
    hwloc_obj_type_t type = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
    int n = by_node ? nodes_with_processors(t, list, NODES_MOST) : hwloc_get_nbobjs_by_type(t, type);
    for (int i = 0; i < nplaces && n > 0; i++) {
        hwloc_obj_t one = by_node ? list[i % n] : hwloc_get_obj_by_type(t, type, (unsigned)(i % n));
        set_places(one->cpuset, &places[i]);
    }
    free(list);
    return n > 0 ? FURROW_OK : fb_fail(FURROW_ERR_SYSTEM, "no core is known on this machine");
}

furrow_err ftopo_bind(int nplaces, bool by_node, cpu_set_t *places)
{
    ftopo_machine *machine;
    furrow_err err = ftopo_machine_open(NULL, 0, &machine);
    if (err) return err;
    restrict_to_ours(machine->topology);
    err = ftopo_machine_deal(machine, nplaces, by_node, places);
    ftopo_machine_close(machine);
    return err;
}

/* --- what the machine is made of -----------------------------------------------------------------------------------*/

static int count(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    int n = hwloc_get_nbobjs_by_type(topology, type);
    return n > 0 ? n : 0;
}

static uint64_t cache_nbytes(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);
    return cache ? cache->attr->cache.size : 0;
}

/* hwloc keeps the processor's name with its first package, or with the machine. */
static void name_processor(hwloc_topology_t topology, char *name, size_t nbytes)
{
    hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
    const char *model = package ? hwloc_obj_get_info_by_name(package, "CPUModel") : NULL;
    if (!model) model = hwloc_obj_get_info_by_name(hwloc_get_root_obj(topology), "CPUModel");
    while (model && *model == ' ') model++;
    snprintf(name, nbytes, "%s", model ? model : "");
    for (size_t n = strlen(name); n && name[n - 1] == ' '; n--) name[n - 1] = '\0';
}

furrow_err ftopo_look(furrow_topology_info *info)
{
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology)) return fb_fail(FURROW_ERR_NOMEM, "no memory to look at the machine");
    hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(topology)) {
        furrow_err err = fb_fail_errno(errno, "the machine cannot be looked at");
        hwloc_topology_destroy(topology);
        return err;
    }
    furrow_topology_info seen = {.packages = count(topology, HWLOC_OBJ_PACKAGE),
                                 .numa_nodes = count(topology, HWLOC_OBJ_NUMANODE),
                                 .cores = count(topology, HWLOC_OBJ_CORE),
                                 .processors = count(topology, HWLOC_OBJ_PU),
                                 .l1_nbytes = cache_nbytes(topology, HWLOC_OBJ_L1CACHE),
                                 .l2_nbytes = cache_nbytes(topology, HWLOC_OBJ_L2CACHE),
                                 .l3_nbytes = cache_nbytes(topology, HWLOC_OBJ_L3CACHE)};
    name_processor(topology, seen.processor, sizeof seen.processor);
    restrict_to_ours(topology);
    seen.usable_cores = count(topology, HWLOC_OBJ_CORE);
    seen.usable_processors = count(topology, HWLOC_OBJ_PU);
    hwloc_topology_destroy(topology);
    *info = seen;
    return FURROW_OK;
}

/* The library's, which may be newer than the header: its interface's number is all it tells. */
void ftopo_version(char *text, size_t nbytes)
{
    unsigned v = hwloc_get_api_version();
    snprintf(text, nbytes, "%u.%u.%u (interface)", v >> 16, v >> 8 & 0xff, v & 0xff);
}

/* --- memory --------------------------------------------------------------------------------------------------------*/

#define PAGE      ((size_t)4096)
#define HUGE_PAGE ((size_t)2 << 20)

static hwloc_topology_t nodes; /* this machine's NUMA nodes, looked at once */
static furrow_err nodes_err;

static void look_at_nodes(void)
{
    if (hwloc_topology_init(&nodes)) {
        nodes_err = FURROW_ERR_NOMEM;
        return;
    }
    hwloc_topology_set_all_types_filter(nodes, HWLOC_TYPE_FILTER_KEEP_NONE);
    if (hwloc_topology_load(nodes)) nodes_err = FURROW_ERR_SYSTEM;
}

/* Whether the kernel knows more than one node with memory: cheaper to read than to look at the machine. */
static bool several_nodes(void)
{
    char line[64] = "";
    FILE *f = fopen("/sys/devices/system/node/has_memory", "re");
    if (!f) return false;
    bool read = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    return read && (strchr(line, '-') || strchr(line, ','));
}

/* The whole pages of the range: others have memory in those at its ends. */
static size_t whole_pages(void *at, size_t nbytes, size_t page, char **first)
{
    uintptr_t begin = ((uintptr_t)at + page - 1) & ~(uintptr_t)(page - 1),
              end = ((uintptr_t)at + nbytes) & ~(uintptr_t)(page - 1);
    *first = (char *)at + (begin - (uintptr_t)at);
    return end > begin ? end - begin : 0;
}

furrow_err ftopo_place_memory(void *at, size_t nbytes, bool bind, int node)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char *first;
    size_t n = whole_pages(at, nbytes, PAGE, &first);
    if (!bind && (n == 0 || !several_nodes())) return FURROW_OK;
    pthread_once(&once, look_at_nodes);
    if (nodes_err) return fb_fail(nodes_err, "the machine's NUMA nodes cannot be looked at");
    hwloc_obj_t from = bind ? hwloc_get_obj_by_type(nodes, HWLOC_OBJ_NUMANODE, (unsigned)node) : NULL;
    if (bind && !from)
        return fb_fail(FURROW_ERR_ARG, "memory from NUMA node %d: this machine has %d, from 0", node,
                       hwloc_get_nbobjs_by_type(nodes, HWLOC_OBJ_NUMANODE));
    if (n == 0) return FURROW_OK;
    hwloc_const_nodeset_t set = from ? from->nodeset : hwloc_topology_get_topology_nodeset(nodes);
    if (hwloc_set_area_membind(nodes, first, n, set, from ? HWLOC_MEMBIND_BIND : HWLOC_MEMBIND_INTERLEAVE,
                               HWLOC_MEMBIND_BYNODESET))
        return fb_fail_errno(errno, "memory cannot be taken from %s",
                             from ? "that NUMA node" : "all NUMA nodes in turn");
    return FURROW_OK;
}

void ftopo_unplace_memory(void *at, size_t nbytes)
{
    char *first;
    size_t n = whole_pages(at, nbytes, PAGE, &first);
    if (n == 0 || !nodes || nodes_err) return; /* nothing was ever placed */
    hwloc_const_nodeset_t all = hwloc_topology_get_topology_nodeset(nodes);
    if (hwloc_set_area_membind(nodes, first, n, all, HWLOC_MEMBIND_DEFAULT, HWLOC_MEMBIND_BYNODESET)) errno = 0;
}

void ftopo_huge_pages(void *at, size_t nbytes, bool wanted)
{
    char *first;
    size_t n = whole_pages(at, nbytes, HUGE_PAGE, &first);
    if (n && madvise(first, n, wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE)) errno = 0; /* a kernel without them */
}
