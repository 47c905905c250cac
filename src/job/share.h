/*
 * share.h - shared arrays from inside: leases, by which a pid's memory is a symbol of other pids too (lease.c), one
 * host's part in a broadcast (share.c), and the part of who began it (broadcast.c). message.c dispatches to the handlers.
 */
#ifndef FJ_SHARE_H
#define FJ_SHARE_H

#include "job/eval.h"
#include "job/parts.h"

/* --- leases (lease.c) ----------------------------------------------------------------------------------------------*/

/*
 * A lease: place, of this pid's heap, is in other pids' symbol tables. Behind its data stands a tail in which each of
 * them has a bit, for the time when the lender is gone. The memory is used again when every lessee has given it back or
 * is gone, and nobody can have a handle any more that a lessee gave out.
 */
typedef struct fj_lease fj_lease;
/* Bytes a place of nbytes needs to be leased. OVERFLOW. */
FURROW_MUST_CHECK furrow_err fj_lease_span(const furrow_job *job, size_t nbytes, size_t *span);
/* Nobody has it yet; it ends after fj_lease_close, when there is no lessee any more. */
FURROW_MUST_CHECK furrow_err fj_lease_open(furrow_job *job, fj_place *place, fj_lease **lease);
uint64_t fj_lease_id(const fj_lease *lease);
void fj_lease_add(fj_lease *lease, int pid);
void fj_lease_remove(furrow_job *job, uint64_t id, int pid);
void fj_lease_close(furrow_job *job, fj_lease *lease);
/* share.c: tells the lender of the place. */
FURROW_MUST_CHECK furrow_err fj_share_say_returned(furrow_job *job, const fj_place *place);
/* At a lessee: what lender offers, as a place of this pid. FORMAT when it is none. */
FURROW_MUST_CHECK furrow_err fj_lease_take(furrow_job *job, const fj_place *offer, fj_place **place);

/* --- broadcasts ----------------------------------------------------------------------------------------------------*/

/* What is broadcast. name and module are borrowed. */
typedef struct fj_shape {
    char module[FJ_NAME_NBYTES], name[FJ_NAME_NBYTES];
    furrow_type type;
    int ndims; /* 0: a scalar */
    size_t dims[FURROW_MAX_NDIMS];
    size_t nbytes;
    furrow_placement placement;
    int node;
    bool small_pages;
} fj_shape;

/* The names: name may have a module in front; module is where it is bound otherwise. / nbytes, from type and dimensions. */
FURROW_MUST_CHECK furrow_err fj_shape_name(const char *module, const char *name, fj_shape *shape);
FURROW_MUST_CHECK furrow_err fj_shape_size(fj_shape *shape);

typedef struct fj_host_part { /* one host: the first of pids holds the memory */
    int *pids;
    size_t npids;
} fj_host_part;

/* --- messages about them (share_wire.c): FJ_SHARE and FJ_SHARED begin with a word and who began the broadcast -------*/

typedef enum fj_share_word {
    FJ_SHARE_OFFER,    /* to a representative: the shape, its host and those behind it; small data */
    FJ_SHARE_FILLED,   /* to a representative: the data is there */
    FJ_SHARE_CANCEL,   /* to a representative: no data will come */
    FJ_SHARE_TOUCH,    /* to a member: touch the pages of your chunk */
    FJ_SHARE_MAP,      /* to a member: the memory, bind it */
    FJ_SHARED_ROOM,    /* from a representative to who offered: where the data goes */
    FJ_SHARED_TOUCHED, /* from members to their representative */
    FJ_SHARED_MAPPED,
    FJ_SHARED_DONE,    /* from a representative to who began */
    FJ_SHARED_RETURNED /* from a lessee to the lender: id is the lease's */
} fj_share_word;
typedef struct fj_share_head {
    uint8_t word;
    uint32_t root; /* who began it */
    uint64_t id;   /* its number there */
} fj_share_head;
FURROW_MUST_CHECK furrow_err fj_share_head_put(fb_buffer *b, fj_share_word word, int root, uint64_t id);
FURROW_MUST_CHECK furrow_err fj_share_head_get(furrow_job *job, fb_cursor *c, fj_share_head *head);
FURROW_MUST_CHECK furrow_err fj_shape_put(fb_buffer *b, const fj_shape *shape);
FURROW_MUST_CHECK furrow_err fj_shape_get(fb_cursor *c, fj_shape *shape);
FURROW_MUST_CHECK furrow_err fj_hosts_put(fb_buffer *b, const fj_host_part *hosts, size_t n);
/* All in one piece from malloc. FORMAT when a pid is none, or is named twice. */
FURROW_MUST_CHECK furrow_err fj_hosts_get(furrow_job *job, fb_cursor *c, fj_host_part **hosts, size_t *n);
/* A copy in one piece. */
FURROW_MUST_CHECK furrow_err fj_hosts_copy(const fj_host_part *hosts, size_t n, fj_host_part **copy);
/* Where memory is: key and lease. */
FURROW_MUST_CHECK furrow_err fj_offer_put(fb_buffer *b, const fnet_key *key, uint64_t lease);
FURROW_MUST_CHECK furrow_err fj_offer_get(fb_cursor *c, fnet_key *key, uint64_t *lease);

/* --- a member's part (share_member.c) ------------------------------------------------------------------------------*/

/* Binds the symbol to the place, which is dropped when that fails. PINNED. */
FURROW_MUST_CHECK furrow_err fj_share_bind(furrow_job *job, const fj_shape *shape, fj_place *place);
/* The part of nbytes that the index-th of n pids touches first. */
void fj_share_chunk(const fj_shape *shape, size_t index, size_t n, size_t *first, size_t *past);
void fj_share_touch(char *at, size_t first, size_t past);
/* Asks for huge pages, where they are worth it. */
void fj_share_pages(const fj_shape *shape, void *at);
furrow_err fj_share_on_touch(furrow_job *job, int from, const fj_share_head *head, fb_cursor *body);
furrow_err fj_share_on_map(furrow_job *job, int from, const fj_share_head *head, fb_cursor *body);

/* A broadcast: data NULL stands for zeros; near hosts come first. */
typedef struct fj_plan {
    const fj_shape *shape;
    const void *data;
    const fj_host_part *hosts;
    size_t nhosts;
    int64_t deadline_ns;
} fj_plan;

/* One pid's part in a broadcast: handing it to other hosts (hands), and at a representative the array itself. */
typedef struct fj_share fj_share;
/*
 * At who begins it: offers the array to the hosts in trees. The data stay until the share is closed; NULL: zeros. done
 * is called for each host once, with FURROW_OK or the error that the thread's record describes.
 */
typedef void (*fj_share_done)(void *arg, int representative, furrow_err err);
FURROW_MUST_CHECK furrow_err fj_share_begin(furrow_job *job, const fj_plan *plan, fj_share_done done, void *arg,
                                            fj_share **share);
void fj_share_close(furrow_job *job, fj_share *share);
/* The lowest representative that has not reported; 0: all have. */
int fj_share_awaited(const fj_share *share);
/* Does all of it and waits; the error of the lowest pid that failed. */
FURROW_MUST_CHECK furrow_err fj_broadcast(furrow_job *job, const fj_plan *plan);

#endif
