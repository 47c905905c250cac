/*
 * heap.c - the symbol heap: blocks of this pid's memory that other pids can reach. What it knows about blocks is kept
 * in ordinary memory, so that a stray write from elsewhere cannot mislead it. Free memory is always zero, except the one
 * large block that was freed last: fresh pages cost ten times what copying does. Must not know what blocks are for.
 */
#include "job/parts.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define UNIT        ((size_t)64)      /* of sizes and alignment: a cache line, so that symbols never share one */
#define FIRST_GROW  ((size_t)1 << 20) /* doubled from then on */
#define MOST_GROW   ((size_t)256 << 20)
#define TRIM_NBYTES ((size_t)4 << 20)   /* larger blocks go back to the system when freed, smaller ones are cleared */
#define KEPT_MOST   ((size_t)256 << 20) /* of the block that is not given back at once */
#define KEPT_NS     INT64_C(1000000000) /* how long it waits for its next use */
#define SMALL_BINS  64                  /* of one size each, in units */
#define NBINS       256
#define BIN_LOOKS   32 /* blocks looked at in the first bin for the best fit */

typedef struct block {
    size_t at; /* in bytes from the heap's beginning */
    size_t nbytes;
    bool used;
    bool placed; /* at a multiple of more than a line: whoever asked for that may have placed its pages */
    struct block *before, *after;         /* neighbours in memory */
    struct block *bin_before, *bin_after; /* free: in its bin */
    struct block *chain;                  /* used: in its bucket; else in the pool */
} block;

struct fj_heap {
    char *base;
    size_t reserved, ready, used, limit;
    block *last; /* in memory */
    block *bins[NBINS];
    uint64_t filled[NBINS / 64];
    block **buckets; /* used blocks by place */
    size_t nbuckets, nused;
    block *pool;
    block *kept; /* freed, and not zero: as used towards its neighbours; NULL: none */
    int64_t kept_ns;
};

/* --- bins ----------------------------------------------------------------------------------------------------------*/

/* One bin a size up to SMALL_BINS units, then four a power of two. Bin b + 1 holds only larger blocks than bin b. */
static size_t bin_of(size_t nbytes)
{
    size_t units = nbytes / UNIT;
    if (units < SMALL_BINS) return units;
    unsigned log = 63 - (unsigned)__builtin_clzll(units);
    size_t bin = SMALL_BINS + (log - 6) * 4 + ((units >> (log - 2)) & 3);
    return bin < NBINS ? bin : NBINS - 1;
}

static void bin_add(struct fj_heap *h, block *b)
{
    size_t bin = bin_of(b->nbytes);
    b->used = false;
    b->bin_before = NULL;
    b->bin_after = h->bins[bin];
    if (b->bin_after) b->bin_after->bin_before = b;
    h->bins[bin] = b;
    h->filled[bin / 64] |= (uint64_t)1 << (bin % 64);
}

static void bin_remove(struct fj_heap *h, block *b)
{
    size_t bin = bin_of(b->nbytes);
    if (b->bin_before)
        b->bin_before->bin_after = b->bin_after;
    else
        h->bins[bin] = b->bin_after;
    if (b->bin_after) b->bin_after->bin_before = b->bin_before;
    if (!h->bins[bin]) h->filled[bin / 64] &= ~((uint64_t)1 << (bin % 64));
}

static block *best_in(block *b, size_t nbytes)
{
    block *best = NULL;
    for (int looks = 0; b && looks < BIN_LOOKS; b = b->bin_after, looks++)
        if (b->nbytes >= nbytes && (!best || b->nbytes < best->nbytes)) best = b;
    return best;
}

static block *find_free(struct fj_heap *h, size_t nbytes)
{
    size_t bin = bin_of(nbytes);
    block *b = best_in(h->bins[bin], nbytes);
    if (b) return b;
    for (size_t word = ++bin / 64; word < NBINS / 64; word++, bin = word * 64) {
        uint64_t bits = h->filled[word] & (~(uint64_t)0 << (bin % 64));
        if (bits) return best_in(h->bins[word * 64 + (size_t)__builtin_ctzll(bits)], nbytes);
    }
    return NULL;
}

/* --- blocks --------------------------------------------------------------------------------------------------------*/

static block *block_new(struct fj_heap *h)
{
    block *b = h->pool;
    if (b)
        h->pool = b->chain;
    else
        b = malloc(sizeof *b);
    return b;
}

static void block_drop(struct fj_heap *h, block *b)
{
    b->chain = h->pool;
    h->pool = b;
}

static size_t bucket_of(const struct fj_heap *h, size_t at)
{
    return (at / UNIT * 0x9E3779B97F4A7C15u >> 32) & (h->nbuckets - 1);
}

static bool widen(struct fj_heap *h)
{
    size_t n = h->nbuckets ? h->nbuckets * 2 : 64, old = h->nbuckets;
    block **wide = calloc(n, sizeof *wide), **narrow = h->buckets;
    if (!wide) return h->nbuckets > 0;
    h->buckets = wide;
    h->nbuckets = n;
    for (size_t i = 0; i < old; i++) {
        for (block *b = narrow[i], *next; b; b = next) {
            next = b->chain;
            block **bucket = &wide[bucket_of(h, b->at)];
            b->chain = *bucket;
            *bucket = b;
        }
    }
    free(narrow);
    return true;
}

/* Cuts what is beyond nbytes off into a free block of its own; without memory for that the block stays long. */
static void split(struct fj_heap *h, block *b, size_t nbytes)
{
    if (b->nbytes == nbytes) return;
    block *rest = block_new(h);
    if (!rest) return;
    *rest = (block){.at = b->at + nbytes, .nbytes = b->nbytes - nbytes, .before = b, .after = b->after};
    if (rest->after)
        rest->after->before = rest;
    else
        h->last = rest;
    b->after = rest;
    b->nbytes = nbytes;
    bin_add(h, rest);
}

/* Swallows the block behind b. */
static void join_next(struct fj_heap *h, block *b)
{
    block *next = b->after;
    b->nbytes += next->nbytes;
    b->after = next->after;
    if (b->after)
        b->after->before = b;
    else
        h->last = b;
    block_drop(h, next);
}

static void give_back(struct fj_heap *h, block *b)
{
    if (b->after && !b->after->used) {
        bin_remove(h, b->after);
        join_next(h, b);
    }
    if (b->before && !b->before->used) {
        b = b->before;
        bin_remove(h, b);
        join_next(h, b);
    }
    bin_add(h, b);
}

/* --- the block that is kept ----------------------------------------------------------------------------------------*/

static void release_kept(furrow_job *job)
{
    struct fj_heap *h = job->heap;
    block *b = h->kept;
    if (!b) return;
    h->kept = NULL;
    job->net_ops->trim(job->net, h->base + b->at, b->nbytes);
    give_back(h, b);
}

static void keep(furrow_job *job, block *b)
{
    release_kept(job);
    job->heap->kept = b;
    job->heap->kept_ns = fb_now_ns();
}

/* The kept block cut to this size, with what it holds; NULL when it is not large enough. */
static block *take_kept(furrow_job *job, size_t nbytes)
{
    struct fj_heap *h = job->heap;
    block *b = h->kept;
    if (!b || nbytes < TRIM_NBYTES || b->nbytes < nbytes) return NULL;
    h->kept = NULL;
    if (b->nbytes > nbytes) {
        job->net_ops->trim(job->net, h->base + b->at + nbytes, b->nbytes - nbytes);
        split(h, b, nbytes);
    }
    if (b->after && !b->after->used) { /* what was cut off may stand before other free memory */
        block *rest = b->after;
        bin_remove(h, rest);
        give_back(h, rest);
    }
    return b;
}

int64_t fj_heap_tidy(furrow_job *job)
{
    const struct fj_heap *h = job->heap;
    if (__builtin_expect(!h || !h->kept, 1)) return FB_NEVER;
    if (fb_now_ns() - h->kept_ns < KEPT_NS) return h->kept_ns + KEPT_NS;
    release_kept(job);
    return FB_NEVER;
}

/* Makes more of the reserved range usable: at least nbytes in one piece at its end. */
static furrow_err grow(furrow_job *job, size_t nbytes)
{
    struct fj_heap *h = job->heap;
    size_t tail = h->last && !h->last->used ? h->last->nbytes : 0;
    size_t need = nbytes - tail, step = h->ready < FIRST_GROW ? FIRST_GROW : h->ready;
    if (step > MOST_GROW) step = MOST_GROW;
    if (step < need) step = (need + FIRST_GROW - 1) & ~(FIRST_GROW - 1);
    if (step > h->reserved - h->ready) step = h->reserved - h->ready;
    if (step < need)
        return fb_fail(FURROW_ERR_NOMEM,
                       "no room for %zu bytes in the symbol heap: %zu of the %zu bytes reserved for it are in use",
                       nbytes, h->used, h->reserved);
    block *b = block_new(h);
    if (!b) return fb_fail(FURROW_ERR_NOMEM, "no memory to describe a block");
    furrow_err e = job->net_ops->grow(job->net, h->ready + step);
    if (e) {
        block_drop(h, b);
        return e;
    }
    *b = (block){.at = h->ready, .nbytes = step, .before = h->last};
    if (h->last) h->last->after = b;
    h->last = b;
    h->ready += step;
    give_back(h, b);
    return FURROW_OK;
}

/* --- what others call ----------------------------------------------------------------------------------------------*/

furrow_err fj_heap_open(furrow_job *job)
{
    struct fj_heap *h = calloc(1, sizeof *h);
    if (!h || !widen(h)) {
        free(h);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for the symbol heap");
    }
    h->base = job->net_ops->heap(job->net, &h->reserved);
    h->limit = job->config.heap_nbytes && job->config.heap_nbytes < PTRDIFF_MAX ? job->config.heap_nbytes : PTRDIFF_MAX;
    job->heap = h;
    return FURROW_OK;
}

void fj_heap_close(furrow_job *job)
{
    struct fj_heap *h = job->heap;
    if (!h) return;
    for (block *b = h->last, *before; b; b = before) {
        before = b->before;
        free(b);
    }
    for (block *b = h->pool, *next; b; b = next) {
        next = b->chain;
        free(b);
    }
    free(h->buckets);
    free(h);
    job->heap = NULL;
}

static furrow_err fail_limit(const struct fj_heap *h, size_t nbytes)
{
    furrow_err e =
        fb_fail(FURROW_ERR_NOMEM, "a symbol of %zu bytes: symbols here take %zu bytes, FURROW_HEAP allows %zu", nbytes,
                h->used, h->limit);
    fb_fail_symbol("FURROW_HEAP");
    fb_fail_advice("Raise FURROW_HEAP (or heap_nbytes when joining), or drop symbols.");
    return e;
}

/* Takes a free block of at least nbytes out of its bin, growing the heap when there is none. */
static furrow_err take_free(furrow_job *job, size_t nbytes, block **out)
{
    struct fj_heap *h = job->heap;
    block *b = find_free(h, nbytes);
    if (!b && h->kept) {
        release_kept(job);
        b = find_free(h, nbytes);
    }
    if (!b) {
        furrow_err e = grow(job, nbytes);
        if (e) return e;
        b = find_free(h, nbytes);
        if (!b) return fb_fail(FURROW_ERR_INTERNAL, "a heap that grew has no block of %zu bytes", nbytes);
    }
    bin_remove(h, b);
    *out = b;
    return FURROW_OK;
}

/* Gives what stands in front of the next multiple of align back as a block of its own; false without memory for that. */
static bool advance(struct fj_heap *h, block **b, size_t align)
{
    size_t base = (size_t)(uintptr_t)h->base, at = base + (*b)->at;
    size_t before = ((at + align - 1) & ~(align - 1)) - at;
    if (before == 0) return true;
    block *front = *b;
    split(h, front, before);
    if (front->nbytes != before) return false;
    *b = front->after;
    bin_remove(h, *b);
    (*b)->used = true;
    give_back(h, front);
    return true;
}

static void enter_block(struct fj_heap *h, block *b)
{
    b->used = true;
    if (h->nused >= h->nbuckets) widen(h);
    block **bucket = &h->buckets[bucket_of(h, b->at)];
    b->chain = *bucket;
    *bucket = b;
    h->nused++;
    h->used += b->nbytes;
}

/* Even the smallest limit lets a few scalars live: each takes a line. */
static furrow_err round_up(const struct fj_heap *h, size_t nbytes, size_t *rounded)
{
    if (__builtin_add_overflow(nbytes ? nbytes : 1, UNIT - 1, rounded)) return fail_limit(h, nbytes);
    *rounded &= ~(UNIT - 1);
    return *rounded > h->limit || h->used > h->limit - *rounded ? fail_limit(h, nbytes) : FURROW_OK;
}

furrow_err fj_heap_alloc(furrow_job *job, size_t nbytes, void **at)
{
    const struct fj_heap *h = job->heap;
    const block *kept = h->kept;
    void *raw;
    furrow_err e = fj_heap_alloc_raw(job, nbytes, &raw);
    if (e) return e;
    if (kept && kept != h->kept && raw == h->base + kept->at) memset(raw, 0, nbytes);
    *at = raw;
    return FURROW_OK;
}

furrow_err fj_heap_alloc_raw(furrow_job *job, size_t nbytes, void **at)
{
    struct fj_heap *h = job->heap;
    size_t rounded;
    furrow_err e = round_up(h, nbytes, &rounded);
    block *b = e ? NULL : take_kept(job, rounded);
    if (!b) return e ? e : fj_heap_alloc_aligned(job, nbytes, UNIT, at);
    enter_block(h, b);
    *at = h->base + b->at;
    return FURROW_OK;
}

furrow_err fj_heap_alloc_aligned(furrow_job *job, size_t nbytes, size_t align, void **at)
{
    struct fj_heap *h = job->heap;
    size_t rounded, wanted;
    furrow_err e = round_up(h, nbytes, &rounded);
    if (e) return e;
    if (__builtin_add_overflow(rounded, align - UNIT, &wanted)) return fail_limit(h, nbytes);
    block *b = NULL;
    e = take_free(job, wanted, &b);
    if (e) return e;
    if (!advance(h, &b, align)) {
        give_back(h, b);
        return fb_fail(FURROW_ERR_NOMEM, "no memory to describe a block");
    }
    split(h, b, rounded);
    b->placed = align > UNIT;
    enter_block(h, b);
    *at = h->base + b->at;
    return FURROW_OK;
}

void fj_heap_free(furrow_job *job, void *at)
{
    struct fj_heap *h = job->heap;
    size_t offset = (size_t)((char *)at - h->base);
    block **link = &h->buckets[bucket_of(h, offset)];
    while (*link && (*link)->at != offset) link = &(*link)->chain;
    block *b = *link;
    if (!b) return;
    *link = b->chain;
    h->nused--;
    h->used -= b->nbytes;
    if (b->nbytes >= TRIM_NBYTES && b->nbytes <= KEPT_MOST && !b->placed) {
        keep(job, b);
        return;
    }
    if (b->nbytes >= TRIM_NBYTES)
        job->net_ops->trim(job->net, at, b->nbytes);
    else
        memset(at, 0, b->nbytes);
    give_back(h, b);
}

bool fj_heap_owns(const furrow_job *job, const void *at)
{
    const struct fj_heap *h = job->heap;
    return (const char *)at >= h->base && (const char *)at < h->base + h->ready;
}
