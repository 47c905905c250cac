/*
 * peer.c - what a pid knows of the others and of what it has refused: for users who ask (furrow info --job). Reads what
 * the transport, the messages and the service keep; changes nothing.
 */
#include "job/parts.h"
#include "job/service.h"
#include "net/route.h"
#include <furrow/info.h>
#include <stdio.h>

furrow_err furrow_info_peer(furrow_job *job, int pid, furrow_peer_info *info)
{
    if (!job || !info) return fb_fail(FURROW_ERR_ARG, "furrow_info_peer needs a job and a place for what it finds");
    fj_enter(job);
    furrow_err state = fj_peer_check(job, pid);
    bool known = pid >= 1 && pid <= job->nprocs;
    if (known) {
        const fnet_traits *traits = job->net_ops->traits(job->net);
        bool near = pid == job->pid || job->net_ops->near(job->net, pid);
        *info = (furrow_peer_info){.pid = pid, .near = near, .state = state, .messages = fj_nsent(job, pid)};
        if (near) info->native = atomic_load_explicit(&job->boot.head->lines[pid - 1].native, memory_order_acquire);
        info->path = near ? FURROW_PATH_DIRECT : traits->one_sided ? FURROW_PATH_ONESIDED : FURROW_PATH_ASSISTED;
        snprintf(info->transport, sizeof info->transport, "%s", near ? fnet_shm.name : traits->name);
    }
    fj_exit(job);
    return known ? FURROW_OK : state;
}

furrow_err furrow_info_refusals(furrow_job *job, furrow_refusals *refusals)
{
    if (!job || !refusals) return fb_fail(FURROW_ERR_ARG, "furrow_info_refusals needs a job and a place to write");
    fj_enter(job);
    *refusals = (furrow_refusals){.strangers = job->net_ops == &fnet_route ? fnet_route_refused(job->net) : 0,
                                  .malformed = fj_nmalformed(job),
                                  .evaluations = fj_service_refused(job),
                                  .read_only = job->nread_only};
    fj_exit(job);
    return FURROW_OK;
}
