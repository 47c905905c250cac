/*
 * copy.c - element-safe copies between this process's memory and shared memory (see copy.h). memcpy gives no such
 * promise: it may move bytes singly, and may write a byte twice.
 */
#include "net/copy.h"
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* One access of the largest power of two (<= 8) that fits both the alignment of the shared side and what is left. */
static size_t step_nbytes(const void *shared, size_t left)
{
    size_t align = (size_t)1 << __builtin_ctzl((uintptr_t)shared | 8);
    while (align > left) align >>= 1;
    return align;
}

static void store_step(void *shared, const void *from, size_t nbytes)
{
    uint64_t w = 0;
    memcpy(&w, from, nbytes);
    switch (nbytes) {
    case 8:
        __atomic_store_n((uint64_t *)shared, w, __ATOMIC_RELAXED);
        break;
    case 4:
        __atomic_store_n((uint32_t *)shared, (uint32_t)w, __ATOMIC_RELAXED);
        break;
    case 2:
        __atomic_store_n((uint16_t *)shared, (uint16_t)w, __ATOMIC_RELAXED);
        break;
    default:
        __atomic_store_n((uint8_t *)shared, (uint8_t)w, __ATOMIC_RELAXED);
        break;
    }
}

static void load_step(void *to, const void *shared, size_t nbytes)
{
    uint64_t w;
    switch (nbytes) {
    case 8:
        w = __atomic_load_n((const uint64_t *)shared, __ATOMIC_RELAXED);
        break;
    case 4:
        w = __atomic_load_n((const uint32_t *)shared, __ATOMIC_RELAXED);
        break;
    case 2:
        w = __atomic_load_n((const uint16_t *)shared, __ATOMIC_RELAXED);
        break;
    default:
        w = __atomic_load_n((const uint8_t *)shared, __ATOMIC_RELAXED);
        break;
    }
    memcpy(to, &w, nbytes);
}

#if defined(__SSE2__)
#define VECTOR_NBYTES 16
#define BYPASS_MOST   ((size_t)8 << 20)
/* Past the cache from here on: half of the last level, which the reader wants too; some machines report the sum of
 * several caches as one, hence the bound. */
static size_t bypass_nbytes(void)
{
    static _Atomic size_t known;
    size_t n = atomic_load_explicit(&known, memory_order_relaxed);
    if (n) return n;
    long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    n = cache > (2 << 20) ? (size_t)cache / 2 : BYPASS_MOST / 2;
    if (n > BYPASS_MOST) n = BYPASS_MOST;
    atomic_store_explicit(&known, n, memory_order_relaxed);
    return n;
}

/* The aligned middle: 64 bytes a turn. Aligned 16-byte accesses never split an aligned 8-byte element on x86-64. */
static size_t vectors_in(char *to, const char *from, size_t nbytes)
{
    size_t done = 0;
    if (nbytes >= bypass_nbytes()) {
        for (; nbytes - done >= 64; done += 64) {
            const __m128i *f = (const __m128i *)(const void *)(from + done);
            __m128i *t = (__m128i *)(void *)(to + done);
            __m128i a = _mm_loadu_si128(f), b = _mm_loadu_si128(f + 1);
            __m128i c = _mm_loadu_si128(f + 2), d = _mm_loadu_si128(f + 3);
            _mm_stream_si128(t, a);
            _mm_stream_si128(t + 1, b);
            _mm_stream_si128(t + 2, c);
            _mm_stream_si128(t + 3, d);
        }
        _mm_sfence(); /* streamed stores are not ordered by release stores */
        return done;
    }
    for (; nbytes - done >= 64; done += 64) {
        const __m128i *f = (const __m128i *)(const void *)(from + done);
        __m128i *t = (__m128i *)(void *)(to + done);
        __m128i a = _mm_loadu_si128(f), b = _mm_loadu_si128(f + 1);
        __m128i c = _mm_loadu_si128(f + 2), d = _mm_loadu_si128(f + 3);
        _mm_store_si128(t, a);
        _mm_store_si128(t + 1, b);
        _mm_store_si128(t + 2, c);
        _mm_store_si128(t + 3, d);
    }
    return done;
}

static size_t vectors_out(char *to, const char *from, size_t nbytes)
{
    size_t done = 0;
    for (; nbytes - done >= 64; done += 64) {
        const __m128i *f = (const __m128i *)(const void *)(from + done);
        __m128i *t = (__m128i *)(void *)(to + done);
        __m128i a = _mm_load_si128(f), b = _mm_load_si128(f + 1);
        __m128i c = _mm_load_si128(f + 2), d = _mm_load_si128(f + 3);
        _mm_storeu_si128(t, a);
        _mm_storeu_si128(t + 1, b);
        _mm_storeu_si128(t + 2, c);
        _mm_storeu_si128(t + 3, d);
    }
    return done;
}
#else
#define VECTOR_NBYTES 8
static size_t vectors_in(char *to, const char *from, size_t nbytes)
{
    (void)to, (void)from, (void)nbytes;
    return 0;
}
static size_t vectors_out(char *to, const char *from, size_t nbytes)
{
    (void)to, (void)from, (void)nbytes;
    return 0;
}
#endif

void fnet_copy_in(void *shared, const void *from, size_t nbytes)
{
    char *t = shared;
    const char *f = from;
    while (nbytes && ((uintptr_t)t & (VECTOR_NBYTES - 1))) {
        size_t n = step_nbytes(t, nbytes);
        store_step(t, f, n);
        t += n, f += n, nbytes -= n;
    }
    if (nbytes >= 64) {
        size_t n = vectors_in(t, f, nbytes);
        t += n, f += n, nbytes -= n;
    }
    for (; nbytes >= 8; t += 8, f += 8, nbytes -= 8) store_step(t, f, 8);
    while (nbytes) {
        size_t n = step_nbytes(t, nbytes);
        store_step(t, f, n);
        t += n, f += n, nbytes -= n;
    }
    atomic_thread_fence(memory_order_release);
}

void fnet_copy_out(void *to, const void *shared, size_t nbytes)
{
    char *t = to;
    const char *f = shared;
    while (nbytes && ((uintptr_t)f & (VECTOR_NBYTES - 1))) {
        size_t n = step_nbytes(f, nbytes);
        load_step(t, f, n);
        t += n, f += n, nbytes -= n;
    }
    if (nbytes >= 64) {
        size_t n = vectors_out(t, f, nbytes);
        t += n, f += n, nbytes -= n;
    }
    for (; nbytes >= 8; t += 8, f += 8, nbytes -= 8) load_step(t, f, 8);
    while (nbytes) {
        size_t n = step_nbytes(f, nbytes);
        load_step(t, f, n);
        t += n, f += n, nbytes -= n;
    }
    atomic_thread_fence(memory_order_acquire);
}
