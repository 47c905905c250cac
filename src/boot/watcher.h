/*
 * watcher.h - a thread that learns when processes of this host end that are nobody's children here. Only cluster.c.
 */
#ifndef FBOOT_WATCHER_H
#define FBOOT_WATCHER_H

#include <furrow/err.h>

typedef struct fboot_watcher fboot_watcher;

/* ended(arg, pid) is called in the thread, once for each. */
FURROW_MUST_CHECK furrow_err fboot_watcher_open(void (*ended)(void *arg, int pid), void *arg, fboot_watcher **watcher);
/* native is the process that is pid; when it has ended already, so much the sooner. */
FURROW_MUST_CHECK furrow_err fboot_watcher_add(fboot_watcher *watcher, int pid, int native);
void fboot_watcher_close(fboot_watcher *watcher);

#endif
