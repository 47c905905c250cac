/*
 * print.c - values in one line: the form inside containers (texts quoted) and the form of print (texts bare).
 */
#include "value/show.h"
#include "value/dict.h"
#include "value/exception.h"
#include "base/error.h"
#include "base/utf8.h"

#include <stdlib.h>

furrow_err fv_show_text(fv_show *s, const char *text)
{
    return fb_buffer_put(&s->out, text, strlen(text));
}

furrow_err fv_show_enter(fv_show *s, const furrow_value *value, bool *entered)
{
    *entered = false;
    for (int i = s->depth - 1; i >= 0; i--) {
        if (s->shown[i] == value) {
            return fb_buffer_printf(&s->out, "#= circular reference @-%d =#", s->depth - i);
        }
    }
    if (s->depth == FV_SHOW_DEPTH_MOST) return fv_show_text(s, "\u2026");
    s->shown[s->depth++] = value;
    *entered = true;
    return FURROW_OK;
}

void fv_show_leave(fv_show *s)
{
    s->depth--;
}

fv_show_mode fv_show_compact(fv_show *s, bool compact)
{
    fv_show_mode before = {s->compact_given, s->compact};
    if (!s->compact_given && compact) s->compact_given = s->compact = true;
    return before;
}

void fv_show_restore(fv_show *s, fv_show_mode before)
{
    s->compact_given = before.given;
    s->compact = before.compact;
}

/* --- texts --- */

/* One character of a quoted text; quote is the mark that must be escaped, next the byte that follows. */
static furrow_err put_escaped(fv_show *s, uint32_t code, char quote, char next)
{
    static const char named[] = "abtnvfr";
    char bytes[4];
    if (code == 0) return fv_show_text(s, next >= '0' && next <= '9' ? "\\x00" : "\\0");
    if (code >= 7 && code <= 13) return fb_buffer_printf(&s->out, "\\%c", named[code - 7]);
    if (code == 27) return fv_show_text(s, "\\e");
    if (code < 0x20 || code == 0x7F) return fb_buffer_printf(&s->out, "\\x%02x", (unsigned)code);
    if (code >= 0x80 && code < 0xA0) return fb_buffer_printf(&s->out, "\\u%x", (unsigned)code);
    if (code == (unsigned char)quote || code == '\\' || (quote == '"' && code == '$')) {
        return fb_buffer_printf(&s->out, "\\%c", (char)code);
    }
    size_t n = fb_utf8_encode(code, bytes);
    return n == 0 ? fb_buffer_printf(&s->out, "\\u%x", (unsigned)code) : fb_buffer_put(&s->out, bytes, n);
}

static furrow_err put_quoted(fv_show *s, const char *bytes, size_t nbytes)
{
    furrow_err err = fv_show_text(s, "\"");
    for (size_t i = 0; i < nbytes && !err;) {
        uint32_t code;
        i += fb_utf8_decode(bytes + i, nbytes - i, &code);
        err = put_escaped(s, code, '"', bytes[i]);
        if (!err) err = fv_worked(1);
    }
    return err ? err : fv_show_text(s, "\"");
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_plain_symbol(const fv_text *name)
{
    if (name->nbytes == 0) return false;
    if (strspn(name->bytes, "+-*/\\^%<>=!&|~.:$") == name->nbytes) return true;
    if (!is_letter(name->bytes[0]) && name->bytes[0] != '@') return false;
    for (size_t i = 1; i < name->nbytes; i++) {
        char c = name->bytes[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '!') return false;
    }
    return true;
}

static furrow_err put_symbol(fv_show *s, const fv_text *name)
{
    if (is_plain_symbol(name)) return fb_buffer_printf(&s->out, ":%s", name->bytes);
    furrow_err err = fv_show_text(s, "Symbol(");
    if (!err) err = put_quoted(s, name->bytes, name->nbytes);
    return err ? err : fv_show_text(s, ")");
}

/* ErrorException("text"); DivideError() */
static furrow_err put_exception(fv_show *s, const fv_text *exception)
{
    const char *message = fv_exception_message(exception), *end = exception->bytes + exception->nbytes;
    furrow_err err = fb_buffer_printf(&s->out, "%s(", fv_exception_name(fv_exception_of(exception->bytes)));
    if (!err && message < end) err = put_quoted(s, message, (size_t)(end - message));
    return err ? err : fv_show_text(s, ")");
}

/* Source text, with the captured values in place of $1, $2, ... */
static furrow_err put_code(fv_show *s, const fv_code *code)
{
    const fv_text *text = (const fv_text *)code->text;
    const fv_tuple *captured = (const fv_tuple *)code->captured;
    if (!captured) return fb_buffer_put(&s->out, text->bytes, text->nbytes);
    bool entered;
    furrow_err err = fv_show_enter(s, &code->head, &entered);
    if (err || !entered) return err;
    for (const char *at = text->bytes, *end = at + text->nbytes; at < end && !err;) {
        char *after;
        unsigned long number = at[0] == '$' && at[1] >= '1' && at[1] <= '9' ? strtoul(at + 1, &after, 10) : 0;
        if (number > 0 && number <= captured->count) {
            err = fv_show_cell(s, &captured->items[number - 1]);
            at = after;
        } else {
            err = fb_buffer_put(&s->out, at++, 1);
        }
    }
    fv_show_leave(s);
    return err;
}

/* --- containers --- */

/* A key that is a pair itself stands in parentheses. */
static furrow_err put_key(fv_show *s, const fv_cell *key)
{
    bool inner = key->tag == FURROW_TUPLE && fv_is_pair(key->p);
    furrow_err err = inner ? fv_show_text(s, "(") : FURROW_OK;
    if (!err) err = fv_show_cell(s, key);
    return err || !inner ? err : fv_show_text(s, ")");
}

static furrow_err put_pair(fv_show *s, const fv_tuple *pair)
{
    furrow_err err = put_key(s, &pair->items[0]);
    if (!err) err = fv_show_text(s, "=>");
    return err ? err : fv_show_cell(s, &pair->items[1]);
}

static furrow_err put_tuple(fv_show *s, const fv_tuple *tuple)
{
    bool entered;
    furrow_err err = fv_show_enter(s, &tuple->head, &entered);
    if (err || !entered) return err;
    if (fv_is_pair(&tuple->head)) {
        err = put_pair(s, tuple);
        fv_show_leave(s);
        return err;
    }
    err = fv_show_text(s, "(");
    for (size_t i = 0; i < tuple->count && !err; i++) {
        if (i > 0) err = fv_show_text(s, ",");
        if (!err) err = fv_show_cell(s, &tuple->items[i]);
    }
    fv_show_leave(s);
    return err ? err : fv_show_text(s, tuple->count == 1 ? ",)" : ")");
}

static furrow_err put_pairs(fv_show *s, const fv_dict *dict)
{
    fv_cell key, item;
    uint64_t state = 0;
    furrow_err err = FURROW_OK;
    for (size_t n = 0; !err && fv_dict_next(dict, &state, &key, &item);) {
        bool member = fv_dict_item_type(dict) == FV_MEMBER;
        if (n > 0) err = fv_show_text(s, ",");
        if (!err) err = put_key(s, &key);
        if (!err && !member) err = fv_show_text(s, "=>");
        if (!err && !member) err = fv_show_cell(s, &item);
        if (++n >= 10 && s->limit && n < fv_dict_count(dict)) return err ? err : fv_show_text(s, "\u2026");
    }
    return err;
}

static furrow_err put_dict(fv_show *s, const furrow_value *value)
{
    const fv_dict *dict = fv_dict_of_value(value);
    fv_cell cell = {.tag = FURROW_DICT, .p = (furrow_value *)value};
    char type[96];
    bool entered;
    fv_type_text(fv_type_of(&cell), type, sizeof type);
    if (fv_dict_count(dict) == 0) return fb_buffer_printf(&s->out, "%s()", type);
    bool leaf = fv_dict_key_type(dict) != FURROW_ANY && fv_dict_item_type(dict) != FURROW_ANY, set = fv_is_set(&cell);
    const char *open = set ? (leaf ? "Set([" : "Set(Any[") : leaf ? "Dict(" : "(";
    furrow_err err = fb_buffer_printf(&s->out, "%s%s", set || leaf ? "" : type, open);
    if (!err) err = fv_show_enter(s, value, &entered);
    if (err) return err;
    if (entered) {
        fv_show_mode mode = fv_show_compact(s, true);
        err = put_pairs(s, dict);
        fv_show_restore(s, mode);
        fv_show_leave(s);
    }
    return err ? err : fv_show_text(s, set ? "])" : ")");
}

static furrow_err put_range(fv_show *s, const fv_range *range)
{
    fv_cell ends[3] = {{.tag = range->head.eltype}, {.tag = range->head.eltype}, {.tag = range->head.eltype}};
    if (range->head.eltype == FURROW_INT64) {
        ends[0].i = range->first.i;
        ends[1].i = range->step.i;
        ends[2].i = range->last.i;
    } else {
        ends[0].d = range->first.d / range->divisor;
        ends[1].d = range->step.d / range->divisor;
        ends[2].d = range->last.d;
    }
    fv_show_mode mode = {s->compact_given, s->compact};
    s->compact = false;
    furrow_err err = fv_show_number(s, &ends[0], true);
    if (!err) err = fv_show_text(s, ":");
    if (!err && range->has_step) {
        err = fv_show_number(s, &ends[1], true);
        if (!err) err = fv_show_text(s, ":");
    }
    if (!err) err = fv_show_number(s, &ends[2], true);
    fv_show_restore(s, mode);
    return err;
}

/* --- any value --- */

static furrow_err put_char(fv_show *s, const fv_cell *cell)
{
    furrow_err err = fv_show_text(s, "'");
    if (!err) err = put_escaped(s, (uint32_t)cell->u, '\'', '\0');
    return err ? err : fv_show_text(s, "'");
}

static furrow_err put_type(fv_show *s, fv_type type)
{
    char text[96];
    return fv_show_text(s, fv_type_text(type, text, sizeof text));
}

static furrow_err put_regex(fv_show *s, const fv_text *pattern)
{
    furrow_err err = fv_show_text(s, "r\"");
    for (size_t i = 0; i < pattern->nbytes && !err; i++) {
        if (pattern->bytes[i] == '"') err = fv_show_text(s, "\\");
        if (!err) err = fb_buffer_put(&s->out, pattern->bytes + i, 1);
    }
    return err ? err : fv_show_text(s, "\"");
}

static furrow_err put_expr(fv_show *s, const fv_code *code)
{
    const char *text = ((const fv_text *)code->text)->bytes;
    if (!code->captured && strncmp(text, "begin\n", 6) == 0) { /* a block is shown as Julia shows one */
        furrow_err err = fv_show_text(s, "quote");
        return err ? err : fv_show_text(s, text + 5);
    }
    furrow_err err = fv_show_text(s, ":(");
    if (!err) err = put_code(s, code);
    return err ? err : fv_show_text(s, ")");
}

static furrow_err put_ref(fv_show *s, const fv_ref *ref)
{
    return fb_buffer_printf(&s->out, "Future(%d,%d,%llu,Nullable{Any}())", ref->where, ref->whence,
                            (unsigned long long)ref->id);
}

furrow_err fv_show_cell(fv_show *s, const fv_cell *cell)
{
    furrow_err err = fv_worked(8);
    if (err) return err;
    if (fv_tag_flat(cell->tag)) return fv_show_number(s, cell, true);
    switch (cell->tag) {
    case FURROW_NOTHING:
        return fv_show_text(s, "nothing");
    case FURROW_CHAR:
        return put_char(s, cell);
    case FURROW_DATATYPE:
        return put_type(s, cell->u);
    case FURROW_STRING:
        return put_quoted(s, ((const fv_text *)cell->p)->bytes, ((const fv_text *)cell->p)->nbytes);
    case FURROW_SYMBOL:
        return put_symbol(s, (const fv_text *)cell->p);
    case FURROW_REGEX:
        return put_regex(s, (const fv_text *)cell->p);
    case FURROW_EXCEPTION:
        return put_exception(s, (const fv_text *)cell->p);
    case FURROW_MODULE:
        return fv_show_text(s, ((const fv_text *)cell->p)->bytes);
    case FURROW_RANGE:
        return put_range(s, (const fv_range *)cell->p);
    case FURROW_TUPLE:
        return put_tuple(s, (const fv_tuple *)cell->p);
    case FURROW_DICT:
        return put_dict(s, cell->p);
    case FURROW_EXPR:
        return put_expr(s, (const fv_code *)cell->p);
    case FURROW_FUNCTION:
        return put_code(s, (const fv_code *)cell->p);
    case FURROW_REF:
        return put_ref(s, (const fv_ref *)cell->p);
    case FURROW_ARRAY:
        return fv_show_array(s, (const fv_array *)cell->p);
    default:
        return fb_fail(FURROW_ERR_INTERNAL, "a value has the unknown type %u", (unsigned)cell->tag);
    }
}

furrow_err fv_show_plain(fv_show *s, const fv_cell *cell)
{
    char bytes[4];
    switch (cell->tag) {
    case FURROW_STRING:
    case FURROW_SYMBOL:
        return fb_buffer_put(&s->out, ((const fv_text *)cell->p)->bytes, ((const fv_text *)cell->p)->nbytes);
    case FURROW_CHAR:
        return fb_buffer_put(&s->out, bytes, fb_utf8_encode((uint32_t)cell->u, bytes));
    case FURROW_EXPR:
        return put_code(s, (const fv_code *)cell->p);
    default:
        return fv_tag_flat(cell->tag) ? fv_show_number(s, cell, false) : fv_show_cell(s, cell);
    }
}
