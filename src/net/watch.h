/*
 * watch.h - a thread that rouses this pid when a descriptor becomes readable, for a pid that sleeps on a futex and must
 * hear of a fabric too. Only route.c.
 */
#ifndef FNET_WATCH_H
#define FNET_WATCH_H

#include <furrow/err.h>

typedef struct fnet_watch fnet_watch;

/* rouse(arg) is called in the thread, at most once for each begin. */
FURROW_MUST_CHECK furrow_err fnet_watch_open(int fd, void (*rouse)(void *arg), void *arg, fnet_watch **watch);
void fnet_watch_close(fnet_watch *watch);
/* From now on until it has roused once. */
void fnet_watch_begin(fnet_watch *watch);

#endif
