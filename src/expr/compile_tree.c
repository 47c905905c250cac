/*
 * compile_tree.c - trees made anew with some nodes replaced: the text of functions that capture variables, the holes of
 * quotes, quotes made by macros. Used by the compiler alone.
 */
#include "expr/compile_tree.h"
#include "base/error.h"
#include <stdlib.h>

static furrow_err rebuild(fxc_rebuild *r, fx_tree *t, fx_tree **out);

static furrow_err like(const fx_tree *t, fx_tree *const *kids, fx_tree **out)
{
    furrow_err err = fx_tree_new((fx_kind)t->kind, (int)t->line, (int)t->column, kids, t->nkids, out);
    if (err) return err;
    (*out)->flags = t->flags;
    (*out)->number = t->number;
    (*out)->value = t->value;
    fv_cell_hold(&t->value);
    (*out)->text = t->text;
    if (t->text) fv_hold(t->text);
    return FURROW_OK;
}

static furrow_err rebuild_kids(fxc_rebuild *r, fx_tree *t, fx_tree **out)
{
    fx_tree **kids = malloc((t->nkids + 1u) * sizeof *kids);
    if (!kids) return fb_fail(FURROW_ERR_NOMEM, NULL);
    furrow_err err = FURROW_OK;
    uint32_t n = 0;
    bool changed = false;
    while (n < t->nkids && !err) {
        err = rebuild(r, t->kids[n], &kids[n]);
        if (!err) changed |= kids[n] != t->kids[n];
        if (!err) n++;
    }
    if (!err && changed) {
        err = like(t, kids, out);
    } else {
        for (uint32_t i = 0; i < n; i++) fx_tree_drop(kids[i]);
        if (!err) *out = fx_tree_hold(t);
    }
    free(kids);
    return err;
}

static furrow_err rebuild(fxc_rebuild *r, fx_tree *t, fx_tree **out)
{
    fx_tree *instead = NULL;
    furrow_err err = r->replace(r, t, &instead);
    if (err || instead) {
        *out = instead;
        return err;
    }
    int step = t->kind == FX_QUOTE ? 1 : t->kind == FX_INTERPOLATE ? -1 : 0;
    r->quotes += step;
    err = rebuild_kids(r, t, out);
    r->quotes -= step;
    return err;
}

furrow_err fxc_rebuild_tree(fxc_rebuild *r, const fx_tree *t, fx_tree **out)
{
    return rebuild(r, (fx_tree *)(uintptr_t)t, out);
}

furrow_err fxc_leaf(fx_kind kind, const fx_tree *place, const char *text, fx_tree **out)
{
    furrow_err err = fx_tree_new(kind, (int)place->line, (int)place->column, NULL, 0, out);
    if (err) return err;
    err = fv_text_new(FURROW_SYMBOL, text, strlen(text), &(*out)->text);
    if (err) fx_tree_drop(*out);
    return err;
}

furrow_err fxc_wrap(fx_kind kind, fx_tree *kid, fx_tree **out)
{
    return fx_tree_new(kind, (int)kid->line, (int)kid->column, &kid, 1, out);
}
