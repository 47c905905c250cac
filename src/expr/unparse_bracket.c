/*
 * unparse_bracket.c - vectors, matrices, indexes, tuples and comprehensions as text. Called by unparse.c.
 */
#include "expr/unparse.h"

/* Between [ ] blanks separate, so that everything looser than an operator is put in parentheses. */
static void row(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        if (i) fxu_text(u, " ");
        if (k->kind == FX_SPLAT)
            fxu_argument(u, k);
        else
            fxu_print(u, k, FX_L_CONDITION + 1);
    }
}

static void rows(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        if (i) fxu_text(u, "; ");
        if (k->kind == FX_ROW)
            row(u, k);
        else if (k->kind == FX_SPLAT)
            fxu_argument(u, k);
        else
            fxu_print(u, k, FX_L_CONDITION + 1);
    }
    if (t->nkids == 1) fxu_text(u, ";");
}

void fxu_matrix(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "[");
    if (t->kind == FX_ROW)
        row(u, t);
    else
        rows(u, t);
    fxu_text(u, "]");
}

void fxu_indexed(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_ATOM);
    if (t->nkids == 2 && (t->kids[1]->flags & FX_FLAG_BARE)) {
        fxu_matrix(u, t->kids[1]);
        return;
    }
    fxu_text(u, "[");
    for (uint32_t i = 1; i < t->nkids; i++) {
        if (i > 1) fxu_text(u, ",");
        fxu_argument(u, t->kids[i]);
    }
    fxu_text(u, "]");
}

void fxu_vector(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "[");
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, ",");
        fxu_argument(u, t->kids[i]);
    }
    fxu_text(u, "]");
}

void fxu_tuple(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "(");
    fxu_arguments(u, t->kids, t->nkids);
    bool comma = t->nkids == 1 && t->kids[0]->kind != FX_SPLAT && t->kids[0]->kind != FX_KEYWORD;
    fxu_text(u, comma ? ",)" : ")");
}

void fxu_iteration(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_ATOM);
    fxu_text(u, " = ");
    fxu_print(u, t->kids[1], FX_L_CONDITION);
}

void fxu_filter(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, " if ");
    fxu_print(u, t->kids[0], FX_L_CONDITION);
}

void fxu_generator(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_ASSIGN);
    for (uint32_t i = 1; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        if (k->kind == FX_FILTER) {
            fxu_filter(u, k);
        } else {
            bool opens = i == 1 || (k->flags & FX_FLAG_NEST);
            fxu_text(u, opens ? " for " : ",");
            fxu_iteration(u, k);
        }
    }
}

void fxu_comprehension(fx_unparse *u, const fx_tree *t)
{
    if (t->nkids == 2) fxu_print(u, t->kids[1], FX_L_ATOM);
    fxu_text(u, "[");
    fxu_generator(u, t->kids[0]);
    fxu_text(u, "]");
}

void fxu_curly(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_ATOM);
    fxu_text(u, "{");
    for (uint32_t i = 1; i < t->nkids; i++) {
        if (i > 1) fxu_text(u, ",");
        fxu_print(u, t->kids[i], FX_L_PAIR);
    }
    fxu_text(u, "}");
}
