/*
 * vm.h - the inside of the machine: bound programs, function values, frames, the budget of a run. Shared by vm.c,
 * bound.c, closure.c, interp.c and block.c; nobody else includes it.
 */
#ifndef FX_VM_H
#define FX_VM_H

#include "base/error.h"
#include "expr/builtin.h"
#include "expr/program.h"

/* What a name of a program means under a host. Looked up once; a symbol that exists or could come to be has a slot,
 * which wins whenever it is bound. */
typedef struct fx_bound_name {
    fx_slot *slot;
    fx_function function; /* the host's; NULL: none */
    void *user;
    const fx_builtin *builtin;
    double (*scalar)(double x); /* the builtin for one Float64 of its domain; NULL: none */
    enum { FX_DOMAIN_ALL, FX_DOMAIN_POSITIVE, FX_DOMAIN_FINITE } domain;
    bool constant; /* value is what the language itself means by the name */
    fv_cell value;
} fx_bound_name;

struct fx_bound {
    _Atomic uint32_t refs; /* function values hold their bound program */
    furrow_program *program;
    const fx_host *host;
    char *module;
    fx_bound_name *names;
};
fx_bound *fx_bound_hold(fx_bound *bound);

/* What the code pointer of a FUNCTION value is. */
typedef struct fx_closure {
    fx_bound *bound;   /* NULL: a function by name */
    const fx_code *fn; /* of bound's program */
    const fx_host *host;
    fx_bound_name name; /* when bound is NULL */
    uint32_t nup;
    fv_cell up[];
} fx_closure;

typedef struct fx_frame {
    struct fx_frame *prev;
    fx_bound *bound; /* held by function, or by who called fx_run */
    const fx_code *fn;
    fx_closure *closure;
    furrow_value *function; /* NULL: the program itself */
    fv_cell *regs;
    const fx_ins *pc; /* saved while another frame runs */
    uint32_t result;  /* register of prev that gets the result */
    bool holds;       /* a reference on function is this frame's; else a frame below has it: recursion */
    struct fx_chunk *chunk;
    size_t mark; /* chunk->used before this frame */
} fx_frame;

typedef struct fx_chunk {
    struct fx_chunk *prev;
    size_t capacity; /* cells */
    size_t used;
    _Alignas(16) fv_cell cells[];
} fx_chunk;

#define FX_SLICE       4096 /* steps between looks at clock and host */
#define FX_MAX_REENTRY 200  /* machine inside builtin inside machine, on the C stack */

struct fx_vm {
    const fx_host *host;
    furrow_limits defaults;
    furrow_limits limits; /* of the present run, all set */
    int64_t slice;        /* steps left before the next look */
    int64_t rest;         /* steps left after that */
    int64_t deadline_ns;
    uint32_t depth;
    uint32_t reentry;
    fx_frame *top;
    fx_chunk *chunk;
    fv_meter meter;
    fx_rng rng;
    fx_exceptions exceptions;
    furrow_value **prelude;
    struct fx_scratch *scratch; /* block.c */
};

/* --- marks: a register without value is NOTHING with one of these in `unused`, harmless wherever it may leak --- */
enum { FX_MARK_UNSET = 1, FX_MARK_GLOBAL = 2 };
static inline bool fx_is_mark(const fv_cell *c, uint32_t mark)
{
    return c->tag == FURROW_NOTHING && c->unused == mark;
}

/* --- registers --- */
#define FX_INLINE_TAGS (((2u << FURROW_COMPLEX64) - 1) | 1u << FURROW_CHAR | 1u << FURROW_DATATYPE)
static inline bool fx_boxed(const fv_cell *c)
{
    return !(FX_INLINE_TAGS >> c->tag & 1);
}
static inline void fx_hold(const fv_cell *c)
{
    if (fx_boxed(c)) fv_hold(c->p);
}
static inline void fx_drop(fv_cell *c)
{
    if (__builtin_expect(fx_boxed(c), 0)) fv_drop(c->p);
}
/* Cells are written as two words; read back as one vector they would wait for both stores. */
static inline void fx_move(fv_cell *to, const fv_cell *from)
{
    uint64_t head, body;
    memcpy(&head, from, 8);
    memcpy(&body, &from->u, 8);
    __asm__("" : "+r"(head), "+r"(body));
    memcpy(to, &head, 8);
    memcpy(&to->u, &body, 8);
}
/* Takes over cell's reference. */
static inline void fx_put(fv_cell *reg, fv_cell cell)
{
    if (__builtin_expect(fx_boxed(reg), 0)) {
        furrow_value *old = reg->p;
        fx_move(reg, &cell);
        fv_drop(old);
    } else {
        fx_move(reg, &cell);
    }
}

/* --- budget (vm.c) --- */
FURROW_MUST_CHECK furrow_err fx_vm_slice(fx_vm *vm); /* slice is below 0: LIMIT, or what tick says */
FURROW_MUST_CHECK static inline furrow_err fx_vm_steps(fx_vm *vm, int64_t steps)
{
    vm->slice -= steps;
    return __builtin_expect(vm->slice < 0, 0) ? fx_vm_slice(vm) : FURROW_OK;
}

/* Every way into the loop from C stands between these: the outermost starts a budget, the others share it. LIMIT. */
FURROW_MUST_CHECK furrow_err fx_vm_enter(fx_vm *vm, const furrow_limits *limits, fv_meter **before);
void fx_vm_leave(fx_vm *vm, fv_meter *before);

/* --- frames (vm.c) --- */
/* Registers for a call of fn with the arguments in place. move: args are taken over, else held. */
typedef struct fx_entry {
    fx_bound *bound;
    const fx_code *fn;
    fx_closure *closure;
    furrow_value *function;
} fx_entry;
FURROW_MUST_CHECK furrow_err fx_frame_push(fx_vm *vm, const fx_entry *entry, const fx_call *call, bool move,
                                           fx_frame **out);
void fx_frame_pop(fx_vm *vm, fx_frame *frame);

#define FX_FRAME_CELLS ((sizeof(fx_frame) + sizeof(fv_cell) - 1) / sizeof(fv_cell))
/* A cell that holds nothing needs no payload. */
static inline void fx_clear(fv_cell *c)
{
    const uint64_t head = 0;
    _Static_assert(FURROW_NOTHING == 0, "nothing is all zeros");
    memcpy(c, &head, sizeof head);
}
/* The plain case of fx_frame_push, from registers that no longer need the arguments: as many as there are parameters,
 * which may be none, and room. NULL: not plain. */
static inline fx_frame *fx_frame_plain(fx_vm *vm, fx_entry e, fv_cell *args, uint32_t nargs)
{
    const fx_code *fn = e.fn;
    fx_chunk *c = vm->chunk;
    size_t used = c->used, nregs = fn->nregs;
    if (nargs != fn->plain || vm->depth >= vm->limits.depth || FX_FRAME_CELLS + nregs > c->capacity - used) return NULL;
    fx_frame *f = (fx_frame *)(void *)(c->cells + used), *prev = vm->top;
    fv_cell *regs = c->cells + used + FX_FRAME_CELLS, *end = regs + nregs;
    f->prev = prev;
    f->bound = e.bound;
    f->fn = fn;
    f->closure = e.closure;
    f->function = e.function;
    f->regs = regs;
    f->pc = fn->code;
    f->chunk = c;
    f->mark = used;
    c->used = used + FX_FRAME_CELLS + nregs;
    vm->top = f;
    vm->depth++;
    f->holds = e.function && !(prev && prev->function == e.function);
    if (f->holds) fv_hold(e.function);
    for (; nargs > 0; nargs--, args++, regs++) { /* args is NULL where there are none */
        fx_move(regs, args);
        fx_clear(args);
    }
    for (; regs < end; regs++) fx_clear(regs);
    return f;
}
/* The plain case of fx_frame_pop, of a frame that is not the last: registers hold nothing that is counted, no chunk and no
 * function goes. False: not plain, and nothing has been done. */
static inline bool fx_frame_pop_plain(fx_vm *vm, const fx_frame *f)
{
    uint32_t seen = 0;
    for (const fv_cell *c = f->regs, *end = c + f->fn->nregs; c < end; c++) seen |= 1u << c->tag;
    if (seen & ~FX_INLINE_TAGS || f->holds || !f->mark) return false;
    vm->top = f->prev;
    vm->depth--;
    f->chunk->used = f->mark;
    return true;
}

/* --- names (bound.c) --- */
FURROW_MUST_CHECK furrow_err fx_name_resolve(const fx_host *host, const char *module, const char *name, bool assigned,
                                             fx_bound_name *out);
/* The NAME error, with the nearest known name. */
furrow_err fx_name_unknown(const fx_host *host, const char *name) __attribute__((cold));
FURROW_MUST_CHECK furrow_err fx_slot_load(const fx_slot *slot, fv_cell *out); /* a reference of its own */
FURROW_MUST_CHECK furrow_err fx_slot_store(const fx_host *host, fx_slot *slot, const fv_cell *cell);

/* --- function values (closure.c) --- */
FURROW_MUST_CHECK furrow_err fx_closure_make(fx_vm *vm, const fx_frame *frame, uint32_t function, const fv_cell *up,
                                             fv_cell *out);
/* A FUNCTION value that means a name: a builtin or a function of the host. */
FURROW_MUST_CHECK furrow_err fx_closure_named(const char *name, fv_cell *out);
/* The closure behind a FUNCTION value, made from its text when it came from elsewhere. Borrowed from the value. */
FURROW_MUST_CHECK furrow_err fx_closure_of(fx_vm *vm, furrow_value *function, fx_closure **out);
void fx_closure_drop(void *closure);
/* Boxes: variables shared by a function and those it made. */
FURROW_MUST_CHECK furrow_err fx_box_new(const fv_cell *cell, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_box_cell(const fv_cell *box, fv_cell **cell);
/* Calls what has been looked up under a name, or its builtin. */
FURROW_MUST_CHECK furrow_err fx_call_named(const fx_bound_name *name, const char *text, fx_call *call, fv_cell *out);
/* Calls any value: FUNCTION, DATATYPE, SYMBOL that names a builtin. Functions of programs run in a machine loop of
 * their own. */
FURROW_MUST_CHECK furrow_err fx_call_value(const fv_cell *callee, fx_call *call, fv_cell *out);

/* --- the loop (interp.c) --- */
FURROW_MUST_CHECK furrow_err fx_interpret(fx_vm *vm, fx_frame *entry, fv_cell *out);

/* --- fused blocks (block.c) --- */
/* Whether any leaf of the block is an array now: nothing else is worth a try. */
static inline bool fx_block_has_array(const fx_block *b, const fv_cell *regs)
{
    for (const fx_node *n = b->nodes; n->kind <= FX_NODE_SLICE; n++) {
        if (n->kind == FX_NODE_CONSTANT) continue;
        uint32_t tag = regs[n->a].tag;
        if (tag == FURROW_ARRAY || tag == FURROW_RANGE) return true;
    }
    return false;
}
/* Tries block b over registers: *done says whether it fitted; *out is its result when it did. */
FURROW_MUST_CHECK furrow_err fx_block_run(fx_vm *vm, fx_bound *bound, const fx_block *b, fv_cell *regs, fv_cell *out,
                                          bool *done);
void fx_scratch_free(struct fx_scratch *scratch);

#endif
