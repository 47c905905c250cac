/*
 * compile_expr.c - what each kind of node compiles to: literals, names, brackets, conditions, statements. Calls,
 * assignments, loops, functions and macros have files of their own.
 */
#include "expr/compile.h"

static void literal(fxc *c, const fv_cell *cell, uint16_t dst)
{
    if (cell->tag == FURROW_INT64 && cell->i >= INT32_MIN && cell->i <= INT32_MAX)
        fxc_emit_j(c, FX_DO_LOADI, dst, (uint32_t)(int32_t)cell->i);
    else if (cell->tag == FURROW_NOTHING)
        fxc_emit(c, FX_DO_NOTHING, 0, dst, 0, 0);
    else
        fxc_emit(c, FX_DO_LOADK, 0, dst, fxc_constant(c, cell), 0);
}

static void text_constant(fxc *c, furrow_type type, const fx_tree *t, uint16_t dst)
{
    fv_cell cell = {.tag = type};
    const fv_text *text = fxc_text_of(t);
    if (c->err) return;
    c->err = fv_text_new(type, text ? text->bytes : "", text ? text->nbytes : 0, &cell.p);
    if (c->err) return;
    fxc_emit(c, FX_DO_LOADK, 0, dst, fxc_constant(c, &cell), 0);
    fv_cell_drop(&cell);
}

uint16_t fxc_items(fxc *c, fx_tree *const *items, size_t n, uint16_t dst)
{
    bool reuse = n && dst != FXC_NO_REG && fxc_is_temp(c, dst) && dst + 1u == c->fn->nfree;
    uint16_t first = reuse ? dst : fxc_temp(c);
    for (size_t i = 0; i < n && !c->err; i++) {
        uint16_t reg = i ? fxc_temp(c) : first;
        fxc_into(c, items[i], reg);
    }
    return first;
}

/* --- types --- */

#define MOST_PARAMETERS 8

/* Float64, Array{Float64,1}, Complex{Float32}, ... as a DATATYPE. */
static bool type_of(fxc *c, const fx_tree *t, fv_cell *type)
{
    if (t->kind == FX_NAME && !fxc_is_local(c, t))
        return fx_constant_find(fx_tree_cstr(t), fxc_text_of(t)->nbytes, type) && type->tag == FURROW_DATATYPE;
    if (t->kind != FX_CURLY || !t->nkids || t->nkids > MOST_PARAMETERS || !type_of(c, t->kids[0], type)) return false;
    fv_cell params[MOST_PARAMETERS];
    fv_type with;
    for (uint32_t i = 1; i < t->nkids; i++) {
        params[i - 1] = t->kids[i]->value;
        bool number = t->kids[i]->kind == FX_LITERAL && params[i - 1].tag == FURROW_INT64;
        if (!number && !type_of(c, t->kids[i], &params[i - 1])) return false;
    }
    if (fx_type_with((fv_type)type->i, params, t->nkids - 1, &with)) return false;
    type->i = (int64_t)with;
    return true;
}

static bool is_element_type(int64_t type)
{
    return fv_tag_element((uint32_t)type) && type != FURROW_ANY;
}

bool fxc_type_name(fxc *c, const fx_tree *t, furrow_type *type)
{
    fv_cell cell;
    if (t->kind != FX_NAME && t->kind != FX_CURLY) return false;
    if (!type_of(c, t, &cell)) return false;
    *type = is_element_type(cell.i) ? (furrow_type)cell.i : FURROW_ANY;
    return true;
}

static void curly(fxc *c, const fx_tree *t, uint16_t dst)
{
    fv_cell cell;
    if (type_of(c, t, &cell))
        literal(c, &cell, dst);
    else
        fxc_into(c, t->kids[0], dst); /* says what is not defined, or not a type */
}

/* --- brackets --- */

enum { MANY_ITEMS = 1000 }; /* more than these are gathered one by one, since a frame has only so many registers */

/* type: what the items become, plus 1; 0: what suits them all. */
static void many_items(fxc *c, fx_tree *const *items, uint32_t n, uint32_t type, uint16_t dst)
{
    uint16_t into = fxc_temps(c, 2), item = (uint16_t)(into + 1);
    fxc_emit(c, FX_DO_GATHER, 0, into, type, 0);
    for (uint32_t i = 0; i < n && !c->err; i++) {
        fxc_into(c, items[i], item);
        fxc_emit(c, FX_DO_PUT, 0, into, item, 0);
    }
    fxc_emit(c, FX_DO_GATHERED, 0, into, into, 0);
    fxc_emit(c, FX_DO_MOVE, 0, dst, into, 0);
}

static void vector(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    if (fxc_any_splat(t->kids, t->nkids)) {
        uint16_t base = fxc_temp(c);
        fxc_tuple(c, t->kids, t->nkids, base);
        fxc_call_name(c, "collect", base, 1);
        fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    } else if (t->nkids > MANY_ITEMS) {
        many_items(c, t->kids, t->nkids, 0, dst);
    } else {
        uint16_t first = fxc_items(c, t->kids, t->nkids, dst);
        fxc_emit(c, FX_DO_VECTOR, 0, dst, first, t->nkids);
    }
    fxc_restore(c, save);
}

static uint32_t row_items(const fx_tree *row)
{
    return row->kind == FX_ROW ? row->nkids : 1;
}

/* Registers: the number of rows, the length of each, the items. */
static void few_rows(fxc *c, const fx_tree *const *rows, uint32_t nrows, uint16_t dst)
{
    uint32_t save = fxc_save(c), n = nrows + 1;
    uint16_t first = fxc_temps(c, nrows + 1);
    fxc_emit_j(c, FX_DO_LOADI, first, nrows);
    for (uint32_t i = 0; i < nrows; i++) fxc_emit_j(c, FX_DO_LOADI, first + 1 + i, row_items(rows[i]));
    for (uint32_t i = 0; i < nrows && !c->err; i++) {
        fx_tree *const *items = rows[i]->kind == FX_ROW ? rows[i]->kids : (fx_tree *const *)&rows[i];
        if (fxc_any_splat(items, row_items(rows[i])))
            fxc_fail(c, rows[i], FURROW_ERR_SYNTAX, "... is not possible between the blanks of a matrix");
        for (uint32_t k = 0; k < row_items(rows[i]); k++, n++) fxc_into(c, items[k], fxc_temp(c));
    }
    fxc_emit(c, FX_DO_MATRIX, 0, dst, first, n);
    fxc_restore(c, save);
}

/* Many items: some rows at a time, one below the other. */
static void matrix(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t nrows = t->kind == FX_ROW ? 1 : t->nkids;
    const fx_tree *const *rows = t->kind == FX_ROW ? &t : (const fx_tree *const *)t->kids;
    uint32_t save = fxc_save(c), nparts = 0;
    uint16_t parts = 0;
    for (uint32_t i = 0, end; i < nrows && !c->err; i = end) {
        uint32_t n = row_items(rows[i]);
        for (end = i + 1; end < nrows && n < MANY_ITEMS; end++) n += row_items(rows[end]);
        if (i == 0 && end == nrows) {
            few_rows(c, rows, nrows, dst);
            return;
        }
        uint16_t part = fxc_temp(c);
        if (nparts++ == 0) parts = part;
        few_rows(c, rows + i, end - i, part);
    }
    fxc_call_name(c, "vcat", parts, nparts);
    fxc_emit(c, FX_DO_MOVE, 0, dst, parts, 0);
    fxc_restore(c, save);
}

/* T[a, b], T[a b; c d]: false when a does not name a type. */
static bool typed_brackets(fxc *c, const fx_tree *t, uint16_t dst)
{
    furrow_type type;
    if (!fxc_type_name(c, t->kids[0], &type)) return false;
    uint32_t save = fxc_save(c);
    if (t->nkids == 2 && (t->kids[1]->kind == FX_VCAT || t->kids[1]->kind == FX_ROW)) {
        uint16_t base = fxc_temps(c, 3); /* each item converted, in an array of the same shape */
        matrix(c, t->kids[1], base + 1);
        fxc_emit(c, FX_DO_GATHER, 0, base, type + 1u, 0);
        uint16_t it = fxc_temps(c, 3);
        fxc_emit(c, FX_DO_ITER, 0, it, base + 1, 0);
        uint32_t loop = fxc_emit_j(c, FX_DO_NEXT, it, 0);
        fxc_emit(c, FX_DO_PUT, 0, base, it + 2, 0);
        fxc_emit_j(c, FX_DO_LOOP, 0, loop);
        fxc_land(c, loop);
        fxc_emit(c, FX_DO_GATHERED, 1, base, base + 1, 0);
        fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    } else if (t->nkids - 1 > MANY_ITEMS) {
        many_items(c, t->kids + 1, t->nkids - 1, type + 1u, dst);
    } else {
        uint16_t first = fxc_items(c, t->kids + 1, t->nkids - 1, dst);
        fxc_emit(c, FX_DO_TYPED, type, dst, first, t->nkids - 1);
    }
    fxc_restore(c, save);
    return true;
}

static void indexed(fxc *c, const fx_tree *t, uint16_t dst)
{
    if (typed_brackets(c, t, dst)) return;
    uint32_t save = fxc_save(c), count;
    uint16_t container = fxc_any(c, t->kids[0]), first;
    fxc_indices(c, t, container, &first, &count);
    c->place = t;
    fxc_emit(c, FX_DO_INDEX, count, dst, container, first);
    fxc_restore(c, save);
}

static void end_index(fxc *c, const fx_tree *t, uint16_t dst)
{
    const fxc_end *e = c->fn->end;
    if (!e)
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "end is only possible inside an index");
    else
        fxc_emit(c, FX_DO_ENDOF, e->position, dst, e->container, e->count);
}

static void range(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t first = fxc_items(c, t->kids, t->nkids, dst);
    c->place = t;
    fxc_emit(c, FX_DO_RANGE, t->nkids, dst, first, 0);
    fxc_restore(c, save);
}

/* --- names --- */

static void field(fxc *c, const fx_tree *t, uint16_t dst)
{
    const char *module = fxc_module_of(c, t);
    if (module) {
        fxc_emit(c, FX_DO_GETG, 0, dst, fxc_name(c, module, fx_tree_cstr(t)), 0);
        return;
    }
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_temps(c, 2);
    fxc_into(c, t->kids[0], base);
    fxc_emit(c, FX_DO_LOADK, 0, base + 1, fxc_symbol(c, fx_tree_cstr(t)), 0);
    fxc_call_name(c, "getfield", base, 2);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

static const fv_text *param_name(fxc *c, const fx_tree *t)
{
    char name[16] = "$";
    uint32_t n = t->number, digits = 1;
    for (uint32_t m = n; m >= 10; m /= 10) digits++;
    for (uint32_t i = digits; i > 0; i--, n /= 10) name[i] = (char)('0' + n % 10);
    return fxc_text(c, name, NULL);
}

/* --- conditions --- */

static bool negation(const fx_tree *t)
{
    return t->kind == FX_CALL && t->nkids == 2 && (t->flags & FX_FLAG_OPERATOR) &&
           !strcmp(fx_tree_cstr(t->kids[0]), "!");
}

void fxc_jump_when(fxc *c, const fx_tree *t, bool wanted, fxc_patches *p)
{
    if (c->err) return;
    if (negation(t)) {
        fxc_jump_when(c, t->kids[1], !wanted, p);
        return;
    }
    bool both = (t->kind == FX_AND && !wanted) || (t->kind == FX_OR && wanted);
    if (both) { /* either side settles it */
        fxc_jump_when(c, t->kids[0], wanted, p);
        fxc_known known;
        fxc_branch(c, &known);
        fxc_jump_when(c, t->kids[1], wanted, p);
        fxc_join(c, &known);
        return;
    }
    if (t->kind == FX_AND || t->kind == FX_OR) {
        fxc_patches no = {0};
        fxc_jump_when(c, t->kids[0], !wanted, &no);
        fxc_known known;
        fxc_branch(c, &known);
        fxc_jump_when(c, t->kids[1], wanted, p);
        fxc_join(c, &known);
        fxc_land_all(c, &no);
        return;
    }
    uint32_t save = fxc_save(c);
    uint16_t reg = fxc_any(c, t);
    c->place = t;
    fxc_patch(c, p, fxc_emit_j(c, wanted ? FX_DO_JUMPIF : FX_DO_JUMPNOT, reg, 0));
    fxc_restore(c, save);
}

static void and_or(fxc *c, const fx_tree *t, uint16_t dst)
{
    fxc_patches end = {0};
    fxc_into(c, t->kids[0], dst);
    c->place = t->kids[0];
    fxc_patch(c, &end, fxc_emit_j(c, t->kind == FX_AND ? FX_DO_JUMPNOT : FX_DO_JUMPIF, dst, 0));
    fxc_known known;
    fxc_branch(c, &known);
    fxc_into(c, t->kids[1], dst);
    fxc_join(c, &known);
    fxc_land_all(c, &end);
}

/* dst FXC_NO_REG: for what it does. */
static void branch(fxc *c, const fx_tree *t, uint16_t dst)
{
    if (!t)
        dst == FXC_NO_REG ? 0 : fxc_emit(c, FX_DO_NOTHING, 0, dst, 0, 0);
    else if (dst == FXC_NO_REG)
        fxc_effect(c, t);
    else
        fxc_into(c, t, dst);
}

static void condition(fxc *c, const fx_tree *t, uint16_t dst)
{
    fxc_patches no = {0}, end = {0};
    const fx_tree *other = t->nkids > 2 ? t->kids[2] : NULL;
    fxc_jump_when(c, t->kids[0], false, &no);
    fxc_known known;
    fxc_branch(c, &known);
    branch(c, t->kids[1], dst);
    fxc_join(c, &known);
    if (other || dst != FXC_NO_REG) {
        fxc_patch(c, &end, fxc_emit_j(c, FX_DO_JUMP, 0, 0));
        fxc_land_all(c, &no);
        fxc_branch(c, &known);
        branch(c, other, dst);
        fxc_join(c, &known);
    }
    fxc_land_all(c, &no);
    fxc_land_all(c, &end);
}

/* --- statements --- */

static void block(fxc *c, const fx_tree *t, uint16_t dst)
{
    for (uint32_t i = 0; i + 1 < t->nkids; i++) fxc_effect(c, t->kids[i]);
    if (t->nkids)
        fxc_into(c, t->kids[t->nkids - 1], dst);
    else
        fxc_emit(c, FX_DO_NOTHING, 0, dst, 0, 0);
}

static void jump_out(fxc *c, const fx_tree *t)
{
    fxc_loop *loop = c->fn->loop;
    bool leave = t->kind == FX_BREAK;
    if (!loop) {
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "%s is only possible inside a loop", leave ? "break" : "continue");
        return;
    }
    fxc_patch(c, leave ? &loop->breaks : &loop->continues, fxc_emit_j(c, FX_DO_JUMP, 0, 0));
}

static void give_back(fxc *c, const fx_tree *t)
{
    uint32_t save = fxc_save(c);
    uint16_t reg;
    if (t->nkids) {
        reg = fxc_any(c, t->kids[0]);
    } else {
        reg = fxc_temp(c);
        fxc_emit(c, FX_DO_NOTHING, 0, reg, 0, 0);
    }
    fxc_emit(c, FX_DO_RETURN, 0, reg, 0, 0);
    fxc_restore(c, save);
}

static void declaration(fxc *c, const fx_tree *t)
{
    for (uint32_t i = 0; i < t->nkids; i++)
        if (t->kids[i]->kind == FX_ASSIGN || t->kids[i]->kind == FX_FUNCTION) fxc_effect(c, t->kids[i]);
}

static void typed(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_temps(c, 2);
    fxc_into(c, t->kids[0], base);
    fxc_into(c, t->kids[1], base + 1);
    c->place = t;
    fxc_call_name(c, "typeassert", base, 2);
    fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

static void transpose(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t reg = fxc_any(c, t->kids[0]);
    c->place = t;
    fxc_emit(c, FX_DO_UNARY, t->flags & FX_FLAG_DOT ? FX_UN_TRANSPOSE : FX_UN_CTRANSPOSE, dst, reg, 0);
    fxc_restore(c, save);
}

static void string(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    uint16_t base = fxc_items(c, t->kids, t->nkids, dst);
    c->place = t;
    fxc_call_name(c, "string", base, t->nkids);
    if (base != dst) fxc_emit(c, FX_DO_MOVE, 0, dst, base, 0);
    fxc_restore(c, save);
}

static void bare_tuple(fxc *c, const fx_tree *t, uint16_t dst)
{
    uint32_t save = fxc_save(c);
    fxc_tuple(c, t->kids, t->nkids, dst);
    fxc_restore(c, save);
}

static void without_value(fxc *c, const fx_tree *t, uint16_t dst)
{
    switch (t->kind) {
    case FX_FOR:
        fxc_for(c, t);
        break;
    case FX_WHILE:
        fxc_while(c, t);
        break;
    case FX_BREAK:
    case FX_CONTINUE:
        jump_out(c, t);
        break;
    case FX_RETURN:
        give_back(c, t);
        break;
    case FX_LOCAL:
    case FX_GLOBAL:
        declaration(c, t);
        break;
    default:
        break; /* using, import */
    }
    if (dst != FXC_NO_REG) fxc_emit(c, FX_DO_NOTHING, 0, dst, 0, 0);
}

static void comprehension(fxc *c, const fx_tree *t, uint16_t dst)
{
    furrow_type type = FURROW_ANY;
    bool has_type = t->nkids > 1;
    if (has_type && !fxc_type_name(c, t->kids[1], &type))
        fxc_fail(c, t->kids[1], FURROW_ERR_SYNTAX, "a type is expected in front of [");
    fxc_comprehension(c, t->kids[0], has_type, type, dst);
}

void fxc_into(fxc *c, const fx_tree *t, uint16_t dst)
{
    if (c->err) return;
    const fx_tree *outer = c->place;
    if (t->line) c->place = t;
    switch ((fx_kind)t->kind) {
    case FX_LITERAL:
        literal(c, &t->value, dst);
        break;
    case FX_NAME:
        fxc_read(c, t, fxc_text_of(t), dst);
        break;
    case FX_PARAM:
        fxc_read(c, t, param_name(c, t), dst);
        break;
    case FX_FIELD:
        field(c, t, dst);
        break;
    case FX_STRING:
        string(c, t, dst);
        break;
    case FX_REGEX:
        text_constant(c, FURROW_REGEX, t, dst);
        break;
    case FX_QUOTE:
        fxc_quote(c, t, dst);
        break;
    case FX_COLON:
        fxc_emit(c, FX_DO_LOADK, 0, dst, fxc_symbol(c, ":"), 0);
        break;
    case FX_END:
        end_index(c, t, dst);
        break;
    case FX_CALL:
        fxc_call(c, t, dst);
        break;
    case FX_DOTCALL:
        fxc_dotcall(c, t, dst);
        break;
    case FX_COMPARE:
        fxc_compare(c, t, dst);
        break;
    case FX_AND:
    case FX_OR:
        and_or(c, t, dst);
        break;
    case FX_INDEX:
        indexed(c, t, dst);
        break;
    case FX_RANGE:
        range(c, t, dst);
        break;
    case FX_TUPLE:
        bare_tuple(c, t, dst);
        break;
    case FX_VECTOR:
        vector(c, t, dst);
        break;
    case FX_VCAT:
    case FX_ROW:
        matrix(c, t, dst);
        break;
    case FX_COMPREHENSION:
        comprehension(c, t, dst);
        break;
    case FX_GENERATOR:
        fxc_comprehension(c, t, false, FURROW_ANY, dst);
        break;
    case FX_ASSIGN:
        fxc_assign(c, t, dst);
        break;
    case FX_LAMBDA:
    case FX_FUNCTION:
        fxc_lambda(c, t, dst);
        break;
    case FX_BLOCK:
        block(c, t, dst);
        break;
    case FX_IF:
        condition(c, t, dst);
        break;
    case FX_LET:
        fxc_let(c, t, dst);
        break;
    case FX_TRY:
        fxc_try(c, t, dst);
        break;
    case FX_MACRO:
        fxc_macro(c, t, dst);
        break;
    case FX_TRANSPOSE:
        transpose(c, t, dst);
        break;
    case FX_TYPED:
        typed(c, t, dst);
        break;
    case FX_CURLY:
        curly(c, t, dst);
        break;
    case FX_FOR:
    case FX_WHILE:
    case FX_BREAK:
    case FX_CONTINUE:
    case FX_RETURN:
    case FX_LOCAL:
    case FX_GLOBAL:
    case FX_USING:
        without_value(c, t, dst);
        break;
    case FX_INTERPOLATE:
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "$ is only possible inside a quote");
        break;
    case FX_KEYWORD:
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "a keyword argument is only possible in a call");
        break;
    case FX_SPLAT:
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "... is only possible in a call, a tuple or a vector");
        break;
    case FX_ITER:
    case FX_FILTER:
    case FX_NKINDS:
        fxc_fail(c, t, FURROW_ERR_SYNTAX, "this cannot stand here");
        break;
    }
    c->place = outer;
}

uint16_t fxc_any(fxc *c, const fx_tree *t)
{
    if (c->err) return 0;
    uint16_t reg = FXC_NO_REG;
    const fx_tree *outer = c->place;
    c->place = t;
    if (t->kind == FX_NAME)
        reg = fxc_direct(c, t, fxc_text_of(t));
    else if (t->kind == FX_PARAM)
        reg = fxc_direct(c, t, param_name(c, t));
    c->place = outer;
    if (reg != FXC_NO_REG) return reg;
    reg = fxc_temp(c);
    fxc_into(c, t, reg);
    return reg;
}

void fxc_effect(fxc *c, const fx_tree *t)
{
    if (c->err) return;
    const fx_tree *outer = c->place;
    uint32_t save = fxc_save(c);
    c->place = t;
    switch ((fx_kind)t->kind) {
    case FX_LITERAL:
        break;
    case FX_BLOCK:
        for (uint32_t i = 0; i < t->nkids; i++) fxc_effect(c, t->kids[i]);
        break;
    case FX_IF:
        condition(c, t, FXC_NO_REG);
        break;
    case FX_ASSIGN:
        fxc_assign(c, t, FXC_NO_REG);
        break;
    case FX_FOR:
    case FX_WHILE:
    case FX_BREAK:
    case FX_CONTINUE:
    case FX_RETURN:
    case FX_LOCAL:
    case FX_GLOBAL:
    case FX_USING:
        without_value(c, t, FXC_NO_REG);
        break;
    case FX_AND:
    case FX_OR: {
        fxc_patches end = {0};
        fxc_jump_when(c, t->kids[0], t->kind == FX_OR, &end);
        fxc_known known;
        fxc_branch(c, &known);
        fxc_effect(c, t->kids[1]);
        fxc_join(c, &known);
        fxc_land_all(c, &end);
        break;
    }
    default:
        fxc_into(c, t, fxc_temp(c));
    }
    fxc_restore(c, save);
    c->place = outer;
}
