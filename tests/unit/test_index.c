/*
 * test_index.c - indexing and assignment in any number of dimensions, iteration, bracket literals, ranges.
 */
#include "expr_rows.h"

static const expr_row vector_rows[] = {
    {"[1, 2, 3][2]", "2"},
    {"[1, 2, 3][end]", "3"},
    {"[1, 2, 3][end-1]", "2"},
    {"[1, 2, 3][4]", "!BOUNDS"},
    {"[1, 2, 3][0]", "!BOUNDS"},
    {"[1, 2, 3][-1]", "!BOUNDS"},
    {"[1, 2, 3][1.0]", "!TYPE"},
    {"[1, 2, 3][true]", "!TYPE"},
    {"[1, 2, 3][:]", "[1,2,3]"},
    {"[1, 2, 3][2:3]", "[2,3]"},
    {"[1, 2, 3][3:-1:1]", "[3,2,1]"},
    {"[1, 2, 3][2:1]", "Int64[]"},
    {"[1, 2, 3][[3, 1, 1]]", "[3,1,1]"},
    {"[1, 2, 3][[]]", "Int64[]"},
    {"[1, 2, 3][[1, 4]]", "!BOUNDS"},
    {"[1, 2, 3][[true, false, true]]", "[1,3]"},
    {"[1, 2, 3][[true, false]]", "!BOUNDS"},
    {"[1, 2, 3][1:4]", "!BOUNDS"},
    {"[1, 2, 3][2, 1]", "2"},
    {"[1, 2, 3][2, 1, 1]", "2"},
    {"[1, 2, 3][2, 2]", "!BOUNDS"},
    {"[1, 2, 3][:, 1]", "[1,2,3]"},
    {"[1, 2, 3][[1 2; 3 1]]", "[1 2; 3 1]"},
};
static void test_vector(void **state)
{
    (void)state;
    CHECK_ROWS(vector_rows);
}

static const expr_row matrix_rows[] = {
    {"[1 2 3; 4 5 6][2, 3]", "6"},
    {"[1 2 3; 4 5 6][3]", "2"},
    {"[1 2 3; 4 5 6][7]", "!BOUNDS"},
    {"[1 2 3; 4 5 6][3, 1]", "!BOUNDS"},
    {"[1 2 3; 4 5 6][1, :]", "[1,2,3]"},
    {"[1 2 3; 4 5 6][:, 2]", "[2,5]"},
    {"[1 2 3; 4 5 6][1:1, :]", "[1 2 3]"},
    {"[1 2 3; 4 5 6][:, 2:2]", "[2; 5]"},
    {"[1 2 3; 4 5 6][:, :]", "[1 2 3; 4 5 6]"},
    {"[1 2 3; 4 5 6][:]", "[1,4,2,5,3,6]"},
    {"[1 2 3; 4 5 6][[2, 1], [3, 1]]", "[6 4; 3 1]"},
    {"[1 2 3; 4 5 6][end, end]", "6"},
    {"[1 2 3; 4 5 6][end]", "6"},
    {"[1 2 3; 4 5 6][2, [true, false, true]]", "[4,6]"},
    {"[1 2 3; 4 5 6][[1 2 3; 4 5 6] .> 3]", "[4,5,6]"},
    {"reshape(1:24, 2, 3, 4)[2, 3, 4]", "24"},
    {"reshape(1:24, 2, 3, 4)[2, 12]", "24"},
    {"reshape(1:24, 2, 3, 4)[2, 13]", "!BOUNDS"},
    {"reshape(1:24, 2, 3, 4)[1, :, 2]", "[7,9,11]"},
    {"reshape(1:24, 2, 3, 4)[end, end]", "24"},
    {"size(reshape(1:24, 2, 3, 4)[:, 1, :])", "(2,4)"},
    {"size(reshape(1:24, 2, 3, 4)[:, :, 1:2])", "(2,3,2)"},
    {"size(reshape(1:24, 2, 3, 4)[1, 1, :])", "(4,)"},
};
static void test_matrix(void **state)
{
    (void)state;
    CHECK_ROWS(matrix_rows);
}

static const expr_row assign_rows[] = {
    {"(x = [1, 2, 3]; x[2] = 7; x)", "[1,7,3]"},
    {"(x = [1, 2, 3]; x[2] = 7.0; x)", "[1,7,3]"},
    {"(x = [1, 2, 3]; x[2] = 7.5; x)", "!OVERFLOW"},
    {"(x = [1, 2, 3]; x[4] = 1; x)", "!BOUNDS"},
    {"(x = [1, 2, 3]; x[:] = 0; x)", "[0,0,0]"},
    {"(x = [1, 2, 3]; x[1:2] = [8, 9]; x)", "[8,9,3]"},
    {"(x = [1, 2, 3]; x[1:2] = 5; x)", "[5,5,3]"},
    {"(x = [1, 2, 3]; x[1:2] = [1, 2, 3]; x)", "!SHAPE"},
    {"(x = [1, 2, 3, 4, 5]; x[2:5] = x[1:4]; x)", "[1,1,2,3,4]"},
    {"(x = [1, 2, 3]; x[:] = reverse(x); x)", "[3,2,1]"},
    {"(x = [1, 2, 3]; x[3:-1:1] = x; x)", "[3,2,1]"},
    {"(x = [3, 1, 2]; x[x] = [10, 20, 30]; x)", "[20,30,10]"},
    {"(x = [1, 2, 3]; x[x .> 1] = 0; x)", "[1,0,0]"},
    {"(x = [1, 2, 3]; x[x .> 1] = [7, 8]; x)", "[1,7,8]"},
    {"(x = [1, 2, 3]; x[[1, 3]] = [7, 8]; x)", "[7,2,8]"},
    {"(x = [1, 2, 3]; x[end] += 1; x)", "[1,2,4]"},
    {"(x = zeros(2, 2); x[1, :] = [1, 2]; x)", "[1.0 2.0; 0.0 0.0]"},
    {"(x = zeros(2, 2); x[:, 1] = 3; x)", "[3.0 0.0; 3.0 0.0]"},
    {"(x = zeros(2, 2); x[:, :] = [1 2; 3 4]; x)", "[1.0 2.0; 3.0 4.0]"},
    {"(x = zeros(2, 2); x[:] = 1:4; x)", "[1.0 3.0; 2.0 4.0]"},
    {"(x = zeros(2, 2); x[1:2, 1:2] = pi; x[2, 2] > 3.14)", "true"},
    {"(x = zeros(Int, 2); x[1] = \"a\")", "!TYPE"},
    {"(x = Any[1, 2]; x[1] = \"a\"; x)", "Any[\"a\",2]"},
    {"(x = Any[1, 2]; x[1] = [5, 6]; x)", "Any[[5,6],2]"},
    {"(x = [1.0f0, 2]; x[1] = pi; x)", "Float32[3.14159,2.0]"},
    {"(x = [true, false]; x[2] = 1; x)", "Bool[true,true]"},
    {"(x = [true, false]; x[2] = 2; x)", "!OVERFLOW"},
    {"(x = UInt8[1, 2]; x[1] = 256; x)", "!OVERFLOW"},
    {"(x = UInt8[1, 2]; x[1] = -1; x)", "!OVERFLOW"},
    {"(x = [1 + 2im, 0]; x[2] = im; x[2])", "0 + 1im"},
    {"(x = [\"a\", \"b\"]; x[1] = \"c\"; x)", "String[\"c\",\"b\"]"},
};
static void test_assign(void **state)
{
    (void)state;
    CHECK_ROWS(assign_rows);
}

static const expr_row dict_rows[] = {
    {"(d = Dict(:a=>1); d[:b] = 2; d[:a] += 5; d)", "Dict(:a=>6,:b=>2)"},
    {"Dict(:a=>1)[:b]", "!NAME"},
    {"Dict(1=>\"x\")[1.0]", "x"},
    {"Dict(\"k\"=>[1, 2])[\"k\"][2]", "2"},
    {"(d = Dict(:m=>zeros(2, 2)); d[:m][:, :] = 1; d[:m])", "[1.0 1.0; 1.0 1.0]"},
};
static void test_dict(void **state)
{
    (void)state;
    CHECK_ROWS(dict_rows);
}

static const expr_row other_rows[] = {
    {"(1, \"a\", :b)[2]", "a"},
    {"(1, \"a\", :b)[2:3]", "(\"a\",:b)"},
    {"(1, 2)[3]", "!BOUNDS"},
    {"(1, 2)[end]", "2"},
    {"(1:10)[3]", "3"},
    {"(1:10)[end]", "10"},
    {"(1:10)[2:3]", "2:3"},
    {"(1:2:10)[2:3]", "3:2:5"},
    {"(1:10)[[1, 3]]", "[1,3]"},
    {"(1:10)[11]", "!BOUNDS"},
    {"(0.0:0.5:2.0)[2]", "0.5"},
    {"\"hello\"[1]", "h"},
    {"\"hello\"[end]", "o"},
    {"\"hello\"[2:3]", "el"},
    {"\"hello\"[6]", "!BOUNDS"},
    {"\"häß\"[2]", "ä"},
    {"\"häß\"[3]", "!BOUNDS"},
    {"\"häß\"[4]", "ß"},
    {"\"häß\"[end]", "ß"},
    {"\"häß\"[2:4]", "äß"},
    {"\"hello\"[:]", "hello"},
    {"\"abc\"[[1, 3]]", "ac"},
    {"5[1]", "5"},
    {"5[2]", "!TYPE"},
    {"nothing[1]", "!TYPE"},
    {"(\"abc\")[1] = 'x'", "!TYPE"},
};
static void test_other(void **state)
{
    (void)state;
    CHECK_ROWS(other_rows);
}

static const expr_row iterate_rows[] = {
    {"[i for i in (1, 2, 3)]", "[1,2,3]"},
    {"[c for c in \"aé\"]", "['a','é']"},
    {"[k for (k, v) in Dict(:a=>1, :b=>2)]", "Symbol[:a,:b]"},
    {"[x for x in 5]", "[5]"},
    {"[i + j for i = 1:2, j = 1:3]", "[2 3 4; 3 4 5]"},
    {"[i for i = 1:5 if i > 3]", "[4,5]"},
};
static void test_iterate(void **state)
{
    (void)state;
    CHECK_ROWS(iterate_rows);
}

static const expr_row literal_rows[] = {
    {"Float64[1, 2]", "[1.0,2.0]"},
    {"[1, 2.5, true]", "[1.0,2.5,1.0]"},
    {"[1, \"a\"]", "Any[1,\"a\"]"},
    {"[[1, 2], [3]]", "Any[[1,2],[3]]"},
    {"[[1, 2]; [3]]", "[1,2,3]"},
    {"[[1 2]; [3 4]]", "[1 2; 3 4]"},
    {"[[1, 2] [3, 4]]", "[1 3; 2 4]"},
    {"[1; 2; 3]", "[1,2,3]"},
    {"[1:3; 7]", "[1,2,3,7]"},
    {"[1 2; 3]", "!SHAPE"},
    {"[zeros(2) ones(2)]", "[0.0 1.0; 0.0 1.0]"},
    {"[\"a\" \"b\"; \"c\" \"d\"]", "String[\"a\" \"b\"; \"c\" \"d\"]"},
    {"[1 2.5]", "[1.0 2.5]"},
    {"[:a, :b]", "Symbol[:a,:b]"},
    {"[1:3]", "Any[1:3]"},
};
static void test_literal(void **state)
{
    (void)state;
    CHECK_ROWS(literal_rows);
}

static const expr_row range_rows[] = {
    {"1:0", "1:0"},
    {"collect(1:0)", "Int64[]"},
    {"length(10:-2:1)", "5"},
    {"1:10^18", "1:1000000000000000000"},
    {"length(1:10^18)", "1000000000000000000"},
    {"collect(1:10^18)", "!LIMIT"},
    {"sum(1:10^5)", "5000050000"},
    {"1:2.5", "1.0:1.0:2.0"},
    {"1:0:3", "!ARG"},
    {"collect('a':'c')", "['a','b','c']"},
};
static void test_range(void **state)
{
    (void)state;
    CHECK_ROWS(range_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),  cmocka_unit_test(test_matrix), cmocka_unit_test(test_assign),
        cmocka_unit_test(test_dict),    cmocka_unit_test(test_other),  cmocka_unit_test(test_iterate),
        cmocka_unit_test(test_literal), cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
