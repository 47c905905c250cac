/*
 * loops.c - the expressions of the benchmark, and what somebody would write in C instead. Compiled twice, -O3
 * -march=native without (bx_cases) and with -ffast-math (bx_cases_fast), where sums and exp become vectors, too.
 */
#include "expr.h"
#include <math.h>
#include <stdlib.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* configure's CFLAGS come last on the command line, and may say -O2 */
#endif

#define N    const size_t n = a->n
#define EACH for (size_t e = 0; e < n; e++)

/* Stores: one array from others. */
#define STORE(name, type, target, expression)                 \
    static double name(const bx_arrays *a)                    \
    {                                                         \
        N;                                                    \
        const double *restrict x = a->x, *restrict y = a->y;  \
        const float *restrict u = a->u, *restrict v = a->v;   \
        const int64_t *restrict i = a->i, *restrict j = a->j; \
        type *restrict out = a->target;                       \
        (void)x, (void)y, (void)u, (void)v, (void)i, (void)j; \
        EACH out[e] = (expression);                           \
        return (double)out[n - 1];                            \
    }
#define REDUCE(name, type, start, step)                       \
    static double name(const bx_arrays *a)                    \
    {                                                         \
        N;                                                    \
        const double *restrict x = a->x, *restrict y = a->y;  \
        const int64_t *restrict i = a->i, *restrict j = a->j; \
        type r = (start);                                     \
        (void)x, (void)y, (void)i, (void)j;                   \
        EACH step;                                            \
        return (double)r;                                     \
    }

STORE(axpby, double, z, 2 * x[e] + 3 * y[e])
STORE(polynomial, double, z, (((x[e] * 2 + 1) * x[e] + 3) * x[e] + 4) * x[e])
STORE(exponential, double, z, exp(x[e]))
STORE(sine, double, z, sin(x[e]))
STORE(length, double, z, sqrt(x[e] * x[e] + y[e] * y[e]))
STORE(quotient, double, z, x[e] / (1 + y[e]))
STORE(absolute, double, z, -x[e] * fabs(y[e]))
STORE(floats, float, w, 2 * u[e] + v[e] * u[e])
STORE(integers, int64_t, k, 3 * i[e] + j[e])
REDUCE(dot, double, 0, r += x[e] * y[e])
REDUCE(squares, double, 0, r += (x[e] - y[e]) * (x[e] - y[e]))
REDUCE(sum, double, 0, r += x[e])
REDUCE(count, int64_t, 0, r += x[e] > y[e])
REDUCE(largest, double, x[0] - y[0], r = x[e] - y[e] > r ? x[e] - y[e] : r)
REDUCE(product, double, 1, r *= 1 + y[e] * 1e-9)
REDUCE(sum_integers, int64_t, 0, r += i[e] * j[e])

/* What a language that gives a new array does: memory from malloc, filled, given back. */
static double fresh(const bx_arrays *a)
{
    N;
    const double *restrict x = a->x, *restrict y = a->y;
    double *restrict out = malloc(n * sizeof *out);
    if (!out) abort();
    EACH out[e] = 2 * x[e] + 3 * y[e];
    double last = out[n - 1];
    free(out);
    return last;
}

static double strided(const bx_arrays *a)
{
    N;
    const double *restrict x = a->x, *restrict y = a->y;
    double *restrict z = a->z;
    for (size_t e = 0; e < n; e += 2) z[e] = x[e] * y[e];
    return z[0];
}

const struct bx_case BX_CASES[] = {
    {"z[:] = 2x + 3y", "f64", axpby},
    {"z[:] = (((x .* 2 .+ 1) .* x .+ 3) .* x .+ 4) .* x", "f64", polynomial},
    {"sum(x .* y)", "f64", dot},
    {"sum((x - y) .^ 2)", "f64", squares},
    {"sum(x)", "f64", sum},
    {"z[:] = exp.(x)", "f64", exponential},
    {"z[:] = sin.(x)", "f64", sine},
    {"z[:] = sqrt.(x .* x + y .* y)", "f64", length},
    {"z[:] = x ./ (1 + y)", "f64", quotient},
    {"z[:] = -x .* abs.(y)", "f64", absolute},
    {"z[1:2:n] = x[1:2:n] .* y[1:2:n]; 0", "f64", strided},
    {"2x + 3y", "f64", fresh},
    {"prod(1 .+ y .* 1e-9)", "f64", product},
    {"count(x .> y)", "f64", count},
    {"maximum(x - y)", "f64", largest},
    {"w[:] = 2u + v .* u", "f32", floats},
    {"k[:] = 3i + j", "i64", integers},
    {"sum(i .* j)", "i64", sum_integers},
    {0},
};
