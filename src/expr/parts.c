/*
 * parts.c - builtins that take functions or collections apart and together: compositions of functions, the product of
 * collections, a function over the slices of an array.
 */
#include "expr/builtins.h"

/* f ∘ g: x -> f(g(x)), with f and g as the values that its text speaks of. */
static furrow_err do_compose(const fx_call *call, fv_cell *out)
{
    static const char text[] = "(x...)->$1($2(x...))";
    furrow_value *both, *made;
    for (int k = 0; k < 2; k++)
        if (!fx_is_callable(&call->args[k])) return fx_no_method("∘", call->args, 2);
    FX_TRY(fv_tuple_new(2, call->args, &both));
    furrow_err err = fv_code_new(FURROW_FUNCTION, text, sizeof text - 1, both, &made);
    fv_drop(both);
    if (!err) *out = fx_box(made);
    return err;
}

/* --- product --- */

#define MOST_FACTORS FURROW_MAX_NDIMS

static furrow_err put_tuples(fv_array *const *lists, size_t n, fv_array *made)
{
    fv_cell items[MOST_FACTORS];
    for (size_t i = 0; i < made->count; i++) {
        size_t rest = i, ready = 0;
        furrow_value *tuple = NULL;
        furrow_err err = FURROW_OK;
        for (; ready < n && !err; ready += !err) {
            err = fv_element(lists[ready], rest % lists[ready]->count, &items[ready]);
            rest /= lists[ready]->count;
        }
        if (!err) err = fv_tuple_new(n, items, &tuple);
        while (ready > 0) fv_cell_drop(&items[--ready]);
        if (err) return err;
        ((fv_cell *)made->data)[i] = fx_box(tuple);
    }
    return FURROW_OK;
}

/* product(a, b, ...): an array of as many dimensions with the tuples of their items. */
static furrow_err do_product(const fx_call *call, fv_cell *out)
{
    fv_array *lists[MOST_FACTORS], *made = NULL;
    size_t dims[MOST_FACTORS] = {0}, ready = 0, n = call->nargs;
    if (n > MOST_FACTORS) return fb_fail(FURROW_ERR_LIMIT, "product takes at most %d collections", MOST_FACTORS);
    furrow_err err = FURROW_OK;
    for (; ready < n && !err; ready += !err) {
        err = fx_to_array(call->vm, &call->args[ready], &lists[ready]);
        if (!err) dims[ready] = lists[ready]->count;
    }
    if (!err) err = fv_array_new(FURROW_ANY, (int)n, dims, &made);
    if (!err) err = put_tuples(lists, n, made);
    while (ready > 0) fv_drop(&lists[--ready]->head);
    if (err && made) fv_drop(&made->head);
    if (!err) *out = fx_box(made);
    return err;
}

/* --- mapslices --- */

/* f of a[.., k, ..], as a slice along dim again: a number stays one element. */
static furrow_err map_slice(const fx_call *call, int dim, const size_t *at, fv_cell *out)
{
    const fv_cell *f = &call->args[0], *a = &call->args[1];
    fv_cell indices[FURROW_MAX_NDIMS], slice;
    furrow_value *colon;
    FX_TRY(fv_text_new(FURROW_SYMBOL, ":", 1, &colon));
    for (int k = 0; k < fx_ndims(a); k++) indices[k] = k == dim ? fx_box(colon) : fx_int((int64_t)at[k] + 1);
    furrow_err err = fx_index(call->vm, a, indices, (size_t)fx_ndims(a), &slice);
    fv_drop(colon);
    if (err) return err;
    err = fx_invoke(call->vm, f, &slice, 1, out);
    fv_cell_drop(&slice);
    return err;
}

/* All results, one after the other, as they lie along dim. */
static furrow_err map_slices(const fx_call *call, int dim, fx_gather *gather, size_t *extent)
{
    const fv_cell *a = &call->args[1];
    size_t at[FURROW_MAX_NDIMS] = {0}, count = 1;
    for (int k = 0; k < fx_ndims(a); k++) count *= k == dim ? 1 : fx_dim(a, k);
    for (size_t i = 0; i < count; i++) {
        fv_cell made;
        fv_array *items;
        FX_TRY(map_slice(call, dim, at, &made));
        furrow_err err = fx_to_array(call->vm, &made, &items);
        fv_cell_drop(&made);
        if (err) return err;
        if (i > 0 && items->count != *extent)
            err = fb_fail(FURROW_ERR_SHAPE, "mapslices: slices of %zu and of %zu elements", *extent, items->count);
        *extent = items->count;
        for (size_t k = 0; k < items->count && !err; k++) {
            fv_cell item;
            err = fv_element(items, k, &item);
            if (err) break;
            err = fx_gather_add(gather, &item);
            fv_cell_drop(&item);
        }
        fv_drop(&items->head);
        if (err) return err;
        for (int k = 0; k < fx_ndims(a); k++) {
            if (k == dim) continue;
            if (++at[k] < fx_dim(a, k)) break;
            at[k] = 0;
        }
    }
    return FURROW_OK;
}

/* mapslices(f, a, dim): the slices along dim are replaced by what f makes of each. */
static furrow_err do_mapslices(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = &call->args[1], *along = &call->args[2];
    fx_gather gather;
    size_t extent = 0, dims[FURROW_MAX_NDIMS];
    int64_t dim;
    if (a->tag != FURROW_ARRAY || !fx_is_callable(call->args)) return fx_no_method("mapslices", call->args, 3);
    fv_cell only = *along;
    if (fx_is_flat_array(along) && fx_array(along)->count == 1) FX_TRY(fv_element(fx_array(along), 0, &only));
    FX_TRY(fx_arg_int("mapslices", &only, &dim));
    if (dim < 1 || dim > fx_ndims(a)) return fb_fail(FURROW_ERR_ARG, "the array has no dimension %lld", (long long)dim);
    fx_gather_open(&gather, fx_array(a)->count);
    furrow_err err = map_slices(call, (int)dim - 1, &gather, &extent);
    if (err) {
        fx_gather_drop(&gather);
        return err;
    }
    /* Results lie slice by slice: their dimension is the first, and then goes to its place. */
    fv_cell made, order;
    int n = 1; /* ends as many as a has */
    dims[0] = extent;
    for (int k = 0; k < fx_ndims(a); k++)
        if (k != dim - 1) dims[n++] = fx_dim(a, k);
    FX_TRY(fx_gather_close(&gather, n, dims, &made));
    fv_array *numbers;
    FX_TRY_KEEP(fx_vector_new(FURROW_INT64, (size_t)n, &numbers), made.p);
    for (int k = 0, next = 2; k < n; k++) ((int64_t *)numbers->data)[k] = k == dim - 1 ? 1 : next++;
    order = fx_box(numbers);
    const fv_cell args[2] = {made, order};
    err = fx_builtin_find("permutedims", 11)->function(&(fx_call){.vm = call->vm, .args = args, .nargs = 2}, out);
    fv_cell_drop(&made);
    fv_cell_drop(&order);
    return err;
}

const fx_builtin fx_builtins_parts[] = {{"∘", do_compose, 2, 2, false},
                                        {"product", do_product, 1, -1, false},
                                        {"mapslices", do_mapslices, 3, 3, false},
                                        {NULL}};
