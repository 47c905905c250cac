/*
 * random.c - the machine's random numbers: xoshiro256++, uniform doubles of 52 bits below 1, normal numbers by the
 * polar method. The state belongs to a machine; all zero means not seeded yet.
 */
#include "expr/random.h"

#include <math.h>
#include <sys/random.h>
#include <time.h>

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

/* splitmix64: spreads a seed over the state. */
static uint64_t spread(uint64_t *x)
{
    uint64_t z = *x += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void fx_rng_seed(fx_rng *rng, uint64_t seed)
{
    for (int k = 0; k < 4; k++) rng->state[k] = spread(&seed);
}

static void seed_from_os(fx_rng *rng)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)(uintptr_t)rng;
    }
    fx_rng_seed(rng, seed);
}

uint64_t fx_rng_next(fx_rng *rng)
{
    uint64_t *s = rng->state;
    if (!(s[0] | s[1] | s[2] | s[3])) seed_from_os(rng);
    uint64_t made = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return made;
}

uint64_t fx_random(fx_vm *vm)
{
    return fx_rng_next(fx_vm_rng(vm));
}

double fx_rng_uniform(fx_rng *rng)
{
    return (double)(fx_rng_next(rng) >> 11) * 0x1p-53;
}

double fx_rng_normal(fx_rng *rng)
{
    double u, v, s;
    do {
        u = 2 * fx_rng_uniform(rng) - 1;
        v = 2 * fx_rng_uniform(rng) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

uint64_t fx_rng_below(fx_rng *rng, uint64_t n)
{
    uint64_t x = fx_rng_next(rng);
    unsigned __int128 product = (unsigned __int128)x * n;
    if ((uint64_t)product < n) {
        uint64_t least = (0 - n) % n; /* below it, some results would come once too often */
        while ((uint64_t)product < least) product = (unsigned __int128)fx_rng_next(rng) * n;
    }
    return (uint64_t)(product >> 64);
}
