/*
 * recall.c - the owner's side of the directory: who holds the descriptor of which symbol, and taking it back (promise
 * P3). Called by directory.c, which answers RESOLVE, and by symbol.c when a symbol changes.
 *
 * A place is held from the moment a recall begins until each holder has answered. A holder answers after it has marked
 * its handles, in the thread (or under the lock) in which it puts; so its last put through them came before its answer,
 * and the answer comes before any other use of the place here.
 */
#include "job/parts.h"
#include <stdlib.h>
#include <string.h>

struct fj_holders { /* a set of pids */
    int n;
    uint64_t bits[]; /* pid - 1 */
};

typedef struct fj_recalling {
    struct fj_recalling *next;
    uint64_t id;
    fj_place *place;
    uint32_t entry;
    uint64_t generation;
    struct fj_holders *awaited; /* have not answered */
    struct fj_holders *unsent;  /* found no room; NULL: none */
} fj_recalling;

struct fj_recalls {
    fj_recalling *first;
    uint64_t last_id;
    size_t nunsent;
    size_t nwords; /* of a set */
};

static struct fj_holders *holders_new(const furrow_job *job)
{
    return calloc(1, sizeof(struct fj_holders) + job->recalls->nwords * sizeof(uint64_t));
}

static bool has(const struct fj_holders *set, int pid)
{
    return set && (set->bits[(pid - 1) / 64] >> ((pid - 1) % 64) & 1);
}

static void put_in(struct fj_holders *set, int pid)
{
    if (!has(set, pid)) set->n++;
    set->bits[(pid - 1) / 64] |= (uint64_t)1 << ((pid - 1) % 64);
}

static void take_out(struct fj_holders *set, int pid)
{
    if (!has(set, pid)) return;
    set->n--;
    set->bits[(pid - 1) / 64] &= ~((uint64_t)1 << ((pid - 1) % 64));
}

furrow_err fj_recalls_open(furrow_job *job)
{
    job->recalls = calloc(1, sizeof *job->recalls);
    if (!job->recalls) return fb_fail(FURROW_ERR_NOMEM, "no memory for the directory");
    job->recalls->nwords = ((size_t)job->nprocs + 63) / 64;
    return FURROW_OK;
}

static void recalling_free(fj_recalling *r)
{
    free(r->awaited);
    free(r->unsent);
    free(r);
}

void fj_recalls_close(furrow_job *job)
{
    struct fj_recalls *all = job->recalls;
    if (!all) return;
    for (fj_recalling *r = all->first, *next; r; r = next) {
        next = r->next;
        recalling_free(r);
    }
    free(all);
    job->recalls = NULL;
}

furrow_err fj_entry_hold(furrow_job *job, fj_entry *entry, int pid)
{
    if (!entry->holders) entry->holders = holders_new(job);
    if (!entry->holders) return fb_fail(FURROW_ERR_NOMEM, "no memory to note who holds %s", entry->name);
    put_in(entry->holders, pid);
    return FURROW_OK;
}

bool fj_entry_held(const fj_entry *entry)
{
    return entry->holders && entry->holders->n > 0;
}

/* Removes the link's recall when all have answered. True when it did. */
static bool finish(furrow_job *job, fj_recalling **link)
{
    fj_recalling *r = *link;
    if (r->awaited->n > 0) return false;
    *link = r->next;
    if (r->unsent) job->recalls->nunsent--;
    fj_place_release(r->place);
    recalling_free(r);
    return true;
}

/* False when there was no room. A pid that is gone will not write any more. */
static bool send_recall(furrow_job *job, const fj_recalling *r, int pid)
{
    unsigned char body[20];
    memcpy(body, &r->entry, 4);
    memcpy(body + 4, &r->generation, 8);
    memcpy(body + 12, &r->id, 8);
    furrow_err e = fj_send(job, pid, FJ_RECALL, body, sizeof body);
    if (e == FURROW_ERR_PEER_DEAD || e == FURROW_ERR_PEER_LEFT) take_out(r->awaited, pid);
    return e != FURROW_ERR_LIMIT && e != FURROW_ERR_NOMEM;
}

static void send_all(furrow_job *job, fj_recalling *r)
{
    for (int pid = 1; pid <= job->nprocs; pid++) {
        if (!has(r->awaited, pid) || send_recall(job, r, pid)) continue;
        if (!r->unsent) r->unsent = holders_new(job);
        if (!r->unsent) continue; /* not even that: the place stays held until the pid goes */
        if (r->unsent->n == 0) job->recalls->nunsent++;
        put_in(r->unsent, pid);
    }
}

void fj_recall(furrow_job *job, fj_entry *entry)
{
    uint64_t generation = entry->generation++;
    struct fj_holders *holders = entry->holders;
    if (!holders || !holders->n) return;
    entry->holders = NULL;
    fj_place_hold(entry->place);
    fj_recalling *r = malloc(sizeof *r);
    if (!r) { /* the place stays held for good: memory is lost, nothing is overwritten */
        free(holders);
        return;
    }
    *r = (fj_recalling){.next = job->recalls->first,
                        .id = ++job->recalls->last_id,
                        .place = entry->place,
                        .entry = entry->index,
                        .generation = generation,
                        .awaited = holders};
    job->recalls->first = r;
    if (has(holders, job->pid)) {
        fj_remotes_stale(job, job->pid, entry->index, generation);
        take_out(holders, job->pid);
    }
    send_all(job, r);
    finish(job, &job->recalls->first);
}

void fj_recall_gone(furrow_job *job, fj_place *place, int gone)
{
    fj_remotes_stale_all(job, gone);
    struct fj_holders *others = holders_new(job);
    fj_recalling *r = malloc(sizeof *r);
    fj_place_hold(place);
    if (!others || !r) { /* the place stays held for good: memory is lost, nothing is overwritten */
        free(others);
        free(r);
        return;
    }
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (pid != job->pid && pid != gone && fboot_peer(&job->boot, pid) == FBOOT_JOINED) put_in(others, pid);
    *r = (fj_recalling){.next = job->recalls->first,
                        .id = ++job->recalls->last_id,
                        .place = place,
                        .entry = FJ_RECALL_PID,
                        .generation = (uint64_t)gone,
                        .awaited = others};
    job->recalls->first = r;
    send_all(job, r);
    finish(job, &job->recalls->first);
}

int fj_recalls_poll(furrow_job *job)
{
    if (__builtin_expect(job->recalls->nunsent == 0, 1)) return 0;
    int n = 0;
    for (fj_recalling **link = &job->recalls->first; *link;) {
        fj_recalling *r = *link;
        for (int pid = 1; r->unsent && pid <= job->nprocs; pid++) {
            if (!has(r->unsent, pid) || !send_recall(job, r, pid)) continue;
            take_out(r->unsent, pid);
            n++;
        }
        if (r->unsent && r->unsent->n == 0) {
            job->recalls->nunsent--;
            free(r->unsent);
            r->unsent = NULL;
        }
        if (!finish(job, link)) link = &r->next;
    }
    return n;
}

furrow_err fj_on_recalled(furrow_job *job, int from, fb_cursor *body)
{
    uint64_t id;
    furrow_err e = fb_cursor_u64(body, &id);
    if (e) return e;
    for (fj_recalling **link = &job->recalls->first; *link; link = &(*link)->next) {
        if ((*link)->id != id) continue;
        take_out((*link)->awaited, from);
        finish(job, link);
        return FURROW_OK;
    }
    return FURROW_OK; /* of a recall that ended when the pid was taken for gone */
}

void fj_recalls_gone(furrow_job *job, int pid)
{
    for (fj_recalling **link = &job->recalls->first; *link;) {
        fj_recalling *r = *link;
        take_out(r->awaited, pid);
        if (r->unsent) take_out(r->unsent, pid);
        if (!finish(job, link)) link = &r->next;
    }
    fj_entry *entry;
    for (size_t i = 0; (entry = fj_symbol_at(job, i)); i++)
        if (entry->holders) take_out(entry->holders, pid);
}

int fj_place_awaits(const fj_place *place)
{
    int lowest = 0;
    for (const fj_recalling *r = place->job->recalls->first; r; r = r->next) {
        for (int pid = 1; r->place == place && pid <= place->job->nprocs; pid++)
            if (has(r->awaited, pid) && (!lowest || pid < lowest)) lowest = pid;
    }
    return lowest;
}
