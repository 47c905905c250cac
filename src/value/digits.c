/*
 * digits.c - shortest and rounded digits by way of printf, tried until strtod gives the number back. No tables and no
 * big numbers of our own: display is not where time goes.
 */
#include "value/digits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCIENTIFIC_NBYTES 64

/* Takes text apart as "%.*e" wrote it: -d.ddde+xx. */
static void read_scientific(const char *text, fv_digits *out)
{
    int n = 0;
    out->negative = text[0] == '-';
    const char *at = text + out->negative;
    for (; *at != 'e'; at++) {
        if (*at != '.') out->digits[n++] = *at;
    }
    out->point = (int)strtol(at + 1, NULL, 10) + 1;
    while (n > 1 && out->digits[n - 1] == '0') n--;
    out->digits[n] = '\0';
    out->count = n;
    if (n == 1 && out->digits[0] == '0') out->point = 1;
}

static bool gives_back(const char *text, double number, bool single)
{
    return single ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number;
}

void fv_digits_shortest(double number, bool single, fv_digits *out)
{
    char text[SCIENTIFIC_NBYTES];
    /* What has at most DIG digits survives the way through binary, so that DIG digits without their trailing zeros
     * are the shortest when they do; only numbers near zero have fewer digits than that to give. */
    bool tiny = fabs(number) < (single ? (double)FLT_MIN : DBL_MIN);
    int first = tiny ? 1 : single ? FLT_DIG : DBL_DIG, last = single ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    for (int count = first; count <= last; count++) {
        snprintf(text, sizeof text, "%.*e", count - 1, number);
        if (gives_back(text, number, single)) break;
    }
    read_scientific(text, out);
}

/* Whether what follows the first count digits of number is exactly one half of the last of them. */
static bool is_tie(double number, int count)
{
    char text[SCIENTIFIC_NBYTES];
    snprintf(text, sizeof text, "%.40e", fabs(number));
    const char *rest = text + 1 + count; /* one digit and the point stand before the second digit */
    if (*rest++ != '5') return false;
    return strspn(rest, "0") == strcspn(rest, "e");
}

void fv_digits_rounded(double number, int count, fv_digits *out)
{
    char text[SCIENTIFIC_NBYTES];
    /* printf rounds ties to even, Julia away from zero. */
    double up = number != 0 && is_tie(number, count) ? nextafter(number, number > 0 ? INFINITY : -INFINITY) : number;
    snprintf(text, sizeof text, "%.*e", count - 1, isfinite(up) ? up : number);
    read_scientific(text, out);
}
