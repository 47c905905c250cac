/*
 * swap.h - message dictionaries from inside: groups of pids (swap_group.c), the host's table (swap_table.c), rounds
 * (swap_round.c), one swap at one pid (swap.c), what crosses between hosts (swap_far.c), and who asks other pids to swap or
 * to hand their entries over (swap_ask.c).
 */
#ifndef FJ_SWAP_H
#define FJ_SWAP_H

#include "job/eval.h"
#include "job/parts.h"

typedef enum fj_box_kind {
    FJ_BOX_CELL,  /* an Int64, a Float64 or nothing: its cell */
    FJ_BOX_WIRE,  /* any other entry: its wire form */
    FJ_BOX_FAILED /* the record of why there is none */
} fj_box_kind;

#define FJ_BOX_INLINE 40
/* A pid's entry as it has published it for a round: one cache line, with the word that says which round it is of. Two for
 * each pid in each line of the host's table, which rounds take in turn: who publishes for a round has seen the round before
 * to its end, and so everybody has arrived in that one, which they do when they have read all of the one before. */
typedef struct fj_box {
    _Alignas(64) _Atomic uint64_t word; /* swap_round.c */
    uint32_t kind;
    uint32_t tag; /* of a cell */
    uint64_t nbytes;
    union {
        unsigned char bytes[FJ_BOX_INLINE];
        int64_t payload; /* of a cell */
        fnet_key key;    /* of more bytes than that: they are in the pid's heap */
    };
} fj_box;

/* Whether a box takes the cell as it is, and what is read out of one may be used. */
static inline bool fj_box_takes(const fv_cell *cell)
{
    return cell->tag == FURROW_INT64 || cell->tag == FURROW_FLOAT64 || cell->tag == FURROW_NOTHING;
}

/* An entry, published here or brought from another host. */
typedef struct fj_swap_item {
    fj_box_kind kind;
    fv_cell cell;
    fb_cursor bytes;
} fj_swap_item;

typedef struct fj_swap_op fj_swap_op;

/* Pids that swap one dictionary with one another. */
typedef struct fj_swap_group {
    struct fj_swap_group *next;
    uint64_t key; /* of name and pids */
    uint64_t used;
    unsigned held;   /* by handles */
    fj_entry *entry; /* of the dictionary, once it is known */
    char module[FJ_NAME_NBYTES], name[FJ_NAME_NBYTES];
    int *pids, *locals, *reps; /* all; those of this host; the lowest of each other host */
    size_t npids, nlocals, nreps;
    int index; /* of the line; -1: none yet */
    fj_swap_line *line;
    fj_box *boxes[2]; /* of the line: [round & 1][pid - 1] */
    uint32_t *hints;  /* of locals: where their entries stood in the dictionary */
    uint32_t own_hint;
    bool told;            /* the pids asked by this one know the group */
    bool sent;            /* a representative: this round's bundle has been sent */
    bool standing;        /* an arrival of this pid's stands that nobody waits for */
    uint32_t round;       /* that it has arrived in, or will */
    uint32_t seen;        /* locals that were seen to have arrived in it, one after another, */
    uint32_t withdrawals; /* while the line's count was this */
    fj_swap_op *first, *last;
} fj_swap_group;

struct fj_swap_op {
    fj_swap_op *next;
    bool arrived;
    uint32_t polls; /* POLLS of them lie between looks at the clock; 0: the next one looks */
    int64_t deadline_ns;
    void (*done)(furrow_job *job, void *arg, furrow_err err); /* once; the error is the thread's last */
    void *arg;
};

/* --- groups (swap_group.c) -----------------------------------------------------------------------------------------*/

FURROW_MUST_CHECK furrow_err fj_groups_open(furrow_job *job);
void fj_groups_close(furrow_job *job);
/* The group of these pids (ascending) and that name, made when it is not known here; borrowed until the next call, unless
 * held or busy. */
FURROW_MUST_CHECK furrow_err fj_swap_group_of(furrow_job *job, const char *module, const char *name, const int *pids,
                                              size_t npids, fj_swap_group **group);
fj_swap_group *fj_swap_group_find(furrow_job *job, uint64_t key);
fj_swap_group *fj_swap_groups(furrow_job *job);

/* --- the table (swap_table.c) --------------------------------------------------------------------------------------*/

/* Gives the group its line in the host's table. AGAIN while another pid is making it. LIMIT. / Gives it back. */
FURROW_MUST_CHECK furrow_err fj_swap_attach(furrow_job *job, fj_swap_group *group);
void fj_swap_detach(furrow_job *job, fj_swap_group *group);
/* Writes into this pid's box for the round that it is about to arrive in; what came from other hosts, at their
 * representative here. */
void fj_swap_publish_cell(furrow_job *job, fj_swap_group *group, const fv_cell *cell);
FURROW_MUST_CHECK furrow_err fj_swap_publish(furrow_job *job, fj_swap_group *group, fj_box_kind kind,
                                             const fb_buffer *bytes);
FURROW_MUST_CHECK furrow_err fj_swap_publish_far(furrow_job *job, fj_swap_group *group, const fb_buffer *bytes);
/* What a local published for the round. The cursor is over its memory. */
FURROW_MUST_CHECK furrow_err fj_swap_read(furrow_job *job, const fj_swap_group *group, size_t local,
                                          fj_swap_item *item);
FURROW_MUST_CHECK furrow_err fj_swap_read_far(furrow_job *job, const fj_swap_group *group, fb_cursor *bytes);
/* An empty buffer to encode into; the next call empties it. */
fb_buffer *fj_swap_scratch(furrow_job *job);

/* --- a round of a host's pids (swap_round.c) -----------------------------------------------------------------------*/

/* Which round this pid is to arrive in, as its own boxes have it. */
void fj_round_begin(furrow_job *job, fj_swap_group *group);
/* This pid has published. / True when all locals have arrived in the round; it stays true. */
void fj_round_arrive(furrow_job *job, fj_swap_group *group);
bool fj_round_full(fj_swap_group *group);
/* Takes this pid's arrival back. False when that cannot be: all may have arrived, and others gone on; the arrival stands. */
bool fj_round_withdraw(furrow_job *job, fj_swap_group *group);
/* Whether a local has arrived in the round; how many have. */
bool fj_round_has(const fj_swap_group *group, size_t local);
unsigned fj_round_count(const fj_swap_group *group);

/* --- one swap (swap.c) ---------------------------------------------------------------------------------------------*/

/* Takes part in the group's next swap: the entry is read and published when those begun before are over. */
void fj_swap_begin(furrow_job *job, fj_swap_group *group, fj_swap_op *op);
/* Moves it on; true when it is over. */
bool fj_swap_move(furrow_job *job, fj_swap_group *group);
/* This pid's own entry as bytes, or its error. */
FURROW_MUST_CHECK furrow_err fj_swap_own(furrow_job *job, fj_swap_group *group, fb_buffer *bytes);
/* Ends an operation that nobody waits for any more. It is not over yet when the others may be going on with it: repeat. */
void fj_swap_cancel(furrow_job *job, fj_swap_group *group, fj_swap_op *op);

/* --- between hosts (swap_far.c) ------------------------------------------------------------------------------------*/

FURROW_MUST_CHECK furrow_err fj_bundles_open(furrow_job *job);
void fj_bundles_close(furrow_job *job);
/* One entry of a bundle, out of bytes nobody vouches for. */
FURROW_MUST_CHECK furrow_err fj_bundle_next(furrow_job *job, fb_cursor *c, int *pid, bool *failed, fb_cursor *entry);
FURROW_MUST_CHECK furrow_err fj_bundle_put(fb_buffer *b, int pid, bool failed, const void *bytes, size_t nbytes);
/* A representative's part once all of its host have arrived. True when the round is over; *lost is a pid without which it
 * cannot be, else 0. */
bool fj_bundles_exchange(furrow_job *job, fj_swap_group *group, int *lost);
/* The lowest pid of a host whose bundle has not come; 0: all have. */
int fj_bundles_awaited(furrow_job *job, const fj_swap_group *group);
furrow_err fj_on_bundle(furrow_job *job, int from, fb_cursor *body);

/* --- asking others (swap_ask.c) ------------------------------------------------------------------------------------*/

typedef struct fj_swap_call {
    const char *module, *name;
    const int *pids;
    size_t npids;
    int64_t deadline_ns;
    bool collect; /* bring the entries here and change nothing there */
} fj_swap_call;
/* Has the pids swap, or collects their entries into *results: fj_results_verdict's error, other pids' entries are there. */
FURROW_MUST_CHECK furrow_err fj_swap_ask(furrow_job *job, const fj_swap_call *call, furrow_results **results);

typedef enum fj_swap_word { FJ_SWAP_BUNDLE, FJ_SWAP_ASK, FJ_SWAP_UNKNOWN, FJ_SWAP_DONE } fj_swap_word;

#endif
