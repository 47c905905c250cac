/*
 * file.c - furrow_save and furrow_load: fetches the module that knows HDF5, once, and hands the call on.
 */
#include "file/module.h"
#include "base/error.h"
#include "base/module.h"
#include <stdatomic.h>

static furrow_err module(const ffile_module **found)
{
    /* The module is never unloaded and its table is constant: whoever sees the pointer (acquire) sees the table. Two
     * threads that come first at once both find the same address. */
    static _Atomic(const ffile_module *) known;
    const ffile_module *table = atomic_load_explicit(&known, memory_order_acquire);
    if (!table) {
        const void *address;
        furrow_err err = fb_module_table("furrow-file", FFILE_MODULE_SYMBOL, FFILE_MODULE_ABI, &address);
        if (err) return err;
        table = address;
        atomic_store_explicit(&known, table, memory_order_release);
    }
    *found = table;
    return FURROW_OK;
}

FURROW_API furrow_err furrow_save(const char *path, const furrow_value *value, const furrow_file_opts *opts)
{
    if (!path || !path[0] || !value) return fb_fail(FURROW_ERR_ARG, "save needs a path and a value");
    const ffile_module *table;
    furrow_err err = module(&table);
    return err ? err : table->save(path, value, opts);
}

FURROW_API furrow_err furrow_load(const char *path, const furrow_file_opts *opts, furrow_value **value)
{
    if (!path || !path[0] || !value) return fb_fail(FURROW_ERR_ARG, "load needs a path and a place for the value");
    const ffile_module *table;
    furrow_err err = module(&table);
    return err ? err : table->load(path, opts, value);
}
