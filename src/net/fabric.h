/*
 * fabric.h - what a fabric's module offers beyond net.h: it is opened over memory that belongs to the transport of the
 * host, so that a symbol has one place whoever reaches for it. route.c is its only caller, and never from two threads
 * at once.
 */
#ifndef FNET_FABRIC_H
#define FNET_FABRIC_H

#include "net/net.h"
#include <furrow/info.h>

#define FNET_FABRIC_ABI    5u
#define FNET_FABRIC_SYMBOL "furrow_fabric"

/* A fabric's tickets name their pid here, and leave the highest bit alone. */
#define FNET_TICKET_PID_SHIFT   10
#define FNET_TICKET_PID(ticket) ((int)((ticket) >> FNET_TICKET_PID_SHIFT & 0x3fffff))

/* All that is pointed to outlives the transport. */
typedef struct fnet_fabric_opts {
    int pid, nprocs;
    const unsigned char *key; /* the job's, 16 bytes */
    const char *wanted;       /* FURROW_NET's text; "" for the best there is */
    void *heap;               /* reserved bytes, which grow makes usable */
    size_t reserved;
    _Atomic uint64_t *notifications; /* are added to */
    /* Another pid's address; NULL while it is not known yet. */
    const void *(*card)(void *self, int pid, size_t *nbytes);
    void *self;
} fnet_fabric_opts;

typedef struct fnet_fabric {
    uint32_t abi;
    /* Of the slots that route.c uses; heap, common, notifications and sleeping are the host's. */
    const fnet_ops *ops;
    furrow_err (*open)(const fnet_fabric_opts *opts, fnet **net);
    /* A descriptor that becomes readable when there is something to poll; -1: none. / May it be waited for now? */
    int (*wait_fd)(const fnet *net);
    bool (*quiet)(fnet *net);
    /* Does something lie in this pid's memory that its provider need not be asked for? Asked without the lock. / Takes it:
     * notifications are counted then, messages wait for poll. */
    bool (*mail)(const fnet *net);
    void (*take)(fnet *net);
    /* Are pages that it has registered bound to stay where they are? */
    bool (*pins)(const fnet *net);
    /* Takes note of the next pid that cannot be reached any more (*left false) or has said that it leaves (true). */
    bool (*departed)(fnet *net, int *pid, bool *left);
    /* After how long a host that answers nothing is given up. */
    void (*patience)(fnet *net, int64_t lost_ms);
    /* Why the fabric does not reach pid any more, or has not for a while; "" when that is not its own finding. */
    const char *(*why)(const fnet *net, int pid);
    /* Tells pid that this one leaves. / Has pid answered, or is it gone? */
    furrow_err (*farewell)(fnet *net, int pid);
    bool (*parted)(const fnet *net, int pid);
    /* Has there been a word between the two? */
    bool (*met)(const fnet *net, int pid);
    /* Messages and connections dropped because they prove nothing. */
    uint64_t (*refused)(const fnet *net);
    /* What is offered on this machine, for furrow_net_offer: false past the end. One thread at a time. */
    bool (*offer)(size_t index, furrow_net_info *info);
    /* Which of them an open transport is. / The library's version. */
    void (*describe)(const fnet *net, furrow_net_info *info);
    void (*version)(char *text, size_t nbytes);
} fnet_fabric;

#endif
