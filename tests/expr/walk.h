/*
 * walk.h - a plain evaluator that walks the tree: the reference the machine is compared with by fuzz_diff.c. Knows
 * Bool, Int64, Float64, vectors of these, control flow and functions; says so when a tree is beyond it.
 */
#ifndef WALK_H
#define WALK_H

#include "expr/tree.h"

typedef enum walk_kind { WALK_NOTHING, WALK_BOOL, WALK_INT, WALK_FLOAT, WALK_VECTOR } walk_kind;
typedef enum walk_end { WALK_OK, WALK_ERROR, WALK_BEYOND } walk_end; /* BEYOND: not in the reference's language */

typedef struct walk_vector walk_vector;
typedef struct walk_value {
    walk_kind kind;
    union {
        int64_t i; /* Bool: 0 or 1 */
        double d;
        walk_vector *v;
    };
} walk_value;
struct walk_vector {
    walk_vector *next; /* all of a walk's, for walk_close */
    walk_kind eltype;
    size_t count;
    walk_value items[];
};

typedef struct walk walk;
walk *walk_open(void);
void walk_close(walk *w);
/* Evaluates; at most some 10^5 nodes are visited, more is BEYOND. */
walk_end walk_run(walk *w, const fx_tree *tree, walk_value *out);

#endif
