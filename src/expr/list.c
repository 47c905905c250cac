/*
 * list.c - vectors that grow and shrink: push!, pop!, append!, insert!, deleteat! and their kin.
 */
#include "expr/builtins.h"

/* The vector that a function changes. */
static furrow_err vector_of(const char *function, const fx_call *call, fv_array **out)
{
    const fv_cell *a = call->args;
    if (a->tag != FURROW_ARRAY || fx_array(a)->head.ndims != 1) return fx_no_method(function, a, call->nargs);
    FX_TRY(fx_writable(a));
    *out = fx_array(a);
    return fv_array_resizable(*out);
}

static furrow_err itself(const fx_call *call, fv_cell *out)
{
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}

/* Moves n elements inside a vector; the cells in between are for the caller to see to. */
static void shift(fv_array *a, size_t to, size_t from, size_t n)
{
    size_t width = fx_element_nbytes(a);
    memmove((char *)a->data + to * width, (const char *)a->data + from * width, n * width);
}

/* Room for n elements at place at; boxed ones hold nothing. */
static furrow_err open_gap(fv_array *a, size_t at, size_t n)
{
    size_t before = a->count, count;
    if (__builtin_add_overflow(before, n, &count)) return fb_fail(FURROW_ERR_OVERFLOW, "the vector would be too long");
    FX_TRY(fv_array_resize(a, count));
    shift(a, at + n, at, before - at);
    memset((char *)a->data + at * fx_element_nbytes(a), 0, n * fx_element_nbytes(a));
    return FURROW_OK;
}

static void close_gap(fv_array *a, size_t at, size_t n)
{
    size_t rest = a->count - at - n;
    if (!fv_tag_flat(a->head.eltype)) {
        for (size_t i = 0; i < n; i++) fv_cell_drop((fv_cell *)a->data + at + i);
    }
    shift(a, at, at + n, rest);
    memset((char *)a->data + (at + rest) * fx_element_nbytes(a), 0, n * fx_element_nbytes(a)); /* cells: nothing */
    furrow_err err = fv_array_resize(a, a->count - n); /* shrinking cannot fail */
    (void)err;
}

static furrow_err insert_at(fv_array *a, size_t at, const fv_cell *items, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* all of them convert, or nothing happens */
        fv_cell converted;
        FX_TRY(fv_convert(&items[i], (furrow_type)a->head.eltype, &converted));
        fv_cell_drop(&converted);
    }
    FX_TRY(open_gap(a, at, n));
    for (size_t i = 0; i < n; i++) FX_TRY(fv_element_set(a, at + i, &items[i]));
    return FURROW_OK;
}

static furrow_err do_push(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    if (fv_is_set(call->args)) {
        for (size_t i = 1; i < call->nargs; i++)
            FX_TRY(fv_dict_set(fv_dict_of_value(call->args[0].p), &call->args[i], &(fv_cell){.tag = FURROW_NOTHING}));
        return itself(call, out);
    }
    if (call->args[0].tag == FURROW_DICT) {
        const fv_cell *pair = &call->args[1];
        if (pair->tag != FURROW_TUPLE || fx_tuple(pair)->count != 2)
            return fx_no_method("push!", call->args, call->nargs);
        FX_TRY(fv_dict_set(fv_dict_of_value(call->args[0].p), &fx_tuple(pair)->items[0], &fx_tuple(pair)->items[1]));
        return itself(call, out);
    }
    FX_TRY(vector_of("push!", call, &a));
    FX_TRY(insert_at(a, a->count, call->args + 1, call->nargs - 1));
    return itself(call, out);
}

static furrow_err do_unshift(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    FX_TRY(vector_of("unshift!", call, &a));
    FX_TRY(insert_at(a, 0, call->args + 1, call->nargs - 1));
    return itself(call, out);
}

/* All items of a collection, at place at. */
static furrow_err splice_in(fx_vm *vm, fv_array *a, size_t at, const fv_cell *from)
{
    fv_array *items, *typed;
    FX_TRY(fx_to_array(vm, from, &items));
    furrow_err err =
        items == a ? fv_array_copy(a, &typed) : fx_array_convert(vm, items, (furrow_type)a->head.eltype, &typed);
    fv_drop(&items->head);
    if (err) return err;
    err = open_gap(a, at, typed->count);
    fv_pieces p = {.count = typed->count, .err = err};
    FV_EACH (i, &p) fx_element_copy(a, at + i, typed, i);
    fv_drop(&typed->head);
    return p.err;
}

static furrow_err do_append(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    FX_TRY(vector_of("append!", call, &a));
    FX_TRY(splice_in(call->vm, a, a->count, &call->args[1]));
    return itself(call, out);
}
static furrow_err do_prepend(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    FX_TRY(vector_of("prepend!", call, &a));
    FX_TRY(splice_in(call->vm, a, 0, &call->args[1]));
    return itself(call, out);
}

static furrow_err take(const char *function, const fx_call *call, bool last, fv_cell *out)
{
    fv_array *a;
    FX_TRY(vector_of(function, call, &a));
    if (a->count == 0) return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: %s of an empty vector", function);
    size_t at = last ? a->count - 1 : 0;
    FX_TRY(fv_element(a, at, out));
    close_gap(a, at, 1);
    return FURROW_OK;
}

/* pop!(dict, key[, default]) */
static furrow_err pop_dict(const fx_call *call, fv_cell *out)
{
    if (call->nargs < 2) return fx_no_method("pop!", call->args, call->nargs);
    if (fv_dict_delete(fv_dict_of_value(call->args[0].p), &call->args[1], out)) return FURROW_OK;
    if (call->nargs == 2) return fx_index(call->vm, call->args, &call->args[1], 1, out); /* says KeyError */
    *out = call->args[2];
    fv_cell_hold(out);
    return FURROW_OK;
}
/* pop!(set[, member]) */
static furrow_err pop_member(const fx_call *call, fv_cell *out)
{
    fv_dict *set = fv_dict_of_value(call->args[0].p);
    uint64_t state = 0;
    fv_cell key = call->args[call->nargs - 1], item;
    if (call->nargs == 1 && !fv_dict_next(set, &state, &key, &item))
        return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: pop! of an empty set");
    fv_cell_hold(&key);
    if (fv_dict_delete(set, &key, NULL)) {
        *out = key;
        return FURROW_OK;
    }
    fv_cell_drop(&key);
    return fx_index(call->vm, call->args, &call->args[1], 1, out); /* says KeyError */
}
static furrow_err do_pop(const fx_call *call, fv_cell *out)
{
    if (fv_is_set(call->args)) return pop_member(call, out);
    if (call->args[0].tag == FURROW_DICT) return pop_dict(call, out);
    return take("pop!", call, true, out);
}
static furrow_err do_shift(const fx_call *call, fv_cell *out)
{
    return take("shift!", call, false, out);
}

static furrow_err place_in(const fv_cell *container, const fv_cell *index, size_t most, size_t *at)
{
    int64_t i;
    FX_TRY(fx_arg_int("an index", index, &i));
    if (i < 1 || (uint64_t)i > most) {
        char shape[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: index %lld is out of range for a %s array", (long long)i,
                       fx_shape_text(container, shape));
    }
    *at = (size_t)i - 1;
    return FURROW_OK;
}

static furrow_err do_insert(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    size_t at;
    FX_TRY(vector_of("insert!", call, &a));
    FX_TRY(place_in(call->args, &call->args[1], a->count + 1, &at));
    FX_TRY(insert_at(a, at, &call->args[2], 1));
    return itself(call, out);
}

static furrow_err place_at(const fv_cell *container, const fv_array *places, size_t i, size_t count, size_t *at)
{
    fv_cell index;
    FX_TRY(fv_element(places, i, &index));
    furrow_err err = place_in(container, &index, count, at);
    fv_cell_drop(&index);
    return err;
}

/* The elements between one place and the next move down together. A run that is ended has deleted those before. */
static furrow_err delete_places(const fv_cell *container, fv_array *a, const fv_array *places)
{
    const size_t width = fx_element_nbytes(a), count = a->count;
    char *data = a->data;
    size_t to = 0, from = 0, gone = 0, at = 0;
    furrow_err err = FURROW_OK;
    for (; gone < places->count; gone++) { /* good ones in order, as was seen before */
        err = place_at(container, places, gone, count, &at);
        if (err) break;
        if (gone == 0) to = from = at;
        memmove(data + to * width, data + from * width, (at - from) * width);
        to += at - from;
        if (!fv_tag_flat(a->head.eltype)) fv_cell_drop((fv_cell *)a->data + at);
        from = at + 1;
    }
    memmove(data + to * width, data + from * width, (count - from) * width);
    memset(data + (count - gone) * width, 0, gone * width); /* cells: nothing */
    furrow_err shorter = fv_array_resize(a, count - gone);  /* cannot fail */
    return err ? err : shorter;
}

/* deleteat!(a, i), deleteat!(a, indices in ascending order) */
static furrow_err do_deleteat(const fx_call *call, fv_cell *out)
{
    fv_array *a, *places;
    FX_TRY(vector_of("deleteat!", call, &a));
    FX_TRY(fx_to_array(call->vm, &call->args[1], &places));
    if (places == a) {
        fv_drop(&a->head); /* the argument holds it too */
        FX_TRY(fv_array_copy(a, &places));
    }
    furrow_err err = fx_spend(call->vm, a->count);
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < places->count && !err; i++) {
        size_t at = 0;
        err = place_at(call->args, places, i, a->count, &at);
        if (!err && i > 0 && at <= before) err = fb_fail(FURROW_ERR_ARG, "deleteat! wants indices in ascending order");
        before = at;
    }
    if (!err) err = delete_places(call->args, a, places);
    fv_drop(&places->head);
    return err ? err : itself(call, out);
}

/* splice!(a, i) takes one element out, splice!(a, range) several. */
static furrow_err do_splice(const fx_call *call, fv_cell *out)
{
    fv_cell taken, self;
    fv_array *a;
    FX_TRY(vector_of("splice!", call, &a));
    FX_TRY(fx_index(call->vm, call->args, &call->args[1], 1, &taken));
    furrow_err err = do_deleteat(call, &self);
    if (err) {
        fv_cell_drop(&taken);
        return err;
    }
    fv_cell_drop(&self);
    *out = taken;
    return FURROW_OK;
}

static furrow_err do_resize(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    size_t n;
    FX_TRY(vector_of("resize!", call, &a));
    FX_TRY(fx_arg_count("resize!", &call->args[1], &n));
    FX_TRY(fv_array_resize(a, n));
    return itself(call, out);
}

static furrow_err do_empty(const fx_call *call, fv_cell *out)
{
    if (call->args[0].tag == FURROW_DICT) {
        fv_dict_clear(fv_dict_of_value(call->args[0].p));
    } else {
        fv_array *a;
        FX_TRY(vector_of("empty!", call, &a));
        FX_TRY(fv_array_resize(a, 0));
    }
    return itself(call, out);
}

const fx_builtin fx_builtins_list[] = {
    {"push!", do_push, 2, -1, false},         {"unshift!", do_unshift, 2, -1, false},
    {"pushfirst!", do_unshift, 2, -1, false}, {"append!", do_append, 2, 2, false},
    {"prepend!", do_prepend, 2, 2, false},    {"pop!", do_pop, 1, 3, false},
    {"shift!", do_shift, 1, 1, false},        {"popfirst!", do_shift, 1, 1, false},
    {"insert!", do_insert, 3, 3, false},      {"deleteat!", do_deleteat, 2, 2, false},
    {"splice!", do_splice, 2, 2, false},      {"resize!", do_resize, 2, 2, false},
    {"empty!", do_empty, 1, 1, false},        {NULL}};
