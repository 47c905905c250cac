/*
 * swap_table.c - where the pids of a host meet to swap entries: a line of the host's common memory a group, and a mailbox
 * of each pid for each line it has used. Called by swap.c and swap_far.c; it knows nothing of dictionaries.
 *
 * A line's claim is a key and a count of the pids that are attached, in one word, so that nobody attaches to a line that is
 * being given to another group. Who claims a free line clears it before it lets others in.
 */
#include "job/swap.h"
#include "base/hash.h"
#include "net/copy.h"
#include <stdlib.h>
#include <string.h>

#define GROUPS_KEPT 24 /* idle ones a pid stays attached to */
#define COUNT_BITS  16
#define COUNT_MASK  (((uint64_t)1 << COUNT_BITS) - 1)
#define MAKING      ((uint64_t)1 << (COUNT_BITS - 1)) /* in the count: the line is being cleared */
#define PAGE_NBYTES ((size_t)4096)                    /* of common memory a pid: the keys of its mailboxes */

struct fj_swaps {
    fj_swap_group *groups;
    uint64_t clock;
    fb_buffer scratch;
    fj_mailbox *own[FJ_SWAP_LINES];
    void *large[FJ_SWAP_LINES][2], *far[FJ_SWAP_LINES][2]; /* blocks of the heap */
    size_t large_nbytes[FJ_SWAP_LINES][2], far_nbytes[FJ_SWAP_LINES][2];
};
_Static_assert(FJ_SWAP_LINES * sizeof(fnet_key) == PAGE_NBYTES, "a pid's keys fill its page");

furrow_err fj_swaps_open(furrow_job *job)
{
    job->swaps = calloc(1, sizeof *job->swaps);
    if (!job->swaps) return fb_fail(FURROW_ERR_NOMEM, "no memory for message dictionaries");
    return fj_bundles_open(job);
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
static void detach(furrow_job *job, fj_swap_group *g)
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

static void group_free(furrow_job *job, fj_swap_group *g)
{
    detach(job, g);
    free(g->boxes);
    free(g->pids);
    free(g);
}

/* Those who are slower may still read what this pid published last. */
static void keep_all(furrow_job *job, const struct fj_swaps *s)
{
    for (int i = 0; i < FJ_SWAP_LINES; i++) {
        if (s->own[i]) job->net_ops->keep(job->net, s->own[i], sizeof *s->own[i]);
        for (int k = 0; k < 2; k++) {
            if (s->large[i][k]) job->net_ops->keep(job->net, s->large[i][k], s->large_nbytes[i][k]);
            if (s->far[i][k]) job->net_ops->keep(job->net, s->far[i][k], s->far_nbytes[i][k]);
        }
    }
}

void fj_swaps_close(furrow_job *job)
{
    struct fj_swaps *s = job->swaps;
    fj_bundles_close(job);
    if (s && job->nprocs > 1) keep_all(job, s);
    while (s && s->groups) {
        fj_swap_group *g = s->groups;
        s->groups = g->next;
        group_free(job, g);
    }
    if (s) fb_buffer_free(&s->scratch);
    free(s);
    job->swaps = NULL;
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
            uint64_t round = atomic_load(&line->word) >> 32;
            atomic_store(&line->word, (round + 2) << 32);
            atomic_store(&line->broken, 0);
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
    memset(g->boxes, 0, g->nlocals * sizeof *g->boxes);
    return FURROW_OK;
}

/* --- mailboxes -----------------------------------------------------------------------------------------------------*/

static fnet_key *keys_of(furrow_job *job, int pid)
{
    char *common = (char *)fj_common_of(job);
    return (fnet_key *)(void *)(common + FNET_COMMON_NBYTES(0) + (size_t)(pid - 1) * PAGE_NBYTES);
}

/* Its key is written before this pid arrives anywhere with it (release), and read after that (acquire). */
static furrow_err own_mailbox(furrow_job *job, int index, fj_mailbox **out)
{
    struct fj_swaps *s = job->swaps;
    if (!s->own[index]) {
        void *at;
        furrow_err e = fj_heap_alloc(job, sizeof(fj_mailbox), &at);
        if (!e) e = job->net_ops->key_pack(job->net, NULL, at, sizeof(fj_mailbox), &keys_of(job, job->pid)[index]);
        if (e) return e;
        s->own[index] = at;
    }
    *out = s->own[index];
    return FURROW_OK;
}

furrow_err fj_swap_mailbox(furrow_job *job, fj_swap_group *g, size_t local, fj_mailbox **out)
{
    fnet_target target = {0};
    furrow_err e = FURROW_OK;
    if (g->locals[local] == job->pid) return own_mailbox(job, g->index, out);
    if (!g->boxes[local]) {
        e = job->net_ops->key_open(job->net, g->locals[local], &keys_of(job, g->locals[local])[g->index], &target);
        if (e) return e;
        if (!target.direct || target.nbytes < sizeof(fj_mailbox))
            return fb_fail(FURROW_ERR_FORMAT, "pid %d has no mailbox that can be reached", g->locals[local]);
        g->boxes[local] = target.direct;
    }
    *out = g->boxes[local];
    return FURROW_OK;
}

/* A block of at least nbytes in place of *block. Who read the old one has arrived since, see fj_mailbox. */
static furrow_err make_block(furrow_job *job, void **block, size_t *capacity, size_t nbytes)
{
    if (*capacity >= nbytes) return FURROW_OK;
    if (*block) fj_heap_free(job, *block);
    *block = NULL;
    *capacity = 0;
    furrow_err e = fj_heap_alloc(job, nbytes, block);
    if (!e) *capacity = nbytes;
    return e;
}

furrow_err fj_swap_publish(furrow_job *job, fj_swap_group *g, uint32_t round, const fb_buffer *bytes, bool failed)
{
    struct fj_swaps *s = job->swaps;
    fj_mailbox *mine;
    furrow_err e = own_mailbox(job, g->index, &mine);
    if (e) return e;
    fj_box *box = &mine->boxes[round & 1];
    void **block = &s->large[g->index][round & 1];
    void *to = box->bytes;
    if (bytes->nbytes > FJ_BOX_INLINE) {
        e = make_block(job, block, &s->large_nbytes[g->index][round & 1], bytes->nbytes);
        if (!e) e = job->net_ops->key_pack(job->net, NULL, *block, bytes->nbytes, &box->key);
        if (e) return e;
        to = *block;
    }
    if (bytes->nbytes) fnet_copy_in(to, bytes->bytes, bytes->nbytes);
    box->failed = failed;
    box->nbytes = bytes->nbytes;
    return FURROW_OK;
}

furrow_err fj_swap_publish_far(furrow_job *job, fj_swap_group *g, uint32_t round, const fb_buffer *bytes)
{
    struct fj_swaps *s = job->swaps;
    fj_mailbox *mine;
    void **block = &s->far[g->index][round & 1];
    furrow_err e = own_mailbox(job, g->index, &mine);
    if (!e) e = make_block(job, block, &s->far_nbytes[g->index][round & 1], bytes->nbytes ? bytes->nbytes : 1);
    if (!e) e = job->net_ops->key_pack(job->net, NULL, *block, bytes->nbytes, &mine->far[round & 1].key);
    if (e) return e;
    if (bytes->nbytes) fnet_copy_in(*block, bytes->bytes, bytes->nbytes);
    mine->far[round & 1].nbytes = bytes->nbytes;
    return FURROW_OK;
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

furrow_err fj_swap_read(furrow_job *job, fj_swap_group *g, size_t local, uint32_t round, fb_cursor *bytes, bool *failed)
{
    fj_mailbox *box;
    furrow_err e = fj_swap_mailbox(job, g, local, &box);
    if (e) return e;
    const fj_box *b = &box->boxes[round & 1];
    uint64_t nbytes = b->nbytes;
    *failed = b->failed != 0;
    if (nbytes > FJ_BOX_INLINE) return reach(job, g->locals[local], &b->key, nbytes, bytes);
    *bytes = (fb_cursor){b->bytes, b->bytes + nbytes};
    return FURROW_OK;
}

/* The representative is the lowest local. */
furrow_err fj_swap_read_far(furrow_job *job, fj_swap_group *g, uint32_t round, fb_cursor *bytes)
{
    fj_mailbox *box;
    furrow_err e = fj_swap_mailbox(job, g, 0, &box);
    return e ? e : reach(job, g->locals[0], &box->far[round & 1].key, box->far[round & 1].nbytes, bytes);
}

/* --- groups --------------------------------------------------------------------------------------------------------*/

#define SCRATCH_KEPT ((size_t)1 << 20)

fb_buffer *fj_swap_scratch(furrow_job *job)
{
    fb_buffer *b = &job->swaps->scratch;
    if (b->capacity > SCRATCH_KEPT) fb_buffer_free(b);
    b->nbytes = 0;
    return b;
}

fj_swap_group *fj_swap_groups(furrow_job *job)
{
    return job->swaps ? job->swaps->groups : NULL;
}

fj_swap_group *fj_swap_group_find(furrow_job *job, uint64_t key)
{
    fj_swap_group *g = job->swaps->groups;
    while (g && g->key != key) g = g->next;
    if (g) g->used = ++job->swaps->clock;
    return g;
}

static bool idle(const fj_swap_group *g)
{
    return !g->held && !g->first && !g->standing;
}

/* Lets the group go that was used longest ago, when there are too many. */
static void make_room(furrow_job *job)
{
    fj_swap_group **oldest = NULL;
    size_t n = 0;
    for (fj_swap_group **link = &job->swaps->groups; *link; link = &(*link)->next) {
        if (!idle(*link)) continue;
        n++;
        if (!oldest || (*link)->used < (*oldest)->used) oldest = link;
    }
    if (n < GROUPS_KEPT) return;
    fj_swap_group *g = *oldest;
    *oldest = g->next;
    group_free(job, g);
}

static uint64_t key_of(const char *module, const char *name, const int *pids, size_t n)
{
    uint64_t words[3] = {fb_hash64(module, strlen(module)), fb_hash64(name, strlen(name)),
                         fb_hash64(pids, n * sizeof *pids)};
    return fb_hash64(words, sizeof words);
}

/* Who is on this host, and who stands for each other host. */
static void sort_hosts(furrow_job *job, fj_swap_group *g)
{
    for (size_t i = 0; i < g->npids; i++) {
        int lead = fj_near(job, g->pids[i]) ? 0 : fj_lead(job, g->pids[i]);
        bool seen = false;
        if (!lead) g->locals[g->nlocals++] = g->pids[i];
        for (size_t k = 0; lead && k < g->nreps; k++) seen = seen || fj_lead(job, g->reps[k]) == lead;
        if (lead && !seen) g->reps[g->nreps++] = g->pids[i];
    }
}

furrow_err fj_swap_group_of(furrow_job *job, const char *module, const char *name, const int *pids, size_t n,
                            fj_swap_group **out)
{
    uint64_t key = key_of(module, name, pids, n);
    fj_swap_group *g = fj_swap_group_find(job, key);
    if (!g) {
        make_room(job);
        g = calloc(1, sizeof *g);
        int *lists = calloc(3 * n, sizeof *lists);
        fj_mailbox **boxes = calloc(n, sizeof *boxes);
        if (!g || !lists || !boxes) {
            free(g);
            free(lists);
            free(boxes);
            return fb_fail(FURROW_ERR_NOMEM, "no memory for a message dictionary of %zu pids", n);
        }
        *g = (fj_swap_group){.next = job->swaps->groups, .key = key, .index = -1, .used = ++job->swaps->clock};
        g->pids = lists;
        g->locals = lists + n;
        g->reps = lists + 2 * n;
        g->npids = n;
        g->boxes = boxes;
        memcpy(g->pids, pids, n * sizeof *pids);
        memcpy(g->module, module, strlen(module) + 1);
        memcpy(g->name, name, strlen(name) + 1);
        sort_hosts(job, g);
        job->swaps->groups = g;
    }
    *out = g;
    return FURROW_OK;
}
