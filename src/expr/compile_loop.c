/*
 * compile_loop.c - for, while, and comprehensions, which are loops that collect. Each round of a loop is a scope of its
 * own.
 */
#include "expr/compile.h"
#include <stdlib.h>

static void open_loop(fxc *c, fxc_loop *loop)
{
    *loop = (fxc_loop){.prev = c->fn->loop};
    c->fn->loop = loop;
}

static void close_loop(fxc *c, fxc_loop *loop)
{
    c->fn->loop = loop->prev;
}

/* The place of the item of an iteration becomes the variable itself when that is new and plain. */
static void bind_item(fxc *c, const fx_tree *iter, uint16_t item, bool fresh, const fx_tree *const *bodies, size_t n)
{
    const fx_tree *target = iter->kids[0];
    if (target->kind == FX_NAME && fresh) {
        const fv_text *name = fxc_text_of(target);
        bool boxed = fxc_needs_box(c, name, bodies, n, true);
        uint32_t v = fxc_declare(c, name, FXC_LOCAL, item, boxed);
        if (boxed) fxc_emit(c, FX_DO_BOX, 0, item, 0, 0);
        if (!c->err) c->fn->vars[v].assigned = true;
        return;
    }
    c->place = iter;
    fxc_store(c, target, item);
}

/* Names of a target that is not a plain name, declared as the comprehension's own. */
static void declare_target(fxc *c, const fx_tree *t, const fx_tree *const *bodies, size_t n)
{
    if (t->kind == FX_TUPLE) {
        for (uint32_t i = 0; i < t->nkids; i++) declare_target(c, t->kids[i], bodies, n);
    } else if (t->kind == FX_NAME) {
        bool boxed = fxc_needs_box(c, fxc_text_of(t), bodies, n, true);
        uint16_t reg = fxc_temp(c);
        if (boxed) {
            fxc_emit(c, FX_DO_UNSET, 0, reg, 0, 0);
            fxc_emit(c, FX_DO_BOX, 0, reg, 0, 0);
        }
        fxc_declare(c, fxc_text_of(t), FXC_LOCAL, reg, boxed);
    }
}

/* --- for --- */

static bool is_new(fxc *c, const fx_tree *target)
{
    return target->kind == FX_NAME && c->fn->prev && !fxc_is_local(c, target);
}

static void for_level(fxc *c, const fx_tree *t, uint32_t level, fxc_loop *loop)
{
    const fx_tree *iter = t->kids[level], *body = t->kids[t->nkids - 1];
    bool innermost = level + 2 == t->nkids;
    uint32_t save = fxc_save(c), nvars = c->fn->nvars;
    uint16_t it = fxc_temps(c, 3);
    uint32_t inner = fxc_save(c);
    uint16_t source = fxc_any(c, iter->kids[1]);
    c->place = iter;
    fxc_emit(c, FX_DO_ITER, 0, it, source, 0);
    fxc_restore(c, inner);
    uint32_t next = fxc_emit_j(c, FX_DO_NEXT, it, 0);
    const fx_tree *bodies[] = {body, iter};
    bool fresh = is_new(c, iter->kids[0]);
    if (fresh) bind_item(c, iter, (uint16_t)(it + 2), true, bodies, 1);
    fxc_enter(c, FXC_SCOPE_LOOP, bodies, innermost ? 2 : 0);
    if (!innermost && !fresh) fxc_enter(c, FXC_SCOPE_LOOP, bodies + 1, 1);
    if (!fresh) bind_item(c, iter, (uint16_t)(it + 2), false, bodies, 1);
    if (innermost) {
        fxc_effect(c, body);
        fxc_land_all(c, &loop->continues);
    } else {
        for_level(c, t, level + 1, loop);
    }
    c->place = t;
    fxc_emit_j(c, FX_DO_LOOP, 0, next);
    fxc_land(c, next);
    fxc_leave(c, nvars);
    fxc_restore(c, save);
}

void fxc_for(fxc *c, const fx_tree *t)
{
    fxc_loop loop;
    fxc_known known;
    fxc_branch(c, &known);
    open_loop(c, &loop);
    for_level(c, t, 0, &loop);
    fxc_land_all(c, &loop.breaks);
    close_loop(c, &loop);
    fxc_join(c, &known);
}

/* --- while --- */

void fxc_while(fxc *c, const fx_tree *t)
{
    fxc_loop loop;
    fxc_known known;
    fxc_branch(c, &known);
    open_loop(c, &loop);
    uint32_t save = fxc_save(c), nvars = c->fn->nvars, start = c->fn->ncode;
    fxc_enter(c, FXC_SCOPE_LOOP, (const fx_tree *const *)t->kids, 2);
    fxc_jump_when(c, t->kids[0], false, &loop.breaks);
    fxc_effect(c, t->kids[1]);
    fxc_land_all(c, &loop.continues);
    c->place = t;
    fxc_emit_j(c, FX_DO_LOOP, 0, start);
    fxc_land_all(c, &loop.breaks);
    fxc_leave(c, nvars);
    fxc_restore(c, save);
    close_loop(c, &loop);
    fxc_join(c, &known);
}

/* --- comprehensions --- */

typedef struct gathering {
    const fx_tree *generator;
    uint16_t into;
    uint16_t iterables; /* of the group in front */
    uint32_t niterables;
    bool grid; /* one group without a filter: the result has its shape */
} gathering;

static void clauses(fxc *c, gathering *g, uint32_t from);

/* Loops over iterators last..first of a group, the last outermost. */
static void group_level(fxc *c, gathering *g, uint32_t first, uint32_t level, uint16_t iterables, uint32_t after)
{
    const fx_tree *iter = g->generator->kids[level];
    uint32_t save = fxc_save(c), nvars = c->fn->nvars;
    uint16_t it = fxc_temps(c, 3);
    c->place = iter;
    fxc_emit(c, FX_DO_ITER, 0, it, iterables + (level - first), 0);
    uint32_t next = fxc_emit_j(c, FX_DO_NEXT, it, 0);
    const fx_tree *bodies[] = {g->generator};
    bool plain = iter->kids[0]->kind == FX_NAME;
    if (!plain) declare_target(c, iter->kids[0], bodies, 1);
    bind_item(c, iter, (uint16_t)(it + 2), plain, bodies, 1);
    if (level > first)
        group_level(c, g, first, level - 1, iterables, after);
    else
        clauses(c, g, after);
    c->place = iter;
    fxc_emit_j(c, FX_DO_LOOP, 0, next);
    fxc_land(c, next);
    fxc_leave(c, nvars);
    fxc_restore(c, save);
}

static void collect_item(fxc *c, const gathering *g)
{
    uint32_t save = fxc_save(c), nvars = c->fn->nvars;
    const fx_tree *bodies[] = {g->generator->kids[0]};
    fxc_enter(c, FXC_SCOPE_LOOP, bodies, c->fn->prev ? 1 : 0);
    uint16_t item = fxc_any(c, g->generator->kids[0]);
    fxc_emit(c, FX_DO_PUT, 0, g->into, item, 0);
    fxc_leave(c, nvars);
    fxc_restore(c, save);
}

static uint32_t end_of_group(const fx_tree *t, uint32_t from)
{
    uint32_t i = from + 1;
    while (i < t->nkids && t->kids[i]->kind == FX_ITER && !(t->kids[i]->flags & FX_FLAG_NEST)) i++;
    return i;
}

static void clauses(fxc *c, gathering *g, uint32_t from)
{
    const fx_tree *t = g->generator;
    if (c->err) return;
    if (from == t->nkids) {
        collect_item(c, g);
        return;
    }
    if (t->kids[from]->kind == FX_FILTER) {
        fxc_patches no = {0};
        fxc_jump_when(c, t->kids[from]->kids[0], false, &no);
        clauses(c, g, from + 1);
        fxc_land_all(c, &no);
        return;
    }
    uint32_t end = end_of_group(t, from), n = end - from;
    uint16_t iterables = fxc_temps(c, n);
    for (uint32_t i = 0; i < n; i++) fxc_into(c, t->kids[from + i]->kids[1], (uint16_t)(iterables + i));
    g->iterables = from == 1 ? iterables : g->iterables;
    g->niterables = from == 1 ? n : g->niterables;
    g->grid = from == 1 && end == t->nkids;
    group_level(c, g, from, end - 1, iterables, end);
}

void fxc_comprehension(fxc *c, const fx_tree *generator, bool typed, furrow_type type, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    fxc_loop *outer = c->fn->loop;
    c->fn->loop = NULL; /* break does not leave a comprehension */
    fxc_known known;
    fxc_branch(c, &known);
    gathering g = {.generator = generator, .into = fxc_temp(c)};
    fxc_emit(c, FX_DO_GATHER, 0, g.into, typed ? type + 1u : 0, 0);
    clauses(c, &g, 1);
    c->place = generator;
    fxc_emit(c, FX_DO_GATHERED, g.grid ? g.niterables : 0, g.into, g.grid ? g.iterables : g.into, 0);
    fxc_emit(c, FX_DO_MOVE, 0, dst, g.into, 0);
    fxc_join(c, &known);
    c->fn->loop = outer;
    fxc_restore(c, save);
}
