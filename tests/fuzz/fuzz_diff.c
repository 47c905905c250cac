/*
 * fuzz_diff.c - programs made from the input's bytes, run by the machine and by the evaluator that walks the tree: they
 * must agree on the value and its type, or both refuse.
 */
#include "host.h"
#include "walk.h"
#include "base/buffer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

/* --- a program from bytes: each byte is a choice, and when they run out it is the plainest one --- */

typedef struct maker {
    const uint8_t *at;
    const uint8_t *end;
    fb_buffer text;
    int depth;
} maker;

static unsigned choose(maker *m, unsigned n)
{
    return m->at < m->end ? *m->at++ % n : 0;
}

static void put(maker *m, const char *text)
{
    if (fb_buffer_put(&m->text, text, strlen(text))) abort();
}

static void pick(maker *m, const char *const *words, unsigned n)
{
    put(m, words[choose(m, n)]);
}

static void number(maker *m);
static void vector(maker *m);

static bool leaf(maker *m)
{
    return m->depth > 5 || m->text.nbytes > 2000 || m->at >= m->end;
}

static void condition(maker *m)
{
    /* no ==: the last bit of sin and its like is another in blocks than by itself */
    static const char *const comparisons[] = {" < ", " <= ", " > ", " >= "};
    static const char *const logical[] = {" && ", " || "};
    put(m, "(");
    number(m);
    pick(m, comparisons, 4);
    number(m);
    if (choose(m, 4) == 3) {
        pick(m, comparisons, 4);
        number(m);
    }
    put(m, ")");
    if (choose(m, 5) == 4 && !leaf(m)) {
        pick(m, logical, 2);
        condition(m);
    }
}

static void infix(maker *m, void (*left)(maker *), void (*right)(maker *), bool dots)
{
    static const char *const plain[] = {" + ", " - ", " * ", " / ", " % ", " + ", "^", " - ", " * ", " & ", " ÷ "};
    static const char *const dotted[] = {" .+ ", " .- ", " .* ", " ./ ", " + ", " - ",
                                         " .< ", " .% ", " .* ", " .^ ", " .+ "};
    put(m, "(");
    left(m);
    pick(m, dots ? dotted : plain, 11);
    right(m);
    put(m, ")");
}

static void number(maker *m)
{
    static const char *const leaves[] = {"1", "x", "i", "2.5", "0", "-3", "y", "j", "0.1", "7", "1e3", "k"};
    static const char *const functions[] = {"abs", "sqrt", "sin", "floor", "exp", "cos", "-", "ceil"};
    static const char *const indexes[] = {"1", "end", "2", "k - 2"};
    static const char *const reductions[] = {"sum", "maximum", "length", "minimum", "prod"};
    if (leaf(m)) {
        pick(m, leaves, 12);
        return;
    }
    m->depth++;
    switch (choose(m, 8)) {
    case 0:
        pick(m, leaves, 12);
        break;
    case 1:
    case 2:
        infix(m, number, number, false);
        break;
    case 3:
        pick(m, functions, 8);
        put(m, choose(m, 4) ? "(abs(" : "((");
        number(m);
        put(m, "))");
        break;
    case 4:
        pick(m, reductions, 5);
        put(m, "(");
        vector(m);
        put(m, ")");
        break;
    case 5:
        put(m, "(");
        condition(m);
        put(m, " ? ");
        number(m);
        put(m, " : ");
        number(m);
        put(m, ")");
        break;
    case 6:
        put(m, choose(m, 2) ? "v[" : "w[");
        if (choose(m, 3))
            pick(m, indexes, 4);
        else
            number(m);
        put(m, "]");
        break;
    default:
        put(m, "f(");
        number(m);
        put(m, ", ");
        number(m);
        put(m, ")");
    }
    m->depth--;
}

static void vector(maker *m)
{
    static const char *const leaves[] = {"v", "w", "[1.5, i, x]", "[1, 2, 3]", "u"};
    static const char *const functions[] = {"abs", "sin", "cos", "exp", "floor"};
    if (leaf(m)) {
        pick(m, leaves, 5);
        return;
    }
    m->depth++;
    switch (choose(m, 6)) {
    case 0:
        pick(m, leaves, 5);
        break;
    case 1:
        infix(m, vector, vector, true);
        break;
    case 2:
        infix(m, vector, number, true);
        break;
    case 3:
        infix(m, number, vector, true);
        break;
    case 4:
        pick(m, functions, 5);
        put(m, choose(m, 2) ? ".(" : "(");
        vector(m);
        put(m, ")");
        break;
    default:
        put(m, "[");
        number(m);
        put(m, " for k in ");
        put(m, choose(m, 2) ? "1:3" : "v");
        put(m, choose(m, 3) == 2 ? " if k > 1]" : "]");
    }
    m->depth--;
}

static void statements(maker *m, unsigned n);

static void statement(maker *m)
{
    static const char *const targets[] = {"x", "i", "y", "j"};
    static const char *const assigns[] = {" = ", " += ", " -= ", " *= "};
    m->depth++;
    switch (leaf(m) ? 0 : choose(m, 8)) {
    case 0:
    case 1:
        pick(m, targets, 4);
        pick(m, assigns, 4);
        number(m);
        break;
    case 2:
        put(m, choose(m, 2) ? "v = " : "w = ");
        vector(m);
        break;
    case 3:
        put(m, choose(m, 2) ? "v[" : "w[");
        put(m, choose(m, 2) ? "1" : "i");
        put(m, "] = ");
        number(m);
        break;
    case 4:
        put(m, "if ");
        condition(m);
        put(m, "\n");
        statements(m, 2);
        put(m, "else\n");
        statements(m, 1);
        put(m, "end");
        break;
    case 5:
        put(m, "for k = 1:3\n");
        statements(m, 2);
        if (choose(m, 2)) put(m, "k == 2 && break\n");
        put(m, "end");
        break;
    case 6:
        put(m, "n = 0\nwhile n < 3\nn += 1\n");
        if (choose(m, 2)) put(m, "if n == 2 continue end\n");
        statements(m, 1);
        put(m, "end");
        break;
    default:
        number(m);
    }
    m->depth--;
}

static void statements(maker *m, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        statement(m);
        put(m, "\n");
    }
}

/* Half of the programs are the body of a function: locals instead of symbols. */
static void program(maker *m)
{
    bool inside = choose(m, 2);
    put(m, "function f(a, b)\nif a > b return a - b end\na + b\nend\n");
    if (inside) put(m, "function main(x, y)\n");
    put(m, inside ? "" : "x = 1.5; y = -2.0\n");
    put(m, "i = 3; j = -2; k = 5; v = [1.5, -2.0, 0.25]; w = [3, -1, 4]; u = [0.5, 2.0, 1.0, -1.0]\n");
    statements(m, 1 + choose(m, 4));
    if (choose(m, 2))
        number(m);
    else
        vector(m);
    put(m, inside ? "\nend\nmain(1.5, -2.0)" : "");
}

/* --- comparing --- */

static bool near(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    if (isinf(a) || isinf(b)) return a == b;
    return fabs(a - b) <= 1e-7 * fmax(1, fmax(fabs(a), fabs(b)));
}

static bool same_number(const walk_value *want, const fv_cell *is)
{
    switch (want->kind) {
    case WALK_NOTHING:
        return is->tag == FURROW_NOTHING;
    case WALK_BOOL:
        return is->tag == FURROW_BOOL && is->i == want->i;
    case WALK_INT:
        return is->tag == FURROW_INT64 && is->i == want->i;
    case WALK_FLOAT:
        return is->tag == FURROW_FLOAT64 && near(is->d, want->d);
    case WALK_VECTOR:
        return false;
    }
    return false;
}

static bool same(const walk_value *want, const fv_cell *is)
{
    if (want->kind != WALK_VECTOR) return same_number(want, is);
    if (is->tag != FURROW_ARRAY) return false;
    const fv_array *a = (const fv_array *)is->p;
    if (a->head.ndims != 1 || a->count != want->v->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        fv_cell item;
        if (fv_element(a, i, &item)) return false;
        bool ok = same_number(&want->v->items[i], &item);
        fv_cell_drop(&item);
        if (!ok) return false;
    }
    return true;
}

static void print_walked(const walk_value *v)
{
    if (v->kind == WALK_VECTOR)
        for (size_t i = 0; i < v->v->count; i++) print_walked(&v->v->items[i]);
    else if (v->kind == WALK_FLOAT)
        fprintf(stderr, " %.17g", v->d);
    else
        fprintf(stderr, " %s%lld",
                v->kind == WALK_BOOL  ? "Bool "
                : v->kind == WALK_INT ? ""
                                      : "nothing ",
                (long long)v->i);
}

static void complain(const char *text, walk_end end, const walk_value *want, furrow_err err, const fv_cell *is)
{
    furrow_error_info info;
    furrow_value *value;
    char *shown = NULL;
    furrow_last_error(&info);
    fprintf(stderr, "%s\nwalked: %s", text, end == WALK_ERROR ? "an error" : "");
    if (!end) print_walked(want);
    if (!err && !fv_cell_to_value(is, &value) && furrow_value_display(value, 0, 0, &shown)) shown = NULL;
    fprintf(stderr, "\nmachine: %s\n", err ? info.message : shown);
    abort();
}

static void check(const char *text, size_t nbytes)
{
    static const furrow_limits limits = {.steps = 10000000, .nbytes = 64 << 20, .depth = 100, .time_ms = 5000};
    fx_tree *tree;
    walk_value want;
    fv_cell is = {.tag = FURROW_NOTHING};
    if (fx_parse(text, nbytes, &tree))
        complain(text, WALK_OK, &(walk_value){.kind = WALK_NOTHING}, FURROW_ERR_SYNTAX, &is);
    walk *w = walk_open();
    expr_host *h = expr_host_open();
    if (!w || !h) abort();
    walk_end end = walk_run(w, tree, &want);
    if (end != WALK_BEYOND) {
        furrow_err err = expr_host_run(h, tree, &limits, &is);
        bool agree = end == WALK_ERROR ? err != FURROW_OK : !err && same(&want, &is);
        if (!agree && err != FURROW_ERR_LIMIT) complain(text, end, &want, err, &is);
        if (!err) fv_cell_drop(&is);
    }
    expr_host_close(h);
    walk_close(w);
    fx_tree_drop(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
    maker m = {.at = bytes, .end = bytes + nbytes};
    fb_buffer_init(&m.text, 0);
    program(&m);
    if (fb_buffer_put_u8(&m.text, 0)) abort();
    check((const char *)m.text.bytes, m.text.nbytes - 1);
    fb_buffer_free(&m.text);
    return 0;
}
