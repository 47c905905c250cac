/*
 * symbol.c - the symbol table of this pid: names, and the values bound to them. Flat values are kept in places, so that
 * other pids can reach them; others in ordinary memory. Programs, sow and C code all bind through fj_symbol_bind.
 */
#include "job/parts.h"
#include "expr/lex.h"
#include "net/copy.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"

#define SYMBOLS_MOST  ((size_t)1 << 20)
#define SCALAR_NBYTES 16 /* room for a scalar of any flat type */

struct fj_symbols {
    fj_entry **entries;
    size_t n, capacity;
    uint32_t *table; /* index + 1, open addressing */
    size_t mask;
};

/* --- names ---------------------------------------------------------------------------------------------------------*/

static bool is_name(const char *text, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        unsigned char c = (unsigned char)text[i];
        bool first = c >= 0x80 || c == '_' || isalpha(c);
        if (!first && (i == 0 || !(isdigit(c) || c == '!'))) return false;
    }
    return nbytes > 0 && !fx_lex_is_keyword(text, nbytes); /* no expression could speak of it */
}

static furrow_err fail_name(const char *name)
{
    furrow_err e = fb_fail(FURROW_ERR_ARG, "\"%.60s\" is not the name of a symbol", name);
    fb_fail_symbol(name);
    fb_fail_advice("Names are letters, digits, _ and !, at most %d bytes, and may have a module in front: Mod.x.",
                   FJ_NAME_NBYTES - 1);
    return e;
}

furrow_err fj_name_split(const char *name, char module[FJ_NAME_NBYTES], const char **rest)
{
    if (!name) return fb_fail(FURROW_ERR_ARG, "a symbol's name is NULL");
    size_t nbytes = strlen(name);
    const char *dot = strrchr(name, '.');
    const char *bare = dot ? dot + 1 : name;
    if (nbytes >= FJ_NAME_NBYTES || !is_name(bare, strlen(bare))) return fail_name(name);
    module[0] = '\0';
    for (const char *at = name; dot && at < dot;) {
        const char *end = memchr(at, '.', (size_t)(dot - at));
        if (!end) end = dot;
        if (!is_name(at, (size_t)(end - at)) || end + 1 == dot) return fail_name(name);
        at = end + (end < dot);
    }
    if (dot == name) return fail_name(name);
    if (dot) {
        memcpy(module, name, (size_t)(dot - name));
        module[dot - name] = '\0';
    }
    *rest = bare;
    return FURROW_OK;
}

/* --- the table -----------------------------------------------------------------------------------------------------*/

static uint64_t hash_of(const char *module, const char *name)
{
    return fb_hash64(module, strlen(module)) * 31 + fb_hash64(name, strlen(name));
}

static bool widen(struct fj_symbols *s)
{
    size_t n = s->mask ? (s->mask + 1) * 2 : 256;
    uint32_t *table = calloc(n, sizeof *table);
    if (!table) return false;
    for (size_t i = 0; i < s->n; i++) {
        size_t at = hash_of(s->entries[i]->module, s->entries[i]->name) & (n - 1);
        while (table[at]) at = (at + 1) & (n - 1);
        table[at] = (uint32_t)i + 1;
    }
    free(s->table);
    s->table = table;
    s->mask = n - 1;
    return true;
}

furrow_err fj_symbols_open(furrow_job *job)
{
    struct fj_symbols *s = calloc(1, sizeof *s);
    if (!s || !widen(s)) {
        free(s);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for the symbol table");
    }
    job->symbols = s;
    return FURROW_OK;
}

void fj_symbols_close(furrow_job *job)
{
    struct fj_symbols *s = job->symbols;
    if (!s) return;
    for (size_t i = 0; i < s->n; i++) {
        fj_entry *entry = s->entries[i];
        fj_entry_place(entry, NULL);
        fv_drop(entry->slot.value);
        free(entry->fixed);
        free(entry->holders);
        free(entry);
    }
    free(s->entries);
    free(s->table);
    free(s);
    job->symbols = NULL;
}

static fj_entry *find(const struct fj_symbols *s, const char *module, const char *name)
{
    for (size_t at = hash_of(module, name) & s->mask; s->table[at]; at = (at + 1) & s->mask) {
        fj_entry *entry = s->entries[s->table[at] - 1];
        if (strcmp(entry->name, name) == 0 && strcmp(entry->module, module) == 0) return entry;
    }
    return NULL;
}

static bool make_room(struct fj_symbols *s)
{
    if (s->n * 2 > s->mask && !widen(s)) return false;
    if (s->n < s->capacity) return true;
    size_t n = s->capacity ? s->capacity * 2 : 64;
    fj_entry **entries = realloc(s->entries, n * sizeof *entries);
    if (!entries) return false;
    s->entries = entries;
    s->capacity = n;
    return true;
}

static furrow_err add(struct fj_symbols *s, const char *module, const char *name, fj_entry **out)
{
    if (s->n >= SYMBOLS_MOST) return fb_fail(FURROW_ERR_LIMIT, "%zu symbols, more are not possible at one pid", s->n);
    size_t nmodule = strlen(module) + 1, nname = strlen(name) + 1;
    fj_entry *entry = make_room(s) ? calloc(1, sizeof *entry + nmodule + nname) : NULL;
    if (!entry) return fb_fail(FURROW_ERR_NOMEM, "no memory for the symbol %s", name);
    char *texts = (char *)(entry + 1);
    memcpy(texts, module, nmodule);
    memcpy(texts + nmodule, name, nname);
    entry->module = texts;
    entry->name = texts + nmodule;
    entry->index = (uint32_t)s->n;
    entry->slot.tag = FX_UNBOUND;
    entry->generation = 1;
    size_t at = hash_of(module, name) & s->mask;
    while (s->table[at]) at = (at + 1) & s->mask;
    s->entries[s->n++] = entry;
    s->table[at] = (uint32_t)s->n;
    *out = entry;
    return FURROW_OK;
}

furrow_err fj_symbol_find(furrow_job *job, const char *module, const char *name, bool create, fj_entry **entry)
{
    char qualified[FJ_NAME_NBYTES];
    const char *rest;
    furrow_err e = fj_name_split(name, qualified, &rest);
    if (e) return e;
    const char *where = qualified[0] ? qualified : module && module[0] ? module : "Main";
    fj_entry *found = find(job->symbols, where, rest);
    if (!found && create) {
        if (strlen(where) >= FJ_NAME_NBYTES) return fail_name(where);
        e = add(job->symbols, where, rest, &found);
        if (e) return e;
    }
    *entry = found;
    return FURROW_OK;
}

fj_entry *fj_symbol_at(furrow_job *job, size_t index)
{
    return index < job->symbols->n ? job->symbols->entries[index] : NULL;
}

size_t fj_symbol_count(const furrow_job *job)
{
    return job->symbols->n;
}

/* --- entries and places --------------------------------------------------------------------------------------------*/

void fj_entry_place(fj_entry *entry, fj_place *place)
{
    if (entry->place == place) return;
    if (entry->place) {
        fj_entry **link = &entry->place->entries;
        while (*link != entry) link = &(*link)->on_place;
        *link = entry->on_place;
    }
    entry->place = place;
    entry->on_place = NULL;
    if (place) {
        entry->on_place = place->entries;
        place->entries = entry;
    }
}

/* Holders are told first; then the value goes, and with the last value over it the place. */
void fj_entry_clear(furrow_job *job, fj_entry *entry)
{
    if (entry->slot.tag == FX_UNBOUND) return;
    fj_recall(job, entry);
    fj_place *place = entry->place;
    bool scalar = fv_tag_flat(entry->slot.tag);
    fj_entry_place(entry, NULL);
    furrow_value *value = entry->slot.value;
    entry->slot = (fx_slot){.tag = FX_UNBOUND};
    if (scalar) fj_place_drop(place);
    fv_drop(value);
    fj_places_sweep(job);
}

static bool flat_array(const furrow_value *value)
{
    return value && value->type == FURROW_ARRAY && fv_tag_flat(value->eltype);
}

furrow_err fj_entry_settle(furrow_job *job, fj_entry *entry)
{
    fj_places_sweep(job);
    if (!flat_array(entry->slot.value)) return FURROW_OK;
    fv_array *array = (fv_array *)(void *)entry->slot.value;
    if (fj_entry_held(entry) && entry->told_count != array->count) fj_recall(job, entry);
    fj_place *place = fj_place_of(job, array);
    if (!place) {
        furrow_err e = fj_place_adopt(job, array, &place);
        if (e) return e;
    }
    fj_entry_place(entry, place);
    return FURROW_OK;
}

void fj_entry_shape(const fj_entry *entry, furrow_type *type, int *ndims, const size_t **dims)
{
    static const size_t none[FURROW_MAX_NDIMS] = {1, 1, 1, 1, 1, 1, 1, 1};
    if (fv_tag_flat(entry->slot.tag)) {
        *type = (furrow_type)entry->slot.tag;
        *ndims = 0;
        *dims = none;
        return;
    }
    const fv_array *array = (const fv_array *)(const void *)entry->slot.value;
    *type = (furrow_type)array->head.eltype;
    *ndims = array->head.ndims;
    *dims = array->dims;
}

/* --- binding -------------------------------------------------------------------------------------------------------*/

static bool same_shape(const fv_array *a, const fv_array *b)
{
    if (a->head.eltype != b->head.eltype || a->head.ndims != b->head.ndims) return false;
    return memcmp(a->dims, b->dims, a->head.ndims * sizeof a->dims[0]) == 0;
}

static void store_scalar(fj_entry *entry, const fv_cell *value)
{
    fv_flat_store((furrow_type)value->tag, entry->slot.mem, value);
}

static furrow_err fail_pinned(const fj_entry *entry)
{
    furrow_err e = fb_fail(FURROW_ERR_PINNED, "%s.%s was made by C code: its type and shape are fixed", entry->module,
                           entry->name);
    fb_fail_symbol(entry->name);
    return e;
}

static furrow_err fail_read_only(const fj_entry *entry)
{
    furrow_err e = fb_fail(FURROW_ERR_READONLY, "%s.%s is read-only: only C code of its owner changes it",
                           entry->module, entry->name);
    fb_fail_symbol(entry->name);
    return e;
}

/* What C code made takes values of its own type and shape, into its memory. */
static furrow_err bind_fixed(fj_entry *entry, const fv_cell *value)
{
    if (entry->place && entry->place->read_only) return fail_read_only(entry);
    if (fv_tag_flat(entry->slot.tag)) {
        if (value->tag != entry->slot.tag) return fail_pinned(entry);
        store_scalar(entry, value);
        return FURROW_OK;
    }
    fv_array *mine = (fv_array *)(void *)entry->slot.value;
    if (value->tag != FURROW_ARRAY) return fail_pinned(entry);
    const fv_array *array = (const fv_array *)(const void *)value->p;
    if (!same_shape(mine, array)) return fail_pinned(entry);
    if (array->data == mine->data) return FURROW_OK;
    fnet_copy_in(mine->data, array->data, array->count * furrow_type_nbytes((furrow_type)array->head.eltype));
    return FURROW_OK;
}

/* The type is stored last: a program of this pid that is under way reads type and place without a lock, in this thread. */
static furrow_err bind_scalar(furrow_job *job, fj_entry *entry, const fv_cell *value)
{
    if (entry->slot.tag == value->tag) {
        store_scalar(entry, value);
        return FURROW_OK;
    }
    fj_place *place = entry->place;
    if (!fv_tag_flat(entry->slot.tag) || fj_entry_held(entry)) {
        furrow_err e = fj_place_new(job, SCALAR_NBYTES, &place);
        if (e) return e;
        fj_entry_clear(job, entry);
        fj_entry_place(entry, place);
    }
    entry->slot.mem = place->at;
    store_scalar(entry, value);
    entry->slot.tag = value->tag;
    return FURROW_OK;
}

/* Same type and shape as before, and nobody else looks at either array: the new one moves into the old one's place, so
 * that others' handles stay good, and whoever still holds the new one sees what is written through the symbol. */
static bool bind_in_place(furrow_job *job, fj_entry *entry, fv_array *array)
{
    if (!flat_array(entry->slot.value)) return false;
    fv_array *old = (fv_array *)(void *)entry->slot.value;
    fj_place *place = fj_place_of(job, old);
    if (!place || place->store.fixed || !same_shape(old, array) || place->entries != entry || entry->on_place ||
        atomic_load_explicit(&old->head.refs, memory_order_acquire) != 1)
        return false;
    fnet_copy_in(place->at, array->data, array->count * furrow_type_nbytes((furrow_type)array->head.eltype));
    fj_place_transfer(place, old, array);
    fv_hold(&array->head);
    entry->slot.value = &array->head;
    fv_drop(&old->head);
    return true;
}

static furrow_err bind_array(furrow_job *job, fj_entry *entry, fv_array *array)
{
    if (entry->slot.value == &array->head) return FURROW_OK;
    fj_place *place = fj_place_of(job, array);
    if (!place) {
        if (bind_in_place(job, entry, array)) return FURROW_OK;
        furrow_err e = fj_place_adopt(job, array, &place);
        if (e) return e;
    }
    fv_hold(&array->head);
    fj_entry_clear(job, entry);
    entry->slot.value = &array->head;
    entry->slot.tag = FURROW_ARRAY;
    fj_entry_place(entry, place);
    return FURROW_OK;
}

static furrow_err bind_boxed(furrow_job *job, fj_entry *entry, const fv_cell *value)
{
    furrow_value *boxed;
    furrow_err e = fv_cell_to_value(value, &boxed);
    if (e) return e;
    fj_entry_clear(job, entry);
    entry->slot.value = boxed;
    entry->slot.tag = value->tag;
    return FURROW_OK;
}

furrow_err fj_symbol_bind(furrow_job *job, fj_entry *entry, const fv_cell *value)
{
    fj_places_sweep(job);
    if (entry->fixed) return bind_fixed(entry, value);
    if (fv_tag_flat(value->tag)) return bind_scalar(job, entry, value);
    if (value->tag == FURROW_ARRAY && flat_array(value->p)) return bind_array(job, entry, (fv_array *)(void *)value->p);
    return bind_boxed(job, entry, value);
}

furrow_err fj_symbol_value(furrow_job *job, fj_entry *entry, fv_cell *out)
{
    (void)job;
    if (entry->slot.tag == FX_UNBOUND) {
        furrow_err e = fb_fail(FURROW_ERR_NO_SYMBOL, "%s is not defined in %s", entry->name, entry->module);
        fb_fail_symbol(entry->name);
        return e;
    }
    if (!fv_tag_flat(entry->slot.tag)) {
        fv_cell_from_value(entry->slot.value, out);
        return FURROW_OK;
    }
    fv_cell cell;
    fv_flat_load((furrow_type)entry->slot.tag, entry->slot.mem, &cell);
    if (cell.tag != entry->slot.tag) return fb_fail(FURROW_ERR_NOMEM, "no memory for the value of %s", entry->name);
    *out = cell;
    return FURROW_OK;
}
