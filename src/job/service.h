/*
 * service.h - what the evaluation service offers the rest of the room: job.c opens and closes it, message.c dispatches
 * to its handlers, fj_progress calls poll and gone, and the host table (symbol.c) finds exported functions here.
 */
#ifndef FJ_SERVICE_H
#define FJ_SERVICE_H

#include "job/job.h"

/* join: after messages, heap, symbols and directory. / leave: before any of them; nothing is sent any more. */
FURROW_MUST_CHECK furrow_err fj_service_open(furrow_job *job);
void fj_service_close(furrow_job *job);

/* Handlers of FJ_EVAL, FJ_PROGRAM, FJ_RESULT, FJ_FETCH, FJ_RELEASE and FJ_PRINT. */
furrow_err fj_on_eval(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_program(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_result(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_fetch(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_release(furrow_job *job, int from, fb_cursor *body);
furrow_err fj_on_print(furrow_job *job, int from, fb_cursor *body);

/* Evaluations that FURROW_EVAL=off refused. */
uint64_t fj_service_refused(const furrow_job *job);
/* Nothing that was asked of other pids is still to be answered: a condition for leave. */
bool fj_service_idle(void *job);
/* Once in every round of fj_progress: sends releases and replies that had to wait. Two loads when there are none. */
int fj_service_poll(furrow_job *job);
/* fj_progress saw that pid died or left, and has handled the last message from it: what was asked of it fails now. */
void fj_service_gone(furrow_job *job, int pid);

/* Functions given to furrow_export: what fx_host.function and fx_host.name look up after the host's own. */
bool fj_export_find(furrow_job *job, const char *name, fx_function *function, void **user);
const char *fj_export_name(furrow_job *job, size_t index); /* NULL past the end */

#endif
