/*
 * progress.c - the completion queue: sends and transfers that ended, messages that arrived, errors. The only place where
 * anything moves on; never waits.
 */
#include "net/ofi/ofi.h"
#include <time.h>

#define BATCH      16
#define PULSE_NS   (1000000000 / FOFI_PULSE_HZ)
#define BUSY_TURNS 4u  /* of looks at rings, one looks at the queue too: while operations are under way */
#define IDLE_TURNS 16u /* while none is */
#define CLOCK      16u /* rounds between looks at the clock */

static void completed(fnet *net, const struct fi_cq_data_entry *entry)
{
    fofi_context *context = entry->op_context;
    if (!context) return;
    switch (context->is) {
    case FOFI_IS_SEND:
    case FOFI_IS_DOOR:
        fofi_send_ended(net, (fofi_buffer *)(void *)context);
        return;
    case FOFI_IS_RECEIVE:
        fofi_arrived(net, (fofi_buffer *)(void *)context, entry->len);
        return;
    case FOFI_IS_PIECE:
        fofi_piece_ended(net, (fofi_piece *)(void *)context, true);
        return;
    case FOFI_IS_SLOT: /* never given to libfabric */
        return;
    }
}

/* A failed send or transfer condemns its peer; a failed receive is posted again. */
static void failed(fnet *net)
{
    struct fi_cq_err_entry entry = {0};
    if (fi_cq_readerr(net->cq, &entry, 0) != 1 || !entry.op_context) return;
    char words[96] = "";
    const char *why = fi_cq_strerror(net->cq, entry.prov_errno, entry.err_data, words, sizeof words);
    if (!why || !why[0] || entry.prov_errno == 0) why = fi_strerror(entry.err);
    fofi_context *context = entry.op_context;
    fofi_buffer *b = (fofi_buffer *)(void *)context;
    fofi_piece *piece = (fofi_piece *)(void *)context;
    switch (context->is) {
    case FOFI_IS_SEND:
    case FOFI_IS_DOOR:
        fofi_peer_fail(net, b->pid, why);
        fofi_send_ended(net, b);
        return;
    case FOFI_IS_RECEIVE:
        net->refused++;
        if (entry.err != FI_ECANCELED && fofi_post_receive(net, b)) net->refused++;
        return;
    case FOFI_IS_PIECE:
        fofi_peer_fail(net, piece->op->pid, why);
        fofi_piece_ended(net, piece, false);
        return;
    case FOFI_IS_SLOT:
        return;
    }
}

#define UNFED 2 /* pulses after which a peer is knocked at */

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Both sides of a pair that have nothing to say say so in every pulse: who is silent for longer does not come to the
 * library, or is gone. */
static void feel(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    bool met = peer->known || peer->received, heard = peer->heard, spoken = peer->spoken;
    peer->heard = peer->spoken = false;
    if (!met || peer->gone) {
        fofi_knock_end(net, pid);
        return;
    }
    if (heard) {
        peer->silent = peer->unfed = 0;
        fofi_knock_end(net, pid);
        fofi_answered(net, pid);
    } else {
        peer->silent++;
    }
    furrow_err err = FURROW_OK;
    if (!heard && peer->under_way)
        err = FURROW_ERR_AGAIN;
    else if (!heard || !spoken)
        err = fofi_send(net, pid, FOFI_CREDIT, FOFI_NOTHING);
    peer->spoken = false;
    peer->unfed = err == FURROW_ERR_AGAIN && !heard ? peer->unfed + 1 : 0;
    if (peer->known && !peer->gone && (peer->unfed >= UNFED || peer->silent >= FOFI_SILENT)) fofi_knock(net, pid);
}

/* A peer that has died closes its connection, but only who writes to it is told so by the fabric, if at all: silent ones
 * are written to now and then. */
static void pulse(fnet *net)
{
    if (++net->rounds % CLOCK) return;
    int64_t now = now_ns();
    if (now < net->pulse_ns) return;
    net->pulse_ns = now + PULSE_NS;
    for (int pid = 1; pid <= net->nprocs; pid++) feel(net, pid);
}

bool fofi_queue_turn(fnet *net)
{
    return ++net->looks % (net->under_way ? BUSY_TURNS : IDLE_TURNS) == 0;
}

/* What comes through rings is found by a load, so that the queue, which costs more, is looked at only now and then where
 * there is much of it. */
bool fofi_progress(fnet *net)
{
    struct fi_cq_data_entry entries[BATCH];
    bool any = net->nrings && fofi_rings_look(net);
    if (any && !fofi_queue_turn(net)) return true;
    ssize_t n = fi_cq_read(net->cq, entries, BATCH);
    if (n == -FI_EAVAIL)
        failed(net);
    else
        for (ssize_t i = 0; i < n; i++) completed(net, &entries[i]);
    if (net->posting) fofi_post_more(net);
    if (net->credits_due) fofi_settle(net);
    pulse(net);
    return any || n > 0 || n == -FI_EAVAIL;
}
