/*
 * fuzz_value.c - any bytes read as a value are refused, or give a value that can be shown and written again.
 */
#include "value/wire.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

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
    if (!fv_cell_to_value(&cell, &value) && !furrow_value_display(value, 80, 24, &text)) free(text);
    furrow_value_drop(value);
    fv_cell_drop(&cell);
    fb_buffer_free(&buffer);
    return 0;
}
