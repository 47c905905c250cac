/*
 * block.h - fused elementwise evaluation, as the machine calls it. A block's leaves are registers and constants; when
 * their types and shapes fit, the whole expression runs over them in pieces of 512 elements without temporaries.
 */
#ifndef FX_BLOCK_H
#define FX_BLOCK_H

#include "expr/builtin.h"
#include "expr/program.h"

/* Elementwise functions that have kernels. X(id, name) */
#define FX_KERNELS1(X) \
    X(SQRT, "sqrt")    \
    X(ABS, "abs")      \
    X(ABS2, "abs2")    \
    X(EXP, "exp")      \
    X(LOG, "log")      \
    X(SIN, "sin")      \
    X(COS, "cos")      \
    X(TAN, "tan")      \
    X(TANH, "tanh")    \
    X(FLOOR, "floor")  \
    X(CEIL, "ceil")
#define FX_KERNELS2(X) \
    X(MIN, "min")      \
    X(MAX, "max")

typedef enum fx_kernel1 {
#define X(id, name) FX_K1_##id,
    FX_KERNELS1(X)
#undef X
        FX_K1_NKERNELS
} fx_kernel1;
typedef enum fx_kernel2 {
#define X(id, name) FX_K2_##id,
    FX_KERNELS2(X)
#undef X
        FX_K2_NKERNELS
} fx_kernel2;

#endif
