/*
 * progress.c - the completion queue: sends and transfers that ended, messages that arrived, errors. The only place where anything
 * moves on; never waits.
 */
#include "net/ofi/ofi.h"
#include <string.h>

#define BATCH 16

static bool is_buffer(const fnet *net, const void *context)
{
    const char *at = context;
    return (at >= (const char *)net->receives && at < (const char *)(net->receives + FOFI_NRECEIVES)) ||
           (at >= (const char *)net->sends && at < (const char *)(net->sends + FOFI_NSENDS));
}

static void send_ended(fnet *net, fofi_buffer *b)
{
    net->peers[b->pid - 1].under_way--;
    net->under_way--;
    b->state = FOFI_FREE;
    b->next = net->free_send;
    net->free_send = b;
}

static void completed(fnet *net, const struct fi_cq_data_entry *entry)
{
    if (!entry->op_context) return;
    if (!is_buffer(net, entry->op_context)) {
        fofi_op_complete(net, entry->op_context);
        return;
    }
    fofi_buffer *b = entry->op_context;
    if (b->state == FOFI_RECEIVING)
        fofi_arrived(net, b, entry->len);
    else
        send_ended(net, b);
}

/* A failed send or transfer condemns its peer; a failed receive is posted again. */
static void failed(fnet *net)
{
    struct fi_cq_err_entry entry = {0};
    if (fi_cq_readerr(net->cq, &entry, 0) != 1 || !entry.op_context) return;
    char words[96];
    const char *why = fi_cq_strerror(net->cq, entry.prov_errno, entry.err_data, words, sizeof words);
    if (!why || !why[0]) why = fi_strerror(entry.err);
    if (!is_buffer(net, entry.op_context)) {
        fofi_op *op = entry.op_context;
        fofi_peer_fail(net, op->pid, why);
        fofi_op_complete(net, op);
        return;
    }
    fofi_buffer *b = entry.op_context;
    if (b->state == FOFI_SENDING) {
        fofi_peer_fail(net, b->pid, why);
        send_ended(net, b);
    } else if (b->state == FOFI_RECEIVING) {
        net->refused++;
        if (entry.err != FI_ECANCELED && fofi_post_receive(net, b)) net->refused++;
    }
}

bool fofi_progress(fnet *net)
{
    struct fi_cq_data_entry entries[BATCH];
    ssize_t n = fi_cq_read(net->cq, entries, BATCH);
    if (n == -FI_EAVAIL)
        failed(net);
    else
        for (ssize_t i = 0; i < n; i++) completed(net, &entries[i]);
    if (net->posting) fofi_post_more(net);
    if (net->nanswers) fofi_answer(net);
    return n > 0 || n == -FI_EAVAIL;
}
