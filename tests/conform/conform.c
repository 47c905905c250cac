/*
 * conform.c - runs cases of the suite by name, in every pid of the job it was started in; without a name, lists them with
 * the least number of pids each. With several names, or CONFORM_SPEAKS, pid 1 says which one is over. Options for joining come from the
 * environment as for any program, and the mode of threads from CONFORM_THREADS.
 */
#include "conform.h"
#include <unistd.h>

static const conform_case *const groups[] = {order_cases, stray_cases,  bounded_cases, access_cases,
                                             once_cases,  thread_cases, shared_cases,  swap_cases};
#define NGROUPS (sizeof groups / sizeof groups[0])

enum { MOST_VECTORS = 16 };
static furrow_symbol *vectors[MOST_VECTORS]; /* of this case */
static int ncases_left;                      /* to run after this one */

static void fail(furrow_job *job, const char *what, int line, const char *how)
{
    fprintf(stderr, "pid %d, line %d: %s: %s\n", furrow_myid(job), line, what, how);
    _exit(1);
}

void conform_expect(furrow_job *job, furrow_err err, furrow_err expected, const char *what, int line)
{
    if (err == expected) return;
    char how[1024];
    furrow_error_info info;
    furrow_last_error(&info);
    snprintf(how, sizeof how, "%s instead of %s (%s)", furrow_err_name(err), furrow_err_name(expected),
             err ? info.message : "");
    fail(job, what, line, how);
}

void conform_true(furrow_job *job, bool truth, const char *what, int line)
{
    if (!truth) fail(job, what, line, "does not hold");
}

furrow_symbol *conform_vector(furrow_job *job, const char *name, furrow_type type, size_t count)
{
    furrow_symbol **place = vectors;
    while (place < vectors + MOST_VECTORS && *place) place++;
    TRUE(place < vectors + MOST_VECTORS);
    OK(furrow_alloc(job, name, type, 1, &count, place));
    return *place;
}

void conform_drop(furrow_job *job, furrow_symbol *symbol)
{
    for (int i = 0; i < MOST_VECTORS; i++)
        if (vectors[i] == symbol) vectors[i] = NULL;
    OK(furrow_drop(symbol));
}

furrow_remote *conform_resolve(furrow_job *job, int pid, const char *name)
{
    furrow_remote *remote = NULL;
    OK(furrow_resolve(job, pid, name, CONFORM_PATIENCE_MS, &remote));
    return remote;
}

long conform_effort(long rounds)
{
    const char *text = getenv("CONFORM_EFFORT");
    double factor = text ? atof(text) : 1;
    long n = (long)((double)rounds * factor);
    return n > 1 ? n : 1;
}

static double pace(void)
{
    const char *text = getenv("CONFORM_PACE");
    return text && atof(text) > 1 ? atof(text) : 1;
}

void conform_nap(int ms)
{
    usleep((useconds_t)(ms * 1000 * pace()));
}

void conform_stand_still(furrow_job *job, furrow_remote *r, int ms)
{
    enum { STILL = FURROW_NOTIFY_IDS - 1 };
    if (furrow_myid(job) == 1) {
        OK(furrow_notify_wait(job, STILL, 1, FURROW_WAIT_ANY, CONFORM_PATIENCE_MS, NULL));
        /* pid 2's flush ends a little later, and may need to hear of this pid for that */
        for (int k = 0; k < 250; k++) {
            (void)furrow_progress(job);
            conform_nap(1);
        }
    }
    if (furrow_myid(job) != 2) return;
    OK(furrow_put_notify(r, 0, NULL, 0, STILL));
    OK(furrow_flush(job, 1, CONFORM_PATIENCE_MS));
    conform_nap(ms);
}

double conform_soon(void)
{
    return (conform_fabric() ? 8 : 2) * pace();
}

bool conform_fabric(void)
{
    const char *net = getenv("FURROW_NET");
    return net && *net && strcmp(net, "auto") && strcmp(net, "shm");
}

uint64_t conform_random(uint64_t *state)
{
    uint64_t x = *state ? *state : 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

/* Nobody begins the next case before everybody has ended this one; nothing of it is left then. */
void conform_end(furrow_job *job)
{
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
    if (ncases_left == 0) {
        OK(furrow_leave(job));
        return;
    }
    for (int i = 0; i < MOST_VECTORS; i++)
        if (vectors[i]) conform_drop(job, vectors[i]);
    while (furrow_notify_wait(job, 0, FURROW_NOTIFY_IDS, FURROW_WAIT_ANY, FURROW_NOWAIT, NULL) == FURROW_OK) continue;
    OK(furrow_barrier(job, CONFORM_PATIENCE_MS));
}

static const conform_case *find(const char *name)
{
    for (size_t g = 0; g < NGROUPS; g++)
        for (const conform_case *c = groups[g]; c->name; c++)
            if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

static int list(void)
{
    for (size_t g = 0; g < NGROUPS; g++)
        for (const conform_case *c = groups[g]; c->name; c++) printf("%s %d\n", c->name, c->least_pids);
    return 0;
}

/* False when there is no such case. */
static bool run(furrow_job *job, const char *name, bool one_of_many)
{
    const conform_case *c = find(name);
    if (!c) return false;
    bool speaks = one_of_many && furrow_myid(job) == 1;
    TRUE(furrow_nprocs(job) >= c->least_pids);
    c->run(job);
    if (speaks) printf("kept: %s\n", name);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 2) return list();
    furrow_job *job = NULL;
    furrow_join_opts opts = FURROW_OPTS_INIT(furrow_join_opts);
    if (getenv("CONFORM_THREADS")) opts.threads = FURROW_THREADS_MULTIPLE;
    OK(furrow_join(&opts, &job));
    for (int i = 1; i < argc; i++) {
        ncases_left = argc - 1 - i;
        if (run(job, argv[i], argc > 2 || getenv("CONFORM_SPEAKS"))) continue;
        fprintf(stderr, "no case %s\n", argv[i]);
        return 2;
    }
    return 0;
}
