/*
 * copy.h - copies into and out of memory that others access at the same time. Aligned elements of up to 8 bytes are
 * never torn: the shared side is only touched by aligned accesses of 8 bytes or multiples, or by single elements.
 * Used by the shared-memory transport and by the job where a target is mapped.
 */
#ifndef FNET_COPY_H
#define FNET_COPY_H

#include <stddef.h>
#include <stdint.h>

/* shared is aligned to the element size of what it holds; nbytes is a multiple of it; the other side is arbitrary.
 * Large copies go past the cache and end with the fence they need. */
void fnet_copy_in(void *shared, const void *from, size_t nbytes);
void fnet_copy_out(void *to, const void *shared, size_t nbytes);

/* One naturally aligned word, or any other size through the functions above. Release: what was written before is seen
 * by whoever acquires something written after. */
static inline void fnet_store(void *shared, const void *from, size_t nbytes)
{
    if (nbytes == 8) {
        uint64_t w;
        __builtin_memcpy(&w, from, 8);
        if (__builtin_expect(((uintptr_t)shared & 7) == 0, 1)) {
            __atomic_store_n((uint64_t *)shared, w, __ATOMIC_RELEASE);
            return;
        }
    }
    fnet_copy_in(shared, from, nbytes);
}
static inline void fnet_load(void *to, const void *shared, size_t nbytes)
{
    if (nbytes == 8 && __builtin_expect(((uintptr_t)shared & 7) == 0, 1)) {
        uint64_t w = __atomic_load_n((const uint64_t *)shared, __ATOMIC_ACQUIRE);
        __builtin_memcpy(to, &w, 8);
        return;
    }
    fnet_copy_out(to, shared, nbytes);
}

#endif
