/*
 * bind.c - symbols made by C code: furrow_symbol_make, furrow_alloc, furrow_bind, furrow_drop and their kin. Their type and shape stay
 * until they are dropped.
 */
#include "job/parts.h"
#include <stdlib.h>
#include <string.h>

static furrow_err check_shape(furrow_type type, int ndims, const size_t *dims, size_t *count)
{
    if (!fv_tag_flat((uint32_t)type))
        return fb_fail(FURROW_ERR_TYPE, "%s is not a flat type: numbers and Bool are", furrow_type_name(type));
    if (ndims < 0 || ndims > FURROW_MAX_NDIMS || (ndims > 0 && !dims))
        return fb_fail(FURROW_ERR_ARG, "%d dimensions, 0 to %d are possible, with their extents", ndims,
                       FURROW_MAX_NDIMS);
    if (ndims == 0) {
        *count = 1;
        return FURROW_OK;
    }
    return fv_count(type, ndims, dims, count);
}

/* Binds entry to what stands in the symbol's place. */
static furrow_err attach(furrow_job *job, furrow_symbol *s, fj_entry *entry)
{
    fv_array *array = NULL;
    if (s->ndims > 0) {
        furrow_err e = fv_array_over(s->type, s->ndims, s->dims, s->place->at, &s->place->store, &array);
        if (e) return e;
    }
    fj_entry_clear(job, entry);
    if (array) {
        s->place->array = array;
        entry->slot.value = &array->head;
        entry->slot.tag = FURROW_ARRAY;
    } else {
        entry->slot.mem = s->place->at;
        entry->slot.tag = (uint32_t)s->type;
    }
    entry->generation++;
    fj_entry_place(entry, s->place);
    if (s->place->read_only) {
        entry->slot.flags = FX_SLOT_READ_ONLY;
        if (array) array->head.flags |= FV_FLAG_READ_ONLY;
    }
    entry->fixed = s;
    s->entry = entry;
    s->place->store.fixed = true;
    return FURROW_OK;
}

static furrow_err make(furrow_job *job, const char *name, const furrow_symbol_opts *opts, const furrow_symbol *shape,
                       furrow_symbol **out)
{
    fj_entry *entry;
    furrow_err e = fj_symbol_find(job, NULL, name, true, &entry);
    if (e) return e;
    if (entry->fixed) {
        e = fb_fail(FURROW_ERR_BUSY, "%s was made by C code before: drop that first", name);
        fb_fail_symbol(name);
        return e;
    }
    furrow_symbol *s = malloc(sizeof *s);
    if (!s) return fb_fail(FURROW_ERR_NOMEM, "no memory for the symbol %s", name);
    *s = *shape;
    size_t nbytes = s->count * furrow_type_nbytes(s->type);
    e = opts->memory ? fj_place_over(job, opts->memory, nbytes, &s->place) : fj_place_new(job, nbytes, &s->place);
    if (e) goto free_symbol;
    s->place->read_only = opts->read_only;
    e = attach(job, s, entry);
    if (e) goto drop_place;
    *out = s;
    return FURROW_OK;
drop_place:
    fj_place_drop(s->place);
free_symbol:
    free(s);
    return e;
}

static furrow_err shape_of(furrow_job *job, furrow_type type, int ndims, const size_t *dims, furrow_symbol *shape)
{
    *shape = (furrow_symbol){.job = job, .type = type, .ndims = ndims};
    furrow_err e = check_shape(type, ndims, dims, &shape->count);
    if (e) return e;
    for (int d = 0; d < FURROW_MAX_NDIMS; d++) shape->dims[d] = d < ndims ? dims[d] : 1;
    return FURROW_OK;
}

static furrow_err check_memory(const void *memory, const furrow_symbol *shape)
{
    size_t width = furrow_type_nbytes(shape->type), align = width > 8 ? 8 : width;
    if (memory && (uintptr_t)memory % align)
        return fb_fail(FURROW_ERR_ARG, "memory at %p is not aligned to elements of %s", memory,
                       furrow_type_name(shape->type));
    if (memory && shape->count * width > UINTPTR_MAX - (uintptr_t)memory)
        return fb_fail(FURROW_ERR_OVERFLOW, "%zu elements of %s at %p reach past the end of the address space",
                       shape->count, furrow_type_name(shape->type), memory);
    return FURROW_OK;
}

furrow_err furrow_symbol_make(furrow_job *job, const char *name, furrow_type type, int ndims, const size_t *dims,
                              const furrow_symbol_opts *opts, furrow_symbol **symbol)
{
    furrow_symbol shape;
    furrow_symbol_opts given = {0};
    if (!job || !symbol || (opts && (opts->size < sizeof opts->size || opts->size > 4096)))
        return fb_fail(FURROW_ERR_ARG,
                       "a symbol needs a job, a place for its handle, and options that begin with their size or NULL");
    if (opts) memcpy(&given, opts, opts->size < sizeof given ? opts->size : sizeof given);
    furrow_err e = shape_of(job, type, ndims, dims, &shape);
    if (!e) e = check_memory(given.memory, &shape);
    if (e) return e;
    fj_enter(job);
    fj_glance(job); /* a program that only makes and drops symbols must hear that recalls were answered */
    e = make(job, name, &given, &shape, symbol);
    fj_exit(job);
    return e;
}

furrow_err furrow_alloc(furrow_job *job, const char *name, furrow_type type, int ndims, const size_t *dims,
                        furrow_symbol **symbol)
{
    return furrow_symbol_make(job, name, type, ndims, dims, NULL, symbol);
}

furrow_err furrow_bind(furrow_job *job, const char *name, void *memory, furrow_type type, int ndims, const size_t *dims,
                       furrow_symbol **symbol)
{
    furrow_symbol_opts opts = FURROW_OPTS_INIT(furrow_symbol_opts);
    opts.memory = memory;
    if (!memory) return fb_fail(FURROW_ERR_ARG, "furrow_bind needs memory");
    return furrow_symbol_make(job, name, type, ndims, dims, &opts, symbol);
}

void *furrow_data(const furrow_symbol *symbol)
{
    return symbol ? symbol->place->at : NULL;
}

size_t furrow_count(const furrow_symbol *symbol)
{
    return symbol ? symbol->count : 0;
}

/* Others may still write to the user's memory: waits until they cannot. */
static furrow_err await_quiet(furrow_job *job, fj_place *place)
{
    furrow_err e = fj_place_empty(place);
    if (e || !place->nrecalls) return e;
    e = fj_wait(job, fj_place_quiet, place, 0, fj_deadline(job, 0));
    if (e == FURROW_ERR_TIMEOUT) {
        int pid = fj_place_awaits(place);
        e = fb_fail(FURROW_ERR_TIMEOUT, "pid %d has not given up its handle on the memory yet", pid);
        fb_fail_pid(pid);
        fb_fail_advice("Let pid %d make progress, then call furrow_drop again; the memory must stay until then.", pid);
    }
    return e;
}

static furrow_err drop(furrow_symbol *s)
{
    furrow_job *job = s->job;
    fj_place *place = s->place;
    if (s->entry) {
        s->entry->fixed = NULL;
        fj_entry_clear(job, s->entry);
        s->entry = NULL;
    }
    fj_glance(job);
    furrow_err e = place->foreign ? await_quiet(job, place) : FURROW_OK;
    if (e) return e;
    fj_place_unpin(place);
    free(s);
    return FURROW_OK;
}

furrow_err furrow_drop(furrow_symbol *symbol)
{
    if (!symbol) return FURROW_OK;
    furrow_job *job = symbol->job;
    fj_enter(job);
    furrow_err e = drop(symbol);
    fj_exit(job);
    return e;
}
