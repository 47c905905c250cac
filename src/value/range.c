/*
 * range.c - ranges: how many elements first:step:last has and what they are, as Julia 0.5 counts them.
 */
#include "value/alloc.h"
#include "base/error.h"

#include <math.h>

static furrow_err new_range(furrow_type eltype, fv_range **out)
{
    fv_range *range;
    furrow_err err = fv_alloc(FURROW_RANGE, sizeof *range, &range);
    if (err) return err;
    range->head.eltype = (uint8_t)eltype;
    range->divisor = 1;
    *out = range;
    return FURROW_OK;
}

furrow_err fv_range_int(int64_t first, int64_t step, int64_t last, bool has_step, furrow_value **out)
{
    if (step == 0) return fb_fail(FURROW_ERR_ARG, "the step of a range cannot be zero");
    bool empty = step > 0 ? last < first : last > first;
    uint64_t count = 0;
    if (!empty) {
        /* Differences of int64 fit in uint64, whichever way the range runs. */
        uint64_t span = step > 0 ? (uint64_t)last - (uint64_t)first : (uint64_t)first - (uint64_t)last;
        uint64_t stride = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
        count = span / stride;
        if (count >= INT64_MAX) return fb_fail(FURROW_ERR_OVERFLOW, "a range has more than 2^63-1 elements");
        count++;
    }
    return fv_range_counted(first, step, count, has_step, out);
}

furrow_err fv_range_counted(int64_t first, int64_t step, size_t count, bool has_step, furrow_value **out)
{
    /* The span may need more than 64 bits with its sign: from the lowest integer to the highest. */
    __extension__ typedef __int128 wide;
    wide last = count > 0 ? (wide)(count - 1) * step + first : first;
    if (count > INT64_MAX || last < INT64_MIN || last > INT64_MAX) {
        return fb_fail(FURROW_ERR_OVERFLOW, "a range of %zu elements leaves the integers", count);
    }
    fv_range *range;
    furrow_err err = new_range(FURROW_INT64, &range);
    if (err) return err;
    range->has_step = has_step;
    range->count = count;
    range->first.i = first;
    range->step.i = step;
    range->last.i = count > 0 ? (int64_t)last : (int64_t)((uint64_t)first + (step > 0 ? UINT64_MAX : 1));
    *out = &range->head;
    return FURROW_OK;
}

/* --- ranges of floating-point numbers --- */

/* The simplest fraction numerator/denominator that is exactly x in double arithmetic, by continued fractions; false
 * when both do not stay below 2^24. */
static bool as_fraction(double x, int64_t *numerator, int64_t *denominator)
{
    const double most = 16777216.0;
    int64_t p = 1, q = 0, p_before = 0, q_before = 1;
    double rest = x;
    for (int i = 0; i < 40 && fabs(rest) <= most; i++) {
        int64_t whole = (int64_t)rest;
        int64_t p_next = whole * p + p_before, q_next = whole * q + q_before;
        if (fabs((double)p_next) > most || fabs((double)q_next) > most) return false;
        p_before = p;
        q_before = q;
        p = p_next;
        q = q_next;
        if (q != 0 && (double)p / (double)q == x) {
            *numerator = q < 0 ? -p : p;
            *denominator = q < 0 ? -q : q;
            return true;
        }
        rest -= (double)whole;
        if (rest == 0) return false;
        rest = 1 / rest;
    }
    return false;
}

static int64_t common_multiple(int64_t a, int64_t b)
{
    int64_t x = a, y = b;
    while (y != 0) {
        int64_t rest = x % y;
        x = y;
        y = rest;
    }
    return a / x * b;
}

/* Whether first:step:last are fractions whose common form meets last exactly: 0.1:0.1:0.3 is (1:1:3)/10. */
static bool lift(double first, double step, double last, fv_range *range)
{
    double n = round((last - first) / step);
    int64_t first_p, first_q, step_p, step_q;
    double low = nextafter((nextafter(last, -INFINITY) - nextafter(first, INFINITY)) / n, -INFINITY);
    double high = nextafter((nextafter(last, INFINITY) - nextafter(first, -INFINITY)) / n, INFINITY);
    if (!(low <= step && step <= high)) return false;
    if (!as_fraction(first, &first_p, &first_q) || !as_fraction(step, &step_p, &step_q)) return false;
    int64_t divisor = common_multiple(first_q, step_q);
    double a = (double)first_p * (double)(divisor / first_q);
    double c = (double)step_p * (double)(divisor / step_q);
    if ((a + n * c) / (double)divisor != last) return false;
    range->first.d = a;
    range->step.d = c;
    range->divisor = (double)divisor;
    range->count = (size_t)n + 1;
    return true;
}

static void set_last(fv_range *range)
{
    double steps = range->count > 0 ? (double)(range->count - 1) : -1.0;
    range->last.d = (range->first.d + steps * range->step.d) / range->divisor;
}

furrow_err fv_range_float(double first, double step, double last, furrow_value **out)
{
    if (step == 0) return fb_fail(FURROW_ERR_ARG, "the step of a range cannot be zero");
    double span = (last - first) / step;
    if (!isfinite(first) || !isfinite(step) || isnan(span)) {
        return fb_fail(FURROW_ERR_ARG, "a range needs finite numbers, got %g:%g:%g", first, step, last);
    }
    if (span >= 9e15) return fb_fail(FURROW_ERR_OVERFLOW, "a range has more than 2^53 elements");
    fv_range *range;
    furrow_err err = new_range(FURROW_FLOAT64, &range);
    if (err) return err;
    range->has_step = true;
    range->first.d = first;
    range->step.d = step;
    if (first == last) {
        range->count = 1;
    } else if ((step > 0) != (first < last)) {
        range->count = 0;
    } else if (!lift(first, step, last, range)) {
        range->count = (size_t)floor(span) + 1;
    }
    set_last(range);
    *out = &range->head;
    return FURROW_OK;
}

furrow_err fv_range_lifted(double first, double step, double divisor, size_t count, furrow_value **out)
{
    fv_range *range;
    furrow_err err = new_range(FURROW_FLOAT64, &range);
    if (err) return err;
    range->has_step = true;
    range->count = count;
    range->first.d = first;
    range->step.d = step;
    range->divisor = divisor;
    set_last(range);
    *out = &range->head;
    return FURROW_OK;
}

void fv_range_at(const fv_range *range, size_t index, fv_cell *out)
{
    *out = (fv_cell){.tag = range->head.eltype};
    if (range->head.eltype == FURROW_INT64) {
        out->i = (int64_t)((uint64_t)range->first.i + (uint64_t)index * (uint64_t)range->step.i);
    } else {
        out->d = (range->first.d + (double)index * range->step.d) / range->divisor;
    }
}
