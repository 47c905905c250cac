/*
 * type.c - types with their parameters, packed in a word: what typeof gives, and what headers of dictionaries show.
 */
#include "value/dict.h"
#include "value/exception.h"

#include <stdio.h>

#define TUPLE_ITEMS_MOST 6
#define TUPLE_UNKNOWN    255

static unsigned type_byte(fv_type type, int index)
{
    return (unsigned)(type >> (8 * index)) & 0xFF;
}

fv_type fv_type_make(furrow_type base, unsigned first, unsigned second)
{
    return (fv_type)base | (fv_type)(first & 0xFF) << 8 | (fv_type)(second & 0xFF) << 16;
}

static bool has_parameters(uint32_t tag)
{
    return tag == FURROW_ARRAY || tag == FURROW_DICT || tag == FURROW_TUPLE || tag == FURROW_RANGE;
}

static fv_type tuple_type(const fv_tuple *tuple)
{
    if (fv_is_pair(&tuple->head)) {
        fv_type type = FV_ANY_PAIR;
        for (int i = 0; i < 2; i++) {
            uint32_t tag = tuple->items[i].tag;
            type |= (fv_type)(has_parameters(tag) ? FURROW_ANY : tag) << (8 * (i + 2));
        }
        return type;
    }
    if (tuple->count > TUPLE_ITEMS_MOST) return fv_type_make(FURROW_TUPLE, TUPLE_UNKNOWN, 0);
    fv_type type = fv_type_make(FURROW_TUPLE, (unsigned)tuple->count, 0);
    for (size_t i = 0; i < tuple->count; i++) {
        if (has_parameters(tuple->items[i].tag)) return fv_type_make(FURROW_TUPLE, TUPLE_UNKNOWN, 0);
        type |= (fv_type)tuple->items[i].tag << (8 * (i + 2));
    }
    return type;
}

/* The two parameters of a type that stands inside another; of tuples only what two bytes can say. */
static fv_type inner_parameters(fv_type type)
{
    if (fv_type_base(type) == FURROW_TUPLE && type_byte(type, 1) > 1)
        return type_byte(type, 1) == type_byte(FV_ANY_PAIR, 1) ? type_byte(type, 1) : TUPLE_UNKNOWN;
    return type >> 8 & 0xFFFF;
}

static fv_type dict_type(const fv_dict *dict)
{
    fv_type key = fv_dict_key_type(dict), item = fv_dict_item_type(dict);
    return fv_type_make(FURROW_DICT, fv_type_base(key), fv_type_base(item)) | inner_parameters(item) << 24 |
           inner_parameters(key) << 40;
}

fv_type fv_type_of(const fv_cell *cell)
{
    switch (cell->tag) {
    case FURROW_ARRAY:
        return fv_type_make(FURROW_ARRAY, cell->p->eltype, cell->p->ndims);
    case FURROW_RANGE:
        return fv_type_make(FURROW_RANGE, cell->p->eltype, ((const fv_range *)cell->p)->has_step);
    case FURROW_TUPLE:
        return tuple_type((const fv_tuple *)cell->p);
    case FURROW_DICT:
        return dict_type(fv_dict_of_value(cell->p));
    case FURROW_EXCEPTION:
        return fv_type_make(FURROW_EXCEPTION, fv_exception_of(((const fv_text *)cell->p)->bytes), 0);
    default:
        return cell->tag;
    }
}

static const char *name_of(unsigned type)
{
    return furrow_type_name((furrow_type)type);
}

static const char *set_name(unsigned set)
{
    static const char *const names[] = {"Number",   "Real",          "Integer",       "Signed",
                                        "Unsigned", "AbstractFloat", "Complex",       "Vector",
                                        "Matrix",   "AbstractArray", "AbstractString"};
    return set - FV_SET_NUMBER < sizeof names / sizeof names[0] ? names[set - FV_SET_NUMBER] : "?";
}

static void write_tuple(fv_type type, char *text, size_t size)
{
    unsigned count = type_byte(type, 1);
    if (type_byte(FV_ANY_PAIR, 1) == count) {
        const char *key = name_of(type_byte(type, 2)), *item = name_of(type_byte(type, 3));
        if (type == FV_ANY_PAIR)
            snprintf(text, size, "Pair");
        else
            snprintf(text, size, "Pair{%s,%s}", key, item);
        return;
    }
    if (count == TUPLE_UNKNOWN || count > TUPLE_ITEMS_MOST) {
        snprintf(text, size, "Tuple");
        return;
    }
    size_t at = (size_t)snprintf(text, size, "Tuple{");
    for (unsigned i = 0; i < count && at < size; i++) {
        at += (size_t)snprintf(text + at, size - at, "%s%s", i > 0 ? "," : "", name_of(type_byte(type, (int)i + 2)));
    }
    if (at < size) snprintf(text + at, size - at, "}");
}

static void write_dict(fv_type type, char *text, size_t size)
{
    char key[64], item[64];
    fv_type item_type = type_byte(type, 2) | (type >> 24 & 0xFFFF) << 8;
    fv_type key_type = type_byte(type, 1) | (type >> 40 & 0xFFFF) << 8;
    if (item_type == FV_MEMBER) {
        snprintf(text, size, "Set{%s}", fv_type_text(key_type, key, sizeof key));
        return;
    }
    snprintf(text, size, "Dict{%s,%s}", fv_type_text(key_type, key, sizeof key),
             fv_type_text(item_type, item, sizeof item));
}

const char *fv_type_text(fv_type type, char *text, size_t size)
{
    unsigned first = type_byte(type, 1), second = type_byte(type, 2);
    bool bare = type <= 0xFF;
    if (type == FV_ANY_SET) {
        snprintf(text, size, "Set");
        return text;
    }
    if (type_byte(type, 0) >= FV_SET_NUMBER) {
        snprintf(text, size, first ? "%s{%s}" : "%s", set_name(type_byte(type, 0)), name_of(first));
        return text;
    }
    if (bare) {
        snprintf(text, size, "%s", name_of((unsigned)type));
        return text;
    }
    switch (fv_type_base(type)) {
    case FURROW_ARRAY:
        if (second == 0) {
            snprintf(text, size, "Array{%s}", name_of(first));
        } else {
            snprintf(text, size, "Array{%s,%u}", name_of(first), second);
        }
        break;
    case FURROW_RANGE:
        if (first == FURROW_FLOAT64) {
            snprintf(text, size, "FloatRange{Float64}");
        } else {
            snprintf(text, size, second ? "StepRange{Int64,Int64}" : "UnitRange{Int64}");
        }
        break;
    case FURROW_DICT:
        write_dict(type, text, size);
        break;
    case FURROW_EXCEPTION:
        snprintf(text, size, "%s", fv_exception_name(first));
        break;
    case FURROW_TUPLE:
        write_tuple(type, text, size);
        break;
    default:
        snprintf(text, size, "%s", name_of(type_byte(type, 0)));
    }
    return text;
}
