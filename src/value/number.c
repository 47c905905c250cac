/*
 * number.c - the text of numbers, as Julia 0.5 writes them: 1.0, 1.0e10, 1.0f0, 0x2a, 1.0 + 2.0im.
 */
#include "value/digits.h"
#include "value/show.h"

#include <inttypes.h>
#include <math.h>

#define COMPACT_DIGITS 6

static furrow_err put_digits(fv_show *s, const fv_digits *d, char exponent_mark)
{
    const char *sign = d->negative ? "-" : "";
    int whole = d->point;
    if (whole <= -4 || whole > 6) {
        return fb_buffer_printf(&s->out, "%s%c.%s%c%d", sign, d->digits[0], d->count > 1 ? d->digits + 1 : "0",
                                exponent_mark, whole - 1);
    }
    if (whole <= 0) return fb_buffer_printf(&s->out, "%s0.%.*s%s", sign, -whole, "0000", d->digits);
    if (whole >= d->count) {
        return fb_buffer_printf(&s->out, "%s%s%.*s.0", sign, d->digits, whole - d->count, "000000");
    }
    return fb_buffer_printf(&s->out, "%s%.*s.%s", sign, whole, d->digits, d->digits + whole);
}

static furrow_err put_real(fv_show *s, double x, bool single, bool typed)
{
    bool suffix = single && typed && !s->compact;
    if (isnan(x)) return fv_show_text(s, suffix ? "NaN32" : "NaN");
    if (isinf(x)) return fb_buffer_printf(&s->out, "%sInf%s", x < 0 ? "-" : "", suffix ? "32" : "");
    fv_digits d;
    if (s->compact) {
        fv_digits_rounded(x, COMPACT_DIGITS, &d);
    } else {
        fv_digits_shortest(x, single, &d);
    }
    furrow_err err = put_digits(s, &d, suffix ? 'f' : 'e');
    bool scientific = d.point <= -4 || d.point > 6;
    return err || !suffix || scientific ? err : fv_show_text(s, "f0");
}

static furrow_err put_complex(fv_show *s, double real, double imaginary, bool single)
{
    bool minus = signbit(imaginary) && !isnan(imaginary);
    furrow_err err = put_real(s, real, single, true);
    if (!err) err = fv_show_text(s, s->compact ? (minus ? "-" : "+") : minus ? " - " : " + ");
    if (!err) err = put_real(s, minus ? -imaginary : imaginary, single, true);
    return err ? err : fv_show_text(s, isfinite(imaginary) ? "im" : "*im");
}

static furrow_err put_complex_int64(fv_show *s, const int64_t parts[2])
{
    bool minus = parts[1] < 0;
    uint64_t size = minus ? 0 - (uint64_t)parts[1] : (uint64_t)parts[1];
    const char *sign = s->compact ? (minus ? "-" : "+") : minus ? " - " : " + ";
    return fb_buffer_printf(&s->out, "%" PRId64 "%s%" PRIu64 "im", parts[0], sign, size);
}

furrow_err fv_show_number(fv_show *s, const fv_cell *cell, bool typed)
{
    double parts[2];
    int64_t whole[2];
    switch (cell->tag) {
    case FURROW_BOOL:
        return fv_show_text(s, cell->i ? "true" : "false");
    case FURROW_UINT8:
    case FURROW_UINT16:
    case FURROW_UINT32:
    case FURROW_UINT64:
        if (!typed) return fb_buffer_printf(&s->out, "%" PRIu64, cell->u);
        return fb_buffer_printf(&s->out, "0x%0*" PRIx64, (int)furrow_type_nbytes((furrow_type)cell->tag) * 2, cell->u);
    case FURROW_FLOAT32:
        return put_real(s, (double)cell->f, true, typed);
    case FURROW_FLOAT64:
        return put_real(s, cell->d, false, typed);
    case FURROW_COMPLEX64:
        return put_complex(s, (double)cell->c[0], (double)cell->c[1], true);
    case FURROW_COMPLEX128:
        memcpy(parts, ((const fv_scalar *)cell->p)->bytes, sizeof parts);
        return put_complex(s, parts[0], parts[1], false);
    case FURROW_COMPLEX_INT64:
        memcpy(whole, ((const fv_scalar *)cell->p)->bytes, sizeof whole);
        return put_complex_int64(s, whole);
    default:
        return fb_buffer_printf(&s->out, "%" PRId64, cell->i);
    }
}
