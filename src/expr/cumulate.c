/*
 * cumulate.c - cumsum, cumprod, diff, and the statistics and norms that go twice over their data: var, std, median,
 * quantile, dot, norm, cor.
 */
#include "expr/builtins.h"
#include "expr/pairwise.h"
#include "expr/reduce.h"

#include <math.h>

/* --- running sums and differences along a dimension --- */

static furrow_err dimension(const fx_call *call, const char *name, int *dim)
{
    int64_t k = 1;
    const fv_cell *dims = call->nargs > 1 ? &call->args[1] : fx_keyword(call, "dims");
    if (dims) FX_TRY(fx_arg_int(name, dims, &k));
    if (k < 1 || k > FURROW_MAX_NDIMS) return fb_fail(FURROW_ERR_ARG, "an array has no dimension %lld", (long long)k);
    *dim = (int)k - 1;
    return FURROW_OK;
}

#define RUN(ctype)                                                                                      \
    do {                                                                                                \
        ctype *x = made->data;                                                                          \
        FV_EACH (i, &p)                                                                                 \
            if (i / below % extent) x[i] = op == FX_OP_ADD ? x[i - below] + x[i] : x[i - below] * x[i]; \
    } while (0)

/* Element i of made becomes made[i - below] op made[i], along the dimension whose steps are below. */
static furrow_err run_along(fx_vm *vm, fx_op op, fv_array *made, size_t below, size_t extent)
{
    fv_pieces p = {.count = made->count};
    if (made->head.eltype == FURROW_FLOAT64) {
        RUN(double);
        return p.err;
    }
    if (made->head.eltype == FURROW_INT64 || made->head.eltype == FURROW_UINT64) {
        RUN(uint64_t);
        return p.err;
    }
    for (size_t i = 0; i < made->count; i++) {
        fv_cell a, b, sum;
        if (i / below % extent == 0) continue;
        FX_TRY(fv_element(made, i - below, &a));
        furrow_err err = fv_element(made, i, &b);
        if (!err) {
            err = fx_binary(vm, op, false, &a, &b, &sum);
            fv_cell_drop(&b);
        }
        fv_cell_drop(&a);
        if (err) return err;
        err = fv_element_set(made, i, &sum);
        fv_cell_drop(&sum);
        if (err) return err;
    }
    return FURROW_OK;
}

static furrow_err cumulate(const fx_call *call, const char *name, fx_op op, fv_cell *out)
{
    fv_array *from, *made;
    int dim;
    if (!fx_is_list(call->args)) return fx_no_method(name, call->args, call->nargs);
    FX_TRY(dimension(call, name, &dim));
    FX_TRY(fx_to_array(call->vm, call->args, &from));
    furrow_type type = (furrow_type)from->head.eltype;
    bool narrow = fx_type_integer(type) && type != FURROW_INT64 && type != FURROW_UINT64;
    furrow_err err =
        narrow ? fx_array_convert(call->vm, from, fx_type_unsigned(type) ? FURROW_UINT64 : FURROW_INT64, &made)
               : fv_array_copy(from, &made);
    if (!err) err = fx_spend(call->vm, 4 * from->count);
    fv_drop(&from->head);
    if (err) return err;
    size_t below = 1;
    for (int k = 0; k < dim; k++) below *= made->dims[k];
    if (made->count) err = run_along(call->vm, op, made, below, made->dims[dim]);
    if (err) {
        fv_drop(&made->head);
        return err;
    }
    *out = fx_box(made);
    return FURROW_OK;
}
static furrow_err do_cumsum(const fx_call *call, fv_cell *out)
{
    return cumulate(call, "cumsum", FX_OP_ADD, out);
}
static furrow_err do_cumprod(const fx_call *call, fv_cell *out)
{
    return cumulate(call, "cumprod", FX_OP_MUL, out);
}

/* x[2:end] - x[1:end-1] along the dimension. */
static furrow_err do_diff(const fx_call *call, fv_cell *out)
{
    int dim, ndims = fx_ndims(call->args);
    furrow_value *colon, *front = NULL, *back = NULL;
    fv_cell indices[FURROW_MAX_NDIMS], low, high;
    if (!fx_is_list(call->args)) return fx_no_method("diff", call->args, call->nargs);
    FX_TRY(dimension(call, "diff", &dim));
    if (dim >= ndims) return fb_fail(FURROW_ERR_ARG, "the array has no dimension %d", dim + 1);
    int64_t extent = (int64_t)fx_dim(call->args, dim);
    FX_TRY(fv_text_new(FURROW_SYMBOL, ":", 1, &colon));
    for (int k = 0; k < ndims; k++) indices[k] = fx_box(colon);
    furrow_err err = fv_range_int(1, 1, extent - 1, false, &front);
    if (!err) err = fv_range_int(2, 1, extent > 0 ? extent : 1, false, &back);
    if (err) goto done;
    indices[dim] = fx_box(front);
    err = fx_index(call->vm, call->args, indices, (size_t)ndims, &low);
    if (err) goto done;
    indices[dim] = fx_box(back);
    err = fx_index(call->vm, call->args, indices, (size_t)ndims, &high);
    if (!err) {
        err = fx_binary(call->vm, FX_OP_SUB, true, &high, &low, out);
        fv_cell_drop(&high);
    }
    fv_cell_drop(&low);
done:
    fv_drop(colon);
    fv_drop(front);
    fv_drop(back);
    return err;
}

/* --- variance: the mean first, then the squares of the distances --- */

static double variance_of(const double *x, size_t n, double mean, bool corrected)
{
    fx_pairwise p;
    double block[FX_PAIRWISE_BLOCK];
    fx_pairwise_open(&p);
    for (size_t start = 0; start < n && !fv_worked(FX_PAIRWISE_BLOCK); start += FX_PAIRWISE_BLOCK) {
        size_t k = n - start < FX_PAIRWISE_BLOCK ? n - start : FX_PAIRWISE_BLOCK;
        for (size_t i = 0; i < k; i++) block[i] = (x[start + i] - mean) * (x[start + i] - mean);
        fx_pairwise_add(&p, fx_block_sum_f64(block, k));
    }
    return fx_pairwise_close(&p) / (double)(corrected ? n - 1 : n);
}

/* Of real and imaginary parts together. */
static double complex_variance(const double *x, size_t n)
{
    double re = 0, im = 0, sum = 0;
    fv_pieces means = {.count = n}, squares = {.count = n};
    FV_EACH (i, &means) {
        re += x[2 * i] / (double)n;
        im += x[2 * i + 1] / (double)n;
    }
    FV_EACH (i, &squares) sum += (x[2 * i] - re) * (x[2 * i] - re) + (x[2 * i + 1] - im) * (x[2 * i + 1] - im);
    return sum / ((double)n - 1);
}

static furrow_err variance(furrow_type type, const void *data, size_t n, bool root, fv_cell *out)
{
    fv_array *wide;
    double result = NAN;
    FX_TRY(fx_vector_new(FURROW_FLOAT64, fx_type_complex(type) ? 2 * n : n, &wide));
    double *x = wide->data;
    furrow_err err = fx_calc_load_all(fx_type_complex(type) ? FX_CALC_C128 : FX_CALC_F64, type, data, x, n);
    if (!err && fx_type_complex(type)) {
        result = complex_variance(x, n);
    } else if (!err && n > 1) {
        result = variance_of(x, n, fx_sum_f64(x, n) / (double)n, true);
    }
    fv_drop(&wide->head);
    if (!err) err = fv_stopped();
    if (err) return err;
    if (root) result = sqrt(result);
    *out = type == FURROW_FLOAT32 || type == FURROW_COMPLEX64 ? (fv_cell){.tag = FURROW_FLOAT32, .f = (float)result}
                                                              : fx_float(result);
    return FURROW_OK;
}
static furrow_err var_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return variance(type, data, n, false, out);
}
static furrow_err std_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return variance(type, data, n, true, out);
}
static furrow_err not_a_number(furrow_type type, fv_cell *out)
{
    (void)type;
    *out = fx_float(NAN);
    return FURROW_OK;
}
static furrow_err only_numbers(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    const fv_cell both[2] = {*a, *b};
    (void)vm;
    (void)out;
    return fx_no_method("var", both, 2);
}
static const fx_reduction_kind kind_var = {"var", FX_OP_ADD, var_all, not_a_number, only_numbers};
static const fx_reduction_kind kind_std = {"std", FX_OP_ADD, std_all, not_a_number, only_numbers};

/* Puts the number that belongs at place k there, smaller ones before it and greater ones after it (Hoare's way). */
static double select_place(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high && !fv_worked(0)) {
        double a = x[low], b = x[low + (high - low) / 2], c = x[high];
        double pivot = fmax(fmin(a, b), fmin(fmax(a, b), c)); /* the middle one of three */
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot) i++;
            while (x[j] > pivot) j--;
            if (i >= j) break;
            double keep = x[i];
            x[i++] = x[j];
            x[j--] = keep;
            if ((i & (FV_PIECE - 1)) == 0 && fv_worked(FV_PIECE)) return NAN;
        }
        if (k <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return x[k];
}

/* The value a fraction of the way through the sorted numbers, between two of them where need be. */
static furrow_err quantile(furrow_type type, const void *data, size_t n, double fraction, fv_cell *out)
{
    fv_array *sorted;
    if (fx_type_complex(type)) return fb_fail(FURROW_ERR_TYPE, "complex numbers have no order, so no median");
    FX_TRY(fx_vector_new(FURROW_FLOAT64, n, &sorted));
    double *x = sorted->data, made = NAN;
    bool missing = false;
    fv_pieces p = {.count = n};
    p.err = fx_calc_load_all(FX_CALC_F64, type, data, x, n);
    FV_EACH (i, &p) missing |= isnan(x[i]) != 0;
    if (!p.err && !missing) {
        double place = fraction * (double)(n - 1), part = place - floor(place);
        size_t below = (size_t)floor(place);
        double first = select_place(x, n, below), next = first;
        if (part > 0) next = select_place(x + below + 1, n - below - 1, 0);
        made = part == 0.5 ? first / 2 + next / 2 : part > 0 ? first + part * (next - first) : first;
    }
    fv_drop(&sorted->head);
    if (!p.err) p.err = fv_stopped();
    if (p.err) return p.err;
    *out = type == FURROW_FLOAT32 ? (fv_cell){.tag = FURROW_FLOAT32, .f = (float)made} : fx_float(made);
    return FURROW_OK;
}
static furrow_err median_all(furrow_type type, const void *data, size_t n, fv_cell *out)
{
    return quantile(type, data, n, 0.5, out);
}
static furrow_err no_median(furrow_type type, fv_cell *out)
{
    (void)type;
    (void)out;
    return fb_fail(FURROW_ERR_ARG, "ArgumentError: an empty collection has no median");
}
static const fx_reduction_kind kind_median = {"median", FX_OP_ADD, median_all, no_median, only_numbers};

static furrow_err do_var(const fx_call *call, fv_cell *out)
{
    return fx_reduce_call(call, &kind_var, out);
}
static furrow_err do_std(const fx_call *call, fv_cell *out)
{
    return fx_reduce_call(call, &kind_std, out);
}
static furrow_err do_median(const fx_call *call, fv_cell *out)
{
    return fx_reduce_call(call, &kind_median, out);
}

static furrow_err do_quantile(const fx_call *call, fv_cell *out)
{
    fv_array *items, *at;
    fx_gather gather;
    if (!fx_is_list(call->args)) return fx_no_method("quantile", call->args, call->nargs);
    FX_TRY(fx_to_array(call->vm, call->args, &items));
    furrow_err err = fx_to_array(call->vm, &call->args[1], &at);
    if (err) goto drop_items;
    fx_gather_open(&gather, at->count);
    for (size_t i = 0; i < at->count && !err; i++) {
        fv_cell fraction, made;
        err = fv_element(at, i, &fraction);
        if (err) break;
        if (!fx_is_real(&fraction) || !(fx_real(&fraction) >= 0 && fx_real(&fraction) <= 1) || items->count == 0 ||
            !fv_tag_flat(items->head.eltype)) {
            err = fb_fail(FURROW_ERR_ARG, "quantile wants numbers, and fractions from 0 to 1");
        }
        if (!err) err = quantile((furrow_type)items->head.eltype, items->data, items->count, fx_real(&fraction), &made);
        if (!err) err = fx_gather_add(&gather, &made);
        fv_cell_drop(&fraction);
    }
    if (!err && fx_is_real(&call->args[1])) err = fv_element(gather.array, 0, out);
    if (err || fx_is_real(&call->args[1])) {
        fx_gather_drop(&gather);
    } else {
        err = fx_gather_close(&gather, 0, NULL, out);
    }
    fv_drop(&at->head);
drop_items:
    fv_drop(&items->head);
    return err;
}

/* --- dot and norm --- */

static double dot_f64(const double *x, const double *y, size_t n)
{
    fx_pairwise p;
    fx_pairwise_open(&p);
    for (size_t i = 0; i < n && !fv_worked(FX_PAIRWISE_BLOCK); i += FX_PAIRWISE_BLOCK)
        fx_pairwise_add(&p, fx_block_dot_f64(x + i, y + i, n - i < FX_PAIRWISE_BLOCK ? n - i : FX_PAIRWISE_BLOCK));
    return fx_pairwise_close(&p);
}
static float dot_f32(const float *x, const float *y, size_t n)
{
    fx_pairwise_f32 p;
    fx_pairwise_open_f32(&p);
    for (size_t i = 0; i < n && !fv_worked(FX_PAIRWISE_BLOCK); i += FX_PAIRWISE_BLOCK)
        fx_pairwise_add_f32(&p, fx_block_dot_f32(x + i, y + i, n - i < FX_PAIRWISE_BLOCK ? n - i : FX_PAIRWISE_BLOCK));
    return fx_pairwise_close_f32(&p);
}

/* sum(conj(a) .* b) for the types without a kernel of their own. */
static furrow_err dot_general(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    fv_cell conjugate, products;
    FX_TRY(fx_builtin_find("conj", 4)->function(&(fx_call){.vm = vm, .args = a, .nargs = 1}, &conjugate));
    furrow_err err = fx_binary(vm, FX_OP_MUL, true, &conjugate, b, &products);
    fv_cell_drop(&conjugate);
    if (err) return err;
    err = fx_builtin_find("sum", 3)->function(&(fx_call){.vm = vm, .args = &products, .nargs = 1}, out);
    fv_cell_drop(&products);
    return err;
}

static furrow_err do_dot(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = &call->args[0], *b = &call->args[1];
    if (fx_is_number(a) && fx_is_number(b)) return dot_general(call->vm, a, b, out);
    size_t na, nb;
    if (!fx_is_list(a) || !fx_is_list(b)) return fx_no_method("dot", a, 2);
    if (!fx_item_count(a, &na) || !fx_item_count(b, &nb) || na != nb) return fx_mismatch("dot", a, b);
    bool arrays = fx_is_flat_array(a) && fx_is_flat_array(b);
    if (arrays && a->p->eltype == FURROW_FLOAT64 && b->p->eltype == FURROW_FLOAT64) {
        FX_TRY(fx_spend(call->vm, na));
        *out = fx_float(dot_f64(fx_array(a)->data, fx_array(b)->data, na));
        return fv_stopped();
    }
    if (arrays && a->p->eltype == FURROW_FLOAT32 && b->p->eltype == FURROW_FLOAT32) {
        FX_TRY(fx_spend(call->vm, na));
        *out = (fv_cell){.tag = FURROW_FLOAT32, .f = dot_f32(fx_array(a)->data, fx_array(b)->data, na)};
        return fv_stopped();
    }
    return dot_general(call->vm, a, b, out);
}

/* Scaled by the largest, so that squares neither overflow nor vanish. */
static double norm2(const double *x, size_t n)
{
    double most = 0;
    bool missing = false;
    fv_pieces all = {.count = n};
    FV_EACH (i, &all) {
        missing |= isnan(x[i]) != 0;
        most = x[i] > most ? x[i] : most;
    }
    if (missing) return NAN;
    if (most == 0 || isinf(most)) return most;
    if (most > 1e-140 && most < 1e140) return sqrt(dot_f64(x, x, n));
    fx_pairwise p;
    fx_pairwise_open(&p);
    double block[FX_PAIRWISE_BLOCK];
    for (size_t start = 0; start < n && !fv_worked(FX_PAIRWISE_BLOCK); start += FX_PAIRWISE_BLOCK) {
        size_t k = n - start < FX_PAIRWISE_BLOCK ? n - start : FX_PAIRWISE_BLOCK;
        for (size_t i = 0; i < k; i++) block[i] = x[start + i] / most * (x[start + i] / most);
        fx_pairwise_add(&p, fx_block_sum_f64(block, k));
    }
    return most * sqrt(fx_pairwise_close(&p));
}

static double norm_of(const double *x, size_t n, double p)
{
    double made = 0;
    if (p == 2) return norm2(x, n);
    if (p == 1) return fx_sum_f64(x, n);
    fv_pieces all = {.count = n};
    if (isinf(p)) {
        made = p > 0 ? 0 : n ? INFINITY : 0;
        FV_EACH (i, &all) made = isnan(x[i]) ? NAN : p > 0 ? fmax(made, x[i]) : fmin(made, x[i]);
        return made;
    }
    FV_EACH (i, &all) made += p == 0 ? x[i] != 0 : pow(x[i], p);
    return p == 0 ? made : pow(made, 1 / p);
}

/* norm(x), norm(x, p) of vectors; of matrices the 1, Inf norms and vecnorm. */
static furrow_err vector_norm(const fx_call *call, fv_cell *out)
{
    double p = 2;
    fv_cell absolute;
    fv_array *wide;
    if (call->nargs > 1) {
        if (!fx_is_real(&call->args[1])) return fx_no_method("norm", call->args, 2);
        p = fx_real(&call->args[1]);
    }
    FX_TRY(fx_builtin_find("abs", 3)->function(&(fx_call){.vm = call->vm, .args = call->args, .nargs = 1}, &absolute));
    furrow_err err = FURROW_OK;
    if (absolute.tag == FURROW_ARRAY) {
        err = fx_array_convert(call->vm, fx_array(&absolute), FURROW_FLOAT64, &wide);
        if (!err) {
            double made = norm_of(wide->data, wide->count, p);
            bool single = absolute.p->eltype == FURROW_FLOAT32;
            *out = single ? (fv_cell){.tag = FURROW_FLOAT32, .f = (float)made} : fx_float(made);
            fv_drop(&wide->head);
            err = fv_stopped();
        }
    } else {
        err = fv_convert(&absolute, absolute.tag == FURROW_FLOAT32 ? FURROW_FLOAT32 : FURROW_FLOAT64, out);
    }
    fv_cell_drop(&absolute);
    return err;
}

/* The greatest sum of magnitudes of a column (1) or row (Inf). */
static furrow_err matrix_norm(const fx_call *call, double p, fv_cell *out)
{
    fv_cell args[2], sums;
    FX_TRY(fx_builtin_find("abs", 3)->function(&(fx_call){.vm = call->vm, .args = call->args, .nargs = 1}, &args[0]));
    args[1] = fx_int(p == 1 ? 1 : 2);
    furrow_err err = fx_builtin_find("sum", 3)->function(&(fx_call){.vm = call->vm, .args = args, .nargs = 2}, &sums);
    fv_cell_drop(&args[0]);
    if (err) return err;
    fv_cell most;
    err = fx_builtin_find("maximum", 7)->function(&(fx_call){.vm = call->vm, .args = &sums, .nargs = 1}, &most);
    fv_cell_drop(&sums);
    if (err) return err;
    err = fv_convert(&most, most.tag == FURROW_FLOAT32 ? FURROW_FLOAT32 : FURROW_FLOAT64, out);
    fv_cell_drop(&most);
    return err;
}

static furrow_err do_norm(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (!fx_is_number(a) && !fx_is_list(a)) return fx_no_method("norm", a, call->nargs);
    if (fx_ndims(a) == 2 && fx_dim(a, 0) != 1 && fx_dim(a, 1) != 1) {
        double p = call->nargs > 1 && fx_is_real(&a[1]) ? fx_real(&a[1]) : 2;
        if (p == 1 || p == (double)INFINITY) return matrix_norm(call, p, out);
        return fx_builtin_find("opnorm", 6)->function(call, out);
    }
    return vector_norm(call, out);
}

/* cor(x, y), cov(x, y) of two vectors */
static furrow_err co_moment(const fx_call *call, bool scaled, fv_cell *out)
{
    fv_array *items[2] = {NULL, NULL}, *wide[2] = {NULL, NULL};
    furrow_err err = FURROW_OK;
    for (int k = 0; k < 2 && !err; k++) {
        err = fx_to_array(call->vm, &call->args[k], &items[k]);
        if (!err) err = fx_array_convert(call->vm, items[k], FURROW_FLOAT64, &wide[k]);
    }
    if (!err && wide[0]->count != wide[1]->count) err = fx_mismatch("cov", &call->args[0], &call->args[1]);
    if (!err) {
        size_t n = wide[0]->count;
        const double *x = wide[0]->data, *y = wide[1]->data;
        double mx = fx_sum_f64(x, n) / (double)n, my = fx_sum_f64(y, n) / (double)n, xy = 0, xx = 0, yy = 0;
        fv_pieces p = {.count = n};
        FV_EACH (i, &p) {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i] - my) * (y[i] - my);
        }
        *out = fx_float(scaled ? xy / sqrt(xx) / sqrt(yy) : xy / ((double)n - 1));
        err = p.err ? p.err : fv_stopped();
    }
    for (int k = 0; k < 2; k++) {
        if (wide[k]) fv_drop(&wide[k]->head);
        if (items[k]) fv_drop(&items[k]->head);
    }
    return err;
}
static furrow_err do_cor(const fx_call *call, fv_cell *out)
{
    return co_moment(call, true, out);
}
static furrow_err do_cov(const fx_call *call, fv_cell *out)
{
    return co_moment(call, false, out);
}

const fx_builtin fx_builtins_cumulate[] = {
    {"cumsum", do_cumsum, 1, 2, false},     {"cumprod", do_cumprod, 1, 2, false}, {"diff", do_diff, 1, 2, false},
    {"var", do_var, 1, 2, false},           {"std", do_std, 1, 2, false},         {"median", do_median, 1, 2, false},
    {"quantile", do_quantile, 2, 2, false}, {"dot", do_dot, 2, 2, false},         {"⋅", do_dot, 2, 2, false},
    {"vecdot", do_dot, 2, 2, false},        {"norm", do_norm, 1, 2, false},       {"vecnorm", vector_norm, 1, 2, false},
    {"cor", do_cor, 2, 2, false},           {"cov", do_cov, 2, 2, false},         {NULL}};
