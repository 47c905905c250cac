/*
 * select.h - what one index of container[indices...] selects along its dimension. Made by select.c, used by index.c
 * (reading) and index_set.c (writing).
 */
#ifndef FX_SELECT_H
#define FX_SELECT_H

#include "expr/support.h"

typedef struct fx_selector {
    size_t count;
    int64_t first; /* from 0: first, first + step, ... when list is NULL */
    int64_t step;
    const int64_t *list; /* from 1 */
    fv_array *owner;     /* of list; a reference of our own */
    int ndims;           /* of what it contributes to the shape; 0 for a scalar */
    size_t dims[FURROW_MAX_NDIMS];
} fx_selector;

typedef struct fx_selection {
    size_t n;
    fx_selector along[FURROW_MAX_NDIMS];
    size_t stride[FURROW_MAX_NDIMS]; /* in elements */
    size_t count;                    /* places selected */
    int ndims;                       /* of the result; 0: one element */
    size_t dims[FURROW_MAX_NDIMS];
} fx_selection;

static inline size_t fx_selector_at(const fx_selector *s, size_t i)
{
    return s->list ? (size_t)s->list[i] - 1 : (size_t)(s->first + (int64_t)i * s->step);
}

/* Checks n indices against the array; every selected place is inside afterwards. BOUNDS, TYPE, SHAPE. */
FURROW_MUST_CHECK furrow_err fx_selection_open(fx_vm *vm, const fv_array *a, const fv_cell *indices, size_t n,
                                               fx_selection *selection);
void fx_selection_close(fx_selection *selection);
/* Calls visit for each run along the first dimension: base is the place in elements of index 0 of that run, from 0. */
typedef furrow_err (*fx_visit)(void *context, const fx_selector *inner, size_t base, size_t done);
FURROW_MUST_CHECK furrow_err fx_selection_visit(const fx_selection *selection, fx_visit visit, void *context);

/* One selector over an extent (tuples, ranges, strings): position only names the dimension in errors. */
FURROW_MUST_CHECK furrow_err fx_selector_open(fx_vm *vm, const fv_cell *container, const fv_cell *index, size_t extent,
                                              int position, fx_selector *selector);
void fx_selector_close(fx_selector *selector);

static inline bool fx_is_colon(const fv_cell *c)
{
    return c->tag == FURROW_SYMBOL && fx_text(c)->nbytes == 1 && fx_text(c)->bytes[0] == ':';
}
/* An integer that stands for one place (Bool does not). */
static inline bool fx_is_place(const fv_cell *c)
{
    return c->tag >= FURROW_INT8 && c->tag <= FURROW_UINT64;
}

furrow_err fx_out_of_range(const fv_cell *container, int64_t index, int position) __attribute__((cold));

#endif
