/*
 * reduce.c - the builtins sum, prod, maximum, minimum, any, all, count and mean: fold.h on flat elements; of none, and
 * of boxed items, what stands here.
 */
#include "expr/reduce.h"
#include "expr/builtins.h"
#include "expr/fold.h"

#include <math.h>

/* --- sum --- */

#define ALL(id, kind)                                                                      \
    static furrow_err id##_all(furrow_type type, const void *data, size_t n, fv_cell *out) \
    {                                                                                      \
        return fx_fold_all(kind, type, data, n, out);                                      \
    }
ALL(sum, FX_REDUCE_SUM)
ALL(prod, FX_REDUCE_PROD)
ALL(mean, FX_REDUCE_MEAN)

static furrow_err number_of(furrow_type type, int64_t number, fv_cell *out)
{
    const fv_cell cell = fx_int(number);
    furrow_type made = fv_tag_flat((uint32_t)type) ? fx_fold_sum_type(type) : FURROW_INT64;
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

static furrow_err combine_prod(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    return fx_binary(vm, FX_OP_MUL, false, a, b, out);
}
static const fx_reduction_kind kind_prod = {"prod", FX_OP_MUL, prod_all, one_of, combine_prod};

/* --- maximum, minimum: NaN wins --- */

static furrow_err extreme_all(furrow_type type, const void *data, size_t n, fx_reduction kind, fv_cell *out)
{
    if (fx_type_complex(type)) {
        return fb_fail(FURROW_ERR_TYPE, "complex numbers have no order, take abs or real of them first");
    }
    return fx_fold_all(kind, type, data, n, out);
}
static furrow_err maximum_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return extreme_all(type, data, n, FX_REDUCE_MAXIMUM, out);
}
static furrow_err minimum_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return extreme_all(type, data, n, FX_REDUCE_MINIMUM, out);
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
    return fx_fold_all(FX_REDUCE_ANY, type, data, n, out);
}
static furrow_err all_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    FX_TRY(want_bools(type));
    return fx_fold_all(FX_REDUCE_ALL, type, data, n, out);
}
static furrow_err count_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    FX_TRY(want_bools(type));
    return fx_fold_all(FX_REDUCE_COUNT, type, data, n, out);
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
