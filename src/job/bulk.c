/*
 * bulk.c - large messages between pids that share memory: the body is laid out in the sender's heap, one small message
 * says where, the receiver copies it in one piece and says so, and the memory is free again. message.c calls it; it
 * knows nothing of what bodies mean. Where memory is not shared, or the heap is full, fragments do the same slowly.
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

struct fj_bulks {
    bulk *first;
    uint64_t last_id;
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

void fj_bulks_close(furrow_job *job)
{
    while (job->bulks && job->bulks->first) {
        bulk *b = job->bulks->first;
        job->bulks->first = b->next;
        free(b);
    }
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
    if (nbytes < FJ_BULK_LEAST || pid == job->pid || !job->net_ops->near(job->net, pid)) return false;
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

/* The copy is made before anything of it is looked at: the sender may change its memory at any moment (P6). */
furrow_err fj_on_bulk(furrow_job *job, int from, fb_cursor *body)
{
    notice n;
    fnet_target target = {0};
    furrow_err e = get_notice(body, &n);
    if (!e) e = job->net_ops->key_open(job->net, from, &n.key, &target);
    if (e) return e;
    if (!target.direct || n.nbytes > target.nbytes || n.nbytes > fj_message_limit(job) || n.kind == FJ_BULK)
        return fb_fail(FURROW_ERR_FORMAT, "a large message of pid %d that cannot be", from);
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
        return FURROW_OK;
    }
    return fb_fail(FURROW_ERR_FORMAT, "pid %d has taken a large message it was not sent", from);
}

/* A pid that is gone copies nothing any more. */
void fj_bulk_gone(furrow_job *job, int pid)
{
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
