/*
 * linalg.c - small linear algebra: det, inv, trace, diag, kron, cross, the spectral norm. Elimination with partial
 * pivoting, in complex numbers when the matrix has them; for large systems a library should be called instead.
 */
#include "expr/builtins.h"
#include "expr/calc.h"

#include <complex.h>
#include <math.h>

/* The square matrix as Complex128 elements, a copy. */
static furrow_err square_of(const char *name, const fx_call *call, fv_array **out)
{
    const fv_cell *a = call->args;
    if (!fx_is_flat_array(a)) return fx_no_method(name, a, 1);
    if (fx_ndims(a) != 2 || fx_dim(a, 0) != fx_dim(a, 1)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_SHAPE, "DimensionMismatch: %s needs a square matrix, not a %s array", name,
                       fx_shape_text(a, text));
    }
    FX_TRY(fx_array_like(fx_array(a), FURROW_COMPLEX128, out));
    FX_TRY_KEEP(
        fx_calc_load_all(FX_CALC_C128, (furrow_type)a->p->eltype, fx_array(a)->data, (*out)->data, (*out)->count),
        *out);
    return FURROW_OK;
}

/* A number of the kind that the matrix's type calls for. */
static furrow_err number_for(const fv_cell *a, double complex z, fv_cell *out)
{
    furrow_type type = fx_inexact((furrow_type)a->p->eltype);
    fv_cell wide;
    if (!fx_type_complex(type)) {
        *out = type == FURROW_FLOAT32 ? (fv_cell){.tag = FURROW_FLOAT32, .f = (float)creal(z)} : fx_float(creal(z));
        return FURROW_OK;
    }
    FX_TRY(fx_complex(creal(z), cimag(z), &wide));
    furrow_err err = fv_convert(&wide, type, out);
    fv_cell_drop(&wide);
    return err;
}

static furrow_err array_for(const fv_cell *a, fv_array *wide, fv_cell *out)
{
    furrow_type type = fx_inexact((furrow_type)a->p->eltype);
    fv_array *made;
    if (fx_type_integer(type)) type = FURROW_FLOAT64;
    FX_TRY(fx_array_like(wide, type, &made));
    const double complex *z = wide->data;
    fv_pieces p = {.count = wide->count};
    FV_EACH (i, &p) {
        if (type == FURROW_FLOAT64) ((double *)made->data)[i] = creal(z[i]);
        if (type == FURROW_FLOAT32) ((float *)made->data)[i] = (float)creal(z[i]);
        if (type == FURROW_COMPLEX128) ((double complex *)made->data)[i] = z[i];
        if (type == FURROW_COMPLEX64) ((float complex *)made->data)[i] = (float complex)z[i];
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

static void swap_rows(double complex *m, size_t n, size_t columns, size_t a, size_t b)
{
    for (size_t j = 0; j < columns && a != b; j++) {
        double complex keep = m[j * n + a];
        m[j * n + a] = m[j * n + b];
        m[j * n + b] = keep;
    }
}

/* Brings column k below row k to zero by the row with the largest element; the determinant's factor comes back. */
static double complex eliminate(double complex *m, size_t n, size_t columns, size_t k)
{
    size_t pivot = k;
    for (size_t i = k + 1; i < n; i++)
        if (cabs(m[k * n + i]) > cabs(m[k * n + pivot])) pivot = i;
    double complex best = m[k * n + pivot];
    if (best == 0) return 0;
    swap_rows(m, n, columns, k, pivot);
    for (size_t i = k + 1; i < n; i++) {
        double complex factor = m[k * n + i] / best;
        if (factor == 0) continue;
        m[k * n + i] = 0;
        if (fv_worked(4 * (columns - k))) return NAN;
        for (size_t j = k + 1; j < columns; j++) m[j * n + i] -= factor * m[j * n + k];
    }
    return pivot == k ? best : -best;
}

static furrow_err do_det(const fx_call *call, fv_cell *out)
{
    fv_array *m;
    double complex made = 1;
    if (fx_is_number(call->args)) {
        *out = call->args[0];
        fv_cell_hold(out);
        return FURROW_OK;
    }
    FX_TRY(square_of("det", call, &m));
    size_t n = m->dims[0];
    furrow_err err = FURROW_OK;
    for (size_t k = 0; k < n && made != 0 && !err; k++) {
        err = fx_spend(call->vm, n * n);
        made *= eliminate(m->data, n, n, k);
    }
    fv_drop(&m->head);
    if (!err) err = fv_stopped();
    return err ? err : number_for(call->args, made, out);
}

/* Solves upwards: the right half of [U | B] becomes the inverse. */
static void substitute_back(double complex *m, size_t n)
{
    for (size_t j = n; j < 2 * n; j++) {
        double complex *x = m + j * n;
        for (size_t k = n; k-- > 0 && !fv_worked(2 * k);) {
            x[k] /= m[k * n + k];
            for (size_t i = 0; i < k; i++) x[i] -= m[k * n + i] * x[k];
        }
    }
}

static furrow_err invert(fx_vm *vm, const fv_array *square, fv_array *beside, fv_array *inverse)
{
    size_t n = square->dims[0];
    double complex *m = beside->data;
    FX_TRY(fv_bytes_clear(m, beside->count * sizeof *m));
    FX_TRY(fv_bytes_copy(m, square->data, n * n * sizeof *m));
    for (size_t i = 0; i < n; i++) m[(n + i) * n + i] = 1;
    for (size_t k = 0; k < n; k++) {
        FX_TRY(fx_spend(vm, 2 * n * n));
        double complex pivot = eliminate(m, n, 2 * n, k);
        FX_TRY(fv_stopped());
        if (pivot == 0) {
            return fb_fail(FURROW_ERR_ARG,
                           "SingularException: the matrix has no inverse (column %zu depends on others)", k + 1);
        }
    }
    FX_TRY(fx_spend(vm, n * n * n));
    substitute_back(m, n);
    FX_TRY(fv_stopped());
    return fv_bytes_copy(inverse->data, m + n * n, n * n * sizeof *m);
}

static furrow_err do_inv(const fx_call *call, fv_cell *out)
{
    fv_array *square, *beside = NULL;
    if (fx_is_number(call->args)) {
        const fv_cell one = fx_int(1);
        return fx_binary(call->vm, FX_OP_DIV, false, &one, call->args, out);
    }
    FX_TRY(square_of("inv", call, &square));
    const size_t dims[2] = {square->dims[0], 2 * square->dims[0]};
    furrow_err err = fv_array_new(FURROW_COMPLEX128, 2, dims, &beside);
    if (!err) err = invert(call->vm, square, beside, square);
    if (!err) err = array_for(call->args, square, out);
    if (beside) fv_drop(&beside->head);
    fv_drop(&square->head);
    return err;
}

static furrow_err do_trace(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    fv_cell diagonal;
    if (a->tag != FURROW_ARRAY || fx_ndims(a) != 2 || fx_dim(a, 0) != fx_dim(a, 1)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_SHAPE, "DimensionMismatch: trace needs a square matrix, not a %s",
                       fx_type_text(a, text));
    }
    FX_TRY(fx_builtin_find("diag", 4)->function(&(fx_call){.vm = call->vm, .args = a, .nargs = 1}, &diagonal));
    furrow_err err =
        fx_builtin_find("sum", 3)->function(&(fx_call){.vm = call->vm, .args = &diagonal, .nargs = 1}, out);
    fv_cell_drop(&diagonal);
    return err;
}

/* The diagonal of a matrix, or (diagm too) the matrix with a vector as its diagonal. */
static furrow_err do_diag(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    fv_array *made;
    if (a->tag != FURROW_ARRAY || fx_ndims(a) != 2) return fx_no_method("diag", a, call->nargs);
    int64_t shift = 0;
    if (call->nargs > 1) FX_TRY(fx_arg_int("diag", &call->args[1], &shift));
    size_t rows = fx_dim(a, 0), columns = fx_dim(a, 1), down = shift < 0 ? 0 - (size_t)shift : 0,
           right = shift > 0 ? (size_t)shift : 0;
    size_t n = down >= rows || right >= columns ? 0 : rows - down < columns - right ? rows - down : columns - right;
    FX_TRY(fx_vector_new((furrow_type)a->p->eltype, n, &made));
    for (size_t i = 0; i < n; i++) fx_element_copy(made, i, fx_array(a), (i + right) * rows + i + down);
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err do_diagm(const fx_call *call, fv_cell *out)
{
    fv_array *items, *made;
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    const size_t dims[2] = {items->count, items->count};
    furrow_err err = fv_tag_flat(items->head.eltype) ? fv_array_new((furrow_type)items->head.eltype, 2, dims, &made)
                                                     : fx_no_method("diagm", call->args, 1);
    if (!err) {
        err = fv_bytes_clear(made->data, made->count * fx_element_nbytes(made));
        for (size_t i = 0; i < items->count && !err; i++) fx_element_copy(made, i * (items->count + 1), items, i);
        if (err)
            fv_drop(&made->head);
        else
            *out = fx_box(made);
    }
    fv_drop(&items->head);
    return err;
}

/* Every element of a times the whole of b. */
static furrow_err do_kron(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = &call->args[0], *b = &call->args[1];
    if (!fx_is_flat_array(a) || !fx_is_flat_array(b) || fx_ndims(a) > 2 || fx_ndims(b) > 2)
        return fx_no_method("kron", a, 2);
    size_t dims[2];
    fv_array *made;
    for (int k = 0; k < 2; k++) {
        if (__builtin_mul_overflow(fx_dim(a, k), fx_dim(b, k), &dims[k]))
            return fb_fail(FURROW_ERR_OVERFLOW, "kron would be too large");
    }
    furrow_type type = fx_promote((furrow_type)a->p->eltype, (furrow_type)b->p->eltype);
    FX_TRY(fv_array_new(type, fx_ndims(a) == 1 && fx_ndims(b) == 1 ? 1 : 2, dims, &made));
    furrow_err err = fx_spend(call->vm, 4 * made->count);
    for (size_t i = 0; i < made->count && !err; i++) {
        size_t row = i % dims[0], column = i / dims[0];
        size_t at_a = column / fx_dim(b, 1) * fx_dim(a, 0) + row / fx_dim(b, 0);
        size_t at_b = column % fx_dim(b, 1) * fx_dim(b, 0) + row % fx_dim(b, 0);
        fv_cell x, y, product;
        err = fv_element(fx_array(a), at_a, &x);
        if (err) break;
        err = fv_element(fx_array(b), at_b, &y);
        if (!err) err = fx_binary(call->vm, FX_OP_MUL, false, &x, &y, &product);
        if (!err) err = fv_element_set(made, i, &product);
        fv_cell_drop(&x);
        if (!err) fv_cell_drop(&y);
        if (!err) fv_cell_drop(&product);
    }
    if (err) {
        fv_drop(&made->head);
        return err;
    }
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err do_cross(const fx_call *call, fv_cell *out)
{
    fx_gather gather;
    const fv_cell *a = &call->args[0], *b = &call->args[1];
    if (!fx_is_flat_array(a) || !fx_is_flat_array(b) || fx_array(a)->count != 3 || fx_array(b)->count != 3) {
        return fb_fail(FURROW_ERR_SHAPE, "DimensionMismatch: cross is of two vectors of 3 elements");
    }
    fx_gather_open(&gather, 3);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < 3 && !err; i++) {
        const size_t next = (i + 1) % 3, last = (i + 2) % 3;
        const size_t places[4] = {next, last, last, next};
        fv_cell parts[4] = {{0}}, left = fx_nothing(), right = fx_nothing(), made = fx_nothing();
        for (int k = 0; k < 4 && !err; k++) err = fv_element(fx_array(k & 1 ? b : a), places[k], &parts[k]);
        if (!err) err = fx_binary(call->vm, FX_OP_MUL, false, &parts[0], &parts[1], &left);
        if (!err) err = fx_binary(call->vm, FX_OP_MUL, false, &parts[2], &parts[3], &right);
        if (!err) err = fx_binary(call->vm, FX_OP_SUB, false, &left, &right, &made);
        if (!err) err = fx_gather_add(&gather, &made);
        for (int k = 0; k < 4; k++) fv_cell_drop(&parts[k]);
        fv_cell_drop(&left);
        fv_cell_drop(&right);
        fv_cell_drop(&made);
    }
    if (!err) return fx_gather_close(&gather, 0, NULL, out);
    fx_gather_drop(&gather);
    return err;
}

/* --- singular values, by rotating columns until they are orthogonal --- */

static bool rotate_columns(double complex *p, double complex *q, size_t n)
{
    double alpha = 0, beta = 0;
    double complex gamma = 0;
    for (size_t i = 0; i < n; i++) {
        alpha += creal(p[i] * conj(p[i]));
        beta += creal(q[i] * conj(q[i]));
        gamma += conj(p[i]) * q[i];
    }
    double size = cabs(gamma);
    if (size <= 1e-16 * sqrt(alpha * beta) || size == 0) return false;
    double zeta = (beta - alpha) / (2 * size), t = copysign(1, zeta) / (fabs(zeta) + sqrt(1 + zeta * zeta));
    double c = 1 / sqrt(1 + t * t), s = c * t;
    double complex phase = gamma / size;
    for (size_t i = 0; i < n; i++) {
        double complex x = p[i], y = q[i] * conj(phase);
        p[i] = c * x - s * y;
        q[i] = s * x + c * y;
    }
    return true;
}

static furrow_err singular_values(fx_vm *vm, fv_array *m, fv_array *values)
{
    size_t rows = m->dims[0], columns = m->dims[1];
    double complex *z = m->data;
    bool moved = true;
    for (int sweep = 0; sweep < 60 && moved; sweep++) {
        moved = false;
        for (size_t a = 0; a < columns; a++) {
            FX_TRY(fx_spend(vm, 4 * rows * (columns - a)));
            for (size_t b = a + 1; b < columns && !fv_worked(8 * rows); b++)
                moved |= rotate_columns(z + a * rows, z + b * rows, rows);
        }
    }
    for (size_t j = 0; j < columns; j++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++) {
            sum = hypot(sum, cabs(z[j * rows + i]));
            FX_TRY(fv_worked(8));
        }
        ((double *)values->data)[j] = sum;
    }
    return fv_stopped();
}

static furrow_err values_of(const fx_call *call, fv_array **out)
{
    const fv_cell *a = call->args;
    fv_array *m, *values;
    if (!fx_is_flat_array(a) || fx_ndims(a) > 2) return fx_no_method("svdvals", a, call->nargs);
    FX_TRY(fx_array_like(fx_array(a), FURROW_COMPLEX128, &m));
    FX_TRY_KEEP(fx_calc_load_all(FX_CALC_C128, (furrow_type)a->p->eltype, fx_array(a)->data, m->data, m->count), m);
    FX_TRY_KEEP(fx_vector_new(FURROW_FLOAT64, m->dims[1], &values), m);
    furrow_err err = singular_values(call->vm, m, values);
    fv_drop(&m->head);
    FX_TRY_KEEP(err, values);
    *out = values;
    return FURROW_OK;
}

static furrow_err do_opnorm(const fx_call *call, fv_cell *out)
{
    fv_array *values;
    double most = 0;
    FX_TRY(values_of(call, &values));
    for (size_t i = 0; i < values->count; i++) most = fmax(most, ((double *)values->data)[i]);
    fv_drop(&values->head);
    *out = fx_float(most);
    return FURROW_OK;
}

static furrow_err do_rank(const fx_call *call, fv_cell *out)
{
    fv_array *values;
    double most = 0;
    int64_t rank = 0;
    FX_TRY(values_of(call, &values));
    const double *s = values->data;
    double longer =
        (double)(fx_dim(call->args, 0) > fx_dim(call->args, 1) ? fx_dim(call->args, 0) : fx_dim(call->args, 1));
    for (size_t i = 0; i < values->count; i++) most = fmax(most, s[i]);
    for (size_t i = 0; i < values->count; i++) rank += s[i] > most * longer * 0x1p-52;
    fv_drop(&values->head);
    *out = fx_int(rank);
    return FURROW_OK;
}

const fx_builtin fx_builtins_linalg[] = {{"det", do_det, 1, 1, false},
                                         {"inv", do_inv, 1, 1, false},
                                         {"trace", do_trace, 1, 1, false},
                                         {"tr", do_trace, 1, 1, false},
                                         {"diag", do_diag, 1, 2, false},
                                         {"diagm", do_diagm, 1, 1, false},
                                         {"kron", do_kron, 2, 2, false},
                                         {"cross", do_cross, 2, 2, false},
                                         {"opnorm", do_opnorm, 1, 1, false},
                                         {"rank", do_rank, 1, 1, false},
                                         {NULL}};
