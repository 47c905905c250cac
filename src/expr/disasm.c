/*
 * disasm.c - a program as text, one line an instruction, for people and for the .t files. Reads the image only.
 */
#include "expr/block.h"
#include "expr/program.h"
#include "base/error.h"
#include <stdlib.h>

static furrow_err show_constant(fb_buffer *out, const fx_image *im, uint32_t index)
{
    furrow_value *value;
    char *text;
    furrow_err err = fv_cell_to_value(&im->constants[index], &value);
    if (err) return err;
    err = furrow_value_display(value, 60, 1, &text);
    furrow_value_drop(value);
    if (err) return err;
    char *end = strchr(text, '\n');
    if (end) *end = 0;
    err = fb_buffer_printf(out, " %s", text);
    free(text);
    return err;
}

static furrow_err show_name(fb_buffer *out, const fx_image *im, uint32_t index)
{
    const fx_name *n = &im->names[index];
    return fb_buffer_printf(out, " %s%s%s", n->module, *n->module ? "." : "", n->name);
}

static const char *operator_name(uint32_t op)
{
    static const char *const names[FX_OP_NBINARY] = {"+", "-",  "*", "/",  "div", "mod", "rem", "^",  "==", "!=",
                                                     "<", "<=", ">", ">=", "&",   "|",   "$",   "<<", ">>", ">>>"};
    return op < FX_OP_NBINARY ? names[op] : "?";
}

static furrow_err show_operand(fb_buffer *out, const fx_image *im, char kind, uint16_t value, const fx_ins *in)
{
    switch (kind) {
    case '.':
    case '-':
        return FURROW_OK;
    case 'K':
        return show_constant(out, im, value);
    case 'N':
        return show_name(out, im, value);
    case 'F':
        return fb_buffer_printf(out, " function %u", value);
    case 'U':
        return fb_buffer_printf(out, " captured %u", value);
    case 'B':
        return fb_buffer_printf(out, " block %u", value);
    case 'J':
    case 'L':
        return fb_buffer_printf(out, " -> %u", in->j);
    case 'S':
        return fb_buffer_printf(out, " skip %u", value);
    case 'I':
        return fb_buffer_printf(out, " %d", (int32_t)in->j);
    case 'i':
    case 'c':
    case '1':
        return fb_buffer_printf(out, " %u", value);
    default:
        return fb_buffer_printf(out, " r%u", value);
    }
}

static furrow_err show_n(fb_buffer *out, char kind, uint8_t n)
{
    switch (kind) {
    case '.':
        return FURROW_OK;
    case 'o':
        return fb_buffer_printf(out, " %s", operator_name(n));
    case 't':
        return fb_buffer_printf(out, " %s", furrow_type_name(n));
    case 'k':
        return n ? fb_buffer_printf(out, " keywords %u", n) : FURROW_OK;
    default:
        return fb_buffer_printf(out, " (%u)", n);
    }
}

static furrow_err show_instruction(fb_buffer *out, const fx_image *im, const fx_code *f, uint32_t pc)
{
    const fx_ins *in = &f->code[pc];
    const fx_opcode_info *info = &fx_opcode_table[in->op];
    furrow_err err = fb_buffer_printf(out, "%4u  %-9s", pc, info->name);
    if (!err) err = show_operand(out, im, info->shape[0], in->a, in);
    if (!err) err = show_operand(out, im, info->shape[1], in->b, in);
    if (!err) err = show_operand(out, im, info->shape[2], in->c, in);
    if (!err) err = show_n(out, info->shape[3], in->n);
    return err ? err : fb_buffer_printf(out, "\n");
}

static furrow_err show_function(fb_buffer *out, const fx_image *im, uint32_t index)
{
    const fx_code *f = &im->functions[index];
    furrow_err err = FURROW_OK;
    if (index)
        err = fb_buffer_printf(out, "function %u %s: %u parameters%s, %u keywords, %u captured, %u registers\n", index,
                               fx_image_symbol(im, f->name), f->npositional, f->vararg ? "..." : "", f->nkw, f->nup,
                               f->nregs);
    for (uint32_t pc = 0; pc < f->ncode && !err; pc++) err = show_instruction(out, im, f, pc);
    return err;
}

static furrow_err show_node(fb_buffer *out, const fx_image *im, uint32_t i, const fx_node *n)
{
    static const char *const unary[] = {"-", "+", "!", "~", "'", ".'"};
    static const char *const names1[] = {
#define X(id, name) name,
        FX_KERNELS1(X)
#undef X
    };
    static const char *const names2[] = {
#define X(id, name) name,
        FX_KERNELS2(X)
#undef X
    };
    furrow_err err = fb_buffer_printf(out, "      v%u =", i);
    if (err) return err;
    switch (n->kind) {
    case FX_NODE_REG:
        return fb_buffer_printf(out, " r%u\n", n->a);
    case FX_NODE_CONSTANT:
        err = show_constant(out, im, n->a);
        return err ? err : fb_buffer_printf(out, "\n");
    case FX_NODE_SLICE:
        return fb_buffer_printf(out, " r%u[r%u, %u of them]\n", n->a, n->b, n->c);
    case FX_NODE_BINARY:
        return fb_buffer_printf(out, " v%u %s%s v%u\n", n->a, n->c ? "." : "", operator_name(n->op), n->b);
    case FX_NODE_UNARY:
        return fb_buffer_printf(out, " %s v%u\n", unary[n->op], n->a);
    case FX_NODE_CALL1:
        return fb_buffer_printf(out, " %s(v%u)\n", names1[n->op], n->a);
    default:
        return fb_buffer_printf(out, " %s(v%u, v%u)\n", names2[n->op], n->a, n->b);
    }
}

static furrow_err show_block(fb_buffer *out, const fx_image *im, uint32_t index)
{
    const fx_block *b = &im->blocks[index];
    furrow_err err = fb_buffer_printf(out, "block %u", index);
    if (!err && b->reduction) err = fb_buffer_printf(out, " reduced by %s", im->names[b->reduce_name].name);
    if (!err && b->store)
        err = fb_buffer_printf(out, " stored in r%u[r%u, %u of them]", b->target, b->index, b->nindices);
    if (!err) err = fb_buffer_printf(out, "\n");
    for (uint32_t i = 0; i < b->nnodes && !err; i++) err = show_node(out, im, i, &b->nodes[i]);
    return err;
}

furrow_err furrow_program_disassemble(const furrow_program *program, char **text)
{
    const fx_image *im = &program->image;
    fb_buffer out;
    fb_buffer_init(&out, 0);
    furrow_err err = FURROW_OK;
    for (uint32_t i = 0; i < im->nfunctions && !err; i++) err = show_function(&out, im, i);
    for (uint32_t i = 0; i < im->nblocks && !err; i++) err = show_block(&out, im, i);
    if (!err) err = fb_buffer_put_u8(&out, 0);
    if (err)
        fb_buffer_free(&out);
    else
        *text = (char *)out.bytes;
    return err;
}
