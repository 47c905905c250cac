/*
 * fabric.h - what a fabric's module offers beyond net.h: it is opened over memory that belongs to the transport of the host, so that a
 * symbol has one place whoever reaches for it. route.c is its only caller.
 */
#ifndef FNET_FABRIC_H
#define FNET_FABRIC_H

#include "net/net.h"

#define FNET_FABRIC_ABI    1u
#define FNET_FABRIC_SYMBOL "furrow_fabric"

typedef struct fnet_fabric {
    uint32_t abi;
    const fnet_ops *ops;
    /* wanted: FURROW_NET's text ("" for the best there is). heap is reserved bytes that grow makes usable; notifications are added
     * to. Both outlive the transport. */
    furrow_err (*open)(const fboot *boot, const char *wanted, void *heap, size_t reserved, _Atomic uint64_t *notifications,
                       fnet **net);
    /* A descriptor that becomes readable when there is something to poll; -1: none. quiet says whether it may be waited for now. */
    int (*wait_fd)(const fnet *net);
    bool (*quiet)(fnet *net);
} fnet_fabric;

#endif
