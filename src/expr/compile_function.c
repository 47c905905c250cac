/*
 * compile_function.c - functions: parameters with defaults, captured variables, and the text from which the function
 * can be made again elsewhere, with $name where it captures.
 */
#include "expr/compile.h"
#include "expr/compile_tree.h"
#include <stdlib.h>

void fxc_begin(fxc *c, fxc_function *f, const fx_tree *tree)
{
    *f = (fxc_function){.prev = c->fn, .tree = tree, .first_use = c->nuses};
    f->depth = c->fn ? c->fn->depth + 1 : 0;
    f->has_inner = fxc_has_functions(tree) || (!c->fn && (tree->kind == FX_FUNCTION || tree->kind == FX_LAMBDA));
    c->fn = f;
}

void fxc_finish(fxc *c, fx_code *out)
{
    fxc_function *f = c->fn;
    fxc_leave(c, 0);
    out->nregs = (uint16_t)(f->nregs ? f->nregs : 1);
    out->ncode = f->ncode;
    out->code = f->code;
    out->nplaces = f->nspots;
    out->places = f->spots;
    out->nup = (uint16_t)f->nups;
    out->up = calloc(f->nups + 1u, 1);
    if (!out->up && !c->err) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    for (uint32_t i = 0; out->up && i < f->nups; i++) out->up[i] = f->ups[i].boxed ? FX_UP_BOXED : 0;
    free(f->vars);
    free(f->ups);
    c->fn = f->prev;
}

/* --- parameters --- */

typedef struct parameter {
    const fx_tree *name; /* FX_NAME, or the FX_KEYWORD itself */
    const fx_tree *fallback;
    enum { POSITIONAL, FURTHER, KEYWORD } how;
} parameter;

static const fx_tree *bare(const fx_tree *t)
{
    while (t->kind == FX_TYPED || t->kind == FX_ASSIGN || t->kind == FX_SPLAT) t = t->kids[0];
    return t;
}

static parameter parameter_of(const fx_tree *t)
{
    parameter p = {bare(t), NULL, POSITIONAL};
    if (t->kind == FX_SPLAT) p.how = FURTHER;
    if (t->kind == FX_ASSIGN) p.fallback = t->kids[1];
    if (t->kind == FX_KEYWORD) p = (parameter){t, t->nkids ? t->kids[0] : NULL, KEYWORD};
    return p;
}

static void declare_parameters(fxc *c, const fx_tree *params, const fx_tree *body, fx_code *code)
{
    const fx_tree *bodies[] = {body, params};
    fxc_temps(c, params->nkids);
    for (uint32_t i = 0; i < params->nkids && !c->err; i++) {
        parameter p = parameter_of(params->kids[i]);
        if (p.name->kind != FX_NAME && p.name->kind != FX_KEYWORD)
            fxc_fail(c, params->kids[i], FURROW_ERR_SYNTAX, "a parameter is a name, name = default or name...");
        if (code->vararg && p.how != KEYWORD)
            fxc_fail(c, params->kids[i], FURROW_ERR_SYNTAX, "name... must be the last parameter");
        if (p.how == POSITIONAL && !p.fallback && code->npositional != code->nrequired)
            fxc_fail(c, params->kids[i], FURROW_ERR_SYNTAX, "a parameter without default stands behind one with");
        if (c->err) return;
        code->npositional += p.how == POSITIONAL;
        code->nrequired += p.how == POSITIONAL && !p.fallback;
        code->vararg |= p.how == FURTHER;
        if (p.how == KEYWORD) code->kw[code->nkw++] = fxc_symbol(c, fx_tree_cstr(p.name));
        bool boxed = fxc_needs_box(c, fxc_text_of(p.name), bodies, 2, true);
        fxc_declare(c, fxc_text_of(p.name), FXC_LOCAL, (uint16_t)i, boxed);
    }
}

/* x::T: what was given must be a T. */
static void check_type(fxc *c, const fx_tree *t, uint16_t reg)
{
    if (t->kind == FX_ASSIGN) t = t->kids[0];
    if (t->kind != FX_TYPED) return;
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_temps(c, 2);
    fxc_emit(c, FX_DO_MOVE, 0, base, reg, 0);
    fxc_into(c, t->kids[1], (uint16_t)(base + 1));
    c->place = t;
    fxc_call_name(c, "typeassert", base, 2);
    fxc_restore(c, save);
}

/* Boxes and defaults, in order, so that a default may use the parameters before it. */
static void begin_parameters(fxc *c, const fx_tree *params)
{
    for (uint32_t i = 0; i < params->nkids && !c->err; i++) {
        parameter p = parameter_of(params->kids[i]);
        if (p.fallback) {
            uint32_t set = fxc_emit_j(c, FX_DO_JUMPSET, i, 0);
            fxc_into(c, p.fallback, (uint16_t)i);
            fxc_land(c, set);
        } else if (p.how == KEYWORD) {
            fxc_emit(c, FX_DO_CHECK, 0, i, fxc_symbol(c, fx_tree_cstr(p.name)), 0);
        }
        check_type(c, params->kids[i], (uint16_t)i);
        fxc_var *v = &c->fn->vars[i];
        v->assigned = true;
        if (v->boxed) fxc_emit(c, FX_DO_BOX, 0, i, 0, 0);
    }
}

/* --- text --- */

typedef struct naming {
    fxc *c;
    const fxc_function *f;
} naming;

static bool assigned_inside(const fx_tree *t, const fv_text *name)
{
    if (t->kind == FX_ASSIGN && t->kids[0]->kind == FX_NAME && fxc_same(fxc_text_of(t->kids[0]), name)) return true;
    for (uint32_t i = 0; i < t->nkids; i++)
        if (assigned_inside(t->kids[i], name)) return true;
    return false;
}

static furrow_err name_capture(fxc_rebuild *r, fx_tree *t, fx_tree **out)
{
    const naming *n = r->arg;
    const fxc *c = n->c;
    if (t->kind != FX_NAME) return FURROW_OK;
    for (uint32_t i = n->f->first_use; i < c->nuses; i++)
        if (c->uses[i].node == t && c->uses[i].owner < n->f->depth && !assigned_inside(n->f->tree, fxc_text_of(t)))
            return fxc_leaf(FX_PARAM, t, fx_tree_cstr(t), out);
    return FURROW_OK;
}

/* Which captured value the parameter of the text is. */
static bool find_capture(const fxc *c, const fxc_function *f, const fx_tree *param, uint16_t *index)
{
    const fv_text *name = fxc_text_of(param);
    for (uint32_t i = 0; i < f->nups; i++) {
        const fv_text *up = f->ups[i].name;
        bool same = fxc_same(up, name);
        if (up->bytes[0] == '$') {
            uint32_t number = (uint32_t)strtoul(up->bytes + 1, NULL, 10);
            same = number < c->image.nparams && !strcmp(c->image.params[number], name->bytes);
        }
        if (same) {
            *index = (uint16_t)i;
            return true;
        }
    }
    return false;
}

static bool find_shots(const fxc *c, const fxc_function *f, const fx_tree *t, fx_code *code)
{
    if (t->kind == FX_PARAM) {
        if (t->number >= FX_MAX_PARAMS || !find_capture(c, f, t, &code->shot[t->number])) return false;
        if (t->number >= code->nshot) code->nshot = (uint16_t)(t->number + 1);
    }
    for (uint32_t i = 0; i < t->nkids; i++)
        if (!find_shots(c, f, t->kids[i], code)) return false;
    return true;
}

/* The numbers of the parameters are those that the text gives them when it is parsed again. */
static furrow_err number_captures(const fxc *c, const fxc_function *f, const char *text, fx_code *code, bool *found)
{
    fx_tree *parsed;
    furrow_err err = fx_parse(text, strlen(text), &parsed);
    if (err) return err;
    *found = find_shots(c, f, parsed, code);
    fx_tree_drop(parsed);
    return FURROW_OK;
}

static void give_text(fxc *c, const fxc_function *f, fx_code *code)
{
    naming n = {c, f};
    fxc_rebuild r = {.replace = name_capture, .arg = &n};
    fx_tree *named;
    char *text = NULL;
    bool found = true;
    code->text = FX_NONE;
    code->shot = calloc(FX_MAX_PARAMS + 1, sizeof *code->shot);
    if (!code->shot && !c->err) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    if (c->err) return;
    c->err = fxc_rebuild_tree(&r, f->tree, &named);
    if (c->err) return;
    c->err = fx_tree_text(named, &text);
    fx_tree_drop(named);
    if (!c->err && f->nups && number_captures(c, f, text, code, &found)) found = false;
    if (!found) code->nshot = 0;
    if (!c->err && found) {
        fv_cell cell = {.tag = FURROW_STRING};
        c->err = fv_text_new(FURROW_STRING, text, strlen(text), &cell.p);
        if (!c->err) code->text = fxc_constant(c, &cell);
        if (!c->err) fv_cell_drop(&cell);
    }
    free(text);
}

/* --- the function in the one around it --- */

static void capture(fxc *c, const fxc_up *ups, uint32_t n, uint32_t function, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t first = n ? fxc_temps(c, n) : 0;
    for (uint32_t i = 0; i < n && !c->err; i++) {
        if (ups[i].from_up)
            fxc_emit(c, FX_DO_GETUP, 0, first + i, ups[i].index, 0);
        else if (c->fn->vars[ups[i].index].kind == FXC_SELF)
            fxc_emit(c, FX_DO_SELF, 0, first + i, 0, 0);
        else
            fxc_emit(c, FX_DO_MOVE, 0, first + i, c->fn->vars[ups[i].index].reg, 0);
    }
    fxc_emit(c, FX_DO_CLOSURE, 0, dst, function, first);
    fxc_restore(c, save);
}

static void compile_function(fxc *c, const fx_tree *t, bool self, fx_code *code, fxc_up **ups, uint32_t *nups)
{
    fxc_function f;
    const fx_tree *params = t->kids[0], *body = t->kids[1];
    fxc_begin(c, &f, t);
    code->kw = calloc(params->nkids + 1u, sizeof *code->kw);
    if (!code->kw && !c->err) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    if (!c->err) declare_parameters(c, params, body, code);
    if (self && !c->err) fxc_set_self(c, fxc_text_of(t), params->nkids);
    if (!c->err) begin_parameters(c, params);
    fxc_enter(c, FXC_SCOPE_FUNCTION, &body, 1);
    uint16_t result = fxc_any(c, body);
    c->place = t;
    fxc_emit(c, FX_DO_RETURN, 0, result, 0, 0);
    give_text(c, &f, code);
    *nups = f.nups;
    *ups = f.ups;
    f.ups = NULL;
    fxc_up *kept = *ups;
    f.ups = kept ? malloc(*nups * sizeof *kept) : NULL; /* fxc_finish frees its own */
    if (f.ups) memcpy(f.ups, kept, *nups * sizeof *kept);
    if (kept && !f.ups && !c->err) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    if (!f.ups) f.nups = 0;
    fxc_finish(c, code);
}

void fxc_lambda(fxc *c, const fx_tree *t, uint16_t dst)
{
    const char *name = fx_tree_cstr(t);
    bool named = t->kind == FX_FUNCTION && *name;
    bool root = c->function_text && !c->fn->prev && c->fn->tree == t;
    bool self = named && (root || c->fn->prev || fxc_resolve(c, fxc_text_of(t)).kind != FXC_REF_GLOBAL);
    fx_image *im = &c->image;
    if (im->nfunctions == FX_MAX_FUNCTIONS) fxc_fail(c, t, FURROW_ERR_LIMIT, "too many functions");
    if (!fxc_grow(c, &im->functions, im->nfunctions, &c->functions_capacity, sizeof *im->functions)) return;
    uint32_t index = im->nfunctions++;
    im->functions[index] = (fx_code){0};
    fx_code code = {.name = FX_NONE, .text = FX_NONE};
    fxc_up *ups = NULL;
    uint32_t nups = 0;
    if (named) code.name = fxc_symbol(c, name);
    compile_function(c, t, self, &code, &ups, &nups);
    im->functions[index] = code;
    c->place = t;
    capture(c, ups, nups, index, dst);
    free(ups);
    if (named && !root && !c->err) fxc_write(c, fxc_text_of(t), dst);
}
