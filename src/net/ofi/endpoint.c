/*
 * endpoint.c - opening and closing the transport, and its table of slots. The provider is chosen by choose.c; everything is undone in
 * reverse on the way out.
 */
#include "net/ofi/ofi.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static bool ofi_probe(const char **why)
{
    struct fi_info *info;
    if (fofi_choose(getenv("FURROW_NET"), &info) == FURROW_OK) {
        fi_freeinfo(info);
        return true;
    }
    *why = "libfabric offers no provider that fits";
    return false;
}

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

static furrow_err open_memory(fnet *net, uint64_t heap_nbytes)
{
    net->peers = calloc((size_t)net->nprocs, sizeof *net->peers);
    net->notifications = calloc(FURROW_NOTIFY_IDS, sizeof *net->notifications);
    if (!net->peers || !net->notifications) return furrow_fail(FURROW_ERR_NOMEM, "no memory for %d peers", net->nprocs);
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
    net->heap_reserved = (size_t)heap_nbytes;
    net->heap =
        mmap(NULL, net->heap_reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (net->heap == MAP_FAILED) {
        net->heap = NULL;
        return furrow_fail(FURROW_ERR_NOMEM, "%zu bytes of address space cannot be had for symbols",
                           net->heap_reserved);
    }
    net->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return net->wake_fd >= 0 ? FURROW_OK
                             : furrow_fail(FURROW_ERR_SYSTEM, "no descriptor to wake by: %s", strerror(errno));
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
    if (net->heap) munmap(net->heap, net->heap_reserved);
    if (net->wake_fd >= 0) close(net->wake_fd);
    for (int i = 0; net->peers && i < net->nprocs; i++) free(net->peers[i].answers);
    free(net->peers);
    free(net->notifications);
    free(net->slab);
    free(net);
}

static furrow_err ofi_open(const fboot *boot, uint64_t heap_nbytes, fnet **out)
{
    fnet *net = calloc(1, sizeof *net);
    if (!net) return furrow_fail(FURROW_ERR_NOMEM, "no memory for the transport");
    net->wait_fd = net->wake_fd = -1;
    net->pid = boot->pid;
    net->nprocs = boot->nprocs;
    memcpy(net->key, boot->head->key, sizeof net->key);
    furrow_err err = fofi_choose(getenv("FURROW_NET"), &net->info);
    if (!err) err = open_memory(net, heap_nbytes);
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

static void *ofi_heap(fnet *net, size_t *reserved)
{
    *reserved = net->heap_reserved;
    return net->heap;
}

static furrow_err ofi_grow(fnet *net, size_t nbytes)
{
    if (nbytes > net->heap_reserved)
        return furrow_fail(FURROW_ERR_NOMEM, "the heap has room for %zu bytes", net->heap_reserved);
    if (nbytes > net->heap_nbytes) net->heap_nbytes = nbytes;
    return FURROW_OK;
}

/* Registered pages are pinned: they are zeroed, not given back. */
static void ofi_trim(fnet *net, void *at, size_t nbytes)
{
    (void)net;
    memset(at, 0, nbytes);
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

static void *ofi_common(fnet *net, size_t *nbytes)
{
    (void)net;
    *nbytes = 0;
    return NULL;
}

static const _Atomic uint64_t *ofi_notifications(fnet *net)
{
    return net->notifications;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* In slices of 10 ms at most: states of other pids change without a sign on the fabric. */
static void ofi_sleep(fnet *net, int64_t deadline_ns)
{
    int64_t left = deadline_ns - now_ns();
    if (left <= 0) return;
    if (left > 10000000 || net->wait_fd < 0) left = net->wait_fd < 0 ? 200000 : 10000000;
    struct fid *fids[] = {&net->cq->fid};
    if (net->wait_fd >= 0 && fi_trywait(net->fabric, fids, 1) != FI_SUCCESS) return;
    struct pollfd fds[2] = {{.fd = net->wake_fd, .events = POLLIN}, {.fd = net->wait_fd, .events = POLLIN}};
    struct timespec timeout = {.tv_nsec = (long)left};
    ppoll(fds, net->wait_fd < 0 ? 1 : 2, &timeout, NULL);
    uint64_t woken;
    if ((fds[0].revents & POLLIN) && read(net->wake_fd, &woken, sizeof woken) < 0) return;
}

static void ofi_wake(fnet *net)
{
    uint64_t one = 1;
    int saved = errno;
    if (write(net->wake_fd, &one, sizeof one) < 0) errno = saved;
    errno = saved;
}

FURROW_API extern const fnet_ops furrow_net_ofi;
const fnet_ops furrow_net_ofi = {
    .name = "ofi",
    .probe = ofi_probe,
    .open = ofi_open,
    .close = ofi_close,
    .traits = ofi_traits,
    .heap = ofi_heap,
    .grow = ofi_grow,
    .trim = ofi_trim,
    .address = fofi_address,
    .peer_add = fofi_peer_add,
    .peer_remove = fofi_peer_remove,
    .region_add = fofi_register,
    .region_remove = fofi_unregister,
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
    .common = ofi_common,
    .notifications = ofi_notifications,
    .sleep = ofi_sleep,
    .wake = ofi_wake,
};
