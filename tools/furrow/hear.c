/*
 * hear.c - what another program says, within a deadline: for the doctor, which asks launchers. Gives the program no input,
 * and never waits for one that does not end.
 */
#include "info.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool start(const char *const argv[], int to, pid_t *child)
{
    posix_spawn_file_actions_t files;
    if (posix_spawn_file_actions_init(&files)) return false;
    bool ready = !posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0) &&
                 !posix_spawn_file_actions_adddup2(&files, to, 1) && !posix_spawn_file_actions_adddup2(&files, to, 2);
    bool started = ready && !posix_spawnp(child, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return started;
}

/* False when the deadline passed before the program closed its output. */
static bool collect(int from, char *text, size_t nbytes, int timeout_ms)
{
    size_t used = 0;
    char spill[256];
    for (int64_t end = now_ms() + timeout_ms; now_ms() < end;) {
        struct pollfd look = {.fd = from, .events = POLLIN};
        if (poll(&look, 1, (int)(end - now_ms())) <= 0) continue;
        bool full = used + 1 >= nbytes;
        ssize_t n = read(from, full ? spill : text + used, full ? sizeof spill : nbytes - 1 - used);
        if (n == 0) return true;
        if (n < 0 && errno != EINTR) return false;
        if (n > 0 && !full) text[used += (size_t)n] = '\0';
    }
    return false;
}

bool command_hear(const char *const argv[], char *text, size_t nbytes, int timeout_ms)
{
    int ends[2], status;
    pid_t child;
    text[0] = '\0';
    if (pipe2(ends, O_CLOEXEC)) return false;
    bool started = start(argv, ends[1], &child);
    close(ends[1]);
    bool whole = started && collect(ends[0], text, nbytes, timeout_ms);
    close(ends[0]);
    if (started && !whole) kill(child, SIGKILL);
    while (started && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return whole;
}
