/*
 * swap_round.c - how the pids of a host know that all have arrived in a round of their group: each writes a word of its own
 * into its box, behind what it has published, and reads the others'. Called by swap.c; nothing here waits.
 */
#include "job/swap.h"

/*
 * A word is round << 32 | attempt << 2 | state. All loads here are sequentially consistent, and a full fence follows each
 * store, so that all of them stand in one order. (A plain store and a fence rather than an exchange: so the word goes out
 * together with what was published beside it.) What was published is seen by whoever sees the word ARRIVED, and is not
 * changed before the next round but one. Who stores the last ARRIVED sees all others' in its first look, and rouses those
 * that sleep: one that is about to announces that before its own last look.
 *
 * Words are read one after another, and one that was ARRIVED may be taken back while the others are read. So who takes its
 * word back stores LEAVING, then counts up the line's withdrawals, then reads the others' words; only when it finds one
 * that is neither ARRIVED nor LEAVING it stores GONE, else ARRIVED again. A look at all words holds only if the count is the
 * same before and after. Then whoever is LEAVING after that look has counted after it, reads after it, and, as long as
 * nobody is GONE, finds all others ARRIVED or LEAVING: so nobody becomes GONE, and all come to see the round full. A dead pid
 * that was LEAVING counts as GONE: that round has ended for those who saw it full, and nobody gets past the next one.
 */
enum { ARRIVED = 1, LEAVING = 2, GONE = 3 };
#define ATTEMPTS          ((uint32_t)0x3fffffff)
#define WORD(r, a, state) ((uint64_t)(r) << 32 | (uint64_t)((a)&ATTEMPTS) << 2 | (unsigned)(state))
#define ROUND(word)       ((uint32_t)((word) >> 32))
#define ATTEMPT(word)     ((uint32_t)(word) >> 2)
#define STATE(word)       ((unsigned)(word)&3)

static uint64_t word_of(const fj_swap_group *g, size_t local)
{
    return atomic_load(&g->boxes[g->round & 1][g->locals[local] - 1].word);
}

static void set_own(furrow_job *job, fj_swap_group *g, unsigned state, uint32_t more)
{
    _Atomic uint64_t *word = &g->boxes[g->round & 1][job->pid - 1].word;
    uint64_t was = atomic_load_explicit(word, memory_order_relaxed); /* its own */
    uint32_t attempt = ROUND(was) == g->round ? ATTEMPT(was) + more : 0;
    atomic_store_explicit(word, WORD(g->round, attempt, state), memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
}

/* In a line that was cleared both words are 0, which is no state: round 0. */
void fj_round_begin(furrow_job *job, fj_swap_group *g)
{
    uint64_t even = atomic_load(&g->boxes[0][job->pid - 1].word), odd = atomic_load(&g->boxes[1][job->pid - 1].word);
    uint64_t last = (int32_t)(ROUND(odd) - ROUND(even)) > 0 ? odd : even;
    g->round = ROUND(last) + (STATE(last) == ARRIVED);
}

bool fj_round_has(const fj_swap_group *g, size_t local)
{
    uint64_t word = word_of(g, local);
    return ROUND(word) == g->round && STATE(word) == ARRIVED;
}

unsigned fj_round_count(const fj_swap_group *g)
{
    unsigned n = 0;
    for (size_t i = 0; i < g->nlocals; i++) n += fj_round_has(g, i);
    return n;
}

/* The count is read first, then words, from the first; see above. */
static void look_anew(fj_swap_group *g)
{
    g->seen = 0;
    g->withdrawals = atomic_load(&g->line->withdrawals);
}

void fj_round_arrive(furrow_job *job, fj_swap_group *g)
{
    set_own(job, g, ARRIVED, 1);
    look_anew(g);
}

bool fj_round_full(fj_swap_group *g)
{
    for (;;) {
        while (g->seen < g->nlocals) {
            if (!fj_round_has(g, g->seen)) return false;
            g->seen++;
        }
        if (atomic_load(&g->line->withdrawals) == g->withdrawals) return true;
        look_anew(g);
    }
}

static bool may_be_there(furrow_job *job, const fj_swap_group *g, size_t local)
{
    uint64_t word = word_of(g, local);
    if (ROUND(word) != g->round) return false;
    return STATE(word) == ARRIVED || (STATE(word) == LEAVING && fboot_peer(&job->boot, g->locals[local]) < FBOOT_LEFT);
}

bool fj_round_withdraw(furrow_job *job, fj_swap_group *g)
{
    set_own(job, g, LEAVING, 0);
    atomic_fetch_add(&g->line->withdrawals, 1);
    for (size_t i = 0; i < g->nlocals; i++) {
        if (g->locals[i] == job->pid || may_be_there(job, g, i)) continue;
        set_own(job, g, GONE, 0);
        return true;
    }
    fj_round_arrive(job, g);
    return false;
}
