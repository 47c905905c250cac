/*
 * print.c - print and println in what a pid evaluates for others: the text goes to who asked, and there to the output of
 * the session whose statement is running, with the pid in front. The library itself writes nowhere. The session's own
 * statements print through its verbs (verbs_text.c).
 */
#include "job/session.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_NBYTES ((size_t)64 << 10) /* most of one call */

static furrow_err add_cell(fb_buffer *text, const fv_cell *cell)
{
    furrow_value *value;
    char *printed;
    furrow_err err = fv_cell_to_value(cell, &value);
    if (err) return err;
    err = furrow_value_print(value, &printed);
    furrow_value_drop(value);
    if (err) return err;
    err = fb_buffer_put(text, printed, strlen(printed));
    free(printed);
    return err;
}

static void output(const furrow_job *job, const void *text, size_t nbytes)
{
    const furrow_session *session = job->service->session;
    if (session && session->output) session->output(session->output_user, text, nbytes);
}

static furrow_err print(const fx_call *call, const char *end, fv_cell *out)
{
    furrow_job *job = call->user;
    fb_buffer text;
    fb_buffer_init(&text, TEXT_NBYTES);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; !err && i < call->nargs; i++) err = add_cell(&text, &call->args[i]);
    if (!err) err = fb_buffer_put(&text, end, strlen(end));
    if (!err && text.nbytes && job->service->asker)
        err = fj_send(job, job->service->asker, FJ_PRINT, text.bytes, text.nbytes);
    else if (!err && text.nbytes)
        output(job, text.bytes, text.nbytes);
    fb_buffer_free(&text);
    *out = (fv_cell){.tag = FURROW_NOTHING};
    return err;
}

static furrow_err call_print(const fx_call *call, fv_cell *out)
{
    return print(call, "", out);
}

static furrow_err call_println(const fx_call *call, fv_cell *out)
{
    return print(call, "\n", out);
}

bool fj_print_find(furrow_job *job, const char *name, fx_function *function, void **user)
{
    if (strcmp(name, "print") != 0 && strcmp(name, "println") != 0) return false;
    *function = strcmp(name, "print") == 0 ? call_print : call_println;
    *user = job;
    return true;
}

/* Each line with the pid in front, as Julia shows it; a text without a line's end gets one. */
furrow_err fj_on_print(furrow_job *job, int from, fb_cursor *body)
{
    size_t left = fb_cursor_left(body);
    const char *at = (const char *)body->at;
    if (left > TEXT_NBYTES) return fb_fail(FURROW_ERR_FORMAT, "a text of %zu bytes to print", left);
    fb_buffer text;
    fb_buffer_init(&text, 0);
    furrow_err err = FURROW_OK;
    while (!err && left > 0) {
        const char *end = memchr(at, '\n', left);
        size_t n = end ? (size_t)(end - at) : left;
        err = fb_buffer_printf(&text, "\tFrom worker %d:\t%.*s\n", from, (int)n, at);
        n += end != NULL;
        at += n;
        left -= n;
    }
    if (!err) output(job, text.bytes, text.nbytes);
    fb_buffer_free(&text);
    return FURROW_OK;
}
