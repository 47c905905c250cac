/*
 * fetch.c - what a reference refers to: brought here, only waited for, or rendered where it lives and brought here as
 * text. Used by the session's verbs and by message.c; holds the public calls furrow_fetch and furrow_display.
 */
#include "job/eval.h"
#include <stdlib.h>
#include <string.h>

/* --- at the pid that keeps it */

static furrow_err text_of(const fv_cell *value, int width, int height, fv_cell *text)
{
    furrow_value *whole, *string;
    char *shown;
    furrow_err err = fv_cell_to_value(value, &whole);
    if (err) return err;
    err = furrow_value_display(whole, width, height, &shown);
    furrow_value_drop(whole);
    if (err) return err;
    err = furrow_value_string(shown, SIZE_MAX, &string);
    free(shown);
    if (!err) *text = (fv_cell){.tag = FURROW_STRING, .p = string};
    return err;
}

static void reply_text(furrow_job *job, int pid, uint64_t request, const fv_cell *value, const fj_wanted *wanted)
{
    fv_cell text;
    if (text_of(value, wanted->width, wanted->height, &text)) {
        fj_reply_error(job, pid, request);
        return;
    }
    fj_reply_value(job, pid, request, &text);
    fv_cell_drop(&text);
}

static furrow_err take_wanted(fb_cursor *body, fj_wanted *wanted)
{
    uint8_t what = 0;
    uint32_t width = 0, height = 0;
    furrow_err err = fb_cursor_u8(body, &what);
    if (!err) err = fb_cursor_u32(body, &width);
    if (!err) err = fb_cursor_u32(body, &height);
    if (err) return err;
    if (what > FJ_WANT_TEXT || width > INT32_MAX || height > INT32_MAX)
        return fb_fail(FURROW_ERR_FORMAT, "a fetch asks for what there is not");
    *wanted = (fj_wanted){what, (int)width, (int)height};
    return FURROW_OK;
}

furrow_err fj_on_fetch(furrow_job *job, int from, fb_cursor *body)
{
    uint64_t request, id;
    uint32_t whence;
    fj_wanted wanted = {0};
    furrow_err err = fb_cursor_u64(body, &request);
    if (!err) err = fb_cursor_u32(body, &whence);
    if (!err) err = fb_cursor_u64(body, &id);
    if (!err) err = take_wanted(body, &wanted);
    if (err) return err;
    fv_cell value;
    if (fj_reference_kept(job, (int)whence, id, &value))
        fj_reply_error(job, from, request);
    else if (wanted.what == FJ_WANT_VALUE)
        fj_reply_value(job, from, request, &value);
    else if (wanted.what == FJ_WANT_TEXT)
        reply_text(job, from, request, &value, &wanted);
    else
        fj_reply_done(job, from, request);
    return FURROW_OK;
}

/* --- at the pid that asks */

struct fetched {
    bool done;
    furrow_err code;
    furrow_error_info info;
    fv_cell value;
};

static void fetched(furrow_job *job, void *arg, size_t entry, fj_outcome *outcome)
{
    (void)job, (void)entry;
    struct fetched *f = arg;
    f->done = true;
    f->code = outcome->code;
    f->value = outcome->value;
    if (outcome->code) f->info = *outcome->info;
}

static bool is_fetched(void *arg)
{
    return ((const struct fetched *)arg)->done;
}

static furrow_err send_fetch(furrow_job *job, const fv_ref *ref, uint64_t request, const fj_wanted *wanted,
                             int64_t deadline_ns)
{
    fb_buffer body;
    fb_buffer_init(&body, 0);
    furrow_err err = fb_buffer_put_u64(&body, request);
    if (!err) err = fb_buffer_put_u32(&body, (uint32_t)ref->whence);
    if (!err) err = fb_buffer_put_u64(&body, ref->id);
    if (!err) err = fb_buffer_put_u8(&body, wanted->what);
    if (!err) err = fb_buffer_put_u32(&body, (uint32_t)wanted->width);
    if (!err) err = fb_buffer_put_u32(&body, (uint32_t)wanted->height);
    if (!err) err = fj_send_waiting(job, ref->where, FJ_FETCH, &body, deadline_ns);
    fb_buffer_free(&body);
    return err;
}

static furrow_err fetch_there(furrow_job *job, const fv_ref *ref, const fj_wanted *wanted, int64_t deadline_ns,
                              fv_cell *value)
{
    struct fetched f = {.done = false};
    uint64_t request;
    furrow_err err = fj_request_open(job, ref->where, NULL, (fj_answer){fetched, &f, 0}, &request);
    if (err) return err;
    err = send_fetch(job, ref, request, wanted, deadline_ns);
    if (!err) err = fj_wait(job, is_fetched, &f, ref->where, deadline_ns);
    if (!f.done) {
        fj_request_cancel(job, request);
        return err ? err : fb_fail(FURROW_ERR_INTERNAL, "a wait ended without its cause");
    }
    if (f.code) return fb_fail_restore(&f.info);
    *value = f.value;
    return FURROW_OK;
}

static furrow_err fetch_here(furrow_job *job, const fv_ref *ref, const fj_wanted *wanted, fv_cell *out)
{
    fv_cell kept;
    furrow_err err = fj_reference_kept(job, ref->whence, ref->id, &kept);
    if (err) return err;
    if (wanted->what == FJ_WANT_TEXT) return text_of(&kept, wanted->width, wanted->height, out);
    return fj_detach(&kept, out);
}

furrow_err fj_reference_fetch(furrow_job *job, const furrow_value *value, const fj_wanted *wanted, int64_t deadline_ns,
                              fv_cell *out)
{
    if (furrow_value_type(value) != FURROW_REF)
        return fb_fail(FURROW_ERR_TYPE, "a reference (Future) was expected, not a %s",
                       furrow_type_name(furrow_value_type(value)));
    const fv_ref *ref = (const fv_ref *)value;
    furrow_err err = fj_peer_check(job, ref->where);
    if (err) return err;
    return ref->where == job->pid ? fetch_here(job, ref, wanted, out) : fetch_there(job, ref, wanted, deadline_ns, out);
}

furrow_err fj_display(furrow_job *job, const furrow_value *value, const fj_wanted *wanted, int64_t deadline_ns,
                      char **text)
{
    fv_cell shown;
    if (furrow_value_type(value) != FURROW_REF) return furrow_value_display(value, wanted->width, wanted->height, text);
    furrow_err err = fj_reference_fetch(job, value, wanted, deadline_ns, &shown);
    if (err) return err;
    char *copy = shown.tag == FURROW_STRING ? strdup(((const fv_text *)shown.p)->bytes) : NULL;
    if (copy)
        *text = copy;
    else if (shown.tag == FURROW_STRING)
        err = fb_fail(FURROW_ERR_NOMEM, "no memory for a text");
    else
        err = fb_fail(FURROW_ERR_FORMAT, "an answer is no text");
    fv_cell_drop(&shown);
    return err;
}

/* --- public */

FURROW_API furrow_err furrow_fetch(furrow_job *job, const furrow_value *reference, int64_t timeout_ms,
                                   furrow_value **value)
{
    if (!job || !reference || !value) return fb_fail(FURROW_ERR_ARG, "job, reference and value must not be NULL");
    fv_cell cell;
    fj_enter(job);
    furrow_err err = fj_may_wait(job, "furrow_fetch");
    if (!err)
        err = fj_reference_fetch(job, reference, &(fj_wanted){.what = FJ_WANT_VALUE}, fj_deadline(job, timeout_ms),
                                 &cell);
    if (!err) {
        err = fv_cell_to_value(&cell, value);
        fv_cell_drop(&cell);
    }
    fj_exit(job);
    return err;
}

FURROW_API furrow_err furrow_display(furrow_job *job, const furrow_value *value, int width, int height,
                                     int64_t timeout_ms, char **text)
{
    if (!job || !value || !text) return fb_fail(FURROW_ERR_ARG, "job, value and text must not be NULL");
    if (width < 0 || height < 0) return fb_fail(FURROW_ERR_ARG, "width and height must not be negative");
    fj_enter(job);
    furrow_err err = fj_may_wait(job, "furrow_display");
    if (!err)
        err = fj_display(job, value, &(fj_wanted){FJ_WANT_TEXT, width, height}, fj_deadline(job, timeout_ms), text);
    fj_exit(job);
    return err;
}
