/*
 * endpoint.c - opening and closing the transport, and its table of slots. The provider is chosen by choose.c; everything is undone in
 * reverse on the way out.
 */
#include "net/ofi/ofi.h"
#include "net/fabric.h"
#include <stdlib.h>
#include <string.h>

static furrow_err open_endpoint(fnet *net)
{
    struct fi_av_attr av = {.type = FI_AV_TABLE, .count = (size_t)net->nprocs};
    struct fi_cq_attr cq = {
        .format = FI_CQ_FORMAT_DATA, .wait_obj = FI_WAIT_FD, .size = FOFI_NOPS + FOFI_NRECEIVES + FOFI_NSENDS};
    int ret = fi_fabric(net->info->fabric_attr, &net->fabric, NULL);
    if (ret) return fofi_refused(ret, "opening the fabric");
    ret = fi_domain(net->fabric, net->info, &net->domain, NULL);
    if (ret) return fofi_refused(ret, "opening the fabric's domain");
    ret = fi_av_open(net->domain, &av, &net->av, NULL);
    if (ret) return fofi_refused(ret, "opening the address table");
    ret = fi_cq_open(net->domain, &cq, &net->cq, NULL);
    if (ret) {
        cq.wait_obj = FI_WAIT_NONE;
        ret = fi_cq_open(net->domain, &cq, &net->cq, NULL);
    }
    if (ret) return fofi_refused(ret, "opening the completion queue");
    if (cq.wait_obj != FI_WAIT_FD || fi_control(&net->cq->fid, FI_GETWAIT, &net->wait_fd)) net->wait_fd = -1;
    ret = fi_endpoint(net->domain, net->info, &net->ep, NULL);
    if (ret) return fofi_refused(ret, "opening the endpoint");
    ret = fi_ep_bind(net->ep, &net->av->fid, 0);
    if (!ret) ret = fi_ep_bind(net->ep, &net->cq->fid, FI_TRANSMIT | FI_RECV);
    if (!ret) ret = fi_enable(net->ep);
    return ret ? fofi_refused(ret, "enabling the endpoint") : FURROW_OK;
}

static furrow_err open_buffers(fnet *net)
{
    size_t each = sizeof(fofi_head) + FOFI_MESSAGE_NBYTES, n = FOFI_NRECEIVES + FOFI_NSENDS;
    net->slab = aligned_alloc(64, (each * n + 63) & ~(size_t)63);
    if (!net->slab) return furrow_fail(FURROW_ERR_NOMEM, "no memory for %zu message buffers", n);
    void *desc = NULL;
    if (net->info->domain_attr->mr_mode & FI_MR_LOCAL) {
        int ret = fi_mr_reg(net->domain, net->slab, each * n, FI_SEND | FI_RECV, 0, 0, 0, &net->slab_mr, NULL);
        if (ret) return fofi_refused(ret, "registering message buffers (see ulimit -l)");
        desc = fi_mr_desc(net->slab_mr);
    }
    for (size_t i = 0; i < n; i++) {
        fofi_buffer *b = i < FOFI_NSENDS ? &net->sends[i] : &net->receives[i - FOFI_NSENDS];
        b->bytes = net->slab + i * each;
        b->desc = desc;
        if (i < FOFI_NSENDS) {
            b->next = net->free_send;
            net->free_send = b;
            continue;
        }
        furrow_err err = fofi_post_receive(net, b);
        if (err) return err;
    }
    return FURROW_OK;
}

static furrow_err open_memory(fnet *net)
{
    net->peers = calloc((size_t)net->nprocs, sizeof *net->peers);
    if (!net->peers) return furrow_fail(FURROW_ERR_NOMEM, "no memory for %d peers", net->nprocs);
    for (int i = 0; i < net->nprocs; i++) {
        net->peers[i].credits = FOFI_WINDOW;
        net->peers[i].answers = calloc(FOFI_WINDOW, sizeof *net->peers[i].answers);
        if (!net->peers[i].answers) return furrow_fail(FURROW_ERR_NOMEM, "no memory for %d peers", net->nprocs);
    }
    for (uint32_t i = 0; i < FOFI_NOPS; i++) {
        net->ops[i].next = net->free_op;
        net->free_op = &net->ops[i];
    }
    net->posting_end = &net->posting;
    net->arrived_end = &net->arrived;
    return FURROW_OK;
}

static void close_fid(struct fid *fid)
{
    if (fid) fi_close(fid);
}

static void ofi_close(fnet *net)
{
    if (!net) return;
    while (net->regions) fofi_unregister(net, net->regions);
    if (net->ep) close_fid(&net->ep->fid);
    if (net->slab_mr) close_fid(&net->slab_mr->fid);
    if (net->cq) close_fid(&net->cq->fid);
    if (net->av) close_fid(&net->av->fid);
    if (net->domain) close_fid(&net->domain->fid);
    if (net->fabric) close_fid(&net->fabric->fid);
    if (net->info) fi_freeinfo(net->info);
    for (int i = 0; net->peers && i < net->nprocs; i++) free(net->peers[i].answers);
    free(net->peers);
    free(net->slab);
    free(net);
}

static furrow_err ofi_open(const fboot *boot, const char *wanted, void *heap, size_t reserved,
                           _Atomic uint64_t *notifications, fnet **out)
{
    fnet *net = calloc(1, sizeof *net);
    if (!net) return furrow_fail(FURROW_ERR_NOMEM, "no memory for the transport");
    net->wait_fd = -1;
    net->pid = boot->pid;
    net->nprocs = boot->nprocs;
    net->heap = heap;
    net->heap_reserved = reserved;
    net->notifications = notifications;
    memcpy(net->key, boot->head->key, sizeof net->key);
    furrow_err err = fofi_choose(wanted, &net->info);
    if (!err) err = open_memory(net);
    if (!err) err = open_endpoint(net);
    if (!err) err = open_buffers(net);
    if (err) {
        ofi_close(net);
        return err;
    }
    net->traits = (fnet_traits){.name = net->info->fabric_attr->prov_name,
                                .one_sided = net->info->domain_attr->data_progress == FI_PROGRESS_AUTO,
                                .native_atomics = false,
                                .message_nbytes = FOFI_MESSAGE_NBYTES,
                                .inline_nbytes = net->info->tx_attr->inject_size};
    *out = net;
    return FURROW_OK;
}

static const fnet_traits *ofi_traits(const fnet *net)
{
    return &net->traits;
}

static furrow_err ofi_grow(fnet *net, size_t nbytes)
{
    if (nbytes > net->heap_reserved)
        return furrow_fail(FURROW_ERR_NOMEM, "the heap has room for %zu bytes", net->heap_reserved);
    if (nbytes > net->heap_nbytes) net->heap_nbytes = nbytes;
    return FURROW_OK;
}

static furrow_err ofi_fence(fnet *net, int pid)
{
    const uint64_t order = FI_ORDER_WAW | FI_ORDER_RAW | FI_ORDER_SAW;
    if ((net->info->tx_attr->msg_order & order) == order && !net->posting) return FURROW_OK;
    fofi_progress(net);
    return (pid ? net->peers[pid - 1].under_way : net->under_way) ? FURROW_ERR_AGAIN : FURROW_OK;
}

static furrow_err ofi_flushed(fnet *net, int pid)
{
    if (pid && net->peers[pid - 1].gone) return fofi_peer_check(net, pid);
    return (pid ? net->peers[pid - 1].under_way : net->under_way) ? FURROW_ERR_AGAIN : FURROW_OK;
}

static furrow_err ofi_send(fnet *net, int pid, const void *bytes, size_t nbytes)
{
    return fofi_send(net, pid, FOFI_USER, bytes, nbytes, NULL, 0);
}

static bool ofi_poll(fnet *net, fnet_message *message)
{
    if (net->handed_out) {
        fofi_buffer *b = net->handed_out;
        net->handed_out = NULL;
        if (fofi_post_receive(net, b)) net->refused++;
        fofi_return_credits(net, b->pid);
    }
    if (!net->arrived) fofi_progress(net);
    fofi_buffer *b = net->arrived;
    if (!b) return false;
    net->arrived = b->next;
    if (!net->arrived) net->arrived_end = &net->arrived;
    net->handed_out = b;
    *message = (fnet_message){.pid = b->pid, .bytes = b->bytes + sizeof(fofi_head), .nbytes = b->nbytes};
    return true;
}

static int ofi_wait_fd(const fnet *net)
{
    return net->wait_fd;
}

static bool ofi_quiet(fnet *net)
{
    struct fid *fids[] = {&net->cq->fid};
    return !net->posting && !net->arrived && fi_trywait(net->fabric, fids, 1) == FI_SUCCESS;
}

static const fnet_ops ops = {
    .name = "ofi",
    .close = ofi_close,
    .traits = ofi_traits,
    .grow = ofi_grow,
    .address = fofi_address,
    .peer_add = fofi_peer_add,
    .peer_remove = fofi_peer_remove,
    .key_pack = fofi_key_pack,
    .key_open = fofi_key_open,
    .put = fofi_put,
    .get = fofi_get,
    .atomic = fofi_atomic_begin,
    .done = fofi_done,
    .fence = ofi_fence,
    .flushed = ofi_flushed,
    .send = ofi_send,
    .poll = ofi_poll,
};

FURROW_API extern const fnet_fabric furrow_fabric;
const fnet_fabric furrow_fabric = {
    .abi = FNET_FABRIC_ABI, .ops = &ops, .open = ofi_open, .wait_fd = ofi_wait_fd, .quiet = ofi_quiet};
