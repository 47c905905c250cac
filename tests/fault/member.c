/*
 * member.c - a pid for the tests of deaths: does one kind of work with the others until something goes wrong, says what
 * and when, and whether the rest of the job still works. Started by tests/fault/death.sh with furrow run.
 */
#include <furrow/furrow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CELLS       64
#define WAIT_MS     20000 /* none of the waits is to take that long */
#define STUCK_MS    1000
#define LONG_ENOUGH 10000000 /* rounds */
#define MAX_MEMBERS 64

static furrow_job *job;
static int me, nprocs, victim;

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One line, one write. */
static void say(const char *what, furrow_err err, int pid)
{
    char line[200];
    int n = snprintf(line, sizeof line, "%d %s %s %d %lld\n", me, what, furrow_err_name(err), pid, now_ms());
    if (write(STDOUT_FILENO, line, (size_t)n) != n) exit(9);
}

static void say_failure(const char *what)
{
    furrow_error_info info;
    furrow_last_error(&info);
    say(what, info.code, info.pid);
}

static size_t others(int *pids, int without)
{
    size_t n = 0;
    for (int pid = 1; pid <= nprocs; pid++)
        if (pid != me && pid != without) pids[n++] = pid;
    return n;
}

/* Reaps at all others; *good is how many answered rightly. */
static furrow_err reap_others(int without, const char *text, int64_t timeout_ms, size_t *good)
{
    int pids[MAX_MEMBERS];
    furrow_results *results = NULL;
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    size_t n = others(pids, without);
    opts.timeout_ms = timeout_ms;
    *good = 0;
    furrow_err err = furrow_reap(job, pids, n, text, &opts, &results);
    for (int pid = 0; results && (pid = furrow_results_next(results, pid));) {
        int64_t number;
        const furrow_value *value = furrow_results_get(results, pid);
        if (value && !furrow_value_as_int64(value, &number) && number == pid) ++*good;
    }
    furrow_results_free(results);
    return err;
}

/* After a death: everybody left answers everybody. */
static int rest_works(void)
{
    size_t good;
    furrow_err err = reap_others(victim, "myid()", WAIT_MS, &good);
    say(good == (size_t)nprocs - 2 ? "rest-works" : "rest-broken", err, (int)good);
    return 0;
}

/* Serves until its own work is done by everybody left: nobody leaves while others may still ask. */
static int part_in_peace(void)
{
    for (long long end = now_ms() + 2000; now_ms() < end;)
        if (!furrow_progress(job)) usleep(500);
    return furrow_leave(job) ? 1 : 0;
}

static int work_reap(void)
{
    size_t good;
    for (int i = 0; i < LONG_ENOUGH; i++) {
        furrow_err err = reap_others(0, "myid()", WAIT_MS, &good);
        if (i == 20) say("ready", err, 0);
        if (!err) continue;
        say_failure("failed");
        say("answers", err, (int)good);
        return rest_works();
    }
    return 1;
}

static int work_barrier(void)
{
    for (int i = 0; i < LONG_ENOUGH; i++) {
        furrow_err err = furrow_barrier(job, WAIT_MS);
        if (i == 20) say("ready", err, 0);
        if (!err) continue;
        say_failure("failed");
        return rest_works();
    }
    return 1;
}

/* Waits for the victim alone, which computes without end. */
static int work_wait(void)
{
    if (me == victim) {
        say("ready", FURROW_OK, 0);
        for (;;) sleep(1000);
    }
    furrow_results *results = NULL;
    furrow_eval_opts opts = FURROW_OPTS_INIT(furrow_eval_opts);
    opts.timeout_ms = WAIT_MS;
    say("ready", FURROW_OK, 0);
    if (!furrow_reap(job, &victim, 1, "1", &opts, &results)) return 1;
    furrow_results_free(results);
    say_failure("failed");
    return rest_works();
}

/* Puts and adds into everybody's memory, without their help; a put to a pid that is gone is no crash. */
static int work_put(void)
{
    size_t dims[1] = {CELLS};
    int64_t cells[CELLS];
    furrow_symbol *box;
    furrow_remote *remotes[MAX_MEMBERS + 1] = {0};
    if (furrow_alloc(job, "box", FURROW_INT64, 1, dims, &box) || furrow_barrier(job, WAIT_MS)) return 1;
    for (int pid = 1; pid <= nprocs; pid++)
        if (pid != me && furrow_resolve(job, pid, "box", WAIT_MS, &remotes[pid])) return 1;
    for (int i = 0; i < LONG_ENOUGH; i++) {
        for (int pid = 1; pid <= nprocs; pid++) {
            if (!remotes[pid]) continue;
            for (int c = 0; c < CELLS; c++) cells[c] = i;
            furrow_err err = furrow_put(remotes[pid], 0, cells, CELLS - 1);
            if (!err) err = furrow_fetch_add(remotes[pid], CELLS - 1, 1, NULL);
            if (!err && i % 64 == 0) err = furrow_peer_state(job, pid);
            if (!err) continue;
            say_failure("failed");
            furrow_remote_drop(remotes[pid]);
            return rest_works();
        }
        if (i == 200) say("ready", FURROW_OK, 0);
        furrow_progress(job);
    }
    return 1;
}

/* Answers until the others have left: it has nothing of its own to say. */
static int serve_until_alone(void)
{
    int pids[MAX_MEMBERS];
    size_t n = others(pids, 0);
    for (long long end = now_ms() + WAIT_MS; n && now_ms() < end;) {
        if (furrow_peer_state(job, pids[n - 1])) n--;
        if (!furrow_progress(job)) usleep(500);
    }
    return 0;
}

/* The victim is stopped, not dead: the deadline passes and names it, the others answer; later it goes on. */
static int work_stopped(void)
{
    size_t good;
    if (furrow_barrier(job, WAIT_MS)) return 1;
    say("ready", FURROW_OK, 0);
    if (me == victim) return serve_until_alone();
    furrow_err err;
    for (int i = 0; !(err = reap_others(0, "myid()", STUCK_MS, &good)) && i < LONG_ENOUGH; i++) continue;
    say_failure("failed");
    say("answers", err, (int)good);
    for (int i = 0; (err = reap_others(0, "myid()", STUCK_MS, &good)) && i < 50; i++) continue;
    say("again", err, (int)good);
    return 0;
}

/* The victim ends without leaving: well, or not. */
static int end_victim(int status)
{
    size_t good;
    say("ready", FURROW_OK, 0);
    if (me == victim) {
        usleep(300000);
        _exit(status);
    }
    for (int i = 0; i < LONG_ENOUGH && !reap_others(0, "myid()", WAIT_MS, &good); i++) continue;
    say_failure("failed");
    return rest_works();
}

static int work_exit_well(void)
{
    return end_victim(0);
}

static int work_exit_badly(void)
{
    return end_victim(5);
}

/* The victim starts this program again: that is no pid of the job, and must not become one. */
static int work_child(void)
{
    size_t good;
    if (me == victim) {
        pid_t child = fork();
        if (child == 0) execl("/proc/self/exe", "member", "reap", "1", (char *)NULL);
        for (int ended = 0; !ended; furrow_progress(job)) ended = waitpid(child, NULL, WNOHANG) == child;
    }
    furrow_err err = reap_others(0, "myid()", WAIT_MS, &good);
    say("still", err, (int)good);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*work)(void);
    } works[] = {{"reap", work_reap},
                 {"barrier", work_barrier},
                 {"wait", work_wait},
                 {"put", work_put},
                 {"stopped", work_stopped},
                 {"exit-well", work_exit_well},
                 {"exit-badly", work_exit_badly},
                 {"child", work_child}};
    if (argc != 3) return 3;
    if (furrow_join(NULL, &job)) {
        say_failure("refused");
        return 3;
    }
    me = furrow_myid(job);
    nprocs = furrow_nprocs(job);
    victim = atoi(argv[2]);
    if (nprocs > MAX_MEMBERS) return 3;
    char line[64];
    int n = snprintf(line, sizeof line, "%d native %d\n", me, (int)getpid());
    if (write(STDOUT_FILENO, line, (size_t)n) != n) return 9;
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        if (strcmp(works[i].name, argv[1])) continue;
        int status = works[i].work();
        int parted = part_in_peace();
        return status ? status : parted;
    }
    return 3;
}
