/*
 * unwire.c - bytes from anybody to values: every length is held against what is left before anything is allocated, so
 * that a few bytes cannot ask for much memory.
 */
#include "value/wire.h"
#include "value/dict.h"
#include "value/exception.h"
#include "base/error.h"

#include <math.h>

/* owed: cells that the containers being read still expect, each of at least one byte. New containers must fit beside
 * them, so that all memory together stays in proportion to the bytes. */
typedef struct reader {
    fb_cursor cursor;
    size_t owed;
    int depth;
} reader;

static furrow_err get_cell(reader *r, fv_cell *out);

static furrow_err bad(const char *what)
{
    return fb_fail(FURROW_ERR_FORMAT, "bytes of a value are damaged: %s", what);
}

static furrow_err get_zigzag(reader *r, int64_t *i)
{
    uint64_t u = 0;
    furrow_err err = fb_cursor_varint(&r->cursor, &u);
    if (!err) *i = (int64_t)(u >> 1 ^ (0 - (u & 1)));
    return err;
}

static furrow_err get_copy(reader *r, void *to, size_t nbytes)
{
    const void *at = NULL;
    furrow_err err = fb_cursor_take(&r->cursor, nbytes, &at);
    if (!err && nbytes > 0) memcpy(to, at, nbytes);
    return err;
}

/* A count of cells, or of groups of cells, that follow. */
static furrow_err owe(reader *r, uint64_t count, size_t group)
{
    size_t left = fb_cursor_left(&r->cursor);
    if (r->owed > left || count > (left - r->owed) / group) return bad("a length is longer than what follows");
    r->owed += (size_t)count * group;
    return FURROW_OK;
}

static furrow_err get_count(reader *r, size_t group, size_t *count)
{
    uint64_t n = 0;
    furrow_err err = fb_cursor_varint(&r->cursor, &n);
    if (!err) err = owe(r, n, group);
    if (!err) *count = (size_t)n;
    return err;
}

static void drop_cells(fv_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) fv_cell_drop(&cells[i]);
}

/* --- single kinds --- */

static furrow_err get_integer(reader *r, fv_cell *cell)
{
    static const int bits[] = {[FURROW_INT8] = 8, [FURROW_INT16] = 16, [FURROW_INT32] = 32, [FURROW_INT64] = 64};
    int64_t i = 0;
    furrow_err err = get_zigzag(r, &i);
    if (err) return err;
    int shift = 64 - bits[cell->tag];
    if ((int64_t)((uint64_t)i << shift) >> shift != i) return bad("an integer does not fit its type");
    cell->i = i;
    return FURROW_OK;
}

static furrow_err get_unsigned(reader *r, fv_cell *cell)
{
    static const uint64_t most[] = {[FURROW_UINT8] = UINT8_MAX,
                                    [FURROW_UINT16] = UINT16_MAX,
                                    [FURROW_UINT32] = UINT32_MAX,
                                    [FURROW_UINT64] = UINT64_MAX,
                                    [FURROW_CHAR] = 0x10FFFF};
    uint64_t u = 0;
    furrow_err err = fb_cursor_varint(&r->cursor, &u);
    if (err) return err;
    if (u > most[cell->tag] || (cell->tag == FURROW_CHAR && u >= 0xD800 && u <= 0xDFFF)) {
        return bad("a number does not fit its type");
    }
    cell->u = u;
    return FURROW_OK;
}

static bool type_good(fv_type type)
{
    unsigned set = (unsigned)(type & 0xFF);
    if (set >= FV_SET_NUMBER) return set < FV_SET_PAST && type <= 0xFFFF;
    if (fv_type_base(type) > FV_LAST_TYPE) return false;
    if (fv_type_base(type) == FURROW_EXCEPTION) return type >> 8 < FV_EXCEPTION_PAST;
    return type <= 0xFF || type == FV_MEMBER || fv_type_base(type) == FURROW_ARRAY ||
           fv_type_base(type) == FURROW_RANGE || fv_type_base(type) == FURROW_DICT ||
           fv_type_base(type) == FURROW_TUPLE;
}

static furrow_err get_type(reader *r, fv_type *type)
{
    uint64_t u = 0;
    furrow_err err = fb_cursor_varint(&r->cursor, &u);
    if (err) return err;
    if (!type_good(u)) return bad("there is no such type");
    *type = u;
    return FURROW_OK;
}

static furrow_err get_bool(reader *r, fv_cell *cell)
{
    uint8_t byte = 0;
    furrow_err err = fb_cursor_u8(&r->cursor, &byte);
    if (err) return err;
    if (byte > 1) return bad("a Bool is neither 0 nor 1");
    cell->i = byte;
    return FURROW_OK;
}

static furrow_err get_complex(reader *r, furrow_type type, furrow_value **out)
{
    unsigned char bytes[16];
    furrow_err err = get_copy(r, bytes, sizeof bytes);
    return err ? err : furrow_value_scalar(type, bytes, out);
}

static furrow_err get_text(reader *r, furrow_type type, furrow_value **out)
{
    uint64_t nbytes = 0;
    const void *at = NULL;
    furrow_err err = fb_cursor_varint(&r->cursor, &nbytes);
    if (!err) err = fb_cursor_take(&r->cursor, nbytes, &at);
    return err ? err : fv_text_new(type, at, nbytes, out);
}

/* --- containers --- */

static furrow_err get_shape(reader *r, int *ndims, size_t *dims)
{
    uint8_t n = 0;
    furrow_err err = fb_cursor_u8(&r->cursor, &n);
    if (err) return err;
    if (n < 1 || n > FURROW_MAX_NDIMS) return bad("an array has 1 to 8 dimensions");
    for (int i = 0; i < n; i++) {
        uint64_t extent = 0;
        err = fb_cursor_varint(&r->cursor, &extent);
        if (err) return err;
        dims[i] = (size_t)extent;
    }
    *ndims = n;
    return FURROW_OK;
}

/* The elements of a flat array; see FV_WIRE_ALIGNED_NBYTES for the zeros round large ones. */
static furrow_err take_flat(reader *r, size_t nbytes, const void **body)
{
    const void *skipped;
    uint8_t before = 0;
    if (nbytes < FV_WIRE_ALIGNED_NBYTES) return fb_cursor_take(&r->cursor, nbytes, body);
    furrow_err err = fb_cursor_u8(&r->cursor, &before);
    if (err) return err;
    if (before > 7) return bad("more than seven bytes stand before an array's elements");
    err = fb_cursor_take(&r->cursor, before, &skipped);
    if (!err) err = fb_cursor_take(&r->cursor, nbytes, body);
    if (!err) err = fb_cursor_take(&r->cursor, 7u - before, &skipped);
    return err;
}

static furrow_err get_flat(reader *r, furrow_type eltype, int ndims, const size_t *dims, furrow_value **out)
{
    size_t count;
    const void *body;
    furrow_err err = fv_count(eltype, ndims, dims, &count);
    if (err) return err;
    size_t nbytes = count * furrow_type_nbytes(eltype);
    err = take_flat(r, nbytes, &body);
    if (err) return err;
    if (eltype == FURROW_BOOL) {
        for (size_t i = 0; i < nbytes; i++) {
            if (((const unsigned char *)body)[i] > 1) return bad("a Bool is neither 0 nor 1");
        }
    }
    return furrow_value_array(eltype, ndims, dims, body, out);
}

static furrow_err get_boxes(reader *r, furrow_type eltype, int ndims, const size_t *dims, furrow_value **out)
{
    size_t count;
    furrow_err err = fv_count(eltype, ndims, dims, &count);
    if (err) return err;
    err = owe(r, count, 1);
    if (err) return err;
    fv_array *array;
    err = fv_array_new(eltype, ndims, dims, &array);
    if (err) return err;
    for (size_t i = 0; i < count && !err; i++) {
        fv_cell *cell = (fv_cell *)array->data + i;
        err = get_cell(r, cell);
        if (!err && eltype != FURROW_ANY && cell->tag != (uint32_t)eltype && cell->tag != FURROW_NOTHING) {
            err = bad("an element is not of the array's type");
        }
    }
    if (err) {
        fv_drop(&array->head);
        return err;
    }
    *out = &array->head;
    return FURROW_OK;
}

static furrow_err get_array(reader *r, furrow_value **out)
{
    uint8_t eltype = 0;
    int ndims = 0;
    size_t dims[FURROW_MAX_NDIMS];
    furrow_err err = fb_cursor_u8(&r->cursor, &eltype);
    if (!err) err = get_shape(r, &ndims, dims);
    if (err) return err;
    if (fv_tag_flat(eltype)) return get_flat(r, (furrow_type)eltype, ndims, dims, out);
    if (fv_tag_element(eltype)) return get_boxes(r, (furrow_type)eltype, ndims, dims, out);
    return bad("there are no arrays of such elements");
}

static furrow_err get_float_range(reader *r, size_t count, furrow_value **out)
{
    double numbers[3];
    furrow_err err = get_copy(r, numbers, sizeof numbers);
    if (err) return err;
    if (count > (size_t)1 << 53 || !(numbers[2] > 0) || !isfinite(numbers[0]) || !isfinite(numbers[1])) {
        return bad("a range cannot be like that");
    }
    return fv_range_lifted(numbers[0], numbers[1], numbers[2], count, out);
}

static furrow_err get_range(reader *r, furrow_value **out)
{
    uint8_t eltype = 0, has_step = 0;
    uint64_t count = 0;
    int64_t first = 0, step = 0;
    furrow_err err = fb_cursor_u8(&r->cursor, &eltype);
    if (!err) err = fb_cursor_u8(&r->cursor, &has_step);
    if (!err) err = fb_cursor_varint(&r->cursor, &count);
    if (err) return err;
    if (has_step > 1) return bad("a range cannot be like that");
    if (eltype == FURROW_FLOAT64) return get_float_range(r, (size_t)count, out);
    if (eltype != FURROW_INT64) return bad("there are no ranges of such elements");
    err = get_zigzag(r, &first);
    if (!err) err = get_zigzag(r, &step);
    if (err) return err;
    if (step == 0 || (!has_step && step != 1)) return bad("a range has a step that it cannot have");
    err = fv_range_counted(first, step, (size_t)count, has_step, out);
    return err ? bad("a range leaves the integers") : FURROW_OK;
}

static furrow_err get_items(reader *r, size_t count, furrow_value **out)
{
    fv_array *items;
    furrow_err err = fv_array_new(FURROW_ANY, 1, &count, &items);
    if (err) return err;
    for (size_t i = 0; i < count && !err; i++) err = get_cell(r, (fv_cell *)items->data + i);
    if (!err) err = fv_tuple_new(count, items->data, out);
    fv_drop(&items->head);
    return err;
}

static furrow_err get_tuple(reader *r, furrow_value **out)
{
    size_t count = 0;
    furrow_err err = get_count(r, 1, &count);
    return err ? err : get_items(r, count, out);
}

static furrow_err get_pair(reader *r, furrow_value **out)
{
    furrow_err err = get_tuple(r, out);
    if (err) return err;
    if (((const fv_tuple *)*out)->count != 2) {
        fv_drop(*out);
        return bad("a pair has not two parts");
    }
    (*out)->flags |= FV_FLAG_PAIR;
    return FURROW_OK;
}

static furrow_err get_pairs(reader *r, size_t count, fv_dict *dict)
{
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < count && !err; i++) {
        fv_cell pair[2];
        err = get_cell(r, &pair[0]);
        if (err) break;
        err = get_cell(r, &pair[1]);
        if (err) {
            drop_cells(pair, 1);
            break;
        }
        if (fv_dict_has(dict, &pair[0])) {
            err = bad("a dictionary has a key twice");
        } else {
            err = fv_dict_set(dict, &pair[0], &pair[1]);
        }
        drop_cells(pair, 2);
    }
    return err;
}

static furrow_err get_dict(reader *r, furrow_value **out)
{
    fv_type key = 0, item = 0;
    size_t count = 0;
    fv_dict *dict;
    furrow_err err = get_type(r, &key);
    if (!err) err = get_type(r, &item);
    if (!err) err = get_count(r, 2, &count);
    if (!err) err = fv_dict_new(key, item, &dict);
    if (err) return err;
    err = get_pairs(r, count, dict);
    if (err) {
        fv_drop(fv_dict_value(dict));
        return err == FURROW_ERR_TYPE || err == FURROW_ERR_OVERFLOW ? bad("a pair is not of the dictionary's type")
                                                                    : err;
    }
    *out = fv_dict_value(dict);
    return FURROW_OK;
}

static furrow_err get_code(reader *r, furrow_type type, furrow_value **out)
{
    furrow_value *text, *captured = NULL;
    uint64_t count = 0;
    furrow_err err = get_text(r, FURROW_STRING, &text);
    if (err) return err;
    err = fb_cursor_varint(&r->cursor, &count);
    if (!err && count > 0) {
        err = owe(r, count - 1, 1);
        if (!err) err = get_items(r, (size_t)count - 1, &captured);
    }
    if (!err) err = fv_code_new(type, ((fv_text *)text)->bytes, ((fv_text *)text)->nbytes, captured, out);
    fv_drop(captured);
    fv_drop(text);
    return err;
}

static furrow_err get_ref(reader *r, furrow_value **out)
{
    int64_t where = 0, whence = 0;
    uint64_t id = 0;
    furrow_err err = get_zigzag(r, &where);
    if (!err) err = get_zigzag(r, &whence);
    if (!err) err = fb_cursor_varint(&r->cursor, &id);
    if (err) return err;
    if (where < 0 || where > INT32_MAX || whence < 0 || whence > INT32_MAX) return bad("a pid is out of range");
    return fv_ref_new((int)where, (int)whence, id, out);
}

/* --- any cell --- */

static furrow_err get_inline(reader *r, fv_cell *cell)
{
    switch (cell->tag) {
    case FURROW_NOTHING:
        return FURROW_OK;
    case FURROW_BOOL:
        return get_bool(r, cell);
    case FURROW_INT8:
    case FURROW_INT16:
    case FURROW_INT32:
    case FURROW_INT64:
        return get_integer(r, cell);
    case FURROW_FLOAT32:
        return get_copy(r, &cell->f, 4);
    case FURROW_FLOAT64:
    case FURROW_COMPLEX64:
        return get_copy(r, &cell->d, 8);
    case FURROW_DATATYPE:
        return get_type(r, &cell->u);
    default:
        return get_unsigned(r, cell);
    }
}

static furrow_err get_box(reader *r, furrow_type type, furrow_value **out)
{
    switch (type) {
    case FURROW_COMPLEX128:
    case FURROW_COMPLEX_INT64:
        return get_complex(r, type, out);
    case FURROW_STRING:
    case FURROW_SYMBOL:
    case FURROW_REGEX:
    case FURROW_MODULE:
    case FURROW_EXCEPTION:
        return get_text(r, type, out);
    case FURROW_ARRAY:
        return get_array(r, out);
    case FURROW_RANGE:
        return get_range(r, out);
    case FURROW_TUPLE:
        return get_tuple(r, out);
    case FURROW_DICT:
        return get_dict(r, out);
    case FURROW_EXPR:
    case FURROW_FUNCTION:
        return get_code(r, type, out);
    case FURROW_REF:
        return get_ref(r, out);
    default:
        return bad("there is no such type");
    }
}

static furrow_err get_cell(reader *r, fv_cell *out)
{
    uint8_t tag = 0;
    furrow_err err = fb_cursor_u8(&r->cursor, &tag);
    if (err) return err;
    r->owed--;
    fv_cell cell = {.tag = tag};
    if (fv_tag_inline(tag)) {
        err = get_inline(r, &cell);
    } else if (r->depth >= FV_WIRE_MAX_DEPTH) {
        err = bad("it is nested too deep");
    } else {
        r->depth++;
        err = tag == FV_WIRE_PAIR ? get_pair(r, &cell.p) : get_box(r, (furrow_type)tag, &cell.p);
        if (tag == FV_WIRE_PAIR) cell.tag = FURROW_TUPLE;
        r->depth--;
    }
    if (!err) *out = cell;
    return err;
}

furrow_err fv_wire_get(fb_cursor *cursor, fv_cell *out)
{
    reader r = {.cursor = *cursor, .owed = 1};
    furrow_err err = get_cell(&r, out);
    if (!err) *cursor = r.cursor;
    return err;
}
