/*
 * prelude.c - builtins that are a line of the language itself: compiled when a machine first calls them, with the names
 * in them meaning builtins whatever the program has bound. A row adds one. What must be fast is written in C elsewhere.
 */
#include "base/error.h"
#include "expr/builtins.h"

#include <stdlib.h>

/* C name, name, least and most arguments, the function */
#define ROWS(X)                                                                                                        \
    /* numbers */                                                                                                      \
    X(cot, "cot", 1, 1, "x -> 1 ./ tan(x)")                                                                            \
    X(sec, "sec", 1, 1, "x -> 1 ./ cos(x)")                                                                            \
    X(csc, "csc", 1, 1, "x -> 1 ./ sin(x)")                                                                            \
    X(coth, "coth", 1, 1, "x -> 1 ./ tanh(x)")                                                                         \
    X(sech, "sech", 1, 1, "x -> 1 ./ cosh(x)")                                                                         \
    X(csch, "csch", 1, 1, "x -> 1 ./ sinh(x)")                                                                         \
    X(acot, "acot", 1, 1, "x -> atan(1 ./ x)")                                                                         \
    X(asec, "asec", 1, 1, "x -> acos(1 ./ x)")                                                                         \
    X(acsc, "acsc", 1, 1, "x -> asin(1 ./ x)")                                                                         \
    X(asind, "asind", 1, 1, "x -> rad2deg(asin(x))")                                                                   \
    X(acosd, "acosd", 1, 1, "x -> rad2deg(acos(x))")                                                                   \
    X(atand, "atand", 1, 1, "x -> rad2deg(atan(x))")                                                                   \
    X(cis, "cis", 1, 1, "x -> exp(im .* x)")                                                                           \
    X(sinc, "sinc", 1, 1, "x -> isa(x, Number) ? (x == 0 ? 1.0 : sinpi(x) / (pi * x)) : map(sinc, x)")                 \
    X(sincos, "sincos", 1, 1, "x -> (sin(x), cos(x))")                                                                 \
    X(muladd, "muladd", 3, 3, "(x, y, z) -> x .* y .+ z")                                                              \
    X(mod2pi, "mod2pi", 1, 1, "x -> mod(x, 2pi)")                                                                      \
    X(modf, "modf", 1, 1, "x -> (x - trunc(x), trunc(x))")                                                             \
    X(reim, "reim", 1, 1, "z -> (real(z), imag(z))")                                                                   \
    X(isone, "isone", 1, 1, "x -> x == one(x)")                                                                        \
    X(isnothing, "isnothing", 1, 1, "x -> x === nothing")                                                              \
    X(oneunit, "oneunit", 1, 1, "x -> one(x)")                                                                         \
    X(oftype, "oftype", 2, 2, "(x, y) -> convert(typeof(x), y)")                                                       \
    X(promote, "promote", 1, -1, "(x...) -> (collect(x)...)")                                                          \
    X(promote_type, "promote_type", 1, -1, "(t...) -> eltype([one(T) for T in t])")                                    \
    X(count_zeros, "count_zeros", 1, 1, "x -> 8sizeof(x) - count_ones(x)")                                             \
    X(leading_ones, "leading_ones", 1, 1, "x -> leading_zeros(~x)")                                                    \
    X(trailing_ones, "trailing_ones", 1, 1, "x -> trailing_zeros(~x)")                                                 \
    X(ndigits, "ndigits", 1, 2,                                                                                        \
      "(n, b = 10) -> (abs(b) > 1 || error(\"DomainError: ndigits takes a base above 1\"); k = 0; while n != 0; n = "  \
      "div(n, b); k += 1; end; max(k, 1))")                                                                            \
    X(isqrt, "isqrt", 1, 1,                                                                                            \
      "n -> (r = floor(Int, sqrt(n)); while r * r > n; r -= 1; end;"                                                   \
      " while r < 3037000499 && (r + 1) * (r + 1) <= n; r += 1; end; r)")                                              \
    X(gcdx, "gcdx", 2, 2,                                                                                              \
      "(a, b) -> (s = 1; t = 0; u = 0; v = 1;"                                                                         \
      " while b != 0; q = div(a, b); (a, b) = (b, a - q * b); (s, u) = (u, s - q * u);"                                \
      " (t, v) = (v, t - q * v); end; a < 0 ? (-a, -s, -t) : (a, s, t))")                                              \
    X(invmod, "invmod", 2, 2,                                                                                          \
      "(n, m) -> ((g, s, t) = gcdx(n, m); g == 1 ? mod(s, m) :"                                                        \
      " error(\"DomainError: \", n, \" has no inverse modulo \", m))")                                                 \
    X(powermod, "powermod", 3, 3,                                                                                      \
      "(b, e, m) -> (e < 0 && error(\"DomainError: powermod takes an exponent of at least 0\");"                       \
      " r = mod(1, m); b = mod(b, m); while e > 0; isodd(e) && (r = mod(r * b, m)); e = e >> 1;"                       \
      " b = mod(b * b, m); end; r)")                                                                                   \
    X(nextpow, "nextpow", 2, 2,                                                                                        \
      "(a, n) -> (a > 1 || error(\"DomainError: nextpow takes a base above 1\"); p = 1; while p < n; p *= a; end; p)") \
    X(prevpow, "prevpow", 2, 2,                                                                                        \
      "(a, n) -> (a > 1 || error(\"DomainError: prevpow takes a base above 1\"); p = 1; while p * a <= n; p *= a; "    \
      "end; p)")                                                                                                       \
    X(exponent, "exponent", 1, 1,                                                                                      \
      "x -> (x == 0 && error(\"DomainError: 0 has no exponent\"); e = floor(Int, log2(abs(x))); abs(x) < 2.0^e ? e - " \
      "1 : abs(x) >= 2.0^(e + 1) ? e + 1 : e)")                                                                        \
    X(significand, "significand", 1, 1, "x -> x == 0 ? x / 1 : x / 2.0^exponent(x)")                                   \
    X(frexp, "frexp", 1, 1, "x -> x == 0 ? (x / 1, 0) : (significand(x) / 2, exponent(x) + 1)")                        \
    X(lfact, "lfact", 1, 1, "n -> lgamma(n + 1)")                                                                      \
    X(beta, "beta", 2, 2, "(a, b) -> exp(lgamma(a) + lgamma(b) - lgamma(a + b))")                                      \
    X(lbeta, "lbeta", 2, 2, "(a, b) -> lgamma(a) + lgamma(b) - lgamma(a + b)")                                         \
    X(evalpoly, "evalpoly", 2, 2, "(x, p) -> (s = p[end]; for k = length(p)-1:-1:1; s = s * x + p[k]; end; s)")        \
    X(middle, "middle", 1, 2,                                                                                          \
      "(a, b = nothing) -> b !== nothing ? (a + b) / 2 : isa(a, Number) ? a / 1 :"                                     \
      " (minimum(a) + maximum(a)) / 2")                                                                                \
    /* collections */                                                                                                  \
    X(accumulate, "accumulate", 2, 2,                                                                                  \
      "(f, v) -> (r = collect(v); for k = 2:length(r); r[k] = f(r[k-1], r[k]); end; r)")                               \
    X(cummax, "cummax", 1, 1, "v -> accumulate(max, v)")                                                               \
    X(cummin, "cummin", 1, 1, "v -> accumulate(min, v)")                                                               \
    X(cumsum_in_place, "cumsum!", 2, 2, "(out, v) -> (out[:] = cumsum(v); out)")                                       \
    X(cumprod_in_place, "cumprod!", 2, 2, "(out, v) -> (out[:] = cumprod(v); out)")                                    \
    X(clamp_in_place, "clamp!", 3, 3, "(v, lo, hi) -> (v[:] = clamp(v, lo, hi); v)")                                   \
    X(conj_in_place, "conj!", 1, 1, "v -> (v[:] = conj(v); v)")                                                        \
    X(rand_in_place, "rand!", 1, 1, "v -> (v[:] = rand(eltype(v), size(v)...); v)")                                    \
    X(randn_in_place, "randn!", 1, 1, "v -> (v[:] = randn(size(v)...); v)")                                            \
    X(copy_in_place, "copy!", 2, 2, "(to, v) -> (to[1:length(v)] = collect(v)[:]; to)")                                \
    X(copyto_in_place, "copyto!", 2, 2, "(to, v) -> copy!(to, v)")                                                     \
    X(normalize, "normalize", 1, 2, "(v, p = 2) -> v / norm(v, p)")                                                    \
    X(normalize_in_place, "normalize!", 1, 2, "(v, p = 2) -> (v[:] = v / norm(v, p); v)")                              \
    X(filter_in_place, "filter!", 2, 2,                                                                                \
      "(f, v) -> isa(v, Array) ? (w = filter(f, v); resize!(v, length(w)); v[:] = w; v) :"                             \
      " (w = filter(f, v); for k in collect(isa(v, Set) ? v : keys(v));"                                               \
      " (isa(v, Set) ? in(k, w) : haskey(w, k)) || delete!(v, k); end; v)")                                            \
    X(unique_in_place, "unique!", 1, 1, "v -> (w = unique(v); resize!(v, length(w)); v[:] = w; v)")                    \
    X(union_in_place, "union!", 1, -1, "(s, more...) -> (for m in more, x in m; in(x, s) || push!(s, x); end; s)")     \
    X(symdiff, "symdiff", 2, 2, "(a, b) -> union(setdiff(a, b), setdiff(b, a))")                                       \
    X(isdisjoint, "isdisjoint", 2, 2, "(a, b) -> isempty(intersect(a, b))")                                            \
    X(searchsorted, "searchsorted", 2, 2, "(v, x) -> searchsortedfirst(v, x):searchsortedlast(v, x)")                  \
    X(select, "select", 2, 2, "(v, k) -> sort(v)[k]")                                                                  \
    X(partialsort, "partialsort", 2, 2, "(v, k) -> select(v, k)")                                                      \
    X(isperm, "isperm", 1, 1, "p -> sort(p) == collect(1:length(p))")                                                  \
    X(invperm, "invperm", 1, 1, "p -> isperm(p) ? sortperm(p) : error(\"ArgumentError: not a permutation\")")          \
    X(permute_in_place, "permute!", 2, 2, "(v, p) -> (v[:] = v[p]; v)")                                                \
    X(mode, "mode", 1, 1,                                                                                              \
      "v -> (n = Dict(); best = v[1]; for x in v; n[x] = get(n, x, 0) + 1;"                                            \
      " n[x] > n[best] && (best = x); end; best)")                                                                     \
    X(midpoints, "midpoints", 1, 1, "v -> (v[1:end-1] + v[2:end]) / 2")                                                \
    X(nonzeros, "nonzeros", 1, 1, "a -> a[a .!= 0]")                                                                   \
    X(nnz, "nnz", 1, 1, "a -> countnz(a)")                                                                             \
    X(only, "only", 1, 1,                                                                                              \
      "v -> length(v) == 1 ? first(v) :"                                                                               \
      " error(\"ArgumentError: only takes a collection of 1 item, this one has \", length(v))")                        \
    X(pairs, "pairs", 1, 1, "x -> isa(x, Dict) ? x : enumerate(x)")                                                    \
    X(firstindex, "firstindex", 1, 1, "x -> 1")                                                                        \
    X(lastindex, "lastindex", 1, 1, "x -> isa(x, AbstractString) ? endof(x) : length(x)")                              \
    X(linearindices, "linearindices", 1, 1, "x -> 1:length(x)")                                                        \
    X(isassigned, "isassigned", 2, 2, "(v, k) -> 1 <= k <= length(v)")                                                 \
    X(randexp, "randexp", 0, 1, "(n = nothing) -> n === nothing ? -log(rand()) : -log(rand(n))")                       \
    X(stack, "stack", 1, 1, "v -> hcat(v...)")                                                                         \
    /* item k at worker number k, and so on in turns: of the cluster's surroundings */                                 \
    X(pmap, "pmap", 2, 2,                                                                                              \
      "(f, v) -> (w = workers(); n = length(w); r = [remotecall(f, w[mod1(k, n)], x) for (k, x) in enumerate(v)]; "    \
      "[fetch(x) for x in r])")                                                                                        \
    /* matrices */                                                                                                     \
    X(axes, "axes", 1, 2, "(a, d = 0) -> d > 0 ? (1:size(a, d)) : map(n -> 1:n, size(a))")                             \
    X(indices, "indices", 1, 2, "(a, d = 0) -> axes(a, d)")                                                            \
    X(eachrow, "eachrow", 1, 1, "a -> [a[k, :] for k = 1:size(a, 1)]")                                                 \
    X(eachcol, "eachcol", 1, 1, "a -> [a[:, k] for k = 1:size(a, 2)]")                                                 \
    X(sortrows, "sortrows", 1, 1, "a -> a[sortperm(eachrow(a)), :]")                                                   \
    X(sortcols, "sortcols", 1, 1, "a -> a[:, sortperm(eachcol(a))]")                                                   \
    X(istriu, "istriu", 1, 1, "a -> a == triu(a)")                                                                     \
    X(istril, "istril", 1, 1, "a -> a == tril(a)")                                                                     \
    X(isdiag, "isdiag", 1, 1, "a -> istriu(a) && istril(a)")                                                           \
    X(issymmetric, "issymmetric", 1, 1, "a -> isa(a, Number) || size(a, 1) == size(a, 2) && a == a.'")                 \
    X(issym, "issym", 1, 1, "a -> issymmetric(a)")                                                                     \
    X(ishermitian, "ishermitian", 1, 1, "a -> isa(a, Number) ? imag(a) == 0 : size(a, 1) == size(a, 2) && a == a'")    \
    X(logdet, "logdet", 1, 1, "a -> log(det(a))")                                                                      \
    X(findn, "findn", 1, 1,                                                                                            \
      "a -> (n = size(a, 1); k = find(a .!= 0);"                                                                       \
      " ndims(a) == 1 ? k : (mod1(k, n), cld(k, n)))")                                                                 \
    /* texts */                                                                                                        \
    X(ord, "ord", 1, 1, "c -> Int(c)")                                                                                 \
    X(isletter, "isletter", 1, 1, "c -> isalpha(c)")                                                                   \
    X(isnumber, "isnumber", 1, 1, "c -> isdigit(c)")                                                                   \
    X(isnumeric, "isnumeric", 1, 1, "c -> isdigit(c)")                                                                 \
    X(islowercase, "islowercase", 1, 1, "c -> islower(c)")                                                             \
    X(isuppercase, "isuppercase", 1, 1, "c -> isupper(c)")                                                             \
    X(isxdigit, "isxdigit", 1, 1, "c -> '0' <= c <= '9' || 'a' <= c <= 'f' || 'A' <= c <= 'F'")                        \
    X(iscntrl, "iscntrl", 1, 1, "c -> c < ' ' || Int(c) in 127:159")                                                   \
    X(isprint, "isprint", 1, 1, "c -> !iscntrl(c)")                                                                    \
    X(isgraph, "isgraph", 1, 1, "c -> c > ' ' && !(Int(c) in 127:160)")                                                \
    X(uppercasefirst, "uppercasefirst", 1, 1, "s -> ucfirst(s)")                                                       \
    X(lowercasefirst, "lowercasefirst", 1, 1, "s -> lcfirst(s)")                                                       \
    X(ncodeunits, "ncodeunits", 1, 1, "s -> sizeof(s)")                                                                \
    X(escape_string, "escape_string", 1, 1, "s -> replace(repr(s)[2:end-1], \"\\\\\\$\", \"\\$\")")                    \
    X(bitstring, "bitstring", 1, 1, "x -> bits(x)")                                                                    \
    X(randstring, "randstring", 0, 1,                                                                                  \
      "(n = 8) -> (c = collect(\"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\");"                   \
      " join([c[rand(1:62)] for k = 1:n]))")                                                                           \
    X(tryparse, "tryparse", 2, 2, "(T, s) -> try parse(T, s) catch; nothing end")                                      \
    X(summary, "summary", 1, 1,                                                                                        \
      "x -> !isa(x, Array) ? string(typeof(x)) : string(ndims(x) == 1 ? \"$(length(x))-element\" :"                    \
      " join(size(x), \"x\"), \" \", typeof(x))")                                                                      \
    X(joinpath, "joinpath", 1, -1,                                                                                     \
      "(p...) -> (r = p[1]; for q in p[2:end]; r = startswith(q, \"/\") || r == \"\" ? q :"                            \
      " endswith(r, \"/\") ? r * q : r * \"/\" * q; end; r)")                                                          \
    X(basename, "basename", 1, 1, "p -> String(split(p, \"/\")[end])")                                                 \
    X(dirname, "dirname", 1, 1,                                                                                        \
      "p -> (k = rsearch(p, \"/\"); isempty(k) ? \"\" : first(k) == 1 ? \"/\" : p[1:first(k)-1])")                     \
    /* to the output of the surroundings */                                                                            \
    X(info, "info", 1, -1, "(x...) -> println(\"INFO: \", x...)")                                                      \
    X(warn, "warn", 1, -1, "(x...) -> println(\"WARNING: \", x...)")

typedef enum row_number {
#define NUMBER(id, name, least, most, text) ROW_##id,
    ROWS(NUMBER)
#undef NUMBER
        NROWS
} row_number;

/* Made where no program's names are: those of the module Base mean what the language means. Not charged to the run. */
static furrow_err make(fx_vm *vm, const char *text, furrow_value **out)
{
    furrow_program *program = NULL;
    fx_bound *bound = NULL;
    fv_cell made;
    fv_meter *before = fv_meter_swap(NULL);
    furrow_err err = furrow_compile(text, SIZE_MAX, &program);
    if (!err) err = fx_bind(program, fx_vm_host(vm), "Base", &bound);
    if (!err) err = fx_run(vm, bound, NULL, 0, NULL, &made);
    if (bound) fx_unbind(bound);
    furrow_program_drop(program);
    fv_meter_swap(before);
    if (!err) *out = made.p;
    return err;
}

/* Errors have their place in the text of who calls, not in this one. */
static furrow_err forget_place(furrow_err err)
{
    furrow_error_info info;
    fb_fail_save(&info);
    info.line = info.column = 0;
    return err ? fb_fail_restore(&info) : err;
}

static furrow_err call_row(const fx_call *call, row_number row, const char *text, fv_cell *out)
{
    furrow_value **all = *fx_vm_prelude(call->vm);
    if (!all) {
        all = calloc(NROWS, sizeof *all);
        if (!all) return fb_fail(FURROW_ERR_NOMEM, NULL);
        *fx_vm_prelude(call->vm) = all;
    }
    if (!all[row]) FX_TRY(make(call->vm, text, &all[row]));
    const fv_cell function = fx_box(all[row]);
    fv_cell_hold(&function);
    furrow_err err = fx_invoke(call->vm, &function, call->args, call->nargs, out);
    fv_drop(function.p);
    return err ? forget_place(err) : err;
}

void fx_prelude_free(furrow_value **functions)
{
    for (int i = 0; functions && i < NROWS; i++) fv_drop(functions[i]);
    free(functions);
}

#define FUNCTION(id, name, least, most, text)                    \
    static furrow_err do_##id(const fx_call *call, fv_cell *out) \
    {                                                            \
        return call_row(call, ROW_##id, text, out);              \
    }
ROWS(FUNCTION)

#define ROW(id, name, least, most, text) {name, do_##id, least, most, false},
const fx_builtin fx_builtins_prelude[] = {ROWS(ROW){NULL}};
