/*
 * rma.c - put and get over the fabric. Bytes go through pieces of registered memory of ours, so that a caller who gives
 * up may do with its memory what it likes, and nothing is registered for a single access. A put is complete when the
 * target's memory has changed (FI_DELIVERY_COMPLETE).
 */
#include "net/ofi/ofi.h"
#include "net/copy.h"
#include <string.h>

/* generation << 32 | pid << 10 | index, and never 0; see FNET_TICKET_PID. */
static uint64_t ticket_of(const fnet *net, const fofi_op *op)
{
    return (uint64_t)(op->generation & 0x7fffffff) << 32 | (uint64_t)op->pid << FNET_TICKET_PID_SHIFT |
           (uint64_t)(op - net->ops);
}

static fofi_op *op_of(fnet *net, uint64_t ticket)
{
    fofi_op *op = &net->ops[ticket % FOFI_NOPS];
    return ticket && (op->generation & 0x7fffffff) == ticket >> 32 ? op : NULL;
}

static fofi_op *op_take(fnet *net, const fnet_rma *rma, bool is_get)
{
    fofi_op *op = net->free_op;
    if (!op) return NULL;
    net->free_op = op->next;
    fofi_peer *peer = &net->peers[rma->target->pid - 1];
    op->generation++;
    op->is_get = is_get;
    op->forgotten = op->lost = op->failed = false;
    op->pid = rma->target->pid;
    op->npieces = 0;
    op->rma = *rma;
    op->next_block = op->next_byte = 0;
    op->address = rma->target->address;
    op->rkey = rma->target->rkey;
    peer->under_way++;
    peer->nwrites += !is_get;
    net->under_way++;
    return op;
}

static void op_uncount(fnet *net, fofi_op *op)
{
    fofi_peer *peer = &net->peers[op->pid - 1];
    if (op->lost) return;
    op->lost = true;
    peer->under_way--;
    peer->nwrites -= !op->is_get;
    net->under_way--;
}

static void op_give(fnet *net, fofi_op *op)
{
    op_uncount(net, op);
    op->state = FOFI_OP_FREE;
    op->next = net->free_op;
    net->free_op = op;
}

/* An operation whose record has been used again is over; whether well, its peer tells. */
furrow_err fofi_done(fnet *net, uint64_t ticket)
{
    int pid = FNET_TICKET_PID(ticket);
    const fofi_op *op = op_of(net, ticket);
    if (ticket == 0 || pid < 1 || pid > net->nprocs) return FURROW_OK;
    if (op && op->state == FOFI_OP_FREE && !op->failed) return FURROW_OK;
    furrow_err err = net->peers[pid - 1].gone ? fofi_peer_check(net, pid) : FURROW_OK;
    return err || !op ? err : FURROW_ERR_AGAIN;
}

void fofi_forget(fnet *net, uint64_t ticket)
{
    fofi_op *op = op_of(net, ticket);
    if (!op || op->state == FOFI_OP_FREE) return;
    op->forgotten = true;
    op->next_block = op->rma.nblocks;
    op->rma.notify = 0;
}

/* --- pieces --------------------------------------------------------------------------------------------------------*/

static ssize_t post_piece(fnet *net, const fofi_op *op, fofi_piece *piece, uint64_t remote)
{
    struct iovec iov = {.iov_base = piece->bytes, .iov_len = piece->nbytes};
    struct fi_rma_iov where = {.addr = remote, .len = piece->nbytes, .key = op->rkey};
    struct fi_msg_rma msg = {.msg_iov = &iov,
                             .desc = &piece->desc,
                             .iov_count = 1,
                             .addr = net->peers[op->pid - 1].addr,
                             .rma_iov = &where,
                             .rma_iov_count = 1,
                             .context = &piece->context};
    return op->is_get ? fi_readmsg(net->ep, &msg, FI_COMPLETION)
                      : fi_writemsg(net->ep, &msg, FI_COMPLETION | FI_DELIVERY_COMPLETE);
}

/* Posts the next piece of op. False when none can be posted now. */
static bool post_next(fnet *net, fofi_op *op)
{
    const fnet_rma *rma = &op->rma;
    fofi_piece *piece = fofi_piece_for(net, op->pid);
    uint64_t most = FOFI_PIECE_NBYTES, left = rma->block_nbytes - op->next_byte;
    if (most > net->info->ep_attr->max_msg_size) most = net->info->ep_attr->max_msg_size;
    if (!piece) return false;
    piece->op = op;
    piece->nbytes = left < most ? left : most;
    piece->to = (char *)rma->local + op->next_block * rma->local_stride_nbytes + op->next_byte;
    if (!op->is_get) fnet_copy_in(piece->bytes, piece->to, piece->nbytes);
    uint64_t remote = op->address + rma->offset + op->next_block * rma->stride_nbytes + op->next_byte;
    ssize_t ret = post_piece(net, op, piece, remote);
    if (ret == -FI_EAGAIN) return false;
    if (ret) {
        fofi_peer_fail(net, op->pid, fi_strerror((int)-ret));
        return true;
    }
    fofi_piece_taken(net, op->pid);
    op->npieces++;
    op->next_byte += piece->nbytes;
    if (op->next_byte >= rma->block_nbytes) {
        op->next_byte = 0;
        op->next_block++;
    }
    return true;
}

void fofi_piece_ended(fnet *net, fofi_piece *piece, bool success)
{
    fofi_op *op = piece->op;
    if (success && op->is_get && !op->forgotten && !op->lost) fnet_copy_out(piece->to, piece->bytes, piece->nbytes);
    fofi_piece_back(net, op->pid, piece);
    op->npieces--;
    if (op->npieces == 0 && op->state == FOFI_OP_WAITING) op_give(net, op);
}

/* --- posting -------------------------------------------------------------------------------------------------------*/

/* Posts as much as the endpoint takes, and the notification behind the last piece. False when there is more to do
 * later. */
static bool post(fnet *net, fofi_op *op)
{
    if (!op->lost && fofi_fenced(net, op->pid)) return false;
    while (!op->lost && op->next_block < op->rma.nblocks)
        if (!post_next(net, op)) return false;
    if (op->lost || !op->rma.notify) return true;
    if (!net->ordered && op->npieces) return false; /* the message would overtake the data */
    fofi_notify notify = {.id = (op->rma.notify - 1) % FURROW_NOTIFY_IDS};
    furrow_err err = fofi_send_notify(net, op->pid, &notify, FOFI_NOTHING);
    if (err == FURROW_ERR_AGAIN) return false;
    op->rma.notify = 0;
    return true;
}

static void posted(fnet *net, fofi_op *op)
{
    op->state = FOFI_OP_WAITING;
    if (op->npieces == 0) op_give(net, op);
}

/* In the order of the calls to one peer; a peer that takes nothing does not keep the others waiting. */
void fofi_post_more(fnet *net)
{
    fofi_op **link = &net->posting;
    net->round++;
    while (*link) {
        fofi_op *op = *link;
        fofi_peer *peer = &net->peers[op->pid - 1];
        if (peer->stuck == net->round || !post(net, op)) {
            peer->stuck = net->round;
            link = &op->next;
            continue;
        }
        *link = op->next;
        peer->nposting--;
        posted(net, op);
    }
    net->posting_end = link;
}

void fofi_ops_lost(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    for (uint32_t i = 0; i < FOFI_NOPS; i++) {
        fofi_op *op = &net->ops[i];
        if (op->state == FOFI_OP_FREE || op->pid != pid) continue;
        op->failed = true;
        op_uncount(net, op);
    }
    net->under_way -= peer->under_way; /* what is left are sends */
    peer->under_way = 0;
}

static furrow_err transfer(fnet *net, fnet_rma *rma, bool is_get)
{
    fofi_peer *peer = &net->peers[rma->target->pid - 1];
    furrow_err err = fofi_peer_check(net, rma->target->pid);
    if (err) return err;
    fofi_op *op = op_take(net, rma, is_get);
    if (!op) return FURROW_ERR_AGAIN;
    rma->ticket = ticket_of(net, op);
    op->state = FOFI_OP_POSTING;
    if (peer->nposting == 0 && post(net, op)) {
        posted(net, op);
        if (rma->notify) rma->ticket = 0; /* all of it is in memory of ours: who notifies may go on */
        return FURROW_OK;
    }
    op->next = NULL;
    *net->posting_end = op;
    net->posting_end = &op->next;
    peer->nposting++;
    return FURROW_OK;
}

static furrow_err check(const fnet_rma *r)
{
    uint64_t end, last = r->nblocks ? r->nblocks - 1 : 0;
    if (__builtin_mul_overflow(last, r->stride_nbytes, &end) || __builtin_add_overflow(end, r->offset, &end) ||
        __builtin_add_overflow(end, r->block_nbytes, &end) || end > r->target->nbytes)
        return furrow_fail(FURROW_ERR_BOUNDS, "bytes past the end of a target of %zu bytes", r->target->nbytes);
    return FURROW_OK;
}

#define PLACE_MOST (((uint64_t)1 << FOFI_PLACE_BITS) - 1)

static inline uint64_t place_of(const fnet_rma *rma)
{
    return (rma->target->address + rma->offset) & PLACE_MOST;
}

/* Small contiguous data travels with its notification. */
static furrow_err notify_with(fnet *net, const fnet_rma *rma, size_t nbytes)
{
    const fnet_target *target = rma->target;
    const fofi_peer *peer = &net->peers[target->pid - 1];
    if (peer->nposting || (!net->ordered && peer->nwrites)) return FURROW_ERR_AGAIN;
    fofi_notify notify = {.rkey = target->rkey, .offset = place_of(rma), .id = (rma->notify - 1) % FURROW_NOTIFY_IDS};
    return fofi_send_notify(net, target->pid, &notify, FOFI_BYTES(rma->local, nbytes));
}

/* More than fits into a message is written first, and the message, or the write into a ring, stands behind it
 * (FI_ORDER_SAW, FI_ORDER_WAW). */
furrow_err fofi_put(fnet *net, fnet_rma *rma)
{
    furrow_err err = check(rma);
    if (err) return err;
    const size_t most = FOFI_MESSAGE_NBYTES - sizeof(fofi_notify);
    bool empty = rma->nblocks == 0 || rma->block_nbytes == 0;
    rma->ticket = 0;
    bool small = rma->nblocks == 1 && rma->block_nbytes <= most && rma->target->address + rma->offset <= PLACE_MOST;
    if (rma->notify && (empty || small)) return notify_with(net, rma, empty ? 0 : rma->block_nbytes);
    return empty ? fofi_peer_check(net, rma->target->pid) : transfer(net, rma, false);
}

furrow_err fofi_get(fnet *net, fnet_rma *rma)
{
    furrow_err err = check(rma);
    if (err) return err;
    rma->ticket = 0;
    bool empty = rma->nblocks == 0 || rma->block_nbytes == 0;
    return empty ? fofi_peer_check(net, rma->target->pid) : transfer(net, rma, true);
}
