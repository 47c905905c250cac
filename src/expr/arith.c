/*
 * arith.c - the kernels of the arithmetic and bitwise operators, and which of them a pair of types uses: Julia's
 * promotion, wrapping integers, DivideError, DomainError.
 */
#include "expr/calc.h"

#include <complex.h>
#include <math.h>

/* --- scalars --- */

int64_t fx_pow_i64(int64_t x, uint64_t n)
{
    uint64_t base = (uint64_t)x, made = 1;
    for (; n; n >>= 1) {
        if (n & 1) made *= base;
        base *= base;
    }
    return (int64_t)made;
}

double fx_pow_f64(double x, double y)
{
    return y == 2 ? x * x : y == 1 ? x : pow(x, y);
}

double fx_mod_f64(double x, double y)
{
    double r = fmod(x, y);
    if (r == 0) return copysign(r, y);
    return (r > 0) != (y > 0) ? r + y : r;
}

static float mod_one_f32(float x, float y)
{
    float r = fmodf(x, y);
    if (r == 0) return copysignf(r, y);
    return (r > 0) != (y > 0) ? r + y : r;
}

/* Smith's way: no overflow where the result has none. */
void fx_complex_divide(const double a[2], const double b[2], double out[2])
{
    double re, im;
    if (b[1] == 0) {
        re = a[0] / b[0];
        im = a[1] / b[0];
    } else if (fabs(b[0]) >= fabs(b[1])) {
        double r = b[1] / b[0], d = b[0] + r * b[1];
        re = (a[0] + a[1] * r) / d;
        im = (a[1] - a[0] * r) / d;
    } else {
        double r = b[0] / b[1], d = b[0] * r + b[1];
        re = (a[0] * r + a[1]) / d;
        im = (a[1] * r - a[0]) / d;
    }
    out[0] = re;
    out[1] = im;
}

static void complex_multiply(const double a[2], const double b[2], double out[2])
{
    double re = a[0] * b[0] - a[1] * b[1], im = a[0] * b[1] + a[1] * b[0];
    out[0] = re;
    out[1] = im;
}

static void complex_whole_power(const double a[2], int64_t n, double out[2])
{
    const double one[2] = {1, 0};
    double base[2] = {a[0], a[1]}, made[2] = {1, 0};
    for (uint64_t k = n < 0 ? 0 - (uint64_t)n : (uint64_t)n; k; k >>= 1) {
        if (k & 1) complex_multiply(made, base, made);
        complex_multiply(base, base, base);
    }
    if (n < 0) fx_complex_divide(one, made, made);
    out[0] = made[0];
    out[1] = made[1];
}

void fx_complex_power(const double a[2], const double b[2], double out[2])
{
    if (b[1] == 0 && b[0] == trunc(b[0]) && fabs(b[0]) <= 1024) {
        complex_whole_power(a, (int64_t)b[0], out);
        return;
    }
    double complex z = cpow(__builtin_complex(a[0], a[1]), __builtin_complex(b[0], b[1]));
    out[0] = creal(z);
    out[1] = cimag(z);
}

/* --- kernels over plain arithmetic --- */

#define PLAIN(name, ctype, expression)                                                           \
    static furrow_err name(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                            \
        const ctype *a = pa, *b = pb;                                                            \
        ctype *out = po;                                                                         \
        (void)type;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                         \
            ctype x = a[i], y = b[i];                                                            \
            out[i] = (expression);                                                               \
        }                                                                                        \
        return FURROW_OK;                                                                        \
    }
#define PLAIN_REALS(name, symbol)           \
    PLAIN(name##_u64, uint64_t, x symbol y) \
    PLAIN(name##_f32, float, x symbol y)    \
    PLAIN(name##_f64, double, x symbol y)
PLAIN_REALS(add, +)
PLAIN_REALS(sub, -)
PLAIN_REALS(mul, *)
/* false times anything is zero, also times NaN and Inf: masks. */
PLAIN(mask_a_f32, float, x != 0 ? y : copysignf(0, y))
PLAIN(mask_a_f64, double, x != 0 ? y : copysign(0, y))
PLAIN(mask_b_f32, float, y != 0 ? x : copysignf(0, x))
PLAIN(mask_b_f64, double, y != 0 ? x : copysign(0, x))
PLAIN(div_f32, float, x / y)
PLAIN(div_f64, double, x / y)
PLAIN(rem_f32, float, fmodf(x, y))
PLAIN(rem_f64, double, fmod(x, y))
PLAIN(mod_f32, float, mod_one_f32(x, y))
PLAIN(mod_f64, double, fx_mod_f64(x, y))
PLAIN(idiv_f32, float, rintf((x - fmodf(x, y)) / y))
PLAIN(idiv_f64, double, rint((x - fmod(x, y)) / y))
PLAIN(and_u64, uint64_t, x &y)
PLAIN(or_u64, uint64_t, x | y)
PLAIN(xor_u64, uint64_t, x ^ y)

/* --- complex kernels: Complex64 calculates in double and rounds once --- */

#define IN_PARTS(name, ctype, statement)                                                         \
    static furrow_err name(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                            \
        const ctype(*a)[2] = pa, (*b)[2] = pb;                                                   \
        ctype(*out)[2] = po;                                                                     \
        (void)type;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                         \
            const ctype *x = a[i], *y = b[i];                                                    \
            ctype *z = out[i];                                                                   \
            statement;                                                                           \
        }                                                                                        \
        return FURROW_OK;                                                                        \
    }
IN_PARTS(add_c128, double, (z[0] = x[0] + y[0], z[1] = x[1] + y[1]))
IN_PARTS(sub_c128, double, (z[0] = x[0] - y[0], z[1] = x[1] - y[1]))
IN_PARTS(mul_c128, double, complex_multiply(x, y, z))
IN_PARTS(div_c128, double, fx_complex_divide(x, y, z))
IN_PARTS(pow_c128, double, fx_complex_power(x, y, z))

/* Complex integers wrap, part by part. */
static void whole_multiply(const uint64_t a[2], const uint64_t b[2], uint64_t out[2])
{
    uint64_t re = a[0] * b[0] - a[1] * b[1], im = a[0] * b[1] + a[1] * b[0];
    out[0] = re;
    out[1] = im;
}

IN_PARTS(add_ci64, uint64_t, (z[0] = x[0] + y[0], z[1] = x[1] + y[1]))
IN_PARTS(sub_ci64, uint64_t, (z[0] = x[0] - y[0], z[1] = x[1] - y[1]))
IN_PARTS(mul_ci64, uint64_t, whole_multiply(x, y, z))

static furrow_err pow_ci64(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    const uint64_t(*a)[2] = pa;
    const int64_t *b = pb;
    uint64_t(*out)[2] = po;
    (void)type;
    for (size_t i = 0; i < n; i++) {
        uint64_t base[2] = {a[i][0], a[i][1]}, made[2] = {1, 0};
        if (b[i] < 0)
            return fb_fail(FURROW_ERR_ARG,
                           "DomainError: a complex integer to the power %lld, expected at least 0; "
                           "complex(float(real(z)), imag(z)) makes a floating-point one",
                           (long long)b[i]);
        for (uint64_t k = (uint64_t)b[i]; k; k >>= 1) {
            if (k & 1) whole_multiply(made, base, made);
            whole_multiply(base, base, base);
        }
        out[i][0] = made[0];
        out[i][1] = made[1];
    }
    return FURROW_OK;
}

/* --- integer division --- */

static int64_t smallest(furrow_type type)
{
    return INT64_MIN >> (64 - 8 * furrow_type_nbytes(type));
}

#define DIVISION(name, ctype, guard, expression)                                                 \
    static furrow_err name(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                            \
        const ctype *a = pa, *b = pb;                                                            \
        ctype *out = po;                                                                         \
        (void)type;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                         \
            ctype x = a[i], y = b[i];                                                            \
            if (guard) return fx_divide();                                                       \
            out[i] = (expression);                                                               \
        }                                                                                        \
        return FURROW_OK;                                                                        \
    }
DIVISION(idiv_i64, int64_t, y == 0 || (y == -1 && type != FURROW_BOOL && x == smallest(type)), x / y)
DIVISION(idiv_u64, uint64_t, y == 0, x / y)
DIVISION(rem_i64, int64_t, y == 0, y == -1 ? 0 : x % y)
DIVISION(rem_u64, uint64_t, y == 0, x % y)

static int64_t mod_i64_one(int64_t x, int64_t y)
{
    if (y == -1) return 0;
    int64_t r = x % y;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
DIVISION(mod_i64, int64_t, y == 0, mod_i64_one(x, y))

/* --- shifts: a negative count shifts the other way, one past the width leaves nothing (or the sign) --- */

static uint64_t shift_left(uint64_t x, uint64_t count)
{
    return count < 64 ? x << count : 0;
}
static int64_t shift_right(int64_t x, uint64_t count)
{
    return x >> (count < 64 ? count : 63);
}
static uint64_t shift_right_zeros(uint64_t x, uint64_t count, furrow_type type)
{
    size_t width = 8 * furrow_type_nbytes(type);
    if (width < 64) x &= ((uint64_t)1 << width) - 1;
    return count < width ? x >> count : 0;
}
static uint64_t shift_right_typed(uint64_t x, uint64_t count, furrow_type type)
{
    return fx_type_unsigned(type) ? shift_right_zeros(x, count, type) : (uint64_t)shift_right((int64_t)x, count);
}

#define SHIFT(name, forward, backward)                                                           \
    static furrow_err name(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                            \
        const uint64_t *a = pa;                                                                  \
        const int64_t *b = pb;                                                                   \
        uint64_t *out = po;                                                                      \
        (void)type;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                         \
            uint64_t x = a[i], count = b[i] < 0 ? 0 - (uint64_t)b[i] : (uint64_t)b[i];           \
            out[i] = b[i] < 0 ? (backward) : (forward);                                          \
        }                                                                                        \
        return FURROW_OK;                                                                        \
    }
SHIFT(shl_u64, shift_left(x, count), shift_right_typed(x, count, type))
SHIFT(shr_u64, shift_right_typed(x, count, type), shift_left(x, count))
SHIFT(rshr_u64, shift_right_zeros(x, count, type), shift_left(x, count))

/* --- powers --- */

static furrow_err pow_i64(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    const int64_t *a = pa, *b = pb;
    int64_t *out = po;
    (void)type;
    for (size_t i = 0; i < n; i++) {
        if (b[i] >= 0) {
            out[i] = fx_pow_i64(a[i], (uint64_t)b[i]);
        } else if (a[i] == 1 || a[i] == -1) {
            out[i] = b[i] & 1 ? a[i] : 1;
        } else {
            return fb_fail(FURROW_ERR_ARG,
                           "DomainError: %lld^(%lld) is no integer, expected an exponent of at least 0 "
                           "or a base such as %lld.0",
                           (long long)a[i], (long long)b[i], (long long)a[i]);
        }
    }
    return FURROW_OK;
}

static furrow_err pow_domain(double x, double y)
{
    furrow_err err = fb_fail(FURROW_ERR_ARG,
                             "DomainError: (%g)^%g is not real, expected a base of at least 0 or a complex one", x, y);
    fb_fail_advice("complex(x) ^ y is defined for negative x.");
    return err;
}

static furrow_err pow_f64(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    const double *a = pa, *b = pb;
    double *out = po;
    (void)type;
    for (size_t i = 0; i < n; i++) {
        if (a[i] < 0 && isfinite(a[i]) && isfinite(b[i]) && b[i] != rint(b[i])) return pow_domain(a[i], b[i]);
        out[i] = fx_pow_f64(a[i], b[i]);
    }
    return FURROW_OK;
}

static furrow_err pow_f32(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    const float *a = pa, *b = pb;
    float *out = po;
    (void)type;
    for (size_t i = 0; i < n; i++) {
        if (a[i] < 0 && isfinite(a[i]) && isfinite(b[i]) && b[i] != rintf(b[i])) {
            return pow_domain((double)a[i], (double)b[i]);
        }
        out[i] = b[i] == 2 ? a[i] * a[i] : b[i] == 1 ? a[i] : powf(a[i], b[i]);
    }
    return FURROW_OK;
}

/* --- which kernel --- */

/* Integers of both signs (wrapping operations are the same bits), Float32, Float64, complex. */
typedef struct kernels {
    fx_kernel i64, u64, f32, f64, c128, ci64;
} kernels;

static const kernels table[FX_OP_NBINARY] = {
    [FX_OP_ADD] = {add_u64, add_u64, add_f32, add_f64, add_c128, add_ci64},
    [FX_OP_SUB] = {sub_u64, sub_u64, sub_f32, sub_f64, sub_c128, sub_ci64},
    [FX_OP_MUL] = {mul_u64, mul_u64, mul_f32, mul_f64, mul_c128, mul_ci64},
    [FX_OP_DIV] = {NULL, NULL, div_f32, div_f64, div_c128},
    [FX_OP_IDIV] = {idiv_i64, idiv_u64, idiv_f32, idiv_f64, NULL},
    [FX_OP_MOD] = {mod_i64, rem_u64, mod_f32, mod_f64, NULL},
    [FX_OP_REM] = {rem_i64, rem_u64, rem_f32, rem_f64, NULL},
    [FX_OP_POW] = {pow_i64, pow_i64, pow_f32, pow_f64, pow_c128, pow_ci64},
    [FX_OP_AND] = {and_u64, and_u64, NULL, NULL, NULL},
    [FX_OP_OR] = {or_u64, or_u64, NULL, NULL, NULL},
    [FX_OP_XOR] = {xor_u64, xor_u64, NULL, NULL, NULL},
    [FX_OP_SHL] = {shl_u64, shl_u64, NULL, NULL, NULL},
    [FX_OP_SHR] = {shr_u64, shr_u64, NULL, NULL, NULL},
    [FX_OP_RSHR] = {rshr_u64, rshr_u64, NULL, NULL, NULL},
};

static fx_kernel kernel_for(const kernels *row, fx_calc calc)
{
    const fx_kernel of[] = {row->i64, row->u64, row->f32, row->f64, row->c128, row->c128, row->ci64};
    return of[calc];
}

/* The type of the result, before the kernel is chosen. */
static furrow_type result_type(fx_op op, furrow_type a, furrow_type b)
{
    furrow_type t = fx_promote(a, b);
    switch (op) {
    case FX_OP_ADD:
    case FX_OP_SUB:
        return t == FURROW_BOOL ? FURROW_INT64 : t;
    case FX_OP_DIV:
        return fx_type_integer(t) ? FURROW_FLOAT64 : fx_inexact(t);
    case FX_OP_POW:
        return fx_type_integer(b) ? a : fx_inexact(t);
    case FX_OP_SHL:
    case FX_OP_SHR:
    case FX_OP_RSHR:
        return a == FURROW_BOOL ? FURROW_INT64 : a;
    default:
        return t;
    }
}

/* Bool * floating-point number, and the other way round; NULL: not of that kind. */
static fx_kernel mask_kernel(fx_op op, furrow_type a, furrow_type b, furrow_type result)
{
    if (op != FX_OP_MUL || (a == FURROW_BOOL) == (b == FURROW_BOOL)) return NULL;
    if (result == FURROW_FLOAT32) return a == FURROW_BOOL ? mask_a_f32 : mask_b_f32;
    if (result == FURROW_FLOAT64) return a == FURROW_BOOL ? mask_a_f64 : mask_b_f64;
    return NULL;
}

bool fx_rule_binary(fx_op op, furrow_type a, furrow_type b, fx_rule *rule)
{
    if (op >= FX_OP_EQ && op <= FX_OP_GE) return fx_rule_compare(op, a, b, rule);
    bool shift = op == FX_OP_SHL || op == FX_OP_SHR || op == FX_OP_RSHR;
    if (shift && !(fx_type_integer(a) && fx_type_integer(b))) return false;
    furrow_type result = result_type(op, a, b);
    fx_calc calc = fx_calc_of(result);
    if (calc == FX_CALC_C64) calc = FX_CALC_C128;
    bool whole_power = op == FX_OP_POW && (fx_type_integer(result) || result == FURROW_COMPLEX_INT64);
    *rule = (fx_rule){kernel_for(&table[op], calc), calc, shift || whole_power ? FX_CALC_I64 : calc, calc, result};
    fx_kernel mask = mask_kernel(op, a, b, result);
    if (mask) rule->kernel = mask;
    return rule->kernel != NULL;
}
