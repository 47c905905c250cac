/*
 * swap_table.c - where the pids of a host meet to swap entries: a line of the host's common memory a group, and in it two
 * boxes of each pid. Called by swap.c and swap_far.c; it knows nothing of dictionaries.
 *
 * A line's claim is a key and a count of the pids that are attached, in one word, so that nobody attaches to a line that is
 * being given to another group. Who claims a free line clears it before it lets others in.
 */
#include "job/swap.h"
#include "base/hash.h"
#include "net/copy.h"
#include <stdlib.h>
#include <string.h>

#define COUNT_BITS   16
#define COUNT_MASK   (((uint64_t)1 << COUNT_BITS) - 1)
#define MAKING       ((uint64_t)1 << (COUNT_BITS - 1))               /* in the count: the line is being cleared */
#define BOXES_NBYTES (FNET_COMMON_NBYTES(1) - FNET_COMMON_NBYTES(0)) /* a pid's, of all lines */
#define SCRATCH_KEPT ((size_t)1 << 20)

/* Of this pid's heap: entries that have no room in a box. */
typedef struct block {
    void *at;
    size_t nbytes;
} block;

struct fj_swaps {
    fb_buffer scratch;
    block large[FJ_SWAP_LINES][2], far[FJ_SWAP_LINES][2];
};
_Static_assert(FJ_SWAP_LINES * 2 * sizeof(fj_box) == BOXES_NBYTES, "a pid's boxes fill its part of the common memory");
_Static_assert(sizeof(fj_box) == 64, "a box is a cache line");
_Static_assert(sizeof(fj_common) <= FNET_COMMON_NBYTES(0), "boxes begin behind the lines");

furrow_err fj_swaps_open(furrow_job *job)
{
    job->swaps = calloc(1, sizeof *job->swaps);
    if (!job->swaps) return fb_fail(FURROW_ERR_NOMEM, "no memory for message dictionaries");
    furrow_err e = fj_groups_open(job);
    return e ? e : fj_bundles_open(job);
}

/* --- lines ---------------------------------------------------------------------------------------------------------*/

static int dead_of(furrow_job *job, const fj_swap_group *g)
{
    int n = 0;
    for (size_t i = 0; i < g->nlocals; i++)
        n += fboot_peer(&job->boot, g->locals[i]) >= FBOOT_LEFT && g->locals[i] != job->pid;
    return n;
}

/* A line whose last living pid goes is free, though the dead never detached. */
void fj_swap_detach(furrow_job *job, fj_swap_group *g)
{
    if (g->index < 0) return;
    uint64_t claim = atomic_load(&g->line->claim), next;
    do {
        uint64_t left = (claim & COUNT_MASK) - 1;
        next = left <= (uint64_t)dead_of(job, g) ? 0 : claim - 1;
    } while (!atomic_compare_exchange_weak(&g->line->claim, &claim, next));
    g->index = -1;
    g->line = NULL;
}

/* Those who are slower may still read what this pid published last. */
static void keep_all(furrow_job *job, const struct fj_swaps *s)
{
    for (int i = 0; i < FJ_SWAP_LINES; i++) {
        for (int k = 0; k < 2; k++) {
            const block *large = &s->large[i][k], *far = &s->far[i][k];
            if (large->at) job->net_ops->keep(job->net, large->at, large->nbytes);
            if (far->at) job->net_ops->keep(job->net, far->at, far->nbytes);
        }
    }
}

void fj_swaps_close(furrow_job *job)
{
    struct fj_swaps *s = job->swaps;
    fj_bundles_close(job);
    if (s && job->nprocs > 1) keep_all(job, s);
    fj_groups_close(job);
    if (s) fb_buffer_free(&s->scratch);
    free(s);
    job->swaps = NULL;
}

static fj_box *boxes_of(furrow_job *job, const fj_swap_line *line, int half)
{
    fj_common *common = fj_common_of(job);
    size_t number = (size_t)(line - common->lines) * 2 + (size_t)half;
    return (fj_box *)(void *)((char *)common + FNET_COMMON_NBYTES(0)) + number * (size_t)job->nprocs;
}

/* For its first group; nobody is attached. */
static void clear_line(furrow_job *job, fj_swap_line *line)
{
    for (int i = 0; i < 2 * job->nprocs; i++) atomic_store(&boxes_of(job, line, 0)[i].word, 0);
    atomic_store(&line->withdrawals, 0);
    atomic_store(&line->passed, 0);
    atomic_store(&line->broken, 0);
}

static furrow_err hold_line(furrow_job *job, fj_swap_group *g, uint64_t tag)
{
    fj_common *common = fj_common_of(job);
    if (!common) return fb_fail(FURROW_ERR_NOT_BUILT, "transport %s has no table to swap in", job->net_ops->name);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < FJ_SWAP_LINES; i++) {
            fj_swap_line *line = &common->lines[(size_t)(i + (int)(tag % FJ_SWAP_LINES)) % FJ_SWAP_LINES];
            uint64_t claim = atomic_load(&line->claim);
            while (claim >> COUNT_BITS == tag) { /* ours: come in, unless it is still being cleared */
                if (claim & MAKING) return FURROW_ERR_AGAIN;
                if (!atomic_compare_exchange_weak(&line->claim, &claim, claim + 1)) continue;
                g->line = line;
                return FURROW_OK;
            }
            if (!pass || claim) continue;
            if (!atomic_compare_exchange_strong(&line->claim, &claim, tag << COUNT_BITS | MAKING | 1))
                return FURROW_ERR_AGAIN;
            clear_line(job, line);
            atomic_store(&line->claim, tag << COUNT_BITS | 1);
            g->line = line;
            return FURROW_OK;
        }
    }
    return fb_fail(FURROW_ERR_LIMIT, "more than %d message dictionaries are being swapped on this host", FJ_SWAP_LINES);
}

furrow_err fj_swap_attach(furrow_job *job, fj_swap_group *g)
{
    if (g->index >= 0) return FURROW_OK;
    uint64_t mixed[2] = {g->key, (uint64_t)g->locals[0]};
    uint64_t tag = fb_hash64(mixed, sizeof mixed) >> COUNT_BITS;
    furrow_err e = hold_line(job, g, tag ? tag : 1);
    if (e) return e;
    g->index = (int)(g->line - fj_common_of(job)->lines);
    g->standing = g->sent = false;
    for (int half = 0; half < 2; half++) g->boxes[half] = boxes_of(job, g->line, half);
    fj_round_begin(job, g);
    return FURROW_OK;
}

/* --- boxes ---------------------------------------------------------------------------------------------------------*/

fb_buffer *fj_swap_scratch(furrow_job *job)
{
    fb_buffer *b = &job->swaps->scratch;
    if (b->capacity > SCRATCH_KEPT) fb_buffer_free(b);
    b->nbytes = 0;
    return b;
}

/* Copies into a block of at least that size in place of the old one, which nobody reads any more: see fj_box. */
static furrow_err fill_block(furrow_job *job, block *b, const fb_buffer *bytes, fnet_key *key)
{
    if (b->nbytes < bytes->nbytes || !b->at) {
        if (b->at) fj_heap_free(job, b->at);
        *b = (block){NULL, 0};
        furrow_err e = fj_heap_alloc(job, bytes->nbytes ? bytes->nbytes : 1, &b->at);
        if (e) return e;
        b->nbytes = bytes->nbytes;
    }
    if (bytes->nbytes) fnet_copy_in(b->at, bytes->bytes, bytes->nbytes);
    return job->net_ops->key_pack(job->net, NULL, b->at, bytes->nbytes, key);
}

static fj_box *own_box(const furrow_job *job, const fj_swap_group *g)
{
    return &g->boxes[g->round & 1][job->pid - 1];
}

void fj_swap_publish_cell(furrow_job *job, fj_swap_group *g, const fv_cell *cell)
{
    fj_box *box = own_box(job, g);
    box->kind = FJ_BOX_CELL;
    box->tag = cell->tag;
    box->payload = cell->i;
}

furrow_err fj_swap_publish(furrow_job *job, fj_swap_group *g, fj_box_kind kind, const fb_buffer *bytes)
{
    fj_box *box = own_box(job, g);
    furrow_err e = FURROW_OK;
    if (bytes->nbytes > FJ_BOX_INLINE)
        e = fill_block(job, &job->swaps->large[g->index][g->round & 1], bytes, &box->key);
    else if (bytes->nbytes)
        memcpy(box->bytes, bytes->bytes, bytes->nbytes);
    box->kind = kind;
    box->nbytes = bytes->nbytes;
    return e;
}

furrow_err fj_swap_publish_far(furrow_job *job, fj_swap_group *g, const fb_buffer *bytes)
{
    uint32_t half = g->round & 1;
    g->line->far[half].nbytes = bytes->nbytes;
    return fill_block(job, &job->swaps->far[g->index][half], bytes, &g->line->far[half].key);
}

static furrow_err reach(furrow_job *job, int pid, const fnet_key *key, uint64_t nbytes, fb_cursor *bytes)
{
    fnet_target target = {0};
    furrow_err e = job->net_ops->key_open(job->net, pid, key, &target);
    if (e) return e;
    if (!target.direct || target.nbytes < nbytes)
        return fb_fail(FURROW_ERR_FORMAT, "an entry of pid %d that cannot be reached", pid);
    *bytes = (fb_cursor){target.direct, (const unsigned char *)target.direct + nbytes};
    return FURROW_OK;
}

furrow_err fj_swap_read(furrow_job *job, const fj_swap_group *g, size_t local, fj_swap_item *item)
{
    const fj_box *box = &g->boxes[g->round & 1][g->locals[local] - 1];
    uint32_t kind = box->kind;
    if (kind == FJ_BOX_CELL) {
        item->kind = FJ_BOX_CELL;
        item->cell = (fv_cell){.tag = box->tag, .i = box->payload};
        if (fj_box_takes(&item->cell)) return FURROW_OK;
    }
    if (kind != FJ_BOX_WIRE && kind != FJ_BOX_FAILED)
        return fb_fail(FURROW_ERR_FORMAT, "an entry of pid %d of kind %u", g->locals[local], kind);
    uint64_t nbytes = box->nbytes;
    item->kind = (fj_box_kind)kind;
    item->bytes = (fb_cursor){box->bytes, box->bytes + nbytes};
    return nbytes > FJ_BOX_INLINE ? reach(job, g->locals[local], &box->key, nbytes, &item->bytes) : FURROW_OK;
}

/* The representative is the lowest local. */
furrow_err fj_swap_read_far(furrow_job *job, const fj_swap_group *g, fb_cursor *bytes)
{
    uint32_t half = g->round & 1;
    return reach(job, g->locals[0], &g->line->far[half].key, g->line->far[half].nbytes, bytes);
}
