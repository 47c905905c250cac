/*
 * matrix.c - the bodies of arrays: aligned columns with elision for the prompt, and the one-line form. Columns are
 * aligned at the decimal point (complex numbers at the sign); texts stand left, integers right.
 */
#include "value/show.h"
#include "base/error.h"
#include "base/utf8.h"

#include <stdlib.h>

#define SEPARATOR   "  "
#define DOTS_ACROSS "  \u2026  "
#define DOTS_DOWN   "\u22ee"
#define DOTS_ASLANT "  \u22f1  "
/* Dots stand in every fifth row and column. */
#define DOTS_EVERY 5
enum { SEPARATOR_COLUMNS = 2, DOTS_COLUMNS = 5 };

/* Columns of the screen left and right of the place where elements are aligned. */
typedef struct fit {
    size_t left;
    size_t right;
} fit;

/* A matrix, or one slice of more dimensions, as it is shown: all rows, or the first and last of them. */
typedef struct grid {
    fv_show *s;
    const fv_array *array;
    size_t base; /* index of its first element */
    size_t nrows;
    size_t ncols;
    size_t nupper; /* rows shown above the dots; nrows when all are */
    size_t nlower;
} grid;

static furrow_err show_element(fv_show *s, const fv_array *array, size_t index)
{
    fv_cell cell;
    furrow_err err = fv_element(array, index, &cell);
    if (err) return err;
    err = fv_show_cell(s, &cell);
    fv_cell_drop(&cell);
    return err;
}

/* --- alignment --- */

/* Where the text of a real number is aligned: before its point or exponent. */
static size_t real_left(const char *text, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '.' || text[i] == 'e' || text[i] == 'E') return i;
    }
    return nbytes;
}

/* Complex numbers: behind the last sign that does not belong to an exponent. */
static size_t complex_left(const char *text, size_t nbytes)
{
    for (size_t i = nbytes; i-- > 1;) {
        if ((text[i] == '+' || text[i] == '-') && text[i - 1] != 'e') return i + 1;
    }
    return nbytes;
}

static fit fit_of(uint32_t tag, const char *text, size_t nbytes)
{
    size_t columns = fb_utf8_columns(text, nbytes), left = 0;
    if (tag == FURROW_FLOAT32 || tag == FURROW_FLOAT64) {
        left = real_left(text, nbytes);
    } else if (tag == FURROW_COMPLEX64 || tag == FURROW_COMPLEX128 || tag == FURROW_COMPLEX_INT64) {
        left = complex_left(text, nbytes);
    } else if (fv_tag_flat(tag)) {
        left = columns;
    }
    return (fit){left, columns - left};
}

static uint32_t tag_at(const fv_array *array, size_t index)
{
    if (fv_tag_flat(array->head.eltype)) return array->head.eltype;
    return ((const fv_cell *)array->data)[index].tag;
}

/* Writes an element at the end of the output and measures it. */
static furrow_err write_element(const grid *g, size_t row, size_t col, fit *measured)
{
    size_t index = g->base + col * g->nrows + row, before = g->s->out.nbytes;
    furrow_err err = show_element(g->s, g->array, index);
    if (err) return err;
    *measured = fit_of(tag_at(g->array, index), (const char *)g->s->out.bytes + before, g->s->out.nbytes - before);
    return FURROW_OK;
}

static size_t shown_rows(const grid *g)
{
    return g->nupper + g->nlower;
}

static size_t shown_row(const grid *g, size_t i)
{
    return i < g->nupper ? i : g->nrows - (shown_rows(g) - i);
}

static furrow_err measure_column(const grid *g, size_t col, fit *out)
{
    *out = (fit){0, 0};
    size_t before = g->s->out.nbytes;
    for (size_t i = 0; i < shown_rows(g); i++) {
        fit one;
        furrow_err err = write_element(g, shown_row(g, i), col, &one);
        g->s->out.nbytes = before;
        if (err) return err;
        if (one.left > out->left) out->left = one.left;
        if (one.right > out->right) out->right = one.right;
    }
    return FURROW_OK;
}

/* The columns that fit into room, from the left or (their order reversed) from the right: at least one. */
typedef struct strip {
    fit *fits;
    size_t n;
    size_t columns; /* of the screen, without separators */
    size_t first;   /* its leftmost column of the matrix */
} strip;

static furrow_err measure(const grid *g, bool from_right, size_t room, strip *out)
{
    /* Each column takes a character and a separator at least. */
    size_t most = room / (1 + SEPARATOR_COLUMNS) + 2;
    if (most > g->ncols) most = g->ncols;
    *out = (strip){.fits = calloc(most, sizeof(fit))};
    if (!out->fits) return fb_fail(FURROW_ERR_NOMEM, "no memory to align %zu columns", most);
    while (out->n < most) {
        fit *one = &out->fits[out->n];
        furrow_err err = measure_column(g, from_right ? g->ncols - 1 - out->n : out->n, one);
        if (err) {
            free(out->fits);
            return err;
        }
        size_t columns = out->columns + one->left + one->right;
        if (out->n > 0 && columns + (out->n + 1) * SEPARATOR_COLUMNS >= room) break;
        out->columns = columns;
        out->n++;
    }
    if (!from_right) return FURROW_OK;
    out->first = g->ncols - out->n;
    for (size_t i = 0; i < out->n / 2; i++) {
        fit swap = out->fits[i];
        out->fits[i] = out->fits[out->n - 1 - i];
        out->fits[out->n - 1 - i] = swap;
    }
    return FURROW_OK;
}

/* --- rows --- */

static furrow_err put_blanks(fv_show *s, size_t n)
{
    void *at;
    furrow_err err = fb_buffer_grow(&s->out, n, &at);
    if (!err && n > 0) memset(at, ' ', n);
    return err;
}

static void trim_line(fv_show *s)
{
    while (s->out.nbytes > 0 && s->out.bytes[s->out.nbytes - 1] == ' ') s->out.nbytes--;
}

/* One element with the blanks round it. It is written first and moved right then: its width is not known before. */
static furrow_err put_aligned(const grid *g, size_t row, size_t col, fit place)
{
    size_t before = g->s->out.nbytes;
    fit one;
    furrow_err err = write_element(g, row, col, &one);
    if (err) return err;
    size_t nbytes = g->s->out.nbytes - before, pad = place.left - one.left;
    err = put_blanks(g->s, pad);
    if (err) return err;
    char *at = (char *)g->s->out.bytes + before;
    memmove(at + pad, at, nbytes);
    memset(at, ' ', pad);
    return put_blanks(g->s, place.right - one.right);
}

static furrow_err put_row(const grid *g, const strip *cols, size_t row)
{
    furrow_err err = FURROW_OK;
    for (size_t k = 0; k < cols->n && !err; k++) {
        if (k > 0) err = fv_show_text(g->s, SEPARATOR);
        if (!err) err = put_aligned(g, row, cols->first + k, cols->fits[k]);
    }
    return err;
}

static furrow_err put_dots(const grid *g, const strip *cols)
{
    furrow_err err = FURROW_OK;
    for (size_t k = 0; k < cols->n && !err; k++) {
        fit f = cols->fits[k];
        size_t width = f.left + f.right, before = f.left > 0 ? f.left - 1 : 0;
        if (k > 0) err = fv_show_text(g->s, SEPARATOR);
        if (err) return err;
        if ((cols->first + k) % DOTS_EVERY != 0) {
            err = put_blanks(g->s, width);
        } else {
            err = put_blanks(g->s, before);
            if (!err) err = fv_show_text(g->s, DOTS_DOWN);
            if (!err && width > before + 1) err = put_blanks(g->s, width - before - 1);
        }
    }
    return err;
}

/* A row of the screen: an element row, or (row == nrows) the dots between the upper and the lower ones. right is NULL
 * when all columns fit. */
static furrow_err put_line(const grid *g, const strip *left, const strip *right, size_t row)
{
    bool dots = row == g->nrows;
    furrow_err err = fv_show_text(g->s, " ");
    if (!err) err = dots ? put_dots(g, left) : put_row(g, left, row);
    if (!err && right) {
        const char *between = dots ? DOTS_ASLANT : row % DOTS_EVERY == 0 ? DOTS_ACROSS : "     ";
        err = fv_show_text(g->s, between);
        if (!err) err = dots ? put_dots(g, right) : put_row(g, right, row);
    }
    trim_line(g->s);
    return err;
}

static furrow_err put_lines(const grid *g, const strip *left, const strip *right)
{
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < shown_rows(g) && !err; i++) {
        if (i > 0) err = fv_show_text(g->s, "\n");
        if (!err && g->nlower > 0 && i == g->nupper) {
            err = put_line(g, left, right, g->nrows);
            if (!err) err = fv_show_text(g->s, "\n");
        }
        if (!err) err = put_line(g, left, right, shown_row(g, i));
    }
    return err;
}

static furrow_err put_grid(const grid *g)
{
    size_t room = g->s->width > 0 ? (size_t)g->s->width - 1 : SIZE_MAX / 2;
    strip left, right = {0};
    furrow_err err = measure(g, false, room, &left);
    if (err) return err;
    if (left.n == g->ncols) {
        err = put_lines(g, &left, NULL);
        free(left.fits);
        return err;
    }
    free(left.fits);
    size_t half = room > DOTS_COLUMNS ? (room - DOTS_COLUMNS + 1) / 2 + 1 : 1;
    err = measure(g, true, half, &right);
    if (err) return err;
    size_t taken = right.columns + (right.n - 1) * SEPARATOR_COLUMNS + DOTS_COLUMNS;
    err = measure(g, false, room > taken ? room - taken : 0, &left);
    if (err) goto free_right;
    err = put_lines(g, &left, &right);
    free(left.fits);
free_right:
    free(right.fits);
    return err;
}

static grid grid_of(fv_show *s, const fv_array *array, size_t base)
{
    grid g = {s, array, base, array->dims[0], array->dims[1], array->dims[0], 0};
    /* The header, the prompt before and the blank line after it take four lines of the screen. */
    size_t screen = s->height > 8 ? (size_t)s->height - 4 : 4;
    if (s->height > 0 && g.nrows > screen) {
        g.nupper = screen / 2;
        g.nlower = (screen - 1) / 2;
    }
    return g;
}

/* --- more dimensions --- */

typedef struct slices {
    int nindices;
    size_t at[FURROW_MAX_NDIMS];
    const size_t *extents;
} slices;

/* Long dimensions show their first and last three slices. */
static bool is_skipped(size_t at, size_t extent)
{
    return extent > 10 && at >= 3 && at + 3 < extent;
}

static bool next_slice(slices *i)
{
    for (int d = 0; d < i->nindices; d++) {
        if (++i->at[d] < i->extents[d]) return true;
        i->at[d] = 0;
    }
    return false;
}

static furrow_err put_label(fv_show *s, const slices *i)
{
    furrow_err err = fv_show_text(s, "[:, :");
    for (int d = 0; d < i->nindices && !err; d++) err = fb_buffer_printf(&s->out, ", %zu", i->at[d] + 1);
    return err ? err : fv_show_text(s, "] =\n");
}

/* What to do with a slice under the limit: show it, put dots in its place, or pass over it. */
typedef enum slice_fate { SLICE_SHOWN, SLICE_DOTS, SLICE_SKIPPED } slice_fate;

static slice_fate fate_of(const fv_show *s, const slices *i)
{
    bool lower_first = true;
    if (!s->limit) return SLICE_SHOWN;
    for (int d = 0; d < i->nindices; d++) {
        if (is_skipped(i->at[d], i->extents[d])) {
            bool outer_shown = true;
            for (int e = d + 1; e < i->nindices; e++) outer_shown &= !is_skipped(i->at[e], i->extents[e]);
            return i->at[d] == 3 && lower_first && outer_shown ? SLICE_DOTS : SLICE_SKIPPED;
        }
        lower_first &= i->at[d] == 0;
    }
    return SLICE_SHOWN;
}

typedef furrow_err (*put_slice)(fv_show *s, const fv_array *array, size_t base);

static furrow_err put_slices(fv_show *s, const fv_array *array, put_slice put)
{
    slices i = {.nindices = array->head.ndims - 2, .extents = array->dims + 2};
    size_t base = 0;
    bool first = true;
    furrow_err err = FURROW_OK;
    do {
        slice_fate fate = fate_of(s, &i);
        if (fate != SLICE_SKIPPED && !first) err = fv_show_text(s, "\n\n");
        if (!err && fate == SLICE_DOTS) err = fv_show_text(s, "...");
        if (!err && fate == SLICE_SHOWN) err = put_label(s, &i);
        if (!err && fate == SLICE_SHOWN) err = put(s, array, base);
        if (fate != SLICE_SKIPPED) first = false;
        base += array->dims[0] * array->dims[1];
    } while (!err && next_slice(&i));
    return err;
}

static furrow_err put_slice_columns(fv_show *s, const fv_array *array, size_t base)
{
    grid g = grid_of(s, array, base);
    return put_grid(&g);
}

furrow_err fv_show_columns(fv_show *s, const fv_array *array)
{
    if (array->count == 0) return FURROW_OK;
    bool entered;
    furrow_err err = fv_show_enter(s, &array->head, &entered);
    if (err || !entered) return err;
    fv_show_mode mode = fv_show_compact(s, true);
    err = array->head.ndims > 2 ? put_slices(s, array, put_slice_columns) : put_slice_columns(s, array, 0);
    fv_show_restore(s, mode);
    fv_show_leave(s);
    return err;
}

/* --- one line --- */

/* The element type before the bracket, unless it is what a literal of such elements would have. */
static furrow_err put_prefix(fv_show *s, const fv_array *array)
{
    furrow_type eltype = (furrow_type)array->head.eltype;
    bool usual = array->count > 0 && (eltype == FURROW_FLOAT64 || eltype == FURROW_INT64 || eltype == FURROW_CHAR);
    return fv_show_text(s, usual ? "" : furrow_type_name(eltype));
}

static furrow_err put_run(fv_show *s, const fv_array *array, size_t from, size_t to)
{
    furrow_err err = FURROW_OK;
    for (size_t i = from; i < to && !err; i++) {
        if (i > from) err = fv_show_text(s, ",");
        if (!err) err = show_element(s, array, i);
    }
    return err;
}

static furrow_err put_vector(fv_show *s, const fv_array *array)
{
    furrow_err err = put_prefix(s, array);
    if (!err) err = fv_show_text(s, "[");
    if (!err && s->limit && array->count > 20) {
        err = put_run(s, array, 0, 10);
        if (!err) err = fv_show_text(s, DOTS_ACROSS);
        if (!err) err = put_run(s, array, array->count - 10, array->count);
    } else if (!err) {
        err = put_run(s, array, 0, array->count);
    }
    return err ? err : fv_show_text(s, "]");
}

static furrow_err put_line_row(fv_show *s, const fv_array *array, size_t base, size_t row)
{
    size_t ncols = array->dims[1];
    bool dots = s->limit && ncols > 4;
    furrow_err err = FURROW_OK;
    for (size_t j = 0; j < ncols && !err; j++) {
        if (dots && j == 2) {
            err = fv_show_text(s, " \u2026");
            j = ncols - 2;
        }
        if (!err && j > 0) err = fv_show_text(s, " ");
        if (!err) err = show_element(s, array, base + j * array->dims[0] + row);
    }
    return err;
}

static furrow_err put_line_matrix(fv_show *s, const fv_array *array, size_t base)
{
    size_t nrows = array->dims[0];
    bool dots = s->limit && nrows > 4;
    furrow_err err = put_prefix(s, array);
    if (!err) err = fv_show_text(s, "[");
    for (size_t i = 0; i < nrows && !err; i++) {
        if (dots && i == 2) {
            err = fv_show_text(s, "; \u2026 ");
            i = nrows - 2;
        }
        if (!err && i > 0) err = fv_show_text(s, "; ");
        if (!err) err = put_line_row(s, array, base, i);
    }
    return err ? err : fv_show_text(s, "]");
}

static furrow_err put_empty(fv_show *s, const fv_array *array)
{
    furrow_err err = fb_buffer_printf(&s->out, "Array{%s}(", furrow_type_name((furrow_type)array->head.eltype));
    for (int d = 0; d < array->head.ndims && !err; d++) {
        err = fb_buffer_printf(&s->out, "%s%zu", d > 0 ? "," : "", array->dims[d]);
    }
    return err ? err : fv_show_text(s, ")");
}

furrow_err fv_show_array(fv_show *s, const fv_array *array)
{
    bool entered;
    if (array->count == 0 && array->head.ndims > 1) return put_empty(s, array);
    furrow_err err = fv_show_enter(s, &array->head, &entered);
    if (err || !entered) return err;
    fv_show_mode mode = fv_show_compact(s, array->head.eltype != FURROW_ANY);
    if (array->head.ndims == 1) {
        err = put_vector(s, array);
    } else if (array->head.ndims == 2) {
        err = put_line_matrix(s, array, 0);
    } else {
        err = put_slices(s, array, put_line_matrix);
    }
    fv_show_restore(s, mode);
    fv_show_leave(s);
    return err;
}
