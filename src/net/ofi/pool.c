/*
 * pool.c - memory of ours that libfabric reads and writes: pieces of transfers, buffers of messages. A peer that takes
 * nothing keeps what was posted to it, for minutes when its host is cut off: so no peer may have all, and what one that
 * is gone keeps is replaced. rma.c, message.c and ring.c take from it and give back.
 */
#include "net/ofi/ofi.h"
#include <stdlib.h>

#define SHARE 3u /* times what is left is what one peer may hold */

#define BUFFER_NBYTES ((sizeof(fofi_head) + FOFI_MESSAGE_NBYTES + 63) & ~(size_t)63)

struct fofi_slab { /* registered once, where the provider wants that */
    fofi_slab *next;
    unsigned char *bytes;
    struct fid_mr *mr;
    void *desc;
    fofi_piece *pieces;
    fofi_buffer *buffers;
};

static void slab_close(fofi_slab *slab)
{
    if (slab->mr) fi_close(&slab->mr->fid);
    free(slab->bytes);
    free(slab->pieces);
    free(slab->buffers);
    free(slab);
}

static furrow_err slab_new(fnet *net, size_t npieces, size_t nbuffers, fofi_slab **out)
{
    size_t nbytes = (npieces * FOFI_PIECE_NBYTES + nbuffers * BUFFER_NBYTES + 4095) & ~(size_t)4095;
    fofi_slab *slab = calloc(1, sizeof *slab);
    if (!slab) return furrow_fail(FURROW_ERR_NOMEM, "no memory for message buffers");
    slab->bytes = aligned_alloc(4096, nbytes);
    slab->pieces = calloc(npieces + 1, sizeof *slab->pieces);
    slab->buffers = calloc(nbuffers + 1, sizeof *slab->buffers);
    furrow_err err = FURROW_OK;
    if (!slab->bytes || !slab->pieces || !slab->buffers)
        err = furrow_fail(FURROW_ERR_NOMEM, "no memory for message buffers (%zu bytes)", nbytes);
    if (!err && net->info->domain_attr->mr_mode & FI_MR_LOCAL) {
        const uint64_t access = FI_SEND | FI_RECV | FI_READ | FI_WRITE;
        int ret = fi_mr_reg(net->domain, slab->bytes, nbytes, access, 0, 0, 0, &slab->mr, NULL);
        if (ret) err = fofi_refused(ret, "registering message buffers (see ulimit -l)");
        if (!ret) slab->desc = fi_mr_desc(slab->mr);
    }
    if (err) {
        slab_close(slab);
        return err;
    }
    slab->next = net->slabs;
    net->slabs = slab;
    *out = slab;
    return FURROW_OK;
}

static void give_piece(fnet *net, fofi_piece *piece)
{
    piece->next = net->free_piece;
    net->free_piece = piece;
    net->npieces++;
}

static void give_send(fnet *net, fofi_buffer *b)
{
    b->next = net->free_send;
    net->free_send = b;
    net->nsends++;
}

static unsigned char *share_out(fnet *net, fofi_slab *slab, size_t npieces, size_t nsends)
{
    unsigned char *at = slab->bytes;
    for (size_t i = 0; i < npieces; i++, at += FOFI_PIECE_NBYTES) {
        slab->pieces[i] = (fofi_piece){.context = {.is = FOFI_IS_PIECE}, .bytes = at, .desc = slab->desc};
        give_piece(net, &slab->pieces[i]);
    }
    for (size_t i = 0; i < nsends; i++, at += BUFFER_NBYTES) {
        slab->buffers[i] = (fofi_buffer){.context = {.is = FOFI_IS_SEND}, .bytes = at, .desc = slab->desc};
        give_send(net, &slab->buffers[i]);
    }
    return at;
}

furrow_err fofi_pool_open(fnet *net)
{
    fofi_slab *slab;
    furrow_err err = slab_new(net, FOFI_NPIECES, FOFI_NSENDS + FOFI_NRECEIVES, &slab);
    if (err) return err;
    unsigned char *at = share_out(net, slab, FOFI_NPIECES, FOFI_NSENDS);
    for (size_t i = 0; !err && i < FOFI_NRECEIVES; i++, at += BUFFER_NBYTES) {
        fofi_buffer *b = &slab->buffers[FOFI_NSENDS + i];
        *b = (fofi_buffer){.context = {.is = FOFI_IS_RECEIVE}, .bytes = at, .desc = slab->desc};
        err = fofi_post_receive(net, b);
    }
    return err;
}

void fofi_pool_close(fnet *net)
{
    while (net->slabs) {
        fofi_slab *slab = net->slabs;
        net->slabs = slab->next;
        slab_close(slab);
    }
}

fofi_piece *fofi_piece_for(const fnet *net, int pid)
{
    return net->peers[pid - 1].npieces < SHARE * net->npieces ? net->free_piece : NULL;
}

void fofi_piece_taken(fnet *net, int pid)
{
    net->free_piece = net->free_piece->next;
    net->npieces--;
    net->peers[pid - 1].npieces++;
}

void fofi_piece_back(fnet *net, int pid, fofi_piece *piece)
{
    fofi_peer *peer = &net->peers[pid - 1];
    peer->npieces--;
    net->nlost_pieces -= peer->gone;
    give_piece(net, piece);
}

fofi_buffer *fofi_send_for(const fnet *net, int pid)
{
    return net->peers[pid - 1].nsends < SHARE * net->nsends ? net->free_send : NULL;
}

void fofi_send_taken(fnet *net, int pid)
{
    net->free_send->pid = pid;
    net->free_send = net->free_send->next;
    net->nsends--;
    net->peers[pid - 1].nsends++;
}

void fofi_send_back(fnet *net, fofi_buffer *b)
{
    fofi_peer *peer = &net->peers[b->pid - 1];
    peer->nsends--;
    net->nlost_sends -= peer->gone;
    give_send(net, b);
}

/* What comes back in the end, when libfabric has given up too, makes up for later losses. Without memory there is less. */
void fofi_pool_lost(fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    fofi_slab *slab;
    net->nlost_pieces += peer->npieces;
    net->nlost_sends += peer->nsends;
    uint32_t npieces = net->nlost_pieces > net->nmore_pieces ? net->nlost_pieces - net->nmore_pieces : 0;
    uint32_t nsends = net->nlost_sends > net->nmore_sends ? net->nlost_sends - net->nmore_sends : 0;
    if (npieces + nsends == 0 || slab_new(net, npieces, nsends, &slab)) return;
    net->nmore_pieces += npieces;
    net->nmore_sends += nsends;
    share_out(net, slab, npieces, nsends);
}
