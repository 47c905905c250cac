/*
 * swap_far.c - what crosses between hosts in a swap: one message from each host's representative to each other's, with the
 * entries of all its pids. They may come before this host is ready, and are kept until it is. Called by swap.c.
 */
#include "job/swap.h"
#include <stdlib.h>
#include <string.h>

#define KEPT_MOST ((size_t)256 << 20)

typedef struct bundle {
    struct bundle *next;
    uint64_t key;
    int from;
    size_t nbytes;
    unsigned char bytes[];
} bundle;

struct fj_bundles {
    bundle *first, **last;
    size_t nbytes;
};

furrow_err fj_bundles_open(furrow_job *job)
{
    job->bundles = calloc(1, sizeof *job->bundles);
    if (!job->bundles) return fb_fail(FURROW_ERR_NOMEM, "no memory for message dictionaries");
    job->bundles->last = &job->bundles->first;
    return FURROW_OK;
}

static void drop(struct fj_bundles *all, bundle **link)
{
    bundle *b = *link;
    *link = b->next;
    if (all->last == &b->next) all->last = link;
    all->nbytes -= b->nbytes;
    free(b);
}

void fj_bundles_close(furrow_job *job)
{
    while (job->bundles && job->bundles->first) drop(job->bundles, &job->bundles->first);
    free(job->bundles);
    job->bundles = NULL;
}

/* --- entries as bytes ----------------------------------------------------------------------------------------------*/

furrow_err fj_bundle_put(fb_buffer *b, int pid, bool failed, const void *bytes, size_t nbytes)
{
    furrow_err e = fb_buffer_put_u32(b, (uint32_t)pid);
    if (!e) e = fb_buffer_put_u8(b, failed);
    if (!e) e = fb_buffer_put_u64(b, nbytes);
    return e || !nbytes ? e : fb_buffer_put(b, bytes, nbytes);
}

furrow_err fj_bundle_next(furrow_job *job, fb_cursor *c, int *pid, bool *failed, fb_cursor *entry)
{
    uint32_t number;
    uint8_t flag = 0;
    uint64_t nbytes = 0;
    const void *at = NULL;
    furrow_err e = fb_cursor_u32(c, &number);
    if (!e) e = fb_cursor_u8(c, &flag);
    if (!e) e = fb_cursor_u64(c, &nbytes);
    if (!e && (number < 1 || number > (uint32_t)job->nprocs || flag > 1 || nbytes > fb_cursor_left(c)))
        e = fb_fail(FURROW_ERR_FORMAT, "an entry of pid %u with %llu bytes", number, (unsigned long long)nbytes);
    if (!e) e = fb_cursor_take(c, (size_t)nbytes, &at);
    if (e) return e;
    *pid = (int)number;
    *failed = flag;
    *entry = (fb_cursor){at, (const unsigned char *)at + nbytes};
    return FURROW_OK;
}

/* --- the exchange --------------------------------------------------------------------------------------------------*/

furrow_err fj_on_bundle(furrow_job *job, int from, fb_cursor *body)
{
    struct fj_bundles *all = job->bundles;
    uint64_t key;
    furrow_err e = fb_cursor_u64(body, &key);
    if (e) return e;
    size_t nbytes = fb_cursor_left(body);
    if (nbytes > KEPT_MOST - all->nbytes)
        return fb_fail(FURROW_ERR_LIMIT, "pid %d sends entries that nobody here swaps", from);
    bundle *b = malloc(sizeof *b + nbytes);
    if (!b) return fb_fail(FURROW_ERR_NOMEM, "no memory for the entries of another host");
    *b = (bundle){.key = key, .from = from, .nbytes = nbytes};
    if (nbytes) memcpy(b->bytes, body->at, nbytes);
    *all->last = b;
    all->last = &b->next;
    all->nbytes += nbytes;
    return FURROW_OK;
}

static bundle **find(furrow_job *job, uint64_t key, int from)
{
    bundle **link = &job->bundles->first;
    while (*link && ((*link)->key != key || (*link)->from != from)) link = &(*link)->next;
    return link;
}

/* What a local has published, as an entry of a bundle. */
static furrow_err put_local(furrow_job *job, const fj_swap_group *g, size_t local, fb_buffer *b)
{
    fj_swap_item item;
    furrow_err e = fj_swap_read(job, g, local, &item);
    if (!e && item.kind == FJ_BOX_CELL) {
        fb_buffer *bytes = fj_swap_scratch(job);
        e = fv_wire_put(bytes, &item.cell);
        item.bytes = (fb_cursor){bytes->bytes, bytes->bytes + bytes->nbytes};
    }
    bool failed = item.kind == FJ_BOX_FAILED;
    return e ? e : fj_bundle_put(b, g->locals[local], failed, item.bytes.at, fb_cursor_left(&item.bytes));
}

static furrow_err send_all(furrow_job *job, fj_swap_group *g)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fb_buffer_put_u8(&b, FJ_SWAP_BUNDLE);
    if (!e) e = fb_buffer_put_u64(&b, g->key);
    for (size_t i = 0; !e && i < g->nlocals; i++) e = put_local(job, g, i, &b);
    for (size_t k = 0; !e && k < g->nreps; k++) {
        furrow_err sent = fj_send(job, g->reps[k], FJ_SWAP, b.bytes, b.nbytes);
        if (sent != FURROW_ERR_PEER_DEAD && sent != FURROW_ERR_PEER_LEFT) e = sent;
    }
    fb_buffer_free(&b);
    return e;
}

/* Whether the bundle has an entry of each pid of the group that is on its sender's host, and no other. */
static bool right(furrow_job *job, const fj_swap_group *g, const bundle *b)
{
    fb_cursor all = {b->bytes, b->bytes + b->nbytes}, entry;
    int pid = 0;
    bool failed;
    for (size_t i = 0; i < g->npids; i++) {
        if (fj_near(job, g->pids[i]) || fj_lead(job, g->pids[i]) != fj_lead(job, b->from)) continue;
        if (fj_bundle_next(job, &all, &pid, &failed, &entry) || pid != g->pids[i]) return false;
    }
    return fb_cursor_left(&all) == 0;
}

/* A pid that is gone, of a host whose bundle has not come. */
static int gone_behind(furrow_job *job, const fj_swap_group *g, int rep)
{
    for (size_t i = 0; i < g->npids; i++)
        if (!fj_near(job, g->pids[i]) && fj_lead(job, g->pids[i]) == fj_lead(job, rep) &&
            fboot_peer(&job->boot, g->pids[i]) >= FBOOT_LEFT)
            return g->pids[i];
    return 0;
}

int fj_bundles_awaited(furrow_job *job, const fj_swap_group *g)
{
    for (size_t k = 0; k < g->nreps; k++)
        if (!*find(job, g->key, g->reps[k])) return g->reps[k];
    return 0;
}

bool fj_bundles_exchange(furrow_job *job, fj_swap_group *g, int *lost)
{
    fb_buffer all;
    if (!g->sent) g->sent = !send_all(job, g);
    for (size_t k = 0; k < g->nreps; k++) {
        bundle *b = *find(job, g->key, g->reps[k]);
        if (b && !right(job, g, b)) *lost = g->reps[k];
        if (!b) *lost = *lost ? *lost : gone_behind(job, g, g->reps[k]);
        if (!b || *lost) return false;
    }
    if (!g->sent) return false;
    fb_buffer_init(&all, 0);
    furrow_err e = FURROW_OK;
    for (size_t k = 0; !e && k < g->nreps; k++) {
        const bundle *b = *find(job, g->key, g->reps[k]);
        if (b->nbytes) e = fb_buffer_put(&all, b->bytes, b->nbytes);
    }
    if (!e) e = fj_swap_publish_far(job, g, &all);
    for (size_t k = 0; !e && k < g->nreps; k++) drop(job->bundles, find(job, g->key, g->reps[k]));
    fb_buffer_free(&all);
    return !e;
}
