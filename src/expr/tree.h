/*
 * tree.h - the parsed form of an expression: made by parse.c and quote interpolation, read by compile.c, unparse.c and
 * the test suite's tree-walking evaluator. Immutable once made, counted as a whole node by node.
 */
#ifndef FX_TREE_H
#define FX_TREE_H

#include "expr/expr.h"

typedef enum fx_kind {
    FX_LITERAL,     /* value: number, string without interpolation, char, Bool, nothing, or any value put in by $ */
    FX_NAME,        /* text; also operators as values: +, .* */
    FX_FIELD,       /* a.name: [a], text. Module.name is a field of a name; the compiler decides */
    FX_PARAM,       /* $1, $name outside a quote: text; number: its slot, from 0 */
    FX_INTERPOLATE, /* $x, $(ex) inside a quote: [ex] */
    FX_STRING,      /* "a$(x)b": parts, literal strings and expressions in turn */
    FX_REGEX,       /* r"..": text */
    FX_QUOTE,       /* :( ex ), quote ... end: [ex]. :name is a FX_LITERAL symbol */
    FX_COLON,       /* a bare : inside an index */
    FX_END,         /* end inside an index */
    FX_CALL, /* [f, args...]; a FX_KEYWORD among them is a keyword argument. Operators too: [+ , a, b] (flag OPERATOR)
              */
    FX_DOTCALL, /* f.(args...), a .+ b, -, sin.(x): [f, args...]; text of f is undotted (flag OPERATOR for .+ and its
                   kin) */
    FX_KEYWORD, /* name = ex inside a call: text, [ex] */
    FX_SPLAT,   /* ex...: [ex] */
    FX_COMPARE, /* a < b .<= c: [a, <, b, .<=, c], names with their dots; a single comparison is a FX_CALL or a
                   FX_DOTCALL */
    FX_AND,     /* && */
    FX_OR,      /* || */
    FX_INDEX,   /* [a, indices...]; Float64[1,2] too: the compiler decides when a names a type. Float64[1 2; 3 4] is
                   [Float64, FX_VCAT or FX_ROW with flag BARE] */
    FX_RANGE,   /* [first, last] or [first, step, last] */
    FX_TUPLE,
    FX_VECTOR,        /* [a, b, c]; also [] */
    FX_VCAT,          /* [a; b] and [a b; c d]: rows, each a FX_ROW or an expression */
    FX_ROW,           /* a b inside brackets; alone: hcat */
    FX_COMPREHENSION, /* [ex for ...]: [FX_GENERATOR] ; with a type in front: [FX_GENERATOR, type] */
    FX_GENERATOR,     /* ex for i = it, j = jt if cond: [ex, clauses...]: FX_ITER and FX_FILTER. Iterators after a comma
                         span a grid (2 of them: a matrix); one with flag NEST stood after a `for` of its own: a vector */
    FX_ITER,          /* target = iterable: [target, iterable] */
    FX_FILTER,        /* if cond: [cond] */
    FX_ASSIGN,   /* [target, ex]; op-assignment has text "+" (or ".+"), plain has "", x .= ex is plain with flag DOT.
                    Target: name, field, index, tuple, a typed one of these */
    FX_LAMBDA,   /* x -> ex: [params (FX_TUPLE of FX_NAME), body] */
    FX_FUNCTION, /* function f(a, b=1; k=2) ... end, f(a) = ex: text name ("" for anonymous), [params, body]. params: a
                    FX_TUPLE of FX_NAME, FX_TYPED [name, T], FX_ASSIGN [name or typed, default], FX_SPLAT [name], and
                    FX_KEYWORD (text k, [default]) for what stands after the ; . Those of FX_LAMBDA alike */
    FX_BLOCK,    /* statements; value of the last; empty: nothing */
    FX_IF,       /* if, elseif, ?: : [cond, then, else?] */
    FX_FOR,      /* [FX_ITER..., body] : several iterators nest */
    FX_WHILE,    /* [cond, body] */
    FX_LET,      /* [bindings..., body]: a binding is a FX_ASSIGN or a FX_NAME, and seen by those after it */
    FX_TRY,      /* try: text is the name after catch; [body, handler], [body, handler, finally]. Flag BARE: nothing is
                    caught */
    FX_BREAK,
    FX_CONTINUE,
    FX_RETURN, /* [ex?] */
    FX_LOCAL,  /* local a, b / global: [names or assigns] */
    FX_GLOBAL,
    FX_MACRO,     /* @name args, Mod.@name args: text name without @ ; [args...] */
    FX_USING,     /* using A, B ; import A : text, no effect */
    FX_TRANSPOSE, /* x' ctranspose; flag DOT for x.' */
    FX_TYPED,     /* ex::T : [ex, T] */
    FX_CURLY,     /* Array{Float64,1}: [Array, parameters...] */
    FX_NKINDS
} fx_kind;

enum {
    FX_FLAG_OPERATOR = 1, /* written infix or prefix */
    FX_FLAG_DOT = 2,
    FX_FLAG_PARENS = 4, /* stood in parentheses: (a) ; keeps a (=b) from being a keyword */
    FX_FLAG_QUIET = 8,  /* a statement that ended in ; */
    FX_FLAG_AFTER = 16, /* a FX_KEYWORD that stood after the ; of its call */
    FX_FLAG_BARE = 32,  /* FX_VCAT, FX_ROW: written without brackets of its own, T[a b]; FX_TRY: without catch */
    FX_FLAG_NEST = 64   /* FX_ITER: after a `for` of its own */
};

struct fx_tree {
    _Atomic uint32_t refs;
    uint16_t kind; /* fx_kind */
    uint16_t flags;
    uint32_t line;   /* of its beginning, from 1 */
    uint32_t column; /* in characters, from 1 */
    uint32_t number; /* FX_PARAM: slot */
    uint32_t nkids;
    uint32_t height;      /* 1 for a leaf; at most FX_MAX_HEIGHT, so that recursion over a tree is bounded */
    fv_cell value;        /* FX_LITERAL: owned */
    furrow_value *text;   /* SYMBOL (interned or not), or NULL; owned */
    furrow_value *source; /* STRING: what was parsed, when this is the whole of it and its lines count from 1; owned */
    fx_tree *kids[];      /* owned */
};

/* Takes over the references in kids; on failure drops them. LIMIT when the tree would be higher than FX_MAX_HEIGHT. */
FURROW_MUST_CHECK furrow_err fx_tree_new(fx_kind kind, int line, int column, fx_tree *const *kids, size_t nkids,
                                         fx_tree **tree);
static inline const char *fx_tree_cstr(const fx_tree *t)
{
    return t->text ? ((const fv_text *)t->text)->bytes : "";
}

/* x .= ex, x .+= ex: into the elements of x, no binding of x. */
static inline bool fx_tree_in_place(const fx_tree *t)
{
    return t->kind == FX_ASSIGN && (t->flags & FX_FLAG_DOT || fx_tree_cstr(t)[0] == '.');
}

/* true, false, nothing: words that are literals, not names. */
bool fx_tree_constant(const char *word, size_t nbytes, fv_cell *cell);

/* The quoted tree with each FX_INTERPOLATE replaced, in order of appearance, by a literal of the given cell (an EXPR
 * value: by its tree; a SYMBOL: by that name). What a quote evaluates to. */
FURROW_MUST_CHECK furrow_err fx_tree_interpolate(const fx_tree *tree, const fv_cell *cells, size_t n, fx_tree **out);

/* The expressions of those FX_INTERPOLATE, in that order: up to max of them in holes, borrowed. Returns how many there
 * are. Those of a quote inside the quote are not among them. */
size_t fx_tree_holes(const fx_tree *tree, const fx_tree **holes, size_t max);
/* Whether two trees mean the same: kinds, texts, literals and kids; places, parentheses and semicolons do not count. */
bool fx_tree_equal(const fx_tree *a, const fx_tree *b);
/* fx_tree_text, where what has no literal is written as $1, $2, ... and collected in a TUPLE (NULL: there is none). */
FURROW_MUST_CHECK furrow_err fx_tree_text_captured(const fx_tree *tree, char **text, furrow_value **captured);

/* Limits of the parser, refused with LIMIT. */
#define FX_MAX_TEXT    (16u << 20)
#define FX_MAX_NESTING 400
#define FX_MAX_HEIGHT  1000
#define FX_MAX_PARAMS  255

#endif
