/*
 * verbs_time.c - what @elapsed, @time and @timeit become: the moment before, the statements, then the time they took.
 */
#include "job/session.h"
#include <stdio.h>

furrow_err fj_verb_do_now(const fx_call *call, fv_cell *out)
{
    (void)call;
    *out = (fv_cell){.tag = FURROW_INT64, .i = fb_now_ns()};
    return FURROW_OK;
}

/* (n, moment before, statements' value): mean seconds of one. */
furrow_err fj_verb_do_timeit(const fx_call *call, fv_cell *out)
{
    fv_cell n;
    furrow_err err = fv_convert(&call->args[0], FURROW_FLOAT64, &n);
    if (err) return err;
    double seconds = (double)(fb_now_ns() - call->args[1].i) * 1e-9;
    *out = (fv_cell){.tag = FURROW_FLOAT64, .d = n.d > 0 ? seconds / n.d : 0};
    return FURROW_OK;
}

/* (moment before, value): prints the time, gives the value. */
furrow_err fj_verb_do_time(const fx_call *call, fv_cell *out)
{
    const furrow_session *session = fj_session_of(call);
    char text[64];
    int n = snprintf(text, sizeof text, "%11.6f seconds\n", (double)(fb_now_ns() - call->args[0].i) * 1e-9);
    if (session->output) session->output(session->output_user, text, (size_t)n);
    fv_cell_hold(&call->args[1]);
    *out = call->args[1];
    return FURROW_OK;
}
