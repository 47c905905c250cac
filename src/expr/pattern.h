/*
 * pattern.h - what split, replace, search and their kin look for in text: a string, a character, or a regular
 * expression; regex.c and pattern.c.
 */
#ifndef FX_PATTERN_H
#define FX_PATTERN_H

#include "expr/strings.h"

#define FX_MOST_GROUPS 32

typedef struct fx_found {
    size_t from, to;                 /* bytes */
    size_t ngroups;                  /* of a regular expression */
    size_t group[FX_MOST_GROUPS][2]; /* SIZE_MAX: took no part */
} fx_found;

/* The index-th group with a name (?<name>...): false when there are no more. name is borrowed from the regex. */
struct fx_regex;
bool fx_regex_name(const struct fx_regex *regex, size_t index, const char **name, size_t *group);

typedef struct fx_pattern {
    fx_vm *vm;
    const char *bytes; /* a string, or the character in room; NULL: the regex */
    size_t nbytes;
    char room[4];
    const fv_cell *set; /* an array or tuple of characters */
    struct fx_regex *regex;
} fx_pattern;

FURROW_MUST_CHECK furrow_err fx_pattern_open(fx_vm *vm, const char *function, const fv_cell *cell, fx_pattern *pattern);
void fx_pattern_close(fx_pattern *pattern);
/* The first place at or after byte start; *yes whether there is one. LIMIT when matching takes too long. */
FURROW_MUST_CHECK furrow_err fx_pattern_find(fx_pattern *pattern, const char *text, size_t nbytes, size_t start,
                                             fx_found *found, bool *yes);

/* regex.c */
FURROW_MUST_CHECK furrow_err fx_regex_open(fx_vm *vm, const fv_text *pattern, struct fx_regex **regex);
void fx_regex_close(struct fx_regex *regex);
FURROW_MUST_CHECK furrow_err fx_regex_find(struct fx_regex *regex, const char *text, size_t nbytes, size_t start,
                                           fx_found *found, bool *yes);

#endif
