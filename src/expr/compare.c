/*
 * compare.c - comparisons: exact between numbers of any two real types (an Int64 is never rounded to compare it with a
 * Float64), elementwise and whole, and the total order that sorting uses.
 */
#include "expr/calc.h"

#include <math.h>

/* --- numbers --- */

static bool lt_ii(int64_t a, int64_t b)
{
    return a < b;
}
static bool lt_uu(uint64_t a, uint64_t b)
{
    return a < b;
}
static bool lt_dd(double a, double b)
{
    return a < b;
}
static bool lt_iu(int64_t a, uint64_t b)
{
    return a < 0 || (uint64_t)a < b;
}
static bool lt_ui(uint64_t a, int64_t b)
{
    return b >= 0 && a < (uint64_t)b;
}
static bool eq_ii(int64_t a, int64_t b)
{
    return a == b;
}
static bool eq_uu(uint64_t a, uint64_t b)
{
    return a == b;
}
static bool eq_dd(double a, double b)
{
    return a == b;
}
static bool eq_iu(int64_t a, uint64_t b)
{
    return a >= 0 && (uint64_t)a == b;
}
static bool eq_ui(uint64_t a, int64_t b)
{
    return eq_iu(b, a);
}

/* Where the rounded integer equals the double, the double is whole and compares exactly as an integer, but for the
 * power of two just past the range. */
static bool lt_id(int64_t a, double b)
{
    double r = (double)a;
    return r != b ? r < b : b >= 0x1p63 || a < (int64_t)b;
}
static bool lt_di(double a, int64_t b)
{
    double r = (double)b;
    return r != a ? a < r : a < 0x1p63 && (int64_t)a < b;
}
static bool eq_id(int64_t a, double b)
{
    return (double)a == b && b < 0x1p63 && a == (int64_t)b;
}
static bool eq_di(double a, int64_t b)
{
    return eq_id(b, a);
}
static bool lt_ud(uint64_t a, double b)
{
    double r = (double)a;
    return r != b ? r < b : b >= 0x1p64 || a < (uint64_t)b;
}
static bool lt_du(double a, uint64_t b)
{
    double r = (double)b;
    return r != a ? a < r : a < 0x1p64 && (uint64_t)a < b;
}
static bool eq_ud(uint64_t a, double b)
{
    return (double)a == b && b < 0x1p64 && a == (uint64_t)b;
}
static bool eq_du(double a, uint64_t b)
{
    return eq_ud(b, a);
}

#define COMPARE(name, ta, tb, expression)                                                        \
    static furrow_err name(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                            \
        const ta *a = pa;                                                                        \
        const tb *b = pb;                                                                        \
        uint8_t *out = po;                                                                       \
        (void)type;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                         \
            ta x = a[i];                                                                         \
            tb y = b[i];                                                                         \
            out[i] = (expression);                                                               \
        }                                                                                        \
        return FURROW_OK;                                                                        \
    }
#define COMPARES(ab, ba, ta, tb)                               \
    COMPARE(k_eq_##ab, ta, tb, eq_##ab(x, y))                  \
    COMPARE(k_ne_##ab, ta, tb, !eq_##ab(x, y))                 \
    COMPARE(k_lt_##ab, ta, tb, lt_##ab(x, y))                  \
    COMPARE(k_le_##ab, ta, tb, lt_##ab(x, y) || eq_##ab(x, y)) \
    COMPARE(k_gt_##ab, ta, tb, lt_##ba(y, x))                  \
    COMPARE(k_ge_##ab, ta, tb, lt_##ba(y, x) || eq_##ab(x, y))
COMPARES(ii, ii, int64_t, int64_t)
COMPARES(iu, ui, int64_t, uint64_t)
COMPARES(id, di, int64_t, double)
COMPARES(ui, iu, uint64_t, int64_t)
COMPARES(uu, uu, uint64_t, uint64_t)
COMPARES(ud, du, uint64_t, double)
COMPARES(di, id, double, int64_t)
COMPARES(du, ud, double, uint64_t)
COMPARES(dd, dd, double, double)

#define COMPARES_PARTS(suffix, ctype)                                                                   \
    static furrow_err eq_##suffix(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                                   \
        const ctype(*a)[2] = pa, (*b)[2] = pb;                                                          \
        (void)type;                                                                                     \
        for (size_t i = 0; i < n; i++) ((uint8_t *)po)[i] = a[i][0] == b[i][0] && a[i][1] == b[i][1];   \
        return FURROW_OK;                                                                               \
    }                                                                                                   \
    static furrow_err ne_##suffix(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                                   \
        FX_TRY(eq_##suffix(pa, pb, po, n, type));                                                       \
        for (size_t i = 0; i < n; i++) ((uint8_t *)po)[i] ^= 1;                                         \
        return FURROW_OK;                                                                               \
    }
COMPARES_PARTS(complex, double)
COMPARES_PARTS(whole, int64_t)

#define ROW(ab)                                                          \
    {                                                                    \
        k_eq_##ab, k_ne_##ab, k_lt_##ab, k_le_##ab, k_gt_##ab, k_ge_##ab \
    }
static const fx_kernel table[3][3][6] = {
    {ROW(ii), ROW(iu), ROW(id)}, {ROW(ui), ROW(uu), ROW(ud)}, {ROW(di), ROW(du), ROW(dd)}};

bool fx_rule_compare(fx_op op, furrow_type a, furrow_type b, fx_rule *rule)
{
    static const fx_calc loads[] = {FX_CALC_I64, FX_CALC_U64, FX_CALC_F64};
    if (fx_type_complex(a) || fx_type_complex(b)) {
        if (op != FX_OP_EQ && op != FX_OP_NE) return false;
        if (fx_promote(a, b) == FURROW_COMPLEX_INT64) {
            *rule =
                (fx_rule){op == FX_OP_EQ ? eq_whole : ne_whole, FX_CALC_CI64, FX_CALC_CI64, FX_CALC_BYTES, FURROW_BOOL};
            return true;
        }
        *rule =
            (fx_rule){op == FX_OP_EQ ? eq_complex : ne_complex, FX_CALC_C128, FX_CALC_C128, FX_CALC_BYTES, FURROW_BOOL};
        return true;
    }
    unsigned x = fx_type_float(a) ? 2 : fx_type_unsigned(a), y = fx_type_float(b) ? 2 : fx_type_unsigned(b);
    *rule = (fx_rule){table[x][y][op - FX_OP_EQ], loads[x], loads[y], FX_CALC_BYTES, FURROW_BOOL};
    return true;
}

/* --- whole values --- */

static bool numbers_equal(const fv_cell *a, const fv_cell *b)
{
    fx_rule rule;
    fv_cell out = fx_bool(false);
    return fx_rule_compare(FX_OP_EQ, (furrow_type)a->tag, (furrow_type)b->tag, &rule) &&
           fx_calc_run(NULL, &rule, a, b, &out) == FURROW_OK && out.i;
}

static furrow_err items_equal(fx_vm *vm, const fv_cell *a, const fv_cell *b, size_t count, bool *equal)
{
    uint64_t at_a = 0, at_b = 0;
    FX_TRY(fx_spend(vm, count));
    *equal = true;
    for (size_t i = 0; i < count && *equal; i++) {
        fv_cell x, y;
        bool done;
        FX_TRY(fx_iterate(a, &at_a, &x, &done));
        furrow_err err = fx_iterate(b, &at_b, &y, &done);
        if (!err) {
            err = fx_equal(vm, &x, &y, equal);
            fv_cell_drop(&y);
        }
        fv_cell_drop(&x);
        if (err) return err;
    }
    return FURROW_OK;
}

static bool same_dims(const fv_cell *a, const fv_cell *b)
{
    if (fx_ndims(a) != fx_ndims(b)) return false;
    for (int k = 0; k < fx_ndims(a); k++)
        if (fx_dim(a, k) != fx_dim(b, k)) return false;
    return true;
}

static furrow_err flat_equal(fx_vm *vm, const fv_cell *a, const fv_cell *b, bool *equal)
{
    fx_rule rule;
    fv_cell each;
    fx_rule_compare(FX_OP_EQ, (furrow_type)a->p->eltype, (furrow_type)b->p->eltype, &rule);
    FX_TRY(fx_calc_run(vm, &rule, a, b, &each));
    *equal = memchr(fx_array(&each)->data, 0, fx_array(&each)->count) == NULL;
    fv_cell_drop(&each);
    return FURROW_OK;
}

static furrow_err dicts_equal(fx_vm *vm, const fv_dict *a, const fv_dict *b, bool *equal)
{
    uint64_t state = 0;
    fv_cell key, item, other;
    *equal = fv_dict_count(a) == fv_dict_count(b);
    while (*equal && fv_dict_next(a, &state, &key, &item)) {
        if (!fv_dict_get(b, &key, &other)) {
            *equal = false;
            break;
        }
        furrow_err err = fx_equal(vm, &item, &other, equal);
        fv_cell_drop(&other);
        if (!err) err = fv_worked(4);
        if (err) return err;
    }
    return FURROW_OK;
}

static bool listlike(const fv_cell *c)
{
    return c->tag == FURROW_ARRAY || c->tag == FURROW_RANGE;
}

static furrow_err collections_equal(fx_vm *vm, const fv_cell *a, const fv_cell *b, bool *equal)
{
    if (listlike(a) && listlike(b)) {
        *equal = same_dims(a, b);
        if (!*equal) return FURROW_OK;
        if (fx_is_flat_array(a) && fx_is_flat_array(b)) return flat_equal(vm, a, b, equal);
        return items_equal(vm, a, b, a->tag == FURROW_ARRAY ? fx_array(a)->count : fx_range(a)->count, equal);
    }
    if (a->tag == FURROW_TUPLE && b->tag == FURROW_TUPLE && fv_is_pair(a->p) == fv_is_pair(b->p)) {
        *equal = fx_tuple(a)->count == fx_tuple(b)->count;
        return *equal ? items_equal(vm, a, b, fx_tuple(a)->count, equal) : FURROW_OK;
    }
    if (a->tag == FURROW_DICT && b->tag == FURROW_DICT) {
        return dicts_equal(vm, fv_dict_of_value(a->p), fv_dict_of_value(b->p), equal);
    }
    *equal = a->tag == b->tag && fv_cell_equal(a, b);
    return fv_stopped();
}

furrow_err fx_equal(fx_vm *vm, const fv_cell *a, const fv_cell *b, bool *equal)
{
    if (fx_is_number(a) && fx_is_number(b)) {
        *equal = numbers_equal(a, b);
        return FURROW_OK;
    }
    FX_TRY(fx_nest(vm)); /* a collection may hold itself */
    furrow_err err = collections_equal(vm, a, b, equal);
    fx_unnest(vm);
    return err;
}

/* --- order --- */

static int order_doubles(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    if (a != b) return a < b ? -1 : 1;
    return a == 0 ? (signbit(b) != 0) - (signbit(a) != 0) : 0;
}

static int order_numbers(const fv_cell *a, const fv_cell *b)
{
    bool float_a = fx_type_float(a->tag), float_b = fx_type_float(b->tag);
    if ((float_a && float_b) || (float_a && isnan(fx_real(a))) || (float_b && isnan(fx_real(b)))) {
        return order_doubles(fx_real(a), fx_real(b));
    }
    if (numbers_equal(a, b)) return 0;
    fx_rule rule;
    fv_cell less = fx_bool(false);
    fx_rule_compare(FX_OP_LT, (furrow_type)a->tag, (furrow_type)b->tag, &rule);
    return fx_calc_run(NULL, &rule, a, b, &less) == FURROW_OK && less.i ? -1 : 1;
}

static int order_text(const fv_text *a, const fv_text *b)
{
    size_t n = a->nbytes < b->nbytes ? a->nbytes : b->nbytes;
    int order = memcmp(a->bytes, b->bytes, n);
    return order ? order : (a->nbytes > b->nbytes) - (a->nbytes < b->nbytes);
}

#define MOST_NESTED 256
/* Collections inside collections that this thread is comparing: one may hold itself. */
static _Thread_local unsigned nested;

/* Lexicographic. */
static furrow_err order_items(const fv_cell *a, const fv_cell *b, int *order)
{
    uint64_t at_a = 0, at_b = 0;
    for (;;) {
        fv_cell x, y;
        bool end_a, end_b;
        FX_TRY(fx_iterate(a, &at_a, &x, &end_a));
        furrow_err err = fx_iterate(b, &at_b, &y, &end_b);
        if (!err) {
            if (!end_a && !end_b) err = fx_order(&x, &y, order);
            if (!end_b) fv_cell_drop(&y);
        }
        if (!end_a) fv_cell_drop(&x);
        if (err) return err;
        if (end_a || end_b) {
            *order = (int)end_b - (int)end_a;
            return FURROW_OK;
        }
        if (*order) return FURROW_OK;
    }
}

furrow_err fx_order(const fv_cell *a, const fv_cell *b, int *order)
{
    if (fx_is_real(a) && fx_is_real(b)) {
        *order = order_numbers(a, b);
    } else if (a->tag == FURROW_CHAR && b->tag == FURROW_CHAR) {
        *order = (a->i > b->i) - (a->i < b->i);
    } else if (a->tag == b->tag && fx_is_text(a)) {
        *order = order_text(fx_text(a), fx_text(b));
    } else if ((a->tag == FURROW_TUPLE && b->tag == FURROW_TUPLE) ||
               (listlike(a) && listlike(b) && fx_ndims(a) == 1 && fx_ndims(b) == 1)) {
        if (nested >= MOST_NESTED) {
            return fb_fail(FURROW_ERR_LIMIT, "collections more than %d deep (or inside themselves) have no order",
                           MOST_NESTED);
        }
        nested++;
        furrow_err err = order_items(a, b, order);
        nested--;
        return err;
    } else {
        const fv_cell both[2] = {*a, *b};
        return fx_no_method("isless", both, 2);
    }
    return FURROW_OK;
}
