/*
 * peer.c - what is known of the other pids: addresses, and whether they can still be reached. An address is asked for
 * when the pid is first needed.
 */
#include "net/ofi/ofi.h"
#include <stdio.h>
#include <string.h>

furrow_err fofi_peer_check_slowly(fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    if (peer->gone) return furrow_fail(FURROW_ERR_PEER_DEAD, "pid %d cannot be reached: %s", pid, peer->why);
    size_t nbytes;
    const void *card = net->opts.card(net->opts.self, pid, &nbytes);
    return card ? fofi_peer_add(net, pid, card, nbytes) : FURROW_ERR_AGAIN;
}

static void note(fnet *net, fofi_peer *peer)
{
    if (peer->news) return;
    peer->news = true;
    net->ndeparted++;
}

void fofi_peer_fail(fnet *net, int pid, const char *why)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->gone) return;
    peer->gone = true;
    snprintf(peer->why, sizeof peer->why, "%s", why);
    if (!peer->left) note(net, peer);
    fofi_pool_lost(net, pid);
    fofi_ops_lost(net, pid);
}

void fofi_peer_leaves(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->gone || peer->left) return;
    peer->left = true;
    note(net, peer);
}

bool fofi_departed(fnet *net, int *pid, bool *left)
{
    for (int p = 1; net->ndeparted && p <= net->nprocs; p++) {
        fofi_peer *peer = &net->peers[p - 1];
        if (!peer->news) continue;
        peer->news = false;
        net->ndeparted--;
        *pid = p;
        *left = peer->left;
        return true;
    }
    return false;
}

/* A card is the provider's name and the address it gave. */
furrow_err fofi_address(fnet *net, void *bytes, size_t *nbytes)
{
    size_t room = *nbytes - FOFI_NAME_NBYTES;
    int ret = fi_getname(&net->ep->fid, (char *)bytes + FOFI_NAME_NBYTES, &room);
    if (ret) return fofi_refused(ret, "asking for this pid's own address");
    memset(bytes, 0, FOFI_NAME_NBYTES);
    snprintf(bytes, FOFI_NAME_NBYTES, "%s", net->info->fabric_attr->prov_name);
    net->card_nbytes = *nbytes = FOFI_NAME_NBYTES + room;
    return FURROW_OK;
}

furrow_err fofi_peer_add(fnet *net, int pid, const void *address, size_t nbytes)
{
    fofi_peer *peer = &net->peers[pid - 1];
    const char *card = address, *ours = net->info->fabric_attr->prov_name;
    if (peer->known) return FURROW_OK;
    if (nbytes > FOFI_NAME_NBYTES && strncmp(card, ours, FOFI_NAME_NBYTES - 1) != 0) {
        char why[128];
        snprintf(why, sizeof why, "it uses %.20s, this pid %.20s: they need the same FURROW_NET", card, ours);
        fofi_peer_fail(net, pid, why);
        return fofi_peer_check(net, pid);
    }
    if (nbytes != net->card_nbytes || fi_av_insert(net->av, card + FOFI_NAME_NBYTES, 1, &peer->addr, 0, NULL) != 1)
        return furrow_fail(FURROW_ERR_SYSTEM, "the address of pid %d is not one of %s", pid, ours);
    peer->known = true;
    return FURROW_OK;
}

static const char removed[] = "it has left the job or died";

const char *fofi_peer_why(const fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    return !peer->gone || strcmp(peer->why, removed) != 0 ? peer->why : "";
}

void fofi_peer_remove(fnet *net, int pid)
{
    fofi_peer_fail(net, pid, removed);
    fofi_peer *peer = &net->peers[pid - 1];
    peer->removed = true;
    for (fofi_buffer *b = peer->early, *next; b; b = next) {
        next = b->next;
        fofi_emptied(net, b);
    }
    peer->early = NULL;
}
