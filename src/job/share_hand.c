/*
 * share_hand.c - a broadcast's way from host to host: hosts are offered the array as a tree, and its data is written to those that
 * say where they have room. Called by share.c and share_host.c; knows nothing of a host's members.
 */
#include "job/share_state.h"
#include <stdlib.h>

#define NEAR_INLINE ((size_t)4 << 10) /* data that goes with the offer, where memory is shared */
#define FAR_INLINE  ((size_t)32 << 10)

furrow_err fj_share_say(furrow_job *job, int pid, fj_kind kind, fb_buffer *b, furrow_err e)
{
    if (!e) e = fj_send(job, pid, kind, b->bytes, b->nbytes);
    fb_buffer_free(b);
    return e;
}

furrow_err fj_share_cancel(furrow_job *job, int pid, const fj_share_head *head)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, FJ_SHARE_CANCEL, (int)head->root, head->id);
    return fj_share_say(job, pid, FJ_SHARE, &b, e);
}

bool fj_share_is_root(const fj_share *s)
{
    return s->phase == NO_ARRAY;
}

void fj_share_report(fj_share *s, size_t host, furrow_err err)
{
    if (!fj_share_is_root(s) || !s->pending[host]) return;
    s->pending[host] = false;
    s->npending--;
    s->done(s->arg, s->hosts[host].pids[0], err);
}

static size_t inline_most(furrow_job *job, int to)
{
    return fj_near(job, to) ? NEAR_INLINE : FAR_INLINE;
}

static furrow_err put_offer(furrow_job *job, const fj_share *s, const fj_hand *h, fb_buffer *b)
{
    int to = s->hosts[h->first].pids[0];
    bool small = s->shape.nbytes <= inline_most(job, to);
    int64_t left_ns = s->deadline_ns - fb_now_ns();
    furrow_err e = fj_share_head_put(b, FJ_SHARE_OFFER, s->root, s->id);
    if (!e) e = fb_buffer_put_u64(b, left_ns > 0 ? (uint64_t)left_ns : 0);
    if (!e) e = fj_shape_put(b, &s->shape);
    if (!e) e = fj_hosts_put(b, s->hosts + h->first, h->past - h->first);
    if (!e) e = fb_buffer_put_u8(b, s->data ? small ? 1 : 2 : 0);
    if (!e && s->data && small) e = fb_buffer_put(b, s->data, s->shape.nbytes);
    return e;
}

void fj_hand_offer(furrow_job *job, fj_share *s, size_t first, size_t past)
{
    fb_buffer b;
    fj_hand *h = calloc(1, sizeof *h);
    furrow_err e = h ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory to hand a shared array on");
    if (h) {
        *h = (fj_hand){.next = s->hands, .first = first, .past = past};
        s->hands = h;
        fb_buffer_init(&b, 0);
        e = put_offer(job, s, h, &b);
        e = fj_share_say(job, s->hosts[first].pids[0], FJ_SHARE, &b, e);
        if (e || !s->data || s->shape.nbytes <= inline_most(job, s->hosts[first].pids[0])) h->state = HAND_OVER;
    }
    if (!e) return;
    fj_share_report(s, first, e);
    fj_hand_out(job, s, first + 1, past);
}

/* Half of the range goes to the host in its middle, and so on: a tree of as many levels as its size has bits. */
void fj_hand_out(furrow_job *job, fj_share *s, size_t first, size_t past)
{
    while (first < past) {
        size_t middle = first + (past - first) / 2;
        fj_hand_offer(job, s, middle, past);
        past = middle;
    }
}

size_t fj_hand_reach(size_t host, size_t first, size_t past)
{
    while (first != host) {
        size_t low = first + 1;
        while (low < past && low + (past - low) / 2 > host) past = low + (past - low) / 2;
        first = low + (past - low) / 2;
    }
    return past;
}

bool fj_hands_over(const fj_share *s)
{
    if (fj_share_is_root(s) || s->phase != COMPLETE) return false;
    for (const fj_hand *h = s->hands; h; h = h->next)
        if (h->state != HAND_OVER) return false;
    return true;
}

fj_hand *fj_hand_to(const fj_share *s, int pid)
{
    fj_hand *h = s->hands;
    while (h && (h->state == HAND_OVER || s->hosts[h->first].pids[0] != pid)) h = h->next;
    return h;
}

/* Moves the data of one hand on; how many things were done. What is sent after a put is seen after it. */
int fj_hand_write(furrow_job *job, fj_share *s, fj_hand *h)
{
    fb_buffer b;
    furrow_err e = FURROW_OK;
    if (h->state == HAND_WRITING) {
        e = job->net_ops->put(job->net, &h->rma);
        if (e == FURROW_ERR_AGAIN) return 0;
        fb_buffer_init(&b, 0);
        if (!e) e = fj_share_head_put(&b, FJ_SHARE_FILLED, s->root, s->id);
        e = fj_share_say(job, s->hosts[h->first].pids[0], FJ_SHARE, &b, e);
        h->state = h->rma.ticket ? HAND_FLYING : HAND_OVER;
    } else {
        e = job->net_ops->done(job->net, h->rma.ticket);
        if (e == FURROW_ERR_AGAIN) return 0;
        h->state = HAND_OVER;
    }
    if (e) fj_share_report(s, h->first, e);
    return 1;
}

furrow_err fj_hand_on_room(furrow_job *job, int from, fj_share *s, fb_cursor *body)
{
    fnet_key key;
    uint64_t lease;
    fj_hand *h = fj_hand_to(s, from);
    furrow_err e = fj_offer_get(body, &key, &lease);
    if (e || !h || h->state != HAND_OFFERED) return e;
    e = job->net_ops->key_open(job->net, from, &key, &h->target);
    if (e) return e;
    if (h->target.nbytes < s->shape.nbytes || !s->data)
        return fb_fail(FURROW_ERR_FORMAT, "pid %d has room for %zu bytes of a shared array of %zu", from,
                       h->target.nbytes, s->shape.nbytes);
    h->rma = (fnet_rma){
        .target = &h->target, .local = (void *)(uintptr_t)s->data, .block_nbytes = s->shape.nbytes, .nblocks = 1};
    h->state = HAND_WRITING;
    fj_hand_write(job, s, h);
    return FURROW_OK;
}
