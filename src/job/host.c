/*
 * host.c - the surroundings of programs at this pid: symbols, the job's own functions (myid and its kin), and what
 * furrow_export added. Programs see nothing else of the job.
 */
#include "job/parts.h"
#include "job/service.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fj_surroundings {
    fx_host host;
};

static furrow_err int_cell(int64_t number, fv_cell *out)
{
    *out = (fv_cell){.tag = FURROW_INT64, .i = number};
    return FURROW_OK;
}

static furrow_err no_args(const fx_call *call, const char *name)
{
    if (call->nargs == 0 && call->nkw == 0) return FURROW_OK;
    return fb_fail(FURROW_ERR_ARG, "%s takes no arguments", name);
}

static furrow_err call_myid(const fx_call *call, fv_cell *out)
{
    furrow_err e = no_args(call, "myid");
    return e ? e : int_cell(furrow_myid(call->user), out);
}

static furrow_err call_nprocs(const fx_call *call, fv_cell *out)
{
    furrow_err e = no_args(call, "nprocs");
    return e ? e : int_cell(furrow_nprocs(call->user), out);
}

static furrow_err call_nworkers(const fx_call *call, fv_cell *out)
{
    furrow_err e = no_args(call, "nworkers");
    return e ? e : int_cell((int64_t)furrow_workers(call->user, NULL, 0), out);
}

static furrow_err pid_list(const furrow_job *job, bool all, fv_cell *out)
{
    size_t n = all ? furrow_procs(job, NULL, 0) : furrow_workers(job, NULL, 0);
    fv_array *array;
    furrow_err e = fv_array_new(FURROW_INT64, 1, &n, &array);
    if (e) return e;
    int64_t first = all || furrow_nprocs(job) == 1 ? 1 : 2;
    for (size_t i = 0; i < n; i++) ((int64_t *)array->data)[i] = first + (int64_t)i;
    *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    return FURROW_OK;
}

static furrow_err call_procs(const fx_call *call, fv_cell *out)
{
    furrow_err e = no_args(call, "procs");
    return e ? e : pid_list(call->user, true, out);
}

static furrow_err call_workers(const fx_call *call, fv_cell *out)
{
    furrow_err e = no_args(call, "workers");
    return e ? e : pid_list(call->user, false, out);
}

static furrow_err call_hostname(const fx_call *call, fv_cell *out)
{
    furrow_err e = no_args(call, "hostname");
    if (e) return e;
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0) name[0] = '\0';
    furrow_value *text;
    e = furrow_value_string(name, SIZE_MAX, &text);
    if (e) return e;
    *out = (fv_cell){.tag = FURROW_STRING, .p = text};
    return FURROW_OK;
}

static const struct {
    const char *name;
    fx_function function;
} functions[] = {
    {"myid", call_myid},         {"nprocs", call_nprocs},     {"procs", call_procs},          {"workers", call_workers},
    {"nworkers", call_nworkers}, {"hostname", call_hostname}, {"gethostname", call_hostname},
};
#define NFUNCTIONS (sizeof functions / sizeof functions[0])

static furrow_err host_slot(void *self, const char *module, const char *name, bool create, fx_slot **out)
{
    fj_entry *entry;
    furrow_err e = fj_symbol_find(self, module, name, create, &entry);
    if (e && create) return e;
    if (e) entry = NULL; /* operators are looked up too: nothing is ever bound to them */
    *out = entry ? &entry->slot : NULL;
    return FURROW_OK;
}

static furrow_err host_bind(void *self, fx_slot *slot, const fv_cell *value)
{
    return fj_symbol_bind(self, (fj_entry *)(void *)slot, value);
}

static bool host_function(void *self, const char *name, fx_function *function, void **user)
{
    for (size_t i = 0; i < NFUNCTIONS; i++) {
        if (strcmp(functions[i].name, name) != 0) continue;
        *function = functions[i].function;
        *user = self;
        return true;
    }
    return fj_export_find(self, name, function, user);
}

/* A run sees recalls' answers nowhere else; sweeping lets what it dropped be used again. Nor
 * does it see elsewhere that who asked for it wants it to stop. */
static furrow_err host_tick(void *self)
{
    fj_places_sweep(self);
    return fj_interrupt_tick(self);
}

static const char *host_name(void *self, size_t index)
{
    if (index < NFUNCTIONS) return functions[index].name;
    index -= NFUNCTIONS;
    size_t nsymbols = fj_symbol_count(self);
    if (index >= nsymbols) return fj_export_name(self, index - nsymbols);
    const fj_entry *entry = fj_symbol_at(self, index);
    return entry->slot.tag == FX_UNBOUND ? "" : entry->name;
}

const fx_host *fj_host(furrow_job *job)
{
    return &job->surroundings->host;
}

furrow_err fj_host_open(furrow_job *job)
{
    job->surroundings = malloc(sizeof *job->surroundings);
    if (!job->surroundings) return fb_fail(FURROW_ERR_NOMEM, "no memory for the job");
    job->surroundings->host = (fx_host){.self = job,
                                        .slot = host_slot,
                                        .bind = host_bind,
                                        .function = host_function,
                                        .tick = host_tick,
                                        .name = host_name};
    return FURROW_OK;
}

void fj_host_close(furrow_job *job)
{
    free(job->surroundings);
    job->surroundings = NULL;
}
