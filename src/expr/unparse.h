/*
 * unparse.h - the inside of the unparser, shared by unparse*.c alone.
 */
#ifndef FX_UNPARSE_H
#define FX_UNPARSE_H

#include "base/buffer.h"
#include "expr/lex.h"
#include "expr/tree.h"

typedef struct fx_unparse {
    fb_buffer out;
    unsigned indent;
    unsigned quotes; /* quotes around, less interpolations */
    bool capture;    /* values without a literal become $1, $2, ...; otherwise they are shown as print shows them */
    fv_cell *values; /* the captured ones, borrowed from the tree */
    uint32_t nvalues;
    uint32_t capacity;
    furrow_err err;
} fx_unparse;

void fxu_text(fx_unparse *u, const char *text);
void fxu_bytes(fx_unparse *u, const char *bytes, size_t nbytes);
/* Prints t so that it may stand where operators of that level or tighter may: in parentheses when it binds looser. */
void fxu_print(fx_unparse *u, const fx_tree *t, int level);

/* --- unparse_operator.c --- */
bool fxu_is_plain_name(const fx_tree *t);
int fxu_call_level(const fx_tree *t);
void fxu_name(fx_unparse *u, const fx_tree *t);
void fxu_default(fx_unparse *u, const fx_tree *t);
void fxu_keyword(fx_unparse *u, const fx_tree *t);
void fxu_argument(fx_unparse *u, const fx_tree *t);
void fxu_arguments(fx_unparse *u, fx_tree *const *args, size_t n);
void fxu_callee(fx_unparse *u, const fx_tree *t);
void fxu_call(fx_unparse *u, const fx_tree *t);
void fxu_compare(fx_unparse *u, const fx_tree *t);
void fxu_range(fx_unparse *u, const fx_tree *t);
void fxu_and(fx_unparse *u, const fx_tree *t);
void fxu_or(fx_unparse *u, const fx_tree *t);
void fxu_typed(fx_unparse *u, const fx_tree *t);
void fxu_assign(fx_unparse *u, const fx_tree *t);

/* --- unparse_bracket.c --- */
void fxu_matrix(fx_unparse *u, const fx_tree *t);
void fxu_indexed(fx_unparse *u, const fx_tree *t);
void fxu_vector(fx_unparse *u, const fx_tree *t);
void fxu_tuple(fx_unparse *u, const fx_tree *t);
void fxu_iteration(fx_unparse *u, const fx_tree *t);
void fxu_filter(fx_unparse *u, const fx_tree *t);
void fxu_generator(fx_unparse *u, const fx_tree *t);
void fxu_comprehension(fx_unparse *u, const fx_tree *t);
void fxu_curly(fx_unparse *u, const fx_tree *t);

/* --- unparse_block.c --- */
void fxu_block(fx_unparse *u, const fx_tree *t, const char *opening);
void fxu_begin(fx_unparse *u, const fx_tree *t);
void fxu_condition(fx_unparse *u, const fx_tree *t);
void fxu_for(fx_unparse *u, const fx_tree *t);
void fxu_while(fx_unparse *u, const fx_tree *t);
void fxu_let(fx_unparse *u, const fx_tree *t);
void fxu_try(fx_unparse *u, const fx_tree *t);
void fxu_return(fx_unparse *u, const fx_tree *t);
void fxu_function(fx_unparse *u, const fx_tree *t);
void fxu_lambda(fx_unparse *u, const fx_tree *t);
void fxu_macro(fx_unparse *u, const fx_tree *t);
void fxu_declaration(fx_unparse *u, const fx_tree *t);

/* --- unparse_literal.c --- */
void fxu_literal(fx_unparse *u, const fx_tree *t);
/* The text between the quotes of a string, escaped. */
void fxu_escaped(fx_unparse *u, const fv_text *text);
bool fxu_is_identifier(const char *name);
/* A number literal, written with a minus. */
bool fxu_is_negative(const fx_tree *t);

#endif
