/*
 * operate.c - the work behind the longer instructions: constants, names, tuples, quotes, collecting the items of a
 * comprehension, fast ways to single elements. Called by the machine loop only.
 */
#include "expr/operate.h"
#include "expr/tree.h"
#include "base/buffer.h"
#include "value/wire.h"
#include <stdlib.h>

/* A constant that a program could change is copied each time it is loaded. */
static furrow_err copy(const fv_cell *cell, fv_cell *out)
{
    fb_buffer bytes;
    fb_buffer_init(&bytes, 0);
    furrow_err err = fv_wire_put(&bytes, cell);
    fb_cursor cursor = {bytes.bytes, bytes.bytes + bytes.nbytes};
    if (!err) err = fv_wire_get(&cursor, out);
    fb_buffer_free(&bytes);
    return err;
}

furrow_err fx_do_constant(const fv_cell *constant, fv_cell *out)
{
    if (constant->tag == FURROW_ARRAY || constant->tag == FURROW_DICT || constant->tag == FURROW_TUPLE)
        return copy(constant, out);
    fv_cell_hold(constant);
    *out = *constant;
    return FURROW_OK;
}

/* value.name; value's reference is taken over. out may be where the value came from. */
static furrow_err field_of(fx_vm *vm, fv_cell value, const char *name, size_t nbytes, fv_cell *out)
{
    fv_cell args[2] = {value, {.tag = FURROW_SYMBOL}};
    furrow_err err = fv_text_new(FURROW_SYMBOL, name, nbytes, &args[1].p);
    if (!err) err = fx_builtin_find("getfield", 8)->function(&(fx_call){.vm = vm, .args = args, .nargs = 2}, out);
    if (args[1].p) fv_drop(args[1].p);
    fv_cell_drop(&args[0]);
    return err;
}

/* a.b.name, where a is no module but a variable: a field of its value. *is: it was one. */
static furrow_err variable_field(fx_vm *vm, const fx_frame *f, const fx_name *name, fv_cell *out, bool *is)
{
    char root[256];
    fx_slot *slot = NULL;
    size_t n = strcspn(name->module, ".");
    *is = false;
    if (!n || n >= sizeof root || !vm->host->slot) return FURROW_OK;
    memcpy(root, name->module, n);
    root[n] = 0;
    furrow_err err = vm->host->slot(vm->host->self, f->bound->module, root, false, &slot);
    if (err || !slot || slot->tag == FX_UNBOUND || slot->tag == FURROW_MODULE) return err;
    *is = true;
    fv_cell value;
    err = fx_slot_load(slot, &value);
    for (const char *at = name->module + n; !err && *at == '.'; at += n) {
        n = strcspn(++at, ".");
        err = field_of(vm, value, at, n, &value);
    }
    return err ? err : field_of(vm, value, name->name, strlen(name->name), out);
}

furrow_err fx_do_getg(fx_vm *vm, const fx_frame *f, uint32_t name, fv_cell *out)
{
    const fx_bound_name *n = &f->bound->names[name];
    const char *text = f->bound->program->image.names[name].name;
    if (n->slot && n->slot->tag != FX_UNBOUND) return fx_slot_load(n->slot, out);
    bool is_field;
    furrow_err err = variable_field(vm, f, &f->bound->program->image.names[name], out, &is_field);
    if (err || is_field) return err;
    if (n->function) return fx_closure_named(text, out);
    if (n->constant) { /* before builtins: Float64 is the type, and the function when called */
        *out = n->value;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    if (n->builtin) return fx_closure_named(text, out);
    fx_function function;
    void *user;
    if (vm->host->function && vm->host->function(vm->host->self, text, &function, &user))
        return fx_closure_named(text, out);
    return fx_name_unknown(vm->host, text);
}

furrow_err fx_do_unset(const fv_cell *name)
{
    const char *text = ((const fv_text *)name->p)->bytes;
    furrow_err err = fb_fail(FURROW_ERR_NAME, "`%s` has no value yet", text);
    fb_fail_symbol(text);
    return err;
}

furrow_err fx_do_binary(fx_vm *vm, fx_op op, bool dotted, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    return fx_binary(vm, op, dotted, a, b, out);
}

/* --- tuples --- */

typedef struct cells {
    fv_cell *at;
    size_t count, capacity;
} cells;

static furrow_err cells_add(cells *c, const fv_cell *cell)
{
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? 2 * c->capacity : 16;
        furrow_err err = fv_meter_charge((capacity - c->capacity) * sizeof *c->at);
        if (err) return err;
        fv_cell *at = realloc(c->at, capacity * sizeof *at);
        if (!at) {
            fv_meter_refund((capacity - c->capacity) * sizeof *c->at);
            return fb_fail(FURROW_ERR_NOMEM, NULL);
        }
        c->at = at;
        c->capacity = capacity;
    }
    c->at[c->count++] = *cell;
    return FURROW_OK;
}

static void cells_free(cells *c)
{
    for (size_t i = 0; i < c->count; i++) fv_cell_drop(&c->at[i]);
    fv_meter_refund(c->capacity * sizeof *c->at);
    free(c->at);
}

static furrow_err add_items(cells *c, const fv_cell *iterable)
{
    uint64_t state = 0;
    for (;;) {
        fv_cell item;
        bool done;
        furrow_err err = fx_iterate(iterable, &state, &item, &done);
        if (err || done) return err;
        err = cells_add(c, &item);
        if (err) {
            fv_cell_drop(&item);
            return err;
        }
    }
}

static furrow_err tuple_of(const fv_cell *items, size_t n, fv_cell *out)
{
    furrow_value *value;
    furrow_err err = fv_tuple_new(n, items, &value);
    if (!err) *out = (fv_cell){.tag = FURROW_TUPLE, .p = value};
    return err;
}

furrow_err fx_do_join(const fv_cell *tuple, const fv_cell *items, fv_cell *out)
{
    if (tuple->tag != FURROW_TUPLE) return fb_fail(FURROW_ERR_BYTECODE, "arguments are joined to what is no tuple");
    cells c = {0};
    furrow_err err = add_items(&c, tuple);
    if (!err) err = add_items(&c, items);
    if (!err) err = tuple_of(c.at, c.count, out);
    cells_free(&c);
    return err;
}

furrow_err fx_do_unpack(const fv_cell *source, fv_cell *regs, size_t n)
{
    fv_cell held = *source; /* source may be one of the registers written */
    fv_cell_hold(&held);
    uint64_t state = 0;
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        fv_cell item;
        bool done;
        err = fx_iterate(&held, &state, &item, &done);
        if (!err && done) err = fb_fail(FURROW_ERR_BOUNDS, "%zu values were expected, there are %zu", n, i);
        if (!err) fx_put(&regs[i], item);
    }
    fv_cell_drop(&held);
    return err;
}

/* --- brackets --- */

furrow_err fx_do_typed(furrow_type type, const fv_cell *items, size_t n, fv_cell *out)
{
    fv_array *a;
    furrow_err err = fv_array_new(type, 1, &n, &a);
    if (err) return err;
    for (size_t i = 0; i < n && !err; i++) err = fv_element_set(a, i, &items[i]);
    if (err)
        fv_drop(&a->head);
    else
        *out = (fv_cell){.tag = FURROW_ARRAY, .p = &a->head};
    return err;
}

furrow_err fx_do_matrix(fx_vm *vm, const fv_cell *regs, size_t n, fv_cell *out)
{
    uint32_t *lengths = NULL;
    if (n == 0 || regs[0].tag != FURROW_INT64 || (uint64_t)regs[0].i >= n) goto bad;
    size_t nrows = (size_t)regs[0].i, total = 0;
    lengths = malloc((nrows + 1) * sizeof *lengths);
    if (!lengths) return fb_fail(FURROW_ERR_NOMEM, NULL);
    for (size_t i = 0; i < nrows; i++) {
        if (regs[1 + i].tag != FURROW_INT64 || (uint64_t)regs[1 + i].i > n) goto bad;
        lengths[i] = (uint32_t)regs[1 + i].i;
        total += lengths[i];
    }
    if (total + nrows + 1 != n) goto bad;
    furrow_err err = fx_make_matrix(vm, regs + 1 + nrows, lengths, nrows, out);
    free(lengths);
    return err;
bad:
    free(lengths);
    return fb_fail(FURROW_ERR_BYTECODE, "the rows of a matrix do not add up");
}

furrow_err fx_do_quote(const fv_cell *constant, const fv_cell *items, size_t n, fv_cell *out)
{
    fx_tree *quoted, *filled;
    furrow_value *value;
    furrow_err err = fx_tree_of(constant->p, &quoted);
    if (err) return err;
    const fx_tree *body = quoted->kind == FX_QUOTE && quoted->nkids ? quoted->kids[0] : quoted;
    err = fx_tree_interpolate(body, items, n, &filled);
    fx_tree_drop(quoted);
    if (err) return err;
    err = fx_tree_value(filled, &value);
    fx_tree_drop(filled);
    if (err) return err;
    fv_cell_from_value(value, out);
    furrow_value_drop(value);
    return FURROW_OK;
}

/* --- the items of a comprehension: a gather kept behind a value, so that a register can own it --- */

typedef struct collection {
    fx_gather gather;
    bool typed;
    furrow_type type; /* that the elements are to have */
} collection;

static void gather_drop(void *code)
{
    collection *c = code;
    if (c) fx_gather_drop(&c->gather);
    free(c);
}

furrow_err fx_do_gather(uint32_t type, fv_cell *out)
{
    if (type > FURROW_ANY + 1u) return fb_fail(FURROW_ERR_BYTECODE, "no such type");
    collection *g = calloc(1, sizeof *g);
    furrow_value *value;
    if (!g) return fb_fail(FURROW_ERR_NOMEM, NULL);
    fx_gather_open(&g->gather, 0);
    g->typed = type != 0;
    g->type = type ? (furrow_type)(type - 1) : FURROW_ANY;
    furrow_err err = fv_code_new(FURROW_FUNCTION, "", 0, NULL, &value);
    if (err) {
        gather_drop(g);
        return err;
    }
    ((fv_code *)value)->drop_code = gather_drop;
    atomic_store_explicit(&((fv_code *)value)->code, g, memory_order_release);
    *out = (fv_cell){.tag = FURROW_FUNCTION, .p = value};
    return FURROW_OK;
}

static furrow_err gather_of(const fv_cell *cell, collection **out)
{
    fv_code *code = cell->tag == FURROW_FUNCTION ? (fv_code *)cell->p : NULL;
    if (!code || code->drop_code != gather_drop)
        return fb_fail(FURROW_ERR_BYTECODE, "a register that should collect items holds something else");
    *out = atomic_load_explicit(&code->code, memory_order_acquire);
    return FURROW_OK;
}

furrow_err fx_do_put(const fv_cell *gather, const fv_cell *item)
{
    collection *g = NULL;
    furrow_err err = gather_of(gather, &g);
    return err ? err : fx_gather_add(&g->gather, item);
}

/* Extents of what is iterated over: an array's own, otherwise one. false: too many, or unknown. */
static bool extents(const fv_cell *it, size_t *dims, int *ndims)
{
    if (*ndims == FURROW_MAX_NDIMS) return false;
    switch (it->tag) {
    case FURROW_ARRAY: {
        const fv_array *a = (const fv_array *)it->p;
        if (*ndims + a->head.ndims > FURROW_MAX_NDIMS) return false;
        for (int i = 0; i < a->head.ndims; i++) dims[(*ndims)++] = a->dims[i];
        return true;
    }
    case FURROW_RANGE:
        dims[(*ndims)++] = ((const fv_range *)it->p)->count;
        return true;
    case FURROW_TUPLE:
        dims[(*ndims)++] = ((const fv_tuple *)it->p)->count;
        return true;
    default: {
        furrow_value *value;
        if (fv_cell_to_value(it, &value)) return false;
        dims[(*ndims)++] = fv_tag_inline(it->tag) || fv_tag_flat(it->tag) ? 1 : furrow_value_count(value);
        furrow_value_drop(value);
        return true;
    }
    }
}

/* The array in *cell with elements of another type. */
static furrow_err retype(furrow_type type, fv_cell *cell)
{
    fv_array *from = (fv_array *)cell->p, *to;
    if (from->head.eltype == type) return FURROW_OK;
    furrow_err err = fv_array_new(type, from->head.ndims, from->dims, &to);
    if (!err) {
        for (size_t i = 0; i < from->count && !err; i++) {
            fv_cell item;
            err = fv_element(from, i, &item);
            if (err) break;
            err = fv_element_set(to, i, &item);
            fv_cell_drop(&item);
        }
        if (err) fv_drop(&to->head);
    }
    fv_cell_drop(cell);
    if (!err) *cell = (fv_cell){.tag = FURROW_ARRAY, .p = &to->head};
    return err;
}

furrow_err fx_do_gathered(const fv_cell *gather, const fv_cell *iterables, size_t n, fv_cell *out)
{
    collection *g = NULL;
    size_t dims[FURROW_MAX_NDIMS], count = 1;
    int ndims = 0;
    furrow_err err = gather_of(gather, &g);
    if (err) return err;
    for (size_t i = 0; i < n; i++)
        if (!extents(&iterables[i], dims, &ndims)) ndims = 0, n = 0;
    for (int i = 0; i < ndims; i++)
        if (__builtin_mul_overflow(count, dims[i], &count)) count = SIZE_MAX;
    if (count != g->gather.count) ndims = 0; /* a string counts bytes, not characters */
    err = fx_gather_close(&g->gather, ndims, dims, out);
    return err || !g->typed ? err : retype(g->type, out);
}

/* --- single elements --- */

static bool element_of(const fv_cell *container, const fv_cell *indices, size_t n, size_t *at)
{
    if (container->tag != FURROW_ARRAY) return false;
    const fv_array *a = (const fv_array *)container->p;
    if (n == 1) {
        if (indices[0].tag != FURROW_INT64 || (uint64_t)indices[0].i - 1 >= a->count) return false;
        *at = (size_t)indices[0].i - 1;
        return true;
    }
    if (n != 2 || a->head.ndims != 2 || indices[0].tag != FURROW_INT64 || indices[1].tag != FURROW_INT64) return false;
    size_t i = (size_t)indices[0].i - 1, j = (size_t)indices[1].i - 1;
    if (i >= a->dims[0] || j >= a->dims[1]) return false;
    *at = j * a->dims[0] + i;
    return true;
}

furrow_err fx_do_index(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n, fv_cell *out)
{
    size_t at;
    if (!element_of(container, indices, n, &at)) return fx_index(vm, container, indices, n, out);
    const fv_array *a = (const fv_array *)container->p;
    switch (a->head.eltype) {
    case FURROW_FLOAT64:
    case FURROW_INT64:
        *out = (fv_cell){.tag = a->head.eltype, .u = __atomic_load_n((const uint64_t *)a->data + at, __ATOMIC_RELAXED)};
        return FURROW_OK;
    default:
        return fv_element(a, at, out);
    }
}

furrow_err fx_do_set_index(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n, const fv_cell *value)
{
    size_t at;
    if (container->tag == FURROW_ARRAY && (value->tag == FURROW_FLOAT64 || value->tag == FURROW_INT64) &&
        ((const fv_array *)container->p)->head.eltype == value->tag && !(container->p->flags & FV_FLAG_READ_ONLY) &&
        element_of(container, indices, n, &at)) {
        __atomic_store_n((uint64_t *)((fv_array *)container->p)->data + at, value->u, __ATOMIC_RELAXED);
        return FURROW_OK;
    }
    return fx_index_set(vm, container, indices, n, value);
}

/* --- calls with arguments from a tuple --- */

furrow_err fx_do_spread(const fx_frame *f, const fx_ins *in, fx_call *call, fv_cell *out)
{
    fv_cell tuple = f->regs[in->a]; /* held by its register for the call */
    if (tuple.tag != FURROW_TUPLE) return fb_fail(FURROW_ERR_BYTECODE, "arguments are not in a tuple");
    call->args = ((const fv_tuple *)tuple.p)->items;
    call->nargs = ((const fv_tuple *)tuple.p)->count;
    call->kwargs = f->regs + in->a + 1;
    call->nkw = in->n;
    fv_meter *before = NULL;
    furrow_err err = fx_vm_enter(call->vm, NULL, &before);
    if (err) return err;
    err = in->op == FX_DO_SPREADR
              ? fx_call_value(&f->regs[in->b], call, out)
              : fx_call_named(&f->bound->names[in->b], f->bound->program->image.names[in->b].name, call, out);
    fx_vm_leave(call->vm, before);
    return err;
}
