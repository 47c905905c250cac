/*
 * value.h - the inside of furrow_value, for value, expr, file and job. Public calls are in furrow/value.h.
 * A cell is what a register, an element of Array{Any} or a dictionary's key holds: small scalars stand in it,
 * everything else is a counted pointer. Nothing here knows programs, pids or the network.
 */
#ifndef FV_VALUE_H
#define FV_VALUE_H

#include <furrow/value.h>
#include <stdatomic.h>
#include <string.h>

/* A tagged word. tag is a furrow_type. Tags NOTHING..COMPLEX64, CHAR and DATATYPE keep their payload inline; every
 * other tag (COMPLEX128 and COMPLEX_INT64 included) means p is a furrow_value of that type on which the cell has a reference. */
typedef struct fv_cell {
    uint32_t tag;
    uint32_t unused; /* 0 */
    union {
        int64_t
            i; /* Int8..Int64 sign-extended, UInt8..UInt64 zero-extended, Bool 0/1, Char, Datatype (a furrow_type) */
        uint64_t u;
        double d;   /* Float64 */
        float f;    /* Float32 */
        float c[2]; /* Complex64 */
        furrow_value *p;
    };
} fv_cell;

static inline bool fv_tag_inline(uint32_t tag)
{
    return tag <= FURROW_COMPLEX64 || tag == FURROW_CHAR || tag == FURROW_DATATYPE;
}
static inline bool fv_tag_flat(uint32_t tag)
{
    return (tag >= FURROW_BOOL && tag <= FURROW_COMPLEX128) || tag == FURROW_COMPLEX_INT64;
}
/* What arrays are of: numbers one after the other, or cells. */
static inline bool fv_tag_element(uint32_t tag)
{
    return fv_tag_flat(tag) || tag == FURROW_STRING || tag == FURROW_SYMBOL || tag == FURROW_CHAR || tag == FURROW_ANY;
}
#define FV_LAST_TYPE FURROW_EXCEPTION

/* The head of every boxed value. */
struct furrow_value {
    _Atomic uint32_t refs;
    uint8_t type;   /* furrow_type */
    uint8_t eltype; /* arrays: element type (flat, STRING, SYMBOL, CHAR or ANY); else the type */
    uint8_t ndims;  /* arrays: 1..FURROW_MAX_NDIMS; else 0 */
    uint8_t flags;
    struct furrow_value *next; /* the value room's: links values that are being freed */
};

/* Who owns the elements of an array. NULL store: they were allocated with the value and go with it. The job's symbol
 * heap supplies its own; drop is called once, when the last value over the memory goes or moves elsewhere. */
typedef struct fv_store {
    void (*drop)(struct fv_store *store, void *data);
    bool fixed; /* C code counts on the elements and their number: no value over them may change its length */
} fv_store;

/* head.flags of an array: its elements are changed by who owns their memory alone, not by programs (read-only symbols). */
#define FV_FLAG_READ_ONLY 2u
/* head.flags of a tuple of two: key => item. In all but display, type and equality it is a tuple. */
#define FV_FLAG_PAIR 4u

typedef struct fv_array {
    furrow_value head;
    size_t count;
    size_t dims[FURROW_MAX_NDIMS]; /* 1 past ndims */
    void *data;                    /* flat: elements; otherwise fv_cell[count]. 64-byte aligned when ours */
    size_t capacity;               /* elements data has room for, when it is ours (push!, append!) */
    fv_store *store;
} fv_array;

typedef struct fv_scalar { /* COMPLEX128, COMPLEX_INT64, and any flat scalar given to C */
    furrow_value head;
    _Alignas(16) unsigned char bytes[16];
} fv_scalar;

typedef struct fv_text { /* STRING, SYMBOL, REGEX (its pattern), MODULE (its name), EXCEPTION (kind: message) */
    furrow_value head;
    uint64_t hash; /* of the bytes */
    size_t nbytes;
    char bytes[]; /* NUL follows */
} fv_text;

typedef struct fv_range { /* first, first+step, ...: count elements of INT64 or FLOAT64 (head.eltype) */
    furrow_value head;
    bool has_step; /* written with a step: StepRange, FloatRange */
    size_t count;
    union {
        int64_t i;
        double d;
    } first, step, last;
    double divisor; /* FLOAT64: element k is (first + k*step)/divisor, as Julia's FloatRange, so that 0.1:0.1:0.3 is
                       exact */
} fv_range;

typedef struct fv_tuple {
    furrow_value head;
    size_t count;
    fv_cell items[];
} fv_tuple;

/* EXPR, FUNCTION: canonical source text (what display shows, what travels), captured values, and what expr made of
 * them, kept for speed. Value rooms never look inside code. */
typedef struct fv_code {
    furrow_value head;
    furrow_value *text;     /* STRING */
    furrow_value *captured; /* TUPLE of the values of $1, $2, ... in text; NULL for none */
    _Atomic(void *) code;   /* owned by expr; may be NULL, made again from text */
    void (*drop_code)(void *code);
} fv_code;

typedef struct fv_dict fv_dict; /* dict.c: insertion-ordered hash table of cells; fv_dict_* in dict.h */

/* A type with its parameters, as DATATYPE cells hold it in i: byte 0 is the furrow_type; ARRAY: byte 1 element type,
 * byte 2 dimensions (0: none given); RANGE: element type, has_step; DICT: key type, item type, and two bytes each for
 * the parameters of item and key; EXCEPTION: the kind; TUPLE: count and up to six item types, or 255 when they do not fit. A bare
 * furrow_type is the type without parameters. */
typedef uint64_t fv_type;
/* Byte 0 may also name a set of types, for isa and as arguments: no value has one of these. VECTOR and MATRIX carry the
 * element type in byte 1. */
typedef enum fv_type_set {
    FV_SET_NUMBER = 64,
    FV_SET_REAL,
    FV_SET_INTEGER,
    FV_SET_SIGNED,
    FV_SET_UNSIGNED,
    FV_SET_FLOAT,
    FV_SET_COMPLEX,
    FV_SET_VECTOR,
    FV_SET_MATRIX,
    FV_SET_ARRAY,
    FV_SET_STRING,
    FV_SET_PAST
} fv_type_set;
static inline furrow_type fv_type_base(fv_type type)
{
    return (furrow_type)(type & 0xFF);
}
fv_type fv_type_make(furrow_type base, unsigned first, unsigned second);
fv_type fv_type_of(const fv_cell *cell);
/* Julia's text for it ("Array{Float64,2}"), cut to size with its NUL. Returns text. */
const char *fv_type_text(fv_type type, char *text, size_t size);

typedef struct fv_ref { /* REF: a value kept at pid `where` for pid `whence` under id */
    furrow_value head;
    int where;
    int whence;
    uint64_t id;
    void *owner; /* the job's; passed to release */
    void (*release)(void *owner, int where,
                    uint64_t id); /* may be NULL; must be callable in any thread, in a signal handler */
} fv_ref;

/* --- cells --- */
void fv_free(furrow_value *value); /* count reached zero */
static inline void fv_hold(furrow_value *v)
{
    atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
}
static inline void fv_drop(furrow_value *v)
{
    /* release: what this thread did with the value comes before; acquire: whoever frees it has seen what all did. */
    if (v && atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) == 1) fv_free(v);
}
static inline void fv_cell_hold(const fv_cell *c)
{
    if (!fv_tag_inline(c->tag)) fv_hold(c->p);
}
static inline void fv_cell_drop(fv_cell *c)
{
    if (!fv_tag_inline(c->tag)) fv_drop(c->p);
}

/* cell <-> value. to_value: a new reference (boxes inline cells). from_value: unboxes flat scalars, else holds. */
FURROW_MUST_CHECK furrow_err fv_cell_to_value(const fv_cell *cell, furrow_value **out);
void fv_cell_from_value(const furrow_value *value, fv_cell *out);
bool fv_cell_equal(const fv_cell *a, const fv_cell *b); /* isequal */
uint64_t fv_cell_hash(const fv_cell *cell);             /* equal cells hash alike: 1, 1.0 and true too, as in Julia */

/* --- arrays --- */
/* Uninitialised elements (cells are set to nothing). OVERFLOW, LIMIT (more than fv_alloc_limit), NOMEM. */
FURROW_MUST_CHECK furrow_err fv_array_new(furrow_type eltype, int ndims, const size_t *dims, fv_array **out);
/* An array over memory somebody else owns. */
FURROW_MUST_CHECK furrow_err fv_array_over(furrow_type eltype, int ndims, const size_t *dims, void *data,
                                           fv_store *store, fv_array **out);
/* Moves an array's elements to data (they have been copied there) and drops the old memory; every alias follows. */
void fv_array_rehome(fv_array *array, void *data, fv_store *store);
/* Changes the length of a vector (push!, append!, resize!): new elements are zero or nothing. Memory of others is left
 * for memory of our own. PINNED; SHAPE when it has more dimensions; OVERFLOW, LIMIT, NOMEM. */
FURROW_MUST_CHECK furrow_err fv_array_resize(fv_array *array, size_t count);
/* Would that be refused because the memory is fixed? PINNED. */
FURROW_MUST_CHECK furrow_err fv_array_resizable(const fv_array *array);
/* A copy with elements of its own (cells are shared references). */
FURROW_MUST_CHECK furrow_err fv_array_copy(const fv_array *array, fv_array **out);
/* Product of dims, checked; OVERFLOW also when count * size of an element does not fit in PTRDIFF_MAX. */
FURROW_MUST_CHECK furrow_err fv_count(furrow_type eltype, int ndims, const size_t *dims, size_t *count);
/* Element as a cell (a reference of its own) / from a cell, converted to eltype: TYPE or OVERFLOW (InexactError). */
FURROW_MUST_CHECK furrow_err fv_element(const fv_array *array, size_t index, fv_cell *out);
FURROW_MUST_CHECK furrow_err fv_element_set(fv_array *array, size_t index, const fv_cell *cell);
/* load/store of one flat element at any address; store converts nothing: cell->tag must be type. */
void fv_flat_load(furrow_type type, const void *at,
                  fv_cell *out); /* those of 16 bytes are boxed: may leave NOTHING when out of memory */
void fv_flat_store(furrow_type type, void *at, const fv_cell *cell);
/* Number to another flat type as Julia's convert: TYPE, OVERFLOW (InexactError). */
FURROW_MUST_CHECK furrow_err fv_convert(const fv_cell *cell, furrow_type type, fv_cell *out);

/* Accounting for limits. Memory: every array, string, dict and tuple is charged to the calling thread's meter, when it
 * has one, and refunded when freed on that thread. Time: whatever goes through many elements asks the meter in pieces of
 * about FV_PIECE, here and in expr alike; a run that was told to end is told so ever after. */
#define FV_PIECE ((size_t)16384)
typedef furrow_err (*fv_look)(void *run);
typedef struct fv_meter {
    uint64_t held;
    uint64_t limit; /* 0: none */
    fv_look look;   /* may the run go on? NULL: always */
    void *run;
    size_t done;        /* elements since the last look */
    furrow_err stopped; /* what look said at last */
} fv_meter;
fv_meter *fv_meter_swap(fv_meter *meter); /* returns the one before; NULL: none */
/* Asks the meter for nbytes before somebody allocates them outside values: LIMIT with the limit named. */
FURROW_MUST_CHECK furrow_err fv_meter_charge(size_t nbytes);
void fv_meter_refund(size_t nbytes);
/* n more elements have been gone through: LIMIT, INTERRUPTED and what else ends a run. */
FURROW_MUST_CHECK furrow_err fv_worked(size_t n);
/* fv_worked without more work: for loops that gave up because of fv_worked and could not return its error. */
FURROW_MUST_CHECK furrow_err fv_stopped(void);
/* Another look for the meter, when there is one; the one before comes back. Who is in the middle of something that look
 * must not see sets NULL meanwhile. */
fv_look fv_meter_look(fv_look look);

/* The numbers 0 to count - 1 in pieces, between which the meter is asked:
 *     fv_pieces p = {.count = n};
 *     FV_EACH(i, &p) out[i] = in[i];
 *     if (p.err) ... */
typedef struct fv_pieces {
    size_t from, to, count;
    furrow_err err;
} fv_pieces;
static inline bool fv_piece(fv_pieces *p)
{
    size_t rest = p->count - p->to;
    if (rest == 0 || p->err) return false;
    p->from = p->to;
    p->to += rest < FV_PIECE ? rest : FV_PIECE;
    p->err = p->from ? fv_worked(FV_PIECE) : FURROW_OK;
    return !p->err;
}
#define FV_EACH(i, pieces)   \
    while (fv_piece(pieces)) \
        for (size_t i = (pieces)->from; i < (pieces)->to; i++)
/* memcpy and memset to zero, in such pieces. */
FURROW_MUST_CHECK furrow_err fv_bytes_copy(void *to, const void *from, size_t nbytes);
FURROW_MUST_CHECK furrow_err fv_bytes_clear(void *to, size_t nbytes);

/* --- others --- */
FURROW_MUST_CHECK furrow_err fv_text_new(furrow_type type, const char *bytes, size_t nbytes, furrow_value **out);
/* Element index (from 0, checked by the caller) of a range. */
void fv_range_at(const fv_range *range, size_t index, fv_cell *out);
FURROW_MUST_CHECK furrow_err fv_range_int(int64_t first, int64_t step, int64_t last, bool has_step, furrow_value **out);
FURROW_MUST_CHECK furrow_err fv_range_float(double first, double step, double last, furrow_value **out);
/* The same by their number of elements; for floating-point ones from the inner numbers (see fv_range). */
FURROW_MUST_CHECK furrow_err fv_range_counted(int64_t first, int64_t step, size_t count, bool has_step,
                                              furrow_value **out);
FURROW_MUST_CHECK furrow_err fv_range_lifted(double first, double step, double divisor, size_t count,
                                             furrow_value **out);
FURROW_MUST_CHECK furrow_err fv_tuple_new(size_t count, const fv_cell *items, furrow_value **out); /* holds the items */
FURROW_MUST_CHECK furrow_err fv_pair_new(const fv_cell pair[2], furrow_value **out);
static inline bool fv_is_pair(const furrow_value *value)
{
    return value->type == FURROW_TUPLE && value->flags & FV_FLAG_PAIR;
}
#define FV_ANY_PAIR ((fv_type)FURROW_TUPLE | (fv_type)254 << 8) /* as a type, bytes 2 and 3 tell of what */
FURROW_MUST_CHECK furrow_err fv_code_new(furrow_type type, const char *text, size_t nbytes, furrow_value *captured,
                                         furrow_value **out); /* takes its own reference on captured */
FURROW_MUST_CHECK furrow_err fv_ref_new(int where, int whence, uint64_t id, furrow_value **out);
void fv_refs_free_retired(void); /* the memory of references dropped meanwhile; not in signal handlers */

#endif
