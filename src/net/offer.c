/*
 * offer.c - fetches the fabric's module, and asks it what fabrics this machine offers, and whether one can be opened, for
 * who has no job.
 */
#include "net/fabric.h"
#include "net/offer.h"
#include "base/error.h"
#include "base/module.h"
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* A library that comes with libfabric would otherwise catch the process's signals as soon as it is loaded (P7). */
furrow_err fnet_fabric_module(const fnet_fabric **fabric)
{
    const void *table;
    setenv("IPATH_NO_BACKTRACE", "1", 0);
    furrow_err e = fb_module_table("furrow-ofi", FNET_FABRIC_SYMBOL, FNET_FABRIC_ABI, &table);
    if (!e) *fabric = table;
    return e;
}

furrow_err fnet_fabric_version(char *text, size_t nbytes)
{
    const fnet_fabric *fabric;
    furrow_err e = fnet_fabric_module(&fabric);
    if (!e) fabric->version(text, nbytes);
    return e;
}

furrow_err furrow_net_offer(size_t index, furrow_net_info *info)
{
    const fnet_fabric *fabric;
    if (!info) return fb_fail(FURROW_ERR_ARG, "furrow_net_offer needs a place for what it finds");
    furrow_err e = fnet_fabric_module(&fabric);
    if (e) return e;
    pthread_mutex_lock(&one_at_a_time);
    bool found = fabric->offer(index, info);
    pthread_mutex_unlock(&one_at_a_time);
    return found ? FURROW_OK : fb_fail(FURROW_ERR_NO_SYMBOL, "there is no fabric number %zu on this machine", index);
}

static const void *no_card(void *self, int pid, size_t *nbytes)
{
    (void)self;
    (void)pid;
    *nbytes = 0;
    return NULL;
}

/* A job of one, with a key that nobody has and no memory. */
furrow_err furrow_net_try(const char *wanted, furrow_net_info *info)
{
    static const unsigned char key[16];
    const fnet_fabric *fabric;
    fnet *net;
    if (!wanted || !info) return fb_fail(FURROW_ERR_ARG, "furrow_net_try needs a name and a place for what it finds");
    furrow_err e = fnet_fabric_module(&fabric);
    if (e) return e;
    _Atomic uint64_t *notifications = calloc(FURROW_NOTIFY_IDS, sizeof *notifications);
    if (!notifications) return fb_fail(FURROW_ERR_NOMEM, "no memory to try a fabric");
    const fnet_fabric_opts opts = {
        .pid = 1, .nprocs = 1, .key = key, .wanted = wanted, .notifications = notifications, .card = no_card};
    e = fabric->open(&opts, &net);
    if (!e) {
        fabric->describe(net, info);
        fabric->ops->close(net);
    }
    free(notifications);
    return e;
}
