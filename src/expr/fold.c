/*
 * fold.c - the reductions of fold.h, type by type. Sums are pairwise in the order of pairwise.h; products are eight
 * strands a block; integers wrap; NaN wins over every extreme.
 */
#include "expr/fold.h"
#include "expr/support.h"
#include <math.h>

_Static_assert(FX_CALC_BLOCK >= FX_PAIRWISE_BLOCK, "a block fits the buffers here");

furrow_type fx_fold_sum_type(furrow_type type)
{
    if (!fx_type_integer(type)) return type;
    return fx_type_unsigned(type) ? FURROW_UINT64 : FURROW_INT64;
}

bool fx_fold_open(fx_fold *f, fx_reduction kind, furrow_type type)
{
    bool logic = kind == FX_REDUCE_COUNT || kind == FX_REDUCE_ANY || kind == FX_REDUCE_ALL;
    bool extreme = kind == FX_REDUCE_MAXIMUM || kind == FX_REDUCE_MINIMUM;
    if (!fv_tag_flat(type) || (logic && type != FURROW_BOOL) || (extreme && fx_type_complex(type))) return false;
    f->kind = kind;
    f->type = type;
    f->vectors = fx_vectors_best();
    fx_pairwise_open(&f->sum);
    fx_pairwise_open(&f->sum_imaginary);
    fx_pairwise_open_f32(&f->sum_f32);
    f->whole = kind == FX_REDUCE_PROD;
    f->imaginary = 0;
    f->real[0] = kind == FX_REDUCE_PROD;
    f->real[1] = 0;
    f->some = f->decided = false;
    return true;
}

/* Elements as calc: where they are when they look so already, else in block. */
static const void *loaded(const fx_fold *f, fx_calc calc, const void *x, size_t n, void *block)
{
    bool wide = calc == FX_CALC_I64 || calc == FX_CALC_U64;
    if (wide ? f->type == FURROW_INT64 || f->type == FURROW_UINT64 : fx_calc_of(f->type) == calc && calc != FX_CALC_C64)
        return x;
    fx_calc_load(calc, f->type, x, block, n);
    return block;
}

/* --- sums --- */

static void add_complex(fx_fold *f, const double (*z)[2], size_t n)
{
    double part[2][FX_PAIRWISE_BLOCK];
    for (size_t i = 0; i < n; i++) {
        part[0][i] = z[i][0];
        part[1][i] = z[i][1];
    }
    fx_pairwise_add(&f->sum, fx_block_sum_f64(part[0], n));
    fx_pairwise_add(&f->sum_imaginary, fx_block_sum_f64(part[1], n));
}

static void add_whole(fx_fold *f, const uint64_t (*z)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        f->whole += z[i][0];
        f->imaginary += z[i][1];
    }
}

/* The mean of integers adds doubles: their own sum might wrap. */
static void add_sum(fx_fold *f, const void *x, size_t n)
{
    _Alignas(64) char block[FX_PAIRWISE_BLOCK * 16];
    if (f->type == FURROW_COMPLEX_INT64 && f->kind != FX_REDUCE_MEAN)
        add_whole(f, x, n);
    else if (fx_type_complex(f->type))
        add_complex(f, loaded(f, FX_CALC_C128, x, n, block), n);
    else if (f->type == FURROW_FLOAT32)
        fx_pairwise_add_f32(&f->sum_f32, fx_block_sum_f32(x, n));
    else if (f->type == FURROW_FLOAT64 || f->kind == FX_REDUCE_MEAN)
        fx_pairwise_add(&f->sum, fx_block_sum_f64(loaded(f, FX_CALC_F64, x, n, block), n));
    else if (f->type == FURROW_BOOL)
        f->whole += f->vectors->count(x, n);
    else
        f->whole += f->vectors->sum_i64(loaded(f, FX_CALC_I64, x, n, block), n);
}

void fx_fold_add_dot(fx_fold *f, const double *x, const double *y, size_t n)
{
    fx_pairwise_add(&f->sum, fx_block_dot_f64(x, y, n));
}

/* --- products --- */

static void multiply_complex(fx_fold *f, const double (*z)[2], size_t n)
{
    double re = f->real[0], im = f->real[1];
    for (size_t i = 0; i < n; i++) {
        double next = re * z[i][0] - im * z[i][1];
        im = re * z[i][1] + im * z[i][0];
        re = next;
    }
    f->real[0] = re;
    f->real[1] = im;
}

static void multiply_whole(fx_fold *f, const uint64_t (*z)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t next = f->whole * z[i][0] - f->imaginary * z[i][1];
        f->imaginary = f->whole * z[i][1] + f->imaginary * z[i][0];
        f->whole = next;
    }
}

static void multiply(fx_fold *f, const void *x, size_t n)
{
    _Alignas(64) char block[FX_PAIRWISE_BLOCK * 16];
    if (f->type == FURROW_COMPLEX_INT64) {
        multiply_whole(f, x, n);
    } else if (fx_type_complex(f->type)) {
        multiply_complex(f, loaded(f, FX_CALC_C128, x, n, block), n);
    } else if (f->type == FURROW_FLOAT64) {
        f->real[0] *= fx_block_prod_f64(x, n);
    } else if (f->type == FURROW_FLOAT32) {
        f->real[0] = (float)f->real[0] * fx_block_prod_f32(x, n);
    } else {
        const uint64_t *u = loaded(f, FX_CALC_I64, x, n, block);
        for (size_t i = 0; i < n; i++) f->whole *= u[i];
    }
}

/* --- extremes --- */

static void extreme_float(fx_fold *f, bool greatest, const double *x, size_t n)
{
    double (*of)(const double *, size_t) = greatest ? f->vectors->maximum : f->vectors->minimum;
    double both[2] = {f->real[0], of(x, n)};
    f->real[0] = f->some ? of(both, 2) : both[1];
}

static void extreme_signed(fx_fold *f, bool greatest, const int64_t *x, size_t n)
{
    int64_t best = f->vectors->extreme_i64[greatest](x, n), before = (int64_t)f->whole;
    if (f->some && (greatest ? before > best : before < best)) best = before;
    f->whole = (uint64_t)best;
}

static void extreme_unsigned(fx_fold *f, bool greatest, const uint64_t *x, size_t n)
{
    uint64_t best = f->some ? f->whole : x[0];
    for (size_t i = 0; i < n; i++)
        if (greatest ? x[i] > best : x[i] < best) best = x[i];
    f->whole = best;
}

static void extreme(fx_fold *f, const void *x, size_t n)
{
    _Alignas(64) char block[FX_PAIRWISE_BLOCK * 16];
    bool greatest = f->kind == FX_REDUCE_MAXIMUM;
    if (fx_type_float(f->type))
        extreme_float(f, greatest, loaded(f, FX_CALC_F64, x, n, block), n);
    else if (f->type == FURROW_UINT64)
        extreme_unsigned(f, greatest, x, n);
    else
        extreme_signed(f, greatest, loaded(f, FX_CALC_I64, x, n, block), n);
    f->some = true;
}

/* --- feeding, ending --- */

void fx_fold_add(fx_fold *f, const void *x, size_t n)
{
    switch (f->kind) {
    case FX_REDUCE_PROD:
        multiply(f, x, n);
        break;
    case FX_REDUCE_MAXIMUM:
    case FX_REDUCE_MINIMUM:
        extreme(f, x, n);
        break;
    case FX_REDUCE_ANY:
    case FX_REDUCE_ALL:
    case FX_REDUCE_COUNT: {
        size_t count = f->vectors->count(x, n);
        f->whole += count;
        f->decided |= (f->kind == FX_REDUCE_ANY && count) || (f->kind == FX_REDUCE_ALL && count < n);
        break;
    }
    default:
        add_sum(f, x, n);
    }
}

/* Pairs of doubles as the elements' own complex type. */
static furrow_err complex_result(furrow_type type, double re, double im, fv_cell *out)
{
    fv_cell wide;
    FX_TRY(fx_complex(re, im, &wide));
    furrow_err err = fv_convert(&wide, fx_inexact(type), out);
    fv_cell_drop(&wide);
    return err;
}

static furrow_err real_result(const fx_fold *f, double x, fv_cell *out)
{
    *out = fx_float(x);
    if (f->type == FURROW_FLOAT32) {
        *out = (fv_cell){.tag = FURROW_FLOAT32};
        out->f = (float)x;
    }
    return FURROW_OK;
}

static furrow_err whole_result(const fx_fold *f, fv_cell *out)
{
    return fx_complex_int((int64_t)f->whole, (int64_t)f->imaginary, out);
}

static furrow_err sum_result(const fx_fold *f, fv_cell *out)
{
    if (f->type == FURROW_COMPLEX_INT64 && f->kind != FX_REDUCE_MEAN) return whole_result(f, out);
    if (fx_type_complex(f->type))
        return complex_result(f->type, fx_pairwise_close(&f->sum), fx_pairwise_close(&f->sum_imaginary), out);
    if (f->type == FURROW_FLOAT32) return real_result(f, (double)fx_pairwise_close_f32(&f->sum_f32), out);
    if (f->type == FURROW_FLOAT64 || f->kind == FX_REDUCE_MEAN) return real_result(f, fx_pairwise_close(&f->sum), out);
    *out = (fv_cell){.tag = (uint32_t)fx_fold_sum_type(f->type), .u = f->whole};
    return FURROW_OK;
}

static furrow_err mean_result(const fx_fold *f, size_t n, fv_cell *out)
{
    const fv_cell count = fx_int((int64_t)n);
    fv_cell sum;
    FX_TRY(sum_result(f, &sum));
    furrow_err err = fx_binary(NULL, FX_OP_DIV, false, &sum, &count, out);
    fv_cell_drop(&sum);
    return err;
}

furrow_err fx_fold_close(const fx_fold *f, size_t count, fv_cell *out)
{
    bool integer = fx_type_integer(f->type);
    switch (f->kind) {
    case FX_REDUCE_MEAN:
        return mean_result(f, count, out);
    case FX_REDUCE_PROD:
        if (f->type == FURROW_COMPLEX_INT64) return whole_result(f, out);
        if (fx_type_complex(f->type)) return complex_result(f->type, f->real[0], f->real[1], out);
        if (!integer) return real_result(f, f->real[0], out);
        *out = (fv_cell){.tag = (uint32_t)fx_fold_sum_type(f->type), .u = f->whole};
        return FURROW_OK;
    case FX_REDUCE_MAXIMUM:
    case FX_REDUCE_MINIMUM:
        if (!integer) return real_result(f, f->real[0], out);
        *out = (fv_cell){.tag = (uint32_t)f->type, .u = f->whole};
        return FURROW_OK;
    case FX_REDUCE_ANY:
        *out = fx_bool(f->whole != 0);
        return FURROW_OK;
    case FX_REDUCE_ALL:
        *out = fx_bool(!f->decided);
        return FURROW_OK;
    case FX_REDUCE_COUNT:
        *out = fx_int((int64_t)f->whole);
        return FURROW_OK;
    default:
        return sum_result(f, out);
    }
}

furrow_err fx_fold_all(fx_reduction kind, furrow_type type, const void *data, size_t n, fv_cell *out)
{
    fx_fold f;
    size_t width = furrow_type_nbytes(type);
    if (!fx_fold_open(&f, kind, type))
        return fb_fail(FURROW_ERR_INTERNAL, "no reduction of %s", furrow_type_name(type));
    for (size_t from = 0; from < n && !f.decided; from += FX_PAIRWISE_BLOCK) {
        size_t k = n - from < FX_PAIRWISE_BLOCK ? n - from : FX_PAIRWISE_BLOCK;
        fx_fold_add(&f, (const char *)data + from * width, k);
        FX_TRY(fv_worked(k));
    }
    return fx_fold_close(&f, n, out);
}
