/*
 * peer.c - what is known of the other pids: addresses, and whether they can still be reached. Addresses are given by the job
 * when a pid is first needed.
 */
#include "net/ofi/ofi.h"
#include <stdio.h>
#include <string.h>

furrow_err fofi_peer_check(fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    if (peer->gone) return furrow_fail(FURROW_ERR_PEER_DEAD, "pid %d cannot be reached: %s", pid, peer->why);
    if (!peer->known) return FURROW_ERR_AGAIN;
    return FURROW_OK;
}

/* Operations under way to it end one by one with errors from the completion queue; what waits to be posted ends here. */
void fofi_peer_fail(fnet *net, int pid, const char *why)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->gone) return;
    peer->gone = true;
    snprintf(peer->why, sizeof peer->why, "%s", why);
    net->nanswers -= peer->nanswers;
    peer->nanswers = 0;
}

furrow_err fofi_address(fnet *net, void *bytes, size_t *nbytes)
{
    int ret = fi_getname(&net->ep->fid, bytes, nbytes);
    return ret ? fofi_refused(ret, "asking for this pid's own address") : FURROW_OK;
}

furrow_err fofi_peer_add(fnet *net, int pid, const void *address, size_t nbytes)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->known) return FURROW_OK;
    (void)nbytes;
    int ret = fi_av_insert(net->av, address, 1, &peer->addr, 0, NULL);
    if (ret != 1)
        return furrow_fail(FURROW_ERR_SYSTEM, "the address of pid %d is not one of %s", pid,
                           net->info->fabric_attr->prov_name);
    peer->known = true;
    return FURROW_OK;
}

void fofi_peer_remove(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    fofi_peer_fail(net, pid, "it has left the job or died");
    if (peer->known) fi_av_remove(net->av, &peer->addr, 1, 0);
    peer->known = false;
}
