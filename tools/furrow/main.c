/*
 * main.c - the furrow command: finds the subcommand and hands over to it.
 */
#include "command.h"
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const command *const commands[] = {&command_run, &command_shell, &command_worker, &command_info, &command_perf};
#define NCOMMANDS (sizeof commands / sizeof commands[0])

int command_misused(const command *c, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "furrow %s: ", c->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nusage: furrow %s\n", c->usage);
    return STATUS_USAGE;
}

int command_said(void)
{
    errno = 0;
    if (!fflush(stdout) && !ferror(stdout)) return 0;
    fprintf(stderr, "furrow: nothing can be written to stdout: %s\n",
            errno ? strerror(errno) : "no room since earlier");
    return STATUS_FAILED;
}

int command_help(const command *c)
{
    printf("usage: furrow %s\n\n%s\n\n%s", c->usage, c->about, c->help);
    return command_said();
}

/* The text of an error as lines: what, where in the program text, advice. */
static int error_text(const furrow_error_info *info, const char *where, char *text, size_t nbytes)
{
    char pid[32] = "", line[32] = "";
    if (info->pid) snprintf(pid, sizeof pid, "pid %d: ", info->pid);
    if (info->line && where) snprintf(line, sizeof line, "line %d: ", info->line);
    int n = snprintf(text, nbytes, "error: %s%s%s%s%s [%s]\n", where ? where : "", where ? ": " : "", line, pid,
                     info->message, furrow_err_name(info->code));
    for (const char *at = *info->place == '\n' ? "" : info->place; *at && n < (int)nbytes;) { /* '\n': text not known */
        int width = (int)strcspn(at, "\n");
        n += snprintf(text + n, nbytes - (size_t)n, "    %.*s\n", width, at);
        at += width + (at[width] == '\n');
    }
    if (*info->advice && n < (int)nbytes) n += snprintf(text + n, nbytes - (size_t)n, "    %s\n", info->advice);
    return n < (int)nbytes ? n : (int)nbytes - 1;
}

int command_failed(const char *where)
{
    furrow_error_info info;
    char text[2048];
    furrow_last_error(&info);
    command_write(STDERR_FILENO, text, (size_t)error_text(&info, where, text, sizeof text));
    return STATUS_FAILED;
}

bool command_nprocs(const char *text, int *nprocs)
{
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < 1 || n > FURROW_MAX_PROCS) return false;
    *nprocs = (int)n;
    return true;
}

int command_ncores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return 1;
    int n = CPU_COUNT(&set);
    return n > FURROW_MAX_PROCS ? FURROW_MAX_PROCS : n;
}

const char *command_own_path(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0) return "/proc/self/exe";
    path[n] = 0;
    return access(path, X_OK) ? "/proc/self/exe" : path; /* it was replaced meanwhile */
}

bool command_inside(void)
{
    const char *boot = getenv("FURROW_BOOT"), *rank = getenv("PMIX_RANK");
    return (boot && *boot) || (rank && *rank);
}

bool command_write(int fd, const char *text, size_t nbytes)
{
    while (nbytes) {
        ssize_t n = write(fd, text, nbytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text += n;
        nbytes -= (size_t)n;
    }
    return true;
}

static void overview(FILE *to)
{
    fprintf(to, "usage: furrow COMMAND ...\n\n");
    for (size_t i = 0; i < NCOMMANDS; i++) fprintf(to, "  %-8s %s\n", commands[i]->name, commands[i]->about);
    fprintf(to, "\nfurrow COMMAND --help says more; furrow --version says which furrow this is.\n");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--version")) {
        printf("furrow %s\n", furrow_version());
        return command_said();
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        overview(stdout);
        return command_said();
    }
    for (size_t i = 0; i < NCOMMANDS; i++)
        if (!strcmp(name, commands[i]->name)) return commands[i]->run(argc - 1, argv + 1);
    if (*name) fprintf(stderr, "furrow: no command \"%s\"\n", name);
    overview(stderr);
    return STATUS_USAGE;
}
