/*
 * block_kernel_avx512.c - the vector kernels for processors with AVX-512; elsewhere they are never called.
 */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")
#endif
#define FX_SET   fx_vectors_avx512
#define FX_WIDTH 64
#include "expr/block_kernel.inc"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
