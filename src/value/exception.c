/*
 * exception.c - the kinds of exceptions, and the kind that a text begins with.
 */
#include "value/exception.h"

static const char *const names[] = {"Exception",
#define NAME(name) #name,
                                    FV_EXCEPTIONS(NAME)
#undef NAME
};

const char *fv_exception_name(unsigned kind)
{
    return kind < FV_EXCEPTION_PAST ? names[kind] : "?";
}

fv_exception fv_exception_of(const char *text)
{
    for (unsigned k = FV_EXCEPTION_ANY + 1; k < FV_EXCEPTION_PAST; k++) {
        size_t n = strlen(names[k]);
        if (strncmp(text, names[k], n) == 0 && (text[n] == '\0' || strncmp(text + n, ": ", 2) == 0))
            return (fv_exception)k;
    }
    return FV_EXCEPTION_ANY;
}

const char *fv_exception_message(const fv_text *exception)
{
    fv_exception kind = fv_exception_of(exception->bytes);
    if (kind == FV_EXCEPTION_ANY) return exception->bytes;
    const char *after = exception->bytes + strlen(names[kind]);
    return *after ? after + 2 : after;
}
