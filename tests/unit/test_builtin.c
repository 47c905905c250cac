/*
 * test_builtin.c - builtin functions: mathematics, reductions, arrays, collections, text, conversions, limits.
 */
#include "expr_rows.h"

static const expr_row math_rows[] = {
    {"sqrt(4)", "2.0"},
    {"sqrt([1, 4])", "[1.0,2.0]"},
    {"sqrt(-1)", "!ARG"},
    {"sqrt(Complex(-1))", "0.0 + 1.0im"},
    {"sqrt(-1 + 0im)", "0.0 + 1.0im"},
    {"sqrt(\"a\")", "!TYPE"},
    {"typeof(sqrt(2.0f0))", "Float32"},
    {"cbrt(27)", "3.0"},
    {"exp(0)", "1.0"},
    {"log(e)", "1.0"},
    {"log(-1)", "!ARG"},
    {"log(0)", "-Inf"},
    {"log(2, 8)", "3.0"},
    {"log2(8)", "3.0"},
    {"log10(1000)", "3.0"},
    {"log1p(0)", "0.0"},
    {"expm1(0)", "0.0"},
    {"sin(0)", "0.0"},
    {"cos(0)", "1.0"},
    {"atan2(1, 1)", "0.7853981633974483"},
    {"asin(2)", "!ARG"},
    {"sin(Inf)", "!ARG"},
    {"hypot(3, 4)", "5.0"},
    {"sign(-2)", "-1"},
    {"sign(-0.0)", "-0.0"},
    {"sign(NaN)", "NaN"},
    {"abs(-2.5)", "2.5"},
    {"abs([-1, 2])", "[1,2]"},
    {"abs(true)", "true"},
    {"abs2(3)", "9"},
    {"floor(2.7)", "2.0"},
    {"ceil(2.1)", "3.0"},
    {"trunc(-2.7)", "-2.0"},
    {"round(2.5)", "2.0"},
    {"round(3.5)", "4.0"},
    {"round(-2.5)", "-2.0"},
    {"round(2.567, 2)", "2.57"},
    {"round(1234, -2)", "1200"},
    {"round(Int, 2.7)", "3"},
    {"round(Int, [1.2, 2.7])", "[1,3]"},
    {"floor(Int, 2.7)", "2"},
    {"ceil(Int, 2.1)", "3"},
    {"trunc(Int, -2.7)", "-2"},
    {"round(Int, NaN)", "!OVERFLOW"},
    {"round(Int8, 200.0)", "!OVERFLOW"},
    {"typeof(round(2))", "Int64"},
    {"typeof(floor(2.5f0))", "Float32"},
    {"divrem(7, 2)", "(3,1)"},
    {"gcd(12, 18)", "6"},
    {"lcm(4, 6)", "12"},
    {"gcd(0, 0)", "0"},
    {"min(1, 2.5)", "1.0"},
    {"max(1, 2.5)", "2.5"},
    {"max(1, NaN)", "NaN"},
    {"min(\"b\", \"a\")", "a"},
    {"max([1, 5], [3, 2])", "[3,5]"},
    {"max([1, 5], 2)", "[2,5]"},
    {"clamp(5, 1, 3)", "3"},
    {"clamp([0, 2, 5], 1, 3)", "[1,2,3]"},
    {"isnan(NaN)", "true"},
    {"isnan([1, NaN])", "Bool[false,true]"},
    {"isnan(1)", "false"},
    {"isinf(-Inf)", "true"},
    {"isfinite(1)", "true"},
    {"iseven(4)", "true"},
    {"isodd([1, 2])", "Bool[true,false]"},
    {"real(1 + 2im)", "1"},
    {"imag(3)", "0"},
    {"conj(1 + 2im)", "1 - 2im"},
    {"angle(im)", "1.5707963267948966"},
    {"factorial(5)", "120"},
    {"factorial(21)", "!OVERFLOW"},
    {"factorial(-1)", "!ARG"},
    {"binomial(5, 2)", "10"},
};
static void test_math(void **state)
{
    (void)state;
    CHECK_ROWS(math_rows);
}

static const expr_row reduce_rows[] = {
    {"sum([1, 2, 3])", "6"},
    {"sum([0.1, 0.2, 0.3])", "0.6000000000000001"},
    {"sum([])", "0"},
    {"sum(Int[])", "0"},
    {"sum([true, true])", "2"},
    {"sum([1 2; 3 4], 1)", "[4 6]"},
    {"sum([1 2; 3 4], 2)", "[3; 7]"},
    {"sum(abs, [-1, 2])", "3"},
    {"sum(x -> x^2, 1:3)", "14"},
    {"sum(Dict(:a=>1, :b=>2))", "!TYPE"},
    {"sum(values(Dict(:a=>1, :b=>2)))", "3"},
    {"sum((1, 2, 3))", "6"},
    {"sum(i^2 for i in 1:3)", "14"},
    {"sum(5)", "5"},
    {"sum([Int8(100), Int8(100)])", "200"},
    {"sum([1 + im, 2])", "3 + 1im"},
    {"sum(zeros(0, 3), 1)", "[0.0 0.0 0.0]"},
    {"sum(Any[1, 2.5])", "3.5"},
    {"sum([[1, 2], [3, 4]])", "[4,6]"},
    {"prod([1, 2, 3, 4])", "24"},
    {"prod(Float64[])", "1.0"},
    {"prod([1 2; 3 4], 1)", "[3 8]"},
    {"maximum([3, 1, 2])", "3"},
    {"minimum([3, 1, 2])", "1"},
    {"maximum([1, NaN])", "NaN"},
    {"maximum([\"a\", \"c\", \"b\"])", "c"},
    {"maximum(Int[])", "!ARG"},
    {"maximum([1 5; 7 2], 1)", "[7 5]"},
    {"maximum(abs, [-3, 2])", "3"},
    {"extrema([3, 1, 2])", "(1,3)"},
    {"mean([1, 2, 3, 4])", "2.5"},
    {"mean([1 2; 3 4], 2)", "[1.5; 3.5]"},
    {"mean(Float64[])", "NaN"},
    {"mean(1:4)", "2.5"},
    {"mean(x -> 2x, [1, 2])", "3.0"},
    {"std([1, 2, 3, 4])", "1.2909944487358056"},
    {"var([1, 2, 3, 4])", "1.6666666666666667"},
    {"var([1])", "NaN"},
    {"median([3, 1, 2])", "2.0"},
    {"median([1, 2, 3, 4])", "2.5"},
    {"any([false, true])", "true"},
    {"any(Bool[])", "false"},
    {"all(Bool[])", "true"},
    {"all([true, false])", "false"},
    {"any(x -> x > 2, [1, 2, 3])", "true"},
    {"all(x -> x > 2, [1, 2, 3])", "false"},
    {"any([1, 2])", "!TYPE"},
    {"count([true, false, true])", "2"},
    {"count(x -> x > 1, [1, 2, 3])", "2"},
    {"any([true false; false false], 1)", "Bool[true false]"},
    {"cumsum([1, 2, 3])", "[1,3,6]"},
    {"cumsum([1 2; 3 4], 2)", "[1 3; 3 7]"},
    {"cumprod([1, 2, 3])", "[1,2,6]"},
    {"diff([1, 4, 9])", "[3,5]"},
    {"diff([1 2; 4 8])", "[3 6]"},
};
static void test_reduce(void **state)
{
    (void)state;
    CHECK_ROWS(reduce_rows);
}

static const expr_row linear_rows[] = {
    {"dot([1, 2], [3, 4])", "11"},
    {"dot([1.0, 2.0], [3.0, 4.0])", "11.0"},
    {"dot([1, 2], [1, 2, 3])", "!SHAPE"},
    {"dot([1 + im], [im])", "1 + 1im"},
    {"norm([3, 4])", "5.0"},
    {"norm([3, -4], 1)", "7.0"},
    {"norm([3, -4], Inf)", "4.0"},
    {"norm([1e200, 1e200])", "1.414213562373095e200"},
    {"norm(-3)", "3.0"},
    {"cross([1, 0, 0], [0, 1, 0])", "[0,0,1]"},
    {"det([1 2; 3 4])", "-2.0"},
    {"det([1 2 3; 4 5 6])", "!SHAPE"},
    {"inv([2.0 0; 0 4])", "[0.5 0.0; 0.0 0.25]"},
    {"inv([1 2; 2 4])", "!ARG"},
    {"trace([1 2; 3 4])", "5"},
    {"eye(2)", "[1.0 0.0; 0.0 1.0]"},
    {"eye(Int, 2)", "[1 0; 0 1]"},
    {"diag([1 2; 3 4])", "[1,4]"},
};
static void test_linear(void **state)
{
    (void)state;
    CHECK_ROWS(linear_rows);
}

static const expr_row sort_rows[] = {
    {"sort([3, 1, 2])", "[1,2,3]"},
    {"sort([3, 1, 2], rev=true)", "[3,2,1]"},
    {"sort([3.5, NaN, -0.0, 0.0])", "[-0.0,0.0,3.5,NaN]"},
    {"sort([\"b\", \"a\"])", "String[\"a\",\"b\"]"},
    {"sort([3, 1, 2], by=x -> -x)", "[3,2,1]"},
    {"sort([3 1; 2 4], 1)", "[2 1; 3 4]"},
    {"sortperm([3, 1, 2])", "[2,3,1]"},
    {"(x = [3, 1, 2]; sort!(x); x)", "[1,2,3]"},
    {"sort([1, \"a\"])", "!TYPE"},
    {"issorted([1, 2, 3])", "true"},
    {"unique([1, 2, 1, 3])", "[1,2,3]"},
    {"reverse([1, 2, 3])", "[3,2,1]"},
    {"reverse(\"häß\")", "ßäh"},
    {"reverse(1:3)", "3:-1:1"},
};
static void test_sort(void **state)
{
    (void)state;
    CHECK_ROWS(sort_rows);
}

static const expr_row find_rows[] = {
    {"findfirst([false, true])", "2"},
    {"findfirst([1, 2, 3], 2)", "2"},
    {"findfirst(x -> x > 1, [1, 2, 3])", "2"},
    {"findfirst([false])", "0"},
    {"find([1, 0, 3])", "[1,3]"},
    {"find(x -> x > 1, [1, 2, 3])", "[2,3]"},
    {"find([false])", "Int64[]"},
    {"indmax([1, 5, 2])", "2"},
    {"indmin([4, 1, 2])", "2"},
    {"findmax([1, 5, 2])", "(5,2)"},
    {"findmin([4, 1, 2])", "(1,2)"},
    {"2 in [1, 2]", "true"},
    {"2 in 1:3", "true"},
    {"4 in 1:2:5", "false"},
    {"'a' in \"abc\"", "true"},
    {"in(:a, [:a])", "true"},
};
static void test_find(void **state)
{
    (void)state;
    CHECK_ROWS(find_rows);
}

static const expr_row fill_rows[] = {
    {"zeros(2)", "[0.0,0.0]"},
    {"zeros(Int, 2, 2)", "[0 0; 0 0]"},
    {"zeros((2, 2))", "[0.0 0.0; 0.0 0.0]"},
    {"ones(2)", "[1.0,1.0]"},
    {"ones(Float32, 2)", "Float32[1.0,1.0]"},
    {"fill(7, 2)", "[7,7]"},
    {"fill(\"a\", 2)", "String[\"a\",\"a\"]"},
    {"fill(0, 2, 3)", "[0 0 0; 0 0 0]"},
    {"zeros(-1)", "!ARG"},
    {"zeros(10^12)", "!LIMIT"},
    {"zeros(10^10, 10^10)", "!OVERFLOW"},
    {"fill(0, 10^6, 10^6)", "!LIMIT"},
    {"rand(10^5, 10^5)", "!LIMIT"},
    {"\"a\"^10^10", "!LIMIT"},
    {"repeat(\"ab\", 10^10)", "!LIMIT"},
    {"size(rand(2, 3))", "(2,3)"},
    {"typeof(rand(Int))", "Int64"},
    {"typeof(rand(Float32, 2))", "Array{Float32,1}"},
    {"rand(1:1)", "1"},
    {"0 <= rand() < 1", "true"},
    {"size(randn(3))", "(3,)"},
    {"(srand(1); a = rand(3); srand(1); a == rand(3))", "true"},
    {"linspace(0, 1, 5)", "[0.0,0.25,0.5,0.75,1.0]"},
};
static void test_fill(void **state)
{
    (void)state;
    CHECK_ROWS(fill_rows);
}

static const expr_row each_rows[] = {
    {"collect((1, 2))", "[1,2]"},
    {"collect(Dict(:a=>1))", "Any[:a=>1]"},
    {"map(x -> x + 1, [1, 2])", "[2,3]"},
    {"map((x, y) -> x * y, [1, 2], [3, 4])", "[3,8]"},
    {"map(x -> x > 1, [1, 2])", "Bool[false,true]"},
    {"map(string, [1, 2])", "String[\"1\",\"2\"]"},
    {"map(x -> x, [1 2; 3 4])", "[1 2; 3 4]"},
    {"map(uppercase, [\"a\"])", "String[\"A\"]"},
    {"map(sqrt, 4)", "2.0"},
    {"map(x -> 2x, (1, 2))", "(2,4)"},
    {"map(x -> x, Int[])", "Any[]"},
    {"filter(isodd, 1:5)", "[1,3,5]"},
    {"filter(x -> x > 5, [1, 2])", "Int64[]"},
    {"filter((k, v) -> v > 1, Dict(:a=>1, :b=>2))", "Dict(:b=>2)"},
    {"reduce(max, [1, 5, 2])", "5"},
    {"reduce(+, 10, [1, 2])", "13"},
    {"reduce(+, [])", "!ARG"},
    {"reduce(vcat, Any[[1], [2, 3]])", "[1,2,3]"},
    {"mapreduce(x -> x^2, +, 1:3)", "14"},
    {"foldl(-, [10, 2, 3])", "5"},
    {"foldr(-, [10, 2, 3])", "11"},
};
static void test_each(void **state)
{
    (void)state;
    CHECK_ROWS(each_rows);
}

static const expr_row shape_rows[] = {
    {"vcat(1, 2)", "[1,2]"},
    {"vcat([1 2], [3 4])", "[1 2; 3 4]"},
    {"hcat([1, 2], [3, 4])", "[1 3; 2 4]"},
    {"hcat(1, 2)", "[1 2]"},
    {"size(cat(3, [1 2], [3 4]))", "(1,2,2)"},
    {"vcat([1], [2.5])", "[1.0,2.5]"},
    {"vcat([1, 2], \"a\")", "Any[1,2,\"a\"]"},
    {"hcat([1, 2], [1, 2, 3])", "!SHAPE"},
    {"vcat()", "Any[]"},
    {"reshape(1:4, 2, 2)", "[1 3; 2 4]"},
    {"reshape([1, 2, 3, 4], (2, 2))", "[1 3; 2 4]"},
    {"reshape([1, 2, 3], 2, 2)", "!SHAPE"},
    {"size(permutedims(zeros(2, 3, 4), [3, 1, 2]))", "(4,2,3)"},
    {"permutedims([1 2; 3 4], [2, 1])", "[1 3; 2 4]"},
    {"repmat([1, 2], 2)", "[1,2,1,2]"},
    {"repmat([1 2], 2, 2)", "[1 2 1 2; 1 2 1 2]"},
    {"squeeze(zeros(1, 3), 1)", "[0.0,0.0,0.0]"},
};
static void test_shape(void **state)
{
    (void)state;
    CHECK_ROWS(shape_rows);
}

static const expr_row query_rows[] = {
    {"length(\"häß\")", "3"},
    {"length([1 2; 3 4])", "4"},
    {"length(Dict(:a=>1))", "1"},
    {"size([1 2 3])", "(1,3)"},
    {"size([1 2 3], 2)", "3"},
    {"size([1 2 3], 3)", "1"},
    {"ndims(zeros(2, 2, 2))", "3"},
    {"eltype([1, 2])", "Int64"},
    {"eltype(1:3)", "Int64"},
    {"eltype(Any[1])", "Any"},
    {"typeof(1.5)", "Float64"},
    {"typeof(:a)", "Symbol"},
    {"typeof(nothing)", "Void"},
    {"isa(1, Int)", "true"},
    {"isa(1, Number)", "true"},
    {"isa(1.0, Integer)", "false"},
    {"isa([1], Array)", "true"},
    {"similar([1, 2], Float64)", "[0.0,0.0]"},
    {"(x = [1, 2]; y = copy(x); y[1] = 9; x)", "[1,2]"},
    {"(x = [1, 2]; fill!(x, 7); x)", "[7,7]"},
};
static void test_query(void **state)
{
    (void)state;
    CHECK_ROWS(query_rows);
}

static const expr_row list_rows[] = {
    {"(x = [1, 2]; push!(x, 3); x)", "[1,2,3]"},
    {"(x = [1, 2]; push!(x, 3.0, 4); x)", "[1,2,3,4]"},
    {"(x = [1, 2]; push!(x, 3.5); x)", "!OVERFLOW"},
    {"(x = [1, 2]; pop!(x))", "2"},
    {"pop!(Int[])", "!BOUNDS"},
    {"(x = [1]; append!(x, [2, 3]); x)", "[1,2,3]"},
    {"(x = [1]; append!(x, x); x)", "[1,1]"},
    {"(x = [1, 3]; insert!(x, 2, 2); x)", "[1,2,3]"},
    {"(x = [1, 2, 3]; deleteat!(x, 2); x)", "[1,3]"},
    {"(x = [1, 2, 3]; deleteat!(x, 1:2); x)", "[3]"},
    {"(x = [1, 2, 3]; shift!(x); x)", "[2,3]"},
    {"(x = [1, 2]; unshift!(x, 0); x)", "[0,1,2]"},
    {"(x = []; push!(x, 1); push!(x, \"a\"); x)", "Any[1,\"a\"]"},
    {"(x = [\"a\"]; push!(x, \"b\"); x)", "String[\"a\",\"b\"]"},
    {"(x = [\"a\", \"b\", \"c\"]; deleteat!(x, 1); x)", "String[\"b\",\"c\"]"},
    {"push!([1 2], 3)", "!TYPE"},
    {"collect(enumerate([\"a\", \"b\"]))", "Any[(1,\"a\"),(2,\"b\")]"},
    {"collect(zip([1, 2], [3, 4]))", "Any[(1,3),(2,4)]"},
};
static void test_list(void **state)
{
    (void)state;
    CHECK_ROWS(list_rows);
}

static const expr_row dict_rows[] = {
    {"Dict()", "Dict{Any,Any}()"},
    {"Dict(\"a\"=>1, \"b\"=>2)", "Dict(\"a\"=>1,\"b\"=>2)"},
    {"Dict([(1, 2), (3, 4)])", "Dict(1=>2,3=>4)"},
    {"Dict(zip([:a, :b], [1, 2]))", "Dict(:a=>1,:b=>2)"},
    {"Dict(k => 0 for k in [1, 2])", "Dict(1=>0,2=>0)"},
    {"keys(Dict(:a=>1))", "Symbol[:a]"},
    {"values(Dict(:a=>1, :b=>2))", "[1,2]"},
    {"haskey(Dict(:a=>1), :a)", "true"},
    {"get(Dict(:a=>1), :b, 0)", "0"},
    {"(d = Dict(:a=>1); get!(d, :b, 5); d[:b])", "5"},
    {"(d = Dict(:a=>1, :b=>2); delete!(d, :a); d)", "Dict(:b=>2)"},
    {"(d = Dict(:a=>1); pop!(d, :a))", "1"},
    {"merge(Dict(:a=>1), Dict(:a=>2, :b=>3))", "Dict(:a=>2,:b=>3)"},
    {"isempty(Dict())", "true"},
};
static void test_dict(void **state)
{
    (void)state;
    CHECK_ROWS(dict_rows);
}

static const expr_row string_rows[] = {
    {"string(1, \"a\", :b, 2.5, 'c')", "1ab2.5c"},
    {"string([1, 2])", "[1,2]"},
    {"string(nothing)", "nothing"},
    {"join([1, 2, 3], \",\")", "1,2,3"},
    {"join([\"a\", \"b\", \"c\"], \", \", \" and \")", "a, b and c"},
    {"split(\"a,b,,c\", \",\")", "String[\"a\",\"b\",\"\",\"c\"]"},
    {"split(\" a  b \")", "String[\"a\",\"b\"]"},
    {"split(\"abc\", \"\")", "String[\"a\",\"b\",\"c\"]"},
    {"split(\"a1b22c\", r\"\\d+\")", "String[\"a\",\"b\",\"c\"]"},
    {"split(\"a,b,c\", \",\", limit=2)", "String[\"a\",\"b,c\"]"},
    {"split(\"a,b;c\", [',', ';'])", "String[\"a\",\"b\",\"c\"]"},
    {"strip(\"  a b \")", "a b"},
    {"lstrip(\"  a\")", "a"},
    {"rstrip(\"a  \")", "a"},
    {"replace(\"hello\", \"l\", \"L\")", "heLLo"},
    {"replace(\"hello\", \"l\", \"L\", 1)", "heLlo"},
    {"replace(\"a1b2\", r\"\\d\", \"#\")", "a#b#"},
    {"uppercase(\"häß\")", "HÄß"},
    {"lowercase(\"ÄB\")", "äb"},
    {"startswith(\"abc\", \"ab\")", "true"},
    {"endswith(\"abc\", \"bc\")", "true"},
    {"contains(\"abc\", \"bc\")", "true"},
    {"search(\"hello\", \"l\")", "3:3"},
    {"search(\"hello\", 'l')", "3"},
    {"search(\"hello\", \"z\")", "0:-1"},
    {"repeat(\"ab\", 2)", "abab"},
    {"lpad(\"7\", 3, \"0\")", "007"},
    {"rpad(\"a\", 3)", "a  "},
};
static void test_string(void **state)
{
    (void)state;
    CHECK_ROWS(string_rows);
}

static const expr_row convert_rows[] = {
    {"parse(\"12\")", "12"},
    {"parse(\"1.5\")", "1.5"},
    {"parse(Int, \"12\")", "12"},
    {"parse(Int, \" 12 \")", "12"},
    {"parse(Int, \"ff\", 16)", "255"},
    {"parse(Int, \"1.5\")", "!ARG"},
    {"parse(Int, \"\")", "!ARG"},
    {"parse(Float64, \"1e3\")", "1000.0"},
    {"parse(Float64, \"abc\")", "!ARG"},
    {"parse(Int, \"99999999999999999999\")", "!ARG"},
    {"float(\"1.5\")", "1.5"},
    {"float(1)", "1.0"},
    {"float([1, 2])", "[1.0,2.0]"},
    {"Int(3.0)", "3"},
    {"Int(3.5)", "!OVERFLOW"},
    {"Int(\"3\")", "!TYPE"},
    {"Int64(true)", "1"},
    {"Float32(0.1)", "0.1"},
    {"UInt8(255)", "255"},
    {"UInt8(256)", "!OVERFLOW"},
    {"UInt8(-1)", "!OVERFLOW"},
    {"Bool(1)", "true"},
    {"Bool(2)", "!OVERFLOW"},
    {"Int('a')", "97"},
    {"Char(97)", "a"},
    {"String(:a)", "a"},
    {"Symbol(\"a\", 1)", "a1"},
    {"convert(Int, 2.0)", "2"},
    {"convert(Array{Float64}, [1, 2])", "[1.0,2.0]"},
    {"convert(Float64, \"a\")", "!TYPE"},
    {"Float64[1, 2]", "[1.0,2.0]"},
    {"Int.([1.0, 2.0])", "[1,2]"},
    {"typemax(Int8)", "127"},
    {"typemin(Int64)", "-9223372036854775808"},
    {"typemax(Float64)", "Inf"},
    {"eps()", "2.220446049250313e-16"},
    {"eps(Float32)", "1.1920929e-7"},
    {"bits(3)", "0000000000000000000000000000000000000000000000000000000000000011"},
    {"hex(255)", "ff"},
    {"bin(5)", "101"},
};
static void test_convert(void **state)
{
    (void)state;
    CHECK_ROWS(convert_rows);
}

static const expr_row regex_rows[] = {
    {"ismatch(r\"te.la\", \"tesla\")", "true"},
    {"ismatch(r\"TE\"i, \"tesla\")", "true"},
    {"ismatch(r\"x\", \"tesla\")", "false"},
    {"match(r\"x\", \"tesla\")", "nothing"},
    {"match(r\"(\\d+)\", \"a12\")[:match]", "12"},
    {"matchall(r\"\\d+\", \"a1b22\")", "String[\"1\",\"22\"]"},
    {"ismatch(r\"^(a+)+$\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")", "!LIMIT"},
    {"ismatch(r\"(\", \"a\")", "!ARG"},
};
static void test_regex(void **state)
{
    (void)state;
    CHECK_ROWS(regex_rows);
}

static const expr_row core_rows[] = {
    {"error(\"x is \", 5)", "!EVAL"},
    {"ifelse(true, 1, 2)", "1"},
    {"ifelse.([true, false], 1, 2)", "[1,2]"},
    {"identity([1])", "[1]"},
    {"isempty([])", "true"},
    {"isempty(\"\")", "true"},
    {"first([3, 4])", "3"},
    {"last(1:4)", "4"},
    {"first([])", "!BOUNDS"},
    {"sizeof([1, 2])", "16"},
    {"isdefined(:nope)", "false"},
    {"isdefined(:sqrt)", "true"},
    {"sin.([0, 0])", "[0.0,0.0]"},
    {"max.([1, 5], 2)", "[2,5]"},
    {"abs.(-1:1)", "[1,0,1]"},
    {"string.([1, 2], \"a\")", "String[\"1a\",\"2a\"]"},
    {"(x -> x + 1).([1, 2])", "[2,3]"},
    {"length.([\"a\", \"bc\"])", "[1,2]"},
    {"hypot.([3, 6], [4, 8])", "[5.0,10.0]"},
    {"squrt(2)", "!NAME"},
    {"sqrt()", "!ARG"},
    {"sqrt(1, 2)", "!ARG"},
    {"sum(pi)", "3.141592653589793"},
    {"any(x -> x == 2, (1, 2))", "true"},
    {"maximum([1 2; 3 4])", "4"},
    {"round.([1.234], 1)", "[1.2]"},
    {"cumsum([0.1, 0.2])", "[0.1,0.3]"},
    {"mod.([5, -5], 3)", "[2,1]"},
    {"trunc(2.5f0)", "2.0"},
    {"issorted([3, 1])", "false"},
    {"map(length, Any[[1, 2], \"abc\"])", "[2,3]"},
    {"vec([1 2; 3 4])", "[1,3,2,4]"},
    {"circshift([1, 2, 3], 1)", "[3,1,2]"},
    {"digits(123)", "[3,2,1]"},
    {"union([1, 2], [2, 3])", "[1,2,3]"},
    {"setdiff([1, 2, 3], [2])", "[1,3]"},
    {"intersect([1, 2], [2, 3])", "[2]"},
    {"nothing == 1", "false"},
};
static void test_core(void **state)
{
    (void)state;
    CHECK_ROWS(core_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_math),    cmocka_unit_test(test_reduce), cmocka_unit_test(test_linear),
        cmocka_unit_test(test_sort),    cmocka_unit_test(test_find),   cmocka_unit_test(test_fill),
        cmocka_unit_test(test_each),    cmocka_unit_test(test_shape),  cmocka_unit_test(test_query),
        cmocka_unit_test(test_list),    cmocka_unit_test(test_dict),   cmocka_unit_test(test_string),
        cmocka_unit_test(test_convert), cmocka_unit_test(test_regex),  cmocka_unit_test(test_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
