/*
 * stitch.h - joining the parts of several pids along one dimension, for furrow_stitch and the session's verb.
 */
#ifndef FJ_STITCH_H
#define FJ_STITCH_H

#include "job/eval.h"
#include "job/parts.h"

/* One pid's part: a flat array or scalar, there (remote) or here (data). */
typedef struct fj_part {
    int pid;
    furrow_type type;
    int ndims; /* 0: a scalar */
    size_t dims[FURROW_MAX_NDIMS];
    furrow_remote *remote;
    const void *data;
    _Alignas(16) unsigned char scalar[16];
} fj_part;

/* What is stitched: pids ascending, the symbol's name when the text is one (reads straight from memory), else NULL. */
typedef struct fj_stitching {
    const int *pids;
    size_t npids;
    const char *module, *name;
    int dim; /* from 1: 1 vcat, 2 hcat */
    int64_t deadline_ns;
} fj_stitching;

/* Reads the symbol at all pids straight into the result. AGAIN when that is not possible: some part is not flat, is not
 * there, or has another element type. SHAPE names the pid that does not fit, and both shapes. */
FURROW_MUST_CHECK furrow_err fj_stitch_symbol(furrow_job *job, const fj_stitching *s, fv_cell *out);
/* The same of results that are here. AGAIN likewise. */
FURROW_MUST_CHECK furrow_err fj_stitch_results(const furrow_results *results, int dim, fv_cell *out);
/* "2x3", "a number": in text, cut to size. */
void fj_shape_text(int ndims, const size_t *dims, char *text, size_t size);

#endif
