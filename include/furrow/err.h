/*
 * furrow/err.h - what can go wrong, and how a caller learns the details.
 *
 * Every fallible call returns a furrow_err: 0 is success, everything else is one of the pinned negative numbers below.
 * A call that fails leaves its outputs untouched. The thread that failed can ask for the details with
 * furrow_last_error.
 */
#ifndef FURROW_ERR_H
#define FURROW_ERR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FURROW_API        __attribute__((visibility("default")))
#define FURROW_MUST_CHECK __attribute__((warn_unused_result))
#else
#define FURROW_API
#define FURROW_MUST_CHECK
#endif

/* Structs of options begin with their own size: furrow_join_opts opts = FURROW_OPTS_INIT(furrow_join_opts); */
#ifdef __cplusplus
#define FURROW_OPTS_INIT(type)           \
    ([] {                                \
        type furrow_opts = type();       \
        furrow_opts.size = sizeof(type); \
        return furrow_opts;              \
    }())
#else
#define FURROW_OPTS_INIT(type) \
    {                          \
        .size = sizeof(type)   \
    }
#endif

/*
 * The one table of errors: name, number, sentence, advice. Numbers are part of the ABI and are never reused.
 * The advice is what furrow_last_error offers when the place that failed has nothing better to say.
 */
#define FURROW_ERR_TABLE(X)                                                                                        \
    X(OK, 0, "success", "")                                                                                        \
    X(ARG, -1, "invalid argument", "Check what was given against what is expected.")                               \
    X(NOMEM, -2, "out of memory", "Free memory, or raise the limit named in the message.")                         \
    X(OVERFLOW, -3, "size too large", "Check the dimensions: their product does not fit.")                         \
    X(TIMEOUT, -4, "deadline passed", "Raise FURROW_TIMEOUT, or let the pid make progress (furrow_serve).")        \
    X(PEER_DEAD, -5, "pid has died", "Go on with the other pids, or start the job again.")                         \
    X(PEER_LEFT, -6, "pid has left the job", "Let pids leave only when nobody needs them any more.")               \
    X(NO_PID, -7, "no such pid", "Pids run from 1 to furrow_nprocs().")                                            \
    X(NO_SYMBOL, -8, "symbol is not defined", "Define it there first, with sow or furrow_alloc.")                  \
    X(TYPE, -9, "wrong type", "Convert the value, or name the type that is wanted.")                               \
    X(SHAPE, -10, "wrong shape", "Make the dimensions match.")                                                     \
    X(BOUNDS, -11, "index out of range", "Indices in the language start at 1, offsets in C at 0.")                 \
    X(STALE, -12, "the symbol was redefined at its owner", "Resolve it again with furrow_resolve.")                \
    X(PINNED, -13, "symbol has a fixed type and shape", "Its owner made it with furrow_alloc or furrow_bind.")     \
    X(READONLY, -14, "symbol is read-only", "Its owner offers it for reading alone.")                              \
    X(SYNTAX, -15, "program text is not understood", "The caret shows the place.")                                 \
    X(INCOMPLETE, -16, "program text ends too early", "Close what is open, or give the next line.")                \
    X(NAME, -17, "name is not defined", "Check its spelling.")                                                     \
    X(EVAL, -18, "evaluation failed", "The message is the program's own.")                                         \
    X(LIMIT, -19, "limit reached", "Raise the limit named in the message.")                                        \
    X(BYTECODE, -20, "bytecode is not valid", "Compile the program again; nothing of it was run.")                 \
    X(UNKNOWN_PROGRAM, -21, "program is not known there", "Send its bytes.")                                       \
    X(FORMAT, -22, "bytes are not in the expected form", "They were damaged, or come from another version.")       \
    X(BUSY, -23, "not now", "This call would wait, and it stands inside an evaluation.")                           \
    X(AGAIN, -24, "nothing was done yet", "Call furrow_progress and try again.")                                   \
    X(NOT_BUILT, -25, "left out of this build", "Configure without the matching --without option.")                \
    X(REFUSED, -26, "refused by the pid's settings", "See FURROW_EVAL at that pid.")                               \
    X(SYSTEM, -27, "the operating system refused", "The native cause says why.")                                   \
    X(PARTIAL, -28, "some pids failed", "furrow_results_error tells for each pid; the others' results are there.") \
    X(CLOSED, -29, "the job has ended", "Join again in a new process.")                                            \
    X(INTERNAL, -30, "a mistake in Furrow", "Please report it with the message.")                                  \
    X(INTERRUPTED, -31, "interrupted", "What other pids had begun for it may have been done in part.")

typedef enum furrow_err {
#define X(name, number, text, advice) FURROW_ERR_##name = (number),
    FURROW_ERR_TABLE(X)
#undef X
} furrow_err;

/* Shorthand for the comparison that every caller writes. */
#define FURROW_OK FURROW_ERR_OK

typedef struct furrow_error_info {
    furrow_err code;   /* what the call returned */
    int pid;           /* the pid where it happened; 0 when it has none */
    int line;          /* place in the program text, from 1; 0 when it has none */
    int column;        /* in characters, from 1 */
    int native;        /* errno or the like; 0 when it has none */
    char symbol[128];  /* the symbol, name or setting concerned; "" when it has none */
    char message[512]; /* one sentence: what happened, what was expected */
    char advice[256];  /* one sentence: what to do about it */
    char place[512];   /* the line of program text and, under it, a caret; "" when it has none */
} furrow_error_info;

/* The table's sentence for a code ("index out of range"). Never NULL, never to be freed; any thread, never blocks. */
FURROW_API const char *furrow_strerror(furrow_err code);

/* The code's name without prefix ("BOUNDS"); "?" for a number that is none. Any thread, never blocks. */
FURROW_API const char *furrow_err_name(furrow_err code);

/*
 * Details of the last call that failed in this thread. They stay until the next failure here; a success does not clear
 * them. Writes *info and returns its code; when nothing has failed yet, code is FURROW_OK and the texts are empty.
 * Any thread; never blocks.
 */
FURROW_API furrow_err furrow_last_error(furrow_error_info *info);

/*
 * For C functions that expressions call (furrow_export), and modules: records a failure with its message, printf-like,
 * so that whoever asked sees it, and returns code. Any thread; never blocks.
 */
FURROW_API furrow_err furrow_fail(furrow_err code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#ifdef __cplusplus
}
#endif
#endif
