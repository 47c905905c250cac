/*
 * compile_call.c - calls: operators become instructions of their own, names are called by name, values by register;
 * splats collect the arguments in a tuple; keyword arguments stand behind the others as pairs.
 */
#include "expr/compile.h"
#include <stdlib.h>

#define NO_OPCODE 255

typedef struct operator_info {
    const char *name;
    uint8_t op;         /* fx_op */
    uint8_t rr, rk, kr; /* opcodes; NO_OPCODE: BINARY */
} operator_info;

static const operator_info operators[] = {
    {"+", FX_OP_ADD, FX_DO_ADD, FX_DO_ADDRK, FX_DO_ADDKR},
    {"-", FX_OP_SUB, FX_DO_SUB, FX_DO_SUBRK, FX_DO_SUBKR},
    {"*", FX_OP_MUL, FX_DO_MUL, FX_DO_MULRK, FX_DO_MULKR},
    {"/", FX_OP_DIV, FX_DO_DIV, FX_DO_DIVRK, FX_DO_DIVKR},
    {"^", FX_OP_POW, FX_DO_POW, FX_DO_POWRK, NO_OPCODE},
    {"==", FX_OP_EQ, FX_DO_EQ, FX_DO_EQRK, NO_OPCODE},
    {"!=", FX_OP_NE, FX_DO_NE, FX_DO_NERK, NO_OPCODE},
    {"<", FX_OP_LT, FX_DO_LT, FX_DO_LTRK, NO_OPCODE},
    {"<=", FX_OP_LE, FX_DO_LE, FX_DO_LERK, NO_OPCODE},
    {">", FX_OP_GT, FX_DO_GT, FX_DO_GTRK, NO_OPCODE},
    {">=", FX_OP_GE, FX_DO_GE, FX_DO_GERK, NO_OPCODE},
    {"div", FX_OP_IDIV, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"\xc3\xb7", FX_OP_IDIV, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"%", FX_OP_REM, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"&", FX_OP_AND, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"|", FX_OP_OR, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"$", FX_OP_XOR, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"\xe2\x8a\xbb", FX_OP_XOR, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {"<<", FX_OP_SHL, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {">>", FX_OP_SHR, NO_OPCODE, NO_OPCODE, NO_OPCODE},
    {">>>", FX_OP_RSHR, NO_OPCODE, NO_OPCODE, NO_OPCODE},
};

static const operator_info *find_operator(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (!strcmp(operators[i].name, name)) return &operators[i];
    return NULL;
}

bool fxc_unary_operator(const char *name, fx_unary_op *op)
{
    static const char *const names[] = {"-", "+", "!", "~"};
    for (size_t i = 0; i < 4; i++)
        if (!strcmp(names[i], name)) {
            *op = (fx_unary_op)i;
            return true;
        }
    return false;
}

bool fxc_binary_operator(const char *name, fx_op *op)
{
    const operator_info *info = find_operator(name);
    if (info) *op = (fx_op)info->op;
    return info != NULL;
}

/* --- modules --- */

static bool append_module(fxc *c, const fx_tree *t, fb_buffer *text)
{
    if (t->kind == FX_NAME) {
        if (fxc_is_local(c, t)) return false;
        return !fb_buffer_printf(text, "%s", fx_tree_cstr(t));
    }
    if (t->kind != FX_FIELD || !append_module(c, t->kids[0], text)) return false;
    return !fb_buffer_printf(text, ".%s", fx_tree_cstr(t));
}

const char *fxc_module_of(fxc *c, const fx_tree *t)
{
    fb_buffer text;
    const char *module = NULL;
    fb_buffer_init(&text, 1024);
    if (append_module(c, t->kids[0], &text)) module = fxc_text(c, (const char *)text.bytes, NULL)->bytes;
    fb_buffer_free(&text);
    return module;
}

/* --- operators --- */

static uint16_t in_register(fxc *c, fxc_operand o)
{
    if (!o.constant) return o.index;
    uint16_t reg = fxc_temp(c);
    fxc_emit(c, FX_DO_LOADK, 0, reg, o.index, 0);
    return reg;
}

void fxc_binary(fxc *c, const fx_tree *name, bool dotted, uint16_t dst, fxc_operand a, fxc_operand b)
{
    const operator_info *info = find_operator(fx_tree_cstr(name));
    if (!info) {
        fxc_fail(c, name, FURROW_ERR_SYNTAX, "the operator %s is not possible here", fx_tree_cstr(name));
        return;
    }
    if (!dotted && b.constant && !a.constant && info->rk != NO_OPCODE) {
        fxc_emit(c, info->rk, 0, dst, a.index, b.index);
        return;
    }
    if (!dotted && a.constant && !b.constant && info->kr != NO_OPCODE) {
        fxc_emit(c, info->kr, 0, dst, a.index, b.index);
        return;
    }
    uint32_t save = fxc_save(c);
    uint16_t x = in_register(c, a), y = in_register(c, b);
    if (dotted)
        fxc_emit(c, FX_DO_DOTBINARY, info->op, dst, x, y);
    else if (info->rr != NO_OPCODE)
        fxc_emit(c, info->rr, 0, dst, x, y);
    else
        fxc_emit(c, FX_DO_BINARY, info->op, dst, x, y);
    fxc_restore(c, save);
}

void fxc_unary(fxc *c, fx_unary_op op, bool dotted, uint16_t dst, fxc_operand a)
{
    uint32_t save = fxc_save(c);
    uint16_t x = in_register(c, a);
    if (op == FX_UN_NEG && !dotted)
        fxc_emit(c, FX_DO_NEG, 0, dst, x, 0);
    else if (op == FX_UN_NOT && !dotted)
        fxc_emit(c, FX_DO_NOT, 0, dst, x, 0);
    else
        fxc_emit(c, FX_DO_UNARY, op, dst, x, dotted);
    fxc_restore(c, save);
}

static bool number(const fx_tree *t)
{
    return t->kind == FX_LITERAL && fv_tag_inline(t->value.tag) && t->value.tag != FURROW_NOTHING;
}

/* An operand that must keep its value while the next one is computed. */
static uint16_t operand(fxc *c, const fx_tree *t, const fx_tree *next)
{
    uint16_t reg = fxc_any(c, t);
    if (c->err || fxc_is_temp(c, reg) || !fxc_assigns(next)) return reg;
    uint16_t kept = fxc_temp(c);
    fxc_emit(c, FX_DO_MOVE, 0, kept, reg, 0);
    return kept;
}

static void binary(fxc *c, const fx_tree *t, bool dotted, uint16_t dst)
{
    const fx_tree *x = t->kids[1], *y = t->kids[2];
    fxc_operand a, b;
    if (!dotted && number(y)) {
        a = fxc_in(fxc_any(c, x));
        b = (fxc_operand){true, fxc_constant(c, &y->value)};
    } else if (!dotted && number(x)) {
        a = (fxc_operand){true, fxc_constant(c, &x->value)};
        b = fxc_in(fxc_any(c, y));
    } else {
        a = fxc_in(operand(c, x, y));
        b = fxc_in(fxc_any(c, y));
    }
    c->place = t;
    fxc_binary(c, t->kids[0], dotted, dst, a, b);
}

/* false: not an operator with an instruction. */
static bool operator_call(fxc *c, const fx_tree *t, uint16_t dst)
{
    fx_unary_op op;
    const fx_tree *f = t->kids[0];
    bool dotted = t->kind == FX_DOTCALL;
    if (f->kind != FX_NAME || fxc_any_splat(t->kids + 1, t->nkids - 1) || fxc_is_local(c, f)) return false;
    if (t->nkids == 2 && (t->flags & FX_FLAG_OPERATOR) && fxc_unary_operator(fx_tree_cstr(f), &op)) {
        fxc_operand a = fxc_in(fxc_any(c, t->kids[1]));
        c->place = t;
        fxc_unary(c, op, dotted, dst, a);
        return true;
    }
    const operator_info *info = t->nkids == 3 ? find_operator(fx_tree_cstr(f)) : NULL;
    if (!info || t->kids[1]->kind == FX_KEYWORD || t->kids[2]->kind == FX_KEYWORD) return false;
    if (!strcmp(info->name, "div") && !(t->flags & FX_FLAG_OPERATOR)) return false; /* a builtin by that name */
    binary(c, t, dotted, dst);
    return true;
}

/* --- arguments --- */

bool fxc_any_splat(fx_tree *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (items[i]->kind == FX_SPLAT) return true;
    return false;
}

/* Items, of which some may be splats, as one tuple. dst is a temporary when there are splats. */
void fxc_tuple(fxc *c, fx_tree *const *items, size_t n, uint16_t dst)
{
    size_t plain = 0;
    while (plain < n && items[plain]->kind != FX_SPLAT) plain++;
    uint32_t save = fxc_save(c);
    uint16_t all = plain == n ? dst : fxc_temp(c);
    uint16_t first = fxc_items(c, items, plain, FXC_NO_REG);
    fxc_emit(c, FX_DO_TUPLE, 0, all, first, (uint32_t)plain);
    for (size_t i = plain; i < n && !c->err; i++) {
        uint32_t inner = fxc_save(c);
        uint16_t reg = fxc_temp(c);
        bool splat = items[i]->kind == FX_SPLAT;
        fxc_into(c, splat ? items[i]->kids[0] : items[i], reg);
        if (!splat) fxc_emit(c, FX_DO_TUPLE, 0, reg, reg, 1);
        fxc_emit(c, FX_DO_JOIN, 0, all, all, reg);
        fxc_restore(c, inner);
    }
    if (all != dst) fxc_emit(c, FX_DO_MOVE, 0, dst, all, 0);
    fxc_restore(c, save);
}

typedef struct arguments {
    fx_tree **positional;
    fx_tree **keywords;
    size_t n, nkw;
} arguments;

static bool sort_arguments(fxc *c, const fx_tree *t, arguments *a)
{
    *a = (arguments){.positional = calloc(2u * t->nkids + 1u, sizeof *a->positional)};
    if (!a->positional) {
        c->err = fb_fail(FURROW_ERR_NOMEM, NULL);
        return false;
    }
    a->keywords = a->positional + t->nkids;
    for (uint32_t i = 1; i < t->nkids; i++)
        if (t->kids[i]->kind == FX_KEYWORD)
            a->keywords[a->nkw++] = t->kids[i];
        else
            a->positional[a->n++] = t->kids[i];
    return true;
}

static void keywords(fxc *c, const arguments *a)
{
    for (size_t i = 0; i < a->nkw && !c->err; i++) {
        uint16_t reg = fxc_temps(c, 2);
        fxc_emit(c, FX_DO_LOADK, 0, reg, fxc_symbol(c, fx_tree_cstr(a->keywords[i])), 0);
        fxc_into(c, a->keywords[i]->kids[0], (uint16_t)(reg + 1));
    }
}

void fxc_call_name(fxc *c, const char *name, uint16_t base, uint32_t nargs)
{
    fxc_emit(c, FX_DO_CALL, 0, base, fxc_name(c, "", name), nargs);
}

/* What is called: by name (with its module), or a register. */
typedef struct callee {
    bool by_name;
    uint16_t operand;
} callee;

static callee find_callee(fxc *c, const fx_tree *f)
{
    const char *module = NULL;
    if (f->kind == FX_NAME && !fxc_is_local(c, f)) return (callee){true, fxc_name(c, "", fx_tree_cstr(f))};
    if (f->kind == FX_FIELD && (module = fxc_module_of(c, f)))
        return (callee){true, fxc_name(c, module, fx_tree_cstr(f))};
    uint16_t reg = fxc_temp(c);
    fxc_into(c, f, reg);
    return (callee){false, reg};
}

/* Dict(key => item): a pair is a tuple, as the key may be, and such a tuple could be taken for a collection of pairs. */
static bool lone_pair(const fx_tree *t, const arguments *a)
{
    if (a->n != 1 || a->positional[0]->kind != FX_CALL) return false;
    const fx_tree *called = t->kids[0], *pair = a->positional[0]->kids[0];
    return called->kind == FX_NAME && strcmp(fx_tree_cstr(called), "Dict") == 0 && pair->kind == FX_NAME &&
           strcmp(fx_tree_cstr(pair), "=>") == 0;
}

static void general_call(fxc *c, const fx_tree *t, uint16_t dst)
{
    arguments a;
    if (!sort_arguments(c, t, &a)) return;
    uint32_t save = fxc_save(c);
    callee f = find_callee(c, t->kids[0]);
    bool splat = fxc_any_splat(a.positional, a.n);
    uint16_t base;
    if (splat) {
        base = fxc_temp(c);
        fxc_tuple(c, a.positional, a.n, base);
    } else {
        base = fxc_items(c, a.positional, a.n, a.nkw ? FXC_NO_REG : dst);
        if (a.n == 0) fxc_restore(c, base); /* keywords begin where arguments would */
        if (lone_pair(t, &a)) fxc_emit(c, FX_DO_TUPLE, 0, base, base, 1);
    }
    keywords(c, &a);
    if (a.n == 0 && a.nkw == 0 && !splat) base = fxc_temp(c);
    c->place = t;
    if (splat)
        fxc_emit(c, f.by_name ? FX_DO_SPREAD : FX_DO_SPREADR, (uint32_t)a.nkw, base, f.operand, 0);
    else
        fxc_emit(c, f.by_name ? FX_DO_CALL : FX_DO_CALLR, (uint32_t)a.nkw, base, f.operand, (uint32_t)a.n);
    if (a.n > 60000) fxc_fail(c, t, FURROW_ERR_LIMIT, "too many arguments");
    if (base != dst) fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
    free(a.positional);
}

/* x |> f is f(x). */
static bool pipe(fxc *c, const fx_tree *t, uint16_t dst)
{
    if (!(t->flags & FX_FLAG_OPERATOR) || t->nkids != 3 || strcmp(fx_tree_cstr(t->kids[0]), "|>")) return false;
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_temp(c);
    fxc_into(c, t->kids[1], base);
    callee f = find_callee(c, t->kids[2]);
    fxc_emit(c, f.by_name ? FX_DO_CALL : FX_DO_CALLR, 0, base, f.operand, 1);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
    return true;
}

void fxc_call(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    if (!fxc_fuse(c, t, dst) && !operator_call(c, t, dst) && !pipe(c, t, dst)) general_call(c, t, dst);
    fxc_restore(c, save);
}

void fxc_dotcall(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    if (!fxc_fuse(c, t, dst) && !operator_call(c, t, dst)) {
        if (fxc_any_splat(t->kids + 1, t->nkids - 1) || t->nkids < 2)
            fxc_fail(c, t, FURROW_ERR_SYNTAX, "f.(...) takes one argument at least, and none with ...");
        /* x .|> f is f.(x) */
        bool pipe = t->flags & FX_FLAG_OPERATOR && t->nkids == 3 && !strcmp(fx_tree_cstr(t->kids[0]), "|>");
        uint32_t nargs = pipe ? 1 : t->nkids - 1;
        uint16_t f = fxc_any(c, t->kids[pipe ? 2 : 0]);
        uint16_t base = fxc_items(c, t->kids + 1, nargs, FXC_NO_REG);
        c->place = t;
        fxc_emit(c, FX_DO_DOTCALL, 0, base, f, nargs);
        fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    }
    fxc_restore(c, save);
}

/* --- chains of comparisons --- */

static void one_comparison(fxc *c, const fx_tree *op, uint16_t dst, uint16_t a, uint16_t b)
{
    const char *name = fx_tree_cstr(op);
    fx_tree bare = *op;
    if (*name == '.' && name[1]) {
        bare.text = (furrow_value *)(uintptr_t)fxc_text(c, name + 1, NULL);
        if (!c->err) fxc_binary(c, &bare, true, dst, fxc_in(a), fxc_in(b));
        return;
    }
    if (find_operator(name)) {
        fxc_binary(c, op, false, dst, fxc_in(a), fxc_in(b));
        return;
    }
    uint32_t save = fxc_save(c); /* in, ===, ... */
    uint16_t base = fxc_temps(c, 2);
    fxc_emit(c, FX_DO_MOVE, 0, base, a, 0);
    fxc_emit(c, FX_DO_MOVE, 0, base + 1, b, 0);
    fxc_call_name(c, name, base, 2);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

static bool any_dotted(const fx_tree *t)
{
    for (uint32_t i = 1; i < t->nkids; i += 2)
        if (fx_tree_cstr(t->kids[i])[0] == '.') return true;
    return false;
}

/* a < b <= c stops at the first that is false; with a dotted operator all are done, and combined by .& */
void fxc_compare(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    bool dotted = any_dotted(t);
    fxc_patches end = {0};
    uint16_t result = fxc_temp(c), left = fxc_temp(c), right = fxc_temp(c), one = fxc_temp(c);
    fxc_into(c, t->kids[0], left);
    for (uint32_t i = 1; i + 1 < t->nkids && !c->err; i += 2) {
        fxc_into(c, t->kids[i + 1], right);
        c->place = t->kids[i];
        one_comparison(c, t->kids[i], i == 1 || !dotted ? result : one, left, right);
        if (dotted && i > 1) fxc_emit(c, FX_DO_DOTBINARY, FX_OP_AND, result, result, one);
        if (!dotted && i + 3 < t->nkids) fxc_patch(c, &end, fxc_emit_j(c, FX_DO_JUMPNOT, result, 0));
        fxc_emit(c, FX_DO_MOVE, 0, left, right, 0);
    }
    fxc_land_all(c, &end);
    fxc_emit(c, FX_DO_MOVE, 0, dst, result, 0);
    fxc_restore(c, save);
}
