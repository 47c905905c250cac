/*
 * machine_host.h - surroundings for the machine's unit tests: a few symbols in memory, one function `seven`, and ways to
 * run a text and look at its value as text.
 */
#ifndef MACHINE_HOST_H
#define MACHINE_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/error.h"
#include "expr/program.h"
#include <stdio.h>
#include <stdlib.h>

enum { HOST_SLOTS = 128 };
typedef struct test_host {
    fx_host host;
    fx_vm *vm;
    size_t count;
    struct {
        char name[96];
        fx_slot slot;
        _Alignas(16) unsigned char memory[16];
    } symbols[HOST_SLOTS];
} test_host;

static furrow_err host_slot(void *self, const char *module, const char *name, bool create, fx_slot **out)
{
    test_host *h = self;
    char full[96];
    snprintf(full, sizeof full, "%s.%s", module, name);
    *out = NULL;
    for (size_t i = 0; i < h->count; i++)
        if (!strcmp(h->symbols[i].name, full)) *out = &h->symbols[i].slot;
    if (*out || !create) return FURROW_OK;
    if (h->count == HOST_SLOTS) return fb_fail(FURROW_ERR_LIMIT, "too many symbols");
    memcpy(h->symbols[h->count].name, full, sizeof full);
    *out = &h->symbols[h->count++].slot;
    (*out)->tag = FX_UNBOUND;
    return FURROW_OK;
}

static furrow_err host_bind(void *self, fx_slot *slot, const fv_cell *value)
{
    test_host *h = self;
    furrow_value *old = slot->value, *boxed = NULL;
    if (fv_tag_flat(value->tag)) {
        for (size_t i = 0; i < h->count; i++)
            if (&h->symbols[i].slot == slot) slot->mem = h->symbols[i].memory;
        fv_flat_store((furrow_type)value->tag, slot->mem, value);
    } else {
        furrow_err err = fv_cell_to_value(value, &boxed);
        if (err) return err;
        slot->mem = NULL;
    }
    slot->value = boxed;
    slot->tag = value->tag;
    if (old) furrow_value_drop(old);
    return FURROW_OK;
}

static furrow_err seven(const fx_call *call, fv_cell *out)
{
    (void)call;
    *out = (fv_cell){.tag = FURROW_INT64, .i = 7};
    return FURROW_OK;
}

static bool host_function(void *self, const char *name, fx_function *function, void **user)
{
    (void)self;
    *function = seven;
    *user = NULL;
    return !strcmp(name, "seven");
}

static void host_forget(test_host *h)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->symbols[i].slot.value) furrow_value_drop(h->symbols[i].slot.value);
    memset(h->symbols, 0, sizeof h->symbols);
    h->count = 0;
}

static int host_open(void **state)
{
    test_host *h = calloc(1, sizeof *h);
    if (!h) return -1;
    h->host = (fx_host){.self = h, .slot = host_slot, .bind = host_bind, .function = host_function};
    if (fx_vm_open(&h->host, &h->vm)) return -1;
    const furrow_limits limits = {.steps = 1000000, .nbytes = 64 << 20, .depth = 100, .time_ms = 5000};
    fx_vm_limits(h->vm, &limits);
    *state = h;
    return 0;
}

static int host_close(void **state)
{
    test_host *h = *state;
    fx_vm_close(h->vm);
    host_forget(h);
    free(h);
    return 0;
}

/* Runs a program; its parameters are 11 and 2.5. */
static inline furrow_err host_run(test_host *h, furrow_program *program, fv_cell *out)
{
    const fv_cell args[2] = {{.tag = FURROW_INT64, .i = 11}, {.tag = FURROW_FLOAT64, .d = 2.5}};
    fx_bound *bound;
    if (furrow_program_nparams(program) > 2) return fb_fail(FURROW_ERR_ARG, "too many parameters for a test");
    furrow_err err = fx_bind(program, &h->host, NULL, &bound);
    if (err) return err;
    err = fx_run(h->vm, bound, args, furrow_program_nparams(program), NULL, out);
    fx_unbind(bound);
    return err;
}

static inline furrow_err host_eval(test_host *h, const char *text, fv_cell *out)
{
    furrow_program *program;
    furrow_err err = furrow_compile(text, SIZE_MAX, &program);
    if (err) return err;
    err = host_run(h, program, out);
    furrow_program_drop(program);
    return err;
}

static inline void gives(test_host *h, const char *text, const char *shown)
{
    fv_cell cell;
    furrow_value *value;
    char *print;
    furrow_err err = host_eval(h, text, &cell);
    if (err) {
        furrow_error_info info;
        furrow_last_error(&info);
        fail_msg("%s: %s", text, info.message);
    }
    assert_int_equal(fv_cell_to_value(&cell, &value), 0);
    fv_cell_drop(&cell);
    assert_int_equal(furrow_value_print(value, &print), 0);
    furrow_value_drop(value);
    if (strcmp(print, shown) != 0) fail_msg("%s gave %s, expected %s", text, print, shown);
    free(print);
}

static inline void fails_with(test_host *h, const char *text, furrow_err code, const char *part)
{
    fv_cell cell;
    furrow_error_info info;
    furrow_err err = host_eval(h, text, &cell);
    furrow_last_error(&info);
    if (err != code) fail_msg("%s gave error %d (%s), expected %d", text, err, info.message, code);
    if (!strstr(info.message, part)) fail_msg("%s: \"%s\" does not say \"%s\"", text, info.message, part);
}

#endif
