/*
 * lease.c - memory of this pid's heap that is a symbol of other pids of the host as well, see share.h. share.c opens
 * leases and place.c gives them back; who has which handles is recall.c's business.
 *
 * The lender is told by message who gives it back. The tail behind the data says the same to those that remain when the
 * lender is gone: the lender sets (release) the bit of a pid before it asks that pid to map the memory, and the pid clears
 * it when no handle and no array there reaches it any more; who clears the last bit of a living pid gives the pages back.
 * Nothing else is ever put there, since the heap of a pid that is gone is not used again.
 */
#include "job/share.h"
#include <stdlib.h>
#include <string.h>

struct fj_lease {
    fj_lease *next;
    uint64_t id;
    fj_place *place;
    bool open; /* whoever opened it goes on adding lessees */
    size_t n;  /* lessees */
    uint64_t lessees[];
};

struct fj_leases {
    fj_lease *first;
    uint64_t last_id;
    size_t nwords; /* of a set of pids */
};

furrow_err fj_leases_open(furrow_job *job)
{
    job->leases = calloc(1, sizeof *job->leases);
    if (!job->leases) return fb_fail(FURROW_ERR_NOMEM, "no memory for shared arrays");
    job->leases->nwords = ((size_t)job->nprocs + 63) / 64;
    return FURROW_OK;
}

void fj_leases_close(furrow_job *job)
{
    struct fj_leases *all = job->leases;
    for (fj_lease *lease = all ? all->first : NULL, *next; lease; lease = next) {
        next = lease->next;
        free(lease);
    }
    free(all);
    job->leases = NULL;
}

/* --- the tail ------------------------------------------------------------------------------------------------------*/

static size_t tail_nbytes(int nprocs)
{
    return (((size_t)nprocs + 63) / 64 * sizeof(uint64_t) + 63) & ~(size_t)63;
}

furrow_err fj_lease_span(const furrow_job *job, size_t nbytes, size_t *span)
{
    size_t data;
    if (__builtin_add_overflow(nbytes, 63, &data) ||
        __builtin_add_overflow(data & ~(size_t)63, tail_nbytes(job->nprocs), span))
        return fb_fail(FURROW_ERR_OVERFLOW, "a shared array of %zu bytes", nbytes);
    return FURROW_OK;
}

static _Atomic uint64_t *tail_of(const fj_place *place)
{
    return (_Atomic uint64_t *)(void *)(place->at + ((place->nbytes + 63) & ~(size_t)63));
}

static void mark(const fj_place *place, int pid, bool has)
{
    uint64_t bit = (uint64_t)1 << ((pid - 1) % 64);
    if (has)
        atomic_fetch_or(&tail_of(place)[(pid - 1) / 64], bit);
    else
        atomic_fetch_and(&tail_of(place)[(pid - 1) / 64], ~bit);
}

/* The lender is gone: does any living pid still have it? */
static bool anybody_has(furrow_job *job, const fj_place *place)
{
    for (int pid = 1; pid <= job->nprocs; pid++) {
        uint64_t word = atomic_load(&tail_of(place)[(pid - 1) / 64]);
        if (word >> ((pid - 1) % 64) & 1 && fboot_peer(&job->boot, pid) < FBOOT_LEFT) return true;
    }
    return false;
}

/* --- the lender ----------------------------------------------------------------------------------------------------*/

furrow_err fj_lease_open(furrow_job *job, fj_place *place, fj_lease **out)
{
    struct fj_leases *all = job->leases;
    fj_lease *lease = calloc(1, sizeof *lease + all->nwords * sizeof *lease->lessees);
    if (!lease) return fb_fail(FURROW_ERR_NOMEM, "no memory to note who has a shared array");
    lease->id = ++all->last_id;
    lease->place = place;
    lease->open = true;
    lease->next = all->first;
    all->first = lease;
    fj_place_lease(place);
    *out = lease;
    return FURROW_OK;
}

uint64_t fj_lease_id(const fj_lease *lease)
{
    return lease->id;
}

static bool lessee(const fj_lease *lease, int pid)
{
    return lease->lessees[(pid - 1) / 64] >> ((pid - 1) % 64) & 1;
}

void fj_lease_add(fj_lease *lease, int pid)
{
    mark(lease->place, pid, true);
    lease->n += !lessee(lease, pid);
    lease->lessees[(pid - 1) / 64] |= (uint64_t)1 << ((pid - 1) % 64);
}

static void end(fj_lease **link)
{
    fj_lease *lease = *link;
    *link = lease->next;
    fj_place_unlease(lease->place);
    free(lease);
}

/* True when that was the last one, and the lease has ended. */
static bool take_out(fj_lease **link, int pid)
{
    fj_lease *lease = *link;
    if (!lessee(lease, pid)) return false;
    mark(lease->place, pid, false);
    lease->lessees[(pid - 1) / 64] &= ~((uint64_t)1 << ((pid - 1) % 64));
    if (--lease->n || lease->open) return false;
    end(link);
    return true;
}

void fj_lease_remove(furrow_job *job, uint64_t id, int pid)
{
    fj_lease **link = &job->leases->first;
    while (*link && (*link)->id != id) link = &(*link)->next;
    if (*link) take_out(link, pid);
}

void fj_lease_close(furrow_job *job, fj_lease *lease)
{
    fj_lease **link = &job->leases->first;
    while (*link != lease) link = &(*link)->next;
    lease->open = false;
    if (lease->n == 0) end(link);
}

/* Handles that the pid gave out may be in use by pids that have not heard of its end yet. */
void fj_leases_gone(furrow_job *job, int pid)
{
    for (fj_lease **link = &job->leases->first; *link;) {
        if (!lessee(*link, pid)) {
            link = &(*link)->next;
            continue;
        }
        fj_recall_gone(job, (*link)->place, pid);
        if (!take_out(link, pid)) link = &(*link)->next;
    }
}

void fj_lease_keep(fj_place *place)
{
    size_t span = 0;
    if (!fj_lease_span(place->job, place->nbytes, &span)) place->job->net_ops->keep(place->job->net, place->at, span);
}

/* --- a lessee ------------------------------------------------------------------------------------------------------*/

furrow_err fj_lease_take(furrow_job *job, const fj_place *offer, fj_place **out)
{
    fnet_target target = {0};
    size_t span = 0;
    furrow_err e = fj_lease_span(job, offer->nbytes, &span);
    if (!e) e = job->net_ops->key_open(job->net, offer->lender, &offer->key, &target);
    if (e) return e;
    if (!target.direct || target.nbytes < span || (uintptr_t)target.direct % 64)
        return fb_fail(FURROW_ERR_FORMAT, "pid %d offers memory that cannot be shared", offer->lender);
    fj_place *place;
    e = fj_place_over(job, target.direct, offer->nbytes, &place);
    if (e) return e;
    place->foreign = false;
    place->lender = offer->lender;
    place->lease = offer->lease;
    place->key = offer->key;
    *out = place;
    return FURROW_OK;
}

/* A pid that leaves says nothing: others may have handles it gave out, and the lender sees to them when it hears that it
 * has left. A lender that cannot be told keeps the memory until then, too. */
void fj_lease_return(fj_place *place)
{
    furrow_job *job = place->job;
    size_t span = 0;
    mark(place, job->pid, false);
    if (fboot_peer(&job->boot, place->lender) < FBOOT_LEFT) {
        if (job->leases && fj_share_say_returned(job, place)) return;
    } else if (!anybody_has(job, place) && !fj_lease_span(job, place->nbytes, &span)) {
        job->net_ops->trim(job->net, place->at, span);
    }
}
