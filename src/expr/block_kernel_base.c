/*
 * block_kernel_base.c - the vector kernels for any processor.
 */
#define FX_SET   fx_vectors_base
#define FX_WIDTH 16
#include "expr/block_kernel.inc"
