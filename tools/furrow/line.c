/*
 * line.c - reads lines from standard input without any editing. Must read no byte beyond what poll promised, so that it
 * never blocks while others want to be served.
 */
#include "command.h"
#include "line.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_NBYTES 65536

bool line_wait(const line_source *source, int fd)
{
    for (;;) {
        struct pollfd polls[2] = {{.fd = fd, .events = POLLIN}, {.fd = source->wait_fd, .events = POLLIN}};
        int n = poll(polls, source->wait_fd >= 0 ? 2 : 1, -1);
        if (n < 0) return false;
        if (polls[0].revents) return true;
        if (polls[1].revents) furrow_progress(source->job);
    }
}

static struct {
    char *bytes;
    size_t start, used, room;
    bool ended;
    char *line; /* what was handed out last, with a NUL */
} input;

/* False when memory or input ends; *interrupted when a signal did. */
static bool read_more(const line_source *source, bool *interrupted)
{
    if (input.start) {
        memmove(input.bytes, input.bytes + input.start, input.used - input.start);
        input.used -= input.start;
        input.start = 0;
    }
    if (input.room - input.used < READ_NBYTES) {
        char *more = realloc(input.bytes, input.room + READ_NBYTES);
        if (!more) return false;
        input.bytes = more;
        input.room += READ_NBYTES;
    }
    ssize_t n = -1;
    if (!line_wait(source, STDIN_FILENO))
        errno = EINTR;
    else
        n = read(STDIN_FILENO, input.bytes + input.used, input.room - input.used);
    *interrupted = n < 0 && errno == EINTR;
    if (n <= 0) return false;
    input.used += (size_t)n;
    return true;
}

static line_outcome hand_out(size_t nbytes, const char **text, size_t *size)
{
    free(input.line);
    input.line = strndup(input.bytes + input.start, nbytes);
    if (!input.line) return LINE_END;
    input.start += nbytes;
    *text = input.line;
    *size = nbytes;
    return LINE_TEXT;
}

line_outcome line_read(const line_source *source, const char *prompt, const char **text, size_t *nbytes)
{
    bool interrupted = false;
    if (prompt) command_write(STDOUT_FILENO, prompt, strlen(prompt));
    for (size_t scanned = 0;;) {
        size_t held = input.used - input.start;
        char *newline = held > scanned ? memchr(input.bytes + input.start + scanned, '\n', held - scanned) : NULL;
        if (newline) return hand_out((size_t)(newline - (input.bytes + input.start)) + 1, text, nbytes);
        scanned = held;
        if (!input.ended && read_more(source, &interrupted)) continue;
        if (interrupted && source->prompting) {
            input.used = input.start = 0;
            return LINE_ABANDONED;
        }
        if (interrupted) continue;
        input.ended = true;
        if (held) return hand_out(held, text, nbytes);
        free(input.bytes);
        free(input.line);
        memset(&input, 0, sizeof input);
        input.ended = true;
        return LINE_END;
    }
}
