/*
 * verbs_host.c - which pids are where, at the prompt: describepids and its kin, and the dealing out of work (hosts.c).
 */
#include "job/parts.h"
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

/* remote=0: other hosts; 1: this host; 2: all. Given pids mean all of theirs, unless remote says otherwise. */
static furrow_err wanted_hosts(const fx_call *call, furrow_hosts *which)
{
    const fv_cell *given = fj_verb_keyword(call, "remote");
    fv_cell number;
    *which = FURROW_HOSTS_DEFAULT;
    if (!given) return FURROW_OK;
    furrow_err err = fv_convert(given, FURROW_INT64, &number);
    if (err) return err;
    if (number.i < 0 || number.i > 2)
        return fb_fail(FURROW_ERR_ARG, "remote is 0, 1 or 2, not %lld", (long long)number.i);
    *which = (furrow_hosts)(number.i + FURROW_HOSTS_REMOTE);
    return FURROW_OK;
}

/* filterfn, called with a host's name; its first error ends the filtering. */
typedef struct filtering {
    const fx_call *call;
    const fv_cell *function;
    furrow_err err;
} filtering;

static bool passes(void *user, const char *hostname)
{
    filtering *f = user;
    furrow_value *text;
    fv_cell answer;
    bool truth = false;
    if (f->err) return false;
    f->err = furrow_value_string(hostname, SIZE_MAX, &text);
    if (f->err) return false;
    fv_cell name = {.tag = FURROW_STRING, .p = text};
    f->err = fx_apply(f->call->vm, f->function, &name, 1, &answer);
    fv_cell_drop(&name);
    if (f->err) return false;
    f->err = fx_truth(&answer, &truth);
    fv_cell_drop(&answer);
    return truth;
}

/* Dict{Any,Any}: smallest pid => pids, of each host. */
static furrow_err as_dict(const furrow_topology *topology, fv_cell *out)
{
    fv_dict *dict = NULL;
    int64_t *numbers = NULL;
    furrow_err err = fv_dict_new(FURROW_ANY, FURROW_ANY, &dict);
    for (size_t h = 0; !err && h < furrow_topology_hosts(topology); h++) {
        size_t n;
        const int *pids = furrow_topology_pids(topology, h, &n);
        int64_t *more = realloc(numbers, n * sizeof *more);
        if (!more) err = fb_fail(FURROW_ERR_NOMEM, "no memory for %zu pids", n);
        if (err) break;
        numbers = more;
        for (size_t i = 0; i < n; i++) numbers[i] = pids[i];
        fv_cell first = {.tag = FURROW_INT64, .i = pids[0]}, list;
        err = int_array(numbers, n, &list);
        if (err) break;
        err = fv_dict_set(dict, &first, &list);
        fv_cell_drop(&list);
    }
    free(numbers);
    if (!err) *out = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(dict)};
    return err;
}

/* describepids(), describepids(pids), with remote and filterfn */
furrow_err fj_verb_do_describepids(const fx_call *call, fv_cell *out)
{
    filtering f = {.call = call, .function = fj_verb_keyword(call, "filterfn")};
    furrow_describe_opts opts = {.size = sizeof opts, .filter = f.function ? passes : NULL, .user = &f};
    furrow_topology *topology = NULL;
    int *pids = NULL;
    size_t n = 0;
    furrow_err err = wanted_hosts(call, &opts.which);
    if (!err && call->nargs) err = fj_verb_pids(call, &call->args[0], &pids, &n);
    if (!err) err = furrow_describepids(fj_session_of(call)->job, pids, n, &opts, &topology);
    if (!err) err = f.err;
    if (!err) err = as_dict(topology, out);
    furrow_topology_free(topology);
    free(pids);
    return err;
}

furrow_err fj_verb_do_localpids(const fx_call *call, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    int64_t *pids = malloc((size_t)job->nprocs * sizeof *pids);
    size_t n = 0;
    if (!pids) return fb_fail(FURROW_ERR_NOMEM, "no memory for %d pids", job->nprocs);
    for (int pid = 1; pid <= job->nprocs; pid++)
        if (fj_near(job, pid)) pids[n++] = pid;
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
