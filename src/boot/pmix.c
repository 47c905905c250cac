/*
 * pmix.c - the module furrow-pmix.so: PMIx as cluster.c wants it (client.h). Knows ranks and keys, and nothing of jobs.
 */
#include "boot/client.h"
#include <pmix.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pmix_proc_t self;
static size_t handler;
static void (*when_ended)(void *arg, int rank);
static void *when_arg;

static furrow_err refused(pmix_status_t status, const char *doing)
{
    furrow_err code = status == PMIX_ERR_TIMEOUT ? FURROW_ERR_TIMEOUT : FURROW_ERR_SYSTEM;
    return furrow_fail(code, "PMIx: %s: %s", doing, PMIx_Error_string(status));
}

/* --- events --------------------------------------------------------------------------------------------------------*/

static void on_event(size_t id, pmix_status_t status, const pmix_proc_t *source, pmix_info_t info[], size_t ninfo,
                     pmix_info_t results[], size_t nresults, pmix_event_notification_cbfunc_fn_t done, void *data)
{
    (void)id, (void)results, (void)nresults;
    if (status == PMIX_ERR_LOST_CONNECTION) when_ended(when_arg, FBOOT_CLIENT_LOST);
    for (size_t i = 0; i < ninfo; i++)
        if (PMIX_CHECK_KEY(&info[i], PMIX_EVENT_AFFECTED_PROC) && info[i].value.type == PMIX_PROC)
            source = info[i].value.data.proc;
    bool ours = source && strncmp(source->nspace, self.nspace, PMIX_MAX_NSLEN) == 0;
    if (ours && source->rank <= INT32_MAX) when_ended(when_arg, (int)source->rank);
    if (done) done(PMIX_EVENT_ACTION_COMPLETE, NULL, 0, NULL, NULL, data);
}

static void on_registered(pmix_status_t status, size_t id, void *data)
{
    (void)data;
    if (status == PMIX_SUCCESS) handler = id;
}

/* Every way in which a launcher may say that one process has ended before its time; the source is the process itself, or
 * the launcher, which then names it. And that the launcher's server is gone. */
static void watch_events(void)
{
    pmix_status_t codes[] = {
        PMIX_ERR_PROC_TERM_WO_SYNC,    PMIX_ERR_PROC_ABORTED_BY_SIG,  PMIX_ERR_PROC_ABORTED,
        PMIX_ERR_PROC_KILLED_BY_CMD,   PMIX_ERR_PROC_REQUESTED_ABORT, PMIX_ERR_PROC_SENSOR_BOUND_EXCEEDED,
        PMIX_ERR_PROC_FAILED_TO_START, PMIX_ERR_EXIT_NONZERO_TERM,    PMIX_ERR_LOST_CONNECTION};
    PMIx_Register_event_handler(codes, sizeof codes / sizeof codes[0], NULL, 0, on_event, on_registered, NULL);
}

/* --- opening -------------------------------------------------------------------------------------------------------*/

static furrow_err job_size(int *nprocs)
{
    pmix_proc_t all;
    pmix_value_t *value = NULL;
    PMIX_PROC_LOAD(&all, self.nspace, PMIX_RANK_WILDCARD);
    pmix_status_t status = PMIx_Get(&all, PMIX_JOB_SIZE, NULL, 0, &value);
    if (status != PMIX_SUCCESS) return refused(status, "asking for the job's size");
    *nprocs = value->type == PMIX_UINT32 && value->data.uint32 <= INT32_MAX ? (int)value->data.uint32 : 0;
    PMIX_VALUE_RELEASE(value);
    return *nprocs > 0 ? FURROW_OK : furrow_fail(FURROW_ERR_FORMAT, "PMIx tells no size of the job");
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* "0,2,5" as numbers; ranks that are none of the job are left out. */
static furrow_err parse_ranks(const char *text, int nprocs, int **ranks, int *n)
{
    int *list = calloc((size_t)nprocs, sizeof *list), count = 0;
    if (!list) return furrow_fail(FURROW_ERR_NOMEM, "no memory for %d ranks", nprocs);
    for (char *end; *text && count < nprocs; text = *end ? end + 1 : end) {
        long rank = strtol(text, &end, 10);
        if (end == text) break;
        if (rank >= 0 && rank < nprocs) list[count++] = (int)rank;
    }
    qsort(list, (size_t)count, sizeof *list, by_number);
    *ranks = list;
    *n = count;
    return FURROW_OK;
}

/* Without an answer this process is taken to be alone on its host. */
static furrow_err local_ranks(int nprocs, int **ranks, int *n)
{
    pmix_proc_t all;
    pmix_value_t *value = NULL;
    char alone[16];
    snprintf(alone, sizeof alone, "%u", self.rank);
    PMIX_PROC_LOAD(&all, self.nspace, PMIX_RANK_WILDCARD);
    bool told = PMIx_Get(&all, PMIX_LOCAL_PEERS, NULL, 0, &value) == PMIX_SUCCESS;
    const char *text = told && value->type == PMIX_STRING && value->data.string ? value->data.string : alone;
    furrow_err err = parse_ranks(text, nprocs, ranks, n);
    if (told) PMIX_VALUE_RELEASE(value);
    return err;
}

static furrow_err client_open(void (*ended)(void *arg, int rank), void *arg, int *rank, int *nprocs, int **local,
                              int *nlocal)
{
    pmix_status_t status = PMIx_Init(&self, NULL, 0);
    if (status != PMIX_SUCCESS) return refused(status, "joining the job");
    when_ended = ended;
    when_arg = arg;
    furrow_err err = job_size(nprocs);
    if (!err) err = local_ranks(*nprocs, local, nlocal);
    if (err) {
        PMIx_Finalize(NULL, 0);
        return err;
    }
    watch_events();
    *rank = (int)self.rank;
    return FURROW_OK;
}

static void place_ranks(const pmix_proc_t *procs, size_t n, const char *node, int nprocs, int *lead, char **name)
{
    int lowest = nprocs;
    for (size_t i = 0; i < n; i++)
        if (procs[i].rank < (pmix_rank_t)lowest) lowest = (int)procs[i].rank;
    if (lowest == nprocs) return;
    for (size_t i = 0; i < n; i++)
        if (procs[i].rank < (pmix_rank_t)nprocs) lead[procs[i].rank] = lowest;
    if (!name[lowest]) name[lowest] = strdup(node);
}

static void client_hosts(int nprocs, int *lead, char **name)
{
    char *nodes = NULL, *rest = NULL;
    if (PMIx_Resolve_nodes(self.nspace, &nodes) != PMIX_SUCCESS || !nodes) return;
    for (char *node = strtok_r(nodes, ",", &rest); node; node = strtok_r(NULL, ",", &rest)) {
        pmix_proc_t *procs = NULL;
        size_t n = 0;
        if (PMIx_Resolve_peers(node, self.nspace, &procs, &n) != PMIX_SUCCESS) continue;
        place_ranks(procs, n, node, nprocs, lead, name);
        PMIX_PROC_FREE(procs, n);
    }
    free(nodes);
}

/* --- keys ----------------------------------------------------------------------------------------------------------*/

static furrow_err client_put(const char *key, const void *bytes, size_t nbytes)
{
    pmix_value_t value = {.type = PMIX_BYTE_OBJECT};
    value.data.bo.bytes = (char *)(uintptr_t)bytes;
    value.data.bo.size = nbytes;
    pmix_status_t status = PMIx_Put(PMIX_GLOBAL, key, &value);
    if (status == PMIX_SUCCESS) status = PMIx_Commit();
    return status == PMIX_SUCCESS ? FURROW_OK : refused(status, "leaving this pid's address for the others");
}

/* One look: a rank that has left something else before is answered for at once, so the cache must be passed by. */
static pmix_status_t look(int rank, const char *key, int seconds, pmix_value_t **value)
{
    pmix_proc_t proc;
    pmix_info_t how[2];
    bool refresh = true;
    PMIX_PROC_LOAD(&proc, self.nspace, (pmix_rank_t)rank);
    PMIX_INFO_LOAD(&how[0], PMIX_TIMEOUT, &seconds, PMIX_INT);
    PMIX_INFO_LOAD(&how[1], PMIX_GET_REFRESH_CACHE, &refresh, PMIX_BOOL);
    pmix_status_t status = PMIx_Get(&proc, key, how, 2, value);
    PMIX_INFO_DESTRUCT(&how[0]);
    PMIX_INFO_DESTRUCT(&how[1]);
    return status;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static furrow_err client_get(int rank, const char *key, int seconds, void *bytes, size_t *nbytes)
{
    pmix_value_t *value = NULL;
    int64_t deadline_ms = now_ms() + (int64_t)seconds * 1000;
    pmix_status_t status;
    while ((status = look(rank, key, seconds, &value)) == PMIX_ERR_NOT_FOUND) {
        if (now_ms() > deadline_ms)
            return furrow_fail(FURROW_ERR_TIMEOUT, "PMIx: pid %d did not join within %d s", rank + 1, seconds);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    if (status != PMIX_SUCCESS) return refused(status, "asking another pid how it is reached");
    size_t n = value->type == PMIX_BYTE_OBJECT ? value->data.bo.size : 0;
    bool fits = n > 0 && n <= *nbytes;
    if (fits) memcpy(bytes, value->data.bo.bytes, n);
    PMIX_VALUE_RELEASE(value);
    if (!fits) return furrow_fail(FURROW_ERR_FORMAT, "pid %d left something unexpected with PMIx", rank + 1);
    *nbytes = n;
    return FURROW_OK;
}

/* Slurm loses an answer now and then, when the other host is busy starting: then it is asked for again. */
#define ASK_SECONDS 3

typedef struct question {
    struct question *prev, *next; /* in the list of those that wait for their answer */
    void (*answered)(void *arg, int rank, const void *bytes, size_t nbytes);
    void *arg;
    int rank;
    pmix_info_t how[2]; /* PMIx keeps them until the answer */
} question;

/* Answers come in a thread of PMIx's; those of pids that are gone never do. */
static struct {
    pthread_mutex_t lock;
    question *first;
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void question_add(question *q)
{
    pthread_mutex_lock(&waiting.lock);
    q->next = waiting.first;
    if (q->next) q->next->prev = q;
    waiting.first = q;
    pthread_mutex_unlock(&waiting.lock);
}

static void question_drop(question *q)
{
    pthread_mutex_lock(&waiting.lock);
    if (q->next) q->next->prev = q->prev;
    if (q->prev)
        q->prev->next = q->next;
    else
        waiting.first = q->next;
    pthread_mutex_unlock(&waiting.lock);
    PMIX_INFO_DESTRUCT(&q->how[0]);
    PMIX_INFO_DESTRUCT(&q->how[1]);
    free(q);
}

static void on_value(pmix_status_t status, pmix_value_t *value, void *data)
{
    question *q = data;
    bool good = status == PMIX_SUCCESS && value && value->type == PMIX_BYTE_OBJECT;
    q->answered(q->arg, q->rank, good ? value->data.bo.bytes : NULL, good ? value->data.bo.size : 0);
    question_drop(q);
}

static furrow_err client_ask(int rank, const char *key,
                             void (*answered)(void *arg, int rank, const void *bytes, size_t nbytes), void *arg)
{
    pmix_proc_t proc;
    question *q = malloc(sizeof *q);
    if (!q) return furrow_fail(FURROW_ERR_NOMEM, "no memory to ask PMIx");
    *q = (question){.answered = answered, .arg = arg, .rank = rank};
    PMIX_PROC_LOAD(&proc, self.nspace, (pmix_rank_t)rank);
    bool refresh = true;
    int seconds = ASK_SECONDS;
    PMIX_INFO_LOAD(&q->how[0], PMIX_GET_REFRESH_CACHE, &refresh, PMIX_BOOL);
    PMIX_INFO_LOAD(&q->how[1], PMIX_TIMEOUT, &seconds, PMIX_INT);
    question_add(q); /* it may be answered before this call returns */
    pmix_status_t status = PMIx_Get_nb(&proc, key, q->how, 2, on_value, q);
    if (status == PMIX_SUCCESS) return FURROW_OK;
    question_drop(q);
    return refused(status, "asking another pid how it is reached");
}

/* After PMIx has ended nothing is answered any more. */
static void client_close(void)
{
    PMIx_Deregister_event_handler(handler, NULL, NULL);
    PMIx_Finalize(NULL, 0);
    while (waiting.first) question_drop(waiting.first);
}

FURROW_API extern const fboot_client furrow_boot_client;
const fboot_client furrow_boot_client = {.abi = FBOOT_CLIENT_ABI,
                                         .open = client_open,
                                         .close = client_close,
                                         .version = PMIx_Get_version,
                                         .hosts = client_hosts,
                                         .put = client_put,
                                         .get = client_get,
                                         .ask = client_ask};
