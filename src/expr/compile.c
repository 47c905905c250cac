/*
 * compile.c - the compiler's state: tables of constants and names, the instructions of the function being made,
 * registers, jumps. And the way from text or tree to a program. The other compile_*.c say what each kind of node means.
 */
#include "expr/compile.h"
#include "base/hash.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fxc_fail(fxc *c, const fx_tree *at, furrow_err code, const char *format, ...)
{
    if (c->err) return;
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    c->err = fb_fail(code, "%s", message);
    if (at && at->line)
        fb_fail_place((int)at->line, (int)at->column, c->image.ntext ? c->image.text : NULL, c->image.ntext);
}

bool fxc_grow(fxc *c, void *array, uint32_t n, uint32_t *capacity, size_t size)
{
    if (c->err) return false;
    if (n < *capacity) return true;
    uint32_t more = *capacity ? 2 * *capacity : 16;
    void *old;
    memcpy(&old, array, sizeof old);
    void *at = realloc(old, more * size);
    if (!at) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return false;
    }
    memcpy(array, &at, sizeof at);
    *capacity = more;
    return true;
}

/* --- hash tables over what is in the image --- */

static bool table_grow(fxc *c, fxc_table *t, uint64_t (*hash)(const fxc *, uint32_t), uint32_t n)
{
    if (t->used * 2 < t->nslots) return true;
    uint32_t nslots = t->nslots ? 2 * t->nslots : 64;
    uint32_t *slots = calloc(nslots, sizeof *slots);
    if (!slots) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)hash(c, i) & (nslots - 1);
        while (slots[at]) at = (at + 1) & (nslots - 1);
        slots[at] = i + 1;
    }
    free(t->slots);
    t->slots = slots;
    t->nslots = nslots;
    return true;
}

static uint64_t cell_hash(const fv_cell *cell)
{
    if (cell->tag == FURROW_STRING || cell->tag == FURROW_SYMBOL || cell->tag == FURROW_REGEX)
        return ((const fv_text *)cell->p)->hash * 31 + cell->tag;
    return (cell->u * 0x9e3779b97f4a7c15u ^ cell->tag) >> 7;
}

static bool cell_same(const fv_cell *a, const fv_cell *b)
{
    if (a->tag != b->tag) return false;
    if (a->tag == FURROW_STRING || a->tag == FURROW_SYMBOL || a->tag == FURROW_REGEX)
        return fxc_same((const fv_text *)a->p, (const fv_text *)b->p);
    return a->u == b->u; /* bits: 0.0 and -0.0 are two constants */
}

static uint64_t constant_hash(const fxc *c, uint32_t i)
{
    return cell_hash(&c->image.constants[i]);
}

uint16_t fxc_constant(fxc *c, const fv_cell *cell)
{
    fx_image *im = &c->image;
    if (c->err || !table_grow(c, &c->constant_table, constant_hash, im->nconstants)) return 0;
    fxc_table *t = &c->constant_table;
    uint32_t at = (uint32_t)cell_hash(cell) & (t->nslots - 1);
    for (; t->slots[at]; at = (at + 1) & (t->nslots - 1))
        if (cell_same(&im->constants[t->slots[at] - 1], cell)) return (uint16_t)(t->slots[at] - 1);
    if (im->nconstants == FX_MAX_CONSTANTS) {
        fxc_fail(c, c->place, FURROW_ERR_LIMIT, "a program has at most %d constants", FX_MAX_CONSTANTS);
        return 0;
    }
    if (!fxc_grow(c, &im->constants, im->nconstants, &c->constants_capacity, sizeof *im->constants)) return 0;
    fv_cell_hold(cell);
    im->constants[im->nconstants] = *cell;
    im->constants[im->nconstants].unused = 0;
    t->slots[at] = ++im->nconstants;
    t->used++;
    return (uint16_t)(im->nconstants - 1);
}

uint16_t fxc_symbol(fxc *c, const char *name)
{
    if (c->err) return 0;
    fv_cell cell = {.tag = FURROW_SYMBOL};
    c->err = fv_text_new(FURROW_SYMBOL, name, strlen(name), &cell.p);
    if (c->err) return 0;
    uint16_t k = fxc_constant(c, &cell);
    fv_cell_drop(&cell);
    return k;
}

static uint64_t name_hash_of(const char *module, const char *name)
{
    return fb_hash64(name, strlen(name)) + 31 * fb_hash64(module, strlen(module));
}

static uint64_t name_hash(const fxc *c, uint32_t i)
{
    return name_hash_of(c->image.names[i].module, c->image.names[i].name);
}

uint16_t fxc_name(fxc *c, const char *module, const char *name)
{
    fx_image *im = &c->image;
    if (c->err || !table_grow(c, &c->name_table, name_hash, im->nnames)) return 0;
    fxc_table *t = &c->name_table;
    uint32_t at = (uint32_t)name_hash_of(module, name) & (t->nslots - 1);
    for (; t->slots[at]; at = (at + 1) & (t->nslots - 1)) {
        const fx_name *n = &im->names[t->slots[at] - 1];
        if (!strcmp(n->name, name) && !strcmp(n->module, module)) return (uint16_t)(t->slots[at] - 1);
    }
    if (im->nnames == FX_MAX_NAMES) {
        fxc_fail(c, c->place, FURROW_ERR_LIMIT, "a program has at most %d names", FX_MAX_NAMES);
        return 0;
    }
    if (!fxc_grow(c, &im->names, im->nnames, &c->names_capacity, sizeof *im->names)) return 0;
    char *m = strdup(module), *s = strdup(name);
    if (!m || !s) {
        free(m);
        free(s);
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return 0;
    }
    im->names[im->nnames] = (fx_name){m, s};
    t->slots[at] = ++im->nnames;
    t->used++;
    return (uint16_t)(im->nnames - 1);
}

const fv_text *fxc_text(fxc *c, const char *prefix, const fv_text *name)
{
    static const fv_text none;
    if (!fxc_grow(c, &c->texts, c->ntexts, &c->texts_capacity, sizeof *c->texts)) return &none;
    size_t n = strlen(prefix) + (name ? name->nbytes : 0);
    char *bytes = malloc(n + 1);
    if (!bytes) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return &none;
    }
    memcpy(bytes, prefix, strlen(prefix));
    if (name) memcpy(bytes + strlen(prefix), name->bytes, name->nbytes);
    c->err = fv_text_new(FURROW_SYMBOL, bytes, n, &c->texts[c->ntexts]);
    free(bytes);
    return c->err ? &none : (const fv_text *)c->texts[c->ntexts++];
}

/* --- instructions --- */

static void remember_place(fxc *c)
{
    fxc_function *f = c->fn;
    if (!c->place || !c->place->line) return;
    const fx_spot *last = f->nspots ? &f->spots[f->nspots - 1] : NULL;
    if (last && last->line == c->place->line && last->column == c->place->column) return;
    if (!fxc_grow(c, &f->spots, f->nspots, &f->spots_capacity, sizeof *f->spots)) return;
    f->spots[f->nspots++] = (fx_spot){f->ncode, c->place->line, c->place->column};
}

static uint32_t emit(fxc *c, fx_ins in)
{
    fxc_function *f = c->fn;
    if (f->ncode == FX_MAX_CODE) fxc_fail(c, c->place, FURROW_ERR_LIMIT, "a function has too many instructions");
    remember_place(c);
    if (!fxc_grow(c, &f->code, f->ncode, &f->code_capacity, sizeof *f->code)) return 0;
    f->code[f->ncode] = in;
    return f->ncode++;
}

uint32_t fxc_emit(fxc *c, fx_opcode op, uint32_t n, uint32_t a, uint32_t b, uint32_t cc)
{
    if (n > 255) fxc_fail(c, c->place, FURROW_ERR_LIMIT, "too many of one kind: at most 255 are possible here");
    fx_ins in = {.op = (uint8_t)op, .n = (uint8_t)n, .a = (uint16_t)a};
    in.b = (uint16_t)b;
    in.c = (uint16_t)cc;
    return emit(c, in);
}

uint32_t fxc_emit_j(fxc *c, fx_opcode op, uint32_t a, uint32_t j)
{
    fx_ins in = {.op = (uint8_t)op, .a = (uint16_t)a};
    in.j = j;
    return emit(c, in);
}

void fxc_land(fxc *c, uint32_t jump)
{
    if (!c->err) c->fn->code[jump].j = c->fn->ncode;
}

void fxc_patch(fxc *c, fxc_patches *p, uint32_t jump)
{
    if (fxc_grow(c, &p->at, p->n, &p->capacity, sizeof *p->at)) p->at[p->n++] = jump;
}

void fxc_land_all(fxc *c, fxc_patches *p)
{
    for (uint32_t i = 0; i < p->n; i++) fxc_land(c, p->at[i]);
    free(p->at);
    *p = (fxc_patches){0};
}

uint16_t fxc_temps(fxc *c, uint32_t n)
{
    fxc_function *f = c->fn;
    if (n > FX_MAX_REGISTERS - f->nfree) {
        fxc_fail(c, c->place, FURROW_ERR_LIMIT, "a function needs more than %d registers", FX_MAX_REGISTERS);
        return 0;
    }
    uint32_t first = f->nfree;
    f->nfree += n;
    if (f->nfree > f->nregs) f->nregs = f->nfree;
    return (uint16_t)first;
}

void fxc_restore(fxc *c, uint32_t nfree)
{
    memset(c->fn->is_var + nfree, 0, c->fn->nfree > nfree ? c->fn->nfree - nfree : 0);
    c->fn->nfree = nfree;
}

/* --- parameters of the program --- */

static uint32_t count_params(const fx_tree *t)
{
    uint32_t n = t->kind == FX_PARAM ? t->number + 1 : 0;
    for (uint32_t i = 0; i < t->nkids; i++) {
        uint32_t m = count_params(t->kids[i]);
        if (m > n) n = m;
    }
    return n;
}

static void name_params(fxc *c, const fx_tree *t)
{
    if (t->kind == FX_PARAM && !c->err && !c->image.params[t->number]) {
        c->image.params[t->number] = strdup(fx_tree_cstr(t));
        if (!c->image.params[t->number]) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    }
    for (uint32_t i = 0; i < t->nkids; i++) name_params(c, t->kids[i]);
}

static void declare_params(fxc *c, const fx_tree *tree)
{
    uint32_t n = count_params(tree);
    c->image.nparams = n;
    c->image.params = calloc(n + 1u, sizeof *c->image.params);
    if (!c->image.params) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    if (!c->err) name_params(c, tree);
    for (uint32_t i = 0; i < n && !c->err; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", i + 1);
        if (!c->image.params[i] && !(c->image.params[i] = strdup(number))) c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
    }
    fxc_temps(c, n);
    for (uint32_t i = 0; i < n && !c->err; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%u", i);
        uint32_t v = fxc_declare(c, fxc_text(c, name, NULL), FXC_LOCAL, (uint16_t)i, false);
        if (!c->err) c->fn->vars[v].assigned = true;
    }
}

/* --- from tree to program --- */

static void compile_top(fxc *c, const fx_tree *tree)
{
    fxc_function f;
    fxc_begin(c, &f, tree);
    if (!fxc_grow(c, &c->image.functions, 0, &c->functions_capacity, sizeof *c->image.functions)) return;
    c->image.functions[0] = (fx_code){0};
    c->image.nfunctions = 1;
    declare_params(c, tree);
    const fx_tree *bodies[] = {tree};
    fxc_enter(c, FXC_SCOPE_TOP, bodies, 1);
    uint16_t result = fxc_any(c, tree);
    fxc_emit(c, FX_DO_RETURN, 0, result, 0, 0);
    fx_code code = {.name = FX_NONE, .text = FX_NONE};
    code.npositional = code.nrequired = (uint16_t)c->image.nparams;
    fxc_finish(c, &code);
    if (c->image.nfunctions) c->image.functions[0] = code;
}

/* The image of a compiler owns its names one by one; one that was read has them in one piece. */
static void state_free(fxc *c)
{
    fx_image *im = &c->image;
    for (uint32_t i = 0; i < im->nnames; i++) {
        free((char *)(uintptr_t)im->names[i].module);
        free((char *)(uintptr_t)im->names[i].name);
    }
    for (uint32_t i = 0; im->params && i < im->nparams; i++) free(im->params[i]);
    im->text = NULL; /* borrowed */
    fx_image_free(im);
    for (uint32_t i = 0; i < c->ntexts; i++) furrow_value_drop(c->texts[i]);
    free(c->texts);
    free(c->top_names);
    free(c->uses);
    free(c->constant_table.slots);
    free(c->name_table.slots);
}

static furrow_err compile(const fx_tree *tree, const char *text, size_t ntext, bool function_text,
                          furrow_program **program)
{
    fxc c = {.function_text = function_text};
    if (ntext <= 65536) {
        c.image.text = (char *)(uintptr_t)text;
        c.image.ntext = (uint32_t)ntext;
    }
    fv_meter *meter = fv_meter_swap(NULL); /* programs outlive the run that makes them */
    compile_top(&c, tree);
    fb_buffer bytes;
    fb_buffer_init(&bytes, FX_MAX_PROGRAM);
    furrow_err err = c.err;
    if (!err) err = fx_image_write(&c.image, &bytes);
    if (!err) err = furrow_program_load(bytes.bytes, bytes.nbytes, program);
    fb_buffer_free(&bytes);
    state_free(&c);
    fv_meter_swap(meter);
    return err;
}

furrow_err fx_compile_source(const fx_tree *tree, const char *text, size_t nbytes, furrow_program **program)
{
    return compile(tree, text, nbytes, false, program);
}

/* A tree put together from others has places in many texts: its canonical text gives errors one to point into. */
static furrow_err compile_canonical(const fx_tree *tree, furrow_program **program)
{
    char *text;
    furrow_value *captured;
    fx_tree *again = NULL;
    furrow_err err = fx_tree_text_captured(tree, &text, &captured);
    if (err) return compile(tree, "", 0, false, program);
    bool whole = !captured && strlen(text) <= 65536 && !fx_parse(text, strlen(text), &again);
    err = whole ? compile(again, text, strlen(text), false, program) : compile(tree, "", 0, false, program);
    fx_tree_drop(again);
    furrow_value_drop(captured);
    free(text);
    return err;
}

furrow_err fx_compile_tree(const fx_tree *tree, furrow_program **program)
{
    const fv_text *source = (const fv_text *)tree->source;
    if (!source) return compile_canonical(tree, program);
    return compile(tree, source->bytes, source->nbytes, false, program);
}

furrow_err fx_compile_function(const fx_tree *tree, furrow_program **program)
{
    return compile(tree, "", 0, true, program);
}

furrow_err furrow_compile(const char *text, size_t nbytes, furrow_program **out)
{
    if (!text || !out) return fb_fail(FURROW_ERR_ARG, "a program needs text and a place to go to");
    if (nbytes == SIZE_MAX) nbytes = strlen(text);
    fx_tree *tree;
    furrow_err err = fx_parse(text, nbytes, &tree);
    if (err) return err;
    err = compile(tree, text, nbytes, false, out);
    fx_tree_drop(tree);
    return err;
}
