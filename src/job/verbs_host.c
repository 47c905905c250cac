/*
 * verbs_host.c - which pids are where, at the prompt: describepids and its kin, and the dealing out of work. This host's
 * pids are known; pids of other hosts are asked who is there with them.
 */
#include "job/session.h"
#include <stdlib.h>

static furrow_err int_array(const int64_t *numbers, size_t n, fv_cell *out)
{
    fv_array *array;
    furrow_err err = fv_array_new(FURROW_INT64, 1, &n, &array);
    if (err) return err;
    if (n) memcpy(array->data, numbers, n * sizeof *numbers);
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return FURROW_OK;
}

static bool near(furrow_job *job, int pid)
{
    return pid == job->pid || job->net_ops->near(job->net, pid);
}

/* Which host a pid is on, and whether it is asked for. */
typedef struct fj_location {
    int pid;
    int lead; /* the smallest pid of its host: names the host */
    bool wanted;
} fj_location;

/* The smallest pid of the host each pid is on: known here for this host, asked of the others. */
static furrow_err locate(const fx_call *call, fj_location *at, size_t n)
{
    furrow_job *job = fj_session_of(call)->job;
    int *elsewhere = malloc(n * sizeof *elsewhere), own = 1;
    size_t count = 0;
    fx_tree *tree = NULL;
    furrow_results *results = NULL;
    if (!elsewhere) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", n);
    while (own < job->pid && !near(job, own)) own++;
    for (size_t i = 0; i < n; i++) {
        at[i].lead = own;
        if (!near(job, at[i].pid)) elsewhere[count++] = at[i].pid;
    }
    furrow_err err = count ? fx_parse("hostlead()", strlen("hostlead()"), &tree) : FURROW_OK;
    if (!err && count) err = fj_verb_reap(call, elsewhere, count, tree, &results);
    for (size_t i = 0; !err && results && i < n; i++) {
        int64_t lead;
        const furrow_value *answer = furrow_results_get(results, at[i].pid);
        if (!answer) continue;
        err = furrow_value_as_int64(answer, &lead);
        if (!err) at[i].lead = (int)lead;
    }
    furrow_results_free(results);
    fx_tree_drop(tree);
    free(elsewhere);
    return err;
}

/* Dict{Any,Any}: smallest pid => pids, of each host that is wanted. at is in ascending order of pids. */
static furrow_err group(const fj_location *at, size_t n, fv_dict *dict)
{
    int64_t *members = malloc((n + 1) * sizeof *members);
    bool *seen = calloc(n + 1, sizeof *seen);
    furrow_err err = members && seen ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", n);
    for (size_t i = 0; !err && i < n; i++) {
        size_t count = 0;
        if (seen[i] || !at[i].wanted) continue;
        for (size_t k = i; k < n; k++) {
            if (at[k].lead != at[i].lead) continue;
            seen[k] = true;
            members[count++] = at[k].pid;
        }
        fv_cell first = {.tag = FURROW_INT64, .i = at[i].pid}, list;
        err = int_array(members, count, &list);
        if (err) break;
        err = fv_dict_set(dict, &first, &list);
        fv_cell_drop(&list);
    }
    free(seen);
    free(members);
    return err;
}

/* The name of the host that pid is on. */
static furrow_err host_name(const fx_call *call, int pid, fv_cell *name)
{
    fx_tree *tree;
    furrow_results *results;
    furrow_err err = fx_parse("gethostname()", strlen("gethostname()"), &tree);
    if (err) return err;
    err = fj_verb_reap(call, &pid, 1, tree, &results);
    fx_tree_drop(tree);
    if (err) return err;
    fv_cell_from_value(furrow_results_get(results, pid), name);
    furrow_results_free(results);
    return FURROW_OK;
}

/* Whether filterfn accepts the name of pid's host. */
static furrow_err host_passes(const fx_call *call, const fv_cell *filter, int pid, bool *passes)
{
    fv_cell name, answer;
    furrow_err err = host_name(call, pid, &name);
    if (err) return err;
    err = fx_apply(call->vm, filter, &name, 1, &answer);
    fv_cell_drop(&name);
    if (err) return err;
    err = fx_truth(&answer, passes);
    fv_cell_drop(&answer);
    return err;
}

/* remote=0: other hosts; 1: this host; 2: all. Given pids mean all of theirs, unless remote says otherwise. */
static furrow_err wanted_hosts(const fx_call *call, int64_t *remote)
{
    const fv_cell *given = fj_verb_keyword(call, "remote");
    fv_cell number;
    *remote = call->nargs > 0 ? 2 : 0;
    if (!given) return FURROW_OK;
    furrow_err err = fv_convert(given, FURROW_INT64, &number);
    if (err) return err;
    if (number.i < 0 || number.i > 2)
        return fb_fail(FURROW_ERR_ARG, "remote is 0, 1 or 2, not %lld", (long long)number.i);
    *remote = number.i;
    return FURROW_OK;
}

static furrow_err choose(const fx_call *call, fj_location *at, size_t n)
{
    const fv_cell *filter = fj_verb_keyword(call, "filterfn");
    int64_t remote;
    furrow_err err = wanted_hosts(call, &remote);
    for (size_t i = 0; !err && i < n; i++) {
        bool here = near(fj_session_of(call)->job, at[i].pid);
        size_t first = 0;
        while (at[first].lead != at[i].lead) first++;
        at[i].wanted = first < i ? at[first].wanted : remote == 2 || here == (remote == 1);
        if (first == i && at[i].wanted && filter) err = host_passes(call, filter, at[i].pid, &at[i].wanted);
    }
    return err;
}

static furrow_err all_pids(furrow_job *job, int **pids, size_t *n)
{
    size_t count = furrow_procs(job, NULL, 0);
    int *list = malloc(count * sizeof *list);
    if (!list) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", count);
    *n = furrow_procs(job, list, count);
    *pids = list;
    return FURROW_OK;
}

/* The pids of the call, ascending and checked. */
static furrow_err places_of(const fx_call *call, fj_location **at, size_t *n)
{
    furrow_job *job = fj_session_of(call)->job;
    int *pids, *checked;
    furrow_err err = call->nargs ? fj_verb_pids(call, &call->args[0], &pids, n) : all_pids(job, &pids, n);
    if (err) return err;
    err = fj_pids(job, pids, *n, &checked, n);
    free(pids);
    if (err) return err;
    *at = calloc(*n, sizeof **at);
    for (size_t i = 0; *at && i < *n; i++) (*at)[i].pid = checked[i];
    free(checked);
    return *at ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", *n);
}

furrow_err fj_verb_do_describepids(const fx_call *call, fv_cell *out)
{
    fj_location *at;
    size_t n;
    fv_dict *dict;
    furrow_err err = places_of(call, &at, &n);
    if (err) return err;
    err = locate(call, at, n);
    if (!err) err = choose(call, at, n);
    if (!err) err = fv_dict_new(FURROW_ANY, FURROW_ANY, &dict);
    if (err) goto places;
    err = group(at, n, dict);
    if (err)
        furrow_value_drop(fv_dict_value(dict));
    else
        *out = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(dict)};
places:
    free(at);
    return err;
}

furrow_err fj_verb_do_localpids(const fx_call *call, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    int64_t *pids = malloc((size_t)job->nprocs * sizeof *pids);
    size_t n = 0;
    if (!pids) return fb_fail(FURROW_ERR_NOMEM, "no memory for %d pids", job->nprocs);
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (near(job, pid)) pids[n++] = pid;
    furrow_err err = int_array(pids, n, out);
    free(pids);
    return err;
}

static furrow_err check_topology(const fv_cell *topology)
{
    if (topology->tag == FURROW_DICT) return FURROW_OK;
    return fb_fail(FURROW_ERR_TYPE, "a topology (what describepids gives) was expected, not a %s",
                   furrow_type_name((furrow_type)topology->tag));
}

/* pid => its representative */
furrow_err fj_verb_do_invtopology(const fx_call *call, fv_cell *out)
{
    fv_dict *inverse;
    fv_cell key, members, member;
    uint64_t state = 0;
    furrow_err err = check_topology(&call->args[0]);
    if (!err) err = fv_dict_new(FURROW_ANY, FURROW_ANY, &inverse);
    if (err) return err;
    while (!err && fv_dict_next(fv_dict_of_value(call->args[0].p), &state, &key, &members)) {
        uint64_t at = 0;
        bool done = false;
        for (;;) {
            err = fx_iterate(&members, &at, &member, &done);
            if (err || done) break;
            err = fv_dict_set(inverse, &member, &key);
            fv_cell_drop(&member);
            if (err) break;
        }
    }
    if (err)
        furrow_value_drop(fv_dict_value(inverse));
    else
        *out = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(inverse)};
    return err;
}

/* The round-th pid of a host; false when it has fewer. */
static bool member_at(const fv_cell *members, size_t round, int64_t *pid)
{
    fv_cell cell, number;
    if (members->tag != FURROW_ARRAY || round >= ((const fv_array *)members->p)->count) return false;
    if (fv_element((const fv_array *)members->p, round, &cell)) return false;
    bool is_pid = fv_convert(&cell, FURROW_INT64, &number) == FURROW_OK;
    fv_cell_drop(&cell);
    if (is_pid) *pid = number.i;
    return is_pid;
}

/* The pids dealt out over the hosts in turn: first of each host, second of each host, ... */
furrow_err fj_verb_do_preferredorder(const fx_call *call, fv_cell *out)
{
    furrow_err err = check_topology(&call->args[0]);
    if (err) return err;
    const fv_dict *dict = fv_dict_of_value(call->args[0].p);
    fv_cell key, members;
    uint64_t state = 0;
    size_t total = 0, n = 0;
    while (fv_dict_next(dict, &state, &key, &members))
        total += members.tag == FURROW_ARRAY ? furrow_value_count(members.p) : 0;
    int64_t *order = malloc((total + 1) * sizeof *order);
    if (!order) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", total);
    bool more = true;
    for (size_t round = 0; more && n < total; round++) {
        more = false;
        state = 0;
        while (n < total && fv_dict_next(dict, &state, &key, &members))
            if (member_at(&members, round, &order[n])) {
                n++;
                more = true;
            }
    }
    err = int_array(order, n, out);
    free(order);
    return err;
}

static furrow_err count_arg(const fv_cell *cell, const char *what, int64_t least, int64_t *out)
{
    fv_cell number;
    furrow_err err = fv_convert(cell, FURROW_INT64, &number);
    if (err) return err;
    if (number.i < least || number.i > (1 << 24) * (int64_t)(1 << 24))
        return fb_fail(FURROW_ERR_ARG, "%s must be at least %lld, and is %lld", what, (long long)least,
                       (long long)number.i);
    *out = number.i;
    return FURROW_OK;
}

/* chunkit(len, n): n contiguous ranges over 1:len whose lengths differ by at most one. */
furrow_err fj_verb_do_chunkit(const fx_call *call, fv_cell *out)
{
    int64_t length = 0, n = 0;
    fv_array *array;
    furrow_err err = count_arg(&call->args[0], "the length", 0, &length);
    if (!err) err = count_arg(&call->args[1], "the number of chunks", 1, &n);
    if (!err && n > (1 << 24)) err = fb_fail(FURROW_ERR_ARG, "at most %d chunks can be made", 1 << 24);
    if (err) return err;
    err = fv_array_new(FURROW_ANY, 1, &(size_t){(size_t)n}, &array);
    if (err) return err;
    int64_t first = 1;
    for (int64_t i = 0; !err && i < n; i++) {
        int64_t count = length / n + (i < length % n);
        furrow_value *range;
        err = fv_range_int(first, 1, first + count - 1, false, &range);
        if (!err) ((fv_cell *)array->data)[i] = (fv_cell){.tag = FURROW_RANGE, .p = range};
        first += count;
    }
    if (err)
        fv_drop(&array->head);
    else
        *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return err;
}
