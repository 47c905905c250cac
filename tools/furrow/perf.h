/*
 * perf.h - the two sides of furrow perf: measure.c has what pid 1 measures and what its partner does meanwhile; perf.c
 * starts them and tells the figures.
 */
#ifndef PERF_H
#define PERF_H

#include "command.h"
#include <stdint.h>

#define PERF_MOST_NBYTES ((size_t)64 << 20)

typedef struct perf {
    furrow_job *job;
    int partner;               /* the other side's pid */
    size_t most_nbytes;        /* of the largest measurement */
    int rounds;                /* most that are timed, of each measurement */
    int warmup;                /* that are not, before them */
    double seconds;            /* at most, of each measurement */
    bool both;                 /* streams go both ways at once */
    furrow_symbol *box, *word; /* this side's memory, and what the other tells it */
    furrow_remote *far, *far_word;
    unsigned char *bytes;    /* what is sent */
    furrow_program *program; /* what reap evaluates */
    int64_t *times;          /* [rounds], ns */
} perf;

typedef enum perf_op { PERF_PUT, PERF_GET, PERF_NOTIFY, PERF_REAP, PERF_NOPS } perf_op;
extern const char *const perf_names[PERF_NOPS];

typedef struct perf_latency {
    int rounds;
    double least, median, mean, p99, p999, most; /* us: put, get and reap there and back, notify one way */
} perf_latency;

typedef struct perf_stream {
    double messages, nbytes; /* a second; of both ways together, where they go both ways */
} perf_stream;

/* Both sides: makes the symbols and resolves the other's. */
FURROW_MUST_CHECK furrow_err perf_open(perf *p);
void perf_close(perf *p);
/* The partner: does what pid 1 asks for until it says stop. */
FURROW_MUST_CHECK furrow_err perf_serve(perf *p);
FURROW_MUST_CHECK furrow_err perf_stop(perf *p);
/* Pid 1. nbytes is ignored by reap. */
FURROW_MUST_CHECK furrow_err perf_measure_latency(perf *p, perf_op op, size_t nbytes, perf_latency *out);
/* Put, get and notify. */
FURROW_MUST_CHECK furrow_err perf_measure_stream(perf *p, perf_op op, size_t nbytes, perf_stream *out);

#endif
