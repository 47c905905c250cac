/*
 * vm.c - the machine as a thing: opening, limits and the budget of a run, frames on a stack of chunks that never move,
 * entering and leaving. interp.c executes; nothing here knows what an instruction does.
 */
#include "expr/vm.h"
#include "base/clock.h"
#include <stdlib.h>
#include <unistd.h>

#define FIRST_CHUNK 2048 /* cells */
#define NEXT_CHUNK  16384

static fx_chunk *chunk_new(size_t capacity, fx_chunk *prev)
{
    fx_chunk *c = aligned_alloc(64, (sizeof *c + capacity * sizeof *c->cells + 63) & ~(size_t)63);
    if (!c) return NULL;
    c->prev = prev;
    c->capacity = capacity;
    c->used = 0;
    return c;
}

furrow_err fx_vm_open(const fx_host *host, fx_vm **out)
{
    fx_vm *vm = calloc(1, sizeof *vm);
    if (!vm || !(vm->chunk = chunk_new(FIRST_CHUNK, NULL))) {
        free(vm);
        return fb_fail(FURROW_ERR_NOMEM, NULL);
    }
    vm->host = host;
    fx_vm_limits(vm, &(furrow_limits){0});
    *out = vm;
    return FURROW_OK;
}

void fx_vm_close(fx_vm *vm)
{
    if (!vm) return;
    for (fx_chunk *c = vm->chunk, *prev; c; c = prev) {
        prev = c->prev;
        free(c);
    }
    fx_scratch_free(vm->scratch);
    fx_prelude_free(vm->prelude);
    free(vm);
}

fx_exceptions *fx_vm_exceptions(fx_vm *vm)
{
    return &vm->exceptions;
}

furrow_value ***fx_vm_prelude(fx_vm *vm)
{
    return &vm->prelude;
}

fx_rng *fx_vm_rng(fx_vm *vm)
{
    return &vm->rng;
}

const fx_host *fx_vm_host(fx_vm *vm)
{
    return vm->host;
}

const char *fx_vm_module(fx_vm *vm)
{
    return vm->top ? vm->top->bound->module : "Main";
}

/* --- budget --- */

/* What is 0 in l is taken from d. */
static furrow_limits complete(furrow_limits l, const furrow_limits *d)
{
    if (!l.steps) l.steps = d->steps;
    if (!l.nbytes) l.nbytes = d->nbytes;
    if (!l.depth) l.depth = d->depth;
    if (!l.time_ms) l.time_ms = d->time_ms;
    if (l.steps > INT64_MAX / 2) l.steps = INT64_MAX / 2;
    return l;
}

void fx_vm_limits(fx_vm *vm, const furrow_limits *limits)
{
    static const furrow_limits fallback = {10000000000u, 0, 1000, 3600000};
    vm->defaults = complete(*limits, &fallback);
    if (!vm->defaults.nbytes)
        vm->defaults.nbytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 4;
}

/* Time and host. */
static furrow_err look(void *run)
{
    fx_vm *vm = run;
    int64_t now = fb_now_ns();
    if (vm->deadline_ns == 0) vm->deadline_ns = now + (int64_t)vm->limits.time_ms * 1000000;
    if (now > vm->deadline_ns) {
        furrow_err err = fb_fail(FURROW_ERR_LIMIT, "the evaluation took longer than %u ms", vm->limits.time_ms);
        fb_fail_symbol("FURROW_MAX_TIME");
        return err;
    }
    return vm->host->tick ? vm->host->tick(vm->host->self) : FURROW_OK;
}

static void budget_start(fx_vm *vm, const furrow_limits *given)
{
    vm->limits = given ? complete(*given, &vm->defaults) : vm->defaults;
    vm->rest = (int64_t)vm->limits.steps;
    vm->slice = vm->rest < FX_SLICE ? vm->rest : FX_SLICE;
    vm->rest -= vm->slice;
    vm->deadline_ns = 0; /* read at the first slice: short runs never look at the clock */
    vm->meter = (fv_meter){.limit = vm->limits.nbytes, .look = look, .run = vm};
}

furrow_err fx_vm_slice(fx_vm *vm)
{
    vm->rest += vm->slice;
    if (vm->rest < 0) {
        vm->rest = vm->slice = 0;
        furrow_err err =
            fb_fail(FURROW_ERR_LIMIT, "the evaluation took more than %llu steps", (unsigned long long)vm->limits.steps);
        fb_fail_symbol("FURROW_MAX_STEPS");
        return err;
    }
    vm->slice = vm->rest < FX_SLICE ? vm->rest : FX_SLICE;
    vm->rest -= vm->slice;
    return look(vm);
}

furrow_err fx_spend(fx_vm *vm, uint64_t elements)
{
    return fx_vm_steps(vm, (int64_t)(elements / 64) + 1);
}

/* --- frames --- */

static furrow_err deeper(fx_vm *vm)
{
    if (vm->depth < vm->limits.depth) return FURROW_OK;
    furrow_err err = fb_fail(FURROW_ERR_LIMIT, "calls are nested more than %u deep", vm->limits.depth);
    fb_fail_symbol("FURROW_MAX_DEPTH");
    return err;
}

static furrow_err stack_alloc(fx_vm *vm, size_t ncells, fv_cell **out)
{
    fx_chunk *c = vm->chunk;
    if (ncells > c->capacity - c->used) {
        size_t capacity = ncells > NEXT_CHUNK ? ncells : NEXT_CHUNK;
        furrow_err err = fv_meter_charge(capacity * sizeof(fv_cell));
        if (err) return err;
        c = chunk_new(capacity, vm->chunk);
        if (!c) {
            fv_meter_refund(capacity * sizeof(fv_cell));
            return fb_fail(FURROW_ERR_NOMEM, NULL);
        }
        vm->chunk = c;
    }
    *out = c->cells + c->used;
    c->used += ncells;
    return FURROW_OK;
}

static void stack_free(fx_vm *vm, fx_chunk *chunk, size_t mark)
{
    chunk->used = mark;
    if (mark || !chunk->prev) return;
    vm->chunk = chunk->prev;
    fv_meter_refund(chunk->capacity * sizeof(fv_cell));
    free(chunk);
}

static furrow_err wrong_count(const fx_entry *e, size_t nargs)
{
    const fx_code *fn = e->fn;
    const char *name = fx_image_symbol(&e->bound->program->image, fn->name);
    if (!*name) name = e->function ? "the function" : "the program";
    bool few = nargs < fn->nrequired;
    unsigned wanted = few ? fn->nrequired : fn->npositional;
    const char *word = "";
    if (fn->vararg || fn->nrequired < fn->npositional) word = few ? "at least " : "at most ";
    return fb_fail(FURROW_ERR_ARG, "%s takes %s%u argument%s, %zu given", name, word, wanted, wanted == 1 ? "" : "s",
                   nargs);
}

/* Keyword arguments to their registers; the last of several of one name counts. */
static furrow_err place_keywords(const fx_entry *e, const fx_call *call, fv_cell *regs)
{
    const fx_code *fn = e->fn;
    const fx_image *im = &e->bound->program->image;
    for (size_t i = 0; i < call->nkw; i++) {
        const fv_cell *key = &call->kwargs[2 * i];
        if (key->tag != FURROW_SYMBOL) return fb_fail(FURROW_ERR_TYPE, "a keyword argument has no name");
        const char *name = ((const fv_text *)key->p)->bytes;
        uint32_t k = 0;
        while (k < fn->nkw && strcmp(fx_image_symbol(im, fn->kw[k]), name) != 0) k++;
        if (k == fn->nkw) return fb_fail(FURROW_ERR_ARG, "the function has no keyword argument `%s`", name);
        fx_hold(&call->kwargs[2 * i + 1]);
        fx_put(&regs[k], call->kwargs[2 * i + 1]);
    }
    return FURROW_OK;
}

static furrow_err place_arguments(const fx_entry *e, const fx_call *call, bool move, fv_cell *regs)
{
    const fx_code *fn = e->fn;
    size_t n = call->nargs < fn->npositional ? call->nargs : fn->npositional;
    static const fv_cell unset = {.tag = FURROW_NOTHING, .unused = FX_MARK_UNSET};
    fv_cell *args = (fv_cell *)(uintptr_t)call->args;
    if (fn->vararg) {
        furrow_err err = fv_tuple_new(call->nargs - n, args + n, &regs[fn->npositional].p);
        if (err) return err;
        regs[fn->npositional].tag = FURROW_TUPLE;
    }
    for (size_t i = 0; i < fn->nkw; i++) regs[fn->npositional + fn->vararg + i] = unset;
    if (fn->nkw || call->nkw) {
        furrow_err err = place_keywords(e, call, regs + fn->npositional + fn->vararg);
        if (err) return err;
    }
    for (size_t i = 0; i < n; i++) {
        regs[i] = args[i];
        if (move)
            args[i] = (fv_cell){0};
        else
            fx_hold(&args[i]);
    }
    for (size_t i = n; i < fn->npositional; i++) regs[i] = unset;
    return FURROW_OK;
}

/* The plain case: as many as there are parameters, from registers that no longer need them. */
static inline void move_arguments(const fx_call *call, fv_cell *regs)
{
    fv_cell *args = (fv_cell *)(uintptr_t)call->args;
    for (size_t i = 0; i < call->nargs; i++) {
        fx_move(&regs[i], &args[i]);
        args[i].tag = FURROW_NOTHING;
        args[i].unused = 0;
    }
}

furrow_err fx_frame_push(fx_vm *vm, const fx_entry *e, const fx_call *call, bool move, fx_frame **out)
{
    const fx_code *fn = e->fn;
    if (call->nargs < fn->nrequired || (call->nargs > fn->npositional && !fn->vararg))
        return wrong_count(e, call->nargs);
    furrow_err err = deeper(vm);
    if (err) return err;
    const size_t head = FX_FRAME_CELLS;
    fv_cell *at = NULL;
    err = stack_alloc(vm, head + fn->nregs, &at);
    if (err) return err;
    fx_frame *f = (fx_frame *)(void *)at;
    *f = (fx_frame){.prev = vm->top,
                    .bound = e->bound,
                    .fn = fn,
                    .closure = e->closure,
                    .function = e->function,
                    .regs = at + head,
                    .pc = fn->code,
                    .chunk = vm->chunk};
    f->mark = vm->chunk->used - head - fn->nregs;
    f->holds = f->function != NULL;
    if (f->holds) fv_hold(f->function);
    for (uint32_t i = 0; i < fn->nregs; i++) fx_clear(&f->regs[i]);
    vm->top = f;
    vm->depth++;
    if (move && call->nargs == fn->npositional && !fn->vararg && !fn->nkw && !call->nkw)
        move_arguments(call, f->regs);
    else
        err = place_arguments(e, call, move, f->regs);
    if (err)
        fx_frame_pop(vm, f);
    else
        *out = f;
    return err;
}

void fx_frame_pop(fx_vm *vm, fx_frame *f)
{
    for (fv_cell *c = f->regs, *end = c + f->fn->nregs; c < end; c++) fx_drop(c);
    vm->top = f->prev;
    vm->depth--;
    furrow_value *function = f->holds ? f->function : NULL;
    stack_free(vm, f->chunk, f->mark);
    if (function) fv_drop(function);
}

/* --- running --- */

static furrow_err run(fx_vm *vm, fx_bound *bound, const fv_cell *args, size_t nargs, fv_cell *out)
{
    fx_entry entry = {bound, &bound->program->image.functions[0], NULL, NULL};
    fx_call call = {vm, NULL, args, nargs, NULL, 0};
    fx_frame *frame = nargs ? NULL : fx_frame_plain(vm, entry, NULL, 0);
    furrow_err err = frame ? FURROW_OK : fx_frame_push(vm, &entry, &call, false, &frame);
    return err ? err : fx_interpret(vm, frame, out);
}

/* Every way into the machine from outside stands between these: the outermost starts a budget, the others share it. */
furrow_err fx_nest(fx_vm *vm)
{
    if (vm->reentry < FX_MAX_REENTRY) {
        vm->reentry++;
        return FURROW_OK;
    }
    furrow_err err = fb_fail(FURROW_ERR_LIMIT, "calls through builtins are nested more than %d deep", FX_MAX_REENTRY);
    fb_fail_symbol("FURROW_MAX_DEPTH");
    return err;
}

void fx_unnest(fx_vm *vm)
{
    vm->reentry--;
}

furrow_err fx_vm_enter(fx_vm *vm, const furrow_limits *limits, fv_meter **before)
{
    furrow_err err = fx_nest(vm);
    if (!err && vm->reentry == 1) {
        budget_start(vm, limits);
        *before = fv_meter_swap(&vm->meter);
    }
    return err;
}

void fx_vm_leave(fx_vm *vm, fv_meter *before)
{
    if (--vm->reentry > 0) return;
    if (vm->exceptions.thrown | vm->exceptions.caught) fx_exceptions_clear(&vm->exceptions);
    fv_meter_swap(before);
}

furrow_err fx_run(fx_vm *vm, fx_bound *bound, const fv_cell *args, size_t nargs, const furrow_limits *limits,
                  fv_cell *out)
{
    fv_meter *before = NULL;
    furrow_err err = fx_vm_enter(vm, limits, &before);
    if (err) return err;
    err = run(vm, bound, args, nargs, out);
    fx_vm_leave(vm, before);
    return err;
}

furrow_err fx_apply(fx_vm *vm, const fv_cell *function, const fv_cell *args, size_t nargs, fv_cell *out)
{
    fx_call call = {vm, NULL, args, nargs, NULL, 0};
    fv_meter *before = NULL;
    furrow_err err = fx_vm_enter(vm, NULL, &before);
    if (err) return err;
    err = fx_call_value(function, &call, out);
    fx_vm_leave(vm, before);
    return err;
}

/* The module of the program that runs. */
static const char *present_module(const fx_vm *vm)
{
    return vm->top ? vm->top->bound->module : "Main";
}

furrow_err fx_eval(fx_vm *vm, const fv_cell *what, fv_cell *out)
{
    fx_tree *tree;
    furrow_program *program = NULL;
    fx_bound *bound = NULL;
    if (what->tag != FURROW_EXPR && what->tag != FURROW_SYMBOL) {
        *out = *what;
        fv_cell_hold(out);
        return FURROW_OK;
    }
    furrow_err err = fx_tree_of(what->p, &tree);
    if (err) return err;
    err = fx_compile_tree(tree, &program);
    if (!err) err = fx_bind(program, vm->host, present_module(vm), &bound);
    if (!err) err = fx_run(vm, bound, NULL, 0, NULL, out);
    if (bound) fx_unbind(bound);
    furrow_program_drop(program);
    fx_tree_drop(tree);
    return err;
}
