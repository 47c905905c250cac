/*
 * share_host.c - a host's part in a broadcast, at its representative: takes an offer, makes the memory, is written to, binds it and
 * has the host's members touch and map it. Called by share.c; nothing here waits.
 */
#include "job/share_state.h"
#include "topo/bind.h"
#include <stdlib.h>
#include <string.h>

#define HUGE_PAGE    ((size_t)2 << 20)
#define ALIGN_NBYTES ((size_t)64 << 10) /* from here on arrays begin at a page */

void fj_share_keep_error(fj_share *s, furrow_err err, int pid)
{
    furrow_error_info info;
    fb_fail_save(&info);
    if (!info.pid) info.pid = pid;
    if (s->failed && s->info.pid <= info.pid) return;
    s->failed = err;
    s->info = info;
}

static furrow_err say_done(furrow_job *job, fj_share *s)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, FJ_SHARED_DONE, s->root, s->id);
    if (!e)
        e = fb_buffer_put_u8(&b, (uint8_t)(!s->failed ? ALL_WELL : s->phase < MAPPING ? NOTHING_BOUND : SOME_FAILED));
    if (!e && s->failed) e = fj_record_put(&b, &s->info);
    return fj_share_say(job, s->root, FJ_SHARED, &b, e);
}

static void complete(furrow_job *job, fj_share *s)
{
    s->phase = COMPLETE;
    if (say_done(job, s)) fj_share_keep_error(s, FURROW_ERR_PEER_DEAD, s->root); /* nobody is left to be told */
}

void fj_share_let_go(fj_share *s)
{
    if (s->phase != ABANDONED || s->npending || s->owed) return;
    if (s->place) fj_place_drop(s->place);
    s->place = NULL;
    s->nhosts = 1; /* what is behind it is none of its business any more */
    s->phase = COMPLETE;
}

void fj_share_fail(furrow_job *job, fj_share *s, furrow_err err)
{
    fj_share_keep_error(s, err, job->pid);
    s->phase = ABANDONED;
    if (say_done(job, s)) fj_share_keep_error(s, FURROW_ERR_PEER_DEAD, s->root);
    fj_share_let_go(s);
}

static furrow_err pack(furrow_job *job, const fj_share *s, fnet_key *key)
{
    size_t span = 0;
    furrow_err e = fj_lease_span(job, s->shape.nbytes, &span);
    return e ? e : job->net_ops->key_pack(job->net, NULL, s->place->at, span, key);
}

/* What goes to a member: its chunk to touch, or the memory to map. */
static furrow_err ask_member(furrow_job *job, fj_share *s, fj_share_word word, size_t index)
{
    fb_buffer b;
    fnet_key key;
    size_t first, past;
    fb_buffer_init(&b, 0);
    furrow_err e = pack(job, s, &key);
    if (!e) e = fj_share_head_put(&b, word, s->root, s->id);
    if (!e) e = fj_shape_put(&b, &s->shape);
    if (!e) e = fj_offer_put(&b, &key, s->lease ? fj_lease_id(s->lease) : 0);
    fj_share_chunk(&s->shape, index, s->hosts[0].npids, &first, &past);
    if (!e && word == FJ_SHARE_TOUCH) e = fb_buffer_put_u64(&b, first);
    if (!e && word == FJ_SHARE_TOUCH) e = fb_buffer_put_u64(&b, past);
    return fj_share_say(job, s->hosts[0].pids[index], FJ_SHARE, &b, e);
}

/* Asks all members but this pid, which comes first. */
static void ask_members(furrow_job *job, fj_share *s, fj_share_word word)
{
    for (size_t i = 1; i < s->hosts[0].npids; i++) {
        int pid = s->hosts[0].pids[i];
        if (word == FJ_SHARE_MAP) fj_lease_add(s->lease, pid);
        furrow_err e = ask_member(job, s, word, i);
        s->pending[i] = !e;
        s->npending += !e;
        if (e && word == FJ_SHARE_MAP) {
            fj_share_keep_error(s, e, pid);
            fj_lease_remove(job, fj_lease_id(s->lease), pid);
        }
    }
}

void fj_share_filled(furrow_job *job, fj_share *s)
{
    fj_place *place = s->place;
    const void *at = place->at; /* a bind that fails gives back a place that nobody leases */
    furrow_err e = s->hosts[0].npids > 1 ? fj_lease_open(job, place, &s->lease) : FURROW_OK;
    if (e) {
        fj_share_fail(job, s, e);
        return;
    }
    s->phase = MAPPING;
    if (s->nhosts > 1) fj_place_lease(place); /* it stays until the hosts behind this one have it */
    e = fj_share_bind(job, &s->shape, place);
    if (e) fj_share_keep_error(s, e, job->pid);
    if (s->lease) ask_members(job, s, FJ_SHARE_MAP);
    if (s->data) s->data = at;
    fj_hand_out(job, s, 1, s->nhosts);
    if (s->npending == 0) complete(job, s);
}

static void ready(furrow_job *job, fj_share *s, int wanted)
{
    fb_buffer b;
    fnet_key key;
    s->phase = FILLING;
    if (s->inlined) memcpy(s->place->at, s->inlined, s->shape.nbytes);
    if (!wanted || s->inlined) {
        fj_share_filled(job, s);
        return;
    }
    fb_buffer_init(&b, 0);
    furrow_err e = pack(job, s, &key);
    if (!e) e = fj_share_head_put(&b, FJ_SHARED_ROOM, s->root, s->id);
    if (!e) e = fj_offer_put(&b, &key, 0);
    e = fj_share_say(job, s->parent, FJ_SHARED, &b, e);
    s->owed = !e;
    if (e) fj_share_fail(job, s, e);
}

static furrow_err place_memory(const fj_share *s)
{
    if (s->shape.placement == FURROW_PLACE_OWNER) return FURROW_OK;
    s->place->placed = true;
    return ftopo_place_memory(s->place->at, s->shape.nbytes, s->shape.placement == FURROW_PLACE_BIND, s->shape.node);
}

bool fj_share_get_memory(furrow_job *job, fj_share *s)
{
    size_t span, nbytes = s->shape.nbytes, align = nbytes >= HUGE_PAGE ? HUGE_PAGE : nbytes >= ALIGN_NBYTES ? 4096 : 64;
    furrow_err e = fj_lease_span(job, nbytes, &span);
    if (!e) e = fj_place_new_aligned(job, span, align, &s->place);
    if (e == FURROW_ERR_NOMEM && fj_places_short(job) && !fb_deadline_passed(s->deadline_ns)) return false;
    if (!e) {
        s->place->nbytes = nbytes;
        fj_share_pages(&s->shape, s->place->at);
        e = place_memory(s);
    }
    if (e) {
        fj_share_fail(job, s, e);
        return true;
    }
    if (s->shape.placement == FURROW_PLACE_OWNER && s->hosts[0].npids > 1) {
        size_t first, past;
        s->phase = TOUCHING;
        fj_share_chunk(&s->shape, 0, s->hosts[0].npids, &first, &past);
        fj_share_touch(s->place->at, first, past);
        ask_members(job, s, FJ_SHARE_TOUCH);
        if (s->npending) return true;
    }
    ready(job, s, s->data != NULL);
    return true;
}

void fj_share_member_answered(furrow_job *job, fj_share *s, size_t index)
{
    s->pending[index] = false;
    if (--s->npending) return;
    if (s->phase == TOUCHING)
        ready(job, s, s->data != NULL);
    else if (s->phase == MAPPING)
        complete(job, s);
    fj_share_let_go(s);
}

furrow_err fj_share_on_member(furrow_job *job, int from, fj_share *s, uint8_t word, fb_cursor *body)
{
    uint8_t failed = 0;
    furrow_error_info info;
    size_t i = 0;
    while (i < s->hosts[0].npids && (s->hosts[0].pids[i] != from || !s->pending[i])) i++;
    bool due = word == FJ_SHARED_TOUCHED ? s->phase == TOUCHING || s->phase == ABANDONED : s->phase == MAPPING;
    furrow_err e = fb_cursor_u8(body, &failed);
    if (!e && failed) e = fj_record_get(body, &info);
    if (e || i == s->hosts[0].npids || !due) return e;
    if (failed && word == FJ_SHARED_MAPPED) {
        fj_share_keep_error(s, fb_fail_restore(&info), from);
        fj_lease_remove(job, fj_lease_id(s->lease), from);
    }
    fj_share_member_answered(job, s, i);
    return FURROW_OK;
}

furrow_err fj_share_take_offer(furrow_job *job, fj_share *s, fb_cursor *body)
{
    uint64_t left_ns = 0;
    uint8_t how = 0;
    const void *bytes;
    furrow_err e = fb_cursor_u64(body, &left_ns);
    if (!e) e = fj_shape_get(body, &s->shape);
    if (!e) e = fj_hosts_get(job, body, &s->hosts, &s->nhosts);
    if (!e) e = fb_cursor_u8(body, &how);
    if (e) return e;
    for (size_t i = 0; i < s->hosts[0].npids; i++)
        if (!fj_near(job, s->hosts[0].pids[i]) || (i == 0) != (s->hosts[0].pids[i] == job->pid))
            return fb_fail(FURROW_ERR_ARG, "pid %d does not share the memory of pid %d, as the topology says",
                           s->hosts[0].pids[i], job->pid);
    s->deadline_ns = fb_now_ns() + (int64_t)(left_ns < INT64_MAX / 2 ? left_ns : INT64_MAX / 2);
    static const char somewhere;
    if (how) s->data = &somewhere; /* until it is here */
    s->pending = calloc(s->hosts[0].npids, sizeof *s->pending);
    if (how == 1) e = fb_cursor_take(body, s->shape.nbytes, &bytes);
    if (!e && how == 1) s->inlined = malloc(s->shape.nbytes + 1);
    if (!s->pending || (!e && how == 1 && !s->inlined))
        return fb_fail(FURROW_ERR_NOMEM, "no memory for a shared array");
    if (!e && how == 1) memcpy(s->inlined, bytes, s->shape.nbytes);
    return e;
}
