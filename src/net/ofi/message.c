/*
 * message.c - messages over the fabric: in order a pair, with a window of credits, so that nobody's memory is flooded,
 * and a tag in front that only holders of the job's key can make. What fails a check is dropped and counted, never
 * looked at further.
 */
#include "net/ofi/ofi.h"
#include "net/copy.h"
#include <string.h>
#include <xxhash.h>

/* Depends on key, sender, receiver and place in the sequence; the other direction has another tag. */
static uint64_t tag_of(const fnet *net, int from, int to, uint64_t sequence)
{
    unsigned char text[16 + 4 + 4 + 8];
    int32_t pids[2] = {from, to};
    memcpy(text, net->opts.key, 16);
    memcpy(text + 16, pids, 8);
    memcpy(text + 24, &sequence, 8);
    XXH128_hash_t hash = XXH3_128bits(text, sizeof text);
    return hash.low64 ^ hash.high64;
}

static bool takes_credit(fofi_kind kind)
{
    return kind == FOFI_USER || kind == FOFI_NOTIFY;
}

void fofi_seal(fnet *net, int pid)
{
    net->peers[pid - 1].seal_in = tag_of(net, pid, net->pid, UINT64_MAX);
    net->peers[pid - 1].seal_out = tag_of(net, net->pid, pid, UINT64_MAX);
}

/* What lies in the provider's queue until it is taken may be large, and is bounded more narrowly than what lies in a ring. It
 * comes to an end all the same: who has taken all owes no more than FOFI_OWED of them. */
static bool has_credit(const fofi_peer *peer, bool ringed)
{
    _Static_assert(FOFI_OWED < FOFI_UNRINGED && FOFI_UNRINGED < FOFI_WINDOW && FOFI_WINDOW < FOFI_EARLY, "windows");
    return peer->credits > (ringed ? 0 : FOFI_WINDOW - FOFI_UNRINGED);
}

/* AGAIN leaves everything as it was. */
static furrow_err transmit(fnet *net, int pid, fofi_buffer *b, size_t nbytes, bool ringed)
{
    fofi_head *head = fofi_head_of(b);
    ssize_t ret;
    if (ringed) {
        ret = fofi_ring_post(net, pid, b, nbytes);
    } else {
        b->injected = false;
        head->tag = tag_of(net, net->pid, pid, head->sequence);
        ret = fi_send(net->ep, b->bytes, sizeof *head + nbytes, b->desc, net->peers[pid - 1].addr, &b->context);
    }
    if (__builtin_expect(ret == 0, 1)) return FURROW_OK;
    if (ret == -FI_EAGAIN) return FURROW_ERR_AGAIN;
    fofi_peer_fail(net, pid, fi_strerror((int)-ret));
    return fofi_peer_check(net, pid);
}

static void count_sent(fofi_peer *peer, fofi_kind kind)
{
    peer->sent++;
    peer->spoken = true;
    peer->owed = 0;
    if (takes_credit(kind)) peer->credits--;
    if (kind == FOFI_NOTIFY) peer->notified = peer->sent;
}

/* A message that is being put together: room for its body behind the head. */
typedef struct fofi_outgoing {
    fofi_buffer *buffer;
    unsigned char *body;
    bool ringed;
} fofi_outgoing;

static inline furrow_err begin(fnet *net, int pid, fofi_kind kind, size_t nbytes, fofi_outgoing *out)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    furrow_err err = fofi_peer_check(net, pid);
    if (err) return err;
    if (nbytes > FOFI_MESSAGE_NBYTES) return furrow_fail(FURROW_ERR_INTERNAL, "message of %zu bytes", nbytes);
    out->buffer = fofi_send_for(net, pid);
    out->ringed = takes_credit(kind) && fofi_ring_takes(net, pid, nbytes);
    if (!out->buffer || (takes_credit(kind) && !has_credit(peer, out->ringed))) return FURROW_ERR_AGAIN;
    *fofi_head_of(out->buffer) = (fofi_head){.sequence = peer->sent,
                                             .from = (uint32_t)net->pid,
                                             .turn = (uint32_t)peer->sent,
                                             .kind = (uint8_t)kind,
                                             .credits = (uint16_t)peer->owed};
    out->body = out->buffer->bytes + sizeof(fofi_head);
    return FURROW_OK;
}

static inline furrow_err end(fnet *net, int pid, fofi_kind kind, size_t nbytes, const fofi_outgoing *out)
{
    fofi_peer *peer = &net->peers[pid - 1];
    furrow_err err = transmit(net, pid, out->buffer, nbytes, out->ringed);
    if (err) return err;
    if (!out->buffer->injected) {
        fofi_send_taken(net, pid);
        peer->under_way++;
        net->under_way++;
    }
    count_sent(peer, kind);
    return FURROW_OK;
}

furrow_err fofi_send(fnet *net, int pid, fofi_kind kind, struct iovec body)
{
    fofi_outgoing out = {0};
    furrow_err err = begin(net, pid, kind, body.iov_len, &out);
    if (err) return err;
    if (body.iov_len) memcpy(out.body, body.iov_base, body.iov_len);
    return end(net, pid, kind, body.iov_len, &out);
}

furrow_err fofi_send_notify(fnet *net, int pid, const fofi_notify *notify, struct iovec data)
{
    fofi_outgoing out = {0};
    const size_t nbytes = sizeof *notify + data.iov_len;
    furrow_err err = begin(net, pid, FOFI_NOTIFY, nbytes, &out);
    if (err) return err;
    memcpy(out.body, notify, sizeof *notify);
    if (data.iov_len) memcpy(out.body + sizeof *notify, data.iov_base, data.iov_len);
    return end(net, pid, FOFI_NOTIFY, nbytes, &out);
}

void fofi_send_ended(fnet *net, fofi_buffer *b)
{
    fofi_peer *peer = &net->peers[b->pid - 1];
    if (!peer->gone) { /* else fofi_ops_lost has counted it off already */
        peer->under_way--;
        net->under_way--;
    }
    if (b->context.is == FOFI_IS_DOOR) net->doors_flying--;
    b->context.is = FOFI_IS_SEND;
    fofi_send_back(net, b);
}

/* What cannot be sent now is tried again in every round of progress: a peer without credits waits for us. */
void fofi_settle(fnet *net)
{
    net->credits_due = false;
    if (net->nshut) fofi_doors_open(net);
    for (int pid = 1; pid <= net->nprocs; pid++) {
        fofi_peer *peer = &net->peers[pid - 1];
        if (peer->gone) continue;
        if (peer->answer && fofi_send(net, pid, FOFI_PARTED, FOFI_NOTHING) == FURROW_OK) peer->answer = false;
        if (peer->told_due && fofi_send(net, pid, FOFI_TOLD, FOFI_NOTHING) == FURROW_OK) peer->told_due = false;
        bool due = peer->owed >= FOFI_OWED;
        if (due) due = fofi_send(net, pid, FOFI_CREDIT, FOFI_NOTHING) != FURROW_OK;
        if (!fofi_ring_settle(net, pid)) due = true;
        if ((due || peer->answer || peer->told_due) && !peer->gone) net->credits_due = true;
    }
}

void fofi_taken(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    peer->owed++;
    if (peer->owed >= FOFI_OWED) net->credits_due = true;
}

furrow_err fofi_post_receive(fnet *net, fofi_buffer *b)
{
    ssize_t ret =
        fi_recv(net->ep, b->bytes, sizeof(fofi_head) + FOFI_MESSAGE_NBYTES, b->desc, FI_ADDR_UNSPEC, &b->context);
    return ret ? fofi_refused((int)ret, "posting a receive buffer") : FURROW_OK;
}

static void serve_notify(fnet *net, const unsigned char *body, size_t nbytes)
{
    fofi_notify notify;
    if (nbytes < sizeof notify) goto refused;
    memcpy(&notify, body, sizeof notify);
    _Static_assert(FURROW_NOTIFY_IDS == 1 << (64 - FOFI_PLACE_BITS), "every id there can be is one");
    nbytes -= sizeof notify;
    if (nbytes) {
        void *to = fofi_reach(net, notify.rkey, notify.offset, nbytes);
        if (!to) goto refused;
        memcpy(to, body + sizeof notify, nbytes);
    }
    /* The data (copied here, or written by the fabric before this message: FI_ORDER_SAW) is released to who reads the
     * count. */
    atomic_fetch_add_explicit(&net->opts.notifications[notify.id], 1, memory_order_release);
    return;
refused:
    net->refused++;
}

/* Gives back what a message came in. */
void fofi_emptied(fnet *net, fofi_buffer *b)
{
    if (b->context.is == FOFI_IS_SLOT) {
        b->next = net->free_slot;
        net->free_slot = b;
    } else if (fofi_post_receive(net, b)) {
        net->refused++;
    }
}

/* The transport's own messages. */
static void serve(fnet *net, const fofi_buffer *b, const fofi_head *head)
{
    fofi_peer *peer = &net->peers[head->from - 1];
    switch (head->kind) {
    case FOFI_CREDIT:
        return;
    case FOFI_NOTIFY:
        serve_notify(net, b->bytes + sizeof *head, b->nbytes);
        fofi_taken(net, (int)head->from);
        return;
    case FOFI_LEAVE:
        peer->answer = net->credits_due = true;
        fofi_peer_leaves(net, (int)head->from);
        return;
    case FOFI_PARTED:
        peer->parted = true;
        return;
    case FOFI_ASK:
        peer->told_due = net->credits_due = true;
        return;
    case FOFI_TOLD:
        fofi_told(net, (int)head->from);
        return;
    case FOFI_RING:
    case FOFI_DOOR:
        if (!fofi_ring_serve(net, head, b->bytes + sizeof *head, b->nbytes)) net->refused++;
        return;
    default:
        net->refused++;
    }
}

/* Of those that came early, the one whose turn it is; what will never have a turn goes. */
static fofi_buffer *next_early(fnet *net, fofi_peer *peer, fofi_head *head)
{
    for (fofi_buffer **at = &peer->early; *at;) {
        fofi_buffer *b = *at;
        memcpy(head, b->bytes, sizeof *head);
        if (head->sequence - peer->received >= FOFI_EARLY) {
            *at = b->next;
            net->refused++;
            fofi_emptied(net, b);
        } else if (head->sequence == peer->received) {
            *at = b->next;
            return b;
        } else {
            at = &b->next;
        }
    }
    return NULL;
}

static void admit(fnet *net, fofi_peer *peer, fofi_buffer *b, const fofi_head *head)
{
    peer->received++;
    peer->heard = true;
    peer->credits = peer->credits + head->credits > FOFI_WINDOW ? FOFI_WINDOW : peer->credits + head->credits;
    if (peer->received == FOFI_WORTH_A_RING) fofi_ring_offer(net, (int)head->from);
    if (net->nshut && ++net->lively >= FOFI_LIVELY) net->credits_due = true;
    if (head->kind == FOFI_USER && b->nbytes) {
        b->pid = (int)head->from;
        b->next = NULL;
        *net->arrived_end = b;
        net->arrived_end = &b->next;
        return;
    }
    serve(net, b, head);
    fofi_emptied(net, b);
}

void fofi_admitted(fnet *net, fofi_buffer *b, fofi_head *head)
{
    fofi_peer *peer = &net->peers[head->from - 1];
    while (b) {
        admit(net, peer, b, head);
        b = peer->early ? next_early(net, peer, head) : NULL;
    }
}

/* Proves sender and place in the sequence. */
static bool proven(const fnet *net, const fofi_buffer *b, fofi_head *head, size_t nbytes)
{
    if (nbytes < sizeof *head) return false;
    memcpy(head, b->bytes, sizeof *head);
    if (head->from < 1 || head->from > (uint32_t)net->nprocs || head->from == (uint32_t)net->pid) return false;
    const fofi_peer *peer = &net->peers[head->from - 1];
    if (peer->removed || head->sequence - peer->received >= FOFI_EARLY) return false;
    return head->tag == tag_of(net, (int)head->from, net->pid, head->sequence);
}

/* Completions may be out of order, and rings are not looked at before them: what comes early waits for its turn. */
void fofi_arrived(fnet *net, fofi_buffer *b, size_t nbytes)
{
    fofi_head head;
    if (!proven(net, b, &head, nbytes)) {
        net->refused++;
        fofi_emptied(net, b);
        return;
    }
    fofi_peer *peer = &net->peers[head.from - 1];
    b->nbytes = nbytes - sizeof head;
    if (head.sequence == peer->received) {
        fofi_admitted(net, b, &head);
        return;
    }
    b->next = peer->early;
    peer->early = b;
    fofi_rings_look(net);
}
