/*
 * code.c - quoted expressions and functions as values: their text and what they captured. What expr makes of the text
 * hangs on them, but is never looked at here.
 */
#include "value/alloc.h"
#include "base/error.h"

furrow_err fv_code_new(furrow_type type, const char *text, size_t nbytes, furrow_value *captured, furrow_value **out)
{
    if (captured && captured->type != FURROW_TUPLE) {
        return fb_fail(FURROW_ERR_TYPE, "captured values come as a tuple, not as %s",
                       furrow_type_name((furrow_type)captured->type));
    }
    furrow_value *string;
    furrow_err err = fv_text_new(FURROW_STRING, text, nbytes, &string);
    if (err) return err;
    fv_code *code;
    err = fv_alloc(type, sizeof *code, &code);
    if (err) {
        fv_drop(string);
        return err;
    }
    code->text = string;
    code->captured = captured ? furrow_value_hold(captured) : NULL;
    atomic_init(&code->code, NULL);
    code->drop_code = NULL;
    *out = &code->head;
    return FURROW_OK;
}
