/*
 * module.h - the file room's module: HDF5 and its many libraries are loaded when something is first saved or loaded,
 * not when a process starts. libfurrow finds the module beside itself and calls it through this table; the module uses
 * public calls alone.
 */
#ifndef FFILE_MODULE_H
#define FFILE_MODULE_H

#include <furrow/file.h>

#define FFILE_MODULE_ABI    2u
#define FFILE_MODULE_SYMBOL "furrow_file_module"

typedef struct ffile_module {
    uint32_t abi;
    furrow_err (*save)(const char *path, const furrow_value *value, const furrow_file_opts *opts);
    void (*version)(char *text, size_t nbytes); /* HDF5's */
    furrow_err (*load)(const char *path, const furrow_file_opts *opts, furrow_value **value);
} ffile_module;

#endif
