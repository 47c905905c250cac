/*
 * math2.c - functions of two numbers (atan2, hypot, min, max, fld, gcd, log to a base), of more (clamp), and of whole
 * numbers (factorial, binomial).
 */
#include "expr/builtins.h"
#include "expr/math.h"
#include "expr/op.h"

#include <complex.h>
#include <math.h>

/* --- the way in --- */

static bool rule_for(const fx_math *math, furrow_type a, furrow_type b, fx_rule *rule)
{
    furrow_type result = fx_promote(a, b);
    fx_calc calc = fx_calc_of(result) == FX_CALC_C64 ? FX_CALC_C128 : fx_calc_of(result);
    if (calc <= FX_CALC_U64 && !fx_math_kernel(math, calc)) {
        calc = FX_CALC_F64;
        result = FURROW_FLOAT64;
    }
    *rule = (fx_rule){fx_math_kernel(math, calc), calc, calc, calc, result};
    return rule->kernel != NULL;
}

static furrow_err each(fx_vm *vm, const void *context, const fv_cell *items, fv_cell *out)
{
    return fx_math2(vm, context, &items[0], &items[1], out);
}

static bool flat(const fv_cell *c)
{
    return fx_is_number(c) || fx_is_flat_array(c);
}

furrow_err fx_math2(fx_vm *vm, const fx_math *math, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    const fv_cell both[2] = {*a, *b};
    fx_rule rule;
    if (flat(a) && flat(b)) {
        furrow_type ta = (furrow_type)(a->tag == FURROW_ARRAY ? a->p->eltype : a->tag);
        furrow_type tb = (furrow_type)(b->tag == FURROW_ARRAY ? b->p->eltype : b->tag);
        if (rule_for(math, ta, tb, &rule)) return fx_calc_run(vm, &rule, a, b, out);
    } else if (fx_is_list(a) || fx_is_list(b)) {
        return fx_broadcast_each(vm, &(fx_each){math->name, each, math}, both, 2, out);
    }
    return fx_no_method(math->name, both, 2);
}

#define FUNCTION2(id)                                                               \
    static furrow_err do_##id(const fx_call *call, fv_cell *out)                    \
    {                                                                               \
        return fx_math2(call->vm, &math_##id, &call->args[0], &call->args[1], out); \
    }

/* --- floating point --- */

FX_KERNEL2(atan2_f32, float, atan2f(x, y))
FX_KERNEL2(atan2_f64, double, atan2(x, y))
static const fx_math math_atan2 = {"atan2", FX_MADE_FLOAT, NULL, NULL, atan2_f32, atan2_f64, NULL};
FUNCTION2(atan2)

FX_KERNEL2(hypot_f32, float, hypotf(x, y))
FX_KERNEL2(hypot_f64, double, hypot(x, y))
static const fx_math math_hypot = {"hypot", FX_MADE_FLOAT, NULL, NULL, hypot_f32, hypot_f64, NULL};
FUNCTION2(hypot)

FX_KERNEL2(copysign_f32, float, copysignf(x, y))
FX_KERNEL2(copysign_f64, double, copysign(x, y))
FX_KERNEL2(copysign_i64, int64_t, (x < 0) != (y < 0) ? (int64_t)(0 - (uint64_t)x) : x)
static const fx_math math_copysign = {"copysign", FX_MADE_SAME, copysign_i64, NULL, copysign_f32, copysign_f64, NULL};
FUNCTION2(copysign)

FX_KERNEL2(flipsign_f64, double, signbit(y) ? -x : x)
FX_KERNEL2(flipsign_i64, int64_t, y < 0 ? (int64_t)(0 - (uint64_t)x) : x)
static const fx_math math_flipsign = {"flipsign", FX_MADE_SAME, flipsign_i64, NULL, NULL, flipsign_f64, NULL};
FUNCTION2(flipsign)

static furrow_err log_base_f64(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    const double *a = pa, *b = pb;
    (void)type;
    for (size_t i = 0; i < n; i++) {
        if (a[i] < 0) return fx_domain("log to the base", a[i], "a base >= 0");
        if (b[i] < 0) return fx_domain("log", b[i], "a number >= 0 or a complex one");
        ((double *)po)[i] = log(b[i]) / log(a[i]);
    }
    return FURROW_OK;
}
static const fx_math math_log_base = {"log", FX_MADE_FLOAT, NULL, NULL, NULL, log_base_f64, NULL};
static furrow_err do_log(const fx_call *call, fv_cell *out)
{
    if (call->nargs == 1) return fx_log1(call, out);
    return fx_math2(call->vm, &math_log_base, &call->args[0], &call->args[1], out);
}
static furrow_err do_atan(const fx_call *call, fv_cell *out)
{
    return call->nargs == 1 ? fx_atan1(call, out) : do_atan2(call, out);
}

static furrow_err do_ldexp(const fx_call *call, fv_cell *out)
{
    int64_t n;
    if (!fx_is_real(&call->args[0])) return fx_no_method("ldexp", call->args, call->nargs);
    FX_TRY(fx_arg_int("ldexp", &call->args[1], &n));
    *out = fx_float(ldexp(fx_real(&call->args[0]), n > 100000 ? 100000 : n < -100000 ? -100000 : (int)n));
    return FURROW_OK;
}

/* --- min and max: NaN wins, -0.0 is below 0.0 --- */

#define LESSER(x, y)  (isnan(x) || x < y || (x == y && signbit(x)) ? x : y)
#define GREATER(x, y) (isnan(x) || x > y || (x == y && !signbit(x)) ? x : y)
FX_KERNEL2(min_i64, int64_t, x < y ? x : y)
FX_KERNEL2(min_u64, uint64_t, x < y ? x : y)
FX_KERNEL2(min_f32, float, LESSER(x, y))
FX_KERNEL2(min_f64, double, LESSER(x, y))
FX_KERNEL2(max_i64, int64_t, x > y ? x : y)
FX_KERNEL2(max_u64, uint64_t, x > y ? x : y)
FX_KERNEL2(max_f32, float, GREATER(x, y))
FX_KERNEL2(max_f64, double, GREATER(x, y))
static const fx_math math_min = {"min", FX_MADE_SAME, min_i64, min_u64, min_f32, min_f64, NULL};
static const fx_math math_max = {"max", FX_MADE_SAME, max_i64, max_u64, max_f32, max_f64, NULL};

static furrow_err extreme(fx_vm *vm, const fx_math *math, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    if (flat(a) || flat(b) || fx_is_list(a) || fx_is_list(b)) return fx_math2(vm, math, a, b, out);
    int order;
    FX_TRY(fx_order(a, b, &order));
    *out = (math == &math_min) == (order <= 0) ? *a : *b;
    fv_cell_hold(out);
    return FURROW_OK;
}

/* a, b, c, ... from the left, by a step that takes two. */
typedef furrow_err (*fx_step)(fx_vm *vm, const fx_math *math, const fv_cell *a, const fv_cell *b, fv_cell *out);
static furrow_err fold(const fx_call *call, fx_step step, const fx_math *math, fv_cell *out)
{
    fv_cell made = call->args[0];
    fv_cell_hold(&made);
    for (size_t i = 1; i < call->nargs; i++) {
        fv_cell next;
        furrow_err err = step(call->vm, math, &made, &call->args[i], &next);
        fv_cell_drop(&made);
        if (err) return err;
        made = next;
    }
    *out = made;
    return FURROW_OK;
}
static furrow_err do_min(const fx_call *call, fv_cell *out)
{
    return fold(call, extreme, &math_min, out);
}
static furrow_err do_max(const fx_call *call, fv_cell *out)
{
    return fold(call, extreme, &math_max, out);
}
static furrow_err do_minmax(const fx_call *call, fv_cell *out)
{
    fv_cell pair[2];
    furrow_value *tuple;
    FX_TRY(extreme(call->vm, &math_min, &call->args[0], &call->args[1], &pair[0]));
    furrow_err err = extreme(call->vm, &math_max, &call->args[0], &call->args[1], &pair[1]);
    if (!err) {
        err = fv_tuple_new(2, pair, &tuple);
        if (!err) *out = fx_box(tuple);
        fv_cell_drop(&pair[1]);
    }
    fv_cell_drop(&pair[0]);
    return err;
}
static furrow_err do_clamp(const fx_call *call, fv_cell *out)
{
    fv_cell above;
    FX_TRY(extreme(call->vm, &math_max, &call->args[0], &call->args[1], &above));
    furrow_err err = extreme(call->vm, &math_min, &above, &call->args[2], out);
    fv_cell_drop(&above);
    return err;
}

/* --- whole numbers --- */

static bool divides_badly(int64_t x, int64_t y, furrow_type type)
{
    return y == 0 || (y == -1 && type != FURROW_BOOL && x == INT64_MIN >> (64 - 8 * furrow_type_nbytes(type)));
}
#define DIVISION(id, ctype, bad, expression)                                                   \
    static furrow_err id(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                          \
        const ctype *a = pa, *b = pb;                                                          \
        (void)type;                                                                            \
        for (size_t i = 0; i < n; i++) {                                                       \
            ctype x = a[i], y = b[i];                                                          \
            if (bad) return fx_divide();                                                       \
            ((ctype *)po)[i] = (expression);                                                   \
        }                                                                                      \
        return FURROW_OK;                                                                      \
    }
DIVISION(fld_i64, int64_t, divides_badly(x, y, type), x / y - (x % y != 0 && (x < 0) != (y < 0)))
DIVISION(fld_u64, uint64_t, y == 0, x / y)
DIVISION(cld_i64, int64_t, divides_badly(x, y, type), x / y + (x % y != 0 && (x < 0) == (y < 0)))
DIVISION(cld_u64, uint64_t, y == 0, x / y + (x % y != 0))
FX_KERNEL2(fld_f64, double, rint((x - fx_mod_f64(x, y)) / y))
FX_KERNEL2(cld_f64, double, -rint((-x - fx_mod_f64(-x, y)) / y))
FX_KERNEL2(fld_f32, float, (float)rint((double)((x - (float)fx_mod_f64((double)x, (double)y)) / y)))
FX_KERNEL2(cld_f32, float, -(float)rint((double)((-x - (float)fx_mod_f64((double)-x, (double)y)) / y)))
static const fx_math math_fld = {"fld", FX_MADE_SAME, fld_i64, fld_u64, fld_f32, fld_f64, NULL};
static const fx_math math_cld = {"cld", FX_MADE_SAME, cld_i64, cld_u64, cld_f32, cld_f64, NULL};
FUNCTION2(fld)
FUNCTION2(cld)

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
}
static uint64_t common_divisor(uint64_t x, uint64_t y)
{
    while (y) {
        uint64_t r = x % y;
        x = y;
        y = r;
    }
    return x;
}
static uint64_t common_multiple(uint64_t x, uint64_t y)
{
    return x && y ? x / common_divisor(x, y) * y : 0;
}
FX_KERNEL2(gcd_i64, int64_t, (int64_t)common_divisor(magnitude(x), magnitude(y)))
FX_KERNEL2(gcd_u64, uint64_t, common_divisor(x, y))
FX_KERNEL2(lcm_i64, int64_t, (int64_t)common_multiple(magnitude(x), magnitude(y)))
FX_KERNEL2(lcm_u64, uint64_t, common_multiple(x, y))
static const fx_math math_gcd = {"gcd", FX_MADE_SAME, gcd_i64, gcd_u64, NULL, NULL, NULL};
static const fx_math math_lcm = {"lcm", FX_MADE_SAME, lcm_i64, lcm_u64, NULL, NULL, NULL};

static furrow_err do_gcd(const fx_call *call, fv_cell *out)
{
    return fold(call, fx_math2, &math_gcd, out);
}
static furrow_err do_lcm(const fx_call *call, fv_cell *out)
{
    return fold(call, fx_math2, &math_lcm, out);
}

static furrow_err two(const fx_call *call, fx_op op, fv_cell *out)
{
    return fx_binary(call->vm, op, true, &call->args[0], &call->args[1], out);
}
static furrow_err do_div(const fx_call *call, fv_cell *out)
{
    return two(call, FX_OP_IDIV, out);
}
static furrow_err do_mod(const fx_call *call, fv_cell *out)
{
    return two(call, FX_OP_MOD, out);
}
static furrow_err do_rem(const fx_call *call, fv_cell *out)
{
    return two(call, FX_OP_REM, out);
}
/* mod1(x, y) is mod(x - 1, y) + 1, for indices that go round. */
static furrow_err do_mod1(const fx_call *call, fv_cell *out)
{
    const fv_cell one = fx_int(1);
    fv_cell below, rest;
    FX_TRY(fx_binary(call->vm, FX_OP_SUB, true, &call->args[0], &one, &below));
    furrow_err err = fx_binary(call->vm, FX_OP_MOD, true, &below, &call->args[1], &rest);
    fv_cell_drop(&below);
    if (err) return err;
    err = fx_binary(call->vm, FX_OP_ADD, true, &rest, &one, out);
    fv_cell_drop(&rest);
    return err;
}

static furrow_err pair_of(const fx_call *call, fx_function first, fx_function second, fv_cell *out)
{
    fv_cell pair[2];
    furrow_value *tuple;
    FX_TRY(first(call, &pair[0]));
    furrow_err err = second(call, &pair[1]);
    if (!err) {
        err = fv_tuple_new(2, pair, &tuple);
        if (!err) *out = fx_box(tuple);
        fv_cell_drop(&pair[1]);
    }
    fv_cell_drop(&pair[0]);
    return err;
}
static furrow_err do_divrem(const fx_call *call, fv_cell *out)
{
    return pair_of(call, do_div, do_rem, out);
}
static furrow_err do_fldmod(const fx_call *call, fv_cell *out)
{
    return pair_of(call, do_fld, do_mod, out);
}

static furrow_err do_factorial(const fx_call *call, fv_cell *out)
{
    if (fx_type_float(call->args[0].tag)) {
        *out = fx_float(tgamma(fx_real(&call->args[0]) + 1));
        return FURROW_OK;
    }
    int64_t n, made = 1;
    FX_TRY(fx_arg_int("factorial", &call->args[0], &n));
    if (n < 0) return fx_domain("factorial", (double)n, "a number >= 0");
    if (n > 20) {
        return fb_fail(FURROW_ERR_OVERFLOW,
                       "OverflowError: the factorial of %lld does not fit in 64 bits, 20 is the last "
                       "(gamma(n + 1) gives a Float64)",
                       (long long)n);
    }
    for (int64_t i = 2; i <= n; i++) made *= i;
    *out = fx_int(made);
    return FURROW_OK;
}

static furrow_err do_binomial(const fx_call *call, fv_cell *out)
{
    int64_t n, k;
    FX_TRY(fx_arg_int("binomial", &call->args[0], &n));
    FX_TRY(fx_arg_int("binomial", &call->args[1], &k));
    int64_t sign = 1;
    if (n < -((int64_t)1 << 61) || k > (int64_t)1 << 61) return fx_domain("binomial", (double)n, "numbers below 2^61");
    if (n < 0 && k >= 0) { /* binomial(-n, k) is binomial(n + k - 1, k), up to its sign */
        n = k - n - 1;
        sign = k & 1 ? -1 : 1;
    }
    if (k < 0 || k > n) {
        *out = fx_int(0);
        return FURROW_OK;
    }
    if (k > n - k) k = n - k;
    unsigned __int128 made = 1;
    for (int64_t i = 1; i <= k; i++) {
        made = made * (unsigned __int128)(n - k + i) / (unsigned __int128)i;
        if (made > INT64_MAX) {
            return fb_fail(FURROW_ERR_OVERFLOW, "OverflowError: binomial(%lld, %lld) does not fit in 64 bits",
                           (long long)n, (long long)k);
        }
    }
    *out = fx_int(sign * (int64_t)made);
    return FURROW_OK;
}

/* fma(x, y, z): x * y + z, of floating-point numbers rounded once. */
static furrow_err do_fma(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    bool whole = true;
    for (int k = 0; k < 3; k++) {
        if (!fx_is_real(&x[k])) return fx_no_method("fma", x, 3);
        whole &= fx_type_integer(x[k].tag);
    }
    if (!whole) {
        *out = fx_float(fma(fx_real(&x[0]), fx_real(&x[1]), fx_real(&x[2])));
        return FURROW_OK;
    }
    return fx_builtin_find("muladd", 6)->function(call, out);
}

static furrow_err do_isapprox(const fx_call *call, fv_cell *out)
{
    fv_cell difference, a, b, d;
    const fv_cell *rtol = fx_keyword(call, "rtol"), *atol = fx_keyword(call, "atol");
    fx_call norm = {.vm = call->vm, .nargs = 1};
    const fx_builtin *f = fx_builtin_find("norm", 4);
    FX_TRY(fx_binary(call->vm, FX_OP_SUB, false, &call->args[0], &call->args[1], &difference));
    norm.args = &difference;
    furrow_err err = f->function(&norm, &d);
    fv_cell_drop(&difference);
    if (err) return err;
    norm.args = &call->args[0];
    FX_TRY(f->function(&norm, &a));
    norm.args = &call->args[1];
    FX_TRY(f->function(&norm, &b));
    double relative = rtol && fx_is_real(rtol) ? fx_real(rtol) : 0x1p-26;
    double absolute = atol && fx_is_real(atol) ? fx_real(atol) : 0;
    bool same = fx_real(&a) == fx_real(&b) && isnan(fx_real(&d)); /* infinities */
    *out = fx_bool(same || fx_real(&d) <= absolute + relative * fmax(fx_real(&a), fx_real(&b)));
    return FURROW_OK;
}

const fx_builtin fx_builtins_math2[] = {{"atan2", do_atan2, 2, 2, true},
                                        {"atan", do_atan, 1, 2, true},
                                        {"log", do_log, 1, 2, true},
                                        {"hypot", do_hypot, 2, 2, true},
                                        {"copysign", do_copysign, 2, 2, true},
                                        {"flipsign", do_flipsign, 2, 2, true},
                                        {"ldexp", do_ldexp, 2, 2, false},
                                        {"min", do_min, 1, -1, true},
                                        {"max", do_max, 1, -1, true},
                                        {"minmax", do_minmax, 2, 2, false},
                                        {"clamp", do_clamp, 3, 3, true},
                                        {"fld", do_fld, 2, 2, true},
                                        {"cld", do_cld, 2, 2, true},
                                        {"gcd", do_gcd, 1, -1, true},
                                        {"lcm", do_lcm, 1, -1, true},
                                        {"div", do_div, 2, 2, true},
                                        {"mod", do_mod, 2, 2, true},
                                        {"rem", do_rem, 2, 2, true},
                                        {"mod1", do_mod1, 2, 2, true},
                                        {"divrem", do_divrem, 2, 2, false},
                                        {"fldmod", do_fldmod, 2, 2, false},
                                        {"factorial", do_factorial, 1, 1, false},
                                        {"binomial", do_binomial, 2, 2, false},
                                        {"fma", do_fma, 3, 3, false},
                                        {"isapprox", do_isapprox, 2, 2, false},
                                        {"≈", do_isapprox, 2, 2, false},
                                        {NULL}};
