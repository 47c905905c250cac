/*
 * support.c - cells made and read, arrays made alike, as support.h says. No operation of the language lives here.
 */
#include "expr/support.h"

#include <math.h>

/* --- making cells --- */

furrow_err fx_flat(furrow_type type, const void *at, fv_cell *out)
{
    fv_cell cell;
    fv_flat_load(type, at, &cell);
    if (cell.tag == FURROW_NOTHING) return fb_fail(FURROW_ERR_NOMEM, NULL);
    *out = cell;
    return FURROW_OK;
}

furrow_err fx_complex(double re, double im, fv_cell *out)
{
    const double parts[2] = {re, im};
    return fx_flat(FURROW_COMPLEX128, parts, out);
}

furrow_err fx_complex_int(int64_t re, int64_t im, fv_cell *out)
{
    const int64_t parts[2] = {re, im};
    return fx_flat(FURROW_COMPLEX_INT64, parts, out);
}

furrow_err fx_string(const char *bytes, size_t nbytes, fv_cell *out)
{
    furrow_value *value;
    FX_TRY(fv_text_new(FURROW_STRING, bytes, nbytes, &value));
    *out = fx_box(value);
    return FURROW_OK;
}

/* --- reading cells --- */

double fx_real(const fv_cell *c)
{
    if (c->tag == FURROW_FLOAT64) return c->d;
    if (c->tag == FURROW_FLOAT32) return (double)c->f;
    return fx_type_unsigned(c->tag) ? (double)c->u : (double)c->i;
}

void fx_complex_parts(const fv_cell *c, double z[2])
{
    if (c->tag == FURROW_COMPLEX128) {
        memcpy(z, ((const fv_scalar *)c->p)->bytes, 2 * sizeof *z);
    } else if (c->tag == FURROW_COMPLEX64) {
        z[0] = (double)c->c[0];
        z[1] = (double)c->c[1];
    } else if (c->tag == FURROW_COMPLEX_INT64) {
        int64_t whole[2];
        memcpy(whole, ((const fv_scalar *)c->p)->bytes, sizeof whole);
        z[0] = (double)whole[0];
        z[1] = (double)whole[1];
    } else {
        z[0] = fx_real(c);
        z[1] = 0;
    }
}

furrow_err fx_arg_int(const char *function, const fv_cell *c, int64_t *out)
{
    fv_cell converted;
    if (!fx_is_real(c)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_TYPE, "%s wants an integer here, not a %s", function, fx_type_text(c, text));
    }
    FX_TRY(fv_convert(c, FURROW_INT64, &converted));
    *out = converted.i;
    return FURROW_OK;
}

furrow_err fx_arg_count(const char *function, const fv_cell *c, size_t *out)
{
    int64_t i = 0;
    FX_TRY(fx_arg_int(function, c, &i));
    if (i < 0) return fb_fail(FURROW_ERR_ARG, "%s wants a size of at least 0, not %lld", function, (long long)i);
    *out = (size_t)i;
    return FURROW_OK;
}

bool fx_item_count(const fv_cell *c, size_t *count)
{
    switch (c->tag) {
    case FURROW_ARRAY:
        *count = fx_array(c)->count;
        return true;
    case FURROW_RANGE:
        *count = fx_range(c)->count;
        return true;
    case FURROW_TUPLE:
        *count = fx_tuple(c)->count;
        return true;
    case FURROW_DICT:
        *count = fv_dict_count(fv_dict_of_value(c->p));
        return true;
    case FURROW_STRING:
        *count = fx_utf8_count(fx_text(c)->bytes, fx_text(c)->nbytes);
        return true;
    default:
        *count = 1;
        return fx_is_number(c) || c->tag == FURROW_CHAR;
    }
}

static furrow_err range_to_array(fx_vm *vm, const fv_range *r, fv_array **out)
{
    fv_array *made;
    FX_TRY(fx_spend(vm, r->count));
    FX_TRY(fx_vector_new((furrow_type)r->head.eltype, r->count, &made));
    fv_cell item;
    fv_pieces p = {.count = r->count};
    FV_EACH (i, &p) {
        fv_range_at(r, i, &item);
        ((int64_t *)made->data)[i] = item.i; /* a double's bits as well */
    }
    FX_TRY_KEEP(p.err, made);
    *out = made;
    return FURROW_OK;
}

furrow_err fx_to_array(fx_vm *vm, const fv_cell *c, fv_array **out)
{
    if (c->tag == FURROW_ARRAY) {
        fv_hold(c->p);
        *out = fx_array(c);
        return FURROW_OK;
    }
    if (c->tag == FURROW_RANGE) return range_to_array(vm, fx_range(c), out);
    fx_gather gather;
    size_t count;
    if (!fx_item_count(c, &count)) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_TYPE, "a %s cannot be iterated over", fx_type_text(c, text));
    }
    FX_TRY(fx_spend(vm, count));
    fx_gather_open(&gather, count);
    uint64_t state = 0;
    for (;;) {
        fv_cell item;
        bool done;
        furrow_err err = fx_iterate(c, &state, &item, &done);
        if (!err && !done) {
            err = fx_gather_add(&gather, &item);
            fv_cell_drop(&item);
        }
        if (err) {
            fx_gather_drop(&gather);
            return err;
        }
        if (done) break;
    }
    fv_cell made;
    FX_TRY(fx_gather_close(&gather, 0, NULL, &made));
    *out = fx_array(&made);
    return FURROW_OK;
}

/* --- arrays --- */

furrow_err fx_array_like(const fv_array *a, furrow_type eltype, fv_array **out)
{
    return fv_array_new(eltype, a->head.ndims, a->dims, out);
}

furrow_err fx_vector_new(furrow_type eltype, size_t n, fv_array **out)
{
    return fv_array_new(eltype, 1, &n, out);
}

size_t fx_element_nbytes(const fv_array *a)
{
    return fv_tag_flat(a->head.eltype) ? furrow_type_nbytes((furrow_type)a->head.eltype) : sizeof(fv_cell);
}

void fx_element_copy(fv_array *to, size_t i, const fv_array *from, size_t k)
{
    if (fv_tag_flat(to->head.eltype)) {
        size_t width = furrow_type_nbytes((furrow_type)to->head.eltype);
        memcpy((char *)to->data + i * width, (const char *)from->data + k * width, width);
        return;
    }
    fv_cell *slot = (fv_cell *)to->data + i, old = *slot;
    *slot = ((const fv_cell *)from->data)[k];
    fv_cell_hold(slot);
    fv_cell_drop(&old);
}

/* --- calling --- */

const fx_builtin *fx_builtin_of(const fv_cell *f)
{
    if (f->tag == FURROW_SYMBOL) return fx_builtin_find(fx_text(f)->bytes, fx_text(f)->nbytes);
    if (f->tag != FURROW_FUNCTION) return NULL;
    const fv_text *text = (const fv_text *)((const fv_code *)f->p)->text;
    return text ? fx_builtin_find(text->bytes, text->nbytes) : NULL;
}

bool fx_is_callable(const fv_cell *c)
{
    return c->tag == FURROW_FUNCTION || c->tag == FURROW_DATATYPE ||
           (c->tag == FURROW_SYMBOL && fx_builtin_of(c) != NULL);
}

furrow_err fx_invoke(fx_vm *vm, const fv_cell *f, const fv_cell *args, size_t n, fv_cell *out)
{
    if (f->tag == FURROW_DATATYPE && n == 1 && fx_is_number(args)) return fx_convert_to(vm, (fv_type)f->i, args, out);
    return fx_apply(vm, f, args, n, out);
}

furrow_err fx_test(fx_vm *vm, const fv_cell *f, const fv_cell *x, bool *truth)
{
    fv_cell result;
    FX_TRY(fx_invoke(vm, f, x, 1, &result));
    furrow_err err = fx_truth(&result, truth);
    fv_cell_drop(&result);
    return err;
}

furrow_err fx_truth(const fv_cell *cell, bool *truth)
{
    if (cell->tag != FURROW_BOOL) {
        char text[FX_TYPE_TEXT];
        return fb_fail(FURROW_ERR_TYPE, "a Bool is wanted as a condition, not a %s", fx_type_text(cell, text));
    }
    *truth = cell->i != 0;
    return FURROW_OK;
}

const fv_cell *fx_keyword(const fx_call *call, const char *name)
{
    for (size_t i = 0; i < call->nkw; i++) {
        if (strcmp(fx_text(&call->kwargs[2 * i])->bytes, name) == 0) return &call->kwargs[2 * i + 1];
    }
    return NULL;
}

/* --- UTF-8 --- */

/* The bytes that begin a character: all but 10xxxxxx, eight at a time. */
static size_t count_starts(const char *s, size_t nbytes)
{
    size_t count = 0, i = 0;
    for (uint64_t eight; i + 8 <= nbytes; i += 8) {
        memcpy(&eight, s + i, 8);
        count += 8 - (size_t)__builtin_popcountll(eight >> 7 & ~eight >> 6 & 0x0101010101010101u);
    }
    for (; i < nbytes; i++) count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

size_t fx_utf8_count(const char *s, size_t nbytes)
{
    size_t count = 0;
    for (size_t at = 0, n; at < nbytes && !fv_worked(FV_PIECE); at += n) {
        n = nbytes - at < 16 * FV_PIECE ? nbytes - at : 16 * FV_PIECE;
        count += count_starts(s + at, n);
    }
    return count;
}

furrow_err fx_writable(const fv_cell *container)
{
    bool read_only = container->tag == FURROW_ARRAY && container->p->flags & FV_FLAG_READ_ONLY;
    return read_only
               ? fb_fail(FURROW_ERR_READONLY, "this array is a symbol that is read-only: only C code of its owner "
                                              "changes it")
               : FURROW_OK;
}
