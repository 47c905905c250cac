/*
 * atomic.c - one atomic operation on memory this process can reach: by the shared-memory transport, and by an owner who
 * assists.
 */
#include "net/net.h"
#include "base/error.h"

static uint64_t apply4(uint32_t *at, fnet_atomic_op op, uint32_t operand, uint32_t compare)
{
    if (op == FNET_ADD) return __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
    if (op == FNET_SWAP) return __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
    __atomic_compare_exchange_n(at, &compare, operand, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return compare;
}

static uint64_t apply8(uint64_t *at, fnet_atomic_op op, uint64_t operand, uint64_t compare)
{
    if (op == FNET_ADD) return __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
    if (op == FNET_SWAP) return __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
    __atomic_compare_exchange_n(at, &compare, operand, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return compare;
}

furrow_err fnet_atomic_apply(void *at, uint32_t nbytes, fnet_atomic_op op, uint64_t operand, uint64_t compare,
                             uint64_t *old)
{
    if ((nbytes != 4 && nbytes != 8) || (uintptr_t)at % nbytes || (unsigned)op > FNET_CAS)
        return fb_fail(FURROW_ERR_ARG, "an atomic operation %u on %u bytes that are not aligned to 4 or 8",
                       (unsigned)op, nbytes);
    *old = nbytes == 4 ? apply4(at, op, (uint32_t)operand, (uint32_t)compare) : apply8(at, op, operand, compare);
    return FURROW_OK;
}
