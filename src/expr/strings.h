/*
 * strings.h - text made from values and taken from arguments, shared by strings.c, pattern.c and regex.c.
 */
#ifndef FX_STRINGS_H
#define FX_STRINGS_H

#include "expr/support.h"

/* A STRING of the buffer's bytes; the buffer is freed. */
FURROW_MUST_CHECK furrow_err fx_string_of(fb_buffer *text, fv_cell *out);
/* The bytes of argument i, which must be a String. Borrowed. */
FURROW_MUST_CHECK furrow_err fx_text_arg(const char *function, const fx_call *call, size_t i, const char **bytes,
                                         size_t *nbytes);
/* fb_buffer_put within the run's limits: a buffer that is to grow asks whether there is memory for it. */
FURROW_MUST_CHECK furrow_err fx_text_put(fb_buffer *text, const void *bytes, size_t nbytes);
/* Appends what print shows. */
FURROW_MUST_CHECK furrow_err fx_print(fb_buffer *text, const fv_cell *c);
FURROW_MUST_CHECK furrow_err fx_string_reverse(const fv_cell *s, fv_cell *out);

#endif
