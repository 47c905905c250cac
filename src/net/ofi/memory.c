/*
 * memory.c - registered memory and keys, for providers that want virtual addresses and their own keys (verbs) and for those that
 * want offsets and chosen keys (tcp): chosen keys are random, so that knowing one region says nothing of another (P9).
 */
#include "net/ofi/ofi.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define READ_ACCESS (FI_REMOTE_READ | FI_READ | FI_WRITE | FI_SEND | FI_RECV)
#define ACCESS      (READ_ACCESS | FI_REMOTE_WRITE)
#define ROUND       ((size_t)1 << 20)

static furrow_err random_key(const fnet *net, uint64_t *key)
{
    size_t bits = 8 * net->info->domain_attr->mr_key_size;
    if (getrandom(key, sizeof *key, 0) != (ssize_t)sizeof *key)
        return furrow_fail(FURROW_ERR_SYSTEM, "no random bytes for a memory key");
    if (bits < 64) *key &= (UINT64_C(1) << bits) - 1;
    return FURROW_OK;
}

static furrow_err register_range(fnet *net, void *at, size_t nbytes, bool read_only, fnet_region **region)
{
    fnet_region *r = calloc(1, sizeof *r);
    if (!r) return furrow_fail(FURROW_ERR_NOMEM, "no memory to register %zu bytes", nbytes);
    uint64_t mode = net->info->domain_attr->mr_mode;
    int ret = -FI_ENOKEY;
    for (int tries = 0; ret == -FI_ENOKEY && tries < 16; tries++) {
        uint64_t wanted = 0;
        furrow_err err = mode & FI_MR_PROV_KEY ? FURROW_OK : random_key(net, &wanted);
        if (err) {
            free(r);
            return err;
        }
        ret = fi_mr_reg(net->domain, at, nbytes, read_only ? READ_ACCESS : ACCESS, 0, wanted, 0, &r->mr, NULL);
    }
    if (!ret && (mode & FI_MR_ENDPOINT)) {
        ret = fi_mr_bind(r->mr, &net->ep->fid, 0);
        if (!ret) ret = fi_mr_enable(r->mr);
        if (ret) fi_close(&r->mr->fid);
    }
    if (ret) {
        free(r);
        return fofi_refused(ret, "registering memory with the fabric (see ulimit -l)");
    }
    r->at = at;
    r->nbytes = nbytes;
    r->read_only = read_only;
    r->rkey = fi_mr_key(r->mr);
    r->next = net->regions;
    net->regions = r;
    *region = r;
    return FURROW_OK;
}

furrow_err fofi_register(fnet *net, void *at, size_t nbytes, fnet_region **region)
{
    return register_range(net, at, nbytes, false, region);
}

void fofi_unregister(fnet *net, fnet_region *region)
{
    fnet_region **at = &net->regions;
    while (*at && *at != region) at = &(*at)->next;
    if (!*at) return;
    *at = region->next;
    fi_close(&region->mr->fid);
    free(region);
}

/* A region that covers the range; a part of the heap is registered when somebody first asks for it. */
static furrow_err covering(fnet *net, const char *at, size_t nbytes, fnet_region **region)
{
    for (fnet_region *r = net->regions; r; r = r->next) {
        if (!r->read_only && at >= r->at && nbytes <= r->nbytes && (size_t)(at - r->at) <= r->nbytes - nbytes) {
            *region = r;
            return FURROW_OK;
        }
    }
    if (!net->heap || at < net->heap || (size_t)(at - net->heap) > net->heap_nbytes ||
        nbytes > net->heap_nbytes - (size_t)(at - net->heap))
        return furrow_fail(FURROW_ERR_INTERNAL, "memory outside the heap has no region");
    size_t begin = (size_t)(at - net->heap) & ~(ROUND - 1);
    size_t end = ((size_t)(at - net->heap) + nbytes + ROUND - 1) & ~(ROUND - 1);
    if (end > net->heap_nbytes) end = net->heap_nbytes;
    return register_range(net, net->heap + begin, end - begin, false, region);
}

static void key_of(const fnet *net, const fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    uint64_t words[3] = {(uint64_t)((const char *)at - region->at), region->rkey, nbytes};
    if (net->info->domain_attr->mr_mode & FI_MR_VIRT_ADDR) words[0] = (uint64_t)(uintptr_t)at;
    memset(key, 0, sizeof *key);
    memcpy(key->bytes, words, sizeof words);
}

/* A region of its own, for exactly this range: its key opens nothing else. */
furrow_err fofi_key_pack_read(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    furrow_err err = FURROW_OK;
    fnet_region *r = net->regions;
    (void)region;
    while (r && !(r->read_only && r->at == at && r->nbytes == nbytes)) r = r->next;
    if (!r) err = register_range(net, (void *)(uintptr_t)at, nbytes, true, &r);
    if (!err) key_of(net, r, at, nbytes, key);
    return err;
}

furrow_err fofi_key_pack(fnet *net, fnet_region *region, const void *at, size_t nbytes, fnet_key *key)
{
    if (!region) {
        furrow_err err = covering(net, at, nbytes, &region);
        if (err) return err;
    }
    key_of(net, region, at, nbytes, key);
    return FURROW_OK;
}

furrow_err fofi_key_open(fnet *net, int pid, const fnet_key *key, fnet_target *target)
{
    uint64_t words[3];
    memcpy(words, key->bytes, sizeof words);
    if (words[2] > PTRDIFF_MAX || words[0] > UINT64_MAX - words[2])
        return furrow_fail(FURROW_ERR_FORMAT, "the memory key that pid %d sent is not one", pid);
    (void)net;
    *target = (fnet_target){.pid = pid, .address = words[0], .rkey = words[1], .nbytes = (size_t)words[2]};
    return FURROW_OK;
}

void *fofi_reach(const fnet *net, uint64_t rkey, uint64_t offset, uint64_t nbytes)
{
    bool virt = net->info->domain_attr->mr_mode & FI_MR_VIRT_ADDR;
    for (const fnet_region *r = net->regions; r; r = r->next) {
        if (r->rkey != rkey || r->read_only) continue;
        uint64_t at = virt ? offset - (uint64_t)(uintptr_t)r->at : offset;
        if (at <= r->nbytes && nbytes <= r->nbytes - at) return r->at + at;
    }
    return NULL;
}
