/*
 * compile_fuse.c - elementwise expressions as fused blocks: leaves are computed into registers, a FUSE instruction tries
 * the whole at once, and behind it stand the single operations for when the block does not fit.
 */
#include "expr/compile.h"
#include <stdlib.h>

typedef struct fuse {
    fx_node nodes[FX_MAX_NODES];
    fxc_operand at[FX_MAX_NODES]; /* where the single operations find the node */
    uint32_t n, nleaves;
    uint32_t next; /* leaf that the second walk meets next */
} fuse;

/* --- what is elementwise --- */

static bool find_kernel(const char *name, uint32_t nargs, uint8_t *op)
{
    static const char *const names1[] = {
#define X(id, text) text,
        FX_KERNELS1(X)
#undef X
    };
    static const char *const names2[] = {
#define X(id, text) text,
        FX_KERNELS2(X)
#undef X
    };
    const char *const *names = nargs == 1 ? names1 : names2;
    uint32_t n = nargs == 1 ? FX_K1_NKERNELS : nargs == 2 ? FX_K2_NKERNELS : 0;
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) {
            *op = (uint8_t)i;
            return true;
        }
    return false;
}

static bool plain_arguments(const fx_tree *t)
{
    for (uint32_t i = 1; i < t->nkids; i++)
        if (t->kids[i]->kind == FX_KEYWORD || t->kids[i]->kind == FX_SPLAT) return false;
    return true;
}

/* The node that t is as an operation; operands are filled in later. */
static bool operation(fxc *c, const fx_tree *t, fx_node *node)
{
    if ((t->kind != FX_CALL && t->kind != FX_DOTCALL) || t->nkids < 2 || t->nkids > 3) return false;
    const fx_tree *f = t->kids[0];
    if (f->kind != FX_NAME || !plain_arguments(t)) return false;
    bool dotted = t->kind == FX_DOTCALL, binary = t->nkids == 3;
    const char *name = fx_tree_cstr(f);
    *node = (fx_node){.c = dotted};
    if (t->flags & FX_FLAG_OPERATOR) {
        fx_op op = FX_OP_ADD;
        fx_unary_op unary = FX_UN_NEG;
        node->kind = binary ? FX_NODE_BINARY : FX_NODE_UNARY;
        if (binary && (!fxc_binary_operator(name, &op) || (!dotted && op > FX_OP_DIV))) return false;
        if (!binary && (!fxc_unary_operator(name, &unary) || (unary != FX_UN_NEG && !(dotted && unary == FX_UN_NOT))))
            return false;
        node->op = (uint8_t)(binary ? op : (fx_op)unary);
    } else {
        node->kind = binary ? FX_NODE_CALL2 : FX_NODE_CALL1;
        if ((binary && !dotted) || !find_kernel(name, t->nkids - 1, &node->op)) return false;
    }
    return !fxc_is_local(c, f);
}

/* Nodes of t when all of it is one block, counted no further than a block may have. */
static uint32_t count_nodes(fxc *c, const fx_tree *t, uint32_t *operations, bool *dotted)
{
    fx_node node;
    uint32_t n = 1;
    if (!operation(c, t, &node)) return n;
    ++*operations;
    *dotted |= t->kind == FX_DOTCALL || node.kind == FX_NODE_CALL1;
    for (uint32_t i = 1; i < t->nkids && n <= FX_MAX_NODES; i++) n += count_nodes(c, t->kids[i], operations, dotted);
    return n;
}

static bool assigns_inside(const fx_tree *t)
{
    return fxc_assigns(t);
}

/* Worth a block, and small enough for one. */
static bool fits(fxc *c, const fx_tree *t, bool with_sink)
{
    uint32_t operations = 0;
    bool dotted = false;
    fx_node node;
    if (!operation(c, t, &node) || assigns_inside(t)) return false;
    if (count_nodes(c, t, &operations, &dotted) > FX_MAX_NODES) return false;
    return with_sink || dotted || operations > 1;
}

/* --- leaves --- */

static bool selects_several(const fx_tree *t)
{
    if (t->kind != FX_INDEX || t->nkids < 2 || t->nkids > 3) return false;
    bool several = false;
    for (uint32_t i = 1; i < t->nkids; i++) {
        several |= t->kids[i]->kind == FX_RANGE || t->kids[i]->kind == FX_COLON;
        if (t->kids[i]->kind == FX_SPLAT) return false;
    }
    return several;
}

static void leaf(fxc *c, fuse *f, const fx_tree *t)
{
    fx_node *n = &f->nodes[f->n];
    fxc_operand *at = &f->at[f->n++];
    furrow_type type;
    if (t->kind == FX_LITERAL && fv_tag_flat(t->value.tag)) {
        *at = (fxc_operand){true, fxc_constant(c, &t->value)};
        *n = (fx_node){.kind = FX_NODE_CONSTANT, .a = at->index};
    } else if (selects_several(t) && !fxc_type_name(c, t->kids[0], &type)) {
        uint32_t count;
        uint16_t container = fxc_any(c, t->kids[0]), first;
        fxc_indices(c, t, container, &first, &count);
        *n = (fx_node){.kind = FX_NODE_SLICE, .a = container, .b = first, .c = (uint16_t)count};
        *at = fxc_in(fxc_temp(c));
    } else {
        *at = fxc_in(fxc_any(c, t));
        *n = (fx_node){.kind = FX_NODE_REG, .a = at->index};
    }
}

static void leaves(fxc *c, fuse *f, const fx_tree *t)
{
    fx_node node;
    if (c->err) return;
    if (!operation(c, t, &node))
        leaf(c, f, t);
    else
        for (uint32_t i = 1; i < t->nkids; i++) leaves(c, f, t->kids[i]);
    f->nleaves = f->n;
}

/* --- operations --- */

static uint16_t nodes(fxc *c, fuse *f, const fx_tree *t)
{
    fx_node node;
    if (c->err || !operation(c, t, &node)) return (uint16_t)f->next++;
    node.a = nodes(c, f, t->kids[1]);
    if (t->nkids == 3) node.b = nodes(c, f, t->kids[2]);
    if (node.kind >= FX_NODE_CALL1) node.c = fxc_name(c, "", fx_tree_cstr(t->kids[0]));
    if (c->err) return 0;
    f->nodes[f->n] = node;
    return (uint16_t)f->n++;
}

static uint16_t add_block(fxc *c, const fuse *f, const fx_block *like)
{
    fx_image *im = &c->image;
    if (im->nblocks == FX_MAX_BLOCKS) fxc_fail(c, c->place, FURROW_ERR_LIMIT, "too many elementwise expressions");
    if (!fxc_grow(c, &im->blocks, im->nblocks, &c->blocks_capacity, sizeof *im->blocks)) return 0;
    fx_block b = *like;
    b.nnodes = (uint16_t)f->n;
    b.nodes = malloc(f->n * sizeof *b.nodes);
    if (!b.nodes) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return 0;
    }
    memcpy(b.nodes, f->nodes, f->n * sizeof *b.nodes);
    im->blocks[im->nblocks] = b;
    return (uint16_t)im->nblocks++;
}

static uint32_t emit_fuse(fxc *c, const fuse *f, const fx_block *like, uint16_t dst)
{
    return fxc_emit(c, FX_DO_FUSE, 0, dst, add_block(c, f, like), 0);
}

static void land_fuse(fxc *c, uint32_t at)
{
    if (c->err) return;
    uint32_t skip = c->fn->ncode - at - 1;
    if (skip > UINT16_MAX) fxc_fail(c, c->place, FURROW_ERR_LIMIT, "the expression is too long");
    c->fn->code[at].c = (uint16_t)skip;
}

/* --- the single operations --- */

static void copy_to(fxc *c, fxc_operand from, uint16_t reg)
{
    fxc_emit(c, from.constant ? FX_DO_LOADK : FX_DO_MOVE, 0, reg, from.index, 0);
}

static void one_call(fxc *c, const fx_tree *t, const fxc_operand *args, uint16_t dst)
{
    uint32_t save = fxc_save(c), n = t->nkids - 1;
    uint16_t base = fxc_temps(c, n);
    for (uint32_t i = 0; i < n; i++) copy_to(c, args[i], (uint16_t)(base + i));
    c->place = t;
    if (t->kind == FX_CALL) {
        fxc_call_name(c, fx_tree_cstr(t->kids[0]), base, n);
    } else {
        uint16_t f = fxc_temp(c);
        fxc_into(c, t->kids[0], f);
        c->place = t;
        fxc_emit(c, FX_DO_DOTCALL, 0, base, f, n);
    }
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

static fxc_operand singly(fxc *c, fuse *f, const fx_tree *t, uint16_t dst)
{
    fx_node node;
    if (c->err) return fxc_in(0);
    if (!operation(c, t, &node)) return f->at[f->next++];
    uint32_t save = fxc_save(c);
    fxc_operand args[2] = {{0}, {0}};
    for (uint32_t i = 1; i < t->nkids; i++) args[i - 1] = singly(c, f, t->kids[i], fxc_temp(c));
    c->place = t;
    if (node.kind == FX_NODE_BINARY)
        fxc_binary(c, t->kids[0], node.c, dst, args[0], args[1]);
    else if (node.kind == FX_NODE_UNARY)
        fxc_unary(c, (fx_unary_op)node.op, node.c, dst, args[0]);
    else
        one_call(c, t, args, dst);
    fxc_restore(c, save);
    return fxc_in(dst);
}

/* Slices become arrays of their own when there is no block to read them in place. */
static void operations(fxc *c, fuse *f, const fx_tree *t, uint16_t dst)
{
    for (uint32_t i = 0; i < f->nleaves; i++) {
        const fx_node *n = &f->nodes[i];
        if (n->kind == FX_NODE_SLICE) fxc_emit(c, FX_DO_INDEX, n->c, f->at[i].index, n->a, n->b);
    }
    f->next = 0;
    singly(c, f, t, dst);
}

/* --- entry --- */

static fuse *prepare(fxc *c, const fx_tree *t)
{
    fuse *f = calloc(1, sizeof *f);
    if (!f) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return NULL;
    }
    leaves(c, f, t);
    f->next = 0;
    nodes(c, f, t);
    return f;
}

static fx_reduction reduction_of(fxc *c, const fx_tree *t)
{
    static const char *const names[FX_REDUCE_NKINDS] = {
        [FX_REDUCE_SUM] = "sum",         [FX_REDUCE_PROD] = "prod", [FX_REDUCE_MAXIMUM] = "maximum",
        [FX_REDUCE_MINIMUM] = "minimum", [FX_REDUCE_MEAN] = "mean", [FX_REDUCE_COUNT] = "count",
        [FX_REDUCE_ANY] = "any",         [FX_REDUCE_ALL] = "all",
    };
    if (t->kind != FX_CALL || t->nkids != 2 || t->kids[0]->kind != FX_NAME || fxc_is_local(c, t->kids[0]))
        return FX_REDUCE_NONE;
    for (int i = FX_REDUCE_SUM; i < FX_REDUCE_NKINDS; i++)
        if (!strcmp(names[i], fx_tree_cstr(t->kids[0]))) return (fx_reduction)i;
    return FX_REDUCE_NONE;
}

static void fuse_reduction(fxc *c, const fx_tree *t, fx_reduction kind, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    const fx_tree *arg = t->kids[1];
    fuse *f = prepare(c, arg);
    fx_block whole = {.reduction = kind, .reduce_name = fxc_name(c, "", fx_tree_cstr(t->kids[0]))}, plain = {0};
    uint16_t base = fxc_temp(c);
    c->place = t;
    if (f && !c->err) {
        uint32_t outer = emit_fuse(c, f, &whole, dst);
        uint32_t inner = emit_fuse(c, f, &plain, base);
        operations(c, f, arg, base);
        land_fuse(c, inner);
        c->place = t;
        fxc_call_name(c, fx_tree_cstr(t->kids[0]), base, 1);
        fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
        land_fuse(c, outer);
    }
    free(f);
    fxc_restore(c, save);
}

bool fxc_fuse(fxc *c, const fx_tree *t, uint16_t dst)
{
    if (c->err) return false;
    fx_reduction kind = reduction_of(c, t);
    if (kind && fits(c, t->kids[1], true)) {
        fuse_reduction(c, t, kind, dst);
        return true;
    }
    if (!fits(c, t, false)) return false;
    uint32_t save = fxc_save(c);
    fuse *f = prepare(c, t);
    fx_block plain = {0};
    c->place = t;
    if (f && !c->err) {
        uint32_t at = emit_fuse(c, f, &plain, dst);
        operations(c, f, t, dst);
        land_fuse(c, at);
    }
    free(f);
    fxc_restore(c, save);
    return true;
}

/* The value of the whole program is only looked at: there the array that was stored into may stand for what was. */
static bool is_last(const fxc *c, const fx_tree *t)
{
    const fx_tree *whole = c->fn->tree;
    while (whole->kind == FX_BLOCK && whole->nkids) whole = whole->kids[whole->nkids - 1];
    return !c->fn->prev && whole == t;
}

static fx_store store_kind(const fxc *c, const fx_tree *t, uint16_t dst)
{
    const fx_tree *target = t->kids[0];
    if (dst == FXC_NO_REG) return FX_STORE_NOTHING;
    if (target->kind != FX_INDEX) return FX_STORE_TARGET;
    bool all = target->nkids == 2 && target->kids[1]->kind == FX_COLON;
    return all && is_last(c, t) ? FX_STORE_TARGET : FX_STORE_COPY;
}

static void fuse_store(fxc *c, const fx_tree *t, const fuse *plan, fx_block store, uint16_t dst)
{
    fuse f = *plan;
    fx_block plain = {0};
    uint32_t count = store.nindices;
    uint16_t base = fxc_temp(c);
    bool possible = count <= FURROW_MAX_NDIMS, elements = t->kids[0]->kind == FX_INDEX;
    uint32_t outer = possible ? emit_fuse(c, &f, &store, dst == FXC_NO_REG ? base : dst) : 0;
    uint32_t inner = emit_fuse(c, &f, &plain, base);
    operations(c, &f, t->kids[1], base);
    land_fuse(c, inner);
    c->place = t->kids[0];
    fxc_emit(c, FX_DO_SETINDEX, count, store.target, store.index, base);
    if (dst != FXC_NO_REG) fxc_emit(c, FX_DO_MOVE, 0, dst, elements ? base : store.target, 0);
    if (possible) land_fuse(c, outer);
}

bool fxc_fuse_store(fxc *c, const fx_tree *t, uint16_t dst)
{
    furrow_type type;
    const fx_tree *target = t->kids[0], *value = t->kids[1];
    bool index = target->kind == FX_INDEX;
    if (c->err || !fits(c, value, true) || fxc_assigns(target)) return false;
    if (index && (target->nkids < 2 || fxc_any_splat(target->kids, target->nkids))) return false;
    if (index && fxc_type_name(c, target->kids[0], &type)) return false;
    uint32_t save = fxc_save(c), count = 1;
    fuse *f = prepare(c, value);
    uint16_t container = fxc_any(c, index ? target->kids[0] : target), first;
    if (index) {
        fxc_indices(c, target, container, &first, &count);
    } else {
        first = fxc_temp(c);
        fxc_emit(c, FX_DO_LOADK, 0, first, fxc_symbol(c, ":"), 0);
    }
    c->place = value;
    fx_block store = {.store = (uint8_t)store_kind(c, t, dst), .target = container, .index = first};
    store.nindices = (uint16_t)count;
    if (f && !c->err) fuse_store(c, t, f, store, dst);
    free(f);
    fxc_restore(c, save);
    return true;
}
