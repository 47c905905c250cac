/*
 * assist.c - put, get and atomics on memory that only its owner reaches (furrow_bind): asked for by message, done by
 * the owner in its progress. Operations to one pid are done in the order in which they were posted, in pieces of which a
 * few are under way at a time. Called by rma.c; the other half of this file is the owner's.
 */
#include "job/parts.h"
#include "net/copy.h"
#include <stdlib.h>
#include <string.h>

#define PIECE_NBYTES ((size_t)256 << 10)
#define WINDOW       8    /* pieces under way to one pid */
#define OPS_MOST     1024 /* operations under way to one pid */

typedef enum assist_kind { ASSIST_GET = 0, ASSIST_PUT = 1, ASSIST_ATOMIC = 2 } assist_kind;

typedef struct assist_wire { /* body of FJ_ASSIST; a put's bytes follow. FJ_ASSISTED: id, code, a get's bytes */
    uint64_t id;
    uint64_t generation;
    uint64_t offset, stride, block, nblocks;
    uint64_t operand, compare;
    uint32_t entry;
    uint32_t notify;
    uint8_t kind, atomic_op, atomic_nbytes;
    uint8_t unused[5];
} assist_wire;

typedef struct assist_op {
    struct assist_op *next;
    furrow_remote *remote; /* NULL: forgotten, answers are ignored */
    assist_kind kind;
    fj_access access;
    fnet_atomic atomic;
    void *copy;         /* of what is put, when the caller may reuse it at once */
    uint64_t block, in; /* next piece: this block, this far in */
    unsigned nflying;   /* pieces */
    bool posted;        /* all of them */
    furrow_err code;
} assist_op;

typedef struct assist_piece {
    assist_op *op;
    uint64_t id;
    char *local;
    uint64_t block, nblocks; /* of the piece */
} assist_piece;

typedef struct assist_peer {
    assist_op *first, *last, *posting;
    unsigned nops;
    furrow_err failed;           /* the first error since it was last asked for */
    assist_piece pieces[WINDOW]; /* under way, in order, from `oldest` */
    unsigned oldest, npieces;
} assist_peer;

struct fj_assists {
    assist_peer *peers; /* [pid - 1] */
    uint64_t last_id;
    unsigned nops;
};

furrow_err fj_assist_open(furrow_job *job)
{
    job->assists = calloc(1, sizeof *job->assists);
    if (job->assists) job->assists->peers = calloc((size_t)job->nprocs, sizeof(assist_peer));
    if (!job->assists || !job->assists->peers) return fb_fail(FURROW_ERR_NOMEM, "no memory for assisted access");
    return FURROW_OK;
}

static void op_free(assist_op *op)
{
    free(op->copy);
    free(op);
}

void fj_assist_close(furrow_job *job)
{
    struct fj_assists *a = job->assists;
    if (!a) return;
    for (int i = 0; a->peers && i < job->nprocs; i++) {
        for (assist_op *op = a->peers[i].first, *next; op; op = next) {
            next = op->next;
            op_free(op);
        }
    }
    free(a->peers);
    free(a);
    job->assists = NULL;
}

unsigned fj_assist_flying(const furrow_job *job, int pid)
{
    return pid ? job->assists->peers[pid - 1].nops : job->assists->nops;
}

/* --- asking --------------------------------------------------------------------------------------------------------*/

/* Takes finished operations off the front. */
static void retire(furrow_job *job, assist_peer *peer)
{
    while (peer->first && peer->first->posted && peer->first->nflying == 0) {
        assist_op *op = peer->first;
        peer->first = op->next;
        if (!peer->first) peer->last = NULL;
        peer->nops--;
        job->assists->nops--;
        if (op->remote) {
            op->remote->nflying--;
            if (op->code && !op->remote->failed) op->remote->failed = op->code;
            if (op->code && !peer->failed) peer->failed = op->code;
        }
        op_free(op);
    }
}

/* What the next piece of op covers: blocks as they are, or a part of one that is large. */
static void next_piece(const assist_op *op, assist_wire *wire, assist_piece *piece)
{
    const fj_access *a = &op->access;
    wire->offset = a->offset + op->block * a->stride_nbytes + op->in;
    wire->stride = a->stride_nbytes;
    piece->local = (char *)a->local + op->block * a->local_stride_nbytes + op->in;
    if (a->block_nbytes > PIECE_NBYTES) {
        uint64_t left = a->block_nbytes - op->in;
        wire->block = left < PIECE_NBYTES ? left : PIECE_NBYTES;
        wire->nblocks = 1;
    } else {
        uint64_t fit = a->block_nbytes ? PIECE_NBYTES / a->block_nbytes : 1, left = a->nblocks - op->block;
        wire->block = a->block_nbytes;
        wire->nblocks = left < fit ? left : fit;
    }
    piece->block = wire->block;
    piece->nblocks = wire->nblocks;
}

static void advance(assist_op *op, const assist_piece *piece)
{
    const fj_access *a = &op->access;
    op->in += piece->block;
    if (op->in >= a->block_nbytes) {
        op->in = 0;
        op->block += piece->nblocks;
    }
    op->posted = op->block >= a->nblocks;
}

static furrow_err send_piece(furrow_job *job, const assist_op *op, assist_wire *wire, const assist_piece *piece)
{
    size_t nbytes = op->kind == ASSIST_PUT ? piece->block * piece->nblocks : 0;
    fb_buffer b;
    fb_buffer_init(&b, 0);
    furrow_err e = fb_buffer_put(&b, wire, sizeof *wire);
    void *at = NULL;
    if (!e && nbytes) e = fb_buffer_grow(&b, nbytes, &at);
    for (uint64_t k = 0; !e && nbytes && k < piece->nblocks; k++)
        memcpy((char *)at + k * piece->block, piece->local + k * op->access.local_stride_nbytes, piece->block);
    if (!e) e = fj_send(job, op->remote->pid, FJ_ASSIST, b.bytes, b.nbytes);
    fb_buffer_free(&b);
    return e;
}

static void post_piece(furrow_job *job, assist_peer *peer, assist_op *op)
{
    assist_piece piece = {.op = op, .id = ++job->assists->last_id};
    assist_wire wire = {.id = piece.id,
                        .generation = op->remote->generation,
                        .entry = op->remote->entry,
                        .kind = (uint8_t)op->kind,
                        .atomic_op = (uint8_t)op->atomic.op,
                        .atomic_nbytes = (uint8_t)op->atomic.nbytes,
                        .operand = op->atomic.operand,
                        .compare = op->atomic.compare};
    next_piece(op, &wire, &piece);
    advance(op, &piece);
    if (op->posted) wire.notify = op->access.notify;
    furrow_err e = send_piece(job, op, &wire, &piece);
    if (e) { /* what has been sent cannot be called back; the rest stays here */
        if (!op->code) op->code = e;
        op->posted = true;
        return;
    }
    op->nflying++;
    peer->pieces[(peer->oldest + peer->npieces++) % WINDOW] = piece;
}

/* Posts as long as there is room. */
static void post(furrow_job *job, assist_peer *peer)
{
    while (peer->posting && peer->npieces < WINDOW) {
        assist_op *op = peer->posting;
        if (!op->remote) op->posted = true;
        if (!op->posted) post_piece(job, peer, op);
        if (op->posted) peer->posting = op->next;
    }
    retire(job, peer);
}

static furrow_err op_start(furrow_job *job, assist_op *op)
{
    furrow_remote *remote = op->remote;
    assist_peer *peer = &job->assists->peers[remote->pid - 1];
    if (peer->last)
        peer->last->next = op;
    else
        peer->first = op;
    peer->last = op;
    if (!peer->posting) peer->posting = op;
    peer->nops++;
    job->assists->nops++;
    remote->nflying++;
    post(job, peer);
    return FURROW_OK;
}

static furrow_err op_new(furrow_job *job, furrow_remote *remote, assist_kind kind, assist_op **out)
{
    furrow_err e = fj_remote_check(remote);
    if (!e) e = fj_peer_check(job, remote->pid);
    if (e) return e;
    if (job->assists->peers[remote->pid - 1].nops >= OPS_MOST) return FURROW_ERR_AGAIN;
    assist_op *op = calloc(1, sizeof *op);
    if (!op) return fb_fail(FURROW_ERR_NOMEM, "no memory for an assisted operation");
    op->remote = remote;
    op->kind = kind;
    *out = op;
    return FURROW_OK;
}

/* put_notify lets go of what it was given before the pieces are sent. */
static furrow_err keep_copy(assist_op *op)
{
    fj_access *a = &op->access;
    size_t nbytes = (size_t)(a->block_nbytes * a->nblocks);
    if (!nbytes) return FURROW_OK;
    op->copy = malloc(nbytes);
    if (!op->copy) return fb_fail(FURROW_ERR_NOMEM, "no memory to keep %zu bytes that are put", nbytes);
    memcpy(op->copy, a->local, nbytes); /* one block */
    a->local = op->copy;
    return FURROW_OK;
}

furrow_err fj_assist(furrow_job *job, const fj_access *access)
{
    assist_op *op;
    furrow_err e = op_new(job, access->remote, access->write ? ASSIST_PUT : ASSIST_GET, &op);
    if (e) return e;
    op->access = *access;
    if (access->notify) e = keep_copy(op);
    if (e) {
        op_free(op);
        return e;
    }
    return op_start(job, op);
}

static bool landed(void *arg)
{
    return ((const furrow_remote *)arg)->nflying == 0;
}

furrow_err fj_assist_wait(furrow_job *job, furrow_remote *remote, int64_t deadline_ns)
{
    furrow_err e = fj_wait(job, landed, remote, remote->pid, deadline_ns);
    if (e) fj_assist_forget(job, remote);
    if (!e && remote->failed) {
        e = remote->failed;
        if (e == FURROW_ERR_STALE && remote->state == FJ_VALID) remote->state = FJ_STALE;
        if (e == FURROW_ERR_STALE)
            e = fj_remote_check(remote);
        else
            e = fb_fail(e, "pid %d could not do what was asked on %s: %s", remote->pid, remote->name,
                        furrow_strerror(e));
        fb_fail_pid(remote->pid);
    }
    remote->failed = FURROW_OK;
    job->assists->peers[remote->pid - 1].failed = FURROW_OK;
    return e;
}

furrow_err fj_assist_failed(furrow_job *job, int pid)
{
    furrow_err e = FURROW_OK;
    for (int p = pid ? pid : 1; p <= (pid ? pid : job->nprocs); p++) {
        assist_peer *peer = &job->assists->peers[p - 1];
        if (peer->failed && !e) {
            e = fb_fail(peer->failed, "an operation without waiting, to pid %d, failed: %s", p,
                        furrow_strerror(peer->failed));
            fb_fail_pid(p);
        }
        peer->failed = FURROW_OK;
    }
    return e;
}

furrow_err fj_assist_atomic(furrow_job *job, furrow_remote *remote, const fnet_atomic *atomic, int64_t deadline_ns)
{
    assist_op *op;
    furrow_err e = op_new(job, remote, ASSIST_ATOMIC, &op);
    if (e) return e;
    op->atomic = *atomic;
    op->access = (fj_access){.remote = remote,
                             .offset = atomic->offset,
                             .block_nbytes = sizeof(uint64_t),
                             .nblocks = 1,
                             .local = atomic->old};
    e = op_start(job, op);
    return e ? e : fj_assist_wait(job, remote, deadline_ns);
}

furrow_err fj_on_assisted(furrow_job *job, int from, fb_cursor *body)
{
    assist_peer *peer = &job->assists->peers[from - 1];
    uint64_t id;
    uint32_t code;
    const void *bytes;
    furrow_err e = fb_cursor_u64(body, &id);
    if (!e) e = fb_cursor_u32(body, &code);
    if (e) return e;
    if (!peer->npieces || peer->pieces[peer->oldest].id != id)
        return fb_fail(FURROW_ERR_FORMAT, "an answer of pid %d to nothing that was asked", from);
    assist_piece piece = peer->pieces[peer->oldest];
    peer->oldest = (peer->oldest + 1) % WINDOW;
    peer->npieces--;
    assist_op *op = piece.op;
    op->nflying--;
    if ((int32_t)code > 0 || (int32_t)code < FURROW_ERR_INTERNAL) code = (uint32_t)FURROW_ERR_FORMAT;
    if (!code && op->kind != ASSIST_PUT) {
        if (fb_cursor_left(body) != piece.block * piece.nblocks) code = (uint32_t)FURROW_ERR_FORMAT;
        for (uint64_t k = 0; !code && op->remote && k < piece.nblocks; k++)
            if (!fb_cursor_take(body, piece.block, &bytes))
                memcpy(piece.local + k * op->access.local_stride_nbytes, bytes, piece.block);
    }
    if (code && !op->code) op->code = (furrow_err)(int32_t)code;
    post(job, peer);
    return FURROW_OK;
}

void fj_assist_forget(furrow_job *job, const furrow_remote *remote)
{
    assist_peer *peer = &job->assists->peers[remote->pid - 1];
    for (assist_op *op = peer->first; op; op = op->next) {
        if (op->remote != remote) continue;
        op->remote->nflying--;
        op->remote = NULL;
    }
    post(job, peer);
}

void fj_assist_gone(furrow_job *job, int pid)
{
    assist_peer *peer = &job->assists->peers[pid - 1];
    furrow_err why = fj_peer_check(job, pid);
    for (assist_op *op = peer->first; op; op = op->next) {
        op->nflying = 0;
        op->posted = true;
        if (!op->code) op->code = why ? why : FURROW_ERR_PEER_DEAD;
    }
    peer->posting = NULL;
    peer->npieces = 0;
    retire(job, peer);
}

/* --- the owner -----------------------------------------------------------------------------------------------------*/

/* The memory that the request may touch: STALE when the symbol is not the one that was resolved any more. */
static furrow_err reach(furrow_job *job, const assist_wire *w, uint64_t nbytes, char **at)
{
    fj_entry *entry = w->entry < fj_symbol_count(job) ? fj_symbol_at(job, w->entry) : NULL;
    if (!entry || entry->generation != w->generation || !entry->place) return FURROW_ERR_STALE;
    uint64_t end = 0, last = w->nblocks ? w->nblocks - 1 : 0;
    if (__builtin_mul_overflow(last, w->stride, &end) || __builtin_add_overflow(end, w->offset, &end) ||
        __builtin_add_overflow(end, nbytes, &end) || end > entry->place->nbytes)
        return FURROW_ERR_BOUNDS;
    *at = entry->place->at + w->offset;
    return FURROW_OK;
}

/* The same for what changes it. Who asks has been told that it may not, so this is for who asks all the same. */
static furrow_err reach_into(furrow_job *job, const assist_wire *w, uint64_t nbytes, char **at)
{
    furrow_err e = reach(job, w, nbytes, at);
    if (e || !nbytes || !fj_symbol_at(job, w->entry)->place->read_only) return e;
    job->nread_only++;
    return FURROW_ERR_READONLY;
}

static furrow_err do_put(furrow_job *job, const assist_wire *w, fb_cursor *body)
{
    char *at;
    furrow_err e = reach_into(job, w, w->nblocks ? w->block : 0, &at);
    uint64_t nbytes;
    if (e) return e;
    if (__builtin_mul_overflow(w->block, w->nblocks, &nbytes) || fb_cursor_left(body) != nbytes)
        return FURROW_ERR_FORMAT;
    const void *bytes;
    for (uint64_t k = 0; nbytes && k < w->nblocks; k++) {
        if (fb_cursor_take(body, w->block, &bytes)) return FURROW_ERR_FORMAT;
        fnet_copy_in(at + k * w->stride, bytes, w->block);
    }
    if (w->notify) fj_notify_self(job, w->notify - 1);
    return FURROW_OK;
}

static furrow_err do_get(furrow_job *job, const assist_wire *w, fb_buffer *answer)
{
    char *at;
    void *to;
    uint64_t nbytes;
    furrow_err e = reach(job, w, w->block, &at);
    if (e) return e;
    if (__builtin_mul_overflow(w->block, w->nblocks, &nbytes) || nbytes > PIECE_NBYTES) return FURROW_ERR_FORMAT;
    e = fb_buffer_grow(answer, nbytes, &to);
    for (uint64_t k = 0; !e && nbytes && k < w->nblocks; k++)
        fnet_copy_out((char *)to + k * w->block, at + k * w->stride, w->block);
    return e;
}

static furrow_err do_atomic(furrow_job *job, const assist_wire *w, fb_buffer *answer)
{
    char *at;
    uint64_t old;
    furrow_err e = reach_into(job, w, w->atomic_nbytes, &at);
    if (!e) e = fnet_atomic_apply(at, w->atomic_nbytes, (fnet_atomic_op)w->atomic_op, w->operand, w->compare, &old);
    return e ? e : fb_buffer_put_u64(answer, old);
}

furrow_err fj_on_assist(furrow_job *job, int from, fb_cursor *body)
{
    const void *bytes;
    assist_wire w;
    furrow_err e = fb_cursor_take(body, sizeof w, &bytes), code;
    if (e) return e;
    memcpy(&w, bytes, sizeof w);
    fb_buffer answer;
    fb_buffer_init(&answer, 0);
    e = fb_buffer_put_u64(&answer, w.id);
    if (!e) e = fb_buffer_put_u32(&answer, 0);
    if (e) goto out;
    switch (w.kind) {
    case ASSIST_PUT:
        code = do_put(job, &w, body);
        break;
    case ASSIST_GET:
        code = do_get(job, &w, &answer);
        break;
    case ASSIST_ATOMIC:
        code = do_atomic(job, &w, &answer);
        break;
    default:
        code = FURROW_ERR_FORMAT;
        break;
    }
    memcpy(answer.bytes + 8, &(uint32_t){(uint32_t)code}, 4);
    e = fj_send(job, from, FJ_ASSISTED, answer.bytes, code ? 12 : answer.nbytes);
out:
    fb_buffer_free(&answer);
    return e;
}
