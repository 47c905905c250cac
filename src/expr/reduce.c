/*
 * reduce.c - what sum, prod, maximum, minimum, any, all, count and mean are, for each type of element. Sums are
 * pairwise, in the order of pairwise.h.
 */
#include "expr/reduce.h"
#include "expr/builtins.h"
#include "expr/pairwise.h"

#include <math.h>

/* Elements of any type in blocks of one calculating type. */
typedef void (*block_visit)(void *state, const void *block, size_t n);
static void through(furrow_type type, fx_calc calc, const void *data, size_t n, block_visit visit, void *state)
{
    _Alignas(64) char block[FX_CALC_BLOCK * 16];
    size_t width = furrow_type_nbytes(type);
    for (size_t start = 0; start < n; start += FX_CALC_BLOCK) {
        size_t k = n - start < FX_CALC_BLOCK ? n - start : FX_CALC_BLOCK;
        fx_calc_load(calc, type, (const char *)data + start * width, block, k);
        visit(state, block, k);
    }
}

/* --- sum --- */

static void add_integers(void *state, const void *block, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += ((const uint64_t *)block)[i];
    *(uint64_t *)state += sum;
}

/* Sums of small integers are Int64 or UInt64. */
static furrow_type sum_type(furrow_type type)
{
    if (!fx_type_integer(type)) return type;
    return fx_type_unsigned(type) ? FURROW_UINT64 : FURROW_INT64;
}

static furrow_err sum_complex(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    fx_pairwise re, im;
    double block[FX_CALC_BLOCK][2], part[2][FX_CALC_BLOCK];
    size_t width = furrow_type_nbytes(type);
    fx_pairwise_open(&re);
    fx_pairwise_open(&im);
    for (size_t start = 0; start < n; start += FX_CALC_BLOCK) {
        size_t k = n - start < FX_CALC_BLOCK ? n - start : FX_CALC_BLOCK;
        fx_calc_load(FX_CALC_C128, type, (const char *)data + start * width, block, k);
        for (size_t i = 0; i < k; i++) {
            part[0][i] = block[i][0];
            part[1][i] = block[i][1];
        }
        fx_pairwise_add(&re, fx_block_sum_f64(part[0], k));
        fx_pairwise_add(&im, fx_block_sum_f64(part[1], k));
    }
    fv_cell wide;
    FX_TRY(fx_complex(fx_pairwise_close(&re), fx_pairwise_close(&im), &wide));
    furrow_err err = fv_convert(&wide, type, out);
    fv_cell_drop(&wide);
    return err;
}

static furrow_err sum_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    if (fx_type_complex(type)) return sum_complex(type, data, n, out);
    *out = (fv_cell){.tag = (uint32_t)sum_type(type)};
    if (type == FURROW_FLOAT64) {
        out->d = fx_sum_f64(data, n);
    } else if (type == FURROW_FLOAT32) {
        out->f = fx_sum_f32(data, n);
    } else {
        through(type, FX_CALC_I64, data, n, add_integers, &out->u);
    }
    return FURROW_OK;
}

static furrow_err number_of(furrow_type type, int64_t number, fv_cell *out)
{
    const fv_cell cell = fx_int(number);
    furrow_type made = fv_tag_flat((uint32_t)type) ? sum_type(type) : FURROW_INT64;
    return fv_convert(&cell, made, out);
}
static furrow_err zero_of(furrow_type type, fv_cell *out)
{
    return number_of(type, 0, out);
}
static furrow_err one_of(furrow_type type, fv_cell *out)
{
    return number_of(type, 1, out);
}

static furrow_err combine_sum(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    return fx_binary(vm, FX_OP_ADD, false, a, b, out);
}
static const fx_reduction_kind kind_sum = {"sum", FX_OP_ADD, sum_all, zero_of, combine_sum};

/* --- prod --- */

static furrow_err prod_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    double z[2] = {1, 0};
    *out = (fv_cell){.tag = (uint32_t)sum_type(type)};
    if (fx_type_integer(type)) {
        out->u = 1;
        for (size_t i = 0; i < n; i++) {
            fv_cell item;
            fv_flat_load(type, (const char *)data + i * furrow_type_nbytes(type), &item);
            out->u *= item.u;
        }
    } else if (type == FURROW_FLOAT64) {
        out->d = 1;
        for (size_t i = 0; i < n; i++) out->d *= ((const double *)data)[i];
    } else if (type == FURROW_FLOAT32) {
        out->f = 1;
        for (size_t i = 0; i < n; i++) out->f *= ((const float *)data)[i];
    } else {
        for (size_t i = 0; i < n; i++) {
            double y[2];
            fx_calc_load(FX_CALC_C128, type, (const char *)data + i * furrow_type_nbytes(type), y, 1);
            double re = z[0] * y[0] - z[1] * y[1];
            z[1] = z[0] * y[1] + z[1] * y[0];
            z[0] = re;
        }
        fv_cell wide;
        FX_TRY(fx_complex(z[0], z[1], &wide));
        furrow_err err = fv_convert(&wide, type, out);
        fv_cell_drop(&wide);
        return err;
    }
    return FURROW_OK;
}
static furrow_err combine_prod(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    return fx_binary(vm, FX_OP_MUL, false, a, b, out);
}
static const fx_reduction_kind kind_prod = {"prod", FX_OP_MUL, prod_all, one_of, combine_prod};

/* --- maximum, minimum: NaN wins --- */

#define EXTREME(ctype, better)                    \
    do {                                          \
        const ctype *x = data;                    \
        for (size_t i = 1; i < n; i++) {          \
            ctype candidate = x[i], best = x[at]; \
            if (better) at = i;                   \
        }                                         \
    } while (0)
#define BETTER_INTEGER (greatest ? candidate > best : candidate < best)
#define BETTER_FLOAT                                                                              \
    (!isnan(best) && (isnan(candidate) || (greatest ? candidate > best : candidate < best) ||     \
                      (candidate == best && candidate == 0 && (signbit(best) != 0) == greatest && \
                       (signbit(candidate) != 0) != greatest)))

/* Where the extreme element is. */
static size_t extreme_place(furrow_type type, const void *data, size_t n, bool greatest)
{
    size_t at = 0;
    switch (type) {
    case FURROW_INT8:
        EXTREME(int8_t, BETTER_INTEGER);
        break;
    case FURROW_INT16:
        EXTREME(int16_t, BETTER_INTEGER);
        break;
    case FURROW_INT32:
        EXTREME(int32_t, BETTER_INTEGER);
        break;
    case FURROW_INT64:
        EXTREME(int64_t, BETTER_INTEGER);
        break;
    case FURROW_UINT16:
        EXTREME(uint16_t, BETTER_INTEGER);
        break;
    case FURROW_UINT32:
        EXTREME(uint32_t, BETTER_INTEGER);
        break;
    case FURROW_UINT64:
        EXTREME(uint64_t, BETTER_INTEGER);
        break;
    case FURROW_FLOAT32:
        EXTREME(float, BETTER_FLOAT);
        break;
    case FURROW_FLOAT64:
        EXTREME(double, BETTER_FLOAT);
        break;
    default:
        EXTREME(uint8_t, BETTER_INTEGER); /* UInt8, Bool */
    }
    return at;
}

static furrow_err extreme_all(furrow_type type, const void *data, size_t n, bool greatest, fv_cell *out)
{
    if (fx_type_complex(type)) {
        return fb_fail(FURROW_ERR_TYPE, "complex numbers have no order, take abs or real of them first");
    }
    size_t at = extreme_place(type, data, n, greatest);
    return fx_flat(type, (const char *)data + at * furrow_type_nbytes(type), out);
}
static furrow_err maximum_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return extreme_all(type, data, n, true, out);
}
static furrow_err minimum_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return extreme_all(type, data, n, false, out);
}
static furrow_err empty_extreme(furrow_type type, fv_cell *out)
{
    (void)type;
    (void)out;
    return fb_fail(FURROW_ERR_ARG, "ArgumentError: an empty collection has no maximum and no minimum");
}
static furrow_err combine_extreme(const fv_cell *a, const fv_cell *b, bool greatest, fv_cell *out)
{
    int order;
    FX_TRY(fx_order(a, b, &order)); /* NaN is the last in order: the greatest, and wins over the least too */
    bool nan_a = fx_type_float(a->tag) && isnan(fx_real(a)), nan_b = fx_type_float(b->tag) && isnan(fx_real(b));
    bool first = nan_a || nan_b ? nan_a : greatest ? order >= 0 : order <= 0;
    *out = first ? *a : *b;
    fv_cell_hold(out);
    return FURROW_OK;
}
static furrow_err combine_maximum(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    (void)vm;
    return combine_extreme(a, b, true, out);
}
static furrow_err combine_minimum(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    (void)vm;
    return combine_extreme(a, b, false, out);
}
static const fx_reduction_kind kind_maximum = {"maximum", FX_OP_GT, maximum_all, empty_extreme, combine_maximum};
static const fx_reduction_kind kind_minimum = {"minimum", FX_OP_LT, minimum_all, empty_extreme, combine_minimum};

/* --- any, all, count: of Bools --- */

static furrow_err want_bools(furrow_type type)
{
    if (type == FURROW_BOOL) return FURROW_OK;
    return fb_fail(FURROW_ERR_TYPE,
                   "any, all and count want Bools, not %s (give a condition first: any(x -> x > 0, v))",
                   furrow_type_name(type));
}
static furrow_err any_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    FX_TRY(want_bools(type));
    *out = fx_bool(memchr(data, 1, n) != NULL);
    return FURROW_OK;
}
static furrow_err all_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    FX_TRY(want_bools(type));
    *out = fx_bool(memchr(data, 0, n) == NULL);
    return FURROW_OK;
}
static furrow_err count_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    FX_TRY(want_bools(type));
    int64_t count = 0;
    for (size_t i = 0; i < n; i++) count += ((const uint8_t *)data)[i];
    *out = fx_int(count);
    return FURROW_OK;
}
static furrow_err empty_false(furrow_type type, fv_cell *out)
{
    (void)type;
    *out = fx_bool(false);
    return FURROW_OK;
}
static furrow_err empty_true(furrow_type type, fv_cell *out)
{
    (void)type;
    *out = fx_bool(true);
    return FURROW_OK;
}
static furrow_err empty_zero(furrow_type type, fv_cell *out)
{
    (void)type;
    *out = fx_int(0);
    return FURROW_OK;
}
static furrow_err combine_bools(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    (void)vm;
    (void)out;
    return want_bools((furrow_type)(a->tag == FURROW_BOOL ? b->tag : a->tag));
}
static const fx_reduction_kind kind_any = {"any", FX_OP_OR, any_all, empty_false, combine_bools};
static const fx_reduction_kind kind_all = {"all", FX_OP_AND, all_all, empty_true, combine_bools};
static const fx_reduction_kind kind_count = {"count", FX_OP_ADD, count_all, empty_zero, combine_bools};

/* --- mean --- */

static furrow_err divide(fv_cell *sum, size_t n, fv_cell *out)
{
    const fv_cell count = fx_int((int64_t)n);
    furrow_err err = fx_binary(NULL, FX_OP_DIV, false, sum, &count, out);
    fv_cell_drop(sum);
    return err;
}

/* Integers are summed as doubles: their own sum might wrap. */
static void add_doubles(void *state, const void *block, size_t n)
{
    fx_pairwise_add(state, fx_block_sum_f64(block, n));
}
static furrow_err mean_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    fv_cell sum;
    if (fx_type_integer(type)) {
        fx_pairwise p;
        fx_pairwise_open(&p);
        through(type, FX_CALC_F64, data, n, add_doubles, &p);
        sum = fx_float(fx_pairwise_close(&p));
    } else {
        FX_TRY(sum_all(type, data, n, &sum));
    }
    return divide(&sum, n, out);
}
static furrow_err empty_mean(furrow_type type, fv_cell *out)
{
    (void)type;
    *out = fx_float(NAN);
    return FURROW_OK;
}
static const fx_reduction_kind kind_mean = {"mean", FX_OP_ADD, mean_all, empty_mean, NULL};

#define FUNCTION(id)                                             \
    static furrow_err do_##id(const fx_call *call, fv_cell *out) \
    {                                                            \
        return fx_reduce_call(call, &kind_##id, out);            \
    }
FUNCTION(sum)
FUNCTION(prod)
FUNCTION(maximum)
FUNCTION(minimum)
FUNCTION(any)
FUNCTION(all)
FUNCTION(count)
FUNCTION(mean)

static furrow_err do_sumabs2(const fx_call *call, fv_cell *out)
{
    const fx_builtin *square = fx_builtin_find("abs2", 4);
    fv_cell squares;
    FX_TRY(square->function(&(fx_call){.vm = call->vm, .args = call->args, .nargs = 1}, &squares));
    fv_cell args[2] = {squares};
    if (call->nargs > 1) args[1] = call->args[1];
    furrow_err err = do_sum(&(fx_call){.vm = call->vm, .args = args, .nargs = call->nargs}, out);
    fv_cell_drop(&squares);
    return err;
}

static furrow_err do_extrema(const fx_call *call, fv_cell *out)
{
    fv_cell pair[2];
    furrow_value *tuple;
    FX_TRY(do_minimum(call, &pair[0]));
    furrow_err err = do_maximum(call, &pair[1]);
    if (!err) {
        err = fv_tuple_new(2, pair, &tuple);
        if (!err) *out = fx_box(tuple);
        fv_cell_drop(&pair[1]);
    }
    fv_cell_drop(&pair[0]);
    return err;
}

const fx_builtin fx_builtins_reduce[] = {{"sum", do_sum, 1, 2, false},
                                         {"prod", do_prod, 1, 2, false},
                                         {"maximum", do_maximum, 1, 2, false},
                                         {"minimum", do_minimum, 1, 2, false},
                                         {"extrema", do_extrema, 1, 1, false},
                                         {"any", do_any, 1, 2, false},
                                         {"all", do_all, 1, 2, false},
                                         {"count", do_count, 1, 2, false},
                                         {"mean", do_mean, 1, 2, false},
                                         {"sumabs2", do_sumabs2, 1, 2, false},
                                         {NULL}};
