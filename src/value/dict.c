/*
 * dict.c - the insertion-ordered hash table behind dictionaries: an array of pairs in order, and an open-addressed
 * table of their numbers. Removed pairs leave holes, which go when the table is made anew.
 */
#include "value/dict.h"
#include "value/alloc.h"
#include "base/error.h"

#define SLOT_FREE    UINT32_MAX
#define SLOT_REMOVED (UINT32_MAX - 1)
#define PAIRS_MOST   ((size_t)1 << 31)
/* The key of a hole; no cell has this tag. */
#define TAG_HOLE UINT32_MAX

typedef struct pair {
    uint64_t hash;
    fv_cell key;
    fv_cell item;
} pair;

struct fv_dict {
    furrow_value head;
    fv_type key_type;
    fv_type item_type;
    size_t count;    /* pairs that are there */
    size_t used;     /* pairs and holes */
    size_t capacity; /* pairs there is room for */
    size_t nslots;   /* a power of two, at least capacity * 4/3; 0 while empty */
    pair *pairs;
    uint32_t *slots;
};

size_t fv_dict_nbytes(void)
{
    return sizeof(fv_dict);
}

fv_type fv_dict_key_type(const fv_dict *dict)
{
    return dict->key_type;
}

fv_type fv_dict_item_type(const fv_dict *dict)
{
    return dict->item_type;
}

size_t fv_dict_count(const fv_dict *dict)
{
    return dict->count;
}

furrow_err fv_dict_new(fv_type key, fv_type item, fv_dict **out)
{
    fv_dict *dict;
    furrow_err err = fv_alloc(FURROW_DICT, sizeof *dict, &dict);
    if (err) return err;
    dict->key_type = key;
    dict->item_type = item;
    dict->count = dict->used = dict->capacity = dict->nslots = 0;
    dict->pairs = NULL;
    dict->slots = NULL;
    *out = dict;
    return FURROW_OK;
}

static size_t table_nbytes(size_t capacity, size_t nslots)
{
    return capacity * sizeof(pair) + nslots * sizeof(uint32_t);
}

static void drop_table(fv_dict *dict)
{
    fv_dealloc_part(&dict->head, dict->pairs, table_nbytes(dict->capacity, dict->nslots));
    dict->pairs = NULL;
    dict->slots = NULL;
    dict->count = dict->used = dict->capacity = dict->nslots = 0;
}

static void drop_pairs(pair *pairs, size_t used)
{
    for (size_t i = 0; i < used; i++) {
        if (pairs[i].key.tag == TAG_HOLE) continue;
        fv_cell_drop(&pairs[i].key);
        fv_cell_drop(&pairs[i].item);
    }
}

void fv_dict_close(fv_dict *dict)
{
    drop_pairs(dict->pairs, dict->used);
    drop_table(dict);
}

/* Forgets the pairs before their references go: dropping one may run code that looks at the dictionary. */
void fv_dict_clear(fv_dict *dict)
{
    pair *pairs = dict->pairs;
    size_t used = dict->used, nbytes = table_nbytes(dict->capacity, dict->nslots);
    dict->pairs = NULL;
    dict->slots = NULL;
    dict->count = dict->used = dict->capacity = dict->nslots = 0;
    drop_pairs(pairs, used);
    fv_dealloc_part(&dict->head, pairs, nbytes);
}

/* --- the table --- */

static void insert_slot(uint32_t *slots, size_t nslots, uint64_t hash, uint32_t number)
{
    size_t mask = nslots - 1, at = hash & mask;
    while (slots[at] < SLOT_REMOVED) at = (at + 1) & mask;
    slots[at] = number;
}

/* The pairs without their holes, and the table of their numbers. */
static furrow_err fill_table(const fv_dict *dict, pair *pairs, uint32_t *slots, size_t nslots)
{
    size_t used = 0;
    fv_pieces clear = {.count = nslots}, old = {.count = dict->used};
    FV_EACH (i, &clear) slots[i] = SLOT_FREE;
    old.err = clear.err;
    FV_EACH (i, &old) {
        if (dict->pairs[i].key.tag == TAG_HOLE) continue;
        pairs[used] = dict->pairs[i];
        insert_slot(slots, nslots, pairs[used].hash, (uint32_t)used);
        used++;
        if ((used & 2047) == 0 && (old.err = fv_worked(FV_PIECE))) break; /* all over the table: slow ones */
    }
    return old.err;
}

/* A table with room for one pair more than there are, without holes. */
static furrow_err rebuild(fv_dict *dict)
{
    size_t capacity = dict->count < 6 ? 6 : dict->count * 2, nslots = 8, used = dict->count;
    if (capacity > PAIRS_MOST) return fb_fail(FURROW_ERR_LIMIT, "a dictionary has at most 2^31 pairs");
    while (nslots < capacity + capacity / 3) nslots *= 2;
    void *part;
    furrow_err err = fv_alloc_part(&dict->head, table_nbytes(capacity, nslots), &part);
    if (err) return err;
    pair *pairs = part;
    uint32_t *slots = (uint32_t *)(pairs + capacity);
    err = fill_table(dict, pairs, slots, nslots);
    if (err) {
        fv_dealloc_part(&dict->head, part, table_nbytes(capacity, nslots));
        return err;
    }
    drop_table(dict);
    dict->pairs = pairs;
    dict->slots = slots;
    dict->count = dict->used = used;
    dict->capacity = capacity;
    dict->nslots = nslots;
    return FURROW_OK;
}

/* The slot that holds key, or nslots. */
static size_t find_slot(const fv_dict *dict, const fv_cell *key, uint64_t hash)
{
    if (dict->count == 0) return dict->nslots;
    size_t mask = dict->nslots - 1;
    for (size_t at = hash & mask, probes = 0; probes < dict->nslots; at = (at + 1) & mask, probes++) {
        uint32_t number = dict->slots[at];
        if (number == SLOT_FREE) break;
        if (number == SLOT_REMOVED) continue;
        const pair *p = &dict->pairs[number];
        if (p->hash == hash && fv_cell_equal(&p->key, key)) return at;
    }
    return dict->nslots;
}

static pair *find_pair(const fv_dict *dict, const fv_cell *key)
{
    size_t slot = find_slot(dict, key, fv_cell_hash(key));
    return slot < dict->nslots ? &dict->pairs[dict->slots[slot]] : NULL;
}

bool fv_dict_has(const fv_dict *dict, const fv_cell *key)
{
    return find_pair(dict, key) != NULL;
}

bool fv_dict_get(const fv_dict *dict, const fv_cell *key, fv_cell *item)
{
    const pair *found = find_pair(dict, key);
    if (!found) return false;
    fv_cell_hold(&found->item);
    *item = found->item;
    return true;
}

static fv_cell *item_of(const fv_dict *dict, int64_t key, uint32_t *hint)
{
    if (*hint < dict->used) {
        pair *p = &dict->pairs[*hint];
        if (p->key.tag == FURROW_INT64 && p->key.i == key) return &p->item;
    }
    fv_cell cell = {.tag = FURROW_INT64, .i = key};
    pair *found = find_pair(dict, &cell);
    if (!found) return NULL;
    *hint = (uint32_t)(found - dict->pairs);
    return &found->item;
}

const fv_cell *fv_dict_peek(const fv_dict *dict, int64_t key, uint32_t *hint)
{
    return item_of(dict, key, hint);
}

bool fv_dict_put(fv_dict *dict, int64_t key, const fv_cell *item, uint32_t *hint)
{
    if (dict->item_type != FURROW_ANY && dict->item_type != item->tag) return false;
    fv_cell *at = item_of(dict, key, hint);
    if (!at || !fv_tag_inline(at->tag) || !fv_tag_inline(item->tag)) return false;
    *at = *item;
    return true;
}

/* A cell as the dictionary's type wants it, with a reference of its own. */
static furrow_err fit(fv_type type, const fv_cell *cell, fv_cell *out)
{
    furrow_type base = fv_type_base(type);
    if (type == FV_MEMBER && cell->tag == FURROW_NOTHING) return fv_convert(cell, FURROW_NOTHING, out);
    if (type <= 0xFF || cell->tag != (uint32_t)base || fv_type_of(cell) == type) return fv_convert(cell, base, out);
    char wanted[96], given[96];
    return fb_fail(FURROW_ERR_TYPE, "the dictionary holds %s, not %s", fv_type_text(type, wanted, sizeof wanted),
                   fv_type_text(fv_type_of(cell), given, sizeof given));
}

static furrow_err add(fv_dict *dict, uint64_t hash, const fv_cell *key, const fv_cell *item)
{
    if (dict->used == dict->capacity) {
        furrow_err err = rebuild(dict);
        if (err) return err;
    }
    dict->pairs[dict->used] = (pair){hash, *key, *item};
    insert_slot(dict->slots, dict->nslots, hash, (uint32_t)dict->used);
    dict->used++;
    dict->count++;
    return FURROW_OK;
}

furrow_err fv_dict_set(fv_dict *dict, const fv_cell *key, const fv_cell *item)
{
    fv_cell own_key, own_item;
    furrow_err err = fv_worked(8);
    if (!err) err = fit(dict->key_type, key, &own_key);
    if (err) return err;
    err = fit(dict->item_type, item, &own_item);
    if (err) goto drop_key;
    uint64_t hash = fv_cell_hash(&own_key);
    size_t slot = find_slot(dict, &own_key, hash);
    if (slot < dict->nslots) {
        pair *found = &dict->pairs[dict->slots[slot]];
        fv_cell old = found->item;
        found->item = own_item;
        fv_cell_drop(&old);
        goto drop_key;
    }
    err = add(dict, hash, &own_key, &own_item);
    if (!err) return FURROW_OK;
    fv_cell_drop(&own_item);
drop_key:
    fv_cell_drop(&own_key);
    return err;
}

bool fv_dict_delete(fv_dict *dict, const fv_cell *key, fv_cell *item)
{
    size_t slot = find_slot(dict, key, fv_cell_hash(key));
    if (slot == dict->nslots) return false;
    pair *found = &dict->pairs[dict->slots[slot]], old = *found;
    found->key = found->item = (fv_cell){.tag = TAG_HOLE};
    dict->slots[slot] = SLOT_REMOVED;
    dict->count--;
    fv_cell_drop(&old.key);
    if (item) {
        *item = old.item;
    } else {
        fv_cell_drop(&old.item);
    }
    return true;
}

bool fv_dict_next(const fv_dict *dict, uint64_t *state, fv_cell *key, fv_cell *item)
{
    for (; *state < dict->used; ++*state) {
        const pair *p = &dict->pairs[*state];
        if (p->key.tag == TAG_HOLE) continue;
        *key = p->key;
        *item = p->item;
        ++*state;
        return true;
    }
    return false;
}

furrow_err fv_dict_copy(const fv_dict *dict, fv_dict **out)
{
    fv_dict *copy;
    furrow_err err = fv_dict_new(dict->key_type, dict->item_type, &copy);
    if (err) return err;
    uint64_t state = 0;
    fv_cell key, item;
    while (!err && fv_dict_next(dict, &state, &key, &item)) err = fv_dict_set(copy, &key, &item);
    if (err) {
        fv_drop(&copy->head);
        return err;
    }
    *out = copy;
    return FURROW_OK;
}

/* The type that the keys (which: 0) or the items (1) of pairs share, or Any. */
static fv_type shared_type(const fv_cell *pairs, size_t npairs, size_t which)
{
    fv_type type = npairs > 0 ? fv_type_of(&pairs[which]) : FURROW_ANY;
    fv_pieces p = {.count = npairs};
    FV_EACH (i, &p)
        if (fv_type_of(&pairs[2 * i + which]) != type) return FURROW_ANY;
    return type;
}

furrow_err fv_dict_of(const fv_cell *pairs, size_t npairs, fv_dict **out)
{
    fv_dict *dict;
    furrow_err err = fv_dict_new(shared_type(pairs, npairs, 0), shared_type(pairs, npairs, 1), &dict);
    if (err) return err;
    for (size_t i = 0; i < npairs && !err; i++) err = fv_dict_set(dict, &pairs[2 * i], &pairs[2 * i + 1]);
    if (err) {
        fv_drop(&dict->head);
        return err;
    }
    *out = dict;
    return FURROW_OK;
}

/* --- public calls --- */

static furrow_err check_dict(const furrow_value *dict)
{
    if (!dict) return fb_fail(FURROW_ERR_ARG, "a dictionary is wanted, got NULL");
    if (dict->type == FURROW_DICT) return FURROW_OK;
    return fb_fail(FURROW_ERR_TYPE, "a dictionary is wanted, got %s", furrow_type_name((furrow_type)dict->type));
}

furrow_err furrow_value_dict(furrow_value **out)
{
    if (!out) return fb_fail(FURROW_ERR_ARG, "a place for the value is needed, got NULL");
    fv_dict *dict;
    furrow_err err = fv_dict_new(FURROW_ANY, FURROW_ANY, &dict);
    if (!err) *out = &dict->head;
    return err;
}

furrow_err furrow_value_dict_of(furrow_type key, furrow_type item, furrow_value **out)
{
    if (!out) return fb_fail(FURROW_ERR_ARG, "a place for the value is needed, got NULL");
    if ((unsigned)key > FV_LAST_TYPE || (unsigned)item > FV_LAST_TYPE)
        return fb_fail(FURROW_ERR_ARG, "types %d and %d are not both types", (int)key, (int)item);
    fv_dict *dict;
    furrow_err err = fv_dict_new((fv_type)key, (fv_type)item, &dict);
    if (!err) *out = &dict->head;
    return err;
}

static furrow_type bare(const furrow_value *dict, fv_type (*type_of)(const fv_dict *))
{
    if (!dict || dict->type != FURROW_DICT) return FURROW_ANY;
    fv_type type = type_of(fv_dict_of_value(dict));
    return type <= FV_LAST_TYPE ? (furrow_type)type : FURROW_ANY;
}

furrow_type furrow_dict_key_type(const furrow_value *dict)
{
    return bare(dict, fv_dict_key_type);
}

furrow_type furrow_dict_item_type(const furrow_value *dict)
{
    return bare(dict, fv_dict_item_type);
}

furrow_err furrow_dict_like(const furrow_value *dict, furrow_value **out)
{
    furrow_err err = check_dict(dict);
    if (err) return err;
    if (!out) return fb_fail(FURROW_ERR_ARG, "a place for the dictionary is needed, got NULL");
    fv_dict *like;
    err = fv_dict_new(fv_dict_key_type(fv_dict_of_value(dict)), fv_dict_item_type(fv_dict_of_value(dict)), &like);
    if (!err) *out = &like->head;
    return err;
}

furrow_err furrow_dict_set(furrow_value *dict, const furrow_value *key, const furrow_value *item)
{
    furrow_err err = check_dict(dict);
    if (err) return err;
    if (!key || !item) return fb_fail(FURROW_ERR_ARG, "a key and an item are wanted, got NULL");
    fv_cell key_cell, item_cell;
    fv_cell_from_value(key, &key_cell);
    fv_cell_from_value(item, &item_cell);
    err = fv_dict_set((fv_dict *)dict, &key_cell, &item_cell);
    fv_cell_drop(&key_cell);
    fv_cell_drop(&item_cell);
    return err;
}

furrow_err furrow_dict_get(const furrow_value *dict, const furrow_value *key, furrow_value **out)
{
    furrow_err err = check_dict(dict);
    if (err) return err;
    if (!key || !out) return fb_fail(FURROW_ERR_ARG, "a key and a place for the item are wanted, got NULL");
    fv_cell key_cell, item;
    fv_cell_from_value(key, &key_cell);
    bool found = fv_dict_get(fv_dict_of_value(dict), &key_cell, &item);
    fv_cell_drop(&key_cell);
    if (!found) return fb_fail(FURROW_ERR_NAME, "the dictionary has no such key");
    err = fv_cell_to_value(&item, out);
    fv_cell_drop(&item);
    return err;
}

/* The index-th pair: where it would stand without holes, or by stepping over them. */
static const pair *pair_at(const fv_dict *dict, size_t index)
{
    if (index >= dict->count) return NULL;
    if (dict->count == dict->used) return &dict->pairs[index];
    for (size_t i = 0; i < dict->used; i++) {
        if (dict->pairs[i].key.tag != TAG_HOLE && index-- == 0) return &dict->pairs[i];
    }
    return NULL;
}

furrow_err furrow_dict_pair(const furrow_value *dict, size_t index, furrow_value **key, furrow_value **item)
{
    furrow_err err = check_dict(dict);
    if (err) return err;
    if (!key || !item) return fb_fail(FURROW_ERR_ARG, "places for key and item are wanted, got NULL");
    const pair *p = pair_at(fv_dict_of_value(dict), index);
    if (!p) return fb_fail(FURROW_ERR_BOUNDS, "pair %zu is wanted of %zu", index, furrow_value_count(dict));
    furrow_value *own_key, *own_item;
    err = fv_cell_to_value(&p->key, &own_key);
    if (err) return err;
    err = fv_cell_to_value(&p->item, &own_item);
    if (err) {
        fv_drop(own_key);
        return err;
    }
    *key = own_key;
    *item = own_item;
    return FURROW_OK;
}
