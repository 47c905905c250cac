/*
 * ofi.h - the inside of the libfabric transport, shared by the files of this folder. It is a module of its own (libfabric is
 * loaded when a job needs a fabric), so it uses public calls of libfurrow and what net.h and boot.h declare inline.
 * Never called by two threads at once: the job's lock sees to that.
 */
#ifndef FOFI_OFI_H
#define FOFI_OFI_H

#include "net/net.h"
#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>

#define FOFI_VERSION        FI_VERSION(1, 17)
#define FOFI_MESSAGE_NBYTES ((size_t)8192) /* largest body of a message */
#define FOFI_WINDOW         32u            /* messages a pair under way, not yet taken by the receiver */
#define FOFI_NOPS           1024u          /* operations under way at once */
#define FOFI_NRECEIVES      128u
#define FOFI_NSENDS         128u

/* What stands in front of each message. tag proves the sender (P9) and the place in the sequence: neither a stranger's nor a repeated
 * message passes. */
typedef struct fofi_head {
    uint64_t tag;
    uint32_t from;
    uint16_t kind;
    uint16_t credits; /* messages of yours I have taken since I last said so */
    uint64_t sequence;
} fofi_head;

typedef enum fofi_kind { FOFI_USER = 1, FOFI_CREDIT, FOFI_NOTIFY, FOFI_ATOMIC, FOFI_ATOMIC_DONE } fofi_kind;

typedef struct fofi_notify { /* body of FOFI_NOTIFY; data_nbytes bytes follow */
    uint64_t rkey, offset;
    uint32_t id, data_nbytes;
} fofi_notify;

typedef struct fofi_atomic { /* body of FOFI_ATOMIC and its answer */
    uint64_t rkey, offset, operand, compare, ticket;
    uint32_t op, nbytes, status;
} fofi_atomic;

typedef struct fofi_buffer { /* for one message, out or in; context first: libfabric gives it back */
    struct fi_context2 context;
    enum { FOFI_FREE, FOFI_SENDING, FOFI_RECEIVING, FOFI_ARRIVED } state;
    int pid;
    struct fofi_buffer *next;
    unsigned char *bytes;
    size_t nbytes;
    void *desc;
} fofi_buffer;

/* One put, get or atomic under way. Large or strided ones are posted piece by piece, going on in poll. */
typedef struct fofi_op {
    struct fi_context2 context;
    enum { FOFI_OP_FREE, FOFI_OP_POSTING, FOFI_OP_WAITING } state;
    bool is_get;
    int pid;
    uint32_t generation;
    uint32_t pieces; /* posted, not complete */
    fnet_rma rma;    /* what is left to post: next_block, next_byte say where */
    uint64_t next_block, next_byte;
    fi_addr_t addr;
    uint64_t address, rkey;
    struct fid_mr *local_mr; /* of the caller's memory, for this operation */
    uint64_t *old;           /* atomics */
    uint32_t old_nbytes;
    struct fofi_op *next;
} fofi_op;

struct fnet_region {
    struct fid_mr *mr;
    char *at;
    size_t nbytes;
    uint64_t rkey;
    struct fnet_region *next;
};

typedef struct fofi_peer {
    fi_addr_t addr;
    bool known; /* addr is valid */
    bool gone;  /* dead, left, or unreachable: why says which words to use */
    char why[96];
    uint64_t sent, received; /* sequence numbers of the next message */
    uint32_t credits;        /* messages that may still be sent */
    uint32_t owed;           /* messages taken, not yet told */
    uint32_t under_way;      /* operations and sends not complete */
    fofi_atomic *answers;    /* to its atomics, not sent yet: at most FOFI_WINDOW, since each holds a credit back */
    uint32_t nanswers;
} fofi_peer;

struct fnet {
    fnet_traits traits;
    int pid, nprocs;
    unsigned char key[16];
    struct fi_info *info;
    struct fid_fabric *fabric;
    struct fid_domain *domain;
    struct fid_av *av;
    struct fid_cq *cq;
    struct fid_ep *ep;
    int wait_fd;      /* of the completion queue; -1 when it has none */
    fofi_peer *peers; /* [pid - 1] */
    uint32_t under_way;
    uint32_t nanswers; /* of all peers */
    fnet_region *regions;
    char *heap;
    size_t heap_nbytes; /* usable */
    size_t heap_reserved;
    _Atomic uint64_t *notifications;
    fofi_op ops[FOFI_NOPS];
    fofi_op *free_op, *posting, **posting_end;
    fofi_buffer receives[FOFI_NRECEIVES], sends[FOFI_NSENDS];
    fofi_buffer *free_send, *arrived, **arrived_end, *handed_out;
    unsigned char *slab; /* memory of all buffers */
    struct fid_mr *slab_mr;
    uint64_t refused; /* messages dropped: wrong tag, form or size */
};

/* choose.c: the provider to use. NOT_BUILT with what is missing at each candidate. */
FURROW_MUST_CHECK furrow_err fofi_choose(const char *wanted, struct fi_info **info);
/* Why this offer cannot carry Furrow; NULL when it can. */
const char *fofi_missing(const struct fi_info *info);

/* memory.c */
FURROW_MUST_CHECK furrow_err fofi_register(fnet *net, void *at, size_t nbytes, fnet_region **region);
void fofi_unregister(fnet *net, fnet_region *region);
/* The local memory that a message names by key: NULL when it may not be reached. */
void *fofi_reach(const fnet *net, uint64_t rkey, uint64_t offset, uint64_t nbytes);

FURROW_MUST_CHECK furrow_err fofi_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes,
                                           fnet_key *key);
FURROW_MUST_CHECK furrow_err fofi_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target);

/* message.c */
FURROW_MUST_CHECK furrow_err fofi_send(fnet *net, int pid, fofi_kind kind, const void *body, size_t nbytes,
                                       const void *more, size_t more_nbytes);
/* Looks at a message that has arrived: deals with the transport's own, keeps the user's for poll. */
void fofi_arrived(fnet *net, fofi_buffer *buffer, size_t nbytes);
FURROW_MUST_CHECK furrow_err fofi_post_receive(fnet *net, fofi_buffer *buffer);
void fofi_return_credits(fnet *net, int pid);

/* rma.c */
FURROW_MUST_CHECK furrow_err fofi_transfer(fnet *net, fnet_rma *rma, bool is_get);
FURROW_MUST_CHECK furrow_err fofi_put(fnet *net, fnet_rma *rma);
FURROW_MUST_CHECK furrow_err fofi_get(fnet *net, fnet_rma *rma);
FURROW_MUST_CHECK furrow_err fofi_atomic_begin(fnet *net, fnet_atomic *atomic);
/* Does what another pid asks and keeps the answer until it can be sent. */
void fofi_atomic_serve(fnet *net, int pid, const fofi_atomic *request);
void fofi_answer(fnet *net);
void fofi_atomic_done(fnet *net, const fofi_atomic *answer);
void fofi_op_complete(fnet *net, fofi_op *op);
/* Posts what could not be posted before. */
void fofi_post_more(fnet *net);
FURROW_MUST_CHECK furrow_err fofi_done(fnet *net, uint64_t ticket);

/* peer.c */
FURROW_MUST_CHECK furrow_err fofi_address(fnet *net, void *bytes, size_t *nbytes);
FURROW_MUST_CHECK furrow_err fofi_peer_add(fnet *net, int pid, const void *address, size_t nbytes);
void fofi_peer_remove(fnet *net, int pid);
FURROW_MUST_CHECK furrow_err fofi_peer_check(fnet *net, int pid);
void fofi_peer_fail(fnet *net, int pid, const char *why);

/* progress.c: takes completions; true when there was one. */
bool fofi_progress(fnet *net);

/* A libfabric call failed: words, never a bare number. */
furrow_err fofi_refused(int ret, const char *doing);

#endif
