/*
 * form.h - how Furrow's types look in HDF5, both ways. Used by save.c and load.c inside the module.
 * The text attribute FFILE_KIND on a member says what HDF5 alone cannot.
 */
#ifndef FFILE_FORM_H
#define FFILE_FORM_H

#include <furrow/value.h>
#include <hdf5.h>

#define FFILE_KIND "furrow"
/* Values of FFILE_KIND. None: as HDF5 says. */
#define FFILE_SYMBOL    "symbol"  /* text that is a symbol, or an array of those */
#define FFILE_NOTHING   "nothing" /* an empty dataspace */
#define FFILE_PACKED    "packed"  /* bytes of furrow_value_pack; the text form beside them is for people */
#define FFILE_TUPLE     "tuple"   /* a group of members 1, 2, ... */
#define FFILE_ANY       "any"     /* the same for an array; its dimensions in FFILE_DIMS */
#define FFILE_DICT      "dict"    /* a group, keys are strings */
#define FFILE_SYMDICT   "symdict" /* a group, keys are symbols */
#define FFILE_PAIRS     "pairs"   /* a group of members k1, v1, k2, ... */
#define FFILE_VALUE     "value"   /* the root when it holds one value, under the name FFILE_VALUE */
#define FFILE_TYPES     "types"   /* of a dictionary: of its keys and of its items, as numbers of furrow_type */
#define FFILE_LIKE      "like"    /* of one whose types have parameters: an empty one, packed, a byte a number */
#define FFILE_DIMS      "dims"
#define FFILE_LIKE_MOST 128
#define FFILE_MAX_DEPTH 32

/* The HDF5 type of a flat type in memory; the caller closes it (H5Tclose). Negative on failure. */
hid_t ffile_type_of(furrow_type type);
/* The flat type that holds what an HDF5 type describes, or NOTHING when there is none. */
furrow_type ffile_flat_of(hid_t type);
/* UTF-8 text of any length. The caller closes it. */
hid_t ffile_text_type(void);

/* An HDF5 call failed: SYSTEM or FORMAT with HDF5's own words and path. */
furrow_err ffile_refused(furrow_err code, const char *path, const char *doing);

#endif
