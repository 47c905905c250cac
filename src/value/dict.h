/*
 * dict.h - dictionaries from inside: cells as keys and items, in the order in which keys were added. Used by expr
 * (literals, indexing, iteration), wire and display. For one thread at a time.
 */
#ifndef FV_DICT_H
#define FV_DICT_H

#include "value/value.h"

/* A Set is a dictionary whose items are of this type: there is nothing to keep but the keys. */
#define FV_MEMBER ((fv_type)FURROW_NOTHING | (fv_type)1 << 8)
#define FV_ANY_SET \
    ((fv_type)FURROW_DICT | (fv_type)1 << 24) /* as a type for isa: what type.c makes of Set{...}, less the key */

/* An empty Dict{key,item}; FURROW_ANY takes everything, flat types convert what they are given. */
FURROW_MUST_CHECK furrow_err fv_dict_new(fv_type key, fv_type item, fv_dict **out);
/* npairs pairs (key, item, key, item, ...) as Julia 0.5 types Dict(k=>v, ...): types that all pairs share, else Any. */
FURROW_MUST_CHECK furrow_err fv_dict_of(const fv_cell *pairs, size_t npairs, fv_dict **out);

static inline furrow_value *fv_dict_value(fv_dict *dict)
{
    return (furrow_value *)dict;
}
static inline fv_dict *fv_dict_of_value(const furrow_value *value)
{
    return (fv_dict *)value;
}
fv_type fv_dict_key_type(const fv_dict *dict);
fv_type fv_dict_item_type(const fv_dict *dict);
size_t fv_dict_count(const fv_dict *dict);
static inline bool fv_is_set(const fv_cell *cell)
{
    return cell->tag == FURROW_DICT && fv_dict_item_type(fv_dict_of_value(cell->p)) == FV_MEMBER;
}

/* Adds or replaces; holds references of its own. TYPE or OVERFLOW when key or item do not convert to its types. */
FURROW_MUST_CHECK furrow_err fv_dict_set(fv_dict *dict, const fv_cell *key, const fv_cell *item);
/* The item under key as a reference of its own; false when there is none. */
bool fv_dict_get(const fv_dict *dict, const fv_cell *key, fv_cell *item);
/* The item under an Int64, borrowed until the dictionary changes; NULL: none. *hint makes it quick for who looks again and
 * again: any number to begin with, the same one for the same key. */
const fv_cell *fv_dict_peek(const fv_dict *dict, int64_t key, uint32_t *hint);
/* Puts an inline cell in the place of an inline item under an Int64, when there is one and the type is right; else false,
 * and fv_dict_set is the way. */
bool fv_dict_put(fv_dict *dict, int64_t key, const fv_cell *item, uint32_t *hint);
bool fv_dict_has(const fv_dict *dict, const fv_cell *key);
/* Removes; the item goes to *item as a reference of its own (NULL: dropped). false when there is none. */
bool fv_dict_delete(fv_dict *dict, const fv_cell *key, fv_cell *item);
void fv_dict_clear(fv_dict *dict);
/* Steps through the pairs: *state starts at 0; false at the end. key and item are borrowed until the dictionary
 * changes. When it changes meanwhile, pairs may be seen twice or not at all, and nothing worse happens. */
bool fv_dict_next(const fv_dict *dict, uint64_t *state, fv_cell *key, fv_cell *item);
/* A copy with the same types and order. */
FURROW_MUST_CHECK furrow_err fv_dict_copy(const fv_dict *dict, fv_dict **out);

#endif
