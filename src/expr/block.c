/*
 * block.c - runs a fused block: 512 elements at a time through all its operations, into a new array, into the elements
 * of one that is there, or into a reduction. Sums are pairwise over blocks, in the builtins' order.
 */
#include "expr/block_plan.h"
#include "expr/fold.h"
#include <stdlib.h>
#include <unistd.h>

/* --- buffers, kept by the machine from run to run --- */

#define MAX_BUFFERS (3 * FX_MAX_NODES)
#define CACHE_GUESS ((size_t)16 << 20)

typedef struct fx_scratch {
    const fx_vectors *vectors;
    size_t cache; /* bytes that the last level holds */
    fx_plan plan; /* large for a stack; a block never runs inside another */
    size_t nfree, nall;
    unsigned char *free[MAX_BUFFERS];
    unsigned char *all[MAX_BUFFERS];
} fx_scratch;

const fx_vectors *fx_vectors_best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw"))
        return &fx_vectors_avx512;
    if (__builtin_cpu_supports("avx2")) return &fx_vectors_avx2;
#endif
    return &fx_vectors_base;
}

unsigned char *fx_scratch_take(fx_vm *vm)
{
    fx_scratch *s = vm->scratch;
    if (s->nfree) return s->free[--s->nfree];
    if (s->nall == MAX_BUFFERS) return NULL;
    unsigned char *b = aligned_alloc(64, FX_BLOCK_NBYTES);
    if (b) s->all[s->nall++] = b;
    return b;
}

void fx_scratch_give(fx_vm *vm, unsigned char *buffer)
{
    fx_scratch *s = vm->scratch;
    s->free[s->nfree++] = buffer;
}

static void scratch_reset(fx_scratch *s)
{
    for (size_t i = 0; i < s->nall; i++) s->free[i] = s->all[s->nall - 1 - i];
    s->nfree = s->nall;
}

static furrow_err scratch_open(fx_vm *vm)
{
    if (vm->scratch) return FURROW_OK;
    vm->scratch = calloc(1, sizeof *vm->scratch);
    if (!vm->scratch) return fb_fail(FURROW_ERR_NOMEM, NULL);
    vm->scratch->vectors = fx_vectors_best();
    long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    vm->scratch->cache = cache > 0 ? (size_t)cache : CACHE_GUESS;
    return FURROW_OK;
}

void fx_scratch_free(fx_scratch *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->nall; i++) free(s->all[i]);
    free(s);
}

/* --- one block --- */

#define CACHE_LINE 64

/* Elements from.. of a leaf come nearer while the block before them is calculated: passes over one block at a time are
 * too short for the processor to see where they go. */
static void fetch_ahead(const fx_cell_node *v, size_t size, size_t from, size_t n)
{
    const unsigned char *at = v->view.base + (ptrdiff_t)from * v->view.stride;
    size_t span = v->view.stride > 0 && v->view.stride <= CACHE_LINE ? n * (size_t)v->view.stride : n * size;
    for (size_t i = 0; i < span; i += CACHE_LINE) __builtin_prefetch(at + i);
}

static void gather(const fx_vectors *vectors, const fx_view *v, size_t size, size_t from, void *to, size_t n)
{
    const unsigned char *at = v->base + (ptrdiff_t)from * v->stride;
    unsigned char *out = to;
    if (size == 8 && v->stride % 8 == 0)
        vectors->gather((const uint64_t *)(const void *)at, v->stride / 8, to, n);
    else
        for (size_t i = 0; i < n; i++, at += v->stride) memcpy(out + i * size, at, size);
}

static void load_leaf(const fx_plan *p, fx_cell_node *v, size_t from, size_t n)
{
    size_t size = furrow_type_nbytes(v->type);
    if (p->large && p->block->reduction && !v->sequence && p->count - from >= 2 * FX_BLOCK)
        fetch_ahead(v, size, from + FX_BLOCK, FX_BLOCK);
    if (v->sequence) {
        int64_t *out = (int64_t *)(void *)v->buffer;
        uint64_t at = (uint64_t)v->first + (uint64_t)from * (uint64_t)v->step;
        for (size_t i = 0; i < n; i++) out[i] = (int64_t)(at + i * (uint64_t)v->step);
    } else if (v->buffer) {
        gather(p->vectors, &v->view, size, from, v->buffer, n);
    }
    v->now = v->buffer ? v->buffer : v->view.base + from * size;
}

static void load_operand(fx_plan *p, fx_operand *o, size_t n)
{
    const fx_cell_node *v = &p->node[o->node];
    if (!v->array) return;
    if (!o->converted) {
        o->now = v->now;
    } else if (o->load == FX_CALC_F64 && v->type == FURROW_INT64) {
        p->vectors->widen_i64(v->now, NULL, o->converted, n);
        o->now = o->converted;
    } else if (o->load == FX_CALC_F64 && v->type == FURROW_FLOAT32) {
        p->vectors->widen_f32(v->now, NULL, o->converted, n);
        o->now = o->converted;
    } else {
        fx_calc_load(o->load, v->type, v->now, o->converted, n);
        o->now = o->converted;
    }
}

/* false: an element is outside the function's domain; the builtins will say so. */
static bool operate(fx_plan *p, uint16_t i, void *to, size_t n)
{
    fx_cell_node *v = &p->node[i];
    uint8_t kind = p->block->nodes[i].kind;
    load_operand(p, &v->a, n);
    if (kind == FX_NODE_BINARY || kind == FX_NODE_CALL2) load_operand(p, &v->b, n);
    if (v->bad_f64 && v->bad_f64(v->a.now, n)) return false;
    if (v->bad_f32 && v->bad_f32(v->a.now, n)) return false;
    if (v->vector) {
        v->vector(v->a.now, v->b.now, to, n);
    } else {
        if (v->kernel(v->a.now, v->b.now, v->made ? v->made : to, n, v->type)) return false;
        if (v->made) fx_calc_store(v->rule.made, v->type, v->made, to, n);
    }
    v->now = to;
    return true;
}

/* All nodes before `last`, and last itself into `to`. */
static bool evaluate(fx_plan *p, size_t from, size_t n, uint16_t last, void *to)
{
    for (uint16_t i = 0; i <= last; i++) {
        fx_cell_node *v = &p->node[i];
        if (!v->array) continue;
        if (p->block->nodes[i].kind <= FX_NODE_SLICE)
            load_leaf(p, v, from, n);
        else if (!operate(p, i, i == last && to ? to : v->buffer, n))
            return false;
    }
    return true;
}

static size_t at_most(size_t n)
{
    return n < FX_BLOCK ? n : FX_BLOCK;
}

static int64_t cost(const fx_plan *p)
{
    return (int64_t)p->nodes * (FX_BLOCK / 64);
}

/* --- where the result goes --- */

/* Where the next block's elements of contiguous leaves are. */
static size_t leaves_ahead(const fx_plan *p, size_t from, const unsigned char **ahead)
{
    size_t k = 0;
    if (p->count - from < 2 * FX_BLOCK) return 0;
    for (uint16_t i = 0; i < p->nodes && k < FX_STREAM_AHEAD && p->block->nodes[i].kind <= FX_NODE_SLICE; i++) {
        const fx_cell_node *v = &p->node[i];
        size_t size = furrow_type_nbytes(v->type);
        if (v->array && !v->sequence && v->view.stride == (ptrdiff_t)size)
            ahead[k++] = v->view.base + (from + FX_BLOCK) * size;
    }
    return k;
}

/* Arrays that no cache holds are written past the caches: the lines are not read first, and what is there stays. */
static bool evaluate_into(fx_plan *p, size_t from, size_t n, unsigned char *to, size_t size)
{
    uint16_t last = p->nodes - 1u;
    bool whole = n * size % CACHE_LINE == 0 && (uintptr_t)to % CACHE_LINE == 0;
    if (!p->large || !whole) return evaluate(p, from, n, last, to);
    if (!evaluate(p, from, n, last, NULL)) return false;
    const unsigned char *ahead[FX_STREAM_AHEAD];
    size_t leaves = leaves_ahead(p, from, ahead);
    p->vectors->stream(to, p->node[last].now, n * size, ahead, leaves);
    return true;
}

static furrow_err into_new(fx_plan *p, fv_cell *out, bool *done)
{
    furrow_type type = p->node[p->nodes - 1].type;
    size_t size = furrow_type_nbytes(type);
    fv_array *a;
    furrow_err err = fv_array_new(type, p->ndims, p->dims, &a);
    if (err) return err;
    bool fits = true;
    for (size_t from = 0; from < p->count && fits && !err; from += FX_BLOCK) {
        fits = evaluate_into(p, from, at_most(p->count - from), (unsigned char *)a->data + from * size, size);
        err = fx_vm_steps(p->vm, cost(p));
    }
    p->vectors->streamed();
    if (err || !fits) {
        fv_drop(&a->head);
        return err;
    }
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &a->head};
    *done = true;
    return FURROW_OK;
}

static bool overlaps(const fx_view *a, size_t size_a, const fx_view *b, size_t size_b)
{
    uintptr_t a0 = (uintptr_t)a->base, a1 = a0 + (uintptr_t)((ptrdiff_t)(a->count - 1) * a->stride);
    uintptr_t b0 = (uintptr_t)b->base, b1 = b0 + (uintptr_t)((ptrdiff_t)(b->count - 1) * b->stride);
    uintptr_t a_low = a0 < a1 ? a0 : a1, a_high = (a0 < a1 ? a1 : a0) + size_a;
    uintptr_t b_low = b0 < b1 ? b0 : b1, b_high = (b0 < b1 ? b1 : b0) + size_b;
    return a_low < b_high && b_low < a_high;
}

/* Element k of the target may be read for element k alone. */
static bool may_store(const fx_plan *p, const fx_view *target, furrow_type type)
{
    for (uint16_t i = 0; i < p->nodes && p->block->nodes[i].kind <= FX_NODE_SLICE; i++) {
        const fx_cell_node *v = &p->node[i];
        if (!v->array || v->sequence) continue;
        bool same = v->view.base == target->base && v->view.stride == target->stride && v->type == type;
        if (!same && overlaps(&v->view, furrow_type_nbytes(v->type), target, furrow_type_nbytes(type))) return false;
    }
    return true;
}

static bool target_view(const fx_plan *p, furrow_type type, fx_view *view)
{
    const fx_block *b = p->block;
    const fv_cell *c = &p->regs[b->target];
    if (c->tag != FURROW_ARRAY || c->p->eltype != type || c->p->flags & FV_FLAG_READ_ONLY) return false;
    const fv_array *a = (const fv_array *)c->p;
    if (!fx_view_select(a, &p->regs[b->index], b->nindices, view) || view->count != p->count) return false;
    bool all = view->count == a->count && p->ndims == a->head.ndims &&
               !memcmp(p->dims, a->dims, sizeof *a->dims * (size_t)p->ndims);
    return p->ndims == 1 || all;
}

static void scatter(const fx_vectors *vectors, const fx_view *v, size_t size, size_t from, const unsigned char *items,
                    size_t n)
{
    unsigned char *at = v->base + (ptrdiff_t)from * v->stride;
    if (size == 8 && v->stride % 8 == 0)
        vectors->scatter((const uint64_t *)(const void *)items, (uint64_t *)(void *)at, v->stride / 8, n);
    else
        for (size_t i = 0; i < n; i++, at += v->stride) memcpy(at, items + i * size, size);
}

/* What the assignment is as a value: the elements that were stored, or, where nobody can tell, their array. */
static furrow_err stored_value(const fx_plan *p, const fx_view *view, furrow_type type, fv_cell *out)
{
    *out = (fv_cell){0};
    if (p->block->store == FX_STORE_TARGET) {
        *out = p->regs[p->block->target];
        fv_cell_hold(out);
    }
    if (p->block->store != FX_STORE_COPY) return FURROW_OK;
    fv_array *a;
    furrow_err err = fv_array_new(type, p->ndims, p->dims, &a);
    if (err) return err;
    gather(p->vectors, view, furrow_type_nbytes(type), 0, a->data, p->count);
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &a->head};
    return FURROW_OK;
}

static bool into_view(fx_plan *p, const fx_view *view, size_t size, size_t from, size_t n)
{
    uint16_t last = p->nodes - 1u;
    if (view->stride == (ptrdiff_t)size) return evaluate_into(p, from, n, view->base + from * size, size);
    if (!evaluate(p, from, n, last, NULL)) return false;
    scatter(p->vectors, view, size, from, p->node[last].now, n);
    return true;
}

static furrow_err into_target(fx_plan *p, fv_cell *out, bool *done)
{
    furrow_type type = p->node[p->nodes - 1].type;
    size_t size = furrow_type_nbytes(type);
    fx_view view;
    furrow_err err = FURROW_OK;
    bool fits = true;
    if (!target_view(p, type, &view) || !may_store(p, &view, type)) return FURROW_OK;
    for (size_t from = 0; from < p->count && fits && !err; from += FX_BLOCK) {
        fits = into_view(p, &view, size, from, at_most(p->count - from));
        err = fx_vm_steps(p->vm, cost(p));
    }
    p->vectors->streamed();
    if (err || !fits) return err;
    err = stored_value(p, &view, type, out);
    *done = !err;
    return err;
}

/* --- reductions --- */

/* sum(x .* y): the products are added as they are made. */
static bool is_dot(const fx_plan *p, fx_reduction kind)
{
    const fx_cell_node *v = &p->node[p->nodes - 1];
    return (kind == FX_REDUCE_SUM || kind == FX_REDUCE_MEAN) && v->type == FURROW_FLOAT64 &&
           v->vector == p->vectors->binary[FX_LANE_F64][FX_VMUL][FX_VV];
}

static bool dot_block(fx_plan *p, fx_fold *fold, size_t from, size_t n)
{
    fx_cell_node *v = &p->node[p->nodes - 1];
    if (!evaluate(p, from, n, p->nodes - 2u, NULL)) return false;
    load_operand(p, &v->a, n);
    load_operand(p, &v->b, n);
    fx_fold_add_dot(fold, v->a.now, v->b.now, n);
    return true;
}

static furrow_err into_number(fx_plan *p, fv_cell *out, bool *done)
{
    fx_reduction kind = (fx_reduction)p->block->reduction;
    furrow_type type = p->node[p->nodes - 1].type;
    const fx_bound_name *name = &p->bound->names[p->block->reduce_name];
    bool meant = !(name->slot && name->slot->tag != FX_UNBOUND) && !name->function && name->builtin;
    fx_fold fold;
    if (!meant || !fx_fold_open(&fold, kind, type)) return FURROW_OK;
    bool dot = is_dot(p, kind);
    for (size_t from = 0; from < p->count && !fold.decided; from += FX_BLOCK) {
        size_t n = at_most(p->count - from);
        bool fits = dot ? dot_block(p, &fold, from, n) : evaluate(p, from, n, p->nodes - 1u, NULL);
        if (!fits) return FURROW_OK;
        if (!dot) fx_fold_add(&fold, p->node[p->nodes - 1].now, n);
        furrow_err err = fx_vm_steps(p->vm, cost(p));
        if (err) return err;
    }
    furrow_err err = fx_fold_close(&fold, p->count, out);
    *done = !err;
    return err;
}

/* --- entry --- */

/* Whether what is read and written goes beyond the last cache. */
static bool is_large(const fx_plan *p)
{
    size_t nbytes = p->block->reduction ? 0 : p->count * furrow_type_nbytes(p->node[p->nodes - 1].type);
    for (uint16_t i = 0; i < p->nodes && p->block->nodes[i].kind <= FX_NODE_SLICE; i++)
        if (p->node[i].array && !p->node[i].sequence) nbytes += p->count * furrow_type_nbytes(p->node[i].type);
    return nbytes > p->vm->scratch->cache;
}

static furrow_err run_plan(fx_plan *p, fv_cell *out, bool *done)
{
    p->large = is_large(p);
    return p->block->reduction ? into_number(p, out, done)
           : p->block->store   ? into_target(p, out, done)
                               : into_new(p, out, done);
}

furrow_err fx_block_run(fx_vm *vm, fx_bound *bound, const fx_block *b, fv_cell *regs, fv_cell *out, bool *done)
{
    *done = false;
    furrow_err err = scratch_open(vm);
    if (err) return err;
    scratch_reset(vm->scratch);
    fx_plan *p = &vm->scratch->plan;
    p->vm = vm;
    p->bound = bound;
    p->block = b;
    p->vectors = vm->scratch->vectors;
    p->regs = regs;
    p->count = 0;
    if (fx_plan_make(p, &err)) err = run_plan(p, out, done);
    fx_plan_drop(p);
    return err;
}
