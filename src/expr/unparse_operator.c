/*
 * unparse_operator.c - calls, operators and arguments as text. Called by unparse.c; holds how tightly calls bind.
 */
#include "base/error.h"
#include "expr/unparse.h"

bool fxu_is_plain_name(const fx_tree *t)
{
    return fxu_is_identifier(fx_tree_cstr(t)) && !fx_operator_find(fx_tree_cstr(t));
}

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

int fxu_call_level(const fx_tree *t)
{
    const fx_operator *op = operator_of(t);
    if (is_coefficient(t)) return FX_L_JUXTAPOSE;
    if (is_binary(t, op)) return op->level;
    return is_prefix(t, op) ? FX_L_UNARY : FX_L_ATOM;
}

static bool is_after(const fx_tree *t)
{
    return t->kind == FX_KEYWORD && (t->flags & FX_FLAG_AFTER);
}

void fxu_keyword(fx_unparse *u, const fx_tree *t)
{
    fxu_text(u, fx_tree_cstr(t));
    fxu_text(u, "=");
    fxu_print(u, t->kids[0], FX_L_ASSIGN);
}

void fxu_name(fx_unparse *u, const fx_tree *t)
{
    const char *text = fx_tree_cstr(t);
    const fx_operator *op = fx_operator_find(text + (text[0] == '.'));
    if (fxu_is_identifier(text) || op)
        fxu_text(u, text);
    else if (!u->err)
        u->err = fb_fail(FURROW_ERR_TYPE, "the name \"%s\" cannot be written in an expression", text);
}

/* A default is written b=1, and parsing makes it an assignment again. */
void fxu_default(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_TYPE);
    fxu_text(u, "=");
    fxu_print(u, t->kids[1], FX_L_ASSIGN);
}

/* A bare name, operators too: reduce(+,xs). */
void fxu_argument(fx_unparse *u, const fx_tree *t)
{
    if (t->kind == FX_KEYWORD)
        fxu_keyword(u, t);
    else if (t->kind == FX_SPLAT) {
        fxu_print(u, t->kids[0], FX_L_PAIR);
        fxu_text(u, "...");
    } else if (t->kind == FX_COLON)
        fxu_text(u, ":");
    else if (t->kind == FX_NAME)
        fxu_name(u, t);
    else if (t->kind == FX_LAMBDA)
        fxu_print(u, t, FX_L_NONE);
    else
        fxu_print(u, t, FX_L_PAIR);
}

void fxu_arguments(fx_unparse *u, fx_tree *const *args, size_t n)
{
    bool after = false;
    if (n == 1 && args[0]->kind == FX_GENERATOR) {
        fxu_generator(u, args[0]);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        bool semicolon = is_after(args[i]) && !after;
        if (semicolon) fxu_text(u, i ? "; " : ";");
        if (i && !semicolon) fxu_text(u, ",");
        after |= semicolon;
        fxu_argument(u, args[i]);
    }
}

static bool is_bare_number(const fx_tree *t)
{
    return t->kind == FX_LITERAL && t->value.tag <= FURROW_FLOAT64 && !fxu_is_negative(t);
}

void fxu_callee(fx_unparse *u, const fx_tree *t)
{
    bool number = is_bare_number(t);
    if (number) fxu_text(u, "(");
    fxu_print(u, t, FX_L_ATOM);
    if (number) fxu_text(u, ")");
}

/* In parentheses when what is printed begins with one of these characters. */
static void guarded(fx_unparse *u, const fx_tree *t, int level, const char *beginnings)
{
    size_t at = u->out.nbytes;
    fxu_print(u, t, level);
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
    fxu_print(u, t->kids[1], left_level);
    fxu_text(u, t->kind == FX_DOTCALL ? " ." : " ");
    fxu_text(u, op->name);
    fxu_text(u, " ");
    fxu_print(u, t->kids[2], right_level);
}

void fxu_call(fx_unparse *u, const fx_tree *t)
{
    const fx_operator *op = operator_of(t);
    if (is_coefficient(t)) {
        fxu_print(u, t->kids[1], FX_L_UNARY);
        fxu_print(u, t->kids[2], FX_L_ATOM);
    } else if (is_binary(t, op)) {
        binary(u, t, op);
    } else if (is_prefix(t, op)) {
        fxu_text(u, t->kind == FX_DOTCALL ? "." : "");
        fxu_text(u, op->name);
        operand(u, t->kids[1]);
    } else {
        fxu_callee(u, t->kids[0]);
        fxu_text(u, t->kind == FX_DOTCALL ? ".(" : "(");
        fxu_arguments(u, t->kids + 1, t->nkids - 1);
        fxu_text(u, ")");
    }
}

void fxu_compare(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, " ");
        if (i % 2)
            fxu_text(u, fx_tree_cstr(t->kids[i]));
        else
            fxu_print(u, t->kids[i], FX_L_COMPARE + 1);
    }
}

void fxu_range(fx_unparse *u, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++) {
        if (i) fxu_text(u, ":");
        guarded(u, t->kids[i], FX_L_COLON + 1, ":"); /* 1::a would be a type */
    }
}

static void infix(fx_unparse *u, const fx_tree *t, const char *op, int level)
{
    fxu_print(u, t->kids[0], level + 1);
    fxu_text(u, op);
    fxu_print(u, t->kids[1], level);
}

void fxu_and(fx_unparse *u, const fx_tree *t)
{
    infix(u, t, " && ", FX_L_AND);
}

void fxu_or(fx_unparse *u, const fx_tree *t)
{
    infix(u, t, " || ", FX_L_OR);
}

void fxu_typed(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_ATOM);
    fxu_text(u, "::");
    fxu_print(u, t->kids[1], FX_L_ATOM);
}

void fxu_assign(fx_unparse *u, const fx_tree *t)
{
    fxu_print(u, t->kids[0], FX_L_PAIR);
    fxu_text(u, " ");
    if (t->flags & FX_FLAG_DOT) fxu_text(u, ".");
    fxu_text(u, fx_tree_cstr(t));
    fxu_text(u, "= ");
    fxu_print(u, t->kids[1], FX_L_ASSIGN);
}
