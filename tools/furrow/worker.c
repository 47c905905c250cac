/*
 * worker.c - furrow worker: a pid that only serves, until pid 1 leaves.
 */
#include "command.h"
#include <string.h>

static int serve(void)
{
    furrow_job *job = NULL;
    if (furrow_join(NULL, &job)) return command_failed(NULL);
    int status = furrow_serve(job, 0) ? command_failed(NULL) : 0;
    if (furrow_leave(job) && !status) status = command_failed(NULL);
    return status;
}

static int run(int argc, char **argv)
{
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) return command_help(&command_worker);
    if (argc > 1 && argv[1][0] == '-') return command_misused(&command_worker, "unknown option %s", argv[1]);
    if (argc > 1) return command_misused(&command_worker, "takes no arguments");
    return serve();
}

const command command_worker = {
    .name = "worker",
    .usage = "worker",
    .about = "join the job and serve the other pids until pid 1 leaves",
    .help = "Ready to be started as the pids 2..N of a job whose pid 1 is a program of your own.\n",
    .run = run,
};
