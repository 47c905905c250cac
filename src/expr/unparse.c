/*
 * unparse.c - trees to canonical text, in the way Julia shows expressions: parsing it gives the same tree again.
 * Called through fx_tree_text: for display, for EXPR values that travel as text, and by tests.
 */
#include "expr/unparse.h"
#include "base/error.h"

#include <stdlib.h>

void fxu_bytes(fx_unparse *u, const char *bytes, size_t nbytes)
{
    if (!u->err) u->err = fb_buffer_put(&u->out, bytes, nbytes);
}

void fxu_text(fx_unparse *u, const char *text)
{
    fxu_bytes(u, text, strlen(text));
}

/* Prints t so that it may stand where operators of that level or tighter may: in parentheses when it binds looser. */
static void print(fx_unparse *u, const fx_tree *t, int level);

static void newline(fx_unparse *u)
{
    fxu_text(u, "\n");
    for (unsigned i = 0; i < u->indent; i++) fxu_text(u, "    ");
}

static void list(fx_unparse *u, fx_tree *const *items, size_t n, const char *separator, int level)
{
    for (size_t i = 0; i < n; i++) {
        if (i) fxu_text(u, separator);
        print(u, items[i], level);
    }
}

static bool is_plain_name(const fx_tree *t)
{
    return fxu_is_identifier(fx_tree_cstr(t)) && !fx_operator_find(fx_tree_cstr(t));
}

/* --- levels --------------------------------------------------------------------------------------------------------*/

static const fx_operator *operator_of(const fx_tree *t)
{
    if ((t->kind != FX_CALL && t->kind != FX_DOTCALL) || t->kids[0]->kind != FX_NAME) return NULL;
    const fx_operator *op = fx_operator_find(fx_tree_cstr(t->kids[0]));
    if (op && t->kind == FX_DOTCALL && !op->dottable) return NULL;
    for (uint32_t i = 1; i < t->nkids; i++)
        if (t->kids[i]->kind == FX_KEYWORD || t->kids[i]->kind == FX_SPLAT) return NULL;
    return op;
}

static bool is_binary(const fx_tree *t, const fx_operator *op)
{
    return op && t->nkids == 3 && op->level != FX_L_NONE && op->level != FX_L_COLON;
}

static bool is_prefix(const fx_tree *t, const fx_operator *op)
{
    return op && t->nkids == 2 && op->unary && strcmp(op->text, "√") != 0;
}

/* 2k: a number and a name that the number cannot swallow. */
static bool is_coefficient(const fx_tree *t)
{
    if (t->kind != FX_CALL || t->nkids != 3 || strcmp(fx_tree_cstr(t->kids[0]), "*") != 0) return false;
    const fx_tree *number = t->kids[1];
    const fx_tree *name = t->kids[2];
    if (number->kind != FX_LITERAL || (number->value.tag != FURROW_INT64 && number->value.tag != FURROW_FLOAT64))
        return false;
    return name->kind == FX_NAME && fxu_is_identifier(fx_tree_cstr(name)) && !strchr("eEfxob_", fx_tree_cstr(name)[0]);
}

static int call_level(const fx_tree *t)
{
    const fx_operator *op = operator_of(t);
    if (is_coefficient(t)) return FX_L_JUXTAPOSE;
    if (is_binary(t, op)) return op->level;
    return is_prefix(t, op) ? FX_L_UNARY : FX_L_ATOM;
}

static int level_of(const fx_tree *t)
{
    switch ((fx_kind)t->kind) {
    case FX_LITERAL:
        return fxu_is_negative(t) ? FX_L_UNARY : FX_L_ATOM;
    case FX_NAME:
        return FX_L_ATOM;
    case FX_CALL:
    case FX_DOTCALL:
        return call_level(t);
    case FX_COMPARE:
        return FX_L_COMPARE;
    case FX_AND:
        return FX_L_AND;
    case FX_OR:
        return FX_L_OR;
    case FX_RANGE:
        return FX_L_COLON;
    case FX_TYPED:
        return FX_L_TYPE;
    case FX_IF:
        return FX_L_CONDITION;
    case FX_ASSIGN:
    case FX_LAMBDA:
    case FX_BLOCK:
        return FX_L_ASSIGN;
    case FX_SPLAT:
    case FX_KEYWORD:
    case FX_GENERATOR:
    case FX_FUNCTION:
    case FX_FOR:
    case FX_WHILE:
    case FX_BREAK:
    case FX_CONTINUE:
    case FX_RETURN:
    case FX_LOCAL:
    case FX_GLOBAL:
    case FX_MACRO:
    case FX_USING:
        return FX_L_NONE;
    default:
        return FX_L_ATOM;
    }
}

/* --- calls and operators
 * --------------------------------------------------------------------------------------------*/

static bool is_after(const fx_tree *t)
{
    return t->kind == FX_KEYWORD && (t->flags & FX_FLAG_AFTER);
}

static void keyword(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, fx_tree_cstr(t));
    fxu_text(u, "=");
    print(u, t->kids[0], FX_L_ASSIGN);
}

static void name(fx_unparse *u, const fx_tree *t)
{
    const char *text = fx_tree_cstr(t);
    const fx_operator *op = fx_operator_find(text + (text[0] == '.'));
    if (fxu_is_identifier(text) || op)
        fxu_text(u, text);
    else if (!u->err)
        u->err = fb_fail(FURROW_ERR_TYPE, "the name \"%s\" cannot be written in an expression", text);
}

/* A default is written b=1, and parsing makes it an assignment again. */
static void default_value(fx_unparse *u, const fx_tree *t)
{
    print(u, t->kids[0], FX_L_TYPE);
    fxu_text(u, "=");
    print(u, t->kids[1], FX_L_ASSIGN);
}

/* A bare name, operators too: reduce(+,xs). */
static void argument(fx_unparse *u, const fx_tree *t)
{
    if (t->kind == FX_KEYWORD)
        keyword(u, t);
    else if (t->kind == FX_SPLAT) {
        print(u, t->kids[0], FX_L_PAIR);
        fxu_text(u, "...");
    } else if (t->kind == FX_COLON)
        fxu_text(u, ":");
    else if (t->kind == FX_NAME)
        name(u, t);
    else if (t->kind == FX_LAMBDA)
        print(u, t, FX_L_NONE);
    else
        print(u, t, FX_L_PAIR);
}

static void arguments(fx_unparse *u, fx_tree *const *args, size_t n)
{
    bool after = false;
    if (n == 1 && args[0]->kind == FX_GENERATOR) {
        print(u, args[0], FX_L_NONE);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        bool semicolon = is_after(args[i]) && !after;
        if (semicolon) fxu_text(u, i ? "; " : ";");
        if (i && !semicolon) fxu_text(u, ",");
        after |= semicolon;
        argument(u, args[i]);
    }
}

static bool is_bare_number(const fx_tree *t)
{
    return t->kind == FX_LITERAL && t->value.tag <= FURROW_FLOAT64 && !fxu_is_negative(t);
}

static void callee(fx_unparse *u, const fx_tree *t)
{
    bool number = is_bare_number(t);
    if (number) fxu_text(u, "(");
    print(u, t, FX_L_ATOM);
    if (number) fxu_text(u, ")");
}

/* In parentheses when what is printed begins with one of these characters. */
static void guarded(fx_unparse *u, const fx_tree *t, int level, const char *beginnings)
{
    size_t at = u->out.nbytes;
    print(u, t, level);
    if (u->err || !strchr(beginnings, u->out.bytes[at])) return;
    fxu_text(u, "()");
    if (u->err) return;
    memmove(u->out.bytes + at + 1, u->out.bytes + at, u->out.nbytes - at - 2);
    u->out.bytes[at] = '(';
}

/* The operand of a prefix operator: -1 would be a number, -(1,2) a call. */
static void operand(fx_unparse *u, const fx_tree *t)
{
    guarded(u, t, FX_L_ATOM, t->kind == FX_TUPLE ? "(" : "0123456789");
}

static void binary(fx_unparse *u, const fx_tree *t, const fx_operator *op)
{
    bool right = op->level == FX_L_PAIR;
    bool chains = op->level == FX_L_COMPARE;
    int left_level = right || chains || op->level == FX_L_POWER ? op->level + 1 : op->level;
    int right_level = op->level == FX_L_POWER ? FX_L_UNARY : right ? op->level : op->level + 1;
    print(u, t->kids[1], left_level);
    fxu_text(u, t->kind == FX_DOTCALL ? " ." : " ");
    fxu_text(u, op->name);
    fxu_text(u, " ");
    print(u, t->kids[2], right_level);
}

static void call(fx_unparse *u, const fx_tree *t)
{
    const fx_operator *op = operator_of(t);
    if (is_coefficient(t)) {
        print(u, t->kids[1], FX_L_UNARY);
        print(u, t->kids[2], FX_L_ATOM);
    } else if (is_binary(t, op)) {
        binary(u, t, op);
    } else if (is_prefix(t, op)) {
        fxu_text(u, t->kind == FX_DOTCALL ? "." : "");
        fxu_text(u, op->name);
        operand(u, t->kids[1]);
    } else {
        callee(u, t->kids[0]);
        fxu_text(u, t->kind == FX_DOTCALL ? ".(" : "(");
        arguments(u, t->kids + 1, t->nkids - 1);
        fxu_text(u, ")");
    }
}

static void compare(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, " ");
        if (i % 2)
            fxu_text(u, fx_tree_cstr(t->kids[i]));
        else
            print(u, t->kids[i], FX_L_COMPARE + 1);
    }
}

static void range(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, ":");
        guarded(u, t->kids[i], FX_L_COLON + 1, ":"); /* 1::a would be a type */
    }
}

static void infix(fx_unparse *u, const fx_tree *t, const char *op, int level)
{
    print(u, t->kids[0], level + 1);
    fxu_text(u, op);
    print(u, t->kids[1], level);
}

static void assign(fx_unparse *u, const fx_tree *t)
{
    print(u, t->kids[0], FX_L_PAIR);
    fxu_text(u, " ");
    if (t->flags & FX_FLAG_DOT) fxu_text(u, ".");
    fxu_text(u, fx_tree_cstr(t));
    fxu_text(u, "= ");
    print(u, t->kids[1], FX_L_ASSIGN);
}

/* --- brackets
 * -------------------------------------------------------------------------------------------------------*/

/* Between [ ] blanks separate, so that everything looser than an operator is put in parentheses. */
static void row(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        if (i) fxu_text(u, " ");
        if (k->kind == FX_SPLAT)
            argument(u, k);
        else
            print(u, k, FX_L_CONDITION + 1);
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
            argument(u, k);
        else
            print(u, k, FX_L_CONDITION + 1);
    }
    if (t->nkids == 1) fxu_text(u, ";");
}

static void matrix(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "[");
    if (t->kind == FX_ROW)
        row(u, t);
    else
        rows(u, t);
    fxu_text(u, "]");
}

static void indexed(fx_unparse *u, const fx_tree *t)
{
    print(u, t->kids[0], FX_L_ATOM);
    if (t->nkids == 2 && (t->kids[1]->flags & FX_FLAG_BARE)) {
        matrix(u, t->kids[1]);
        return;
    }
    fxu_text(u, "[");
    for (uint32_t i = 1; i < t->nkids; i++) {
        if (i > 1) fxu_text(u, ",");
        argument(u, t->kids[i]);
    }
    fxu_text(u, "]");
}

static void vector(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "[");
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, ",");
        argument(u, t->kids[i]);
    }
    fxu_text(u, "]");
}

static void tuple(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "(");
    arguments(u, t->kids, t->nkids);
    bool comma = t->nkids == 1 && t->kids[0]->kind != FX_SPLAT && t->kids[0]->kind != FX_KEYWORD;
    fxu_text(u, comma ? ",)" : ")");
}

static void iteration(fx_unparse *u, const fx_tree *t)
{
    print(u, t->kids[0], FX_L_ATOM);
    fxu_text(u, " = ");
    print(u, t->kids[1], FX_L_CONDITION);
}

static void generator(fx_unparse *u, const fx_tree *t)
{
    print(u, t->kids[0], FX_L_ASSIGN);
    for (uint32_t i = 1; i < t->nkids; i++) {
        const fx_tree *k = t->kids[i];
        if (k->kind == FX_FILTER) {
            fxu_text(u, " if ");
            print(u, k->kids[0], FX_L_CONDITION);
        } else {
            bool opens = i == 1 || (k->flags & FX_FLAG_NEST);
            fxu_text(u, opens ? " for " : ",");
            iteration(u, k);
        }
    }
}

static void comprehension(fx_unparse *u, const fx_tree *t)
{
    if (t->nkids == 2) print(u, t->kids[1], FX_L_ATOM);
    fxu_text(u, "[");
    generator(u, t->kids[0]);
    fxu_text(u, "]");
}

/* --- blocks
 * ---------------------------------------------------------------------------------------------------------*/

/* The statements of a body, each on a line of its own, and the line of what follows. */
static void body(fx_unparse *u, const fx_tree *t)
{
    u->indent++;
    for (uint32_t i = 0; i < t->nkids; i++) {
        newline(u);
        print(u, t->kids[i], FX_L_NONE);
    }
    u->indent--;
    newline(u);
}

static void block(fx_unparse *u, const fx_tree *t, const char *opening)
{
    fxu_text(u, opening);
    body(u, t);
    fxu_text(u, "end");
}

static bool is_block_if(const fx_tree *t)
{
    if (t->kind != FX_IF || t->kids[1]->kind != FX_BLOCK) return false;
    return t->nkids == 2 || t->kids[2]->kind == FX_BLOCK || is_block_if(t->kids[2]);
}

static void if_block(fx_unparse *u, const fx_tree *t, const char *opening)
{
    fxu_text(u, opening);
    print(u, t->kids[0], FX_L_CONDITION);
    body(u, t->kids[1]);
    if (t->nkids == 2) {
        fxu_text(u, "end");
    } else if (t->kids[2]->kind == FX_IF) {
        if_block(u, t->kids[2], "elseif ");
    } else {
        block(u, t->kids[2], "else");
    }
}

static void condition(fx_unparse *u, const fx_tree *t)
{
    if (is_block_if(t)) {
        if_block(u, t, "if ");
        return;
    }
    print(u, t->kids[0], FX_L_CONDITION + 1);
    fxu_text(u, " ? ");
    print(u, t->kids[1], FX_L_COLON + 1);
    fxu_text(u, " : ");
    print(u, t->kids[2], FX_L_CONDITION);
}

static void for_block(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "for ");
    for (uint32_t i = 0; i + 1 < t->nkids; i++) {
        if (i) fxu_text(u, ",");
        iteration(u, t->kids[i]);
    }
    block(u, t->kids[t->nkids - 1], "");
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
            default_value(u, k);
        else
            argument(u, k);
    }
    fxu_text(u, ")");
}

static void function(fx_unparse *u, const fx_tree *t)
{
    bool long_form = t->kids[1]->kind == FX_BLOCK;
    if (long_form) fxu_text(u, "function ");
    fxu_text(u, fx_tree_cstr(t));
    params(u, t->kids[0]);
    if (long_form) {
        block(u, t->kids[1], "");
    } else {
        fxu_text(u, " = ");
        print(u, t->kids[1], FX_L_ASSIGN);
    }
}

static void lambda(fx_unparse *u, const fx_tree *t)
{
    const fx_tree *names = t->kids[0];
    if (names->nkids == 1 && names->kids[0]->kind == FX_NAME) {
        print(u, names->kids[0], FX_L_ATOM);
    } else {
        params(u, names);
    }
    fxu_text(u, "->");
    print(u, t->kids[1], FX_L_ASSIGN);
}

/* Arguments of a macro are separated by blanks; what itself begins with a keyword gets parentheses. */
static void macro(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, "@");
    fxu_text(u, fx_tree_cstr(t));
    for (uint32_t i = 0; i < t->nkids; i++) {
        bool last = i + 1 == t->nkids;
        bool plain = t->kids[i]->kind == FX_USING || t->kids[i]->kind == FX_BLOCK || t->kids[i]->kind == FX_MACRO ||
                     (t->kids[i]->kind == FX_FOR && i == 0);
        fxu_text(u, " ");
        print(u, t->kids[i], last && plain ? FX_L_NONE : last ? FX_L_ASSIGN : FX_L_CONDITION + 1);
    }
}

static void declaration(fx_unparse *u, const fx_tree *t, const char *word)
{
    fxu_text(u, word);
    list(u, t->kids, t->nkids, ",", FX_L_ASSIGN);
}

/* --- quotes and strings
 * ---------------------------------------------------------------------------------------------*/

static void quote(fx_unparse *u, const fx_tree *t)
{
    const fx_tree *k = t->kids[0];
    u->quotes++;
    if (k->kind == FX_BLOCK) {
        block(u, k, "quote");
    } else if (k->kind == FX_TUPLE) {
        fxu_text(u, ":");
        tuple(u, k);
    } else {
        fxu_text(u, ":(");
        print(u, k, FX_L_NONE);
        fxu_text(u, ")");
    }
    u->quotes--;
}

static void interpolation(fx_unparse *u, const fx_tree *t)
{
    const fx_tree *k = t->kids[0];
    bool name = k->kind == FX_NAME && is_plain_name(k);
    if (u->quotes) u->quotes--;
    fxu_text(u, name ? "$" : "$(");
    print(u, k, FX_L_NONE);
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
        print(u, k, FX_L_NONE);
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

/* --- every kind
 * -----------------------------------------------------------------------------------------------------*/

static void dotted_text(fx_unparse *u, const fx_tree *t, const char *before)
{
    callee(u, t->kids[0]);
    fxu_text(u, before);
    if (t->kind == FX_FIELD) fxu_text(u, fx_tree_cstr(t));
}

static void print_statement(fx_unparse *u, const fx_tree *t)
{
    switch ((fx_kind)t->kind) {
    case FX_FUNCTION:
        function(u, t);
        break;
    case FX_BLOCK:
        block(u, t, "begin");
        break;
    case FX_FOR:
        for_block(u, t);
        break;
    case FX_WHILE:
        fxu_text(u, "while ");
        print(u, t->kids[0], FX_L_CONDITION);
        block(u, t->kids[1], "");
        break;
    case FX_BREAK:
        fxu_text(u, "break");
        break;
    case FX_CONTINUE:
        fxu_text(u, "continue");
        break;
    case FX_RETURN:
        fxu_text(u, t->nkids ? "return " : "return");
        list(u, t->kids, t->nkids, "", FX_L_ASSIGN);
        break;
    case FX_LOCAL:
        declaration(u, t, "local ");
        break;
    case FX_GLOBAL:
        declaration(u, t, "global ");
        break;
    case FX_MACRO:
        macro(u, t);
        break;
    case FX_USING:
        fxu_text(u, fx_tree_cstr(t));
        break;
    case FX_GENERATOR:
        generator(u, t);
        break;
    case FX_KEYWORD:
        keyword(u, t);
        break;
    case FX_SPLAT:
        argument(u, t);
        break;
    default:
        break;
    }
}

static void print_operator(fx_unparse *u, const fx_tree *t)
{
    switch ((fx_kind)t->kind) {
    case FX_CALL:
    case FX_DOTCALL:
        call(u, t);
        break;
    case FX_COMPARE:
        compare(u, t);
        break;
    case FX_AND:
        infix(u, t, " && ", FX_L_AND);
        break;
    case FX_OR:
        infix(u, t, " || ", FX_L_OR);
        break;
    case FX_RANGE:
        range(u, t);
        break;
    case FX_ASSIGN:
        assign(u, t);
        break;
    case FX_LAMBDA:
        lambda(u, t);
        break;
    case FX_IF:
        condition(u, t);
        break;
    case FX_TYPED:
        print(u, t->kids[0], FX_L_ATOM);
        fxu_text(u, "::");
        print(u, t->kids[1], FX_L_ATOM);
        break;
    default:
        print_statement(u, t);
        break;
    }
}

static void print_bare(fx_unparse *u, const fx_tree *t)
{
    switch ((fx_kind)t->kind) {
    case FX_LITERAL:
        fxu_literal(u, t);
        break;
    case FX_NAME:
        if (is_plain_name(t)) {
            name(u, t);
        } else {
            fxu_text(u, "(");
            name(u, t);
            fxu_text(u, ")");
        }
        break;
    case FX_FIELD:
        dotted_text(u, t, ".");
        break;
    case FX_TRANSPOSE:
        dotted_text(u, t, t->flags & FX_FLAG_DOT ? ".'" : "'");
        break;
    case FX_PARAM:
        fxu_text(u, "$");
        fxu_text(u, fx_tree_cstr(t));
        break;
    case FX_INTERPOLATE:
        interpolation(u, t);
        break;
    case FX_STRING:
        string(u, t);
        break;
    case FX_REGEX:
        regex(u, t);
        break;
    case FX_QUOTE:
        quote(u, t);
        break;
    case FX_COLON:
        fxu_text(u, "(:)");
        break;
    case FX_END:
        fxu_text(u, "end");
        break;
    case FX_INDEX:
        indexed(u, t);
        break;
    case FX_TUPLE:
        tuple(u, t);
        break;
    case FX_VECTOR:
        vector(u, t);
        break;
    case FX_VCAT:
    case FX_ROW:
        matrix(u, t);
        break;
    case FX_COMPREHENSION:
        comprehension(u, t);
        break;
    case FX_CURLY:
        print(u, t->kids[0], FX_L_ATOM);
        fxu_text(u, "{");
        list(u, t->kids + 1, t->nkids - 1, ",", FX_L_PAIR);
        fxu_text(u, "}");
        break;
    default:
        print_operator(u, t);
        break;
    }
}

static void print(fx_unparse *u, const fx_tree *t, int level)
{
    if (u->err) return;
    bool parens = level_of(t) < level;
    if (parens) fxu_text(u, "(");
    print_bare(u, t);
    if (parens) fxu_text(u, ")");
}

/* --- the entries
 * ----------------------------------------------------------------------------------------------------*/

static furrow_err unparse(const fx_tree *tree, fx_unparse *u, char **text)
{
    fb_buffer_init(&u->out, 8 * (size_t)FX_MAX_TEXT);
    print(u, tree, FX_L_NONE);
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
