/*
 * regex.c - regular expressions by PCRE2. Backtracking is bounded by
 * match, depth and heap limits, so that no pattern runs on for long.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "expr/pattern.h"

#include <pcre2.h>
#include <stdlib.h>

#define MATCH_LIMIT   10000000
#define DEPTH_LIMIT   100000
#define HEAP_LIMIT_KB 65536

struct fx_regex {
    fx_vm *vm;
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static furrow_err bad_pattern(const fv_text *pattern, int number, size_t offset)
{
    PCRE2_UCHAR text[160];
    pcre2_get_error_message(number, text, sizeof text);
    return fb_fail(FURROW_ERR_ARG, "r\"%.80s\" is not a regular expression: %s at offset %zu", pattern->bytes,
                   (char *)text, offset);
}

furrow_err fx_regex_open(fx_vm *vm, const fv_text *pattern, struct fx_regex **out)
{
    int number;
    PCRE2_SIZE offset;
    struct fx_regex *r = calloc(1, sizeof *r);
    if (!r) return fb_fail(FURROW_ERR_NOMEM, NULL);
    r->code =
        pcre2_compile((PCRE2_SPTR)pattern->bytes, pattern->nbytes,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT, &number, &offset, NULL);
    if (!r->code) {
        free(r);
        return bad_pattern(pattern, number, offset);
    }
    r->vm = vm;
    r->data = pcre2_match_data_create_from_pattern(r->code, NULL);
    r->context = pcre2_match_context_create(NULL);
    if (!r->data || !r->context) {
        fx_regex_close(r);
        return fb_fail(FURROW_ERR_NOMEM, NULL);
    }
    pcre2_set_match_limit(r->context, MATCH_LIMIT);
    pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(r->context, HEAP_LIMIT_KB);
    *out = r;
    return FURROW_OK;
}

void fx_regex_close(struct fx_regex *r)
{
    pcre2_match_data_free(r->data);
    pcre2_match_context_free(r->context);
    pcre2_code_free(r->code);
    free(r);
}

static furrow_err no_match(int number)
{
    if (number == PCRE2_ERROR_MATCHLIMIT || number == PCRE2_ERROR_DEPTHLIMIT || number == PCRE2_ERROR_HEAPLIMIT) {
        return fb_fail(FURROW_ERR_LIMIT, "the regular expression went back and forth more than %d times (match limit)",
                       MATCH_LIMIT);
    }
    PCRE2_UCHAR text[160];
    pcre2_get_error_message(number, text, sizeof text);
    return fb_fail(FURROW_ERR_ARG, "the regular expression could not be matched: %s", (char *)text);
}

bool fx_regex_name(const struct fx_regex *r, size_t index, const char **name, size_t *group)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL; /* rows: the group's number in two bytes, its name */
    pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    if (index >= count || pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &table) || !table) return false;
    const unsigned char *row = table + index * size;
    *group = (size_t)row[0] << 8 | row[1];
    *name = (const char *)row + 2;
    return true;
}

#define WINDOW (8 * FV_PIECE) /* places that are tried between looks at the limits */

/* text is of a String, which is UTF-8 and ends in NUL. */
furrow_err fx_regex_find(struct fx_regex *r, const char *text, size_t nbytes, size_t start, fx_found *found, bool *yes)
{
    int n = PCRE2_ERROR_NOMATCH;
    *yes = false;
    if (start > nbytes) return FURROW_OK;
    FX_TRY(fx_spend(r->vm, 64));
    for (size_t last; n == PCRE2_ERROR_NOMATCH && start <= nbytes; start = last + 1) {
        last = nbytes - start < WINDOW ? nbytes : start + WINDOW;
        while (last < nbytes && ((unsigned char)text[last + 1] & 0xC0) == 0x80) last++;
        pcre2_set_offset_limit(r->context, last);
        n = pcre2_match(r->code, (PCRE2_SPTR)text, nbytes, start, PCRE2_NO_UTF_CHECK, r->data, r->context);
        FX_TRY(fv_worked(FV_PIECE));
    }
    if (n == PCRE2_ERROR_NOMATCH) return FURROW_OK;
    if (n < 0) return no_match(n);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->data);
    size_t groups = pcre2_get_ovector_count(r->data) - 1;
    *found = (fx_found){.from = at[0],
                        .to = at[1] < at[0] ? at[0] : at[1],
                        .ngroups = groups < FX_MOST_GROUPS ? groups : FX_MOST_GROUPS};
    for (size_t i = 0; i < found->ngroups; i++) {
        bool took_part = (int)i + 1 < n && at[2 * i + 2] != PCRE2_UNSET;
        found->group[i][0] = took_part ? at[2 * i + 2] : SIZE_MAX;
        found->group[i][1] = took_part ? at[2 * i + 3] : SIZE_MAX;
    }
    *yes = true;
    return FURROW_OK;
}
