/*
 * unparse_block.c - what begins with a keyword, functions and macros as text: blocks have a line a statement. Called by
 * unparse.c.
 */
#include "expr/unparse.h"

static void newline(fx_unparse *u)
{
    fxu_text(u, "\n");
    for (unsigned i = 0; i < u->indent; i++) fxu_text(u, "    ");
}

/* The statements of a body, each on a line of its own, and the line of what follows. */
static void body(fx_unparse *u, const fx_tree *t)
{
    u->indent++;
    for (uint32_t i = 0; i < t->nkids; i++) {
        newline(u);
        fxu_print(u, t->kids[i], FX_L_NONE);
    }
    u->indent--;
    newline(u);
}

void fxu_block(fx_unparse *u, const fx_tree *t, const char *opening)
{
    fxu_text(u, opening);
    body(u, t);
    fxu_text(u, "end");
}

void fxu_begin(fx_unparse *u, const fx_tree *t)
{
    fxu_block(u, t, "begin");
}

void fxu_while(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "while ");
    fxu_print(u, t->kids[0], FX_L_CONDITION);
    fxu_block(u, t->kids[1], "");
}

void fxu_let(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, t->nkids > 1 ? "let " : "let");
    for (uint32_t i = 0; i + 1 < t->nkids; i++) {
        if (i) fxu_text(u, ",");
        fxu_print(u, t->kids[i], FX_L_ASSIGN);
    }
    fxu_block(u, t->kids[t->nkids - 1], "");
}

void fxu_try(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "try");
    body(u, t->kids[0]);
    if (!(t->flags & FX_FLAG_BARE)) {
        fxu_text(u, *fx_tree_cstr(t) ? "catch " : "catch");
        fxu_text(u, fx_tree_cstr(t));
        body(u, t->kids[1]);
    }
    if (t->nkids == 3) {
        fxu_text(u, "finally");
        body(u, t->kids[2]);
    }
    fxu_text(u, "end");
}

void fxu_return(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, t->nkids ? "return " : "return");
    if (t->nkids) fxu_print(u, t->kids[0], FX_L_ASSIGN);
}

static bool is_block_if(const fx_tree *t)
{
    if (t->kind != FX_IF || t->kids[1]->kind != FX_BLOCK) return false;
    return t->nkids == 2 || t->kids[2]->kind == FX_BLOCK || is_block_if(t->kids[2]);
}

static void if_block(fx_unparse *u, const fx_tree *t, const char *opening)
{
    fxu_text(u, opening);
    fxu_print(u, t->kids[0], FX_L_CONDITION);
    body(u, t->kids[1]);
    if (t->nkids == 2) {
        fxu_text(u, "end");
    } else if (t->kids[2]->kind == FX_IF) {
        if_block(u, t->kids[2], "elseif ");
    } else {
        fxu_block(u, t->kids[2], "else");
    }
}

void fxu_condition(fx_unparse *u, const fx_tree *t)
{
    if (is_block_if(t)) {
        if_block(u, t, "if ");
        return;
    }
    fxu_print(u, t->kids[0], FX_L_CONDITION + 1);
    fxu_text(u, " ? ");
    fxu_print(u, t->kids[1], FX_L_COLON + 1);
    fxu_text(u, " : ");
    fxu_print(u, t->kids[2], FX_L_CONDITION);
}

void fxu_for(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "for ");
    for (uint32_t i = 0; i + 1 < t->nkids; i++) {
        if (i) fxu_text(u, ",");
        fxu_iteration(u, t->kids[i]);
    }
    fxu_block(u, t->kids[t->nkids - 1], "");
}

static void params(fx_unparse *u, const fx_tree *t)
{
    bool after = false;
    fxu_text(u, "(");
    for (uint32_t i = 0; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        bool semicolon = k->kind == FX_KEYWORD && !after;
        if (semicolon) fxu_text(u, i ? "; " : ";");
        if (i && !semicolon) fxu_text(u, ",");
        after |= semicolon;
        if (k->kind == FX_ASSIGN)
            fxu_default(u, k);
        else
            fxu_argument(u, k);
    }
    fxu_text(u, ")");
}

void fxu_function(fx_unparse *u, const fx_tree *t)
{
    bool long_form = t->kids[1]->kind == FX_BLOCK;
    if (long_form) fxu_text(u, "function ");
    fxu_text(u, fx_tree_cstr(t));
    params(u, t->kids[0]);
    if (long_form) {
        fxu_block(u, t->kids[1], "");
    } else {
        fxu_text(u, " = ");
        fxu_print(u, t->kids[1], FX_L_ASSIGN);
    }
}

void fxu_lambda(fx_unparse *u, const fx_tree *t)
{
    const fx_tree *names = t->kids[0];
    if (names->nkids == 1 && names->kids[0]->kind == FX_NAME) {
        fxu_print(u, names->kids[0], FX_L_ATOM);
    } else {
        params(u, names);
    }
    fxu_text(u, "->");
    fxu_print(u, t->kids[1], FX_L_ASSIGN);
}

/* Arguments of a macro are separated by blanks; what itself begins with a keyword gets parentheses. */
void fxu_macro(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "@");
    fxu_text(u, fx_tree_cstr(t));
    for (uint32_t i = 0; i < t->nkids; i++) {
        bool last = i + 1 == t->nkids;
        bool plain = t->kids[i]->kind == FX_USING || t->kids[i]->kind == FX_BLOCK || t->kids[i]->kind == FX_MACRO ||
                     (t->kids[i]->kind == FX_FOR && i == 0);
        fxu_text(u, " ");
        fxu_print(u, t->kids[i], last && plain ? FX_L_NONE : last ? FX_L_ASSIGN : FX_L_CONDITION + 1);
    }
}

void fxu_declaration(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, t->kind == FX_LOCAL ? "local " : "global ");
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, ",");
        fxu_print(u, t->kids[i], FX_L_ASSIGN);
    }
}
