/*
 * furrow/furrow.h - named data and shipped computation on many processes.
 *
 * A job is N processes with the pids 1..N. Each has symbols (named values). sow puts a value, or the value of an
 * expression evaluated there, into a symbol on other pids; reap brings back a symbol, or the value of an expression
 * evaluated there. Flat symbols (numbers, dense arrays) can also be written and read directly: put, get, atomics.
 *
 * Conventions of this header
 *   errors     every fallible call returns furrow_err, 0 is success; outputs are written on success alone, except where
 *              a comment says otherwise; furrow_last_error has the details.
 *   waiting    timeout_ms bounds every call that can wait: 0 is the job's default (FURROW_TIMEOUT), FURROW_NOWAIT looks
 *              once. A call that waits makes progress meanwhile: it serves what other pids ask of this one. Calls that do
 *              not wait (put, get, atomics) only answer what is asked about this pid's symbols.
 *   pids       an array of npids pids; NULL with 0 stands for furrow_workers(). No pid may be given twice.
 *   names      "x" is a symbol of module Main, "Mod.x" one of module Mod.
 *   options    structs of options start with their own size (FURROW_OPTS_INIT); zero means default; NULL is all
 *              default.
 *   threads    one thread at a time may use a job, unless it was joined with FURROW_THREADS_MULTIPLE.
 *   evaluation C functions given to furrow_export run inside an evaluation: calls that wait return BUSY there.
 */
#ifndef FURROW_FURROW_H
#define FURROW_FURROW_H

#include <furrow/err.h>
#include <furrow/expr.h>
#include <furrow/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct furrow_job furrow_job;         /* this process's membership */
typedef struct furrow_symbol furrow_symbol;   /* a flat symbol of this pid that C code made */
typedef struct furrow_remote furrow_remote;   /* a flat symbol at some pid, resolved */
typedef struct furrow_future furrow_future;   /* operations under way */
typedef struct furrow_results furrow_results; /* pid => value or error */

#define FURROW_NOWAIT (-1)

/* --- the job ------------------------------------------------------------------------------------------------------ */

typedef enum furrow_threads {
    FURROW_THREADS_SINGLE = 0,  /* one thread at a time; no lock is taken */
    FURROW_THREADS_MULTIPLE = 1 /* any thread at any moment; a lock is taken */
} furrow_threads;

typedef enum furrow_progress_mode {
    FURROW_PROGRESS_DEFAULT = 0, /* FURROW_PROGRESS, else caller */
    FURROW_PROGRESS_CALLER = 1,  /* progress is made inside calls that wait, furrow_progress and furrow_serve */
    FURROW_PROGRESS_THREAD = 2   /* a helper thread makes it too; it sleeps while idle. Implies THREADS_MULTIPLE */
} furrow_progress_mode;

typedef struct furrow_join_opts {
    size_t size;
    furrow_threads threads;
    furrow_progress_mode progress;
    int64_t timeout_ms; /* the job's default deadline; 0: FURROW_TIMEOUT, else 30 s */
    /* Most memory this pid's symbols may take; 0: FURROW_HEAP, else half of what the process may have. Give all pids the
     * same: the first to join reserves address space for all. */
    uint64_t heap_nbytes;
} furrow_join_opts;

/*
 * Joins the job this process was started in (furrow run, ...); a process started otherwise is a job of one. Does not
 * wait for the others. BUSY when this process has joined already. Not from two threads at once.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_join(const furrow_join_opts *opts, furrow_job **job);

/*
 * Leaves: completes what this pid began (within the default deadline), tells the others, frees everything of the job
 * here, symbols and handles included. Others' calls that need this pid fail with PEER_LEFT from now on. When pid 1
 * leaves, furrow_serve returns at the other pids. NULL is accepted. The job is gone even when an error is returned.
 */
FURROW_API furrow_err furrow_leave(furrow_job *job);

FURROW_API int furrow_myid(const furrow_job *job);   /* 1..N */
FURROW_API int furrow_nprocs(const furrow_job *job); /* N */
/* Writes up to max pids, ascending, and returns how many there are: all; or 2..N (1 when N is 1). */
FURROW_API size_t furrow_procs(const furrow_job *job, int *pids, size_t max);
FURROW_API size_t furrow_workers(const furrow_job *job, int *pids, size_t max);
/* FURROW_OK while the pid is alive and in the job; PEER_DEAD, PEER_LEFT or NO_PID. Never blocks. */
FURROW_API furrow_err furrow_peer_state(furrow_job *job, int pid);

/* --- sow and reap ------------------------------------------------------------------------------------------------- */

typedef struct furrow_eval_opts {
    size_t size;
    const char *module; /* where names are looked up and bound; NULL: "Main" */
    int64_t timeout_ms;
    furrow_limits limits; /* for the run at each target */
} furrow_eval_opts;

/*
 * Puts value into target at each pid. target is a name, or anything that can be assigned to: "bar[1:2,:]",
 * "d[:key]". When it names a flat symbol of the same type and shape there, the value is written straight into its
 * memory. Blocks until it is visible at every pid (promise P1). Goes on with the other pids when one fails; returns
 * the error of the lowest pid that failed. PINNED when an owner's C code fixed another type or shape.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_sow(furrow_job *job, const int *pids, size_t npids, const char *target,
                                                   const furrow_value *value, const furrow_eval_opts *opts);

/* The same with the value of an expression, evaluated at each pid. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_sow_expr(furrow_job *job, const int *pids, size_t npids,
                                                        const char *target, const char *text,
                                                        const furrow_eval_opts *opts);

/*
 * Evaluates text at each pid (a symbol's name is the simplest text) and brings the values back. Blocks. *results is
 * written when FURROW_OK is returned and also with PARTIAL: then at least one pid failed (furrow_last_error has the
 * lowest one's details). The caller frees it.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_reap(furrow_job *job, const int *pids, size_t npids, const char *text,
                                                    const furrow_eval_opts *opts, furrow_results **results);

/* The same with a program and nargs arguments for its parameters: nothing is parsed, and its bytes travel once. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_reap_program(furrow_job *job, const int *pids, size_t npids,
                                                            const furrow_program *program,
                                                            const furrow_value *const *args, size_t nargs,
                                                            const furrow_eval_opts *opts, furrow_results **results);
/*
 * Like furrow_reap_program at one pid for a real result, without allocating anything once the program is known there.
 * args are nargs doubles. TYPE when the result is no real number.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_reap_float64(furrow_job *job, int pid, const furrow_program *program,
                                                            const double *args, size_t nargs, int64_t timeout_ms,
                                                            double *result);

/* --- results: pid => value, in ascending order of pids ------------------------------------------------------------ */

/* How many pids were asked, those that failed among them; 0 for NULL. */
FURROW_API size_t furrow_results_count(const furrow_results *results);
/* The value pid gave: borrowed, valid until the results are freed. NULL when it failed or was not asked. */
FURROW_API const furrow_value *furrow_results_get(const furrow_results *results, int pid);
/* FURROW_OK, or why pid has no value; info (may be NULL) gets the details. NO_PID when it was not asked. */
FURROW_API furrow_err furrow_results_error(const furrow_results *results, int pid, furrow_error_info *info);
/* Steps through the pids: pass 0 first, then what was returned; 0 at the end. */
FURROW_API int furrow_results_next(const furrow_results *results, int pid);
/* The whole as a dictionary value Dict{Int64,Any}; pids that failed are left out. A new reference. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_results_dict(const furrow_results *results, furrow_value **dict);
FURROW_API void furrow_results_free(furrow_results *results); /* NULL is accepted */

/* --- futures: the same operations, begun now and waited for later ------------------------------------------------- */

/* As furrow_sow, furrow_sow_expr, furrow_reap and furrow_reap_program, with their errors, but they return when the pids have been
 * asked. Nothing that was given need stay. *future is the caller's to free. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_sow_begin(furrow_job *job, const int *pids, size_t npids,
                                                         const char *target, const furrow_value *value,
                                                         const furrow_eval_opts *opts, furrow_future **future);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_sow_expr_begin(furrow_job *job, const int *pids, size_t npids,
                                                              const char *target, const char *text,
                                                              const furrow_eval_opts *opts, furrow_future **future);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_reap_begin(furrow_job *job, const int *pids, size_t npids,
                                                          const char *text, const furrow_eval_opts *opts,
                                                          furrow_future **future);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_reap_program_begin(furrow_job *job, const int *pids, size_t npids,
                                                                  const furrow_program *program,
                                                                  const furrow_value *const *args, size_t nargs,
                                                                  const furrow_eval_opts *opts, furrow_future **future);
/* Waits; results as furrow_reap's (a sow's pids have the value nothing). TIMEOUT leaves the future as it was. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_future_wait(furrow_future *future, int64_t timeout_ms,
                                                           furrow_results **results);
/* Whether it is done; makes progress once, never blocks. */
FURROW_API bool furrow_future_test(furrow_future *future);
/* Frees the handle at any time; what is under way goes on unseen. NULL is accepted. */
FURROW_API void furrow_future_free(furrow_future *future);

/* --- references: values that stay where they are ------------------------------------------------------------------ */

/*
 * Like furrow_reap, but the values stay at their pids: each entry of *results is a reference on one, a value of type
 * FURROW_REF. A reference keeps the value alive there until its last copy here is dropped with furrow_value_drop; that
 * may happen in any thread and at any moment, in a signal handler, inside an evaluation, after the death of its pid and
 * after furrow_leave. Releases travel in batches while this pid makes progress; who leaves or dies gives all of its
 * references back.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_reaprefs(furrow_job *job, const int *pids, size_t npids,
                                                        const char *text, const furrow_eval_opts *opts,
                                                        furrow_results **results);
/* The value a reference refers to, copied here as a new reference count; blocks. The error that its evaluation ended
 * with, NAME when it was released, TYPE for what is no reference; BUSY inside an evaluation. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_fetch(furrow_job *job, const furrow_value *reference, int64_t timeout_ms,
                                                     furrow_value **value);
/*
 * The text a prompt shows for value, as furrow_value_display writes it. What a reference refers to is rendered at its
 * pid, and only the text travels: width and height (characters, 0: no elision) bound it. *text is from malloc, the
 * caller frees it. Blocks for references; errors as furrow_fetch's.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_display(furrow_job *job, const furrow_value *value, int width,
                                                       int height, int64_t timeout_ms, char **text);

/* --- symbols made by C code --------------------------------------------------------------------------------------- */

/*
 * Makes the flat symbol name at this pid, ndims dimensions (0: a scalar), zeroed, in memory other pids can reach. Its
 * type and shape are fixed until furrow_drop: shipped code and sows that would change them fail with PINNED. Replaces
 * a symbol that was not made by C; BUSY when it was. NOMEM past the heap's limit, OVERFLOW when sizes do not fit.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_alloc(furrow_job *job, const char *name, furrow_type type, int ndims,
                                                     const size_t *dims, furrow_symbol **symbol);
/* The same over the caller's own memory, aligned to its elements, which must stay until furrow_drop has returned. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_bind(furrow_job *job, const char *name, void *memory, furrow_type type,
                                                    int ndims, const size_t *dims, furrow_symbol **symbol);
/*
 * Both, with options. A read-only symbol can be got, reaped and used in expressions; what other pids and shipped code do to
 * change it (put, atomics, sow, x[1] = 2) fails with READONLY, wherever it is tried, and is counted
 * (furrow_info_refusals). Its owner's C code writes through furrow_data. Pids of one host map all of each other's
 * symbols, so there the refusal is the call's; a fabric is given no right to write.
 */
typedef struct furrow_symbol_opts {
    size_t size;
    void *memory;   /* the caller's, as for furrow_bind; NULL: new memory, as for furrow_alloc */
    bool read_only; /* for others */
} furrow_symbol_opts;
FURROW_API FURROW_MUST_CHECK furrow_err furrow_symbol_make(furrow_job *job, const char *name, furrow_type type,
                                                           int ndims, const size_t *dims,
                                                           const furrow_symbol_opts *opts, furrow_symbol **symbol);
/* Its memory: valid until furrow_drop. Readable and writable by this pid like any memory. */
FURROW_API void *furrow_data(const furrow_symbol *symbol);
FURROW_API size_t furrow_count(const furrow_symbol *symbol); /* elements */

/*
 * Unbinds and frees the symbol; others' handles on it become STALE. For memory given to furrow_bind it waits (default
 * deadline) until no other pid can touch it any more; on TIMEOUT the symbol stays, unbound, and the call can be
 * repeated. NULL is accepted.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_drop(furrow_symbol *symbol);
/* A symbol of any kind of this pid by name: its value as a new reference (arrays are copied); NO_SYMBOL. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_lookup(furrow_job *job, const char *name, furrow_value **value);

/*
 * Makes a C function callable from expressions evaluated at this pid, under name. args are borrowed. The function
 * writes *result (one reference, given away) and returns FURROW_OK, or returns an error. user is handed back to it.
 */
typedef furrow_err (*furrow_function)(void *user, const furrow_value *const *args, size_t nargs, furrow_value **result);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_export(furrow_job *job, const char *name, furrow_function function,
                                                      void *user);

/* --- one-sided access --------------------------------------------------------------------------------------------- */

/*
 * Resolves a flat symbol of pid once, for many accesses. Asks its owner; blocks. NO_SYMBOL, TYPE (not flat).
 * When the owner redefines or drops the symbol, the handle becomes STALE: every later call with it says so and touches
 * nothing (promise P3).
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_resolve(furrow_job *job, int pid, const char *name, int64_t timeout_ms,
                                                       furrow_remote **remote);
FURROW_API void furrow_remote_drop(furrow_remote *remote); /* NULL is accepted; flushes what is under way through it */

typedef enum furrow_path {
    FURROW_PATH_DIRECT = 0,   /* plain loads and stores by this pid */
    FURROW_PATH_ONESIDED = 1, /* the network's hardware; the owner's CPU takes no part */
    FURROW_PATH_ASSISTED = 2  /* the owner's CPU takes part: it must make progress */
} furrow_path;

typedef struct furrow_remote_info {
    int pid;
    furrow_type type;
    int ndims;
    size_t dims[FURROW_MAX_NDIMS];
    size_t count; /* elements */
    furrow_path path;
    bool read_only;  /* put and atomics fail with READONLY */
    const char *why; /* one sentence; static text */
} furrow_remote_info;
/* What is known here of a resolved symbol, and how its memory is reached, without asking its owner: neither blocks. ARG. */
FURROW_API furrow_err furrow_remote_describe(const furrow_remote *remote, furrow_remote_info *info);
FURROW_API furrow_path furrow_remote_path(const furrow_remote *remote);

/*
 * put writes count elements from src over elements first.. (from 0) of the remote symbol; get reads them. They return
 * when it is done: the target's memory has changed, dst is filled. Aligned elements of up to 8 bytes are never torn.
 * BOUNDS, STALE, READONLY, PEER_DEAD, PEER_LEFT; the default deadline where the path is not direct.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_put(furrow_remote *remote, size_t first, const void *src, size_t count);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_get(furrow_remote *remote, size_t first, void *dst, size_t count);

/* The same without waiting: src and dst belong to the call until furrow_flush. AGAIN when too much is under way. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_put_nb(furrow_remote *remote, size_t first, const void *src,
                                                      size_t count);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_get_nb(furrow_remote *remote, size_t first, void *dst, size_t count);

/* nblocks blocks of block elements; at the remote symbol their starts are stride elements apart, beginning at first. */
typedef struct furrow_stride {
    size_t first;
    size_t block;
    size_t stride;
    size_t nblocks;
} furrow_stride;
/* Blocking; in src and dst the blocks' starts are local_stride elements apart (>= block). */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_put_strided(furrow_remote *remote, const furrow_stride *where,
                                                           const void *src, size_t local_stride);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_get_strided(furrow_remote *remote, const furrow_stride *where, void *dst,
                                                           size_t local_stride);

/*
 * Notifications are counting semaphores, FURROW_NOTIFY_IDS of them a pid. put_notify writes like put (count may be 0)
 * and then adds one to id at the symbol's owner: who has waited for it sees the data. Does not wait for the owner; src
 * may be reused at once.
 */
#define FURROW_NOTIFY_IDS 4096
FURROW_API FURROW_MUST_CHECK furrow_err furrow_put_notify(furrow_remote *remote, size_t first, const void *src,
                                                          size_t count, uint32_t id);
typedef enum furrow_wait_mode { FURROW_WAIT_ANY = 0, FURROW_WAIT_ALL = 1 } furrow_wait_mode;
/*
 * Waits at this pid for notifications among ids first..first+n-1. ANY: takes one from the first id (in turn, so that
 * none starves) that has one, *id says which. ALL: when each has at least one, takes one from each; *id is first.
 * id may be NULL. TIMEOUT takes nothing. Who will notify is not known here, so each pid's death ends one wait that has nothing to
 * take: PEER_DEAD names it, and the next call waits on for the others.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_notify_wait(furrow_job *job, uint32_t first, uint32_t n,
                                                           furrow_wait_mode mode, int64_t timeout_ms, uint32_t *id);

/*
 * Atomic operations on element index of a remote symbol of Int32, UInt32, Int64 or UInt64 (TYPE otherwise), atomic with
 * one another whichever pid issues them, sequentially consistent. *old (may be NULL) is the value before, sign-extended
 * from 4 bytes for Int32.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_fetch_add(furrow_remote *remote, size_t index, int64_t operand,
                                                         int64_t *old);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_swap(furrow_remote *remote, size_t index, int64_t operand, int64_t *old);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_compare_swap(furrow_remote *remote, size_t index, int64_t expected,
                                                            int64_t desired, int64_t *old);

/* fence: what was issued to pid before is seen there before what is issued after. pid 0: to all. Does not wait. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_fence(furrow_job *job, int pid);
/* flush: waits until everything issued to pid is complete there, gets included. pid 0: to all. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_flush(furrow_job *job, int pid, int64_t timeout_ms);

/* --- together, and progress --------------------------------------------------------------------------------------- */

/* Returns when every pid of the job has called it; flushes first. PEER_DEAD or PEER_LEFT name who will not come. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_barrier(furrow_job *job, int64_t timeout_ms);

/*
 * --- hosts ----------------------------------------------------------------------------------------------------------
 * Pids that share memory are on one host; the lowest of them stands for it. All is known since join: nobody is asked.
 */
typedef struct furrow_topology furrow_topology; /* hosts with their pids; the caller's, with no tie to the job */
typedef enum furrow_hosts {
    FURROW_HOSTS_DEFAULT = 0, /* all when pids are given, else the remote ones */
    FURROW_HOSTS_REMOTE = 1,
    FURROW_HOSTS_LOCAL = 2,
    FURROW_HOSTS_ALL = 3
} furrow_hosts;
/* Whether a host of that name is wanted; called inside furrow_describepids, once a host. */
typedef bool (*furrow_host_filter)(void *user, const char *hostname);
typedef struct furrow_describe_opts {
    size_t size;
    furrow_hosts which;
    furrow_host_filter filter; /* NULL: all of those */
    void *user;
} furrow_describe_opts;
/* The hosts of the given pids (NULL with 0: of all pids), with those of the pids that are there. No host may be left. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_describepids(furrow_job *job, const int *pids, size_t npids,
                                                            const furrow_describe_opts *opts,
                                                            furrow_topology **topology);
FURROW_API void furrow_topology_free(furrow_topology *topology); /* NULL is accepted */
FURROW_API size_t furrow_topology_hosts(const furrow_topology *topology);
/* Of the index-th host, from 0, in the order of their lowest pids: its name, and its pids, ascending; NULL past the end.
 * Borrowed from the topology. */
FURROW_API const char *furrow_topology_name(const furrow_topology *topology, size_t index);
FURROW_API const int *furrow_topology_pids(const furrow_topology *topology, size_t index, size_t *npids);
/* The pid that stands for pid's host; 0 when pid is not in the topology. */
FURROW_API int furrow_topology_representative(const furrow_topology *topology, int pid);
/* Writes up to max pids, dealt out over the hosts in turn (first of each, second of each, ...); returns how many there are. */
FURROW_API size_t furrow_preferredorder(const furrow_topology *topology, int *pids, size_t max);
/* The same of the pids of this host, ascending. */
FURROW_API size_t furrow_localpids(furrow_job *job, int *pids, size_t max);
/* The index-th of nchunks contiguous chunks of length elements whose sizes differ by at most one: from 0. */
FURROW_API void furrow_chunk(size_t length, size_t nchunks, size_t index, size_t *first, size_t *count);

/* Where the memory of a shared array comes from, on a host with several NUMA nodes. */
typedef enum furrow_placement {
    FURROW_PLACE_INTERLEAVE = 0, /* its pages from all nodes in turn */
    FURROW_PLACE_BIND = 1,       /* from one node */
    FURROW_PLACE_OWNER =
        2 /* as many chunks as pids: each pid's from the node it runs on, the k-th pid the k-th chunk */
} furrow_placement;

typedef struct furrow_shared_opts {
    size_t size;
    const char *module; /* where the name is bound; NULL: "Main" */
    int64_t timeout_ms;
    furrow_placement placement;
    int node;         /* FURROW_PLACE_BIND: which, as hwloc numbers them, from 0 */
    bool small_pages; /* do without huge pages where they could be had */
    furrow_type type; /* with value NULL: an array of zeros of this flat type and shape */
    int ndims;
    const size_t *dims;
} furrow_shared_opts;
/*
 * Makes one array a host: the given pids (value's type and shape; NULL: see the options) have it under name, all pids of
 * a host in the same memory, so that what one of them writes the others see. It lives in the heap of the host's lowest
 * pid given, and goes when the last pid has dropped or redefined the name, or is dead. Type and shape are not fixed: a
 * pid that redefines the name has memory of its own from then on. value's contents travel once a host, along a tree.
 * Blocks; the pids must make progress. A pid that fails does not keep the others from having the array; the error is the
 * one of the lowest that did. PINNED, NOMEM, TYPE, PEER_DEAD, TIMEOUT.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_broadcast_shared(furrow_job *job, const int *pids, size_t npids,
                                                                const char *name, const furrow_value *value,
                                                                const furrow_shared_opts *opts);

/*
 * Message dictionaries. Each pid has a dictionary of the same name with an entry a pid, and writes its own entry: any
 * value, of another type and size at each pid and each time. furrow_swapmsgs gives every pid all entries.
 */
typedef struct furrow_msgdict furrow_msgdict;
/* A handle on this pid's dictionary name, which is made (Dict{Int64,Any}) when there is none, to be swapped among pids,
 * this one included. Asks nobody. TYPE when name is something else. The handle does not keep the dictionary. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_msgdict_open(furrow_job *job, const char *name, const int *pids,
                                                            size_t npids, furrow_msgdict **dict);
FURROW_API void furrow_msgdict_close(furrow_msgdict *dict); /* NULL is accepted */
/* Sets this pid's own entry. / *value is a new reference on pid's entry as it was swapped last; NAME when there is none.
 * Neither waits. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_msgdict_set(furrow_msgdict *dict, const furrow_value *value);
FURROW_API FURROW_MUST_CHECK furrow_err furrow_msgdict_get(const furrow_msgdict *dict, int pid, furrow_value **value);
/*
 * Each of the dictionary's pids calls this, and has every pid's own entry when it returns. Entries move through memory
 * within a host, and in one message from each host to each other between hosts. A pid without an entry of its own keeps
 * nobody from having the others': the error names the lowest. PEER_DEAD or PEER_LEFT name a pid that will not come; then
 * a dictionary of the remaining pids can be opened. After TIMEOUT the call can be repeated.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_swapmsgs(furrow_msgdict *dict, int64_t timeout_ms);
/* Brings the own entries of the dictionary name at the given pids here: pid => entry. They change nothing and call
 * nothing, but must make progress. Results and PARTIAL as furrow_reap. Blocks. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_collectmsgs(furrow_job *job, const int *pids, size_t npids,
                                                           const char *name, const furrow_eval_opts *opts,
                                                           furrow_results **results);

typedef struct furrow_stitch_opts {
    size_t size;
    const char *module;
    int64_t timeout_ms;
    int dim; /* along which dimension, from 1: 1 (and 0) as vcat, 2 as hcat */
} furrow_stitch_opts;
/*
 * Evaluates text at each pid and joins the values, in ascending order of pids: numbers and arrays of one element type.
 * When text names a symbol, each part is read once, straight into its place. *value is a new reference. SHAPE names the
 * pid whose part does not fit, and both shapes; TYPE. Blocks.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_stitch(furrow_job *job, const int *pids, size_t npids, const char *text,
                                                      const furrow_stitch_opts *opts, furrow_value **value);

/* Serves what is waiting here now, and returns how many things it did. Never blocks longer than what it runs. */
FURROW_API int furrow_progress(furrow_job *job);
/* Serves until pid 1 leaves or dies (FURROW_OK), or the deadline passes (TIMEOUT; 0 means no deadline here). */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_serve(furrow_job *job, int64_t timeout_ms);
/*
 * For poll and its kin: a descriptor that becomes readable when furrow_progress has something to do, or a notification
 * has come. Then call furrow_progress until it returns 0, which clears it; read nothing from it. It may be readable for
 * nothing. Owned by the job; the same one each time. Starts one sleeping helper thread on first use. SYSTEM.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_wait_fd(furrow_job *job, int *fd);

/* --- a session: what `furrow shell` is made of -------------------------------------------------------------------- */

/* Evaluates text at this pid, with the cluster's verbs (sow, reap, @fetchfrom, ...) at hand. Names live in Main. */
typedef struct furrow_session furrow_session;
FURROW_API FURROW_MUST_CHECK furrow_err furrow_session_open(furrow_job *job, furrow_session **session);
FURROW_API void furrow_session_close(furrow_session *session);
/*
 * Takes one statement from text (nbytes bytes) and evaluates it. *used is how many bytes it took, written on success
 * and after errors of evaluation, so that a script can go on; 0 when only blanks and comments were left. *value is a
 * new reference; *quiet is true when the statement ended with ';'. INCOMPLETE: give the same text with more lines. line
 * is the number of text's first line, for messages. Blocks as the statement does.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_session_eval(furrow_session *session, const char *text, size_t nbytes,
                                                            int line, size_t *used, furrow_value **value, bool *quiet);
/*
 * Makes the statement that furrow_session_eval evaluates fail with INTERRUPTED, whether it calculates here or waits for
 * others, and with it what it has asked of pids of this host; those of other hosts go on, within their limits. Ends with
 * the statement: the next one is not meant. May be called in a signal handler, in any thread. Does not wait. For a job
 * without a session nothing happens.
 */
FURROW_API void furrow_interrupt(furrow_job *job);
/* Where print, println and display of the session's programs go; the library itself writes to no stdout. NULL: nowhere.
 * output is called inside furrow_session_eval. */
typedef void (*furrow_output)(void *user, const char *text, size_t nbytes);
FURROW_API void furrow_session_output(furrow_session *session, furrow_output output, void *user);
/* Called now and then while save and load of the session's programs move bytes, inside furrow_session_eval. NULL: not. */
typedef void (*furrow_session_progress_call)(void *user, uint64_t done, uint64_t total);
FURROW_API void furrow_session_progress(furrow_session *session, furrow_session_progress_call progress, void *user);
/* The screen that display elides to, in characters; 0: no elision, as at first. */
FURROW_API void furrow_session_screen(furrow_session *session, int width, int height);
/* Names that begin with prefix (symbols, builtins, verbs), the index-th, from 0; NULL past the end. For completion.
 * Borrowed until the next call. */
FURROW_API const char *furrow_session_complete(furrow_session *session, const char *prefix, size_t index);

/* --- about -------------------------------------------------------------------------------------------------------- */

/* "0.1.0". */
FURROW_API const char *furrow_version(void);
/* The index-th setting read from the environment: name, default, meaning; NULL past the end. Static texts. */
typedef struct furrow_setting {
    const char *name;
    const char *fallback;
    const char *meaning;
} furrow_setting;
FURROW_API const furrow_setting *furrow_settings(size_t index);

#ifdef __cplusplus
}
#endif
#endif
