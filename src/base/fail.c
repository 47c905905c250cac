/*
 * fail.c - the public way to report a failure with a message: for C functions that expressions call, and for modules.
 */
#include "base/error.h"
#include <stdarg.h>
#include <stdio.h>

FURROW_API furrow_err furrow_fail(furrow_err code, const char *format, ...)
{
    char text[sizeof((furrow_error_info *)0)->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fb_fail(code, "%s", text);
}
