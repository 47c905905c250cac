/*
 * range.c - ranges made from three numbers, and the arithmetic under which a range stays one.
 */
#include "expr/op.h"

static furrow_err float_range(double first, double step, double divisor, size_t count, fv_cell *out)
{
    furrow_value *value;
    FX_TRY(fv_range_float(1, 1, 1, &value));
    fv_range *r = (fv_range *)value;
    r->first.d = first;
    r->step.d = step;
    r->divisor = divisor;
    r->count = count;
    r->last.d = (first + ((double)count - 1) * step) / divisor;
    *out = fx_box(value);
    return FURROW_OK;
}

static bool int_range(int64_t first, int64_t step, size_t count, bool has_step, fv_cell *out)
{
    furrow_value *value;
    int64_t last;
    if (step == 0 || __builtin_mul_overflow((int64_t)count - 1, step, &last)) return false;
    if (__builtin_add_overflow(first, last, &last)) return false;
    if (fv_range_int(first, step, last, has_step || step != 1, &value)) return false;
    *out = fx_box(value);
    return true;
}

/* first = scale * first + shift, step = scale * step; whole numbers throughout. */
static bool linear_int(const fv_range *r, int64_t scale, int64_t shift, fv_cell *out)
{
    int64_t first, step;
    if (__builtin_mul_overflow(r->first.i, scale, &first) || __builtin_add_overflow(first, shift, &first)) return false;
    if (__builtin_mul_overflow(r->step.i, scale, &step)) return false;
    return int_range(first, step, r->count, r->has_step, out);
}

static bool linear_float(fx_op op, bool range_first, const fv_range *r, double x, fv_cell *out)
{
    bool whole = r->head.eltype == FURROW_INT64;
    double first = whole ? (double)r->first.i : r->first.d, step = whole ? (double)r->step.i : r->step.d;
    double divisor = whole ? 1 : r->divisor;
    if (op == FX_OP_MUL) {
        first *= x;
        step *= x;
    } else if (op == FX_OP_DIV) {
        first /= x;
        step /= x;
    } else if (op == FX_OP_ADD) {
        first += divisor * x;
    } else if (range_first) {
        first -= divisor * x;
    } else {
        first = divisor * x - first;
        step = -step;
    }
    return float_range(first, step, divisor, r->count, out) == FURROW_OK;
}

bool fx_range_binary(fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    bool range_first = a->tag == FURROW_RANGE;
    const fv_cell *number = range_first ? b : a;
    const fv_range *r = fx_range(range_first ? a : b);
    if (op != FX_OP_ADD && op != FX_OP_SUB && op != FX_OP_MUL && !(op == FX_OP_DIV && range_first)) return false;
    if (number->tag == FURROW_FLOAT64) return linear_float(op, range_first, r, number->d, out);
    if (number->tag > FURROW_INT64 || number->tag < FURROW_BOOL) return false;
    if (r->head.eltype != FURROW_INT64 || op == FX_OP_DIV) {
        return linear_float(op, range_first, r, (double)number->i, out);
    }
    int64_t x = number->i;
    if (op == FX_OP_MUL) return linear_int(r, x, 0, out);
    if (op == FX_OP_ADD) return linear_int(r, 1, x, out);
    if (range_first) return x != INT64_MIN && linear_int(r, 1, -x, out);
    return linear_int(r, -1, x, out);
}

bool fx_range_negate(const fv_cell *a, fv_cell *out)
{
    const fv_range *r = fx_range(a);
    if (r->head.eltype == FURROW_INT64) return linear_int(r, -1, 0, out);
    return float_range(-r->first.d, -r->step.d, r->divisor, r->count, out) == FURROW_OK;
}

/* --- first:step:last --- */

static furrow_err char_range(fx_vm *vm, int64_t first, int64_t last, fv_cell *out)
{
    fx_gather gather;
    size_t count = last < first ? 0 : (size_t)(last - first) + 1;
    FX_TRY(fx_spend(vm, count));
    fx_gather_open(&gather, count);
    for (int64_t c = first; c <= last; c++) {
        fv_cell cell = fx_char((uint32_t)c);
        furrow_err err = fx_gather_add(&gather, &cell);
        if (err) {
            fx_gather_drop(&gather);
            return err;
        }
    }
    return fx_gather_close(&gather, 0, NULL, out);
}

furrow_err fx_make_range(fx_vm *vm, const fv_cell *first, const fv_cell *step, const fv_cell *last, fv_cell *out)
{
    furrow_value *value;
    if (first->tag == FURROW_CHAR && last->tag == FURROW_CHAR && !step) return char_range(vm, first->i, last->i, out);
    if (!fx_is_real(first) || !fx_is_real(last) || (step && !fx_is_real(step))) {
        const fv_cell all[3] = {*first, step ? *step : *last, *last};
        return fx_no_method("colon", all, step ? 3 : 2);
    }
    if (fx_type_float(first->tag) || fx_type_float(last->tag) || (step && fx_type_float(step->tag))) {
        FX_TRY(fv_range_float(fx_real(first), step ? fx_real(step) : 1.0, fx_real(last), &value));
    } else {
        int64_t from, by = 1, to;
        FX_TRY(fx_arg_int("a range", first, &from));
        FX_TRY(fx_arg_int("a range", last, &to));
        if (step) FX_TRY(fx_arg_int("a range", step, &by));
        FX_TRY(fv_range_int(from, by, to, step != NULL, &value));
    }
    *out = fx_box(value);
    return FURROW_OK;
}
