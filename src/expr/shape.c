/*
 * shape.c - arrays put together and taken apart: vcat, hcat, cat, reshape, permutedims, squeeze, repmat, slices.
 */
#include "expr/builtins.h"
#include "expr/cat.h"

static furrow_err do_vcat(const fx_call *call, fv_cell *out)
{
    return fx_cat(call->vm, 0, call->args, call->nargs, out);
}
static furrow_err do_hcat(const fx_call *call, fv_cell *out)
{
    return fx_cat(call->vm, 1, call->args, call->nargs, out);
}
static furrow_err do_cat(const fx_call *call, fv_cell *out)
{
    int64_t dim;
    const fv_cell *dims = fx_keyword(call, "dims");
    FX_TRY(fx_arg_int("cat", dims ? dims : call->args, &dim));
    size_t first = dims ? 0 : 1;
    if (dim < 1 || dim > FURROW_MAX_NDIMS) {
        return fb_fail(FURROW_ERR_ARG, "cat goes along dimension 1 to %d, not %lld", FURROW_MAX_NDIMS, (long long)dim);
    }
    return fx_cat(call->vm, (int)dim - 1, call->args + first, call->nargs - first, out);
}

/* --- reshape --- */

/* Dimensions from (2, 3), ((2, 3),), one of which may be a colon. */
static furrow_err read_shape(const fv_cell *args, size_t n, size_t count, int *ndims, size_t *dims)
{
    if (n == 1 && args[0].tag == FURROW_TUPLE) {
        n = fx_tuple(&args[0])->count;
        args = fx_tuple(&args[0])->items;
    }
    if (n < 1 || n > FURROW_MAX_NDIMS) {
        return fb_fail(FURROW_ERR_ARG, "reshape wants 1 to %d dimensions, not %zu", FURROW_MAX_NDIMS, n);
    }
    size_t product = 1, colon = n;
    *ndims = (int)n;
    for (size_t k = 0; k < n; k++) {
        bool is_colon = args[k].tag == FURROW_SYMBOL && strcmp(fx_text(&args[k])->bytes, ":") == 0;
        if (is_colon && colon < n) return fb_fail(FURROW_ERR_ARG, "reshape takes one colon");
        if (is_colon) {
            colon = k;
            continue;
        }
        FX_TRY(fx_arg_count("reshape", &args[k], &dims[k]));
        if (__builtin_mul_overflow(product, dims[k], &product))
            return fb_fail(FURROW_ERR_OVERFLOW, "the dimensions are too large");
    }
    if (colon < n) {
        dims[colon] = product ? count / product : 0;
        product *= dims[colon];
    }
    if (product == count) return FURROW_OK;
    char text[FX_TYPE_TEXT];
    if (colon < n) dims[colon] = 0;
    return fb_fail(FURROW_ERR_SHAPE, "DimensionMismatch: %zu elements cannot become a %s array", count,
                   fx_dims_text(*ndims, dims, text));
}

static furrow_err with_shape(const fv_array *a, int ndims, const size_t *dims, fv_cell *out)
{
    fv_array *made;
    FX_TRY(fv_array_copy(a, &made));
    made->head.ndims = (uint8_t)ndims;
    for (int k = 0; k < FURROW_MAX_NDIMS; k++) made->dims[k] = k < ndims ? dims[k] : 1;
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err do_reshape(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    if (!fx_is_list(call->args)) return fx_no_method("reshape", call->args, call->nargs);
    FX_TRY(fx_to_array(call->vm, call->args, &a));
    furrow_err err = read_shape(call->args + 1, call->nargs - 1, a->count, &ndims, dims);
    if (!err) err = fx_spend(call->vm, a->count);
    if (!err) err = with_shape(a, ndims, dims, out);
    fv_drop(&a->head);
    return err;
}

static furrow_err do_vec(const fx_call *call, fv_cell *out)
{
    fv_array *a;
    if (!fx_is_list(call->args) && call->args->tag != FURROW_TUPLE) return fx_no_method("vec", call->args, 1);
    FX_TRY(fx_to_array(call->vm, call->args, &a));
    furrow_err err = with_shape(a, 1, &a->count, out);
    fv_drop(&a->head);
    return err;
}

/* squeeze(a, dims): without those dimensions, which are 1. */
static furrow_err do_squeeze(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args, *along = fx_keyword(call, "dims");
    size_t dims[FURROW_MAX_NDIMS];
    int ndims = 0;
    uint64_t state = 0;
    bool gone[FURROW_MAX_NDIMS] = {false}, done = false;
    if (call->nargs > 1) along = &call->args[1];
    if (a->tag != FURROW_ARRAY || !along) return fx_no_method("squeeze", a, call->nargs);
    for (;;) {
        fv_cell item;
        int64_t k = 0;
        FX_TRY(fx_iterate(along, &state, &item, &done));
        if (done) break;
        furrow_err err = fx_arg_int("squeeze", &item, &k);
        fv_cell_drop(&item);
        if (err) return err;
        if (k < 1 || k > fx_ndims(a) || fx_dim(a, (int)k - 1) != 1) {
            return fb_fail(FURROW_ERR_SHAPE, "squeeze drops dimensions of size 1, dimension %lld is none",
                           (long long)k);
        }
        gone[k - 1] = true;
    }
    for (int k = 0; k < fx_ndims(a); k++)
        if (!gone[k]) dims[ndims++] = fx_dim(a, k);
    if (ndims == 0) dims[ndims++] = 1;
    return with_shape(fx_array(a), ndims, dims, out);
}

/* --- permutedims --- */

static furrow_err read_permutation(const fv_cell *p, int ndims, int *order)
{
    uint64_t state = 0;
    bool seen[FURROW_MAX_NDIMS] = {false}, done = false;
    int n = 0;
    for (;;) {
        fv_cell item;
        int64_t k = 0;
        FX_TRY(fx_iterate(p, &state, &item, &done));
        if (done) break;
        furrow_err err = fx_arg_int("permutedims", &item, &k);
        fv_cell_drop(&item);
        if (err) return err;
        if (k < 1 || k > ndims || seen[k - 1] || n >= ndims) {
            return fb_fail(FURROW_ERR_ARG, "permutedims wants each of the numbers 1 to %d once", ndims);
        }
        seen[k - 1] = true;
        order[n++] = (int)k - 1;
    }
    return n == ndims ? FURROW_OK : fb_fail(FURROW_ERR_ARG, "permutedims wants %d numbers, not %d", ndims, n);
}

static furrow_err permute(const fv_array *from, const int *order, fv_array *to)
{
    size_t stride[FURROW_MAX_NDIMS], by[FURROW_MAX_NDIMS], at[FURROW_MAX_NDIMS] = {0}, place = 0;
    int n = from->head.ndims;
    for (int k = 0; k < n; k++) stride[k] = k ? stride[k - 1] * from->dims[k - 1] : 1;
    for (int k = 0; k < n; k++) by[k] = stride[order[k]];
    fv_pieces p = {.count = to->count};
    FV_EACH (i, &p) {
        fx_element_copy(to, i, from, place);
        for (int k = 0; k < n; k++) {
            place += by[k];
            if (++at[k] < to->dims[k]) break;
            place -= by[k] * to->dims[k];
            at[k] = 0;
        }
    }
    return p.err;
}

static furrow_err do_permutedims(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    int order[FURROW_MAX_NDIMS] = {1, 0};
    size_t dims[FURROW_MAX_NDIMS];
    fv_array *made;
    if (call->nargs == 1 && fx_ndims(a) <= 2) return fx_unary(call->vm, FX_UN_TRANSPOSE, false, a, out);
    if (a->tag != FURROW_ARRAY || call->nargs != 2) return fx_no_method("permutedims", a, call->nargs);
    FX_TRY(read_permutation(&call->args[1], fx_ndims(a), order));
    for (int k = 0; k < fx_ndims(a); k++) dims[k] = fx_dim(a, order[k]);
    FX_TRY(fx_spend(call->vm, fx_array(a)->count));
    FX_TRY(fv_array_new((furrow_type)a->p->eltype, fx_ndims(a), dims, &made));
    FX_TRY_KEEP(permute(fx_array(a), order, made), made);
    *out = fx_box(made);
    return FURROW_OK;
}

/* --- repeated and turned --- */

/* repmat(a, m[, n]) */
static furrow_err do_repmat(const fx_call *call, fv_cell *out)
{
    size_t m, n = 1, dims[2];
    fv_array *a, *made = NULL;
    if (!fx_is_list(call->args) || fx_ndims(call->args) > 2) return fx_no_method("repmat", call->args, call->nargs);
    FX_TRY(fx_arg_count("repmat", &call->args[1], &m));
    if (call->nargs > 2) FX_TRY(fx_arg_count("repmat", &call->args[2], &n));
    FX_TRY(fx_to_array(call->vm, call->args, &a));
    furrow_err err = FURROW_OK;
    if (__builtin_mul_overflow(a->dims[0], m, &dims[0]) || __builtin_mul_overflow(a->dims[1], n, &dims[1])) {
        err = fb_fail(FURROW_ERR_OVERFLOW, "the repeated array is too large");
    }
    int ndims = a->head.ndims == 1 && call->nargs < 3 ? 1 : 2;
    if (!err) err = fv_array_new((furrow_type)a->head.eltype, ndims, dims, &made);
    if (!err) err = fx_spend(call->vm, made->count);
    fv_pieces p = {.count = made ? made->count : 0, .err = err};
    FV_EACH (i, &p) {
        size_t row = i % dims[0] % a->dims[0], column = i / dims[0] % a->dims[1];
        fx_element_copy(made, i, a, column * a->dims[0] + row);
    }
    err = p.err;
    if (!err)
        *out = fx_box(made);
    else if (made)
        fv_drop(&made->head);
    fv_drop(&a->head);
    return err;
}

/* Mirrored along a dimension. */
static furrow_err mirrored(const fv_array *a, int dim, fv_cell *out)
{
    fv_array *made;
    size_t below = 1, extent = a->dims[dim];
    for (int k = 0; k < dim; k++) below *= a->dims[k];
    FX_TRY(fx_array_like(a, (furrow_type)a->head.eltype, &made));
    fv_pieces p = {.count = a->count};
    FV_EACH (i, &p) {
        size_t at = i / below % extent;
        fx_element_copy(made, i - at * below + (extent - 1 - at) * below, a, i);
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}
static furrow_err flip(const fx_call *call, const char *name, int64_t dim, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (a->tag != FURROW_ARRAY) return fx_no_method(name, a, call->nargs);
    if (dim < 1 || dim > FURROW_MAX_NDIMS)
        return fb_fail(FURROW_ERR_ARG, "an array has no dimension %lld", (long long)dim);
    FX_TRY(fx_spend(call->vm, fx_array(a)->count));
    return mirrored(fx_array(a), (int)dim - 1, out);
}
static furrow_err do_flipdim(const fx_call *call, fv_cell *out)
{
    int64_t dim;
    FX_TRY(fx_arg_int("flipdim", &call->args[1], &dim));
    return flip(call, "flipdim", dim, out);
}
static furrow_err do_flipud(const fx_call *call, fv_cell *out)
{
    return flip(call, "flipud", 1, out);
}
static furrow_err do_fliplr(const fx_call *call, fv_cell *out)
{
    return flip(call, "fliplr", 2, out);
}

static furrow_err do_rot(const fx_call *call, int64_t turns, fv_cell *out)
{
    fv_cell turned;
    if (fx_ndims(call->args) != 2) return fx_no_method("rotl90", call->args, call->nargs);
    if (turns == 2) {
        FX_TRY(mirrored(fx_array(call->args), 0, &turned));
    } else {
        FX_TRY(fx_unary(call->vm, FX_UN_TRANSPOSE, false, call->args, &turned));
    }
    furrow_err err = mirrored(fx_array(&turned), turns == 1 ? 0 : 1, out);
    fv_cell_drop(&turned);
    return err;
}
static furrow_err do_rotl90(const fx_call *call, fv_cell *out)
{
    return do_rot(call, 1, out);
}
static furrow_err do_rotr90(const fx_call *call, fv_cell *out)
{
    return do_rot(call, 3, out);
}
static furrow_err do_rot180(const fx_call *call, fv_cell *out)
{
    return do_rot(call, 2, out);
}

/* circshift(a, n): along the first dimension; circshift(a, (n, m)) along each. */
static furrow_err do_circshift(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args, *by = &call->args[1];
    int64_t shifts[FURROW_MAX_NDIMS] = {0};
    fv_array *made;
    if (a->tag != FURROW_ARRAY) return fx_no_method("circshift", a, 2);
    if (by->tag == FURROW_TUPLE) {
        for (size_t k = 0; k < fx_tuple(by)->count && k < FURROW_MAX_NDIMS; k++) {
            FX_TRY(fx_arg_int("circshift", &fx_tuple(by)->items[k], &shifts[k]));
        }
    } else {
        FX_TRY(fx_arg_int("circshift", by, &shifts[0]));
    }
    FX_TRY(fx_spend(call->vm, fx_array(a)->count));
    FX_TRY(fx_array_like(fx_array(a), (furrow_type)a->p->eltype, &made));
    fv_pieces p = {.count = made->count};
    FV_EACH (i, &p) {
        size_t rest = i, place = 0, stride = 1;
        for (int k = 0; k < made->head.ndims; k++) {
            int64_t extent = (int64_t)made->dims[k], at = (int64_t)(rest % made->dims[k]);
            at = (at + shifts[k] % extent + extent) % extent;
            place += (size_t)at * stride;
            rest /= made->dims[k];
            stride *= made->dims[k];
        }
        fx_element_copy(made, place, fx_array(a), i);
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

/* The upper or lower triangle; the rest is zero. */
static furrow_err triangle(const fx_call *call, bool upper, fv_cell *out)
{
    const fv_cell *a = call->args;
    int64_t shift = 0;
    fv_array *made;
    if (!fx_is_flat_array(a) || fx_ndims(a) != 2) return fx_no_method(upper ? "triu" : "tril", a, call->nargs);
    if (call->nargs > 1) FX_TRY(fx_arg_int("triu", &call->args[1], &shift));
    if (shift > INT32_MAX || shift < -INT32_MAX) shift = shift > 0 ? INT32_MAX : -INT32_MAX; /* past any diagonal */
    FX_TRY(fx_spend(call->vm, fx_array(a)->count));
    FX_TRY(fv_array_copy(fx_array(a), &made));
    size_t width = fx_element_nbytes(made);
    fv_pieces p = {.count = made->count};
    FV_EACH (i, &p) {
        int64_t over = (int64_t)(i / made->dims[0]) - (int64_t)(i % made->dims[0]) - shift;
        if (upper ? over < 0 : over > 0) memset((char *)made->data + i * width, 0, width);
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}
static furrow_err do_triu(const fx_call *call, fv_cell *out)
{
    return triangle(call, true, out);
}
static furrow_err do_tril(const fx_call *call, fv_cell *out)
{
    return triangle(call, false, out);
}

/* slicedim(a, dim, i): a[:, i, :] */
static furrow_err do_slicedim(const fx_call *call, fv_cell *out)
{
    int64_t dim;
    furrow_value *colon;
    fv_cell indices[FURROW_MAX_NDIMS];
    FX_TRY(fx_arg_int("slicedim", &call->args[1], &dim));
    if (dim < 1 || dim > fx_ndims(call->args))
        return fb_fail(FURROW_ERR_ARG, "the array has no dimension %lld", (long long)dim);
    FX_TRY(fv_text_new(FURROW_SYMBOL, ":", 1, &colon));
    for (int k = 0; k < fx_ndims(call->args); k++) indices[k] = k == dim - 1 ? call->args[2] : fx_box(colon);
    furrow_err err = fx_index(call->vm, call->args, indices, (size_t)fx_ndims(call->args), out);
    fv_drop(colon);
    return err;
}

const fx_builtin fx_builtins_shape[] = {
    {"vcat", do_vcat, 0, -1, false},        {"hcat", do_hcat, 0, -1, false},
    {"cat", do_cat, 1, -1, false},          {"reshape", do_reshape, 2, -1, false},
    {"vec", do_vec, 1, 1, false},           {"squeeze", do_squeeze, 1, 2, false},
    {"dropdims", do_squeeze, 1, 2, false},  {"permutedims", do_permutedims, 1, 2, false},
    {"repmat", do_repmat, 2, 3, false},     {"flipdim", do_flipdim, 2, 2, false},
    {"flipud", do_flipud, 1, 1, false},     {"fliplr", do_fliplr, 1, 1, false},
    {"rotl90", do_rotl90, 1, 1, false},     {"rotr90", do_rotr90, 1, 1, false},
    {"rot180", do_rot180, 1, 1, false},     {"circshift", do_circshift, 2, 2, false},
    {"triu", do_triu, 1, 2, false},         {"tril", do_tril, 1, 2, false},
    {"slicedim", do_slicedim, 3, 3, false}, {NULL}};
