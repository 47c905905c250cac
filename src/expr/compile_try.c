/*
 * compile_try.c - let and try: scopes of their own, whose value is that of what stands last in them.
 */
#include "expr/compile.h"

/* --- let --- */

static void let_binding(fxc *c, const fx_tree *t, const fx_tree *const *rest, size_t nrest)
{
    const fx_tree *target = t->kind == FX_ASSIGN ? t->kids[0] : t;
    uint16_t reg = fxc_temp(c);
    bool boxed = fxc_needs_box(c, fxc_text_of(target), rest, nrest, true);
    if (t->kind == FX_ASSIGN)
        fxc_into(c, t->kids[1], reg); /* before the name is there: let x = x */
    else
        fxc_emit(c, FX_DO_UNSET, 0, reg, 0, 0);
    c->place = t;
    uint32_t v = fxc_declare(c, fxc_text_of(target), FXC_LOCAL, reg, boxed);
    if (boxed) fxc_emit(c, FX_DO_BOX, 0, reg, 0, 0);
    if (c->err) return;
    c->fn->vars[v].assigned = t->kind == FX_ASSIGN;
}

void fxc_let(fxc *c, const fx_tree *t, uint16_t dst)
{
    fxc_known known;
    fxc_branch(c, &known);
    uint32_t save = fxc_save(c), nvars = c->fn->nvars, n = t->nkids - 1;
    const fx_tree *const *kids = (const fx_tree *const *)t->kids;
    for (uint32_t i = 0; i < n && !c->err; i++) let_binding(c, kids[i], kids + i + 1, n - i);
    fxc_enter(c, FXC_SCOPE_LOOP, kids + n, 1);
    fxc_into(c, kids[n], dst);
    fxc_leave(c, nvars);
    fxc_restore(c, save);
    fxc_join(c, &known);
}

/* --- try --- */

static void find_jump(void *arg, const fx_tree *t)
{
    bool *found = arg;
    *found |= t->kind == FX_RETURN || t->kind == FX_BREAK || t->kind == FX_CONTINUE;
}

/* return and its kin would leave without what finally says. */
static void refuse_jumps(fxc *c, const fx_tree *t)
{
    bool found = false;
    find_jump(&found, t);
    if (found) fxc_fail(c, t, FURROW_ERR_SYNTAX, "return, break and continue cannot leave a try that has a finally");
    bool function = t->kind == FX_LAMBDA || t->kind == FX_FUNCTION || t->kind == FX_QUOTE;
    for (uint32_t i = 0; i < t->nkids && !function && !c->err; i++) refuse_jumps(c, t->kids[i]);
}

/* One part in a scope of its own; name: the variable that holds the exception, in reg. */
static void part(fxc *c, const fx_tree *body, const fx_tree *name, uint16_t reg, uint16_t dst)
{
    fxc_known known;
    fxc_branch(c, &known);
    uint32_t save = fxc_save(c), nvars = c->fn->nvars;
    if (name) {
        bool boxed = fxc_needs_box(c, fxc_text_of(name), &body, 1, true);
        uint16_t own = fxc_temp(c);
        fxc_emit(c, FX_DO_MOVE, 0, own, reg, 0);
        uint32_t v = fxc_declare(c, fxc_text_of(name), FXC_LOCAL, own, boxed);
        if (boxed) fxc_emit(c, FX_DO_BOX, 0, own, 0, 0);
        if (!c->err) c->fn->vars[v].assigned = true;
    }
    fxc_enter(c, FXC_SCOPE_LOOP, &body, 1);
    if (dst == FXC_NO_REG)
        fxc_effect(c, body);
    else
        fxc_into(c, body, dst);
    fxc_leave(c, nvars);
    fxc_restore(c, save);
    fxc_join(c, &known);
}

/* body; what it fails with goes on in handler. */
static void guarded(fxc *c, const fx_tree *t, uint16_t message, uint16_t dst)
{
    c->place = t;
    uint32_t begin = fxc_emit_j(c, FX_DO_TRY, message, 0);
    part(c, t->kids[0], NULL, 0, dst);
    uint32_t over = fxc_emit_j(c, FX_DO_JUMP, 0, 0);
    fxc_land(c, begin);
    part(c, t->kids[1], *fx_tree_cstr(t) ? t : NULL, message, dst);
    fxc_land(c, over);
}

/* What fails is thrown on, as it was, once `last` has run. */
static void with_finally(fxc *c, const fx_tree *t, uint16_t message, uint16_t dst)
{
    refuse_jumps(c, t->kids[0]);
    refuse_jumps(c, t->kids[1]);
    uint32_t begin = fxc_emit_j(c, FX_DO_TRY, message, 0);
    if (t->flags & FX_FLAG_BARE)
        part(c, t->kids[0], NULL, 0, dst);
    else
        guarded(c, t, message, dst);
    part(c, t->kids[2], NULL, 0, FXC_NO_REG);
    uint32_t over = fxc_emit_j(c, FX_DO_JUMP, 0, 0);
    fxc_land(c, begin);
    part(c, t->kids[2], NULL, 0, FXC_NO_REG);
    uint16_t base = fxc_temp(c);
    fxc_emit(c, FX_DO_MOVE, 0, base, message, 0);
    c->place = t;
    fxc_call_name(c, "rethrow", base, 1);
    fxc_land(c, over);
}

void fxc_try(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t message = fxc_temp(c), value = fxc_temp(c); /* dst may be a variable that the parts read */
    fxc_emit(c, FX_DO_NOTHING, 0, message, 0, 0);
    if (t->nkids == 3)
        with_finally(c, t, message, value);
    else
        guarded(c, t, message, value);
    fxc_emit(c, FX_DO_MOVE, 0, dst, value, 0);
    fxc_restore(c, save);
}
