/*
 * equal.c - isequal and hash, which belong together: what is equal hashes alike, across all types of numbers. Both
 * are bounded, so that structures which contain themselves end too.
 */
#include "value/dict.h"

#include <math.h>

#define DEPTH_MOST 64
/* Values below which comparing gives up (a small structure can share its parts into a tree of any size). */
#define PARTS_MOST ((size_t)1 << 26)
/* A hash looks at that many cells of a container and no more. */
#define HASH_PARTS_MOST 4096

typedef struct comparison {
    size_t parts;
    int depth;
} comparison;

static bool cells_equal(comparison *c, const fv_cell *a, const fv_cell *b);

/* --- numbers --- */

static bool tag_signed(uint32_t tag)
{
    return tag >= FURROW_BOOL && tag <= FURROW_INT64;
}

static bool tag_unsigned(uint32_t tag)
{
    return tag >= FURROW_UINT8 && tag <= FURROW_UINT64;
}

typedef struct parts {
    double real;
    double imaginary;
} parts;

/* The floating-point numbers among the tags; false for others. */
static bool read_parts(const fv_cell *cell, parts *p)
{
    p->imaginary = 0;
    switch (cell->tag) {
    case FURROW_FLOAT32:
        p->real = (double)cell->f;
        return true;
    case FURROW_FLOAT64:
        p->real = cell->d;
        return true;
    case FURROW_COMPLEX64:
        p->real = (double)cell->c[0];
        p->imaginary = (double)cell->c[1];
        return true;
    case FURROW_COMPLEX128:
        memcpy(p, ((const fv_scalar *)cell->p)->bytes, sizeof *p);
        return true;
    default:
        return false;
    }
}

static bool doubles_equal(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b && signbit(a) == signbit(b);
}

/* Whether d is exactly the integer in the cell (which has an integer's tag). */
static bool double_is_integer(double d, const fv_cell *cell)
{
    if (d == 0 && signbit(d)) return false;
    if (tag_unsigned(cell->tag))
        return d >= 0 && d < 18446744073709551616.0 && (double)(uint64_t)d == d && (uint64_t)d == cell->u;
    return d >= -9223372036854775808.0 && d < 9223372036854775808.0 && (double)(int64_t)d == d && (int64_t)d == cell->i;
}

static bool numbers_equal(const fv_cell *a, const fv_cell *b);

/* The real and imaginary parts of a number as numbers. */
static void split(const fv_cell *cell, fv_cell halves[2])
{
    parts p;
    halves[0] = *cell;
    halves[1] = (fv_cell){.tag = FURROW_INT64};
    if (cell->tag == FURROW_COMPLEX_INT64) {
        int64_t whole[2];
        memcpy(whole, ((const fv_scalar *)cell->p)->bytes, sizeof whole);
        for (int k = 0; k < 2; k++) halves[k] = (fv_cell){.tag = FURROW_INT64, .i = whole[k]};
    } else if (cell->tag == FURROW_COMPLEX64 || cell->tag == FURROW_COMPLEX128) {
        read_parts(cell, &p);
        halves[0] = (fv_cell){.tag = FURROW_FLOAT64, .d = p.real};
        halves[1] = (fv_cell){.tag = FURROW_FLOAT64, .d = p.imaginary};
    }
}

static bool halves_equal(const fv_cell *a, const fv_cell *b)
{
    fv_cell x[2], y[2];
    split(a, x);
    split(b, y);
    return numbers_equal(&x[0], &y[0]) && numbers_equal(&x[1], &y[1]);
}

static bool numbers_equal(const fv_cell *a, const fv_cell *b)
{
    if (a->tag == FURROW_COMPLEX_INT64 || b->tag == FURROW_COMPLEX_INT64) return halves_equal(a, b);
    parts x, y;
    bool a_float = read_parts(a, &x), b_float = read_parts(b, &y);
    if (a_float && b_float) return doubles_equal(x.real, y.real) && doubles_equal(x.imaginary, y.imaginary);
    if (a_float) return doubles_equal(x.imaginary, 0) && double_is_integer(x.real, b);
    if (b_float) return doubles_equal(y.imaginary, 0) && double_is_integer(y.real, a);
    if (tag_unsigned(a->tag) != tag_unsigned(b->tag) && (a->i < 0 || b->i < 0)) return false;
    return a->i == b->i;
}

static bool tag_number(uint32_t tag)
{
    return fv_tag_flat(tag);
}

/* --- containers --- */

static bool texts_equal(const furrow_value *a, const furrow_value *b)
{
    const fv_text *x = (const fv_text *)a, *y = (const fv_text *)b;
    return x->hash == y->hash && x->nbytes == y->nbytes && memcmp(x->bytes, y->bytes, x->nbytes) == 0;
}

static bool is_sequence(uint32_t tag)
{
    return tag == FURROW_ARRAY || tag == FURROW_RANGE;
}

static bool same_shape(const furrow_value *a, const furrow_value *b)
{
    int ndims = furrow_value_ndims(a) > 0 ? furrow_value_ndims(a) : 1;
    if (ndims != (furrow_value_ndims(b) > 0 ? furrow_value_ndims(b) : 1)) return false;
    if (a->type == FURROW_RANGE || b->type == FURROW_RANGE) return furrow_value_count(a) == furrow_value_count(b);
    for (int i = 0; i < ndims; i++) {
        if (((const fv_array *)a)->dims[i] != ((const fv_array *)b)->dims[i]) return false;
    }
    return true;
}

static furrow_err item_of(const furrow_value *value, size_t index, fv_cell *out)
{
    if (value->type == FURROW_ARRAY) return fv_element((const fv_array *)value, index, out);
    fv_range_at((const fv_range *)value, index, out);
    return FURROW_OK;
}

/* Ranges may have more elements than anybody can look at: their first two and their last one make the others. */
static bool ranges_equal(comparison *c, const furrow_value *a, const furrow_value *b)
{
    size_t count = furrow_value_count(a), looks[] = {0, 1, count - 1};
    for (int i = 0; i < 3; i++) {
        fv_cell x, y;
        if (looks[i] >= count) continue;
        fv_range_at((const fv_range *)a, looks[i], &x);
        fv_range_at((const fv_range *)b, looks[i], &y);
        if (!cells_equal(c, &x, &y)) return false;
    }
    return true;
}

/* Like memcmp; a run that is to end finds no equality, and is told elsewhere (fv_stopped). */
static bool same_bytes(const void *a, const void *b, size_t nbytes)
{
    for (size_t done = 0, n; done < nbytes; done += n) {
        n = nbytes - done < FV_PIECE * 16 ? nbytes - done : FV_PIECE * 16;
        if (memcmp((const char *)a + done, (const char *)b + done, n) != 0 || fv_worked(n / 16)) return false;
    }
    return true;
}

/* The same bytes of the same flat type are equal whatever they mean; others may be too (NaNs). */
static bool flat_alike(const furrow_value *a, const furrow_value *b)
{
    if (a->type != FURROW_ARRAY || b->type != FURROW_ARRAY || a->eltype != b->eltype) return false;
    size_t nbytes = furrow_type_nbytes((furrow_type)a->eltype) * furrow_value_count(a);
    return nbytes > 0 && same_bytes(((const fv_array *)a)->data, ((const fv_array *)b)->data, nbytes);
}

static bool sequences_equal(comparison *c, const furrow_value *a, const furrow_value *b)
{
    if (!same_shape(a, b)) return false;
    if (a->type == FURROW_RANGE && b->type == FURROW_RANGE) return ranges_equal(c, a, b);
    size_t count = furrow_value_count(a);
    bool integers = a->type == FURROW_ARRAY && b->type == FURROW_ARRAY && a->eltype == b->eltype &&
                    (tag_signed(a->eltype) || tag_unsigned(a->eltype)) && a->eltype != FURROW_BOOL;
    if (integers) {
        const fv_array *x = (const fv_array *)a, *y = (const fv_array *)b;
        return same_bytes(x->data, y->data, count * furrow_type_nbytes((furrow_type)a->eltype));
    }
    if (flat_alike(a, b)) return true;
    bool equal = true;
    for (size_t i = 0; i < count && equal; i++) {
        fv_cell x, y;
        if (item_of(a, i, &x)) return false;
        if (item_of(b, i, &y)) {
            fv_cell_drop(&x);
            return false;
        }
        equal = cells_equal(c, &x, &y);
        fv_cell_drop(&x);
        fv_cell_drop(&y);
    }
    return equal;
}

static bool tuples_equal(comparison *c, const furrow_value *a, const furrow_value *b)
{
    const fv_tuple *x = (const fv_tuple *)a, *y = (const fv_tuple *)b;
    if (x->count != y->count || fv_is_pair(a) != fv_is_pair(b)) return false;
    for (size_t i = 0; i < x->count; i++) {
        if (!cells_equal(c, &x->items[i], &y->items[i])) return false;
    }
    return true;
}

static bool dicts_equal(comparison *c, const furrow_value *a, const furrow_value *b)
{
    const fv_dict *x = fv_dict_of_value(a), *y = fv_dict_of_value(b);
    if (fv_dict_count(x) != fv_dict_count(y)) return false;
    uint64_t state = 0;
    fv_cell key, item, other;
    while (fv_dict_next(x, &state, &key, &item)) {
        if (!fv_dict_get(y, &key, &other)) return false;
        bool equal = cells_equal(c, &item, &other);
        fv_cell_drop(&other);
        if (!equal) return false;
    }
    return true;
}

static bool codes_equal(comparison *c, const furrow_value *a, const furrow_value *b)
{
    const fv_code *x = (const fv_code *)a, *y = (const fv_code *)b;
    if (!texts_equal(x->text, y->text) || !x->captured != !y->captured) return false;
    return !x->captured || tuples_equal(c, x->captured, y->captured);
}

static bool refs_equal(const furrow_value *a, const furrow_value *b)
{
    const fv_ref *x = (const fv_ref *)a, *y = (const fv_ref *)b;
    return x->where == y->where && x->whence == y->whence && x->id == y->id;
}

static bool boxes_equal(comparison *c, const furrow_value *a, const furrow_value *b)
{
    switch (a->type) {
    case FURROW_STRING:
    case FURROW_SYMBOL:
    case FURROW_REGEX:
    case FURROW_MODULE:
    case FURROW_EXCEPTION:
        return texts_equal(a, b);
    case FURROW_TUPLE:
        return tuples_equal(c, a, b);
    case FURROW_DICT:
        return dicts_equal(c, a, b);
    case FURROW_EXPR:
    case FURROW_FUNCTION:
        return codes_equal(c, a, b);
    case FURROW_REF:
        return refs_equal(a, b);
    default:
        return false;
    }
}

static bool cells_equal(comparison *c, const fv_cell *a, const fv_cell *b)
{
    if (tag_number(a->tag) && tag_number(b->tag)) return numbers_equal(a, b);
    bool sequences = is_sequence(a->tag) && is_sequence(b->tag);
    if (a->tag != b->tag && !sequences) return false;
    if (fv_tag_inline(a->tag)) return a->tag == FURROW_NOTHING || a->i == b->i;
    if (a->p == b->p) return true;
    if (c->depth >= DEPTH_MOST || ++c->parts > PARTS_MOST) return false;
    c->depth++;
    bool equal = sequences ? sequences_equal(c, a->p, b->p) : boxes_equal(c, a->p, b->p);
    c->depth--;
    return equal;
}

/* One comparison a thread: looking up a dictionary's key, itself a comparison, counts towards the one it stands in. */
bool fv_cell_equal(const fv_cell *a, const fv_cell *b)
{
    static _Thread_local comparison now;
    if (now.depth == 0) now.parts = 0;
    return cells_equal(&now, a, b);
}

/* --- hash --- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
    return h ^ (h >> 31);
}

static uint64_t hash_double(double d)
{
    if (isnan(d)) return mix(3, 0);
    if (!(d == 0 && signbit(d)) && d == trunc(d)) {
        if (d >= -9223372036854775808.0 && d < 9223372036854775808.0) return mix(1, (uint64_t)(int64_t)d);
        if (d >= 0 && d < 18446744073709551616.0) return mix(1, (uint64_t)d);
    }
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return mix(2, bits);
}

static uint64_t hash_cell(const fv_cell *cell, size_t *budget, int depth);

static uint64_t hash_sequence(const furrow_value *value, size_t *budget, int depth)
{
    size_t count = furrow_value_count(value);
    uint64_t h = mix(4, count);
    for (size_t i = 0; i<count && * budget> 0; i++) {
        fv_cell item;
        if (item_of(value, i, &item)) break;
        h = mix(h, hash_cell(&item, budget, depth));
        fv_cell_drop(&item);
    }
    return h;
}

static uint64_t hash_box(const fv_cell *cell, size_t *budget, int depth)
{
    const furrow_value *value = cell->p;
    uint64_t h = mix(5, cell->tag);
    switch (cell->tag) {
    case FURROW_STRING:
    case FURROW_SYMBOL:
    case FURROW_REGEX:
    case FURROW_MODULE:
    case FURROW_EXCEPTION:
        return mix(h, ((const fv_text *)value)->hash);
    case FURROW_ARRAY:
    case FURROW_RANGE:
        return hash_sequence(value, budget, depth);
    case FURROW_TUPLE: {
        const fv_tuple *tuple = (const fv_tuple *)value;
        for (size_t i = 0; i < tuple->count; i++) h = mix(h, hash_cell(&tuple->items[i], budget, depth));
        return h;
    }
    case FURROW_DICT: /* the order of pairs does not matter to isequal: only their number is sure */
        return mix(h, fv_dict_count(fv_dict_of_value(value)));
    case FURROW_REF: {
        const fv_ref *ref = (const fv_ref *)value;
        return mix(mix(mix(h, (uint64_t)ref->where), (uint64_t)ref->whence), ref->id);
    }
    case FURROW_EXPR:
    case FURROW_FUNCTION:
        return mix(h, ((const fv_text *)((const fv_code *)value)->text)->hash);
    default:
        return h;
    }
}

static uint64_t hash_cell(const fv_cell *cell, size_t *budget, int depth)
{
    parts p;
    if (*budget == 0 || depth >= DEPTH_MOST) return 0;
    --*budget;
    if (tag_signed(cell->tag) || tag_unsigned(cell->tag)) return mix(1, cell->u);
    if (cell->tag == FURROW_COMPLEX_INT64) {
        fv_cell halves[2];
        split(cell, halves);
        uint64_t h = mix(1, halves[0].u);
        return halves[1].i == 0 ? h : mix(h, mix(1, halves[1].u));
    }
    if (read_parts(cell, &p)) {
        uint64_t h = hash_double(p.real);
        return doubles_equal(p.imaginary, 0) ? h : mix(h, hash_double(p.imaginary));
    }
    if (cell->tag == FURROW_NOTHING) return mix(6, 0);
    if (fv_tag_inline(cell->tag)) return mix(mix(7, cell->tag), cell->u);
    return hash_box(cell, budget, depth + 1);
}

uint64_t fv_cell_hash(const fv_cell *cell)
{
    size_t budget = HASH_PARTS_MOST;
    return hash_cell(cell, &budget, 0);
}
