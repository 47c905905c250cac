/*
 * each.c - functions that take a function: map, filter, reduce and their kin; and collect, enumerate, zip.
 */
#include "expr/builtins.h"
#include "expr/strings.h"
#include "expr/reduce.h"

/* --- map --- */

/* The next item of every collection; done when the first of them ends. */
static furrow_err next_items(const fv_cell *lists, size_t n, uint64_t *states, fv_cell *items, bool *done)
{
    for (size_t k = 0; k < n; k++) {
        furrow_err err = fx_iterate(&lists[k], &states[k], &items[k], done);
        if (!err && !*done) continue;
        while (k-- > 0) fv_cell_drop(&items[k]);
        return err;
    }
    return FURROW_OK;
}

#define MOST_LISTS 32

static furrow_err map_into(fx_vm *vm, const fv_cell *f, const fv_cell *lists, size_t n, fx_gather *gather)
{
    uint64_t states[MOST_LISTS] = {0};
    fv_cell items[MOST_LISTS], made;
    for (;;) {
        bool done = false;
        FX_TRY(fx_spend(vm, 1));
        FX_TRY(next_items(lists, n, states, items, &done));
        if (done) return FURROW_OK;
        furrow_err err = fx_invoke(vm, f, items, n, &made);
        for (size_t k = 0; k < n; k++) fv_cell_drop(&items[k]);
        if (err) return err;
        err = fx_gather_add(gather, &made);
        fv_cell_drop(&made);
        if (err) return err;
    }
}

static furrow_err as_tuple(fx_vm *vm, fv_array *items, fv_cell *out)
{
    furrow_value *tuple;
    fv_array *cells;
    FX_TRY(fx_array_convert(vm, items, FURROW_ANY, &cells));
    furrow_err err = fv_tuple_new(cells->count, cells->data, &tuple);
    if (!err) *out = fx_box(tuple);
    fv_drop(&cells->head);
    return err;
}

/* The shape of the first list, when the others have it too; else a vector as long as the shortest. */
static void shape_of(const fv_cell *lists, size_t n, int *ndims, size_t *dims)
{
    *ndims = fx_ndims(&lists[0]);
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) dims[k] = fx_dim(&lists[0], k);
    for (size_t i = 0; i<n && * ndims> 0; i++) {
        if (fx_ndims(&lists[i]) != *ndims) *ndims = 0;
        for (int k = 0; k < *ndims; k++)
            if (fx_dim(&lists[i], k) != dims[k]) *ndims = 0;
    }
}

static furrow_err do_map(const fx_call *call, fv_cell *out)
{
    const fv_cell *f = call->args, *lists = call->args + 1;
    size_t n = call->nargs - 1, hint, dims[FURROW_MAX_NDIMS];
    int ndims;
    bool scalars = true;
    if (n > MOST_LISTS) return fb_fail(FURROW_ERR_LIMIT, "map takes at most %d collections", MOST_LISTS);
    for (size_t k = 0; k < n; k++) {
        if (!fx_item_count(&lists[k], &hint)) return fx_no_method("map", call->args, call->nargs);
        scalars &= fx_is_number(&lists[k]) || lists[k].tag == FURROW_CHAR;
    }
    if (scalars) return fx_invoke(call->vm, f, lists, n, out);
    fx_gather gather;
    if (!fx_item_count(&lists[0], &hint)) hint = 0;
    fx_gather_open(&gather, hint);
    furrow_err err = map_into(call->vm, f, lists, n, &gather);
    if (err) {
        fx_gather_drop(&gather);
        return err;
    }
    shape_of(lists, n, &ndims, dims);
    FX_TRY(fx_gather_close(&gather, ndims, dims, out));
    if (lists[0].tag == FURROW_TUPLE) {
        fv_cell made = *out;
        err = as_tuple(call->vm, fx_array(&made), out);
        fv_cell_drop(&made);
    }
    return err;
}

static furrow_err do_foreach(const fx_call *call, fv_cell *out)
{
    fv_cell made;
    FX_TRY(do_map(call, &made));
    fv_cell_drop(&made);
    *out = fx_nothing();
    return FURROW_OK;
}

static furrow_err do_broadcast(const fx_call *call, fv_cell *out)
{
    return fx_broadcast(call->vm, call->args, call->args + 1, call->nargs - 1, out);
}

/* map!(f, to, from) */
static furrow_err do_map_in(const fx_call *call, fv_cell *out)
{
    fv_cell made;
    const fv_cell args[2] = {call->args[0], call->args[call->nargs - 1]};
    FX_TRY(fx_writable(&call->args[1]));
    FX_TRY(do_map(&(fx_call){.vm = call->vm, .args = args, .nargs = 2}, &made));
    furrow_err err = FURROW_OK;
    if (call->args[1].tag != FURROW_ARRAY || made.tag != FURROW_ARRAY ||
        fx_array(&made)->count != fx_array(&call->args[1])->count) {
        err = fx_no_method("map!", call->args, call->nargs);
    }
    for (size_t i = 0; !err && i < fx_array(&made)->count; i++) {
        fv_cell item;
        err = fv_element(fx_array(&made), i, &item);
        if (err) break;
        err = fv_element_set(fx_array(&call->args[1]), i, &item);
        fv_cell_drop(&item);
    }
    fv_cell_drop(&made);
    if (err) return err;
    *out = call->args[1];
    fv_cell_hold(out);
    return FURROW_OK;
}

/* --- filter --- */

static furrow_err filter_dict(fx_vm *vm, const fv_cell *f, const fv_dict *dict, fv_cell *out)
{
    fv_dict *made;
    uint64_t state = 0;
    fv_cell pair[2];
    FX_TRY(fv_dict_new(fv_dict_key_type(dict), fv_dict_item_type(dict), &made));
    while (fv_dict_next(dict, &state, &pair[0], &pair[1])) {
        fv_cell result;
        bool keep = false;
        for (int k = 0; k < 2; k++) fv_cell_hold(&pair[k]); /* f may change the dictionary */
        furrow_err err = fx_invoke(vm, f, pair, fv_dict_item_type(dict) == FV_MEMBER ? 1 : 2, &result);
        if (!err) {
            err = fx_truth(&result, &keep);
            fv_cell_drop(&result);
        }
        if (!err && keep) err = fv_dict_set(made, &pair[0], &pair[1]);
        for (int k = 0; k < 2; k++) fv_cell_drop(&pair[k]);
        if (err) {
            fv_drop(fv_dict_value(made));
            return err;
        }
    }
    *out = fx_box(fv_dict_value(made));
    return FURROW_OK;
}

/* Those items for which f is true, in an array of the same element type. f may change the array meanwhile. */
static furrow_err filter_array(fx_vm *vm, const fv_cell *f, const fv_array *items, fv_array **out)
{
    fv_array *made;
    size_t kept = 0;
    FX_TRY(fx_vector_new((furrow_type)items->head.eltype, items->count, &made));
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < made->count && !err; i++) {
        fv_cell item;
        bool keep = false;
        err = fv_element(items, i, &item);
        if (err) break;
        err = fx_test(vm, f, &item, &keep);
        if (!err && keep) err = fv_element_set(made, kept++, &item);
        fv_cell_drop(&item);
    }
    if (!err) err = fv_array_resize(made, kept);
    if (err) {
        fv_drop(&made->head);
        return err;
    }
    *out = made;
    return FURROW_OK;
}

static furrow_err filter_string(fx_vm *vm, const fv_cell *f, const fv_text *text, fv_cell *out)
{
    fb_buffer made;
    fb_buffer_init(&made, 0);
    furrow_err err = FURROW_OK;
    for (size_t at = 0; at < text->nbytes && !err;) {
        uint32_t code;
        bool keep = false;
        size_t length = fb_utf8_decode(text->bytes + at, text->nbytes - at, &code);
        const fv_cell c = fx_char(code);
        err = fx_test(vm, f, &c, &keep);
        if (!err && keep) err = fx_text_put(&made, text->bytes + at, length);
        at += length;
    }
    if (!err) err = fx_string((const char *)made.bytes, made.nbytes, out);
    fb_buffer_free(&made);
    return err;
}

static furrow_err do_filter(const fx_call *call, fv_cell *out)
{
    const fv_cell *f = &call->args[0], *x = &call->args[1];
    if (x->tag == FURROW_DICT) return filter_dict(call->vm, f, fv_dict_of_value(x->p), out);
    if (x->tag == FURROW_STRING) return filter_string(call->vm, f, fx_text(x), out);
    fv_array *items, *made = NULL;
    FX_TRY(fx_to_array(call->vm, x, &items));
    furrow_err err = filter_array(call->vm, f, items, &made);
    if (!err) *out = fx_box(made);
    fv_drop(&items->head);
    return err;
}

/* --- reduce --- */

static furrow_err fold_array(fx_vm *vm, const fv_cell *f, const fv_cell *start, const fv_array *items, bool right,
                             fv_cell *out)
{
    fv_cell made;
    size_t i = 0, n = items->count;
    if (start) {
        made = *start;
        fv_cell_hold(&made);
    } else {
        if (n == 0)
            return fb_fail(FURROW_ERR_ARG, "ArgumentError: reducing an empty collection needs a value to start with");
        FX_TRY(fv_element(items, right ? n - 1 : 0, &made));
        i = 1;
    }
    for (; i < n; i++) {
        fv_cell item, next;
        furrow_err err = fv_element(items, right ? n - 1 - i : i, &item);
        if (!err) {
            const fv_cell pair[2] = {right ? item : made, right ? made : item};
            err = fx_invoke(vm, f, pair, 2, &next);
            fv_cell_drop(&item);
        }
        fv_cell_drop(&made);
        if (err) return err;
        made = next;
    }
    *out = made;
    return FURROW_OK;
}

/* reduce(op, x), reduce(op, start, x), after a mapping function or none. */
static furrow_err reduced(const fx_call *call, const fv_cell *mapping, size_t first, bool right, fv_cell *out)
{
    const fv_cell *f = &call->args[first], *start = fx_keyword(call, "init"), *x = &call->args[call->nargs - 1];
    if (call->nargs - first == 3) start = &call->args[first + 1];
    fv_array *items;
    FX_TRY(fx_mapped(call->vm, mapping, x, &items));
    furrow_err err = fx_spend(call->vm, items->count);
    const fx_builtin *op = fx_builtin_of(f); /* + over numbers is sum, with its order and its speed */
    if (!err && op && !start && items->count > 0 && fv_tag_flat(items->head.eltype) && strcmp(op->name, "+") == 0) {
        const fv_cell cell = fx_box(items);
        err = fx_builtin_find("sum", 3)->function(&(fx_call){.vm = call->vm, .args = &cell, .nargs = 1}, out);
    } else if (!err) {
        err = fold_array(call->vm, f, start, items, right, out);
    }
    fv_drop(&items->head);
    return err;
}
static furrow_err do_reduce(const fx_call *call, fv_cell *out)
{
    return reduced(call, NULL, 0, false, out);
}
static furrow_err do_foldr(const fx_call *call, fv_cell *out)
{
    return reduced(call, NULL, 0, true, out);
}
static furrow_err do_mapreduce(const fx_call *call, fv_cell *out)
{
    return reduced(call, &call->args[0], 1, false, out);
}
static furrow_err do_mapfoldr(const fx_call *call, fv_cell *out)
{
    return reduced(call, &call->args[0], 1, true, out);
}

/* --- collections of collections --- */

static furrow_err do_collect(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = &call->args[call->nargs - 1];
    fv_array *made, *typed;
    if (call->nargs == 2 && call->args[0].tag != FURROW_DATATYPE) return fx_no_method("collect", call->args, 2);
    if (x->tag == FURROW_ARRAY) {
        FX_TRY(fx_spend(call->vm, fx_array(x)->count));
        FX_TRY(fv_array_copy(fx_array(x), &made));
    } else {
        FX_TRY(fx_to_array(call->vm, x, &made));
    }
    if (call->nargs == 2) {
        furrow_err err = fx_array_convert(call->vm, made, fv_type_base((fv_type)call->args[0].i), &typed);
        fv_drop(&made->head);
        if (err) return err;
        made = typed;
    }
    *out = fx_box(made);
    return FURROW_OK;
}

/* Tuples of the n-th items. */
static furrow_err zip_lists(fx_vm *vm, const fv_cell *lists, size_t n, fv_cell *out)
{
    uint64_t states[MOST_LISTS] = {0};
    fv_cell items[MOST_LISTS];
    fx_gather gather;
    fx_gather_open(&gather, 0);
    furrow_err err;
    for (;;) {
        bool done = false;
        furrow_value *tuple;
        err = fx_spend(vm, 1);
        if (!err) err = next_items(lists, n, states, items, &done);
        if (err || done) break;
        err = fv_tuple_new(n, items, &tuple);
        for (size_t k = 0; k < n; k++) fv_cell_drop(&items[k]);
        if (err) break;
        const fv_cell cell = fx_box(tuple);
        err = fx_gather_add(&gather, &cell);
        fv_drop(tuple);
        if (err) break;
    }
    if (!err) return fx_gather_close(&gather, 0, NULL, out);
    fx_gather_drop(&gather);
    return err;
}
static furrow_err do_zip(const fx_call *call, fv_cell *out)
{
    if (call->nargs > MOST_LISTS) return fb_fail(FURROW_ERR_LIMIT, "zip takes at most %d collections", MOST_LISTS);
    return zip_lists(call->vm, call->args, call->nargs, out);
}
static furrow_err do_enumerate(const fx_call *call, fv_cell *out)
{
    fv_cell lists[2];
    furrow_value *counter;
    FX_TRY(fv_range_int(1, 1, INT64_MAX - 1, false, &counter));
    lists[0] = fx_box(counter);
    lists[1] = call->args[0];
    furrow_err err = zip_lists(call->vm, lists, 2, out);
    fv_drop(counter);
    return err;
}

static furrow_err do_ntuple(const fx_call *call, fv_cell *out)
{
    int64_t n;
    furrow_value *range;
    FX_TRY(fx_arg_int("ntuple", &call->args[1], &n));
    FX_TRY(fv_range_int(1, 1, n, false, &range));
    const fv_cell args[2] = {call->args[0], fx_box(range)};
    fv_cell made;
    furrow_err err = do_map(&(fx_call){.vm = call->vm, .args = args, .nargs = 2}, &made);
    fv_drop(range);
    if (err) return err;
    err = as_tuple(call->vm, fx_array(&made), out);
    fv_cell_drop(&made);
    return err;
}

static furrow_err do_tuple(const fx_call *call, fv_cell *out)
{
    furrow_value *tuple;
    FX_TRY(fv_tuple_new(call->nargs, call->args, &tuple));
    *out = fx_box(tuple);
    return FURROW_OK;
}

const fx_builtin fx_builtins_each[] = {{"map", do_map, 2, -1, false},
                                       {"map!", do_map_in, 2, 3, false},
                                       {"foreach", do_foreach, 2, -1, false},
                                       {"broadcast", do_broadcast, 2, -1, false},
                                       {"filter", do_filter, 2, 2, false},
                                       {"reduce", do_reduce, 2, 3, false},
                                       {"foldl", do_reduce, 2, 3, false},
                                       {"foldr", do_foldr, 2, 3, false},
                                       {"mapreduce", do_mapreduce, 3, 4, false},
                                       {"mapfoldl", do_mapreduce, 3, 4, false},
                                       {"mapfoldr", do_mapfoldr, 3, 4, false},
                                       {"collect", do_collect, 1, 2, false},
                                       {"zip", do_zip, 1, -1, false},
                                       {"enumerate", do_enumerate, 1, 1, false},
                                       {"ntuple", do_ntuple, 2, 2, false},
                                       {"tuple", do_tuple, 0, -1, false},
                                       {NULL}};
