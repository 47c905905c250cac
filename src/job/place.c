/*
 * place.c - places: the pieces of memory flat symbols live in. A place is used again only when nothing here uses it and
 * every pid that could write to it has given up its handle, or is gone. Called by symbol.c, bind.c and recall.c.
 */
#include "job/parts.h"
#include "topo/bind.h"
#include <stdlib.h>
#include <string.h>

struct fj_places {
    fj_place *first;
    size_t nlimbo;               /* dropped, and kept for recalls */
    _Atomic(fj_place *) falling; /* their arrays went away, in any thread */
};

furrow_err fj_places_open(furrow_job *job)
{
    job->places = calloc(1, sizeof *job->places);
    return job->places ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for symbols");
}

/* fv_store.drop: any thread, perhaps a signal handler. Pushing is lock-free, and only whole lists are taken. Release:
 * whoever takes the list (acquire) sees what this thread did to the memory. */
static void array_gone(fv_store *store, void *data)
{
    (void)data;
    fj_place *place = (fj_place *)(void *)store;
    struct fj_places *p = place->job->places;
    fj_place *top = atomic_load_explicit(&p->falling, memory_order_relaxed);
    do {
        place->falling = top;
    } while (
        !atomic_compare_exchange_weak_explicit(&p->falling, &top, place, memory_order_release, memory_order_relaxed));
}

static void copy_gone(fv_store *store, void *data)
{
    (void)store;
    free(data);
}
static fv_store own_copy = {copy_gone};

static furrow_err place_make(furrow_job *job, void *at, size_t nbytes, fj_place **out)
{
    fj_place *place = calloc(1, sizeof *place);
    if (!place) return fb_fail(FURROW_ERR_NOMEM, "no memory to describe a symbol");
    place->store.drop = array_gone;
    place->job = job;
    place->at = at;
    place->nbytes = nbytes;
    place->next = job->places->first;
    if (place->next) place->next->prev = place;
    job->places->first = place;
    *out = place;
    return FURROW_OK;
}

static void unlink_place(fj_place *place)
{
    struct fj_places *p = place->job->places;
    if (place->prev)
        place->prev->next = place->next;
    else
        p->first = place->next;
    if (place->next) place->next->prev = place->prev;
}

static void place_free(fj_place *place)
{
    if (place->placed) ftopo_unplace_memory(place->at, place->nbytes);
    if (place->lender)
        fj_lease_return(place);
    else if (!place->foreign)
        fj_heap_free(place->job, place->at);
    unlink_place(place);
    free(place);
}

static void free_if_unused(fj_place *place)
{
    if (place->dropped && !place->nrecalls && !place->store.fixed && !place->nleased) place_free(place);
}

/* --- getting memory ------------------------------------------------------------------------------------------------*/

typedef furrow_err (*allocator)(furrow_job *job, size_t nbytes, void **at);
typedef struct shortage {
    furrow_job *job;
    allocator alloc;
    size_t nbytes;
    size_t nlimbo; /* when it was tried last */
    void *at;
} shortage;

/* Tries again whenever a place has come back; over when none is to be expected any more. */
static bool relieved(void *arg)
{
    shortage *s = arg;
    size_t nlimbo = s->job->places->nlimbo;
    if (nlimbo == s->nlimbo) return nlimbo == 0;
    s->nlimbo = nlimbo;
    return s->alloc(s->job, s->nbytes, &s->at) == FURROW_OK || nlimbo == 0;
}

static furrow_err alloc_patiently(furrow_job *job, allocator alloc, size_t nbytes, void **at)
{
    fj_places_sweep(job);
    furrow_err e = alloc(job, nbytes, at);
    if (e != FURROW_ERR_NOMEM || !job->places->nlimbo || fj_inside(job)) return e;
    furrow_error_info info;
    fb_fail_save(&info);
    shortage s = {.job = job, .alloc = alloc, .nbytes = nbytes, .nlimbo = job->places->nlimbo};
    if (fj_wait(job, relieved, &s, 0, fj_deadline(job, 0)) || !s.at) return fb_fail_restore(&info);
    *at = s.at;
    return FURROW_OK;
}

static furrow_err place_new(furrow_job *job, allocator alloc, size_t nbytes, fj_place **place)
{
    void *at;
    furrow_err e = alloc_patiently(job, alloc, nbytes, &at);
    if (e) return e;
    e = place_make(job, at, nbytes, place);
    if (e) fj_heap_free(job, at);
    return e;
}

furrow_err fj_place_new(furrow_job *job, size_t nbytes, fj_place **place)
{
    return place_new(job, fj_heap_alloc, nbytes, place);
}

furrow_err fj_place_new_aligned(furrow_job *job, size_t nbytes, size_t align, fj_place **place)
{
    void *at;
    fj_places_sweep(job);
    furrow_err e = fj_heap_alloc_aligned(job, nbytes, align, &at);
    if (e) return e;
    e = place_make(job, at, nbytes, place);
    if (e) fj_heap_free(job, at);
    return e;
}

furrow_err fj_place_over(furrow_job *job, void *at, size_t nbytes, fj_place **place)
{
    furrow_err e = place_make(job, at, nbytes, place);
    if (!e) (*place)->foreign = true;
    return e;
}

furrow_err fj_place_adopt(furrow_job *job, fv_array *array, fj_place **out)
{
    size_t nbytes = array->count * furrow_type_nbytes((furrow_type)array->head.eltype);
    fj_place *place;
    furrow_err e = place_new(job, fj_heap_alloc_raw, nbytes, &place);
    if (e) return e;
    if (nbytes) memcpy(place->at, array->data, nbytes);
    fv_array_rehome(array, place->at, &place->store);
    place->array = array;
    *out = place;
    return FURROW_OK;
}

void fj_place_transfer(fj_place *place, fv_array *from, fv_array *to)
{
    from->data = NULL;
    from->store = &own_copy; /* of nothing: its memory is not its own any more */
    fv_array_rehome(to, place->at, &place->store);
    place->array = to;
}

fj_place *fj_place_of(furrow_job *job, const fv_array *array)
{
    if (!array->store || array->store->drop != array_gone) return NULL;
    fj_place *place = (fj_place *)(void *)array->store;
    return place->job == job ? place : NULL;
}

/* --- giving it back ------------------------------------------------------------------------------------------------*/

void fj_place_drop(fj_place *place)
{
    if (place->dropped) return;
    place->dropped = true;
    if (place->nrecalls) place->job->places->nlimbo++;
    free_if_unused(place);
}

void fj_place_unpin(fj_place *place)
{
    place->store.fixed = false;
    free_if_unused(place);
}

void fj_place_hold(fj_place *place)
{
    if (place->nrecalls++ == 0 && place->dropped) place->job->places->nlimbo++;
}

void fj_place_release(fj_place *place)
{
    if (--place->nrecalls == 0 && place->dropped) place->job->places->nlimbo--;
    free_if_unused(place);
}

void fj_place_lease(fj_place *place)
{
    place->nleased++;
}

void fj_place_unlease(fj_place *place)
{
    place->nleased--;
    free_if_unused(place);
}

bool fj_places_short(furrow_job *job)
{
    fj_places_sweep(job);
    for (const fj_place *place = job->places->first; place; place = place->next)
        if (place->dropped) return true;
    return false;
}

bool fj_place_quiet(void *arg)
{
    const fj_place *place = arg;
    return place->nrecalls == 0;
}

/* The array left its place while symbols are bound to it: it grew, and has memory of its own now. They are settled
 * again when somebody asks for them; what others hold of the old place dies. A symbol that C code made stays where it
 * is, and the array goes its own way. */
static void array_left(fj_place *place)
{
    for (fj_entry *entry = place->entries, *next; entry; entry = next) {
        next = entry->on_place;
        if (entry->fixed && entry->fixed->place == place) {
            const furrow_symbol *s = entry->fixed;
            fv_array *array;
            if (fv_array_over(s->type, s->ndims, s->dims, place->at, &place->store, &array)) continue;
            fv_drop(entry->slot.value);
            entry->slot.value = &array->head;
            place->array = array;
            continue;
        }
        fj_recall(place->job, entry);
        fj_entry_place(entry, NULL);
    }
}

void fj_places_sweep(furrow_job *job)
{
    struct fj_places *p = job->places;
    if (__builtin_expect(!atomic_load_explicit(&p->falling, memory_order_relaxed), 1)) return;
    fj_place *place = atomic_exchange_explicit(&p->falling, NULL, memory_order_acquire);
    for (fj_place *next; place; place = next) {
        next = place->falling;
        place->array = NULL;
        array_left(place);
        if (!place->array) fj_place_drop(place);
    }
}

furrow_err fj_place_empty(fj_place *place)
{
    fj_places_sweep(place->job);
    fv_array *array = place->array;
    if (!array) return FURROW_OK;
    size_t nbytes = array->count * furrow_type_nbytes((furrow_type)array->head.eltype);
    void *copy = malloc(nbytes ? nbytes : 1);
    if (!copy) return fb_fail(FURROW_ERR_NOMEM, "no memory to keep a copy of %zu bytes", nbytes);
    if (nbytes) memcpy(copy, array->data, nbytes);
    fv_array_rehome(array, copy, &own_copy);
    fj_places_sweep(place->job);
    return FURROW_OK;
}

/* Arrays may outlive the job in values the user holds: they take their elements with them. */
void fj_places_close(furrow_job *job)
{
    struct fj_places *p = job->places;
    if (!p) return;
    fj_places_sweep(job);
    for (fj_place *place = p->first, *next; place; place = next) {
        next = place->next;
        place->store.fixed = true;
        if (place->array && fj_place_empty(place)) {
            place->array->count = 0; /* no memory: better empty than wild */
            fv_array_rehome(place->array, NULL, &own_copy);
        }
        if (place->nleased) fj_lease_keep(place);
        if (place->lender) fj_lease_return(place);
        free(place);
    }
    free(p);
    job->places = NULL;
}
