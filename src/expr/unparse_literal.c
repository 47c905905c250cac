/*
 * unparse_literal.c - values inside expressions as text that reads back as the same value; what has no literal is
 * captured. Called by unparse.c.
 */
#include "base/error.h"
#include "base/utf8.h"
#include "expr/unparse.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool fxu_is_identifier(const char *name)
{
    size_t n = strlen(name);
    return n && fx_lex_name(name, name + n) == n && !fx_lex_is_keyword(name, n);
}

bool fxu_is_negative(const fx_tree *t)
{
    if (t->kind != FX_LITERAL) return false;
    if (t->value.tag == FURROW_INT64) return t->value.i < 0;
    if (t->value.tag == FURROW_FLOAT64) return signbit(t->value.d);
    return t->value.tag == FURROW_FLOAT32 && signbit(t->value.f);
}

static void one_escaped(fx_unparse *u, uint32_t c, const char *bytes, size_t n, char quote)
{
    static const char from[] = "\n\r\t\a\b\f\v\033\\";
    static const char to[] = "nrtabfve\\";
    char text[16];
    const char *known = c && c < 128 ? strchr(from, (int)c) : NULL;
    if (known)
        snprintf(text, sizeof text, "\\%c", to[known - from]);
    else if (c == (unsigned char)quote || (c == '$' && quote == '"'))
        snprintf(text, sizeof text, "\\%c", (int)c);
    else if (c < 32 || c == 127)
        snprintf(text, sizeof text, "\\x%02x", (unsigned)c);
    else {
        fxu_bytes(u, bytes, n);
        return;
    }
    fxu_text(u, text);
}

void fxu_escaped(fx_unparse *u, const fv_text *text)
{
    for (size_t i = 0; i < text->nbytes;) {
        uint32_t c;
        size_t n = fb_utf8_decode(text->bytes + i, text->nbytes - i, &c);
        one_escaped(u, c, text->bytes + i, n, '"');
        i += n;
    }
}

static void character(fx_unparse *u, uint32_t c)
{
    char bytes[4] = {0};
    size_t n = fb_utf8_encode(c, bytes);
    fxu_text(u, "'");
    one_escaped(u, c, bytes, n, '\'');
    fxu_text(u, "'");
}

/* What print shows, with the marks of Float32 when it is one. */
static void floating(fx_unparse *u, const fv_cell *cell)
{
    furrow_value *value = NULL;
    char *text = NULL;
    furrow_err err = fv_cell_to_value(cell, &value);
    if (!err) err = furrow_value_print(value, &text);
    furrow_value_drop(value);
    if (err) {
        u->err = err;
        return;
    }
    char *e = cell->tag == FURROW_FLOAT32 ? strchr(text, 'e') : NULL;
    if (e) *e = 'f';
    fxu_text(u, text);
    if (cell->tag == FURROW_FLOAT32 && !e) fxu_text(u, "f0");
    free(text);
}

static void shown(fx_unparse *u, const fv_cell *cell)
{
    furrow_value *value = NULL;
    char *text = NULL;
    furrow_err err = fv_cell_to_value(cell, &value);
    if (!err) err = furrow_value_print(value, &text);
    if (!err) fxu_text(u, text);
    if (err) u->err = err;
    free(text);
    furrow_value_drop(value);
}

static void captured(fx_unparse *u, const fv_cell *cell)
{
    char text[32];
    if (!u->capture) {
        shown(u, cell);
        return;
    }
    if (u->nvalues == u->capacity) {
        uint32_t capacity = u->capacity ? 2 * u->capacity : 8;
        fv_cell *values = realloc(u->values, capacity * sizeof *values);
        if (!values) {
            u->err = fb_fail(FURROW_ERR_NOMEM, NULL);
            return;
        }
        u->values = values;
        u->capacity = capacity;
    }
    if (u->nvalues == FX_MAX_PARAMS) {
        u->err = fb_fail(FURROW_ERR_LIMIT, "more than %d values are interpolated", FX_MAX_PARAMS);
        return;
    }
    u->values[u->nvalues++] = *cell;
    for (unsigned i = 0; i < u->quotes; i++) fxu_text(u, "$(");
    snprintf(text, sizeof text, "$%" PRIu32, u->nvalues);
    fxu_text(u, text);
    for (unsigned i = 0; i < u->quotes; i++) fxu_text(u, ")");
}

static void symbol(fx_unparse *u, const fv_cell *cell)
{
    const fv_text *name = (const fv_text *)cell->p;
    size_t n = name->nbytes;
    bool whole = strlen(name->bytes) == n;
    bool colon = whole && strcmp(name->bytes, ":") == 0;
    bool word = whole && n && fx_lex_name(name->bytes, name->bytes + n) == n && strcmp(name->bytes, "isa") != 0 &&
                strcmp(name->bytes, "in") != 0;
    const char *undotted = name->bytes + (name->bytes[0] == '.');
    const fx_operator *op = whole && !word && !colon ? fx_operator_find(undotted) : NULL;
    if (colon) {
        fxu_text(u, ":(:)");
    } else if (word || (op && strcmp(op->name, undotted) == 0 && (undotted == name->bytes || op->dottable))) {
        fxu_text(u, ":");
        fxu_text(u, name->bytes);
    } else {
        captured(u, cell);
    }
}

static void datatype(fx_unparse *u, const fv_cell *cell)
{
    char text[256];
    fxu_text(u, fv_type_text(cell->u, text, sizeof text));
}

void fxu_literal(fx_unparse *u, const fx_tree *t)
{
    const fv_cell *cell = &t->value;
    char text[32] = "";
    switch (cell->tag) {
    case FURROW_NOTHING:
        fxu_text(u, "nothing");
        return;
    case FURROW_BOOL:
        fxu_text(u, cell->i ? "true" : "false");
        return;
    case FURROW_INT64:
        snprintf(text, sizeof text, "%" PRId64, cell->i);
        break;
    case FURROW_UINT8:
        snprintf(text, sizeof text, "0x%02" PRIx64, cell->u);
        break;
    case FURROW_UINT16:
        snprintf(text, sizeof text, "0x%04" PRIx64, cell->u);
        break;
    case FURROW_UINT32:
        snprintf(text, sizeof text, "0x%08" PRIx64, cell->u);
        break;
    case FURROW_UINT64:
        snprintf(text, sizeof text, "0x%016" PRIx64, cell->u);
        break;
    case FURROW_CHAR:
        character(u, (uint32_t)cell->u);
        return;
    case FURROW_SYMBOL:
        symbol(u, cell);
        return;
    case FURROW_DATATYPE:
        datatype(u, cell);
        return;
    case FURROW_FLOAT32:
    case FURROW_FLOAT64:
        if (isfinite(cell->tag == FURROW_FLOAT32 ? (double)cell->f : cell->d))
            floating(u, cell);
        else
            captured(u, cell);
        return;
    case FURROW_STRING:
        fxu_text(u, "\"");
        fxu_escaped(u, (const fv_text *)cell->p);
        fxu_text(u, "\"");
        return;
    default:
        captured(u, cell);
        return;
    }
    fxu_text(u, text);
}
