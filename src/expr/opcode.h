/*
 * opcode.h - the one table of instructions. An instruction is 8 bytes: op, n, a, b, c. Letters say what each operand
 * is; verifier, disassembler and dispatch all derive from this table. R[x] is a register, K[x] a constant, N[x] a name
 * (module, name), J an instruction index held in b and c together.
 */
#ifndef FX_OPCODE_H
#define FX_OPCODE_H

#include <stdint.h>

typedef struct fx_ins {
    uint8_t op;
    uint8_t n;
    uint16_t a;
    union {
        struct {
            uint16_t b;
            uint16_t c;
        };
        uint32_t j;
    };
} fx_ins;

/*
 * What a, b, c, n of an instruction are, one letter each:
 *   W register written     R register read    K constant    N name    F function    U captured value    B block
 *   J forward jump (b,c)   L backward jump (b,c)   S skip forward by c   I signed number (b,c)   i number   1 0 or 1
 *   2, 3: first of that many registers       *: first of c + 2n registers, and the result      p: first of 1 + 2n
 *   b: first of c registers     u: the same, written    x: first of n registers    f: first of what F captures
 *   c count    k pairs of keyword and value    # count    r 2 or 3    o fx_op    u fx_unary_op    t type of elements
 *   . unused, 0    - taken by the operand before
 */
/* X(name, letters of a b c n, what it does) */
#define FX_OPCODES(X)                                                                                           \
    X(NOP, "....", "nothing")                                                                                   \
    X(MOVE, "WR..", "R[a] = R[b]")                                                                              \
    X(LOADK, "WK..", "R[a] = K[b], a copy when it can change")                                                  \
    X(LOADI, "WI-.", "R[a] = Int64 of the signed b,c")                                                          \
    X(NOTHING, "W...", "R[a] = nothing")                                                                        \
    X(GETG, "WN..", "R[a] = value of N[b]: symbol, constant or function")                                       \
    X(SETG, "RN..", "N[b] = R[a]")                                                                              \
    X(SOFT, "WN..", "R[a] = mark: N[b] when that is bound, else a local without value")                         \
    X(GETSOFT, "WRN.", "R[a] = R[b], or N[c] when R[b] is marked so")                                           \
    X(SETSOFT, "RNR.", "R[a] = R[c], or N[b] = R[c] when R[a] is marked so")                                    \
    X(UNSET, "W...", "R[a] = mark: a local without value")                                                      \
    X(CHECK, "RK..", "NAME error about K[b] when R[a] is without value")                                        \
    X(JUMPSET, "RJ-.", "to J when R[a] has a value")                                                            \
    X(BOX, "W...", "R[a] = new box around R[a]")                                                                \
    X(GETBOX, "WR..", "R[a] = what the box R[b] holds")                                                         \
    X(SETBOX, "RR..", "the box R[a] holds R[b]")                                                                \
    X(GETUP, "WU..", "R[a] = captured value b")                                                                 \
    X(SELF, "W...", "R[a] = the function that runs")                                                            \
    X(ADD, "WRR.", "R[a] = R[b] + R[c]")                                                                        \
    X(SUB, "WRR.", "R[a] = R[b] - R[c]")                                                                        \
    X(MUL, "WRR.", "R[a] = R[b] * R[c]")                                                                        \
    X(DIV, "WRR.", "R[a] = R[b] / R[c]")                                                                        \
    X(POW, "WRR.", "R[a] = R[b] ^ R[c]")                                                                        \
    X(ADDRK, "WRK.", "R[a] = R[b] + K[c]")                                                                      \
    X(SUBRK, "WRK.", "R[a] = R[b] - K[c]")                                                                      \
    X(MULRK, "WRK.", "R[a] = R[b] * K[c]")                                                                      \
    X(DIVRK, "WRK.", "R[a] = R[b] / K[c]")                                                                      \
    X(POWRK, "WRK.", "R[a] = R[b] ^ K[c]")                                                                      \
    X(ADDKR, "WKR.", "R[a] = K[b] + R[c]")                                                                      \
    X(SUBKR, "WKR.", "R[a] = K[b] - R[c]")                                                                      \
    X(MULKR, "WKR.", "R[a] = K[b] * R[c]")                                                                      \
    X(DIVKR, "WKR.", "R[a] = K[b] / R[c]")                                                                      \
    X(EQ, "WRR.", "R[a] = R[b] == R[c]")                                                                        \
    X(NE, "WRR.", "R[a] = R[b] != R[c]")                                                                        \
    X(LT, "WRR.", "R[a] = R[b] < R[c]")                                                                         \
    X(LE, "WRR.", "R[a] = R[b] <= R[c]")                                                                        \
    X(GT, "WRR.", "R[a] = R[b] > R[c]")                                                                         \
    X(GE, "WRR.", "R[a] = R[b] >= R[c]")                                                                        \
    X(EQRK, "WRK.", "R[a] = R[b] == K[c]")                                                                      \
    X(NERK, "WRK.", "R[a] = R[b] != K[c]")                                                                      \
    X(LTRK, "WRK.", "R[a] = R[b] < K[c]")                                                                       \
    X(LERK, "WRK.", "R[a] = R[b] <= K[c]")                                                                      \
    X(GTRK, "WRK.", "R[a] = R[b] > K[c]")                                                                       \
    X(GERK, "WRK.", "R[a] = R[b] >= K[c]")                                                                      \
    X(BINARY, "WRRo", "R[a] = R[b] op n R[c]")                                                                  \
    X(DOTBINARY, "WRRo", "R[a] = R[b] .op n R[c]")                                                              \
    X(NEG, "WR..", "R[a] = -R[b]")                                                                              \
    X(NOT, "WR..", "R[a] = !R[b]")                                                                              \
    X(UNARY, "WR1u", "R[a] = op n of R[b]; dotted when c is 1")                                                 \
    X(JUMP, ".J-.", "to J")                                                                                     \
    X(JUMPIF, "RJ-.", "to J when R[a] is true")                                                                 \
    X(JUMPNOT, "RJ-.", "to J when R[a] is false")                                                               \
    X(LOOP, ".L-.", "back to J, counting steps")                                                                \
    X(CALL, "*Nck", "R[a] = N[b](R[a..], c of them; then n pairs of keyword and value)")                        \
    X(CALLR, "*Rck", "R[a] = R[b](R[a..], c of them; then n pairs of keyword and value)")                       \
    X(SPREAD, "pN.k", "R[a] = N[b](items of the tuple R[a]...; n pairs from R[a+1])")                           \
    X(SPREADR, "pR.k", "R[a] = R[b](items of the tuple R[a]...; n pairs from R[a+1])")                          \
    X(DOTCALL, "*Rck", "R[a] = R[b].(R[a..], c of them)")                                                       \
    X(JOIN, "WRR.", "R[a] = tuple of the items of tuple R[b] and of all items of R[c]")                         \
    X(CLOSURE, "WFf.", "R[a] = function F[b] that captures R[c..]")                                             \
    X(TUPLE, "Wbc.", "R[a] = (R[b..], c of them)")                                                              \
    X(VECTOR, "Wbc.", "R[a] = [R[b..], c of them]")                                                             \
    X(TYPED, "Wbct", "R[a] = T[R[b..], c of them], T is type n")                                                \
    X(MATRIX, "Wbc.", "R[a] = matrix of c registers from b: rows, length of each row, items")                   \
    X(RANGE, "Wx.r", "R[a] = R[b]:R[b+1] or, n is 3, R[b]:R[b+1]:R[b+2]")                                       \
    X(INDEX, "WRx#", "R[a] = R[b][R[c..], n of them]")                                                          \
    X(SETINDEX, "RxR#", "R[a][R[b..], n of them] = R[c]")                                                       \
    X(ENDOF, "WRi#", "R[a] = last index of R[b] in position n (from 0) of c")                                   \
    X(QUOTE, "WKx#", "R[a] = expression K[b] with R[c..], n of them, put in")                                   \
    X(ITER, "2R..", "R[a], R[a+1] = iteration over R[b]")                                                       \
    X(NEXT, "3J-.", "R[a+2] = next item of the iteration R[a]; to J when there is none")                        \
    X(UNPACK, "uRc.", "R[a..] = the first c items of R[b]")                                                     \
    X(GATHER, "Wi..", "R[a] = an empty collection of items, to become elements of type b - 1; 0: of their own") \
    X(PUT, "RR..", "adds R[b] to the collection R[a]")                                                          \
    X(GATHERED, "Wx.#", "R[a] = array of the collection R[a], shaped as the n iterables R[b..]; 0: a vector")   \
    X(NOW, "W...", "R[a] = seconds of a steady clock")                                                          \
    X(FUSE, "WBS.", "when block B can do it: R[a] = its result, skip c instructions")                           \
    X(RETURN, "R...", "ends the function with R[a]")                                                            \
    X(TRY, "WJ-.", "an error in what stands between here and J goes on at J, with R[a] = its message")

typedef enum fx_opcode {
#define X(name, shape, text) FX_DO_##name,
    FX_OPCODES(X)
#undef X
        FX_NOPCODES
} fx_opcode;

/* The table as data: opcode.c. */
typedef struct fx_opcode_info {
    const char *name;
    const char *shape; /* four letters: a, b, c, n */
    const char *text;
} fx_opcode_info;
extern const fx_opcode_info fx_opcode_table[FX_NOPCODES];

#endif
