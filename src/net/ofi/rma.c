/*
 * rma.c - put, get and atomics over the fabric. Transfers complete when the target's memory has changed (FI_DELIVERY_COMPLETE);
 * strided and large ones are posted piece by piece. Atomics are done by the target's CPU, so that they are atomic with the stores
 * of processes on its host too.
 */
#include "net/ofi/ofi.h"
#include <string.h>

static uint64_t ticket_of(const fnet *net, const fofi_op *op)
{
    return ((uint64_t)op->generation << 32 | (uint64_t)(op - net->ops)) + 1;
}

static fofi_op *op_take(fnet *net, int pid)
{
    fofi_op *op = net->free_op;
    if (!op) return NULL;
    net->free_op = op->next;
    op->pid = pid;
    op->pieces = 0;
    op->local_mr = NULL;
    op->old = NULL;
    op->next = NULL;
    net->peers[pid - 1].under_way++;
    net->under_way++;
    return op;
}

static void op_give(fnet *net, fofi_op *op)
{
    if (op->local_mr) fi_close(&op->local_mr->fid);
    op->local_mr = NULL;
    op->state = FOFI_OP_FREE;
    op->generation++;
    op->next = net->free_op;
    net->free_op = op;
    net->peers[op->pid - 1].under_way--;
    net->under_way--;
}

furrow_err fofi_done(fnet *net, uint64_t ticket)
{
    uint32_t index = (uint32_t)(ticket - 1), generation = (uint32_t)((ticket - 1) >> 32);
    if (ticket == 0) return FURROW_OK;
    if (index >= FOFI_NOPS) return furrow_fail(FURROW_ERR_INTERNAL, "no such operation");
    fofi_op *op = &net->ops[index];
    if (op->generation == generation && op->state != FOFI_OP_FREE) {
        furrow_err err = fofi_peer_check(net, op->pid);
        return err ? err : FURROW_ERR_AGAIN;
    }
    return fofi_peer_check(net, op->pid);
}

/* The caller's memory must be registered for verbs and its like. */
static furrow_err register_local(fnet *net, fofi_op *op)
{
    if (!(net->info->domain_attr->mr_mode & FI_MR_LOCAL)) return FURROW_OK;
    const fnet_rma *rma = &op->rma;
    uint64_t nbytes = (rma->nblocks - 1) * rma->local_stride_nbytes + rma->block_nbytes;
    int ret = fi_mr_reg(net->domain, rma->local, nbytes, FI_READ | FI_WRITE, 0, 0, 0, &op->local_mr, NULL);
    return ret ? fofi_refused(ret, "registering the caller's memory (see ulimit -l)") : FURROW_OK;
}

static ssize_t post_piece(fnet *net, fofi_op *op, char *local, uint64_t remote, uint64_t nbytes)
{
    struct iovec iov = {.iov_base = local, .iov_len = nbytes};
    struct fi_rma_iov where = {.addr = remote, .len = nbytes, .key = op->rkey};
    void *desc = op->local_mr ? fi_mr_desc(op->local_mr) : NULL;
    struct fi_msg_rma msg = {.msg_iov = &iov,
                             .desc = &desc,
                             .iov_count = 1,
                             .addr = op->addr,
                             .rma_iov = &where,
                             .rma_iov_count = 1,
                             .context = &op->context};
    return op->is_get ? fi_readmsg(net->ep, &msg, FI_COMPLETION)
                      : fi_writemsg(net->ep, &msg, FI_COMPLETION | FI_DELIVERY_COMPLETE);
}

/* The notification behind the last piece. False when it cannot go yet. */
static bool post_notify(fnet *net, fofi_op *op)
{
    fofi_notify notify = {.id = op->rma.notify - 1};
    furrow_err err = fofi_send(net, op->pid, FOFI_NOTIFY, &notify, sizeof notify, NULL, 0);
    if (err != FURROW_ERR_AGAIN) op->rma.notify = 0;
    return err != FURROW_ERR_AGAIN;
}

/* Posts as much as the endpoint takes. False when there is more to do later. */
static bool post(fnet *net, fofi_op *op)
{
    fnet_rma *rma = &op->rma;
    while (op->next_block < rma->nblocks) {
        uint64_t left = rma->block_nbytes - op->next_byte;
        uint64_t nbytes = left < net->info->ep_attr->max_msg_size ? left : net->info->ep_attr->max_msg_size;
        char *local = (char *)rma->local + op->next_block * rma->local_stride_nbytes + op->next_byte;
        uint64_t remote = op->address + rma->offset + op->next_block * rma->stride_nbytes + op->next_byte;
        ssize_t ret = post_piece(net, op, local, remote, nbytes);
        if (ret == -FI_EAGAIN) return false;
        if (ret) {
            fofi_peer_fail(net, op->pid, fi_strerror((int)-ret));
            op->next_block = rma->nblocks;
            return true;
        }
        op->pieces++;
        op->next_byte += nbytes;
        if (op->next_byte < rma->block_nbytes) continue;
        op->next_byte = 0;
        op->next_block++;
    }
    return !rma->notify || post_notify(net, op);
}

static void post_or_queue(fnet *net, fofi_op *op)
{
    if (post(net, op)) {
        op->state = FOFI_OP_WAITING;
        if (op->pieces == 0) op_give(net, op);
        return;
    }
    op->state = FOFI_OP_POSTING;
    op->next = NULL;
    *net->posting_end = op;
    net->posting_end = &op->next;
}

void fofi_post_more(fnet *net)
{
    while (net->posting) {
        fofi_op *op = net->posting;
        if (!post(net, op)) return;
        net->posting = op->next;
        if (!net->posting) net->posting_end = &net->posting;
        op->state = FOFI_OP_WAITING;
        if (op->pieces == 0) op_give(net, op);
    }
}

void fofi_op_complete(fnet *net, fofi_op *op)
{
    op->pieces--;
    if (op->pieces == 0 && op->state == FOFI_OP_WAITING) op_give(net, op);
}

furrow_err fofi_transfer(fnet *net, fnet_rma *rma, bool is_get)
{
    int pid = rma->target->pid;
    furrow_err err = fofi_peer_check(net, pid);
    if (err) return err;
    rma->ticket = 0;
    if (rma->nblocks == 0 || rma->block_nbytes == 0) return FURROW_OK;
    fofi_op *op = op_take(net, pid);
    if (!op) return FURROW_ERR_AGAIN;
    op->is_get = is_get;
    op->rma = *rma;
    op->next_block = op->next_byte = 0;
    op->addr = net->peers[pid - 1].addr;
    op->address = rma->target->address;
    op->rkey = rma->target->rkey;
    err = register_local(net, op);
    if (err) {
        op_give(net, op);
        return err;
    }
    rma->ticket = ticket_of(net, op);
    post_or_queue(net, op);
    return FURROW_OK;
}

/* Small contiguous data travels with its notification; more is written first, and the message stands behind it (FI_ORDER_SAW). */
furrow_err fofi_put(fnet *net, fnet_rma *rma)
{
    fofi_notify notify = {
        .rkey = rma->target->rkey, .offset = rma->target->address + rma->offset, .id = rma->notify - 1};
    bool small = rma->nblocks <= 1 && rma->block_nbytes <= FOFI_MESSAGE_NBYTES - sizeof notify;
    if (!rma->notify || !small) return fofi_transfer(net, rma, false);
    notify.data_nbytes = rma->nblocks ? (uint32_t)rma->block_nbytes : 0;
    rma->ticket = 0;
    return fofi_send(net, rma->target->pid, FOFI_NOTIFY, &notify, sizeof notify, rma->local, notify.data_nbytes);
}

furrow_err fofi_get(fnet *net, fnet_rma *rma)
{
    return fofi_transfer(net, rma, true);
}

furrow_err fofi_atomic_begin(fnet *net, fnet_atomic *atomic)
{
    int pid = atomic->target->pid;
    furrow_err err = fofi_peer_check(net, pid);
    if (err) return err;
    fofi_op *op = op_take(net, pid);
    if (!op) return FURROW_ERR_AGAIN;
    op->state = FOFI_OP_WAITING;
    op->pieces = 1;
    op->old = atomic->old;
    op->old_nbytes = atomic->nbytes;
    fofi_atomic request = {.rkey = atomic->target->rkey,
                           .offset = atomic->target->address + atomic->offset,
                           .operand = atomic->operand,
                           .compare = atomic->compare,
                           .ticket = ticket_of(net, op),
                           .op = atomic->op,
                           .nbytes = atomic->nbytes};
    err = fofi_send(net, pid, FOFI_ATOMIC, &request, sizeof request, NULL, 0);
    if (err)
        op_give(net, op);
    else
        atomic->ticket = request.ticket;
    return err;
}

static uint64_t apply32(uint32_t *at, const fofi_atomic *a)
{
    uint32_t compare = (uint32_t)a->compare;
    switch (a->op) {
    case FNET_ADD:
        return __atomic_fetch_add(at, (uint32_t)a->operand, __ATOMIC_SEQ_CST);
    case FNET_SWAP:
        return __atomic_exchange_n(at, (uint32_t)a->operand, __ATOMIC_SEQ_CST);
    default:
        __atomic_compare_exchange_n(at, &compare, (uint32_t)a->operand, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        return compare;
    }
}

static uint64_t apply64(uint64_t *at, const fofi_atomic *a)
{
    uint64_t compare = a->compare;
    switch (a->op) {
    case FNET_ADD:
        return __atomic_fetch_add(at, a->operand, __ATOMIC_SEQ_CST);
    case FNET_SWAP:
        return __atomic_exchange_n(at, a->operand, __ATOMIC_SEQ_CST);
    default:
        __atomic_compare_exchange_n(at, &compare, a->operand, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        return compare;
    }
}

void fofi_atomic_serve(fnet *net, int pid, const fofi_atomic *request)
{
    fofi_atomic answer = *request;
    void *at = request->nbytes == 4 || request->nbytes == 8
                   ? fofi_reach(net, request->rkey, request->offset, request->nbytes)
                   : NULL;
    bool sound = at && (uintptr_t)at % request->nbytes == 0 && request->op <= FNET_CAS;
    answer.status = sound ? 0 : 1;
    if (!sound)
        net->refused++;
    else
        answer.operand = request->nbytes == 4 ? apply32(at, request) : apply64(at, request);
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->nanswers == FOFI_WINDOW) { /* more than its credits allow: not one of ours */
        net->refused++;
        return;
    }
    peer->answers[peer->nanswers++] = answer;
    net->nanswers++;
    fofi_answer(net);
}

static void answer_peer(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    uint32_t sent = 0;
    while (sent < peer->nanswers) {
        peer->owed++;
        furrow_err err = fofi_send(net, pid, FOFI_ATOMIC_DONE, &peer->answers[sent], sizeof *peer->answers, NULL, 0);
        if (err == FURROW_ERR_AGAIN) {
            peer->owed--;
            break;
        }
        sent++; /* sent, or the peer is gone and nobody waits */
    }
    memmove(peer->answers, peer->answers + sent, (peer->nanswers - sent) * sizeof *peer->answers);
    peer->nanswers -= sent;
    net->nanswers -= sent;
}

void fofi_answer(fnet *net)
{
    for (int pid = 1; pid <= net->nprocs && net->nanswers; pid++)
        if (net->peers[pid - 1].nanswers) answer_peer(net, pid);
}

void fofi_atomic_done(fnet *net, const fofi_atomic *answer)
{
    uint32_t index = (uint32_t)(answer->ticket - 1), generation = (uint32_t)((answer->ticket - 1) >> 32);
    if (index >= FOFI_NOPS) return;
    fofi_op *op = &net->ops[index];
    if (op->state != FOFI_OP_WAITING || op->generation != generation || !op->old) return;
    if (answer->status == 0) *op->old = answer->operand;
    fofi_op_complete(net, op);
}
