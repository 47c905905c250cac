/*
 * share_state.h - broadcasts from inside, for share.c, share_hand.c and share_host.c alone: what a pid knows of one, and their calls.
 */
#ifndef FJ_SHARE_STATE_H
#define FJ_SHARE_STATE_H

#include "job/share.h"

typedef enum fj_hand_state { HAND_OFFERED, HAND_WRITING, HAND_FLYING, HAND_OVER } fj_hand_state;

/* hosts[first..past-1], handed to the first of them, who hands it on. */
typedef struct fj_hand {
    struct fj_hand *next;
    size_t first, past;
    fj_hand_state state;
    fnet_target target;
    fnet_rma rma;
} fj_hand;

/* What a representative is about; NO_ARRAY at who began it. ABANDONED: it has failed, and others may still write to the
 * memory, which is kept until they have. */
typedef enum fj_phase { NO_ARRAY, WANTS_MEMORY, TOUCHING, FILLING, ABANDONED, MAPPING, COMPLETE } fj_phase;

/* What a representative reports. */
enum { ALL_WELL, SOME_FAILED, NOTHING_BOUND /* nor handed on */ };

struct fj_share {
    fj_share *next;
    int root, parent; /* parent: 0 at who began it */
    uint64_t id;
    int64_t deadline_ns;
    fj_shape shape;
    fj_phase phase;
    fj_host_part *hosts;
    size_t nhosts;
    bool *pending; /* members of hosts[0], in their order, that have still to answer; at who began it: hosts */
    size_t npending;
    const void *data; /* to hand on; NULL: zeros */
    unsigned char *inlined;
    bool owed; /* the parent knows where the memory is, and has not said that it has written */
    fj_place *place;
    fj_lease *lease;
    fj_hand *hands;
    furrow_err failed; /* the first member's error */
    furrow_error_info info;
    fj_share_done done;
    void *arg;
};

struct fj_shares {
    fj_share *first;
    uint64_t last_id;
};

/* --- handing on (share_hand.c) -------------------------------------------------------------------------------------*/

/* Sends b to pid unless e is an error, and frees it. */
FURROW_MUST_CHECK furrow_err fj_share_say(furrow_job *job, int pid, fj_kind kind, fb_buffer *b, furrow_err e);
/* Tells pid that no data will come. */
FURROW_MUST_CHECK furrow_err fj_share_cancel(furrow_job *job, int pid, const fj_share_head *head);
bool fj_share_is_root(const fj_share *s);
/* At who began it: a host is through with it, with err. */
void fj_share_report(fj_share *s, size_t host, furrow_err err);
/* To hosts[first], which hands it on to those up to past; where that fails, they are handed it from here. */
void fj_hand_offer(furrow_job *job, fj_share *s, size_t first, size_t past);
void fj_hand_out(furrow_job *job, fj_share *s, size_t first, size_t past);
/* How far the tree below host reaches that stands in the tree below first..past. */
size_t fj_hand_reach(size_t host, size_t first, size_t past);
bool fj_hands_over(const fj_share *s);
/* NULL: nothing is being handed to pid. */
fj_hand *fj_hand_to(const fj_share *s, int pid);
/* Moves the data of one hand on; how many things were done. */
int fj_hand_write(furrow_job *job, fj_share *s, fj_hand *h);
FURROW_MUST_CHECK furrow_err fj_hand_on_room(furrow_job *job, int from, fj_share *s, fb_cursor *body);

/* --- a representative (share_host.c) -------------------------------------------------------------------------------*/

/* Keeps the error that was just reported, unless there is one of a lower pid. */
void fj_share_keep_error(fj_share *s, furrow_err err, int pid);
FURROW_MUST_CHECK furrow_err fj_share_take_offer(furrow_job *job, fj_share *s, fb_cursor *body);
/* False while there is no memory, and some is on its way back. */
bool fj_share_get_memory(furrow_job *job, fj_share *s);
/* The data is there: binds it, has it mapped, hands it on. */
void fj_share_filled(furrow_job *job, fj_share *s);
/* The error just reported ends it: nothing was bound, nothing handed on. */
void fj_share_fail(furrow_job *job, fj_share *s, furrow_err err);
/* An abandoned share ends when nobody can write to its memory any more. */
void fj_share_let_go(fj_share *s);
void fj_share_member_answered(furrow_job *job, fj_share *s, size_t index);
FURROW_MUST_CHECK furrow_err fj_share_on_member(furrow_job *job, int from, fj_share *s, uint8_t word, fb_cursor *body);

#endif
