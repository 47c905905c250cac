/*
 * interp.c - the machine loop: executes verified instructions on registers, one computed jump each. Int64 and Float64
 * are done in place; everything else goes to operate.c and the builtins. Checks no operand: the verifier has.
 */
#include "expr/operate.h"
#include "base/clock.h"

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The place of the instruction goes into the error, unless something further in has left its own. */
__attribute__((cold)) static void add_place(const fx_frame *f)
{
    furrow_error_info info;
    int line, column;
    furrow_last_error(&info);
    if (info.line) return;
    const fx_image *im = &f->bound->program->image;
    fx_code_place(f->fn, (uint32_t)(f->pc - f->fn->code), &line, &column);
    if (line) fb_fail_place(line, column, im->ntext ? im->text : NULL, im->ntext);
}

__attribute__((cold)) static void unwind(fx_vm *vm, fx_frame *entry)
{
    while (vm->top != entry) fx_frame_pop(vm, vm->top);
    fx_frame_pop(vm, entry);
}

/* --- try --- */

/* What a program may go on after: not its limits, nor what ends it from outside. */
static bool may_catch(furrow_err err)
{
    return err != FURROW_ERR_LIMIT && err != FURROW_ERR_NOMEM && err != FURROW_ERR_INTERRUPTED &&
           err != FURROW_ERR_CLOSED && err != FURROW_ERR_BYTECODE && err != FURROW_ERR_INTERNAL;
}

/* The innermost frame, from the top to entry, that stands between a TRY and where that goes on, and this TRY. Regions
 * nest, so that the nearest TRY before the place whose end lies behind it is the innermost. */
__attribute__((cold)) static fx_frame *catcher(fx_vm *vm, const fx_frame *entry, furrow_err err, const fx_ins **at)
{
    for (fx_frame *f = vm->top; may_catch(err); f = f->prev) {
        for (const fx_ins *i = f->pc; i-- > f->fn->code;)
            if (i->op == FX_DO_TRY && f->fn->code + i->j > f->pc) {
                *at = i;
                return f;
            }
        if (f == entry) break;
    }
    return NULL;
}

/* Frames above go; the error becomes a value. */
__attribute__((cold)) static furrow_err caught(fx_vm *vm, fx_frame *f, const fx_ins *try, furrow_err code)
{
    fv_cell exception;
    while (vm->top != f) fx_frame_pop(vm, vm->top);
    furrow_err err = fx_vm_steps(vm, f->fn->ncode);
    if (!err) err = fx_exception_catch(vm, code, &exception);
    if (!err) fx_put(&f->regs[try->a], exception);
    return err;
}

/* The closure behind a function value, which is of a program when it is bound. *closure NULL: an error. */
static inline furrow_err closure_of(fx_vm *vm, furrow_value *function, fx_closure **closure)
{
    const fv_code *code = (const fv_code *)function;
    *closure = atomic_load_explicit(&code->code, memory_order_acquire);
    if (LIKELY(*closure && __atomic_load_n(&code->drop_code, __ATOMIC_RELAXED) == fx_closure_drop &&
               (*closure)->host == vm->host))
        return FURROW_OK;
    return fx_closure_of(vm, function, closure);
}

/* A call that is not plain: the frame is the top one then. */
__attribute__((noinline)) static furrow_err push_other(fx_vm *vm, fx_closure *c, furrow_value *function,
                                                       const fx_ins *in, fv_cell *base)
{
    const fx_entry e = {c->bound, c->fn, c, function};
    fx_call call = {vm, NULL, base, in->c, base + in->c, in->n};
    fx_frame *callee;
    return fx_frame_push(vm, &e, &call, true, &callee);
}

static furrow_err call_other(fx_vm *vm, const fx_frame *f, const fx_ins *in, fv_cell *out)
{
    fv_cell *base = f->regs + in->a;
    fx_call call = {vm, NULL, base, in->c, base + in->c, in->n};
    furrow_err err = fx_vm_steps(vm, 1);
    if (err) return err;
    if (in->op == FX_DO_CALLR) return fx_call_value(&f->regs[in->b], &call, out);
    return fx_call_named(&f->bound->names[in->b], f->bound->program->image.names[in->b].name, &call, out);
}

static inline fv_cell cell_int(int64_t i)
{
    return (fv_cell){.tag = FURROW_INT64, .i = i};
}
static inline fv_cell cell_float(double d)
{
    return (fv_cell){.tag = FURROW_FLOAT64, .d = d};
}
static inline fv_cell cell_bool(bool b)
{
    return (fv_cell){.tag = FURROW_BOOL, .i = b};
}

/* Both operands' tags as one number. */
#define TAGS(x, y)  ((x)->tag << 8 | (y)->tag)
#define BOTH(a, b)  ((uint32_t)(a) << 8 | (uint32_t)(b))
#define INT_INT     BOTH(FURROW_INT64, FURROW_INT64)
#define FLOAT_FLOAT BOTH(FURROW_FLOAT64, FURROW_FLOAT64)
#define INT_FLOAT   BOTH(FURROW_INT64, FURROW_FLOAT64)
#define FLOAT_INT   BOTH(FURROW_FLOAT64, FURROW_INT64)

/* Integer operators that cannot fail; false: leave it to fx_binary. */
static inline bool int_binary(fx_op op, int64_t x, int64_t y, int64_t *out)
{
    switch (op) {
    case FX_OP_AND:
        *out = x & y;
        return true;
    case FX_OP_OR:
        *out = x | y;
        return true;
    case FX_OP_XOR:
        *out = x ^ y;
        return true;
    case FX_OP_REM:
        if (y <= 0) return false;
        *out = x % y;
        return true;
    case FX_OP_IDIV:
        if (y <= 0) return false;
        *out = x / y;
        return true;
    default:
        return false;
    }
}

/* Also: the name still means the builtin. */
static inline bool in_domain(const fx_bound_name *name, double x)
{
    if ((name->slot && name->slot->tag != FX_UNBOUND) || name->function) return false;
    if (name->domain == FX_DOMAIN_POSITIVE) return x >= 0;
    return name->domain == FX_DOMAIN_ALL || x - x == 0;
}

#if defined(__clang__)
#pragma clang diagnostic ignored "-Wgnu-label-as-value"
#endif

furrow_err fx_interpret(fx_vm *vm, fx_frame *entry, fv_cell *out)
{
    static const void *const labels[FX_NOPCODES] = {
#define X(name, shape, text) &&do_##name,
        FX_OPCODES(X)
#undef X
    };
    fx_frame *f = entry;
    const fx_ins *pc = f->pc;
    fv_cell *R = f->regs;
    const fv_cell *K = f->fn->constants;
    const fx_ins *code = f->fn->code;
    fv_cell result;
    furrow_value *called;
    furrow_err err;

#define NEXT_INSTRUCTION() goto *labels[pc->op]
#define NEXT()              \
    do {                    \
        pc++;               \
        NEXT_INSTRUCTION(); \
    } while (0)
#define CASE(name) do_##name:
/* A call out of line that gives a cell for R[a]. */
#define RESULT(expression)              \
    do {                                \
        err = (expression);             \
        if (UNLIKELY(err)) goto failed; \
        fx_put(&R[pc->a], result);      \
        NEXT();                         \
    } while (0)
#define EFFECT(expression)              \
    do {                                \
        err = (expression);             \
        if (UNLIKELY(err)) goto failed; \
        NEXT();                         \
    } while (0)
#define SET(cell)                  \
    do {                           \
        fx_put(&R[pc->a], (cell)); \
        NEXT();                    \
    } while (0)

#define ARITHMETIC(name, X_, Y_, op, symbol, builtin)                       \
    CASE(name)                                                              \
    {                                                                       \
        const fv_cell *x = (X_), *y = (Y_);                                 \
        uint32_t tags = TAGS(x, y);                                         \
        if (LIKELY(tags == FLOAT_FLOAT)) SET(cell_float(x->d symbol y->d)); \
        if (LIKELY(tags == INT_INT)) {                                      \
            int64_t i;                                                      \
            (void)builtin(x->i, y->i, &i);                                  \
            SET(cell_int(i));                                               \
        }                                                                   \
        if (tags == INT_FLOAT) SET(cell_float((double)x->i symbol y->d));   \
        if (tags == FLOAT_INT) SET(cell_float(x->d symbol(double) y->i));   \
        RESULT(fx_do_binary(vm, op, false, x, y, &result));                 \
    }
#define DIVISION(name, X_, Y_)                                             \
    CASE(name)                                                             \
    {                                                                      \
        const fv_cell *x = (X_), *y = (Y_);                                \
        uint32_t tags = TAGS(x, y);                                        \
        if (LIKELY(tags == FLOAT_FLOAT)) SET(cell_float(x->d / y->d));     \
        if (tags == INT_INT) SET(cell_float((double)x->i / (double)y->i)); \
        if (tags == INT_FLOAT) SET(cell_float((double)x->i / y->d));       \
        if (tags == FLOAT_INT) SET(cell_float(x->d / (double)y->i));       \
        RESULT(fx_do_binary(vm, FX_OP_DIV, false, x, y, &result));         \
    }
#define POWER(name, X_, Y_)                                                                        \
    CASE(name)                                                                                     \
    {                                                                                              \
        const fv_cell *x = (X_), *y = (Y_);                                                        \
        if (LIKELY(y->tag == FURROW_INT64 && y->i == 2)) {                                         \
            if (x->tag == FURROW_FLOAT64) SET(cell_float(x->d * x->d));                            \
            if (x->tag == FURROW_INT64) SET(cell_int((int64_t)((uint64_t)x->i * (uint64_t)x->i))); \
        }                                                                                          \
        RESULT(fx_do_binary(vm, FX_OP_POW, false, x, y, &result));                                 \
    }
/* Mostly a jump on the answer follows: it is taken at once. */
#define SET_TRUTH(truth)                                                                         \
    do {                                                                                         \
        bool truth_ = (truth);                                                                   \
        const fx_ins *jump = pc + 1;                                                             \
        fx_put(&R[pc->a], cell_bool(truth_));                                                    \
        if (jump->a != pc->a || (jump->op != FX_DO_JUMPIF && jump->op != FX_DO_JUMPNOT)) NEXT(); \
        pc = truth_ == (jump->op == FX_DO_JUMPIF) ? code + jump->j : jump + 1;                   \
        NEXT_INSTRUCTION();                                                                      \
    } while (0)
#define COMPARISON(name, X_, Y_, op, symbol)                          \
    CASE(name)                                                        \
    {                                                                 \
        const fv_cell *x = (X_), *y = (Y_);                           \
        uint32_t tags = TAGS(x, y);                                   \
        if (LIKELY(tags == INT_INT)) SET_TRUTH(x->i symbol y->i);     \
        if (LIKELY(tags == FLOAT_FLOAT)) SET_TRUTH(x->d symbol y->d); \
        RESULT(fx_do_binary(vm, op, false, x, y, &result));           \
    }
#define B_REG   (&R[pc->b])
#define C_REG   (&R[pc->c])
#define B_CONST (&K[pc->b])
#define C_CONST (&K[pc->c])

    NEXT_INSTRUCTION();

    CASE(NOP) NEXT();
    CASE(MOVE)
    {
        fv_cell c;
        fx_move(&c, &R[pc->b]);
        fx_hold(&c);
        SET(c);
    }
    CASE(LOADK)
    {
        const fv_cell *k = &K[pc->b];
        if (LIKELY(!fx_boxed(k))) SET(*k);
        RESULT(fx_do_constant(k, &result));
    }
    CASE(LOADI) SET(cell_int((int32_t)pc->j));
    CASE(NOTHING) SET((fv_cell){0});
    CASE(GETG)
    {
        const fx_slot *s = f->bound->names[pc->b].slot;
        if (LIKELY(s && s->mem)) {
            if (s->tag == FURROW_FLOAT64 || s->tag == FURROW_INT64)
                SET(((fv_cell){.tag = s->tag, .u = __atomic_load_n((const uint64_t *)s->mem, __ATOMIC_RELAXED)}));
        }
        RESULT(fx_do_getg(vm, f, pc->b, &result));
    }
    CASE(SETG)
    {
        fx_slot *s = f->bound->names[pc->b].slot;
        const fv_cell *c = &R[pc->a];
        if (LIKELY(s->mem && s->tag == c->tag && !s->flags && (c->tag == FURROW_FLOAT64 || c->tag == FURROW_INT64))) {
            __atomic_store_n((uint64_t *)s->mem, c->u, __ATOMIC_RELAXED);
            NEXT();
        }
        EFFECT(fx_slot_store(vm->host, s, c));
    }
    CASE(SOFT)
    {
        const fx_slot *s = f->bound->names[pc->b].slot;
        bool bound = s && s->tag != FX_UNBOUND;
        SET(((fv_cell){.tag = FURROW_NOTHING, .unused = bound ? FX_MARK_GLOBAL : FX_MARK_UNSET}));
    }
    CASE(GETSOFT)
    {
        if (fx_is_mark(&R[pc->b], FX_MARK_GLOBAL)) RESULT(fx_do_getg(vm, f, pc->c, &result));
        fv_cell c = R[pc->b];
        fx_hold(&c);
        SET(c);
    }
    CASE(SETSOFT)
    {
        if (fx_is_mark(&R[pc->a], FX_MARK_GLOBAL))
            EFFECT(fx_slot_store(vm->host, f->bound->names[pc->b].slot, &R[pc->c]));
        fv_cell c = R[pc->c];
        fx_hold(&c);
        SET(c);
    }
    CASE(UNSET) SET(((fv_cell){.tag = FURROW_NOTHING, .unused = FX_MARK_UNSET}));
    CASE(CHECK)
    {
        if (LIKELY(!fx_is_mark(&R[pc->a], FX_MARK_UNSET))) NEXT();
        err = fx_do_unset(&K[pc->b]);
        goto failed;
    }
    CASE(JUMPSET)
    {
        if (fx_is_mark(&R[pc->a], FX_MARK_UNSET)) NEXT();
        pc = code + pc->j;
        NEXT_INSTRUCTION();
    }
    CASE(BOX)
    {
        err = fx_box_new(&R[pc->a], &result);
        if (UNLIKELY(err)) goto failed;
        R[pc->a] = result; /* what was there is in the box now */
        NEXT();
    }
    CASE(GETBOX)
    {
        fv_cell *inside;
        err = fx_box_cell(&R[pc->b], &inside);
        if (UNLIKELY(err)) goto failed;
        fx_hold(inside);
        SET(*inside);
    }
    CASE(SETBOX)
    {
        fv_cell *inside;
        err = fx_box_cell(&R[pc->a], &inside);
        if (UNLIKELY(err)) goto failed;
        fx_hold(&R[pc->b]);
        fx_put(inside, R[pc->b]);
        NEXT();
    }
    CASE(GETUP)
    {
        fv_cell c = f->closure->up[pc->b];
        fx_hold(&c);
        SET(c);
    }
    CASE(SELF)
    {
        fv_hold(f->function);
        SET(((fv_cell){.tag = FURROW_FUNCTION, .p = f->function}));
    }

    ARITHMETIC(ADD, B_REG, C_REG, FX_OP_ADD, +, __builtin_add_overflow)
    ARITHMETIC(SUB, B_REG, C_REG, FX_OP_SUB, -, __builtin_sub_overflow)
    ARITHMETIC(MUL, B_REG, C_REG, FX_OP_MUL, *, __builtin_mul_overflow)
    ARITHMETIC(ADDRK, B_REG, C_CONST, FX_OP_ADD, +, __builtin_add_overflow)
    ARITHMETIC(SUBRK, B_REG, C_CONST, FX_OP_SUB, -, __builtin_sub_overflow)
    ARITHMETIC(MULRK, B_REG, C_CONST, FX_OP_MUL, *, __builtin_mul_overflow)
    ARITHMETIC(ADDKR, B_CONST, C_REG, FX_OP_ADD, +, __builtin_add_overflow)
    ARITHMETIC(SUBKR, B_CONST, C_REG, FX_OP_SUB, -, __builtin_sub_overflow)
    ARITHMETIC(MULKR, B_CONST, C_REG, FX_OP_MUL, *, __builtin_mul_overflow)
    DIVISION(DIV, B_REG, C_REG)
    DIVISION(DIVRK, B_REG, C_CONST)
    DIVISION(DIVKR, B_CONST, C_REG)
    POWER(POW, B_REG, C_REG)
    POWER(POWRK, B_REG, C_CONST)
    COMPARISON(EQ, B_REG, C_REG, FX_OP_EQ, ==)
    COMPARISON(NE, B_REG, C_REG, FX_OP_NE, !=)
    COMPARISON(LT, B_REG, C_REG, FX_OP_LT, <)
    COMPARISON(LE, B_REG, C_REG, FX_OP_LE, <=)
    COMPARISON(GT, B_REG, C_REG, FX_OP_GT, >)
    COMPARISON(GE, B_REG, C_REG, FX_OP_GE, >=)
    COMPARISON(EQRK, B_REG, C_CONST, FX_OP_EQ, ==)
    COMPARISON(NERK, B_REG, C_CONST, FX_OP_NE, !=)
    COMPARISON(LTRK, B_REG, C_CONST, FX_OP_LT, <)
    COMPARISON(LERK, B_REG, C_CONST, FX_OP_LE, <=)
    COMPARISON(GTRK, B_REG, C_CONST, FX_OP_GT, >)
    COMPARISON(GERK, B_REG, C_CONST, FX_OP_GE, >=)

    CASE(BINARY)
    {
        int64_t i;
        if (TAGS(B_REG, C_REG) == INT_INT && int_binary(pc->n, B_REG->i, C_REG->i, &i)) SET(cell_int(i));
        RESULT(fx_do_binary(vm, pc->n, false, B_REG, C_REG, &result));
    }
    CASE(DOTBINARY) RESULT(fx_do_binary(vm, pc->n, true, B_REG, C_REG, &result));
    CASE(NEG)
    {
        const fv_cell *x = B_REG;
        if (x->tag == FURROW_FLOAT64) SET(cell_float(-x->d));
        if (x->tag == FURROW_INT64) SET(cell_int((int64_t)(0 - x->u)));
        RESULT(fx_unary(vm, FX_UN_NEG, false, x, &result));
    }
    CASE(NOT)
    {
        if (LIKELY(B_REG->tag == FURROW_BOOL)) SET(cell_bool(!B_REG->i));
        RESULT(fx_unary(vm, FX_UN_NOT, false, B_REG, &result));
    }
    CASE(UNARY) RESULT(fx_unary(vm, pc->n, pc->c, B_REG, &result));

    CASE(JUMP)
    {
        pc = code + pc->j;
        NEXT_INSTRUCTION();
    }
    CASE(JUMPIF)
    CASE(JUMPNOT)
    {
        bool truth = R[pc->a].i;
        if (UNLIKELY(R[pc->a].tag != FURROW_BOOL)) {
            err = fx_truth(&R[pc->a], &truth);
            if (UNLIKELY(err)) goto failed;
        }
        if (truth != (pc->op == FX_DO_JUMPIF)) NEXT();
        pc = code + pc->j;
        NEXT_INSTRUCTION();
    }
    CASE(LOOP)
    {
        const fx_ins *to = code + pc->j;
        err = fx_vm_steps(vm, pc - to + 1);
        if (UNLIKELY(err)) goto failed;
        pc = to;
        NEXT_INSTRUCTION();
    }

    CASE(CALL)
    {
        const fx_bound_name *name = &f->bound->names[pc->b];
        const fx_slot *s = name->slot;
        fv_cell *arg = &R[pc->a];
        if (s && s->tag == FURROW_FUNCTION) {
            called = s->value;
            goto call_function;
        }
        if (name->scalar && arg->tag == FURROW_FLOAT64 && pc->c == 1 && pc->n == 0 && in_domain(name, arg->d)) {
            arg->d = name->scalar(arg->d);
            NEXT();
        }
        goto call_other;
    }
    CASE(CALLR)
    {
        if (UNLIKELY(B_REG->tag != FURROW_FUNCTION)) goto call_other;
        called = B_REG->p;
    }
call_function : {
    fx_closure *closure;
    err = closure_of(vm, called, &closure);
    if (UNLIKELY(err)) goto failed;
    if (UNLIKELY(!closure->bound)) goto call_other;
    const fx_code *fn = closure->fn;
    err = fx_vm_steps(vm, fn->ncode);
    if (UNLIKELY(err)) goto failed;
    uint32_t to = pc->a;
    fv_cell *base = R + to;
    f->pc = pc;
    const fx_entry e = {closure->bound, fn, closure, called};
    f = pc->n ? NULL : fx_frame_plain(vm, e, base, pc->c);
    if (UNLIKELY(!f)) {
        f = vm->top;
        err = push_other(vm, closure, called, pc, base);
        if (UNLIKELY(err)) goto failed;
        f = vm->top;
    }
    f->result = to;
    pc = code = fn->code;
    R = f->regs;
    K = fn->constants;
    NEXT_INSTRUCTION();
}
call_other : {
    err = call_other(vm, f, pc, &result);
    if (UNLIKELY(err)) goto failed;
    fv_cell *base = R + pc->a;
    for (uint32_t i = 0, n = pc->c + 2u * pc->n; i < n; i++) {
        fx_drop(&base[i]);
        base[i] = (fv_cell){0};
    }
    fx_put(base, result);
    NEXT();
}
    CASE(SPREAD)
    CASE(SPREADR)
    {
        fx_call call = {.vm = vm};
        err = fx_vm_steps(vm, 1);
        if (UNLIKELY(err)) goto failed;
        RESULT(fx_do_spread(f, pc, &call, &result));
    }
    CASE(DOTCALL) RESULT(fx_broadcast(vm, B_REG, &R[pc->a], pc->c, &result));
    CASE(JOIN) RESULT(fx_do_join(B_REG, C_REG, &result));
    CASE(CLOSURE) RESULT(fx_closure_make(vm, f, pc->b, C_REG, &result));
    CASE(TUPLE)
    {
        furrow_value *value;
        err = fv_tuple_new(pc->c, B_REG, &value);
        if (UNLIKELY(err)) goto failed;
        SET(((fv_cell){.tag = FURROW_TUPLE, .p = value}));
    }
    CASE(VECTOR) RESULT(fx_make_vector(vm, B_REG, pc->c, &result));
    CASE(TYPED) RESULT(fx_do_typed(pc->n, B_REG, pc->c, &result));
    CASE(MATRIX) RESULT(fx_do_matrix(vm, B_REG, pc->c, &result));
    CASE(RANGE)
    RESULT(fx_make_range(vm, B_REG, pc->n == 3 ? B_REG + 1 : NULL, B_REG + pc->n - 1, &result));
    CASE(INDEX) RESULT(fx_do_index(vm, B_REG, C_REG, pc->n, &result));
    CASE(SETINDEX) EFFECT(fx_do_set_index(vm, &R[pc->a], B_REG, pc->n, C_REG));
    CASE(ENDOF)
    {
        int64_t end;
        err = fx_index_end(B_REG, pc->n, pc->c, &end);
        if (UNLIKELY(err)) goto failed;
        SET(cell_int(end));
    }
    CASE(QUOTE) RESULT(fx_do_quote(&K[pc->b], C_REG, pc->n, &result));
    CASE(ITER)
    {
        fv_cell c = R[pc->b];
        fx_hold(&c);
        fx_put(&R[pc->a], c);
        fx_put(&R[pc->a + 1], cell_int(0));
        NEXT();
    }
    CASE(NEXT)
    {
        fv_cell *it = &R[pc->a];
        if (UNLIKELY(it[1].tag != FURROW_INT64)) {
            err = fb_fail(FURROW_ERR_BYTECODE, "an iteration lost its state");
            goto failed;
        }
        if (it->tag == FURROW_RANGE && it->p->eltype == FURROW_INT64) {
            const fv_range *r = (const fv_range *)it->p;
            if (it[1].u >= r->count) goto exhausted;
            int64_t i = (int64_t)((uint64_t)r->first.i + it[1].u * (uint64_t)r->step.i);
            it[1].u++;
            fx_put(&it[2], cell_int(i));
            NEXT();
        }
        bool done;
        err = fx_iterate(it, &it[1].u, &result, &done);
        if (UNLIKELY(err)) goto failed;
        if (done) goto exhausted;
        fx_put(&it[2], result);
        NEXT();
    exhausted:
        pc = code + pc->j;
        NEXT_INSTRUCTION();
    }
    CASE(UNPACK) EFFECT(fx_do_unpack(B_REG, &R[pc->a], pc->c));
    CASE(GATHER) RESULT(fx_do_gather(pc->b, &result));
    CASE(PUT) EFFECT(fx_do_put(&R[pc->a], B_REG));
    CASE(GATHERED) RESULT(fx_do_gathered(&R[pc->a], B_REG, pc->n, &result));
    CASE(NOW) SET(cell_float((double)fb_now_ns() * 1e-9));
    CASE(FUSE)
    {
        bool done;
        const fx_block *block = &f->bound->program->image.blocks[pc->b];
        if (!fx_block_has_array(block, R)) NEXT();
        err = fx_block_run(vm, f->bound, block, R, &result, &done);
        if (UNLIKELY(err)) goto failed;
        if (!done) NEXT();
        fx_put(&R[pc->a], result);
        pc += pc->c;
        NEXT();
    }

    CASE(TRY) NEXT(); /* only failures look for it */

    CASE(RETURN)
    {
        /* Word by word: a cell whose halves were stored apart is slow to load whole. */
        fv_cell *from = &R[pc->a];
        uint64_t head = from->tag, body = from->u;
        fx_frame *caller = f->prev;
        uint32_t to = f->result;
        bool last = f == entry;
        fx_clear(from);
        if (UNLIKELY(!fx_frame_pop_plain(vm, f))) fx_frame_pop(vm, f);
        fv_cell returned = {.tag = (uint32_t)head, .u = body};
        if (last) {
            *out = returned;
            return FURROW_OK;
        }
        f = caller;
        pc = f->pc;
        R = f->regs;
        K = f->fn->constants;
        code = f->fn->code;
        fx_put(&R[to], returned);
        /* keyword arguments stay in the caller's registers until they are written again */
        NEXT();
    }

failed:
    f->pc = pc;
    add_place(f);
    f = catcher(vm, entry, err, &pc);
    if (f && !(err = caught(vm, f, pc, err))) {
        code = f->fn->code;
        pc = code + pc->j;
        R = f->regs;
        K = f->fn->constants;
        NEXT_INSTRUCTION();
    }
    unwind(vm, entry);
    return err;
}
