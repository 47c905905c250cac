/*
 * parse.c - the parser's frame: tokens, the stack of finished trees, errors, statements and the two entries
 * fx_parse_statement and fx_parse. Operators, atoms, brackets, blocks and strings have a file each.
 */
#include "expr/parse.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool fxp_next(fx_parser *p)
{
    p->taken_end = p->tok.at + p->tok.nbytes;
    p->err = fx_lex_next(&p->lex, &p->tok);
    return p->err == FURROW_OK;
}

bool fxp_peek(fx_parser *p, fx_token *token)
{
    fx_lexer ahead = p->lex;
    p->err = fx_lex_next(&ahead, token);
    return p->err == FURROW_OK;
}

bool fxp_push(fx_parser *p, fx_tree *tree)
{
    if (p->depth == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 64;
        fx_tree **stack = realloc(p->stack, capacity * sizeof(fx_tree *));
        if (!stack) {
            fx_tree_drop(tree);
            p->err = fb_fail(FURROW_ERR_NOMEM, NULL);
            return false;
        }
        p->stack = stack;
        p->capacity = capacity;
    }
    p->stack[p->depth++] = tree;
    return true;
}

static bool fail_here(fx_parser *p, furrow_err err)
{
    furrow_error_info info;
    fb_fail_save(&info);
    p->err = fx_lex_fail(&p->lex, p->tok.at, err, "%s", info.message);
    return false;
}

bool fxp_reduce(fx_parser *p, fx_kind kind, fx_place place, size_t n)
{
    fx_tree *tree;
    p->depth -= n;
    furrow_err err = fx_tree_new(kind, place.line, place.column, n ? p->stack + p->depth : NULL, n, &tree);
    if (err) return fail_here(p, err);
    return fxp_push(p, tree);
}

bool fxp_set_text(fx_parser *p, fx_tree *tree, const char *bytes, size_t nbytes)
{
    furrow_err err = fv_text_new(FURROW_SYMBOL, bytes, nbytes, &tree->text);
    return err ? fail_here(p, err) : true;
}

bool fxp_push_name(fx_parser *p, fx_place place, const char *bytes, size_t nbytes)
{
    return fxp_reduce(p, FX_NAME, place, 0) && fxp_set_text(p, fxp_top(p), bytes, nbytes);
}

bool fxp_push_cell(fx_parser *p, fx_place place, fv_cell cell)
{
    if (!fxp_reduce(p, FX_LITERAL, place, 0)) {
        fv_cell_drop(&cell);
        return false;
    }
    fxp_top(p)->value = cell;
    return true;
}

bool fxp_insert_name(fx_parser *p, fx_place place, const char *text, size_t n)
{
    if (!fxp_push_name(p, place, text, strlen(text))) return false;
    fx_tree **at = p->stack + p->depth - 1 - n;
    fx_tree *name = fxp_top(p);
    memmove(at + 1, at, n * sizeof(fx_tree *));
    *at = name;
    return true;
}

bool fxp_fail(fx_parser *p, const char *format, ...)
{
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    p->err = fx_lex_fail(&p->lex, p->tok.at, FURROW_ERR_SYNTAX, "%s", message);
    return false;
}

bool fxp_expected(fx_parser *p, const char *what)
{
    const fx_token *t = &p->tok;
    if (t->kind == FX_T_END) {
        p->err = fx_lex_fail(&p->lex, t->at, FURROW_ERR_INCOMPLETE, "the text ends where %s is expected", what);
        return false;
    }
    /* Cut at a character's boundary. */
    size_t n = t->nbytes < 40 ? t->nbytes : 40;
    while (n && n < t->nbytes && ((unsigned char)t->at[n] & 0xC0) == 0x80) n--;
    if (t->newline && p->mode.newline_ends) return fxp_fail(p, "expected %s, found the end of the line", what);
    return fxp_fail(p, "expected %s, found %.*s", what, (int)n, t->at);
}

bool fxp_enter(fx_parser *p)
{
    if (++p->nesting <= FX_MAX_NESTING) return true;
    p->err =
        fx_lex_fail(&p->lex, p->tok.at, FURROW_ERR_LIMIT, "the expression is nested more than %d deep", FX_MAX_NESTING);
    return false;
}

bool fxp_goes_on(fx_parser *p)
{
    if (p->tok.newline && p->mode.newline_ends) return false;
    if (!p->mode.space_splits || !p->tok.space) return true;
    /* [a -b] are two elements, [a - b] and [a-b] one. */
    bool prefix = p->tok.kind == FX_T_OPERATOR && (p->tok.op->unary || p->tok.op->level == FX_L_COLON) && !p->tok.dot;
    if (!prefix) return true;
    const char *after = p->tok.at + p->tok.nbytes;
    return after == p->lex.end || *after == ' ' || *after == '\t' || *after == '\n' || *after == '\r';
}

bool fxp_take_mark(fx_parser *p, int mark, const char *what)
{
    return fxp_at_mark(p, mark) ? fxp_next(p) : fxp_expected(p, what);
}

static bool closes_block(const fx_parser *p)
{
    return fxp_at_keyword(p, FX_K_END) || fxp_at_keyword(p, FX_K_ELSE) || fxp_at_keyword(p, FX_K_ELSEIF) ||
           fxp_at_keyword(p, FX_K_CATCH) || fxp_at_keyword(p, FX_K_FINALLY);
}

bool fxp_block(fx_parser *p)
{
    fx_place place = fxp_here(p);
    fx_mode before = p->mode;
    size_t n = 0;
    bool ok = true;
    p->mode = (fx_mode){.newline_ends = true, .colon_ranges = true};
    while (ok) {
        while (ok && fxp_at_mark(p, ';')) ok = fxp_next(p);
        if (!ok || closes_block(p)) break;
        if (p->tok.kind == FX_T_END) {
            ok = fxp_expected(p, "end");
            break;
        }
        ok = fxp_statement(p);
        n++;
        if (ok && !p->tok.newline && !fxp_at_mark(p, ';') && !closes_block(p))
            ok = fxp_expected(p, "a new line, ; or end");
    }
    p->mode = before;
    return ok && fxp_reduce(p, FX_BLOCK, place, n);
}

bool fxp_statement(fx_parser *p)
{
    return fxp_expression(p, true);
}

static furrow_err open_parser(fx_parser *p, const char *text, size_t nbytes, int line)
{
    *p = (fx_parser){.mode = {.newline_ends = true, .colon_ranges = true}};
    if (nbytes > FX_MAX_TEXT)
        return fb_fail(FURROW_ERR_LIMIT, "the text has %zu bytes, at most %u are taken", nbytes, FX_MAX_TEXT);
    fx_lex_open(&p->lex, text, nbytes, line);
    p->tok.at = text;
    (void)fxp_next(p);
    return p->err;
}

static void close_parser(fx_parser *p)
{
    while (p->depth) fx_tree_drop(p->stack[--p->depth]);
    free(p->stack);
    for (uint32_t i = 0; i < p->nparams; i++) fv_drop(p->params[i]);
}

/* A statement and what ends it; *quiet: a semicolon. */
static bool top_statement(fx_parser *p, bool *quiet)
{
    *quiet = false;
    if (!fxp_statement(p)) return false;
    if (fxp_at_mark(p, ';')) {
        *quiet = true;
        fxp_top(p)->flags |= FX_FLAG_QUIET;
        return fxp_next(p);
    }
    if (p->tok.kind == FX_T_END || p->tok.newline) return true;
    const char *before = p->taken_end - 1;
    if (p->tok.kind == FX_T_NAME && p->tok.space && fxp_top(p)->kind == FX_LITERAL && *before >= '0' && *before <= '9')
        return fxp_fail(p, "a coefficient stands right before its name: write 2k or 2 * k");
    if (closes_block(p)) return fxp_fail(p, "%.*s has no beginning", (int)p->tok.nbytes, p->tok.at);
    return fxp_expected(p, "an operator or the end of the statement");
}

/* Longer texts are not kept with their trees: nobody is shown a line of them. */
#define MAX_SOURCE 65536

/* The tree at the top is what this text gave. */
static furrow_err keep_source(fx_parser *p, size_t nbytes)
{
    fx_tree *t = fxp_top(p);
    if (nbytes > MAX_SOURCE || p->lex.first_line != 1) return FURROW_OK;
    return fv_text_new(FURROW_STRING, p->lex.text, nbytes, &t->source);
}

furrow_err fx_parse_statement(const char *text, size_t nbytes, int line, fx_tree **tree, size_t *used, bool *quiet)
{
    fx_parser p;
    bool semicolon = false;
    furrow_err err = open_parser(&p, text, nbytes, line);
    if (err) goto out;
    while (fxp_at_mark(&p, ';'))
        if (!fxp_next(&p)) goto failed;
    if (p.tok.kind == FX_T_END) {
        *tree = NULL;
        *used = 0;
        *quiet = false;
        goto out;
    }
    if (!top_statement(&p, &semicolon)) goto failed;
    size_t taken = p.tok.kind == FX_T_END ? nbytes : (size_t)(p.tok.at - text);
    err = keep_source(&p, taken);
    if (err) goto out;
    *tree = p.stack[--p.depth];
    *used = taken;
    *quiet = semicolon;
    goto out;
failed:
    err = p.err;
out:
    close_parser(&p);
    return err;
}

furrow_err fx_parse(const char *text, size_t nbytes, fx_tree **tree)
{
    fx_parser p;
    size_t n = 0;
    bool quiet = false;
    furrow_err err = open_parser(&p, text, nbytes, 1);
    fx_place place = fxp_here(&p);
    while (!err && p.tok.kind != FX_T_END) {
        if (fxp_at_mark(&p, ';')) {
            (void)fxp_next(&p);
        } else if (top_statement(&p, &quiet)) {
            n++;
        }
        err = p.err;
    }
    if (!err && n != 1 && !fxp_reduce(&p, FX_BLOCK, place, n)) err = p.err;
    if (!err) err = keep_source(&p, nbytes);
    if (!err) *tree = p.stack[--p.depth];
    close_parser(&p);
    return err;
}
