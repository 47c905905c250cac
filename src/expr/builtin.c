/*
 * builtin.c - looks builtin functions up by name, in the tables of their topics.
 */
#include "expr/builtins.h"

static const fx_builtin *const tables[] = {
    fx_builtins_operator, fx_builtins_math,   fx_builtins_round,     fx_builtins_math2,  fx_builtins_reduce,
    fx_builtins_cumulate, fx_builtins_search, fx_builtins_sort,      fx_builtins_fill,   fx_builtins_shape,
    fx_builtins_query,    fx_builtins_each,   fx_builtins_list,      fx_builtins_dict,   fx_builtins_string,
    fx_builtins_regex,    fx_builtins_printf, fx_builtins_convert,   fx_builtins_linalg, fx_builtins_sets,
    fx_builtins_whole,    fx_builtins_parts,  fx_builtins_exception, fx_builtins_core,   fx_builtins_prelude};

#define NTABLES (sizeof tables / sizeof tables[0])

const fx_builtin *fx_builtin_find(const char *name, size_t nbytes)
{
    for (size_t t = 0; t < NTABLES; t++) {
        for (const fx_builtin *row = tables[t]; row->name; row++) {
            if (row->name[0] == name[0] && strncmp(row->name, name, nbytes) == 0 && row->name[nbytes] == '\0')
                return row;
        }
    }
    return NULL;
}

const char *fx_builtin_name(size_t index)
{
    for (size_t t = 0; t < NTABLES; t++) {
        for (const fx_builtin *row = tables[t]; row->name; row++) {
            if (index-- == 0) return row->name;
        }
    }
    return NULL;
}
