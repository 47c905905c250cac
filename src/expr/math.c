/*
 * math.c - functions of one number: abs, sqrt, exp, sin, isnan, real and their kin, on scalars and arrays.
 */
#include "expr/math.h"
#include "expr/builtins.h"
#include "expr/op.h"

#include <complex.h>
#include <math.h>

/* --- the way in --- */

static bool rule_for(const fx_math *math, furrow_type t, fx_rule *rule)
{
    fx_calc calc = fx_calc_of(t) == FX_CALC_C64 ? FX_CALC_C128 : fx_calc_of(t), made = calc;
    furrow_type result = t;
    if (calc == FX_CALC_CI64 && !math->ci64) {
        calc = made = FX_CALC_C128;
        t = result = FURROW_COMPLEX128;
    }
    if (calc <= FX_CALC_U64 && !fx_math_kernel(math, calc)) {
        calc = made = FX_CALC_F64;
        result = FURROW_FLOAT64;
    }
    if (math->made == FX_MADE_BOOL) {
        made = FX_CALC_BYTES;
        result = FURROW_BOOL;
    } else if (math->made == FX_MADE_REAL && (calc == FX_CALC_C128 || calc == FX_CALC_CI64)) {
        made = calc == FX_CALC_C128 ? FX_CALC_F64 : FX_CALC_I64;
        result = fx_real_of(t);
    }
    *rule = (fx_rule){fx_math_kernel(math, calc), calc, calc, made, result};
    return rule->kernel != NULL;
}

static furrow_err each(fx_vm *vm, const void *context, const fv_cell *items, fv_cell *out)
{
    const fx_call call = {.vm = vm, .args = items, .nargs = 1};
    return fx_math1(&call, context, out);
}

furrow_err fx_math1(const fx_call *call, const fx_math *math, fv_cell *out)
{
    const fv_cell *x = call->args;
    fx_rule rule;
    if (x->tag == FURROW_RANGE) {
        fv_array *array;
        FX_TRY(fx_to_array(call->vm, x, &array));
        const fv_cell cell = fx_box(array);
        const fx_call again = {.vm = call->vm, .args = &cell, .nargs = 1};
        furrow_err err = fx_math1(&again, math, out);
        fv_drop(&array->head);
        return err;
    }
    if (fx_is_number(x) || fx_is_flat_array(x)) {
        furrow_type t = (furrow_type)(x->tag == FURROW_ARRAY ? x->p->eltype : x->tag);
        if (rule_for(math, t, &rule)) return fx_calc_run(call->vm, &rule, x, NULL, out);
    } else if (x->tag == FURROW_ARRAY) {
        return fx_broadcast_each(call->vm, &(fx_each){math->name, each, math}, x, 1, out);
    }
    return fx_no_method(math->name, x, 1);
}

/* --- kernels --- */

/* A function that libm has for float and double, and complex.h for complex numbers. */
#define LIBM(id, fun, wanted, bad)                                 \
    FX_KERNEL1(id##_f64, double, double, fun(x), bad, #id, wanted) \
    FX_KERNEL1(id##_f32, float, float, fun##f(x), bad, #id, wanted)
#define LIBM_COMPLEX(id, fun, wanted, bad) \
    LIBM(id, fun, wanted, bad)             \
    FX_KERNEL_C(id##_c128, double complex, c##fun(z))
#define ROW_REAL(id) static const fx_math math_##id = {#id, FX_MADE_FLOAT, NULL, NULL, id##_f32, id##_f64, NULL};
#define ROW_COMPLEX(id) \
    static const fx_math math_##id = {#id, FX_MADE_FLOAT, NULL, NULL, id##_f32, id##_f64, id##_c128};
#define FUNCTION(id)                                             \
    static furrow_err do_##id(const fx_call *call, fv_cell *out) \
    {                                                            \
        return fx_math1(call, &math_##id, out);                  \
    }
#define REAL(id, fun, wanted, bad)    LIBM(id, fun, wanted, bad) ROW_REAL(id) FUNCTION(id)
#define COMPLEX(id, fun, wanted, bad) LIBM_COMPLEX(id, fun, wanted, bad) ROW_COMPLEX(id) FUNCTION(id)

/* One step more than libm's, whose last bit is off: cbrt(27) is 3. */
static double fx_cbrt(double x)
{
    double t = cbrt(x);
    return t == 0 || !isfinite(t) ? t : t - (t * t * t - x) / (3 * t * t);
}
#define fx_cbrtf cbrtf

COMPLEX(sqrt, sqrt, "a number >= 0 or a complex one", x < 0)
REAL(cbrt, fx_cbrt, "", false)
COMPLEX(exp, exp, "", false)
REAL(exp2, exp2, "", false)
REAL(exp10, exp10, "", false)
REAL(expm1, expm1, "", false)
COMPLEX(log, log, "a number >= 0 or a complex one", x < 0)
REAL(log2, log2, "a number >= 0", x < 0)
REAL(log10, log10, "a number >= 0", x < 0)
REAL(log1p, log1p, "a number >= -1", x < -1)
COMPLEX(sin, sin, "a finite number", isinf(x))
COMPLEX(cos, cos, "a finite number", isinf(x))
COMPLEX(tan, tan, "a finite number", isinf(x))
COMPLEX(asin, asin, "a number between -1 and 1", fabs((double)x) > 1)
COMPLEX(acos, acos, "a number between -1 and 1", fabs((double)x) > 1)
COMPLEX(atan, atan, "", false)
COMPLEX(sinh, sinh, "", false)
COMPLEX(cosh, cosh, "", false)
COMPLEX(tanh, tanh, "", false)
COMPLEX(asinh, asinh, "", false)
COMPLEX(acosh, acosh, "a number >= 1", x < 1)
COMPLEX(atanh, atanh, "a number between -1 and 1", fabs((double)x) > 1)
REAL(gamma, tgamma, "a number that is no negative integer", x < 0 && x == (float)rint((double)x))
REAL(lgamma, lgamma, "", false)
REAL(erf, erf, "", false)
REAL(erfc, erfc, "", false)

static const double degree = M_PI / 180;
/* Exact at the multiples of 90 degrees, where Julia is. */
static double sin_degrees(double x)
{
    double r = fmod(x, 360);
    if (r == 0 || fabs(r) == 180) return copysign(0.0, x);
    if (fabs(r) == 90 || fabs(r) == 270) return (fabs(r) == 90) == (r > 0) ? 1 : -1;
    return fabs(r) == 30 || fabs(r) == 150 ? copysign(0.5, r) : sin(r * degree);
}
static double cos_degrees(double x)
{
    double r = fabs(fmod(x, 360));
    if (r == 90 || r == 270) return 0;
    return r == 60 || r == 300 ? 0.5 : r == 180 ? -1 : cos(r * degree);
}
#define OWN(id, f)                                                   \
    FX_KERNEL1(id##_f64, double, double, f(x), false, #id, "")       \
    FX_KERNEL1(id##_f32, float, float, f((double)x), false, #id, "") \
    ROW_REAL(id)                                                     \
    FUNCTION(id)
OWN(sind, sin_degrees)
OWN(cosd, cos_degrees)

/* Exact at the multiples of a half. */
static double sin_pi(double x)
{
    return sin_degrees(fmod(x, 2) * 180);
}
static double cos_pi(double x)
{
    return cos_degrees(fmod(x, 2) * 180);
}
OWN(sinpi, sin_pi)
OWN(cospi, cos_pi)

#define TO_DEGREES(x) ((x) / degree)
#define TO_RADIANS(x) ((x)*degree)
OWN(rad2deg, TO_DEGREES)
OWN(deg2rad, TO_RADIANS)

/* Of pairs of whole numbers, which wrap. */
#define KERNEL_CI(id, otype, statement)                                                        \
    static furrow_err id(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                          \
        const uint64_t(*a)[2] = pa;                                                            \
        otype *out = po;                                                                       \
        (void)pb;                                                                              \
        (void)type;                                                                            \
        for (size_t i = 0; i < n; i++) statement;                                              \
        return FURROW_OK;                                                                      \
    }

/* --- signs --- */

FX_KERNEL1(abs_i64, int64_t, int64_t, x < 0 ? (int64_t)(0 - (uint64_t)x) : x, false, "", "")
FX_KERNEL1(abs_u64, uint64_t, uint64_t, x, false, "", "")
FX_KERNEL1(abs_f32, float, float, fabsf(x), false, "", "")
FX_KERNEL1(abs_f64, double, double, fabs(x), false, "", "")
FX_KERNEL_C(abs_c128, double, cabs(z))
static const fx_math math_abs = {"abs", FX_MADE_REAL, abs_i64, abs_u64, abs_f32, abs_f64, abs_c128};
FUNCTION(abs)

FX_KERNEL1(abs2_i64, uint64_t, uint64_t, x *x, false, "", "")
FX_KERNEL1(abs2_f32, float, float, x *x, false, "", "")
FX_KERNEL1(abs2_f64, double, double, x *x, false, "", "")
FX_KERNEL_C(abs2_c128, double, creal(z) * creal(z) + cimag(z) * cimag(z))
KERNEL_CI(abs2_ci64, uint64_t, out[i] = a[i][0] * a[i][0] + a[i][1] * a[i][1])
static const fx_math math_abs2 = {"abs2", FX_MADE_REAL, abs2_i64, abs2_i64, abs2_f32, abs2_f64, abs2_c128, abs2_ci64};
FUNCTION(abs2)

FX_KERNEL1(sign_i64, int64_t, int64_t, (x > 0) - (x < 0), false, "", "")
FX_KERNEL1(sign_u64, uint64_t, uint64_t, x > 0, false, "", "")
FX_KERNEL1(sign_f32, float, float, x > 0 ? 1 : x < 0 ? -1 : x, false, "", "")
FX_KERNEL1(sign_f64, double, double, x > 0 ? 1 : x < 0 ? -1 : x, false, "", "")
FX_KERNEL_C(sign_c128, double complex, z == 0 ? z : z / cabs(z))
static const fx_math math_sign = {"sign", FX_MADE_SAME, sign_i64, sign_u64, sign_f32, sign_f64, sign_c128};
FUNCTION(sign)

/* --- questions --- */

#define TEST(id, i64, float_test, complex_test)                                                              \
    FX_KERNEL1(id##_i64, int64_t, uint8_t, ((void)x, i64), false, "", "")                                    \
    FX_KERNEL1(id##_f32, float, uint8_t, float_test, false, "", "")                                          \
    FX_KERNEL1(id##_f64, double, uint8_t, float_test, false, "", "")                                         \
    FX_KERNEL_C(id##_c128, uint8_t, complex_test)                                                            \
    static const fx_math math_##id = {#id, FX_MADE_BOOL, id##_i64, id##_i64, id##_f32, id##_f64, id##_c128}; \
    FUNCTION(id)
TEST(isnan, false, isnan(x) != 0, isnan(creal(z)) || isnan(cimag(z)))
TEST(isinf, false, isinf(x) != 0, isinf(creal(z)) || isinf(cimag(z)))
TEST(isfinite, true, isfinite(x) != 0, isfinite(creal(z)) && isfinite(cimag(z)))
TEST(isinteger, true, x == rint((double)x) && isfinite(x), cimag(z) == 0 && creal(z) == rint(creal(z)))
TEST(isreal, true, true, cimag(z) == 0)
TEST(iszero, x == 0, x == 0, z == 0)
TEST(signbit, x < 0, signbit(x) != 0, signbit(creal(z)) != 0)

static furrow_err even_float(const char *name, double x)
{
    return fb_fail(FURROW_ERR_OVERFLOW, "InexactError: %s of %g, expected an integer", name, x);
}
#define PARITY(id, wanted)                                                                           \
    FX_KERNEL1(id##_i64, int64_t, uint8_t, (x & 1) == wanted, false, "", "")                         \
    static furrow_err id##_f64(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                                \
        const double *a = pa;                                                                        \
        (void)pb;                                                                                    \
        (void)type;                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                             \
            if (a[i] != rint(a[i]) || isinf(a[i])) return even_float(#id, a[i]);                     \
            ((uint8_t *)po)[i] = (fmod(a[i], 2) != 0) == wanted;                                     \
        }                                                                                            \
        return FURROW_OK;                                                                            \
    }                                                                                                \
    static const fx_math math_##id = {#id, FX_MADE_BOOL, id##_i64, id##_i64, NULL, id##_f64, NULL};  \
    FUNCTION(id)
PARITY(iseven, 0)
PARITY(isodd, 1)

/* --- complex numbers --- */

FX_KERNEL1(same_i64, uint64_t, uint64_t, x, false, "", "")
FX_KERNEL1(same_f32, float, float, x, false, "", "")
FX_KERNEL1(same_f64, double, double, x, false, "", "")
FX_KERNEL1(zero_i64, uint64_t, uint64_t, ((void)x, 0), false, "", "")
FX_KERNEL1(zero_f32, float, float, ((void)x, 0), false, "", "")
FX_KERNEL1(zero_f64, double, double, ((void)x, 0), false, "", "")
FX_KERNEL_C(real_c128, double, creal(z))
FX_KERNEL_C(imag_c128, double, cimag(z))
FX_KERNEL_C(conj_c128, double complex, conj(z))
FX_KERNEL_C(angle_c128, double, carg(z))
FX_KERNEL1(angle_f32, float, float, atan2f(0, x), false, "", "")
FX_KERNEL1(angle_f64, double, double, atan2(0, x), false, "", "")
KERNEL_CI(real_ci64, uint64_t, out[i] = a[i][0])
KERNEL_CI(imag_ci64, uint64_t, out[i] = a[i][1])
KERNEL_CI(conj_ci64, uint64_t, (out[2 * i] = a[i][0], out[2 * i + 1] = 0 - a[i][1]))
static const fx_math math_real = {"real", FX_MADE_REAL, same_i64, same_i64, same_f32, same_f64, real_c128, real_ci64};
static const fx_math math_imag = {"imag", FX_MADE_REAL, zero_i64, zero_i64, zero_f32, zero_f64, imag_c128, imag_ci64};
static const fx_math math_conj = {"conj", FX_MADE_SAME, same_i64, same_i64, same_f32, same_f64, conj_c128, conj_ci64};
static const fx_math math_angle = {"angle", FX_MADE_REAL, NULL, NULL, angle_f32, angle_f64, angle_c128};
FUNCTION(real)
FUNCTION(imag)
FUNCTION(conj)
FUNCTION(angle)

#define BUILTIN(id)              \
    {                            \
#id, do_##id, 1, 1, true \
    }
const fx_builtin fx_builtins_math[] = {
    BUILTIN(sqrt),      BUILTIN(cbrt),    BUILTIN(exp),    BUILTIN(exp2),    BUILTIN(exp10),  BUILTIN(expm1),
    BUILTIN(log2),      BUILTIN(log10),   BUILTIN(log1p),  BUILTIN(sin),     BUILTIN(cos),    BUILTIN(tan),
    BUILTIN(asin),      BUILTIN(acos),    BUILTIN(sinh),   BUILTIN(cosh),    BUILTIN(tanh),   BUILTIN(asinh),
    BUILTIN(acosh),     BUILTIN(atanh),   BUILTIN(sind),   BUILTIN(cosd),    BUILTIN(sinpi),  BUILTIN(cospi),
    BUILTIN(rad2deg),   BUILTIN(deg2rad), BUILTIN(gamma),  BUILTIN(lgamma),  BUILTIN(erf),    BUILTIN(erfc),
    BUILTIN(abs),       BUILTIN(abs2),    BUILTIN(sign),   BUILTIN(isnan),   BUILTIN(isinf),  BUILTIN(isfinite),
    BUILTIN(isinteger), BUILTIN(isreal),  BUILTIN(iszero), BUILTIN(signbit), BUILTIN(iseven), BUILTIN(isodd),
    BUILTIN(real),      BUILTIN(imag),    BUILTIN(conj),   BUILTIN(angle),   {NULL}};

/* log(b, x) and atan(y, x) take two numbers: math2.c has their rows. */
furrow_err fx_log1(const fx_call *call, fv_cell *out)
{
    return do_log(call, out);
}
furrow_err fx_atan1(const fx_call *call, fv_cell *out)
{
    return do_atan(call, out);
}
