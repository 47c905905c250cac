/*
 * test_launch.c - the launcher as a library call: what it refuses, what it gives back, and that it leaves its caller as
 * it found it. tests/fault tries the command.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "boot/arena.h"
#include "boot/launch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static furrow_err launch_shell(int nprocs, const char *script, int *status)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    furrow_launch_opts opts = {.size = sizeof opts, .nprocs = nprocs, .bind = FURROW_BIND_NONE, .argv = argv};
    return furrow_launch(&opts, status);
}

/* Jobs that are over before their launcher has looked: none of their verdicts is lost. */
static void short_jobs(void **state)
{
    (void)state;
    const char *argv[] = {"true", NULL};
    furrow_launch_opts opts = {.size = sizeof opts, .nprocs = 1, .bind = FURROW_BIND_NONE, .argv = argv};
    for (int i = 0; i < 1000; i++) {
        int status = -1;
        assert_int_equal(furrow_launch(&opts, &status), FURROW_OK);
        assert_int_equal(status, 0);
    }
}

static void exit_status(void **state)
{
    static const struct {
        const char *script;
        int status;
    } cases[] = {{"exit 0", 0}, {"exit 7", 7}, {"kill -9 $$", 137}, {"kill -TERM $$", 143}, {"exit 255", 255}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = -1;
        assert_int_equal(launch_shell(2, cases[i].script, &status), FURROW_OK);
        assert_int_equal(status, cases[i].status);
    }
}

/* pid 2 fails at once, pid 1 later and otherwise: the first counts. The pid is the fourth part of the ticket. */
static void first_failure_counts(void **state)
{
    int status = -1;
    (void)state;
    const char *script = "case $FURROW_BOOT in *:*:*:2:*) exit 5;; esac; sleep 0.2; exit 6";
    assert_int_equal(launch_shell(2, script, &status), FURROW_OK);
    assert_int_equal(status, 5);
}

static void refusals(void **state)
{
    const char *argv[] = {"true", NULL}, *none[] = {NULL};
    furrow_launch_opts opts = {.size = sizeof opts, .nprocs = 0, .argv = argv};
    int status = 77;
    (void)state;
    assert_int_equal(furrow_launch(NULL, &status), FURROW_ERR_ARG);
    assert_int_equal(furrow_launch(&opts, NULL), FURROW_ERR_ARG);
    static const int counts[] = {0, -1, FURROW_MAX_PROCS + 1, INT32_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        opts.nprocs = counts[i];
        assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
        opts.bind = FURROW_BIND_CORE;
        assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
        opts.bind = FURROW_BIND_DEFAULT;
    }
    opts.nprocs = 1;
    opts.bind = (furrow_bind_policy)9;
    assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
    opts.bind = FURROW_BIND_NONE;
    opts.argv = NULL;
    assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
    opts.argv = none;
    assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
    opts.argv = argv;
    opts.controller_argv = none;
    assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
    opts.controller_argv = NULL;
    opts.size = 4;
    assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
    opts.size = sizeof opts + 8;
    assert_int_equal(furrow_launch(&opts, &status), FURROW_ERR_ARG);
    assert_int_equal(status, 77);
}

static void programs_are_found(void **state)
{
    char *path = NULL;
    int status = 0;
    (void)state;
    assert_int_equal(fboot_program_find("sh", &path, &status), FURROW_OK);
    assert_int_equal(access(path, X_OK), 0);
    free(path);
    assert_int_equal(fboot_program_find("/bin/sh", &path, &status), FURROW_OK);
    assert_string_equal(path, "/bin/sh");
    free(path);
    assert_int_equal(fboot_program_find("no such program", &path, &status), FURROW_ERR_ARG);
    assert_int_equal(status, 127);
    assert_int_equal(fboot_program_find("", &path, &status), FURROW_ERR_ARG);
    assert_int_equal(status, 127);
    assert_int_equal(fboot_program_find("/tmp", &path, &status), FURROW_ERR_ARG);
    assert_int_equal(status, 126);
    assert_int_equal(fboot_program_find("/etc/passwd", &path, &status), FURROW_ERR_ARG);
    assert_int_equal(status, 126);
}

static void too_few_descriptors(void **state)
{
    struct rlimit files, less;
    int status = 0;
    (void)state;
    pid_t child = fork(); /* a lowered limit cannot be raised again */
    if (child == 0) {
        getrlimit(RLIMIT_NOFILE, &files);
        less = (struct rlimit){.rlim_cur = 128, .rlim_max = 128};
        setrlimit(RLIMIT_NOFILE, &less);
        _exit(launch_shell(200, "exit 0", &status) == FURROW_ERR_LIMIT ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Its signals, its children, its descriptors are the caller's own again. */
static void caller_as_before(void **state)
{
    sigset_t before, after;
    struct sigaction act, mine = {.sa_handler = SIG_IGN};
    int status = -1, subreaper = -1;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    sigaction(SIGUSR1, &mine, NULL);
    sigprocmask(SIG_SETMASK, NULL, &before);
    int fd = dup(0);
    close(fd);
    assert_int_equal(launch_shell(3, "sleep 60 & exit 0", &status), FURROW_OK);
    assert_int_equal(status, 0);
    sigprocmask(SIG_SETMASK, NULL, &after);
    assert_memory_equal(&before, &after, NSIG / 8); /* what the kernel fills in */
    sigaction(SIGINT, NULL, &act);
    assert_true(act.sa_handler == SIG_DFL);
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    assert_int_equal(subreaper, 0);
    assert_int_equal(dup(0), fd);
    close(fd);
    assert_int_equal(kill(child, 0), 0);
    assert_int_equal(waitpid(child, &status, WNOHANG), 0); /* neither killed nor collected */
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void inherited_limits(void **state)
{
    struct rlimit files, saved;
    int status = -1;
    char script[100];
    (void)state;
    getrlimit(RLIMIT_NOFILE, &saved);
    files = (struct rlimit){.rlim_cur = 70, .rlim_max = saved.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    snprintf(script, sizeof script, "test $(ulimit -n) = 70");
    assert_int_equal(launch_shell(20, script, &status), FURROW_OK);
    assert_int_equal(status, 0);
    getrlimit(RLIMIT_NOFILE, &files);
    assert_int_equal(files.rlim_cur, 70);
    setrlimit(RLIMIT_NOFILE, &saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(exit_status),          cmocka_unit_test(short_jobs),
                                       cmocka_unit_test(first_failure_counts), cmocka_unit_test(refusals),
                                       cmocka_unit_test(programs_are_found),   cmocka_unit_test(too_few_descriptors),
                                       cmocka_unit_test(caller_as_before),     cmocka_unit_test(inherited_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
