/*
 * net.c - checks a transport's table before the job relies on it.
 */
#include "net/net.h"
#include "base/error.h"

furrow_err fnet_check(const fnet_ops *ops)
{
    if (!ops || !ops->name) return fb_fail(FURROW_ERR_INTERNAL, "a transport without a table or a name");
#define SLOT(slot) \
    if (!ops->slot) return fb_fail(FURROW_ERR_INTERNAL, "transport %s lacks %s", ops->name, #slot)
    SLOT(probe);
    SLOT(open);
    SLOT(close);
    SLOT(traits);
    SLOT(heap);
    SLOT(grow);
    SLOT(trim);
    SLOT(keep);
    SLOT(address);
    SLOT(peer_add);
    SLOT(peer_remove);
    SLOT(region_add);
    SLOT(region_remove);
    SLOT(key_pack);
    SLOT(key_open);
    SLOT(put);
    SLOT(get);
    SLOT(atomic);
    SLOT(done);
    SLOT(forget);
    SLOT(fence);
    SLOT(flushed);
    SLOT(send);
    SLOT(poll);
    SLOT(pending);
    SLOT(near);
    SLOT(part);
    SLOT(common);
    SLOT(notifications);
    SLOT(notify);
    SLOT(notified);
    SLOT(arm);
    SLOT(disarm);
    SLOT(sleep);
    SLOT(wake);
#undef SLOT
    return FURROW_OK;
}
