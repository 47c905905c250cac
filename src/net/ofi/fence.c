/*
 * fence.c - order and completion. What a device writes is complete when it says so; a small notified put is not before its
 * target has taken the message and copied the data (P1). Called by endpoint.c's table, rma.c and message.c. Never waits.
 */
#include "net/ofi/ofi.h"

/* Everything that took a credit has been taken, or all that was sent before the question that is answered. */
static bool is_applied(const fofi_peer *peer, uint64_t notified)
{
    return notified <= peer->applied || peer->credits == FOFI_WINDOW || peer->gone || peer->left;
}

/* One question under way for each peer; it is asked again when more has been put since. */
static void ask(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    uint64_t at = peer->sent;
    if (peer->asked || fofi_send(net, pid, FOFI_ASK, FOFI_NOTHING)) return;
    peer->asked = true;
    peer->asked_at = at;
}

void fofi_told(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (!peer->asked) {
        net->refused++;
        return;
    }
    peer->asked = false;
    peer->applied = peer->asked_at;
}

/* Whether what was notified before that place is applied; asks when it is not known to be. */
static bool has_applied(fnet *net, int pid, uint64_t notified)
{
    if (is_applied(&net->peers[pid - 1], notified)) return true;
    ask(net, pid);
    return false;
}

bool fofi_fenced(fnet *net, int pid)
{
    return !has_applied(net, pid, net->peers[pid - 1].fenced);
}

static bool is_flushed(fnet *net, int pid)
{
    return has_applied(net, pid, net->peers[pid - 1].notified);
}

furrow_err fofi_flushed(fnet *net, int pid)
{
    bool all = true;
    if (pid && net->peers[pid - 1].gone) return fofi_peer_check(net, pid);
    if (pid ? net->peers[pid - 1].under_way : net->under_way) return FURROW_ERR_AGAIN;
    if (pid) return is_flushed(net, pid) ? FURROW_OK : FURROW_ERR_AGAIN;
    for (pid = 1; pid <= net->nprocs; pid++) all = is_flushed(net, pid) && all;
    return all ? FURROW_OK : FURROW_ERR_AGAIN;
}

/* Puts and gets that follow wait here for what is not applied yet; the rest is in order by itself. */
furrow_err fofi_fence(fnet *net, int pid)
{
    int first = pid ? pid : 1, last = pid ? pid : net->nprocs;
    bool posted = pid ? net->peers[pid - 1].nposting == 0 : !net->posting;
    for (int p = first; p <= last; p++) net->peers[p - 1].fenced = net->peers[p - 1].notified;
    if (net->ordered && posted) return FURROW_OK;
    fofi_progress(net);
    return (pid ? net->peers[pid - 1].under_way : net->under_way) ? FURROW_ERR_AGAIN : FURROW_OK;
}
