/*
 * parse_string.c - strings with escapes and interpolation, triple-quoted strings, characters and regular expressions.
 * Called by parse_atom.c with the opening quote as the token looked at; reads the text behind it itself.
 */
#include "expr/parse.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static bool fail_at(fx_parser *p, const char *at, const char *what)
{
    p->err = fx_lex_fail(&p->lex, at, FURROW_ERR_SYNTAX, "%s", what);
    return false;
}

static bool unterminated(fx_parser *p, const char *what)
{
    p->err = fx_lex_fail(&p->lex, p->tok.at, FURROW_ERR_INCOMPLETE, "the %s that begins here is not closed", what);
    return false;
}

static bool put(fx_parser *p, fb_buffer *out, const char *bytes, size_t nbytes)
{
    p->err = fb_buffer_put(out, bytes, nbytes);
    return p->err == FURROW_OK;
}

static bool put_utf8(fx_parser *p, fb_buffer *out, uint32_t c)
{
    char bytes[4];
    return put(p, out, bytes, fb_utf8_encode(c, bytes));
}

/* --- escapes ------------------------------------------------------------------------------------------------------ */

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    int d = (c | 32) - 'a';
    return d >= 0 && d < 6 ? d + 10 : 16;
}

/* At most `most` digits of a base at *at: false when there is none. */
static bool digits(const char **at, const char *end, int base, int most, uint32_t *value)
{
    uint32_t v = 0;
    int n = 0;
    while (n < most && *at < end && hex(**at) < base) {
        v = v * (uint32_t)base + (uint32_t)hex(**at);
        ++*at;
        n++;
    }
    *value = v;
    return n > 0;
}

/* The character of the escape whose backslash is at *at, which moves past it. */
static bool escape(fx_parser *p, const char **at, const char *end, uint32_t *c)
{
    static const char letters[] = "nrtabfve0\\\"'$";
    static const char values[] = "\n\r\t\a\b\f\v\033\0\\\"'$";
    const char *start = *at;
    char e = start + 1 < end ? start[1] : 0;
    *at = start + 2;
    if (e == 'x' || e == 'u' || e == 'U') {
        if (!digits(at, end, 16, e == 'x' ? 2 : e == 'u' ? 4 : 8, c))
            return fail_at(p, start, "hexadecimal digits are expected after \\x, \\u and \\U");
        if (e == 'x' && *c >= 0x80) return fail_at(p, start, "a byte above \\x7f is no text by itself; write \\u");
    } else if (e >= '0' && e <= '7') {
        *at = start + 1;
        (void)digits(at, end, 8, 3, c);
        if (*c >= 0x80) return fail_at(p, start, "a byte above \\177 is no text by itself; write \\u");
    } else {
        const char *l = e ? strchr(letters, e) : NULL;
        if (!l) return fail_at(p, start, "this escape is not known; \\\\ makes a backslash");
        *c = (unsigned char)values[l - letters];
    }
    if (*c > 0x10FFFF || (*c >= 0xD800 && *c <= 0xDFFF)) return fail_at(p, start, "this is not a Unicode character");
    return true;
}

/* --- the pieces of a string --------------------------------------------------------------------------------------- */

/* A stretch of text between interpolations, as written; skip blanks fall away from the beginning of its lines. */
typedef struct piece {
    const char *at;
    const char *end;
    bool line_start; /* begins at the beginning of a line */
} piece;

typedef struct string_parts {
    piece *pieces; /* one before, between and after the expressions */
    size_t n;
    size_t capacity;
    size_t first; /* depth of the stack below the expressions */
} string_parts;

static bool add_piece(fx_parser *p, string_parts *s, piece one)
{
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 4;
        piece *pieces = realloc(s->pieces, capacity * sizeof *pieces);
        if (!pieces) {
            p->err = fb_fail(FURROW_ERR_NOMEM, NULL);
            return false;
        }
        s->pieces = pieces;
        s->capacity = capacity;
    }
    s->pieces[s->n++] = one;
    return true;
}

/* $name or $( ... ) at *at: pushes the expression, *at moves past it. */
static bool interpolated(fx_parser *p, const char **at)
{
    const char *after = *at + 1;
    size_t n = fx_lex_name(after, p->lex.end);
    p->lex.at = after;
    if (!n && (after == p->lex.end || *after != '('))
        return fail_at(p, *at, "a name or ( stands after $ in a string; \\$ makes a dollar");
    fx_mode before = p->mode;
    if (!fxp_next(p)) return false;
    if (n) {
        if (fx_lex_is_keyword(after, n))
            return fail_at(p, after, "a keyword stands after $ in a string; \\$ makes a dollar");
        bool ok = fxp_push_word(p, after, n);
        *at = after + n;
        return ok;
    }
    p->mode = (fx_mode){.colon_ranges = true, .for_generates = true};
    bool ok = fxp_next(p) && fxp_expression(p, false);
    p->mode = before;
    if (!ok) return false;
    if (!fxp_at_mark(p, ')')) return fxp_expected(p, ") after the expression in the string");
    fxp_top(p)->flags |= FX_FLAG_PARENS;
    *at = p->tok.at + 1;
    return true;
}

/* Finds pieces and expressions up to the closing quotes; p->tok and the lexer are past them afterwards. */
static bool split(fx_parser *p, string_parts *s, unsigned quotes)
{
    fx_token open = p->tok;
    const char *at = open.at + open.nbytes;
    piece one = {at, at, quotes == 3};
    size_t end_run = 0;
    while (end_run < quotes) {
        if (at >= p->lex.end) {
            p->tok = open;
            return unterminated(p, "string");
        }
        if (*at == '"') {
            end_run++;
            at++;
            continue;
        }
        end_run = 0;
        if (*at == '$') {
            one.end = at;
            if (!add_piece(p, s, one) || !interpolated(p, &at)) return false;
            one = (piece){at, at, false};
        } else if (*at == '\\') {
            at += 2;
        } else {
            uint32_t c;
            size_t n = fx_lex_utf8(at, p->lex.end, &c);
            if (n == 0 || c == 0)
                return fail_at(p, at, n ? "a NUL byte stands in the string" : "the string is not UTF-8 here");
            at += n;
        }
    }
    one.end = at - quotes;
    p->lex.at = at;
    return add_piece(p, s, one);
}

/* --- triple quotes ------------------------------------------------------------------------------------------------ */

static size_t blanks_at(const char *at, const char *end)
{
    size_t n = 0;
    while (at + n < end && (at[n] == ' ' || at[n] == '\t')) n++;
    return n;
}

/* The indentation that all lines share: lines of blanks alone do not count, the one with the closing quotes does. */
static size_t shared_indent(const string_parts *s)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < s->n; i++) {
        const piece *one = &s->pieces[i];
        for (const char *at = one->at; at < one->end; at++) {
            if (*at != '\n') continue;
            size_t n = blanks_at(at + 1, one->end);
            bool empty = at + 1 + n < one->end && at[1 + n] == '\n';
            if (!empty && n < least) least = n;
        }
    }
    return least == SIZE_MAX ? 0 : least;
}

/* --- making the tree -----------------------------------------------------------------------------------------------
 */

static bool decode(fx_parser *p, const piece *one, size_t indent, fb_buffer *out)
{
    for (const char *at = one->at; at < one->end;) {
        if (*at == '\\') {
            uint32_t c;
            if (!escape(p, &at, one->end, &c) || !put_utf8(p, out, c)) return false;
            continue;
        }
        bool newline = *at == '\n';
        if (!put(p, out, at++, 1)) return false;
        if (newline) {
            size_t n = blanks_at(at, one->end);
            at += n < indent ? n : indent;
        }
    }
    return true;
}

static bool push_text(fx_parser *p, fx_place place, const fb_buffer *text)
{
    fv_cell cell = {.tag = FURROW_STRING};
    p->err = fv_text_new(FURROW_STRING, text->bytes ? (const char *)text->bytes : "", text->nbytes, &cell.p);
    return !p->err && fxp_push_cell(p, place, cell);
}

/* Pieces and expressions in turn, without empty pieces. */
static bool assemble(fx_parser *p, string_parts *s, fx_place place, size_t indent)
{
    size_t n = 0;
    size_t first = s->first;
    for (size_t i = 0; i < s->n; i++) {
        fb_buffer text;
        fb_buffer_init(&text, FX_MAX_TEXT);
        bool ok = decode(p, &s->pieces[i], indent, &text);
        if (ok && (text.nbytes || s->n == 1)) {
            ok = push_text(p, place, &text);
            n++;
        }
        fb_buffer_free(&text);
        if (!ok) return false;
        if (i + 1 == s->n) break;
        if (!fxp_push(p, fx_tree_hold(p->stack[first + i]))) return false;
        n++;
    }
    return s->n == 1 || fxp_reduce(p, FX_STRING, place, n);
}

/* The expressions below the result go. */
static void drop_below_top(fx_parser *p, size_t first)
{
    fx_tree *top = p->stack[p->depth - 1];
    for (size_t i = first; i + 1 < p->depth; i++) fx_tree_drop(p->stack[i]);
    p->stack[first] = top;
    p->depth = first + 1;
}

bool fxp_string(fx_parser *p)
{
    fx_place place = fxp_here(p);
    unsigned quotes = p->tok.word;
    string_parts s = {.first = p->depth};
    size_t indent = 0;
    bool ok = fxp_enter(p) && split(p, &s, quotes);
    if (ok && quotes == 3) {
        indent = shared_indent(&s);
        piece *one = &s.pieces[0];
        if (one->at < one->end && *one->at == '\n') {
            one->at++;
            size_t n = blanks_at(one->at, one->end);
            one->at += n < indent ? n : indent;
        }
    }
    if (ok) ok = assemble(p, &s, place, indent);
    if (ok) drop_below_top(p, s.first);
    free(s.pieces);
    fxp_leave(p);
    return ok && fxp_next(p);
}

/* --- regular expressions and characters -----------------------------------------------------------------------------
 */

static bool regex_body(fx_parser *p, unsigned quotes, const char **end)
{
    const char *at = p->tok.at + p->tok.nbytes;
    size_t run = 0;
    bool escaped = false;
    while (run < quotes) {
        uint32_t c;
        if (at >= p->lex.end) return unterminated(p, "regular expression");
        size_t n = fx_lex_utf8(at, p->lex.end, &c);
        if (n == 0 || c == 0)
            return fail_at(p, at, "a NUL byte, or what is not UTF-8, stands in the regular expression");
        run = c == '"' && !escaped ? run + 1 : 0;
        escaped = c == '\\' && !escaped;
        at += n;
    }
    *end = at;
    return true;
}

static bool regex_text(fx_parser *p, const char *at, const char *end, const char *flags, size_t nflags, fb_buffer *out)
{
    if (nflags && !(put(p, out, "(?", 2) && put(p, out, flags, nflags) && put(p, out, ")", 1))) return false;
    for (; at < end; at++) {
        if (*at == '\\' && at + 1 < end && at[1] == '"') at++;
        if (!put(p, out, at, 1)) return false;
    }
    return true;
}

bool fxp_regex(fx_parser *p)
{
    fx_place place = fxp_here(p);
    unsigned quotes = p->tok.word;
    const char *at = p->tok.at + p->tok.nbytes;
    const char *end = at;
    if (!regex_body(p, quotes, &end)) return false;
    const char *flags = end;
    while (end < p->lex.end && strchr("imsx", *end) && *end) end++;
    if (fx_lex_name(end, p->lex.end)) return fail_at(p, end, "a regular expression takes the flags i, m, s and x");
    p->lex.at = end;

    fb_buffer text;
    fb_buffer_init(&text, FX_MAX_TEXT);
    bool ok = regex_text(p, at, flags - quotes, flags, (size_t)(end - flags), &text) &&
              fxp_reduce(p, FX_REGEX, place, 0) &&
              fxp_set_text(p, fxp_top(p), text.bytes ? (const char *)text.bytes : "", text.nbytes);
    fb_buffer_free(&text);
    return ok && fxp_next(p);
}

bool fxp_char(fx_parser *p)
{
    fx_place place = fxp_here(p);
    const char *at = p->tok.at + 1;
    const char *end = p->lex.end;
    uint32_t c = 0;
    if (at >= end) return unterminated(p, "character");
    if (*at == '\\') {
        if (!escape(p, &at, end, &c)) return false;
    } else {
        size_t n = fx_lex_utf8(at, end, &c);
        if (n == 0 || c == 0) return fail_at(p, at, "the text is not UTF-8 here");
        if (c == '\'' && !(at + 1 < end && at[1] == '\''))
            return fail_at(p, at, "'' is empty; a character stands between single quotes");
        at += n;
    }
    if (at >= end) return unterminated(p, "character");
    if (*at != '\'')
        return fail_at(p, p->tok.at, "one character stands between single quotes; a string has double quotes");
    p->lex.at = at + 1;
    return fxp_push_cell(p, place, (fv_cell){.tag = FURROW_CHAR, .i = c}) && fxp_next(p);
}
