/*
 * wire.h - values as bytes, for messages and files. Encoding never fails but for memory; decoding trusts nothing:
 * every length is checked against what is left, depth is bounded, UTF-8 is verified, and the worst outcome is FORMAT.
 */
#ifndef FV_WIRE_H
#define FV_WIRE_H

#include "value/value.h"
#include "base/buffer.h"

#define FV_WIRE_MAX_DEPTH 64
#define FV_WIRE_PAIR      (0x80 | FURROW_TUPLE) /* the tag of a tuple that is a pair */

/*
 * Flat bodies from this size on have 8 bytes round them, so that they lie aligned to 8 from the start of the buffer,
 * and the whole has the same size wherever it starts: a byte that says how many zeros follow, those, the body, and
 * seven less as many zeros.
 */
#define FV_WIRE_ALIGNED_NBYTES 256

/* Appends the wire form of cell. References (REF) travel as (where, whence, id). */
FURROW_MUST_CHECK furrow_err fv_wire_put(fb_buffer *buffer, const fv_cell *cell);
/* How many bytes that would be. */
FURROW_MUST_CHECK furrow_err fv_wire_nbytes(const fv_cell *cell, size_t *nbytes);
/* Reads one cell; the cursor stands behind it. */
FURROW_MUST_CHECK furrow_err fv_wire_get(fb_cursor *cursor, fv_cell *out);

#endif
