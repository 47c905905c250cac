/*
 * boot.h - who is in the job. One small table of operations per way of being started: self (a job of one), local
 * (furrow run), cluster (PMIx). The job asks for what is here and nothing else.
 */
#ifndef FBOOT_BOOT_H
#define FBOOT_BOOT_H

#include <furrow/err.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef enum fboot_state {
    FBOOT_EXPECTED = 0, /* started, or about to be; has not joined */
    FBOOT_JOINED = 1,
    FBOOT_LEFT = 2, /* left, or ended with status 0 without ever joining */
    FBOOT_DEAD = 3  /* ended otherwise while in the job */
} fboot_state;

/*
 * The head of the arena: the memory all pids of this host share. Whoever starts the job (furrow_launch, or the process
 * itself in a job of one) makes the arena, fills in the head and lets the arena be as long as the head; the host's
 * transport lengthens it and owns what follows. Lines are a cache line each.
 */
#define FBOOT_STATUS_LOST        (-1) /* it ended, and nobody knows how */
#define FBOOT_STATUS_UNREACHABLE (-2) /* the fabric does not reach it any more */
#define FBOOT_CARD_NBYTES        120
typedef struct fboot_line {
    _Alignas(64) _Atomic uint32_t wake; /* futex: add one and wake to rouse the pid; it sleeps on the value it saw */
    _Atomic uint32_t sleeping;          /* the pid's own: not 0 while it sleeps or is about to */
    _Atomic uint32_t state;             /* fboot_state */
    _Atomic int32_t native;             /* process number, set at join; 0 before */
    _Atomic int32_t status;             /* wait status, once DEAD; or one of FBOOT_STATUS_ */
    _Atomic uint32_t told;              /* once it is gone: the pid of this host that tells other hosts (news.c) */
    _Alignas(64) unsigned char card[FBOOT_CARD_NBYTES]; /* how it is reached over a fabric */
    _Atomic uint32_t card_nbytes;                       /* 0 until the card is written (release), once */
    _Atomic uint32_t came;                              /* round + 1 of the barrier to which it came last (barrier.c) */
} fboot_line;

typedef struct fboot_head {
    _Alignas(64) char magic[8]; /* "furrow1" */
    uint32_t nprocs;
    uint32_t head_nbytes; /* FBOOT_HEAD_NBYTES(nprocs) */
    uint8_t key[16];
    _Atomic uint32_t epoch; /* grows (release) after any state changed; then every pid is roused */
    fboot_line lines[];     /* lines[pid - 1] */
} fboot_head;
#define FBOOT_HEAD_NBYTES(nprocs) ((sizeof(fboot_head) + (size_t)(nprocs) * sizeof(fboot_line) + 4095) & ~(size_t)4095)

typedef struct fboot {
    const struct fboot_ops *ops;
    int pid; /* 1..nprocs */
    int nprocs;
    int arena_fd;     /* owned by boot, closed by leave */
    fboot_head *head; /* mapped by boot, unmapped by leave */
    void *priv;
} fboot;

typedef struct fboot_ops {
    const char *name;
    /* Was this process started this way? No side effects. */
    bool (*probe)(void);
    /* Fills in *boot and marks this pid joined. FORMAT when what was inherited is damaged, BUSY when another process
     * took this pid. */
    furrow_err (*join)(fboot *boot);
    /* Marks this pid left, rouses the others, and frees what join took. */
    void (*leave)(fboot *boot);
    /* Does pid share this arena? / Do all pids of the job? */
    bool (*near)(const fboot *boot, int pid);
    bool (*alone)(const fboot *boot);
    /* The smallest pid of the host that pid is on, as the launcher has it: never asks another process. */
    int (*lead)(const fboot *boot, int pid);
    /* The launcher's name for that host; NULL where it gives none, and for hosts that are this one. */
    const char *(*host)(const fboot *boot, int pid);
    /* Leaves this pid's card for the others, once; at most FBOOT_CARD_NBYTES: how it is reached over a fabric. */
    furrow_err (*card_set)(const fboot *boot, const void *card, size_t nbytes);
    /* Another pid's card; NULL while it is not known: it has been asked for. */
    const void *(*card)(const fboot *boot, int pid, size_t *nbytes);
    /* A fabric or another host says that pid is LEFT or DEAD, with its status. Where that is known better, nothing
     * happens. */
    void (*departed)(const fboot *boot, int pid, fboot_state state, int status);
} fboot_ops;

/* State of a pid: one acquire load. Who waits looks at the epoch first, and at states only when it has moved. */
static inline fboot_state fboot_peer(const fboot *boot, int pid)
{
    return (fboot_state)atomic_load_explicit(&boot->head->lines[pid - 1].state, memory_order_acquire);
}
/* Slots for arenas that all pids of the job share: everybody is near, cards are in the lines, the launcher knows the
 * states. */
bool fboot_all_near(const fboot *boot, int pid);
bool fboot_all_alone(const fboot *boot);
int fboot_all_lead(const fboot *boot, int pid);
const char *fboot_own_host(const fboot *boot, int pid);
furrow_err fboot_card_set(const fboot *boot, const void *card, size_t nbytes);
const void *fboot_card(const fboot *boot, int pid, size_t *nbytes);
void fboot_departed_known(const fboot *boot, int pid, fboot_state state, int status);
/* Adds one to the pid's wake word and wakes it if it sleeps there. Any process that maps the head. */
void fboot_rouse(fboot_head *head, int pid);
/* Records a new state, moves the epoch, rouses everybody. */
void fboot_state_set(fboot_head *head, int pid, fboot_state state, int status);
/* Fills in a head for nprocs pids, in zeroed memory; draws the key from the kernel. SYSTEM. */
FURROW_MUST_CHECK furrow_err fboot_head_init(fboot_head *head, int nprocs);

extern const fboot_ops fboot_self;
extern const fboot_ops fboot_local;
extern const fboot_ops fboot_cluster;
/* Refuses to be a job of one among processes that were started together in a way Furrow cannot join by. */
FURROW_MUST_CHECK furrow_err fboot_stray_check(void);

/* Tries local, then the cluster's way (PMIx), then self. */
FURROW_MUST_CHECK furrow_err fboot_join(fboot *boot);

#endif
