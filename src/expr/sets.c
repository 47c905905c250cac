/*
 * sets.c - collections as sets: Set, unique, union, intersect, setdiff, issubset. Members are told apart by isequal and
 * stay in the order of their first appearance. Of a Set comes a Set, of anything else a vector.
 */
#include "expr/builtins.h"

static const fv_cell member = {.tag = FURROW_NOTHING};

/* The same members as a Set, with the key type they share. */
static furrow_err set_of(fx_vm *vm, const fv_cell *items, fv_cell *out)
{
    fv_array *array;
    fv_dict *set;
    FX_TRY(fx_to_array(vm, items, &array));
    furrow_type type = (furrow_type)array->head.eltype;
    if (type == FURROW_ANY && array->count) { /* what an array has no type for: characters, tuples */
        const fv_cell *cells = array->data;
        size_t i = 1;
        while (i < array->count && fv_type_of(&cells[i]) == fv_type_of(&cells[0])) i++;
        if (i == array->count) type = (furrow_type)cells[0].tag;
    }
    furrow_err err = fv_dict_new((fv_type)type, FV_MEMBER, &set);
    if (err) {
        fv_drop(&array->head);
        return err;
    }
    for (size_t i = 0; !err && i < array->count; i++) {
        fv_cell item;
        err = fv_element(array, i, &item);
        if (err) break;
        err = fv_dict_set(set, &item, &member);
        fv_cell_drop(&item);
    }
    fv_drop(&array->head);
    FX_TRY_KEEP(err, fv_dict_value(set));
    *out = fx_box(fv_dict_value(set));
    return FURROW_OK;
}
static furrow_err do_Set(const fx_call *call, fv_cell *out)
{
    size_t count;
    if (call->nargs == 1 && !fx_item_count(call->args, &count)) return fx_no_method("Set", call->args, 1);
    fv_dict *set;
    if (call->nargs) return set_of(call->vm, call->args, out);
    FX_TRY(fv_dict_new(FURROW_ANY, FV_MEMBER, &set));
    *out = fx_box(fv_dict_value(set));
    return FURROW_OK;
}

/* A dictionary remembers what was seen. */
static furrow_err add_unseen(fv_dict *seen, const fv_cell *item, fx_gather *gather)
{
    const fv_cell mark = fx_bool(true);
    if (fv_dict_has(seen, item)) return FURROW_OK;
    FX_TRY(fv_dict_set(seen, item, &mark));
    return fx_gather_add(gather, item);
}

static furrow_err visit_items(const fx_call *call, size_t i, fv_dict *seen, const fv_dict *other, bool wanted,
                              fx_gather *gather)
{
    uint64_t state = 0;
    size_t count;
    if (fx_item_count(&call->args[i], &count)) FX_TRY(fx_spend(call->vm, 4 * count));
    for (;;) {
        fv_cell item;
        bool done;
        FX_TRY(fx_iterate(&call->args[i], &state, &item, &done));
        if (done) return FURROW_OK;
        furrow_err err = FURROW_OK;
        if (!other || fv_dict_has(other, &item) == wanted) err = add_unseen(seen, &item, gather);
        fv_cell_drop(&item);
        if (err) return err;
    }
}

/* Items of argument i that are unseen and (other given) inside or outside other. */
static furrow_err collect_set(const fx_call *call, size_t n, const fv_dict *other, bool wanted, fv_cell *out)
{
    fv_dict *seen;
    fx_gather gather;
    FX_TRY(fv_dict_new(FURROW_ANY, FURROW_ANY, &seen));
    fx_gather_open(&gather, 0);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < n && !err; i++) err = visit_items(call, i, seen, other, wanted, &gather);
    fv_drop(fv_dict_value(seen));
    fv_cell items;
    if (err)
        fx_gather_drop(&gather);
    else if (!fv_is_set(call->args))
        err = fx_gather_close(&gather, 0, NULL, out);
    else if (!(err = fx_gather_close(&gather, 0, NULL, &items))) {
        err = set_of(call->vm, &items, out);
        fv_cell_drop(&items);
    }
    return err;
}
static furrow_err do_unique(const fx_call *call, fv_cell *out)
{
    return collect_set(call, 1, NULL, true, out);
}
static furrow_err do_union(const fx_call *call, fv_cell *out)
{
    return collect_set(call, call->nargs, NULL, true, out);
}
static furrow_err against_second(const fx_call *call, bool wanted, fv_cell *out)
{
    fv_dict *other;
    fx_gather ignored;
    FX_TRY(fv_dict_new(FURROW_ANY, FURROW_ANY, &other));
    fx_gather_open(&ignored, 0);
    furrow_err err = visit_items(call, 1, other, NULL, true, &ignored);
    fx_gather_drop(&ignored);
    if (!err) err = collect_set(call, 1, other, wanted, out);
    fv_drop(fv_dict_value(other));
    return err;
}
static furrow_err do_intersect(const fx_call *call, fv_cell *out)
{
    return against_second(call, true, out);
}
static furrow_err do_setdiff(const fx_call *call, fv_cell *out)
{
    return against_second(call, false, out);
}
/* issubset(a, b): every item of a is one of b. */
static furrow_err do_issubset(const fx_call *call, fv_cell *out)
{
    fv_cell left;
    size_t count = 0;
    FX_TRY(do_setdiff(call, &left));
    bool counted = fx_item_count(&left, &count);
    fv_cell_drop(&left);
    *out = fx_bool(counted && count == 0);
    return FURROW_OK;
}
static furrow_err do_allunique(const fx_call *call, fv_cell *out)
{
    size_t count, left = 0;
    fv_cell made; /* a vector, or a Set */
    if (!fx_item_count(call->args, &count)) return fx_no_method("allunique", call->args, 1);
    FX_TRY(do_unique(call, &made));
    *out = fx_bool(fx_item_count(&made, &left) && left == count);
    fv_cell_drop(&made);
    return FURROW_OK;
}

const fx_builtin fx_builtins_sets[] = {{"Set", do_Set, 0, 1, false},
                                       {"unique", do_unique, 1, 1, false},
                                       {"union", do_union, 1, -1, false},
                                       {"∪", do_union, 1, -1, false},
                                       {"intersect", do_intersect, 2, 2, false},
                                       {"∩", do_intersect, 2, 2, false},
                                       {"setdiff", do_setdiff, 2, 2, false},
                                       {"issubset", do_issubset, 2, 2, false},
                                       {"⊆", do_issubset, 2, 2, false},
                                       {"allunique", do_allunique, 1, 1, false},
                                       {NULL}};
