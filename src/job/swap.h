/*
 * swap.h - message dictionaries from inside: the host's table and mailboxes (swap_table.c), one swap at one pid (swap.c),
 * what crosses between hosts (swap_far.c), and who asks other pids to swap or to hand their entries over (swap_ask.c).
 */
#ifndef FJ_SWAP_H
#define FJ_SWAP_H

#include "job/eval.h"
#include "job/parts.h"

#define FJ_BOX_INLINE 464
/* An entry as a pid has published it for a round: its wire form, or the record of why there is none. Larger ones stand
 * elsewhere in the pid's heap. */
typedef struct fj_box {
    _Alignas(64) uint32_t failed;
    uint32_t unused;
    uint64_t nbytes;
    unsigned char bytes[FJ_BOX_INLINE];
    fnet_key key; /* of more than that */
} fj_box;

/* A pid's, one a line of the table: it stays where it is until the job ends. Rounds take turns with its halves: who
 * publishes for a round has seen the round before to its end, and so has everybody, who had to read the one before that. */
typedef struct fj_mailbox {
    fj_box boxes[2];
    struct {
        uint64_t nbytes;
        fnet_key key;
    } far[2]; /* a representative's: what came from other hosts, as fj_bundle_next reads it */
} fj_mailbox;

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
    fj_mailbox **boxes; /* of locals, NULL until they are looked for */
    bool told;          /* the pids asked by this one know the group */
    bool sent;          /* a representative: this round's bundle has been sent */
    bool standing;      /* an arrival of this pid's stands that nobody waits for */
    uint32_t round;     /* that it arrived in */
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

/* --- the table (swap_table.c) --------------------------------------------------------------------------------------*/

/* The group of these pids (ascending) and that name, made when it is not known here; borrowed until the next call, unless
 * held or busy. */
FURROW_MUST_CHECK furrow_err fj_swap_group_of(furrow_job *job, const char *module, const char *name, const int *pids,
                                              size_t npids, fj_swap_group **group);
fj_swap_group *fj_swap_group_find(furrow_job *job, uint64_t key);
/* Gives the group its line in the host's table. AGAIN while another pid is making it. LIMIT. */
FURROW_MUST_CHECK furrow_err fj_swap_attach(furrow_job *job, fj_swap_group *group);
/* This pid's mailbox for the group's line, or a local's. */
FURROW_MUST_CHECK furrow_err fj_swap_mailbox(furrow_job *job, fj_swap_group *group, size_t local, fj_mailbox **box);
/* Writes into this pid's box for the round; far: into what a representative keeps for its host. */
FURROW_MUST_CHECK furrow_err fj_swap_publish(furrow_job *job, fj_swap_group *group, uint32_t round,
                                             const fb_buffer *bytes, bool failed);
FURROW_MUST_CHECK furrow_err fj_swap_publish_far(furrow_job *job, fj_swap_group *group, uint32_t round,
                                                 const fb_buffer *bytes);
/* What a local published. The cursor is over its memory. */
FURROW_MUST_CHECK furrow_err fj_swap_read(furrow_job *job, fj_swap_group *group, size_t local, uint32_t round,
                                          fb_cursor *bytes, bool *failed);
FURROW_MUST_CHECK furrow_err fj_swap_read_far(furrow_job *job, fj_swap_group *group, uint32_t round, fb_cursor *bytes);
fj_swap_group *fj_swap_groups(furrow_job *job);
/* An empty buffer to encode into; the next call empties it. */
fb_buffer *fj_swap_scratch(furrow_job *job);

/* --- one swap (swap.c) ---------------------------------------------------------------------------------------------*/

/* Takes part in the group's next swap: the entry is read and published when those begun before are over. */
void fj_swap_begin(furrow_job *job, fj_swap_group *group, fj_swap_op *op);
/* Moves it on; true when it is over. */
bool fj_swap_move(furrow_job *job, fj_swap_group *group);
/* This pid's own entry as bytes, or its error. */
FURROW_MUST_CHECK furrow_err fj_swap_own(furrow_job *job, fj_swap_group *group, fb_buffer *bytes);
/* Puts an entry into the dictionary of that name; failed: keeps the error it stands for in *info, of the lowest pid. */
FURROW_MUST_CHECK furrow_err fj_swap_enter(fv_dict *dict, int pid, fb_cursor *bytes, bool failed,
                                           furrow_error_info *info);

/* --- between hosts (swap_far.c) ------------------------------------------------------------------------------------*/

FURROW_MUST_CHECK furrow_err fj_bundles_open(furrow_job *job);
void fj_bundles_close(furrow_job *job);
/* One entry of a bundle, out of bytes nobody vouches for. */
FURROW_MUST_CHECK furrow_err fj_bundle_next(furrow_job *job, fb_cursor *c, int *pid, bool *failed, fb_cursor *entry);
FURROW_MUST_CHECK furrow_err fj_bundle_put(fb_buffer *b, int pid, bool failed, const void *bytes, size_t nbytes);
/* A representative's part once all of its host have arrived. True when the round is over; *lost is a pid without which it
 * cannot be, else 0. */
bool fj_bundles_exchange(furrow_job *job, fj_swap_group *group, uint32_t round, int *lost);
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
