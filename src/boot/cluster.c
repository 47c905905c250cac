/*
 * cluster.c - boot of a process that PMIx started (srun --mpi=pmix, Open MPI's mpirun, PRRTE), perhaps on one host among
 * several. The pids of a host share one arena, made by the first of them and found by the others among its open files;
 * who cannot open it is as far away as another host. Lines of far pids are this host's view of them.
 */
#include "boot/arena.h"
#include "boot/client.h"
#include "boot/watcher.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/module.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RENDEZVOUS_SECONDS 30
#define ASK_AGAIN_NS       10000000

/* What a pid tells those of its host: which arena it has, and where it is open. */
typedef struct place {
    uint64_t device, inode;
    int32_t native, fd;
} place;

typedef struct card {
    _Atomic int state; /* card_state */
    int64_t again_ns;  /* when it may be asked for again */
    unsigned char bytes[FBOOT_CARD_NBYTES];
    size_t nbytes;
} card;
enum card_state { CARD_NONE = 0, CARD_ASKED = 1, CARD_THERE = 2 };

typedef struct cluster {
    const fboot_client *client;
    fboot_watcher *watcher;
    fboot_head *head;
    _Atomic(fboot_head *) told;          /* the same, once it is known who is near: PMIx's threads write there */
    atomic_bool ended[FBOOT_MAX_NPROCS]; /* [rank]: PMIx says so, which it may before that */
    atomic_bool lost;                    /* PMIx's server is */
    int pid, nprocs;
    bool *near;  /* [pid - 1] */
    card *cards; /* [pid - 1] */
    int *lead;   /* [pid - 1]: lowest rank of its host */
    char **name; /* [lead] */
} cluster;

static const char *env(const char *name)
{
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

static bool cluster_probe(void)
{
    return env("PMIX_NAMESPACE") && env("PMIX_RANK");
}

furrow_err fboot_stray_check(void)
{
    const char *size = env("PMI_SIZE");
    if (cluster_probe() || !size || atoi(size) < 2) return FURROW_OK;
    furrow_err e = fb_fail(FURROW_ERR_SYSTEM,
                           "this is one of %d processes whose launcher offers PMI-1 (MPICH's hydra does), "
                           "but Furrow joins them through PMIx",
                           atoi(size));
    fb_fail_advice("Start them with furrow run, srun --mpi=pmix or Open MPI's mpirun; unset PMI_SIZE to run alone.");
    return e;
}

/* --- states --------------------------------------------------------------------------------------------------------*/

/* Several processes of the host may hear of it: the first one tells. */
static void depart(fboot_head *head, int pid, fboot_state state, int status)
{
    _Atomic uint32_t *at = &head->lines[pid - 1].state;
    uint32_t was = atomic_load(at);
    while (was < FBOOT_LEFT) {
        atomic_store_explicit(&head->lines[pid - 1].status, status, memory_order_relaxed);
        if (!atomic_compare_exchange_weak(at, &was, (uint32_t)state)) continue;
        fboot_state_set(head, pid, state, status);
        return;
    }
}

static void depart_ended(const cluster *c, fboot_head *head, int rank)
{
    if (rank < c->nprocs && rank != c->pid - 1) depart(head, rank + 1, FBOOT_DEAD, FBOOT_STATUS_LOST);
}

/* Without PMIx, far pids whose card is not here can neither be reached from here nor heard of. */
static void depart_unknown(const cluster *c, fboot_head *head)
{
    for (int i = 0; i < c->nprocs; i++)
        if (!c->near[i] && atomic_load(&c->cards[i].state) != CARD_THERE)
            depart(head, i + 1, FBOOT_DEAD, FBOOT_STATUS_UNREACHABLE);
}

/* In a thread of PMIx's. The mark is stored before `told` is looked at, and listen stores `told` before it looks for marks: of
 * the two at least one sees what the other stored. */
static void on_ended(void *arg, int rank)
{
    cluster *c = arg;
    if (rank >= FBOOT_MAX_NPROCS) return;
    atomic_store(rank == FBOOT_CLIENT_LOST ? &c->lost : &c->ended[rank], true);
    fboot_head *head = atomic_load(&c->told);
    if (head && rank == FBOOT_CLIENT_LOST) depart_unknown(c, head);
    if (head && rank >= 0) depart_ended(c, head, rank);
}

static void listen_to_pmix(cluster *c)
{
    atomic_store(&c->told, c->head);
    for (int rank = 0; rank < c->nprocs; rank++)
        if (atomic_load(&c->ended[rank])) depart_ended(c, c->head, rank);
    if (atomic_load(&c->lost)) depart_unknown(c, c->head);
}

static void on_near_ended(void *arg, int pid)
{
    const cluster *c = arg;
    depart(c->head, pid, FBOOT_DEAD, FBOOT_STATUS_LOST);
}

static void cluster_departed(const fboot *boot, int pid, fboot_state state, int status)
{
    const cluster *c = boot->priv;
    if (!c->near[pid - 1]) depart(boot->head, pid, state, status);
}

/* --- the host's arena ----------------------------------------------------------------------------------------------*/

static furrow_err place_of(int fd, place *p)
{
    struct stat st;
    if (fstat(fd, &st)) return fb_fail_errno(errno, "the job's memory cannot be looked at");
    *p = (place){.device = st.st_dev, .inode = st.st_ino, .native = (int32_t)getpid(), .fd = fd};
    return FURROW_OK;
}

/* Rank 0 draws the key; the others get it before anybody can see an arena of theirs. */
static furrow_err share_key(const fboot_client *client, int rank, fboot_head *head)
{
    size_t nbytes = sizeof head->key;
    if (rank == 0) return client->put("furrow.key", head->key, sizeof head->key);
    furrow_err e = client->get(0, "furrow.key", RENDEZVOUS_SECONDS, head->key, &nbytes);
    if (!e && nbytes != sizeof head->key) e = fb_fail(FURROW_ERR_FORMAT, "the job's key has %zu bytes", nbytes);
    return e;
}

static furrow_err make_arena(const fboot_client *client, int rank, int nprocs, int *fd, fboot_head **head)
{
    furrow_err e = fboot_arena_make(nprocs, fd, head);
    if (e) return e;
    e = share_key(client, rank, *head);
    if (!e) return FURROW_OK;
    fboot_arena_unmap(*head);
    close(*fd);
    return e;
}

/* The arena of the first pid of this host, through its open file. False when it cannot be had: there is no error in
 * being apart. */
static bool find_arena(const place *first, int nprocs, int *fd, fboot_head **head)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)first->native, (int)first->fd);
    int found = open(path, O_RDWR | O_CLOEXEC);
    if (found < 0) return false;
    bool same = !fstat(found, &st) && st.st_dev == first->device && st.st_ino == first->inode;
    if (same && fboot_arena_map(found, head) == FURROW_OK) {
        if ((int)(*head)->nprocs == nprocs) {
            *fd = found;
            return true;
        }
        fboot_arena_unmap(*head);
    }
    close(found);
    return false;
}

static furrow_err open_arena(const fboot_client *client, int rank, int first, int nprocs, int *fd, fboot_head **head)
{
    place p;
    size_t nbytes = sizeof p;
    furrow_err e = FURROW_OK;
    bool found = false;
    if (rank != first) {
        e = client->get(first, "furrow.place", RENDEZVOUS_SECONDS, &p, &nbytes);
        found = !e && nbytes == sizeof p && find_arena(&p, nprocs, fd, head);
    }
    if (!e && !found) e = make_arena(client, rank, nprocs, fd, head);
    if (!e) e = place_of(*fd, &p);
    if (!e && found && rank == 0) e = client->put("furrow.key", (*head)->key, sizeof(*head)->key);
    return e ? e : client->put("furrow.place", &p, sizeof p);
}

/* Whoever says that it has the same arena is near. */
static furrow_err find_near(cluster *c, const int *local, int nlocal, int fd)
{
    place mine = {0}, theirs;
    furrow_err e = place_of(fd, &mine);
    c->near[c->pid - 1] = true;
    for (int i = 0; !e && i < nlocal; i++) {
        size_t nbytes = sizeof theirs;
        if (local[i] == c->pid - 1) continue;
        e = c->client->get(local[i], "furrow.place", RENDEZVOUS_SECONDS, &theirs, &nbytes);
        if (e || nbytes != sizeof theirs || theirs.device != mine.device || theirs.inode != mine.inode) continue;
        c->near[local[i]] = true;
        e = fboot_watcher_add(c->watcher, local[i] + 1, theirs.native);
    }
    return e;
}

/* --- joining -------------------------------------------------------------------------------------------------------*/

static void cluster_free(cluster *c)
{
    fboot_watcher_close(c->watcher);
    if (c->client) c->client->close();
    for (int i = 0; c->name && i < c->nprocs; i++) free(c->name[i]);
    free(c->name);
    free(c->lead);
    free(c->near);
    free(c->cards);
    free(c);
}

static furrow_err load_client(const fboot_client **client)
{
    const void *table;
    furrow_err e = fb_module_table("furrow-pmix", FBOOT_CLIENT_SYMBOL, FBOOT_CLIENT_ABI, &table);
    if (e)
        fb_fail_advice("PMIx started this process, so Furrow needs its module for PMIx: configure with libpmix-dev "
                       "installed, or unset PMIX_NAMESPACE to run alone.");
    if (!e) *client = table;
    return e;
}

static furrow_err open_client(cluster *c, int **local, int *nlocal)
{
    const fboot_client *client;
    int rank;
    furrow_err e = load_client(&client);
    if (!e) e = client->open(on_ended, c, &rank, &c->nprocs, local, nlocal);
    if (e) return e;
    c->client = client;
    c->pid = rank + 1;
    if (c->nprocs > FBOOT_MAX_NPROCS || rank >= c->nprocs)
        return fb_fail(FURROW_ERR_LIMIT, "rank %d of %d: jobs have up to %d pids", rank, c->nprocs, FBOOT_MAX_NPROCS);
    c->near = calloc((size_t)c->nprocs, sizeof *c->near);
    c->cards = calloc((size_t)c->nprocs, sizeof *c->cards);
    c->lead = calloc((size_t)c->nprocs, sizeof *c->lead);
    c->name = calloc((size_t)c->nprocs, sizeof *c->name);
    if (!c->near || !c->cards || !c->lead || !c->name)
        return fb_fail(FURROW_ERR_NOMEM, "no memory for %d pids", c->nprocs);
    for (int i = 0; i < c->nprocs; i++) c->lead[i] = i;
    client->hosts(c->nprocs, c->lead, c->name);
    return fboot_watcher_open(on_near_ended, c, &c->watcher);
}

static furrow_err cluster_join(fboot *boot)
{
    cluster *c = calloc(1, sizeof *c);
    int *local = NULL, nlocal = 0, fd = -1;
    fboot_head *head = NULL;
    if (!c) return fb_fail(FURROW_ERR_NOMEM, "no memory for the job");
    furrow_err e = open_client(c, &local, &nlocal);
    if (!e) e = open_arena(c->client, c->pid - 1, nlocal ? local[0] : c->pid - 1, c->nprocs, &fd, &head);
    c->head = head;
    if (!e) e = find_near(c, local, nlocal, fd);
    free(local);
    if (e) {
        cluster_free(c);
        fboot_arena_unmap(head);
        if (fd >= 0) close(fd);
        return e;
    }
    listen_to_pmix(c);
    atomic_store_explicit(&head->lines[c->pid - 1].native, (int32_t)getpid(), memory_order_release);
    fboot_state_set(head, c->pid, FBOOT_JOINED, 0);
    *boot = (fboot){.ops = &fboot_cluster, .pid = c->pid, .nprocs = c->nprocs, .arena_fd = fd, .head = head, .priv = c};
    return FURROW_OK;
}

/* PMIx's threads end before the arena goes: they write into it. */
static void cluster_leave(fboot *boot)
{
    fboot_state_set(boot->head, boot->pid, FBOOT_LEFT, 0);
    cluster_free(boot->priv);
    fboot_arena_unmap(boot->head);
    close(boot->arena_fd);
    *boot = (fboot){.arena_fd = -1};
}

/* --- who is where --------------------------------------------------------------------------------------------------*/

static bool cluster_near(const fboot *boot, int pid)
{
    const cluster *c = boot->priv;
    return c->near[pid - 1];
}

static bool cluster_alone(const fboot *boot)
{
    for (int pid = 1; pid <= boot->nprocs; pid++)
        if (!cluster_near(boot, pid)) return false;
    return true;
}

static int cluster_lead(const fboot *boot, int pid)
{
    const cluster *c = boot->priv;
    return c->lead[pid - 1] + 1;
}

static const char *cluster_host(const fboot *boot, int pid)
{
    const cluster *c = boot->priv;
    return c->near[pid - 1] ? NULL : c->name[c->lead[pid - 1]];
}

static furrow_err cluster_card_set(const fboot *boot, const void *bytes, size_t nbytes)
{
    const cluster *c = boot->priv;
    return c->client->put("furrow.card", bytes, nbytes);
}

/* The bytes are written before the state (release), and read after it (acquire). */
static void on_card(void *arg, int rank, const void *bytes, size_t nbytes)
{
    cluster *c = arg;
    card *k = &c->cards[rank];
    bool good = bytes && nbytes > 0 && nbytes <= sizeof k->bytes;
    if (good) memcpy(k->bytes, bytes, nbytes);
    if (good) k->nbytes = nbytes;
    atomic_store_explicit(&k->state, good ? CARD_THERE : CARD_NONE, memory_order_release);
    fboot_rouse(c->head, c->pid);
}

static const void *cluster_card(const fboot *boot, int pid, size_t *nbytes)
{
    cluster *c = boot->priv;
    card *k = &c->cards[pid - 1];
    int state = CARD_NONE;
    if (atomic_load_explicit(&k->state, memory_order_acquire) == CARD_THERE) {
        *nbytes = k->nbytes;
        return k->bytes;
    }
    int64_t now = fb_now_ns();
    if (now < k->again_ns || !atomic_compare_exchange_strong(&k->state, &state, CARD_ASKED)) return NULL;
    k->again_ns = now + ASK_AGAIN_NS;
    if (c->client->ask(pid - 1, "furrow.card", on_card, c)) atomic_store(&k->state, CARD_NONE);
    return NULL;
}

const fboot_ops fboot_cluster = {.name = "pmix",
                                 .probe = cluster_probe,
                                 .join = cluster_join,
                                 .leave = cluster_leave,
                                 .near = cluster_near,
                                 .alone = cluster_alone,
                                 .lead = cluster_lead,
                                 .host = cluster_host,
                                 .card_set = cluster_card_set,
                                 .card = cluster_card,
                                 .departed = cluster_departed};
