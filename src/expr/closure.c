/*
 * closure.c - FUNCTION values: making them where a program runs, remaking them from their text where they arrive, and
 * calling whatever can be called. Also the boxes through which functions share variables.
 */
#include "expr/tree.h"
#include "expr/vm.h"
#include <stdlib.h>

void fx_closure_drop(void *code)
{
    fx_closure *c = code;
    if (!c) return;
    for (uint32_t i = 0; i < c->nup; i++) fv_cell_drop(&c->up[i]);
    fx_unbind(c->bound);
    free(c);
}

static furrow_err closure_new(uint32_t nup, fx_closure **out)
{
    fx_closure *c = calloc(1, sizeof *c + nup * sizeof *c->up);
    if (!c) return fb_fail(FURROW_ERR_NOMEM, NULL);
    *out = c;
    return FURROW_OK;
}

/* --- boxes: an Any array of one element --- */

furrow_err fx_box_new(const fv_cell *cell, fv_cell *out)
{
    fv_array *box;
    size_t one = 1;
    furrow_err err = fv_array_new(FURROW_ANY, 1, &one, &box);
    if (err) return err;
    *(fv_cell *)box->data = *cell; /* takes it over */
    out->p = &box->head;
    out->tag = FURROW_ARRAY;
    out->unused = 0;
    return FURROW_OK;
}

furrow_err fx_box_cell(const fv_cell *box, fv_cell **cell)
{
    if (box->tag == FURROW_ARRAY) {
        fv_array *a = (fv_array *)box->p;
        if (a->head.eltype == FURROW_ANY && a->count == 1) {
            *cell = a->data;
            return FURROW_OK;
        }
    }
    return fb_fail(FURROW_ERR_BYTECODE, "a register that should hold a box holds something else");
}

/* --- making --- */

/* The values of $1, $2, ... in the function's text, as they are now. */
static furrow_err snapshot(const fx_code *fn, const fv_cell *up, furrow_value **out)
{
    *out = NULL;
    if (fn->nshot == 0) return FURROW_OK;
    fv_cell *cells = calloc(fn->nshot, sizeof *cells);
    if (!cells) return fb_fail(FURROW_ERR_NOMEM, NULL);
    furrow_err err = FURROW_OK;
    for (uint32_t i = 0; i < fn->nshot && !err; i++) {
        fv_cell *inside = NULL;
        uint16_t k = fn->shot[i];
        if (fn->up[k] & FX_UP_BOXED) err = fx_box_cell(&up[k], &inside);
        cells[i] = inside ? *inside : up[k];
        cells[i].unused = 0;
    }
    if (!err) err = fv_tuple_new(fn->nshot, cells, out);
    free(cells);
    return err;
}

furrow_err fx_closure_make(fx_vm *vm, const fx_frame *frame, uint32_t function, const fv_cell *up, fv_cell *out)
{
    const fx_image *im = &frame->bound->program->image;
    const fx_code *fn = &im->functions[function];
    furrow_value *captured = NULL, *value;
    fx_closure *c = NULL;
    furrow_err err = snapshot(fn, up, &captured);
    if (err) return err;
    const fv_text *text = fn->text == FX_NONE ? NULL : (const fv_text *)im->constants[fn->text].p;
    err = fv_code_new(FURROW_FUNCTION, text ? text->bytes : "", text ? text->nbytes : 0, captured, &value);
    if (captured) furrow_value_drop(captured);
    if (err) return err;
    err = closure_new(fn->nup, &c);
    if (err) {
        furrow_value_drop(value);
        return err;
    }
    c->bound = fx_bound_hold(frame->bound);
    c->fn = fn;
    c->host = vm->host;
    c->nup = fn->nup;
    for (uint32_t i = 0; i < fn->nup; i++) {
        c->up[i] = up[i];
        fx_hold(&up[i]);
    }
    ((fv_code *)value)->drop_code = fx_closure_drop;
    atomic_store_explicit(&((fv_code *)value)->code, c, memory_order_release);
    *out = (fv_cell){.tag = FURROW_FUNCTION, .p = value};
    return FURROW_OK;
}

furrow_err fx_closure_named(const char *name, fv_cell *out)
{
    furrow_value *value;
    furrow_err err = fv_code_new(FURROW_FUNCTION, name, strlen(name), NULL, &value);
    if (!err) *out = (fv_cell){.tag = FURROW_FUNCTION, .p = value};
    return err;
}

/* --- remaking --- */

static furrow_err closure_from_name(fx_vm *vm, const char *name, fx_closure **out)
{
    fx_closure *c = NULL;
    furrow_err err = closure_new(0, &c);
    if (err) return err;
    err = fx_name_resolve(vm->host, "Main", name, false, &c->name);
    c->name.slot = NULL; /* a symbol of that name may hold this very function */
    if (!err && !c->name.function && !c->name.builtin) err = fx_name_unknown(vm->host, name);
    if (err) {
        free(c);
        return err;
    }
    c->host = vm->host;
    *out = c;
    return FURROW_OK;
}

/* Runs the program that makes the function, and takes the closure out of what it gives. */
static furrow_err closure_from_program(fx_vm *vm, furrow_program *program, const fv_code *code, fx_closure **out)
{
    const fv_tuple *captured = (const fv_tuple *)code->captured;
    size_t ncaptured = captured ? captured->count : 0;
    if (furrow_program_nparams(program) > ncaptured)
        return fb_fail(FURROW_ERR_FORMAT, "a function came without the values that it captures");
    fx_bound *bound;
    furrow_err err = fx_bind(program, vm->host, NULL, &bound);
    if (err) return err;
    fv_cell made;
    err = fx_run(vm, bound, captured ? captured->items : NULL, furrow_program_nparams(program), NULL, &made);
    fx_unbind(bound);
    if (err) return err;
    fv_code *value = (fv_code *)made.p;
    if (made.tag == FURROW_FUNCTION && value->drop_code == fx_closure_drop)
        *out = atomic_exchange_explicit(&value->code, NULL, memory_order_acq_rel);
    else
        err = fb_fail(FURROW_ERR_FORMAT, "the text of a function is not one");
    fv_cell_drop(&made);
    return err;
}

static furrow_err closure_from_text(fx_vm *vm, const fv_code *code, fx_closure **out)
{
    const fv_text *text = (const fv_text *)code->text;
    const char *module, *name;
    if (!text->nbytes) return fb_fail(FURROW_ERR_TYPE, "a function without text cannot be called here");
    if (fx_builtin_find(text->bytes, text->nbytes)) return closure_from_name(vm, text->bytes, out);
    fx_tree *tree;
    furrow_err err = fx_parse(text->bytes, text->nbytes, &tree);
    if (err) return err;
    if (fx_tree_name(tree, &module, &name)) {
        err = closure_from_name(vm, name, out);
    } else {
        furrow_program *program;
        err = fx_compile_function(tree, &program);
        if (!err) {
            err = closure_from_program(vm, program, code, out);
            furrow_program_drop(program);
        }
    }
    fx_tree_drop(tree);
    return err;
}

furrow_err fx_closure_of(fx_vm *vm, furrow_value *function, fx_closure **out)
{
    fv_code *code = (fv_code *)function;
    /* Acquire pairs with the release of whoever made the closure: its fields are seen whole. */
    fx_closure *c = atomic_load_explicit(&code->code, memory_order_acquire);
    if (c && code->drop_code != fx_closure_drop) return fb_fail(FURROW_ERR_TYPE, "this value cannot be called");
    if (c && c->host == vm->host) {
        *out = c;
        return FURROW_OK;
    }
    if (c) return fb_fail(FURROW_ERR_TYPE, "the function belongs to another job of this process");
    furrow_err err = closure_from_text(vm, code, &c);
    if (err) return err;
    void *none = NULL;
    __atomic_store_n(&code->drop_code, fx_closure_drop, __ATOMIC_RELAXED);
    if (!atomic_compare_exchange_strong_explicit(&code->code, &none, c, memory_order_acq_rel, memory_order_acquire)) {
        fx_closure_drop(c);
        c = none;
    }
    *out = c;
    return FURROW_OK;
}

/* --- calling --- */

static furrow_err call_builtin(const fx_builtin *b, fx_call *call, fv_cell *out)
{
    bool few = call->nargs < (size_t)b->min_args, many = b->max_args >= 0 && call->nargs > (size_t)b->max_args;
    if (few || many)
        return fb_fail(FURROW_ERR_ARG, "`%s` takes %s%d argument%s, %zu given", b->name,
                       b->min_args == b->max_args ? ""
                       : few                      ? "at least "
                                                  : "at most ",
                       few ? b->min_args : b->max_args, (few ? b->min_args : b->max_args) == 1 ? "" : "s", call->nargs);
    return b->function(call, out);
}

/* The host is not asked in the middle of what it does itself. */
static furrow_err call_host(fx_function function, const fx_call *call, fv_cell *out)
{
    fv_look look = fv_meter_look(NULL);
    furrow_err err = function(call, out);
    fv_meter_look(look);
    return err;
}

furrow_err fx_call_named(const fx_bound_name *n, const char *text, fx_call *call, fv_cell *out)
{
    fx_vm *vm = call->vm;
    if (n->slot && n->slot->tag != FX_UNBOUND) {
        fv_cell callee;
        furrow_err err = fx_slot_load(n->slot, &callee);
        if (err) return err;
        err = fx_call_value(&callee, call, out);
        fv_cell_drop(&callee);
        return err;
    }
    if (n->function) {
        call->user = n->user;
        return call_host(n->function, call, out);
    }
    if (n->builtin) return call_builtin(n->builtin, call, out);
    fx_function function; /* the host may have learnt it since */
    if (vm->host->function && vm->host->function(vm->host->self, text, &function, &call->user))
        return call_host(function, call, out);
    if (n->constant && n->value.tag == FURROW_DATATYPE) return fx_call_value(&n->value, call, out);
    if (n->constant) return fb_fail(FURROW_ERR_TYPE, "`%s` is not a function", text);
    return fx_name_unknown(vm->host, text);
}

static furrow_err call_closure(furrow_value *function, fx_call *call, fv_cell *out)
{
    fx_vm *vm = call->vm;
    fx_closure *c = NULL;
    furrow_err err = fx_closure_of(vm, function, &c);
    if (err) return err;
    if (!c->bound) return fx_call_named(&c->name, ((const fv_text *)((fv_code *)function)->text)->bytes, call, out);
    fx_entry entry = {c->bound, c->fn, c, function};
    fx_frame *frame;
    err = fx_vm_steps(vm, c->fn->ncode); /* builtins that call it for every item need not count */
    if (!err) err = fx_frame_push(vm, &entry, call, false, &frame);
    return err ? err : fx_interpret(vm, frame, out);
}

furrow_err fx_call_value(const fv_cell *callee, fx_call *call, fv_cell *out)
{
    if (callee->tag == FURROW_FUNCTION) return call_closure(callee->p, call, out);
    if (callee->tag == FURROW_DATATYPE) return fx_call_type((fv_type)callee->i, call, out);
    if (callee->tag == FURROW_SYMBOL) {
        const fv_text *name = (const fv_text *)callee->p;
        const fx_builtin *b = fx_builtin_find(name->bytes, name->nbytes);
        if (b) return call_builtin(b, call, out);
        return fb_fail(FURROW_ERR_TYPE, "`:%s` is no function", name->bytes);
    }
    return fb_fail(FURROW_ERR_TYPE, "a value of type %s cannot be called", furrow_type_name(callee->tag));
}
