/*
 * fuzz_host.h - the surroundings that fuzz targets run programs in: a few dozen symbols, no functions, small limits.
 */
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include "expr/expr.h"

/* Runs the program once with numbers for its parameters, and throws away what it gives. */
void fuzz_run(furrow_program *program);

#endif
