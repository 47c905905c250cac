/*
 * share_wire.c - what the messages about shared arrays carry, as bytes: heads, shapes, hosts, memory. Used by share.c and
 * share_member.c. Reading trusts nothing.
 */
#include "job/share.h"
#include <stdlib.h>
#include <string.h>

furrow_err fj_share_head_put(fb_buffer *b, fj_share_word word, int root, uint64_t id)
{
    furrow_err e = fb_buffer_put_u8(b, (uint8_t)word);
    if (!e) e = fb_buffer_put_u32(b, (uint32_t)root);
    return e ? e : fb_buffer_put_u64(b, id);
}

static furrow_err take_pid(furrow_job *job, fb_cursor *c, uint32_t *pid)
{
    furrow_err e = fb_cursor_u32(c, pid);
    if (e) return e;
    if (*pid >= 1 && *pid <= (uint32_t)job->nprocs) return FURROW_OK;
    return fb_fail(FURROW_ERR_FORMAT, "a message names pid %u", *pid);
}

furrow_err fj_share_head_get(furrow_job *job, fb_cursor *c, fj_share_head *head)
{
    furrow_err e = fb_cursor_u8(c, &head->word);
    if (!e) e = take_pid(job, c, &head->root);
    return e ? e : fb_cursor_u64(c, &head->id);
}

static furrow_err put_text(fb_buffer *b, const char *text)
{
    size_t n = strlen(text);
    furrow_err e = fb_buffer_put_u8(b, (uint8_t)n);
    return e ? e : fb_buffer_put(b, text, n);
}

furrow_err fj_shape_put(fb_buffer *b, const fj_shape *shape)
{
    furrow_err e = put_text(b, shape->module);
    if (!e) e = put_text(b, shape->name);
    if (!e) e = fb_buffer_put_u8(b, (uint8_t)shape->type);
    if (!e) e = fb_buffer_put_u8(b, (uint8_t)shape->ndims);
    for (int i = 0; !e && i < shape->ndims; i++) e = fb_buffer_put_u64(b, shape->dims[i]);
    if (!e) e = fb_buffer_put_u8(b, (uint8_t)shape->placement);
    if (!e) e = fb_buffer_put_u32(b, (uint32_t)shape->node);
    return e ? e : fb_buffer_put_u8(b, shape->small_pages);
}

static furrow_err get_dims(fb_cursor *c, fj_shape *shape)
{
    size_t count = 1;
    furrow_err e = FURROW_OK;
    for (int i = 0; i < FURROW_MAX_NDIMS; i++) {
        uint64_t extent = 1;
        if (!e && i < shape->ndims) e = fb_cursor_u64(c, &extent);
        shape->dims[i] = (size_t)extent;
    }
    if (!e && shape->ndims) e = fv_count(shape->type, shape->ndims, shape->dims, &count);
    shape->nbytes = count * furrow_type_nbytes(shape->type);
    return e;
}

furrow_err fj_shape_get(fb_cursor *c, fj_shape *shape)
{
    uint8_t type = 0, ndims = 0, placement = 0, small = 0;
    uint32_t node = 0;
    *shape = (fj_shape){.type = FURROW_NOTHING};
    furrow_err e = fj_name_take(c, shape->module);
    if (!e) e = fj_name_take(c, shape->name);
    if (!e) e = fb_cursor_u8(c, &type);
    if (!e) e = fb_cursor_u8(c, &ndims);
    if (!e && (!fv_tag_flat(type) || ndims > FURROW_MAX_NDIMS))
        e = fb_fail(FURROW_ERR_FORMAT, "a shared array of type %u with %u dimensions", type, ndims);
    if (e) return e;
    shape->type = (furrow_type)type;
    shape->ndims = ndims;
    e = get_dims(c, shape);
    if (!e) e = fb_cursor_u8(c, &placement);
    if (!e) e = fb_cursor_u32(c, &node);
    if (!e) e = fb_cursor_u8(c, &small);
    if (!e && (placement > FURROW_PLACE_OWNER || node > INT32_MAX))
        e = fb_fail(FURROW_ERR_FORMAT, "a shared array placed in way %u, on node %u", placement, node);
    shape->placement = (furrow_placement)placement;
    shape->node = (int)node;
    shape->small_pages = small;
    return e;
}

/* --- hosts ---------------------------------------------------------------------------------------------------------*/

furrow_err fj_hosts_put(fb_buffer *b, const fj_host_part *hosts, size_t n)
{
    furrow_err e = fb_buffer_put_u32(b, (uint32_t)n);
    for (size_t i = 0; !e && i < n; i++) {
        e = fb_buffer_put_u32(b, (uint32_t)hosts[i].npids);
        for (size_t k = 0; !e && k < hosts[i].npids; k++) e = fb_buffer_put_u32(b, (uint32_t)hosts[i].pids[k]);
    }
    return e;
}

/* Room for n hosts with npids pids in all, in one piece. */
static furrow_err hosts_new(size_t n, size_t npids, fj_host_part **hosts, int **pids)
{
    *hosts = malloc(n * sizeof **hosts + npids * sizeof **pids);
    if (!*hosts) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu hosts", n);
    *pids = (int *)(void *)(*hosts + n);
    return FURROW_OK;
}

static furrow_err get_host(furrow_job *job, fb_cursor *c, fj_host_part *host, int *pids, bool *seen)
{
    uint32_t n, pid;
    furrow_err e = fb_cursor_u32(c, &n);
    if (!e && (n == 0 || n > (uint32_t)job->nprocs)) e = fb_fail(FURROW_ERR_FORMAT, "a host of %u pids", n);
    *host = (fj_host_part){.pids = pids};
    for (uint32_t k = 0; !e && k < n; k++) {
        e = take_pid(job, c, &pid);
        if (e) return e;
        if (seen[pid - 1]) return fb_fail(FURROW_ERR_FORMAT, "pid %u is named twice", pid);
        seen[pid - 1] = true;
        pids[host->npids++] = (int)pid;
    }
    return e;
}

furrow_err fj_hosts_get(furrow_job *job, fb_cursor *c, fj_host_part **out, size_t *out_n)
{
    uint32_t n;
    int *pids = NULL;
    fj_host_part *hosts = NULL;
    furrow_err e = fb_cursor_u32(c, &n);
    if (e) return e;
    if (n == 0 || n > (uint32_t)job->nprocs) return fb_fail(FURROW_ERR_FORMAT, "%u hosts", n);
    bool *seen = calloc((size_t)job->nprocs, sizeof *seen);
    if (!seen) return fb_fail(FURROW_ERR_NOMEM, "no memory for %u hosts", n);
    e = hosts_new(n, (size_t)job->nprocs, &hosts, &pids);
    if (e) goto drop_seen;
    for (uint32_t i = 0; !e && i < n; i++) {
        e = get_host(job, c, &hosts[i], pids, seen);
        pids += hosts[i].npids;
    }
    if (e) {
        free(hosts);
    } else {
        *out = hosts;
        *out_n = n;
    }
drop_seen:
    free(seen);
    return e;
}

furrow_err fj_hosts_copy(const fj_host_part *hosts, size_t n, fj_host_part **out)
{
    size_t npids = 0;
    fj_host_part *copy = NULL;
    int *pids = NULL;
    for (size_t i = 0; i < n; i++) npids += hosts[i].npids;
    furrow_err e = hosts_new(n, npids, &copy, &pids);
    if (e) return e;
    for (size_t i = 0; i < n; i++) {
        copy[i] = (fj_host_part){.pids = pids, .npids = hosts[i].npids};
        memcpy(pids, hosts[i].pids, hosts[i].npids * sizeof *pids);
        pids += hosts[i].npids;
    }
    *out = copy;
    return FURROW_OK;
}

furrow_err fj_offer_put(fb_buffer *b, const fnet_key *key, uint64_t lease)
{
    furrow_err e = fb_buffer_put(b, key->bytes, sizeof key->bytes);
    return e ? e : fb_buffer_put_u64(b, lease);
}

furrow_err fj_offer_get(fb_cursor *c, fnet_key *key, uint64_t *lease)
{
    const void *bytes;
    furrow_err e = fb_cursor_take(c, sizeof key->bytes, &bytes);
    if (e) return e;
    memcpy(key->bytes, bytes, sizeof key->bytes);
    return fb_cursor_u64(c, lease);
}
