/*
 * export.c - C functions that expressions call by name, and furrow_lookup. The host table (symbol.c) finds exported
 * functions here. Records never move: bound programs keep pointers to them until the job is left.
 */
#include "job/session.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct fj_export {
    struct fj_export *next;
    furrow_job *job;
    furrow_function function;
    void *user;
    char name[];
} fj_export;

struct fj_exports {
    fj_export *first;
};

furrow_err fj_exports_open(furrow_job *job)
{
    job->service->exports = calloc(1, sizeof(struct fj_exports));
    return job->service->exports ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for exported functions");
}

void fj_exports_close(furrow_job *job)
{
    struct fj_exports *x = job->service->exports;
    while (x && x->first) {
        fj_export *next = x->first->next;
        free(x->first);
        x->first = next;
    }
    free(x);
    job->service->exports = NULL;
}

static fj_export *find(const furrow_job *job, const char *name)
{
    const struct fj_exports *x = job->service ? job->service->exports : NULL;
    fj_export *e = x ? x->first : NULL;
    while (e && strcmp(e->name, name) != 0) e = e->next;
    return e;
}

static furrow_err call_c(const fj_export *e, const fx_call *call, furrow_value **args, fv_cell *out)
{
    furrow_value *result = NULL;
    furrow_error_info before, after;
    fb_fail_save(&before);
    furrow_err err = e->function(e->user, (const furrow_value *const *)args, call->nargs, &result);
    if (err) {
        fb_fail_save(&after);
        bool silent = after.code != err || memcmp(&before, &after, sizeof before) == 0;
        if (silent) fb_fail(err, "the C function %s failed: %s", e->name, furrow_strerror(err));
        return err;
    }
    if (!result) {
        *out = (fv_cell){.tag = FURROW_NOTHING};
        return FURROW_OK;
    }
    fv_cell_from_value(result, out);
    furrow_value_drop(result);
    return FURROW_OK;
}

/* An fx_function: boxes the arguments, calls, unboxes the result. */
static furrow_err call_export(const fx_call *call, fv_cell *out)
{
    const fj_export *e = call->user;
    furrow_value *few[8], **args = few;
    size_t made = 0;
    furrow_err err = FURROW_OK;
    if (call->nkw) return fb_fail(FURROW_ERR_ARG, "the C function %s takes no keyword arguments", e->name);
    if (call->nargs > sizeof few / sizeof *few) args = malloc(call->nargs * sizeof *args);
    if (!args) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu arguments", call->nargs);
    while (!err && made < call->nargs) {
        err = fv_cell_to_value(&call->args[made], &args[made]);
        if (!err) made++;
    }
    e->job->evaluating++; /* also when the session's machine runs it: what waits is refused in it */
    if (!err) err = call_c(e, call, args, out);
    e->job->evaluating--;
    while (made > 0) furrow_value_drop(args[--made]);
    if (args != few) free(args);
    return err;
}

bool fj_export_find(furrow_job *job, const char *name, fx_function *function, void **user)
{
    /* What is evaluated for others, or bound for them meanwhile, knows no verbs: they wait. */
    furrow_session *session = job->service && !job->evaluating ? job->service->session : NULL;
    if (session && fj_session_find(session, name, function, user)) return true;
    fj_export *e = find(job, name);
    if (!e) return fj_print_find(job, name, function, user);
    *function = call_export;
    *user = e;
    return true;
}

const char *fj_export_name(furrow_job *job, size_t index)
{
    const struct fj_exports *x = job->service ? job->service->exports : NULL;
    const fj_export *e = x ? x->first : NULL;
    while (e && index-- > 0) e = e->next;
    return e ? e->name : NULL;
}

static bool is_name(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_') return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_' && *name != '!') return false;
    return true;
}

static furrow_err add(furrow_job *job, const char *name, furrow_function function, void *user)
{
    fj_export *e = find(job, name);
    if (!e) {
        e = malloc(sizeof *e + strlen(name) + 1);
        if (!e) return fb_fail(FURROW_ERR_NOMEM, "no memory to export %s", name);
        strcpy(e->name, name);
        e->job = job;
        e->next = job->service->exports->first;
        job->service->exports->first = e;
        fj_programs_flush(job); /* what is bound already took the name for undefined */
    }
    e->function = function;
    e->user = user;
    return FURROW_OK;
}

FURROW_API furrow_err furrow_export(furrow_job *job, const char *name, furrow_function function, void *user)
{
    if (!job || !name || !function) return fb_fail(FURROW_ERR_ARG, "job, name and function must not be NULL");
    if (!is_name(name)) return fb_fail(FURROW_ERR_ARG, "\"%s\" is no name of a function", name);
    fj_enter(job);
    furrow_err err = fj_may_wait(job, "furrow_export"); /* programs that run must not be forgotten */
    if (!err) err = add(job, name, function, user);
    fj_exit(job);
    return err;
}

FURROW_API furrow_err furrow_lookup(furrow_job *job, const char *name, furrow_value **value)
{
    if (!job || !name || !value) return fb_fail(FURROW_ERR_ARG, "job, name and value must not be NULL");
    fj_entry *entry = NULL;
    fv_cell bound, copy;
    fj_enter(job);
    furrow_err err = fj_symbol_find(job, FJ_MAIN, name, false, &entry);
    if (!err && !entry) err = fb_fail(FURROW_ERR_NO_SYMBOL, "%s is not defined at pid %d", name, job->pid);
    if (!err) err = fj_symbol_value(job, entry, &bound);
    if (!err) {
        err = fj_detach(&bound, &copy);
        fv_cell_drop(&bound);
    }
    if (!err) {
        err = fv_cell_to_value(&copy, value);
        fv_cell_drop(&copy);
    }
    fj_exit(job);
    return err;
}
