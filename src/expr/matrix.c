/*
 * matrix.c - products and powers of matrices and vectors, and transposes. A vector is a column; vectors transposed are
 * matrices of one row.
 */
#include "expr/op.h"

/* The matrix as an array of the type products are calculated in, a reference of its own. */
static furrow_err as_type(fx_vm *vm, const fv_cell *c, furrow_type type, fv_array **out)
{
    fv_array *array, *made;
    FX_TRY(fx_to_array(vm, c, &array));
    if (array->head.eltype == type) {
        *out = array;
        return FURROW_OK;
    }
    furrow_err err = fx_array_like(array, type, &made);
    if (!err) {
        err =
            fx_calc_load_all(fx_calc_of(type), (furrow_type)array->head.eltype, array->data, made->data, array->count);
        if (err)
            fv_drop(&made->head);
        else
            *out = made;
    }
    fv_drop(&array->head);
    return err;
}

/* c += a b in column order: every column of c is built from columns of a, so that memory is walked along. */
#define PRODUCT(name, type)                                                                        \
    static furrow_err name(fx_vm *vm, const type *a, const type *b, type *c, const size_t size[3]) \
    {                                                                                              \
        size_t rows = size[0], inner = size[1];                                                    \
        for (size_t j = 0; j < size[2]; j++) {                                                     \
            FX_TRY(fx_spend(vm, rows *inner));                                                     \
            type *column = c + j * rows;                                                           \
            fv_pieces zero = {.count = rows};                                                      \
            FV_EACH (i, &zero) column[i] = 0;                                                      \
            for (size_t k = 0; k < inner && !fv_worked(rows); k++) {                               \
                type factor = b[j * inner + k];                                                    \
                const type *from = a + k * rows;                                                   \
                fv_pieces p = {.count = rows};                                                     \
                FV_EACH (i, &p) column[i] += from[i] * factor;                                     \
            }                                                                                      \
            FX_TRY(fv_stopped());                                                                  \
        }                                                                                          \
        return FURROW_OK;                                                                          \
    }
PRODUCT(product_u64, uint64_t)
PRODUCT(product_f32, float)
PRODUCT(product_f64, double)
PRODUCT(product_c64, _Complex float)
PRODUCT(product_c128, _Complex double)
PRODUCT(product_ci64, _Complex unsigned long)

static furrow_err product(fx_vm *vm, const fv_array *a, const fv_array *b, fv_array *c, const size_t size[3])
{
    switch (fx_calc_of((furrow_type)c->head.eltype)) {
    case FX_CALC_F32:
        return product_f32(vm, a->data, b->data, c->data, size);
    case FX_CALC_F64:
        return product_f64(vm, a->data, b->data, c->data, size);
    case FX_CALC_C64:
        return product_c64(vm, a->data, b->data, c->data, size);
    case FX_CALC_C128:
        return product_c128(vm, a->data, b->data, c->data, size);
    case FX_CALC_CI64:
        return product_ci64(vm, a->data, b->data, c->data, size);
    default:
        return product_u64(vm, a->data, b->data, c->data, size);
    }
}

/* Small integers are multiplied as Int64 (products wrap there), then brought back to their type. */
static furrow_err narrow(fv_array *wide, furrow_type type, fv_cell *out)
{
    fv_array *made = wide;
    if (type != (furrow_type)wide->head.eltype) {
        furrow_err err = fx_array_like(wide, type, &made);
        if (!err) fx_calc_store(FX_CALC_I64, type, wide->data, made->data, wide->count);
        fv_drop(&wide->head); /* small beside the product: looks at no limit */
        if (err) return err;
    }
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err multiply_flat(fx_vm *vm, const fv_cell *a, const fv_cell *b, const size_t size[3], fv_cell *out)
{
    furrow_type type = fx_promote((furrow_type)a->p->eltype, (furrow_type)b->p->eltype);
    furrow_type calc = fx_type_integer(type) && type != FURROW_UINT64 ? FURROW_INT64 : type;
    fv_array *x, *y = NULL, *made = NULL;
    const size_t dims[2] = {size[0], size[2]};
    FX_TRY(as_type(vm, a, calc, &x));
    furrow_err err = as_type(vm, b, calc, &y);
    if (!err) err = fv_array_new(calc, fx_ndims(b) == 1 ? 1 : 2, dims, &made);
    if (!err) err = product(vm, x, y, made, size);
    fv_drop(&x->head);
    if (y) fv_drop(&y->head);
    if (err) {
        if (made) fv_drop(&made->head);
        return err;
    }
    return narrow(made, type == FURROW_BOOL ? FURROW_INT64 : type, out);
}

static bool flat_elements(const fv_cell *c)
{
    return fv_tag_flat(c->p->eltype);
}

furrow_err fx_matrix_multiply(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    if (fx_ndims(a) > 2 || fx_ndims(b) > 2 || !flat_elements(a) || !flat_elements(b)) {
        const fv_cell both[2] = {*a, *b};
        return fx_no_method("*", both, 2);
    }
    if (fx_dim(a, 1) != fx_dim(b, 0)) {
        furrow_err err = fx_mismatch("*", a, b);
        fb_fail_advice(
            "A matrix product needs as many columns on the left as rows on the right; .* multiplies elements.");
        return err;
    }
    const size_t size[3] = {fx_dim(a, 0), fx_dim(a, 1), fx_dim(b, 1)};
    return multiply_flat(vm, a, b, size, out);
}

/* --- powers --- */

static furrow_err identity(const fv_array *like, fv_cell *out)
{
    fv_array *made;
    furrow_type type = like->head.eltype == FURROW_BOOL ? FURROW_INT64 : (furrow_type)like->head.eltype;
    FX_TRY(fx_array_like(like, type, &made));
    FX_TRY_KEEP(fv_bytes_clear(made->data, made->count * fx_element_nbytes(made)), made);
    const fv_cell one = fx_int(1);
    for (size_t i = 0; i < made->dims[0]; i++) {
        furrow_err err = fv_element_set(made, i * (made->dims[0] + 1), &one);
        if (err) {
            fv_drop(&made->head);
            return err;
        }
    }
    *out = fx_box(made);
    return FURROW_OK;
}

/* *to = *to times by; the old value goes. */
static furrow_err times(fx_vm *vm, fv_cell *to, const fv_cell *by)
{
    fv_cell made;
    FX_TRY(fx_matrix_multiply(vm, to, by, &made));
    fv_cell_drop(to);
    *to = made;
    return FURROW_OK;
}

furrow_err fx_matrix_power(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    const fv_cell both[2] = {*a, *b};
    int64_t n;
    if (a->tag != FURROW_ARRAY || !fx_type_integer(b->tag) || !fx_is_flat_array(a)) {
        furrow_err err = fx_no_method("^", both, 2);
        fb_fail_advice("Write .^ to calculate element by element.");
        return err;
    }
    if (fx_ndims(a) != 2 || fx_dim(a, 0) != fx_dim(a, 1)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_SHAPE,
                       "DimensionMismatch: ^ needs a square matrix, not a %s array (.^ is elementwise)",
                       fx_shape_text(a, text));
    }
    FX_TRY(fx_arg_int("^", b, &n));
    if (n < 0) return fb_fail(FURROW_ERR_ARG, "DomainError: a matrix to the power %lld, use inv", (long long)n);
    fv_cell made, base = *a;
    FX_TRY(identity(fx_array(a), &made));
    fv_cell_hold(&base);
    furrow_err err = FURROW_OK;
    for (; n && !err; n >>= 1) {
        if (n & 1) err = times(vm, &made, &base);
        if (!err && n > 1) err = times(vm, &base, &base);
    }
    fv_cell_drop(&base);
    if (err) {
        fv_cell_drop(&made);
        return err;
    }
    *out = made;
    return FURROW_OK;
}

/* --- transposes --- */

static furrow_err conjugate_scalar(const fv_cell *a, fv_cell *out)
{
    if (a->tag == FURROW_COMPLEX64) {
        *out = *a;
        out->c[1] = -out->c[1];
        return FURROW_OK;
    }
    double z[2];
    if (a->tag == FURROW_COMPLEX_INT64) {
        int64_t whole[2];
        memcpy(whole, ((const fv_scalar *)a->p)->bytes, sizeof whole);
        return fx_complex_int(whole[0], (int64_t)(0 - (uint64_t)whole[1]), out);
    }
    fx_complex_parts(a, z);
    return fx_complex(z[0], -z[1], out);
}

static furrow_err conjugate_elements(fv_array *a)
{
    fv_pieces p = {.count = a->count};
    if (a->head.eltype == FURROW_COMPLEX64) {
        FV_EACH (i, &p) ((float *)a->data)[2 * i + 1] *= -1;
    } else if (a->head.eltype == FURROW_COMPLEX128) {
        FV_EACH (i, &p) ((double *)a->data)[2 * i + 1] *= -1;
    } else if (a->head.eltype == FURROW_COMPLEX_INT64) {
        FV_EACH (i, &p) ((uint64_t *)a->data)[2 * i + 1] = 0 - ((uint64_t *)a->data)[2 * i + 1];
    }
    return p.err;
}

/* Square by square, so that what is read and what is written both stay in the cache. */
#define SQUARE 32
static furrow_err transpose_elements(const fv_array *a, fv_array *made)
{
    const size_t rows = made->dims[0], columns = made->dims[1];
    for (size_t j0 = 0; j0 < columns; j0 += SQUARE) {
        for (size_t i0 = 0; i0 < rows; i0 += SQUARE) {
            size_t j1 = columns - j0 < SQUARE ? columns : j0 + SQUARE, i1 = rows - i0 < SQUARE ? rows : i0 + SQUARE;
            for (size_t j = j0; j < j1; j++)
                for (size_t i = i0; i < i1; i++) fx_element_copy(made, j * rows + i, a, i * columns + j);
            FX_TRY(fv_worked(SQUARE * SQUARE));
        }
    }
    return FURROW_OK;
}

static furrow_err transpose_array(fx_vm *vm, bool conjugate, const fv_array *a, fv_cell *out)
{
    fv_array *made;
    const size_t dims[2] = {a->dims[1], a->dims[0]};
    FX_TRY(fx_spend(vm, a->count));
    FX_TRY(fv_array_new((furrow_type)a->head.eltype, 2, dims, &made));
    furrow_err err = transpose_elements(a, made);
    if (!err && conjugate) err = conjugate_elements(made);
    FX_TRY_KEEP(err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

furrow_err fx_matrix_transpose(fx_vm *vm, bool conjugate, const fv_cell *a, fv_cell *out)
{
    if (fx_is_number(a)) {
        if (conjugate && fx_type_complex(a->tag)) return conjugate_scalar(a, out);
        *out = *a;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    if (!fx_is_list(a) || fx_ndims(a) > 2) return fx_no_method(conjugate ? "ctranspose" : "transpose", a, 1);
    fv_array *array;
    FX_TRY(fx_to_array(vm, a, &array));
    furrow_err err = transpose_array(vm, conjugate, array, out);
    fv_drop(&array->head);
    return err;
}
