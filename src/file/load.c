/*
 * load.c - reads a value out of an open HDF5 file, written by save.c or elsewhere. Trusts nothing: sizes, nesting,
 * links and names are checked, other files are never followed to. Called by module.c.
 */
#include "file/walk.h"
#include "file/trial.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static furrow_err get(ffile_walk *walk, hid_t group, const char *name, furrow_value **out);

static furrow_err cannot_read(const ffile_walk *walk, const char *name)
{
    char doing[160];
    snprintf(doing, sizeof doing, "reading '%.100s'", name);
    return ffile_refused(FURROW_ERR_FORMAT, walk->path, doing);
}

static furrow_err no_form(const ffile_walk *walk, const char *name, const char *what)
{
    return furrow_fail(FURROW_ERR_TYPE, "%s: '%s' is %s, which has no form here", walk->path, name, what);
}

/* The attribute FFILE_KIND, "" when there is none or it is not text. */
static void kind_of(hid_t object, char kind[16])
{
    kind[0] = '\0';
    if (H5Aexists(object, FFILE_KIND) <= 0) return;
    hid_t attr = H5Aopen(object, FFILE_KIND, H5P_DEFAULT);
    hid_t type = attr >= 0 ? H5Aget_type(attr) : -1, want = ffile_text_type(),
          space = attr >= 0 ? H5Aget_space(attr) : -1;
    char *text = NULL;
    if (type >= 0 && want >= 0 && space >= 0 && H5Tis_variable_str(type) > 0 &&
        H5Sget_simple_extent_npoints(space) == 1 && H5Aread(attr, want, &text) >= 0 && text)
        snprintf(kind, 16, "%s", text);
    H5free_memory(text);
    if (space >= 0) H5Sclose(space);
    if (want >= 0) H5Tclose(want);
    if (type >= 0) H5Tclose(type);
    if (attr >= 0) H5Aclose(attr);
}

/* Dimensions of a dataspace in Furrow's order. ndims 0: a scalar. */
static furrow_err dims_of(ffile_walk *walk, const char *name, hid_t space, int *ndims, size_t dims[FURROW_MAX_NDIMS])
{
    int n = H5Sget_simple_extent_ndims(space);
    if (n < 0) return cannot_read(walk, name);
    if (n > FURROW_MAX_NDIMS) {
        return furrow_fail(FURROW_ERR_SHAPE, "%s: '%s' has %d dimensions, at most %d are possible", walk->path, name, n,
                           FURROW_MAX_NDIMS);
    }
    hsize_t extent[FURROW_MAX_NDIMS];
    if (n > 0 && H5Sget_simple_extent_dims(space, extent, NULL) < 0) return cannot_read(walk, name);
    for (int i = 0; i < n; i++) dims[i] = (size_t)extent[n - 1 - i];
    *ndims = n;
    return FURROW_OK;
}

static bool read_slabs(ffile_walk *walk, hid_t set, hid_t type, hid_t space, char *data, size_t nbytes)
{
    hsize_t extent[FURROW_MAX_NDIMS], start[FURROW_MAX_NDIMS] = {0};
    int ndims = H5Sget_simple_extent_dims(space, extent, NULL);
    hsize_t rows = extent[0], row_nbytes = nbytes / rows;
    hsize_t step = row_nbytes >= FFILE_PIECE_NBYTES ? 1 : FFILE_PIECE_NBYTES / row_nbytes;
    for (hsize_t at = 0; at < rows; at += step) {
        extent[0] = rows - at < step ? rows - at : step;
        start[0] = at;
        hid_t piece = H5Screate_simple(ndims, extent, NULL);
        bool ok = piece >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                  H5Dread(set, type, piece, space, H5P_DEFAULT, data + at * row_nbytes) >= 0;
        if (piece >= 0) H5Sclose(piece);
        if (!ok) return false;
        ffile_moved(walk, extent[0] * row_nbytes);
    }
    return true;
}

static furrow_err get_flat(ffile_walk *walk, hid_t set, const char *name, furrow_type flat, furrow_value **out)
{
    hid_t space = H5Dget_space(set), type = ffile_type_of(flat);
    int ndims = 0;
    size_t dims[FURROW_MAX_NDIMS];
    furrow_err err = space >= 0 && type >= 0 ? dims_of(walk, name, space, &ndims, dims) : cannot_read(walk, name);
    furrow_value *value = NULL;
    if (!err && ndims == 0) {
        unsigned char bytes[16] = {0};
        err = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0 ? furrow_value_scalar(flat, bytes, &value)
                                                                            : cannot_read(walk, name);
    } else if (!err) {
        err = furrow_value_array(flat, ndims, dims, NULL, &value);
        size_t nbytes = err ? 0 : furrow_value_count(value) * furrow_type_nbytes(flat);
        /* The array is ours alone until it is handed out, so that its elements may be filled in. */
        if (nbytes && !read_slabs(walk, set, type, space, (char *)(uintptr_t)furrow_value_data(value), nbytes))
            err = cannot_read(walk, name);
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    if (err)
        furrow_value_drop(value);
    else
        *out = value;
    return err;
}

static furrow_err text_value(bool symbol, const char *text, furrow_value **out)
{
    return symbol ? furrow_value_symbol(text ? text : "", out) : furrow_value_string(text ? text : "", SIZE_MAX, out);
}

/* count texts, read into texts (HDF5 allocates each), as a scalar (ndims 0) or an array. */
static furrow_err texts_value(bool symbols, char *const *texts, int ndims, const size_t *dims, size_t count,
                              furrow_value **out)
{
    if (ndims == 0) return text_value(symbols, texts[0], out);
    furrow_value **items = calloc(count ? count : 1, sizeof *items);
    if (!items) return furrow_fail(FURROW_ERR_NOMEM, "no memory to load %zu texts", count);
    furrow_err err = FURROW_OK;
    size_t made = 0;
    for (; made < count && !err; made += !err) err = text_value(symbols, texts[made], &items[made]);
    if (!err) err = furrow_value_boxes(symbols ? FURROW_SYMBOL : FURROW_STRING, ndims, dims, items, out);
    for (size_t i = 0; i < made; i++) furrow_value_drop(items[i]);
    free(items);
    return err;
}

/* Text of fixed length, as other programs write it: read raw, ended by its length or by NUL padding. */
static furrow_err read_fixed(ffile_walk *walk, hid_t set, hid_t type, const char *name, size_t count, char **texts)
{
    size_t width = H5Tget_size(type), nbytes;
    if (__builtin_mul_overflow(width, count, &nbytes) || nbytes > PTRDIFF_MAX)
        return furrow_fail(FURROW_ERR_OVERFLOW, "%s: '%s' is too large", walk->path, name);
    char *raw = malloc(nbytes ? nbytes : 1);
    if (!raw) return furrow_fail(FURROW_ERR_NOMEM, "no memory to load '%s'", name);
    furrow_err err = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0 ? FURROW_OK : cannot_read(walk, name);
    for (size_t i = 0; i < count && !err; i++) {
        size_t length = strnlen(raw + i * width, width);
        while (H5Tget_strpad(type) == H5T_STR_SPACEPAD && length > 0 && raw[i * width + length - 1] == ' ') length--;
        texts[i] = H5allocate_memory(length + 1, true);
        if (!texts[i])
            err = furrow_fail(FURROW_ERR_NOMEM, "no memory to load '%s'", name);
        else
            memcpy(texts[i], raw + i * width, length);
    }
    free(raw);
    return err;
}

static furrow_err read_variable(ffile_walk *walk, hid_t set, const char *name, char **texts)
{
    hid_t type = ffile_text_type();
    hid_t stored = H5Dget_type(set);
    if (type >= 0 && stored >= 0) H5Tset_cset(type, H5Tget_cset(stored));
    bool ok = type >= 0 && stored >= 0 && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0;
    if (stored >= 0) H5Tclose(stored);
    if (type >= 0) H5Tclose(type);
    return ok ? FURROW_OK : cannot_read(walk, name);
}

static furrow_err get_texts(ffile_walk *walk, hid_t set, hid_t type, const char *name, bool symbols, furrow_value **out)
{
    hid_t space = H5Dget_space(set);
    int ndims = 0;
    size_t dims[FURROW_MAX_NDIMS], count = 0;
    furrow_err err = space >= 0 ? dims_of(walk, name, space, &ndims, dims) : cannot_read(walk, name);
    if (!err) count = (size_t)H5Sget_simple_extent_npoints(space);
    if (!err && count > PTRDIFF_MAX / sizeof(char *)) err = furrow_fail(FURROW_ERR_OVERFLOW, "'%s' is too large", name);
    char **texts = err ? NULL : calloc(count ? count : 1, sizeof *texts);
    if (!err && !texts) err = furrow_fail(FURROW_ERR_NOMEM, "no memory to load '%s'", name);
    if (!err && count)
        err = H5Tis_variable_str(type) > 0 ? read_variable(walk, set, name, texts)
                                           : read_fixed(walk, set, type, name, count, texts);
    if (!err) err = texts_value(symbols, texts, ndims, dims, count, out);
    for (size_t i = 0; texts && i < count; i++) H5free_memory(texts[i]);
    free(texts);
    if (space >= 0) H5Sclose(space);
    return err;
}

static furrow_err get_packed(ffile_walk *walk, hid_t set, const char *name, furrow_value **out)
{
    furrow_value *bytes;
    furrow_err err = get_flat(walk, set, name, FURROW_UINT8, &bytes);
    if (err) return err;
    err = furrow_value_unpack(furrow_value_data(bytes), furrow_value_count(bytes), out);
    furrow_value_drop(bytes);
    return err;
}

static furrow_err get_dataset(ffile_walk *walk, hid_t set, const char *name, furrow_value **out)
{
    char kind[16];
    kind_of(set, kind);
    if (strcmp(kind, FFILE_PACKED) == 0) return get_packed(walk, set, name, out);
    hid_t space = H5Dget_space(set);
    bool null = space >= 0 && H5Sget_simple_extent_type(space) == H5S_NULL;
    if (space >= 0) H5Sclose(space);
    if (null) return furrow_value_nothing(out);
    hid_t type = H5Dget_type(set);
    if (type < 0) return cannot_read(walk, name);
    furrow_err err;
    furrow_type flat = ffile_flat_of(type);
    if (flat != FURROW_NOTHING)
        err = get_flat(walk, set, name, flat, out);
    else if (H5Tget_class(type) == H5T_STRING)
        err = get_texts(walk, set, type, name, strcmp(kind, FFILE_SYMBOL) == 0, out);
    else
        err = no_form(walk, name, "a dataset of a type");
    H5Tclose(type);
    return err;
}

static furrow_err get_items(ffile_walk *walk, hid_t group, size_t count, furrow_value **items, size_t *made)
{
    for (*made = 0; *made < count; (*made)++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", *made + 1);
        furrow_err err = get(walk, group, number, &items[*made]);
        if (err) return err;
    }
    return FURROW_OK;
}

/* Reads 1 to max numbers of an attribute; 0 when it is not there or not that. */
static int numbers_of(hid_t object, const char *name, uint64_t *numbers, int max)
{
    hid_t attr = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
    hid_t space = attr >= 0 ? H5Aget_space(attr) : -1;
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    bool ok = n >= 1 && n <= max && H5Aread(attr, H5T_NATIVE_UINT64, numbers) >= 0;
    if (space >= 0) H5Sclose(space);
    if (attr >= 0) H5Aclose(attr);
    return ok ? (int)n : 0;
}

/* Members 1, 2, ... of a tuple, or of an Array{Any} with its dimensions. */
static furrow_err get_numbered(ffile_walk *walk, hid_t group, const char *name, bool tuple, hsize_t count,
                               furrow_value **out)
{
    uint64_t stored[FURROW_MAX_NDIMS] = {0};
    size_t dims[FURROW_MAX_NDIMS], total = 1;
    int ndims = tuple ? 1 : numbers_of(group, FFILE_DIMS, stored, FURROW_MAX_NDIMS);
    if (ndims == 0) return cannot_read(walk, name);
    for (int i = 0; i < ndims; i++) {
        dims[i] = tuple ? (size_t)count : (size_t)stored[i];
        if (__builtin_mul_overflow(total, dims[i], &total)) total = SIZE_MAX;
    }
    if (total != count)
        return furrow_fail(FURROW_ERR_FORMAT, "%s: '%s' has %llu members and should have %zu", walk->path, name,
                           (unsigned long long)count, total);
    furrow_value **items = calloc(total ? total : 1, sizeof *items);
    if (!items) return furrow_fail(FURROW_ERR_NOMEM, "no memory to load '%s'", name);
    size_t made = 0;
    furrow_err err = get_items(walk, group, total, items, &made);
    if (!err)
        err = tuple ? furrow_value_tuple(total, items, out) : furrow_value_boxes(FURROW_ANY, ndims, dims, items, out);
    for (size_t i = 0; i < made; i++) furrow_value_drop(items[i]);
    free(items);
    return err;
}

/* The index-th member's name, in the order of creation when the group knows it. From malloc. */
static char *member_name(hid_t group, bool ordered, hsize_t index)
{
    H5_index_t by = ordered ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
    ssize_t length = H5Lget_name_by_idx(group, ".", by, H5_ITER_INC, index, NULL, 0, H5P_DEFAULT);
    char *name = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (name && H5Lget_name_by_idx(group, ".", by, H5_ITER_INC, index, name, (size_t)length + 1, H5P_DEFAULT) < 0) {
        free(name);
        name = NULL;
    }
    return name;
}

static bool has_order(hid_t group)
{
    hid_t plist = H5Gget_create_plist(group);
    unsigned flags = 0;
    bool ordered = plist >= 0 && H5Pget_link_creation_order(plist, &flags) >= 0 && (flags & H5P_CRT_ORDER_INDEXED);
    if (plist >= 0) H5Pclose(plist);
    return ordered;
}

static furrow_err get_member(ffile_walk *walk, hid_t group, const char *name, bool symbols, furrow_value *dict)
{
    furrow_value *key = NULL, *item = NULL;
    furrow_err err = text_value(symbols, name, &key);
    if (!err) err = get(walk, group, name, &item);
    if (!err) err = furrow_dict_set(dict, key, item);
    furrow_value_drop(key);
    furrow_value_drop(item);
    return err;
}

static furrow_err get_named(ffile_walk *walk, hid_t group, hsize_t count, bool symbols, furrow_value *dict)
{
    bool ordered = has_order(group);
    furrow_err err = FURROW_OK;
    for (hsize_t i = 0; i < count && !err; i++) {
        char *name = member_name(group, ordered, i);
        err = name ? get_member(walk, group, name, symbols, dict) : cannot_read(walk, "a group");
        free(name);
    }
    return err;
}

static furrow_err get_pairs(ffile_walk *walk, hid_t group, hsize_t count, furrow_value *dict)
{
    furrow_err err = FURROW_OK;
    for (hsize_t i = 1; i <= count / 2 && !err; i++) {
        furrow_value *key = NULL, *item = NULL;
        char name[24];
        snprintf(name, sizeof name, "k%llu", (unsigned long long)i);
        err = get(walk, group, name, &key);
        name[0] = 'v';
        if (!err) err = get(walk, group, name, &item);
        if (!err) err = furrow_dict_set(dict, key, item);
        furrow_value_drop(key);
        furrow_value_drop(item);
    }
    return err;
}

/* An empty dictionary as the group keeps one. AGAIN when it keeps none. */
static furrow_err like_dict(hid_t group, furrow_value **dict)
{
    uint64_t numbers[FFILE_LIKE_MOST];
    unsigned char bytes[FFILE_LIKE_MOST];
    int n = numbers_of(group, FFILE_LIKE, numbers, FFILE_LIKE_MOST);
    for (int i = 0; i < n; i++) bytes[i] = (unsigned char)numbers[i];
    furrow_value *like = NULL;
    if (n == 0 || furrow_value_unpack(bytes, (size_t)n, &like)) return FURROW_ERR_AGAIN;
    bool right = furrow_value_type(like) == FURROW_DICT;
    furrow_err err = right ? furrow_dict_like(like, dict) : FURROW_ERR_AGAIN;
    furrow_value_drop(like);
    return err;
}

/* As it was saved; from elsewhere, the keys are strings. */
static furrow_err new_dict(hid_t group, furrow_value **dict)
{
    uint64_t types[2];
    furrow_err err = like_dict(group, dict);
    if (err != FURROW_ERR_AGAIN) return err;
    if (numbers_of(group, FFILE_TYPES, types, 2) != 2 || types[0] > FURROW_EXCEPTION || types[1] > FURROW_EXCEPTION)
        return furrow_value_dict_of(FURROW_STRING, FURROW_ANY, dict);
    return furrow_value_dict_of((furrow_type)types[0], (furrow_type)types[1], dict);
}

static furrow_err get_group(ffile_walk *walk, hid_t group, const char *name, furrow_value **out)
{
    char kind[16];
    kind_of(group, kind);
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0) return cannot_read(walk, name);
    if (strcmp(kind, FFILE_VALUE) == 0) return get(walk, group, FFILE_VALUE, out);
    if (strcmp(kind, FFILE_TUPLE) == 0) return get_numbered(walk, group, name, true, info.nlinks, out);
    if (strcmp(kind, FFILE_ANY) == 0) return get_numbered(walk, group, name, false, info.nlinks, out);
    furrow_value *dict;
    furrow_err err = new_dict(group, &dict);
    if (err) return err;
    if (strcmp(kind, FFILE_PAIRS) == 0)
        err = get_pairs(walk, group, info.nlinks, dict);
    else
        err = get_named(walk, group, info.nlinks, strcmp(kind, FFILE_SYMDICT) == 0, dict);
    if (err)
        furrow_value_drop(dict);
    else
        *out = dict;
    return err;
}

static furrow_err get_object(ffile_walk *walk, hid_t parent, const char *name, furrow_value **out)
{
    H5L_info_t link;
    if (H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0) return cannot_read(walk, name);
    if (link.type == H5L_TYPE_EXTERNAL || link.type >= H5L_TYPE_UD_MIN)
        return no_form(walk, name, "a link to another file");
    hid_t object = H5Oopen(parent, name, H5P_DEFAULT);
    if (object < 0) return cannot_read(walk, name);
    furrow_err err;
    switch (H5Iget_type(object)) {
    case H5I_DATASET:
        err = get_dataset(walk, object, name, out);
        break;
    case H5I_GROUP:
        err = get_group(walk, object, name, out);
        break;
    default:
        err = no_form(walk, name, "a named type");
        break;
    }
    H5Oclose(object);
    return err;
}

static furrow_err get(ffile_walk *walk, hid_t group, const char *name, furrow_value **out)
{
    if (walk->depth >= FFILE_MAX_DEPTH)
        return furrow_fail(FURROW_ERR_LIMIT, "%s: '%s' is nested more than %d deep", walk->path, name, FFILE_MAX_DEPTH);
    if (++walk->members > walk->most)
        return furrow_fail(FURROW_ERR_FORMAT, "%s has more members than bytes: its links lead round and round",
                           walk->path);
    if (walk->members % 1024 == 0) ffile_trial_alive(walk->alive);
    walk->depth++;
    furrow_err err = get_object(walk, group, name, out);
    walk->depth--;
    return err;
}

/* Marked as ours and with a user block, but without checksums in it: those are gone, so that nothing vouches for the
 * rest. A copy made without the user block is as good as any file from elsewhere. */
static bool lost_guard(hid_t file, hid_t root)
{
    hid_t plist = H5Fget_create_plist(file);
    hsize_t nbytes = 0;
    bool block = plist >= 0 && H5Pget_userblock(plist, &nbytes) >= 0 && nbytes > 0;
    if (plist >= 0) H5Pclose(plist);
    return block && H5Aexists(root, FFILE_KIND) > 0;
}

furrow_err ffile_fetch(ffile_walk *walk, hid_t file, bool guarded, furrow_value **value)
{
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0) return cannot_read(walk, "/");
    furrow_err err;
    if (!guarded && lost_guard(file, root))
        err = furrow_fail(FURROW_ERR_FORMAT, "%s is damaged in bytes 0..511, its own checksums", walk->path);
    else
        err = get_group(walk, root, "/", value);
    H5Gclose(root);
    return err;
}
