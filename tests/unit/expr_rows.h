/*
 * expr_rows.h - rows of program text and what print shows of its value ("!CODE" for an error), run in the smallest
 * host. For the unit tests of operators, indexing and builtins.
 */
#ifndef EXPR_ROWS_H
#define EXPR_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../expr/host.h"

typedef struct expr_row {
    const char *source;
    const char *result;
} expr_row;

static furrow_err run_source(const char *source, char **printed)
{
    fx_tree *tree = NULL;
    fv_cell cell;
    furrow_value *value;
    expr_host *host = expr_host_open();
    assert_non_null(host);
    furrow_err err = fx_parse(source, strlen(source), &tree);
    if (!err) err = expr_host_run(host, tree, NULL, &cell);
    if (!err) {
        err = fv_cell_to_value(&cell, &value);
        fv_cell_drop(&cell);
        if (!err) {
            err = furrow_value_print(value, printed);
            furrow_value_drop(value);
        }
    }
    fx_tree_drop(tree);
    expr_host_close(host);
    return err;
}

/* Returns how many rows are wrong, after saying which. */
static size_t wrong_rows(const expr_row *rows, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        char *printed = NULL, failure[64];
        furrow_err err = run_source(rows[i].source, &printed);
        snprintf(failure, sizeof failure, "!%s", furrow_err_name(err));
        const char *got = err ? failure : printed;
        if (strcmp(got, rows[i].result) != 0) {
            wrong++;
            print_message("# %s\n#   is      %s\n#   wanted  %s\n", rows[i].source, got, rows[i].result);
        }
        free(printed);
    }
    return wrong;
}

#define CHECK_ROWS(rows) assert_int_equal(wrong_rows(rows, sizeof(rows) / sizeof *(rows)), 0)

#endif
