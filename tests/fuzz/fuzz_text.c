/*
 * fuzz_text.c - any text is compiled and run, or refused; what compiles also passes the verifier and disassembles.
 */
#include "fuzz_host.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
    furrow_program *program;
    char *text = NULL;
    size_t size;
    if (furrow_compile((const char *)bytes, nbytes, &program)) return 0;
    const void *code = furrow_program_bytes(program, &size);
    if (fx_verify(code, size) || furrow_program_disassemble(program, &text)) abort();
    free(text);
    fuzz_run(program);
    furrow_program_drop(program);
    return 0;
}
