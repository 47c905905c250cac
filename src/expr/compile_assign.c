/*
 * compile_assign.c - assignment to names, Module.name, indexed places and tuples of these; op-assignment evaluates the
 * container and its indices once.
 */
#include "expr/compile.h"
#include "expr/compile_tree.h"

void fxc_indices(fxc *c, const fx_tree *t, uint16_t container, uint16_t *first, uint32_t *count)
{
    *count = t->nkids - 1;
    *first = *count ? 0 : container;
    if (fxc_any_splat(t->kids + 1, *count)) fxc_fail(c, t, FURROW_ERR_SYNTAX, "... is not possible in an index");
    for (uint32_t i = 0; i < *count && !c->err; i++) {
        uint16_t reg = fxc_temp(c);
        if (i == 0) *first = reg;
        fxc_end end = {c->fn->end, container, i, *count};
        c->fn->end = &end;
        fxc_into(c, t->kids[1 + i], reg);
        c->fn->end = end.prev;
    }
}

static void store_index(fxc *c, const fx_tree *target, uint16_t value)
{
    uint32_t save = fxc_save(c), count;
    uint16_t container = fxc_any(c, target->kids[0]), first;
    fxc_indices(c, target, container, &first, &count);
    c->place = target;
    fxc_emit(c, FX_DO_SETINDEX, count, container, first, value);
    fxc_restore(c, save);
}

static void store_tuple(fxc *c, const fx_tree *target, uint16_t value)
{
    uint32_t save = fxc_save(c);
    uint16_t first = fxc_temps(c, target->nkids);
    fxc_emit(c, FX_DO_UNPACK, 0, first, value, target->nkids);
    for (uint32_t i = 0; i < target->nkids; i++) fxc_store(c, target->kids[i], (uint16_t)(first + i));
    fxc_restore(c, save);
}

static void store_field(fxc *c, const fx_tree *target, uint16_t value)
{
    const char *module = fxc_module_of(c, target);
    if (module)
        fxc_emit(c, FX_DO_SETG, 0, value, fxc_name(c, module, fx_tree_cstr(target)), 0);
    else
        fxc_fail(c, target, FURROW_ERR_SYNTAX, "only Module.name can be assigned to; values have no fields");
}

void fxc_store(fxc *c, const fx_tree *target, uint16_t value)
{
    if (c->err) return;
    const fx_tree *outer = c->place;
    if (target->line) c->place = target;
    switch ((fx_kind)target->kind) {
    case FX_NAME:
        fxc_write(c, fxc_text_of(target), value);
        break;
    case FX_TYPED:
        fxc_store(c, target->kids[0], value);
        break;
    case FX_INDEX:
        store_index(c, target, value);
        break;
    case FX_TUPLE:
        store_tuple(c, target, value);
        break;
    case FX_FIELD:
        store_field(c, target, value);
        break;
    default:
        fxc_fail(c, target, FURROW_ERR_SYNTAX, "this cannot be assigned to");
    }
    c->place = outer;
}

/* The operator of op-assignment as a node: its name without the dot. */
typedef struct operator_node {
    struct fx_tree tree;
} operator_node;

static void combine(fxc *c, const fx_tree *t, uint16_t dst, uint16_t old, fxc_operand with)
{
    const fv_text *text = fxc_text_of(t);
    bool dotted = text->bytes[0] == '.';
    operator_node node = {.tree = {.kind = FX_NAME, .line = t->line, .column = t->column}};
    node.tree.text = (furrow_value *)(uintptr_t)(dotted ? fxc_text(c, text->bytes + 1, NULL) : text);
    if (c->err) return;
    c->place = t;
    fxc_binary(c, &node.tree, dotted, dst, fxc_in(old), with);
}

static fxc_operand operand_of(fxc *c, const fx_tree *t)
{
    if (t->kind == FX_LITERAL && fv_tag_flat(t->value.tag)) return (fxc_operand){true, fxc_constant(c, &t->value)};
    return fxc_in(fxc_any(c, t));
}

/* container[indices...] op= ex */
static uint16_t update_index(fxc *c, const fx_tree *t)
{
    const fx_tree *target = t->kids[0];
    uint32_t count;
    uint16_t container = fxc_any(c, target->kids[0]), first;
    fxc_indices(c, target, container, &first, &count);
    uint16_t old = fxc_temp(c);
    c->place = target;
    fxc_emit(c, FX_DO_INDEX, count, old, container, first);
    fxc_operand with = operand_of(c, t->kids[1]);
    combine(c, t, old, old, with);
    c->place = target;
    fxc_emit(c, FX_DO_SETINDEX, count, container, first, old);
    return old;
}

static uint16_t update(fxc *c, const fx_tree *t)
{
    const fx_tree *target = t->kids[0];
    while (target->kind == FX_TYPED) target = target->kids[0];
    if (target->kind == FX_INDEX) return update_index(c, t);
    uint16_t value = target->kind == FX_NAME ? fxc_target(c, fxc_text_of(target)) : FXC_NO_REG;
    bool direct = value != FXC_NO_REG && !fxc_assigns(t->kids[1]);
    if (direct) {
        value = fxc_direct(c, target, fxc_text_of(target));
    } else {
        value = fxc_temp(c);
        fxc_into(c, target, value);
    }
    fxc_operand with = operand_of(c, t->kids[1]);
    combine(c, t, value, value, with);
    fxc_store(c, target, value);
    return value;
}

/* x .= ex: into the elements of x */
static uint16_t fill(fxc *c, const fx_tree *t)
{
    uint16_t container = fxc_any(c, t->kids[0]);
    uint16_t value = fxc_any(c, t->kids[1]), colon = fxc_temp(c);
    fxc_emit(c, FX_DO_LOADK, 0, colon, fxc_symbol(c, ":"), 0);
    fxc_emit(c, FX_DO_SETINDEX, 1, container, colon, value);
    return container;
}

/* a, b = x, y: all values before the first store */
static bool pairwise(const fx_tree *t)
{
    const fx_tree *target = t->kids[0], *value = t->kids[1];
    return target->kind == FX_TUPLE && value->kind == FX_TUPLE && target->nkids == value->nkids &&
           !fxc_any_splat(value->kids, value->nkids);
}

/* Operators read their operands before they write: the new value may be computed where the old one is. */
static bool writes_last(const fx_tree *t)
{
    return t->kind == FX_LITERAL || t->kind == FX_NAME || t->kind == FX_INDEX ||
           (t->kind == FX_CALL && (t->flags & FX_FLAG_OPERATOR) && t->nkids == 3);
}

static uint16_t plain(fxc *c, const fx_tree *t, bool wanted)
{
    const fx_tree *target = t->kids[0];
    if (pairwise(t)) {
        uint16_t first = fxc_items(c, t->kids[1]->kids, target->nkids, FXC_NO_REG);
        for (uint32_t i = 0; i < target->nkids; i++) fxc_store(c, target->kids[i], (uint16_t)(first + i));
        if (!wanted) return first;
        uint16_t all = fxc_temp(c);
        fxc_emit(c, FX_DO_TUPLE, 0, all, first, target->nkids);
        return all;
    }
    uint16_t reg = target->kind == FX_NAME && writes_last(t->kids[1]) ? fxc_target(c, fxc_text_of(target)) : FXC_NO_REG;
    if (reg != FXC_NO_REG) {
        fxc_into(c, t->kids[1], reg);
        fxc_set_assigned(c, fxc_text_of(target));
        return reg;
    }
    uint16_t value = fxc_any(c, t->kids[1]);
    c->place = t;
    fxc_store(c, target, value);
    return value;
}

/* x .+= ex as x .= x .+ ex. */
static furrow_err in_place_tree(const fx_tree *t, fx_tree **out)
{
    fx_tree *call, *kids[3] = {NULL, t->kids[0], t->kids[1]};
    furrow_err err = fxc_leaf(FX_NAME, t, fx_tree_cstr(t) + 1, &kids[0]);
    if (err) return err;
    fx_tree_hold(kids[1]);
    fx_tree_hold(kids[2]);
    err = fx_tree_new(FX_DOTCALL, (int)t->line, (int)t->column, kids, 3, &call);
    if (err) return err;
    call->flags |= FX_FLAG_OPERATOR;
    fx_tree *both[2] = {fx_tree_hold(t->kids[0]), call};
    err = fx_tree_new(FX_ASSIGN, (int)t->line, (int)t->column, both, 2, out);
    if (!err) (*out)->flags |= FX_FLAG_DOT;
    return err;
}

static void update_in_place(fxc *c, const fx_tree *t, uint16_t dst)
{
    fx_tree *assign;
    if (c->err) return;
    c->err = in_place_tree(t, &assign);
    if (c->err) return;
    fxc_assign(c, assign, dst);
    c->place = t;
    fx_tree_drop(assign);
}

void fxc_assign(fxc *c, const fx_tree *t, uint16_t dst)
{
    if (fx_tree_cstr(t)[0] == '.' && t->kids[0]->kind != FX_INDEX) {
        update_in_place(c, t, dst);
        return;
    }
    uint32_t save = fxc_save(c);
    uint16_t value;
    bool elements = t->kids[0]->kind == FX_INDEX || t->flags & FX_FLAG_DOT;
    if (!*fx_tree_cstr(t) && elements && fxc_fuse_store(c, t, dst)) return;
    if (*fx_tree_cstr(t))
        value = update(c, t);
    else if (t->flags & FX_FLAG_DOT && t->kids[0]->kind != FX_INDEX)
        value = fill(c, t);
    else
        value = plain(c, t, dst != FXC_NO_REG);
    if (dst != FXC_NO_REG && !c->err) fxc_emit(c, FX_DO_MOVE, 0, dst, value, 0);
    fxc_restore(c, save);
}
