/*
 * spot.c - where on the machine the pids of this host may run, and how far apart they are: furrow_info_place and its kin.
 * Looking at the machine is paid once a host: who looks first leaves what it saw, as text, where the others find it.
 *
 * The text is in the heap of who looked, and stays there until the job ends; its key and size are written before seen_by
 * (release), and read after it (acquire). Several may look at the same moment: one of them is first to say so.
 */
#include "job/parts.h"
#include "topo/bind.h"
#include <furrow/info.h>
#include <stdlib.h>
#include <string.h>

#define WRITING UINT32_MAX

/* What another pid has left. False: nothing that can be used. */
static bool take_seen(furrow_job *job, const fj_common *common)
{
    fnet_target target = {0};
    uint32_t by = atomic_load_explicit(&common->seen_by, memory_order_acquire);
    if (by < 1 || by > (uint32_t)job->nprocs || job->net_ops->key_open(job->net, (int)by, &common->seen, &target))
        return false;
    if (!target.direct || target.nbytes < common->seen_nbytes) return false;
    char *copy = malloc(common->seen_nbytes + 1);
    if (!copy) return false;
    memcpy(copy, target.direct, common->seen_nbytes);
    bool good = ftopo_machine_open(copy, common->seen_nbytes, &job->machine) == FURROW_OK;
    free(copy);
    return good;
}

/* What cannot be left for the others they see for themselves. */
static void leave_seen(furrow_job *job, fj_common *common)
{
    char *xml;
    size_t nbytes;
    void *at;
    uint32_t nobody = 0;
    if (ftopo_machine_xml(job->machine, &xml, &nbytes)) return;
    if (!atomic_compare_exchange_strong(&common->seen_by, &nobody, WRITING)) {
        free(xml);
        return;
    }
    bool left = !fj_heap_alloc(job, nbytes, &at) && !job->net_ops->key_pack(job->net, NULL, at, nbytes, &common->seen);
    if (left) {
        memcpy(at, xml, nbytes);
        job->net_ops->keep(job->net, at, nbytes);
        common->seen_nbytes = nbytes;
    }
    atomic_store_explicit(&common->seen_by, left ? (uint32_t)job->pid : 0, memory_order_release);
    free(xml);
}

static furrow_err see(furrow_job *job)
{
    if (job->machine) return FURROW_OK;
    fj_common *common = fj_common_of(job);
    if (common && take_seen(job, common)) return FURROW_OK;
    furrow_err e = ftopo_machine_open(NULL, 0, &job->machine);
    if (!e && common && job->nprocs > 1) leave_seen(job, common);
    return e;
}

static furrow_err fail_place(int pid, const char *why)
{
    furrow_err e = fb_fail(FURROW_ERR_ARG, "pid %d %s", pid, why);
    fb_fail_pid(pid);
    return e;
}

static furrow_err place(furrow_job *job, int pid, furrow_place_info *info)
{
    cpu_set_t set;
    ftopo_spot spot;
    furrow_err e = fj_peer_check(job, pid);
    if (e) return e;
    if (!job->boot.ops->near(&job->boot, pid))
        return fail_place(pid, "is on another host: only its own pids know where it runs");
    int native = atomic_load_explicit(&job->boot.head->lines[pid - 1].native, memory_order_acquire);
    if (!native) return fail_place(pid, "has not joined yet");
    if (sched_getaffinity(native, sizeof set, &set)) return fail_place(pid, "cannot be asked where it may run");
    e = see(job);
    if (e) return e;
    ftopo_machine_spot(job->machine, &set, &spot);
    *info = (furrow_place_info){.pid = pid,
                                .processors = CPU_COUNT(&set),
                                .package = spot.package,
                                .numa_node = spot.numa_node,
                                .l3 = spot.l3,
                                .core = spot.core};
    return FURROW_OK;
}

furrow_err furrow_info_place(furrow_job *job, int pid, furrow_place_info *info)
{
    if (!job || !info) return fb_fail(FURROW_ERR_ARG, "furrow_info_place needs a job and a place for what it finds");
    fj_enter(job);
    furrow_err e = place(job, pid, info);
    fj_exit(job);
    return e;
}

static bool same(int a, int b)
{
    return a >= 0 && a == b;
}

static furrow_distance between(const furrow_place_info *a, const furrow_place_info *b)
{
    if (same(a->core, b->core)) return FURROW_SAME_CORE;
    if (same(a->l3, b->l3)) return FURROW_SAME_CACHE;
    if (same(a->numa_node, b->numa_node)) return FURROW_SAME_NODE;
    if (same(a->package, b->package)) return FURROW_SAME_PACKAGE;
    return FURROW_SAME_HOST;
}

furrow_err furrow_info_distance(furrow_job *job, int pid, int other, furrow_distance *distance)
{
    furrow_place_info a, b;
    if (!job || !distance) return fb_fail(FURROW_ERR_ARG, "furrow_info_distance needs a job and a place to write");
    fj_enter(job);
    furrow_err e = fj_peer_check(job, pid);
    if (!e) e = fj_peer_check(job, other);
    bool apart = !e && fj_lead(job, pid) != fj_lead(job, other) && !job->boot.ops->near(&job->boot, pid);
    if (!e && !apart) e = place(job, pid, &a);
    if (!e && !apart) e = place(job, other, &b);
    fj_exit(job);
    if (!e) *distance = apart ? FURROW_OTHER_HOST : between(&a, &b);
    return e;
}
