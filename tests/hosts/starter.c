/*
 * starter.c - for tests only: a launcher made of nothing but libpmix's interface for servers, with one server a host, as PRRTE
 * is. `starter [-H HOSTS] [-o ODDITY] -n PIDS PROGRAM...`; starter.sh says what is tried. A process that dies is told to the
 * others, and the job goes on. Servers know only the pids of their host; the rest they ask of each other, through the first process.
 */
#include <errno.h>
#include <fcntl.h>
#include <pmix.h>
#include <pmix_server.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_HOSTS 8

static int nhosts = 1, npids, here; /* here: this server's host, 0.. */
static const char *oddity = "";     /* what is wrong with this launcher */
static const pmix_nspace_t job = "starter-1", servers = "starter-servers";
static char **program;

static void need(bool truth, const char *what)
{
    if (truth) return;
    fprintf(stderr, "starter: %s\n", what);
    exit(3);
}

static bool odd(const char *what)
{
    return strcmp(oddity, what) == 0;
}

/* --- what the servers say to each other, through the first process ------------------------------------------------------- */

enum { ASK, ANSWER, ENDED, ABORT, DONE };
typedef struct message {
    int kind, to, from; /* hosts; to -1: all */
    int rank, status;
    void *request; /* the asking server's own */
    size_t nbytes;
    char bytes[8192];
} message;
static int wire; /* a server's way to the first process */

static void say(const message *m)
{
    size_t nbytes = offsetof(message, bytes) + m->nbytes;
    if (send(wire, m, nbytes, MSG_NOSIGNAL) != (ssize_t)nbytes) _exit(4); /* the first process is gone */
}

static int host_of(int rank)
{
    return rank * nhosts / npids;
}

/* --- what the server is asked by its pids --------------------------------------------------------------------------------- */

typedef struct request {
    pmix_modex_cbfunc_t answered;
    void *data;
} request;

static pmix_status_t on_modex(const pmix_proc_t *proc, const pmix_info_t info[], size_t ninfo, pmix_modex_cbfunc_t f,
                              void *data)
{
    (void)info, (void)ninfo;
    request *r = malloc(sizeof *r);
    if (!r || proc->rank >= (pmix_rank_t)npids) return PMIX_ERR_NOT_FOUND;
    *r = (request){f, data};
    say(&(message){.kind = ASK, .to = host_of((int)proc->rank), .from = here, .rank = (int)proc->rank, .request = r});
    return PMIX_SUCCESS;
}

static pmix_status_t on_abort(const pmix_proc_t *proc, void *object, int status, const char text[], pmix_proc_t procs[],
                              size_t nprocs, pmix_op_cbfunc_t f, void *data)
{
    (void)object, (void)procs, (void)nprocs, (void)f, (void)data;
    fprintf(stderr, "starter: rank %u ends the job: %s\n", proc->rank, text ? text : "");
    say(&(message){.kind = ABORT, .to = -1, .from = here, .status = status});
    return PMIX_SUCCESS;
}

static pmix_status_t on_step(const pmix_proc_t *proc, void *object, pmix_op_cbfunc_t f, void *data)
{
    (void)proc, (void)object, (void)f, (void)data;
    return PMIX_OPERATION_SUCCEEDED;
}

static pmix_status_t on_events(pmix_status_t *codes, size_t n, const pmix_info_t info[], size_t ninfo,
                               pmix_op_cbfunc_t f, void *data)
{
    (void)codes, (void)n, (void)info, (void)ninfo, (void)f, (void)data;
    return PMIX_OPERATION_SUCCEEDED;
}

static pmix_server_module_t module = {.client_connected = on_step,
                                      .client_finalized = on_step,
                                      .abort = on_abort,
                                      .direct_modex = on_modex,
                                      .register_events = on_events};

/* --- what others ask of it ------------------------------------------------------------------------------------------------ */

static void on_found(pmix_status_t status, char *bytes, size_t nbytes, void *data)
{
    message *m = data;
    m->kind = ANSWER;
    m->to = m->from;
    m->status = nbytes > sizeof m->bytes ? PMIX_ERR_NOMEM : status;
    m->nbytes = m->status == PMIX_SUCCESS ? nbytes : 0;
    if (m->nbytes) memcpy(m->bytes, bytes, nbytes);
    say(m);
    free(m);
}

static void answer(const message *m)
{
    pmix_proc_t proc;
    message *copy = malloc(sizeof *copy);
    need(copy != NULL, "no memory");
    *copy = *m;
    PMIX_PROC_LOAD(&proc, job, (pmix_rank_t)m->rank);
    pmix_status_t status = PMIx_server_dmodex_request(&proc, on_found, copy);
    if (status != PMIX_SUCCESS) on_found(status, NULL, 0, copy);
}

static void hand_on(const message *m)
{
    request *r = m->request;
    char *bytes = malloc(m->nbytes + 1);
    need(bytes != NULL, "no memory");
    memcpy(bytes, m->bytes, m->nbytes);
    r->answered(m->status, bytes, m->nbytes, r->data, free, bytes);
    free(r);
}

/* Launchers differ in who is the source: the process itself, or they, who then name it. */
static void tell_of(const message *m)
{
    pmix_proc_t gone, source;
    pmix_info_t *info;
    PMIX_PROC_LOAD(&gone, job, (pmix_rank_t)m->rank);
    PMIX_PROC_LOAD(&source, servers, 0);
    PMIX_INFO_CREATE(info, 1);
    PMIX_INFO_LOAD(info, PMIX_EVENT_AFFECTED_PROC, &gone, PMIX_PROC);
    bool itself = odd("source");
    PMIx_Notify_event(m->status, itself ? &gone : &source, PMIX_RANGE_SESSION, info, itself ? 0 : 1, NULL, NULL);
    PMIX_INFO_FREE(info, 1);
}

/* --- the job's keys ------------------------------------------------------------------------------------------------------- */

/* The ranks of a host, or what an odd launcher says of them. */
static void peers_of(int host, char *text, size_t room)
{
    size_t at = 0;
    *text = 0;
    for (int r = 0; r < npids; r++)
        if (host_of(r) == host || odd("liar")) at += (size_t)snprintf(text + at, room - at, "%s%d", at ? "," : "", r);
    if (odd("noise")) snprintf(text, room, "-1,,99999999999999999999,x");
}

static void add_array(void *list, const char *key, void *part)
{
    pmix_data_array_t array;
    need(PMIx_Info_list_convert(part, &array) == PMIX_SUCCESS, "a list of keys");
    PMIx_Info_list_add(list, key, &array, PMIX_DATA_ARRAY);
    PMIX_DATA_ARRAY_DESTRUCT(&array);
    PMIx_Info_list_release(part);
}

static void add_u32(void *list, const char *key, uint32_t number, pmix_data_type_t type)
{
    uint16_t half = (uint16_t)number;
    PMIx_Info_list_add(list, key, type == PMIX_UINT16 ? (void *)&half : (void *)&number, type);
}

static void add_name(void *list, int host)
{
    char name[16];
    snprintf(name, sizeof name, "h%d", host + 1);
    if (!odd("nameless")) PMIx_Info_list_add(list, PMIX_HOSTNAME, name, PMIX_STRING);
    add_u32(list, PMIX_NODEID, (uint32_t)host, PMIX_UINT32);
}

static uint32_t lowest_of(int host)
{
    uint32_t r = 0;
    while (host_of((int)r) != host) r++;
    return r;
}

static void add_host(void *list, int host)
{
    char peers[4096];
    void *part = PMIx_Info_list_start();
    peers_of(host, peers, sizeof peers);
    add_name(part, host);
    add_u32(part, PMIX_LOCALLDR, lowest_of(host), PMIX_PROC_RANK);
    PMIx_Info_list_add(part, PMIX_LOCAL_PEERS, peers, PMIX_STRING);
    add_array(list, PMIX_NODE_INFO_ARRAY, part);
}

static void add_rank(void *list, int rank)
{
    void *part = PMIx_Info_list_start();
    add_u32(part, PMIX_RANK, (uint32_t)rank, PMIX_PROC_RANK);
    add_u32(part, PMIX_GLOBAL_RANK, (uint32_t)rank, PMIX_PROC_RANK);
    add_u32(part, PMIX_APPNUM, 0, PMIX_UINT32);
    add_u32(part, PMIX_LOCAL_RANK, (uint32_t)rank - lowest_of(host_of(rank)), PMIX_UINT16);
    add_u32(part, PMIX_NODE_RANK, (uint32_t)rank - lowest_of(host_of(rank)), PMIX_UINT16);
    add_name(part, host_of(rank));
    add_array(list, PMIX_PROC_INFO_ARRAY, part);
}

static void add_maps(void *list)
{
    char hosts[128] = "", ranks[8192] = "", peers[4096], *regex;
    for (int h = 0; h < nhosts; h++) {
        peers_of(h, peers, sizeof peers);
        sprintf(hosts + strlen(hosts), "%sh%d", h ? "," : "", h + 1);
        sprintf(ranks + strlen(ranks), "%s%s", h ? ";" : "", peers);
    }
    PMIx_generate_regex(hosts, &regex);
    PMIx_Info_list_add(list, PMIX_NODE_MAP, regex, PMIX_REGEX);
    PMIx_generate_ppn(ranks, &regex);
    PMIx_Info_list_add(list, PMIX_PROC_MAP, regex, PMIX_REGEX);
}

static void register_job(int nlocal)
{
    void *list = PMIx_Info_list_start();
    bool mapped = !odd("nameless") && !odd("sizeless");
    pmix_data_array_t array;
    PMIx_Info_list_add(list, PMIX_JOBID, job, PMIX_STRING);
    if (!odd("sizeless")) add_u32(list, PMIX_JOB_SIZE, (uint32_t)npids, PMIX_UINT32);
    add_u32(list, PMIX_UNIV_SIZE, (uint32_t)npids, PMIX_UINT32);
    add_u32(list, PMIX_MAX_PROCS, (uint32_t)npids, PMIX_UINT32);
    add_u32(list, PMIX_JOB_NUM_APPS, 1, PMIX_UINT32);
    if (mapped && !odd("noise")) add_maps(list);
    for (int h = 0; h < nhosts && mapped; h++) add_host(list, h);
    for (int r = 0; r < npids; r++) add_rank(list, r);
    need(PMIx_Info_list_convert(list, &array) == PMIX_SUCCESS, "the job's keys");
    pmix_status_t status = PMIx_server_register_nspace(job, nlocal, array.array, array.size, NULL, NULL);
    need(status == PMIX_SUCCESS || status == PMIX_OPERATION_SUCCEEDED, "the job is not registered");
    PMIx_Info_list_release(list);
}

/* --- a server ------------------------------------------------------------------------------------------------------------- */

static pid_t *natives; /* [rank] of this host: 0 when it has ended */
static int living, worst;

static void start_rank(int rank)
{
    char **env = NULL;
    pmix_proc_t proc;
    sigset_t none;
    PMIX_PROC_LOAD(&proc, job, (pmix_rank_t)rank);
    pmix_status_t status = PMIx_server_register_client(&proc, getuid(), getgid(), NULL, NULL, NULL);
    need(status == PMIX_SUCCESS || status == PMIX_OPERATION_SUCCEEDED, "a pid is not registered");
    need(PMIx_server_setup_fork(&proc, &env) == PMIX_SUCCESS, "the environment of a pid");
    natives[rank] = fork();
    need(natives[rank] >= 0, "no process");
    living++;
    if (natives[rank]) return;
    for (; *env; env++) putenv(*env);
    if (rank > 0) dup2(open("/dev/null", O_RDONLY), 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(program[0], program);
    _exit(127);
}

static void kill_all(void)
{
    for (int r = 0; r < npids; r++)
        if (natives[r] > 0) kill(natives[r], SIGKILL);
}

static void collect(void)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        int rank = 0, code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        while (rank < npids && natives[rank] != pid) rank++;
        if (rank == npids) continue;
        natives[rank] = 0;
        living--;
        if (!worst) worst = code;
        int event = WIFSIGNALED(status) ? PMIX_ERR_PROC_ABORTED_BY_SIG : PMIX_ERR_EXIT_NONZERO_TERM;
        if (code) say(&(message){.kind = ENDED, .to = -1, .from = here, .rank = rank, .status = event});
    }
}

static void hear(void)
{
    static message m;
    if (recv(wire, &m, sizeof m, 0) <= 0) {
        kill_all();
        _exit(4);
    }
    switch (m.kind) {
    case ASK:
        answer(&m);
        break;
    case ANSWER:
        hand_on(&m);
        break;
    case ENDED:
        tell_of(&m);
        break;
    case ABORT:
        worst = m.status;
        kill_all();
        break;
    default:
        _exit(worst); /* all hosts are done */
    }
}

static void open_server(void)
{
    char name[16], dir[4096];
    pmix_info_t *info;
    pmix_rank_t rank = (pmix_rank_t)here;
    snprintf(name, sizeof name, "h%d", here + 1);
    snprintf(dir, sizeof dir, "%s/%s", getenv("TMPDIR"), name);
    need(!mkdir(dir, 0700), "TMPDIR is no folder of its own");
    PMIX_INFO_CREATE(info, 4);
    PMIX_INFO_LOAD(&info[0], PMIX_SERVER_TMPDIR, dir, PMIX_STRING);
    PMIX_INFO_LOAD(&info[1], PMIX_HOSTNAME, name, PMIX_STRING);
    PMIX_INFO_LOAD(&info[2], PMIX_SERVER_NSPACE, servers, PMIX_STRING);
    PMIX_INFO_LOAD(&info[3], PMIX_SERVER_RANK, &rank, PMIX_PROC_RANK);
    need(PMIx_server_init(&module, info, 4) == PMIX_SUCCESS, "PMIx_server_init");
    PMIX_INFO_FREE(info, 4);
}

static void serve(void)
{
    sigset_t children;
    int nlocal = 0, said = 0;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    open_server();
    natives = calloc((size_t)npids, sizeof *natives);
    need(natives != NULL, "no memory");
    for (int r = 0; r < npids; r++) nlocal += host_of(r) == here;
    register_job(nlocal);
    for (int r = 0; r < npids; r++)
        if (host_of(r) == here) start_rank(r);
    struct pollfd polls[2] = {{wire, POLLIN, 0}, {signalfd(-1, &children, SFD_CLOEXEC), POLLIN, 0}};
    struct signalfd_siginfo drop;
    for (;;) {
        collect();
        if (!living && !said++) say(&(message){.kind = DONE, .status = worst});
        poll(polls, 2, -1);
        if (polls[1].revents && read(polls[1].fd, &drop, sizeof drop) < 0) continue;
        if (polls[0].revents) hear();
    }
}

/* --- the first process ---------------------------------------------------------------------------------------------------- */

static int ends[MAX_HOSTS]; /* -1: that server is gone */

static void start_servers(void)
{
    for (int h = 0; h < nhosts; h++) {
        int pair[2];
        need(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "no socket");
        pid_t pid = fork();
        need(pid >= 0, "no process");
        if (pid == 0) {
            for (int k = 0; k < h; k++) close(ends[k]);
            close(pair[0]);
            wire = pair[1];
            here = h;
            serve();
        }
        close(pair[1]);
        ends[h] = pair[0];
    }
}

static void pass_on(const message *m, size_t nbytes)
{
    for (int h = 0; h < nhosts; h++)
        if (ends[h] >= 0 && (m->to < 0 || m->to == h)) send(ends[h], m, nbytes, MSG_NOSIGNAL);
    if (m->kind == ASK && ends[m->to] < 0) { /* nobody is there to answer */
        message none = {.kind = ANSWER, .to = m->from, .status = PMIX_ERR_UNREACH, .request = m->request};
        send(ends[m->from], &none, offsetof(message, bytes), MSG_NOSIGNAL);
    }
}

/* Until the pids of all hosts have ended; those of a server that is gone are collected here. */
static int pass_all_on(void)
{
    static message m;
    bool done[MAX_HOSTS] = {false};
    int status = 0;
    for (int left = nhosts; left > 0;) {
        struct pollfd polls[MAX_HOSTS];
        for (int h = 0; h < nhosts; h++) polls[h] = (struct pollfd){ends[h], POLLIN, 0};
        poll(polls, (nfds_t)nhosts, -1);
        for (int h = 0; h < nhosts; h++) {
            if (!polls[h].revents) continue;
            ssize_t n = recv(ends[h], &m, sizeof m, 0);
            if (n > 0 && m.kind != DONE) {
                pass_on(&m, (size_t)n);
                continue;
            }
            if (n <= 0) ends[h] = -1;
            if (n > 0 && !status) status = m.status;
            left -= !done[h];
            done[h] = true;
        }
    }
    pass_on(&(message){.kind = DONE, .to = -1}, offsetof(message, bytes));
    while (wait(NULL) > 0) {
    }
    return status;
}

/* A pid that asks its server to end the job. */
static int ask_for_end(void)
{
    pmix_proc_t me;
    need(PMIx_Init(&me, NULL, 0) == PMIX_SUCCESS, "PMIx_Init");
    PMIx_Abort(9, "it was asked to", NULL, 0);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "abort") == 0) return ask_for_end();
    for (int c; (c = getopt(argc, argv, "+H:n:o:")) >= 0;) {
        if (c == 'H') nhosts = atoi(optarg);
        if (c == 'n') npids = atoi(optarg);
        if (c == 'o') oddity = optarg;
    }
    program = argv + optind;
    need(nhosts > 0 && nhosts <= MAX_HOSTS && npids >= nhosts && npids <= 512 && *program,
         "starter [-H HOSTS] [-o ODDITY] -n PIDS PROGRAM...");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    start_servers();
    return pass_all_on();
}
