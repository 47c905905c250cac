/*
 * alloc.h - memory of values, for the files of this room alone: every value is allocated, charged and freed here.
 */
#ifndef FV_ALLOC_H
#define FV_ALLOC_H

#include "value/value.h"

#define FV_FLAG_METERED 1u /* head.flags: its memory was charged to a meter */
/* head.flags of an array, upper half: how many times 64 bytes for elements were allocated together with it. */
#define FV_FLAG_ROOM_SHIFT 4

/* nbytes of zeroed head and uninitialised rest, with one reference, charged. LIMIT, NOMEM. */
FURROW_MUST_CHECK furrow_err fv_alloc(furrow_type type, size_t nbytes, void *out);
/* The memory alone: refunds what fv_alloc charged. */
void fv_dealloc(furrow_value *value, size_t nbytes);
/* Further memory of a value (elements, tables), 64-byte aligned. */
FURROW_MUST_CHECK furrow_err fv_alloc_part(furrow_value *value, size_t nbytes, void **out);
void fv_dealloc_part(furrow_value *value, void *part, size_t nbytes);

/* What fv_free calls for the parts of a value that is going: drops the references it holds. */
void fv_array_clear(fv_array *array);
size_t fv_array_nbytes(const fv_array *array); /* as allocated: with the room for elements behind it */
void fv_dict_close(fv_dict *dict);
size_t fv_dict_nbytes(void);

#endif
