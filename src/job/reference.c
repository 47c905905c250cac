/*
 * reference.c - values kept at one pid for another: the table of what is kept here, and the release of what is kept
 * elsewhere. References are dropped in any thread and in signal handlers; there only a node is pushed, and fj_progress
 * sends the releases later. Used by the service, fetch.c, the session and message.c.
 */
#include "job/eval.h"
#include <stdlib.h>
#include <string.h>

#define BATCH         4096 /* ids in one FJ_RELEASE */
#define LEAST_BUCKETS 64

/* One per reference of this process, made with it, so that its release allocates nothing. */
typedef struct fj_release {
    struct fj_release *next;
    uint64_t membership; /* which of this process's jobs it belongs to */
    uint64_t id;
    int where;
} fj_release;

/*
 * References dropped since the last look. Pushed by compare-exchange with release, taken as a whole by an acquiring
 * exchange: the taker sees each node's contents and link, and since single nodes are never taken, none can come back
 * between a pusher's reading and its exchange. It outlives jobs, because references do.
 */
static _Atomic(fj_release *) released;
static _Atomic uint64_t memberships;

typedef struct fj_kept_value {
    struct fj_kept_value *next;
    int whence;
    uint64_t id;
    fv_cell value;
    furrow_error_info *error; /* instead of a value */
} fj_kept_value;

struct fj_references {
    uint64_t membership;
    uint64_t last_id;
    fj_release **by_pid; /* while sorting a batch */
    fj_release *unsent;  /* found the way full */
    fj_kept_value **buckets;
    size_t nbuckets; /* a power of two */
    size_t nkept;
};

furrow_err fj_references_open(furrow_job *job)
{
    struct fj_references *r = calloc(1, sizeof *r);
    if (!r) goto nomem;
    job->service->references = r;
    r->membership = atomic_fetch_add(&memberships, 1) + 1;
    r->nbuckets = LEAST_BUCKETS;
    r->buckets = calloc(r->nbuckets, sizeof *r->buckets);
    r->by_pid = calloc((size_t)job->nprocs + 1, sizeof *r->by_pid);
    if (r->buckets && r->by_pid) return FURROW_OK;
    fj_references_close(job);
nomem:
    return fb_fail(FURROW_ERR_NOMEM, "no memory for references");
}

/* --- what is kept here */

static void free_kept(fj_kept_value *kept)
{
    fv_cell_drop(&kept->value);
    free(kept->error);
    free(kept);
}

static fj_kept_value **slot_of(struct fj_references *r, int whence, uint64_t id)
{
    uint64_t h = (id + (uint64_t)whence * 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
    fj_kept_value **at = &r->buckets[(h >> 20) & (r->nbuckets - 1)];
    while (*at && ((*at)->id != id || (*at)->whence != whence)) at = &(*at)->next;
    return at;
}

/* A power of two; the old table stays when there is no memory: longer chains are no harm. */
static void resize(struct fj_references *r, size_t nbuckets)
{
    fj_kept_value **old = r->buckets;
    size_t n = r->nbuckets;
    fj_kept_value **buckets = calloc(nbuckets, sizeof *buckets);
    if (!buckets) return;
    r->buckets = buckets;
    r->nbuckets = nbuckets;
    for (size_t i = 0; i < n; i++) {
        for (fj_kept_value *kept = old[i], *next; kept; kept = next) {
            next = kept->next;
            kept->next = NULL;
            *slot_of(r, kept->whence, kept->id) = kept;
        }
    }
    free(old);
}

static void shrink(struct fj_references *r)
{
    size_t nbuckets = r->nbuckets;
    while (nbuckets > LEAST_BUCKETS && r->nkept < nbuckets / 8) nbuckets /= 2;
    if (nbuckets < r->nbuckets) resize(r, nbuckets);
}

static void remove_kept(struct fj_references *r, int whence, uint64_t id)
{
    fj_kept_value **at = slot_of(r, whence, id), *kept = *at;
    if (!kept) return;
    *at = kept->next;
    r->nkept--;
    free_kept(kept);
    shrink(r);
}

furrow_err fj_reference_keep(furrow_job *job, int whence, uint64_t id, furrow_err err, const fv_cell *value)
{
    struct fj_references *r = job->service->references;
    fj_kept_value *kept = calloc(1, sizeof *kept);
    if (kept && err) kept->error = malloc(sizeof *kept->error);
    if (!kept || (err && !kept->error)) {
        free(kept);
        return fb_fail(FURROW_ERR_NOMEM, "no memory to keep a value for pid %d", whence);
    }
    remove_kept(r, whence, id);
    if (r->nkept >= r->nbuckets) resize(r, r->nbuckets * 2);
    kept->whence = whence;
    kept->id = id;
    if (err) {
        fb_fail_save(kept->error);
        if (kept->error->pid == 0) kept->error->pid = job->pid;
    } else {
        kept->value = *value;
        fv_cell_hold(&kept->value);
    }
    *slot_of(r, whence, id) = kept;
    r->nkept++;
    return FURROW_OK;
}

size_t fj_references_kept(const furrow_job *job)
{
    return job->service->references->nkept;
}

void fj_references_gone(furrow_job *job, int pid)
{
    struct fj_references *r = job->service->references;
    for (size_t i = 0; i < r->nbuckets; i++) {
        for (fj_kept_value **at = &r->buckets[i]; *at;) {
            fj_kept_value *kept = *at;
            if (kept->whence != pid) {
                at = &kept->next;
                continue;
            }
            *at = kept->next;
            r->nkept--;
            free_kept(kept);
        }
    }
    shrink(r);
}

furrow_err fj_reference_kept(furrow_job *job, int whence, uint64_t id, fv_cell *value)
{
    const fj_kept_value *kept = *slot_of(job->service->references, whence, id);
    if (!kept)
        return fb_fail(FURROW_ERR_NAME, "pid %d keeps no value for Future(%d,%d,%llu); it has been released", job->pid,
                       job->pid, whence, (unsigned long long)id);
    if (kept->error) return fb_fail_restore(kept->error);
    *value = kept->value;
    return FURROW_OK;
}

/* --- references of this pid, and their release */

/* Any thread, any moment: touches nothing but the node and the stack. */
static void release(void *owner, int where, uint64_t id)
{
    (void)where, (void)id;
    fj_release *node = owner;
    fj_release *top = atomic_load_explicit(&released, memory_order_relaxed);
    do {
        node->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&released, &top, node, memory_order_release, memory_order_relaxed));
}

furrow_err fj_reference_new(furrow_job *job, int where, furrow_value **out, uint64_t *id)
{
    struct fj_references *r = job->service->references;
    fj_release *node = malloc(sizeof *node);
    if (!node) return fb_fail(FURROW_ERR_NOMEM, "no memory for a reference");
    furrow_value *value;
    furrow_err err = fv_ref_new(where, job->pid, r->last_id + 1, &value);
    if (err) {
        free(node);
        return err;
    }
    *node = (fj_release){.membership = r->membership, .id = ++r->last_id, .where = where};
    fv_ref *ref = (fv_ref *)value;
    ref->owner = node;
    ref->release = release;
    *id = r->last_id;
    *out = value;
    return FURROW_OK;
}

void fj_reference_give_back(furrow_job *job, int pid, uint64_t id)
{
    struct fj_references *r = job->service->references;
    fj_release *node = malloc(sizeof *node);
    if (!node) return; /* the memory comes back when this pid leaves */
    *node = (fj_release){.next = r->unsent, .membership = r->membership, .id = id, .where = pid};
    r->unsent = node;
}

/* Sends one batch of the releases for pid; those that found no room are kept for the next round. */
static fj_release *send_batch(furrow_job *job, int pid, fj_release *list, bool *sent)
{
    struct fj_references *r = job->service->references;
    fb_buffer body;
    fj_release *end = list;
    fb_buffer_init(&body, 0);
    furrow_err err = FURROW_OK;
    for (int n = 0; !err && end && n < BATCH; n++, end = end->next) err = fb_buffer_put_u64(&body, end->id);
    if (!err) err = fj_send(job, pid, FJ_RELEASE, body.bytes, body.nbytes);
    fb_buffer_free(&body);
    bool later = err == FURROW_ERR_LIMIT || err == FURROW_ERR_AGAIN || err == FURROW_ERR_NOMEM;
    *sent = !later;
    while (list != end) {
        fj_release *next = list->next;
        if (later) {
            list->next = r->unsent;
            r->unsent = list;
        } else {
            free(list);
        }
        list = next;
    }
    return end;
}

static void release_here(furrow_job *job, fj_release *list)
{
    while (list) {
        fj_release *next = list->next;
        remove_kept(job->service->references, job->pid, list->id);
        free(list);
        list = next;
    }
}

/* Sorts a list by pid, dropping what belongs to jobs this process has left. */
static void sort(struct fj_references *r, fj_release *list)
{
    while (list) {
        fj_release *next = list->next;
        if (list->membership == r->membership) {
            list->next = r->by_pid[list->where];
            r->by_pid[list->where] = list;
        } else {
            free(list);
        }
        list = next;
    }
}

int fj_references_poll(furrow_job *job)
{
    struct fj_references *r = job->service->references;
    if (__builtin_expect(!atomic_load_explicit(&released, memory_order_relaxed) && !r->unsent, 1)) return 0;
    fj_release *unsent = r->unsent;
    int done = 0;
    fv_refs_free_retired();
    r->unsent = NULL;
    sort(r, unsent);
    sort(r, atomic_exchange_explicit(&released, NULL, memory_order_acquire));
    for (int pid = 1; pid <= job->nprocs; pid++) {
        fj_release *list = r->by_pid[pid];
        r->by_pid[pid] = NULL;
        if (pid == job->pid) {
            release_here(job, list);
            list = NULL;
        }
        while (list) {
            bool sent;
            list = send_batch(job, pid, list, &sent);
            done += sent;
        }
    }
    return done;
}

furrow_err fj_on_release(furrow_job *job, int from, fb_cursor *body)
{
    uint64_t id;
    while (fb_cursor_left(body) > 0) {
        furrow_err err = fb_cursor_u64(body, &id);
        if (err) return err;
        if (id & FJ_LOAN)
            fj_loan_end(job, from, id & ~FJ_LOAN);
        else
            remove_kept(job->service->references, from, id);
    }
    return FURROW_OK;
}

void fj_references_close(furrow_job *job)
{
    struct fj_references *r = job->service->references;
    if (!r) return;
    for (size_t i = 0; r->buckets && i < r->nbuckets; i++) {
        for (fj_kept_value *kept = r->buckets[i], *next; kept; kept = next) {
            next = kept->next;
            free_kept(kept);
        }
    }
    while (r->unsent) {
        fj_release *next = r->unsent->next;
        free(r->unsent);
        r->unsent = next;
    }
    free(r->buckets);
    free(r->by_pid);
    free(r);
    job->service->references = NULL;
}
