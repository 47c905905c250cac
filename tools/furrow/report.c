/*
 * report.c - keeps groups, tables and remarks in order, and writes them as text or as JSON. Used by furrow info and furrow
 * perf; knows nothing of what they say.
 */
#include "report.h"
#include "command.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 14 /* at least */

typedef struct cell {
    const char *key;
    cell_kind kind;
    char *text;  /* JSON's */
    char *shown; /* for people; NULL: text */
} cell;

typedef enum section_kind { SECTION_GROUP, SECTION_TABLE, SECTION_REMARK } section_kind;

typedef struct section {
    section_kind kind;
    const char *key, *title;
    const column *columns;
    size_t ncolumns;
    cell *cells; /* fields, rows one after another, or the remark */
    size_t ncells, room;
} section;

struct report {
    bool json;
    bool failed;
    section *sections;
    size_t n, room;
};

report *report_begin(bool json)
{
    report *r = calloc(1, sizeof *r);
    if (r) r->json = json;
    return r;
}

static section *add_section(report *r, section_kind kind, const char *key, const char *title)
{
    if (!r || r->failed) return NULL;
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 8;
        section *more = realloc(r->sections, room * sizeof *more);
        if (!more) {
            r->failed = true;
            return NULL;
        }
        r->sections = more;
        r->room = room;
    }
    r->sections[r->n] = (section){.kind = kind, .key = key, .title = title};
    return &r->sections[r->n++];
}

static void add_cell(report *r, const cell *c)
{
    section *s = r && !r->failed && r->n ? &r->sections[r->n - 1] : NULL;
    if (s && s->ncells == s->room) {
        size_t room = s->room ? 2 * s->room : 16;
        cell *more = realloc(s->cells, room * sizeof *more);
        if (more) {
            s->cells = more;
            s->room = room;
        }
    }
    if (!s || s->ncells == s->room || !c->text) {
        if (r) r->failed = true;
        free(c->text);
        free(c->shown);
        return;
    }
    s->cells[s->ncells++] = *c;
}

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
    char *text = NULL;
    return vasprintf(&text, format, args) < 0 ? NULL : text;
}

__attribute__((format(printf, 1, 2))) static char *text_of(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    return text;
}

void report_group(report *r, const char *key, const char *title)
{
    add_section(r, SECTION_GROUP, key, title);
}

void report_text(report *r, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_cell(r, &(cell){.key = key, .kind = CELL_TEXT, .text = format_text(format, args)});
    va_end(args);
}

void report_number(report *r, const char *key, double number)
{
    add_cell(r, &(cell){.key = key, .kind = CELL_NUMBER, .text = text_of("%.10g", number)});
}

void report_flag(report *r, const char *key, bool flag)
{
    add_cell(r, &(cell){.key = key, .kind = CELL_FLAG, .text = text_of("%s", flag ? "yes" : "no")});
}

void report_bytes(report *r, const char *key, unsigned long long nbytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double shown = (double)nbytes;
    size_t unit = 0;
    for (; shown >= 1024 && unit < 6; unit++) shown /= 1024;
    add_cell(r, &(cell){.key = key,
                        .kind = CELL_NUMBER,
                        .text = text_of("%llu", nbytes),
                        .shown = text_of(shown < 10 && unit ? "%.1f %s" : "%.0f %s", shown, units[unit])});
}

void report_table(report *r, const char *key, const char *title, const column *columns, size_t ncolumns)
{
    section *s = add_section(r, SECTION_TABLE, key, title);
    if (!s) return;
    s->columns = columns;
    s->ncolumns = ncolumns;
}

void report_row(report *r, const char *const *cells)
{
    if (!r || r->failed || !r->n) return;
    const section s = r->sections[r->n - 1];
    for (size_t i = 0; i < s.ncolumns; i++)
        add_cell(r, &(cell){.key = s.columns[i].key, .kind = s.columns[i].kind, .text = text_of("%s", cells[i])});
}

void report_remark(report *r, const char *format, ...)
{
    va_list args;
    if (!add_section(r, SECTION_REMARK, NULL, NULL)) return;
    va_start(args, format);
    add_cell(r, &(cell){.kind = CELL_TEXT, .text = format_text(format, args)});
    va_end(args);
}

/* --- for people ----------------------------------------------------------------------------------------------------*/

/* Words, but for the names of settings. */
static void print_label(const char *key, int width)
{
    char label[64];
    size_t n = 0;
    bool setting = strncmp(key, "FURROW_", 7) == 0;
    for (; key[n] && n < sizeof label - 2; n++) label[n] = (char)(key[n] == '_' && !setting ? ' ' : key[n]);
    label[n] = ':';
    label[n + 1] = '\0';
    printf("%-*s", width, label);
}

static void print_fields(const section *s)
{
    size_t width = LABEL_WIDTH;
    for (size_t k = 0; k < s->ncells; k++) {
        size_t n = strlen(s->cells[k].key) + 2;
        if (n > width) width = n;
    }
    for (size_t k = 0; k < s->ncells; k++) {
        const cell *c = &s->cells[k];
        const char *text = c->shown ? c->shown : c->text;
        print_label(c->key, (int)width);
        printf("%s\n", *text ? text : "-");
    }
}

static const char *shown(const cell *c)
{
    return *c->text ? c->text : "-";
}

static const char *heading(const column *c)
{
    return c->heading ? c->heading : c->key;
}

/* The widest text of a column, in bytes. */
static int width_of(const section *s, size_t i)
{
    size_t widest = strlen(heading(&s->columns[i]));
    for (size_t k = i; k < s->ncells; k += s->ncolumns) {
        size_t n = strlen(shown(&s->cells[k]));
        if (n > widest) widest = n;
    }
    return (int)widest;
}

static void print_cell(const section *s, size_t i, const char *text)
{
    bool last = i + 1 == s->ncolumns, right = s->columns[i].kind == CELL_NUMBER;
    if (last && !right)
        printf("%s\n", text);
    else
        printf(right ? "%*s%s" : "%-*s%s", width_of(s, i), text, last ? "\n" : "  ");
}

static void print_table(const section *s)
{
    for (size_t i = 0; i < s->ncolumns; i++) print_cell(s, i, heading(&s->columns[i]));
    for (size_t k = 0; k < s->ncells; k++) print_cell(s, k % s->ncolumns, shown(&s->cells[k]));
}

static void print_lines(const report *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const section *s = &r->sections[i];
        if (s->title) printf("%s%s\n", i ? "\n" : "", s->title);
        if (s->kind == SECTION_TABLE) print_table(s);
        if (s->kind == SECTION_GROUP) print_fields(s);
        if (s->kind == SECTION_REMARK && s->ncells) printf("%s\n", s->cells[0].text);
    }
}

/* --- for programs --------------------------------------------------------------------------------------------------*/

/* Bytes that are not UTF-8 cannot stand in JSON: they become question marks. */
static size_t utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t n = *at < 0x80                  ? 1
               : *at >= 0xc2 && *at < 0xe0 ? 2
               : (*at & 0xf0) == 0xe0      ? 3
               : *at >= 0xf0 && *at < 0xf5 ? 4
                                           : 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80) return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool beyond = (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf4 && at[1] >= 0x90);
    return overlong || beyond ? 0 : n;
}

static void print_string(const char *text)
{
    putchar('"');
    while (*text) {
        size_t n = utf8_length(text);
        unsigned char c = (unsigned char)*text;
        if (n == 0)
            putchar('?');
        else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            printf("\\u%04x", c);
        else
            fwrite(text, 1, n, stdout);
        text += n ? n : 1;
    }
    putchar('"');
}

/* JSON knows no other numbers than these. */
static bool is_number(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return *text && !*end && isfinite(value) && strspn(text, "-+.0123456789eE") == strlen(text);
}

static void print_pair(const cell *c)
{
    print_string(c->key);
    printf(": ");
    if (!*c->text || (c->kind == CELL_NUMBER && !is_number(c->text)))
        printf("null");
    else if (c->kind == CELL_NUMBER)
        printf("%s", c->text);
    else if (c->kind == CELL_FLAG)
        printf("%s", *c->text == 'y' ? "true" : "false");
    else
        print_string(c->text);
}

static void print_objects(const section *s, size_t each)
{
    for (size_t k = 0; k < s->ncells; k++) {
        if (k % each == 0) printf("%s\n    {", k ? "," : "");
        print_pair(&s->cells[k]);
        printf("%s", k % each == each - 1 ? "}" : ", ");
    }
}

static void print_group(const section *s)
{
    printf("{");
    for (size_t k = 0; k < s->ncells; k++) {
        printf("%s\n    ", k ? "," : "");
        print_pair(&s->cells[k]);
    }
    printf("\n  }");
}

static void print_json(const report *r)
{
    const char *before = "";
    printf("{");
    for (size_t i = 0; i < r->n; i++) {
        const section *s = &r->sections[i];
        if (s->kind == SECTION_REMARK) continue;
        printf("%s\n  ", before);
        print_string(s->key);
        printf(": ");
        if (s->kind == SECTION_TABLE) {
            printf("[");
            print_objects(s, s->ncolumns);
            printf("\n  ]");
        } else {
            print_group(s);
        }
        before = ",";
    }
    printf("\n}\n");
}

void report_drop(report *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->n; i++) {
        for (size_t k = 0; k < r->sections[i].ncells; k++) {
            free(r->sections[i].cells[k].text);
            free(r->sections[i].cells[k].shown);
        }
        free(r->sections[i].cells);
    }
    free(r->sections);
    free(r);
}

int report_end(report *r)
{
    if (!r || r->failed) {
        fprintf(stderr, "furrow: no memory for what there is to say\n");
        report_drop(r);
        return STATUS_FAILED;
    }
    if (r->json)
        print_json(r);
    else
        print_lines(r);
    report_drop(r);
    return command_said();
}
