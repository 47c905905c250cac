/*
 * sort.c - sort, sortperm, shuffle, reverse: a stable merge sort of positions, by isless or by what the keywords say.
 */
#include "expr/builtins.h"
#include "expr/strings.h"

#include <math.h>
#include <stdlib.h>

typedef struct order {
    fx_vm *vm;
    const fv_cell *by; /* NULL: the items themselves */
    const fv_cell *lt; /* NULL: isless */
    bool reverse;
} order;

/* Keys to compare: doubles or integers as they are, anything else as cells. */
typedef struct keys {
    const order *how;
    const fv_array *items;
} keys;

static furrow_err key_before(const keys *k, size_t a, size_t b, bool *before)
{
    fv_cell x, y;
    int sign = 0;
    FX_TRY(fv_element(k->items, a, &x));
    furrow_err err = fv_element(k->items, b, &y);
    if (!err) {
        if (k->how->lt) {
            const fv_cell pair[2] = {x, y};
            fv_cell result;
            err = fx_invoke(k->how->vm, k->how->lt, pair, 2, &result);
            if (!err) {
                err = fx_truth(&result, before);
                fv_cell_drop(&result);
            }
        } else {
            err = fx_order(&x, &y, &sign);
            *before = sign < 0;
        }
        fv_cell_drop(&y);
    }
    fv_cell_drop(&x);
    return err;
}

static bool double_before(double a, double b)
{
    if (isnan(a) || isnan(b)) return !isnan(a) && isnan(b);
    return a < b || (a == 0 && b == 0 && signbit(a) && !signbit(b));
}

static furrow_err before(const keys *k, size_t a, size_t b, bool *out)
{
    if (k->how->reverse) {
        size_t swap = a;
        a = b;
        b = swap;
    }
    if (!k->how->lt && k->items->head.eltype == FURROW_FLOAT64) {
        *out = double_before(((const double *)k->items->data)[a], ((const double *)k->items->data)[b]);
        return FURROW_OK;
    }
    if (!k->how->lt && k->items->head.eltype == FURROW_INT64) {
        *out = ((const int64_t *)k->items->data)[a] < ((const int64_t *)k->items->data)[b];
        return FURROW_OK;
    }
    return key_before(k, a, b, out);
}

/* Merges two sorted runs of positions; what is equal keeps its order. */
static furrow_err merge(const keys *k, const size_t *from, size_t middle, size_t n, size_t *to)
{
    size_t a = 0, b = middle;
    for (size_t i = 0; i < n; i++) {
        bool second = a == middle;
        if ((i & (FV_PIECE - 1)) == FV_PIECE - 1) FX_TRY(fv_worked(FV_PIECE));
        if (!second && b < n) FX_TRY(before(k, from[b], from[a], &second));
        to[i] = from[second ? b++ : a++];
    }
    return FURROW_OK;
}

static furrow_err sort_positions(const keys *k, size_t *at, size_t *room, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        FX_TRY(fx_spend(k->how->vm, 4 * n));
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t length = n - start < 2 * width ? n - start : 2 * width;
            FX_TRY(fv_worked(length));
            FX_TRY(merge(k, at + start, length < width ? length : width, length, room + start));
        }
        FX_TRY(fv_bytes_copy(at, room, n * sizeof *at));
    }
    return FURROW_OK;
}

static furrow_err keys_of(const order *how, const fv_array *items, fv_array **out)
{
    if (!how->by) {
        fv_hold((furrow_value *)&items->head);
        *out = (fv_array *)items;
        return FURROW_OK;
    }
    fx_gather gather;
    fx_gather_open(&gather, items->count);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < items->count && !err; i++) {
        fv_cell item, key;
        err = fv_element(items, i, &item);
        if (err) break;
        err = fx_invoke(how->vm, how->by, &item, 1, &key);
        fv_cell_drop(&item);
        if (err) break;
        err = fx_gather_add(&gather, &key);
        fv_cell_drop(&key);
    }
    fv_cell made;
    if (err) {
        fx_gather_drop(&gather);
        return err;
    }
    FX_TRY(fx_gather_close(&gather, 0, NULL, &made));
    *out = fx_array(&made);
    return FURROW_OK;
}

/* The positions (from 0) in sorted order, as an Int64 vector. */
static furrow_err sorted_positions(const order *how, const fv_array *items, fv_array **out)
{
    fv_array *key_items, *at, *room = NULL;
    FX_TRY(fx_vector_new(FURROW_INT64, items->count, &at));
    furrow_err err = fx_vector_new(FURROW_INT64, items->count, &room);
    if (!err) err = keys_of(how, items, &key_items);
    if (!err) {
        const keys k = {how, key_items};
        fv_pieces p = {.count = at->count};
        FV_EACH (i, &p) ((size_t *)at->data)[i] = i;
        err = p.err;
        if (key_items->count != at->count) err = fb_fail(FURROW_ERR_EVAL, "sort's function changed what is sorted");
        if (!err) err = sort_positions(&k, at->data, room->data, at->count);
        fv_drop(&key_items->head);
    }
    if (room) fv_drop(&room->head);
    if (err) {
        fv_drop(&at->head);
        return err;
    }
    *out = at;
    return FURROW_OK;
}

static int compare_ints(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}
static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return double_before(y, x) - double_before(x, y);
}

static furrow_err reverse_elements(fv_array *a)
{
    char keep[16];
    size_t width = fx_element_nbytes(a);
    fv_pieces p = {.count = a->count / 2};
    FV_EACH (i, &p) {
        char *x = (char *)a->data + i * width, *y = (char *)a->data + (a->count - 1 - i) * width;
        memcpy(keep, x, width);
        memcpy(x, y, width);
        memcpy(y, keep, width);
    }
    return p.err;
}

#define PIECE FV_PIECE /* elements that are sorted between looks at the limits */

typedef int (*comparison)(const void *a, const void *b);

/* Two sorted neighbours of from, in one of to. */
static furrow_err merge_pieces(const uint64_t *from, size_t middle, size_t n, uint64_t *to, comparison compare)
{
    size_t i = 0, k = middle;
    fv_pieces p = {.count = n};
    FV_EACH (out, &p) {
        bool first = k == n || (i < middle && compare(&from[i], &from[k]) <= 0);
        to[out] = first ? from[i++] : from[k++];
    }
    return p.err;
}

/* Merges sorted pieces of width elements, then of twice as many, until data is one; room is as large. */
static furrow_err merge_all(fx_vm *vm, uint64_t *data, uint64_t *room, size_t n, comparison compare)
{
    uint64_t *from = data, *to = room;
    for (size_t width = PIECE; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            size_t length = n - at < 2 * width ? n - at : 2 * width;
            FX_TRY(fx_spend(vm, 4 * length));
            FX_TRY(merge_pieces(from + at, length < width ? length : width, length, to + at, compare));
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    return from == data ? FURROW_OK : fv_bytes_copy(data, from, n * sizeof *data);
}

static furrow_err sort_words(fx_vm *vm, uint64_t *data, size_t n, comparison compare)
{
    fv_array *room;
    for (size_t at = 0; at < n; at += PIECE) {
        size_t length = n - at < PIECE ? n - at : PIECE;
        FX_TRY(fx_spend(vm, 16 * length));
        qsort(data + at, length, sizeof *data, compare);
    }
    if (n <= PIECE) return FURROW_OK;
    FX_TRY(fx_vector_new(FURROW_UINT64, n, &room));
    furrow_err err = merge_all(vm, data, room->data, n, compare);
    fv_drop(&room->head);
    return err;
}

/* Numbers in their natural order need no stability: equal ones cannot be told apart. */
static furrow_err sort_plain(const order *how, const fv_array *items, fv_array **out)
{
    fv_array *made;
    FX_TRY(fv_array_copy(items, &made));
    furrow_err err = sort_words(how->vm, made->data, made->count,
                                items->head.eltype == FURROW_INT64 ? compare_ints : compare_doubles);
    if (!err && how->reverse) err = reverse_elements(made);
    FX_TRY_KEEP(err, made);
    *out = made;
    return FURROW_OK;
}

/* Element k of to becomes the one that at[k] says, counted from first. */
static furrow_err pick_elements(fv_array *to, const fv_array *from, const int64_t *at, int64_t first)
{
    fv_pieces p = {.count = to->count};
    FV_EACH (i, &p) fx_element_copy(to, i, from, (size_t)(at[i] - first));
    return p.err;
}

/* how's functions may change the items they are called for: they sort a copy. */
static furrow_err sort_vector(const order *how, const fv_array *from, fv_array **out)
{
    bool plain = !how->by && !how->lt && (from->head.eltype == FURROW_INT64 || from->head.eltype == FURROW_FLOAT64);
    if (plain) return sort_plain(how, from, out);
    fv_array *items, *at, *made;
    FX_TRY(fv_array_copy(from, &items));
    furrow_err err = sorted_positions(how, items, &at);
    if (err) goto drop_items;
    err = fx_array_like(items, (furrow_type)items->head.eltype, &made);
    if (!err) {
        err = pick_elements(made, items, at->data, 0);
        if (err)
            fv_drop(&made->head);
        else
            *out = made;
    }
    fv_drop(&at->head);
drop_items:
    fv_drop(&items->head);
    return err;
}

/* --- the builtins --- */

static furrow_err read_order(const fx_call *call, order *how)
{
    const fv_cell *reverse = fx_keyword(call, "rev");
    *how = (order){.vm = call->vm, .by = fx_keyword(call, "by"), .lt = fx_keyword(call, "lt")};
    return reverse ? fx_truth(reverse, &how->reverse) : FURROW_OK;
}

/* sort(a, dim): each line along the dimension. */
static furrow_err sort_lines(const order *how, const fv_array *a, int dim, fv_cell *out)
{
    fv_array *made, *line, *sorted;
    size_t below = 1, extent = a->dims[dim];
    for (int k = 0; k < dim; k++) below *= a->dims[k];
    FX_TRY(fv_array_copy(a, &made));
    furrow_err err = fx_vector_new((furrow_type)a->head.eltype, extent, &line);
    if (err) goto drop_made;
    for (size_t i = 0; i < a->count && !err; i++) {
        if (i / below % extent) continue;
        fv_pieces in = {.count = extent}, back = {.count = extent};
        FV_EACH (k, &in) fx_element_copy(line, k, a, i + k * below);
        err = in.err ? in.err : fv_worked(extent);
        if (!err) err = sort_vector(how, line, &sorted);
        if (err) break;
        FV_EACH (k, &back) fx_element_copy(made, i + k * below, sorted, k);
        err = back.err;
        fv_drop(&sorted->head);
    }
    fv_drop(&line->head);
    if (!err) {
        *out = fx_box(made);
        return FURROW_OK;
    }
drop_made:
    fv_drop(&made->head);
    return err;
}

static furrow_err do_sort(const fx_call *call, fv_cell *out)
{
    order how;
    fv_array *items, *made;
    const fv_cell *dims = call->nargs > 1 ? &call->args[1] : fx_keyword(call, "dims");
    FX_TRY(read_order(call, &how));
    if (!fx_is_list(call->args)) return fx_no_method("sort", call->args, call->nargs);
    if (fx_ndims(call->args) > 1) {
        int64_t dim = 0;
        if (!dims) return fb_fail(FURROW_ERR_ARG, "sort of a matrix wants the dimension to sort along: sort(a, 1)");
        FX_TRY(fx_arg_int("sort", dims, &dim));
        if (dim < 1 || dim > fx_ndims(call->args))
            return fb_fail(FURROW_ERR_ARG, "the array has no dimension %lld", (long long)dim);
        return sort_lines(&how, fx_array(call->args), (int)dim - 1, out);
    }
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    furrow_err err = sort_vector(&how, items, &made);
    fv_drop(&items->head);
    if (!err) *out = fx_box(made);
    return err;
}

/* sort!, reverse!: the result of the function without !, put into the argument. */
static furrow_err in_place(const fx_call *call, fx_function f, fv_cell *out)
{
    fv_cell made;
    if (call->args[0].tag != FURROW_ARRAY) return fx_no_method("sort!", call->args, call->nargs);
    FX_TRY(fx_writable(call->args));
    FX_TRY(f(call, &made));
    size_t count =
        fx_array(&made)->count < fx_array(call->args)->count ? fx_array(&made)->count : fx_array(call->args)->count;
    fv_pieces p = {.count = count};
    FV_EACH (i, &p) fx_element_copy(fx_array(call->args), i, fx_array(&made), i);
    fv_cell_drop(&made);
    if (p.err) return p.err;
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}
static furrow_err do_sort_in(const fx_call *call, fv_cell *out)
{
    return in_place(call, do_sort, out);
}

static furrow_err do_sortperm(const fx_call *call, fv_cell *out)
{
    order how;
    fv_array *items, *at;
    FX_TRY(read_order(call, &how));
    if (!fx_is_list(call->args) || fx_ndims(call->args) != 1) return fx_no_method("sortperm", call->args, call->nargs);
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    furrow_err err = sorted_positions(&how, items, &at);
    fv_drop(&items->head);
    if (err) return err;
    fv_pieces p = {.count = at->count};
    FV_EACH (i, &p) ((int64_t *)at->data)[i]++;
    FX_TRY_KEEP(p.err, at);
    *out = fx_box(at);
    return FURROW_OK;
}

static furrow_err do_issorted(const fx_call *call, fv_cell *out)
{
    order how;
    fv_array *items;
    bool sorted = true;
    FX_TRY(read_order(call, &how));
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    const keys k = {&how, items};
    furrow_err err = FURROW_OK;
    for (size_t i = 1; i < items->count && sorted && !err; i++) {
        bool wrong = false;
        err = i & (FV_PIECE - 1) ? FURROW_OK : fv_worked(FV_PIECE);
        if (!err) err = before(&k, i, i - 1, &wrong);
        sorted = !wrong;
    }
    fv_drop(&items->head);
    *out = fx_bool(sorted);
    return err;
}

static furrow_err do_reverse(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (a->tag == FURROW_STRING) return fx_string_reverse(a, out);
    if (a->tag == FURROW_RANGE && a->p->eltype == FURROW_INT64) {
        furrow_value *range;
        const fv_range *r = fx_range(a);
        if (r->step.i != INT64_MIN && r->count > 0) {
            FX_TRY(fv_range_int(r->last.i, -r->step.i, r->first.i, true, &range));
            *out = fx_box(range);
            return FURROW_OK;
        }
    }
    fv_array *items, *made;
    furrow_value *tuple;
    FX_TRY(fx_to_array(call->vm, a, &items));
    furrow_err err = fx_array_like(items, (furrow_type)items->head.eltype, &made);
    if (!err) {
        fv_pieces p = {.count = items->count};
        FV_EACH (i, &p) fx_element_copy(made, i, items, items->count - 1 - i);
        err = p.err;
        if (err)
            fv_drop(&made->head);
        else
            *out = fx_box(made);
    }
    fv_drop(&items->head);
    if (err || a->tag != FURROW_TUPLE) return err;
    fv_array *cells;
    err = fx_array_convert(call->vm, made, FURROW_ANY, &cells);
    fv_drop(&made->head);
    if (err) return err;
    err = fv_tuple_new(cells->count, cells->data, &tuple);
    fv_drop(&cells->head);
    if (!err) *out = fx_box(tuple);
    return err;
}
static furrow_err do_reverse_in(const fx_call *call, fv_cell *out)
{
    return in_place(call, do_reverse, out);
}

static furrow_err do_shuffle(const fx_call *call, fv_cell *out)
{
    fv_array *items, *made;
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    fv_cell count = fx_int((int64_t)items->count), order_cell;
    furrow_err err =
        fx_builtin_find("randperm", 8)->function(&(fx_call){.vm = call->vm, .args = &count, .nargs = 1}, &order_cell);
    if (!err) {
        err = fx_array_like(items, (furrow_type)items->head.eltype, &made);
        if (!err) {
            err = pick_elements(made, items, fx_array(&order_cell)->data, 1);
            if (err)
                fv_drop(&made->head);
            else
                *out = fx_box(made);
        }
        fv_cell_drop(&order_cell);
    }
    fv_drop(&items->head);
    return err;
}

const fx_builtin fx_builtins_sort[] = {{"sort", do_sort, 1, 2, false},         {"sort!", do_sort_in, 1, 1, false},
                                       {"sortperm", do_sortperm, 1, 1, false}, {"issorted", do_issorted, 1, 1, false},
                                       {"reverse", do_reverse, 1, 1, false},   {"reverse!", do_reverse_in, 1, 1, false},
                                       {"shuffle", do_shuffle, 1, 1, false},   {NULL}};
