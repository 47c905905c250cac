/*
 * query.c - questions about values: length, size, ndims, eltype, typeof, isa, isempty, first, last, copy.
 */
#include "expr/builtins.h"

static furrow_err do_length(const fx_call *call, fv_cell *out)
{
    size_t count;
    if (!fx_item_count(call->args, &count)) return fx_no_method("length", call->args, 1);
    *out = fx_int((int64_t)count);
    return FURROW_OK;
}

static furrow_err size_along(const fv_cell *a, const fv_cell *dim, fv_cell *out)
{
    int64_t k;
    FX_TRY(fx_arg_int("size", dim, &k));
    if (k < 1) return fb_fail(FURROW_ERR_BOUNDS, "dimensions are counted from 1, not from %lld", (long long)k);
    *out = fx_int(k <= FURROW_MAX_NDIMS ? (int64_t)fx_dim(a, (int)k - 1) : 1);
    return FURROW_OK;
}

static furrow_err do_size(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    fv_cell dims[FURROW_MAX_NDIMS];
    furrow_value *tuple;
    size_t n = (size_t)fx_ndims(a);
    if (!fx_is_list(a) && !fx_is_number(a)) return fx_no_method("size", a, 1);
    if (call->nargs == 2) return size_along(a, &call->args[1], out);
    for (size_t k = 0; k < n; k++) dims[k] = fx_int((int64_t)fx_dim(a, (int)k));
    if (call->nargs > 2) {
        n = call->nargs - 1;
        if (n > FURROW_MAX_NDIMS) return fx_no_method("size", a, call->nargs);
        for (size_t k = 0; k < n; k++) FX_TRY(size_along(a, &call->args[k + 1], &dims[k]));
    }
    FX_TRY(fv_tuple_new(n, dims, &tuple));
    *out = fx_box(tuple);
    return FURROW_OK;
}

static furrow_err do_ndims(const fx_call *call, fv_cell *out)
{
    if (!fx_is_list(call->args) && !fx_is_number(call->args)) return fx_no_method("ndims", call->args, 1);
    *out = fx_int(fx_ndims(call->args));
    return FURROW_OK;
}

static furrow_err do_eltype(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (fx_is_list(a)) {
        *out = fx_type(a->p->eltype);
    } else if (a->tag == FURROW_DATATYPE) {
        unsigned base = (unsigned)(a->i & 0xFF), first = (unsigned)(a->i >> 8) & 0xFF;
        *out = fx_type(base == FURROW_ARRAY || base == FURROW_RANGE ? (first ? first : FURROW_ANY) : base);
    } else if (a->tag == FURROW_STRING) {
        *out = fx_type(FURROW_CHAR);
    } else if (fx_is_number(a)) {
        *out = fx_type(a->tag);
    } else {
        *out = fx_type(FURROW_ANY);
    }
    return FURROW_OK;
}

static furrow_err do_typeof(const fx_call *call, fv_cell *out)
{
    *out = fx_type((int64_t)fv_type_of(call->args));
    return FURROW_OK;
}

static furrow_err do_isa(const fx_call *call, fv_cell *out)
{
    const fv_cell *type = &call->args[1];
    if (type->tag == FURROW_TUPLE) { /* any of them */
        bool any = false;
        for (size_t i = 0; i < fx_tuple(type)->count; i++) {
            const fv_cell *one = &fx_tuple(type)->items[i];
            any |= one->tag == FURROW_DATATYPE && fx_isa(call->args, (fv_type)one->i);
        }
        *out = fx_bool(any);
        return FURROW_OK;
    }
    if (type->tag != FURROW_DATATYPE) return fx_no_method("isa", call->args, 2);
    *out = fx_bool(fx_isa(call->args, (fv_type)type->i));
    return FURROW_OK;
}

/* x::T */
static furrow_err do_typeassert(const fx_call *call, fv_cell *out)
{
    char wanted[128], is[128];
    fv_cell fits;
    furrow_err err = do_isa(call, &fits);
    if (err) return err;
    if (!fits.i)
        return fb_fail(FURROW_ERR_TYPE, "TypeError: expected %s, got a value of type %s",
                       fv_type_text((fv_type)call->args[1].i, wanted, sizeof wanted),
                       fv_type_text(fv_type_of(call->args), is, sizeof is));
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}

static furrow_err do_sizeof(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    size_t nbytes;
    if (a->tag == FURROW_DATATYPE && fv_tag_flat((uint32_t)(a->i & 0xFF))) {
        nbytes = furrow_type_nbytes(fv_type_base((fv_type)a->i));
    } else if (a->tag == FURROW_ARRAY) {
        nbytes = fx_array(a)->count * (fx_is_flat_array(a) ? fx_element_nbytes(fx_array(a)) : sizeof(void *));
    } else if (fx_is_text(a)) {
        nbytes = fx_text(a)->nbytes;
    } else if (fx_is_number(a)) {
        nbytes = furrow_type_nbytes((furrow_type)a->tag);
    } else {
        return fx_no_method("sizeof", a, 1);
    }
    *out = fx_int((int64_t)nbytes);
    return FURROW_OK;
}

static furrow_err do_isempty(const fx_call *call, fv_cell *out)
{
    size_t count;
    if (!fx_item_count(call->args, &count)) return fx_no_method("isempty", call->args, 1);
    *out = fx_bool(count == 0);
    return FURROW_OK;
}

static furrow_err empty_of(const char *function, const fv_cell *a)
{
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: %s of an empty %s", function, fx_type_text(a, text));
}

static furrow_err do_first(const fx_call *call, fv_cell *out)
{
    uint64_t state = 0;
    bool done;
    FX_TRY(fx_iterate(call->args, &state, out, &done));
    return done ? empty_of("first", call->args) : FURROW_OK;
}

static furrow_err do_last(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    int64_t end;
    if (a->tag == FURROW_DICT) return fx_no_method("last", a, 1);
    FX_TRY(fx_index_end(a, 0, 1, &end));
    if (end == 0) return empty_of("last", a);
    const fv_cell index = fx_int(end);
    return fx_index(call->vm, a, &index, 1, out);
}

static furrow_err do_copy(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (a->tag == FURROW_ARRAY) {
        fv_array *made;
        FX_TRY(fx_spend(call->vm, fx_array(a)->count));
        FX_TRY(fv_array_copy(fx_array(a), &made));
        *out = fx_box(made);
    } else if (a->tag == FURROW_DICT) {
        fv_dict *made;
        FX_TRY(fx_spend(call->vm, fv_dict_count(fv_dict_of_value(a->p))));
        FX_TRY(fv_dict_copy(fv_dict_of_value(a->p), &made));
        *out = fx_box(fv_dict_value(made));
    } else {
        *out = *a;
        fv_cell_hold(out);
    }
    return FURROW_OK;
}

/* Copies all the way down. */
static furrow_err copy_deep(fx_vm *vm, const fv_cell *a, int depth, fv_cell *out)
{
    const fx_call call = {.vm = vm, .args = a, .nargs = 1};
    fv_cell made;
    if (depth > 200) return fb_fail(FURROW_ERR_LIMIT, "deepcopy goes at most 200 levels down");
    FX_TRY(do_copy(&call, &made));
    furrow_err err = FURROW_OK;
    if (made.tag == FURROW_ARRAY && !fx_is_flat_array(&made)) {
        fv_cell *items = fx_array(&made)->data;
        for (size_t i = 0; i < fx_array(&made)->count && !err; i++) {
            fv_cell item, old = items[i];
            err = copy_deep(vm, &old, depth + 1, &item);
            if (err) break;
            items[i] = item;
            fv_cell_drop(&old);
        }
    } else if (made.tag == FURROW_DICT) {
        uint64_t state = 0;
        fv_cell key, item, copy;
        while (!err && fv_dict_next(fv_dict_of_value(a->p), &state, &key, &item)) {
            err = copy_deep(vm, &item, depth + 1, &copy);
            if (err) break;
            err = fv_dict_set(fv_dict_of_value(made.p), &key, &copy);
            fv_cell_drop(&copy);
        }
    }
    if (err) {
        fv_cell_drop(&made);
        return err;
    }
    *out = made;
    return FURROW_OK;
}
static furrow_err do_deepcopy(const fx_call *call, fv_cell *out)
{
    return copy_deep(call->vm, call->args, 0, out);
}

/* Linear index to subscripts and back. */
static furrow_err do_ind2sub(const fx_call *call, fv_cell *out)
{
    int64_t index;
    fv_cell subs[FURROW_MAX_NDIMS];
    furrow_value *tuple;
    if (call->args[0].tag != FURROW_TUPLE || fx_tuple(call->args)->count > FURROW_MAX_NDIMS) {
        return fx_no_method("ind2sub", call->args, call->nargs);
    }
    FX_TRY(fx_arg_int("ind2sub", &call->args[1], &index));
    size_t n = fx_tuple(call->args)->count, rest = (size_t)index - 1;
    for (size_t k = 0; k < n; k++) {
        size_t extent;
        FX_TRY(fx_arg_count("ind2sub", &fx_tuple(call->args)->items[k], &extent));
        if (extent == 0)
            return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: index %lld of an empty array", (long long)index);
        subs[k] = fx_int((int64_t)(k + 1 < n ? rest % extent : rest) + 1);
        rest /= extent;
    }
    FX_TRY(fv_tuple_new(n, subs, &tuple));
    *out = fx_box(tuple);
    return FURROW_OK;
}
static furrow_err do_sub2ind(const fx_call *call, fv_cell *out)
{
    int64_t index = 0, stride = 1;
    if (call->args[0].tag != FURROW_TUPLE || fx_tuple(call->args)->count < call->nargs - 1) {
        return fx_no_method("sub2ind", call->args, call->nargs);
    }
    for (size_t k = 0; k + 1 < call->nargs; k++) {
        int64_t sub;
        size_t extent;
        FX_TRY(fx_arg_int("sub2ind", &call->args[k + 1], &sub));
        FX_TRY(fx_arg_count("sub2ind", &fx_tuple(call->args)->items[k], &extent));
        index = (int64_t)((uint64_t)index + ((uint64_t)sub - 1) * (uint64_t)stride);
        stride = (int64_t)((uint64_t)stride * extent);
    }
    *out = fx_int((int64_t)((uint64_t)index + 1));
    return FURROW_OK;
}

/* eachindex(x), indices for loops; indices of a string are its character starts, which no loop needs. */
static furrow_err do_eachindex(const fx_call *call, fv_cell *out)
{
    size_t count;
    furrow_value *range;
    if (!fx_item_count(call->args, &count)) return fx_no_method("eachindex", call->args, 1);
    FX_TRY(fv_range_int(1, 1, (int64_t)count, false, &range));
    *out = fx_box(range);
    return FURROW_OK;
}

static furrow_err do_step(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (a->tag != FURROW_RANGE) return fx_no_method("step", a, 1);
    *out = a->p->eltype == FURROW_INT64 ? fx_int(fx_range(a)->step.i)
                                        : fx_float(fx_range(a)->step.d / fx_range(a)->divisor);
    return FURROW_OK;
}

static furrow_err do_subtype(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    if (a[0].tag != FURROW_DATATYPE || a[1].tag != FURROW_DATATYPE) return fx_no_method("<:", a, 2);
    *out = fx_bool(fx_subtype((fv_type)a[0].i, (fv_type)a[1].i));
    return FURROW_OK;
}

const fx_builtin fx_builtins_query[] = {{"<:", do_subtype, 2, 2, false},
                                        {"length", do_length, 1, 1, false},
                                        {"size", do_size, 1, -1, false},
                                        {"ndims", do_ndims, 1, 1, false},
                                        {"eltype", do_eltype, 1, 1, false},
                                        {"typeof", do_typeof, 1, 1, false},
                                        {"isa", do_isa, 2, 2, false},
                                        {"typeassert", do_typeassert, 2, 2, false},
                                        {"sizeof", do_sizeof, 1, 1, false},
                                        {"isempty", do_isempty, 1, 1, false},
                                        {"first", do_first, 1, 1, false},
                                        {"last", do_last, 1, 1, false},
                                        {"copy", do_copy, 1, 1, false},
                                        {"deepcopy", do_deepcopy, 1, 1, false},
                                        {"ind2sub", do_ind2sub, 2, 2, false},
                                        {"sub2ind", do_sub2ind, 2, -1, false},
                                        {"eachindex", do_eachindex, 1, 1, false},
                                        {"step", do_step, 1, 1, false},
                                        {NULL}};
