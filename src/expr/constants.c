/*
 * constants.c - names that stand for values: pi, im, Inf, and the types.
 */
#include "expr/support.h"
#include "value/exception.h"

#include <math.h>
#include <pthread.h>

typedef struct constant {
    const char *name;
    uint32_t tag;
    union {
        double d;
        float f;
        int64_t i;
    };
} constant;

#define DOUBLE(name, x)       \
    {                         \
        name, FURROW_FLOAT64, \
        {                     \
            .d = (x)          \
        }                     \
    }
#define SINGLE(name, x)       \
    {                         \
        name, FURROW_FLOAT32, \
        {                     \
            .f = (x)          \
        }                     \
    }
#define TYPE(name, t)          \
    {                          \
        name, FURROW_DATATYPE, \
        {                      \
            .i = (t)           \
        }                      \
    }
#define EXCEPTION(name) TYPE(#name, FURROW_EXCEPTION | FV_EXCEPTION_##name << 8),
static const constant constants[] = {FV_EXCEPTIONS(EXCEPTION) TYPE("Exception", FURROW_EXCEPTION),
                                     DOUBLE("pi", M_PI),
                                     DOUBLE("π", M_PI),
                                     DOUBLE("e", M_E),
                                     DOUBLE("eu", M_E),
                                     DOUBLE("golden", 1.6180339887498948482),
                                     DOUBLE("φ", 1.6180339887498948482),
                                     DOUBLE("eulergamma", 0.57721566490153286061),
                                     DOUBLE("γ", 0.57721566490153286061),
                                     DOUBLE("catalan", 0.91596559417721901505),
                                     DOUBLE("Inf", INFINITY),
                                     DOUBLE("Inf64", INFINITY),
                                     DOUBLE("NaN", NAN),
                                     DOUBLE("NaN64", NAN),
                                     SINGLE("Inf32", INFINITY),
                                     SINGLE("NaN32", NAN),
                                     TYPE("Bool", FURROW_BOOL),
                                     TYPE("Int8", FURROW_INT8),
                                     TYPE("Int16", FURROW_INT16),
                                     TYPE("Int32", FURROW_INT32),
                                     TYPE("Int64", FURROW_INT64),
                                     TYPE("Int", FURROW_INT64),
                                     TYPE("UInt8", FURROW_UINT8),
                                     TYPE("UInt16", FURROW_UINT16),
                                     TYPE("UInt32", FURROW_UINT32),
                                     TYPE("UInt64", FURROW_UINT64),
                                     TYPE("UInt", FURROW_UINT64),
                                     TYPE("Float32", FURROW_FLOAT32),
                                     TYPE("Float64", FURROW_FLOAT64),
                                     TYPE("Complex64", FURROW_COMPLEX64),
                                     TYPE("Complex128", FURROW_COMPLEX128),
                                     TYPE("ComplexF32", FURROW_COMPLEX64),
                                     TYPE("ComplexF64", FURROW_COMPLEX128),
                                     TYPE("Complex", FV_SET_COMPLEX),
                                     TYPE("Char", FURROW_CHAR),
                                     TYPE("String", FURROW_STRING),
                                     TYPE("UTF8String", FURROW_STRING),
                                     TYPE("ASCIIString", FURROW_STRING),
                                     TYPE("AbstractString", FV_SET_STRING),
                                     TYPE("Symbol", FURROW_SYMBOL),
                                     TYPE("Range", FURROW_RANGE),
                                     TYPE("UnitRange", FURROW_RANGE),
                                     TYPE("Tuple", FURROW_TUPLE),
                                     TYPE("Pair", FV_ANY_PAIR),
                                     TYPE("Dict", FURROW_DICT),
                                     TYPE("Associative", FURROW_DICT),
                                     TYPE("AbstractDict", FURROW_DICT),
                                     TYPE("Set", FV_ANY_SET),
                                     TYPE("Expr", FURROW_EXPR),
                                     TYPE("Function", FURROW_FUNCTION),
                                     TYPE("Regex", FURROW_REGEX),
                                     TYPE("DataType", FURROW_DATATYPE),
                                     TYPE("Type", FURROW_DATATYPE),
                                     TYPE("Module", FURROW_MODULE),
                                     TYPE("Any", FURROW_ANY),
                                     TYPE("Void", FURROW_NOTHING),
                                     TYPE("Nothing", FURROW_NOTHING),
                                     TYPE("Array", FURROW_ARRAY),
                                     TYPE("Vector", FV_SET_VECTOR),
                                     TYPE("Matrix", FV_SET_MATRIX),
                                     TYPE("AbstractArray", FV_SET_ARRAY),
                                     TYPE("Number", FV_SET_NUMBER),
                                     TYPE("Real", FV_SET_REAL),
                                     TYPE("Integer", FV_SET_INTEGER),
                                     TYPE("Signed", FV_SET_SIGNED),
                                     TYPE("Unsigned", FV_SET_UNSIGNED),
                                     TYPE("AbstractFloat", FV_SET_FLOAT)};

#define NCONSTANTS (sizeof constants / sizeof constants[0])

/* im is boxed: made once a process, and never freed. */
static furrow_value *imaginary_unit;
static void make_imaginary_unit(void)
{
    const int64_t parts[2] = {0, 1};
    fv_meter *before = fv_meter_swap(NULL);
    if (furrow_value_scalar(FURROW_COMPLEX_INT64, parts, &imaginary_unit)) imaginary_unit = NULL;
    fv_meter_swap(before);
}

static bool find_imaginary_unit(fv_cell *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_imaginary_unit);
    if (!imaginary_unit) return false;
    *out = (fv_cell){.tag = FURROW_COMPLEX_INT64, .p = imaginary_unit};
    return true;
}

bool fx_constant_find(const char *name, size_t nbytes, fv_cell *out)
{
    if (nbytes == 2 && memcmp(name, "im", 2) == 0) return find_imaginary_unit(out);
    for (size_t i = 0; i < NCONSTANTS; i++) {
        const constant *c = &constants[i];
        if (strncmp(c->name, name, nbytes) != 0 || c->name[nbytes] != '\0') continue;
        *out = (fv_cell){.tag = c->tag, .i = c->i};
        if (c->tag == FURROW_FLOAT32) *out = (fv_cell){.tag = c->tag, .f = c->f};
        return true;
    }
    return false;
}

const char *fx_constant_name(size_t index)
{
    return index < NCONSTANTS ? constants[index].name : index == NCONSTANTS ? "im" : NULL;
}
