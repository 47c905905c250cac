/*
 * parse_block.c - what begins with a keyword: blocks, if, loops, functions, declarations, using. Called by
 * parse_atom.c, so that each of them may stand wherever a value may.
 */
#include "expr/parse.h"

#include <string.h>

static bool take_end(fx_parser *p)
{
    return fxp_at_keyword(p, FX_K_END) ? fxp_next(p) : fxp_expected(p, "end");
}

/* A condition or an iterator stands on the keyword's own line. */
static bool head(fx_parser *p, bool (*parse)(fx_parser *))
{
    fx_mode before = p->mode;
    p->mode = (fx_mode){.newline_ends = true, .colon_ranges = true};
    bool ok = parse(p);
    p->mode = before;
    return ok;
}

static bool whole_expression(fx_parser *p)
{
    return fxp_expression(p, false);
}

static bool begin(fx_parser *p, fx_place place)
{
    (void)place;
    return fxp_next(p) && fxp_block(p) && take_end(p);
}

static bool quote(fx_parser *p, fx_place place)
{
    p->quotes++;
    bool ok = begin(p, place);
    p->quotes--;
    return ok && fxp_reduce(p, FX_QUOTE, place, 1);
}

static bool if_block(fx_parser *p, fx_place place)
{
    if (!fxp_next(p) || !head(p, whole_expression) || !fxp_block(p)) return false;
    if (fxp_at_keyword(p, FX_K_ELSEIF)) {
        bool ok = fxp_enter(p) && if_block(p, fxp_here(p));
        fxp_leave(p);
        return ok && fxp_reduce(p, FX_IF, place, 3);
    }
    if (!fxp_at_keyword(p, FX_K_ELSE)) return take_end(p) && fxp_reduce(p, FX_IF, place, 2);
    return fxp_next(p) && fxp_block(p) && take_end(p) && fxp_reduce(p, FX_IF, place, 3);
}

static bool for_block(fx_parser *p, fx_place place)
{
    size_t n;
    fx_mode before = p->mode;
    if (!fxp_next(p)) return false;
    p->mode = (fx_mode){.newline_ends = true, .colon_ranges = true};
    bool ok = fxp_iterators(p, &n);
    p->mode = before;
    return ok && fxp_block(p) && take_end(p) && fxp_reduce(p, FX_FOR, place, n + 1);
}

static bool while_block(fx_parser *p, fx_place place)
{
    return fxp_next(p) && head(p, whole_expression) && fxp_block(p) && take_end(p) && fxp_reduce(p, FX_WHILE, place, 2);
}

static bool function_head(fx_parser *p)
{
    if (!fxp_postfix(p)) return false;
    fx_tree *t = fxp_top(p);
    if (t->kind == FX_CALL && t->kids[0]->kind == FX_NAME) return true;
    if (t->kind == FX_TUPLE) return true;
    if ((t->flags & FX_FLAG_PARENS) && (t->kind == FX_NAME || t->kind == FX_TYPED || t->kind == FX_ASSIGN))
        return fxp_reduce(p, FX_TUPLE, (fx_place){(int)t->line, (int)t->column}, 1);
    return fxp_fail(p, "function takes a name and its parameters: function f(x)");
}

static bool function(fx_parser *p, fx_place place)
{
    if (!fxp_next(p)) return false;
    if (p->tok.kind == FX_T_OPERATOR) return fxp_fail(p, "operators cannot be defined anew");
    if (!head(p, function_head)) return false;
    if (fxp_at_mark(p, FX_MARK_TYPE))
        return fxp_fail(p, "return types are not part of the language; write convert(T, x) for the value");
    return fxp_block(p) && take_end(p) && fxp_make_function(p, place);
}

static bool return_value(fx_parser *p, fx_place place)
{
    if (!fxp_next(p)) return false;
    const fx_token *t = &p->tok;
    bool none = t->kind == FX_T_END || t->newline || (t->kind == FX_T_KEYWORD && t->word >= FX_K_END) ||
                (t->kind == FX_T_MARK && strchr(")]};", t->word < 128 ? t->word : 'x')) ||
                fxp_at_keyword(p, FX_K_ELSE) || fxp_at_keyword(p, FX_K_ELSEIF);
    if (none) return fxp_reduce(p, FX_RETURN, place, 0);
    return fxp_expression(p, p->mode.newline_ends && !p->mode.space_splits) && fxp_reduce(p, FX_RETURN, place, 1);
}

static bool declaration(fx_parser *p, fx_place place)
{
    bool global = p->tok.word == FX_K_GLOBAL;
    size_t n = 0;
    bool comma = true;
    if (!fxp_next(p)) return false;
    while (comma) {
        if (!fxp_expression(p, false)) return false;
        const fx_tree *t = fxp_top(p);
        bool named = t->kind == FX_NAME || t->kind == FX_TYPED || t->kind == FX_FUNCTION;
        if (!named && !(t->kind == FX_ASSIGN && (t->kids[0]->kind == FX_NAME || t->kids[0]->kind == FX_TYPED)))
            return fxp_fail(p, "%s takes names: a, b = 1", global ? "global" : "local");
        n++;
        comma = fxp_at_mark(p, ',');
        if (comma && !fxp_next(p)) return false;
    }
    return fxp_reduce(p, global ? FX_GLOBAL : FX_LOCAL, place, n);
}

/* const x = 1 is x = 1: nothing in a job's names is constant. */
static bool constant(fx_parser *p)
{
    if (!fxp_next(p) || !fxp_expression(p, p->mode.newline_ends)) return false;
    return fxp_top(p)->kind == FX_ASSIGN ? true : fxp_fail(p, "const takes an assignment: const x = 1");
}

/* using A, B.C / import A: b, @c */
static bool using(fx_parser *p, fx_place place)
{
    char text[512];
    size_t n = 0;
    const char *separator = " ";
    bool more = true;
    memcpy(text, p->tok.at, p->tok.nbytes);
    n = p->tok.nbytes;
    if (!fxp_next(p)) return false;
    while (more) {
        if (fxp_at_mark(p, '@') && !fxp_next(p)) return false;
        if (p->tok.kind != FX_T_NAME || (p->tok.newline && separator[0] == ' '))
            return fxp_expected(p, "a module's name");
        size_t m = strlen(separator);
        if (n + m + p->tok.nbytes > sizeof text) return fxp_fail(p, "the list of names is too long");
        memcpy(text + n, separator, m);
        memcpy(text + n + m, p->tok.at, p->tok.nbytes);
        n += m + p->tok.nbytes;
        if (!fxp_next(p)) return false;
        bool colon = p->tok.kind == FX_T_OPERATOR && p->tok.op->level == FX_L_COLON;
        more = !p->tok.newline && (colon || fxp_at_mark(p, ',') || fxp_at_mark(p, '.'));
        separator = colon ? ": " : fxp_at_mark(p, '.') ? "." : ", ";
        if (more && !fxp_next(p)) return false;
    }
    return fxp_reduce(p, FX_USING, place, 0) && fxp_set_text(p, fxp_top(p), text, n);
}

/* let a = 1, b = 2 ... end: the bindings stand on the keyword's own line. */
static bool let_bindings(fx_parser *p, size_t *n)
{
    bool more = !p->tok.newline && !fxp_at_mark(p, ';');
    while (more) {
        if (!fxp_expression(p, false)) return false;
        const fx_tree *t = fxp_top(p);
        bool named = t->kind == FX_NAME || (t->kind == FX_ASSIGN && t->kids[0]->kind == FX_NAME && !*fx_tree_cstr(t));
        if (!named) return fxp_fail(p, "let takes names: let a = 1, b = 2");
        ++*n;
        more = fxp_at_mark(p, ',');
        if (more && !fxp_next(p)) return false;
    }
    return true;
}

static bool let_block(fx_parser *p, fx_place place)
{
    size_t n = 0;
    fx_mode before = p->mode;
    if (!fxp_next(p)) return false;
    p->mode = (fx_mode){.newline_ends = true, .colon_ranges = true};
    bool ok = let_bindings(p, &n);
    p->mode = before;
    return ok && fxp_block(p) && take_end(p) && fxp_reduce(p, FX_LET, place, n + 1);
}

static bool empty_block(fx_parser *p)
{
    return fxp_reduce(p, FX_BLOCK, fxp_here(p), 0);
}

/* catch e: the name stands on the keyword's own line. */
static bool catch_block(fx_parser *p, fx_token *name)
{
    if (!fxp_next(p)) return false;
    bool named = p->tok.kind == FX_T_NAME && !p->tok.newline;
    if (named) *name = p->tok;
    return (!named || fxp_next(p)) && fxp_block(p);
}

static bool try_block(fx_parser *p, fx_place place)
{
    fx_token name = {0};
    size_t n = 2;
    if (!fxp_next(p) || !fxp_block(p)) return false;
    bool catches = fxp_at_keyword(p, FX_K_CATCH), closed = fxp_at_keyword(p, FX_K_END);
    if (!(catches ? catch_block(p, &name) : empty_block(p))) return false;
    if (fxp_at_keyword(p, FX_K_FINALLY)) {
        n = 3;
        if (!fxp_next(p) || !fxp_block(p)) return false;
    }
    if (!take_end(p) || !fxp_reduce(p, FX_TRY, place, n)) return false;
    if (!catches && !closed) fxp_top(p)->flags |= FX_FLAG_BARE; /* try ... end alone lets nothing out */
    return fxp_set_text(p, fxp_top(p), name.at ? name.at : "", name.nbytes);
}

static bool refused(fx_parser *p)
{
    return fxp_fail(p, "%.*s is not part of the language", (int)p->tok.nbytes, p->tok.at);
}

/* a[begin], a[begin + 1:end]: the first index, when what follows goes on with the expression. */
static bool begin_or_first(fx_parser *p, fx_place place)
{
    fx_token after;
    if (p->mode.end_indexes) {
        if (!fxp_peek(p, &after)) return false;
        bool closes = after.kind == FX_T_MARK && (after.word == ']' || after.word == ',' || after.word == ')');
        if (closes || after.kind == FX_T_OPERATOR)
            return fxp_push_cell(p, place, (fv_cell){.tag = FURROW_INT64, .i = 1}) && fxp_next(p);
    }
    return begin(p, place);
}

static bool keyword(fx_parser *p, fx_place place)
{
    switch ((fx_keyword)p->tok.word) {
    case FX_K_BEGIN:
        return begin_or_first(p, place);
    case FX_K_QUOTE:
        return quote(p, place);
    case FX_K_IF:
        return if_block(p, place);
    case FX_K_FOR:
        return for_block(p, place);
    case FX_K_WHILE:
        return while_block(p, place);
    case FX_K_FUNCTION:
        return function(p, place);
    case FX_K_LET:
        return let_block(p, place);
    case FX_K_TRY:
        return try_block(p, place);
    case FX_K_RETURN:
        return return_value(p, place);
    case FX_K_BREAK:
        return fxp_next(p) && fxp_reduce(p, FX_BREAK, place, 0);
    case FX_K_CONTINUE:
        return fxp_next(p) && fxp_reduce(p, FX_CONTINUE, place, 0);
    case FX_K_LOCAL:
    case FX_K_GLOBAL:
        return declaration(p, place);
    case FX_K_CONST:
        return constant(p);
    case FX_K_USING:
    case FX_K_IMPORT:
        return using(p, place);
    case FX_K_END:
        if (p->mode.end_indexes) return fxp_next(p) && fxp_reduce(p, FX_END, place, 0);
        return fxp_fail(p, "end stands inside [ ] or closes a block; here it does neither");
    case FX_K_REFUSED:
        return refused(p);
    default:
        return fxp_expected(p, "a value");
    }
}

bool fxp_keyword(fx_parser *p)
{
    bool ok = fxp_enter(p) && keyword(p, fxp_here(p));
    fxp_leave(p);
    return ok;
}
