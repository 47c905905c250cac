/*
 * parse_atom.c - what operators stand between: names, numbers, parentheses, quotes, parameters, macros, and what is
 * written right after them: calls, indexes, fields, transposes. Called by parse_operator.c.
 */
#include "expr/parse.h"
#include "base/error.h"

#include <string.h>

static const fx_mode inside_parens = {.colon_ranges = true, .for_generates = true};

/* --- parentheses and arguments ----------------------------------------------------------------------------------- */

static bool item(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!fxp_expression(p, false)) return false;
    if (!fxp_at_mark(p, FX_MARK_SPLAT)) return true;
    return fxp_next(p) && fxp_reduce(p, FX_SPLAT, place, 1);
}

/* name = ex at the top becomes a keyword argument. */
static bool keyword_argument(fx_parser *p, bool after)
{
    fx_tree *assign = fxp_top(p);
    fx_place place = {(int)assign->line, (int)assign->column};
    bool plain =
        assign->kind == FX_ASSIGN && !fx_tree_cstr(assign)[0] && !(assign->flags & (FX_FLAG_PARENS | FX_FLAG_DOT));
    const fx_tree *target = assign->nkids ? assign->kids[0] : assign;
    if (plain && after && target->kind == FX_TYPED) target = target->kids[0]; /* k::Int = 1 of a definition */
    if (!plain || target->kind != FX_NAME) {
        if (!after || assign->kind == FX_ASSIGN) return true;
        if (assign->kind == FX_SPLAT)
            return fxp_fail(p, "keyword arguments are not collected or spread by ...; write each as name = value");
        return fxp_fail(p, "after ; a call takes keyword arguments: name = value");
    }
    const char *name = fx_tree_cstr(target);
    if (!fxp_push(p, fx_tree_hold(assign->kids[1])) || !fxp_reduce(p, FX_KEYWORD, place, 1)) return false;
    fx_tree *keyword = fxp_top(p);
    if (after) keyword->flags |= FX_FLAG_AFTER;
    if (!fxp_set_text(p, keyword, name, strlen(name))) return false;
    p->stack[p->depth - 2] = keyword;
    p->depth--;
    fx_tree_drop(assign);
    return true;
}

static bool argument_list(fx_parser *p, int closing, size_t *n)
{
    bool after = false;
    while (!fxp_at_mark(p, closing)) {
        fx_place place = fxp_here(p);
        if (fxp_at_mark(p, ';') && !after) {
            after = true;
            if (!fxp_next(p)) return false;
            continue;
        }
        if (!item(p)) return false;
        if (fxp_at_keyword(p, FX_K_FOR) ? !fxp_generator(p, place) : !keyword_argument(p, after)) return false;
        ++*n;
        if (fxp_at_mark(p, ',')) {
            if (!fxp_next(p)) return false;
        } else if (!fxp_at_mark(p, closing) && !fxp_at_mark(p, ';')) {
            return fxp_expected(p, closing == ')' ? ", or )" : ", or }");
        }
    }
    return true;
}

bool fxp_arguments(fx_parser *p, int closing, size_t *n)
{
    fx_mode before = p->mode;
    p->mode = inside_parens;
    p->mode.end_indexes = before.end_indexes;
    *n = 0;
    bool ok = argument_list(p, closing, n);
    p->mode = before;
    return ok && fxp_next(p);
}

/* (a; b): the rest of a block whose first statement is at the top */
static bool parens_block(fx_parser *p, fx_place place)
{
    size_t n = 1;
    if (fxp_top(p)->kind == FX_SPLAT) return fxp_expected(p, ", or )");
    while (fxp_at_mark(p, ';')) {
        if (!fxp_next(p)) return false;
        if (fxp_at_mark(p, ')') || fxp_at_mark(p, ';')) continue;
        if (!fxp_expression(p, false)) return false;
        n++;
    }
    return fxp_reduce(p, FX_BLOCK, place, n);
}

static bool parens_tuple(fx_parser *p, fx_place place)
{
    size_t n = 1;
    while (fxp_at_mark(p, ',')) {
        if (!fxp_next(p)) return false;
        if (fxp_at_mark(p, ')')) break;
        if (!item(p)) return false;
        n++;
    }
    return fxp_reduce(p, FX_TUPLE, place, n);
}

static bool parens_content(fx_parser *p, fx_place place)
{
    if (fxp_at_mark(p, ')')) return fxp_reduce(p, FX_TUPLE, place, 0);
    fx_place inner = fxp_here(p);
    if (!item(p)) return false;
    if (fxp_at_mark(p, ',')) return parens_tuple(p, place);
    if (fxp_at_mark(p, ';')) return parens_block(p, place);
    if (fxp_at_keyword(p, FX_K_FOR) && !fxp_generator(p, inner)) return false;
    if (fxp_top(p)->kind == FX_SPLAT) return fxp_reduce(p, FX_TUPLE, place, 1); /* -(xs...) */
    fxp_top(p)->flags |= FX_FLAG_PARENS;
    return true;
}

static bool parens(fx_parser *p)
{
    fx_place place = fxp_here(p);
    fx_mode before = p->mode;
    if (!fxp_next(p)) return false;
    p->mode = inside_parens;
    p->mode.end_indexes = before.end_indexes;
    bool ok = parens_content(p, place);
    if (ok && !fxp_at_mark(p, ')')) ok = fxp_expected(p, ", or )");
    p->mode = before;
    return ok && fxp_next(p);
}

/* --- generators -------------------------------------------------------------------------------------------------- */

/* A name, or names in parentheses, which may stand in parentheses again. */
static bool may_iterate(const fx_tree *t)
{
    bool fits = t->kind == FX_NAME || t->kind == FX_INTERPOLATE || t->kind == FX_TUPLE;
    for (uint32_t i = 0; fits && t->kind == FX_TUPLE && i < t->nkids; i++) fits = may_iterate(t->kids[i]);
    return fits;
}

static bool iteration_target(fx_parser *p)
{
    if (p->tok.kind != FX_T_NAME && !fxp_at_mark(p, '(') && !fxp_at_mark(p, '$'))
        return fxp_expected(p, "a name to iterate with");
    if (!fxp_postfix(p)) return false;
    return may_iterate(fxp_top(p)) ? true : fxp_fail(p, "for takes a name, or names in parentheses, before = or in");
}

bool fxp_iterators(fx_parser *p, size_t *n)
{
    *n = 0;
    for (;;) {
        fx_place place = fxp_here(p);
        if (!iteration_target(p)) return false;
        bool in = p->tok.kind == FX_T_OPERATOR && !p->tok.dot &&
                  (strcmp(p->tok.op->name, "in") == 0 || strcmp(p->tok.op->text, "=") == 0);
        if (!in) return fxp_expected(p, "= or in");
        if (!fxp_next(p) || !fxp_condition(p) || !fxp_reduce(p, FX_ITER, place, 2)) return false;
        ++*n;
        if (!fxp_at_mark(p, ',')) return true;
        if (!fxp_next(p)) return false;
    }
}

bool fxp_generator(fx_parser *p, fx_place place)
{
    size_t total = 1;
    fx_mode before = p->mode;
    if (fxp_top(p)->kind == FX_SPLAT) return fxp_fail(p, "a splat cannot be generated");
    p->mode.space_splits = false;
    p->mode.newline_ends = false;
    p->mode.for_generates = true;
    while (fxp_at_keyword(p, FX_K_FOR)) {
        size_t n;
        if (!fxp_next(p) || !fxp_iterators(p, &n)) return false;
        if (total > 1) p->stack[p->depth - n]->flags |= FX_FLAG_NEST;
        total += n;
        while (fxp_at_keyword(p, FX_K_IF)) {
            fx_place filter = fxp_here(p);
            if (!fxp_next(p) || !fxp_condition(p) || !fxp_reduce(p, FX_FILTER, filter, 1)) return false;
            total++;
        }
    }
    p->mode = before;
    return fxp_reduce(p, FX_GENERATOR, place, total);
}

/* --- quotes, interpolation, parameters --------------------------------------------------------------------------- */

static bool push_symbol(fx_parser *p, fx_place place, const char *bytes, size_t nbytes)
{
    fv_cell cell = {.tag = FURROW_SYMBOL};
    furrow_err err = fv_text_new(FURROW_SYMBOL, bytes, nbytes, &cell.p);
    if (err) {
        p->err = err;
        return false;
    }
    return fxp_push_cell(p, place, cell);
}

/* The expression at the top, quoted: a name and a literal need no quote. */
static bool quote_top(fx_parser *p, fx_place place)
{
    fx_tree *t = fxp_top(p);
    if (t->kind == FX_LITERAL && t->value.tag != FURROW_SYMBOL) return true;
    if (t->kind != FX_NAME && t->kind != FX_COLON) return fxp_reduce(p, FX_QUOTE, place, 1);
    const char *name = t->kind == FX_COLON ? ":" : fx_tree_cstr(t);
    if (!push_symbol(p, place, name, strlen(name))) return false;
    p->stack[p->depth - 2] = fxp_top(p);
    p->depth--;
    fx_tree_drop(t);
    return true;
}

static bool quoted_operator(fx_parser *p, fx_place place)
{
    fx_token t = p->tok;
    char text[16] = ".";
    if (t.op->level == FX_L_ASSIGN || t.op->level == FX_L_AND || t.op->level == FX_L_OR)
        return fxp_fail(p, "%s is no function and has no name", t.op->text);
    strcpy(text + t.dot, t.op->name);
    return push_symbol(p, place, text, strlen(text)) && fxp_next(p);
}

static bool quoted(fx_parser *p, fx_place place)
{
    fv_cell constant;
    bool word = p->tok.kind == FX_T_NAME && fx_tree_constant(p->tok.at, p->tok.nbytes, &constant);
    if (word && constant.tag == FURROW_BOOL) return fxp_push_word(p, p->tok.at, p->tok.nbytes) && fxp_next(p);
    if (p->tok.kind == FX_T_NAME || p->tok.kind == FX_T_KEYWORD)
        return push_symbol(p, place, p->tok.at, p->tok.nbytes) && fxp_next(p);
    if (p->tok.kind == FX_T_OPERATOR) return quoted_operator(p, place);
    fx_mode before = p->mode;
    p->quotes++;
    p->mode.end_indexes = false;
    bool ok = fxp_at_mark(p, '(') ? parens(p) : fxp_postfix(p);
    p->quotes--;
    p->mode = before;
    return ok && quote_top(p, place);
}

/* A : where an operand is expected. */
static bool colon(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!fxp_next(p)) return false;
    const fx_token *t = &p->tok;
    if (t->kind == FX_T_MARK && (t->word == ',' || t->word == ']' || t->word == ')'))
        return fxp_reduce(p, FX_COLON, place, 0);
    if (t->kind == FX_T_END || t->newline) return fxp_expected(p, "a name or ( after :");
    return quoted(p, place);
}

static bool param(fx_parser *p, fx_place place)
{
    const char *at = p->tok.at;
    size_t n = p->tok.nbytes;
    uint32_t slot = 0;
    bool number = p->tok.kind == FX_T_NUMBER;
    for (size_t i = 0; number && i < n; i++) {
        if (at[i] < '0' || at[i] > '9' || slot > FX_MAX_PARAMS)
            return fxp_fail(p, "parameters are $1, $2, ... or $name");
        slot = slot * 10 + (uint32_t)(at[i] - '0');
    }
    if (number && (slot == 0 || slot > FX_MAX_PARAMS))
        return fxp_fail(p, "parameters are numbered from $1 to $%d", FX_MAX_PARAMS);
    if (number ? p->nparams > 0 : p->numbered) return fxp_fail(p, "parameters have numbers or names, not both");
    if (!fxp_reduce(p, FX_PARAM, place, 0) || !fxp_set_text(p, fxp_top(p), at, n)) return false;
    fx_tree *t = fxp_top(p);
    p->numbered |= number;
    if (!number) {
        while (slot < p->nparams && strcmp(((fv_text *)p->params[slot])->bytes, fx_tree_cstr(t)) != 0) slot++;
        if (slot == FX_MAX_PARAMS) {
            p->err = fx_lex_fail(&p->lex, at, FURROW_ERR_LIMIT, "more than %d parameters", FX_MAX_PARAMS);
            return false;
        }
        if (slot == p->nparams) {
            fv_hold(t->text);
            p->params[p->nparams++] = t->text;
        }
    }
    t->number = number ? slot - 1 : slot;
    return fxp_next(p);
}

static bool primary(fx_parser *p);

static bool dollar(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!fxp_next(p)) return false;
    if (p->tok.space) return fxp_fail(p, "a name, a number or ( stands right after $");
    if (p->quotes == 0) {
        if (p->tok.kind == FX_T_NAME || p->tok.kind == FX_T_NUMBER) return param(p, place);
        return fxp_fail(p, "outside a quote $ takes a parameter: $1 or $name");
    }
    if (p->tok.kind != FX_T_NAME && !fxp_at_mark(p, '(') && !fxp_at_mark(p, '$'))
        return fxp_expected(p, "a name or ( after $");
    fx_mode before = p->mode;
    p->quotes--;
    bool ok = fxp_enter(p) && primary(p);
    fxp_leave(p);
    p->quotes++;
    p->mode = before;
    if (ok && fxp_top(p)->kind == FX_TUPLE && !(fxp_top(p)->flags & FX_FLAG_PARENS))
        return fxp_fail(p, "$( ) takes one expression");
    return ok && fxp_reduce(p, FX_INTERPOLATE, place, 1);
}

/* --- macros ------------------------------------------------------------------------------------------------------ */

static bool macro_ends(const fx_parser *p, size_t n)
{
    const fx_token *t = &p->tok;
    if (t->kind == FX_T_END || t->newline) return true;
    if (t->kind == FX_T_MARK && strchr(")]},;", t->word < 128 ? t->word : 'x')) return true;
    if (t->kind == FX_T_OPERATOR && t->op->level == FX_L_COLON && !p->mode.colon_ranges) return true;
    if (t->kind != FX_T_KEYWORD) return false;
    if (t->word == FX_K_FOR) return n > 0 && p->mode.for_generates;
    return (t->word == FX_K_END && !p->mode.end_indexes) || t->word == FX_K_ELSE || t->word == FX_K_ELSEIF;
}

static bool spaced_arguments(fx_parser *p, size_t *n)
{
    fx_mode before = p->mode;
    p->mode.space_splits = true;
    p->mode.newline_ends = true;
    while (!macro_ends(p, *n)) {
        if (*n && !p->tok.space) return fxp_expected(p, "a blank before the macro's next argument");
        if (!fxp_expression(p, !before.for_generates && !before.space_splits && before.newline_ends)) return false;
        ++*n;
    }
    p->mode = before;
    return true;
}

/* @name(a, b): name = value is an assignment here, no keyword argument. */
static bool macro_arguments(fx_parser *p, size_t *n)
{
    fx_mode before = p->mode;
    p->mode = inside_parens;
    p->mode.end_indexes = before.end_indexes;
    while (!fxp_at_mark(p, ')')) {
        fx_place place = fxp_here(p);
        if (!fxp_expression(p, false)) return false;
        if (fxp_at_keyword(p, FX_K_FOR) && !fxp_generator(p, place)) return false;
        ++*n;
        if (!fxp_at_mark(p, ',') && !fxp_at_mark(p, ')')) return fxp_expected(p, ", or )");
        if (fxp_at_mark(p, ',') && !fxp_next(p)) return false;
    }
    p->mode = before;
    return fxp_next(p);
}

/* @name args; p->tok is the @. */
static bool macro(fx_parser *p, fx_place place)
{
    if (!fxp_next(p)) return false;
    if (p->tok.kind != FX_T_NAME || p->tok.space) return fxp_expected(p, "a macro's name right after @");
    fx_token name = p->tok;
    size_t n = 0;
    if (!fxp_next(p)) return false;
    bool parenthesised = fxp_at_mark(p, '(') && !p->tok.space;
    if (parenthesised && (!fxp_next(p) || !macro_arguments(p, &n))) return false;
    if (!parenthesised && !spaced_arguments(p, &n)) return false;
    return fxp_reduce(p, FX_MACRO, place, n) && fxp_set_text(p, fxp_top(p), name.at, name.nbytes);
}

/* --- after an atom ------------------------------------------------------------------------------------------------ */

static bool is_number(const fx_tree *t)
{
    return t->kind == FX_LITERAL && t->value.tag >= FURROW_INT8 && t->value.tag <= FURROW_FLOAT64 &&
           !(t->flags & FX_FLAG_PARENS);
}

static bool call(fx_parser *p, fx_place place)
{
    size_t n;
    return fxp_next(p) && fxp_arguments(p, ')', &n) && fxp_reduce(p, FX_CALL, place, n + 1);
}

/* f(args) do x ... end: the function becomes the first argument */
static bool do_block(fx_parser *p, fx_place place)
{
    fx_place lambda = fxp_here(p);
    fx_tree *t = fxp_top(p);
    size_t n = 0;
    if (!fxp_next(p)) return false;
    while (!p->tok.newline && !fxp_at_mark(p, ';')) {
        fx_place at = fxp_here(p);
        if (!iteration_target(p)) return false;
        (void)at;
        n++;
        if (!fxp_at_mark(p, ',')) break;
        if (!fxp_next(p)) return false;
    }
    if (!fxp_reduce(p, FX_TUPLE, lambda, n) || !fxp_block(p)) return false;
    if (!fxp_at_keyword(p, FX_K_END)) return fxp_expected(p, "end");
    if (!fxp_next(p) || !fxp_reduce(p, FX_LAMBDA, lambda, 2)) return false;
    fx_tree *function = p->stack[--p->depth];
    bool ok = fxp_push(p, fx_tree_hold(t->kids[0])) && fxp_push(p, function);
    for (uint32_t i = 1; ok && i < t->nkids; i++) ok = fxp_push(p, fx_tree_hold(t->kids[i]));
    if (!ok || !fxp_reduce(p, FX_CALL, place, t->nkids + 1u)) return false;
    p->stack[p->depth - 2] = fxp_top(p);
    p->depth--;
    fx_tree_drop(t);
    return true;
}

/* a.name, f.(x), Mod.@name */
static bool dotted(fx_parser *p, fx_place place)
{
    if (!fxp_next(p)) return false;
    if (fxp_at_mark(p, '(')) {
        size_t n;
        return fxp_next(p) && fxp_arguments(p, ')', &n) && fxp_reduce(p, FX_DOTCALL, place, n + 1);
    }
    if (fxp_at_mark(p, '@')) {
        if (fxp_top(p)->kind != FX_NAME) return fxp_fail(p, "a module's name stands before .@");
        fx_tree_drop(p->stack[--p->depth]);
        return macro(p, place);
    }
    if (p->tok.kind != FX_T_NAME || p->tok.newline) return fxp_expected(p, "a name or ( after the dot");
    fx_token name = p->tok;
    return fxp_reduce(p, FX_FIELD, place, 1) && fxp_set_text(p, fxp_top(p), name.at, name.nbytes) && fxp_next(p);
}

static bool transpose(fx_parser *p, fx_place place)
{
    bool dot = p->tok.kind == FX_T_MARK;
    if (!fxp_next(p) || !fxp_reduce(p, FX_TRANSPOSE, place, 1)) return false;
    if (dot) fxp_top(p)->flags |= FX_FLAG_DOT;
    return true;
}

static bool curly(fx_parser *p, fx_place place)
{
    size_t n;
    if (!fxp_next(p) || !fxp_arguments(p, '}', &n)) return false;
    for (size_t i = 0; i < n; i++) {
        fx_kind kind = (fx_kind)p->stack[p->depth - n + i]->kind;
        if (kind == FX_KEYWORD || kind == FX_SPLAT || kind == FX_GENERATOR)
            return fxp_fail(p, "a type takes types and numbers between { and }");
    }
    return fxp_reduce(p, FX_CURLY, place, n + 1);
}

/* Whether a ( or [ after a blank still belongs to the value before it: f (x), as Julia 0.5 took it. */
static bool adheres(const fx_parser *p)
{
    if (!p->tok.space) return true;
    if (p->tok.newline || p->mode.space_splits) return false;
    const fx_tree *t = fxp_top(p);
    return t->kind == FX_NAME || t->kind == FX_FIELD || t->kind == FX_CALL || t->kind == FX_INDEX;
}

/* One thing written after the atom at the top, if there is one. */
static bool suffix(fx_parser *p, fx_place place, bool *more)
{
    const fx_token *t = &p->tok;
    *more = true;
    if (t->kind == FX_T_TICK && !t->space) return transpose(p, place);
    if (fxp_at_keyword(p, FX_K_DO) && fxp_top(p)->kind == FX_CALL && !t->newline) return do_block(p, place);
    if (t->kind == FX_T_MARK) {
        if (t->word == '(' && !is_number(fxp_top(p)) && adheres(p)) return call(p, place);
        if (t->word == '[' && adheres(p)) return fxp_next(p) && fxp_index(p, place);
        if (t->word == '.' && !t->newline) return dotted(p, place);
        if (t->word == '{' && !t->space) return curly(p, place);
        if (t->word == FX_MARK_DOT_TICK && !t->space) return transpose(p, place);
    }
    *more = false;
    if ((t->kind == FX_T_STRING || t->kind == FX_T_REGEX) && !t->space && fxp_top(p)->kind == FX_NAME)
        return fxp_fail(p, "only r\"...\" may stand right before a string");
    return true;
}

bool fxp_postfix(fx_parser *p)
{
    fx_place place = fxp_here(p);
    return primary(p) && fxp_suffixes(p, place);
}

bool fxp_suffixes(fx_parser *p, fx_place place)
{
    bool more = true;
    while (more)
        if (!suffix(p, place, &more)) return false;
    return true;
}

/* --- atoms -------------------------------------------------------------------------------------------------------- */

static bool number(fx_parser *p)
{
    fv_cell cell;
    fx_place place = fxp_here(p);
    p->err = fx_number(p->tok.at, p->tok.nbytes, false, &cell);
    if (p->err) {
        furrow_error_info info;
        fb_fail_save(&info);
        return fxp_fail(p, "%s", info.message);
    }
    return fxp_push_cell(p, place, cell) && fxp_next(p);
}

bool fxp_push_word(fx_parser *p, const char *at, size_t nbytes)
{
    fv_cell constant;
    fx_place place = fxp_here(p);
    if (fx_tree_constant(at, nbytes, &constant)) return fxp_push_cell(p, place, constant);
    return fxp_push_name(p, place, at, nbytes);
}

static bool operator_name(fx_parser *p)
{
    bool is;
    if (p->tok.op->level == FX_L_COLON) return colon(p);
    if (!fxp_operator_value(p, &is)) return false;
    if (!is) return fxp_expected(p, "a value");
    char text[16] = ".";
    strcpy(text + p->tok.dot, p->tok.op->name);
    return fxp_push_name(p, fxp_here(p), text, strlen(text)) && fxp_next(p);
}

static bool mark(fx_parser *p)
{
    switch (p->tok.word) {
    case '(':
        return parens(p);
    case '[':
        return fxp_bracket(p);
    case '$':
        return dollar(p);
    case '@':
        return macro(p, fxp_here(p));
    case '{':
        return fxp_fail(p, "{ } makes no value; [ ] makes an array, Dict( ) a dictionary");
    default:
        return fxp_expected(p, "a value");
    }
}

static bool primary(fx_parser *p)
{
    switch ((fx_token_kind)p->tok.kind) {
    case FX_T_NAME:
        return fxp_push_word(p, p->tok.at, p->tok.nbytes) && fxp_next(p);
    case FX_T_KEYWORD:
        return fxp_keyword(p);
    case FX_T_NUMBER:
        return number(p);
    case FX_T_STRING:
        return fxp_string(p);
    case FX_T_REGEX:
        return fxp_regex(p);
    case FX_T_TICK:
        return fxp_char(p);
    case FX_T_OPERATOR:
        return operator_name(p);
    case FX_T_MARK:
        return mark(p);
    case FX_T_END:
        break;
    }
    return fxp_expected(p, "a value");
}
