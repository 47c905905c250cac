/*
 * exception.c - error, throw, rethrow and what catch gets: the value that was thrown, or an exception made of what a
 * builtin failed with.
 */
#include "value/exception.h"
#include "base/hash.h"
#include "expr/builtins.h"
#include "expr/strings.h"

static uint64_t hash_of(const char *text)
{
    return fb_hash64(text, strlen(text));
}

void fx_exceptions_clear(fx_exceptions *e)
{
    if (e->thrown) fv_cell_drop(&e->value_thrown);
    if (e->caught) fv_cell_drop(&e->value_caught);
    e->thrown = e->caught = false;
}

/* --- catching --- */

/* The kind of what builtins say without naming one. */
static fv_exception kind_of(furrow_err code, const char *message)
{
    switch (code) {
    case FURROW_ERR_NAME:
        return FV_EXCEPTION_UndefVarError;
    case FURROW_ERR_TYPE:
        return strncmp(message, "no method", 9) == 0 ? FV_EXCEPTION_MethodError : FV_EXCEPTION_TypeError;
    case FURROW_ERR_ARG:
        return FV_EXCEPTION_ArgumentError;
    case FURROW_ERR_BOUNDS:
        return FV_EXCEPTION_BoundsError;
    case FURROW_ERR_SHAPE:
        return FV_EXCEPTION_DimensionMismatch;
    case FURROW_ERR_OVERFLOW:
        return FV_EXCEPTION_OverflowError;
    case FURROW_ERR_SYNTAX:
    case FURROW_ERR_INCOMPLETE:
        return FV_EXCEPTION_ParseError;
    default:
        return FV_EXCEPTION_ErrorException;
    }
}

/* "KIND: text" */
static furrow_err exception_new(fv_exception kind, const char *message, fv_cell *out)
{
    fb_buffer text;
    furrow_value *made;
    fb_buffer_init(&text, 0);
    const char *name = fv_exception_name(kind);
    furrow_err err = fx_text_put(&text, name, strlen(name));
    if (!err && *message) err = fx_text_put(&text, ": ", 2);
    if (!err) err = fx_text_put(&text, message, strlen(message));
    if (!err) err = fv_text_new(FURROW_EXCEPTION, (const char *)text.bytes, text.nbytes, &made);
    fb_buffer_free(&text);
    if (!err) *out = fx_box(made);
    return err;
}

/* Messages may have been cut in the middle of a character. */
static void cut_whole(char *message)
{
    size_t n = strlen(message), back = 0;
    while (back < n && back < 4 && ((unsigned char)message[n - 1 - back] & 0xC0) == 0x80) back++;
    if (back < n && (unsigned char)message[n - 1 - back] >= 0xC0 && !fb_utf8_valid(message + n - 1 - back, back + 1))
        message[n - 1 - back] = '\0';
}

static furrow_err made_of_error(furrow_err code, char *message, fv_cell *out)
{
    cut_whole(message);
    fv_exception kind = fv_exception_of(message);
    if (kind == FV_EXCEPTION_ANY) return exception_new(kind_of(code, message), message, out);
    const char *after = message + strlen(fv_exception_name(kind));
    return exception_new(kind, *after ? after + 2 : after, out);
}

furrow_err fx_exception_catch(fx_vm *vm, furrow_err code, fv_cell *out)
{
    fx_exceptions *e = fx_vm_exceptions(vm);
    furrow_error_info info;
    fb_fail_save(&info);
    bool thrown = e->thrown && e->text_thrown == hash_of(info.message);
    if (thrown) {
        *out = e->value_thrown;
    } else {
        FX_TRY(made_of_error(code, info.message, out));
        if (e->thrown) fv_cell_drop(&e->value_thrown);
    }
    e->thrown = false;
    if (e->caught) fv_cell_drop(&e->value_caught);
    e->caught = true;
    e->value_caught = *out;
    e->code_caught = code;
    fv_cell_hold(out);
    return FURROW_OK;
}

/* --- throwing --- */

/* An ErrorException says only what it was given. */
static const char *text_of(const fv_text *exception)
{
    bool plain = fv_exception_of(exception->bytes) == FV_EXCEPTION_ErrorException;
    return plain ? fv_exception_message(exception) : exception->bytes;
}

/* Fails with what print shows of the value. */
static furrow_err throw(fx_vm * vm, furrow_err code, const fv_cell *value)
{
    fx_exceptions *e = fx_vm_exceptions(vm);
    furrow_error_info info;
    if (value->tag == FURROW_EXCEPTION) {
        code = fb_fail(code, "%.480s", text_of(fx_text(value)));
    } else {
        fb_buffer text;
        fb_buffer_init(&text, 0);
        furrow_err err = fx_print(&text, value);
        code =
            err ? err : fb_fail(code, "%.*s", (int)(text.nbytes < 480 ? text.nbytes : 480), (const char *)text.bytes);
        fb_buffer_free(&text);
        if (err) return err;
    }
    fb_fail_save(&info);
    fv_cell_hold(value);
    if (e->thrown) fv_cell_drop(&e->value_thrown);
    e->thrown = true;
    e->value_thrown = *value;
    e->text_thrown = hash_of(info.message);
    return code;
}

static furrow_err do_throw(const fx_call *call, fv_cell *out)
{
    (void)out;
    return throw(call->vm, FURROW_ERR_EVAL, call->args);
}

static furrow_err do_error(const fx_call *call, fv_cell *out)
{
    fv_cell text, exception;
    (void)out;
    FX_TRY(fx_builtin_find("string", 6)->function(call, &text));
    furrow_err err = exception_new(FV_EXCEPTION_ErrorException, fx_text(&text)->bytes, &exception);
    fv_cell_drop(&text);
    if (err) return err;
    err = throw(call->vm, FURROW_ERR_EVAL, &exception);
    fv_cell_drop(&exception);
    return err;
}

/* rethrow() inside catch: what was caught goes on, with the code that it came with. */
static furrow_err do_rethrow(const fx_call *call, fv_cell *out)
{
    fx_exceptions *e = fx_vm_exceptions(call->vm);
    (void)out;
    if (!call->nargs && !e->caught) return fb_fail(FURROW_ERR_ARG, "rethrow() needs something that was caught");
    const fv_cell *value = call->nargs ? call->args : &e->value_caught;
    bool same = e->caught && value->tag == e->value_caught.tag && value->u == e->value_caught.u;
    return throw(call->vm, same ? e->code_caught : FURROW_ERR_EVAL, value);
}

/* --- exceptions as values --- */

furrow_err fx_exception_call(unsigned kind, const fx_call *call, fv_cell *out)
{
    fb_buffer text;
    fb_buffer_init(&text, 0);
    furrow_err err = FURROW_OK;
    for (size_t i = 0; i < call->nargs && !err; i++) {
        if (i) err = fx_text_put(&text, ", ", 2);
        if (!err) err = fx_print(&text, &call->args[i]);
    }
    if (!err) err = fx_text_put(&text, "", 1);
    fv_exception made = kind == FV_EXCEPTION_ANY ? FV_EXCEPTION_ErrorException : (fv_exception)kind;
    if (!err) err = exception_new(made, (const char *)text.bytes, out);
    fb_buffer_free(&text);
    return err;
}

/* The name between the first two backticks of a message. */
static furrow_err name_in(const char *message, fv_cell *out)
{
    const char *from = strchr(message, '`'), *to = from ? strchr(from + 1, '`') : NULL;
    furrow_value *symbol;
    FX_TRY(
        fv_text_new(FURROW_SYMBOL, to ? from + 1 : message, to ? (size_t)(to - from - 1) : strlen(message), &symbol));
    *out = fx_box(symbol);
    return FURROW_OK;
}

furrow_err fx_exception_field(const fv_cell *exception, const char *name, fv_cell *out)
{
    const fv_text *text = fx_text(exception);
    const char *message = fv_exception_message(text), *kind = fv_exception_name(fv_exception_of(text->bytes));
    if (!strcmp(name, "msg")) return fx_string(message, strlen(message), out);
    if (!strcmp(name, "var") && fv_exception_of(text->bytes) == FV_EXCEPTION_UndefVarError)
        return name_in(message, out);
    return fb_fail(FURROW_ERR_TYPE, "%s has no field %s, its text is in msg", kind, name);
}

/* The text that an error at the prompt has. */
static furrow_err error_text(const fx_call *call, const fv_cell *x, size_t n, fv_cell *out)
{
    if (n != 1) return fb_fail(FURROW_ERR_ARG, "showerror takes 1 value, %zu given", n);
    if (x->tag != FURROW_EXCEPTION)
        return fx_builtin_find("string", 6)->function(&(fx_call){.vm = call->vm, .args = x, .nargs = 1}, out);
    const char *text = text_of(fx_text(x));
    return fx_string(text, strlen(text), out);
}

/* sprint(showerror, e), sprint(print, x...), sprint(show, x): what they would write. */
static furrow_err do_sprint(const fx_call *call, fv_cell *out)
{
    const fv_cell *f = call->args;
    const char *name = f->tag == FURROW_FUNCTION ? ((const fv_text *)((const fv_code *)f->p)->text)->bytes : "";
    const fx_call rest = {.vm = call->vm, .args = f + 1, .nargs = call->nargs - 1};
    if (!strcmp(name, "showerror")) return error_text(call, rest.args, rest.nargs, out);
    bool show = !strcmp(name, "repr");
    if (show && rest.nargs != 1) return fb_fail(FURROW_ERR_ARG, "repr takes 1 argument, %zu given", rest.nargs);
    if (!show && strcmp(name, "print") != 0 && strcmp(name, "string") != 0)
        return fb_fail(FURROW_ERR_ARG, "sprint takes print, repr or showerror as the function that writes");
    return fx_builtin_find(show ? "repr" : "string", show ? 4 : 6)->function(&rest, out);
}

/* showerror(e): prints it, where the surroundings print. */
static furrow_err do_showerror(const fx_call *call, fv_cell *out)
{
    const fx_host *host = fx_vm_host(call->vm);
    fv_cell text;
    fx_function print;
    void *user;
    if (!host || !host->function || !host->function(host->self, "print", &print, &user))
        return fb_fail(FURROW_ERR_NAME, "`print` is not defined here; sprint(showerror, e) gives the text");
    FX_TRY(error_text(call, call->args, 1, &text));
    furrow_err err = print(&(fx_call){.vm = call->vm, .user = user, .args = &text, .nargs = 1}, out);
    fv_cell_drop(&text);
    return err;
}

const fx_builtin fx_builtins_exception[] = {
    {"error", do_error, 0, -1, false},   {"throw", do_throw, 1, 1, false},         {"rethrow", do_rethrow, 0, 1, false},
    {"sprint", do_sprint, 2, -1, false}, {"showerror", do_showerror, 1, 1, false}, {NULL}};
