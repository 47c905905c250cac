/*
 * text.c - strings, symbols, patterns and module names: counted UTF-8 with their hash.
 */
#include "value/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"

furrow_err fv_text_new(furrow_type type, const char *bytes, size_t nbytes, furrow_value **out)
{
    if (!fb_utf8_valid(bytes, nbytes)) {
        return fb_fail(FURROW_ERR_FORMAT, "a text of %zu bytes is not UTF-8", nbytes);
    }
    size_t size;
    if (__builtin_add_overflow(nbytes, sizeof(fv_text) + 1, &size)) {
        return fb_fail(FURROW_ERR_OVERFLOW, "a text of %zu bytes is too large", nbytes);
    }
    fv_text *text;
    furrow_err err = fv_alloc(type, size, &text);
    if (err) return err;
    text->hash = fb_hash64(bytes, nbytes);
    text->nbytes = nbytes;
    if (nbytes > 0) memcpy(text->bytes, bytes, nbytes);
    text->bytes[nbytes] = '\0';
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
