/*
 * client.h - what the module furrow-pmix.so (pmix.c) does for cluster.c: a rank, a few keys put for the others and got
 * from them, and word of processes that ended.
 */
#ifndef FBOOT_CLIENT_H
#define FBOOT_CLIENT_H

#include <furrow/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FBOOT_CLIENT_ABI    3u
#define FBOOT_CLIENT_SYMBOL "furrow_boot_client"
#define FBOOT_CLIENT_LOST   (-1)

typedef struct fboot_client {
    uint32_t abi;
    /* ended(arg, rank): in a thread of PMIx's; rank FBOOT_CLIENT_LOST: PMIx's server, nothing is told any more. Outputs: this process's rank, the job's size, and the ranks PMIx places on
     * this host: *nlocal of them, ascending, from malloc. SYSTEM with PMIx's words. */
    furrow_err (*open)(void (*ended)(void *arg, int rank), void *arg, int *rank, int *nprocs, int **local, int *nlocal);
    void (*close)(void);
    const char *(*version)(void); /* PMIx's; works without open */
    /* Which ranks are together, as the launcher placed them: lead[rank] is the lowest rank of rank's host, name[lead] that
     * host's name, from malloc. What is not known is left as it is. */
    void (*hosts)(int nprocs, int *lead, char **name);
    /* Leaves bytes under key for all others. */
    furrow_err (*put)(const char *key, const void *bytes, size_t nbytes);
    /* What rank has left under key: waits for it, seconds at most (TIMEOUT). *nbytes: room, then size. */
    furrow_err (*get)(int rank, const char *key, int seconds, void *bytes, size_t *nbytes);
    /* The same without waiting: answered(arg, rank, bytes, nbytes) in a thread of PMIx's; bytes NULL: not to be had. */
    furrow_err (*ask)(int rank, const char *key,
                      void (*answered)(void *arg, int rank, const void *bytes, size_t nbytes), void *arg);
} fboot_client;

#endif
