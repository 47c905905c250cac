/*
 * conform.c - runs one case of the suite by name, in every pid of the job it was started in; without a name, lists
 * them with the least number of pids each. Options for joining come from the environment as for any program, and the
 * mode of threads from CONFORM_THREADS.
 */
#include "conform.h"
#include <unistd.h>

static const conform_case *const groups[] = {order_cases,  stray_cases, bounded_cases,
                                             access_cases, once_cases,  thread_cases};
#define NGROUPS (sizeof groups / sizeof groups[0])

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
    furrow_symbol *symbol = NULL;
    OK(furrow_alloc(job, name, type, 1, &count, &symbol));
    return symbol;
}

furrow_remote *conform_resolve(furrow_job *job, int pid, const char *name)
{
    furrow_remote *remote = NULL;
    OK(furrow_resolve(job, pid, name, 0, &remote));
    return remote;
}

long conform_effort(long rounds)
{
    const char *text = getenv("CONFORM_EFFORT");
    double factor = text ? atof(text) : 1;
    long n = (long)((double)rounds * factor);
    return n > 1 ? n : 1;
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

int main(int argc, char **argv)
{
    if (argc < 2) return list();
    const conform_case *c = find(argv[1]);
    if (!c) {
        fprintf(stderr, "no case %s\n", argv[1]);
        return 2;
    }
    furrow_job *job = NULL;
    furrow_join_opts opts = FURROW_OPTS_INIT(furrow_join_opts);
    if (getenv("CONFORM_THREADS")) opts.threads = FURROW_THREADS_MULTIPLE;
    OK(furrow_join(&opts, &job));
    TRUE(furrow_nprocs(job) >= c->least_pids);
    c->run(job);
    return 0;
}
