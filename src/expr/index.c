/*
 * index.c - container[indices...]: arrays of any number of dimensions, ranges, tuples, strings, dictionaries.
 */
#include "expr/select.h"
#include "expr/strings.h"

#include <stdlib.h>

/* --- arrays --- */

typedef struct reading {
    const fv_array *from;
    fv_array *to;
} reading;

#define READ_RUN(ctype)                                                                \
    do {                                                                               \
        const ctype *from = (const ctype *)r->from->data + base;                       \
        ctype *to = (ctype *)r->to->data + done;                                       \
        if (inner->list) {                                                             \
            FV_EACH (i, &p) to[i] = from[inner->list[i] - 1];                          \
        } else if (inner->step == 1) {                                                 \
            p.err = fv_bytes_copy(to, from + inner->first, inner->count * sizeof *to); \
        } else {                                                                       \
            FV_EACH (i, &p) to[i] = from[fx_selector_at(inner, i)];                    \
        }                                                                              \
    } while (0)

static furrow_err read_run(void *context, const fx_selector *inner, size_t base, size_t done)
{
    const reading *r = context;
    fv_pieces p = {.count = inner->count};
    if (!fv_tag_flat(r->from->head.eltype)) {
        FV_EACH (i, &p) fx_element_copy(r->to, done + i, r->from, base + fx_selector_at(inner, i));
        return p.err;
    }
    switch (fx_element_nbytes(r->from)) {
    case 1:
        READ_RUN(uint8_t);
        break;
    case 2:
        READ_RUN(uint16_t);
        break;
    case 4:
        READ_RUN(uint32_t);
        break;
    case 8:
        READ_RUN(uint64_t);
        break;
    default:
        READ_RUN(_Complex double);
    }
    return p.err;
}

static furrow_err read_selection(fx_vm *vm, const fv_array *a, const fx_selection *selection, fv_cell *out)
{
    if (selection->ndims == 0) {
        size_t place = 0;
        for (size_t k = 0; k < selection->n; k++)
            place += fx_selector_at(&selection->along[k], 0) * selection->stride[k];
        return fv_element(a, place, out);
    }
    fv_array *made;
    FX_TRY(fx_spend(vm, selection->count));
    FX_TRY(fv_array_new((furrow_type)a->head.eltype, selection->ndims, selection->dims, &made));
    reading r = {a, made};
    FX_TRY_KEEP(fx_selection_visit(selection, read_run, &r), made);
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err index_array(fx_vm *vm, const fv_array *a, const fv_cell *indices, size_t n, fv_cell *out)
{
    if (n == 1 && fx_is_place(indices) && indices->u - 1 < a->count) return fv_element(a, indices->u - 1, out);
    fx_selection selection;
    FX_TRY(fx_selection_open(vm, a, indices, n, &selection));
    furrow_err err = read_selection(vm, a, &selection, out);
    fx_selection_close(&selection);
    return err;
}

/* --- ranges and tuples --- */

static furrow_err index_range(fx_vm *vm, const fv_cell *container, const fv_cell *index, fv_cell *out)
{
    const fv_range *r = fx_range(container);
    fx_selector s;
    FX_TRY(fx_selector_open(vm, container, index, r->count, -1, &s));
    fx_selector_close(&s);
    if (s.ndims == 0) {
        fv_range_at(r, (size_t)s.first, out);
        return FURROW_OK;
    }
    if (!s.list && r->head.eltype == FURROW_INT64) {
        furrow_value *made;
        int64_t step = s.step * r->step.i, first = r->first.i + s.first * r->step.i;
        bool has_step = r->has_step || (index->tag == FURROW_RANGE && fx_range(index)->has_step);
        FX_TRY(fv_range_int(first, step, first + ((int64_t)s.count - 1) * step, has_step, &made));
        *out = fx_box(made);
        return FURROW_OK;
    }
    fv_array *array;
    FX_TRY(fx_to_array(vm, container, &array));
    furrow_err err = index_array(vm, array, index, 1, out);
    fv_drop(&array->head);
    return err;
}

static furrow_err index_tuple(fx_vm *vm, const fv_cell *container, const fv_cell *index, fv_cell *out)
{
    const fv_tuple *t = fx_tuple(container);
    fx_selector s;
    FX_TRY(fx_selector_open(vm, container, index, t->count, -1, &s));
    if (s.ndims == 0) {
        *out = t->items[s.first];
        fv_cell_hold(out);
        return FURROW_OK;
    }
    fv_array *items;
    furrow_value *made = NULL;
    furrow_err err = fx_vector_new(FURROW_ANY, s.count, &items);
    if (!err) {
        for (size_t i = 0; i < s.count && !err; i++) err = fv_element_set(items, i, &t->items[fx_selector_at(&s, i)]);
        if (!err) err = fv_tuple_new(s.count, items->data, &made);
        fv_drop(&items->head);
    }
    fx_selector_close(&s);
    if (!err) *out = fx_box(made);
    return err;
}

/* --- strings: indices are places of bytes at which a character starts --- */

static bool starts_character(const fv_text *t, size_t at)
{
    return at < t->nbytes && ((unsigned char)t->bytes[at] & 0xC0) != 0x80;
}

static furrow_err no_character(const fv_cell *container, int64_t index)
{
    if (index >= 1 && (uint64_t)index <= fx_text(container)->nbytes) {
        return fb_fail(FURROW_ERR_BOUNDS, "byte %lld of the string is inside a character, an index is where one starts",
                       (long long)index);
    }
    return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: index %lld is out of range for a string of %zu bytes",
                   (long long)index, fx_text(container)->nbytes);
}

static size_t character_end(const fv_text *t, size_t at)
{
    uint32_t code;
    return at + fb_utf8_decode(t->bytes + at, t->nbytes - at, &code);
}

static furrow_err characters(const fv_cell *container, const fv_array *places, fv_cell *out)
{
    const fv_text *t = fx_text(container);
    fb_buffer made;
    fb_buffer_init(&made, 0);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < places->count && !err; i++) {
        fv_cell place = fx_nothing();
        err = fv_element(places, i, &place);
        if (err) break;
        size_t at = (size_t)place.i - 1;
        if (!fx_is_place(&place)) {
            err = fx_no_method("getindex", container, 1);
        } else if (!starts_character(t, at)) {
            err = no_character(container, place.i);
        } else {
            err = fx_text_put(&made, t->bytes + at, character_end(t, at) - at);
        }
        fv_cell_drop(&place);
    }
    if (!err) err = fx_string((const char *)made.bytes, made.nbytes, out);
    fb_buffer_free(&made);
    return err;
}

/* s[end:-1:1]: the characters at these places. */
static furrow_err stepped(const fv_cell *container, const fv_range *r, fv_cell *out)
{
    fv_array *places;
    if (r->head.eltype != FURROW_INT64)
        return fb_fail(FURROW_ERR_TYPE, "a part of a string is taken with whole numbers");
    FX_TRY(fx_vector_new(FURROW_INT64, r->count, &places));
    int64_t *at = places->data;
    fv_pieces p = {.count = r->count};
    FV_EACH (i, &p) at[i] = (int64_t)((uint64_t)r->first.i + i * (uint64_t)r->step.i);
    furrow_err err = p.err ? p.err : characters(container, places, out);
    fv_drop(&places->head);
    return err;
}

static furrow_err substring(const fv_cell *container, const fv_range *r, fv_cell *out)
{
    const fv_text *t = fx_text(container);
    if (r->head.eltype != FURROW_INT64 || r->step.i != 1) return stepped(container, r, out);
    if (r->count == 0) return fx_string("", 0, out);
    if (r->first.i < 1 || !starts_character(t, (size_t)r->first.i - 1)) return no_character(container, r->first.i);
    if (!starts_character(t, (size_t)r->last.i - 1)) return no_character(container, r->last.i);
    size_t from = (size_t)r->first.i - 1, to = character_end(t, (size_t)r->last.i - 1);
    return fx_string(t->bytes + from, to - from, out);
}

static furrow_err index_string(const fv_cell *container, const fv_cell *index, fv_cell *out)
{
    const fv_text *t = fx_text(container);
    if (fx_is_place(index)) {
        uint32_t code;
        if (index->i < 1 || !starts_character(t, (size_t)index->i - 1)) return no_character(container, index->i);
        fb_utf8_decode(t->bytes + index->i - 1, t->nbytes - (size_t)index->i + 1, &code);
        *out = fx_char(code);
        return FURROW_OK;
    }
    if (fx_is_colon(index)) {
        *out = *container;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    if (index->tag == FURROW_RANGE) return substring(container, fx_range(index), out);
    if (index->tag == FURROW_ARRAY) return characters(container, fx_array(index), out);
    const fv_cell both[2] = {*container, *index};
    return fx_no_method("getindex", both, 2);
}

/* --- dictionaries --- */

static furrow_err no_key(const fv_cell *key)
{
    furrow_value *value;
    char *text = NULL;
    if (fv_cell_to_value(key, &value) == FURROW_OK) {
        if (furrow_value_display(value, 80, 1, &text) != FURROW_OK) text = NULL;
        fv_drop(value);
    }
    fb_fail(FURROW_ERR_NAME, "KeyError: the dictionary has no key %.100s", text ? text : "like that");
    fb_fail_advice("haskey(d, k) asks, get(d, k, default) gives a default.");
    free(text);
    return FURROW_ERR_NAME;
}

/* m[2] of what match gave is its second group. */
static furrow_err group_of(fx_vm *vm, const fv_cell *match, const fv_cell *number, fv_cell *out)
{
    fv_cell captures, name = {.tag = FURROW_SYMBOL};
    FX_TRY(fv_text_new(FURROW_SYMBOL, "captures", 8, &name.p));
    bool is = fv_dict_get(fv_dict_of_value(match->p), &name, &captures);
    fv_cell_drop(&name);
    if (!is) return no_key(number);
    furrow_err err = fx_index(vm, &captures, number, 1, out);
    fv_cell_drop(&captures);
    return err;
}

static furrow_err index_dict(fx_vm *vm, const fv_cell *container, const fv_cell *key, fv_cell *out)
{
    const fv_dict *dict = fv_dict_of_value(container->p);
    if (fv_is_set(container))
        return fb_fail(FURROW_ERR_TYPE, "a Set has no indices: x in set asks, for goes through it");
    if (fv_dict_get(dict, key, out)) return FURROW_OK;
    if (fx_is_place(key) && fv_dict_key_type(dict) == FURROW_SYMBOL) return group_of(vm, container, key, out);
    return no_key(key);
}

/* d[a, b] is d[(a, b)]. */
static furrow_err index_dict_tuple(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n, fv_cell *out)
{
    furrow_value *tuple;
    FX_TRY(fv_tuple_new(n, indices, &tuple));
    const fv_cell key = fx_box(tuple);
    furrow_err err = index_dict(vm, container, &key, out);
    fv_drop(tuple);
    return err;
}

static bool all_ones(const fv_cell *indices, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!fx_is_place(&indices[i]) || indices[i].i != 1) return false;
    return true;
}

furrow_err fx_index(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n, fv_cell *out)
{
    if (container->tag == FURROW_ARRAY) return index_array(vm, fx_array(container), indices, n, out);
    if (container->tag == FURROW_DICT) {
        return n == 1 ? index_dict(vm, container, indices, out) : index_dict_tuple(vm, container, indices, n, out);
    }
    if (n >= 1 && all_ones(indices + 1, n - 1)) {
        if (container->tag == FURROW_RANGE) return index_range(vm, container, indices, out);
        if (container->tag == FURROW_TUPLE) return index_tuple(vm, container, indices, out);
        if (container->tag == FURROW_STRING) return index_string(container, indices, out);
        if (fx_is_number(container) && all_ones(indices, 1)) {
            *out = *container;
            fv_cell_hold(out);
            return FURROW_OK;
        }
    }
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_TYPE, "a %s cannot be indexed like that", fx_type_text(container, text));
}

furrow_err fx_index_end(const fv_cell *container, size_t position, size_t n, int64_t *end)
{
    if (fx_is_list(container) || container->tag == FURROW_TUPLE) {
        size_t extent, count = 0;
        if (!fx_item_count(container, &count)) count = 0;
        extent = container->tag == FURROW_TUPLE ? (position == 0 ? count : 1) : fx_dim(container, (int)position);
        if (position + 1 == n)
            for (int k = (int)n; k < fx_ndims(container); k++) extent *= fx_dim(container, k);
        *end = (int64_t)extent;
        return FURROW_OK;
    }
    if (container->tag == FURROW_STRING) {
        size_t at = fx_text(container)->nbytes;
        while (at > 0 && !starts_character(fx_text(container), at - 1)) at--;
        *end = (int64_t)at;
        return FURROW_OK;
    }
    if (fx_is_number(container)) {
        *end = 1;
        return FURROW_OK;
    }
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_TYPE, "a %s has no last index", fx_type_text(container, text));
}
