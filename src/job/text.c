/*
 * text.c - programs of the texts that sow and reap were given lately, so that a loop around them parses once. A small
 * table, each text in the one place its hash gives it. Used by the public calls with text; the session parses itself.
 */
#include "job/eval.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define PLACES 64

typedef struct fj_compiled {
    char *target;  /* NULL: none */
    char *text;    /* NULL: parameter $1 */
    fx_tree *tree; /* keeps module and name */
    fj_text made;
} fj_compiled;

struct fj_texts {
    fj_compiled places[PLACES];
};

furrow_err fj_texts_open(furrow_job *job)
{
    job->service->texts = calloc(1, sizeof(struct fj_texts));
    return job->service->texts ? FURROW_OK : fb_fail(FURROW_ERR_NOMEM, "no memory for the table of texts");
}

static void clear(fj_compiled *c)
{
    free(c->target);
    free(c->text);
    fx_tree_drop(c->tree);
    furrow_program_drop(c->made.program);
    memset(c, 0, sizeof *c);
}

void fj_texts_close(furrow_job *job)
{
    struct fj_texts *t = job->service->texts;
    for (size_t i = 0; t && i < PLACES; i++) clear(&t->places[i]);
    free(t);
    job->service->texts = NULL;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

static furrow_err no_place(const char *target)
{
    furrow_err err = fb_fail(FURROW_ERR_ARG,
                             "\"%.60s\" is not a place that something can be sown to: expected a name (x, Mod.x), "
                             "a field (d.x) or an indexed place (x[1:2])",
                             target);
    fb_fail_symbol(target);
    return err;
}

/* The tree of target = text; each may be missing. *named is the tree whose bare name makes direct access possible. */
static furrow_err parse(const char *target, const char *text, fx_tree **tree, fx_tree **named)
{
    fx_tree *left = NULL, *right = NULL;
    if (target && target[strspn(target, " \t\r\n;")] == '\0') return no_place(target);
    furrow_err err = target ? fx_parse(target, strlen(target), &left) : FURROW_OK;
    if (!err && text) err = fx_parse(text, strlen(text), &right);
    if (!err && left) err = fx_tree_assign(left, right, tree);
    if (err == FURROW_ERR_TYPE) err = no_place(target);
    if (!err && !left) *tree = fx_tree_hold(right);
    if (!err) {
        *named = left ? left : right;
        fx_tree_hold(*named);
    }
    fx_tree_drop(left);
    fx_tree_drop(right);
    return err;
}

static furrow_err compile(const char *target, const char *text, fj_compiled *c)
{
    fx_tree *tree;
    furrow_err err = parse(target, text, &tree, &c->tree);
    if (err) return err;
    /* With its text when it is one: errors there show the place. */
    err = target ? fx_compile_tree(tree, &c->made.program) : furrow_compile(text, SIZE_MAX, &c->made.program);
    fx_tree_drop(tree);
    c->target = copy(target);
    c->text = copy(text);
    if (!err && ((target && !c->target) || (text && !c->text)))
        err = fb_fail(FURROW_ERR_NOMEM, "no memory to keep a text");
    /* A sow of an expression is evaluated there, so only values reach memory directly. */
    if (!err && !(target && text) && !fx_tree_name(c->tree, &c->made.module, &c->made.name))
        c->made.module = c->made.name = NULL;
    return err;
}

furrow_err fj_text_compile(furrow_job *job, const char *target, const char *text, fj_text *out)
{
    uint64_t hash = (target ? fb_hash64(target, strlen(target)) : 0) ^ (text ? ~fb_hash64(text, strlen(text)) : 0);
    fj_compiled *place = &job->service->texts->places[hash % PLACES];
    if (!place->made.program || !same(place->target, target) || !same(place->text, text)) {
        fj_compiled fresh = {0};
        furrow_err err = compile(target, text, &fresh);
        if (err) {
            clear(&fresh);
            return err;
        }
        clear(place);
        *place = fresh;
    }
    if (place->made.met < UINT32_MAX) place->made.met++;
    *out = place->made;
    return FURROW_OK;
}
