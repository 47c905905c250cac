/*
 * block_kernel_body.h - the kernels themselves, included once for each instruction set with FX_SET naming the table and
 * FX_WIDTH the bytes of a vector. Plain loops that the compiler makes vectors of; libmvec for the transcendental ones.
 */
#include "expr/block_kernel.h"
#include <math.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#define BINARY_FORMS(id, in, outt, expression)                              \
    static void id##_vv(const void *pa, const void *pb, void *po, size_t n) \
    {                                                                       \
        const in *a = pa, *b = pb;                                          \
        outt *out = po;                                                     \
        for (size_t i = 0; i < n; i++) {                                    \
            in x = a[i], y = b[i];                                          \
            out[i] = (expression);                                          \
        }                                                                   \
    }                                                                       \
    static void id##_vs(const void *pa, const void *pb, void *po, size_t n) \
    {                                                                       \
        const in *a = pa, y = *(const in *)pb;                              \
        outt *out = po;                                                     \
        for (size_t i = 0; i < n; i++) {                                    \
            in x = a[i];                                                    \
            out[i] = (expression);                                          \
        }                                                                   \
    }                                                                       \
    static void id##_sv(const void *pa, const void *pb, void *po, size_t n) \
    {                                                                       \
        const in x = *(const in *)pa, *b = pb;                              \
        outt *out = po;                                                     \
        for (size_t i = 0; i < n; i++) {                                    \
            in y = b[i];                                                    \
            out[i] = (expression);                                          \
        }                                                                   \
    }
#define LANE(s, t)                     \
    BINARY_FORMS(add_##s, t, t, x + y) \
    BINARY_FORMS(sub_##s, t, t, x - y) \
    BINARY_FORMS(mul_##s, t, t, x *y)
#define COMPARISONS(s, t)                    \
    BINARY_FORMS(lt_##s, t, uint8_t, x < y)  \
    BINARY_FORMS(le_##s, t, uint8_t, x <= y) \
    BINARY_FORMS(eq_##s, t, uint8_t, x == y) \
    BINARY_FORMS(ne_##s, t, uint8_t, x != y)
/* NaN wins, and -0.0 is below 0.0, as in the builtins. */
#define LESSER(x, y, sign)  (x != x || x < y || (x == y && sign(x)) ? x : y)
#define GREATER(x, y, sign) (x != x || x > y || (x == y && !sign(x)) ? x : y)
LANE(f64, double)
LANE(f32, float)
LANE(i64, uint64_t) /* wraps */
BINARY_FORMS(div_f64, double, double, x / y)
BINARY_FORMS(div_f32, float, float, x / y)
COMPARISONS(f64, double)
COMPARISONS(f32, float)
COMPARISONS(i64, int64_t)
BINARY_FORMS(min_f64, double, double, LESSER(x, y, __builtin_signbit))
BINARY_FORMS(max_f64, double, double, GREATER(x, y, __builtin_signbit))
BINARY_FORMS(min_f32, float, float, LESSER(x, y, __builtin_signbit))
BINARY_FORMS(max_f32, float, float, GREATER(x, y, __builtin_signbit))
BINARY_FORMS(min_i64, int64_t, int64_t, x < y ? x : y)
BINARY_FORMS(max_i64, int64_t, int64_t, x > y ? x : y)

#define BYTES(id, symbol)                                              \
    static void id(const void *pa, const void *pb, void *po, size_t n) \
    {                                                                  \
        const uint8_t *a = pa, *b = pb;                                \
        uint8_t *out = po;                                             \
        for (size_t i = 0; i < n; i++) out[i] = a[i] symbol b[i];      \
    }
BYTES(and_u8, &)
BYTES(or_u8, |)
BYTES(xor_u8, ^)

#define UNARY_LOOP(id, in, outt, expression)                           \
    static void id(const void *pa, const void *pb, void *po, size_t n) \
    {                                                                  \
        const in *a = pa;                                              \
        outt *out = po;                                                \
        (void)pb;                                                      \
        for (size_t i = 0; i < n; i++) {                               \
            in x = a[i];                                               \
            out[i] = (outt)(expression);                               \
        }                                                              \
    }
UNARY_LOOP(neg_f64, double, double, -x)
UNARY_LOOP(neg_f32, float, float, -x)
UNARY_LOOP(neg_i64, uint64_t, uint64_t, 0 - x)
UNARY_LOOP(abs_f64, double, double, __builtin_fabs(x))
UNARY_LOOP(abs_f32, float, float, __builtin_fabsf(x))
UNARY_LOOP(abs_i64, uint64_t, uint64_t, (int64_t)x < 0 ? 0 - x : x)
UNARY_LOOP(abs2_f64, double, double, x *x)
UNARY_LOOP(abs2_f32, float, float, x *x)
UNARY_LOOP(abs2_i64, uint64_t, uint64_t, x *x)
UNARY_LOOP(invert_u8, uint8_t, uint8_t, x ^ 1)
UNARY_LOOP(widen_i64, int64_t, double, x)
UNARY_LOOP(widen_f32, float, double, x)

/* --- whole vectors: the functions that have an instruction, or one of libmvec --- */

typedef double vd __attribute__((vector_size(FX_WIDTH)));
typedef float vf __attribute__((vector_size(FX_WIDTH)));
#define LANES_D (FX_WIDTH / sizeof(double))
#define LANES_F (FX_WIDTH / sizeof(float))

/* The rest that does not fill a vector is padded with its first element. */
#define VECTORS(id, t, v, lanes, function)                                     \
    static void id(const void *pa, const void *pb, void *po, size_t n)         \
    {                                                                          \
        const t *a = pa;                                                       \
        t *out = po;                                                           \
        v x;                                                                   \
        (void)pb;                                                              \
        size_t i = 0;                                                          \
        for (; i + lanes <= n; i += lanes) {                                   \
            __builtin_memcpy(&x, a + i, sizeof x);                             \
            x = function(x);                                                   \
            __builtin_memcpy(out + i, &x, sizeof x);                           \
        }                                                                      \
        if (i == n) return;                                                    \
        t rest[lanes];                                                         \
        for (size_t k = 0; k < lanes; k++) rest[k] = a[i + k < n ? i + k : i]; \
        __builtin_memcpy(&x, rest, sizeof x);                                  \
        x = function(x);                                                       \
        __builtin_memcpy(rest, &x, sizeof x);                                  \
        for (size_t k = 0; i + k < n; k++) out[i + k] = rest[k];               \
    }
#define LOOPS(id, fun)                           \
    UNARY_LOOP(id##_f64, double, double, fun(x)) \
    UNARY_LOOP(id##_f32, float, float, fun##f(x))

#if defined(__x86_64__)
#include <immintrin.h>
#if FX_WIDTH == 64
#define SQRT_D(x)  ((vd)_mm512_sqrt_pd((__m512d)(x)))
#define SQRT_F(x)  ((vf)_mm512_sqrt_ps((__m512)(x)))
#define FLOOR_D(x) ((vd)_mm512_roundscale_pd((__m512d)(x), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC))
#define FLOOR_F(x) ((vf)_mm512_roundscale_ps((__m512)(x), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC))
#define CEIL_D(x)  ((vd)_mm512_roundscale_pd((__m512d)(x), _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC))
#define CEIL_F(x)  ((vf)_mm512_roundscale_ps((__m512)(x), _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC))
#elif FX_WIDTH == 32
#define SQRT_D(x)  ((vd)_mm256_sqrt_pd((__m256d)(x)))
#define SQRT_F(x)  ((vf)_mm256_sqrt_ps((__m256)(x)))
#define FLOOR_D(x) ((vd)_mm256_floor_pd((__m256d)(x)))
#define FLOOR_F(x) ((vf)_mm256_floor_ps((__m256)(x)))
#define CEIL_D(x)  ((vd)_mm256_ceil_pd((__m256d)(x)))
#define CEIL_F(x)  ((vf)_mm256_ceil_ps((__m256)(x)))
#else
#define SQRT_D(x) ((vd)_mm_sqrt_pd((__m128d)(x)))
#define SQRT_F(x) ((vf)_mm_sqrt_ps((__m128)(x)))
#endif
VECTORS(sqrt_f64, double, vd, LANES_D, SQRT_D)
VECTORS(sqrt_f32, float, vf, LANES_F, SQRT_F)
#else
LOOPS(sqrt, sqrt)
#endif
#ifdef FLOOR_D
VECTORS(floor_f64, double, vd, LANES_D, FLOOR_D)
VECTORS(floor_f32, float, vf, LANES_F, FLOOR_F)
VECTORS(ceil_f64, double, vd, LANES_D, CEIL_D)
VECTORS(ceil_f32, float, vf, LANES_F, CEIL_F)
#else
LOOPS(floor, floor)
LOOPS(ceil, ceil)
#endif

#if defined(__x86_64__) && defined(__GLIBC__)
#if FX_WIDTH == 64
#define MVEC_D(fun) _ZGVeN8v_##fun
#define MVEC_F(fun) _ZGVeN16v_##fun##f
#elif FX_WIDTH == 32
#define MVEC_D(fun) _ZGVdN4v_##fun
#define MVEC_F(fun) _ZGVdN8v_##fun##f
#else
#define MVEC_D(fun) _ZGVbN2v_##fun
#define MVEC_F(fun) _ZGVbN4v_##fun##f
#endif
#define MVEC(fun)                                        \
    vd MVEC_D(fun)(vd);                                  \
    vf MVEC_F(fun)(vf);                                  \
    VECTORS(fun##_f64, double, vd, LANES_D, MVEC_D(fun)) \
    VECTORS(fun##_f32, float, vf, LANES_F, MVEC_F(fun))
MVEC(exp)
MVEC(log)
MVEC(sin)
MVEC(cos)
MVEC(tan)
MVEC(tanh)
#else
LOOPS(exp, exp)
LOOPS(log, log)
LOOPS(sin, sin)
LOOPS(cos, cos)
LOOPS(tan, tan)
LOOPS(tanh, tanh)
#endif

/* --- looks at a whole block --- */

#define ANY(id, t, test)                 \
    static bool id(const t *a, size_t n) \
    {                                    \
        int found = 0;                   \
        for (size_t i = 0; i < n; i++) { \
            t x = a[i];                  \
            found |= (test);             \
        }                                \
        return found;                    \
    }
ANY(below_zero_f64, double, x < 0)
ANY(below_zero_f32, float, x < 0)
ANY(infinite_f64, double, __builtin_fabs(x) == __builtin_inf())
ANY(infinite_f32, float, __builtin_fabsf(x) == __builtin_inff())

static size_t count_u8(const uint8_t *x, size_t n)
{
    unsigned sum = 0; /* n is at most FX_BLOCK */
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

/* Eight strands, so that the comparisons do not wait for one another. */
#define EXTREME(id, pick)                                                                   \
    static double id(const double *x, size_t n)                                             \
    {                                                                                       \
        double best[8];                                                                     \
        for (size_t k = 0; k < 8; k++) best[k] = x[k < n ? k : 0];                          \
        size_t i = 8;                                                                       \
        for (; i + 8 <= n; i += 8)                                                          \
            for (size_t k = 0; k < 8; k++) {                                                \
                double a = best[k], b = x[i + k];                                           \
                best[k] = pick(a, b, __builtin_signbit);                                    \
            }                                                                               \
        for (; i < n; i++) best[0] = pick(best[0], x[i], __builtin_signbit);                \
        for (size_t k = 1; k < 8; k++) best[0] = pick(best[0], best[k], __builtin_signbit); \
        return best[0];                                                                     \
    }
EXTREME(maximum_f64, GREATER)
EXTREME(minimum_f64, LESSER)

#define FORMS(id)                 \
    {                             \
        id##_vv, id##_vs, id##_sv \
    }
const fx_vectors FX_SET = {
    .binary = {{FORMS(add_f64), FORMS(sub_f64), FORMS(mul_f64), FORMS(div_f64), FORMS(lt_f64), FORMS(le_f64),
                FORMS(eq_f64), FORMS(ne_f64), FORMS(min_f64), FORMS(max_f64)},
               {FORMS(add_f32), FORMS(sub_f32), FORMS(mul_f32), FORMS(div_f32), FORMS(lt_f32), FORMS(le_f32),
                FORMS(eq_f32), FORMS(ne_f32), FORMS(min_f32), FORMS(max_f32)},
               {FORMS(add_i64),
                FORMS(sub_i64),
                FORMS(mul_i64),
                {0},
                FORMS(lt_i64),
                FORMS(le_i64),
                FORMS(eq_i64),
                FORMS(ne_i64),
                FORMS(min_i64),
                FORMS(max_i64)}},
    .unary = {{neg_f64, abs_f64, abs2_f64, sqrt_f64, floor_f64, ceil_f64, exp_f64, log_f64, sin_f64, cos_f64, tan_f64,
               tanh_f64},
              {neg_f32, abs_f32, abs2_f32, sqrt_f32, floor_f32, ceil_f32, exp_f32, log_f32, sin_f32, cos_f32, tan_f32,
               tanh_f32},
              {neg_i64, abs_i64, abs2_i64}},
    .logic = {and_u8, or_u8, xor_u8},
    .invert = invert_u8,
    .widen_i64 = widen_i64,
    .widen_f32 = widen_f32,
    .below_zero_f64 = below_zero_f64,
    .infinite_f64 = infinite_f64,
    .below_zero_f32 = below_zero_f32,
    .infinite_f32 = infinite_f32,
    .count = count_u8,
    .maximum = maximum_f64,
    .minimum = minimum_f64,
};
