/*
 * compile_scope.c - variables: which names a scope owns, where each lives (register, box, captured value, symbol), and
 * how it is read and written. Follows Julia 0.5: functions and loops make scopes, if and begin do not; a loop at the
 * top assigns to a symbol that exists, and keeps a new name to itself.
 */
#include "expr/compile.h"
#include <stdlib.h>

/* --- looking into trees --- */

/* Calls visit on every node whose code runs where t stands: of a quote only what is interpolated. */
typedef void (*visitor)(void *arg, const fx_tree *t);

static bool opens_scope(const fx_tree *t)
{
    return t->kind == FX_FOR || t->kind == FX_WHILE || t->kind == FX_GENERATOR || t->kind == FX_LET ||
           t->kind == FX_TRY;
}

static bool is_function(const fx_tree *t)
{
    return t->kind == FX_LAMBDA || t->kind == FX_FUNCTION;
}

static void each_interpolated(const fx_tree *t, visitor visit, void *arg)
{
    if (t->kind == FX_INTERPOLATE)
        visit(arg, t->kids[0]);
    else
        for (uint32_t i = 0; i < t->nkids; i++) each_interpolated(t->kids[i], visit, arg);
}

static void each_kid(const fx_tree *t, visitor visit, void *arg)
{
    if (t->kind == FX_QUOTE)
        each_interpolated(t, visit, arg);
    else
        for (uint32_t i = 0; i < t->nkids; i++) visit(arg, t->kids[i]);
}

static void find_function(void *arg, const fx_tree *t)
{
    bool *found = arg;
    if (is_function(t)) *found = true;
    if (!*found) each_kid(t, find_function, arg);
}

bool fxc_has_functions(const fx_tree *t)
{
    bool found = false;
    each_kid(t, find_function, &found);
    return found;
}

static void find_assignment(void *arg, const fx_tree *t)
{
    bool *found = arg;
    if (t->kind == FX_ASSIGN || opens_scope(t) || t->kind == FX_LOCAL || t->kind == FX_FUNCTION) *found = true;
    if (!*found) each_kid(t, find_assignment, arg);
}

bool fxc_assigns(const fx_tree *t)
{
    bool found = false;
    if (t->height > 1) find_assignment(&found, t);
    return found;
}

/* --- which names a scope assigns --- */

typedef struct collect {
    fxc *c;
    const fv_text **names;
    uint8_t *how; /* 0 assigned, 1 local, 2 global */
    uint32_t n, capacity, how_capacity;
} collect;

static void add_name(collect *s, const fv_text *name, uint8_t how)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (fxc_same(s->names[i], name)) {
            if (how > s->how[i]) s->how[i] = how;
            return;
        }
    if (!fxc_grow(s->c, &s->names, s->n, &s->capacity, sizeof *s->names)) return;
    if (!fxc_grow(s->c, &s->how, s->n, &s->how_capacity, sizeof *s->how)) return;
    s->names[s->n] = name;
    s->how[s->n++] = how;
    if (s->n > FX_MAX_REGISTERS) fxc_fail(s->c, s->c->place, FURROW_ERR_LIMIT, "a scope assigns too many names");
}

static void add_target(collect *s, const fx_tree *t, uint8_t how)
{
    if (t->kind == FX_TYPED || t->kind == FX_ASSIGN)
        add_target(s, t->kids[0], how);
    else if (t->kind == FX_NAME || (t->kind == FX_FUNCTION && t->text))
        add_name(s, fxc_text_of(t), how);
    else if (t->kind == FX_TUPLE)
        for (uint32_t i = 0; i < t->nkids; i++) add_target(s, t->kids[i], how);
}

static void collect_names(void *arg, const fx_tree *t)
{
    collect *s = arg;
    if (s->c->err || opens_scope(t) || t->kind == FX_LAMBDA) return;
    if (t->kind == FX_FUNCTION) {
        if (*fx_tree_cstr(t)) add_target(s, t, 0);
        return;
    }
    if ((t->kind == FX_ASSIGN && !fx_tree_in_place(t)) || t->kind == FX_ITER) add_target(s, t->kids[0], 0);
    if (t->kind == FX_LOCAL || t->kind == FX_GLOBAL)
        for (uint32_t i = 0; i < t->nkids; i++) add_target(s, t->kids[i], t->kind == FX_LOCAL ? 1 : 2);
    if (t->kind == FX_MACRO && (!strcmp(fx_tree_cstr(t), "fetchfrom") || !strcmp(fx_tree_cstr(t), "spawnat") ||
                                !strcmp(fx_tree_cstr(t), "spawn") || !strcmp(fx_tree_cstr(t), "everywhere")))
        return;
    each_kid(t, collect_names, arg);
}

/* --- boxes: does a function inside see the variable change? --- */

typedef struct usage {
    const fv_text *name;
    uint32_t sites; /* assignments outside functions */
    bool in_loop;   /* one of them in a loop inside the scope */
    bool late;      /* one of them after a function that uses it */
    bool inner, inner_assigned;
    uint32_t loops, functions;
} usage;

static void note_site(usage *u)
{
    if (u->functions) {
        u->inner = u->inner_assigned = true;
        return;
    }
    u->sites++;
    if (u->loops) u->in_loop = true;
    if (u->inner) u->late = true;
}

static void note_target(usage *u, const fx_tree *t)
{
    if (t->kind == FX_TYPED || t->kind == FX_ASSIGN)
        note_target(u, t->kids[0]);
    else if (t->kind == FX_NAME && fxc_same(fxc_text_of(t), u->name))
        note_site(u);
    else if (t->kind == FX_TUPLE)
        for (uint32_t i = 0; i < t->nkids; i++) note_target(u, t->kids[i]);
}

static void note_usage(void *arg, const fx_tree *t)
{
    usage *u = arg;
    if ((t->kind == FX_ASSIGN && !fx_tree_in_place(t)) || t->kind == FX_ITER) note_target(u, t->kids[0]);
    if (t->kind == FX_NAME && u->functions && fxc_same(fxc_text_of(t), u->name)) u->inner = true;
    if (t->kind == FX_FUNCTION && t->text && fxc_same(fxc_text_of(t), u->name)) {
        note_site(u); /* inside, its own name means itself */
        return;
    }
    u->functions += is_function(t);
    u->loops += opens_scope(t);
    each_kid(t, note_usage, arg);
    u->functions -= is_function(t);
    u->loops -= opens_scope(t);
}

bool fxc_needs_box(fxc *c, const fv_text *name, const fx_tree *const *bodies, size_t n, bool given)
{
    if (!c->fn->has_inner) return false;
    usage u = {.name = name, .sites = given};
    for (size_t i = 0; i < n; i++) note_usage(&u, bodies[i]);
    return u.inner && (u.inner_assigned || u.sites > 1 || u.in_loop || u.late);
}

/* --- scopes --- */

uint32_t fxc_declare(fxc *c, const fv_text *name, fxc_kind kind, uint16_t reg, bool boxed)
{
    fxc_function *f = c->fn;
    if (!fxc_grow(c, &f->vars, f->nvars, &f->vars_capacity, sizeof *f->vars)) return 0;
    f->vars[f->nvars] = (fxc_var){.name = name, .kind = kind, .reg = reg, .boxed = boxed, .unset = UINT32_MAX};
    if (reg != FXC_NO_REG) f->is_var[reg] = 1;
    return f->nvars++;
}

static bool known_at_top(const fxc *c, const fv_text *name)
{
    for (uint32_t i = 0; i < c->ntop; i++)
        if (fxc_same(c->top_names[i], name)) return true;
    return false;
}

static void declare_owned(fxc *c, const fv_text *name, const fx_tree *const *bodies, size_t n)
{
    bool boxed = fxc_needs_box(c, name, bodies, n, false);
    uint32_t v = fxc_declare(c, name, FXC_LOCAL, fxc_temp(c), boxed);
    if (c->err) return;
    uint32_t at = fxc_emit(c, FX_DO_UNSET, 0, c->fn->vars[v].reg, 0, 0);
    if (boxed)
        fxc_emit(c, FX_DO_BOX, 0, c->fn->vars[v].reg, 0, 0);
    else
        c->fn->vars[v].unset = at;
}

static void declare_one(fxc *c, fxc_scope scope, const fv_text *name, uint8_t how, const fx_tree *const *bodies,
                        size_t n)
{
    if (how == 2) {
        fxc_declare(c, name, FXC_GLOBAL, FXC_NO_REG, false);
        return;
    }
    if (how == 0) {
        if (scope == FXC_SCOPE_TOP) return;
        fxc_ref ref = fxc_resolve(c, name);
        if (ref.kind != FXC_REF_GLOBAL) return;
        bool top = !c->fn->prev && scope == FXC_SCOPE_LOOP;
        if (top && known_at_top(c, name)) return;
        if (top) {
            uint32_t v = fxc_declare(c, name, FXC_SOFT, fxc_temp(c), false);
            if (!c->err) fxc_emit(c, FX_DO_SOFT, 0, c->fn->vars[v].reg, fxc_name(c, "", name->bytes), 0);
            return;
        }
    }
    declare_owned(c, name, bodies, n);
}

void fxc_enter(fxc *c, fxc_scope scope, const fx_tree *const *bodies, size_t n)
{
    collect s = {.c = c};
    for (size_t i = 0; i < n && !c->err; i++) collect_names(&s, bodies[i]);
    for (uint32_t i = 0; i < s.n && !c->err; i++) {
        fxc_function *f = c->fn;
        bool param = false; /* a parameter of the same scope is that variable */
        for (uint32_t v = 0; scope == FXC_SCOPE_FUNCTION && v < f->nvars; v++)
            param |= f->vars[v].kind == FXC_LOCAL && fxc_same(f->vars[v].name, s.names[i]);
        if (!param) declare_one(c, scope, s.names[i], s.how[i], bodies, n);
    }
    free(s.names);
    free(s.how);
}

void fxc_leave(fxc *c, uint32_t nvars)
{
    fxc_function *f = c->fn;
    if (c->err) return;
    for (uint32_t i = nvars; i < f->nvars; i++) {
        fxc_var *v = &f->vars[i];
        if (v->unset != UINT32_MAX && !v->needs_unset) f->code[v->unset] = (fx_ins){.op = FX_DO_NOP};
    }
    f->nvars = nvars;
}

/* --- what is certain --- */

void fxc_branch(fxc *c, fxc_known *known)
{
    *known = (fxc_known){NULL, c->fn->nvars};
    if (c->err) return;
    known->bits = malloc(known->n + 1u);
    if (!known->bits) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return;
    }
    for (uint32_t i = 0; i < known->n; i++) known->bits[i] = c->fn->vars[i].assigned;
}

void fxc_join(fxc *c, fxc_known *known)
{
    for (uint32_t i = 0; known->bits && i < known->n && i < c->fn->nvars; i++) c->fn->vars[i].assigned = known->bits[i];
    free(known->bits);
    *known = (fxc_known){0};
}

/* --- resolving --- */

static bool find_var(const fxc_function *f, const fv_text *name, uint32_t *index)
{
    for (uint32_t i = f->nvars; i-- > 0;)
        if (fxc_same(f->vars[i].name, name)) {
            *index = i;
            return true;
        }
    return false;
}

static fxc_ref resolve_in(fxc *c, fxc_function *f, const fv_text *name)
{
    const fxc_ref global = {FXC_REF_GLOBAL, 0};
    uint32_t i;
    if (find_var(f, name, &i)) return f->vars[i].kind == FXC_GLOBAL ? global : (fxc_ref){FXC_REF_VAR, i};
    if (!f->prev) return global;
    for (i = 0; i < f->nups; i++)
        if (fxc_same(f->ups[i].name, name)) return (fxc_ref){FXC_REF_UP, i};
    fxc_ref outer = resolve_in(c, f->prev, name);
    if (outer.kind == FXC_REF_GLOBAL) return global;
    if (f->nups == FX_MAX_UPVALUES) {
        fxc_fail(c, c->place, FURROW_ERR_LIMIT, "a function captures at most %d variables", FX_MAX_UPVALUES);
        return global;
    }
    if (!fxc_grow(c, &f->ups, f->nups, &f->ups_capacity, sizeof *f->ups)) return global;
    fxc_up up = {.name = name, .from_up = outer.kind == FXC_REF_UP, .index = outer.index};
    if (up.from_up) {
        const fxc_up *o = &f->prev->ups[outer.index];
        up.boxed = o->boxed;
        up.soft = o->soft;
        up.assigned = o->assigned;
    } else {
        fxc_var *v = &f->prev->vars[outer.index];
        up.boxed = v->boxed;
        up.soft = v->kind == FXC_SOFT;
        up.assigned = v->assigned && !v->boxed && !up.soft;
        if (!v->assigned) v->needs_unset = true;
    }
    f->ups[f->nups] = up;
    return (fxc_ref){FXC_REF_UP, f->nups++};
}

fxc_ref fxc_resolve(fxc *c, const fv_text *name)
{
    return resolve_in(c, c->fn, name);
}

bool fxc_is_local(fxc *c, const fx_tree *t)
{
    return t->kind == FX_NAME && fxc_resolve(c, fxc_text_of(t)).kind != FXC_REF_GLOBAL;
}

void fxc_set_self(fxc *c, const fv_text *name, uint32_t nparams)
{
    for (uint32_t i = 0; i < nparams; i++)
        if (fxc_same(c->fn->vars[i].name, name)) return;
    uint32_t v = fxc_declare(c, name, FXC_SELF, FXC_NO_REG, false);
    if (!c->err) c->fn->vars[v].assigned = true;
}

/* --- reading --- */

static void note_use(fxc *c, const fx_tree *node, const fv_text *name)
{
    uint32_t index, owner = 0;
    for (const fxc_function *f = c->fn; f; f = f->prev)
        if (find_var(f, name, &index)) {
            owner = f->depth;
            break;
        }
    if (fxc_grow(c, &c->uses, c->nuses, &c->uses_capacity, sizeof *c->uses))
        c->uses[c->nuses++] = (fxc_use){node, owner};
}

static void check(fxc *c, uint16_t reg, const fv_text *name)
{
    fxc_emit(c, FX_DO_CHECK, 0, reg, fxc_symbol(c, name->bytes), 0);
}

static void read_var(fxc *c, uint32_t index, const fv_text *name, uint16_t dst)
{
    fxc_var *v = &c->fn->vars[index];
    bool assigned = v->assigned;
    if (!assigned) v->needs_unset = true;
    if (v->kind == FXC_SELF)
        fxc_emit(c, FX_DO_SELF, 0, dst, 0, 0);
    else if (v->kind == FXC_SOFT)
        fxc_emit(c, FX_DO_GETSOFT, 0, dst, v->reg, fxc_name(c, "", name->bytes));
    else
        fxc_emit(c, v->boxed ? FX_DO_GETBOX : FX_DO_MOVE, 0, dst, v->reg, 0);
    if (!assigned && !c->err && c->fn->vars[index].kind != FXC_SELF) check(c, dst, name);
}

static void read_up(fxc *c, const fx_tree *node, uint32_t index, const fv_text *name, uint16_t dst)
{
    const fxc_up up = c->fn->ups[index];
    note_use(c, node, name);
    fxc_emit(c, FX_DO_GETUP, 0, dst, index, 0);
    if (up.boxed) fxc_emit(c, FX_DO_GETBOX, 0, dst, dst, 0);
    if (up.soft) fxc_emit(c, FX_DO_GETSOFT, 0, dst, dst, fxc_name(c, "", name->bytes));
    if (!up.assigned) check(c, dst, name);
}

void fxc_read(fxc *c, const fx_tree *node, const fv_text *name, uint16_t dst)
{
    fxc_ref ref = fxc_resolve(c, name);
    if (c->err) return;
    if (ref.kind == FXC_REF_VAR)
        read_var(c, ref.index, name, dst);
    else if (ref.kind == FXC_REF_UP)
        read_up(c, node, ref.index, name, dst);
    else
        fxc_emit(c, FX_DO_GETG, 0, dst, fxc_name(c, "", name->bytes), 0);
}

uint16_t fxc_direct(fxc *c, const fx_tree *node, const fv_text *name)
{
    (void)node;
    fxc_ref ref = fxc_resolve(c, name);
    if (c->err || ref.kind != FXC_REF_VAR) return FXC_NO_REG;
    fxc_var *v = &c->fn->vars[ref.index];
    if (v->kind != FXC_LOCAL || v->boxed) return FXC_NO_REG;
    uint16_t reg = v->reg;
    if (!v->assigned) {
        v->needs_unset = true;
        check(c, reg, name);
    }
    return reg;
}

/* --- writing --- */

uint16_t fxc_target(fxc *c, const fv_text *name)
{
    fxc_ref ref = fxc_resolve(c, name);
    if (c->err || ref.kind != FXC_REF_VAR) return FXC_NO_REG;
    const fxc_var *v = &c->fn->vars[ref.index];
    return v->kind == FXC_LOCAL && !v->boxed ? v->reg : FXC_NO_REG;
}

void fxc_set_assigned(fxc *c, const fv_text *name)
{
    fxc_ref ref = fxc_resolve(c, name);
    if (!c->err && ref.kind == FXC_REF_VAR) c->fn->vars[ref.index].assigned = true;
}

static void write_up(fxc *c, uint32_t index, const fv_text *name, uint16_t src)
{
    const fxc_up up = c->fn->ups[index];
    uint32_t save = fxc_save(c);
    uint16_t t = fxc_temp(c);
    fxc_emit(c, FX_DO_GETUP, 0, t, index, 0);
    if (up.boxed)
        fxc_emit(c, FX_DO_SETBOX, 0, t, src, 0);
    else if (up.soft)
        fxc_emit(c, FX_DO_SETSOFT, 0, t, fxc_name(c, "", name->bytes), src);
    else
        fxc_fail(c, c->place, FURROW_ERR_INTERNAL, "a captured variable is assigned without a box");
    fxc_restore(c, save);
}

void fxc_write(fxc *c, const fv_text *name, uint16_t src)
{
    fxc_ref ref = fxc_resolve(c, name);
    if (c->err) return;
    if (ref.kind == FXC_REF_UP) {
        write_up(c, ref.index, name, src);
        return;
    }
    if (ref.kind == FXC_REF_GLOBAL) {
        fxc_emit(c, FX_DO_SETG, 0, src, fxc_name(c, "", name->bytes), 0);
        if (!c->fn->prev && !known_at_top(c, name) &&
            fxc_grow(c, &c->top_names, c->ntop, &c->top_capacity, sizeof *c->top_names))
            c->top_names[c->ntop++] = name;
        return;
    }
    fxc_var v = c->fn->vars[ref.index];
    if (v.kind == FXC_SELF)
        fxc_fail(c, c->place, FURROW_ERR_SYNTAX, "a function cannot assign to its own name");
    else if (v.kind == FXC_SOFT)
        fxc_emit(c, FX_DO_SETSOFT, 0, v.reg, fxc_name(c, "", name->bytes), src);
    else if (v.boxed)
        fxc_emit(c, FX_DO_SETBOX, 0, v.reg, src, 0);
    else if (v.reg != src)
        fxc_emit(c, FX_DO_MOVE, 0, v.reg, src, 0);
    if (!c->err) c->fn->vars[ref.index].assigned = true;
}
