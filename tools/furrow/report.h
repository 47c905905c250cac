/*
 * report.h - what furrow info and furrow perf have to say, as lines for people or as one JSON object for programs: groups
 * of fields, and tables. Everything is kept until it is printed.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct report report;

/* How a cell's text stands in JSON. Empty text is null there and "-" in a table. */
typedef enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_FLAG /* "yes" or "no" */ } cell_kind;

typedef struct column {
    const char *key;     /* in JSON; of a field also the label, with blanks for _ */
    const char *heading; /* NULL: the key */
    cell_kind kind;
} column;

/* NULL when there is no memory; every call takes NULL then, and report_end says so. */
report *report_begin(bool json);
/* Fields follow. A title stands above them, when it is not NULL. Texts are kept by reference. */
void report_group(report *r, const char *key, const char *title);
void report_text(report *r, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_number(report *r, const char *key, double number);
void report_flag(report *r, const char *key, bool flag);
/* A count of bytes, for people with its unit. */
void report_bytes(report *r, const char *key, unsigned long long nbytes);
/* Rows follow: each with as many cells as there are columns. */
void report_table(report *r, const char *key, const char *title, const column *columns, size_t ncolumns);
void report_row(report *r, const char *const *cells);
/* A line for people alone. */
void report_remark(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints it all to stdout and frees it. The exit status: 0, or STATUS_FAILED when it could not be written. */
int report_end(report *r);
/* Frees it unprinted. */
void report_drop(report *r);

#endif
