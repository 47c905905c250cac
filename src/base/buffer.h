/*
 * buffer.h - a growing byte buffer to write into, and a bounds-checked cursor to read bytes nobody vouches for.
 * Little-endian, unaligned. Used by every room that makes or takes bytes.
 */
#ifndef FB_BUFFER_H
#define FB_BUFFER_H

#include <furrow/err.h>
#include <stdbool.h>

typedef struct fb_buffer {
    unsigned char *bytes;
    size_t nbytes;
    size_t capacity;
    size_t limit; /* most it may grow to; 0: PTRDIFF_MAX */
} fb_buffer;

void fb_buffer_init(fb_buffer *b, size_t limit);
void fb_buffer_free(fb_buffer *b);
/* Room for nbytes more at *at, counted as written. LIMIT or NOMEM. */
FURROW_MUST_CHECK furrow_err fb_buffer_grow(fb_buffer *b, size_t nbytes, void **at);
FURROW_MUST_CHECK furrow_err fb_buffer_put(fb_buffer *b, const void *bytes, size_t nbytes);
FURROW_MUST_CHECK furrow_err fb_buffer_put_u8(fb_buffer *b, uint8_t v);
FURROW_MUST_CHECK furrow_err fb_buffer_put_u32(fb_buffer *b, uint32_t v);
FURROW_MUST_CHECK furrow_err fb_buffer_put_u64(fb_buffer *b, uint64_t v);
FURROW_MUST_CHECK furrow_err fb_buffer_put_varint(fb_buffer *b, uint64_t v); /* LEB128 */
FURROW_MUST_CHECK furrow_err fb_buffer_printf(fb_buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* no NUL is counted, but one always follows */

typedef struct fb_cursor {
    const unsigned char *at;
    const unsigned char *end;
} fb_cursor;

static inline size_t fb_cursor_left(const fb_cursor *c)
{
    return (size_t)(c->end - c->at);
}
/* Each returns FORMAT, and moves nothing, when too little is left. */
FURROW_MUST_CHECK furrow_err fb_cursor_take(fb_cursor *c, size_t nbytes, const void **at);
FURROW_MUST_CHECK furrow_err fb_cursor_u8(fb_cursor *c, uint8_t *v);
FURROW_MUST_CHECK furrow_err fb_cursor_u32(fb_cursor *c, uint32_t *v);
FURROW_MUST_CHECK furrow_err fb_cursor_u64(fb_cursor *c, uint64_t *v);
FURROW_MUST_CHECK furrow_err fb_cursor_varint(fb_cursor *c, uint64_t *v);

#endif
