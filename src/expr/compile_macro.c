/*
 * compile_macro.c - quotes, and the macros that are more than their argument: clocks, and those that ship a quoted
 * expression with the local variables in it put in by value. @m of the cluster calls at_m of the host.
 */
#include "expr/compile.h"
#include "expr/compile_tree.h"
#include <stdlib.h>

/* --- quotes --- */

/* The expression in a hole is compiled; the constant keeps only that there is one. */
static furrow_err empty_hole(fxc_rebuild *r, fx_tree *t, fx_tree **out)
{
    fx_tree *blank;
    if (t->kind != FX_INTERPOLATE || r->quotes != 1) return FURROW_OK;
    furrow_err err = fxc_leaf(FX_NAME, t, "_", &blank);
    return err ? err : fxc_wrap(FX_INTERPOLATE, blank, out);
}

static uint16_t tree_constant(fxc *c, fx_tree *t)
{
    furrow_value *value;
    fv_cell cell;
    if (c->err) return 0;
    c->err = fx_tree_value(t, &value);
    if (c->err) return 0;
    fv_cell_from_value(value, &cell);
    furrow_value_drop(value);
    uint16_t k = fxc_constant(c, &cell);
    fv_cell_drop(&cell);
    return k;
}

static void quote_with_holes(fxc *c, const fx_tree *t, size_t n, uint16_t dst)
{
    const fx_tree **holes = calloc(n, sizeof *holes);
    fxc_rebuild r = {.replace = empty_hole};
    fx_tree *emptied = NULL;
    uint32_t save = fxc_save(c);
    c->err = holes ? fxc_rebuild_tree(&r, t, &emptied) : fb_fail(FURROW_ERR_NOMEM, NULL);
    if (!c->err) {
        fx_tree_holes(t->kids[0], holes, n);
        uint16_t first = fxc_temp(c);
        for (size_t i = 0; i < n && !c->err; i++) fxc_into(c, holes[i], i ? fxc_temp(c) : first);
        fxc_emit(c, FX_DO_QUOTE, (uint32_t)n, dst, tree_constant(c, emptied), first);
    }
    fx_tree_drop(emptied);
    free(holes);
    fxc_restore(c, save);
}

void fxc_quote(fxc *c, const fx_tree *t, uint16_t dst)
{
    size_t n = fx_tree_holes(t->kids[0], NULL, 0);
    if (n)
        quote_with_holes(c, t, n, dst);
    else
        fxc_emit(c, FX_DO_LOADK, 0, dst, tree_constant(c, t->kids[0]), 0);
}

/* --- shipping --- */

/* Names that mean something inside the expression itself stay: its functions' parameters, its loops' variables, what
 * it assigns. */
static bool bound_inside(const fx_tree *t, const fv_text *name)
{
    if (t->kind == FX_NAME) return fxc_same(fxc_text_of(t), name);
    if (t->kind == FX_TUPLE || t->kind == FX_TYPED || t->kind == FX_SPLAT)
        for (uint32_t i = 0; i < t->nkids; i++)
            if (bound_inside(t->kids[i], name)) return true;
    if (t->kind == FX_KEYWORD) return fxc_same(fxc_text_of(t), name);
    return t->kind == FX_ASSIGN && bound_inside(t->kids[0], name);
}

static bool binds(const fx_tree *t, const fv_text *name)
{
    bool has = t->kind == FX_ASSIGN || t->kind == FX_ITER || t->kind == FX_LAMBDA || t->kind == FX_FUNCTION;
    if (has && bound_inside(t->kids[0], name)) return true;
    if (t->kind == FX_FUNCTION && t->text && fxc_same(fxc_text_of(t), name)) return true;
    for (uint32_t i = 0; i < t->nkids; i++)
        if (binds(t->kids[i], name)) return true;
    return false;
}

typedef struct shipment {
    fxc *c;
    const fx_tree *whole;
} shipment;

static furrow_err put_in_local(fxc_rebuild *r, fx_tree *t, fx_tree **out)
{
    const shipment *s = r->arg;
    bool name = t->kind == FX_NAME && r->quotes == 0 && fxc_is_local(s->c, t) && !binds(s->whole, fxc_text_of(t));
    bool param = t->kind == FX_PARAM && r->quotes == 0;
    if (!name && !param) return FURROW_OK;
    return fxc_wrap(FX_INTERPOLATE, fx_tree_hold(t), out);
}

/* ex as a quote, with locals put in. */
static void ship(fxc *c, const fx_tree *ex, uint16_t dst)
{
    shipment s = {c, ex};
    fxc_rebuild r = {.replace = put_in_local, .arg = &s};
    fx_tree *filled, *quoted;
    if (c->err) return;
    c->err = fxc_rebuild_tree(&r, ex, &filled);
    if (c->err) return;
    c->err = fxc_wrap(FX_QUOTE, filled, &quoted);
    if (c->err) return;
    fxc_quote(c, quoted, dst);
    fx_tree_drop(quoted);
}

/* --- clocks --- */

/* (clock after - clock before) / rounds */
static void elapsed(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t start = fxc_temp(c), end = fxc_temp(c);
    fxc_emit(c, FX_DO_NOW, 0, start, 0, 0);
    fxc_effect(c, t->kids[0]);
    fxc_emit(c, FX_DO_NOW, 0, end, 0, 0);
    fxc_emit(c, FX_DO_SUB, 0, dst, end, start);
    fxc_restore(c, save);
}

static void timeit(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t range = fxc_temps(c, 2), start = fxc_temp(c), it = fxc_temps(c, 3);
    fxc_emit_j(c, FX_DO_LOADI, range, 1);
    fxc_into(c, t->kids[0], (uint16_t)(range + 1));
    uint16_t rounds = fxc_temp(c);
    fxc_emit(c, FX_DO_MOVE, 0, rounds, range + 1, 0);
    fxc_emit(c, FX_DO_RANGE, 2, it, range, 0);
    fxc_emit(c, FX_DO_ITER, 0, it, it, 0);
    fxc_emit(c, FX_DO_NOW, 0, start, 0, 0);
    uint32_t next = fxc_emit_j(c, FX_DO_NEXT, it, 0);
    fxc_known known;
    fxc_branch(c, &known);
    fxc_effect(c, t->kids[1]);
    fxc_join(c, &known);
    fxc_emit_j(c, FX_DO_LOOP, 0, next);
    fxc_land(c, next);
    fxc_emit(c, FX_DO_NOW, 0, range, 0, 0);
    fxc_emit(c, FX_DO_SUB, 0, range, range, start);
    fxc_emit(c, FX_DO_DIV, 0, dst, range, rounds);
    fxc_restore(c, save);
}

/* --- looking and checking --- */

static uint16_t text_constant(fxc *c, const char *before, const fx_tree *ex, const char *after)
{
    char *text = NULL;
    fb_buffer line;
    fv_cell cell = {.tag = FURROW_STRING};
    uint16_t k = 0;
    if (c->err) return 0;
    fb_buffer_init(&line, FX_MAX_TEXT);
    c->err = fx_tree_text(ex, &text);
    if (!c->err) c->err = fb_buffer_printf(&line, "%s%s%s", before, text, after);
    if (!c->err) c->err = fv_text_new(FURROW_STRING, (char *)line.bytes, line.nbytes, &cell.p);
    if (!c->err) {
        k = fxc_constant(c, &cell);
        fv_cell_drop(&cell);
    }
    fb_buffer_free(&line);
    free(text);
    return k;
}

/* @show ex: prints "ex = value", and is the value */
static void show(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t value = fxc_temp(c), base = fxc_temps(c, 2);
    fxc_into(c, t->kids[0], value);
    fxc_emit(c, FX_DO_MOVE, 0, base + 1, value, 0);
    c->place = t;
    fxc_call_name(c, "repr", (uint16_t)(base + 1), 1);
    fxc_emit(c, FX_DO_LOADK, 0, base, text_constant(c, "", t->kids[0], " = "), 0);
    fxc_call_name(c, "println", base, 2);
    fxc_emit(c, FX_DO_MOVE, 0, dst, value, 0);
    fxc_restore(c, save);
}

/* @assert ex, @assert ex "what is wrong" */
static void assertion(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_temps(c, 2);
    fxc_into(c, t->kids[0], base);
    if (t->nkids > 1)
        fxc_into(c, t->kids[1], (uint16_t)(base + 1));
    else
        fxc_emit(c, FX_DO_LOADK, 0, base + 1, text_constant(c, "", t->kids[0], ""), 0);
    c->place = t;
    fxc_call_name(c, "assert", base, 2);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

/* @sprintf(format, items...), and @printf of the same: print of its text. */
static void formatted(fxc *c, const fx_tree *t, bool printed, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_temps(c, t->nkids);
    for (uint32_t i = 0; i < t->nkids; i++) fxc_into(c, t->kids[i], (uint16_t)(base + i));
    c->place = t;
    fxc_call_name(c, "sprintf", base, t->nkids);
    if (printed) fxc_call_name(c, "print", base, 1);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

/* --- the table --- */

typedef enum form { PLAIN, ELAPSED, TIMEIT, AT, QUOTED, SHOW, ASSERT, SPRINTF, PRINTF } form;
static const struct {
    const char *name;
    const char *calls;
    uint8_t nargs;
    uint8_t form;
} macros[] = {
    {"elapsed", NULL, 1, ELAPSED},    {"timeit", NULL, 2, TIMEIT},      {"fetchfrom", "at_fetchfrom", 2, AT},
    {"spawnat", "at_spawnat", 2, AT}, {"spawn", "at_spawn", 1, QUOTED}, {"everywhere", "at_everywhere", 1, QUOTED},
    {"sync", NULL, 1, PLAIN},         {"async", NULL, 1, PLAIN},        {"time", NULL, 1, PLAIN},
    {"inbounds", NULL, 1, PLAIN},     {"simd", NULL, 1, PLAIN},         {"inline", NULL, 1, PLAIN},
    {"noinline", NULL, 1, PLAIN},     {"views", NULL, 1, PLAIN},        {"show", NULL, 1, SHOW},
    {"assert", NULL, 1, ASSERT},      {"sprintf", NULL, 1, SPRINTF},    {"printf", NULL, 1, PRINTF},
};

static void shipped_call(fxc *c, const fx_tree *t, size_t k, uint16_t dst)
{
    uint32_t save = fxc_save(c), n = macros[k].nargs;
    uint16_t base = fxc_temps(c, n);
    if (macros[k].form == AT) fxc_into(c, t->kids[0], base);
    ship(c, t->kids[n - 1], (uint16_t)(base + n - 1));
    c->place = t;
    fxc_call_name(c, macros[k].calls, base, n);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

void fxc_macro(fxc *c, const fx_tree *t, uint16_t dst)
{
    const char *name = fx_tree_cstr(t);
    size_t k = 0, n = sizeof macros / sizeof *macros;
    while (k < n && strcmp(macros[k].name, name) != 0) k++;
    if (k == n) {
        fxc_fail(c, t, FURROW_ERR_NAME, "the macro @%s is not known", name);
        return;
    }
    bool several = macros[k].form == SPRINTF || macros[k].form == PRINTF || (macros[k].form == ASSERT && t->nkids == 2);
    if (several ? t->nkids == 0 : t->nkids != macros[k].nargs) {
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "@%s takes %d argument%s", name, macros[k].nargs,
                 macros[k].nargs == 1 ? "" : "s");
        return;
    }
    switch ((form)macros[k].form) {
    case PLAIN:
        fxc_into(c, t->kids[0], dst);
        break;
    case ELAPSED:
        elapsed(c, t, dst);
        break;
    case TIMEIT:
        timeit(c, t, dst);
        break;
    case SHOW:
        show(c, t, dst);
        break;
    case ASSERT:
        assertion(c, t, dst);
        break;
    case SPRINTF:
    case PRINTF:
        formatted(c, t, macros[k].form == PRINTF, dst);
        break;
    case AT:
    case QUOTED:
        shipped_call(c, t, k, dst);
        break;
    }
}
