/*
 * session.c - statements of a person or a script, evaluated at this pid with the cluster's verbs at hand: what the
 * shell is made of. Parses, rewrites macros, compiles, runs. Prints nothing itself: print goes to the output given.
 */
#include "expr/tree.h"
#include "job/session.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- verbs as functions of the surroundings */

static furrow_err check_keywords(const fx_call *call, const fj_verb *verb)
{
    for (size_t i = 0; i < call->nkw; i++) {
        char quoted[64];
        const char *name = ((const fv_text *)call->kwargs[2 * i].p)->bytes;
        snprintf(quoted, sizeof quoted, " %s ", name);
        if (!verb->keywords || !strstr(verb->keywords, quoted))
            return fb_fail(FURROW_ERR_ARG, "%s takes no keyword %s", verb->name, name);
    }
    return FURROW_OK;
}

/* The fx_function of every verb: what holds for all of them is checked here. */
static furrow_err call_verb(const fx_call *call, fv_cell *out)
{
    const fj_bound_verb *bound = call->user;
    const fj_verb *verb = bound->verb;
    if (call->nargs < (size_t)verb->min_args)
        return fb_fail(FURROW_ERR_ARG, "%s takes at least %d arguments, not %zu", verb->name, verb->min_args,
                       call->nargs);
    if (verb->max_args >= 0 && call->nargs > (size_t)verb->max_args)
        return fb_fail(FURROW_ERR_ARG, "%s takes at most %d arguments, not %zu", verb->name, verb->max_args,
                       call->nargs);
    furrow_err err = check_keywords(call, verb);
    if (!err) err = fj_may_wait(bound->session->job, verb->name);
    return err ? err : verb->function(call, out);
}

bool fj_session_find(furrow_session *session, const char *name, fx_function *function, void **user)
{
    for (fj_bound_verb *bound = session->verbs; bound->verb; bound++) {
        if (strcmp(bound->verb->name, name) != 0) continue;
        *function = call_verb;
        *user = bound;
        return true;
    }
    return false;
}

/* --- opening */

static furrow_err bind_verbs(furrow_session *session)
{
    size_t n = 0;
    while (fj_verb_at(n)) n++;
    session->verbs = calloc(n + 1, sizeof *session->verbs);
    if (!session->verbs) return fb_fail(FURROW_ERR_NOMEM, "no memory for a session");
    for (size_t i = 0; i < n; i++) session->verbs[i] = (fj_bound_verb){session, fj_verb_at(i)};
    return FURROW_OK;
}

FURROW_API furrow_err furrow_session_open(furrow_job *job, furrow_session **out)
{
    if (!job || !out) return fb_fail(FURROW_ERR_ARG, "job and session must not be NULL");
    furrow_session *session = calloc(1, sizeof *session);
    if (!session) return fb_fail(FURROW_ERR_NOMEM, "no memory for a session");
    session->job = job;
    furrow_err err = bind_verbs(session);
    if (!err) err = fx_vm_open(fj_host(job), &session->vm);
    if (err) {
        furrow_session_close(session);
        return err;
    }
    fx_vm_limits(session->vm, &job->service->limits);
    job->interruptible = true;
    *out = session;
    return FURROW_OK;
}

FURROW_API void furrow_session_close(furrow_session *session)
{
    if (!session) return;
    fj_interrupt_end(session->job);
    if (session->vm) fx_vm_close(session->vm);
    free(session->verbs);
    free(session);
}

FURROW_API void furrow_session_output(furrow_session *session, furrow_output output, void *user)
{
    if (!session) return;
    session->output = output;
    session->output_user = user;
}

FURROW_API void furrow_session_progress(furrow_session *session, furrow_session_progress_call progress, void *user)
{
    if (!session) return;
    session->progress = progress;
    session->progress_user = user;
}

FURROW_API void furrow_session_screen(furrow_session *session, int width, int height)
{
    if (!session) return;
    session->width = width > 0 ? width : 0;
    session->height = height > 0 ? height : 0;
}

/* --- statements */

static furrow_err compile(furrow_job *job, fx_tree *tree, furrow_program **program)
{
    fx_tree *expanded;
    furrow_err err = fj_macros_expand(job, tree, &expanded);
    if (err) return err;
    if (!expanded->source && tree->source) {
        /* expanding keeps the places of what was typed */
        expanded->source = tree->source;
        fv_hold(tree->source);
    }
    err = fx_compile_tree(expanded, program);
    fx_tree_drop(expanded);
    return err;
}

/* Statements are parsed as if each began on line 1, so that their trees carry their text; errors tell the real line. */
static furrow_err add_lines(furrow_err err, int lines)
{
    furrow_error_info info;
    if (!err || lines == 0) return err;
    fb_fail_save(&info);
    if (info.line) info.line += lines;
    return fb_fail_restore(&info);
}

static furrow_err evaluate(furrow_session *session, fx_tree *tree, furrow_value **value)
{
    furrow_program *program;
    fx_bound *bound = NULL;
    fv_cell cell;
    furrow_err err = compile(session->job, tree, &program);
    if (err) return err;
    furrow_session *outer = session->job->service->session;
    session->job->service->session = session;
    err = fx_bind(program, fj_host(session->job), FJ_MAIN, &bound);
    if (!err) err = fx_run(session->vm, bound, NULL, 0, NULL, &cell);
    session->job->service->session = outer;
    if (!err) {
        err = fv_cell_to_value(&cell, value);
        fv_cell_drop(&cell);
    }
    fx_unbind(bound);
    furrow_program_drop(program);
    return err;
}

/* A program made of a tree knows lines and columns but not their text: here it is. Places at other pids are theirs. */
static void add_place(const furrow_session *session, const char *text, size_t nbytes, int line)
{
    furrow_error_info info;
    fb_fail_save(&info);
    bool blank = info.place[strspn(info.place, " \n^")] == 0;
    if (!info.line || !blank) return;
    info.place[0] = 0;
    fb_fail_restore(&info);
    bool here = info.pid == 0 || info.pid == session->job->pid;
    if (!here || info.line < line) return;
    fb_fail_place(info.line - line + 1, info.column, text, nbytes);
    fb_fail_save(&info);
    info.line += line - 1;
    fb_fail_restore(&info);
}

FURROW_API furrow_err furrow_session_eval(furrow_session *session, const char *text, size_t nbytes, int line,
                                          size_t *used, furrow_value **value, bool *quiet)
{
    if (!session || !text || !used || !value || !quiet)
        return fb_fail(FURROW_ERR_ARG, "session, text and the places for answers must not be NULL");
    fx_tree *tree = NULL;
    size_t taken = 0;
    bool silent = false;
    fj_enter(session->job);
    fj_interrupt_end(session->job);
    furrow_err err = fj_may_wait(session->job, "furrow_session_eval");
    if (!err) err = fx_parse_statement(text, nbytes, 1, &tree, &taken, &silent);
    if (!err) {
        *used = taken;
        *quiet = silent || !tree;
        err = tree ? evaluate(session, tree, value) : furrow_value_nothing(value);
        if (err) add_place(session, text, taken, line);
        fx_tree_drop(tree);
    }
    fj_exit(session->job);
    return add_lines(err, line - 1);
}

/* --- completion: verbs, then what the job's host offers, then builtins */

static const char *candidate(furrow_session *session, size_t index)
{
    const fx_host *host = fj_host(session->job);
    size_t nverbs = 0, nhost = 0;
    while (session->verbs[nverbs].verb) nverbs++;
    if (index < nverbs) return session->verbs[index].verb->name;
    while (host->name(host->self, nhost)) nhost++;
    return index - nverbs < nhost ? host->name(host->self, index - nverbs) : fx_builtin_name(index - nverbs - nhost);
}

FURROW_API const char *furrow_session_complete(furrow_session *session, const char *prefix, size_t index)
{
    if (!session || !prefix) return NULL;
    size_t length = strlen(prefix);
    const char *name, *match = NULL;
    fj_enter(session->job);
    for (size_t i = 0; !match && (name = candidate(session, i)); i++)
        if (*name && strncmp(name, prefix, length) == 0 && index-- == 0) match = name;
    fj_exit(session->job);
    return match;
}
