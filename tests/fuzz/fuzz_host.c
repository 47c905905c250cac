/*
 * fuzz_host.c - see fuzz_host.h. Whatever a program does here must end in a value or an error.
 */
#include "fuzz_host.h"
#include "base/error.h"
#include <stdio.h>
#include <stdlib.h>

enum { MAX_SLOTS = 64 };
typedef struct symbols {
    char names[MAX_SLOTS][64];
    fx_slot slots[MAX_SLOTS];
    _Alignas(16) unsigned char memory[MAX_SLOTS][16];
    size_t count;
} symbols;

static furrow_err host_slot(void *self, const char *module, const char *name, bool create, fx_slot **out)
{
    symbols *s = self;
    char full[64];
    snprintf(full, sizeof full, "%s.%s", module ? module : "Main", name);
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->names[i], full)) {
            *out = &s->slots[i];
            return FURROW_OK;
        }
    if (!create) {
        *out = NULL;
        return FURROW_OK;
    }
    if (s->count == MAX_SLOTS) return fb_fail(FURROW_ERR_LIMIT, "too many symbols");
    memcpy(s->names[s->count], full, sizeof full);
    s->slots[s->count].tag = FX_UNBOUND;
    *out = &s->slots[s->count++];
    return FURROW_OK;
}

static furrow_err host_bind(void *self, fx_slot *slot, const fv_cell *value)
{
    symbols *s = self;
    furrow_value *old = slot->value, *boxed = NULL;
    if (fv_tag_flat(value->tag)) {
        slot->mem = s->memory[slot - s->slots];
        fv_flat_store((furrow_type)value->tag, slot->mem, value);
    } else {
        furrow_err err = fv_cell_to_value(value, &boxed);
        if (err) return err;
        slot->mem = NULL;
    }
    slot->value = boxed;
    slot->tag = value->tag;
    furrow_value_drop(old);
    return FURROW_OK;
}

static bool host_function(void *self, const char *name, fx_function *function, void **user)
{
    (void)self, (void)name, (void)function, (void)user;
    return false;
}

static furrow_err host_tick(void *self)
{
    (void)self;
    return FURROW_OK;
}

static const char *host_name(void *self, size_t index)
{
    (void)self, (void)index;
    return NULL;
}

void fuzz_run(furrow_program *program)
{
    symbols *s = calloc(1, sizeof *s);
    if (!s) return;
    const fx_host host = {s, host_slot, host_bind, host_function, host_tick, host_name};
    const furrow_limits limits = {.steps = 20000, .nbytes = 8 << 20, .depth = 50, .time_ms = 2000};
    fv_cell args[256] = {0}, result;
    fx_bound *bound = NULL;
    fx_vm *vm = NULL;
    size_t nargs = furrow_program_nparams(program);
    for (size_t i = 0; i < nargs && i < 256; i++) {
        args[i].tag = FURROW_FLOAT64;
        args[i].d = 1.5 * (double)i;
    }
    if (nargs <= 256 && !fx_bind(program, &host, "Main", &bound) && !fx_vm_open(&host, &vm) &&
        !fx_run(vm, bound, args, nargs, &limits, &result))
        fv_cell_drop(&result);
    fx_vm_close(vm);
    fx_unbind(bound);
    for (size_t i = 0; i < s->count; i++) furrow_value_drop(s->slots[i].value);
    free(s);
}
