/*
 * edit.c - lines from a terminal with libedit: editing, history, completion. The one file that includes its header.
 */
#include "line.h"
#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#define HISTORY_LINES 2000
#define NAME_CHARS    256
#define LISTED_NAMES  200

static struct {
    const line_source *source;
    EditLine *el;
    History *history;
    char *history_path; /* NULL: kept in memory alone */
    const char *prompt;
    bool interrupted;
} editor;

static char *current_prompt(EditLine *el)
{
    (void)el;
    return (char *)(uintptr_t)editor.prompt;
}

static volatile sig_atomic_t resumed, resized;

static void on_continue(int sig)
{
    (void)sig;
    resumed = 1;
}

static void on_resize(int sig)
{
    (void)sig;
    resized = 1;
}

/* libedit's own handlers send signals on to the whole process group; the launcher is in it. */
static void catch_signals(void)
{
    const struct sigaction go_on = {.sa_handler = on_continue}, resize = {.sa_handler = on_resize};
    sigaction(SIGCONT, &go_on, NULL);
    sigaction(SIGWINCH, &resize, NULL);
}

/* A signal ended the wait for a character: true when it only concerned the terminal, which is as it was again. */
static bool terminal_mended(EditLine *el)
{
    if (!resumed && !resized) return false;
    if (resized) el_resize(el);
    if (resumed) {
        el_set(el, EL_PREP_TERM, 0); /* it takes the terminal to be as it left it */
        el_set(el, EL_PREP_TERM, 1);
        el_set(el, EL_REFRESH);
    }
    resumed = resized = 0;
    return true;
}

/* One character for libedit, from as many bytes as it takes; others are served while none comes. */
static int read_char(EditLine *el, wchar_t *out)
{
    mbstate_t state = {0};
    for (int nbytes = 0; nbytes < MB_LEN_MAX; nbytes++) {
        char byte;
        ssize_t n = -1;
        do {
            errno = EINTR;
            if (line_wait(editor.source, STDIN_FILENO)) n = read(STDIN_FILENO, &byte, 1);
        } while (n < 0 && errno == EINTR && terminal_mended(el));
        if (n < 0 && errno == EINTR) editor.interrupted = true;
        if (n <= 0) return (int)n;
        size_t used = mbrtowc(out, &byte, 1, &state);
        if (used == (size_t)-2) continue;
        if (used == (size_t)-1) break;
        return 1;
    }
    *out = L'?';
    return 1;
}

/* --- completion --------------------------------------------------------------------------------------------------- */

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) ||
           (c && strchr("_!.@", c));
}

/* How many bytes all names that begin with prefix have in common; they are counted. */
static size_t common_part(const char *prefix, char common[NAME_CHARS], size_t *count)
{
    const char *name;
    size_t length = 0;
    for (*count = 0; (name = furrow_session_complete(editor.source->session, prefix, *count)); ++*count) {
        if (!*count) {
            length = strnlen(name, NAME_CHARS - 1);
            memcpy(common, name, length);
        }
        for (size_t i = 0; i < length; i++)
            if (name[i] != common[i]) length = i;
    }
    common[length] = 0;
    return length;
}

static void list_names(const char *prefix, size_t count)
{
    fputc('\n', stdout);
    for (size_t i = 0; i < count && i < LISTED_NAMES; i++)
        printf("%s%s", i ? "  " : "", furrow_session_complete(editor.source->session, prefix, i));
    puts(count > LISTED_NAMES ? "  ..." : "");
    fflush(stdout);
}

static unsigned char complete(EditLine *el, int ch)
{
    char prefix[NAME_CHARS], common[NAME_CHARS];
    const LineInfo *line = el_line(el);
    const char *start = line->cursor;
    size_t count, have;
    (void)ch;
    while (start > line->buffer && in_name(start[-1])) start--;
    have = (size_t)(line->cursor - start);
    if (have >= NAME_CHARS) return CC_ERROR;
    memcpy(prefix, start, have);
    prefix[have] = 0;
    size_t length = common_part(prefix, common, &count);
    if (!count) return CC_ERROR;
    if (length > have) return el_insertstr(el, common + have) ? CC_ERROR : CC_REFRESH;
    if (count == 1) return CC_NORM;
    list_names(prefix, count);
    return CC_REDISPLAY;
}

/* --- history ------------------------------------------------------------------------------------------------------ */

static void history_open(void)
{
    HistEvent event;
    const char *home = getenv("HOME");
    editor.history = history_init();
    if (!editor.history) return;
    history(editor.history, &event, H_SETSIZE, HISTORY_LINES);
    history(editor.history, &event, H_SETUNIQUE, 1);
    el_set(editor.el, EL_HIST, history, editor.history);
    if (!home || asprintf(&editor.history_path, "%s/.furrow_history", home) < 0) editor.history_path = NULL;
    if (!editor.history_path) return;
    history(editor.history, &event, H_LOAD, editor.history_path);
    if (access(editor.history_path, W_OK) && (errno != ENOENT || access(home, W_OK))) {
        free(editor.history_path);
        editor.history_path = NULL;
    }
}

/* Nobody else is to read what was typed. */
static void history_save(void)
{
    HistEvent event;
    mode_t mask = umask(077);
    if (editor.history && editor.history_path) history(editor.history, &event, H_SAVE, editor.history_path);
    umask(mask);
}

/* --- the reader --------------------------------------------------------------------------------------------------- */

static void bind_keys(EditLine *el)
{
    static const char *const keys[][2] = {
        {"^I", "furrow-complete"},    {"^R", "em-inc-search-prev"}, {"\\e[3~", "ed-delete-next-char"},
        {"\\e[H", "ed-move-to-beg"},  {"\\e[F", "ed-move-to-end"},  {"\\e[1~", "ed-move-to-beg"},
        {"\\e[4~", "ed-move-to-end"}, {"\\e[1;5D", "ed-prev-word"}, {"\\e[1;5C", "em-next-word"}};
    el_set(el, EL_ADDFN, "furrow-complete", "completes a name", complete);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

bool edit_open(const line_source *source)
{
    const char *terminal = getenv("TERM");
    if (!terminal || !*terminal || !strcmp(terminal, "dumb")) return false;
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8")) setlocale(LC_CTYPE, "C.UTF-8");
    editor.source = source;
    editor.el = el_init("furrow", stdin, stdout, stderr);
    if (!editor.el) return false;
    el_set(editor.el, EL_PROMPT, current_prompt);
    el_set(editor.el, EL_EDITOR, "emacs");
    el_set(editor.el, EL_SIGNAL, 0);
    el_set(editor.el, EL_GETCFN, read_char);
    bind_keys(editor.el);
    catch_signals();
    el_source(editor.el, NULL);
    history_open();
    return true;
}

line_outcome edit_read(const char *prompt, const char **text, size_t *nbytes)
{
    HistEvent event;
    int count = 0;
    editor.prompt = prompt;
    editor.interrupted = false;
    const char *line = el_gets(editor.el, &count);
    if (editor.interrupted) {
        el_reset(editor.el);
        return LINE_ABANDONED;
    }
    if (!line || count <= 0) return LINE_END;
    if (editor.history && strspn(line, " \t\n") != strlen(line)) history(editor.history, &event, H_ENTER, line);
    *text = line;
    *nbytes = (size_t)count;
    return LINE_TEXT;
}

void edit_close(void)
{
    history_save();
    if (editor.history) history_end(editor.history);
    if (editor.el) el_end(editor.el);
    free(editor.history_path);
    memset(&editor, 0, sizeof editor);
}
