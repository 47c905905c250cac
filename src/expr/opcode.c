/*
 * opcode.c - the instruction table as data, for verifier and disassembler.
 */
#include "expr/opcode.h"

const fx_opcode_info fx_opcode_table[FX_NOPCODES] = {
#define X(name, shape, text) {#name, shape, text},
    FX_OPCODES(X)
#undef X
};
