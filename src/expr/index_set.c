/*
 * index_set.c - container[indices...] = value. The value is converted before anything is written, so a failure leaves
 * the container as it was (but for a run that is ended meanwhile); a value that overlaps the container is copied first.
 */
#include "expr/select.h"

typedef struct writing {
    fv_array *to;
    const fv_array *from; /* NULL: value everywhere */
    const fv_cell *value; /* of the container's element type */
} writing;

#define WRITE_RUN(ctype)                                                                        \
    do {                                                                                        \
        const ctype *from = w->from ? (const ctype *)w->from->data + done : (const ctype *)one; \
        ctype *to = (ctype *)w->to->data + base;                                                \
        if (w->from && !inner->list && inner->step == 1) {                                      \
            p.err = fv_bytes_copy(to + inner->first, from, inner->count * sizeof *to);          \
        } else if (w->from) {                                                                   \
            FV_EACH (i, &p) to[fx_selector_at(inner, i)] = from[i];                             \
        } else {                                                                                \
            FV_EACH (i, &p) to[fx_selector_at(inner, i)] = *from;                               \
        }                                                                                       \
    } while (0)

static furrow_err write_cells(const writing *w, const fx_selector *inner, size_t base, size_t done)
{
    fv_pieces p = {.count = inner->count};
    FV_EACH (i, &p) {
        fv_cell *slot = (fv_cell *)w->to->data + base + fx_selector_at(inner, i), old = *slot;
        *slot = w->from ? ((const fv_cell *)w->from->data)[done + i] : *w->value;
        fv_cell_hold(slot);
        fv_cell_drop(&old);
    }
    return p.err;
}

static furrow_err write_run(void *context, const fx_selector *inner, size_t base, size_t done)
{
    const writing *w = context;
    _Alignas(16) char one[16];
    if (!fv_tag_flat(w->to->head.eltype)) return write_cells(w, inner, base, done);
    fv_pieces p = {.count = inner->count};
    if (!w->from) fv_flat_store((furrow_type)w->to->head.eltype, one, w->value);
    switch (fx_element_nbytes(w->to)) {
    case 1:
        WRITE_RUN(uint8_t);
        break;
    case 2:
        WRITE_RUN(uint16_t);
        break;
    case 4:
        WRITE_RUN(uint32_t);
        break;
    case 8:
        WRITE_RUN(uint64_t);
        break;
    default:
        WRITE_RUN(_Complex double);
    }
    return p.err;
}

/* --- arrays --- */

static bool overlaps(const fv_array *a, const fv_array *b)
{
    const char *x = a->data, *y = b->data;
    return x < y + b->count * fx_element_nbytes(b) && y < x + a->count * fx_element_nbytes(a);
}

static furrow_err write_array(fx_vm *vm, fv_array *to, const fx_selection *selection, const fv_cell *value)
{
    fv_array *from, *ready;
    FX_TRY(fx_to_array(vm, value, &from));
    furrow_err err;
    if (from->count != selection->count) {
        char shape[FX_TYPE_TEXT];
        err = fb_fail(FURROW_ERR_SHAPE, "DimensionMismatch: %zu elements of a %s array are assigned to %zu places",
                      from->count, fx_shape_text(value, shape), selection->count);
        goto drop_from;
    }
    if (from->head.eltype == to->head.eltype && overlaps(to, from)) {
        err = fv_array_copy(from, &ready);
    } else {
        err = fx_array_convert(vm, from, (furrow_type)to->head.eltype, &ready);
    }
    if (err) goto drop_from;
    writing w = {to, ready, NULL};
    err = fx_selection_visit(selection, write_run, &w);
    fv_drop(&ready->head);
drop_from:
    fv_drop(&from->head);
    return err;
}

static furrow_err write_scalar(fv_array *to, const fx_selection *selection, const fv_cell *value)
{
    fv_cell ready;
    FX_TRY(fv_convert(value, (furrow_type)to->head.eltype, &ready));
    writing w = {to, NULL, &ready};
    furrow_err err = fx_selection_visit(selection, write_run, &w);
    fv_cell_drop(&ready);
    return err;
}

static furrow_err set_array(fx_vm *vm, fv_array *a, const fv_cell *indices, size_t n, const fv_cell *value)
{
    fx_selection selection;
    if (n == 1 && fx_is_place(indices) && indices->u - 1 < a->count) return fv_element_set(a, indices->u - 1, value);
    FX_TRY(fx_selection_open(vm, a, indices, n, &selection));
    furrow_err err = fx_spend(vm, selection.count);
    if (!err) {
        err = selection.ndims > 0 && fx_is_list(value) ? write_array(vm, a, &selection, value)
                                                       : write_scalar(a, &selection, value);
    }
    fx_selection_close(&selection);
    return err;
}

static furrow_err set_dict(const fv_cell *container, const fv_cell *indices, size_t n, const fv_cell *value)
{
    fv_dict *dict = fv_dict_of_value(container->p);
    if (n == 1) return fv_dict_set(dict, indices, value);
    furrow_value *tuple;
    FX_TRY(fv_tuple_new(n, indices, &tuple));
    const fv_cell key = fx_box(tuple);
    furrow_err err = fv_dict_set(dict, &key, value);
    fv_drop(tuple);
    return err;
}

furrow_err fx_index_set(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n, const fv_cell *value)
{
    FX_TRY(fx_writable(container));
    if (container->tag == FURROW_ARRAY) return set_array(vm, fx_array(container), indices, n, value);
    if (container->tag == FURROW_DICT) return set_dict(container, indices, n, value);
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_TYPE, "the elements of a %s cannot be changed", fx_type_text(container, text));
}
