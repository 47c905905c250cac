/*
 * block_kernel.h - the vector kernels of fused blocks, one table for each instruction set, chosen once by what the
 * processor has. Each works on up to FX_BLOCK elements; out may be one of the inputs.
 */
#ifndef FX_BLOCK_KERNEL_H
#define FX_BLOCK_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FX_BLOCK        512
#define FX_STREAM_AHEAD 6

typedef void (*fx_vector)(const void *a, const void *b, void *out, size_t n);

/* The operands of a kernel of two: vectors, or one number for all. */
typedef enum fx_form { FX_VV, FX_VS, FX_SV, FX_NFORMS } fx_form;
typedef enum fx_lane { FX_LANE_F64, FX_LANE_F32, FX_LANE_I64, FX_NLANES } fx_lane;

typedef enum fx_vector_op {
    FX_VADD,
    FX_VSUB,
    FX_VMUL,
    FX_VDIV,
    FX_VLT,
    FX_VLE,
    FX_VEQ,
    FX_VNE,
    FX_VMIN,
    FX_VMAX,
    FX_NVECTOR_OPS
} fx_vector_op;
typedef enum fx_vector_unary {
    FX_VNEG,
    FX_VABS,
    FX_VABS2,
    FX_VSQRT,
    FX_VFLOOR,
    FX_VCEIL,
    FX_VEXP,
    FX_VLOG,
    FX_VSIN,
    FX_VCOS,
    FX_VTAN,
    FX_VTANH,
    FX_NVECTOR_UNARY
} fx_vector_unary;

typedef struct fx_vectors {
    fx_vector binary[FX_NLANES][FX_NVECTOR_OPS][FX_NFORMS]; /* comparisons give bytes 0 and 1; NULL: none */
    fx_vector unary[FX_NLANES][FX_NVECTOR_UNARY];
    fx_vector logic[3]; /* and, or, xor of bytes; not stands in invert */
    fx_vector invert;
    fx_vector widen_i64, widen_f32; /* to double */
    bool (*below_zero_f64)(const double *x, size_t n);
    bool (*infinite_f64)(const double *x, size_t n);
    bool (*below_zero_f32)(const float *x, size_t n);
    bool (*infinite_f32)(const float *x, size_t n);
    /* Elements of 8 bytes, stride elements apart. */
    void (*gather)(const uint64_t *from, ptrdiff_t stride, uint64_t *to, size_t n);
    void (*scatter)(const uint64_t *from, uint64_t *to, ptrdiff_t stride, size_t n);
    size_t (*count)(const uint8_t *x, size_t n);
    uint64_t (*sum_i64)(const uint64_t *x, size_t n); /* wraps */
    /* The greatest and least of n > 0; NaN wins, and -0.0 is below 0.0. */
    double (*maximum)(const double *x, size_t n);
    double (*minimum)(const double *x, size_t n);
    int64_t (*extreme_i64[2])(const int64_t *x, size_t n); /* least, greatest */
    /* Whole cache lines past the caches, for what nobody reads again soon: to is 64-byte aligned, nbytes a multiple. */
    void (*stream)(void *to, const void *from, size_t nbytes, const unsigned char *const *ahead, size_t nahead);
    void (*streamed)(void); /* before anybody else may look at what was streamed */
} fx_vectors;

const fx_vectors *fx_vectors_best(void);
extern const fx_vectors fx_vectors_base;
extern const fx_vectors fx_vectors_avx2;
extern const fx_vectors fx_vectors_avx512;

#endif
