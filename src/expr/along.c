/*
 * along.c - how reductions go through values: all items, items after a function, or line by line along dimensions.
 */
#include "expr/reduce.h"

furrow_err fx_mapped(fx_vm *vm, const fv_cell *f, const fv_cell *x, fv_array **out)
{
    fv_array *items;
    FX_TRY(fx_to_array(vm, x, &items));
    if (!f) {
        *out = items;
        return FURROW_OK;
    }
    fx_gather gather;
    furrow_err err = FURROW_OK;
    fx_gather_open(&gather, items->count);
    for (size_t i = 0; i < items->count && !err; i++) {
        fv_cell item, made;
        err = fv_element(items, i, &item);
        if (err) break;
        err = fx_invoke(vm, f, &item, 1, &made);
        fv_cell_drop(&item);
        if (err) break;
        err = fx_gather_add(&gather, &made);
        fv_cell_drop(&made);
    }
    fv_cell made;
    if (err) {
        fx_gather_drop(&gather);
    } else {
        err = fx_gather_close(&gather, 0, NULL, &made);
        if (!err) *out = fx_array(&made);
    }
    fv_drop(&items->head);
    return err;
}

/* --- boxed items: a fold --- */

static furrow_err fold(fx_vm *vm, const fx_reduction_kind *kind, const fv_array *items, fv_cell *out)
{
    const fv_cell *cells = items->data;
    fv_cell made = cells[0];
    fv_cell_hold(&made);
    for (size_t i = 1; i < items->count; i++) {
        fv_cell next;
        furrow_err err = fv_worked(1);
        if (!err) err = kind->combine(vm, &made, &cells[i], &next);
        fv_cell_drop(&made);
        if (err) return err;
        made = next;
    }
    *out = made;
    return FURROW_OK;
}

/* A mean of boxed items (arrays, say) is their sum divided by their number. */
static furrow_err fold_mean(fx_vm *vm, const fv_array *items, fv_cell *out)
{
    const fv_cell *cells = items->data, count = fx_int((int64_t)items->count);
    fv_cell made = cells[0], next;
    fv_cell_hold(&made);
    for (size_t i = 1; i < items->count; i++) {
        furrow_err err = fv_worked(1);
        if (!err) err = fx_binary(vm, FX_OP_ADD, false, &made, &cells[i], &next);
        fv_cell_drop(&made);
        if (err) return err;
        made = next;
    }
    furrow_err err = fx_binary(vm, FX_OP_DIV, false, &made, &count, out);
    fv_cell_drop(&made);
    return err;
}

/* Boxed items that turn out to be Bools or numbers of one type are reduced as such. */
static furrow_err narrowed(const fv_array *items, fv_cell *out)
{
    fx_gather gather;
    fx_gather_open(&gather, items->count);
    for (size_t i = 0; i < items->count; i++) {
        furrow_err err = fx_gather_add(&gather, (const fv_cell *)items->data + i);
        if (err) {
            fx_gather_drop(&gather);
            return err;
        }
    }
    return fx_gather_close(&gather, 0, NULL, out);
}

static furrow_err reduce_array(fx_vm *vm, const fx_reduction_kind *kind, const fv_array *items, fv_cell *out)
{
    furrow_type type = (furrow_type)items->head.eltype;
    if (items->count == 0) return kind->empty(type, out);
    FX_TRY(fx_spend(vm, items->count));
    if (fv_tag_flat((uint32_t)type)) return kind->all(type, items->data, items->count, out);
    if (type == FURROW_ANY) {
        fv_cell narrow;
        FX_TRY(narrowed(items, &narrow));
        if (fx_is_flat_array(&narrow)) {
            furrow_err err = kind->all((furrow_type)narrow.p->eltype, fx_array(&narrow)->data, items->count, out);
            fv_cell_drop(&narrow);
            return err;
        }
        fv_cell_drop(&narrow);
    }
    return kind->combine ? fold(vm, kind, items, out) : fold_mean(vm, items, out);
}

furrow_err fx_reduce_items(fx_vm *vm, const fx_reduction_kind *kind, const fv_cell *items, fv_cell *out)
{
    if (items->tag == FURROW_ARRAY) return reduce_array(vm, kind, fx_array(items), out);
    fv_array *array;
    FX_TRY(fx_to_array(vm, items, &array));
    furrow_err err = reduce_array(vm, kind, array, out);
    fv_drop(&array->head);
    return err;
}

/* --- along dimensions --- */

static furrow_err read_dims(const fv_cell *dims, bool along[FURROW_MAX_NDIMS])
{
    uint64_t state = 0;
    fv_cell item;
    bool done;
    memset(along, 0, FURROW_MAX_NDIMS * sizeof *along);
    for (;;) {
        int64_t k;
        FX_TRY(fx_iterate(dims, &state, &item, &done));
        if (done) return FURROW_OK;
        furrow_err err = fx_arg_int("a dimension", &item, &k);
        fv_cell_drop(&item);
        if (err) return err;
        if (k < 1) return fb_fail(FURROW_ERR_ARG, "dimensions are counted from 1, not from %lld", (long long)k);
        if (k <= FURROW_MAX_NDIMS) along[k - 1] = true;
    }
}

/* Copies the line of elements that are reduced to one place: start, and steps along the reduced dimensions. */
static furrow_err collect_line(const fv_array *from, const bool *along, size_t start, fv_array *line)
{
    size_t at[FURROW_MAX_NDIMS] = {0};
    fv_pieces p = {.count = line->count};
    FV_EACH (i, &p) {
        size_t place = start, stride = 1;
        for (int k = 0; k < from->head.ndims; k++) {
            if (along[k]) place += at[k] * stride;
            stride *= from->dims[k];
        }
        fx_element_copy(line, i, from, place);
        for (int k = 0; k < from->head.ndims; k++) {
            if (!along[k]) continue;
            if (++at[k] < from->dims[k]) break;
            at[k] = 0;
        }
    }
    return p.err;
}

/* Where the line of the index-th result starts. */
static size_t line_start(const fv_array *from, const bool *along, size_t index)
{
    size_t start = 0, stride = 1;
    for (int k = 0; k < from->head.ndims; k++) {
        if (!along[k]) {
            start += index % from->dims[k] * stride;
            index /= from->dims[k];
        }
        stride *= from->dims[k];
    }
    return start;
}

static furrow_err reduce_lines(fx_vm *vm, const fx_reduction_kind *kind, const fv_array *from, const bool *along,
                               fv_cell *out)
{
    size_t dims[FURROW_MAX_NDIMS], count = 1, length = 1;
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) {
        dims[k] = along[k] ? 1 : from->dims[k];
        count *= dims[k];
        if (along[k]) length *= from->dims[k];
    }
    fv_array *line;
    fx_gather gather;
    FX_TRY(fx_vector_new((furrow_type)from->head.eltype, length, &line));
    fx_gather_open(&gather, count);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < count && !err; i++) {
        fv_cell made;
        err = collect_line(from, along, line_start(from, along, i), line);
        if (!err) err = reduce_array(vm, kind, line, &made);
        if (err) break;
        err = fx_gather_add(&gather, &made);
        fv_cell_drop(&made);
    }
    fv_drop(&line->head);
    if (err) {
        fx_gather_drop(&gather);
        return err;
    }
    if (count == 0 && fv_tag_flat(from->head.eltype)) { /* the type cannot come from results */
        fv_array *none;
        FX_TRY(fv_array_new((furrow_type)from->head.eltype, from->head.ndims, dims, &none));
        *out = fx_box(none);
        return FURROW_OK;
    }
    return fx_gather_close(&gather, from->head.ndims, dims, out);
}

furrow_err fx_reduce_along(fx_vm *vm, const fx_reduction_kind *kind, const fv_cell *x, const fv_cell *dims,
                           fv_cell *out)
{
    bool along[FURROW_MAX_NDIMS];
    fv_array *from;
    FX_TRY(read_dims(dims, along));
    FX_TRY(fx_to_array(vm, x, &from));
    furrow_err err = fx_spend(vm, from->count * 2);
    if (!err) err = reduce_lines(vm, kind, from, along, out);
    fv_drop(&from->head);
    return err;
}

/* --- the way in --- */

furrow_err fx_reduce_call(const fx_call *call, const fx_reduction_kind *kind, fv_cell *out)
{
    const fv_cell *a = call->args, *dims = fx_keyword(call, "dims");
    const fv_cell *f = call->nargs == 2 && !dims && fx_is_callable(&a[0]) ? &a[0] : NULL;
    if (call->nargs == 2 && !f) {
        if (!fx_is_list(&a[0])) return fx_no_method(kind->name, a, 2);
        dims = &a[1];
    }
    if (dims) return fx_reduce_along(call->vm, kind, &a[0], dims, out);
    if (!f) return fx_reduce_items(call->vm, kind, &a[0], out);
    fv_array *mapped;
    FX_TRY(fx_mapped(call->vm, f, &a[1], &mapped));
    furrow_err err = reduce_array(call->vm, kind, mapped, out);
    fv_drop(&mapped->head);
    return err;
}
