/*
 * furrow/expr.h - programs: expressions compiled once, run many times, here or elsewhere.
 *
 * A program is immutable, named by the 128-bit hash of its bytes, reference counted, and may be used by any thread.
 * Text that differs only in the values of its parameters ($1, $2, ... or $name) is the same program.
 */
#ifndef FURROW_EXPR_H
#define FURROW_EXPR_H

#include <furrow/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct furrow_program furrow_program;

/* What a run may use. Zero means default (FURROW_MAX_STEPS, FURROW_MAX_MEMORY, FURROW_MAX_DEPTH, FURROW_MAX_TIME). */
typedef struct furrow_limits {
    uint64_t steps;   /* instructions, and elements touched by builtins / 64 */
    uint64_t nbytes;  /* memory held at once */
    uint32_t depth;   /* calls inside calls */
    uint32_t time_ms; /* wall time */
} furrow_limits;

/*
 * Compiles nbytes of UTF-8 text (SIZE_MAX: up to its NUL). Parameters are numbered in the order in which they first
 * appear, unless they are numbers themselves. SYNTAX, INCOMPLETE or LIMIT with line, column and caret in
 * furrow_last_error. Any thread; never blocks.
 */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_compile(const char *text, size_t nbytes, furrow_program **out);

/* Verifies bytes from anywhere and makes a program of them; BYTECODE when they are not one. They are copied. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_program_load(const void *bytes, size_t nbytes, furrow_program **out);

/* Its bytes: borrowed, valid while the program is held. */
FURROW_API const void *furrow_program_bytes(const furrow_program *program, size_t *nbytes);
FURROW_API void furrow_program_hash(const furrow_program *program, uint8_t hash[16]);
FURROW_API size_t furrow_program_nparams(const furrow_program *program);
/* The parameter's name ("a" for $a, "1" for $1), index from 0; NULL past the end. Borrowed. */
FURROW_API const char *furrow_program_param(const furrow_program *program, size_t index);

/* One line an instruction. *text is from malloc, the caller frees it. */
FURROW_API FURROW_MUST_CHECK furrow_err furrow_program_disassemble(const furrow_program *program, char **text);

/* One more reference on a program, which is returned; furrow_program_drop gives one back, and with the last the program goes.
 * In any thread; they neither block nor fail. NULL may be dropped. */
FURROW_API furrow_program *furrow_program_hold(furrow_program *program);
FURROW_API void furrow_program_drop(furrow_program *program);

#ifdef __cplusplus
}
#endif
#endif
