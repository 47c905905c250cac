/*
 * parse_operator.c - expressions with operators, from assignment down to powers and types, in Julia's precedence.
 * Called by every part of the parser that wants an expression; atoms come from parse_atom.c.
 */
#include "expr/parse.h"
#include "base/error.h"

#include <string.h>

static bool at_level(fx_parser *p, fx_level level)
{
    return p->tok.kind == FX_T_OPERATOR && p->tok.op->level == level && fxp_goes_on(p);
}

/* The name that a tree holds for an operator as written. */
static bool push_operator_name(fx_parser *p, const fx_token *t, bool with_dot)
{
    char text[16] = ".";
    size_t dot = with_dot && t->dot;
    strcpy(text + dot, t->op->name);
    return fxp_push_name(p, (fx_place){t->line, t->column}, text, strlen(text));
}

/* Operator t over the n operands at the top. */
static bool reduce_operator(fx_parser *p, const fx_token *t, fx_place place, size_t n)
{
    if (!fxp_insert_name(p, (fx_place){t->line, t->column}, t->op->name, n)) return false;
    if (!fxp_reduce(p, t->dot ? FX_DOTCALL : FX_CALL, place, n + 1)) return false;
    fxp_top(p)->flags |= FX_FLAG_OPERATOR;
    return true;
}

static bool ends_expression(const fx_parser *p, const fx_token *t)
{
    if (t->kind == FX_T_END) return true;
    if (t->kind == FX_T_KEYWORD)
        return t->word == FX_K_FOR || t->word == FX_K_DO || (t->word == FX_K_END && !p->mode.end_indexes);
    return t->kind == FX_T_MARK &&
           (t->word == ')' || t->word == ']' || t->word == '}' || t->word == ',' || t->word == ';');
}

/* - of a number becomes part of it, unless a power follows: -2^2. */
static bool at_negative_number(fx_parser *p, bool *is)
{
    *is = false;
    const char *after = p->tok.at + p->tok.nbytes;
    if (p->tok.dot || (*p->tok.at != '-' && *p->tok.at != '+') || after == p->lex.end) return true;
    bool digit = *after >= '0' && *after <= '9';
    if (!digit && !(*after == '.' && after + 1 < p->lex.end && after[1] >= '0' && after[1] <= '9')) return true;
    if (digit && *after == '0' && after + 1 < p->lex.end && (after[1] == 'x' || after[1] == 'b' || after[1] == 'o'))
        return true;
    fx_lexer ahead = p->lex;
    fx_token t;
    p->err = fx_lex_next(&ahead, &t);
    if (!p->err) p->err = fx_lex_next(&ahead, &t);
    *is = !(t.kind == FX_T_OPERATOR && t.op->level == FX_L_POWER && !t.newline);
    return p->err == FURROW_OK;
}

static bool ends_in_parens(const fx_tree *t)
{
    return (t->flags & FX_FLAG_PARENS) || (t->kind == FX_CALL && (t->flags & FX_FLAG_OPERATOR) && t->nkids == 3 &&
                                           (t->kids[2]->flags & FX_FLAG_PARENS));
}

/* 2k, 2(x + 1), x'y: the factor after the one at the top. */
static bool juxtaposes(const fx_parser *p)
{
    const fx_tree *left = fxp_top(p);
    if (p->tok.space) return false;
    bool number = left->kind == FX_LITERAL && left->value.tag >= FURROW_INT8 && left->value.tag <= FURROW_FLOAT64 &&
                  !(left->flags & FX_FLAG_PARENS);
    if (p->tok.kind == FX_T_NAME) return number || left->kind == FX_TRANSPOSE || ends_in_parens(left);
    return number &&
           (fxp_at_mark(p, '(') || fxp_at_mark(p, '$') || (p->mode.end_indexes && fxp_at_keyword(p, FX_K_END)) ||
            (p->tok.kind == FX_T_OPERATOR && p->tok.op->unary && p->tok.op->level == FX_L_NONE && *p->tok.at & 0x80));
}

static bool type_or_lambda(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!fxp_postfix(p)) return false;
    while (fxp_at_mark(p, FX_MARK_TYPE) && fxp_goes_on(p)) {
        if (!fxp_next(p) || !fxp_postfix(p) || !fxp_reduce(p, FX_TYPED, place, 2)) return false;
    }
    if (!fxp_at_mark(p, FX_MARK_ARROW) || !fxp_goes_on(p)) return true;
    const fx_tree *left = fxp_top(p);
    if (!fxp_push_params(p, left, left->kind == FX_TUPLE ? 0 : SIZE_MAX)) return false;
    fx_tree *params = p->stack[--p->depth];
    fx_tree_drop(p->stack[p->depth - 1]);
    p->stack[p->depth - 1] = params;
    return fxp_next(p) && fxp_expression(p, false) && fxp_reduce(p, FX_LAMBDA, place, 2);
}

static bool power(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!type_or_lambda(p)) return false;
    if (!at_level(p, FX_L_POWER)) return true;
    fx_token t = p->tok;
    bool ok = fxp_enter(p) && fxp_next(p) && fxp_unary(p);
    fxp_leave(p);
    return ok && reduce_operator(p, &t, place, 2);
}

static bool juxtapose(fx_parser *p, fx_place place)
{
    static const fx_operator times = {"*", "*", FX_L_JUXTAPOSE, false, true, NULL};
    while (juxtaposes(p)) {
        fx_token t = {.op = &times, .line = p->tok.line, .column = p->tok.column};
        if (!power(p) || !reduce_operator(p, &t, place, 2)) return false;
    }
    return true;
}

static bool negative_number(fx_parser *p)
{
    fx_place place = fxp_here(p);
    bool negative = *p->tok.at == '-';
    fv_cell cell;
    if (!fxp_next(p)) return false;
    p->err = fx_number(p->tok.at, p->tok.nbytes, negative, &cell);
    if (p->err) {
        furrow_error_info info;
        fb_fail_save(&info);
        return fxp_fail(p, "%s", info.message);
    }
    return fxp_push_cell(p, place, cell) && fxp_next(p) && fxp_suffixes(p, place) && juxtapose(p, place);
}

/* -(1, 2) calls the function -; -(1) and -(x)^2 are the operator. */
static bool is_argument_list(const fx_tree *t)
{
    return t->kind == FX_TUPLE && !(t->flags & FX_FLAG_PARENS);
}

static bool prefix_call(fx_parser *p, const fx_token *t, fx_place place)
{
    fx_tree *tuple = p->stack[--p->depth];
    size_t n = tuple->nkids;
    bool ok = push_operator_name(p, t, true);
    for (size_t i = 0; ok && i < n; i++) ok = fxp_push(p, fx_tree_hold(tuple->kids[i]));
    fx_tree_drop(tuple);
    return ok && fxp_reduce(p, FX_CALL, place, n + 1);
}

static bool prefix_operator(fx_parser *p)
{
    fx_place place = fxp_here(p);
    fx_token t = p->tok;
    if (!fxp_next(p)) return false;
    bool call = fxp_at_mark(p, '(') && !p->tok.space;
    if (!fxp_enter(p) || !fxp_unary(p)) return false;
    fxp_leave(p);
    if (call && is_argument_list(fxp_top(p))) return prefix_call(p, &t, place);
    if (strcmp(t.op->name, "sqrt") != 0) return reduce_operator(p, &t, place, 1);
    return fxp_insert_name(p, place, "sqrt", 1) && fxp_reduce(p, FX_CALL, place, 2);
}

/* An operator where an operand is expected: reduce(+, xs), [<], isa(x, T). */
bool fxp_operator_value(fx_parser *p, bool *is)
{
    fx_token after;
    *is = false;
    if (p->tok.kind != FX_T_OPERATOR) return true;
    if (p->tok.op->level == FX_L_ASSIGN || p->tok.op->level == FX_L_AND || p->tok.op->level == FX_L_OR) return true;
    bool word = p->tok.op->text[0] == 'i';
    if (!fxp_peek(p, &after)) return false;
    if (p->tok.op->level == FX_L_COLON) return true;
    bool called = !p->tok.op->unary && after.kind == FX_T_MARK && after.word == '(' && (word || !after.space);
    *is = called || ends_expression(p, &after);
    return true;
}

bool fxp_unary(fx_parser *p)
{
    fx_place place = fxp_here(p);
    bool is = false;
    if (p->tok.kind == FX_T_OPERATOR) {
        if (!fxp_operator_value(p, &is)) return false;
        if (!is && p->tok.op->unary) {
            if (!at_negative_number(p, &is)) return false;
            return is ? negative_number(p) : prefix_operator(p);
        }
    }
    return power(p) && juxtapose(p, place);
}

static bool binary(fx_parser *p, fx_level least);

/* The first operator of a chain goes between its operands: a < b becomes a, <, b. */
static bool insert_between(fx_parser *p, const fx_token *t)
{
    if (!push_operator_name(p, t, true)) return false;
    fx_tree *name = fxp_top(p);
    p->stack[p->depth - 1] = p->stack[p->depth - 2];
    p->stack[p->depth - 2] = name;
    return true;
}

/* a < b <= c, from the operator after a on */
static bool comparison(fx_parser *p, fx_place place)
{
    fx_token first = p->tok;
    size_t n = 1;
    while (at_level(p, FX_L_COMPARE)) {
        if (n == 3 && !insert_between(p, &first)) return false;
        if (n > 1 && !push_operator_name(p, &p->tok, true)) return false;
        if (!fxp_next(p) || !binary(p, FX_L_COMPARE + 1)) return false;
        n += 2;
    }
    return n == 3 ? reduce_operator(p, &first, place, 2) : fxp_reduce(p, FX_COMPARE, place, n);
}

/* a:b, a:s:b, from the colon after a on */
static bool range(fx_parser *p, fx_place place)
{
    size_t n = 1;
    while (at_level(p, FX_L_COLON)) {
        if (n == 3) return fxp_fail(p, "a range has a first, a step and a last: a:s:b");
        if (!fxp_next(p)) return false;
        if (ends_expression(p, &p->tok)) return fxp_expected(p, "the end of the range");
        if (!binary(p, FX_L_COLON + 1)) return false;
        n++;
    }
    return fxp_reduce(p, FX_RANGE, place, n);
}

/* || and && group from right to left. */
static bool logical(fx_parser *p, fx_level level, fx_place place)
{
    bool ok = fxp_enter(p) && fxp_next(p) && binary(p, level);
    fxp_leave(p);
    return ok && fxp_reduce(p, level == FX_L_OR ? FX_OR : FX_AND, place, 2);
}

static bool left_to_right(fx_parser *p, fx_level level, fx_place place)
{
    fx_token t = p->tok;
    return fxp_next(p) && binary(p, level + 1) && reduce_operator(p, &t, place, 2);
}

/* The level of the binary operator that goes on with the expression at the top; FX_L_NONE: there is none. */
static fx_level level_here(fx_parser *p)
{
    if (p->tok.kind != FX_T_OPERATOR || !fxp_goes_on(p)) return FX_L_NONE;
    fx_level level = (fx_level)p->tok.op->level;
    return level == FX_L_COLON && !p->mode.colon_ranges ? FX_L_NONE : level;
}

/* Operators that bind at least as tightly as `least`, from || to *. */
static bool binary(fx_parser *p, fx_level least)
{
    fx_place place = fxp_here(p);
    bool ok = fxp_unary(p);
    fx_level level;
    while (ok && (level = level_here(p)) >= least && level < FX_L_UNARY) {
        switch (level) {
        case FX_L_OR:
        case FX_L_AND:
            ok = logical(p, level, place);
            break;
        case FX_L_COMPARE:
            ok = comparison(p, place);
            break;
        case FX_L_COLON:
            ok = range(p, place);
            break;
        default:
            ok = left_to_right(p, level, place);
        }
    }
    return ok;
}

/* ? a : b after the condition at the top */
static bool choice(fx_parser *p, fx_place place)
{
    bool ranges = p->mode.colon_ranges;
    if (!fxp_next(p)) return false;
    p->mode.colon_ranges = false;
    bool ok = fxp_expression(p, false);
    p->mode.colon_ranges = ranges;
    if (!ok) return false;
    if (p->tok.kind != FX_T_OPERATOR || p->tok.op->level != FX_L_COLON)
        return fxp_expected(p, ": after ? and its value");
    return fxp_next(p) && fxp_expression(p, false) && fxp_reduce(p, FX_IF, place, 3);
}

bool fxp_condition(fx_parser *p)
{
    fx_place place = fxp_here(p);
    bool ok = fxp_enter(p) && binary(p, FX_L_OR);
    if (ok && fxp_at_mark(p, '?') && fxp_goes_on(p)) ok = choice(p, place);
    fxp_leave(p);
    return ok;
}

static bool pair(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!fxp_condition(p)) return false;
    if (!at_level(p, FX_L_PAIR)) return true;
    fx_token t = p->tok;
    bool ok = fxp_enter(p) && fxp_next(p) && pair(p);
    fxp_leave(p);
    return ok && reduce_operator(p, &t, place, 2);
}

/* a, b without parentheses */
static bool comma_list(fx_parser *p)
{
    fx_place place = fxp_here(p);
    size_t n = 0;
    bool comma = true;
    while (comma) {
        fx_place item = fxp_here(p);
        if (!pair(p)) return false;
        if (fxp_at_mark(p, FX_MARK_SPLAT) && (!fxp_next(p) || !fxp_reduce(p, FX_SPLAT, item, 1))) return false;
        n++;
        comma = fxp_at_mark(p, ',');
        if (comma && !fxp_next(p)) return false;
        if (comma && p->tok.kind == FX_T_OPERATOR && p->tok.op->level == FX_L_ASSIGN) break; /* a, = xs */
    }
    if (n > 1 || comma || fxp_top(p)->kind == FX_SPLAT) return fxp_reduce(p, FX_TUPLE, place, n);
    return true;
}

static const char *why_not_assignable(const fx_tree *t)
{
    switch (t->kind) {
    case FX_NAME:
    case FX_FIELD:
    case FX_INDEX:
    case FX_INTERPOLATE:
        return NULL;
    case FX_TYPED:
        if (t->kids[0]->kind == FX_CALL) return "a function's result has no type here: f(x) = convert(T, ...)";
        return why_not_assignable(t->kids[0]);
    case FX_TUPLE:
        for (uint32_t i = 0; i < t->nkids; i++) {
            const char *why = why_not_assignable(t->kids[i]);
            if (why) return why;
        }
        return t->nkids ? NULL : "() cannot be assigned to";
    case FX_LITERAL:
        return "a literal cannot be assigned to; == compares";
    case FX_PARAM:
        return "a parameter cannot be assigned to";
    case FX_SPLAT:
        return "a splat cannot be assigned to";
    default:
        return "this expression cannot be assigned to; == compares";
    }
}

static bool is_definition(const fx_tree *t)
{
    return t->kind == FX_CALL && !(t->flags & FX_FLAG_OPERATOR) && t->kids[0]->kind == FX_NAME;
}

static bool assignment(fx_parser *p, fx_place place, bool commas)
{
    fx_token t = p->tok;
    const fx_tree *target = fxp_top(p);
    bool plain = t.op->name[0] == 0;
    bool definition = plain && !t.dot && is_definition(target);
    const char *why = definition ? NULL : why_not_assignable(target);
    if (why) return fxp_fail(p, "%s", why);
    if (!plain && target->kind == FX_TUPLE) return fxp_fail(p, "a tuple can only be assigned to with =");
    if (!fxp_next(p) || !fxp_expression(p, commas)) return false;
    if (definition) return fxp_make_function(p, place);
    if (!fxp_reduce(p, FX_ASSIGN, place, 2)) return false;
    fx_tree *assign = fxp_top(p);
    if (plain && t.dot) assign->flags |= FX_FLAG_DOT;
    char text[16] = ".";
    size_t dot = t.dot && !plain;
    strcpy(text + dot, t.op->name);
    return fxp_set_text(p, assign, text, strlen(text));
}

bool fxp_expression(fx_parser *p, bool commas)
{
    fx_place place = fxp_here(p);
    if (commas ? !comma_list(p) : !pair(p)) return false;
    if (!at_level(p, FX_L_ASSIGN)) return true;
    bool ok = fxp_enter(p) && assignment(p, place, commas);
    fxp_leave(p);
    return ok;
}

/* --- parameters and definitions ---------------------------------------------------------------------------------- */

static bool is_param_name(const fx_tree *t)
{
    return t->kind == FX_NAME || (t->kind == FX_TYPED && t->kids[0]->kind == FX_NAME);
}

/* One parameter as tree.h wants it, pushed. */
static bool push_param(fx_parser *p, fx_tree *t)
{
    fx_place place = {(int)t->line, (int)t->column};
    if (t->kind == FX_KEYWORD && !(t->flags & FX_FLAG_AFTER)) {
        const char *text = fx_tree_cstr(t);
        return fxp_push_name(p, place, text, strlen(text)) && fxp_push(p, fx_tree_hold(t->kids[0])) &&
               fxp_reduce(p, FX_ASSIGN, place, 2) && fxp_set_text(p, fxp_top(p), "", 0);
    }
    bool fits = is_param_name(t) || t->kind == FX_KEYWORD || (t->kind == FX_SPLAT && t->kids[0]->kind == FX_NAME) ||
                (t->kind == FX_ASSIGN && is_param_name(t->kids[0]) && !fx_tree_cstr(t)[0] && !(t->flags & FX_FLAG_DOT));
    if (fits) return fxp_push(p, fx_tree_hold(t));
    return fxp_fail(p, "a parameter is a name, name::Type, name = default or name...");
}

bool fxp_push_params(fx_parser *p, const fx_tree *call, size_t first)
{
    fx_place place = {(int)call->line, (int)call->column};
    size_t n = 1;
    bool ok = true;
    if (first == SIZE_MAX) {
        ok = push_param(p, (fx_tree *)call);
    } else {
        n = call->nkids - first;
        for (size_t i = first; ok && i < call->nkids; i++) ok = push_param(p, call->kids[i]);
    }
    return ok && fxp_reduce(p, FX_TUPLE, place, n);
}

bool fxp_make_function(fx_parser *p, fx_place place)
{
    fx_tree *body = p->stack[p->depth - 1], *call = p->stack[p->depth - 2];
    bool named = call->kind == FX_CALL;
    if (named && fx_operator_find(fx_tree_cstr(call->kids[0]))) return fxp_fail(p, "operators cannot be defined anew");
    p->depth--;
    bool ok = fxp_push_params(p, call, named ? 1 : 0);
    if (!ok) {
        fx_tree_drop(body);
        return false;
    }
    if (!fxp_push(p, body) || !fxp_reduce(p, FX_FUNCTION, place, 2)) return false;
    const char *name = named ? fx_tree_cstr(call->kids[0]) : "";
    if (!fxp_set_text(p, fxp_top(p), name, strlen(name))) return false;
    p->stack[p->depth - 2] = fxp_top(p);
    p->depth--;
    fx_tree_drop(call);
    return true;
}
