/*
 * verbs_host.c - which pids are where, at the prompt: describepids and its kin, and the dealing out of work. A job
 * started by furrow run has one host; nothing is asked of the other pids.
 */
#include "job/session.h"
#include <stdlib.h>
#include <unistd.h>

static furrow_err int_array(const int64_t *numbers, size_t n, fv_cell *out)
{
    fv_array *array;
    furrow_err err = fv_array_new(FURROW_INT64, 1, &n, &array);
    if (err) return err;
    if (n) memcpy(array->data, numbers, n * sizeof *numbers);
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return FURROW_OK;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Dict{Any,Any}: representative => its host's pids. */
static furrow_err topology(const int *pids, size_t n, fv_cell *out)
{
    fv_dict *dict;
    fv_cell members;
    int64_t *sorted = malloc((n + 1) * sizeof *sorted);
    if (!sorted) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", n);
    for (size_t i = 0; i < n; i++) sorted[i] = pids[i];
    qsort(sorted, n, sizeof *sorted, by_number);
    furrow_err err = fv_dict_new(FURROW_ANY, FURROW_ANY, &dict);
    if (err) goto sorted;
    if (n) {
        fv_cell first = {.tag = FURROW_INT64, .i = sorted[0]};
        err = int_array(sorted, n, &members);
        if (!err) {
            err = fv_dict_set(dict, &first, &members);
            fv_cell_drop(&members);
        }
    }
    if (err)
        furrow_value_drop(fv_dict_value(dict));
    else
        *out = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(dict)};
sorted:
    free(sorted);
    return err;
}

/* Whether filterfn (none: yes) accepts this host's name. */
static furrow_err host_passes(const fx_call *call, bool *passes)
{
    const fv_cell *filter = fj_verb_keyword(call, "filterfn");
    char name[256] = "";
    furrow_value *text;
    fv_cell answer;
    *passes = true;
    if (!filter) return FURROW_OK;
    if (gethostname(name, sizeof name - 1)) return fb_fail(FURROW_ERR_SYSTEM, "this host's name cannot be had");
    furrow_err err = furrow_value_string(name, SIZE_MAX, &text);
    if (err) return err;
    const fv_cell arg = {.tag = FURROW_STRING, .p = text};
    err = fx_apply(call->vm, filter, &arg, 1, &answer);
    furrow_value_drop(text);
    if (err) return err;
    err = fx_truth(&answer, passes);
    fv_cell_drop(&answer);
    return err;
}

/* remote=0 (without pids): other hosts; 1: this host; 2: all. With pids, or a filter: all of those. */
static furrow_err wants_this_host(const fx_call *call, bool *wanted)
{
    const fv_cell *remote = fj_verb_keyword(call, "remote");
    fv_cell number = {.tag = FURROW_INT64};
    *wanted = call->nargs > 0;
    if (!remote) return FURROW_OK;
    furrow_err err = fv_convert(remote, FURROW_INT64, &number);
    if (err) return err;
    if (number.i < 0 || number.i > 2)
        return fb_fail(FURROW_ERR_ARG, "remote is 0, 1 or 2, not %lld", (long long)number.i);
    *wanted = number.i > 0;
    return FURROW_OK;
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

furrow_err fj_verb_do_describepids(const fx_call *call, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    bool wanted, passes = true;
    int *pids = NULL, *checked = NULL;
    size_t n;
    furrow_err err = wants_this_host(call, &wanted);
    if (!err && wanted) err = host_passes(call, &passes);
    if (err) return err;
    err = call->nargs ? fj_verb_pids(call, &call->args[0], &pids, &n) : all_pids(job, &pids, &n);
    if (!err) err = fj_pids(job, pids, n, &checked, &n);
    if (!err) err = topology(checked, wanted && passes ? n : 0, out);
    free(checked);
    free(pids);
    return err;
}

furrow_err fj_verb_do_localpids(const fx_call *call, fv_cell *out)
{
    size_t n = furrow_procs(fj_session_of(call)->job, NULL, 0);
    fv_array *array;
    furrow_err err = fv_array_new(FURROW_INT64, 1, &n, &array);
    if (err) return err;
    for (size_t i = 0; i < n; i++) ((int64_t *)array->data)[i] = (int64_t)i + 1;
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return FURROW_OK;
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
