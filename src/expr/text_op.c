/*
 * text_op.c - operators on strings and characters: * joins, ^ repeats, characters move along the code points.
 */
#include "expr/op.h"

#include <stdlib.h>

#define PIECE ((size_t)1 << 20)

static size_t text_bytes(const fv_cell *c, char room[4], const char **bytes)
{
    if (c->tag == FURROW_CHAR) {
        *bytes = room;
        return fb_utf8_encode((uint32_t)c->i, room);
    }
    *bytes = fx_text(c)->bytes;
    return fx_text(c)->nbytes;
}

static bool textual(const fv_cell *c)
{
    return c->tag == FURROW_STRING || c->tag == FURROW_CHAR;
}

static furrow_err no_operator(fx_op op, const fv_cell *a, const fv_cell *b)
{
    const fv_cell both[2] = {*a, *b};
    furrow_err err = fx_no_method(fx_op_name(op), both, 2);
    if (op == FX_OP_ADD && textual(a) && textual(b)) fb_fail_advice("Strings are joined with *.");
    return err;
}

/* unit repeated count times; unit is cut from head and tail when they are joined. */
static furrow_err filled(const char *head, size_t nhead, const char *tail, size_t ntail, size_t count, fv_cell *out)
{
    size_t unit = nhead + ntail, nbytes;
    if (__builtin_mul_overflow(unit, count, &nbytes) || nbytes > PTRDIFF_MAX) {
        return fb_fail(FURROW_ERR_LIMIT, "a string of %zu times %zu bytes is too large", count, unit);
    }
    FX_TRY(fv_meter_charge(nbytes));
    char *bytes = malloc(nbytes + 1);
    if (!bytes) {
        fv_meter_refund(nbytes);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for a string of %zu bytes", nbytes);
    }
    furrow_err err = FURROW_OK;
    if (count) err = fv_bytes_copy(bytes, head, nhead);
    if (count && !err) err = fv_bytes_copy(bytes + nhead, tail, ntail);
    for (size_t done = unit, more; done < nbytes && !err; done += more) { /* what is there, again: in larger pieces */
        more = done < nbytes - done ? done : nbytes - done;
        if (more > PIECE && unit < PIECE) more = PIECE / unit * unit;
        err = fv_bytes_copy(bytes + done, bytes, more);
    }
    if (!err) err = fx_string(bytes, nbytes, out);
    free(bytes);
    fv_meter_refund(nbytes);
    return err;
}

static furrow_err repeat(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    char room[4];
    const char *bytes;
    size_t count, nbytes = text_bytes(a, room, &bytes), work;
    FX_TRY(fx_arg_count("repeating a string", b, &count));
    if (nbytes == 0) count = 0;
    if (__builtin_mul_overflow(nbytes, count, &work)) work = SIZE_MAX;
    FX_TRY(fv_meter_charge(work)); /* before time is spent on what will not fit */
    fv_meter_refund(work);
    FX_TRY(fx_spend(vm, work / 8));
    return filled(bytes, nbytes, "", 0, count, out);
}

static furrow_err join(fx_vm *vm, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    char room_a[4], room_b[4];
    const char *bytes_a, *bytes_b;
    size_t na = text_bytes(a, room_a, &bytes_a), nb = text_bytes(b, room_b, &bytes_b);
    FX_TRY(fx_spend(vm, (na + nb) / 8));
    return filled(bytes_a, na, bytes_b, nb, 1, out);
}

static furrow_err char_arithmetic(fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    int64_t sum;
    if (op == FX_OP_SUB && b->tag == FURROW_CHAR) {
        if (a->tag != FURROW_CHAR) return no_operator(op, a, b);
        *out = fx_int(a->i - b->i);
        return FURROW_OK;
    }
    if (op == FX_OP_SUB ? __builtin_sub_overflow(a->i, b->i, &sum) : __builtin_add_overflow(a->i, b->i, &sum)) sum = -1;
    const fv_cell code = fx_int(sum);
    return fv_convert(&code, FURROW_CHAR, out);
}

furrow_err fx_text_binary(fx_vm *vm, fx_op op, const fv_cell *a, const fv_cell *b, fv_cell *out)
{
    if (op == FX_OP_MUL && textual(a) && textual(b)) return join(vm, a, b, out);
    if (op == FX_OP_POW && textual(a) && fx_type_integer(b->tag)) return repeat(vm, a, b, out);
    bool chars =
        (a->tag == FURROW_CHAR || fx_type_integer(a->tag)) && (b->tag == FURROW_CHAR || fx_type_integer(b->tag));
    if (chars && (op == FX_OP_SUB || (op == FX_OP_ADD && a->tag != b->tag))) return char_arithmetic(op, a, b, out);
    return no_operator(op, a, b);
}
