/*
 * ofi.h - the inside of the libfabric transport, shared by the files of this folder. It is a module of its own
 * (libfabric is loaded when a job needs a fabric), so it uses public calls of libfurrow and what net.h declares inline.
 * Never called by two threads at once: route.c's lock sees to that.
 */
#ifndef FOFI_OFI_H
#define FOFI_OFI_H

#include "net/fabric.h"
#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>

#define FOFI_VERSION        FI_VERSION(1, 17)
#define FOFI_MESSAGE_NBYTES ((size_t)8192)  /* largest body of a message */
#define FOFI_PIECE_NBYTES   ((size_t)65536) /* what one write or read moves at most */
#define FOFI_WINDOW         256u  /* messages a pair under way, not yet taken by the receiver: slots of a ring */
#define FOFI_UNRINGED       32u   /* the same, of those that do not go through a ring */
#define FOFI_OWED           16u   /* messages taken, after which their sender is told */
#define FOFI_NOPS           1024u /* operations under way at once; rma.c's tickets count on 1024 */
#define FOFI_NPIECES        64u
#define FOFI_NRECEIVES      128u
#define FOFI_NSENDS         128u
#define FOFI_NAME_NBYTES    32 /* of the provider, on a card */
#define FOFI_RINGS          8u /* of this pid: for the first that send to it */
#define FOFI_SLOT_NBYTES    ((size_t)256)
#define FOFI_SLOT_BODY      ((size_t)240)
#define FOFI_LIVELY         16u /* messages without sleep before doors are opened again */
#define FOFI_COPIES         256u
#define FOFI_EARLY          512u /* messages that may come before their turn: more than a window */
#define FOFI_PULSE_HZ       2u   /* how often silent peers are felt */
#define FOFI_SILENT         2u /* pulses without a message: whose messages come is there, who is silent is knocked at */

/* What stands in front of each message. tag proves the sender (P9) and the place in the sequence: neither a stranger's
 * nor a repeated message passes. Through a ring only the second half travels: who sends there is known. */
typedef struct fofi_head {
    uint64_t sequence;
    uint32_t from;
    uint32_t unused;
    uint64_t tag;
    uint32_t turn; /* of sequence, the lower half */
    uint8_t kind;
    uint8_t nbytes;   /* of the body, where it comes through a ring */
    uint16_t credits; /* messages of yours I have taken since I last said so */
} fofi_head;
#define FOFI_SLOT_HEAD (sizeof(fofi_head) - offsetof(fofi_head, tag))

/* Only USER and NOTIFY take a credit: the others are few. */
typedef enum fofi_kind {
    FOFI_USER = 1,
    FOFI_CREDIT,
    FOFI_NOTIFY,
    FOFI_LEAVE,
    FOFI_PARTED,
    FOFI_RING, /* body: where in my memory you may write small messages */
    FOFI_DOOR, /* the answer: where in mine you tell that you sleep */
    FOFI_ASK,  /* have you taken all that I sent before this? */
    FOFI_TOLD  /* I have */
} fofi_kind;

typedef struct fofi_place { /* in a pid's registered memory */
    uint64_t rkey, address;
} fofi_place;

#define FOFI_PLACE_BITS 52   /* of an address: processors have no more for processes that do not ask for it */
typedef struct fofi_notify { /* body of FOFI_NOTIFY; the data follows */
    uint64_t rkey;
    uint64_t offset : FOFI_PLACE_BITS, id : 64 - FOFI_PLACE_BITS;
} fofi_notify;

/* What libfabric gives back with a completion: the first member of whatever is under way. */
typedef struct fofi_context {
    struct fi_context2 theirs;
    enum { FOFI_IS_SEND, FOFI_IS_DOOR, FOFI_IS_RECEIVE, FOFI_IS_SLOT, FOFI_IS_PIECE } is;
} fofi_context;

typedef struct fofi_buffer { /* for one message, out or in */
    fofi_context context;
    int pid;
    struct fofi_buffer *next;
    unsigned char *bytes;
    size_t nbytes; /* of the body of what has arrived */
    void *desc;
    bool injected; /* its bytes were taken at once, no completion tells more */
} fofi_buffer;

/* Buffers begin at multiples of 64 bytes. */
static inline fofi_head *fofi_head_of(const fofi_buffer *b)
{
    return (fofi_head *)(void *)b->bytes;
}

/* Memory of ours into which one pid writes its small messages (ring.c). */
typedef struct fofi_ring {
    int pid;
    uint32_t next; /* slot that is looked at */
    unsigned char *slots;
    const struct fofi_peer *peer;
    bool told;       /* the pid has said where its door is */
    bool shut;       /* it has been told, or is being told, that this pid sleeps */
    fofi_place door; /* there */
} fofi_ring;

typedef struct fofi_piece { /* a part of a transfer, in memory of ours: the caller's may go while it is under way */
    fofi_context context;
    struct fofi_op *op;
    struct fofi_piece *next;
    unsigned char *bytes;
    char *to; /* of a get */
    size_t nbytes;
    void *desc;
} fofi_piece;
typedef struct fofi_slab fofi_slab;

/* One put or get under way, posted piece by piece, going on in poll. */
typedef struct fofi_op {
    enum { FOFI_OP_FREE, FOFI_OP_POSTING, FOFI_OP_WAITING } state;
    bool is_get;
    bool forgotten; /* the caller's memory must not be touched any more */
    bool lost;      /* it counts no longer: it is over, or its peer is gone */
    bool failed;    /* its peer went while it was under way */
    int pid;
    uint32_t generation;
    uint32_t npieces; /* posted, not complete */
    fnet_rma rma;     /* what is left to post: next_block, next_byte say where */
    uint64_t next_block, next_byte;
    uint64_t address, rkey;
    struct fofi_op *next;
} fofi_op;

struct fnet_region {
    struct fid_mr *mr;
    char *at;
    size_t nbytes;
    uint64_t rkey;
    bool read_only; /* others may not write there */
    struct fnet_region *next;
};

typedef struct fofi_peer {
    fi_addr_t addr;
    bool known;          /* addr is valid */
    bool gone;           /* dead, left, or unreachable; why says which words to use */
    bool removed;        /* nothing of it is delivered any more */
    bool left;           /* it has said so */
    bool news;           /* gone or left, and departed has not told it yet */
    bool parted;         /* it has answered our farewell */
    bool answer;         /* its farewell waits for our answer */
    bool heard, spoken;  /* since the last pulse: something came from it, went to it */
    int door;            /* descriptor + 1 of a knock under way; 0: none */
    uint32_t attempt;    /* pulses it has been under way */
    uint32_t silent;     /* pulses in a row without a message from it */
    uint32_t unfed;      /* ... that could not be sent to it */
    uint32_t unanswered; /* ... in which its host gave no sign */
    char why[96];
    uint64_t sent, received;    /* sequence numbers of the next message */
    uint32_t credits;           /* messages that may still be sent */
    uint32_t owed;              /* messages taken, not yet told */
    uint32_t under_way;         /* operations and sends not complete */
    uint32_t npieces, nsends;   /* of ours that libfabric has for it */
    uint32_t nwrites;           /* puts among them */
    uint32_t nposting;          /* operations that are not wholly posted */
    uint64_t notified, applied; /* messages before these: the last notified put; all that have been taken there */
    uint64_t fenced;            /* puts and gets wait until those before this are applied */
    uint64_t asked_at;          /* place of the question that is under way */
    bool asked, told_due;       /* there is one / its question waits for our answer */
    uint64_t seal_in, seal_out; /* of messages through rings */
    fofi_place ring;            /* of ours there */
    uint32_t ring_next;         /* slot of it */
    bool ringed;                /* there is one */
    bool ring_due, door_due;    /* it must still be told of its ring here; of its door */
    fofi_buffer *early;         /* messages that came before their turn */
    uint64_t stuck;             /* round of post_more in which no more could be posted to it */
} fofi_peer;

struct fnet {
    fnet_traits traits;
    int pid, nprocs;
    fnet_fabric_opts opts;
    struct fi_info *info;
    struct fid_fabric *fabric;
    struct fid_domain *domain;
    struct fid_av *av;
    struct fid_cq *cq;
    struct fid_ep *ep;
    size_t card_nbytes;   /* of our own card, and so of everybody's */
    bool ordered;         /* writes, then messages, keep their order at the target */
    size_t inject_nbytes; /* writes into rings up to this are injected */
    int wait_fd;          /* of the completion queue; -1 when it has none */
    fofi_peer *peers;     /* [pid - 1] */
    uint32_t under_way;
    bool credits_due;    /* somebody is owed credits or an answer that could not be sent */
    unsigned char *mail; /* rings, then a door for each pid; NULL: none */
    fnet_region *mail_region;
    fofi_ring rings[FOFI_RINGS];
    uint32_t nrings, nshut;
    uint32_t doors_flying; /* words about sleeping that are on their way */
    uint32_t lively;       /* messages since this pid last slept */
    uint32_t patience;     /* looks at doors that are not shut yet */
    uint32_t looks, rounds;
    fofi_buffer slots[FOFI_COPIES], *free_slot; /* copies of what rings hold */
    int ndeparted;                              /* pids that departed has not told yet */
    int64_t pulse_ns;                           /* when silent peers are written to next */
    uint32_t lost_pulses;                       /* without an answer, after which a host is given up */
    uint64_t round;
    fnet_region *regions;
    char *heap;
    size_t heap_nbytes; /* usable */
    fofi_op ops[FOFI_NOPS];
    fofi_op *free_op, *posting, **posting_end;
    fofi_slab *slabs; /* memory of all buffers and pieces */
    fofi_piece *free_piece;
    uint32_t npieces, nsends;           /* free */
    uint32_t nlost_pieces, nlost_sends; /* that peers keep which are gone / that were made in place of them */
    uint32_t nmore_pieces, nmore_sends;
    fofi_buffer *free_send, *arrived, **arrived_end, *handed_out;
    uint64_t refused; /* messages dropped: wrong tag, form or size */
};

/* choose.c: the provider to use. NOT_BUILT with what is missing at each candidate. */
FURROW_MUST_CHECK furrow_err fofi_choose(const char *wanted, unsigned skip, struct fi_info **info);
/* Does this text of FURROW_NET leave the choice to us? */
bool fofi_chooses(const char *wanted);
bool fofi_provider_is(const char *name, const char *wanted);
/* Its hints. / Why an offer cannot carry Furrow: NULL when it can. / Smaller is better. */
struct fi_info *fofi_hints(void);
const char *fofi_bar(const struct fi_info *info);
/* Do puts and gets go on while their target does not call the library? */
bool fofi_one_sided(const struct fi_info *info);
int fofi_rank(const struct fi_info *info);
/* endpoint.c: whether a message stands behind the writes before it. / Whether registered pages are bound to stay. */
bool fofi_keeps_order(const struct fi_info *info);
bool fofi_pins(const struct fi_info *info);
/* offer.c */
bool fofi_offer(size_t index, furrow_net_info *info);
void fofi_describe(const struct fi_info *info, furrow_net_info *out);
void fofi_version(char *text, size_t nbytes);
/* A libfabric call failed: words, never a bare number. */
furrow_err fofi_refused(int ret, const char *doing);

/* memory.c */
FURROW_MUST_CHECK furrow_err fofi_register(fnet *net, void *at, size_t nbytes, fnet_region **region);
void fofi_unregister(fnet *net, fnet_region *region);
/* The local memory that a message names by key, to write to: NULL when it may not be reached. */
void *fofi_reach(const fnet *net, uint64_t rkey, uint64_t offset, uint64_t nbytes);
FURROW_MUST_CHECK furrow_err fofi_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes,
                                           fnet_key *key);
FURROW_MUST_CHECK furrow_err fofi_key_pack_read(fnet *net, fnet_region *region, const void *at, size_t nbytes,
                                                fnet_key *key);
FURROW_MUST_CHECK furrow_err fofi_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target);

/* message.c */
#define FOFI_BYTES(at, nbytes) ((struct iovec){(void *)(uintptr_t)(at), nbytes})
#define FOFI_NOTHING           ((struct iovec){NULL, 0})
FURROW_MUST_CHECK furrow_err fofi_send(fnet *net, int pid, fofi_kind kind, struct iovec body);
/* A notification and its data. */
FURROW_MUST_CHECK furrow_err fofi_send_notify(fnet *net, int pid, const fofi_notify *notify, struct iovec data);
void fofi_send_ended(fnet *net, fofi_buffer *buffer);
/* Looks at a message that has arrived: deals with the transport's own, keeps the user's for poll. */
void fofi_arrived(fnet *net, fofi_buffer *buffer, size_t nbytes);
FURROW_MUST_CHECK furrow_err fofi_post_receive(fnet *net, fofi_buffer *buffer);
/* Looks at one whose sender is proven: it counts as received. */
void fofi_admitted(fnet *net, fofi_buffer *buffer, fofi_head *head);
/* Gives back what a message came in. / Works out what messages through rings are sealed with. */
void fofi_emptied(fnet *net, fofi_buffer *buffer);
void fofi_seal(fnet *net, int pid);
/* Sends the credits and answers that are due. */
void fofi_settle(fnet *net);
/* A message has been taken out of poll. */
void fofi_taken(fnet *net, int pid);

/* ring.c */
FURROW_MUST_CHECK furrow_err fofi_rings_open(fnet *net);
/* The pid has sent FOFI_WORTH_A_RING messages: it is offered a ring, while there are some. */
#define FOFI_WORTH_A_RING 4u
void fofi_ring_offer(fnet *net, int pid);
/* Sends what is due of that. / Takes what it sends about it: false when it makes no sense. */
bool fofi_ring_settle(fnet *net, int pid);
bool fofi_ring_serve(fnet *net, const fofi_head *head, const unsigned char *body, size_t nbytes);
/* Can a message go there through a ring? / Posts it, head and body in buffer, which it may have injected: as a libfabric
 * call. */
bool fofi_ring_takes(const fnet *net, int pid, size_t nbytes);
ssize_t fofi_ring_post(fnet *net, int pid, fofi_buffer *buffer, size_t nbytes);
/* Takes what has come through rings; whether there was any. / The same without taking. */
bool fofi_rings_look(fnet *net);
bool fofi_rings_pending(const fnet *net);
/* Do all that write to rings know that this pid sleeps? Tells them. / It does not any more. */
bool fofi_doors_shut(fnet *net);
void fofi_doors_open(fnet *net);

/* fence.c: as fnet_ops say. / Must a put or get to that pid still wait? / It has answered our question. */
FURROW_MUST_CHECK furrow_err fofi_fence(fnet *net, int pid);
FURROW_MUST_CHECK furrow_err fofi_flushed(fnet *net, int pid);
bool fofi_fenced(fnet *net, int pid);
void fofi_told(fnet *net, int pid);

/* pool.c */
FURROW_MUST_CHECK furrow_err fofi_pool_open(fnet *net);
void fofi_pool_close(fnet *net);
/* One to post to pid, NULL while it has its share. / It was posted. / It is over. */
fofi_piece *fofi_piece_for(const fnet *net, int pid);
void fofi_piece_taken(fnet *net, int pid);
void fofi_piece_back(fnet *net, int pid, fofi_piece *piece);
fofi_buffer *fofi_send_for(const fnet *net, int pid);
void fofi_send_taken(fnet *net, int pid);
void fofi_send_back(fnet *net, fofi_buffer *buffer);
/* The peer is gone, and keeps what it has for a while. */
void fofi_pool_lost(fnet *net, int pid);

/* rma.c */
FURROW_MUST_CHECK furrow_err fofi_put(fnet *net, fnet_rma *rma);
FURROW_MUST_CHECK furrow_err fofi_get(fnet *net, fnet_rma *rma);
FURROW_MUST_CHECK furrow_err fofi_done(fnet *net, uint64_t ticket);
void fofi_forget(fnet *net, uint64_t ticket);
void fofi_piece_ended(fnet *net, fofi_piece *piece, bool success);
/* Posts what could not be posted before. */
void fofi_post_more(fnet *net);
/* The peer is gone: what is under way to it counts no longer. */
void fofi_ops_lost(fnet *net, int pid);

/* peer.c */
FURROW_MUST_CHECK furrow_err fofi_address(fnet *net, void *bytes, size_t *nbytes);
FURROW_MUST_CHECK furrow_err fofi_peer_add(fnet *net, int pid, const void *address, size_t nbytes);
void fofi_peer_remove(fnet *net, int pid);
const char *fofi_peer_why(const fnet *net, int pid);
/* OK; AGAIN while its address is not known; PEER_DEAD. */
FURROW_MUST_CHECK furrow_err fofi_peer_check_slowly(fnet *net, int pid);
static inline furrow_err fofi_peer_check(fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    return __builtin_expect(peer->known && !peer->gone, 1) ? FURROW_OK : fofi_peer_check_slowly(net, pid);
}
void fofi_peer_fail(fnet *net, int pid, const char *why);
/* It has said that it leaves. */
void fofi_peer_leaves(fnet *net, int pid);
bool fofi_departed(fnet *net, int *pid, bool *left);

/* knock.c: once a pulse, whether the process of a silent peer has ended or its host is cut off. / It is not silent any more. */
void fofi_knock(fnet *net, int pid);
void fofi_knock_end(fnet *net, int pid);
/* Its host has given a sign. */
void fofi_answered(fnet *net, int pid);

/* progress.c: takes completions; true when there was one. / Is it time to do so, for who looks at rings? */
bool fofi_progress(fnet *net);
bool fofi_queue_turn(fnet *net);

#endif
