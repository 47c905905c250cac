/*
 * tree.c - trees: making, counting, and the small questions others ask of them (is it a name, can it be assigned to).
 * Height is bounded when a node is made, so recursion over any tree is bounded too.
 */
#include "expr/tree.h"
#include "base/error.h"

#include <stdlib.h>

static void drop_kids(fx_tree *const *kids, size_t nkids)
{
    for (size_t i = 0; i < nkids; i++) fx_tree_drop(kids[i]);
}

furrow_err fx_tree_new(fx_kind kind, int line, int column, fx_tree *const *kids, size_t nkids, fx_tree **tree)
{
    uint32_t height = 0;
    furrow_err err = FURROW_OK;
    fx_tree *t = NULL;
    for (size_t i = 0; i < nkids; i++)
        if (kids[i]->height > height) height = kids[i]->height;
    if (height >= FX_MAX_HEIGHT || nkids > UINT32_MAX)
        err = fb_fail(FURROW_ERR_LIMIT,
                      "the expression is more than %d operations deep; use parentheses or names for its parts",
                      FX_MAX_HEIGHT);
    else if (!(t = calloc(1, sizeof *t + nkids * sizeof t->kids[0])))
        err = fb_fail(FURROW_ERR_NOMEM, NULL);
    if (err) {
        drop_kids(kids, nkids);
        return err;
    }
    t->refs = 1;
    t->kind = (uint16_t)kind;
    t->line = (uint32_t)line;
    t->column = (uint32_t)column;
    t->nkids = (uint32_t)nkids;
    t->height = height + 1;
    if (nkids) memcpy(t->kids, kids, nkids * sizeof t->kids[0]);
    *tree = t;
    return FURROW_OK;
}

fx_tree *fx_tree_hold(fx_tree *tree)
{
    atomic_fetch_add_explicit(&tree->refs, 1, memory_order_relaxed);
    return tree;
}

void fx_tree_drop(fx_tree *tree)
{
    if (!tree || atomic_fetch_sub_explicit(&tree->refs, 1, memory_order_acq_rel) != 1) return;
    drop_kids(tree->kids, tree->nkids);
    fv_cell_drop(&tree->value);
    fv_drop(tree->text);
    fv_drop(tree->source);
    free(tree);
}

bool fx_tree_constant(const char *word, size_t nbytes, fv_cell *cell)
{
    static const struct {
        const char *word;
        fv_cell cell;
    } constants[] = {{"true", {.tag = FURROW_BOOL, .i = 1}},
                     {"false", {.tag = FURROW_BOOL, .i = 0}},
                     {"nothing", {.tag = FURROW_NOTHING}}};
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        if (strlen(constants[i].word) != nbytes || memcmp(constants[i].word, word, nbytes) != 0) continue;
        *cell = constants[i].cell;
        return true;
    }
    return false;
}

bool fx_tree_name(const fx_tree *tree, const char **module, const char **name)
{
    if (tree->kind == FX_NAME) {
        *module = "";
        *name = fx_tree_cstr(tree);
        return true;
    }
    if (tree->kind != FX_FIELD || tree->kids[0]->kind != FX_NAME) return false;
    *module = fx_tree_cstr(tree->kids[0]);
    *name = fx_tree_cstr(tree);
    return true;
}

static bool assignable(const fx_tree *t)
{
    if (t->kind == FX_TYPED) return assignable(t->kids[0]);
    if (t->kind != FX_TUPLE) return t->kind == FX_NAME || t->kind == FX_FIELD || t->kind == FX_INDEX;
    bool all = t->nkids > 0;
    for (uint32_t i = 0; all && i < t->nkids; i++) all = assignable(t->kids[i]);
    return all;
}

static furrow_err new_param(fx_tree **tree)
{
    fx_tree *t;
    furrow_err err = fx_tree_new(FX_PARAM, 1, 1, NULL, 0, &t);
    if (err) return err;
    err = fv_text_new(FURROW_SYMBOL, "1", 1, &t->text);
    if (err)
        fx_tree_drop(t);
    else
        *tree = t;
    return err;
}

furrow_err fx_tree_assign(fx_tree *target, fx_tree *expression, fx_tree **tree)
{
    fx_tree *kids[2] = {target, expression};
    if (!assignable(target))
        return fb_fail(FURROW_ERR_TYPE,
                       "the target is not a name, a field or an indexed place: nothing can be stored there");
    furrow_err err = expression ? FURROW_OK : new_param(&kids[1]);
    if (err) return err;
    fx_tree_hold(target);
    if (expression) fx_tree_hold(expression);
    return fx_tree_new(FX_ASSIGN, (int)target->line, (int)target->column, kids, 2, tree);
}

static bool same_text(const furrow_value *a, const furrow_value *b)
{
    const fv_text *x = (const fv_text *)a;
    const fv_text *y = (const fv_text *)b;
    size_t n = x ? x->nbytes : 0;
    size_t m = y ? y->nbytes : 0;
    return n == m && (n == 0 || memcmp(x->bytes, y->bytes, n) == 0);
}

bool fx_tree_equal(const fx_tree *a, const fx_tree *b)
{
    enum { COUNT = FX_FLAG_DOT | FX_FLAG_AFTER | FX_FLAG_BARE | FX_FLAG_NEST };
    if (a == b) return true;
    if (a->kind != b->kind || a->nkids != b->nkids || a->number != b->number) return false;
    if ((a->flags & COUNT) != (b->flags & COUNT) || !same_text(a->text, b->text)) return false;
    if (a->kind == FX_LITERAL && (a->value.tag != b->value.tag || !fv_cell_equal(&a->value, &b->value))) return false;
    for (uint32_t i = 0; i < a->nkids; i++)
        if (!fx_tree_equal(a->kids[i], b->kids[i])) return false;
    return true;
}
