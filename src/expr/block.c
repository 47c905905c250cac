/*
 * block.c - fused elementwise evaluation (see block.h).
 */
#include "expr/block.h"
#include "expr/vm.h"

furrow_err fx_block_run(fx_vm *vm, fx_bound *bound, const fx_block *b, fv_cell *regs, fv_cell *out, bool *done)
{
    (void)vm, (void)bound, (void)b, (void)regs, (void)out;
    *done = false;
    return FURROW_OK;
}

void fx_scratch_free(struct fx_scratch *scratch)
{
    (void)scratch;
}
