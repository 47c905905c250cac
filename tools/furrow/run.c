/*
 * run.c - furrow run: starts a program as a job on this host.
 */
#include "command.h"
#include <getopt.h>
#include <string.h>

static bool read_bind(const char *text, furrow_bind_policy *bind)
{
    static const char *const words[] = {"none", "core", "numa"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        *bind = (furrow_bind_policy)(FURROW_BIND_NONE + i);
        return true;
    }
    return false;
}

static int launch(const furrow_launch_opts *opts)
{
    int status = 0;
    return furrow_launch(opts, &status) ? command_failed(NULL) : status;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"nprocs", required_argument, NULL, 'n'},
                                            {"bind", required_argument, NULL, 'b'},
                                            {"tag", no_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    opts.nprocs = command_ncores();
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "+:n:h", options, NULL)) != -1;) {
        switch (c) {
        case 'n':
            if (!command_nprocs(optarg, &opts.nprocs))
                return command_misused(&command_run, "-n takes 1 to %d, not \"%s\"", FURROW_MAX_PROCS, optarg);
            break;
        case 'b':
            if (!read_bind(optarg, &opts.bind))
                return command_misused(&command_run, "--bind takes core, numa or none, not \"%s\"", optarg);
            break;
        case 't':
            opts.tag = true;
            break;
        case 'h':
            return command_help(&command_run);
        case ':':
            return command_misused(&command_run, "%s needs a value", argv[optind - 1]);
        default:
            return command_misused(&command_run, "unknown option %s", argv[optind - 1]);
        }
    }
    if (optind == argc) return command_misused(&command_run, "no program to run");
    opts.argv = (const char *const *)(argv + optind);
    return launch(&opts);
}

const command command_run = {
    .name = "run",
    .usage = "run [-n N] [--bind core|numa|none] [--tag] PROGRAM [ARGUMENT...]",
    .about = "start N processes of a program on this host as one job",
    .help =
        "  -n N         processes, pids 1..N (default: one for each core)\n"
        "  --bind HOW   core, numa: give each process a core, or a NUMA node, in turn; none (default: FURROW_BIND,\n"
        "               else none)\n"
        "  --tag        put \"[pid] \" before each line of output\n"
        "\n"
        "Output is forwarded line by line; pid 1 reads this command's input. When a process fails the others go\n"
        "on. The exit status is that of the first that failed, 128 + n for a signal n, 127 when there is no such\n"
        "program. SIGINT, SIGTERM, SIGQUIT and SIGHUP are passed on and end the job within a second. Processes\n"
        "that are left in the background are killed when all pids have ended.\n",
    .run = run,
};
