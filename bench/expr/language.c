/*
 * language.c - the language for the benchmark: one machine and a handful of symbols in memory.
 */
#include "expr.h"
#include "base/error.h"
#include "expr/expr.h"
#include <stdio.h>
#include <stdlib.h>

enum { SYMBOLS = 64 };
static struct symbol {
    char name[32];
    fx_slot slot;
    _Alignas(16) unsigned char memory[16];
} symbols[SYMBOLS];
static fx_vm *vm;

struct bx_program {
    furrow_program *program;
    fx_bound *bound;
};

static void must(furrow_err err, const char *text)
{
    furrow_error_info info;
    if (!err) return;
    furrow_last_error(&info);
    fprintf(stderr, "%s: %s\n", text, info.message);
    exit(1);
}

static furrow_err find(void *self, const char *module, const char *name, bool create, fx_slot **out)
{
    (void)self, (void)module;
    *out = NULL;
    for (size_t i = 0; i < SYMBOLS; i++) {
        if (!symbols[i].name[0] && create) {
            snprintf(symbols[i].name, sizeof symbols[i].name, "%s", name);
            symbols[i].slot.tag = FX_UNBOUND;
        }
        if (!strcmp(symbols[i].name, name)) {
            *out = &symbols[i].slot;
            return FURROW_OK;
        }
    }
    return create ? fb_fail(FURROW_ERR_LIMIT, "too many symbols") : FURROW_OK;
}

static furrow_err set(void *self, fx_slot *slot, const fv_cell *value)
{
    (void)self;
    furrow_value *boxed = NULL;
    if (!fv_tag_flat(value->tag)) must(fv_cell_to_value(value, &boxed), "binding");
    if (slot->value) furrow_value_drop(slot->value);
    slot->value = boxed;
    slot->mem = boxed ? NULL : ((struct symbol *)((char *)slot - offsetof(struct symbol, slot)))->memory;
    slot->tag = value->tag;
    if (!boxed) fv_flat_store((furrow_type)value->tag, slot->mem, value);
    return FURROW_OK;
}

static const fx_host host = {.slot = find, .bind = set};

bx_program *bx_prepare(const char *text)
{
    bx_program *p = calloc(1, sizeof *p);
    if (!vm) must(fx_vm_open(&host, &vm), text);
    must(furrow_compile(text, SIZE_MAX, &p->program), text);
    must(fx_bind(p->program, &host, NULL, &p->bound), text);
    return p;
}

double bx_run(bx_program *p)
{
    fv_cell out;
    furrow_err err = fx_run(vm, p->bound, NULL, 0, NULL, &out);
    if (err) must(err, "running");
    double number = out.tag == FURROW_FLOAT64 ? out.d : (double)out.i;
    if (!fv_tag_inline(out.tag)) fv_cell_drop(&out);
    return number;
}

void bx_forget(bx_program *p)
{
    fx_unbind(p->bound);
    furrow_program_drop(p->program);
    free(p);
}

void bx_do(const char *text)
{
    bx_program *p = bx_prepare(text);
    bx_run(p);
    bx_forget(p);
}

void *bx_elements(const char *symbol)
{
    fx_slot *slot;
    must(find(NULL, "Main", symbol, true, &slot), symbol);
    return slot->tag == FURROW_ARRAY ? ((fv_array *)slot->value)->data : NULL;
}
