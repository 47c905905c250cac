/*
 * bound.c - a program bound to a host: its names become slots, functions of the host and builtins. Also the loads and
 * stores of symbols, and the error for a name nobody knows.
 */
#include "expr/vm.h"
#include <math.h>
#include <stdlib.h>

/* Functions of one Float64 that calls make without a call of the builtin. */
static void find_scalar(const char *name, fx_bound_name *out)
{
    static const struct {
        const char *name;
        double (*scalar)(double x);
        int domain;
    } table[] = {{"sqrt", sqrt, FX_DOMAIN_POSITIVE}, {"abs", fabs, FX_DOMAIN_ALL},   {"exp", exp, FX_DOMAIN_ALL},
                 {"log", log, FX_DOMAIN_POSITIVE},   {"sin", sin, FX_DOMAIN_FINITE}, {"cos", cos, FX_DOMAIN_FINITE},
                 {"tan", tan, FX_DOMAIN_FINITE},     {"tanh", tanh, FX_DOMAIN_ALL},  {"floor", floor, FX_DOMAIN_ALL},
                 {"ceil", ceil, FX_DOMAIN_ALL}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].name, name)) {
            out->scalar = table[i].scalar;
            out->domain = table[i].domain;
        }
}

furrow_err fx_name_resolve(const fx_host *host, const char *module, const char *name, bool assigned, fx_bound_name *out)
{
    *out = (fx_bound_name){0};
    if (host->function && !host->function(host->self, name, &out->function, &out->user)) out->function = NULL;
    size_t nbytes = strlen(name);
    out->builtin = fx_builtin_find(name, nbytes);
    out->constant = fx_constant_find(name, nbytes, &out->value);
    if (out->builtin) find_scalar(name, out);
    /* A name that means something already gets no empty symbol of the host's until somebody binds it. */
    bool create = assigned || !(out->function || out->builtin || out->constant);
    return host->slot(host->self, module, name, create, &out->slot);
}

/* Which names the program binds. */
static void mark_assigned(const fx_image *im, bool *assigned)
{
    for (uint32_t i = 0; i < im->nfunctions; i++)
        for (uint32_t pc = 0; pc < im->functions[i].ncode; pc++) {
            const fx_ins *in = &im->functions[i].code[pc];
            if (in->op == FX_DO_SETG || in->op == FX_DO_SETSOFT) assigned[in->b] = true;
        }
}

static furrow_err resolve_all(fx_bound *b)
{
    const fx_image *im = &b->program->image;
    b->names = calloc(im->nnames + 1u, sizeof *b->names);
    bool *assigned = calloc(im->nnames + 1u, sizeof *assigned);
    furrow_err err = b->names && assigned ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, NULL);
    if (!err) mark_assigned(im, assigned);
    for (uint32_t i = 0; i < im->nnames && !err; i++) {
        const char *module = *im->names[i].module ? im->names[i].module : b->module;
        err = fx_name_resolve(b->host, module, im->names[i].name, assigned[i], &b->names[i]);
    }
    free(assigned);
    return err;
}

furrow_err fx_bind(furrow_program *program, const fx_host *host, const char *module, fx_bound **out)
{
    fx_bound *b = calloc(1, sizeof *b);
    if (!b) return fb_fail(FURROW_ERR_NOMEM, NULL);
    atomic_init(&b->refs, 1);
    b->program = furrow_program_hold(program);
    b->host = host;
    b->module = strdup(module ? module : "Main");
    furrow_err err = b->module ? resolve_all(b) : fb_fail(FURROW_ERR_NOMEM, NULL);
    if (err)
        fx_unbind(b);
    else
        *out = b;
    return err;
}

fx_bound *fx_bound_hold(fx_bound *bound)
{
    atomic_fetch_add_explicit(&bound->refs, 1, memory_order_relaxed);
    return bound;
}

void fx_unbind(fx_bound *b)
{
    /* Release and acquire as in furrow_program_drop: the last to let go sees what the others did. */
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_release) != 1) return;
    atomic_thread_fence(memory_order_acquire);
    furrow_program_drop(b->program);
    free(b->module);
    free(b->names);
    free(b);
}

/* --- symbols --- */

furrow_err fx_slot_load(const fx_slot *s, fv_cell *out)
{
    if (!s->mem) {
        fv_cell_from_value(s->value, out);
        return FURROW_OK;
    }
    /* Other pids may write there at any time: one relaxed access of the element's size. */
    union {
        uint64_t u64[2];
        uint32_t u32;
        uint16_t u16;
        uint8_t u8;
    } raw;
    switch (furrow_type_nbytes(s->tag)) {
    case 1:
        raw.u8 = __atomic_load_n((const uint8_t *)s->mem, __ATOMIC_RELAXED);
        break;
    case 2:
        raw.u16 = __atomic_load_n((const uint16_t *)s->mem, __ATOMIC_RELAXED);
        break;
    case 4:
        raw.u32 = __atomic_load_n((const uint32_t *)s->mem, __ATOMIC_RELAXED);
        break;
    case 16:
        raw.u64[1] = __atomic_load_n((const uint64_t *)s->mem + 1, __ATOMIC_RELAXED); /* fall through */
    default:
        raw.u64[0] = __atomic_load_n((const uint64_t *)s->mem, __ATOMIC_RELAXED);
    }
    if (s->tag == FURROW_BOOL) raw.u8 = raw.u8 != 0;
    fv_flat_load(s->tag, &raw, out);
    if (s->tag != FURROW_NOTHING && out->tag == FURROW_NOTHING) return fb_fail(FURROW_ERR_NOMEM, NULL);
    return FURROW_OK;
}

furrow_err fx_slot_store(const fx_host *host, fx_slot *s, const fv_cell *cell)
{
    if (!s->mem || s->flags || s->tag != cell->tag) {
        fv_look look = fv_meter_look(NULL); /* the host is not asked anything before this is done */
        furrow_err err = host->bind(host->self, s, cell);
        fv_meter_look(look);
        return err;
    }
    union {
        uint64_t u64[2];
        uint32_t u32;
        uint16_t u16;
        uint8_t u8;
    } raw;
    fv_flat_store(s->tag, &raw, cell);
    switch (furrow_type_nbytes(s->tag)) {
    case 1:
        __atomic_store_n((uint8_t *)s->mem, raw.u8, __ATOMIC_RELAXED);
        break;
    case 2:
        __atomic_store_n((uint16_t *)s->mem, raw.u16, __ATOMIC_RELAXED);
        break;
    case 4:
        __atomic_store_n((uint32_t *)s->mem, raw.u32, __ATOMIC_RELAXED);
        break;
    case 16:
        __atomic_store_n((uint64_t *)s->mem + 1, raw.u64[1], __ATOMIC_RELAXED); /* fall through */
    default:
        __atomic_store_n((uint64_t *)s->mem, raw.u64[0], __ATOMIC_RELAXED);
    }
    return FURROW_OK;
}

/* --- names nobody knows --- */

#define LONGEST 32

/* Edits (insert, delete, replace, swap of neighbours) between two names of at most LONGEST bytes. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t rows[3][LONGEST + 1], *old = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= nb; j++) last[j] = j;
    for (size_t i = 1; i <= na; i++) {
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && old[j - 2] + 1 < best)
                best = old[j - 2] + 1;
            row[j] = best;
        }
        size_t *spare = old;
        old = last;
        last = row;
        row = spare;
    }
    return last[nb];
}

typedef struct guess {
    const char *name;
    size_t nbytes;
    size_t best;
    char near[LONGEST + 1];
} guess;

static void consider(guess *g, const char *candidate)
{
    size_t n = strlen(candidate);
    if (n > LONGEST || n + g->best <= g->nbytes || g->nbytes + g->best <= n) return;
    if (!strcmp(candidate, g->name)) return;
    size_t d = distance(g->name, g->nbytes, candidate, n);
    if (d >= g->best) return;
    g->best = d;
    memcpy(g->near, candidate, n + 1);
}

/* What people who know Julia look for, and what is there instead. */
static furrow_err known_elsewhere(const char *name)
{
    static const struct {
        const char *name, *advice;
    } table[] = {
        {"IntSet", "Set holds whole numbers as well."},
        {"big", "Integers have at most 64 bits, floating-point numbers 64."},
        {"BigInt", "Integers have at most 64 bits."},
        {"BigFloat", "Floating-point numbers have at most 64 bits."},
        {"Rational", "There are no rational numbers; / gives a Float64."},
        {"eig", "det, inv, rank, trace and norm are there; decompositions are not."},
        {"eigvals", "det, inv, rank, trace and norm are there; decompositions are not."},
        {"svd", "det, inv, rank, trace and norm are there; decompositions are not."},
        {"lu", "det, inv, rank, trace and norm are there; decompositions are not."},
        {"qr", "det, inv, rank, trace and norm are there; decompositions are not."},
        {"chol", "det, inv, rank, trace and norm are there; decompositions are not."},
        {"expm", "exp goes through elements; the exponential of a matrix is not there."},
        {"fft", "There are no transforms; call a library from C and furrow_export it."},
        {"hist", "count(lo .<= x .< hi) counts what falls between."},
        {"rationalize", "There are no rational numbers; / gives a Float64."},
        {"Nullable", "There is nothing, and x == nothing asks."},
        {"isnull", "x == nothing asks."},
        {"VERSION", "furrow info says the version."},
        {"readline", "An evaluation sees neither the environment nor files."},
        {"pwd", "An evaluation sees neither the environment nor files."},
        {"show", "print and println show values; repr gives the text."},
        {"info", "print and println show values."},
        {"warn", "print and println show values."},
        {"fieldnames", "There are no types with fields; dictionaries take names as keys: d.name."},
        {"methods", "A function has one method here, and its name shows it."},
        {"include", "furrow shell FILE runs a file."},
        {"ENV", "An evaluation sees neither the environment nor files."},
        {"open", "An evaluation sees neither the environment nor files; save and load are the shell's."},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].name, name)) {
            furrow_err err = fb_fail(FURROW_ERR_NAME, "`%s` is not defined", name);
            fb_fail_symbol(name);
            fb_fail_advice("%s", table[i].advice);
            return err;
        }
    return FURROW_OK;
}

furrow_err fx_name_unknown(const fx_host *host, const char *name)
{
    furrow_err known = known_elsewhere(name);
    if (known) return known;
    guess g = {name, strlen(name), 0, ""};
    if (g.nbytes >= 2 && g.nbytes <= LONGEST) {
        g.best = g.nbytes < 4 ? 2 : g.nbytes < 8 ? 3 : 4;
        for (size_t i = 0; fx_builtin_name(i); i++) consider(&g, fx_builtin_name(i));
        for (size_t i = 0; fx_constant_name(i); i++) consider(&g, fx_constant_name(i));
        for (size_t i = 0; host->name && host->name(host->self, i); i++) consider(&g, host->name(host->self, i));
    }
    furrow_err err = g.near[0] ? fb_fail(FURROW_ERR_NAME, "`%s` is not defined; did you mean `%s`?", name, g.near)
                               : fb_fail(FURROW_ERR_NAME, "`%s` is not defined", name);
    fb_fail_symbol(name);
    return err;
}
