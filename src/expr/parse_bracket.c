/*
 * parse_bracket.c - [1, 2], [1 2; 3 4], comprehensions, and what stands between [ and ] after a value: indexes.
 * Blanks and newlines separate in here, as in Julia.
 */
#include "expr/parse.h"

static const fx_mode inside_brackets = {
    .newline_ends = true, .space_splits = true, .colon_ranges = true, .for_generates = true};

static bool element(fx_parser *p)
{
    fx_place place = fxp_here(p);
    if (!fxp_expression(p, false)) return false;
    if (!fxp_at_mark(p, FX_MARK_SPLAT)) return true;
    return fxp_next(p) && fxp_reduce(p, FX_SPLAT, place, 1);
}

/* After the first element and a comma: the others; *n counts all. */
static bool comma_elements(fx_parser *p, size_t *n)
{
    while (fxp_at_mark(p, ',')) {
        if (!fxp_next(p)) return false;
        if (fxp_at_mark(p, ']') || fxp_at_mark(p, ';')) break;
        if (!element(p)) return false;
        ++*n;
    }
    if (fxp_at_mark(p, ';') && !fxp_next(p)) return false; /* [1,2;] */
    return fxp_at_mark(p, ']') ? true : fxp_expected(p, ", or ]");
}

/* The elements of one row, of which *count are there: pushed as a FX_ROW, or alone when it is one. */
static bool row(fx_parser *p, fx_place place, size_t *count)
{
    size_t n = *count;
    while (!fxp_at_mark(p, ';') && !fxp_at_mark(p, ']') && !(n && p->tok.newline)) {
        if (fxp_at_mark(p, ',')) return fxp_fail(p, "a matrix has blanks between its elements, not commas");
        if (n && !p->tok.space) return fxp_expected(p, ", ; a blank or ]");
        if (!element(p)) return false;
        n++;
    }
    *count = n;
    return n == 1 || fxp_reduce(p, FX_ROW, place, n);
}

/* [a b; c d] from its second element on. */
static bool rows(fx_parser *p, fx_place place)
{
    size_t n = 1;
    size_t first = 1;
    bool several = false;
    if (!row(p, place, &first)) return false;
    while (!fxp_at_mark(p, ']')) {
        several |= fxp_at_mark(p, ';');
        while (fxp_at_mark(p, ';'))
            if (!fxp_next(p)) return false;
        if (fxp_at_mark(p, ']')) break;
        if (p->tok.kind == FX_T_END) return fxp_expected(p, "]");
        fx_place at = fxp_here(p);
        size_t count = 0;
        if (!row(p, at, &count)) return false;
        n++;
    }
    if (n > 1 || several) return fxp_reduce(p, FX_VCAT, place, n);
    return first > 1 || fxp_reduce(p, FX_VECTOR, place, 1);
}

static bool content(fx_parser *p, fx_place place)
{
    size_t n = 1;
    if (fxp_at_mark(p, ']')) return fxp_reduce(p, FX_VECTOR, place, 0);
    fx_place first = fxp_here(p);
    if (!element(p)) return false;
    if (fxp_at_keyword(p, FX_K_FOR))
        return fxp_generator(p, first) && fxp_reduce(p, FX_COMPREHENSION, place, 1) &&
               (fxp_at_mark(p, ']') || fxp_expected(p, "for, if or ]"));
    if (fxp_at_mark(p, ',')) return comma_elements(p, &n) && fxp_reduce(p, FX_VECTOR, place, n);
    return rows(p, place);
}

bool fxp_bracket(fx_parser *p)
{
    fx_place place = fxp_here(p);
    fx_mode before = p->mode;
    p->mode = inside_brackets;
    p->mode.end_indexes = before.end_indexes;
    bool ok = fxp_next(p) && content(p, place);
    p->mode = before;
    return ok && fxp_next(p);
}

static bool index_content(fx_parser *p, fx_place place)
{
    size_t n = 1;
    if (fxp_at_mark(p, ']')) return fxp_reduce(p, FX_INDEX, place, 1);
    fx_place first = fxp_here(p);
    if (!element(p)) return false;
    if (fxp_at_keyword(p, FX_K_FOR)) {
        if (!fxp_generator(p, first)) return false;
        if (!fxp_at_mark(p, ']')) return fxp_expected(p, "for, if or ]");
        fx_tree *generator = p->stack[p->depth - 1];
        p->stack[p->depth - 1] = p->stack[p->depth - 2];
        p->stack[p->depth - 2] = generator;
        return fxp_reduce(p, FX_COMPREHENSION, place, 2);
    }
    if (fxp_at_mark(p, ',') || fxp_at_mark(p, ']'))
        return comma_elements(p, &n) && fxp_reduce(p, FX_INDEX, place, n + 1);
    if (!p->tok.space && !fxp_at_mark(p, ';')) return fxp_expected(p, ", or ]");
    if (!rows(p, first)) return false;
    if (fxp_top(p)->kind == FX_ROW || fxp_top(p)->kind == FX_VCAT) {
        fxp_top(p)->flags |= FX_FLAG_BARE;
        return fxp_reduce(p, FX_INDEX, place, 2);
    }
    return fxp_expected(p, ", or ]");
}

bool fxp_index(fx_parser *p, fx_place place)
{
    fx_mode before = p->mode;
    p->mode = inside_brackets;
    p->mode.end_indexes = true;
    bool ok = index_content(p, place);
    p->mode = before;
    return ok && fxp_next(p);
}
