/*
 * parts.h - what the files of direct memory offer job.c, message.c and one another: opening and closing, message
 * handlers, what to do when a pid is gone, places. The service's are in service.h.
 */
#ifndef FJ_PARTS_H
#define FJ_PARTS_H

#include "job/job.h"

/* Opened in this order at join, closed in the reverse order at leave; closing what was never opened does nothing. */
FURROW_MUST_CHECK furrow_err fj_messages_open(furrow_job *job);
void fj_messages_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_waiting_open(furrow_job *job);
void fj_waiting_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_heap_open(furrow_job *job);
void fj_heap_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_places_open(furrow_job *job);
void fj_places_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_symbols_open(furrow_job *job);
void fj_symbols_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_host_open(furrow_job *job);
void fj_host_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_directory_open(furrow_job *job);
void fj_directory_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_assist_open(furrow_job *job);
void fj_assist_close(furrow_job *job);
/* --- bulk.c: large messages through memory ---*/
#define FJ_BULK_LEAST ((size_t)64 << 10)
FURROW_MUST_CHECK furrow_err fj_bulks_open(furrow_job *job);
void fj_bulks_close(furrow_job *job);
/* False when it cannot be sent this way; nothing has happened then. */
bool fj_bulk_send(furrow_job *job, int pid, fj_kind kind, const void *body, size_t nbytes);
furrow_err fj_on_bulk(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_bulk_taken(furrow_job *job, int from, fb_cursor *body);
void fj_bulk_gone(furrow_job *job, int pid);
/* Whether somebody has still to take something from this heap. / Goes on with what is read over the fabric. / Is there any? */
bool fj_bulks_left(const furrow_job *job);
int fj_bulks_poll(furrow_job *job);
bool fj_bulks_arriving(const furrow_job *job);
/* message.c: the largest message, and the handler of a kind, for what arrived another way. */
size_t fj_message_limit(const furrow_job *job);
furrow_err fj_message_handle(furrow_job *job, int from, uint8_t kind, fb_cursor *body);
/* The same outside of any handler: what is wrong with it is counted. / pid has taken the body it was sent. */
void fj_message_arrived(furrow_job *job, int from, uint8_t kind, const unsigned char *bytes, size_t nbytes);
void fj_message_released(furrow_job *job, int pid);

FURROW_MUST_CHECK furrow_err fj_notify_open(furrow_job *job);
void fj_notify_close(furrow_job *job);
void fj_notify_gone(furrow_job *job, int pid);
FURROW_MUST_CHECK furrow_err fj_barrier_open(furrow_job *job);
void fj_barrier_close(furrow_job *job);
void fj_barrier_gone(furrow_job *job, int pid);
/* --- news.c: who is gone, told between hosts ---*/
FURROW_MUST_CHECK furrow_err fj_news_open(furrow_job *job);
void fj_news_close(furrow_job *job);
void fj_news_gone(furrow_job *job, int pid);
int fj_news_poll(furrow_job *job);
/* Nothing is left to be told; for leave. */
bool fj_news_told(void *job);
furrow_err fj_on_news(furrow_job *job, int from, fb_cursor *body);

FURROW_MUST_CHECK furrow_err fj_helper_open(furrow_job *job);
void fj_helper_close(furrow_job *job);
/* After furrow_progress: the wait descriptor is cleared, and watched again when nothing is left. What it did. */
int fj_helper_rearm(furrow_job *job);

/* Handlers. */
furrow_err fj_on_resolve(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_resolved(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_recall(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_recalled(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_assist(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_assisted(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_barrier(furrow_job *job, int from, fb_cursor *body);

/* The pid died or left, and its last message has been handled. */
void fj_directory_gone(furrow_job *job, int pid);
void fj_assist_gone(furrow_job *job, int pid);

/* --- messages (message.c) ------------------------------------------------------------------------------------------*/

/* A round of progress for calls that do not wait (put): answers recalls, keeps what others ask for later, for the next
 * full round. */
void fj_glance(furrow_job *job);
/* Handles one message when one is there, for tight loops; everything else waits for the next round of progress. */
int fj_step(furrow_job *job);
/* For calls that found at once what they would have waited for: makes progress now and then, so that a pid that never
 * has to wait serves the others all the same. */
void fj_owe(furrow_job *job);
/* A handler or an evaluation is under way: nothing can be waited for. */
bool fj_inside(const furrow_job *job);
/* Nothing is queued for other pids any more; for leave. */
bool fj_messages_sent(void *job);
/* The lowest pid for which messages wait to be sent; 0: none. */
int fj_messages_waiting(const furrow_job *job);
/* Messages of members that were not in form. */
uint64_t fj_nmalformed(const furrow_job *job);
/* The number of pids that died or left, as far as progress has seen; and one of them: who died first, else who left. */
int fj_nlost(const furrow_job *job);
/* Messages sent to pid, those that wait for room included. */
uint64_t fj_nsent(const furrow_job *job, int pid);
int fj_lost_pid(const furrow_job *job);

/* --- who is where (near.c) -----------------------------------------------------------------------------------------*/

/* Whether pid shares this pid's memory; a pid is near itself. */
bool fj_near(furrow_job *job, int pid);
/* The smallest pid of the host that pid is on: it names the host. From what join learned, without asking anybody. */
int fj_lead(furrow_job *job, int pid);

/* --- memory all pids of the host share, beyond heaps ---------------------------------------------------------------*/

/* Where a group of this host's pids meets to swap (swap_table.c, swap_round.c). */
#define FJ_SWAP_LINES 128
typedef struct fj_swap_line {
    _Alignas(64) _Atomic uint64_t claim; /* whose: key, and how many pids are attached */
    _Atomic uint32_t withdrawals;        /* grows when a pid takes its arrival back */
    _Atomic uint32_t passed;             /* between hosts: round + 1 of the last swap that is complete here */
    _Atomic uint32_t broken;             /* round + 1 of a swap that cannot be completed, because of: */
    _Atomic int32_t culprit;
    _Atomic int32_t awaited; /* of another host, by the representative's last look; 0: nobody */
    struct {
        uint64_t nbytes;
        fnet_key key;
    } far[2]; /* between hosts: what came from the others, in the heap of the lowest pid here */
} fj_swap_line;

typedef struct fj_common {
    _Alignas(64) _Atomic uint64_t barrier;   /* round << 32 | arrived (barrier.c) */
    _Atomic uint32_t broken;                 /* round + 1 of a barrier between hosts that cannot be completed */
    _Atomic uint64_t missing;                /* round + 1 << 32 | who has not come to it, as pid 1 says */
    _Alignas(64) _Atomic uint64_t cores[16]; /* union of the processors the pids may run on (wait.c) */
    _Alignas(64) _Atomic uint64_t interrupt; /* who wants its evaluations to stop (interrupt.c) */
    fj_swap_line lines[FJ_SWAP_LINES];
    _Alignas(64) _Atomic uint32_t seen_by; /* the pid whose heap holds what it has seen of the machine (spot.c) */
    fnet_key seen;
    uint64_t seen_nbytes;
} fj_common;
fj_common *fj_common_of(furrow_job *job);

/* --- message dictionaries (swap.c and its kin) ---------------------------------------------------------------------*/

FURROW_MUST_CHECK furrow_err fj_swaps_open(furrow_job *job);
void fj_swaps_close(furrow_job *job);
int fj_swaps_poll(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_drives_open(furrow_job *job);
void fj_drives_close(furrow_job *job);
void fj_drives_gone(furrow_job *job, int pid);
furrow_err fj_on_swap(furrow_job *job, int from, fb_cursor *body);

/* --- leases and shared arrays (lease.c, share.c) -------------------------------------------------------------------*/

struct fj_place;
FURROW_MUST_CHECK furrow_err fj_leases_open(furrow_job *job);
void fj_leases_close(furrow_job *job);
void fj_leases_gone(furrow_job *job, int pid);
FURROW_MUST_CHECK furrow_err fj_shares_open(furrow_job *job);
void fj_shares_close(furrow_job *job);
void fj_shares_gone(furrow_job *job, int pid);
int fj_shares_poll(furrow_job *job);
furrow_err fj_on_share(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_shared(furrow_job *job, int from, fb_cursor *body);
/* A place of another pid's memory is not used here any more. / This pid leaves, others go on using its place. */
void fj_lease_return(struct fj_place *place);
void fj_lease_keep(struct fj_place *place);

/* --- places (place.c): a piece of memory that others can write to, and the unit of recall --------------------------*/

typedef struct fj_place {
    fv_store store; /* first: what arrays over it point to; fixed while a furrow_symbol is about it */
    furrow_job *job;
    char *at;
    size_t nbytes;
    unsigned nrecalls;        /* under way: while there are any, the memory is not used again */
    bool dropped;             /* nothing here uses it any more */
    bool foreign;             /* the user's (furrow_bind) */
    bool read_only;           /* others may read it and nothing else */
    bool placed;              /* its pages come from certain NUMA nodes */
    unsigned nleased;         /* leases that stand: other pids have it as theirs (lease.c) */
    int lender;               /* the pid whose heap it is in, when that is not this one's; else 0 */
    uint64_t lease;           /* the lender's number for it */
    fnet_key key;             /* the lender's */
    fv_array *array;          /* the one array over it; NULL for scalars */
    struct fj_entry *entries; /* bound to it, linked by on_place */
    struct fj_place *prev, *next;
    struct fj_place *falling; /* in the list of places whose array went away (any thread) */
} fj_place;

/* New memory in the heap for nbytes; waits for recalls when it is short and waiting is possible. */
FURROW_MUST_CHECK furrow_err fj_place_new(furrow_job *job, size_t nbytes, fj_place **place);
/* At a multiple of align (a power of two, at least 64); never waits. */
FURROW_MUST_CHECK furrow_err fj_place_new_aligned(furrow_job *job, size_t nbytes, size_t align, fj_place **place);
/* Over memory that stays whatever becomes of the place: the user's, or another pid's. */
FURROW_MUST_CHECK furrow_err fj_place_over(furrow_job *job, void *at, size_t nbytes, fj_place **place);
/* Nothing here uses it any more: freed now, or when it is unpinned and the last recall has been answered. */
void fj_place_drop(fj_place *place);
void fj_place_unpin(fj_place *place);
/* Moves the elements of an array over it, if there is one, into memory of their own. NOMEM. */
FURROW_MUST_CHECK furrow_err fj_place_empty(fj_place *place);
/* A recall began / ended. */
void fj_place_hold(fj_place *place);
void fj_place_release(fj_place *place);
/* A lease on it began / ended. */
void fj_place_lease(fj_place *place);
void fj_place_unlease(fj_place *place);
/* Whether memory that nothing here uses is still kept for other pids. */
bool fj_places_short(furrow_job *job);
/* The place an array's elements are in, or NULL. */
fj_place *fj_place_of(furrow_job *job, const fv_array *array);
/* Moves the array's elements into a new place. */
FURROW_MUST_CHECK furrow_err fj_place_adopt(furrow_job *job, fv_array *array, fj_place **place);
/* The place, whose elements have been written, passes from one array to another. */
void fj_place_transfer(fj_place *place, fv_array *from, fv_array *to);
/* Deals with places whose arrays went away since; one load when there are none. */
void fj_places_sweep(furrow_job *job);

/* --- symbols (symbol.c) --------------------------------------------------------------------------------------------*/

struct furrow_symbol {
    furrow_job *job;
    fj_entry *entry; /* NULL once unbound */
    fj_place *place;
    furrow_type type;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    size_t count;
};

/* The index-th entry, from 0; NULL past the end. */
fj_entry *fj_symbol_at(furrow_job *job, size_t index);
size_t fj_symbol_count(const furrow_job *job);
/* Name of a module and of a symbol in it: "Mod.x" or "x". ARG when it is none. Outputs: module is "" or in buffer. */
#define FJ_NAME_NBYTES 256
FURROW_MUST_CHECK furrow_err fj_name_split(const char *name, char module[FJ_NAME_NBYTES], const char **rest);
/* A name as it stands in a message: a byte of length, then that many. FORMAT when it holds a zero byte. */
FURROW_MUST_CHECK furrow_err fj_name_take(fb_cursor *body, char text[FJ_NAME_NBYTES]);
/* Links the entry to a place, or (NULL) unlinks it. */
void fj_entry_place(fj_entry *entry, fj_place *place);
/* Unbinds: recalls what others hold, drops the value. */
void fj_entry_clear(furrow_job *job, fj_entry *entry);
/* Makes sure that a flat symbol is in a place, and that holders of another shape are told. */
FURROW_MUST_CHECK furrow_err fj_entry_settle(furrow_job *job, fj_entry *entry);
/* Type and shape of a bound flat entry (after settle). */
void fj_entry_shape(const fj_entry *entry, furrow_type *type, int *ndims, const size_t **dims);

/* --- directory (directory.c, recall.c) -----------------------------------------------------------------------------*/

FURROW_MUST_CHECK furrow_err fj_recalls_open(furrow_job *job);
void fj_recalls_close(furrow_job *job);
void fj_recalls_gone(furrow_job *job, int pid);
/* Sends the recalls that found no room. */
int fj_recalls_poll(furrow_job *job);
#define FJ_RECALL_PID UINT32_MAX /* as an entry: all that a pid had; the generation is the pid */
/* Registers pid as a holder. / What the owner says about an entry that is settled. */
FURROW_MUST_CHECK furrow_err fj_entry_hold(furrow_job *job, fj_entry *entry, int pid);
/* This pid's own handles on (pid, entry, generation) become STALE. */
void fj_remotes_stale(furrow_job *job, int pid, uint32_t entry, uint64_t generation);
/* Tells all holders of the entry's descriptor that it dies, moves its generation; its place is held until they have
 * answered. Nothing when there are none. */
void fj_recall(furrow_job *job, fj_entry *entry);
/* Pid `gone` is dead or has left: the place is held until every other pid has given up its handles on what that pid had
 * (they may hear of its end later than we). */
void fj_recall_gone(furrow_job *job, fj_place *place, int gone);
/* This pid's handles on anything of pid become STALE. */
void fj_remotes_stale_all(furrow_job *job, int pid);
/* Recalls of the place still under way: a condition of fj_wait. */
bool fj_place_quiet(void *place);
bool fj_entry_held(const fj_entry *entry);
/* The lowest pid that has not answered a recall of the place; 0: none. */
int fj_place_awaits(const fj_place *place);

typedef enum fj_remote_state { FJ_VALID = 0, FJ_STALE, FJ_GONE } fj_remote_state;
struct furrow_remote {
    char *base;     /* mapped here: NULL when it is not, and once it is stale or its pid gone */
    char *into;     /* the same for what writes: NULL also when the symbol is read-only */
    size_t count;   /* elements that base reaches: 0 when base is NULL */
    uint32_t width; /* bytes of an element */
    int pid;
    furrow_job *job;
    fnet_target target;
    fj_remote_state state;
    bool read_only;
    bool by_net; /* put and get are the transport's business, not the owner's */
    furrow_path path;
    furrow_type type;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    size_t nelements;
    uint32_t entry; /* the owner's index */
    uint64_t generation;
    uint32_t nflying;  /* assisted operations under way */
    furrow_err failed; /* the first error of those */
    char *module, *name;
    uint64_t hash;                /* of both and pid */
    struct furrow_remote *next;   /* in its chain, by pid and entry */
    struct furrow_remote *cached; /* in its bucket of the cache, by hash */
};
/* READONLY, counted, when the handle is one for reading alone. */
FURROW_MUST_CHECK furrow_err fj_remote_writable(const furrow_remote *remote);
/* OK, or why the handle cannot be used: STALE, PEER_DEAD, PEER_LEFT. */
FURROW_MUST_CHECK furrow_err fj_remote_check(const furrow_remote *remote);

/* --- one-sided access ----------------------------------------------------------------------------------------------*/

/* What put, get and their kin come down to, in bytes; checked against the handle. */
typedef struct fj_access {
    furrow_remote *remote;
    uint64_t offset;
    uint64_t stride_nbytes;
    uint64_t block_nbytes;
    uint64_t nblocks;
    uint64_t local_stride_nbytes;
    void *local;
    uint32_t notify; /* id + 1; 0: none */
    bool write;
} fj_access;
/* Posts it to the owner, who does it when it makes progress. AGAIN when too much is under way. */
FURROW_MUST_CHECK furrow_err fj_assist(furrow_job *job, const fj_access *access);
/* Waits for all that is under way through the handle; its first error. On TIMEOUT it is forgotten. */
FURROW_MUST_CHECK furrow_err fj_assist_wait(furrow_job *job, furrow_remote *remote, int64_t deadline_ns);
FURROW_MUST_CHECK furrow_err fj_assist_atomic(furrow_job *job, furrow_remote *remote, const fnet_atomic *atomic,
                                              int64_t deadline_ns);
/* The first error of operations that nobody waited for, to pid (0: any), since the last such call. */
FURROW_MUST_CHECK furrow_err fj_assist_failed(furrow_job *job, int pid);
/* The handle goes while operations through it are under way: their answers are ignored. */
void fj_assist_forget(furrow_job *job, const furrow_remote *remote);
/* Operations under way to pid (0: all). */
unsigned fj_assist_flying(const furrow_job *job, int pid);
/* Adds one to this pid's own notification counter, for an assisted put_notify. */
void fj_notify_self(furrow_job *job, uint32_t id);

#endif
