/*
 * hash.c - the only file that knows xxHash.
 */
#include "base/hash.h"

#include <string.h>
#include <xxhash.h>

uint64_t fb_hash64(const void *bytes, size_t nbytes)
{
    return XXH3_64bits(bytes, nbytes);
}

void fb_hash128(const void *bytes, size_t nbytes, uint8_t out[16])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, nbytes));
    memcpy(out, canonical.digest, sizeof canonical.digest);
}
