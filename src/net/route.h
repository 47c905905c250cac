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

#endif
