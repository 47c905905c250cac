/*
 * unparse.h - the inside of the unparser, shared by unparse.c and unparse_literal.c alone.
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
void fxu_literal(fx_unparse *u, const fx_tree *t);
/* The text between the quotes of a string, escaped. */
void fxu_escaped(fx_unparse *u, const fv_text *text);
bool fxu_is_identifier(const char *name);
/* A number literal, written with a minus. */
bool fxu_is_negative(const fx_tree *t);

#endif
