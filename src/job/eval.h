/*
 * eval.h - the inside of the evaluation service: what its files offer one another. A request is one program for one
 * pid; a future is one request a pid, with the results as they come in; everything else is made of these two.
 */
#ifndef FJ_EVAL_H
#define FJ_EVAL_H

#include "job/service.h"
#include "value/wire.h"

#define FJ_MAIN     "Main"
#define FJ_MAX_ARGS 255 /* parameters of one program (FX_MAX_PARAMS) */

struct fj_service {
    fx_vm *vm;                        /* runs what other pids send, and what this one asks of itself */
    furrow_limits limits;             /* the defaults of a run */
    fb_buffer reply;                  /* reused from reply to reply */
    struct fj_unsent *unsent;         /* refusals that found the way full (reply.c) */
    furrow_future *futures;           /* future.c */
    uint64_t nrefused;                /* evaluations that FURROW_EVAL=off refused */
    int asker;                        /* for whom an evaluation runs; 0: this pid itself */
    uint64_t interrupt;               /* the word of interrupt.c when that evaluation began */
    furrow_session *session;          /* whose statement runs: its verbs are found too (session.c) */
    struct fj_programs *programs;     /* programs.c */
    struct fj_known *known;           /* known.c */
    struct fj_requests *requests;     /* request.c */
    struct fj_texts *texts;           /* text.c */
    struct fj_exports *exports;       /* export.c */
    struct fj_references *references; /* reference.c */
    struct fj_loans *loans;           /* far.c */
};

/* --- the messages
 * FJ_EVAL     head, [limits], [reference id], arguments
 * FJ_PROGRAM  head, [limits], [reference id], module, program, arguments
 * FJ_RESULT   status, id, then a value, a double, where a large value stands (key, size, loan), or an error record
 * A head is 15 bytes, so that with its kind and five doubles an FJ_EVAL fills one 56-byte slot, and its FJ_RESULT with
 * a double takes 18 bytes of another.
 * --------------------------------------------------------------------------------*/

enum {
    FJ_EVAL_RAW = 1,     /* the arguments are doubles, and fill the rest */
    FJ_EVAL_DISCARD = 2, /* the value is not wanted, only whether it went well */
    FJ_EVAL_KEEP = 4,    /* the value stays there under a reference id, which follows */
    FJ_EVAL_LIMITS = 8,  /* steps, bytes and depth follow */
    FJ_EVAL_FAR = 16     /* the arguments stand in the sender's memory: key and size */
};
#define FJ_HEAD_NBYTES 15
#define FJ_RAW_ARGS    5
typedef struct fj_head {
    uint8_t flags;
    uint16_t index;   /* the sender's number for the program and its module; below FJ_KNOWN_MAX */
    uint32_t time_ms; /* longest the run may take; 0: the target's default */
    uint64_t id;      /* of the request */
} fj_head;

typedef enum fj_status { FJ_VALUE = 0, FJ_FLOAT64, FJ_FAR, FJ_DONE, FJ_ERROR, FJ_UNKNOWN } fj_status;

/* A compiled text. */
typedef struct fj_text {
    furrow_program *program;
    const char *module; /* "", or M of M.x; with name */
    const char *name;   /* set when the text is a bare symbol: may be read from memory; else NULL */
    unsigned met;       /* how often it was asked for */
} fj_text;

/* What sow, reap and the session ask for; pids as in the public calls. */
typedef struct fj_operation {
    const int *pids;
    size_t npids;
    furrow_program *program;
    const char *module;
    const fv_cell *args;
    size_t nargs;
    uint8_t flags;
    furrow_limits limits;
    int64_t deadline_ns; /* for room in the ways, and for the runs when bounded */
    bool bounded;        /* the caller waits no longer than deadline_ns: runs end by then */
    /* tried for each pid before anything is sent: true when *value is the answer already */
    bool (*direct)(furrow_job *job, int pid, const struct fj_operation *op, fv_cell *value);
    const fj_text *text;
} fj_operation;
/* --- what is asked, the same for each pid of an operation; counted, since requests resend it (ask.c) ---------------*/

typedef struct fj_ask {
    unsigned refs;
    furrow_job *job;
    uint8_t flags; /* FJ_EVAL_... */
    furrow_program *program;
    char *module;
    furrow_limits limits;
    fb_buffer args; /* count and wire form */
    bool far;       /* args stands in the heap, where others can read it */
} fj_ask;
FURROW_MUST_CHECK furrow_err fj_ask_new(furrow_job *job, const fj_operation *op, fj_ask **ask);
fj_ask *fj_ask_hold(fj_ask *ask);
void fj_ask_drop(fj_ask *ask);
/* The message that carries ask: *kind is FJ_PROGRAM when the program is not known there. kept: with FJ_EVAL_KEEP. */
typedef struct fj_address {
    int pid;
    bool inlined; /* the arguments go with the message whatever their size */
    uint64_t id;  /* of the request */
    uint64_t kept;
} fj_address;
FURROW_MUST_CHECK furrow_err fj_ask_encode(furrow_job *job, const fj_ask *ask, const fj_address *to, fb_buffer *body,
                                           fj_kind *kind);

/* --- requests (request.c) ------------------------------------------------------------------------------------------*/

/* What came of a request. value is given away; info is set when code is not FURROW_OK. */
typedef struct fj_outcome {
    furrow_err code;
    const furrow_error_info *info;
    fv_cell value;
} fj_outcome;
typedef struct fj_answer { /* where it goes; call NULL: nowhere */
    void (*call)(furrow_job *job, void *arg, size_t entry, fj_outcome *outcome);
    void *arg;
    size_t entry;
} fj_answer;

FURROW_MUST_CHECK furrow_err fj_requests_open(furrow_job *job);
void fj_requests_close(furrow_job *job); /* everything still open is answered with CLOSED */
/* A new open request to pid. ask may be NULL: then UNKNOWN_PROGRAM is an outcome. */
FURROW_MUST_CHECK furrow_err fj_request_open(furrow_job *job, int pid, fj_ask *ask, fj_answer answer, uint64_t *id);
/* Is anything asked of pid still open? Then what touches its memory directly would overtake it. */
bool fj_request_under_way(const furrow_job *job, int pid);
/* Those with this argument go on, but leave does not wait for them. */
void fj_requests_abandon(furrow_job *job, const void *arg);
/* Forgets it: a late answer is ignored. */
void fj_request_cancel(furrow_job *job, uint64_t id);
/* Opens a request and sends ask; while the way is full it waits for room until the deadline. A pid's own requests are
 * run at once. kept: reference id with FJ_EVAL_KEEP. */
FURROW_MUST_CHECK furrow_err fj_request_send(furrow_job *job, int pid, fj_ask *ask, uint64_t kept, int64_t deadline_ns,
                                             fj_answer answer);
/* fj_send that makes progress while there is no room. */
FURROW_MUST_CHECK furrow_err fj_send_waiting(furrow_job *job, int pid, fj_kind kind, const fb_buffer *body,
                                             int64_t deadline_ns);

/* --- programs -----------------------------------------------------------------------------------------------------*/

/* Of others, at this pid (programs.c): bound to their modules, the least recently used goes first. */
FURROW_MUST_CHECK furrow_err fj_programs_open(furrow_job *job);
void fj_programs_close(furrow_job *job);
/* Binds program to module here, or finds it bound. from, index: known to that pid by that number (from 0: none). */
FURROW_MUST_CHECK furrow_err fj_programs_add(furrow_job *job, furrow_program *program, const char *module, int from,
                                             unsigned index, fx_bound **bound);
/* Forgets all: names may mean something else from now on. */
void fj_programs_flush(furrow_job *job);
/* The number means nothing until the next add with it. */
void fj_programs_forget(furrow_job *job, int from, unsigned index);
fx_bound *fj_programs_find(furrow_job *job, int from, unsigned index); /* NULL: not known (any more) */

/* This pid's numbers for the programs it sends (known.c), the same for all targets. */
#define FJ_KNOWN_MAX 1024
FURROW_MUST_CHECK furrow_err fj_known_open(furrow_job *job);
void fj_known_close(furrow_job *job);
FURROW_MUST_CHECK furrow_err fj_known_index(furrow_job *job, furrow_program *program, const char *module,
                                            unsigned *index);
bool fj_known_sent(const furrow_job *job, unsigned index, int pid);
void fj_known_mark(furrow_job *job, unsigned index, int pid, bool sent);

/* Programs of texts met lately (text.c), so that a loop around furrow_reap parses once. */
FURROW_MUST_CHECK furrow_err fj_texts_open(furrow_job *job);
void fj_texts_close(furrow_job *job);
/* target = text, each NULL or text: "target = $1", "target = text", "text". Borrowed until the next call. */
FURROW_MUST_CHECK furrow_err fj_text_compile(furrow_job *job, const char *target, const char *text, fj_text *out);

/* --- running (service.c) ------------------------------------------------------------------------------------------*/

/* Runs under limits as an evaluation of this pid. */
FURROW_MUST_CHECK furrow_err fj_evaluate(furrow_job *job, fx_bound *bound, const fv_cell *args, size_t nargs,
                                         const furrow_limits *limits, fv_cell *out);
/* The same for what this pid asks of itself: the value shares nothing with symbols. */
FURROW_MUST_CHECK furrow_err fj_evaluate_ask(furrow_job *job, const fj_ask *ask, uint64_t kept, fv_cell *out);
/* Answers a request of pid (reply.c): done, with a value, or with the error that was just reported. */
void fj_reply_done(furrow_job *job, int pid, uint64_t id);
void fj_reply_value(furrow_job *job, int pid, uint64_t id, const fv_cell *value);
void fj_reply_error(furrow_job *job, int pid, uint64_t id);
void fj_reply_unknown(furrow_job *job, int pid, uint64_t id);
int fj_replies_poll(furrow_job *job);
void fj_replies_gone(furrow_job *job, int pid);
void fj_replies_close(furrow_job *job);
/* A copy that shares no elements with what cell holds. */
FURROW_MUST_CHECK furrow_err fj_detach(const fv_cell *cell, fv_cell *out);

/* print and println in evaluations (print.c). */
bool fj_print_find(furrow_job *job, const char *name, fx_function *function, void **user);

/* Error records on the wire (record.c). get trusts nothing. */
FURROW_MUST_CHECK furrow_err fj_record_put(fb_buffer *buffer, const furrow_error_info *info);
FURROW_MUST_CHECK furrow_err fj_record_get(fb_cursor *cursor, furrow_error_info *info);

/* --- large values (far.c) -----------------------------------------------------------------------------------------*/

#define FJ_FAR_LEAST ((size_t)32 << 10)  /* bytes from which a value is read where it stands */
#define FJ_LOAN      ((uint64_t)1 << 63) /* in FJ_RELEASE: the id is a loan's */
FURROW_MUST_CHECK furrow_err fj_loans_open(furrow_job *job);
void fj_loans_close(furrow_job *job);
void fj_loans_gone(furrow_job *job, int pid);
void fj_loan_end(furrow_job *job, int pid, uint64_t id);
/* A block of the heap to encode nbytes into; false when that is too little for it, or not possible. */
bool fj_far_block(furrow_job *job, size_t nbytes, fb_buffer *over);
/* Announces a block in a message. / Takes an announcement: *far is over the sender's memory. AGAIN: out of reach. */
FURROW_MUST_CHECK furrow_err fj_far_put(furrow_job *job, const void *block, size_t nbytes, fb_buffer *body);
FURROW_MUST_CHECK furrow_err fj_far_take(furrow_job *job, int from, fb_cursor *body, fb_cursor *far);
/* The rest of an answer whose value (nbytes in wire form) stands in memory lent to pid. AGAIN: not that way. */
FURROW_MUST_CHECK furrow_err fj_far_answer(furrow_job *job, int pid, const fv_cell *value, size_t nbytes,
                                           fb_buffer *body);
/* Reads such an answer (value NULL: does not) and gives the memory back. */
FURROW_MUST_CHECK furrow_err fj_far_read(furrow_job *job, int from, fb_cursor *body, fv_cell *value);

/* --- results and futures ------------------------------------------------------------------------------------------*/

/* pids ascending; counted. */
FURROW_MUST_CHECK furrow_err fj_results_new(const int *pids, size_t npids, furrow_results **results);
furrow_results *fj_results_hold(furrow_results *results);
size_t fj_results_missing(const furrow_results *results); /* neither value nor error yet */
int fj_results_first_missing(const furrow_results *results);
/* Give the entry-th pid its value (taken over) or its error. */
void fj_results_put(furrow_results *results, size_t entry, fv_cell *value);
void fj_results_fail(furrow_results *results, size_t entry, const furrow_error_info *info);
bool fj_results_has(const furrow_results *results, size_t entry);
int fj_results_pid(const furrow_results *results, size_t entry);
/* FURROW_OK, or the error of the lowest pid that failed, as this thread's last error. */
FURROW_MUST_CHECK furrow_err fj_results_verdict(const furrow_results *results);
/* Dict{Int64,Any}. */
FURROW_MUST_CHECK furrow_err fj_results_cell(const furrow_results *results, fv_cell *dict);

FURROW_MUST_CHECK furrow_err fj_begin(furrow_job *job, const fj_operation *op, furrow_future **future);
/* Waits until all have answered; TIMEOUT names the lowest pid that has not. */
FURROW_MUST_CHECK furrow_err fj_future_wait(furrow_future *future, int64_t deadline_ns);
/* With FJ_EVAL_KEEP: the reference on what pid keeps; borrowed, NULL when there is none. */
furrow_value *fj_future_reference(const furrow_future *future, int pid);
void fj_futures_close(furrow_job *job); /* frees the handles nobody freed */
void fj_future_drop(furrow_future *future);
/* begin and wait; those that have not answered by then failed with TIMEOUT. OK or the verdict's error; *results is set
 * in both cases, and NULL when nothing was begun. */
FURROW_MUST_CHECK furrow_err fj_run_operation(furrow_job *job, const fj_operation *op, furrow_results **results);
/* BUSY inside an evaluation. */
FURROW_MUST_CHECK furrow_err fj_may_wait(furrow_job *job, const char *call);
/* Options with their defaults; ARG when their size is not one. */
FURROW_MUST_CHECK furrow_err fj_eval_options(furrow_job *job, const furrow_eval_opts *opts, fj_operation *op);

/* One-sided reap and sow of flat symbols (direct.c). */
bool fj_direct_reap(furrow_job *job, int pid, const fj_operation *op, fv_cell *value);
bool fj_direct_sow(furrow_job *job, int pid, const fj_operation *op, fv_cell *value);

/* --- exports and references ---------------------------------------------------------------------------------------*/

FURROW_MUST_CHECK furrow_err fj_exports_open(furrow_job *job);
void fj_exports_close(furrow_job *job);

FURROW_MUST_CHECK furrow_err fj_references_open(furrow_job *job);
void fj_references_close(furrow_job *job);
/* A new reference of this pid on a value that pid `where` will keep; its id is in it. Dropping it releases the value.
 */
FURROW_MUST_CHECK furrow_err fj_reference_new(furrow_job *job, int where, furrow_value **ref, uint64_t *id);
/* At the target: keeps a value, or the error just reported, for whence under id. */
FURROW_MUST_CHECK furrow_err fj_reference_keep(furrow_job *job, int whence, uint64_t id, furrow_err err,
                                               const fv_cell *value);
/* The value kept here for whence under id, borrowed; or the error it is in place of, or NAME. */
FURROW_MUST_CHECK furrow_err fj_reference_kept(furrow_job *job, int whence, uint64_t id, fv_cell *value);
/* Releases id at pid as if a reference had been dropped. */
void fj_reference_give_back(furrow_job *job, int pid, uint64_t id);
size_t fj_references_kept(const furrow_job *job); /* values kept here for others */
int fj_references_poll(furrow_job *job);
void fj_references_gone(furrow_job *job, int pid); /* what was kept for it is dropped */

/* What is wanted of a reference (fetch.c): that it is there, its value, or its text for a screen (0: no elision). */
enum { FJ_WANT_DONE = 0, FJ_WANT_VALUE, FJ_WANT_TEXT };
typedef struct fj_wanted {
    uint8_t what;
    int width, height;
} fj_wanted;
/* What a reference refers to, wherever it lives; waits. */
FURROW_MUST_CHECK furrow_err fj_reference_fetch(furrow_job *job, const furrow_value *ref, const fj_wanted *wanted,
                                                int64_t deadline_ns, fv_cell *value);
/* The text of a value; of a reference, of what it refers to, rendered there. From malloc. */
FURROW_MUST_CHECK furrow_err fj_display(furrow_job *job, const furrow_value *value, const fj_wanted *wanted,
                                        int64_t deadline_ns, char **text);

#endif
