/*
 * show.h - writing values as text: what print.c, number.c, matrix.c and display.c share. The settings mean what they
 * mean in Julia 0.5: compact numbers have six digits; limit shortens long containers.
 */
#ifndef FV_SHOW_H
#define FV_SHOW_H

#include "base/buffer.h"
#include "value/value.h"

#define FV_SHOW_DEPTH_MOST 64
/* Longest text of a value; more can only be a mistake, or a value that shares its parts many times over. */
#define FV_SHOW_NBYTES_MOST ((size_t)1 << 30)

typedef struct fv_show {
    fb_buffer out;
    bool compact_given; /* compact was set by a container outside; it stays */
    bool compact;
    bool limit;
    int width; /* of the terminal; 0: no end */
    int height;
    int depth;
    const furrow_value *shown[FV_SHOW_DEPTH_MOST]; /* the containers being written, outermost first */
} fv_show;

/* The form that stands inside containers and, for most types, at the prompt. */
FURROW_MUST_CHECK furrow_err fv_show_cell(fv_show *s, const fv_cell *cell);
/* The form of print and string(): texts without quotes. */
FURROW_MUST_CHECK furrow_err fv_show_plain(fv_show *s, const fv_cell *cell);
/* Numbers, Bools included: typed adds what tells a Float32 or an unsigned integer. */
FURROW_MUST_CHECK furrow_err fv_show_number(fv_show *s, const fv_cell *cell, bool typed);
FURROW_MUST_CHECK furrow_err fv_show_text(fv_show *s, const char *text);

/* Enters a container; *entered is false when it stands in itself, which has been written then. */
FURROW_MUST_CHECK furrow_err fv_show_enter(fv_show *s, const furrow_value *value, bool *entered);
void fv_show_leave(fv_show *s);
/* Numbers are compact from here on unless a container outside has decided; gives what to pass to restore. */
typedef struct fv_show_mode {
    bool given;
    bool compact;
} fv_show_mode;
fv_show_mode fv_show_compact(fv_show *s, bool compact);
void fv_show_restore(fv_show *s, fv_show_mode before);

/* Array bodies in aligned columns: a vector, a matrix, or slices of more dimensions. */
FURROW_MUST_CHECK furrow_err fv_show_columns(fv_show *s, const fv_array *array);
/* Arrays in one line: [1,2,3], Float32[1.0 2.0; 3.0 4.0]. */
FURROW_MUST_CHECK furrow_err fv_show_array(fv_show *s, const fv_array *array);

#endif
