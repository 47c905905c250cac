/*
 * bulk.c - large messages: the body is laid out in the sender's heap, one small message says where, the receiver copies it
 * in one piece, or reads it over the fabric, and says so, and the memory is free again. message.c calls it, and sends a pid
 * of another host nothing that could overtake a body until it is taken. It knows nothing of what bodies mean. Where the
 * heap is full fragments do the same slowly.
 */
#include "job/parts.h"
#include "net/copy.h"
#include <stdlib.h>
#include <string.h>

/* A body that waits in this pid's heap until the other pid has it. */
typedef struct bulk {
    struct bulk *next;
    int pid;
    uint64_t id;
    void *at;
} bulk;

/* A body of another host's pid that is being read. */
typedef struct arrival {
    struct arrival *next;
    int pid;
    uint64_t id;
    uint8_t kind;
    bool posted;
    fnet_target target;
    fnet_rma rma;
    unsigned char *bytes;
} arrival;

struct fj_bulks {
    bulk *first;
    uint64_t last_id;
    arrival *arrivals;
};

typedef struct notice { /* body of FJ_BULK */
    uint64_t id, nbytes;
    fnet_key key;
    uint8_t kind;
} notice;

furrow_err fj_bulks_open(furrow_job *job)
{
    job->bulks = calloc(1, sizeof *job->bulks);
    return job->bulks ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for large messages");
}

/* What is still being read is read no further. */
static void drop_arrival(furrow_job *job, arrival **at)
{
    arrival *a = *at;
    *at = a->next;
    if (a->posted && a->rma.ticket) job->net_ops->forget(job->net, a->rma.ticket);
    free(a->bytes);
    free(a);
}

void fj_bulks_close(furrow_job *job)
{
    while (job->bulks && job->bulks->first) {
        bulk *b = job->bulks->first;
        job->bulks->first = b->next;
        free(b);
    }
    while (job->bulks && job->bulks->arrivals) drop_arrival(job, &job->bulks->arrivals);
    free(job->bulks);
    job->bulks = NULL;
}

static void put_notice(const notice *n, unsigned char bytes[sizeof(notice)], size_t *nbytes)
{
    memcpy(bytes, &n->id, 8);
    memcpy(bytes + 8, &n->nbytes, 8);
    memcpy(bytes + 16, &n->key, sizeof n->key);
    bytes[16 + sizeof n->key] = n->kind;
    *nbytes = 17 + sizeof n->key;
}

static furrow_err get_notice(fb_cursor *body, notice *n)
{
    const void *key = NULL;
    furrow_err e = fb_cursor_u64(body, &n->id);
    if (!e) e = fb_cursor_u64(body, &n->nbytes);
    if (!e) e = fb_cursor_take(body, sizeof n->key, &key);
    if (!e) e = fb_cursor_u8(body, &n->kind);
    if (!e) memcpy(&n->key, key, sizeof n->key);
    return e;
}

bool fj_bulk_send(furrow_job *job, int pid, fj_kind kind, const void *body, size_t nbytes)
{
    if (nbytes < FJ_BULK_LEAST || pid == job->pid) return false;
    bulk *b = calloc(1, sizeof *b);
    if (!b || fj_heap_alloc_raw(job, nbytes, &b->at)) goto drop_bulk;
    memcpy(b->at, body, nbytes);
    notice n = {.id = ++job->bulks->last_id, .nbytes = nbytes, .kind = (uint8_t)kind};
    unsigned char bytes[sizeof n];
    size_t n_nbytes;
    if (job->net_ops->key_pack(job->net, NULL, b->at, nbytes, &n.key)) goto free_heap;
    put_notice(&n, bytes, &n_nbytes);
    b->pid = pid;
    b->id = n.id;
    b->next = job->bulks->first;
    job->bulks->first = b;
    /* The ring's flag releases the copy above to the receiver's. */
    if (!fj_send(job, pid, FJ_BULK, bytes, n_nbytes)) return true;
    job->bulks->first = b->next;
free_heap:
    fj_heap_free(job, b->at);
drop_bulk:
    free(b);
    return false;
}

static furrow_err begin_arrival(furrow_job *job, int from, const notice *n, const fnet_target *target)
{
    arrival *a = calloc(1, sizeof *a);
    unsigned char *bytes = malloc(n->nbytes ? n->nbytes : 1);
    if (!a || !bytes) {
        free(a);
        free(bytes);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for a message of %zu bytes", (size_t)n->nbytes);
    }
    *a = (arrival){.next = job->bulks->arrivals, .pid = from, .id = n->id, .kind = n->kind, .bytes = bytes};
    a->target = *target;
    a->rma = (fnet_rma){.target = &a->target, .local = bytes, .block_nbytes = n->nbytes, .nblocks = 1};
    job->bulks->arrivals = a;
    return FURROW_OK;
}

/* AGAIN while it is under way. */
static furrow_err read_on(furrow_job *job, arrival *a)
{
    furrow_err e = FURROW_OK;
    if (!a->posted) e = job->net_ops->get(job->net, &a->rma);
    if (e) return e;
    a->posted = true;
    return a->rma.ticket ? job->net_ops->done(job->net, a->rma.ticket) : FURROW_OK;
}

/* A body that cannot be read is lost with its pid, which is told of elsewhere. */
int fj_bulks_poll(furrow_job *job)
{
    int n = 0;
    for (arrival **at = &job->bulks->arrivals; *at;) {
        arrival *a = *at;
        furrow_err e = read_on(job, a);
        if (e == FURROW_ERR_AGAIN) {
            at = &a->next;
            continue;
        }
        a->posted = false;
        if (!e) e = fj_send(job, a->pid, FJ_BULK_TAKEN, &a->id, sizeof a->id);
        if (!e) fj_message_arrived(job, a->pid, a->kind, a->bytes, (size_t)a->rma.block_nbytes);
        drop_arrival(job, at);
        n++;
    }
    return n;
}

bool fj_bulks_arriving(const furrow_job *job)
{
    return job->bulks->arrivals != NULL;
}

/* The copy is made before anything of it is looked at: the sender may change its memory at any moment (P6). */
furrow_err fj_on_bulk(furrow_job *job, int from, fb_cursor *body)
{
    notice n;
    fnet_target target = {0};
    furrow_err e = get_notice(body, &n);
    if (!e) e = job->net_ops->key_open(job->net, from, &n.key, &target);
    if (e) return e;
    bool far = !job->net_ops->near(job->net, from);
    if ((!target.direct && !far) || n.nbytes > target.nbytes || n.nbytes > fj_message_limit(job) || n.kind == FJ_BULK)
        return fb_fail(FURROW_ERR_FORMAT, "a large message of pid %d that cannot be", from);
    if (far) return begin_arrival(job, from, &n, &target);
    unsigned char *copy = malloc(n.nbytes ? n.nbytes : 1);
    if (!copy) return fb_fail(FURROW_ERR_NOMEM, "no memory for a message of %zu bytes", (size_t)n.nbytes);
    fnet_load(copy, target.direct, n.nbytes);
    e = fj_send(job, from, FJ_BULK_TAKEN, &n.id, sizeof n.id);
    fb_cursor inner = {copy, copy + n.nbytes};
    if (!e) e = fj_message_handle(job, from, n.kind, &inner);
    free(copy);
    return e;
}

static void let_go(furrow_job *job, bulk **at)
{
    bulk *b = *at;
    *at = b->next;
    fj_heap_free(job, b->at);
    free(b);
}

furrow_err fj_on_bulk_taken(furrow_job *job, int from, fb_cursor *body)
{
    uint64_t id = 0;
    furrow_err e = fb_cursor_u64(body, &id);
    if (e) return e;
    for (bulk **at = &job->bulks->first; *at; at = &(*at)->next) {
        if ((*at)->pid != from || (*at)->id != id) continue;
        let_go(job, at);
        fj_message_released(job, from);
        return FURROW_OK;
    }
    return fb_fail(FURROW_ERR_FORMAT, "pid %d has taken a large message it was not sent", from);
}

/* A pid that is gone copies nothing any more, and nothing of it can be read. */
void fj_bulk_gone(furrow_job *job, int pid)
{
    for (arrival **at = &job->bulks->arrivals; *at;) {
        if ((*at)->pid == pid)
            drop_arrival(job, at);
        else
            at = &(*at)->next;
    }
    for (bulk **at = &job->bulks->first; *at;) {
        if ((*at)->pid == pid)
            let_go(job, at);
        else
            at = &(*at)->next;
    }
}

bool fj_bulks_left(const furrow_job *job)
{
    return job->bulks->first != NULL;
}
