/*
 * printf.c - sprintf(format, items...), which @sprintf and @printf call: C's conversions, each for the values it fits;
 * %s takes any value. The format is read here and never given to C as a whole.
 */
#include "expr/builtins.h"
#include "expr/strings.h"
#include <stdio.h>

#define MOST_COLUMNS 10000 /* of one conversion */

typedef struct conversion {
    char spec[64]; /* % flags width .precision, without the letter */
    size_t nspec;
    int width, precision; /* -1: not given */
    bool left;
    char letter;
} conversion;

static furrow_err bad_format(const char *what)
{
    return fb_fail(FURROW_ERR_ARG, "ArgumentError: the format %s", what);
}

/* Digits at *at, as a number and as part of the spec. */
static furrow_err take_number(const char **at, conversion *c, int *number)
{
    for (*number = 0; **at >= '0' && **at <= '9'; ++*at) {
        *number = *number * 10 + (**at - '0');
        if (*number > MOST_COLUMNS) return bad_format("asks for more than 10000 columns");
    }
    c->nspec += (size_t)sprintf(c->spec + c->nspec, "%d", *number);
    return FURROW_OK;
}

static furrow_err take_conversion(const char **at, conversion *c)
{
    *c = (conversion){.spec = "%", .nspec = 1, .width = -1, .precision = -1};
    for (; **at && strchr("-+ #0", **at); ++*at) {
        c->left |= **at == '-';
        if (c->nspec < 8) c->spec[c->nspec++] = **at;
    }
    if (**at >= '1' && **at <= '9') FX_TRY(take_number(at, c, &c->width));
    if (**at == '.') {
        ++*at;
        c->spec[c->nspec++] = '.';
        FX_TRY(take_number(at, c, &c->precision));
    }
    while (**at == 'l' || **at == 'h') ++*at;
    c->letter = **at;
    if (!c->letter || !strchr("diuxXoeEfFgGaAsc", c->letter))
        return bad_format("has a % that none of d i u x X o e f g a s c % follows");
    ++*at;
    return FURROW_OK;
}

static furrow_err put_padded(const conversion *c, const char *text, size_t nbytes, fb_buffer *out)
{
    size_t columns = fb_utf8_columns(text, nbytes), width = c->width > 0 ? (size_t)c->width : 0;
    furrow_err err = FURROW_OK;
    for (size_t i = columns; i < width && !c->left && !err; i++) err = fb_buffer_put(out, " ", 1);
    if (!err) err = fb_buffer_put(out, text, nbytes);
    for (size_t i = columns; i < width && c->left && !err; i++) err = fb_buffer_put(out, " ", 1);
    return err;
}

static furrow_err put_text(const conversion *c, const fv_cell *item, fb_buffer *out)
{
    fb_buffer text;
    fb_buffer_init(&text, 0);
    furrow_err err = fx_print(&text, item);
    const char *bytes = (const char *)text.bytes;
    size_t nbytes = text.nbytes;
    if (!err && c->precision >= 0) {
        uint32_t code;
        nbytes = 0;
        for (int k = 0; k < c->precision && nbytes < text.nbytes; k++)
            nbytes += fb_utf8_decode(bytes + nbytes, text.nbytes - nbytes, &code);
    }
    if (!err) err = put_padded(c, bytes, nbytes, out);
    fb_buffer_free(&text);
    return err;
}

static furrow_err put_number(conversion *c, const fv_cell *item, fb_buffer *out)
{
    char room[MOST_COLUMNS + 512];
    bool integer = strchr("diuxXo", c->letter) != NULL;
    int64_t whole = 0;
    int n;
    if (!fx_is_real(item)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_TYPE, "%%%c takes a real number, not a %s", c->letter, fx_type_text(item, text));
    }
    if (integer) {
        FX_TRY(fx_arg_int("sprintf", item, &whole));
        sprintf(c->spec + c->nspec, "ll%c", c->letter == 'i' ? 'd' : c->letter);
    } else {
        sprintf(c->spec + c->nspec, "%c", c->letter);
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    n = integer ? snprintf(room, sizeof room, c->spec, (long long)whole)
                : snprintf(room, sizeof room, c->spec, fx_real(item));
#pragma GCC diagnostic pop
    return n < 0 || (size_t)n >= sizeof room ? bad_format("gives too long a text")
                                             : fb_buffer_put(out, room, (size_t)n);
}

static furrow_err put_item(conversion *c, const fv_cell *item, fb_buffer *out)
{
    if (c->letter == 's') return put_text(c, item, out);
    if (c->letter != 'c') return put_number(c, item, out);
    char room[4];
    int64_t code = item->i;
    if (item->tag != FURROW_CHAR) FX_TRY(fx_arg_int("sprintf", item, &code));
    if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return bad_format("has %c for no character");
    return put_padded(c, room, fb_utf8_encode((uint32_t)code, room), out);
}

static furrow_err format(const fx_call *call, fb_buffer *out)
{
    const char *at = fx_text(call->args)->bytes;
    size_t next = 1;
    furrow_err err = FURROW_OK;
    while (*at && !err) {
        const char *percent = strchr(at, '%');
        size_t plain = percent ? (size_t)(percent - at) : strlen(at);
        conversion c;
        FX_TRY(fb_buffer_put(out, at, plain));
        if (!percent) break;
        at = percent + 1;
        if (*at == '%') {
            err = fb_buffer_put(out, at++, 1);
            continue;
        }
        FX_TRY(take_conversion(&at, &c));
        if (next == call->nargs) return bad_format("has more conversions than there are values");
        err = put_item(&c, &call->args[next++], out);
    }
    if (!err && next < call->nargs) return bad_format("has fewer conversions than there are values");
    return err;
}

static furrow_err do_sprintf(const fx_call *call, fv_cell *out)
{
    fb_buffer text;
    if (call->args[0].tag != FURROW_STRING) return fx_no_method("sprintf", call->args, call->nargs);
    FX_TRY(fx_spend(call->vm, fx_text(call->args)->nbytes));
    fb_buffer_init(&text, 0);
    furrow_err err = format(call, &text);
    if (!err) return fx_string_of(&text, out);
    fb_buffer_free(&text);
    return err;
}

const fx_builtin fx_builtins_printf[] = {{"sprintf", do_sprintf, 1, -1, false}, {NULL}};
