/*
 * record.c - error records as bytes: how an evaluation that failed at one pid is reported, whole, at another. Used by
 * the service's replies. Reading trusts nothing: texts are cut to their fields, unknown codes become EVAL.
 */
#include "job/eval.h"
#include <string.h>

static furrow_err put_text(fb_buffer *b, const char *text)
{
    size_t n = strlen(text);
    furrow_err err = fb_buffer_put_varint(b, n);
    return err ? err : fb_buffer_put(b, text, n);
}

static furrow_err get_text(fb_cursor *c, char *text, size_t capacity)
{
    uint64_t n;
    const void *at;
    furrow_err err = fb_cursor_varint(c, &n);
    if (err) return err;
    if (n > fb_cursor_left(c)) return fb_fail(FURROW_ERR_FORMAT, "a text of an error record is longer than the record");
    err = fb_cursor_take(c, (size_t)n, &at);
    if (err) return err;
    size_t kept = n < capacity ? (size_t)n : capacity - 1;
    memcpy(text, at, kept);
    text[kept] = 0;
    return FURROW_OK;
}

static furrow_err known_code(int32_t number)
{
    switch (number) {
#define X(name, value, text, advice) case value:
        FURROW_ERR_TABLE(X)
#undef X
        return number ? (furrow_err)number : FURROW_ERR_EVAL;
    default:
        return FURROW_ERR_EVAL;
    }
}

furrow_err fj_record_put(fb_buffer *b, const furrow_error_info *info)
{
    const int numbers[] = {(int)info->code, info->pid, info->line, info->column, info->native};
    const char *const texts[] = {info->symbol, info->message, info->advice, info->place};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        furrow_err err = fb_buffer_put_u32(b, (uint32_t)numbers[i]);
        if (err) return err;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        furrow_err err = put_text(b, texts[i]);
        if (err) return err;
    }
    return FURROW_OK;
}

furrow_err fj_record_get(fb_cursor *c, furrow_error_info *info)
{
    uint32_t code = 0, pid = 0, line = 0, column = 0, native = 0;
    uint32_t *const numbers[] = {&code, &pid, &line, &column, &native};
    memset(info, 0, sizeof *info);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        furrow_err err = fb_cursor_u32(c, numbers[i]);
        if (err) return err;
    }
    info->code = known_code((int32_t)code);
    info->pid = (int)pid;
    info->line = (int)line;
    info->column = (int)column;
    info->native = (int)native;
    furrow_err err = get_text(c, info->symbol, sizeof info->symbol);
    if (!err) err = get_text(c, info->message, sizeof info->message);
    if (!err) err = get_text(c, info->advice, sizeof info->advice);
    if (!err) err = get_text(c, info->place, sizeof info->place);
    return err;
}
