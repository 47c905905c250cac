/*
 * host.h - the smallest surroundings the language can run in, for its tests: a table of slots, a function or two, and
 * one call that runs a text. Used by run.c and by the fuzz targets that compare evaluators.
 */
#ifndef EXPR_HOST_H
#define EXPR_HOST_H

#include "expr/expr.h"

typedef struct expr_host expr_host;

expr_host *expr_host_open(void); /* NULL: no memory */
void expr_host_close(expr_host *h);
const fx_host *expr_host_of(expr_host *h);
/* Compiles a tree, takes the program's bytes through the verifier, and runs them. *out gets a reference of its own. */
FURROW_MUST_CHECK furrow_err expr_host_run(expr_host *h, const fx_tree *tree, const furrow_limits *limits,
                                           fv_cell *out);

#endif
