/*
 * exception.h - exceptions as values: a text that begins with its kind, as messages of errors do ("BoundsError: index 4
 * is out of range"). Made by expr's try and by calls such as ArgumentError("text"); shown by print.c.
 */
#ifndef FV_EXCEPTION_H
#define FV_EXCEPTION_H

#include "value/value.h"

#define FV_EXCEPTIONS(X) \
    X(ErrorException)    \
    X(ArgumentError)     \
    X(AssertionError)    \
    X(BoundsError)       \
    X(DimensionMismatch) \
    X(DivideError)       \
    X(DomainError)       \
    X(InexactError) X(KeyError) X(MethodError) X(OverflowError) X(ParseError) X(TypeError) X(UndefVarError)

#define FV_EXCEPTION_KIND(name) FV_EXCEPTION_##name,
typedef enum fv_exception {
    FV_EXCEPTION_ANY, /* as a type: all of them */
    FV_EXCEPTIONS(FV_EXCEPTION_KIND) FV_EXCEPTION_PAST
} fv_exception;
#undef FV_EXCEPTION_KIND

/* "Exception", "ErrorException", ...; "?" for a number that is no kind. */
const char *fv_exception_name(unsigned kind);
/* The kind that a text begins with ("KeyError", "KeyError: ..."); FV_EXCEPTION_ANY: none. */
fv_exception fv_exception_of(const char *text);
/* What follows the kind; "" when nothing does. */
const char *fv_exception_message(const fv_text *exception);

#endif
