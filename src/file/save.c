/*
 * save.c - writes a value into an open HDF5 file, member by member. Called by module.c; load.c reads what it writes.
 */
#include "file/walk.h"
#include "file/trial.h"
#include "value/value.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static furrow_err put(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value);

static furrow_err cannot_write(const ffile_walk *walk, const char *name)
{
    char doing[160];
    snprintf(doing, sizeof doing, "writing '%.100s'", name);
    return ffile_refused(FURROW_ERR_SYSTEM, walk->path, doing);
}

void ffile_moved(ffile_walk *walk, uint64_t nbytes)
{
    walk->done += nbytes;
    ffile_trial_alive(walk->alive);
    if (walk->progress) walk->progress(walk->user, walk->done, walk->total > walk->done ? walk->total : walk->done);
}

/* Sets the attribute FFILE_KIND (kind NULL: nothing to say). */
static bool mark(hid_t object, const char *kind)
{
    if (!kind) return true;
    hid_t type = ffile_text_type(), space = H5Screate(H5S_SCALAR);
    hid_t attr = type >= 0 && space >= 0 ? H5Acreate2(object, FFILE_KIND, type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = attr >= 0 && H5Awrite(attr, type, &kind) >= 0;
    if (attr >= 0) H5Aclose(attr);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return ok;
}

static bool mark_numbers(hid_t object, const char *name, const uint64_t *numbers, hsize_t count)
{
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t attr = space >= 0 ? H5Acreate2(object, name, H5T_STD_U64LE, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = attr >= 0 && H5Awrite(attr, H5T_NATIVE_UINT64, numbers) >= 0;
    if (attr >= 0) H5Aclose(attr);
    if (space >= 0) H5Sclose(space);
    return ok;
}

static bool mark_dims(hid_t object, const furrow_value *value)
{
    uint64_t dims[FURROW_MAX_NDIMS];
    int ndims = furrow_value_ndims(value);
    for (int i = 0; i < ndims; i++) dims[i] = furrow_value_dim(value, i);
    return mark_numbers(object, FFILE_DIMS, dims, (hsize_t)ndims);
}

/* The dataspace of a value: dimensions in reverse, since HDF5 counts the last one fastest. */
static hid_t space_of(const furrow_value *value)
{
    int ndims = furrow_value_ndims(value);
    if (ndims == 0) return H5Screate(H5S_SCALAR);
    hsize_t dims[FURROW_MAX_NDIMS];
    for (int i = 0; i < ndims; i++) dims[i] = furrow_value_dim(value, ndims - 1 - i);
    return H5Screate_simple(ndims, dims, NULL);
}

/* Slabs of whole rows along HDF5's first dimension, about FFILE_PIECE_NBYTES each. */
static bool write_slabs(ffile_walk *walk, hid_t set, hid_t type, hid_t space, const furrow_value *value)
{
    int ndims = furrow_value_ndims(value);
    size_t count = furrow_value_count(value), element = furrow_type_nbytes(furrow_value_eltype(value));
    const char *data = furrow_value_data(value);
    if (count == 0) return true;
    hsize_t extent[FURROW_MAX_NDIMS], start[FURROW_MAX_NDIMS] = {0};
    H5Sget_simple_extent_dims(space, extent, NULL);
    hsize_t rows = extent[0], row_nbytes = count / rows * element;
    hsize_t step = row_nbytes >= FFILE_PIECE_NBYTES ? 1 : FFILE_PIECE_NBYTES / row_nbytes;
    for (hsize_t at = 0; at < rows; at += step) {
        extent[0] = rows - at < step ? rows - at : step;
        start[0] = at;
        hid_t piece = H5Screate_simple(ndims, extent, NULL);
        bool ok = piece >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                  H5Dwrite(set, type, piece, space, H5P_DEFAULT, data + at * row_nbytes) >= 0;
        if (piece >= 0) H5Sclose(piece);
        if (!ok) return false;
        ffile_moved(walk, extent[0] * row_nbytes);
    }
    return true;
}

static furrow_err put_flat(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value)
{
    hid_t type = ffile_type_of(furrow_value_eltype(value)), space = space_of(value);
    hid_t set =
        type >= 0 && space >= 0 ? H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = set >= 0;
    if (ok && furrow_value_ndims(value) > 0)
        ok = write_slabs(walk, set, type, space, value);
    else if (ok)
        ok = H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, furrow_value_data(value)) >= 0;
    if (set >= 0 && H5Dclose(set) < 0) ok = false;
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return ok ? FURROW_OK : cannot_write(walk, name);
}

/* Text HDF5 can hold: no NUL inside. */
static bool plain_text(const furrow_value *value)
{
    return strlen(furrow_value_data(value)) == furrow_value_count(value);
}

static furrow_err put_texts(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value,
                            const char **texts)
{
    bool symbols = furrow_value_eltype(value) == FURROW_SYMBOL;
    hid_t type = ffile_text_type(), space = space_of(value);
    hid_t set =
        type >= 0 && space >= 0 ? H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = set >= 0 && mark(set, symbols ? FFILE_SYMBOL : NULL);
    bool empty = furrow_value_type(value) == FURROW_ARRAY && furrow_value_count(value) == 0;
    if (ok && !empty) ok = H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0;
    if (set >= 0 && H5Dclose(set) < 0) ok = false;
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return ok ? FURROW_OK : cannot_write(walk, name);
}

static furrow_err put_packed(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value)
{
    void *bytes;
    size_t nbytes;
    furrow_err err = furrow_value_pack(value, &bytes, &nbytes);
    if (err) return err;
    hsize_t count = nbytes;
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t set = space >= 0 ? H5Dcreate2(group, name, H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = set >= 0 && mark(set, FFILE_PACKED) &&
              H5Dwrite(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0;
    if (set >= 0 && H5Dclose(set) < 0) ok = false;
    if (space >= 0) H5Sclose(space);
    free(bytes);
    return ok ? FURROW_OK : cannot_write(walk, name);
}

/* Array{String}, Array{Symbol}: one dataset of texts; packed when one of them holds a NUL or is missing. */
static furrow_err put_text_array(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value)
{
    size_t count = furrow_value_count(value), held = 0;
    const char **texts = calloc(count ? count : 1, sizeof *texts);
    furrow_value **items = calloc(count ? count : 1, sizeof *items);
    furrow_err err = texts && items ? FURROW_OK : furrow_fail(FURROW_ERR_NOMEM, "no memory to save %zu texts", count);
    bool plain = true;
    for (; held < count && !err && plain; held++) {
        err = furrow_value_element(value, held, &items[held]);
        if (err) break;
        furrow_type type = furrow_value_type(items[held]);
        plain = (type == FURROW_STRING || type == FURROW_SYMBOL) && plain_text(items[held]);
        if (plain) texts[held] = furrow_value_data(items[held]);
    }
    if (!err) err = plain ? put_texts(walk, group, name, value, texts) : put_packed(walk, group, name, value);
    for (size_t i = 0; i < held; i++) furrow_value_drop(items[i]);
    free(items);
    free(texts);
    return err;
}

static furrow_err put_nothing(ffile_walk *walk, hid_t group, const char *name)
{
    hid_t space = H5Screate(H5S_NULL);
    hid_t set = space >= 0 ? H5Dcreate2(group, name, H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool ok = set >= 0 && mark(set, FFILE_NOTHING);
    if (set >= 0 && H5Dclose(set) < 0) ok = false;
    if (space >= 0) H5Sclose(space);
    return ok ? FURROW_OK : cannot_write(walk, name);
}

/* A group that remembers the order of its members. Negative on failure. */
static hid_t group_new(hid_t parent, const char *name)
{
    hid_t plist = H5Pcreate(H5P_GROUP_CREATE);
    if (plist < 0) return plist;
    H5Pset_link_creation_order(plist, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, plist, H5P_DEFAULT);
    H5Pclose(plist);
    return group;
}

static furrow_err put_items(ffile_walk *walk, hid_t parent, const char *name, const furrow_value *value,
                            const char *kind)
{
    hid_t group = group_new(parent, name);
    if (group < 0) return cannot_write(walk, name);
    furrow_err err = FURROW_OK;
    bool any = strcmp(kind, FFILE_ANY) == 0;
    if (!mark(group, kind) || (any && !mark_dims(group, value))) err = cannot_write(walk, name);
    size_t count = furrow_value_count(value);
    for (size_t i = 0; i < count && !err; i++) {
        furrow_value *item;
        char number[24];
        snprintf(number, sizeof number, "%zu", i + 1);
        err = furrow_value_element(value, i, &item);
        if (err) break;
        err = put(walk, group, number, item);
        furrow_value_drop(item);
    }
    H5Gclose(group);
    return err;
}

/* STRING or SYMBOL when all keys are that and can name a member; NOTHING otherwise. */
static furrow_type key_type(const furrow_value *dict)
{
    furrow_type common = FURROW_NOTHING;
    for (size_t i = 0; i < furrow_value_count(dict); i++) {
        furrow_value *key, *item;
        if (furrow_dict_pair(dict, i, &key, &item) != FURROW_OK) return FURROW_NOTHING;
        furrow_type type = furrow_value_type(key);
        bool text = type == FURROW_STRING || type == FURROW_SYMBOL;
        const char *name = text ? furrow_value_data(key) : "";
        bool usable = text && plain_text(key) && name[0] && !strchr(name, '/') && strcmp(name, ".") != 0;
        furrow_value_drop(key);
        furrow_value_drop(item);
        if (!usable || (common != FURROW_NOTHING && common != type)) return FURROW_NOTHING;
        common = type;
    }
    return common == FURROW_NOTHING ? FURROW_STRING : common;
}

static furrow_err put_pair(ffile_walk *walk, hid_t group, bool named, size_t index, furrow_value *key,
                           furrow_value *item)
{
    if (named) return put(walk, group, furrow_value_data(key), item);
    char name[24];
    snprintf(name, sizeof name, "k%zu", index + 1);
    furrow_err err = put(walk, group, name, key);
    if (err) return err;
    name[0] = 'v';
    return put(walk, group, name, item);
}

/* The types it was made with, as far as numbers tell them; else as an empty dictionary. */
static furrow_err mark_types(ffile_walk *walk, hid_t group, const furrow_value *dict)
{
    uint64_t types[2] = {furrow_dict_key_type(dict), furrow_dict_item_type(dict)}, numbers[FFILE_LIKE_MOST];
    if (!mark_numbers(group, FFILE_TYPES, types, 2)) return cannot_write(walk, "a dictionary");
    if (types[0] != FURROW_ANY && types[1] != FURROW_ANY) return FURROW_OK;
    furrow_value *like;
    void *bytes;
    size_t nbytes;
    furrow_err err = furrow_dict_like(dict, &like);
    if (err) return err;
    err = furrow_value_pack(like, &bytes, &nbytes);
    furrow_value_drop(like);
    if (err) return err;
    for (size_t i = 0; i < nbytes && i < FFILE_LIKE_MOST; i++) numbers[i] = ((unsigned char *)bytes)[i];
    if (nbytes > FFILE_LIKE_MOST || !mark_numbers(group, FFILE_LIKE, numbers, nbytes))
        err = cannot_write(walk, "a dictionary");
    free(bytes);
    return err;
}

/* The pairs of a dictionary as members of an open group. */
static furrow_err put_pairs(ffile_walk *walk, hid_t group, const furrow_value *dict)
{
    furrow_type keys = key_type(dict);
    const char *kind = keys == FURROW_SYMBOL ? FFILE_SYMDICT : keys == FURROW_STRING ? FFILE_DICT : FFILE_PAIRS;
    furrow_err err = mark(group, kind) ? mark_types(walk, group, dict) : cannot_write(walk, "a dictionary");
    for (size_t i = 0; i < furrow_value_count(dict) && !err; i++) {
        furrow_value *key, *item;
        err = furrow_dict_pair(dict, i, &key, &item);
        if (err) break;
        err = put_pair(walk, group, keys != FURROW_NOTHING, i, key, item);
        furrow_value_drop(key);
        furrow_value_drop(item);
    }
    return err;
}

static furrow_err put_dict(ffile_walk *walk, hid_t parent, const char *name, const furrow_value *dict)
{
    hid_t group = group_new(parent, name);
    if (group < 0) return cannot_write(walk, name);
    furrow_err err = put_pairs(walk, group, dict);
    H5Gclose(group);
    return err;
}

static furrow_err put_array(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value)
{
    furrow_type eltype = furrow_value_eltype(value);
    if (furrow_type_nbytes(eltype)) return put_flat(walk, group, name, value);
    if (eltype == FURROW_STRING || eltype == FURROW_SYMBOL) return put_text_array(walk, group, name, value);
    if (eltype == FURROW_CHAR) return put_packed(walk, group, name, value);
    return put_items(walk, group, name, value, FFILE_ANY);
}

static furrow_err put_known(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value)
{
    furrow_type type = furrow_value_type(value);
    if (furrow_type_nbytes(type)) return put_flat(walk, group, name, value);
    switch (type) {
    case FURROW_NOTHING:
        return put_nothing(walk, group, name);
    case FURROW_ARRAY:
        return put_array(walk, group, name, value);
    case FURROW_TUPLE:
        if (fv_is_pair(value)) return put_packed(walk, group, name, value);
        return put_items(walk, group, name, value, FFILE_TUPLE);
    case FURROW_DICT:
        return put_dict(walk, group, name, value);
    case FURROW_STRING:
    case FURROW_SYMBOL:
        if (plain_text(value)) {
            const char *text = furrow_value_data(value);
            return put_texts(walk, group, name, value, &text);
        }
        return put_packed(walk, group, name, value);
    case FURROW_REF:
        return furrow_fail(FURROW_ERR_TYPE, "'%s' is a reference to another pid's value and cannot be saved", name);
    default:
        return put_packed(walk, group, name, value);
    }
}

static furrow_err put(ffile_walk *walk, hid_t group, const char *name, const furrow_value *value)
{
    if (walk->depth >= FFILE_MAX_DEPTH)
        return furrow_fail(FURROW_ERR_LIMIT, "'%s' is nested more than %d deep and cannot be saved", name,
                           FFILE_MAX_DEPTH);
    walk->depth++;
    furrow_err err = put_known(walk, group, name, value);
    walk->depth--;
    return err;
}

furrow_err ffile_store(ffile_walk *walk, hid_t file, const furrow_value *value)
{
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0) return cannot_write(walk, "/");
    furrow_err err;
    if (furrow_value_type(value) == FURROW_DICT)
        err = put_pairs(walk, root, value);
    else
        err = mark(root, FFILE_VALUE) ? put(walk, root, FFILE_VALUE, value) : cannot_write(walk, "/");
    H5Gclose(root);
    return err;
}
