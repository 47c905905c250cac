/*
 * share_member.c - a member's part in a broadcast: it touches its chunk of the memory, and binds the symbol to it. Called
 * by share_host.c for the representative itself, and by share.c for what representatives ask.
 */
#include "job/share.h"
#include "topo/bind.h"
#include <stdlib.h>
#include <string.h>

#define PAGE ((size_t)4096)

/* --- pages ---------------------------------------------------------------------------------------------------------*/

void fj_share_chunk(const fj_shape *shape, size_t index, size_t n, size_t *first, size_t *past)
{
    size_t npages = (shape->nbytes + PAGE - 1) / PAGE, each = npages / n, more = npages % n;
    size_t from = each * index + (index < more ? index : more);
    *first = from * PAGE;
    *past = (from + each + (index < more)) * PAGE;
    if (*past > shape->nbytes) *past = shape->nbytes;
}

/* The memory is zero; writing a zero gives the page to the node that this pid runs on. */
void fj_share_touch(char *at, size_t first, size_t past)
{
    for (size_t i = first; i < past; i += PAGE) *(volatile char *)(at + i) = 0;
}

void fj_share_pages(const fj_shape *shape, void *at)
{
    ftopo_huge_pages(at, shape->nbytes, !shape->small_pages);
}

/* --- binding -------------------------------------------------------------------------------------------------------*/

furrow_err fj_share_bind(furrow_job *job, const fj_shape *shape, fj_place *place)
{
    fj_entry *entry;
    fv_array *array = NULL;
    furrow_err e = fj_symbol_find(job, shape->module, shape->name, true, &entry);
    if (!e && entry->fixed) {
        e = fb_fail(FURROW_ERR_PINNED, "%s.%s was made by C code at pid %d: it cannot become a shared array",
                    shape->module, shape->name, job->pid);
        fb_fail_symbol(shape->name);
        fb_fail_pid(job->pid);
    }
    if (!e && shape->ndims) e = fv_array_over(shape->type, shape->ndims, shape->dims, place->at, &place->store, &array);
    if (e) {
        fj_place_drop(place);
        return e;
    }
    fj_entry_clear(job, entry);
    place->array = array;
    entry->slot.value = array ? &array->head : NULL;
    entry->slot.mem = array ? NULL : place->at;
    entry->slot.tag = array ? FURROW_ARRAY : (uint32_t)shape->type;
    entry->generation++;
    fj_entry_place(entry, place);
    return FURROW_OK;
}

/* --- what representatives ask --------------------------------------------------------------------------------------*/

/* The answer carries the error that was just reported, when there is one. */
static furrow_err answer(furrow_job *job, int to, const fj_share_head *head, fj_share_word word, furrow_err err)
{
    fb_buffer b;
    furrow_error_info info;
    fb_fail_save(&info);
    fb_buffer_init(&b, 0);
    furrow_err e = fj_share_head_put(&b, word, (int)head->root, head->id);
    if (!e) e = fb_buffer_put_u8(&b, err != FURROW_OK);
    if (!e && err) e = fj_record_put(&b, &info);
    if (!e) e = fj_send(job, to, FJ_SHARED, b.bytes, b.nbytes);
    fb_buffer_free(&b);
    return e;
}

static furrow_err touch(furrow_job *job, int from, fb_cursor *body)
{
    fj_shape shape;
    fnet_key key;
    fnet_target target = {0};
    uint64_t lease, first = 0, past = 0;
    furrow_err e = fj_shape_get(body, &shape);
    if (!e) e = fj_offer_get(body, &key, &lease);
    if (!e) e = fb_cursor_u64(body, &first);
    if (!e) e = fb_cursor_u64(body, &past);
    if (!e) e = job->net_ops->key_open(job->net, from, &key, &target);
    if (e) return e;
    if (!target.direct || past > target.nbytes || first > past)
        return fb_fail(FURROW_ERR_FORMAT, "pid %d offers memory that cannot be shared", from);
    fj_share_pages(&shape, target.direct);
    fj_share_touch(target.direct, first, past);
    return FURROW_OK;
}

furrow_err fj_share_on_touch(furrow_job *job, int from, const fj_share_head *head, fb_cursor *body)
{
    return answer(job, from, head, FJ_SHARED_TOUCHED, touch(job, from, body));
}

static furrow_err map(furrow_job *job, int from, fb_cursor *body)
{
    fj_shape shape;
    fj_place offer = {.lender = from}, *place;
    furrow_err e = fj_shape_get(body, &shape);
    if (!e) e = fj_offer_get(body, &offer.key, &offer.lease);
    offer.nbytes = shape.nbytes;
    if (!e) e = fj_lease_take(job, &offer, &place);
    if (e) return e;
    fj_share_pages(&shape, place->at);
    return fj_share_bind(job, &shape, place);
}

furrow_err fj_share_on_map(furrow_job *job, int from, const fj_share_head *head, fb_cursor *body)
{
    return answer(job, from, head, FJ_SHARED_MAPPED, map(job, from, body));
}
