/*
 * error.c - the thread's error record: filled by whoever detects a failure first, read by furrow_last_error.
 * Nothing here allocates or blocks, so that running out of memory can still be reported.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrordesc_np: thread-safe, and the same in every locale */
#endif
#include "base/error.h"
#include "base/utf8.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Widest line of program text shown above a caret, and how much of it may stand left of the caret. */
#define PLACE_COLUMNS      100
#define PLACE_COLUMNS_LEFT 70

typedef struct err_row {
    furrow_err code;
    const char *name;
    const char *text;
    const char *advice;
} err_row;

static const err_row rows[] = {
#define X(name, number, text, advice) {FURROW_ERR_##name, #name, text, advice},
    FURROW_ERR_TABLE(X)
#undef X
};

static _Thread_local furrow_error_info last;

static const err_row *row_of(furrow_err code)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == code) return &rows[i];
    }
    return NULL;
}

const char *furrow_strerror(furrow_err code)
{
    const err_row *row = row_of(code);
    return row ? row->text : "unknown error";
}

const char *furrow_err_name(furrow_err code)
{
    const err_row *row = row_of(code);
    return row ? row->name : "?";
}

furrow_err furrow_last_error(furrow_error_info *info)
{
    if (info) fb_fail_save(info);
    return last.code;
}

/* Formats into a text of the record; what is too long ends in "..." after a whole character. The detour over a local
 * copy lets callers quote the record's own texts. */
__attribute__((format(printf, 3, 0))) static void write_text(char *to, size_t size, const char *format, va_list args)
{
    char text[sizeof last.message];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t nbytes = n < 0 ? 0 : (size_t)n;
    if (nbytes >= size || nbytes >= sizeof text) {
        nbytes = (size < sizeof text ? size : sizeof text) - 4;
        while (nbytes > 0 && ((unsigned char)text[nbytes] & 0xC0) == 0x80) nbytes--;
        memcpy(text + nbytes, "...", 3);
        nbytes += 3;
    }
    memcpy(to, text, nbytes);
    to[nbytes] = '\0';
}

furrow_err fb_fail(furrow_err code, const char *format, ...)
{
    char message[sizeof last.message];
    if (format) {
        va_list args;
        va_start(args, format);
        write_text(message, sizeof message, format, args);
        va_end(args);
    } else {
        snprintf(message, sizeof message, "%s", furrow_strerror(code));
    }
    memset(&last, 0, sizeof last);
    last.code = code;
    memcpy(last.message, message, sizeof last.message);
    return code;
}

furrow_err fb_fail_errno(int native, const char *format, ...)
{
    char message[sizeof last.message];
    va_list args;
    va_start(args, format);
    write_text(message, sizeof message - 64, format, args);
    va_end(args);
    furrow_err code = native == ENOMEM ? FURROW_ERR_NOMEM : FURROW_ERR_SYSTEM;
    const char *cause = strerrordesc_np(native);
    fb_fail(code, "%s: %s", message, cause ? cause : "unknown cause");
    last.native = native;
    return code;
}

void fb_fail_pid(int pid)
{
    last.pid = pid;
}

void fb_fail_symbol(const char *name)
{
    snprintf(last.symbol, sizeof last.symbol, "%s", name ? name : "");
}

void fb_fail_advice(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_text(last.advice, sizeof last.advice, format, args);
    va_end(args);
}

/* --- the line of program text and its caret --- */

typedef struct line_view {
    const char *at;
    size_t nbytes;
} line_view;

static line_view find_line(int line, const char *text, size_t nbytes)
{
    const char *at = text, *end = text + nbytes;
    for (int i = 1; i < line && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    line_view view = {at, (size_t)((newline ? newline : end) - at)};
    if (view.nbytes > 0 && view.at[view.nbytes - 1] == '\r') view.nbytes--;
    return view;
}

/* Columns of the first nchars characters of a line. */
static int columns_of(line_view line, int nchars)
{
    int columns = 0;
    for (size_t i = 0; i < line.nbytes && nchars > 0; nchars--) {
        uint32_t c;
        i += fb_utf8_decode(line.at + i, line.nbytes - i, &c);
        columns += fb_utf8_width(c);
    }
    return columns;
}

static int line_columns(line_view line)
{
    int columns = 0;
    for (size_t i = 0; i < line.nbytes && columns < INT_MAX / 2;) {
        uint32_t c;
        i += fb_utf8_decode(line.at + i, line.nbytes - i, &c);
        columns += fb_utf8_width(c);
    }
    return columns;
}

typedef struct place_writer {
    char *at;
    size_t left;
} place_writer;

static void place_put(place_writer *w, const char *bytes, size_t nbytes)
{
    if (nbytes >= w->left) return;
    memcpy(w->at, bytes, nbytes);
    w->at += nbytes;
    w->left -= nbytes;
    *w->at = '\0';
}

/* Writes the characters of line that lie in columns from..to; what cannot be shown becomes one '?' or blank. */
static void put_window(place_writer *w, line_view line, int from, int to)
{
    int column = 0;
    for (size_t i = 0; i < line.nbytes && column < to;) {
        uint32_t c;
        size_t n = fb_utf8_decode(line.at + i, line.nbytes - i, &c);
        int width = fb_utf8_width(c);
        if (column >= from) {
            if (c == FB_UTF8_INVALID) {
                place_put(w, "?", 1);
            } else if (c < 0x20 || c == 0x7F) {
                place_put(w, " ", 1);
            } else {
                place_put(w, line.at + i, n);
            }
        }
        column += width;
        i += n;
    }
}

void fb_fail_place(int line, int column, const char *text, size_t nbytes)
{
    last.line = line;
    last.column = column;
    last.place[0] = '\0';
    if (!text || line < 1 || column < 1) return;
    line_view view = find_line(line, text, nbytes);
    int caret = columns_of(view, column - 1);
    int total = line_columns(view);
    if (caret > total) caret = total;
    int from = total > PLACE_COLUMNS && caret > PLACE_COLUMNS_LEFT ? caret - PLACE_COLUMNS_LEFT : 0;
    int to = total - from > PLACE_COLUMNS ? from + PLACE_COLUMNS : total;
    /* The caret line is at most its columns and the marks long: the text above it gets what is left. */
    place_writer w = {last.place, sizeof last.place - PLACE_COLUMNS - 16};
    if (from > 0) place_put(&w, "...", 3);
    put_window(&w, view, from, to);
    if (to < total) place_put(&w, "...", 3);
    w.left += PLACE_COLUMNS + 8;
    place_put(&w, "\n", 1);
    for (int i = (from > 0 ? -3 : 0); i < caret - from; i++) place_put(&w, " ", 1);
    place_put(&w, "^", 1);
}

/* --- carrying a record elsewhere --- */

void fb_fail_save(furrow_error_info *info)
{
    *info = last;
    const err_row *row = row_of(last.code);
    if (row && info->advice[0] == '\0') snprintf(info->advice, sizeof info->advice, "%s", row->advice);
}

furrow_err fb_fail_restore(const furrow_error_info *info)
{
    if (info != &last) last = *info;
    last.symbol[sizeof last.symbol - 1] = '\0';
    last.message[sizeof last.message - 1] = '\0';
    last.advice[sizeof last.advice - 1] = '\0';
    last.place[sizeof last.place - 1] = '\0';
    return last.code;
}
