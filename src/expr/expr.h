/*
 * expr.h - what the language offers to the job (and to tests): parse, compile, verify, run. Knows values, no pids, no
 * network; everything outside a program (symbols, functions of the surroundings) comes through an fx_host.
 */
#ifndef FX_EXPR_H
#define FX_EXPR_H

#include <furrow/expr.h>
#include "value/value.h"

/* --- the surroundings of a run ------------------------------------------------------------------------------------ */

/*
 * A symbol as programs see it. Slots are made by the host, never move and never go away while it lives, so a decoded
 * program keeps pointers to them. For a flat scalar (tag is its type) mem is where it lives, naturally aligned:
 * programs load and store it there with one relaxed atomic access of its size (COMPLEX128: two). For anything else that
 * is bound, mem is NULL and value is the boxed value; unbound is tag == FX_UNBOUND.
 */
#define FX_UNBOUND        UINT32_MAX
#define FX_SLOT_READ_ONLY 1u
typedef struct fx_slot {
    uint32_t tag;
    uint32_t flags; /* FX_SLOT_READ_ONLY: programs do not store there themselves, the host is asked to bind */
    void *mem;
    furrow_value *value;
} fx_slot;

struct fx_vm;
/* A function of the surroundings, or a builtin. args are borrowed; keyword arguments come as pairs (SYMBOL, value) in
 * kwargs, nkw pairs. *out gets a reference of its own. Errors through fb_fail. */
typedef struct fx_call {
    struct fx_vm *vm;
    void *user; /* given with the function */
    const fv_cell *args;
    size_t nargs;
    const fv_cell *kwargs;
    size_t nkw;
} fx_call;
typedef furrow_err (*fx_function)(const fx_call *call, fv_cell *out);

typedef struct fx_host {
    void *self;
    /* The slot of module.name, made unbound when missing (create) or NULL in *out. LIMIT when there are too many. */
    furrow_err (*slot)(void *self, const char *module, const char *name, bool create, fx_slot **out);
    /* Binds a slot to a value (programs store same-typed scalars themselves). The host may move the value's elements
     * into memory of its own (fv_array_rehome). PINNED, NOMEM. */
    furrow_err (*bind)(void *self, fx_slot *slot, const fv_cell *value);
    /* A function known by name outside the language's own builtins (myid, exported C functions, cluster verbs): looked
     * up when a call's name is neither a local nor a bound symbol; host functions come before builtins. false: none. */
    bool (*function)(void *self, const char *name, fx_function *function, void **user);
    /* Called every few thousand steps: an error ends the run (deadline, the job is going). */
    furrow_err (*tick)(void *self);
    /* The index-th name the host could offer (symbols, functions) for "did you mean"; NULL past the end. */
    const char *(*name)(void *self, size_t index);
} fx_host;

/* --- text and trees ----------------------------------------------------------------------------------------------- */

typedef struct fx_tree fx_tree; /* a parsed expression; immutable, counted */

/* Parses one top-level statement; *used is how many bytes it took with its terminator, 0 when only blanks and comments
 * were left (*tree is NULL then); *quiet whether it ended in ';'. line is the number of the first line. SYNTAX,
 * INCOMPLETE, LIMIT. */
FURROW_MUST_CHECK furrow_err fx_parse_statement(const char *text, size_t nbytes, int line, fx_tree **tree, size_t *used,
                                                bool *quiet);
/* Parses a whole text; several statements become one block. */
FURROW_MUST_CHECK furrow_err fx_parse(const char *text, size_t nbytes, fx_tree **tree);
fx_tree *fx_tree_hold(fx_tree *tree);
void fx_tree_drop(fx_tree *tree);
/* The tree of an EXPR value (parsed once, kept with it), or of a SYMBOL value (that name): a new reference. TYPE
 * otherwise. */
FURROW_MUST_CHECK furrow_err fx_tree_of(const furrow_value *value, fx_tree **tree);
/* An EXPR value (SYMBOL for a bare name, the value itself for a literal) of a tree. */
FURROW_MUST_CHECK furrow_err fx_tree_value(fx_tree *tree, furrow_value **value);
/* The assignment target = expression: expression is a tree, or NULL for parameter $1. TYPE when target cannot be
 * assigned to. */
FURROW_MUST_CHECK furrow_err fx_tree_assign(fx_tree *target, fx_tree *expression, fx_tree **tree);
/* The name (and module, "" when it has none) when the tree is a bare symbol or Module.name; false otherwise. Borrowed.
 */
bool fx_tree_name(const fx_tree *tree, const char **module, const char **name);
/* Canonical source text, as display shows it between :( and ). From malloc. */
FURROW_MUST_CHECK furrow_err fx_tree_text(const fx_tree *tree, char **text);

/* --- programs ----------------------------------------------------------------------------------------------------- */

/* module: where unqualified names are looked up and bound when the program is bound to a host with module NULL. */
FURROW_MUST_CHECK furrow_err fx_compile_tree(const fx_tree *tree, furrow_program **program);
/* The same, with the text that the tree was parsed from: runtime errors show its line and a caret. */
FURROW_MUST_CHECK furrow_err fx_compile_source(const fx_tree *tree, const char *text, size_t nbytes,
                                               furrow_program **program);
/* The verifier: a pure function over bytes. BYTECODE with what is wrong and where. */
FURROW_MUST_CHECK furrow_err fx_verify(const void *bytes, size_t nbytes);

/* A program bound to a host and module: names have become slots. One per (program, host, module). */
typedef struct fx_bound fx_bound;
FURROW_MUST_CHECK furrow_err fx_bind(furrow_program *program, const fx_host *host, const char *module,
                                     fx_bound **bound);
void fx_unbind(fx_bound *bound);

/* A machine: registers, block buffers, counters; reused from run to run, one thread at a time, may be entered again
 * from a function it called. */
typedef struct fx_vm fx_vm;
FURROW_MUST_CHECK furrow_err fx_vm_open(const fx_host *host, fx_vm **vm);
void fx_vm_close(fx_vm *vm);
/* Runs with nargs arguments (borrowed); *out gets a reference of its own. Zero limits: the defaults given to
 * fx_vm_limits. */
FURROW_MUST_CHECK furrow_err fx_run(fx_vm *vm, fx_bound *bound, const fv_cell *args, size_t nargs,
                                    const furrow_limits *limits, fv_cell *out);
void fx_vm_limits(fx_vm *vm, const furrow_limits *limits);
/* Calls a FUNCTION value, or a builtin named by a SYMBOL: for builtins (map, reduce) and the host. Same limits as the
 * run it stands in. */
FURROW_MUST_CHECK furrow_err fx_apply(fx_vm *vm, const fv_cell *function, const fv_cell *args, size_t nargs,
                                      fv_cell *out);

/* The index-th builtin's name, for completion; NULL past the end. */
const char *fx_builtin_name(size_t index);

#endif
