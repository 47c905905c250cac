/*
 * utf8.h - reading and writing UTF-8 without a locale: code points, validity, and how many columns a terminal gives
 * to a character.
 */
#ifndef FB_UTF8_H
#define FB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FB_UTF8_INVALID UINT32_MAX

/* The code point at the start of nbytes (at least 1) bytes; returns how many bytes it takes. FB_UTF8_INVALID and 1 for
 * a byte that starts none (overlong forms, surrogates and what is cut off included). */
size_t fb_utf8_decode(const char *bytes, size_t nbytes, uint32_t *code);
/* Writes 1 to 4 bytes; 0 for what is no code point or a surrogate. */
size_t fb_utf8_encode(uint32_t code, char bytes[4]);
bool fb_utf8_valid(const char *bytes, size_t nbytes);
/* 0 for combining characters, 2 for wide ones, else 1 (control characters and FB_UTF8_INVALID too). */
int fb_utf8_width(uint32_t code);
/* Columns of a whole text. */
size_t fb_utf8_columns(const char *bytes, size_t nbytes);

#endif
