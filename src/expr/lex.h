/*
 * lex.h - text to tokens, one at a time: what parse*.c reads. Knows no grammar: strings, characters and regular
 * expressions give only their opening quote, their contents are read by parse_string.c. Newlines are no tokens; the
 * token after one says so.
 */
#ifndef FX_LEX_H
#define FX_LEX_H

#include <furrow/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fx_token_kind {
    FX_T_END, /* of the text */
    FX_T_NAME,
    FX_T_KEYWORD, /* word: fx_keyword */
    FX_T_NUMBER,
    FX_T_STRING,   /* word: number of quotes, 1 or 3 */
    FX_T_REGEX,    /* r" or r""" : word as FX_T_STRING */
    FX_T_TICK,     /* ' : a character or a transpose */
    FX_T_OPERATOR, /* op: its row; dot: written with a dot in front */
    FX_T_MARK      /* word: the character of ( ) [ ] { } , ; @ $ ? . or one of fx_mark */
} fx_token_kind;

enum fx_mark { FX_MARK_SPLAT = 256, FX_MARK_DOT_TICK, FX_MARK_ARROW, FX_MARK_TYPE };

/* Words that are no names. The text of each is in lex.c. */
typedef enum fx_keyword {
    FX_K_BEGIN,
    FX_K_QUOTE,
    FX_K_IF,
    FX_K_ELSEIF,
    FX_K_ELSE,
    FX_K_FOR,
    FX_K_WHILE,
    FX_K_FUNCTION,
    FX_K_RETURN,
    FX_K_BREAK,
    FX_K_CONTINUE,
    FX_K_LOCAL,
    FX_K_GLOBAL,
    FX_K_CONST,
    FX_K_USING,
    FX_K_IMPORT,
    FX_K_DO,
    FX_K_LET,
    FX_K_TRY,
    FX_K_END,
    FX_K_CATCH,
    FX_K_FINALLY,
    FX_K_REFUSED, /* Julia's, but not part of this language: macro, struct, ... */
    FX_K_NKEYWORDS
} fx_keyword;

/* How tightly an operator binds, loosest first. */
typedef enum fx_level {
    FX_L_NONE,
    FX_L_ASSIGN, /* right to left */
    FX_L_PAIR,   /* right to left */
    FX_L_CONDITION,
    FX_L_OR,  /* right to left */
    FX_L_AND, /* right to left */
    FX_L_COMPARE,
    FX_L_PIPE,
    FX_L_COLON,
    FX_L_PLUS,
    FX_L_SHIFT,
    FX_L_TIMES,
    FX_L_UNARY,
    FX_L_JUXTAPOSE, /* 2k */
    FX_L_POWER,     /* right to left */
    FX_L_TYPE,
    FX_L_ATOM
} fx_level;

typedef struct fx_operator {
    const char *text; /* as written, without a dot */
    const char *name; /* as trees hold it: <= for ≤; of an op-assignment the operator ("" for =) */
    uint8_t level;
    bool unary;         /* may stand in front of its operand */
    bool dottable;      /* has a form with a dot */
    const char *advice; /* not NULL: known, but not part of the language */
} fx_operator;

typedef struct fx_token {
    uint8_t kind;
    bool space;   /* blanks, a comment or a newline stood in front of it */
    bool newline; /* a newline stood in front of it */
    bool dot;
    uint16_t word;
    const fx_operator *op;
    const char *at;
    size_t nbytes;
    int line;   /* from 1 */
    int column; /* in characters, from 1 */
} fx_token;

typedef struct fx_lexer {
    const char *text;
    const char *end;
    const char *at;   /* where the next token is looked for */
    const char *mark; /* a place at or before at whose line and column are known */
    int line;
    int column;
    int first_line;
} fx_lexer;

void fx_lex_open(fx_lexer *lex, const char *text, size_t nbytes, int line);
/* The next token, past it. SYNTAX or INCOMPLETE with its place, the lexer unmoved. */
FURROW_MUST_CHECK furrow_err fx_lex_next(fx_lexer *lex, fx_token *token);
/* Line and column of a place at or after the last one asked for. */
void fx_lex_place(fx_lexer *lex, const char *at);
/* Fails with the place in the text. Returns code. */
furrow_err fx_lex_fail(fx_lexer *lex, const char *at, furrow_err code, const char *format, ...)
    __attribute__((format(printf, 4, 5), cold));

/* One UTF-8 character at `at`: its length in bytes (1..4) and code point; 0 when it is not well formed. */
size_t fx_lex_utf8(const char *at, const char *end, uint32_t *point);
/* Bytes of the name that begins at `at`; 0: none begins there. */
size_t fx_lex_name(const char *at, const char *end);
/* The operator of a name in a tree ("+", ">="), of which unary tells the prefix one; NULL when it is none. */
const fx_operator *fx_operator_find(const char *name);
/* Whether a text is a keyword, and so cannot be printed as a name. */
bool fx_lex_is_keyword(const char *at, size_t nbytes);

#endif
