/*
 * conform.h - the suite of promises: what the cases share. A case runs in every pid of a job, several one after another
 * when they end with conform_end; it ends the process with a message when a promise is broken.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <furrow/furrow.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct conform_case {
    const char *name;
    int least_pids;
    void (*run)(furrow_job *job);
} conform_case;

extern const conform_case order_cases[];   /* P1, P2 */
extern const conform_case stray_cases[];   /* P3 */
extern const conform_case bounded_cases[]; /* P4, P5 */
extern const conform_case access_cases[];  /* P6, P8: every way to reach data, and every misuse */
extern const conform_case once_cases[];    /* P10 */
extern const conform_case shared_cases[];  /* shared arrays */
extern const conform_case swap_cases[];    /* message dictionaries, stitch */
extern const conform_case thread_cases[];  /* threads and progress modes */

/* Ends this process when err is not what was expected. */
void conform_expect(furrow_job *job, furrow_err err, furrow_err expected, const char *what, int line);
void conform_true(furrow_job *job, bool truth, const char *what, int line);
#define CONFORM_PATIENCE_MS 60000 /* for what a case needs, and is not about */
#define OK(call)            conform_expect(job, (call), FURROW_OK, #call, __LINE__)
#define FAILS(call, code)   conform_expect(job, (call), FURROW_ERR_##code, #call, __LINE__)
#define TRUE(condition)     conform_true(job, (condition), #condition, __LINE__)

/* Operations that do not wait may have to be tried again. */
#define POST(call)                                                          \
    do {                                                                    \
        furrow_err posted;                                                  \
        while ((posted = (call)) == FURROW_ERR_AGAIN) furrow_progress(job); \
        conform_expect(job, posted, FURROW_OK, #call, __LINE__);            \
    } while (0)

/* The end of a case that leaves the job as it was: waits for the others; the last case leaves the job. */
void conform_end(furrow_job *job);
/* A flat vector symbol of this pid, which the case's end drops, or conform_drop before; both abort the case on failure. */
furrow_symbol *conform_vector(furrow_job *job, const char *name, furrow_type type, size_t count);
void conform_drop(furrow_job *job, furrow_symbol *symbol);
furrow_remote *conform_resolve(furrow_job *job, int pid, const char *name);
/* Sleeps for ms milliseconds; within what a death is heard of. Both times CONFORM_PACE, for slow machines. */
void conform_nap(int ms);
double conform_soon(void); /* seconds */
/* Pid 2 makes no progress for ms milliseconds; pid 1 goes on once that has begun. r: pid 2's handle on a symbol of pid 1. */
void conform_stand_still(furrow_job *job, furrow_remote *r, int ms);
/* How much to do: 1 ordinarily; CONFORM_EFFORT multiplies it. */
long conform_effort(long rounds);
uint64_t conform_random(uint64_t *state);
/* Whether FURROW_NET takes even the pids of one host over a fabric. */
bool conform_fabric(void);

#endif
