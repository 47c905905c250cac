/*
 * digits.h - the decimal digits of floating-point numbers, for display: the fewest that give the number back, or a
 * given count. Callers have switched to the C locale.
 */
#ifndef FV_DIGITS_H
#define FV_DIGITS_H

#include <stdbool.h>

#define FV_DIGITS_MOST 17

typedef struct fv_digits {
    bool negative;
    int count;                       /* at least 1, without trailing zeros */
    int point;                       /* the value is 0.d1d2d3... times ten to this power */
    char digits[FV_DIGITS_MOST + 1]; /* NUL follows */
} fv_digits;

/* number is finite. single: it came from a float, whose neighbours are further apart. */
void fv_digits_shortest(double number, bool single, fv_digits *out);
/* Rounded half up to at most count (1..17) digits. */
void fv_digits_rounded(double number, int count, fv_digits *out);

#endif
