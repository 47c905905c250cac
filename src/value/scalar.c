/*
 * scalar.c - single numbers: sizes and names of types, flat elements at any address, boxing of cells.
 */
#include "value/alloc.h"
#include "base/error.h"

static const struct {
    const char *name;
    uint8_t nbytes;
} types[] = {
    [FURROW_NOTHING] = {"Void", 0},
    [FURROW_BOOL] = {"Bool", 1},
    [FURROW_INT8] = {"Int8", 1},
    [FURROW_INT16] = {"Int16", 2},
    [FURROW_INT32] = {"Int32", 4},
    [FURROW_INT64] = {"Int64", 8},
    [FURROW_UINT8] = {"UInt8", 1},
    [FURROW_UINT16] = {"UInt16", 2},
    [FURROW_UINT32] = {"UInt32", 4},
    [FURROW_UINT64] = {"UInt64", 8},
    [FURROW_FLOAT32] = {"Float32", 4},
    [FURROW_FLOAT64] = {"Float64", 8},
    [FURROW_COMPLEX64] = {"Complex{Float32}", 8},
    [FURROW_COMPLEX128] = {"Complex{Float64}", 16},
    [FURROW_CHAR] = {"Char", 0},
    [FURROW_STRING] = {"String", 0},
    [FURROW_SYMBOL] = {"Symbol", 0},
    [FURROW_RANGE] = {"Range", 0},
    [FURROW_TUPLE] = {"Tuple", 0},
    [FURROW_DICT] = {"Dict", 0},
    [FURROW_EXPR] = {"Expr", 0},
    [FURROW_FUNCTION] = {"Function", 0},
    [FURROW_REGEX] = {"Regex", 0},
    [FURROW_DATATYPE] = {"DataType", 0},
    [FURROW_REF] = {"Future", 0},
    [FURROW_ANY] = {"Any", 0},
    [FURROW_ARRAY] = {"Array", 0},
    [FURROW_MODULE] = {"Module", 0},
    [FURROW_COMPLEX_INT64] = {"Complex{Int64}", 16},
    [FURROW_EXCEPTION] = {"Exception", 0},
};

static bool known(furrow_type type)
{
    return (unsigned)type < sizeof types / sizeof types[0];
}

size_t furrow_type_nbytes(furrow_type type)
{
    return known(type) ? types[type].nbytes : 0;
}

const char *furrow_type_name(furrow_type type)
{
    return known(type) ? types[type].name : "?";
}

/* --- flat elements --- */

static void load_boxed(furrow_type type, const void *at, fv_cell *out)
{
    furrow_value *boxed;
    if (furrow_value_scalar(type, at, &boxed)) {
        *out = (fv_cell){.tag = FURROW_NOTHING};
    } else {
        *out = (fv_cell){.tag = (uint32_t)type, .p = boxed};
    }
}

#define LOAD(ctype, field)        \
    {                             \
        ctype v;                  \
        memcpy(&v, at, sizeof v); \
        out->field = v;           \
        break;                    \
    }

void fv_flat_load(furrow_type type, const void *at, fv_cell *out)
{
    *out = (fv_cell){.tag = (uint32_t)type};
    switch (type) {
    case FURROW_BOOL:
        out->i = *(const unsigned char *)at != 0;
        break;
    case FURROW_INT8:
        LOAD(int8_t, i)
    case FURROW_INT16:
        LOAD(int16_t, i)
    case FURROW_INT32:
        LOAD(int32_t, i)
    case FURROW_INT64:
        LOAD(int64_t, i)
    case FURROW_UINT8:
        LOAD(uint8_t, u)
    case FURROW_UINT16:
        LOAD(uint16_t, u)
    case FURROW_UINT32:
        LOAD(uint32_t, u)
    case FURROW_UINT64:
        LOAD(uint64_t, u)
    case FURROW_FLOAT32:
        LOAD(float, f)
    case FURROW_FLOAT64:
        LOAD(double, d)
    case FURROW_COMPLEX64:
        memcpy(out->c, at, sizeof out->c);
        break;
    case FURROW_COMPLEX128:
    case FURROW_COMPLEX_INT64:
        load_boxed(type, at, out);
        break;
    default:
        out->tag = FURROW_NOTHING;
    }
}

#define STORE(ctype, field)           \
    {                                 \
        ctype v = (ctype)cell->field; \
        memcpy(at, &v, sizeof v);     \
        break;                        \
    }

void fv_flat_store(furrow_type type, void *at, const fv_cell *cell)
{
    switch (type) {
    case FURROW_BOOL:
    case FURROW_INT8:
        STORE(int8_t, i)
    case FURROW_INT16:
        STORE(int16_t, i)
    case FURROW_INT32:
        STORE(int32_t, i)
    case FURROW_INT64:
        STORE(int64_t, i)
    case FURROW_UINT8:
        STORE(uint8_t, u)
    case FURROW_UINT16:
        STORE(uint16_t, u)
    case FURROW_UINT32:
        STORE(uint32_t, u)
    case FURROW_UINT64:
        STORE(uint64_t, u)
    case FURROW_FLOAT32:
        STORE(float, f)
    case FURROW_FLOAT64:
        STORE(double, d)
    case FURROW_COMPLEX64:
        memcpy(at, cell->c, sizeof cell->c);
        break;
    case FURROW_COMPLEX128:
    case FURROW_COMPLEX_INT64:
        memcpy(at, ((const fv_scalar *)cell->p)->bytes, 16);
        break;
    default:
        break;
    }
}

/* --- boxing --- */

static furrow_err box(furrow_type type, furrow_value **out, void **bytes)
{
    fv_scalar *scalar;
    furrow_err err = fv_alloc(type, sizeof *scalar, &scalar);
    if (err) return err;
    memset(scalar->bytes, 0, sizeof scalar->bytes);
    *bytes = scalar->bytes;
    *out = &scalar->head;
    return FURROW_OK;
}

furrow_err furrow_value_scalar(furrow_type type, const void *data, furrow_value **out)
{
    if (!data || !out) return fb_fail(FURROW_ERR_ARG, "a scalar needs data and a place for the value, got NULL");
    if (!fv_tag_flat((uint32_t)type)) {
        return fb_fail(FURROW_ERR_TYPE, "%s is not a type of flat scalars", furrow_type_name(type));
    }
    furrow_value *value;
    void *bytes;
    furrow_err err = box(type, &value, &bytes);
    if (err) return err;
    memcpy(bytes, data, furrow_type_nbytes(type));
    if (type == FURROW_BOOL) *(unsigned char *)bytes = *(const unsigned char *)data != 0;
    *out = value;
    return FURROW_OK;
}

furrow_err furrow_value_int64(int64_t number, furrow_value **out)
{
    return furrow_value_scalar(FURROW_INT64, &number, out);
}

furrow_err furrow_value_float64(double number, furrow_value **out)
{
    return furrow_value_scalar(FURROW_FLOAT64, &number, out);
}

furrow_err furrow_value_bool(bool truth, furrow_value **out)
{
    unsigned char byte = truth;
    return furrow_value_scalar(FURROW_BOOL, &byte, out);
}

furrow_err furrow_value_nothing(furrow_value **out)
{
    if (!out) return fb_fail(FURROW_ERR_ARG, "a place for the value is needed, got NULL");
    void *bytes;
    return box(FURROW_NOTHING, out, &bytes);
}

furrow_err fv_cell_to_value(const fv_cell *cell, furrow_value **out)
{
    if (!fv_tag_inline(cell->tag)) {
        fv_hold(cell->p);
        *out = cell->p;
        return FURROW_OK;
    }
    furrow_value *value;
    void *bytes;
    furrow_err err = box((furrow_type)cell->tag, &value, &bytes);
    if (err) return err;
    if (fv_tag_flat(cell->tag)) {
        fv_flat_store((furrow_type)cell->tag, bytes, cell);
    } else if (cell->tag != FURROW_NOTHING) {
        memcpy(bytes, &cell->i, sizeof cell->i);
    }
    *out = value;
    return FURROW_OK;
}

void fv_cell_from_value(const furrow_value *value, fv_cell *out)
{
    const unsigned char *bytes = ((const fv_scalar *)value)->bytes;
    *out = (fv_cell){.tag = value->type};
    if (!fv_tag_inline(value->type)) {
        out->p = (furrow_value *)value;
        fv_hold(out->p);
    } else if (fv_tag_flat(value->type)) {
        fv_flat_load((furrow_type)value->type, bytes, out);
    } else if (value->type != FURROW_NOTHING) {
        memcpy(&out->i, bytes, sizeof out->i);
    }
}
