/*
 * verbs_text.c - print, println and display at the prompt: text to the session's output, never to stdout itself.
 */
#include "job/session.h"
#include <stdlib.h>
#include <string.h>

static void write_text(const furrow_session *session, const char *text)
{
    if (session->output) session->output(session->output_user, text, strlen(text));
}

static furrow_err write_cell(const furrow_session *session, const fv_cell *cell, bool display)
{
    furrow_value *value;
    char *text;
    furrow_err err = fv_cell_to_value(cell, &value);
    if (err) return err;
    err = display ? furrow_value_display(value, 0, 0, &text) : furrow_value_print(value, &text);
    furrow_value_drop(value);
    if (err) return err;
    write_text(session, text);
    free(text);
    return FURROW_OK;
}

static furrow_err print(const fx_call *call, bool display, const char *end, fv_cell *out)
{
    const furrow_session *session = fj_session_of(call);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; !err && i < call->nargs; i++) err = write_cell(session, &call->args[i], display);
    if (!err) write_text(session, end);
    *out = (fv_cell){.tag = FURROW_NOTHING};
    return err;
}

furrow_err fj_verb_do_print(const fx_call *call, fv_cell *out)
{
    return print(call, false, "", out);
}

furrow_err fj_verb_do_println(const fx_call *call, fv_cell *out)
{
    return print(call, false, "\n", out);
}

furrow_err fj_verb_do_display(const fx_call *call, fv_cell *out)
{
    return print(call, true, "\n", out);
}
