/*
 * version.c - the library's version, as configure.ac has it.
 */
#include <config.h>

#include <furrow/furrow.h>

const char *furrow_version(void)
{
    return PACKAGE_VERSION;
}
