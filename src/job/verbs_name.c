/*
 * verbs_name.c - names and files at the prompt: lookup, dictify, filterpaths, save and load. All of them concern this
 * pid alone.
 */
#include "job/parts.h"
#include "job/session.h"
#include <dirent.h>
#include <errno.h>
#include <furrow/file.h>
#include <stdlib.h>

/* --- lists of texts that match a regular expression */

typedef struct fj_matches {
    fv_cell *items;
    size_t n, room;
} fj_matches;

/* The regular expression itself, or the one a string spells. */
static furrow_err regex_of(const fv_cell *cell, fv_cell *regex)
{
    const char *text;
    if (cell->tag == FURROW_REGEX) {
        fv_cell_hold(cell);
        *regex = *cell;
        return FURROW_OK;
    }
    furrow_value *made;
    furrow_err err = fj_verb_text(cell, "a regular expression", &text);
    if (!err) err = fv_text_new(FURROW_REGEX, text, strlen(text), &made);
    if (!err) *regex = (fv_cell){.tag = FURROW_REGEX, .p = made};
    return err;
}

static furrow_err matches(const fx_call *call, const fv_cell *regex, const fv_cell *text, bool *yes)
{
    furrow_value *name;
    fv_cell answer, args[2] = {{.tag = FURROW_NOTHING}, *text};
    furrow_err err = furrow_value_symbol("ismatch", &name);
    if (err) return err;
    err = regex_of(regex, &args[0]);
    if (!err) err = fx_apply(call->vm, &(fv_cell){.tag = FURROW_SYMBOL, .p = name}, args, 2, &answer);
    if (args[0].tag == FURROW_REGEX) fv_cell_drop(&args[0]);
    furrow_value_drop(name);
    if (err) return err;
    err = fx_truth(&answer, yes);
    fv_cell_drop(&answer);
    return err;
}

/* Takes item over. */
static furrow_err add(fj_matches *list, furrow_type type, furrow_value *item)
{
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        fv_cell *more = realloc(list->items, room * sizeof *more);
        if (!more) {
            furrow_value_drop(item);
            return fb_fail(FURROW_ERR_NOMEM, "no memory for a list of names");
        }
        list->items = more;
        list->room = room;
    }
    list->items[list->n++] = (fv_cell){.tag = type, .p = item};
    return FURROW_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const fv_text *)((const fv_cell *)a)->p)->bytes, ((const fv_text *)((const fv_cell *)b)->p)->bytes);
}

/* The sorted list as an array; the list is used up. */
static furrow_err finish(fj_matches *list, furrow_type type, furrow_err err, fv_cell *out)
{
    fv_array *array = NULL;
    if (!err) err = fv_array_new(type, 1, &list->n, &array);
    if (err) {
        for (size_t i = 0; i < list->n; i++) fv_cell_drop(&list->items[i]);
    } else {
        if (list->n) {
            qsort(list->items, list->n, sizeof *list->items, by_text);
            memcpy(array->data, list->items, list->n * sizeof *list->items);
        }
        *out = (fv_cell){.tag = FURROW_ARRAY, .p = &array->head};
    }
    free(list->items);
    return err;
}

static furrow_err add_if_match(const fx_call *call, fj_matches *list, const char *tested, const char *kept, bool symbol)
{
    furrow_value *text, *item;
    bool yes;
    furrow_err err = furrow_value_string(tested, SIZE_MAX, &text);
    if (err) return err;
    err = matches(call, &call->args[1], &(fv_cell){.tag = FURROW_STRING, .p = text}, &yes);
    furrow_value_drop(text);
    if (err || !yes) return err;
    err = symbol ? furrow_value_symbol(kept, &item) : furrow_value_string(kept, SIZE_MAX, &item);
    return err ? err : add(list, symbol ? FURROW_SYMBOL : FURROW_STRING, item);
}

/* lookup(module, r"regex"): names of the module's symbols at this pid. */
furrow_err fj_verb_do_lookup(const fx_call *call, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    fj_matches list = {0};
    const char *module;
    furrow_err err = fj_verb_text(&call->args[0], "a module", &module);
    for (size_t i = 0; !err && fj_symbol_at(job, i); i++) {
        const fj_entry *entry = fj_symbol_at(job, i);
        if (entry->slot.tag == FX_UNBOUND || strcmp(entry->module, module) != 0) continue;
        err = add_if_match(call, &list, entry->name, entry->name, true);
    }
    return finish(&list, FURROW_SYMBOL, err, out);
}

/* filterpaths(dir, "regex"): paths of the entries of dir whose names match. */
furrow_err fj_verb_do_filterpaths(const fx_call *call, fv_cell *out)
{
    fj_matches list = {0};
    const char *path;
    const struct dirent *item;
    furrow_err err = fj_verb_text(&call->args[0], "a folder", &path);
    if (err) return err;
    DIR *dir = opendir(path);
    if (!dir) return fb_fail_errno(errno, "the folder %s cannot be read", path);
    bool slash = *path && path[strlen(path) - 1] == '/';
    while (!err && (item = readdir(dir))) {
        fb_buffer whole;
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0) continue;
        fb_buffer_init(&whole, 0);
        err = fb_buffer_printf(&whole, "%s%s%s", path, slash ? "" : "/", item->d_name);
        if (!err) err = add_if_match(call, &list, item->d_name, (const char *)whole.bytes, false);
        fb_buffer_free(&whole);
    }
    closedir(dir);
    return finish(&list, FURROW_STRING, err, out);
}

/* --- symbols as a dictionary */

/* dict[name] = the symbol of that name in the module. */
static furrow_err add_symbol(furrow_job *job, const char *module, const fv_cell *name, fv_dict *dict)
{
    fj_entry *entry = NULL;
    fv_cell value, key = {.tag = FURROW_SYMBOL};
    const char *text = ((const fv_text *)name->p)->bytes;
    furrow_err err = fj_symbol_find(job, module, text, false, &entry);
    if (!err && !entry) err = fb_fail(FURROW_ERR_NO_SYMBOL, "%s is not defined in %s", text, module);
    if (!err) err = furrow_value_symbol(text, &key.p);
    if (err) return err;
    err = fj_symbol_value(job, entry, &value);
    if (!err) {
        err = fv_dict_set(dict, &key, &value);
        fv_cell_drop(&value);
    }
    fv_cell_drop(&key);
    return err;
}

/* The symbols named by cells, as Dict{Symbol,Any} in the order of their names. */
static furrow_err dictify(const fx_call *call, const fv_cell *names, size_t n, fv_cell *out)
{
    furrow_job *job = fj_session_of(call)->job;
    const fv_cell *mod = fj_verb_keyword(call, "mod");
    const char *module = FJ_MAIN, *name;
    fv_dict *dict;
    furrow_err err = mod ? fj_verb_text(mod, "a module", &module) : FURROW_OK;
    for (size_t i = 0; !err && i < n; i++) err = fj_verb_text(&names[i], "a name", &name);
    if (err) return err;
    fv_cell *sorted = malloc(n * sizeof *sorted);
    if (!sorted) return fb_fail(FURROW_ERR_NOMEM, "no memory for %zu names", n);
    memcpy(sorted, names, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_text);
    err = fv_dict_new(FURROW_SYMBOL, FURROW_ANY, &dict);
    for (size_t i = 0; !err && i < n; i++) {
        err = add_symbol(job, module, &sorted[i], dict);
        if (err) furrow_value_drop(fv_dict_value(dict));
    }
    if (!err) *out = (fv_cell){.tag = FURROW_DICT, .p = fv_dict_value(dict)};
    free(sorted);
    return err;
}

furrow_err fj_verb_do_dictify(const fx_call *call, fv_cell *out)
{
    return dictify(call, call->args, call->nargs, out);
}

/* --- files */

static bool names_only(const fv_cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cells[i].tag != FURROW_SYMBOL) return false;
    return true;
}

static furrow_file_opts file_options(const fx_call *call)
{
    const furrow_session *session = fj_session_of(call);
    furrow_file_opts opts = FURROW_OPTS_INIT(furrow_file_opts);
    opts.progress = session->progress;
    opts.user = session->progress_user;
    return opts;
}

/* save(path, value), or save(path, :a, :b, ...): those symbols as a dictionary. */
furrow_err fj_verb_do_save(const fx_call *call, fv_cell *out)
{
    const char *path;
    fv_cell what = call->args[1];
    furrow_value *value;
    bool names = names_only(call->args + 1, call->nargs - 1);
    furrow_err err = fj_verb_text(&call->args[0], "a path", &path);
    if (!err && !names && call->nargs > 2)
        err = fb_fail(FURROW_ERR_ARG, "save takes a path and one value, or a path and names (:a, :b)");
    if (!err && names) err = dictify(call, call->args + 1, call->nargs - 1, &what);
    if (err) return err;
    err = fv_cell_to_value(&what, &value);
    if (names) fv_cell_drop(&what);
    if (err) return err;
    furrow_file_opts opts = file_options(call);
    err = furrow_save(path, value, &opts);
    furrow_value_drop(value);
    *out = (fv_cell){.tag = FURROW_NOTHING};
    return err;
}

furrow_err fj_verb_do_load(const fx_call *call, fv_cell *out)
{
    const char *path;
    furrow_value *value;
    furrow_file_opts opts = file_options(call);
    furrow_err err = fj_verb_text(&call->args[0], "a path", &path);
    if (!err) err = furrow_load(path, &opts, &value);
    if (err) return err;
    fv_cell_from_value(value, out);
    furrow_value_drop(value);
    return FURROW_OK;
}
