/*
 * program.c - programs as counted things with a name (hash), and their bytes: reading and writing the wire form. All
 * counts are checked against what is left, so that no bytes can ask for more memory than they are long.
 */
#include "expr/program.h"
#include "base/error.h"
#include "base/hash.h"
#include "value/wire.h"
#include <stdlib.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "instructions travel as the little-endian words they are"
#endif

static furrow_err damaged(const char *what)
{
    return fb_fail(FURROW_ERR_BYTECODE, "program bytes are damaged: %s", what);
}

/* --- reading --- */

typedef struct reader {
    fb_cursor in;
    fx_image *image;
    char *string; /* where the next one goes */
} reader;

static furrow_err read_count(reader *r, uint32_t most, size_t nbytes_each, const char *what, uint32_t *count)
{
    uint32_t n;
    if (fb_cursor_u32(&r->in, &n)) return damaged("header ends too early");
    if (n > most) return damaged(what);
    if (nbytes_each && n > fb_cursor_left(&r->in) / nbytes_each) return damaged(what);
    *count = n;
    return FURROW_OK;
}

static furrow_err read_u16(reader *r, uint32_t most, const char *what, uint16_t *value)
{
    uint32_t n = 0;
    furrow_err err = read_count(r, most, 0, what, &n);
    *value = (uint16_t)n;
    return err;
}

static furrow_err read_string(reader *r, const char **out)
{
    uint64_t n;
    const void *at;
    if (fb_cursor_varint(&r->in, &n) || n > fb_cursor_left(&r->in) || fb_cursor_take(&r->in, n, &at))
        return damaged("a name ends too early");
    if (memchr(at, 0, n)) return damaged("a name contains NUL");
    memcpy(r->string, at, n);
    *out = r->string;
    r->string += n;
    *r->string++ = 0;
    return FURROW_OK;
}

static furrow_err read_names(reader *r)
{
    fx_image *im = r->image;
    for (uint32_t i = 0; i < im->nnames; i++) {
        furrow_err err = read_string(r, &im->names[i].module);
        if (!err) err = read_string(r, &im->names[i].name);
        if (err) return err;
        if (!im->names[i].name[0]) return damaged("an empty name");
    }
    for (uint32_t i = 0; i < im->nparams; i++) {
        furrow_err err = read_string(r, (const char **)&im->params[i]);
        if (err) return err;
    }
    return FURROW_OK;
}

static furrow_err read_constants(reader *r)
{
    fx_image *im = r->image;
    for (uint32_t i = 0; i < im->nconstants; i++)
        if (fv_wire_get(&r->in, &im->constants[i])) return damaged("a constant cannot be read");
    return FURROW_OK;
}

static furrow_err read_places(reader *r, fx_code *f)
{
    uint64_t pc = 0;
    for (uint32_t i = 0; i < f->nplaces; i++) {
        uint64_t step, line, column;
        if (fb_cursor_varint(&r->in, &step) || fb_cursor_varint(&r->in, &line) || fb_cursor_varint(&r->in, &column))
            return damaged("the table of places ends too early");
        if (step > f->ncode || (pc += step) > f->ncode || line > INT32_MAX || column > INT32_MAX)
            return damaged("the table of places");
        f->places[i] = (fx_spot){(uint32_t)pc, (uint32_t)line, (uint32_t)column};
    }
    return FURROW_OK;
}

static furrow_err read_tables(reader *r, fx_code *f)
{
    f->kw = calloc(f->nkw + 1u, sizeof *f->kw);
    f->up = calloc(f->nup + 1u, 1);
    f->shot = calloc(f->nshot + 1u, sizeof *f->shot);
    f->code = malloc((f->ncode + 1u) * sizeof *f->code);
    f->places = calloc(f->nplaces + 1u, sizeof *f->places);
    if (!f->kw || !f->up || !f->shot || !f->code || !f->places) return fb_fail(FURROW_ERR_NOMEM, NULL);
    furrow_err err = FURROW_OK;
    for (uint32_t i = 0; i < f->nkw && !err; i++) err = read_u16(r, FX_NONE, "a keyword parameter", &f->kw[i]);
    for (uint32_t i = 0; i < f->nshot && !err; i++) err = read_u16(r, f->nup - 1u, "captured values", &f->shot[i]);
    const void *at;
    if (!err && fb_cursor_take(&r->in, f->nup, &at)) err = damaged("captured values");
    if (err) return err;
    memcpy(f->up, at, f->nup);
    if (fb_cursor_take(&r->in, f->ncode * sizeof *f->code, &at)) return damaged("code ends too early");
    memcpy(f->code, at, f->ncode * sizeof *f->code);
    return read_places(r, f);
}

static furrow_err read_function(reader *r, fx_code *f)
{
    furrow_err err = read_u16(r, FX_MAX_REGISTERS, "too many registers", &f->nregs);
    if (!err) err = read_u16(r, f->nregs, "required parameters", &f->nrequired);
    if (!err) err = read_u16(r, f->nregs, "parameters", &f->npositional);
    if (!err) err = read_u16(r, 1, "further parameters", &f->vararg);
    if (!err) err = read_u16(r, f->nregs, "keyword parameters", &f->nkw);
    if (!err) err = read_u16(r, FX_MAX_UPVALUES, "captured values", &f->nup);
    if (!err) err = read_u16(r, f->nup, "captured values", &f->nshot);
    if (!err) err = read_u16(r, FX_NONE, "name of a function", &f->name);
    if (!err) err = read_u16(r, FX_NONE, "text of a function", &f->text);
    if (!err) err = read_count(r, FX_MAX_CODE, sizeof(fx_ins), "length of code", &f->ncode);
    if (!err) err = read_count(r, FX_MAX_CODE, 3, "places", &f->nplaces);
    if (err) return err;
    f->plain = f->vararg || f->nkw ? FX_NOT_PLAIN : f->npositional;
    f->constants = r->image->constants;
    return read_tables(r, f);
}

static furrow_err read_block(reader *r, fx_block *b)
{
    uint16_t reduction = 0, store = 0;
    furrow_err err = read_u16(r, FX_MAX_NODES, "too many nodes in a block", &b->nnodes);
    if (!err) err = read_u16(r, FX_REDUCE_NKINDS - 1, "reduction of a block", &reduction);
    if (!err) err = read_u16(r, FX_STORE_NKINDS - 1, "target of a block", &store);
    if (!err) err = read_u16(r, FX_NONE, "name of a block", &b->reduce_name);
    if (!err) err = read_u16(r, FX_NONE, "target of a block", &b->target);
    if (!err) err = read_u16(r, FX_NONE, "target of a block", &b->index);
    if (!err) err = read_u16(r, FURROW_MAX_NDIMS, "target of a block", &b->nindices);
    if (err) return err;
    b->reduction = (uint8_t)reduction;
    b->store = (uint8_t)store;
    const void *at;
    if (fb_cursor_take(&r->in, b->nnodes * sizeof *b->nodes, &at)) return damaged("a block ends too early");
    b->nodes = malloc((b->nnodes + 1u) * sizeof *b->nodes);
    if (!b->nodes) return fb_fail(FURROW_ERR_NOMEM, NULL);
    memcpy(b->nodes, at, b->nnodes * sizeof *b->nodes);
    return FURROW_OK;
}

static furrow_err read_header(reader *r, size_t nbytes)
{
    fx_image *im = r->image;
    uint32_t magic, version, length;
    if (fb_cursor_u32(&r->in, &magic) || fb_cursor_u32(&r->in, &version) || fb_cursor_u32(&r->in, &length))
        return damaged("header ends too early");
    if (magic != FX_PROGRAM_MAGIC) return damaged("they do not begin as a program does");
    if (version != FX_PROGRAM_VERSION)
        return fb_fail(FURROW_ERR_BYTECODE, "program bytes are of version %u, this is version %u", version,
                       FX_PROGRAM_VERSION);
    if (length != nbytes) return damaged("their length is not what the header says");
    furrow_err err = read_count(r, FX_MAX_NAMES, 2, "too many names", &im->nnames);
    if (!err) err = read_count(r, FX_MAX_NAMES, 1, "too many parameters", &im->nparams);
    if (!err) err = read_count(r, FX_MAX_CONSTANTS, 1, "too many constants", &im->nconstants);
    if (!err) err = read_count(r, FX_MAX_FUNCTIONS, 44, "too many functions", &im->nfunctions);
    if (!err) err = read_count(r, FX_MAX_BLOCKS, 28, "too many blocks", &im->nblocks);
    if (!err) err = read_count(r, FX_MAX_PROGRAM, 1, "text", &im->ntext);
    if (!err && !im->nfunctions) err = damaged("no function");
    return err;
}

static furrow_err read_all(reader *r, size_t nbytes)
{
    fx_image *im = r->image;
    furrow_err err = read_header(r, nbytes);
    if (err) return err;
    im->names = calloc(im->nnames + 1u, sizeof *im->names);
    im->params = calloc(im->nparams + 1u, sizeof *im->params);
    im->constants = calloc(im->nconstants + 1u, sizeof *im->constants);
    im->functions = calloc(im->nfunctions, sizeof *im->functions);
    im->blocks = calloc(im->nblocks + 1u, sizeof *im->blocks);
    im->text = malloc(im->ntext + 1u);
    r->string = im->strings = malloc(2 * nbytes); /* a string of n bytes had n + 1 at least, and takes n + 1 */
    if (!im->names || !im->params || !im->constants || !im->functions || !im->blocks || !im->text || !im->strings)
        return fb_fail(FURROW_ERR_NOMEM, NULL);
    err = read_names(r);
    if (!err) err = read_constants(r);
    for (uint32_t i = 0; i < im->nfunctions && !err; i++) err = read_function(r, &im->functions[i]);
    for (uint32_t i = 0; i < im->nblocks && !err; i++) err = read_block(r, &im->blocks[i]);
    if (err) return err;
    const void *at;
    if (fb_cursor_left(&r->in) != im->ntext || fb_cursor_take(&r->in, im->ntext, &at))
        return damaged("the text does not end where they do");
    memcpy(im->text, at, im->ntext);
    im->text[im->ntext] = 0;
    return FURROW_OK;
}

furrow_err fx_image_read(const void *bytes, size_t nbytes, fx_image *image)
{
    if (nbytes > FX_MAX_PROGRAM) return fb_fail(FURROW_ERR_LIMIT, "a program has at most %u bytes", FX_MAX_PROGRAM);
    fx_image im = {0};
    reader r = {{bytes, (const unsigned char *)bytes + nbytes}, &im, NULL};
    furrow_err err = read_all(&r, nbytes);
    if (err)
        fx_image_free(&im);
    else
        *image = im;
    return err;
}

void fx_image_free(fx_image *im)
{
    for (uint32_t i = 0; im->constants && i < im->nconstants; i++) fv_cell_drop(&im->constants[i]);
    for (uint32_t i = 0; im->functions && i < im->nfunctions; i++) {
        free(im->functions[i].kw);
        free(im->functions[i].up);
        free(im->functions[i].shot);
        free(im->functions[i].code);
        free(im->functions[i].places);
    }
    for (uint32_t i = 0; im->blocks && i < im->nblocks; i++) free(im->blocks[i].nodes);
    free(im->names);
    free(im->params);
    free(im->constants);
    free(im->functions);
    free(im->blocks);
    free(im->text);
    free(im->strings);
    *im = (fx_image){0};
}

/* --- writing --- */

static furrow_err write_string(fb_buffer *out, const char *s)
{
    size_t n = strlen(s);
    furrow_err err = fb_buffer_put_varint(out, n);
    return err ? err : fb_buffer_put(out, s, n);
}

static furrow_err write_words(fb_buffer *out, const uint32_t *words, size_t n)
{
    return fb_buffer_put(out, words, n * sizeof *words);
}

static furrow_err write_function(fb_buffer *out, const fx_code *f)
{
    uint32_t head[] = {f->nregs, f->nrequired, f->npositional, f->vararg, f->nkw,    f->nup,
                       f->nshot, f->name,      f->text,        f->ncode,  f->nplaces};
    furrow_err err = write_words(out, head, sizeof head / sizeof *head);
    for (uint32_t i = 0; i < f->nkw && !err; i++) err = fb_buffer_put_u32(out, f->kw[i]);
    for (uint32_t i = 0; i < f->nshot && !err; i++) err = fb_buffer_put_u32(out, f->shot[i]);
    if (!err && f->nup) err = fb_buffer_put(out, f->up, f->nup);
    if (!err) err = fb_buffer_put(out, f->code, f->ncode * sizeof *f->code);
    uint32_t pc = 0;
    for (uint32_t i = 0; i < f->nplaces && !err; i++) {
        err = fb_buffer_put_varint(out, f->places[i].pc - pc);
        if (!err) err = fb_buffer_put_varint(out, f->places[i].line);
        if (!err) err = fb_buffer_put_varint(out, f->places[i].column);
        pc = f->places[i].pc;
    }
    return err;
}

static furrow_err write_block(fb_buffer *out, const fx_block *b)
{
    uint32_t head[] = {b->nnodes, b->reduction, b->store, b->reduce_name, b->target, b->index, b->nindices};
    furrow_err err = write_words(out, head, sizeof head / sizeof *head);
    return err ? err : fb_buffer_put(out, b->nodes, b->nnodes * sizeof *b->nodes);
}

furrow_err fx_image_write(const fx_image *im, fb_buffer *out)
{
    uint32_t head[] = {FX_PROGRAM_MAGIC, FX_PROGRAM_VERSION, 0,           im->nnames, im->nparams,
                       im->nconstants,   im->nfunctions,     im->nblocks, im->ntext};
    size_t start = out->nbytes;
    furrow_err err = write_words(out, head, sizeof head / sizeof *head);
    for (uint32_t i = 0; i < im->nnames && !err; i++) {
        err = write_string(out, im->names[i].module);
        if (!err) err = write_string(out, im->names[i].name);
    }
    for (uint32_t i = 0; i < im->nparams && !err; i++) err = write_string(out, im->params[i]);
    for (uint32_t i = 0; i < im->nconstants && !err; i++) err = fv_wire_put(out, &im->constants[i]);
    for (uint32_t i = 0; i < im->nfunctions && !err; i++) err = write_function(out, &im->functions[i]);
    for (uint32_t i = 0; i < im->nblocks && !err; i++) err = write_block(out, &im->blocks[i]);
    if (!err && im->ntext) err = fb_buffer_put(out, im->text, im->ntext);
    if (err) return err;
    uint32_t length = (uint32_t)(out->nbytes - start);
    memcpy(out->bytes + start + 8, &length, sizeof length);
    return FURROW_OK;
}

/* --- programs --- */

static furrow_err program_new(const void *bytes, size_t nbytes, furrow_program **out)
{
    furrow_program *p = calloc(1, sizeof *p);
    if (!p || !(p->bytes = malloc(nbytes + 1))) {
        free(p);
        return fb_fail(FURROW_ERR_NOMEM, NULL);
    }
    memcpy(p->bytes, bytes, nbytes);
    p->nbytes = nbytes;
    atomic_init(&p->refs, 1);
    fb_hash128(bytes, nbytes, p->hash);
    furrow_err err = fx_image_read(p->bytes, nbytes, &p->image);
    if (!err) err = fx_image_check(&p->image);
    if (err)
        furrow_program_drop(p);
    else
        *out = p;
    return err;
}

/* Constants of a program outlive the run that loads it: no meter pays for them. */
furrow_err furrow_program_load(const void *bytes, size_t nbytes, furrow_program **out)
{
    if (!bytes || !out) return fb_fail(FURROW_ERR_ARG, "a program needs bytes and a place to go to");
    if (nbytes > FX_MAX_PROGRAM) return fb_fail(FURROW_ERR_LIMIT, "a program has at most %u bytes", FX_MAX_PROGRAM);
    fv_meter *meter = fv_meter_swap(NULL);
    furrow_err err = program_new(bytes, nbytes, out);
    fv_meter_swap(meter);
    return err;
}

furrow_err fx_verify(const void *bytes, size_t nbytes)
{
    fx_image image;
    furrow_err err = fx_image_read(bytes, nbytes, &image);
    if (err) return err;
    err = fx_image_check(&image);
    fx_image_free(&image);
    return err;
}

const void *furrow_program_bytes(const furrow_program *program, size_t *nbytes)
{
    if (nbytes) *nbytes = program->nbytes;
    return program->bytes;
}

void furrow_program_hash(const furrow_program *program, uint8_t hash[16])
{
    memcpy(hash, program->hash, 16);
}

size_t furrow_program_nparams(const furrow_program *program)
{
    return program->image.nparams;
}

const char *furrow_program_param(const furrow_program *program, size_t index)
{
    return index < program->image.nparams ? program->image.params[index] : NULL;
}

furrow_program *furrow_program_hold(furrow_program *program)
{
    atomic_fetch_add_explicit(&program->refs, 1, memory_order_relaxed);
    return program;
}

void furrow_program_drop(furrow_program *program)
{
    /* Release: what this thread did with the program is over before another one's acquire frees it. */
    if (!program || atomic_fetch_sub_explicit(&program->refs, 1, memory_order_release) != 1) return;
    atomic_thread_fence(memory_order_acquire);
    fx_image_free(&program->image);
    free(program->bytes);
    free(program);
}

void fx_code_place(const fx_code *code, uint32_t pc, int *line, int *column)
{
    *line = *column = 0;
    for (uint32_t i = 0; i < code->nplaces && code->places[i].pc <= pc; i++) {
        *line = (int)code->places[i].line;
        *column = (int)code->places[i].column;
    }
}

const char *fx_image_symbol(const fx_image *image, uint16_t constant)
{
    return constant == FX_NONE ? "" : ((const fv_text *)image->constants[constant].p)->bytes;
}
