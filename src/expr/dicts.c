/*
 * dicts.c - dictionaries: Dict(...), =>, keys, values, haskey, get, delete!, merge. Pairs are tuples that say so.
 */
#include "expr/builtins.h"

/* key, item of a pair, borrowed from it. */
static furrow_err split_pair(const fv_cell *pair, fv_cell parts[2])
{
    if (pair->tag != FURROW_TUPLE || fx_tuple(pair)->count != 2) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_TYPE, "Dict wants pairs (key => item), not a %s", fx_type_text(pair, text));
    }
    parts[0] = fx_tuple(pair)->items[0];
    parts[1] = fx_tuple(pair)->items[1];
    return FURROW_OK;
}

static furrow_err dict_of_pairs(const fv_cell *pairs, size_t n, fv_cell *out)
{
    fv_array *parts;
    fv_dict *dict;
    FX_TRY(fx_vector_new(FURROW_ANY, 2 * n, &parts));
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        fv_cell both[2];
        err = split_pair(&pairs[i], both);
        if (!err) err = fv_element_set(parts, 2 * i, &both[0]);
        if (!err) err = fv_element_set(parts, 2 * i + 1, &both[1]);
    }
    if (!err) err = fv_dict_of(parts->data, n, &dict);
    if (!err) *out = fx_box(fv_dict_value(dict));
    fv_drop(&parts->head);
    return err;
}

/* Dict(a => b, ...), Dict(pairs), Dict(dict), Dict(zip(keys, items)) */
static furrow_err do_Dict(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    bool pairs = call->nargs != 1 ||
                 (a->tag == FURROW_TUPLE && fx_tuple(a)->count == 2 && fx_tuple(a)->items[0].tag != FURROW_TUPLE);
    if (call->nargs == 1 && a->tag == FURROW_DICT) {
        fv_dict *made;
        FX_TRY(fv_dict_copy(fv_dict_of_value(a->p), &made));
        *out = fx_box(fv_dict_value(made));
        return FURROW_OK;
    }
    FX_TRY(fx_spend(call->vm, call->nargs));
    if (pairs) return dict_of_pairs(a, call->nargs, out);
    fv_array *items, *boxed;
    FX_TRY(fx_to_array(call->vm, a, &items));
    furrow_err err = fx_array_convert(call->vm, items, FURROW_ANY, &boxed);
    if (!err) {
        err = dict_of_pairs(boxed->data, boxed->count, out);
        fv_drop(&boxed->head);
    }
    fv_drop(&items->head);
    return err;
}

static furrow_err do_pair(const fx_call *call, fv_cell *out)
{
    furrow_value *tuple;
    FX_TRY(fv_pair_new(call->args, &tuple));
    *out = fx_box(tuple);
    return FURROW_OK;
}

static furrow_err dict_of(const char *function, const fx_call *call, fv_dict **out)
{
    if (call->args[0].tag != FURROW_DICT) return fx_no_method(function, call->args, call->nargs);
    *out = fv_dict_of_value(call->args[0].p);
    return FURROW_OK;
}

/* Keys (0) or items (1) as an array, in the dictionary's order. */
static furrow_err parts_of(fx_vm *vm, const fv_dict *dict, int which, fv_cell *out)
{
    fx_gather gather;
    uint64_t state = 0;
    fv_cell parts[2];
    FX_TRY(fx_spend(vm, fv_dict_count(dict)));
    fx_gather_open(&gather, fv_dict_count(dict));
    gather.promote = false;
    while (fv_dict_next(dict, &state, &parts[0], &parts[1])) {
        furrow_err err = fx_gather_add(&gather, &parts[which]);
        if (err) {
            fx_gather_drop(&gather);
            return err;
        }
    }
    return fx_gather_close(&gather, 0, NULL, out);
}
static furrow_err do_keys(const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    FX_TRY(dict_of("keys", call, &dict));
    return parts_of(call->vm, dict, 0, out);
}
static furrow_err do_values(const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    FX_TRY(dict_of("values", call, &dict));
    return parts_of(call->vm, dict, 1, out);
}

static furrow_err do_haskey(const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    FX_TRY(dict_of("haskey", call, &dict));
    *out = fx_bool(fv_dict_has(dict, &call->args[1]));
    return FURROW_OK;
}

static furrow_err do_get(const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    FX_TRY(dict_of("get", call, &dict));
    if (fv_dict_get(dict, &call->args[1], out)) return FURROW_OK;
    *out = call->args[2];
    fv_cell_hold(out);
    return FURROW_OK;
}
static furrow_err do_get_set(const fx_call *call, fv_cell *out) /* get! */
{
    fv_dict *dict;
    FX_TRY(dict_of("get!", call, &dict));
    if (!fv_dict_has(dict, &call->args[1])) FX_TRY(fv_dict_set(dict, &call->args[1], &call->args[2]));
    return do_get(call, out);
}

static furrow_err do_delete(const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    FX_TRY(dict_of("delete!", call, &dict));
    fv_dict_delete(dict, &call->args[1], NULL);
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}

static furrow_err add_all(const fx_call *call, fv_dict *dict)
{
    for (size_t i = 1; i < call->nargs; i++) {
        uint64_t state = 0;
        fv_cell key, item;
        if (call->args[i].tag != FURROW_DICT) return fx_no_method("merge", call->args, call->nargs);
        if (call->args[i].p == fv_dict_value(dict)) continue;
        FX_TRY(fx_spend(call->vm, fv_dict_count(fv_dict_of_value(call->args[i].p))));
        while (fv_dict_next(fv_dict_of_value(call->args[i].p), &state, &key, &item)) {
            FX_TRY(fv_dict_set(dict, &key, &item));
        }
    }
    return FURROW_OK;
}
static furrow_err do_merge_in(const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    FX_TRY(dict_of("merge!", call, &dict));
    FX_TRY(add_all(call, dict));
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}
/* The types of all of them that agree, else Any. */
static furrow_err do_merge(const fx_call *call, fv_cell *out)
{
    fv_dict *dict, *made;
    FX_TRY(dict_of("merge", call, &dict));
    fv_type key = fv_dict_key_type(dict), item = fv_dict_item_type(dict);
    for (size_t i = 1; i < call->nargs; i++) {
        if (call->args[i].tag != FURROW_DICT) return fx_no_method("merge", call->args, call->nargs);
        const fv_dict *other = fv_dict_of_value(call->args[i].p);
        if (fv_dict_key_type(other) != key) key = FURROW_ANY;
        if (fv_dict_item_type(other) != item) item = FURROW_ANY;
    }
    FX_TRY(fv_dict_new(key, item, &made));
    uint64_t state = 0;
    fv_cell k, v;
    furrow_err err = FURROW_OK;
    while (!err && fv_dict_next(dict, &state, &k, &v)) err = fv_dict_set(made, &k, &v);
    if (!err) err = add_all(call, made);
    if (err) {
        fv_drop(fv_dict_value(made));
        return err;
    }
    *out = fx_box(fv_dict_value(made));
    return FURROW_OK;
}

const fx_builtin fx_builtins_dict[] = {
    {"Dict", do_Dict, 0, -1, false},   {"=>", do_pair, 2, 2, false},          {"Pair", do_pair, 2, 2, false},
    {"keys", do_keys, 1, 1, false},    {"values", do_values, 1, 1, false},    {"haskey", do_haskey, 2, 2, false},
    {"get", do_get, 3, 3, false},      {"get!", do_get_set, 3, 3, false},     {"delete!", do_delete, 2, 2, false},
    {"merge", do_merge, 1, -1, false}, {"merge!", do_merge_in, 1, -1, false}, {NULL}};
