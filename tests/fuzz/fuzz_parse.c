/*
 * fuzz_parse.c - any text is parsed or refused; what parses, printed in canonical form, parses to the same tree and
 * prints the same again; and it makes an EXPR value whose tree is the same.
 */
#include "expr/tree.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

/* What is wrong, with the texts concerned. */
static void complain(const char *what, const char *text, const char *again)
{
    fprintf(stderr, "%s:\n%s\n---\n%s\n", what, text, again ? again : "");
    abort();
}

static void check_text(const fx_tree *tree)
{
    char *text, *again;
    fx_tree *second;
    if (fx_tree_text(tree, &text)) complain("has no text", "", NULL);
    furrow_err err = fx_parse(text, strlen(text), &second);
    if (err == FURROW_ERR_LIMIT) { /* canonical parentheses may nest deeper than those that were written */
        free(text);
        return;
    }
    if (err) {
        furrow_error_info info;
        furrow_last_error(&info);
        complain("canonical text does not parse", text, info.message);
    }
    if (fx_tree_text(second, &again) || strcmp(text, again) != 0) complain("canonical text changes", text, again);
    if (!fx_tree_equal(tree, second)) complain("canonical text has another tree", text, again);
    fx_tree_drop(second);
    free(text);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
    const char *at = (const char *)bytes;
    fx_tree *tree;
    bool quiet;
    size_t used = 1;
    size_t left = nbytes;
    while (used && left && !fx_parse_statement(at, left, 1, &tree, &used, &quiet)) {
        if (used > left) complain("used more than there is", "", NULL);
        if (!used) break;
        check_text(tree);
        furrow_value *value;
        if (!fx_tree_value(tree, &value)) furrow_value_drop(value);
        fx_tree_drop(tree);
        at += used;
        left -= used;
    }
    return 0;
}
