/*
 * form.c - the table between Furrow's flat types and HDF5's, following h5py's conventions for Bool and complex.
 */
#include "file/form.h"
#include <stdio.h>
#include <string.h>

static hid_t bool_type(void)
{
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    signed char no = 0, yes = 1;
    if (type < 0) return type;
    if (H5Tenum_insert(type, "FALSE", &no) < 0 || H5Tenum_insert(type, "TRUE", &yes) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static hid_t complex_type(hid_t part, size_t nbytes)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 2 * nbytes);
    if (type < 0) return type;
    if (H5Tinsert(type, "r", 0, part) < 0 || H5Tinsert(type, "i", nbytes, part) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

hid_t ffile_type_of(furrow_type type)
{
    switch (type) {
    case FURROW_BOOL:
        return bool_type();
    case FURROW_INT8:
        return H5Tcopy(H5T_NATIVE_INT8);
    case FURROW_INT16:
        return H5Tcopy(H5T_NATIVE_INT16);
    case FURROW_INT32:
        return H5Tcopy(H5T_NATIVE_INT32);
    case FURROW_INT64:
        return H5Tcopy(H5T_NATIVE_INT64);
    case FURROW_UINT8:
        return H5Tcopy(H5T_NATIVE_UINT8);
    case FURROW_UINT16:
        return H5Tcopy(H5T_NATIVE_UINT16);
    case FURROW_UINT32:
        return H5Tcopy(H5T_NATIVE_UINT32);
    case FURROW_UINT64:
        return H5Tcopy(H5T_NATIVE_UINT64);
    case FURROW_FLOAT32:
        return H5Tcopy(H5T_NATIVE_FLOAT);
    case FURROW_FLOAT64:
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    case FURROW_COMPLEX64:
        return complex_type(H5T_NATIVE_FLOAT, sizeof(float));
    case FURROW_COMPLEX128:
        return complex_type(H5T_NATIVE_DOUBLE, sizeof(double));
    case FURROW_COMPLEX_INT64:
        return complex_type(H5T_NATIVE_INT64, sizeof(int64_t));
    default:
        return -1;
    }
}

static furrow_type integer_of(hid_t type)
{
    bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
    switch (H5Tget_size(type)) {
    case 1:
        return is_signed ? FURROW_INT8 : FURROW_UINT8;
    case 2:
        return is_signed ? FURROW_INT16 : FURROW_UINT16;
    case 4:
        return is_signed ? FURROW_INT32 : FURROW_UINT32;
    case 8:
        return is_signed ? FURROW_INT64 : FURROW_UINT64;
    default:
        return FURROW_NOTHING;
    }
}

/* h5py's Bool: an enumeration over a one-byte integer with the members FALSE = 0 and TRUE = 1. */
static furrow_type enum_of(hid_t type)
{
    signed char no = 1, yes = 0;
    bool bools = H5Tget_nmembers(type) == 2 && H5Tget_size(type) == 1 && H5Tenum_valueof(type, "FALSE", &no) >= 0 &&
                 H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1;
    return bools ? FURROW_BOOL : FURROW_NOTHING;
}

static bool member_is(hid_t type, unsigned index, const char *name)
{
    char *found = H5Tget_member_name(type, index);
    bool same = found && strcmp(found, name) == 0;
    H5free_memory(found);
    return same;
}

static furrow_type complex_of(hid_t type)
{
    if (H5Tget_nmembers(type) != 2 || !member_is(type, 0, "r") || !member_is(type, 1, "i")) return FURROW_NOTHING;
    hid_t re = H5Tget_member_type(type, 0), im = H5Tget_member_type(type, 1);
    furrow_type part = FURROW_NOTHING;
    if (re >= 0 && im >= 0 && (H5Tget_class(re) == H5T_FLOAT || H5Tget_class(re) == H5T_INTEGER) &&
        H5Tequal(re, im) > 0)
        part = ffile_flat_of(re);
    if (re >= 0) H5Tclose(re);
    if (im >= 0) H5Tclose(im);
    if (part == FURROW_FLOAT32) return FURROW_COMPLEX64;
    if (part == FURROW_INT64) return FURROW_COMPLEX_INT64;
    return part == FURROW_FLOAT64 ? FURROW_COMPLEX128 : FURROW_NOTHING;
}

furrow_type ffile_flat_of(hid_t type)
{
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        return integer_of(type);
    case H5T_FLOAT:
        return H5Tget_size(type) <= sizeof(float) ? FURROW_FLOAT32 : FURROW_FLOAT64;
    case H5T_ENUM:
        return enum_of(type);
    case H5T_COMPOUND:
        return complex_of(type);
    default:
        return FURROW_NOTHING;
    }
}

hid_t ffile_text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return type;
    if (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static herr_t innermost(unsigned depth, const H5E_error2_t *error, void *words)
{
    (void)depth;
    if (error->desc && error->desc[0]) snprintf(words, 200, "%s", error->desc);
    return 0;
}

furrow_err ffile_refused(furrow_err code, const char *path, const char *doing)
{
    char words[200] = "no reason given";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, innermost, words);
    H5Eclear2(H5E_DEFAULT);
    return furrow_fail(code, "%s: %s: %s", path, doing, words);
}
