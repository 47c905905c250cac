/*
 * message.c - sends messages of any size and hands out those that arrive. Everything other pids ask of this one comes
 * through fj_progress here. It knows kinds and handlers, and nothing of what messages mean.
 */
#include "job/parts.h"
#include "job/service.h"
#include <stdlib.h>
#include <string.h>

#define QUEUE_MOST    ((size_t)64 << 20) /* bytes kept for one pid while the way is full */
#define DEFERRED_MOST ((size_t)16 << 20) /* bytes that arrived during glances and wait for a full round */
#define ROUND_MOST    256                /* messages a round: who calls wants to come back */
#define LAST_ROUNDS   64                 /* of those, for what a pid that went had sent */
#define KEEP_NBYTES   ((size_t)64 << 10) /* a larger buffer is given back after use */
#define FRAGMENT_HEAD 10                 /* kind, inner kind, total */

static const struct {
    fj_handler handle;
    bool prompt; /* may be handled in a glance, ahead of what came before: answers, and what delays others' memory */
} kinds[FJ_NKINDS] = {
    [FJ_RESOLVE] = {fj_on_resolve, false}, [FJ_RESOLVED] = {fj_on_resolved, true},
    [FJ_RECALL] = {fj_on_recall, true},    [FJ_RECALLED] = {fj_on_recalled, true},
    [FJ_ASSIST] = {fj_on_assist, false},   [FJ_ASSISTED] = {fj_on_assisted, false}, /* in order, some come as bulk */
    [FJ_EVAL] = {fj_on_eval, false},       [FJ_PROGRAM] = {fj_on_program, false},
    [FJ_RESULT] = {fj_on_result, false},   [FJ_FETCH] = {fj_on_fetch, false},
    [FJ_RELEASE] = {fj_on_release, false}, [FJ_PRINT] = {fj_on_print, false},
    [FJ_BULK] = {fj_on_bulk, false},       [FJ_BULK_TAKEN] = {fj_on_bulk_taken, true},
    [FJ_BARRIER] = {fj_on_barrier, true},  [FJ_SHARE] = {fj_on_share, false},
    [FJ_SHARED] = {fj_on_shared, true},    [FJ_SWAP] = {fj_on_swap, false},
    [FJ_NEWS] = {fj_on_news, true},
};

typedef struct fj_parcel { /* a message that waits: to be sent, or to be handled */
    struct fj_parcel *next;
    int pid;
    uint8_t kind;
    size_t nbytes;
    size_t done; /* bytes of it that have been sent as fragments */
    unsigned char bytes[];
} fj_parcel;

typedef struct fj_queue {
    fj_parcel *head, *tail;
    size_t nbytes;
} fj_queue;

typedef struct fj_inbox { /* a message that arrives in fragments */
    uint8_t kind;
    size_t total; /* 0: none under way */
    fb_buffer buffer;
} fj_inbox;

struct fj_messages {
    size_t message_nbytes;
    size_t limit;      /* of one message */
    fj_queue *queues;  /* [pid - 1] */
    fj_inbox *inboxes; /* [pid - 1] */
    uint64_t *nsent;   /* [pid - 1] */
    bool *held;        /* [pid - 1]: a body lies here that it reads over the fabric; nothing may overtake that */
    uint8_t *states;   /* [pid - 1]: fboot_state as far as it has been dealt with */
    fj_queue deferred;
    int nqueued; /* pids with something in their queue */
    int nlost, lost_pid;
    bool handling; /* a handler is running: what it was given must stay, so nothing is polled */
    uint64_t nmalformed;
    unsigned char *packet; /* message_nbytes: to put kind and body together */
};

/* --- opening -------------------------------------------------------------------------------------------------------*/

furrow_err fj_messages_open(furrow_job *job)
{
    size_t n = (size_t)job->nprocs;
    struct fj_messages *m = calloc(1, sizeof *m);
    if (!m) return fb_fail(FURROW_ERR_NOMEM, "no memory for messages");
    job->messages = m;
    m->message_nbytes = job->net_ops->traits(job->net)->message_nbytes;
    m->limit = job->config.max_nbytes && job->config.max_nbytes < PTRDIFF_MAX ? job->config.max_nbytes : PTRDIFF_MAX;
    m->queues = calloc(n, sizeof *m->queues);
    m->inboxes = calloc(n, sizeof *m->inboxes);
    m->states = calloc(n, 1);
    m->held = calloc(n, sizeof *m->held);
    m->nsent = calloc(n, sizeof *m->nsent);
    m->packet = malloc(m->message_nbytes);
    if (!m->queues || !m->inboxes || !m->states || !m->held || !m->nsent || !m->packet)
        return fb_fail(FURROW_ERR_NOMEM, "no memory for messages with %d pids", job->nprocs);
    for (size_t i = 0; i < n; i++) fb_buffer_init(&m->inboxes[i].buffer, m->limit);
    return FURROW_OK;
}

static void queue_clear(fj_queue *q)
{
    while (q->head) {
        fj_parcel *p = q->head;
        q->head = p->next;
        free(p);
    }
    *q = (fj_queue){0};
}

void fj_messages_close(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    if (!m) return;
    for (int i = 0; i < job->nprocs; i++) {
        if (m->queues) queue_clear(&m->queues[i]);
        if (m->inboxes) fb_buffer_free(&m->inboxes[i].buffer);
    }
    queue_clear(&m->deferred);
    free(m->queues);
    free(m->inboxes);
    free(m->states);
    free(m->held);
    free(m->nsent);
    free(m->packet);
    free(m);
    job->messages = NULL;
}

static furrow_err queue_add(fj_queue *q, int pid, fj_kind kind, const void *body, size_t nbytes)
{
    fj_parcel *p = malloc(sizeof *p + nbytes);
    if (!p) return fb_fail(FURROW_ERR_NOMEM, "no memory to keep a message of %zu bytes", nbytes);
    *p = (fj_parcel){.pid = pid, .kind = (uint8_t)kind, .nbytes = nbytes};
    if (nbytes) memcpy(p->bytes, body, nbytes);
    if (q->tail)
        q->tail->next = p;
    else
        q->head = p;
    q->tail = p;
    q->nbytes += nbytes;
    return FURROW_OK;
}

static fj_parcel *queue_take(fj_queue *q)
{
    fj_parcel *p = q->head;
    q->head = p->next;
    if (!q->head) q->tail = NULL;
    q->nbytes -= p->nbytes;
    return p;
}

/* --- sending -------------------------------------------------------------------------------------------------------*/

/* Sends what is left of a message, from *done on: whole, or fragment by fragment. AGAIN when the way is full. */
static furrow_err push(furrow_job *job, int pid, uint8_t kind, const unsigned char *body, size_t nbytes, size_t *done)
{
    struct fj_messages *m = job->messages;
    if (nbytes < m->message_nbytes) {
        m->packet[0] = kind;
        if (nbytes) memcpy(m->packet + 1, body, nbytes);
        furrow_err e = job->net_ops->send(job->net, pid, m->packet, nbytes + 1);
        if (!e && kind == FJ_BULK) m->held[pid - 1] = !job->net_ops->near(job->net, pid);
        return e;
    }
    uint64_t total = nbytes;
    while (*done < nbytes) {
        size_t n = nbytes - *done, most = m->message_nbytes - FRAGMENT_HEAD;
        if (n > most) n = most;
        m->packet[0] = FJ_FRAGMENT;
        m->packet[1] = kind;
        memcpy(m->packet + 2, &total, 8);
        memcpy(m->packet + FRAGMENT_HEAD, body + *done, n);
        furrow_err e = job->net_ops->send(job->net, pid, m->packet, n + FRAGMENT_HEAD);
        if (e) return e;
        *done += n;
    }
    return FURROW_OK;
}

/* While the others are held back prompt messages go first, in their order. */
static void to_front(fj_queue *q)
{
    fj_parcel *last = q->tail, **at = &q->head;
    while (*at != last && kinds[(*at)->kind].prompt) at = &(*at)->next;
    if (*at == last) return;
    fj_parcel *before = *at;
    while (before->next != last) before = before->next;
    before->next = NULL;
    q->tail = before;
    last->next = *at;
    *at = last;
}

static furrow_err enqueue(furrow_job *job, int pid, fj_kind kind, const void *body, size_t nbytes, size_t done)
{
    struct fj_messages *m = job->messages;
    fj_queue *q = &m->queues[pid - 1];
    /* Answers are bounded by what was asked; they get room beyond what requests may fill. */
    size_t most = kinds[kind].prompt ? 2 * QUEUE_MOST : QUEUE_MOST;
    if (q->head && q->nbytes + nbytes > most) {
        furrow_err e =
            fb_fail(FURROW_ERR_LIMIT, "%zu bytes wait to be sent to pid %d, which does not take them", q->nbytes, pid);
        fb_fail_pid(pid);
        return e;
    }
    bool first = !q->head;
    furrow_err e = queue_add(q, pid, kind, body, nbytes);
    if (e) return e;
    q->tail->done = done;
    if (m->held[pid - 1] && kinds[kind].prompt) to_front(q);
    if (first) m->nqueued++;
    return FURROW_OK;
}

furrow_err fj_send(furrow_job *job, int pid, fj_kind kind, const void *body, size_t nbytes)
{
    struct fj_messages *m = job->messages;
    if (pid < 1 || pid > job->nprocs || m->states[pid - 1] >= FBOOT_LEFT) {
        furrow_err e = fj_peer_check(job, pid);
        return e ? e : fb_fail(FURROW_ERR_INTERNAL, "pid %d is gone and is not", pid);
    }
    if (nbytes > m->limit) {
        furrow_err e =
            fb_fail(FURROW_ERR_LIMIT, "a message of %zu bytes, FURROW_MAX_MEMORY allows %zu", nbytes, m->limit);
        fb_fail_symbol("FURROW_MAX_MEMORY");
        return e;
    }
    if (fj_bulk_send(job, pid, kind, body, nbytes)) return FURROW_OK;
    m->nsent[pid - 1]++;
    size_t done = 0;
    bool held = m->held[pid - 1];
    const fj_parcel *head = m->queues[pid - 1].head;
    if (held ? kinds[kind].prompt && !(head && kinds[head->kind].prompt) : !head) {
        furrow_err e = push(job, pid, (uint8_t)kind, body, nbytes, &done);
        if (e != FURROW_ERR_AGAIN) return e;
    }
    return enqueue(job, pid, kind, body, nbytes, done);
}

furrow_err fj_send_packed(furrow_job *job, int pid, const unsigned char *packet, size_t nbytes)
{
    const struct fj_messages *m = job->messages;
    if (__builtin_expect(m->states[pid - 1] < FBOOT_LEFT && !m->queues[pid - 1].head && !m->held[pid - 1], 1)) {
        furrow_err e = job->net_ops->send(job->net, pid, packet, nbytes);
        if (e != FURROW_ERR_AGAIN) return e;
    }
    return fj_send(job, pid, (fj_kind)packet[0], packet + 1, nbytes - 1);
}

static int retry(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    int n = 0;
    for (int pid = 1; pid <= job->nprocs; pid++) {
        fj_queue *q = &m->queues[pid - 1];
        while (q->head && (!m->held[pid - 1] || kinds[q->head->kind].prompt)) {
            fj_parcel *p = q->head;
            size_t before = p->done;
            furrow_err e = push(job, pid, p->kind, p->bytes, p->nbytes, &p->done);
            n += p->done != before;
            if (e == FURROW_ERR_AGAIN) break;
            free(queue_take(q));
            n++;
            if (!q->head) m->nqueued--;
        }
    }
    return n;
}

bool fj_messages_sent(void *arg)
{
    furrow_job *job = arg;
    return job->messages->nqueued == 0 && !fj_bulks_left(job);
}

int fj_messages_waiting(const furrow_job *job)
{
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (job->messages->queues[pid - 1].head) return pid;
    return 0;
}

uint64_t fj_nmalformed(const furrow_job *job)
{
    return job->messages->nmalformed;
}

/* --- receiving -----------------------------------------------------------------------------------------------------*/

size_t fj_message_limit(const furrow_job *job)
{
    return job->messages->limit;
}

furrow_err fj_message_handle(furrow_job *job, int from, uint8_t kind, fb_cursor *body)
{
    if (kind >= FJ_NKINDS || !kinds[kind].handle) return fb_fail(FURROW_ERR_FORMAT, "no message has the kind %u", kind);
    return kinds[kind].handle(job, from, body);
}

static void handle(furrow_job *job, int from, uint8_t kind, const unsigned char *bytes, size_t nbytes)
{
    struct fj_messages *m = job->messages;
    fb_cursor body = {bytes, bytes + nbytes};
    m->handling = true;
    if (kinds[kind].handle(job, from, &body)) m->nmalformed++;
    m->handling = false;
}

void fj_message_arrived(furrow_job *job, int from, uint8_t kind, const unsigned char *bytes, size_t nbytes)
{
    if (kind < FJ_NKINDS && kinds[kind].handle)
        handle(job, from, kind, bytes, nbytes);
    else
        job->messages->nmalformed++;
}

void fj_message_released(furrow_job *job, int pid)
{
    job->messages->held[pid - 1] = false;
}

/* Resolving looks at the table alone, so a pid that only puts and gets still tells where its symbols are; but what its
 * asker sent before, and is kept for later, may define the symbol. */
static bool is_prompt(const struct fj_messages *m, int from, uint8_t kind)
{
    if (kind != FJ_RESOLVE) return kinds[kind].prompt;
    for (const fj_parcel *p = m->deferred.head; p; p = p->next)
        if (p->pid == from) return false;
    return true;
}

/* A whole message. In a glance it is kept for later unless it is prompt. */
static void deliver(furrow_job *job, int from, uint8_t kind, const unsigned char *bytes, size_t nbytes, bool glance)
{
    struct fj_messages *m = job->messages;
    if (kind >= FJ_NKINDS || !kinds[kind].handle)
        m->nmalformed++;
    else if (!glance || is_prompt(m, from, kind))
        handle(job, from, kind, bytes, nbytes);
    else if (queue_add(&m->deferred, from, (fj_kind)kind, bytes, nbytes))
        m->nmalformed++;
}

static void refuse_fragments(struct fj_messages *m, fj_inbox *in)
{
    m->nmalformed++;
    in->total = 0;
    fb_buffer_free(&in->buffer);
}

static void collect(furrow_job *job, int from, const unsigned char *bytes, size_t nbytes, bool glance)
{
    struct fj_messages *m = job->messages;
    fj_inbox *in = &m->inboxes[from - 1];
    uint64_t total;
    if (nbytes <= FRAGMENT_HEAD) {
        refuse_fragments(m, in);
        return;
    }
    memcpy(&total, bytes + 2, 8);
    uint8_t kind = bytes[1];
    bytes += FRAGMENT_HEAD, nbytes -= FRAGMENT_HEAD;
    if (in->total == 0 && total > 0 && total <= m->limit) {
        in->kind = kind;
        in->total = (size_t)total;
        in->buffer.nbytes = 0;
    }
    /* The buffer grows with what has come: a false total costs the sender as much as us. */
    if (in->total != total || in->kind != kind || nbytes > in->total - in->buffer.nbytes ||
        fb_buffer_put(&in->buffer, bytes, nbytes)) {
        refuse_fragments(m, in);
        return;
    }
    if (in->buffer.nbytes < in->total) return;
    in->total = 0;
    if (kind != FJ_FRAGMENT) deliver(job, from, kind, in->buffer.bytes, in->buffer.nbytes, glance);
    if (in->buffer.capacity > KEEP_NBYTES) fb_buffer_free(&in->buffer);
}

static int receive(furrow_job *job, int most, bool glance)
{
    struct fj_messages *m = job->messages;
    fnet_message message;
    int n = 0;
    while (n < most && (!glance || m->deferred.nbytes < DEFERRED_MOST) && job->net_ops->poll(job->net, &message)) {
        const unsigned char *bytes = message.bytes;
        if (bytes[0] == FJ_FRAGMENT)
            collect(job, message.pid, bytes, message.nbytes, glance);
        else
            deliver(job, message.pid, bytes[0], bytes + 1, message.nbytes - 1, glance);
        n++;
    }
    return n;
}

static int catch_up(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    int n = 0;
    while (m->deferred.head) {
        fj_parcel *p = queue_take(&m->deferred);
        handle(job, p->pid, p->kind, p->bytes, p->nbytes);
        free(p);
        n++;
    }
    return n;
}

/* --- states --------------------------------------------------------------------------------------------------------*/

static void lose(furrow_job *job, int pid)
{
    struct fj_messages *m = job->messages;
    job->net_ops->peer_remove(job->net, pid);
    if (m->queues[pid - 1].head) m->nqueued--;
    queue_clear(&m->queues[pid - 1]);
    m->held[pid - 1] = false;
    m->inboxes[pid - 1].total = 0;
    fb_buffer_free(&m->inboxes[pid - 1].buffer);
    m->nlost++;
    bool dead = fboot_peer(&job->boot, pid) == FBOOT_DEAD;
    if (!m->lost_pid || (dead && fboot_peer(&job->boot, m->lost_pid) == FBOOT_LEFT)) m->lost_pid = pid;
    fj_assist_gone(job, pid);
    fj_notify_gone(job, pid);
    fj_bulk_gone(job, pid);
    fj_barrier_gone(job, pid);
    fj_directory_gone(job, pid);
    fj_leases_gone(job, pid);
    fj_shares_gone(job, pid);
    fj_drives_gone(job, pid);
    fj_service_gone(job, pid);
    fj_news_gone(job, pid);
}

/*
 * The epoch is read first (acquire), then the states it announces, then everything that those pids had sent: a pid's
 * messages are stored before its state LEFT (and before it is seen to be dead), so they are found by the polls here.
 */
static int look_at_states(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    uint32_t epoch = atomic_load_explicit(&job->boot.head->epoch, memory_order_acquire);
    if (__builtin_expect(epoch == job->seen_epoch, 1)) return 0;
    job->seen_epoch = epoch;
    int n = 1;
    for (int pid = 1; pid <= job->nprocs; pid++) {
        fboot_state state = fboot_peer(&job->boot, pid);
        if (state == m->states[pid - 1] || m->states[pid - 1] >= FBOOT_LEFT) continue;
        if (state >= FBOOT_LEFT && pid != job->pid) {
            for (int k = 0; k < LAST_ROUNDS && receive(job, ROUND_MOST, false) == ROUND_MOST; k++) n++;
            m->states[pid - 1] = (uint8_t)state;
            lose(job, pid);
        }
        m->states[pid - 1] = (uint8_t)state;
    }
    return n;
}

bool fj_inside(const furrow_job *job)
{
    return job->evaluating || job->messages->handling;
}

uint64_t fj_nsent(const furrow_job *job, int pid)
{
    return job->messages->nsent[pid - 1];
}

int fj_nlost(const furrow_job *job)
{
    return job->messages->nlost;
}

int fj_lost_pid(const furrow_job *job)
{
    return job->messages->lost_pid;
}

/* --- progress ------------------------------------------------------------------------------------------------------*/

int fj_progress(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    if (m->handling || job->evaluating) return 0;
    int n = 0;
    if (__builtin_expect(m->deferred.head != NULL, 0)) n += catch_up(job);
    if (__builtin_expect(m->nqueued > 0, 0)) n += retry(job);
    n += receive(job, ROUND_MOST, false);
    if (__builtin_expect(fj_bulks_arriving(job), 0)) n += fj_bulks_poll(job);
    n += look_at_states(job);
    fj_places_sweep(job);
    n += fj_recalls_poll(job);
    n += fj_shares_poll(job);
    n += fj_swaps_poll(job);
    n += fj_service_poll(job);
    n += fj_news_poll(job);
    return n;
}

int fj_step(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    if (m->handling || job->evaluating || m->deferred.head || m->nqueued || fj_bulks_arriving(job))
        return fj_progress(job);
    return receive(job, 1, false);
}

void fj_glance(furrow_job *job)
{
    struct fj_messages *m = job->messages;
    if (m->handling || job->evaluating) return;
    if (__builtin_expect(m->nqueued > 0, 0)) retry(job);
    for (int k = 0; k < LAST_ROUNDS && receive(job, ROUND_MOST, true) == ROUND_MOST; k++) continue;
    uint32_t epoch = atomic_load_explicit(&job->boot.head->epoch, memory_order_acquire);
    if (__builtin_expect(epoch != job->seen_epoch, 0)) fj_progress(job); /* a pid went: rare, and it concerns handles */
}
