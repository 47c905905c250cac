/*
 * tree_dump.h - a tree as one line of nested lists, for the tests of parser and quotes: (call + a (call * b c)).
 */
#ifndef TREE_DUMP_H
#define TREE_DUMP_H

#include "base/buffer.h"
#include "expr/tree.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const tree_dump_kinds[FX_NKINDS] = {
    [FX_LITERAL] = "literal",
    [FX_NAME] = "name",
    [FX_FIELD] = "field",
    [FX_PARAM] = "param",
    [FX_INTERPOLATE] = "interpolate",
    [FX_STRING] = "string",
    [FX_REGEX] = "regex",
    [FX_QUOTE] = "quote",
    [FX_COLON] = "colon",
    [FX_END] = "end",
    [FX_CALL] = "call",
    [FX_DOTCALL] = "dotcall",
    [FX_KEYWORD] = "keyword",
    [FX_SPLAT] = "splat",
    [FX_COMPARE] = "compare",
    [FX_AND] = "and",
    [FX_OR] = "or",
    [FX_INDEX] = "index",
    [FX_RANGE] = "range",
    [FX_TUPLE] = "tuple",
    [FX_VECTOR] = "vector",
    [FX_VCAT] = "vcat",
    [FX_ROW] = "row",
    [FX_COMPREHENSION] = "comprehension",
    [FX_GENERATOR] = "generator",
    [FX_ITER] = "iter",
    [FX_FILTER] = "filter",
    [FX_ASSIGN] = "assign",
    [FX_LAMBDA] = "lambda",
    [FX_FUNCTION] = "function",
    [FX_BLOCK] = "block",
    [FX_IF] = "if",
    [FX_FOR] = "for",
    [FX_WHILE] = "while",
    [FX_BREAK] = "break",
    [FX_CONTINUE] = "continue",
    [FX_RETURN] = "return",
    [FX_LOCAL] = "local",
    [FX_GLOBAL] = "global",
    [FX_MACRO] = "macro",
    [FX_USING] = "using",
    [FX_TRANSPOSE] = "transpose",
    [FX_TYPED] = "typed",
    [FX_CURLY] = "curly",
};

static inline void tree_dump_put(fb_buffer *out, const char *text)
{
    if (fb_buffer_put(out, text, strlen(text))) abort();
}

static inline void tree_dump_literal(fb_buffer *out, const fv_cell *cell)
{
    furrow_value *value;
    char *text;
    char number[64];
    switch (cell->tag) {
    case FURROW_INT64:
        snprintf(number, sizeof number, "%" PRId64, cell->i);
        break;
    case FURROW_STRING:
        snprintf(number, sizeof number, "\"");
        break;
    case FURROW_SYMBOL:
        snprintf(number, sizeof number, ":");
        break;
    case FURROW_CHAR:
        snprintf(number, sizeof number, "U+%04" PRIX64, cell->u);
        break;
    default:
        snprintf(number, sizeof number, "%s ", furrow_type_name((furrow_type)cell->tag));
    }
    tree_dump_put(out, number);
    if (cell->tag == FURROW_INT64 || cell->tag == FURROW_CHAR) return;
    if (fv_cell_to_value(cell, &value) || furrow_value_print(value, &text)) abort();
    tree_dump_put(out, text);
    if (cell->tag == FURROW_STRING) tree_dump_put(out, "\"");
    free(text);
    furrow_value_drop(value);
}

static inline void tree_dump_to(fb_buffer *out, const fx_tree *t)
{
    if (t->kind == FX_NAME || t->kind == FX_LITERAL) {
        if (t->kind == FX_NAME)
            tree_dump_put(out, fx_tree_cstr(t));
        else
            tree_dump_literal(out, &t->value);
        return;
    }
    tree_dump_put(out, "(");
    tree_dump_put(out, tree_dump_kinds[t->kind]);
    if (t->flags & FX_FLAG_DOT) tree_dump_put(out, ".");
    if (t->flags & FX_FLAG_AFTER) tree_dump_put(out, ";");
    if (t->flags & FX_FLAG_BARE) tree_dump_put(out, "[]");
    if (t->flags & FX_FLAG_NEST) tree_dump_put(out, "-for");
    if (t->text && *fx_tree_cstr(t)) {
        tree_dump_put(out, t->kind == FX_PARAM ? " $" : " `");
        tree_dump_put(out, fx_tree_cstr(t));
        if (t->kind != FX_PARAM) tree_dump_put(out, "`");
    }
    for (uint32_t i = 0; i < t->nkids; i++) {
        tree_dump_put(out, " ");
        tree_dump_to(out, t->kids[i]);
    }
    tree_dump_put(out, ")");
}

/* From malloc. */
static inline char *tree_dump(const fx_tree *t)
{
    fb_buffer out;
    fb_buffer_init(&out, 0);
    tree_dump_to(&out, t);
    if (fb_buffer_put_u8(&out, 0)) abort();
    return (char *)out.bytes;
}

#endif
