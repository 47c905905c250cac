/*
 * fold.h - sum, prod, maximum, minimum, mean, count, any and all of flat elements, fed in blocks: the one definition
 * that the builtins and the machine's fused blocks share, so that both give the same bits.
 */
#ifndef FX_FOLD_H
#define FX_FOLD_H

#include "expr/block_kernel.h"
#include "expr/calc.h"
#include "expr/pairwise.h"
#include "expr/program.h"

typedef struct fx_fold {
    fx_reduction kind;
    furrow_type type; /* of the elements */
    const fx_vectors *vectors;
    fx_pairwise sum, sum_imaginary;
    fx_pairwise_f32 sum_f32;
    uint64_t whole;     /* sums and products of integers, which wrap; their extremes; counts */
    uint64_t imaginary; /* beside whole, of complex integers */
    double real[2];     /* products and extremes of the others */
    bool some;          /* an extreme has been seen */
    bool decided;       /* any, all: nothing that follows changes the answer */
} fx_fold;

/* false: elements of that type have no such reduction. */
bool fx_fold_open(fx_fold *fold, fx_reduction kind, furrow_type type);
/* The next n > 0 elements: FX_PAIRWISE_BLOCK of them, or the last ones. */
void fx_fold_add(fx_fold *fold, const void *elements, size_t n);
/* The same with the elements x[k]*y[k] of Float64: sums and means. */
void fx_fold_add_dot(fx_fold *fold, const double *x, const double *y, size_t n);
/* count: of all elements, more than 0. NOMEM for Complex128 alone. */
FURROW_MUST_CHECK furrow_err fx_fold_close(const fx_fold *fold, size_t count, fv_cell *out);
/* All of that for n elements in one piece. */
FURROW_MUST_CHECK furrow_err fx_fold_all(fx_reduction kind, furrow_type type, const void *data, size_t n, fv_cell *out);

/* Sums and products of integers are Int64 or UInt64. */
furrow_type fx_fold_sum_type(furrow_type type);

#endif
