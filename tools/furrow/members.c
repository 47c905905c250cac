/*
 * members.c - furrow info --job: every process of the job runs this; pid 1 reads where each is, how it reaches the others
 * and what it has refused, and tells it. The others serve.
 */
#include "info.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMBER_SYMBOL "furrow_info_member"
#define LIST_NBYTES   4096
#define SAYS_NBYTES   (4 * LIST_NBYTES + 512)

/* What a pid says of itself, after its number: texts, in this order. */
static const column columns[] = {{"pid", NULL, CELL_NUMBER},
                                 {"host"},
                                 {"process", NULL, CELL_NUMBER},
                                 {"processors"},
                                 {"direct"},
                                 {"one_sided", "one-sided"},
                                 {"assisted"},
                                 {"fabric"},
                                 {"strangers", NULL, CELL_NUMBER},
                                 {"malformed", NULL, CELL_NUMBER},
                                 {"evaluations", NULL, CELL_NUMBER},
                                 {"read_only", "read-only", CELL_NUMBER},
                                 {"state"}};
#define NCOLUMNS (sizeof columns / sizeof columns[0])
#define NSAYINGS (NCOLUMNS - 2)

/* "1-3,5": the numbers from first to last that are in the set. */
static void list_ranges(char text[LIST_NBYTES], int first, int last, bool (*has)(const void *set, int number),
                        const void *set)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = first; i <= last && used + 32 < LIST_NBYTES; i++) {
        if (!has(set, i)) continue;
        int end = i;
        while (end < last && has(set, end + 1)) end++;
        const char *comma = used ? "," : "";
        int n = end > i ? snprintf(text + used, LIST_NBYTES - used, "%s%d-%d", comma, i, end)
                        : snprintf(text + used, LIST_NBYTES - used, "%s%d", comma, i);
        used += (size_t)n;
        i = end;
    }
}

static bool may_use(const void *set, int processor)
{
    return CPU_ISSET(processor, (const cpu_set_t *)set);
}

typedef struct reached {
    furrow_job *job;
    furrow_path path;
} reached;

static bool is_reached(const void *set, int pid)
{
    const reached *wanted = set;
    furrow_peer_info peer;
    return pid != furrow_myid(wanted->job) && !furrow_info_peer(wanted->job, pid, &peer) && peer.path == wanted->path;
}

static void name_fabric(furrow_job *job, char *name, size_t nbytes)
{
    furrow_peer_info peer;
    name[0] = '\0';
    for (int pid = 1; pid <= furrow_nprocs(job) && !*name; pid++)
        if (!furrow_info_peer(job, pid, &peer) && !peer.near) snprintf(name, nbytes, "%s", peer.transport);
}

/* What this pid says, one text after another, each with its NUL. */
static furrow_err describe_self(furrow_job *job, char *says)
{
    static char lists[4][LIST_NBYTES];
    char host[65] = "", process[16], fabric[64], counts[4][24];
    cpu_set_t set;
    furrow_refusals refusals;
    furrow_err err = furrow_info_refusals(job, &refusals);
    if (err) return err;
    gethostname(host, sizeof host - 1);
    snprintf(process, sizeof process, "%d", (int)getpid());
    lists[0][0] = '\0';
    if (!sched_getaffinity(0, sizeof set, &set)) list_ranges(lists[0], 0, CPU_SETSIZE - 1, may_use, &set);
    for (int path = FURROW_PATH_DIRECT; path <= FURROW_PATH_ASSISTED; path++)
        list_ranges(lists[1 + path], 1, furrow_nprocs(job), is_reached, &(reached){job, (furrow_path)path});
    name_fabric(job, fabric, sizeof fabric);
    snprintf(counts[0], sizeof counts[0], "%llu", (unsigned long long)refusals.strangers);
    snprintf(counts[1], sizeof counts[1], "%llu", (unsigned long long)refusals.malformed);
    snprintf(counts[2], sizeof counts[2], "%llu", (unsigned long long)refusals.evaluations);
    snprintf(counts[3], sizeof counts[3], "%llu", (unsigned long long)refusals.read_only);
    const char *const texts[NSAYINGS] = {host,   process,   lists[0],  lists[1],  lists[2], lists[3],
                                         fabric, counts[0], counts[1], counts[2], counts[3]};
    for (size_t i = 0; i < NSAYINGS; i++) says = stpcpy(says, texts[i]) + 1;
    return FURROW_OK;
}

/* Into a symbol that pid 1 reads: nothing is evaluated, so that it works with FURROW_EVAL=off too. */
static furrow_err offer_self(furrow_job *job, furrow_symbol **symbol)
{
    size_t nbytes = SAYS_NBYTES;
    furrow_err err = furrow_alloc(job, MEMBER_SYMBOL, FURROW_UINT8, 1, &nbytes, symbol);
    return err ? err : describe_self(job, furrow_data(*symbol));
}

/* --- pid 1 ---------------------------------------------------------------------------------------------------------*/

static furrow_err fetch(furrow_job *job, int pid, char says[SAYS_NBYTES])
{
    furrow_remote *remote;
    furrow_err err = furrow_resolve(job, pid, MEMBER_SYMBOL, 0, &remote);
    if (err) return err;
    err = furrow_get(remote, 0, says, SAYS_NBYTES);
    furrow_remote_drop(remote);
    return err;
}

/* False when the pid could not be asked. */
static bool add_member(report *r, furrow_job *job, int pid)
{
    static char says[SAYS_NBYTES + NSAYINGS]; /* the zeros behind it end what is cut off */
    furrow_error_info why;
    const char *cells[NCOLUMNS], *at = says;
    char number[16];
    furrow_err err = fetch(job, pid, says);
    furrow_last_error(&why);
    snprintf(number, sizeof number, "%d", pid);
    cells[0] = number;
    for (size_t i = 1; i <= NSAYINGS; i++) {
        cells[i] = err ? "" : at;
        at += err ? 0 : strlen(at) + 1;
    }
    cells[NCOLUMNS - 1] = err ? why.message : "joined";
    report_row(r, cells);
    return !err;
}

static const char *started_by(void)
{
    const char *rank = getenv("PMIX_RANK"), *boot = getenv("FURROW_BOOT");
    return boot && *boot ? "furrow run" : rank && *rank ? "PMIx" : "itself";
}

static int tell(furrow_job *job, bool json)
{
    bool whole = true;
    report *r = report_begin(json);
    report_group(r, "job", NULL);
    report_number(r, "pids", furrow_nprocs(job));
    report_text(r, "started_by", "%s", started_by());
    report_text(r, "FURROW_NET", "%s", getenv("FURROW_NET") ? getenv("FURROW_NET") : "auto");
    report_table(r, "members", "members", columns, NCOLUMNS);
    for (int pid = 1; pid <= furrow_nprocs(job); pid++) whole &= add_member(r, job, pid);
    int status = report_end(r);
    return whole ? status : STATUS_FAILED;
}

int members_run(bool json)
{
    furrow_job *job;
    furrow_symbol *symbol;
    int status = 0;
    if (furrow_join(NULL, &job)) return command_failed(NULL);
    if (offer_self(job, &symbol) || furrow_barrier(job, 0))
        status = command_failed(NULL);
    else if (furrow_myid(job) == 1)
        status = tell(job, json);
    else if (furrow_serve(job, 0))
        status = command_failed(NULL);
    if (furrow_leave(job) && !status) status = command_failed(NULL);
    return status;
}
