/*
 * expr.h - what the files of the expression benchmark share: the language's own library (no job) behind a few calls,
 * and the same work as loops in C.
 */
#ifndef BENCH_EXPR_H
#define BENCH_EXPR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* language.c; a failure ends the program with the error's sentence. */
typedef struct bx_program bx_program;
void bx_do(const char *text); /* once */
bx_program *bx_prepare(const char *text);
double bx_run(bx_program *program); /* its value when that is a number */
void bx_forget(bx_program *program);
void *bx_elements(const char *symbol);

/* loops.c */
typedef struct bx_arrays {
    size_t n;
    double *x, *y, *z;
    float *u, *v, *w;
    int64_t *i, *j, *k;
} bx_arrays;
typedef double (*bx_loop)(const bx_arrays *a);
extern const struct bx_case {
    const char *text;
    const char *group; /* f64, f32 or i64: the arrays it uses */
    bx_loop loop;
} bx_cases[], bx_cases_fast[];

/* lua.c */
typedef struct bx_lua bx_lua;
const char *bx_lua_name(void);
bx_lua *bx_lua_open(const char *before, const char *text);
double bx_lua_run(bx_lua *lua);

#ifdef __cplusplus
}
#endif
#endif
