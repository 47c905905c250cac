/*
 * orphans.c - finds and ends the processes that hang on this one: its children, and, since it is a subreaper, whatever
 * lost its parent below them. Called by the keeper, and by the caller's process should the keeper have been killed.
 */
#include "boot/launch.h"
#include "base/clock.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIVE_UP_MS 2000

/* The parent of a process, from its stat line, whose second field may contain anything; 0 when it is gone. */
static pid_t parent_of(pid_t native)
{
    char name[64], line[512];
    snprintf(name, sizeof name, "/proc/%d/stat", native);
    FILE *f = fopen(name, "re");
    if (!f) return 0;
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = 0;
    char *at = strrchr(line, ')');
    int parent = 0;
    return at && sscanf(at + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

pid_t *fboot_orphans_list(size_t *n)
{
    DIR *proc = opendir("/proc");
    size_t room = 64, count = 0;
    pid_t *list = malloc(room * sizeof *list);
    pid_t self = getpid();
    struct dirent *entry;
    while (proc && list && (entry = readdir(proc))) {
        pid_t native = (pid_t)strtol(entry->d_name, NULL, 10);
        if (native <= 0 || parent_of(native) != self) continue;
        if (count == room) {
            pid_t *more = realloc(list, 2 * room * sizeof *list);
            if (!more) break; /* the rest is found by the next look */
            list = more;
            room *= 2;
        }
        list[count++] = native;
    }
    if (proc) closedir(proc);
    *n = list ? count : 0;
    return list;
}

static bool contains(const pid_t *list, size_t n, pid_t native)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == native) return true;
    return false;
}

/* Kills all that hang here now; those below them hang here when they are gone. Returns how many were not spared. */
static size_t end_once(const pid_t *spared, size_t nspared)
{
    size_t n, killed = 0;
    pid_t *list = fboot_orphans_list(&n);
    for (size_t i = 0; i < n; i++) {
        if (contains(spared, nspared, list[i])) continue;
        killed++;
        kill(list[i], SIGKILL);
        waitpid(list[i], NULL, WNOHANG);
    }
    free(list);
    return killed;
}

void fboot_orphans_end(const pid_t *spared, size_t nspared)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t deadline = fb_deadline_in(GIVE_UP_MS);
    siginfo_t none;
    /* The common case, nothing hangs here, must not cost a walk through /proc. */
    if (!nspared && waitid(P_ALL, 0, &none, WEXITED | WNOHANG | WNOWAIT) && errno == ECHILD) return;
    while (end_once(spared, nspared) && !fb_deadline_passed(deadline)) nanosleep(&pause, NULL);
}
