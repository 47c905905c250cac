/*
 * unparse.c - trees to canonical text, in the way Julia shows expressions: parsing it gives the same tree again.
 * Called through fx_tree_text: for display, for EXPR values that travel as text, and by tests. One row of the table
 * `kinds` says how a kind of node is printed and how tightly it binds.
 */
#include "base/error.h"
#include "expr/unparse.h"

#include <stdlib.h>

void fxu_bytes(fx_unparse *u, const char *bytes, size_t nbytes)
{
    if (!u->err) u->err = fb_buffer_put(&u->out, bytes, nbytes);
}

void fxu_text(fx_unparse *u, const char *text)
{
    fxu_bytes(u, text, strlen(text));
}

/* --- quotes and strings --- */

static void quote(fx_unparse *u, const fx_tree *t)
{
    const fx_tree *k = t->kids[0];
    u->quotes++;
    if (k->kind == FX_BLOCK) {
        fxu_block(u, k, "quote");
    } else if (k->kind == FX_TUPLE) {
        fxu_text(u, ":");
        fxu_tuple(u, k);
    } else {
        fxu_text(u, ":(");
        fxu_print(u, k, FX_L_NONE);
        fxu_text(u, ")");
    }
    u->quotes--;
}

static void interpolation(fx_unparse *u, const fx_tree *t)
{
    const fx_tree *k = t->kids[0];
    bool name = k->kind == FX_NAME && fxu_is_plain_name(k);
    if (u->quotes) u->quotes--;
    fxu_text(u, name ? "$" : "$(");
    fxu_print(u, k, FX_L_NONE);
    fxu_text(u, name ? "" : ")");
    u->quotes++;
}

static void string(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "\"");
    for (uint32_t i = 0; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        bool literal = k->kind == FX_LITERAL && k->value.tag == FURROW_STRING && !(k->flags & FX_FLAG_PARENS);
        if (literal) {
            fxu_escaped(u, (const fv_text *)k->value.p);
            continue;
        }
        fxu_text(u, "$(");
        fxu_print(u, k, FX_L_NONE);
        fxu_text(u, ")");
    }
    fxu_text(u, "\"");
}

static void regex(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "r\"");
    for (const char *p = fx_tree_cstr(t); *p; p++) {
        if (*p == '"') fxu_text(u, "\\");
        fxu_bytes(u, p, 1);
    }
    fxu_text(u, "\"");
}

/* --- the others --- */

static void plain_name(fx_unparse *u, const fx_tree *t)
{
    bool parens = !fxu_is_plain_name(t);
    if (parens) fxu_text(u, "(");
    fxu_name(u, t);
    if (parens) fxu_text(u, ")");
}

static void field(fx_unparse *u, const fx_tree *t)
{
    fxu_callee(u, t->kids[0]);
    fxu_text(u, ".");
    fxu_text(u, fx_tree_cstr(t));
}

static void transpose(fx_unparse *u, const fx_tree *t)
{
    fxu_callee(u, t->kids[0]);
    fxu_text(u, t->flags & FX_FLAG_DOT ? ".'" : "'");
}

static void param(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "$");
    fxu_text(u, fx_tree_cstr(t));
}

static void using(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, fx_tree_cstr(t));
}

/* --- every kind --- */

typedef struct kind_row {
    void (*print)(fx_unparse *u, const fx_tree *t); /* NULL: text alone */
    const char *text;
    int level; /* FX_L_NONE: wants parentheses inside anything */
} kind_row;

static const kind_row kinds[FX_NKINDS] = {
    [FX_LITERAL] = {fxu_literal, NULL, FX_L_ATOM}, /* negative numbers: fxu_level */
    [FX_NAME] = {plain_name, NULL, FX_L_ATOM},
    [FX_FIELD] = {field, NULL, FX_L_ATOM},
    [FX_PARAM] = {param, NULL, FX_L_ATOM},
    [FX_INTERPOLATE] = {interpolation, NULL, FX_L_ATOM},
    [FX_STRING] = {string, NULL, FX_L_ATOM},
    [FX_REGEX] = {regex, NULL, FX_L_ATOM},
    [FX_QUOTE] = {quote, NULL, FX_L_ATOM},
    [FX_COLON] = {NULL, "(:)", FX_L_ATOM},
    [FX_END] = {NULL, "end", FX_L_ATOM},
    [FX_CALL] = {fxu_call, NULL, FX_L_ATOM}, /* operators: fxu_level */
    [FX_DOTCALL] = {fxu_call, NULL, FX_L_ATOM},
    [FX_KEYWORD] = {fxu_keyword, NULL, FX_L_NONE},
    [FX_SPLAT] = {fxu_argument, NULL, FX_L_NONE},
    [FX_COMPARE] = {fxu_compare, NULL, FX_L_COMPARE},
    [FX_AND] = {fxu_and, NULL, FX_L_AND},
    [FX_OR] = {fxu_or, NULL, FX_L_OR},
    [FX_INDEX] = {fxu_indexed, NULL, FX_L_ATOM},
    [FX_RANGE] = {fxu_range, NULL, FX_L_COLON},
    [FX_TUPLE] = {fxu_tuple, NULL, FX_L_ATOM},
    [FX_VECTOR] = {fxu_vector, NULL, FX_L_ATOM},
    [FX_VCAT] = {fxu_matrix, NULL, FX_L_ATOM},
    [FX_ROW] = {fxu_matrix, NULL, FX_L_ATOM},
    [FX_COMPREHENSION] = {fxu_comprehension, NULL, FX_L_ATOM},
    [FX_GENERATOR] = {fxu_generator, NULL, -1}, /* in parentheses wherever it is no call's only argument */
    [FX_ITER] = {fxu_iteration, NULL, FX_L_NONE},
    [FX_FILTER] = {fxu_filter, NULL, FX_L_NONE},
    [FX_ASSIGN] = {fxu_assign, NULL, FX_L_ASSIGN},
    [FX_LAMBDA] = {fxu_lambda, NULL, FX_L_ASSIGN},
    [FX_FUNCTION] = {fxu_function, NULL, FX_L_NONE},
    [FX_BLOCK] = {fxu_begin, NULL, FX_L_ASSIGN},
    [FX_IF] = {fxu_condition, NULL, FX_L_CONDITION},
    [FX_FOR] = {fxu_for, NULL, FX_L_NONE},
    [FX_WHILE] = {fxu_while, NULL, FX_L_NONE},
    [FX_LET] = {fxu_let, NULL, FX_L_NONE},
    [FX_TRY] = {fxu_try, NULL, FX_L_NONE},
    [FX_BREAK] = {NULL, "break", FX_L_NONE},
    [FX_CONTINUE] = {NULL, "continue", FX_L_NONE},
    [FX_RETURN] = {fxu_return, NULL, FX_L_NONE},
    [FX_LOCAL] = {fxu_declaration, NULL, FX_L_NONE},
    [FX_GLOBAL] = {fxu_declaration, NULL, FX_L_NONE},
    [FX_MACRO] = {fxu_macro, NULL, FX_L_NONE},
    [FX_USING] = {using, NULL, FX_L_NONE},
    [FX_TRANSPOSE] = {transpose, NULL, FX_L_ATOM},
    [FX_TYPED] = {fxu_typed, NULL, FX_L_TYPE},
    [FX_CURLY] = {fxu_curly, NULL, FX_L_ATOM},
};

static int level_of(const fx_tree *t)
{
    if (t->kind == FX_LITERAL && fxu_is_negative(t)) return FX_L_UNARY;
    if (t->kind == FX_CALL || t->kind == FX_DOTCALL) return fxu_call_level(t);
    return kinds[t->kind].level;
}

void fxu_print(fx_unparse *u, const fx_tree *t, int level)
{
    if (u->err) return;
    const kind_row *row = &kinds[t->kind];
    bool parens = level_of(t) < level;
    if (parens) fxu_text(u, "(");
    if (row->print)
        row->print(u, t);
    else
        fxu_text(u, row->text);
    if (parens) fxu_text(u, ")");
}

/* --- the entries --- */

static furrow_err unparse(const fx_tree *tree, fx_unparse *u, char **text)
{
    fb_buffer_init(&u->out, 8 * (size_t)FX_MAX_TEXT);
    fxu_print(u, tree, FX_L_NONE);
    fxu_bytes(u, "", 1);
    if (u->err) {
        fb_buffer_free(&u->out);
        return u->err;
    }
    *text = (char *)u->out.bytes;
    return FURROW_OK;
}

furrow_err fx_tree_text(const fx_tree *tree, char **text)
{
    fx_unparse u = {.capture = false};
    return unparse(tree, &u, text);
}

furrow_err fx_tree_text_captured(const fx_tree *tree, char **text, furrow_value **captured)
{
    fx_unparse u = {.capture = true};
    furrow_value *values = NULL;
    char *made = NULL;
    furrow_err err = unparse(tree, &u, &made);
    if (!err && u.nvalues) err = fv_tuple_new(u.nvalues, u.values, &values);
    free(u.values);
    if (err) {
        free(made);
        return err;
    }
    *text = made;
    *captured = values;
    return FURROW_OK;
}
