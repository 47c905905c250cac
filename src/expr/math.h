/*
 * math.h - how a function of one or two numbers is described, so that it works on scalars and arrays of every type.
 */
#ifndef FX_MATH_H
#define FX_MATH_H

#include "expr/calc.h"

typedef enum fx_made {
    FX_MADE_SAME,  /* the argument's type */
    FX_MADE_FLOAT, /* Float64 for integers, else the argument's type */
    FX_MADE_REAL,  /* the real part's type for complex numbers, else the argument's type */
    FX_MADE_BOOL
} fx_made;

/* Kernels by the type that is calculated in; a missing integer kernel means: calculate in Float64; any other missing
 * one: no method (complex integers go to the kernel of complex doubles). Complex kernels take and, unless made says otherwise, give pairs of double. */
typedef struct fx_math {
    const char *name;
    fx_made made;
    fx_kernel i64, u64, f32, f64, c128;
    fx_kernel ci64; /* pairs of int64_t; gives what c128 gives in whole numbers */
} fx_math;

FURROW_MUST_CHECK furrow_err fx_math1(const fx_call *call, const fx_math *math, fv_cell *out);
static inline fx_kernel fx_math_kernel(const fx_math *math, fx_calc calc)
{
    const fx_kernel of[] = {math->i64, math->u64, math->f32, math->f64, math->c128, math->c128, math->ci64};
    return of[calc];
}

/* log and atan of one number, for those of two. */
FURROW_MUST_CHECK furrow_err fx_log1(const fx_call *call, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_atan1(const fx_call *call, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_math2(fx_vm *vm, const fx_math *math, const fv_cell *a, const fv_cell *b, fv_cell *out);

/* A kernel of one number: expression in x, guarded by bad, which fails as DomainError with what was wanted. */
#define FX_KERNEL1(id, ctype, otype, expression, bad, function, wanted)                        \
    static furrow_err id(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                          \
        const ctype *a = pa;                                                                   \
        otype *out = po;                                                                       \
        (void)pb;                                                                              \
        (void)type;                                                                            \
        for (size_t i = 0; i < n; i++) {                                                       \
            ctype x = a[i];                                                                    \
            if (bad) return fx_domain(function, (double)x, wanted);                            \
            out[i] = (otype)(expression);                                                      \
        }                                                                                      \
        return FURROW_OK;                                                                      \
    }
#define FX_KERNEL2(id, ctype, expression)                                                      \
    static furrow_err id(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                          \
        const ctype *a = pa, *b = pb;                                                          \
        ctype *out = po;                                                                       \
        (void)type;                                                                            \
        for (size_t i = 0; i < n; i++) {                                                       \
            ctype x = a[i], y = b[i];                                                          \
            out[i] = (expression);                                                             \
        }                                                                                      \
        return FURROW_OK;                                                                      \
    }
/* A complex kernel: z (double complex) to expression, of type otype. */
#define FX_KERNEL_C(id, otype, expression)                                                     \
    static furrow_err id(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                          \
        const double complex *a = pa;                                                          \
        otype *out = po;                                                                       \
        (void)pb;                                                                              \
        (void)type;                                                                            \
        for (size_t i = 0; i < n; i++) {                                                       \
            double complex z = a[i];                                                           \
            out[i] = (expression);                                                             \
        }                                                                                      \
        return FURROW_OK;                                                                      \
    }

#endif
