/*
 * block_plan.c - decides whether a fused block fits what its leaves hold now: one shape, types with kernels, names that
 * still mean the builtins. Result types follow the builtins' rules, so that both ways give the same.
 */
#include "expr/block_plan.h"
#include "expr/support.h"

static const unsigned char *payload(const fv_cell *c)
{
    if (c->tag == FURROW_COMPLEX128 || c->tag == FURROW_COMPLEX_INT64) return ((const fv_scalar *)c->p)->bytes;
    return (const unsigned char *)&c->u;
}

/* The type to calculate in that looks in memory as elements of t do; FX_NCALCS: none. */
static fx_calc natural(furrow_type t)
{
    switch (t) {
    case FURROW_INT64:
        return FX_CALC_I64;
    case FURROW_UINT64:
        return FX_CALC_U64;
    case FURROW_FLOAT32:
        return FX_CALC_F32;
    case FURROW_FLOAT64:
        return FX_CALC_F64;
    case FURROW_COMPLEX64:
        return FX_CALC_C64;
    case FURROW_COMPLEX128:
        return FX_CALC_C128;
    case FURROW_COMPLEX_INT64:
        return FX_CALC_CI64;
    default:
        return FX_NCALCS;
    }
}

/* --- leaves --- */

static bool same_shape(fx_plan *p, int ndims, const size_t *dims, size_t count)
{
    if (count == 0) return false;
    if (p->count == 0) {
        p->ndims = ndims;
        memcpy(p->dims, dims, (size_t)ndims * sizeof *dims);
        p->count = count;
        return true;
    }
    return p->ndims == ndims && !memcmp(p->dims, dims, (size_t)ndims * sizeof *dims);
}

static bool one_int(const fv_cell *c, size_t extent, size_t *at)
{
    *at = (size_t)c->i - 1;
    return c->tag == FURROW_INT64 && *at < extent;
}

/* A colon or range along a dimension of extent elements. */
static bool several(const fv_cell *c, size_t extent, size_t *first, ptrdiff_t *step, size_t *count)
{
    if (c->tag == FURROW_SYMBOL && !strcmp(((const fv_text *)c->p)->bytes, ":")) {
        *first = 0;
        *step = 1;
        *count = extent;
        return extent > 0;
    }
    if (c->tag != FURROW_RANGE || c->p->eltype != FURROW_INT64) return false;
    const fv_range *r = (const fv_range *)c->p;
    if (r->count == 0 || (uint64_t)r->first.i - 1 >= extent) return false;
    int64_t last;
    if (__builtin_mul_overflow(r->step.i, (int64_t)(r->count - 1), &last)) return false;
    if (__builtin_add_overflow(last, r->first.i, &last) || (uint64_t)last - 1 >= extent) return false;
    *first = (size_t)r->first.i - 1;
    *step = r->step.i;
    *count = r->count;
    return true;
}

bool fx_view_select(const fv_array *a, const fv_cell *indices, size_t n, fx_view *view)
{
    size_t size = furrow_type_nbytes(a->head.eltype), first, fixed = 0;
    ptrdiff_t step;
    if (!size) return false;
    view->ndims = 1;
    if (n == 1) {
        if (!several(&indices[0], a->count, &first, &step, &view->count)) return false;
    } else if (n == 2 && a->head.ndims == 2) {
        size_t rows = a->dims[0];
        if (several(&indices[0], rows, &first, &step, &view->count)) {
            if (!one_int(&indices[1], a->dims[1], &fixed)) return false;
            first += fixed * rows;
        } else if (one_int(&indices[0], rows, &fixed) &&
                   several(&indices[1], a->dims[1], &first, &step, &view->count)) {
            first = first * rows + fixed;
            step *= (ptrdiff_t)rows;
        } else {
            return false;
        }
    } else {
        return false;
    }
    view->base = (unsigned char *)a->data + first * size;
    view->stride = step * (ptrdiff_t)size;
    view->dims[0] = view->count;
    return true;
}

static bool array_leaf(fx_plan *p, fx_cell_node *v, furrow_type type, const fx_view *view)
{
    if (!fv_tag_flat(type) || !same_shape(p, view->ndims, view->dims, view->count)) return false;
    v->array = true;
    v->type = type;
    v->view = *view;
    return true;
}

static bool leaf_value(fx_plan *p, fx_cell_node *v, const fv_cell *c)
{
    if (c->tag == FURROW_ARRAY) {
        const fv_array *a = (const fv_array *)c->p;
        fx_view view = {a->data, (ptrdiff_t)furrow_type_nbytes(a->head.eltype), a->count, a->head.ndims, {0}};
        memcpy(view.dims, a->dims, sizeof view.dims);
        return array_leaf(p, v, a->head.eltype, &view);
    }
    if (c->tag == FURROW_RANGE && c->p->eltype == FURROW_INT64) {
        const fv_range *r = (const fv_range *)c->p;
        v->array = v->sequence = v->stays_range = true;
        v->type = FURROW_INT64;
        v->first = r->first.i;
        v->step = r->step.i;
        return same_shape(p, 1, &r->count, r->count);
    }
    if (!fv_tag_flat(c->tag)) return false;
    v->type = (furrow_type)c->tag;
    v->cell = *c;
    fv_cell_hold(c);
    return true;
}

static bool leaf(fx_plan *p, fx_cell_node *v, const fx_node *n)
{
    if (n->kind == FX_NODE_CONSTANT) return leaf_value(p, v, &p->bound->program->image.constants[n->a]);
    if (n->kind == FX_NODE_REG) return leaf_value(p, v, &p->regs[n->a]);
    fx_view view;
    const fv_cell *c = &p->regs[n->a];
    if (c->tag != FURROW_ARRAY || !fx_view_select((const fv_array *)c->p, &p->regs[n->b], n->c, &view)) return false;
    return array_leaf(p, v, c->p->eltype, &view);
}

/* --- operands --- */

static unsigned char *take(fx_plan *p, furrow_err *err)
{
    unsigned char *b = fx_scratch_take(p->vm);
    if (!b) *err = fb_fail(FURROW_ERR_NOMEM, NULL);
    return b;
}

/* Elements of node as calc: where they are, or converted block by block. A number is converted once; with splat it
 * fills a buffer. */
static bool operand(fx_plan *p, fx_operand *o, uint16_t node, fx_calc calc, bool splat, furrow_err *err)
{
    fx_cell_node *v = &p->node[node];
    *o = (fx_operand){.load = calc, .node = node};
    if (v->array && natural(v->type) == calc) return true;
    o->converted = take(p, err);
    if (!o->converted) return false;
    if (v->array) return true;
    size_t size = fx_calc_nbytes(calc);
    fx_calc_load(calc, v->type, payload(&v->cell), o->converted, 1);
    for (size_t k = 1; splat && k < FX_BLOCK; k++) memcpy(o->converted + k * size, o->converted, size);
    o->now = o->converted;
    return true;
}

static bool bytes_operand(fx_plan *p, fx_operand *o, uint16_t node)
{
    *o = (fx_operand){.load = FX_CALC_BYTES, .node = node};
    return p->node[node].array && p->node[node].type == FURROW_BOOL;
}

/* --- operations --- */

static fx_form form_of(const fx_plan *p, uint16_t a, uint16_t b)
{
    return !p->node[b].array ? FX_VS : !p->node[a].array ? FX_SV : FX_VV;
}

static fx_calc lane_calc(fx_lane lane)
{
    return lane == FX_LANE_F64 ? FX_CALC_F64 : lane == FX_LANE_F32 ? FX_CALC_F32 : FX_CALC_I64;
}

static bool fast_binary(fx_plan *p, fx_cell_node *v, fx_vector_op op, fx_lane lane, const fx_node *n, furrow_err *err)
{
    v->vector = p->vectors->binary[lane][op][form_of(p, n->a, n->b)];
    return v->vector && operand(p, &v->a, n->a, lane_calc(lane), false, err) &&
           operand(p, &v->b, n->b, lane_calc(lane), false, err);
}

static bool lane_of(furrow_type type, fx_lane *lane)
{
    *lane = type == FURROW_FLOAT64 ? FX_LANE_F64 : type == FURROW_FLOAT32 ? FX_LANE_F32 : FX_LANE_I64;
    return type == FURROW_FLOAT64 || type == FURROW_FLOAT32 || type == FURROW_INT64;
}

static bool comparison(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    static const uint8_t ops[] = {FX_VEQ, FX_VNE, FX_VLT, FX_VLE, FX_VLT, FX_VLE};
    fx_lane lane;
    fx_node turned = *n;
    bool swap = n->op == FX_OP_GT || n->op == FX_OP_GE;
    if (p->node[n->a].type != p->node[n->b].type || !lane_of(p->node[n->a].type, &lane)) return false;
    if (swap) turned.a = n->b, turned.b = n->a;
    v->type = FURROW_BOOL;
    return fast_binary(p, v, ops[n->op - FX_OP_EQ], lane, &turned, err);
}

/* x.^2 is x.*x, as in the builtins. */
static bool is_square(const fx_plan *p, const fx_node *n)
{
    const fx_cell_node *y = &p->node[n->b];
    if (n->op != FX_OP_POW || y->array) return false;
    return (y->cell.tag == FURROW_INT64 && y->cell.i == 2) || (y->cell.tag == FURROW_FLOAT64 && y->cell.d == 2);
}

static bool fast_arithmetic(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    fx_lane lane;
    fx_node square = *n;
    if (!lane_of(v->type, &lane)) return false;
    if (is_square(p, n) && p->node[n->a].type == v->type) {
        square.b = n->a;
        return fast_binary(p, v, FX_VMUL, lane, &square, err);
    }
    bool mask = (p->node[n->a].type == FURROW_BOOL) != (p->node[n->b].type == FURROW_BOOL);
    if (n->op == FX_OP_MUL && mask) return false; /* false is stronger than NaN */
    if (n->op > FX_OP_DIV || (v->rule.load_a != lane_calc(lane)) || v->rule.load_b != v->rule.load_a) return false;
    static const uint8_t ops[] = {FX_VADD, FX_VSUB, FX_VMUL, FX_VDIV};
    return fast_binary(p, v, ops[n->op], lane, n, err);
}

static bool fast_logic(fx_plan *p, fx_cell_node *v, const fx_node *n)
{
    if (n->op < FX_OP_AND || n->op > FX_OP_XOR || v->type != FURROW_BOOL) return false;
    v->vector = p->vectors->logic[n->op - FX_OP_AND];
    return bytes_operand(p, &v->a, n->a) && bytes_operand(p, &v->b, n->b);
}

/* Any other operator, by the builtins' own kernel. */
static bool slow_binary(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    v->vector = NULL;
    v->kernel = v->rule.kernel;
    if (!v->kernel || !operand(p, &v->a, n->a, v->rule.load_a, true, err) ||
        !operand(p, &v->b, n->b, v->rule.load_b, true, err))
        return false;
    bool bytes = v->rule.made == FX_CALC_BYTES && v->type == FURROW_BOOL;
    if (!bytes && natural(v->type) != v->rule.made) v->made = take(p, err);
    return *err == FURROW_OK;
}

/* Without a dot some operators mean something else between arrays. */
static bool elementwise(const fx_plan *p, const fx_node *n)
{
    bool a = p->node[n->a].array, b = p->node[n->b].array;
    if (n->c) return true;
    if (n->op == FX_OP_MUL) return !(a && b);
    if (n->op == FX_OP_DIV) return !b;
    return n->op == FX_OP_ADD || n->op == FX_OP_SUB;
}

static bool binary(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    const fx_cell_node *a = &p->node[n->a], *b = &p->node[n->b];
    if (!a->array && !b->array) {
        fv_cell out;
        if (fx_binary(p->vm, (fx_op)n->op, n->c, &a->cell, &b->cell, &out)) return false;
        bool fits = leaf_value(p, v, &out);
        fv_cell_drop(&out);
        return fits;
    }
    if (!elementwise(p, n)) return false;
    v->array = true;
    v->stays_range = (!a->array || a->stays_range) && (!b->array || b->stays_range) && n->op <= FX_OP_DIV;
    if (n->op >= FX_OP_EQ && n->op <= FX_OP_GE && comparison(p, v, n, err)) return true;
    if (*err || !fx_rule_binary((fx_op)n->op, a->type, b->type, &v->rule)) return false;
    v->type = v->rule.result;
    return fast_arithmetic(p, v, n, err) || (!*err && (fast_logic(p, v, n) || slow_binary(p, v, n, err)));
}

static bool unary(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    const fx_cell_node *a = &p->node[n->a];
    fx_lane lane;
    if (!a->array) {
        fv_cell out;
        if (fx_unary(p->vm, (fx_unary_op)n->op, n->c, &a->cell, &out)) return false;
        bool fits = leaf_value(p, v, &out);
        fv_cell_drop(&out);
        return fits;
    }
    v->array = true;
    v->stays_range = a->stays_range;
    v->type = a->type;
    if (n->op == FX_UN_NOT && a->type == FURROW_BOOL) {
        v->vector = p->vectors->invert;
        return bytes_operand(p, &v->a, n->a);
    }
    if (n->op != FX_UN_NEG || !lane_of(a->type, &lane)) return false;
    v->vector = p->vectors->unary[lane][FX_VNEG];
    return operand(p, &v->a, n->a, lane_calc(lane), false, err);
}

/* --- functions --- */

static const struct {
    uint8_t vector;
    bool floats;               /* of an integer: calculated in Float64 */
    bool below_zero, infinite; /* where it is not defined */
} functions[FX_K1_NKERNELS] = {
    [FX_K1_SQRT] = {FX_VSQRT, true, true, false},   [FX_K1_ABS] = {FX_VABS, false, false, false},
    [FX_K1_ABS2] = {FX_VABS2, false, false, false}, [FX_K1_EXP] = {FX_VEXP, true, false, false},
    [FX_K1_LOG] = {FX_VLOG, true, true, false},     [FX_K1_SIN] = {FX_VSIN, true, false, true},
    [FX_K1_COS] = {FX_VCOS, true, false, true},     [FX_K1_TAN] = {FX_VTAN, true, false, true},
    [FX_K1_TANH] = {FX_VTANH, true, false, false},  [FX_K1_FLOOR] = {FX_VFLOOR, false, false, false},
    [FX_K1_CEIL] = {FX_VCEIL, false, false, false},
};

static const fx_builtin *builtin_meant(const fx_plan *p, uint16_t name)
{
    const fx_bound_name *n = &p->bound->names[name];
    if ((n->slot && n->slot->tag != FX_UNBOUND) || n->function) return NULL;
    return n->builtin;
}

static bool scalar_call(fx_plan *p, fx_cell_node *v, const fx_builtin *f, const fv_cell *args, size_t n)
{
    fx_call call = {p->vm, NULL, args, n, NULL, 0};
    fv_cell out;
    if ((int)n < f->min_args || f->function(&call, &out)) return false;
    bool fits = leaf_value(p, v, &out);
    fv_cell_drop(&out);
    return fits;
}

static bool call1(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    const fx_cell_node *a = &p->node[n->a];
    const fx_builtin *f = builtin_meant(p, n->c);
    fx_lane lane;
    if (!f) return false;
    if (!a->array) return scalar_call(p, v, f, &a->cell, 1);
    furrow_type type = a->type;
    if (functions[n->op].floats && fx_type_integer(type)) type = FURROW_FLOAT64;
    if (!lane_of(type, &lane)) return false;
    v->vector = p->vectors->unary[lane][functions[n->op].vector];
    v->array = true;
    v->type = type;
    if (!v->vector) return false;
    bool f64 = lane == FX_LANE_F64, below = functions[n->op].below_zero, infinite = functions[n->op].infinite;
    if (f64) v->bad_f64 = below ? p->vectors->below_zero_f64 : infinite ? p->vectors->infinite_f64 : NULL;
    if (!f64) v->bad_f32 = below ? p->vectors->below_zero_f32 : infinite ? p->vectors->infinite_f32 : NULL;
    return operand(p, &v->a, n->a, lane_calc(lane), false, err);
}

static bool call2(fx_plan *p, fx_cell_node *v, const fx_node *n, furrow_err *err)
{
    const fx_cell_node *a = &p->node[n->a], *b = &p->node[n->b];
    const fx_builtin *f = builtin_meant(p, n->c);
    fx_lane lane;
    if (!f) return false;
    if (!a->array && !b->array) {
        const fv_cell args[2] = {a->cell, b->cell};
        return scalar_call(p, v, f, args, 2);
    }
    if (a->type != b->type || !lane_of(a->type, &lane)) return false;
    v->array = true;
    v->type = a->type;
    return fast_binary(p, v, n->op == FX_K2_MIN ? FX_VMIN : FX_VMAX, lane, n, err);
}

/* --- the whole --- */

static bool one_node(fx_plan *p, uint16_t i, furrow_err *err)
{
    const fx_node *n = &p->block->nodes[i];
    fx_cell_node *v = &p->node[i];
    switch ((fx_node_kind)n->kind) {
    case FX_NODE_REG:
    case FX_NODE_CONSTANT:
    case FX_NODE_SLICE:
        return leaf(p, v, n);
    case FX_NODE_BINARY:
        return binary(p, v, n, err);
    case FX_NODE_UNARY:
        return unary(p, v, n, err);
    case FX_NODE_CALL1:
        return call1(p, v, n, err);
    case FX_NODE_CALL2:
        return call2(p, v, n, err);
    case FX_NODE_NKINDS:
        break;
    }
    return false;
}

static void note_uses(fx_plan *p)
{
    for (uint16_t i = 0; i < p->nodes; i++) {
        const fx_node *n = &p->block->nodes[i];
        p->node[i].last_use = i;
        if (n->kind > FX_NODE_SLICE) p->node[n->a].last_use = i;
        if (n->kind == FX_NODE_BINARY || n->kind == FX_NODE_CALL2) p->node[n->b].last_use = i;
    }
    p->node[p->nodes - 1].last_use = p->nodes;
}

static bool contiguous(const fx_cell_node *v)
{
    return v->view.stride == (ptrdiff_t)furrow_type_nbytes(v->type);
}

/* A buffer for what is calculated, gathered or counted out; given back after its last use, for a later node. Arrays
 * that lie in one piece are read where they are. */
static bool give_buffers(fx_plan *p, furrow_err *err)
{
    note_uses(p);
    for (uint16_t i = 0; i < p->nodes; i++) {
        fx_cell_node *v = &p->node[i];
        bool leaf_in_place = p->block->nodes[i].kind <= FX_NODE_SLICE && !v->sequence && contiguous(v);
        if (v->array && !leaf_in_place) {
            v->buffer = take(p, err);
            if (!v->buffer) return false;
        }
        /* leaves are filled before all operations: only theirs may be used again */
        for (uint16_t k = 0; k < i && p->block->nodes[i].kind > FX_NODE_SLICE; k++)
            if (p->node[k].last_use == i && p->node[k].buffer && p->block->nodes[k].kind > FX_NODE_SLICE)
                fx_scratch_give(p->vm, p->node[k].buffer);
    }
    return true;
}

bool fx_plan_make(fx_plan *p, furrow_err *err)
{
    *err = FURROW_OK;
    for (p->nodes = 0; p->nodes < p->block->nnodes; p->nodes++) {
        fx_cell_node *v = &p->node[p->nodes];
        memset(v, 0, sizeof *v);
        if (!one_node(p, p->nodes, err)) {
            p->nodes++;
            return false;
        }
    }
    const fx_cell_node *root = &p->node[p->nodes - 1];
    if (!root->array || p->count == 0 || (root->stays_range && !p->block->reduction)) return false;
    return give_buffers(p, err);
}

void fx_plan_drop(fx_plan *p)
{
    for (uint16_t i = 0; i < p->nodes; i++) fv_cell_drop(&p->node[i].cell);
}
