/*
 * select.c - indices to places: scalars, ranges, integer arrays, Bool masks, colons; checked against the extents.
 */
#include "expr/select.h"

furrow_err fx_out_of_range(const fv_cell *container, int64_t index, int position)
{
    char shape[FX_TYPE_TEXT];
    const char *what = container->tag == FURROW_ARRAY    ? "array"
                       : container->tag == FURROW_TUPLE  ? "tuple"
                       : container->tag == FURROW_STRING ? "string"
                                                         : "range";
    fx_shape_text(container, shape);
    if (position < 0) {
        return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: index %lld is out of range for a %s %s", (long long)index,
                       shape, what);
    }
    return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: index %lld in dimension %d is out of range for a %s %s",
                   (long long)index, position + 1, shape, what);
}

static furrow_err no_index(const fv_cell *index)
{
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_TYPE, "a %s cannot be an index: integers, ranges, arrays of them, Bool masks and : can",
                   fx_type_text(index, text));
}

/* --- the kinds of index --- */

static furrow_err select_range(const fv_cell *container, const fv_range *r, size_t extent, int position, fx_selector *s)
{
    if (r->head.eltype != FURROW_INT64) {
        return fb_fail(FURROW_ERR_TYPE, "a range of Float64 cannot be an index, its numbers must be integers");
    }
    *s = (fx_selector){.count = r->count, .first = r->first.i - 1, .step = r->step.i, .ndims = 1, .dims = {r->count}};
    if (r->count == 0) return FURROW_OK;
    int64_t low = r->first.i < r->last.i ? r->first.i : r->last.i,
            high = r->first.i < r->last.i ? r->last.i : r->first.i;
    if (low < 1) return fx_out_of_range(container, low, position);
    return (uint64_t)high > extent ? fx_out_of_range(container, high, position) : FURROW_OK;
}

static furrow_err select_mask(fx_vm *vm, const fv_cell *container, const fv_array *mask, size_t extent, fx_selector *s)
{
    const uint8_t *set = mask->data;
    size_t count = 0;
    if (mask->count != extent) {
        char shape[FX_TYPE_TEXT], whole[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: a %s mask of Bools does not fit %zu places of a %s array",
                       fx_dims_text(mask->head.ndims, mask->dims, shape), extent, fx_shape_text(container, whole));
    }
    FX_TRY(fx_spend(vm, extent));
    fv_pieces all = {.count = extent}, taken = {.count = extent};
    FV_EACH (i, &all) count += set[i];
    FX_TRY(all.err);
    *s = (fx_selector){.count = count, .ndims = 1, .dims = {count}};
    FX_TRY(fx_vector_new(FURROW_INT64, count, &s->owner));
    int64_t *list = s->owner->data;
    size_t k = 0;
    FV_EACH (i, &taken)
        if (set[i]) list[k++] = (int64_t)i + 1;
    s->list = list;
    if (taken.err) fx_selector_close(s);
    return taken.err;
}

/* The array's numbers as Int64, a reference of its own; a copy where the container itself is its index. */
static furrow_err index_list(const fv_cell *container, const fv_array *a, fv_array **out)
{
    bool same = container->tag == FURROW_ARRAY && fx_array(container)->data == a->data;
    if (a->head.eltype == FURROW_INT64 && !same) {
        fv_hold((furrow_value *)&a->head);
        *out = (fv_array *)a;
        return FURROW_OK;
    }
    fv_array *made;
    FX_TRY(fx_array_like(a, FURROW_INT64, &made));
    for (size_t i = 0; i < a->count; i++) {
        fv_cell item;
        furrow_err err = fv_element(a, i, &item);
        if (!err) {
            err = fx_is_place(&item) ? fv_element_set(made, i, &item) : no_index(&item);
            fv_cell_drop(&item);
        }
        if (err) {
            fv_drop(&made->head);
            return err;
        }
    }
    *out = made;
    return FURROW_OK;
}

static furrow_err select_list(fx_vm *vm, const fv_cell *container, const fv_array *a, size_t extent, int position,
                              fx_selector *s)
{
    FX_TRY(fx_spend(vm, a->count));
    *s = (fx_selector){.count = a->count, .ndims = a->head.ndims};
    memcpy(s->dims, a->dims, sizeof s->dims);
    FX_TRY(index_list(container, a, &s->owner));
    s->list = s->owner->data;
    fv_pieces p = {.count = s->count};
    FV_EACH (i, &p) {
        if (s->list[i] >= 1 && (uint64_t)s->list[i] <= extent) continue;
        p.err = fx_out_of_range(container, s->list[i], position);
        break;
    }
    if (p.err) fx_selector_close(s);
    return p.err;
}

furrow_err fx_selector_open(fx_vm *vm, const fv_cell *container, const fv_cell *index, size_t extent, int position,
                            fx_selector *s)
{
    if (fx_is_place(index)) {
        bool inside = index->tag >= FURROW_UINT8 ? index->u - 1 < extent : index->i >= 1 && index->u <= extent;
        if (!inside) return fx_out_of_range(container, index->i, position);
        *s = (fx_selector){.count = 1, .first = index->i - 1, .step = 1, .dims = {1}};
        return FURROW_OK;
    }
    if (fx_is_colon(index)) {
        *s = (fx_selector){.count = extent, .step = 1, .ndims = 1, .dims = {extent}};
        return FURROW_OK;
    }
    if (index->tag == FURROW_RANGE) return select_range(container, fx_range(index), extent, position, s);
    if (index->tag != FURROW_ARRAY) return no_index(index);
    const fv_array *a = fx_array(index);
    if (a->head.eltype == FURROW_BOOL) return select_mask(vm, container, a, extent, s);
    return select_list(vm, container, a, extent, position, s);
}

void fx_selector_close(fx_selector *s)
{
    if (s->owner) fv_drop(&s->owner->head);
    s->owner = NULL;
}

/* --- all of them --- */

static size_t extent_at(const fv_array *a, size_t position, size_t n)
{
    size_t extent = position < FURROW_MAX_NDIMS ? a->dims[position] : 1;
    if (position == n - 1)
        for (size_t k = n; k < a->head.ndims; k++) extent *= a->dims[k];
    return extent;
}

static furrow_err add_shape(fx_selection *selection, const fx_selector *s)
{
    for (int k = 0; k < s->ndims; k++) {
        if (selection->ndims == FURROW_MAX_NDIMS) {
            return fb_fail(FURROW_ERR_SHAPE, "the selected array would have more than %d dimensions", FURROW_MAX_NDIMS);
        }
        selection->dims[selection->ndims++] = s->dims[k];
    }
    if (__builtin_mul_overflow(selection->count, s->count, &selection->count)) {
        return fb_fail(FURROW_ERR_OVERFLOW, "the number of selected elements does not fit in 64 bits");
    }
    return FURROW_OK;
}

furrow_err fx_selection_open(fx_vm *vm, const fv_array *a, const fv_cell *indices, size_t n, fx_selection *selection)
{
    fv_cell container = {.tag = FURROW_ARRAY, .p = (furrow_value *)&a->head};
    /* Indices past the eighth can only be 1, and are refused: no array needs them. */
    if (n == 0 || n > FURROW_MAX_NDIMS) {
        return fb_fail(FURROW_ERR_BOUNDS, "an array takes 1 to %d indices, not %zu", FURROW_MAX_NDIMS, n);
    }
    *selection = (fx_selection){.count = 1};
    size_t stride = 1;
    for (size_t k = 0; k < n; k++) {
        fx_selector *s = &selection->along[k];
        size_t extent = extent_at(a, k, n);
        furrow_err err = fx_selector_open(vm, &container, &indices[k], extent, n == 1 ? -1 : (int)k, s);
        if (!err) {
            selection->n = k + 1;
            err = add_shape(selection, s);
        }
        if (err) {
            fx_selection_close(selection);
            return err;
        }
        selection->stride[k] = stride;
        stride *= extent;
    }
    return FURROW_OK;
}

void fx_selection_close(fx_selection *selection)
{
    for (size_t k = 0; k < selection->n; k++) fx_selector_close(&selection->along[k]);
}

furrow_err fx_selection_visit(const fx_selection *selection, fx_visit visit, void *context)
{
    size_t at[FURROW_MAX_NDIMS] = {0}, inner = selection->along[0].count;
    if (selection->count == 0) return FURROW_OK;
    for (size_t done = 0; done < selection->count; done += inner) {
        size_t base = 0;
        for (size_t k = 1; k < selection->n; k++)
            base += fx_selector_at(&selection->along[k], at[k]) * selection->stride[k];
        FX_TRY(visit(context, &selection->along[0], base, done));
        FX_TRY(fv_worked(1 + inner % FV_PIECE));
        for (size_t k = 1; k < selection->n; k++) {
            if (++at[k] < selection->along[k].count) break;
            at[k] = 0;
        }
    }
    return FURROW_OK;
}
