/*
 * net.h - the transport interface. One folder a transport: shm (this host), later ofi and verbs. The job calls it; a
 * transport knows nothing of symbols, values or programs and never calls upward: poll hands out what has arrived. Slots
 * return FURROW_OK, AGAIN (nothing was posted; poll, then retry) or an error with its details set.
 */
#ifndef FNET_NET_H
#define FNET_NET_H

#include "boot/boot.h"
#include <furrow/furrow.h>

/* What a transport can do, so that the job (and users, P8) can ask. */
typedef struct fnet_traits {
    const char *name;
    bool one_sided; /* put/get/atomic complete without the target's CPU */
    bool native_atomics;
    size_t message_nbytes; /* largest message send takes; larger ones are the job's business (fragments) */
    size_t inline_nbytes;  /* messages up to this cost one cache line or one packet */
} fnet_traits;

typedef struct fnet fnet;               /* an open transport */
typedef struct fnet_region fnet_region; /* registered memory of this pid */

/* A remote memory range as the job hands it round: made by key_pack at the owner, opened by key_open elsewhere. */
#define FNET_KEY_NBYTES 32
typedef struct fnet_key {
    unsigned char bytes[FNET_KEY_NBYTES];
} fnet_key;
typedef struct fnet_target {
    int pid;
    void *direct;     /* where the range begins in this process, when it is mapped: then put and get complete at once */
    uint64_t address; /* the transport's */
    uint64_t rkey;
    size_t nbytes;
} fnet_target;

/* One put or get: nblocks blocks of block_nbytes; contiguous when nblocks is 1. Offsets from the target's beginning. */
typedef struct fnet_rma {
    const fnet_target *target;
    uint64_t offset;
    uint64_t stride_nbytes;
    void *local; /* read by put, written by get */
    uint64_t local_stride_nbytes;
    uint64_t block_nbytes;
    uint64_t nblocks;
    uint32_t notify; /* put: id + 1 to add one to at the target after the data; 0: none */
    uint64_t ticket; /* out: for done(); 0 when complete already */
} fnet_rma;

typedef enum fnet_atomic_op { FNET_ADD = 0, FNET_SWAP = 1, FNET_CAS = 2 } fnet_atomic_op;
typedef struct fnet_atomic {
    const fnet_target *target;
    uint64_t offset; /* naturally aligned */
    uint32_t nbytes; /* 4 or 8 */
    fnet_atomic_op op;
    uint64_t operand;
    uint64_t compare; /* CAS */
    uint64_t *old;    /* zero-extended */
    uint64_t ticket;  /* as above */
} fnet_atomic;

/* A message that has arrived: borrowed until the next poll of this transport. */
typedef struct fnet_message {
    int pid; /* who sent it: vouched for by the transport (P9) */
    const void *bytes;
    size_t nbytes;
} fnet_message;

typedef struct fnet_ops {
    const char *name;
    /* Can it work here? No side effects. *why is a static sentence when it cannot. */
    bool (*probe)(const char **why);
    /* Opens it for this pid of the job. heap_nbytes is the most its symbols may take; wanted is FURROW_NET's text. */
    furrow_err (*open)(const fboot *boot, uint64_t heap_nbytes, const char *wanted, fnet **net);
    void (*close)(fnet *net);
    const fnet_traits *(*traits)(const fnet *net);

    /* The memory the symbol heap is made of: one range reserved once, which never moves; grow makes its first nbytes
     * usable: they are zero. trim gives a range back to the system; it stays usable and is zero again. */
    void *(*heap)(fnet *net, size_t *reserved);
    furrow_err (*grow)(fnet *net, size_t nbytes);
    void (*trim)(fnet *net, void *at, size_t nbytes);
    /* Other pids go on using this range of the heap after close: what is in it stays. */
    void (*keep)(fnet *net, void *at, size_t nbytes);

    /* This pid's address for others, constant size; and another's. Shared memory needs none (nbytes 0). */
    furrow_err (*address)(fnet *net, void *bytes, size_t *nbytes);
    furrow_err (*peer_add)(fnet *net, int pid, const void *address, size_t nbytes);
    /* The pid is dead or gone: what is under way to it ends with an error; nothing of it is delivered any more. */
    void (*peer_remove)(fnet *net, int pid);

    /* Memory of the user's (furrow_bind). NOT_BUILT where the transport cannot reach such memory: the job then assists.
     */
    furrow_err (*region_add)(fnet *net, void *at, size_t nbytes, fnet_region **region);
    void (*region_remove)(fnet *net, fnet_region *region);

    /* Key of a range: in the heap (region NULL) or in a region. / Opens a key got from pid. FORMAT when it is not one.
     */
    furrow_err (*key_pack)(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key);
    /* May be left out: key_pack for a range of the heap that others may read and nothing else. Where all is mapped there
     * is no such right to give. */
    furrow_err (*key_pack_read)(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key);
    furrow_err (*key_open)(fnet *net, int pid, const fnet_key *key, fnet_target *target);

    furrow_err (*put)(fnet *net, fnet_rma *rma);
    furrow_err (*get)(fnet *net, fnet_rma *rma);
    furrow_err (*atomic)(fnet *net, fnet_atomic *atomic);
    /* Is the operation with this ticket complete at its target? OK, AGAIN, or its error. */
    furrow_err (*done)(fnet *net, uint64_t ticket);
    /* Nobody waits for it any more: the caller's memory is not touched from now on. */
    void (*forget)(fnet *net, uint64_t ticket);
    /* Orders: operations to pid (0: all) posted before are seen there before those posted after. */
    furrow_err (*fence)(fnet *net, int pid);
    /* OK when all posted to pid (0: all) is complete there, else AGAIN. */
    furrow_err (*flushed)(fnet *net, int pid);

    /* Copies the message (<= message_nbytes) out; delivered once, in order a pair, after earlier puts to the same pid.
     */
    furrow_err (*send)(fnet *net, int pid, const void *bytes, size_t nbytes);
    /* Hands out the next message: true and *message, or false when none is there. The only place where progress is
     * made. */
    bool (*poll)(fnet *net, fnet_message *message);
    /* Whether poll would find something: a few loads, for tight loops. May miss what needs progress to be seen. */
    bool (*pending)(fnet *net);

    /* Does pid share this pid's memory? Decided by mapping, once; see also common. */
    bool (*near)(fnet *net, int pid);
    /* Before close: what other pids of this one must learn is on its way and, by the deadline, with them. */
    void (*part)(fnet *net, int64_t deadline_ns);
    /* Zeroed memory that all pids of this host map, for barrier and collectives: *nbytes is FNET_COMMON_NBYTES(nprocs).
     * NULL where the transport has none. */
    void *(*common)(fnet *net, size_t *nbytes);
    /* This pid's notification counters (FURROW_NOTIFY_IDS words, only ever added to); read with acquire. */
    const _Atomic uint64_t *(*notifications)(fnet *net);
    /* Adds one to id at pid, whose memory is mapped, behind what was stored there before. Never waits. */
    void (*notify)(fnet *net, int pid, uint32_t id);
    /* Notifications that came another way than through the counters: adds them to counts (FURROW_NOTIFY_IDS, the
     * caller's own), each once; whether there were any. */
    bool (*notified)(fnet *net, uint64_t *counts);
    /*
     * Sleeping takes two steps, so that nothing is lost between looking and sleeping: arm announces the sleep and returns
     * a ticket; then the caller looks once more (poll, notifications, states, its own condition) and either sleeps with
     * the ticket or disarms. sleep returns when anything has reached this pid since arm (message, notification, state
     * change, room for a message that was refused with AGAIN, wake), at the deadline, or early; it disarms. Several threads of the pid may sleep at once.
     */
    uint32_t (*arm)(fnet *net);
    void (*disarm)(fnet *net);
    void (*sleep)(fnet *net, uint32_t ticket, int64_t deadline_ns);
    /* Ends this pid's own sleep from another thread of its process; safe in a signal handler. */
    void (*wake)(fnet *net);
} fnet_ops;

#define FNET_COMMON_NBYTES(nprocs) ((size_t)65536 + (size_t)(nprocs)*16384)

extern const fnet_ops fnet_shm;

/* One atomic on memory of this process's map, sequentially consistent: nbytes 4 or 8, aligned. ARG otherwise. */
FURROW_MUST_CHECK furrow_err fnet_atomic_apply(void *at, uint32_t nbytes, fnet_atomic_op op, uint64_t operand,
                                               uint64_t compare, uint64_t *old);

/* Refuses a table with a missing slot: INTERNAL. */
FURROW_MUST_CHECK furrow_err fnet_check(const fnet_ops *ops);

#endif
