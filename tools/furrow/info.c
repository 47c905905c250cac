/*
 * info.c - furrow info: what this build is, what this machine offers it, and what the environment tells it. Puts together
 * what machine.c, settings.c, doctor.c and members.c find.
 */
#include "info.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the build -----------------------------------------------------------------------------------------------------*/

static bool works(const char *name, furrow_part_info *part)
{
    for (size_t i = 0; !furrow_info_part(i, part); i++)
        if (!strcmp(part->name, name)) return part->state == FURROW_PART_WORKS;
    return false;
}

static const char *left_out(const char *what, const furrow_part_info *part, char *text, size_t nbytes)
{
    size_t used = strlen(text);
    if (used < nbytes) snprintf(text + used, nbytes - used, "%s%s (%s)", used ? "; " : "", what, part->why);
    return "none";
}

static void report_build(report *r)
{
    furrow_part_info part;
    furrow_net_info net;
    char missing[1024] = "";
    report_group(r, "build", NULL);
    report_text(r, "furrow", "%s", furrow_version());
    report_text(r, "transports", "shm (processes of this host)");
    const char *fabrics = works("libfabric", &part)
                              ? furrow_net_offer(0, &net) ? "libfabric, which finds none here" : "libfabric"
                              : left_out("fabrics", &part, missing, sizeof missing);
    report_text(r, "fabrics", "%s", fabrics);
    bool pmix = works("PMIx", &part) || !left_out("pmix", &part, missing, sizeof missing);
    report_text(r, "boot", "self, local (furrow run)%s", pmix ? ", pmix (srun --mpi=pmix, mpirun)" : "");
    report_text(r, "files", "%s", works("HDF5", &part) ? "HDF5" : left_out("files", &part, missing, sizeof missing));
#ifdef WITH_EDIT
    report_text(r, "line_editing", "libedit");
#else
    snprintf(part.why, sizeof part.why, "configured with --without-edit");
    report_text(r, "line_editing", "%s", left_out("line editing", &part, missing, sizeof missing));
#endif
    snprintf(part.why, sizeof part.why,
             "not in this version: libfabric's provider of that name carries jobs over verbs");
    left_out("native verbs", &part, missing, sizeof missing);
    report_text(r, "left_out", "%s", missing);
}

static void report_parts(report *r)
{
    static const column columns[] = {{"library"}, {"version"}, {"state"}, {"purpose"}};
    static const char *const states[] = {"works", "broken", "not found", "left out"};
    furrow_part_info part;
    report_table(r, "libraries", "libraries", columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; !furrow_info_part(i, &part); i++) {
        const char *cells[] = {part.name, part.version, states[part.state], part.purpose};
        report_row(r, cells);
    }
}

/* --- fabrics -------------------------------------------------------------------------------------------------------*/

#define NUMBER_NBYTES 32

static void print_number(char text[NUMBER_NBYTES], long long number, bool known)
{
    text[0] = '\0';
    if (known) snprintf(text, NUMBER_NBYTES, "%lld", number);
}

static void report_usable(report *r)
{
    static const column columns[] = {{"provider"},
                                     {"domain"},
                                     {"network"},
                                     {"put_and_get", "put and get"},
                                     {"target_cpu", "target's CPU", CELL_FLAG},
                                     {"atomics"},
                                     {"notification"},
                                     {"most_bytes", "most bytes", CELL_NUMBER},
                                     {"numa_node", "NUMA node", CELL_NUMBER},
                                     {"mbit_per_second", "Mbit/s", CELL_NUMBER}};
    furrow_net_info net;
    report_table(r, "fabrics", "fabrics that can carry Furrow between hosts, the best first", columns,
                 sizeof columns / sizeof columns[0]);
    for (size_t i = 0; !furrow_net_offer(i, &net); i++) {
        char most[NUMBER_NBYTES], node[NUMBER_NBYTES], speed[NUMBER_NBYTES];
        if (!net.usable) continue;
        print_number(most, (long long)net.most_nbytes, net.most_nbytes < INT64_MAX);
        print_number(node, net.numa_node, net.numa_node >= 0);
        print_number(speed, (long long)(net.bits_per_second / 1000000), net.bits_per_second > 0);
        const char *cells[] = {net.provider,
                               net.domain,
                               net.network,
                               net.one_sided ? "one-sided" : "assisted",
                               net.one_sided ? "no" : "yes",
                               net.atomics ? "by the fabric" : "by the owner",
                               net.ordered ? "behind the data" : "after the data",
                               most,
                               node,
                               speed};
        report_row(r, cells);
    }
}

static void report_unusable(report *r)
{
    static const column columns[] = {{"provider"}, {"domain"}, {"network"}, {"missing", "between hosts"}};
    furrow_net_info net;
    char why[160];
    report_table(r, "other_fabrics", "others that libfabric offers", columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; !furrow_net_offer(i, &net); i++) {
        if (net.usable) continue;
        snprintf(why, sizeof why, "no, it lacks %s", net.missing);
        const char *cells[] = {net.provider, net.domain, net.network, why};
        report_row(r, cells);
    }
}

/* --- the command ---------------------------------------------------------------------------------------------------*/

typedef struct request {
    bool env, net, check, job, json;
    int nprocs; /* 0: not given */
} request;

static int show(const request *asked)
{
    bool all = !asked->env && !asked->net;
    report *r = report_begin(asked->json);
    if (all) {
        machine m;
        machine_look(&m);
        report_build(r);
        report_parts(r);
        machine_report(&m, r);
    }
    if (all || asked->net) {
        report_usable(r);
        report_unusable(r);
    }
    if (asked->env) settings_report(r);
    settings_report_unknown(r);
    return report_end(r);
}

static int be_member_or_start(const request *asked)
{
    const char *argv[] = {command_own_path(), "info", "--job", asked->json ? "--json" : NULL, NULL};
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    int status = STATUS_FAILED;
    if (!asked->nprocs) return members_run(asked->json);
    opts.nprocs = asked->nprocs;
    opts.argv = argv;
    return furrow_launch(&opts, &status) ? command_failed(NULL) : status;
}

/* -1: help was asked for. */
static int read_arguments(int argc, char **argv, request *asked)
{
    static const struct option options[] = {{"env", no_argument, NULL, 'e'},          {"net", no_argument, NULL, 't'},
                                            {"check", no_argument, NULL, 'c'},        {"job", no_argument, NULL, 'j'},
                                            {"json", no_argument, NULL, 's'},         {"help", no_argument, NULL, 'h'},
                                            {"nprocs", required_argument, NULL, 'n'}, {0}};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "+:n:h", options, NULL)) != -1;) {
        asked->env |= c == 'e';
        asked->net |= c == 't';
        asked->check |= c == 'c';
        asked->job |= c == 'j' || c == 'n';
        asked->json |= c == 's';
        if (c == 'h') return -1;
        if (c == 'n' && !command_nprocs(optarg, &asked->nprocs))
            return command_misused(&command_info, "-n takes 1 to %d, not \"%s\"", FURROW_MAX_PROCS, optarg);
        if (c == ':') return command_misused(&command_info, "%s needs a value", argv[optind - 1]);
        if (c == '?') return command_misused(&command_info, "unknown argument %s", argv[optind - 1]);
    }
    if (optind < argc) return command_misused(&command_info, "unknown argument %s", argv[optind]);
    if (asked->job && (asked->check || asked->env || asked->net))
        return command_misused(&command_info, "--job stands alone, or with --json");
    if (asked->check && (asked->env || asked->net))
        return command_misused(&command_info, "--check stands alone, or with --json");
    return 0;
}

static int run(int argc, char **argv)
{
    request asked = {0};
    int status = read_arguments(argc, argv, &asked);
    if (status) return status < 0 ? command_help(&command_info) : status;
    if (asked.job) return be_member_or_start(&asked);
    return asked.check ? doctor_run(asked.json) : show(&asked);
}

const command command_info = {
    .name = "info",
    .usage = "info [--net] [--env] [--check | --job [-n N]] [--json]",
    .about = "show this build, this machine, its fabrics, the settings; find what is wrong; look at a job",
    .help = "  --net    only the fabrics: those that can carry Furrow between hosts, and what the others lack\n"
            "  --env    only the settings: value, default, meaning, and which process set each\n"
            "  --check  what is wrong here, each with the command that mends it; the status is 0 when nothing is\n"
            "  --job    as the program of a job (furrow run, srun, mpirun): where each pid is, how it reaches the\n"
            "           others, what it has refused\n"
            "  -n N     the same for a job of N pids, started for it\n"
            "  --json   one JSON object instead of lines\n"
            "\n"
            "Variables that begin with FURROW_ and are no setting are named, with the setting they resemble most.\n",
    .run = run,
};
