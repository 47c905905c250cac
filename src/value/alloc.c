/*
 * alloc.c - where the memory of values comes from and goes to: meters, allocation, and freeing without recursion.
 */
#include "value/alloc.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#define ALIGNMENT 64
#define HUGE_PAGE ((size_t)2 << 20)
#define MOST_KEPT ((size_t)1 << 30)
/* Requests above this are compared with the machine's memory: the kernel might promise what it does not have. */
#define LARGE_NBYTES ((size_t)1 << 30)

static _Thread_local fv_meter *meter_now;

fv_meter *fv_meter_swap(fv_meter *meter)
{
    fv_meter *before = meter_now;
    meter_now = meter;
    return before;
}

furrow_err fv_meter_charge(size_t nbytes)
{
    fv_meter *m = meter_now;
    if (!m) return FURROW_OK;
    uint64_t held;
    if (__builtin_add_overflow(m->held, nbytes, &held) || (m->limit && held > m->limit)) {
        fb_fail(FURROW_ERR_LIMIT, "the evaluation holds %llu bytes and wants %zu more; FURROW_MAX_MEMORY allows %llu",
                (unsigned long long)m->held, nbytes, (unsigned long long)m->limit);
        fb_fail_symbol("FURROW_MAX_MEMORY");
        return FURROW_ERR_LIMIT;
    }
    m->held = held;
    return FURROW_OK;
}

void fv_meter_refund(size_t nbytes)
{
    if (meter_now) meter_now->held = meter_now->held > nbytes ? meter_now->held - nbytes : 0;
}

/* --- time --- */

furrow_err fv_stopped(void)
{
    return meter_now ? meter_now->stopped : FURROW_OK;
}

furrow_err fv_worked(size_t n)
{
    fv_meter *m = meter_now;
    if (!m) return FURROW_OK;
    m->done += n;
    if (m->done < FV_PIECE || !m->look) return m->stopped;
    m->done = 0;
    if (!m->stopped) m->stopped = m->look(m->run);
    return m->stopped;
}

fv_look fv_meter_look(fv_look look)
{
    if (!meter_now) return NULL;
    fv_look before = meter_now->look;
    meter_now->look = look;
    return before;
}

#define PIECE_NBYTES (FV_PIECE * 16)

furrow_err fv_bytes_copy(void *to, const void *from, size_t nbytes)
{
    for (size_t done = 0, n; done < nbytes; done += n) {
        n = nbytes - done < PIECE_NBYTES ? nbytes - done : PIECE_NBYTES;
        memcpy((char *)to + done, (const char *)from + done, n);
        furrow_err err = fv_worked(n / 16);
        if (err) return err;
    }
    return FURROW_OK;
}

furrow_err fv_bytes_clear(void *to, size_t nbytes)
{
    for (size_t done = 0, n; done < nbytes; done += n) {
        n = nbytes - done < PIECE_NBYTES ? nbytes - done : PIECE_NBYTES;
        memset((char *)to + done, 0, n);
        furrow_err err = fv_worked(n / 16);
        if (err) return err;
    }
    return FURROW_OK;
}

/* --- allocation --- */

static bool beyond_machine(size_t nbytes)
{
    uint64_t memory = nbytes < LARGE_NBYTES ? 0 : fb_memory_nbytes();
    return memory && nbytes >= memory;
}

static furrow_err no_memory(size_t nbytes)
{
    fv_meter_refund(nbytes);
    return fb_fail(FURROW_ERR_NOMEM, "no memory for a value of %zu bytes", nbytes);
}

furrow_err fv_alloc(furrow_type type, size_t nbytes, void *out)
{
    furrow_err err = fv_meter_charge(nbytes);
    if (err) return err;
    void *p = nbytes <= PTRDIFF_MAX && !beyond_machine(nbytes) ? malloc(nbytes) : NULL;
    if (!p) return no_memory(nbytes);
    furrow_value *value = p;
    atomic_init(&value->refs, 1);
    value->type = (uint8_t)type;
    value->eltype = (uint8_t)type;
    value->ndims = 0;
    value->flags = meter_now ? FV_FLAG_METERED : 0;
    value->next = NULL;
    memcpy(out, &p, sizeof p);
    return FURROW_OK;
}

void fv_dealloc(furrow_value *value, size_t nbytes)
{
    if (value->flags & FV_FLAG_METERED) fv_meter_refund(nbytes);
    free(value);
}

/*
 * Large parts ask for large pages: of the time to fill a fresh one, most goes into its page faults. The last one that was
 * freed is kept for the next of about its size, offered to the kernel meanwhile (MADV_FREE), which takes its pages when
 * it wants memory. The lock is tried, never waited for: who finds it taken goes without.
 */
static struct {
    atomic_flag taken;
    void *part;
    size_t nbytes;
} kept = {ATOMIC_FLAG_INIT, NULL, 0};

static bool kept_enter(void)
{
    return !atomic_flag_test_and_set_explicit(&kept.taken, memory_order_acquire); /* pairs with the release below */
}
static void kept_leave(void)
{
    atomic_flag_clear_explicit(&kept.taken, memory_order_release);
}

static void *take_kept(size_t nbytes)
{
    void *part = NULL;
    if (!kept_enter()) return NULL;
    if (kept.part && kept.nbytes >= nbytes && kept.nbytes - nbytes <= nbytes / 8) {
        part = kept.part;
        kept.part = NULL;
    }
    kept_leave();
    return part;
}

static void free_large(void *part, size_t nbytes)
{
    if ((uintptr_t)part % HUGE_PAGE == 0 && nbytes <= MOST_KEPT && kept_enter()) {
        madvise(part, nbytes & ~(HUGE_PAGE - 1), MADV_FREE);
        void *before = kept.part;
        kept.part = part;
        kept.nbytes = nbytes;
        kept_leave();
        part = before;
    }
    free(part);
}

static void *alloc_large(size_t nbytes)
{
    void *again = take_kept(nbytes);
    if (again) return again;
    void *p = aligned_alloc(HUGE_PAGE, (nbytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
    if (p) madvise(p, nbytes & ~(HUGE_PAGE - 1), MADV_HUGEPAGE); /* a kernel without them gives small ones */
    return p;
}

furrow_err fv_alloc_part(furrow_value *value, size_t nbytes, void **out)
{
    furrow_err err = fv_meter_charge(nbytes);
    if (err) return err;
    size_t rounded;
    void *p = NULL;
    if (!__builtin_add_overflow(nbytes, ALIGNMENT - 1, &rounded) && rounded <= PTRDIFF_MAX && !beyond_machine(nbytes)) {
        rounded &= ~(size_t)(ALIGNMENT - 1);
        p = nbytes >= 2 * HUGE_PAGE ? alloc_large(nbytes) : aligned_alloc(ALIGNMENT, rounded ? rounded : ALIGNMENT);
    }
    if (!p) return no_memory(nbytes);
    if (meter_now) value->flags |= FV_FLAG_METERED;
    *out = p;
    return FURROW_OK;
}

void fv_dealloc_part(furrow_value *value, void *part, size_t nbytes)
{
    if (part && value->flags & FV_FLAG_METERED) fv_meter_refund(nbytes);
    if (nbytes >= 2 * HUGE_PAGE)
        free_large(part, nbytes);
    else
        free(part);
}

/* --- freeing --- */

/* What this thread is freeing: the children of a value join the list instead of being freed inside it. */
static _Thread_local furrow_value *dying;
static _Thread_local bool freeing;

/* Memory of references, which may be dropped in a signal handler, where free() must not be called: it waits here for
 * fv_refs_free_retired. Pushing is lock-free, and only whole lists are taken, so that no node can come back between
 * reading it and the exchange. */
static _Atomic(furrow_value *) retired;

static void retire(furrow_value *ref)
{
    furrow_value *top = atomic_load_explicit(&retired, memory_order_relaxed);
    do {
        ref->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&retired, &top, ref, memory_order_release, memory_order_relaxed));
}

void fv_refs_free_retired(void)
{
    /* acquire: pairs with the release of each push, so that the links are seen. */
    furrow_value *ref = atomic_exchange_explicit(&retired, NULL, memory_order_acquire);
    while (ref) {
        furrow_value *next = ref->next;
        free(ref);
        ref = next;
    }
}

furrow_err fv_ref_new(int where, int whence, uint64_t id, furrow_value **out)
{
    fv_refs_free_retired();
    fv_ref *ref;
    furrow_err err = fv_alloc(FURROW_REF, sizeof *ref, &ref);
    if (err) return err;
    if (ref->head.flags & FV_FLAG_METERED) fv_meter_refund(sizeof *ref);
    ref->where = where;
    ref->whence = whence;
    ref->id = id;
    ref->owner = NULL;
    ref->release = NULL;
    *out = &ref->head;
    return FURROW_OK;
}

static void drop_ref(furrow_value *value)
{
    fv_ref *ref = (fv_ref *)value;
    if (ref->release) ref->release(ref->owner, ref->where, ref->id);
    retire(value);
}

static void free_tuple(furrow_value *value)
{
    fv_tuple *tuple = (fv_tuple *)value;
    for (size_t i = 0; i < tuple->count; i++) fv_cell_drop(&tuple->items[i]);
    fv_dealloc(value, sizeof *tuple + tuple->count * sizeof tuple->items[0]);
}

static void free_code(furrow_value *value)
{
    fv_code *code = (fv_code *)value;
    void *made = atomic_load_explicit(&code->code, memory_order_acquire);
    if (made && code->drop_code) code->drop_code(made);
    fv_drop(code->text);
    fv_drop(code->captured);
    fv_dealloc(value, sizeof *code);
}

static void free_one(furrow_value *value)
{
    switch (value->type) {
    case FURROW_ARRAY:
        fv_array_clear((fv_array *)value);
        fv_dealloc(value, fv_array_nbytes((const fv_array *)value));
        break;
    case FURROW_DICT:
        fv_dict_close((fv_dict *)value);
        fv_dealloc(value, fv_dict_nbytes());
        break;
    case FURROW_TUPLE:
        free_tuple(value);
        break;
    case FURROW_EXPR:
    case FURROW_FUNCTION:
        free_code(value);
        break;
    case FURROW_STRING:
    case FURROW_SYMBOL:
    case FURROW_REGEX:
    case FURROW_MODULE:
    case FURROW_EXCEPTION:
        fv_dealloc(value, sizeof(fv_text) + ((fv_text *)value)->nbytes + 1);
        break;
    case FURROW_RANGE:
        fv_dealloc(value, sizeof(fv_range));
        break;
    default:
        fv_dealloc(value, sizeof(fv_scalar));
    }
}

void fv_free(furrow_value *value)
{
    if (value->type == FURROW_REF) {
        drop_ref(value);
        return;
    }
    value->next = dying;
    dying = value;
    if (freeing) return;
    freeing = true;
    while (dying) {
        furrow_value *next = dying;
        dying = next->next;
        free_one(next);
    }
    freeing = false;
}
