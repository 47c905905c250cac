/*
 * operate.h - what instructions do when it is more than a few lines: the machine loop calls these out of line. Each
 * takes registers that the verifier has vouched for; a result goes to *out as a reference of its own.
 */
#ifndef FX_OPERATE_H
#define FX_OPERATE_H

#include "expr/vm.h"

FURROW_MUST_CHECK furrow_err fx_do_constant(const fv_cell *constant, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_getg(fx_vm *vm, const fx_frame *f, uint32_t name, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_binary(fx_vm *vm, fx_op op, bool dotted, const fv_cell *a, const fv_cell *b,
                                          fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_join(const fv_cell *tuple, const fv_cell *items, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_typed(furrow_type type, const fv_cell *items, size_t n, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_matrix(fx_vm *vm, const fv_cell *regs, size_t n, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_quote(const fv_cell *constant, const fv_cell *cells, size_t n, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_unpack(const fv_cell *source, fv_cell *regs, size_t n);
FURROW_MUST_CHECK furrow_err fx_do_gather(uint32_t type, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_put(const fv_cell *gather, const fv_cell *item);
FURROW_MUST_CHECK furrow_err fx_do_gathered(const fv_cell *gather, const fv_cell *iterables, size_t n, fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_index(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n,
                                         fv_cell *out);
FURROW_MUST_CHECK furrow_err fx_do_set_index(fx_vm *vm, const fv_cell *container, const fv_cell *indices, size_t n,
                                             const fv_cell *value);
FURROW_MUST_CHECK furrow_err fx_do_spread(const fx_frame *f, const fx_ins *in, fx_call *call, fv_cell *out);
furrow_err fx_do_unset(const fv_cell *name) __attribute__((cold));

#endif
