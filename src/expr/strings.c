/*
 * strings.c - strings: string, join, split, strip, replace, search and their kin, on UTF-8 bytes. Patterns that are
 * regular expressions go to regex.c.
 */
#include "expr/strings.h"
#include "expr/builtins.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

furrow_err fx_string_of(fb_buffer *text, fv_cell *out)
{
    furrow_err err = fx_string((const char *)text->bytes, text->nbytes, out);
    fb_buffer_free(text);
    return err;
}

furrow_err fx_text_arg(const char *function, const fx_call *call, size_t i, const char **bytes, size_t *nbytes)
{
    const fv_cell *c = &call->args[i];
    if (c->tag != FURROW_STRING) return fx_no_method(function, call->args, call->nargs);
    *bytes = fx_text(c)->bytes;
    *nbytes = fx_text(c)->nbytes;
    return FURROW_OK;
}

/* --- printing --- */

furrow_err fx_text_put(fb_buffer *text, const void *bytes, size_t nbytes)
{
    if (nbytes > text->capacity - text->nbytes) {
        size_t more = nbytes > text->nbytes ? nbytes : text->nbytes;
        FX_TRY(fv_meter_charge(more));
        fv_meter_refund(more);
    }
    FX_TRY(fv_worked(1 + nbytes / 16));
    return fb_buffer_put(text, bytes, nbytes);
}

furrow_err fx_print(fb_buffer *text, const fv_cell *c)
{
    FX_TRY(fv_worked(16));
    if (fx_is_text(c)) return fx_text_put(text, fx_text(c)->bytes, fx_text(c)->nbytes);
    furrow_value *value;
    char *printed;
    FX_TRY(fv_cell_to_value(c, &value));
    furrow_err err = furrow_value_print(value, &printed);
    fv_drop(value);
    if (err) return err;
    err = fx_text_put(text, printed, strlen(printed));
    free(printed);
    return err;
}

/* string(x...), string(integer, base[, digits]) is base(). */
static furrow_err do_string(const fx_call *call, fv_cell *out)
{
    fb_buffer text;
    fb_buffer_init(&text, 0);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < call->nargs && !err; i++) err = fx_print(&text, &call->args[i]);
    if (!err) return fx_string_of(&text, out);
    fb_buffer_free(&text);
    return err;
}

static furrow_err do_repr(const fx_call *call, fv_cell *out)
{
    furrow_value *value;
    char *shown;
    FX_TRY(fv_cell_to_value(call->args, &value));
    furrow_err err =
        call->args->tag == FURROW_STRING || call->args->tag == FURROW_SYMBOL || call->args->tag == FURROW_CHAR
            ? furrow_value_display(value, 0, 0, &shown)
            : furrow_value_print(value, &shown);
    fv_drop(value);
    if (err) return err;
    err = fx_string(shown, strlen(shown), out);
    free(shown);
    return err;
}

static furrow_err do_Symbol(const fx_call *call, fv_cell *out)
{
    fv_cell text;
    furrow_value *symbol;
    FX_TRY(do_string(call, &text));
    furrow_err err = fv_text_new(FURROW_SYMBOL, fx_text(&text)->bytes, fx_text(&text)->nbytes, &symbol);
    if (!err) *out = fx_box(symbol);
    fv_cell_drop(&text);
    return err;
}

/* --- whole numbers as digits --- */

static furrow_err digits(const fv_cell *x, int64_t base, int64_t width, fv_cell *out)
{
    char room[160];
    size_t at = sizeof room;
    int64_t i;
    if (x->tag != FURROW_UINT64) FX_TRY(fx_arg_int("digits", x, &i));
    if (base < 2 || base > 36) return fb_fail(FURROW_ERR_ARG, "a base is from 2 to 36, not %lld", (long long)base);
    bool negative = x->tag != FURROW_UINT64 && i < 0;
    uint64_t rest = x->tag == FURROW_UINT64 ? x->u : negative ? 0 - (uint64_t)i : (uint64_t)i;
    if (width > 128) return fb_fail(FURROW_ERR_LIMIT, "at most 128 digits are written");
    do {
        room[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % (uint64_t)base];
        rest /= (uint64_t)base;
    } while (rest);
    while ((int64_t)(sizeof room - at) < width) room[--at] = '0';
    if (negative) room[--at] = '-';
    return fx_string(room + at, sizeof room - at, out);
}

static furrow_err in_base(const fx_call *call, int64_t base, size_t first, fv_cell *out)
{
    int64_t width = 1;
    if (!fx_type_integer(call->args[first].tag)) return fx_no_method("base", call->args, call->nargs);
    if (call->nargs > first + 1) FX_TRY(fx_arg_int("base", &call->args[first + 1], &width));
    return digits(&call->args[first], base, width, out);
}
static furrow_err do_hex(const fx_call *call, fv_cell *out)
{
    return in_base(call, 16, 0, out);
}
static furrow_err do_bin(const fx_call *call, fv_cell *out)
{
    return in_base(call, 2, 0, out);
}
static furrow_err do_oct(const fx_call *call, fv_cell *out)
{
    return in_base(call, 8, 0, out);
}
static furrow_err do_dec(const fx_call *call, fv_cell *out)
{
    return in_base(call, 10, 0, out);
}
static furrow_err do_base(const fx_call *call, fv_cell *out)
{
    int64_t base;
    FX_TRY(fx_arg_int("base", call->args, &base));
    return in_base(call, base, 1, out);
}
/* The digits of a number, the last first. */
static furrow_err do_digits(const fx_call *call, fv_cell *out)
{
    int64_t x, base = 10;
    fv_array *made;
    FX_TRY(fx_arg_int("digits", call->args, &x));
    if (call->nargs > 1) FX_TRY(fx_arg_int("digits", &call->args[1], &base));
    if (base < 2) return fb_fail(FURROW_ERR_ARG, "a base is at least 2, not %lld", (long long)base);
    size_t n = 1;
    for (int64_t rest = x / base; rest; rest /= base) n++;
    FX_TRY(fx_vector_new(FURROW_INT64, n, &made));
    for (size_t i = 0; i < n; i++, x /= base) ((int64_t *)made->data)[i] = x % base;
    *out = fx_box(made);
    return FURROW_OK;
}
static furrow_err do_bits(const fx_call *call, fv_cell *out)
{
    char room[64];
    unsigned char bytes[16];
    const fv_cell *x = call->args;
    if (!fx_is_real(x)) return fx_no_method("bits", x, 1);
    size_t nbytes = furrow_type_nbytes((furrow_type)x->tag);
    fv_flat_store((furrow_type)x->tag, bytes, x);
    for (size_t i = 0; i < 8 * nbytes; i++) room[8 * nbytes - 1 - i] = bytes[i / 8] >> (i % 8) & 1 ? '1' : '0';
    return fx_string(room, 8 * nbytes, out);
}
static furrow_err do_count_ones(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (!fx_type_integer(x->tag)) return fx_no_method("count_ones", x, 1);
    unsigned width = 8 * (unsigned)furrow_type_nbytes((furrow_type)x->tag);
    *out = fx_int(__builtin_popcountll(width < 64 ? x->u & ((1ull << width) - 1) : x->u));
    return FURROW_OK;
}

/* --- characters one by one --- */

static furrow_err each_char(const fx_call *call, const char *function, uint32_t (*change)(uint32_t c, bool first),
                            fv_cell *out)
{
    if (call->args[0].tag == FURROW_CHAR) {
        *out = fx_char(change((uint32_t)call->args[0].i, true));
        return FURROW_OK;
    }
    const char *s;
    size_t n;
    fb_buffer text;
    FX_TRY(fx_text_arg(function, call, 0, &s, &n));
    FX_TRY(fx_spend(call->vm, n));
    fb_buffer_init(&text, 0);
    furrow_err err = FURROW_OK;
    for (size_t at = 0; at < n && !err;) {
        uint32_t code;
        char bytes[4];
        size_t length = fb_utf8_decode(s + at, n - at, &code);
        size_t made = code == FB_UTF8_INVALID ? 0 : fb_utf8_encode(change(code, at == 0), bytes);
        err = made ? fx_text_put(&text, bytes, made) : fx_text_put(&text, s + at, length);
        if (!err) err = fv_worked(1);
        at += length;
    }
    if (!err) return fx_string_of(&text, out);
    fb_buffer_free(&text);
    return err;
}

/* Latin, Greek and Cyrillic letters, without a locale. */
static uint32_t upper(uint32_t c, bool first)
{
    (void)first;
    if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
    if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 32;
    if (c >= 0x100 && c <= 0x17F && c != 0x131 && c != 0x138 && c != 0x149 && c != 0x17F) {
        bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
        return odd ? c - ((c & 1) == 0) : c & ~1u;
    }
    if (c == 0xFF) return 0x178;
    if (c >= 0x3B1 && c <= 0x3C9) return c == 0x3C2 ? 0x3A3 : c - 32;
    if (c >= 0x430 && c <= 0x44F) return c - 32;
    return c >= 0x450 && c <= 0x45F ? c - 80 : c;
}
static uint32_t lower(uint32_t c, bool first)
{
    (void)first;
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
    if (c >= 0x100 && c <= 0x17F && c != 0x130 && c != 0x138 && c != 0x149 && c != 0x178 && c != 0x17F) {
        bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
        return odd ? c + (c & 1) : c | 1u;
    }
    if (c == 0x178) return 0xFF;
    if (c >= 0x391 && c <= 0x3A9) return c + 32;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}
static uint32_t first_upper(uint32_t c, bool first)
{
    return first ? upper(c, true) : c;
}
static uint32_t first_lower(uint32_t c, bool first)
{
    return first ? lower(c, true) : c;
}
static furrow_err do_uppercase(const fx_call *call, fv_cell *out)
{
    return each_char(call, "uppercase", upper, out);
}
static furrow_err do_lowercase(const fx_call *call, fv_cell *out)
{
    return each_char(call, "lowercase", lower, out);
}
static furrow_err do_ucfirst(const fx_call *call, fv_cell *out)
{
    return each_char(call, "ucfirst", first_upper, out);
}
static furrow_err do_lcfirst(const fx_call *call, fv_cell *out)
{
    return each_char(call, "lcfirst", first_lower, out);
}

/* isdigit and its kin: of a character, or of all characters of a string. */
typedef bool (*char_test)(uint32_t c);
static furrow_err test_chars(const fx_call *call, const char *name, char_test test, fv_cell *out)
{
    const fv_cell *x = call->args;
    bool all = true;
    if (x->tag == FURROW_CHAR) {
        *out = fx_bool(test((uint32_t)x->i));
        return FURROW_OK;
    }
    const char *s;
    size_t n;
    FX_TRY(fx_text_arg(name, call, 0, &s, &n));
    for (size_t at = 0; at < n && all;) {
        uint32_t code;
        at += fb_utf8_decode(s + at, n - at, &code);
        all = test(code);
        FX_TRY(fv_worked(1));
    }
    *out = fx_bool(all);
    return FURROW_OK;
}
static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}
static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0;
}
static bool is_upper(uint32_t c)
{
    return lower(c, false) != c;
}
static bool is_lower(uint32_t c)
{
    return upper(c, false) != c || c == 0xDF;
}
static bool is_alpha(uint32_t c)
{
    return is_upper(c) || is_lower(c) || (c >= 0xAA && c != 0xD7 && c != 0xF7 && c > 0xBF);
}
static bool is_alnum(uint32_t c)
{
    return is_alpha(c) || is_digit(c);
}
static bool is_ascii(uint32_t c)
{
    return c < 0x80;
}
static bool is_punct(uint32_t c)
{
    return c < 0x80 && ispunct((int)c);
}
#define CHAR_TEST(name, test)                                      \
    static furrow_err do_##name(const fx_call *call, fv_cell *out) \
    {                                                              \
        return test_chars(call, #name, test, out);                 \
    }
CHAR_TEST(isdigit, is_digit)
CHAR_TEST(isspace, is_space)
CHAR_TEST(isupper, is_upper)
CHAR_TEST(islower, is_lower)
CHAR_TEST(isalpha, is_alpha)
CHAR_TEST(isalnum, is_alnum)
CHAR_TEST(isascii, is_ascii)
CHAR_TEST(ispunct, is_punct)

/* --- ends --- */

static furrow_err do_startswith(const fx_call *call, fv_cell *out)
{
    const char *s, *t;
    size_t n, m;
    FX_TRY(fx_text_arg("startswith", call, 0, &s, &n));
    FX_TRY(fx_text_arg("startswith", call, 1, &t, &m));
    *out = fx_bool(m <= n && memcmp(s, t, m) == 0);
    return FURROW_OK;
}
static furrow_err do_endswith(const fx_call *call, fv_cell *out)
{
    const char *s, *t;
    size_t n, m;
    FX_TRY(fx_text_arg("endswith", call, 0, &s, &n));
    FX_TRY(fx_text_arg("endswith", call, 1, &t, &m));
    *out = fx_bool(m <= n && memcmp(s + n - m, t, m) == 0);
    return FURROW_OK;
}

/* Whether c is among the characters to strip: the second argument (a Char, or several), blanks by default. */
static bool strips(const fx_call *call, uint32_t c)
{
    if (call->nargs < 2) return is_space(c);
    const fv_cell *set = &call->args[1];
    if (set->tag == FURROW_CHAR) return c == (uint32_t)set->i;
    uint64_t state = 0;
    fv_cell item;
    bool done = false, found = false;
    while (!found && fx_iterate(set, &state, &item, &done) == FURROW_OK && !done) {
        found = item.tag == FURROW_CHAR && (uint32_t)item.i == c;
        fv_cell_drop(&item);
    }
    return found;
}

static furrow_err strip(const fx_call *call, bool left, bool right, fv_cell *out)
{
    const char *s;
    size_t n, from = 0;
    uint32_t code;
    FX_TRY(fx_text_arg("strip", call, 0, &s, &n));
    while (left && from < n) {
        size_t length = fb_utf8_decode(s + from, n - from, &code);
        if (!strips(call, code)) break;
        from += length;
        FX_TRY(fv_worked(1));
    }
    while (right && n > from) {
        size_t at = n - 1;
        while (at > from && ((unsigned char)s[at] & 0xC0) == 0x80) at--;
        fb_utf8_decode(s + at, n - at, &code);
        if (!strips(call, code)) break;
        n = at;
        FX_TRY(fv_worked(1));
    }
    return fx_string(s + from, n - from, out);
}
static furrow_err do_strip(const fx_call *call, fv_cell *out)
{
    return strip(call, true, true, out);
}
static furrow_err do_lstrip(const fx_call *call, fv_cell *out)
{
    return strip(call, true, false, out);
}
static furrow_err do_rstrip(const fx_call *call, fv_cell *out)
{
    return strip(call, false, true, out);
}
static furrow_err do_chomp(const fx_call *call, fv_cell *out)
{
    const char *s;
    size_t n;
    FX_TRY(fx_text_arg("chomp", call, 0, &s, &n));
    if (n && s[n - 1] == '\n') n--;
    if (n && s[n - 1] == '\r') n--;
    return fx_string(s, n, out);
}

#define PAD_BLOCK 1024

/* count characters: those of fill, in turn. Many at a time, in blocks of whole fills. */
static furrow_err put_fill(fx_vm *vm, fb_buffer *made, const fb_buffer *fill, size_t count)
{
    const char *bytes = (const char *)fill->bytes;
    size_t unit = fx_utf8_count(bytes, fill->nbytes), whole = unit ? count / unit : 0;
    if (unit == 0) return FURROW_OK;
    fb_buffer block;
    fb_buffer_init(&block, 0);
    size_t times = whole < PAD_BLOCK ? whole : PAD_BLOCK;
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < times && !err; i++) err = fx_text_put(&block, fill->bytes, fill->nbytes);
    for (; !err && times && whole >= times; whole -= times) {
        err = fx_spend(vm, block.nbytes);
        if (!err) err = fx_text_put(made, block.bytes, block.nbytes);
    }
    for (; !err && whole > 0; whole--) {
        err = fv_worked(fill->nbytes / 16 + 1);
        if (!err) err = fx_text_put(made, fill->bytes, fill->nbytes);
    }
    fb_buffer_free(&block);
    size_t at = 0;
    for (size_t rest = count % unit; rest > 0 && !err; rest--) {
        uint32_t code;
        size_t length = fb_utf8_decode(bytes + at, fill->nbytes - at, &code);
        err = fx_text_put(made, bytes + at, length);
        at += length;
    }
    return err;
}

/* lpad(x, width[, pad]) and rpad */
static furrow_err pad(const fx_call *call, bool left, fv_cell *out)
{
    fb_buffer text, fill, made;
    size_t width = 0, room = 0;
    fb_buffer_init(&text, 0);
    fb_buffer_init(&fill, 0);
    fb_buffer_init(&made, 0);
    furrow_err err = fx_print(&text, call->args);
    if (!err) err = fx_arg_count("lpad", &call->args[1], &width);
    if (!err) err = call->nargs > 2 ? fx_print(&fill, &call->args[2]) : fx_text_put(&fill, " ", 1);
    if (err) goto done;
    size_t have = fx_utf8_count((char *)text.bytes, text.nbytes), missing = width > have ? width - have : 0;
    if (__builtin_mul_overflow(missing, 4, &room)) room = SIZE_MAX;
    err = fv_meter_charge(room);
    if (err) goto done;
    if (!left) err = fx_text_put(&made, text.bytes, text.nbytes);
    if (!err) err = put_fill(call->vm, &made, &fill, missing);
    if (!err && left) err = fx_text_put(&made, text.bytes, text.nbytes);
    fv_meter_refund(room);
    if (!err) err = fx_string((char *)made.bytes, made.nbytes, out);
done:
    fb_buffer_free(&made);
    fb_buffer_free(&text);
    fb_buffer_free(&fill);
    return err;
}
static furrow_err do_lpad(const fx_call *call, fv_cell *out)
{
    return pad(call, true, out);
}
static furrow_err do_rpad(const fx_call *call, fv_cell *out)
{
    return pad(call, false, out);
}

/* --- joining and repeating --- */

/* join(items[, between[, before the last]]) */
static furrow_err do_join(const fx_call *call, fv_cell *out)
{
    fb_buffer text;
    uint64_t state = 0;
    size_t count, i = 0;
    if (!fx_item_count(call->args, &count)) return fx_no_method("join", call->args, call->nargs);
    FX_TRY(fx_spend(call->vm, count));
    fb_buffer_init(&text, 0);
    furrow_err err = FURROW_OK;
    for (;; i++) {
        fv_cell item;
        bool done;
        err = fx_iterate(call->args, &state, &item, &done);
        if (err || done) break;
        const fv_cell *between = call->nargs > 2 && i + 1 == count ? &call->args[2] : &call->args[1];
        if (i > 0 && call->nargs > 1) err = fx_print(&text, between);
        if (!err) err = fx_print(&text, &item);
        fv_cell_drop(&item);
        if (err) break;
    }
    if (!err) return fx_string_of(&text, out);
    fb_buffer_free(&text);
    return err;
}

static furrow_err do_repeat(const fx_call *call, fv_cell *out)
{
    if (call->args[0].tag == FURROW_STRING || call->args[0].tag == FURROW_CHAR) {
        return fx_binary(call->vm, FX_OP_POW, false, &call->args[0], &call->args[1], out);
    }
    return fx_builtin_find("repmat", 6)->function(call, out);
}

furrow_err fx_string_reverse(const fv_cell *s, fv_cell *out)
{
    const fv_text *t = fx_text(s);
    fb_buffer text;
    void *to;
    fb_buffer_init(&text, 0);
    furrow_err err = fb_buffer_grow(&text, t->nbytes ? t->nbytes : 1, &to);
    if (err) return err;
    char *end = (char *)to + t->nbytes;
    for (size_t at = 0; at < t->nbytes && !err;) {
        uint32_t code;
        size_t length = fb_utf8_decode(t->bytes + at, t->nbytes - at, &code);
        end -= length;
        memcpy(end, t->bytes + at, length);
        at += length;
        err = fv_worked(1);
    }
    if (!err) err = fx_string((char *)text.bytes, t->nbytes, out);
    fb_buffer_free(&text);
    return err;
}
static furrow_err do_chop(const fx_call *call, fv_cell *out)
{
    const char *s;
    size_t n;
    FX_TRY(fx_text_arg("chop", call, 0, &s, &n));
    while (n > 0 && ((unsigned char)s[n - 1] & 0xC0) == 0x80) n--;
    return fx_string(s, n ? n - 1 : 0, out);
}

/* Places of characters: the next and the one before, the i-th character's. */
static furrow_err do_nextind(const fx_call *call, fv_cell *out)
{
    const char *s;
    size_t n;
    int64_t i;
    FX_TRY(fx_text_arg("nextind", call, 0, &s, &n));
    FX_TRY(fx_arg_int("nextind", &call->args[1], &i));
    if (i < 1) i = 0;
    while ((uint64_t)i < n && i > 0 && ((unsigned char)s[i] & 0xC0) == 0x80) i++;
    *out = fx_int(i + 1);
    return FURROW_OK;
}
static furrow_err do_chr2ind(const fx_call *call, fv_cell *out)
{
    const char *s;
    size_t n, at = 0;
    int64_t i;
    uint32_t code;
    FX_TRY(fx_text_arg("chr2ind", call, 0, &s, &n));
    FX_TRY(fx_arg_int("chr2ind", &call->args[1], &i));
    for (int64_t k = 1; k < i && at < n; k++) {
        at += fb_utf8_decode(s + at, n - at, &code);
        FX_TRY(fv_worked(1));
    }
    if (i < 1 || at >= n)
        return fb_fail(FURROW_ERR_BOUNDS, "BoundsError: the string has no character %lld", (long long)i);
    *out = fx_int((int64_t)at + 1);
    return FURROW_OK;
}

const fx_builtin fx_builtins_string[] = {{"string", do_string, 0, -1, false},
                                         {"repr", do_repr, 1, 1, false},
                                         {"Symbol", do_Symbol, 1, -1, false},
                                         {"symbol", do_Symbol, 1, -1, false},
                                         {"hex", do_hex, 1, 2, false},
                                         {"bin", do_bin, 1, 2, false},
                                         {"oct", do_oct, 1, 2, false},
                                         {"dec", do_dec, 1, 2, false},
                                         {"base", do_base, 2, 3, false},
                                         {"digits", do_digits, 1, 2, false},
                                         {"bits", do_bits, 1, 1, false},
                                         {"count_ones", do_count_ones, 1, 1, false},
                                         {"uppercase", do_uppercase, 1, 1, false},
                                         {"lowercase", do_lowercase, 1, 1, false},
                                         {"ucfirst", do_ucfirst, 1, 1, false},
                                         {"lcfirst", do_lcfirst, 1, 1, false},
                                         {"isdigit", do_isdigit, 1, 1, false},
                                         {"isspace", do_isspace, 1, 1, false},
                                         {"isupper", do_isupper, 1, 1, false},
                                         {"islower", do_islower, 1, 1, false},
                                         {"isalpha", do_isalpha, 1, 1, false},
                                         {"isalnum", do_isalnum, 1, 1, false},
                                         {"isascii", do_isascii, 1, 1, false},
                                         {"ispunct", do_ispunct, 1, 1, false},
                                         {"startswith", do_startswith, 2, 2, false},
                                         {"endswith", do_endswith, 2, 2, false},
                                         {"strip", do_strip, 1, 2, false},
                                         {"lstrip", do_lstrip, 1, 2, false},
                                         {"rstrip", do_rstrip, 1, 2, false},
                                         {"chomp", do_chomp, 1, 1, false},
                                         {"chop", do_chop, 1, 1, false},
                                         {"lpad", do_lpad, 2, 3, false},
                                         {"rpad", do_rpad, 2, 3, false},
                                         {"join", do_join, 1, 3, false},
                                         {"repeat", do_repeat, 2, -1, false},
                                         {"nextind", do_nextind, 2, 2, false},
                                         {"chr2ind", do_chr2ind, 2, 2, false},
                                         {NULL}};
