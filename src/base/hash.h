/*
 * hash.h - xxHash behind two names: 64 bits for tables, 128 bits for the names of programs.
 */
#ifndef FB_HASH_H
#define FB_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t fb_hash64(const void *bytes, size_t nbytes);
void fb_hash128(const void *bytes, size_t nbytes, uint8_t out[16]); /* canonical byte order */

#endif
