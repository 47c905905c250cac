/*
 * job.h - the inside of furrow_job, and what the files of this room offer one another: sending and dispatching
 * messages, waiting, the symbol heap and table, the directory. Only src/job includes it.
 */
#ifndef FJ_JOB_H
#define FJ_JOB_H

#include <furrow/furrow.h>
#include "base/buffer.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/error.h"
#include "boot/boot.h"
#include "expr/expr.h"
#include "net/net.h"
#include <pthread.h>

/* One member a file that keeps state; each file opens and closes its own (fj_X_open, fj_X_close, called by job.c). */
struct furrow_job {
    fb_config config;
    fboot boot;
    const fnet_ops *net_ops;
    fnet *net;
    int pid, nprocs;
    bool locked; /* more than one thread may come: enter and exit take the lock */
    pthread_mutex_t lock;
    int evaluating;                       /* depth of evaluations under way here: calls that wait are refused */
    uint32_t seen_epoch;                  /* of the boot's states */
    struct fj_messages *messages;         /* message.c */
    struct fj_bulks *bulks;               /* bulk.c */
    struct fj_waiting *waiting;           /* wait.c */
    struct fj_heap *heap;                 /* heap.c */
    struct fj_places *places;             /* place.c */
    struct fj_symbols *symbols;           /* symbol.c */
    struct fj_surroundings *surroundings; /* host.c */
    struct fj_recalls *recalls;           /* recall.c */
    struct fj_directory *directory;       /* directory.c */
    struct fj_assists *assists;           /* assist.c */
    struct fj_notify *notify;             /* notify.c */
    struct fj_barrier *barrier;           /* barrier.c */
    struct fj_leases *leases;             /* lease.c */
    struct fj_shares *shares;             /* share.c */
    struct fj_swaps *swaps;               /* swap_table.c */
    struct fj_groups *groups;             /* swap_group.c */
    struct fj_bundles *bundles;           /* swap_far.c */
    struct fj_drives *drives;             /* swap_ask.c */
    struct ftopo_machine *machine;        /* spot.c */
    struct fj_gather *gather;             /* gather.c */
    struct fj_news *news;                 /* news.c */
    uint64_t nread_only;                  /* attempts to change read-only symbols that were refused here */
    bool interruptible;                   /* a session is open: waits look for furrow_interrupt now and then */
    uint32_t puts_left;                   /* until a put looks whether a pid wants memory back (rma.c) */
    uint32_t owed;                        /* calls that did not have to wait (wait.c) */
    struct fj_service *service;           /* service.c: programs known, runs, replies awaited */
    struct fj_helper *helper;             /* helper.c: the progress thread, the wait descriptor */
};

/* --- messages ----------------------------------------------------------------------------------------------------- */

/* First byte of every message. Each kind has one handler, in the file named. */
typedef enum fj_kind {
    FJ_FRAGMENT = 1, /* message.c: a piece of a larger message */
    FJ_RESOLVE,      /* directory.c: name -> descriptor */
    FJ_RESOLVED,
    FJ_RECALL, /* directory.c: a descriptor dies */
    FJ_RECALLED,
    FJ_ASSIST, /* assist.c: put/get/atomic on memory only its owner can reach */
    FJ_ASSISTED,
    FJ_BARRIER, /* barrier.c: between hosts */
    FJ_EVAL,    /* service.c: run a known program */
    FJ_PROGRAM, /* service.c: run this program, and know it from now on */
    FJ_RESULT,  /* service.c: a value, an error, or "program not known" */
    FJ_FETCH,   /* reference.c: the value a reference stands for */
    FJ_RELEASE, /* reference.c: references that are no longer held */
    FJ_PRINT,   /* print.c: what an evaluation printed */
    FJ_BULK,    /* bulk.c: a large message, in the sender's memory */
    FJ_BULK_TAKEN,
    FJ_SHARE,  /* share.c: shared arrays, what changes symbols and memory */
    FJ_SHARED, /* share.c: answers about them */
    FJ_SWAP,   /* swap_ask.c, swap_far.c: message dictionaries */
    FJ_NEWS,   /* news.c: a pid is gone */
    FJ_NKINDS
} fj_kind;

/* The body stands behind the kind byte; it is borrowed for the call. A handler never waits; an error means that the
 * message was malformed: it is counted and dropped. */
typedef furrow_err (*fj_handler)(furrow_job *job, int from, fb_cursor *body);

/*
 * Sends kind + body (any size up to the job's limit; large ones travel in fragments). In order a pair. Keeps a copy and
 * goes on later when the way is full: never waits. PEER_DEAD, PEER_LEFT, LIMIT when too much is queued for that pid.
 */
FURROW_MUST_CHECK furrow_err fj_send(furrow_job *job, int pid, fj_kind kind, const void *body, size_t nbytes);

/* The same for a short message (at most FJ_PACKED bytes) in front of which its kind stands already; pid is one. */
#define FJ_PACKED 56
FURROW_MUST_CHECK furrow_err fj_send_packed(furrow_job *job, int pid, const unsigned char *packet, size_t nbytes);

/* One round of progress: retries queued sends, handles what arrived, looks at states. Returns the number of things
 * done. */
int fj_progress(furrow_job *job);

/*
 * Makes progress until done(arg) is true or the deadline passes (TIMEOUT naming pid, when it is not 0) or pid dies
 * (PEER_DEAD, PEER_LEFT; pid 0: none is watched). Spins, yields, sleeps as waiting needs. BUSY inside an evaluation and
 * inside handlers. done is called again and again, and may do work.
 */
typedef bool (*fj_condition)(void *arg);
/* interrupt.c: INTERRUPTED when this pid was; when the evaluation that runs is to stop; before one for asker runs. */
FURROW_MUST_CHECK furrow_err fj_interrupt_check(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_interrupt_tick(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_interrupt_serve(furrow_job *job, int asker);
void fj_interrupt_end(furrow_job *job); /* what this pid begins now is not meant */
FURROW_MUST_CHECK furrow_err fj_wait(furrow_job *job, fj_condition done, void *arg, int pid, int64_t deadline_ns);

/* The same for what is likely to be there within a microsecond: only then is the clock read for the deadline. */
FURROW_MUST_CHECK furrow_err fj_wait_briefly(furrow_job *job, fj_condition done, void *arg, int pid,
                                             int64_t timeout_ms);
/* A call that looked for work found nothing (n 0) or something: whether its caller, who may be waiting in a loop of its own,
 * should yield the core. */
bool fj_waiting_idle(furrow_job *job, int n);

/* TIMEOUT, of a wait for pid (0: for several). / What makes its fabric doubt that pid can be reached, as ": reason"; "" if nothing. */
#define FJ_DOUBT_NBYTES 128
furrow_err fj_late(furrow_job *job, int pid);
const char *fj_doubt(furrow_job *job, int pid, char text[FJ_DOUBT_NBYTES]);

/* timeout_ms of the public calls -> deadline. */
int64_t fj_deadline(const furrow_job *job, int64_t timeout_ms);
/* OK while the pid is in the job and alive; NO_PID, PEER_DEAD, PEER_LEFT with details otherwise. */
FURROW_MUST_CHECK furrow_err fj_peer_check(furrow_job *job, int pid);
/* Expands NULL/0 to workers, checks range and repetition. *list is from malloc, ascending. */
FURROW_MUST_CHECK furrow_err fj_pids(furrow_job *job, const int *pids, size_t npids, int **list, size_t *n);

/* Every public call that touches the job stands between these; free of cost with FURROW_THREADS_SINGLE. */
static inline void fj_enter(furrow_job *job)
{
    if (__builtin_expect(job->locked, 0)) pthread_mutex_lock(&job->lock);
}
static inline void fj_exit(furrow_job *job)
{
    if (__builtin_expect(job->locked, 0)) pthread_mutex_unlock(&job->lock);
}

/* --- symbol heap (heap.c) ----------------------------------------------------------------------------------------- */

/* Blocks of 64-byte-aligned zeroed memory in the transport's heap; grows it by chunks. NOMEM past FURROW_HEAP. */
FURROW_MUST_CHECK furrow_err fj_heap_alloc(furrow_job *job, size_t nbytes, void **at);
/* The same with arbitrary contents, for who fills all of it: a large one may have pages already. */
FURROW_MUST_CHECK furrow_err fj_heap_alloc_raw(furrow_job *job, size_t nbytes, void **at);
/* Gives back the memory of a large block that was freed a while ago. When it wants to be called next; FB_NEVER: need not. */
int64_t fj_heap_tidy(furrow_job *job);
/* Zeroed, at a multiple of align, a power of two of at least 64. */
FURROW_MUST_CHECK furrow_err fj_heap_alloc_aligned(furrow_job *job, size_t nbytes, size_t align, void **at);
void fj_heap_free(furrow_job *job, void *at);
bool fj_heap_owns(const furrow_job *job, const void *at);

/* --- symbol table (symbol.c) -------------------------------------------------------------------------------------- */

/* One entry a module and name; entries never move and never go. */
typedef struct fj_entry {
    fx_slot slot; /* first: an fx_slot* of a program is an fj_entry* */
    const char *module;
    const char *name;
    uint32_t index;             /* in the table: how other pids name it */
    uint64_t generation;        /* of the binding: moves when type, shape or place change */
    furrow_symbol *fixed;       /* C code's handle, when it made the symbol */
    struct fj_place *place;     /* where a flat value is, when others could reach it there */
    struct fj_entry *on_place;  /* the next entry bound to the same place */
    size_t told_count;          /* elements, as holders were told */
    struct fj_holders *holders; /* pids that have the descriptor; recall.c */
} fj_entry;

/* Finds or makes the entry of "x" or "Mod.x" (module: default for unqualified names, NULL: Main). *entry is NULL when
 * there is none and create is false. ARG when it is no name, LIMIT when there are too many. */
FURROW_MUST_CHECK furrow_err fj_symbol_find(furrow_job *job, const char *module, const char *name, bool create,
                                            fj_entry **entry);
/* Binds a value: same-typed same-shaped flat values change in place, others get new memory, with recall of the old.
 * PINNED. This is fx_host.bind. */
FURROW_MUST_CHECK furrow_err fj_symbol_bind(furrow_job *job, fj_entry *entry, const fv_cell *value);
/* The value of an entry, a reference of its own: a scalar's present value, or the boxed value (not copied). NO_SYMBOL.
 */
FURROW_MUST_CHECK furrow_err fj_symbol_value(furrow_job *job, fj_entry *entry, fv_cell *out);
/* The host table that programs at this pid run against (symbols, exported functions, myid and its kin). */
const fx_host *fj_host(furrow_job *job);

/* --- directory (directory.c) -------------------------------------------------------------------------------------- */

/* The cached handle for pid's symbol, resolved when it is not known or stale; borrowed: valid until the next progress.
 * Does wait. NO_SYMBOL; TYPE when it is not flat. */
FURROW_MUST_CHECK furrow_err fj_remote_cached(furrow_job *job, int pid, const char *module, const char *name,
                                              int64_t deadline_ns, furrow_remote **remote);
/* The handle that would be given without asking, or NULL. Neither waits nor makes progress: several that were got one after
 * another hold together; fj_glance before them makes them no older than what this pid can have heard of. */
furrow_remote *fj_remote_known(furrow_job *job, int pid, const char *module, const char *name);

#endif
