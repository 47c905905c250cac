/*
 * near.c - which pids share memory, and which pids of other hosts share it among themselves: known since join, so nobody
 * is asked. Called by all that deals with hosts: topology, shared arrays, what is hierarchical.
 */
#include "job/parts.h"

bool fj_near(furrow_job *job, int pid)
{
    return pid == job->pid || job->net_ops->near(job->net, pid);
}

/* A pid that boot calls near and that is not was parted from us by FURROW_NET: then every pid is alone. */
int fj_lead(furrow_job *job, int pid)
{
    if (!fj_near(job, pid)) return job->boot.ops->near(&job->boot, pid) ? pid : job->boot.ops->lead(&job->boot, pid);
    int lead = 1;
    while (!fj_near(job, lead)) lead++;
    return lead;
}
