/*
 * core.c - functions about the run itself: identity, assert, ifelse, isdefined, time, gethostname, applicability.
 */
#include "base/clock.h"
#include "expr/builtins.h"
#include "expr/strings.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static furrow_err do_identity(const fx_call *call, fv_cell *out)
{
    *out = call->args[0];
    fv_cell_hold(out);
    return FURROW_OK;
}

static furrow_err do_assert(const fx_call *call, fv_cell *out)
{
    bool truth;
    FX_TRY(fx_truth(call->args, &truth));
    *out = fx_nothing();
    if (truth) return FURROW_OK;
    bool told = call->nargs == 2 && call->args[1].tag == FURROW_STRING;
    return fb_fail(FURROW_ERR_EVAL, "AssertionError: %.480s",
                   told ? fx_text(&call->args[1])->bytes : "what was asserted is false");
}

/* ifelse(condition, a, b): both are values already; arrays of conditions choose element by element. */
static furrow_err do_ifelse(const fx_call *call, fv_cell *out)
{
    bool truth;
    if (call->args[0].tag == FURROW_ARRAY) {
        const char name[] = "ifelse";
        furrow_value *symbol;
        FX_TRY(fv_text_new(FURROW_SYMBOL, name, sizeof name - 1, &symbol));
        const fv_cell f = fx_box(symbol);
        furrow_err err = fx_broadcast(call->vm, &f, call->args, 3, out);
        fv_drop(symbol);
        return err;
    }
    FX_TRY(fx_truth(call->args, &truth));
    *out = call->args[truth ? 1 : 2];
    fv_cell_hold(out);
    return FURROW_OK;
}

/* isdefined(:x), isdefined(:Module, :x): whether the host has it bound. */
static furrow_err do_isdefined(const fx_call *call, fv_cell *out)
{
    const fx_host *host = fx_vm_host(call->vm);
    const fv_cell *name = &call->args[call->nargs - 1];
    const char *module = fx_vm_module(call->vm);
    fx_slot *slot = NULL;
    fv_cell constant;
    fx_function function;
    void *user;
    if (!fx_is_text(name)) return fx_no_method("isdefined", call->args, call->nargs);
    if (call->nargs == 2) {
        const fv_cell *m = &call->args[0];
        if (!fx_is_text(m) && m->tag != FURROW_MODULE) return fx_no_method("isdefined", call->args, 2);
        module = fx_text(m)->bytes;
    }
    const fv_text *text = fx_text(name);
    if (host && host->slot) FX_TRY(host->slot(host->self, module, text->bytes, false, &slot));
    bool defined = slot && slot->tag != FX_UNBOUND;
    if (!defined) defined = fx_builtin_find(text->bytes, text->nbytes) != NULL;
    if (!defined) defined = fx_constant_find(text->bytes, text->nbytes, &constant);
    if (!defined && host && host->function) defined = host->function(host->self, text->bytes, &function, &user);
    *out = fx_bool(defined);
    return FURROW_OK;
}

static furrow_err no_field(const fx_call *call)
{
    char text[FX_TYPE_TEXT];
    return fb_fail(FURROW_ERR_TYPE, "a value of type %s has no field %s", fx_type_text(call->args, text),
                   fx_text(&call->args[1])->bytes);
}

static furrow_err range_field(const fx_call *call, const char *name, fv_cell *out)
{
    const fv_range *r = fx_range(call->args);
    if (!strcmp(name, "start") || !strcmp(name, "first"))
        fv_range_at(r, 0, out);
    else if (!strcmp(name, "stop") || !strcmp(name, "last"))
        fv_range_at(r, r->count - 1, out);
    else
        return no_field(call);
    return FURROW_OK;
}

/* x.name: an item under a Symbol (of what match gives, say), an end of a range or pair, a part of a complex number. */
static furrow_err do_getfield(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (call->args[1].tag != FURROW_SYMBOL) return fx_no_method("getfield", call->args, 2);
    const char *name = fx_text(&call->args[1])->bytes;
    if (x->tag == FURROW_DICT) return fx_index(call->vm, x, &call->args[1], 1, out);
    if (x->tag == FURROW_RANGE && fx_range(x)->count) return range_field(call, name, out);
    bool second = !strcmp(name, "second");
    if (x->tag == FURROW_TUPLE && fx_tuple(x)->count == 2 && (second || !strcmp(name, "first"))) {
        *out = fx_tuple(x)->items[second];
        fv_cell_hold(out);
        return FURROW_OK;
    }
    if (x->tag == FURROW_EXCEPTION) return fx_exception_field(x, name, out);
    bool re = !strcmp(name, "re");
    if (!fx_type_complex(x->tag) || (!re && strcmp(name, "im"))) return no_field(call);
    const fx_builtin *part = fx_builtin_find(re ? "real" : "imag", 4);
    return part->function(&(fx_call){.vm = call->vm, .args = x, .nargs = 1}, out);
}

static furrow_err do_time(const fx_call *call, fv_cell *out)
{
    struct timespec now;
    (void)call;
    clock_gettime(CLOCK_REALTIME, &now);
    *out = fx_float((double)now.tv_sec + (double)now.tv_nsec * 1e-9);
    return FURROW_OK;
}

static furrow_err do_time_ns(const fx_call *call, fv_cell *out)
{
    struct timespec now;
    (void)call;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *out = (fv_cell){.tag = FURROW_UINT64, .u = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec};
    return FURROW_OK;
}

static furrow_err do_gethostname(const fx_call *call, fv_cell *out)
{
    char name[256] = "";
    (void)call;
    if (gethostname(name, sizeof name - 1)) return fb_fail(FURROW_ERR_SYSTEM, "the host's name could not be read");
    return fx_string(name, strlen(name), out);
}

static furrow_err do_getpid(const fx_call *call, fv_cell *out)
{
    (void)call;
    *out = fx_int(getpid());
    return FURROW_OK;
}

static furrow_err do_hash(const fx_call *call, fv_cell *out)
{
    *out = (fv_cell){.tag = FURROW_UINT64, .u = fv_cell_hash(call->args)};
    return FURROW_OK;
}

/* The times a host must not be kept from: a sleeping run looks at its limits, too. */
#define NAP_NS 2000000

static furrow_err do_sleep(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (!fx_is_real(x) || !(fx_real(x) >= 0)) return fx_no_method("sleep", x, 1);
    double seconds = fx_real(x) < 1e9 ? fx_real(x) : 1e9;
    int64_t now = fb_now_ns(), end = now + (int64_t)(seconds * 1e9);
    for (; now < end; now = fb_now_ns()) {
        int64_t rest = end - now < NAP_NS ? end - now : NAP_NS;
        nanosleep(&(struct timespec){.tv_nsec = (long)rest}, NULL);
        FX_TRY(fv_worked(FV_PIECE));
    }
    *out = fx_nothing();
    return FURROW_OK;
}

/* Memory is given back when its last reference goes: there is nothing to collect. */
static furrow_err do_gc(const fx_call *call, fv_cell *out)
{
    (void)call;
    *out = fx_nothing();
    return FURROW_OK;
}

/* apply(f, args...) and call through a value: invoke(f, (args...)) */
static furrow_err do_apply(const fx_call *call, fv_cell *out)
{
    return fx_invoke(call->vm, call->args, call->args + 1, call->nargs - 1, out);
}

static furrow_err do_eval(const fx_call *call, fv_cell *out)
{
    return fx_eval(call->vm, call->args, out);
}

const fx_builtin fx_builtins_core[] = {{"eval", do_eval, 1, 1, false},
                                       {"identity", do_identity, 1, 1, false},
                                       {"assert", do_assert, 1, 2, false},
                                       {"ifelse", do_ifelse, 3, 3, false},
                                       {"isdefined", do_isdefined, 1, 2, false},
                                       {"time", do_time, 0, 0, false},
                                       {"time_ns", do_time_ns, 0, 0, false},
                                       {"gethostname", do_gethostname, 0, 0, false},
                                       {"getpid", do_getpid, 0, 0, false},
                                       {"hash", do_hash, 1, 1, false},
                                       {"sleep", do_sleep, 1, 1, false},
                                       {"gc", do_gc, 0, 1, false},
                                       {"getfield", do_getfield, 2, 2, false},
                                       {"apply", do_apply, 1, -1, false},
                                       {NULL}};
