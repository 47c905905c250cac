/*
 * counts.c - does one operation many times, for counts.sh, which counts its instructions: counts OPERATION TIMES, as a job
 * of two pids. Pid 1 calls; pid 2 answers what must be answered.
 */
#include <furrow/furrow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK(call)                                                               \
    do {                                                                       \
        furrow_err err_ = (call);                                              \
        if (err_) {                                                            \
            fprintf(stderr, "counts: %s: %s\n", #call, furrow_strerror(err_)); \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

enum { FORTH = 0, BACK = 1 };

typedef struct counted {
    furrow_job *job;
    furrow_remote *far;
    furrow_program *program;
    double bytes[8];
} counted;

static void put(counted *c)
{
    OK(furrow_put(c->far, 0, c->bytes, 1));
}

static void get(counted *c)
{
    OK(furrow_get(c->far, 0, c->bytes, 1));
}

static void await(counted *c, uint32_t id)
{
    OK(furrow_notify_wait(c->job, id, 1, FURROW_WAIT_ANY, 0, NULL));
}

/* A ping-pong, so that nothing ever waits for room. */
static void notify(counted *c)
{
    bool first = furrow_myid(c->job) == 1;
    if (!first) await(c, FORTH);
    OK(furrow_put_notify(c->far, 0, c->bytes, 8, first ? FORTH : BACK));
    if (first) await(c, BACK);
}

static void add(counted *c)
{
    int64_t old;
    OK(furrow_fetch_add(c->far, 0, 1, &old));
}

static void reap(counted *c)
{
    double argument = 41, result;
    OK(furrow_reap_float64(c->job, furrow_myid(c->job), c->program, &argument, 1, 0, &result));
    if (result < 41.5 || result > 42.5) exit(1);
}

static const struct {
    const char *name;
    void (*once)(counted *c);
    furrow_type type;
    bool answered; /* pid 2 calls as often */
} operations[] = {
    {"put", put, FURROW_FLOAT64, false},      {"get", get, FURROW_FLOAT64, false},
    {"notify", notify, FURROW_FLOAT64, true}, {"add", add, FURROW_INT64, false},
    {"reap", reap, FURROW_FLOAT64, false},
};

int main(int argc, char **argv)
{
    counted c = {0};
    size_t n = 8, which = 0;
    furrow_symbol *box;
    if (argc != 3) return 2;
    while (which < sizeof operations / sizeof operations[0] && strcmp(operations[which].name, argv[1]) != 0) which++;
    if (which == sizeof operations / sizeof operations[0]) return 2;
    OK(furrow_join(NULL, &c.job));
    OK(furrow_alloc(c.job, "box", operations[which].type, 1, &n, &box));
    OK(furrow_compile("$1 + 1.0", strlen("$1 + 1.0"), &c.program));
    OK(furrow_barrier(c.job, 0));
    OK(furrow_resolve(c.job, 3 - furrow_myid(c.job), "box", 0, &c.far));
    for (long k = atol(argv[2]); k > 0 && (furrow_myid(c.job) == 1 || operations[which].answered); k--)
        operations[which].once(&c);
    OK(furrow_barrier(c.job, 0));
    furrow_remote_drop(c.far);
    furrow_program_drop(c.program);
    furrow_leave(c.job);
    return 0;
}
