/*
 * parse.h - the inside of the parser, shared by parse*.c alone. A recursive descent over tokens with precedence
 * climbing; finished trees lie on a stack, so that a failure anywhere only has to drop the stack.
 */
#ifndef FX_PARSE_H
#define FX_PARSE_H

#include "expr/lex.h"
#include "expr/tree.h"

/* What blanks, newlines and some words mean where the parser stands. */
typedef struct fx_mode {
    bool newline_ends;  /* a newline ends an expression: not inside ( ) */
    bool space_splits;  /* a blank separates: elements inside [ ], arguments of a macro */
    bool colon_ranges;  /* : makes ranges: not between ? and : */
    bool end_indexes;   /* end is the last index */
    bool for_generates; /* for after an expression makes a generator */
} fx_mode;

typedef struct fx_parser {
    fx_lexer lex;
    fx_token tok;          /* the one looked at, not yet taken */
    const char *taken_end; /* where the one before it ended */
    fx_mode mode;
    fx_tree **stack;
    size_t depth;
    size_t capacity;
    uint32_t nesting;
    uint32_t quotes; /* quotes around, less interpolations */
    furrow_value *params[FX_MAX_PARAMS];
    uint32_t nparams; /* named ones */
    bool numbered;    /* $1, $2 are in use */
    furrow_err err;
} fx_parser;

/* A place to give a node: where its text began. */
typedef struct fx_place {
    int line;
    int column;
} fx_place;

/* Everything below returns false after a failure, with p->err and the details set. */

/* --- parse.c: tokens, the stack, statements --- */
bool fxp_next(fx_parser *p);
bool fxp_peek(fx_parser *p, fx_token *token); /* the one after p->tok */
static inline fx_place fxp_here(const fx_parser *p)
{
    return (fx_place){p->tok.line, p->tok.column};
}
static inline fx_tree *fxp_top(const fx_parser *p)
{
    return p->stack[p->depth - 1];
}
bool fxp_push(fx_parser *p, fx_tree *tree); /* takes the reference over, on failure too */
/* The n topmost become kids of a new node, which takes their place. */
bool fxp_reduce(fx_parser *p, fx_kind kind, fx_place place, size_t n);
bool fxp_set_text(fx_parser *p, fx_tree *tree, const char *bytes, size_t nbytes);
bool fxp_push_name(fx_parser *p, fx_place place, const char *bytes, size_t nbytes);
bool fxp_push_cell(fx_parser *p, fx_place place, fv_cell cell); /* takes the cell's reference over, on failure too */
/* A name of text, pushed below the n topmost, as the function of a call. */
bool fxp_insert_name(fx_parser *p, fx_place place, const char *text, size_t n);
bool fxp_fail(fx_parser *p, const char *format, ...) __attribute__((format(printf, 2, 3), cold)); /* SYNTAX, at tok */
/* "expected WHAT, found ...": INCOMPLETE at the end of the text. */
bool fxp_expected(fx_parser *p, const char *what);
bool fxp_enter(fx_parser *p); /* one nesting deeper: LIMIT */
static inline void fxp_leave(fx_parser *p)
{
    p->nesting--;
}
static inline bool fxp_at_mark(const fx_parser *p, int mark)
{
    return p->tok.kind == FX_T_MARK && p->tok.word == mark;
}
static inline bool fxp_at_keyword(const fx_parser *p, fx_keyword word)
{
    return p->tok.kind == FX_T_KEYWORD && p->tok.word == (int)word;
}
/* Whether p->tok is an operator that goes on with the expression before it. */
bool fxp_goes_on(fx_parser *p);
bool fxp_take_mark(fx_parser *p, int mark, const char *what);
/* Statements up to a closing keyword, as one FX_BLOCK. */
bool fxp_block(fx_parser *p);
bool fxp_statement(fx_parser *p);

/* --- parse_operator.c --- */
/* An expression; commas: a, b without parentheses is a tuple. */
bool fxp_expression(fx_parser *p, bool commas);
/* An expression that binds tighter than assignment. */
bool fxp_condition(fx_parser *p);
bool fxp_unary(fx_parser *p);
/* Whether an operator stands where an operand is expected, as a value: reduce(+, xs). */
bool fxp_operator_value(fx_parser *p, bool *is);
/* The FX_CALL or other definition at the top and a body above it become a FX_FUNCTION. */
bool fxp_make_function(fx_parser *p, fx_place place);
/* kids[first..] of call as parameters: pushes a FX_TUPLE. */
bool fxp_push_params(fx_parser *p, const fx_tree *call, size_t first);

/* --- parse_atom.c --- */
bool fxp_postfix(fx_parser *p);
/* What is written right after the atom at the top: calls, indexes, fields, transposes. */
bool fxp_suffixes(fx_parser *p, fx_place place);
/* A name, or what true, false and nothing stand for; no token is taken. */
bool fxp_push_word(fx_parser *p, const char *at, size_t nbytes);
/* Arguments up to the closing mark, which is taken; *n of them are pushed. */
bool fxp_arguments(fx_parser *p, int closing, size_t *n);
/* for clauses after the expression at the top: a FX_GENERATOR. */
bool fxp_generator(fx_parser *p, fx_place place);
/* target = iterable, ...: pushes *n FX_ITER. */
bool fxp_iterators(fx_parser *p, size_t *n);

/* --- parse_bracket.c --- */
bool fxp_bracket(fx_parser *p);
/* What stands between [ and ] after the value at the top, which becomes a FX_INDEX or a comprehension. */
bool fxp_index(fx_parser *p, fx_place place);

/* --- parse_block.c --- */
bool fxp_keyword(fx_parser *p);

/* --- parse_string.c --- */
bool fxp_string(fx_parser *p);
bool fxp_regex(fx_parser *p);
bool fxp_char(fx_parser *p);

/* --- number.c --- */
/* The cell of a numeric literal. SYNTAX with a message and no place. */
FURROW_MUST_CHECK furrow_err fx_number(const char *text, size_t nbytes, bool negative, fv_cell *cell);

#endif
