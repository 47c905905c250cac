/*
 * broadcast.c - the shape that arguments broadcast to, and any function applied at each place of it.
 */
#include "expr/op.h"

#include <stdlib.h>

furrow_err fx_broadcast_shape(const char *function, const fv_cell *args, size_t nargs, int *ndims,
                              size_t dims[FURROW_MAX_NDIMS])
{
    const fv_cell *before = NULL;
    *ndims = 0;
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) dims[k] = 1;
    for (size_t i = 0; i < nargs; i++) {
        const fv_cell *a = &args[i];
        if (!fx_is_list(a)) continue;
        if (fx_ndims(a) > *ndims) *ndims = fx_ndims(a);
        for (int k = 0; k < *ndims && k < FURROW_MAX_NDIMS; k++) {
            size_t extent = fx_dim(a, k);
            if (before && extent != dims[k] && extent != 1 && dims[k] != 1) return fx_mismatch(function, before, a);
            if (dims[k] == 1) dims[k] = extent;
        }
        before = a;
    }
    return FURROW_OK;
}

/* The argument's element at the place with these coordinates. */
static furrow_err item_at(const fv_cell *a, const size_t at[FURROW_MAX_NDIMS], fv_cell *out)
{
    if (a->tag == FURROW_RANGE) {
        fv_range_at(fx_range(a), fx_range(a)->count == 1 ? 0 : at[0], out);
        return FURROW_OK;
    }
    if (a->tag != FURROW_ARRAY) {
        *out = *a;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    const fv_array *array = fx_array(a);
    size_t index = 0, stride = 1;
    for (int k = 0; k < array->head.ndims; k++) {
        if (array->dims[k] != 1) index += at[k] * stride;
        stride *= array->dims[k];
    }
    return fv_element(array, index, out);
}

#define MOST_ARGUMENTS 64

static furrow_err one_place(fx_vm *vm, const fx_each *each, const fv_cell *args, size_t nargs, const size_t *at,
                            fv_cell *out)
{
    fv_cell items[MOST_ARGUMENTS];
    size_t ready = 0;
    furrow_err err = FURROW_OK;
    for (; ready < nargs && !err; ready++) err = item_at(&args[ready], at, &items[ready]);
    if (err) {
        ready--;
    } else {
        err = each->function(vm, each->context, items, out);
    }
    for (size_t i = 0; i < ready; i++) fv_cell_drop(&items[i]);
    return err;
}

static void next_place(size_t at[FURROW_MAX_NDIMS], const size_t dims[FURROW_MAX_NDIMS])
{
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) {
        if (++at[k] < dims[k]) return;
        at[k] = 0;
    }
}

furrow_err fx_broadcast_each(fx_vm *vm, const fx_each *each, const fv_cell *args, size_t nargs, fv_cell *out)
{
    int ndims;
    size_t dims[FURROW_MAX_NDIMS], at[FURROW_MAX_NDIMS] = {0}, count;
    if (nargs > MOST_ARGUMENTS)
        return fb_fail(FURROW_ERR_LIMIT, "a broadcast takes at most %d arguments", MOST_ARGUMENTS);
    FX_TRY(fx_broadcast_shape(each->name, args, nargs, &ndims, dims));
    if (ndims == 0) return each->function(vm, each->context, args, out);
    FX_TRY(fv_count(FURROW_ANY, ndims, dims, &count));
    fx_gather gather;
    FX_TRY(fx_nest(vm)); /* an array may hold itself */
    fx_gather_open(&gather, count);
    for (size_t i = 0; i < count; i++, next_place(at, dims)) {
        fv_cell made;
        furrow_err err = fx_spend(vm, 1);
        if (!err) err = one_place(vm, each, args, nargs, at, &made);
        if (!err) {
            err = fx_gather_add(&gather, &made);
            fv_cell_drop(&made);
        }
        if (err) {
            fx_unnest(vm);
            fx_gather_drop(&gather);
            return err;
        }
    }
    fx_unnest(vm);
    return fx_gather_close(&gather, ndims, dims, out);
}

/* --- tuples take part as vectors do; without an array the result is a tuple again --- */

bool fx_has_tuple(const fv_cell *args, size_t nargs)
{
    for (size_t i = 0; i < nargs; i++)
        if (args[i].tag == FURROW_TUPLE) return true;
    return false;
}

static furrow_err tuple_of(fv_cell *made, fv_cell *out)
{
    const fv_array *a = fx_array(made);
    fv_cell *items = calloc(a->count + 1, sizeof *items);
    furrow_value *tuple = NULL;
    size_t ready = 0;
    furrow_err err = items ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, NULL);
    for (; ready < a->count && !err; ready += !err) err = fv_element(a, ready, &items[ready]);
    if (!err) err = fv_tuple_new(a->count, items, &tuple);
    while (ready > 0) fv_cell_drop(&items[--ready]);
    free(items);
    if (!err) *out = fx_box(tuple);
    return err;
}

furrow_err fx_broadcast_tuples(fx_vm *vm, const fx_each *each, const fv_cell *args, size_t nargs, fv_cell *out)
{
    fv_cell spread[MOST_ARGUMENTS] = {0}, made;
    size_t ready = 0;
    bool list = false;
    furrow_err err = FURROW_OK;
    if (nargs > MOST_ARGUMENTS)
        return fb_fail(FURROW_ERR_LIMIT, "a broadcast takes at most %d arguments", MOST_ARGUMENTS);
    for (; ready < nargs && !err; ready += !err) {
        const fv_cell *a = &args[ready];
        fv_array *array;
        list |= fx_is_list(a);
        spread[ready] = *a;
        if (a->tag == FURROW_TUPLE) {
            err = fx_to_array(vm, a, &array);
            if (!err) spread[ready] = fx_box(array);
        } else {
            fv_cell_hold(a);
        }
    }
    if (!err) err = fx_broadcast_each(vm, each, spread, nargs, &made);
    while (ready > 0) fv_cell_drop(&spread[--ready]);
    if (!err && !list && made.tag == FURROW_ARRAY) {
        err = tuple_of(&made, out);
        fv_cell_drop(&made);
    } else if (!err) {
        *out = made;
    }
    return err;
}

/* --- f.(args...) --- */

typedef struct call_context {
    const fv_cell *function;
    size_t nargs;
} call_context;

static furrow_err call_one(fx_vm *vm, const void *context, const fv_cell *items, fv_cell *out)
{
    const call_context *call = context;
    return fx_invoke(vm, call->function, items, call->nargs, out);
}

static bool goes_through_arrays(const fx_builtin *builtin, const fv_cell *args, size_t nargs)
{
    if (!builtin || !builtin->elementwise) return false;
    for (size_t i = 0; i < nargs; i++)
        if (!fx_is_number(&args[i]) && !fx_is_flat_array(&args[i]) && args[i].tag != FURROW_DATATYPE) return false;
    return true;
}

furrow_err fx_broadcast(fx_vm *vm, const fv_cell *function, const fv_cell *args, size_t nargs, fv_cell *out)
{
    const fx_builtin *builtin = fx_builtin_of(function);
    if (goes_through_arrays(builtin, args, nargs)) {
        const fx_call call = {.vm = vm, .args = args, .nargs = nargs};
        return builtin->function(&call, out);
    }
    const call_context context = {function, nargs};
    const fx_each each = {"broadcast", call_one, &context};
    return fx_has_tuple(args, nargs) ? fx_broadcast_tuples(vm, &each, args, nargs, out)
                                     : fx_broadcast_each(vm, &each, args, nargs, out);
}
