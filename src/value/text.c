/*
 * text.c - strings, symbols, patterns and module names: counted UTF-8 with their hash.
 */
#include "value/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"

#define PIECE (FV_PIECE * 8)

/* A piece ends where a character begins. */
static furrow_err check(const char *bytes, size_t nbytes)
{
    for (size_t from = 0, to; from < nbytes; from = to) {
        to = nbytes - from > PIECE ? from + PIECE : nbytes;
        for (int back = 0; back < 3 && to < nbytes && ((unsigned char)bytes[to] & 0xC0) == 0x80; back++) to--;
        if (!fb_utf8_valid(bytes + from, to - from))
            return fb_fail(FURROW_ERR_FORMAT, "a text of %zu bytes is not UTF-8", nbytes);
        furrow_err err = fv_worked((to - from) / 8);
        if (err) return err;
    }
    return FURROW_OK;
}

furrow_err fv_text_new(furrow_type type, const char *bytes, size_t nbytes, furrow_value **out)
{
    furrow_err err = check(bytes, nbytes);
    if (err) return err;
    size_t size;
    if (__builtin_add_overflow(nbytes, sizeof(fv_text) + 1, &size)) {
        return fb_fail(FURROW_ERR_OVERFLOW, "a text of %zu bytes is too large", nbytes);
    }
    fv_text *text;
    err = fv_alloc(type, size, &text);
    if (err) return err;
    text->hash = fb_hash64(bytes, nbytes);
    text->nbytes = nbytes;
    text->bytes[nbytes] = '\0';
    err = fv_bytes_copy(text->bytes, bytes, nbytes);
    if (err) {
        fv_dealloc(&text->head, size);
        return err;
    }
    *out = &text->head;
    return FURROW_OK;
}

furrow_err furrow_value_string(const char *text, size_t nbytes, furrow_value **out)
{
    if (!text || !out) return fb_fail(FURROW_ERR_ARG, "a string needs text and a place for the value, got NULL");
    return fv_text_new(FURROW_STRING, text, nbytes == SIZE_MAX ? strlen(text) : nbytes, out);
}

furrow_err furrow_value_symbol(const char *name, furrow_value **out)
{
    if (!name || !out) return fb_fail(FURROW_ERR_ARG, "a symbol needs a name and a place for the value, got NULL");
    return fv_text_new(FURROW_SYMBOL, name, strlen(name), out);
}
