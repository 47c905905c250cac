/*
 * verify.c - the verifier: looks at every instruction of a program that has been read, by the letters of the opcode
 * table. What passes can name no register, constant, name or function that is not there, and can jump only to
 * instructions; so the machine checks none of that again. Knows neither compiler nor machine.
 */
#include "expr/block.h"
#include "expr/program.h"
#include "base/error.h"

typedef struct check {
    const fx_image *image;
    const fx_code *f;
    uint32_t function;
    uint32_t pc;
} check;

static furrow_err refuse(const check *c, const char *what)
{
    return fb_fail(FURROW_ERR_BYTECODE, "function %u, instruction %u: %s", c->function, c->pc, what);
}

static furrow_err range(const check *c, uint32_t first, uint32_t count)
{
    if (first >= c->f->nregs || count > c->f->nregs - first) return refuse(c, "no such register");
    return FURROW_OK;
}

/* FUSE names registers through its block. */
static furrow_err block(const check *c, uint32_t index)
{
    if (index >= c->image->nblocks) return refuse(c, "no such block");
    const fx_block *b = &c->image->blocks[index];
    for (uint32_t i = 0; i < b->nnodes; i++) {
        const fx_node *n = &b->nodes[i];
        furrow_err err = FURROW_OK;
        if (n->kind == FX_NODE_REG || n->kind == FX_NODE_SLICE) err = range(c, n->a, 1);
        if (!err && n->kind == FX_NODE_SLICE) err = range(c, n->b, n->c);
        if (err) return err;
    }
    if (!b->store) return FURROW_OK;
    if (b->target >= c->f->nregs) return refuse(c, "no such register");
    return range(c, b->index, b->nindices);
}

static furrow_err letter(const check *c, char kind, uint16_t value, const fx_ins *in)
{
    const fx_image *im = c->image;
    switch (kind) {
    case 'W':
    case 'R':
        return range(c, value, 1);
    case '2':
        return range(c, value, 2);
    case '3':
        return range(c, value, 3);
    case '*':
        return range(c, value, in->c + 2u * in->n + (in->c + in->n == 0));
    case 'p':
        return range(c, value, 1 + 2u * in->n);
    case 'u':
    case 'b':
        return in->c ? range(c, value, in->c) : FURROW_OK;
    case 'x':
    case 'r':
        return in->n ? range(c, value, in->n) : FURROW_OK;
    case 'f': {
        uint32_t nup = im->functions[in->b].nup;
        return nup ? range(c, value, nup) : FURROW_OK;
    }
    case 'K':
        return value < im->nconstants ? FURROW_OK : refuse(c, "no such constant");
    case 'N':
        return value < im->nnames ? FURROW_OK : refuse(c, "no such name");
    case 'F':
        return value && value < im->nfunctions ? FURROW_OK : refuse(c, "no such function");
    case 'U':
        return value < c->f->nup ? FURROW_OK : refuse(c, "no such captured value");
    case 'B':
        return block(c, value);
    case 'J':
        return in->j > c->pc && in->j < c->f->ncode ? FURROW_OK : refuse(c, "jump out of place");
    case 'L':
        return in->j <= c->pc ? FURROW_OK : refuse(c, "loop out of place");
    case 'S':
        return value < c->f->ncode - c->pc - 1 ? FURROW_OK : refuse(c, "skip out of place");
    case '1':
        return value <= 1 ? FURROW_OK : refuse(c, "operand is neither 0 nor 1");
    case '.':
        return value == 0 ? FURROW_OK : refuse(c, "unused operand is not 0");
    default:
        return FURROW_OK; /* i, I, c, -: any number */
    }
}

static furrow_err letter_n(const check *c, char kind, uint8_t n)
{
    switch (kind) {
    case '.':
        return n == 0 ? FURROW_OK : refuse(c, "unused operand is not 0");
    case 'o':
        return n < FX_OP_NBINARY ? FURROW_OK : refuse(c, "no such operator");
    case 'u':
        return n <= FX_UN_TRANSPOSE ? FURROW_OK : refuse(c, "no such operator");
    case 'r':
        return n == 2 || n == 3 ? FURROW_OK : refuse(c, "a range has two or three parts");
    case 't':
        return n <= FURROW_ANY ? FURROW_OK : refuse(c, "no such type");
    default:
        return FURROW_OK;
    }
}

/* What letters alone cannot say. */
static furrow_err special(const check *c, const fx_ins *in)
{
    const fx_image *im = c->image;
    switch (in->op) {
    case FX_DO_SELF:
        return c->function ? FURROW_OK : refuse(c, "the program itself is not a function");
    case FX_DO_CHECK:
        return im->constants[in->b].tag == FURROW_SYMBOL ? FURROW_OK : refuse(c, "not a name");
    case FX_DO_QUOTE:
        return im->constants[in->b].tag == FURROW_EXPR ? FURROW_OK : refuse(c, "not an expression");
    case FX_DO_DOTCALL:
        return in->c ? FURROW_OK : refuse(c, "nothing to broadcast over");
    default:
        return FURROW_OK;
    }
}

static furrow_err instruction(const check *c)
{
    const fx_ins *in = &c->f->code[c->pc];
    if (in->op >= FX_NOPCODES) return refuse(c, "no such instruction");
    const char *shape = fx_opcode_table[in->op].shape;
    furrow_err err = letter_n(c, shape[3], in->n);
    if (!err) err = letter(c, shape[0], in->a, in);
    if (!err) err = letter(c, shape[1], in->b, in);
    if (!err && shape[2] != '-') err = letter(c, shape[2], in->c, in);
    return err ? err : special(c, in);
}

static furrow_err symbol(const check *c, uint16_t constant, furrow_type type)
{
    if (constant == FX_NONE) return FURROW_OK;
    if (constant >= c->image->nconstants || c->image->constants[constant].tag != type)
        return refuse(c, "a name or text of the function is not one");
    return FURROW_OK;
}

static furrow_err function(check *c)
{
    const fx_code *f = c->f;
    uint32_t nparams = (uint32_t)f->npositional + f->vararg + f->nkw;
    if (f->nregs == 0 || nparams > f->nregs || f->nrequired > f->npositional)
        return refuse(c, "more parameters than registers");
    if (f->nup && !c->function) return refuse(c, "the program itself captures nothing");
    if (!c->function && (f->vararg || f->nkw || f->npositional != c->image->nparams || f->nrequired != f->npositional))
        return refuse(c, "parameters of the program");
    furrow_err err = symbol(c, f->name, FURROW_SYMBOL);
    if (!err) err = symbol(c, f->text, FURROW_STRING);
    for (uint32_t i = 0; i < f->nkw && !err; i++)
        err = f->kw[i] == FX_NONE ? refuse(c, "a keyword parameter without name") : symbol(c, f->kw[i], FURROW_SYMBOL);
    for (uint32_t i = 0; i < f->nup && !err; i++)
        if (f->up[i] > FX_UP_BOXED) err = refuse(c, "captured values");
    if (err) return err;
    uint8_t last = f->ncode ? f->code[f->ncode - 1].op : FX_DO_NOP;
    if (last != FX_DO_RETURN && last != FX_DO_LOOP) return refuse(c, "does not end");
    for (c->pc = 0; c->pc < f->ncode && !err; c->pc++) err = instruction(c);
    return err;
}

static furrow_err node(const fx_image *im, uint32_t i, const fx_node *n)
{
    static const struct {
        uint8_t nodes, nops;
        bool name, flag;
    } kinds[FX_NODE_NKINDS] = {
        [FX_NODE_REG] = {0, 1, false, false},
        [FX_NODE_CONSTANT] = {0, 1, false, false},
        [FX_NODE_SLICE] = {0, 1, false, false},
        [FX_NODE_BINARY] = {2, FX_OP_NBINARY, false, true},
        [FX_NODE_UNARY] = {1, FX_UN_TRANSPOSE + 1, false, true},
        [FX_NODE_CALL1] = {1, FX_K1_NKERNELS, true, false},
        [FX_NODE_CALL2] = {2, FX_K2_NKERNELS, true, false},
    };
    if (n->kind >= FX_NODE_NKINDS || n->op >= kinds[n->kind].nops) goto bad;
    if (kinds[n->kind].nodes >= 1 && n->a >= i) goto bad;
    if (kinds[n->kind].nodes >= 2 && n->b >= i) goto bad;
    if (n->kind == FX_NODE_CONSTANT && n->a >= im->nconstants) goto bad;
    if (n->kind == FX_NODE_SLICE && (n->c == 0 || n->c > FURROW_MAX_NDIMS)) goto bad;
    if (kinds[n->kind].name && n->c >= im->nnames) goto bad;
    if (kinds[n->kind].flag && n->c > 1) goto bad;
    return FURROW_OK;
bad:
    return fb_fail(FURROW_ERR_BYTECODE, "a block's node %u is not valid", i);
}

static furrow_err blocks(const fx_image *im)
{
    for (uint32_t k = 0; k < im->nblocks; k++) {
        const fx_block *b = &im->blocks[k];
        if (b->nnodes == 0 || b->nodes[b->nnodes - 1].kind <= FX_NODE_SLICE)
            return fb_fail(FURROW_ERR_BYTECODE, "block %u does nothing", k);
        if (b->reduction && b->reduce_name >= im->nnames)
            return fb_fail(FURROW_ERR_BYTECODE, "block %u: no such name", k);
        if (b->reduction && b->store) return fb_fail(FURROW_ERR_BYTECODE, "block %u stores a reduction", k);
        if (b->store && b->nindices == 0) return fb_fail(FURROW_ERR_BYTECODE, "block %u stores nowhere", k);
        for (uint32_t i = 0; i < b->nnodes; i++) {
            furrow_err err = node(im, i, &b->nodes[i]);
            if (err) return err;
        }
    }
    return FURROW_OK;
}

furrow_err fx_image_check(const fx_image *image)
{
    furrow_err err = blocks(image);
    for (uint32_t i = 0; i < image->nfunctions && !err; i++) {
        check c = {image, &image->functions[i], i, 0};
        err = function(&c);
    }
    return err;
}
