/*
 * shell.c - furrow shell: starts a job whose pid 1 is this program again, which evaluates what is typed, piped, given
 * with -e or written in a file; the others are workers. Inside a job (no -n) it is such a pid.
 */
#include "command.h"
#include "line.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_TEXTS      1000
#define UNLIMITED      0
#define DEFAULT_WIDTH  80
#define PROMPT         "furrow> "
#define MORE_PROMPT    "        "
#define MAX_SCRIPT_LOG 30 /* scripts up to 1 GiB */

typedef struct shell {
    furrow_job *job;
    furrow_session *session;
    bool show;
    bool prompting;
    bool lost;            /* stdout takes nothing any more, and that was said */
    furrow_value *answer; /* of the last statement at the prompt that had a value; held here until `ans` is named */
} shell;

/* --- evaluating --------------------------------------------------------------------------------------------------- */

typedef enum outcome { DONE, WANTS_MORE, FAILED } outcome;

/* Where text came from, for messages. */
typedef struct origin {
    const char *where; /* NULL at the prompt */
    int line;
} origin;

static volatile sig_atomic_t evaluating, interrupts;

static furrow_job *interrupted_job;

/* At the prompt the read is interrupted, and that is all. An evaluation is asked to stop; who insists ends the job. */
static void on_interrupt(int sig)
{
    static const char hint[] = "\n(still evaluating; Ctrl-C again ends the job)\n";
    if (!evaluating) return;
    switch (interrupts++) {
    case 0:
        furrow_interrupt(interrupted_job);
        break;
    case 1:
        if (write(STDERR_FILENO, hint, sizeof hint - 1) < 0) return;
        break;
    default:
        signal(sig, SIG_DFL);
        raise(sig);
    }
}

static void write_out(shell *sh, const char *text, size_t nbytes)
{
    if (sh->lost || command_write(STDOUT_FILENO, text, nbytes)) return;
    sh->lost = true;
    fprintf(stderr, "furrow: nothing can be written to stdout: %s\n", strerrordesc_np(errno));
}

/* What statements print. */
static void on_output(void *user, const char *text, size_t nbytes)
{
    write_out(user, text, nbytes);
}

/* Characters a value may take: the terminal's, or a usual width and any height. */
static void screen(int *width, int *height)
{
    struct winsize size = {0};
    bool terminal = isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col;
    *width = terminal ? size.ws_col : DEFAULT_WIDTH;
    *height = terminal ? size.ws_row : UNLIMITED;
}

/* One write a value, so that lines forwarded from other pids never come in between. */
static furrow_err show_value(shell *sh, const furrow_value *value)
{
    char *text = NULL, *whole = NULL;
    int width, height;
    screen(&width, &height);
    furrow_err err = furrow_value_display(value, width, height, &text);
    if (err) return err;
    int n = asprintf(&whole, "%s\n%s", text, sh->prompting ? "\n" : "");
    if (n >= 0) write_out(sh, whole, (size_t)n);
    free(whole);
    free(text);
    return n < 0 ? FURROW_ERR_NOMEM : FURROW_OK;
}

/* --- a bar while save and load take their time */

#define BAR_AFTER_NS 1000000000 /* of the statement */
#define BAR_EVERY_NS 100000000
#define BAR_WIDTH    40

typedef struct bar {
    int64_t begun, drawn; /* drawn 0: not yet */
} bar;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void on_progress(void *user, uint64_t done, uint64_t total)
{
    bar *b = user;
    char line[BAR_WIDTH + 32], filled[BAR_WIDTH + 1];
    int64_t now = now_ns();
    if (now - b->begun < BAR_AFTER_NS || now - b->drawn < BAR_EVERY_NS || !total) return;
    double part = done < total ? (double)done / (double)total : 1;
    int n = (int)(part * BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++) filled[i] = i < n ? '#' : '.';
    filled[BAR_WIDTH] = 0;
    n = snprintf(line, sizeof line, "\r[%s] %3d%%", filled, (int)(part * 100));
    if (command_write(STDERR_FILENO, line, (size_t)n)) return;
    b->drawn = now;
}

static void bar_begin(bar *b, furrow_session *session)
{
    *b = (bar){.begun = now_ns()};
    furrow_session_progress(session, isatty(STDERR_FILENO) ? on_progress : NULL, b);
}

/* The line is free again for what comes next. */
static void bar_end(const bar *b, furrow_session *session)
{
    furrow_session_progress(session, NULL, NULL);
    if (b->drawn && command_write(STDERR_FILENO, "\r\033[K", 4)) return;
}

/* --- ans */

static void keep_answer(shell *sh, furrow_value *value)
{
    furrow_value_drop(sh->answer);
    sh->answer = furrow_value_hold(value);
}

/* `ans` is bound when a statement names it, so that values at the prompt are not copied for nothing. */
static furrow_err bind_answer(shell *sh, const char *text, size_t nbytes)
{
    int here = furrow_myid(sh->job);
    if (!sh->answer || !memmem(text, nbytes, "ans", 3)) return FURROW_OK;
    furrow_err err = furrow_sow(sh->job, &here, 1, "ans", sh->answer, NULL);
    if (!err) keep_answer(sh, NULL);
    return err;
}

/* Evaluates the first statement of text; *took is 0 when there was none. Errors are told here. */
static outcome eval_one(shell *sh, const char *text, size_t nbytes, const origin *from, size_t *took)
{
    furrow_value *value = NULL;
    bool quiet = false;
    int width, height;
    screen(&width, &height);
    furrow_session_screen(sh->session, width, height);
    bar progress;
    bar_begin(&progress, sh->session);
    interrupts = 0;
    evaluating = 1;
    furrow_err err = bind_answer(sh, text, nbytes);
    if (!err) err = furrow_session_eval(sh->session, text, nbytes, from->line, took, &value, &quiet);
    evaluating = 0;
    bar_end(&progress, sh->session);
    if (err == FURROW_ERR_INCOMPLETE) return WANTS_MORE;
    if (!err && value && sh->prompting && furrow_value_type(value) != FURROW_NOTHING) keep_answer(sh, value);
    if (!err && value && sh->show && !quiet && furrow_value_type(value) != FURROW_NOTHING) err = show_value(sh, value);
    if (err) command_failed(from->where);
    furrow_value_drop(value);
    return err || sh->lost ? FAILED : DONE;
}

static int count_lines(const char *text, size_t nbytes)
{
    int n = 0;
    for (size_t i = 0; i < nbytes; i++) n += text[i] == '\n';
    return n;
}

/* Evaluates the statements of text in order. *used is what is done with. */
static outcome eval_all(shell *sh, const char *text, size_t nbytes, origin from, size_t *used)
{
    for (*used = 0; *used < nbytes;) {
        size_t took = 0;
        outcome how = eval_one(sh, text + *used, nbytes - *used, &from, &took);
        if (how != DONE) return how;
        if (!took) break;
        from.line += count_lines(text + *used, took);
        *used += took;
    }
    *used = nbytes;
    return DONE;
}

static int eval_whole(shell *sh, const char *text, size_t nbytes, const char *where)
{
    size_t used;
    outcome how = eval_all(sh, text, nbytes, (origin){where, 1}, &used);
    return how == WANTS_MORE ? command_failed(where) : how == FAILED ? STATUS_FAILED : 0;
}

/* --- from a file -------------------------------------------------------------------------------------------------- */

static int script_failed(const char *path)
{
    fprintf(stderr, "furrow shell: %s cannot be read: %s\n", path, strerrordesc_np(errno));
    return STATUS_FAILED;
}

static int run_script(shell *sh, const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t nbytes = 0, room = 0;
    int status = STATUS_FAILED;
    if (!file) return script_failed(path);
    while (!feof(file)) {
        if (nbytes == room) {
            room = room ? 2 * room : 65536;
            char *more = room >> MAX_SCRIPT_LOG ? NULL : realloc(text, room);
            if (!more) {
                errno = EFBIG;
                break;
            }
            text = more;
        }
        nbytes += fread(text + nbytes, 1, room - nbytes, file);
        if (ferror(file)) break;
    }
    status = feof(file) ? eval_whole(sh, text, nbytes, path) : script_failed(path);
    free(text);
    fclose(file);
    return status;
}

/* --- from a terminal or a pipe ------------------------------------------------------------------------------------ */

typedef struct pending {
    char *text; /* statements that are not complete yet */
    size_t nbytes;
    int line; /* of its beginning */
} pending;

static bool pending_add(pending *p, const char *text, size_t nbytes)
{
    char *more = realloc(p->text, p->nbytes + nbytes + 1);
    if (!more) return false;
    memcpy(more + p->nbytes, text, nbytes);
    p->text = more;
    p->nbytes += nbytes;
    more[p->nbytes] = 0;
    return true;
}

static void pending_take(pending *p, size_t nbytes)
{
    p->line += count_lines(p->text, nbytes);
    memmove(p->text, p->text + nbytes, p->nbytes - nbytes);
    p->nbytes -= nbytes;
}

static bool says_goodbye(const char *text, size_t nbytes)
{
    static const char *const words[] = {"exit", "quit", "exit()", "quit()"};
    while (nbytes && strchr(" \t\n;", text[nbytes - 1])) nbytes--;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (nbytes == strlen(words[i]) && !memcmp(text, words[i], nbytes)) return true;
    return false;
}

/* Evaluates what the new line completes. False when the input is to be read no further. */
static bool eval_pending(shell *sh, pending *p, int *status)
{
    size_t used = 0;
    origin from = sh->prompting ? (origin){NULL, 1} : (origin){"stdin", p->line};
    outcome how = eval_all(sh, p->text, p->nbytes, from, &used);
    if (how == FAILED && (sh->lost || !sh->prompting)) {
        *status = STATUS_FAILED;
        return false;
    }
    pending_take(p, how == WANTS_MORE ? used : p->nbytes);
    return true;
}

static line_outcome next_line(const line_source *source, bool editing, bool more, const char **text, size_t *nbytes)
{
    const char *prompt = !source->prompting ? NULL : more ? MORE_PROMPT : PROMPT;
    line_outcome got = editing ? edit_read(prompt, text, nbytes) : line_read(source, prompt, text, nbytes);
    if (source->prompting && got == LINE_ABANDONED) command_write(STDOUT_FILENO, "^C\n", 3);
    if (source->prompting && got == LINE_END) command_write(STDOUT_FILENO, "\n", 1);
    return got;
}

static int run_lines(shell *sh)
{
    line_source source = {.job = sh->job, .session = sh->session, .prompting = sh->prompting, .wait_fd = -1};
    pending p = {.line = 1};
    int status = 0;
    const char *text;
    size_t nbytes;
    if (furrow_wait_fd(sh->job, &source.wait_fd)) source.wait_fd = -1; /* others then wait until the next statement */
#ifdef WITH_EDIT
    bool editing = sh->prompting && edit_open(&source);
#else
    bool editing = false;
#endif
    for (bool going = true; going;) {
        line_outcome got = next_line(&source, editing, p.nbytes > 0, &text, &nbytes);
        if (got == LINE_END) break;
        if (got == LINE_ABANDONED) {
            pending_take(&p, p.nbytes);
            continue;
        }
        if (!p.nbytes && says_goodbye(text, nbytes)) break;
        going = pending_add(&p, text, nbytes) && eval_pending(sh, &p, &status);
    }
    if (p.nbytes && !status && !sh->prompting) status = eval_whole(sh, p.text, p.nbytes, "stdin");
#ifdef WITH_EDIT
    if (editing) edit_close();
#endif
    free(p.text);
    return status;
}

/* --- as a pid of the job ------------------------------------------------------------------------------------------ */

typedef struct request {
    int nprocs; /* 0: not given */
    bool show;
    const char *script;
    const char **texts;
    size_t ntexts;
} request;

static int control(shell *sh, const request *r)
{
    const struct sigaction act = {.sa_handler = on_interrupt}; /* no SA_RESTART: it ends the wait for a line */
    int status = 0;
    bool file = r->script && strcmp(r->script, "-");
    sh->prompting = !r->ntexts && !r->script && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    sh->show = r->show || !file;
    signal(SIGPIPE, SIG_IGN);
    interrupted_job = sh->job;
    if (sh->prompting) sigaction(SIGINT, &act, NULL);
    for (size_t i = 0; i < r->ntexts && !status; i++) status = eval_whole(sh, r->texts[i], strlen(r->texts[i]), "-e");
    if (file && !status) status = run_script(sh, r->script);
    if (!file && !r->ntexts) status = run_lines(sh);
    return status;
}

static int be_pid(const request *r)
{
    shell sh = {0};
    int status = STATUS_FAILED;
    if (furrow_join(NULL, &sh.job)) return command_failed(NULL);
    if (furrow_myid(sh.job) != 1) {
        status = furrow_serve(sh.job, 0) ? command_failed(NULL) : 0;
        goto leave;
    }
    if (furrow_session_open(sh.job, &sh.session)) {
        command_failed(NULL);
        goto leave;
    }
    furrow_session_output(sh.session, on_output, &sh);
    status = control(&sh, r);
    keep_answer(&sh, NULL);
    furrow_session_close(sh.session);
leave:
    if (furrow_leave(sh.job) && !status) status = command_failed(NULL);
    return status;
}

/* --- as the launcher ---------------------------------------------------------------------------------------------- */

static int start_job(const request *r)
{
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    const char *exe = command_own_path();
    const char *worker[] = {exe, "worker", NULL};
    const char **argv = calloc(2 * r->ntexts + 6, sizeof *argv);
    size_t n = 0;
    int status = STATUS_FAILED;
    if (!argv) return STATUS_FAILED;
    argv[n++] = exe;
    argv[n++] = "shell";
    if (r->show) argv[n++] = "--show";
    for (size_t i = 0; i < r->ntexts; i++) {
        argv[n++] = "-e";
        argv[n++] = r->texts[i];
    }
    argv[n++] = "--";
    argv[n] = r->script;
    opts.nprocs = r->nprocs ? r->nprocs : command_ncores();
    opts.argv = worker;
    opts.controller_argv = argv;
    opts.controller_terminal = true;
    if (furrow_launch(&opts, &status)) status = command_failed(NULL);
    free(argv);
    return status;
}

static int read_arguments(int argc, char **argv, request *r)
{
    static const struct option options[] = {{"nprocs", required_argument, NULL, 'n'},
                                            {"eval", required_argument, NULL, 'e'},
                                            {"show", no_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "+:n:e:h", options, NULL)) != -1;) {
        if (c == 'n' && !command_nprocs(optarg, &r->nprocs))
            return command_misused(&command_shell, "-n takes 1 to %d, not \"%s\"", FURROW_MAX_PROCS, optarg);
        if (c == 'e' && r->ntexts == MAX_TEXTS)
            return command_misused(&command_shell, "more than %d texts; use a script", MAX_TEXTS);
        if (c == 'e') r->texts[r->ntexts++] = optarg;
        if (c == 's') r->show = true;
        if (c == 'h') return -1;
        if (c == ':') return command_misused(&command_shell, "%s needs a value", argv[optind - 1]);
        if (c == '?') return command_misused(&command_shell, "unknown option %s", argv[optind - 1]);
    }
    if (optind < argc) r->script = argv[optind++];
    if (optind < argc) return command_misused(&command_shell, "only one script, but also \"%s\"", argv[optind]);
    if (r->script && r->ntexts) return command_misused(&command_shell, "a script or -e, not both");
    return 0;
}

static int run(int argc, char **argv)
{
    const char *texts[MAX_TEXTS];
    request r = {.texts = texts};
    int status = read_arguments(argc, argv, &r);
    if (status) return status < 0 ? command_help(&command_shell) : status;
    return !r.nprocs && command_inside() ? be_pid(&r) : start_job(&r);
}

const command command_shell = {
    .name = "shell",
    .usage = "shell [-n N] [--show] [SCRIPT | -e TEXT...]",
    .about = "evaluate statements at pid 1 of a job of N, the others being workers",
    .help = "  -n N      pids 1..N (default: one for each core). Without it, inside a job, this is a pid of that job:\n"
            "            the shell when it is pid 1, else a worker\n"
            "  -e TEXT   evaluate TEXT; may be given several times\n"
            "  --show    show the values of a script's statements too\n"
            "  SCRIPT    a file; - is standard input\n"
            "\n"
            "At a prompt, from a pipe and with -e the value of each statement that does not end in ';' is shown. A\n"
            "script, a pipe and -e stop at the first error with status 1; the prompt goes on. At the prompt: Tab\n"
            "completes, ans is the last value, Ctrl-C abandons the line or stops the evaluation, Ctrl-D or exit\n"
            "ends the job.\n",
    .run = run,
};
