/*
 * route.h - a transport made of two: the host's shared memory for the pids that are mapped, a fabric for the others. The
 * job opens it when it needs a fabric, and sees one transport.
 */
#ifndef FNET_ROUTE_H
#define FNET_ROUTE_H

#include "net/net.h"

extern const fnet_ops fnet_route;

/* Messages that this transport has dropped because they proved nothing. */
uint64_t fnet_route_refused(fnet *net);
/* FURROW_LOST: after how long a host that answers nothing is given up, and its pids count as dead. */
void fnet_route_patience(fnet *net, int64_t lost_ms);
/* From now on more than one thread may come: said before the second one is there. */
void fnet_route_share(fnet *net);
/* Why the fabric does not reach pid any more, or has not for a while, into text; false when it knows no reason. */
bool fnet_route_why(fnet *net, int pid, char *text, size_t nbytes);
/* Has there been a word between this pid and one that the fabric reaches? */
bool fnet_route_met(fnet *net, int pid);

#endif
