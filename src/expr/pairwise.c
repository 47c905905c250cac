/*
 * pairwise.c - the kernels of pairwise.h. Eight accumulators are one vector: the order of additions is the same
 * whatever the width of the machine's registers, so the bits are too. Products are rounded before they are added.
 */
#include "expr/pairwise.h"
#include "value/value.h"

#include <string.h>

typedef double v8d __attribute__((vector_size(64)));
typedef float v8f __attribute__((vector_size(32)));

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#define CLONES __attribute__((target_clones("default", "avx", "avx512f")))
#else
#define CLONES
#endif

#define KERNELS(suffix, type, vector)                                                             \
    static inline type fold##suffix(const type *acc)                                              \
    {                                                                                             \
        return ((acc[0] + acc[1]) + (acc[2] + acc[3])) + ((acc[4] + acc[5]) + (acc[6] + acc[7])); \
    }                                                                                             \
    CLONES type fx_block_sum##suffix(const type *x, size_t n)                                     \
    {                                                                                             \
        type acc[8];                                                                              \
        vector sum = (vector){0}, item;                                                           \
        sum = -sum; /* -0.0 is the neutral element */                                             \
        size_t i = 0;                                                                             \
        for (; i + 8 <= n; i += 8) {                                                              \
            memcpy(&item, x + i, sizeof item);                                                    \
            sum += item;                                                                          \
        }                                                                                         \
        memcpy(acc, &sum, sizeof acc);                                                            \
        for (size_t k = 0; i < n; i++, k++) acc[k] += x[i];                                       \
        return fold##suffix(acc);                                                                 \
    }                                                                                             \
    CLONES type fx_block_dot##suffix(const type *x, const type *y, size_t n)                      \
    {                                                                                             \
        type acc[8];                                                                              \
        vector sum = (vector){0}, a, b;                                                           \
        sum = -sum;                                                                               \
        size_t i = 0;                                                                             \
        for (; i + 8 <= n; i += 8) {                                                              \
            memcpy(&a, x + i, sizeof a);                                                          \
            memcpy(&b, y + i, sizeof b);                                                          \
            sum += a * b;                                                                         \
        }                                                                                         \
        memcpy(acc, &sum, sizeof acc);                                                            \
        for (size_t k = 0; i < n; i++, k++) acc[k] += x[i] * y[i];                                \
        return fold##suffix(acc);                                                                 \
    }                                                                                             \
    CLONES type fx_block_prod##suffix(const type *x, size_t n)                                    \
    {                                                                                             \
        type acc[8];                                                                              \
        vector product = (vector){0} + 1, item;                                                   \
        size_t i = 0;                                                                             \
        for (; i + 8 <= n; i += 8) {                                                              \
            memcpy(&item, x + i, sizeof item);                                                    \
            product *= item;                                                                      \
        }                                                                                         \
        memcpy(acc, &product, sizeof acc);                                                        \
        for (size_t k = 0; i < n; i++, k++) acc[k] *= x[i];                                       \
        return ((acc[0] * acc[1]) * (acc[2] * acc[3])) * ((acc[4] * acc[5]) * (acc[6] * acc[7])); \
    }

KERNELS(_f64, double, v8d)
KERNELS(_f32, float, v8f)

double fx_sum_f64(const double *x, size_t n)
{
    fx_pairwise p;
    fx_pairwise_open(&p);
    for (size_t i = 0; i < n && !fv_worked(FX_PAIRWISE_BLOCK); i += FX_PAIRWISE_BLOCK)
        fx_pairwise_add(&p, fx_block_sum_f64(x + i, n - i < FX_PAIRWISE_BLOCK ? n - i : FX_PAIRWISE_BLOCK));
    return fx_pairwise_close(&p);
}

float fx_sum_f32(const float *x, size_t n)
{
    fx_pairwise_f32 p;
    fx_pairwise_open_f32(&p);
    for (size_t i = 0; i < n && !fv_worked(FX_PAIRWISE_BLOCK); i += FX_PAIRWISE_BLOCK)
        fx_pairwise_add_f32(&p, fx_block_sum_f32(x + i, n - i < FX_PAIRWISE_BLOCK ? n - i : FX_PAIRWISE_BLOCK));
    return fx_pairwise_close_f32(&p);
}
