/*
 * fill.c - new arrays: zeros, ones, fill, rand, randn, linspace, eye, Array(T, dims), similar.
 */
#include "expr/builtins.h"
#include "expr/random.h"

#include <math.h>

/* --- dimensions from arguments: (2, 3), ((2, 3),), (size(x)) --- */

typedef struct shape {
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
} shape;

static furrow_err read_dims(const char *function, const fv_cell *args, size_t n, shape *s)
{
    if (n == 1 && args[0].tag == FURROW_TUPLE) {
        n = fx_tuple(&args[0])->count;
        args = fx_tuple(&args[0])->items;
    }
    if (n < 1 || n > FURROW_MAX_NDIMS) {
        return fb_fail(FURROW_ERR_ARG, "%s wants 1 to %d dimensions, not %zu", function, FURROW_MAX_NDIMS, n);
    }
    s->ndims = (int)n;
    for (size_t k = 0; k < n; k++) FX_TRY(fx_arg_count(function, &args[k], &s->dims[k]));
    return FURROW_OK;
}

static furrow_err new_array(fx_vm *vm, furrow_type type, const shape *s, fv_array **out)
{
    size_t count;
    FX_TRY(fv_count(type, s->ndims, s->dims, &count));
    FX_TRY(fv_array_new(type, s->ndims, s->dims, out));
    furrow_err err = fx_spend(vm, count);
    if (err) fv_drop(&(*out)->head);
    return err;
}

/* The flat type a DATATYPE names, for element types. */
static furrow_err element_type(const char *function, const fv_cell *c, furrow_type *type)
{
    *type = fv_type_base((fv_type)c->i);
    if ((unsigned)(c->i & 0xFF) == FV_SET_COMPLEX) *type = FURROW_COMPLEX128;
    if (fv_tag_flat((uint32_t)*type)) return FURROW_OK;
    return fx_no_method(function, c, 1);
}

static furrow_err fill_elements(fv_array *a, const fv_cell *value)
{
    size_t width = fx_element_nbytes(a);
    char *at = a->data;
    if (a->count == 0) return FURROW_OK;
    fv_flat_store((furrow_type)a->head.eltype, at, value);
    for (size_t done = 1, n; done < a->count; done += n) { /* doubling: each copy is as long as what is there */
        n = done < a->count - done ? done : a->count - done;
        if (n > 1u << 16) n = 1u << 16;
        memcpy(at + done * width, at, n * width);
        FX_TRY(fv_worked(n * width / 8));
    }
    return FURROW_OK;
}

static furrow_err filled(fx_vm *vm, const fv_cell *value, const shape *s, fv_cell *out)
{
    fv_array *made;
    furrow_type type = fx_eltype_of(value);
    FX_TRY(new_array(vm, type, s, &made));
    fv_pieces p = {.count = made->count};
    if (fv_tag_flat((uint32_t)type)) {
        p.err = fill_elements(made, value);
    } else {
        FV_EACH (i, &p) {
            ((fv_cell *)made->data)[i] = *value;
            fv_cell_hold(value);
        }
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

/* zeros(dims...), zeros(T, dims...), zeros(array) */
static furrow_err constant(const fx_call *call, const char *name, int64_t number, fv_cell *out)
{
    shape s = {.ndims = 0};
    furrow_type type = FURROW_FLOAT64;
    const fv_cell *args = call->args, whole = fx_int(number);
    size_t n = call->nargs;
    fv_cell value;
    if (n && args[0].tag == FURROW_DATATYPE) {
        FX_TRY(element_type(name, args, &type));
        args++;
        n--;
    } else if (n == 1 && fx_is_flat_array(args)) {
        type = (furrow_type)args->p->eltype;
        s.ndims = fx_array(args)->head.ndims;
        memcpy(s.dims, fx_array(args)->dims, sizeof s.dims);
    }
    if (s.ndims == 0) FX_TRY(read_dims(name, args, n, &s));
    FX_TRY(fv_convert(&whole, type, &value));
    furrow_err err = filled(call->vm, &value, &s, out);
    fv_cell_drop(&value);
    return err;
}
static furrow_err do_zeros(const fx_call *call, fv_cell *out)
{
    return constant(call, "zeros", 0, out);
}
static furrow_err do_ones(const fx_call *call, fv_cell *out)
{
    return constant(call, "ones", 1, out);
}

static furrow_err bools(const fx_call *call, const char *name, bool value, fv_cell *out)
{
    shape s;
    const fv_cell cell = fx_bool(value);
    FX_TRY(read_dims(name, call->args, call->nargs, &s));
    return filled(call->vm, &cell, &s, out);
}
static furrow_err do_trues(const fx_call *call, fv_cell *out)
{
    return bools(call, "trues", true, out);
}
static furrow_err do_falses(const fx_call *call, fv_cell *out)
{
    return bools(call, "falses", false, out);
}

static furrow_err do_fill(const fx_call *call, fv_cell *out)
{
    shape s;
    FX_TRY(read_dims("fill", call->args + 1, call->nargs - 1, &s));
    return filled(call->vm, call->args, &s, out);
}

static furrow_err do_fill_in(const fx_call *call, fv_cell *out) /* fill! */
{
    const fv_cell *a = call->args;
    if (a->tag != FURROW_ARRAY) return fx_no_method("fill!", a, call->nargs);
    FX_TRY(fx_writable(a));
    if (fx_is_flat_array(a)) {
        fv_cell value;
        FX_TRY(fx_spend(call->vm, fx_array(a)->count));
        FX_TRY(fv_convert(&call->args[1], (furrow_type)a->p->eltype, &value));
        furrow_err err = fill_elements(fx_array(a), &value);
        fv_cell_drop(&value);
        if (err) return err;
    } else {
        for (size_t i = 0; i < fx_array(a)->count; i++) FX_TRY(fv_element_set(fx_array(a), i, &call->args[1]));
    }
    *out = *a;
    fv_cell_hold(out);
    return FURROW_OK;
}

/* Array(T, dims...), Vector{T}(n): elements are zero, never what memory held before. */
static furrow_err new_typed(fx_vm *vm, furrow_type type, const shape *s, fv_cell *out)
{
    fv_array *made;
    FX_TRY(new_array(vm, type, s, &made));
    if (fv_tag_flat((uint32_t)type))
        FX_TRY_KEEP(fv_bytes_clear(made->data, made->count * fx_element_nbytes(made)), made);
    *out = fx_box(made);
    return FURROW_OK;
}
/* The type of elements that an array of type has: what is neither number nor text is boxed. */
static furrow_type stored_as(furrow_type type)
{
    return fv_tag_flat((uint32_t)type) ? type : FURROW_ANY;
}
static furrow_err do_Array(const fx_call *call, fv_cell *out)
{
    shape s;
    if (call->nargs == 1 && call->args[0].tag != FURROW_DATATYPE) {
        return fx_convert_to(call->vm, FURROW_ARRAY, call->args, out);
    }
    if (call->args[0].tag != FURROW_DATATYPE) return fx_no_method("Array", call->args, call->nargs);
    FX_TRY(read_dims("Array", call->args + 1, call->nargs - 1, &s));
    return new_typed(call->vm, stored_as(fv_type_base((fv_type)call->args[0].i)), &s, out);
}

/* Array{T}(dims...), Array{T,N}(dims...), Vector{T}(n), Vector{T}() */
static furrow_err new_of_type(fv_type type, const fx_call *call, fv_cell *out)
{
    unsigned first = (unsigned)(type >> 8) & 0xFF, ndims = (unsigned)(type >> 16) & 0xFF;
    shape s = {1, {0}};
    if ((type & 0xFF) == FV_SET_VECTOR) ndims = 1;
    if ((type & 0xFF) == FV_SET_MATRIX) ndims = 2;
    if (call->nargs == 1 && fx_is_list(call->args)) return fx_convert_to(call->vm, type, call->args, out);
    if (call->nargs) FX_TRY(read_dims("Array", call->args, call->nargs, &s));
    if (ndims && call->nargs && (int)ndims != s.ndims) {
        return fb_fail(FURROW_ERR_ARG, "an array of %u dimensions needs as many sizes, not %d", ndims, s.ndims);
    }
    return new_typed(call->vm, stored_as(first ? (furrow_type)first : FURROW_ANY), &s, out);
}

/* Dict{K,V}(pairs...): what Dict(pairs...) gives, converted. */
static furrow_err new_dict(fv_type type, const fx_call *call, fv_cell *out)
{
    fv_dict *dict;
    fv_cell from, key, item;
    uint64_t state = 0;
    FX_TRY(fx_builtin_find("Dict", 4)->function(call, &from));
    furrow_err err = fv_dict_new((fv_type)(type >> 8 & 0xFF), (fv_type)(type >> 16 & 0xFF), &dict);
    if (!err) {
        while (!err && fv_dict_next(fv_dict_of_value(from.p), &state, &key, &item))
            err = fv_dict_set(dict, &key, &item);
        if (err) fv_drop(fv_dict_value(dict));
    }
    fv_cell_drop(&from);
    if (!err) *out = fx_box(fv_dict_value(dict));
    return err;
}

furrow_err fx_call_type(fv_type type, const fx_call *call, fv_cell *out)
{
    unsigned base = (unsigned)(type & 0xFF);
    if (type == FURROW_ARRAY && call->nargs) return do_Array(call, out);
    if (base == FURROW_ARRAY || base == FV_SET_VECTOR || base == FV_SET_MATRIX) return new_of_type(type, call, out);
    if (base == FURROW_EXCEPTION) return fx_exception_call((unsigned)(type >> 8), call, out);
    if (type == FV_ANY_SET) return fx_builtin_find("Set", 3)->function(call, out);
    if (base == FURROW_DICT && type != base) return new_dict(type, call, out);
    const char *name = (base == FV_SET_COMPLEX || base == FURROW_COMPLEX_INT64) && call->nargs == 2 ? "complex"
                       : base == FV_SET_COMPLEX || base == FURROW_COMPLEX128                        ? "Complex128"
                       : base == FURROW_COMPLEX64                                                   ? "Complex64"
                                                  : furrow_type_name((furrow_type)base);
    const fx_builtin *builtin = fx_builtin_find(name, strlen(name));
    if (builtin) {
        if ((int)call->nargs < builtin->min_args || (builtin->max_args >= 0 && (int)call->nargs > builtin->max_args)) {
            return fx_no_method(name, call->args, call->nargs);
        }
        return builtin->function(call, out);
    }
    if (call->nargs != 1) return fx_no_method(name, call->args, call->nargs);
    return fx_convert_to(call->vm, type, call->args, out);
}

static furrow_err do_similar(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args, *rest = call->args + 1;
    size_t n = call->nargs - 1;
    if (!fx_is_list(a)) return fx_no_method("similar", a, 1);
    furrow_type type = (furrow_type)a->p->eltype;
    shape s = {.ndims = fx_ndims(a)};
    for (int k = 0; k < s.ndims; k++) s.dims[k] = fx_dim(a, k);
    if (n && rest[0].tag == FURROW_DATATYPE) {
        FX_TRY(element_type("similar", rest, &type));
        rest++;
        n--;
    }
    if (n) FX_TRY(read_dims("similar", rest, n, &s));
    return new_typed(call->vm, type, &s, out);
}

static furrow_err do_eye(const fx_call *call, fv_cell *out)
{
    shape s;
    furrow_type type = FURROW_FLOAT64;
    const fv_cell *args = call->args, one = fx_int(1);
    size_t n = call->nargs;
    if (n && args[0].tag == FURROW_DATATYPE) {
        FX_TRY(element_type("eye", args, &type));
        args++;
        n--;
    }
    FX_TRY(read_dims("eye", args, n, &s));
    if (s.ndims == 1) s = (shape){2, {s.dims[0], s.dims[0]}};
    fv_cell made;
    FX_TRY(new_typed(call->vm, type, &s, &made));
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < s.dims[0] && i < s.dims[1] && !err; i++) {
        err = fv_element_set(fx_array(&made), i * (s.dims[0] + 1), &one);
    }
    if (err) {
        fv_cell_drop(&made);
        return err;
    }
    *out = made;
    return FURROW_OK;
}

static furrow_err do_linspace(const fx_call *call, fv_cell *out)
{
    size_t n = 50;
    const fv_cell *a = call->args;
    if (!fx_is_real(&a[0]) || !fx_is_real(&a[1])) return fx_no_method("linspace", a, call->nargs);
    if (call->nargs > 2) FX_TRY(fx_arg_count("linspace", &a[2], &n));
    double first = fx_real(&a[0]), last = fx_real(&a[1]);
    fv_array *made;
    const shape s = {1, {n}};
    FX_TRY(new_array(call->vm, FURROW_FLOAT64, &s, &made));
    double *at = made->data;
    /* From both ends, so that both are met exactly. */
    fv_pieces p = {.count = n};
    FV_EACH (i, &p) at[i] = n == 1 ? last : ((double)(n - 1 - i) * first + (double)i * last) / (double)(n - 1);
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err do_logspace(const fx_call *call, fv_cell *out)
{
    FX_TRY(do_linspace(call, out));
    double *at = fx_array(out)->data;
    fv_pieces p = {.count = fx_array(out)->count};
    FV_EACH (i, &p) at[i] = pow(10, at[i]);
    FX_TRY_KEEP(p.err, out->p);
    return FURROW_OK;
}

/* range(start, length), range(start, step, length) */
static furrow_err do_range(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    int64_t n;
    FX_TRY(fx_arg_int("range", &a[call->nargs - 1], &n));
    const fv_cell one = fx_int(1), *step = call->nargs > 2 ? &a[1] : &one, steps = fx_int(n - 1);
    fv_cell span, last;
    FX_TRY(fx_binary(call->vm, FX_OP_MUL, false, step, &steps, &span));
    furrow_err err = fx_binary(call->vm, FX_OP_ADD, false, &a[0], &span, &last);
    fv_cell_drop(&span);
    if (err) return err;
    err = fx_make_range(call->vm, &a[0], call->nargs > 2 ? step : NULL, &last, out);
    fv_cell_drop(&last);
    return err;
}

/* --- random --- */

static furrow_err random_elements(fx_rng *rng, fv_array *a)
{
    char *at = a->data;
    bool pairs = fx_type_complex(a->head.eltype);
    size_t width = fx_element_nbytes(a) / (pairs ? 2 : 1);
    fv_pieces p = {.count = pairs ? 2 * a->count : a->count};
    switch (a->head.eltype) {
    case FURROW_FLOAT64:
    case FURROW_COMPLEX128:
        FV_EACH (i, &p) ((double *)a->data)[i] = fx_rng_uniform(rng);
        break;
    case FURROW_FLOAT32:
    case FURROW_COMPLEX64:
        FV_EACH (i, &p) ((float *)a->data)[i] = (float)(fx_rng_next(rng) >> 40) * 0x1p-24f;
        break;
    case FURROW_BOOL:
        FV_EACH (i, &p) at[i] = (char)(fx_rng_next(rng) >> 63);
        break;
    default:
        FV_EACH (i, &p) {
            uint64_t x = fx_rng_next(rng);
            memcpy(at + i * width, &x, width);
        }
    }
    return p.err;
}

/* One of the elements of a collection, count times. */
static furrow_err random_choices(fx_vm *vm, const fv_cell *from, const shape *s, fv_cell *out)
{
    fv_array *items, *made;
    fx_rng *rng = fx_vm_rng(vm);
    if (from->tag == FURROW_RANGE && s->ndims == 0) { /* without its elements: 1:10^18 is fine */
        if (fx_range(from)->count == 0) return fb_fail(FURROW_ERR_ARG, "rand cannot choose from an empty range");
        fv_range_at(fx_range(from), fx_rng_below(rng, fx_range(from)->count), out);
        return FURROW_OK;
    }
    size_t most;
    if (!fx_item_count(from, &most) || most == 0) return fb_fail(FURROW_ERR_ARG, "rand wants something to choose from");
    if (from->tag == FURROW_RANGE) {
        FX_TRY(new_array(vm, (furrow_type)from->p->eltype, s, &made));
        fv_pieces p = {.count = made->count};
        FV_EACH (i, &p) {
            fv_cell item;
            fv_range_at(fx_range(from), fx_rng_below(rng, most), &item);
            ((int64_t *)made->data)[i] = item.i;
        }
        FX_TRY_KEEP(p.err, made);
        *out = fx_box(made);
        return FURROW_OK;
    }
    FX_TRY(fx_to_array(vm, from, &items));
    furrow_err err;
    if (s->ndims == 0) {
        err = fv_element(items, fx_rng_below(rng, items->count), out);
    } else {
        err = new_array(vm, (furrow_type)items->head.eltype, s, &made);
        if (!err) {
            fv_pieces p = {.count = made->count};
            FV_EACH (i, &p) fx_element_copy(made, i, items, fx_rng_below(rng, items->count));
            err = p.err;
            if (err)
                fv_drop(&made->head);
            else
                *out = fx_box(made);
        }
    }
    fv_drop(&items->head);
    return err;
}

static bool chooses(const fv_cell *c)
{
    return fx_is_list(c) || c->tag == FURROW_STRING || c->tag == FURROW_DICT;
}

/* rand(), rand(dims...), rand(T), rand(T, dims...), rand(collection), rand(collection, dims...) */
static furrow_err do_rand(const fx_call *call, fv_cell *out)
{
    shape s = {.ndims = 0};
    furrow_type type = FURROW_FLOAT64;
    const fv_cell *args = call->args;
    size_t n = call->nargs;
    if (n && chooses(args)) {
        if (n > 1) FX_TRY(read_dims("rand", args + 1, n - 1, &s));
        return random_choices(call->vm, args, &s, out);
    }
    if (n && args[0].tag == FURROW_DATATYPE) {
        FX_TRY(element_type("rand", args, &type));
        args++;
        n--;
    }
    if (n) FX_TRY(read_dims("rand", args, n, &s));
    const shape one = {1, {1}};
    fv_array *made;
    FX_TRY(new_array(call->vm, type, s.ndims ? &s : &one, &made));
    FX_TRY_KEEP(random_elements(fx_vm_rng(call->vm), made), made);
    if (s.ndims) {
        *out = fx_box(made);
        return FURROW_OK;
    }
    furrow_err err = fv_element(made, 0, out);
    fv_drop(&made->head);
    return err;
}

static furrow_err do_randn(const fx_call *call, fv_cell *out)
{
    shape s;
    fv_array *made;
    furrow_type type = FURROW_FLOAT64;
    fx_rng *rng = fx_vm_rng(call->vm);
    const fv_cell *args = call->args;
    size_t n = call->nargs;
    if (n && args[0].tag == FURROW_DATATYPE) {
        FX_TRY(element_type("randn", args, &type));
        args++;
        n--;
    }
    if (!fx_type_float(type)) return fx_no_method("randn", call->args, call->nargs);
    if (n == 0) {
        const fv_cell one = fx_float(fx_rng_normal(rng));
        return fv_convert(&one, type, out);
    }
    FX_TRY(read_dims("randn", args, n, &s));
    FX_TRY(new_array(call->vm, type, &s, &made));
    fv_pieces p = {.count = made->count};
    FV_EACH (i, &p) {
        double x = fx_rng_normal(rng);
        if (type == FURROW_FLOAT64) {
            ((double *)made->data)[i] = x;
        } else {
            ((float *)made->data)[i] = (float)x;
        }
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err do_randperm(const fx_call *call, fv_cell *out)
{
    shape s = {.ndims = 1};
    fv_array *made;
    FX_TRY(fx_arg_count("randperm", call->args, &s.dims[0]));
    FX_TRY(new_array(call->vm, FURROW_INT64, &s, &made));
    int64_t *at = made->data;
    fv_pieces p = {.count = made->count};
    FV_EACH (i, &p) {
        size_t k = fx_rng_below(fx_vm_rng(call->vm), i + 1);
        at[i] = at[k];
        at[k] = (int64_t)i + 1;
    }
    FX_TRY_KEEP(p.err, made);
    *out = fx_box(made);
    return FURROW_OK;
}

static furrow_err do_srand(const fx_call *call, fv_cell *out)
{
    int64_t seed = 0;
    if (call->nargs) FX_TRY(fx_arg_int("srand", call->args, &seed));
    if (call->nargs) {
        fx_rng_seed(fx_vm_rng(call->vm), (uint64_t)seed);
    } else {
        *fx_vm_rng(call->vm) = (fx_rng){{0}};
    }
    *out = fx_nothing();
    return FURROW_OK;
}

const fx_builtin fx_builtins_fill[] = {{"zeros", do_zeros, 1, -1, false},
                                       {"ones", do_ones, 1, -1, false},
                                       {"trues", do_trues, 1, -1, false},
                                       {"falses", do_falses, 1, -1, false},
                                       {"fill", do_fill, 2, -1, false},
                                       {"fill!", do_fill_in, 2, 2, false},
                                       {"Array", do_Array, 1, -1, false},
                                       {"similar", do_similar, 1, -1, false},
                                       {"eye", do_eye, 1, -1, false},
                                       {"linspace", do_linspace, 2, 3, false},
                                       {"logspace", do_logspace, 2, 3, false},
                                       {"range", do_range, 2, 3, false},
                                       {"rand", do_rand, 0, -1, false},
                                       {"randn", do_randn, 0, -1, false},
                                       {"randperm", do_randperm, 1, 1, false},
                                       {"srand", do_srand, 0, 1, false},
                                       {NULL}};
