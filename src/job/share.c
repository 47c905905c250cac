/*
 * share.c - the broadcasts a pid has to do with: a tree. Who begins one offers the array to representatives (share_hand.c), each
 * of them makes its host's memory, is written to and has its members map it (share_host.c), and offers it to the hosts behind
 * it. A host is reported to who began it when all its pids have answered or are gone. Nothing waits: answers and polls move it on.
 */
#include "job/share_state.h"
#include <stdlib.h>
#include <string.h>

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
    for (fj_hand *h = s->hands, *next; h; h = next) {
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

furrow_err fj_share_say_returned(furrow_job *job, const fj_place *place)
{
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, FJ_SHARED_RETURNED, place->lender, place->lease);
    return fj_share_say(job, place->lender, FJ_SHARED, &b, e);
}

/* Who has said where to write to, and was not written to, is told when that word comes; who is told nothing more waits for
 * its own deadline. */
void fj_share_close(furrow_job *job, fj_share *share)
{
    for (fj_hand *h = share->hands; h; h = h->next) {
        fj_share_head head = {.root = (uint32_t)share->root, .id = share->id};
        if (h->state == HAND_WRITING && fj_share_cancel(job, share->hosts[h->first].pids[0], &head)) break;
    }
    share_free(job, share);
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
    furrow_err e = fj_share_take_offer(job, s, body);
    if (e == FURROW_ERR_FORMAT)
        share_free(job, s);
    else if (e)
        fj_share_fail(job, s, e);
    else
        fj_share_get_memory(job, s);
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
            fj_share_filled(job, s);
        else if (s->phase == FILLING)
            fj_share_fail(job, s, fb_fail(FURROW_ERR_CLOSED, "pid %d has given the broadcast up", from));
        fj_share_let_go(s);
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
    for (fj_hand *h = s->hands; h; h = h->next)
        if (h->first <= host && host < h->past) past = fj_hand_reach(host, h->first, h->past);
    fj_share_report(s, host, why);
    fj_hand_out(job, s, host + 1, past);
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
        fj_share_report(s, i, err);
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
        if (begun && fj_hand_to(begun, from)) return fj_hand_on_room(job, from, begun, body);
        return mine && fj_hand_to(mine, from) ? fj_hand_on_room(job, from, mine, body)
                                              : fj_share_cancel(job, from, &head);
    case FJ_SHARED_TOUCHED:
    case FJ_SHARED_MAPPED:
        return mine ? fj_share_on_member(job, from, mine, head.word, body) : FURROW_OK;
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
    for (size_t i = 0; i < nnear; i++) fj_hand_offer(job, s, i, i + 1);
    fj_hand_out(job, s, nnear, n);
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
    if (s->phase == WANTS_MEMORY) n += fj_share_get_memory(job, s);
    for (fj_hand *h = s->hands; h; h = h->next)
        if (h->state == HAND_WRITING || h->state == HAND_FLYING) n += fj_hand_write(job, s, h);
    bool late = s->phase > NO_ARRAY && s->phase < ABANDONED && fb_deadline_passed(s->deadline_ns);
    if (late)
        fj_share_fail(job, s,
                      fb_fail(FURROW_ERR_TIMEOUT, "the shared array did not arrive at pid %d in time", job->pid));
    return n + late;
}

int fj_shares_poll(furrow_job *job)
{
    int n = 0;
    for (fj_share *s = job->shares ? job->shares->first : NULL, *next; s; s = next) {
        n += move_on(job, s);
        next = s->next;
        if (!fj_hands_over(s)) continue;
        if (s->nhosts > 1 && s->place) fj_place_unlease(s->place);
        share_free(job, s);
    }
    return n;
}

static void pid_gone(furrow_job *job, fj_share *s, int pid)
{
    furrow_err why = fj_peer_check(job, pid);
    fj_hand *h = fj_hand_to(s, pid);
    if (h) h->state = HAND_OVER;
    for (size_t i = 0; fj_share_is_root(s) && i < s->nhosts; i++)
        if (s->hosts[i].pids[0] == pid && s->pending[i]) bypass(job, s, i, why);
    if (fj_share_is_root(s)) return;
    if (s->parent == pid) s->owed = false;
    fj_share_let_go(s);
    for (size_t i = 0; s->npending && i < s->hosts[0].npids; i++) {
        if (s->hosts[0].pids[i] != pid || !s->pending[i]) continue;
        if (s->phase == MAPPING) fj_share_keep_error(s, why, pid);
        fj_share_member_answered(job, s, i);
    }
}

void fj_shares_gone(furrow_job *job, int pid)
{
    for (fj_share *s = job->shares ? job->shares->first : NULL, *next; s; s = next) {
        next = s->next;
        pid_gone(job, s, pid);
        if (s->phase > NO_ARRAY && s->phase < ABANDONED && (s->root == pid || s->parent == pid))
            fj_share_fail(job, s, fj_peer_check(job, pid));
    }
}
