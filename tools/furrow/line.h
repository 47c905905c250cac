/*
 * line.h - lines typed or piped into the shell. While one is awaited, pid 1 serves the others. edit.c (libedit) reads
 * from a terminal where it was built in; line.c reads from anything.
 */
#ifndef LINE_H
#define LINE_H

#include <furrow/furrow.h>

typedef enum line_outcome {
    LINE_TEXT = 0,
    LINE_END = 1,      /* end of input */
    LINE_ABANDONED = 2 /* Ctrl-C */
} line_outcome;

typedef struct line_source {
    furrow_job *job;
    furrow_session *session; /* for completion */
    bool prompting;          /* at a terminal */
    int wait_fd;             /* readable when others want something of this pid; -1 */
} line_source;

/* Waits until fd can be read, serving others meanwhile. False when a signal came. */
bool line_wait(const line_source *source, int fd);

/* The plain reader. *text is a line with its newline, NUL-terminated, valid until the next call; prompt may be NULL. */
line_outcome line_read(const line_source *source, const char *prompt, const char **text, size_t *nbytes);

/* The reader with editing, history and completion. open returns false where the terminal does not allow it. */
bool edit_open(const line_source *source);
line_outcome edit_read(const char *prompt, const char **text, size_t *nbytes);
void edit_close(void);

#endif
