/*
 * message.c - messages over the fabric: in order a pair, with a window of credits, so that nobody's memory is flooded, and a tag in
 * front that only holders of the job's key can make. What fails a check is dropped and counted, never looked at further.
 */
#include "net/ofi/ofi.h"
#include <string.h>
#include <xxhash.h>

/* Depends on key, sender, receiver and place in the sequence; the other direction has another tag. */
static uint64_t tag_of(const fnet *net, int from, int to, uint64_t sequence)
{
    unsigned char text[16 + 4 + 4 + 8];
    int32_t pids[2] = {from, to};
    memcpy(text, net->key, 16);
    memcpy(text + 16, pids, 8);
    memcpy(text + 24, &sequence, 8);
    XXH128_hash_t hash = XXH3_128bits(text, sizeof text);
    return hash.low64 ^ hash.high64;
}

static fofi_buffer *take_send(fnet *net)
{
    fofi_buffer *b = net->free_send;
    if (b) net->free_send = b->next;
    return b;
}

static void give_send(fnet *net, fofi_buffer *b)
{
    b->state = FOFI_FREE;
    b->next = net->free_send;
    net->free_send = b;
}

furrow_err fofi_send(fnet *net, int pid, fofi_kind kind, const void *body, size_t nbytes, const void *more,
                     size_t more_nbytes)
{
    fofi_peer *peer = &net->peers[pid - 1];
    furrow_err err = fofi_peer_check(net, pid);
    if (err) return err;
    if (nbytes + more_nbytes > FOFI_MESSAGE_NBYTES)
        return furrow_fail(FURROW_ERR_INTERNAL, "message of %zu bytes", nbytes);
    if (kind != FOFI_CREDIT && peer->credits == 0) return FURROW_ERR_AGAIN;
    fofi_buffer *b = take_send(net);
    if (!b) return FURROW_ERR_AGAIN;
    fofi_head head = {.tag = tag_of(net, net->pid, pid, peer->sent),
                      .from = (uint32_t)net->pid,
                      .kind = (uint16_t)kind,
                      .credits = (uint16_t)peer->owed,
                      .sequence = peer->sent};
    memcpy(b->bytes, &head, sizeof head);
    if (nbytes) memcpy(b->bytes + sizeof head, body, nbytes);
    if (more_nbytes) memcpy(b->bytes + sizeof head + nbytes, more, more_nbytes);
    b->pid = pid;
    ssize_t ret = fi_send(net->ep, b->bytes, sizeof head + nbytes + more_nbytes, b->desc, peer->addr, &b->context);
    if (ret) {
        give_send(net, b);
        if (ret == -FI_EAGAIN) return FURROW_ERR_AGAIN;
        fofi_peer_fail(net, pid, fi_strerror((int)-ret));
        return fofi_peer_check(net, pid);
    }
    b->state = FOFI_SENDING;
    peer->sent++;
    peer->owed = 0;
    peer->under_way++;
    net->under_way++;
    if (kind != FOFI_CREDIT) peer->credits--;
    return FURROW_OK;
}

void fofi_return_credits(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->owed < FOFI_WINDOW / 2 || peer->gone) return;
    /* Cannot be posted now: the next message carries them, or the next one taken tries again. */
    if (fofi_send(net, pid, FOFI_CREDIT, NULL, 0, NULL, 0) != FURROW_OK) return;
}

furrow_err fofi_post_receive(fnet *net, fofi_buffer *b)
{
    ssize_t ret =
        fi_recv(net->ep, b->bytes, sizeof(fofi_head) + FOFI_MESSAGE_NBYTES, b->desc, FI_ADDR_UNSPEC, &b->context);
    if (ret) return fofi_refused((int)ret, "posting a receive buffer");
    b->state = FOFI_RECEIVING;
    return FURROW_OK;
}

static void serve_notify(fnet *net, const unsigned char *body, size_t nbytes)
{
    fofi_notify notify;
    if (nbytes < sizeof notify) goto refused;
    memcpy(&notify, body, sizeof notify);
    if (notify.data_nbytes != nbytes - sizeof notify || notify.id >= FURROW_NOTIFY_IDS) goto refused;
    if (notify.data_nbytes) {
        void *to = fofi_reach(net, notify.rkey, notify.offset, notify.data_nbytes);
        if (!to) goto refused;
        memcpy(to, body + sizeof notify, notify.data_nbytes);
    }
    /* The data (copied here, or written by the fabric before this message: FI_ORDER_SAW) is released to who reads the count. */
    atomic_fetch_add_explicit(&net->notifications[notify.id], 1, memory_order_release);
    return;
refused:
    net->refused++;
}

static void serve(fnet *net, fofi_buffer *b, const fofi_head *head, size_t nbytes)
{
    const unsigned char *body = b->bytes + sizeof *head;
    fofi_atomic atomic;
    switch (head->kind) {
    case FOFI_CREDIT:
        return;
    case FOFI_NOTIFY:
        serve_notify(net, body, nbytes);
        return;
    case FOFI_ATOMIC:
    case FOFI_ATOMIC_DONE:
        if (nbytes != sizeof atomic) break;
        memcpy(&atomic, body, sizeof atomic);
        if (head->kind == FOFI_ATOMIC)
            fofi_atomic_serve(net, (int)head->from, &atomic);
        else
            fofi_atomic_done(net, &atomic);
        return;
    default:
        break;
    }
    net->refused++;
}

/* Proves sender and sequence; on success the message counts as taken. */
static bool admit(fnet *net, const fofi_buffer *b, fofi_head *head, size_t nbytes)
{
    if (nbytes < sizeof *head) return false;
    memcpy(head, b->bytes, sizeof *head);
    if (head->from < 1 || head->from > (uint32_t)net->nprocs || head->from == (uint32_t)net->pid) return false;
    fofi_peer *peer = &net->peers[head->from - 1];
    if (peer->gone || head->sequence != peer->received) return false;
    if (head->tag != tag_of(net, (int)head->from, net->pid, head->sequence)) return false;
    peer->received++;
    if (head->kind != FOFI_CREDIT && head->kind != FOFI_ATOMIC)
        peer->owed++; /* an atomic's credit goes back with its answer */
    peer->credits = peer->credits + head->credits > FOFI_WINDOW ? FOFI_WINDOW : peer->credits + head->credits;
    return true;
}

void fofi_arrived(fnet *net, fofi_buffer *b, size_t nbytes)
{
    fofi_head head;
    if (!admit(net, b, &head, nbytes)) {
        net->refused++;
    } else if (head.kind == FOFI_USER) {
        b->pid = (int)head.from;
        b->nbytes = nbytes - sizeof head;
        b->state = FOFI_ARRIVED;
        b->next = NULL;
        *net->arrived_end = b;
        net->arrived_end = &b->next;
        return;
    } else {
        serve(net, b, &head, nbytes - sizeof head);
        fofi_return_credits(net, (int)head.from);
    }
    if (fofi_post_receive(net, b)) net->refused++;
}
