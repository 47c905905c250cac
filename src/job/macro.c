/*
 * macro.c - the macros of the session, rewritten as calls of verbs before a statement is compiled: @spawnat p ex
 * becomes a call with p and the quoted ex, into which the values of the statement's own local names are put, as a
 * closure would carry them. Other names stay: they mean what they mean at the pid.
 */
#include "expr/tree.h"
#include "job/session.h"
#include <stdlib.h>
#include <string.h>

typedef enum fj_macro_form {
    FJ_AT,       /* @m p ex: p here, ex quoted */
    FJ_QUOTED,   /* @m ex: ex quoted */
    FJ_PLAIN,    /* @m ex: ex itself */
    FJ_TIMED,    /* @m ex: the moment before and ex */
    FJ_REPEATED, /* @m n ex: n, the moment before, and ex n times */
} fj_macro_form;

static const struct fj_macro {
    const char *name;
    const char *verb;
    fj_macro_form form;
} macros[] = {
    {"fetchfrom", "at_fetchfrom", FJ_AT},
    {"spawnat", "at_spawnat", FJ_AT},
    {"everywhere", "at_everywhere", FJ_QUOTED},
    {"spawn", "at_spawn", FJ_QUOTED},
    {"fetch", "at_fetch", FJ_QUOTED},
    {"sync", "", FJ_PLAIN},
    {"async", "", FJ_PLAIN},
    {"inbounds", "", FJ_PLAIN},
    {"time", "at_time", FJ_TIMED},
    {"elapsed", "at_elapsed", FJ_TIMED},
    {"timeit", "at_timeit", FJ_REPEATED},
};

/* --- local names: a list from the inside out */

typedef struct fj_scope {
    const struct fj_scope *up;
    const fx_tree *binds;  /* names it binds: a target, or a list of parameters */
    const fx_tree *inside; /* and every name assigned in here */
} fj_scope;

static bool target_binds(const fx_tree *t, const char *name)
{
    if (t->kind == FX_NAME) return strcmp(fx_tree_cstr(t), name) == 0;
    if (t->kind == FX_TUPLE)
        for (uint32_t i = 0; i < t->nkids; i++)
            if (target_binds(t->kids[i], name)) return true;
    if (t->kind == FX_KEYWORD && strcmp(fx_tree_cstr(t), name) == 0) return true;
    bool wraps = t->kind == FX_TYPED || t->kind == FX_ASSIGN || t->kind == FX_SPLAT || t->kind == FX_ITER;
    return wraps && t->nkids > 0 && target_binds(t->kids[0], name);
}

static bool assigns(const fx_tree *t, const char *name)
{
    if (t->kind == FX_ASSIGN && target_binds(t->kids[0], name)) return true;
    if (t->kind == FX_QUOTE || t->kind == FX_LAMBDA || t->kind == FX_FUNCTION || t->kind == FX_MACRO) return false;
    for (uint32_t i = 0; i < t->nkids; i++)
        if (assigns(t->kids[i], name)) return true;
    return false;
}

static bool is_local(const fj_scope *scope, const char *name)
{
    for (; scope; scope = scope->up) {
        if (scope->binds && target_binds(scope->binds, name)) return true;
        if (scope->inside && assigns(scope->inside, name)) return true;
    }
    return false;
}

/* --- making trees */

static furrow_err rebuild(const fx_tree *t, fx_tree *const *kids, fx_tree **out)
{
    furrow_err err = fx_tree_new((fx_kind)t->kind, (int)t->line, (int)t->column, kids, t->nkids, out);
    if (err) return err;
    (*out)->flags = t->flags;
    (*out)->number = t->number;
    (*out)->value = t->value;
    fv_cell_hold(&(*out)->value);
    (*out)->text = t->text ? furrow_value_hold(t->text) : NULL;
    return FURROW_OK;
}

static furrow_err name_node(const fx_tree *place, const char *name, fx_tree **out)
{
    furrow_err err = fx_tree_new(FX_NAME, (int)place->line, (int)place->column, NULL, 0, out);
    if (err) return err;
    err = furrow_value_symbol(name, &(*out)->text);
    if (err) fx_tree_drop(*out);
    return err;
}

static furrow_err number_node(const fx_tree *place, int64_t number, fx_tree **out)
{
    furrow_err err = fx_tree_new(FX_LITERAL, (int)place->line, (int)place->column, NULL, 0, out);
    if (!err) (*out)->value = (fv_cell){.tag = FURROW_INT64, .i = number};
    return err;
}

/* A node over kids, each of which may have failed to be made (NULL): takes them over in any case. */
static furrow_err node(fx_kind kind, const fx_tree *place, fx_tree **kids, size_t n, furrow_err err, fx_tree **out)
{
    if (!err) return fx_tree_new(kind, (int)place->line, (int)place->column, kids, n, out);
    for (size_t i = 0; i < n; i++) fx_tree_drop(kids[i]);
    return err;
}

/* --- walking: a function that may replace a node, applied with the scopes kept right */

typedef struct fj_walk {
    furrow_err (*replace)(const struct fj_walk *walk, fx_tree *t, const fj_scope *scope, fx_tree **out, bool *done);
    const fj_scope *outer; /* local names of the statement around a macro */
    furrow_job *job;
} fj_walk;

static furrow_err walk(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out);

/* The scope that a node opens for its kids: parameters, iterators, and what is assigned inside. */
static fj_scope scope_of(const fx_tree *t, const fj_scope *up)
{
    fj_scope s = {.up = up};
    if ((t->kind == FX_LAMBDA || t->kind == FX_FUNCTION) && t->nkids > 1) {
        s.binds = t->kids[0];
        s.inside = t->kids[1];
    } else if (t->kind == FX_FOR || t->kind == FX_WHILE) {
        s.inside = t->kids[t->nkids - 1];
    }
    return s;
}

static furrow_err walk_kids(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out)
{
    fj_scope own = scope_of(t, scope);
    /* Iterators of a generator or a loop: each a scope of its own, seen by all kids. */
    uint32_t niters = t->kind == FX_GENERATOR || t->kind == FX_FOR ? t->nkids : 0;
    fj_scope *iters = calloc(niters + 1, sizeof *iters);
    fx_tree **kids = calloc(t->nkids + 1, sizeof *kids);
    furrow_err err = iters && kids ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for a statement");
    const fj_scope *inner = &own;
    for (uint32_t i = 0; !err && i < niters; i++) {
        if (t->kids[i]->kind != FX_ITER) continue;
        iters[i] = (fj_scope){.up = inner, .binds = t->kids[i]};
        inner = &iters[i];
    }
    bool changed = false;
    uint32_t n = 0;
    for (; !err && n < t->nkids; n++) {
        err = walk(w, t->kids[n], inner, &kids[n]);
        if (err) break;
        changed |= kids[n] != t->kids[n];
    }
    if (!err && changed) {
        err = rebuild(t, kids, out); /* takes the kids */
    } else {
        for (uint32_t i = 0; kids && i < n; i++) fx_tree_drop(kids[i]);
        if (!err) *out = fx_tree_hold(t);
    }
    free(iters);
    free(kids);
    return err;
}

static furrow_err walk(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out)
{
    bool done = false;
    furrow_err err = w->replace(w, t, scope, out, &done);
    return err || done ? err : walk_kids(w, t, scope, out);
}

/* --- inside a macro's expression: the statement's local names become their values */

static furrow_err interpolate(fx_tree *name, fx_tree **out)
{
    fx_tree *kid = fx_tree_hold(name);
    return node(FX_INTERPOLATE, name, &kid, 1, FURROW_OK, out);
}

static furrow_err capture_name(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out, bool *done)
{
    const char *name = fx_tree_cstr(t);
    if (is_local(scope, name) || !is_local(w->outer, name)) return FURROW_OK;
    *done = true;
    return interpolate(t, out);
}

/* target = ex: a bare target stays a name. */
static furrow_err capture_assign(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out, bool *done)
{
    if (t->kids[0]->kind != FX_NAME) return FURROW_OK;
    fx_tree *kids[2] = {fx_tree_hold(t->kids[0]), NULL};
    furrow_err err = walk(w, t->kids[1], scope, &kids[1]);
    *done = true;
    if (!err) return rebuild(t, kids, out);
    fx_tree_drop(kids[0]);
    return err;
}

static furrow_err capture(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out, bool *done)
{
    if (t->kind == FX_NAME) return capture_name(w, t, scope, out, done);
    if (t->kind == FX_ASSIGN && t->nkids == 2) return capture_assign(w, t, scope, out, done);
    if (t->kind == FX_PARAM) { /* $x in a macro: x's value here, local or not */
        fx_tree *name;
        *done = true;
        furrow_err err = name_node(t, fx_tree_cstr(t), &name);
        return node(FX_INTERPOLATE, t, &name, 1, err, out);
    }
    if (t->kind == FX_QUOTE || t->kind == FX_INTERPOLATE) { /* a quote in a quote is its own affair */
        *done = true;
        *out = fx_tree_hold(t);
    }
    return FURROW_OK;
}

static furrow_err quoted(fx_tree *ex, const fj_scope *outer, fx_tree **out)
{
    fj_walk w = {capture, outer, NULL};
    fx_tree *kid = NULL;
    furrow_err err = walk(&w, ex, NULL, &kid);
    return node(FX_QUOTE, ex, &kid, 1, err, out);
}

/* --- macros */

static furrow_err now_call(const fx_tree *place, fx_tree **out)
{
    fx_tree *name = NULL;
    furrow_err err = name_node(place, "at_now", &name);
    return node(FX_CALL, place, &name, 1, err, out);
}

/* for _ in 1:n; ex; end, as an expression */
static furrow_err loop(const fj_walk *w, const fx_tree *t, const fj_scope *scope, fx_tree **out)
{
    fx_tree *range[2] = {NULL}, *iter[2] = {NULL}, *parts[2] = {NULL}, *body = NULL;
    furrow_err err = number_node(t, 1, &range[0]);
    if (!err) err = walk(w, t->kids[0], scope, &range[1]);
    err = node(FX_RANGE, t, range, 2, err, &iter[1]);
    if (!err) err = name_node(t, "at_round", &iter[0]);
    err = node(FX_ITER, t, iter, 2, err, &parts[0]);
    if (!err) err = walk(w, t->kids[1], scope, &body);
    err = node(FX_BLOCK, t, &body, 1, err, &parts[1]);
    return node(FX_FOR, t, parts, 2, err, out);
}

static furrow_err expand_timed(const fj_walk *w, fx_tree *t, const fj_scope *scope, const struct fj_macro *m,
                               fx_tree **out)
{
    fx_tree *kids[4] = {NULL};
    size_t n = 0;
    bool elapsed = strcmp(m->verb, "at_elapsed") == 0;
    furrow_err err = name_node(t, elapsed ? "at_timeit" : m->verb, &kids[n++]);
    if (!err && elapsed) err = number_node(t, 1, &kids[n++]);
    if (!err && m->form == FJ_REPEATED) err = walk(w, t->kids[0], scope, &kids[n++]);
    if (!err) err = now_call(t, &kids[n++]);
    if (!err && m->form == FJ_REPEATED) err = loop(w, t, scope, &kids[n++]);
    if (!err && m->form == FJ_TIMED) err = walk(w, t->kids[0], scope, &kids[n++]);
    return node(FX_CALL, t, kids, n, err, out);
}

static furrow_err expand_quoted(const fj_walk *w, fx_tree *t, const fj_scope *scope, const struct fj_macro *m,
                                fx_tree **out)
{
    fx_tree *kids[3] = {NULL};
    size_t n = 0;
    bool fetches = strcmp(m->verb, "at_fetch") == 0;
    furrow_err err = name_node(t, fetches ? "at_spawn" : m->verb, &kids[n++]);
    if (!err && m->form == FJ_AT) err = walk(w, t->kids[0], scope, &kids[n++]);
    if (!err) err = quoted(t->kids[t->nkids - 1], scope, &kids[n++]);
    fx_tree *call;
    err = node(FX_CALL, t, kids, n, err, &call);
    if (err || !fetches) {
        if (!err) *out = call;
        return err;
    }
    fx_tree *outer[2] = {NULL, call};
    err = name_node(t, "fetch", &outer[0]);
    return node(FX_CALL, t, outer, 2, err, out);
}

static const struct fj_macro *find_macro(const fx_tree *t)
{
    const char *name = fx_tree_cstr(t), *dot = strrchr(name, '.');
    if (dot) name = dot + 1;
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
        if (strcmp(macros[i].name, name) == 0) return &macros[i];
    return NULL;
}

/* mod=Name: modules are no values of the language, so a name that is no variable stands for the module itself. */
static bool is_module(const fj_walk *w, const fx_tree *t, const fj_scope *scope)
{
    fj_entry *entry = NULL;
    if (t->kind != FX_NAME || is_local(scope, fx_tree_cstr(t))) return false;
    return fj_symbol_find(w->job, FJ_MAIN, fx_tree_cstr(t), false, &entry) || !entry || entry->slot.tag == FX_UNBOUND;
}

static bool names_module(const fj_walk *w, const fx_tree *t, const fj_scope *scope)
{
    return t->kind == FX_KEYWORD && strcmp(fx_tree_cstr(t), "mod") == 0 && is_module(w, t->kids[0], scope);
}

static furrow_err symbol_node(const fx_tree *name, fx_tree **out)
{
    furrow_value *symbol;
    furrow_err err = furrow_value_symbol(fx_tree_cstr(name), &symbol);
    if (err) return err;
    err = fx_tree_new(FX_LITERAL, (int)name->line, (int)name->column, NULL, 0, out);
    if (err)
        furrow_value_drop(symbol);
    else
        (*out)->value = (fv_cell){.tag = FURROW_SYMBOL, .p = symbol};
    return err;
}

static furrow_err module_keyword(const fx_tree *t, fx_tree **out)
{
    fx_tree *literal;
    furrow_err err = symbol_node(t->kids[0], &literal);
    return err ? err : rebuild(t, &literal, out);
}

/* lookup(Name, regex): the same for its first argument. */
static bool looks_up(const fj_walk *w, const fx_tree *t, const fj_scope *scope)
{
    return t->kind == FX_CALL && t->nkids == 3 && t->kids[0]->kind == FX_NAME &&
           strcmp(fx_tree_cstr(t->kids[0]), "lookup") == 0 && is_module(w, t->kids[1], scope);
}

static furrow_err module_argument(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out)
{
    fx_tree *kids[3] = {fx_tree_hold(t->kids[0])};
    furrow_err err = symbol_node(t->kids[1], &kids[1]);
    if (!err) err = walk(w, t->kids[2], scope, &kids[2]);
    if (!err) return rebuild(t, kids, out);
    fx_tree_drop(kids[0]);
    fx_tree_drop(kids[1]);
    return err;
}

static furrow_err expand(const fj_walk *w, fx_tree *t, const fj_scope *scope, fx_tree **out, bool *done)
{
    if (names_module(w, t, scope)) {
        *done = true;
        return module_keyword(t, out);
    }
    if (looks_up(w, t, scope)) {
        *done = true;
        return module_argument(w, t, scope, out);
    }
    const struct fj_macro *m = t->kind == FX_MACRO ? find_macro(t) : NULL;
    if (!m) return FURROW_OK;
    uint32_t wanted = m->form == FJ_AT || m->form == FJ_REPEATED ? 2 : 1;
    if (t->nkids != wanted) {
        fb_fail(FURROW_ERR_SYNTAX, "@%s takes %u expressions, not %u", m->name, wanted, t->nkids);
        return FURROW_ERR_SYNTAX;
    }
    *done = true;
    if (m->form == FJ_PLAIN) return walk(w, t->kids[0], scope, out);
    if (m->form == FJ_TIMED || m->form == FJ_REPEATED) return expand_timed(w, t, scope, m, out);
    return expand_quoted(w, t, scope, m, out);
}

furrow_err fj_macros_expand(furrow_job *job, fx_tree *tree, fx_tree **out)
{
    fj_walk w = {expand, NULL, job};
    return walk(&w, tree, NULL, out);
}
