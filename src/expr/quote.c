/*
 * quote.c - quoted expressions as values: filling in $x, the EXPR value of a tree and the tree of an EXPR value.
 * Called by the machine when it evaluates a quote, and by whoever gets expressions from elsewhere.
 */
#include "base/error.h"
#include "expr/tree.h"

#include <stdlib.h>

/* What takes the place of nodes while a tree is rebuilt; *out stays NULL to leave the node as it is. */
typedef struct rebuild {
    furrow_err (*replace)(struct rebuild *r, fx_tree *tree, fx_tree **out);
    const fv_cell *cells;
    size_t n;
    size_t next;
    int quotes; /* quotes inside the tree around the node, less interpolations */
} rebuild;

static furrow_err rebuild_tree(rebuild *r, fx_tree *tree, fx_tree **out);

static furrow_err new_like(const fx_tree *tree, fx_tree *const *kids, fx_tree **out)
{
    fx_tree *t;
    furrow_err err = fx_tree_new((fx_kind)tree->kind, (int)tree->line, (int)tree->column, kids, tree->nkids, &t);
    if (err) return err;
    t->flags = tree->flags;
    t->number = tree->number;
    t->value = tree->value;
    fv_cell_hold(&t->value);
    t->text = tree->text;
    if (t->text) fv_hold(t->text);
    *out = t;
    return FURROW_OK;
}

static furrow_err rebuild_kids(rebuild *r, fx_tree *tree, fx_tree **out)
{
    furrow_err err = FURROW_OK;
    bool changed = false;
    uint32_t done = 0;
    fx_tree **kids = malloc((tree->nkids + 1u) * sizeof *kids);
    if (!kids) return fb_fail(FURROW_ERR_NOMEM, NULL);
    for (; !err && done < tree->nkids; done++) {
        err = rebuild_tree(r, tree->kids[done], &kids[done]);
        if (err) break;
        changed |= kids[done] != tree->kids[done];
    }
    if (!err && changed) {
        err = new_like(tree, kids, out);
        goto out;
    }
    if (!err) *out = fx_tree_hold(tree);
    for (uint32_t i = 0; i < done; i++) fx_tree_drop(kids[i]);
out:
    free(kids);
    return err;
}

/* *out is a new reference, on tree itself when nothing in it changes. */
static furrow_err rebuild_tree(rebuild *r, fx_tree *tree, fx_tree **out)
{
    fx_tree *instead = NULL;
    furrow_err err = r->replace(r, tree, &instead);
    if (err) return err;
    if (instead) {
        *out = instead;
        return FURROW_OK;
    }
    int step = tree->kind == FX_QUOTE ? 1 : tree->kind == FX_INTERPOLATE ? -1 : 0;
    r->quotes += step;
    err = rebuild_kids(r, tree, out);
    r->quotes -= step;
    return err;
}

static furrow_err new_literal(const fx_tree *place, const fv_cell *cell, fx_tree **out)
{
    furrow_err err = fx_tree_new(FX_LITERAL, (int)place->line, (int)place->column, NULL, 0, out);
    if (err) return err;
    (*out)->value = *cell;
    fv_cell_hold(cell);
    return FURROW_OK;
}

static furrow_err tree_of_cell(const fx_tree *place, const fv_cell *cell, fx_tree **out)
{
    if (cell->tag != FURROW_EXPR && cell->tag != FURROW_SYMBOL) return new_literal(place, cell, out);
    return fx_tree_of(cell->p, out);
}

/* --- interpolation -------------------------------------------------------------------------------------------------*/

static furrow_err fill_hole(rebuild *r, fx_tree *tree, fx_tree **out)
{
    if (tree->kind != FX_INTERPOLATE || r->quotes != 0) return FURROW_OK;
    if (r->next == r->n) return fb_fail(FURROW_ERR_ARG, "the quote has more than %zu interpolations", r->n);
    return tree_of_cell(tree, &r->cells[r->next++], out);
}

furrow_err fx_tree_interpolate(const fx_tree *tree, const fv_cell *cells, size_t n, fx_tree **out)
{
    rebuild r = {.replace = fill_hole, .cells = cells, .n = n};
    return rebuild_tree(&r, (fx_tree *)tree, out);
}

static void collect_holes(const fx_tree *tree, int quotes, const fx_tree **holes, size_t max, size_t *n)
{
    if (tree->kind == FX_INTERPOLATE && quotes == 0) {
        if (*n < max) holes[*n] = tree->kids[0];
        ++*n;
        return;
    }
    quotes += tree->kind == FX_QUOTE ? 1 : tree->kind == FX_INTERPOLATE ? -1 : 0;
    for (uint32_t i = 0; i < tree->nkids; i++) collect_holes(tree->kids[i], quotes, holes, max, n);
}

size_t fx_tree_holes(const fx_tree *tree, const fx_tree **holes, size_t max)
{
    size_t n = 0;
    collect_holes(tree, 0, holes, max, &n);
    return n;
}

/* --- trees and values ----------------------------------------------------------------------------------------------*/

static furrow_err tree_of_symbol(const furrow_value *value, fx_tree **out)
{
    const fv_text *name = (const fv_text *)value;
    fx_tree *t;
    bool colon = name->nbytes == 1 && name->bytes[0] == ':';
    fv_cell constant = {.tag = FURROW_NOTHING};
    bool literal = fx_tree_constant(name->bytes, name->nbytes, &constant);
    furrow_err err = fx_tree_new(colon ? FX_COLON : literal ? FX_LITERAL : FX_NAME, 1, 1, NULL, 0, &t);
    if (err) return err;
    t->value = constant;
    if (!colon && !literal) {
        t->text = (furrow_value *)value;
        fv_hold(t->text);
    }
    *out = t;
    return FURROW_OK;
}

static furrow_err fill_param(rebuild *r, fx_tree *tree, fx_tree **out)
{
    if (tree->kind != FX_PARAM) return FURROW_OK;
    if (tree->number >= r->n)
        return fb_fail(FURROW_ERR_ARG, "$%s in a quoted expression has no value", fx_tree_cstr(tree));
    return new_literal(tree, &r->cells[tree->number], out);
}

static void drop_code(void *code)
{
    fx_tree_drop(code);
}

static furrow_err parse_code(const fv_code *code, fx_tree **out)
{
    const fv_text *text = (const fv_text *)code->text;
    const fv_tuple *captured = (const fv_tuple *)code->captured;
    fx_tree *parsed;
    furrow_err err = fx_parse(text->bytes, text->nbytes, &parsed);
    if (err) return err;
    rebuild r = {
        .replace = fill_param, .cells = captured ? captured->items : NULL, .n = captured ? captured->count : 0};
    err = rebuild_tree(&r, parsed, out);
    fx_tree_drop(parsed);
    if (!err && !(*out)->source) {
        (*out)->source = code->text;
        fv_hold(code->text);
    }
    return err;
}

furrow_err fx_tree_of(const furrow_value *value, fx_tree **tree)
{
    if (value->type == FURROW_SYMBOL) return tree_of_symbol(value, tree);
    if (value->type != FURROW_EXPR)
        return fb_fail(FURROW_ERR_TYPE, "a quoted expression or a symbol is expected, not a value of type %s",
                       furrow_type_name(furrow_value_type(value)));
    fv_code *code = (fv_code *)value;
    fx_tree *t = atomic_load_explicit(&code->code, memory_order_acquire);
    if (!t) {
        fv_meter *meter = fv_meter_swap(NULL); /* the tree stays with the value, after the run that asks for it */
        furrow_err err = parse_code(code, &t);
        fv_meter_swap(meter);
        if (err) return err;
        /* The release makes the tree's contents visible to whoever loads the pointer with acquire; of two threads
         * that parse at once the second drops its own. */
        void *none = NULL;
        __atomic_store_n(&code->drop_code, drop_code, __ATOMIC_RELAXED);
        if (!atomic_compare_exchange_strong_explicit(&code->code, &none, t, memory_order_acq_rel,
                                                     memory_order_acquire)) {
            fx_tree_drop(t);
            t = none;
        }
    }
    *tree = fx_tree_hold(t);
    return FURROW_OK;
}

static bool has_params(const fx_tree *tree)
{
    if (tree->kind == FX_PARAM) return true;
    for (uint32_t i = 0; i < tree->nkids; i++)
        if (has_params(tree->kids[i])) return true;
    return false;
}

static furrow_err expr_value(fx_tree *tree, furrow_value **value)
{
    char *text = NULL;
    furrow_value *captured = NULL;
    furrow_value *v = NULL;
    if (has_params(tree))
        return fb_fail(FURROW_ERR_ARG, "a quoted expression cannot hold parameters; interpolate their values");
    furrow_err err = fx_tree_text_captured(tree, &text, &captured);
    if (err) return err;
    err = fv_code_new(FURROW_EXPR, text, strlen(text), captured, &v);
    free(text);
    fv_drop(captured);
    if (err) return err;
    fv_code *code = (fv_code *)v;
    code->drop_code = drop_code;
    atomic_store_explicit(&code->code, fx_tree_hold(tree), memory_order_release);
    *value = v;
    return FURROW_OK;
}

furrow_err fx_tree_value(fx_tree *tree, furrow_value **value)
{
    if (tree->kind == FX_NAME) {
        fv_hold(tree->text);
        *value = tree->text;
        return FURROW_OK;
    }
    if (tree->kind == FX_COLON) return fv_text_new(FURROW_SYMBOL, ":", 1, value);
    if (tree->kind == FX_LITERAL && tree->value.tag != FURROW_SYMBOL) return fv_cell_to_value(&tree->value, value);
    return expr_value(tree, value);
}
