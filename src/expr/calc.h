/*
 * calc.h - numbers of any flat type, 512 at a time: they are loaded into one of six types to calculate in, a kernel
 * runs, and the results are stored as the type that Julia gives them. Scalars are blocks of one. Used by the operators
 * and by the elementwise functions; the machine's fused blocks are faster and for fewer types.
 */
#ifndef FX_CALC_H
#define FX_CALC_H

#include "expr/support.h"

#define FX_CALC_BLOCK 512

typedef enum fx_calc {
    FX_CALC_I64, /* signed integers and Bool */
    FX_CALC_U64,
    FX_CALC_F32,
    FX_CALC_F64,
    FX_CALC_C64,
    FX_CALC_C128,
    FX_CALC_CI64, /* pairs of int64_t */
    FX_NCALCS,
    FX_CALC_BYTES = FX_NCALCS /* results alone: Bools, stored as they are */
} fx_calc;

/* b is NULL for functions of one number. type is the result's: kernels wrap and check by its width. */
typedef furrow_err (*fx_kernel)(const void *a, const void *b, void *out, size_t n, furrow_type type);

/* What an operation on given types does: load a and b as these, run the kernel, store its output as result. */
typedef struct fx_rule {
    fx_kernel kernel;
    fx_calc load_a;
    fx_calc load_b;
    fx_calc made; /* what the kernel writes */
    furrow_type result;
} fx_rule;

static inline fx_calc fx_calc_of(furrow_type t)
{
    if (t <= FURROW_INT64) return FX_CALC_I64;
    if (t <= FURROW_UINT64) return FX_CALC_U64;
    if (t == FURROW_COMPLEX_INT64) return FX_CALC_CI64;
    return (fx_calc)(FX_CALC_F32 + (t - FURROW_FLOAT32));
}
size_t fx_calc_nbytes(fx_calc calc);
void fx_calc_load(fx_calc calc, furrow_type type, const void *from, void *to, size_t n);
/* The same for many: the run may end between pieces. */
FURROW_MUST_CHECK furrow_err fx_calc_load_all(fx_calc calc, furrow_type type, const void *from, void *to, size_t n);
/* Integers wrap to the width of type. */
void fx_calc_store(fx_calc calc, furrow_type type, const void *from, void *to, size_t n);

/* Applies a rule to two (b may be NULL) numbers or flat arrays, broadcasting dimensions of size 1. */
FURROW_MUST_CHECK furrow_err fx_calc_run(fx_vm *vm, const fx_rule *rule, const fv_cell *a, const fv_cell *b,
                                         fv_cell *out);
/* The shape two operands broadcast to; ndims 0 for two scalars. SHAPE when they do not fit. */
FURROW_MUST_CHECK furrow_err fx_broadcast_shape(const char *function, const fv_cell *args, size_t nargs, int *ndims,
                                                size_t dims[FURROW_MAX_NDIMS]);

/* The rule of a binary operator for two flat types: false when there is none. */
bool fx_rule_binary(fx_op op, furrow_type a, furrow_type b, fx_rule *rule);
bool fx_rule_compare(fx_op op, furrow_type a, furrow_type b, fx_rule *rule); /* compare.c */

/* Scalars as the kernels calculate them, for whoever must give the same bits. */
double fx_pow_f64(double x, double y); /* x^y without the check for negative x */
double fx_mod_f64(double x, double y);
int64_t fx_pow_i64(int64_t x, uint64_t n); /* wraps */
void fx_complex_divide(const double a[2], const double b[2], double out[2]);
void fx_complex_power(const double a[2], const double b[2], double out[2]);

#endif
