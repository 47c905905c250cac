/*
 * pattern.c - looking for patterns in text: split, replace, search, contains, on strings, characters and regular
 * expressions alike.
 */
#include "expr/pattern.h"
#include "expr/builtins.h"

furrow_err fx_pattern_open(fx_vm *vm, const char *function, const fv_cell *cell, fx_pattern *p)
{
    *p = (fx_pattern){.vm = vm};
    if (cell->tag == FURROW_STRING) {
        p->bytes = fx_text(cell)->bytes;
        p->nbytes = fx_text(cell)->nbytes;
    } else if (cell->tag == FURROW_CHAR) {
        p->bytes = p->room;
        p->nbytes = fb_utf8_encode((uint32_t)cell->i, p->room);
    } else if (cell->tag == FURROW_ARRAY || cell->tag == FURROW_TUPLE) {
        p->set = cell;
    } else if (cell->tag == FURROW_REGEX) {
        return fx_regex_open(vm, fx_text(cell), &p->regex);
    } else {
        return fx_no_method(function, cell, 1);
    }
    return FURROW_OK;
}

void fx_pattern_close(fx_pattern *p)
{
    if (p->regex) fx_regex_close(p->regex);
}

static furrow_err find_set(const fx_pattern *p, const char *text, size_t nbytes, size_t start, fx_found *found,
                           bool *yes)
{
    for (size_t at = start; at < nbytes;) {
        uint32_t code;
        size_t length = fb_utf8_decode(text + at, nbytes - at, &code);
        uint64_t state = 0;
        FX_TRY(fv_worked(1));
        for (;;) {
            fv_cell item;
            bool done;
            FX_TRY(fx_iterate(p->set, &state, &item, &done));
            if (done) break;
            bool same = item.tag == FURROW_CHAR && (uint32_t)item.i == code;
            fv_cell_drop(&item);
            if (!same) continue;
            *found = (fx_found){.from = at, .to = at + length};
            *yes = true;
            return FURROW_OK;
        }
        at += length;
    }
    return FURROW_OK;
}

/* In windows that overlap by what is looked for, less a byte; NULL: nowhere. */
static furrow_err find_text(const fx_pattern *p, const char *text, size_t nbytes, const char **found)
{
    size_t step = p->nbytes < 16 * FV_PIECE ? 16 * FV_PIECE : p->nbytes;
    *found = NULL;
    for (size_t from = 0; !*found && nbytes - from >= p->nbytes; from += step) {
        size_t n = nbytes - from - p->nbytes < step ? nbytes - from : step + p->nbytes - 1;
        *found = n == p->nbytes ? (memcmp(text + from, p->bytes, n) == 0 ? text + from : NULL)
                                : memmem(text + from, n, p->bytes, p->nbytes);
        if (nbytes - from - p->nbytes < step) break;
        FX_TRY(fv_worked(step / 8));
    }
    return FURROW_OK;
}

furrow_err fx_pattern_find(fx_pattern *p, const char *text, size_t nbytes, size_t start, fx_found *found, bool *yes)
{
    *yes = false;
    if (p->regex) return fx_regex_find(p->regex, text, nbytes, start, found, yes);
    if (p->set) return find_set(p, text, nbytes, start, found, yes);
    if (start > nbytes) return FURROW_OK;
    const char *at = text + start;
    if (p->nbytes) FX_TRY(find_text(p, text + start, nbytes - start, &at));
    if (!at) return FURROW_OK;
    *found = (fx_found){.from = (size_t)(at - text), .to = (size_t)(at - text) + p->nbytes};
    *yes = true;
    return FURROW_OK;
}

/* Where to look next after a match; an empty one moves on by a character. */
static size_t after(const fx_found *found, const char *text, size_t nbytes)
{
    uint32_t code;
    if (found->to > found->from) return found->to;
    return found->to < nbytes ? found->to + fb_utf8_decode(text + found->to, nbytes - found->to, &code) : nbytes + 1;
}

/* --- contains, search --- */

static furrow_err do_contains(const fx_call *call, fv_cell *out)
{
    const char *s;
    size_t n;
    fx_pattern p;
    fx_found found;
    bool yes;
    FX_TRY(fx_text_arg("contains", call, 0, &s, &n));
    FX_TRY(fx_spend(call->vm, n / 8));
    FX_TRY(fx_pattern_open(call->vm, "contains", &call->args[1], &p));
    furrow_err err = fx_pattern_find(&p, s, n, 0, &found, &yes);
    fx_pattern_close(&p);
    if (!err) *out = fx_bool(yes);
    return err;
}

static furrow_err do_occursin(const fx_call *call, fv_cell *out)
{
    const fv_cell swapped[2] = {call->args[1], call->args[0]};
    return do_contains(&(fx_call){.vm = call->vm, .args = swapped, .nargs = 2}, out);
}

/* The range of byte places of the first match; 0:-1 when there is none. */
static furrow_err do_search(const fx_call *call, fv_cell *out)
{
    const char *s;
    size_t n;
    int64_t start = 1;
    fx_pattern p;
    fx_found found;
    bool yes, single = call->args[1].tag == FURROW_CHAR;
    FX_TRY(fx_text_arg("search", call, 0, &s, &n));
    if (call->nargs > 2) FX_TRY(fx_arg_int("search", &call->args[2], &start));
    if (start < 1) return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: text starts at index 1, not %lld", (long long)start);
    FX_TRY(fx_spend(call->vm, n / 8));
    FX_TRY(fx_pattern_open(call->vm, "search", &call->args[1], &p));
    furrow_err err = fx_pattern_find(&p, s, n, (size_t)start - 1, &found, &yes);
    fx_pattern_close(&p);
    if (err) return err;
    if (single) {
        *out = fx_int(yes ? (int64_t)found.from + 1 : 0);
        return FURROW_OK;
    }
    furrow_value *range;
    FX_TRY(yes ? fv_range_int((int64_t)found.from + 1, 1, (int64_t)found.to, false, &range)
               : fv_range_int(0, 1, -1, false, &range));
    *out = fx_box(range);
    return FURROW_OK;
}

static furrow_err do_searchindex(const fx_call *call, fv_cell *out)
{
    fv_cell found;
    FX_TRY(do_search(call, &found));
    int64_t first = found.tag == FURROW_RANGE ? fx_range(&found)->first.i : found.i;
    fv_cell_drop(&found);
    *out = fx_int(first);
    return FURROW_OK;
}

/* The last match, by trying one after the other. */
static furrow_err do_rsearch(const fx_call *call, fv_cell *out)
{
    fv_cell args[3] = {call->args[0], call->args[1], fx_int(1)}, last = fx_nothing();
    const fx_call search = {.vm = call->vm, .args = args, .nargs = 3};
    for (;;) {
        fv_cell found;
        furrow_err err = do_search(&search, &found);
        if (err) {
            fv_cell_drop(&last);
            return err;
        }
        int64_t first = found.tag == FURROW_RANGE ? fx_range(&found)->first.i : found.i;
        bool none = first == 0, again = last.tag != FURROW_NOTHING;
        fv_cell_drop(none && again ? &found : &last);
        if (!(none && again)) last = found;
        if (none || (size_t)first > fx_text(&args[0])->nbytes) break;
        args[2].i = first + 1;
    }
    *out = last;
    return FURROW_OK;
}

/* --- split --- */

typedef struct splitting {
    const char *text;
    size_t nbytes;
    int64_t limit; /* 0: none */
    bool keep;     /* empty pieces */
    fx_gather pieces;
} splitting;

static furrow_err add_piece(splitting *s, size_t from, size_t to)
{
    fv_cell piece;
    if (from == to && !s->keep) return FURROW_OK;
    FX_TRY(fx_string(s->text + from, to - from, &piece));
    furrow_err err = fx_gather_add(&s->pieces, &piece);
    fv_cell_drop(&piece);
    return err;
}

static furrow_err split_at(splitting *s, fx_pattern *p)
{
    size_t from = 0, look = 0;
    for (;;) {
        fx_found found;
        bool yes = false;
        if (s->limit && (int64_t)s->pieces.count + 1 >= s->limit) break;
        FX_TRY(fx_pattern_find(p, s->text, s->nbytes, look, &found, &yes));
        if (!yes || found.from >= s->nbytes) break;
        look = after(&found, s->text, s->nbytes);
        if (found.to == found.from) { /* an empty pattern splits between characters */
            if (look > s->nbytes || look == s->nbytes) break;
            FX_TRY(add_piece(s, from, look));
            from = look;
            continue;
        }
        FX_TRY(add_piece(s, from, found.from));
        from = found.to;
    }
    return add_piece(s, from, s->nbytes);
}

static furrow_err split_blanks(splitting *s)
{
    size_t from = 0;
    s->keep = false;
    for (size_t i = 0; i < s->nbytes; i++) {
        unsigned char c = (unsigned char)s->text[i];
        if (i % FV_PIECE == FV_PIECE - 1) FX_TRY(fv_worked(FV_PIECE));
        if (c != ' ' && (c < 9 || c > 13)) continue;
        FX_TRY(add_piece(s, from, i));
        from = i + 1;
    }
    return add_piece(s, from, s->nbytes);
}

static furrow_err do_split(const fx_call *call, fv_cell *out)
{
    splitting s = {.keep = true};
    const fv_cell *limit = fx_keyword(call, "limit"), *keep = fx_keyword(call, "keep");
    fx_pattern p = {.vm = call->vm};
    FX_TRY(fx_text_arg("split", call, 0, &s.text, &s.nbytes));
    if (!keep) keep = fx_keyword(call, "keepempty");
    if (call->nargs > 2) limit = &call->args[2];
    if (limit) FX_TRY(fx_arg_int("split", limit, &s.limit));
    if (keep) FX_TRY(fx_truth(keep, &s.keep));
    FX_TRY(fx_spend(call->vm, s.nbytes));
    if (call->nargs > 1) FX_TRY(fx_pattern_open(call->vm, "split", &call->args[1], &p));
    fx_gather_open(&s.pieces, 0);
    furrow_err err = call->nargs > 1 ? split_at(&s, &p) : split_blanks(&s);
    fx_pattern_close(&p);
    if (err) {
        fx_gather_drop(&s.pieces);
        return err;
    }
    if (s.pieces.count) return fx_gather_close(&s.pieces, 0, NULL, out);
    fv_array *none;
    FX_TRY(fx_vector_new(FURROW_STRING, 0, &none));
    *out = fx_box(none);
    return FURROW_OK;
}

/* --- replace --- */

/* The replacement of one match: text as it is, or what a function makes of the match. */
static furrow_err put_replacement(fx_vm *vm, fb_buffer *made, const fv_cell *by, const char *match, size_t nbytes)
{
    if (by->tag == FURROW_STRING || by->tag == FURROW_CHAR) return fx_print(made, by);
    fv_cell text, result;
    FX_TRY(fx_string(match, nbytes, &text));
    furrow_err err = fx_invoke(vm, by, &text, 1, &result);
    fv_cell_drop(&text);
    if (err) return err;
    err = fx_print(made, &result);
    fv_cell_drop(&result);
    return err;
}

static furrow_err replace_all(fx_vm *vm, fx_pattern *p, const fv_cell *by, int64_t limit, const fv_text *t,
                              fb_buffer *made)
{
    size_t from = 0, look = 0;
    for (int64_t n = 0; limit <= 0 || n < limit; n++) {
        fx_found found;
        bool yes = false;
        FX_TRY(fx_pattern_find(p, t->bytes, t->nbytes, look, &found, &yes));
        if (!yes) break;
        FX_TRY(fx_spend(vm, found.to - from + 8));
        FX_TRY(fx_text_put(made, t->bytes + from, found.from - from));
        FX_TRY(put_replacement(vm, made, by, t->bytes + found.from, found.to - found.from));
        from = found.to;
        look = after(&found, t->bytes, t->nbytes);
        if (look > t->nbytes) break;
    }
    return fx_text_put(made, t->bytes + from, t->nbytes - from);
}

/* replace(text, pattern, by[, count]), replace(text, pattern => by; count) */
static furrow_err do_replace(const fx_call *call, fv_cell *out)
{
    const fv_cell *pattern = &call->args[1], *by = &call->args[2], *count = fx_keyword(call, "count");
    int64_t limit = 0;
    fx_pattern p;
    fb_buffer made;
    if (call->args[0].tag != FURROW_STRING) return fx_no_method("replace", call->args, call->nargs);
    if (call->nargs == 2) {
        if (pattern->tag != FURROW_TUPLE || fx_tuple(pattern)->count != 2)
            return fx_no_method("replace", call->args, 2);
        by = &fx_tuple(&call->args[1])->items[1];
        pattern = &fx_tuple(&call->args[1])->items[0];
    }
    if (call->nargs > 3) count = &call->args[3];
    if (count) FX_TRY(fx_arg_int("replace", count, &limit));
    FX_TRY(fx_pattern_open(call->vm, "replace", pattern, &p));
    fb_buffer_init(&made, (size_t)1 << 32);
    furrow_err err = replace_all(call->vm, &p, by, limit, fx_text(call->args), &made);
    fx_pattern_close(&p);
    if (!err) return fx_string_of(&made, out);
    fb_buffer_free(&made);
    return err;
}

/* --- regular expressions --- */

static furrow_err regex_of(const char *function, const fx_call *call, fx_pattern *p)
{
    if (call->args[0].tag != FURROW_REGEX || call->args[1].tag != FURROW_STRING) {
        return fx_no_method(function, call->args, call->nargs);
    }
    return fx_pattern_open(call->vm, function, &call->args[0], p);
}

static furrow_err do_ismatch(const fx_call *call, fv_cell *out)
{
    fx_pattern p;
    fx_found found;
    bool yes;
    FX_TRY(regex_of("ismatch", call, &p));
    furrow_err err =
        fx_pattern_find(&p, fx_text(&call->args[1])->bytes, fx_text(&call->args[1])->nbytes, 0, &found, &yes);
    fx_pattern_close(&p);
    if (!err) *out = fx_bool(yes);
    return err;
}

static furrow_err put_field(fv_dict *dict, const char *name, const fv_cell *item)
{
    furrow_value *symbol;
    FX_TRY(fv_text_new(FURROW_SYMBOL, name, strlen(name), &symbol));
    const fv_cell key = fx_box(symbol);
    furrow_err err = fv_dict_set(dict, &key, item);
    fv_drop(symbol);
    return err;
}

/* The groups that have names, under these. */
static furrow_err put_named(const struct fx_regex *regex, const fv_array *captures, fv_dict *dict)
{
    const char *name;
    size_t group;
    for (size_t i = 0; fx_regex_name(regex, i, &name, &group); i++) {
        fv_cell text;
        if (group < 1 || group > captures->count) continue;
        FX_TRY(fv_element(captures, group - 1, &text));
        furrow_err err = put_field(dict, name, &text);
        fv_cell_drop(&text);
        if (err) return err;
    }
    return FURROW_OK;
}

/* A match as a dictionary: :match, :captures (nothing for groups that took no part), :offset, and groups by name. */
static furrow_err match_dict(const struct fx_regex *regex, const fv_text *t, const fx_found *found, fv_cell *out)
{
    fv_dict *dict;
    fv_cell text, captures;
    fx_gather groups;
    fx_gather_open(&groups, found->ngroups);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < found->ngroups && !err; i++) {
        fv_cell group = fx_nothing();
        size_t from = found->group[i][0];
        if (from != SIZE_MAX) err = fx_string(t->bytes + from, found->group[i][1] - from, &group);
        if (!err) err = fx_gather_add(&groups, &group);
        fv_cell_drop(&group);
    }
    if (err) {
        fx_gather_drop(&groups);
        return err;
    }
    FX_TRY(fx_gather_close(&groups, 0, NULL, &captures));
    err = fv_dict_new(FURROW_SYMBOL, FURROW_ANY, &dict);
    if (err) goto drop_captures;
    err = fx_string(t->bytes + found->from, found->to - found->from, &text);
    if (!err) {
        const fv_cell offset = fx_int((int64_t)found->from + 1);
        err = put_field(dict, "match", &text);
        fv_cell_drop(&text);
        if (!err) err = put_field(dict, "captures", &captures);
        if (!err) err = put_field(dict, "offset", &offset);
        if (!err) err = put_named(regex, fx_array(&captures), dict);
    }
    if (err) {
        fv_drop(fv_dict_value(dict));
    } else {
        *out = fx_box(fv_dict_value(dict));
    }
drop_captures:
    fv_cell_drop(&captures);
    return err;
}

static furrow_err do_match(const fx_call *call, fv_cell *out)
{
    fx_pattern p;
    fx_found found;
    bool yes;
    int64_t start = 1;
    if (call->nargs > 2) FX_TRY(fx_arg_int("match", &call->args[2], &start));
    if (start < 1) return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: text starts at index 1, not %lld", (long long)start);
    FX_TRY(regex_of("match", call, &p));
    const fv_text *t = fx_text(&call->args[1]);
    furrow_err err = fx_pattern_find(&p, t->bytes, t->nbytes, (size_t)start - 1, &found, &yes);
    if (!err && yes) err = match_dict(p.regex, t, &found, out);
    fx_pattern_close(&p);
    if (!err && !yes) *out = fx_nothing();
    return err;
}

static furrow_err add_match(splitting *s, const fx_pattern *p, const fv_text *t, const fx_found *found)
{
    fv_cell match;
    FX_TRY(match_dict(p->regex, t, found, &match));
    furrow_err err = fx_gather_add(&s->pieces, &match);
    fv_cell_drop(&match);
    return err;
}

/* All matches: their texts, or (whole) what match gives for each. */
static furrow_err all_matches(const fx_call *call, const char *function, bool whole, fv_cell *out)
{
    fx_pattern p;
    splitting s = {.keep = true};
    bool yes = true;
    size_t look = 0;
    FX_TRY(regex_of(function, call, &p));
    s.text = fx_text(&call->args[1])->bytes;
    s.nbytes = fx_text(&call->args[1])->nbytes;
    fx_gather_open(&s.pieces, 0);
    furrow_err err = FURROW_OK;
    while (look <= s.nbytes && !err) {
        fx_found found;
        err = fx_spend(call->vm, 64);
        if (!err) err = fx_pattern_find(&p, s.text, s.nbytes, look, &found, &yes);
        if (err || !yes) break;
        err = whole ? add_match(&s, &p, fx_text(&call->args[1]), &found) : add_piece(&s, found.from, found.to);
        look = after(&found, s.text, s.nbytes);
    }
    fx_pattern_close(&p);
    if (err) {
        fx_gather_drop(&s.pieces);
        return err;
    }
    if (s.pieces.count) return fx_gather_close(&s.pieces, 0, NULL, out);
    fv_array *none;
    FX_TRY(fx_vector_new(whole ? FURROW_ANY : FURROW_STRING, 0, &none));
    *out = fx_box(none);
    return FURROW_OK;
}

static furrow_err do_matchall(const fx_call *call, fv_cell *out)
{
    return all_matches(call, "matchall", false, out);
}
static furrow_err do_eachmatch(const fx_call *call, fv_cell *out)
{
    return all_matches(call, "eachmatch", true, out);
}

/* Regex("..."[, "flags"]) */
static furrow_err do_Regex(const fx_call *call, fv_cell *out)
{
    fb_buffer text;
    furrow_value *regex;
    const char *pattern, *flags;
    size_t npattern, nflags;
    FX_TRY(fx_text_arg("Regex", call, 0, &pattern, &npattern));
    fb_buffer_init(&text, 0);
    furrow_err err = FURROW_OK;
    if (call->nargs > 1) {
        FX_TRY(fx_text_arg("Regex", call, 1, &flags, &nflags));
        err = fb_buffer_printf(&text, "(?%.*s)", (int)(nflags > 16 ? 16 : nflags), flags);
    }
    if (!err) err = fx_text_put(&text, pattern, npattern);
    if (!err) err = fv_text_new(FURROW_REGEX, (const char *)text.bytes, text.nbytes, &regex);
    fb_buffer_free(&text);
    if (!err) *out = fx_box(regex);
    return err;
}

const fx_builtin fx_builtins_regex[] = {{"contains", do_contains, 2, 2, false},
                                        {"occursin", do_occursin, 2, 2, false},
                                        {"search", do_search, 2, 3, false},
                                        {"split", do_split, 1, 3, false},
                                        {"replace", do_replace, 2, 4, false},
                                        {"ismatch", do_ismatch, 2, 2, false},
                                        {"match", do_match, 2, 3, false},
                                        {"matchall", do_matchall, 2, 2, false},
                                        {"eachmatch", do_eachmatch, 2, 2, false},
                                        {"searchindex", do_searchindex, 2, 3, false},
                                        {"rsearch", do_rsearch, 2, 2, false},
                                        {"Regex", do_Regex, 1, 2, false},
                                        {NULL}};
