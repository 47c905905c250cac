/*
 * share.c - a broadcast as a tree: who begins it offers the array to representatives, each of them makes the memory of its
 * host, says where it is, is written to, binds it, has its members map it, and offers it to the hosts behind it. A host is
 * reported to who began it when all its pids have answered or are gone. Nothing here waits: answers and polls move it on.
 */
#include "job/share.h"
#include "topo/bind.h"
#include <stdlib.h>
#include <string.h>

#define NEAR_INLINE  ((size_t)4 << 10) /* data that goes with the offer, where memory is shared */
#define FAR_INLINE   ((size_t)32 << 10)
#define HUGE_PAGE    ((size_t)2 << 20)
#define ALIGN_NBYTES ((size_t)64 << 10) /* from here on arrays begin at a page */

typedef enum hand_state { HAND_OFFERED, HAND_WRITING, HAND_FLYING, HAND_OVER } hand_state;

/* hosts[first..past-1], handed to the first of them, who hands it on. */
typedef struct hand {
    struct hand *next;
    size_t first, past;
    hand_state state;
    fnet_target target;
    fnet_rma rma;
} hand;

/* What a representative is about; NO_ARRAY at who began it. ABANDONED: it has failed, and others may still write to the
 * memory, which is kept until they have. */
typedef enum phase { NO_ARRAY, WANTS_MEMORY, TOUCHING, FILLING, ABANDONED, MAPPING, COMPLETE } phase;

/* What a representative reports. */
enum { ALL_WELL, SOME_FAILED, NOTHING_BOUND /* nor handed on */ };

struct fj_share {
    fj_share *next;
    int root, parent; /* parent: 0 at who began it */
    uint64_t id;
    int64_t deadline_ns;
    fj_shape shape;
    phase phase;
    fj_host_part *hosts;
    size_t nhosts;
    bool *pending; /* members of hosts[0], in their order, that have still to answer; at who began it: hosts */
    size_t npending;
    const void *data; /* to hand on; NULL: zeros */
    unsigned char *inlined;
    bool owed; /* the parent knows where the memory is, and has not said that it has written */
    fj_place *place;
    fj_lease *lease;
    hand *hands;
    furrow_err failed; /* the first member's error */
    furrow_error_info info;
    fj_share_done done;
    void *arg;
};

struct fj_shares {
    fj_share *first;
    uint64_t last_id;
};

furrow_err fj_shares_open(furrow_job *job)
{
    job->shares = calloc(1, sizeof *job->shares);
    return job->shares ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for shared arrays");
}

static void share_free(furrow_job *job, fj_share *s)
{
    fj_share **link = &job->shares->first;
    while (*link && *link != s) link = &(*link)->next;
    if (*link) *link = s->next;
    for (hand *h = s->hands, *next; h; h = next) {
        next = h->next;
        if (h->state == HAND_FLYING) job->net_ops->forget(job->net, h->rma.ticket);
        free(h);
    }
    if (s->place && s->phase < MAPPING) fj_place_drop(s->place);
    if (s->lease) fj_lease_close(job, s->lease);
    free(s->hosts);
    free(s->pending);
    free(s->inlined);
    free(s);
}

void fj_shares_close(furrow_job *job)
{
    while (job->shares && job->shares->first) share_free(job, job->shares->first);
    free(job->shares);
    job->shares = NULL;
}

static fj_share *find(furrow_job *job, int root, uint64_t id, bool representative)
{
    fj_share *s = job->shares->first;
    while (s && (s->root != root || s->id != id || representative != (s->phase != NO_ARRAY))) s = s->next;
    return s;
}

/* --- saying --------------------------------------------------------------------------------------------------------*/

static furrow_err say(furrow_job *job, int pid, fj_kind kind, fb_buffer *b, furrow_err e)
{
    if (!e) e = fj_send(job, pid, kind, b->bytes, b->nbytes);
    fb_buffer_free(b);
    return e;
}

furrow_err fj_share_say_returned(furrow_job *job, const fj_place *place)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, FJ_SHARED_RETURNED, place->lender, place->lease);
    return say(job, place->lender, FJ_SHARED, &b, e);
}

static furrow_err say_done(furrow_job *job, fj_share *s)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, FJ_SHARED_DONE, s->root, s->id);
    if (!e)
        e = fb_buffer_put_u8(&b, (uint8_t)(!s->failed ? ALL_WELL : s->phase < MAPPING ? NOTHING_BOUND : SOME_FAILED));
    if (!e && s->failed) e = fj_record_put(&b, &s->info);
    return say(job, s->root, FJ_SHARED, &b, e);
}

static furrow_err cancel(furrow_job *job, int pid, const fj_share_head *head)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, FJ_SHARE_CANCEL, (int)head->root, head->id);
    return say(job, pid, FJ_SHARE, &b, e);
}

/* Who has said where to write to, and was not written to, is told when that word comes; who is told nothing more waits for
 * its own deadline. */
void fj_share_close(furrow_job *job, fj_share *share)
{
    for (hand *h = share->hands; h; h = h->next) {
        fj_share_head head = {.root = (uint32_t)share->root, .id = share->id};
        if (h->state == HAND_WRITING && cancel(job, share->hosts[h->first].pids[0], &head)) break;
    }
    share_free(job, share);
}

/* Keeps the error that was just reported, unless there is one of a lower pid. */
static void keep_error(fj_share *s, furrow_err err, int pid)
{
    furrow_error_info info;
    fb_fail_save(&info);
    if (!info.pid) info.pid = pid;
    if (s->failed && s->info.pid <= info.pid) return;
    s->failed = err;
    s->info = info;
}

/* --- handing on ----------------------------------------------------------------------------------------------------*/

static bool is_root(const fj_share *s)
{
    return s->phase == NO_ARRAY;
}

static void report(furrow_job *job, fj_share *s, size_t host, furrow_err err)
{
    (void)job;
    if (!is_root(s) || !s->pending[host]) return;
    s->pending[host] = false;
    s->npending--;
    s->done(s->arg, s->hosts[host].pids[0], err);
}

static size_t inline_most(furrow_job *job, int to)
{
    return fj_near(job, to) ? NEAR_INLINE : FAR_INLINE;
}

static furrow_err put_offer(furrow_job *job, const fj_share *s, const hand *h, fb_buffer *b)
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

static void hand_out(furrow_job *job, fj_share *s, size_t first, size_t past);

static void offer(furrow_job *job, fj_share *s, size_t first, size_t past)
{
    fb_buffer b;
    hand *h = calloc(1, sizeof *h);
    furrow_err e = h ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory to hand a shared array on");
    if (h) {
        *h = (hand){.next = s->hands, .first = first, .past = past};
        s->hands = h;
        fb_buffer_init(&b, 0);
        e = put_offer(job, s, h, &b);
        e = say(job, s->hosts[first].pids[0], FJ_SHARE, &b, e);
        if (e || !s->data || s->shape.nbytes <= inline_most(job, s->hosts[first].pids[0])) h->state = HAND_OVER;
    }
    if (!e) return;
    report(job, s, first, e);
    hand_out(job, s, first + 1, past);
}

/* Half of the range goes to the host in its middle, and so on: a tree of as many levels as its size has bits. */
static void hand_out(furrow_job *job, fj_share *s, size_t first, size_t past)
{
    while (first < past) {
        size_t middle = first + (past - first) / 2;
        offer(job, s, middle, past);
        past = middle;
    }
}

/* How far the tree below host reaches that stands in the tree below first..past. */
static size_t reach_of(size_t host, size_t first, size_t past)
{
    while (first != host) {
        size_t low = first + 1;
        while (low < past && low + (past - low) / 2 > host) past = low + (past - low) / 2;
        first = low + (past - low) / 2;
    }
    return past;
}

static bool over(const fj_share *s)
{
    if (is_root(s) || s->phase != COMPLETE) return false;
    for (const hand *h = s->hands; h; h = h->next)
        if (h->state != HAND_OVER) return false;
    return true;
}

static hand *hand_to(const fj_share *s, int pid)
{
    hand *h = s->hands;
    while (h && (h->state == HAND_OVER || s->hosts[h->first].pids[0] != pid)) h = h->next;
    return h;
}

/* Moves the data of one hand on; how many things were done. What is sent after a put is seen after it. */
static int write_on(furrow_job *job, fj_share *s, hand *h)
{
    fb_buffer b;
    furrow_err e = FURROW_OK;
    if (h->state == HAND_WRITING) {
        e = job->net_ops->put(job->net, &h->rma);
        if (e == FURROW_ERR_AGAIN) return 0;
        fb_buffer_init(&b, 0);
        if (!e) e = fj_share_head_put(&b, FJ_SHARE_FILLED, s->root, s->id);
        e = say(job, s->hosts[h->first].pids[0], FJ_SHARE, &b, e);
        h->state = h->rma.ticket ? HAND_FLYING : HAND_OVER;
    } else {
        e = job->net_ops->done(job->net, h->rma.ticket);
        if (e == FURROW_ERR_AGAIN) return 0;
        h->state = HAND_OVER;
    }
    if (e) report(job, s, h->first, e);
    return 1;
}

static furrow_err on_room(furrow_job *job, int from, fj_share *s, fb_cursor *body)
{
    fnet_key key;
    uint64_t lease;
    hand *h = hand_to(s, from);
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
    write_on(job, s, h);
    return FURROW_OK;
}

/* --- a representative ----------------------------------------------------------------------------------------------*/

static void complete(furrow_job *job, fj_share *s)
{
    s->phase = COMPLETE;
    if (say_done(job, s)) keep_error(s, FURROW_ERR_PEER_DEAD, s->root); /* nobody is left to be told */
}

/* An abandoned share ends when nobody can write to its memory any more. */
static void let_go(fj_share *s)
{
    if (s->phase != ABANDONED || s->npending || s->owed) return;
    if (s->place) fj_place_drop(s->place);
    s->place = NULL;
    s->nhosts = 1; /* what is behind it is none of its business any more */
    s->phase = COMPLETE;
}

/* The error just reported ends it: nothing was bound, nothing handed on. */
static void fail(furrow_job *job, fj_share *s, furrow_err err)
{
    keep_error(s, err, job->pid);
    s->phase = ABANDONED;
    if (say_done(job, s)) keep_error(s, FURROW_ERR_PEER_DEAD, s->root);
    let_go(s);
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
    return say(job, s->hosts[0].pids[index], FJ_SHARE, &b, e);
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
            keep_error(s, e, pid);
            fj_lease_remove(job, fj_lease_id(s->lease), pid);
        }
    }
}

/* The data is there: binds it, has it mapped, hands it on. */
static void filled(furrow_job *job, fj_share *s)
{
    fj_place *place = s->place;
    const void *at = place->at; /* a bind that fails gives back a place that nobody leases */
    furrow_err e = s->hosts[0].npids > 1 ? fj_lease_open(job, place, &s->lease) : FURROW_OK;
    if (e) {
        fail(job, s, e);
        return;
    }
    s->phase = MAPPING;
    if (s->nhosts > 1) fj_place_lease(place); /* it stays until the hosts behind this one have it */
    e = fj_share_bind(job, &s->shape, place);
    if (e) keep_error(s, e, job->pid);
    if (s->lease) ask_members(job, s, FJ_SHARE_MAP);
    if (s->data) s->data = at;
    hand_out(job, s, 1, s->nhosts);
    if (s->npending == 0) complete(job, s);
}

static void ready(furrow_job *job, fj_share *s, int wanted)
{
    fb_buffer b;
    fnet_key key;
    s->phase = FILLING;
    if (s->inlined) memcpy(s->place->at, s->inlined, s->shape.nbytes);
    if (!wanted || s->inlined) {
        filled(job, s);
        return;
    }
    fb_buffer_init(&b, 0);
    furrow_err e = pack(job, s, &key);
    if (!e) e = fj_share_head_put(&b, FJ_SHARED_ROOM, s->root, s->id);
    if (!e) e = fj_offer_put(&b, &key, 0);
    e = say(job, s->parent, FJ_SHARED, &b, e);
    s->owed = !e;
    if (e) fail(job, s, e);
}

static furrow_err place_memory(const fj_share *s)
{
    if (s->shape.placement == FURROW_PLACE_OWNER) return FURROW_OK;
    s->place->placed = true;
    return ftopo_place_memory(s->place->at, s->shape.nbytes, s->shape.placement == FURROW_PLACE_BIND, s->shape.node);
}

/* False while there is no memory, and some is on its way back. */
static bool get_memory(furrow_job *job, fj_share *s)
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
        fail(job, s, e);
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

static void member_answered(furrow_job *job, fj_share *s, size_t index)
{
    s->pending[index] = false;
    if (--s->npending) return;
    if (s->phase == TOUCHING)
        ready(job, s, s->data != NULL);
    else if (s->phase == MAPPING)
        complete(job, s);
    let_go(s);
}

static furrow_err on_member(furrow_job *job, int from, fj_share *s, uint8_t word, fb_cursor *body)
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
        keep_error(s, fb_fail_restore(&info), from);
        fj_lease_remove(job, fj_lease_id(s->lease), from);
    }
    member_answered(job, s, i);
    return FURROW_OK;
}

/* --- offers --------------------------------------------------------------------------------------------------------*/

static furrow_err take_offer(furrow_job *job, fj_share *s, fb_cursor *body)
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

static furrow_err on_offer(furrow_job *job, int from, const fj_share_head *head, fb_cursor *body)
{
    fj_share *s = find(job, (int)head->root, head->id, true);
    if (s && s->phase >= MAPPING && !s->failed) return FURROW_OK; /* anew, by who began it: who handed it on is gone */
    if (s && s->parent == from) return FURROW_OK;
    s = calloc(1, sizeof *s);
    if (!s) return fb_fail(FURROW_ERR_NOMEM, "no memory for a shared array");
    *s = (fj_share){.root = (int)head->root, .id = head->id, .parent = from, .phase = WANTS_MEMORY};
    s->next = job->shares->first;
    job->shares->first = s;
    furrow_err e = take_offer(job, s, body);
    if (e == FURROW_ERR_FORMAT)
        share_free(job, s);
    else if (e)
        fail(job, s, e);
    else
        get_memory(job, s);
    return e;
}

furrow_err fj_on_share(furrow_job *job, int from, fb_cursor *body)
{
    fj_share_head head;
    furrow_err e = fj_share_head_get(job, body, &head);
    if (e) return e;
    fj_share *s = find(job, (int)head.root, head.id, true);
    switch (head.word) {
    case FJ_SHARE_OFFER:
        return on_offer(job, from, &head, body);
    case FJ_SHARE_FILLED:
    case FJ_SHARE_CANCEL:
        if (!s || s->parent != from || !s->owed) return FURROW_OK;
        s->owed = false;
        if (s->phase == FILLING && head.word == FJ_SHARE_FILLED)
            filled(job, s);
        else if (s->phase == FILLING)
            fail(job, s, fb_fail(FURROW_ERR_CLOSED, "pid %d has given the broadcast up", from));
        let_go(s);
        return FURROW_OK;
    case FJ_SHARE_TOUCH:
        return fj_share_on_touch(job, from, &head, body);
    case FJ_SHARE_MAP:
        return fj_share_on_map(job, from, &head, body);
    default:
        return fb_fail(FURROW_ERR_FORMAT, "word %u about a shared array, from pid %d", head.word, from);
    }
}

/* A host has failed as a whole: the hosts behind it are offered the array by who began it. */
static void bypass(furrow_job *job, fj_share *s, size_t host, furrow_err why)
{
    size_t past = host + 1;
    for (hand *h = s->hands; h; h = h->next)
        if (h->first <= host && host < h->past) past = reach_of(host, h->first, h->past);
    report(job, s, host, why);
    hand_out(job, s, host + 1, past);
}

static furrow_err on_done(furrow_job *job, int from, fj_share *s, fb_cursor *body)
{
    uint8_t failed = 0;
    furrow_error_info info;
    furrow_err e = fb_cursor_u8(body, &failed);
    if (!e && failed) e = fj_record_get(body, &info);
    size_t i = 0;
    while (i < s->nhosts && s->hosts[i].pids[0] != from) i++;
    if (e || i == s->nhosts || !s->pending[i]) return e;
    furrow_err err = failed ? fb_fail_restore(&info) : FURROW_OK;
    if (failed == NOTHING_BOUND)
        bypass(job, s, i, err);
    else
        report(job, s, i, err);
    return FURROW_OK;
}

furrow_err fj_on_shared(furrow_job *job, int from, fb_cursor *body)
{
    fj_share_head head;
    furrow_err e = fj_share_head_get(job, body, &head);
    if (e) return e;
    if (head.word == FJ_SHARED_RETURNED) {
        fj_lease_remove(job, head.id, from);
        return FURROW_OK;
    }
    fj_share *mine = find(job, (int)head.root, head.id, true), *begun = find(job, (int)head.root, head.id, false);
    switch (head.word) {
    case FJ_SHARED_ROOM:
        if (begun && hand_to(begun, from)) return on_room(job, from, begun, body);
        return mine && hand_to(mine, from) ? on_room(job, from, mine, body) : cancel(job, from, &head);
    case FJ_SHARED_TOUCHED:
    case FJ_SHARED_MAPPED:
        return mine ? on_member(job, from, mine, head.word, body) : FURROW_OK;
    case FJ_SHARED_DONE:
        return begun ? on_done(job, from, begun, body) : FURROW_OK;
    default:
        return fb_fail(FURROW_ERR_FORMAT, "word %u about a shared array, from pid %d", head.word, from);
    }
}

/* --- beginning -----------------------------------------------------------------------------------------------------*/

furrow_err fj_share_begin(furrow_job *job, const fj_plan *plan, fj_share_done done, void *arg, fj_share **out)
{
    size_t n = plan->nhosts;
    fj_share *s = calloc(1, sizeof *s);
    if (!s) return fb_fail(FURROW_ERR_NOMEM, "no memory for a shared array");
    *s = (fj_share){.root = job->pid,
                    .id = ++job->shares->last_id,
                    .deadline_ns = plan->deadline_ns,
                    .shape = *plan->shape,
                    .data = plan->data,
                    .nhosts = n,
                    .npending = n,
                    .done = done,
                    .arg = arg};
    furrow_err e = fj_hosts_copy(plan->hosts, n, &s->hosts);
    s->pending = calloc(n, sizeof *s->pending);
    if (!e && !s->pending) e = fb_fail(FURROW_ERR_NOMEM, "no memory for a shared array");
    if (e) {
        share_free(job, s);
        return e;
    }
    s->next = job->shares->first;
    job->shares->first = s;
    memset(s->pending, true, n);
    size_t nnear = 0;
    while (nnear < n && fj_near(job, s->hosts[nnear].pids[0])) nnear++;
    for (size_t i = 0; i < nnear; i++) offer(job, s, i, i + 1);
    hand_out(job, s, nnear, n);
    *out = s;
    return FURROW_OK;
}

int fj_share_awaited(const fj_share *share)
{
    int lowest = 0;
    for (size_t i = 0; i < share->nhosts; i++)
        if (share->pending[i] && (!lowest || share->hosts[i].pids[0] < lowest)) lowest = share->hosts[i].pids[0];
    return lowest;
}

/* --- polling, and pids that go -------------------------------------------------------------------------------------*/

static int move_on(furrow_job *job, fj_share *s)
{
    int n = 0;
    if (s->phase == WANTS_MEMORY) n += get_memory(job, s);
    for (hand *h = s->hands; h; h = h->next)
        if (h->state == HAND_WRITING || h->state == HAND_FLYING) n += write_on(job, s, h);
    bool late = s->phase > NO_ARRAY && s->phase < ABANDONED && fb_deadline_passed(s->deadline_ns);
    if (late) fail(job, s, fb_fail(FURROW_ERR_TIMEOUT, "the shared array did not arrive at pid %d in time", job->pid));
    return n + late;
}

int fj_shares_poll(furrow_job *job)
{
    int n = 0;
    for (fj_share *s = job->shares ? job->shares->first : NULL, *next; s; s = next) {
        n += move_on(job, s);
        next = s->next;
        if (!over(s)) continue;
        if (s->nhosts > 1 && s->place) fj_place_unlease(s->place);
        share_free(job, s);
    }
    return n;
}

static void pid_gone(furrow_job *job, fj_share *s, int pid)
{
    furrow_err why = fj_peer_check(job, pid);
    hand *h = hand_to(s, pid);
    if (h) h->state = HAND_OVER;
    for (size_t i = 0; is_root(s) && i < s->nhosts; i++)
        if (s->hosts[i].pids[0] == pid && s->pending[i]) bypass(job, s, i, why);
    if (is_root(s)) return;
    if (s->parent == pid) s->owed = false;
    let_go(s);
    for (size_t i = 0; s->npending && i < s->hosts[0].npids; i++) {
        if (s->hosts[0].pids[i] != pid || !s->pending[i]) continue;
        if (s->phase == MAPPING) keep_error(s, why, pid);
        member_answered(job, s, i);
    }
}

void fj_shares_gone(furrow_job *job, int pid)
{
    for (fj_share *s = job->shares ? job->shares->first : NULL, *next; s; s = next) {
        next = s->next;
        pid_gone(job, s, pid);
        if (s->phase > NO_ARRAY && s->phase < ABANDONED && (s->root == pid || s->parent == pid))
            fail(job, s, fj_peer_check(job, pid));
    }
}
