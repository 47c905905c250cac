/*
 * results.c - pid => value or error, in ascending order of pids: what reap gives. Filled in by futures as answers come,
 * then read by the caller. Knows nothing of messages.
 */
#include "job/eval.h"
#include "value/dict.h"
#include <stdlib.h>

typedef struct fj_entry_result {
    int pid;
    furrow_value *value;
    furrow_error_info *error; /* from malloc; NULL: none */
    bool lost;                /* failed, and there was no memory for the details */
} fj_entry_result;

struct furrow_results {
    _Atomic size_t refs; /* the future's and the caller's, who may be another thread */
    size_t n;
    size_t missing;
    fj_entry_result entries[];
};

furrow_err fj_results_new(const int *pids, size_t npids, furrow_results **out)
{
    furrow_results *r = calloc(1, sizeof *r + npids * sizeof *r->entries);
    if (!r) return fb_fail(FURROW_ERR_NOMEM, "no memory for the results of %zu pids", npids);
    atomic_init(&r->refs, 1);
    r->n = r->missing = npids;
    for (size_t i = 0; i < npids; i++) r->entries[i].pid = pids[i];
    *out = r;
    return FURROW_OK;
}

furrow_results *fj_results_hold(furrow_results *r)
{
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

FURROW_API void furrow_results_free(furrow_results *r)
{
    if (!r || atomic_fetch_sub(&r->refs, 1) > 1) return;
    for (size_t i = 0; i < r->n; i++) {
        furrow_value_drop(r->entries[i].value);
        free(r->entries[i].error);
    }
    free(r);
}

size_t fj_results_missing(const furrow_results *r)
{
    return r->missing;
}

bool fj_results_has(const furrow_results *r, size_t entry)
{
    const fj_entry_result *e = &r->entries[entry];
    return e->value || e->error || e->lost;
}

int fj_results_pid(const furrow_results *r, size_t entry)
{
    return r->entries[entry].pid;
}

int fj_results_first_missing(const furrow_results *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!fj_results_has(r, i)) return r->entries[i].pid;
    return 0;
}

void fj_results_fail(furrow_results *r, size_t entry, const furrow_error_info *info)
{
    fj_entry_result *e = &r->entries[entry];
    if (fj_results_has(r, entry)) return;
    e->error = malloc(sizeof *e->error);
    e->lost = !e->error;
    if (e->error) {
        *e->error = *info;
        if (e->error->pid == 0) e->error->pid = e->pid;
    }
    r->missing--;
}

void fj_results_put(furrow_results *r, size_t entry, fv_cell *value)
{
    fj_entry_result *e = &r->entries[entry];
    if (!fj_results_has(r, entry)) {
        furrow_error_info info;
        if (fv_cell_to_value(value, &e->value) == FURROW_OK) {
            r->missing--;
        } else {
            fb_fail_save(&info);
            fj_results_fail(r, entry, &info);
        }
    }
    fv_cell_drop(value);
}

furrow_err fj_results_verdict(const furrow_results *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const fj_entry_result *e = &r->entries[i];
        if (e->error) return fb_fail_restore(e->error);
        if (e->lost) return fb_fail(FURROW_ERR_NOMEM, "no memory for what pid %d answered", e->pid);
    }
    return FURROW_OK;
}

furrow_err fj_results_cell(const furrow_results *r, fv_cell *out)
{
    fv_dict *dict;
    furrow_err err = fv_dict_new(FURROW_INT64, FURROW_ANY, &dict);
    for (size_t i = 0; !err && i < r->n; i++) {
        if (!r->entries[i].value) continue;
        fv_cell key = {.tag = FURROW_INT64, .i = r->entries[i].pid}, item;
        fv_cell_from_value(r->entries[i].value, &item);
        err = fv_dict_set(dict, &key, &item);
        fv_cell_drop(&item);
        if (err) furrow_value_drop(fv_dict_value(dict));
    }
    if (!err) *out = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(dict)};
    return err;
}

/* The entry of pid, or NULL: entries are sorted. */
static const fj_entry_result *find(const furrow_results *r, int pid)
{
    size_t low = 0, high = r->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->entries[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->n && r->entries[low].pid == pid ? &r->entries[low] : NULL;
}

FURROW_API size_t furrow_results_count(const furrow_results *results)
{
    return results ? results->n : 0;
}

FURROW_API const furrow_value *furrow_results_get(const furrow_results *results, int pid)
{
    const fj_entry_result *e = results ? find(results, pid) : NULL;
    return e ? e->value : NULL;
}

FURROW_API furrow_err furrow_results_error(const furrow_results *results, int pid, furrow_error_info *info)
{
    const fj_entry_result *e = results ? find(results, pid) : NULL;
    if (!e) return fb_fail(FURROW_ERR_NO_PID, "pid %d was not asked", pid);
    if (e->value) return FURROW_OK;
    if (e->error) {
        if (info) *info = *e->error;
        return e->error->code;
    }
    return fb_fail(FURROW_ERR_NOMEM, "there was no memory for what pid %d answered", pid);
}

FURROW_API int furrow_results_next(const furrow_results *results, int pid)
{
    for (size_t i = 0; results && i < results->n; i++)
        if (results->entries[i].pid > pid) return results->entries[i].pid;
    return 0;
}

FURROW_API furrow_err furrow_results_dict(const furrow_results *results, furrow_value **dict)
{
    if (!results || !dict) return fb_fail(FURROW_ERR_ARG, "results and dict must not be NULL");
    fv_cell cell;
    furrow_err err = fj_results_cell(results, &cell);
    if (!err) *dict = cell.p;
    return err;
}
