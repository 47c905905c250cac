/*
 * number.c - the text of a numeric literal to its cell, as Julia reads it: 1, 1_000, 0xff (unsigned), 1e-3, 1f0.
 * Called by the parser; the lexer has found where the literal ends.
 */
#include "base/error.h"
#include "expr/parse.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static furrow_err read_decimal(const char *digits, bool negative, fv_cell *cell)
{
    uint64_t v = 0;
    uint64_t most = (uint64_t)INT64_MAX + negative;
    for (const char *p = digits; *p; p++) {
        uint64_t d = (uint64_t)(*p - '0');
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, d, &v) || v > most)
            return fb_fail(FURROW_ERR_SYNTAX, "the integer %s%s does not fit in Int64; write %s.0 for a Float64",
                           negative ? "-" : "", strlen(digits) > 60 ? "with so many digits" : digits,
                           strlen(digits) > 60 ? "1e100 or" : digits);
    }
    *cell = (fv_cell){.tag = FURROW_INT64, .u = negative ? 0 - v : v};
    return FURROW_OK;
}

static uint32_t unsigned_type(unsigned bits)
{
    return bits <= 8 ? FURROW_UINT8 : bits <= 16 ? FURROW_UINT16 : bits <= 32 ? FURROW_UINT32 : FURROW_UINT64;
}

/* 0xff: the type follows from how many digits are written; 0o: from the value. */
static furrow_err read_unsigned(const char *text, unsigned shift, fv_cell *cell)
{
    uint64_t v = 0;
    unsigned ndigits = 0;
    for (const char *p = text + 2; *p; p++, ndigits++) {
        unsigned d = *p <= '9' ? (unsigned)(*p - '0') : ((unsigned char)*p | 32u) - 'a' + 10;
        if (v >> (64 - shift)) return fb_fail(FURROW_ERR_SYNTAX, "the literal %.30s does not fit in UInt64", text);
        v = v << shift | d;
    }
    unsigned bits = shift == 3 ? (v ? 64u - (unsigned)__builtin_clzll(v) : 1u) : ndigits * shift;
    if (bits > 64) return fb_fail(FURROW_ERR_SYNTAX, "the literal %.30s has more digits than UInt64", text);
    *cell = (fv_cell){.tag = unsigned_type(bits), .u = v};
    return FURROW_OK;
}

static furrow_err read_float(char *text, bool negative, fv_cell *cell)
{
    bool is_hex = text[0] == '0' && (text[1] | 32) == 'x';
    char *f = is_hex ? NULL : strchr(text, 'f');
    if (f) *f = 'e';
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) return fb_fail(FURROW_ERR_NOMEM, NULL);
    double d = f ? (double)strtof_l(text, NULL, c_locale) : strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    if (isinf(d))
        return fb_fail(FURROW_ERR_SYNTAX, "the number %.30s is too large for %s", text, f ? "Float32" : "Float64");
    *cell = (fv_cell){.tag = f ? FURROW_FLOAT32 : FURROW_FLOAT64};
    if (f)
        cell->f = negative ? -(float)d : (float)d;
    else
        cell->d = negative ? -d : d;
    return FURROW_OK;
}

furrow_err fx_number(const char *text, size_t nbytes, bool negative, fv_cell *cell)
{
    char buffer[400];
    size_t n = 0;
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '_') continue;
        if (n + 1 == sizeof buffer) return fb_fail(FURROW_ERR_SYNTAX, "the number has too many digits");
        buffer[n++] = text[i];
    }
    buffer[n] = 0;
    bool is_hex = buffer[0] == '0' && buffer[1] == 'x';
    if (buffer[0] == '0' && (is_hex || buffer[1] == 'o' || buffer[1] == 'b')) {
        if (is_hex && strpbrk(buffer, ".pP")) {
            if (!strpbrk(buffer, "pP"))
                return fb_fail(FURROW_ERR_SYNTAX, "a hexadecimal fraction needs an exponent: 0x1.8p0");
            return read_float(buffer, negative, cell);
        }
        return read_unsigned(buffer, is_hex ? 4 : buffer[1] == 'o' ? 3 : 1, cell);
    }
    return strpbrk(buffer, ".eEf") ? read_float(buffer, negative, cell) : read_decimal(buffer, negative, cell);
}
