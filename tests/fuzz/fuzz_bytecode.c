/*
 * fuzz_bytecode.c - any bytes given to the loader are refused, or run without touching anything but their own.
 */
#include "fuzz_host.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
    furrow_program *program;
    char *text = NULL;
    if (furrow_program_load(bytes, nbytes, &program)) return 0;
    if (!furrow_program_disassemble(program, &text)) free(text);
    fuzz_run(program);
    furrow_program_drop(program);
    return 0;
}
