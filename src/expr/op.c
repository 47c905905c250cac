/*
 * op.c - the operators on any two values: which of the files calc, range, matrix, text_op answers for the types at
 * hand. Called by the machine (what it does not do itself), by builtins named like operators, and by broadcasting.
 */
#include "expr/op.h"

const char *fx_op_name(fx_op op)
{
    static const char *const names[FX_OP_NBINARY] = {
        "+", "-", "*", "/", "div", "mod", "%", "^", "==", "!=", "<", "<=", ">", ">=", "&", "|", "$", "<<", ">>", ">>>"};
    return names[op];
}

static furrow_err no_operator(fx_op op, const fv_cell *a, const fv_cell *b)
{
    const fv_cell both[2] = {*a, *b};
    return fx_no_method(fx_op_name(op), both, 2);
}

static furrow_err numbers(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    fx_rule rule;
    fv_cell wide;
    if (op == FX_OP_POW && a->tag == FURROW_COMPLEX_INT64 && b->tag <= FURROW_INT64 && b->i < 0) { /* as 1 / z^n */
        FX_TRY(fv_convert(a, FURROW_COMPLEX128, &wide));
        furrow_err err = numbers(vm, op, &wide, b, out);
        fv_cell_drop(&wide);
        return err;
    }
    if (!fx_rule_binary(op, (furrow_type)a->tag, (furrow_type)b->tag, &rule)) return no_operator(op, a, b);
    return fx_calc_run(vm, &rule, a, b, out);
}

/* --- elementwise --- */

static furrow_err one_place(fx_vm *vm, const void *context, const fv_cell *items, fv_cell *out)
{
    return fx_binary(vm, *(const fx_op *)context, false, &items[0], &items[1], out);
}

static bool flat_or_number(const fv_cell *c)
{
    return fx_is_number(c) || fx_is_flat_array(c);
}

static furrow_type element_type(const fv_cell *c)
{
    return (furrow_type)(c->tag == FURROW_ARRAY ? fx_array(c)->head.eltype : c->tag);
}

static furrow_err elementwise_arrays(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    fx_rule rule;
    const fv_cell both[2] = {*a, *b};
    if (flat_or_number(a) && flat_or_number(b)) {
        if (!fx_rule_binary(op, element_type(a), element_type(b), &rule)) return no_operator(op, a, b);
        return fx_calc_run(vm, &rule, a, b, out);
    }
    return fx_broadcast_each(vm, &(fx_each){fx_op_name(op), one_place, &op}, both, 2, out);
}

/* Ranges become arrays unless the operator keeps them. */
static furrow_err elementwise(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    if (a->tag != FURROW_RANGE && b->tag != FURROW_RANGE) return elementwise_arrays(vm, op, a, b, out);
    if (fx_range_binary(op, a, b, out)) return FURROW_OK;
    fv_cell x = *a, y = *b;
    fv_array *made_x = NULL, *made_y = NULL;
    furrow_err err = FURROW_OK;
    if (a->tag == FURROW_RANGE) err = fx_to_array(vm, a, &made_x);
    if (!err && b->tag == FURROW_RANGE) err = fx_to_array(vm, b, &made_y);
    if (made_x) x = fx_box(made_x);
    if (made_y) y = fx_box(made_y);
    if (!err) err = elementwise_arrays(vm, op, &x, &y, out);
    if (made_x) fv_drop(&made_x->head);
    if (made_y) fv_drop(&made_y->head);
    return err;
}

/* --- whole values --- */

static furrow_err compare(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    if (op == FX_OP_EQ || op == FX_OP_NE) {
        bool equal;
        FX_TRY(fx_equal(vm, a, b, &equal));
        *out = fx_bool(equal == (op == FX_OP_EQ));
        return FURROW_OK;
    }
    int order;
    FX_TRY(fx_order(a, b, &order));
    *out = fx_bool(op == FX_OP_LT ? order < 0 : op == FX_OP_LE ? order <= 0 : op == FX_OP_GT ? order > 0 : order >= 0);
    return FURROW_OK;
}

static bool same_shape(const fv_cell *a, const fv_cell *b)
{
    int ndims = fx_ndims(a) > fx_ndims(b) ? fx_ndims(a) : fx_ndims(b);
    for (int k = 0; k < ndims; k++)
        if (fx_dim(a, k) != fx_dim(b, k)) return false;
    return true;
}

static furrow_err lists(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    bool both = fx_is_list(a) && fx_is_list(b);
    if (op == FX_OP_MUL && both) return fx_matrix_multiply(vm, a, b, out);
    if (op == FX_OP_POW && fx_is_list(a)) return fx_matrix_power(vm, a, b, out);
    if (op == FX_OP_POW || (op == FX_OP_DIV && fx_is_list(b))) {
        furrow_err err = no_operator(op, a, b);
        fb_fail_advice("Write .%s to calculate element by element.", fx_op_name(op));
        return err;
    }
    if (both && !same_shape(a, b)) return fx_mismatch(fx_op_name(op), a, b);
    return elementwise(vm, op, a, b, out);
}

static bool textual(const fv_cell *c)
{
    return c->tag == FURROW_STRING || c->tag == FURROW_CHAR;
}

furrow_err fx_binary(fx_vm *vm, fx_op op, bool dotted, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    if (fx_is_number(a) && fx_is_number(b)) return numbers(vm, op, a, b, out);
    const fv_cell both[2] = {*a, *b};
    if (dotted && fx_has_tuple(both, 2))
        return fx_broadcast_tuples(vm, &(fx_each){fx_op_name(op), one_place, &op}, both, 2, out);
    if (dotted && (fx_is_list(a) || fx_is_list(b))) return elementwise(vm, op, a, b, out);
    if (op >= FX_OP_EQ && op <= FX_OP_GE) return compare(vm, op, a, b, out);
    if (fx_is_list(a) || fx_is_list(b)) return lists(vm, op, a, b, out);
    if (textual(a) || textual(b)) return fx_text_binary(vm, op, a, b, out);
    return no_operator(op, a, b);
}

/* --- one operand --- */

#define UNARY(name, ctype, expression)                                                           \
    static furrow_err name(const void *pa, const void *pb, void *po, size_t n, furrow_type type) \
    {                                                                                            \
        const ctype *a = pa;                                                                     \
        ctype *out = po;                                                                         \
        (void)pb;                                                                                \
        (void)type;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                         \
            ctype x = a[i];                                                                      \
            out[i] = (expression);                                                               \
        }                                                                                        \
        return FURROW_OK;                                                                        \
    }
UNARY(neg_u64, uint64_t, 0 - x)
UNARY(neg_f32, float, -x)
UNARY(neg_f64, double, -x)
UNARY(plus_u64, uint64_t, x)
UNARY(not_u64, uint64_t, ~x)
UNARY(not_bool, uint64_t, !x)

static furrow_err neg_c128(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    return neg_f64(pa, pb, po, 2 * n, type);
}

static furrow_err neg_ci64(const void *pa, const void *pb, void *po, size_t n, furrow_type type)
{
    return neg_u64(pa, pb, po, 2 * n, type);
}

static bool unary_rule(fx_unary_op op, furrow_type t, fx_rule *rule)
{
    fx_calc calc = fx_calc_of(t) == FX_CALC_C64 ? FX_CALC_C128 : fx_calc_of(t);
    furrow_type result = t;
    fx_kernel kernel = NULL;
    if (op == FX_UN_NEG) {
        static const fx_kernel of[] = {neg_u64, neg_u64, neg_f32, neg_f64, neg_c128, neg_c128, neg_ci64};
        kernel = of[calc];
        if (t == FURROW_BOOL) result = FURROW_INT64;
    } else if (op == FX_UN_NOT || (op == FX_UN_BITNOT && t == FURROW_BOOL)) {
        if (t == FURROW_BOOL) kernel = not_bool;
    } else if (op == FX_UN_BITNOT && fx_type_integer(t)) {
        kernel = not_u64;
    } else if (op == FX_UN_PLUS && t == FURROW_BOOL) {
        kernel = plus_u64;
        result = FURROW_INT64;
    }
    *rule = (fx_rule){kernel, calc, calc, calc, result};
    return kernel != NULL;
}

static const char *unary_name(fx_unary_op op)
{
    static const char *const names[] = {"-", "+", "!", "~", "'", ".'"};
    return names[op];
}

static furrow_err one_unary(fx_vm *vm, const void *context, const fv_cell *items, fv_cell *out)
{
    return fx_unary(vm, *(const fx_unary_op *)context, false, items, out);
}

static furrow_err unary_range(fx_vm *vm, fx_unary_op op, const fv_cell *a, fv_cell *out)
{
    if (op == FX_UN_NEG && fx_range_negate(a, out)) return FURROW_OK;
    fv_array *array;
    FX_TRY(fx_to_array(vm, a, &array));
    fv_cell cell = fx_box(array);
    furrow_err err = fx_unary(vm, op, false, &cell, out);
    fv_cell_drop(&cell);
    return err;
}

furrow_err fx_unary(fx_vm *vm, fx_unary_op op, bool dotted, const fv_cell *a, fv_cell *out)
{
    (void)dotted; /* every unary operator goes through arrays anyway */
    if (op == FX_UN_CTRANSPOSE || op == FX_UN_TRANSPOSE) return fx_matrix_transpose(vm, op == FX_UN_CTRANSPOSE, a, out);
    fx_rule rule;
    if (fx_is_number(a) || fx_is_flat_array(a)) {
        if (unary_rule(op, element_type(a), &rule)) return fx_calc_run(vm, &rule, a, NULL, out);
        if (op != FX_UN_PLUS) return fx_no_method(unary_name(op), a, 1);
    }
    if (op == FX_UN_PLUS && (fx_is_number(a) || fx_is_list(a))) {
        *out = *a;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    if (a->tag == FURROW_RANGE) return unary_range(vm, op, a, out);
    if (a->tag == FURROW_ARRAY) return fx_broadcast_each(vm, &(fx_each){unary_name(op), one_unary, &op}, a, 1, out);
    return fx_no_method(unary_name(op), a, 1);
}
