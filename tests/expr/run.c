/*
 * run.c - replays tests/expr/NAME.t: each case a text, and what the prompt shows for it, which error it gives, or which numbers.
 *
 *   run FILE...            replays the files, TAP on stdout
 *   run --write FILE...    replays them and prints them with what was shown instead of what was expected
 *   run --numbers          evaluates each line of stdin by itself and prints "2x3: 1 2 3 4 5 6" or "error NAME message"
 *
 * In a file:  > text   % its equivalent in Octave   = numbers from Octave   ~ part of the disassembly
 *             ! ERROR part of the message   # comment   and otherwise lines as shown. An empty line ends a case.
 * An empty line inside what is shown is written as a line with a backslash. Symbols live from case to case of a file.
 */
#include "host.h"
#include "base/buffer.h"
#include "expr/tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 80, HEIGHT = 24 };
static const furrow_limits limits = {.steps = 100000000, .nbytes = 256 << 20, .depth = 200, .time_ms = 10000};

typedef struct test_case {
    fb_buffer comment;
    fb_buffer source;
    fb_buffer octave;
    fb_buffer numbers;
    fb_buffer disassembly;
    fb_buffer error;
    fb_buffer shown;
    int line;
} test_case;

/* What a case gave. */
typedef struct outcome {
    furrow_err err;
    furrow_error_info info;
    fb_buffer shown;
    fb_buffer disassembly;
    fv_cell last;
} outcome;

static void put(fb_buffer *b, const char *text, size_t n)
{
    if (fb_buffer_put(b, text, n)) abort();
}

static const char *text_of(fb_buffer *b)
{
    put(b, "", 1);
    b->nbytes--;
    return (const char *)b->bytes;
}

/* --- running a case ------------------------------------------------------------------------------------------------*/

static furrow_err show(outcome *o, const fv_cell *cell)
{
    furrow_value *value;
    char *text;
    if (cell->tag == FURROW_NOTHING) return FURROW_OK;
    furrow_err err = fv_cell_to_value(cell, &value);
    if (err) return err;
    err = furrow_value_display(value, WIDTH, HEIGHT, &text);
    furrow_value_drop(value);
    if (err) return err;
    put(&o->shown, text, strlen(text));
    put(&o->shown, "\n", 1);
    free(text);
    return FURROW_OK;
}

static furrow_err disassemble(outcome *o, const fx_tree *tree)
{
    furrow_program *program;
    char *text;
    furrow_err err = fx_compile_tree(tree, &program);
    if (err) return err;
    err = furrow_program_disassemble(program, &text);
    furrow_program_drop(program);
    if (err) return err;
    put(&o->disassembly, text, strlen(text));
    free(text);
    return FURROW_OK;
}

static furrow_err run_statements(expr_host *h, const char *text, size_t nbytes, bool assembly, outcome *o)
{
    furrow_err err = FURROW_OK;
    size_t used = 1;
    while (!err && used) {
        fx_tree *tree;
        bool quiet;
        fv_cell cell = {.tag = FURROW_NOTHING};
        err = fx_parse_statement(text, nbytes, 1, &tree, &used, &quiet);
        if (err || !used) break;
        if (assembly) err = disassemble(o, tree);
        if (!err) err = expr_host_run(h, tree, &limits, &cell);
        fx_tree_drop(tree);
        text += used;
        nbytes -= used;
        if (err) break;
        if (!quiet) err = show(o, &cell);
        fv_cell_drop(&o->last);
        o->last = cell;
    }
    return err;
}

static void run_source(expr_host *h, fb_buffer *source, bool assembly, outcome *o)
{
    const char *text = text_of(source);
    *o = (outcome){.last = {.tag = FURROW_NOTHING}};
    o->err = run_statements(h, text, source->nbytes, assembly, o);
    if (o->err) furrow_last_error(&o->info);
}

static void outcome_free(outcome *o)
{
    fb_buffer_free(&o->shown);
    fb_buffer_free(&o->disassembly);
    fv_cell_drop(&o->last);
}

/* --- numbers --------------------------------------------------------------------------------------------------------*/

static bool complex_tag(uint32_t tag)
{
    return tag == FURROW_COMPLEX64 || tag == FURROW_COMPLEX128 || tag == FURROW_COMPLEX_INT64;
}

/* Real and imaginary part of a number; false for what is none. */
static bool number_of(const fv_cell *c, double part[2])
{
    furrow_value *value;
    part[1] = 0;
    if (complex_tag(c->tag)) {
        if (fv_cell_to_value(c, &value)) return false;
        const void *data = furrow_value_data(value);
        for (int i = 0; i < 2; i++)
            part[i] = c->tag == FURROW_COMPLEX64    ? (double)((const float *)data)[i]
                      : c->tag == FURROW_COMPLEX128 ? ((const double *)data)[i]
                                                    : (double)((const int64_t *)data)[i];
        furrow_value_drop(value);
        return true;
    }
    if (!fv_tag_flat(c->tag) || fv_cell_to_value(c, &value)) return false;
    furrow_err err = furrow_value_as_float64(value, &part[0]);
    furrow_value_drop(value);
    return err == FURROW_OK;
}

static bool put_number(fb_buffer *out, const fv_cell *c)
{
    double part[2];
    if (!number_of(c, part)) return false;
    if (part[1] != 0 || complex_tag(c->tag)) return !fb_buffer_printf(out, " %.17g%+.17gi", part[0], part[1]);
    return !fb_buffer_printf(out, " %.17g", part[0]);
}

static bool put_elements(fb_buffer *out, const furrow_value *value)
{
    size_t n = furrow_value_count(value);
    for (size_t i = 0; i < n; i++) {
        furrow_value *element;
        fv_cell cell;
        if (furrow_value_element(value, i, &element)) return false;
        fv_cell_from_value(element, &cell);
        bool ok = put_number(out, &cell);
        fv_cell_drop(&cell);
        furrow_value_drop(element);
        if (!ok) return false;
    }
    return true;
}

/* "2x3: numbers", column by column; a vector of n has nx1. False: no numbers. */
static bool put_numbers(fb_buffer *out, const fv_cell *cell)
{
    if (fv_tag_flat(cell->tag)) return !fb_buffer_printf(out, "1x1:") && put_number(out, cell);
    if (cell->tag != FURROW_ARRAY && cell->tag != FURROW_RANGE && cell->tag != FURROW_TUPLE) return false;
    const furrow_value *value = cell->p;
    int ndims = cell->tag == FURROW_ARRAY ? furrow_value_ndims(value) : 1;
    for (int i = 0; i < ndims; i++) {
        size_t n = cell->tag == FURROW_ARRAY ? furrow_value_dim(value, i) : furrow_value_count(value);
        if (fb_buffer_printf(out, i ? "x%zu" : "%zu", n)) return false;
    }
    if (ndims == 1) put(out, "x1", 2);
    put(out, ":", 1);
    return put_elements(out, value);
}

static bool near(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    if (isinf(a) || isinf(b)) return a == b;
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

/* Whether two lists of numbers have the same shape and nearly the same numbers. */
static bool same_numbers(const char *a, const char *b)
{
    size_t n = strcspn(a, ":");
    if (strncmp(a, b, n + 1) != 0) return false;
    a += n + 1;
    b += n + 1;
    for (;;) {
        char *x, *y;
        double p = strtod(a, &x), q = strtod(b, &y);
        if (x == a || y == b) return x == a && y == b;
        if (!near(p, q)) return false;
        a = x + (*x == 'i');
        b = y + (*y == 'i');
    }
}

/* --- the cases of a file ---------------------------------------------------------------------------------------------*/

static void case_free(test_case *c)
{
    fb_buffer *all[] = {&c->comment, &c->source, &c->octave, &c->numbers, &c->disassembly, &c->error, &c->shown};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) fb_buffer_free(all[i]);
}

static void take_line(test_case *c, char *line, int number)
{
    fb_buffer *to = &c->shown;
    size_t n = strlen(line);
    char mark = line[0];
    bool marked = n > 1 && (line[1] == ' ' || line[1] == '\n');
    if (mark == '#') to = &c->comment;
    if (marked && mark == '>') to = &c->source;
    if (marked && mark == '%') to = &c->octave;
    if (marked && mark == '=') to = &c->numbers;
    if (marked && mark == '~') to = &c->disassembly;
    if (marked && mark == '!') to = &c->error;
    bool whole = to == &c->shown || to == &c->comment;
    if (to == &c->source && !c->line) c->line = number;
    /* Lines of the text are joined by newlines, the last has none. */
    if (to == &c->source && c->source.nbytes) put(to, "\n", 1);
    if (!whole) {
        size_t skip = line[1] == ' ' ? 2 : 1;
        put(to, line + skip, n - skip - (line[n - 1] == '\n'));
    } else if (strcmp(line, "\\\n") == 0) {
        put(to, "\n", 1);
    } else {
        put(to, line, n);
    }
}

/* The next case; false at the end of the file. */
static bool read_case(FILE *file, int *number, test_case *c)
{
    char line[4096];
    bool any = false;
    *c = (test_case){0};
    while (fgets(line, sizeof line, file)) {
        ++*number;
        if (line[0] == '\n' && any) return true;
        if (line[0] == '\n') continue;
        any = true;
        take_line(c, line, *number);
    }
    return any;
}

static char why[2048];

static bool expected_error(test_case *c, const outcome *o)
{
    const char *want = text_of(&c->error);
    size_t n = strcspn(want, " ");
    const char *name = furrow_err_name(o->err);
    const char *part = want + n + (want[n] == ' ');
    if (strlen(name) == n && strncmp(name, want, n) == 0 && strstr(o->info.message, part)) return true;
    snprintf(why, sizeof why, "gave %s %s, want %s", name, o->err ? o->info.message : "", want);
    return false;
}

static bool expected_numbers(test_case *c, const outcome *o)
{
    fb_buffer is = {0};
    bool ok = put_numbers(&is, &o->last) && same_numbers(text_of(&c->numbers), text_of(&is));
    if (!ok) snprintf(why, sizeof why, "numbers are %.900s, want %.900s", text_of(&is), text_of(&c->numbers));
    fb_buffer_free(&is);
    return ok;
}

static bool as_expected(test_case *c, outcome *o)
{
    if (c->error.nbytes) return expected_error(c, o);
    if (o->err) {
        snprintf(why, sizeof why, "%s %s\n%s", furrow_err_name(o->err), o->info.message, o->info.place);
        return false;
    }
    if (c->disassembly.nbytes && !strstr(text_of(&o->disassembly), text_of(&c->disassembly))) {
        snprintf(why, sizeof why, "%s is not in\n%.1800s", text_of(&c->disassembly), text_of(&o->disassembly));
        return false;
    }
    if (c->numbers.nbytes && !expected_numbers(c, o)) return false;
    if ((c->numbers.nbytes || c->disassembly.nbytes) && !c->shown.nbytes) return true;
    if (strcmp(text_of(&c->shown), text_of(&o->shown)) == 0) return true;
    snprintf(why, sizeof why, "shows\n%.900s\nwant\n%.900s", text_of(&o->shown), text_of(&c->shown));
    return false;
}

static void print_diagnosis(const char *text)
{
    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') printf("# %.*s\n", (int)strcspn(p, "\n"), p);
}

static void print_marked(char mark, fb_buffer *b)
{
    const char *text = text_of(b);
    while (*text) {
        size_t n = strcspn(text, "\n");
        printf("%c %.*s\n", mark, (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void print_shown(const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        printf("%.*s\n", n ? (int)n : 1, n ? text : "\\");
        text += n + (text[n] == '\n');
    }
}

static void write_case(test_case *c, outcome *o)
{
    printf("%s", text_of(&c->comment));
    print_marked('>', &c->source);
    print_marked('%', &c->octave);
    print_marked('=', &c->numbers);
    print_marked('~', &c->disassembly);
    if (o->err)
        printf("! %s %s\n", furrow_err_name(o->err), o->info.message);
    else if (!c->numbers.nbytes)
        print_shown(text_of(&o->shown));
    printf("\n");
}

static bool run_file(const char *path, bool writing, int *count)
{
    FILE *file = fopen(path, "r");
    expr_host *h = expr_host_open();
    test_case c;
    int line = 0;
    bool all = true;
    if (!file || !h) {
        printf("Bail out! %s cannot be read\n", path);
        exit(1);
    }
    while (read_case(file, &line, &c)) {
        outcome o;
        if (!c.source.nbytes && writing) printf("%s\n", text_of(&c.comment));
        if (c.source.nbytes) {
            run_source(h, &c.source, c.disassembly.nbytes > 0, &o);
            bool ok = writing || as_expected(&c, &o);
            if (writing)
                write_case(&c, &o);
            else
                printf("%sok %d - %s:%d %.*s\n", ok ? "" : "not ", *count,
                       strrchr(path, '/') ? strrchr(path, '/') + 1 : path, c.line,
                       (int)strcspn(text_of(&c.source), "\n#"), text_of(&c.source));
            if (!ok) print_diagnosis(why);
            all &= ok;
            ++*count;
            outcome_free(&o);
        }
        case_free(&c);
    }
    fclose(file);
    expr_host_close(h);
    return all;
}

/* --- lines of stdin --------------------------------------------------------------------------------------------------*/

static void number_line(expr_host *h, char *line)
{
    fb_buffer source = {0}, out = {0};
    outcome o;
    put(&source, line, strcspn(line, "\n"));
    run_source(h, &source, false, &o);
    if (o.err)
        printf("error %s %s\n", furrow_err_name(o.err), o.info.message);
    else if (put_numbers(&out, &o.last))
        printf("%s\n", text_of(&out));
    else
        printf("error TYPE no numbers\n");
    fflush(stdout);
    outcome_free(&o);
    fb_buffer_free(&source);
    fb_buffer_free(&out);
}

static int number_lines(void)
{
    char *line = NULL;
    size_t size = 0;
    expr_host *h = expr_host_open();
    if (!h) return 1;
    while (getline(&line, &size, stdin) > 0) number_line(h, line);
    free(line);
    expr_host_close(h);
    return 0;
}

int main(int argc, char **argv)
{
    bool writing = argc > 1 && strcmp(argv[1], "--write") == 0;
    bool all = true;
    int count = 1;
    setvbuf(stdout, NULL, _IOLBF, 0); /* a sanitizer that ends the process flushes nothing */
    if (argc > 1 && strcmp(argv[1], "--numbers") == 0) return number_lines();
    for (int i = writing ? 2 : 1; i < argc; i++) all &= run_file(argv[i], writing, &count);
    if (!writing) printf("1..%d\n", count - 1);
    return all ? 0 : 1;
}
