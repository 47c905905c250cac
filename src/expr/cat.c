/*
 * cat.c - arrays, ranges and scalars put together along a dimension, with the element type that holds them all.
 */
#include "expr/cat.h"
#include "expr/op.h"

typedef struct piece {
    const fv_cell *cell; /* a scalar, or the array below */
    fv_array *array;     /* NULL for a scalar; a reference of our own */
} piece;

static size_t extent(const piece *p, int k)
{
    return p->array ? p->array->dims[k] : 1;
}

static furrow_type type_of(const piece *p)
{
    return p->array ? (furrow_type)p->array->head.eltype : fx_eltype_of(p->cell);
}

/* The shape of the whole, and its element type. */
static furrow_err plan(int dim, const piece *pieces, size_t n, int *ndims, size_t *dims, furrow_type *type)
{
    *ndims = dim + 1;
    bool typed = false;
    for (size_t i = 0; i < n; i++) {
        const piece *p = &pieces[i];
        if (p->array && p->array->head.ndims > *ndims) *ndims = p->array->head.ndims;
        if (p->array && p->array->count == 0 && p->array->head.eltype == FURROW_ANY) continue;
        *type = typed ? fx_join(*type, type_of(p)) : type_of(p);
        typed = true;
    }
    if (!typed) *type = FURROW_ANY;
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) {
        dims[k] = n ? extent(&pieces[0], k) : 1;
        if (k == dim) dims[k] = 0;
        for (size_t i = 0; i < n; i++) {
            if (k == dim) {
                if (__builtin_add_overflow(dims[k], extent(&pieces[i], k), &dims[k])) {
                    return fb_fail(FURROW_ERR_OVERFLOW, "the concatenated extent does not fit in 64 bits");
                }
            } else if (extent(&pieces[i], k) != dims[k]) {
                return fx_mismatch("concatenation", pieces[0].cell, pieces[i].cell);
            }
        }
    }
    return FURROW_OK;
}

static furrow_err copy_elements(fv_array *to, size_t at, const fv_array *from, size_t start, size_t n)
{
    if (to->head.eltype == from->head.eltype && fv_tag_flat(to->head.eltype)) {
        size_t width = fx_element_nbytes(to);
        return fv_bytes_copy((char *)to->data + at * width, (const char *)from->data + start * width, n * width);
    }
    for (size_t i = 0; i < n; i++) {
        fv_cell item;
        FX_TRY(fv_element(from, start + i, &item));
        furrow_err err = fv_element_set(to, at + i, &item);
        fv_cell_drop(&item);
        if (err) return err;
    }
    return FURROW_OK;
}

static furrow_err place(int dim, const piece *p, size_t offset, fv_array *to)
{
    size_t below = 1, outer = 1;
    for (int k = 0; k < dim; k++) below *= to->dims[k];
    for (int k = dim + 1; k < FURROW_MAX_NDIMS; k++) outer *= to->dims[k];
    if (!p->array) return fv_element_set(to, offset * below, p->cell);
    size_t chunk = below * p->array->dims[dim], whole = below * to->dims[dim];
    for (size_t o = 0; o < outer; o++) {
        FX_TRY(copy_elements(to, o * whole + offset * below, p->array, o * chunk, chunk));
    }
    return FURROW_OK;
}

static furrow_err join(fx_vm *vm, int dim, const piece *pieces, size_t n, fv_cell *out)
{
    int ndims;
    size_t dims[FURROW_MAX_NDIMS], offset = 0;
    furrow_type type = FURROW_ANY;
    fv_array *made;
    FX_TRY(plan(dim, pieces, n, &ndims, dims, &type));
    FX_TRY(fv_array_new(type, ndims, dims, &made));
    furrow_err err = fx_spend(vm, made->count);
    for (size_t i = 0; i < n && !err; i++) {
        if (made->count) err = place(dim, &pieces[i], offset, made);
        offset += extent(&pieces[i], dim);
    }
    if (err) {
        fv_drop(&made->head);
        return err;
    }
    *out = fx_box(made);
    return FURROW_OK;
}

furrow_err fx_cat(fx_vm *vm, int dim, const fv_cell *items, size_t n, fv_cell *out)
{
    if (dim < 0 || dim >= FURROW_MAX_NDIMS) {
        return fb_fail(FURROW_ERR_ARG, "arrays have 1 to %d dimensions, not %d", FURROW_MAX_NDIMS, dim + 1);
    }
    fv_array *room; /* metered memory for the pieces */
    size_t ncells = (n * sizeof(piece) + sizeof(double) - 1) / sizeof(double);
    FX_TRY(fx_vector_new(FURROW_FLOAT64, ncells, &room));
    piece *pieces = room->data;
    furrow_err err = FURROW_OK;
    size_t ready = 0;
    for (; ready < n && !err; ready++) {
        pieces[ready] = (piece){&items[ready], NULL};
        if (fx_is_list(&items[ready])) err = fx_to_array(vm, &items[ready], &pieces[ready].array);
    }
    if (!err) err = join(vm, dim, pieces, n, out);
    for (size_t i = 0; i < ready; i++) {
        if (pieces[i].array) fv_drop(&pieces[i].array->head);
    }
    fv_drop(&room->head);
    return err;
}
