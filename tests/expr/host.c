/*
 * host.c - see host.h. Every symbol lives in a slot of a growing list; scalars have memory of their own, as in the
 * symbol heap of a job.
 */
#include "host.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct symbol {
    struct symbol *next;
    fx_slot slot;
    _Alignas(16) unsigned char memory[16];
    char module[64];
    char name[64];
} symbol;

struct expr_host {
    fx_host host;
    symbol *symbols;
    fx_vm *vm;
};

static furrow_err host_slot(void *self, const char *module, const char *name, bool create, fx_slot **out)
{
    expr_host *h = self;
    if (!module) module = "Main";
    for (symbol *s = h->symbols; s; s = s->next) {
        if (strcmp(s->module, module) != 0 || strcmp(s->name, name) != 0) continue;
        *out = &s->slot;
        return FURROW_OK;
    }
    *out = NULL;
    if (!create) return FURROW_OK;
    symbol *s = calloc(1, sizeof *s);
    if (!s) return fb_fail(FURROW_ERR_NOMEM, NULL);
    if (strlen(module) >= sizeof s->module || strlen(name) >= sizeof s->name) {
        free(s);
        return fb_fail(FURROW_ERR_LIMIT, "the name is too long for this host");
    }
    strcpy(s->module, module);
    strcpy(s->name, name);
    s->slot.tag = FX_UNBOUND;
    s->next = h->symbols;
    h->symbols = s;
    *out = &s->slot;
    return FURROW_OK;
}

static furrow_err host_bind(void *self, fx_slot *slot, const fv_cell *value)
{
    (void)self;
    furrow_value *boxed = NULL;
    furrow_value *old = slot->value;
    if (fv_tag_flat(value->tag)) {
        slot->mem = (char *)slot - offsetof(symbol, slot) + offsetof(symbol, memory);
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

static furrow_err call_myid(const fx_call *call, fv_cell *out)
{
    (void)call;
    *out = (fv_cell){.tag = FURROW_INT64, .i = 1};
    return FURROW_OK;
}

/* Its first argument, or the value of the keyword argument `instead`. */
static furrow_err call_echo(const fx_call *call, fv_cell *out)
{
    if (call->nargs != 1) return fb_fail(FURROW_ERR_ARG, "echo takes one argument");
    *out = call->args[0];
    for (size_t i = 0; i < call->nkw; i++) {
        const fv_text *name = (const fv_text *)call->kwargs[2 * i].p;
        if (strcmp(name->bytes, "instead") != 0)
            return fb_fail(FURROW_ERR_ARG, "echo has no keyword argument %s", name->bytes);
        *out = call->kwargs[2 * i + 1];
    }
    fv_cell_hold(out);
    return FURROW_OK;
}

static const struct {
    const char *name;
    fx_function function;
} functions[] = {{"myid", call_myid}, {"echo", call_echo}};

static bool host_function(void *self, const char *name, fx_function *function, void **user)
{
    (void)self;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(functions[i].name, name) != 0) continue;
        *function = functions[i].function;
        *user = NULL;
        return true;
    }
    return false;
}

static furrow_err host_tick(void *self)
{
    (void)self;
    return FURROW_OK;
}

static const char *host_name(void *self, size_t index)
{
    const symbol *s = ((expr_host *)self)->symbols;
    while (s && index--) s = s->next;
    return s ? s->name : NULL;
}

expr_host *expr_host_open(void)
{
    expr_host *h = calloc(1, sizeof *h);
    if (!h) return NULL;
    h->host = (fx_host){h, host_slot, host_bind, host_function, host_tick, host_name};
    if (fx_vm_open(&h->host, &h->vm)) {
        free(h);
        return NULL;
    }
    return h;
}

void expr_host_close(expr_host *h)
{
    fx_vm_close(h->vm);
    while (h->symbols) {
        symbol *s = h->symbols;
        h->symbols = s->next;
        furrow_value_drop(s->slot.value);
        free(s);
    }
    free(h);
}

const fx_host *expr_host_of(expr_host *h)
{
    return &h->host;
}

furrow_err expr_host_run(expr_host *h, const fx_tree *tree, const furrow_limits *limits, fv_cell *out)
{
    furrow_program *compiled = NULL;
    furrow_program *loaded = NULL;
    fx_bound *bound = NULL;
    size_t nbytes;
    furrow_err err = fx_compile_tree(tree, &compiled);
    if (err) goto out;
    const void *bytes = furrow_program_bytes(compiled, &nbytes);
    err = furrow_program_load(bytes, nbytes, &loaded);
    if (!err) err = fx_bind(loaded, &h->host, "Main", &bound);
    if (!err) err = fx_run(h->vm, bound, NULL, 0, limits, out);
out:
    if (bound) fx_unbind(bound);
    if (loaded) furrow_program_drop(loaded);
    if (compiled) furrow_program_drop(compiled);
    return err;
}
