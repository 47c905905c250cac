/*
 * endpoint.c - opening and closing the transport, and its table of slots. The provider is chosen by choose.c; everything
 * is undone in reverse on the way out.
 */
#include "net/ofi/ofi.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A provider that libfabric lists may still not work. */
static furrow_err not_opened(const fnet *net, int ret, const char *what)
{
    char doing[240];
    snprintf(doing, sizeof doing, "%.40s on %.40s is offered, but does not open (%s%s; FURROW_NET chooses another)",
             net->info->fabric_attr->prov_name, net->info->domain_attr->name, what,
             ret == -FI_ENOMEM ? ", for which memory is locked: see ulimit -l" : "");
    return fofi_refused(ret, doing);
}

static furrow_err open_endpoint(fnet *net)
{
    struct fi_av_attr av = {.type = FI_AV_TABLE, .count = (size_t)net->nprocs};
    struct fi_cq_attr cq = {
        .format = FI_CQ_FORMAT_DATA, .wait_obj = FI_WAIT_FD, .size = FOFI_NPIECES + FOFI_NRECEIVES + FOFI_NSENDS};
    int ret = fi_fabric(net->info->fabric_attr, &net->fabric, NULL);
    if (ret) return not_opened(net, ret, "the fabric");
    ret = fi_domain(net->fabric, net->info, &net->domain, NULL);
    if (ret) return not_opened(net, ret, "its domain");
    ret = fi_av_open(net->domain, &av, &net->av, NULL);
    if (ret) return not_opened(net, ret, "its address table");
    ret = fi_cq_open(net->domain, &cq, &net->cq, NULL);
    if (ret) {
        cq.wait_obj = FI_WAIT_NONE;
        ret = fi_cq_open(net->domain, &cq, &net->cq, NULL);
    }
    if (ret) return not_opened(net, ret, "its completion queue");
    if (cq.wait_obj != FI_WAIT_FD || fi_control(&net->cq->fid, FI_GETWAIT, &net->wait_fd)) net->wait_fd = -1;
    ret = fi_endpoint(net->domain, net->info, &net->ep, NULL);
    if (ret) return not_opened(net, ret, "its endpoint");
    ret = fi_ep_bind(net->ep, &net->av->fid, 0);
    if (!ret) ret = fi_ep_bind(net->ep, &net->cq->fid, FI_TRANSMIT | FI_RECV);
    if (!ret) ret = fi_enable(net->ep);
    return ret ? not_opened(net, ret, "its endpoint, in the end") : FURROW_OK;
}

static furrow_err open_peers(fnet *net)
{
    net->peers = calloc((size_t)net->nprocs, sizeof *net->peers);
    if (!net->peers) return furrow_fail(FURROW_ERR_NOMEM, "no memory for %d peers", net->nprocs);
    for (int i = 0; i < net->nprocs; i++) {
        net->peers[i].credits = FOFI_WINDOW;
        fofi_seal(net, i + 1);
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
    fofi_pool_close(net);
    if (net->cq) close_fid(&net->cq->fid);
    if (net->av) close_fid(&net->av->fid);
    if (net->domain) close_fid(&net->domain->fid);
    if (net->fabric) close_fid(&net->fabric->fid);
    if (net->info) fi_freeinfo(net->info);
    for (int pid = 1; net->peers && pid <= net->nprocs; pid++) fofi_knock_end(net, pid);
    free(net->peers);
    free(net->mail);
    free(net);
}

/* Whether a message stands behind the writes before it, and writes behind one another, whatever their size. */
bool fofi_keeps_order(const struct fi_info *info)
{
    const uint64_t order = FI_ORDER_SAW | FI_ORDER_WAW;
    return (info->tx_attr->msg_order & info->rx_attr->msg_order & order) == order &&
           info->ep_attr->max_order_waw_size >= FOFI_PIECE_NBYTES;
}

/*
 * libfabric reads these once, when it is first used; who has set them means it. Verbs asks a device for as many
 * completions as the universe, 256 by default, could cause, which small devices do not have. And its cache of
 * registrations would hook this process's memory calls (P7): we register by ourselves. Without a shared receive queue
 * ofi_rxm 1.17 touches, over verbs, queues of connections that are closed already.
 */
static void prepare(int nprocs)
{
    char size[16];
    snprintf(size, sizeof size, "%d", nprocs < 8 ? 8 : nprocs);
    setenv("FI_UNIVERSE_SIZE", size, 0);
    setenv("FI_MR_CACHE_MAX_COUNT", "0", 0);
    setenv("FI_OFI_RXM_USE_SRX", "1", 0);
}

static furrow_err open_chosen(const fnet_fabric_opts *opts, unsigned skip, fnet **out)
{
    fnet *net = calloc(1, sizeof *net);
    if (!net) return furrow_fail(FURROW_ERR_NOMEM, "no memory for the transport");
    net->wait_fd = -1;
    net->lost_pulses = 10 * FOFI_PULSE_HZ; /* until we are told */
    net->opts = *opts;
    net->pid = opts->pid;
    net->nprocs = opts->nprocs;
    net->heap = opts->heap;
    furrow_err err = fofi_choose(opts->wanted, skip, &net->info);
    if (!err) err = open_peers(net);
    if (!err) err = open_endpoint(net);
    if (!err) err = fofi_pool_open(net);
    if (!err) net->ordered = fofi_keeps_order(net->info);
    if (!err && fofi_pins(net->info)) net->inject_nbytes = net->info->tx_attr->inject_size;
    if (!err) err = fofi_rings_open(net);
    if (err) {
        ofi_close(net);
        return err;
    }
    net->traits = (fnet_traits){.name = net->info->fabric_attr->prov_name,
                                .one_sided = fofi_one_sided(net->info),
                                .native_atomics = false,
                                .message_nbytes = FOFI_MESSAGE_NBYTES,
                                .inline_nbytes = net->info->tx_attr->inject_size};
    *out = net;
    return FURROW_OK;
}

/* What is offered may still fail to open. Where the choice is ours the next best is taken; peers that came to another
 * choice are told apart by their cards. What is said in the end is why the best one failed. */
static furrow_err ofi_open(const fnet_fabric_opts *opts, fnet **out)
{
    prepare(opts->nprocs);
    furrow_err err = open_chosen(opts, 0, out), first = err;
    if (err != FURROW_ERR_SYSTEM) return err;
    furrow_error_info info;
    furrow_last_error(&info);
    for (unsigned skip = 1; err == FURROW_ERR_SYSTEM && fofi_chooses(opts->wanted); skip++)
        err = open_chosen(opts, skip, out);
    if (!err) return FURROW_OK;
    return furrow_fail(first, "%s", info.message);
}

static const fnet_traits *ofi_traits(const fnet *net)
{
    return &net->traits;
}

static furrow_err ofi_grow(fnet *net, size_t nbytes)
{
    if (nbytes > net->opts.reserved)
        return furrow_fail(FURROW_ERR_NOMEM, "the heap has room for %zu bytes", net->opts.reserved);
    if (nbytes > net->heap_nbytes) net->heap_nbytes = nbytes;
    return FURROW_OK;
}

/* Messages stand behind earlier puts to the same pid. */
static furrow_err ofi_send(fnet *net, int pid, const void *bytes, size_t nbytes)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    if (peer->nposting || (!net->ordered && peer->nwrites)) return FURROW_ERR_AGAIN;
    return fofi_send(net, pid, FOFI_USER, FOFI_BYTES(bytes, nbytes));
}

/* What was handed out last is received into again. */
static void take_back(fnet *net)
{
    fofi_buffer *b = net->handed_out;
    net->handed_out = NULL;
    fofi_taken(net, b->pid);
    fofi_emptied(net, b);
}

static bool ofi_poll(fnet *net, fnet_message *message)
{
    if (net->handed_out) take_back(net);
    if (!net->arrived) fofi_progress(net);
    fofi_buffer *b = net->arrived;
    if (!b) return false;
    net->arrived = b->next;
    if (!net->arrived) net->arrived_end = &net->arrived;
    net->handed_out = b;
    if (net->peers[b->pid - 1].removed) return false;
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
    if (net->posting || net->arrived || net->credits_due || net->ndeparted) return false;
    if (net->nrings && (!fofi_doors_shut(net) || fofi_rings_pending(net))) return false;
    return net->wait_fd < 0 || fi_trywait(net->fabric, fids, 1) == FI_SUCCESS;
}

static void ofi_take(fnet *net)
{
    fofi_rings_look(net);
    if (net->credits_due) fofi_settle(net);
}

/* A queue of completions costs as much as thirty looks at memory: where a device writes into rings by itself, who waits
 * looks at these first. */
static bool ofi_pending(fnet *net)
{
    if (!net->nrings || !fofi_pins(net->info)) return true;
    return net->arrived || fofi_rings_pending(net) || fofi_queue_turn(net);
}

/* Devices pin what is registered; providers in software find memory where it is. */
bool fofi_pins(const struct fi_info *info)
{
    return info->domain_attr->mr_mode & (FI_MR_LOCAL | FI_MR_ALLOCATED);
}

static bool ofi_pins(const fnet *net)
{
    return fofi_pins(net->info);
}

static void ofi_describe(const fnet *net, furrow_net_info *info)
{
    fofi_describe(net->info, info);
}

static furrow_err ofi_farewell(fnet *net, int pid)
{
    if (net->peers[pid - 1].nposting) return FURROW_ERR_AGAIN;
    return fofi_send(net, pid, FOFI_LEAVE, FOFI_NOTHING);
}

static bool ofi_parted(const fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    return peer->parted || peer->gone || (peer->left && !peer->answer);
}

static bool ofi_met(const fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    return peer->sent > 0 || peer->received > 0;
}

static void ofi_patience(fnet *net, int64_t lost_ms)
{
    int64_t pulses = lost_ms / 1000 * FOFI_PULSE_HZ + lost_ms % 1000 * FOFI_PULSE_HZ / 1000;
    net->lost_pulses = pulses > UINT32_MAX ? UINT32_MAX : (uint32_t)pulses;
}

static uint64_t ofi_refused(const fnet *net)
{
    return net->refused;
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
    .key_pack_read = fofi_key_pack_read,
    .key_open = fofi_key_open,
    .put = fofi_put,
    .get = fofi_get,
    .done = fofi_done,
    .forget = fofi_forget,
    .fence = fofi_fence,
    .flushed = fofi_flushed,
    .send = ofi_send,
    .poll = ofi_poll,
    .pending = ofi_pending,
};

FURROW_API extern const fnet_fabric furrow_fabric;
const fnet_fabric furrow_fabric = {.abi = FNET_FABRIC_ABI,
                                   .ops = &ops,
                                   .open = ofi_open,
                                   .wait_fd = ofi_wait_fd,
                                   .quiet = ofi_quiet,
                                   .mail = fofi_rings_pending,
                                   .take = ofi_take,
                                   .pins = ofi_pins,
                                   .departed = fofi_departed,
                                   .patience = ofi_patience,
                                   .why = fofi_peer_why,
                                   .farewell = ofi_farewell,
                                   .parted = ofi_parted,
                                   .met = ofi_met,
                                   .refused = ofi_refused,
                                   .offer = fofi_offer,
                                   .describe = ofi_describe,
                                   .version = fofi_version};
