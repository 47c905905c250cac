/*
 * whole.c - builtins on whole numbers as such, and on the bits of numbers: primes, powers of two, zeros at an end,
 * neighbours of a floating-point number, reinterpret.
 */
#include "expr/builtins.h"

#include <math.h>

/* --- primes --- */

static uint64_t times_mod(uint64_t a, uint64_t b, uint64_t m)
{
    return (uint64_t)((unsigned __int128)a * b % m);
}

static uint64_t power_mod(uint64_t x, uint64_t n, uint64_t m)
{
    uint64_t made = 1;
    for (; n; n >>= 1, x = times_mod(x, x, m))
        if (n & 1) made = times_mod(made, x, m);
    return made;
}

/* Miller and Rabin's test; with these twelve bases it is wrong for no number of 64 bits. */
static bool is_prime(uint64_t n)
{
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2) return false;
    for (size_t i = 0; i < 12; i++)
        if (n % bases[i] == 0) return n == bases[i];
    int twos = __builtin_ctzll(n - 1);
    for (size_t i = 0; i < 12; i++) {
        uint64_t x = power_mod(bases[i], (n - 1) >> twos, n);
        bool probably = x == 1 || x == n - 1;
        for (int k = 1; k < twos && !probably; k++) {
            x = times_mod(x, x, n);
            probably = x == n - 1;
        }
        if (!probably) return false;
    }
    return true;
}

static furrow_err do_isprime(const fx_call *call, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (!fx_type_integer(x->tag)) return fx_no_method("isprime", x, 1);
    if (!fx_type_unsigned(x->tag) && x->i < 0) return fx_domain("isprime", (double)x->i, "a number >= 0");
    *out = fx_bool(is_prime(x->u));
    return FURROW_OK;
}

/* Those up to n: what no number below has crossed out. */
static furrow_err sieve(uint8_t *crossed, size_t n)
{
    for (size_t p = 2; p <= n / p; p++) {
        if (crossed[p]) continue;
        for (size_t k = p * p; k <= n; k += p) crossed[k] = 1;
        FX_TRY(fv_worked(n / p + 1));
    }
    return FURROW_OK;
}

static furrow_err do_primes(const fx_call *call, fv_cell *out)
{
    size_t from = 2, to;
    fx_gather gather;
    fv_array *crossed;
    FX_TRY(fx_arg_count("primes", &call->args[call->nargs - 1], &to));
    if (call->nargs == 2) FX_TRY(fx_arg_count("primes", call->args, &from));
    if (to == SIZE_MAX) return fb_fail(FURROW_ERR_OVERFLOW, "primes up to %zu are too many", to);
    const size_t count = to + 1;
    FX_TRY(fx_spend(call->vm, count));
    FX_TRY(fx_vector_new(FURROW_UINT8, count, &crossed));
    furrow_err err = fv_bytes_clear(crossed->data, count);
    if (!err) err = sieve(crossed->data, to);
    fx_gather_open(&gather, 0);
    for (size_t i = from < 2 ? 2 : from; i <= to && !err; i++) {
        const fv_cell prime = fx_int((int64_t)i);
        if (!((const uint8_t *)crossed->data)[i]) err = fx_gather_add(&gather, &prime);
    }
    fv_drop(&crossed->head);
    if (err) {
        fx_gather_drop(&gather);
        return err;
    }
    fv_array *none;
    if (gather.count) return fx_gather_close(&gather, 0, NULL, out);
    FX_TRY(fx_vector_new(FURROW_INT64, 0, &none));
    *out = fx_box(none);
    return FURROW_OK;
}

static furrow_err add_factor(fv_dict *dict, uint64_t prime, int64_t times)
{
    const fv_cell key = fx_int((int64_t)prime), item = fx_int(times);
    return times ? fv_dict_set(dict, &key, &item) : FURROW_OK;
}

static furrow_err put_factors(uint64_t rest, fv_dict *dict)
{
    for (uint64_t p = 2; p <= rest / p; p += p > 2 ? 2 : 1) {
        int64_t times = 0;
        for (; rest % p == 0; rest /= p) times++;
        FX_TRY(add_factor(dict, p, times));
        FX_TRY(fv_worked(4));
    }
    return add_factor(dict, rest, rest > 1);
}

/* factor(360) is Dict(2=>3, 3=>2, 5=>1). */
static furrow_err do_factor(const fx_call *call, fv_cell *out)
{
    int64_t n;
    fv_dict *dict;
    FX_TRY(fx_arg_int("factor", call->args, &n));
    if (n < 1) return fx_domain("factor", (double)n, "a number > 0");
    FX_TRY(fv_dict_new(FURROW_INT64, FURROW_INT64, &dict));
    FX_TRY_KEEP(put_factors((uint64_t)n, dict), fv_dict_value(dict));
    *out = fx_box(fv_dict_value(dict));
    return FURROW_OK;
}

/* --- powers of two, bits --- */

static furrow_err do_ispow2(const fx_call *call, fv_cell *out)
{
    int64_t n;
    FX_TRY(fx_arg_int("ispow2", call->args, &n));
    *out = fx_bool(n > 0 && (n & (n - 1)) == 0);
    return FURROW_OK;
}

/* The nearest power of two above or below; of -x the negative of that of x. */
static furrow_err power_of_two(const fx_call *call, const char *name, bool above, fv_cell *out)
{
    int64_t n;
    FX_TRY(fx_arg_int(name, call->args, &n));
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, made = 1;
    while (above ? made < size : made <= size / 2) made *= 2;
    if (made > INT64_MAX) return fb_fail(FURROW_ERR_OVERFLOW, "OverflowError: %s(%lld)", name, (long long)n);
    *out = fx_int(size == 0 ? above : n < 0 ? -(int64_t)made : (int64_t)made);
    return FURROW_OK;
}
static furrow_err do_nextpow2(const fx_call *call, fv_cell *out)
{
    return power_of_two(call, "nextpow2", true, out);
}
static furrow_err do_prevpow2(const fx_call *call, fv_cell *out)
{
    return power_of_two(call, "prevpow2", false, out);
}

/* The bits of an integer of its type, and how many it has. */
static furrow_err bits_of(const fx_call *call, const char *name, uint64_t *bits, unsigned *width)
{
    const fv_cell *x = call->args;
    if (!fx_type_integer(x->tag)) return fx_no_method(name, x, 1);
    *width = 8 * (unsigned)furrow_type_nbytes((furrow_type)x->tag);
    *bits = *width < 64 ? x->u & ((1ull << *width) - 1) : x->u;
    return FURROW_OK;
}
static furrow_err do_leading_zeros(const fx_call *call, fv_cell *out)
{
    uint64_t bits;
    unsigned width;
    FX_TRY(bits_of(call, "leading_zeros", &bits, &width));
    *out = fx_int(bits ? __builtin_clzll(bits) - (64 - (int)width) : (int)width);
    return FURROW_OK;
}
static furrow_err do_trailing_zeros(const fx_call *call, fv_cell *out)
{
    uint64_t bits;
    unsigned width;
    FX_TRY(bits_of(call, "trailing_zeros", &bits, &width));
    *out = fx_int(bits ? __builtin_ctzll(bits) : (int)width);
    return FURROW_OK;
}

/* --- floating-point numbers as bits --- */

static furrow_err neighbour(const fx_call *call, const char *name, double towards, fv_cell *out)
{
    const fv_cell *x = call->args;
    if (x->tag == FURROW_FLOAT32)
        *out = (fv_cell){.tag = FURROW_FLOAT32, .f = nextafterf(x->f, (float)towards)};
    else if (x->tag == FURROW_FLOAT64)
        *out = fx_float(nextafter(x->d, towards));
    else
        return fx_no_method(name, x, 1);
    return FURROW_OK;
}
static furrow_err do_nextfloat(const fx_call *call, fv_cell *out)
{
    return neighbour(call, "nextfloat", (double)INFINITY, out);
}
static furrow_err do_prevfloat(const fx_call *call, fv_cell *out)
{
    return neighbour(call, "prevfloat", -(double)INFINITY, out);
}

/* reinterpret(T, x): the same bytes as a number of another type of that size. */
static furrow_err do_reinterpret(const fx_call *call, fv_cell *out)
{
    const fv_cell *type = &call->args[0], *x = &call->args[1];
    uint32_t to = type->tag == FURROW_DATATYPE ? (uint32_t)fv_type_base((fv_type)type->i) : FURROW_ANY;
    unsigned char bytes[16];
    if (!fx_is_real(x) || to < FURROW_INT8 || to > FURROW_FLOAT64) return fx_no_method("reinterpret", call->args, 2);
    if (furrow_type_nbytes((furrow_type)to) != furrow_type_nbytes((furrow_type)x->tag))
        return fb_fail(FURROW_ERR_ARG, "reinterpret wants types of the same size, not %s and %s",
                       furrow_type_name((furrow_type)x->tag), furrow_type_name((furrow_type)to));
    fv_flat_store((furrow_type)x->tag, bytes, x);
    return fx_flat((furrow_type)to, bytes, out);
}

const fx_builtin fx_builtins_whole[] = {{"isprime", do_isprime, 1, 1, false},
                                        {"primes", do_primes, 1, 2, false},
                                        {"factor", do_factor, 1, 1, false},
                                        {"ispow2", do_ispow2, 1, 1, false},
                                        {"nextpow2", do_nextpow2, 1, 1, false},
                                        {"prevpow2", do_prevpow2, 1, 1, false},
                                        {"leading_zeros", do_leading_zeros, 1, 1, false},
                                        {"trailing_zeros", do_trailing_zeros, 1, 1, false},
                                        {"nextfloat", do_nextfloat, 1, 1, false},
                                        {"prevfloat", do_prevfloat, 1, 1, false},
                                        {"reinterpret", do_reinterpret, 2, 2, false},
                                        {NULL}};
