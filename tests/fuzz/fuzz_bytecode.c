/*
 * fuzz_bytecode.c - any bytes given to the loader are refused, or run without touching anything but their own. An input is the
 * bytes themselves, or, to get past the verifier's first looks, a text and what to damage in its program:
 * '!', N, N times (place modulo the program's size: 2 bytes, low first; what to xor: 1 byte), text.
 */
#include "fuzz_host.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

static void load_and_run(const uint8_t *bytes, size_t nbytes)
{
    furrow_program *program;
    char *text = NULL;
    if (furrow_program_load(bytes, nbytes, &program)) return;
    if (!furrow_program_disassemble(program, &text)) free(text);
    fuzz_run(program);
    furrow_program_drop(program);
}

static void damage_and_run(const furrow_program *program, const uint8_t *damages, size_t n)
{
    size_t nbytes;
    const void *good = furrow_program_bytes(program, &nbytes);
    uint8_t *bytes = malloc(nbytes);
    if (!bytes) return;
    memcpy(bytes, good, nbytes);
    for (const uint8_t *d = damages; d < damages + 3 * n; d += 3) bytes[(d[0] | d[1] << 8) % nbytes] ^= d[2];
    load_and_run(bytes, nbytes);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
    furrow_program *program;
    if (nbytes < 2 || bytes[0] != '!') {
        load_and_run(bytes, nbytes);
        return 0;
    }
    size_t n = bytes[1], text = 2 + 3 * n;
    if (text > nbytes || furrow_compile((const char *)bytes + text, nbytes - text, &program)) return 0;
    damage_and_run(program, bytes + 2, n);
    furrow_program_drop(program);
    return 0;
}
