/*
 * compile_tree.h - rebuilding trees with replacements (compile_tree.c), for compile_function.c and compile_macro.c.
 */
#ifndef FX_COMPILE_TREE_H
#define FX_COMPILE_TREE_H

#include "expr/tree.h"

typedef struct fxc_rebuild {
    /* *out stays NULL to leave the node and look into it. */
    furrow_err (*replace)(struct fxc_rebuild *r, fx_tree *t, fx_tree **out);
    void *arg;
    int quotes; /* quotes around the node, less interpolations */
} fxc_rebuild;

FURROW_MUST_CHECK furrow_err fxc_rebuild_tree(fxc_rebuild *r, const fx_tree *t, fx_tree **out);
FURROW_MUST_CHECK furrow_err fxc_leaf(fx_kind kind, const fx_tree *place, const char *text, fx_tree **out);
/* A node of one kid, whose reference is taken over. */
FURROW_MUST_CHECK furrow_err fxc_wrap(fx_kind kind, fx_tree *kid, fx_tree **out);

#endif
