/*
 * fuzz_value.c - any bytes read as a value are refused, or give a value that can be shown and written again.
 */
#include "value/wire.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

/* What was written reads back as an equal value of the foretold size, with an equal hash. */
static void check_again(const fb_buffer *buffer, const fv_cell *cell)
{
    fb_cursor cursor = {buffer->bytes, buffer->bytes + buffer->nbytes};
    fv_cell again;
    size_t nbytes;
    if (fv_wire_nbytes(cell, &nbytes) || nbytes != buffer->nbytes) abort();
    if (fv_wire_get(&cursor, &again) || fb_cursor_left(&cursor) != 0) abort();
    if (!fv_cell_equal(cell, &again) || fv_cell_hash(cell) != fv_cell_hash(&again)) abort();
    fv_cell_drop(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
    fb_cursor cursor = {bytes, bytes + nbytes};
    fb_buffer buffer;
    fv_cell cell;
    furrow_value *value = NULL;
    char *text = NULL;
    if (fv_wire_get(&cursor, &cell)) return 0;
    fb_buffer_init(&buffer, 0);
    if (fv_wire_put(&buffer, &cell)) abort();
    check_again(&buffer, &cell);
    if (!fv_cell_to_value(&cell, &value) && !furrow_value_display(value, 80, 24, &text)) free(text);
    if (value && !furrow_value_print(value, &text)) free(text);
    furrow_value_drop(value);
    fv_cell_drop(&cell);
    fb_buffer_free(&buffer);
    return 0;
}
