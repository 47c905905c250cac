/*
 * operators.c - the operators as functions, so that reduce(+, xs) and map(.*, a, b) work: +(a, b, c) goes from the left.
 */
#include "expr/builtins.h"
#include "expr/op.h"

static furrow_err fold(const fx_call *call, fx_op op, bool dotted, fv_cell *out)
{
    fv_cell made = call->args[0];
    fv_cell_hold(&made);
    for (size_t i = 1; i < call->nargs; i++) {
        fv_cell next;
        furrow_err err = fx_binary(call->vm, op, dotted, &made, &call->args[i], &next);
        fv_cell_drop(&made);
        if (err) return err;
        made = next;
    }
    *out = made;
    return FURROW_OK;
}

/* - and + of one argument are signs. */
static furrow_err sign_or_fold(const fx_call *call, fx_op op, bool dotted, fv_cell *out)
{
    if (call->nargs > 1) return fold(call, op, dotted, out);
    if (op == FX_OP_SUB) return fx_unary(call->vm, FX_UN_NEG, dotted, call->args, out);
    return op == FX_OP_ADD ? fx_unary(call->vm, FX_UN_PLUS, dotted, call->args, out) : fold(call, op, dotted, out);
}

#define OPERATOR(id, op)                                          \
    static furrow_err do_##id(const fx_call *call, fv_cell *out)  \
    {                                                             \
        return sign_or_fold(call, op, false, out);                \
    }                                                             \
    static furrow_err dot_##id(const fx_call *call, fv_cell *out) \
    {                                                             \
        return sign_or_fold(call, op, true, out);                 \
    }
OPERATOR(add, FX_OP_ADD)
OPERATOR(sub, FX_OP_SUB)
OPERATOR(mul, FX_OP_MUL)
OPERATOR(div, FX_OP_DIV)
OPERATOR(idiv, FX_OP_IDIV)
OPERATOR(rem, FX_OP_REM)
OPERATOR(pow, FX_OP_POW)
OPERATOR(eq, FX_OP_EQ)
OPERATOR(ne, FX_OP_NE)
OPERATOR(lt, FX_OP_LT)
OPERATOR(le, FX_OP_LE)
OPERATOR(gt, FX_OP_GT)
OPERATOR(ge, FX_OP_GE)
OPERATOR(and, FX_OP_AND)
OPERATOR(or, FX_OP_OR)
OPERATOR(xor, FX_OP_XOR)
OPERATOR(shl, FX_OP_SHL)
OPERATOR(shr, FX_OP_SHR)
OPERATOR(rshr, FX_OP_RSHR)

static furrow_err do_not(const fx_call *call, fv_cell *out)
{
    return fx_unary(call->vm, FX_UN_NOT, false, call->args, out);
}
static furrow_err do_bitnot(const fx_call *call, fv_cell *out)
{
    return fx_unary(call->vm, FX_UN_BITNOT, false, call->args, out);
}
static furrow_err do_transpose(const fx_call *call, fv_cell *out)
{
    return fx_unary(call->vm, FX_UN_TRANSPOSE, false, call->args, out);
}
static furrow_err do_ctranspose(const fx_call *call, fv_cell *out)
{
    return fx_unary(call->vm, FX_UN_CTRANSPOSE, false, call->args, out);
}

static furrow_err do_same(const fx_call *call, fv_cell *out) /* === */
{
    const fv_cell *a = &call->args[0], *b = &call->args[1];
    bool mutable = a->tag == FURROW_ARRAY || a->tag == FURROW_DICT;
    *out = fx_bool(a->tag == b->tag && (mutable ? a->p == b->p : fv_cell_equal(a, b)));
    return fv_stopped();
}
static furrow_err do_different(const fx_call *call, fv_cell *out)
{
    FX_TRY(do_same(call, out));
    out->i = !out->i;
    return FURROW_OK;
}
static furrow_err do_isequal(const fx_call *call, fv_cell *out)
{
    *out = fx_bool(fv_cell_equal(&call->args[0], &call->args[1]));
    return fv_stopped();
}
static furrow_err do_isless(const fx_call *call, fv_cell *out)
{
    int order;
    FX_TRY(fx_order(&call->args[0], &call->args[1], &order));
    *out = fx_bool(order < 0);
    return FURROW_OK;
}
static furrow_err do_cmp(const fx_call *call, fv_cell *out)
{
    int order;
    FX_TRY(fx_order(&call->args[0], &call->args[1], &order));
    *out = fx_int((order > 0) - (order < 0));
    return FURROW_OK;
}

static furrow_err do_colon(const fx_call *call, fv_cell *out)
{
    const fv_cell *a = call->args;
    return fx_make_range(call->vm, &a[0], call->nargs == 3 ? &a[1] : NULL, &a[call->nargs - 1], out);
}

static furrow_err do_getindex(const fx_call *call, fv_cell *out)
{
    return fx_index(call->vm, call->args, call->args + 1, call->nargs - 1, out);
}
/* setindex!(container, value, indices...) */
static furrow_err do_setindex(const fx_call *call, fv_cell *out)
{
    FX_TRY(fx_index_set(call->vm, call->args, call->args + 2, call->nargs - 2, &call->args[1]));
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}
static furrow_err do_endof(const fx_call *call, fv_cell *out)
{
    int64_t end;
    FX_TRY(fx_index_end(call->args, 0, 1, &end));
    *out = fx_int(end);
    return FURROW_OK;
}

#define BOTH(name, id, min, max)            \
    {name, do_##id, min, max, false},       \
    {                                       \
        "." name, dot_##id, min, max, false \
    }
const fx_builtin fx_builtins_operator[] = {BOTH("+", add, 1, -1),
                                           BOTH("-", sub, 1, 2),
                                           BOTH("*", mul, 1, -1),
                                           BOTH("/", div, 2, 2),
                                           BOTH("÷", idiv, 2, 2),
                                           BOTH("%", rem, 2, 2),
                                           BOTH("^", pow, 2, 2),
                                           BOTH("==", eq, 2, 2),
                                           BOTH("!=", ne, 2, 2),
                                           BOTH("≠", ne, 2, 2),
                                           BOTH("<", lt, 2, 2),
                                           BOTH("<=", le, 2, 2),
                                           BOTH("≤", le, 2, 2),
                                           BOTH(">", gt, 2, 2),
                                           BOTH(">=", ge, 2, 2),
                                           BOTH("≥", ge, 2, 2),
                                           BOTH("&", and, 1, -1),
                                           BOTH("|", or, 1, -1),
                                           BOTH("$", xor, 1, -1),
                                           BOTH("⊻", xor, 1, -1),
                                           BOTH("<<", shl, 2, 2),
                                           BOTH(">>", shr, 2, 2),
                                           BOTH(">>>", rshr, 2, 2),
                                           {"xor", dot_xor, 2, 2, true},
                                           {"⊻", dot_xor, 2, 2, true},
                                           {"!", do_not, 1, 1, true},
                                           {".!", do_not, 1, 1, true},
                                           {"~", do_bitnot, 1, 1, true},
                                           {"transpose", do_transpose, 1, 1, false},
                                           {"ctranspose", do_ctranspose, 1, 1, false},
                                           {"adjoint", do_ctranspose, 1, 1, false},
                                           {"'", do_ctranspose, 1, 1, false},
                                           {".'", do_transpose, 1, 1, false},
                                           {"===", do_same, 2, 2, false},
                                           {"!==", do_different, 2, 2, false},
                                           {"is", do_same, 2, 2, false},
                                           {"isequal", do_isequal, 2, 2, false},
                                           {"isless", do_isless, 2, 2, false},
                                           {"cmp", do_cmp, 2, 2, false},
                                           {"colon", do_colon, 2, 3, false},
                                           {"getindex", do_getindex, 2, -1, false},
                                           {"setindex!", do_setindex, 3, -1, false},
                                           {"endof", do_endof, 1, 1, false},
                                           {NULL}};
