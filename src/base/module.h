/*
 * module.h - parts of Furrow that are loaded on first use, because what they stand on is heavy (HDF5, libfabric, PMIx).
 * A module is a shared object in the folder furrow/ beside libfurrow, or beside libfurrow itself in a build tree.
 */
#ifndef FB_MODULE_H
#define FB_MODULE_H

#include <furrow/err.h>
#include <stdint.h>

/* The table called symbol in the module NAME.so, which is loaded once and kept; a table begins with a uint32_t, the abi it
 * was made for. NOT_BUILT when there is no such module; SYSTEM when it cannot be loaded, with the loader's words, or has
 * another abi. Any thread. */
FURROW_MUST_CHECK furrow_err fb_module_table(const char *name, const char *symbol, uint32_t abi, const void **table);

#endif
