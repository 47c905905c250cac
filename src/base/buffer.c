/*
 * buffer.c - the growing byte buffer and the checked cursor of buffer.h.
 */
#include "base/buffer.h"
#include "base/error.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fb_buffer_init(fb_buffer *b, size_t limit)
{
    *b = (fb_buffer){.limit = limit};
}

void fb_buffer_free(fb_buffer *b)
{
    free(b->bytes);
    *b = (fb_buffer){.limit = b->limit};
}

static furrow_err reserve(fb_buffer *b, size_t nbytes)
{
    if (nbytes <= b->capacity - b->nbytes && b->bytes) return FURROW_OK;
    size_t limit = b->limit ? b->limit : PTRDIFF_MAX;
    size_t need;
    if (__builtin_add_overflow(b->nbytes, nbytes, &need) || need > limit) {
        return fb_fail(FURROW_ERR_LIMIT, "a buffer of %zu bytes cannot take %zu more: it may grow to %zu", b->nbytes,
                       nbytes, limit);
    }
    size_t capacity = b->capacity < 64 ? 64 : b->capacity;
    while (capacity < need) capacity = capacity > limit / 2 ? limit : capacity * 2;
    unsigned char *bytes = realloc(b->bytes, capacity);
    if (!bytes) return fb_fail(FURROW_ERR_NOMEM, "no memory for a buffer of %zu bytes", capacity);
    b->bytes = bytes;
    b->capacity = capacity;
    return FURROW_OK;
}

furrow_err fb_buffer_grow(fb_buffer *b, size_t nbytes, void **at)
{
    furrow_err err = reserve(b, nbytes);
    if (err) return err;
    *at = b->bytes + b->nbytes;
    b->nbytes += nbytes;
    return FURROW_OK;
}

furrow_err fb_buffer_put(fb_buffer *b, const void *bytes, size_t nbytes)
{
    furrow_err err = reserve(b, nbytes);
    if (err) return err;
    if (nbytes > 0) memcpy(b->bytes + b->nbytes, bytes, nbytes);
    b->nbytes += nbytes;
    return FURROW_OK;
}

static furrow_err put_little(fb_buffer *b, uint64_t v, size_t nbytes)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < nbytes; i++) bytes[i] = (unsigned char)(v >> (8 * i));
    return fb_buffer_put(b, bytes, nbytes);
}

furrow_err fb_buffer_put_u8(fb_buffer *b, uint8_t v)
{
    return fb_buffer_put(b, &v, 1);
}

furrow_err fb_buffer_put_u32(fb_buffer *b, uint32_t v)
{
    return put_little(b, v, 4);
}

furrow_err fb_buffer_put_u64(fb_buffer *b, uint64_t v)
{
    return put_little(b, v, 8);
}

furrow_err fb_buffer_put_varint(fb_buffer *b, uint64_t v)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7) bytes[n++] = (unsigned char)(v | 0x80);
    bytes[n++] = (unsigned char)v;
    return fb_buffer_put(b, bytes, n);
}

furrow_err fb_buffer_printf(fb_buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    furrow_err err = n < 0 ? fb_fail(FURROW_ERR_INTERNAL, "a text cannot be formatted") : reserve(b, (size_t)n + 1);
    if (!err) {
        vsnprintf((char *)b->bytes + b->nbytes, (size_t)n + 1, format, again);
        b->nbytes += (size_t)n;
    }
    va_end(again);
    return err;
}

/* --- cursor --- */

furrow_err fb_cursor_take(fb_cursor *c, size_t nbytes, const void **at)
{
    if (nbytes > fb_cursor_left(c)) {
        return fb_fail(FURROW_ERR_FORMAT, "%zu bytes were expected, %zu are left", nbytes, fb_cursor_left(c));
    }
    *at = c->at;
    c->at += nbytes;
    return FURROW_OK;
}

furrow_err fb_cursor_u8(fb_cursor *c, uint8_t *v)
{
    const void *at = NULL;
    furrow_err err = fb_cursor_take(c, 1, &at);
    if (!err) memcpy(v, at, 1);
    return err;
}

furrow_err fb_cursor_u32(fb_cursor *c, uint32_t *v)
{
    const void *at = NULL;
    furrow_err err = fb_cursor_take(c, sizeof *v, &at);
    if (err) return err;
    memcpy(v, at, sizeof *v);
    *v = le32toh(*v);
    return FURROW_OK;
}

furrow_err fb_cursor_u64(fb_cursor *c, uint64_t *v)
{
    const void *at = NULL;
    furrow_err err = fb_cursor_take(c, sizeof *v, &at);
    if (err) return err;
    memcpy(v, at, sizeof *v);
    *v = le64toh(*v);
    return FURROW_OK;
}

furrow_err fb_cursor_varint(fb_cursor *c, uint64_t *v)
{
    uint64_t value = 0;
    size_t left = fb_cursor_left(c);
    for (size_t i = 0; i < left && i < 10; i++) {
        unsigned char byte = c->at[i];
        if (i == 9 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            c->at += i + 1;
            *v = value;
            return FURROW_OK;
        }
    }
    return fb_fail(FURROW_ERR_FORMAT, left < 10 ? "a number is cut off" : "a number has more than 64 bits");
}
