/*
 * guard.c - the process between the caller's and the keeper. It waits for the keeper's end and then ends what hung on
 * it, should the keeper have been killed, whatever has become of the caller. It must not touch the job otherwise.
 */
#include "boot/launch.h"
#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The signals that end a job are blocked here, as in the caller: they are the keeper's business. */
_Noreturn void fboot_guard_run(const fboot_plan *plan, int control)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "furrow-guard");
    pid_t keeper = fork();
    if (keeper == 0) fboot_keeper_run(plan, control);
    close(control);
    if (keeper < 0) _exit(1);
    while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR) continue;
    fboot_orphans_end(NULL, 0);
    _exit(0);
}
