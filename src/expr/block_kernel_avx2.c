/*
 * block_kernel_avx2.c - the vector kernels for processors with AVX2; elsewhere they are never called.
 */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#define FX_SET   fx_vectors_avx2
#define FX_WIDTH 32
#include "expr/block_kernel.inc"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
