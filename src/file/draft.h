/*
 * draft.h - a file that comes into being whole: written without a name, then put in the place of another. Used by
 * module.c. Where the file system has no nameless files it is called PATH.furrow-new meanwhile.
 */
#ifndef FFILE_DRAFT_H
#define FFILE_DRAFT_H

#include <furrow/err.h>
#include <stdbool.h>

typedef struct ffile_draft {
    const char *path; /* borrowed: as the caller wrote it */
    char *place;      /* where it shall go */
    char *name;       /* what it is called in between */
    bool named;       /* it has that name now */
    int fd;
} ffile_draft;

FURROW_MUST_CHECK furrow_err ffile_draft_open(const char *path, ffile_draft *draft);
/* Syncs it, puts it in place, syncs the folder. */
FURROW_MUST_CHECK furrow_err ffile_draft_commit(ffile_draft *draft);
/* Forgets it: what was not committed is gone. Twice does no harm. */
void ffile_draft_drop(ffile_draft *draft);

#endif
