/*
 * offer.h - what is asked of the fabric's module without a job; src/job's info.c is its caller.
 */
#ifndef FNET_OFFER_H
#define FNET_OFFER_H

#include <furrow/err.h>

/* libfabric's version. NOT_BUILT, SYSTEM. */
FURROW_MUST_CHECK furrow_err fnet_fabric_version(char *text, size_t nbytes);

#endif
