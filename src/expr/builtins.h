/*
 * builtins.h - the tables of builtin functions, one a topic; builtin.c looks names up in all of them. A table ends with
 * a row without name. Adding a builtin is a function and its row, in the file of its topic.
 */
#ifndef FX_BUILTINS_H
#define FX_BUILTINS_H

#include "expr/support.h"

extern const fx_builtin fx_builtins_operator[];  /* operators by name */
extern const fx_builtin fx_builtins_math[];      /* one number */
extern const fx_builtin fx_builtins_round[];     /* rounding */
extern const fx_builtin fx_builtins_math2[];     /* two numbers, whole numbers */
extern const fx_builtin fx_builtins_reduce[];    /* sum, maximum, mean, any, ... */
extern const fx_builtin fx_builtins_cumulate[];  /* cumsum, diff, dot, norm */
extern const fx_builtin fx_builtins_search[];    /* find, findmax, in, ... */
extern const fx_builtin fx_builtins_sort[];      /* sort, reverse */
extern const fx_builtin fx_builtins_sets[];      /* Set, unique, union, ... */
extern const fx_builtin fx_builtins_fill[];      /* zeros, ones, rand, ... */
extern const fx_builtin fx_builtins_shape[];     /* vcat, reshape, ... */
extern const fx_builtin fx_builtins_query[];     /* length, size, typeof, ... */
extern const fx_builtin fx_builtins_each[];      /* map, filter, reduce, ... */
extern const fx_builtin fx_builtins_list[];      /* push!, append!, ... */
extern const fx_builtin fx_builtins_dict[];      /* Dict, keys, ... */
extern const fx_builtin fx_builtins_string[];    /* string, join, split, ... */
extern const fx_builtin fx_builtins_regex[];     /* match, ismatch, ... */
extern const fx_builtin fx_builtins_printf[];    /* sprintf */
extern const fx_builtin fx_builtins_convert[];   /* Float64, convert, parse, ... */
extern const fx_builtin fx_builtins_linalg[];    /* det, inv, trace, ... */
extern const fx_builtin fx_builtins_whole[];     /* isprime, ispow2, reinterpret, ... */
extern const fx_builtin fx_builtins_parts[];     /* compositions, product, mapslices */
extern const fx_builtin fx_builtins_exception[]; /* error, throw, ... */
extern const fx_builtin fx_builtins_prelude[];   /* lines of the language itself */
extern const fx_builtin fx_builtins_core[];      /* error, identity, isdefined, ... */

#endif
