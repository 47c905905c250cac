/*
 * directory.c - handles on flat symbols of other pids: resolving them by message, answering those who resolve ours,
 * the cache by name, and making handles STALE when their owner says so. The owner's bookkeeping is in recall.c.
 */
#include "job/parts.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define NCHAINS    1024 /* of handles by (pid, entry), and of cached ones by name */
#define CACHE_MOST 8192

typedef struct fj_resolving { /* a RESOLVE that has not been answered; lives on the asker's stack */
    struct fj_resolving *next;
    uint64_t id;
    int pid;
    bool done;
    furrow_err code;
    furrow_remote *remote;
} fj_resolving;

struct fj_directory {
    fj_resolving *resolving;
    uint64_t last_id;
    furrow_remote *chains[NCHAINS];
    furrow_remote *cache[NCHAINS];
    size_t ncached, next_evicted;
};

furrow_err fj_directory_open(furrow_job *job)
{
    job->directory = calloc(1, sizeof *job->directory);
    return job->directory ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for the directory");
}

void fj_directory_close(furrow_job *job)
{
    struct fj_directory *d = job->directory;
    if (!d) return;
    for (size_t i = 0; i < NCHAINS; i++) {
        for (furrow_remote *r = d->chains[i], *next; r; r = next) {
            next = r->next;
            free(r);
        }
    }
    free(d);
    job->directory = NULL;
}

/* --- handles -------------------------------------------------------------------------------------------------------*/

static furrow_remote **chain_of(furrow_job *job, int pid, uint32_t entry)
{
    return &job->directory->chains[((size_t)entry * 31 + (size_t)pid) % NCHAINS];
}

static uint64_t hash_of(int pid, const char *module, const char *name)
{
    return fb_hash64(name, strlen(name)) * 31 + fb_hash64(module, strlen(module)) + (uint64_t)pid * 0x9E3779B97F4A7C15u;
}

static furrow_err remote_new(furrow_job *job, int pid, const char *module, const char *name, furrow_remote **out)
{
    size_t nmodule = strlen(module) + 1, nname = strlen(name) + 1;
    furrow_remote *r = calloc(1, sizeof *r + nmodule + nname);
    if (!r) return fb_fail(FURROW_ERR_NOMEM, "no memory for a handle on %s", name);
    r->job = job;
    r->pid = pid;
    r->module = (char *)(r + 1);
    r->name = r->module + nmodule;
    memcpy(r->module, module, nmodule);
    memcpy(r->name, name, nname);
    *out = r;
    return FURROW_OK;
}

static void remote_link(furrow_remote *r)
{
    furrow_remote **chain = chain_of(r->job, r->pid, r->entry);
    r->next = *chain;
    *chain = r;
}

static void remote_unlink(furrow_remote *r)
{
    furrow_remote **link = chain_of(r->job, r->pid, r->entry);
    while (*link && *link != r) link = &(*link)->next;
    if (*link) *link = r->next;
}

static void remote_end(furrow_remote *r, fj_remote_state state)
{
    r->base = r->into = NULL;
    r->count = 0;
    if (r->state == FJ_VALID) r->state = state;
}

void fj_remotes_stale(furrow_job *job, int pid, uint32_t entry, uint64_t generation)
{
    for (furrow_remote *r = *chain_of(job, pid, entry); r; r = r->next)
        if (r->pid == pid && r->entry == entry && r->generation == generation) remote_end(r, FJ_STALE);
}

void fj_remotes_stale_all(furrow_job *job, int pid)
{
    for (size_t i = 0; i < NCHAINS; i++)
        for (furrow_remote *r = job->directory->chains[i]; r; r = r->next)
            if (r->pid == pid) remote_end(r, FJ_STALE);
}

furrow_err fj_remote_check(const furrow_remote *r)
{
    furrow_err e = FURROW_OK;
    if (r->state == FJ_GONE) e = fj_peer_check(r->job, r->pid);
    if (r->state == FJ_STALE) {
        e = fb_fail(FURROW_ERR_STALE, "%s was redefined or dropped at pid %d after it was resolved", r->name, r->pid);
        fb_fail_pid(r->pid);
    }
    if (e) fb_fail_symbol(r->name);
    return e;
}

furrow_err fj_remote_writable(const furrow_remote *r)
{
    if (!r->read_only) return FURROW_OK;
    r->job->nread_only++;
    furrow_err e = fb_fail(FURROW_ERR_READONLY, "%s at pid %d is read-only: it can be got, not put", r->name, r->pid);
    fb_fail_pid(r->pid);
    fb_fail_symbol(r->name);
    return e;
}

void fj_directory_gone(furrow_job *job, int pid)
{
    struct fj_directory *d = job->directory;
    for (size_t i = 0; i < NCHAINS; i++)
        for (furrow_remote *r = d->chains[i]; r; r = r->next)
            if (r->pid == pid)
                remote_end(r, FJ_GONE);
            else if (r->target.pid == pid)
                r->by_net = false; /* the pid that lent the memory: whose symbol it is can still do what is asked */
    fj_recalls_gone(job, pid);
}

furrow_err fj_on_recall(furrow_job *job, int from, fb_cursor *body)
{
    uint32_t entry;
    uint64_t generation, id;
    furrow_err e = fb_cursor_u32(body, &entry);
    if (!e) e = fb_cursor_u64(body, &generation);
    if (!e) e = fb_cursor_u64(body, &id);
    if (e) return e;
    if (entry == FJ_RECALL_PID && generation <= INT32_MAX)
        fj_remotes_stale_all(job, (int)generation);
    else
        fj_remotes_stale(job, from, entry, generation);
    return fj_send(job, from, FJ_RECALLED, &id, sizeof id);
}

/* --- answering -----------------------------------------------------------------------------------------------------*/

furrow_err fj_name_take(fb_cursor *body, char text[FJ_NAME_NBYTES])
{
    uint8_t nbytes;
    const void *bytes;
    furrow_err e = fb_cursor_u8(body, &nbytes);
    if (!e) e = fb_cursor_take(body, nbytes, &bytes);
    if (e) return e;
    memcpy(text, bytes, nbytes);
    text[nbytes] = '\0';
    return memchr(text, 0, nbytes) ? fb_fail(FURROW_ERR_FORMAT, "a name with a zero byte") : FURROW_OK;
}

/* What a descriptor says; the same struct at the owner and at who resolves. */
typedef struct descriptor {
    furrow_type type;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    bool assisted, read_only;
    uint32_t entry;
    uint32_t lender; /* the pid whose heap the key is of */
    uint64_t generation;
    fnet_key key;
} descriptor;

static furrow_err pack_key(furrow_job *job, const fj_place *place, size_t nbytes, fnet_key *key)
{
    const fnet_ops *ops = job->net_ops;
    bool restricted = place->read_only && ops->key_pack_read;
    return (restricted ? ops->key_pack_read : ops->key_pack)(job->net, NULL, place->at, nbytes, key);
}

/* Memory that another pid lent is reached through its key: not any more by the network once that pid is gone. */
static furrow_err describe_place(furrow_job *job, const fj_place *place, size_t nbytes, int pid, descriptor *d)
{
    d->lender = (uint32_t)(place->lender ? place->lender : job->pid);
    d->assisted = place->foreign;
    if (place->foreign) return FURROW_OK;
    if (!place->lender) return pack_key(job, place, nbytes, &d->key);
    d->key = place->key;
    bool near = pid == job->pid || job->net_ops->near(job->net, pid);
    d->assisted = !near && fboot_peer(&job->boot, place->lender) >= FBOOT_LEFT;
    return FURROW_OK;
}

static furrow_err describe(furrow_job *job, fj_entry *entry, int pid, descriptor *d)
{
    if (!entry || entry->slot.tag == FX_UNBOUND) return FURROW_ERR_NO_SYMBOL;
    furrow_err e = fj_entry_settle(job, entry);
    if (e) return e;
    if (!entry->place) return FURROW_ERR_TYPE;
    *d = (descriptor){.entry = entry->index, .generation = entry->generation, .read_only = entry->place->read_only};
    const size_t *dims;
    fj_entry_shape(entry, &d->type, &d->ndims, &dims);
    memcpy(d->dims, dims, sizeof d->dims);
    size_t count = 1;
    if (d->ndims > 0) e = fv_count(d->type, d->ndims, d->dims, &count);
    if (!e) e = describe_place(job, entry->place, count * furrow_type_nbytes(d->type), pid, d);
    if (!e) e = fj_entry_hold(job, entry, pid);
    entry->told_count = count;
    return e;
}

static furrow_err descriptor_put(fb_buffer *b, const descriptor *d)
{
    furrow_err e = fb_buffer_put_u8(b, (uint8_t)d->type);
    if (!e) e = fb_buffer_put_u8(b, (uint8_t)d->ndims);
    if (!e) e = fb_buffer_put_u8(b, (uint8_t)(d->assisted | d->read_only << 1));
    if (!e) e = fb_buffer_put_u32(b, d->entry);
    if (!e) e = fb_buffer_put_u32(b, d->lender);
    if (!e) e = fb_buffer_put_u64(b, d->generation);
    for (int i = 0; !e && i < d->ndims; i++) e = fb_buffer_put_u64(b, d->dims[i]);
    if (!e) e = fb_buffer_put(b, d->key.bytes, sizeof d->key.bytes);
    return e;
}

furrow_err fj_on_resolve(furrow_job *job, int from, fb_cursor *body)
{
    uint64_t id;
    char module[FJ_NAME_NBYTES], name[FJ_NAME_NBYTES];
    furrow_err e = fb_cursor_u64(body, &id);
    if (!e) e = fj_name_take(body, module);
    if (!e) e = fj_name_take(body, name);
    if (e) return e;
    fj_entry *entry;
    descriptor d;
    furrow_err code = fj_symbol_find(job, module, name, false, &entry);
    if (!code) code = describe(job, entry, from, &d);
    fb_buffer b;
    fb_buffer_init(&b, 0);
    e = fb_buffer_put_u64(&b, id);
    if (!e) e = fb_buffer_put_u32(&b, (uint32_t)code);
    if (!e && !code) e = descriptor_put(&b, &d);
    if (!e) e = fj_send(job, from, FJ_RESOLVED, b.bytes, b.nbytes);
    fb_buffer_free(&b);
    return e;
}

/* --- asking --------------------------------------------------------------------------------------------------------*/

static furrow_err descriptor_get(fb_cursor *body, descriptor *d)
{
    uint8_t type, ndims, flags;
    const void *key;
    furrow_err e = fb_cursor_u8(body, &type);
    if (!e) e = fb_cursor_u8(body, &ndims);
    if (!e) e = fb_cursor_u8(body, &flags);
    if (e) return e;
    if (!fv_tag_flat(type) || ndims > FURROW_MAX_NDIMS || flags > 3)
        return fb_fail(FURROW_ERR_FORMAT, "a descriptor of type %u with %u dimensions", type, ndims);
    *d = (descriptor){.type = (furrow_type)type, .ndims = ndims, .assisted = flags & 1, .read_only = flags & 2};
    e = fb_cursor_u32(body, &d->entry);
    if (!e) e = fb_cursor_u32(body, &d->lender);
    if (!e) e = fb_cursor_u64(body, &d->generation);
    for (int i = 0; i < FURROW_MAX_NDIMS; i++) {
        uint64_t extent = 1;
        if (!e && i < ndims) e = fb_cursor_u64(body, &extent);
        d->dims[i] = (size_t)extent;
    }
    if (!e) e = fb_cursor_take(body, FNET_KEY_NBYTES, &key);
    if (!e) memcpy(d->key.bytes, key, FNET_KEY_NBYTES);
    return e;
}

static void place_here(furrow_remote *r, void *at)
{
    r->base = at;
    r->into = r->read_only ? NULL : at;
    r->count = r->nelements;
    r->path = FURROW_PATH_DIRECT;
}

/* Fills in a handle. Nothing the owner says is believed further than its own heap reaches. */
static furrow_err remote_fill(furrow_remote *r, const descriptor *d)
{
    size_t count = 1;
    furrow_err e = d->ndims > 0 ? fv_count(d->type, d->ndims, d->dims, &count) : FURROW_OK;
    if (e) return e;
    size_t width = furrow_type_nbytes(d->type), nbytes = count * width;
    r->type = d->type;
    r->ndims = d->ndims;
    memcpy(r->dims, d->dims, sizeof r->dims);
    r->nelements = count;
    r->width = (uint32_t)width;
    r->entry = d->entry;
    r->generation = d->generation;
    r->read_only = d->read_only;
    r->path = FURROW_PATH_ASSISTED;
    if (!d->assisted) {
        if (d->lender < 1 || d->lender > (uint32_t)r->job->nprocs)
            return fb_fail(FURROW_ERR_FORMAT, "a descriptor of memory of pid %u", d->lender);
        e = r->job->net_ops->key_open(r->job->net, (int)d->lender, &d->key, &r->target);
        if (e) return e;
        if (r->target.nbytes < nbytes || r->target.address % (width > 8 ? 8 : width))
            return fb_fail(FURROW_ERR_FORMAT, "a descriptor whose memory does not fit its shape");
        r->target.nbytes = nbytes;
        r->by_net = true;
        if (r->job->net_ops->traits(r->job->net)->one_sided) r->path = FURROW_PATH_ONESIDED;
        if (r->target.direct) {
            place_here(r, r->target.direct);
            r->target.pid = r->pid; /* who is notified, whoever lent the memory */
        }
    }
    remote_link(r);
    return FURROW_OK;
}

static furrow_err fail_resolve(furrow_err code, int pid, const char *module, const char *name)
{
    furrow_err e;
    if (code == FURROW_ERR_NO_SYMBOL)
        e = fb_fail(code, "%s is not defined in %s at pid %d", name, module, pid);
    else if (code == FURROW_ERR_TYPE)
        e = fb_fail(code, "%s at pid %d is not flat: only numbers and dense arrays of them can be reached directly",
                    name, pid);
    else
        e = fb_fail(code, "%s cannot be resolved at pid %d: %s", name, pid, furrow_strerror(code));
    fb_fail_pid(pid);
    fb_fail_symbol(name);
    return e;
}

furrow_err fj_on_resolved(furrow_job *job, int from, fb_cursor *body)
{
    uint64_t id;
    uint32_t code;
    furrow_err e = fb_cursor_u64(body, &id);
    if (!e) e = fb_cursor_u32(body, &code);
    if (e) return e;
    fj_resolving *r = job->directory->resolving;
    while (r && (r->id != id || r->pid != from)) r = r->next;
    if (!r || r->done) return FURROW_OK; /* nobody waits for it any more */
    descriptor d;
    if ((int32_t)code > 0 || (int32_t)code < FURROW_ERR_INTERNAL) code = (uint32_t)FURROW_ERR_FORMAT;
    r->code = (furrow_err)(int32_t)code;
    if (!r->code) r->code = descriptor_get(body, &d);
    if (!r->code) r->code = remote_fill(r->remote, &d);
    r->done = true;
    return FURROW_OK;
}

static bool is_resolved(void *arg)
{
    return ((const fj_resolving *)arg)->done;
}

static furrow_err ask(furrow_job *job, furrow_remote *remote, int64_t deadline_ns)
{
    struct fj_directory *d = job->directory;
    unsigned char body[8 + 2 * FJ_NAME_NBYTES];
    size_t nmodule = strlen(remote->module), nname = strlen(remote->name), n = 8;
    fj_resolving r = {.next = d->resolving, .id = ++d->last_id, .pid = remote->pid, .remote = remote};
    if (fj_inside(job)) return fb_fail(FURROW_ERR_BUSY, "resolving a symbol waits, and this is inside an evaluation");
    memcpy(body, &r.id, 8);
    body[n++] = (unsigned char)nmodule;
    memcpy(body + n, remote->module, nmodule);
    n += nmodule;
    body[n++] = (unsigned char)nname;
    memcpy(body + n, remote->name, nname);
    n += nname;
    furrow_err e = fj_send(job, remote->pid, FJ_RESOLVE, body, n);
    if (e) return e;
    d->resolving = &r;
    e = fj_wait(job, is_resolved, &r, remote->pid, deadline_ns);
    fj_resolving **link = &d->resolving;
    while (*link != &r) link = &(*link)->next;
    *link = r.next;
    if (!e && r.code) e = fail_resolve(r.code, remote->pid, remote->module, remote->name);
    if (e) fb_fail_symbol(remote->name);
    return e;
}

/* Of this pid itself: whatever memory the symbol is in can be reached. */
static furrow_err resolve_here(furrow_job *job, furrow_remote *remote)
{
    fj_entry *entry;
    descriptor d;
    furrow_err e = fj_symbol_find(job, remote->module, remote->name, false, &entry);
    if (!e) e = describe(job, entry, job->pid, &d);
    if (!e) d.read_only = false; /* it is its own */
    if (e) return fail_resolve(e, job->pid, remote->module, remote->name);
    e = remote_fill(remote, &d);
    if (e || remote->base) return e;
    remote->target =
        (fnet_target){.pid = job->pid, .direct = entry->place->at, .nbytes = remote->nelements * remote->width};
    place_here(remote, entry->place->at);
    return FURROW_OK;
}

static furrow_err resolve(furrow_job *job, int pid, const char *module, const char *name, int64_t deadline_ns,
                          furrow_remote **out)
{
    char qualified[FJ_NAME_NBYTES];
    const char *rest;
    furrow_err e = fj_peer_check(job, pid);
    if (!e) e = fj_name_split(name, qualified, &rest);
    if (e) return e;
    const char *where = qualified[0] ? qualified : module && module[0] ? module : "Main";
    if (strlen(where) >= FJ_NAME_NBYTES)
        return fb_fail(FURROW_ERR_ARG, "\"%.60s...\" is not the name of a module", where);
    furrow_remote *remote = NULL;
    e = remote_new(job, pid, where, rest, &remote);
    if (e) return e;
    e = pid == job->pid ? resolve_here(job, remote) : ask(job, remote, deadline_ns);
    if (e) {
        remote_unlink(remote);
        free(remote);
        return e;
    }
    *out = remote;
    return FURROW_OK;
}

furrow_err furrow_resolve(furrow_job *job, int pid, const char *name, int64_t timeout_ms, furrow_remote **remote)
{
    if (!job || !remote) return fb_fail(FURROW_ERR_ARG, "furrow_resolve needs a job and a place for the handle");
    fj_enter(job);
    furrow_err e = resolve(job, pid, NULL, name, fj_deadline(job, timeout_ms), remote);
    fj_exit(job);
    return e;
}

static bool landed(void *arg)
{
    return ((const furrow_remote *)arg)->nflying == 0;
}

static void remote_free(furrow_remote *r)
{
    remote_unlink(r);
    free(r);
}

void furrow_remote_drop(furrow_remote *remote)
{
    if (!remote) return;
    furrow_job *job = remote->job;
    fj_enter(job);
    if (remote->nflying && fj_wait(job, landed, remote, remote->pid, fj_deadline(job, 0)))
        fj_assist_forget(job, remote);
    remote_free(remote);
    fj_exit(job);
}

/* --- the cache by name ---------------------------------------------------------------------------------------------*/

static void uncache(struct fj_directory *d, furrow_remote **link)
{
    furrow_remote *r = *link;
    *link = r->cached;
    d->ncached--;
    if (r->nflying == 0) remote_free(r); /* else somebody waits on it: it stays in its chain until the job ends */
}

static furrow_remote **find_cached(struct fj_directory *d, uint64_t hash, int pid, const char *module, const char *name)
{
    furrow_remote **link = &d->cache[hash % NCHAINS];
    for (; *link; link = &(*link)->cached) {
        const furrow_remote *r = *link;
        if (r->hash == hash && r->pid == pid && strcmp(r->name, name) == 0 && strcmp(r->module, module) == 0) break;
    }
    return link;
}

static void make_room(struct fj_directory *d)
{
    for (size_t i = 0; d->ncached >= CACHE_MOST && i < NCHAINS; i++) {
        furrow_remote **link = &d->cache[d->next_evicted++ % NCHAINS];
        while (*link) uncache(d, link);
    }
}

furrow_remote *fj_remote_known(furrow_job *job, int pid, const char *module, const char *name)
{
    const char *where = module && module[0] ? module : "Main";
    furrow_remote **link = find_cached(job->directory, hash_of(pid, where, name), pid, where, name);
    return *link && (*link)->state == FJ_VALID ? *link : NULL;
}

furrow_err fj_remote_cached(furrow_job *job, int pid, const char *module, const char *name, int64_t deadline_ns,
                            furrow_remote **remote)
{
    struct fj_directory *d = job->directory;
    const char *where = module && module[0] ? module : "Main";
    uint64_t hash = hash_of(pid, where, name);
    /* A redefinition that this pid can have heard of has its recall in our ring already: what we read is not older. */
    fj_glance(job);
    furrow_remote **link = find_cached(d, hash, pid, where, name);
    if (*link && (*link)->state == FJ_VALID) {
        *remote = *link;
        return FURROW_OK;
    }
    if (*link) uncache(d, link);
    furrow_remote *r;
    furrow_err e = resolve(job, pid, where, name, deadline_ns, &r);
    if (e) return e;
    make_room(d);
    r->hash = hash;
    r->cached = d->cache[hash % NCHAINS];
    d->cache[hash % NCHAINS] = r;
    d->ncached++;
    *remote = r;
    return FURROW_OK;
}

/* --- describing ----------------------------------------------------------------------------------------------------*/

furrow_err furrow_remote_describe(const furrow_remote *remote, furrow_remote_info *info)
{
    if (!remote || !info) return fb_fail(FURROW_ERR_ARG, "furrow_remote_describe needs a handle and a place to write");
    static const char by_net[] = "the fabric writes its memory, but only while its owner makes progress";
    static const char *const why[] = {
        [FURROW_PATH_DIRECT] = "its memory is mapped here",
        [FURROW_PATH_ONESIDED] = "the network reaches its memory",
        [FURROW_PATH_ASSISTED] = "it lives in memory that its owner bound with furrow_bind, which nobody else can map",
    };
    *info = (furrow_remote_info){.pid = remote->pid,
                                 .type = remote->type,
                                 .ndims = remote->ndims,
                                 .count = remote->nelements,
                                 .path = remote->path,
                                 .read_only = remote->read_only,
                                 .why = why[remote->path]};
    if (remote->by_net && remote->path == FURROW_PATH_ASSISTED) info->why = by_net;
    memcpy(info->dims, remote->dims, sizeof info->dims);
    return FURROW_OK;
}

furrow_path furrow_remote_path(const furrow_remote *remote)
{
    return remote ? remote->path : FURROW_PATH_ASSISTED;
}
