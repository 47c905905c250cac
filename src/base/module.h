/*
 * module.h - parts of Furrow that are loaded on first use, because what they stand on is heavy (HDF5, libfabric, PMIx).
 * A module is a shared object in the folder furrow/ beside libfurrow, or beside libfurrow itself in a build tree.
 */
#ifndef FB_MODULE_H
#define FB_MODULE_H

#include <furrow/err.h>

/* The address of symbol in the module NAME.so, loaded once and kept. NOT_BUILT when there is no such module; SYSTEM
 * when it cannot be loaded, with the loader's words. Any thread. */
FURROW_MUST_CHECK furrow_err fb_module_symbol(const char *name, const char *symbol, void **address);

#endif
