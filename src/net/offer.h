/*
 * offer.h - the fabric's module, for route.c, and what is asked of it without a job, for src/job's info.c.
 */
#ifndef FNET_OFFER_H
#define FNET_OFFER_H

#include "net/fabric.h"

/* The module, loaded on first use. NOT_BUILT; SYSTEM. */
FURROW_MUST_CHECK furrow_err fnet_fabric_module(const fnet_fabric **fabric);

/* libfabric's version. NOT_BUILT, SYSTEM. */
FURROW_MUST_CHECK furrow_err fnet_fabric_version(char *text, size_t nbytes);

#endif
