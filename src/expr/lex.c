/*
 * lex.c - text to tokens. Called by the parser, one token at a time; holds the table of operators and their precedence,
 * which unparse.c reads too. Keeps no state but its place, so that a copy of the lexer is a bookmark.
 */
#include "expr/lex.h"
#include "base/error.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NO_RATIONAL "rational numbers are not part of the language; write /"
#define NO_SOLVE    "left division is not part of the language"

/* Every operator: longer texts before their own beginnings. */
static const fx_operator operators[] = {
    {">>>=", ">>>", FX_L_ASSIGN, false, true, NULL},
    {"-->", "-->", FX_L_PAIR, false, false, "write -> for a function, => for a pair"},
    {"//=", "//", FX_L_ASSIGN, false, true, NO_RATIONAL},
    {"<<=", "<<", FX_L_ASSIGN, false, true, NULL},
    {">>=", ">>", FX_L_ASSIGN, false, true, NULL},
    {">>>", ">>>", FX_L_SHIFT, false, true, NULL},
    {"===", "===", FX_L_COMPARE, false, false, NULL},
    {"!==", "!==", FX_L_COMPARE, false, false, NULL},
    {"÷=", "÷", FX_L_ASSIGN, false, true, NULL},
    {"÷", "÷", FX_L_TIMES, false, true, NULL},
    {"≤", "<=", FX_L_COMPARE, false, true, NULL},
    {"≥", ">=", FX_L_COMPARE, false, true, NULL},
    {"≠", "!=", FX_L_COMPARE, false, true, NULL},
    {"≡", "===", FX_L_COMPARE, false, false, NULL},
    {"≢", "!==", FX_L_COMPARE, false, false, NULL},
    {"∈", "in", FX_L_COMPARE, false, false, NULL},
    {"∉", "∉", FX_L_COMPARE, false, false, NULL},
    {"⊆", "⊆", FX_L_COMPARE, false, false, NULL},
    {"∪", "∪", FX_L_PLUS, false, false, NULL},
    {"∩", "∩", FX_L_TIMES, false, false, NULL},
    {"∘", "∘", FX_L_TIMES, false, false, NULL},
    {"⋅", "⋅", FX_L_TIMES, false, false, NULL},
    {"≈", "≈", FX_L_COMPARE, false, false, NULL},
    {"⊻", "⊻", FX_L_PLUS, false, false, NULL},
    {"√", "sqrt", FX_L_NONE, true, false, NULL},
    {"=>", "=>", FX_L_PAIR, false, false, NULL},
    {"==", "==", FX_L_COMPARE, false, true, NULL},
    {"!=", "!=", FX_L_COMPARE, false, true, NULL},
    {"<=", "<=", FX_L_COMPARE, false, true, NULL},
    {">=", ">=", FX_L_COMPARE, false, true, NULL},
    {"<:", "<:", FX_L_COMPARE, false, false, NULL},
    {">:", ">:", FX_L_COMPARE, false, false, "write <: the other way round"},
    {"<<", "<<", FX_L_SHIFT, false, true, NULL},
    {">>", ">>", FX_L_SHIFT, false, true, NULL},
    {"&&", "&&", FX_L_AND, false, false, NULL},
    {"||", "||", FX_L_OR, false, false, NULL},
    {"|>", "|>", FX_L_PIPE, false, true, NULL},
    {"<|", "<|", FX_L_PIPE, false, false, "write f(x) or x |> f"},
    {"**", "**", FX_L_POWER, false, false, "write ^ for powers"},
    {"//", "//", FX_L_TIMES, false, true, NO_RATIONAL},
    {"+=", "+", FX_L_ASSIGN, false, true, NULL},
    {"-=", "-", FX_L_ASSIGN, false, true, NULL},
    {"*=", "*", FX_L_ASSIGN, false, true, NULL},
    {"/=", "/", FX_L_ASSIGN, false, true, NULL},
    {"\\=", "\\", FX_L_ASSIGN, false, true, NO_SOLVE},
    {"^=", "^", FX_L_ASSIGN, false, true, NULL},
    {"%=", "%", FX_L_ASSIGN, false, true, NULL},
    {"|=", "|", FX_L_ASSIGN, false, true, NULL},
    {"&=", "&", FX_L_ASSIGN, false, true, NULL},
    {"=", "", FX_L_ASSIGN, false, true, NULL},
    {"<", "<", FX_L_COMPARE, false, true, NULL},
    {">", ">", FX_L_COMPARE, false, true, NULL},
    {":", ":", FX_L_COLON, false, false, NULL},
    {"+", "+", FX_L_PLUS, true, true, NULL},
    {"-", "-", FX_L_PLUS, true, true, NULL},
    {"|", "|", FX_L_PLUS, false, true, NULL},
    {"*", "*", FX_L_TIMES, false, true, NULL},
    {"/", "/", FX_L_TIMES, false, true, NULL},
    {"%", "%", FX_L_TIMES, false, true, NULL},
    {"&", "&", FX_L_TIMES, false, true, NULL},
    {"\\", "\\", FX_L_TIMES, false, true, NO_SOLVE},
    {"^", "^", FX_L_POWER, false, true, NULL},
    {"!", "!", FX_L_NONE, true, true, NULL},
    {"~", "~", FX_L_NONE, true, true, NULL},
};
#define NOPERATORS (sizeof operators / sizeof operators[0])

/* Operators that are words. */
static const fx_operator word_operators[] = {
    {"in", "in", FX_L_COMPARE, false, false, NULL},
    {"isa", "isa", FX_L_COMPARE, false, false, NULL},
};

static const struct {
    const char *text;
    fx_keyword word;
} keywords[] = {
    {"begin", FX_K_BEGIN},
    {"quote", FX_K_QUOTE},
    {"if", FX_K_IF},
    {"elseif", FX_K_ELSEIF},
    {"else", FX_K_ELSE},
    {"for", FX_K_FOR},
    {"while", FX_K_WHILE},
    {"function", FX_K_FUNCTION},
    {"return", FX_K_RETURN},
    {"break", FX_K_BREAK},
    {"continue", FX_K_CONTINUE},
    {"local", FX_K_LOCAL},
    {"global", FX_K_GLOBAL},
    {"const", FX_K_CONST},
    {"using", FX_K_USING},
    {"import", FX_K_IMPORT},
    {"importall", FX_K_IMPORT},
    {"do", FX_K_DO},
    {"end", FX_K_END},
    {"try", FX_K_TRY},
    {"catch", FX_K_CATCH},
    {"finally", FX_K_FINALLY},
    {"let", FX_K_LET},
    {"module", FX_K_REFUSED},
    {"baremodule", FX_K_REFUSED},
    {"macro", FX_K_REFUSED},
    {"export", FX_K_REFUSED},
    {"immutable", FX_K_REFUSED},
    {"struct", FX_K_REFUSED},
    {"abstract", FX_K_REFUSED},
};
#define NKEYWORDS (sizeof keywords / sizeof keywords[0])

void fx_lex_open(fx_lexer *lex, const char *text, size_t nbytes, int line)
{
    lex->text = lex->at = lex->mark = text;
    lex->end = text + nbytes;
    lex->line = lex->first_line = line;
    lex->column = 1;
}

void fx_lex_place(fx_lexer *lex, const char *at)
{
    if (at < lex->mark) return;
    for (const char *p = lex->mark; p < at; p++) {
        if (*p == '\n') {
            lex->line++;
            lex->column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            lex->column++;
        }
    }
    lex->mark = at;
}

furrow_err fx_lex_fail(fx_lexer *lex, const char *at, furrow_err code, const char *format, ...)
{
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fb_fail(code, "%s", message);

    /* The place is cut out of the text by its line there; what is reported goes on from the first line's number. */
    fx_lexer from = *lex;
    if (at < from.mark) fx_lex_open(&from, lex->text, (size_t)(lex->end - lex->text), lex->first_line);
    fx_lex_place(&from, at);
    fb_fail_place(from.line - lex->first_line + 1, from.column, lex->text, (size_t)(lex->end - lex->text));
    furrow_error_info info;
    fb_fail_save(&info);
    info.line = from.line;
    return fb_fail_restore(&info);
}

size_t fx_lex_utf8(const char *at, const char *end, uint32_t *point)
{
    if (at == end) return 0;
    size_t n = fb_utf8_decode(at, (size_t)(end - at), point);
    return *point == FB_UTF8_INVALID ? 0 : n;
}

/* Letters beyond ASCII: everything that is not a blank, punctuation, an arrow or a mathematical operator. */
static bool is_letter(uint32_t c)
{
    if (c < 0x80) return (c | 32) - 'a' < 26 || c == '_';
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c == 0xD7 || c == 0xF7) return false;
    if (c >= 0x2000 && c <= 0x206F) return false;
    if (c >= 0x2190 && c <= 0x23FF)
        return c == 0x2202 || (c >= 0x2205 && c <= 0x2207) || c == 0x220F || c == 0x2211 || c == 0x221E;
    if (c >= 0x27C0 && c <= 0x2BFF) return false;
    if (c >= 0x3000 && c <= 0x3004) return false;
    if (c >= 0xE000 && c <= 0xF8FF) return false;
    return c != 0xFEFF && (c & 0xFFFE) != 0xFFFE;
}

static bool continues_name(uint32_t c)
{
    return is_letter(c) || c - '0' < 10 || (c >= 0x2032 && c <= 0x2037) || c == 0xB2 || c == 0xB3 || c == 0xB9;
}

size_t fx_lex_name(const char *at, const char *end)
{
    uint32_t c;
    const char *p = at;
    size_t n = fx_lex_utf8(p, end, &c);
    if (n == 0 || !is_letter(c)) return 0;
    while (n && (continues_name(c) || (c == '!' && (p + 1 == end || p[1] != '=')))) {
        p += n;
        n = fx_lex_utf8(p, end, &c);
    }
    return (size_t)(p - at);
}

static furrow_err not_utf8(fx_lexer *lex, const char *at)
{
    if (at < lex->end && *at == 0) return fx_lex_fail(lex, at, FURROW_ERR_SYNTAX, "a NUL byte stands in the text");
    return fx_lex_fail(lex, at, FURROW_ERR_SYNTAX, "the text is not UTF-8 here");
}

static furrow_err skip_line_comment(fx_lexer *lex, const char **at)
{
    const char *p = *at;
    while (p < lex->end && *p != '\n') {
        uint32_t c;
        size_t n = fx_lex_utf8(p, lex->end, &c);
        if (n == 0 || c == 0) return not_utf8(lex, p);
        p += n;
    }
    *at = p;
    return FURROW_OK;
}

static furrow_err skip_block_comment(fx_lexer *lex, const char **at, bool *newline)
{
    const char *p = *at;
    size_t depth = 0;
    do {
        if (lex->end - p < 2)
            return fx_lex_fail(lex, *at, FURROW_ERR_INCOMPLETE, "the comment that begins here is not closed by =#");
        if (p[0] == '#' && p[1] == '=') {
            depth++;
            p += 2;
            continue;
        }
        if (p[0] == '=' && p[1] == '#') {
            depth--;
            p += 2;
            continue;
        }
        uint32_t c;
        size_t n = fx_lex_utf8(p, lex->end, &c);
        if (n == 0 || c == 0) return not_utf8(lex, p);
        *newline |= c == '\n';
        p += n;
    } while (depth);
    *at = p;
    return FURROW_OK;
}

/* Blanks, comments and newlines in front of a token. */
static furrow_err skip_blanks(fx_lexer *lex, fx_token *token)
{
    const char *p = lex->at;
    while (p < lex->end) {
        furrow_err err = FURROW_OK;
        if (*p == '\n') {
            token->newline = true;
            p++;
        } else if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\f' || *p == '\v') {
            p++;
        } else if (lex->end - p >= 2 && p[0] == '\xC2' && p[1] == '\xA0') {
            p += 2; /* a no-break space, as web pages have */
        } else if (*p == '#') {
            bool block = lex->end - p >= 2 && p[1] == '=';
            err = block ? skip_block_comment(lex, &p, &token->newline) : skip_line_comment(lex, &p);
        } else {
            break;
        }
        if (err) return err;
        token->space = true;
    }
    token->at = p;
    return FURROW_OK;
}

static bool is_digit(char c, int base)
{
    unsigned d = (unsigned char)c - '0';
    if (base <= 10) return d < (unsigned)base;
    return d < 10 || ((unsigned char)c | 32u) - 'a' < 6;
}

static const char *skip_digits(const char *p, const char *end, int base)
{
    while (p < end && (is_digit(*p, base) || (*p == '_' && p + 1 < end && is_digit(p[1], base)))) p++;
    return p;
}

/* Past an exponent such as e-3 when one stands at p. */
static const char *skip_exponent(const char *p, const char *end, const char *letters)
{
    if (p == end || *p == 0 || !strchr(letters, *p)) return p;
    const char *q = p + 1;
    if (q < end && (*q == '+' || *q == '-')) q++;
    return q < end && is_digit(*q, 10) ? skip_digits(q, end, 10) : p;
}

/* Whether the dot at p belongs to the number before it: 1.5, 1. but not 1.*x, 1.+x, 1...; */
static bool dot_of_number(const char *p, const char *end)
{
    if (p == end || *p != '.') return false;
    if (p + 1 == end) return true;
    return !strchr(".+-*/\\^<>=&|%!~'(", p[1]) && (unsigned char)p[1] != 0xC3 && (unsigned char)p[1] != 0xE2;
}

static const char *skip_number(const char *p, const char *end)
{
    if (end - p > 2 && p[0] == '0') {
        int base = p[1] == 'x' ? 16 : p[1] == 'o' ? 8 : p[1] == 'b' ? 2 : 0;
        if (base && is_digit(p[2], base)) {
            p = skip_digits(p + 2, end, base);
            if (base == 16 && p < end && *p == '.' && p + 1 < end && is_digit(p[1], 16))
                p = skip_digits(p + 1, end, 16);
            return base == 16 ? skip_exponent(p, end, "pP") : p;
        }
    }
    p = skip_digits(p, end, 10);
    if (dot_of_number(p, end)) p = skip_digits(p + 1, end, 10);
    return skip_exponent(p, end, "eEf");
}

static void lex_word(fx_lexer *lex, fx_token *token, size_t nbytes)
{
    const char *p = token->at;
    token->kind = FX_T_NAME;
    token->nbytes = nbytes;
    if (nbytes == 1 && p[0] == 'r' && p + 1 < lex->end && p[1] == '"') {
        token->kind = FX_T_REGEX;
        bool three = lex->end - p >= 4 && p[2] == '"' && p[3] == '"';
        token->word = three ? 3 : 1;
        token->nbytes = 1u + token->word;
        return;
    }
    for (size_t i = 0; i < NKEYWORDS; i++) {
        if (strlen(keywords[i].text) != nbytes || memcmp(keywords[i].text, p, nbytes) != 0) continue;
        token->kind = FX_T_KEYWORD;
        token->word = (uint16_t)keywords[i].word;
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (strlen(word_operators[i].text) != nbytes || memcmp(word_operators[i].text, p, nbytes) != 0) continue;
        token->kind = FX_T_OPERATOR;
        token->op = &word_operators[i];
    }
}

static const fx_operator *operator_at(const char *p, const char *end)
{
    for (size_t i = 0; i < NOPERATORS; i++) {
        size_t n = strlen(operators[i].text);
        if ((size_t)(end - p) >= n && memcmp(p, operators[i].text, n) == 0) return &operators[i];
    }
    return NULL;
}

static bool lex_operator(fx_lexer *lex, fx_token *token)
{
    const char *p = token->at + (*token->at == '.');
    const fx_operator *op = operator_at(p, lex->end);
    bool dot = p > token->at;
    if (!op || (dot && (!op->dottable || op->text[0] == ':'))) return false;
    token->kind = FX_T_OPERATOR;
    token->op = op;
    token->dot = dot;
    token->nbytes = strlen(op->text) + dot;
    return true;
}

static bool lex_mark(fx_lexer *lex, fx_token *token)
{
    static const struct {
        const char *text;
        uint16_t word;
    } marks[] = {{"...", FX_MARK_SPLAT}, {".'", FX_MARK_DOT_TICK}, {"->", FX_MARK_ARROW}, {"::", FX_MARK_TYPE}};
    const char *p = token->at;
    token->kind = FX_T_MARK;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t n = strlen(marks[i].text);
        if ((size_t)(lex->end - p) < n || memcmp(p, marks[i].text, n) != 0) continue;
        token->word = marks[i].word;
        token->nbytes = n;
        return true;
    }
    if (!strchr("()[]{},;@$?", *p)) return false;
    token->word = (unsigned char)*p;
    token->nbytes = 1;
    return true;
}

static furrow_err unknown_character(fx_lexer *lex, const char *at)
{
    uint32_t c;
    size_t n = fx_lex_utf8(at, lex->end, &c);
    if (n == 0 || c == 0) return not_utf8(lex, at);
    if (c == '`') return fx_lex_fail(lex, at, FURROW_ERR_SYNTAX, "commands in ` ` are not part of the language");
    if (c < 32 || c == 127)
        return fx_lex_fail(lex, at, FURROW_ERR_SYNTAX, "the control character 0x%02x stands in the text", (unsigned)c);
    if (c == 0x201C || c == 0x201D || c == 0x2018 || c == 0x2019)
        return fx_lex_fail(lex, at, FURROW_ERR_SYNTAX, "a typographic quote stands here; write \" or '");
    return fx_lex_fail(lex, at, FURROW_ERR_SYNTAX, "%.*s is not a character of the language", (int)n, at);
}

static furrow_err lex_token(fx_lexer *lex, fx_token *token)
{
    const char *p = token->at;
    size_t left = (size_t)(lex->end - p);
    size_t name = fx_lex_name(p, lex->end);
    if (name) {
        lex_word(lex, token, name);
    } else if (is_digit(*p, 10) || (*p == '.' && left > 1 && is_digit(p[1], 10))) {
        token->kind = FX_T_NUMBER;
        token->nbytes = (size_t)(skip_number(p, lex->end) - p);
    } else if (*p == '"') {
        token->kind = FX_T_STRING;
        token->word = left >= 3 && p[1] == '"' && p[2] == '"' ? 3 : 1;
        token->nbytes = token->word;
    } else if (*p == '\'') {
        token->kind = FX_T_TICK;
        token->nbytes = 1;
    } else if (*p == 0 || (!lex_mark(lex, token) && !lex_operator(lex, token))) {
        if (*p != '.') return unknown_character(lex, p);
        if (left > 1 && p[1] == '.')
            return fx_lex_fail(lex, p, FURROW_ERR_SYNTAX, ".. is not an operator of the language");
        token->kind = FX_T_MARK;
        token->word = '.';
        token->nbytes = 1;
    }
    return FURROW_OK;
}

furrow_err fx_lex_next(fx_lexer *lex, fx_token *token)
{
    fx_token t = {.kind = FX_T_END};
    furrow_err err = skip_blanks(lex, &t);
    if (err) return err;
    if (t.at < lex->end && (err = lex_token(lex, &t))) return err;
    if (t.kind == FX_T_OPERATOR && t.op->advice)
        return fx_lex_fail(lex, t.at, FURROW_ERR_SYNTAX, "%s: %s", t.op->text, t.op->advice);
    fx_lex_place(lex, t.at);
    t.line = lex->line;
    t.column = lex->column;
    lex->at = t.at + t.nbytes;
    *token = t;
    return FURROW_OK;
}

/* Assignments, && and || are no functions. */
static bool is_function(const fx_operator *op)
{
    return op->level != FX_L_ASSIGN && op->level != FX_L_AND && op->level != FX_L_OR;
}

const fx_operator *fx_operator_find(const char *name)
{
    for (size_t i = 0; i < 2; i++)
        if (strcmp(word_operators[i].name, name) == 0) return &word_operators[i];
    for (size_t i = 0; i < NOPERATORS; i++) {
        const fx_operator *op = &operators[i];
        if (!op->advice && is_function(op) && strcmp(op->text, name) == 0) return op;
    }
    return NULL;
}

bool fx_lex_is_keyword(const char *at, size_t nbytes)
{
    for (size_t i = 0; i < NKEYWORDS; i++)
        if (strlen(keywords[i].text) == nbytes && memcmp(keywords[i].text, at, nbytes) == 0) return true;
    return false;
}
