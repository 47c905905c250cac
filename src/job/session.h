/*
 * session.h - the inside of furrow_session, and what the files with verbs offer it. A verb is a function that only the
 * session's programs can call; each is a row of the table in verbs.c.
 */
#ifndef FJ_SESSION_H
#define FJ_SESSION_H

#include "job/eval.h"
#include "expr/builtin.h"
#include "value/dict.h"

struct furrow_session {
    furrow_job *job;
    fx_vm *vm;
    furrow_output output;
    void *output_user;
    furrow_session_progress_call progress; /* of save and load */
    void *progress_user;
    int width, height;   /* what display elides to; 0: nothing */
    size_t last_spawned; /* which worker @spawn takes next */
    struct fj_bound_verb *verbs;
};

typedef struct fj_verb {
    const char *name; /* at_m for what the macro @m becomes */
    fx_function function;
    int min_args;
    int max_args;         /* -1: any number */
    const char *keywords; /* " mod timeout ", NULL: none */
} fj_verb;

/* What a call of a verb gets as its user. */
typedef struct fj_bound_verb {
    furrow_session *session;
    const fj_verb *verb;
} fj_bound_verb;

/* The verb of that name; while a statement is bound and run (job->service->session). */
bool fj_session_find(furrow_session *session, const char *name, fx_function *function, void **user);
const fj_verb *fj_verb_at(size_t index); /* NULL past the end */

/* Rewrites the macros of a statement as calls of verbs: @fetchfrom p ex becomes fetchfrom(p, :(ex)), with the local
 * names of the statement put in by value (macro.c). */
FURROW_MUST_CHECK furrow_err fj_macros_expand(furrow_job *job, fx_tree *tree, fx_tree **out);

/* --- what verbs are written with (verb_args.c) --------------------------------------------------------------------*/

static inline furrow_session *fj_session_of(const fx_call *call)
{
    return ((const fj_bound_verb *)call->user)->session;
}
/* Pids of an Int or of anything that holds Ints, in the order given; NULL: workers(). From malloc. */
FURROW_MUST_CHECK furrow_err fj_verb_pids(const fx_call *call, const fv_cell *cell, int **pids, size_t *n);
/* One pid. */
FURROW_MUST_CHECK furrow_err fj_verb_pid(const fv_cell *cell, int *pid);
/* The keyword's value, or NULL. Borrowed. */
const fv_cell *fj_verb_keyword(const fx_call *call, const char *name);
/* The text of a String, Symbol or Module; TYPE, naming what it was wanted for. Borrowed. */
FURROW_MUST_CHECK furrow_err fj_verb_text(const fv_cell *cell, const char *what, const char **text);
/* The tree of a Symbol or quoted expression: a new reference. */
FURROW_MUST_CHECK furrow_err fj_verb_tree(const fv_cell *cell, fx_tree **tree);
/* The same; a quoted literal, :(1), is the literal itself. */
FURROW_MUST_CHECK furrow_err fj_verb_code(const fv_cell *cell, fx_tree **tree);
bool fj_verb_is_code(const fv_cell *cell); /* Symbol or quoted expression: evaluated there */
/* module, deadline and limits of an operation, from the keywords mod and timeout (seconds). */
FURROW_MUST_CHECK furrow_err fj_verb_options(const fx_call *call, fj_operation *op);

/* Runs op: the results, all of them there; else the error of the lowest pid that failed. */
FURROW_MUST_CHECK furrow_err fj_verb_complete(furrow_job *job, const fj_operation *op, furrow_results **results);
/* References on what code (a Symbol or quoted expression) is at the pids (verbs_eval.c). */
FURROW_MUST_CHECK furrow_err fj_verb_refs(const fx_call *call, const fv_cell *at, const fv_cell *code,
                                          furrow_results **results);
/* reap of a tree: the results, all of them there; else the error of the lowest pid that failed. */
FURROW_MUST_CHECK furrow_err fj_verb_reap(const fx_call *call, const int *pids, size_t npids, fx_tree *tree,
                                          furrow_results **results);
/* The same for pids as fj_verb_pids takes them, and a Symbol or quoted expression. */
FURROW_MUST_CHECK furrow_err fj_verb_reap_code(const fx_call *call, const fv_cell *at, const fv_cell *code,
                                               furrow_results **results);

/* --- the verbs, by file -------------------------------------------------------------------------------------------*/

/* verbs_eval.c */
furrow_err fj_verb_do_sow(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_reap(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_fetchfrom(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_spawnat(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_spawn(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_everywhere(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_fetch(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_wait(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_reaprefs(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_remotecall(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_remotecall_fetch(const fx_call *call, fv_cell *out);
/* verbs_text.c */
furrow_err fj_verb_do_print(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_println(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_display(const fx_call *call, fv_cell *out);
/* verbs_time.c */
furrow_err fj_verb_do_now(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_timeit(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_time(const fx_call *call, fv_cell *out);
/* verbs_collect.c */
furrow_err fj_verb_do_stitch(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_collectmsgs(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_swapmsgs(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_checksame(const fx_call *call, fv_cell *out);
/* verbs_share.c */
furrow_err fj_verb_do_broadcast_shared(const fx_call *call, fv_cell *out);
/* verbs_host.c */
furrow_err fj_verb_do_describepids(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_localpids(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_invtopology(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_preferredorder(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_chunkit(const fx_call *call, fv_cell *out);
/* verbs_name.c */
furrow_err fj_verb_do_lookup(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_filterpaths(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_dictify(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_save(const fx_call *call, fv_cell *out);
furrow_err fj_verb_do_load(const fx_call *call, fv_cell *out);

#endif
