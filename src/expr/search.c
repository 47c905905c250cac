/*
 * search.c - where things are: find, findfirst, findmax, indmax, in, contains for collections, searchsorted.
 */
#include "expr/builtins.h"

#include <math.h>

/* Whether item i answers the question: f(item), item == value, or item is true (not zero). */
static furrow_err matches(const fx_call *call, const fv_cell *f, const fv_cell *value, const fv_cell *item, bool *yes)
{
    if (f) return fx_test(call->vm, f, item, yes);
    if (value) return fx_equal(call->vm, item, value, yes);
    if (item->tag == FURROW_BOOL) {
        *yes = item->i != 0;
        return FURROW_OK;
    }
    const fv_cell zero = fx_int(0);
    if (!fx_is_number(item)) return fx_no_method("find", call->args, call->nargs);
    FX_TRY(fx_equal(call->vm, item, &zero, yes));
    *yes = !*yes;
    return FURROW_OK;
}

typedef struct question {
    const fv_cell *f, *value;
    const fv_cell *items;
} question;

/* find(x), find(f, x), findfirst(x, value) */
static void read_question(const fx_call *call, question *q)
{
    *q = (question){.items = &call->args[0]};
    if (call->nargs == 1) return;
    if (fx_is_callable(&call->args[0])) {
        q->f = &call->args[0];
        q->items = &call->args[1];
    } else {
        q->value = &call->args[1];
    }
}

/* The first match at or after (or, backward, at or before) place from (from 0); SIZE_MAX: none. */
static furrow_err locate(const fx_call *call, const question *q, const fv_array *items, size_t from, bool backward,
                         size_t *place)
{
    *place = SIZE_MAX;
    for (size_t i = from; i < items->count; i += backward ? SIZE_MAX : 1) { /* past 0 it wraps, and ends */
        fv_cell item;
        bool yes = false;
        FX_TRY(fv_element(items, i, &item));
        furrow_err err = matches(call, q->f, q->value, &item, &yes);
        fv_cell_drop(&item);
        if (err) return err;
        if (yes) {
            *place = i;
            return FURROW_OK;
        }
    }
    return FURROW_OK;
}

static furrow_err find_one(const fx_call *call, bool backward, fv_cell *out)
{
    question q;
    fv_array *items;
    size_t place;
    read_question(call, &q);
    FX_TRY(fx_to_array(call->vm, q.items, &items));
    furrow_err err = fx_spend(call->vm, items->count);
    if (!err) err = locate(call, &q, items, backward ? items->count - 1 : 0, backward, &place);
    fv_drop(&items->head);
    if (!err) *out = fx_int(place == SIZE_MAX ? 0 : (int64_t)place + 1);
    return err;
}
static furrow_err do_findfirst(const fx_call *call, fv_cell *out)
{
    return find_one(call, false, out);
}
static furrow_err do_findlast(const fx_call *call, fv_cell *out)
{
    return find_one(call, true, out);
}

/* findnext(x, i), findnext(f, x, i), findnext(x, value, i) */
static furrow_err find_from(const fx_call *call, bool backward, fv_cell *out)
{
    question q;
    fv_array *items;
    int64_t from;
    size_t place = SIZE_MAX;
    const fx_call shorter = {.vm = call->vm, .args = call->args, .nargs = call->nargs - 1};
    FX_TRY(fx_arg_int("findnext", &call->args[call->nargs - 1], &from));
    read_question(&shorter, &q);
    FX_TRY(fx_to_array(call->vm, q.items, &items));
    if (backward && from > (int64_t)items->count) from = (int64_t)items->count;
    furrow_err err = fx_spend(call->vm, items->count);
    if (!err && from >= 1) err = locate(call, &q, items, (size_t)from - 1, backward, &place);
    fv_drop(&items->head);
    if (!err) *out = fx_int(place == SIZE_MAX ? 0 : (int64_t)place + 1);
    return err;
}
static furrow_err do_findnext(const fx_call *call, fv_cell *out)
{
    return find_from(call, false, out);
}
static furrow_err do_findprev(const fx_call *call, fv_cell *out)
{
    return find_from(call, true, out);
}

static furrow_err do_find(const fx_call *call, fv_cell *out)
{
    question q;
    fv_array *items;
    fx_gather gather;
    read_question(call, &q);
    FX_TRY(fx_to_array(call->vm, q.items, &items));
    fx_gather_open(&gather, 0);
    furrow_err err = fx_spend(call->vm, items->count);
    for (size_t place = 0; !err; place++) {
        err = locate(call, &q, items, place, false, &place);
        if (err || place == SIZE_MAX) break;
        const fv_cell index = fx_int((int64_t)place + 1);
        err = fx_gather_add(&gather, &index);
    }
    fv_drop(&items->head);
    if (err) {
        fx_gather_drop(&gather);
        return err;
    }
    if (gather.count) return fx_gather_close(&gather, 0, NULL, out);
    fv_array *none;
    FX_TRY(fx_vector_new(FURROW_INT64, 0, &none));
    *out = fx_box(none);
    return FURROW_OK;
}

/* --- extremes and their places --- */

/* NaN counts as the extreme, as in maximum. */
static furrow_err extreme(const fx_call *call, bool greatest, fv_cell *value, int64_t *place)
{
    fv_array *items;
    fv_cell best = fx_nothing();
    *place = 0;
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    furrow_err err = fx_spend(call->vm, items->count);
    if (!err && items->count == 0)
        err = fb_fail(FURROW_ERR_ARG, "ArgumentError: an empty collection has no extreme element");
    for (size_t i = 0; i < items->count && !err; i++) {
        fv_cell item;
        int order = 0;
        err = fv_element(items, i, &item);
        if (err) break;
        bool first = i == 0, is_nan = fx_type_float(item.tag) && isnan(fx_real(&item));
        bool settled = !first && fx_type_float(best.tag) && isnan(fx_real(&best));
        if (!first && !settled) err = fx_order(&item, &best, &order);
        /* 0.0 and -0.0 are the same extreme */
        bool zeros = !first && fx_is_real(&item) && fx_is_real(&best) && fx_real(&item) == 0 && fx_real(&best) == 0;
        bool better = first || (!settled && (is_nan || (!zeros && (greatest ? order > 0 : order < 0))));
        if (!err && better) {
            fv_cell_drop(&best);
            best = item;
            *place = (int64_t)i + 1;
        } else {
            fv_cell_drop(&item);
        }
    }
    fv_drop(&items->head);
    if (err) {
        fv_cell_drop(&best);
        return err;
    }
    *value = best;
    return FURROW_OK;
}

static furrow_err value_and_place(const fx_call *call, bool greatest, fv_cell *out)
{
    fv_cell pair[2];
    int64_t place;
    furrow_value *tuple;
    FX_TRY(extreme(call, greatest, &pair[0], &place));
    pair[1] = fx_int(place);
    furrow_err err = fv_tuple_new(2, pair, &tuple);
    fv_cell_drop(&pair[0]);
    if (!err) *out = fx_box(tuple);
    return err;
}
static furrow_err do_findmax(const fx_call *call, fv_cell *out)
{
    return value_and_place(call, true, out);
}
static furrow_err do_findmin(const fx_call *call, fv_cell *out)
{
    return value_and_place(call, false, out);
}
static furrow_err place_alone(const fx_call *call, bool greatest, fv_cell *out)
{
    fv_cell value;
    int64_t place;
    FX_TRY(extreme(call, greatest, &value, &place));
    fv_cell_drop(&value);
    *out = fx_int(place);
    return FURROW_OK;
}
static furrow_err do_indmax(const fx_call *call, fv_cell *out)
{
    return place_alone(call, true, out);
}
static furrow_err do_indmin(const fx_call *call, fv_cell *out)
{
    return place_alone(call, false, out);
}

/* --- membership --- */

static furrow_err is_in(const fx_call *call, const fv_cell *item, const fv_cell *items, fv_cell *out)
{
    uint64_t state = 0;
    size_t count;
    bool found = false;
    if (items->tag == FURROW_STRING && item->tag != FURROW_CHAR) return fx_no_method("in", call->args, 2);
    if (!fx_item_count(items, &count)) return fx_no_method("in", call->args, 2);
    FX_TRY(fx_spend(call->vm, count));
    while (!found) {
        fv_cell other;
        bool done;
        FX_TRY(fx_iterate(items, &state, &other, &done));
        if (done) break;
        furrow_err err = fx_equal(call->vm, item, &other, &found);
        fv_cell_drop(&other);
        if (err) return err;
    }
    *out = fx_bool(found);
    return FURROW_OK;
}
/* Of integers in an integer range without going through it. */
static furrow_err do_in(const fx_call *call, fv_cell *out)
{
    const fv_cell *item = &call->args[0], *items = &call->args[1];
    if (fv_is_set(items)) {
        *out = fx_bool(fv_dict_has(fv_dict_of_value(items->p), item));
        return fv_stopped();
    }
    if (items->tag == FURROW_RANGE && items->p->eltype == FURROW_INT64 && item->tag >= FURROW_BOOL &&
        item->tag <= FURROW_UINT32) {
        const fv_range *r = fx_range(items);
        int64_t low = r->step.i > 0 ? r->first.i : r->last.i, high = r->step.i > 0 ? r->last.i : r->first.i;
        uint64_t stride = r->step.i > 0 ? (uint64_t)r->step.i : 0 - (uint64_t)r->step.i;
        bool inside = r->count > 0 && item->i >= low && item->i <= high;
        *out = fx_bool(inside && ((uint64_t)item->i - (uint64_t)low) % stride == 0);
        return FURROW_OK;
    }
    return is_in(call, item, items, out);
}
static furrow_err do_notin(const fx_call *call, fv_cell *out)
{
    FX_TRY(do_in(call, out));
    out->i = !out->i;
    return FURROW_OK;
}

static furrow_err do_indexin(const fx_call *call, fv_cell *out)
{
    const fv_cell places[2] = {call->args[0], call->args[1]};
    fv_array *items;
    fx_gather gather;
    FX_TRY(fx_to_array(call->vm, &places[0], &items));
    fx_gather_open(&gather, items->count);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < items->count && !err; i++) {
        fv_cell pair[2] = {places[1]}, found;
        err = fv_element(items, i, &pair[1]);
        if (err) break;
        err = do_findfirst(&(fx_call){.vm = call->vm, .args = pair, .nargs = 2}, &found);
        fv_cell_drop(&pair[1]);
        if (!err) err = fx_gather_add(&gather, &found);
    }
    fv_drop(&items->head);
    if (!err) return fx_gather_close(&gather, 0, NULL, out);
    fx_gather_drop(&gather);
    return err;
}

/* findin(a, b): the places in a of what is in b. */
static furrow_err do_findin(const fx_call *call, fv_cell *out)
{
    fv_cell places, first;
    FX_TRY(do_indexin(call, &places));
    furrow_err err = do_find(&(fx_call){.vm = call->vm, .args = &places, .nargs = 1}, &first);
    fv_cell_drop(&places);
    if (!err) *out = first;
    return err;
}
static furrow_err do_countnz(const fx_call *call, fv_cell *out)
{
    fv_cell places;
    FX_TRY(do_find(call, &places));
    *out = fx_int((int64_t)fx_array(&places)->count);
    fv_cell_drop(&places);
    return FURROW_OK;
}

/* --- in sorted vectors: first place not below (after: above) x --- */

static furrow_err bound(const fx_call *call, bool after, size_t *place)
{
    fv_array *items;
    FX_TRY(fx_to_array(call->vm, &call->args[0], &items));
    size_t low = 0, high = items->count;
    furrow_err err = FURROW_OK;
    while (low < high && !err) {
        size_t middle = low + (high - low) / 2;
        fv_cell item;
        int order = 0;
        err = fv_element(items, middle, &item);
        if (err) break;
        err = fx_order(&item, &call->args[1], &order);
        fv_cell_drop(&item);
        if (order < 0 || (after && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    fv_drop(&items->head);
    *place = low;
    return err;
}
static furrow_err do_searchsortedfirst(const fx_call *call, fv_cell *out)
{
    size_t place;
    FX_TRY(bound(call, false, &place));
    *out = fx_int((int64_t)place + 1);
    return FURROW_OK;
}
static furrow_err do_searchsortedlast(const fx_call *call, fv_cell *out)
{
    size_t place;
    FX_TRY(bound(call, true, &place));
    *out = fx_int((int64_t)place);
    return FURROW_OK;
}

const fx_builtin fx_builtins_search[] = {{"find", do_find, 1, 2, false},
                                         {"findall", do_find, 1, 2, false},
                                         {"findfirst", do_findfirst, 1, 2, false},
                                         {"findlast", do_findlast, 1, 2, false},
                                         {"findnext", do_findnext, 2, 3, false},
                                         {"findprev", do_findprev, 2, 3, false},
                                         {"findmax", do_findmax, 1, 1, false},
                                         {"findmin", do_findmin, 1, 1, false},
                                         {"indmax", do_indmax, 1, 1, false},
                                         {"indmin", do_indmin, 1, 1, false},
                                         {"argmax", do_indmax, 1, 1, false},
                                         {"argmin", do_indmin, 1, 1, false},
                                         {"in", do_in, 2, 2, false},
                                         {"∈", do_in, 2, 2, false},
                                         {"∉", do_notin, 2, 2, false},
                                         {"indexin", do_indexin, 2, 2, false},
                                         {"findin", do_findin, 2, 2, false},
                                         {"countnz", do_countnz, 1, 1, false},
                                         {"nnz", do_countnz, 1, 1, false},
                                         {"searchsortedfirst", do_searchsortedfirst, 2, 2, false},
                                         {"searchsortedlast", do_searchsortedlast, 2, 2, false},
                                         {NULL}};
