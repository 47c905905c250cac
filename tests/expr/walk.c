/*
 * walk.c - see walk.h. Written from Julia's rules, without a line of the machine's: slow, recursive, no blocks.
 */
#include "walk.h"

#include <math.h>
#include <stdlib.h>

typedef struct binding {
    struct binding *next;
    const char *name;
    walk_value value;
    const fx_tree *function; /* or a function: its FX_FUNCTION */
} binding;

struct walk {
    walk_vector *vectors;
    binding *globals;
    binding *locals; /* of the function that runs; NULL at the top */
    bool inside;
    enum { GOING, BREAKING, CONTINUING, RETURNING } state;
    walk_value returned;
    long left;
};

static walk_end run(walk *w, const fx_tree *t, walk_value *out);

/* --- values --------------------------------------------------------------------------------------------------------*/

static walk_value of_int(int64_t i)
{
    return (walk_value){.kind = WALK_INT, .i = i};
}
static walk_value of_float(double d)
{
    return (walk_value){.kind = WALK_FLOAT, .d = d};
}
static walk_value of_bool(bool b)
{
    return (walk_value){.kind = WALK_BOOL, .i = b};
}

static bool is_number(const walk_value *v)
{
    return v->kind == WALK_BOOL || v->kind == WALK_INT || v->kind == WALK_FLOAT;
}

static double as_float(const walk_value *v)
{
    return v->kind == WALK_FLOAT ? v->d : (double)v->i;
}

static walk_vector *new_vector(walk *w, size_t count)
{
    walk_vector *v = calloc(1, sizeof *v + count * sizeof v->items[0]);
    if (!v) abort();
    v->next = w->vectors;
    v->count = count;
    w->vectors = v;
    return v;
}

/* The element type that holds all items, to which they are converted. */
static walk_end settle(walk_vector *v)
{
    walk_kind type = v->count ? v->items[0].kind : WALK_NOTHING;
    for (size_t i = 0; i < v->count; i++) {
        if (!is_number(&v->items[i])) return WALK_BEYOND;
        if (v->items[i].kind > type) type = v->items[i].kind;
    }
    if (type == WALK_NOTHING) return WALK_BEYOND;
    for (size_t i = 0; i < v->count; i++) {
        if (type == WALK_FLOAT) v->items[i] = of_float(as_float(&v->items[i]));
        v->items[i].kind = type;
    }
    v->eltype = type;
    return WALK_OK;
}

/* --- operators on numbers ------------------------------------------------------------------------------------------*/

static walk_end int_power(int64_t a, int64_t n, walk_value *out)
{
    if (n < 0) return a == 1 || a == -1 ? WALK_BEYOND : WALK_ERROR;
    uint64_t result = 1, base = (uint64_t)a;
    for (; n; n >>= 1, base *= base)
        if (n & 1) result *= base;
    *out = of_int((int64_t)result);
    return WALK_OK;
}

static walk_end int_binary(const char *op, int64_t a, int64_t b, walk_value *out)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    bool divides = strcmp(op, "÷") == 0 || strcmp(op, "%") == 0;
    if (divides && b == 0) return WALK_ERROR;
    if (divides && b == -1) return WALK_BEYOND;
    if (strcmp(op, "+") == 0)
        *out = of_int((int64_t)(x + y));
    else if (strcmp(op, "-") == 0)
        *out = of_int((int64_t)(x - y));
    else if (strcmp(op, "*") == 0)
        *out = of_int((int64_t)(x * y));
    else if (strcmp(op, "/") == 0)
        *out = of_float((double)a / (double)b);
    else if (strcmp(op, "÷") == 0)
        *out = of_int(a / b);
    else if (strcmp(op, "%") == 0)
        *out = of_int(a % b);
    else if (strcmp(op, "&") == 0)
        *out = of_int(a & b);
    else if (strcmp(op, "|") == 0)
        *out = of_int(a | b);
    else if (strcmp(op, "min") == 0)
        *out = of_int(a < b ? a : b);
    else if (strcmp(op, "max") == 0)
        *out = of_int(a < b ? b : a);
    else if (strcmp(op, "^") == 0)
        return int_power(a, b, out);
    else
        return WALK_BEYOND;
    return WALK_OK;
}

static walk_end float_binary(const char *op, double a, double b, walk_value *out)
{
    double r;
    if (strcmp(op, "+") == 0)
        r = a + b;
    else if (strcmp(op, "-") == 0)
        r = a - b;
    else if (strcmp(op, "*") == 0)
        r = a * b;
    else if (strcmp(op, "/") == 0)
        r = a / b;
    else if (strcmp(op, "%") == 0 && fabs(a) > 1e3 * fabs(b) && b != 0)
        return WALK_BEYOND;
    else if (strcmp(op, "%") == 0)
        r = fmod(a, b);
    else if (strcmp(op, "^") == 0 && isnan(pow(a, b)) && !isnan(a + b))
        return WALK_ERROR;
    else if (strcmp(op, "^") == 0)
        r = pow(a, b);
    else if (strcmp(op, "min") == 0)
        r = isnan(a) || isnan(b) ? NAN : a < b ? a : b;
    else if (strcmp(op, "max") == 0)
        r = isnan(a) || isnan(b) ? NAN : a < b ? b : a;
    else if (strcmp(op, "&") == 0 || strcmp(op, "|") == 0)
        return WALK_ERROR;
    else
        return WALK_BEYOND;
    *out = of_float(r);
    return WALK_OK;
}

static bool is_comparison(const char *op)
{
    return strcmp(op, "<") == 0 || strcmp(op, "<=") == 0 || strcmp(op, ">") == 0 || strcmp(op, ">=") == 0 ||
           strcmp(op, "==") == 0 || strcmp(op, "!=") == 0;
}

static bool compare(const char *op, const walk_value *a, const walk_value *b)
{
    long double x = a->kind == WALK_FLOAT ? (long double)a->d : (long double)a->i;
    long double y = b->kind == WALK_FLOAT ? (long double)b->d : (long double)b->i;
    if (op[0] == '<') return op[1] ? x <= y : x < y;
    if (op[0] == '>') return op[1] ? x >= y : x > y;
    return op[0] == '=' ? x == y : x != y;
}

static walk_end number_binary(const char *op, const walk_value *a, const walk_value *b, walk_value *out)
{
    if (!is_number(a) || !is_number(b)) return WALK_BEYOND;
    if (is_comparison(op)) {
        *out = of_bool(compare(op, a, b));
        return WALK_OK;
    }
    if (a->kind == WALK_BOOL || b->kind == WALK_BOOL) {
        bool both = a->kind == b->kind;
        if (both && (op[0] == '&' || op[0] == '|')) {
            *out = of_bool(op[0] == '&' ? a->i && b->i : a->i || b->i);
            return WALK_OK;
        }
        bool sum = op[0] == '+' || op[0] == '-';
        if (!sum && (both || op[0] != '*' || a->kind == WALK_FLOAT || b->kind == WALK_FLOAT)) return WALK_BEYOND;
    }
    if (a->kind == WALK_FLOAT || b->kind == WALK_FLOAT) return float_binary(op, as_float(a), as_float(b), out);
    return int_binary(op, a->i, b->i, out);
}

/* --- elementwise ---------------------------------------------------------------------------------------------------*/

static walk_end binary(walk *w, const char *op, bool dotted, const walk_value *a, const walk_value *b, walk_value *out)
{
    bool va = a->kind == WALK_VECTOR, vb = b->kind == WALK_VECTOR;
    if (!va && !vb) return number_binary(op, a, b, out);
    bool sum = strcmp(op, "+") == 0 || strcmp(op, "-") == 0;
    bool product = strcmp(op, "*") == 0 || (strcmp(op, "/") == 0 && va);
    if (!dotted && !sum && !(product && va != vb)) return WALK_BEYOND;
    size_t n = va ? a->v->count : b->v->count;
    if (va && vb && a->v->count != b->v->count) return a->v->count == 1 || b->v->count == 1 ? WALK_BEYOND : WALK_ERROR;
    walk_vector *r = new_vector(w, n);
    for (size_t i = 0; i < n; i++) {
        walk_end end = number_binary(op, va ? &a->v->items[i] : a, vb ? &b->v->items[i] : b, &r->items[i]);
        if (end) return end;
    }
    *out = (walk_value){.kind = WALK_VECTOR, .v = r};
    return settle(r);
}

static walk_end number_function(const char *f, const walk_value *a, walk_value *out)
{
    double x = as_float(a);
    /* where one wrong last bit of the argument would show in the first digits of the value */
    bool steep = strcmp(f, "sin") == 0 || strcmp(f, "cos") == 0 || strcmp(f, "exp") == 0;
    if (steep && fabs(x) > 100 && !isinf(x)) return WALK_BEYOND;
    if (a->kind == WALK_BOOL && strcmp(f, "!") != 0) return WALK_BEYOND;
    if (strcmp(f, "!") == 0) {
        if (a->kind != WALK_BOOL) return WALK_ERROR;
        *out = of_bool(!a->i);
    } else if (strcmp(f, "-") == 0)
        *out = a->kind == WALK_INT ? of_int((int64_t)(0 - (uint64_t)a->i)) : of_float(-x);
    else if (strcmp(f, "+") == 0)
        *out = *a;
    else if (strcmp(f, "~") == 0 && a->kind == WALK_INT)
        *out = of_int(~a->i);
    else if (strcmp(f, "abs") == 0)
        *out = a->kind == WALK_INT ? of_int(a->i < 0 ? (int64_t)(0 - (uint64_t)a->i) : a->i) : of_float(fabs(x));
    else if (strcmp(f, "sqrt") == 0 && x < 0)
        return WALK_ERROR;
    else if (strcmp(f, "sqrt") == 0)
        *out = of_float(sqrt(x));
    else if ((strcmp(f, "sin") == 0 || strcmp(f, "cos") == 0) && isinf(x))
        return WALK_ERROR;
    else if (strcmp(f, "sin") == 0)
        *out = of_float(sin(x));
    else if (strcmp(f, "cos") == 0)
        *out = of_float(cos(x));
    else if (strcmp(f, "exp") == 0)
        *out = of_float(exp(x));
    else if ((strcmp(f, "floor") == 0 || strcmp(f, "ceil") == 0) && a->kind == WALK_INT)
        *out = *a;
    else if (strcmp(f, "floor") == 0 && a->kind == WALK_FLOAT)
        *out = of_float(floor(x));
    else if (strcmp(f, "ceil") == 0 && a->kind == WALK_FLOAT)
        *out = of_float(ceil(x));
    else
        return WALK_BEYOND;
    return WALK_OK;
}

static walk_end reduction(const char *f, const walk_vector *v, walk_value *out)
{
    const char *op = strcmp(f, "sum") == 0       ? "+"
                     : strcmp(f, "prod") == 0    ? "*"
                     : strcmp(f, "maximum") == 0 ? "max"
                                                 : "min";
    if (!v->count || (v->eltype == WALK_BOOL && *op != '+')) return WALK_BEYOND;
    *out = v->items[0];
    if (v->eltype == WALK_BOOL) *out = of_int(out->i);
    for (size_t i = 1; i < v->count; i++) {
        walk_value next;
        walk_end end = number_binary(op, out, &v->items[i], &next);
        if (end) return end;
        *out = next;
    }
    return WALK_OK;
}

static walk_end function1(walk *w, const char *f, const walk_value *a, walk_value *out)
{
    if (is_number(a)) return number_function(f, a, out);
    if (a->kind != WALK_VECTOR) return WALK_BEYOND;
    if (strcmp(f, "length") == 0) {
        *out = of_int((int64_t)a->v->count);
        return WALK_OK;
    }
    if (strcmp(f, "sum") == 0 || strcmp(f, "prod") == 0 || strcmp(f, "maximum") == 0 || strcmp(f, "minimum") == 0)
        return reduction(f, a->v, out);
    walk_vector *r = new_vector(w, a->v->count);
    for (size_t i = 0; i < r->count; i++) {
        walk_end end = number_function(f, &a->v->items[i], &r->items[i]);
        if (end) return end;
    }
    *out = (walk_value){.kind = WALK_VECTOR, .v = r};
    return settle(r);
}

/* --- names ---------------------------------------------------------------------------------------------------------*/

static binding *find(binding *list, const char *name)
{
    while (list && strcmp(list->name, name) != 0) list = list->next;
    return list;
}

static binding *lookup(walk *w, const char *name)
{
    binding *b = find(w->locals, name);
    return b ? b : find(w->globals, name);
}

static binding *bind(binding **list, const char *name, walk_value value)
{
    binding *b = find(*list, name);
    if (!b) {
        b = calloc(1, sizeof *b);
        if (!b) abort();
        b->name = name;
        b->next = *list;
        *list = b;
    }
    b->value = value;
    b->function = NULL;
    return b;
}

static void drop_bindings(binding *list)
{
    while (list) {
        binding *next = list->next;
        free(list);
        list = next;
    }
}

/* --- calls ---------------------------------------------------------------------------------------------------------*/

static walk_end call_defined(walk *w, const fx_tree *f, const walk_value *args, size_t n, walk_value *out)
{
    binding *outer = w->locals;
    bool was_inside = w->inside;
    const fx_tree *params = f->kids[0];
    if (params->nkids != n) return WALK_ERROR;
    w->locals = NULL;
    w->inside = true;
    for (size_t i = 0; i < n; i++) {
        if (params->kids[i]->kind != FX_NAME) return WALK_BEYOND;
        bind(&w->locals, fx_tree_cstr(params->kids[i]), args[i]);
    }
    walk_end end = run(w, f->kids[1], out);
    if (w->state == RETURNING) {
        *out = w->returned;
        w->state = GOING;
    }
    drop_bindings(w->locals);
    w->locals = outer;
    w->inside = was_inside;
    return end;
}

static walk_end call(walk *w, const fx_tree *t, walk_value *out)
{
    walk_value args[2];
    size_t n = t->nkids - 1;
    if (t->kids[0]->kind != FX_NAME || n < 1 || n > 2) return WALK_BEYOND;
    const char *f = fx_tree_cstr(t->kids[0]);
    for (size_t i = 0; i < n; i++) {
        walk_end end = run(w, t->kids[i + 1], &args[i]);
        if (end || w->state != GOING) return end;
    }
    binding *b = lookup(w, f);
    if (b && b->function) return call_defined(w, b->function, args, n, out);
    bool dotted = t->kind == FX_DOTCALL;
    return n == 2 ? binary(w, f, dotted, &args[0], &args[1], out) : function1(w, f, &args[0], out);
}

/* --- statements ----------------------------------------------------------------------------------------------------*/

static walk_end truth(walk *w, const fx_tree *t, bool *is)
{
    walk_value v;
    walk_end end = run(w, t, &v);
    if (end) return end;
    *is = v.i != 0;
    return v.kind == WALK_BOOL ? WALK_OK : WALK_ERROR;
}

static walk_end assign_element(walk *w, const fx_tree *place, const walk_value *value)
{
    walk_value array, index;
    if (place->nkids != 2) return WALK_BEYOND;
    walk_end end = run(w, place->kids[0], &array);
    if (!end) end = run(w, place->kids[1], &index);
    if (end) return end;
    if (array.kind != WALK_VECTOR || index.kind != WALK_INT || !is_number(value) || value->kind == WALK_BOOL)
        return WALK_BEYOND;
    if (index.i < 1 || (uint64_t)index.i > array.v->count) return WALK_ERROR;
    walk_value *item = &array.v->items[index.i - 1];
    if (array.v->eltype == WALK_BOOL) return WALK_BEYOND;
    if (array.v->eltype == WALK_FLOAT) {
        *item = of_float(as_float(value));
    } else if (value->kind == WALK_INT) {
        *item = *value;
    } else {
        if (value->d != floor(value->d) || fabs(value->d) >= 0x1p63) return WALK_ERROR;
        *item = of_int((int64_t)value->d);
    }
    return WALK_OK;
}

static walk_end assign(walk *w, const fx_tree *t, walk_value *out)
{
    const fx_tree *target = t->kids[0];
    const char *op = fx_tree_cstr(t);
    walk_value value, before;
    if (t->flags & FX_FLAG_DOT || op[0] == '.') return WALK_BEYOND;
    if (*op) {
        walk_end end = run(w, target, &before);
        if (end) return end;
    }
    walk_end end = run(w, t->kids[1], &value);
    if (end || w->state != GOING) return end;
    if (*op) {
        walk_value right = value;
        end = binary(w, op, false, &before, &right, &value);
        if (end) return end;
    }
    *out = value;
    if (target->kind == FX_INDEX) return assign_element(w, target, &value);
    if (target->kind != FX_NAME) return WALK_BEYOND;
    bind(w->inside ? &w->locals : &w->globals, fx_tree_cstr(target), value);
    return WALK_OK;
}

/* What a loop iterates over: numbers from a range or the items of a vector. */
static walk_end items_of(walk *w, const fx_tree *t, walk_vector **items)
{
    walk_value part[3];
    if (t->kind != FX_RANGE) {
        walk_end end = run(w, t, &part[0]);
        *items = part[0].v;
        return end ? end : part[0].kind == WALK_VECTOR ? WALK_OK : WALK_BEYOND;
    }
    for (uint32_t i = 0; i < t->nkids; i++) {
        walk_end end = run(w, t->kids[i], &part[i]);
        if (end) return end;
        if (part[i].kind != WALK_INT || part[i].i > 10000 || part[i].i < -10000) return WALK_BEYOND;
    }
    int64_t step = t->nkids == 3 ? part[1].i : 1, first = part[0].i, last = part[t->nkids - 1].i;
    if (step == 0) return WALK_ERROR;
    int64_t n = (last - first) / step + 1;
    *items =
        new_vector(w, n > 0 && (last - first) / step >= 0 && ((last - first) == 0 || ((last - first) > 0) == (step > 0))
                          ? (size_t)n
                          : 0);
    for (size_t i = 0; i < (*items)->count; i++) (*items)->items[i] = of_int(first + (int64_t)i * step);
    return WALK_OK;
}

static walk_end for_loop(walk *w, const fx_tree *t)
{
    walk_vector *items;
    if (t->nkids != 2 || t->kids[0]->kids[0]->kind != FX_NAME) return WALK_BEYOND;
    walk_end end = items_of(w, t->kids[0]->kids[1], &items);
    for (size_t i = 0; !end && i < items->count; i++) {
        walk_value v;
        bind(w->inside ? &w->locals : &w->globals, fx_tree_cstr(t->kids[0]->kids[0]), items->items[i]);
        end = run(w, t->kids[1], &v);
        if (w->state == RETURNING) break;
        bool stop = w->state == BREAKING;
        w->state = GOING;
        if (stop) break;
    }
    return end;
}

static walk_end while_loop(walk *w, const fx_tree *t)
{
    for (;;) {
        bool go;
        walk_value v;
        walk_end end = truth(w, t->kids[0], &go);
        if (end || !go) return end;
        end = run(w, t->kids[1], &v);
        if (end || w->state == RETURNING) return end;
        bool stop = w->state == BREAKING;
        w->state = GOING;
        if (stop) return WALK_OK;
    }
}

static walk_end condition(walk *w, const fx_tree *t, walk_value *out)
{
    bool is;
    walk_end end = truth(w, t->kids[0], &is);
    if (end || w->state != GOING) return end;
    *out = (walk_value){.kind = WALK_NOTHING};
    return is ? run(w, t->kids[1], out) : t->nkids == 3 ? run(w, t->kids[2], out) : WALK_OK;
}

/* && and ||: the last value may be of any type. */
static walk_end logical(walk *w, const fx_tree *t, walk_value *out)
{
    bool is;
    walk_end end = truth(w, t->kids[0], &is);
    if (end) return end;
    if (is == (t->kind == FX_AND)) return run(w, t->kids[1], out);
    *out = of_bool(is);
    return WALK_OK;
}

static walk_end chain(walk *w, const fx_tree *t, walk_value *out)
{
    walk_value left, right;
    walk_end end = run(w, t->kids[0], &left);
    *out = of_bool(true);
    for (uint32_t i = 1; !end && i + 1 < t->nkids && out->i; i += 2) {
        const char *op = fx_tree_cstr(t->kids[i]);
        if (op[0] == '.') return WALK_BEYOND;
        end = run(w, t->kids[i + 1], &right);
        if (!end) end = number_binary(op, &left, &right, out);
        left = right;
    }
    return end;
}

static walk_end vector_literal(walk *w, const fx_tree *t, walk_value *out)
{
    walk_vector *v = new_vector(w, t->nkids);
    for (uint32_t i = 0; i < t->nkids; i++) {
        walk_end end = run(w, t->kids[i], &v->items[i]);
        if (end) return end;
    }
    *out = (walk_value){.kind = WALK_VECTOR, .v = v};
    return settle(v);
}

static walk_end element(walk *w, const fx_tree *t, walk_value *out)
{
    walk_value array, index;
    if (t->nkids != 2) return WALK_BEYOND;
    walk_end end = run(w, t->kids[0], &array);
    if (end) return end;
    if (array.kind != WALK_VECTOR) return WALK_BEYOND;
    if (t->kids[1]->kind == FX_END)
        index = of_int((int64_t)array.v->count);
    else if ((end = run(w, t->kids[1], &index)))
        return end;
    if (index.kind != WALK_INT) return WALK_BEYOND;
    if (index.i < 1 || (uint64_t)index.i > array.v->count) return WALK_ERROR;
    *out = array.v->items[index.i - 1];
    return WALK_OK;
}

/* [ex for i = items if cond]: its variable is its own. */
static walk_end comprehension(walk *w, const fx_tree *t, walk_value *out)
{
    const fx_tree *g = t->kids[0];
    walk_vector *items;
    size_t n = 0;
    if (t->nkids != 1 || g->nkids > 3 || g->kids[1]->kids[0]->kind != FX_NAME ||
        (g->nkids == 3 && g->kids[2]->kind != FX_FILTER))
        return WALK_BEYOND;
    walk_end end = items_of(w, g->kids[1]->kids[1], &items);
    if (end) return end;
    walk_vector *v = new_vector(w, items->count);
    binding *outer = w->locals;
    binding own = {.name = fx_tree_cstr(g->kids[1]->kids[0]), .next = outer};
    w->locals = &own;
    for (size_t i = 0; !end && i < items->count; i++) {
        bool take = true;
        own.value = items->items[i];
        if (g->nkids == 3) end = truth(w, g->kids[2]->kids[0], &take);
        if (!end && take) end = run(w, g->kids[0], &v->items[n++]);
    }
    w->locals = outer;
    v->count = n;
    *out = (walk_value){.kind = WALK_VECTOR, .v = v};
    return end ? end : settle(v);
}

static walk_end block(walk *w, const fx_tree *t, walk_value *out)
{
    walk_end end = WALK_OK;
    *out = (walk_value){.kind = WALK_NOTHING};
    for (uint32_t i = 0; !end && w->state == GOING && i < t->nkids; i++) end = run(w, t->kids[i], out);
    return end;
}

static walk_end literal(const fv_cell *c, walk_value *out)
{
    switch (c->tag) {
    case FURROW_NOTHING:
        *out = (walk_value){.kind = WALK_NOTHING};
        return WALK_OK;
    case FURROW_BOOL:
        *out = of_bool(c->i);
        return WALK_OK;
    case FURROW_INT64:
        *out = of_int(c->i);
        return WALK_OK;
    case FURROW_FLOAT64:
        *out = of_float(c->d);
        return WALK_OK;
    default:
        return WALK_BEYOND;
    }
}

static walk_end name(walk *w, const fx_tree *t, walk_value *out)
{
    binding *b = lookup(w, fx_tree_cstr(t));
    if (!b || b->function) return WALK_BEYOND;
    *out = b->value;
    return WALK_OK;
}

static walk_end return_from(walk *w, const fx_tree *t)
{
    w->returned = (walk_value){.kind = WALK_NOTHING};
    walk_end end = t->nkids ? run(w, t->kids[0], &w->returned) : WALK_OK;
    if (w->state == GOING) w->state = RETURNING;
    return end;
}

static walk_end run(walk *w, const fx_tree *t, walk_value *out)
{
    *out = (walk_value){.kind = WALK_NOTHING};
    if (--w->left < 0) return WALK_BEYOND;
    switch ((fx_kind)t->kind) {
    case FX_LITERAL:
        return literal(&t->value, out);
    case FX_NAME:
        return name(w, t, out);
    case FX_CALL:
    case FX_DOTCALL:
        return call(w, t, out);
    case FX_COMPARE:
        return chain(w, t, out);
    case FX_AND:
    case FX_OR:
        return logical(w, t, out);
    case FX_INDEX:
        return element(w, t, out);
    case FX_VECTOR:
        return vector_literal(w, t, out);
    case FX_COMPREHENSION:
        return comprehension(w, t, out);
    case FX_ASSIGN:
        return assign(w, t, out);
    case FX_BLOCK:
        return block(w, t, out);
    case FX_IF:
        return condition(w, t, out);
    case FX_FOR:
        return for_loop(w, t);
    case FX_WHILE:
        return while_loop(w, t);
    case FX_BREAK:
        w->state = BREAKING;
        return WALK_OK;
    case FX_CONTINUE:
        w->state = CONTINUING;
        return WALK_OK;
    case FX_RETURN:
        return return_from(w, t);
    case FX_FUNCTION:
        bind(&w->globals, fx_tree_cstr(t), *out)->function = t;
        return WALK_OK;
    default:
        return WALK_BEYOND;
    }
}

walk *walk_open(void)
{
    return calloc(1, sizeof(walk));
}

void walk_close(walk *w)
{
    while (w->vectors) {
        walk_vector *v = w->vectors;
        w->vectors = v->next;
        free(v);
    }
    drop_bindings(w->globals);
    free(w);
}

walk_end walk_run(walk *w, const fx_tree *tree, walk_value *out)
{
    w->left = 100000;
    w->state = GOING;
    return run(w, tree, out);
}
