/*
 * pairwise.h - the one summation order of the language, shared by the machine's fused sums and the builtins, so that
 * both give the same bits: blocks of 512 elements, each summed by 8 accumulators that are combined in a fixed tree;
 * block sums are combined in a binary tree. The error grows with log n.
 */
#ifndef FX_PAIRWISE_H
#define FX_PAIRWISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FX_PAIRWISE_BLOCK 512

/* Sum of n <= 512 elements; -0.0 for none. Element k goes to accumulator k % 8. */
double fx_block_sum_f64(const double *x, size_t n);
float fx_block_sum_f32(const float *x, size_t n);
/* The same over x[k]*y[k], each product rounded: what the sum of the block of products would be. */
double fx_block_dot_f64(const double *x, const double *y, size_t n);
float fx_block_dot_f32(const float *x, const float *y, size_t n);
/* Product of n <= 512 elements, in the same eight strands. */
double fx_block_prod_f64(const double *x, size_t n);
float fx_block_prod_f32(const float *x, size_t n);

/* The tree over block sums, fed in order; every block but the last holds 512 elements. */
typedef struct fx_pairwise {
    double level[64]; /* level[k]: sum of 2^k blocks, where bit k of nblocks is set */
    uint64_t nblocks;
} fx_pairwise;
typedef struct fx_pairwise_f32 {
    float level[64];
    uint64_t nblocks;
} fx_pairwise_f32;

#define FX_PAIRWISE_OPS(suffix, state, type)                                     \
    static inline void fx_pairwise_open##suffix(state *p)                        \
    {                                                                            \
        p->nblocks = 0;                                                          \
    }                                                                            \
    static inline void fx_pairwise_add##suffix(state *p, type sum)               \
    {                                                                            \
        unsigned k = 0;                                                          \
        for (uint64_t n = p->nblocks; n & 1; n >>= 1) sum = p->level[k++] + sum; \
        p->level[k] = sum;                                                       \
        p->nblocks++;                                                            \
    }                                                                            \
    /* 0.0 when nothing was added */                                             \
    static inline type fx_pairwise_close##suffix(const state *p)                 \
    {                                                                            \
        type sum = 0;                                                            \
        bool any = false;                                                        \
        for (unsigned k = 0; k < 64; k++)                                        \
            if (p->nblocks >> k & 1) {                                           \
                sum = any ? p->level[k] + sum : p->level[k];                     \
                any = true;                                                      \
            }                                                                    \
        return sum;                                                              \
    }
FX_PAIRWISE_OPS(, fx_pairwise, double)
FX_PAIRWISE_OPS(_f32, fx_pairwise_f32, float)
#undef FX_PAIRWISE_OPS

/* Sum of n contiguous elements: the above put together. Where the run is to end (fv_stopped) it is of some of them. */
double fx_sum_f64(const double *x, size_t n);
float fx_sum_f32(const float *x, size_t n);

#endif
