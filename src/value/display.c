/*
 * display.c - the public calls that give the text of a value: what a prompt shows, and what print writes.
 */
#include "value/show.h"
#include "value/dict.h"
#include "base/error.h"
#include "base/utf8.h"

#include <locale.h>
#include <stdlib.h>

#define ELLIPSIS "\u2026"

static furrow_err put_header(fv_show *s, const furrow_value *value)
{
    fv_cell cell = {.tag = value->type, .p = (furrow_value *)value};
    char type[96];
    fv_type_text(fv_type_of(&cell), type, sizeof type);
    size_t count = furrow_value_count(value);
    if (value->type == FURROW_DICT) {
        return fb_buffer_printf(&s->out, "%s with %zu %s", type, count, count == 1 ? "entry" : "entries");
    }
    const fv_array *array = (const fv_array *)value;
    if (value->ndims == 1) return fb_buffer_printf(&s->out, "%zu-element %s", count, type);
    furrow_err err = FURROW_OK;
    for (int d = 0; d < value->ndims && !err; d++) {
        err = fb_buffer_printf(&s->out, "%s%zu", d > 0 ? "x" : "", array->dims[d]);
    }
    return err ? err : fb_buffer_printf(&s->out, " %s", type);
}

/* --- dictionaries, one pair a line --- */

/* Writes the text at before.. of the output anew, padded to pad columns; under the limit only what fits of its first
 * line. */
static furrow_err cut_line(fv_show *s, size_t before, size_t columns, size_t pad)
{
    const char *text = (const char *)s->out.bytes + before;
    size_t nbytes = s->out.nbytes - before, width = 0, at = 0, fits = 0;
    bool cut = false;
    while (at < nbytes && !cut) {
        uint32_t code;
        size_t n = fb_utf8_decode(text + at, nbytes - at, &code);
        width += (size_t)fb_utf8_width(code);
        cut = s->limit && (code == '\n' || code == '\r' || width > columns);
        if (!cut) at += n;
        if (width < columns && !cut) fits = at;
    }
    furrow_err err = FURROW_OK;
    if (cut) {
        s->out.nbytes = before + fits;
        err = fv_show_text(s, ELLIPSIS);
        width = fb_utf8_columns((const char *)s->out.bytes + before, s->out.nbytes - before);
    }
    for (; width < pad && !err; width++) err = fv_show_text(s, " ");
    return err;
}

/* The width of the widest key and the widest item among the first npairs. */
static furrow_err measure_pairs(fv_show *s, const fv_dict *dict, size_t npairs, size_t widest[2])
{
    fv_cell pair[2];
    uint64_t state = 0;
    size_t before = s->out.nbytes;
    widest[0] = widest[1] = 0;
    for (size_t i = 0; i < npairs && fv_dict_next(dict, &state, &pair[0], &pair[1]); i++) {
        for (int k = 0; k < 2; k++) {
            furrow_err err = fv_show_cell(s, &pair[k]);
            size_t columns = fb_utf8_columns((const char *)s->out.bytes + before, s->out.nbytes - before);
            s->out.nbytes = before;
            if (err) return err;
            if (columns > widest[k]) widest[k] = columns;
        }
    }
    return FURROW_OK;
}

static furrow_err put_pair(fv_show *s, const fv_cell *key, const fv_cell *item, size_t key_columns, size_t columns)
{
    furrow_err err = fv_show_text(s, "\n  ");
    size_t before = s->out.nbytes;
    if (!err) err = fv_show_cell(s, key);
    if (!err) err = cut_line(s, before, key_columns, key_columns);
    if (!err) err = fv_show_text(s, " => ");
    before = s->out.nbytes;
    if (!err) err = fv_show_cell(s, item);
    return err ? err : cut_line(s, before, columns - key_columns, 0);
}

static furrow_err put_pairs(fv_show *s, const fv_dict *dict)
{
    size_t columns = s->width == 0 ? SIZE_MAX / 2 : s->width < 12 ? 6 : (size_t)s->width - 6;
    size_t rows = s->height == 0 ? SIZE_MAX : s->height > 7 ? (size_t)s->height - 5 : 2;
    size_t widest[2];
    furrow_err err = measure_pairs(s, dict, rows, widest);
    if (err) return err;
    size_t key_columns = widest[0] < columns ? widest[0] : columns;
    size_t rest = widest[1] < columns ? columns - widest[1] : 0;
    if (key_columns > columns / 2 && key_columns > rest) {
        key_columns = rest > (columns + 2) / 3 ? rest : (columns + 2) / 3;
    }
    fv_cell key, item;
    uint64_t state = 0;
    for (size_t i = 0; !err && fv_dict_next(dict, &state, &key, &item); i++) {
        if (i == rows) {
            return fb_buffer_printf(&s->out, "\n  \u22ee%*s => \u22ee", (int)(key_columns > 1 ? key_columns - 1 : 0),
                                    "");
        }
        err = put_pair(s, &key, &item, key_columns, columns);
    }
    return err;
}

static furrow_err display_dict(fv_show *s, const furrow_value *value)
{
    const fv_dict *dict = fv_dict_of_value(value);
    bool entered;
    furrow_err err = put_header(s, value);
    if (err || fv_dict_count(dict) == 0) return err;
    err = fv_show_text(s, ":");
    if (!err) err = fv_show_enter(s, value, &entered);
    if (err || !entered) return err;
    fv_show_mode mode = fv_show_compact(s, true);
    err = put_pairs(s, dict);
    fv_show_restore(s, mode);
    fv_show_leave(s);
    return err;
}

static furrow_err display_array(fv_show *s, const furrow_value *value)
{
    const fv_array *array = (const fv_array *)value;
    furrow_err err = put_header(s, value);
    if (!err && array->count > 0) err = fv_show_text(s, ":\n");
    return err ? err : fv_show_columns(s, array);
}

static furrow_err display_cell(fv_show *s, const fv_cell *cell)
{
    if (cell->tag == FURROW_NOTHING) return FURROW_OK;
    if (cell->tag == FURROW_DICT && !fv_is_set(cell)) return display_dict(s, cell->p);
    if (cell->tag == FURROW_ARRAY) return display_array(s, cell->p);
    return fv_show_cell(s, cell);
}

/* --- public calls --- */

/* Runs a writer over value in the C locale, whatever the host program has set, and hands its text out. */
static furrow_err with_text(furrow_err (*put)(fv_show *, const fv_cell *), fv_show *s, const furrow_value *value,
                            char **text)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain) return fb_fail(FURROW_ERR_NOMEM, "no memory for the text of a value");
    locale_t before = uselocale(plain);
    fb_buffer_init(&s->out, FV_SHOW_NBYTES_MOST);
    fv_cell cell;
    fv_cell_from_value(value, &cell);
    furrow_err err = put(s, &cell);
    fv_cell_drop(&cell);
    if (!err) err = fb_buffer_put_u8(&s->out, '\0');
    uselocale(before);
    freelocale(plain);
    if (err) {
        fb_buffer_free(&s->out);
        return err;
    }
    *text = (char *)s->out.bytes;
    return FURROW_OK;
}

furrow_err furrow_value_display(const furrow_value *value, int width, int height, char **text)
{
    if (!value || !text) return fb_fail(FURROW_ERR_ARG, "a value and a place for its text are wanted, got NULL");
    if (width < 0 || height < 0) {
        return fb_fail(FURROW_ERR_ARG, "width and height are 0 or more, not %d and %d", width, height);
    }
    fv_show s = {.width = width, .height = height, .limit = width > 0 || height > 0};
    return with_text(display_cell, &s, value, text);
}

furrow_err furrow_value_print(const furrow_value *value, char **text)
{
    if (!value || !text) return fb_fail(FURROW_ERR_ARG, "a value and a place for its text are wanted, got NULL");
    fv_show s = {0};
    return with_text(fv_show_plain, &s, value, text);
}
