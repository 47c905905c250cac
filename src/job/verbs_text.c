/*
 * verbs_text.c - print, println and display at the prompt: text to the session's output, never to stdout itself. What
 * lives at another pid is rendered there.
 */
#include "job/session.h"
#include <stdlib.h>
#include <string.h>

static void write_text(const furrow_session *session, const char *text)
{
    if (session->output) session->output(session->output_user, text, strlen(text));
}

static furrow_err print(const fx_call *call, const char *end, fv_cell *out)
{
    const furrow_session *session = fj_session_of(call);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; !err && i < call->nargs; i++) {
        furrow_value *value;
        char *text;
        err = fv_cell_to_value(&call->args[i], &value);
        if (err) break;
        err = furrow_value_print(value, &text);
        furrow_value_drop(value);
        if (err) break;
        write_text(session, text);
        free(text);
    }
    if (!err) write_text(session, end);
    *out = (fv_cell){.tag = FURROW_NOTHING};
    return err;
}

furrow_err fj_verb_do_print(const fx_call *call, fv_cell *out)
{
    return print(call, "", out);
}

furrow_err fj_verb_do_println(const fx_call *call, fv_cell *out)
{
    return print(call, "\n", out);
}

static furrow_err display(const fx_call *call, const furrow_value *value)
{
    const furrow_session *session = fj_session_of(call);
    const fj_wanted wanted = {FJ_WANT_TEXT, session->width, session->height};
    fj_operation op = {.npids = 0};
    char *text;
    furrow_err err = fj_verb_options(call, &op);
    if (!err) err = fj_display(session->job, value, &wanted, op.deadline_ns, &text);
    if (err) return err;
    write_text(session, text);
    write_text(session, "\n");
    free(text);
    return FURROW_OK;
}

/* display(pid, ex): the value stays there, and its text comes. */
static furrow_err display_there(const fx_call *call)
{
    furrow_results *results;
    int pid;
    furrow_err err = fj_verb_pid(&call->args[0], &pid);
    if (!err) err = fj_verb_refs(call, &call->args[0], &call->args[1], &results);
    if (err) return err;
    err = display(call, furrow_results_get(results, pid));
    furrow_results_free(results);
    return err;
}

/* display(value): of a reference, what it refers to. */
furrow_err fj_verb_do_display(const fx_call *call, fv_cell *out)
{
    furrow_value *value;
    *out = (fv_cell){.tag = FURROW_NOTHING};
    if (call->nargs == 2) return display_there(call);
    furrow_err err = fv_cell_to_value(&call->args[0], &value);
    if (err) return err;
    err = display(call, value);
    furrow_value_drop(value);
    return err;
}
