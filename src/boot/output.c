/*
 * output.c - forwards the pids' output. Each pid has two streams (pipes with a buffer of at most one piece), which end
 * in at most two sinks. A sink takes whole lines from its streams in turn, as many as a pipe takes in one undivided
 * write, and holds nothing but that chunk: when it cannot be written, pipes fill up and the pids wait.
 */
#include "boot/output.h"
#include "base/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_NBYTES 65536 /* longer lines are forwarded in pieces */
#define BATCH_NBYTES 4096  /* PIPE_BUF: short lines are joined up to this, so that a write is never divided */
#define TAG_NBYTES   16

typedef struct stream {
    int fd; /* -1: at its end */
    int sink;
    int pid;
    bool inside;    /* a piece of the line was written already, without its end */
    char *buf;      /* PIECE_NBYTES, once there is output */
    size_t start;   /* first byte not yet taken */
    size_t used;    /* end of what was read */
    size_t scanned; /* no newline in start..scanned */
} stream;

typedef struct sink {
    int fd;   /* where to write; our own description where that can be had, so that it never blocks */
    bool own; /* fd was opened here */
    bool socket;
    bool lost;     /* writing has failed */
    int inside;    /* index of the stream whose line stands open there, or -1 */
    size_t turn;   /* stream to look at first */
    size_t sent;   /* of chunk */
    size_t nbytes; /* in chunk; 0: free */
    char chunk[PIECE_NBYTES + TAG_NBYTES + 2];
} sink;

struct fboot_output {
    bool tag;
    size_t nstreams;
    stream *streams;
    int sink_of[2]; /* of stdout, of stderr: the same when they lead to one place */
    sink sinks[2];
};

void fboot_output_note(const char *format, ...)
{
    char text[700] = "furrow: ";
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text + 8, sizeof text - 9, format, args);
    va_end(args);
    if (n < 0) return;
    size_t nbytes = strlen(text);
    text[nbytes++] = '\n';
    if (write(STDERR_FILENO, text, nbytes) < 0) return; /* nobody is left to be told */
}

/*
 * A description of our own of the same pipe or terminal can be non-blocking without making it so for everybody who
 * shares the one we inherited.
 */
static void sink_open(sink *s, int fd)
{
    char name[32];
    struct stat st;
    *s = (sink){.fd = fd, .inside = -1};
    if (fstat(fd, &st)) return;
    s->socket = S_ISSOCK(st.st_mode);
    if (!S_ISFIFO(st.st_mode) && !isatty(fd)) return;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int own = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own < 0) return;
    s->fd = own;
    s->own = true;
}

static bool same_place(int a, int b)
{
    struct stat x, y;
    return !fstat(a, &x) && !fstat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino && x.st_rdev == y.st_rdev;
}

furrow_err fboot_output_open(int nprocs, bool tag, fboot_output **out)
{
    fboot_output *o = calloc(1, sizeof *o);
    stream *streams = calloc((size_t)nprocs * 2, sizeof *streams);
    if (!o || !streams) {
        free(o);
        free(streams);
        return fb_fail(FURROW_ERR_NOMEM, "no memory to forward the output of %d pids", nprocs);
    }
    o->tag = tag;
    o->streams = streams;
    sink_open(&o->sinks[0], STDOUT_FILENO);
    sink_open(&o->sinks[1], STDERR_FILENO);
    o->sink_of[1] = same_place(STDOUT_FILENO, STDERR_FILENO) ? 0 : 1;
    *out = o;
    return FURROW_OK;
}

static void stream_close(stream *t)
{
    if (t->fd >= 0) close(t->fd);
    t->fd = -1;
}

void fboot_output_close(fboot_output *out)
{
    if (!out) return;
    for (size_t i = 0; i < out->nstreams; i++) {
        stream_close(&out->streams[i]);
        free(out->streams[i].buf);
    }
    for (int i = 0; i < 2; i++)
        if (out->sinks[i].own) close(out->sinks[i].fd);
    free(out->streams);
    free(out);
}

furrow_err fboot_output_add(fboot_output *out, int pid, int *out_fd, int *err_fd)
{
    int ends[2][2];
    if (pipe2(ends[0], O_CLOEXEC)) return fb_fail_errno(errno, "no pipe for the output of pid %d", pid);
    if (pipe2(ends[1], O_CLOEXEC)) {
        furrow_err err = fb_fail_errno(errno, "no pipe for the output of pid %d", pid);
        close(ends[0][0]);
        close(ends[0][1]);
        return err;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i][0], F_SETFL, O_NONBLOCK);
        out->streams[out->nstreams++] = (stream){.fd = ends[i][0], .sink = out->sink_of[i], .pid = pid};
    }
    *out_fd = ends[0][1];
    *err_fd = ends[1][1];
    return FURROW_OK;
}

/* --- from the pids ------------------------------------------------------------------------------------------------ */

static bool stream_wants(const stream *t)
{
    return t->fd >= 0 && t->used - t->start < PIECE_NBYTES;
}

/* False when there was nothing to read now. */
static bool stream_read(fboot_output *out, stream *t)
{
    if (!t->buf && !(t->buf = malloc(PIECE_NBYTES))) return false; /* it stays in the pipe */
    if (t->start) {
        memmove(t->buf, t->buf + t->start, t->used - t->start);
        t->used -= t->start;
        t->scanned -= t->start;
        t->start = 0;
    }
    ssize_t n;
    do n = read(t->fd, t->buf + t->used, PIECE_NBYTES - t->used);
    while (n < 0 && errno == EINTR);
    if (n > 0 && out->sinks[t->sink].lost) return true; /* read, so that the pid can go on, and dropped */
    if (n > 0) t->used += (size_t)n;
    if (n == 0 || (n < 0 && errno != EAGAIN)) stream_close(t);
    return n > 0;
}

/* How many bytes can be taken as a line, with its newline; a piece when it is too long; or the rest at the end. */
static size_t stream_line(stream *t)
{
    size_t held = t->used - t->start;
    if (!held) return 0;
    char *newline = memchr(t->buf + t->scanned, '\n', t->used - t->scanned);
    if (newline) return (size_t)(newline - (t->buf + t->start)) + 1;
    t->scanned = t->used;
    return held == PIECE_NBYTES || t->fd < 0 ? held : 0;
}

/* --- to the sinks ------------------------------------------------------------------------------------------------- */

static void chunk_put(sink *s, const char *bytes, size_t nbytes)
{
    memcpy(s->chunk + s->nbytes, bytes, nbytes);
    s->nbytes += nbytes;
}

/* Moves one line (or piece) of nbytes from stream number index into the chunk. */
static void take_line(fboot_output *out, sink *s, size_t index, size_t nbytes)
{
    stream *t = &out->streams[index];
    char tag[TAG_NBYTES];
    if (s->inside >= 0 && s->inside != (int)index) { /* somebody else's long line is cut here */
        out->streams[s->inside].inside = false;
        s->inside = -1;
        chunk_put(s, "\n", 1);
    }
    if (out->tag && !t->inside) chunk_put(s, tag, (size_t)snprintf(tag, sizeof tag, "[%d] ", t->pid));
    chunk_put(s, t->buf + t->start, nbytes);
    t->start += nbytes;
    t->scanned = t->start;
    bool ended = s->chunk[s->nbytes - 1] == '\n';
    if (!ended && t->fd < 0 && t->start == t->used) {
        chunk_put(s, "\n", 1);
        ended = true;
    }
    t->inside = !ended;
    s->inside = ended ? -1 : (int)index;
}

/* A stream that ended exactly after a piece still owes the end of its line. */
static bool owes_newline(const stream *t)
{
    return t->inside && t->fd < 0 && t->used == t->start;
}

/* Puts lines of one stream into the chunk, until the next would make the write divisible. */
static void take_lines(fboot_output *out, sink *s, size_t index)
{
    stream *t = &out->streams[index];
    for (size_t n; (n = stream_line(t)) && (!s->nbytes || s->nbytes + n + TAG_NBYTES < BATCH_NBYTES);)
        take_line(out, s, index, n);
    if (!s->nbytes && owes_newline(t)) {
        chunk_put(s, "\n", 1);
        t->inside = false;
        s->inside = -1;
    }
}

/* Fills the free chunk from the next stream that has lines; the one whose line stands open goes first. */
static void fill_chunk(fboot_output *out, sink *s, int which)
{
    s->sent = s->nbytes = 0;
    if (s->inside >= 0) take_lines(out, s, (size_t)s->inside);
    for (size_t i = 0; i < out->nstreams && !s->nbytes; i++) {
        size_t index = s->turn;
        s->turn = (index + 1) % out->nstreams;
        if (out->streams[index].sink == which) take_lines(out, s, index);
    }
}

static ssize_t sink_write(const sink *s, const char *bytes, size_t nbytes)
{
    if (s->socket) return send(s->fd, bytes, nbytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(s->fd, bytes, nbytes);
}

/*
 * What is written from now on is lost. Where nobody reads any more the pids learn it as if they wrote there themselves:
 * their pipe closes. Otherwise (a full disk) their output is read and dropped.
 */
static void sink_lose(fboot_output *out, int which, int native)
{
    sink *s = &out->sinks[which];
    fboot_output_note("output is lost from here on: %s: %s",
                      which == out->sink_of[1] && which == 1 ? "stderr" : "stdout", strerrordesc_np(native));
    s->lost = true;
    s->nbytes = 0;
    s->inside = -1;
    for (size_t i = 0; i < out->nstreams; i++) {
        stream *t = &out->streams[i];
        if (t->sink != which) continue;
        t->start = t->used = t->scanned = 0;
        t->inside = false;
        if (native == EPIPE || native == ECONNRESET) stream_close(t);
    }
}

/* Writes until nothing is there or nothing can be written. */
static void sink_progress(fboot_output *out, int which)
{
    sink *s = &out->sinks[which];
    while (!s->lost) {
        if (!s->nbytes) fill_chunk(out, s, which);
        if (!s->nbytes) return;
        ssize_t n = sink_write(s, s->chunk + s->sent, s->nbytes - s->sent);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (n < 0) {
            sink_lose(out, which, errno);
            return;
        }
        s->sent += (size_t)n;
        if (s->sent == s->nbytes) s->nbytes = 0;
    }
}

/* --- for the keeper ----------------------------------------------------------------------------------------------- */

size_t fboot_output_max_polls(const fboot_output *out)
{
    return out->nstreams + 2;
}

size_t fboot_output_polls(fboot_output *out, struct pollfd *polls)
{
    size_t n = 0;
    for (int i = 0; i < 2; i++)
        if (out->sinks[i].nbytes) polls[n++] = (struct pollfd){.fd = out->sinks[i].fd, .events = POLLOUT};
    for (size_t i = 0; i < out->nstreams; i++)
        if (stream_wants(&out->streams[i])) polls[n++] = (struct pollfd){.fd = out->streams[i].fd, .events = POLLIN};
    return n;
}

void fboot_output_progress(fboot_output *out)
{
    for (size_t i = 0; i < out->nstreams; i++)
        if (stream_wants(&out->streams[i])) stream_read(out, &out->streams[i]);
    for (int i = 0; i < 2; i++) sink_progress(out, i);
}

void fboot_output_finish(fboot_output *out)
{
    for (size_t i = 0; i < out->nstreams; i++) {
        stream *t = &out->streams[i];
        while (stream_wants(t) && stream_read(out, t)) continue;
        if (stream_wants(t)) stream_close(t);
    }
}

bool fboot_output_drained(const fboot_output *out)
{
    for (int i = 0; i < 2; i++)
        if (out->sinks[i].nbytes) return false;
    for (size_t i = 0; i < out->nstreams; i++)
        if (out->streams[i].fd >= 0 || out->streams[i].used > out->streams[i].start || owes_newline(&out->streams[i]))
            return false;
    return true;
}

bool fboot_output_lost(const fboot_output *out)
{
    return out->sinks[0].lost || out->sinks[1].lost;
}
