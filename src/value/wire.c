/*
 * wire.c - values as bytes and back. One tag byte, then what the type needs; lengths are varints. Elements of large
 * flat arrays start at a multiple of 8 bytes from the start of the buffer, so that whoever copies them copies aligned.
 */
#include "value/wire.h"
#include "value/dict.h"
#include "base/error.h"

/* Parts of a value; more can only come from sharing parts many times over. */
#define PARTS_MOST ((uint64_t)1 << 26)
/* Types of the machine are little-endian already; elsewhere elements would have to be turned round. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire form is little-endian");

/* Where bytes go: a buffer, or only a count of them. */
typedef struct writer {
    fb_buffer *buffer;
    size_t nbytes;
    uint64_t parts;
    int depth;
} writer;

static furrow_err put_cell(writer *w, const fv_cell *cell);

static furrow_err put_bytes(writer *w, const void *bytes, size_t nbytes)
{
    if (__builtin_add_overflow(w->nbytes, nbytes, &w->nbytes)) {
        return fb_fail(FURROW_ERR_OVERFLOW, "a value has more bytes than a message can count");
    }
    return w->buffer ? fb_buffer_put(w->buffer, bytes, nbytes) : FURROW_OK;
}

static furrow_err put_u8(writer *w, unsigned v)
{
    unsigned char byte = (unsigned char)v;
    return put_bytes(w, &byte, 1);
}

static furrow_err put_varint(writer *w, uint64_t v)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7) bytes[n++] = (unsigned char)(v | 0x80);
    bytes[n++] = (unsigned char)v;
    return put_bytes(w, bytes, n);
}

static uint64_t zigzag(int64_t i)
{
    return (uint64_t)i << 1 ^ (uint64_t)(i >> 63);
}

static furrow_err put_text(writer *w, const furrow_value *value)
{
    const fv_text *text = (const fv_text *)value;
    furrow_err err = put_varint(w, text->nbytes);
    return err ? err : put_bytes(w, text->bytes, text->nbytes);
}

static furrow_err put_flat(writer *w, const void *data, size_t nbytes)
{
    static const unsigned char zeros[8];
    if (nbytes < FV_WIRE_ALIGNED_NBYTES) return put_bytes(w, data, nbytes);
    size_t at = w->buffer ? w->buffer->nbytes : w->nbytes;
    size_t before = (8 - (at + 1) % 8) % 8;
    furrow_err err = put_u8(w, (unsigned)before);
    if (!err) err = put_bytes(w, zeros, before);
    if (!err) err = put_bytes(w, data, nbytes);
    if (!err) err = put_bytes(w, zeros, 7 - before);
    return err;
}

static furrow_err put_cells(writer *w, const fv_cell *cells, size_t count)
{
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < count && !err; i++) err = put_cell(w, &cells[i]);
    return err;
}

static furrow_err put_array(writer *w, const furrow_value *value)
{
    const fv_array *array = (const fv_array *)value;
    furrow_err err = put_u8(w, array->head.eltype);
    if (!err) err = put_u8(w, array->head.ndims);
    for (int i = 0; i < array->head.ndims && !err; i++) err = put_varint(w, array->dims[i]);
    if (err) return err;
    if (!fv_tag_flat(array->head.eltype)) return put_cells(w, array->data, array->count);
    return put_flat(w, array->data, array->count * furrow_type_nbytes((furrow_type)array->head.eltype));
}

static furrow_err put_range(writer *w, const furrow_value *value)
{
    const fv_range *range = (const fv_range *)value;
    furrow_err err = put_u8(w, range->head.eltype);
    if (!err) err = put_u8(w, range->has_step);
    if (!err) err = put_varint(w, range->count);
    if (err) return err;
    if (range->head.eltype == FURROW_INT64) {
        err = put_varint(w, zigzag(range->first.i));
        return err ? err : put_varint(w, zigzag(range->step.i));
    }
    double numbers[] = {range->first.d, range->step.d, range->divisor};
    return put_bytes(w, numbers, sizeof numbers);
}

static furrow_err put_dict(writer *w, const furrow_value *value)
{
    const fv_dict *dict = fv_dict_of_value(value);
    fv_cell key, item;
    uint64_t state = 0;
    furrow_err err = put_varint(w, fv_dict_key_type(dict));
    if (!err) err = put_varint(w, fv_dict_item_type(dict));
    if (!err) err = put_varint(w, fv_dict_count(dict));
    while (!err && fv_dict_next(dict, &state, &key, &item)) {
        err = put_cell(w, &key);
        if (!err) err = put_cell(w, &item);
    }
    return err;
}

static furrow_err put_code(writer *w, const furrow_value *value)
{
    const fv_code *code = (const fv_code *)value;
    furrow_err err = put_text(w, code->text);
    const fv_tuple *captured = (const fv_tuple *)code->captured;
    if (!err) err = put_varint(w, captured ? captured->count + 1 : 0);
    if (!err && captured) err = put_cells(w, captured->items, captured->count);
    return err;
}

static furrow_err put_ref(writer *w, const furrow_value *value)
{
    const fv_ref *ref = (const fv_ref *)value;
    furrow_err err = put_varint(w, zigzag(ref->where));
    if (!err) err = put_varint(w, zigzag(ref->whence));
    return err ? err : put_varint(w, ref->id);
}

static furrow_err put_inline(writer *w, const fv_cell *cell)
{
    switch (cell->tag) {
    case FURROW_NOTHING:
        return FURROW_OK;
    case FURROW_BOOL:
        return put_u8(w, cell->i != 0);
    case FURROW_INT8:
    case FURROW_INT16:
    case FURROW_INT32:
    case FURROW_INT64:
        return put_varint(w, zigzag(cell->i));
    case FURROW_FLOAT32:
        return put_bytes(w, &cell->f, 4);
    case FURROW_FLOAT64:
    case FURROW_COMPLEX64:
        return put_bytes(w, &cell->d, 8);
    default:
        return put_varint(w, cell->u);
    }
}

static furrow_err put_box(writer *w, const furrow_value *value)
{
    switch (value->type) {
    case FURROW_COMPLEX128:
    case FURROW_COMPLEX_INT64:
        return put_bytes(w, ((const fv_scalar *)value)->bytes, 16);
    case FURROW_STRING:
    case FURROW_SYMBOL:
    case FURROW_REGEX:
    case FURROW_MODULE:
    case FURROW_EXCEPTION:
        return put_text(w, value);
    case FURROW_ARRAY:
        return put_array(w, value);
    case FURROW_RANGE:
        return put_range(w, value);
    case FURROW_TUPLE: {
        const fv_tuple *tuple = (const fv_tuple *)value;
        furrow_err err = put_varint(w, tuple->count);
        return err ? err : put_cells(w, tuple->items, tuple->count);
    }
    case FURROW_DICT:
        return put_dict(w, value);
    case FURROW_EXPR:
    case FURROW_FUNCTION:
        return put_code(w, value);
    case FURROW_REF:
        return put_ref(w, value);
    default:
        return fb_fail(FURROW_ERR_TYPE, "a value of type %s cannot travel", furrow_type_name((furrow_type)value->type));
    }
}

static furrow_err put_cell(writer *w, const fv_cell *cell)
{
    if (++w->parts > PARTS_MOST) return fb_fail(FURROW_ERR_LIMIT, "a value has more than 2^26 parts");
    bool pair = cell->tag == FURROW_TUPLE && fv_is_pair(cell->p);
    furrow_err err = put_u8(w, pair ? FV_WIRE_PAIR : cell->tag);
    if (err) return err;
    if (fv_tag_inline(cell->tag)) return put_inline(w, cell);
    if (w->depth >= FV_WIRE_MAX_DEPTH) {
        return fb_fail(FURROW_ERR_LIMIT, "a value is nested more than %d deep (does it contain itself?)",
                       FV_WIRE_MAX_DEPTH);
    }
    w->depth++;
    err = put_box(w, cell->p);
    w->depth--;
    return err;
}

furrow_err fv_wire_put(fb_buffer *buffer, const fv_cell *cell)
{
    size_t before = buffer->nbytes;
    writer w = {.buffer = buffer};
    furrow_err err = put_cell(&w, cell);
    if (err) buffer->nbytes = before;
    return err;
}

furrow_err fv_wire_nbytes(const fv_cell *cell, size_t *nbytes)
{
    writer w = {.buffer = NULL};
    furrow_err err = put_cell(&w, cell);
    if (!err) *nbytes = w.nbytes;
    return err;
}
