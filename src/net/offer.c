/*
 * offer.c - what fabrics this machine offers, for who asks without a job. Only fetches the module and asks it.
 */
#include "net/fabric.h"
#include "base/error.h"
#include "base/module.h"

furrow_err furrow_net_offer(size_t index, furrow_net_info *info)
{
    void *table;
    if (!info) return fb_fail(FURROW_ERR_ARG, "furrow_net_offer needs a place for what it finds");
    furrow_err e = fb_module_symbol("furrow-ofi", FNET_FABRIC_SYMBOL, &table);
    if (e) return e;
    const fnet_fabric *fabric = table;
    if (fabric->abi != FNET_FABRIC_ABI)
        return fb_fail(FURROW_ERR_SYSTEM, "furrow-ofi.so comes from another version of Furrow");
    if (fabric->offer(index, info)) return FURROW_OK;
    return fb_fail(FURROW_ERR_NO_SYMBOL, "there is no fabric number %zu on this machine", index);
}
