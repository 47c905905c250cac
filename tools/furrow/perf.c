/*
 * perf.c - furrow perf: latency, bandwidth and message rate between two pids of a job, over the way that joins them. Starts
 * two pids of its own when it is not in a job. measure.c does the measuring.
 */
#include "perf.h"
#include "report.h"
#include <furrow/info.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SIZES 32
#define ALL_SIZES  23 /* 1 byte to 4 MiB, doubled */

typedef struct request {
    const char *net;
    bool ops[PERF_NOPS];
    bool json;
    size_t sizes[MOST_SIZES];
    size_t nsizes; /* 0: the usual ones */
    int with;      /* 0: the first pid of another host, else the next */
    int rounds;
    int warmup;
    double seconds;
    bool both;
} request;

static const size_t latency_sizes[] = {8, 64, 512, 4096, 65536};
static const size_t stream_sizes[] = {8, 4096, 65536, 1 << 20, 4 << 20};

/* --- telling -------------------------------------------------------------------------------------------------------*/

static void print_figure(char text[24], double figure)
{
    snprintf(text, 24, figure < 100 ? "%.3f" : "%.1f", figure);
}

static furrow_err tell_latency(perf *p, report *r, perf_op op, size_t nbytes)
{
    perf_latency l;
    char texts[8][24];
    furrow_err err = perf_measure_latency(p, op, nbytes, &l);
    if (err) return err;
    snprintf(texts[0], sizeof texts[0], "%zu", nbytes);
    snprintf(texts[1], sizeof texts[1], "%d", l.rounds);
    const double figures[] = {l.least, l.median, l.mean, l.p99, l.p999, l.most};
    for (int i = 0; i < 6; i++) print_figure(texts[2 + i], figures[i]);
    const char *cells[] = {perf_names[op],
                           op == PERF_NOTIFY ? "one way" : "there and back",
                           op == PERF_REAP ? "" : texts[0],
                           texts[1],
                           texts[2],
                           texts[3],
                           texts[4],
                           texts[5],
                           texts[6],
                           texts[7]};
    report_row(r, cells);
    return FURROW_OK;
}

static furrow_err tell_stream(perf *p, report *r, perf_op op, size_t nbytes)
{
    perf_stream s;
    char texts[3][24];
    furrow_err err = perf_measure_stream(p, op, nbytes, &s);
    if (err) return err;
    snprintf(texts[0], sizeof texts[0], "%zu", nbytes);
    print_figure(texts[1], s.nbytes / 1e6);
    snprintf(texts[2], sizeof texts[2], "%.0f", s.messages);
    const char *cells[] = {perf_names[op], texts[0], texts[1], texts[2]};
    report_row(r, cells);
    return FURROW_OK;
}

static furrow_err measure_all(perf *p, report *r, const request *asked)
{
    static const column latencies[] = {{"operation"},
                                       {"way"},
                                       {"bytes", NULL, CELL_NUMBER},
                                       {"rounds", NULL, CELL_NUMBER},
                                       {"min_us", "min us", CELL_NUMBER},
                                       {"median_us", "median us", CELL_NUMBER},
                                       {"mean_us", "mean us", CELL_NUMBER},
                                       {"p99_us", "p99 us", CELL_NUMBER},
                                       {"p999_us", "p99.9 us", CELL_NUMBER},
                                       {"max_us", "max us", CELL_NUMBER}};
    static const column streams[] = {{"operation"},
                                     {"bytes", NULL, CELL_NUMBER},
                                     {"MB_per_second", "MB/s", CELL_NUMBER},
                                     {"messages_per_second", "messages/s", CELL_NUMBER}};
    furrow_err err = FURROW_OK;
    const size_t *sizes = asked->nsizes ? asked->sizes : latency_sizes;
    size_t n = asked->nsizes ? asked->nsizes : sizeof latency_sizes / sizeof *latency_sizes;
    report_table(r, "latency", "latency", latencies, sizeof latencies / sizeof *latencies);
    for (int op = 0; op < PERF_NOPS; op++)
        for (size_t i = 0; i < (op == PERF_REAP ? 1 : n) && !err; i++)
            if (asked->ops[op]) err = tell_latency(p, r, (perf_op)op, sizes[i]);
    if (err) return err;
    sizes = asked->nsizes ? asked->sizes : stream_sizes;
    n = asked->nsizes ? asked->nsizes : sizeof stream_sizes / sizeof *stream_sizes;
    report_table(r, "stream", p->both ? "one after another, both ways at once: their sum" : "one after another",
                 streams, sizeof streams / sizeof *streams);
    for (int op = 0; op < PERF_REAP; op++)
        for (size_t i = 0; i < n && !err; i++)
            if (asked->ops[op]) err = tell_stream(p, r, (perf_op)op, sizes[i]);
    return err;
}

static furrow_err tell(perf *p, const request *asked, int *status)
{
    static const char *const paths[] = {"direct", "one-sided", "assisted"};
    furrow_peer_info peer;
    furrow_err err = furrow_info_peer(p->job, p->partner, &peer);
    if (err) return err;
    report *r = report_begin(asked->json);
    report_group(r, "perf", NULL);
    report_text(r, "transport", "%s", peer.transport);
    report_text(r, "path", "%s", paths[peer.path]);
    report_number(r, "pids", furrow_nprocs(p->job));
    report_number(r, "partner", p->partner);
    report_flag(r, "shared_memory", peer.near);
    report_flag(r, "both_ways", p->both);
    err = measure_all(p, r, asked);
    if (!err) err = perf_stop(p);
    if (err)
        report_drop(r);
    else
        *status = report_end(r);
    return err;
}

/* --- as a pid ------------------------------------------------------------------------------------------------------*/

static int choose_partner(furrow_job *job, int with)
{
    furrow_peer_info peer;
    if (with) return with;
    for (int pid = 2; pid <= furrow_nprocs(job); pid++)
        if (!furrow_info_peer(job, pid, &peer) && !peer.near) return pid;
    return 2;
}

/* Only pid 1 knows which pids are near it: it tells the others whom it has chosen. */
static furrow_err agree(furrow_job *job, const request *asked, int *partner)
{
    furrow_symbol *chosen;
    furrow_remote *remote;
    int64_t pid = furrow_myid(job) == 1 ? choose_partner(job, asked->with) : 0;
    furrow_err err = furrow_alloc(job, "perf_partner", FURROW_INT64, 0, NULL, &chosen);
    if (err) return err;
    *(int64_t *)furrow_data(chosen) = pid;
    err = furrow_barrier(job, 0);
    if (!err && !pid) err = furrow_resolve(job, 1, "perf_partner", 0, &remote);
    if (!err && !pid) {
        err = furrow_get(remote, 0, &pid, 1);
        furrow_remote_drop(remote);
    }
    *partner = (int)pid;
    return err;
}

static furrow_err take_part(perf *p, const request *asked, int *status)
{
    int me = furrow_myid(p->job), partner;
    if (furrow_nprocs(p->job) < 2)
        return furrow_fail(FURROW_ERR_ARG, "a job of one measures nothing: at least two pids are needed");
    if (asked->with > furrow_nprocs(p->job) || asked->with == 1)
        return furrow_fail(FURROW_ERR_NO_PID, "pid 1 measures with another: 2 to %d, not %d", furrow_nprocs(p->job),
                           asked->with);
    furrow_err err = agree(p->job, asked, &partner);
    if (err) return err;
    p->partner = me == 1 ? partner : me == partner ? 1 : 0;
    err = perf_open(p);
    if (err) return err;
    return me == 1 ? tell(p, asked, status) : p->partner ? perf_serve(p) : furrow_serve(p->job, 0);
}

static int be_pid(const request *asked)
{
    perf p = {.rounds = asked->rounds,
              .warmup = asked->warmup,
              .seconds = asked->seconds,
              .both = asked->both,
              .most_nbytes = 4 << 20};
    int status = 0;
    for (size_t i = 0; i < asked->nsizes; i++)
        if (asked->sizes[i] > p.most_nbytes) p.most_nbytes = asked->sizes[i];
    if (furrow_join(NULL, &p.job)) return command_failed(NULL);
    if (take_part(&p, asked, &status)) status = command_failed(NULL);
    perf_close(&p);
    if (furrow_leave(p.job) && !status) status = command_failed(NULL);
    return status;
}

/* --- the command ---------------------------------------------------------------------------------------------------*/

static int start_pids(char **argv)
{
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    int status = STATUS_FAILED, n = 0;
    while (argv[n]) n++;
    const char **again = calloc((size_t)n + 2, sizeof *again);
    if (!again) return STATUS_FAILED;
    again[0] = command_own_path();
    for (int i = 0; i < n; i++) again[i + 1] = argv[i];
    opts.nprocs = 2;
    opts.bind = getenv("FURROW_BIND") ? FURROW_BIND_DEFAULT : FURROW_BIND_CORE;
    opts.argv = again;
    if (furrow_launch(&opts, &status)) status = command_failed(NULL);
    free(again);
    return status;
}

static bool read_ops(const char *text, bool ops[PERF_NOPS])
{
    memset(ops, 0, PERF_NOPS * sizeof *ops);
    while (*text) {
        size_t n = strcspn(text, ",");
        int op = 0;
        while (op < PERF_NOPS && (strlen(perf_names[op]) != n || strncmp(perf_names[op], text, n))) op++;
        if (op == PERF_NOPS) return false;
        ops[op] = true;
        text += n + (text[n] == ',');
    }
    return true;
}

/* "8,4k,1M" */
static bool read_sizes(const char *text, request *asked)
{
    asked->nsizes = 0;
    while (*text && asked->nsizes < MOST_SIZES) {
        char *end;
        unsigned long size = strtoul(text, &end, 10);
        unsigned shift = *end == 'k' ? 10 : *end == 'M' ? 20 : 0;
        if (end == text || *text == '-' || size < 1 || size > PERF_MOST_NBYTES >> shift) return false;
        end += shift > 0;
        if (*end && *end != ',') return false;
        asked->sizes[asked->nsizes++] = size << shift;
        text = end + (*end == ',');
    }
    return !*text && asked->nsizes;
}

static void take_all_sizes(request *asked)
{
    for (asked->nsizes = 0; asked->nsizes < ALL_SIZES; asked->nsizes++)
        asked->sizes[asked->nsizes] = (size_t)1 << asked->nsizes;
}

static bool read_number(const char *text, double least, double most, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end && *number >= least && *number <= most;
}

/* 0, or the status of a misuse. */
static int read_option(int c, request *asked)
{
    double number;
    switch (c) {
    case 'N':
        asked->net = optarg;
        return 0;
    case 'o':
        if (read_ops(optarg, asked->ops)) return 0;
        return command_misused(&command_perf, "--op takes put, get, notify, reap, not \"%s\"", optarg);
    case 's':
        if (read_sizes(optarg, asked)) return 0;
        return command_misused(&command_perf, "-s takes up to %d sizes from 1 to 64M, not \"%s\"", MOST_SIZES, optarg);
    case 'a':
        take_all_sizes(asked);
        return 0;
    case 'b':
        asked->both = true;
        return 0;
    case 'W':
        if (!read_number(optarg, 0, 1e7, &number))
            return command_misused(&command_perf, "--warmup takes 0 to 10000000, not \"%s\"", optarg);
        asked->warmup = (int)number;
        return 0;
    case 'i':
        if (!read_number(optarg, 1, 1e7, &number))
            return command_misused(&command_perf, "-i takes 1 to 10000000, not \"%s\"", optarg);
        asked->rounds = (int)number;
        return 0;
    case 't':
        if (read_number(optarg, 0.001, 3600, &asked->seconds)) return 0;
        return command_misused(&command_perf, "-t takes 0.001 to 3600 seconds, not \"%s\"", optarg);
    case 'w':
        if (command_nprocs(optarg, &asked->with)) return 0;
        return command_misused(&command_perf, "--with takes a pid, not \"%s\"", optarg);
    default:
        asked->json = true;
        return 0;
    }
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"net", required_argument, NULL, 'N'},
                                            {"op", required_argument, NULL, 'o'},
                                            {"with", required_argument, NULL, 'w'},
                                            {"warmup", required_argument, NULL, 'W'},
                                            {"all", no_argument, NULL, 'a'},
                                            {"both", no_argument, NULL, 'b'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    request asked = {.rounds = 10000, .warmup = 100, .seconds = 0.25, .ops = {true, true, true, true}};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "+:s:i:t:abh", options, NULL)) != -1;) {
        if (c == 'h') return command_help(&command_perf);
        if (c == ':' || c == '?')
            return command_misused(&command_perf, "%s %s", argv[optind - 1],
                                   c == ':' ? "needs a value" : "is no option");
        int status = read_option(c, &asked);
        if (status) return status;
    }
    if (optind < argc) return command_misused(&command_perf, "unknown argument %s", argv[optind]);
    if (asked.net) setenv("FURROW_NET", asked.net, 1);
    return command_inside() ? be_pid(&asked) : start_pids(argv);
}

const command command_perf = {
    .name = "perf",
    .usage = "perf [--net NET] [--op OP,...] [-s SIZE,... | -a] [-i ROUNDS] [-t SECONDS] [--warmup ROUNDS] [-b]\n"
             "                   [--with PID] [--json]",
    .about = "measure latency, bandwidth and message rate between two pids",
    .help =
        "  --net NET    over this transport: as FURROW_NET (shm, tcp, tcp:eth0, verbs ...); one that is named carries\n"
        "               everything, on one host too\n"
        "  --op OP,...  put, get, notify, reap; all of them by default\n"
        "  -s SIZE,...  bytes: 8,4k,1M (k: 1024, M: 1024 k)\n"
        "  -a, --all    sizes from 1 byte to 4 MiB, each twice the one before\n"
        "  -i ROUNDS    at most, of each latency (default 10000)\n"
        "  -t SECONDS   at most, of each measurement (default 0.25)\n"
        "  --warmup ROUNDS\n"
        "               that are not timed, before each latency (default 100)\n"
        "  -b, --both   streams go both ways at once; what is told is their sum\n"
        "  --with PID   pid 1's partner: by default the first pid on another host, else 2\n"
        "  --json       one JSON object instead of tables\n"
        "\n"
        "Starts two pids on this host, each on a core of its own; under furrow run, srun or mpirun it measures\n"
        "between two of theirs. put and get are timed until they are complete there and back, reap until its result\n"
        "is here, notify as half of a ping-pong of put_notify and notify_wait. \"one after another\" is a stream of\n"
        "operations that are not waited for one by one, until all of it has arrived.\n",
    .run = run,
};
