/*
 * round.c - round, floor, ceil, trunc: to whole numbers, to a number of digits, to a type.
 */
#include "expr/builtins.h"
#include "expr/math.h"

#include <complex.h>
#include <math.h>

FX_KERNEL1(same_i64, uint64_t, uint64_t, x, false, "", "")
#define ROUNDING(id, on_double, on_float)                                                                    \
    FX_KERNEL1(id##_f32, float, float, on_float(x), false, "", "")                                           \
    FX_KERNEL1(id##_f64, double, double, on_double(x), false, "", "")                                        \
    FX_KERNEL_C(id##_c128, double complex, __builtin_complex(on_double(creal(z)), on_double(cimag(z))))      \
    static const fx_math math_##id = {#id, FX_MADE_SAME, same_i64, same_i64, id##_f32, id##_f64, id##_c128}; \
    static double scalar_##id(double x)                                                                      \
    {                                                                                                        \
        return on_double(x);                                                                                 \
    }                                                                                                        \
    static furrow_err do_##id(const fx_call *call, fv_cell *out)                                             \
    {                                                                                                        \
        return rounded(call, &math_##id, scalar_##id, out);                                                  \
    }
typedef double (*rounding)(double);
static furrow_err rounded(const fx_call *call, const fx_math *math, rounding f, fv_cell *out);
ROUNDING(round, rint, rintf)
ROUNDING(floor, floor, floorf)
ROUNDING(ceil, ceil, ceilf)
ROUNDING(trunc, trunc, truncf)

/* round(Int, x): the rounded number, converted; arrays element by element. */
static furrow_err to_type(fx_vm *vm, const fx_math *math, fv_type type, const fv_cell *x, fv_cell *out)
{
    fv_cell whole;
    const fx_call call = {.vm = vm, .args = x, .nargs = 1};
    FX_TRY(fx_math1(&call, math, &whole));
    furrow_err err;
    if (whole.tag == FURROW_ARRAY) {
        fv_array *made;
        err = fx_array_convert(vm, fx_array(&whole), fv_type_base(type), &made);
        if (!err) *out = fx_box(made);
    } else {
        err = fv_convert(&whole, fv_type_base(type), out);
    }
    fv_cell_drop(&whole);
    return err;
}

/* To digits places after the point, in the given base. */
static double digits_one(double x, rounding f, double scale, bool fraction)
{
    double made = fraction ? f(x * scale) / scale : f(x / scale) * scale;
    return isfinite(made) ? made : x;
}

static furrow_err to_digits(fx_vm *vm, rounding f, const fv_cell *x, const fx_call *call, fv_cell *out)
{
    int64_t digits, base = 10;
    FX_TRY(fx_arg_int("round", &call->args[1], &digits));
    if (call->nargs > 2) FX_TRY(fx_arg_int("round", &call->args[2], &base));
    if (digits > 400 || digits < -400) digits = digits > 0 ? 400 : -400;
    double scale = pow((double)base, fabs((double)digits));
    fv_array *from, *made;
    if (fx_is_real(x)) {
        const fv_cell cell = fx_float(digits_one(fx_real(x), f, scale, digits >= 0));
        return fv_convert(&cell, (furrow_type)x->tag, out);
    }
    FX_TRY(fx_to_array(vm, x, &from));
    furrow_err err = fx_spend(vm, from->count);
    if (!err) err = fx_array_convert(vm, from, FURROW_FLOAT64, &made);
    if (!err && made == from) { /* the argument itself must not change */
        fv_drop(&made->head);
        err = fv_array_copy(from, &made);
    }
    if (!err) {
        double *at = made->data;
        fv_pieces p = {.count = made->count};
        FV_EACH (i, &p) at[i] = digits_one(at[i], f, scale, digits >= 0);
        fv_cell kept = fx_box(made);
        fv_array *back;
        err = p.err ? p.err : fx_array_convert(vm, made, (furrow_type)from->head.eltype, &back);
        if (!err) *out = fx_box(back);
        fv_cell_drop(&kept);
    }
    fv_drop(&from->head);
    return err;
}

static furrow_err rounded(const fx_call *call, const fx_math *math, rounding f, fv_cell *out)
{
    if (call->args[0].tag == FURROW_DATATYPE) {
        if (call->nargs != 2) return fx_no_method(math->name, call->args, call->nargs);
        return to_type(call->vm, math, (fv_type)call->args[0].i, &call->args[1], out);
    }
    if (call->nargs > 1) return to_digits(call->vm, f, &call->args[0], call, out);
    return fx_math1(call, math, out);
}

const fx_builtin fx_builtins_round[] = {{"round", do_round, 1, 3, true},
                                        {"floor", do_floor, 1, 3, true},
                                        {"ceil", do_ceil, 1, 3, true},
                                        {"trunc", do_trunc, 1, 3, true},
                                        {NULL}};
