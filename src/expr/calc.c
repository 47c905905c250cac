/*
 * calc.c - blocks of numbers in and out of the types that kernels calculate in, and the loop over blocks.
 */
#include "expr/calc.h"

size_t fx_calc_nbytes(fx_calc calc)
{
    static const uint8_t nbytes[] = {8, 8, 4, 8, 8, 16, 16, 1};
    return nbytes[calc];
}

/* --- loading and storing --- */

#define REAL_TYPES(X)          \
    X(FURROW_BOOL, uint8_t)    \
    X(FURROW_INT8, int8_t)     \
    X(FURROW_INT16, int16_t)   \
    X(FURROW_INT32, int32_t)   \
    X(FURROW_INT64, int64_t)   \
    X(FURROW_UINT8, uint8_t)   \
    X(FURROW_UINT16, uint16_t) \
    X(FURROW_UINT32, uint32_t) \
    X(FURROW_UINT64, uint64_t) \
    X(FURROW_FLOAT32, float)   \
    X(FURROW_FLOAT64, double)
#define INTEGER_TYPES(X)       \
    X(FURROW_INT8, int8_t)     \
    X(FURROW_INT16, int16_t)   \
    X(FURROW_INT32, int32_t)   \
    X(FURROW_INT64, int64_t)   \
    X(FURROW_UINT8, uint8_t)   \
    X(FURROW_UINT16, uint16_t) \
    X(FURROW_UINT32, uint32_t) \
    X(FURROW_UINT64, uint64_t)

#define COPY_REAL(tag, ctype)                                                \
    case tag:                                                                \
        for (size_t i = 0; i < n; i++) to[i] = (TO)((const ctype *)from)[i]; \
        break;
#define COPY_COMPLEX(tag, ctype)                                                 \
    case tag:                                                                    \
        for (size_t i = 0; i < 2 * n; i++) to[i] = (TO)((const ctype *)from)[i]; \
        break;
#define REAL_TO_COMPLEX(tag, ctype)                   \
    case tag:                                         \
        for (size_t i = 0; i < n; i++) {              \
            to[2 * i] = (TO)((const ctype *)from)[i]; \
            to[2 * i + 1] = 0;                        \
        }                                             \
        break;

#define TO int64_t
static void load_i64(furrow_type type, const void *from, TO *to, size_t n)
{
    switch (type) {
        REAL_TYPES(COPY_REAL)
    default:
        break;
    }
}
static void load_ci64(furrow_type type, const void *from, TO *to, size_t n)
{
    switch (type) {
        REAL_TYPES(REAL_TO_COMPLEX)
        COPY_COMPLEX(FURROW_COMPLEX_INT64, int64_t)
    default:
        break;
    }
}
#undef TO
#define TO float
static void load_f32(furrow_type type, const void *from, TO *to, size_t n)
{
    switch (type) {
        REAL_TYPES(COPY_REAL)
    default:
        break;
    }
}
static void load_c64(furrow_type type, const void *from, TO *to, size_t n)
{
    switch (type) {
        REAL_TYPES(REAL_TO_COMPLEX)
        COPY_COMPLEX(FURROW_COMPLEX64, float)
        COPY_COMPLEX(FURROW_COMPLEX128, double)
        COPY_COMPLEX(FURROW_COMPLEX_INT64, int64_t)
    default:
        break;
    }
}
#undef TO
#define TO double
static void load_f64(furrow_type type, const void *from, TO *to, size_t n)
{
    switch (type) {
        REAL_TYPES(COPY_REAL)
    default:
        break;
    }
}
static void load_c128(furrow_type type, const void *from, TO *to, size_t n)
{
    switch (type) {
        REAL_TYPES(REAL_TO_COMPLEX)
        COPY_COMPLEX(FURROW_COMPLEX64, float)
        COPY_COMPLEX(FURROW_COMPLEX128, double)
        COPY_COMPLEX(FURROW_COMPLEX_INT64, int64_t)
    default:
        break;
    }
}
#undef TO

void fx_calc_load(fx_calc calc, furrow_type type, const void *from, void *to, size_t n)
{
    switch (calc) {
    case FX_CALC_I64:
    case FX_CALC_U64: /* floats are never loaded as integers; signs extend to the same bits */
        load_i64(type, from, to, n);
        break;
    case FX_CALC_F32:
        load_f32(type, from, to, n);
        break;
    case FX_CALC_F64:
        load_f64(type, from, to, n);
        break;
    case FX_CALC_C64:
        load_c64(type, from, to, n);
        break;
    case FX_CALC_CI64:
        load_ci64(type, from, to, n);
        break;
    default:
        load_c128(type, from, to, n);
    }
}

furrow_err fx_calc_load_all(fx_calc calc, furrow_type type, const void *from, void *to, size_t n)
{
    const size_t width = furrow_type_nbytes(type), made = fx_calc_nbytes(calc);
    for (size_t at = 0; at < n; at += FX_CALC_BLOCK) {
        size_t k = n - at < FX_CALC_BLOCK ? n - at : FX_CALC_BLOCK;
        fx_calc_load(calc, type, (const char *)from + at * width, (char *)to + at * made, k);
        FX_TRY(fv_worked(k));
    }
    return FURROW_OK;
}

#define STORE_INTEGER(tag, ctype)                                         \
    case tag:                                                             \
        for (size_t i = 0; i < n; i++) ((ctype *)to)[i] = (ctype)from[i]; \
        break;

static void store_i64(furrow_type type, const int64_t *from, void *to, size_t n)
{
    switch (type) {
        INTEGER_TYPES(STORE_INTEGER)
    default:
        for (size_t i = 0; i < n; i++) ((uint8_t *)to)[i] = from[i] != 0;
    }
}

void fx_calc_store(fx_calc calc, furrow_type type, const void *from, void *to, size_t n)
{
    const double *d = from;
    float *f = to;
    if (calc == FX_CALC_I64 || calc == FX_CALC_U64) {
        store_i64(type, from, to, n);
    } else if (calc == FX_CALC_F64 && type == FURROW_FLOAT32) {
        for (size_t i = 0; i < n; i++) f[i] = (float)d[i];
    } else if (calc == FX_CALC_C128 && type == FURROW_COMPLEX64) {
        for (size_t i = 0; i < 2 * n; i++) f[i] = (float)d[i];
    } else {
        memcpy(to, from, n * fx_calc_nbytes(calc));
    }
}

/* --- operands --- */

typedef struct operand {
    furrow_type type;
    fx_calc calc;
    size_t width;
    const char *data;
    bool contiguous;                 /* its elements are the result's, in order */
    size_t stride[FURROW_MAX_NDIMS]; /* in bytes, 0 along broadcast dimensions */
    _Alignas(64) char block[FX_CALC_BLOCK * 16];
} operand;

static bool same_shape(const fv_array *a, int ndims, const size_t *dims)
{
    for (int k = 0; k < ndims; k++)
        if (a->dims[k] != dims[k]) return false;
    return true;
}

static void operand_array(operand *o, const fv_array *a, int ndims, const size_t *dims)
{
    size_t stride = o->width;
    o->data = a->data;
    o->contiguous = same_shape(a, ndims, dims);
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) {
        o->stride[k] = a->dims[k] == 1 ? 0 : stride;
        stride *= a->dims[k];
    }
}

/* A scalar becomes a block of the same number; data NULL says so. */
static void operand_scalar(operand *o, const fv_cell *c, size_t n)
{
    _Alignas(16) char one[16];
    fv_flat_store(o->type, one, c);
    fx_calc_load(o->calc, o->type, one, o->block, 1);
    size_t width = fx_calc_nbytes(o->calc);
    for (size_t i = 1; i < n; i++) memcpy(o->block + i * width, o->block, width);
    o->data = NULL;
}

static void operand_open(operand *o, const fv_cell *c, fx_calc calc, int ndims, const size_t *dims)
{
    o->calc = calc;
    o->type = c->tag == FURROW_ARRAY ? (furrow_type)fx_array(c)->head.eltype : (furrow_type)c->tag;
    o->width = furrow_type_nbytes(o->type);
    if (c->tag == FURROW_ARRAY) {
        operand_array(o, fx_array(c), ndims, dims);
    } else {
        operand_scalar(o, c, ndims ? FX_CALC_BLOCK : 1);
    }
}

/* Elements start.. of the result's order, copied together. */
static void operand_collect(const operand *o, const size_t *dims, size_t start, size_t n, char *to)
{
    size_t at[FURROW_MAX_NDIMS], offset = 0;
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) {
        at[k] = start % dims[k];
        start /= dims[k];
        offset += at[k] * o->stride[k];
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(to + i * o->width, o->data + offset, o->width);
        for (int k = 0; k < FURROW_MAX_NDIMS; k++) {
            offset += o->stride[k];
            if (++at[k] < dims[k]) break;
            offset -= o->stride[k] * dims[k];
            at[k] = 0;
        }
    }
}

static const void *operand_block(operand *o, const size_t *dims, size_t start, size_t n)
{
    char together[FX_CALC_BLOCK * 16];
    if (!o->data) return o->block;
    const char *from = o->data + start * o->width;
    if (!o->contiguous) {
        operand_collect(o, dims, start, n, together);
        from = together;
    } else if (fx_calc_of(o->type) == o->calc && o->width == fx_calc_nbytes(o->calc)) {
        return from;
    }
    fx_calc_load(o->calc, o->type, from, o->block, n);
    return o->block;
}

/* --- running --- */

static furrow_err run_blocks(const fx_rule *rule, operand *a, operand *b, const size_t *dims, fv_array *out)
{
    _Alignas(64) char made[FX_CALC_BLOCK * 16];
    size_t width = furrow_type_nbytes(rule->result);
    for (size_t start = 0; start < out->count; start += FX_CALC_BLOCK) {
        size_t n = out->count - start < FX_CALC_BLOCK ? out->count - start : FX_CALC_BLOCK;
        const void *x = operand_block(a, dims, start, n), *y = b ? operand_block(b, dims, start, n) : NULL;
        void *to = (char *)out->data + start * width;
        bool direct = fx_calc_nbytes(rule->made) == width;
        FX_TRY(rule->kernel(x, y, direct ? to : made, n, rule->result));
        if (!direct) fx_calc_store(rule->made, rule->result, made, to, n);
        FX_TRY(fv_worked(n));
    }
    return FURROW_OK;
}

static furrow_err run_scalar(const fx_rule *rule, operand *a, operand *b, fv_cell *out)
{
    _Alignas(16) char made[16], stored[16];
    FX_TRY(rule->kernel(a->block, b ? b->block : NULL, made, 1, rule->result));
    fx_calc_store(rule->made, rule->result, made, stored, 1);
    return fx_flat(rule->result, stored, out);
}

furrow_err fx_calc_run(fx_vm *vm, const fx_rule *rule, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    operand x, y;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    const fv_cell both[2] = {*a, b ? *b : *a};
    FX_TRY(fx_broadcast_shape("elementwise operation", both, 2, &ndims, dims));
    operand_open(&x, a, rule->load_a, ndims, dims);
    if (b) operand_open(&y, b, rule->load_b, ndims, dims);
    if (ndims == 0) return run_scalar(rule, &x, b ? &y : NULL, out);
    fv_array *array;
    FX_TRY(fv_array_new(rule->result, ndims, dims, &array));
    furrow_err err = fx_spend(vm, array->count);
    if (!err) err = run_blocks(rule, &x, b ? &y : NULL, dims, array);
    if (err) {
        fv_drop(&array->head);
        return err;
    }
    *out = fx_box(array);
    return FURROW_OK;
}
